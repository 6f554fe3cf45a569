"""Reads the checklist of a profile, `naturalisation/checklist.yaml`, and refuses it with file and line.

Apart from `engine/profile.py`, which reads everything else, since the rules of the checklist build on the engine.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from pathlib import Path as Folder
from typing import get_args

from kimforms.engine.profile import ProfileError
from kimforms.engine.strict import Path, Strict
from kimforms.engine.yaml_io import validate
from kimforms.engine.yaml_lines import DefinitionError, Problem, load_yaml_with_lines
from kimforms.naturalisation.check import check
from kimforms.naturalisation.document import ChecklistDocument, Kind, as_json, from_json

FILE = "naturalisation/checklist.yaml"


class Totals(Strict):
    """How many there are, counted again when the file is read."""

    sections: int
    items: int
    conditions: int
    verified: int
    partly_verified: int
    unverified: int


class ChecklistFile(ChecklistDocument):
    """The file: an edition with its totals and the kinds of points it uses."""

    totals: Totals
    kinds: tuple[Kind, ...]

    def document(self) -> ChecklistDocument:
        """The edition alone."""
        return from_json({name: part for name, part in as_json(self).items() if name not in ("totals", "kinds")})


def read_checklist(folder: Folder) -> ChecklistDocument | None:
    """The checklist in the folder of a profile; None where the profile has none.

    Raises `ProfileError` with every problem of the first stage that has any: the file by itself, then how its parts fit.
    """
    path = folder / FILE
    if not path.is_file():
        return None
    try:
        source = load_yaml_with_lines(path.read_bytes(), FILE)
        file = validate(ChecklistFile, source)
    except OSError:
        raise ProfileError([(FILE, Problem(0, "die Datei ist nicht lesbar"))]) from None
    except DefinitionError as refused:
        raise ProfileError((FILE, problem) for problem in refused.problems) from None
    found = [*_miscounted(file)]
    found += [(one.path, one.text.rstrip(".")) for one in check(file) if one.severity == "error"]
    if found:
        raise ProfileError((FILE, Problem(source.line_of(path), reason, path)) for path, reason in found)
    return file.document()


def _miscounted(file: ChecklistFile) -> Iterator[tuple[Path, str]]:
    items = [item for section in file.sections for item in section.items]
    grades = Counter(item.verified for item in items)
    counted = {
        "sections": len(file.sections),
        "items": len(items),
        "conditions": len(file.conditions),
        "verified": grades["belegt"],
        "partly_verified": grades["teilweise"],
        "unverified": grades["offen"],
    }
    for name, number in counted.items():
        stated = getattr(file.totals, name)
        if stated != number:
            yield ("totals", name), f"angegeben sind {stated}, gezählt sind {number}"
    for missing in set(get_args(Kind)) - set(file.kinds):
        yield ("kinds",), f"„{missing}“ fehlt"
