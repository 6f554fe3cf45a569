"""Corrections of minutes that were sent: addenda stand beside them, with numbers of their own, and go to everybody."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Session

from ...models import Minutes, MinutesAddendum
from ...permissions import Actor
from .. import audit
from ..bodies.access import require_work
from ..refusals import InputRefused, StaleVersion, StepRefused
from . import content as blocks
from . import editing, files, sending

LONGEST = 10_000
LONGEST_REASON = 300


def checked(minutes: Minutes, correction: files.Correction) -> files.Correction:
    """The correction as it would be kept. What is about something confidential is confidential.

    Raises :class:`StepRefused` before sending, :class:`InputRefused` by field.
    """
    if minutes.state not in editing.SENT:
        raise StepRefused(["Die Niederschrift ist noch nicht versandt: Ändern Sie sie selbst."])
    text = correction.text.replace("\x00", "").replace("\r\n", "\n").strip()
    reason = " ".join(correction.reason.replace("\x00", "").split())
    target = blocks.find(minutes.content, correction.block) if correction.block else None
    errors = {}
    if not text:
        errors["text"] = "Schreiben Sie, wie es richtig heißt."
    elif len(text) > LONGEST:
        errors["text"] = f"Bitte höchstens {LONGEST} Zeichen."
    if len(reason) > LONGEST_REASON:
        errors["reason"] = f"Bitte höchstens {LONGEST_REASON} Zeichen."
    if correction.block and target is None:
        errors["block"] = "Wählen Sie einen Abschnitt der Niederschrift."
    if errors:
        raise InputRefused(errors)
    confidential = correction.confidential or bool(target and target["confidential"])
    return files.Correction(text, correction.block, reason, confidential)


def add(
    session: Session,
    actor: Actor,
    now: datetime,
    *,
    minutes: Minutes,
    correction: files.Correction,
    prepared: files.Prepared,
) -> MinutesAddendum:
    """Adds and sends an addendum; the same one again (double click) is the first one.

    ``prepared`` are the files with it (:func:`files.collect` with the checked correction). Raises :class:`NotPermitted`,
    :class:`StaleVersion` when something changed since they were made, and as :func:`checked` does.
    """
    require_work(actor, minutes.meeting.body)
    correction = checked(minutes, correction)
    known = files.addenda_of(session, minutes)
    if known and (known[-1].text, known[-1].block) == (correction.text, correction.block):
        return known[-1]
    if files.collect(session, now, minutes, correction).fingerprint != prepared.fingerprint:
        raise StaleVersion(sending.CHANGED, current=minutes)
    addendum = files.new_addendum(minutes, correction, now, known)
    addendum.created_by_id = actor.user_id
    session.add(addendum)
    session.flush()  # the event names its id
    audit.record(
        session, actor, now, audit.Tag.MINUTES_ADDENDUM,
        about=minutes.meeting.record, addendum=addendum.id, number=addendum.number, block=addendum.block,
        text=audit.Erasable(addendum.text),
    )  # fmt: skip
    minutes.changed_at = now
    sending.send_addendum(session, actor, now, minutes=minutes, prepared=prepared, number=addendum.number)
    return addendum
