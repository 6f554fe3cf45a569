"""What a check of a definition reports, and what every part of the check looks at.

`check.py` and its rooms `check_form.py`, `check_workflow.py` and `check_papers.py` share it; pages show the findings.
"""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from kimforms.engine.catalogue import Catalogues
from kimforms.engine.definition import ProcessDefinition, nested_fields
from kimforms.engine.fields import AnyField
from kimforms.engine.strict import Path, path_text

Severity = Literal["error", "warning", "hint"]


@dataclass(frozen=True)
class Finding:
    """One thing to mend (error: blocks publishing), to look at (warning) or to consider (hint), in German."""

    path: Path
    severity: Severity
    text: str

    @property
    def where(self) -> str:
        """The path as people write it."""
        return path_text(self.path)


@dataclass(frozen=True)
class Place:
    """Where a field stands: its path, its position in reading order, its step, and the groups around it."""

    field: AnyField
    path: Path
    order: int
    step: int
    within: tuple[str, ...] = ()
    repeats: bool = False


@dataclass(frozen=True)
class Subject:
    """The definition under check with what is known about the county; None means: not known, so not judged."""

    definition: ProcessDefinition
    catalogues: Catalogues | None
    roles: frozenset[str] | None
    places: Mapping[str, Place]

    def field(self, field_id: str) -> AnyField | None:
        """The field with this id in the form of the record."""
        return self.definition.fields().get(field_id)

    def unknown_role(self, role: str, path: Path) -> Iterator[Finding]:
        """An error if the county has no such role."""
        if self.roles is not None and role not in self.roles:
            yield Finding(path, "error", f"Die Rolle „{role}“ gibt es nicht.")


def subject_of(definition: ProcessDefinition, catalogues: Catalogues | None, roles: Collection[str] | None) -> Subject:
    """Everything the rooms of the check need, gathered once."""
    places: dict[str, Place] = {}
    for number, step in enumerate(definition.form.steps):
        repeats = step.repeat is not None
        _place(places, step.fields, ("form", "steps", number), step=number, within=(), repeats=repeats)
    return Subject(definition, catalogues, frozenset(roles) if roles is not None else None, places)


def _place(
    places: dict[str, Place], fields: tuple[Any, ...], path: Path, *, step: int, within: tuple[str, ...], repeats: bool
) -> None:
    for number, field in enumerate(fields):
        at = (*path, "fields", number)
        places.setdefault(field.id, Place(field, at, len(places), step, within, repeats))
        rows = repeats or field.type == "repeating_group"
        _place(places, getattr(field, "fields", ()), at, step=step, within=(*within, field.id), repeats=rows)


def places_of_form(fields: tuple[Any, ...], path: Path) -> dict[str, Place]:
    """The places of a transition's own form; `path` is the one of the transition."""
    places: dict[str, Place] = {}
    for number, field in enumerate(fields):
        at = (*path, "form", number)
        for one in nested_fields((field,)):
            inside = () if one is field else (field.id,)
            places.setdefault(one.id, Place(one, at, len(places), 0, inside, bool(inside)))
    return places


def is_list(field: AnyField) -> bool:
    """Whether the answer is a list of values."""
    return bool(getattr(field, "takes_many", False) or getattr(field, "multiple", False))
