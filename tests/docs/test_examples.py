"""The page about processes: its examples load and work, and it names all there is of the language."""

from __future__ import annotations

import re
from typing import Any, get_args

import pytest
from pydantic import TypeAdapter

from kimforms.engine.catalogue import Option, StaticCatalogues
from kimforms.engine.check import check
from kimforms.engine.condition_models import Condition
from kimforms.engine.definition import (
    DeadlineRule,
    Escalation,
    Numbering,
    RetentionRule,
    State,
    Step,
    Transition,
)
from kimforms.engine.effects import EFFECT_KINDS, Effect, kind_of
from kimforms.engine.fields import FIELD_TYPES, AnyField
from kimforms.engine.fields.base import Field
from kimforms.engine.fields.choices import Choice
from kimforms.engine.fields.computed import Case, Compute
from kimforms.engine.papers import BUILT_IN_MAILS, DOCUMENT_PLACEHOLDERS, Mail
from kimforms.engine.repeating import FewerRounds, Repeat
from kimforms.engine.yaml_io import dump_process, load_process, load_yaml_with_lines
from kimforms.permissions import ROLES
from kimforms.services.records.effects import CALLS, EXECUTORS, unserved

from .pages import ROOT, blocks

PAGE = "process-definitions.md"
TEXT = (ROOT / "docs" / PAGE).read_text("utf-8")
LISTS = StaticCatalogues(
    {
        "municipalities": [Option("siegburg", "Siegburg")],
        "organisations": [Option("caritas", "Caritas")],
        "persons:coordinator": [Option("1", "A")],
    }
)
CODE = set(re.findall(r"`([^`\n]+)`", TEXT))
WORDS = set(re.findall(r"[a-z_]+", " ".join(CODE)))


def examples(mark: str) -> list[Any]:
    return [one for text in blocks(PAGE, mark) for one in load_yaml_with_lines(text, PAGE).data]


def test_there_is_a_whole_process() -> None:
    assert len(blocks(PAGE, "process")) == 1


@pytest.mark.parametrize("text", blocks(PAGE, "process"))
def test_the_process_loads_without_a_finding(text: str) -> None:
    definition = load_process(text, PAGE)
    assert check(definition, LISTS, ROLES) == []
    assert unserved(definition) == []
    assert load_process(dump_process(definition), PAGE) == definition


def test_the_fields_load() -> None:
    found = TypeAdapter(list[AnyField]).validate_python(examples("fields"))
    assert len(found) > 10


def test_the_steps_load() -> None:
    assert len(TypeAdapter(list[Step]).validate_python(examples("steps"))) == 1


@pytest.mark.parametrize("name", FIELD_TYPES)
def test_every_field_type_has_a_row_with_all_its_settings(name: str) -> None:
    row = re.search(rf"^\| `{name}` \|(.*)$", TEXT, re.M)
    assert row is not None
    own = {
        info.alias or key
        for key, info in FIELD_TYPES[name].model_fields.items()
        if key != "type" and key not in Field.model_fields
    }
    if name in ("several_of", "municipality", "organisation"):  # "like" another row, which is tested itself
        own -= {"options", "options_from", "extra_options", "depends_on", "allow_other", "min_choices", "max_choices"}
    assert own - set(re.findall(r"`([a-z_]+)`", row[1])) == set()


@pytest.mark.parametrize(
    "model",
    [Field, Choice, Compute, Case, Step, Repeat, FewerRounds, Numbering, State, Transition, DeadlineRule, Escalation,
     RetentionRule, Mail],
)  # fmt: skip
def test_every_setting_is_named(model: Any) -> None:
    assert {info.alias or key for key, info in model.model_fields.items()} - WORDS == set()


def test_every_form_of_a_condition_has_an_example() -> None:
    found = TypeAdapter(list[Condition]).validate_python(examples("conditions"))
    shapes = {get_args(one)[0] for one in get_args(get_args(Condition)[0])}
    assert len(shapes) > 15
    assert {one.__name__ for one in shapes - {type(one) for one in found}} == set()


def test_the_examples_of_effects_are_what_the_program_carries_out() -> None:
    found = TypeAdapter(list[Effect]).validate_python(examples("effects"))
    assert {kind_of(one) for one in found} == EXECUTORS.keys()
    assert set(EFFECT_KINDS) - EXECUTORS.keys() <= WORDS
    assert CALLS.keys() <= WORDS


def test_every_placeholder_and_built_in_mail_is_named() -> None:
    assert [name for name in DOCUMENT_PLACEHOLDERS if f"{{{name}}}" not in CODE] == []
    assert set(BUILT_IN_MAILS) <= WORDS
