"""Making a record public, correcting and withdrawing what is public. Called by the effect ``publish`` of a transition.

A copy is made (``publication_content``); public pages read that copy alone. Who is told stands in ``news``.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from ..engine.catalogue import Catalogues
from ..engine.stations import station_of
from ..models import Publication, PublicationFile, PublicationIssue, PublicationTag, Record, RecordLink
from ..permissions import Actor
from . import audit
from .processes import definition_of
from .publication_content import NOTE, THEME, Snapshot, snapshot
from .records.facts import local_day
from .refusals import InputRefused

LONGEST_SLUG = 80
ENDED = "ended"
"""The station of a published theme whose work has ended without one: rejected, no structural hurdle, merged."""
AGAIN = "Wieder veröffentlicht."
CORRECTED = "Der Text wurde überarbeitet."
REPORTS, PEOPLE = "reports", "people"
"""The two rounds of telling: those who reported the hurdle, then case managers and those who follow."""


def publish(
    session: Session,
    actor: Actor,
    now: datetime,
    record: Record,
    fields: Iterable[str],
    *,
    note: str = "",
    catalogues: Catalogues,
) -> Publication:
    """Makes the answers ``fields`` of ``record`` public, as a copy; what was public before stays in the trace.

    The first time an entry appears under an address of its own, which it keeps. Later the copy is replaced and the
    change is recorded with ``note``; where nothing changed, nothing happens. A withdrawn entry comes back. Raises
    :class:`StepRefused` when there is no title for the public.
    """
    shown = snapshot(session, record, fields, catalogues=catalogues, today=local_day(now))
    publication = publication_of(session, record)
    note = note.strip() or str(record.answers.get(NOTE) or "").strip()
    if publication is None:
        return _first(session, actor, now, record, shown)
    again = publication.withdrawn_at is not None
    if not again and not differs(publication, shown):
        return publication
    publication.withdrawn_at, publication.withdrawn_reason = None, ""
    publication.number += 1
    publication.published_at = now
    _copy(publication, shown)
    if shown.kind == THEME:
        publication.station = station_of_record(record)
    else:
        _announce(publication)
    _issue(session, actor, now, record, publication, shown, note or (AGAIN if again else CORRECTED))
    return publication


def withdraw(session: Session, actor: Actor, now: datetime, record: Record, *, reason: str) -> None:
    """Takes what is public of ``record`` back: its address stays and says only that, and why. Nobody else is told.

    Withdrawing again, or a record of which nothing is public, changes nothing. Raises :class:`InputRefused` without a
    reason, since everybody who follows an old link reads it.
    """
    publication = publication_of(session, record)
    if publication is None or publication.withdrawn_at is not None:
        return
    if not reason.strip():
        raise InputRefused({"reason": "Geben Sie an, warum Sie die Bekanntmachung zurückziehen."})
    publication.withdrawn_at, publication.withdrawn_reason = now, reason.strip()
    publication.news_pending = False
    audit.record(
        session,
        actor,
        now,
        audit.Tag.PUBLICATION_WITHDRAW,
        about=record,
        publication=publication.id,
        reason=audit.Erasable(reason.strip()),
    )


def refresh_station(session: Session, record: Record) -> None:
    """Lets a published theme show the station of its present state; called when a theme changed its state."""
    publication = publication_of(session, record)
    if publication is None or publication.kind != THEME:
        return
    station = station_of_record(record)
    if publication.station != station:
        publication.station = station
        publication.published_at = record.state_since


def publication_of(session: Session, record: Record) -> Publication | None:
    """What is, or was, public of the record."""
    return session.scalar(select(Publication).where(Publication.record_id == record.id))


def theme_of(session: Session, record: Record) -> int | None:
    """Id of the theme to which a record is joined; the record's own if it is the theme."""
    if record.process.key == THEME:
        return record.id
    wanted = select(RecordLink.to_id).where(RecordLink.from_id == record.id, RecordLink.kind == THEME)
    return session.scalars(wanted.order_by(RecordLink.id).limit(1)).first()


def _first(session: Session, actor: Actor, now: datetime, record: Record, shown: Snapshot) -> Publication:
    publication = Publication(
        record_id=record.id,
        theme_id=theme_of(session, record),
        controller_id=record.controller_id,
        slug=_free_slug(session, shown.title),
        kind=shown.kind,
        station=station_of_record(record) if shown.kind == THEME else None,
        number=1,
        first_published_at=now,
        published_at=now,
        news_pending=shown.kind != THEME,
        news_phase=REPORTS,
    )
    session.add(publication)
    _copy(publication, shown)
    session.flush()  # the event names its id
    _issue(session, actor, now, record, publication, shown, "")
    return publication


def _announce(publication: Publication) -> None:
    """Lets the worker tell of the new issue. While the first news are still on their way, they go on where they are."""
    publication.news_pending = True
    if publication.news_number:
        publication.news_phase, publication.news_after_id = PEOPLE, 0


def _copy(publication: Publication, shown: Snapshot) -> None:
    publication.title, publication.sort, publication.since = shown.title, shown.sort, shown.since
    publication.content, publication.stems = shown.content, shown.stems
    kept = {(tag.name, tag.value): tag for tag in publication.tags}
    for key, tag in kept.items():
        if key not in shown.tags:
            publication.tags.remove(tag)
    for (name, value), label in sorted(shown.tags.items()):
        if (name, value) in kept:
            kept[name, value].label = label
        else:
            publication.tags.append(PublicationTag(name=name, value=value, label=label))
    if [(one.name, one.sha256) for one in publication.files] != [(one.name, one.sha256) for one in shown.files]:
        publication.files = [PublicationFile(name=one.name, sha256=one.sha256) for one in shown.files]


def _issue(
    session: Session, actor: Actor, now: datetime, record: Record, publication: Publication, shown: Snapshot, note: str
) -> None:
    publication.issues.append(
        PublicationIssue(
            number=publication.number,
            title=shown.title,
            content=shown.content,
            note=note,
            published_at=now,
            approved_by_id=actor.user_id,
        )
    )
    audit.record(
        session,
        actor,
        now,
        audit.Tag.PUBLICATION_PUBLISH,
        about=record,
        publication=publication.id,
        slug=publication.slug,
        number=publication.number,
        title=audit.Erasable(shown.title),
        note=audit.Erasable(note),
    )


def differs(publication: Publication, shown: Snapshot) -> bool:
    """Whether a new copy says anything else than what is public."""
    before = (publication.title, publication.sort, publication.since, publication.content)
    return (
        before != (shown.title, shown.sort, shown.since, shown.content)
        or {(tag.name, tag.value) for tag in publication.tags} != shown.tags.keys()
        or [(one.name, one.sha256) for one in publication.files] != [(one.name, one.sha256) for one in shown.files]
    )


def station_of_record(record: Record) -> str:
    """The station that a theme shows in public; ``ENDED`` in a state without one."""
    station = station_of(definition_of(record.version), record.state)
    if station is None or (not record.open and station.id != "published"):
        return ENDED
    return station.id


def _free_slug(session: Session, title: str) -> str:
    """An address made of the title; the second of the same title gets ``-2``. It never changes, links to it stay good."""
    start = slug_of(title)
    taken = set(session.scalars(select(Publication.slug).where(Publication.slug.startswith(start, autoescape=True))))
    taken |= RESERVED
    number, slug = 1, start
    while slug in taken:
        number += 1
        slug = f"{start}-{number}"
    return slug


RESERVED = frozenset({"follow", "feed"})
"""Words that the pages below ``/solutions`` use themselves."""
_GERMAN = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "ß": "ss"})


def slug_of(title: str) -> str:
    """``Ein Nachweis genügt für Kita & Schule`` -> ``ein-nachweis-genuegt-fuer-kita-schule``; letters of any script fall back."""
    apart = re.sub(r"[^\w]|_", " ", title.lower().translate(_GERMAN))
    plain = unicodedata.normalize("NFKD", apart).encode("ascii", "ignore").decode()
    words = re.findall(r"[a-z0-9]+", plain)
    slug = ""
    for word in words:
        if len(slug) + len(word) + 1 > LONGEST_SLUG:
            break
        slug = f"{slug}-{word}" if slug else word
    return slug or (words[0][:LONGEST_SLUG] if words else "bekanntmachung")
