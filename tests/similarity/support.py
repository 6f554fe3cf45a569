"""What tests of similarity share: the profile's synonyms, reports with labels, a tiny encoder, the measures."""

from __future__ import annotations

import hashlib
import json
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from typing import Any

import numpy as np
import yaml

from kimforms.engine.profile import profile_folder
from kimforms.similarity import Analyser, Analysis, Index, Report, Synonyms, Weights

FOLDER = profile_folder("rhein_sieg")


@cache
def synonyms() -> Synonyms:
    return Synonyms.of(yaml.safe_load((FOLDER / "synonyms.yaml").read_text(encoding="utf-8")))


@cache
def analyser() -> Analyser:
    return Analyser(synonyms())


def report(id: int | str, title: str, text: str = "", field: str | None = None, areas: Iterable[str] = ()) -> Report:
    return Report(id, title, text, field, frozenset(areas))


def analysis(title: str, text: str = "", field: str | None = None, areas: Iterable[str] = ()) -> Analysis:
    return analyser().analyse(report(0, title, text, field, areas))


def index_of(texts: Mapping[int | str, str] | Sequence[str]) -> Index:
    index = Index()
    for id, text in texts.items() if isinstance(texts, Mapping) else enumerate(texts):
        index.put(id, analysis(text))
    return index


class Letters:
    """An encoder without a model: counts of hashed three-letter pieces. Near texts share letters."""

    name = "letters"
    dimensions = 64

    def encode(self, texts: Sequence[str]) -> np.ndarray:
        rows = np.zeros((len(texts), self.dimensions), dtype="f4")
        for row, text in enumerate(texts):
            for at in range(len(text) - 2):
                digest = hashlib.sha256(text[at : at + 3].lower().encode("utf-8", "replace")).digest()
                rows[row, digest[0] % self.dimensions] += 1
        return rows / np.maximum(np.linalg.norm(rows, axis=1, keepdims=True), 1e-9)


@cache
def labelled() -> tuple[tuple[Report, str | None], ...]:
    """The demonstration's reports in order of arrival with the hurdle that a person saw in each."""
    rows: list[dict[str, Any]] = [
        json.loads(line) for line in (FOLDER / "demo" / "reports.jsonl").read_text(encoding="utf-8").splitlines()
    ]
    return tuple(
        (
            report(row["id"], row["title"], row["description"], row["field_of_action"], row["legal_areas"]),
            row["cluster"],
        )
        for row in rows
    )


@cache
def analyses() -> tuple[Analysis, ...]:
    return tuple(analyser().analyse_many(one for one, _ in labelled()))


def recall_at_10(weights: Weights, queries: Iterable[str] | None = None) -> float:
    """Share of the earlier reports of the same hurdle that are among the ten nearest; for some hurdles or all."""
    asked = None if queries is None else set(queries)
    index, earlier, found = Index(weights), defaultdict[str, set[Any]](set), []
    for (one, label), read in zip(labelled(), analyses(), strict=True):
        if label and earlier[label] and (asked is None or label in asked):
            near = {neighbour.id for neighbour in index.neighbours(read, 10)}
            found.append(len(near & earlier[label]) / len(earlier[label]))
        if label:
            earlier[label].add(one.id)
        index.put(one.id, read)
    return sum(found) / len(found)
