"""Unfinished forms. People with an account have their drafts saved by themselves; without one only on request.

Called by the blueprints of the form. A draft without an account lies under a secret link, of which the hash is stored.
"""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, Protocol

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from ..models import Draft
from ..permissions import Actor
from .refusals import LinkExpired, NotVisible, Refusal

WITH_ACCOUNT = timedelta(days=180)
WITHOUT_ACCOUNT = timedelta(days=14)
"""After the last change; the page says so. The retention job deletes what has expired."""
MOST_DRAFTS = 50
LONGEST_TITLE = 200
WINDOWS = "_windows"
GONE = (
    "Diesen Entwurf gibt es nicht mehr: Er wurde abgesendet, gelöscht oder nach 14 Tagen entfernt.",
    "This draft no longer exists: it was sent, deleted, or removed after 14 days.",
)


class Version(Protocol):
    """What a draft needs to know of the version it is filled in for."""

    @property
    def id(self) -> int: ...
    @property
    def process_id(self) -> int: ...


class TooManyDrafts(Refusal):
    """One person keeps more unfinished forms than anybody finishes."""

    status = 409

    def __init__(self) -> None:
        super().__init__(f"Sie haben schon {MOST_DRAFTS} Entwürfe. Löschen Sie zuerst einen, den Sie nicht brauchen.")


def start_draft(session: Session, actor: Actor, now: datetime, *, version: Version, key: str) -> Draft:
    """A new draft of the person, or the one they began and left empty, so that a double click makes one.

    Raises :class:`TooManyDrafts`.
    """
    own = session.scalars(
        select(Draft).where(Draft.user_id == actor.user_id, Draft.process_id == version.process_id).order_by(Draft.id)
    ).all()
    empty = next((one for one in own if not one.raw and one.version_id == version.id), None)
    if empty is not None:
        return empty
    if len(own) >= MOST_DRAFTS:
        raise TooManyDrafts()
    draft = _new(version, now, key)
    draft.user_id, draft.expires_at = actor.user_id, now + WITH_ACCOUNT
    session.add(draft)
    session.flush()  # the page that follows is addressed by the id
    return draft


def own_draft(session: Session, actor: Actor, draft_id: int) -> Draft:
    """A draft of this person. Raises :class:`NotVisible` for any other and for one that was sent or deleted."""
    draft = session.get(Draft, draft_id)
    if draft is None or actor.user_id is None or draft.user_id != actor.user_id:
        raise NotVisible("Diesen Entwurf gibt es nicht mehr: Er wurde abgesendet oder gelöscht.")
    return draft


def save_draft(
    session: Session,
    now: datetime,
    draft: Draft,
    *,
    raw: Mapping[str, Any],
    step: str,
    visited: Sequence[str],
    title: str,
    window: str = "",
) -> None:
    """Keeps everything that was typed, right or wrong; the period until it is deleted begins anew.

    ``window`` marks who wrote the step last: one browser window may send a step several times before it hears back.
    """
    windows = {**draft.raw.get(WINDOWS, {}), step: window[:40]} if window else draft.raw.get(WINDOWS)
    draft.raw = {**raw, WINDOWS: windows} if windows else dict(raw)
    draft.step, draft.done_steps = step[:80], list(visited)
    draft.title = title[:LONGEST_TITLE]
    draft.changed_at = now
    draft.expires_at = now + (WITH_ACCOUNT if draft.user_id is not None else WITHOUT_ACCOUNT)
    session.add(draft)


def input_of(draft: Draft) -> dict[str, Any]:
    """What was typed, by question."""
    return {name: value for name, value in draft.raw.items() if name != WINDOWS}


def written_by(draft: Draft, step: str) -> str:
    """The window that wrote a step last."""
    return str(draft.raw.get(WINDOWS, {}).get(step, ""))


def delete_draft(session: Session, actor: Actor, draft_id: int) -> None:
    """Deletes a draft of this person for good. Raises :class:`NotVisible`."""
    session.delete(own_draft(session, actor, draft_id))


def keep_for_link(
    session: Session,
    now: datetime,
    *,
    version: Version,
    key: str,
    token: str,
    raw: Mapping[str, Any],
    step: str,
    visited: Sequence[str],
    title: str,
) -> str:
    """Keeps the form of a person without account and returns the secret of its link; a live ``token`` stays.

    The secret is not stored: whoever loses the link loses the draft.
    """
    draft = _by_token(session, now, token) if token else None
    if draft is None:
        # the same form saved twice at once, or again without its link: one draft, and the newest link opens it
        draft = session.scalar(select(Draft).where(Draft.submission_key == key, Draft.user_id.is_(None)))
        taken = draft is None and session.scalar(select(Draft.id).where(Draft.submission_key == key)) is not None
        draft = draft or _new(version, now, secrets.token_urlsafe(32) if taken else key)  # a key of an account's draft
        token = secrets.token_urlsafe(32)
        draft.link_hash = token_hash(token)
    save_draft(session, now, draft, raw=raw, step=step, visited=visited, title=title)
    return token


def draft_behind(session: Session, now: datetime, token: str, *, language: str = "de") -> Draft:
    """The draft of a secret link. Raises :class:`LinkExpired` when there is none (any more)."""
    draft = _by_token(session, now, token)
    if draft is None:
        raise LinkExpired(GONE[language == "en"])
    return draft


def delete_behind(session: Session, now: datetime, token: str) -> None:
    """Deletes the draft of a secret link; nothing happens when it is gone already."""
    draft = _by_token(session, now, token)
    if draft is not None:
        session.delete(draft)


def forget_form(session: Session, key: str) -> None:
    """Deletes the draft of a form that was sent."""
    session.execute(delete(Draft).where(Draft.submission_key == key), execution_options={"synchronize_session": False})


def token_hash(token: str) -> str:
    """What is stored of a secret link; 256 bits need no salt."""
    return hashlib.sha256(token.encode("utf-8", "replace")).hexdigest()


def _by_token(session: Session, now: datetime, token: str) -> Draft | None:
    found = session.scalar(select(Draft).where(Draft.link_hash == token_hash(token)))
    return found if found is not None and (found.expires_at is None or found.expires_at > now) else None


def _new(version: Version, now: datetime, key: str) -> Draft:
    return Draft(
        process_id=version.process_id, version_id=version.id, submission_key=key, raw={}, created_at=now, changed_at=now
    )
