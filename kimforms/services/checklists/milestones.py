"""What the office reports back under the pseudonym: received, being examined, more requested, decided; never the outcome."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy.orm import Session

from ...models import ClientChecklist, HandOver, Milestone
from ...permissions import Actor
from .. import audit
from ..records.facts import local_day
from ..refusals import InputRefused, NotPermitted, StepRefused
from . import sharing
from .access import sight_of
from .free_text import about
from .hand_over import latest
from .moving import take_step
from .refreshing import refreshed
from .telling import tell_service

LONGEST_NOTE = 500
KINDS = {"received": "eingegangen", "examining": "in Prüfung", "requested": "Nachforderung", "decided": "entschieden"}
STEPS = {"received": "empfangen", "examining": "pruefen", "requested": "nachfordern", "decided": "entscheiden"}
FROM = {
    "received": ("verwiesen",),
    "examining": ("eingegangen", "nachforderung"),
    "requested": ("eingegangen", "in_pruefung"),
    "decided": ("eingegangen", "in_pruefung", "nachforderung"),
}
"""In which states of the record each may be reported."""


def possible(checklist: ClientChecklist) -> list[str]:
    """The milestones that may be reported now, in their order."""
    return [kind for kind, states in FROM.items() if checklist.record.state in states]


def report(
    session: Session,
    actor: Actor,
    now: datetime,
    checklist: ClientChecklist,
    *,
    kind: str,
    on: date | None = None,
    note: str = "",
    insist: bool = False,
) -> Milestone:
    """Reports a milestone of the hand-over that lies with the office; the same one once more is the same milestone.

    ``on``: the day, today where none is given. With ``decided`` the case is over: nothing is shared any more. Raises
    :class:`NotPermitted` for the service, :class:`StepRefused` in another state, :class:`InputRefused` for a day that
    cannot be, :class:`Doubtful` for a note with personal data.
    """
    made = at_office(session, actor, checklist)
    if kind not in KINDS:
        raise InputRefused({"kind": "Wählen Sie, was Sie melden."})
    if made.milestones and made.milestones[-1].kind == kind:
        return made.milestones[-1]
    if kind not in possible(checklist):
        raise StepRefused([f"„{KINDS[kind]}“ passt nicht zum jetzigen Stand dieses Verweises."])
    day = on or local_day(now)
    if not local_day(made.at) <= day <= local_day(now):
        raise InputRefused({"on": "Der Tag liegt zwischen dem Verweis und heute."})
    plain = about(checklist, "note", note, longest=LONGEST_NOTE, insist=insist)
    milestone = Milestone(kind=kind, on=day, note=plain, at=now, by_id=actor.user_id)
    made.milestones.append(milestone)
    _carry_out(session, actor, now, checklist, made, kind)
    audit.record(
        session,
        actor,
        now,
        audit.Tag.CHECKLIST_MILESTONE,
        about=checklist.record,
        number=made.number,
        kind=kind,
        on=day.isoformat(),
    )
    refreshed(checklist)
    text = f"Die Einbürgerungsbehörde hat zur Checkliste {checklist.record.reference} einen neuen Stand gemeldet."
    tell_service(session, now, checklist, kind="milestone", text=text, page="/hand-over")
    return milestone


def at_office(session: Session, actor: Actor, checklist: ClientChecklist) -> HandOver:
    """The hand-over that the actor's office works on. Raises :class:`NotVisible`, :class:`NotPermitted`, :class:`StepRefused`."""
    sight = sight_of(session, actor, checklist)
    if sight.side != "office" or not sight.whole:
        raise NotPermitted("Über einen Verweis berichtet die Einbürgerungsbehörde, an die verwiesen wurde.")
    made = latest(session, checklist)
    if made is None or made.state not in ("sent", "received"):
        raise StepRefused(["Zu dieser Checkliste liegt Ihnen kein Verweis vor."])
    return made


def _carry_out(
    session: Session, actor: Actor, now: datetime, checklist: ClientChecklist, made: HandOver, kind: str
) -> None:
    take_step(session, actor, now, checklist, STEPS[kind])
    if kind == "received":
        made.state, made.received_at, made.received_by_id = "received", now, actor.user_id
    elif kind == "decided":
        made.state = "decided"
        sharing.close_all(session, actor, now, checklist)
