"""Internal comments on a record, with colleagues named in them; followers are told, reporters never see them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime

from sqlalchemy import exists, or_, select
from sqlalchemy.orm import Session, selectinload

from ...models import Comment, Follow, Mention, Record, RoleGrant, User
from ...permissions import Actor, may
from .. import audit, outbox, repeats
from ..processes import definition_of
from ..refusals import InputRefused, NotPermitted
from . import mails
from .facts import local_day

LONGEST = 4000
COMMENTED = "Neuer Kommentar zu {reference}"


def add_comment(
    session: Session, actor: Actor, now: datetime, *, record: Record, text: str, mentioned: Sequence[int] = ()
) -> Comment:
    """Adds a comment, tells the ``mentioned`` colleagues and those who follow the record, each once, the author never.

    The same comment sent twice in a minute is written once. Raises :class:`NotPermitted`, and :class:`InputRefused`
    for an empty or overlong text or a colleague who may not read the record.
    """
    if not may(actor, "record:work", record.controller_id) or actor.user_id is None:
        raise NotPermitted()
    clean = text.replace("\r\n", "\n").replace("\x00", "").strip()
    if not clean:
        raise InputRefused({"text": "Schreiben Sie einen Kommentar."})
    if len(clean) > LONGEST:
        raise InputRefused({"text": f"Kürzen Sie den Kommentar auf {LONGEST} Zeichen."})
    people = _colleagues(session, now, record, mentioned)
    repeats.queue_up(session, record, actor.user_id)
    if (written := _just_written(session, actor, now, record, clean)) is not None:
        return written
    comment = Comment(record_id=record.id, author_id=actor.user_id, created_at=now, text=clean)
    comment.mentions = [Mention(user_id=person.id) for person in people]
    session.add(comment)
    session.flush()  # the event names the comment's id
    audit.record(
        session,
        actor,
        now,
        audit.Tag.RECORD_COMMENT,
        about=record,
        comment=comment.id,
        text=audit.Erasable(clean),
        mentions=[person.id for person in people],
    )
    _tell(session, actor, now, record, people)
    return comment


def _just_written(session: Session, actor: Actor, now: datetime, record: Record, text: str) -> Comment | None:
    own = Comment.author_id == actor.user_id, Comment.record_id == record.id, Comment.text == text
    return session.scalar(select(Comment).where(*own, Comment.created_at > now - repeats.WITHIN).limit(1))


def readers(session: Session, record: Record, today: date) -> list[User]:
    """Active people whose role reads the record in full: who may be mentioned. Their grants come with them; two queries."""
    reads = (
        RoleGrant.user_id == User.id,
        RoleGrant.controller_id == record.controller_id,
        RoleGrant.role.in_(sorted(record.process.read_roles)),
        or_(RoleGrant.valid_until.is_(None), RoleGrant.valid_until >= today),
    )
    wanted = select(User).where(User.active, exists().where(*reads)).options(selectinload(User.grants))
    return list(session.scalars(wanted.order_by(User.name, User.id)))


def _colleagues(session: Session, now: datetime, record: Record, ids: Sequence[int]) -> list[User]:
    if not ids:
        return []
    known = {person.id: person for person in readers(session, record, local_day(now))}
    if not set(ids) <= known.keys():
        raise InputRefused({"mentioned": "Wählen Sie nur Kolleginnen und Kollegen, die den Vorgang sehen dürfen."})
    return [known[one] for one in dict.fromkeys(ids)]


def _tell(session: Session, actor: Actor, now: datetime, record: Record, mentioned: list[User]) -> None:
    named = {person.id for person in mentioned}
    definition = definition_of(record.version)
    if mentioned and "mention" in definition.mails:
        mails.send_to(session, actor, now, record, definition, "mention", mentioned)
    following = set(session.scalars(select(Follow.user_id).where(Follow.record_id == record.id)))
    following -= {*named, actor.user_id}
    others = [one for one in readers(session, record, local_day(now)) if one.id in following] if following else []
    if others:
        outbox.notify(
            session,
            now,
            users=others,
            controller_id=record.controller_id,
            kind="comment",
            subject=COMMENTED.format(reference=record.reference),
            text=f"{actor.name} hat {record.reference} kommentiert. Den Kommentar lesen Sie nach der Anmeldung.",
            record=record,
            link=f"/records/{record.reference}",
        )
