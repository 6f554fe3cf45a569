"""The field types: what they accept, what they refuse with which sentence, and how values are shown again."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError

from kimforms.engine.catalogue import Option, StaticCatalogues
from kimforms.engine.fields import FIELD_TYPES, AnyField, Choosing, CleanContext, Field, FieldError
from kimforms.engine.fields.files import File, readable_size
from kimforms.engine.fields.messages import _MESSAGES, say

ADAPTER: TypeAdapter[Any] = TypeAdapter(AnyField)
TODAY = date(2026, 11, 22)
CATALOGUES = StaticCatalogues(
    {
        "municipalities": {"much": "Much", "alfter": "Alfter"},
        "organisations": {"caritas": "Caritasverband", "vhs": "Volkshochschule"},
        "topics": [Option("t1", "Sprachkurse", "arbeit"), Option("t2", "Schulplätze", "bildung")],
        "persons:coordinator": {"7": "Erika Beispiel"},
        "records:theme": {"12": "TH-2026-0012"},
        "fields_of_action": {"arbeit": "Arbeit", "bildung": "Bildung"},
    }
)


def field(type_: str, **settings: Any) -> Any:
    return ADAPTER.validate_python({"id": "x", "label": "Frage", "type": type_, **settings})


def context(**given_: Any) -> CleanContext:
    return CleanContext(catalogues=CATALOGUES, today=TODAY, **given_)


OPTIONS = [
    {"value": "a", "label": "Anna"},
    {"value": "b", "label": {"de": "Bea", "en": "Bee"}},
    {"value": "3-5", "label": "3 bis 5", "minimum": 3},
    {"value": "keine", "label": "weiß ich nicht", "exclusive": True},
]
SUB = [
    {"id": "name", "type": "short_text", "label": "Name", "required": True},
    {"id": "tage", "type": "number", "label": "Tage"},
]
PDF = {"id": "f1", "name": "Bescheid.pdf", "media_type": "application/pdf", "size": 1000}
EVIDENCE = [{"value": "pass", "label": "Pass"}, {"value": "urkunde", "label": "Geburtsurkunde"}]

# type, settings, raw, value, what people read
ACCEPTED: list[tuple[str, dict[str, Any], Any, Any, str]] = [
    ("short_text", {}, "  Ein\r\nText ", "Ein Text", "Ein Text"),
    ("short_text", {}, ["Text"], "Text", "Text"),
    ("short_text", {}, ["", "Text"], "Text", "Text"),
    ("short_text", {}, 12, "12", "12"),
    ("short_text", {"max_length": 3}, "abc", "abc", "abc"),
    ("short_text", {"max_length": 1}, "u\u0308", "ü", "ü"),
    ("short_text", {"pattern": "IH-[0-9]{4}-[0-9]{4,}"}, "IH-2026-0042", "IH-2026-0042", "IH-2026-0042"),
    ("long_text", {}, "a\r\nb\x00\n", "a\nb", "a\nb"),
    ("number", {}, "1.234", 1234, "1.234"),
    ("number", {}, "-3", -3, "-3"),
    ("number", {}, "12,0", 12, "12"),
    ("number", {}, 7, 7, "7"),
    ("number", {}, 7.0, 7, "7"),
    ("number", {"decimals": 2}, "1.234,5", 1234.5, "1.234,5"),
    ("number", {"decimals": 2}, "1234.56", 1234.56, "1.234,56"),
    ("number", {"decimals": 1, "unit": "VZÄ"}, "3,5", 3.5, "3,5 VZÄ"),
    ("number", {"minimum": 0, "maximum": 10}, "0", 0, "0"),
    ("money", {}, "1.234,56", "1234.56", "1.234,56 €"),
    ("money", {}, "12 €", "12.00", "12,00 €"),
    ("money", {}, "0,1", "0.10", "0,10 €"),
    ("money", {}, 12.3, "12.30", "12,30 €"),
    ("money", {}, "-0", "0.00", "0,00 €"),
    ("date", {}, "22.11.2026", "2026-11-22", "22.11.2026"),
    ("date", {}, "2.1.2026", "2026-01-02", "02.01.2026"),
    ("date", {}, "2026-11-22", "2026-11-22", "22.11.2026"),
    ("date", {}, "29.02.2024", "2024-02-29", "29.02.2024"),
    ("date", {"minimum": "today"}, "22.11.2026", "2026-11-22", "22.11.2026"),
    ("date", {"maximum": "today+14"}, "06.12.2026", "2026-12-06", "06.12.2026"),
    ("month", {}, "3.2025", "2025-03", "03.2025"),
    ("month", {}, "2025-03", "2025-03", "03.2025"),
    ("month", {"not_future": True}, "11/2026", "2026-11", "11.2026"),
    ("time", {}, "9:30", "09:30", "09:30 Uhr"),
    ("time", {}, "14.05 Uhr", "14:05", "14:05 Uhr"),
    ("time", {}, "9", "09:00", "09:00 Uhr"),
    ("yes_no", {}, "ja", True, "ja"),
    ("yes_no", {}, True, True, "ja"),
    ("yes_no", {}, ["on"], True, "ja"),
    ("yes_no", {}, "nein", False, "nein"),
    ("yes_no", {}, 0, False, "nein"),
    ("yes_no", {"must_be_true": True}, "ja", True, "ja"),
    ("one_of", {"options": OPTIONS}, "b", "b", "Bea"),
    ("one_of", {"options": OPTIONS}, ["b"], "b", "Bea"),
    ("one_of", {"options_from": "topics"}, "t1", "t1", "Sprachkurse"),
    ("one_of", {"options": OPTIONS, "allow_other": True}, {"other": " Neu "}, {"other": "Neu"}, "Neu"),
    ("one_of", {"options": OPTIONS, "allow_other": True}, {"value": "a", "other": ""}, "a", "Anna"),
    ("one_of", {"options": OPTIONS, "allow_other": True}, {"value": "other", "other": "Neu"}, {"other": "Neu"}, "Neu"),
    ("several_of", {"options": OPTIONS}, ["b", "a", "b"], ["b", "a"], "Bea, Anna"),
    ("several_of", {"options": OPTIONS}, "a", ["a"], "Anna"),
    ("several_of", {"options": OPTIONS}, ["keine"], ["keine"], "weiß ich nicht"),
    ("several_of", {"options": OPTIONS, "min_choices": 2}, ["keine"], ["keine"], "weiß ich nicht"),
    (
        "several_of",
        {"options": OPTIONS, "allow_other": True},
        {"value": ["a", "other"], "other": "Neu"},
        ["a", {"other": "Neu"}],
        "Anna, Neu",
    ),
    ("email", {}, "Name.X@Beratung.Example", "Name.X@beratung.example", "Name.X@beratung.example"),
    ("email", {}, "info@müller.example", "info@xn--mller-kva.example", "info@müller.example"),
    ("email", {}, "a+b@c-d.co.uk", "a+b@c-d.co.uk", "a+b@c-d.co.uk"),
    ("phone", {}, "02241 13-2434", "02241 13-2434", "02241 13-2434"),
    ("phone", {}, "+49 (0) 171/1234567", "+49 (0) 171/1234567", "+49 (0) 171/1234567"),
    ("municipality", {}, "much", "much", "Much"),
    ("municipality", {"multiple": True}, ["much", "alfter"], ["much", "alfter"], "Much, Alfter"),
    ("municipality", {"extra_options": [{"value": "kreis", "label": "kreisweit"}]}, "kreis", "kreis", "kreisweit"),
    ("organisation", {}, "caritas", "caritas", "Caritasverband"),
    ("organisation", {"allow_other": True}, "Neuer Verein", {"other": "Neuer Verein"}, "Neuer Verein"),
    ("organisation", {"allow_other": True}, "volkshochschule", "vhs", "Volkshochschule"),
    ("person", {"role": "coordinator"}, "7", "7", "Erika Beispiel"),
    ("person", {"role": "coordinator"}, 7, "7", "Erika Beispiel"),
    ("record", {"process": "theme"}, "12", "12", "TH-2026-0012"),
    ("record", {"catalogue": "fields_of_action", "multiple": True}, ["arbeit"], ["arbeit"], "Arbeit"),
    ("file", {}, PDF, PDF, "Bescheid.pdf (1 kB)"),
    ("file", {"multiple": True}, [PDF, PDF], [PDF, PDF], "Bescheid.pdf (1 kB), Bescheid.pdf (1 kB)"),
    ("file", {}, {**PDF, "name": "C:\\temp\\a.PDF", "x": 1}, {**PDF, "name": "a.PDF"}, "a.PDF (1 kB)"),
    ("group", {"fields": SUB}, {"name": "A", "tage": "3"}, {"name": "A", "tage": 3}, "Name: A; Tage: 3"),
    (
        "repeating_group",
        {"fields": SUB},
        [{"name": "A"}, {"name": ""}, {"name": "B"}],
        [{"name": "A"}, {"name": "B"}],
        "Name: A\nName: B",
    ),
    (
        "repeating_group",
        {"fields": SUB},
        {"10": {"name": "B"}, "2": {"name": "A"}},
        [{"name": "A"}, {"name": "B"}],
        "Name: A\nName: B",
    ),
    ("check_item", {}, "ja", {"met": "yes"}, "ja"),
    (
        "check_item",
        {},
        {"met": "unclear", "note": " Termin "},
        {"met": "unclear", "note": "Termin"},
        "unklar – Beratung; Anmerkung: Termin",
    ),
    (
        "check_item",
        {"evidence": EVIDENCE},
        {"met": ["yes"], "evidence": ["urkunde", "pass"]},
        {"met": "yes", "evidence": ["pass", "urkunde"]},
        "ja; Nachweise: Pass, Geburtsurkunde",
    ),
    ("heading", {}, "egal", None, ""),
    ("information", {"text": "Hinweis"}, {"a": 1}, None, ""),
]


@pytest.mark.parametrize(("type_", "settings", "raw", "value", "shown"), ACCEPTED)
def test_accepted(type_: str, settings: dict[str, Any], raw: Any, value: Any, shown: str) -> None:
    each = field(type_, **settings)
    cleaned = each.clean(raw, context())
    assert cleaned == value and type(cleaned) is type(value)
    assert each.display(cleaned, context()) == shown
    assert each.clean(each.to_raw(cleaned), context()) == cleaned


def test_the_table_covers_every_type_but_computed() -> None:
    assert {row[0] for row in ACCEPTED} == set(FIELD_TYPES) - {"computed"}


REFUSED: list[tuple[str, dict[str, Any], Any, str]] = [
    ("short_text", {"max_length": 3}, "abcde", "Kürzen Sie den Text um 2 Zeichen; höchstens 3 sind möglich."),
    ("short_text", {}, "a" * 501, "Kürzen Sie den Text um 1 Zeichen; höchstens 500 sind möglich."),
    ("short_text", {"min_length": 5}, "abc", "Schreiben Sie mindestens 5 Zeichen; bisher sind es 3."),
    ("short_text", {"pattern": "[0-9]+"}, "a", "Geben Sie den Wert in der richtigen Form ein."),
    (
        "short_text",
        {"pattern": "[0-9]+", "pattern_hint": "nur Ziffern"},
        "a",
        "Geben Sie den Wert in dieser Form ein: nur Ziffern",
    ),
    ("short_text", {}, {"a": 1}, "Diese Angabe konnte nicht gelesen werden. Geben Sie sie bitte neu ein."),
    ("short_text", {}, True, "Diese Angabe konnte nicht gelesen werden. Geben Sie sie bitte neu ein."),
    ("short_text", {}, ["a", "b"], "Geben Sie hier nur einen Wert an."),
    (
        "short_text",
        {},
        "a\ud800",
        "Der Text enthält beschädigte Zeichen. Tippen Sie ihn neu ein oder kopieren Sie ihn als reinen Text.",
    ),
    ("long_text", {}, "a" * 10_001, "Kürzen Sie den Text um 1 Zeichen; höchstens 10000 sind möglich."),
    ("number", {}, "drei", "Geben Sie eine ganze Zahl ohne Komma ein, zum Beispiel 12."),
    ("number", {}, "1,5", "Geben Sie eine ganze Zahl ohne Komma ein, zum Beispiel 12."),
    ("number", {}, True, "Geben Sie eine ganze Zahl ohne Komma ein, zum Beispiel 12."),
    ("number", {"decimals": 1}, "1,55", "Geben Sie höchstens 1 Stellen nach dem Komma ein."),
    ("number", {"decimals": 1}, "1,2,3", "Geben Sie eine Zahl ein, zum Beispiel 1234,5."),
    ("number", {}, "9" * 20, "Geben Sie eine Zahl mit höchstens 15 Stellen ein."),
    ("number", {}, float("nan"), "Geben Sie eine ganze Zahl ohne Komma ein, zum Beispiel 12."),
    ("number", {}, float("inf"), "Geben Sie eine ganze Zahl ohne Komma ein, zum Beispiel 12."),
    ("number", {}, "٣", "Geben Sie eine ganze Zahl ohne Komma ein, zum Beispiel 12."),
    ("number", {"minimum": 1}, "0", "Geben Sie mindestens 1 ein."),
    ("number", {"maximum": 1000}, "1001", "Geben Sie höchstens 1.000 ein."),
    ("money", {}, "viel", "Geben Sie einen Betrag in Euro ein, zum Beispiel 1.234,56."),
    ("money", {}, "1,234", "Geben Sie höchstens 2 Stellen nach dem Komma ein."),
    ("money", {"minimum": 10}, "9,99", "Geben Sie mindestens 10,00 ein."),
    ("date", {}, "morgen", "Geben Sie das Datum im Format TT.MM.JJJJ ein, zum Beispiel 22.11.2026."),
    ("date", {}, "22.11.26", "Geben Sie das Datum im Format TT.MM.JJJJ ein, zum Beispiel 22.11.2026."),
    ("date", {}, "31.02.2026", "Diesen Tag gibt es nicht. Prüfen Sie das Datum, zum Beispiel 22.11.2026."),
    ("date", {}, "01.01.0001", "Diesen Tag gibt es nicht. Prüfen Sie das Datum, zum Beispiel 22.11.2026."),
    ("date", {"minimum": "today"}, "21.11.2026", "Geben Sie ein Datum ab dem 22.11.2026 ein."),
    ("date", {"maximum": "2026-12-31"}, "01.01.2027", "Geben Sie ein Datum bis zum 31.12.2026 ein."),
    ("month", {}, "13.2025", "Geben Sie Monat und Jahr im Format MM.JJJJ ein, zum Beispiel 11.2026."),
    ("month", {"not_future": True}, "12.2026", "Geben Sie einen Monat ein, der nicht in der Zukunft liegt."),
    ("time", {}, "24:00", "Geben Sie die Uhrzeit im Format SS:MM ein, zum Beispiel 09:30."),
    ("time", {}, "9:60", "Geben Sie die Uhrzeit im Format SS:MM ein, zum Beispiel 09:30."),
    ("yes_no", {}, "vielleicht", "Wählen Sie „ja“ oder „nein“."),
    ("yes_no", {"must_be_true": True}, "nein", "Bestätigen Sie „Frage“; ohne diese Bestätigung geht es nicht weiter."),
    ("one_of", {"options": OPTIONS}, "c", "Wählen Sie eine Antwort aus der Liste; „c“ steht nicht darin."),
    ("one_of", {"options": OPTIONS}, ["a", "b"], "Geben Sie hier nur einen Wert an."),
    (
        "one_of",
        {"options": OPTIONS},
        {"other": "x"},
        "Diese Angabe konnte nicht gelesen werden. Geben Sie sie bitte neu ein.",
    ),
    ("one_of", {"options": OPTIONS, "allow_other": True}, "other", "Tragen Sie bei „andere“ ein, was gemeint ist."),
    ("several_of", {"options": OPTIONS}, ["a", "c"], "Wählen Sie eine Antwort aus der Liste; „c“ steht nicht darin."),
    (
        "several_of",
        {"options": OPTIONS},
        ["a", "keine"],
        "„weiß ich nicht“ schließt andere Antworten aus. Entfernen Sie diese oder „weiß ich nicht“.",
    ),
    ("several_of", {"options": OPTIONS, "min_choices": 2}, ["a"], "Wählen Sie mindestens 2 Antworten aus."),
    ("several_of", {"options": OPTIONS, "max_choices": 1}, ["a", "b"], "Wählen Sie höchstens 1 Antworten aus."),
    (
        "several_of",
        {"options": OPTIONS},
        [{"a": 1}],
        "Diese Angabe konnte nicht gelesen werden. Geben Sie sie bitte neu ein.",
    ),
    ("several_of", {"options": OPTIONS}, [["a"], ["b", "c"]], "Geben Sie hier nur einen Wert an."),
    ("email", {}, "name", "Geben Sie eine E-Mail-Adresse ein, zum Beispiel name@beratung.example."),
    ("email", {}, "name@host", "Geben Sie eine E-Mail-Adresse ein, zum Beispiel name@beratung.example."),
    ("email", {}, "a..b@c.de", "Geben Sie eine E-Mail-Adresse ein, zum Beispiel name@beratung.example."),
    ("email", {}, "a@b@c.de", "Geben Sie eine E-Mail-Adresse ein, zum Beispiel name@beratung.example."),
    ("email", {}, "a@-b.de", "Geben Sie eine E-Mail-Adresse ein, zum Beispiel name@beratung.example."),
    ("email", {}, "a@1.2.3.4", "Geben Sie eine E-Mail-Adresse ein, zum Beispiel name@beratung.example."),
    ("email", {}, f"{'a' * 65}@b.de", "Geben Sie eine E-Mail-Adresse ein, zum Beispiel name@beratung.example."),
    ("email", {}, "a@b.de, c@d.de", "Geben Sie eine E-Mail-Adresse ein, zum Beispiel name@beratung.example."),
    ("email", {}, "müller@b.de", "Geben Sie die E-Mail-Adresse vor dem @ ohne Umlaute und Sonderzeichen ein."),
    ("phone", {}, "keins", "Geben Sie eine Telefonnummer mit Vorwahl ein, zum Beispiel 02241 12345."),
    ("phone", {}, "1234", "Geben Sie eine Telefonnummer mit Vorwahl ein, zum Beispiel 02241 12345."),
    ("phone", {}, "0" * 16, "Geben Sie eine Telefonnummer mit Vorwahl ein, zum Beispiel 02241 12345."),
    ("municipality", {}, "bonn", "Wählen Sie eine Antwort aus der Liste; „bonn“ steht nicht darin."),
    ("organisation", {}, "Neuer Verein", "Wählen Sie eine Antwort aus der Liste; „Neuer Verein“ steht nicht darin."),
    ("person", {"role": "office"}, "7", "Wählen Sie eine Antwort aus der Liste; „7“ steht nicht darin."),
    ("record", {"process": "theme"}, "13", "Wählen Sie eine Antwort aus der Liste; „13“ steht nicht darin."),
    ("file", {}, "Bescheid.pdf", "Die Datei ist nicht angekommen. Wählen Sie sie noch einmal aus."),
    ("file", {}, {**PDF, "size": "1"}, "Die Datei ist nicht angekommen. Wählen Sie sie noch einmal aus."),
    ("file", {}, {**PDF, "size": 0}, "„Bescheid.pdf“ ist leer. Wählen Sie eine andere Datei."),
    ("file", {"max_bytes": 999}, PDF, "„Bescheid.pdf“ ist zu groß. Wählen Sie eine Datei bis 1 kB."),
    ("file", {"kinds": ["png"]}, PDF, "„Bescheid.pdf“ kann hier nicht abgelegt werden. Möglich sind: PNG."),
    ("file", {}, {**PDF, "name": "a.exe"}, "„a.exe“ kann hier nicht abgelegt werden. Möglich sind: PDF, JPEG, PNG."),
    ("file", {}, [PDF, PDF], "Wählen Sie höchstens 1 Dateien aus."),
    ("group", {"fields": SUB}, "x", "Diese Angabe konnte nicht gelesen werden. Geben Sie sie bitte neu ein."),
    ("group", {"fields": SUB}, {"tage": "3"}, "Füllen Sie „Name“ aus."),
    (
        "repeating_group",
        {"fields": SUB},
        "x",
        "Die Einträge konnten nicht gelesen werden. Geben Sie sie bitte neu ein.",
    ),
    (
        "repeating_group",
        {"fields": SUB},
        {"a": {}},
        "Die Einträge konnten nicht gelesen werden. Geben Sie sie bitte neu ein.",
    ),
    (
        "repeating_group",
        {"fields": SUB},
        ["x"],
        "Diese Angabe konnte nicht gelesen werden. Geben Sie sie bitte neu ein.",
    ),
    (
        "repeating_group",
        {"fields": SUB, "max_rows": 1},
        [{"name": "A"}, {"name": "B"}],
        "Entfernen Sie Einträge: höchstens 1 sind möglich.",
    ),
    (
        "repeating_group",
        {"fields": SUB, "min_rows": 3},
        [{"name": "A"}],
        "Fügen Sie Einträge hinzu: mindestens 3 sind nötig, 1 sind ausgefüllt.",
    ),
    ("check_item", {}, "vielleicht", "Wählen Sie „ja“, „nein“, „unklar“ oder „trifft nicht zu“."),
    (
        "check_item",
        {"not_applicable": False},
        "not_applicable",
        "Wählen Sie „ja“, „nein“, „unklar“ oder „trifft nicht zu“.",
    ),
    (
        "check_item",
        {"evidence": EVIDENCE},
        {"met": "yes", "evidence": ["foto"]},
        "Wählen Sie eine Antwort aus der Liste; „foto“ steht nicht darin.",
    ),
    ("check_item", {"required": True}, {"note": "x"}, "Wählen Sie bei „Frage“ eine Antwort aus."),
]


@pytest.mark.parametrize(("type_", "settings", "raw", "sentence"), REFUSED)
def test_refused_with_a_sentence(type_: str, settings: dict[str, Any], raw: Any, sentence: str) -> None:
    with pytest.raises(FieldError) as refusal:
        field(type_, **settings).clean(raw, context())
    assert list(refusal.value.errors.values()) == [sentence]


BLANKS: list[Any] = [None, "", "   ", "\n", [], [""], [None, " "]]


@pytest.mark.parametrize("raw", BLANKS, ids=repr)
@pytest.mark.parametrize("type_", sorted(set(FIELD_TYPES) - {"computed", "group"}))
def test_blank_is_no_answer(type_: str, raw: Any) -> None:
    extra: dict[str, dict[str, Any]] = {
        "person": {"role": "coordinator"},
        "record": {"process": "theme"},
        "repeating_group": {"fields": SUB},
        "information": {"text": "x"},
    }
    if type_ == "file" and isinstance(raw, str) and raw and not raw.strip():
        return  # a file that is a blank text never comes from a form
    assert field(type_, **extra.get(type_, {})).clean_parts(raw, context()).value is None


DEFINED_WRONG: list[tuple[str, dict[str, Any]]] = [
    ("short_text", {"max_length": 0}),
    ("short_text", {"max_length": 3, "min_length": 4}),
    ("short_text", {"pattern": "["}),
    ("short_text", {"pattern": "(a+)+"}),
    ("short_text", {"pattern": "(a|aa)*b"}),
    ("short_text", {"pattern": "(?:a?){20}"}),
    ("short_text", {"pattern": "(a)\\1"}),
    ("short_text", {"pattern": ".*.*.*.*x"}),
    ("short_text", {"label": None}),
    ("short_text", {"id": "Groß"}),
    ("short_text", {"unknown": 1}),
    ("number", {"minimum": 3, "maximum": 2}),
    ("number", {"minimum": "3"}),
    ("date", {"minimum": "tomorrow"}),
    ("one_of", {"options": [{"value": "a", "label": "A"}, {"value": "a", "label": "B"}]}),
    ("one_of", {"options": [{"value": 1, "label": "A"}]}),
    ("one_of", {"depends_on": "y"}),
    ("several_of", {"min_choices": 3, "max_choices": 2}),
    ("person", {}),
    ("record", {}),
    ("record", {"process": "a", "catalogue": "b"}),
    ("file", {"kinds": ["exe"]}),
    ("group", {"fields": []}),
    ("group", {"fields": [SUB[0], SUB[0]]}),
    ("repeating_group", {"fields": SUB, "min_rows": 3, "max_rows": 2}),
    ("heading", {"required": True}),
    ("computed", {"compute": {"function": "eval", "of": ["a"]}}),
    ("computed", {"compute": {"function": "sum", "of": []}}),
    ("computed", {"required": True, "compute": {"function": "sum", "of": ["a"]}}),
    ("unknown_type", {}),
]


@pytest.mark.parametrize(("type_", "settings"), DEFINED_WRONG, ids=str)
def test_wrong_settings_are_refused(type_: str, settings: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        field(type_, **settings)


@pytest.mark.parametrize(
    "pattern", ["IH-[0-9]{4}-[0-9]{4,}", "(?:AB|CD)?[0-9]+", "[A-Z]{2}(?:-[0-9]{1,3}){2}", r"\(\d+\)"]
)
def test_ordinary_patterns_are_allowed(pattern: str) -> None:
    assert field("short_text", pattern=pattern).pattern == pattern


def test_flags_are_kept() -> None:
    each = field(
        "short_text", personal_data="meldende Person", check_free_text=True, sensitive=True, autocomplete="name"
    )
    assert (each.personal_data, each.check_free_text, each.sensitive, each.autocomplete) == (
        "meldende Person",
        True,
        True,
        "name",
    )


def test_appearance_is_written_display() -> None:
    each = field("one_of", display="radio", options=OPTIONS)
    assert each.appearance == "radio"
    assert each.model_dump(by_alias=True)["display"] == "radio"


def test_personal_and_sensitive_answers_stay_out_of_the_index() -> None:
    assert field("short_text").index_text("Text", context()) == "Text"
    assert field("short_text", sensitive=True).index_text("Text", context()) == ""
    group = field("group", fields=[{**SUB[0], "personal_data": "Person"}, SUB[1]])
    assert group.index_text({"name": "Erika", "tage": 3}, context()) == "3"


def test_choices_depend_on_another_answer() -> None:
    each = field(
        "one_of", options_from="topics", depends_on="feld", extra_options=[{"value": "anderes", "label": "anderes"}]
    )
    arbeit = context(answers={"feld": "arbeit"})
    assert [option.value for option in each.choices(arbeit)] == ["t1", "anderes"]
    assert [option.value for option in each.choices(context())] == ["anderes"]
    assert [option.value for option in each.choices(context(answers={"feld": ["arbeit", "bildung"]}))] == [
        "t1",
        "t2",
        "anderes",
    ]
    assert each.clean("t1", arbeit) == "t1"
    assert each.clean("anderes", context()) == "anderes"
    with pytest.raises(FieldError, match="„Schulplätze“ passt nicht zu Ihrer Auswahl oben"):
        each.clean("t2", arbeit)
    with pytest.raises(FieldError, match="steht nicht darin"):
        each.clean("nichts", arbeit)


def test_options_speak_the_language_and_lists_are_asked_once() -> None:
    asked: list[str] = []

    class Counting(StaticCatalogues):
        def options(self, source: str, parent: str | None = None) -> Any:
            asked.append(source)
            return super().options(source, parent)

    ctx = CleanContext(catalogues=Counting({"municipalities": {"much": "Much"}}), language="en")
    assert [option.label for option in field("one_of", options=OPTIONS).choices(ctx)][:2] == ["Anna", "Bee"]
    for _ in range(3):
        field("municipality").clean("much", ctx)
    assert asked == ["municipalities"]


def test_a_value_that_left_the_list_is_still_shown() -> None:
    assert field("municipality").display("weg", context()) == "weg"
    assert field("one_of", options=OPTIONS).display("weg", context()) == "weg"


def test_numbers_behind_choices() -> None:
    each = field("one_of", options=OPTIONS)
    assert each.as_number("3-5", context()) == Decimal(3)
    assert each.as_number("a", context()) is None
    assert field("money").as_number("12.50", context()) == Decimal("12.50")


def test_group_errors_carry_their_path() -> None:
    parts = field("repeating_group", fields=SUB).clean_parts(
        [{"name": ""}, {"tage": "x"}, {"name": "B", "y": 1}], context()
    )
    assert parts.value == [{"name": "B"}]
    assert set(parts.errors) == {"1.name", "1.tage"}
    assert parts.unknown == ("2.y",)


def test_a_draft_requires_nothing() -> None:
    draft = context(partial=True)
    assert field("group", fields=SUB).clean({"tage": "3"}, draft) == {"tage": 3}
    assert field("repeating_group", fields=SUB, min_rows=3).clean([{"tage": 1}], draft) == [{"tage": 1}]
    assert field("yes_no", must_be_true=True).clean("nein", draft) is False
    assert field("short_text", min_length=9).clean("kurz", draft) == "kurz"
    assert field("several_of", options=OPTIONS, min_choices=2).clean(["a"], draft) == ["a"]


COMPUTED: list[tuple[dict[str, Any], dict[str, Any], Any, str]] = [
    ({"function": "sum", "of": ["a", "b"]}, {"a": 2, "b": "1.5"}, 3.5, "3,5"),
    ({"function": "sum", "of": ["a", "b"]}, {"a": 2}, 2, "2"),
    ({"function": "sum", "of": ["a"]}, {}, None, ""),
    ({"function": "sum", "of": ["wahl"]}, {"wahl": "3-5"}, 3, "3"),
    ({"function": "sum", "of": ["rows.tage"]}, {"rows": [{"tage": 2}, {"tage": 5}, {"name": "x"}]}, 7, "7"),
    ({"function": "max", "of": ["rows.tage", "a"]}, {"rows": [{"tage": 2}], "a": 1}, 2, "2"),
    (
        {"function": "min", "of": ["tag", "tag2"]},
        {"tag": "2026-02-01", "tag2": "2026-01-31"},
        "2026-01-31",
        "31.01.2026",
    ),
    ({"function": "count", "of": ["rows"]}, {"rows": [{"tage": 2}, {"tage": 5}]}, 2, "2"),
    ({"function": "count", "of": ["a", "b"]}, {"a": "x"}, 1, "1"),
    ({"function": "count", "of": ["a"]}, {}, 0, "0"),
    ({"function": "concat", "of": ["a", "wahl"], "separator": ", "}, {"a": "x", "wahl": "a"}, "x, Anna", "x, Anna"),
    ({"function": "concat", "of": ["a"]}, {}, None, ""),
    ({"function": "date_add", "of": ["tag"], "days": 28}, {"tag": "2026-02-01"}, "2026-03-01", "01.03.2026"),
    ({"function": "date_add", "of": ["tag", "a"]}, {"tag": "2026-02-01", "a": 3}, "2026-02-04", "04.02.2026"),
    ({"function": "date_add", "of": ["tag"], "days": 1}, {}, None, ""),
    ({"function": "date_add", "of": ["tag", "a"]}, {"tag": "2026-02-01", "a": 10**12}, None, ""),
]


@pytest.mark.parametrize(("compute", "answers", "value", "shown"), COMPUTED)
def test_computed(compute: dict[str, Any], answers: dict[str, Any], value: Any, shown: str) -> None:
    beside: dict[str, Field] = {
        "wahl": field("one_of", options=OPTIONS),
        "rows": field("repeating_group", fields=SUB),
        "a": field("short_text"),
    }
    each = field("computed", compute=compute)
    ctx = CleanContext(catalogues=CATALOGUES, answers=answers, fields=beside)
    assert each.clean("wird nie gelesen", ctx) == value
    assert each.display(value, ctx) == shown


def test_every_message_exists_in_both_languages_and_says_what_to_do() -> None:
    for key, (german, english) in _MESSAGES.items():
        assert german != english, key
        assert english.endswith((".", "{hint}")) and german.endswith((".", "{hint}")), key
    assert say("date", "en").startswith("Enter the date")


SIZES = [(1, "1 kB"), (1499, "1 kB"), (999_000, "999 kB"), (10_000_000, "10 MB"), (1_500_000, "1,5 MB"), (None, "? kB")]


@pytest.mark.parametrize(("size", "shown"), SIZES)
def test_sizes(size: object, shown: str) -> None:
    assert readable_size(size) == shown


def test_file_accept() -> None:
    each = field("file", kinds=["pdf", "jpeg"])
    assert isinstance(each, File) and each.accept() == ".pdf,.jpg,.jpeg"


SAMPLES: list[Any] = [field(row[0], **row[1]) for row in ACCEPTED] + [
    field("computed", compute={"function": "sum", "of": ["a"]})
]
RAW = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20) | st.dates() | st.binary(max_size=4),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(
            st.sampled_from(["value", "other", "met", "evidence", "note", "id", "name", "size", "0", "1"]), inner
        )
    ),
    max_leaves=10,
)


@given(st.sampled_from(SAMPLES), RAW, st.booleans())
def test_nothing_that_is_submitted_raises_anything_but_a_sentence(each: Field, raw: Any, partial: bool) -> None:
    ctx = context(partial=partial)
    parts = each.clean_parts(raw, ctx)
    assert all(sentence.endswith((".", "Ziffern")) for sentence in parts.errors.values())
    if parts.value is not None and not parts.errors:
        assert each.clean(each.to_raw(parts.value), ctx) == parts.value or each.__class__.__name__ == "Computed"
        assert isinstance(each.display(parts.value, ctx), str)
        assert isinstance(each.index_text(parts.value, ctx), str)


@given(st.sampled_from(SAMPLES), RAW)
def test_odd_stored_values_can_be_shown(each: Field, value: Any) -> None:
    assert isinstance(each.display(value, context()), str)
    assert isinstance(each.index_text(value, context()), str)
    each.to_raw(value)


@given(st.decimals(min_value=-(10**9), max_value=10**9, places=2))
def test_money_survives_the_german_notation(amount: Decimal) -> None:
    each = field("money")
    value = each.clean(each.to_raw(f"{amount:.2f}"), context())
    assert Decimal(value) == amount


@given(st.dates(date(1900, 1, 1), date(2199, 12, 31)))
def test_dates_survive_the_german_notation(day: date) -> None:
    assert field("date").clean(f"{day:%d.%m.%Y}", context()) == day.isoformat()


@given(st.text(max_size=60))
def test_an_accepted_email_can_be_sent_to(text: str) -> None:
    value = field("email").clean_parts(text, context()).value
    assert value is None or (value.isascii() and value.count("@") == 1 and " " not in value and "\n" not in value)


def test_definitions_survive_dump_and_load() -> None:
    for each in SAMPLES:
        assert ADAPTER.validate_json(ADAPTER.dump_json(each, by_alias=True)) == each
        assert isinstance(each, FIELD_TYPES[each.type])
    assert issubclass(FIELD_TYPES["municipality"], Choosing)
