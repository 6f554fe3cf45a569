"""The history of a record as people read it: events turned into sentences with labels, old and new values."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING, Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session, selectinload

from ...engine.fields import CleanContext
from ...engine.people import RelationRef
from ...models import Event, Record, RoleGrant, User
from ...permissions import Actor, visible_records
from .. import audit, catalogues
from ..audit import Tag
from ..records.facts import local_day
from .history_decisions import DECISION_TELLERS
from .history_meetings import MEETING_TELLERS
from .history_words import MOST_NAMED, TELLERS, Change, Reading
from .history_words_minutes import MINUTES_TELLERS

if TYPE_CHECKING:
    from .record_page import Seen

A_PAGE = 20


@dataclass(frozen=True)
class Line:
    """One thing that happened, who did it and when."""

    seq: int
    at: datetime
    who: str
    title: str
    tone: str = "neutral"
    changes: Sequence[Change] = ()
    text: str = ""
    followed: Sequence[str] = ()
    """What came of it by itself in the same moment: a deadline, a new responsible person."""


def lines(
    session: Session,
    actor: Actor,
    now: datetime,
    seen: Seen,
    *,
    language: str = "de",
    before: int | None = None,
    after: int | None = None,
) -> tuple[list[Line], int | None]:
    """The history, newest first, and where the next page begins; ``after`` gives what happened since an event.

    Whoever sees less than everything gets what happened to the state, without names and texts.
    """
    wanted = select(Event).where(Event.record_id == seen.record.id).options(selectinload(Event.values))
    if before is not None:
        wanted = wanted.where(Event.seq < before)
    if after is not None:
        wanted = wanted.where(Event.seq > after)
    if not seen.full:
        wanted = wanted.where(Event.tag.in_([Tag.RECORD_SUBMIT.text, Tag.RECORD_TRANSITION.text]))
    events = session.scalars(wanted.order_by(Event.seq.desc()).limit(A_PAGE + 1)).all()
    shown = events[:A_PAGE]
    payloads = {event.seq: audit.payload_of(event) for event in shown}
    reading = _reading(session, actor, now, seen, shown, payloads, language)
    tell = _told if seen.full else _reduced
    found = [(event, line) for event in shown if (line := tell(reading, event, payloads[event.seq])) is not None]
    return _gathered(found), shown[-1].seq if len(events) > A_PAGE else None


FOLLOWS = frozenset(
    tag.text
    for tag in (
        Tag.RECORD_ASSIGN,
        Tag.DEADLINE_START,
        Tag.DEADLINE_DONE,
        Tag.TASK_CREATE,
        Tag.RECORD_ASK,
        Tag.RECORD_ANSWER,
    )
)
DEEDS = frozenset((Tag.RECORD_SUBMIT.text, Tag.RECORD_TRANSITION.text))


def _gathered(found: Sequence[tuple[Event, Line]]) -> list[Line]:
    """The lines with what followed by itself put below the deed that brought it; both happened in one transaction."""
    deeds = {event.at: line for event, line in found if event.tag in DEEDS}
    followed: dict[str, list[str]] = {}
    kept = []
    for event, line in found:
        if event.tag in FOLLOWS and event.at in deeds:
            followed.setdefault(event.at, []).insert(0, line.title)
        else:
            kept.append((event, line))
    return [
        replace(line, followed=tuple(followed[event.at]))
        if line is deeds.get(event.at) and event.at in followed
        else line
        for event, line in kept
    ]


def last_seq(session: Session, record: Record) -> int:
    """The number of the record's latest event; a form carries it, so that a conflict can say what happened since."""
    return session.scalar(select(func.max(Event.seq)).where(Event.record_id == record.id)) or 0


def last_transition(session: Session, record: Record, after: int) -> tuple[str, int | None] | None:
    """The last step that was taken since event ``after`` and by whom; None when there was none."""
    event = session.scalars(
        select(Event)
        .where(Event.record_id == record.id, Event.seq > after, Event.tag == Tag.RECORD_TRANSITION.text)
        .order_by(Event.seq.desc())
        .limit(1)
    ).first()
    return (str(json.loads(event.payload)["transition"]), event.actor_id) if event is not None else None


def _reading(
    session: Session,
    actor: Actor,
    now: datetime,
    seen: Seen,
    events: Sequence[Event],
    payloads: Mapping[int, Mapping[str, Any]],
    language: str,
) -> Reading:
    record = seen.record
    context = CleanContext(catalogues.catalogues(session), local_day(record.created_at), language, record.answers)
    reading = Reading(seen, language, context)
    if not seen.full:
        return reading
    people = {event.actor_id for event in events} | {
        one for payload in payloads.values() for one in _people_in(payload)
    }
    names = session.execute(select(User.id, User.name).where(User.id.in_([one for one in people if one] or [0])))
    reading.names = {row.id: row.name for row in names}
    others = {str(payload["other"]) for payload in payloads.values() if "other" in payload}
    for payload in payloads.values():
        named = payload.get("reports")
        others.update(named[:MOST_NAMED] if isinstance(named, list) else ())
    visible = visible_records(session, actor, local_day(now))
    reading.references = frozenset(
        session.scalars(select(Record.reference).where(Record.reference.in_(others or {""}), visible))
    )
    reading.creator_works = _creator_works(session, record)
    reading.reporters_moments = frozenset(_reporters_moments(seen, events, payloads))
    return reading


def _people_in(payload: Mapping[str, Any]) -> Iterator[int]:
    changes = payload.get("changes")
    assignee = changes.get("assignee") if isinstance(changes, Mapping) else None
    for one in (payload, assignee if isinstance(assignee, Mapping) else {}):
        yield from (value for key in ("old", "new", "assignee") if isinstance(value := one.get(key), int))
    yield from (one for one in payload.get("mentions") or () if isinstance(one, int))


def _creator_works(session: Session, record: Record) -> bool:
    """Whether whoever sent the record also works on it: then only what this person did as reporter is kept apart."""
    roles = session.scalars(
        select(RoleGrant.role).where(
            RoleGrant.user_id == (record.creator_id or 0), RoleGrant.controller_id == record.controller_id
        )
    )
    return not set(roles).isdisjoint(record.process.read_roles)


def _reporters_moments(seen: Seen, events: Iterable[Event], payloads: Mapping[int, Mapping[str, Any]]) -> Iterator[str]:
    """When the reporter acted as reporter; whatever followed from it bears the same moment."""
    for event in events:
        if event.actor_id is None or event.actor_id != seen.record.creator_id:
            continue
        if event.tag == Tag.RECORD_SUBMIT.text:
            yield event.at
        elif event.tag == Tag.RECORD_TRANSITION.text:
            taken = seen.definition.workflow.transition_by_id.get(str(payloads[event.seq].get("transition")))
            rules = taken.actors if taken is not None else ()
            if any(isinstance(rule, RelationRef) and rule.is_ in ("creator", "reporter") for rule in rules):
                yield event.at


def who(reading: Reading, event: Event) -> str:
    """The name of who did it. The account of the reporter is never named: "meldende Person"."""
    if event.actor_kind == "system":
        return "kimforms"
    if event.actor_id is None and reading.definition.reporter is None:
        return reading.say("über einen Link", "by a link")
    if event.actor_id is None:
        return reading.say("meldende Person", "reporting person")
    creator = event.actor_id == reading.seen.record.creator_id and reading.seen.reporter_hidden
    if creator and (not reading.creator_works or event.at in reading.reporters_moments):
        return reading.say("meldende Person", "reporting person")
    return reading.names.get(event.actor_id, "")


def _told(reading: Reading, event: Event, payload: Mapping[str, Any]) -> Line | None:
    rooms = (TELLERS, MEETING_TELLERS, MINUTES_TELLERS, DECISION_TELLERS)
    tell = next((tellers[event.tag] for tellers in rooms if event.tag in tellers), None)
    if tell is None:
        return None
    erased = frozenset(value.key for value in event.values if value.erased_at is not None)
    title, tone, changes, text = tell(reading, payload, erased)
    return Line(event.seq, datetime.fromisoformat(event.at), who(reading, event), title, tone, changes, text)


def _reduced(reading: Reading, event: Event, payload: Mapping[str, Any]) -> Line | None:
    """For reporters: which state was reached when; who did it and why is internal."""
    state = payload.get("state") if event.tag == Tag.RECORD_SUBMIT.text else payload.get("new")
    if event.tag == Tag.RECORD_TRANSITION.text and (payload.get("old") == state or not payload.get("complete", True)):
        return None
    return Line(event.seq, datetime.fromisoformat(event.at), "", reading.state(state), "info")
