"""Letters on paper after DIN 5008, Form B: plain data in, accessible HTML out; many letters make one document.

The measures in millimetres stand in `templates/documents/letter.css`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from kimforms.documents.paper import Entry, Letterhead

ADDRESS_LINES = 6
"""Lines of the address field below the zone for remarks (DIN 5008)."""
REMARK_LINES = 3


@dataclass(frozen=True)
class LetterData:
    """One letter to one recipient.

    `return_line` is the sender's address in one line above the recipient, `remarks` such as `Persönlich`. `information`
    is the block on the right (our sign, name, telephone, mail, date). `facts` stand in a box between `paragraphs` and
    `after`. `signature` are the lines below the blank for signing. `footer` are columns at the foot of the first page.
    """

    letterhead: Letterhead
    return_line: str
    recipient: tuple[str, ...]
    subject: str
    salutation: str
    paragraphs: tuple[str, ...]
    information: tuple[Entry, ...] = ()
    remarks: tuple[str, ...] = ()
    facts: tuple[Entry, ...] = ()
    after: tuple[str, ...] = ()
    closing: str = "Mit freundlichen Grüßen"
    signature: tuple[str, ...] = ()
    enclosures: tuple[str, ...] = ()
    copies: tuple[str, ...] = ()
    footer: tuple[tuple[str, ...], ...] = ()
    reference: str = ""
    language: str = "de"


def letter_html(data: LetterData, templates: Path) -> str:
    """One letter as a whole HTML document; `templates` is the folder with `letter.html`."""
    return letters_html([data], templates, title=data.subject)


def letters_html(letters: Sequence[LetterData], templates: Path, *, title: str) -> str:
    """Many letters as one document, each beginning on a page of its own. Raises ValueError without any letter."""
    raise NotImplementedError
