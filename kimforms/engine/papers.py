"""Mails and documents of a process, as data, and the one function that fills their placeholders.

`definition.py` holds them; the outbox renders mails, the documents floor turns blocks into PDF.
"""

import re
from collections.abc import Mapping
from typing import Annotated, Literal

from pydantic import Field, Tag

from kimforms.engine.strict import Id, Strict, by_single_key
from kimforms.engine.text import Text, pick

PLACEHOLDERS = (
    "reference", "title", "process", "state", "station", "transition", "link", "deadline", "due", "actor", "recipient",
    "question", "comment", "reason", "controller", "organisation", "municipality", "date",
)  # fmt: skip
"""What mails may name in braces. A mail never holds the retrieval code: others may read the mailbox."""

DOCUMENT_PLACEHOLDERS = (*PLACEHOLDERS, "code", "submitted_on")
"""What documents may name: the receipt that is shown once also holds the retrieval code."""

BUILT_IN_MAILS = ("receipt", "reminder", "escalation", "assignment", "mention")
"""Mails that the software sends by itself under these ids, if a process has them."""

BUILT_IN_DOCUMENTS = ("receipt", "record")
"""Documents that the software makes by itself: for the person who reported, and as a print of a record."""

_PLACEHOLDER = re.compile(r"\{([a-z_]+)\}")
_BRACES = re.compile(r"\{([^{}\n]*)\}")


def render_text(template: Text, values: Mapping[str, str], language: str = "de") -> str:
    """`template` in the language, with each `{name}` for which `values` has an entry replaced by it, once.

    Nothing else is interpreted: no attributes, no format specifications, no braces inside the values. A placeholder
    without a value stays as it is, so that a forgotten value shows.
    """
    return _PLACEHOLDER.sub(lambda found: values.get(found[1], found[0]), pick(template, language))


def placeholders_in(template: Text) -> set[str]:
    """Everything in braces in any language of `template`, known or not, as it is written between the braces."""
    texts = [template] if isinstance(template, str) else template.values()
    return {name for text in texts for name in _BRACES.findall(text)}


class Mail(Strict):
    """A message: plain text, one subject line; `attach` names documents that go with it."""

    subject: Text
    text: Text
    purpose: Literal["receipt", "question", "progress", "result", "notice"] = "notice"
    """Decides whether the reporter wants it: questions only if asking is allowed, progress and result by `feedback`."""
    label: Text | None = None
    attach: tuple[Id, ...] = ()


class Answers(Strict):
    """Questions and answers of steps, or of single fields; neither given means the whole form. Contact data never."""

    steps: tuple[Id, ...] = ()
    fields: tuple[Id, ...] = ()
    look: Literal["table", "prose", "box"] = "table"
    """Question beside answer; or the question as a heading over its text (rows as a table); or the bare text set apart.

    But for the table, questions without an answer are left out.
    """
    cases: tuple[Id, ...] = ()
    """Questions that name records: the paper tells only of how many cases these tell together."""


class Row(Strict):
    """One line of a table with a heading cell; the text may hold placeholders."""

    label: Text
    text: Text


class Table(Strict):
    """Two columns: what, and its value."""

    caption: Text | None = None
    rows: tuple[Row, ...] = Field(min_length=1)


class HeadingBlock(Strict):
    """`{heading: …}`"""

    heading: Text


class TextBlock(Strict):
    """`{text: …}`: paragraphs, an empty line between two."""

    text: Text


class AnswersBlock(Strict):
    """`{answers: {steps: […]}}`"""

    answers: Answers


class TableBlock(Strict):
    """`{table: {rows: […]}}`"""

    table: Table


Block = Annotated[
    Annotated[HeadingBlock, Tag("heading")]
    | Annotated[TextBlock, Tag("text")]
    | Annotated[AnswersBlock, Tag("answers")]
    | Annotated[TableBlock, Tag("table")],
    by_single_key("Dieser Abschnitt", ("heading", "text", "answers", "table")),
]


class Document(Strict):
    """A paper of the process (receipt, letter, decision paper); texts may hold `DOCUMENT_PLACEHOLDERS`."""

    title: Text
    intro: Text | None = None
    sections: tuple[Block, ...] = ()
    closing: Text | None = None

    def texts(self) -> list[tuple[tuple[str | int, ...], Text]]:
        """Every text of the document with its path inside the document, for checks and comparisons."""
        found: list[tuple[tuple[str | int, ...], Text | None]] = [
            (("title",), self.title),
            (("intro",), self.intro),
            (("closing",), self.closing),
        ]
        for number, block in enumerate(self.sections):
            at: tuple[str | int, ...] = ("sections", number)
            if isinstance(block, HeadingBlock):
                found.append(((*at, "heading"), block.heading))
            elif isinstance(block, TextBlock):
                found.append(((*at, "text"), block.text))
            elif isinstance(block, TableBlock):
                found.append(((*at, "table", "caption"), block.table.caption))
                for line, row in enumerate(block.table.rows):
                    found.append(((*at, "table", "rows", line, "label"), row.label))
                    found.append(((*at, "table", "rows", line, "text"), row.text))
        return [(path, text) for path, text in found if text is not None]
