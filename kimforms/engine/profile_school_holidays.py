"""What stands in `school_holidays.yaml`: the school holidays of the Land, shown when meetings are planned.

The ministry sets them year by year; a profile without the file plans without them.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from kimforms.engine.profile_documents import Slug, Words
from kimforms.engine.strict import Path, Strict


class SchoolHolidayEntry(Strict):
    """One stretch, both days included. `verified`: compared with a published text at the day `as_of` of the file."""

    id: Slug
    name: Words
    first: date
    last: date
    verified: bool = True


class SchoolHolidaysDocument(Strict):
    """`school_holidays.yaml`; `source` and `as_of` say where the days come from and how old they are."""

    source: Words
    as_of: date
    holidays: tuple[SchoolHolidayEntry, ...]

    def problems(self) -> Iterator[tuple[Path, str]]:
        """Entries that cannot be: an end before the start, a stretch of months, two that overlap or stand in the wrong order."""
        before: SchoolHolidayEntry | None = None
        seen: set[str] = set()
        for at, one in enumerate(self.holidays):
            here: Path = ("holidays", at, "last")
            if one.last < one.first:
                yield here, f"„{one.id}“ endet vor dem Beginn"
            elif (one.last - one.first).days > 60:
                yield here, f"„{one.id}“ dauert länger als 60 Tage"
            if before is not None and one.first <= before.last:
                yield ("holidays", at, "first"), f"„{one.id}“ beginnt, bevor „{before.id}“ zu Ende ist"
            if one.id in seen:
                yield ("holidays", at, "id"), f"„{one.id}“ gibt es schon"
            before = one
            seen.add(one.id)
