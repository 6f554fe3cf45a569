"""``kimforms profile``: shows what a profile would change, loads it, writes it out again."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import click

from ..engine.profile import ProfileError, available_profiles, profile_folder, read_profile
from ..naturalisation.profile_checklist import read_checklist
from ..naturalisation.translation_files import read_translations
from .context import OPERATOR, utc_now, with_app

WORDS = {"new": "neu", "same": "gleich", "changed": "geändert"}


@click.group()
def profile() -> None:
    """Profile: ein Landkreis als Daten."""


@profile.command("list")
def list_profiles() -> None:
    """Nennt die mitgelieferten Profile."""
    for name, folder in available_profiles().items():
        click.echo(f"{name}\t{folder}")


@profile.command()
@click.argument("name")
def check(name: str) -> None:
    """Prüft ein Profil (Name oder Ordner), ohne etwas zu laden."""
    found = _read(name)
    click.echo(f"„{found.head.name}“ {found.head.version}: keine Fehler, {len(found.processes)} Prozesse.")


@profile.command()
@click.argument("name")
@click.option("--yes", is_flag=True, help="Ohne Rückfrage laden.")
@click.option("--plan", "only_plan", is_flag=True, help="Nur zeigen, was geschähe.")
@with_app
def load(name: str, yes: bool, only_plan: bool) -> None:
    """Zeigt den Plan (neu, gleich, geändert) und lädt dann. Löscht nichts; ein fehlerhaftes Profil wird ganz abgelehnt."""
    from ..extensions import db  # noqa: PLC0415 - keeps --help quick
    from ..services import profile_loading  # noqa: PLC0415
    from ..services.unit_of_work import unit_of_work  # noqa: PLC0415

    found = _read(name)
    planned = profile_loading.plan(db.session(), found)
    for one in planned:
        if one.status != "same":
            columns = f" ({', '.join(one.columns)})" if one.columns else ""
            click.echo(f"{WORDS[one.status]:9} {one.kind} {one.name}{columns}")
    counted = Counter(one.status for one in planned)
    click.echo(", ".join(f"{counted[status]} {word}" for status, word in WORDS.items()))
    if only_plan or not (counted["new"] or counted["changed"]):
        return
    if not yes:
        click.confirm("Laden?", abort=True)
    with unit_of_work() as session:
        profile_loading.load(session, OPERATOR, utc_now(), found)
    click.echo("Geladen.")


@profile.command()
@click.argument("name")
@click.argument("target", type=click.Path(path_type=Path))
def export(name: str, target: Path) -> None:
    """Kopiert ein mitgeliefertes Profil in einen Ordner, als Anfang für ein eigenes."""
    import shutil  # noqa: PLC0415 - only here

    if target.exists():
        raise click.ClickException(f"{target} gibt es schon; bitte einen neuen Ordner nennen.")
    _read(name)
    shutil.copytree(profile_folder(name), target, ignore=shutil.ignore_patterns("__pycache__"))
    click.echo(f"Nach {target} kopiert. Prüfen: kimforms profile check {target}")


def _read(name: str):  # type: ignore[no-untyped-def]
    try:
        found = read_profile(profile_folder(name))
        checklist = read_checklist(found.folder)
        if checklist is not None:
            read_translations(found.folder, checklist)
    except ProfileError as refused:
        raise click.ClickException(f"Das Profil wurde abgelehnt:\n{refused}") from refused
    return found
