"""Who signs minutes, who may do so, and what a signature is worth: signing on screen, on paper, and signatures that fell."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from ...models import Body, Meeting, Minutes, MinutesSignature, MinutesVersion, Person
from ...permissions import Actor
from ...rules.minutes_rules import signatures as signatures_verdict
from ...rules.rulebook import Rulebook
from ...rules.verdict import Verdict
from .. import audit, outbox
from ..bodies.access import STEERING, day_of, require_work
from ..bodies.people import officers_on
from ..bodies.rulebooks import rulebook_at
from ..refusals import NotPermitted, StepRefused
from . import contents, versions

FUNCTIONS = {"chair": "Sitzungsleitung", "minute_taker": "Protokollführung"}
AT_WORK = ("draft", "check", "signed")


@dataclass(frozen=True)
class Signing:
    """Who has to sign these minutes, who did, and the verdict of the rulebook on it."""

    people: Mapping[str, Person | None]
    signatures: tuple[MinutesSignature, ...]
    fallen: tuple[MinutesSignature, ...]
    verdict: Verdict

    @property
    def done(self) -> frozenset[str]:
        return frozenset(one.function for one in self.signatures)

    def open_for(self, actor: Actor) -> list[str]:
        """The functions in which this account still has to sign."""
        return [
            function
            for function, person in self.people.items()
            if function not in self.done and person is not None and person.user_id == actor.user_id is not None
        ]


def required(body: Body, rulebook: Rulebook) -> tuple[str, ...]:
    """The functions that sign. Bodies that are not steering sign only where their own rules say so."""
    if body.formality != STEERING and "minutes_signed_by" not in rulebook.settled:
        return ()
    return tuple(rulebook.minutes_signed_by)


def signing_of(session: Session, minutes: Minutes) -> Signing:
    """The state of the signatures; a fixed number of queries."""
    meeting = minutes.meeting
    rulebook = rulebook_at(session, meeting)
    wanted = required(meeting.body, rulebook)
    found = session.scalars(
        select(MinutesSignature)
        .join(MinutesVersion)
        .where(MinutesVersion.meeting_id == minutes.meeting_id)
        .options(joinedload(MinutesSignature.person), joinedload(MinutesSignature.version))
        .order_by(MinutesSignature.id)
    ).all()
    alive = tuple(one for one in found if one.revoked_at is None)
    people = people_of(session, meeting)
    verdict = signatures_verdict(
        rulebook, {one.function for one in alive} | ({*rulebook.minutes_signed_by} - {*wanted})
    )
    return Signing(
        {function: people.get(function) for function in wanted},
        alive,
        tuple(one for one in found if one.revoked_at is not None),
        verdict,
    )


def people_of(session: Session, meeting: Meeting) -> dict[str, Person | None]:
    """Who led the meeting and who kept its minutes: as noted for it, else as the body had it on its day."""
    officers = officers_on(session, meeting.body, day_of(meeting))
    noted = {"chair": meeting.chair, "minute_taker": meeting.minute_taker}
    return {
        function: noted[function] or next((one.person for one in officers if one.function == function), None)
        for function in FUNCTIONS
    }


def is_chair(session: Session, actor: Actor, meeting: Meeting) -> bool:
    """Whether this account belongs to who led the meeting."""
    chair = people_of(session, meeting)["chair"]
    return chair is not None and actor.user_id is not None and chair.user_id == actor.user_id


def sign(session: Session, actor: Actor, now: datetime, *, minutes: Minutes, function: str) -> MinutesSignature:
    """Somebody with an account signs in the function held. Twice is once.

    Raises :class:`NotPermitted` for who does not hold it, and :class:`StepRefused` as :func:`_put` says.
    """
    person = people_of(session, minutes.meeting).get(function)
    if person is None or actor.user_id is None or person.user_id != actor.user_id:
        raise NotPermitted()
    return _put(session, actor, now, minutes, function, person)


def sign_by_link(
    session: Session, actor: Actor, now: datetime, *, minutes: Minutes, person: Person
) -> MinutesSignature:
    """The chair without account signs by the link from the mail. Raises as :func:`sign` does."""
    if people_of(session, minutes.meeting)["chair"] != person:
        raise NotPermitted()
    return _put(session, actor, now, minutes, "chair", person)


def sign_on_paper(
    session: Session, actor: Actor, now: datetime, *, minutes: Minutes, function: str
) -> MinutesSignature:
    """The office keeps that a signature stands on the printed minutes; it is shown as such. Raises as :func:`sign` does."""
    require_work(actor, minutes.meeting.body)
    person = people_of(session, minutes.meeting).get(function)
    if person is None:
        word = FUNCTIONS.get(function, function)
        raise StepRefused([f"Wer die {word} hatte, ist nicht festgehalten. Tragen Sie es in der Sitzung nach."])
    return _put(session, actor, now, minutes, function, person, on_paper=True)


def fall(session: Session, actor: Actor, now: datetime, minutes: Minutes) -> int:
    """A change makes the signatures worthless; whoever had signed is told. Returns how many fell."""
    fallen = _alive(session, minutes)
    for one in fallen:
        one.revoked_at = now
    if not fallen:
        return 0
    record = minutes.meeting.record
    audit.record(
        session, actor, now, audit.Tag.MINUTES_UNSIGN,
        about=record, version=fallen[0].version.number, functions=sorted(one.function for one in fallen),
    )  # fmt: skip
    text = (
        f"Die Niederschrift zu {record.reference} wurde geändert, nachdem Sie unterschrieben hatten. Ihre Unterschrift gilt "
        "deshalb nicht mehr. Sie bekommen die neue Fassung zur Unterschrift."
    )
    for address in dict.fromkeys(one.person.email for one in fallen if one.person.email):
        outbox.queue(
            session, now, controller_id=record.controller_id, kind="minutes.unsigned", to=[(address, None)],
            subject=f"{record.reference}: Niederschrift geändert", text=text, record=record,
        )  # fmt: skip
    return len(fallen)


def _put(
    session: Session,
    actor: Actor,
    now: datetime,
    minutes: Minutes,
    function: str,
    person: Person,
    on_paper: bool = False,
) -> MinutesSignature:
    """Adds a signature to the version that was handed over; the last one makes the minutes signed.

    Raises :class:`StepRefused` when nobody signs in this function, when the minutes are not to be signed now, or when
    something mandatory is missing.
    """
    meeting = minutes.meeting
    rulebook = rulebook_at(session, meeting)
    wanted = required(meeting.body, rulebook)
    if function not in wanted:
        raise StepRefused(["In dieser Funktion wird die Niederschrift nicht unterschrieben."])
    known = {one.function: one for one in _alive(session, minutes)}
    if function in known:
        return known[function]
    if minutes.state != "check":
        raise StepRefused([_not_now(minutes.state)])
    contents.require(minutes, rulebook)
    version = versions.last(session, minutes)
    assert version is not None  # handing over made it
    signature = MinutesSignature(
        version=version,
        version_id=version.id,
        function=function,
        person=person,
        person_id=person.id,
        signed_at=now,
        signed_by_id=actor.user_id,
        on_paper=on_paper,
    )
    session.add(signature)
    audit.record(
        session, actor, now, audit.Tag.MINUTES_SIGN,
        about=meeting.record, version=version.number, function=function, person=person.id, on_paper=on_paper,
    )  # fmt: skip
    if _complete(wanted, {*known, function}):
        minutes.state = "signed"
    minutes.changed_at = now
    session.flush()  # the page and the paper read it back
    return signature


def _complete(wanted: Collection[str], signed: Collection[str]) -> bool:
    return set(wanted) <= set(signed)


def _alive(session: Session, minutes: Minutes) -> list[MinutesSignature]:
    return list(
        session.scalars(
            select(MinutesSignature)
            .join(MinutesVersion)
            .where(MinutesVersion.meeting_id == minutes.meeting_id, MinutesSignature.revoked_at.is_(None))
            .options(joinedload(MinutesSignature.person), joinedload(MinutesSignature.version))
            .order_by(MinutesSignature.id)
        )
    )


def _not_now(state: str) -> str:
    if state == "draft":
        return "Die Niederschrift ist noch ein Entwurf. Geben Sie sie erst zur Prüfung."
    return "Die Niederschrift ist schon unterzeichnet."
