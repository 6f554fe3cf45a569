"""No hidden figure can be computed from what is published with it: not by algebra, and not by knowing how hiding works."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from itertools import product
from typing import Any

import pytest
from hypothesis import Phase, example, given, settings
from hypothesis import strategies as st

from kimforms.engine.small_numbers import (
    FIRST,
    Count,
    Figures,
    hidden_cells,
    hidden_cross,
    hidden_total,
    protected,
    spread,
)

from .attacker import System

FIELDS = tuple("ABCDE")
PLACES = tuple("uvwxyz")
NO_SHRINKING = (Phase.explicit, Phase.generate)  # solving all those programs again and again would take minutes
thresholds = st.sampled_from([3, 4, 5, 7])
counts = st.one_of(st.integers(0, 6), st.integers(0, 6), st.integers(0, 40))


@pytest.mark.parametrize(
    ("numbers", "hidden"),
    [
        ({"a": 12, "b": 7, "c": 5}, ""),  # nothing is small
        ({"a": 12, "b": 0, "c": 0}, ""),  # zeros are told
        ({"a": 20, "b": 9, "c": 2}, "bc"),  # alone, c would be what is missing in the sum
        ({"a": 20, "b": 9, "c": 2, "d": 4}, "cd"),  # 6 for both leaves 1 to 5 for each
        ({"a": 20, "b": 9, "c": 1, "d": 1}, "bcd"),  # 2 for both would be 1 and 1
        ({"a": 6, "b": 2, "c": 0}, "ab"),
        ({"a": 1, "b": 1, "c": 1, "d": 1, "e": 1, "f": 0}, "abcdef"),  # not even the zero: five times one would show
    ],
)
def test_small_cells_take_others_with_them(numbers: dict[str, int], hidden: str) -> None:
    assert hidden_cells(numbers, 5) == frozenset(hidden)


@pytest.mark.parametrize(("total", "hidden"), [(0, False), (1, True), (4, True), (5, False)])
def test_a_small_total_is_hidden(total: int, hidden: bool) -> None:
    assert hidden_total(total, 5) is hidden


def lists(total: int, size: int) -> Iterator[tuple[int, ...]]:
    """All ways to spread a total over so many cells."""
    if size == 1:
        yield (total,)
        return
    for first in range(total + 1):
        for rest in lists(total - first, size - 1):
            yield first, *rest


def not_open(published: Mapping[Any, list[tuple[int, ...]]]) -> list[Any]:
    """Publications in which a hidden place has the same number in all data that lead to it."""
    return [
        page
        for page, data in published.items()
        for place, shown in enumerate(page)
        if shown is None and len({one[place] for one in data}) < 2
    ]


@pytest.mark.parametrize("threshold", [3, 4, 5])
@pytest.mark.parametrize("size", [2, 3, 4, 5, 6])
def test_who_knows_how_hiding_works_finds_nothing_in_a_list(threshold: int, size: int) -> None:
    """The strongest reader: goes through all data that lead to the same page. Holds for all totals up to 13."""
    for total in range(threshold, 14 if size < 6 else 9):
        published = defaultdict(list)
        for numbers in lists(total, size):
            hidden = hidden_cells(dict(enumerate(numbers)), threshold)
            published[tuple(None if at in hidden else one for at, one in enumerate(numbers))].append(numbers)
        assert not_open(published) == []


def page_of(
    rows: int, columns: int, numbers: tuple[int, ...], threshold: int
) -> tuple[tuple[Any, ...], tuple[int, ...]]:
    """Both lists and the table as published, and what is behind it."""
    table = {(row, column): numbers[row * columns + column] for row in range(rows) for column in range(columns)}
    by_row = {row: sum(table[row, column] for column in range(columns)) for row in range(rows)}
    by_column = {column: sum(table[row, column] for row in range(rows)) for column in range(columns)}
    no_rows, no_columns = hidden_cells(by_row, threshold), hidden_cells(by_column, threshold)
    hidden = hidden_cross(table, by_row, by_column, threshold, hidden_rows=no_rows, hidden_columns=no_columns)
    shown = (
        *(None if row in no_rows else number for row, number in by_row.items()),
        *(None if column in no_columns else number for column, number in by_column.items()),
        *(None if cell in hidden else number for cell, number in table.items()),
    )
    return shown, (*by_row.values(), *by_column.values(), *numbers)


@pytest.mark.parametrize(
    ("rows", "columns", "total", "threshold"),
    [
        (2, 2, 9, 3),
        (2, 2, 14, 5),
        (2, 2, 20, 5),
        (2, 3, 8, 3),
        (2, 3, 11, 5),
        (3, 2, 10, 4),
        (3, 3, 7, 3),
        (3, 3, 8, 4),
    ],
)
def test_who_knows_how_hiding_works_finds_nothing_in_a_table(
    rows: int, columns: int, total: int, threshold: int
) -> None:
    published = defaultdict(list)
    for numbers in lists(total, rows * columns):
        shown, behind = page_of(rows, columns, numbers, threshold)
        published[shown].append(behind)
    assert not_open(published) == []


def least_of(hidden: Any, cells: Mapping[Any, int]) -> int:
    """Hidden is at least one where zeros are shown; not where zeros are hidden too, nor where nothing is shown at all."""
    return 0 if any(not cells[one] for one in hidden) or len(hidden) == len(cells) else 1


def published_system(
    total: int,
    fields: Mapping[str, int],
    tables: Mapping[str, tuple[Mapping[str, int], Mapping[tuple[str, str], int], bool]],
    threshold: int,
) -> tuple[System, list[Any]]:
    """All that the page of one period says, as equations; and the names of what it hides.

    ``tables``: name -> (list, table against the fields, whether a report may have several values).
    """
    system, secret = System(), []

    def say(name: Any, number: int, hidden: bool, least: int) -> None:
        if not hidden:
            system.equal({name: 1}, number)
        else:
            system.at_least({name: 1}, least)
            secret.append(name)

    no_fields = hidden_cells(fields, threshold)
    for one, number in fields.items():
        say(one, number, one in no_fields, least_of(no_fields, fields))
    system.equal(dict.fromkeys(fields, 1), total)
    for name, (listed, cells, several) in tables.items():
        gone = hidden_cells(listed, threshold)
        for place, number in listed.items():
            say((name, place), number, place in gone, least_of(gone, listed))
            system.at_most({(name, place): 1}, total)
        hidden = hidden_cross(cells, fields, listed, threshold, hidden_rows=no_fields, hidden_columns=gone)
        open_ones = [one for one in hidden if one[0] not in no_fields and one[1] not in gone]
        visible = {one: cells.get(one, 0) for one in product(fields, listed) if fields[one[0]] and listed[one[1]]}
        least = least_of(open_ones, visible)
        for cell in product(fields, listed):
            say((name, cell), cells.get(cell, 0), cell in hidden, least if cell in open_ones else 0)
            system.at_most({(name, cell): 1, cell[0]: -1}, 0)
        for one in fields:
            row = {(name, (one, place)): 1 for place in listed}
            if several:
                system.at_least({**row, one: -1}, 0)
            else:
                system.equal({**row, one: -1}, 0)
        for place in listed:
            system.equal({**{(name, (one, place)): 1 for one in fields}, (name, place): -1}, 0)
    return system, secret


@st.composite
def tables_of_partitions(draw: st.DrawFn) -> tuple[int, dict[str, int], dict[tuple[str, str], int]]:
    fields, places = FIELDS[: draw(st.integers(2, 3))], PLACES[: draw(st.integers(2, 4))]
    cells = {cell: draw(counts) for cell in product(fields, places)}
    by_field = {one: sum(cells[one, place] for place in places) for one in fields}
    return sum(cells.values()), by_field, cells


def listed(cells: Mapping[tuple[str, str], int]) -> dict[str, int]:
    found: dict[str, int] = {}
    for (_field, place), number in cells.items():
        found[place] = found.get(place, 0) + number
    return found


@given(tables_of_partitions(), thresholds)
@settings(max_examples=40, deadline=None, phases=NO_SHRINKING)
def test_linear_programs_leave_every_hidden_figure_open(
    data: tuple[int, dict[str, int], dict[tuple[str, str], int]], threshold: int
) -> None:
    total, fields, cells = data
    if 0 < total < threshold:
        return  # nothing is published
    system, secret = published_system(total, fields, {"x": (listed(cells), cells, False)}, threshold)
    for name in secret:
        lowest, highest = system.range_of(name)
        assert highest > lowest, (name, lowest)


@given(tables_of_partitions(), thresholds)
@settings(max_examples=40, deadline=None, phases=NO_SHRINKING)
def test_small_figures_are_as_open_as_the_word_says(
    data: tuple[int, dict[str, int], dict[tuple[str, str], int]], threshold: int
) -> None:
    """What is hidden for being small could as well be any other small number, or nearly."""
    total, fields, cells = data
    if 0 < total < threshold:
        return
    system, secret = published_system(total, fields, {"x": (listed(cells), cells, False)}, threshold)
    for name in secret:
        number = fields.get(name) if isinstance(name, str) else cells.get(name[1], listed(cells).get(name[1]))
        if number is not None and 0 < number < threshold:
            lowest, highest = system.range_of(name)
            assert highest - lowest >= min(spread(threshold), total - 1), (name, lowest, highest)


@st.composite
def reports(draw: st.DrawFn) -> list[tuple[str, frozenset[str], str]]:
    """Single reports: one field, one or several places, one quarter."""
    fields, places = FIELDS[: draw(st.integers(2, 3))], PLACES[: draw(st.integers(2, 4))]
    one = st.tuples(
        st.sampled_from(fields),
        st.frozensets(st.sampled_from(places), min_size=1, max_size=3),
        st.sampled_from(["q1", "q2"]),
    )
    return [
        report for report, times in draw(st.lists(st.tuples(one, st.integers(1, 9)), max_size=14)) for _ in range(times)
    ]


EVERYBODY_IN_U = [
    *[("A", frozenset("u"), "q1")] * 12, *[("A", frozenset("uvw"), "q1")] * 13, *[("A", frozenset("uvw"), "q2")] * 3,
    *[("B", frozenset("uw"), "q2")] * 7, ("B", frozenset("uvw"), "q2"), *[("B", frozenset("u"), "q1")] * 5,
]  # fmt: skip


@example(EVERYBODY_IN_U, 4)
@given(reports(), thresholds)
@settings(max_examples=15, deadline=None, phases=NO_SHRINKING)
def test_lists_and_tables_of_a_page_leave_every_hidden_figure_open_together(
    data: list[tuple[str, frozenset[str], str]], threshold: int
) -> None:
    """Two tables at once, one of them over a dimension of which a report may have several values.

    Where every report names the same place, the sums alone tell each field's number there: no small number, and nothing
    that hiding a cell could change.
    """
    if len(data) < threshold:
        return
    fields = dict.fromkeys(FIELDS[:3], 0)
    places, by_place = dict.fromkeys(PLACES[:4], 0), defaultdict(int)
    quarters, by_quarter = {"q1": 0, "q2": 0}, defaultdict(int)
    for field, some, quarter in data:
        fields[field] += 1
        quarters[quarter] += 1
        by_quarter[field, quarter] += 1
        for place in some:
            places[place] += 1
            by_place[field, place] += 1
    tables = {"place": (places, by_place, True), "quarter": (quarters, by_quarter, False)}
    system, secret = published_system(len(data), fields, tables, threshold)  # type: ignore[arg-type]
    for name in secret:
        lowest, highest = system.range_of(name)
        if highest == lowest:
            kind, (field, place) = name
            assert kind == "place" and places[place] == len(data) and fields[field] >= threshold, (name, lowest)


def test_the_attacker_finds_what_is_not_protected() -> None:
    """Only the small cells hidden, as simple programs do it: the attacker computes them all."""
    system = System()
    system.equal({"a": 1, "b": 1, "c": 1}, 31)
    system.equal({"a": 1}, 20)
    system.equal({"b": 1}, 9)
    assert system.range_of("c") == (2, 2)
    system = System()
    system.at_least({"a": 1}, 1)
    system.at_least({"b": 1}, 1)
    system.equal({"a": 1, "b": 1}, 2)
    assert system.range_of("a") == (1, 1), "two ones"


def test_a_bridge_between_two_cycles_is_not_enough() -> None:
    """Each line has two hidden cells, and yet the one between two squares could be computed: something more is hidden."""
    cells = {
        ("a", "u"): 3, ("a", "v"): 9, ("b", "u"): 9, ("b", "v"): 3, ("b", "w"): 2, ("c", "w"): 9, ("c", "x"): 3,
        ("d", "w"): 3, ("d", "x"): 9, ("a", "w"): 20, ("a", "x"): 20, ("b", "x"): 20, ("c", "u"): 20, ("c", "v"): 20,
        ("d", "u"): 20, ("d", "v"): 20,
    }  # fmt: skip
    fields = {one: sum(number for cell, number in cells.items() if cell[0] == one) for one in "abcd"}
    system, secret = published_system(sum(fields.values()), fields, {"x": (listed(cells), cells, False)}, 5)
    assert ("x", ("b", "w")) in secret
    for name in secret:
        lowest, highest = system.range_of(name)
        assert highest - lowest >= 3


@given(tables_of_partitions(), thresholds)
@settings(max_examples=100, deadline=None, phases=NO_SHRINKING)
def test_every_small_figure_is_hidden_and_nothing_without_need(
    data: tuple[int, dict[str, int], dict[tuple[str, str], int]], threshold: int
) -> None:
    _total, fields, cells = data
    gone = hidden_cells(fields, threshold)
    assert gone >= {one for one, number in fields.items() if 0 < number < threshold}
    hidden = hidden_cross(cells, fields, listed(cells), threshold, hidden_rows=gone)
    assert hidden >= {cell for cell, number in cells.items() if 0 < number < threshold}
    if all(not 0 < number < threshold for number in (*fields.values(), *listed(cells).values(), *cells.values())):
        assert not gone and not hidden


@st.composite
def figures(draw: st.DrawFn) -> Figures:
    """Reports and cases by field, place (several) and quarter, with cases that nobody can derive from the reports."""
    lists: dict[str, dict[Any, list[int]]] = {
        FIRST: {one: [0, 0] for one in FIELDS[:3]},
        "place": {one: [0, 0] for one in PLACES[:3]},
        "quarter": {"q1": [0, 0], "q2": [0, 0]},
    }
    tables: dict[str, dict[Any, list[int]]] = {"place": {}, "quarter": {}}
    total = [0, 0]
    for (field, places, quarter), cases in draw(st.lists(st.tuples(SINGLE, st.integers(0, 3)), max_size=40)):
        counted = [total, lists[FIRST][field], lists["quarter"][quarter], *(lists["place"][one] for one in places)]
        counted.append(tables["quarter"].setdefault((field, quarter), [0, 0]))
        counted += [tables["place"].setdefault((field, one), [0, 0]) for one in places]
        for number in counted:
            number[0] += 1
            number[1] += cases
    return Figures(
        Count(*total),
        {name: {key: Count(*one) for key, one in cells.items()} for name, cells in lists.items()},
        {name: {key: Count(*one) for key, one in cells.items()} for name, cells in tables.items()},
    )


SINGLE = st.tuples(
    st.sampled_from(FIELDS[:3]),
    st.frozensets(st.sampled_from(PLACES[:3]), min_size=1, max_size=2),
    st.sampled_from(["q1", "q2"]),
)


@given(figures(), thresholds)
@settings(max_examples=25, deadline=None, phases=NO_SHRINKING)
def test_cases_are_as_well_kept_as_reports(data: Figures, threshold: int) -> None:
    shown = protected(data, threshold)
    if shown.total is None:
        assert not any(one for cells in (*shown.lists.values(), *shown.tables.values()) for one in cells.values())
        return
    for measure in ("reports", "cases"):
        system, secret = System(), []
        parts: list[tuple[Any, Mapping[Any, Any], Mapping[Any, Any]]] = [
            *((name, shown.lists[name], data.lists[name]) for name in data.lists),
            *((("t", name), shown.tables[name], data.tables[name]) for name in data.tables),
        ]
        for table, visible, behind in parts:
            for key, count in visible.items():
                number = getattr(behind.get(key, Count()), measure)
                system.at_most({(table, key): 1}, getattr(data.total, measure))
                if count is not None:
                    system.equal({(table, key): 1}, number)
                    assert not 0 < number < threshold
                elif number:
                    secret.append((table, key))
        system.equal({(FIRST, key): 1 for key in data.lists[FIRST]}, getattr(data.total, measure))
        system.equal({("quarter", key): 1 for key in data.lists["quarter"]}, getattr(data.total, measure))
        for table in data.tables:
            for place in data.lists[table]:
                column = {(("t", table), (field, place)): 1 for field in data.lists[FIRST]}
                system.equal({**column, (table, place): -1}, 0)
            for field in data.lists[FIRST]:
                row = {(("t", table), (field, place)): 1 for place in data.lists[table]}
                known = system.equal if table == "quarter" else system.at_least
                known({**row, (FIRST, field): -1}, 0)
        for name in secret:
            lowest, highest = system.range_of(name)
            assert highest > lowest, (measure, name, lowest)


def test_a_case_that_several_reports_tell_is_a_small_number() -> None:
    """Six reports of one case: the number of reports would be large enough, the number of people is not."""
    lists = {FIRST: {"a": Count(6, 1), "b": Count(30, 40), "c": Count(20, 20)}}
    shown = protected(Figures(Count(56, 61), lists, {}), 5)
    assert shown.lists[FIRST]["a"] is None
    assert sum(one is None for one in shown.lists[FIRST].values()) == 2


def test_a_small_total_hides_all_lists() -> None:
    lists = {FIRST: {"a": Count(4, 9), "b": Count()}}
    shown = protected(Figures(Count(4, 9), lists, {}), 5)
    assert shown == Figures(None, {FIRST: {"a": None, "b": None}}, {})


def test_nothing_reported_is_told() -> None:
    lists = {FIRST: {"a": Count(), "b": Count()}, "place": {"u": Count()}}
    data = Figures(Count(), lists, {"place": {}})
    assert protected(data, 5).lists == lists


@pytest.mark.parametrize("threshold", [0, 1, 2, -5])
def test_a_threshold_that_hides_nothing_is_refused(threshold: int) -> None:
    with pytest.raises(ValueError, match="hides nothing"):
        protected(Figures(Count(), {FIRST: {}}, {}), threshold)


@given(figures(), st.sampled_from([3, 5]), st.integers(1, 6))
@settings(max_examples=60, deadline=None)
def test_a_raised_threshold_shows_nothing_that_was_hidden_before(data: Figures, threshold: int, more: int) -> None:
    before = protected(data, threshold)
    after = protected(data, threshold + more, before)
    assert after.total is None or before.total is not None
    for old, new in zip(
        (*before.lists.values(), *before.tables.values()), (*after.lists.values(), *after.tables.values()), strict=True
    ):
        assert {key for key, count in old.items() if count is None} <= {
            key for key, count in new.items() if count is None
        }
        assert not [count for count in new.values() if count and 0 < count.reports < threshold + more]
