"""Who is told of a publication, and telling them: in batches by the worker, each person once, whatever dies in between.

First those who reported the hurdle (``reports``), then case managers and everybody who follows the field (``people``).
A batch is one transaction: its mails, who was told, and how far it came.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Callable, Collection, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import ColumnElement, Select, delete, func, or_, select
from sqlalchemy.orm import Session

from ..engine.definition import ProcessDefinition
from ..models import (
    FieldFollow,
    NewsSent,
    ProcessVersion,
    Publication,
    PublicationTag,
    Record,
    RecordContact,
    RecordLink,
    RoleGrant,
    User,
)
from ..permissions import SYSTEM
from . import audit, outbox
from .news_words import Words, words_for
from .processes import definition_by_hash
from .publishing import PEOPLE, REPORTS, THEME
from .records.facts import local_day
from .themes.reports import is_withdrawn

Unit = Callable[[], AbstractContextManager[Session]]
BATCH = 200
KIND = "solutions.news"
ALL_FIELDS = "*"
CASE_MANAGER = "case_manager"
LONGEST_ADDRESS = 254


@dataclass(frozen=True)
class Addressee:
    """One person to be told: address, account if there is one, language, whether in the daily mail, and why."""

    address: str
    user: User | None = None
    language: str = "de"
    digest: bool = False
    reason: str = "reporter"


@dataclass(frozen=True)
class Audience:
    """How many people the first publication reaches, each counted once: under the first of these that fits."""

    reporters: int = 0
    case_managers: int = 0
    followers: int = 0


def run(unit: Unit, now: datetime, *, secret: str, batch: int = BATCH) -> int:
    """Tells everybody who has to be told now; returns how many batches it took."""
    done = 0
    while tell_some(unit, now, secret=secret, batch=batch):
        done += 1
    return done


def waiting(session: Session) -> int | None:
    """Id of a publication whose news are not out yet; one small query, asked by the worker every few seconds."""
    return session.scalars(
        select(Publication.id).where(Publication.news_pending).order_by(Publication.id).limit(1)
    ).first()


def tell_some(unit: Unit, now: datetime, *, secret: str, batch: int = BATCH) -> bool:
    """One batch of the oldest publication that waits; False when none does."""
    with unit() as session:
        number = waiting(session)
        publication = session.get(Publication, number) if number is not None else None
        if publication is None:
            return False
        if publication.news_phase == REPORTS:
            _tell_reporters(session, now, publication, secret, batch)
        else:
            _tell_people(session, now, publication, secret, batch)
    return True


def audience(
    session: Session,
    *,
    theme_id: int | None,
    fields: Collection[str],
    controller_id: int,
    today: date,
    correction: bool = False,
) -> Audience:
    """How many would be told if it were published today; a correction reaches only those who follow corrections."""
    reporters: dict[str, Addressee] = {}
    if theme_id is not None and not correction:
        ids = session.scalars(_links(theme_id)).all()
        reporters = {one.address.lower(): one for one in reporters_of(session, ids)}
    people = _people(session, fields, controller_id, today, correction=correction)
    others = [one for one in people if one.address.lower() not in reporters]
    followers = sum(one.reason == "follower" for one in others)
    return Audience(len(reporters), len(others) - followers, followers)


def reporters_of(session: Session, record_ids: Sequence[int]) -> list[Addressee]:
    """Who sent these reports and wants to hear of the result: by the account, else by the address that was left.

    Not those whose contact is erased or was never given, who withdrew the report, or whose account is closed.
    """
    rows = session.execute(
        select(Record.state, Record.version_id, Record.creator_id, ProcessVersion.content_hash, RecordContact.email,
               RecordContact.feedback)
        .join(RecordContact, RecordContact.record_id == Record.id)
        .join(ProcessVersion, ProcessVersion.id == Record.version_id)
        .where(Record.id.in_(record_ids), RecordContact.email.is_not(None))
        .order_by(Record.id)
    ).all()  # fmt: skip
    creators = {row.creator_id for row in rows} - {None}
    accounts = {one.id: one for one in session.scalars(select(User).where(User.id.in_(creators)))} if creators else {}
    found: dict[str, Addressee] = {}
    for row in rows:
        definition = definition_by_hash(session, row.version_id, row.content_hash)
        if is_withdrawn(definition, row.state) or not _wants_result(definition, row.feedback):
            continue
        user = accounts.get(row.creator_id)
        if user is not None and user.active:
            found.setdefault(user.email.lower(), Addressee(user.email, user, user.language, user.digest))
        elif user is None and _reachable(row.email):
            found.setdefault(row.email.lower(), Addressee(row.email))
    return list(found.values())


def _wants_result(definition: ProcessDefinition, feedback: str | None) -> bool:
    wish = definition.reporter
    return wish is None or feedback in (wish.feedback_every, wish.feedback_result)


def _reachable(address: str) -> bool:
    return len(address) <= LONGEST_ADDRESS and outbox.ADDRESS.fullmatch(address) is not None


def _links(theme_id: int) -> Select[tuple[int]]:
    return (
        select(RecordLink.from_id)
        .where(RecordLink.to_id == theme_id, RecordLink.kind == THEME)
        .order_by(RecordLink.from_id)
    )


def _tell_reporters(session: Session, now: datetime, publication: Publication, secret: str, batch: int) -> None:
    ids: Sequence[int] = ()
    if publication.theme_id is not None:
        wanted = _links(publication.theme_id).where(RecordLink.from_id > publication.news_after_id)
        ids = session.scalars(wanted.limit(batch)).all()
    if not ids:
        publication.news_phase, publication.news_after_id = PEOPLE, 0
        return
    _tell(session, now, publication, reporters_of(session, ids), secret)
    publication.news_after_id = ids[-1]


def _tell_people(session: Session, now: datetime, publication: Publication, secret: str, batch: int) -> None:
    fields = session.scalars(
        select(PublicationTag.value).where(
            PublicationTag.publication_id == publication.id, PublicationTag.name == "field_of_action"
        )
    ).all()
    people = _people(
        session,
        fields,
        publication.controller_id,
        local_day(now),
        correction=publication.news_number > 0,
        after=publication.news_after_id,
        limit=batch,
    )
    if not people:
        _finish(session, now, publication)
        return
    _tell(session, now, publication, people, secret)
    publication.news_after_id = max(one.user.id for one in people if one.user is not None)


def _finish(session: Session, now: datetime, publication: Publication) -> None:
    """Everybody knows. Who it was is forgotten; that and how many stays in the history."""
    number = _number(publication)
    told = session.scalar(
        select(func.count()).where(NewsSent.publication_id == publication.id, NewsSent.number == number)
    )
    session.execute(delete(NewsSent).where(NewsSent.publication_id == publication.id))
    publication.news_pending = False
    publication.news_number = publication.number
    audit.record(
        session,
        SYSTEM,
        now,
        audit.Tag.PUBLICATION_NEWS,
        about=session.get_one(Record, publication.record_id),
        publication=publication.id,
        number=number,
        told=told or 0,
    )


def _number(publication: Publication) -> int:
    """The issue of which is told: the first news stay the first ones even if a correction overtakes them."""
    return publication.number if publication.news_number else 1


def _people(
    session: Session,
    fields: Collection[str],
    controller_id: int,
    today: date,
    *,
    correction: bool,
    after: int = 0,
    limit: int | None = None,
) -> list[Addressee]:
    """Followers, and at the first publication the case managers, by account; each in the way that they chose."""
    valid = or_(RoleGrant.valid_until.is_(None), RoleGrant.valid_until >= today)
    follows = _follows(fields, correction)
    meant = User.id.in_(select(FieldFollow.user_id).where(follows))
    if not correction:
        meant |= User.grants.any((RoleGrant.role == CASE_MANAGER) & (RoleGrant.controller_id == controller_id) & valid)
    wanted = select(User).where(User.active, User.id > after, User.grants.any(valid), meant).order_by(User.id)
    users = session.scalars(wanted.limit(limit) if limit is not None else wanted).all()
    rows = session.execute(
        select(FieldFollow.user_id, FieldFollow.mode).where(follows, FieldFollow.user_id.in_([one.id for one in users]))
    )
    modes: dict[int, set[str]] = {}
    for row in rows:
        modes.setdefault(row.user_id, set()).add(row.mode)
    return [
        Addressee(
            user.email,
            user,
            user.language,
            digest="mail" not in modes.get(user.id, ()),
            reason="follower" if user.id in modes else "case_manager",
        )
        for user in users
    ]


def _follows(fields: Collection[str], correction: bool) -> ColumnElement[bool]:
    found = FieldFollow.field_of_action.in_([ALL_FIELDS, *fields])
    return found & FieldFollow.corrections if correction else found


def _tell(session: Session, now: datetime, publication: Publication, people: Sequence[Addressee], secret: str) -> None:
    """Queues the mails for those of ``people`` who were not told yet, and notes whom."""
    number = _number(publication)
    by_digest = {_digest(secret, publication.id, one.address): one for one in people}
    known = set(
        session.scalars(
            select(NewsSent.who).where(
                NewsSent.publication_id == publication.id, NewsSent.number == number, NewsSent.who.in_(by_digest)
            )
        )
    )
    fresh = {who: one for who, one in by_digest.items() if who not in known}
    session.add_all(NewsSent(publication_id=publication.id, number=number, who=who) for who in fresh)
    note = publication.issues[-1].note if publication.news_number else ""
    link = f"/solutions/{publication.slug}"
    groups: dict[tuple[str, str, bool], list[Addressee]] = {}
    for one in fresh.values():
        groups.setdefault((one.reason, one.language, one.digest), []).append(one)
    for (reason, language, digest), group in groups.items():
        words = words_for(reason, publication.title, language, note=note, correction=publication.news_number > 0)
        _send(session, now, publication.controller_id, group, words, link, digest=digest, language=language)


def _send(
    session: Session,
    now: datetime,
    controller_id: int,
    people: Sequence[Addressee],
    words: Words,
    link: str,
    *,
    digest: bool,
    language: str,
) -> None:
    if digest:
        users = [one.user for one in people if one.user is not None]
        text = f"{words.short}\n{outbox.absolute(link)}"
        outbox.set_aside(session, now, users=users, controller_id=controller_id, subject=words.subject, text=text)
        return
    outbox.queue(
        session,
        now,
        controller_id=controller_id,
        kind=KIND,
        to=[(one.address, one.user.id if one.user is not None else None) for one in people],
        subject=words.subject,
        text=words.text,
        language=language,
        link=link,
        link_label=words.label,
    )


def _digest(secret: str, publication_id: int, address: str) -> str:
    """Stands for an address without naming it; only who holds the secret could try addresses out."""
    return hmac.new(secret.encode(), f"news:{publication_id}:{address.lower()}".encode(), hashlib.sha256).hexdigest()
