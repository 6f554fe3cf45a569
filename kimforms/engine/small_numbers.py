"""Disclosure control: which figures of a published statistic stay hidden so that no small number can be computed.

Pure. Called by `services/statistics.py` when the figures of a period are released. The rules and their limits stand in
`docs/decisions/0009-small-numbers.md`; terms follow Hundepool et al., Statistical Disclosure Control (2012): *primary* cells are
small, *complementary* ones are hidden so that nobody computes a primary one. Readers see no difference between the two.

What is published of one period: the total, one list for each dimension, and tables of the first dimension against
each other one. The first dimension has to be a partition (each report has exactly one value). Then everything that
the tables say together follows from each table and the list of the first dimension alone, so each table can be protected by itself.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Collection, Hashable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

Key = Hashable
Cell = tuple[Key, Key]

LOWEST_THRESHOLD = 3
"""With 2, a hidden number would always be a one."""
FIRST = "field"
"""The first dimension: the field of action, of which each report has exactly one, be it "not given"."""
REST = ("rest",)
"""Stands for all lines together whose own sum is hidden."""


@dataclass(frozen=True)
class Count:
    """How many reports, and how many cases they stand for; the coordination may have stated fewer cases than reports."""

    reports: int = 0
    cases: int = 0


Shown = Count | None
"""What a reader gets to see: a hidden figure is None, for reports and cases alike."""


@dataclass(frozen=True)
class Figures:
    """All figures of one period: the total, a list for each dimension, and tables of ``FIRST`` against other dimensions.

    Lists hold every value of their dimension, with zeros; in tables missing cells are zeros.
    """

    total: Shown
    lists: Mapping[str, Mapping[Key, Shown]]
    tables: Mapping[str, Mapping[Cell, Shown]]


def protected(figures: Figures, threshold: int, before: Figures | None = None) -> Figures:
    """The figures as they may be published; raises ValueError below ``LOWEST_THRESHOLD``.

    A small total hides everything. Otherwise the lists come first, then each table with the lists as they are shown.
    ``before`` is how they were published under a lower threshold: what was hidden then stays hidden, so that nobody
    learns anything from having both.
    """
    if threshold < LOWEST_THRESHOLD:
        raise ValueError(f"a threshold of {threshold} hides nothing")
    total = figures.total or Count()
    if hidden_total(total.reports, threshold) or hidden_total(total.cases, threshold):
        nothing = {name: dict.fromkeys(cells) for name, cells in figures.lists.items()}
        return Figures(None, nothing, {name: dict.fromkeys(_places(figures, name)) for name in figures.tables})
    gone = {
        name: _gone_from_list(cells, threshold, _hidden_in(before.lists[name]) if before else frozenset())
        for name, cells in figures.lists.items()
    }
    lists = {
        name: {key: None if key in gone[name] else count for key, count in cells.items()}
        for name, cells in figures.lists.items()
    }
    tables = {
        name: _table(figures, name, gone, threshold, _hidden_in(before.tables[name]) if before else frozenset())
        for name in figures.tables
    }
    return Figures(total, lists, tables)


def _places(figures: Figures, name: str) -> list[Cell]:
    return [(row, column) for row in figures.lists[FIRST] for column in figures.lists[name]]


def _hidden_in(cells: Mapping[Any, Shown]) -> frozenset[Any]:
    return frozenset(key for key, count in cells.items() if count is None)


def _gone_from_list(cells: Mapping[Key, Shown], threshold: int, also: frozenset[Key]) -> frozenset[Key]:
    gone = hidden_cells({key: count.reports for key, count in cells.items() if count}, threshold, also)
    return hidden_cells({key: count.cases for key, count in cells.items() if count}, threshold, also=gone)


def _table(
    figures: Figures, name: str, gone: Mapping[str, frozenset[Key]], threshold: int, hidden: frozenset[Cell]
) -> dict[Cell, Shown]:
    cells = {cell: figures.tables[name].get(cell) or Count() for cell in _places(figures, name)}
    rows = {key: count or Count() for key, count in figures.lists[FIRST].items()}
    columns = list(figures.lists[name])
    for measure in ("reports", "cases"):
        hidden |= hidden_cross(
            {cell: getattr(count, measure) for cell, count in cells.items()},
            {key: getattr(count, measure) for key, count in rows.items()},
            columns,
            threshold,
            hidden_rows=gone[FIRST],
            hidden_columns=gone[name],
            also=hidden,
        )
    return {cell: None if cell in hidden else count for cell, count in cells.items()}


def spread(threshold: int) -> int:
    """How far apart the lowest and the highest possible value of a hidden cell have to be: as far as "1 to threshold - 1"."""
    return max(threshold - 2, 2)


def hidden_total(total: int, threshold: int) -> bool:
    """Whether a total itself is small; then nothing of it may be broken down."""
    return 0 < total < threshold


def hidden_cells(cells: Mapping[Key, int], threshold: int, also: Collection[Key] = frozenset()) -> frozenset[Key]:
    """The cells of one list to be hidden while their sum is shown. The sum has to be 0 or at least ``threshold``.

    Hidden are the small ones and then the next smallest, until there are two and enough between them to leave each
    open, even to somebody who knows this rule; zeros stay. When that is not to be had, the whole list is
    hidden, zeros too. The same holds for dimensions of which a report may have several values, where the cells sum up
    to more than the total: whoever knows by how much has the case here, everybody else knows less. ``also`` are hidden
    anyway, since another figure of the same cells wants it; they count as company.
    """
    given = frozenset(key for key, number in cells.items() if number < threshold and number) | frozenset(also)
    if not given:
        return frozenset()
    order = sorted(
        (key not in given, number, repr(key), key) for key, number in cells.items() if number or key in given
    )
    for count in range(max(len(given), 2), len(order) + 1):
        hidden = [number for _given, number, _name, _key in order[:count]]
        following = order[count][1] if count < len(order) else None
        if following != max(hidden) and _open_enough(hidden, following, threshold):
            return frozenset(key for *_rest, key in order[:count])
    return frozenset(cells)


def _open_enough(hidden: list[int], following: int | None, threshold: int) -> bool:
    """Whether each hidden cell may be small as well as not, for a reader who knows sum and rule: all are at least one,
    and smaller than ``following``, the smallest that is shown."""
    total, others = sum(hidden), len(hidden) - 1
    highest = total - others if following is None else min(total - others, following - 1)
    lowest = 1 if following is None else max(1, total - others * (following - 1))
    return highest - lowest >= spread(threshold)


@dataclass
class _Grid:
    """A table whose line sums are known, the lines with hidden sums put together into ``REST``.

    ``reports`` has the number of reports of each row, ``lumped`` the number of columns in ``REST``. As far as a reader
    knows, ``hidden`` cells may be raised up to ``most`` and lowered down to ``least``; the sums of rows and columns do not
    move. What a reader can find out is then a question of flows between rows and columns.
    """

    values: dict[Cell, int]
    reports: Mapping[Key, int]
    lumped: int
    hidden: set[Cell]
    zero_hidden: bool = False
    by_row: dict[Key, list[Key]] = field(default_factory=dict)
    by_column: dict[Key, list[Key]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for row, column in self.values:
            self.by_row.setdefault(row, []).append(column)
            self.by_column.setdefault(column, []).append(row)

    def least(self, cell: Cell) -> int:
        """Zeros are shown as zeros, so what is hidden is at least one; unless zeros are among the hidden."""
        return 0 if self.zero_hidden and REST not in cell else 1

    def is_empty(self, cell: Cell) -> bool:
        """Whether a sum that is shown says that nothing is there."""
        row, column = cell
        empty_row = row != REST and not self.reports[row]
        return empty_row or (column != REST and not any(self.values[other, column] for other in self.by_column[column]))

    def most(self, cell: Cell) -> int:
        """No cell counts a report twice; the rest of the columns may count it once for each of them."""
        return self.reports[cell[0]] * (self.lumped if cell[1] == REST else 1)

    def width(self, cell: Cell, wanted: int) -> int:
        """How far apart the lowest and highest possible values of a hidden cell are; counting stops at ``wanted``."""
        up = self._pushed(cell, wanted, raise_it=True)
        return up if up >= wanted else up + self._pushed(cell, wanted - up, raise_it=False)

    def _pushed(self, cell: Cell, wanted: int, *, raise_it: bool) -> int:
        """Units by which the cell can be moved while all sums stay: augmenting paths through the other hidden cells."""
        moved: dict[Cell, int] = {}
        own = self.values[cell]
        room = self.most(cell) - own if raise_it else own - self.least(cell)
        wanted = min(wanted, room)
        for done in range(wanted):
            path = self._path(cell, moved, lower_first=raise_it)
            if path is None:
                return done
            for step, other in enumerate(path):
                moved[other] = moved.get(other, 0) + (1 if (step % 2 == 1) == raise_it else -1)
        return max(wanted, 0)

    def _path(self, cell: Cell, moved: Mapping[Cell, int], *, lower_first: bool) -> list[Cell] | None:
        """Hidden cells from the cell's row to its column, one lowered and one raised in turn; None when there are none."""
        start, goal = ("row", cell[0]), ("column", cell[1])
        came: dict[tuple[str, Key], tuple[tuple[str, Key], Cell] | None] = {start: None}
        queue = deque([start])
        while queue:
            node = queue.popleft()
            if node == goal:
                return _walked(came, node)
            kind, line = node
            in_row = kind == "row"
            for other_line in self.by_row[line] if in_row else self.by_column[line]:
                other = (line, other_line) if in_row else (other_line, line)
                follower = ("column" if in_row else "row", other_line)
                if other == cell or other not in self.hidden or follower in came:
                    continue
                if self._may_move(other, moved.get(other, 0), lower=in_row == lower_first):
                    came[follower] = node, other
                    queue.append(follower)
        return None

    def _may_move(self, cell: Cell, moved: int, *, lower: bool) -> bool:
        value = self.values[cell] + moved
        return value > self.least(cell) if lower else value < self.most(cell)

    def hide(self, cell: Cell) -> None:
        self.hidden.add(cell)
        if not self.values[cell]:
            self.zero_hidden = True


def _walked(came: Mapping[tuple[str, Key], tuple[tuple[str, Key], Cell] | None], node: tuple[str, Key]) -> list[Cell]:
    path = []
    while (step := came[node]) is not None:
        node, cell = step
        path.append(cell)
    return path[::-1]


def hidden_cross(
    cells: Mapping[Cell, int],
    rows: Mapping[Key, int],
    columns: Collection[Key],
    threshold: int,
    *,
    hidden_rows: Collection[Key] = (),
    hidden_columns: Collection[Key] = (),
    also: Collection[Cell] = (),
) -> frozenset[Cell]:
    """The cells of a table to be hidden while the sums of its lines are shown, but for the hidden ones.

    ``rows`` has the number of reports of each row; rows are a partition. ``columns`` may be one of which a report has
    several. Missing cells are zeros. Within lines whose own sum is hidden every cell is hidden that is not zero in all
    such lines together. For the other hidden cells holds: the tables that agree with what is shown differ in it by at least
    :func:`spread`. Where this is not to be had, everything is hidden but what a sum of zero tells. ``also`` are hidden anyway.
    """
    everything = frozenset((row, column) for row in rows for column in columns)
    row_of = {row: REST if row in hidden_rows else row for row in rows}
    column_of = {column: REST if column in hidden_columns else column for column in columns}
    values: dict[Cell, int] = {}
    reports: dict[Key, int] = {}
    for row, column in everything:
        place = row_of[row], column_of[column]
        values[place] = values.get(place, 0) + cells.get((row, column), 0)
    for row, number in rows.items():
        reports[row_of[row]] = reports.get(row_of[row], 0) + number
    grid = _Grid(
        values, reports, len(set(hidden_columns)), {cell for cell, number in values.items() if number and REST in cell}
    )
    grid.hidden |= {cell for cell, number in values.items() if 0 < number < threshold}
    for row, column in also:
        if row_of[row] != REST != column_of[column]:
            grid.hide((row, column))
    if not _widened(grid, threshold):
        grid.hidden = {cell for cell in values if not grid.is_empty(cell)}
    return frozenset(cell for cell in everything if (row_of[cell[0]], column_of[cell[1]]) in grid.hidden)


def _widened(grid: _Grid, threshold: int) -> bool:
    """Hides further cells until each that has to be is open enough; False when no cell is left that would help.

    Which ones depends on where they stand and as little as possible on their numbers, from which readers could draw conclusions.

    One look at each is enough: hiding more never tells a reader more about what was hidden before.
    """
    wanted = spread(threshold)
    waiting = deque(sorted((cell for cell in grid.hidden), key=repr))
    while waiting:
        cell = waiting.popleft()
        if REST in cell and grid.values[cell] >= threshold:
            continue  # a sum of hidden cells that is no small number; it is nowhere shown
        while grid.width(cell, wanted) < wanted:
            other = _partner(grid, cell)
            if other is None:
                return False
            grid.hide(other)
            waiting.append(other)
    return True


def _partner(grid: _Grid, cell: Cell) -> Cell | None:
    """The cell to hide next: in the same line if there is one, not zero if possible, where it closes a circle."""
    row, column = cell

    def shown(candidates: Iterable[Cell]) -> list[Cell]:
        return [one for one in candidates if one not in grid.hidden and REST not in one and not grid.is_empty(one)]

    in_row = shown((row, other) for other in grid.by_row[row])
    in_column = shown((other, column) for other in grid.by_column[column])
    hidden_in_row = {other for one, other in grid.hidden if one == row} - {column}
    hidden_in_column = {one for one, other in grid.hidden if other == column} - {row}
    if in_row and in_column:
        candidates = in_row if not hidden_in_row else in_column if not hidden_in_column else in_row + in_column
    else:
        candidates = in_row or in_column or shown(grid.values)
    with_others = {line for other in grid.hidden for line in (("row", other[0]), ("column", other[1]))}

    def cost(one: Cell) -> tuple[bool, bool, str]:
        closes = ("row", one[0]) in with_others and ("column", one[1]) in with_others
        return not grid.values[one], not closes, repr(one)

    return min(candidates, key=cost, default=None)
