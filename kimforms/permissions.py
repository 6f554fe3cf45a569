"""May this person do this to that? One table, and one rule for records both as a check and as an SQL filter.

Services and queries ask here; blueprints declare a permission per route. Roles come from the profile; which permission a
role brings stands in ``PERMISSIONS`` (architecture: "who sees what").
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from enum import IntEnum
from typing import Any, Protocol

from sqlalchemy import ColumnElement, Select, false, or_, select
from sqlalchemy.orm import Session

from .models import Process, Record, Share

ROLES = ("adviser", "case_manager", "coordinator", "office", "naturalisation", "member", "admin")

PERMISSIONS: dict[str, frozenset[str]] = {
    "report:create": frozenset({"adviser", "case_manager", "coordinator", "office"}),
    "report:own": frozenset({"adviser", "case_manager", "coordinator", "office"}),
    "inbox:read": frozenset({"coordinator", "office"}),
    "inbox:work": frozenset({"coordinator"}),
    "inbox:export": frozenset({"coordinator", "office"}),
    "record:read": frozenset({"adviser", "case_manager", "coordinator", "office", "naturalisation", "member"}),
    "record:work": frozenset({"coordinator"}),
    "record:share": frozenset({"coordinator"}),
    "theme:read": frozenset({"coordinator", "office"}),
    "theme:work": frozenset({"coordinator"}),
    "decision:read": frozenset({"coordinator", "office", "member"}),  # members: queries/decision_sight.py
    "decision:take": frozenset({"coordinator", "office"}),
    "body:read": frozenset({"adviser", "case_manager", "coordinator", "office", "member"}),
    "body:work": frozenset({"coordinator", "office"}),
    "meeting:read": frozenset({"coordinator", "office", "member"}),
    "meeting:work": frozenset({"coordinator", "office"}),
    "rulebook:work": frozenset({"office"}),
    "follow-up:read": frozenset({"coordinator", "office"}),
    "checklist:own": frozenset({"adviser"}),  # those of the own service: services/checklists/access.py
    "checklist:office": frozenset({"naturalisation"}),  # what was shared with the own office
    "checklist:read": frozenset({"adviser", "naturalisation"}),
    "edition:read": frozenset({"adviser", "naturalisation"}),
    "edition:work": frozenset({"naturalisation"}),
    "campaign:work": frozenset({"naturalisation"}),
    "briefing:read": frozenset({"adviser", "naturalisation"}),
    "briefing:work": frozenset({"naturalisation"}),
    "directory:work": frozenset({"naturalisation", "coordinator"}),
    "directory:own": frozenset({"adviser"}),
    "directory:care": frozenset({"adviser", "naturalisation", "coordinator"}),  # which entry: services/advice/directory
    "course-date:work": frozenset({"coordinator"}),
    "naturalisation:figures": frozenset({"naturalisation"}),
    "naturalisation:settings": frozenset({"naturalisation"}),
    "contact:read": frozenset({"coordinator"}),
    "statistics:read": frozenset({"case_manager", "coordinator", "office", "member"}),
    "statistics:municipalities": frozenset({"coordinator", "office", "member"}),
    "statistics:threshold": frozenset({"office"}),
    "task:own": frozenset(ROLES),
    "dashboard:read": frozenset(ROLES),
    "account:own": frozenset(ROLES),
    "progress:read": frozenset(ROLES),  # of work that one began, or that colleagues may see: services/long_work.py
    "solutions:follow": frozenset(ROLES),
    "outbox:read": frozenset({"office", "admin"}),
    "outbox:content": frozenset({"office"}),
    "outbox:retry": frozenset({"office", "admin"}),
    "account:manage": frozenset({"admin"}),
}


@dataclass(frozen=True)
class Grant:
    """A role held with one controller; organisation, municipality and body say for whom."""

    role: str
    controller_id: int
    organisation: str | None = None
    municipality: str | None = None
    body: str | None = None


@dataclass(frozen=True)
class Actor:
    """Who acts: a person with grants, the worker (``system``), a reporter by retrieval code (``reporter``), or ``anyone``."""

    kind: str
    user_id: int | None = None
    name: str = ""
    email: str = ""
    grants: tuple[Grant, ...] = ()
    language: str = "de"
    reporter_of: int | None = None
    _roles: frozenset[str] = field(init=False, default=frozenset(), repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_roles", frozenset(grant.role for grant in self.grants))

    def roles(self, controller_id: int | None = None) -> frozenset[str]:
        """The roles held with one controller, or with any when None."""
        if controller_id is None:
            return self._roles
        return frozenset(grant.role for grant in self.grants if grant.controller_id == controller_id)

    def bodies(self) -> frozenset[str]:
        return frozenset(grant.body for grant in self.grants if grant.body)

    def organisations(self) -> frozenset[str]:
        return frozenset(grant.organisation for grant in self.grants if grant.organisation)

    def controllers(self, permission: str) -> frozenset[int]:
        """Ids of the controllers with whom the actor holds ``permission``."""
        roles = PERMISSIONS[permission]
        return frozenset(grant.controller_id for grant in self.grants if grant.role in roles)


ANYONE = Actor("anyone")
SYSTEM = Actor("system", name="kimforms")


class Account(Protocol):
    """What an actor is made of: an account of the database, or the light copy of a request."""

    @property
    def id(self) -> int: ...
    @property
    def name(self) -> str: ...
    @property
    def email(self) -> str: ...
    @property
    def language(self) -> str: ...
    @property
    def grants(self) -> Sequence[Any]: ...


def actor_of(user: Account, today: date) -> Actor:
    """The account as an actor, with the grants that are valid today."""
    grants = tuple(
        Grant(grant.role, grant.controller_id, grant.organisation, grant.municipality, grant.body)
        for grant in user.grants
        if grant.valid_until is None or grant.valid_until >= today
    )
    return Actor("person", user.id, user.name, user.email, grants, user.language)


class Sight(IntEnum):
    """How much of a record somebody sees: nothing, the reporter's view, a shared copy to read, or everything."""

    NONE = 0
    REPORTER = 1
    SHARED = 2
    FULL = 3


def may(actor: Actor, permission: str, controller_id: int | None = None) -> bool:
    """Whether one of the actor's roles (with that controller, if given) brings the permission. Unknown ones raise KeyError."""
    return not PERMISSIONS[permission].isdisjoint(actor.roles(controller_id))


def sight(actor: Actor, record: Record, shares: Iterable[Share] = (), today: date | None = None) -> Sight:
    """The check that matches :func:`visible_records`; ``shares`` are the record's own."""
    if actor.roles(record.controller_id) & frozenset(record.process.read_roles):
        return Sight.FULL
    if any(_share_reaches(actor, share, today) for share in shares):
        return Sight.SHARED
    if actor.user_id is not None and record.creator_id == actor.user_id:
        return Sight.REPORTER
    if actor.reporter_of is not None and record.id == actor.reporter_of:
        return Sight.REPORTER
    return Sight.NONE


def readable_processes(session: Session, actor: Actor) -> list[int]:
    """Ids of the processes whose records the actor reads in full; one small query."""
    if not actor.grants:
        return []
    rows = session.execute(select(Process.id, Process.controller_id, Process.read_roles))
    return [row.id for row in rows if reads_in_full(actor, row.controller_id, row.read_roles)]


def reads_in_full(actor: Actor, controller_id: int, read_roles: Iterable[str]) -> bool:
    """Whether the actor reads the records of a process of that controller in full."""
    return not actor.roles(controller_id).isdisjoint(read_roles)


def visible_records(session: Session, actor: Actor, today: date) -> ColumnElement[bool]:
    """The SQL filter over ``Record`` that matches :func:`sight` ``> NONE``."""
    clauses: list[ColumnElement[bool]] = []
    if processes := readable_processes(session, actor):
        clauses.append(Record.process_id.in_(processes))
    if actor.user_id is not None:
        clauses += [Record.creator_id == actor.user_id, Record.id.in_(_shared_with(actor, today))]
    if actor.reporter_of is not None:
        clauses.append(Record.id == actor.reporter_of)
    return or_(*clauses) if clauses else false()


def _shared_with(actor: Actor, today: date) -> Select[tuple[int]]:
    reaches: list[ColumnElement[bool]] = [Share.user_id == actor.user_id]
    if organisations := actor.organisations():
        reaches.append(Share.organisation.in_(sorted(organisations)))
    if bodies := actor.bodies():
        reaches.append(Share.body.in_(sorted(bodies)))
    return select(Share.record_id).where(or_(*reaches), or_(Share.until.is_(None), Share.until >= today))


def _share_reaches(actor: Actor, share: Share, today: date | None) -> bool:
    if share.until is not None and today is not None and share.until < today:
        return False
    return (
        (share.user_id is not None and share.user_id == actor.user_id)
        or (share.organisation is not None and share.organisation in actor.organisations())
        or (share.body is not None and share.body in actor.bodies())
    )
