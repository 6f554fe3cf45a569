"""What the inbox knows before it asks for records: processes the person reads, their states and choices, colleagues."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from ...engine.catalogue import Catalogues
from ...engine.definition import ProcessDefinition, option_labels
from ...engine.fields import Choosing
from ...engine.text import pick
from ...models import Process, ProcessVersion
from ...permissions import PERMISSIONS, Actor, reads_in_full
from ..catalogues import DatabaseCatalogues
from ..processes import definition_by_hash

Choices = Sequence[tuple[str, str]]
MEETING = "meeting"
"""Meetings have lists of their own."""


@dataclass(frozen=True)
class ReadProcess:
    """A process whose records the person reads, with all its published versions, the current one first."""

    id: int
    key: str
    controller_id: int
    title: str
    definitions: tuple[ProcessDefinition, ...]

    @property
    def current(self) -> ProcessDefinition:
        return self.definitions[0]

    def openness(self, state: str) -> tuple[bool, ...]:
        """Whether records in a state are open; both when versions disagree, none when no version has the state."""
        kinds = {one.workflow.states[state].kind != "done" for one in self.definitions if state in one.workflow.states}
        return tuple(sorted(kinds, reverse=True))


@dataclass(frozen=True)
class Sources:
    """Everything beside the records that a page of the inbox needs."""

    processes: tuple[ReadProcess, ...]
    definitions: Mapping[int, ProcessDefinition]
    people: Choices
    controllers: frozenset[int]


def read_sources(
    session: Session, actor: Actor, permission: str, lists: DatabaseCatalogues, today: date, language: str
) -> Sources:
    """One small query, however many records there are. Only processes of controllers that grant ``permission``."""
    controllers = actor.controllers(permission)
    rows = session.execute(
        select(
            ProcessVersion.id,
            ProcessVersion.content_hash,
            ProcessVersion.process_id,
            Process.key,
            Process.controller_id,
            Process.current_version_id,
            Process.read_roles,
        )
        .join(Process, Process.id == ProcessVersion.process_id)
        .where(Process.controller_id.in_(controllers), Process.key != MEETING)
        .order_by(Process.id, ProcessVersion.number.desc())
    ).all()
    grouped: dict[int, list[Any]] = {}
    for row in rows:
        if reads_in_full(actor, row.controller_id, row.read_roles):
            grouped.setdefault(row.process_id, []).append(row)
    definitions = {
        row.id: definition_by_hash(session, row.id, row.content_hash) for found in grouped.values() for row in found
    }
    return Sources(
        processes=tuple(_process(found, definitions, language) for found in grouped.values()),
        definitions=definitions,
        people=colleagues(lists, controllers, today),
        controllers=controllers,
    )


def colleagues(lists: DatabaseCatalogues, controllers: frozenset[int], today: date) -> Choices:
    """Active people who work on records of these controllers: those to whom one may be assigned.

    They come from the lists kept in memory; that a person may get a record is judged anew when it is assigned.
    """
    found: dict[str, str] = {}
    for controller_id in sorted(controllers):
        for role in sorted(PERMISSIONS["inbox:work"]):
            for person in lists.options(f"persons:{role}:{controller_id}"):
                if person.data["until"] is None or person.data["until"] >= today:
                    found[person.value] = person.label
    return sorted(found.items(), key=lambda person: (person[1], person[0]))


def states_of(sources: Sources, language: str) -> Choices:
    """All states of the processes by id, in the order of their definitions; the label of the current version wins."""
    found: dict[str, str] = {}
    for process in sources.processes:
        for definition in process.definitions:
            for key, state in definition.workflow.states.items():
                found.setdefault(key, pick(state.label, language))
    return list(found.items())


def projected_choices(sources: Sources, column: str, source: str | None, lists: Catalogues, language: str) -> Choices:
    """What may stand in a projected column: the catalogue's entries, then what the definitions add of their own."""
    found = {option.value: option.label for option in lists.options(source)} if source else {}
    for process in sources.processes:
        for definition in process.definitions:
            field = definition.fields().get(getattr(definition.projection, column) or "")
            if isinstance(field, Choosing):
                for value, label in option_labels(field, language).items():
                    found.setdefault(value, label)
    return list(found.items())


def quick_transitions(sources: Sources, language: str) -> Choices:
    """Steps that the current versions offer for several records at once."""
    found: dict[str, str] = {}
    for process in sources.processes:
        for transition in process.current.workflow.transitions:
            if transition.quick:
                found.setdefault(transition.id, pick(transition.label, language))
    return list(found.items())


def _process(
    rows: Sequence[Any],
    definitions: Mapping[int, ProcessDefinition],
    language: str,
) -> ReadProcess:
    ordered = sorted(rows, key=lambda row: row.id != row.current_version_id)
    first = ordered[0]
    return ReadProcess(
        id=first.process_id,
        key=first.key,
        controller_id=first.controller_id,
        title=pick(definitions[first.id].title, language),
        definitions=tuple(definitions[row.id] for row in ordered),
    )
