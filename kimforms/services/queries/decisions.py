"""What the pages of decisions read: the register, one decision with what changed it, and papers proposed for the agenda."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from string import ascii_lowercase, ascii_uppercase

from sqlalchemy import Select, and_, extract, false, func, or_, select
from sqlalchemy.orm import Session, aliased, joinedload

from ...models import Body, Decision, Process, ProcessVersion, Record, RecordLink
from ...permissions import Actor, visible_records
from ..decisions import PAPER, PROPOSED
from ..refusals import NotVisible

A_PAGE = 25
THEME = "theme"


@dataclass(frozen=True)
class Filters:
    """What the register shows; empty means everything."""

    body: str = ""
    year: int | None = None
    subject: str = ""
    text: str = ""

    @property
    def active(self) -> bool:
        """Whether anything is left out."""
        return bool(self.body or self.year or self.subject or self.text)


@dataclass(frozen=True)
class Page:
    """A page of the register, newest first; ``changed`` maps a decision to the later one that amended or revoked it."""

    lines: Sequence[Decision]
    changed: Mapping[int, Decision]
    older: str | None


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


def register(session: Session, actor: Actor, filters: Filters, before: str | None = None) -> Page:
    """The decisions that the actor may read, newest first. ``before`` is the key of the last line of the page before."""
    wanted = _readable(actor).options(joinedload(Decision.theme), joinedload(Decision.paper))
    wanted = _filtered(wanted, filters)
    if before and (key := _key(before)) is not None:
        day, number = key
        wanted = wanted.where(or_(Decision.decided_on < day, and_(Decision.decided_on == day, Decision.id < number)))
    lines = list(
        session.scalars(wanted.order_by(Decision.decided_on.desc(), Decision.id.desc()).limit(A_PAGE + 1)).unique()
    )
    more, lines = len(lines) > A_PAGE, lines[:A_PAGE]
    older = f"{lines[-1].decided_on.isoformat()}_{lines[-1].id}" if more else None
    return Page(lines, changes_of(session, [one.id for one in lines]), older)


def changes_of(session: Session, ids: Sequence[int]) -> dict[int, Decision]:
    """For each decision the last one that amended or revoked it."""
    found = session.scalars(select(Decision).where(Decision.amends_id.in_(ids)).order_by(Decision.id)) if ids else ()
    return {one.amends_id: one for one in found if one.amends_id is not None}


def find(session: Session, actor: Actor, reference: str) -> Decision:
    """One decision; :class:`NotVisible` where there is none for this person."""
    wanted = _readable(actor).where(Decision.reference == reference)
    decision = session.scalars(wanted.options(joinedload(Decision.theme), joinedload(Decision.paper))).unique().first()
    if decision is None:
        raise NotVisible()
    return decision


def years(session: Session, actor: Actor) -> list[int]:
    """The years with decisions, newest first."""
    year = extract("year", Decision.decided_on)
    rows = session.scalars(
        select(year).where(Decision.controller_id.in_(actor.controllers("decision:read"))).distinct()
    )
    return sorted((int(one) for one in rows), reverse=True)


def bodies(session: Session, actor: Actor, deciding: bool = False) -> list[tuple[str, str]]:
    """Bodies of the actor's controllers as (slug, name); ``deciding``: those that decide or have decided come first."""
    rows = session.scalars(
        select(Body).where(Body.active, Body.controller_id.in_(actor.controllers("decision:read"))).order_by(Body.name)
    ).all()
    if deciding:
        rows = sorted(rows, key=lambda one: (not (one.data or {}).get("voting_members"), one.name))
    return [(one.slug, one.name) for one in rows]


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


def _readable(actor: Actor) -> Select[tuple[Decision]]:
    return select(Decision).where(Decision.controller_id.in_(actor.controllers("decision:read")))


def _filtered(wanted: Select[tuple[Decision]], filters: Filters) -> Select[tuple[Decision]]:
    if "\x00" in f"{filters.body}{filters.subject}{filters.text}":
        return wanted.where(false())  # no text of the database holds it, and PostgreSQL refuses to be asked
    if filters.body:
        wanted = wanted.where(Decision.body == filters.body)
    if filters.year:
        wanted = wanted.where(extract("year", Decision.decided_on) == filters.year)
    if filters.subject:
        wanted = wanted.where(Decision.subject == filters.subject)
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
