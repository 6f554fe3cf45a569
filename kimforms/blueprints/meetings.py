"""Lists of meetings, the plan of a year, and the overview of one meeting with what is to be done next."""

from __future__ import annotations

from calendar import monthrange
from datetime import date, datetime
from typing import Any

from babel.dates import format_date
from flask import Blueprint, Response, request, url_for

from ..extensions import db
from ..forms.decisions import result_words
from ..forms.meetings import place_words
from ..forms.records import number_in
from ..models import Meeting, Minutes
from ..rules.calendar_days import holidays_of
from ..services.bodies.access import BERLIN, Standing, day_of, visible_meeting
from ..services.bodies.rulebooks import rulebook_at
from ..services.meetings import approval
from ..services.meetings.tasks import tasks_of_meeting
from ..services.processes import definition_of
from ..services.queries import bodies, history, meeting_days, meeting_results, meetings, record_page
from . import access, record_parts
from .decisions import TONES
from .meeting_frame import HELD, WEEKDAYS, frame, when
from .meeting_tasks import steps_of
from .meeting_words import deed_words
from .rendering import language, page, t

blueprint = Blueprint("meetings", __name__, url_prefix="/meetings")
blueprint.add_app_template_filter(lambda at: f"{at.astimezone(BERLIN):%H:%M}", "clock")
blueprint.add_app_template_filter(lambda day: WEEKDAYS[language()][day.weekday()], "weekday_de")
EARLIEST, LATEST = 2000, 2100
FEW = 5


@blueprint.get("")
@access.requires("meeting:read")
def index() -> Response:
    """The next meetings with what is to be done, and the past ones; with ``?year=`` the plan of that year."""
    year = number_in(request.args.get("year"))
    if year is not None and EARLIEST <= year <= LATEST:
        return _year(year)
    session, actor, now = db.session(), access.current_actor(), access.now()
    past, older = meetings.past(session, actor, now, _moment(request.args.get("before", "")))
    return page(
        "meetings/index.html",
        coming=meetings.coming(session, actor, now) if not request.args.get("before") else (),
        past=past,
        older_url=url_for(".index", before=older, _anchor="past") if older else None,
        first=not request.args.get("before"),
        year=access.today().year,
        words=deed_words(),
        when=when,
        state_of=state_of,
    )


@blueprint.get("/<reference>")
@access.requires("meeting:read")
def show(reference: str) -> Response:
    """One meeting: what is to be done next, time and place, answers, deadlines, files, tasks, history."""
    session, actor = db.session(), access.current_actor()
    meeting, standing = visible_meeting(session, actor, reference)
    context: dict[str, Any] = {
        "linked": meetings.linked_meetings(session, meeting),
        "items": meetings.item_count(session, meeting),
        "kinds": place_words(t),
    }
    if standing is Standing.WORK:
        context |= _work(meeting)
    elif meeting.record.state in HELD:
        found = meeting_results.results_of(session, actor, meeting, standing, access.today())
        context |= {"found": found, "results": result_words(t), "tones": TONES}
    return page("meetings/show.html", **frame(meeting, standing, ""), **context)


def _work(meeting: Meeting) -> dict[str, Any]:
    """What those who plan and run the meeting read beside time and place."""
    session, actor, today = db.session(), access.current_actor(), access.today()
    rules, day = rulebook_at(session, meeting), day_of(meeting)
    seen = record_parts.look(session, meeting.record.reference)
    lines, _older = history.lines(session, actor, access.now(), seen, language=language())
    return {
        "next": meetings.next_deed(meeting, rules, today, session.get(Minutes, meeting.record_id)),
        "steps": steps_of(meeting, rules, today),
        "words": deed_words(),
        "answers": meetings.answers_of(session, meeting),
        "deadlines": meeting_days.deadlines_of(session, meeting.body, day, today)
        if meeting.dispatched_at is None
        else None,
        "notes": meeting_days.notes_on(session, meeting.body.controller_id, day, meeting.record_id),
        "may_approve": approval.may_approve(session, actor, meeting),
        "tasks": tasks_of_meeting(session, meeting, today),
        "files": record_page.attachments_of(session, meeting.record),
        "lines": lines[:FEW],
    }


def _year(year: int) -> Response:
    session, actor = db.session(), access.current_actor()
    found = meetings.of_year(session, actor, year)
    school = meeting_days.school_holidays(session)
    months = []
    for month in range(1, 13):
        first, last = date(year, month, 1), date(year, month, monthrange(year, month)[1])
        months.append({
            "name": format_date(first, "LLLL", locale=language()),
            "meetings": [one for one in found if day_of(one).month == month],
            "holidays": sorted((day, name) for day, name in holidays_of(year).items() if first <= day <= last),
            "school": [one for one in school if one.first <= last and one.last >= first],
        })  # fmt: skip
    return page(
        "meetings/year.html",
        year=year,
        months=months,
        when=when,
        state_of=state_of,
        warnings=_warnings(year),
        some=bool(found),
        known_school=any(one.first.year <= year <= one.last.year for one in school),
    )


def _warnings(year: int) -> list[Any]:
    """Bodies that meet too seldom in that year, for those who plan; the past is not warned about."""
    today = access.today()
    if not access.can("meeting:work") or year < today.year:
        return []
    day = today if year == today.year else date(year, 1, 1)
    return bodies.rhythm_warnings(db.session(), access.current_actor(), day)


def state_of(meeting: Meeting) -> Any:
    """The state of a meeting as its process tells it."""
    return definition_of(meeting.record.version).workflow.states[meeting.record.state]


def _moment(text: str) -> datetime | None:
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        return None
    return found if found.tzinfo is not None else found.replace(tzinfo=BERLIN)
