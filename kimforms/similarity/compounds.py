"""Takes German compounds apart: `Kursplatzmangel` into Kurs, Platz, Mangel.

A word is cut only where the pieces are words that the splitter knows (its own list and the profile's synonyms), with
the linking letters that German puts between them.
"""

from __future__ import annotations

from collections.abc import Iterable

from .compound_words import PIECES
from .words import fold

LINKS = ("", "s", "n", "en", "es", "er", "e", "ns")
SHORTEST_PIECE = 3
SHORTEST_WORD = 7
SHORTEST_REST = 5


class Splitter:
    """Cuts compounds; knows `PIECES` and the words it is given. The same words always give the same pieces."""

    def __init__(self, words: Iterable[str] = ()) -> None:
        self._words = frozenset(fold(word) for word in (*PIECES, *words) if len(word) >= SHORTEST_PIECE)
        self._known: dict[str, tuple[str, ...]] = {}

    def pieces(self, word: str) -> tuple[str, ...]:
        """The pieces of a compound, folded; empty for a word that is none or is not understood."""
        folded = fold(word)
        if len(folded) < SHORTEST_WORD or not folded.isalpha():
            return ()
        found = self._known.get(folded)
        if found is None:
            if len(self._known) > 100_000:
                self._known = {}
            found = self._known[folded] = self._split(folded)
        return found

    def _split(self, word: str) -> tuple[str, ...]:
        best: tuple[str, ...] = ()
        for end in range(len(word) - SHORTEST_PIECE, SHORTEST_PIECE - 1, -1):
            tail = word[end:]
            if tail not in self._words:
                continue
            for head in self._heads(word[:end]):
                if not best or len(head) + 1 < len(best):
                    best = (*head, tail)
        return best

    def _heads(self, head: str) -> Iterable[tuple[str, ...]]:
        for link in LINKS:
            base = head[: len(head) - len(link)]
            if not head.endswith(link) or len(base) < SHORTEST_PIECE:
                continue
            if base in self._words:
                yield (base,)
            elif len(base) >= SHORTEST_WORD - 1:
                deeper = self._split(base)
                if deeper:
                    yield deeper
        if len(head) >= SHORTEST_REST and head not in self._words:
            yield (head,)
