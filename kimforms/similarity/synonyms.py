"""The profile's list of abbreviations and near-synonyms, made ready for matching.

How a term is matched is written at the top of the profile's `synonyms.yaml`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from hashlib import sha256
from typing import Any

from .words import fold, key_of, words_of


class Synonyms:
    """Looks up what a word means; made with `Synonyms.of` from the parsed file."""

    def __init__(self, abbreviations: Mapping[str, str], groups: Mapping[str, Sequence[str]]) -> None:
        self.fingerprint = _fingerprint(abbreviations, groups)
        self.abbreviations = {fold(short): long for short, long in abbreviations.items()}
        self._exact: dict[str, list[str]] = {}
        self._phrases: dict[str, list[tuple[tuple[str, ...], str]]] = {}
        self._beginnings: dict[str, list[str]] = {}
        self._inside: dict[str, list[str]] = {}
        self.words: frozenset[str] = frozenset(
            fold(term) for terms in groups.values() for term in terms if fold(term).isalpha()
        )
        for group, terms in groups.items():
            for term in terms:
                self._add(group, fold(term).strip())
        self._known: dict[str, tuple[str, ...]] = {}

    @classmethod
    def of(cls, parsed: Mapping[str, Any]) -> Synonyms:
        """From the parsed `synonyms.yaml` (`abbreviations`, `groups` with `id` and `terms`). Raises `ValueError`."""
        abbreviations, groups = parsed.get("abbreviations") or {}, parsed.get("groups") or []
        try:
            return cls(
                {str(short): str(long) for short, long in abbreviations.items()},
                {str(group["id"]): [str(term) for term in group["terms"]] for group in groups},
            )
        except (TypeError, KeyError, AttributeError) as wrong:
            raise ValueError("die Synonymliste braucht abbreviations und groups mit id und terms") from wrong

    @classmethod
    def none(cls) -> Synonyms:
        return cls({}, {})

    def groups_of(self, word: str) -> tuple[str, ...]:
        """The groups that a single word touches."""
        folded = fold(word)
        found = self._known.get(folded)
        if found is None:
            if len(self._known) > 100_000:
                self._known = {}
            found = self._known[folded] = tuple(dict.fromkeys(self._look_up(folded)))
        return found

    def phrases_at(self, keys: Sequence[str], start: int) -> Iterable[tuple[str, int]]:
        """Groups whose term of several words begins at `start`, with how many words it takes."""
        for phrase, group in self._phrases.get(keys[start], ()):
            if tuple(keys[start : start + len(phrase)]) == phrase:
                yield group, len(phrase)

    def _look_up(self, folded: str) -> Iterable[str]:
        yield from self._exact.get(key_of(folded), ())
        for end in range(2, len(folded) + 1):
            yield from self._beginnings.get(folded[:end], ())
        for piece, groups in self._inside.items():
            if piece in folded:
                yield from groups

    def _add(self, group: str, term: str) -> None:
        if term.startswith("*") and term.endswith("*"):
            self._inside.setdefault(term.strip("*"), []).append(group)
        elif term.endswith("*"):
            self._beginnings.setdefault(term.strip("*"), []).append(group)
        elif " " in term:
            phrase = tuple(key_of(word.text) for word in words_of(term))
            if phrase:
                self._phrases.setdefault(phrase[0], []).append((phrase, group))
        else:
            self._exact.setdefault(key_of(term), []).append(group)


def _fingerprint(abbreviations: Mapping[str, str], groups: Mapping[str, Sequence[str]]) -> str:
    said = repr((sorted(abbreviations.items()), sorted((group, sorted(terms)) for group, terms in groups.items())))
    return sha256(said.encode()).hexdigest()[:16]
