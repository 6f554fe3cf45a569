"""The result of a vote: majorities, abstentions, ties, the chair's casting vote, and the sentence for the minutes.

`decide` counts a ballot that fits (`ballots.check_ballot` runs first). The majority is that of the rulebook unless an
item asks for another one (two thirds, unanimous).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from kimforms.rules.ballots import Ballot, check_ballot
from kimforms.rules.entitlement import Entitlement
from kimforms.rules.quorum import Quorum
from kimforms.rules.rulebook import Rulebook
from kimforms.rules.verdict import RuleRef, Verdict, counted

Needed = Literal["votes_cast", "present", "members", "two_thirds", "unanimous"]
Outcome = Literal["accepted", "rejected", "postponed", "casting_vote_missing"]
CastingVote = Literal["", "yes", "no"]
MAJORITIES: Mapping[Needed, str] = {
    "votes_cast": "Mehrheit der abgegebenen Stimmen",
    "present": "Mehrheit der Anwesenden",
    "members": "Mehrheit aller Stimmberechtigten",
    "two_thirds": "zwei Drittel der abgegebenen Stimmen",
    "unanimous": "Einstimmigkeit",
}


@dataclass(frozen=True)
class Result:
    """What a vote came to.

    outcome -- `casting_vote_missing`: a tie, and the chair has not decided yet
    sentence -- for the minutes: `mit 9 Ja-Stimmen gegen 3 Nein-Stimmen bei 1 Enthaltung beschlossen`
    short -- without counts: `mehrheitlich beschlossen`
    verdict -- ok when accepted; its facts show the computation
    """

    outcome: Outcome
    sentence: str
    short: str
    ballot: Ballot
    verdict: Verdict


@dataclass(frozen=True)
class _Count:
    """The numbers of one decision: reached, needed number of yes votes, out of which base."""

    reached: bool
    with_casting_vote: bool
    needed: int
    base: int
    facts: tuple[str, ...]


def decide(
    rulebook: Rulebook,
    ballot: Ballot,
    who: Entitlement,
    *,
    majority: Needed | None = None,
    quorum: Quorum | None = None,
    secret_demanded: bool = False,
    casting_vote: CastingVote = "",
) -> Result:
    """Counts a ballot. Raises `ballots.BallotRefused` for one that does not fit the people entitled.

    `majority` None takes the one of the rulebook. `casting_vote` is asked for only at a tie and ignored otherwise.
    """
    check_ballot(rulebook, ballot, who, quorum=quorum, secret_demanded=secret_demanded)
    return result_of(rulebook, ballot, who.entitled, who.members, majority=majority, casting_vote=casting_vote)


def result_of(
    rulebook: Rulebook,
    ballot: Ballot,
    present: int,
    members: int,
    *,
    majority: Needed | None = None,
    casting_vote: CastingVote = "",
) -> Result:
    """The result of a checked ballot: `present` could vote in the room, `members` could vote at all."""
    wanted: Needed = majority or rulebook.majority
    count = _count(rulebook, ballot, present, members, wanted)
    rules = _rules(rulebook, majority)
    facts = (f"{ballot.words}.", *count.facts)
    outcome: Outcome = "accepted" if count.reached else "rejected"
    words = "beschlossen" if count.reached else "abgelehnt"
    tie = not count.reached and count.with_casting_vote
    if tie:
        rules = (*rulebook.cite("tie_means"), *rules)
        outcome, words = _tie(rulebook, casting_vote)
        facts = (*facts, f"Stimmengleichheit: {rulebook.cite('tie_means')[0].value}.")
    sentence = _tie_sentence(ballot, outcome, words) if tie else _sentence(ballot, count, wanted, words)
    verdict = Verdict(outcome == "accepted", _capital(sentence) + ".", rules, facts)
    return Result(outcome, sentence, _short(ballot, outcome, words, tie=tie), ballot, verdict)


def _rules(rulebook: Rulebook, majority: Needed | None) -> tuple[RuleRef, ...]:
    if majority is None or majority == rulebook.majority:
        return rulebook.cite("majority", "abstentions_count")
    asked = RuleRef("item_majority", "Mehrheit für diesen Tagesordnungspunkt", MAJORITIES[majority], settled=True)
    return (asked, *rulebook.cite("abstentions_count"))


def _count(rulebook: Rulebook, ballot: Ballot, present: int, members: int, wanted: Needed) -> _Count:
    cast = ballot.yes + ballot.no + (ballot.abstained if rulebook.abstentions_count else 0)
    said = "gezählt" if rulebook.abstentions_count else "nicht gezählt"
    if wanted == "unanimous":
        reached = ballot.yes > 0 and ballot.no == 0
        line = "Einstimmig: mindestens eine Ja-Stimme, keine Nein-Stimme; Enthaltungen schaden nicht."
        return _Count(reached, False, max(ballot.yes, 1), cast, (line,))
    if wanted == "two_thirds":
        need = max(-(-cast * 2 // 3), 1)
        line = f"Abgegebene Stimmen: {cast} (Enthaltungen {said}); zwei Drittel davon: {need} Ja-Stimmen."
        return _Count(ballot.yes >= need, False, need, cast, (line,))
    base = {"votes_cast": cast, "present": present, "members": members}[wanted]
    need = base // 2 + 1
    name = {
        "votes_cast": f"Abgegebene Stimmen: {cast} (Enthaltungen {said})",
        "present": f"Anwesende Stimmberechtigte: {present}",
        "members": f"Alle Stimmberechtigten: {members}",
    }[wanted]
    even = ballot.yes == ballot.no and ballot.yes > 0
    line = f"{name}; mehr als die Hälfte davon: {need} Ja-Stimmen."
    return _Count(ballot.yes >= need, even and (ballot.yes + 1) * 2 > base, need, base, (line,))


def _tie(rulebook: Rulebook, casting_vote: CastingVote) -> tuple[Outcome, str]:
    if rulebook.tie_means == "postponed":
        return "postponed", "vertagt"
    if rulebook.tie_means == "rejected":
        return "rejected", "abgelehnt"
    if casting_vote == "yes":
        return "accepted", "mit der Stimme der Sitzungsleitung angenommen"
    if casting_vote == "no":
        return "rejected", "mit der Stimme der Sitzungsleitung abgelehnt"
    return "casting_vote_missing", "noch nicht entschieden, die Stimme der Sitzungsleitung fehlt"


def _tie_sentence(ballot: Ballot, outcome: Outcome, words: str) -> str:
    counts = f"{_yes(ballot.yes)} gegen {_no(ballot)}{_abstentions(ballot)}"
    joined = ", " if outcome == "casting_vote_missing" else " "
    return f"bei Stimmengleichheit ({counts}){joined}{words}"


def _sentence(ballot: Ballot, count: _Count, wanted: Needed, words: str) -> str:
    """The sentence of a vote without a tie."""
    if count.reached:
        if ballot.no == 0:
            return f"einstimmig{_abstentions(ballot)} {words}"
        return f"mit {_yes(ballot.yes)} gegen {_no(ballot)}{_abstentions(ballot)} {words}"
    if ballot.yes == 0 and ballot.no == 0:
        return f"ohne Ja-Stimme{_abstentions(ballot)} {words}"
    if ballot.yes == 0:
        return f"einstimmig{_abstentions(ballot)} {words}"
    against = f"gegen {_no(ballot)}" if ballot.no else "ohne Nein-Stimme"
    said = f"mit {_yes(ballot.yes)} {against}{_abstentions(ballot)} {words}"
    if ballot.yes >= ballot.no:
        why = "nötig war Einstimmigkeit" if wanted == "unanimous" else f"nötig waren {_yes(count.needed)}"
        said += f", {why}" + ("" if wanted == "unanimous" else f" ({MAJORITIES[wanted]})")
    return said


def _short(ballot: Ballot, outcome: Outcome, words: str, *, tie: bool) -> str:
    if tie:
        return f"bei Stimmengleichheit {words}"
    if outcome == "accepted":
        return f"{'einstimmig' if ballot.no == 0 else 'mehrheitlich'} {words}"
    return f"einstimmig {words}" if ballot.yes == 0 and ballot.no else words


def _yes(n: int) -> str:
    return counted(n, "Ja-Stimme", "Ja-Stimmen")


def _no(ballot: Ballot) -> str:
    return counted(ballot.no, "Nein-Stimme", "Nein-Stimmen")


def _abstentions(ballot: Ballot) -> str:
    """` bei 2 Enthaltungen`, ` bei 1 Enthaltung und 1 ungültigen Stimme`, or nothing."""
    parts = []
    if ballot.abstained:
        parts.append(counted(ballot.abstained, "Enthaltung", "Enthaltungen"))
    if ballot.invalid:
        parts.append(counted(ballot.invalid, "ungültigen Stimme", "ungültigen Stimmen"))
    return f" bei {' und '.join(parts)}" if parts else ""


def _capital(sentence: str) -> str:
    return sentence[:1].upper() + sentence[1:]
