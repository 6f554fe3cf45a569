"""A small edition for tables of cases, and changes to the shipped one."""

from __future__ import annotations

from typing import Any

from kimforms.naturalisation.document import ChecklistDocument, as_json, from_json


def changed_item(document: ChecklistDocument, item_id: str, **change: Any) -> ChecklistDocument:
    """The edition with one point changed; None takes a part away."""
    data = as_json(document)
    for section in data["sections"]:
        for item in section["items"]:
            if item["id"] == item_id:
                item.update(change)
                for name in [name for name, value in change.items() if value is None]:
                    del item[name]
    return from_json(data)


def changed(document: ChecklistDocument, **change: Any) -> ChecklistDocument:
    """The edition with other parts at the top."""
    return from_json(as_json(document) | change)


def without_item(document: ChecklistDocument, item_id: str) -> ChecklistDocument:
    """The edition without one point."""
    data = as_json(document)
    for section in data["sections"]:
        section["items"] = [one for one in section["items"] if one["id"] != item_id]
    return from_json(data)


def with_item(document: ChecklistDocument, section_id: str, **item: Any) -> ChecklistDocument:
    """The edition with one more point at the end of a section."""
    data = as_json(document)
    for section in data["sections"]:
        if section["id"] == section_id:
            section["items"].append(item)
    return from_json(data)
