"""Votes by circulation (Umlaufverfahren): allowed, deadline, objection, silence, result.

The quorum share plays no part: everybody entitled is asked. Silence counts as the rulebook says
(`circular_vote_silence`), but only of people whom the paper reached; whoever could not be reached could not object.
Taking part (also with no or abstention) agrees to the procedure; an objection does not. One person casts one vote.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal

from kimforms.rules.ballots import Ballot
from kimforms.rules.calendar_days import in_words, next_working_day, rest_day, short
from kimforms.rules.entitlement import ONE_VOTE
from kimforms.rules.rulebook import Rulebook
from kimforms.rules.verdict import Verdict, counted, law
from kimforms.rules.voting import CastingVote, Needed, Result, result_of

Answer = Literal["", "yes", "no", "abstained", "objection"]
State = Literal["open", "stopped", "decided"]
ANSWERS = {"yes": "Ja", "no": "Nein", "abstained": "Enthaltung", "objection": "Widerspruch gegen das Verfahren"}


@dataclass(frozen=True)
class Reply:
    """The answer of one voting seat. `person`: who answered; `on`: the day; `reached`: whether the paper arrived at all."""

    seat: int
    name: str
    answer: Answer = ""
    person: int | None = None
    on: date | None = None
    reached: bool = True


@dataclass(frozen=True)
class ReplyDeadline:
    """The last day for answers."""

    day: date
    verdict: Verdict


@dataclass(frozen=True)
class CircularResult:
    """Where a vote by circulation stands. `result` is set once it is decided."""

    state: State
    verdict: Verdict
    result: Result | None = None

    @property
    def sentence(self) -> str:
        return self.verdict.sentence


def may_start(rulebook: Rulebook) -> Verdict:
    """Whether the body may decide by circulation at all."""
    if not rulebook.circular_vote_allowed:
        said = "Beschlüsse im Umlaufverfahren sind nicht erlaubt."
        return Verdict(False, said, rulebook.cite("circular_vote_allowed"))
    condition = {
        "nobody_objects": "solange niemand dem Verfahren widerspricht",
        "majority_agrees": "wenn die Mehrheit dem Verfahren zustimmt",
    }[rulebook.circular_vote_condition]
    rules = rulebook.cite("circular_vote_allowed", "circular_vote_condition")
    return Verdict(True, f"Ein Beschluss im Umlaufverfahren ist möglich, {condition}.", rules)


def reply_deadline(rulebook: Rulebook, sent_on: date) -> ReplyDeadline:
    """The last day for answers; the day of dispatch is not counted (§ 187 BGB), a rest day moves the end (§ 193 BGB)."""
    days = rulebook.circular_vote_reply_days
    end = sent_on + timedelta(days=days)
    facts = [f"Versand am {in_words(sent_on)}; {counted(days, 'Kalendertag', 'Kalendertage')} danach: {in_words(end)}."]
    rules = rulebook.cite("circular_vote_reply_days")
    if reason := rest_day(end):
        moved = next_working_day(end)
        facts.append(
            f"Der {short(end)} ist {reason}: die Frist endet am nächsten Werktag, {in_words(moved)} (§ 193 BGB)."
        )
        end, rules = moved, (*rules, law("§ 193 BGB"))
    return ReplyDeadline(end, Verdict(True, f"Antworten zählen bis {in_words(end)}.", rules, tuple(facts)))


def circular_result(
    rulebook: Rulebook,
    replies: Sequence[Reply],
    *,
    reply_until: date,
    today: date,
    majority: Needed | None = None,
    casting_vote: CastingVote = "",
) -> CircularResult:
    """Where the vote stands today. An objection stops it at once where nobody may object.

    It is decided after the last day, or earlier as soon as everybody has answered. `replies` has one entry for each
    voting seat, also for those who have not answered.
    """
    allowed = may_start(rulebook)
    if not allowed.ok:
        return CircularResult("stopped", allowed)
    if not replies:
        return CircularResult("stopped", Verdict(False, "Niemand ist stimmberechtigt.", allowed.rules))
    facts: list[str] = []
    taken = _in_time(replies, reply_until, facts)
    over = today > reply_until or all(answer for _, answer in taken)
    objecting = [reply.name for reply, answer in taken if answer == "objection"]
    objection_ends_it = rulebook.circular_vote_condition == "nobody_objects"
    if objecting and objection_ends_it:
        return _stopped(rulebook, f"Widerspruch gegen das Verfahren: {', '.join(objecting)}", facts)
    answered = sum(bool(answer) for _, answer in taken)
    if not over:
        said = f"Die Umfrage läuft bis {in_words(reply_until)}: {answered} von {len(taken)} haben geantwortet."
        rules = rulebook.cite("circular_vote_reply_days", "circular_vote_condition")
        return CircularResult("open", Verdict(True, said, rules, tuple(facts)))
    silent = [reply for reply, answer in taken if not answer]
    unreached = [reply.name for reply in silent if not reply.reached]
    if unreached and objection_ends_it:
        return _stopped(rulebook, f"nicht erreicht und ohne Möglichkeit zum Widerspruch: {', '.join(unreached)}", facts)
    if silent and rulebook.circular_vote_silence == "objection" and objection_ends_it:
        return _stopped(rulebook, f"Schweigen gilt als Widerspruch: {', '.join(one.name for one in silent)}", facts)
    if not objection_ends_it:
        agreeing = sum(answer in ("yes", "no", "abstained") for _, answer in taken)
        facts.append(f"Dem Verfahren stimmen {agreeing} von {len(taken)} zu; nötig sind {len(taken) // 2 + 1}.")
        if agreeing * 2 <= len(taken):
            return _stopped(rulebook, "die Mehrheit stimmt dem Verfahren nicht zu", facts)
    return _decided(rulebook, taken, facts, majority, casting_vote)


def _in_time(replies: Sequence[Reply], reply_until: date, facts: list[str]) -> list[tuple[Reply, Answer]]:
    """Each reply with the answer that counts; late ones count as silence, second ones of a person as abstention."""
    seen: set[int] = set()
    taken: list[tuple[Reply, Answer]] = []
    for reply in replies:
        answer = reply.answer
        if answer and reply.on is not None and reply.on > reply_until:
            facts.append(f"{reply.name}: Antwort vom {short(reply.on)} kam nach dem {short(reply_until)}, zählt nicht.")
            answer = ""
        elif answer in ("yes", "no") and reply.person is not None and reply.person in seen:
            facts.append(f"{reply.name}: zweite Stimme derselben Person ({ONE_VOTE.value}), zählt als Enthaltung.")
            answer = "abstained"
        if answer in ("yes", "no", "abstained") and reply.person is not None:
            seen.add(reply.person)
        taken.append((reply, answer))
    return taken


def _stopped(rulebook: Rulebook, why: str, facts: list[str]) -> CircularResult:
    rules = rulebook.cite("circular_vote_condition", "circular_vote_silence")
    said = f"Kein Beschluss im Umlaufverfahren: {why}. Die Sache gehört in eine Sitzung."
    return CircularResult("stopped", Verdict(False, said, rules, tuple(facts)))


def _decided(
    rulebook: Rulebook,
    taken: list[tuple[Reply, Answer]],
    facts: list[str],
    majority: Needed | None,
    casting_vote: CastingVote,
) -> CircularResult:
    silence = rulebook.circular_vote_silence
    counts = {"yes": 0, "no": 0, "abstained": 0}
    quiet = 0
    for reply, answer in taken:
        if answer in counts:
            counts[answer] += 1
            continue
        quiet += not answer
        as_yes = not answer and reply.reached and silence == "yes_vote"
        counts["yes" if as_yes else "abstained"] += 1
    if quiet:
        meant = "Zustimmung" if silence == "yes_vote" else "Enthaltung"
        facts.append(f"{counted(quiet, 'Mitglied hat', 'Mitglieder haben')} geschwiegen; das gilt als {meant}.")
    ballot = Ballot("open", counts["yes"], counts["no"], counts["abstained"])
    result = result_of(rulebook, ballot, len(taken), len(taken), majority=majority, casting_vote=casting_vote)
    rules = (*rulebook.cite("circular_vote_condition", "circular_vote_silence"), *result.verdict.rules)
    verdict = Verdict(
        result.verdict.ok, f"Im Umlaufverfahren {result.sentence}.", rules, (*facts, *result.verdict.facts)
    )
    state: State = "open" if result.outcome == "casting_vote_missing" else "decided"
    return CircularResult(state, verdict, result)
