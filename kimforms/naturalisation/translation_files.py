"""Reads what a profile has beside its checklist: translations and where papers are to be had; refuses what does not fit it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Literal

from kimforms.engine.profile import ProfileError
from kimforms.engine.strict import Strict
from kimforms.engine.yaml_io import validate
from kimforms.engine.yaml_lines import DefinitionError, Problem, load_yaml_with_lines
from kimforms.naturalisation.document import ChecklistDocument, ItemId, Words
from kimforms.naturalisation.translations import Translation, TranslationFile, kept, problems

FOLDER = "naturalisation/translations"
SOURCES = "naturalisation/where_to_get.yaml"


def read_translations(folder: Path, document: ChecklistDocument) -> dict[str, Translation]:
    """The translations below the profile in `folder`, by language code, made from this German text; plain German first.

    Raises `ProfileError` with every problem, each with file and line.
    """
    found: dict[str, Translation] = {}
    wrong: list[tuple[str, Problem]] = []
    for path in sorted((folder / FOLDER).glob("*.yaml"), key=lambda one: (one.stem != "de", one.stem)):
        name = f"{FOLDER}/{path.name}"
        try:
            found[path.stem] = kept(_read(path, name, document), document)
        except DefinitionError as refused:
            wrong += [(name, problem) for problem in refused.problems]
    if wrong:
        raise ProfileError(wrong)
    return found


def _read(path: Path, name: str, document: ChecklistDocument) -> TranslationFile:
    try:
        source = load_yaml_with_lines(path.read_bytes(), name)
    except OSError:
        raise DefinitionError(name, Problem(0, "die Datei ist nicht lesbar")) from None
    file = validate(TranslationFile, source)
    if found := [Problem(source.line_of(at), reason, at) for at, reason in _all_problems(path, file, document)]:
        raise DefinitionError(name, *found)
    return file


def _all_problems(
    path: Path, file: TranslationFile, document: ChecklistDocument
) -> Iterator[tuple[tuple[str | int, ...], str]]:
    if file.language != path.stem:
        yield ("language",), f"die Datei heißt „{path.stem}.yaml“"
    yield from problems(file, document)


class SourcesFile(Strict):
    """`naturalisation/where_to_get.yaml`: for points that ask for papers, where people get them."""

    sources: dict[ItemId, dict[Literal["de", "en"], Words]]


def read_sources(folder: Path, document: ChecklistDocument) -> dict[str, dict[str, str]]:
    """Where papers are to be had, in German and English by item; empty without the file. Raises `ProfileError`."""
    path = folder / SOURCES
    if not path.is_file():
        return {}
    try:
        source = load_yaml_with_lines(path.read_bytes(), SOURCES)
        file = validate(SourcesFile, source)
        found: list[Problem] = []
        for name, texts in file.sources.items():
            reasons = [] if name in document.items else [f"„{name}“ gibt es in der Checkliste nicht"]
            reasons += [f"der Text „{one}“ fehlt" for one in ("de", "en") if one not in texts]
            found += [Problem(source.line_of(("sources", name)), reason, ("sources", name)) for reason in reasons]
        if found:
            raise DefinitionError(SOURCES, *found)
    except DefinitionError as refused:
        raise ProfileError((SOURCES, problem) for problem in refused.problems) from None
    return {name: {str(code): text for code, text in texts.items()} for name, texts in file.sources.items()}
