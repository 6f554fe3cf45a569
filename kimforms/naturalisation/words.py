"""What people read of a checklist on a day: terms whose name follows the date, amounts, kinds in German.

Every page, PDF and mail that shows a point's text goes through `shown`.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from kimforms.naturalisation.document import ChecklistDocument, Item, SituationQuestion, Term

KINDS: Mapping[str, str] = {
    "voraussetzung": "Voraussetzung",
    "nachweis": "Nachweis",
    "ausnahme": "Ausnahme",
    "ausschluss": "Ausschlussgrund",
    "erklaerung": "Erklärung",
    "hinweis": "Hinweis",
}
VERIFIED: Mapping[str, str] = {"belegt": "geprüft", "teilweise": "teilweise geprüft", "offen": "nicht geprüft"}

PLACEHOLDER = re.compile(r"\{([a-z][a-z0-9_]*)\}")
"""Where a term stands in a text: its id in braces."""


@dataclass(frozen=True)
class ShownItem:
    """A point as people read it on one day; `verified_words` is for staff, `section` the letter it stands under."""

    id: str
    section: str
    title: str
    kind: str
    kind_words: str
    legal_basis: str
    evidence: tuple[str, ...]
    exceptions: tuple[str, ...]
    note: str | None
    excluded_titles: tuple[str, ...]
    sensitive: bool
    verified: str
    verified_words: str


@dataclass(frozen=True)
class ShownQuestion:
    """A question about the situation as people read it on one day."""

    id: str
    label: str
    help: str | None
    sensitive: bool


def term_on(term: Term, day: date) -> str:
    """What the term is called on a day; before its first dated name the first one."""
    name = term.names[0]
    for one in sorted(term.names, key=lambda entry: entry.since or date.min):
        if one.since is None or one.since <= day:
            name = one
    return name.name


def on_day(text: str, document: ChecklistDocument, day: date) -> str:
    """The text with its terms as they are called on that day; braces around anything else stay as they are."""
    if "{" not in text:
        return text
    terms = {one.id: one for one in document.terms}

    def name(match: re.Match[str]) -> str:
        term = terms.get(match[1])
        return match[0] if term is None else term_on(term, day)

    return PLACEHOLDER.sub(name, text)


def shown(item: Item, document: ChecklistDocument, day: date) -> ShownItem:
    """The point as people read it on that day."""
    return ShownItem(
        id=item.id,
        section=item.id.rstrip("0123456789"),
        title=on_day(item.title, document, day),
        kind=item.kind,
        kind_words=KINDS[item.kind],
        legal_basis=on_day(item.legal_basis, document, day),
        evidence=tuple(on_day(one, document, day) for one in item.evidence),
        exceptions=tuple(on_day(one, document, day) for one in item.exceptions),
        note=None if item.note is None else on_day(item.note, document, day),
        excluded_titles=item.excluded_titles_aufenthg,
        sensitive=item.id in document.never_stored_items,
        verified=item.verified,
        verified_words=VERIFIED[item.verified],
    )


def shown_question(question: SituationQuestion, document: ChecklistDocument, day: date) -> ShownQuestion:
    """The question as people read it on that day."""
    text = None if question.help is None else on_day(question.help, document, day)
    return ShownQuestion(question.id, on_day(question.label, document, day), text, question.sensitive)


def euro(amount: Decimal) -> str:
    """An amount as people write it, without the word Euro: `255` or `25,50`."""
    whole = amount == amount.to_integral_value()
    return f"{amount:.0f}" if whole else f"{amount:.2f}".replace(".", ",")


def fee_sentence(document: ChecklistDocument) -> str:
    """What naturalisation costs, with the paragraph."""
    fees = document.fees
    return (
        f"Die Einbürgerung kostet {euro(fees.adult)} Euro, für ein Kind ohne eigenes Einkommen, das mit eingebürgert wird, "
        f"{euro(fees.child)} Euro ({fees.legal_basis})."
    )
