"""Holds analyses and answers which are alike. Thread-safe: one lock, held while an answer is computed.

Nothing here depends on the order in which reports came: document frequencies are counted as they come and go.
"""

from __future__ import annotations

import math
from array import array
from collections.abc import Collection, Iterable
from threading import RLock

import numpy as np
from numpy.typing import NDArray

from .analysis import Analysis, Term
from .answers import Group, Neighbour
from .groups import linked
from .judgements import Judgements
from .reasons import Reasons
from .report import Id
from .weights import Weights

Floats = NDArray[np.float32]


class _Postings:
    """For each key the slots that hold it, with weights, and how many of them are alive."""

    def __init__(self) -> None:
        self.slots: dict[str, array[int]] = {}
        self.weights: dict[str, array[float]] = {}
        self.alive: dict[str, int] = {}

    def add(self, slot: int, terms: Iterable[tuple[str, float]]) -> None:
        for key, weight in terms:
            if key not in self.slots:
                self.slots[key], self.weights[key] = array("i"), array("f")
            self.slots[key].append(slot)
            self.weights[key].append(weight)
            self.alive[key] = self.alive.get(key, 0) + 1

    def forget(self, keys: Iterable[str]) -> None:
        for key in keys:
            self.alive[key] -= 1

    def rarity(self, key: str, total: int) -> float:
        """High for what few reports hold (the probabilistic idf of BM25, never negative)."""
        held = self.alive.get(key, 0)
        return math.log1p((total - held + 0.5) / (held + 0.5))

    def nbytes(self) -> int:
        return sum(200 + 8 * len(slots) for slots in self.slots.values())


class Index:
    def __init__(self, weights: Weights | None = None) -> None:
        self._weights = weights or Weights.default()
        self._lock = RLock()
        self._clear()

    def _clear(self) -> None:
        self._analyses: list[Analysis | None] = []
        self._ids: list[Id] = []
        self._slot_of: dict[Id, int] = {}
        self._kinds = {
            "words": _Postings(),
            "concepts": _Postings(),
            "legal_areas": _Postings(),
            "offices": _Postings(),
        }

    def put(self, id: Id, analysis: Analysis) -> None:
        """Adds or replaces; the report can be found at once."""
        with self._lock:
            if id in self._slot_of:
                self._forget(id)
            slot = len(self._ids)
            self._slot_of[id] = slot
            self._ids.append(id)
            self._analyses.append(analysis)
            for kind, terms in _terms_of(analysis).items():
                self._kinds[kind].add(slot, terms)

    def remove(self, id: Id) -> None:
        """Unknown ids are no error: what is not there is removed already."""
        with self._lock:
            if id in self._slot_of:
                self._forget(id)

    def _forget(self, id: Id) -> None:
        slot = self._slot_of.pop(id)
        analysis = self._analyses[slot]
        assert analysis is not None
        for kind, terms in _terms_of(analysis).items():
            self._kinds[kind].forget(key for key, _ in terms)
        self._analyses[slot] = None
        if len(self._ids) > 64 and len(self._slot_of) * 2 < len(self._ids):
            self._rebuild()

    def _rebuild(self) -> None:
        kept = [(id, self._analyses[slot]) for id, slot in self._slot_of.items()]
        self._clear()
        for id, analysis in kept:
            assert analysis is not None
            self.put(id, analysis)

    def __contains__(self, id: object) -> bool:
        return id in self._slot_of

    def __len__(self) -> int:
        return len(self._slot_of)

    def memory_bytes(self) -> int:
        with self._lock:
            return sum(kind.nbytes() for kind in self._kinds.values()) + 4000 * len(self._ids)

    def neighbours(
        self,
        analysis: Analysis,
        k: int = 10,
        *,
        exclude: Collection[Id] = (),
        judgements: Judgements | None = None,
        of: Id | None = None,
        at_least: float = 0.0,
    ) -> list[Neighbour]:
        """The k reports most alike, best first; `of` names the report that asks."""
        with self._lock:
            judgements = judgements or Judgements()
            similar = judgements.similar_to(of) if of is not None else frozenset()
            banned = {*exclude, *(judgements.different_from(of) if of is not None else ())}
            if of is not None:
                banned.add(of)
            scores = self._scores(analysis)
            order = sorted(
                (slot for id, slot in self._slot_of.items() if id not in banned),
                key=lambda slot: (self._ids[slot] not in similar, -scores[slot], str(self._ids[slot])),
            )
            found = []
            for slot in order[: max(k, 0)]:
                other, judged = self._analyses[slot], self._ids[slot] in similar
                assert other is not None
                score = 1.0 if judged else float(scores[slot])
                if score >= at_least:
                    found.append(Neighbour(self._ids[slot], score, self._reasons(analysis, other, judged)))
            return found

    def _scores(self, analysis: Analysis) -> Floats:
        total = len(self._ids)
        columns = [self._likeness("words", analysis), self._likeness("concepts", analysis)]
        field = analysis.field_of_action
        columns.append(
            np.array(
                [field is not None and one is not None and one.field_of_action == field for one in self._analyses],
                dtype="f4",
            )
        )
        columns += [self._likeness("legal_areas", analysis), self._likeness("offices", analysis)]
        weights = self._weights.lexical
        if analysis.vector:
            weights = self._weights.dense
            columns.append(self._meaning(analysis))
        sums = np.full(total, weights[0], dtype="f4")
        for weight, column in zip(weights[1:], columns, strict=True):
            sums += weight * column
        return np.asarray(1 / (1 + np.exp(-sums)), dtype="f4")

    def _likeness(self, kind: str, analysis: Analysis) -> Floats:
        postings, total = self._kinds[kind], len(self._slot_of)
        found = np.zeros(len(self._ids), dtype="f4")
        norms = np.full(len(self._ids), 1e-9, dtype="f4")
        for slot, other in enumerate(self._analyses):
            if other is not None:
                norms[slot] = _norm(postings, _terms_of(other)[kind], total)
        mine = _terms_of(analysis)[kind]
        for key, weight in mine:
            if key in postings.slots:
                slots = np.array(postings.slots[key], dtype=np.intp)
                found[slots] += weight * postings.rarity(key, total) ** 2 * np.array(postings.weights[key], dtype="f4")
        return np.asarray(found / (norms * _norm(postings, mine, total)), dtype="f4")

    def _meaning(self, analysis: Analysis) -> Floats:
        mine = np.frombuffer(analysis.vector, dtype="<f2").astype("f4")
        if not self._analyses:
            return np.zeros(0, dtype="f4")
        rows = np.array(
            [
                np.frombuffer(one.vector, dtype="<f2").astype("f4")
                if one and len(one.vector) == len(analysis.vector)
                else np.zeros(len(analysis.vector) // 2, dtype="f4")
                for one in self._analyses
            ],
            dtype="f4",
        )
        mean = rows.mean(axis=0) * (len(rows) / (len(rows) + 5))
        rows, mine = rows - mean, mine - mean
        return np.asarray(rows @ mine / (np.linalg.norm(rows, axis=1) * np.linalg.norm(mine) + 1e-9), dtype="f4")

    def _reasons(self, one: Analysis, other: Analysis, judged: bool) -> Reasons:
        total = len(self._slot_of)
        theirs = {term.key: term for term in other.terms}
        words = self._kinds["words"]
        common = sorted(
            (term for term in one.terms if term.key in theirs),
            key=lambda term: (-words.rarity(term.key, total) * term.weight * theirs[term.key].weight, term.key),
        )
        shown = dict.fromkeys(_better(term, theirs[term.key]) for term in common[:5])
        said = {term.key for term in common}
        others = {term.key: term for term in other.concepts}
        concepts = [
            f"{term.shown} / {others[term.key].shown}"
            for term in one.concepts
            if term.key in others and term.shown.lower() != others[term.key].shown.lower()
        ]
        return Reasons(
            terms=tuple(shown),
            concepts=tuple(concepts[:3]),
            same_field=one.field_of_action is not None and one.field_of_action == other.field_of_action,
            legal_areas=tuple(sorted(set(one.legal_areas) & set(other.legal_areas))),
            offices=tuple(sorted(set(one.offices) & set(other.offices))),
            meaning=bool(one.vector and not said and not concepts),
            judged=judged,
        )

    def groups(
        self,
        *,
        among: Collection[Id] | None = None,
        judgements: Judgements | None = None,
        at_least_size: int = 3,
        limit: int = 50,
    ) -> list[Group]:
        """Disjoint groups, best first."""
        with self._lock:
            chosen = [id for id in self._slot_of if among is None or id in among]
            chosen.sort(key=lambda id: (str(type(id)), str(id)))
            slots = [self._slot_of[id] for id in chosen]
            matrix = np.zeros((len(slots), len(slots)), dtype="f4")
            for row, slot in enumerate(slots):
                analysis = self._analyses[slot]
                assert analysis is not None
                matrix[row] = self._scores(analysis)[slots]
            found = linked(chosen, (matrix + matrix.T) / 2, judgements or Judgements())
            named = [
                Group(tuple(members), score, self._name(members))
                for members, score in found
                if len(members) >= at_least_size
            ]
            return sorted(named, key=lambda group: (-group.score, str(group.reports)))[:limit]

    def _name(self, members: Collection[Id]) -> tuple[str, ...]:
        counted: dict[str, tuple[int, float, str]] = {}
        for id in members:
            analysis = self._analyses[self._slot_of[id]]
            assert analysis is not None
            for term in analysis.terms:
                count, weight, shown = counted.get(term.key, (0, 0.0, term.shown))
                counted[term.key] = (count + 1, weight + term.weight, shown)
        words, total = self._kinds["words"], len(self._slot_of)
        best = sorted(
            ((count * words.rarity(key, total), shown) for key, (count, _, shown) in counted.items() if count > 1),
            reverse=True,
        )
        return tuple(dict.fromkeys(shown for _, shown in best[:3]))


def _terms_of(analysis: Analysis) -> dict[str, list[tuple[str, float]]]:
    return {
        "words": [(term.key, term.weight) for term in analysis.terms],
        "concepts": [(term.key, term.weight) for term in analysis.concepts],
        "legal_areas": [(area, 1.0) for area in analysis.legal_areas],
        "offices": [(office, 1.0) for office in analysis.offices],
    }


def _norm(postings: _Postings, terms: Iterable[tuple[str, float]], total: int) -> float:
    return math.sqrt(sum((weight * postings.rarity(key, total)) ** 2 for key, weight in terms)) + 1e-6


def _better(one: Term, other: Term) -> str:
    ranked = sorted([one, other], key=lambda term: (not term.whole, term.shown.islower(), len(term.shown), term.shown))
    return ranked[0].shown
