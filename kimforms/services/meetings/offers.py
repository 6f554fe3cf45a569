"""Decision papers and themes come onto an agenda by one click, and the paper learns meeting and number of its point."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import Subquery, exists, select
from sqlalchemy.orm import Session, aliased

from ...models import AgendaItem, AgendaPaper, Meeting, Process, Record, RecordLink
from ...permissions import Actor, visible_records
from ...rules.calendar_days import short
from .. import audit
from ..bodies.access import day_of
from ..catalogues import catalogues
from ..processes import definition_of
from ..projection import project
from ..queries.agenda import items_of, numbered
from ..records.facts import local_day
from ..records.transitions import perform_transition
from ..refusals import InputRefused, NotVisible
from .agenda import Point, add_item, require_open

PAPER, THEME = "decision_paper", "theme"
PROPOSED, POSTPONED = "vorgeschlagen", "vertagt"
OPEN_MEETINGS = ("geplant", "freigegeben", "eingeladen", "laeuft")
MOST_OFFERED = 50


def offered(session: Session, actor: Actor, meeting: Meeting, today: date) -> list[Record]:
    """Decision papers and open themes that could be put on this agenda, papers first, the longest waiting first.

    What stands on the agenda of an open meeting of any body is left out, and so is a theme whose paper does. One query.
    """
    wanted = (
        select(Record)
        .join(Process, Process.id == Record.process_id)
        .where(
            Record.controller_id == meeting.record.controller_id,
            visible_records(session, actor, today),
            ((Process.key == PAPER) & (Record.state == PROPOSED)) | ((Process.key == THEME) & Record.open),
            ~_on_open_agenda(),
            ~_paper_on_open_agenda(),
        )
        .order_by(Process.key, Record.state_since, Record.id)
        .limit(MOST_OFFERED)
    )
    return list(session.scalars(wanted))


def offer(
    session: Session, actor: Actor, now: datetime, *, meeting: Meeting, record: Record, row_version: int | None = None
) -> AgendaItem:
    """Puts a decision paper or a theme on the agenda with its title, its motion and itself as the paper.

    Raises as ``agenda.add_item``; :class:`InputRefused` for a paper that is not proposed, or stands on an open agenda.
    """
    require_open(actor, meeting, row_version)
    if record.controller_id != meeting.record.controller_id or record.process.key not in (PAPER, THEME):
        raise NotVisible()
    if record.process.key == PAPER and record.state not in (PROPOSED, POSTPONED):
        raise InputRefused({"record": f"{record.reference} ist nicht (mehr) für die Tagesordnung vorgeschlagen."})
    if session.scalar(select(Record.id).where(Record.id == record.id, _on_open_agenda())) is not None:
        raise InputRefused({"record": f"{record.reference} steht schon auf der Tagesordnung einer Sitzung."})
    item = add_item(
        session, actor, now, meeting=meeting, point=_point_of(record), record=record, source="offered"
    )  # fmt: skip
    session.add(AgendaPaper(item_id=item.id, title=f"{record.reference}: {record.title}"[:300], record_id=record.id))
    _join(session, actor, now, item)
    return item


def take_along(session: Session, actor: Actor, now: datetime, old: AgendaItem, new: AgendaItem) -> None:
    """What belongs to a point goes with it to another meeting: its papers, and the decision paper, proposed once more."""
    for paper in session.scalars(select(AgendaPaper).where(AgendaPaper.item_id == old.id)).all():
        session.add(
            AgendaPaper(
                item_id=new.id,
                title=paper.title,
                attachment_id=paper.attachment_id,
                record_id=paper.record_id,
                position=paper.position,
            )  # fmt: skip
        )
    _join(session, actor, now, new)


def take_back(session: Session, actor: Actor, now: datetime, item: AgendaItem) -> None:
    """The point is taken off: its decision paper no longer says where it stands, and is offered again."""
    if item.record is not None and item.record.process.key == PAPER and item.record.open:
        _answer(session, actor, now, item.record, sitzung=None, top=None)


def put_back(session: Session, actor: Actor, now: datetime, item: AgendaItem) -> None:
    """A point that had been dropped is dealt with after all: its decision paper says again where it stands."""
    _join(session, actor, now, item)


def refresh_numbers(session: Session, actor: Actor, now: datetime, meeting: Meeting) -> None:
    """Tells the decision papers on the agenda their numbers as they are now; at approval, dispatch and later moves."""
    session.flush()  # the numbers are read from the database
    for label, item in numbered(items_of(session, meeting)):
        if item.record is not None and item.record.process.key == PAPER and item.record.open and item.state == "open":
            _answer(session, actor, now, item.record, sitzung=_meeting_words(meeting), top=label)


def _join(session: Session, actor: Actor, now: datetime, item: AgendaItem) -> None:
    record = item.record
    if record is None or record.process.key != PAPER:
        return
    if record.state == POSTPONED:
        perform_transition(
            session, actor, now, record=record, transition_id="wieder_vorschlagen", data={}, row_version=None,
            catalogues=catalogues(session),
        )  # fmt: skip
    if record.state == PROPOSED:
        session.flush()  # the number is read from the positions
        label = next((label for label, one in numbered(items_of(session, item.meeting)) if one.id == item.id), None)
        _answer(session, actor, now, record, sitzung=_meeting_words(item.meeting), top=label)


def _meeting_words(meeting: Meeting) -> str:
    return f"{short(day_of(meeting))} ({meeting.record.reference})"


def _answer(session: Session, actor: Actor, now: datetime, record: Record, **answers: str | None) -> None:
    """Writes answers that nobody types; the history of the record tells of them."""
    changes = {key: value for key, value in answers.items() if record.answers.get(key) != value}
    if not changes:
        return
    told = {
        key: {"old": audit.Erasable(record.answers.get(key)), "new": audit.Erasable(value)}
        for key, value in changes.items()
    }
    record.answers = {key: value for key, value in (record.answers | changes).items() if value is not None}
    record.changed_at = now
    audit.record(session, actor, now, audit.Tag.RECORD_CHANGE, about=record, changes=told)
    project(record, definition_of(record.version), catalogues(session), local_day(now))


def _point_of(record: Record) -> Point:
    answers = record.answers
    if record.process.key == THEME:
        return Point(record.title[:300], "discussion", text=f"Thema {record.reference}")
    notice = answers.get("art") == "mitteilung"
    motion = str(answers.get("kenntnisnahme" if notice else "beschlussvorschlag") or "")
    return Point(
        record.title[:300],
        "information" if notice else "decision",
        text=f"Vorlage {record.reference}",
        motion=motion[:10_000],
        confidential=answers.get("vertraulich") is True,
    )


def _on_open_agenda() -> exists:  # type: ignore[valid-type]
    """The SQL condition that a record stands on the agenda of a meeting that is still to be held."""
    return exists().where(
        AgendaItem.record_id == Record.id,
        AgendaItem.meeting_id.in_(select(_open_meetings().c.id)),
        AgendaItem.state == "open",
    )


def _paper_on_open_agenda() -> exists:  # type: ignore[valid-type]
    """The SQL condition that a theme comes onto an agenda already, by a paper that is joined to it."""
    paper, joined = aliased(Record), aliased(RecordLink)
    return (
        exists()
        .where(joined.to_id == Record.id, joined.from_id == paper.id, AgendaItem.record_id == paper.id)
        .where(AgendaItem.meeting_id.in_(select(_open_meetings().c.id)), AgendaItem.state == "open")
    )


def _open_meetings() -> Subquery:
    return select(Record.id).where(Record.state.in_(OPEN_MEETINGS)).correlate(None).subquery()
