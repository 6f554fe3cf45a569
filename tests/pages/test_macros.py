"""The macros that pages are made of: each kind of field has its label, and hint and error are tied to it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from bs4 import BeautifulSoup
from flask import Flask
from jinja2 import StrictUndefined
from werkzeug.datastructures import MultiDict
from wtforms import (
    BooleanField,
    DateField,
    EmailField,
    Field,
    FieldList,
    FileField,
    Form,
    FormField,
    IntegerField,
    PasswordField,
    RadioField,
    SelectField,
    SelectMultipleField,
    StringField,
    TextAreaField,
)
from wtforms.validators import InputRequired, Length

from kimforms.assets.build import ROOT
from tests.support.pages import problems_of

Render = Callable[..., BeautifulSoup]
MISSING = "Bitte füllen Sie das aus."
NEEDED = [InputRequired(MISSING)]
CHOICES = {"a": "Eins", "b": "Zwei"}


@pytest.fixture
def render() -> Iterator[Render]:
    """Renders a line of template with the macros of a file; what the checking client refuses fails here too."""
    app = Flask("macros", template_folder=str(ROOT / "templates"))
    app.jinja_env.undefined = StrictUndefined
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    app.jinja_env.globals.update(t=lambda german, _english: german, csrf_token=lambda: "token")

    def _render(file: str, names: str, line: str, **context: Any) -> BeautifulSoup:
        source = f'{{% from "macros/{file}.html" import {names} with context %}}{line}'
        text = app.jinja_env.from_string(source).render(**context)
        soup = BeautifulSoup(text, "html5lib")
        assert problems_of(text, soup, whole=False) == []
        return soup

    with app.test_request_context():
        yield _render


class Row(Form):
    hours = IntegerField("Stunden", NEEDED)


class Everything(Form):
    text = StringField("Titel", NEEDED, description="Ein Satz genügt.")
    long = TextAreaField("Text", [*NEEDED, Length(max=20)])
    mail = EmailField("E-Mail", NEEDED)
    secret = PasswordField("Passwort", NEEDED)
    day = DateField("Tag", NEEDED, format="%d.%m.%Y")
    number = IntegerField("Zahl", NEEDED)
    radio = RadioField("Wahl", NEEDED, choices=CHOICES)
    checks = SelectMultipleField("Mehrere", NEEDED, choices=CHOICES)
    select = SelectField("Liste", NEEDED, choices={"": "Bitte wählen", **CHOICES})
    grouped = SelectField("Gruppen", choices={"Kreis": CHOICES})
    tick = BooleanField("Bestätigt", NEEDED)
    file = FileField("Datei", NEEDED)
    part = FormField(Row, "Teil")
    rows = FieldList(FormField(Row), "Angebote", min_entries=2)


def _everything(data: dict[str, str] | None = None) -> Everything:
    form = Everything(MultiDict(data) if data is not None else None)
    if data is not None:
        form.validate()
    return form


def _with(field: Field, **known: Any) -> Field:
    field.kimforms = known  # type: ignore[attr-defined]
    return field


@pytest.mark.parametrize("name", [name for name in Everything()._fields if name not in ("part", "rows", "grouped")])
def test_error_and_hint_are_tied_to_the_control(render: Render, name: str) -> None:
    field = _everything({})[name]
    assert field.errors
    page = render("form", "render_field", "{{ render_field(field, hint='Ein Hinweis') }}", field=field)
    control = page.find(id=field.id)
    assert control is not None and control.name in ("input", "select", "textarea"), "the summary's link takes the focus"
    holder = page.select_one("fieldset") or control
    described = str(holder["aria-describedby"]).split()
    assert "Ein Hinweis" in page.find(id=described[0]).text
    assert str(field.errors[0]) in page.find(id=described[-1]).text
    assert page.select_one("[aria-invalid=true]") is not None or control["type"] == "checkbox"


def test_required_is_the_rule_and_optional_is_said(render: Render) -> None:
    form = _everything()
    assert "optional" not in render("form", "render_field", "{{ render_field(f) }}", f=form.text).text
    assert "(optional)" in render("form", "render_field", "{{ render_field(f) }}", f=form.grouped).text
    assert (
        "(optional)" in render("form", "render_field", "{{ render_field(f) }}", f=_with(form.text, optional=True)).text
    )


def test_too_long_a_text_is_kept_and_shown_again(render: Render) -> None:
    form = _everything({"long": "ä" * 30})
    page = render("form", "render_field", "{{ render_field(f) }}", f=form.long)
    area = page.select_one("textarea")
    assert area.text.strip() == "ä" * 30
    assert not area.has_attr("maxlength")
    assert "20 Zeichen" in page.text


def test_passwords_are_not_shown_again(render: Render) -> None:
    page = render("form", "render_field", "{{ render_field(f) }}", f=_everything({"secret": "geheim"}).secret)
    assert page.select_one("input[type=password]")["value"] == ""


def test_date_is_a_text_in_the_german_format(render: Render) -> None:
    page = render("form", "render_field", "{{ render_field(f) }}", f=_everything({"day": "99.99.2026"}).day)
    control = page.select_one("input")
    assert (control["type"], control["inputmode"], control["value"]) == ("text", "numeric", "99.99.2026")
    assert "TT.MM.JJJJ" in page.text


def test_options_may_have_hints(render: Render) -> None:
    field = _with(_everything().radio, type="one_of", options=[{"value": "b", "label": "Zwei", "hint": "selten"}])
    page = render("form", "render_field", "{{ render_field(f) }}", f=field)
    assert page.find(id=page.select_one("input[value=b]")["aria-describedby"]).text == "selten"


def test_other_answers_have_their_own_input(render: Render) -> None:
    field = _with(_everything().select, type="organisation", allow_other=True, other_value="<b>Verein</b>")
    page = render("form", "render_field", "{{ render_field(f) }}", f=field)
    assert page.select_one("input[name=select-other]")["value"] == "<b>Verein</b>"


def test_long_lists_become_a_select(render: Render) -> None:
    form = _everything()
    form.radio.choices = {str(number): str(number) for number in range(8)}
    page = render("form", "render_field", "{{ render_field(f) }}", f=_with(form.radio, type="one_of"))
    assert not page.select("input[type=checkbox]")


def test_rows_are_added_and_removed_without_scripts(render: Render) -> None:
    page = render("form", "render_field", "{{ render_field(f) }}", f=_with(_everything().rows, row_label="Angebot"))
    assert [button["value"] for button in page.select("button[name=rows-remove]")] == ["0", "1"]
    assert page.select_one("button[name=rows-add][type=submit]") is not None
    assert {button["type"] for button in page.select("button")} == {"submit"}


def test_error_summary_names_the_row_and_leads_to_the_control(render: Render) -> None:
    form = _everything({"rows-0-hours": "3", "rows-1-hours": ""})
    summary = render("form", "error_summary", "{{ error_summary(form=form) }}", form=form)
    links = {link["href"]: link.text for link in summary.select("a")}
    assert links["#rows-1-hours"].startswith("Angebote, Zeile 2: Stunden: ")
    assert "#rows-0-hours" not in links
    assert links["#text"] == MISSING
    whole = render("form", "render_field", "{% for f in form %}{{ render_field(f) }}{% endfor %}", form=form)
    assert all(whole.find(id=href[1:]) is not None for href in links)


def test_no_errors_no_summary(render: Render) -> None:
    assert render("form", "error_summary", "{{ error_summary(form=form) }}", form=_everything()).text.strip() == ""


def test_what_people_wrote_is_never_markup(render: Render) -> None:
    evil = "<script>alert(1)</script>"
    page = render(
        "ui",
        "summary_list, timeline, badge, card, task_list, alert",
        "{{ summary_list([(x, x)]) }}{{ timeline([{'when': x, 'title': x, 'text': x}]) }}{{ badge(x) }}"
        "{{ card(x, x, meta=x) }}{{ task_list([{'title': x, 'status': x}]) }}{{ alert(x, x) }}",
        x=evil,
    )
    assert not page.select("script")
    assert page.text.count(evil) == 13


def test_unanswered_questions_say_so(render: Render) -> None:
    page = render("ui", "summary_list", "{{ summary_list([('Ort', ''), ('Zahl', 0)]) }}")
    assert [value.text for value in page.select("dd")] == ["keine Angabe", "0"]


def test_a_post_button_is_a_form_with_its_token(render: Render) -> None:
    page = render("ui", "post_button", "{{ post_button('Los', '/x', fields={'version': 3}) }}")
    assert {field["name"]: field["value"] for field in page.select("input")} == {"csrf_token": "token", "version": "3"}


def test_bars_follow_the_figures_and_hidden_figures_draw_nothing(render: Render) -> None:
    page = render("chart", "bar_chart", "{{ bar_chart('Titel', rows) }}", rows=[("A", 40), ("B", 10), ("C", "unter 5")])
    assert [bar["width"] for bar in page.select(".kf-bars__value")] == ["100.0%", "25.0%"]
    assert [number.text for number in page.select(".kf-bars__number")] == ["40", "10", "unter 5"]


@pytest.mark.parametrize("points", [[], [("Jan", 0)], [("Jan", 3), ("Feb", 6)]])
def test_columns_come_with_their_table(render: Render, points: list[tuple[str, int]]) -> None:
    page = render("chart", "column_chart", "{{ column_chart('Titel', points) }}", points=points)
    assert [(row.th.text, int(row.td.text)) for row in page.select("tbody tr")] == points


def test_cells_repeat_their_column_for_narrow_screens(render: Render) -> None:
    page = render(
        "table", "simple_table", "{{ simple_table('Orte', [{'label': 'Ort'}, {'label': 'Zahl'}], [['Much', 3]]) }}"
    )
    assert [cell["data-label"] for cell in page.select("tbody th, tbody td")] == ["Ort", "Zahl"]


def test_personal_data_is_a_remark_not_an_error(render: Render) -> None:
    hits = [{"kind": "Telefonnummer", "text": "02241 13-1234", "advice": "Lassen Sie sie weg"}]
    page = render("form", "personal_data_warning", "{{ personal_data_warning('text', hits) }}", hits=hits)
    place = page.find(id="text-privacy")
    assert place["role"] == "status"
    assert "02241 13-1234" in place.text
    assert not page.select(".kern-error, [aria-invalid]")
