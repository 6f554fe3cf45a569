"""Reads a report: words, pieces of compounds, concepts of the synonym list, and the meaning where an encoder is given."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Sequence
from hashlib import sha256
from itertools import islice

from .analysis import Analysis, Term
from .compounds import Splitter
from .encoders import Encoder
from .report import Report
from .synonyms import Synonyms
from .words import Word, clean, fold, is_stop_word, key_of, words_of

CODE = "1"
"""Raised whenever the code reads a report otherwise than before, so that stored analyses are known to be outdated."""
TITLE = 2.0
PIECE = 0.5
SPELT_OUT = 0.7
MOST_TERMS = 400
BATCH = 64


class Analyser:
    """Makes analyses. `version` tells whether a stored one is still what this analyser would make."""

    def __init__(self, synonyms: Synonyms, encoder: Encoder | None = None) -> None:
        self._synonyms, self._encoder = synonyms, encoder
        self._splitter = Splitter(synonyms.terms)
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
        if self._encoder is None:
            return [b""] * len(reports)
        rows = self._encoder.encode([self._spelt_out(report) for report in reports])
        return [row.astype("<f2").tobytes() for row in rows]

    def _spelt_out(self, report: Report) -> str:
        text = clean(f"{report.title}. {report.text}")
        capitals = _all_capitals(text)
        long: dict[str, str] = {}
        for word in words_of(text):
            if (found := self._abbreviation(word, capitals)) is not None:
                long[word.text] = found
        return " ".join(long.get(piece.strip(".,;:!?()"), piece) for piece in text.split())

    def _abbreviation(self, word: Word, capitals: str) -> str | None:
        found = self._synonyms.abbreviations.get(fold(word.text))
        if found is None:
            return None
        mixed = any(one.isupper() for one in word.text[1:])
        if mixed and capitals != "all":
            return found
        rare = not is_stop_word(word.text) and (len(word.text) > 2 or capitals != "some")
        return found if rare and (mixed or word.text.islower()) else None

    def _read(self, report: Report, vector: bytes) -> Analysis:
        reading = _Reading()
        for text, weight in ((report.title, TITLE), (report.text, 1.0)):
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
        capitals = _all_capitals(text)
        words = list(words_of(text))
        keys = [key_of(word.text) for word in words]
        for at, word in enumerate(words):
            for group, length in self._synonyms.phrases_at(keys, at):
                reading.concept(group, weight, " ".join(one.text for one in words[at : at + length]))
            if is_stop_word(word.text) and not word.text.isupper():
                continue
            long = self._abbreviation(word, capitals)
            if long is not None:
                self._word(word, weight, reading, piece=False)
                for one in words_of(long):
                    if not is_stop_word(one.text):
                        self._word(one, weight * SPELT_OUT, reading, piece=True)
            elif len(word.text) > 1:
                self._word(word, weight, reading, piece=False)

    def _word(self, word: Word, weight: float, reading: _Reading, *, piece: bool) -> None:
        shown = _shown(word)
        reading.term(key_of(word.text), weight, shown, whole=not piece, sure=not word.opens)
        for group in self._synonyms.groups_of(word.text):
            reading.concept(group, weight, shown)
        for one in self._splitter.pieces(word.text):
            if one in _TOO_GENERAL or is_stop_word(one):
                continue
            reading.term(key_of(one), weight * PIECE, one.capitalize(), whole=False, sure=True)


_TOO_GENERAL = frozenset({"ober", "weiter", "hand", "folge"})


class _Reading:
    """Collects what is found in one report."""

    def __init__(self) -> None:
        self._terms: dict[str, tuple[float, str, bool, bool]] = {}
        self._concepts: dict[str, tuple[float, str]] = {}

    def term(self, key: str, weight: float, shown: str, *, whole: bool, sure: bool) -> None:
        if not key:
            return
        before = self._terms.get(key)
        if before is None:
            self._terms[key] = (weight, shown, whole, sure)
            return
        better = (whole, sure) > before[2:]
        self._terms[key] = (
            before[0] + weight,
            shown if better else before[1],
            whole or before[2],
            sure if better else before[3],
        )

    def concept(self, group: str, weight: float, shown: str) -> None:
        before = self._concepts.get(group)
        self._concepts[group] = (weight + (before[0] if before else 0.0), before[1] if before else shown)

    def terms(self) -> tuple[Term, ...]:
        found = [Term(key, _damped(weight), shown, whole) for key, (weight, shown, whole, _) in self._terms.items()]
        return tuple(sorted(sorted(found, key=lambda one: -one.weight)[:MOST_TERMS], key=lambda one: one.key))

    def concepts(self) -> tuple[Term, ...]:
        return tuple(Term(key, _damped(weight), shown) for key, (weight, shown) in sorted(self._concepts.items()))


def _damped(weight: float) -> float:
    """The second mention says less than the first."""
    return round(math.log1p(weight), 3)


def _shown(word: Word) -> str:
    return word.text


def _all_capitals(text: str) -> str:
    """`none`, `some` or `all`: how a text is written, which decides what an abbreviation looks like in it."""
    letters = [one for one in text if one.isalpha()]
    upper = sum(one.isupper() for one in letters)
    if upper > 0.8 * len(letters):
        return "all"
    return "some" if upper > 0.01 * len(letters) else "none"


def terms_by_key(analysis: Analysis) -> Iterator[tuple[str, Term]]:
    return ((one.key, one) for one in analysis.terms)
