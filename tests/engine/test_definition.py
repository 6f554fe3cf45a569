"""What a definition is: strict, frozen, stable in its hash; its texts and stations."""

import copy

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from kimforms.engine.definition import Numbering, ProcessDefinition, content_hash
from kimforms.engine.effects import EFFECT_KINDS, kind_of
from kimforms.engine.papers import PLACEHOLDERS, placeholders_in, render_text
from kimforms.engine.plain import plain
from kimforms.engine.stations import STATIONS, station_of
from kimforms.engine.strict import path_text
from kimforms.engine.text import pick
from tests.engine.definitions import hurdle_report, processes, read, small

few = settings(max_examples=25, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large], deadline=None)


@few
@given(processes())
def test_plain_data_gives_the_same_definition_again(data):
    definition = read(data)
    assert read(plain(definition)) == definition
    assert ProcessDefinition.model_validate_json(definition.model_dump_json(by_alias=True)) == definition


def _dicts_in(part, path=()):
    if isinstance(part, dict):
        yield path, part
        for key, value in part.items():
            yield from _dicts_in(value, (*path, key))
    elif isinstance(part, list):
        for number, value in enumerate(part):
            yield from _dicts_in(value, (*path, number))


def test_an_unknown_key_is_refused_wherever_it_stands():
    data = plain(hurdle_report())
    keyed = {("workflow", "states"), ("mails",), ("documents",)}
    places = [path for path, part in _dicts_in(data) if path not in keyed and not set(part) <= {"de", "en"}]
    assert len(places) > 100
    for path in places[::7]:
        spoilt = copy.deepcopy(data)
        part = spoilt
        for step in path:
            part = part[step]
        part["unbekannt"] = 1
        with pytest.raises(ValidationError):
            read(spoilt)


def test_nothing_can_be_changed_after_reading():
    definition = read(small())
    with pytest.raises(ValidationError):
        definition.title = "anders"
    with pytest.raises(ValidationError):
        definition.workflow.transitions[0].to = "new"
    with pytest.raises(TypeError):
        definition.fields()["subject"] = None


def test_the_hash_ignores_order_and_defaults_and_sees_everything_else():
    written = small()
    spelled_out = small(mails={}, numbering={"digits": 4, "yearly": True, "prefix": "AN"}, notice=None)
    shuffled = dict(reversed(written.items()))
    assert content_hash(read(written)) == content_hash(read(spelled_out)) == content_hash(read(shuffled))
    assert len(content_hash(read(written))) == 64
    assert content_hash(read(small(title="Anderes"))) != content_hash(read(written))
    assert content_hash(read(small(numbering={"prefix": "AN", "digits": 5}))) != content_hash(read(written))


@few
@given(processes(), processes())
def test_equal_definitions_and_only_they_have_the_same_hash(one, other):
    assert (content_hash(read(one)) == content_hash(read(other))) == (read(one) == read(other))
    assert content_hash(read(one)) == content_hash(read(copy.deepcopy(one)))


def test_fields_are_flat_and_steps_are_found():
    inner = {"id": "street", "type": "short_text", "label": "Straße"}
    group = {"id": "address", "type": "group", "label": "Anschrift", "fields": [inner]}
    rows = {"id": "dates", "type": "repeating_group", "label": "Termine", "fields": [{**inner, "id": "place"}]}
    definition = read(
        small(form={"steps": [{"id": "a", "title": "A", "fields": [group, rows]}, {"id": "b", "title": "B"}]})
    )
    assert list(definition.fields()) == ["address", "street", "dates", "place"]
    assert definition.step("b").title == "B"
    with pytest.raises(KeyError):
        definition.step("c")


@pytest.mark.parametrize(
    ("settings_", "number", "reference"),
    [
        ({"prefix": "IH"}, 42, "IH-2026-0042"),
        ({"prefix": "IH"}, 9999, "IH-2026-9999"),
        ({"prefix": "IH"}, 10000, "IH-2026-10000"),
        ({"prefix": "LG-B", "digits": 2}, 7, "LG-B-2026-07"),
        ({"prefix": "EB", "yearly": False}, 1, "EB-0001"),
    ],
)
def test_references_grow_past_their_digits(settings_, number, reference):
    assert Numbering.model_validate(settings_).reference(2026, number) == reference


@pytest.mark.parametrize("prefix", ["ih", "I/H", "-IH", "IH-", "", "1H", "ÄH", "A" * 13, "IH\n"])
def test_prefixes_that_break_addresses_are_refused(prefix):
    with pytest.raises(ValidationError):
        Numbering(prefix=prefix)


@pytest.mark.parametrize("name", ["Groß", "größe", "1a", "_a", "a-b", "a b", "", "a" * 61, "a\n"])
def test_ids_that_break_forms_are_refused(name):
    with pytest.raises(ValidationError):
        read(small(key=name))


def _with_effect(effect):
    transition = {"id": "t", "label": "T", "from": ["new"], "to": "done", "effects": [effect]}
    data = small()
    data["workflow"]["transitions"] = [transition]
    return read(data).workflow.transitions[0].effects[0]


EFFECTS = {
    "notify": {"mail": "m", "to": ["reporter", {"role": "office"}, {"field": "f"}, {"body": "b"}]},
    "assign": {"to": "responsible"},
    "set": {"field": "f", "value": [1, {"a": None}]},
    "task": {"title": "Anrufen", "to": ["assignee"], "after": 3},
    "deadline": {"id": "d", "after": 3, "unit": "working_days"},
    "link": {"kind": "theme", "create": "theme"},
    "step": {"links": "theme", "process": "theme", "transition": "solved", "with": {"reason": "why"}},
    "publish": {},
    "document": {"id": "receipt"},
    "call": {"name": "recount"},
}


@pytest.mark.parametrize("kind", EFFECT_KINDS)
def test_every_effect_is_one_key_and_knows_its_kind(kind):
    effect = _with_effect({kind: EFFECTS[kind]})
    assert kind_of(effect) == kind
    assert plain(effect)[kind] == EFFECTS[kind]


@pytest.mark.parametrize(
    "effect",
    [
        {"explode": {}},
        {"notify": EFFECTS["notify"], "assign": EFFECTS["assign"]},
        {"notify": EFFECTS["notify"], "explode": 1},
        {},
        "notify",
        {"notify": {"mail": "m"}},
        {"notify": {"mail": "m", "to": ["everybody"]}},
        {"notify": {"mail": "m", "to": [{"role": "office", "field": "f"}]}},
        {"assign": {"to": "everybody"}},
        {"set": {"field": "f", "value": 1, "from": "g"}},
        {"link": {"kind": "k", "field": "f", "create": "p"}},
        {"task": {"title": "T", "to": [], "after": -1}},
        {"deadline": {"id": "d", "after": 99999}},
        {"call": {"name": "os.system"}},
    ],
)
def test_unknown_and_ambiguous_effects_are_refused_when_read(effect):
    with pytest.raises(ValidationError):
        _with_effect(effect)


@pytest.mark.parametrize(
    "attachments",
    [
        {"allowed": True},
        {"kinds": ["pdf"]},
        {"allowed": False, "kinds": ["pdf"]},
        {"allowed": True, "kinds": ["pdf"], "max_bytes": 0},
    ],
)
def test_attachments_say_which_kinds_or_nothing(attachments):
    with pytest.raises(ValidationError):
        read(small(access={"attachments": attachments}))
    allowed = read(
        small(access={"attachments": {"allowed": True, "kinds": ["pdf"], "max_bytes": 5}})
    ).access.attachments
    assert (allowed.allowed, allowed.kinds, allowed.max_bytes) == (True, ("pdf",), 5)


def test_one_kind_of_data_has_one_retention_rule():
    rule = {"what": "contact", "after": 6, "unit": "months"}
    assert read(small(retention=[rule])).retention[0].from_ == "closed"
    with pytest.raises(ValidationError, match="zwei Löschfristen"):
        read(small(retention=[rule, {**rule, "after": 7}]))


@pytest.mark.parametrize(
    ("template", "rendered"),
    [
        ("Vorgang {reference}: {title}", "Vorgang IH-2026-0042: {state}"),
        ("{reference} {reference}", "IH-2026-0042 IH-2026-0042"),
        ("{state}", "{state}"),
        (
            "{reference.__class__} {0} {reference!r} {reference:>9}",
            "{reference.__class__} {0} {reference!r} {reference:>9}",
        ),
        ("{{reference}}", "{IH-2026-0042}"),
        ("{ reference } {Reference} {", "{ reference } {Reference} {"),
        ({"de": "de {reference}", "en": "en {reference}"}, "de IH-2026-0042"),
    ],
)
def test_only_known_placeholders_are_replaced_once(template, rendered):
    assert render_text(template, {"reference": "IH-2026-0042", "title": "{state}"}) == rendered


def test_texts_are_rendered_in_the_language_of_the_reader():
    assert render_text({"de": "Stand {state}", "en": "state {state}"}, {"state": "new"}, "en") == "state new"
    assert render_text({"de": "Stand {state}"}, {"state": "neu"}, "en") == "Stand neu"


@given(st.text(), st.dictionaries(st.sampled_from(PLACEHOLDERS), st.text()))
def test_rendering_never_fails_and_without_values_changes_nothing(template, values):
    assert render_text(template, {}) == template
    rendered = render_text(template, values)
    if not placeholders_in(template) & set(values):
        assert rendered == template


def test_everything_in_braces_is_found_in_every_language():
    assert placeholders_in({"de": "{reference} {Titel}", "en": "{title.x} {}"}) == {"reference", "Titel", "title.x", ""}


def test_stations_come_in_the_order_of_the_way_with_words_in_both_languages():
    assert [pick(station.label) for station in STATIONS] == [
        "eingegangen", "geprüft", "Thema", "Lenkungsgruppe", "Arbeitsgruppe", "Beschluss", "umgesetzt", "veröffentlicht",
    ]  # fmt: skip
    for station in STATIONS:
        for text in (station.label, station.sentence):
            assert set(text) == {"de", "en"}
            assert all(text.values())
        assert pick(station.sentence).endswith(".")


def test_a_state_shows_its_station_or_none():
    definition = hurdle_report()
    assert station_of(definition, "gemeldet").id == "received"
    assert station_of(definition, "gebuendelt").id == "theme"
    assert station_of(definition, "zurueckgezogen") is None
    assert station_of(definition, "gibt es nicht") is None


def test_paths_are_written_as_people_read_them():
    assert path_text(("workflow", "transitions", 0, "when")) == "workflow.transitions[0].when"
    assert path_text(()) == ""
