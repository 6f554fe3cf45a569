"""Two advisory services become one: the entry of the one goes up in the other, and its clients' checklists move along.

A checklist follows its service only where the service itself ends: when no other entry of its organisation is left.
Shares stay with their checklist, so the office goes on seeing exactly what it saw. Accounts are for the administration:
it is told which advisers have to be moved, and until then they see nothing of the new service.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session, joinedload

from ...models import AdvisoryService, ClientChecklist, Organisation, User
from ...permissions import Actor, may
from .. import audit, outbox, reply_links
from ..checklists.pseudonyms import LONGEST, key_of
from ..records.facts import local_day
from ..records.recipients import holders_of
from ..refusals import InputRefused, NotPermitted, StepRefused
from .directory import advisers_of
from .entries import PURPOSE, require_live


@dataclass(frozen=True)
class Merged:
    """What moved: how many checklists, and of which the pseudonym was taken already, as (reference, old, new)."""

    checklists: int = 0
    renamed: tuple[tuple[str, str, str], ...] = ()


def merge(session: Session, actor: Actor, now: datetime, from_: AdvisoryService, into: AdvisoryService) -> Merged:
    """Lets ``from_`` go up in ``into``. Raises :class:`NotPermitted` unless the actor works for the controllers of both,
    :class:`InputRefused` for the same entry twice, :class:`StepRefused` where one of them ended.
    """
    if not all(may(actor, "directory:work", one.controller_id) for one in (from_, into)):
        raise NotPermitted()
    if from_.id == into.id:
        raise InputRefused({"into": "Wählen Sie den anderen Eintrag, in dem dieser aufgeht."})
    require_live(from_)
    require_live(into)
    old, new = from_.organisation, into.organisation
    moved = Merged()
    if moves_checklists(session, from_, into):
        assert old is not None and new is not None
        moved = _move(session, actor, now, old, new)
    from_.active, from_.merged_into_id = False, into.id
    from_.asked_at = from_.reminded_at = None
    from_.changed_at, from_.changed_by_id = now, actor.user_id
    reply_links.revoke(session, now, purpose=PURPOSE, target_id=from_.id)
    _take_over(from_, into)
    into.changed_at, into.changed_by_id = now, actor.user_id
    audit.record(
        session, actor, now, audit.Tag.DIRECTORY_MERGE, controller_id=from_.controller_id, entry=from_.id,
        slug=from_.slug, into=into.slug, organisation=old, new_organisation=new, checklists=moved.checklists,
        renamed=len(moved.renamed),
    )  # fmt: skip
    if old and new and old != new:
        _tell(session, now, from_, into, moved)
    return moved


def moves_checklists(session: Session, from_: AdvisoryService, into: AdvisoryService) -> bool:
    """Whether clients' checklists move with the entry: another organisation, and no other entry of the old one is left.

    Raises :class:`StepRefused` where they would have nowhere to go.
    """
    old, new = from_.organisation, into.organisation
    if old is None or old == new:
        return False
    others = session.scalar(
        select(func.count()).where(
            AdvisoryService.organisation == old, AdvisoryService.id != from_.id, AdvisoryService.active
        )
    )
    if others:
        return False
    if new is None:
        raise StepRefused(["Der andere Eintrag nennt keinen Träger. Tragen Sie ihn zuerst ein."])
    return True


def _take_over(from_: AdvisoryService, into: AdvisoryService) -> None:
    """What people found at the one they find at the other: places it serves, languages, fields; confirmed by nobody yet.

    An entry for the whole county stays one. Contact and hours stay those of the entry that goes on.
    """
    both = [from_.municipalities, into.municipalities]
    into.municipalities = list(dict.fromkeys([*into.municipalities, *from_.municipalities])) if all(both) else []
    into.languages = list(dict.fromkeys([*into.languages, *from_.languages]))
    into.fields = list(dict.fromkeys([*into.fields, *from_.fields]))
    into.in_letters = into.in_letters or from_.in_letters
    into.confirmed_on = None


def _move(session: Session, actor: Actor, now: datetime, old: str, new: str) -> Merged:
    taken = set(
        session.scalars(
            select(ClientChecklist.pseudonym_key).where(
                ClientChecklist.organisation == new, ClientChecklist.pseudonym_key.is_not(None)
            )
        )
    )
    mine = session.scalars(
        select(ClientChecklist)
        .where(ClientChecklist.organisation == old)
        .options(joinedload(ClientChecklist.record))
        .order_by(ClientChecklist.record_id)
    ).all()
    own = {one.pseudonym_key for one in mine}
    renamed = []
    for checklist in mine:
        before = checklist.pseudonym
        if before is not None and checklist.pseudonym_key in taken:
            checklist.pseudonym = free_name(before, taken | own)
            checklist.pseudonym_key = key_of(checklist.pseudonym)
            renamed.append((checklist.record.reference, before, checklist.pseudonym))
        if checklist.pseudonym_key is not None:
            taken.add(checklist.pseudonym_key)
        checklist.organisation = new
        audit.record(
            session, actor, now, audit.Tag.CHECKLIST_MOVE, about=checklist.record, old=old, new=new,
            renamed=checklist.pseudonym != before,
        )  # fmt: skip
    return Merged(len(mine), tuple(renamed))


def free_name(pseudonym: str, taken: set[str | None]) -> str:
    """The pseudonym with the first number behind it that is free: ``Ahorn 12 (2)``."""
    number = 2
    while True:
        suffix = f" ({number})"
        name = pseudonym[: LONGEST - len(suffix)].rstrip() + suffix
        if key_of(name) not in taken:
            return name
        number += 1


def _tell(session: Session, now: datetime, from_: AdvisoryService, into: AdvisoryService, moved: Merged) -> None:
    """Tells the advisers of both services, and the administration which accounts have to be moved.

    Pseudonyms stand on the page alone, never in a mail; which checklists got another one is said by their references.
    """
    day = local_day(now)
    assert from_.organisation is not None and into.organisation is not None
    leaving, staying = advisers_of(session, from_.organisation, day), advisers_of(session, into.organisation, day)
    text = f"Der Beratungsdienst „{from_.name}“ ist in „{into.name}“ aufgegangen."
    if moved.checklists:
        text += " Die Checklisten sind mitgegangen; was mit der Behörde geteilt war, bleibt geteilt."
    if moved.renamed:
        references = ", ".join(reference for reference, _old, _new in moved.renamed)
        text += (
            "\n\nDiese Checklisten tragen jetzt ein Pseudonym mit Nummer dahinter, weil es das alte bei Ihnen schon gab: "
            f"{references}."
        )
    outbox.notify(
        session, now, users=staying, controller_id=into.controller_id, kind="directory.merged",
        subject=f"„{from_.name}“ gehört jetzt zu Ihrem Dienst", text=text, link="/checklists", link_label="Checklisten",
    )  # fmt: skip
    if not leaving:
        return
    outbox.notify(
        session, now, users=leaving, controller_id=from_.controller_id, kind="directory.merged",
        subject=f"Ihr Dienst gehört jetzt zu „{into.name}“",
        text=f"{text}\n\nIhr Konto stellt die Administration um. Bis dahin sehen Sie Ihre Checklisten nicht.",
    )  # fmt: skip
    _tell_administration(session, now, from_, into, leaving)


def _tell_administration(
    session: Session, now: datetime, from_: AdvisoryService, into: AdvisoryService, leaving: list[User]
) -> None:
    organisation = session.scalar(select(Organisation.name).where(Organisation.slug == into.organisation))
    accounts = "\n".join(f"{one.name}, {one.email}" for one in leaving)
    outbox.notify(
        session, now, users=holders_of(session, "admin", into.controller_id, local_day(now)),
        controller_id=into.controller_id, kind="directory.merged", subject="Konten nach einer Zusammenlegung umstellen",
        text=(
            f"Der Beratungsdienst „{from_.name}“ ist in „{into.name}“ aufgegangen. Bitte geben Sie diesen Konten die Rolle "
            f"Beratung für „{organisation}“ und nehmen Sie ihnen die bisherige:\n\n{accounts}"
        ),
        link="/admin/accounts", link_label="Konten",
    )  # fmt: skip
