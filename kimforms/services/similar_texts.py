"""What of a record is compared with others, and the analyser that reads it; one analyser a process, made when first used."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from typing import Any

from sqlalchemy.orm import Session

from ..engine.definition import ProcessDefinition, option_labels
from ..engine.profile import profile_folder
from ..engine.profile_documents import SynonymsDocument
from ..engine.similar import Similar
from ..engine.yaml_io import validate
from ..engine.yaml_lines import load_yaml_with_lines
from ..models import ProcessVersion, Record
from ..similarity import Analyser, Analysis, Names, Report, Synonyms, load_encoder
from .catalogues import catalogues
from .processes import definition_of

SYNONYMS = "synonyms.yaml"
PADDING = ("fields_of_action", "topics", "goals", "measures")
PAD = "~"
_lock = threading.Lock()
_chosen: tuple[str, str | None] = ("", None)
_analysers: dict[tuple[str, str | None], Analyser] = {}


def configure(profile: str, encoder: str | None = None) -> None:
    """Tells once, at start-up, whose synonyms count and which sentence encoder (None: none) is used."""
    global _chosen  # noqa: PLW0603 - one installation a process
    _chosen = (profile, encoder)


def analyser() -> Analyser:
    """The analyser of this installation; reads the synonym list and loads the encoder when it is first asked for."""
    with _lock:
        known = _analysers.get(_chosen)
        if known is None:
            known = _analysers[_chosen] = Analyser(_synonyms(_chosen[0]), load_encoder(_chosen[1]))
        return known


def _synonyms(profile: str) -> Synonyms:
    path = profile_folder(profile) / SYNONYMS if profile else None
    if path is None or not path.is_file():
        return Synonyms.of({})
    document = validate(SynonymsDocument, load_yaml_with_lines(path.read_bytes(), str(path)))
    return Synonyms.of(document.model_dump())


def padding(session: Session) -> list[Analysis]:
    """The county's own lists (fields of action, topics, goals, measures) as if they were reports.

    Which words say much can be told only among many texts: among three reports of one hurdle each word is common. These
    are public, the same for everybody, and never among the answers.
    """
    lists = catalogues(session)
    labels = dict.fromkeys(one.label for source in PADDING for one in lists.options(source))
    return analyser().analyse_many(Report(f"{PAD}{number}", label, "") for number, label in enumerate(labels))


def similar_of(session: Session, record: Record, definition: ProcessDefinition | None = None) -> Similar | None:
    """How records of this kind are compared; a version from before the setting follows the current one. None: not at all."""
    definition = definition or definition_of(record.version)
    if definition.similar is not None:
        return definition.similar
    current = record.process.current_version_id
    if current is None or current == record.version_id:
        return None
    return definition_of(session.get_one(ProcessVersion, current)).similar


def report_of(
    record_id: int | str, definition: ProcessDefinition, similar: Similar, answers: Mapping[str, Any]
) -> Report:
    """A record's answers as similarity reads them. Contact, personal and sensitive answers are not among them."""
    chosen = definition.projection
    public = _Public(definition, similar, answers)
    texts = similar.texts or tuple(
        each.id for step in definition.form.steps for each in step.fields if each.type == "long_text"
    )
    return Report(
        id=record_id,
        title=public.text(chosen.title),
        text="\n".join(found for one in texts if (found := public.text(one))),
        field_of_action=next(iter(sorted(public.choices(chosen.field_of_action))), None),
        legal_areas=public.choices(chosen.legal_areas),
        offices=public.choices(similar.offices),
    )


def names_of(definition: ProcessDefinition, similar: Similar, language: str = "de") -> Names:
    """What legal areas and offices are called in the reasons: what stands before the dash ("SGB II – Grundsicherung …")."""
    fields, chosen = definition.fields(), definition.projection

    def labels(field_id: str | None) -> dict[str, str]:
        found = option_labels(fields[field_id], language) if field_id is not None and field_id in fields else {}
        return {value: label.partition(" – ")[0] for value, label in found.items()}

    return Names(legal_areas=labels(chosen.legal_areas), offices=labels(similar.offices))


class _Public:
    """The answers that may be compared, by field id."""

    def __init__(self, definition: ProcessDefinition, similar: Similar, answers: Mapping[str, Any]) -> None:
        self._fields, self._answers = definition.fields(), answers
        self._apart = frozenset(definition.reporter.contact_fields if definition.reporter else ())
        self._unspecific = frozenset(similar.unspecific)

    def _answer(self, field_id: str | None) -> Any:
        field = self._fields.get(field_id or "")
        if field is None or field.id in self._apart or field.personal_data is not None or field.sensitive:
            return None
        return self._answers.get(field.id)

    def text(self, field_id: str | None) -> str:
        value = self._answer(field_id)
        return value if isinstance(value, str) else ""

    def choices(self, field_id: str | None) -> frozenset[str]:
        value = self._answer(field_id)
        found = [value] if isinstance(value, str) else value if isinstance(value, list | tuple) else []
        return frozenset(str(one) for one in found) - self._unspecific
