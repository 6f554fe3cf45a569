"""Reads YAML that people wrote, keeps the line of every part, and refuses what could hide or blow up.

`yaml_io.py` reads processes with it, the profile loader its own files.
"""

import math
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import yaml

from kimforms.engine.strict import Path, path_text

MAX_BYTES = 2_000_000
MAX_PARTS = 100_000
MAX_DEPTH = 60
MAX_ALIASES = 200

_Loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)

# YAML 1.2 core schema without octal numbers: "nein", "no", "on" and 0042 stay text, as their writers meant them
_CONSTANTS = {"": None, "~": None, "null": None, "Null": None, "NULL": None}
_CONSTANTS |= dict.fromkeys(("true", "True", "TRUE"), True) | dict.fromkeys(("false", "False", "FALSE"), False)  # type: ignore[arg-type]
_INTEGER = re.compile(r"[-+]?(?:0|[1-9][0-9]{0,17})")
_FLOAT = re.compile(r"[-+]?(?:0|[1-9][0-9]{0,17})\.[0-9]{1,30}(?:e[-+][0-9]{1,3})?")

_SYNTAX = (
    ("\\t", "hier steht ein Tabulator; YAML wird mit Leerzeichen eingerückt"),
    ("cannot start any token", "dieses Zeichen darf hier nicht stehen; einrücken nur mit Leerzeichen, Texte mit @, ` "
     "oder % am Anfang in Anführungszeichen setzen"),
    ("mapping values are not allowed", "ein Doppelpunkt an dieser Stelle ist nicht eindeutig; den Text in "
     "Anführungszeichen setzen oder die Einrückung prüfen"),
    ("expected ':'", "nach dem Schlüssel fehlt der Doppelpunkt"),
    ("expected key", "die Einrückung passt nicht zur Zeile darüber"),
    ("<block end>", "die Einrückung passt nicht zur Zeile darüber"),
    ("expected '-' indicator", "in dieser Liste fehlt der Spiegelstrich, oder die Einrückung stimmt nicht"),
    ("block sequence entries", "eine Liste darf hier nicht beginnen; den Spiegelstrich in eine eigene Zeile setzen"),
    ("expected ',' or", "eine Klammer ist nicht geschlossen, oder ein Komma fehlt"),
    ("unexpected end of stream", "ein Anführungszeichen oder eine Klammer ist bis zum Ende nicht geschlossen"),
    ("undefined tag handle", "YAML-Marken mit ! sind nicht erlaubt"),
    ("escape", "nach \\ steht ein unbekanntes Zeichen; einfache Anführungszeichen nehmen \\ wörtlich"),
)  # fmt: skip


@dataclass(frozen=True)
class Problem:
    """One reason why a document is refused: the line (from 1; 0 for the file as a whole), the part, the sentence."""

    line: int
    reason: str
    path: Path = ()

    def __str__(self) -> str:
        at = f"{path_text(self.path)}: " if self.path else ""
        return f"Zeile {self.line}: {at}{self.reason}" if self.line else f"{at}{self.reason}"


class DefinitionError(ValueError):
    """A document was refused. `file`, `line` and `reason` tell the first problem, `problems` all, sorted by line."""

    def __init__(self, file: str, *problems: Problem) -> None:
        self.file = file
        self.problems = tuple(sorted(problems, key=lambda one: one.line))
        self.line = self.problems[0].line
        self.reason = self.problems[0].reason
        super().__init__("\n".join(f"{file}, {one}" if one.line else f"{file}: {one}" for one in self.problems))


@dataclass(frozen=True)
class YamlDocument:
    """What stood in a file: plain data (keys are always text) and where each part stood."""

    data: Any
    lines: dict[Path, int]
    source: str

    def line_of(self, path: Path) -> int:
        """The line of the key or list entry at `path`, from 1; of the nearest part around it if it is absent."""
        for length in range(len(path), -1, -1):
            if (line := self.lines.get(path[:length])) is not None:
                return line
        return 1


def load_yaml_with_lines(text: str | bytes, source: str, *, max_bytes: int = MAX_BYTES) -> YamlDocument:
    """The one document in `text`; `source` is the name of the file for messages.

    Scalars follow the YAML 1.2 core schema (`yes`, `no` and dates stay text). Raises `DefinitionError` for broken
    syntax, other encodings than UTF-8, more than `max_bytes` bytes, keys that stand twice, tags, several documents, too
    deep nesting, and aliases that are many or multiply.
    """
    decoded = _decoded(text, source, max_bytes)
    try:
        return _Reader(source).read(yaml.parse(decoded, Loader=_Loader))
    except yaml.reader.ReaderError as broken:
        line = decoded.count("\n", 0, broken.position) + 1
        raise DefinitionError(source, Problem(line, "ein unsichtbares Steuerzeichen steht in dieser Zeile")) from None
    except yaml.MarkedYAMLError as broken:
        problem = broken.problem or ""
        # for what was left open the line where it was opened helps, not the one where the reader gave up
        left_open = "end of stream" in problem or "expected ',' or" in problem
        mark = (broken.context_mark if left_open else None) or broken.problem_mark
        line = min(mark.line, decoded.count("\n")) + 1 if mark else 0
        raise DefinitionError(source, Problem(line, _in_german(problem))) from None


def _decoded(text: str | bytes, source: str, max_bytes: int) -> str:
    try:
        raw = text if isinstance(text, bytes) else text.encode()
        if len(raw) > max_bytes:
            raise DefinitionError(source, Problem(0, f"die Datei ist größer als {max_bytes:,} Bytes".replace(",", ".")))
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError as broken:
        line = broken.object.count(b"\n", 0, broken.start) + 1
        raise DefinitionError(source, Problem(line, "die Datei ist nicht in UTF-8 gespeichert")) from None
    except UnicodeEncodeError as broken:
        line = broken.object.count("\n", 0, broken.start) + 1
        raise DefinitionError(source, Problem(line, "ein Zeichen lässt sich nicht in UTF-8 speichern")) from None


def _in_german(problem: str) -> str:
    for part, sentence in _SYNTAX:
        if part in problem:
            return sentence
    return "der Aufbau ist hier nicht zu verstehen; Einrückung, Anführungszeichen und Klammern prüfen"


class _Reader:
    """Builds data from the events of the parser, so that depth and size are known before anything grows."""

    def __init__(self, source: str) -> None:
        self._source = source
        self._lines: dict[Path, int] = {(): 1}
        self._anchors: dict[str, tuple[Any, int]] = {}
        self._parts = 0
        self._aliases = 0

    def read(self, events: Iterator[Any]) -> YamlDocument:
        data: Any = None
        documents = 0
        for event in events:
            if isinstance(event, yaml.DocumentStartEvent):
                documents += 1
                if documents > 1:
                    raise self._refusal(event, "die Datei enthält mehr als ein Dokument (---)")
                data = self._part(next(events), events, ())
        return YamlDocument(data, self._lines, self._source)

    def _refusal(self, event: Any, reason: str, path: Path = ()) -> DefinitionError:
        return DefinitionError(self._source, Problem(event.start_mark.line + 1, reason, path))

    def _part(self, event: Any, events: Iterator[Any], path: Path) -> Any:
        if isinstance(event, yaml.AliasEvent):
            return self._alias(event)
        if event.tag is not None:
            raise self._refusal(event, "YAML-Marken mit ! sind nicht erlaubt")
        if len(path) > MAX_DEPTH:
            raise self._refusal(event, f"mehr als {MAX_DEPTH} Ebenen ineinander")
        before = self._parts
        self._count(event, 1)
        if isinstance(event, yaml.ScalarEvent):
            data: Any = _scalar(event)
        elif isinstance(event, yaml.SequenceStartEvent):
            data = self._sequence(events, path)
        else:
            data = self._mapping(events, path)
        if event.anchor is not None:
            self._anchors[event.anchor] = (data, self._parts - before)
        return data

    def _count(self, event: Any, parts: int) -> None:
        self._parts += parts
        if self._parts > MAX_PARTS:
            raise self._refusal(event, f"das Dokument hat mehr als {MAX_PARTS:,} Teile".replace(",", "."))

    def _alias(self, event: Any) -> Any:
        self._aliases += 1
        if self._aliases > MAX_ALIASES:
            raise self._refusal(event, f"mehr als {MAX_ALIASES} Verweise mit *")
        if event.anchor not in self._anchors:
            raise self._refusal(event, f"der Verweis *{event.anchor} zeigt auf nichts, was davor abgeschlossen wurde")
        data, parts = self._anchors[event.anchor]
        self._count(event, parts)
        return data

    def _sequence(self, events: Iterator[Any], path: Path) -> list[Any]:
        data: list[Any] = []
        while not isinstance(event := next(events), yaml.SequenceEndEvent):
            at = (*path, len(data))
            self._lines[at] = event.start_mark.line + 1
            data.append(self._part(event, events, at))
        return data

    def _mapping(self, events: Iterator[Any], path: Path) -> dict[str, Any]:
        data: dict[str, Any] = {}
        while not isinstance(event := next(events), yaml.MappingEndEvent):
            line = event.start_mark.line + 1
            if not isinstance(event, yaml.ScalarEvent):
                raise self._refusal(event, "ein Schlüssel muss ein einfacher Text sein", path)
            self._count(event, 1)
            at = (*path, event.value)
            if event.value in data:
                first = self._lines[at]
                raise self._refusal(event, f"„{event.value}“ steht schon in Zeile {first}", path)
            self._lines[at] = line
            data[event.value] = self._part(next(events), events, at)
        return data


def _scalar(event: Any) -> Any:
    text: str = event.value
    if not event.implicit[0]:
        return text
    if text in _CONSTANTS:
        return _CONSTANTS[text]
    if _INTEGER.fullmatch(text):
        return int(text)
    if _FLOAT.fullmatch(text) and math.isfinite(number := float(text)):
        return number
    return text
