"""The ground that all parts of a process definition stand on: frozen models without surprises, ids, tagged unions.

`definition.py`, `effects.py`, `people.py` and `papers.py` build on it; nobody else needs it.
"""

from collections.abc import Callable, Sequence
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Discriminator, StringConstraints

Id = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]*$", max_length=60)]
"""Stable name of a part: small letters, digits and underscores. It never changes once a version is published."""


class Strict(BaseModel):
    """A part of a definition: it cannot be changed after it was read and refuses keys that it does not know."""

    model_config = ConfigDict(
        extra="forbid",
        frozen=True,
        validate_by_alias=True,
        validate_by_name=True,
        serialize_by_alias=True,
        # a document that does not write out defaults keeps its meaning only when defaults are valid
        validate_default=True,
        ser_json_inf_nan="strings",
    )


def by_single_key(what: str, keys: Sequence[str], words: bool = False) -> Discriminator:
    """A discriminator for unions written as `{key: …}` with exactly one key out of `keys`.

    `what` names the union in the German error ("Wirkung"). With `words` a bare string is a member too, tagged "word".
    """
    known = ", ".join(keys)
    return Discriminator(
        _tag_of(tuple(keys), words),
        custom_error_type="single_key",
        custom_error_message=f"{what} ist unbekannt: erwartet wird genau einer der Schlüssel {known}",
    )


def _tag_of(keys: tuple[str, ...], words: bool) -> Callable[[Any], str | None]:
    def tag(value: Any) -> str | None:
        if words and isinstance(value, str):
            return "word"
        if isinstance(value, dict):
            found = [key for key in value if key in keys]
            return found[0] if len(found) == 1 else None
        if isinstance(value, BaseModel):
            names = [field.alias or name for name, field in type(value).model_fields.items()]
            return next((name for name in names if name in keys), None)
        return None

    return tag


Path = tuple[str | int, ...]
"""The way to a part of a document: keys and positions, as in `("workflow", "transitions", 0, "when")`."""


def path_text(path: Path) -> str:
    """A path as people write it: `workflow.transitions[0].when`; the empty path is the empty string."""
    text = ""
    for part in path:
        text += f"[{part}]" if isinstance(part, int) else f".{part}" if text else part
    return text
