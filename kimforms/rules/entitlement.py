"""Who may vote at a moment, and why not, from seats, presences and exclusions."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

Right = Literal["voting", "advisory", "guest"]
Capacity = Literal["principal", "deputy", "guest"]


@dataclass(frozen=True)
class Holder:
    """A person on a seat. `person` is the id of the Person."""

    person: int
    name: str


@dataclass(frozen=True)
class Seat:
    """A seat on the day of the meeting: who holds it, who may stand in, in the order in which they were named."""

    id: int
    name: str
    right: Right
    principal: Holder | None
    deputies: tuple[Holder, ...] = ()


@dataclass(frozen=True)
class Presence:
    """One stretch of being in the room: [came, left). `left` is None while the person is there.

    Somebody who comes back has a second presence. A guest has no seat.
    """

    person: int
    name: str
    capacity: Capacity
    seat: int | None
    came: datetime
    left: datetime | None = None

    def covers(self, moment: datetime) -> bool:
        return self.came <= moment and (self.left is None or moment < self.left)


@dataclass(frozen=True)
class Exclusion:
    """Conflict of interest (Befangenheit): this person takes no part in this item; item None means all items."""

    person: int
    item: int | None
    reason: str = ""
