"""A meeting that is on: opened, with people in the room, ready to vote."""

from __future__ import annotations

import subprocess
import sys
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select

from kimforms.models import AgendaItem, Presence, Seat
from kimforms.services.meetings import attendance, progress, session
from kimforms.services.meetings.voting import Count, take_vote

from .meetings import BEGINS, at_work, body, found, meeting, named
from .server import ROOT, Server

VOTERS = ("Dezernat", "Sozialamt", "Jugendamt", "Jobcenter", "Caritas")
"""Five of the seven voting seats: one more than the quorum of four."""


def at(minutes: int) -> datetime:
    """So many minutes after the meeting began."""
    return BEGINS + timedelta(minutes=minutes)


def opened(*seats: str, slug: str | None = None, formality: str = "steering", **values: Any) -> str:
    """A meeting that was opened with these seats present, the last item called; returns its reference."""
    made = body(formality) if slug is None else slug
    reference = meeting(made, **values)
    with at_work(reference) as (work, actor, held):
        chair = named(work, "Dezernat", made)
        session.open_meeting(work, actor, at(0), held, at=at(0), chair_id=chair.id)
        for label in seats or VOTERS:
            come(work, actor, held, label)
        progress.call_item(work, actor, at(1), last_item(work, held))
    return reference


def come(work: Any, actor: Any, held: Any, label: str, minutes: int = 0, role: str = "principal") -> Presence:
    """Somebody of this seat comes into the room."""
    seat = work.scalars(select(Seat).where(Seat.label == label, Seat.body_id == held.body_id)).one()
    person = named(work, label, held.body.slug, role)
    return attendance.arrive(
        work, actor, at(minutes), held, person_id=person.id, seat_id=seat.id, as_role=role, at=at(minutes)
    )


def go(reference: str, label: str, minutes: int, role: str = "principal") -> None:
    """Somebody of this seat leaves the room."""
    with at_work(reference) as (work, actor, held):
        person = named(work, label, held.body.slug, role)
        mine = (Presence.meeting_id == held.record_id, Presence.person_id == person.id, Presence.left_at.is_(None))
        attendance.leave(work, actor, at(minutes), held, work.scalars(select(Presence).where(*mine)).one().id)


def last_item(work: Any, held: Any) -> AgendaItem:
    return progress.in_order(work, held)[-1]


def voted(reference: str, yes: int, no: int = 0, abstained: int = 0, minutes: int = 10, **more: Any) -> int:
    """A vote on the last item; returns its id."""
    with at_work(reference) as (work, actor, held):
        settings = {"wording": "So wird es gemacht."} | more
        return take_vote(
            work, actor, at(minutes), last_item(work, held), Count(yes=yes, no=no, abstained=abstained, **settings)
        ).id


MEETING = """
import sys
from datetime import UTC, datetime
from kimforms import create_app
from tests.support.meetings import body, meeting

with create_app().app_context():
    print(meeting(body(slug=sys.argv[1]), datetime.now(UTC)))
"""


def meeting_on(server: Server, slug: str) -> str:
    """A meeting of a body of its own, beginning now, beside a running server; its reference."""
    done = subprocess.run(
        [sys.executable, "-c", MEETING, slug],
        env=server.environment,
        capture_output=True,
        text=True,
        check=False,
        cwd=ROOT,
    )
    assert done.returncode == 0, done.stderr[-2000:]
    return done.stdout.strip()


__all__ = [
    "BEGINS",
    "VOTERS",
    "at",
    "at_work",
    "come",
    "found",
    "go",
    "last_item",
    "meeting_on",
    "named",
    "opened",
    "voted",
]
