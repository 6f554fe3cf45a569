"""Who is responsible for a record and who wants to be told about it. Called by the record page and the inbox."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from ...models import Follow, Record, RoleGrant, User
from ...permissions import PERMISSIONS, Actor, may
from ..processes import definition_of
from ..refusals import InputRefused, NotPermitted, StaleVersion
from . import mails
from .effects import set_assignee
from .facts import local_day

MAIL = "assignment"


def assign_record(
    session: Session,
    actor: Actor,
    now: datetime,
    *,
    record: Record,
    person_id: int | None,
    row_version: int | None = None,
) -> bool:
    """Makes a colleague (or nobody) responsible; who gets the record follows it and is told. False: it was so already.

    Raises :class:`NotPermitted`, :class:`StaleVersion` when the record was changed since ``row_version``, and
    :class:`InputRefused` for somebody who does not work on records of this controller.
    """
    if not may(actor, "record:work", record.controller_id):
        raise NotPermitted()
    if row_version is not None and row_version != record.row_version:
        raise StaleVersion(current=record)
    person = _colleague(session, record, person_id, now) if person_id is not None else None
    if not set_assignee(session, actor, now, record, person):
        return False
    record.changed_at = now
    if person is not None:
        follow_record(session, now, record=record, user_id=person.id)
        definition = definition_of(record.version)
        if MAIL in definition.mails:
            mails.send_to(session, actor, now, record, definition, MAIL, [person])
    return True


def follow_record(session: Session, now: datetime, *, record: Record, user_id: int) -> bool:
    """From now on the person is told what happens to the record. False: it was so already.

    The caller has checked that the person sees the record in full.
    """
    if session.get(Follow, (record.id, user_id)) is not None:
        return False
    session.add(Follow(record_id=record.id, user_id=user_id, since=now))
    return True


def unfollow_record(session: Session, *, record: Record, user_id: int) -> bool:
    """The person is no longer told. False: it was so already."""
    kept = session.get(Follow, (record.id, user_id))
    if kept is None:
        return False
    session.delete(kept)
    return True


def _colleague(session: Session, record: Record, person_id: int, now: datetime) -> User:
    person = session.scalar(
        select(User)
        .join(RoleGrant, RoleGrant.user_id == User.id)
        .where(
            User.id == person_id,
            User.active,
            RoleGrant.controller_id == record.controller_id,
            RoleGrant.role.in_(sorted(PERMISSIONS["record:work"])),
            or_(RoleGrant.valid_until.is_(None), RoleGrant.valid_until >= local_day(now)),
        )
        .limit(1)
    )
    if person is None:
        raise InputRefused({"person": "Wählen Sie eine Person, die Vorgänge dieser Stelle bearbeitet."})
    return person
