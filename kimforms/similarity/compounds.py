"""Takes German compounds apart: `Kursplatzmangel` into Kurs, Platz, Mangel.

A word is cut only where the pieces are words that the splitter knows (its own list and the profile's synonyms), with
the linking letters that German puts between them; the foremost piece may be unknown.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from .compound_words import PIECES
from .words import fold

LINKS = ("", "s", "n", "en", "es", "er", "e", "ns")
SHORTEST_PIECE = 3
SHORTEST_WORD = 7
SHORTEST_UNKNOWN = 5
UNKNOWN = 4
"""An unknown piece costs as much as so many known ones."""
MOST_PIECES = 8
MOST_KEPT = 100_000


class Splitter:
    """Cuts compounds; knows `PIECES` and the words it is given. The same words always give the same pieces."""

    def __init__(self, words: Iterable[str] = ()) -> None:
        self._words = frozenset(fold(word) for word in (*PIECES, *words) if len(word) >= SHORTEST_PIECE)
        self._kept: dict[str, tuple[str, ...]] = {}

    def pieces(self, word: str) -> tuple[str, ...]:
        """The pieces of a compound as the writer spelt them; empty for a word that is none or is not understood."""
        if len(word) < SHORTEST_WORD or not word.isalpha():
            return ()
        found = self._kept.get(word)
        if found is None:
            if len(self._kept) > MOST_KEPT:
                self._kept = {}
            found = self._kept[word] = _as_spelt(word, tuple(self._smallest(fold(word))))
        return found

    def knows(self, word: str) -> bool:
        """Whether it is a word that compounds are made of: nearly always a noun."""
        return fold(word) in self._words

    def _smallest(self, word: str, most: int = MOST_PIECES) -> Iterator[str]:
        """Cuts pieces that are compounds themselves: the list of synonyms knows `Kursplatz` as one word."""
        cost, pieces = self._cheapest(word)
        for piece in pieces if cost < most else ():
            deeper = tuple(self._smallest(piece, UNKNOWN)) if len(piece) > SHORTEST_WORD else ()
            yield from deeper or (piece,)

    def _cheapest(self, word: str) -> tuple[int, tuple[str, ...]]:
        """The cut with the fewest pieces, known ones before an unknown one, the longest last piece among equals."""
        best: tuple[int, tuple[str, ...]] = (0, ())
        for end in range(SHORTEST_PIECE, len(word) - SHORTEST_PIECE + 1):
            tail = word[end:]
            if tail not in self._words:
                continue
            for cost, head in self._heads(word[:end]):
                if not best[1] or cost + 1 < best[0]:
                    best = (cost + 1, (*head, tail))
        return best

    def _heads(self, head: str) -> Iterator[tuple[int, tuple[str, ...]]]:
        for link in LINKS:
            base = head[: len(head) - len(link)]
            if not head.endswith(link) or len(base) < SHORTEST_PIECE:
                continue
            if base in self._words:
                yield 1, (base,)
            elif len(base) >= SHORTEST_WORD - 1:
                cost, deeper = self._cheapest(base)
                if deeper:
                    yield cost, deeper
        if len(head) >= SHORTEST_UNKNOWN and head not in self._words:
            yield UNKNOWN, (head,)


def _as_spelt(word: str, pieces: tuple[str, ...]) -> tuple[str, ...]:
    """The folded pieces in the letters of the word: `behoerde` in `Ausländerbehörde` becomes `behörde`."""
    starts = [0]
    for letter in word:
        starts.append(starts[-1] + len(fold(letter)))
    at = {folded: place for place, folded in enumerate(starts)}
    folded, found, after = fold(word), [], 0
    for piece in pieces:
        start = folded.find(piece, after)
        after = start + len(piece)
        first, last = at.get(start), at.get(after)
        if first is None or last is None:  # cut through an umlaut: `Trennwände` holds no `Ende`
            return ()
        found.append(word[first:last].lower())
    return tuple(found)
