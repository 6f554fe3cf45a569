"""Two themes that tell the same hurdle become one, and apart again: what went along is kept so that it can be undone."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from ...engine.text import pick
from ...models import ProcessVersion, Record, RecordLink, ThemeMerge
from ...permissions import SYSTEM, Actor
from .. import audit
from ..catalogues import catalogues
from ..processes import definition_of
from ..records.transitions import perform_transition
from ..refusals import InputRefused, StaleVersion, StepRefused
from .counting import recount
from .grouping import carry_over, tell_report
from .reports import CHUNK, KIND, is_closed, require_open, require_theme

MERGED = "aufgegangen"
"""The state of a theme that went into another one."""


def merge(
    session: Session,
    actor: Actor,
    now: datetime,
    *,
    source: Record,
    target: Record,
    row_version: int | None = None,
    target_version: int | None = None,
) -> ThemeMerge:
    """Lets ``source`` go into ``target`` with all that belongs to it; of a report in both the larger number stays.

    Raises what :func:`require_theme` does, :class:`InputRefused` for the same theme or a closed one, and
    :class:`StepRefused` when the source stands where it cannot be merged (before the steering group, for example).
    """
    require_theme(actor, source, row_version)
    require_theme(actor, target, target_version)
    if source.id == target.id:
        raise InputRefused({"target": "Ein Thema kann nicht in sich selbst aufgehen. Wählen Sie ein anderes."})
    if source.controller_id != target.controller_id:
        raise InputRefused({"target": f"{target.reference} gehört einer anderen Stelle."})
    if is_closed(source):
        raise InputRefused({"target": f"{source.reference} ist schon zu Ende und kann nicht mehr aufgehen."})
    _require_open_target(target)
    moved = _move_all(session, actor, now, source, target)
    done = ThemeMerge(
        source=source,
        target=target,
        state_before=source.state,
        moved=moved,
        merged_at=now,
        merged_by_id=actor.user_id,
    )
    session.add(done)
    _tell(session, actor, now, audit.Tag.THEME_MERGE, source, target, len(moved))
    _step(session, now, source, MERGED)
    source.changed_at = target.changed_at = now
    recount(session, actor, now, source)
    recount(session, actor, now, target)
    return done


def undo_merge(
    session: Session, actor: Actor, now: datetime, *, done: ThemeMerge, row_version: int | None = None
) -> ThemeMerge:
    """Takes a merge back. What was moved or taken out since stays where people put it; numbers stated since go along.

    Raises what :func:`require_theme` does, :class:`StaleVersion` when it was undone already, and :class:`StepRefused`
    when the target went into another theme meanwhile.
    """
    source, target = done.source, done.target
    require_theme(actor, source, row_version)
    require_theme(actor, target)
    if done.undone_at is not None:
        raise StaleVersion(f"Das ist schon rückgängig: {source.reference} ist wieder ein eigenes Thema.")
    if later := standing_merge(session, target.id):
        raise StepRefused(
            [
                f"{target.reference} ist inzwischen selbst in {later.target.reference} aufgegangen. "
                f"Machen Sie zuerst das rückgängig."
            ]
        )
    moved = _move_back(session, actor, now, done)
    done.undone_at, done.undone_by_id = now, actor.user_id
    _tell(session, actor, now, audit.Tag.THEME_UNMERGE, source, target, moved)
    _step(session, now, source, done.state_before, definition_of(source.version).workflow.initial)
    source.changed_at = target.changed_at = now
    recount(session, actor, now, source)
    recount(session, actor, now, target)
    return done


def standing_merge(session: Session, source_id: int) -> ThemeMerge | None:
    """The merge by which a theme went into another one, if it was not undone."""
    return session.scalars(
        select(ThemeMerge)
        .where(ThemeMerge.source_id == source_id, ThemeMerge.undone_at.is_(None))
        .options(joinedload(ThemeMerge.target))
        .order_by(ThemeMerge.id.desc())
        .limit(1)
    ).first()


def can_merge(source: Record) -> bool:
    """Whether the state of a theme lets it go into another one."""
    return _step_to(source, MERGED) is not None


def _require_open_target(target: Record) -> None:
    try:
        require_open(target)
    except InputRefused as refused:
        raise InputRefused({"target": next(iter(refused.errors.values()))}) from refused


def _move_all(session: Session, actor: Actor, now: datetime, source: Record, target: Record) -> list[dict[str, Any]]:
    links = list(
        session.scalars(
            select(RecordLink)
            .where(RecordLink.to_id == source.id, RecordLink.kind == KIND)
            .options(joinedload(RecordLink.from_record))
            .order_by(RecordLink.id)
        )
    )
    before = _numbers(session, target.id)
    moved = [_kept(link) | {"new": link.from_id not in before} for link in links]
    for one in moved:
        if not one["new"]:
            one["before"] = before[one["report"]]
    for link in links:
        tell_report(session, actor, now, link.from_record, parted=source, joined=target)
    known = {one["report"] for one in moved if not one["new"]}
    for link in [one for one in links if one.cases is None and one.from_id in known]:
        links.remove(link)
        session.delete(link)
    carry_over(session, links, target)
    return moved


def _move_back(session: Session, actor: Actor, now: datetime, done: ThemeMerge) -> int:
    """Puts back what still stands in the target as the merge left it; returns how many links that were."""
    source, target = done.source, done.target
    there = {one.from_id: one for one in _all_links(session, target.id)}
    again = {one.from_id for one in _all_links(session, source.id)}
    records = _records(session, [one["report"] for one in done.moved])
    moved = 0
    for entry in done.moved:
        link, report = there.get(entry["report"]), records.get(entry["report"])
        if link is None or report is None or report.id in again:
            continue  # somebody took it out or moved it on: it stays there
        moved += 1
        tell_report(session, actor, now, report, parted=target if entry["new"] else None, joined=source)
        if entry["new"]:
            link.to_record = source
            continue
        if _kept(link)["cases"] == max(entry["cases"] or 0, entry["before"]["cases"] or 0) and link.cases is not None:
            link.cases, link.stated, link.note = (entry["before"][key] for key in ("cases", "stated", "note"))
        session.add(
            RecordLink(
                from_record=report,
                to_record=source,
                kind=KIND,
                created_at=now,
                created_by_id=actor.user_id,
                cases=entry["cases"],
                stated=entry["stated"],
                note=entry["note"],
            )
        )
    session.flush()  # the sums are asked for next
    return moved


def _kept(link: RecordLink) -> dict[str, Any]:
    return {"report": link.from_id, "cases": link.cases, "stated": link.stated, "note": link.note}


def _numbers(session: Session, theme_id: int) -> dict[int, Mapping[str, Any]]:
    return {one.from_id: _kept(one) for one in _all_links(session, theme_id)}


def _all_links(session: Session, theme_id: int) -> list[RecordLink]:
    return list(session.scalars(select(RecordLink).where(RecordLink.to_id == theme_id, RecordLink.kind == KIND)))


def _records(session: Session, ids: list[int]) -> dict[int, Record]:
    found: dict[int, Record] = {}
    for start in range(0, len(ids), CHUNK):
        wanted = select(Record).where(Record.id.in_(ids[start : start + CHUNK]))
        wanted = wanted.options(joinedload(Record.process), joinedload(Record.version).defer(ProcessVersion.document))
        found |= {one.id: one for one in session.scalars(wanted)}
    return found


def _tell(
    session: Session, actor: Actor, now: datetime, tag: audit.Tag, source: Record, target: Record, moved: int
) -> None:
    for about, other, role in ((source, target, "source"), (target, source, "target")):
        audit.record(session, actor, now, tag, about=about, other=other.reference, role=role, reports=moved)


def _step(session: Session, now: datetime, theme: Record, *states: str) -> None:
    """Merging moves a theme by itself, nobody types a state: to the first of ``states`` to which a step leads."""
    step = next((one for state in states if (one := _step_to(theme, state))), None)
    if step is None:
        here = pick(definition_of(theme.version).workflow.states[theme.state].label)
        raise StepRefused([f"{theme.reference} ist im Stand „{here}“. Dort lässt es sich nicht zusammenführen."])
    perform_transition(
        session,
        SYSTEM,
        now,
        record=theme,
        transition_id=step,
        data={},
        row_version=None,
        catalogues=catalogues(session),
    )


def _step_to(theme: Record, state: str) -> str | None:
    starting = definition_of(theme.version).workflow.transitions_from.get(theme.state, ())
    return next((one.id for one in starting if one.to == state), None)
