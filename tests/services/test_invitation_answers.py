"""Answers: by link, calendar and office; deputies sent and called back; replies that count and those that must not."""

from __future__ import annotations

from datetime import timedelta

import icalendar
import pytest
from sqlalchemy import select

from kimforms.extensions import db
from kimforms.models import InboundMail, OutboxMessage, Rulebook
from kimforms.permissions import ANYONE
from kimforms.services.meetings import answers, inbound, invitees, notices
from kimforms.services.meetings.answers import Given
from kimforms.services.meetings.inbound import take_in
from kimforms.services.meetings.planning import Plan, move_meeting
from kimforms.services.refusals import InputRefused, StepRefused
from kimforms.services.unit_of_work import unit_of_work

from ..support import meetings
from ..support.calendar_replies import bounce, reply, words
from ..support.databases import NOW
from ..support.invitations import approved, calendar_in, dispatches, invited, mails_to, rows, send, text_in
from ..support.meetings import at_work, found, named
from ..support.records import mails

pytestmark = pytest.mark.usefixtures("app")
SOCIAL = "sozialamt.pruefgremium@member.example"
DEPUTY = "vertretungsozialamt.pruefgremium@member.example"
YOUTH = "jugendamt.pruefgremium@member.example"
LATER = NOW + timedelta(hours=1)


def give(reference: str, answer: str, seat: str = "Sozialamt", now=LATER, via: str = "link", **more) -> None:  # type: ignore[no-untyped-def]
    """Answers for whoever sits on this seat."""
    with at_work(reference, None) as (session, _actor, meeting):
        person = named(session, seat)
        given = Given(answer, **more)
        mine = answers.rows_of(session, meeting, person.id)
        answers.give(session, ANYONE, now, meeting=meeting, rows=mine, given=given, via=via)


def came(content: bytes, now=LATER) -> inbound.Outcome:  # type: ignore[no-untyped-def]
    """A mail that comes in."""
    with unit_of_work() as session:
        return take_in(session, now, content)


def answer_of(reference: str, seat: str = "Sozialamt") -> tuple[str, str, str]:
    row = rows(reference)[seat]
    return row.answer, row.answered_via, row.answer_comment


def test_an_answer_is_kept_and_a_later_one_takes_its_place() -> None:
    reference = invited()
    give(reference, "accepted", comment="Gern\r\n dabei")
    assert answer_of(reference) == ("accepted", "link", "Gern dabei")
    give(reference, "declined")
    assert answer_of(reference) == ("declined", "link", "")
    with pytest.raises(StepRefused, match="begonnen"):
        give(reference, "accepted", now=found(reference).starts_at)
    with pytest.raises(InputRefused):
        give(reference, "perhaps")


def test_a_deputy_is_invited_and_called_back() -> None:
    reference = invited()
    with at_work(reference, None) as (session, _actor, _meeting):
        deputy_id = named(session, "Sozialamt", role="deputy").id
    give(reference, "deputy", deputy_id=deputy_id)
    give(reference, "deputy", deputy_id=deputy_id)
    assert mails("meeting.invitation")[8:] == [("meeting.invitation", DEPUTY)]
    row = rows(reference)["Vertretung Sozialamt"]
    assert (row.right, row.deputy_for.person.last_name, row.invited_at) == ("voting", "Sozialamt", LATER)
    [mail] = mails_to(DEPUTY)
    assert "als Vertretung für Kim Sozialamt" in text_in(mail)
    assert str(icalendar.Calendar.from_ical(calendar_in(mail))["METHOD"]) == "REQUEST"
    assert mails("meeting.uninvitation") == []
    give(reference, "accepted")
    assert mails("meeting.uninvitation") == [("meeting.uninvitation", DEPUTY)]
    assert "Vertretung Sozialamt" not in rows(reference)
    assert "selbst teil" in text_in(mails_to(DEPUTY)[1])
    assert answer_of(reference)[0] == "accepted"


def test_a_deputy_who_declines_is_told_to_the_principal() -> None:
    reference = invited()
    with at_work(reference, None) as (session, _actor, _meeting):
        deputy = named(session, "Sozialamt", role="deputy").id
    give(reference, "deputy", deputy_id=deputy)
    with at_work(reference, None) as (session, _actor, meeting):
        mine = answers.rows_of(session, meeting, deputy)
        answers.give(session, ANYONE, LATER, meeting=meeting, rows=mine, given=Given("declined"), via="link")
    assert mails("meeting.answer") == [("meeting.answer", SOCIAL)]


def test_only_deputies_of_the_own_seat_unless_the_rules_leave_it_open() -> None:
    reference = invited()
    with at_work(reference, None) as (session, _actor, _meeting):
        other = named(session, "Caritas", role="deputy").id
    with pytest.raises(InputRefused):
        give(reference, "deputy", deputy_id=other)
    free = {"deputy_name": "Robin Neu", "deputy_email": "robin@amt.example"}
    with pytest.raises(InputRefused):
        give(reference, "deputy", **free)
    with at_work(reference) as (session, _actor, meeting):
        book = Rulebook(
            body=meeting.body, number=1, valid_from=NOW.date(), title="GO", values={"deputy_named_in_advance": False},
            adopted_at=NOW,
        )  # fmt: skip
        session.add(book)
        meeting.rulebook = book
    with pytest.raises(InputRefused) as refused:
        give(reference, "deputy", deputy_name="Robin Neu", deputy_email="robin@amt.example\r\nBcc: x@y.example")
    assert list(refused.value.errors) == ["deputy_email"]
    give(reference, "deputy", **free)
    assert mails("meeting.invitation")[-1] == ("meeting.invitation", "robin@amt.example")


def test_a_calendar_reply_counts_once() -> None:
    reference = invited()
    uid = found(reference).uid
    mail = reply(uid, SOCIAL.upper(), more="COMMENT:Bin dabei\\, gern")
    assert came(mail).outcome == "answer"
    assert answer_of(reference) == ("accepted", "calendar", "Bin dabei, gern")
    assert came(mail).repeated
    assert len(db.session.scalars(select(InboundMail)).all()) == 1
    assert came(reply(uid, SOCIAL, "DECLINED", organizer=False, sequence=None, tag="2")).outcome == "answer"
    assert answer_of(reference)[0] == "declined"


@pytest.mark.parametrize(
    ("changes", "outcome", "word"),
    [
        ({"address": "fremd@x.example"}, "refused", "niemand eingeladen"),
        ({"sender": "boese@x.example"}, "refused", "kam aber von boese@x.example"),
        ({"uid": "another@kimforms"}, "unread", "nicht gibt"),
        ({"partstat": "NEEDS-ACTION"}, "unread", "ohne Zusage"),
        ({"partstat": "DELEGATED", "params": ';DELEGATED-TO="mailto:x@y.example"'}, "refused", "keine Vertretung"),
        ({"method": "COUNTER", "more": "DTSTART:20270120T130000Z"}, "counter", "schlägt"),
    ],
)
def test_what_does_not_fit_changes_no_answer(changes: dict[str, str], outcome: str, word: str) -> None:
    reference = invited()
    values = {"uid": found(reference).uid, "address": SOCIAL, **changes}
    happened = came(reply(**values))  # type: ignore[arg-type]
    assert (happened.outcome, word in happened.detail) == (outcome, True), happened.detail
    assert answer_of(reference)[0] == "none"
    row = db.session.scalars(select(InboundMail)).one()
    assert (row.outcome, row.detail) == (outcome, happened.detail)
    if outcome == "counter":
        assert "20.01.2027, 14:00 Uhr" in answer_of(reference)[2]


def test_a_delegation_to_a_deputy_of_the_seat_invites_the_deputy() -> None:
    reference = invited()
    mail = reply(found(reference).uid, SOCIAL, "DELEGATED", params=f';DELEGATED-TO="mailto:{DEPUTY}"')
    assert came(mail).outcome == "answer"
    assert answer_of(reference)[0] == "deputy"
    assert mails("meeting.invitation")[-1] == ("meeting.invitation", DEPUTY)


def test_replies_to_the_time_before_do_not_count() -> None:
    reference = invited()
    with at_work(reference) as (session, actor, meeting):
        begin = meeting.starts_at + timedelta(days=1)
        move_meeting(
            session, actor, LATER, meeting=meeting, plan=Plan(begin, begin + timedelta(hours=2), place="Rathaus")
        )
    send(reference, "update", LATER)
    uid = found(reference).uid
    assert "früheren Termin" in came(reply(uid, SOCIAL, sequence=0)).detail
    assert "früheren Termin" in came(reply(uid, SOCIAL, sequence=None, tag="2")).detail
    assert answer_of(reference)[0] == "none"
    late = LATER + timedelta(minutes=5)
    assert came(reply(uid, SOCIAL, sequence=None, stamp=late, tag="3"), late).outcome == "answer"
    assert came(reply(uid, YOUTH, sequence=1, stamp=late, tag="4"), late).outcome == "answer"


def test_an_overtaken_reply_does_not_undo_a_later_answer() -> None:
    reference = invited()
    give(reference, "declined", now=LATER)
    happened = came(reply(found(reference).uid, SOCIAL, stamp=NOW), LATER + timedelta(minutes=1))
    assert (happened.outcome, answer_of(reference)[0]) == ("refused", "declined")


def test_a_bounce_is_shown_and_counts_against_the_notice() -> None:
    reference = invited()
    message = db.session.scalars(select(OutboxMessage).where(OutboxMessage.subject.contains("Einladung"))).all()
    recipient = next(one for one in dispatches(reference)[0].recipients if one.address == SOCIAL)
    assert recipient.message in message
    assert came(bounce(recipient.message.message_id, "andere@x.example")).outcome == "unread"
    assert came(bounce(recipient.message.message_id, SOCIAL, "delayed")).outcome == "bounce"
    assert dispatches(reference)[0].recipients[1].bounced_at is None
    assert came(bounce(recipient.message.message_id, SOCIAL), LATER).outcome == "bounce"
    with at_work(reference) as (session, _actor, meeting):
        checked = notices.check(
            session, meeting, invitees.everybody(session, meeting), notices.sent_of(session, meeting)
        )
        assert [one.name for one in checked.late] == ["Kim Sozialamt"]
        assert (
            "550 5.1.1 Kein solches Postfach"
            in [one.bounce_reason for one in dispatches(reference)[0].recipients if one.bounced_at][0]
        )


def test_other_mails_are_listed_and_never_answered() -> None:
    reference = invited()
    message_id = dispatches(reference)[0].recipients[0].message.message_id
    before = len(mails())
    assert came(words(reply_to=message_id)).meeting is not None
    assert came(words("Abwesend", more="Auto-Submitted: auto-replied\r\n")).outcome == "automatic"
    assert came(b"\x00\xff kein Brief").outcome == "unreadable"
    assert came(b"").outcome == "unreadable"
    assert came(b"A" * 6_000_000).outcome == "unreadable"
    assert len(mails()) == before
    assert [row.outcome for row in db.session.scalars(select(InboundMail).order_by(InboundMail.id))] == [
        "unread", "automatic", "unreadable", "unreadable", "unreadable"
    ]  # fmt: skip


def test_two_people_with_one_address_are_told_apart_by_the_office() -> None:
    meetings.body()
    with unit_of_work() as session:
        named(session, "Jugendamt").email = SOCIAL
    reference = approved()
    send(reference)
    happened = came(reply(found(reference).uid, SOCIAL))
    assert (happened.outcome, "mehrere Personen" in happened.detail) == ("refused", True)
