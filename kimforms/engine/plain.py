"""Definitions as plain JSON data: what is stored, hashed and compared. `definition.py` offers it to everybody else."""

from collections.abc import Iterator, Mapping
from typing import Any

from pydantic import BaseModel, RootModel


def plain(value: Any) -> Any:
    """A definition, or any part of it, as JSON data: keys in the model's order, settings at their default absent."""
    if isinstance(value, RootModel):
        return plain(value.root)
    if isinstance(value, BaseModel):
        return dict(_plain_items(value))
    if isinstance(value, Mapping):
        return {str(key): plain(one) for key, one in value.items()}
    if isinstance(value, list | tuple | frozenset | set):
        return [plain(one) for one in value]
    return value.isoformat() if hasattr(value, "isoformat") else value


def _plain_items(model: BaseModel) -> Iterator[tuple[str, Any]]:
    for name, info in type(model).model_fields.items():
        value = getattr(model, name)
        default = info.get_default(call_default_factory=True, validated_data={})
        if name == "type" or info.is_required() or value != default:
            yield info.alias or name, plain(value)
