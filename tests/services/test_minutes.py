"""Minutes from the draft to being settled: state, history and mails together, on both databases."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select

from kimforms.extensions import db
from kimforms.models import (
    AgendaItem,
    Blob,
    Body,
    CircularVote,
    Dispatch,
    Event,
    Meeting,
    MinutesObjection,
    MinutesVersion,
    OutboxMessage,
    Presence,
    Rulebook,
    Vote,
)
from kimforms.permissions import ANYONE
from kimforms.services import audit_check
from kimforms.services.minutes import (
    addenda,
    contents,
    earlier,
    editing,
    files,
    handing,
    objections,
    sending,
    settling,
    signing,
)
from kimforms.services.minutes import content as blocks
from kimforms.services.refusals import InputRefused, NotPermitted, StaleVersion, StepRefused
from kimforms.services.unit_of_work import unit_of_work
from tests.support import meetings, minutes
from tests.support.meetings import CHAIR, MEMBER, at_work
from tests.support.minutes import AFTER, SECRET, minutes_in
from tests.support.queries import statements_of
from tests.support.records import COORDINATOR, OFFICE

UNTIL = date(2027, 2, 5)
"""Sent on 21.01., received on 22.01., fourteen days."""


@pytest.fixture
def reference(app: Flask) -> str:
    return minutes.held()


def tags() -> list[str]:
    return [one.tag for one in db.session.scalars(select(Event).where(Event.tag.like("minutes:%")).order_by(Event.seq))]


def mails(kind: str) -> list[OutboxMessage]:
    return list(db.session.scalars(select(OutboxMessage).where(OutboxMessage.kind == kind).order_by(OutboxMessage.id)))


def now_state(reference: str) -> Any:
    db.session.rollback()
    return minutes_in(db.session, reference)  # type: ignore[arg-type]


@pytest.fixture(autouse=True)
def chain_is_whole(app: Flask) -> Iterator[None]:
    yield
    db.session.rollback()
    assert audit_check.verify(db.session, app.config["SETTINGS"].data_dir).ok  # type: ignore[arg-type]


def object_to(reference: str, label: str, text: str, now: datetime = AFTER, block: str = "") -> int:
    with at_work(reference) as (session, _who, _meeting):
        person = minutes.somebody(session, label)
        said = objections.Said(text, block)
        return objections.object_to(
            session, ANYONE, now, minutes=minutes_in(session, reference), person=person, said=said, via="link"
        ).id


def test_the_draft_tells_what_happened(reference: str) -> None:
    minutes.begun(reference)
    found = now_state(reference).content
    lines = "\n".join(blocks.lines(found))
    for said in (
        "Kim Jugendamt (Jugendamt, stimmberechtigt): anwesend 14:22–16:00",
        "Kim Vertretung Caritas (Caritas, stimmberechtigt), in Vertretung von Kim Caritas: anwesend",
        "Kim Diakonie (Diakonie, stimmberechtigt): entschuldigt",
        "Alle 8 Eingeladenen sind fristgerecht geladen.",
        "14:02 Uhr: beschlussfähig, 5 von 7 Stimmberechtigten, nötig 4.",
        "14:22 Uhr: Kim Jugendamt kommt hinzu.",
        "Kim Stadt nimmt wegen Befangenheit an Beratung und Abstimmung nicht teil. Grund: eigener Antrag",
        "Einstimmig bei 1 Enthaltung beschlossen. Beschluss PG-2027-01-B: Die Sprechstunde wird eingerichtet.",
        "Aufgabe: Räume anfragen (Kim Sozialamt, bis 15.02.2027)",
        "15:00–15:10",
        "Verlauf: Die Ämter berichten.",
    ):
        assert said in lines, said


def test_the_number_of_queries_of_a_draft_is_fixed(app: Flask, reference: str) -> None:
    def count() -> int:
        with at_work(reference) as (session, who, meeting), statements_of(app) as sent:
            session.expire_all()
            drafted = meeting.record.reference
            assert drafted
            from kimforms.services.minutes.drafting import draft_of  # noqa: PLC0415

            draft_of(session, meeting)
            assert who
        return len(sent)

    count()  # the list of defaults is read once for a session
    before = count()
    with at_work(reference) as (session, _who, meeting):
        for number in range(10):
            person = meetings.person(session, f"Gast {number}")
            item = AgendaItem(meeting=meeting, position=10 + number, title=f"Mehr {number}")
            session.add_all([
                item,
                Presence(meeting_id=meeting.record_id, person=person, as_role="guest", arrived_at=minutes.OPENED),
            ])  # fmt: skip
    assert count() == before


def test_nothing_is_drawn_up_before_the_meeting_was_closed_or_by_others(app: Flask) -> None:
    meetings.body()
    reference = meetings.meeting()
    with pytest.raises(StepRefused), at_work(reference) as (session, who, meeting):
        editing.begin_minutes(session, who, AFTER, meeting=meeting)
    held = minutes.held_meeting(begins=meetings.BEGINS + timedelta(days=30))
    for email in (COORDINATOR, CHAIR, MEMBER):
        with pytest.raises(NotPermitted), at_work(held, email) as (session, who, meeting):
            editing.begin_minutes(session, who, AFTER, meeting=meeting)


def test_two_people_writing_one_block_lose_nothing(reference: str) -> None:
    minutes.begun(reference)
    for text, version in (("Erste", 1), ("Zweite", 2)):
        with at_work(reference) as (session, who, _meeting):
            editing.change_block(
                session, who, AFTER, minutes=minutes_in(session, reference), block="item-2", texts={"course": text},
                version=version,
            )  # fmt: skip
    with pytest.raises(editing.BlockChanged) as conflict, at_work(reference) as (session, who, _meeting):
        editing.change_block(
            session,
            who,
            AFTER,
            minutes=minutes_in(session, reference),
            block="item-2",
            texts={"course": "Dritte"},
            version=1,
        )
    assert (conflict.value.current["texts"]["course"], conflict.value.mine["course"]) == ("Zweite", "Dritte")
    with at_work(reference) as (session, who, _meeting):  # another block is not in the way, the same text neither
        for block, texts in (("item-1", {"course": "Anderes"}), ("item-2", {"course": "Zweite"})):
            editing.change_block(
                session, who, AFTER, minutes=minutes_in(session, reference), block=block, texts=texts, version=1
            )
    assert tags() == ["minutes:draft", "minutes:change", "minutes:change", "minutes:change"]


def test_chair_and_minute_taker_sign_in_either_order_and_nobody_for_another(reference: str) -> None:
    minutes.handed(reference)
    assert [one.deliveries[0].address for one in mails("minutes.check")] == [CHAIR, OFFICE]
    for email, function in ((OFFICE, "chair"), (CHAIR, "minute_taker"), (MEMBER, "chair"), (CHAIR, "vice_chair")):
        with pytest.raises(NotPermitted), at_work(reference, email) as (session, who, _meeting):
            signing.sign(session, who, AFTER, minutes=minutes_in(session, reference), function=function)
    for email, function, state in (
        (OFFICE, "minute_taker", "check"),
        (OFFICE, "minute_taker", "check"),
        (CHAIR, "chair", "signed"),
    ):
        with at_work(reference, email) as (session, who, _meeting):
            signing.sign(session, who, AFTER, minutes=minutes_in(session, reference), function=function)
        assert now_state(reference).state == state
    assert tags() == ["minutes:draft", "minutes:hand", "minutes:sign", "minutes:sign"]


def test_a_signature_on_paper_is_kept_as_such(reference: str) -> None:
    minutes.handed(reference)
    with pytest.raises(NotPermitted), at_work(reference, CHAIR) as (session, who, _meeting):
        signing.sign_on_paper(session, who, AFTER, minutes=minutes_in(session, reference), function="chair")
    with at_work(reference) as (session, who, _meeting):
        made = signing.sign_on_paper(session, who, AFTER, minutes=minutes_in(session, reference), function="chair")
        assert made.on_paper and made.person.email == CHAIR and made.signed_by_id == who.user_id


def test_a_change_after_a_signature_revokes_all_of_them_and_tells_who_signed(reference: str) -> None:
    minutes.signed(reference)
    with at_work(reference) as (session, who, _meeting):
        editing.change_block(
            session,
            who,
            AFTER,
            minutes=minutes_in(session, reference),
            block="item-1",
            texts={"course": "Neu"},
            version=1,
        )
        signed = signing.signing_of(session, minutes_in(session, reference))
        assert not signed.done and len(signed.fallen) == 2 and not signed.verdict.ok
    assert now_state(reference).state == "draft"
    assert sorted(one.deliveries[0].address for one in mails("minutes.unsigned")) == sorted([CHAIR, OFFICE])
    with pytest.raises(StepRefused):
        _send(reference)


def _send(reference: str) -> None:
    with at_work(reference) as (session, who, _meeting):
        found = minutes_in(session, reference)
        prepared = files.Prepared(files.collect(session, AFTER, found).fingerprint, ())
        sending.send(session, who, AFTER, minutes=found, prepared=prepared)


def test_the_chair_gives_back_and_the_office_reads_why(reference: str) -> None:
    minutes.handed(reference)
    with pytest.raises(InputRefused), at_work(reference, CHAIR) as (session, who, _meeting):
        handing.give_back(session, who, AFTER, minutes=minutes_in(session, reference), comment=" ")
    with pytest.raises(NotPermitted), at_work(reference, MEMBER) as (session, who, _meeting):
        handing.give_back(session, who, AFTER, minutes=minutes_in(session, reference), comment="Nein")
    with at_work(reference, CHAIR) as (session, who, _meeting):
        handing.give_back(session, who, AFTER, minutes=minutes_in(session, reference), comment="TOP 2 ergänzen")
    found = now_state(reference)
    assert (found.state, found.content["returned"]["text"]) == ("draft", "TOP 2 ergänzen")
    assert mails("minutes.returned")[0].text.count("TOP 2 ergänzen") == 1


def test_what_is_mandatory_and_missing_is_named(reference: str) -> None:
    with at_work(reference) as (session, _who, meeting):
        meeting.closed_at = None
        for one in session.scalars(select(Dispatch).where(Dispatch.meeting_id == meeting.record_id)):
            session.delete(one)
    minutes.begun(reference)
    found = now_state(reference)
    from kimforms.services.bodies.rulebooks import rulebook_at  # noqa: PLC0415

    checked = contents.check(found.content, found.meeting.body, rulebook_at(db.session, found.meeting))  # type: ignore[arg-type]
    assert [(one.id, one.block) for one in checked.missing] == [
        ("place_time", "head"),
        ("invitation_proper", "statements"),
    ]
    with pytest.raises(StepRefused) as refused, at_work(reference) as (session, who, _meeting):
        handing.hand_over(session, who, AFTER, minutes=minutes_in(session, reference), row_version=None)
    assert len(refused.value.reasons) == 2


def test_sending_is_one_transaction_with_evidence_and_a_second_click_sends_nothing(app: Flask, reference: str) -> None:
    minutes.sent(app, reference)
    minutes.send(app, reference)
    found = now_state(reference)
    assert (found.state, found.objections_until) == ("sent", UNTIL)
    sent = mails("minutes.minutes")
    dispatch = next(one for one in db.session.scalars(select(Dispatch)) if one.snapshot.get("what") == "minutes")
    assert len(sent) == len(dispatch.recipients) == 12
    assert all(len(one.deliveries) == 1 and len(one.parts) == 1 for one in sent)
    guest = minutes.somebody(db.session, "Hochschule")  # type: ignore[arg-type]
    version = found.versions[-1]
    assert set(version.files) == {"send", "archive", "guests"}
    for one in sent:
        kind = "guests" if one.deliveries[0].address == guest.email else "send"
        assert one.parts[0].sha256 == version.files[kind]
    store = minutes.store_of(app)
    for sha256 in version.files.values():
        assert hashlib.sha256(store.path_of(sha256).read_bytes()).hexdigest() == sha256
        assert db.session.get(Blob, sha256) is not None
    assert tags().count("minutes:send") == 1
    assert "{{reply:" in "".join(one.text for one in sent)


def test_what_changed_while_the_files_were_made_is_not_sent(app: Flask, reference: str) -> None:
    minutes.signed(reference)
    made = minutes.prepared(app, reference)
    with at_work(reference) as (session, _who, meeting):
        meetings.person(session, "Nachzügler")
        session.add(minutes.guest_row(meeting, meetings.person(session, "Später Gast")))
        meeting.chair = minutes.somebody(session, "Sozialamt")
    with pytest.raises(StaleVersion), at_work(reference) as (session, who, _meeting):
        sending.send(session, who, AFTER, minutes=minutes_in(session, reference), prepared=made)
    assert now_state(reference).state == "signed" and not mails("minutes.minutes")


def test_a_sending_that_breaks_leaves_nothing(app: Flask, reference: str) -> None:
    minutes.signed(reference)
    made = minutes.prepared(app, reference)
    with pytest.raises(RuntimeError), at_work(reference) as (session, who, _meeting):
        sending.send(session, who, AFTER, minutes=minutes_in(session, reference), prepared=made)
        raise RuntimeError
    found = now_state(reference)
    assert (found.state, found.sent_at, found.versions[-1].files) == ("signed", None, {})
    assert not mails("minutes.minutes") and "minutes:send" not in tags()


def test_after_sending_only_addenda_correct(app: Flask, reference: str) -> None:
    minutes.sent(app, reference)
    before = now_state(reference).content
    with pytest.raises(StepRefused), at_work(reference) as (session, who, _meeting):
        editing.change_block(
            session,
            who,
            AFTER,
            minutes=minutes_in(session, reference),
            block="item-1",
            texts={"course": "Neu"},
            version=1,
        )
    with pytest.raises(StepRefused), at_work(reference) as (session, who, _meeting):
        editing.refresh(session, who, AFTER, minutes=minutes_in(session, reference), row_version=None)
    for text, number in (("Beginn war 14:03 Uhr.", 1), ("Beginn war 14:03 Uhr.", 1), (f"Zur {SECRET}.", 2)):
        correction = files.Correction(text, "item-3" if number == 2 else "", "Schreibfehler")
        with at_work(reference) as (session, _who, _meeting):
            checked = addenda.checked(minutes_in(session, reference), correction)
        assert checked.confidential is (number == 2)
        made = minutes.prepared(app, reference, correction=checked)
        with at_work(reference) as (session, who, _meeting):
            added = addenda.add(
                session, who, AFTER, minutes=minutes_in(session, reference), correction=checked, prepared=made
            )
            assert added.number == number
    found = now_state(reference)
    assert found.content == before and [one.reason for one in found.versions][-2:] == ["Nachtrag 1", "Nachtrag 2"]
    assert len(mails("minutes.addendum")) == 24


def test_objections_in_time_late_and_after_it_was_settled(app: Flask, reference: str) -> None:
    minutes.sent(app, reference)
    first = object_to(reference, "Diakonie", "TOP 2 fehlt", AFTER + timedelta(days=15))
    assert object_to(reference, "Diakonie", "TOP 2 fehlt", AFTER + timedelta(days=15)) == first, "a double click"
    late = object_to(reference, "Jobcenter", "Zu spät", AFTER + timedelta(days=16))
    with pytest.raises(NotPermitted):
        object_to(reference, "Hochschule", "Gast")
    known = {one.id: one.in_time for one in db.session.scalars(select(MinutesObjection))}
    assert known == {first: True, late: False}
    clock = AFTER + timedelta(days=17)
    assert settling.run(unit_of_work, clock) == 0, "an objection raised in time is open"
    with at_work(reference) as (session, who, _meeting):
        found = minutes_in(session, reference)
        with pytest.raises(InputRefused):
            objections.refuse(
                session, who, clock, minutes=found, objection=objections.find(session, found, first), reason=""
            )
        objections.refuse(
            session,
            who,
            clock,
            minutes=found,
            objection=objections.find(session, found, first),
            reason="So war es nicht.",
        )
    assert settling.run(unit_of_work, clock) == 1 and settling.run(unit_of_work, clock) == 0
    found = now_state(reference)
    assert (found.state, found.meeting.record.state) == ("settled", "abgeschlossen")
    assert found.settled_how == "Kenntnisnahme ohne offene Einwendungen bis 05.02.2027."
    after = object_to(reference, "Sozialamt", "Ganz spät", clock)
    assert not db.session.get_one(MinutesObjection, after).in_time and now_state(reference).state == "settled"
    note = earlier.minutes_to_note(db.session, found.meeting.body)  # type: ignore[arg-type]
    assert note is not None and "So war es nicht." in note.refused[0][0] and "festgestellt" in note.sentence


def test_an_objection_is_followed_withdrawn_and_answered_once(app: Flask, reference: str) -> None:
    minutes.sent(app, reference)
    one, two = object_to(reference, "Diakonie", "Falsch", block="item-2"), object_to(reference, "Stadt", "Auch falsch")
    with at_work(reference) as (session, _who, _meeting):
        found = minutes_in(session, reference)
        correction = objections.correction_for(found, objections.find(session, found, one), "Richtig.", False)
    made = minutes.prepared(app, reference, correction=correction)
    with at_work(reference) as (session, who, _meeting):
        found = minutes_in(session, reference)
        objections.accept(
            session, who, AFTER, minutes=found, objection=objections.find(session, found, one), correction=correction,
            prepared=made,
        )  # fmt: skip
        stadt, diakonie = minutes.somebody(session, "Stadt"), minutes.somebody(session, "Diakonie")
        other = objections.find(session, found, two)
        with pytest.raises(NotPermitted):
            objections.withdraw(session, ANYONE, AFTER, minutes=found, objection=other, by=diakonie)
        objections.withdraw(session, ANYONE, AFTER, minutes=found, objection=other, by=stadt)
        with pytest.raises(StepRefused):
            objections.refuse(session, who, AFTER, minutes=found, objection=other, reason="Nein")
    states = {row.id: (row.state, row.addendum_id is not None) for row in db.session.scalars(select(MinutesObjection))}
    assert states == {one: ("accepted", True), two: ("withdrawn", False)}
    assert len(mails("minutes.answer")) == 2


def test_letters_that_are_not_posted_keep_the_minutes_open(app: Flask, reference: str) -> None:
    with at_work(reference) as (session, _who, _meeting):
        minutes.somebody(session, "Diakonie").email = None
    minutes.sent(app, reference)
    with at_work(reference) as (session, who, _meeting):
        found = minutes_in(session, reference)
        waiting = [one for one in sending.recipients_of(session, found) if one.channel == "post"]
        assert [one.person.last_name for one in waiting] == ["Diakonie"] and not waiting[0].message
        assert settling.verdict_of(session, AFTER + timedelta(days=40), found).ok is False
        posted = [one.id for one in waiting]
        assert sending.mark_posted(session, who, AFTER + timedelta(days=4), minutes=found, recipients=posted) == 1
        assert found.objections_until == date(2027, 2, 12), "posted on 25.01., received on 29.01., fourteen days"
    assert settling.run(unit_of_work, AFTER + timedelta(days=40)) == 1


def test_a_vote_of_the_next_meeting_settles_where_the_rules_want_one(app: Flask, reference: str) -> None:
    with at_work(reference) as (session, _who, meeting):
        book = Rulebook(
            body_id=meeting.body_id, number=1, valid_from=date(2026, 1, 1), title="GO", adopted_at=AFTER,
            values={"approval_mode": "next_meeting"},
        )  # fmt: skip
        session.add(book)
        meeting.rulebook = book
    minutes.sent(app, reference)
    clock = AFTER + timedelta(days=60)
    assert settling.run(unit_of_work, clock) == 0
    later = meetings.meeting(begins=meetings.BEGINS + timedelta(days=90))
    for result, settled in (("rejected", False), ("accepted", True)):
        with at_work(later) as (session, who, meeting):
            item = session.scalars(select(AgendaItem).where(AgendaItem.meeting_id == meeting.record_id)).first()
            vote = Vote(
                meeting_id=meeting.record_id, item=item, purpose="minutes", yes=4, no=0, abstained=0, entitled=4,
                result=result, sentence="Einstimmig.", taken_at=clock,
            )  # fmt: skip
            session.add(vote)
            session.flush()
            verdict = settling.settle_by_vote(session, who, clock, minutes_in(session, reference).meeting, vote)
        assert (verdict.ok, now_state(reference).state == "settled") == (settled, settled)
    assert now_state(reference).settled_how == f"Genehmigt in {later}: Einstimmig."


def test_bodies_that_are_not_steering_send_in_one_step(app: Flask) -> None:
    reference = minutes.held("runde", "exchange")
    minutes.begun(reference)
    with pytest.raises(StepRefused), at_work(reference) as (session, who, _meeting):
        handing.hand_over(session, who, AFTER, minutes=minutes_in(session, reference), row_version=None)
    minutes.send(app, reference)
    found = now_state(reference)
    assert found.state == "sent" and found.content["kind"] == "results"
    assert not any(one["facts"].get("quorum") for one in found.content["blocks"])


def test_circular_votes_stand_in_the_next_minutes_once(app: Flask, reference: str) -> None:
    with at_work(reference) as (session, _who, meeting):
        session.add(
            CircularVote(
                reference="PG-U-2027-01", body_id=meeting.body_id, title="Logo", wording="Das Logo gilt.", state="decided",
                result="accepted", sentence="Einstimmig angenommen.", closed_at=meetings.BEGINS - timedelta(days=5),
                created_at=meetings.BEGINS,
            )
        )  # fmt: skip
    minutes.sent(app, reference)
    assert "Einstimmig angenommen." in "\n".join(blocks.lines(now_state(reference).content))
    assert db.session.scalars(select(CircularVote.reported_in_id)).one() == now_state(reference).meeting_id
    second = minutes.held_meeting(begins=meetings.BEGINS + timedelta(days=60))
    minutes.begun(second)
    lines = "\n".join(blocks.lines(now_state(second).content))
    assert "Logo" not in lines and "noch nicht festgestellt" in lines, (
        "earlier minutes are told, the vote is not told twice"
    )


def test_refreshing_keeps_own_texts_and_takes_new_facts(reference: str) -> None:
    minutes.begun(reference)
    with at_work(reference) as (session, who, meeting):
        found = minutes_in(session, reference)
        editing.change_block(
            session, who, AFTER, minutes=found, block="item-2", texts={"course": "Eigener Text"}, version=1
        )
        items = session.scalars(select(AgendaItem).where(AgendaItem.meeting_id == meeting.record_id)).all()
        for one in items:
            one.notes = "Neue Notizen"
        session.flush()
        changed = editing.refresh(session, who, AFTER, minutes=found, row_version=found.row_version)
        assert "item-1" in changed
        with pytest.raises(StaleVersion):
            editing.refresh(session, who, AFTER, minutes=found, row_version=1)
    found = now_state(reference).content
    texts = {
        one["id"]: (one["texts"]["course"], one["drawn"]["course"]) for one in found["blocks"] if one["kind"] == "item"
    }
    assert texts["item-1"] == ("Neue Notizen", "Neue Notizen")
    assert texts["item-2"] == ("Eigener Text", "Neue Notizen")


def test_what_guests_get_holds_nothing_confidential(app: Flask, reference: str) -> None:
    minutes.begun(reference)
    with at_work(reference) as (session, _who, _meeting):
        found = minutes_in(session, reference)
        assert SECRET in repr(found.content) and SECRET not in repr(blocks.redacted(found.content))
        collected = files.collect(session, AFTER, found)
        assert SECRET in repr(collected.members) and SECRET not in repr(collected.guests)


def test_the_last_signature_gets_its_files_and_sending_uses_them(app: Flask, reference: str) -> None:
    minutes.signed(reference)
    made = minutes.prepared(app, reference)
    with at_work(reference) as (session, _who, _meeting):
        assert files.needs_files(session, minutes_in(session, reference))
        assert files.keep_signed(session, AFTER, minutes_in(session, reference), made)
        assert not files.keep_signed(session, AFTER, minutes_in(session, reference), made)
    minutes.send(app, reference)
    assert db.session.scalar(select(func.count()).select_from(MinutesVersion)) == 1
    assert isinstance(db.session.scalars(select(Body).where(Body.slug == meetings.SLUG)).one(), Body)
    assert db.session.scalars(select(Meeting)).one().record.state == "niederschrift"
