"""The client's handout as HTML: two languages side by side, right-to-left ones mirrored. `pdf.render_pdf` makes the PDF.

Each text says its language and direction; addresses, numbers and German words never run into right-to-left text.
"""

from __future__ import annotations

import re
from pathlib import Path

from kimforms.documents.paper import Letterhead, render
from kimforms.naturalisation.handout import Sheet

_NUMBERS = re.compile(r"\{(page|pages)\}")


class HandoutData:
    """What `templates/documents/handout.html` reads: the sheet, who issues it, and the sentence that counts the pages."""

    def __init__(self, sheet: Sheet, letterhead: Letterhead) -> None:
        self.sheet = sheet
        self.letterhead = letterhead
        self.language = sheet.language

    @property
    def page_number(self) -> str:
        """The sentence for the foot of a page as the value of CSS `content`."""
        parts = _NUMBERS.split(self.sheet.page)
        words = [f"counter({part})" if at % 2 else _css_string(part) for at, part in enumerate(parts) if part]
        return " ".join(words)


def handout_html(sheet: Sheet, letterhead: Letterhead, templates: Path) -> str:
    """The handout as a whole HTML document; `templates` is the folder with `handout.html`."""
    return render("handout.html", HandoutData(sheet, letterhead), templates)


def _css_string(text: str) -> str:
    """A text as a CSS string; nothing in it can end the string or the style element."""
    return '"' + "".join(one if one.isalnum() or one == " " else f"\\{ord(one):06x}" for one in text) + '"'
