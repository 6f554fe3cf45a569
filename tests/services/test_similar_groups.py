"""Proposed groups: of whom they are made, what takes them away, and what the worker stores where there are many reports."""

from __future__ import annotations

from typing import Any

import pytest
from flask import Flask
from sqlalchemy import delete, func, select

from kimforms import jobs
from kimforms.extensions import db
from kimforms.models import Event, Record, Setting, SimilarityEntry
from kimforms.services import audit, similar_groups, similar_reports
from kimforms.services.queries.theme_proposals import Proposal, proposals
from kimforms.services.records.linking import THEME, link_records
from kimforms.services.refusals import NotPermitted, NotVisible
from kimforms.services.unit_of_work import unit_of_work

from ..support.databases import NOW
from ..support.records import (
    ADVISER,
    CASE_MANAGER,
    COORDINATOR,
    ELSEWHERE,
    OFFICE,
    actor,
    report,
    stored,
    take,
    theme,
    work,
)
from ..support.similar import CARD, CARDS, NURSERY, VALLEY, background
from .test_similar_reports import stored_in


@pytest.fixture(autouse=True)
def others(app: Flask) -> None:
    background()


def shown(by: str = COORDINATOR) -> list[Proposal]:
    db.session.rollback()
    return list(proposals(db.session(), actor(db.session(), by), NOW).rows)


def members(proposal: Proposal) -> set[str]:
    return {one.reference for one in proposal.reports}


def three(**answers: Any) -> list[str]:
    return [report(**(one | answers)) for one in (CARD, CARDS, CARD)]


def records_in(session: Any, references: list[str]) -> list[Record]:
    return [stored_in(session, one) for one in references]


def test_a_group_is_named_by_its_terms_and_counts_cases_not_reports(app: Flask) -> None:
    some = three()
    report(**VALLEY)
    (found,) = shown()
    assert members(found) == set(some)
    assert "Fiktionsbescheinigung" in found.terms
    assert (found.cases, list(found.places), found.since) == (9, ["Siegburg", "Troisdorf"], NOW.date())


def test_two_reports_are_no_group_yet(app: Flask) -> None:
    report(**CARD)
    report(**CARDS)
    assert shown() == []


def test_withdrawn_referred_and_grouped_reports_take_no_part(app: Flask) -> None:
    withdrawn, referred, grouped = three()
    left = three()
    take(ADVISER, withdrawn, "zurueckziehen")
    take(COORDINATOR, referred, "erfassen")
    take(COORDINATOR, referred, "verweisen", {"reason": "Ein einzelner Fall."})
    common = theme()
    with work(COORDINATOR, grouped) as (session, person, record):
        link_records(session, person, NOW, record=record, other=stored_in(session, common), kind=THEME)
    (found,) = shown()
    assert members(found) == set(left)


def test_a_report_that_does_not_belong_leaves_its_group_for_good(app: Flask) -> None:
    first, *others = some = three() + three()
    with work(COORDINATOR, first) as (session, person, record):
        told = records_in(session, some)
        assert similar_reports.set_apart(session, person, NOW, record=record, others=told) == len(others)
        assert similar_reports.set_apart(session, person, NOW, record=record, others=told) == 0
    assert [members(one) for one in shown()] == [set(others)]


def test_a_dismissed_group_stays_away_until_more_reports_join_it(app: Flask) -> None:
    some = three()
    with work(COORDINATOR, some[0]) as (session, person, _record):
        for _ in range(2):
            similar_reports.dismiss_group(session, person, NOW, records=records_in(session, some))
    assert shown() == []
    events = db.session.scalars(select(Event).where(Event.tag == audit.Tag.SIMILAR_DISMISS.text)).all()
    assert [audit.payload_of(one) for one in events] == [{"reports": sorted(some)}]
    report(**CARD)
    assert shown() == []
    report(**CARDS)
    assert len(shown()) == 1


@pytest.mark.parametrize(
    ("who", "refusal"),
    [(OFFICE, NotPermitted), (ADVISER, NotVisible), (CASE_MANAGER, NotVisible), (ELSEWHERE, NotVisible)],
)
def test_only_the_coordination_dismisses_and_sets_apart(app: Flask, who: str, refusal: type[Exception]) -> None:
    some = three()
    with pytest.raises(refusal), work(who, some[0]) as (session, person, _record):
        similar_reports.dismiss_group(session, person, NOW, records=records_in(session, some))
    with pytest.raises(refusal), work(who, some[0]) as (session, person, record):
        similar_reports.set_apart(session, person, NOW, record=record, others=records_in(session, some))
    assert len(shown()) == 1


@pytest.mark.parametrize("who", [ADVISER, CASE_MANAGER, ELSEWHERE])
def test_nobody_else_is_proposed_anything(app: Flask, who: str) -> None:
    three()
    assert shown(who) == []


def test_closed_reports_alone_are_no_theme_but_count_beside_open_ones(app: Flask) -> None:
    some = three()
    for one in some:
        take(COORDINATOR, one, "erfassen")
        take(COORDINATOR, one, "abschliessen", {"result": "geloest", "message": "Erledigt."})
    assert shown() == []
    new = report(**CARD)
    (found,) = shown()
    assert members(found) == {*some, new}


def test_with_many_reports_the_worker_computes_and_stores(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(similar_groups, "AT_ONCE", 2)
    some = three()
    page = proposals(db.session(), actor(db.session(), COORDINATOR), NOW)
    assert (page.rows, page.pending, page.made_at) == ([], True, None)
    assert similar_groups.refresh(unit_of_work, db.session(), NOW) == 1
    assert similar_groups.refresh(unit_of_work, db.session(), NOW) == 0, "nothing changed"
    page = proposals(db.session(), actor(db.session(), COORDINATOR), NOW)
    assert ([members(one) for one in page.rows], page.pending, page.made_at) == ([set(some)], False, NOW)
    with work(COORDINATOR, some[0]) as (session, person, record):
        similar_reports.verdict(session, person, NOW, first=record, second=stored_in(session, some[1]), similar=False)
    assert all(not {some[0], some[1]} <= members(one) for one in shown()), "judged since it was stored"
    report(**NURSERY)
    assert similar_groups.refresh(unit_of_work, db.session(), NOW) == 1
    kept = select(Setting.key).where(Setting.key.startswith("similarity_groups"))
    assert db.session.scalars(kept).all() == [f"similarity_groups:{stored(some[0]).process_id}"]


def test_the_worker_keeps_all_of_it_up_to_date(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(similar_groups, "AT_ONCE", 2)
    three()
    with unit_of_work() as session:
        session.execute(delete(SimilarityEntry))
    analysed, computed = jobs.keep_similar(NOW)
    assert analysed == db.session.scalar(select(func.count()).select_from(Record))
    assert computed == 1
    assert len(shown()) == 1
    assert jobs.keep_similar(NOW) == (0, 0)
