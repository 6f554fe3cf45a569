"""Processes as YAML: nothing is lost, and every mistake is told with its line."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kimforms.engine.definition import content_hash
from kimforms.engine.plain import plain
from kimforms.engine.yaml_io import DefinitionError, dump_process, dump_yaml, load_process, load_yaml_with_lines
from tests.engine.definitions import HURDLE_REPORT, hurdle_report, processes, read, small, words

slow = settings(
    max_examples=40, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large], deadline=None
)


@slow
@given(processes())
def test_what_is_dumped_comes_back_equal_and_with_the_same_hash(data):
    definition = read(data)
    again = load_process(dump_process(definition), "wieder.yaml")
    assert again == definition
    assert content_hash(again) == content_hash(definition)
    assert dump_process(again) == dump_process(definition)


awkward = st.text(alphabet=" \n\t#:-|'\"a\u2028\x85\ufeff\x07ä\r", max_size=10) | words


def _nested(inner):
    return st.lists(inner, max_size=4) | st.dictionaries(awkward, inner, max_size=4)


_json = st.recursive(
    st.none() | st.booleans() | st.integers(-(10**15), 10**15) | st.floats(-1e9, 1e9) | awkward, _nested, max_leaves=12
)


@given(_json)
@settings(max_examples=400)
def test_any_plain_data_survives_the_dump(data):
    assert load_yaml_with_lines(dump_yaml(data), "daten.yaml").data == data


@pytest.mark.parametrize(
    "text", ["no", "Nein", "on", "yes", "0042", "12:30", "2026-01-01", "1e3", "0x1F", "1_000", "=", "~x", "Null!", ".5"]
)
def test_words_that_other_yaml_readers_turn_into_something_else_stay_text(text):
    assert load_yaml_with_lines(f"a: {text}", "x").data == {"a": text}
    assert load_yaml_with_lines(dump_yaml({text: [text]}), "x").data == {text: [text]}


@pytest.mark.parametrize(
    ("written", "value"),
    [("true", True), ("False", False), ("~", None), ("null", None), ("", None), ("17", 17), ("-3", -3), ("0", 0),
     ("1.50", 1.5), ("'17'", "17"), ('"true"', "true")],
)  # fmt: skip
def test_scalars_follow_the_core_schema(written, value):
    found = load_yaml_with_lines(f"a: {written}", "x").data["a"]
    assert found == value
    assert type(found) is type(value)


def test_the_dump_is_readable():
    text = dump_process(read(small(title="Prüfung der Größe", notice={"text": "Zeile eins\nZeile zwei"})))
    assert "title: Prüfung der Größe" in text
    assert "text: |-\n    Zeile eins\n    Zeile zwei" in text
    assert "!!" not in text
    assert "&" not in text
    keys = [line.split(":")[0] for line in text.splitlines() if line[0].isalpha()]
    assert keys == ["key", "title", "controller", "numbering", "access", "form", "projection", "workflow", "notice"]
    assert "yearly" not in text
    assert "required: false" not in text


def test_the_shipped_process_survives():
    definition = hurdle_report()
    assert len(definition.fields()) == 38
    assert load_process(dump_process(definition), "wieder.yaml") == definition


@pytest.mark.parametrize(
    ("text", "line", "part"),
    [
        ("a: 1\nb: x: y\n", 2, "Doppelpunkt"),
        ("a:\n\t- b\n", 2, "Leerzeichen"),
        ("a: 1\nb: 'offen\n", 2, "nicht geschlossen"),
        ("a: 1\nb: [1, 2\n", 2, "Klammer"),
        ("a:\n  - b\n c: d\n", 3, "Einrückung"),
        ("a: @x\n", 1, "Anführungszeichen"),
        ("a: 1\nb: 2\na: 3\n", 3, "„a“ steht schon in Zeile 1"),
        ("x:\n  y: 1\n  y: 2\n", 3, "„y“ steht schon in Zeile 2"),
        ("a: 1\nb: !!python/object/apply:os.system [ls]\n", 2, "Marken"),
        ("a: !eigen x\n", 1, "Marken"),
        ("a: !!str 5\n", 1, "Marken"),
        ("a: &x [*x]\n", 1, "*x"),
        ("a: *fehlt\n", 1, "*fehlt"),
        ("a: 1\n---\nb: 2\n", 2, "mehr als ein Dokument"),
        ("a: 1\nb: \x01\n", 2, "Steuerzeichen"),
        ("? [a]\n: b\n", 1, "Schlüssel"),
        ("[" * 3000, 1, "Ebenen"),
        (b"a: 1\nb: \xff\n", 2, "UTF-8"),
        ("a: \ud800\n", 1, "UTF-8"),
        ("a: b\n" * 10 + "x" * 2_000_000, 0, "größer als 2.000.000 Bytes"),
    ],
)
def test_broken_yaml_is_refused_with_its_line(text, line, part):
    with pytest.raises(DefinitionError) as refused:
        load_yaml_with_lines(text, "datei.yaml")
    assert refused.value.line == line
    assert part in refused.value.reason
    assert refused.value.file == "datei.yaml"
    assert str(refused.value).startswith("datei.yaml")


def test_aliases_work_but_cannot_multiply():
    assert load_yaml_with_lines("a: &x [1, 2]\nb: *x\n", "x").data == {"a": [1, 2], "b": [1, 2]}
    layers = ["a0: &a0 [x, x, x, x, x, x, x, x, x, x]"]
    layers += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]" for n in range(1, 9)]
    with pytest.raises(DefinitionError, match="mehr als 100.000 Teile"):
        load_yaml_with_lines("\n".join(layers), "bombe.yaml")
    with pytest.raises(DefinitionError, match="mehr als 200 Verweise"):
        load_yaml_with_lines("a: &x 1\nb: [" + "*x, " * 201 + "]", "viele.yaml")


def _written(**parts):
    return dump_yaml(small(**parts))


@pytest.mark.parametrize(
    ("change", "marked", "part"),
    [
        (lambda text: text.replace("numbering:", "nummbering:"), "nummbering:", "meinten Sie „numbering“?"),
        (lambda text: text.replace("required: true", "required: vielleicht"), "required:", "true oder false"),
        (lambda text: text.replace("kind: done", "kind: fertig"), "kind: fertig", "'open', 'waiting' oder 'done'"),
        (lambda text: text.replace("type: short_text", "type: kurz"), "- id: subject", "„kurz“ gibt es nicht"),
        (lambda text: text.replace("id: urgent", "id: Größe"), "id: Größe", "kleine Buchstaben"),
        (lambda text: text.replace("prefix: AN", "prefix: an"), "prefix: an", "Großbuchstaben"),
        (lambda text: text.replace("title: Antrag", "title: 5"), "title: 5", "je Sprache"),
        (lambda text: text.replace("title: Antrag", "title: {de: 5}"), "title: {de: 5}", "erwartet wird ein Text"),
        (lambda text: text.replace("label: neu", "labl: neu"), "labl: neu", "„labl“ ist hier unbekannt"),
        (lambda text: text.replace("- role: coordinator", "- rolle: coordinator"), "- rolle:", "role, is, field"),
        (lambda text: text.replace("controller: rsk\n", ""), "key: request", "„controller“ fehlt"),
    ],
)
def test_every_mistake_is_told_with_the_line_where_it_stands(change, marked, part):
    text = change(_written())
    with pytest.raises(DefinitionError) as refused:
        load_process(text, "prozess.yaml")
    line = next(number for number, one in enumerate(text.splitlines(), 1) if marked in one)
    problem = next(one for one in refused.value.problems if part in one.reason)
    assert problem.line == line


def test_all_mistakes_are_told_at_once_in_order():
    text = (
        _written()
        .replace("prefix: AN", "prefix: an")
        .replace("kind: done", "kind: fertig")
        .replace("id: a\n", "id: A\n")
    )
    with pytest.raises(DefinitionError) as refused:
        load_process(text, "prozess.yaml")
    lines = [problem.line for problem in refused.value.problems]
    assert len(lines) == 3
    assert lines == sorted(lines)
    assert str(refused.value).count("prozess.yaml, Zeile") == 3


@pytest.mark.parametrize("text", ["", "# nur ein Kommentar\n", "- a\n- b\n", "nur Text", "17"])
def test_what_is_no_process_is_refused(text):
    with pytest.raises(DefinitionError):
        load_process(text, "x.yaml")


@given(st.binary(max_size=200) | st.text(max_size=200))
@settings(max_examples=300)
def test_no_input_gets_anything_but_a_refusal(raw):
    with pytest.raises(DefinitionError):
        load_process(raw, "x.yaml")


def test_a_part_without_a_line_of_its_own_gets_the_line_around_it():
    document = load_yaml_with_lines("a:\n  b:\n    - c: 1\n    - d: 2\n", "x")
    assert document.line_of(("a", "b", 1, "d")) == 4
    assert document.line_of(("a", "b", 1, "fehlt", 3)) == 4
    assert document.line_of(("a", "b", 9)) == 2
    assert document.line_of(("anderswo",)) == 1


def test_plain_data_of_the_shipped_process_is_what_stands_in_the_file_but_for_defaults():
    raw = load_yaml_with_lines(HURDLE_REPORT.read_bytes(), "h").data
    assert read(plain(read(raw))) == read(raw)
