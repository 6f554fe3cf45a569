"""Places in a briefing: registering and cancelling oneself, people that staff enter, attendance, and certificates for it."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session
from sqlalchemy.orm.attributes import flag_modified

from ...engine.text import BrokenText, one_line
from ...models import Briefing, BriefingPlace, Organisation
from ...permissions import Actor
from .. import audit, outbox
from ..checklists.access import services_of
from ..records.facts import local_day
from ..refusals import InputRefused, NotPermitted, NotVisible, StaleVersion, StepRefused
from . import briefing_mails
from .briefings import advises, moved_up, registered, require_planned, require_work, seated

LONGEST_NAME, LONGEST_ADDRESS, LONGEST_ORGANISATION = 200, 254, 80


def register(
    session: Session, actor: Actor, now: datetime, briefing: Briefing, *, organisation: str | None = None
) -> BriefingPlace:
    """Takes a place for an adviser, or the next one on the waiting list where all are taken (:func:`waits`).

    ``organisation`` says for which of several services; ``briefing`` has to be locked. Registering twice changes nothing.
    Raises :class:`NotPermitted` for whoever advises for no service, :class:`StepRefused` once it began.
    """
    services = sorted(services_of(actor))
    if not advises(actor) or not services or actor.user_id is None:
        raise NotPermitted("Anmelden können sich Beraterinnen und Berater. Andere trägt die Einbürgerungsbehörde ein.")
    if organisation is not None and organisation not in services:
        raise InputRefused({"organisation": "Wählen Sie eine Stelle, für die Sie beraten."})
    _require_open(briefing, now)
    place = place_of(briefing, actor.user_id)
    if place is not None and place.cancelled_at is None:
        return place
    if place is not None:
        briefing.sequence += 1  # calendars took the entry out with the one before
    else:
        place = BriefingPlace(user_id=actor.user_id, name=actor.name, email=actor.email, registered_at=now)
        briefing.places.append(place)
    place.organisation = organisation or services[0]
    place.name, place.email = actor.name, actor.email
    place.registered_at, place.cancelled_at = now, None
    _entered(session, actor, now, briefing, place, by_office=False)
    return place


def add_person(
    session: Session, actor: Actor, now: datetime, briefing: Briefing, *, name: str, organisation: str, email: str
) -> BriefingPlace:
    """Somebody without account, entered by staff, also on the day itself. ``organisation`` may be free text.

    Raises :class:`NotPermitted`, :class:`StepRefused` for a cancelled one, :class:`InputRefused`.
    """
    require_work(actor, briefing)
    if briefing.state == "cancelled":
        require_planned(actor, briefing)
    shown = _line("name", name, LONGEST_NAME)
    if not shown:
        raise InputRefused({"name": "Geben Sie den Namen ein."})
    address = _line("email", email, LONGEST_ADDRESS)
    if address and not outbox.ADDRESS.fullmatch(address):
        raise InputRefused({"email": "Geben Sie eine E-Mail-Adresse wie name@beispiel.de ein."})
    if address and any(place.email.casefold() == address.casefold() for place in registered(briefing)):
        raise InputRefused({"email": "Mit dieser Adresse ist schon jemand angemeldet."})
    place = BriefingPlace(
        name=shown, email=address, organisation=_line("organisation", organisation, LONGEST_ORGANISATION) or None,
        registered_at=now,
    )  # fmt: skip
    briefing.places.append(place)
    flag_modified(briefing, "state")  # a list of attendance without this person is stale now
    _entered(session, actor, now, briefing, place, by_office=True)
    return place


def give_up(session: Session, actor: Actor, now: datetime, briefing: Briefing, place: BriefingPlace) -> None:
    """Ends a registration: one's own before the briefing begins, or by staff. Who waits longest moves up.

    Raises :class:`NotVisible` for somebody else's, :class:`StepRefused` once attendance is recorded.
    """
    own = place.user_id is not None and place.user_id == actor.user_id
    if place.briefing_id != briefing.id:
        raise NotVisible()
    if not own:
        require_planned(actor, briefing)
    else:
        _require_open(briefing, now)
    if place.cancelled_at is not None:
        return
    before = seated(briefing)
    had_one = place in before
    place.cancelled_at = now
    briefing.sequence += 1
    audit.record(
        session, actor, now, audit.Tag.BRIEFING_LEAVE, controller_id=briefing.controller_id, briefing=briefing.id,
        place=place.id, by_office=not own,
    )  # fmt: skip
    briefing_mails.left(session, now, briefing, place, had_one=had_one, own=own)
    for other in moved_up(briefing, before):
        briefing_mails.moved_up(session, now, briefing, other)


def record_attendance(
    session: Session,
    actor: Actor,
    now: datetime,
    briefing: Briefing,
    attended: Collection[int],
    *,
    row_version: int | None,
) -> int:
    """Notes who was there (ids of places) and who was not; the briefing counts as held. Can be put right later.

    Those who attended get a certificate number and, the first time, a mail. Returns how many attended. Raises
    :class:`StepRefused` before the briefing began or after it was cancelled.
    """
    require_work(actor, briefing)
    if briefing.state == "cancelled":
        require_planned(actor, briefing)
    if briefing.starts_at > now:
        raise StepRefused(["Die Teilnahme tragen Sie ein, sobald die Schulung begonnen hat."])
    if row_version is not None and row_version != briefing.row_version:
        raise StaleVersion("Inzwischen hat jemand anderes die Teilnahme eingetragen. Sehen Sie sich die Liste an.")
    there = registered(briefing)
    if unknown := set(attended) - {place.id for place in there}:
        raise InputRefused({"attended": f"Unbekannte Einträge: {len(unknown)}. Laden Sie die Seite neu."})
    fresh = []
    for place in there:
        here = place.id in attended
        if here and not place.attended:
            fresh.append(place)
        place.attended = here
        place.certificate = number_of(briefing, place) if here else None
    briefing.state = "held"
    flag_modified(briefing, "state")  # a second list of the same briefing is another version too
    audit.record(
        session, actor, now, audit.Tag.BRIEFING_ATTEND, controller_id=briefing.controller_id, briefing=briefing.id,
        attended=sorted(attended), absent=len(there) - len(attended),
    )  # fmt: skip
    for place in fresh:
        briefing_mails.certified(session, now, briefing, place)
    return len(attended)


def number_of(briefing: Briefing, place: BriefingPlace) -> str:
    """The number of a certificate: year, briefing, place. The same one when attendance is noted again."""
    return f"SB-{local_day(briefing.starts_at).year}-{briefing.id:04d}-{place.id:04d}"


def place_of(briefing: Briefing, user_id: int | None) -> BriefingPlace | None:
    """The place that belongs to an account, cancelled or not."""
    return next((place for place in briefing.places if place.user_id is not None and place.user_id == user_id), None)


def place_by_id(briefing: Briefing, place_id: int) -> BriefingPlace:
    """A place of this briefing. Raises :class:`NotVisible`."""
    found = next((place for place in briefing.places if place.id == place_id), None)
    if found is None:
        raise NotVisible()
    return found


def waits(briefing: Briefing, place: BriefingPlace) -> int:
    """The number on the waiting list, from 1; 0 for whoever has a place."""
    there = registered(briefing)
    if place not in there or briefing.capacity is None:
        return 0
    return max(0, there.index(place) + 1 - briefing.capacity)


def organisation_choices(session: Session) -> list[tuple[str, str]]:
    """Organisations of the profile by name, for staff who enter somebody."""
    rows = session.execute(
        select(Organisation.slug, Organisation.name).where(Organisation.active).order_by(Organisation.name)
    )
    return [(row.slug, row.name) for row in rows]


def _entered(
    session: Session, actor: Actor, now: datetime, briefing: Briefing, place: BriefingPlace, *, by_office: bool
) -> None:
    session.flush()  # the event and the order of places need the id
    audit.record(
        session, actor, now, audit.Tag.BRIEFING_REGISTER, controller_id=briefing.controller_id, briefing=briefing.id,
        place=place.id, by_office=by_office,
    )  # fmt: skip
    if briefing.starts_at > now:
        briefing_mails.entered(session, now, briefing, place, waiting=waits(briefing, place))


def _require_open(briefing: Briefing, now: datetime) -> None:
    if briefing.state == "cancelled":
        raise StepRefused(["Der Termin ist abgesagt."])
    if briefing.state == "held" or briefing.starts_at <= now:
        raise StepRefused(["Der Termin hat schon begonnen."])


def _line(field: str, typed: str, longest: int) -> str:
    try:
        plain = one_line(typed)
    except BrokenText:
        raise InputRefused({field: "Der Text enthält Zeichen, die sich nicht speichern lassen."}) from None
    if len(plain) > longest:
        raise InputRefused({field: f"Kürzen Sie den Text auf {longest} Zeichen."})
    return plain
