"""What the page of a record shows for its process beside what every record has, by the key of the process.

``themes`` registers the parts of a theme; ``records`` asks for them when it draws the page.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from ..services.queries.record_page import Seen

Tab = tuple[str, str]


@dataclass(frozen=True)
class Part:
    """A template that the page includes after the next steps, and what it reads.

    ``tabs`` are links to its sections, ``back`` the place to which the record belongs.
    """

    template: str
    values: Mapping[str, Any] = field(default_factory=dict)
    tabs: Sequence[Tab] = ()
    back: Tab | None = None


Build = Callable[[Seen], Part | None]
_builders: dict[str, Build] = {}


def show_with(process: str) -> Callable[[Build], Build]:
    """Registers what builds the part of a process; it may give none for this person."""

    def register(build: Build) -> Build:
        _builders[process] = build
        return build

    return register


def part_of(seen: Seen) -> Part | None:
    """The part of this record's page for this person; only those who see everything get one."""
    build = _builders.get(seen.definition.key)
    return build(seen) if build is not None and seen.full else None
