"""The history in plain words: labels, old and new values, no account of a reporter, nothing erased comes back."""

from datetime import timedelta

from sqlalchemy import update

from kimforms.extensions import db
from kimforms.models import EventValue, Process, Record
from kimforms.services.catalogues import catalogues
from kimforms.services.processes import definition_of
from kimforms.services.queries import history, record_page
from kimforms.services.records import editing, linking
from kimforms.services.unit_of_work import unit_of_work

from ..support.databases import NOW
from ..support.records import (
    ADVISER,
    COORDINATOR,
    OFFICE,
    SECOND,
    actor,
    report,
    stored,
    take,
    user,
    work,
)


def lines(email, reference, **options):
    person = actor(db.session(), email)
    seen = record_page.find(db.session(), person, NOW.date(), reference)
    return history.lines(db.session(), person, NOW, seen, **options)[0]


def name(email):
    return user(db.session(), email).name


def edit(reference, **changes):
    with work(COORDINATOR, reference) as (session, person, record):
        raw = {**editing.raw_of(definition_of(record.version), record.answers), **changes}
        editing.change_answers(
            session,
            person,
            NOW + timedelta(hours=1),
            record=record,
            raw=raw,
            row_version=None,
            catalogues=catalogues(session),
        )


def test_a_correction_reads_as_label_old_and_new(app):
    reference = report()
    edit(reference, kommunen=["bornheim"])
    line = lines(COORDINATOR, reference)[0]
    assert (line.title, line.who) == ("Angaben geändert", name(COORDINATOR))
    assert line.changes == (
        history.Change("In welchen Kommunen tritt die Hürde auf?", "Bornheim", "Siegburg, Troisdorf"),
    )


def test_a_step_reads_with_its_states_its_form_and_what_followed(app):
    reference = report()
    take(COORDINATOR, reference, "rueckfragen", {"question": "Seit wann?"})
    line = lines(COORDINATOR, reference)[0]
    assert line.title == "Rückfrage stellen: „gemeldet“ → „Rückfrage“"
    assert [(one.label, one.new, one.old) for one in line.changes] == [
        ("Ihre Frage an die meldende Stelle", "Seit wann?", None)
    ]
    assert "Frist „Rückfrage beantworten“ bis 07.12.2026" in line.followed


def test_erased_values_stay_erased(app):
    reference = report()
    edit(reference, titel="Ein neuer Titel")
    with unit_of_work() as session:
        session.execute(update(EventValue).where(EventValue.key.like("changes%")).values(value=None, erased_at=NOW))
    change = lines(COORDINATOR, reference)[0].changes[0]
    assert (change.old, change.new) == ("[gelöscht nach Frist]", "[gelöscht nach Frist]")


def test_the_account_of_the_reporter_is_never_named(app):
    for contact in (True, False):
        reference = report(contact=contact)
        if contact:
            take(COORDINATOR, reference, "rueckfragen", {"question": "Wo?"})
            take(ADVISER, reference, "antworten", {"answer": "Hier."})
        take(ADVISER, reference, "zurueckziehen")
        found = lines(OFFICE, reference)
        assert name(ADVISER) not in repr(found)
        assert found[0].who == "meldende Person"
        assert found[-1].who == "meldende Person"


def test_a_coordinator_who_reported_is_named_for_work_only(app):
    reference = report(by=COORDINATOR)
    edit(reference, titel="Ein neuer Titel")
    found = lines(SECOND, reference)
    assert [one.who for one in found] == [name(COORDINATOR), "meldende Person"]


def test_reporters_see_states_without_names_and_reasons(app):
    reference = report()
    take(COORDINATOR, reference, "erfassen")
    edit(reference, titel="Ein neuer Titel")
    take(COORDINATOR, reference, "verweisen", {"reason": "Nur ein Einzelfall"})
    found = lines(ADVISER, reference)
    assert [one.title for one in found] == ["als Einzelfall verwiesen", "erfasst", "gemeldet"]
    assert {one.who for one in found} == {""}
    assert all(not one.changes and not one.followed for one in found)


def test_a_link_to_a_hidden_record_does_not_name_it(app):
    reference, other = report(), report()
    with work(COORDINATOR, reference) as (session, person, record):
        second = session.query(Record).filter_by(reference=other).one()
        linking.link_records(session, person, NOW, record=record, other=second)
    assert lines(COORDINATOR, reference)[0].title == f"Verknüpft mit {other}"
    with work(COORDINATOR, other) as (session, _person, record):
        record.process = _hidden_process(session, record)
    assert lines(COORDINATOR, reference)[0].title == "Verknüpft mit einem anderen Vorgang"


def _hidden_process(session, record):
    process = Process(key="hidden", controller=record.controller, read_roles=[], title="Verborgen")
    session.add(process)
    session.flush()
    return process


def test_pages_of_the_history_follow_each_other(app):
    reference = report()
    for number in range(25):
        edit(reference, titel=f"Titel Nummer {number}")
    person = actor(db.session(), COORDINATOR)
    seen = record_page.find(db.session(), person, NOW.date(), reference)
    first, older = history.lines(db.session(), person, NOW, seen)
    second, end = history.lines(db.session(), person, NOW, seen, before=older)
    assert (len(first), end) == (20, None)
    assert second[-1].title == "Vorgang angelegt"
    assert not {one.seq for one in first} & {one.seq for one in second}


def test_since_says_what_others_did(app):
    reference = report()
    seen = history.last_seq(db.session(), stored(reference))
    assert lines(COORDINATOR, reference, after=seen) == []
    take(SECOND, reference, "erfassen")
    assert [one.title for one in lines(COORDINATOR, reference, after=seen)] == ["Erfassen: „gemeldet“ → „erfasst“"]


def test_in_english(app):
    reference = report()
    take(COORDINATOR, reference, "erfassen")
    assert lines(COORDINATOR, reference, language="en")[0].title == "Record: “reported” → “recorded”"
