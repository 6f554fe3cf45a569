"""What stands in `demo/people.yaml`: invented people on seats of bodies, so that the demonstration can meet.

`profile.py` reads it, `services/bodies/demo_people.py` enters them. Accounts of the demonstration get their seats from
`profile.yaml`; here they may get further functions (`account`).
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from datetime import date
from typing import Literal

from pydantic import Field

from kimforms.engine.profile_bodies import BodyEntry, Member
from kimforms.engine.profile_documents import Address, Slug, Words
from kimforms.engine.strict import Path, Strict


class DemoSeat(Strict):
    """The seat of a body, named by who holds it as in `bodies.yaml`: organisation, municipality, or name."""

    body: Slug
    organisation: Slug | None = None
    municipality: Slug | None = None
    name: Words | None = None
    role: Literal["principal", "deputy"] = "principal"

    def fits(self, member: Member) -> bool:
        """Whether this is the seat of that member; what is not named here does not matter."""
        named = (
            (self.organisation, member.organisation),
            (self.municipality, member.municipality),
            (self.name, member.name),
        )
        return any(mine for mine, _theirs in named) and all(mine in (None, theirs) for mine, theirs in named)


class DemoFunction(Strict):
    """A function of a body."""

    body: Slug
    function: Literal["chair", "vice_chair", "minute_taker", "managing_director", "office"]


class DemoPerson(Strict):
    """An invented person, or further functions of one of the demonstration's accounts (then `account` alone names them).

    Without `email` they get letters by post, so that one of the two is needed.
    """

    account: Address | None = None
    salutation: Literal["frau", "herr", "neutral"] = "neutral"
    title: str = ""
    first_name: str = ""
    last_name: str = ""
    function: str = ""
    organisation: Slug | None = None
    email: Address | None = None
    phone: str = ""
    postal_address: str = ""
    seats: tuple[DemoSeat, ...] = ()
    functions: tuple[DemoFunction, ...] = ()


class DemoPeople(Strict):
    """`demo/people.yaml`; `since` is the day from which all of them hold their seats and functions."""

    since: date
    people: tuple[DemoPerson, ...] = Field(min_length=1)


def problems(
    document: DemoPeople,
    *,
    accounts: Collection[str],
    bodies: Mapping[str, BodyEntry],
    organisations: Collection[str],
) -> Iterator[tuple[Path, str]]:
    """What does not fit: unknown accounts, bodies, seats and organisations, people nobody could write to."""
    taken: dict[tuple[str, int], str] = {}
    for at, person in enumerate(document.people):
        here: Path = ("people", at)
        yield from _who(person, here, accounts, organisations)
        for n, seat in enumerate(person.seats):
            members = (
                [m for m, member in enumerate(bodies[seat.body].members) if seat.fits(member)]
                if seat.body in bodies
                else []
            )
            if not members:
                yield (*here, "seats", n), f"im Gremium „{seat.body}“ gibt es diesen Sitz nicht"
            elif seat.role == "principal":
                name = person.last_name or str(person.account)
                other = taken.setdefault((seat.body, members[0]), name)
                if other != name:
                    yield (*here, "seats", n), f"auf diesem Sitz sitzt schon {other}"
        for n, function in enumerate(person.functions):
            if function.body not in bodies:
                yield (*here, "functions", n), f"das Gremium „{function.body}“ gibt es nicht"


def _who(
    person: DemoPerson, here: Path, accounts: Collection[str], organisations: Collection[str]
) -> Iterator[tuple[Path, str]]:
    if person.account is not None:
        if person.account not in accounts:
            yield (*here, "account"), f"ein Konto „{person.account}“ gibt es in der Demonstration nicht"
    elif not person.last_name:
        yield here, "die Person braucht last_name oder account"
    elif not (person.email or person.postal_address):
        yield here, "die Person braucht email oder postal_address"
    if person.email is not None and not person.email.endswith(".example"):
        yield (*here, "email"), "Adressen der Demonstration enden auf .example"
    if person.organisation is not None and person.organisation not in organisations:
        yield (*here, "organisation"), f"Organisation „{person.organisation}“ gibt es nicht"
