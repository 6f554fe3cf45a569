"""The SQL behind the board: what a card reads of a theme and of what is linked with it, and the filters."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from sqlalchemy import ColumnElement, exists, func, or_, select
from sqlalchemy.orm import aliased

from ...forms.themes import Filters
from ...models import Event, Record, RecordFacet, RecordLink, Task
from ..audit import Tag
from ..themes.reports import KIND

if TYPE_CHECKING:
    from .themes import Themes

SHOWN_WHEN_CLOSED = timedelta(days=90)
"""So long a closed theme that was made known stays on the board."""
QUIET = tuple(
    tag.text
    for tag in (
        Tag.DEADLINE_REMIND,
        Tag.DEADLINE_ESCALATE,
        Tag.RECORD_DOCUMENT,
        Tag.RECORD_EXPORT,
        Tag.MAIL_RETRY,
        Tag.MAIL_GIVE_UP,
    )
)
"""Events that move nothing: a theme of which one was only reminded stands still."""

_other = aliased(Record)


def _into(theme: Any) -> tuple[ColumnElement[bool], ...]:
    return RecordLink.to_id == theme, RecordLink.kind == KIND


def _own_events() -> Any:
    return select(func.max(Event.at)).where(Event.record_id == Record.id, Event.tag.not_in(QUIET))


def _linked_events() -> Any:
    """What happened to papers, reconstructions and groups of the theme; reports are told apart by their cases."""
    return (
        select(func.max(Event.at))
        .join(RecordLink, RecordLink.from_id == Event.record_id)
        .where(*_into(Record.id), RecordLink.cases.is_(None), Event.tag.not_in(QUIET))
    )


def _reports() -> Any:
    return select(func.count()).select_from(RecordLink).where(*_into(Record.id), RecordLink.cases.is_not(None))


def _task_due() -> Any:
    return select(func.min(Task.due_on)).where(Task.record_id == Record.id, Task.done_at.is_(None))


COLUMNS: tuple[Any, ...] = (
    Record.id,
    Record.reference,
    Record.title,
    Record.version_id,
    Record.controller_id,
    Record.state,
    Record.open,
    Record.answers,
    Record.case_count,
    Record.creator_id,
    Record.assignee_id,
    Record.last_actor_id,
    Record.created_at,
    Record.changed_at,
    Record.state_since,
    Record.due_on,
    _own_events().correlate(Record).scalar_subquery().label("last_own"),
    _linked_events().correlate(Record).scalar_subquery().label("last_linked"),
    _reports().correlate(Record).scalar_subquery().label("reports"),
    _task_due().correlate(Record).scalar_subquery().label("task_due"),
)


def stalled_before(themes: Themes) -> str:
    """The moment, as events spell it, before which the last event of a theme that stands still lies."""
    limit = themes.now.astimezone(UTC) - timedelta(days=themes.stalled_after)
    return limit.isoformat(timespec="microseconds")


def on_the_board(now: datetime) -> ColumnElement[bool]:
    """Open themes, and closed ones for a while."""
    return or_(Record.open, Record.closed_at >= now - SHOWN_WHEN_CLOSED)


def conditions(themes: Themes, filters: Filters) -> list[ColumnElement[bool]]:
    """The filters over themes. Field of action and municipality are those of its reports."""
    found: list[ColumnElement[bool]] = []
    if filters.mine:
        found.append(Record.assignee_id == themes.actor.user_id)
    if filters.field:
        report = (
            select(RecordLink.id)
            .join(_other, _other.id == RecordLink.from_id)
            .where(*_into(Record.id), RecordLink.cases.is_not(None), _other.field_of_action == filters.field)
        )
        found.append(or_(Record.field_of_action == filters.field, exists(report.correlate(Record))))
    if filters.municipality:
        place = (
            select(RecordLink.id)
            .join(RecordFacet, RecordFacet.record_id == RecordLink.from_id)
            .where(*_into(Record.id), RecordLink.cases.is_not(None))
            .where(RecordFacet.name == "municipality", RecordFacet.value == filters.municipality)
        )
        found.append(exists(place.correlate(Record)))
    if filters.stalled:
        since = stalled_before(themes)
        own = select(Event.seq).where(Event.record_id == Record.id, Event.tag.not_in(QUIET), Event.at >= since)
        linked = (
            select(Event.seq)
            .join(RecordLink, RecordLink.from_id == Event.record_id)
            .where(*_into(Record.id), RecordLink.cases.is_(None), Event.tag.not_in(QUIET), Event.at >= since)
        )
        found += [Record.open, ~exists(own.correlate(Record)), ~exists(linked.correlate(Record))]
    return found
