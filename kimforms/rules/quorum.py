"""Quorum (Beschlussfähigkeit): how many are needed, at a moment, for an item, and when it was lost or found again.

Base is the number of voting seats that are held (vacant ones have nobody entitled to vote). Present is who may vote at
that moment: a deputy without a vote, and whoever is excluded from an item, do not count.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from kimforms.rules.calendar_days import clock
from kimforms.rules.entitlement import Exclusion, Presence, Seat, entitlement
from kimforms.rules.rulebook import Rulebook
from kimforms.rules.verdict import RuleRef, Verdict


@dataclass(frozen=True)
class Reinvitation:
    """The second invitation to the same item. `announced`: it said that fewer will do."""

    announced: bool


@dataclass(frozen=True)
class Needed:
    """How many must be present, by which rules, and the lines of the computation."""

    number: int
    rules: tuple[RuleRef, ...]
    facts: tuple[str, ...]


@dataclass(frozen=True)
class Quorum:
    """The quorum at a moment: `present` of `members`, `needed`; the verdict says whether it is enough."""

    present: int
    members: int
    needed: int
    verdict: Verdict

    @property
    def ok(self) -> bool:
        return self.verdict.ok


@dataclass(frozen=True)
class ItemStart:
    """From this moment this item is dealt with; None between items."""

    at: datetime
    item: int | None


@dataclass(frozen=True)
class QuorumPoint:
    """A moment at which the number of those who may vote, or the quorum, became another."""

    at: datetime
    item: int | None
    quorum: Quorum
    sentence: str


def needed(rulebook: Rulebook, members: int, reinvitation: Reinvitation | None = None) -> Needed:
    """How many of `members` must be present; the minimum number applies beside the share (quorum_minimum)."""
    if reinvitation is not None and rulebook.quorum_on_reinvitation != "same":
        rules = rulebook.cite("quorum_on_reinvitation")
        if reinvitation.announced:
            if rulebook.quorum_on_reinvitation == "any_number_if_announced":
                line = "Erneute Ladung zum selben Punkt, in der Einladung angekündigt: die Zahl spielt keine Rolle."
                return Needed(1, rules, (line,))
            number = rulebook.quorum_minimum
            line = f"Erneute Ladung zum selben Punkt, angekündigt: nötig ist nur die Mindestzahl {number}."
            return Needed(number, (*rules, *rulebook.cite("quorum_minimum")), (line,))
        hint = ("Die erneute Ladung hat nicht angekündigt, dass weniger genügen: es gilt die übliche Zahl.",)
        usual = _usual(rulebook, members)
        return Needed(usual.number, (*usual.rules, *rules), (*hint, *usual.facts))
    return _usual(rulebook, members)


def _usual(rulebook: Rulebook, members: int) -> Needed:
    share = {
        "more_than_half": members // 2 + 1,
        "half": -(-members // 2),
        "two_thirds": -(-members * 2 // 3),
    }[rulebook.quorum_share]
    words = {"more_than_half": "mehr als die Hälfte", "half": "die Hälfte", "two_thirds": "zwei Drittel"}
    number = max(share, rulebook.quorum_minimum, 1)
    facts = (
        f"Stimmberechtigt: {members}; {words[rulebook.quorum_share]} davon: {share}; "
        f"Mindestzahl: {rulebook.quorum_minimum}; nötig: {number}.",
    )
    return Needed(number, rulebook.cite("quorum_share", "quorum_minimum"), facts)


def quorum(rulebook: Rulebook, members: int, present: int, reinvitation: Reinvitation | None = None) -> Quorum:
    """Whether `present` of `members` make a quorum."""
    need = needed(rulebook, members, reinvitation)
    ok = present >= need.number
    word = "beschlussfähig" if ok else "nicht beschlussfähig"
    said = f"Das Gremium ist {word}: {present} von {members} Stimmberechtigten anwesend, nötig {need.number}."
    facts = list(need.facts)
    if need.number > members:
        facts.append(f"Nötig sind {need.number}, das Gremium hat nur {members} Stimmberechtigte.")
    return Quorum(present, members, need.number, Verdict(ok, said, need.rules, tuple(facts)))


def reinvitation_notice(rulebook: Rulebook) -> str | None:
    """The sentence that has to stand in a second invitation; None where the quorum stays the same."""
    if rulebook.quorum_on_reinvitation == "any_number_if_announced":
        who = "ohne Rücksicht auf die Zahl der anwesenden Stimmberechtigten"
    elif rulebook.quorum_on_reinvitation == "minimum_only":
        who = f"mit mindestens {rulebook.quorum_minimum} anwesenden Stimmberechtigten"
    else:
        return None
    return f"Zu Tagesordnungspunkten, zu denen erneut geladen wird, ist das Gremium {who} beschlussfähig."


def quorum_at(
    rulebook: Rulebook,
    seats: Sequence[Seat],
    presences: Iterable[Presence],
    moment: datetime,
    *,
    opened_at: datetime,
    item: int | None = None,
    exclusions: Iterable[Exclusion] = (),
    reinvitation: Reinvitation | None = None,
) -> Quorum:
    """The quorum for an item at a moment. Where it is checked at the opening only, the opening decides (quorum_checked)."""
    here = tuple(presences)
    if rulebook.quorum_checked == "opening":
        who = entitlement(rulebook, seats, here, opened_at)
        found = quorum(rulebook, who.members, who.entitled, reinvitation)
        rules = (*rulebook.cite("quorum_checked"), *found.verdict.rules)
        facts = (f"Geprüft zu Beginn um {clock(opened_at)}, gilt für die ganze Sitzung.", *found.verdict.facts)
        verdict = Verdict(found.ok, found.verdict.sentence, rules, facts)
        return Quorum(found.present, found.members, found.needed, verdict)
    who = entitlement(rulebook, seats, here, moment, item=item, exclusions=exclusions)
    found = quorum(rulebook, who.members, who.entitled, reinvitation)
    shut_out = [one.verdict.sentence for one in who.refusals if one.verdict.rule == "conflict_of_interest"]
    verdict = Verdict(found.ok, found.verdict.sentence, found.verdict.rules, (*found.verdict.facts, *shut_out))
    return Quorum(found.present, found.members, found.needed, verdict)


def quorum_timeline(
    rulebook: Rulebook,
    seats: Sequence[Seat],
    presences: Iterable[Presence],
    *,
    opened_at: datetime,
    closed_at: datetime | None = None,
    items: Sequence[ItemStart] = (),
    exclusions: Iterable[Exclusion] = (),
    reinvited: Callable[[int | None], Reinvitation | None] = lambda _item: None,
) -> tuple[QuorumPoint, ...]:
    """Every moment from the opening on at which the number present or the quorum changed; the opening comes first.

    `items` says which item was on from when, so that exclusions count for theirs only. `reinvited(item)` says whether
    an item stands on the agenda for the second time.
    """
    here, shut_out = tuple(presences), tuple(exclusions)
    moments = (
        {one.arrived_at for one in here} | {one.left_at for one in here if one.left_at} | {one.at for one in items}
    )
    later = sorted(at for at in moments if at > opened_at and (closed_at is None or at < closed_at))
    points: list[QuorumPoint] = []
    for at in (opened_at, *later):
        started = [one for one in items if one.at <= at]
        item = max(started, key=lambda one: one.at).item if started else None
        found = quorum_at(
            rulebook, seats, here, at,
            opened_at=opened_at, item=item, exclusions=shut_out, reinvitation=reinvited(item),
        )  # fmt: skip
        before = points[-1].quorum if points else None
        if before is None or (found.ok, found.present) != (before.ok, before.present):
            points.append(QuorumPoint(at, item, found, _said(at, found, points)))
    return tuple(points)


def quorum_changes(
    rulebook: Rulebook,
    seats: Sequence[Seat],
    presences: Iterable[Presence],
    *,
    opened_at: datetime,
    closed_at: datetime | None = None,
    items: Sequence[ItemStart] = (),
    exclusions: Iterable[Exclusion] = (),
    reinvited: Callable[[int | None], Reinvitation | None] = lambda _item: None,
) -> tuple[QuorumPoint, ...]:
    """The opening, and each moment at which the quorum was lost or found again: what the minutes have to tell."""
    points = quorum_timeline(
        rulebook, seats, presences,
        opened_at=opened_at, closed_at=closed_at, items=items, exclusions=exclusions, reinvited=reinvited,
    )  # fmt: skip
    pairs = zip((None, *points), points, strict=False)
    return tuple(point for before, point in pairs if before is None or before.quorum.ok != point.quorum.ok)


def _said(at: datetime, found: Quorum, earlier: Sequence[QuorumPoint]) -> str:
    if not earlier:
        what = "beschlussfähig" if found.ok else "nicht beschlussfähig"
    elif found.ok == earlier[-1].quorum.ok:
        what = "weiter beschlussfähig" if found.ok else "weiter nicht beschlussfähig"
    elif not found.ok:
        what = "Beschlussfähigkeit verloren"
    else:
        again = any(point.quorum.ok for point in earlier)
        what = "Beschlussfähigkeit wieder erreicht" if again else "Beschlussfähigkeit erreicht"
    return f"{clock(at)}: {what}, {found.present} von {found.members} Stimmberechtigten, nötig {found.needed}"
