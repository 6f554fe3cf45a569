"""Forms of a draft edition: an item, a section, a question, a term, state of law and fees; publishing and withdrawing.

Each call makes a class of its own.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from typing import Any

from flask_wtf import FlaskForm
from wtforms import BooleanField, RadioField, SelectChoice, SelectField, StringField, TextAreaField

from ..naturalisation.words import KINDS, VERIFIED
from .edition_conditions import condition_fields, read_condition, written_condition
from .records import GermanDateField

Say = Callable[[str, str], str]
Choices = Sequence[tuple[str, str]]
NAMES = 4
KIND_WORDS = {
    "voraussetzung": "Condition",
    "nachweis": "Evidence",
    "ausnahme": "Exception",
    "ausschluss": "Ground for exclusion",
    "erklaerung": "Declaration",
    "hinweis": "Note",
}
VERIFIED_WORDS = {"belegt": "checked", "teilweise": "partly checked", "offen": "not checked"}


def kind_words(say: Say) -> dict[str, str]:
    """Each kind of item in the reader's language."""
    return {key: say(german, KIND_WORDS[key]) for key, german in KINDS.items()}


def verified_words(say: Say) -> dict[str, str]:
    """How far an item was checked, in the reader's language."""
    return {key: say(german, VERIFIED_WORDS[key]) for key, german in VERIFIED.items()}


def item_form(say: Say, questions: Choices, values: Mapping[str, Any] | None = None) -> Any:
    """An item; ``values`` are those of the draft (JSON) or nothing for a new one."""
    shown = dict(values or {})
    condition = written_condition(shown.get("applies_when"))
    fields: dict[str, Any] = {
        "title": TextAreaField(say("Text des Punktes", "Text of the item")),
        "kind": SelectField(say("Art", "Kind"), choices=_listed(kind_words(say).items()), validate_choice=False),
        "legal_basis": StringField(
            say("Rechtsgrundlage", "Legal basis"),
            description=say("Zum Beispiel § 10 Abs. 1 Satz 1 Nr. 3 StAG", "For example § 10 StAG"),
        ),
        "evidence": _lines(say("Nachweise", "Evidence"), say),
        "exceptions": _lines(say("Ausnahmen", "Exceptions"), say),
        "note": TextAreaField(say("Anmerkung", "Note")),
        "replaces": StringField(
            say("Tritt an die Stelle von", "Takes the place of"),
            description=say(
                "Nummern der Punkte, die dann zurücktreten, etwa F1, F2", "Items that then step back, such as F1, F2"
            ),
        ),
        "sensitive": BooleanField(
            say(
                "Besonders geschützt: dazu wird nie etwas gespeichert",
                "Specially protected: nothing about it is ever stored",
            )
        ),
        "never_store": StringField(
            say("Warum geschützt", "Why protected"),
            description=say("Zum Beispiel Art. 9 DSGVO (Gesundheit)", "For example Art. 9 GDPR (health)"),
        ),
        **condition_fields(say, questions, keep=condition is None),
    }
    shown |= {
        "evidence": "\n".join(shown.get("evidence", ())),
        "exceptions": "\n".join(shown.get("exceptions", ())),
        "replaces": ", ".join(shown.get("replaces", ())),
        **(condition or {"mode": "keep"}),
    }
    form = _made("ItemForm", fields, shown, "item-")
    _text(form, optional=("evidence", "exceptions", "note", "replaces", "never_store"))
    for name, most, rows in (("title", 300, 2), ("evidence", 3000, 4), ("exceptions", 3000, 3), ("note", 1500, 3)):
        form[name].kimforms |= {"type": "long_text", "maxlength": most, "rows": rows}
    form.kind.kimforms = {"type": "select", "optional": False}
    return form


def item_values(form: Any, old: Mapping[str, Any] | None = None) -> dict[str, Any]:
    """What was entered, as the draft keeps it; the condition of ``old`` where it is to stay."""
    kept = (old or {}).get("applies_when")
    return {
        "title": " ".join((form.title.data or "").split()),
        "kind": form.kind.data,
        "legal_basis": (form.legal_basis.data or "").strip(),
        "evidence": lines_of(form.evidence.data),
        "exceptions": lines_of(form.exceptions.data),
        "note": (form.note.data or "").strip().replace("\r\n", "\n") or None,
        "replaces": [
            one.strip().upper() for one in (form.replaces.data or "").replace(";", ",").split(",") if one.strip()
        ],
        "sensitive": bool(form.sensitive.data),
        "never_store": (form.never_store.data or "").strip() or None,
        "applies_when": kept if form.mode.data == "keep" else read_condition(form, kept),
    }


def verify_form(say: Say, verified: str) -> Any:
    """How far an item was checked against the law."""
    fields = {
        "verified": RadioField(
            say("Ergebnis der Prüfung", "Result of the check"),
            choices=_listed(
                [
                    (
                        "belegt",
                        say(
                            "geprüft: im Gesetz oder in amtlicher Quelle gesehen",
                            "checked: seen in the law or an official source",
                        ),
                    ),
                    (
                        "teilweise",
                        say(
                            "teilweise: der Kern ist belegt, Nachweise nur aus der Praxis",
                            "partly: the core is covered, evidence from practice only",
                        ),
                    ),
                    ("offen", say("nicht geprüft", "not checked")),
                ]
            ),
            validate_choice=False,
        )
    }
    form = _made("VerifyForm", fields, {"verified": verified}, "check-")
    form.verified.kimforms = {"type": "radio", "optional": False}
    return form


def section_form(say: Say, values: Mapping[str, Any] | None = None) -> Any:
    """A section: what it is called and what stands above its items."""
    fields = {"title": StringField(say("Überschrift", "Heading")), "help": TextAreaField(say("Hilfetext", "Help"))}
    form = _made("SectionForm", fields, values or {}, "section-")
    _text(form, optional=("help",))
    form.help.kimforms |= {"type": "long_text", "maxlength": 1500, "rows": 3}
    return form


def question_form(say: Say, values: Mapping[str, Any] | None = None) -> Any:
    """A question about the situation, answered with yes or no."""
    fields = {
        "label": StringField(
            say("Worum geht es?", "What is it about?"),
            description=say(
                "So steht es in der Frage, zum Beispiel „verheiratet oder verpartnert“", "As it stands in the question"
            ),
        ),
        "help": TextAreaField(say("Hilfetext", "Help")),
        "sensitive": BooleanField(
            say(
                "Besonders geschützt: wird nie gefragt, wo etwas gespeichert wird",
                "Specially protected: never asked where anything is stored",
            )
        ),
        "never_store": StringField(
            say("Warum geschützt", "Why protected"),
            description=say("Zum Beispiel Art. 10 DSGVO (Straftaten)", "For example Art. 10 GDPR (offences)"),
        ),
    }
    form = _made("QuestionForm", fields, values or {}, "question-")
    _text(form, optional=("help", "never_store"))
    form.help.kimforms |= {"type": "long_text", "maxlength": 1500, "rows": 3}
    return form


def term_form(say: Say, values: Mapping[str, Any]) -> Any:
    """The names of a dated term, each with the day from which it holds."""
    fields: dict[str, Any] = {}
    shown: dict[str, Any] = {"source": values.get("source")}
    for number in range(1, NAMES + 1):
        fields[f"name_{number}"] = StringField(say(f"Name {number}", f"Name {number}"))
        fields[f"since_{number}"] = GermanDateField(say(f"Name {number} gilt ab", f"Name {number} holds from"))
    for number, one in enumerate(values.get("names", ()), start=1):
        shown[f"name_{number}"] = one["name"]
        shown[f"since_{number}"] = date.fromisoformat(one["since"]) if one.get("since") else None
    fields["source"] = StringField(say("Quelle", "Source"))
    form = _made("TermForm", fields, shown, "term-")
    _text(form, optional=("source", *(f"name_{number}" for number in range(2, NAMES + 1))))
    _days(form, say, optional=True)
    return form


def term_values(form: Any) -> dict[str, Any]:
    """The names that were entered; a name without day holds always."""
    names = []
    for number in range(1, NAMES + 1):
        if name := (form[f"name_{number}"].data or "").strip():
            since = form[f"since_{number}"].day
            names.append({"name": name} | ({"since": since.isoformat()} if since else {}))
    return {"names": names, "source": (form.source.data or "").strip() or None}


def frame_form(say: Say, values: Mapping[str, Any] | None = None) -> Any:
    """State of law, fees, open points, note."""
    fields = {
        "law_status": GermanDateField(
            say("Rechtsstand", "State of law"),
            description=say("Bis zu welchem Tag ist das Recht berücksichtigt?", "Up to which day was the law read?"),
        ),
        "adult": StringField(say("Gebühr in Euro", "Fee in euro")),
        "child": StringField(
            say("Gebühr für ein mit eingebürgertes Kind in Euro", "Fee for a child naturalised along, in euro")
        ),
        "fee_basis": StringField(say("Rechtsgrundlage der Gebühr", "Legal basis of the fee")),
        "open_points": _lines(say("Offene Fragen", "Open points"), say, staff=True),
        "note": TextAreaField(
            say("Was ist neu an dieser Fassung?", "What is new in this edition?"),
            description=say("Steht in der Liste der Fassungen", "Stands in the list of editions"),
        ),
    }
    form = _made("FrameForm", fields, values or {}, "frame-")
    _text(form, optional=("open_points", "note"))
    for name, rows in (("open_points", 6), ("note", 3)):
        form[name].kimforms |= {"type": "long_text", "maxlength": 6000 if name == "open_points" else 2000, "rows": rows}
    _days(form, say)
    return form


def publish_form(say: Say, day: date | None) -> Any:
    """From which day on an edition holds."""
    fields = {
        "valid_from": GermanDateField(
            say("Gilt ab", "Takes effect on"), description=say("Heute oder später", "Today or later")
        )
    }
    form = _made("PublishForm", fields, {"valid_from": day}, "publish-")
    _days(form, say)
    return form


def withdraw_form(say: Say) -> Any:
    """Why an edition is withdrawn."""
    fields = {
        "reason": TextAreaField(
            say("Grund", "Reason"), description=say("Die Beratungsdienste lesen ihn.", "The advisory services read it.")
        )
    }
    form = _made("WithdrawForm", fields, {}, "withdraw-")
    form.reason.kimforms = {"type": "long_text", "optional": False, "maxlength": 500, "rows": 3}
    return form


def lines_of(text: str | None) -> list[str]:
    """The lines of a text that are not empty."""
    return [" ".join(line.split()) for line in (text or "").splitlines() if line.strip()]


def _lines(label: str, say: Say, *, staff: bool = False) -> TextAreaField:
    one = say("Eine Zeile je Eintrag", "One line each")
    return TextAreaField(
        label, description=f"{one}. {say('Nur für Mitarbeitende', 'For staff only')}" if staff else one
    )


def _made(name: str, fields: Mapping[str, Any], values: Mapping[str, Any], prefix: str) -> Any:
    form = type(name, (FlaskForm,), dict(fields))(prefix=prefix, data=dict(values))
    for field in form:
        if isinstance(field, RadioField | SelectField):
            field.kimforms = {"type": "radio" if isinstance(field, RadioField) else "select", "optional": True}
        if field.short_name in ("mode", "verified", "join") or field.short_name.startswith(("answer_", "group_")):
            field.kimforms["optional"] = False
    return form


def _listed(choices: Any) -> list[SelectChoice]:
    return [SelectChoice(value, label) for value, label in choices]


def _text(form: Any, *, optional: Sequence[str] = ()) -> None:
    for field in form:
        if field.type in ("StringField", "TextAreaField"):
            field.kimforms = {"type": "short_text", "optional": field.short_name in optional}


def _days(form: Any, say: Say, *, optional: bool = False) -> None:
    for field in form:
        if isinstance(field, GermanDateField):
            field.kimforms = {"type": "date", "optional": optional}
            field.language = say("de", "en")
