"""Carries out the effects of a transition: one executor a kind. A definition with an effect that none serves is refused."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from ...engine.deadlines import add_days
from ...engine.definition import ProcessDefinition
from ...engine.effects import TODAY, Effect, kind_of
from ...engine.people import FieldRef
from ...engine.text import pick
from ...models import Follow, Question, Record, User
from ...permissions import Actor
from .. import audit
from ..advice import course_dates
from ..catalogues import catalogues
from ..projection import project
from . import chain, mails
from .facts import local_day
from .recipients import resolve, responsible_for
from .tasking import put_task


@dataclass
class Occasion:
    """Why effects are carried out: the transition's form answers and what mails may quote of it."""

    definition: ProcessDefinition
    form: Mapping[str, Any] = field(default_factory=dict)
    values: dict[str, str] = field(default_factory=dict)
    mails: int = 0


Executor = Callable[[Session, Actor, datetime, Record, Any, Occasion], None]
Call = Callable[[Session, Actor, datetime, Record, Occasion], None]


def execute(
    session: Session, actor: Actor, now: datetime, record: Record, effects: tuple[Effect, ...], occasion: Occasion
) -> None:
    """Carries out ``effects`` in their order, mails last, so that they speak of the state that was reached."""
    for effect in sorted(effects, key=lambda one: kind_of(one) == "notify"):
        EXECUTORS[kind_of(effect)](session, actor, now, record, _settings(effect), occasion)


def unserved(definition: ProcessDefinition) -> list[str]:
    """Effects, calls and retention rules of a definition that this installation cannot carry out."""
    effects = [*definition.workflow.on_submit]
    for transition in definition.workflow.transitions:
        effects.extend(transition.effects)
    for state in definition.workflow.states.values():
        for rule in state.deadlines:
            effects.extend(rule.escalate.effects if rule.escalate else ())
    missing = {kind_of(effect) for effect in effects} - EXECUTORS.keys()
    calls = {_settings(effect).name for effect in effects if kind_of(effect) == "call"}
    kept = {rule.what for rule in definition.retention} - RETENTION
    return sorted(missing | {f"call {name}" for name in calls - CALLS.keys()} | {f"retention {what}" for what in kept})


def _settings(effect: Effect) -> Any:
    return getattr(effect, next(iter(type(effect).model_fields)))


def _notify(session: Session, actor: Actor, now: datetime, record: Record, settings: Any, occasion: Occasion) -> None:
    occasion.mails += mails.send(
        session, actor, now, record, occasion.definition, settings.mail, settings.to, occasion.values
    )


def _assign(session: Session, actor: Actor, now: datetime, record: Record, settings: Any, occasion: Occasion) -> None:
    chosen: User | None = None
    if settings.to == "actor":
        chosen = session.get(User, actor.user_id) if actor.user_id else None
    elif settings.to == "creator":
        chosen = record.creator
    elif settings.to == "responsible":
        chosen = responsible_for(session, record.controller_id, record.municipality, local_day(now))
    elif isinstance(settings.to, FieldRef):
        value = occasion.form.get(settings.to.field, record.answers.get(settings.to.field))
        chosen = session.get(User, int(value)) if str(value or "").isdigit() else None
    set_assignee(session, actor, now, record, chosen)


def set_assignee(session: Session, actor: Actor, now: datetime, record: Record, person: User | None) -> bool:
    """Makes ``person`` responsible and records it; False when nothing changed."""
    if record.assignee_id == (person.id if person else None):
        return False
    old = record.assignee_id
    record.assignee = person
    record.assignee_id = person.id if person else None
    if person is not None and session.get(Follow, (record.id, person.id)) is None:
        session.add(Follow(record_id=record.id, user_id=person.id, since=now))
    audit.record(session, actor, now, audit.Tag.RECORD_ASSIGN, about=record, old=old, new=record.assignee_id)
    return True


def _set(session: Session, actor: Actor, now: datetime, record: Record, settings: Any, occasion: Occasion) -> None:
    value = occasion.form.get(settings.from_) if settings.from_ is not None else settings.value
    field = occasion.definition.fields().get(settings.field)
    if value == TODAY and field is not None and field.type == "date":
        value = local_day(now).isoformat()
    old = record.answers.get(settings.field)
    record.answers = {**record.answers, settings.field: value}
    change = {"old": audit.Erasable(old), "new": audit.Erasable(value)}
    audit.record(session, actor, now, audit.Tag.RECORD_CHANGE, about=record, changes={settings.field: change})
    project(record, occasion.definition, catalogues(session), local_day(now))


def _task(session: Session, actor: Actor, now: datetime, record: Record, settings: Any, occasion: Occasion) -> None:
    day = local_day(now)
    due = add_days(day, settings.after, settings.unit) if settings.after is not None else None
    for user in resolve(session, record, settings.to, day).users:
        put_task(
            session,
            actor,
            now,
            record=record,
            controller_id=record.controller_id,
            title=pick(settings.title),
            assignee_id=user.id,
            due_on=due,
            while_state=record.state if settings.with_state else None,
        )


def _deadline(session: Session, actor: Actor, now: datetime, record: Record, settings: Any, occasion: Occasion) -> None:
    record.due_on = add_days(local_day(now), settings.after, settings.unit)
    audit.record(
        session,
        actor,
        now,
        audit.Tag.DEADLINE_START,
        about=record,
        rule=settings.id,
        due_on=record.due_on.isoformat(),
    )


def _call(session: Session, actor: Actor, now: datetime, record: Record, settings: Any, occasion: Occasion) -> None:
    CALLS[settings.name](session, actor, now, record, occasion)


def _link(session: Session, actor: Actor, now: datetime, record: Record, settings: Any, occasion: Occasion) -> None:
    chain.link(session, actor, now, record, settings, occasion.form)


def _step(session: Session, actor: Actor, now: datetime, record: Record, settings: Any, occasion: Occasion) -> None:
    chain.step(session, actor, now, record, settings, occasion.form)


def _publish(session: Session, actor: Actor, now: datetime, record: Record, settings: Any, occasion: Occasion) -> None:
    chain.publish(session, actor, now, record, settings, occasion.form)


def ask_reporter(session: Session, actor: Actor, now: datetime, record: Record, occasion: Occasion) -> None:
    """Keeps the question of the transition's form (its field ``question``) for the reporter to answer."""
    assert actor.user_id is not None
    text = str(occasion.form["question"])
    question = Question(record_id=record.id, asked_by_id=actor.user_id, asked_at=now, text=text)
    session.add(question)
    session.flush()  # the event names the question's id
    occasion.values["question"] = text
    audit.record(
        session, actor, now, audit.Tag.RECORD_ASK, about=record, question=question.id, text=audit.Erasable(text)
    )


def store_answer(session: Session, actor: Actor, now: datetime, record: Record, occasion: Occasion) -> None:
    """Puts the answer of the transition's form to the oldest question that has none."""
    question = session.scalar(
        select(Question)
        .where(Question.record_id == record.id, Question.answer.is_(None))
        .order_by(Question.id)
        .limit(1)
    )
    if question is None:
        return
    question.answer, question.answered_at, question.answered_by_id = str(occasion.form["answer"]), now, actor.user_id
    audit.record(
        session,
        actor,
        now,
        audit.Tag.RECORD_ANSWER,
        about=record,
        question=question.id,
        text=audit.Erasable(question.answer),
        by_reporter=actor.kind == "reporter" or actor.user_id == record.creator_id,
    )


RETENTION = frozenset({"contact", "drafts"})
"""What services/retention.py erases; a rule for anything else would promise what nobody keeps."""

EXECUTORS: dict[str, Executor] = {
    "notify": _notify,
    "assign": _assign,
    "set": _set,
    "task": _task,
    "deadline": _deadline,
    "link": _link,
    "step": _step,
    "publish": _publish,
    "call": _call,
}
CALLS: dict[str, Call] = {
    "ask_reporter": ask_reporter,
    "store_answer": store_answer,
    "course_date": course_dates.keep_in_step,
}
