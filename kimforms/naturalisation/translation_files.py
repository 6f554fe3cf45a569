"""Reads a profile's translations, `naturalisation/translations/<language>.yaml`, and refuses what does not fit the checklist."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from kimforms.engine.profile import ProfileError
from kimforms.engine.yaml_io import validate
from kimforms.engine.yaml_lines import DefinitionError, Problem, load_yaml_with_lines
from kimforms.naturalisation.document import ChecklistDocument
from kimforms.naturalisation.translations import Translation, TranslationFile, kept, problems

FOLDER = "naturalisation/translations"


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
