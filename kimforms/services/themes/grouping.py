"""Which reports belong to a theme: taking them in, letting them go, moving them; both histories tell of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import insert
from sqlalchemy.orm import Session

from ...engine.definition import ProcessDefinition, Transition
from ...models import Record, RecordLink
from ...permissions import Actor
from .. import audit
from ..catalogues import catalogues
from ..processes import definition_of
from ..records.transitions import perform_transition
from ..refusals import InputRefused, NotVisible, StepRefused
from .counting import checked, proposal, recount
from .reports import (
    KIND,
    Chosen,
    find_reports,
    links_into,
    refuse_meanwhile,
    require_open,
    require_theme,
    themes_of,
)

THEME_STATION, REVIEWED = "theme", "reviewed"


@dataclass(frozen=True)
class Gathered:
    """What came of it, by reference: reports newly taken in, those that belonged to the theme already, and those that
    could not take the step that joins them (they are linked all the same).
    """

    taken: tuple[str, ...] = ()
    known: tuple[str, ...] = ()
    waiting: tuple[str, ...] = ()


def add_reports(
    session: Session,
    actor: Actor,
    now: datetime,
    *,
    theme: Record,
    reports: Sequence[Chosen],
    row_version: int | None = None,
    seen: Mapping[str, frozenset[str]] | None = None,
) -> Gathered:
    """Takes reports into a theme; a report may belong to several. Each takes the step that joins it, where it can.

    ``seen``: for each report the references of the themes that the page showed. Raises what :func:`require_theme` does,
    :class:`InputRefused`, and :class:`GroupedMeanwhile` for a report in a theme that was not shown. Nothing is done then.
    """
    require_theme(actor, theme, row_version)
    require_open(theme)
    found = find_reports(session, actor, now, [one.reference for one in reports], theme.controller_id)
    refuse_meanwhile(session, found, seen, but=theme.reference)
    return gather(session, actor, now, theme, found, reports)


def gather(
    session: Session,
    actor: Actor,
    now: datetime,
    theme: Record,
    found: Mapping[str, Record],
    chosen: Sequence[Chosen],
) -> Gathered:
    """Links reports that were found and judged before with a theme, in few statements; then they take their step."""
    stated = {one.reference: one for one in chosen}
    there = links_into(session, theme.id, [one.id for one in found.values()])
    fresh = {name: record for name, record in found.items() if record.id not in there}
    if fresh:
        rows = [_row(actor, now, theme, record, stated[name]) for name, record in fresh.items()]
        session.execute(insert(RecordLink), rows)
    for record in fresh.values():
        tell_report(session, actor, now, record, joined=theme)
    if fresh:
        theme.changed_at = now
        tell_gathered(session, actor, now, theme, list(fresh))
    with session.no_autoflush:  # no step reads what another one writes: one flush at the end instead of one for each
        waiting = [name for name, record in fresh.items() if not _join(session, actor, now, record)]
    recount(session, actor, now, theme)
    known = tuple(name for name in found if name not in fresh)
    return Gathered(tuple(fresh), known, tuple(waiting))


def _row(actor: Actor, now: datetime, theme: Record, report: Record, one: Chosen) -> dict[str, Any]:
    words = checked(one.cases, one.note, f"{one.reference}.") if one.cases is not None else ""
    return {
        "from_id": report.id,
        "to_id": theme.id,
        "kind": KIND,
        "created_at": now,
        "created_by_id": actor.user_id,
        "cases": proposal(report) if one.cases is None else one.cases,
        "stated": one.cases is not None and (one.cases != proposal(report) or bool(words)),
        "note": words or None,
    }


def remove_report(
    session: Session,
    actor: Actor,
    now: datetime,
    *,
    theme: Record,
    link: RecordLink,
    row_version: int | None = None,
) -> bool:
    """Takes a report out of a theme. Belongs it to no other one, it goes back a step; True when it did.

    Raises what :func:`require_theme` does.
    """
    require_theme(actor, theme, row_version)
    report = _report_of(theme, link)
    session.delete(link)
    theme.changed_at = now
    tell_report(session, actor, now, report, parted=theme)
    tell_released(session, actor, now, theme, [report.reference])
    recount(session, actor, now, theme)
    return release(session, actor, now, report)


def move_report(
    session: Session,
    actor: Actor,
    now: datetime,
    *,
    theme: Record,
    link: RecordLink,
    target: Record,
    row_version: int | None = None,
) -> None:
    """Moves a report with its cases into another theme; is it there already, the larger number stays.

    Raises what :func:`require_theme` does, :class:`InputRefused` for the same theme or one that takes no reports.
    """
    require_theme(actor, theme, row_version)
    require_theme(actor, target)
    report = _report_of(theme, link)
    if target.id == theme.id:
        raise InputRefused({"target": f"{report.reference} gehört schon zu {theme.reference}."})
    require_open(target)
    carry_over(session, [link], target)
    theme.changed_at = target.changed_at = now
    tell_report(session, actor, now, report, parted=theme, joined=target)
    tell_released(session, actor, now, theme, [report.reference], target)
    tell_gathered(session, actor, now, target, [report.reference], theme)
    recount(session, actor, now, theme)
    recount(session, actor, now, target)


def carry_over(session: Session, links: Sequence[RecordLink], target: Record) -> dict[int, RecordLink]:
    """Lets links lead to another theme. Where a report is there already, the link is dropped and the larger number kept.

    Returns the links of the target that were there before, as they are now, by the report's id.
    """
    there = links_into(session, target.id, [one.from_id for one in links])
    for link in links:
        other = there.get(link.from_id)
        if other is None:
            link.to_record = target
            continue
        if (link.cases or 0) > (other.cases or 0):
            other.cases, other.stated, other.note = link.cases, link.stated, link.note
        session.delete(link)
    session.flush()  # the unique key of a link has to be free before it is written again
    return there


def release(session: Session, actor: Actor, now: datetime, report: Record) -> bool:
    """A report that belongs to no theme any more goes back to where it was judged; False when it stays where it is."""
    session.flush()  # a link that was just deleted no longer counts
    if themes_of(session, [report.id]).get(report.id):
        return False
    definition = definition_of(report.version)
    state = definition.workflow.states.get(report.state)
    if state is None or state.station != THEME_STATION:
        return False
    return _take(session, actor, now, report, _leading_to(definition, report.state, REVIEWED))


def tell_report(
    session: Session,
    actor: Actor,
    now: datetime,
    report: Record,
    *,
    joined: Record | None = None,
    parted: Record | None = None,
) -> None:
    """The report's side of the history."""
    for tag, theme in ((audit.Tag.RECORD_UNLINK, parted), (audit.Tag.RECORD_LINK, joined)):
        if theme is not None:
            audit.record(session, actor, now, tag, about=report, other=theme.reference, kind=KIND)


def tell_gathered(
    session: Session,
    actor: Actor,
    now: datetime,
    theme: Record,
    references: Sequence[str],
    source: Record | None = None,
) -> None:
    """The theme's side, one event however many reports; ``source`` is the theme from which they came."""
    audit.record(
        session,
        actor,
        now,
        audit.Tag.THEME_GATHER,
        about=theme,
        reports=list(references),
        other=source.reference if source is not None else None,
    )


def tell_released(
    session: Session,
    actor: Actor,
    now: datetime,
    theme: Record,
    references: Sequence[str],
    target: Record | None = None,
) -> None:
    """The theme's side; ``target`` is the theme into which they went."""
    audit.record(
        session,
        actor,
        now,
        audit.Tag.THEME_RELEASE,
        about=theme,
        reports=list(references),
        other=target.reference if target is not None else None,
    )


def _report_of(theme: Record, link: RecordLink) -> Record:
    if link.to_id != theme.id or link.cases is None:
        raise NotVisible()
    return link.from_record


def _join(session: Session, actor: Actor, now: datetime, report: Record) -> bool:
    """The step that joins a report with its theme; True when it stands there now."""
    definition = definition_of(report.version)
    state = definition.workflow.states.get(report.state)
    if state is not None and state.station == THEME_STATION:
        return True
    return _take(session, actor, now, report, _leading_to(definition, report.state, THEME_STATION))


def _leading_to(definition: ProcessDefinition, state: str, station: str) -> Transition | None:
    """The first step from a state to a station that asks nothing; the county names its steps as it likes."""
    states = definition.workflow.states
    return next(
        (
            one
            for one in definition.workflow.transitions_from.get(state, ())
            if states[one.target(state)].station == station
            and states[one.target(state)].kind != "done"
            and not any(getattr(each, "required", False) is True for each in one.form)
        ),
        None,
    )


def _take(session: Session, actor: Actor, now: datetime, report: Record, step: Transition | None) -> bool:
    """Takes a step if the engine allows it; whether it was taken."""
    if step is None:
        return False
    try:
        decision = perform_transition(
            session,
            actor,
            now,
            record=report,
            transition_id=step.id,
            data={},
            row_version=None,
            catalogues=catalogues(session),
        )
    except (StepRefused, InputRefused):
        return False
    return decision.complete
