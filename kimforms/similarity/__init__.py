"""Finds reports that tell of the same hurdle: texts in, neighbours and groups with reasons out (pure).

Called by services, jobs and the command `kimforms similar`. An `Analyser` reads a report once, its `Analysis` can be
stored; an `Index` holds the analyses and answers. Importing this package is cheap: what needs numpy is loaded when
`Index` is first named.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .analyser import Analyser
from .analysis import Analysis
from .answers import Group, Neighbour
from .encoders import Encoder, EncoderError, load_encoder
from .judgements import Judgements
from .reasons import Names, Reasons, in_words
from .report import Report
from .synonyms import Synonyms
from .weights import Weights

if TYPE_CHECKING:
    from .index import Index

__all__ = [
    "Analyser",
    "Analysis",
    "Encoder",
    "EncoderError",
    "Group",
    "Index",
    "Judgements",
    "Names",
    "Neighbour",
    "Reasons",
    "Report",
    "Synonyms",
    "Weights",
    "in_words",
    "load_encoder",
]


def __getattr__(name: str) -> Any:
    if name == "Index":
        from .index import Index  # noqa: PLC0415 - brings numpy, which idle workers do without

        return Index
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
