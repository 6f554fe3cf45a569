"""Whether the files of a profile fit together: ids once, references known, totals right. Only `profile.py` calls it."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from kimforms.engine import demo_documents, demo_meetings, demo_people
from kimforms.engine.definition import ProcessDefinition
from kimforms.engine.profile_bodies import BodiesDocument
from kimforms.engine.profile_body_checks import body_problems
from kimforms.engine.profile_chain import chain_problems
from kimforms.engine.profile_documents import (
    DemoMapping,
    FieldsOfActionDocument,
    MunicipalitiesDocument,
    OrganisationsDocument,
    ProfileDocument,
    SynonymsDocument,
)
from kimforms.engine.profile_rulebook import RulebookDefaultsDocument
from kimforms.engine.profile_school_holidays import SchoolHolidaysDocument
from kimforms.engine.strict import Path
from kimforms.engine.yaml_lines import Problem, YamlDocument


@dataclass(frozen=True)
class Contents:
    """All files of a profile, read but not yet judged; `sources` has each YAML document by file name."""

    head: ProfileDocument
    municipalities: MunicipalitiesDocument
    organisations: OrganisationsDocument
    bodies: BodiesDocument
    fields_of_action: FieldsOfActionDocument
    synonyms: SynonymsDocument
    rulebook: RulebookDefaultsDocument
    processes: Mapping[str, ProcessDefinition]
    mapping: DemoMapping | None
    reports: tuple[Mapping[str, Any], ...]
    themes: demo_documents.DemoThemes | None
    people: demo_people.DemoPeople | None
    meetings: demo_meetings.DemoMeetings | None
    school_holidays: SchoolHolidaysDocument | None
    sources: Mapping[str, YamlDocument]


@dataclass
class Findings:
    """Problems found so far, with their files; `need` and `once` add to them."""

    contents: Contents
    problems: list[tuple[str, Problem]] = field(default_factory=list)

    def add(self, file: str, path: Path, reason: str) -> None:
        """Note a problem at a part of a file."""
        self.problems.append((file, Problem(self.contents.sources[file].line_of(path), reason, path)))

    def need(self, file: str, path: Path, value: str | None, known: Collection[str], what: str) -> None:
        """A reference has to be known, if it is given."""
        if value is not None and value not in known:
            self.add(file, path, f"{what} „{value}“ gibt es nicht")

    def once(self, file: str, entries: Iterable[tuple[Path, str]], what: str = "Kennung") -> set[str]:
        """Every id stands once; returns all ids."""
        seen: set[str] = set()
        for path, value in entries:
            if value in seen:
                self.add(file, path, f"{what} „{value}“ kommt doppelt vor")
            seen.add(value)
        return seen


@dataclass(frozen=True)
class Known:
    """All ids that references may name."""

    municipalities: set[str]
    organisations: set[str]
    bodies: set[str]
    fields_of_action: set[str]
    controllers: set[str]
    roles: set[str]


def findings_of(contents: Contents) -> list[tuple[str, Problem]]:
    """Every reason why the files do not fit together, as (file, problem), in the order of the files."""
    found = Findings(contents)
    known = Known(
        municipalities=_ids(found, "municipalities.yaml", "municipalities"),
        organisations=_ids(found, "organisations.yaml", "organisations"),
        bodies=_ids(found, "bodies.yaml", "bodies"),
        fields_of_action=_ids(found, "fields_of_action.yaml", "fields"),
        controllers=_ids(found, "profile.yaml", "controllers"),
        roles=_ids(found, "profile.yaml", "roles", "key"),
    )
    _head(found, known)
    _chain(found)
    _accounts(found, known)
    _municipalities(found, known)
    _organisations(found, known)
    for file, path, reason in body_problems(contents, known):
        found.add(file, path, reason)
    _fields_of_action(found, known)
    _ids(found, "synonyms.yaml", "groups")
    _rulebook(found, known)
    _totals(found)
    if contents.mapping is not None:
        _mapping(found, contents.mapping, known)
        _themes(found, known)
        _meetings(found, known)
    return found.problems


def _ids(found: Findings, file: str, name: str, key: str = "id") -> set[str]:
    entries = found.contents.sources[file].data.get(name) or []
    return found.once(file, (((name, at, key), str(entry[key])) for at, entry in enumerate(entries)))


def _head(found: Findings, known: Known) -> None:
    file, head = "profile.yaml", found.contents.head
    found.once(file, ((("stations", at, "id"), one.id) for at, one in enumerate(head.stations)), "Station")
    for at, controller in enumerate(head.controllers):
        here: Path = ("controllers", at)
        for name in ("organisation", "coordination", "naturalisation_office"):
            found.need(file, (*here, name), getattr(controller, name), known.organisations, "Organisation")
        found.once(file, (((*here, "notices", n, "id"), one.id) for n, one in enumerate(controller.notices)))
        for n, notice in enumerate(controller.notices):
            found.need(file, (*here, "notices", n, "id"), notice.id, found.contents.processes, "Prozess")
            sections = enumerate(notice.sections)
            found.once(file, (((*here, "notices", n, "sections", m, "id"), one.id) for m, one in sections))
    for name, process in found.contents.processes.items():
        source = next(one for one in head.processes if found.contents.sources[one].data.get("key") == name)
        found.need(source, ("controller",), process.controller, known.controllers, "Verantwortlichen")


def _chain(found: Findings) -> None:
    for name, path, text in chain_problems(found.contents.processes):
        sources = found.contents.head.processes
        source = next(one for one in sources if found.contents.sources[one].data.get("key") == name)
        found.add(source, path, text.rstrip("."))


def _accounts(found: Findings, known: Known) -> None:
    file, accounts = "profile.yaml", found.contents.head.demo_accounts
    addresses = ((("demo_accounts", at, "email"), one.email.casefold()) for at, one in enumerate(accounts))
    found.once(file, addresses, "Adresse")
    covered: dict[str, str] = {}
    for at, account in enumerate(accounts):
        here: Path = ("demo_accounts", at)
        if not account.email.endswith(".example"):
            found.add(file, (*here, "email"), "Adressen der Demonstration enden auf .example")
        found.need(file, (*here, "organisation"), account.organisation, known.organisations, "Organisation")
        found.need(file, (*here, "municipality"), account.municipality, known.municipalities, "Kommune")
        for n, holding in enumerate(account.roles):
            found.need(file, (*here, "roles", n, "role"), holding.role, known.roles, "Rolle")
            found.need(
                file, (*here, "roles", n, "controller"), holding.controller, known.controllers, "Verantwortlichen"
            )
        for n, seat in enumerate(account.bodies):
            found.need(file, (*here, "bodies", n, "body"), seat.body, known.bodies, "Gremium")
        for n, municipality in enumerate(account.responsible_for):
            path = (*here, "responsible_for", n)
            found.need(file, path, municipality, known.municipalities, "Kommune")
            if other := covered.get(municipality):
                found.add(file, path, f"für „{municipality}“ ist schon {other} zuständig")
            covered[municipality] = account.email


def _municipalities(found: Findings, known: Known) -> None:
    file, document = "municipalities.yaml", found.contents.municipalities
    if document.case_management is not None:
        supervisor = document.case_management.professional_supervision
        where = ("case_management", "professional_supervision")
        found.need(file, where, supervisor, known.organisations, "Organisation")
    keys = ((("municipalities", at, "ags"), one.ags) for at, one in enumerate(document.municipalities))
    found.once(file, keys, "Gemeindeschlüssel")
    for at, one in enumerate(document.municipalities):
        if not one.ags.startswith(document.county.ags_prefix):
            found.add(
                file, ("municipalities", at, "ags"), f"der Schlüssel beginnt nicht mit {document.county.ags_prefix}"
            )
        for name in ("immigration_office", "naturalisation_office"):
            found.need(file, ("municipalities", at, name), getattr(one, name), known.organisations, "Organisation")
    posts = enumerate(document.case_management_posts)
    found.once(file, ((("case_management_posts", at, "id"), post.id) for at, post in posts))
    for at, post in enumerate(document.case_management_posts):
        for n, municipality in enumerate(post.municipalities):
            path = ("case_management_posts", at, "municipalities", n)
            found.need(file, path, municipality, known.municipalities, "Kommune")


def _organisations(found: Findings, known: Known) -> None:
    file, document = "organisations.yaml", found.contents.organisations
    clusters = found.once(file, ((("clusters", at, "id"), one.id) for at, one in enumerate(document.clusters)))
    parents = {one.id: one.part_of for one in document.organisations}
    for at, one in enumerate(document.organisations):
        found.need(file, ("organisations", at, "cluster"), one.cluster, clusters, "Gruppe")
        found.need(file, ("organisations", at, "part_of"), one.part_of, known.organisations, "Organisation")
        if _runs_in_a_circle(one.id, parents):
            found.add(file, ("organisations", at, "part_of"), f"„{one.id}“ ist über part_of ein Teil von sich selbst")


def _runs_in_a_circle(start: str, parents: Mapping[str, str | None]) -> bool:
    above = parents.get(start)
    for _ in parents:
        if above is None or above == start:
            break
        above = parents.get(above)
    return above == start


def _fields_of_action(found: Findings, known: Known) -> None:
    file, document = "fields_of_action.yaml", found.contents.fields_of_action
    parts: list[tuple[Path, str]] = []
    for at, one in enumerate(document.fields):
        here: Path = ("fields", at)
        found.need(file, (*here, "concept_group"), one.concept_group, known.bodies, "Gremium")
        for n, institution in enumerate(one.institutions):
            found.need(file, (*here, "institutions", n), institution, known.organisations, "Organisation")
        parts += [((*here, "topics", n, "id"), topic.id) for n, topic in enumerate(one.topics)]
        for n, goal in enumerate(one.goals):
            parts.append(((*here, "goals", n, "id"), goal.id))
            for m, measure in enumerate(goal.measures):
                path = (*here, "goals", n, "measures", m)
                parts.append(((*path, "id"), measure.id))
                found.need(file, (*path, "working_group"), measure.working_group, known.bodies, "Gremium")
    found.once(file, parts)
    controlling = enumerate(document.controlling_fields)
    found.once(file, ((("controlling_fields", at, "id"), one.id) for at, one in controlling))


def _rulebook(found: Findings, known: Known) -> None:
    file, document = "rulebook_defaults.yaml", found.contents.rulebook
    found.need(file, ("body",), document.body, known.bodies, "Gremium")
    _ids(found, file, "groups")
    found.once(file, (((*path, "id"), one.id) for path, one in document.parameters()))
    for path, one in document.parameters():
        if problem := one.problem():
            found.add(file, path, problem)


def _totals(found: Findings) -> None:
    for file, counted in _counts(found.contents):
        stated = found.contents.sources[file].data.get("totals") or {}
        for name in stated:
            if name not in counted:
                found.add(file, ("totals", name), "diese Zahl wird nicht gezählt")
        for name, number in counted.items():
            if name not in stated:
                found.add(file, ("totals",), f"„{name}“ fehlt; gezählt sind {number}")
            elif Decimal(str(stated[name])) != number:
                found.add(file, ("totals", name), f"angegeben sind {stated[name]}, gezählt sind {number}")


def _counts(contents: Contents) -> Iterator[tuple[str, dict[str, Decimal]]]:
    places, posts = contents.municipalities.municipalities, contents.municipalities.case_management_posts
    banks = [one.bank for one in places]
    managed = sum(one.case_management for one in places)
    current = [post for post in posts if post.valid_until is None]
    yield (
        "municipalities.yaml",
        _decimals(
            municipalities=len(places),
            towns=sum(one.type == "Stadt" for one in places),
            rural_municipalities=sum(one.type == "Gemeinde" for one in places),
            left_bank=sum(bank is not None and bank.startswith("links") for bank in banks),
            right_bank=sum(bank is not None and bank.startswith("rechts") for bank in banks),
            with_case_management=managed,
            without_case_management=len(places) - managed,
            posts=len(current),
            fte=sum((post.fte for post in current), Decimal(0)),
        ),
    )
    organisations = contents.organisations
    yield (
        "organisations.yaml",
        _decimals(
            organisations=len(organisations.organisations),
            clusters=len(organisations.clusters),
            voting_organisations_here=sum(one.voting_seat for one in organisations.organisations),
            voting_municipalities=sum(one.voting_seat and not one.own_tenant for one in places),
        ),
    )
    bodies = contents.bodies.bodies
    yield (
        "bodies.yaml",
        _decimals(
            bodies=len(bodies),
            with_number_in_rhythm=sum(one.rhythm.has_number for one in bodies),
            voting_list_items=sum(one.voting_list_items or 0 for one in bodies),
            voting_members=sum(one.voting_members or 0 for one in bodies),
        ),
    )
    fields = contents.fields_of_action.fields
    yield (
        "fields_of_action.yaml",
        _decimals(
            fields=len(fields),
            topics=sum(len(one.topics) for one in fields),
            findings=sum(len(topic.findings) for one in fields for topic in one.topics),
            goals=sum(len(one.goals) for one in fields),
            measures=sum(len(goal.measures) for one in fields for goal in one.goals),
        ),
    )
    groups = contents.rulebook.groups
    parameters = sum(len(one.parameters) for one in groups)
    yield "rulebook_defaults.yaml", _decimals(groups=len(groups), parameters=parameters)
    if contents.mapping is not None:
        yield "demo/mapping.yaml", _decimals(reports=len(contents.reports))


def _decimals(**counts: int | Decimal) -> dict[str, Decimal]:
    return {name: Decimal(count) for name, count in counts.items()}


def _mapping(found: Findings, mapping: DemoMapping, known: Known) -> None:
    file = "demo/mapping.yaml"
    process = found.contents.processes.get(mapping.process)
    if process is None:
        found.need(file, ("process",), mapping.process, found.contents.processes, "Prozess")
        return
    for key, field_id in (*mapping.fields.items(), *((one, one) for one in mapping.fill)):
        path: Path = ("fields", key) if key in mapping.fields else ("fill", key)
        found.need(file, path, field_id, process.fields(), "Frage")
    lists = {"field_of_action": known.fields_of_action, "municipality": known.municipalities}
    for key, values in mapping.values.items():
        for name, value in values.items():
            found.need(file, ("values", key, name), value, lists.get(key, {value}), "Wert")
    if "same_as_report" in mapping.fill.values() and "municipality" not in mapping.fields:
        found.add(file, ("fill",), "„same_as_report“ braucht unter „fields“ eine Frage für „municipality“")
    for at, report in enumerate(found.contents.reports):
        for path, reason in _report_problems(mapping, report):
            found.add(file, path, f"Meldung {at + 1}: {reason}")


def _themes(found: Findings, known: Known) -> None:
    contents = found.contents
    if contents.themes is None:
        return
    judged = demo_documents.problems(
        contents.themes,
        reports={str(one.get("id")) for one in contents.reports},
        accounts={one.email for one in contents.head.demo_accounts},
        bodies=known.bodies,
        fields_of_action=known.fields_of_action,
        processes=contents.processes,
    )
    for path, reason in judged:
        found.add("demo/themes.yaml", path, reason)


def _meetings(found: Findings, known: Known) -> None:
    contents = found.contents
    if contents.meetings is None or contents.themes is None:
        return
    judged = demo_meetings.problems(
        contents.meetings,
        accounts={one.email for one in contents.head.demo_accounts},
        last_names={one.last_name for one in contents.people.people if one.last_name} if contents.people else (),
        bodies=known.bodies,
        themes={one.key for one in contents.themes.themes},
        steering=len(contents.themes.meetings),
    )
    for path, reason in judged:
        found.add("demo/meetings.yaml", path, reason)


def _report_problems(mapping: DemoMapping, report: Mapping[str, Any]) -> Iterator[tuple[Path, str]]:
    for key in mapping.fields:
        if key not in report:
            yield ("fields", key), f"„{key}“ fehlt"
    for key in report:
        if key not in mapping.fields and key not in mapping.ignore:
            yield ("fields",), f"„{key}“ ist keiner Frage zugeordnet"
    for key, values in mapping.values.items():
        value = report.get(key)
        if value == [] and key not in mapping.when_empty:
            yield ("values", key), "für eine leere Liste steht nichts unter „when_empty“"
        for name in _named(value):
            if name not in values and key not in mapping.otherwise:
                yield ("values", key), f"{json.dumps(name, ensure_ascii=False)} ist keinem Wert zugeordnet"


def _named(value: Any) -> list[str]:
    return [value] if isinstance(value, str) else [str(one) for one in value or []]
