"""What the deeds on themes share: which records are themes and reports, who may do it, and the reports that were named."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from ...engine.definition import ProcessDefinition
from ...models import ProcessVersion, Record, RecordLink
from ...permissions import Actor, may, visible_records
from ..processes import definition_by_hash, definition_of
from ..records.facts import local_day
from ..refusals import InputRefused, NotPermitted, NotVisible, Refusal, StaleVersion

PROCESS = "theme"
KIND = "theme"
"""Key of the process, and the kind of the links that lead to its records: from a report to its theme."""
CHUNK = 500
"""So many references are asked for in one statement."""
MOST_NAMED = 3


@dataclass(frozen=True)
class Chosen:
    """A report for a theme: its reference, and the number of cases where the coordination states one (with a note)."""

    reference: str
    cases: int | None = None
    note: str = ""


class GroupedMeanwhile(Refusal):
    """Since the page was shown somebody else put a report into a theme; ``found`` holds (report, theme) references."""

    status = 409

    def __init__(self, found: Sequence[tuple[str, str]]) -> None:
        named = [f"{report} gehört inzwischen auch zu {theme}." for report, theme in found[:MOST_NAMED]]
        more = len(found) - MOST_NAMED
        if more > 0:
            named.append(f"Das gilt auch für {more} weitere.")
        super().__init__(" ".join([*named, "Es ist noch nichts geschehen: Entscheiden Sie, was Sie möchten."]))
        self.found = tuple(found)


def is_report(definition: ProcessDefinition) -> bool:
    """Whether records of a process tell cases: those that somebody reports."""
    return definition.reporter is not None


def is_withdrawn(definition: ProcessDefinition, state: str) -> bool:
    """Whether a report in this state no longer counts: it ended without reaching a station of the way."""
    found = definition.workflow.states.get(state)
    return found is not None and found.kind == "done" and found.station is None


def withdrawn_states(session: Session, theme_id: int) -> set[str]:
    """The states in which a report of this theme does not count; one statement."""
    rows = session.execute(
        select(Record.version_id, ProcessVersion.content_hash)
        .join(RecordLink, RecordLink.from_id == Record.id)
        .join(ProcessVersion, ProcessVersion.id == Record.version_id)
        .where(RecordLink.to_id == theme_id, RecordLink.kind == KIND, RecordLink.cases.is_not(None))
        .distinct()
    )
    found: set[str] = set()
    for version_id, content_hash in rows:
        definition = definition_by_hash(session, version_id, content_hash)
        found |= {key for key in definition.workflow.states if is_withdrawn(definition, key)}
    return found


def is_closed(record: Record) -> bool:
    """Whether nothing is added to a theme any more."""
    return not record.open


def require_theme(actor: Actor, theme: Record, row_version: int | None = None) -> None:
    """Raises :class:`NotVisible` for what is no theme, :class:`NotPermitted`, and :class:`StaleVersion` for an old page."""
    if theme.process.key != PROCESS:
        raise NotVisible()
    if not may(actor, "theme:work", theme.controller_id):
        raise NotPermitted()
    if row_version is not None and row_version != theme.row_version:
        raise StaleVersion(
            f"Inzwischen hat jemand anderes {theme.reference} geändert. Es ist noch nichts geschehen.", current=theme
        )


def require_open(theme: Record) -> None:
    """Raises :class:`InputRefused` for a theme that takes no more reports."""
    if is_closed(theme):
        state = definition_of(theme.version).workflow.states[theme.state]
        label = state.label if isinstance(state.label, str) else state.label["de"]
        raise InputRefused(
            {"reference": f"{theme.reference} ist im Stand „{label}“ und nimmt keine Meldungen mehr auf."}
        )


def find_reports(
    session: Session, actor: Actor, now: datetime, references: Iterable[str], controller_id: int
) -> dict[str, Record]:
    """The reports of one controller by reference, in the order given; a statement for each 500.

    Raises :class:`InputRefused` that names what does not exist, is not the actor's to see, is no report, or was withdrawn.
    """
    wanted = list(dict.fromkeys(references))
    found: dict[str, Record] = {}
    visible = visible_records(session, actor, local_day(now))
    for start in range(0, len(wanted), CHUNK):
        part = select(Record).where(Record.reference.in_(wanted[start : start + CHUNK]), visible)
        part = part.where(Record.controller_id == controller_id).options(
            joinedload(Record.process),
            joinedload(Record.version).defer(ProcessVersion.document),
            joinedload(Record.contact),
        )
        found |= {one.reference: one for one in session.scalars(part)}
    if unknown := [one for one in wanted if one not in found]:
        raise InputRefused({"reference": f"{_listed(unknown)} gibt es nicht, oder Sie sehen es nicht."})
    if other := [name for name, one in found.items() if not is_report(definition_of(one.version))]:
        raise InputRefused({"reference": f"{_listed(other)}: In ein Thema gehören nur Meldungen."})
    if gone := [name for name, one in found.items() if is_withdrawn(definition_of(one.version), one.state)]:
        raise InputRefused({"reference": f"{_listed(gone)}: Zurückgezogene Meldungen lassen sich nicht aufnehmen."})
    return {name: found[name] for name in wanted}


def links_into(session: Session, theme_id: int, reports: Sequence[int] | None = None) -> dict[int, RecordLink]:
    """The links from reports to a theme by the report's id; all of them, or those of these reports."""
    wanted = select(RecordLink).where(
        RecordLink.to_id == theme_id, RecordLink.kind == KIND, RecordLink.cases.is_not(None)
    )
    if reports is None:
        return {one.from_id: one for one in session.scalars(wanted.order_by(RecordLink.id))}
    found: dict[int, RecordLink] = {}
    for start in range(0, len(reports), CHUNK):
        part = wanted.where(RecordLink.from_id.in_(reports[start : start + CHUNK]))
        found |= {one.from_id: one for one in session.scalars(part)}
    return found


def themes_of(session: Session, reports: Sequence[int]) -> dict[int, list[Record]]:
    """The themes of reports, by the report's id."""
    found: dict[int, list[Record]] = {}
    for start in range(0, len(reports), CHUNK):
        rows = session.execute(
            select(RecordLink.from_id, Record)
            .join(Record, Record.id == RecordLink.to_id)
            .where(
                RecordLink.from_id.in_(reports[start : start + CHUNK]),
                RecordLink.kind == KIND,
                RecordLink.cases.is_not(None),
            )
            .order_by(RecordLink.id)
        )
        for report_id, theme in rows:
            found.setdefault(report_id, []).append(theme)
    return found


def refuse_meanwhile(
    session: Session, reports: Mapping[str, Record], seen: Mapping[str, frozenset[str]] | None, but: str = ""
) -> None:
    """Raises :class:`GroupedMeanwhile` when a report belongs to a theme that the page did not show; None: not asked for.

    ``seen`` holds the references of the themes that were shown with each report, ``but`` the theme that is worked on.
    """
    if seen is None:
        return
    there = themes_of(session, [one.id for one in reports.values()])
    found = [
        (name, theme.reference)
        for name, record in reports.items()
        for theme in there.get(record.id, ())
        if theme.reference != but and theme.open and theme.reference not in seen.get(name, frozenset())
    ]
    if found:
        raise GroupedMeanwhile(found)


def _listed(names: Sequence[str]) -> str:
    shown = ", ".join(names[:MOST_NAMED])
    return shown if len(names) <= MOST_NAMED else f"{shown} und {len(names) - MOST_NAMED} weitere"
