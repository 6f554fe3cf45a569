"""Words of bodies in both languages, and the English of what the services of bodies refuse."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from functools import cache
from typing import Any

Say = Callable[[str, str], str]
FUNCTIONS = {
    "chair": ("Vorsitz", "Chair"),
    "vice_chair": ("Stellvertretender Vorsitz", "Vice chair"),
    "managing_director": ("Geschäftsführung", "Managing director"),
    "minute_taker": ("Protokollführung", "Minute-taker"),
    "office": ("Geschäftsstelle", "Office"),
}
"""Each function of a body in both languages; pages and the history say it with the same words."""
SENTENCES = {
    "Der Text enthält Zeichen, die sich nicht speichern lassen.": "The text holds characters that cannot be stored.",
    "Bitte höchstens {} Zeichen.": "At most {} characters, please.",
    "Das steht nicht in der Liste.": "This is not in the list.",
    "Ein Sitz gehört einer Organisation oder einer Kommune, nicht beiden.": (
        "A seat belongs to an organisation or to a municipality, not to both."
    ),
    "Wählen Sie, ob der Sitz eine Stimme hat.": "Choose whether the seat has a vote.",
    "Geben Sie an, wem der Sitz gehört, oder wählen Sie eine Organisation oder Kommune.": (
        "Say whose seat it is, or choose an organisation or municipality."
    ),
    "Wählen Sie, ob die Person den Sitz hat oder vertritt.": "Choose whether the person holds the seat or deputises.",
    "Der Rang ist eine Zahl von 1 bis {}.": "The rank is a number from 1 to {}.",
    "Das Ende liegt vor dem Anfang.": "The end comes before the beginning.",
    "Den Sitz gibt es erst seit dem {}.": "The seat exists only since {}.",
    "Den Sitz gibt es nur bis zum {}.": "The seat exists only until {}.",
    "Wählen Sie eine Person aus der Liste.": "Choose a person from the list.",
    "Wählen Sie eine Funktion aus der Liste.": "Choose a function from the list.",
    "{} ist erst ab dem {} auf diesem Sitz. Wählen Sie einen späteren Tag.": (
        "{} is on this seat only from {}. Choose a later day."
    ),
    "{} ist erst ab dem {} auf diesem Sitz.": "{} is on this seat only from {}.",
    "{} ist nur bis {} eingetragen.": "{} is entered only until {}.",
    "{} ist {} schon auf diesem Sitz eingetragen.": "{} stands on this seat already ({}).",
    "{} hat diesen Sitz {}. Die Zeiten überschneiden sich.": "{} holds this seat ({}). The times overlap.",
    "{} hat diese Funktion ab dem {}. Die Zeiten überschneiden sich.": "{} has this function from {}. The times overlap.",
    "{} hat diese Funktion erst ab dem {}.": "{} has this function only from {}.",
    "{} hat diese Funktion nur bis zum {}.": "{} has this function only until {}.",
    "Geben Sie den Nachnamen ein.": "Enter the last name.",
    "Wählen Sie eine Anrede.": "Choose a form of address.",
    "Geben Sie eine E-Mail-Adresse wie name@beispiel.de ein.": "Enter an e-mail address like name@example.org.",
    "Mit dieser Adresse ist schon {} eingetragen. Führen Sie beide zusammen.": (
        "{} is entered with this address already. Merge the two."
    ),
    "Mit dieser Adresse ist schon {} eingetragen.": "{} is entered with this address already.",
    "Mit dieser Adresse gibt es kein Konto. Bitten Sie die Systemverwaltung, eines anzulegen.": (
        "There is no account with this address. Ask the administration to make one."
    ),
    "Wählen Sie zwei verschiedene Einträge.": "Choose two different entries.",
    "Geben Sie an, wie das Gremium heißt.": "Say what the body is called.",
    "Wählen Sie, wie förmlich das Gremium arbeitet.": "Choose how formally the body works.",
    "Das Kürzel hat zwei bis acht Buchstaben oder Ziffern und beginnt mit einem Buchstaben.": (
        "The short name has two to eight letters or digits and begins with a letter."
    ),
    "Das Kürzel {} ist schon vergeben.": "The short name {} is taken already.",
    "Ein Gremium mit diesem Namen gibt es schon.": "There is a body of this name already.",
    "Nach diesem Tag ist noch {} am {}. Sagen Sie die Sitzung erst ab.": (
        "After this day there is still {} on {}. Call the meeting off first."
    ),
    "Punkt {}: Geben Sie an, wie der Punkt heißt (höchstens {} Zeichen).": (
        "Item {}: say what the item is called (at most {} characters)."
    ),
    "Punkt {}: Wählen Sie eine Art aus der Liste.": "Item {}: choose a kind from the list.",
    "Punkt {}: Die Minuten sind eine Zahl von 1 bis {}.": "Item {}: the minutes are a number from 1 to {}.",
    "Mindestens ein Punkt muss bleiben.": "At least one item has to stay.",
    "Eine Vorlage hat höchstens {} Punkte.": "A template has at most {} items.",
    "Geben Sie einen Tag ein.": "Enter a day.",
    "{} hat am {} geendet.": "{} ended on {}.",
    "{} hat noch Sitze oder Funktionen: {}. Beenden Sie diese erst.": "{} still has seats or functions: {}. End them first.",
    "Beide haben ein eigenes Konto. Deaktivieren Sie erst eines davon.": (
        "Both have an account of their own. Deactivate one of them first."
    ),
    "{} und {} stehen zur selben Zeit auf demselben Sitz.": "{} and {} are on the same seat at the same time.",
    "{} und {} sind zu derselben Sitzung eingeladen.": "{} and {} are invited to the same meeting.",
}  # fmt: skip


def in_english(sentence: str) -> str:
    """The sentence in English; as it is when nobody translated it."""
    for pattern, english in _patterns():
        if found := pattern.fullmatch(sentence):
            return english.format(*found.groups())
    return sentence


def show_errors(form: Any, errors: Mapping[str, str], say: Say) -> None:
    """Shows what a service refused beside the fields it names, at the first field where it names none of them."""
    first = next(field for field in form if field.type not in ("CSRFTokenField", "HiddenField"))
    for name, sentence in errors.items():
        field = form[name] if name in form else first  # noqa: SIM401 - a form has no get
        field.errors = [*field.errors, say(sentence, in_english(sentence))]


def formality_words(say: Say) -> dict[str, str]:
    """Each degree of formality in words."""
    return {
        "steering": say("Steuerung und Entscheidung", "Steering and decisions"),
        "working": say("Arbeitsgruppen", "Working groups"),
        "exchange": say("Austausch", "Exchange"),
    }


def formality_hints(say: Say) -> dict[str, str]:
    """What each degree of formality means."""
    return {
        "steering": say(
            "Geschäftsordnung, Abstimmungen, förmliche Niederschrift", "Rules of procedure, votes, formal minutes"
        ),
        "working": say("Auftrag, Unterlagen, Ergebnisniederschrift", "Mandate, papers, minutes of results"),
        "exchange": say(
            "Themen und Aufgaben, die weiterlaufen, kurze Niederschrift", "Topics and tasks that go on, short minutes"
        ),
    }


def right_words(say: Say, formality: str) -> dict[str, str]:
    """What a seat may do; outside of steering bodies nobody votes on screen, so it reads "member"."""
    voting = say("stimmberechtigt", "voting") if formality == "steering" else say("Mitglied", "member")
    return {"voting": voting, "advisory": say("beratend", "advisory"), "guest": say("Gast", "guest")}


def function_words(say: Say) -> dict[str, str]:
    """Each function in words."""
    return {name: say(*words) for name, words in FUNCTIONS.items()}


def answer_words(say: Say) -> dict[str, tuple[str, str]]:
    """An answer to an invitation in words, with its tone."""
    return {
        "none": (say("noch keine Antwort", "no answer yet"), "warning"),
        "accepted": (say("zugesagt", "accepted"), "success"),
        "declined": (say("abgesagt", "declined"), "neutral"),
        "tentative": (say("unter Vorbehalt", "tentative"), "info"),
        "deputy": (say("Vertretung kommt", "deputy comes"), "info"),
    }


def item_kind_words(say: Say) -> dict[str, str]:
    """Each kind of agenda item in words."""
    return {
        "formalities": say("Formalien", "Formalities"),
        "report": say("Bericht", "Report"),
        "decision": say("Beschluss", "Decision"),
        "discussion": say("Beratung", "Discussion"),
        "information": say("Information", "Information"),
        "miscellaneous": say("Verschiedenes", "Miscellaneous"),
    }


@cache
def _patterns() -> tuple[tuple[re.Pattern[str], str], ...]:
    return tuple(
        (re.compile(re.escape(german).replace(r"\{\}", "(.+?)")), english) for german, english in SENTENCES.items()
    )
