"""Beginning minutes, writing their texts block by block, and taking the facts anew from the session."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from ...models import Meeting, Minutes, Record
from ...permissions import Actor
from .. import audit
from ..bodies.access import require_work
from ..refusals import InputRefused, NotVisible, StaleVersion, StepRefused
from . import content as blocks
from . import signing
from .drafting import draft_of

LONGEST = 20_000
HELD = "niederschrift"
SENT = ("sent", "settled")
CONFLICT = "Während Sie geschrieben haben, hat jemand anderes diesen Abschnitt geändert."


class BlockChanged(StaleVersion):
    """Somebody else wrote in the same block; ``mine`` is what was to be stored, ``current`` the block as it stands now."""

    def __init__(self, current: blocks.Block, mine: Mapping[str, str]) -> None:
        super().__init__(CONFLICT, current)
        self.mine = dict(mine)


def minutes_of(session: Session, meeting: Meeting) -> Minutes | None:
    """The minutes of a meeting; None while nobody has begun them."""
    return session.scalars(
        select(Minutes)
        .where(Minutes.meeting_id == meeting.record_id)
        .options(
            joinedload(Minutes.changed_by),
            joinedload(Minutes.meeting).joinedload(Meeting.record).joinedload(Record.version),
        )
    ).one_or_none()


def begin_minutes(session: Session, actor: Actor, now: datetime, *, meeting: Meeting) -> Minutes:
    """Draws the minutes up from the session. A second click gives the same ones.

    Raises :class:`NotPermitted` for whoever does not work for the body, :class:`StepRefused` before the meeting was closed.
    """
    require_work(actor, meeting.body)
    known = minutes_of(session, meeting)
    if known is not None:
        return known
    if meeting.record.state != HELD:
        raise StepRefused(["Die Niederschrift entsteht, wenn die Sitzung geschlossen ist."])
    content = draft_of(session, meeting)
    minutes = Minutes(
        meeting_id=meeting.record_id,
        meeting=meeting,
        content=content,
        state="draft",
        created_at=now,
        changed_at=now,
        changed_by_id=actor.user_id,
    )
    session.add(minutes)
    session.flush()  # versions point at it
    audit.record(session, actor, now, audit.Tag.MINUTES_DRAFT, about=meeting.record, blocks=len(content["blocks"]))
    return minutes


def change_block(
    session: Session,
    actor: Actor,
    now: datetime,
    *,
    minutes: Minutes,
    block: str,
    texts: Mapping[str, str],
    version: int | None,
) -> blocks.Block:
    """Stores the texts of one block. Texts that are the same change nothing. Minutes at check go back to being a draft.

    Raises :class:`NotPermitted`, :class:`NotVisible` for an unknown block, :class:`StepRefused` after sending,
    :class:`BlockChanged` when somebody else wrote here since ``version``, :class:`InputRefused` by text.
    """
    require_work(actor, minutes.meeting.body)
    target = blocks.find(minutes.content, block)
    if target is None:
        raise NotVisible()
    require_unsent(minutes)
    mine = _cleaned(target, texts)
    changed = {name: text for name, text in mine.items() if target["texts"].get(name, "") != text}
    if not changed:
        return target
    if version != target["version"]:
        raise BlockChanged(target, mine)
    minutes.content = blocks.with_texts(minutes.content, block, changed)
    audit.record(
        session, actor, now, audit.Tag.MINUTES_CHANGE,
        about=minutes.meeting.record, block=block,
        texts={name: {"old": audit.Erasable(target["texts"].get(name, "")), "new": audit.Erasable(text)}
               for name, text in changed.items()},
    )  # fmt: skip
    _reopen(session, actor, now, minutes)
    found = blocks.find(minutes.content, block)
    assert found is not None
    return found


def refresh(session: Session, actor: Actor, now: datetime, *, minutes: Minutes, row_version: int | None) -> list[str]:
    """Takes the facts anew from the session; texts that people wrote stay. Returns the blocks that changed.

    Raises :class:`NotPermitted`, :class:`StepRefused` after sending, :class:`StaleVersion` when the minutes were changed
    since the differences were shown.
    """
    require_work(actor, minutes.meeting.body)
    require_unsent(minutes)
    if row_version is not None and row_version != minutes.row_version:
        raise StaleVersion("Inzwischen hat jemand anderes die Niederschrift geändert.", current=minutes)
    fresh = blocks.refreshed(minutes.content, draft_of(session, minutes.meeting))
    changed = moved(minutes.content, fresh)
    if not changed:
        return []
    minutes.content = fresh
    audit.record(session, actor, now, audit.Tag.MINUTES_REFRESH, about=minutes.meeting.record, blocks=changed)
    _reopen(session, actor, now, minutes)
    return changed


def moved(old: blocks.Content, new: blocks.Content) -> list[str]:
    """Ids of the blocks that came, went or changed."""
    before = {one["id"]: one for one in old["blocks"]}
    after = {one["id"]: one for one in new["blocks"]}
    return [name for name in {**before, **after} if before.get(name) != after.get(name)]


def require_unsent(minutes: Minutes) -> None:
    """Raises :class:`StepRefused` once the minutes were sent: from then on only addenda correct them."""
    if minutes.state in SENT:
        raise StepRefused(["Die Niederschrift ist versandt. Berichtigen Sie sie mit einem Nachtrag."])


def _reopen(session: Session, actor: Actor, now: datetime, minutes: Minutes) -> None:
    """After a change nobody has seen what is there now: signatures fall, and the check begins again."""
    if minutes.state in ("check", "signed"):
        signing.fall(session, actor, now, minutes)
        minutes.state = "draft"
    minutes.changed_at, minutes.changed_by_id = now, actor.user_id
    session.flush()  # its row_version is shown on the page


def _cleaned(target: blocks.Block, texts: Mapping[str, Any]) -> dict[str, str]:
    names = blocks.TEXTS[target["kind"]]
    mine = {name: str(texts[name]).replace("\x00", "").replace("\r\n", "\n").strip() for name in names if name in texts}
    errors = {name: f"Bitte höchstens {LONGEST} Zeichen." for name, text in mine.items() if len(text) > LONGEST}
    if errors:
        raise InputRefused(errors)
    return mine
