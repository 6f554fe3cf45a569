"""What a profile brings for the campaign's letters: the blocks with their words, and the short notes in other languages."""

from __future__ import annotations

import threading
from functools import lru_cache

import yaml

from ...documents.letter import Note
from ...engine.profile import profile_folder
from ...engine.yaml_io import validate
from ...engine.yaml_lines import load_yaml_with_lines
from ...naturalisation.letters import FILE, Letter, LettersDocument
from ..refusals import StepRefused

TRANSLATIONS = "naturalisation/translations"
NOTE = "letter_note"
_lock = threading.Lock()
_profile = ""


def configure(profile: str) -> None:
    """Tells once, at start-up, whose letters are written."""
    global _profile  # noqa: PLW0603 - one installation a process
    _profile = profile


def letter() -> Letter:
    """The letter of this installation's profile. Raises StepRefused where it has none."""
    with _lock:
        found = _letter(_profile)
    if found is None:
        raise StepRefused(("Im Profil steht kein Anschreiben.",))
    return found


def notes() -> tuple[Note, ...]:
    """The short notes in other languages, by the name of the language in German."""
    with _lock:
        return _notes(_profile)


@lru_cache(maxsize=4)
def _letter(profile: str) -> Letter | None:
    path = profile_folder(profile) / FILE if profile else None
    if path is None or not path.is_file():
        return None
    return validate(LettersDocument, load_yaml_with_lines(path.read_bytes(), str(path))).letters[0]


@lru_cache(maxsize=4)
def _notes(profile: str) -> tuple[Note, ...]:
    folder = profile_folder(profile) / TRANSLATIONS if profile else None
    made = []
    for path in sorted(folder.glob("*.yaml")) if folder is not None and folder.is_dir() else []:
        plain = yaml.safe_load(path.read_text("utf-8"))
        words = plain.get("frame", {}).get(NOTE)
        if words and not str(plain["language"]).startswith("de"):  # plain German stands in the letter itself
            made.append(
                (
                    plain["german_name"],
                    Note(plain["language"], plain["name"], " ".join(words.split()), plain["direction"]),
                )
            )
    return tuple(note for _, note in sorted(made, key=lambda pair: pair[0]))
