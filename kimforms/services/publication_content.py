"""What of a record becomes public: a copy of the declared answers, in words. The preview shows it, ``publishing`` stores it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from ..engine.catalogue import Catalogues
from ..engine.definition import ProcessDefinition, option_labels
from ..engine.effects import kind_of
from ..engine.fields import CleanContext
from ..engine.personal_data import Hit, find_personal_data
from ..engine.text import pick
from ..models import Attachment, Record
from .processes import definition_of
from .refusals import StepRefused
from .search import stems_of

THEME = "theme"
SOLUTION = "solution"
THEME_TITLE = "public_title"
SORT, SINCE, LINKS, DOCUMENTS, NOTE = "art", "since", "links", "documents", "change_note"
TEXTS = ("hurdle", "decided", "changed", "for_whom", "contact")
"""Answers that have a place of their own on the public page; the page lists any other declared answer under its label."""
CONTACT_KINDS = frozenset({"phone", "email", "address"})
"""What stands in a contact on purpose: how to reach an office. A person's name there is still worth a look."""
LONGEST_TITLE = 400


@dataclass(frozen=True)
class PublicFile:
    """A document that becomes public: name, content, size in bytes and kind."""

    name: str
    sha256: str
    size: int
    media_type: str


@dataclass(frozen=True)
class Snapshot:
    """Everything that anybody will be able to read of a record, and nothing else.

    ``tags`` are what it is filtered by, (name, value) with the label; ``stems`` what the search finds.
    """

    kind: str
    title: str
    sort: str
    since: date | None
    content: dict[str, Any]
    tags: Mapping[tuple[str, str], str]
    files: tuple[PublicFile, ...]
    stems: str


@dataclass(frozen=True)
class Finding:
    """A place that looks like personal data: in which answer (its label), and what was found."""

    label: str
    hit: Hit


def snapshot(
    session: Session, record: Record, fields: Iterable[str], *, catalogues: Catalogues, today: date
) -> Snapshot:
    """The copy of ``fields``, in German as they were written. Answers marked as personal data never become part of it.

    Raises :class:`StepRefused` when there is no title for the public.
    """
    definition = definition_of(record.version)
    known = definition.fields()
    declared = [name for name in dict.fromkeys(fields) if name in known and not known[name].personal_data]
    if record.process.key == THEME:
        return _theme(record, declared, definition, catalogues)
    context = CleanContext(catalogues, today, "de", record.answers)
    title = str(record.answers.get(_title_field(definition, declared)) or "").strip()
    if not title:
        raise StepRefused(("Es fehlt die Überschrift, unter der alle die Bekanntmachung lesen.",))
    answers = {name: record.answers[name] for name in declared if record.answers.get(name) is not None}
    content = _content(definition, answers, context)
    files = _files(session, record) if DOCUMENTS in declared else ()
    if files:
        content[DOCUMENTS] = [one.name for one in files]
    tags = _tags(definition, answers, catalogues)
    return Snapshot(
        SOLUTION,
        title[:LONGEST_TITLE],
        str(answers.get(SORT) or "")[:40],
        _day(answers.get(SINCE)),
        content,
        tags,
        files,
        _stems(title, content, tags.values()),
    )


def published_fields(definition: ProcessDefinition) -> tuple[str, ...]:
    """The answers that the process's ``publish`` effects name, in their order; none where nothing is published."""
    effects = [effect for one in definition.workflow.transitions for effect in one.effects]
    named = [effect.publish.fields for effect in effects if kind_of(effect) == "publish"]  # type: ignore[union-attr]
    return tuple(dict.fromkeys(name for fields in named for name in fields))


def findings(shown: Snapshot, record: Record, catalogues: Catalogues, language: str = "de") -> list[Finding]:
    """What in the free text looks like personal data, for whoever writes or approves. It warns and decides nothing."""
    fields = definition_of(record.version).fields()
    known = frozenset(_names(catalogues))
    found = []
    for name, text in _free_texts(shown):
        label = pick(fields[name].label, language) if name in fields else name
        hits = find_personal_data(text, known, language)
        found += [Finding(label, hit) for hit in hits if not (name == "contact" and hit.kind in CONTACT_KINDS)]
    return found


def _theme(record: Record, declared: Sequence[str], definition: ProcessDefinition, catalogues: Catalogues) -> Snapshot:
    """Of a theme only its public title and what it is filtered by: its own title and texts are internal."""
    title = str(record.answers.get(THEME_TITLE) or "").strip()
    if not title:
        raise StepRefused(("Geben Sie dem Thema zuerst einen Titel für die Öffentlichkeit.",))
    answers = {name: record.answers[name] for name in declared if record.answers.get(name) is not None}
    tags = _tags(definition, answers, catalogues)
    return Snapshot(THEME, title[:LONGEST_TITLE], "", None, {}, tags, (), _stems(title, {}, tags.values()))


def _title_field(definition: ProcessDefinition, declared: Sequence[str]) -> str:
    title = definition.projection.title or ""
    return title if title in declared else ""


def _content(definition: ProcessDefinition, answers: Mapping[str, Any], context: CleanContext) -> dict[str, Any]:
    known, chosen = definition.fields(), definition.projection
    apart = {SORT, LINKS, DOCUMENTS, NOTE, chosen.title, chosen.municipalities, chosen.field_of_action,
             chosen.legal_areas}  # fmt: skip
    content: dict[str, Any] = {}
    more = []
    for name, value in answers.items():
        if name in apart:
            continue
        words = known[name].display(value, context)
        if name == SINCE and _day(value) is not None:
            content[name] = value
        elif name in TEXTS:
            content[name] = words
        elif words:
            more.append({"label": _label(known[name].label), "text": words})
    if more:
        content["more"] = more
    if links := list(_links(answers.get(LINKS))):
        content[LINKS] = links
    return content


def _label(text: Any) -> dict[str, str]:
    return {"de": pick(text, "de"), "en": pick(text, "en")}


def _links(value: Any) -> Iterator[dict[str, str]]:
    """Rows of label and url; an address that is none of the web does not become a link."""
    for row in value if isinstance(value, list) else []:
        url = str(row.get("url") or "").strip() if isinstance(row, Mapping) else ""
        if url.lower().startswith(("https://", "http://")) and not any(one.isspace() for one in url):
            yield {"label": str(row.get("label") or url).strip(), "url": url}


def _files(session: Session, record: Record) -> tuple[PublicFile, ...]:
    """The files of this record that were not taken away: what is laid to a publication is published with it."""
    rows = session.scalars(
        select(Attachment)
        .where(Attachment.record_id == record.id, Attachment.removed_at.is_(None))
        .order_by(Attachment.id)
    )
    return tuple(PublicFile(row.name, row.sha256, row.blob.size, row.blob.media_type) for row in rows)


def _tags(
    definition: ProcessDefinition, answers: Mapping[str, Any], catalogues: Catalogues
) -> dict[tuple[str, str], str]:
    chosen, found = definition.projection, {}
    for name, field, source in (
        ("municipality", chosen.municipalities, "municipalities"),
        ("field_of_action", chosen.field_of_action, "fields_of_action"),
        ("legal_area", chosen.legal_areas, ""),
    ):
        value = answers.get(field or "")
        own = option_labels(definition.fields()[field]) if field in definition.fields() else {}
        for one in [value] if isinstance(value, str) else value if isinstance(value, list) else []:
            label = own.get(str(one)) or catalogues.label(source, str(one)) or str(one)
            found[name, str(one)[:80]] = label[:200]
    return found


def _stems(title: str, content: Mapping[str, Any], labels: Iterable[str]) -> str:
    words = [title, *(str(content[name]) for name in TEXTS if name in content)]
    words += [str(one["text"]) for one in content.get("more", ())]
    words += [str(one["label"]) for one in content.get(LINKS, ())]
    words += [str(one) for one in content.get(DOCUMENTS, ())]
    return stems_of(" ".join([*words, *labels]))


def _free_texts(shown: Snapshot) -> Iterator[tuple[str, str]]:
    yield "title", shown.title
    for name in TEXTS:
        if name in shown.content:
            yield name, str(shown.content[name])
    for one in shown.content.get("more", ()):
        yield str(one["label"]["de"]), str(one["text"])
    for one in shown.content.get(LINKS, ()):
        yield LINKS, str(one["label"])
    for name in shown.content.get(DOCUMENTS, ()):
        yield DOCUMENTS, str(name)


def _names(catalogues: Catalogues) -> Iterator[str]:
    for source in ("municipalities", "organisations", "fields_of_action"):
        for option in catalogues.options(source):
            yield from option.label.split()


def _day(value: Any) -> date | None:
    try:
        return date.fromisoformat(str(value)[:10]) if value else None
    except ValueError:
        return None
