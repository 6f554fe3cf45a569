"""What a decision says, and whether it can be true: date, result, wording, votes. ``decisions`` asks before it writes."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from ..models import Body, Record
from .records.facts import local_day
from .refusals import InputRefused

SET_UP, SOLUTION, MEASURE, NOTICE = "einrichtung_pag", "loesung_pag", "massnahme", "mitteilung"
STEPS = {
    "accepted": "zugestimmt",
    "amended": "geaendert",
    "rejected": "abgelehnt",
    "postponed": "vertagt",
    "noted": "kenntnis",
}
"""Result of a decision -> step of the paper, and its answer ``ergebnis``."""
AGREED = ("accepted", "amended")
LONGEST = 10_000


@dataclass(frozen=True)
class Votes:
    """How many voted how; only members with a vote are counted."""

    yes: int
    no: int
    abstained: int = 0


@dataclass(frozen=True)
class Verdict:
    """What a body decided. ``wording`` is the text of the resolution; without one that of the paper counts.

    ``conditions`` says what was changed or demanded. ``review_on``: when the body wants to look at it again. ``judged``:
    the rules of the meeting have counted the votes already (a casting vote, two thirds), so they are not judged again.
    """

    decided_on: date
    body: str
    result: str
    wording: str = ""
    conditions: str = ""
    votes: Votes | None = None
    review_on: date | None = None
    judged: bool = False


@dataclass(frozen=True)
class About:
    """What stands beside the verdict in the register.

    ``origin`` is ``entered``, or names the agenda item (``item:7``) or the vote by circulation (``circular:3``);
    ``vote_sentence`` is what the rules made of the count.
    """

    origin: str = "entered"
    item_id: int | None = None
    confidential: bool = False
    vote_sentence: str = ""
    measure: str | None = None


def checked(paper: Record, verdict: Verdict, body: Body, now: datetime, *, later: bool = False) -> str:
    """The wording that counts. Raises :class:`InputRefused` with a sentence for each field that does not fit."""
    errors: dict[str, str] = {}
    today, kind = local_day(now), paper.answers.get("art")
    if verdict.decided_on > today:
        errors["decided_on"] = "Das Datum liegt in der Zukunft."
    elif verdict.decided_on < local_day(paper.created_at):
        errors["decided_on"] = "Das Datum liegt vor dem Tag, an dem die Vorlage begonnen wurde."
    if verdict.result not in STEPS:
        errors["result"] = "Wählen Sie das Ergebnis."
    elif not later and (verdict.result == "noted") != (kind == NOTICE) and verdict.result != "postponed":
        noted = "Eine Mitteilung wird zur Kenntnis genommen."
        errors["result"] = noted if kind == NOTICE else "Zur Kenntnis genommen wird nur eine Mitteilung."
    errors |= _common(verdict, body)
    proposed = str(paper.answers.get("beschlussvorschlag") or paper.answers.get("kenntnisnahme") or "")
    wording = verdict.wording.strip() or (proposed if verdict.result in (*AGREED, "noted") else "")
    if verdict.result in AGREED and not wording:
        errors["wording"] = "Geben Sie den Wortlaut des Beschlusses ein."
    if errors:
        raise InputRefused(errors)
    return wording


def checked_note(verdict: Verdict, body: Body, now: datetime) -> str:
    """The wording of a decision without a paper. Raises :class:`InputRefused` with a sentence for each field."""
    errors = _common(verdict, body)
    if verdict.decided_on > local_day(now):
        errors["decided_on"] = "Das Datum liegt in der Zukunft."
    if verdict.result not in STEPS:
        errors["result"] = "Wählen Sie das Ergebnis."
    wording = verdict.wording.strip()
    if verdict.result in AGREED and not wording:
        errors["wording"] = "Geben Sie den Wortlaut des Beschlusses ein."
    if errors:
        raise InputRefused(errors)
    return wording


def _common(verdict: Verdict, body: Body) -> dict[str, str]:
    """What does not fit, with a paper or without."""
    errors: dict[str, str] = {}
    if verdict.result == "amended" and not verdict.conditions.strip():
        errors["conditions"] = "Geben Sie an, was geändert oder zur Bedingung gemacht wurde."
    if verdict.review_on is not None and verdict.review_on <= verdict.decided_on:
        errors["review_on"] = "Die Überprüfung liegt nach dem Tag des Beschlusses."
    for name, text in (("wording", verdict.wording), ("conditions", verdict.conditions)):
        if len(text) > LONGEST or "\x00" in text:
            errors[name] = f"Der Text hat höchstens {LONGEST} Zeichen."
    if (wrong := votes_wrong(verdict, body)) is not None:
        errors["votes"] = wrong
    return errors


def votes_wrong(verdict: Verdict, body: Body) -> str | None:
    votes = verdict.votes
    if votes is None:
        return None
    if min(votes.yes, votes.no, votes.abstained) < 0:
        return "Stimmen sind ganze Zahlen ab 0."
    if verdict.judged:
        return None
    most = (body.data or {}).get("voting_members")
    given = votes.yes + votes.no + votes.abstained
    if most is not None and given > most:
        return f"Es sind {given} Stimmen, aber {body.name} hat {most} stimmberechtigte Mitglieder."
    if verdict.result in AGREED and votes.yes <= votes.no:
        return "Mit diesen Stimmen ist der Vorschlag nicht angenommen."
    if verdict.result == "rejected" and votes.yes > votes.no:
        return "Mit diesen Stimmen ist der Vorschlag nicht abgelehnt."
    return None
