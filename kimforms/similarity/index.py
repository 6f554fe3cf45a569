"""Holds analyses and answers which reports are alike.

Thread-safe: one lock, held while an answer is computed. What is answered does not depend on the order in which reports
came, nor on what was removed since. How a score comes about is told in docs/similarity.md.
"""

from __future__ import annotations

from array import array
from collections.abc import Collection, Mapping
from dataclasses import replace
from heapq import nsmallest
from threading import RLock

import numpy as np
from numpy.typing import NDArray

from .analysis import Analysis
from .answers import Group, Neighbour
from .columns import Column, Floats, Kin, Postings
from .frames import Frames
from .groups import Edges, linked
from .judgements import Judgements
from .naming import name_of
from .reasons import Reasons
from .reasons_found import reasons_for
from .report import Id
from .weights import DENSE, LEXICAL, Weights

LENGTH = 0.35
"""How much a long report has to hold more to count as much: the power of its length, 0 not at all, 0.5 in full."""
CENTRE = 5.0
"""So many reports at the zero point are counted in before the middle of all meanings is taken."""
TOO_COMMON = 0.1
"""Words of a rarity below this one (in more than half of all reports) are not looked up."""
FAINT = 0.02
MOST_EDGES = 60


class Index:
    def __init__(self, weights: Weights | None = None) -> None:
        self._weights = weights or Weights.default()
        self._lock = RLock()
        self._clear()

    def _clear(self) -> None:
        self._ids: list[Id] = []
        self._slot_of: dict[Id, int] = {}
        self._packed: list[bytes] = []
        self._alive = bytearray()
        self._words, self._concepts, self._kin = Postings(), Postings(), Kin()
        self._frames = Frames()
        self._vectors: Column | None = None
        self._vector_of = array("i")
        self._squares = array("f")
        self._middle: NDArray[np.float64] | None = None

    def put(self, id: Id, analysis: Analysis) -> None:
        """Adds or replaces; the report can be found at once. Costs what its own text costs, however many there are."""
        with self._lock:
            if id in self._slot_of:
                self._forget(id)
            slot = self._slot_of[id] = len(self._ids)
            self._ids.append(id)
            self._alive.append(1)
            self._packed.append(replace(analysis, vector=b"").to_bytes())
            for key in self._words.add(slot, _lengthened(_weights_of(analysis, "words"))):
                self._kin.add(key)
            self._concepts.add(slot, _lengthened(_weights_of(analysis, "concepts")))
            self._frames.add(analysis)
            self._add_vector(analysis.vector)

    def remove(self, id: Id) -> None:
        """Unknown ids are no error: what is not there is removed already."""
        with self._lock:
            if id in self._slot_of:
                self._forget(id)

    def __contains__(self, id: object) -> bool:
        return id in self._slot_of

    def __len__(self) -> int:
        return len(self._slot_of)

    def memory_bytes(self) -> int:
        """About how many bytes the index takes; `make bench` measures it against what the process grew by."""
        with self._lock:
            packed = sum(len(one) + 33 for one in self._packed) + 160 * len(self._ids)
            vectors = self._vectors.nbytes if self._vectors else 0
            return (
                packed + vectors + self._words.nbytes + self._concepts.nbytes + self._kin.nbytes + self._frames.nbytes
            )

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
        """The k reports most alike, best first; what was judged similar stands on top, what was judged different is left out.

        `of` is the id of the report that asks: it is never among the answers, and verdicts are looked up under it.
        `at_least` drops what scores less; a remembered verdict scores 1.
        """
        with self._lock:
            verdicts = judgements if judgements is not None else Judgements()
            similar = verdicts.similar_to(of) if of is not None else frozenset()
            banned = {*exclude, *(verdicts.different_from(of) if of is not None else ())}
            if of is not None:
                banned.add(of)
            if k < 1 or not self._slot_of:
                return []
            confirmed = sorted((id for id in similar if id in self._slot_of and id not in banned), key=_order)
            scores, meaning = self._scores(analysis)
            usable = scores.copy()
            usable[np.frombuffer(bytes(self._alive), dtype=np.uint8) == 0] = -1.0
            for id in (*banned, *confirmed):
                if id in self._slot_of:
                    usable[self._slot_of[id]] = -1.0
            chosen = [(self._slot_of[id], 1.0) for id in confirmed[:k]]
            chosen += [(slot, float(usable[slot])) for slot in self._best(usable, k - len(chosen), max(at_least, 0.0))]
            return [
                Neighbour(
                    self._ids[slot],
                    score,
                    self._reasons(analysis, slot, float(meaning[slot]), self._ids[slot] in similar),
                )
                for slot, score in chosen
            ]

    def groups(
        self,
        *,
        among: Collection[Id] | None = None,
        judgements: Judgements | None = None,
        at_least_size: int = 3,
        limit: int = 50,
    ) -> list[Group]:
        """Disjoint groups, best first; two reports that were judged different are never in one, two that were judged
        similar are unless that would bring different ones together. Costs about one query a report."""
        with self._lock:
            wanted = self._slot_of if among is None else {id for id in among if id in self._slot_of}
            ids = sorted(wanted, key=_order)
            found = linked(ids, self._edges(ids), judgements if judgements is not None else Judgements())
            best = sorted(
                ((members, score) for members, score in found if len(members) >= max(at_least_size, 2)),
                key=lambda one: (-round(one[1], 6), _order(one[0][0])),
            )[: max(limit, 0)]
            return [Group(tuple(members), score, self._name(members)) for members, score in best]

    def pairs(self, analysis: Analysis) -> dict[str, Floats]:
        """Each kind of likeness to each slot, before weighing; for learning (`slot_of` tells whose it is)."""
        with self._lock:
            return self._likenesses(analysis)

    def slot_of(self, id: Id) -> int:
        return self._slot_of[id]

    def _forget(self, id: Id) -> None:
        slot = self._slot_of.pop(id)
        analysis = Analysis.from_bytes(self._packed[slot])
        self._words.forget(term.key for term in analysis.terms)
        self._concepts.forget(term.key for term in analysis.concepts)
        self._frames.forget(slot)
        self._alive[slot] = 0
        self._packed[slot] = b""
        if self._vectors is not None and self._middle is not None and self._vector_of[slot] >= 0:
            self._middle -= self._vectors.rows()[self._vector_of[slot]]
        if len(self._ids) > 64 and len(self._slot_of) * 2 < len(self._ids):
            self._rebuild()

    def _rebuild(self) -> None:
        """Lets go of what was removed, once it is more than what is left: on average that costs nothing."""
        kept = [(id, self._unpacked(slot)) for id, slot in self._slot_of.items()]
        self._clear()
        for id, analysis in kept:
            self.put(id, analysis)

    def _unpacked(self, slot: int) -> Analysis:
        analysis = Analysis.from_bytes(self._packed[slot])
        if self._vectors is None or self._vector_of[slot] < 0:
            return analysis
        return replace(analysis, vector=self._vectors.rows()[self._vector_of[slot]].astype("<f2").tobytes())

    def _add_vector(self, vector: bytes) -> None:
        """Reports without a vector, or with one of another encoder's size, are compared by words alone."""
        row = np.frombuffer(vector, dtype="<f2").astype("f4") if vector and len(vector) % 2 == 0 else None
        if row is not None and self._vectors is None:
            self._vectors, self._middle = Column(len(row)), np.zeros(len(row))
        if row is None or self._vectors is None or self._vectors.width != len(row) or not np.isfinite(row).all():
            self._vector_of.append(-1)
            return
        self._vector_of.append(self._vectors.size)
        self._vectors.append(row)
        self._squares.append(float(row @ row))
        self._middle = self._middle + row

    def _scores(self, analysis: Analysis) -> tuple[Floats, Floats]:
        """For each slot the score, and how near the meaning is (0 where that is unknown)."""
        kinds = self._likenesses(analysis)
        score = _weighed(self._weights.lexical, [kinds[kind] for kind in LEXICAL])
        if "meaning" not in kinds:
            return score, np.zeros(len(self._ids), dtype="f4")
        dense = _weighed(self._weights.dense, [kinds[kind] for kind in DENSE])
        return np.where(kinds["known"] > 0, dense, score), kinds["meaning"]

    def _likenesses(self, analysis: Analysis) -> dict[str, Floats]:
        slots = len(self._ids)
        kinds = {
            "words": self._words.sums(self._wanted_words(analysis), slots),
            "concepts": self._concepts.sums(self._wanted(_weights_of(analysis, "concepts"), self._concepts), slots),
            **self._frames.likenesses(analysis, len(self._slot_of)),
        }
        meaning = self._meaning(analysis.vector)
        if meaning is not None:
            kinds["meaning"], kinds["known"] = meaning
        return kinds

    def _wanted(self, weights: Mapping[str, float], postings: Postings) -> dict[str, float]:
        total, found = len(self._slot_of), {}
        for key, weight in _lengthened(weights).items():
            rarity = postings.rarity(key, total)
            if rarity >= TOO_COMMON and postings.holds(key):
                found[key] = weight * rarity * rarity
        return found

    def _wanted_words(self, analysis: Analysis) -> dict[str, float]:
        """The words of a report and, less so, words spelt like them."""
        total, weights = len(self._slot_of), _lengthened(_weights_of(analysis, "words"))
        found = self._wanted(_weights_of(analysis, "words"), self._words)
        for key, weight in weights.items():
            own = self._words.rarity(key, total)
            if own < TOO_COMMON:
                continue
            for other, alike in self._kin.of(key, self._words.holds).items():
                found[other] = found.get(other, 0.0) + weight * own * self._words.rarity(other, total) * alike
        return found

    def _meaning(self, vector: bytes) -> tuple[Floats, Floats] | None:
        """The cosine around the middle of all reports, and 1 for each slot where it is known."""
        if self._vectors is None or self._middle is None or len(vector) != 2 * self._vectors.width:
            return None
        mine = np.frombuffer(vector, dtype="<f2").astype("f4")
        if not np.isfinite(mine).all():
            return None
        rows = self._vectors.rows()
        middle = (self._middle / (len(self._slot_of) + CENTRE)).astype("f4")
        both = rows @ np.stack([mine - middle, middle], axis=1)
        lengths = np.maximum(np.array(self._squares, dtype="f4") - 2 * both[:, 1] + middle @ middle, 1e-9)
        near = (both[:, 0] - (mine - middle) @ middle) / (np.sqrt(lengths) * (np.linalg.norm(mine - middle) + 1e-9))
        at = np.array(self._vector_of, dtype=np.intp)
        known = at >= 0
        return np.where(known, near[at], 0).astype("f4"), known.astype("f4")

    def _best(self, usable: Floats, k: int, at_least: float) -> list[int]:
        """The slots that score best; among equals the order of the ids decides, not that of arrival."""
        if k < 1:
            return []
        least = at_least
        if k < len(usable):
            least = max(least, float(np.partition(usable, len(usable) - k)[len(usable) - k]))
        slots = np.flatnonzero(usable >= least)
        return nsmallest(k, (int(slot) for slot in slots), key=lambda slot: (-usable[slot], _order(self._ids[slot])))

    def _reasons(self, analysis: Analysis, slot: int, meaning: float, judged: bool) -> Reasons:
        total = len(self._slot_of)
        return reasons_for(
            analysis,
            Analysis.from_bytes(self._packed[slot]),
            rarity=lambda key: self._words.rarity(key, total),
            rarity_of_concept=lambda key: self._concepts.rarity(key, total),
            meaning=meaning,
            judged=judged,
        )

    def _edges(self, ids: list[Id]) -> Edges:
        """For each of the reports those it is most like, among these alone; each pair the mean of both directions."""
        slots = np.array([self._slot_of[id] for id in ids], dtype=np.intp)
        edges: Edges = [{} for _ in ids]
        for row in range(len(ids)):
            scores = self._scores(self._unpacked(int(slots[row])))[0][slots]
            scores[row] = 0.0
            most = np.argsort(-scores, kind="stable")[:MOST_EDGES]
            for other in most[scores[most] >= FAINT]:
                half = float(scores[other]) / 2
                edges[row][int(other)] = edges[row].get(int(other), 0.0) + half
                edges[int(other)][row] = edges[int(other)].get(row, 0.0) + half
        return edges

    def _name(self, members: list[Id]) -> tuple[str, ...]:
        total = len(self._slot_of)
        return name_of(
            [Analysis.from_bytes(self._packed[self._slot_of[id]]) for id in members],
            lambda key: self._words.rarity(key, total),
        )


def _weights_of(analysis: Analysis, kind: str) -> dict[str, float]:
    return {term.key: term.weight for term in (analysis.terms if kind == "words" else analysis.concepts)}


def _lengthened(weights: Mapping[str, float]) -> dict[str, float]:
    """The weights of a report's words, less for a long report: what is said among much else says less."""
    length = float(sum(weight * weight for weight in weights.values())) ** LENGTH
    return {key: weight / length for key, weight in weights.items()} if length > 0 else {}


def _weighed(weights: tuple[float, ...], kinds: list[Floats]) -> Floats:
    total = np.full(len(kinds[0]), weights[0], dtype="f4")
    for weight, kind in zip(weights[1:], kinds, strict=True):
        total += np.float32(weight) * kind
    # rounded, so that the last bit of a sum does not decide who comes first
    return np.asarray(np.round(1 / (1 + np.exp(-total)), 6), dtype="f4")


def _order(id: Id) -> tuple[bool, int, str]:
    return (isinstance(id, str), id if isinstance(id, int) else 0, str(id))
