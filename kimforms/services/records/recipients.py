"""Turns the recipients of a definition (roles, creator, reporter, a field, …) into people and addresses."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, and_, or_, select
from sqlalchemy.orm import Session

from ...engine.people import BodyRef, FieldRef, Recipient, RoleRef
from ...models import Follow, Record, Responsibility, RoleGrant, User
from ..responsibilities import coordinates


@dataclass(frozen=True)
class Recipients:
    """People with accounts, and the reporter's address when the reporter has none."""

    users: tuple[User, ...]
    reporter_address: str | None


def resolve(session: Session, record: Record, recipients: Iterable[Recipient], today: date) -> Recipients:
    """Everybody meant by ``recipients``, each person once; inactive people and expired roles are left out.

    The reporter is the creator when there is an account, otherwise the address left with the report.
    """
    users: dict[int, User] = {}
    address: str | None = None
    for recipient in recipients:
        if recipient == "reporter":
            if record.creator is not None:
                users.setdefault(record.creator.id, record.creator)
            elif record.contact is not None:
                address = record.contact.email or address
            continue
        for user in _users(session, record, recipient, today):
            users.setdefault(user.id, user)
    return Recipients(tuple(user for user in users.values() if user.active), address)


def holders_of(session: Session, role: str, controller_id: int, today: date) -> list[User]:
    """Active people who hold ``role`` with a controller on that day."""
    return list(
        session.scalars(
            select(User)
            .join(RoleGrant, RoleGrant.user_id == User.id)
            .where(
                RoleGrant.role == role,
                RoleGrant.controller_id == controller_id,
                or_(RoleGrant.valid_until.is_(None), RoleGrant.valid_until >= today),
                User.active,
            )
            .distinct()
            .order_by(User.id)
        )
    )


def responsible_for(session: Session, controller_id: int, municipality: str | None, today: date) -> User | None:
    """The coordinator whom the controller names for a municipality; None for the whole county, when nobody is named, and
    when the role of the one who is named has expired.
    """
    if municipality is None:
        return None
    memo: dict[tuple[int, str], User | None] = session.info.setdefault("kimforms_memo", {})
    if (controller_id, municipality) not in memo:  # asked for by the assignment and by each mail of one use case
        memo[controller_id, municipality] = session.scalar(
            select(User)
            .join(Responsibility, Responsibility.user_id == User.id)
            .where(
                Responsibility.controller_id == controller_id,
                Responsibility.municipality == municipality,
                User.active,
                coordinates(controller_id, today),
            )
        )
    return memo[controller_id, municipality]


def _still_reads(record: Record, today: date) -> ColumnElement[bool]:
    """Whether a follower reads the record today: who lost the role gets no more mail with its title."""
    return User.grants.any(
        and_(
            RoleGrant.controller_id == record.controller_id,
            RoleGrant.role.in_(sorted(record.process.read_roles)),
            or_(RoleGrant.valid_until.is_(None), RoleGrant.valid_until >= today),
        )
    )


def _users(session: Session, record: Record, recipient: Recipient, today: date) -> list[User]:
    if isinstance(recipient, RoleRef):
        return holders_of(session, recipient.role, record.controller_id, today)
    if isinstance(recipient, FieldRef):
        return _named_in(session, record.answers.get(recipient.field))
    if isinstance(recipient, BodyRef):
        wanted = (
            select(User)
            .join(RoleGrant, RoleGrant.user_id == User.id)
            .where(
                RoleGrant.body == recipient.body,
                or_(RoleGrant.valid_until.is_(None), RoleGrant.valid_until >= today),
            )
        )
        return list(session.scalars(wanted.distinct()))
    if recipient == "followers":
        session.flush()  # who has just become responsible follows the record already
        wanted = select(User).join(Follow, Follow.user_id == User.id).where(Follow.record_id == record.id)
        return list(session.scalars(wanted.where(_still_reads(record, today)).order_by(User.id)))
    if recipient == "responsible":
        responsible = responsible_for(session, record.controller_id, record.municipality, today)
        return [responsible] if responsible else holders_of(session, "coordinator", record.controller_id, today)
    person = record.creator if recipient == "creator" else record.assignee
    return [person] if person is not None else []


def _named_in(session: Session, value: Any) -> list[User]:
    wanted = [value] if isinstance(value, str) else value if isinstance(value, list) else []
    ids = [int(one) for one in wanted if str(one).isascii() and str(one).isdigit()]
    return list(session.scalars(select(User).where(User.id.in_(ids)))) if ids else []
