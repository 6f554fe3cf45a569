"""Visible differences of two versions of a text: blocks are matched, and within a changed block words are compared."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Literal

ALIKE = 0.4
"""From this share of common words on, a block counts as the other one changed."""
MOST_PAIRS = 10_000
MOST_WORDS = 4_000
"""Beyond these a block is shown as gone and new: comparing would take too long (difflib is quadratic)."""

_WORDS = re.compile(r"\s+|\d+(?:[.,:]\d+)+|\w+|[^\w\s]")

Kind = Literal["same", "inserted", "deleted"]


@dataclass(frozen=True)
class Part:
    """A stretch of text that stayed, came or went; a template shows it plain, as `ins` or as `del`."""

    kind: Kind
    text: str


@dataclass(frozen=True)
class BlockDifference:
    """One block (paragraph) of the newer or older version with its parts in reading order."""

    kind: Literal["same", "changed", "inserted", "deleted"]
    parts: tuple[Part, ...]

    @property
    def old(self) -> str:
        """The block as it was."""
        return "".join(part.text for part in self.parts if part.kind != "inserted")

    @property
    def new(self) -> str:
        """The block as it is."""
        return "".join(part.text for part in self.parts if part.kind != "deleted")


def differences(old: Sequence[str], new: Sequence[str]) -> tuple[BlockDifference, ...]:
    """The blocks of both versions in reading order.

    The `.old` of all blocks but the inserted ones are the older version, the `.new` of all but the deleted the newer.
    """
    found: list[BlockDifference] = []
    for kind, i, j, k, m in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if kind == "equal":
            found += [BlockDifference("same", (Part("same", text),)) for text in new[k:m]]
        else:
            found += _aligned(old[i:j], new[k:m])
    return tuple(found)


def in_words(block: BlockDifference, language: str = "de") -> str:
    """What changed in a block as one sentence, for people who hear the page; empty when nothing did."""
    german = language == "de"
    if block.kind == "same":
        return ""
    if block.kind == "inserted":
        return "Neuer Absatz." if german else "New paragraph."
    if block.kind == "deleted":
        return "Absatz entfernt." if german else "Paragraph removed."
    gone = [part.text.strip() for part in block.parts if part.kind == "deleted" and part.text.strip()]
    came = [part.text.strip() for part in block.parts if part.kind == "inserted" and part.text.strip()]
    names = ("Entfernt", "Neu") if german else ("Removed", "New")
    quoted = [
        f"{name}: {', '.join(f'„{text}“' if german else f'“{text}”' for text in texts)}."
        for name, texts in zip(names, (gone, came), strict=True)
        if texts
    ]
    return " ".join(quoted) or ("Nur Abstände geändert." if german else "Spacing changed only.")


def summary(blocks: Sequence[BlockDifference], language: str = "de") -> str:
    """How much changed, as a sentence: `2 Absätze geändert, 1 Absatz neu.`"""
    counts = Counter[str](block.kind for block in blocks)
    german = language == "de"
    words = (
        {"changed": "geändert", "inserted": "neu", "deleted": "entfernt"}
        if german
        else {"changed": "changed", "inserted": "new", "deleted": "removed"}
    )
    one, many = ("Absatz", "Absätze") if german else ("paragraph", "paragraphs")
    told = [
        f"{counts[kind]} {one if counts[kind] == 1 else many} {word}" for kind, word in words.items() if counts[kind]
    ]
    return f"{', '.join(told)}." if told else ("Keine Änderungen." if german else "No changes.")


def _aligned(old: Sequence[str], new: Sequence[str]) -> Iterator[BlockDifference]:
    """Blocks of both sides paired in order so that the most words are common; the rest is gone or new."""
    if len(old) * len(new) > MOST_PAIRS:
        yield from (_whole("deleted", text) for text in old)
        yield from (_whole("inserted", text) for text in new)
        return
    bags = [Counter(_words(text)) for text in old], [Counter(_words(text)) for text in new]
    best = [[0.0] * (len(new) + 1) for _ in range(len(old) + 1)]
    alike = [[_likeness(mine, other) for other in bags[1]] for mine in bags[0]]
    for i in range(len(old) - 1, -1, -1):
        for k in range(len(new) - 1, -1, -1):
            paired = alike[i][k] + best[i + 1][k + 1] if alike[i][k] >= ALIKE else 0.0
            best[i][k] = max(best[i + 1][k], best[i][k + 1], paired)
    i = k = 0
    while i < len(old) or k < len(new):
        if i < len(old) and k < len(new) and alike[i][k] >= ALIKE and best[i][k] == alike[i][k] + best[i + 1][k + 1]:
            yield _changed(old[i], new[k])
            i, k = i + 1, k + 1
        elif i < len(old) and (k == len(new) or best[i][k] == best[i + 1][k]):
            yield _whole("deleted", old[i])
            i += 1
        else:
            yield _whole("inserted", new[k])
            k += 1


def _likeness(mine: Counter[str], other: Counter[str]) -> float:
    total = mine.total() + other.total()
    return 2 * (mine & other).total() / total if total else 0.0


def _changed(old: str, new: str) -> BlockDifference:
    before, after = _WORDS.findall(old), _WORDS.findall(new)
    if max(len(before), len(after)) > MOST_WORDS:
        return BlockDifference("changed", (Part("deleted", old), Part("inserted", new)))
    parts: list[tuple[str, str]] = []  # (gone, new), equal where nothing changed
    for kind, i, j, k, m in SequenceMatcher(None, before, after, autojunk=False).get_opcodes():
        pair = ("".join(before[i:j]), "".join(after[k:m]))
        bridge = kind == "equal" and not pair[0].strip() and parts and j < len(before) and m < len(after)
        if parts and (bridge or parts[-1][0] != parts[-1][1]) and (kind != "equal" or bridge):
            parts[-1] = (parts[-1][0] + pair[0], parts[-1][1] + pair[1])  # a blank between two changes joins them
        else:
            parts.append(pair)
    return BlockDifference("changed", tuple(part for pair in parts for part in _parts(*pair)))


def _parts(gone: str, came: str) -> Iterator[Part]:
    if gone == came:
        yield Part("same", gone)
        return
    if gone:
        yield Part("deleted", gone)
    if came:
        yield Part("inserted", came)


def _whole(kind: Literal["inserted", "deleted"], text: str) -> BlockDifference:
    return BlockDifference(kind, (Part(kind, text),))


def _words(text: str) -> list[str]:
    return [word.casefold() for word in _WORDS.findall(text) if word.strip()]
