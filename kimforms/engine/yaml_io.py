"""Processes as YAML files: read with the line of every mistake, written without losing anything.

Called by the command line, the profile loader, the designer's import and export. Refusals are German sentences for the
people who write such files.
"""

import difflib
from collections.abc import Callable, Iterable, Mapping
from functools import cache
from typing import Any, TypeVar

import yaml
from pydantic import BaseModel, ValidationError

from kimforms.engine.definition import ProcessDefinition
from kimforms.engine.plain import plain
from kimforms.engine.strict import Path
from kimforms.engine.yaml_lines import DefinitionError, Problem, YamlDocument, load_yaml_with_lines

__all__ = ["DefinitionError", "Problem", "YamlDocument", "dump_process", "load_process", "load_yaml_with_lines"]
__all__ += ["dump_yaml", "problems_of", "validate"]

_Model = TypeVar("_Model", bound=BaseModel)


def load_process(text: str | bytes, source: str) -> ProcessDefinition:
    """The process in a YAML text; `source` names the file in messages.

    Raises `DefinitionError` with every mistake that was found and the line of each.
    """
    return validate(ProcessDefinition, load_yaml_with_lines(text, source))


def validate(model: type[_Model], document: YamlDocument) -> _Model:
    """The document as this model; raises `DefinitionError` with German sentences and lines."""
    if document.data is None:
        raise DefinitionError(document.source, Problem(0, "die Datei ist leer"))
    try:
        return model.model_validate(document.data)
    except ValidationError as refused:
        raise DefinitionError(document.source, *problems_of(refused, document)) from None


def dump_process(definition: ProcessDefinition) -> str:
    """The process as YAML: keys in the model's order, defaults left out; `load_process` gives an equal one back."""
    return dump_yaml(plain(definition))


def dump_yaml(data: Any) -> str:
    """Plain data as readable YAML: umlauts as they are, several lines as a block, nothing abbreviated by aliases."""
    return yaml.dump(data, Dumper=_Dumper, allow_unicode=True, sort_keys=False, width=110)


class _Dumper(yaml.SafeDumper):
    def ignore_aliases(self, data: Any) -> bool:  # noqa: ARG002 - the signature is PyYAML's
        return True

    def increase_indent(self, flow: bool = False, indentless: bool = False) -> None:  # noqa: ARG002 - PyYAML's too
        super().increase_indent(flow, False)


def _text(dumper: yaml.SafeDumper, text: str) -> yaml.ScalarNode:
    """Several lines as a block where every reader agrees what that means; in double quotes what cannot be seen."""
    style = None
    if not text.isprintable():
        lines = text.split("\n")
        plain_lines = all(line.isprintable() and line == line.strip() for line in lines)
        style = "|" if len(lines) > 1 and plain_lines and lines[0] and lines[-1] else '"'
    return dumper.represent_scalar("tag:yaml.org,2002:str", text, style=style)


_Dumper.add_representer(str, _text)


def problems_of(refused: ValidationError, document: YamlDocument) -> list[Problem]:
    """One problem for each mistake that pydantic found in `document.data`: German, with path and line.

    Where a value fits none of several shapes, pydantic reports each shape; here the one that got furthest speaks.
    """
    by_path: dict[Path, list[Mapping[str, Any]]] = {}
    for error in refused.errors(include_url=False):
        by_path.setdefault(_path_in(document.data, error), []).append(error)
    return [
        Problem(document.line_of(path), _sentence(errors), path)
        for path, errors in by_path.items()
        if not _told_deeper(path, errors, by_path)
    ]


def _path_in(data: Any, error: Any) -> Path:
    """The path of an error in the data: pydantic's location without the names of union members."""
    path: list[str | int] = []
    for part in error["loc"]:
        inside = isinstance(data, dict) and part in data
        inside = inside or (isinstance(data, list) and isinstance(part, int) and part < len(data))
        if inside:
            data = data[part]
            path.append(part)
    return tuple(path)


def _told_deeper(path: Path, errors: Iterable[Mapping[str, Any]], others: Iterable[Path]) -> bool:
    only_shapes = all(error["type"].endswith("_type") for error in errors)
    return only_shapes and any(len(other) > len(path) and other[: len(path)] == path for other in others)


def _sentence(errors: list[Mapping[str, Any]]) -> str:
    types = {error["type"] for error in errors}
    if {"string_type", "dict_type"} <= types:
        return "erwartet wird ein Text, oder je Sprache einer: {de: …, en: …}"
    return "; ".join(dict.fromkeys(_one_sentence(error) for error in errors))


def _one_sentence(error: Mapping[str, Any]) -> str:
    kind, context = error["type"], error.get("ctx", {})
    name = str(error["loc"][-1]) if error["loc"] else ""
    if kind in _SENTENCES:
        return _SENTENCES[kind](context)
    if kind == "missing":
        return f"„{name}“ fehlt"
    if kind == "extra_forbidden":
        return f"„{name}“ ist hier unbekannt{_did_you_mean(name)}"
    if kind == "value_error":
        return str(context["error"])
    if kind in ("single_key", "condition"):
        return str(error["msg"])
    return "dieser Wert passt hier nicht"


def _did_you_mean(name: str) -> str:
    near = difflib.get_close_matches(name, _known_keys(), n=1, cutoff=0.75)
    return f"; meinten Sie „{near[0]}“?" if near and near[0] != name else ""


@cache
def _known_keys() -> tuple[str, ...]:
    schema = ProcessDefinition.model_json_schema()
    parts = [schema, *schema.get("$defs", {}).values()]
    return tuple(dict.fromkeys(key for part in parts for key in part.get("properties", {})))


def _pattern(context: Mapping[str, Any]) -> str:
    if context["pattern"].startswith("^[a-z]"):
        return "erlaubt sind kleine Buchstaben ohne Umlaute, Ziffern und _; vorn steht ein Buchstabe"
    if context["pattern"].startswith("^[A-Z]"):
        return "erlaubt sind Großbuchstaben, Ziffern und Bindestriche; vorn steht ein Buchstabe"
    return f"das Muster {context['pattern']} passt nicht"


_SENTENCES: dict[str, Callable[[Mapping[str, Any]], str]] = {
    "string_type": lambda _: "erwartet wird ein Text",
    "string_pattern_mismatch": _pattern,
    "string_too_long": lambda c: f"der Text ist länger als {c['max_length']} Zeichen",
    "string_too_short": lambda _: "der Text ist leer",
    "int_type": lambda _: "erwartet wird eine ganze Zahl",
    "int_parsing": lambda _: "erwartet wird eine ganze Zahl",
    "int_from_float": lambda _: "erwartet wird eine ganze Zahl",
    "float_type": lambda _: "erwartet wird eine Zahl",
    "float_parsing": lambda _: "erwartet wird eine Zahl",
    "decimal_type": lambda _: "erwartet wird eine Zahl, zum Beispiel 0.69",
    "decimal_parsing": lambda _: "erwartet wird eine Zahl, zum Beispiel 0.69",
    "date_type": lambda _: "erwartet wird ein Datum, zum Beispiel 2026-11-22",
    "date_parsing": lambda _: "erwartet wird ein Datum, zum Beispiel 2026-11-22",
    "date_from_datetime_parsing": lambda _: "erwartet wird ein Datum, zum Beispiel 2026-11-22",
    "bool_type": lambda _: "erwartet wird true oder false",
    "bool_parsing": lambda _: "erwartet wird true oder false",
    "tuple_type": lambda _: "erwartet wird eine Liste",
    "list_type": lambda _: "erwartet wird eine Liste",
    "dict_type": lambda _: "erwartet werden Schlüssel und Werte",
    "model_type": lambda _: "erwartet werden Schlüssel und Werte",
    "model_attributes_type": lambda _: "erwartet werden Schlüssel und Werte",
    "literal_error": lambda c: f"erlaubt ist nur {c['expected'].replace(' or ', ' oder ')}",
    "greater_than_equal": lambda c: f"der Wert muss mindestens {c['ge']} sein",
    "less_than_equal": lambda c: f"der Wert darf höchstens {c['le']} sein",
    "greater_than": lambda c: f"der Wert muss größer als {c['gt']} sein",
    "too_short": lambda c: f"die Liste braucht mindestens {c['min_length']} Eintrag",
    "too_long": lambda c: f"die Liste darf höchstens {c['max_length']} Einträge haben",
    "union_tag_invalid": lambda c: f"„{c['tag']}“ gibt es nicht; erlaubt ist {c['expected_tags']}",
    "union_tag_not_found": lambda c: f"{c['discriminator']} fehlt".replace("'", ""),
}
