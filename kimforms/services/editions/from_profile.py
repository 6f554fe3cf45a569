"""The checklist that a profile brings: the first edition of each naturalisation office. Loading a profile calls it.

Repeating it changes nothing. An office that has editions keeps them; a profile that says something else by now becomes a
draft there, once, and only where there is none. A draft that the office threw away does not come back.
"""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from ...engine.profile import Profile
from ...models import ChecklistEdition, Controller, Setting
from ...naturalisation.document import ChecklistDocument
from ...permissions import Actor
from .. import audit
from .reading import content_of

BROUGHT = "profile_checklist"
"""Setting of a controller: hash of the content that the profile brought last."""
NOTE = "aus dem Profil"


def status_of(session: Session, profile: Profile, document: ChecklistDocument | None) -> list[tuple[str, str]]:
    """For each office of the profile its key and what loading would do: ``new``, ``same`` or ``changed``."""
    if document is None:
        return []
    keys = [one.id for one in profile.head.controllers if one.naturalisation_office]
    known = {row.key: row for row in session.scalars(select(Controller).where(Controller.key.in_(keys)))}
    return [(key, _status(session, known.get(key), document)) for key in keys]


def bring_editions(
    session: Session, actor: Actor, now: datetime, profile: Profile, document: ChecklistDocument | None
) -> None:
    """Publishes edition 1 from the day of its state of law where an office has none; else a draft if something changed.

    The controllers are loaded. The words of an office that are its own are never touched.
    """
    for key, status in status_of(session, profile, document):
        if document is None or status == "same":
            continue
        controller = session.scalars(select(Controller).where(Controller.key == key)).one()
        _bring(session, actor, now, controller, document, publish=status == "new")
        _remember(session, actor, now, controller, document)


def _status(session: Session, controller: Controller | None, document: ChecklistDocument) -> str:
    if controller is None:
        return "new"
    brought = session.get(Setting, (controller.id, BROUGHT))
    if brought is not None and brought.value == document.content_hash:
        return "same"
    editions = session.execute(
        select(ChecklistEdition.state, ChecklistEdition.content_hash).where(
            ChecklistEdition.controller_id == controller.id
        )
    ).all()
    if not editions:
        return "new"
    waits = any(state == "draft" for state, _ in editions)
    return "same" if waits or any(known == document.content_hash for _, known in editions) else "changed"


def _bring(
    session: Session,
    actor: Actor,
    now: datetime,
    controller: Controller,
    document: ChecklistDocument,
    *,
    publish: bool,
) -> None:
    content, content_hash = content_of(document)
    based_on = session.scalars(
        select(ChecklistEdition)
        .where(ChecklistEdition.controller_id == controller.id, ChecklistEdition.state == "published")
        .order_by(ChecklistEdition.valid_from.desc())
        .limit(1)
    ).one_or_none()
    last = session.scalar(
        select(func.max(ChecklistEdition.number)).where(ChecklistEdition.controller_id == controller.id)
    )
    edition = ChecklistEdition(
        controller_id=controller.id,
        number=(last or 0) + 1,
        state="published" if publish else "draft",
        content=content,
        content_hash=content_hash,
        law_status=document.law_status,
        valid_from=document.law_status if publish else None,
        note=NOTE,
        based_on_id=based_on.id if based_on is not None else None,
        created_at=now,
        created_by_id=actor.user_id,
        changed_at=now,
        changed_by_id=actor.user_id,
        published_at=now if publish else None,
        published_by_id=actor.user_id if publish else None,
    )
    session.add(edition)
    session.flush()  # the history names it by its id
    if publish:
        audit.record(
            session, actor, now, audit.Tag.EDITION_PUBLISH,
            controller_id=controller.id, edition=edition.id, number=edition.number,
            valid_from=document.law_status.isoformat(), changes=[], told=0,
        )  # fmt: skip
        return
    audit.record(
        session, actor, now, audit.Tag.EDITION_BEGIN,
        controller_id=controller.id, edition=edition.id, number=edition.number,
        based_on=based_on.number if based_on is not None else None,
    )  # fmt: skip


def _remember(
    session: Session, actor: Actor, now: datetime, controller: Controller, document: ChecklistDocument
) -> None:
    known = session.get(Setting, (controller.id, BROUGHT))
    if known is None:
        known = Setting(controller_id=controller.id, key=BROUGHT)
        session.add(known)
    known.value, known.changed_at, known.changed_by_id = document.content_hash, now, actor.user_id
