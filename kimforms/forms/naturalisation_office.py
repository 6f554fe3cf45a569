"""The form of what a naturalisation office sets for itself."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask_wtf import FlaskForm
from wtforms import BooleanField, StringField

from ..models import NaturalisationOffice
from .records import GermanDateField

Say = Callable[[str, str], str]


def settings_form(say: Say, office: NaturalisationOffice) -> Any:
    """Switches, periods, addresses and contact of an office, with what is set now."""
    fields = _fields(say)
    values = {key: getattr(office, key) for key in fields if not key.startswith("contact_")}
    values |= {f"contact_{key}": office.contact.get(key, "") for key in _contact(say)}
    form = type("OfficeSettingsForm", (FlaskForm,), fields)(prefix="office-", data=values)
    for field in form:
        if field.type == "StringField":
            number = field.short_name in _periods(say)
            field.kimforms = {"type": "short_text", "optional": not number} | (
                {"inputmode": "numeric", "width": 4} if number else {}
            )
    form.campaign_approved_on.kimforms = {"type": "date", "optional": True}
    form.campaign_approved_on.language = say("de", "en")
    return form


def _fields(say: Say) -> dict[str, Any]:
    return {
        "self_check_on": BooleanField(
            say("Selbstprüfung ohne Konto anbieten", "Offer the self-check without an account"),
            description=say("Der Server behält keine Antwort.", "The server keeps no answer."),
        ),
        "campaign_on": BooleanField(
            say("Briefe der Kampagne hier erstellen", "Make letters of the campaign here"),
            description=say(
                "Nur zusammen mit der Freigabe durch den Datenschutz",
                "Only together with the approval of data protection",
            ),
        ),
        "campaign_approval": StringField(say("Freigegeben von (Datenschutz)", "Approved by (data protection)")),
        "campaign_approved_on": GermanDateField(say("Freigegeben am", "Approved on")),
        **{key: StringField(label, description=hint) for key, (label, hint) in _periods(say).items()},
        "online_url": StringField(
            say("Adresse des Online-Antrags", "Address of the online application"),
            description=say("Der Online-Antrag des Landes wird verlinkt, nicht nachgebaut.", "Linked, not rebuilt."),
        ),
        "public_url": StringField(
            say("Seite der Stadt oder des Kreises zur Einbürgerung", "Page of the town or county")
        ),
        **{f"contact_{key}": StringField(label) for key, label in _contact(say).items()},
    }


def _periods(say: Say) -> dict[str, tuple[str, str]]:
    return {
        "retention_months": (
            say("Checklisten enden nach … Monaten", "Checklists end after … months"),
            say("Gezählt ab dem Verweis oder der letzten Änderung", "Counted from the hand-over or the last change"),
        ),
        "notice_days": (
            say("Hinweis an den Dienst … Tage vorher", "Notice to the service … days before"),
            say("Dann wird gelöscht, wenn niemand etwas ändert", "Then it is erased unless somebody changes something"),
        ),
        "confirm_months": (
            say(
                "Einträge der Beratungsdienste gelten … Monate als bestätigt",
                "Entries of services count as confirmed for … months",
            ),
            say("Ältere halten einen Brieflauf an", "Older ones stop a run of letters"),
        ),
        "run_days": (
            say(
                "Adressen eines Brieflaufs werden nach … Tagen gelöscht",
                "Addresses of a run of letters are deleted after … days",
            ),
            say("Oder sofort nach dem Herunterladen", "Or at once after the download"),
        ),
    }


def _contact(say: Say) -> dict[str, str]:
    return {
        "name": say("Ansprechperson", "Contact person"),
        "function": say("Funktion", "Function"),
        "phone": say("Telefon", "Phone"),
        "email": say("E-Mail", "E-mail"),
        "hours": say("Sprechzeiten", "Hours"),
        "room": say("Raum und Adresse", "Room and address"),
    }
