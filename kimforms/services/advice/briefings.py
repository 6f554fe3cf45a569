"""Briefings of an office for the staff of advisory services: planning, inviting, moving, cancelling. Each office has its own.

Places in them stand in ``briefing_places``, mails in ``briefing_mails``, who still lacks one in ``queries/briefings``.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any
from uuid import uuid4

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from ...engine.text import BrokenText, normalise, one_line
from ...models import Briefing, BriefingPlace, ChecklistEdition
from ...permissions import Actor, may
from .. import audit
from ..records.facts import local_day
from ..refusals import InputRefused, NotPermitted, NotVisible, StaleVersion, StepRefused
from . import briefing_mails
from .concerned import advisers_concerned

LONGEST = {"title": 200, "text": 4000, "place": 300, "video_url": 300}
MOST_PLACES = 1000
URL = re.compile(r"https?://[^\s<>\"]+")
WORK = "briefing:work"


@dataclass(frozen=True)
class BriefingData:
    """What staff say about a briefing. ``capacity`` None: as many as like to come; times are aware."""

    title: str
    starts_at: datetime
    ends_at: datetime
    edition_id: int
    text: str = ""
    place: str = ""
    video_url: str = ""
    capacity: int | None = None


def plan(session: Session, actor: Actor, now: datetime, data: BriefingData, *, controller_id: int) -> Briefing:
    """A new briefing; nobody is told before :func:`invite`. Raises :class:`NotPermitted`, :class:`InputRefused`."""
    if not may(actor, WORK, controller_id):
        raise NotPermitted()
    clean = _checked(session, data, controller_id)
    if clean["starts_at"] <= now:
        raise InputRefused({"day": "Der Termin liegt in der Vergangenheit. Wählen Sie einen späteren Tag."})
    briefing = Briefing(
        controller_id=controller_id,
        uid=f"{uuid4()}@kimforms",
        sequence=0,
        state="planned",
        created_at=now,
        created_by_id=actor.user_id,
        **clean,
    )
    session.add(briefing)
    session.flush()  # the event names it
    audit.record(
        session, actor, now, audit.Tag.BRIEFING_PLAN, controller_id=controller_id, briefing=briefing.id,
        starts_at=briefing.starts_at.isoformat(), edition=briefing.edition_id,
    )  # fmt: skip
    return briefing


def change(
    session: Session, actor: Actor, now: datetime, briefing: Briefing, data: BriefingData, *, row_version: int | None
) -> frozenset[str]:
    """Other data of a planned briefing; returns the names of what changed.

    Another time or place is a move: everybody with a place gets the new calendar entry. More places let people on the
    waiting list move up. Raises :class:`NotPermitted`, :class:`StepRefused`, :class:`StaleVersion`,
    :class:`InputRefused`, also for fewer places than are taken.
    """
    require_planned(actor, briefing)
    if row_version is not None and row_version != briefing.row_version:
        raise StaleVersion("Inzwischen hat jemand anderes diesen Termin geändert. Sehen Sie ihn sich noch einmal an.")
    clean = _checked(session, data, briefing.controller_id)
    changed = frozenset(name for name, value in clean.items() if getattr(briefing, name) != value)
    if not changed:
        return changed
    if "starts_at" in changed and clean["starts_at"] <= now:
        raise InputRefused({"day": "Der Termin liegt in der Vergangenheit. Wählen Sie einen späteren Tag."})
    before, there = seated(briefing), len(seated(briefing))
    if clean["capacity"] is not None and clean["capacity"] < there:
        raise InputRefused({"capacity": f"{there} Plätze sind schon vergeben. Weniger geht nicht."})
    for name in changed:
        setattr(briefing, name, clean[name])
    audit.record(
        session, actor, now, audit.Tag.BRIEFING_CHANGE, controller_id=briefing.controller_id, briefing=briefing.id,
        changes=sorted(changed),
    )  # fmt: skip
    if changed & {"starts_at", "ends_at", "place", "video_url", "title", "text"}:
        briefing.sequence += 1
        briefing_mails.changed(session, now, briefing, before, moved=bool(changed & {"starts_at", "ends_at"}))
    for place in moved_up(briefing, before):
        briefing_mails.moved_up(session, now, briefing, place)
    return changed


def invite(session: Session, actor: Actor, now: datetime, briefing: Briefing) -> int:
    """Invites the advisers of all services concerned who have no place yet; returns how many.

    Raises :class:`NotPermitted`, :class:`StepRefused` for one that is over or when nobody is left to invite.
    """
    require_planned(actor, briefing)
    if briefing.starts_at <= now:
        raise StepRefused(["Der Termin hat schon begonnen."])
    there = {place.user_id for place in registered(briefing)}
    people = [
        one
        for one in advisers_concerned(session, briefing.controller_id, local_day(now)).users.values()
        if one.id not in there
    ]
    if not people:
        raise StepRefused(
            ["Es ist niemand einzuladen: Alle Beraterinnen und Berater sind angemeldet, oder es gibt keine."]
        )
    briefing_mails.invited(session, now, briefing, people, again=briefing.invited_at is not None)
    briefing.invited_at = now
    audit.record(
        session, actor, now, audit.Tag.BRIEFING_INVITE, controller_id=briefing.controller_id, briefing=briefing.id,
        people=len(people),
    )  # fmt: skip
    return len(people)


def cancel(session: Session, actor: Actor, now: datetime, briefing: Briefing, *, reason: str) -> None:
    """Calls a planned briefing off and tells everybody who registered. Raises :class:`InputRefused` without reason."""
    require_planned(actor, briefing)
    said = _text("reason", reason, 500, wanted="Geben Sie an, warum der Termin entfällt.")
    told = registered(briefing)
    briefing.state = "cancelled"
    briefing.sequence += 1
    audit.record(
        session, actor, now, audit.Tag.BRIEFING_CANCEL, controller_id=briefing.controller_id, briefing=briefing.id,
        reason=said, people=len(told),
    )  # fmt: skip
    briefing_mails.cancelled(session, now, briefing, told, said)


def visible_briefing(session: Session, actor: Actor, briefing_id: int, *, lock: bool = False) -> Briefing:
    """A briefing as somebody may see it: staff those of their office, advisers those of every office.

    ``lock`` holds the row until the end of the transaction, for whoever counts places. Raises :class:`NotVisible`.
    """
    wanted = select(Briefing).where(Briefing.id == briefing_id)
    wanted = (
        wanted.with_for_update()
        if lock
        else wanted.options(joinedload(Briefing.edition), joinedload(Briefing.controller))
    )
    briefing = session.scalars(wanted).one_or_none()
    if briefing is None or not (may(actor, WORK, briefing.controller_id) or advises(actor)):
        raise NotVisible()
    return briefing


def own_briefing(session: Session, actor: Actor, briefing_id: int, *, lock: bool = False) -> Briefing:
    """A briefing of the actor's own office. Raises :class:`NotVisible`, :class:`NotPermitted` for advisers."""
    briefing = visible_briefing(session, actor, briefing_id, lock=lock)
    require_work(actor, briefing)
    return briefing


def advises(actor: Actor) -> bool:
    """Whether the actor is an adviser, to whom briefings of all offices are open."""
    return may(actor, "checklist:own")


def require_work(actor: Actor, briefing: Briefing) -> None:
    """Raises :class:`NotPermitted` for whoever does not work for the office of a briefing."""
    if not may(actor, WORK, briefing.controller_id):
        raise NotPermitted()


def require_planned(actor: Actor, briefing: Briefing) -> None:
    """Raises :class:`NotPermitted` for strangers and :class:`StepRefused` once it was held or cancelled."""
    require_work(actor, briefing)
    if briefing.state != "planned":
        words = {"held": "hat schon stattgefunden", "cancelled": "ist abgesagt"}
        raise StepRefused([f"Der Termin {words[briefing.state]}."])


def registered(briefing: Briefing) -> list[BriefingPlace]:
    """Everybody who registered and did not cancel, in the order in which they came."""
    there = [place for place in briefing.places if place.cancelled_at is None]
    return sorted(there, key=lambda place: (place.registered_at, place.id))


def seated(briefing: Briefing) -> list[BriefingPlace]:
    """Those of them who have a place; the rest waits."""
    there = registered(briefing)
    return there if briefing.capacity is None else there[: briefing.capacity]


def moved_up(briefing: Briefing, before: Iterable[BriefingPlace]) -> list[BriefingPlace]:
    """Who has a place now and had none ``before``."""
    known = {place.id for place in before}
    return [place for place in seated(briefing) if place.id not in known]


def data_of(briefing: Briefing) -> BriefingData:
    """What a briefing says now."""
    return BriefingData(**{one.name: getattr(briefing, one.name) for one in fields(BriefingData)})


def _checked(session: Session, data: BriefingData, controller_id: int) -> dict[str, Any]:
    title = _text("title", data.title, LONGEST["title"], wanted="Geben Sie an, wie die Schulung heißt.")
    clean: dict[str, Any] = {"title": one_line(title)}
    for name in ("text", "place", "video_url"):
        clean[name] = _text(name, getattr(data, name), LONGEST[name])
    if clean["video_url"] and not URL.fullmatch(clean["video_url"]):
        raise InputRefused({"video_url": "Geben Sie eine Adresse ein, die mit https:// beginnt."})
    if not clean["place"] and not clean["video_url"]:
        raise InputRefused({"place": "Geben Sie einen Ort oder die Adresse der Videokonferenz an."})
    if data.ends_at <= data.starts_at:
        raise InputRefused({"ends": "Das Ende liegt vor dem Beginn."})
    if data.capacity is not None and not 1 <= data.capacity <= MOST_PLACES:
        raise InputRefused(
            {"capacity": f"Geben Sie eine Zahl von 1 bis {MOST_PLACES} ein oder lassen Sie das Feld leer."}
        )
    edition = session.get(ChecklistEdition, data.edition_id)
    if edition is None or edition.controller_id != controller_id or edition.state == "draft":
        raise InputRefused({"edition": "Wählen Sie eine veröffentlichte Fassung Ihrer Checkliste."})
    return clean | {
        "starts_at": data.starts_at,
        "ends_at": data.ends_at,
        "edition": edition,
        "capacity": data.capacity,
    }


def _text(field: str, typed: str, longest: int, *, wanted: str = "") -> str:
    try:
        plain = normalise(typed)
    except BrokenText:
        raise InputRefused({field: "Der Text enthält Zeichen, die sich nicht speichern lassen."}) from None
    if wanted and not plain:
        raise InputRefused({field: wanted})
    if len(plain) > longest:
        raise InputRefused({field: f"Kürzen Sie den Text auf {longest} Zeichen."})
    return plain
