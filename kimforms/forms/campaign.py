"""What people enter for campaign letters: an upload, the columns of a list, the words of a letter."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from flask_wtf import FlaskForm
from wtforms import BooleanField, FileField, SelectChoice, SelectField, StringField, TextAreaField

from ..models import LetterTemplate
from ..naturalisation.letters import MOST_TEXT, Letter
from .records import GermanDateField

Say = Callable[[str, str], str]
NONE = ""
ACCEPT = ".csv,.txt,.tsv,.xlsx"


def upload_form(say: Say) -> Any:
    """A new wave: what it is, where the addresses come from, the list, the block list."""
    fields = {
        "title": StringField(say("Name der Welle", "Name of the wave")),
        "criteria": TextAreaField(
            say("Kriterien der Auswahl", "Criteria of the selection"),
            description=say("Ohne Namen, zum Beispiel: seit mehr als acht Jahren gemeldet", "Without names"),
        ),
        "source": StringField(
            say("Quelle der Adressen", "Source of the addresses"),
            description=say("Das steht im Brief, zum Beispiel: Ausländerregister der Stadt", "This stands in the letter"),
        ),
        "file": FileField(
            say("Liste der Personen", "List of people"),
            description=say("CSV oder XLSX, höchstens 10 MB", "CSV or XLSX, 10 MB at most"),
        ),
        "block_list": FileField(
            say("Sperrliste", "Block list"),
            description=say(
                "Personen, die keine Briefe möchten: Name, Straße und Postleitzahl, in den gleichen Spalten",
                "People who want no letters: name, street and postcode, in the same columns",
            ),
        ),
    }  # fmt: skip
    form = type("CampaignUploadForm", (FlaskForm,), fields)(prefix="run-")
    form.title.kimforms = {"type": "short_text", "optional": False, "maxlength": 200}
    form.criteria.kimforms = {"type": "long_text", "optional": False, "maxlength": 2000, "rows": 3}
    form.source.kimforms = {"type": "short_text", "optional": False, "maxlength": 300}
    form.file.kimforms = {"type": "file", "accept": ACCEPT, "optional": False}
    form.block_list.kimforms = {"type": "file", "accept": ACCEPT, "optional": True}
    return form


def reading_form(
    say: Say, how: Mapping[str, Any], encodings: Mapping[str, str], separators: Mapping[str, str], header: bool
) -> Any:
    """How the file is read: sheet, headings, and for a CSV encoding and separator."""
    sheets = [(str(place), name) for place, name in enumerate(how["sheets"])]
    fields: dict[str, Any] = {
        "header": BooleanField(say("Die erste Zeile enthält Überschriften", "The first row holds headings")),
    }
    if len(sheets) > 1:
        fields["sheet"] = SelectField(say("Tabellenblatt", "Sheet"), choices=_choices(sheets), validate_choice=False)
    if how["kind"] == "csv":
        fields["encoding"] = SelectField(
            say("Zeichensatz", "Encoding"), choices=_choices(encodings.items()), validate_choice=False
        )
        fields["separator"] = SelectField(
            say("Trennzeichen", "Separator"), choices=_choices(separators.items()), validate_choice=False
        )
    values = {
        "header": header,
        "sheet": str(how.get("sheet", 0)),
        "encoding": how["encoding"],
        "separator": how["separator"],
    }
    form = type("CampaignReadingForm", (FlaskForm,), fields)(prefix="reading-", data=values)
    for field in form:
        if field.type == "SelectField":
            field.kimforms = {"optional": False}
    form.header.kimforms = {"type": "check", "optional": False}
    return form


def columns_form(
    say: Say,
    parts: Mapping[str, tuple[str, str]],
    needed: Sequence[str],
    headings: Sequence[str],
    chosen: Mapping[str, int],
) -> Any:
    """Which column holds what; ``chosen`` is what was guessed or chosen before."""
    choices = [(NONE, say("(keine)", "(none)")), *((str(place), name) for place, name in enumerate(headings))]
    fields = {
        part: SelectField(say(*words), choices=_choices(choices), validate_choice=False, default=NONE)
        for part, words in parts.items()
    }
    values = {part: str(place) for part, place in chosen.items()}
    form = type("CampaignColumnsForm", (FlaskForm,), fields)(prefix="column-", data=values)
    for part in parts:
        form[part].kimforms = {"optional": part not in needed}
    return form


def chosen_columns(form: Any, parts: Mapping[str, Any]) -> dict[str, int]:
    """The columns that were chosen; what is no number is a column that does not exist."""
    found = {}
    for part in parts:
        value = str(form[part].data or "")
        if value != NONE:
            found[part] = int(value) if value.isascii() and value.isdigit() and len(value) < 4 else -1
    return found


def letter_form(say: Say, letter: Letter, template: LetterTemplate) -> Any:
    """The words of a draft, block by block."""
    fields: dict[str, Any] = {
        block.id: TextAreaField(block.title, description=block.content) for block in letter.blocks
    }
    fields["law_status"] = GermanDateField(
        say("Rechtsstand", "Status of the law"),
        description=say("Bis zu diesem Tag sind Gesetze berücksichtigt", "Laws are considered up to this day"),
    )
    fields["note"] = StringField(say("Bemerkung zu dieser Fassung", "Note on this version"))
    values = {**template.blocks, "law_status": template.law_status, "note": template.note}
    form = type("CampaignLetterForm", (FlaskForm,), fields)(prefix="letter-", data=values)
    for block in letter.blocks:
        rows = 2 if len(block.text) < 120 else 8
        form[block.id].kimforms = {
            "type": "long_text",
            "optional": not block.required,
            "maxlength": MOST_TEXT,
            "rows": rows,
        }
    form.law_status.kimforms = {"type": "date", "optional": False}
    form.law_status.language = say("de", "en")
    form.note.kimforms = {"type": "short_text", "optional": True, "maxlength": 500}
    return form


def _choices(pairs: Iterable[tuple[str, str]]) -> list[SelectChoice]:
    return [SelectChoice(value, label) for value, label in pairs]
