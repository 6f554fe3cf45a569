"""One entry of the public pages as its page, its preview, its paper and its trace of corrections show it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from difflib import SequenceMatcher
from typing import Any

from ...engine.fields.files import KINDS
from ...engine.text import pick
from ...models import Publication, PublicationIssue
from ..records.facts import BERLIN
from ..solution_words import BADGE_OF, BADGES, ENDED, IN_WORK, SOLVED, heading, say, station_sentence

TEXTS = ("hurdle", "decided", "changed", "since", "for_whom", "contact")
THEME = "theme"
LONGEST_COMPARED = 2000
"""Words of a text that are compared one by one; a longer one is shown before and after as a whole."""
_KIND_OF = {media_type: facts.label for facts in KINDS.values() for media_type in facts.media_types}
_WORDS = re.compile(r"\s+|[^\s]+")


@dataclass(frozen=True)
class Part:
    """A heading with its text; ``own`` marks an answer that has no place of its own on the page."""

    id: str
    heading: str
    text: str
    own: bool = False


@dataclass(frozen=True)
class Document:
    """A file to download: ``id`` names it in the address, None in a preview; size in bytes."""

    name: str
    kind: str
    size: int
    id: int | None = None


@dataclass(frozen=True)
class Entry:
    """What everybody reads."""

    title: str
    kind: str
    badge: tuple[str, str]
    station: str
    since: date | None
    parts: tuple[Part, ...]
    links: tuple[Mapping[str, str], ...]
    documents: tuple[Document, ...]
    tags: Mapping[str, tuple[str, ...]]

    @property
    def summary(self) -> str:
        """One sentence or two for search engines and messengers that show a link."""
        texts = {part.id: part.text for part in self.parts}
        text = next((texts[name] for name in ("changed", "decided", "hurdle") if name in texts), self.station)
        flat = " ".join(text.split())
        return flat if len(flat) <= 160 else f"{flat[:160].rsplit(' ', 1)[0]} …"


@dataclass(frozen=True)
class Piece:
    """Words that stayed (``same``), went (``old``) or came (``new``)."""

    kind: str
    text: str


@dataclass(frozen=True)
class Difference:
    """One part of an entry before and after a correction."""

    heading: str
    pieces: tuple[Piece, ...]


@dataclass(frozen=True)
class Change:
    """One correction: when, what for, and what became of the wording."""

    number: int
    at: datetime
    note: str
    differences: tuple[Difference, ...] = field(default=())


def of_publication(row: Publication, language: str) -> Entry:
    """The entry as it is public; tags and files have to be loaded."""
    documents = [Document(one.name, _KIND_OF.get(one.blob.media_type, ""), one.blob.size, one.id) for one in row.files]
    tags = [(tag.name, tag.label) for tag in row.tags]
    return build(row.kind, row.title, row.sort, row.station, row.since, row.content, tags, documents, language)


def build(
    kind: str,
    title: str,
    sort: str,
    station: str | None,
    since: date | None,
    content: Mapping[str, Any],
    tags: Iterable[tuple[str, str]],
    documents: Iterable[Document],
    language: str,
) -> Entry:
    """The same from its pieces; what has no answer has no part."""
    badge = BADGES[(ENDED if station == ENDED else IN_WORK) if kind == THEME else BADGE_OF.get(sort, SOLVED)]
    named: dict[str, list[str]] = {}
    for name, label in tags:
        named.setdefault(name, []).append(label)
    return Entry(
        title=title,
        kind=kind,
        badge=(say(badge, language), badge[2]),
        station=station_sentence(station, language) if kind == THEME else "",
        since=since,
        parts=tuple(_parts(content, language)),
        links=tuple(content.get("links", ())),
        documents=tuple(documents),
        tags={name: tuple(sorted(labels, key=str.casefold)) for name, labels in named.items()},
    )


def document(name: str, media_type: str, size: int) -> Document:
    """A file that is not public yet, for the preview."""
    return Document(name, _KIND_OF.get(media_type, ""), size)


def changes_of(issues: Sequence[PublicationIssue], language: str) -> list[Change]:
    """The corrections, the newest first, each with its difference from the issue before."""
    found = [
        Change(new.number, new.published_at, new.note, tuple(_differences(old, new, language)))
        for old, new in zip(issues, issues[1:], strict=False)
    ]
    return found[::-1]


def day_in_words(day: date | datetime, language: str) -> str:
    """``01.12.2026``, in English ``01/12/2026``; a moment counts by its day in Germany."""
    local = day.astimezone(BERLIN) if isinstance(day, datetime) else day
    return f"{local:%d/%m/%Y}" if language == "en" else f"{local:%d.%m.%Y}"


def _parts(content: Mapping[str, Any], language: str) -> Iterator[Part]:
    for name in TEXTS:
        if value := content.get(name):
            text = day_in_words(date.fromisoformat(value), language) if name == "since" else str(value)
            yield Part(name, heading(name, language), text)
    for number, one in enumerate(content.get("more", ()), start=1):
        yield Part(f"more-{number}", pick(one["label"], language), str(one["text"]), own=True)


def _differences(old: PublicationIssue, new: PublicationIssue, language: str) -> Iterator[Difference]:
    before, after = _texts(old, language), _texts(new, language)
    for name in dict.fromkeys([*before, *after]):
        was, now = before.get(name, ""), after.get(name, "")
        if was != now:
            yield Difference(name, tuple(_pieces(was, now)))


def _texts(issue: PublicationIssue, language: str) -> dict[str, str]:
    texts = {heading("title", language): issue.title}
    texts |= {part.heading: part.text for part in _parts(issue.content, language)}
    if links := issue.content.get("links"):
        texts[heading("links", language)] = "\n".join(f"{one['label']}: {one['url']}" for one in links)
    if documents := issue.content.get("documents"):
        texts[heading("documents", language)] = "\n".join(documents)
    return texts


def _pieces(was: str, now: str) -> Iterator[Piece]:
    old, new = _WORDS.findall(was), _WORDS.findall(now)
    if len(old) > LONGEST_COMPARED or len(new) > LONGEST_COMPARED:
        steps: Iterable[Any] = [("replace", 0, len(old), 0, len(new))]
    else:
        steps = SequenceMatcher(None, old, new, autojunk=False).get_opcodes()
    for step, old_from, old_to, new_from, new_to in steps:
        if step == "equal":
            yield Piece("same", "".join(old[old_from:old_to]))
            continue
        if gone := "".join(old[old_from:old_to]):
            yield Piece("old", gone)
        if come := "".join(new[new_from:new_to]):
            yield Piece("new", come)
