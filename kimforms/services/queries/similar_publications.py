"""What is published about the hurdle that somebody is about to report. Reads the tables of publications and nothing else.

The index holds publications only, with frequencies of its own, and the same for whoever asks: however many reports there
are, and whatever they say, the answer does not change.
"""

from __future__ import annotations

import threading
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import TYPE_CHECKING, Any

from sqlalchemy import URL, select
from sqlalchemy.orm import Session, selectinload

from ...engine.catalogue import Catalogues
from ...engine.cleaning import clean_answers
from ...engine.definition import ProcessDefinition
from ...models import Publication
from ...similarity import Reasons, Report
from .. import similar_texts
from .solutions import THEME, Teaser, teaser_of

if TYPE_CHECKING:
    from ...similarity import Index

MOST = 3
LISTED = 0.4
TEXTS = ("hurdle", "decided", "changed", "for_whom")

Mark = tuple[int, Any]


class _Shelf:
    """The published entries of one database; brought up to date by a look at their numbers."""

    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.marks: dict[int, Mark] = {}
        self.index: Index | None = None
        self.pads: list[str] = []

    def up_to_date(self, session: Session) -> Index:
        from ...similarity import Index  # noqa: PLC0415 - brings numpy, which idle workers do without

        rows = session.execute(
            select(
                Publication.id, Publication.number, Publication.published_at, Publication.kind, Publication.theme_id
            ).where(Publication.withdrawn_at.is_(None))
        ).all()
        wanted = _marks(rows)
        with self.lock:
            if self.index is None:
                self.index = Index()
                for number, analysis in enumerate(similar_texts.padding(session)):
                    self.pads.append(f"{similar_texts.PAD}{number}")
                    self.index.put(self.pads[-1], analysis)
            gone = [one for one in self.marks if one not in wanted]
            changed = [one for one, mark in wanted.items() if self.marks.get(one) != mark]
            for one in gone:
                self.index.remove(one)
            if changed:
                statement = select(Publication).where(Publication.id.in_(changed))
                for publication in session.scalars(statement.options(selectinload(Publication.tags))):
                    self.index.put(publication.id, similar_texts.analyser().analyse(_report(publication)))
            self.marks = wanted
            return self.index


_shelves: dict[URL, _Shelf] = {}
_lock = threading.Lock()


def forget() -> None:
    """Drops what is kept; for tests that put another database in the place of one."""
    with _lock:
        _shelves.clear()


def similar_published(
    session: Session,
    definition: ProcessDefinition,
    raw: Mapping[str, Any],
    *,
    catalogues: Catalogues,
    today: date,
    language: str = "de",
) -> list[Teaser]:
    """At most three entries about what ``raw``, the input of a form under way, tells of; the most alike first."""
    if definition.similar is None:
        return []
    key = session.get_bind().engine.url
    with _lock:
        shelf = _shelves.setdefault(key, _Shelf())
    index = shelf.up_to_date(session)
    if not shelf.marks:
        return []
    cleaned = clean_answers(definition, raw, catalogues=catalogues, today=today, partial=True, language=language)
    report = similar_texts.report_of("new", definition, definition.similar, cleaned.answers)
    asked = similar_texts.analyser().analyse(report)
    near = index.neighbours(asked, MOST, exclude=shelf.pads, at_least=LISTED)
    found = [int(one.id) for one in near if _tells(one.reasons)]
    return _teasers(session, found, language)


def _marks(rows: Iterable[Any]) -> dict[int, Mark]:
    """What is to be found: no theme whose result is public, since the result says more."""
    solved = {row.theme_id for row in rows if row.kind != THEME and row.theme_id is not None}
    return {row.id: (row.number, row.published_at) for row in rows if row.kind != THEME or row.theme_id not in solved}


def _report(publication: Publication) -> Report:
    content = publication.content
    texts = [str(content[name]) for name in TEXTS if content.get(name)]
    texts += [str(one["text"]) for one in content.get("more", ())]
    values: dict[str, list[str]] = {}
    for tag in publication.tags:
        values.setdefault(tag.name, []).append(tag.value)
    return Report(
        id=publication.id,
        title=publication.title,
        text="\n".join(texts),
        field_of_action=next(iter(sorted(values.get("field_of_action", ()))), None),
        legal_areas=frozenset(values.get("legal_area", ())),
    )


def _tells(reasons: Reasons) -> bool:
    """Whether there is something in common beside a field of action or a law."""
    return bool(reasons.terms or reasons.concepts or reasons.meaning)


def _teasers(session: Session, ids: Sequence[int], language: str) -> list[Teaser]:
    if not ids:
        return []
    wanted = select(Publication).where(Publication.id.in_(ids), Publication.withdrawn_at.is_(None))
    rows = {row.id: row for row in session.scalars(wanted.options(selectinload(Publication.tags)))}
    return [teaser_of(rows[one], language) for one in ids if one in rows]
