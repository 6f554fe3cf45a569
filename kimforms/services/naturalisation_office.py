"""What a naturalisation office sets for itself; as long as it set nothing, the defaults of the model hold and switches are off."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from ..models import Controller, Municipality, NaturalisationOffice
from ..permissions import Actor, may
from . import audit
from .outbox import ADDRESS
from .refusals import InputRefused, NotPermitted, NotVisible, StaleVersion

BERLIN = ZoneInfo("Europe/Berlin")


def offices(session: Session) -> list[Controller]:
    """The controllers that have a naturalisation office, in the order of the profile."""
    rows = session.scalars(select(Controller).where(Controller.active).order_by(Controller.id))
    return [row for row in rows if row.data.get("naturalisation_office")]


def office_for(session: Session, municipality: str) -> Controller:
    """The controller whose naturalisation office is responsible for a municipality (slug). Raises :class:`NotVisible`."""
    town = session.scalars(select(Municipality).where(Municipality.slug == municipality)).one_or_none()
    wanted = town.data.get("naturalisation_office") if town is not None else None
    found = next((one for one in offices(session) if one.data["naturalisation_office"] == wanted), None)
    if wanted is None or found is None:
        raise NotVisible("Für diese Kommune ist keine Einbürgerungsbehörde eingetragen.")
    return found


def settings_of(session: Session, controller_id: int, now: datetime) -> NaturalisationOffice:
    """The settings of an office; a row with the defaults, not yet stored, where it set nothing."""
    found = session.get(NaturalisationOffice, controller_id)
    if found is not None:
        return found
    return NaturalisationOffice(
        controller_id=controller_id,
        self_check_on=False,
        campaign_on=False,
        campaign_approval="",
        retention_months=6,
        notice_days=30,
        confirm_months=6,
        run_days=7,
        online_url="",
        public_url="",
        contact={},
        changed_at=now,
        row_version=0,  # becomes 1 when somebody keeps it, so that two first editors notice each other
    )


BOUNDS = {
    "retention_months": (1, 36),
    "notice_days": (7, 90),
    "confirm_months": (1, 24),
    "run_days": (1, 30),
}
"""Lowest and highest value of each period. A run of letters holds addresses, so it lives for a month at most."""
CONTACT = ("name", "function", "phone", "email", "hours", "room")
LONGEST = {"campaign_approval": 300, "online_url": 300, "public_url": 300, "contact": 200}


@dataclass(frozen=True)
class NewSettings:
    """What an office sets. Periods are None where no number was entered; ``contact`` has the keys of ``CONTACT``."""

    self_check_on: bool
    campaign_on: bool
    campaign_approval: str
    campaign_approved_on: date | None
    retention_months: int | None
    notice_days: int | None
    confirm_months: int | None
    run_days: int | None
    online_url: str
    public_url: str
    contact: Mapping[str, str]


def change_settings(
    session: Session, actor: Actor, now: datetime, *, controller_id: int, new: NewSettings, row_version: int
) -> bool:
    """Keeps what an office sets for itself; False when nothing changes. ``row_version`` is what the page showed.

    The campaign can be on only while it stands here who in data protection approved it and when. Raises
    :class:`NotPermitted` for another office's, :class:`InputRefused` by field, :class:`StaleVersion`.
    """
    if not may(actor, "naturalisation:settings", controller_id):
        raise NotPermitted()
    office = settings_of(session, controller_id, now)
    values = _cleaned(new)
    if errors := _problems(values, now.astimezone(BERLIN).date()):
        raise InputRefused(errors)
    changes = {
        key: [_plain(getattr(office, key)), _plain(value)]
        for key, value in values.items()
        if getattr(office, key) != value
    }
    if not changes:
        return False
    if office.row_version != row_version:
        raise StaleVersion(
            "Inzwischen hat jemand anderes die Einstellungen geändert. Sehen Sie sich die Seite noch einmal an."
        )
    for key, value in values.items():
        setattr(office, key, value)
    office.changed_at, office.changed_by_id = now, actor.user_id
    session.add(office)
    audit.record(session, actor, now, audit.Tag.NATURALISATION_SETTINGS, controller_id=controller_id, changes=changes)
    return True


def _cleaned(new: NewSettings) -> dict[str, Any]:
    return {
        "self_check_on": new.self_check_on,
        "campaign_on": new.campaign_on,
        "campaign_approval": " ".join(new.campaign_approval.split()),
        "campaign_approved_on": new.campaign_approved_on,
        **{key: getattr(new, key) for key in BOUNDS},
        "online_url": new.online_url.strip(),
        "public_url": new.public_url.strip(),
        "contact": {key: text for key in CONTACT if (text := " ".join(new.contact.get(key, "").split()))},
    }


def _problems(values: Mapping[str, Any], today: date) -> dict[str, str]:
    errors: dict[str, str] = {}
    for key, (lowest, highest) in BOUNDS.items():
        if values[key] is None or not lowest <= values[key] <= highest:
            errors[key] = f"Geben Sie eine ganze Zahl von {lowest} bis {highest} ein."
    for key in ("online_url", "public_url"):
        if values[key] and not _is_address(values[key]):
            errors[key] = "Geben Sie eine Adresse an, die mit https:// beginnt."
    for key in ("campaign_approval", "online_url", "public_url"):
        if len(values[key]) > LONGEST[key]:
            errors[key] = f"Bitte höchstens {LONGEST[key]} Zeichen."
    for key, text in values["contact"].items():
        if len(text) > LONGEST["contact"]:
            errors[f"contact_{key}"] = f"Bitte höchstens {LONGEST['contact']} Zeichen."
    if (email := values["contact"].get("email")) and not ADDRESS.fullmatch(email):
        errors["contact_email"] = "Geben Sie eine E-Mail-Adresse wie einbuergerung@stadt.example ein."
    return errors | _approval_problems(values, today)


def _approval_problems(values: Mapping[str, Any], today: date) -> dict[str, str]:
    errors: dict[str, str] = {}
    approved_on = values["campaign_approved_on"]
    if values["campaign_on"] and not values["campaign_approval"]:
        errors["campaign_approval"] = "Geben Sie an, wer im Datenschutz das Erstellen der Briefe freigegeben hat."
    if values["campaign_on"] and approved_on is None:
        errors["campaign_approved_on"] = "Geben Sie an, wann es freigegeben wurde."
    if approved_on is not None and approved_on > today:
        errors["campaign_approved_on"] = "Die Freigabe kann nicht in der Zukunft liegen."
    return errors


def _is_address(text: str) -> bool:
    try:
        parts = urlsplit(text)
    except ValueError:
        return False
    return parts.scheme == "https" and bool(parts.hostname) and not any(one.isspace() for one in text)


def _plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, date) else value
