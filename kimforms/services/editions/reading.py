"""Which edition of an office's checklist is in effect on a day, which ones there are, and an edition as a document."""

from __future__ import annotations

from collections import OrderedDict
from datetime import date
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from ...models import ChecklistEdition
from ...naturalisation.document import ChecklistDocument, as_json, from_json
from ...permissions import Actor, may
from ..refusals import NotPermitted, NotVisible

KEPT_DOCUMENTS = 32
_documents: OrderedDict[str, ChecklistDocument] = OrderedDict()


def current(session: Session, controller_id: int, day: date) -> ChecklistEdition | None:
    """The edition in effect for an office on a day: published, with the latest date of effect up to it."""
    return session.scalars(
        select(ChecklistEdition)
        .where(
            ChecklistEdition.controller_id == controller_id,
            ChecklistEdition.state == "published",
            ChecklistEdition.valid_from <= day,
        )
        .order_by(ChecklistEdition.valid_from.desc())
        .limit(1)
    ).one_or_none()


def coming(session: Session, controller_id: int, day: date) -> list[ChecklistEdition]:
    """The published editions of an office that take effect after a day, the next one first."""
    return list(
        session.scalars(
            select(ChecklistEdition)
            .where(
                ChecklistEdition.controller_id == controller_id,
                ChecklistEdition.state == "published",
                ChecklistEdition.valid_from > day,
            )
            .order_by(ChecklistEdition.valid_from)
        )
    )


def draft_of(session: Session, controller_id: int) -> ChecklistEdition | None:
    """The draft of an office; it has at most one."""
    return session.scalars(
        select(ChecklistEdition).where(
            ChecklistEdition.controller_id == controller_id, ChecklistEdition.state == "draft"
        )
    ).one_or_none()


def editions_of(session: Session, controller_id: int, *, drafts: bool) -> list[ChecklistEdition]:
    """All editions of an office, the newest first; the draft only if asked for."""
    rows = select(ChecklistEdition).where(ChecklistEdition.controller_id == controller_id)
    if not drafts:
        rows = rows.where(ChecklistEdition.state != "draft")
    return list(session.scalars(rows.order_by(ChecklistEdition.number.desc())))


def readable_edition(session: Session, actor: Actor, edition_id: int) -> ChecklistEdition:
    """An edition to read: published and withdrawn ones for staff and advisers, a draft only for its own office.

    Raises :class:`NotVisible`.
    """
    edition = session.scalars(
        select(ChecklistEdition)
        .where(ChecklistEdition.id == edition_id)
        .options(joinedload(ChecklistEdition.controller))
    ).one_or_none()
    if edition is None or not may(actor, "edition:read"):
        raise NotVisible()
    if edition.state == "draft" and not works_on(actor, edition):
        raise NotVisible()
    return edition


def own_edition(session: Session, actor: Actor, edition_id: int) -> ChecklistEdition:
    """An edition of the actor's own office. Raises :class:`NotVisible`, and :class:`NotPermitted` for another office's."""
    edition = readable_edition(session, actor, edition_id)
    if not works_on(actor, edition):
        raise NotPermitted("Diese Fassung gehört einer anderen Einbürgerungsbehörde.")
    return edition


def works_on(actor: Actor, edition: ChecklistEdition) -> bool:
    """Whether the actor works for the office of an edition."""
    return may(actor, "edition:work", edition.controller_id)


def document_of(edition: ChecklistEdition) -> ChecklistDocument:
    """The edition as a document; equal content is read once."""
    known = _documents.get(edition.content_hash)
    if known is None:
        known = from_json(edition.content)
        _documents[edition.content_hash] = known
        while len(_documents) > KEPT_DOCUMENTS:
            _documents.popitem(last=False)
    return known


def content_of(document: ChecklistDocument) -> tuple[dict[str, Any], str]:
    """A document as an edition keeps it: JSON without defaults, and the hash that stands for the content."""
    return as_json(document), document.content_hash
