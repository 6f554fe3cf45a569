"""Opening a theme: from ticked reports, from a proposed group, or empty; and splitting one in two."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from ...models import Process, ProcessVersion, Record, RecordLink, User
from ...permissions import Actor, may
from .. import audit
from ..catalogues import catalogues
from ..processes import current_version
from ..records.effects import set_assignee
from ..records.submission import submit_record
from ..refusals import InputRefused, NotPermitted
from .counting import checked, recount
from .grouping import Gathered, carry_over, gather, tell_gathered, tell_released, tell_report
from .reports import PROCESS, Chosen, find_reports, links_into, refuse_meanwhile, require_theme

SPLIT = "split"
"""Kind of the link from a theme to the one that it was split from."""


@dataclass(frozen=True)
class Opened:
    """The new theme; ``fresh`` is False when the same form had arrived before, and then nothing was done again."""

    theme: Record
    fresh: bool
    gathered: Gathered = Gathered()


def theme_version(session: Session, actor: Actor) -> ProcessVersion:
    """The version with which the actor's themes begin. Raises :class:`NotVisible` and :class:`NotPermitted`."""
    version = current_version(session, PROCESS)
    if not may(actor, "theme:work", session.get_one(Process, version.process_id).controller_id):
        raise NotPermitted("Themen legt nur an, wer sie bei dieser Stelle bearbeitet.")
    return version


def open_theme(
    session: Session,
    actor: Actor,
    now: datetime,
    *,
    title: str,
    reports: Sequence[Chosen] = (),
    summary: str = "",
    fields_of_action: Sequence[str] = (),
    submission_key: str,
    seen: Mapping[str, frozenset[str]] | None = None,
    language: str = "de",
) -> Opened:
    """Begins a theme with these reports, once however often the form with ``submission_key`` arrives.

    Whoever opens it is responsible. Raises :class:`NotPermitted`, :class:`InputRefused` (keys: ``title``, ``summary``,
    ``reference``, ``<reference>.cases`` …), and :class:`GroupedMeanwhile` when a report went into a theme that the page
    (``seen``) did not show.
    """
    version = theme_version(session, actor)
    for one in reports:
        if one.cases is not None:
            checked(one.cases, one.note, f"{one.reference}.")
    raw = {"title": title, "summary": summary, "fields_of_action": list(fields_of_action)}
    submitted = submit_record(
        session,
        actor,
        now,
        version=version,
        raw=raw,
        submission_key=f"theme-{actor.user_id}-{submission_key}",
        secret_key="",
        catalogues=catalogues(session),
        language=language,
    )
    theme = submitted.record
    if not submitted.fresh:
        return Opened(theme, fresh=False)
    found = find_reports(session, actor, now, [one.reference for one in reports], theme.controller_id)
    refuse_meanwhile(session, found, seen)
    if actor.user_id is not None:
        set_assignee(session, actor, now, theme, session.get_one(User, actor.user_id))
    return Opened(theme, True, gather(session, actor, now, theme, found, reports))


def split(
    session: Session,
    actor: Actor,
    now: datetime,
    *,
    theme: Record,
    reports: Sequence[str],
    title: str,
    submission_key: str,
    row_version: int | None = None,
    language: str = "de",
) -> Opened:
    """Moves some reports of a theme with their cases into a new one, which keeps a link to the old one.

    Raises what :func:`require_theme` does, and :class:`InputRefused` when no report was named, all were, or one does not
    belong to the theme.
    """
    require_theme(actor, theme)
    opened = open_theme(
        session,
        actor,
        now,
        title=title,
        fields_of_action=theme.answers.get("fields_of_action") or (),
        submission_key=submission_key,
        language=language,
    )
    if not opened.fresh:
        return opened
    require_theme(actor, theme, row_version)
    found = find_reports(session, actor, now, reports, theme.controller_id) if reports else {}
    there = links_into(session, theme.id)
    if missing := [name for name, one in found.items() if one.id not in there]:
        raise InputRefused({"reports": f"{', '.join(missing[:3])} gehört nicht zu {theme.reference}."})
    if not found:
        raise InputRefused({"reports": "Wählen Sie mindestens eine Meldung für das neue Thema."})
    if len(found) == len(there):
        raise InputRefused({"reports": "Lassen Sie mindestens eine Meldung im bisherigen Thema."})
    new, names = opened.theme, list(found)
    carry_over(session, [there[one.id] for one in found.values()], new)
    session.add(RecordLink(from_record=new, to_record=theme, kind=SPLIT, created_at=now, created_by_id=actor.user_id))
    for one in found.values():
        tell_report(session, actor, now, one, parted=theme, joined=new)
    tell_released(session, actor, now, theme, names, new)
    tell_gathered(session, actor, now, new, names, theme)
    for one, other in ((new, theme), (theme, new)):
        audit.record(session, actor, now, audit.Tag.RECORD_LINK, about=one, other=other.reference, kind=SPLIT)
    theme.changed_at = now
    recount(session, actor, now, theme)
    recount(session, actor, now, new)
    return Opened(new, True, Gathered(tuple(names)))
