"""A document of a process filled in: the blocks of the definition become the parts of a paper.

Services call it for receipts, letters and prints; `paper.paper_html` makes HTML of the result.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from typing import Any

from kimforms.documents.paper import Entry, Letterhead, PaperData, Section, paragraphs
from kimforms.engine.cleaning import visible_fields
from kimforms.engine.definition import ProcessDefinition, Step
from kimforms.engine.fields import AnyField, CleanContext
from kimforms.engine.papers import AnswersBlock, Block, Document, HeadingBlock, TableBlock, render_text
from kimforms.engine.text import pick


def process_paper(
    definition: ProcessDefinition,
    document_id: str,
    *,
    answers: Mapping[str, Any],
    values: Mapping[str, str],
    letterhead: Letterhead,
    context: CleanContext,
) -> PaperData:
    """The document with this id, filled in; `KeyError` if the process has none with it.

    `answers` are the record's cleaned answers, `values` the placeholders (`reference` goes to the foot of the page),
    `context` gives language, lists and day. Hidden questions and whatever is personal data of the reporter are left
    out. So is a row of a table whose text is empty once filled in: no retrieval code, no row about it.
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
        sections=tuple(_sections(definition, document, answers, values, context)),
        closing=paragraphs(fill(document.closing)),
        language=language,
    )


def _sections(
    definition: ProcessDefinition,
    document: Document,
    answers: Mapping[str, Any],
    values: Mapping[str, str],
    context: CleanContext,
) -> Iterator[Section]:
    after_heading = False
    for block in document.sections:
        if isinstance(block, AnswersBlock):
            steps, fields = block.answers.steps, block.answers.fields
            yield from _answers(definition, answers, context, steps=steps, fields=fields, below=after_heading)
        else:
            yield _plain_section(block, values, context.language)
        after_heading = isinstance(block, HeadingBlock)


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


def _answers(
    definition: ProcessDefinition,
    answers: Mapping[str, Any],
    context: CleanContext,
    *,
    steps: Collection[str],
    fields: Collection[str],
    below: bool,
) -> Iterator[Section]:
    visible = visible_fields(definition, answers, context.today, context.facts)
    contact = set(definition.reporter.contact_fields) if definition.reporter is not None else set()
    for step in definition.form.steps:
        if steps and step.id not in steps:
            continue
        for heading, row in _rounds(step, answers, context.language):
            wanted = [
                field
                for field in step.fields
                if (not fields or field.id in fields)
                and (step.repeat is not None or field.id in visible)
                and field.id not in contact
            ]
            entries = tuple(_entries(wanted, row, context))
            if entries:
                yield Section(heading, entries=entries, level=3 if below else 2)


def _rounds(step: Step, answers: Mapping[str, Any], language: str) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """A step once, or a repeating step once a round with its number."""
    title = pick(step.title, language)
    if step.repeat is None:
        yield title, answers
        return
    rows: Sequence[Any] = answers.get(step.id) or ()
    name = pick(step.repeat.item, language) or title
    for number, row in enumerate(rows, start=1):
        yield f"{name} {number}", row


def _entries(fields: Iterable[AnyField], answers: Mapping[str, Any], context: CleanContext) -> Iterator[Entry]:
    for field in fields:
        if field.holds_answer and not field.personal_data:
            label = pick(field.label, context.language)
            yield Entry(label, field.display(answers.get(field.id), context))
