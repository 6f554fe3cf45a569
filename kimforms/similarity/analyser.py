"""Reads a report: words, pieces of compounds, concepts of the synonym list, and the meaning where an encoder is given."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from hashlib import sha256
from itertools import islice
from typing import TYPE_CHECKING

from .analysis import PIECE, SPELT_OUT, SURE_WORD, WORD, Analysis, Term
from .compounds import Splitter
from .encoders import Encoder
from .report import Report
from .synonyms import Synonyms
from .words import Word, clean, fold, is_stop_word, key_of, looks_like_noun, words_of

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

CODE = "5"
"""Raised whenever the code reads a report otherwise than before, so that stored analyses are known to be outdated."""
IN_TITLE = 2.0
FOR_PIECE = 0.5
FOR_SPELT_OUT = 0.7
MOST_TERMS = 400
LONGEST_SHOWN = 40
MOST_ENCODED = 4_000
"""Characters of a title or text that an encoder reads: two pages; a hostile text must not cost seconds."""
BATCH = 64


class Analyser:
    """Makes analyses. `version` tells whether a stored one is still what this analyser would make."""

    def __init__(self, synonyms: Synonyms, encoder: Encoder | None = None) -> None:
        self._synonyms, self._encoder = synonyms, encoder
        self._splitter = Splitter(synonyms.words)
        said = f"{CODE}|{synonyms.fingerprint}|{encoder.name if encoder else ''}"
        self.version = sha256(said.encode()).hexdigest()[:16]

    def analyse(self, report: Report) -> Analysis:
        return self.analyse_many([report])[0]

    def analyse_many(self, reports: Iterable[Report]) -> list[Analysis]:
        """The same as one by one, but quicker with an encoder."""
        found: list[Analysis] = []
        left = iter(reports)
        while batch := list(islice(left, BATCH)):
            vectors = self._vectors(batch)
            found.extend(self._read(report, vector) for report, vector in zip(batch, vectors, strict=True))
        return found

    def _vectors(self, reports: Sequence[Report]) -> list[bytes]:
        """Title and text count the same: the title is short, but the reporter's own summary."""
        if self._encoder is None:
            return [b""] * len(reports)
        texts = [self._spelt_out(text)[:MOST_ENCODED] for report in reports for text in (report.title, report.text)]
        said = sorted({text for text in texts if text})
        rows = dict(zip(said, self._encoder.encode(said), strict=True)) if said else {}
        return [_direction(*(rows[text] for text in texts[at : at + 2] if text)) for at in range(0, len(texts), 2)]

    def _spelt_out(self, text: str) -> str:
        text = clean(text)
        capitals = _capitals(text)
        long = {word.text: found for word in words_of(text) if (found := self._abbreviation(word, capitals))}
        return " ".join(long.get(piece.strip(".,;:!?()"), piece) for piece in text.split())

    def _abbreviation(self, word: Word, capitals: str) -> str | None:
        """What an abbreviation stands for. `an` and `be` are words as a rule, `AN` and `BE` are not."""
        found = self._synonyms.abbreviations.get(fold(word.text))
        if found is None:
            return None
        mixed = any(one.isupper() for one in word.text[1:])
        if mixed and capitals != "all":
            return found
        unlikely_word = not is_stop_word(word.text) and (len(word.text) > 2 or capitals != "some")
        return found if unlikely_word and (mixed or word.text.islower()) else None

    def _read(self, report: Report, vector: bytes) -> Analysis:
        reading = _Reading()
        for text, weight in ((report.title, IN_TITLE), (report.text, 1.0)):
            self._read_text(clean(text), weight, reading)
        return Analysis(
            version=self.version,
            terms=reading.terms(),
            concepts=reading.concepts(),
            field_of_action=report.field_of_action,
            legal_areas=tuple(sorted(report.legal_areas)),
            offices=tuple(sorted(report.offices)),
            vector=vector,
        )

    def _read_text(self, text: str, weight: float, reading: _Reading) -> None:
        capitals = _capitals(text)
        words = list(words_of(text))
        keys = [key_of(word.text) for word in words]
        for at, word in enumerate(words):
            for group, length in self._synonyms.phrases_at(keys, at):
                reading.concept(group, weight, " ".join(one.text for one in words[at : at + length]))
            long = self._abbreviation(word, capitals)
            if long is not None:
                reading.term(Term(keys[at], weight, word.text))
                for one in words_of(long):
                    if not is_stop_word(one.text):
                        self._word(one, weight * FOR_SPELT_OUT, reading, one.text, SPELT_OUT)
            elif len(word.text) > 1 and not is_stop_word(word.text):
                shown, sure = self._shown(word, capitals)
                self._word(word, weight, reading, shown, SURE_WORD if sure else WORD)

    def _word(self, word: Word, weight: float, reading: _Reading, shown: str, source: int) -> None:
        reading.term(Term(key_of(word.text), weight, shown, source))
        for group in self._synonyms.groups_of(word.text):
            reading.concept(group, weight, shown)
        for piece in self._splitter.pieces(word.text) if source != SPELT_OUT else ():
            if len(piece) > 2 and not is_stop_word(piece):
                reading.term(Term(key_of(piece), weight * FOR_PIECE, piece.capitalize(), PIECE))

    def _shown(self, word: Word, capitals: str) -> tuple[str, bool]:
        """The word as a person writes it, and whether its capital is beyond doubt."""
        text = word.text
        if capitals == "all":
            text = text.lower()
        if text[1:].islower():
            noun = looks_like_noun(text) or self._splitter.knows(text) or bool(self._splitter.pieces(text))
            if text[0].islower():
                return (text.capitalize(), True) if noun else (text, capitals == "some")
            return text, noun or not word.opens
        return text, True


class _Reading:
    """Collects what is found in one report."""

    def __init__(self) -> None:
        self._terms: dict[str, Term] = {}
        self._concepts: dict[str, Term] = {}

    def term(self, term: Term) -> None:
        before = self._terms.get(term.key)
        if not term.key or len(term.shown) > LONGEST_SHOWN:
            return
        if before is None:
            self._terms[term.key] = term
        else:
            shown = term if term.source > before.source else before
            self._terms[term.key] = Term(term.key, before.weight + term.weight, shown.shown, shown.source)

    def concept(self, group: str, weight: float, shown: str) -> None:
        before = self._concepts.get(group)
        self._concepts[group] = Term(
            group, weight + (before.weight if before else 0.0), before.shown if before else shown[:LONGEST_SHOWN]
        )

    def terms(self) -> tuple[Term, ...]:
        """Those that count most, in the order of their keys."""
        most = sorted(self._terms.values(), key=lambda one: (-one.weight, one.key))[:MOST_TERMS]
        return _settled(most)

    def concepts(self) -> tuple[Term, ...]:
        return _settled(self._concepts.values())


def _settled(terms: Iterable[Term]) -> tuple[Term, ...]:
    """The second mention says less than the first, hence the logarithm."""
    return tuple(
        Term(one.key, round(math.log1p(one.weight), 3), one.shown, one.source)
        for one in sorted(terms, key=lambda one: one.key)
    )


def _direction(*rows: NDArray[np.float32]) -> bytes:
    """The direction of the sum of rows as numbers of 16 bits; a zero row for a report without words."""
    if not rows:
        return b""
    total = sum(rows[1:], start=rows[0]).astype("f4")
    length = math.sqrt(float(total @ total))
    return bytes((total / length if length else total).astype("<f2").tobytes())


def _capitals(text: str) -> str:
    """`none`, `some` or `all`: how a text is written, which decides what an abbreviation looks like in it."""
    letters = [one for one in text[:2000] if one.isalpha()]
    upper = sum(one.isupper() for one in letters)
    if upper > 0.8 * len(letters) and len(letters) > 6:
        return "all"
    return "some" if upper > 0.01 * len(letters) else "none"
