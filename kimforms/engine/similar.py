"""How the records of a process are compared with one another, so that reports about the same hurdle are found.

Part of a process definition; `services/similar_reports.py` reads a record by it. Title, field of action and legal areas
come from the projection; contact, personal and sensitive answers are never compared.
"""

from kimforms.engine.strict import Id, Strict


class Similar(Strict):
    """Which answers are compared, and which records take part. A process without it has no similar records."""

    texts: tuple[Id, ...] = ()
    """The free texts that tell the matter; without them all long texts count."""
    offices: Id | None = None
    """The field with the offices involved."""
    unspecific: tuple[str, ...] = ()
    """Answers that nobody has in common: "weiß ich nicht", "andere"."""
    hidden_in: tuple[Id, ...] = ()
    """In these states a record is not found."""
    ungrouped_in: tuple[Id, ...] = ()
    """In these states a record is found, but is part of no proposed group."""
