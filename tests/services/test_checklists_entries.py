"""Working on a client's checklist: items, situation, talk, colleagues, end; what is refused and what is never stored."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from kimforms.extensions import db
from kimforms.models import ChecklistEntry, Delivery, Event, OutboxMessage, RoleGrant
from kimforms.naturalisation.applies import never_stored
from kimforms.services import audit
from kimforms.services.checklists import keeping
from kimforms.services.checklists.entries import set_entry
from kimforms.services.checklists.pseudonyms import Doubtful
from kimforms.services.editions.reading import document_of
from kimforms.services.refusals import InputRefused, NotVisible, StaleVersion, StepRefused

from ..support.databases import NOW
from ..support.naturalisation import CARITAS, at_checklist, begun, checklist, colleague
from ..support.records import user

TODAY = NOW.date()


def note(reference: str, item: str, state: str = "met", *, by: str = CARITAS, **more: Any) -> ChecklistEntry | None:
    with at_checklist(reference, by) as (session, person, held):
        return set_entry(session, person, NOW, held, item, state=state, **more)


@contextmanager
def refused(field: str, kind: type[InputRefused] = InputRefused) -> Iterator[Any]:
    with pytest.raises(kind) as caught:
        yield caught
    assert field in caught.value.errors


def entry(reference: str, item: str) -> ChecklistEntry | None:
    return next((one for one in checklist(reference).entries if one.item_id == item), None)


def events(reference: str, tag: audit.Tag) -> list[Event]:
    record_id = checklist(reference).record_id
    return list(db.session.scalars(select(Event).where(Event.record_id == record_id, Event.tag == tag.text)))


def test_everything_about_an_item_is_noted_at_once(app: Flask) -> None:
    reference = begun()
    paper = document_of(checklist(reference).edition).items["B4"].evidence[0]
    helper = colleague()
    note(
        reference,
        "B4",
        "present",
        evidence={paper: TODAY},
        note="Übersetzung folgt",
        follow_up_on=TODAY + timedelta(days=14),
        adviser_id=helper,
    )
    found = entry(reference, "B4")
    assert found is not None
    me = user(db.session, CARITAS).id
    assert (found.state, found.note, found.adviser_id, found.changed_by_id) == (
        "present",
        "Übersetzung folgt",
        helper,
        me,
    )
    assert found.evidence == [{"name": paper, "seen_on": TODAY.isoformat(), "by": me}]
    held = checklist(reference)
    assert held.follow_up_on == TODAY + timedelta(days=14)
    assert "B4" not in held.missing
    assert not held.ready
    assert held.ends_on == date(2027, 5, 23)
    (event,) = events(reference, audit.Tag.CHECKLIST_ITEM)
    assert "B4" not in event.payload, "the chain holds digests, so that erasing leaves nothing"
    assert audit.payload_of(event)["item"] == "B4"
    assert audit.payload_of(event)["changes"]["state"] == ["open", "present"]


def test_who_saw_a_paper_first_stays(app: Flask) -> None:
    reference = begun()
    first, second = document_of(checklist(reference).edition).items["B1"].evidence[:2]
    colleague()
    note(reference, "B1", "working", evidence={first: TODAY})
    note(reference, "B1", "present", evidence={first: TODAY, second: TODAY}, row_version=1, by=COLLEAGUE)
    found = entry(reference, "B1")
    assert found is not None
    assert [one["by"] for one in found.evidence] == [user(db.session, CARITAS).id, user(db.session, COLLEAGUE).id]


COLLEAGUE = "kollegin@caritas.example"


@pytest.mark.parametrize(
    ("field", "values"),
    [
        ("state", {"state": "done"}),
        ("reason", {"state": "not_needed"}),
        ("reason", {"state": "not_needed", "reason": "x" * 501}),
        ("note", {"note": "x" * 2001}),
        ("evidence", {"evidence": {"Führerschein": TODAY}}),
        ("evidence", {"evidence": {"Geburtsurkunde": TODAY + timedelta(days=1)}}),
        ("follow_up_on", {"follow_up_on": TODAY - timedelta(days=1)}),
        ("follow_up_on", {"follow_up_on": TODAY + timedelta(days=2000)}),
        ("adviser_id", {"adviser_id": 2}),
        ("adviser_id", {"adviser_id": 2**40}),
    ],
)
def test_what_does_not_fit_is_refused_and_nothing_written(app: Flask, field: str, values: dict[str, Any]) -> None:
    reference = begun()
    with refused(field):
        note(reference, "B4", **{"state": "working", **values})
    assert entry(reference, "B4") is None


def test_a_reason_stays_only_where_the_item_is_not_needed(app: Flask) -> None:
    reference = begun()
    note(reference, "B4", "not_needed", reason="liegt der Behörde vor")
    note(reference, "B4", "working", reason="liegt der Behörde vor", row_version=1)
    found = entry(reference, "B4")
    assert found is not None
    assert found.reason == ""


def test_the_same_twice_writes_once_and_a_stale_page_changes_nothing(app: Flask) -> None:
    reference = begun()
    colleague()
    note(reference, "B4", "working", note="angefragt")
    note(reference, "B4", "working", note="angefragt")
    assert len(events(reference, audit.Tag.CHECKLIST_ITEM)) == 1
    with pytest.raises(StaleVersion) as caught:
        note(reference, "B4", "met", by=COLLEAGUE)
    assert caught.value.current.state == "working"
    assert entry(reference, "B4").state == "working"  # type: ignore[union-attr]


def test_personal_data_in_a_note_is_warned_about_and_kept_only_on_purpose(app: Flask) -> None:
    reference = begun()
    with refused("note", Doubtful):
        note(reference, "B4", "working", note="Frau Yılmaz anrufen")
    note(reference, "B4", "working", note="Frau Yılmaz anrufen", insist=True)
    assert entry(reference, "B4") is not None


@pytest.mark.parametrize(
    "text",
    ["siehe I1", "wegen H1 klären", "Vorstrafe erwähnt", "ist schwerbehindert", "Führungszeugnis da", "Attest folgt"],
)
@pytest.mark.parametrize("field", ["note", "reason"])
def test_no_text_names_what_is_never_stored_even_on_purpose(app: Flask, text: str, field: str) -> None:
    reference = begun()
    with refused(field):
        note(reference, "B4", "not_needed", insist=True, **{"reason": "so", field: text})
    assert entry(reference, "B4") is None


@pytest.mark.parametrize("text", ["Krankenkasse fehlt", "Krankenversicherung da", "Punkt B1 zuerst", "Stand 11/26"])
def test_ordinary_words_pass(app: Flask, text: str) -> None:
    reference = begun()
    note(reference, "B4", "working", note=text)
    assert entry(reference, "B4") is not None


def test_items_that_are_never_stored_take_no_writing_at_all(app: Flask) -> None:
    reference = begun()
    hidden = never_stored(document_of(checklist(reference).edition))
    assert {"F6", "I1", "I2", "H1"} <= hidden
    for item in hidden:
        with refused("item"):
            note(reference, item, "met")
        with refused("item"):
            note(reference, item, "not_needed", reason="trifft nicht zu")
    assert checklist(reference).entries == []


def test_after_a_long_session_no_row_names_a_never_stored_item(app: Flask) -> None:
    reference = begun()
    document = document_of(checklist(reference).edition)
    hidden = never_stored(document)
    with at_checklist(reference) as (session, person, held):
        keeping.change_situation(
            session, person, NOW, held, situation={"verheiratet": True, "gastarbeitergeneration": True}, route=None
        )
        keeping.note_talk(session, person, NOW, held, TODAY)
    for item in document.items:
        for state in ("working", "clarify", "met"):
            found = entry(reference, item)
            try:
                note(reference, item, state, note="geprüft", row_version=found.row_version if found else 0)
            except InputRefused:
                continue
    with at_checklist(reference) as (session, person, held):
        keeping.end(session, person, NOW, held)
    assert len(checklist(reference).entries) > 5
    questions = {one.id for one in document.conditions if one.sensitive}
    titles = {document.items[item].title for item in hidden}
    for name, table in db.metadata.tables.items():
        if name in ("checklist_edition", "catalogue_entry", "process_version", "process"):
            continue  # texts of the office and the profile, the same for everybody
        for row in db.session.execute(select(table)).all():
            told = repr(tuple(row))
            for word in titles | questions | {f"'{item}'" for item in hidden} | {f'"{item}"' for item in hidden}:
                assert word not in told, (name, word)


def test_situation_asks_nothing_sensitive_and_tells_contradictions(app: Flask) -> None:
    reference = begun()
    with at_checklist(reference) as (session, person, held):
        for unknown in ("krankheit_behinderung_alter", "verurteilung", "lieblingsfarbe"):
            with refused("situation"):
                keeping.change_situation(session, person, NOW, held, situation={unknown: True}, route=None)
        with refused("route"):
            keeping.change_situation(session, person, NOW, held, situation={}, route="abkuerzung")
    with refused("situation"):
        begun(verurteilung=True)


def test_items_follow_the_situation_and_come_back_with_what_was_noted(app: Flask) -> None:
    reference = begun(verheiratet=True)
    note(reference, "B5", "met")
    with at_checklist(reference) as (session, person, held):
        keeping.change_situation(session, person, NOW, held, situation={"verheiratet": False}, route=None)
    with refused("item"):
        note(reference, "B5", "working", row_version=1)
    with at_checklist(reference) as (session, person, held):
        keeping.change_situation(session, person, NOW, held, situation={"verheiratet": True}, route="anspruch")
    found = checklist(reference)
    assert found.route == "anspruch"
    assert "B5" not in found.missing
    assert entry(reference, "B5").state == "met"  # type: ignore[union-attr]


def test_a_situation_that_a_colleague_changed_is_not_overwritten(app: Flask) -> None:
    reference = begun(verheiratet=True)
    with at_checklist(reference) as (session, person, held):
        keeping.change_situation(session, person, NOW, held, situation={"kein_pass": True}, route=None)
    with pytest.raises(StaleVersion), at_checklist(reference) as (session, person, held):
        keeping.change_situation(
            session, person, NOW, held, situation={"beschaeftigt": True}, route=None, seen={"verheiratet": True}
        )
    assert checklist(reference).situation == {"kein_pass": True}


def test_one_day_stands_for_the_whole_talk(app: Flask) -> None:
    reference = begun()
    with at_checklist(reference) as (session, person, held):
        with refused("talked_on"):
            keeping.note_talk(session, person, NOW, held, TODAY + timedelta(days=1))
        keeping.note_talk(session, person, NOW, held, TODAY)
        keeping.note_talk(session, person, NOW, held, TODAY)
    assert checklist(reference).talked_on == TODAY
    assert len(events(reference, audit.Tag.CHECKLIST_TALK)) == 1


def test_everything_noted_and_talked_about_is_ready(app: Flask) -> None:
    reference = begun()
    for item in checklist(reference).missing:
        note(reference, item, "met")
    assert not checklist(reference).ready, "the talk is missing"
    with at_checklist(reference) as (session, person, held):
        keeping.note_talk(session, person, NOW, held, TODAY)
    found = checklist(reference)
    assert (found.ready, found.missing) == (True, [])


def test_a_colleague_takes_over_and_is_told_without_a_pseudonym(app: Flask) -> None:
    reference, me = begun(pseudonym="Zeder 99"), user(db.session, CARITAS).id
    helper = colleague()
    note(reference, "B4", "working", adviser_id=me, note="dringend nachfragen")
    with at_checklist(reference) as (session, person, held):
        keeping.hand_to_colleague(session, person, NOW, held, user_id=helper)
        with refused("adviser_id"):
            keeping.hand_to_colleague(session, person, NOW, held, user_id=user(session, "admin@rsk.example").id)
    held = checklist(reference)
    assert held.adviser_id == helper
    assert entry(reference, "B4").adviser_id == helper  # type: ignore[union-attr]
    mail = db.session.scalars(
        select(OutboxMessage)
        .join(Delivery)
        .where(Delivery.address == COLLEAGUE, OutboxMessage.kind == "checklist.colleague")
    ).one()
    assert reference in mail.text
    for word in ("Zeder", "nachfragen", "B4"):
        assert word not in mail.text + mail.html + mail.subject


def test_whoever_leaves_the_service_is_no_choice_any_more(app: Flask) -> None:
    reference, helper = begun(), colleague()
    with at_checklist(reference) as (session, _person, _held):
        for grant in session.scalars(select(RoleGrant).where(RoleGrant.user_id == helper)):
            grant.valid_until = TODAY - timedelta(days=1)
    with refused("adviser_id"):
        note(reference, "B4", "working", adviser_id=helper)


def test_renaming_follows_the_rules_of_beginning(app: Flask) -> None:
    first, second = begun(pseudonym="Ulme 71"), begun(pseudonym="Ulme 72")
    with at_checklist(second) as (session, person, held):
        with refused("pseudonym"):
            keeping.rename(session, person, NOW, held, "ulme  71")
        with refused("pseudonym", Doubtful):
            keeping.rename(session, person, NOW, held, "Fatma Kaya")
        keeping.rename(session, person, NOW, held, "ULME 72")
    assert (checklist(first).pseudonym, checklist(second).pseudonym) == ("Ulme 71", "ULME 72")


def test_an_ended_checklist_is_read_only_until_it_is_taken_up(app: Flask) -> None:
    reference = begun()
    note(reference, "B4", "working", follow_up_on=TODAY)
    with at_checklist(reference) as (session, person, held):
        keeping.end(session, person, NOW, held)
        keeping.end(session, person, NOW, held)
    assert (checklist(reference).record.state, checklist(reference).follow_up_on) == ("beendet", None)
    with pytest.raises(StepRefused):
        note(reference, "B4", "met", row_version=1)
    with at_checklist(reference) as (session, person, held):
        for deed in (
            lambda: keeping.note_talk(session, person, NOW, held, TODAY),
            lambda: keeping.rename(session, person, NOW, held, "Esche 1"),
            lambda: keeping.change_situation(session, person, NOW, held, situation={}, route=None),
        ):
            with pytest.raises(StepRefused):
                deed()
        keeping.take_up(session, person, NOW, held)
        keeping.take_up(session, person, NOW, held)
    assert (checklist(reference).record.state, checklist(reference).follow_up_on) == ("in_arbeit", TODAY)


def test_an_item_of_no_edition_does_not_exist(app: Flask) -> None:
    with pytest.raises(NotVisible):
        note(begun(), "Z99", "met")
