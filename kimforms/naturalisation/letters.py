"""Letters of the naturalisation campaign as data: the blocks of a letter with their default words, and what is wrong with a text.

Read from ``naturalisation/letters.yaml`` of a profile; services make versions of an office out of it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Annotated, Literal

from pydantic import Field, StringConstraints, model_validator

from kimforms.engine.strict import Id, Strict

FILE = "naturalisation/letters.yaml"
MOST_TEXT = 4000
"""Characters of a block."""
PLACEHOLDERS: Mapping[str, str] = {
    "name": "Vor- und Nachname, wie in der Liste",
    "behoerde": "Name der Einbürgerungsbehörde",
    "rechtsstand": "Datum des Rechtsstands dieser Vorlage",
    "herkunft": "Quelle der Adressen, wie im Durchgang angegeben",
    "internetseite": "Adresse der Internetseite aus den Einstellungen",
    "ansprechperson": "Name der Ansprechperson aus den Einstellungen",
    "funktion": "Funktion der Ansprechperson aus den Einstellungen",
    "telefon": "Telefon aus den Einstellungen",
    "email": "E-Mail aus den Einstellungen",
}
_PLACEHOLDER = re.compile(r"\{([^{}]*)\}")
_YEARS = re.compile(r"\b(acht|8|drei|3)\s+Jahren?\b", re.IGNORECASE)
_PROMISE = re.compile(
    r"\b(garantier\w*|versprech\w*|zügig\w*|schnell\w*|bevorzugt\w*|sofort|sicher\s+eingebürgert|Anspruch\s+haben)\b",
    re.IGNORECASE,
)
_DEADLINE = re.compile(
    r"\b(spätestens|bis\s+zum\s+\d|innerhalb\s+von|umgehend|müssen\s+Sie\s+sich\s+melden)\b", re.IGNORECASE
)

Words = Annotated[str, StringConstraints(min_length=1, max_length=MOST_TEXT)]
Line = Annotated[str, StringConstraints(min_length=1, max_length=400, strip_whitespace=True)]


class Block(Strict):
    """A block of a letter. ``text`` are its default words, ``text_for`` those of one office; ``content`` says what belongs in.

    ``placeholders`` have to stand in the text, since they carry what the law or the concept asks for.
    """

    id: Id
    title: Line
    required: bool = False
    heading: Line | None = None
    content: Line
    placeholders: tuple[str, ...] = ()
    text: Words
    text_for: Mapping[str, Words] = Field(default_factory=dict)

    def words_for(self, controller: str) -> str:
        """The default words of an office (key of its controller)."""
        return self.text_for.get(controller, self.text)


class ServiceField(Strict):
    """What a letter may tell of an advisory service."""

    id: Id
    label: Line
    required: bool = False


class ServiceFields(Strict):
    """The fields of the table of advisory services."""

    fields: tuple[ServiceField, ...]


class Totals(Strict):
    """Counts that the file promises, so that nothing gets lost unnoticed."""

    blocks: int
    advisory_service_fields: int


class Letter(Strict):
    """One letter: its blocks in the order of the paper, the table of services, and the rules that its users keep."""

    id: Id
    title: Line
    source: Line
    law_status: date
    recipients: Line
    totals: Totals
    blocks: tuple[Block, ...]
    advisory_services: ServiceFields
    rules: tuple[Line, ...] = ()

    @model_validator(mode="after")
    def _counted(self) -> Letter:
        ids = [block.id for block in self.blocks]
        if len(set(ids)) != len(ids):
            raise ValueError("Ein Baustein steht doppelt.")
        found = (len(ids), len(self.advisory_services.fields))
        if found != (self.totals.blocks, self.totals.advisory_service_fields):
            raise ValueError(
                f"Es sind {found[0]} Bausteine und {found[1]} Angaben zu Beratungsdiensten, anders als unter totals."
            )
        for block in self.blocks:
            for text in (block.text, *block.text_for.values()):
                if unknown := sorted(set(placeholders_in(text)) - PLACEHOLDERS.keys()):
                    raise ValueError(f"Baustein {block.id}: Den Platzhalter {{{unknown[0]}}} gibt es nicht.")
        return self

    def block(self, block_id: str) -> Block:
        """The block of this id; KeyError for none."""
        return {block.id: block for block in self.blocks}[block_id]


class LettersDocument(Strict):
    """The file ``letters.yaml``."""

    letters: tuple[Letter, ...]


@dataclass(frozen=True)
class TextFinding:
    """Something wrong with the text of a block: ``error`` forbids approval, ``warning`` asks for a second look.

    ``later``: a draft may be kept with it, as with words that are still missing.
    """

    block: str
    severity: Literal["error", "warning"]
    sentence: str
    later: bool = False


def placeholders_in(text: str) -> list[str]:
    """The names in braces, in their order."""
    return _PLACEHOLDER.findall(text)


def filled(text: str, values: Mapping[str, str]) -> str:
    """The text with its placeholders replaced; a value is never searched for placeholders. KeyError for an unknown one."""
    return _PLACEHOLDER.sub(lambda found: values[found[1]], text)


def findings(letter: Letter, texts: Mapping[str, str]) -> list[TextFinding]:
    """What is wrong with the texts of a version: missing words, wrong placeholders, outdated law, promises, deadlines."""
    return [one for block in letter.blocks for one in _of_block(block, texts.get(block.id, ""))]


def _of_block(block: Block, text: str) -> Iterator[TextFinding]:
    if not text.strip():
        if block.required:
            yield TextFinding(block.id, "error", "Dieser Baustein ist Pflicht und darf nicht leer sein.", True)
        return
    if len(text) > MOST_TEXT:
        yield TextFinding(block.id, "error", f"Der Text ist zu lang: höchstens {MOST_TEXT} Zeichen.")
    present = placeholders_in(text)
    for name in sorted(set(present) - PLACEHOLDERS.keys()):
        yield TextFinding(block.id, "error", f"Den Platzhalter {{{name}}} gibt es nicht.")
    if _PLACEHOLDER.sub("", text).count("{") or _PLACEHOLDER.sub("", text).count("}"):
        yield TextFinding(
            block.id, "error", "Eine geschweifte Klammer steht allein. Platzhalter schreiben Sie so: {name}."
        )
    for name in block.placeholders:
        if name not in present:
            what = PLACEHOLDERS[name]
            yield TextFinding(block.id, "error", f"Hier muss der Platzhalter {{{name}}} stehen: {what}.", True)
    if "name" in present and block.id != "anschrift":
        yield TextFinding(block.id, "error", "Der Name steht nur in der Anrede, damit der Text für alle gleich ist.")
    for years in _YEARS.finditer(text):
        yield TextFinding(
            block.id, "warning",
            f"„{years[0]}“: Seit dem 27.06.2024 sind es fünf Jahre, und die Einbürgerung nach drei Jahren mit C1 gibt es seit dem "
            "30.10.2025 nicht mehr. Bitte prüfen Sie den Satz.",
        )  # fmt: skip
    if found := _PROMISE.search(text):
        yield TextFinding(
            block.id, "warning", f"„{found[0]}“ klingt nach einer Zusage. Die Bearbeitung dauert meist lange."
        )
    if found := _DEADLINE.search(text):
        yield TextFinding(
            block.id,
            "warning",
            f"„{found[0]}“ klingt nach einer Frist oder Aufforderung. Der Brief ist nur Information.",
        )
