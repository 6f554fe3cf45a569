"""What belongs to a theme beside its reports: reconstructions, papers, groups, publications, decisions, merges."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from ...engine.text import pick
from ...models import Decision, Process, ProcessVersion, Publication, Record, RecordLink, ThemeMerge
from ...permissions import Actor, visible_records
from ..processes import definition_of
from ..records.facts import local_day
from ..themes.merging import standing_merge
from ..themes.reports import KIND, is_report


@dataclass(frozen=True)
class Piece:
    """A record that belongs to the theme and is no report: a reconstruction, a paper, a group, a publication."""

    process: str
    kind: str
    reference: str
    title: str
    state: str
    tone: str
    begun_on: date
    open: bool


@dataclass(frozen=True)
class Chain:
    """What became of a theme, in the order of the way."""

    pieces: Mapping[str, Sequence[Piece]]
    decisions: Sequence[Decision]
    publications: Sequence[Publication]
    merged_into: ThemeMerge | None
    merged_here: Sequence[ThemeMerge]

    @property
    def at_work(self) -> Sequence[Piece]:
        """What is being worked on now, outside the theme itself."""
        return [piece for pieces in self.pieces.values() for piece in pieces if piece.open]

    @property
    def empty(self) -> bool:
        """Whether nothing came of it yet."""
        return not (self.pieces or self.decisions or self.publications)


def chain_of(session: Session, actor: Actor, now: datetime, theme: Record, *, language: str = "de") -> Chain:
    """Reconstructions, papers, groups and publications of a theme as far as the actor sees them, its decisions, merges."""
    pieces: dict[str, list[Piece]] = {}
    for record in chain_records(session, actor, now, theme):
        definition = definition_of(record.version)
        state = definition.workflow.states[record.state]
        piece = Piece(
            definition.key,
            pick(definition.title, language),
            record.reference,
            record.title,
            pick(state.label, language),
            state.tone,
            local_day(record.created_at),
            record.open,
        )
        pieces.setdefault(definition.key, []).append(piece)
    merges = session.scalars(
        select(ThemeMerge)
        .where(ThemeMerge.target_id == theme.id, ThemeMerge.undone_at.is_(None))
        .options(joinedload(ThemeMerge.source))
        .order_by(ThemeMerge.id)
    ).all()
    return Chain(
        pieces, decisions_of(session, theme), publications_of(session, theme), standing_merge(session, theme.id), merges
    )


def chain_records(session: Session, actor: Actor, now: datetime, theme: Record) -> list[Record]:
    """The records that lead to the theme and are no reports, in the order of their processes and of their time."""
    rows = session.scalars(
        select(Record)
        .join(RecordLink, RecordLink.from_id == Record.id)
        .join(Process, Process.id == Record.process_id)
        .where(RecordLink.to_id == theme.id, RecordLink.kind == KIND, RecordLink.cases.is_(None))
        .where(visible_records(session, actor, local_day(now)))
        .options(joinedload(Record.process), joinedload(Record.version).defer(ProcessVersion.document))
        .order_by(Record.process_id, Record.created_at, Record.id)
    )
    return [one for one in rows if not is_report(definition_of(one.version))]


def decisions_of(session: Session, theme: Record) -> Sequence[Decision]:
    """What bodies decided on the theme, the first one first."""
    wanted = select(Decision).where(Decision.theme_id == theme.id).options(joinedload(Decision.paper))
    return session.scalars(wanted.order_by(Decision.decided_on, Decision.id)).all()


def publications_of(session: Session, theme: Record) -> Sequence[Publication]:
    """What was made public of the theme."""
    wanted = select(Publication).where(Publication.theme_id == theme.id, Publication.kind == "solution")
    return session.scalars(wanted.order_by(Publication.first_published_at, Publication.id)).all()
