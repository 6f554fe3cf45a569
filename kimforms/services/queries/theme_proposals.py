"""What the page of proposed themes reads: groups of reports that belong together, in the words of people."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from ...engine.deadlines import age_in_words
from ...engine.text import pick
from ...models import ProcessVersion, Record, RecordFacet
from ...permissions import Actor, readable_processes
from .. import similar_groups
from ..catalogues import catalogues
from ..processes import definition_by_hash
from ..records.facts import local_day

MOST_SHOWN = 20
LONGEST_LINK = 150
"""So many references fit into the address of the new theme on every server; further ones are added there."""


@dataclass(frozen=True)
class Report:
    """One report of a proposed group."""

    reference: str
    title: str
    state: str
    tone: str
    places: str
    age: str
    cases: int


@dataclass(frozen=True)
class Proposal:
    """A proposed theme. ``cases`` is the sum of the lower bounds that the reports give; ``since`` the oldest report."""

    terms: tuple[str, ...]
    reports: Sequence[Report]
    cases: int
    places: Sequence[str]
    since: date
    age: str

    @property
    def references(self) -> str:
        """For the forms of the page."""
        return ",".join(one.reference for one in self.reports)

    @property
    def link(self) -> str:
        """For the address of the new theme."""
        return ",".join(one.reference for one in self.reports[:LONGEST_LINK])


@dataclass(frozen=True)
class Proposals:
    """The page. ``made_at``: computed by the worker at that time; ``pending``: not yet."""

    rows: Sequence[Proposal]
    more: int
    made_at: datetime | None
    pending: bool


def proposals(session: Session, actor: Actor, now: datetime, *, language: str = "de") -> Proposals:
    """Groups of the processes that the actor reads in full, best first."""
    readable = set(readable_processes(session, actor))
    groups: list[similar_groups.Grouped] = []
    made_at, pending = None, False
    for compared in similar_groups.compared_processes(session):
        if compared.process_id in readable:
            found = similar_groups.groups_of(session, compared)
            groups += found.groups
            made_at, pending = found.made_at or made_at, pending or found.pending
    shown = groups[:MOST_SHOWN]
    known = _reports(session, [one for group in shown for one in group.reports], readable, now, language)
    rows = [_proposal(group, known, now, language) for group in shown]
    return Proposals([one for one in rows if one is not None], len(groups) - len(shown), made_at, pending)


@dataclass(frozen=True)
class _Known:
    row: Any
    places: Sequence[str]
    report: Report


def _reports(
    session: Session, ids: Sequence[int], readable: set[int], now: datetime, language: str
) -> Mapping[int, _Known]:
    places = _places(session, ids)
    wanted = (
        select(
            Record.id, Record.reference, Record.title, Record.state, Record.version_id, Record.case_count,
            Record.created_at, ProcessVersion.content_hash,
        )
        .join(ProcessVersion, ProcessVersion.id == Record.version_id)
        .where(Record.id.in_(ids), Record.process_id.in_(readable))
    )  # fmt: skip
    found = {}
    for row in session.execute(wanted):
        state = definition_by_hash(session, row.version_id, row.content_hash).workflow.states.get(row.state)
        there = places.get(row.id, [])
        report = Report(
            reference=row.reference,
            title=row.title,
            state=pick(state.label, language) if state is not None else row.state,
            tone=state.tone if state is not None else "neutral",
            places=", ".join(there[:2]) + (f" +{len(there) - 2}" if len(there) > 2 else ""),
            age=age_in_words(local_day(row.created_at), local_day(now), language),
            cases=max(row.case_count or 1, 1),
        )
        found[row.id] = _Known(row, there, report)
    return found


def _places(session: Session, ids: Sequence[int]) -> dict[int, list[str]]:
    lists = catalogues(session)
    wanted = select(RecordFacet.record_id, RecordFacet.value).where(
        RecordFacet.record_id.in_(ids), RecordFacet.name == "municipality"
    )
    found: dict[int, list[str]] = {}
    for row in session.execute(wanted.order_by(RecordFacet.record_id, RecordFacet.value)):
        label = lists.label("municipalities", row.value)
        if label is not None:  # "kreisweit" and "weiß ich nicht" are no places
            found.setdefault(row.record_id, []).append(label)
    return found


def _proposal(
    group: similar_groups.Grouped, known: Mapping[int, _Known], now: datetime, language: str
) -> Proposal | None:
    members = [known[one] for one in group.reports if one in known]
    if len(members) < similar_groups.SMALLEST:
        return None
    since = min(local_day(one.row.created_at) for one in members)
    return Proposal(
        terms=group.terms,
        reports=[one.report for one in members],
        cases=sum(one.report.cases for one in members),
        places=sorted({place for one in members for place in one.places}),
        since=since,
        age=age_in_words(since, local_day(now), language),
    )
