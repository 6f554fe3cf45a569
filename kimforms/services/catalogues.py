"""The lists of the database as the engine's ``Catalogues``, kept in memory until something in them changes."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from itertools import count

from sqlalchemy import URL, select
from sqlalchemy.orm import Session

from ..engine.catalogue import Option
from ..models import CatalogueEntry, Municipality, Organisation, RoleGrant, User

ENTRY_SOURCES = {"fields_of_action": "field_of_action", "topics": "topic", "goals": "goal", "measures": "measure"}
LIFETIME = timedelta(seconds=30)  # other processes see a changed list after this time at the latest


class DatabaseCatalogues:
    """Options of municipalities, organisations, fields of action, topics and persons of a role, read once and kept."""

    def __init__(self, lists: dict[str, tuple[Option, ...]]) -> None:
        self.serial = next(_serials)
        """Differs between two lists of different content in the life of a process; what is drawn from lists is kept by it."""
        self._lists = lists
        self._labels = {source: {option.value: option.label for option in options} for source, options in lists.items()}
        self._by_parent: dict[tuple[str, str | None], tuple[Option, ...]] = {}

    def same_as(self, lists: dict[str, tuple[Option, ...]]) -> bool:
        """Whether nothing has changed."""
        return self._lists == lists

    def options(self, source: str, parent: str | None = None) -> Sequence[Option]:
        """All options of a source, or those below ``parent``."""
        if parent is None:
            return self._lists.get(source, ())
        key = (source, parent)
        if key not in self._by_parent:
            self._by_parent[key] = tuple(one for one in self._lists.get(source, ()) if one.parent == parent)
        return self._by_parent[key]

    def label(self, source: str, value: str) -> str | None:
        """The label of one value; None when the list does not know it."""
        return self._labels.get(source, {}).get(value)


_cache: dict[URL, tuple[datetime, DatabaseCatalogues]] = {}
_serials = count(1)
_lock = threading.Lock()


def catalogues(session: Session) -> DatabaseCatalogues:
    """The lists of this session's database; read again after ``LIFETIME`` or after :func:`forget`."""
    key = session.get_bind().engine.url
    moment = datetime.now(UTC)
    known = _cache.get(key)
    if known is not None and moment - known[0] < LIFETIME:
        return known[1]
    lists = _read(session)
    fresh = known[1] if known is not None and known[1].same_as(lists) else DatabaseCatalogues(lists)
    with _lock:
        _cache[key] = (moment, fresh)
    return fresh


def forget() -> None:
    """Drops what is kept; called after a profile was loaded."""
    with _lock:
        _cache.clear()


def _read(session: Session) -> dict[str, tuple[Option, ...]]:
    lists: dict[str, tuple[Option, ...]] = {
        "municipalities": tuple(
            Option(row.slug, row.name)
            for row in session.execute(
                select(Municipality.slug, Municipality.name).where(Municipality.active).order_by(Municipality.name)
            )
        ),
        "organisations": tuple(
            Option(row.slug, row.name, data={"cluster": row.cluster, "may_report": row.may_report})
            for row in session.execute(
                select(Organisation.slug, Organisation.name, Organisation.cluster, Organisation.may_report)
                .where(Organisation.active)
                .order_by(Organisation.name)
            )
        ),
    }
    entries = session.execute(
        select(CatalogueEntry.kind, CatalogueEntry.slug, CatalogueEntry.title, CatalogueEntry.parent)
        .where(CatalogueEntry.active, CatalogueEntry.kind.in_(ENTRY_SOURCES.values()))
        .order_by(CatalogueEntry.kind, CatalogueEntry.position)
    ).all()
    for source, kind in ENTRY_SOURCES.items():
        lists[source] = tuple(Option(row.slug, row.title, row.parent) for row in entries if row.kind == kind)
    return lists | _persons(session)


def _persons(session: Session) -> dict[str, tuple[Option, ...]]:
    """``persons:<role>`` everywhere, ``persons:<role>:<controller id>`` with the last day of the grant in ``data``."""
    persons: dict[str, dict[int, Option]] = {}
    rows = session.execute(
        select(RoleGrant.role, RoleGrant.controller_id, RoleGrant.valid_until, User.id, User.name)
        .join(User, User.id == RoleGrant.user_id)
        .where(User.active)
        .order_by(User.name, User.id)
    )
    for row in rows:
        option = Option(str(row.id), row.name)
        persons.setdefault(f"persons:{row.role}", {}).setdefault(row.id, option)
        there = persons.setdefault(f"persons:{row.role}:{row.controller_id}", {})
        known = there.get(row.id)
        if known is None or (known.data["until"] is not None and (row.valid_until or date.max) > known.data["until"]):
            there[row.id] = Option(str(row.id), row.name, data={"until": row.valid_until})
    return {source: tuple(options.values()) for source, options in persons.items()}
