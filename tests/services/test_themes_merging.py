"""Merging themes and taking it back: nothing is lost, numbers are not counted twice, and what people did since stays."""

import pytest
from sqlalchemy import func, select

from kimforms.extensions import db
from kimforms.models import Record, RecordLink, ThemeMerge
from kimforms.services.refusals import InputRefused, NotPermitted, StaleVersion, StepRefused
from kimforms.services.themes import counting, grouping, merging
from kimforms.services.themes.reports import Chosen

from ..support.databases import NOW
from ..support.records import (
    ADVISER,
    COORDINATOR,
    ELSEWHERE,
    OFFICE,
    SECOND,
    last_payload,
    report,
    stored,
    tags,
    take,
    work,
)
from ..support.themes import add, cases_of, crowded, joined, link_of, opened, recorded


def record_in(session, reference):
    return session.scalars(select(Record).where(Record.reference == reference)).one()


def merge(source, target, by=COORDINATOR, **options):
    with work(by, source) as (session, person, record):
        return merging.merge(session, person, NOW, source=record, target=record_in(session, target), **options).id


def undo(merge_id, by=COORDINATOR, **options):
    source = db.session.get(ThemeMerge, merge_id).source.reference
    with work(by, source) as (session, person, _record):
        merging.undo_merge(session, person, NOW, done=session.get_one(ThemeMerge, merge_id), **options)


@pytest.fixture
def pair(app):
    """Two themes; the second report is in both, with more cases in the first theme."""
    one, both, other = recorded(), recorded(), recorded(fallzahl="1")
    source = opened(one, Chosen(both, 9, "nachgefragt"), title="Termine")
    target = opened(both, other, title="Wartezeiten")
    return one, both, other, source, target


def test_a_theme_goes_into_another_with_its_cases(pair):
    one, both, other, source, target = pair
    merge(source, target)
    assert cases_of(target) == {one: 3, both: 9, other: 1}, "the larger number of a double stays"
    assert cases_of(source) == {}
    assert stored(target).case_count == 13 and stored(source).case_count == 0
    theme = stored(source)
    assert theme.state == "aufgegangen" and not theme.open and theme.closed_at == NOW
    assert last_payload(source, "theme:merge") == {"other": target, "role": "source", "reports": 2}
    assert last_payload(target, "theme:merge") == {"other": source, "role": "target", "reports": 2}
    assert last_payload(one, "record:link") == {"other": target, "kind": "theme"}
    assert last_payload(one, "record:unlink") == {"other": source, "kind": "theme"}
    assert {stored(each).state for each in (one, both, other)} == {"gebuendelt"}
    standing = merging.standing_merge(db.session, theme.id)
    assert standing.target.reference == target and standing.state_before == "angelegt"


def test_taking_it_back_restores_both(pair):
    one, both, other, source, target = pair
    before = cases_of(source), cases_of(target)
    undo(merge(source, target))
    assert (cases_of(source), cases_of(target)) == before
    assert stored(source).state == "angelegt" and stored(source).open
    assert (stored(source).case_count, stored(target).case_count) == (12, 4)
    link = link_of(db.session, source, both)
    assert link.stated and link.note == "nachgefragt"
    assert not link_of(db.session, target, both).stated
    assert last_payload(target, "theme:unmerge") == {"other": source, "role": "target", "reports": 2}
    assert merging.standing_merge(db.session, stored(source).id) is None
    again = merge(source, target)
    undo(again)
    assert (cases_of(source), cases_of(target)) == before, "as often as one likes"
    assert last_payload(one, "record:link") == {"other": source, "kind": "theme"}
    assert tags(other).count("record:unlink") == 0, "the target's own report was never touched"


def test_it_returns_to_where_it_stood(pair):
    source, target = pair[3:]
    take(COORDINATOR, source, "rekonstruieren")
    chain = [name for name in cases_of(source) if name.startswith("FR-")]
    assert len(chain) == 1
    done = merge(source, target)
    assert chain[0] in cases_of(target), "papers go along"
    undo(done)
    assert stored(source).state == "fallrekonstruktion" and chain[0] in cases_of(source)
    assert chain[0] not in cases_of(target)


def test_what_people_did_since_stays(pair):
    one, both, other, source, target = pair
    done, third, late = merge(source, target), opened(), recorded()
    with work(COORDINATOR, target) as (session, person, theme):
        link = link_of(session, target, one)
        grouping.move_report(session, person, NOW, theme=theme, link=link, target=record_in(session, third))
    with work(COORDINATOR, target) as (session, person, theme):
        counting.state_cases(
            session, person, NOW, theme=theme, link=link_of(session, target, both), cases=2, note="nur zwei"
        )
    add(target, late)
    undo(done)
    assert set(cases_of(third)) == {one}, "moved on: stays there"
    assert cases_of(target) == {both: 2, other: 1, late: 3}, "stated since, added since: stays"
    assert cases_of(source) == {both: 9}


def test_taken_out_since_is_not_put_back(pair):
    one, both, other, source, target = pair
    done = merge(source, target)
    for each in (one, both):
        with work(COORDINATOR, target) as (session, person, theme):
            grouping.remove_report(session, person, NOW, theme=theme, link=link_of(session, target, each))
    undo(done)
    assert cases_of(source) == {} and cases_of(target) == {other: 1}


def test_not_while_the_target_went_on_itself(pair):
    source, target = pair[3:]
    third = opened(recorded(), title="Ämter")
    first, second = merge(source, target), merge(target, third)
    with pytest.raises(StepRefused, match=f"{target} ist inzwischen selbst in {third} aufgegangen"):
        undo(first)
    assert stored(source).state == "aufgegangen" and db.session.get(ThemeMerge, first).undone_at is None
    undo(second)
    undo(first)
    assert stored(source).open and stored(target).open
    with pytest.raises(StaleVersion, match="schon rückgängig"):
        undo(first)


def test_a_double_click_merges_once(pair):
    source, target = pair[3:]
    seen = stored(source).row_version
    merge(source, target, row_version=seen)
    with pytest.raises(StaleVersion):
        merge(source, target, row_version=seen)
    assert db.session.scalar(select(func.count()).select_from(ThemeMerge)) == 1


@pytest.mark.parametrize("email", [OFFICE, ADVISER, ELSEWHERE])
def test_only_coordinators_merge(pair, email):
    source, target = pair[3:]
    with pytest.raises(NotPermitted):
        merge(source, target, by=email)
    done = merge(source, target, by=SECOND)
    with pytest.raises(NotPermitted):
        undo(done, by=email)


def test_what_cannot_be_merged(pair):
    source, target = pair[3:]
    with pytest.raises(InputRefused) as refused:
        merge(source, source)
    assert "in sich selbst" in refused.value.errors["target"]
    merge(source, target)
    for one, other in ((opened(), source), (source, opened())):
        with pytest.raises(InputRefused) as refused:
            merge(one, other)
        assert source in refused.value.errors["target"]
    before = db.session.scalar(select(func.count()).select_from(RecordLink))
    session = db.session
    session.rollback()
    late = opened(recorded())
    stored(late).state = "umsetzung"
    session.commit()
    with pytest.raises(StepRefused, match="nicht zusammenführen"):
        merge(late, target)
    assert joined(db.session, late, list(cases_of(late))[0]) is not None, "nothing was moved"
    assert db.session.scalar(select(func.count()).select_from(RecordLink)) == before + 1


def test_withdrawn_reports_go_along_and_do_not_count(app):
    gone, other = recorded(by=ADVISER), recorded()
    source, target = opened(gone, other), opened()
    take(ADVISER, gone, "zurueckziehen")
    done = merge(source, target)
    assert stored(target).case_count == 3 and set(cases_of(target)) == {gone, other}
    undo(done)
    assert stored(source).case_count == 3
    take(ADVISER, gone, "wieder_aufnehmen")
    assert stored(source).case_count == 6


def test_two_thousand_reports(app):
    source, target = opened(title="Viele"), opened(report())
    crowded(source, 2000)
    done = merge(source, target)
    assert len(cases_of(target)) == 2001 and cases_of(source) == {}
    undo(done)
    assert len(cases_of(source)) == 2000 and len(cases_of(target)) == 1
