"""Judges a definition before it is published: what cannot work, what looks wrong, what could be better.

Called by the designer, the command line and the service that publishes; errors block publishing.
"""

import re
from collections.abc import Collection, Iterator, Mapping
from typing import Any

from pydantic import BaseModel

from kimforms.engine.catalogue import Catalogues
from kimforms.engine.check_form import check_form, check_projection, check_reporter
from kimforms.engine.check_papers import check_papers
from kimforms.engine.check_similar import check_similar
from kimforms.engine.check_workflow import check_workflow
from kimforms.engine.definition import ProcessDefinition
from kimforms.engine.findings import Finding, Severity, Subject, subject_of
from kimforms.engine.strict import Path

__all__ = ["Finding", "Severity", "check", "errors_in"]

_ORDER = {"error": 0, "warning": 1, "hint": 2}
_NAMED = frozenset({"title", "label", "subject", "text", "heading"})
"""Texts that people have to see; the other ones may be empty."""

_PLACEHOLDER = re.compile(r"\{[a-z_]+\}")
_WORD = re.compile(r"[^\W\d_]{2}")


def check(
    definition: ProcessDefinition, catalogues: Catalogues | None = None, roles: Collection[str] | None = None
) -> list[Finding]:
    """All findings, errors first. What the county has is judged only if `catalogues` and `roles` (keys) are given."""
    subject = subject_of(definition, catalogues, roles)
    found = [
        *check_form(subject),
        *check_projection(subject),
        *check_reporter(subject),
        *check_similar(subject),
        *check_workflow(subject),
        *check_papers(subject),
        *_access(subject),
        *_retention(subject),
        *_texts(definition),
    ]
    return sorted(dict.fromkeys(found), key=lambda finding: _ORDER[finding.severity])


def errors_in(findings: Collection[Finding]) -> list[Finding]:
    """The findings that block publishing."""
    return [finding for finding in findings if finding.severity == "error"]


def _access(subject: Subject) -> Iterator[Finding]:
    access = subject.definition.access
    if not access.create.public and not access.create.roles:
        yield Finding(("access", "create"), "error", "Niemand darf einen Vorgang anlegen.")
    if not access.read:
        yield Finding(("access", "read"), "warning", "Keine Rolle darf die Vorgänge lesen.")
    lists: Mapping[Path, tuple[str, ...]] = {
        ("access", "create", "roles"): access.create.roles,
        ("access", "read"): access.read,
        ("access", "contact"): access.contact,
    }
    for path, roles in lists.items():
        for number, role in enumerate(roles):
            yield from subject.unknown_role(role, (*path, number))
    if access.create.public and subject.definition.notice is None:
        text = "Das Formular ist öffentlich; der Datenschutzhinweis (Art. 13 DSGVO) muss dann im Profil stehen."
        yield Finding(("notice",), "hint", text)


def _retention(subject: Subject) -> Iterator[Finding]:
    kinds = {rule.what for rule in subject.definition.retention}
    holds_contact = any(place.field.personal_data is not None for place in subject.places.values())
    if holds_contact and not kinds & {"contact", "record"}:
        text = "Das Formular fragt nach Personendaten, aber keine Löschfrist nennt sie (what: contact)."
        yield Finding(("retention",), "warning", text)
    if "contact" in kinds and not holds_contact:
        text = "Eine Löschfrist für den Kontakt steht da, aber kein Feld ist mit „personal_data“ bezeichnet."
        yield Finding(("retention",), "warning", text)


def _texts(definition: ProcessDefinition) -> Iterator[Finding]:
    translated = bare = 0
    for path, text in texts_in(definition, ()):
        german = text if isinstance(text, str) else text.get("de", "")
        if not german.strip():
            if path[-1] in _NAMED or isinstance(text, dict):
                yield Finding(path, "error", "Hier fehlt der deutsche Text.")
        elif isinstance(text, dict) and text.get("en", "").strip():
            translated += 1
        elif _WORD.search(_PLACEHOLDER.sub("", german)):
            bare += 1
    if translated and bare:
        plural = f"{bare} Texte haben" if bare > 1 else "1 Text hat"
        yield Finding((), "hint", f"{plural} keine englische Fassung; englisch Lesende sehen dort Deutsch.")


def texts_in(part: Any, path: Path) -> Iterator[tuple[Path, str | dict[str, str]]]:
    """Every `Text` of a definition, or of a part of it, with its path, in the order of the document."""
    if isinstance(part, BaseModel):
        for name, info in type(part).model_fields.items():
            value = getattr(part, name)
            at = (*path, info.alias or name)
            if value is not None and _is_text(info.annotation):
                yield at, value
            else:
                yield from texts_in(value, at)
    elif isinstance(part, Mapping):
        for key, value in part.items():
            yield from texts_in(value, (*path, key))
    elif isinstance(part, list | tuple):
        for number, value in enumerate(part):
            yield from texts_in(value, (*path, number))


def _is_text(annotation: Any) -> bool:
    """Whether a setting is a `Text`, perhaps optional; pydantic gives the annotation without its validators."""
    return "dict[str, str]" in str(annotation) and "str | dict" in str(annotation).replace("typing.", "")
