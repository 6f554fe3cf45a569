"""The letters of a run as one PDF, made in the background in parts, so that an interrupted run goes on where it was.

What differs between letters (address and salutation) is set part by part and kept, encrypted; the parts are then put together
with the pages that all letters share (``documents/series.py``). Which letter stands in which part is fixed when the run
begins, so no letter is printed twice.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from ...documents.campaign import CampaignText, as_plain, from_plain, letter_to, lines_html
from ...documents.letter import letters_html
from ...documents.pdf import render_pdf
from ...documents.series import Letters
from ...models import CampaignRun, LongTask
from ...permissions import Actor
from .. import audit, long_work
from ..receipts import FONTS, TEMPLATES
from ..refusals import StepRefused
from .access import require_on
from .composing import text_of
from .keeping import Vault, vault_of
from .runs import ADDRESSES
from .templates import approved

KIND = "campaign-letters"
TEXT, RESULT = "text", "letters"
PART = 100
"""Letters of a part: two seconds of work or little more, and what a killed worker loses at most."""
TITLE = "Anschreiben zur Einbürgerung"
SAMPLE = (("Vorname Nachname", "Musterstraße 1", "53840 Troisdorf"), "Vorname Nachname")


def start(session: Session, actor: Actor, now: datetime, run: CampaignRun, vault: Vault) -> LongTask:
    """Freezes the text of the letter and puts the run into the queue of the worker.

    Raises StepRefused while the campaign is off, no version is approved, an advisory service is not confirmed, or the list
    is not checked.
    """
    require_on(session, run.controller_id, now)
    if run.state not in ("checked", "stopped") or not vault.has(ADDRESSES):
        raise StepRefused(("Prüfen Sie zuerst die Liste.",))
    template = approved(session, run.controller_id)
    if template is None:
        raise StepRefused(("Geben Sie zuerst eine Fassung des Briefs frei.",))
    same = run.state == "stopped" and run.template_id == template.id and vault.has(TEXT)
    if not same:
        vault.remove([_part(number) for number in range(_parts(run))])
        vault.put_json(TEXT, as_plain(text_of(session, now, run.controller, template, run)))
    run.template_id, run.law_status, run.state = template.id, template.law_status, "working"
    task = long_work.start(
        session, actor, now, kind=KIND, controller_id=run.controller_id, subject_id=run.id, total=run.counts["letters"]
    )
    run.task_id = task.id
    audit.record(
        session, actor, now, audit.Tag.CAMPAIGN_PRINT, controller_id=run.controller_id, run=run.id,
        letters=run.counts["letters"], template=template.id, law_status=template.law_status.isoformat(),
    )  # fmt: skip
    return task


def _ended(session: Session, _now: datetime, task: LongTask) -> None:
    run = session.get(CampaignRun, task.subject_id) if task.subject_id else None
    if run is not None and run.state == "working":
        run.state = "ready" if task.state == "done" else "stopped"


@long_work.carries(KIND, permission="campaign:work", ended=_ended)
def print_letters(_task_id: int, progress: long_work.Progress) -> Mapping[str, Any]:
    """Makes what is missing of the parts, then the whole document; called again after a crash, it goes on."""
    with progress.unit() as session:
        task = progress.own(session)
        run = session.get(CampaignRun, task.subject_id)
        if run is None or run.state != "working":
            raise StepRefused(("Diesen Durchgang gibt es nicht mehr.",))
        vault = vault_of(run, progress.data_dir, progress.secret_key)
        start_at, total = task.done, int(run.counts["letters"])
    addresses = vault.get_json(ADDRESSES)
    text = from_plain(vault.get_json(TEXT))
    progress.say(min(start_at, total), total, "Die Briefe werden gesetzt.")
    for number, first in enumerate(range(0, total, PART)):
        if not vault.has(_part(number)):
            progress.say(first, total, "Die Briefe werden gesetzt.")
            vault.put(_part(number), _lines(text, addresses[first : first + PART]))
    progress.say(max(0, total - 1), total, "Die Briefe werden zu einem PDF zusammengefügt.")
    with vault.writing(RESULT) as out:
        letters = Letters(out.write, model_of(text))
        for number in range((total + PART - 1) // PART):
            letters.add(vault.get(_part(number)))
            progress.say(max(0, total - 1), total, "Die Briefe werden zu einem PDF zusammengefügt.")
        letters.end(TITLE)
    if letters.count != total:
        raise RuntimeError("the number of letters is wrong")
    vault.remove([_part(number) for number in range((total + PART - 1) // PART)])
    return {"letters": total, "pages": letters.pages}


def preview(session: Session, now: datetime, run: CampaignRun, vault: Vault) -> bytes:
    """One letter of the run as it will be printed: the first of the list. Raises StepRefused as ``start`` does."""
    template = (
        run.template
        if run.state not in ("checked", "stopped") and run.template
        else approved(session, run.controller_id)
    )
    if template is None:
        raise StepRefused(("Geben Sie zuerst eine Fassung des Briefs frei.",))
    lines, name, _ = vault.get_json(ADDRESSES)[0]
    return model_of(text_of(session, now, run.controller, template, run), tuple(lines), name)


def model_of(text: CampaignText, lines: tuple[str, ...] = ("Anschrift",), name: str = "Name") -> bytes:
    """One letter as PDF."""
    html = letters_html([letter_to(text, lines, name)], TEMPLATES, title=TITLE)
    return render_pdf(html, title=TITLE, fonts=FONTS)


def _lines(text: CampaignText, addresses: list[Any]) -> bytes:
    html = lines_html(text, [(lines, name) for lines, name, _ in addresses], TEMPLATES)
    return render_pdf(html, title=TITLE, fonts=FONTS)


def _part(number: int) -> str:
    return f"part-{number:04d}"


def _parts(run: CampaignRun) -> int:
    return int(run.counts.get("letters", 0)) // PART + 1
