"""What a service's list of checklists reads: a page of rows, how many there are in each view, what is due. Only its own."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any, Literal

from sqlalchemy import ColumnElement, Select, and_, exists, func, or_, select, true
from sqlalchemy.orm import Session, joinedload

from ...engine.definition import State
from ...models import ChecklistEdition, ChecklistEntry, ClientChecklist, ProcessVersion, Record, RoleGrant, User
from ...naturalisation.applies import applicable, applies
from ...naturalisation.document import ChecklistDocument
from ...permissions import PERMISSIONS, Actor
from ..checklists.access import own
from ..checklists.pseudonyms import key_of
from ..editions.reading import document_of
from ..processes import definition_of

View = Literal["open", "mine", "due", "ready", "unattended", "over"]
VIEWS: tuple[View, ...] = ("open", "mine", "due", "ready", "unattended", "over")
A_PAGE = 25
SOON = 5
MOST_FOLLOW_UPS = 50
OVER = ("entschieden", "beendet")


@dataclass(frozen=True)
class Wanted:
    """What the list is to show: a view, and in it a pseudonym or reference, a municipality, an adviser."""

    view: View = "open"
    q: str = ""
    municipality: str = ""
    adviser: int | None = None


@dataclass(frozen=True)
class Row:
    """One checklist in the list. ``done`` of ``total`` points are settled; hints do not count."""

    reference: str
    pseudonym: str
    organisation: str
    municipality: str
    state: State
    ready: bool
    done: int
    total: int
    talked: bool
    adviser: str
    attended: bool
    follow_up_on: date | None
    changed_at: datetime


@dataclass(frozen=True)
class FollowUp:
    """A point to look at again on a day, in one's own checklist."""

    reference: str
    pseudonym: str
    item_id: str
    on: date


@dataclass(frozen=True)
class Listing:
    """A page of the list, and where the next one begins."""

    rows: tuple[Row, ...]
    next_key: str | None


def page_of(session: Session, actor: Actor, today: date, wanted: Wanted, after: str | None = None) -> Listing:
    """One page, by key: the latest changed first, in the view of due ones the most urgent. Three queries."""
    due = wanted.view == "due"
    statement = _rows_where(actor, today, wanted)
    if due:
        statement = statement.order_by(ClientChecklist.follow_up_on, ClientChecklist.record_id)
    else:
        statement = statement.order_by(ClientChecklist.changed_at.desc(), ClientChecklist.record_id.desc())
    if (key := _read_key(after, due=due)) is not None:
        statement = statement.where(_beyond(*key, due=due))
    found = session.execute(statement.limit(A_PAGE + 1)).all()
    shown = found[:A_PAGE]
    last = shown[-1][0] if len(found) > A_PAGE else None
    return Listing(tuple(_shown(session, shown)), _write_key(last, due=due) if last is not None else None)


def due_first(session: Session, actor: Actor, today: date) -> tuple[Row, ...]:
    """The most urgent follow-ups, a handful. Three queries."""
    statement = _rows_where(actor, today, Wanted("due"))
    statement = statement.order_by(ClientChecklist.follow_up_on, ClientChecklist.record_id).limit(SOON)
    return tuple(_shown(session, session.execute(statement).all()))


def own_follow_ups(session: Session, actor: Actor, today: date) -> list[FollowUp]:
    """The due follow-ups of points that the actor looks after, else of whoever looks after the checklist. One query.

    The most urgent first; points that do not apply any more are left out, as in the mail about them.
    """
    rows = session.execute(
        select(ClientChecklist, ChecklistEntry, Record.reference)
        .join(Record, Record.id == ClientChecklist.record_id)
        .join(ChecklistEntry, ChecklistEntry.checklist_id == ClientChecklist.record_id)
        .where(own(actor), Record.state.not_in(OVER), ChecklistEntry.follow_up_on <= today)
        .where(func.coalesce(ChecklistEntry.adviser_id, ClientChecklist.adviser_id) == actor.user_id)
        .options(joinedload(ClientChecklist.edition))
        .order_by(ChecklistEntry.follow_up_on, ClientChecklist.record_id, ChecklistEntry.id)
        .limit(MOST_FOLLOW_UPS)
    ).all()
    return [
        FollowUp(reference, checklist.pseudonym or "", entry.item_id, entry.follow_up_on)
        for checklist, entry, reference in rows
        if entry.follow_up_on is not None
        and applies(document_of(checklist.edition), checklist.situation, entry.item_id)
    ]


def counts(session: Session, actor: Actor, today: date) -> Mapping[View, int]:
    """How many checklists each view holds; one query."""
    parts = [func.count().filter(_in_view(actor, today, view)) for view in VIEWS]
    row = session.execute(
        select(*parts)
        .select_from(ClientChecklist)
        .join(Record, Record.id == ClientChecklist.record_id)
        .where(own(actor))
    ).one()
    return dict(zip(VIEWS, row, strict=True))


def in_care(today: date) -> ColumnElement[bool]:
    """Whether the responsible adviser still advises for the service; correlated with ``ClientChecklist``."""
    return (
        exists()
        .where(RoleGrant.user_id == ClientChecklist.adviser_id, RoleGrant.organisation == ClientChecklist.organisation)
        .where(RoleGrant.role.in_(sorted(PERMISSIONS["checklist:own"])))
        .where(or_(RoleGrant.valid_until.is_(None), RoleGrant.valid_until >= today))
        .where(exists().where(User.id == RoleGrant.user_id, User.active))
        .correlate(ClientChecklist)
    )


def measure(document: ChecklistDocument, situation: Mapping[str, bool], missing: Sequence[str]) -> tuple[int, int]:
    """How many points are settled and how many there are to settle; hints and what comes later do not count."""
    total = sum(1 for item in applicable(document, situation) if item.kind != "hinweis" and not item.after_decision)
    return max(0, total - len(missing)), total


def _rows_where(actor: Actor, today: date, wanted: Wanted) -> Select[ClientChecklist, str, str, int, str, bool]:
    statement = (
        select(ClientChecklist, Record.reference, Record.state, Record.version_id, User.name, in_care(today))
        .join(Record, Record.id == ClientChecklist.record_id)
        .outerjoin(User, User.id == ClientChecklist.adviser_id)
        .where(own(actor), _in_view(actor, today, wanted.view))
    )
    if wanted.q:
        text = key_of(wanted.q)
        statement = statement.where(
            or_(
                ClientChecklist.pseudonym_key.contains(text, autoescape=True),
                Record.reference == wanted.q.strip().upper(),
            )
        )
    if wanted.municipality:
        statement = statement.where(ClientChecklist.municipality == wanted.municipality)
    if wanted.adviser is not None:
        statement = statement.where(ClientChecklist.adviser_id == wanted.adviser)
    return statement


def _in_view(actor: Actor, today: date, view: View) -> ColumnElement[bool]:
    current = Record.state.not_in(OVER)
    conditions: dict[View, ColumnElement[bool]] = {
        "open": true(),
        "mine": ClientChecklist.adviser_id == actor.user_id,
        "due": ClientChecklist.follow_up_on <= today,
        "ready": ClientChecklist.ready & (Record.state == "in_arbeit"),
        "unattended": ~in_care(today),
    }
    return Record.state.in_(OVER) if view == "over" else and_(current, conditions[view])


def _shown(session: Session, found: Sequence[Any]) -> list[Row]:
    editions = _by_id(session, ChecklistEdition, {one[0].edition_id for one in found})
    versions = _by_id(session, ProcessVersion, {one.version_id for one in found})
    rows = []
    for checklist, reference, state, version_id, name, attended in found:
        done, total = measure(document_of(editions[checklist.edition_id]), checklist.situation, checklist.missing)
        rows.append(
            Row(
                reference=reference,
                pseudonym=checklist.pseudonym or "",
                organisation=checklist.organisation,
                municipality=checklist.municipality or "",
                state=definition_of(versions[version_id]).workflow.states[state],
                ready=checklist.ready,
                done=done,
                total=total,
                talked=checklist.talked_on is not None,
                adviser=name or "",
                attended=bool(attended),
                follow_up_on=checklist.follow_up_on,
                changed_at=checklist.changed_at,
            )
        )
    return rows


def _by_id(session: Session, model: Any, ids: set[int]) -> dict[int, Any]:
    return {one.id: one for one in session.scalars(select(model).where(model.id.in_(sorted(ids) or [0])))}


def _write_key(last: ClientChecklist, *, due: bool) -> str:
    stamp = last.follow_up_on if due else last.changed_at.astimezone(UTC)
    return f"{stamp.isoformat() if stamp else ''}~{last.record_id}"


def _read_key(text: str | None, *, due: bool) -> tuple[Any, int] | None:
    """The key of an address; None for one that nobody gave out, which leads to the first page."""
    stamp, _, number = (text or "").partition("~")
    if not number.isascii() or not number.isdigit() or len(number) > 18:
        return None
    try:
        found = date.fromisoformat(stamp) if due else datetime.fromisoformat(stamp)
    except ValueError:
        return None
    if isinstance(found, datetime) and found.tzinfo is None:
        return None
    return found, int(number)


def _beyond(stamp: Any, number: int, *, due: bool) -> ColumnElement[bool]:
    if due:
        day = ClientChecklist.follow_up_on
        return or_(day > stamp, and_(day == stamp, ClientChecklist.record_id > number))
    at = ClientChecklist.changed_at
    return or_(at < stamp, and_(at == stamp, ClientChecklist.record_id < number))
