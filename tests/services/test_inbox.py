"""The list of the inbox: filters, paging, who sees what, and statements that read an index and nothing else."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select, update

from kimforms.extensions import db
from kimforms.forms.inbox import Filters, read_filters, read_selection
from kimforms.models import Record, RecordFacet
from kimforms.services.queries.inbox import COLUMNS, PAGE, open_inbox
from kimforms.services.queries.inbox_statements import count_statements, page_statements
from kimforms.services.unit_of_work import unit_of_work

from ..support.databases import NOW
from ..support.inbox import (
    COLLEAGUE,
    COORDINATOR,
    ELSEWHERE,
    OFFICE,
    fill,
    inbox_of,
    page_of,
    person,
    references,
    report,
)
from ..support.queries import statements_of

TODAY = date(2026, 11, 23)
SINGLE: tuple[dict[str, str], ...] = (
    {},
    {"status": "all"},
    {"status": "closed"},
    {"state": "gemeldet"},
    {"state": "gebuendelt"},
    {"state": ":initial"},
    {"field": "arbeitsmarktintegration"},
    {"municipality": "siegburg"},
    {"municipality": "windeck"},
    {"area": "sgb2"},
    {"organisation": "integrationsagenturen"},
    {"assignee": "me"},
    {"assignee": "nobody"},
    {"age": "last-7"},
    {"age": "over-90"},
    {"due": "overdue"},
    {"due": "week"},
    {"due": "none"},
    {"order": "oldest"},
    {"order": "due"},
    {"q": "Kitaplätze"},
    {"q": "kein"},
    {"q": "xyzzy"},
)


def change(reference: str, **values: Any) -> None:
    with unit_of_work() as session:
        session.execute(update(Record).where(Record.reference == reference).values(**values))


def expected(filters: dict[str, str]) -> set[str]:
    """The same filter in plain Python over all records, so that list and count have something to be compared with."""
    facets: dict[int, set[tuple[str, str]]] = {}
    for facet in db.session.scalars(select(RecordFacet)):
        facets.setdefault(facet.record_id, set()).add((facet.name, facet.value))
    me = person(COORDINATOR).user_id
    kinds = {"municipality": "municipality", "area": "legal_area", "organisation": "organisation"}
    tests = {
        "state": lambda r, v: r.state == ("gemeldet" if v == ":initial" else v),
        "field": lambda r, v: r.field_of_action == v,
        "assignee": lambda r, v: r.assignee_id == (me if v == "me" else None),
        "age": lambda r, v: (
            r.created_at >= NOW - timedelta(7) if v == "last-7" else r.created_at <= NOW - timedelta(int(v[5:]))
        ),
        "due": lambda r, v: {
            "overdue": r.due_on is not None and r.due_on < TODAY,
            "week": r.due_on is not None and TODAY <= r.due_on <= date(2026, 11, 29),
            "none": r.due_on is None,
        }[v],
    }
    status = "all" if "state" in filters else filters.get("status", "open")
    found = set()
    for record in db.session.scalars(select(Record)):
        if status != "all" and record.open != (status == "open"):
            continue
        ok = all(
            (kinds[name], value) in facets.get(record.id, ()) if name in kinds else tests[name](record, value)
            for name, value in filters.items()
            if name not in ("status", "order")
        )
        if ok:
            found.add(record.reference)
    return found


@pytest.mark.parametrize("filters", [one for one in SINGLE if "q" not in one], ids=str)
def test_paging_shows_every_record_of_a_filter_once_and_counts_them(app: Flask, filters: dict[str, str]) -> None:
    fill(700)
    wanted = expected(filters)
    page, seen = page_of(**filters), list[str]()
    assert page.count == len(wanted) and not page.more
    assert page.previous_key is None
    pages = [references(page)]
    while page.next_key:
        page = page_of(after=page.next_key, **filters)
        pages.append(references(page))
    seen = [one for part in pages for one in part]
    assert len(seen) == len(set(seen)) and set(seen) == wanted
    if len(pages) > 2:
        back = page_of(before=page.previous_key, **filters)
        assert references(back) == pages[-2]


def test_order_is_newest_first_oldest_first_or_by_due_date_with_undated_last(app: Flask) -> None:
    fill(200)
    newest = [row.created_on for row in page_of().rows]
    assert newest == sorted(newest, reverse=True)
    oldest = [row.created_on for row in page_of(order="oldest").rows]
    assert oldest == sorted(oldest)
    page, due = page_of(order="due"), list[date | None]()
    while True:
        due += [row.due_on for row in page.rows]
        if not page.next_key:
            break
        page = page_of(order="due", after=page.next_key)
    assert due == sorted(due, key=lambda day: (day is None, day or date.min)) and None in due


@pytest.mark.parametrize("key", ["", "x", "-", "1_2_3", "²", "9" * 30, "2026-11-22_5", "-_", "None_4", "\x00"])
@pytest.mark.parametrize("order", ["newest", "due"])
def test_a_key_that_nobody_gave_out_leads_to_the_first_page(app: Flask, key: str, order: str) -> None:
    fill(60)
    if (key, order) != ("2026-11-22_5", "due"):
        assert references(page_of(after=key, order=order)) == references(page_of(order=order))


def test_the_inbox_shows_what_the_role_reads_and_nothing_of_other_controllers(app: Flask) -> None:
    reference = report()
    assert references(page_of(COORDINATOR)) == references(page_of(OFFICE)) == [reference]
    assert page_of(ELSEWHERE).rows == () and page_of(ELSEWHERE).count == 0
    assert page_of(ELSEWHERE, q="Wartezeit").rows == ()
    assert page_of(ELSEWHERE, status="all", municipality="siegburg").count == 0


def test_an_adviser_sees_no_list_at_all_not_even_the_own_report(app: Flask) -> None:
    adviser = person("beratung@caritas.example")
    report(actor=adviser)
    inbox = open_inbox(db.session(), adviser, NOW, "de")
    assert inbox.sources.processes == () and inbox.sources.people == []
    assert page_of("beratung@caritas.example").rows == ()


def test_a_row_says_state_age_places_person_and_due_date_in_words(app: Flask) -> None:
    reference = report(dringlichkeit="hoch", dringlichkeit_grund="Frist läuft", kommunen=["siegburg", "lohmar", "much"])
    change(reference, due_on=TODAY - timedelta(days=3), created_at=NOW - timedelta(days=3))
    row = page_of().rows[0]
    assert (row.state, row.age, row.due, row.due_tone, row.urgent) == (
        "gemeldet",
        "3 Tage",
        "seit 3 Tagen überfällig",
        "danger",
        True,
    )
    assert row.municipality == "Lohmar, Much +1"
    assert row.assignee == "Jonas Brandt"
    english = inbox_of(COORDINATOR, "en")[1]
    assert dict(english.choices["state"])["gemeldet"] == "reported"


def test_unknown_values_are_ignored_and_named(app: Flask) -> None:
    _actor, inbox = inbox_of()
    asked = {"state": "gibtsnicht", "municipality": "siegburg", "assignee": "999", "q": "x" * 500, "due": "overdue\x00"}
    read = read_filters(asked, inbox.choices)
    assert read.filters == Filters(q="x" * 200, municipality="siegburg")
    assert set(read.ignored) == {"state", "assignee", "due"} and read.cut
    assert read_filters({"q": "\ud800"}, inbox.choices).filters.q == ""


def test_a_view_has_one_address(app: Flask) -> None:
    _actor, inbox = inbox_of()
    asked = {"status": "open", "order": "due", "due": "overdue", "q": "", "state": ""}
    assert read_filters(asked, inbox.choices).filters.query() == "due=overdue"


def test_ticked_boxes_are_read_once_and_odd_ones_counted() -> None:
    selection = read_selection(["IH-2026-0001:3", "IH-2026-0001:3", "x", ":1", "IH-2:²", "IH-2026-0002:1"])
    assert selection.chosen == (("IH-2026-0001", 3), ("IH-2026-0002", 1)) and selection.unreadable == 3


def test_a_page_sends_as_many_statements_for_25_rows_as_for_one(app: Flask) -> None:
    report()
    with statements_of(app) as one:
        page_of()
    fill(400)
    with statements_of(app) as many:
        assert len(page_of().rows) == PAGE
    assert len(one) == len(many) <= 18  # two of them for each process that the person reads


@pytest.mark.parametrize("analysed", [False, True])
def test_no_filter_reads_a_table_from_end_to_end(app: Flask, analysed: bool) -> None:
    """SQLite's plans, with and without statistics: no scan of a large table, no sort of more than one branch."""
    if db.engine.dialect.name != "sqlite":
        pytest.skip("PostgreSQL plans by the size of its tables")
    fill(1500)
    actor, inbox = inbox_of()
    if analysed:
        db.session.connection().exec_driver_sql("ANALYZE")
    for filters in SINGLE:
        view = inbox.view(actor, Filters(**filters), NOW)
        pages = page_statements(db.session(), view, COLUMNS, view.order, after=None, limit=PAGE + 1)
        for statement in (*pages, *count_statements(db.session(), view)):
            plan = plan_of(statement)
            assert not [step for step in plan if step.startswith("SCAN") and not known_as_small(step)], (filters, plan)
            assert not [step for step in plan if "TEMP B-TREE" in step], (filters, plan)


def known_as_small(step: str) -> bool:
    """The virtual table is read along its own index; a limited part and a constant are no tables."""
    return "VIRTUAL TABLE INDEX" in step or "(subquery" in step or "CONSTANT ROW" in step or "anon_" in step


def plan_of(statement: Any) -> list[str]:
    compiled = statement.compile(db.engine, compile_kwargs={"render_postcompile": True})
    values = compiled.construct_params()
    bound = [
        compiled._bind_processors.get(name, lambda value: value)(values[name]) for name in compiled.positiontup or ()
    ]
    rows = db.session.connection().exec_driver_sql(f"EXPLAIN QUERY PLAN {compiled}", tuple(bound))
    return [row[3] for row in rows]


def test_facets_follow_when_a_record_is_closed(app: Flask) -> None:
    reference = report()
    assert references(page_of(municipality="siegburg")) == [reference]
    from kimforms.services.catalogues import catalogues  # noqa: PLC0415
    from kimforms.services.records.transitions import perform_transition  # noqa: PLC0415

    with unit_of_work() as session:
        record = session.scalars(select(Record).where(Record.reference == reference)).one()
        perform_transition(
            session,
            person(COLLEAGUE),
            NOW,
            record=record,
            transition_id="verweisen",
            data={"reason": "Einzelfall"},
            row_version=None,
            catalogues=catalogues(session),
        )
    assert page_of(municipality="siegburg").rows == ()
    assert references(page_of(municipality="siegburg", status="closed")) == [reference]
    assert db.session.scalar(select(func.count()).select_from(RecordFacet).where(RecordFacet.open)) == 0
