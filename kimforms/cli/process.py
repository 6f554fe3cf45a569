"""``kimforms process``: checks a process document and prints the JSON Schema for editors."""

from __future__ import annotations

import json
from pathlib import Path

import click

from ..engine.check import check as findings_of
from ..engine.schema import json_schema
from ..engine.yaml_io import DefinitionError, load_process

WORDS = {"error": "Fehler", "warning": "Warnung", "hint": "Hinweis"}


@click.group()
def process() -> None:
    """Prozesse: Formular und Ablauf als ein Dokument."""


@process.command()
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
def check(file: Path) -> None:
    """Prüft eine YAML-Datei und nennt jeden Befund. Endet mit 1, wenn ein Fehler dabei ist."""
    try:
        definition = load_process(file.read_bytes().decode("utf-8", "replace"), file.name)
    except DefinitionError as refused:
        raise click.ClickException(str(refused)) from refused
    findings = findings_of(definition)
    for one in findings:
        path = ".".join(str(part) for part in one.path) if isinstance(one.path, tuple) else str(one.path)
        click.echo(f"{WORDS[one.severity]}: {path}: {one.text}")
    if any(one.severity == "error" for one in findings):
        raise click.ClickException("Mit diesen Fehlern lässt sich der Prozess nicht veröffentlichen.")
    click.echo("Keine Fehler.")


@process.command()
def schema() -> None:
    """Gibt das JSON Schema der Prozessdefinition aus, für Editoren."""
    click.echo(json.dumps(json_schema(), ensure_ascii=False, indent=2))
