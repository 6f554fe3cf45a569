"""Series become meetings of their own; polls find a date; both on real bodies, with what goes wrong."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import pytest
from sqlalchemy import delete, select

from kimforms.extensions import db
from kimforms.models import Body, DatePoll, Meeting, MeetingSeries, OutboxMessage, ReplyLink, SeatHolder
from kimforms.permissions import ANYONE
from kimforms.services import reply_links
from kimforms.services.meetings import planning, polls, series
from kimforms.services.queries.meeting_days import notes_on, school_holidays
from kimforms.services.refusals import InputRefused, LinkExpired, StepRefused
from kimforms.services.unit_of_work import unit_of_work

from ..support import meetings
from ..support.databases import NOW
from ..support.meetings import BEGINS, MEMBER, at_work
from ..support.records import OFFICE, actor, mails

pytestmark = pytest.mark.usefixtures("app")
HOUR = timedelta(hours=1)


def wanted(**values: Any) -> series.Wanted:
    return series.Wanted(**{
        "title": "Jour fixe", "frequency": "monthly", "by": "weekday", "first_on": date(2027, 1, 12), "starts": time(14),
        "minutes": 90, "until": date(2027, 6, 30), "place": "Kreishaus",
    } | values)  # fmt: skip


def make(chosen: dict[date, date | None] | None = None, **values: Any) -> int:
    with unit_of_work() as session:
        body = session.scalars(select(Body).where(Body.slug == meetings.SLUG)).one()
        what = wanted(**values)
        found = series.preview(session, NOW, what)
        days = chosen or {one.planned_on: one.starts_at.date() for one in found if not one.skipped}
        made, _meetings = series.create_series(
            session, actor(session, OFFICE), NOW, body=body, wanted=what, chosen=days
        )
        return made.id


def starts() -> list[str]:
    db.session.rollback()
    moments = db.session.scalars(select(Meeting.starts_at).order_by(Meeting.starts_at))
    return [f"{one.astimezone(planning.BERLIN):%d.%m. %H:%M}" for one in moments]


def test_local_hours_stay_when_the_clocks_change() -> None:
    meetings.body()
    make()
    assert starts() == ["12.01. 14:00", "09.02. 14:00", "09.03. 14:00", "13.04. 14:00", "11.05. 14:00", "08.06. 14:00"]
    moments = db.session.scalars(select(Meeting.starts_at).order_by(Meeting.starts_at)).all()
    assert (moments[2].astimezone(UTC).hour, moments[3].astimezone(UTC).hour) == (13, 12)


def test_days_are_left_out_and_moved_and_stay_in_the_series() -> None:
    meetings.body()
    number = make({date(2027, 1, 12): date(2027, 1, 12), date(2027, 2, 9): None, date(2027, 3, 9): date(2027, 3, 10)})
    assert starts() == ["12.01. 14:00", "10.03. 14:00"]
    with unit_of_work() as session:
        made = session.get_one(MeetingSeries, number)
        first = series.meetings_of(session, made)[0]
        plan = planning.Plan(BEGINS + timedelta(days=1), BEGINS + timedelta(days=1, hours=1), place="Rathaus")
        planning.move_meeting(session, actor(session, OFFICE), NOW, meeting=first, plan=plan)
        assert first.series_id == number


def test_holidays_and_school_holidays_show() -> None:
    meetings.body()
    with unit_of_work() as session:
        found = series.preview(
            session, NOW, wanted(first_on=date(2027, 3, 26), frequency="weekly", until=date(2027, 4, 2))
        )
        assert [(one.holiday, one.school_holidays) for one in found] == [
            ("Karfreitag", "Osterferien"),
            (None, "Osterferien"),
        ]
        assert len(school_holidays(session)) > 10
        body = session.scalars(select(Body).where(Body.slug == meetings.SLUG)).one()
        assert notes_on(session, body.controller_id, date(2027, 3, 26)).free


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"frequency": "stündlich"}, "frequency"),
        ({"until": date(2026, 1, 1)}, "until"),
        ({"until": date(2040, 1, 1)}, "until"),
        ({"first_on": date(2020, 1, 1), "until": date(2020, 6, 1)}, "until"),
        ({"frequency": "weekly", "first_on": date(2027, 1, 1), "until": date(2029, 12, 31)}, "until"),
        ({"minutes": -60}, "ends"),
        ({"title": " "}, "title"),
    ],
)
def test_what_is_no_series(values: dict[str, Any], field: str) -> None:
    meetings.body()
    with unit_of_work() as session, pytest.raises(InputRefused) as refused:
        series.preview(session, NOW, wanted(**values))
    assert field in refused.value.errors


def test_a_day_that_is_taken_is_named_and_nothing_is_made() -> None:
    meetings.body()
    meetings.meeting(begins=datetime(2027, 2, 9, 13, 30, tzinfo=UTC))
    with pytest.raises(InputRefused) as refused:
        make()
    assert list(refused.value.errors) == ["2027-02-09"]
    assert len(starts()) == 1


def test_a_series_ends_with_what_was_only_planned() -> None:
    meetings.body()
    number = make(until=date(2027, 3, 31))
    with unit_of_work() as session:
        made = session.get_one(MeetingSeries, number)
        first = series.meetings_of(session, made)[0]
        first.record.state, first.dispatched_at = "eingeladen", NOW
        session.flush()  # the service reads the state
        gone = series.end_series(session, actor(session, OFFICE), NOW, series=made, reason="Neuer Rhythmus")
        assert len(gone) == 2
        assert first.record.state == "eingeladen"
        with pytest.raises(StepRefused):
            series.end_series(session, actor(session, OFFICE), NOW, series=made, reason="Noch einmal")


# --- polls ---------------------------------------------------------------------------------------------------------------


def ask(*begins: datetime, closes_on: date = date(2026, 12, 10)) -> int:
    with unit_of_work() as session:
        body = session.scalars(select(Body).where(Body.slug == meetings.SLUG)).one()
        options = [(one, one + 2 * HOUR) for one in begins or (BEGINS, BEGINS + timedelta(days=1))]
        poll = polls.open_poll(
            session, actor(session, OFFICE), NOW, body=body, title="Klausurtag", options=options, closes_on=closes_on,
            place="Kreishaus",
        )  # fmt: skip
        return poll.id


def say(poll_id: int, who: int, *answers: str, now: datetime = NOW) -> None:
    with unit_of_work() as session:
        poll = session.get_one(DatePoll, poll_id)
        given = {option.id: answer for option, answer in zip(poll.options, answers, strict=False)}
        polls.answer_poll(session, ANYONE, now, participant=poll.participants[who], answers=given)


def test_everybody_on_a_seat_is_asked_once_with_a_link_of_their_own() -> None:
    meetings.body()
    ask()
    assert len(mails("poll")) == len(meetings.SEATS)
    assert ("poll", MEMBER) in mails("poll")
    text = db.session.scalars(select(OutboxMessage.text).where(OutboxMessage.kind == "poll")).first()
    assert text is not None
    assert "Dienstag, 19.01.2027, 14:00 bis 16:00 Uhr" in text
    assert "?all=yes" in text


def test_the_best_date_comes_first_and_becomes_the_meeting() -> None:
    meetings.body()
    number = ask()
    say(number, 0, "no", "yes")
    say(number, 1, "yes", "if_need_be")
    with unit_of_work() as session:
        poll = session.get_one(DatePoll, number)
        best = polls.result(poll)[0]
        assert (best.option.starts_at, len(best.yes), len(best.if_need_be), len(best.no)) == (
            BEGINS + timedelta(days=1),
            1,
            1,
            0,
        )
        assert polls.remind(session, actor(session, OFFICE), NOW, poll=poll) == len(meetings.SEATS) - 2
        meeting = polls.take_date(session, actor(session, OFFICE), NOW, poll=poll, option=best.option)
        assert (meeting.starts_at, meeting.place) == (best.option.starts_at, "Kreishaus")
        with pytest.raises(StepRefused):
            polls.take_date(session, actor(session, OFFICE), NOW, poll=poll, option=best.option)
    assert len(mails("poll_result")) == len(meetings.SEATS)
    with pytest.raises(StepRefused):
        say(number, 0, "yes", "yes")


def test_answers_are_whole_may_change_and_end_with_the_last_day() -> None:
    meetings.body()
    number = ask()
    with pytest.raises(InputRefused):
        say(number, 0, "yes")
    with pytest.raises(InputRefused):
        say(number, 0, "yes", "vielleicht")
    say(number, 0, "yes", "yes")
    say(number, 0, "no", "yes", now=datetime(2026, 12, 10, 22, 0, tzinfo=UTC))
    with pytest.raises(StepRefused):
        say(number, 0, "yes", "yes", now=datetime(2026, 12, 10, 23, 0, tzinfo=UTC))
    with unit_of_work() as session:
        assert list(session.get_one(DatePoll, number).participants[0].answers.values()) == ["no", "yes"]


def test_a_reminder_makes_the_old_link_worthless() -> None:
    meetings.body()
    number = ask()
    with unit_of_work() as session:
        old = session.scalars(select(ReplyLink).order_by(ReplyLink.id)).first()
        assert old is not None
        token = reply_links.token_text("s", old)
        assert reply_links.look_up(session, "s", token, NOW) is old
        polls.remind(session, actor(session, OFFICE), NOW, poll=session.get_one(DatePoll, number))
    with unit_of_work() as session, pytest.raises(LinkExpired):
        reply_links.look_up(session, "s", token, NOW)


@pytest.mark.parametrize(
    ("begins", "closes_on", "field"),
    [
        ([BEGINS], date(2026, 12, 10), "options"),
        ([BEGINS, BEGINS], date(2026, 12, 10), "options"),
        ([BEGINS, NOW - HOUR], date(2026, 12, 10), "options"),
        ([BEGINS, BEGINS + HOUR], date(2026, 11, 1), "closes_on"),
        ([BEGINS, BEGINS + HOUR], date(2027, 1, 19), "closes_on"),
    ],
)
def test_what_is_no_poll(begins: list[datetime], closes_on: date, field: str) -> None:
    meetings.body()
    with pytest.raises(InputRefused) as refused:
        ask(*begins, closes_on=closes_on)
    assert field in refused.value.errors


def test_the_poll_of_a_body_without_people() -> None:
    meetings.body()
    with at_work(meetings.meeting()) as (session, person, meeting), pytest.raises(InputRefused) as refused:
        session.execute(delete(SeatHolder))
        options = [(BEGINS, BEGINS + HOUR), (BEGINS + HOUR, BEGINS + 2 * HOUR)]
        polls.open_poll(
            session, person, NOW, body=meeting.body, title="x", options=options, closes_on=date(2026, 12, 10)
        )
    assert "niemand" in refused.value.errors["body"]
