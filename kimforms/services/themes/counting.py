"""Counting cases, not reports (concept, 2.6): what each report stands for in a theme, and the theme's sum."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from ...models import ProcessVersion, Record, RecordLink
from ...permissions import SYSTEM, Actor, may
from .. import audit
from ..catalogues import catalogues
from ..processes import definition_by_hash, definition_of
from ..projection import project
from ..records.facts import local_day
from ..refusals import InputRefused, NotVisible
from .reports import KIND, is_report, is_withdrawn, require_theme

MOST_CASES = 10_000
LONGEST_NOTE = 300


def proposal(report: Record) -> int:
    """The lower bound of what the form says, at least one."""
    return max(1, report.case_count or 1)


def take_stock(session: Session, actor: Actor, now: datetime, link: RecordLink) -> None:
    """A report was joined with a theme, or parted from it: the form's answer is the proposal, and the theme counts anew.

    Called by ``records.linking``; links of other records with a theme hold no cases.
    """
    report, theme = link.from_record, link.to_record
    if link.cases is None and is_report(definition_of(report.version)):
        link.cases = proposal(report)
    if link.cases is not None:
        recount(session, actor, now, theme)


def state_cases(
    session: Session,
    actor: Actor,
    now: datetime,
    *,
    theme: Record,
    link: RecordLink,
    cases: int | None,
    note: str = "",
    row_version: int | None = None,
) -> bool:
    """The coordination states how many cases a report stands for in a theme; False when it was so already.

    0: it tells a case that another report tells too, and ``note`` says which. Raises what :func:`require_theme` does,
    and :class:`InputRefused`.
    """
    require_theme(actor, theme, row_version)
    if link.to_id != theme.id or link.cases is None:
        raise NotVisible()
    words = checked(cases, note)
    assert cases is not None
    if (link.cases, link.note or "", link.stated) == (cases, words, True):
        return False
    old, report = link.cases, link.from_record
    link.cases, link.note, link.stated = cases, words or None, True
    theme.changed_at = now
    audit.record(
        session,
        actor,
        now,
        audit.Tag.THEME_CASES,
        about=theme,
        other=report.reference,
        old=old,
        new=cases,
        note=audit.Erasable(words),
    )
    recount(session, actor, now, theme)
    return True


def checked(cases: int | None, note: str, name: str = "") -> str:
    """The note as it is stored. Raises :class:`InputRefused`; ``name`` is put before the keys of its errors."""
    words = " ".join(note.split())
    if cases is None or not 0 <= cases <= MOST_CASES:
        raise InputRefused({f"{name}cases": "Geben Sie eine ganze Zahl von 0 bis 10.000 ein."})
    if cases == 0 and not words:
        raise InputRefused({f"{name}note": "Schreiben Sie dazu, welche Meldung denselben Fall erzählt."})
    if len(words) > LONGEST_NOTE or "\x00" in words:
        raise InputRefused({f"{name}note": f"Die Notiz hat höchstens {LONGEST_NOTE} Zeichen."})
    return words


def recount(session: Session, actor: Actor, now: datetime, theme: Record) -> int:
    """Sums up the cases of a theme, keeps the sum as its answer, and takes the steps that follow by themselves.

    Whoever does not work on the theme (a reporter who withdraws) is not named in its history: then the software counts.
    """
    total = count_cases(session, theme.id)
    definition = definition_of(theme.version)
    field, lists = definition.projection.case_count, catalogues(session)
    by = actor if may(actor, "theme:work", theme.controller_id) else SYSTEM
    if field is None or field not in definition.fields():
        theme.case_count = total  # a theme of a version that did not ask for the sum yet
    elif theme.answers.get(field) != total:
        old = theme.answers.get(field)
        theme.answers = {**theme.answers, field: total}
        change = {"old": audit.Erasable(old), "new": audit.Erasable(total)}
        audit.record(session, by, now, audit.Tag.RECORD_CHANGE, about=theme, changes={field: change})
        project(theme, definition, lists, local_day(now))
    _follow_up(session, by, now, theme)
    return total


def count_cases(session: Session, theme_id: int) -> int:
    """The sum over the linked reports that are not withdrawn; one statement, whatever their number."""
    session.flush()  # what has just been linked counts, also where nothing else asked the database meanwhile
    rows = session.execute(
        select(Record.version_id, ProcessVersion.content_hash, Record.state, func.sum(RecordLink.cases))
        .join(RecordLink, RecordLink.from_id == Record.id)
        .join(ProcessVersion, ProcessVersion.id == Record.version_id)
        .where(RecordLink.to_id == theme_id, RecordLink.kind == KIND, RecordLink.cases.is_not(None))
        .group_by(Record.version_id, ProcessVersion.content_hash, Record.state)
    )
    return sum(
        int(cases or 0)
        for version_id, content_hash, state, cases in rows
        if not is_withdrawn(definition_by_hash(session, version_id, content_hash), state)
    )


def report_moved(session: Session, actor: Actor, now: datetime, report: Record, old_state: str) -> None:
    """A report left ``old_state``: its themes count anew when it was withdrawn or taken up again. Called by transitions."""
    definition = definition_of(report.version)
    if not is_report(definition) or is_withdrawn(definition, old_state) == is_withdrawn(definition, report.state):
        return
    for link in _links_of(session, report):
        recount(session, actor, now, link.to_record)


def report_corrected(session: Session, actor: Actor, now: datetime, report: Record) -> None:
    """The number of cases in a report was corrected: it counts where nobody stated another. Called by editing."""
    for link in _links_of(session, report):
        if not link.stated and link.cases != proposal(report):
            link.cases = proposal(report)
            recount(session, actor, now, link.to_record)


def _links_of(session: Session, report: Record) -> list[RecordLink]:
    wanted = select(RecordLink).where(
        RecordLink.from_id == report.id, RecordLink.kind == KIND, RecordLink.cases.is_not(None)
    )
    return list(session.scalars(wanted.order_by(RecordLink.id)))


def _follow_up(session: Session, actor: Actor, now: datetime, theme: Record) -> None:
    from ..records import automatic, refreshing  # noqa: PLC0415 - they take steps, and steps count: one loads late

    refreshing.refresh_drafts(session, actor, now, theme)
    automatic.run(session, now, theme, catalogues(session))
