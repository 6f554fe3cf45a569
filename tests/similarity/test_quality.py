"""How well it finds what belongs together, on the demonstration's labelled reports; and learning from verdicts.

The figures of docs/similarity.md come from `python -m benchmarks.similarity_quality`; here stands what must not be lost.
"""

from __future__ import annotations

import random
from collections import Counter

from kimforms.similarity import Index, Weights

from .support import analyses, labelled, recall_at_10

LABELS = [label for _, label in labelled()]
HURDLES = sorted({label for label in LABELS if label})


def test_most_of_what_belongs_together_is_among_the_ten_nearest() -> None:
    assert recall_at_10(Weights.default()) >= 0.75


def test_most_groups_put_forward_first_are_true() -> None:
    index = Index()
    label_of = {one.id: label or f"alone {one.id}" for one, label in labelled()}
    for (one, _), read in zip(labelled(), analyses(), strict=True):
        index.put(one.id, read)
    true = 0
    for group in index.groups(limit=10):
        most = Counter(label_of[id] for id in group.reports).most_common(1)[0][1]
        true += most >= 3 and len(group.reports) - most <= 1
    assert true >= 7


def verdicts(hurdles: list[str], most: int, seed: int = 1) -> list[tuple[object, object, bool]]:
    """What a coordinator would say to the five nearest of reports that do not belong to the hurdles kept apart."""
    index, said = Index(), []
    for (one, label), read in zip(labelled(), analyses(), strict=True):
        if label is None or label in hurdles:
            for found in index.neighbours(read, 5):
                said.append((read, analyses()[PLACE[found.id]], label is not None and LABELS[PLACE[found.id]] == label))
            index.put(one.id, read)
    random.Random(seed).shuffle(said)
    return said[:most]


PLACE = {one.id: place for place, (one, _) in enumerate(labelled())}


def test_no_verdicts_change_nothing() -> None:
    assert Weights.learn([]) == Weights.default()


def test_a_few_verdicts_never_make_it_worse_on_other_hurdles() -> None:
    for seed in range(4):
        chosen = HURDLES[:]
        random.Random(seed).shuffle(chosen)
        learned = Weights.learn(verdicts(chosen[:17], 12, seed))
        assert learned != Weights.default()
        assert recall_at_10(learned, chosen[17:]) >= recall_at_10(Weights.default(), chosen[17:]) - 0.01


def test_many_verdicts_mend_weights_that_are_wrong() -> None:
    wrong = Weights(lexical=(-7.0, 5.0, 2.0, 6.0, 0.5, 0.8), dense=Weights.default().dense)
    learned = Weights.learn(verdicts(HURDLES[:17], 2000), wrong)
    assert recall_at_10(learned, HURDLES[17:]) > recall_at_10(wrong, HURDLES[17:]) + 0.05
    assert all(weight >= 0 for weight in learned.lexical[1:])
    assert learned.lexical[0] == wrong.lexical[0]
