"""What a transition will bring, in sentences: shown before it is confirmed."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from sqlalchemy.orm import Session

from ...engine.definition import ProcessDefinition, Transition
from ...engine.effects import kind_of
from ...engine.people import FieldRef, Recipient
from ...engine.text import pick
from ...engine.workflow import deadlines_of
from ...models import Record, User
from ...permissions import Actor
from .. import publication_consequences
from ..catalogues import catalogues
from ..publication_content import snapshot
from ..refusals import StepRefused
from . import mails
from .facts import local_day
from .recipients import resolve, responsible_for


@dataclass
class Mails:
    """The mails of a transition, counted: names of colleagues, and what the reporter gets."""

    inside: dict[int, str] = field(default_factory=dict)
    number: int = 0
    reporter: bool = False
    reporter_meant: bool = False


def consequences(
    session: Session,
    actor: Actor,
    now: datetime,
    record: Record,
    definition: ProcessDefinition,
    transition: Transition,
    *,
    missing: int = 0,
    colleagues: str | None = None,
    language: str = "de",
) -> list[str]:
    """The sentences, in the order in which things happen. ``missing``: approvals that are needed, this one included.

    Nothing is changed. Who is told is found as :func:`mails.send` finds it. ``colleagues`` stands for their names in
    front of somebody who must not learn them.
    """
    say = _say(language)
    if missing > 1:
        more = missing - 1
        return [
            say(
                f"Ihre Zustimmung wird festgehalten. Danach {'fehlt noch eine' if more == 1 else f'fehlen noch {more}'}.",
                f"Your approval is recorded. Then {more} more {'is' if more == 1 else 'are'} needed.",
            )
        ]
    told = [*_state(record, definition, transition, now, language)]
    assignee = _new_assignee(session, actor, record, transition, local_day(now))
    for effect in transition.effects:
        if colleagues is None:
            told += _effect_words(session, record, effect, assignee, now, language)
            told += _public_words(session, actor, now, record, effect, language)
    counted = _mails(session, actor, now, record, definition, transition, assignee)
    names = list(counted.inside.values()) if colleagues is None else [colleagues] if counted.inside else []
    if not counted.number and any(kind_of(effect) == "publish" for effect in transition.effects):
        return told  # whom the worker tells is said already; "no mail" would contradict it
    return told + _mail_words(counted, names, say, outside=colleagues is not None)


def _say(language: str) -> Any:
    return lambda german, english: english if language == "en" else german


def _state(
    record: Record, definition: ProcessDefinition, transition: Transition, now: datetime, language: str
) -> Iterator[str]:
    say = _say(language)
    reached = transition.target(record.state)
    if reached == record.state:
        yield say("Der Stand bleibt, wie er ist.", "The state stays as it is.")
        return
    state = definition.workflow.states[reached]
    name = pick(state.label, language)
    yield say(f"Der neue Stand ist „{name}“.", f"The new state is “{name}”.")
    for due in deadlines_of(definition, reached, local_day(now)):
        label = pick(due.rule.label, language)
        day = f"{due.due:%d.%m.%Y}"
        yield say(f"Eine Frist beginnt: „{label}“ bis {day}.", f"A deadline begins: “{label}” by {day}.")
    if state.kind == "done":
        yield say("Der Vorgang ist damit beendet.", "This ends the record.")


@dataclass(frozen=True)
class _Assignee:
    """Who is responsible afterwards; ``changes`` is False when the transition says nothing about it."""

    changes: bool
    person: User | None


def _new_assignee(session: Session, actor: Actor, record: Record, transition: Transition, today: date) -> _Assignee:
    person, changes = record.assignee, False
    for effect in transition.effects:
        if kind_of(effect) != "assign":
            continue
        to, changes = effect.assign.to, True  # type: ignore[union-attr]
        if isinstance(to, FieldRef):
            return _Assignee(False, record.assignee)  # only the form will tell
        person = {
            "actor": lambda: session.get(User, actor.user_id) if actor.user_id else None,
            "creator": lambda: record.creator,
            "responsible": lambda: responsible_for(session, record.controller_id, record.municipality, today),
        }.get(str(to), lambda: None)()
    return _Assignee(changes and person is not record.assignee, person)


def _effect_words(
    session: Session, record: Record, effect: Any, assignee: _Assignee, now: datetime, language: str
) -> Iterator[str]:
    say, kind = _say(language), kind_of(effect)
    if kind == "assign" and assignee.changes:
        name = assignee.person.name if assignee.person else say("niemand", "nobody")
        yield say(f"Zuständig ist dann: {name}.", f"Responsible will be: {name}.")
    elif kind == "task":
        title = pick(effect.task.title, language)
        names = ", ".join(one.name for one in resolve(session, record, effect.task.to, local_day(now)).users)
        yield say(
            f"Eine Aufgabe entsteht: „{title}“" + (f" für {names}." if names else "."),
            f"A task is made: “{title}”" + (f" for {names}." if names else "."),
        )


def _public_words(
    session: Session, actor: Actor, now: datetime, record: Record, effect: Any, language: str
) -> list[str]:
    """What becomes public, and who will be told of it."""
    if kind_of(effect) != "publish":
        return []
    if effect.publish.withdraw:
        return publication_consequences.withdrawal(language)
    try:
        shown = snapshot(session, record, effect.publish.fields, catalogues=catalogues(session), today=local_day(now))
    except StepRefused as refused:
        return list(refused.reasons)
    return publication_consequences.consequences(session, actor, now, record, shown, language)


def _mails(
    session: Session,
    actor: Actor,
    now: datetime,
    record: Record,
    definition: ProcessDefinition,
    transition: Transition,
    assignee: _Assignee,
) -> Mails:
    counted = Mails()
    for effect in transition.effects:
        if kind_of(effect) != "notify":
            continue
        to: Iterable[Recipient] = effect.notify.to  # type: ignore[union-attr]
        counted.reporter_meant |= "reporter" in to
        extra = assignee.person if assignee.changes and "assignee" in to else None
        rest = [one for one in to if not (one == "assignee" and assignee.changes)]
        found = mails.addressed(session, actor, now, record, definition, effect.notify.mail, rest)  # type: ignore[union-attr]
        inside = {user.id: user.name for user in found.inside}
        if extra is not None and extra.id != actor.user_id:
            inside[extra.id] = extra.name
        counted.inside |= inside
        counted.reporter |= bool(found.reporter or found.address)
        counted.number += len(inside) + len(found.reporter) + bool(found.address)
    return counted


def _mail_words(counted: Mails, names: list[str], say: Any, *, outside: bool) -> list[str]:
    sentences = []
    if counted.reporter:
        names = [*names, say("Sie", "you") if outside else say("die meldende Person", "the reporting person")]
    if counted.number == 1:
        sentences.append(say(f"Es wird 1 E-Mail versandt: an {names[0]}.", f"1 mail is sent: to {names[0]}."))
    elif counted.number:
        listed = ", ".join(names)
        sentences.append(
            say(
                f"Es werden {counted.number} E-Mails versandt: an {listed}.",
                f"{counted.number} mails are sent: to {listed}.",
            )
        )
    else:
        sentences.append(say("Es wird keine E-Mail versandt.", "No mail is sent."))
    if counted.reporter_meant and not counted.reporter and not outside:
        sentences.append(
            say(
                "Die meldende Person bekommt keine E-Mail: Sie hat keine Adresse hinterlassen oder wollte keine Nachricht.",
                "The reporting person gets no mail: they left no address or wanted no message.",
            )
        )
    return sentences
