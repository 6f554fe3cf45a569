"""Opening one record to a person, an organisation or a body for a time: the only way over the border of a controller."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from ...models import Body, Organisation, Record, RoleGrant, Share, User
from ...permissions import PERMISSIONS, Actor, may
from .. import audit, outbox
from ..refusals import InputRefused, NotPermitted
from .facts import local_day

SUBJECT = "{reference} ist für Sie freigegeben"
LONGEST_DAYS = 730


@dataclass(frozen=True)
class Reader:
    """For whom a record is opened: exactly one of the three."""

    user_id: int | None = None
    organisation: str | None = None
    body: str | None = None


def share_record(
    session: Session, actor: Actor, now: datetime, *, record: Record, reader: Reader, until: date | None
) -> Share:
    """Lets ``reader`` read answers and state until that day; the people meant are told. The same again moves the end.

    Raises :class:`NotPermitted` and :class:`InputRefused`: nobody or several chosen, a person who reads nothing or
    everything anyway, no day, a day that has passed or lies more than two years ahead.
    """
    if not may(actor, "record:share", record.controller_id):
        raise NotPermitted()
    _check_day(until, local_day(now))
    assert until is not None
    name = _name_of(session, record, reader, local_day(now))
    share = _known(session, record, reader)
    if share is not None and share.until == until:
        return share  # a second click: nothing to tell again
    if share is None:
        share = Share(
            record_id=record.id,
            user_id=reader.user_id,
            organisation=reader.organisation,
            body=reader.body,
            created_at=now,
            created_by_id=actor.user_id,
        )
        session.add(share)
    share.until = until
    session.flush()  # the event names the share's id
    audit.record(
        session,
        actor,
        now,
        audit.Tag.RECORD_SHARE,
        about=record,
        share=share.id,
        until=until.isoformat(),
        **{"with": audit.Erasable(name)},
    )
    _tell(session, actor, now, record, _people(session, reader, local_day(now)), until)
    return share


def revoke_share(session: Session, actor: Actor, now: datetime, *, record: Record, share_id: int) -> None:
    """Ends a share at once. A second click finds nothing and changes nothing. Raises :class:`NotPermitted`."""
    if not may(actor, "record:share", record.controller_id):
        raise NotPermitted()
    share = session.get(Share, share_id)
    if share is None or share.record_id != record.id:
        return
    name = _label(session, Reader(share.user_id, share.organisation, share.body))
    session.delete(share)
    audit.record(
        session,
        actor,
        now,
        audit.Tag.RECORD_UNSHARE,
        about=record,
        share=share_id,
        **{"with": audit.Erasable(name)},
    )


def possible_readers(session: Session, record: Record, today: date) -> Sequence[User]:
    """Active people of any controller who may open records and do not read this one in full anyway."""
    readers = session.scalars(
        select(User)
        .join(RoleGrant, RoleGrant.user_id == User.id)
        .where(User.active, RoleGrant.role.in_(sorted(PERMISSIONS["record:read"])), _valid(today))
        .distinct()
        .order_by(User.name)
    )
    full = set(
        session.scalars(
            select(RoleGrant.user_id).where(
                RoleGrant.controller_id == record.controller_id,
                RoleGrant.role.in_(sorted(record.process.read_roles)),
                _valid(today),
            )
        )
    )
    return [person for person in readers if person.id not in full]


def _valid(today: date):  # type: ignore[no-untyped-def]
    return or_(RoleGrant.valid_until.is_(None), RoleGrant.valid_until >= today)


def _check_day(until: date | None, today: date) -> None:
    if until is None:
        raise InputRefused({"until": "Geben Sie an, bis wann die Freigabe gilt."})
    if until < today:
        raise InputRefused({"until": "Dieser Tag liegt in der Vergangenheit."})
    if (until - today).days > LONGEST_DAYS:
        raise InputRefused({"until": "Eine Freigabe gilt höchstens zwei Jahre; verlängern Sie sie dann."})


def _name_of(session: Session, record: Record, reader: Reader, today: date) -> str:
    chosen = [one for one in (reader.user_id, reader.organisation, reader.body) if one]
    if len(chosen) != 1:
        text = "Wählen Sie eine Person, eine Organisation oder ein Gremium." if not chosen else (
            "Wählen Sie nur eines: eine Person, eine Organisation oder ein Gremium."
        )  # fmt: skip
        raise InputRefused({"person": text})
    if reader.user_id is not None and reader.user_id not in {
        one.id for one in possible_readers(session, record, today)
    }:
        raise InputRefused({"person": "Diese Person gibt es nicht, oder sie sieht den Vorgang schon."})
    name = _label(session, reader)
    if not name:
        where = "organisation" if reader.organisation else "body"
        raise InputRefused({where: "Das steht nicht in der Liste."})
    return name


def _label(session: Session, reader: Reader) -> str:
    if reader.user_id is not None:
        person = session.get(User, reader.user_id)
        return person.name if person is not None else ""
    if reader.organisation is not None:
        found = session.scalar(select(Organisation.name).where(Organisation.slug == reader.organisation))
        return found or ""
    return session.scalar(select(Body.name).where(Body.slug == (reader.body or ""))) or ""


def _known(session: Session, record: Record, reader: Reader) -> Share | None:
    return session.scalar(
        select(Share)
        .where(
            Share.record_id == record.id,
            Share.user_id == reader.user_id,
            Share.organisation == reader.organisation,
            Share.body == reader.body,
        )
        .limit(1)
    )


def _people(session: Session, reader: Reader, today: date) -> list[User]:
    if reader.user_id is not None:
        person = session.get(User, reader.user_id)
        return [person] if person is not None else []
    place = RoleGrant.organisation if reader.organisation else RoleGrant.body
    wanted = select(User).join(RoleGrant, RoleGrant.user_id == User.id).where(
        place == (reader.organisation or reader.body),
        RoleGrant.role.in_(sorted(PERMISSIONS["record:read"])),
        _valid(today),
        User.active,
    )  # fmt: skip
    return list(session.scalars(wanted.distinct().order_by(User.id)))


def _tell(session: Session, actor: Actor, now: datetime, record: Record, people: list[User], until: date) -> None:
    others = [person for person in people if person.id != actor.user_id]
    if others:
        outbox.notify(
            session,
            now,
            users=others,
            controller_id=record.controller_id,
            kind="share",
            subject=SUBJECT.format(reference=record.reference),
            text=f"{actor.name} hat {record.reference} bis zum {until:%d.%m.%Y} für Sie zum Lesen freigegeben. "
            "Den Inhalt sehen Sie nach der Anmeldung.",
            record=record,
            link=f"/records/{record.reference}",
        )
