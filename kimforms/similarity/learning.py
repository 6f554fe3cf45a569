"""Learns weights from the coordination's own verdicts, gently: a few verdicts hardly move what was known before."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from .analysis import Analysis
from .index import Index
from .weights import DENSE, LEXICAL, Weights

TRUST = 0.12
"""How far a weight may stray from the start, as a share of it, before verdicts have to pay for it (standard deviation);
it grows with their number and has doubled at `MANY`."""
MANY = 100
STEPS = 50
PRECISION = 1e-9


def learned(pairs: list[tuple[Analysis, Analysis, bool]], start: Weights) -> Weights:
    """Weights for which the verdicts are likeliest, given that weights near the start are likelier than others."""
    if not pairs:
        return start
    kinds, alike = _likenesses(pairs)
    dense = [kinds[kind] for kind in DENSE] if "meaning" in kinds else []
    return Weights(
        lexical=_fitted([kinds[kind] for kind in LEXICAL], alike, start.lexical),
        dense=_fitted(dense, alike, start.dense) if dense else start.dense,
    )


def _likenesses(
    pairs: Sequence[tuple[Analysis, Analysis, bool]],
) -> tuple[dict[str, NDArray[np.float64]], NDArray[np.float64]]:
    """Each kind of likeness of each pair, in an index of the reports that were judged."""
    index, number = Index(), dict[Analysis, int]()
    for one, other, _ in pairs:
        for analysis in (one, other):
            if analysis not in number:
                number[analysis] = len(number)
                index.put(number[analysis], analysis)
    by_one: dict[Analysis, list[int]] = {}
    for at, (one, _, _) in enumerate(pairs):
        by_one.setdefault(one, []).append(at)
    found: dict[str, NDArray[np.float64]] = {}
    for one, places in by_one.items():
        for kind, column in index.pairs(one).items():
            row = found.setdefault(kind, np.zeros(len(pairs)))
            for at in places:
                row[at] = column[index.slot_of(number[pairs[at][1]])]
    return found, np.array([float(alike) for _, _, alike in pairs])


def _fitted(
    kinds: list[NDArray[np.float64]], alike: NDArray[np.float64], start: tuple[float, ...]
) -> tuple[float, ...]:
    """Newton's method for a logistic regression with a Gaussian prior around the start.

    The pairs that people judge are those that were shown to them, far more alike than any two reports. So the bias is
    fitted on the side and thrown away: it would only say how often a shown pair is right. No weight turns negative.
    """
    features = np.column_stack([np.ones(len(alike)), *kinds])
    before = np.array(start)
    trust = TRUST * (1 + len(alike) / MANY)
    spread = np.array([3.0, *(np.maximum(np.abs(before[1:]), 0.5) * trust)])

    def unlikely(weights: NDArray[np.float64]) -> float:
        """What is made small: minus the logarithm of how likely verdicts and weights are."""
        sums = features @ weights
        return float((np.logaddexp(0, sums) - alike * sums).sum() + (((weights - before) / spread) ** 2).sum() / 2)

    weights = before.copy()
    for _ in range(STEPS):
        likely = 1 / (1 + np.exp(-np.clip(features @ weights, -30, 30)))
        slope = features.T @ (likely - alike) + (weights - before) / spread**2
        bend = (features * (likely * (1 - likely))[:, None]).T @ features + np.diag(1 / spread**2)
        step = np.linalg.solve(bend, slope)
        while unlikely(weights - step) > unlikely(weights) and np.abs(step).max() > PRECISION:
            step /= 2  # far from the best weights a full step may overshoot without end
        weights = weights - step
        if np.abs(step).max() <= PRECISION:
            break
    return (start[0], *(round(max(float(one), 0.0), 6) for one in weights[1:]))
