"""Inviting: the list from the seats, the rules of notice, one mail a person with calendar and link, changes, cancellation."""

from __future__ import annotations

from datetime import timedelta

import icalendar
import pytest
import vobject
from sqlalchemy import select
from sqlalchemy.orm import Session

from kimforms.extensions import db
from kimforms.models import AgendaItem, Body, Event, Invitee, Person, Record, Seat, SeatHolder
from kimforms.rules.rulebook import Rulebook
from kimforms.services.bodies.access import day_of
from kimforms.services.bodies.people import people_on
from kimforms.services.meetings import changes, dispatch, invitees, notices
from kimforms.services.meetings.planning import Plan, cancel_meeting, move_meeting
from kimforms.services.refusals import InputRefused, NotPermitted, StepRefused

from ..support import invitations, meetings
from ..support.databases import NOW
from ..support.invitations import approved, calendar_in, dispatches, invited, mails_to, rows, send, text_in
from ..support.meetings import at_work, found, named
from ..support.records import COORDINATOR, mails

pytestmark = pytest.mark.usefixtures("app")
SOCIAL = "sozialamt.pruefgremium@member.example"
LATER = NOW + timedelta(hours=1)


def seat_of(session: Session, label: str) -> Seat:
    """A seat of the body of these tests; bodies of the profile have seats of the same name."""
    return session.scalars(select(Seat).join(Body).where(Seat.label == label, Body.slug == meetings.SLUG)).one()


def test_voting_and_advisory_seats_are_proposed_guests_and_deputies_are_not() -> None:
    meetings.body()
    reference = approved()
    assert set(rows(reference)) == {label for label, right in meetings.SEATS if right != "guest"}
    with at_work(reference) as (session, actor, meeting):
        assert invitees.take_over(session, actor, NOW, meeting) == 0


def test_one_mail_a_person_with_link_and_calendar() -> None:
    reference = invited()
    sent = mails("meeting.invitation")
    assert len(sent) == len({address for _kind, address in sent}) == 8
    meeting = found(reference)
    assert (meeting.record.state, meeting.dispatched_at, meeting.sent_sequence, meeting.pinned) == (
        "eingeladen",
        NOW,
        0,
        True,
    )
    [mail] = mails_to(SOCIAL)
    event = icalendar.Calendar.from_ical(calendar_in(mail)).walk("VEVENT")[0]
    assert str(event["UID"]) == meeting.uid
    assert event["SEQUENCE"] == 0
    assert str(event["ATTENDEE"]) == f"mailto:{SOCIAL}"
    assert event["ATTENDEE"].params["PARTSTAT"] == "NEEDS-ACTION"
    assert event["DTSTART"].dt == meeting.starts_at
    assert vobject.readOne(calendar_in(mail).decode()).vevent.uid.value == meeting.uid
    text = text_in(mail)
    link = invitations.link_in(mail)
    for answer in ("accepted", "declined", "tentative", "deputy"):
        assert f"http://localhost{link}?answer={answer}\n" in text
    assert link in str(event["DESCRIPTION"])
    assert "3 Punkt 3" in text


def test_sending_twice_sends_nothing_twice() -> None:
    reference = invited()
    with pytest.raises(StepRefused, match="schon eingeladen"):
        send(reference)
    assert len(mails("meeting.invitation")) == 8
    [made] = dispatches(reference)
    assert [(one.channel, one.message_id is not None) for one in made.recipients] == [("mail", True)] * 8


def test_a_person_with_two_seats_gets_one_mail() -> None:
    meetings.body()
    with meetings.unit_of_work() as session:
        seat = seat_of(session, "Diakonie")
        holder = session.scalars(select(SeatHolder).where(SeatHolder.seat_id == seat.id)).one()
        holder.person = named(session, "Sozialamt")
    reference = approved()
    send(reference)
    assert len(rows(reference)) == 8
    assert len(mails("meeting.invitation")) == 7
    [mail] = mails_to(SOCIAL)
    assert "Ihre Sitze Sozialamt und Diakonie" in text_in(mail)


def test_steering_bodies_wait_for_the_agenda_and_for_people() -> None:
    meetings.body()
    reference = meetings.meeting()
    with pytest.raises(StepRefused, match="nicht freigegeben"):
        send(reference)
    meetings.body("exchange", "runde")
    other = meetings.meeting("runde")
    with pytest.raises(StepRefused, match="noch niemand"):
        send(other)
    with at_work(other) as (session, actor, meeting):
        invitees.take_over(session, actor, NOW, meeting)
    send(other)
    assert found(other).record.state == "eingeladen"
    with pytest.raises(NotPermitted):
        send(reference, by=COORDINATOR)


@pytest.mark.parametrize(
    ("days", "field", "wanted"),
    [(30, None, {}), (10, "reason", {"reason": "Das Land  hat die\r\nFrist verkürzt."}), (2, "late", {"late": True})],
)
def test_the_notice_asks_for_a_reason_or_a_word(days: int, field: str | None, wanted: dict[str, object]) -> None:
    meetings.body()
    reference = approved(begins=NOW + timedelta(days=days))
    if field:
        with pytest.raises(InputRefused) as refused:
            send(reference)
        assert list(refused.value.errors) == [field]
        assert mails("meeting.invitation") == []
    send(reference, **wanted)
    assert len(mails("meeting.invitation")) == 8
    text = text_in(mails_to(SOCIAL)[0])
    assert ("Ladungsfrist ist verkürzt. Begründung: Das Land hat die Frist verkürzt." in text) is (field == "reason")
    with at_work(reference) as (session, _actor, meeting):
        sent = notices.sent_of(session, meeting)
        verdict = notices.check(session, meeting, invitees.everybody(session, meeting), sent).verdict
        assert verdict.ok is (field != "late"), verdict.sentence


def test_a_moved_meeting_goes_out_once_and_asks_again() -> None:
    reference = invited()
    with at_work(reference) as (session, actor, meeting):
        rows_ = invitees.everybody(session, meeting)
        rows_[0].answer, rows_[0].answered_sequence = "accepted", 0
        assert changes.pending_change(session, meeting) is None
        begin = meeting.starts_at + timedelta(days=7)
        move_meeting(
            session, actor, LATER, meeting=meeting, plan=Plan(begin, begin + timedelta(hours=3), place="Rathaus")
        )
        change = changes.pending_change(session, meeting)
        assert change is not None
        assert change.asks_again
        assert "Neuer Ort: Rathaus (bisher: Kreishaus, Raum A 1.16)." in change.lines
    send(reference, "update", LATER)
    with pytest.raises(StepRefused, match="keine Änderung"):
        send(reference, "update", LATER)
    assert len(mails("meeting.update")) == 8
    update = mails_to(SOCIAL)[1]
    event = icalendar.Calendar.from_ical(calendar_in(update)).walk("VEVENT")[0]
    assert (event["SEQUENCE"], event["ATTENDEE"].params["PARTSTAT"]) == (1, "NEEDS-ACTION")
    assert invitations.link_in(update) == invitations.link_in(mails_to(SOCIAL)[0])
    with at_work(reference) as (session, _actor, meeting):
        assert (meeting.sequence, meeting.sent_sequence) == (1, 1)
        open_rows = dispatch.unanswered(session, LATER, meeting, invitees.everybody(session, meeting))
        assert len(open_rows) == 8


def test_a_new_item_after_dispatch_is_told_and_keeps_answers() -> None:
    reference = invited()
    with at_work(reference) as (session, _actor, meeting):
        row = invitees.everybody(session, meeting)[1]
        row.answer, row.answered_sequence = "accepted", 0
        session.add(
            AgendaItem(meeting=meeting, position=9, kind="report", title="Geheimes", late=True, confidential=True)
        )
    with at_work(reference) as (session, _actor, meeting):
        change = changes.pending_change(session, meeting)
        assert change is not None
        assert change.lines == ("Neu auf der Tagesordnung: 4. Geheimes.",)
        assert change.lines_for_guests == ("Die Tagesordnung hat sich geändert.",)
        assert not change.asks_again
    send(reference, "update", LATER)
    with at_work(reference) as (session, _actor, meeting):
        asked = notices.sent_of(session, meeting).asked_sequence
        assert asked == 0
        event = icalendar.Calendar.from_ical(calendar_in(mails_to(SOCIAL)[1])).walk("VEVENT")[0]
        assert (event["SEQUENCE"], event["ATTENDEE"].params["PARTSTAT"]) == (1, "ACCEPTED")


def test_a_cancelled_meeting_is_cancelled_in_every_calendar_once() -> None:
    reference = invited()
    with pytest.raises(StepRefused, match="nicht abgesagt"):
        send(reference, "cancellation")
    with at_work(reference) as (session, actor, meeting):
        cancel_meeting(session, actor, LATER, meeting=meeting, reason="Zu wenige Zusagen")
    send(reference, "cancellation", LATER)
    with pytest.raises(StepRefused, match="schon versandt"):
        send(reference, "cancellation", LATER)
    mail = mails_to(SOCIAL)[1]
    calendar = icalendar.Calendar.from_ical(calendar_in(mail))
    event = calendar.walk("VEVENT")[0]
    assert (str(calendar["METHOD"]), str(event["STATUS"]), event["SEQUENCE"]) == ("CANCEL", "CANCELLED", 1)
    assert "Zu wenige Zusagen" in text_in(mail)


def test_one_person_is_left_out_and_nobody_else_notices() -> None:
    reference = invited()
    with at_work(reference) as (session, actor, meeting):
        row = next(one for one in invitees.everybody(session, meeting) if one.seat.label == "Sozialamt")
        dispatch.uninvite(session, actor, LATER, meeting, row)
        assert (meeting.sequence, meeting.sent_sequence) == (1, 1)
        assert changes.pending_change(session, meeting) is None
    assert mails("meeting.uninvitation") == [("meeting.uninvitation", SOCIAL)]
    mail = mails_to(SOCIAL)[1]
    calendar = icalendar.Calendar.from_ical(calendar_in(mail))
    event = calendar.walk("VEVENT")[0]
    assert (str(calendar["METHOD"]), event["SEQUENCE"], str(event["ATTENDEE"])) == ("CANCEL", 1, f"mailto:{SOCIAL}")
    assert "STATUS" not in event
    assert "/r/" not in text_in(mail)


def test_a_replaced_member_shows_as_a_difference() -> None:
    reference = invited()
    with at_work(reference) as (session, _actor, meeting):
        seat = seat_of(session, "Sozialamt")
        old = session.scalars(
            select(SeatHolder).where(SeatHolder.seat_id == seat.id, SeatHolder.role == "principal")
        ).one()
        old.valid_until = NOW.date()
        new = meetings.person(session, "Nachfolge")
        session.add(SeatHolder(seat=seat, person=new, role="principal", valid_from=NOW.date() + timedelta(days=1)))
    with at_work(reference) as (session, _actor, meeting):
        places = people_on(session, meeting.body, day_of(meeting))
        [difference] = invitees.differences(places, invitees.everybody(session, meeting))
        assert difference.sentence == (
            "Auf dem Sitz „Sozialamt“ sitzt jetzt Kim Nachfolge; eingeladen ist Kim Sozialamt."
        )


def test_without_an_address_a_letter_is_due() -> None:
    meetings.body()
    with meetings.unit_of_work() as session:
        named(session, "Jugendamt").email = None
    reference = approved()
    send(reference)
    [made] = dispatches(reference)
    letters = [one for one in made.recipients if one.channel == "post"]
    assert [(one.address, one.posted_at) for one in letters] == [("Kim Jugendamt, Amtsweg 1, 53721 Siegburg", None)]
    with at_work(reference) as (session, _actor, meeting):
        found_ = notices.check(
            session, meeting, invitees.everybody(session, meeting), notices.sent_of(session, meeting)
        )
        assert [one.name for one in found_.late] == ["Kim Jugendamt (Brief noch nicht als versandt vermerkt)"]


def test_names_cannot_add_headers_or_calendar_lines() -> None:
    meetings.body()
    with meetings.unit_of_work() as session:
        person = named(session, "Sozialamt")
        person.first_name, person.last_name = "Kim\r\nBcc: x@evil.example", 'A"\r\nATTENDEE:mailto:x@evil.example'
    reference = approved()
    send(reference)
    [mail] = mails_to(SOCIAL)
    assert mail["Bcc"] is None
    calendar = icalendar.Calendar.from_ical(calendar_in(mail))
    assert str(calendar.walk("VEVENT")[0]["ATTENDEE"]) == f"mailto:{SOCIAL}"


def test_guests_get_no_confidential_titles() -> None:
    meetings.body()
    reference = approved()
    with at_work(reference) as (session, actor, meeting):
        session.scalars(select(AgendaItem).where(AgendaItem.position == 1)).one().confidential = True
        guest = meetings.person(session, "Besuch")
        invitees.add(session, actor, NOW, meeting, person=guest)
        with pytest.raises(InputRefused):
            invitees.add(session, actor, NOW, meeting, person=guest)
    send(reference)
    everything = mails_to("besuch.person@member.example")[0].as_string() + str(
        icalendar.Calendar.from_ical(calendar_in(mails_to("besuch.person@member.example")[0])).walk("VEVENT")[0][
            "DESCRIPTION"
        ]
    )
    assert "Punkt 2" not in everything
    assert "vertraulicher Punkt" in everything
    assert "Punkt 2 (vertraulich)" in text_in(mails_to(SOCIAL)[0])


def test_whoever_is_on_the_list_before_dispatch_leaves_without_a_word() -> None:
    meetings.body()
    reference = approved()
    with at_work(reference) as (session, actor, meeting):
        row = next(one for one in invitees.everybody(session, meeting) if one.seat.label == "Sozialamt")
        invitees.remove(session, actor, NOW, meeting, row)
    send(reference)
    assert ("meeting.invitation", SOCIAL) not in mails()
    with at_work(reference) as (session, actor, meeting), pytest.raises(StepRefused):
        invitees.remove(session, actor, NOW, meeting, invitees.everybody(session, meeting)[0])


def test_reminders_go_to_those_who_owe_an_answer_once_a_day() -> None:
    reference = invited()
    with at_work(reference) as (session, _actor, meeting):
        row = invitees.everybody(session, meeting)[0]
        row.answer, row.answered_sequence = "declined", 0
    send(reference, "reminder", LATER)
    assert len(mails("meeting.reminder")) == 7
    with pytest.raises(StepRefused):
        send(reference, "reminder", LATER)
    send(reference, "reminder", LATER + timedelta(days=1))
    assert len(mails("meeting.reminder")) == 14


def test_the_history_tells_of_every_dispatch() -> None:
    reference = invited()
    wanted = select(Event.tag).join(Record, Record.id == Event.record_id).where(Record.reference == reference)
    tags = list(db.session.scalars(wanted))
    assert tags.count("invitee:add") == 8
    assert tags.count("meeting:dispatch") == 1


def test_rules_are_asked_for_the_channel_in_use() -> None:
    meetings.body()
    reference = approved(begins=NOW + timedelta(days=17))
    with at_work(reference) as (session, actor, meeting):
        everybody = invitees.everybody(session, meeting)
        assert notices.outlook(session, meeting, everybody, NOW.date()).in_time
        invitees.set_channel(session, actor, NOW, meeting, everybody[0], "post")
        late = notices.outlook(session, meeting, invitees.everybody(session, meeting), NOW.date())
        assert not late.in_time
        assert [key for key, _last, verdict in late.channels if not verdict.ok] == ["post"]
        assert isinstance(late.rulebook, Rulebook)


def test_nobody_of_another_controller_is_added() -> None:
    meetings.body()
    reference = approved()
    with at_work(reference) as (session, actor, meeting):
        stranger = meetings.person(session, "Fremd")
        stranger.controller_id = 2
        session.flush()
        with pytest.raises(InputRefused):
            invitees.add(session, actor, NOW, meeting, person=stranger)
        assert session.scalars(select(Invitee).join(Person).where(Person.last_name == "Fremd")).all() == []
