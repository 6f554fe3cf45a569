"""Translations of the checklist in the database: brought by the profile, read by the handout, the English pages and staff."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from ..models import CatalogueEntry
from ..naturalisation.profile_checklist import read_checklist
from ..naturalisation.translation_files import read_sources, read_translations
from ..naturalisation.translations import Translation

TRANSLATION = "translation"
SOURCE = "evidence_source"


def entries(folder: Path) -> Iterator[tuple[str, str, str, dict[str, Any]]]:
    """What a profile brings for the lists: kind, slug, title, data. Raises `ProfileError` for files that do not fit."""
    document = read_checklist(folder)
    if document is None:
        return
    for code, one in read_translations(folder, document).items():
        yield TRANSLATION, code, one.name, one.model_dump(mode="json", exclude_defaults=True)
    for item_id, texts in read_sources(folder, document).items():
        yield SOURCE, item_id.lower(), item_id, {"text": texts}


def translations(session: Session) -> list[Translation]:
    """All translations in the order of the profile, plain German first."""
    rows = session.scalars(_wanted(TRANSLATION).order_by(CatalogueEntry.position))
    return [_translation(row) for row in rows]


def translation(session: Session, language: str) -> Translation | None:
    """The translation into a language, if there is one."""
    row = session.scalars(_wanted(TRANSLATION).where(CatalogueEntry.slug == language)).one_or_none()
    return None if row is None else _translation(row)


def languages(session: Session) -> list[tuple[str, str]]:
    """Code and name in itself of each language that a handout can be had in, plain German first."""
    wanted = select(CatalogueEntry.slug, CatalogueEntry.title).where(
        CatalogueEntry.kind == TRANSLATION, CatalogueEntry.active
    )
    return [(row.slug, row.title) for row in session.execute(wanted.order_by(CatalogueEntry.position))]


def sources(session: Session) -> dict[str, Any]:
    """Where the papers of a point are to be had: item id -> text in German and English."""
    return {row.title: row.data["text"] for row in session.scalars(_wanted(SOURCE))}


def _wanted(kind: str) -> Any:
    return select(CatalogueEntry).where(CatalogueEntry.kind == kind, CatalogueEntry.active)


def _translation(row: CatalogueEntry) -> Translation:
    # a list's JSON is replaced as a whole and never changed in place, so its items' digests name its content
    return _parsed(row.data["language"], _Plain(row.data))


class _Plain:
    """JSON as a key of the cache: equal where the content is equal."""

    def __init__(self, data: dict[str, Any]) -> None:
        self.data = data

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Plain) and self.data == other.data

    def __hash__(self) -> int:
        return hash((self.data["language"], self.data["translated_on"], len(self.data["items"])))


@lru_cache(maxsize=32)
def _parsed(_language: str, plain: _Plain) -> Translation:
    return Translation.model_validate(plain.data)
