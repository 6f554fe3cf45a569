"""What the pages of decisions read: the register, one decision with what changed it, and papers proposed for the agenda."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from string import ascii_lowercase, ascii_uppercase

from sqlalchemy import ColumnElement, Select, and_, extract, false, func, or_, select
from sqlalchemy.orm import Session, aliased, joinedload

from ...models import Body, CatalogueEntry, Decision, DecisionProgress, Process, ProcessVersion, Record, RecordLink
from ...permissions import Actor, visible_records
from ..decision_checks import AGREED
from ..decisions import PAPER, PROPOSED
from ..follow_up import MEASURE, STATES
from ..refusals import NotVisible
from .decision_sight import readable, reads_all

A_PAGE = 25
THEME = "theme"


@dataclass(frozen=True)
class Filters:
    """What the register shows; empty means everything."""

    body: str = ""
    year: int | None = None
    subject: str = ""
    text: str = ""
    result: str = ""
    state: str = ""
    measure: str = ""
    theme: str = ""

    @property
    def active(self) -> bool:
        """Whether anything is left out."""
        return any(vars(self).values())


@dataclass(frozen=True)
class Page:
    """A page of the register, newest first; ``changed`` maps a decision to the later one that amended or revoked it.

    ``states`` maps what is carried out to how far it is; ``records`` holds the ids of the themes that the reader may open.
    """

    lines: Sequence[Decision]
    changed: Mapping[int, Decision]
    older: str | None
    states: Mapping[int, str]
    records: frozenset[int]


@dataclass(frozen=True)
class Proposal:
    """A paper that waits for the next meeting, with its theme."""

    reference: str
    title: str
    subject: str
    proposed_on: date
    theme: str | None
    theme_title: str | None
    cases: int | None


def register(session: Session, actor: Actor, filters: Filters, today: date, before: str | None = None) -> Page:
    """The decisions that the actor may read, newest first; four queries, however many there are.

    ``before`` is the key of the last line of the page before.
    """
    condition = readable(actor, today)
    wanted = select(Decision).where(condition).options(joinedload(Decision.theme), joinedload(Decision.paper))
    wanted = _filtered(wanted, filters, visible_records(session, actor, today))
    if before and (key := _key(before)) is not None:
        day, number = key
        wanted = wanted.where(or_(Decision.decided_on < day, and_(Decision.decided_on == day, Decision.id < number)))
    lines = list(
        session.scalars(wanted.order_by(Decision.decided_on.desc(), Decision.id.desc()).limit(A_PAGE + 1)).unique()
    )
    more, lines = len(lines) > A_PAGE, lines[:A_PAGE]
    older = f"{lines[-1].decided_on.isoformat()}_{lines[-1].id}" if more else None
    ids = [one.id for one in lines]
    return Page(
        lines,
        changes_of(session, ids, condition),
        older,
        _states_of(session, lines),
        open_records(session, actor, today, [one.theme_id for one in lines]),
    )


def changes_of(session: Session, ids: Sequence[int], condition: ColumnElement[bool]) -> dict[int, Decision]:
    """For each decision the last one that amended or revoked it, as far as the reader may read that one."""
    found = session.scalars(select(Decision).where(Decision.amends_id.in_(ids), condition).order_by(Decision.id))
    return {one.amends_id: one for one in found if one.amends_id is not None}


def open_records(session: Session, actor: Actor, today: date, ids: Sequence[int | None]) -> frozenset[int]:
    """Which of these records the actor may open; one query."""
    wanted = [one for one in ids if one is not None]
    return frozenset(
        session.scalars(select(Record.id).where(Record.id.in_(wanted), visible_records(session, actor, today)))
    )


def find(session: Session, actor: Actor, reference: str, today: date) -> Decision:
    """One decision; :class:`NotVisible` where there is none for this person."""
    wanted = select(Decision).where(readable(actor, today), Decision.reference == reference)
    wanted = wanted.options(joinedload(Decision.theme), joinedload(Decision.paper), joinedload(Decision.controller))
    decision = session.scalars(wanted).unique().first()
    if decision is None:
        raise NotVisible()
    return decision


def years(session: Session, actor: Actor, today: date) -> list[int]:
    """The years with decisions, newest first."""
    rows = session.scalars(select(extract("year", Decision.decided_on)).where(readable(actor, today)).distinct())
    return sorted((int(one) for one in rows), reverse=True)


def bodies(session: Session, actor: Actor, today: date, deciding: bool = False) -> list[tuple[str, str]]:
    """Bodies as (slug, name): all for those who work with decisions, else those of decisions that the actor may read.

    ``deciding``: those that decide come first.
    """
    wanted = select(Body).where(Body.active, Body.controller_id.in_(actor.controllers("decision:read")))
    if not reads_all(actor):
        wanted = wanted.where(Body.slug.in_(select(Decision.body).where(readable(actor, today))))
    rows = session.scalars(wanted.order_by(Body.name)).all()
    if deciding:
        rows = sorted(rows, key=lambda one: (not (one.data or {}).get("voting_members"), one.name))
    return [(one.slug, one.name) for one in rows]


def measures(session: Session, actor: Actor, today: date, used: bool = True) -> list[tuple[str, str]]:
    """The measures of the concept as (slug, title): those that decisions belong to, or all."""
    wanted = select(CatalogueEntry.slug, CatalogueEntry.title).where(CatalogueEntry.kind == MEASURE)
    if used:
        wanted = wanted.where(CatalogueEntry.slug.in_(select(Decision.measure).where(readable(actor, today))))
    return [(slug, title) for slug, title in session.execute(wanted.order_by(CatalogueEntry.title))]


def proposals(session: Session, actor: Actor, today: date) -> list[Proposal]:
    """Papers proposed for the agenda, oldest first, as far as the actor sees them."""
    theme = aliased(Record)
    rows = session.execute(
        select(Record, theme.reference, theme.title, theme.case_count)
        .join(Process, Process.id == Record.process_id)
        .outerjoin(RecordLink, and_(RecordLink.from_id == Record.id, RecordLink.kind == THEME))
        .outerjoin(theme, theme.id == RecordLink.to_id)
        .where(Process.key == PAPER, Record.state == PROPOSED, visible_records(session, actor, today))
        .options(joinedload(Record.version).defer(ProcessVersion.document))
        .order_by(Record.state_since, Record.id)
    )
    return [
        Proposal(
            paper.reference,
            paper.title,
            str(paper.answers.get("art") or ""),
            paper.state_since.date(),
            reference,
            title,
            cases,
        )
        for paper, reference, title, cases in rows
    ]


def find_paper(session: Session, actor: Actor, reference: str, today: date) -> Record:
    """A decision paper; :class:`NotVisible` where there is none for this person."""
    paper = session.scalar(
        select(Record)
        .join(Process, Process.id == Record.process_id)
        .where(Record.reference == reference, Process.key == PAPER, visible_records(session, actor, today))
    )
    if paper is None:
        raise NotVisible()
    return paper


def of_paper(session: Session, paper: Record) -> list[Decision]:
    """What was decided on a paper, oldest first."""
    return list(session.scalars(select(Decision).where(Decision.paper_id == paper.id).order_by(Decision.id)))


def _states_of(session: Session, lines: Sequence[Decision]) -> dict[int, str]:
    """How far each decision is carried out: the last note, else open."""
    ids = [one.id for one in lines if one.result in AGREED and one.amends_how is None]
    last = select(func.max(DecisionProgress.id)).where(DecisionProgress.decision_id.in_(ids))
    rows = session.scalars(
        select(DecisionProgress).where(DecisionProgress.id.in_(last.group_by(DecisionProgress.decision_id)))
    )
    return dict.fromkeys(ids, "open") | {one.decision_id: one.state for one in rows}


def _filtered(
    wanted: Select[tuple[Decision]], filters: Filters, visible: ColumnElement[bool]
) -> Select[tuple[Decision]]:
    if any("\x00" in str(value) for value in vars(filters).values()):
        return wanted.where(false())  # no text of the database holds it, and PostgreSQL refuses to be asked
    if filters.body:
        wanted = wanted.where(Decision.body == filters.body)
    if filters.year:
        wanted = wanted.where(extract("year", Decision.decided_on) == filters.year)
    if filters.subject:
        wanted = wanted.where(Decision.subject == filters.subject)
    if filters.result:
        wanted = wanted.where(Decision.result == filters.result)
    if filters.measure:
        wanted = wanted.where(Decision.measure == filters.measure)
    if filters.theme:
        wanted = wanted.where(
            Decision.theme_id.in_(select(Record.id).where(Record.reference == filters.theme, visible))
        )
    if filters.state in STATES:
        wanted = wanted.where(_in_state(filters.state))
    for word in filters.text.split()[:8]:
        wanted = wanted.where(
            or_(
                *(
                    func.lower(column).contains(spelt, autoescape=True)
                    for column in (Decision.title, Decision.wording, Decision.reference)
                    for spelt in _spellings(word)
                )
            )
        )
    return wanted


def _in_state(state: str) -> ColumnElement[bool]:
    last = (
        select(DecisionProgress.state)
        .where(DecisionProgress.decision_id == Decision.id)
        .order_by(DecisionProgress.id.desc())
        .limit(1)
        .correlate(Decision)
        .scalar_subquery()
    )
    return and_(Decision.result.in_(AGREED), Decision.amends_how.is_(None), func.coalesce(last, "open") == state)


def _spellings(word: str) -> list[str]:
    """A word as ``lower`` of the database may have left it: SQLite, and PostgreSQL in the locale C, know only A to Z."""
    forms = (word, word.lower(), word.capitalize(), word.upper())
    return list(dict.fromkeys(one.translate(_ONLY_A_TO_Z) for one in forms))


_ONLY_A_TO_Z = str.maketrans(ascii_uppercase, ascii_lowercase)


def _key(text: str) -> tuple[date, int] | None:
    day, _, number = text.partition("_")
    if not (number.isascii() and number.isdigit() and len(number) < 19):
        return None
    try:
        return date.fromisoformat(day), int(number)
    except ValueError:
        return None
