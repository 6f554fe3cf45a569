"""Joining records: both histories tell of it, and nobody learns of records that are not theirs."""

import pytest
from sqlalchemy import select

from kimforms.extensions import db
from kimforms.models import Controller, Process, Record, RecordLink
from kimforms.services.queries import record_page
from kimforms.services.records import linking
from kimforms.services.refusals import InputRefused, NotPermitted, NotVisible, StepRefused

from ..support.chain import joined_with
from ..support.databases import NOW
from ..support.records import (
    ADVISER,
    COORDINATOR,
    ELSEWHERE,
    OFFICE,
    actor,
    last_payload,
    report,
    stored,
    tags,
    take,
    theme,
    work,
)
from ..support.themes import link_of, opened, recorded


def link(email, reference, other):
    with work(email, reference) as (session, person, record):
        second = stored_in(session, other)
        kind = linking.kind_for(record, second)
        return linking.link_records(session, person, NOW, record=record, other=second, kind=kind).kind


def stored_in(session, reference):
    return session.scalars(select(Record).where(Record.reference == reference)).one()


def test_a_theme_carries_the_report_on(app):
    reference, other = report(), theme()
    assert link(COORDINATOR, reference, other) == "theme"
    assert last_payload(reference, "record:link") == {"other": other, "kind": "theme"}
    assert last_payload(other, "record:link") == {"other": reference, "kind": "theme"}
    take(COORDINATOR, reference, "erfassen")
    take(COORDINATOR, reference, "buendeln")
    assert stored(reference).state == "gebuendelt"


def test_linking_twice_and_the_other_way_round_is_one_link(app):
    reference, other = report(), report()
    assert link(COORDINATOR, reference, other) == "related"
    link(COORDINATOR, reference, other)
    link(COORDINATOR, other, reference)
    assert len(list(db.session.scalars(select(RecordLink)))) == 1
    assert tags(reference).count("record:link") == 1


def test_not_with_itself(app):
    reference = report()
    with pytest.raises(InputRefused):
        link(COORDINATOR, reference, reference)


@pytest.mark.parametrize("email", [OFFICE, ADVISER, ELSEWHERE])
def test_only_who_works_on_it(app, email):
    reference, other = report(), report()
    with pytest.raises(NotPermitted):
        link(email, reference, other)
    assert db.session.scalar(select(RecordLink.id)) is None


def test_a_link_is_seen_only_by_those_who_see_the_other_record(app):
    reference, other = report(by=ADVISER), report(by=None)
    link(COORDINATOR, reference, other)
    found = {}
    for email in (COORDINATOR, ADVISER):
        person = actor(db.session(), email)
        found[email] = [one.reference for one in record_page.links_of(db.session(), person, NOW, stored(reference))]
    assert found == {COORDINATOR: [other], ADVISER: []}


def test_taking_a_link_away_from_either_side(app):
    reference, other = report(), report()
    link(COORDINATOR, reference, other)
    with work(ELSEWHERE, other) as (session, person, record), pytest.raises(NotPermitted):
        linking.unlink_records(session, person, NOW, link=session.scalars(select(RecordLink)).one(), record=record)
    with work(COORDINATOR, other) as (session, person, record):
        linking.unlink_records(session, person, NOW, link=session.scalars(select(RecordLink)).one(), record=record)
    assert db.session.scalar(select(RecordLink.id)) is None
    assert tags(reference)[-1] == tags(other)[-1] == "record:unlink"


def test_a_foreign_record_cannot_be_linked(app):
    reference = report()
    with work(COORDINATOR, reference) as (session, person, record):
        elsewhere = stored_in(session, report_elsewhere(session))
        with pytest.raises(NotVisible):
            linking.link_records(session, person, NOW, record=record, other=elsewhere)
    assert db.session.scalar(select(RecordLink.id)) is None


def report_elsewhere(session):
    """A record that belongs to the other controller, as if it had its own process."""
    mine = session.scalars(select(Record)).first()
    other = session.scalars(select(Controller).where(Controller.key != "rsk")).first()
    process = Process(key="elsewhere", controller=other, read_roles=["coordinator"], title="Anderswo")
    session.add(process)
    session.flush()
    record = Record(
        reference="XX-2026-0001", process=process, version=mine.version, controller=other, state="gemeldet", title="fremd",
        created_at=NOW, state_since=NOW, changed_at=NOW,
    )  # fmt: skip
    session.add(record)
    session.flush()
    return record.reference


def test_a_report_leaves_its_theme_as_on_the_themes_page(app):
    theme = opened(recorded(), recorded(), recorded())
    take(COORDINATOR, theme, "rekonstruieren")
    mine = joined_with(theme, "hurdle_report")[0]
    with work(COORDINATOR, mine) as (session, person, record):
        linking.unlink_records(session, person, NOW, link=link_of(session, theme, mine), record=record)
    assert stored(mine).state == "erfasst" and mine not in joined_with(theme, "hurdle_report")
    (piece,) = joined_with(theme, "case_reconstruction")
    with work(COORDINATOR, piece) as (session, person, record), pytest.raises(StepRefused, match="gehört zum Weg"):
        linking.unlink_records(session, person, NOW, link=link_of(session, theme, piece), record=record)
    assert joined_with(theme, "case_reconstruction") == [piece]
