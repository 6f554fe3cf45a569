"""Texts of a definition in one or more languages, and the one way in which typed text is made safe to keep.

Called by every room of the engine and by templates (through `pick`).
"""

from __future__ import annotations

import re
import unicodedata
from typing import Annotated

from pydantic import AfterValidator

DEFAULT_LANGUAGE = "de"


def _speaks(text: str | dict[str, str]) -> str | dict[str, str]:
    if isinstance(text, dict) and not text:
        raise ValueError("ein Text braucht mindestens eine Sprache, zum Beispiel de")
    return text


Text = Annotated[str | dict[str, str], AfterValidator(_speaks)]


def pick(text: str | dict[str, str] | None, language: str = DEFAULT_LANGUAGE) -> str:
    """Return the text in `language`, else in German, else in any language it has; None gives the empty string."""
    if text is None:
        return ""
    if isinstance(text, str):
        return text
    return text.get(language) or text.get(DEFAULT_LANGUAGE) or next(iter(text.values()), "")


class BrokenText(ValueError):
    """Raised for text that no encoding can carry (lone surrogates, a sign of a broken encoding)."""


# C0 and C1 control characters but tab and line feed, and the marks that turn the direction of text around
# (Unicode TR 36, section 2.4): they hide what a reader believes to see.
_UNWANTED = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff\ufffe\uffff]")
_LINE_ENDS = re.compile("\r\n?|\u2028|\u2029|\x85|\x0b|\x0c")
_SURROGATES = re.compile("[\ud800-\udfff]")
_SPACES = re.compile(r"\s+")


def normalise(text: str) -> str:
    """Return text in NFC with `\\n` as line end and without control characters, blanks at both ends removed.

    Raises `BrokenText` for lone surrogates, which no database or file could store. Idempotent.
    """
    if text.isascii() and text.isprintable():
        return text.strip()
    if _SURROGATES.search(text):
        raise BrokenText
    text = _UNWANTED.sub("", _LINE_ENDS.sub("\n", text))
    return unicodedata.normalize("NFC", text).strip()


def one_line(text: str) -> str:
    """Like `normalise`, but every run of blanks and line ends becomes one blank."""
    return _SPACES.sub(" ", normalise(text)).strip()
