"""Invitation, change, cancellation, reminder: who gets what, whether it may go out now, and that nothing goes out twice.

``carry_out`` does all of it from outside a transaction, since setting the papers takes a while; ``send`` is the part that
writes. What has gone out shows in the rows, so a second click finds nobody left.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from sqlalchemy import select
from sqlalchemy.orm import Session

from ...models import Dispatch, Invitee, Meeting, Record
from ...permissions import Actor
from ...rules.rulebook import Rulebook
from .. import audit, reply_links
from ..bodies.access import BERLIN, STEERING, day_of, require_work
from ..bodies.people import people_on
from ..bodies.rulebooks import pin_rulebook, rulebook_at
from ..file_store import FileStore
from ..queries.agenda import agenda_of, lines_of
from ..refusals import InputRefused, NotVisible, StaleVersion, StepRefused
from . import notices, papers
from .changes import Change, announcements, asked_sequence, pending_change, snapshot
from .invitees import active, by_person, everybody
from .letter_words import said_by_rules
from .mail_words import Content
from .mailing import Post, deliver, earlier_files
from .moving import take_step
from .offers import refresh_numbers

Kind = Literal["invitation", "update", "cancellation", "reminder"]
KINDS: tuple[Kind, ...] = ("invitation", "update", "cancellation", "reminder")
WITH_PAPERS = ("invitation", "update")
LONGEST_REASON = 1000
Unit = Callable[[], AbstractContextManager[Session]]


@dataclass(frozen=True)
class Wanted:
    """What the office says beside pressing the button: why the notice is shortened; that it knows to be too late.

    ``rules_asked`` False: the seat was called in time, only its holder is another one now.
    """

    reason: str = ""
    late: bool = False
    rules_asked: bool = True


def carry_out(
    unit: Unit,
    actor: Actor,
    now: datetime,
    *,
    reference: str,
    kind: Kind,
    store: FileStore,
    wanted: Wanted | None = None,
) -> int:
    """Checks, sets the papers, queues the mails; returns the id of the :class:`Dispatch`. Raises as :func:`send` does."""
    wanted = wanted or Wanted()
    prepared = None
    if kind in WITH_PAPERS:
        with unit() as session:
            meeting = _meeting(session, reference)
            check(session, actor, now, meeting, kind, wanted)
            note_reason(session, actor, now, meeting, wanted)
            collected = papers.collect(session, actor, now, meeting)
        prepared = papers.prepare(collected, store)
    with unit() as session:
        return send(session, actor, now, _meeting(session, reference), kind, prepared=prepared, wanted=wanted).id


def send(
    session: Session,
    actor: Actor,
    now: datetime,
    meeting: Meeting,
    kind: Kind = "invitation",
    *,
    prepared: papers.Prepared | None = None,
    wanted: Wanted | None = None,
) -> Dispatch:
    """Queues one mail for each person, and notes who gets a letter.

    An invitation goes to those not invited yet, fixes the rules of procedure and moves the meeting on; an update tells
    the invited what changed; a cancellation all; a reminder those whose answer is missing. Raises
    :class:`NotPermitted`, :class:`StepRefused` (nobody left, wrong state), :class:`InputRefused` (``reason`` or ``late`` is
    missing) and :class:`StaleVersion` when the agenda changed since the papers were set.
    """
    wanted = wanted or Wanted()
    groups = check(session, actor, now, meeting, kind, wanted)
    if prepared is not None and prepared.fingerprint != papers.fingerprint_of(session, meeting):
        raise StaleVersion(
            "Die Tagesordnung hat sich gerade geändert. Es ging nichts hinaus; bitte prüfen Sie sie noch einmal."
        )
    note_reason(session, actor, now, meeting, wanted)
    change = pending_change(session, meeting)
    if kind == "update":
        meeting.sequence = max(meeting.sequence, (meeting.sent_sequence or 0) + 1)
    post = post_of(session, now, meeting, kind, prepared, change)
    made = deliver(session, actor, now, post, groups)
    _move_on(session, actor, now, meeting, kind, groups)
    return made


def check(
    session: Session, actor: Actor, now: datetime, meeting: Meeting, kind: Kind, wanted: Wanted
) -> list[list[Invitee]]:
    """The people who would get something now, by person. Raises as :func:`send` does."""
    require_work(actor, meeting.body)
    rows = active(everybody(session, meeting))
    invited = [one for one in rows if one.invited_at is not None]
    if kind == "cancellation":
        return by_person(_to_cancel(session, meeting, invited))
    if meeting.starts_at <= now:
        raise StepRefused(("Der Beginn der Sitzung ist vorbei.",))
    if kind == "reminder":
        return by_person(_to_remind(session, now, meeting, invited))
    change = pending_change(session, meeting)
    if kind == "update":
        if change is None or meeting.record.state != "eingeladen":
            raise StepRefused(("Es gibt keine Änderung, die noch mitzuteilen wäre.",))
        if change.asks_again:
            require_notice(session, now, meeting, invited, wanted)
        return by_person(invited)
    waiting = [one for one in rows if one.invited_at is None]
    _require_invitable(meeting, rows, waiting, change)
    require_notice(session, now, meeting, waiting, wanted)
    return by_person(waiting)


def require_notice(session: Session, now: datetime, meeting: Meeting, rows: Sequence[Invitee], wanted: Wanted) -> None:
    """Raises :class:`InputRefused` where the rules of procedure want a reason, or a word that it is known to be too late."""
    found = notices.outlook(session, meeting, rows, now.astimezone(BERLIN).date())
    if not found.binding or found.in_time or not wanted.rules_asked:
        return
    if found.too_late:
        if not wanted.late:
            sentence = "Die Frist ist nicht mehr einzuhalten. Bestätigen Sie, dass Sie trotzdem versenden wollen."
            raise InputRefused({"late": sentence})
    elif found.needs_reason and not (wanted.reason.strip() or meeting.shortened_reason):
        raise InputRefused(
            {"reason": "Geben Sie an, warum die Ladungsfrist verkürzt wird. Der Grund steht in der Einladung."}
        )
    if len(wanted.reason) > LONGEST_REASON:
        raise InputRefused({"reason": f"Bitte höchstens {LONGEST_REASON} Zeichen."})


def note_reason(session: Session, actor: Actor, now: datetime, meeting: Meeting, wanted: Wanted) -> None:
    """Keeps why the notice is shortened, where it was asked for."""
    reason = " ".join(wanted.reason.split())
    if reason and reason != meeting.shortened_reason:
        meeting.shortened_reason = reason
        audit.record(session, actor, now, audit.Tag.MEETING_SHORTEN, about=meeting.record, reason=reason)


def post_of(
    session: Session,
    now: datetime,
    meeting: Meeting,
    kind: str,
    prepared: papers.Prepared | None,
    change: Change | None,
    *,
    reason: str = "",
) -> Post:
    """What would go out now, also for the preview."""
    lines, _budget = lines_of(session, meeting) if kind in WITH_PAPERS else ([], None)
    rulebook = rulebook_at(session, meeting)
    shown: dict[str, Any] = snapshot(meeting, agenda_of(session, meeting))
    told = change if kind == "update" else None
    if told is not None:
        shown |= {
            "asks_again": told.asks_again,
            "changes": list(told.lines),
            "changes_for_guests": list(told.lines_for_guests),
        }
    reason = reason or (meeting.cancel_reason if kind == "cancellation" else "")
    shown["reason"] = reason
    content = Content(
        kind,
        meeting,
        lines,
        papers.hidden_items(lines),
        said_by_rules(rulebook, meeting),
        told.lines if told else (),
        told.lines_for_guests if told else (),
        asks_again=bool(told and told.asks_again),
        reason=reason,
        papers_left_out=prepared is not None and prepared.left_out,
        deputy_seats=_seats_with_deputy(session, meeting, rulebook),
    )
    asked = asked_sequence(announcements(session, meeting))
    return Post(
        content,
        meeting.sequence,
        shown,
        method=_method(kind),
        asks=kind in ("invitation", "update", "reminder"),
        for_members=prepared.parts(session, now, member=True) if prepared else (),
        for_guests=prepared.parts(session, now, member=False) if prepared else (),
        answers_from=meeting.sequence if told and told.asks_again else asked,
    )


def uninvite(
    session: Session, actor: Actor, now: datetime, meeting: Meeting, row: Invitee, *, reason: str = ""
) -> Dispatch | None:
    """Takes back the invitation of one person on one seat, and those of deputies for this person.

    The calendar entry of that person alone is cancelled with a higher sequence (RFC 5546, 3.2.5); somebody who stays
    invited on another seat gets a mail without it. Who may is for the caller to check. None where nothing was sent.
    """
    rows = active(everybody(session, meeting))
    gone = [row, *(one for one in rows if one.deputy_for_id == row.id)]
    told = [one for one in gone if one.invited_at is not None]
    for one in gone:
        one.uninvited_at = now
        reply_links.revoke(session, now, purpose="invitation", target_id=one.id)
        audit.record(session, actor, now, audit.Tag.INVITEE_REMOVE, about=meeting.record, invitee=one.id,
                     told=one.invited_at is not None)  # fmt: skip
    if not told:
        return None
    meeting.sequence = max(meeting.sequence, meeting.sent_sequence or 0) + 1
    if pending_change(session, meeting) is None:
        meeting.sent_sequence = meeting.sequence
    stays = {one.person_id for one in rows if one.uninvited_at is None and one.invited_at is not None}
    made = None
    for calendar in (True, False):
        groups = by_person([one for one in told if (one.person_id not in stays) is calendar])
        if groups:
            post = post_of(session, now, meeting, "uninvitation", None, None, reason=reason)
            post.whole = False
            post.method = "CANCEL" if calendar else None
            made = deliver(session, actor, now, post, groups)
    return made


def invite_later(session: Session, actor: Actor, now: datetime, meeting: Meeting, row: Invitee) -> Dispatch:
    """Invites one person more with the papers that all others have, such as a deputy. Who may is for the caller to check."""
    post = post_of(session, now, meeting, "invitation", None, None)
    sent = announcements(session, meeting)
    post.snapshot = dict(sent[-1].snapshot) if sent else post.snapshot
    post.snapshot.pop("asks_again", None)
    post.for_members = earlier_files(session, meeting, member=True)
    post.for_guests = earlier_files(session, meeting, member=False)
    row.invited_at = now
    return deliver(session, actor, now, post, [[row]])


def _seats_with_deputy(session: Session, meeting: Meeting, rulebook: Rulebook) -> frozenset[int]:
    """Seats whose holder may send somebody: from the list of the seat, or anybody where the rules leave it open."""
    if not rulebook.deputies_allowed:
        return frozenset()
    places = people_on(session, meeting.body, day_of(meeting))
    return frozenset(one.seat.id for one in places if one.deputies or not rulebook.deputy_named_in_advance)


def _method(kind: str) -> Literal["REQUEST", "CANCEL"] | None:
    if kind in ("cancellation", "uninvitation"):
        return "CANCEL"
    return None if kind == "reminder" else "REQUEST"


def _require_invitable(
    meeting: Meeting, rows: Sequence[Invitee], waiting: Sequence[Invitee], change: Change | None
) -> None:
    state = meeting.record.state
    if state == "geplant" and meeting.body.formality == STEERING:
        raise StepRefused(("Die Tagesordnung ist noch nicht freigegeben. Erst danach wird eingeladen.",))
    if state not in ("geplant", "freigegeben", "eingeladen"):
        raise StepRefused(("Zu dieser Sitzung wird nicht mehr eingeladen.",))
    if not rows:
        raise StepRefused(("Auf der Liste der Eingeladenen steht noch niemand.",))
    if not waiting:
        raise StepRefused(("Alle auf der Liste sind schon eingeladen. Es ging nichts noch einmal hinaus.",))
    if change is not None:
        raise StepRefused(("Teilen Sie zuerst die Änderung mit; danach laden Sie weitere Personen ein.",))


def _to_cancel(session: Session, meeting: Meeting, invited: Sequence[Invitee]) -> list[Invitee]:
    if meeting.record.state != "abgesagt":
        raise StepRefused(("Diese Sitzung ist nicht abgesagt.",))
    done = select(Dispatch.id).where(Dispatch.meeting_id == meeting.record_id, Dispatch.kind == "cancellation")
    if session.scalar(done.limit(1)) is not None:
        raise StepRefused(("Die Absage ist schon versandt.",))
    if not invited:
        raise StepRefused(("Zu dieser Sitzung war noch niemand eingeladen.",))
    return list(invited)


def _to_remind(session: Session, now: datetime, meeting: Meeting, invited: Sequence[Invitee]) -> list[Invitee]:
    if meeting.record.state != "eingeladen":
        raise StepRefused(("Erinnert wird nur, solange zur Sitzung eingeladen ist.",))
    found = unanswered(session, now, meeting, invited)
    if not found:
        raise StepRefused(("Es fehlt keine Antwort, oder alle wurden heute schon erinnert.",))
    return found


def unanswered(session: Session, now: datetime, meeting: Meeting, invited: Sequence[Invitee]) -> list[Invitee]:
    """Rows of people who owe an answer to the time that holds now, get mails, and were not reminded today."""
    asked = asked_sequence(announcements(session, meeting))
    today = now.astimezone(BERLIN).date()
    return [
        one
        for one in invited
        if one.channel == "mail"
        and (one.answer == "none" or (one.answered_sequence or 0) < asked)
        and (one.reminded_at is None or one.reminded_at.astimezone(BERLIN).date() < today)
    ]


def _move_on(
    session: Session, actor: Actor, now: datetime, meeting: Meeting, kind: str, groups: Sequence[Sequence[Invitee]]
) -> None:
    """What a dispatch means for the meeting and its rows."""
    rows = [one for group in groups for one in group]
    if kind == "reminder":
        for one in rows:
            one.reminded_at = now
        return
    meeting.sent_sequence = meeting.sequence
    refresh_numbers(session, actor, now, meeting)
    if kind != "invitation":
        return
    for one in rows:
        one.invited_at = now
    pin_rulebook(session, meeting)
    if meeting.dispatched_at is None:
        meeting.dispatched_at = now
    if meeting.record.state != "eingeladen":
        take_step(session, actor, now, meeting, "einladen")


def _meeting(session: Session, reference: str) -> Meeting:
    found = session.scalars(select(Meeting).join(Record).where(Record.reference == reference)).one_or_none()
    if found is None:
        raise NotVisible()
    return found
