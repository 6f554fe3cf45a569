"""A seat that changed hands between invitation and meeting: the person before is left out, the new one comes on the list."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Session

from ...models import Meeting, Seat
from ...permissions import Actor
from ..bodies.access import day_of
from ..bodies.people import place_on
from ..refusals import StepRefused
from .dispatch import uninvite
from .invitees import active, everybody, put, remove, require_open

GONE_ON = "Ihr Sitz in diesem Gremium ist am Tag der Sitzung neu besetzt."


def exchange(session: Session, actor: Actor, now: datetime, meeting: Meeting, seat: Seat) -> bool:
    """Makes the list follow the seat; whether an invitation has to be sent now, which it has once others were invited.

    Raises :class:`NotPermitted`, and :class:`StepRefused` where the list fits the seat, as after a second click.
    """
    require_open(actor, meeting)
    rows = active(everybody(session, meeting))
    here = next((one for one in rows if one.seat_id == seat.id and one.as_role == "principal"), None)
    now_on_it = place_on(session, seat, day_of(meeting)).person
    if (here.person_id if here is not None else None) == (now_on_it.id if now_on_it is not None else None):
        raise StepRefused(("Auf diesem Sitz ist schon eingeladen, wer ihn am Tag der Sitzung hat.",))
    if here is not None and here.invited_at is None:
        remove(session, actor, now, meeting, here)
    elif here is not None:
        uninvite(session, actor, now, meeting, here, reason=GONE_ON)
    if now_on_it is None:
        return False
    put(session, actor, now, meeting, person=now_on_it, seat=seat)
    return meeting.record.state == "eingeladen"
