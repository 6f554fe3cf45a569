"""How many situations the rules of the naturalisation checklist were tried with: ``python -m benchmarks.naturalisation_rules``.

All answers within each group of questions that have to do with each other, then random answers over all questions.
"""

from __future__ import annotations

import random
import sys
import time
from collections.abc import Iterator

from tests.support.situations import Sweep, all_answers, groups, shipped, sweep

RANDOM = 20_000


def random_answers(seed: int, number: int) -> Iterator[frozenset[str]]:
    """Random sets of yeses over all questions, from few to many."""
    chance = random.Random(seed)  # noqa: S311 - repeatable cases, no secret
    names = [one.id for one in shipped().conditions]
    for _ in range(number):
        share = chance.uniform(0.02, 0.4)
        yield frozenset(one for one in names if chance.random() < share)


def main() -> int:
    """Print the numbers; 1 if any situation leaves a contradiction or a point without paragraph."""
    document, found, began = shipped(), Sweep(), time.perf_counter()
    sweep(document, all_answers(document), found)
    inside = found.tried
    sweep(document, random_answers(5, RANDOM), found)
    sizes = ", ".join(str(len(one)) for one in groups(document))
    print(f"Situations in groups of {sizes} questions, all answers: {inside:,}")
    print(f"Random situations over all {len(document.conditions)} questions: {found.tried - inside:,}")
    print(f"Refused as contradictory: {found.refused:,}; judged: {found.tried - found.refused:,}")
    print(f"Different lists of points, each with its readiness: {len(found.judged):,}")
    print(f"Contradictions left, points without paragraph: {len(found.faults)}")
    print(f"Seconds: {time.perf_counter() - began:.1f}")
    for one in found.faults[:10]:
        print(f"  {one}")
    return 1 if found.faults else 0


if __name__ == "__main__":
    sys.exit(main())
