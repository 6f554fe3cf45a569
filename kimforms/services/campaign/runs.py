"""A wave of letters from the upload to the checked list. Addresses go into the run's folder, encrypted; the row holds counts."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from ...models import CampaignRun
from ...permissions import Actor
from .. import audit
from ..refusals import InputRefused, StepRefused
from . import checking, mapping, reading
from .access import require_on
from .keeping import Vault, new_nonce, vault_of

SOURCE, BLOCK_LIST, SHEETS, BLOCK_SHEETS, ADDRESSES = "source", "block-source", "sheets", "block-sheets", "addresses"
BEFORE_PRINTING = ("uploaded", "mapped", "checked", "stopped")
PREVIEW_ROWS = 5


@dataclass(frozen=True)
class Upload:
    """What the office says about a wave, and its files; ``block_list`` are people who do not want letters."""

    title: str
    criteria: str
    source: str
    content: bytes
    block_list: bytes = b""


@dataclass(frozen=True)
class Prepared:
    """An upload that can be kept: its words are complete and its files were read."""

    upload: Upload
    found: reading.Reading
    blocked: reading.Reading | None


WORDS = (
    ("title", 200, "Geben Sie der Welle einen Namen, höchstens 200 Zeichen."),
    ("criteria", 2000, "Schreiben Sie, wie die Personen ausgewählt sind (höchstens 2.000 Zeichen)."),
    ("source", 300, "Schreiben Sie, woher die Adressen stammen (höchstens 300 Zeichen). Das steht im Brief."),
)


def prepare(upload: Upload) -> Prepared:
    """Reads the files of an upload; a large workbook takes seconds, so outside of any transaction.

    Raises InputRefused for missing words or a file that cannot be read.
    """
    errors = {name: text for name, most, text in WORDS if not 0 < len(getattr(upload, name).strip()) <= most}
    found = blocked = None
    try:
        found = reading.read(upload.content)
    except InputRefused as refused:
        errors["file"] = refused.sentence
    try:
        blocked = reading.read(upload.block_list) if upload.block_list.strip() else None
    except InputRefused as refused:
        errors["block_list"] = refused.sentence
    if errors or found is None:
        raise InputRefused(errors)
    return Prepared(upload, found, blocked)


def begin(
    session: Session,
    actor: Actor,
    now: datetime,
    controller_id: int,
    prepared: Prepared,
    data_dir: Path,
    secret_key: str,
) -> CampaignRun:
    """Keeps an uploaded list encrypted as a new run. Raises StepRefused while the campaign is off."""
    office = require_on(session, controller_id, now)
    upload, found, blocked = prepared.upload, prepared.found, prepared.blocked
    number = (
        session.scalar(select(func.max(CampaignRun.number)).where(CampaignRun.controller_id == controller_id)) or 0
    ) + 1
    run = CampaignRun(
        controller_id=controller_id, number=number, title=upload.title.strip(), criteria=upload.criteria.strip(),
        source=" ".join(upload.source.split()), state="uploaded", nonce=new_nonce(), created_at=now, created_by_id=actor.user_id,
        delete_at=now + timedelta(days=office.run_days), reading=_how(found, blocked),
    )  # fmt: skip
    session.add(run)
    session.flush()  # its number names the folder and is part of the key
    vault = vault_of(run, data_dir, secret_key)
    vault.destroy()  # what a run of the same number left whose transaction was undone
    _keep(vault, SOURCE, SHEETS, upload.content, found)
    if blocked is not None:
        _keep(vault, BLOCK_LIST, BLOCK_SHEETS, upload.block_list, blocked)
    audit.record(session, actor, now, audit.Tag.CAMPAIGN_UPLOAD, controller_id=controller_id, run=run.id, number=number)
    return run


def read_again(run: CampaignRun, vault: Vault, *, encoding: str, separator: str) -> None:
    """Reads a CSV once more as the person says. Raises StepRefused once letters are being printed."""
    require_before_printing(run)
    if run.reading["kind"] != "csv":
        return
    found = reading.read(vault.get(SOURCE), encoding=encoding, separator=separator)
    vault.put_json(SHEETS, [asdict(sheet) for sheet in found.sheets])
    run.reading = {**run.reading, "encoding": found.encoding, "separator": found.separator, "header": _header(found)}
    run.state, run.columns = "uploaded", {}


def table(vault: Vault, sheet: int, header: bool) -> tuple[list[str], list[list[str]]]:
    """Headings and rows of a sheet; without headings the columns are numbered."""
    sheets = vault.get_json(SHEETS)
    rows = sheets[sheet if 0 <= sheet < len(sheets) else 0]["rows"]
    width = max((len(row) for row in rows), default=0)
    first = rows[0] if header and rows else []
    names = [
        (first[place].strip() if place < len(first) else "")[:80] or f"Spalte {place + 1}" for place in range(width)
    ]
    return names, rows[1:] if header else rows


def check(
    session: Session, actor: Actor, now: datetime, run: CampaignRun, vault: Vault, *, sheet: int, header: bool,
    columns: Mapping[str, int],
) -> checking.Checked:  # fmt: skip
    """Checks the list by the columns that the person chose, and keeps the addressees encrypted.

    Raises InputRefused for a mapping that cannot be used, and when not a single letter is left.
    """
    require_on(session, run.controller_id, now)
    require_before_printing(run)
    headings, rows = table(vault, sheet, header)
    chosen = mapping.checked(columns, len(headings))
    blocked, blocked_columns = _block_rows(vault, headings, chosen, header)
    done = checking.check(rows, chosen, first_row=2 if header else 1, blocked=blocked, blocked_columns=blocked_columns)
    run.reading = {**run.reading, "sheet": sheet, "header": header}
    run.columns, run.counts = chosen, {**done.counts(), "reasons": done.reasons()}
    run.bad_rows = [{"row": row, "reason": reason} for row, reason in done.bad[: checking.MOST_NOTED]]
    if not done.letters:
        run.state = "mapped"
        vault.remove([ADDRESSES])
    else:
        vault.put_json(ADDRESSES, [[one.lines, one.name, one.postcode] for one in done.letters])
        run.state = "checked"
    audit.record(
        session, actor, now, audit.Tag.CAMPAIGN_CHECK, controller_id=run.controller_id, run=run.id, counts=done.counts()
    )
    return done


def require_before_printing(run: CampaignRun) -> None:
    """Raises StepRefused once letters are being printed, are ready, or are deleted."""
    if run.state not in BEFORE_PRINTING:
        raise StepRefused(("Die Briefe dieses Durchgangs werden schon erstellt oder sind schon fertig.",))


def _keep(vault: Vault, source: str, sheets: str, content: bytes, found: reading.Reading) -> None:
    vault.put(source, content)
    vault.put_json(sheets, [asdict(sheet) for sheet in found.sheets])


def _header(found: reading.Reading) -> bool:
    return mapping.has_heading(found.sheets[0].rows)


def _how(found: reading.Reading, blocked: reading.Reading | None) -> dict[str, Any]:
    """How the list was read, without anything that stands in it."""
    return {
        "kind": found.kind, "encoding": found.encoding, "separator": found.separator, "header": _header(found), "sheet": 0,
        "sheets": [sheet.name if found.kind == "csv" else f"Blatt {place}" for place, sheet in enumerate(found.sheets, 1)],
        "rows": [len(sheet.rows) for sheet in found.sheets], "block_list": blocked is not None,
    }  # fmt: skip


def _block_rows(
    vault: Vault, headings: list[str], chosen: Mapping[str, int], header: bool
) -> tuple[list[list[str]], Mapping[str, int]]:
    """The block list with its columns: by its own headings where they tell enough, else as in the list itself."""
    if not vault.has(BLOCK_SHEETS):
        return [], chosen
    rows = vault.get_json(BLOCK_SHEETS)[0]["rows"]
    if not mapping.has_heading(rows):
        return rows, chosen
    by_name = {mapping.plain(name): place for place, name in enumerate(rows[0])}
    same = {part: by_name.get(mapping.plain(headings[place]), -1) for part, place in chosen.items()} if header else {}
    columns = {part: place for part, place in same.items() if place >= 0}
    if not {"street", "postcode"} <= columns.keys() or not {"name", "last_name"} & columns.keys():
        columns = mapping.guess(rows[0])
    return rows[1:], columns or chosen
