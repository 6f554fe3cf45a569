"""Similar reports: analysed with the change, found in every process at once, verdicts remembered, damage repaired."""

from __future__ import annotations

import pytest
from flask import Flask
from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from kimforms.extensions import db
from kimforms.models import Event, Record, SimilarityEntry, SimilarityVerdict
from kimforms.permissions import Actor
from kimforms.services import similar_index, similar_reports, similar_texts
from kimforms.services.catalogues import catalogues
from kimforms.services.queries import record_page
from kimforms.services.queries.similar_reports import Hint, SimilarPart, hints, similar_to
from kimforms.services.records.editing import change_answers, raw_of
from kimforms.services.records.linking import THEME, link_records
from kimforms.services.refusals import InputRefused, NotPermitted, NotVisible
from kimforms.services.similar_index import Shelf
from kimforms.services.unit_of_work import unit_of_work
from kimforms.similarity import Analysis

from ..support.databases import NOW
from ..support.records import (
    ADVISER,
    CASE_MANAGER,
    COORDINATOR,
    ELSEWHERE,
    OFFICE,
    SECOND,
    actor,
    last_payload,
    own_process,
    report,
    stored,
    tags,
    take,
    theme,
    work,
)
from ..support.similar import CARD, CARDS, NURSERY, VALLEY, background

CONTACT_WORDS = ("musterfrau", "998877", "beratung.example")


@pytest.fixture(autouse=True)
def others(app: Flask) -> None:
    background()


def part_of(reference: str, by: str = COORDINATOR, **options: int) -> SimilarPart:
    db.session.rollback()
    person = actor(db.session(), by)
    seen = record_page.find(db.session(), person, NOW.date(), reference)
    return similar_to(db.session(), person, seen, **options)


def found(reference: str, by: str = COORDINATOR) -> list[str]:
    return [row.reference for row in part_of(reference, by).rows]


def judge(first: str, second: str, similar: bool | None, by: str = COORDINATOR) -> bool:
    with work(by, first) as (session, person, record):
        return similar_reports.verdict(
            session, person, NOW, first=record, second=stored_in(session, second), similar=similar
        )


def stored_in(session: Session, reference: str) -> Record:
    return session.scalars(select(Record).filter_by(reference=reference)).one()


def entry(reference: str) -> SimilarityEntry:
    record = stored(reference)
    return db.session.scalars(select(SimilarityEntry).filter_by(record_id=record.id)).one()


def test_a_report_is_found_as_soon_as_it_was_sent_with_the_reason_in_words(app: Flask) -> None:
    first, other, second = report(**CARD), report(**NURSERY), report(**CARDS)
    rows = part_of(second).rows
    assert rows[0].reference == first
    assert "Fiktionsbescheinigung" in rows[0].reason
    assert (rows[0].title, rows[0].state, rows[0].open, rows[0].judged) == (CARD["titel"], "gemeldet", True, False)
    assert other not in found(second)[:1]


def test_contact_and_personal_answers_are_not_part_of_what_is_stored(app: Flask) -> None:
    reference = report(**CARD)
    record = stored(reference)
    definition = record_page.definition_of(record.version)
    assert definition.similar is not None and record.contact is not None
    answers = record.answers | record.contact.answers
    read = similar_texts.report_of(record.id, definition, definition.similar, answers)
    assert CARD["situation"] in read.text
    analysis = Analysis.from_bytes(entry(reference).features)
    said = " ".join([read.title, read.text, *(term.shown for term in analysis.terms)]).lower()
    assert "fiktionsbescheinigung" in said
    assert not [one for one in CONTACT_WORDS if one in said]


def test_a_report_of_one_process_is_found_in_another_at_the_next_request(app: Flask) -> None:
    here, there = Shelf(), Shelf()
    first = report(**CARD)
    for shelf in (here, there):
        shelf.catch_up(db.session())
    second = report(**CARDS)
    there.catch_up(db.session())
    process = stored(first).process_id
    assert stored(second).id in there.of(process).index
    assert stored(second).id not in here.of(process).index, "it has not looked yet"
    here.catch_up(db.session())
    assert stored(second).id in here.of(process).index


def test_catching_up_reads_only_what_is_new(app: Flask) -> None:
    shelf = Shelf()
    report(**CARD)
    report(**NURSERY)
    shelf.catch_up(db.session())
    read = []
    rows = shelf._rows
    shelf._rows = lambda session: (read.append(row) or row for row in rows(session))  # type: ignore[method-assign]
    shelf.catch_up(db.session())
    assert len(read) == 1, "the last known one, to see that it is still the same table"
    report(**CARDS)
    read.clear()
    shelf.catch_up(db.session())
    assert len(read) == 2


def test_another_table_in_the_place_of_the_first_is_noticed(app: Flask) -> None:
    shelf = Shelf()
    first = report(**CARD)
    report(**NURSERY)
    shelf.catch_up(db.session())
    last = entry(first)
    with unit_of_work() as session:
        session.execute(update(SimilarityEntry).values(seq=SimilarityEntry.seq + 100))
        session.execute(
            update(SimilarityEntry).where(SimilarityEntry.record_id == last.record_id).values(seq=last.seq + 1)
        )
    count = db.session.scalar(select(func.count()).select_from(SimilarityEntry))
    shelf.catch_up(db.session())
    assert shelf.of(stored(first).process_id).newest == 100 + count


def test_changed_answers_are_found_by_what_they_say_now(app: Flask) -> None:
    first, second = report(**NURSERY), report(**CARD)
    before = entry(first).seq
    with work(COORDINATOR, first) as (session, person, record):
        raw = raw_of(record_page.definition_of(record.version), record.answers)
        change_answers(
            session, person, NOW, record=record, raw=raw | CARDS, row_version=None, catalogues=catalogues(session)
        )
    assert entry(first).seq > before
    assert found(second) == [first]


def test_a_withdrawn_report_is_not_found_any_more(app: Flask) -> None:
    first, second = report(**CARD), report(**CARDS)
    assert found(second) == [first]
    take(ADVISER, first, "zurueckziehen")
    assert entry(first).features == b""
    assert found(second) == []


def test_a_report_that_is_taken_up_again_is_found_again(app: Flask) -> None:
    first, second = report(**CARD), report(**CARDS)
    take(ADVISER, first, "zurueckziehen")
    with work(COORDINATOR, first) as (session, _person, record):
        before, record.state = record.state, "erfasst"
        similar_reports.follow_state(session, record, record_page.definition_of(record.version), before)
    assert found(second) == [first]


def test_closed_reports_are_found_too(app: Flask) -> None:
    first, second = report(**CARD), report(**CARDS)
    take(COORDINATOR, first, "erfassen")
    take(COORDINATOR, first, "verweisen", {"reason": "Ein einzelner Fall."})
    rows = part_of(second).rows
    assert [(row.reference, row.open) for row in rows] == [(first, False)]


# --- verdicts --------------------------------------------------------------------------------------------------------


def test_a_verdict_wins_over_the_computation_and_can_be_taken_back(app: Flask) -> None:
    first, second, far = report(**CARD), report(**CARDS), report(**VALLEY)
    assert judge(second, first, False)
    assert first not in found(second)
    assert part_of(second).apart == [(first, CARD["titel"])]
    assert part_of(first).apart == [(second, CARDS["titel"])]
    assert judge(far, second, True)
    rows = part_of(second).rows
    assert (rows[0].reference, rows[0].judged) == (far, True)
    assert judge(first, second, None)
    assert first in found(second)
    assert part_of(second).apart == []


def test_a_verdict_stands_in_both_histories(app: Flask) -> None:
    first, second = report(**CARD), report(**CARDS)
    judge(first, second, True)
    assert last_payload(first, "similar:judge") == {"other": second, "similar": True}
    assert last_payload(second, "similar:judge") == {"other": first, "similar": True}
    judge(second, first, None)
    assert tags(first)[-1] == tags(second)[-1] == "similar:forget"


def test_a_double_click_changes_nothing_and_two_people_get_the_latest(app: Flask) -> None:
    first, second = report(**CARD), report(**CARDS)
    assert judge(first, second, True)
    before = db.session.scalar(select(func.count()).select_from(Event))
    assert not judge(first, second, True)
    assert not judge(second, first, True, by=SECOND)
    assert db.session.scalar(select(func.count()).select_from(Event)) == before
    assert judge(second, first, False, by=SECOND)
    verdict = db.session.scalars(select(SimilarityVerdict)).one()
    assert (verdict.similar, verdict.judged_by_id) == (False, actor(db.session(), SECOND).user_id)
    assert verdict.first_id < verdict.second_id
    assert judge(first, second, None)
    assert not judge(first, second, None)


def test_what_cannot_be_compared_is_refused(app: Flask) -> None:
    first, other = report(**CARD), theme()
    with pytest.raises(InputRefused):
        judge(first, first, True)
    with pytest.raises(InputRefused):
        judge(first, other, True)
    assert db.session.scalar(select(func.count()).select_from(SimilarityVerdict)) == 0


@pytest.mark.parametrize(
    ("who", "refusal"),
    [(OFFICE, NotPermitted), (ADVISER, NotVisible), (CASE_MANAGER, NotVisible), (ELSEWHERE, NotVisible)],
)
def test_only_the_coordination_judges(app: Flask, who: str, refusal: type[Exception]) -> None:
    first, second = report(ADVISER, **CARD), report(ADVISER, **CARDS)
    with pytest.raises(refusal):
        judge(first, second, True, by=who)
    assert db.session.scalar(select(func.count()).select_from(SimilarityVerdict)) == 0


# --- who sees what ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("who", [ADVISER, CASE_MANAGER, ELSEWHERE])
def test_nobody_else_gets_an_answer_not_even_about_an_own_report(app: Flask, who: str) -> None:
    mine = report(who, **CARD)
    report(**CARDS)
    with pytest.raises(NotVisible):
        part_of(mine, who)
    person = actor(db.session(), who)
    assert hints(db.session(), person, [stored(mine).id]) == {}


def test_a_report_of_another_kind_is_not_compared(app: Flask) -> None:
    with pytest.raises(NotVisible):
        part_of(theme())
    with pytest.raises(NotVisible):
        part_of(own_process())


# --- the list --------------------------------------------------------------------------------------------------------


def test_the_list_says_how_many_are_surely_similar_and_to_which_theme_they_belong(app: Flask) -> None:
    some = [report(**CARD) for _ in range(3)]
    new, other = report(**CARD), report(**VALLEY)
    coordinator = actor(db.session(), COORDINATOR)
    ids = [stored(one).id for one in (new, other)]
    db.session.rollback()
    assert hints(db.session(), coordinator, ids) == {ids[0]: Hint(3, None)}
    common = theme("Fiktionsbescheinigungen")
    for one in some:
        with work(COORDINATOR, one) as (session, person, record):
            link_records(session, person, NOW, record=record, other=stored_in(session, common), kind=THEME)
    db.session.rollback()
    assert hints(db.session(), coordinator, ids) == {ids[0]: Hint(3, common)}
    assert part_of(new).themes == [(common, "Fiktionsbescheinigungen")]


# --- bad input, damage, upgrades ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "text",
    [
        "Amt",
        "12 345 678 90",
        "!!! ???",
        "Πού είναι η άδεια διαμονής;",
        "أين تصريح الإقامة",
        "请问居留许可在哪里",
        "🏠🏠🏠",
        "a" * 4000,
    ],
)
def test_any_text_is_taken_and_breaks_nothing(app: Flask, text: str) -> None:
    reference, other = report(titel=text[:100], situation=text), report(titel=text[:100], situation=text)
    assert entry(reference).features
    assert part_of(other) is not None


def test_a_text_of_a_megabyte_is_read_in_part(app: Flask) -> None:
    reference = report(**CARD)
    with work(COORDINATOR, reference) as (session, _person, record):
        record.answers = record.answers | {"situation": "Fiktionsbescheinigung und Wartezeit " * 30_000}
        similar_reports.analyse_record(session, record)
    assert 0 < len(entry(reference).features) < 100_000


def test_missing_outdated_and_damaged_analyses_are_renewed(app: Flask) -> None:
    missing, outdated, damaged, fine = (report(**CARD) for _ in range(4))
    take(ADVISER, report(ADVISER, **CARD), "zurueckziehen")
    with unit_of_work() as session:
        session.delete(session.get(SimilarityEntry, stored_in(session, missing).id))
        session.get_one(SimilarityEntry, stored_in(session, outdated).id).version = "older"
        session.get_one(SimilarityEntry, stored_in(session, damaged).id).features = b"\x00broken"
    similar_index.forget()
    assert set(found(fine)) == set(), "none of the three can be read"
    assert part_of(fine).waiting == 1
    done: list[int] = []
    assert similar_reports.reindex(unit_of_work, db.session(), progress=done.append) == 3
    assert done == [3]
    assert set(found(fine)) == {missing, outdated, damaged}
    assert similar_reports.reindex(unit_of_work, db.session()) == 0
    assert similar_reports.count_due(db.session()) == 0


def test_a_record_that_waits_for_its_analysis_is_answered_all_the_same(app: Flask) -> None:
    first, second = report(**CARD), report(**CARDS)
    with unit_of_work() as session:
        session.delete(session.get(SimilarityEntry, stored_in(session, second).id))
    assert found(second) == [first]


def test_an_analyser_that_fails_loses_no_report(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    first = report(**CARD)

    def broken(_report: object) -> None:
        raise RuntimeError("no")

    with monkeypatch.context() as patch:
        patch.setattr(similar_texts.analyser(), "analyse", broken)
        second = report(**CARDS)
    assert db.session.get(SimilarityEntry, stored(second).id) is None
    similar_reports.reindex(unit_of_work, db.session())
    assert found(first) == [second]


def test_people_without_grants_are_asked_nothing(app: Flask) -> None:
    reference = report(**CARD)
    assert hints(db.session(), Actor("anyone"), [stored(reference).id]) == {}


def test_memory_is_counted(app: Flask) -> None:
    report(**CARD)
    assert similar_index.up_to_date(db.session()).memory_bytes() > 0


def test_hints_follow_new_changed_and_withdrawn_reports(app: Flask) -> None:
    coordinator = actor(db.session(), COORDINATOR)
    first = report(**CARD)
    ids = [stored(first).id]

    def hinted() -> Hint | None:
        db.session.rollback()
        return hints(db.session(), coordinator, ids).get(ids[0])

    assert hinted() is None
    second = report(**CARD)
    assert hinted() == Hint(1, None)
    judge(first, second, False)
    assert hinted() is None
    judge(first, second, None)
    third = report(ADVISER, **CARD)
    assert hinted() == Hint(2, None)
    take(ADVISER, third, "zurueckziehen")
    assert hinted() == Hint(1, None)


def test_a_list_does_not_wait_for_a_large_index(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(similar_index, "ROWS_AT_ONCE", 5)
    first, _second = report(**CARD), report(**CARD)
    db.session.rollback()
    coordinator = actor(db.session(), COORDINATOR)
    assert hints(db.session(), coordinator, [stored(first).id]) == {}
    aside = similar_index.shelf_of(db.session())._aside
    assert aside is not None
    aside.join(30)
    assert hints(db.session(), coordinator, [stored(first).id]) == {stored(first).id: Hint(1, None)}
