"""Minutes that the clock leaves open: a vote by circulation, a mail that came back, by hand; on both databases."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from flask import Flask
from sqlalchemy import func, select, update

from kimforms.extensions import db
from kimforms.models import (
    CircularVote,
    Decision,
    Delivery,
    Event,
    Minutes,
    OutboxMessage,
    Rulebook,
)
from kimforms.services import excerpts
from kimforms.services.circular import closing, files, minutes_votes, starting
from kimforms.services.minutes import objections, sending, settling
from kimforms.services.refusals import InputRefused, NotPermitted, NotVisible, StepRefused
from kimforms.services.unit_of_work import unit_of_work
from tests.support import circular, meetings, minutes
from tests.support.meetings import at_work
from tests.support.minutes import AFTER, minutes_in
from tests.support.records import COORDINATOR

LATER = AFTER + timedelta(days=40)
"""Long after the period for objections, which ends on 05.02.2027."""


@pytest.fixture
def reference(app: Flask) -> str:
    return minutes.held()


@pytest.fixture
def by_circulation(app: Flask, reference: str) -> str:
    """A meeting of a body whose rules want minutes approved by circulation; they were sent."""
    with at_work(reference) as (session, _who, meeting):
        book = Rulebook(
            body_id=meeting.body_id, number=1, valid_from=date(2026, 1, 1), title="GO", adopted_at=AFTER,
            values={"approval_mode": "circular"},
        )  # fmt: skip
        session.add(book)
        meeting.rulebook = book
    minutes.sent(app, reference)
    return reference


def now_state(reference: str) -> Minutes:
    db.session.rollback()
    return minutes_in(db.session(), reference)


def put_to_vote(reference: str, now: datetime = LATER) -> str:
    """A vote on the minutes that has gone out, and whose mails arrived."""
    with at_work(reference) as (session, who, _meeting):
        vote = minutes_votes.draft_for_minutes(session, who, now, minutes=minutes_in(session, reference))
        assert minutes_votes.draft_for_minutes(session, who, now, minutes=minutes_in(session, reference)) is vote
        parts = files.parts(session, now, vote, None)
        assert [one.name for one in parts] == [f"Niederschrift {reference}.pdf"]
        starting.start_vote(session, who, now, vote=vote, files=parts)
        number = vote.reference
    with unit_of_work() as session:
        session.execute(update(Delivery).values(status="sent", sent_at=now))
    return number


def everybody_says(number: str, choice: str, now: datetime = LATER) -> None:
    for label in circular.VOTERS:
        circular.say(number, label, choice, now=now)


def refused_mail(reference: str, label: str) -> int:
    """The mail to this person came back; the id of the recipient."""
    with at_work(reference) as (session, _who, _meeting):
        mine = next(
            one
            for one in sending.recipients_of(session, minutes_in(session, reference))
            if one.person_id == minutes.somebody(session, label).id and one.dispatch.snapshot["what"] == "minutes"
        )
        session.execute(update(Delivery).where(Delivery.message_id == mine.message_id).values(status="dead"))
        return mine.id


def test_a_vote_by_circulation_settles_minutes(by_circulation: str) -> None:
    assert settling.run(unit_of_work, LATER) == 0, "the clock waits for the vote"
    number = put_to_vote(by_circulation)
    assert now_state(by_circulation).state == "sent"
    everybody_says(number, "yes")
    found, vote = now_state(by_circulation), circular.found(number)
    assert (vote.state, vote.result) == ("decided", "accepted")
    assert found.state == "settled" and found.settled_how.startswith(f"Genehmigt im Umlauf {number}: ")
    assert found.meeting.record.state == "abgeschlossen"
    assert db.session.get_one(Decision, vote.decision_id).title == f"Genehmigung der Niederschrift {by_circulation}"
    with at_work(by_circulation) as (session, who, _meeting), pytest.raises(StepRefused):
        minutes_votes.draft_for_minutes(session, who, LATER, minutes=minutes_in(session, by_circulation))


def test_a_rejected_vote_leaves_them_open_and_another_one_may_follow(by_circulation: str) -> None:
    number = put_to_vote(by_circulation)
    everybody_says(number, "no")
    assert circular.found(number).result == "rejected" and now_state(by_circulation).state == "sent"
    told = select(OutboxMessage.text).where(
        OutboxMessage.subject == f"{number}: Niederschrift {by_circulation} bleibt offen"
    )
    assert "nicht genehmigt" in (db.session.scalars(told).first() or "")
    second = put_to_vote(by_circulation)
    assert second != number


def test_an_objection_holds_the_vote_up_and_what_was_voted_counts_once_it_is_answered(by_circulation: str) -> None:
    number = put_to_vote(by_circulation, AFTER + timedelta(days=2))
    raised = AFTER + timedelta(days=3)
    with at_work(by_circulation, None) as (session, who, _meeting):
        person = minutes.somebody(session, "Jugendamt")
        raised_one = objections.object_to(
            session, who, raised, minutes=minutes_in(session, by_circulation), person=person,
            said=objections.Said("Ich kam früher."), via="link",
        ).id  # fmt: skip
    everybody_says(number, "yes", raised)
    assert circular.found(number).result == "accepted" and now_state(by_circulation).state == "sent"
    assert settling.run(unit_of_work, LATER) == 0
    with at_work(by_circulation) as (session, who, _meeting):
        found = minutes_in(session, by_circulation)
        objections.refuse(
            session, who, LATER, minutes=found, objection=objections.find(session, found, raised_one), reason="Nein."
        )
    assert settling.run(unit_of_work, LATER) == 1 and number in now_state(by_circulation).settled_how


def test_whether_a_vote_on_minutes_may_begin(app: Flask, reference: str) -> None:
    minutes.begun(reference)
    with at_work(reference) as (session, who, _meeting):
        found = minutes_in(session, reference)
        verdict = minutes_votes.may_begin(session, found, None)
        assert not verdict.ok and "nicht im Umlauf" in verdict.sentence, "the defaults want none"
        with pytest.raises(StepRefused):
            minutes_votes.draft_for_minutes(session, who, LATER, minutes=found)
    with pytest.raises(NotPermitted), at_work(reference, COORDINATOR) as (session, who, _meeting):
        minutes_votes.draft_for_minutes(session, who, LATER, minutes=minutes_in(session, reference))
    assert db.session.scalar(select(func.count()).select_from(CircularVote)) == 0


def test_the_clock_waits_for_a_member_whom_the_minutes_never_reached(app: Flask, reference: str) -> None:
    minutes.sent(app, reference)
    mine = refused_mail(reference, "Jugendamt")
    assert settling.run(unit_of_work, LATER) == 0 and now_state(reference).state == "sent"
    with at_work(reference) as (session, who, _meeting):
        found = minutes_in(session, reference)
        sentence = settling.verdict_of(session, LATER, found).sentence
        assert "Jugendamt hat die Niederschrift nicht erhalten" in sentence
        person = minutes.somebody(session, "Jugendamt")
        person.email = "neu@jugendamt.example"
        session.flush()
        sent = sending.send_again(session, who, LATER, minutes=found, recipient_id=mine)
        assert sent.address == "neu@jugendamt.example" and sent.message is not None
        assert sending.send_again(session, who, LATER, minutes=found, recipient_id=mine).id == sent.id, "a second click"
        assert found.objections_until == date(2027, 3, 17), "received on 03.03., fourteen days"
        assert settling.verdict_of(session, LATER, found).ok is False
        verdict = objections.in_time(session, found, person, date(2027, 3, 17))
        assert verdict.ok
        mails = select(func.count()).select_from(Delivery).where(Delivery.address == "neu@jugendamt.example")
        assert session.scalar(mails) == 1
    assert settling.run(unit_of_work, LATER + timedelta(days=30)) == 1
    assert db.session.scalar(select(func.count()).where(Event.tag == "minutes:resend")) == 1


def test_sending_again_is_for_what_came_back(app: Flask, reference: str) -> None:
    minutes.sent(app, reference)
    mine = refused_mail(reference, "Jugendamt")
    with at_work(reference) as (session, who, _meeting):
        found = minutes_in(session, reference)
        everybody = [one for one in sending.recipients_of(session, found) if one.dispatch.snapshot["what"] == "minutes"]
        arrived = next(one for one in everybody if one.id != mine)
        with pytest.raises(StepRefused):
            sending.send_again(session, who, LATER, minutes=found, recipient_id=arrived.id)
        with pytest.raises(NotVisible):
            sending.send_again(session, who, LATER, minutes=found, recipient_id=987_654)
        minutes.somebody(session, "Jugendamt").email = None
        session.flush()
        letter = sending.send_again(session, who, LATER, minutes=found, recipient_id=mine)
        assert (letter.channel, letter.message) == ("post", None)
        assert "ein Brief ist nicht aufgegeben" in settling.verdict_of(session, LATER, found).sentence
    with pytest.raises(NotPermitted), at_work(reference, COORDINATOR) as (session, who, _meeting):
        sending.send_again(session, who, LATER, minutes=minutes_in(session, reference), recipient_id=mine)


def test_the_office_settles_by_hand_with_a_reason(app: Flask, reference: str) -> None:
    minutes.sent(app, reference)
    refused_mail(reference, "Jugendamt")
    for now, reason, expected in (
        (AFTER, "Egal.", StepRefused),
        (LATER, "  ", InputRefused),
        (LATER, "x" * 251, InputRefused),
    ):
        with pytest.raises(expected), at_work(reference) as (session, who, _meeting):
            settling.settle_by_hand(session, who, now, minutes=minutes_in(session, reference), reason=reason)
    with pytest.raises(NotPermitted), at_work(reference, COORDINATOR) as (session, who, _meeting):
        settling.settle_by_hand(session, who, LATER, minutes=minutes_in(session, reference), reason="Weil.")
    assert now_state(reference).state == "sent"
    for _click in range(2):
        with at_work(reference) as (session, who, _meeting):
            found = minutes_in(session, reference)
            settling.settle_by_hand(
                session, who, LATER, minutes=found, reason="Das Mitglied hat sie in der Sitzung gelesen."
            )
    found = now_state(reference)
    assert found.state == "settled" and found.settled_how.endswith("Das Mitglied hat sie in der Sitzung gelesen.")
    assert db.session.scalar(select(func.count()).where(Event.tag == "minutes:settle")) == 1


def test_an_open_objection_keeps_the_office_from_settling(app: Flask, reference: str) -> None:
    minutes.sent(app, reference)
    with at_work(reference) as (session, who, _meeting):
        found, person = minutes_in(session, reference), minutes.somebody(session, "Jugendamt")
        said = objections.Said("Ich kam früher.", on=date(2027, 2, 4))
        made = objections.object_to(session, who, LATER, minutes=found, person=person, said=said, via="office")
        assert made.in_time and made.received_at == datetime(2027, 2, 4, 11, tzinfo=UTC) and made.via == "office"
        with pytest.raises(StepRefused):
            settling.settle_by_hand(session, who, LATER, minutes=found, reason="Weil.")
        for day in (date(2027, 1, 20), date(2027, 12, 1)):
            with pytest.raises(InputRefused):
                said = objections.Said("Etwas anderes", on=day)
                objections.object_to(session, who, LATER, minutes=found, person=person, said=said, via="office")


def test_confidential_votes_make_confidential_decisions(app: Flask) -> None:
    meetings.body()
    motion = circular.Motion("Personalie", "Die Stelle wird besetzt.", "", True)
    number = circular.sent(motion=motion)
    with circular.at_vote(number) as (session, who, vote), pytest.raises(StepRefused):
        circular.drafting.change_draft(session, who, circular.NOW, vote=vote, motion=motion)
    for label in circular.VOTERS:
        circular.say(number, label, "yes")
    found = circular.found(number)
    assert found.confidential and db.session.get_one(Decision, found.decision_id).confidential
    open_one = circular.sent(motion=circular.MOTION)
    for label in circular.VOTERS:
        circular.say(open_one, label, "yes")
    assert not db.session.get_one(Decision, circular.found(open_one).decision_id).confidential
    assert closing.run(unit_of_work, circular.NOW).failed == []


def test_the_excerpt_of_a_vote_by_circulation_says_what_it_agrees_with(app: Flask) -> None:
    meetings.body()
    number = circular.sent()
    for label in circular.VOTERS:
        circular.say(number, label, "yes")
    with circular.at_vote(number) as (session, who, vote):
        html = excerpts.excerpt(session, who, circular.NOW, session.get_one(Decision, vote.decision_id))
    assert f"Umlaufverfahren {number}" in html and "Der Auszug stimmt mit der Niederschrift überein" not in html
    assert "Vorläufiger Auszug" not in html and "Ergebnis der Abstimmung im Umlaufverfahren" in html
