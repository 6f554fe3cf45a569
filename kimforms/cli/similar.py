"""``kimforms similar``: neighbours and groups of reports from a file, without a database; for measuring and for trying.

One JSON object a line goes in (`id`, and where known `title`, `description`, `field_of_action`, `legal_areas`,
`offices`) and one a line comes out. Labels and the municipality are not read.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterable, Iterator
from functools import wraps
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from .context import settings
from .similar_index import reindex

if TYPE_CHECKING:
    from ..similarity import Analyser, Analysis, Report

LARGE = 500
"""From so many reports on a bar shows how far the work is."""
BATCH = 64


def _options(command: Callable[..., None]) -> Callable[..., None]:
    """What both commands take; a reader of the output that goes away (`| head`) is no error."""

    @wraps(command)
    def run(**options: Any) -> None:
        try:
            command(**options)
            sys.stdout.flush()
        except BrokenPipeError:
            sys.stdout = open("/dev/null", "w")  # noqa: SIM115, PTH123 - Python flushes once more when it ends
            sys.exit(0)

    encoder = click.option(
        "--encoder", metavar="SPEC", help="fuse (Extra „embeddings“) oder Ordner eines eigenen Modells."
    )
    synonyms = click.option(
        "--synonyms", type=click.Path(path_type=Path), metavar="DATEI", help="Synonymliste statt der des Profils."
    )
    file = click.argument("file", metavar="DATEI", type=click.Path(path_type=Path))
    return file(synonyms(encoder(run)))


@click.group()
def similar() -> None:
    """Ähnliche Meldungen: aus einer Datei mit einer Meldung je Zeile (JSON), ohne Datenbank; reindex für die Datenbank."""


similar.add_command(reindex)


@similar.command()
@click.option("--k", type=click.IntRange(1, 1000), default=10, show_default=True, help="So viele je Meldung.")
@click.option("--reasons", is_flag=True, help="Auch sagen, warum.")
@_options
def neighbours(file: Path, synonyms: Path | None, encoder: str | None, k: int, reasons: bool) -> None:
    """Nennt zu jeder Meldung die ähnlichsten, die in der Datei vor ihr stehen."""
    from ..similarity import Index, Names, in_words  # noqa: PLC0415 - keeps --help quick

    reports, analyser = read_reports(file), _analyser(synonyms, encoder)
    index = Index()
    for report, analysis in _analysed(reports, analyser):
        found = [
            {"id": one.id, "score": round(one.score, 4)}
            | ({"reasons": in_words(one.reasons, Names())} if reasons else {})
            for one in index.neighbours(analysis, k)
        ]
        _say({"id": report.id, "neighbours": found})
        index.put(report.id, analysis)


@similar.command()
@click.option("--size", type=click.IntRange(2), default=3, show_default=True, help="Mindestens so viele Meldungen.")
@click.option("--limit", type=click.IntRange(1), default=50, show_default=True, help="Höchstens so viele Gruppen.")
@_options
def groups(file: Path, synonyms: Path | None, encoder: str | None, size: int, limit: int) -> None:
    """Schlägt Gruppen von Meldungen vor, die beste zuerst; keine Meldung steht in zweien."""
    from ..similarity import Index  # noqa: PLC0415 - keeps --help quick

    reports, analyser = read_reports(file), _analyser(synonyms, encoder)
    index = Index()
    for report, analysis in _analysed(reports, analyser):
        index.put(report.id, analysis)
    for group in index.groups(at_least_size=size, limit=limit):
        _say({"reports": list(group.reports), "score": round(group.score, 4), "terms": list(group.terms)})


def read_reports(file: Path) -> list[Report]:
    """The reports of a file in its order; `ClickException` names file and line of the first thing that is wrong."""
    try:
        lines = file.read_bytes().removeprefix(b"\xef\xbb\xbf").split(b"\n")
    except OSError as refused:
        raise click.ClickException(_unreadable(file, refused)) from refused
    found: list[Report] = []
    seen: dict[int | str, int] = {}
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        try:
            report = _report(line)
        except _Wrong as wrong:
            raise click.ClickException(f"{file}, Zeile {number}: {wrong}") from wrong
        if report.id in seen:
            raise click.ClickException(
                f"{file}, Zeile {number}: die Kennung „{report.id}“ steht schon in Zeile {seen[report.id]}."
            )
        seen[report.id] = number
        found.append(report)
    if not found:
        raise click.ClickException(f"{file} enthält keine Meldung.")
    return found


class _Wrong(Exception):
    """Says what is wrong with a line."""


def _report(line: bytes) -> Report:
    from ..similarity import Report  # noqa: PLC0415 - keeps --help quick

    row = _row(line)
    key = row.get("id")
    if key is None or key == "":
        raise _Wrong("die Kennung (id) fehlt.")
    if isinstance(key, bool) or not isinstance(key, int | str):
        raise _Wrong("die Kennung (id) muss ein Text oder eine ganze Zahl sein.")
    return Report(
        id=key,
        title=_text(row, "title"),
        text=_text(row, "description"),
        field_of_action=_text(row, "field_of_action") or None,
        legal_areas=_texts(row, "legal_areas"),
        offices=_texts(row, "offices"),
    )


def _row(line: bytes) -> dict[str, Any]:
    try:
        row = json.loads(line.decode("utf-8"))
        json.dumps(row, ensure_ascii=False).encode("utf-8")
    except UnicodeDecodeError as wrong:
        raise _Wrong("kein UTF-8; bitte die Datei in dieser Kodierung speichern.") from wrong
    except UnicodeEncodeError as wrong:
        raise _Wrong("enthält ein halbes Zeichen (\\ud800 bis \\udfff), das keine Kodierung tragen kann.") from wrong
    except json.JSONDecodeError as wrong:
        raise _Wrong(f"kein gültiges JSON (Spalte {wrong.colno}).") from wrong
    except (ValueError, RecursionError) as wrong:  # a number of thousands of digits, brackets nested without end
        raise _Wrong("kein JSON, das sich lesen lässt.") from wrong
    if not isinstance(row, dict):
        raise _Wrong("erwartet wird ein Objekt in geschweiften Klammern.")
    return row


def _text(row: dict[str, Any], name: str) -> str:
    value = row.get(name)
    if value is not None and not isinstance(value, str):
        raise _Wrong(f"{name} muss ein Text sein.")
    return value or ""


def _texts(row: dict[str, Any], name: str) -> frozenset[str]:
    value = row.get(name) or []
    if not isinstance(value, list) or not all(isinstance(one, str) for one in value):
        raise _Wrong(f"{name} muss eine Liste von Texten sein.")
    return frozenset(value)


def _unreadable(path: Path, refused: OSError) -> str:
    if isinstance(refused, FileNotFoundError):
        return f"{path} gibt es nicht."
    if isinstance(refused, IsADirectoryError):
        return f"{path} ist ein Ordner; erwartet wird eine Datei."
    return f"{path} lässt sich nicht lesen: {refused.strerror or refused}."


def _analyser(synonyms: Path | None, encoder: str | None) -> Analyser:
    from ..engine.profile import ProfileError, profile_folder  # noqa: PLC0415 - keeps --help quick
    from ..engine.profile_documents import SynonymsDocument  # noqa: PLC0415
    from ..engine.yaml_io import validate  # noqa: PLC0415
    from ..engine.yaml_lines import DefinitionError, load_yaml_with_lines  # noqa: PLC0415
    from ..similarity import Analyser, EncoderError, Synonyms, load_encoder  # noqa: PLC0415

    try:
        path = synonyms or profile_folder(settings().profile) / "synonyms.yaml"
        document = validate(SynonymsDocument, load_yaml_with_lines(path.read_bytes(), str(path)))
        return Analyser(Synonyms.of(document.model_dump()), load_encoder(encoder))
    except OSError as refused:
        raise click.ClickException(_unreadable(path, refused)) from refused
    except (DefinitionError, ProfileError) as refused:
        raise click.ClickException(f"Die Synonymliste wurde abgelehnt: {' '.join(str(refused).split())}") from refused
    except EncoderError as refused:
        raise click.ClickException(str(refused)) from refused


def _analysed(reports: list[Report], analyser: Analyser) -> Iterator[tuple[Report, Analysis]]:
    from tqdm import tqdm  # noqa: PLC0415 - keeps --help quick

    pairs = (
        pair for start in range(0, len(reports), BATCH) for pair in _batch(reports[start : start + BATCH], analyser)
    )
    quiet = len(reports) < LARGE or not sys.stderr.isatty()
    return iter(tqdm(pairs, total=len(reports), desc="Meldungen", unit=" Meldungen", disable=quiet))


def _batch(reports: list[Report], analyser: Analyser) -> Iterable[tuple[Report, Analysis]]:
    return zip(reports, analyser.analyse_many(reports), strict=True)


def _say(row: dict[str, Any]) -> None:
    click.echo(json.dumps(row, ensure_ascii=False))
