"""A service shows its office one item or the whole checklist, for a question or a look, until it ends that again."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from sqlalchemy import select
from sqlalchemy.orm import Session

from ...models import ChecklistShare, ClientChecklist
from ...naturalisation.applies import never_stored
from ...naturalisation.document import Item
from ...permissions import Actor
from .. import audit
from ..editions.reading import document_of
from ..refusals import InputRefused, NotVisible, StepRefused
from .moving import touch
from .refreshing import refreshed
from .telling import tell_office

Scope = Literal["item", "whole"]
OVER = ("entschieden", "beendet", "geloescht")
"""States in which nothing is shared any more."""
NEVER = "Dieser Punkt wird nur im Gespräch behandelt. Dazu wird nichts geschrieben, auch keine Frage."


def share(
    session: Session,
    actor: Actor,
    now: datetime,
    checklist: ClientChecklist,
    *,
    scope: Scope,
    item_id: str | None = None,
    tell: bool = True,
) -> ChecklistShare:
    """Opens one item or the whole to the office of this checklist; what is open already stays the same share.

    ``tell=False`` where the caller mails the office itself. Raises :class:`NotVisible` for an item that the edition does
    not have, :class:`InputRefused` for one that is never stored, and :class:`StepRefused` when the checklist is over.
    """
    refuse_when_over(checklist)
    if scope == "item":
        item_of(checklist, item_id or "")
    known = live(session, checklist, scope, item_id if scope == "item" else None)
    if known is not None:
        return known
    made = open_share(session, actor, now, checklist, scope, item_id if scope == "item" else None)
    if tell:
        text = f"Eine Beratungsstelle hat Ihnen die Checkliste {checklist.record.reference} gezeigt."
        tell_office(session, now, checklist, kind="shared", text=text)
    return made


def open_share(
    session: Session, actor: Actor, now: datetime, checklist: ClientChecklist, scope: str, item_id: str | None = None
) -> ChecklistShare:
    """The row itself, with its trace in the history; ``hand_over`` opens its own through this."""
    made = ChecklistShare(
        checklist_id=checklist.record_id,
        controller_id=checklist.record.controller_id,
        scope=scope,
        item_id=item_id,
        created_at=now,
        created_by_id=actor.user_id,
    )
    session.add(made)
    session.flush()  # the history names the share
    audit.record(
        session,
        actor,
        now,
        audit.Tag.CHECKLIST_SHARE,
        about=checklist.record,
        share=made.id,
        scope=scope,
        item=audit.Erasable(item_id),
    )
    touch(checklist, now)
    refreshed(checklist)
    return made


def end_sharing(session: Session, actor: Actor, now: datetime, checklist: ClientChecklist, share_id: int) -> None:
    """Closes a share: from now on the office finds nothing there. Once more changes nothing.

    Raises :class:`NotVisible` for a share of another checklist, and :class:`StepRefused` for the one of a hand-over, which
    lasts until the office returned it or decided.
    """
    found = session.get(ChecklistShare, share_id)
    if found is None or found.checklist_id != checklist.record_id:
        raise NotVisible()
    if found.ended_at is not None:
        return
    if found.scope == "hand_over":
        raise StepRefused(
            [
                "Der Verweis liegt bei der Einbürgerungsbehörde. Diese Freigabe endet mit der Rückgabe oder der Entscheidung. "
                "Soll die Behörde nichts mehr sehen, löschen Sie die Checkliste."
            ]
        )
    close_share(session, actor, now, found)
    touch(checklist, now)
    refreshed(checklist)


def close_all(session: Session, actor: Actor, now: datetime, checklist: ClientChecklist, *scopes: str) -> None:
    """Closes every live share of these scopes, of any scope where none is given."""
    for one in live_shares(session, checklist):
        if not scopes or one.scope in scopes:
            close_share(session, actor, now, one)


def close_share(session: Session, actor: Actor, now: datetime, share: ChecklistShare) -> None:
    share.ended_at, share.ended_by_id = now, actor.user_id
    record = share.checklist.record
    audit.record(session, actor, now, audit.Tag.CHECKLIST_UNSHARE, about=record, share=share.id)


def live_shares(session: Session, checklist: ClientChecklist) -> list[ChecklistShare]:
    """What the office may see now, the oldest first."""
    return list(
        session.scalars(
            select(ChecklistShare)
            .where(ChecklistShare.checklist_id == checklist.record_id, ChecklistShare.ended_at.is_(None))
            .order_by(ChecklistShare.id)
        )
    )


def live(session: Session, checklist: ClientChecklist, scope: str, item_id: str | None) -> ChecklistShare | None:
    """The live share of exactly this scope, if there is one."""
    found = live_shares(session, checklist)
    return next((one for one in found if one.scope == scope and one.item_id == item_id), None)


def item_of(checklist: ClientChecklist, item_id: str) -> Item:
    """An item of the checklist's edition that something may be written about.

    Raises :class:`NotVisible` for an unknown id and :class:`InputRefused` for an item of which nothing is stored.
    """
    document = document_of(checklist.edition)
    found = document.items.get(item_id)
    if found is None:
        raise NotVisible("Diesen Punkt gibt es in der Fassung dieser Checkliste nicht.")
    if item_id in never_stored(document):
        raise InputRefused({"item": NEVER}, NEVER)
    return found


def refuse_when_over(checklist: ClientChecklist) -> None:
    if checklist.record.state in OVER:
        raise StepRefused(["Diese Checkliste ist abgeschlossen. Sie wird niemandem mehr gezeigt."])
