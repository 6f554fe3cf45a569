"""Entering, changing, ending and confirming entries of the directory. What an entry says is public, who changed it is kept."""

from __future__ import annotations

import re
from dataclasses import dataclass, fields, replace
from datetime import date, datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from ...engine.text import BrokenText, normalise, one_line
from ...models import AdvisoryService, Municipality, Organisation
from ...permissions import Actor, may
from .. import audit, outbox, reply_links
from ..publishing import slug_of
from ..records.facts import local_day
from ..refusals import InputRefused, NotPermitted, StaleVersion, StepRefused
from .directory import require_care
from .vocabulary import FIELDS, LANGUAGES

PURPOSE = "service"
POSTCODE = re.compile(r"\d{5}")
WEBSITE = re.compile(r"https?://[^\s/?#@]+\.[^\s/?#@]+[^\s]*")
LONGEST = {
    "name": 200, "carrier": 200, "target_group": 300, "street": 200, "town": 120, "phone": 60, "email": 254,
    "website": 300, "hours": 2000, "town_hall_hours": 300, "postcode": 5,
}  # fmt: skip
LINES = frozenset({"hours"})
RESERVED = frozenset({"care", "new", "list"})
"""Words that the pages below ``/services`` use themselves."""
BY_STAFF = frozenset({"organisation", "in_letters", "valid_until"})
"""What only the office and the coordination decide: who looks after an entry, and whether letters name it."""
WITHOUT_ACCOUNT = frozenset(
    {"target_group", "street", "postcode", "town", "phone", "website", "hours", "appointment_needed", "languages",
     "accessible", "town_hall_hours"}
)  # fmt: skip
"""What the service itself may correct by the link in a mail. Not its address for mails: whoever holds a link that was
passed on must not be able to turn the next one to themselves."""
TOLD = "Diesen Eintrag gibt es nicht mehr: Er ist beendet oder in einem anderen aufgegangen."


@dataclass(frozen=True)
class EntryData:
    """What an entry says; see :class:`~kimforms.models.AdvisoryService`. Text is as typed and cleaned on writing."""

    name: str
    organisation: str | None = None
    carrier: str = ""
    target_group: str = ""
    street: str = ""
    postcode: str = ""
    town: str = ""
    municipality: str | None = None
    municipalities: tuple[str, ...] = ()
    phone: str = ""
    email: str = ""
    website: str = ""
    hours: str = ""
    appointment_needed: bool | None = None
    languages: tuple[str, ...] = ()
    accessible: bool | None = None
    town_hall_hours: str = ""
    fields: tuple[str, ...] = ()
    in_letters: bool = False
    valid_until: date | None = None


NAMES = tuple(one.name for one in fields(EntryData))


def data_of(entry: AdvisoryService) -> EntryData:
    """What an entry says now."""
    values: dict[str, Any] = {name: getattr(entry, name) for name in NAMES}
    plain: dict[str, Any] = {name: tuple(one) if isinstance(one, list) else one for name, one in values.items()}
    return EntryData(**plain)


def enter(
    session: Session, actor: Actor, now: datetime, data: EntryData, *, controller_id: int, slug: str | None = None
) -> AdvisoryService:
    """A new entry, which nobody has confirmed yet, at the address ``slug`` or one made of its name.

    Raises :class:`NotPermitted`, :class:`InputRefused`.
    """
    if actor.kind != "system" and not may(actor, "directory:work", controller_id):
        raise NotPermitted()
    clean = checked(session, data)
    entry = AdvisoryService(
        slug=slug or _free_slug(session, clean.name),
        controller_id=controller_id,
        created_at=now,
        changed_at=now,
        changed_by_id=actor.user_id,
        **_columns(clean),
    )
    session.add(entry)
    session.flush()  # the history names the entry's id
    audit.record(
        session, actor, now, audit.Tag.DIRECTORY_ENTER, controller_id=controller_id, entry=entry.id, slug=entry.slug,
        name=entry.name, organisation=entry.organisation,
    )  # fmt: skip
    return entry


def change(
    session: Session, actor: Actor, now: datetime, entry: AdvisoryService, data: EntryData, *,
    row_version: int | None = None,
) -> tuple[str, ...]:  # fmt: skip
    """Changes what an entry says; returns the names of what is different now.

    Advisers do not change what is for the office to decide (``BY_STAFF``): it stays as it was. Raises
    :class:`NotPermitted`, :class:`StaleVersion`, :class:`InputRefused`.
    """
    require_care(actor, entry)
    if not (actor.kind == "system" or may(actor, "directory:work", entry.controller_id)):
        data = replace(data, **{name: getattr(data_of(entry), name) for name in BY_STAFF})
    return _write(session, actor, now, entry, data, row_version, via="account")


def correct_by_link(
    session: Session, actor: Actor, now: datetime, entry: AdvisoryService, data: EntryData
) -> tuple[str, ...]:
    """What the service corrects by the link of a mail, which confirms the rest. Only ``WITHOUT_ACCOUNT`` is taken over.

    Raises :class:`InputRefused`, and :class:`StepRefused` for an entry that ended.
    """
    require_live(entry)
    known = data_of(entry)
    data = replace(known, **{name: getattr(data, name) for name in WITHOUT_ACCOUNT})
    changed = _write(session, actor, now, entry, data, None, via="link")
    note_confirmation(session, actor, now, entry, by=entry.email, via="link")
    return changed


def confirm(session: Session, actor: Actor, now: datetime, entry: AdvisoryService) -> None:
    """Somebody who looks after the entry says that everything is right. Raises :class:`NotPermitted`, :class:`StepRefused`."""
    require_care(actor, entry)
    require_live(entry)
    note_confirmation(session, actor, now, entry, by=actor.name, via="account")


def note_confirmation(
    session: Session, actor: Actor, now: datetime, entry: AdvisoryService, *, by: str, via: str
) -> None:
    """Keeps who confirmed and when; what was asked is answered with it."""
    entry.confirmed_on, entry.confirmed_by = local_day(now), by[:200]
    entry.asked_at = entry.reminded_at = None
    audit.record(
        session, actor, now, audit.Tag.DIRECTORY_CONFIRM, controller_id=entry.controller_id, entry=entry.id,
        slug=entry.slug, via=via,
    )  # fmt: skip


def set_active(
    session: Session, actor: Actor, now: datetime, entry: AdvisoryService, active: bool, reason: str
) -> None:
    """Takes an entry off the public pages and out of letters, or puts it back. A reason is wanted for ending it.

    Raises :class:`NotPermitted` for everybody but staff, :class:`InputRefused` without a reason, :class:`StepRefused` for
    an entry that went up in another.
    """
    if actor.kind != "system" and not may(actor, "directory:work", entry.controller_id):
        raise NotPermitted()
    if entry.merged_into_id is not None:
        raise StepRefused([TOLD])
    if entry.active == active:
        return
    reason = _text("reason", reason, {}, 500)
    if not active and not reason:
        raise InputRefused({"reason": "Schreiben Sie kurz, warum der Eintrag endet."})
    entry.active, entry.changed_at, entry.changed_by_id = active, now, actor.user_id
    if not active:
        entry.asked_at = entry.reminded_at = None
        reply_links.revoke(session, now, purpose=PURPOSE, target_id=entry.id)
    audit.record(
        session, actor, now, audit.Tag.DIRECTORY_STATE, controller_id=entry.controller_id, entry=entry.id,
        slug=entry.slug, active=active, reason=audit.Erasable(reason),
    )  # fmt: skip


def require_live(entry: AdvisoryService) -> None:
    """Raises :class:`StepRefused` for an entry that ended or went up in another."""
    if not entry.active or entry.merged_into_id is not None:
        raise StepRefused([TOLD])


def checked(session: Session, data: EntryData) -> EntryData:
    """The same, cleaned. Raises :class:`InputRefused` with a sentence for each field that does not fit."""
    errors: dict[str, str] = {}
    texts: dict[str, Any] = {name: _text(name, getattr(data, name), errors, most) for name, most in LONGEST.items()}
    if not texts["name"] and "name" not in errors:
        errors["name"] = "Geben Sie den Namen der Beratungsstelle ein."
    if texts["postcode"] and not POSTCODE.fullmatch(texts["postcode"]):
        errors["postcode"] = "Geben Sie die Postleitzahl mit fünf Ziffern ein."
    if texts["email"] and not outbox.ADDRESS.fullmatch(texts["email"]):
        errors["email"] = "Geben Sie eine E-Mail-Adresse ein, zum Beispiel beratung@stelle.example."
    if texts["website"] and not WEBSITE.fullmatch(texts["website"]):
        errors["website"] = "Geben Sie die Internetadresse mit https:// am Anfang ein."
    _refuse_unknown(errors, "languages", data.languages, LANGUAGES)
    _refuse_unknown(errors, "fields", data.fields, FIELDS)
    towns = set(session.scalars(select(Municipality.slug)))
    _refuse_unknown(errors, "municipalities", data.municipalities, towns)
    _refuse_unknown(errors, "municipality", [data.municipality] if data.municipality else [], towns)
    if data.organisation and not session.scalar(select(Organisation.id).where(Organisation.slug == data.organisation)):
        errors["organisation"] = "Wählen Sie einen Träger aus der Liste."
    if errors:
        raise InputRefused(errors)
    listed: dict[str, Any] = {
        name: tuple(dict.fromkeys(getattr(data, name))) for name in ("languages", "fields", "municipalities")
    }
    return replace(
        data, **texts, **listed, organisation=data.organisation or None, municipality=data.municipality or None
    )


def _write(
    session: Session, actor: Actor, now: datetime, entry: AdvisoryService, data: EntryData, row_version: int | None, *,
    via: str,
) -> tuple[str, ...]:  # fmt: skip
    if row_version is not None and row_version != entry.row_version:
        raise StaleVersion("Inzwischen hat jemand anderes diesen Eintrag geändert.", current=entry)
    known, fresh = _columns(data_of(entry)), _columns(checked(session, data))
    different = tuple(name for name in NAMES if known[name] != fresh[name])
    if not different:
        return ()
    for name in different:
        setattr(entry, name, fresh[name])
    entry.changed_at, entry.changed_by_id = now, actor.user_id
    if "email" in different:  # whoever reads the old mailbox no longer speaks for the service
        reply_links.revoke(session, now, purpose=PURPOSE, target_id=entry.id)
        entry.asked_at = entry.reminded_at = None
    changes = {
        name: {"old": audit.Erasable(_plain(known[name])), "new": audit.Erasable(_plain(fresh[name]))}
        for name in different
    }
    audit.record(
        session, actor, now, audit.Tag.DIRECTORY_CHANGE, controller_id=entry.controller_id, entry=entry.id,
        slug=entry.slug, via=via, changes=changes,
    )  # fmt: skip
    return different


def _columns(data: EntryData) -> dict[str, Any]:
    values = {name: getattr(data, name) for name in NAMES}
    return {name: list(value) if isinstance(value, tuple) else value for name, value in values.items()}


def _plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, date) else value


def _text(name: str, value: str, errors: dict[str, str], most: int) -> str:
    try:
        text = normalise(value).strip() if name in LINES else one_line(value).strip()
    except BrokenText:
        errors[name] = "Dieser Text enthält Zeichen, die sich nicht lesen lassen."
        return ""
    if len(text) > most:
        errors[name] = f"Kürzen Sie den Text auf höchstens {most} Zeichen."
    return text


def _refuse_unknown(errors: dict[str, str], name: str, chosen: Any, known: Any) -> None:
    if any(one not in known for one in chosen):
        errors[name] = "Wählen Sie nur aus der Liste."


def _free_slug(session: Session, name: str) -> str:
    start = slug_of(name)[:70]
    taken = set(
        session.scalars(select(AdvisoryService.slug).where(AdvisoryService.slug.startswith(start, autoescape=True)))
    )
    taken |= RESERVED
    number, slug = 1, start
    while slug in taken:
        number += 1
        slug = f"{start}-{number}"
    return slug
