"""The filters of the outbox as a GET form, the day before which mails are discarded, and words; in the language of ``say``."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from typing import Any

from wtforms import Form, SearchField, SelectField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import DataRequired

from .records import GermanDateField

Say = Callable[[str, str], str]
NOTES = {
    "Verworfen: Diese Nachricht wird nicht gesendet.": "Discarded: this message will not be sent.",
    "Nicht gesendet: Der Link in dieser Nachricht gilt nicht mehr.": "Not sent: the link in this message is worthless.",
    "Der Versand wurde unterbrochen, nachdem er begonnen hatte. Ob die Mail angekommen ist, weiß das Programm nicht.": (
        "Sending was interrupted after it had begun. The program does not know whether the mail arrived."
    ),
}


def filter_form(say: Say, values: Mapping[str, Any]) -> Any:
    """Status, kind and text; unknown choices count as "all", so that kept addresses still work."""

    class OutboxFilterForm(Form):
        status = SelectField(
            say("Stand", "Status"),
            id="filter-status",  # the frame of every page has a live region of that name
            choices=_choices(
                {
                    "": say("Alle", "All"),
                    "open": say("Liegen geblieben: aufgegeben oder ungewiss", "Stuck: given up or uncertain"),
                    **status_words(say),
                }
            ),
            validate_choice=False,
        )
        kind = SelectField(
            say("Anlass", "Occasion"),
            choices=_choices({"": say("Alle", "All"), **kind_words(say)}),
            validate_choice=False,
        )
        q = SearchField(say("Betreff oder Empfänger", "Subject or recipient"))

    return OutboxFilterForm(values)


def discard_form(say: Say, values: Mapping[str, Any] | None, today: date) -> Any:
    """The day before which waiting mails are discarded; ``form.before.day`` is the date once the form is valid."""
    needed = say("Geben Sie den Tag im Format TT.MM.JJJJ ein.", "Enter the day in the format DD.MM.YYYY.")

    class DiscardForm(Form):
        before = GermanDateField(
            say("Geschrieben vor dem", "Written before"),
            [DataRequired(needed)],
            description=say(
                "Nachrichten von diesem Tag und später bleiben. Format: TT.MM.JJJJ",
                "Messages of that day and later stay. Format: DD.MM.YYYY",
            ),
        )

    form = DiscardForm(values, data={"before": today})
    form.before.kimforms = {"type": "date", "optional": False}
    form.before.language = say("de", "en")
    return form


def note_words(say: Say) -> dict[str, str]:
    """What the program itself notes at a delivery, in the reader's language; what mail servers say stays as it is."""
    return {german: say(german, english) for german, english in NOTES.items()}


def part_words(say: Say) -> dict[str, str]:
    """What a mail carries: calendar objects by their method, files by their media type."""
    return {
        "REQUEST": say("Kalendereintrag: Einladung oder Änderung", "Calendar entry: invitation or change"),
        "CANCEL": say("Kalendereintrag: Absage", "Calendar entry: cancellation"),
        "application/pdf": "PDF",
    }


def status_words(say: Say) -> dict[str, str]:
    """Each status of a delivery in words."""
    return {
        "queued": say("wartet auf den Versand", "waiting to be sent"),
        "sending": say("wird gerade gesendet", "being sent"),
        "sent": say("gesendet", "sent"),
        "uncertain": say("ungewiss", "uncertain"),
        "dead": say("aufgegeben", "given up"),
        "settled": say("erledigt", "settled"),
    }


def kind_words(say: Say) -> dict[str, str]:
    """Each group of occasions in words."""
    return {
        "account": say("Konto", "Account"),
        "digest": say("Tagesübersicht", "Daily overview"),
        "due": say("Frist oder Aufgabe", "Deadline or task"),
        "record": say("Vorgang", "Record"),
    }


def _choices(words: Mapping[str, str]) -> list[SelectChoice]:
    return [SelectChoice(value, label) for value, label in words.items()]
