"""The German words of `diff.py`: what settings are called and how values are said."""

from collections.abc import Mapping, Sequence
from typing import Any

from pydantic import BaseModel

from kimforms.engine.plain import plain
from kimforms.engine.text import Text, pick

TYPES: Mapping[str, str] = {
    "short_text": "kurzer Text", "long_text": "langer Text", "number": "Zahl", "money": "Geldbetrag", "date": "Datum",
    "month": "Monat", "time": "Uhrzeit", "yes_no": "Ja oder Nein", "one_of": "eine Antwort", "several_of":
    "mehrere Antworten", "email": "E-Mail-Adresse", "phone": "Telefonnummer", "municipality": "Kommune",
    "organisation": "Organisation", "person": "Person", "record": "Vorgang", "file": "Datei", "group": "Gruppe",
    "repeating_group": "wiederholte Gruppe", "check_item": "Prüfpunkt", "heading": "Überschrift",
    "information": "Hinweis", "computed": "berechneter Wert",
}  # fmt: skip

CONDITIONS: Mapping[str, str] = {
    "show_when": "die Bedingung für die Anzeige",
    "required_when": "die Bedingung für die Pflicht",
    "when": "die Bedingung",
    "may_ask": "die Erlaubnis für Rückfragen",
}
"""Settings that hold a condition, as what a sentence about its change begins with."""

TEXTS: Mapping[str, str] = {
    "title": "der Titel", "label": "die Bezeichnung", "description": "die Beschreibung", "intro": "die Einleitung",
    "hint": "der Hinweis", "help": "die Hilfe", "confirm": "die Rückfrage vor dem Schritt", "subject": "der Betreff",
    "text": "der Text", "closing": "der Schluss", "source": "die Quelle", "item": "die Bezeichnung einer Wiederholung",
    "unit": "die Einheit", "pattern_hint": "der Hinweis zum Muster", "legal_basis": "die Rechtsgrundlage",
    "note": "die Anmerkung", "caption": "die Überschrift der Tabelle",
}  # fmt: skip
"""Settings that people read, with their names."""

_SETTINGS: Mapping[str, str] = {
    "key": "Schlüssel", "controller": "verantwortliche Stelle", "numbering": "Nummerierung", "prefix": "Kürzel",
    "yearly": "Zählung je Jahr", "digits": "Stellen", "access": "Zugriff", "create": "Anlegen", "public": "öffentlich",
    "roles": "Rollen", "read": "Lesen", "contact": "Kontakt sehen", "attachments": "Anhänge", "allowed": "erlaubt",
    "kinds": "Arten", "max_bytes": "Höchstgröße in Bytes", "retention": "Löschfristen",
    "projection": "Spalten der Listen", "similar": "Vergleich ähnlicher Vorgänge", "texts": "verglichene Texte",
    "offices": "beteiligte Stellen", "unspecific": "Antworten ohne Aussage", "hidden_in": "nicht gefunden im Stand",
    "ungrouped_in": "in keiner vorgeschlagenen Gruppe im Stand",
    "reporter": "Angaben der meldenden Stelle", "notice": "Datenschutzhinweis", "initial": "Anfangsstand",
    "on_submit": "Wirkungen beim Eingang", "station": "Station", "kind": "Art", "tone": "Farbton",
    "editable": "Bearbeiten", "deadlines": "Fristen", "actors": "wer den Schritt tun darf", "effects": "Wirkungen",
    "separate_person": "zweite Person nötig", "approvals": "nötige Zustimmungen", "quick": "für mehrere auf einmal",
    "repeat": "Wiederholung", "minimum": "Mindestwert", "maximum": "Höchstwert", "max_length": "Höchstlänge",
    "min_length": "Mindestlänge", "pattern": "Muster", "options_from": "Liste", "depends_on": "abhängig von",
    "allow_other": "eigener Eintrag erlaubt", "multiple": "mehrere Antworten", "personal_data": "Personendaten",
    "check_free_text": "Prüfung auf Personendaten", "autocomplete": "automatisches Ausfüllen",
    "sensitive": "besonders geschützt", "must_be_true": "muss bejaht werden", "purpose": "Zweck", "attach": "Anlagen",
    "sections": "Teile", "appearance": "Darstellung", "rows": "Zeilen", "exclusive": "schließt andere aus",
    "municipalities": "Kommunen", "organisation": "Organisation", "field_of_action": "Handlungsfeld", "topic": "Thema",
    "legal_areas": "Rechtskreise", "urgency": "Dringlichkeit", "case_count": "Fallzahl", "name": "Name",
    "email": "E-Mail-Adresse", "phone": "Telefonnummer", "feedback": "Rückmeldung", "compute": "Berechnung",
    "after": "Dauer", "from_": "gerechnet ab", "next_working_day": "Ende nur an Arbeitstagen",
    "read_only": "nur lesbar", "draft": "Entwurf", "incomplete": "auch mit unvollständigen Angaben",
    "minimum_by_exception": "Mindestzahl im Ausnahmefall",
    "naming": "Benennung der Wiederholungen", "field": "Feld für die Nummer", "cases": "Fälle", "function": "Funktion",
    "remind_before": "Erinnerungen vorher", "notify": "wer Bescheid bekommt", "escalate": "Eskalation", "mail": "Mail",
}  # fmt: skip

RETAINED: Mapping[str, str] = {
    "contact": "Kontaktdaten", "drafts": "Entwürfe", "record": "Vorgang", "events": "Verlauf",
}  # fmt: skip
"""What a retention rule is about."""

_LONG = 80
_LONGEST = 200


def setting_name(name: str) -> str:
    """What a setting is called; its key where it has no German name."""
    return _SETTINGS.get(name, TEXTS.get(name, f"„{name.rstrip('_')}“"))


def said(value: Any) -> str:
    """A value as part of a sentence: ja, nein, „nicht gesetzt“, texts in quotation marks, parts in short YAML form."""
    if value is None or value in ((), {}):
        return "nicht gesetzt"
    if isinstance(value, bool):
        return "„ja“" if value else "„nein“"
    if isinstance(value, list | tuple):
        return ", ".join(said(one) for one in value)
    if isinstance(value, BaseModel | Mapping):
        return _short(_compact(plain(value)))
    return f"„{value}“"


def list_change(before: Sequence[Any], after: Sequence[Any]) -> str:
    """What came into a list and what left it; or that only the order changed."""
    added = [said(one) for one in after if one not in before]
    gone = [said(one) for one in before if one not in after]
    parts = [f"neu {', '.join(added)}"] if added else []
    parts += [f"es entfällt {', '.join(gone)}"] if gone else []
    return "; ".join(parts) or "die Reihenfolge ist geändert"


def _compact(data: Any) -> str:
    if isinstance(data, Mapping):
        return "{" + ", ".join(f"{key}: {_compact(value)}" for key, value in data.items()) + "}"
    if isinstance(data, list):
        return "[" + ", ".join(_compact(value) for value in data) + "]"
    return {True: "ja", False: "nein"}[data] if isinstance(data, bool) else str(data)


def ids_in_words(ids: str | Sequence[str] | None, labels: Mapping[str, str]) -> str:
    """States by what they are called: „erfasst“ oder „Rückfrage“; none means that the record stays where it is."""
    if ids is None:
        return "keinem anderen Stand"
    listed = (ids,) if isinstance(ids, str) else ids
    return " oder ".join(f"„{labels.get(one, one)}“" for one in listed)


def text_change(subject: str, name: str, before: Text | None, after: Text | None) -> str:
    """The sentence about a text that changed; long ones are not repeated."""
    was, now, what = pick(before), pick(after), TEXTS[name]
    if was == now:
        return f"{subject}: {what} ist nur in anderen Sprachen als Deutsch geändert."
    if name in ("label", "title") and was and now:
        return f"{subject} heißt jetzt „{now}“."
    if not was:
        return f"{subject}: {what} ist neu: „{_short(now)}“."
    if not now:
        return f"{subject}: {what} entfällt (vorher „{_short(was)}“)."
    if max(len(was), len(now)) > _LONG or "\n" in was + now:
        return f"{subject}: {what} ist geändert."
    return f"{subject}: {what} ist jetzt „{now}“ (vorher „{was}“)."


def _short(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= _LONGEST else f"{line[: _LONGEST - 1]}…"
