"""References such as ``IH-2026-0042``: counted per prefix and year inside the transaction, without gaps or doubles."""

from __future__ import annotations

from datetime import date

from sqlalchemy import insert, select, update
from sqlalchemy.orm import Session

from ..engine.definition import Numbering
from ..models import Body, NumberSequence


def next_reference(session: Session, numbering: Numbering, today: date) -> str:
    """The next reference. Concurrent transactions wait for each other at the counter's row."""
    year = today.year if numbering.yearly else 0
    mine = (NumberSequence.prefix == numbering.prefix, NumberSequence.year == year)
    number = session.scalar(
        update(NumberSequence).where(*mine).values(last=NumberSequence.last + 1).returning(NumberSequence.last)
    )
    if number is None:
        number = _begin(session, numbering.prefix, year, mine)
    return numbering.reference(today.year, number)


def prefix_of(body: Body) -> str:
    """What references of a body begin with: the prefix from the profile (``LG``), else the initials of its name."""
    prefix = (body.data or {}).get("prefix") or "".join(word[0] for word in body.slug.split("-") if word[0].isalpha())
    return str(prefix or "G").upper()[:8]


def _begin(session: Session, prefix: str, year: int, mine: tuple[object, ...]) -> int:
    """The first number of a year; when two begin it at once on PostgreSQL, the second waits and counts on."""
    if session.get_bind().dialect.name == "postgresql":
        from sqlalchemy.dialects.postgresql import insert as insert_or_add  # noqa: PLC0415 - only where it is spoken

        statement = (
            insert_or_add(NumberSequence)
            .values(prefix=prefix, year=year, last=1)
            .on_conflict_do_update(index_elements=["prefix", "year"], set_={"last": NumberSequence.last + 1})
            .returning(NumberSequence.last)
        )
        return int(session.scalars(statement).one())
    session.execute(insert(NumberSequence).values(prefix=prefix, year=year, last=1))
    return int(session.scalars(select(NumberSequence.last).where(*mine)).one())  # type: ignore[arg-type]
