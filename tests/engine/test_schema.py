"""The JSON Schema accepts what can be read and refuses what cannot."""

import copy

import jsonschema
import pytest
from hypothesis import HealthCheck, given, settings

from kimforms.engine.plain import plain
from kimforms.engine.schema import json_schema
from kimforms.engine.yaml_io import load_yaml_with_lines
from tests.engine.definitions import HURDLE_REPORT, processes, read, small

VALIDATOR = jsonschema.Draft202012Validator(json_schema())


def test_it_is_a_schema_of_its_dialect():
    schema = json_schema()
    jsonschema.Draft202012Validator.check_schema(schema)
    assert schema["$schema"] == "https://json-schema.org/draft/2020-12/schema"
    assert schema["additionalProperties"] is False
    assert json_schema() is not schema


def test_the_shipped_process_is_valid():
    data = load_yaml_with_lines(HURDLE_REPORT.read_bytes(), "h").data
    assert list(VALIDATOR.iter_errors(data)) == []


@given(processes())
@settings(max_examples=20, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large], deadline=None)
def test_what_can_be_read_is_valid(data):
    VALIDATOR.validate(plain(read(data)))


def _first_field(data):
    return data["form"]["steps"][0]["fields"][0]


def _finish(data):
    return data["workflow"]["transitions"][0]


@pytest.mark.parametrize(
    "spoil",
    [
        lambda data: data.pop("workflow"),
        lambda data: data.update(unknown=1),
        lambda data: data.update(title=3),
        lambda data: _first_field(data).update(type="kurz"),
        lambda data: _first_field(data).update(id="Groß"),
        lambda data: _first_field(data).update(show_when={"field": "x"}),
        lambda data: _finish(data).pop("from"),
        lambda data: _finish(data).update({"from": "new"}),
        lambda data: _finish(data).update(effects=[{"explode": {}}]),
        lambda data: _finish(data).update(actors=[{"is": "boss"}]),
        lambda data: data["workflow"]["states"]["new"].update(kind="offen"),
    ],
)
def test_what_cannot_be_read_is_not_valid(spoil):
    data = copy.deepcopy(small())
    assert VALIDATOR.is_valid(data)
    spoil(data)
    assert not VALIDATOR.is_valid(data)
    with pytest.raises(ValueError, match="validation error"):
        read(data)
