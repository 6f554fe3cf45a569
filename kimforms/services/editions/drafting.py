"""The draft of an edition: beginning it, its items one by one, discarding it. Every change saves the draft.

Two people may work on one draft: whoever changes a part sends the mark of the part as it was shown (:func:`mark_of`), and is
refused when somebody else changed just that part meanwhile.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from pydantic import ValidationError
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from ...models import ChecklistEdition
from ...naturalisation.document import ChecklistDocument, Item
from ...permissions import Actor, may
from .. import audit
from ..records.facts import local_day
from ..refusals import InputRefused, NotPermitted, NotVisible, StaleVersion, StepRefused
from .reading import content_of, draft_of, works_on
from .sentences import sentences_of

Plain = dict[str, Any]
CHECKED = (
    "title",
    "kind",
    "applies_when",
    "legal_basis",
    "evidence",
    "exceptions",
    "note",
    "replaces",
    "alternative_to",
)
"""What somebody checks against the law: another wording takes the check back."""


def begin_draft(session: Session, actor: Actor, now: datetime, *, controller_id: int) -> ChecklistEdition:
    """A draft with the content of the published edition that takes effect last.

    Raises :class:`NotPermitted`, and :class:`StepRefused` where there is a draft already or nothing to begin from.
    """
    if not may(actor, "edition:work", controller_id):
        raise NotPermitted()
    if draft_of(session, controller_id) is not None:
        raise StepRefused(["Es gibt schon einen Entwurf. Bearbeiten oder verwerfen Sie ihn."])
    based_on = _newest(session, controller_id)
    if based_on is None:
        raise StepRefused(
            ["Es gibt noch keine Fassung, mit der ein Entwurf beginnen kann. Das Profil bringt die erste."]
        )
    draft = ChecklistEdition(
        controller_id=controller_id,
        number=(session.scalar(_numbers(controller_id)) or 0) + 1,
        state="draft",
        content=based_on.content,
        content_hash=based_on.content_hash,
        law_status=based_on.law_status,
        note="",
        based_on_id=based_on.id,
        created_at=now,
        created_by_id=actor.user_id,
        changed_at=now,
        changed_by_id=actor.user_id,
    )
    session.add(draft)
    session.flush()  # the history names it by its number
    audit.record(
        session, actor, now, audit.Tag.EDITION_BEGIN,
        controller_id=controller_id, edition=draft.id, number=draft.number, based_on=based_on.number,
    )  # fmt: skip
    return draft


def discard_draft(session: Session, actor: Actor, now: datetime, edition: ChecklistEdition) -> None:
    """Throws a draft away; its number may be given again. Raises as :func:`require_draft`."""
    require_draft(actor, edition)
    audit.record(
        session, actor, now, audit.Tag.EDITION_DISCARD,
        controller_id=edition.controller_id, edition=edition.id, number=edition.number,
    )  # fmt: skip
    session.delete(edition)


def add_item(
    session: Session, actor: Actor, now: datetime, edition: ChecklistEdition, section_id: str, values: Mapping[str, Any]
) -> str:
    """A new item at the end of a section; returns its id, which no edition of the office ever bore."""
    content = require_draft(actor, edition)
    section = part_of(content["sections"], section_id)
    item_id = f"{section_id}{1 + highest_number(session, edition, section_id)}"
    item = checked_part(Item, dict(values) | {"id": item_id, "verified": "offen"})
    section.setdefault("items", []).append(item)
    save(session, actor, now, edition, content, part=item_id, what="added", changes={"title": [None, item["title"]]})
    return item_id


def change_item(
    session: Session,
    actor: Actor,
    now: datetime,
    edition: ChecklistEdition,
    item_id: str,
    values: Mapping[str, Any],
    *,
    mark: str,
) -> bool:
    """Changes an item; keys that ``values`` lacks stay. False when nothing changes. Another wording takes the check back.

    Raises :class:`InputRefused` with a sentence for each field, :class:`StaleVersion` when somebody else changed it.
    """
    content = require_draft(actor, edition)
    section = section_with(content, item_id)
    old = part_of(section["items"], item_id)
    new = checked_part(Item, old | dict(values) | {"id": item_id})
    if new == old:
        return False
    require_mark(old, mark)
    if any(old.get(key) != new.get(key) for key in CHECKED):
        for key in ("verified", "verified_by", "verified_on"):
            new.pop(key, None)
    section["items"] = [new if one is old else one for one in section["items"]]
    save(session, actor, now, edition, content, part=item_id, what="changed", changes=changed_keys(old, new))
    return True


def remove_item(
    session: Session, actor: Actor, now: datetime, edition: ChecklistEdition, item_id: str, *, mark: str
) -> None:
    """Takes an item out. Its id is never given again; clients' entries at it stay in their history."""
    content = require_draft(actor, edition)
    section = section_with(content, item_id)
    old = part_of(section["items"], item_id)
    require_mark(old, mark)
    section["items"] = [one for one in section["items"] if one is not old]
    save(session, actor, now, edition, content, part=item_id, what="removed", changes={"title": [old["title"], None]})


def move_item(session: Session, actor: Actor, now: datetime, edition: ChecklistEdition, item_id: str, by: int) -> None:
    """Moves an item one place up (-1) or down (1) within its section; at the end of the list nothing happens."""
    content = require_draft(actor, edition)
    section = section_with(content, item_id)
    if moved(section["items"], item_id, by):
        save(session, actor, now, edition, content, part=item_id, what="moved", changes={})


def verify_item(
    session: Session,
    actor: Actor,
    now: datetime,
    edition: ChecklistEdition,
    item_id: str,
    verified: str,
    *,
    mark: str,
) -> None:
    """Notes who checked an item against the law, when, and how far it is covered (``belegt``, ``teilweise``, ``offen``).

    ``offen`` takes the note back. Raises :class:`InputRefused` and :class:`StaleVersion`.
    """
    content = require_draft(actor, edition)
    section = section_with(content, item_id)
    old = part_of(section["items"], item_id)
    require_mark(old, mark)
    kept = {key: value for key, value in old.items() if key not in ("verified", "verified_by", "verified_on")}
    noted = {"verified_by": actor.name, "verified_on": local_day(now).isoformat()} if verified != "offen" else {}
    new = checked_part(Item, kept | {"verified": verified} | noted)
    section["items"] = [new if one is old else one for one in section["items"]]
    save(session, actor, now, edition, content, part=item_id, what="verified", changes=changed_keys(old, new))


def require_draft(actor: Actor, edition: ChecklistEdition) -> Plain:
    """A copy of the content of a draft, to be changed and saved.

    Raises :class:`NotPermitted` for another office's, :class:`StepRefused` when it was published meanwhile.
    """
    if not works_on(actor, edition):
        raise NotPermitted("Diese Fassung gehört einer anderen Einbürgerungsbehörde.")
    if edition.state != "draft":
        raise StepRefused(
            [f"Fassung {edition.number} ist kein Entwurf mehr. Veröffentlichte Fassungen ändern sich nie."]
        )
    return copied(edition.content)


def save(
    session: Session,
    actor: Actor,
    now: datetime,
    edition: ChecklistEdition,
    content: Plain,
    *,
    part: str,
    what: str,
    changes: Mapping[str, Any],
) -> None:
    """Keeps a changed content of a draft, whole or not at all, with its trace. Raises :class:`InputRefused`."""
    try:
        document = ChecklistDocument.model_validate(content)
    except ValidationError as error:
        raise InputRefused(sentences_of(error)) from error
    edition.content, edition.content_hash = content_of(document)
    edition.law_status = document.law_status
    edition.changed_at, edition.changed_by_id = now, actor.user_id
    audit.record(
        session, actor, now, audit.Tag.EDITION_CHANGE,
        controller_id=edition.controller_id, edition=edition.id, number=edition.number,
        part=part, what=what, changes=dict(changes),
    )  # fmt: skip


def mark_of(part: Any) -> str:
    """A short mark of a part's content, which a page sends back so that no change of somebody else is overwritten."""
    plain = part if isinstance(part, dict | list) else part.model_dump(mode="json", exclude_defaults=True)
    return hashlib.sha256(json.dumps(plain, ensure_ascii=False, sort_keys=True).encode()).hexdigest()[:16]


def require_mark(part: Plain, mark: str) -> None:
    """Raises :class:`StaleVersion` when a part is not what was shown any more."""
    if mark != mark_of(part):
        raise StaleVersion("Inzwischen hat jemand anderes diesen Teil des Entwurfs geändert.", current=part)


def checked_part(model: Any, values: Mapping[str, Any]) -> Plain:
    """A part as JSON without defaults. Raises :class:`InputRefused` with a sentence for each field."""
    given = {key: value for key, value in values.items() if value is not None}
    try:
        plain: Plain = model.model_validate(given).model_dump(mode="json", exclude_defaults=True)
    except ValidationError as error:
        raise InputRefused(sentences_of(error)) from error
    return plain


def part_of(parts: list[Plain], part_id: str) -> Plain:
    """The part with this id. Raises :class:`NotVisible`."""
    found = next((one for one in parts if one["id"] == part_id), None)
    if found is None:
        raise NotVisible("Diesen Teil gibt es im Entwurf nicht (mehr).")
    return found


def section_with(content: Plain, item_id: str) -> Plain:
    """The section that holds an item. Raises :class:`NotVisible`."""
    for section in content["sections"]:
        if any(one["id"] == item_id for one in section.get("items", ())):
            found: Plain = section
            return found
    raise NotVisible("Diesen Punkt gibt es im Entwurf nicht (mehr).")


def moved(parts: list[Plain], part_id: str, by: int) -> bool:
    """Moves a part one place in its list; False where it cannot go further."""
    place = parts.index(part_of(parts, part_id))
    target = place + (1 if by > 0 else -1)
    if not 0 <= target < len(parts):
        return False
    parts.insert(target, parts.pop(place))
    return True


def changed_keys(old: Plain, new: Plain) -> Plain:
    """Old and new value of each key that differs."""
    keys = sorted(key for key in old.keys() | new.keys() if old.get(key) != new.get(key) and key != "items")
    return {key: [old.get(key), new.get(key)] for key in keys}


def copied(content: Plain) -> Plain:
    """A deep copy of JSON."""
    made: Plain = json.loads(json.dumps(content))
    return made


def contents(session: Session, controller_id: int) -> list[Plain]:
    """The content of every edition that an office ever had; ids are never used again."""
    return list(
        session.scalars(select(ChecklistEdition.content).where(ChecklistEdition.controller_id == controller_id))
    )


def highest_number(session: Session, edition: ChecklistEdition, section_id: str) -> int:
    """The highest number that an item of this section ever bore in an edition of the office."""
    ids = [
        item["id"]
        for content in contents(session, edition.controller_id)
        for section in content["sections"]
        for item in section.get("items", ())
    ]
    numbers = [int(one[len(section_id) :]) for one in ids if one.rstrip("0123456789") == section_id]
    return max(numbers, default=0)


def _newest(session: Session, controller_id: int) -> ChecklistEdition | None:
    rows = select(ChecklistEdition).where(ChecklistEdition.controller_id == controller_id)
    published = rows.where(ChecklistEdition.state == "published").order_by(ChecklistEdition.valid_from.desc())
    withdrawn = rows.where(ChecklistEdition.state == "withdrawn").order_by(ChecklistEdition.number.desc())
    return session.scalars(published.limit(1)).first() or session.scalars(withdrawn.limit(1)).first()


def _numbers(controller_id: int) -> Any:
    return select(func.max(ChecklistEdition.number)).where(ChecklistEdition.controller_id == controller_id)
