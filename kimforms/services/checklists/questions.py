"""Questions of a service and answers of the office, at an item or about the whole; both sides read who wrote what when."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from ...models import ChecklistMessage, ChecklistShare, ClientChecklist
from ...permissions import Actor
from .. import audit
from ..refusals import NotPermitted, NotVisible, StepRefused
from ..repeats import WITHIN, queue_up
from . import sharing
from .access import Sight, sight_of
from .free_text import about
from .moving import touch
from .refreshing import refreshed
from .telling import tell_office, tell_service

LONGEST = 2000


def ask(
    session: Session,
    actor: Actor,
    now: datetime,
    checklist: ClientChecklist,
    *,
    text: str,
    item_id: str | None = None,
    insist: bool = False,
) -> ChecklistMessage:
    """The service asks the office, about one item or the whole, which opens exactly that where it was not open yet.

    Raises what :func:`sharing.share` raises, and :class:`Doubtful` for a text that looks like personal data. The same
    words twice within a minute are one question.
    """
    sharing.refuse_when_over(checklist)
    if item_id is not None:
        sharing.item_of(checklist, item_id)
    plain = about(checklist, "text", text, longest=LONGEST, wanted="Schreiben Sie Ihre Frage.", insist=insist)
    if (known := _repeated(session, actor, now, checklist, item_id, plain)) is not None:
        return known
    share = _open_for(session, checklist, item_id) or sharing.share(
        session, actor, now, checklist, scope="item" if item_id else "whole", item_id=item_id, tell=False
    )
    share.answered_at = None
    made = _write(session, actor, now, checklist, share, item_id, "service", plain)
    said = f"Zur Checkliste {checklist.record.reference} gibt es eine Frage einer Beratungsstelle."
    tell_office(session, now, checklist, kind="question", text=said, page="/questions")
    return made


def answer(
    session: Session,
    actor: Actor,
    now: datetime,
    checklist: ClientChecklist,
    *,
    text: str,
    item_id: str | None = None,
    insist: bool = False,
) -> ChecklistMessage:
    """The office answers, or asks in turn, at an item that it sees.

    Raises :class:`NotVisible` for what is not shared with the actor's office, :class:`NotPermitted` for the service, and
    :class:`Doubtful` as :func:`ask`.
    """
    sight = sight_of(session, actor, checklist)
    if sight.side != "office":
        raise NotPermitted("Hier antwortet die Einbürgerungsbehörde.")
    if not (sight.whole if item_id is None else sight.sees(item_id)):
        raise NotVisible()
    if item_id is not None:
        sharing.item_of(checklist, item_id)
    plain = about(checklist, "text", text, longest=LONGEST, wanted="Schreiben Sie Ihre Antwort.", insist=insist)
    if (known := _repeated(session, actor, now, checklist, item_id, plain)) is not None:
        return known
    share = _open_for(session, checklist, item_id)
    if share is None:
        raise StepRefused(["Diese Freigabe wurde inzwischen beendet."])
    for one in sharing.live_shares(session, checklist):
        if one is share or (one.scope != "item" and item_id is None):
            one.answered_at = now
    made = _write(session, actor, now, checklist, share, item_id, "office", plain)
    said = f"Die Einbürgerungsbehörde hat zur Checkliste {checklist.record.reference} geantwortet."
    tell_service(session, now, checklist, kind="answer", text=said, page="/questions")
    return made


def messages(session: Session, checklist: ClientChecklist, sight: Sight) -> list[ChecklistMessage]:
    """What was written, the oldest first; the office reads only what belongs to something it sees."""
    found = session.scalars(
        select(ChecklistMessage)
        .where(ChecklistMessage.checklist_id == checklist.record_id)
        .options(joinedload(ChecklistMessage.author))
        .order_by(ChecklistMessage.at, ChecklistMessage.id)
    )
    return [one for one in found if sight.whole or (one.item_id is not None and sight.sees(one.item_id))]


def _open_for(session: Session, checklist: ClientChecklist, item_id: str | None) -> ChecklistShare | None:
    """The share through which the office sees this item (the narrowest one), or the whole."""
    found = sharing.live_shares(session, checklist)
    exact = [one for one in found if one.scope == "item" and one.item_id == item_id] if item_id else []
    whole = [one for one in found if one.scope != "item"]
    return next(iter([*exact, *whole]), None)


def _repeated(
    session: Session, actor: Actor, now: datetime, checklist: ClientChecklist, item_id: str | None, text: str
) -> ChecklistMessage | None:
    if actor.user_id is None:
        return None
    queue_up(session, checklist.record, actor.user_id)
    return session.scalars(
        select(ChecklistMessage)
        .where(
            ChecklistMessage.checklist_id == checklist.record_id,
            ChecklistMessage.author_id == actor.user_id,
            ChecklistMessage.item_id == item_id if item_id else ChecklistMessage.item_id.is_(None),
            ChecklistMessage.text == text,
            ChecklistMessage.at > now - WITHIN,
        )
        .limit(1)
    ).first()


def _write(
    session: Session,
    actor: Actor,
    now: datetime,
    checklist: ClientChecklist,
    share: ChecklistShare,
    item_id: str | None,
    side: str,
    text: str,
) -> ChecklistMessage:
    made = ChecklistMessage(
        checklist_id=checklist.record_id,
        share_id=share.id,
        item_id=item_id,
        side=side,
        author_id=actor.user_id,
        at=now,
        text=text,
    )
    session.add(made)
    session.flush()  # the history names the message
    audit.record(
        session,
        actor,
        now,
        audit.Tag.CHECKLIST_MESSAGE,
        about=checklist.record,
        message=made.id,
        side=side,
        item=audit.Erasable(item_id),
    )
    touch(checklist, now)
    refreshed(checklist)
    return made
