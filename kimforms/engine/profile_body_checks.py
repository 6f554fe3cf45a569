"""Whether bodies, their members and the invented people on their seats fit the rest of a profile.

Only `profile_checks.py` calls it.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from typing import Protocol

from kimforms.engine import demo_people
from kimforms.engine.definition import ProcessDefinition
from kimforms.engine.profile_bodies import BodiesDocument, BodyEntry
from kimforms.engine.profile_documents import ProfileDocument
from kimforms.engine.strict import Path

EXTERNAL = "extern"
"""Stands for an organiser outside the profile."""
FILE, PEOPLE = "bodies.yaml", "demo/people.yaml"
Problem = tuple[str, Path, str]


class Contents(Protocol):
    """What of the files of a profile is looked at here."""

    @property
    def head(self) -> ProfileDocument: ...
    @property
    def bodies(self) -> BodiesDocument: ...
    @property
    def processes(self) -> Mapping[str, ProcessDefinition]: ...
    @property
    def people(self) -> demo_people.DemoPeople | None: ...


class Known(Protocol):
    """The ids that references may name."""

    @property
    def municipalities(self) -> set[str]: ...
    @property
    def organisations(self) -> set[str]: ...
    @property
    def bodies(self) -> set[str]: ...
    @property
    def fields_of_action(self) -> set[str]: ...
    @property
    def controllers(self) -> set[str]: ...


def body_problems(contents: Contents, known: Known) -> Iterator[Problem]:
    """Each problem as file, path and reason."""
    prefixes = {process.numbering.prefix: "ein Prozess" for process in contents.processes.values()}
    for at, body in enumerate(contents.bodies.bodies):
        yield from _references(("bodies", at), body, known)
        yield from _members(("bodies", at), body, known)
        yield from _votes(("bodies", at), body)
        if body.prefix is not None:
            if body.prefix in prefixes:
                path = ("bodies", at, "prefix")
                yield FILE, path, f"das Kürzel „{body.prefix}“ hat schon {prefixes[body.prefix]}"
            prefixes[body.prefix] = body.name
    yield from _people(contents, known)


def _references(here: Path, body: BodyEntry, known: Known) -> Iterator[Problem]:
    organisers = known.organisations | known.bodies | {EXTERNAL}
    wanted: tuple[tuple[str, str | None, Collection[str], str], ...] = (
        ("controller", body.controller, known.controllers, "Verantwortlichen"),
        ("managed_by", body.managed_by, known.organisations, "Organisation"),
        ("office", body.office, known.bodies, "Gremium"),
        ("set_up_by", body.set_up_by, known.bodies, "Gremium"),
        ("organised_by", body.organised_by, organisers, "Organisation oder Gremium"),
        ("field_of_action", body.field_of_action, known.fields_of_action, "Handlungsfeld"),
    )
    for name, value, ids, what in wanted:
        if value is not None and value not in ids:
            yield FILE, (*here, name), f"{what} „{value}“ gibt es nicht"


def _members(here: Path, body: BodyEntry, known: Known) -> Iterator[Problem]:
    for n, member in enumerate(body.members):
        path: Path = (*here, "members", n)
        if not (member.organisation or member.municipality or member.name):
            yield FILE, path, "das Mitglied braucht organisation, municipality oder name"
        if member.organisation is not None and member.organisation not in known.organisations:
            yield FILE, (*path, "organisation"), f"Organisation „{member.organisation}“ gibt es nicht"
        if member.municipality is not None and member.municipality not in known.municipalities:
            yield FILE, (*path, "municipality"), f"Kommune „{member.municipality}“ gibt es nicht"


def _votes(here: Path, body: BodyEntry) -> Iterator[Problem]:
    voting = [member for member in body.members if member.voting]
    if body.voting_members is not None and body.voting_members != len(voting):
        yield FILE, (*here, "voting_members"), f"gezählt sind {len(voting)} stimmberechtigte Mitglieder"
    items = {member.list_item for member in voting}
    if body.voting_list_items is not None and body.voting_list_items != len(items):
        yield FILE, (*here, "voting_list_items"), f"gezählt sind {len(items)} Listenpunkte"


def _people(contents: Contents, known: Known) -> Iterator[Problem]:
    if contents.people is None:
        return
    judged = demo_people.problems(
        contents.people,
        accounts={one.email for one in contents.head.demo_accounts},
        bodies={one.id: one for one in contents.bodies.bodies},
        organisations=known.organisations,
    )
    for path, reason in judged:
        yield PEOPLE, path, reason
