"""Asks each advisory service from time to time, by mail, whether its entry is still right. The worker calls :func:`run`.

The mail carries a signed link to which nobody needs an account: it shows the entry, a button confirms it, and a form
takes corrections. How often is set by the office of the entry's controller.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import date, datetime, timedelta

import structlog
from sqlalchemy import select
from sqlalchemy.orm import Session

from ...engine.deadlines import add_period
from ...models import AdvisoryService, ReplyLink
from ...permissions import SYSTEM, Actor, may
from .. import audit, outbox, reply_links
from ..naturalisation_office import settings_of
from ..records.facts import local_day
from ..records.recipients import holders_of
from ..refusals import InputRefused, LinkExpired, NotPermitted
from .entries import PURPOSE, require_live

Unit = Callable[[], AbstractContextManager[Session]]
LEAD_DAYS = 28
"""Asked so long before the last confirmation runs out: with the reminder after two weeks an answer comes in time."""
REMIND_DAYS = 14
LINK_LIVES = timedelta(days=60)

log = structlog.get_logger("kimforms.directory")


def run(unit: Unit, now: datetime) -> int:
    """Asks and reminds whoever is due; returns how many mails were queued. Running it twice sends nothing twice."""
    with unit() as session:
        due = [one.id for one in _askable(session) if _next(session, one, now)]
    queued = 0
    for entry_id in due:
        try:
            with unit() as session:
                entry = session.get_one(AdvisoryService, entry_id, with_for_update=True)
                deed = _next(session, entry, now)
                if deed:
                    _mail(session, SYSTEM, now, entry, reminder=deed == "remind")
                    queued += 1
        except Exception as error:
            log.exception("asking a service failed", entry=entry_id, error=repr(error))
    return queued


def ask(session: Session, actor: Actor, now: datetime, entry: AdvisoryService) -> None:
    """Asks a service now, because staff want to know. Raises :class:`NotPermitted`, :class:`StepRefused`, and
    :class:`InputRefused` for an entry without an address.
    """
    if not may(actor, "directory:work", entry.controller_id):
        raise NotPermitted()
    require_live(entry)
    if not entry.email:
        raise InputRefused({"email": "Der Eintrag hat keine E-Mail-Adresse. Fragen Sie telefonisch nach."})
    _mail(session, actor, now, entry, reminder=False)


def entry_behind(session: Session, link: ReplyLink) -> AdvisoryService:
    """The entry to which a link leads. Raises :class:`LinkExpired` once it ended or has another address."""
    entry = session.get(AdvisoryService, link.target_id) if link.target_id is not None else None
    if entry is None or not entry.active or entry.merged_into_id is not None or entry.email != link.address:
        raise LinkExpired(reply_links.GONE)
    return entry


def tell_of_correction(session: Session, now: datetime, entry: AdvisoryService, changed: tuple[str, ...]) -> None:
    """Puts into the daily mail of the office's staff that a service corrected its entry by link, so that somebody looks."""
    if not changed:
        return
    staff = holders_of(session, "naturalisation", entry.controller_id, local_day(now))
    outbox.set_aside(
        session,
        now,
        users=staff,
        controller_id=entry.controller_id,
        subject=f"Beratungsdienst „{entry.name}“ hat seinen Eintrag berichtigt",
        text=f"Bitte sehen Sie den Eintrag an.\n{outbox.absolute(f'/services/{entry.slug}')}",
    )


def _askable(session: Session) -> list[AdvisoryService]:
    wanted = select(AdvisoryService).where(
        AdvisoryService.active, AdvisoryService.merged_into_id.is_(None), AdvisoryService.email != ""
    )
    return list(session.scalars(wanted.order_by(AdvisoryService.id)))


def _next(session: Session, entry: AdvisoryService, now: datetime) -> str:
    """``ask``, ``remind``, or nothing."""
    day, months = local_day(now), settings_of(session, entry.controller_id, now).confirm_months
    if entry.asked_at is not None:
        asked = local_day(entry.asked_at)
        if day >= add_period(asked, months, "months"):
            return "ask"
        return "remind" if entry.reminded_at is None and day >= asked + timedelta(days=REMIND_DAYS) else ""
    return "ask" if entry.confirmed_on is None or day >= asked_from(entry.confirmed_on, months) else ""


def asked_from(confirmed_on: date, months: int) -> date:
    """The day from which a service is asked again; with short periods not long before they run out."""
    return add_period(confirmed_on, months, "months") - timedelta(days=min(LEAD_DAYS, 10 * months))


def _mail(session: Session, actor: Actor, now: datetime, entry: AdvisoryService, *, reminder: bool) -> None:
    link = _live_link(session, entry, now) if reminder else None
    if link is None:
        reply_links.revoke(session, now, purpose=PURPOSE, target_id=entry.id)
        link = reply_links.make(
            session, now, purpose=PURPOSE, address=entry.email, target_id=entry.id, expires_at=now + LINK_LIVES
        )
    if reminder:
        entry.reminded_at = now
    else:
        entry.asked_at, entry.reminded_at = now, None
    audit.record(
        session, actor, now, audit.Tag.DIRECTORY_ASK, controller_id=entry.controller_id, entry=entry.id,
        slug=entry.slug, reminder=reminder,
    )  # fmt: skip
    start = "Erinnerung: " if reminder else ""
    outbox.queue(
        session,
        now,
        controller_id=entry.controller_id,
        kind="directory.reminder" if reminder else "directory.confirm",
        to=[(entry.email, None)],
        subject=f"{start}Stimmt der Eintrag „{entry.name}“ noch?",
        text=_text(entry),
        link=reply_links.path(link),
        link_label="Eintrag ansehen und bestätigen",
    )


def _live_link(session: Session, entry: AdvisoryService, now: datetime) -> ReplyLink | None:
    return session.scalars(
        select(ReplyLink)
        .where(
            ReplyLink.purpose == PURPOSE,
            ReplyLink.target_id == entry.id,
            ReplyLink.address == entry.email,
            ReplyLink.revoked_at.is_(None),
            ReplyLink.expires_at > now,
        )
        .order_by(ReplyLink.id.desc())
        .limit(1)
    ).first()


def _text(entry: AdvisoryService) -> str:
    return (
        "Guten Tag,\n\n"
        f"im Verzeichnis der Beratungsdienste steht Ihr Eintrag „{entry.name}“. Ratsuchende lesen ihn auf unserer Seite, "
        "und Briefe zur Einbürgerung nennen ihn.\n\n"
        "Bitte sehen Sie nach, ob Sprechzeiten, Sprachen, Anschrift und Telefon noch stimmen. Ein Knopf genügt zum "
        "Bestätigen; was nicht mehr stimmt, berichtigen Sie gleich auf der Seite. Ein Konto brauchen Sie nicht.\n\n"
        "Der Link ist nur für Ihre Stelle bestimmt und gilt 60 Tage.\n\n"
        "Vielen Dank"
    )
