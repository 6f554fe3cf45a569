"""Saved views of the inbox: a name for a set of filters, one's own or shared with colleagues of the same controller."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from ..models import SavedView, User
from ..permissions import Actor, may
from . import audit
from .refusals import InputRefused, NotPermitted, NotVisible

LONGEST_NAME = 80
MOST = 30
"""So many views a person may keep; more would be no help."""


@dataclass(frozen=True)
class ViewEntry:
    """A view as lists show it; ``owner`` is empty for one's own."""

    id: int
    name: str
    query: str
    shared: bool
    own: bool
    owner: str


def views_for(session: Session, actor: Actor) -> list[ViewEntry]:
    """The person's own views, then those that colleagues of the same controllers share; one query."""
    controllers = actor.controllers("inbox:read")
    shared = SavedView.shared & SavedView.controller_id.in_(controllers)
    rows = session.execute(
        select(
            SavedView.id, SavedView.name, SavedView.query, SavedView.shared, SavedView.user_id, User.name.label("who")
        )
        .join(User, User.id == SavedView.user_id)
        .where(or_(SavedView.user_id == actor.user_id, shared))
        .order_by(SavedView.name, SavedView.id)
    )
    entries = [
        ViewEntry(row.id, row.name, row.query, row.shared, row.user_id == actor.user_id, row.who) for row in rows
    ]
    return sorted(entries, key=lambda entry: not entry.own)


def save_view(session: Session, actor: Actor, now: datetime, *, name: str, query: str, shared: bool) -> SavedView:
    """Keeps a view under a name; the person's own view of that name is replaced. Sharing one is recorded.

    Raises :class:`NotPermitted`, and :class:`InputRefused` for a name that is missing or too long, or too many views.
    """
    controllers = sorted(actor.controllers("inbox:read"))
    if actor.user_id is None or not controllers:
        raise NotPermitted()
    name = " ".join(name.split())
    if not name:
        raise InputRefused({"name": "Geben Sie der Ansicht einen Namen."})
    if len(name) > LONGEST_NAME:
        raise InputRefused({"name": f"Der Name hat höchstens {LONGEST_NAME} Zeichen."})
    view = session.scalar(select(SavedView).filter_by(user_id=actor.user_id, name=name))
    if view is None:
        kept = session.scalar(select(func.count()).select_from(SavedView).filter_by(user_id=actor.user_id)) or 0
        if kept >= MOST:
            raise InputRefused({"name": f"Sie haben schon {MOST} Ansichten. Löschen Sie erst eine."})
        view = SavedView(
            user_id=actor.user_id, controller_id=controllers[0], name=name, query="", shared=False, created_at=now
        )
        session.add(view)
    was_shared = view.shared
    view.query, view.shared = query, shared
    session.flush()  # the event names the view's id
    if shared or was_shared:
        _record(session, actor, now, view, shared)
    return view


def delete_view(session: Session, actor: Actor, now: datetime, view_id: int) -> str:
    """Deletes one of the person's own views and returns its name; taking a shared one away is recorded."""
    view = session.get(SavedView, view_id)
    if view is None or view.user_id != actor.user_id or not may(actor, "inbox:read"):
        raise NotVisible()
    if view.shared:
        _record(session, actor, now, view, False)
    session.delete(view)
    return view.name


def _record(session: Session, actor: Actor, now: datetime, view: SavedView, shared: bool) -> None:
    audit.record(
        session,
        actor,
        now,
        audit.Tag.VIEW_SHARE,
        controller_id=view.controller_id,
        view=view.id,
        name=audit.Erasable(view.name),
        shared=shared,
    )
