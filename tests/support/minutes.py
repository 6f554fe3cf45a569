"""A meeting that was held, with everything that minutes tell of: late arrival, deputy, votes, exclusion, tasks, a secret item."""

from __future__ import annotations

import subprocess
import sys
from datetime import date, datetime, timedelta

from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from kimforms.models import (
    AgendaItem,
    Decision,
    Dispatch,
    DispatchRecipient,
    Exclusion,
    Invitee,
    Meeting,
    Minutes,
    Person,
    Presence,
    Record,
    Seat,
    Task,
    Vote,
)
from kimforms.services.file_store import FileStore
from kimforms.services.meetings.moving import take_step
from kimforms.services.minutes import editing, files, handing, sending, signing
from kimforms.services.unit_of_work import unit_of_work

from . import meetings
from .meetings import BEGINS, CHAIR, at_work, named
from .records import OFFICE
from .server import ROOT, Server

OPENED = BEGINS + timedelta(minutes=2)
CLOSED = BEGINS + timedelta(hours=2)
AFTER = CLOSED + timedelta(days=2)
"""21.01.2027: when the office writes the minutes."""
INVITED = BEGINS - timedelta(days=25)
SECRET = "Personalie Geheimrat"
"""Stands in everything that guests must not read."""


def held(slug: str = meetings.SLUG, formality: str = "steering", begins: datetime = BEGINS, **values: object) -> str:
    """A body and its meeting, held and closed, ready for minutes; returns the reference."""
    meetings.body(formality, slug)
    return held_meeting(slug, begins, **values)


def held_meeting(slug: str = meetings.SLUG, begins: datetime = BEGINS, **values: object) -> str:
    """One more meeting of a body that exists already."""
    reference = meetings.meeting(slug, begins, items=0, **values)
    with at_work(reference) as (session, who, meeting):
        after = begins + timedelta(hours=2)
        meeting.dispatched_at = begins - timedelta(days=25)
        meeting.pinned = True
        take_step(session, who, begins, meeting, "eroeffnen")
        meeting.opened_at, meeting.closed_at = begins + timedelta(minutes=2), after
        meeting.breaks = [[(begins + timedelta(minutes=60)).isoformat(), (begins + timedelta(minutes=70)).isoformat()]]
        items = _items(session, meeting, begins)
        _people(session, meeting, slug, begins)
        _results(session, meeting, slug, items, after)
        take_step(session, who, after, meeting, "schliessen")
    return reference


def _items(session: Session, meeting: Meeting, begins: datetime) -> list[AgendaItem]:
    told = (
        ("formalities", "Eröffnung", "Die Sitzungsleitung begrüßt die Anwesenden.", "", False),
        ("decision", "Gemeinsame Sprechstunde", "Die Ämter berichten.", "Die Sprechstunde wird eingerichtet.", False),
        ("discussion", SECRET, f"Beraten wird die {SECRET}.", f"Zu {SECRET} wird nichts veranlasst.", True),
        ("miscellaneous", "Verschiedenes", "", "", False),
    )  # fmt: skip
    items = []
    for position, (kind, title, notes, motion, confidential) in enumerate(told):
        item = AgendaItem(
            meeting=meeting, position=position, kind=kind, title=title, notes=notes, confidential=confidential,
            motion=motion if kind == "decision" else "", result=motion if confidential else "", state="done",
            began_at=begins + timedelta(minutes=2 + 25 * position), ended_at=begins + timedelta(minutes=27 + 25 * position),
        )  # fmt: skip
        session.add(item)
        items.append(item)
    session.flush()
    return items


def _people(session: Session, meeting: Meeting, slug: str, begins: datetime) -> None:
    opened = meeting.opened_at or begins
    sent = Dispatch(
        meeting_id=meeting.record_id, kind="invitation", subject="Einladung", sent_at=begins - timedelta(days=25)
    )
    session.add(sent)
    for label, right in meetings.SEATS:
        seat = session.scalars(select(Seat).where(Seat.label == label, Seat.body_id == meeting.body_id)).one()
        person = named(session, label, slug)
        row = Invitee(
            meeting=meeting, person=person, seat=seat, right=right, channel="mail",
            answer={"Caritas": "deputy", "Diakonie": "declined"}.get(label, "accepted"),
        )  # fmt: skip
        session.add(row)
        session.flush()
        sent.recipients.append(
            DispatchRecipient(person=person, invitee_id=row.id, channel="mail", address=person.email or "")
        )
        if label == "Diakonie":
            continue
        deputy = label == "Caritas"
        arrives = opened + timedelta(minutes=20) if label == "Jugendamt" else opened
        session.add(
            Presence(
                meeting_id=meeting.record_id, person=named(session, label, slug, "deputy") if deputy else person, seat=seat,
                as_role="deputy" if deputy else "guest" if right == "guest" else "principal", arrived_at=arrives,
                left_at=begins + timedelta(minutes=110) if label == "Stadt" else None,
            )
        )  # fmt: skip
    session.flush()


def _results(session: Session, meeting: Meeting, slug: str, items: list[AgendaItem], at: datetime) -> None:
    decision = Decision(
        reference=f"{meeting.record.reference}-B", controller_id=meeting.body.controller_id, body=slug,
        decided_on=meeting.starts_at.date(), subject="ohne_vorlage", title="Gemeinsame Sprechstunde", result="accepted",
        wording="Die Sprechstunde wird eingerichtet.", origin=f"item:{items[1].id}", item_id=items[1].id, taken_at=at,
    )  # fmt: skip
    session.add(decision)
    session.flush()
    session.add(
        Vote(
            meeting_id=meeting.record_id, item=items[1], wording="Die Sprechstunde wird eingerichtet.", yes=4, no=0, abstained=1,
            entitled=5, result="accepted", sentence="Einstimmig bei 1 Enthaltung beschlossen.", taken_at=at,
            proclaimed_at=at, decision_id=decision.id,
        )
    )  # fmt: skip
    session.add(
        Exclusion(item_id=items[1].id, person=named(session, "Stadt", slug), reason="eigener Antrag", noted_at=at)
    )
    for item, title in ((items[1], "Räume anfragen"), (items[2], f"Akte {SECRET} prüfen")):
        session.add(
            Task(
                record_id=meeting.record_id, controller_id=meeting.body.controller_id, title=title, created_at=at,
                owner_id=named(session, "Sozialamt", slug).id, body_id=meeting.body_id, item_id=item.id, due_on=date(2027, 2, 15),
            )
        )  # fmt: skip


def store_of(app: Flask) -> FileStore:
    return FileStore(app.config["SETTINGS"].data_dir / "files")


def minutes_in(session: Session, reference: str) -> Minutes:
    """The minutes inside a unit of work."""
    wanted = select(Minutes).join(Meeting).join(Meeting.record).where(Record.reference == reference)
    return session.scalars(wanted).one()


def begun(reference: str) -> None:
    """Draws the minutes up."""
    with at_work(reference) as (session, who, meeting):
        editing.begin_minutes(session, who, AFTER, meeting=meeting)


def handed(reference: str) -> None:
    """Drawn up and given to the chair."""
    begun(reference)
    with at_work(reference) as (session, who, _meeting):
        handing.hand_over(session, who, AFTER, minutes=minutes_in(session, reference), row_version=None)


def signed(reference: str) -> None:
    """Signed by chair and minute-taker."""
    handed(reference)
    for email, function in ((CHAIR, "chair"), (OFFICE, "minute_taker")):
        with at_work(reference, email) as (session, who, _meeting):
            signing.sign(session, who, AFTER, minutes=minutes_in(session, reference), function=function)


def prepared(
    app: Flask, reference: str, now: datetime = AFTER, correction: files.Correction | None = None
) -> files.Prepared:
    """The files as a request makes them before it writes."""
    with unit_of_work() as session:
        collected = files.collect(session, now, minutes_in(session, reference), correction)
    return files.prepare(collected, store_of(app))


def sent(app: Flask, reference: str, now: datetime = AFTER) -> None:
    """Signed and sent."""
    signed(reference)
    send(app, reference, now)


def send(app: Flask, reference: str, now: datetime = AFTER) -> None:
    made = prepared(app, reference, now)
    with at_work(reference) as (session, who, _meeting):
        sending.send(session, who, now, minutes=minutes_in(session, reference), prepared=made)


def somebody(session: Session, label: str, slug: str = meetings.SLUG) -> Person:
    return named(session, label, slug)


def guest_row(meeting: Meeting, person: Person) -> Invitee:
    """A guest of this one meeting."""
    return Invitee(meeting=meeting, person=person, right="guest", as_role="guest", channel="mail")


HELD = """
import sys
from datetime import UTC, datetime, timedelta
from kimforms import create_app
from tests.support import minutes
with create_app().app_context():
    print(minutes.held(sys.argv[1], begins=datetime.now(UTC) - timedelta(days=2)))
"""


def held_on(server: Server, slug: str) -> str:
    """A held meeting of a body of its own beside a running server; its reference."""
    done = subprocess.run(
        [sys.executable, "-c", HELD, slug],
        env=server.environment,
        capture_output=True,
        text=True,
        check=False,
        cwd=ROOT,
    )
    assert done.returncode == 0, done.stderr[-2000:]
    return done.stdout.strip()
