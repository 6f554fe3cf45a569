"""The public entries as a feed: the newest changes first, with ids that survive a move of the server."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any
from uuid import NAMESPACE_URL, uuid5

from sqlalchemy.orm import Session

from ..documents.feeds import Feed, FeedEntry
from ..forms.solutions import Choices, Filters
from . import outbox
from .queries import solutions
from .queries.controllers import main_controller
from .queries.solutions import Teaser
from .solution_words import FILTERS, heading

BEFORE_ANYTHING = datetime(2026, 1, 1, tzinfo=UTC)
"""``updated`` of a feed in which nothing has ever stood; Atom wants one."""


def feed_of(session: Session, filters: Filters, choices: dict[str, Choices], path: str) -> Feed:
    """The feed of what the filters show, in German as it was written; ``path`` is the feed's own."""
    controller = main_controller(session)
    name = controller.name if controller is not None else "kimforms"
    key = controller.key if controller is not None else ""
    rows, changed = solutions.for_feed(session, filters)
    query = filters.query()
    return Feed(
        id=_id(f"{key}/solutions?{query}"),
        url=outbox.absolute(f"/solutions{'?' if query else ''}{query}"),
        self_url=outbox.absolute(f"{path}{'?' if query else ''}{query}"),
        title=f"Lösungen und Beschlüsse – {name}",
        subtitle=_subtitle(filters, choices),
        author=name,
        updated=changed or BEFORE_ANYTHING,
        language="de",
        entries=[_entry(row, key) for row in rows],
    )


def _entry(row: Teaser, key: str) -> FeedEntry:
    texts: dict[str, Any] = {"hurdle": row.line} | {
        name: str(row.content[name]) for name in ("decided", "changed", "for_whom") if row.content.get(name)
    }
    paragraphs = (
        [f"{heading(name, 'de')}: {text}" for name, text in texts.items() if text] if row.content else [row.line]
    )
    return FeedEntry(
        id=_id(f"{key}/publication/{row.id}/{row.first_published_at.isoformat()}"),
        url=outbox.absolute(f"/solutions/{row.slug}"),
        title=row.title,
        published=row.first_published_at,
        updated=row.published_at,
        paragraphs=tuple(paragraphs),
        categories=row.fields,
    )


def _subtitle(filters: Filters, choices: dict[str, Choices]) -> str:
    named = [
        f"{FILTERS[name][0]}: {dict(choices.get(name, ())).get(value, value)}"
        for name in filters.active()
        if (value := getattr(filters, name))
    ]
    rest = f" ({'; '.join(named)})" if named else ""
    return f"Was gegen Hürden bei der Integration beschlossen und geändert wurde{rest}"


def _id(name: str) -> str:
    return f"urn:uuid:{uuid5(NAMESPACE_URL, f'kimforms:{name}')}"
