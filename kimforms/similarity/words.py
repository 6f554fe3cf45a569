"""German words: cutting a text into words, and the key under which inflections of one word meet.

Pure functions of the text, so that the same text gives the same words in each process and on each day.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

import snowballstemmer

from .stop_words import STOP_WORDS

MOST_CHARACTERS = 20_000
"""So much of a text is read: ten pages, more than any report needs."""
LONGEST_WORD = 60
_WORD = re.compile(r"§{1,2}\s{0,2}\d{1,4}\s?[a-z]?\b|[^\W_]+(?:['’][^\W_]+)*")
_PARAGRAPH = re.compile(r"§{1,2}\s{0,2}(\d+)\s?([a-z]?)")
_GENDER = re.compile(r"(?<=[a-zäöüß])(?:[:*_·]|/-?)(?=(?:in|innen|r|n|e)\b)", re.IGNORECASE)
_SENTENCE_ENDS = (".", "!", "?", ":", "•", ">", "-", "–")
_SEPARABLE = "ab|an|auf|aus|bei|durch|ein|fest|frei|fort|her|hin|los|mit|nach|statt|teil|um|vor|weg|weiter|zu|zuruck"
_PARTICIPLE = re.compile(rf"^(?:({_SEPARABLE})ge([a-z]{{4,}}?)(?:e?t)?|()ge([a-z]{{4,}}?)e?t)$")
_INFINITIVE = re.compile(rf"^({_SEPARABLE})zu([a-z]{{4,}})$")
_stemmer = snowballstemmer.stemmer("german")


@dataclass(frozen=True, slots=True)
class Word:
    """One word of a text: as written, and whether it opens a sentence (so that its capital says nothing)."""

    text: str
    opens: bool = False
    joined: bool = False
    """Follows the word before it after a hyphen: `Kita-Platz`."""


def clean(text: str) -> str:
    """The text in one normal form, without characters that nobody sees, cut to what is read."""
    text = unicodedata.normalize("NFKC", text[: MOST_CHARACTERS * 2])
    if not text.isprintable():
        text = "".join(one if one.isprintable() or one == "\n" else " " * one.isspace() for one in text)
    return _GENDER.sub("", text)[:MOST_CHARACTERS]


def words_of(text: str) -> Iterator[Word]:
    """The words of a cleaned text in order; numbers alone are no words, paragraphs of laws (`§ 12a`) are."""
    end = 0
    for match in _WORD.finditer(text):
        between, start = text[end : match.start()], end
        end = match.end()
        found = match[0]
        if len(found) > LONGEST_WORD:
            continue
        paragraph = _PARAGRAPH.fullmatch(found)
        if paragraph:
            yield Word(f"§ {paragraph[1]}{paragraph[2]}")
        elif any(one.isalpha() for one in found):
            opens = start == 0 or between != "-" and ("\n" in between or between.rstrip().endswith(_SENTENCE_ENDS))
            yield Word(found, opens, joined=between in ("-", "‐", "‑") and start > 0)


def fold(word: str) -> str:
    """Small letters, umlauts written out: `Ä` becomes `ae`, `ß` becomes `ss`; other accents fall away."""
    word = word.lower().replace("ä", "ae").replace("ö", "oe").replace("ü", "ue").replace("ß", "ss")
    if word.isascii():
        return word
    parts = unicodedata.normalize("NFD", word)
    return unicodedata.normalize("NFC", "".join(one for one in parts if unicodedata.category(one) != "Mn")) or word


@lru_cache(maxsize=65_536)
def key_of(word: str) -> str:
    """The key under which inflections meet: `Häuser` and `Haus`, `angemeldet` and `Anmeldung`."""
    if word.startswith("§"):
        return word.replace(" ", "")
    stem = _stemmer.stemWord(fold(word).replace("'", "").replace("’", ""))
    found = _PARTICIPLE.match(stem) or _INFINITIVE.match(stem)
    return str(_stemmer.stemWord("".join(part for part in found.groups() if part) + "en")) if found else str(stem)


def is_stop_word(word: str) -> bool:
    return fold(word) in STOP_WORDS


_NOUN = re.compile(
    r".{3,}(?:ung|heit|keit|schaft|tion|taet|tum|ismus|schein|amt|behoerde|stelle|kurs|platz|geld)(?:en|s|e)?$"
)


def looks_like_noun(word: str) -> bool:
    """Whether its ending makes a noun of it beyond doubt, however it is written."""
    return bool(_NOUN.match(fold(word)))
