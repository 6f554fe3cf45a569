"""A form with every type of field that the engine knows: free of axe findings, usable with the keyboard alone."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, expect

from kimforms.engine.definition import ProcessDefinition
from kimforms.engine.fields import FIELD_TYPES
from kimforms.models import Controller
from kimforms.permissions import SYSTEM
from kimforms.services import processes
from kimforms.services.unit_of_work import unit_of_work

from ..engine.definitions import small
from ..support.browser import NARROW, WIDE, Person
from ..support.databases import NOW, Workshop, in_app
from ..support.server import Server

CHOICES = [{"value": "a", "label": "Erste Wahl"}, {"value": "b", "label": "Zweite Wahl"}]
ROW = [
    {"id": "row_text", "type": "short_text", "label": "Name der Stelle"},
    {"id": "row_date", "type": "date", "label": "Seit"},
]
SETTINGS: dict[str, dict[str, Any]] = {
    "short_text": {"required": True}, "long_text": {"max_length": 500, "help": "Ein paar Sätze genügen"},
    "number": {"unit": "Personen"}, "money": {}, "date": {"help": "TT.MM.JJJJ"}, "month": {}, "time": {}, "yes_no": {},
    "one_of": {"options": CHOICES, "display": "radio"}, "several_of": {"options": CHOICES}, "email": {}, "phone": {},
    "municipality": {"options_from": "municipalities"}, "organisation": {"options_from": "organisations", "allow_other": True},
    "person": {"role": "coordinator"}, "record": {"process": "hurdle_report"}, "file": {},
    "group": {"fields": [{"id": "in_group", "type": "short_text", "label": "In der Gruppe"}]},
    "repeating_group": {"fields": ROW}, "check_item": {"evidence": CHOICES, "legal_basis": "§ 10 StAG"},
    "heading": {}, "information": {"text": "Ein Hinweis zwischen den Fragen."},
    "computed": {"compute": {"function": "sum", "of": ["f_number"]}},
}  # fmt: skip


def every_type() -> list[dict[str, Any]]:
    fields = [{"id": f"f_{kind}", "type": kind, "label": f"Feld der Art {kind}", **SETTINGS[kind]} for kind in SETTINGS]
    select = {"id": "f_select", "type": "one_of", "label": "Auswahlliste", "options": CHOICES, "display": "select"}
    return [*fields, select]


@pytest.fixture(scope="module")
def definition() -> ProcessDefinition:
    form = {"steps": [{"id": "a", "title": "Alle Arten von Feldern", "fields": every_type()}]}
    access = {"create": {"public": True, "roles": ["adviser"]}, "read": ["coordinator"]}
    data = small(
        key="hurdle_report", title="Alle Felder", form=form, access=access, projection={"title": "f_short_text"}
    )
    return ProcessDefinition.model_validate(data)


@pytest.fixture(scope="module")
def other_house(
    definition: ProcessDefinition, sqlite_workshop: Workshop, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Server]:
    """A server whose public form is the one with all fields."""
    sqlite_workshop.fresh()
    with in_app(sqlite_workshop.app), unit_of_work() as session:
        controller = session.query(Controller).filter_by(key="rsk").one()
        processes.publish(session, SYSTEM, NOW, controller, definition)
    sqlite_workshop.close()
    source: Path = tmp_path_factory.mktemp("fields") / "source"
    shutil.copytree(sqlite_workshop.data, source)
    server = Server(tmp_path_factory.mktemp("other"), source)
    server.start()
    yield server
    assert server.stop() == 0, server.log()


@pytest.fixture
def visitor(other_house: Server, window: Browser) -> Iterator[Person]:
    person = Person(window, other_house.address)
    person.expect("422")
    yield person
    problems = person.close()
    assert not problems, "\n".join(problems)


def test_the_form_has_every_type_of_the_engine(definition: ProcessDefinition) -> None:
    assert set(SETTINGS) == set(FIELD_TYPES)
    assert {field.type for field in definition.fields().values()} == set(FIELD_TYPES)


def test_every_type_is_free_of_findings_also_with_errors(visitor: Person) -> None:
    visitor.open("/report/form")
    found = _both_widths(visitor)
    visitor.page.locator("#f_email").fill("keine Adresse")
    visitor.page.locator("#f_date").fill("gestern")
    visitor.page.locator("#f_number").fill("viele")
    with visitor.page.expect_navigation():
        visitor.page.locator(".kf-buttons button[value=next]").click()
    assert visitor.page.title().startswith("Fehler:")
    assert visitor.page.locator("main a[href='#f_email']").count() == 1
    assert visitor.page.evaluate("document.activeElement.closest('[data-focus]') !== null"), (
        "the summary takes the focus"
    )
    found += _both_widths(visitor)
    assert not found, "\n".join(found)


def _both_widths(visitor: Person) -> list[str]:
    found = []
    for width in (WIDE, NARROW):
        visitor.width = width
        visitor.page.set_viewport_size({"width": width, "height": 900})
        found += visitor.inspect()
    return found


def test_every_control_can_be_reached_with_the_tab_key(visitor: Person) -> None:
    visitor.open("/report/form")
    wanted = set(visitor.page.evaluate(CONTROLS))
    assert len(wanted) >= 18
    seen: set[str] = set()
    visitor.page.keyboard.press("Tab")
    for _ in range(140):
        name = visitor.page.evaluate("document.activeElement.name || ''")
        if name:
            seen.add(name)
        visitor.page.keyboard.press("Tab")
    assert wanted - seen == set()


CONTROLS = """() => [...document.querySelectorAll('#questions input, #questions select, #questions textarea, #questions button')]
    .filter(e => e.type !== 'hidden' && !e.disabled && e.name).map(e => e.name)"""


def test_rows_are_added_and_removed_with_and_without_scripts(other_house: Server, window: Browser) -> None:
    for javascript in (True, False):
        person = Person(window, other_house.address, javascript=javascript)
        person.open("/report/form")
        rows = person.page.locator("input[name$=row_text]")
        before = max(1, rows.count())
        person.page.locator("button[name^='_add:']").click()
        person.page.locator("input[name$=row_text]").nth(before).wait_for()
        rows.nth(before).fill("Zweite Zeile")
        person.page.locator("button[name^='_remove:']").first.click()
        expect(rows).to_have_count(before)
        assert rows.last.input_value() == "Zweite Zeile"
        assert person.close() == []
