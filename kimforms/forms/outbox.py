"""The filters of the outbox as a GET form, labelled in the reader's language by ``say``."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from wtforms import Form, SearchField, SelectField
from wtforms.fields.choices import SelectChoice

Say = Callable[[str, str], str]


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


def status_words(say: Say) -> dict[str, str]:
    """Each status of a delivery in words."""
    return {
        "queued": say("wartet auf den Versand", "waiting to be sent"),
        "sending": say("wird gerade gesendet", "being sent"),
        "sent": say("gesendet", "sent"),
        "uncertain": say("ungewiss", "uncertain"),
        "dead": say("aufgegeben", "given up"),
        "settled": say("von Hand erledigt", "settled by hand"),
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
