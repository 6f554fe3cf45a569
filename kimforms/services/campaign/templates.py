"""Versions of an office's letter: a draft is changed and looked at, an approved one never changes again."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from pathlib import Path
from typing import BinaryIO

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from ...models import Blob, LetterTemplate
from ...naturalisation.letters import TextFinding, findings
from ...permissions import Actor
from .. import audit
from ..attachments import safe_name
from ..editions.reading import current
from ..file_kinds import kind_of
from ..file_store import FileStore, TooLarge
from ..records.facts import local_day
from ..refusals import InputRefused, StaleVersion, StepRefused
from .letter_texts import letter

MOST_BROCHURE = 10 * 1024 * 1024
OLD_DAYS = 183
CLOSED = "Diese Fassung ist freigegeben und ändert sich nicht mehr. Legen Sie eine neue an."


def begin_draft(
    session: Session, actor: Actor, now: datetime, controller_id: int, controller_key: str
) -> LetterTemplate:
    """A new draft: like the newest version, or in the profile's words. Raises StepRefused while there is another draft."""
    newest = _newest(session, controller_id)
    if newest is not None and newest.state == "draft":
        raise StepRefused(("Es gibt schon einen Entwurf. Bearbeiten Sie ihn oder geben Sie ihn frei.",))
    source = letter()
    blocks = dict(newest.blocks) if newest else {one.id: one.words_for(controller_key) for one in source.blocks}
    made = LetterTemplate(
        controller_id=controller_id, letter=source.id, number=(newest.number if newest else 0) + 1, state="draft", blocks=blocks,
        law_status=newest.law_status if newest else source.law_status,
        brochure_sha256=newest.brochure_sha256 if newest else None, brochure_name=newest.brochure_name if newest else "",
        created_at=now, changed_at=now, changed_by_id=actor.user_id,
    )  # fmt: skip
    session.add(made)
    session.flush()  # the event and the page name its number
    audit.record(
        session, actor, now, audit.Tag.LETTER_DRAFT, controller_id=controller_id, template=made.id, number=made.number
    )
    return made


def change(
    session: Session, actor: Actor, now: datetime, template: LetterTemplate, *, blocks: Mapping[str, str],
    law_status: date | None, note: str, row_version: int,
) -> None:  # fmt: skip
    """Keeps the texts of a draft. Raises StepRefused for an approved one, InputRefused by block, StaleVersion."""
    if template.state != "draft":
        raise StepRefused((CLOSED,))
    if template.row_version != row_version:
        raise StaleVersion("Inzwischen hat jemand anderes diesen Entwurf geändert.", template)
    errors = {}
    known = {one.id for one in letter().blocks}
    texts = {key: value.replace("\r\n", "\n").strip() for key, value in blocks.items() if key in known}
    for one in findings(letter(), texts):
        if one.severity == "error" and not one.later:
            errors[one.block] = one.sentence
    if law_status is None or law_status > local_day(now):
        errors["law_status"] = (
            "Geben Sie den Tag an, bis zu dem Gesetze berücksichtigt sind; er liegt nicht in der Zukunft."
        )
    if errors:
        raise InputRefused(errors)
    changed = sorted(key for key in known if texts.get(key, "") != template.blocks.get(key, ""))
    template.blocks, template.law_status, template.note = texts, law_status or template.law_status, note.strip()[:500]
    template.changed_at, template.changed_by_id = now, actor.user_id
    audit.record(
        session,
        actor,
        now,
        audit.Tag.LETTER_CHANGE,
        controller_id=template.controller_id,
        template=template.id,
        blocks=changed,
    )


def problems(session: Session, template: LetterTemplate, now: datetime) -> list[TextFinding]:
    """Everything that approval looks at: the texts, the age of the law's status, the enclosure."""
    found = findings(letter(), template.blocks)
    day = local_day(now)
    edition = current(session, template.controller_id, day)
    if (day - template.law_status).days > OLD_DAYS:
        found.append(
            TextFinding("law_status", "warning", "Der Rechtsstand ist älter als ein halbes Jahr. Bitte prüfen Sie ihn.")
        )
    elif edition is not None and edition.law_status > template.law_status:
        found.append(
            TextFinding(
                "law_status", "warning", f"Die Checkliste hat schon den Rechtsstand {edition.law_status:%d.%m.%Y}."
            )
        )
    if not template.brochure_sha256:
        found.append(
            TextFinding(
                "anlagen", "warning", "Die Broschüre ist noch nicht hochgeladen; der Brief nennt sie als Anlage."
            )
        )
    return found


def approve(
    session: Session, actor: Actor, now: datetime, template: LetterTemplate, *, sure: bool, row_version: int
) -> None:
    """Closes a draft for good; earlier versions retire. ``sure``: the warnings were read.

    Raises StepRefused while a text is wrong, or while there are warnings and nobody said that they are right.
    """
    if template.state != "draft":
        raise StepRefused((CLOSED,))
    if template.row_version != row_version:
        raise StaleVersion("Inzwischen hat jemand anderes diesen Entwurf geändert.", template)
    found = problems(session, template, now)
    if errors := [one.sentence for one in found if one.severity == "error"]:
        raise StepRefused(errors)
    if found and not sure:
        raise StepRefused(("Bitte lesen Sie die Hinweise und bestätigen Sie, dass der Text geprüft ist.",))
    for other in session.scalars(
        select(LetterTemplate).where(
            LetterTemplate.controller_id == template.controller_id, LetterTemplate.state == "approved"
        )
    ):
        other.state = "retired"
    template.state, template.approved_at, template.approved_by_id = "approved", now, actor.user_id
    audit.record(
        session, actor, now, audit.Tag.LETTER_APPROVE, controller_id=template.controller_id, template=template.id,
        number=template.number, law_status=template.law_status.isoformat(), warnings=len(found),
    )  # fmt: skip


def store_brochure(stream: BinaryIO, name: str, store: FileStore) -> tuple[str, int, str]:
    """Puts the enclosure into the store: digest, size, tidy name. Raises InputRefused for what is no PDF or too large."""
    try:
        stored = store.put(stream, MOST_BROCHURE)
    except TooLarge as error:
        raise InputRefused({"brochure": "Die Broschüre ist zu groß: höchstens 10 MB."}) from error
    if kind_of(Path(stored.path)) != "pdf":
        raise InputRefused({"brochure": "Die Broschüre muss ein PDF sein."})
    return stored.sha256, stored.size, safe_name(name, "pdf")


def set_brochure(
    session: Session, actor: Actor, now: datetime, template: LetterTemplate, *, sha256: str, size: int, name: str
) -> None:
    """Names the stored file as the enclosure of a draft."""
    if template.state != "draft":
        raise StepRefused((CLOSED,))
    if session.get(Blob, sha256) is None:
        session.add(Blob(sha256=sha256, size=size, media_type="application/pdf", stored_at=now))
        session.flush()  # the template refers to it
    template.brochure_sha256, template.brochure_name = sha256, name[:200]
    template.changed_at, template.changed_by_id = now, actor.user_id
    audit.record(
        session, actor, now, audit.Tag.LETTER_CHANGE, controller_id=template.controller_id, template=template.id,
        blocks=["brochure"],
    )  # fmt: skip


def approved(session: Session, controller_id: int) -> LetterTemplate | None:
    """The version that letters are written with."""
    return session.scalars(
        select(LetterTemplate).where(LetterTemplate.controller_id == controller_id, LetterTemplate.state == "approved")
    ).first()


def _newest(session: Session, controller_id: int) -> LetterTemplate | None:
    last = (
        select(func.max(LetterTemplate.number)).where(LetterTemplate.controller_id == controller_id).scalar_subquery()
    )
    return session.scalars(
        select(LetterTemplate).where(LetterTemplate.controller_id == controller_id, LetterTemplate.number == last)
    ).one_or_none()
