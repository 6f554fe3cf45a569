"""Themes with reports in them, for tests of services and pages."""

from __future__ import annotations

from datetime import datetime
from itertools import count
from typing import Any

from sqlalchemy import insert, select, text

from benchmarks.seed import seed
from kimforms.extensions import db
from kimforms.models import Process, Record, RecordLink
from kimforms.services.themes import grouping, opening
from kimforms.services.themes.reports import Chosen
from kimforms.services.unit_of_work import unit_of_work

from .databases import NOW
from .records import COORDINATOR, actor, report, take, work

_keys = count()


def recorded(**changes: Any) -> str:
    """A report that was read and recorded: it may be grouped."""
    reference = report(**changes)
    take(COORDINATOR, reference, "erfassen")
    return reference


def opened(*reports: str, title: str = "Lange Wartezeiten", by: str = COORDINATOR, **options: Any) -> str:
    """Opens a theme with these reports; returns its reference."""
    with unit_of_work() as session:
        done = opening.open_theme(
            session,
            actor(session, by),
            options.pop("now", NOW),
            title=title,
            reports=[one if isinstance(one, Chosen) else Chosen(one) for one in reports],
            submission_key=options.pop("key", f"key-{next(_keys)}"),
            **options,
        )
        return done.theme.reference


def add(theme: str, *reports: str | Chosen, by: str = COORDINATOR, now: datetime = NOW, **options: Any) -> Any:
    with work(by, theme) as (session, person, record):
        chosen = [one if isinstance(one, Chosen) else Chosen(one) for one in reports]
        return grouping.add_reports(session, person, now, theme=record, reports=chosen, **options)


def link_of(session: Any, theme: str, report: str) -> RecordLink:
    """The link from a report to a theme."""
    link = joined(session, theme, report)
    assert link is not None
    return link


def joined(session: Any, theme: str, report: str) -> RecordLink | None:
    first, second = (
        select(Record.id).where(Record.reference == report),
        select(Record.id).where(Record.reference == theme),
    )
    return session.scalars(
        select(RecordLink).where(
            RecordLink.from_id == first.scalar_subquery(), RecordLink.to_id == second.scalar_subquery()
        )
    ).one_or_none()


def cases_of(theme: str) -> dict[str, int | None]:
    """The reports of a theme with their cases."""
    db.session.rollback()
    rows = db.session.execute(
        select(Record.reference, RecordLink.cases)
        .join(RecordLink, RecordLink.from_id == Record.id)
        .where(RecordLink.to_id == select(Record.id).where(Record.reference == theme).scalar_subquery())
        .order_by(Record.reference)
    )
    return {row.reference: row.cases for row in rows}


def crowd(number: int) -> list[str]:
    """So many reports at once, written past the services; returns their references."""
    with unit_of_work() as session:
        seed(session, number, newest=NOW)
        if session.get_bind().dialect.name == "postgresql":  # rows were written with their ids
            session.execute(text("SELECT setval(pg_get_serial_sequence('record', 'id'), (SELECT max(id) FROM record))"))
    db.session.rollback()
    return list(db.session.scalars(select(Record.reference).order_by(Record.id.desc()).limit(number)))


def crowded(theme: str, number: int) -> None:
    """Fills a theme with so many reports, written past the services."""
    names = crowd(number)
    with unit_of_work() as session:
        theme_id = session.scalar(select(Record.id).where(Record.reference == theme))
        ids = session.scalars(
            select(Record.id)
            .join(Process)
            .where(Process.key == "hurdle_report")
            .order_by(Record.id.desc())
            .limit(number)
        ).all()
        assert len(ids) == len(names) == number
        session.execute(
            insert(RecordLink),
            [
                {"from_id": one, "to_id": theme_id, "kind": "theme", "created_at": NOW, "cases": 1, "stated": False}
                for one in ids
            ],
        )
