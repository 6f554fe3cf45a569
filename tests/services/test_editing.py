"""Correcting answers: old and new value in the history, lists and search redone, and nothing lost between two people."""

import pytest
from sqlalchemy import select

from kimforms.extensions import db
from kimforms.models import RecordFacet, RecordSearch
from kimforms.services.catalogues import catalogues
from kimforms.services.processes import definition_of
from kimforms.services.queries import history
from kimforms.services.records import editing
from kimforms.services.refusals import InputRefused, NotPermitted, NotVisible, StaleVersion

from ..support.databases import NOW
from ..support.records import (
    ADVISER,
    COORDINATOR,
    ELSEWHERE,
    OFFICE,
    SECOND,
    last_payload,
    mails,
    report,
    stored,
    tags,
    take,
    work,
)


def raw_of(reference, **changes):
    record = stored(reference)
    return {**editing.raw_of(definition_of(record.version), record.answers), **changes}


def change(email, reference, raw, row_version=None):
    with work(email, reference) as (session, person, record):
        return editing.change_answers(
            session, person, NOW, record=record, raw=raw, row_version=row_version, catalogues=catalogues(session)
        )


def test_a_correction_stands_in_record_lists_search_and_history(app):
    reference = report()
    sent = mails()
    done = change(COORDINATOR, reference, raw_of(reference, kommunen=["bornheim"], titel="Zu lange Wartezeit am Amt"))
    assert done == editing.Changed(("kommunen", "titel"), ())
    record = stored(reference)
    assert (record.municipality, record.title) == ("bornheim", "Zu lange Wartezeit am Amt")
    facets = select(RecordFacet.value).where(RecordFacet.record_id == record.id, RecordFacet.name == "municipality")
    assert list(db.session.scalars(facets)) == ["bornheim"]
    assert "amt" in db.session.get(RecordSearch, record.id).stems
    assert last_payload(reference, "record:change")["changes"]["kommunen"] == {
        "old": ["siegburg", "troisdorf"], "new": ["bornheim"],
    }  # fmt: skip
    assert mails() == sent


def test_the_same_again_leaves_no_trace(app):
    reference = report()
    before = tags(reference)
    assert change(COORDINATOR, reference, raw_of(reference)).fields == ()
    assert tags(reference) == before


def test_answers_that_are_hidden_now_are_dropped_and_named(app):
    reference = report(bereits_gemeldet="ja", vorgangsnummer_alt="IH-2025-0001")
    done = change(COORDINATOR, reference, raw_of(reference, bereits_gemeldet="nein"))
    assert set(done.fields) == {"bereits_gemeldet", "vorgangsnummer_alt"}
    assert len(done.dropped) == 1
    assert "vorgangsnummer_alt" not in stored(reference).answers


@pytest.mark.parametrize("field", ["rueckfragen", "rueckmeldung", "anonym_bestaetigt", "melder_email"])
def test_contact_and_wishes_of_the_reporter_cannot_be_changed(app, field):
    reference = report()
    change(COORDINATOR, reference, raw_of(reference, **{field: "anders"}))
    record = stored(reference)
    assert (record.answers["rueckfragen"], record.answers["rueckmeldung"]) == ("ja", "stand")
    assert record.answers["anonym_bestaetigt"] is True
    assert record.contact.email == "m.musterfrau@beratung.example"
    assert "melder_email" not in record.answers


@pytest.mark.parametrize(
    ("email", "refusal"), [(OFFICE, NotPermitted), (ADVISER, NotPermitted), (ELSEWHERE, NotVisible)]
)
def test_only_whom_the_state_entitles(app, email, refusal):
    reference = report()
    with pytest.raises(refusal):
        change(email, reference, raw_of(reference, titel="Ein anderer Titel"))
    assert stored(reference).title == "Lange Wartezeit auf Termine"


def test_not_in_every_state(app):
    reference = report()
    take(COORDINATOR, reference, "verweisen", {"reason": "Einzelfall"})
    with pytest.raises(NotPermitted, match="Im Stand „als Einzelfall verwiesen“"):
        change(COORDINATOR, reference, raw_of(reference, titel="Ein anderer Titel"))


def test_wrong_answers_are_refused_whole(app):
    reference = report()
    before = tags(reference)
    with pytest.raises(InputRefused) as refused:
        change(COORDINATOR, reference, raw_of(reference, titel="", kommunen=["atlantis"]))
    assert set(refused.value.errors) == {"titel", "kommunen"}
    assert tags(reference) == before


def test_an_erased_contact_does_not_stop_a_correction(app):
    reference = report()
    with work(COORDINATOR, reference) as (_session, _person, record):
        record.contact.answers, record.contact.email = {}, None
    assert change(COORDINATOR, reference, raw_of(reference, titel="Ein anderer Titel")).fields == ("titel",)


def test_the_second_of_two_gets_both_versions_and_loses_nothing(app):
    reference = report()
    record = stored(reference)
    version, seen = record.row_version, history.last_seq(db.session(), record)
    mine = raw_of(reference, titel="Mein Titel", situation="Meine Schilderung der Lage.")
    change(SECOND, reference, raw_of(reference, titel="Fremder Titel", haeufigkeit="vereinzelt"))
    with pytest.raises(StaleVersion):
        change(COORDINATOR, reference, mine, row_version=version)
    both = editing.versions(
        db.session(), stored(reference), mine, seen, catalogues=catalogues(db.session()), today=NOW.date()
    )
    rows = {row.label: (row.before, row.theirs, row.mine, row.both) for row in both.rows}
    assert rows["Kurzer Titel der Hürde"] == ("Lange Wartezeit auf Termine", "Fremder Titel", "Mein Titel", True)
    assert rows["Wie häufig tritt sie auf?"][3] is False
    assert both.joined["titel"] == "Mein Titel"
    assert both.joined["situation"] == "Meine Schilderung der Lage."
    assert both.joined["haeufigkeit"] == "vereinzelt"
    change(COORDINATOR, reference, both.joined, row_version=stored(reference).row_version)
    assert stored(reference).title == "Mein Titel"
