"""All sentences that refuse an entry, in German and English, in one place. Called by the field types."""

from __future__ import annotations

_MESSAGES: dict[str, tuple[str, str]] = {
    # nothing entered
    "missing_text": ("Füllen Sie „{label}“ aus.", "Fill in “{label}”."),
    "missing_choice": ("Wählen Sie bei „{label}“ eine Antwort aus.", "Choose an answer for “{label}”."),
    "missing_choices": (
        "Wählen Sie bei „{label}“ mindestens eine Antwort aus.",
        "Choose at least one answer for “{label}”.",
    ),
    "missing_date": (
        "Geben Sie bei „{label}“ ein Datum ein, zum Beispiel 22.11.2026.",
        "Enter a date for “{label}”, for example 22.11.2026.",
    ),
    "missing_file": ("Wählen Sie bei „{label}“ eine Datei aus.", "Choose a file for “{label}”."),
    "missing_rows": ("Fügen Sie bei „{label}“ mindestens einen Eintrag hinzu.", "Add at least one entry to “{label}”."),
    "must_be_true": (
        "Bestätigen Sie „{label}“; ohne diese Bestätigung geht es nicht weiter.",
        "Confirm “{label}”; you cannot continue without it.",
    ),
    # any type
    "unreadable": (
        "Diese Angabe konnte nicht gelesen werden. Geben Sie sie bitte neu ein.",
        "This entry could not be read. Please enter it again.",
    ),
    "broken_text": (
        "Der Text enthält beschädigte Zeichen. Tippen Sie ihn neu ein oder kopieren Sie ihn als reinen Text.",
        "The text contains broken characters. Type it again or paste it as plain text.",
    ),
    "only_one": ("Geben Sie hier nur einen Wert an.", "Give only one value here."),
    # text
    "too_long": (
        "Kürzen Sie den Text um {over} Zeichen; höchstens {max} sind möglich.",
        "Shorten the text by {over} characters; at most {max} are possible.",
    ),
    "too_short": (
        "Schreiben Sie mindestens {min} Zeichen; bisher sind es {length}.",
        "Write at least {min} characters; so far there are {length}.",
    ),
    "pattern": ("Geben Sie den Wert in der richtigen Form ein.", "Enter the value in the right form."),
    "pattern_hint": ("Geben Sie den Wert in dieser Form ein: {hint}", "Enter the value in this form: {hint}"),
    # numbers
    "number": ("Geben Sie eine Zahl ein, zum Beispiel 1234,5.", "Enter a number, for example 1234,5."),
    "whole_number": (
        "Geben Sie eine ganze Zahl ohne Komma ein, zum Beispiel 12.",
        "Enter a whole number, for example 12.",
    ),
    "decimals": (
        "Geben Sie höchstens {decimals} Stellen nach dem Komma ein.",
        "Enter at most {decimals} decimal places.",
    ),
    "money": (
        "Geben Sie einen Betrag in Euro ein, zum Beispiel 1.234,56.",
        "Enter an amount in euros, such as 1.234,56.",
    ),
    "digits": ("Geben Sie eine Zahl mit höchstens 15 Stellen ein.", "Enter a number of at most 15 digits."),
    "minimum": ("Geben Sie mindestens {limit} ein.", "Enter at least {limit}."),
    "maximum": ("Geben Sie höchstens {limit} ein.", "Enter at most {limit}."),
    # days
    "date": (
        "Geben Sie das Datum im Format TT.MM.JJJJ ein, zum Beispiel 22.11.2026.",
        "Enter the date as DD.MM.YYYY, for example 22.11.2026.",
    ),
    "no_such_day": (
        "Diesen Tag gibt es nicht. Prüfen Sie das Datum, zum Beispiel 22.11.2026.",
        "There is no such day. Check the date, for example 22.11.2026.",
    ),
    "date_minimum": ("Geben Sie ein Datum ab dem {limit} ein.", "Enter a date on or after {limit}."),
    "date_maximum": ("Geben Sie ein Datum bis zum {limit} ein.", "Enter a date on or before {limit}."),
    "month": (
        "Geben Sie Monat und Jahr im Format MM.JJJJ ein, zum Beispiel 11.2026.",
        "Enter month and year as MM.YYYY, for example 11.2026.",
    ),
    "month_future": (
        "Geben Sie einen Monat ein, der nicht in der Zukunft liegt.",
        "Enter a month that is not in the future.",
    ),
    "time": (
        "Geben Sie die Uhrzeit im Format SS:MM ein, zum Beispiel 09:30.",
        "Enter the time as HH:MM, for example 09:30.",
    ),
    # addresses
    "email": (
        "Geben Sie eine E-Mail-Adresse ein, zum Beispiel name@beratung.example.",
        "Enter an e-mail address, for example name@advice.example.",
    ),
    "email_umlaut": (
        "Geben Sie die E-Mail-Adresse vor dem @ ohne Umlaute und Sonderzeichen ein.",
        "Enter the part of the e-mail address before the @ without umlauts or special characters.",
    ),
    "phone": (
        "Geben Sie eine Telefonnummer mit Vorwahl ein, zum Beispiel 02241 12345.",
        "Enter a phone number with area code, for example 02241 12345.",
    ),
    # choices
    "yes_no": ("Wählen Sie „ja“ oder „nein“.", "Choose “yes” or “no”."),
    "option": (
        "Wählen Sie eine Antwort aus der Liste; „{value}“ steht nicht darin.",
        "Choose an answer from the list; “{value}” is not in it.",
    ),
    "option_elsewhere": (
        "„{value}“ passt nicht zu Ihrer Auswahl oben. Wählen Sie neu.",
        "“{value}” does not fit your choice above. Choose again.",
    ),
    "other_empty": ("Tragen Sie bei „andere“ ein, was gemeint ist.", "Say what you mean by “other”."),
    "exclusive": (
        "„{label}“ schließt andere Antworten aus. Entfernen Sie diese oder „{label}“.",
        "“{label}” excludes other answers. Remove them or “{label}”.",
    ),
    "min_choices": ("Wählen Sie mindestens {min} Antworten aus.", "Choose at least {min} answers."),
    "max_choices": ("Wählen Sie höchstens {max} Antworten aus.", "Choose at most {max} answers."),
    # files
    "file": (
        "Die Datei ist nicht angekommen. Wählen Sie sie noch einmal aus.",
        "The file did not arrive. Choose it again.",
    ),
    "file_kind": (
        "„{name}“ kann hier nicht abgelegt werden. Möglich sind: {kinds}.",
        "“{name}” cannot be stored here. Possible are: {kinds}.",
    ),
    "file_size": (
        "„{name}“ ist zu groß. Wählen Sie eine Datei bis {max}.",
        "“{name}” is too large. Choose a file of up to {max}.",
    ),
    "file_empty": ("„{name}“ ist leer. Wählen Sie eine andere Datei.", "“{name}” is empty. Choose another file."),
    "file_count": ("Wählen Sie höchstens {max} Dateien aus.", "Choose at most {max} files."),
    # rows
    "rows": (
        "Die Einträge konnten nicht gelesen werden. Geben Sie sie bitte neu ein.",
        "The entries could not be read.",
    ),
    "min_rows": (
        "Fügen Sie Einträge hinzu: mindestens {min} sind nötig, {found} sind ausgefüllt.",
        "Add entries: at least {min} are needed, {found} are filled in.",
    ),
    "max_rows": (
        "Entfernen Sie Einträge: höchstens {max} sind möglich.",
        "Remove entries: at most {max} are possible.",
    ),
    "met": ("Wählen Sie „ja“, „nein“, „unklar“ oder „trifft nicht zu“.", "Choose yes, no, unclear or not applicable."),
}

WORDS: dict[str, tuple[str, str]] = {
    "yes": ("ja", "yes"),
    "no": ("nein", "no"),
    "unclear": ("unklar – Beratung", "unclear – advice"),
    "not_applicable": ("trifft nicht zu", "not applicable"),
    "evidence": ("Nachweise", "Evidence"),
    "note": ("Anmerkung", "Note"),
    "other": ("andere", "other"),
}


def say(key: str, language: str = "de", **values: object) -> str:
    """The sentence of the key in German, or in English for `en`; `values` fill its gaps."""
    german, english = _MESSAGES[key]
    return (english if language == "en" else german).format(**values)


def word(key: str, language: str = "de") -> str:
    """A single word or short phrase that values are shown with."""
    german, english = WORDS[key]
    return english if language == "en" else german
