"""What lists filter by, drawn out of a record's answers: columns, facets and the stems for the search."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import object_session

from ..engine.catalogue import Catalogues
from ..engine.definition import ProcessDefinition
from ..engine.fields import CleanContext
from ..engine.fields import Record as RecordField
from ..models import Record, RecordFacet, RecordSearch
from .search import stems_of

LONGEST_TITLE = 400


def project(record: Record, definition: ProcessDefinition, catalogues: Catalogues, today: date) -> None:
    """Writes title, list columns, facets and search text of ``record`` from its answers; called after each change."""
    chosen = definition.projection
    answers = record.answers
    municipalities = _values(answers, chosen.municipalities)
    organisation = _organisation(answers.get(chosen.organisation or ""))
    record.title = (_title(record, definition) or record.reference)[:LONGEST_TITLE]
    record.municipality = municipalities[0] if municipalities else None
    record.organisation = organisation
    record.field_of_action = next(iter(_values(answers, chosen.field_of_action)), None)
    record.urgency = next(iter(_values(answers, chosen.urgency)), None)
    record.case_count = _case_count(definition, answers)
    facets = {
        *(("municipality", value) for value in municipalities),
        *(("legal_area", value) for value in _values(answers, chosen.legal_areas)),
        *((("organisation", organisation),) if organisation else ()),
        *(("topic", value) for value in _values(answers, chosen.topic)),
    }
    _keep_facets(record, facets)
    _index(record, definition, CleanContext(catalogues=catalogues, today=today, language="de", answers=answers))


def _title(record: Record, definition: ProcessDefinition) -> str:
    """The answer that is the title; where that names another record, this one is called after it."""
    name = definition.projection.title or ""
    value = record.answers.get(name)
    field = definition.fields().get(name)
    if isinstance(field, RecordField) and field.process is not None and isinstance(value, str):
        session = object_session(record) or (object_session(record.version) if record.version is not None else None)
        if session is not None:
            with session.no_autoflush:  # the record itself may not be ready to be written yet
                value = session.scalar(select(Record.title).where(Record.reference == value)) or value
    return str(value or "")


def _index(record: Record, definition: ProcessDefinition, context: CleanContext) -> None:
    words = [record.title]
    for step in definition.form.steps:
        for field in step.fields:
            value = record.answers.get(field.id)
            if value is not None and not field.personal_data:
                words.append(field.index_text(value, context))
    stems = stems_of(" ".join(words))
    if record.search is None:
        record.search = RecordSearch(stems=stems)
    else:
        record.search.stems = stems


def _keep_facets(record: Record, wanted: set[tuple[str, str]]) -> None:
    kept = {(facet.name, facet.value): facet for facet in record.facets}
    for key, facet in kept.items():
        if key not in wanted:
            record.facets.remove(facet)
    for name, value in sorted(wanted - kept.keys()):
        record.facets.append(RecordFacet(name=name, value=value, process_id=record.process_id, open=record.open))


def _values(answers: Mapping[str, Any], field_id: str | None) -> list[str]:
    value = answers.get(field_id or "")
    if isinstance(value, str):
        return [value]
    return [str(one) for one in value] if isinstance(value, Iterable) and not isinstance(value, Mapping) else []


def _organisation(value: Any) -> str | None:
    if isinstance(value, Mapping):
        value = value.get("other")
    return str(value)[:200] if value else None


def _case_count(definition: ProcessDefinition, answers: Mapping[str, Any]) -> int | None:
    """The lower bound of the chosen range, since one report may stand for several cases (concept, 2.6)."""
    field_id = definition.projection.case_count
    value = answers.get(field_id or "")
    if field_id is None or value is None:
        return None
    if isinstance(value, int):
        return value
    options = getattr(definition.fields()[field_id], "options", ())
    return next((getattr(one, "minimum", None) for one in options if one.value == value), None)
