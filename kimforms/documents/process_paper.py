"""A document of a process filled in: the blocks of the definition become the parts of a paper.

Services call it for receipts, letters and prints; `paper.paper_html` makes HTML of the result.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from kimforms.documents.paper import Entry, Grid, Letterhead, PaperData, Section, paragraphs
from kimforms.engine.cleaning import visible_fields
from kimforms.engine.definition import ProcessDefinition, Step
from kimforms.engine.fields import AnyField, CleanContext, RepeatingGroup
from kimforms.engine.fields.groups import row_mark
from kimforms.engine.papers import Answers, AnswersBlock, Block, Document, HeadingBlock, TableBlock, render_text
from kimforms.engine.text import pick


def process_paper(
    definition: ProcessDefinition,
    document_id: str,
    *,
    answers: Mapping[str, Any],
    values: Mapping[str, str],
    letterhead: Letterhead,
    context: CleanContext,
    words: Mapping[str, str] | None = None,
    cases: Mapping[str, int] | None = None,
) -> PaperData:
    """The document with this id, filled in; `KeyError` if the process has none with it.

    `answers` are the record's cleaned answers, `values` the placeholders (`reference` goes to the foot of the page),
    `context` gives language, lists and day. Hidden questions and whatever is personal data of the reporter are left
    out. So is a row of a table whose text is empty once filled in: no retrieval code, no row about it. `words` say
    answers that the definition cannot show by itself (titles of named records), `cases` how many cases the records tell
    that a question names; both by question.
    """
    document = definition.documents[document_id]
    language = context.language

    def fill(text: Any) -> str:
        return render_text(text, values, language) if text is not None else ""

    return PaperData(
        letterhead=letterhead,
        title=fill(document.title),
        reference=values.get("reference", ""),
        intro=paragraphs(fill(document.intro)),
        sections=tuple(_Filling(definition, answers, values, context, words or {}, cases or {}).sections(document)),
        closing=paragraphs(fill(document.closing)),
        language=language,
    )


@dataclass(frozen=True)
class _Filling:
    """What a document is filled with."""

    definition: ProcessDefinition
    answers: Mapping[str, Any]
    values: Mapping[str, str]
    context: CleanContext
    words: Mapping[str, str]
    cases: Mapping[str, int]

    def sections(self, document: Document) -> Iterator[Section]:
        after_heading = False
        for block in document.sections:
            if isinstance(block, AnswersBlock):
                yield from self._answers(block.answers, below=after_heading)
            else:
                yield _plain_section(block, self.values, self.context.language)
            after_heading = isinstance(block, HeadingBlock)

    def _answers(self, block: Answers, *, below: bool) -> Iterator[Section]:
        visible = visible_fields(self.definition, self.answers, self.context.today, self.context.facts)
        contact = set(self.definition.reporter.contact_fields) if self.definition.reporter is not None else set()
        for step in self.definition.form.steps:
            if block.steps and step.id not in block.steps:
                continue
            for heading, row in _rounds(step, self.answers, self.context.language):
                wanted = [
                    field
                    for field in step.fields
                    if (not block.fields or field.id in block.fields)
                    and (step.repeat is not None or field.id in visible)
                    and field.id not in contact
                    and field.holds_answer
                    and not field.personal_data
                ]
                title = "" if block.fields and below else heading
                yield from self._laid_out(block, wanted, row, title, level=3 if below else 2)

    def _laid_out(
        self, block: Answers, fields: Sequence[AnyField], row: Mapping[str, Any], title: str, *, level: Literal[2, 3]
    ) -> Iterator[Section]:
        if block.look == "table":
            entries = tuple(self._entry(field, row, block.cases) for field in fields)
            if entries:
                yield Section(title, entries=entries, level=level)
            return
        given = [(field, self._entry(field, row, block.cases)) for field in fields]
        given = [(field, entry) for field, entry in given if entry.lines]
        if block.look == "box":
            for _, entry in given:
                yield Section("", paragraphs=entry.lines, quoted=True)
            return
        if given and title:
            yield Section(title, level=level)
        for field, entry in given:
            yield self._prose(field, entry, row)

    def _prose(self, field: AnyField, entry: Entry, row: Mapping[str, Any]) -> Section:
        if isinstance(field, RepeatingGroup):
            filled = {name for line in row[field.id] for name, value in line.items() if value is not None}
            columns = [each for each in field.fields if each.holds_answer and each.id in filled]
            lines = tuple(
                tuple(each.display(line.get(each.id), self.context) for each in columns) for line in row[field.id]
            )
            names = tuple(pick(each.label, self.context.language) for each in columns)
            return Section(entry.label, grid=Grid(entry.label, names, lines), level=3)
        return Section(entry.label, paragraphs=entry.lines, level=3)

    def _entry(self, field: AnyField, row: Mapping[str, Any], cases: Collection[str]) -> Entry:
        label = pick(field.label, self.context.language)
        if field.id in cases:
            return Entry(label, self._number_of_cases(field.id))
        if field.id in self.words:
            return Entry(label, self.words[field.id])
        return Entry(label, field.display(row.get(field.id), self.context))

    def _number_of_cases(self, name: str) -> str:
        number = self.cases.get(name)
        if number is None:
            return ""
        if self.context.language == "en":
            return "1 case" if number == 1 else f"{number} cases"
        return "1 Fall" if number == 1 else f"{number} Fälle"


def _plain_section(block: Block, values: Mapping[str, str], language: str) -> Section:
    if isinstance(block, HeadingBlock):
        return Section(render_text(block.heading, values, language))
    if isinstance(block, TableBlock):
        rows = (Entry(pick(row.label, language), render_text(row.text, values, language)) for row in block.table.rows)
        caption = render_text(block.table.caption, values, language) if block.table.caption else ""
        return Section(caption, entries=tuple(row for row in rows if row.lines), boxed=True)
    if isinstance(block, AnswersBlock):
        raise TypeError("answers are laid out by step")
    return Section("", paragraphs=paragraphs(render_text(block.text, values, language)))


def _rounds(step: Step, answers: Mapping[str, Any], language: str) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """A step once, or a repeating step once a round with its number."""
    title = pick(step.title, language)
    if step.repeat is None:
        yield title, answers
        return
    rows: Sequence[Any] = answers.get(step.id) or ()
    name = pick(step.repeat.item, language) or title
    for number, row in enumerate(rows, start=1):
        yield f"{name} {row_mark(number, step.repeat.naming)}", row
