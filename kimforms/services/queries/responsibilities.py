"""What the page of responsibilities reads: the municipalities of a controller with whom they have and may have."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import and_, select
from sqlalchemy.orm import Session

from ...models import Controller, Municipality, Responsibility, RoleGrant, User
from ...permissions import Actor
from ..administration import MANAGE
from ..refusals import NotVisible
from ..responsibilities import coordinators, held_by, lost_with


@dataclass(frozen=True)
class Row:
    """A municipality and its responsible person; ``stray``: a name that may no longer be chosen."""

    slug: str
    name: str
    user_id: int | None
    stray: str | None


@dataclass(frozen=True)
class View:
    """The page of one controller; ``controllers`` are all that the actor may turn to."""

    controller: Controller
    controllers: Sequence[Controller]
    rows: Sequence[Row]
    people: Sequence[User]


def responsibilities_view(session: Session, actor: Actor, today: date, controller_id: int | None) -> View:
    """The page of that controller, or of the first one that the actor manages. Raises :class:`NotVisible`."""
    mine = sorted(actor.controllers(MANAGE))
    controllers = session.scalars(
        select(Controller).where(Controller.id.in_(mine), Controller.active).order_by(Controller.id)
    ).all()
    chosen = next((one for one in controllers if controller_id in (None, one.id)), None)
    if chosen is None:
        raise NotVisible()
    people = coordinators(session, chosen.id, today)
    known = {one.id for one in people}
    found = session.execute(
        select(Municipality.slug, Municipality.name, User.id, User.name.label("person"))
        .outerjoin(
            Responsibility,
            and_(Responsibility.municipality == Municipality.slug, Responsibility.controller_id == chosen.id),
        )
        .outerjoin(User, User.id == Responsibility.user_id)
        .where(Municipality.active)
        .order_by(Municipality.name)
    )
    rows = [Row(one.slug, one.name, one.id, one.person if one.id and one.id not in known else None) for one in found]
    return View(chosen, controllers, rows, people)


def municipalities_held(session: Session, user_id: int) -> list[str]:
    """The names of what somebody is responsible for, for the page that closes the account."""
    return _names(session, held_by(session, user_id))


def municipalities_lost(session: Session, grant_id: int) -> list[str]:
    """The names of what somebody is no longer responsible for without that role."""
    return _names(session, lost_with(session, session.get_one(RoleGrant, grant_id)))


def _names(session: Session, held: Iterable[Responsibility]) -> list[str]:
    slugs = {row.municipality for row in held}
    if not slugs:
        return []
    return list(
        session.scalars(select(Municipality.name).where(Municipality.slug.in_(slugs)).order_by(Municipality.name))
    )
