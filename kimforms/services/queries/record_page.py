"""What a record's page reads: who may see how much of it, its parts in words, and the deeds on offer with their reasons."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import partial
from typing import Any

from sqlalchemy import Select, and_, or_, select
from sqlalchemy.orm import Session, joinedload, selectinload

from ...engine import workflow
from ...engine.completeness import Completeness
from ...engine.definition import ProcessDefinition, Transition
from ...engine.fields import CleanContext
from ...engine.fields import Record as RecordField
from ...engine.text import pick
from ...models import (
    Attachment,
    Body,
    Comment,
    Follow,
    Mention,
    ProcessVersion,
    Question,
    Record,
    RecordDeadline,
    RecordLink,
    Share,
    Task,
    User,
)
from ...permissions import Actor, Sight, may, sight, visible_records
from .. import catalogues
from ..processes import definition_of
from ..records import commenting, completing
from ..records.facts import facts_of, labels_of, local_day, person_for
from ..refusals import NotVisible
from . import history
from .reporting import Answer, answers_of

THEME = "theme"


@dataclass(frozen=True)
class Seen:
    """A record in front of somebody. ``own`` says that the person sent it, whatever else this person may see."""

    record: Record
    definition: ProcessDefinition
    sight: Sight
    own: bool
    shares: Sequence[Share] = ()

    @property
    def full(self) -> bool:
        """Whether everything is shown."""
        return self.sight is Sight.FULL

    @property
    def reporter_hidden(self) -> bool:
        """Whether the page has to keep to itself which account sent the record."""
        return self.definition.reporter is not None


def find(session: Session, actor: Actor, today: date, reference: str) -> Seen:
    """The record with this reference and how much of it the actor sees; two queries.

    Raises :class:`NotVisible`, the same for a record that does not exist.
    """
    record = session.scalars(_record().where(Record.reference == reference)).one_or_none()
    if record is None:
        raise NotVisible()
    shares = session.scalars(select(Share).where(Share.record_id == record.id).order_by(Share.id)).all()
    seen = sight(actor, record, shares, today)
    if seen is Sight.NONE:
        raise NotVisible()
    own = actor.user_id is not None and actor.user_id == record.creator_id
    return Seen(record, definition_of(record.version), seen, own, shares)


def _record() -> Select[tuple[Record]]:
    return select(Record).options(
        joinedload(Record.process),
        joinedload(Record.version).defer(ProcessVersion.document),
        joinedload(Record.controller),
        joinedload(Record.contact),
        joinedload(Record.assignee),
        joinedload(Record.creator),
    )


@dataclass(frozen=True)
class Deed:
    """A transition that the person may take now; ``missing`` is how many approvals it still needs with this one.

    ``onward``: it leads to a state that the definition names later, so that going back is never the button in blue.
    """

    transition: Transition
    label: str
    hint: str
    missing: int = 0
    onward: bool = False


@dataclass(frozen=True)
class NotNow:
    """A transition that is not possible now, and why."""

    label: str
    reasons: tuple[str, ...]


@dataclass(frozen=True)
class Linked:
    """Another record that belongs to this one, as far as the person may see it."""

    id: int
    reference: str
    title: str
    kind: str
    process: str
    state: str
    tone: str


@dataclass(frozen=True)
class View:
    """Everything on the page of a record, in the reader's language. Internal parts are empty for whoever may not see them."""

    seen: Seen
    state: str
    tone: str
    hint: str
    deeds: Sequence[Deed]
    not_now: Sequence[NotNow]
    answers: Sequence[tuple[str, Sequence[tuple[str, Answer]]]]
    facts: Mapping[str, str]
    may_edit: bool
    lacking: Completeness | None = None
    """What a draft still lacks; None for a record that is none, or for whoever may not fill it in."""
    questions: Sequence[Question] = ()
    links: Sequence[Linked] = ()
    comments: Sequence[Comment] = ()
    tasks: Sequence[Task] = ()
    attachments: Sequence[Attachment] = ()
    deadlines: Sequence[tuple[str, date]] = ()
    followers: Sequence[int] = ()
    people: Sequence[User] = ()
    lines: Sequence[history.Line] = ()
    older: int | None = None
    works: bool = False
    shared_with: Sequence[tuple[int, str, date | None]] = field(default=())


def view(session: Session, actor: Actor, now: datetime, seen: Seen, *, language: str = "de") -> View:
    """The page as this person sees it; the number of queries does not grow with what is on it."""
    record, definition = seen.record, seen.definition
    state = definition.workflow.states[record.state]
    deeds, not_now, may_edit = deeds_of(session, actor, now, seen, language=language)
    common: dict[str, Any] = {
        "seen": seen,
        "state": pick(state.label, language),
        "tone": state.tone,
        "hint": pick(state.hint, language),
        "deeds": deeds,
        "not_now": not_now,
        "answers": answers_of(
            session, record, definition, language, named(session, actor, local_day(now), definition, record.answers)
        ),
        "facts": facts_in_words(session, seen, language),
        "may_edit": may_edit,
        "lacking": completing.lacking(record, definition, now, catalogues.catalogues(session), language)
        if may_edit and definition.is_draft(record.state)
        else None,
        "links": links_of(session, actor, now, record, language=language),
        "attachments": attachments_of(session, record) if definition.access.attachments.allowed else (),
    }
    if not seen.full:
        return View(**common)
    lines, older = history.lines(session, actor, now, seen, language=language)
    return View(
        **common,
        questions=questions_of(session, record),
        comments=comments_of(session, record),
        tasks=tasks_of(session, record),
        deadlines=running_deadlines(session, seen, language),
        followers=session.scalars(select(Follow.user_id).where(Follow.record_id == record.id)).all(),
        people=commenting.readers(session, record, local_day(now)),
        lines=lines,
        older=older,
        works=may(actor, "record:work", record.controller_id),
        shared_with=shares_in_words(session, seen),
    )


def deeds_of(
    session: Session, actor: Actor, now: datetime, seen: Seen, *, language: str = "de"
) -> tuple[list[Deed], list[NotNow], bool]:
    """What the person may do now, what is not possible and why, and whether the answers may be changed.

    What is not meant for the person at all is not mentioned.
    """
    facts, person = facts_of(session, seen.record), person_for(actor, seen.record)
    deeds: list[Deed] = []
    not_now: list[NotNow] = []
    found = workflow.allowed(seen.definition, facts, person, local_day(now), labels=labels_of(seen.definition))
    lists, order = partial(catalogues.catalogues, session), list(seen.definition.workflow.states)
    for one in completing.refuse_unfinished(found, seen.record, seen.definition, now, lists):
        label = pick(one.transition.label, language)
        if isinstance(one, workflow.Allowed):
            missing = one.transition.approvals - one.approved if one.transition.approvals > 1 else 0
            onward = one.transition.to is not None and order.index(one.transition.to) > order.index(seen.record.state)
            deeds.append(Deed(one.transition, label, pick(one.transition.hint, language), missing, onward))
        elif not one.hidden:
            not_now.append(NotNow(label, one.reasons))
    return deeds, not_now, workflow.may_edit(seen.definition, facts, person)


def facts_in_words(session: Session, seen: Seen, language: str = "de") -> dict[str, str]:
    """The answers that lists filter by, short: ``municipality``, ``field_of_action`` and ``urgency`` in words."""
    record, definition = seen.record, seen.definition
    context = CleanContext(catalogues.catalogues(session), local_day(record.created_at), language, record.answers)
    chosen, fields = definition.projection, definition.fields()
    wanted = {
        "municipality": chosen.municipalities,
        "field_of_action": chosen.field_of_action,
        "urgency": chosen.urgency,
    }
    return {
        key: fields[name].display(record.answers[name], context)
        for key, name in wanted.items()
        if name in fields and record.answers.get(name) is not None
    }


def links_of(session: Session, actor: Actor, now: datetime, record: Record, *, language: str = "de") -> list[Linked]:
    """The records joined with this one that the actor may see, themes first."""
    here = or_(
        and_(RecordLink.from_id == record.id, Record.id == RecordLink.to_id),
        and_(RecordLink.to_id == record.id, Record.id == RecordLink.from_id),
    )
    rows = session.execute(
        select(RecordLink.id, RecordLink.kind, Record)
        .join(Record, here)
        .where(visible_records(session, actor, local_day(now)))
        .where(~and_(RecordLink.to_id == record.id, RecordLink.cases.is_not(None)))  # a theme lists its reports itself
        .options(joinedload(Record.process), joinedload(Record.version).defer(ProcessVersion.document))
        .order_by(RecordLink.kind != THEME, Record.reference)
    )
    found = []
    for link_id, kind, other in rows:
        definition = definition_of(other.version)
        state = definition.workflow.states[other.state]
        title = pick(definition.title, language)
        found.append(
            Linked(link_id, other.reference, other.title, kind, title, pick(state.label, language), state.tone)
        )
    return found


def named(
    session: Session, actor: Actor, today: date, definition: ProcessDefinition, answers: Mapping[str, Any]
) -> dict[str, str]:
    """Titles of the records that answers name, by reference, as far as the actor may see them; one query, or none."""
    fields = [one for one in definition.fields().values() if isinstance(one, RecordField) and one.process is not None]
    values = [answers.get(one.id) for one in fields]
    wanted = [one for value in values for one in (value if isinstance(value, list) else [value]) if one]
    if not wanted:
        return {}
    rows = session.execute(
        select(Record.reference, Record.title).where(
            Record.reference.in_(wanted), visible_records(session, actor, today)
        )
    )
    return {row.reference: row.title for row in rows}


def questions_of(session: Session, record: Record) -> Sequence[Question]:
    """What was asked and told, in order, with who asked."""
    wanted = select(Question).where(Question.record_id == record.id).options(joinedload(Question.asked_by))
    return session.scalars(wanted.order_by(Question.id)).all()


def comments_of(session: Session, record: Record) -> Sequence[Comment]:
    """The internal comments, the oldest first, with authors and mentioned people."""
    return session.scalars(
        select(Comment)
        .where(Comment.record_id == record.id)
        .options(joinedload(Comment.author), selectinload(Comment.mentions).joinedload(Mention.user))
        .order_by(Comment.id)
    ).all()


def tasks_of(session: Session, record: Record) -> Sequence[Task]:
    """The tasks of a record: open ones by due date, then the done ones."""
    wanted = select(Task).where(Task.record_id == record.id).options(joinedload(Task.assignee))
    return session.scalars(
        wanted.order_by(Task.done_at.is_not(None), Task.due_on.is_(None), Task.due_on, Task.id)
    ).all()


def attachments_of(session: Session, record: Record) -> Sequence[Attachment]:
    """The files that are there; removed ones stand in the history only."""
    wanted = select(Attachment).where(Attachment.record_id == record.id, Attachment.removed_at.is_(None))
    return session.scalars(wanted.options(joinedload(Attachment.blob)).order_by(Attachment.id)).all()


def running_deadlines(session: Session, seen: Seen, language: str = "de") -> list[tuple[str, date]]:
    """What has to be done by when, the next one first."""
    record, states = seen.record, seen.definition.workflow.states.values()
    wanted = select(RecordDeadline).where(RecordDeadline.record_id == record.id, RecordDeadline.done_at.is_(None))
    labels = {rule.id: pick(rule.label, language) for state in states for rule in state.deadlines}
    rows = session.scalars(wanted.order_by(RecordDeadline.due_on, RecordDeadline.id))
    return [(labels.get(row.rule, row.label), row.due_on) for row in rows]


def shares_in_words(session: Session, seen: Seen) -> list[tuple[int, str, date | None]]:
    """With whom the record is shared: id of the share, the name, until when."""
    if not seen.shares:
        return []
    people = [share.user_id for share in seen.shares if share.user_id is not None]
    names = {row.id: row.name for row in session.execute(select(User.id, User.name).where(User.id.in_(people or [0])))}
    slugs = [share.body for share in seen.shares if share.body is not None]
    bodies = {
        row.slug: row.name for row in session.execute(select(Body.slug, Body.name).where(Body.slug.in_(slugs or [""])))
    }
    lists = catalogues.catalogues(session)
    found = []
    for share in seen.shares:
        if share.user_id is not None:
            name = names.get(share.user_id, "")
        elif share.organisation is not None:
            name = lists.label("organisations", share.organisation) or share.organisation
        else:
            name = bodies.get(share.body or "", share.body or "")
        found.append((share.id, name, share.until))
    return found
