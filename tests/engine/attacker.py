"""A reader who tries to compute hidden figures from all that is published: linear programs in exact fractions."""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction

Terms = Mapping[Hashable, int]


@dataclass
class System:
    """Equations and inequalities over unknown counts, none of which is negative."""

    rows: list[tuple[dict[Hashable, int], int]] = field(default_factory=list)
    names: dict[Hashable, int] = field(default_factory=dict)

    def equal(self, terms: Terms, value: int) -> None:
        for name in terms:
            self.names.setdefault(name, len(self.names))
        self.rows.append((dict(terms), value))

    def at_least(self, terms: Terms, value: int) -> None:
        self.equal({**terms, ("slack", len(self.rows)): -1}, value)

    def at_most(self, terms: Terms, value: int) -> None:
        self.equal({**terms, ("slack", len(self.rows)): 1}, value)

    def range_of(self, name: Hashable) -> tuple[int, int]:
        """The lowest and the highest value that agrees with everything known."""
        lowest, highest = self._extreme({name: 1}), self._extreme({name: -1})
        return int(lowest), int(-highest)

    def _extreme(self, goal: Terms) -> Fraction:
        """The least value of the goal: the simplex method with Bland's rule, in two phases."""
        count, most = len(self.names), len(self.rows)
        table = [[Fraction(0)] * (count + most + 1) for _ in self.rows]
        for number, (terms, value) in enumerate(self.rows):
            sign = -1 if value < 0 else 1
            for name, factor in terms.items():
                table[number][self.names[name]] += sign * factor
            table[number][count + number] = Fraction(1)
            table[number][-1] = Fraction(sign * value)
        basis = [count + number for number in range(most)]
        phase_one = [Fraction(0)] * count + [Fraction(1)] * most
        assert _minimised(table, basis, phase_one, count + most) == 0, "what is published contradicts itself"
        costs = [Fraction(0)] * (count + most)
        for name, factor in goal.items():
            costs[self.names[name]] = Fraction(factor)
        return _minimised(table, basis, costs, count)


def _minimised(table: list[list[Fraction]], basis: list[int], costs: Sequence[Fraction], usable: int) -> Fraction:
    reduced = [*costs, Fraction(0)]
    for row, basic in zip(table, basis, strict=True):
        if factor := reduced[basic]:
            reduced = [one - factor * other for one, other in zip(reduced, row, strict=True)]
    while True:
        entering = next((column for column in range(usable) if reduced[column] < 0), None)
        if entering is None:
            return -reduced[-1]
        candidates = [
            (row[-1] / row[entering], basis[number], number) for number, row in enumerate(table) if row[entering] > 0
        ]
        # an artificial unknown that is left at zero has to stay there
        candidates += [
            (Fraction(0), basis[number], number)
            for number, row in enumerate(table)
            if row[entering] < 0 and basis[number] >= usable
        ]
        assert candidates, "an unknown without bound"
        number = min(candidates)[2]
        pivot = table[number][entering]
        table[number] = [one / pivot for one in table[number]]
        for other, row in enumerate(table):
            if other != number and (factor := row[entering]):
                table[other] = [one - factor * two if two else one for one, two in zip(row, table[number], strict=True)]
        if factor := reduced[entering]:
            reduced = [one - factor * two if two else one for one, two in zip(reduced, table[number], strict=True)]
        basis[number] = entering
