"""Keeping a checklist: its situation, the talk about what is never stored, its name, who looks after it, its end."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime

from sqlalchemy.orm import Session

from ...models import ChecklistEdition, ClientChecklist, User
from ...naturalisation.applies import contradictions, questions
from ...permissions import Actor
from .. import audit, outbox
from ..advice.directory import advisers_of
from ..editions.reading import document_of
from ..records.facts import local_day
from ..refusals import InputRefused, StaleVersion
from .entries import refuse_when_resting, take_back_protected
from .moving import take_step, touch
from .pseudonyms import free_pseudonym
from .refreshing import refreshed

Seen = Mapping[str, bool]


def change_situation(
    session: Session,
    actor: Actor,
    now: datetime,
    checklist: ClientChecklist,
    *,
    situation: Mapping[str, bool],
    route: str | None,
    seen: Seen | None = None,
) -> list[str]:
    """Answers the situation questions anew; returns what in them does not fit together, as sentences to think about.

    What was noted at items that no longer apply is kept and counts again when they do, but for those that a protected
    question could bring as well: that is taken back. ``seen`` is the situation that was
    shown: :class:`StaleVersion` when a colleague changed it since. Raises :class:`InputRefused` for questions that are
    never asked, and :class:`~..refusals.StepRefused` when the checklist is over.
    """
    refuse_when_resting(checklist)
    wanted = fitting_situation(checklist.edition, situation)
    way = fitting_route(checklist.edition, route)
    told = contradictions(document_of(checklist.edition), wanted)
    if wanted == checklist.situation and way == checklist.route:
        return told
    if seen is not None and dict(seen) != checklist.situation:
        raise StaleVersion("Die Situation wurde inzwischen von jemand anderem geändert.", current=checklist.situation)
    old = checklist.situation
    changes = {
        name: [old.get(name), wanted.get(name)]
        for name in sorted(old.keys() | wanted.keys())
        if old.get(name) != wanted.get(name)
    }
    audit.record(
        session,
        actor,
        now,
        audit.Tag.CHECKLIST_SITUATION,
        about=checklist.record,
        changes=audit.Erasable(changes),
        route=audit.Erasable([checklist.route, way]),
    )
    checklist.situation, checklist.route = wanted, way
    take_back_protected(session, actor, now, checklist)
    touch(checklist, now)
    refreshed(checklist)
    return told


def fitting_situation(edition: ChecklistEdition, situation: Mapping[str, bool]) -> dict[str, bool]:
    """Answers to questions that are asked where something is stored. Raises :class:`InputRefused` for any other."""
    document = document_of(edition)
    asked = {one.id for one in questions(document)}
    if any(name not in asked for name in situation):
        raise InputRefused({"situation": "Diese Frage wird nicht gestellt, damit nichts Geschütztes gespeichert wird."})
    return {name: situation[name] is True for name in sorted(situation)}


def fitting_route(edition: ChecklistEdition, route: str | None) -> str | None:
    """The way to citizenship by its id, or None while it is open. Raises :class:`InputRefused` for an unknown one."""
    if route and all(one.id != route for one in document_of(edition).routes):
        raise InputRefused({"route": "Wählen Sie einen der Wege."})
    return route or None


def note_talk(session: Session, actor: Actor, now: datetime, checklist: ClientChecklist, on: date | None) -> None:
    """Notes the day of the talk about everything that is never stored: one day for all of it, or None to take it back.

    Raises :class:`InputRefused` for a day to come, and :class:`~..refusals.StepRefused` when the checklist is over.
    """
    refuse_when_resting(checklist)
    if on is not None and not date(2000, 1, 1) <= on <= local_day(now):
        raise InputRefused({"talked_on": "Das Gespräch hat schon stattgefunden: Geben Sie einen Tag bis heute an."})
    if on == checklist.talked_on:
        return
    audit.record(
        session,
        actor,
        now,
        audit.Tag.CHECKLIST_TALK,
        about=checklist.record,
        talked_on=audit.Erasable(on.isoformat() if on else None),
    )
    checklist.talked_on, checklist.talked_by_id = on, actor.user_id if on else None
    touch(checklist, now)
    refreshed(checklist)


def rename(
    session: Session, actor: Actor, now: datetime, checklist: ClientChecklist, pseudonym: str, *, insist: bool = False
) -> None:
    """Gives the checklist another pseudonym; refusals as for beginning one."""
    refuse_when_resting(checklist)
    name, key = free_pseudonym(
        session,
        checklist.organisation,
        pseudonym,
        today=local_day(now),
        insist=insist,
        besides=checklist.record_id,
    )
    if name == checklist.pseudonym:
        return
    audit.record(
        session,
        actor,
        now,
        audit.Tag.CHECKLIST_RENAME,
        about=checklist.record,
        old=audit.Erasable(checklist.pseudonym),
        new=audit.Erasable(name),
    )
    checklist.pseudonym, checklist.pseudonym_key = name, key
    touch(checklist, now)
    refreshed(checklist)


def hand_to_colleague(
    session: Session,
    actor: Actor,
    now: datetime,
    checklist: ClientChecklist,
    *,
    user_id: int,
    with_items: bool = True,
) -> User:
    """Makes a colleague of the same service responsible and tells them by mail, which names the reference only.

    ``with_items``: points that the one before looked after go along. Raises :class:`InputRefused` for anybody who does
    not advise for this service today.
    """
    people = advisers_of(session, checklist.organisation, local_day(now))
    person = next((one for one in people if one.id == user_id), None)
    if person is None:
        raise InputRefused({"adviser_id": "Wählen Sie jemanden aus Ihrer Beratungsstelle."})
    before = checklist.adviser_id
    if before == user_id:
        return person
    for entry in checklist.entries:
        if with_items and entry.adviser_id is not None and entry.adviser_id == before:
            entry.adviser_id = user_id
    checklist.adviser_id, checklist.adviser = user_id, person
    audit.record(
        session, actor, now, audit.Tag.CHECKLIST_ADVISER, about=checklist.record, old=before, new=user_id
    )  # fmt: skip
    touch(checklist, now)
    refreshed(checklist)
    if user_id != actor.user_id:
        _tell(session, now, checklist, person)
    return person


def end(session: Session, actor: Actor, now: datetime, checklist: ClientChecklist) -> None:
    """Ends the work on a checklist. A second click changes nothing; :class:`StepRefused` while it lies with the office."""
    if checklist.record.state == "beendet":
        return
    take_step(session, actor, now, checklist, "beenden")
    refreshed(checklist)


def take_up(session: Session, actor: Actor, now: datetime, checklist: ClientChecklist) -> None:
    """Takes up a checklist that was ended; everything noted is still there. A second click changes nothing."""
    if checklist.record.state == "in_arbeit":
        return
    take_step(session, actor, now, checklist, "wieder_aufnehmen")
    refreshed(checklist)


def _tell(session: Session, now: datetime, checklist: ClientChecklist, person: User) -> None:
    reference = checklist.record.reference
    outbox.notify(
        session,
        now,
        users=[person],
        controller_id=checklist.record.controller_id,
        kind="checklist.colleague",
        subject=f"Checkliste {reference}",
        text=f"Sie sind jetzt für die Checkliste {reference} zuständig.\n\nWas dort steht, lesen Sie nach der Anmeldung.",
        record=checklist.record,
        link=f"/checklists/{reference}",
        link_label="Checkliste öffnen",
    )
