"""A hand-over (Verweis) as a document for programs: what a service tells the office about one client, under a pseudonym.

``services/checklists/hand_over.py`` fills it; the PDF carries it as JSON. docs/hand-over-schema.json is its JSON Schema.
"""

from __future__ import annotations

import json
from datetime import date, datetime
from typing import Annotated, Any, Final, Literal

from pydantic import Field, StringConstraints

from kimforms.engine.schema import DIALECT
from kimforms.engine.strict import Strict
from kimforms.naturalisation.document import ItemId, Kind
from kimforms.naturalisation.readiness import ENTRY_STATES

SCHEMA: Final = "urn:kimforms:naturalisation-hand-over"
VERSION: Final = 1
"""Rises when something is taken away or changes its meaning; a reader passes over keys that it does not know."""

LEFT_OUT = (
    "Punkte, die nur im Gespräch behandelt werden, sind nicht gespeichert; dieses Dokument sagt nichts darüber, ob sie "
    "zutreffen."
)
"""The same sentence for everybody, on paper and in the JSON: leaving it away would tell something."""

Text = Annotated[str, StringConstraints(max_length=2000)]
State = Literal["open", "working", "present", "met", "not_needed", "clarify"]
assert set(ENTRY_STATES) == set(State.__args__)  # type: ignore[attr-defined]


class Named(Strict):
    """Somebody or something with a stable id of the installation and the name that people read."""

    id: Text
    name: Text


class EditionUsed(Strict):
    """The edition of the office's checklist that the service worked by."""

    number: int
    law_status: date
    valid_from: date | None = None


class Answer(Strict):
    """An answer to a question about the situation that is not sensitive."""

    id: Text
    label: Text
    answer: bool


class Seen(Strict):
    """A paper that somebody at the service has seen, as the edition calls it."""

    name: Text
    seen_on: date | None = None
    by: Text = ""


class ItemState(Strict):
    """A point that applies: what the service says about it. ``settled``: it does not stand in the way of a decision."""

    id: ItemId
    section: Text
    title: Text
    kind: Kind
    legal_basis: Text
    state: State
    state_words: Text
    settled: bool
    explanation: Text
    reason: Text = ""
    evidence: tuple[Seen, ...] = ()


class HandOverDocument(Strict):
    """The whole hand-over. It holds no name, no birth date, and none of the points that are never stored."""

    schema_id: Literal["urn:kimforms:naturalisation-hand-over"] = Field(default=SCHEMA, alias="schema")
    version: Literal[1] = VERSION
    reference: Text
    pseudonym: Text
    number: int = Field(ge=1)
    handed_over_at: datetime
    service: Named
    office: Named
    municipality: Named | None = None
    edition: EditionUsed
    newer_edition: EditionUsed | None = None
    route: Named | None = None
    complete: bool
    summary: Text
    reason: Text = ""
    talked_on: date | None = None
    left_out: Text = LEFT_OUT
    situation: tuple[Answer, ...] = ()
    items: tuple[ItemState, ...] = ()
    missing: tuple[ItemId, ...] = ()


def as_json(content: dict[str, Any]) -> bytes:
    """The stored document as the file that people and programs get: UTF-8, keys in their order, one line each."""
    return (json.dumps(content, ensure_ascii=False, indent=2) + "\n").encode()


def json_schema() -> dict[str, Any]:
    """The JSON Schema of a hand-over in the dialect 2020-12."""
    schema = HandOverDocument.model_json_schema(by_alias=True, mode="serialization")
    return {"$schema": DIALECT, "$id": f"{SCHEMA}:{VERSION}", **schema}
