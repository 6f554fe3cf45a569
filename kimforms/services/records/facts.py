"""What the engine needs to know of a record and of the person in front of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session, aliased

from ...engine.conditions import Labels
from ...engine.definition import ProcessDefinition
from ...engine.workflow import Person, RecordFacts
from ...models import Event, Process, Record, RecordLink, TransitionApproval
from ...permissions import Actor
from ..audit import Tag
from ..processes import definition_of

BERLIN = ZoneInfo("Europe/Berlin")
WRITTEN = (Tag.RECORD_CHANGE.text, Tag.ATTACHMENT_ADD.text, Tag.ATTACHMENT_REMOVE.text)
"""Events by which somebody had a hand in what a second person approves: a file is published with the text."""


def local_day(moment: datetime) -> date:
    """The day in Germany of a moment; deadlines count days of the county's calendar."""
    return moment.astimezone(BERLIN).date()


def person_for(actor: Actor, record: Record) -> Person:
    """The actor as the engine sees it in front of this record: roles count only with the record's controller."""
    is_reporter = (actor.reporter_of is not None and actor.reporter_of == record.id) or (
        actor.user_id is not None and actor.user_id == record.creator_id
    )
    return Person(
        id=actor.user_id,
        roles=actor.roles(record.controller_id),
        bodies=actor.bodies(),
        is_reporter=is_reporter,
        **({"is_system": True} if actor.kind == "system" else {}),
    )


def facts_of(session: Session, record: Record, linked: Mapping[str, Mapping[str, int]] | None = None) -> RecordFacts:
    """The record as the engine sees it; ``linked`` spares the query when a page has counted the links already."""
    approvals: dict[str, set[int]] = {}
    for row in session.execute(
        select(TransitionApproval.transition, TransitionApproval.user_id).where(
            TransitionApproval.record_id == record.id
        )
    ):
        approvals.setdefault(row.transition, set()).add(row.user_id)
    answers = record.answers
    if record.contact is not None:
        answers = answers | record.contact.answers
    return RecordFacts(
        state=record.state,
        answers=answers,
        creator_id=record.creator_id,
        assignee_id=record.assignee_id,
        created_on=local_day(record.created_at),
        submitted_on=local_day(record.created_at),
        state_since=local_day(record.state_since),
        due_on=record.due_on,
        links=linked if linked is not None else count_links(session, record.id),
        approvals={transition: frozenset(people) for transition, people in approvals.items()},
        last_actor_id=record.last_actor_id,
        author_ids=_authors(session, record),
    )


def _authors(session: Session, record: Record) -> frozenset[int]:
    """Who changed answers or files, by the history; asked only in a state from which a second person takes a step."""
    if not awaits_second_person(record):
        return frozenset()
    changed = select(Event.actor_id).where(
        Event.record_id == record.id, Event.tag.in_(WRITTEN), Event.actor_id.is_not(None)
    )
    return frozenset(number for number in session.scalars(changed.distinct()) if number is not None)


def awaits_second_person(record: Record) -> bool:
    """Whether a step from the record's state has to be taken by somebody who did not write it."""
    steps = definition_of(record.version).workflow.transitions_from.get(record.state, ())
    return any(one.separate_person for one in steps)


LINK_NAMES = {"theme": ("Thema", "theme"), "related": ("verwandter Vorgang", "related record")}


def labels_of(definition: ProcessDefinition, language: str = "de") -> Labels:
    """What the reasons for a refused step call things: the definition's own names, and those of links."""
    names = {kind: words[language == "en"] for kind, words in LINK_NAMES.items()}
    return replace(definition.labels(language), links=names)


def count_links(session: Session, record_id: int) -> dict[str, dict[str, int]]:
    """Links of a record in both directions: kind -> process key of the other record -> number."""
    other = aliased(Record)
    rows = session.execute(
        select(RecordLink.kind, Process.key, func.count())
        .join(
            other,
            or_(
                (RecordLink.from_id == record_id) & (RecordLink.to_id == other.id),
                (RecordLink.to_id == record_id) & (RecordLink.from_id == other.id),
            ),
        )
        .join(Process, Process.id == other.process_id)
        .group_by(RecordLink.kind, Process.key)
    )
    counted: dict[str, dict[str, int]] = {}
    for kind, process, number in rows:
        counted.setdefault(kind, {})[process] = number
    return counted


def utc_now() -> datetime:
    """The time for jobs and commands, which no request gives one."""
    return datetime.now(UTC)
