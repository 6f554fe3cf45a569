"""How well similar reports are found, plain and cross-validated: ``python -m benchmarks.similarity_quality [--encoder fuse]``.

Plain: the shipped weights on the demonstration's labelled reports, each against the earlier ones. Cross-validated: weights
are fitted anew on four fifths of the hurdles and measured on the fifth that they never saw, over several partings.
"""

from __future__ import annotations

import argparse
import json
import random
from collections import Counter, defaultdict

import numpy as np
import yaml

from kimforms.engine.profile import profile_folder
from kimforms.similarity import Analyser, Index, Report, Synonyms, Weights, load_encoder
from kimforms.similarity.weights import DENSE, LEXICAL

FOLDER = profile_folder("rhein_sieg")
PARTINGS = 10
PARTS = 5
MEASURES = ("recall@5", "recall@10", "mrr", "themes_assembled@10")


def told() -> list[dict[str, object]]:
    return [json.loads(line) for line in (FOLDER / "demo" / "reports.jsonl").read_text(encoding="utf-8").splitlines()]


def likenesses(encoder: str) -> tuple[np.ndarray, list[str], tuple[float, ...]]:
    """For each report and each earlier one every kind of likeness; the labels; the shipped weights."""
    synonyms = Synonyms.of(yaml.safe_load((FOLDER / "synonyms.yaml").read_text(encoding="utf-8")))
    rows, kinds = told(), DENSE if encoder else LEXICAL
    given = [
        Report(r["id"], r["title"], r["description"], r["field_of_action"], frozenset(r["legal_areas"]))  # type: ignore[arg-type]
        for r in rows
    ]
    index, found = Index(), np.zeros((len(rows), len(rows), len(kinds)))
    for at, (report, analysis) in enumerate(
        zip(given, Analyser(synonyms, load_encoder(encoder)).analyse_many(given), strict=True)
    ):
        if at:
            columns = index.pairs(analysis)
            for number, kind in enumerate(kinds):
                found[at, :at, number] = columns[kind]
        index.put(report.id, analysis)
    shipped = Weights.default().dense if encoder else Weights.default().lexical
    return found, [str(r["cluster"] or f"alone {r['id']}") for r in rows], shipped


def fitted(features: np.ndarray, alike: np.ndarray) -> np.ndarray:
    """Logistic regression with a faint ridge, by Newton's method; features in units of their spread."""
    spread = features.std(axis=0) + 1e-9
    design = np.column_stack([np.ones(len(alike)), features / spread])
    ridge = np.diag([0.0, *[1.0] * features.shape[1]])
    weights = np.zeros(design.shape[1])
    for _ in range(40):
        likely = 1 / (1 + np.exp(-design @ weights))
        bend = (design * (likely * (1 - likely))[:, None]).T @ design + ridge
        weights -= np.linalg.solve(bend, design.T @ (likely - alike) + ridge @ weights)
    return np.asarray(weights[1:] / spread)


def measured(scores: np.ndarray, labels: list[str]) -> tuple[float, ...]:
    """Recall among five and ten, the mean reciprocal rank, the share of hurdles whose reports ten answers link to three."""
    five, ten, first, links = [], [], [], list(range(len(labels)))

    def root(at: int) -> int:
        while links[at] != at:
            at = links[at]
        return at

    sizes, earlier = Counter(labels), defaultdict[str, set[int]](set)
    for at, label in enumerate(labels):
        wanted = earlier[label]
        if wanted:
            order = [int(one) for one in np.argsort(-scores[at, :at], kind="stable")[:10]]
            five.append(len(wanted & set(order[:5])) / len(wanted))
            ten.append(len(wanted & set(order)) / len(wanted))
            first.append(next((1 / rank for rank, one in enumerate(order, 1) if one in wanted), 0.0))
            for one in wanted & set(order):
                links[root(at)] = root(one)
        earlier[label].add(at)
    themes = {label for label, size in sizes.items() if size >= 3}
    linked = Counter(root(at) for at in range(len(labels)))
    assembled = {labels[at] for at, size in linked.items() if size >= 3}
    return tuple(
        float(one) for one in (np.mean(five), np.mean(ten), np.mean(first), len(assembled & themes) / len(themes))
    )


def cross_validated(features: np.ndarray, labels: list[str]) -> tuple[float, ...]:
    hurdles, found = sorted(set(labels)), []
    later, before = np.tril_indices(len(labels), -1)
    alike = np.array(labels)[later] == np.array(labels)[before]
    for parting in range(PARTINGS):
        shuffled = hurdles[:]
        random.Random(parting).shuffle(shuffled)
        part = {hurdle: number % PARTS for number, hurdle in enumerate(shuffled)}
        parts = np.array([part[label] for label in labels])
        scores = np.zeros(features.shape[:2])
        for number in range(PARTS):
            seen = (parts[later] != number) & (parts[before] != number)
            weights = fitted(features[later[seen], before[seen]], alike[seen].astype(float))
            scores[parts == number] = features[parts == number] @ weights
        found.append(measured(scores, labels))
    return tuple(float(one) for one in np.mean(found, axis=0))


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.similarity_quality", description=__doc__)
    parser.add_argument("--encoder", default="", help="fuse, or a folder")
    features, labels, shipped = likenesses(parser.parse_args().encoder)
    print(f"{'':18}" + "".join(f"{name:>22}" for name in MEASURES))
    for name, found in (
        ("shipped weights", measured(features @ np.array(shipped[1:]), labels)),
        ("cross-validated", cross_validated(features, labels)),
    ):
        print(f"{name:18}" + "".join(f"{value:22.3f}" for value in found))


if __name__ == "__main__":
    main()
