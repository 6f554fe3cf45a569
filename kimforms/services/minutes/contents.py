"""Whether minutes hold what the rules of procedure ask for; what is missing is named with the way to fill it in."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from ...models import Body, Minutes
from ...rules import minutes_rules
from ...rules.rulebook import OPTION_WORDS, Rulebook
from ...rules.verdict import Verdict
from ..bodies.access import STEERING
from ..refusals import StepRefused
from . import content as blocks
from .content import Block, Content


@dataclass(frozen=True)
class Missing:
    """A mandatory content that is missing: what it is called, the sentence that says what to do, and in which block."""

    id: str
    label: str
    sentence: str
    block: str


@dataclass(frozen=True)
class Checked:
    """The verdict of the rulebook, and each missing content."""

    verdict: Verdict
    missing: tuple[Missing, ...]


def check(content: Content, body: Body, rulebook: Rulebook) -> Checked:
    """Which mandatory contents are missing. Bodies that are not steering have none unless their own rules say so."""
    found = {one.id: one for one in _missing(content)}
    if body.formality != STEERING and "minutes_contents" not in rulebook.settled:
        found = {}
    verdict = minutes_rules.contents(rulebook, set(OPTION_WORDS["minutes_contents"]) - found.keys())
    return Checked(verdict.verdict, tuple(found[one] for one in verdict.missing))


def require(minutes: Minutes, rulebook: Rulebook) -> None:
    """Raises :class:`StepRefused` that names each missing content."""
    checked = check(minutes.content, minutes.meeting.body, rulebook)
    if checked.missing:
        raise StepRefused([f"{one.label}: {one.sentence}" for one in checked.missing])


def _missing(content: Content) -> Iterator[Missing]:
    for name, (where, sentence) in _lacking(content).items():
        yield Missing(name, OPTION_WORDS["minutes_contents"][name], sentence, where)


def _lacking(content: Content) -> dict[str, tuple[str, str]]:
    """Mandatory content -> block and sentence, for what is not there. What cannot apply is never missing."""
    head, attendance = _facts(content, blocks.HEAD), _facts(content, blocks.ATTENDANCE)
    statements = blocks.find(content, blocks.STATEMENTS)
    items = [one for one in content["blocks"] if one["kind"] == blocks.ITEM]
    found: dict[str, tuple[str, str]] = {}

    def lacks(name: str, where: str, sentence: str) -> None:
        found.setdefault(name, (where, sentence))

    if not (
        head.get("held_on") and head.get("begins") and head.get("ends") and (head.get("place") or head.get("video"))
    ):
        lacks("place_time", blocks.HEAD, "Halten Sie in der Sitzung Ort, Beginn und Ende fest und übernehmen Sie neu.")
    if not (head.get("chair") and head.get("minute_taker")):
        lacks(
            "chair_and_minute_taker",
            blocks.HEAD,
            "Halten Sie fest, wer die Sitzung leitete und wer das Protokoll führte.",
        )
    if not any(row["presence"] in ("present", "guest") for row in attendance.get("rows", ())):
        lacks("attendance", blocks.ATTENDANCE, "Tragen Sie in der Sitzung ein, wer da war.")
    if not _stated(statements, "invitation"):
        lacks("invitation_proper", blocks.STATEMENTS, "Schreiben Sie, ob ordnungsgemäß geladen wurde.")
    if not _stated(statements, "quorum"):
        lacks("quorum", blocks.STATEMENTS, "Schreiben Sie, ob das Gremium beschlussfähig war.")
    if not items:
        lacks("agenda", blocks.STATEMENTS, "Die Sitzung hat keine Tagesordnungspunkte.")
    if not content["blocks"] or not _facts(content, blocks.ANNEXES).get("rows"):
        lacks("annexes", blocks.ANNEXES, "Übernehmen Sie die Sitzung neu: die Liste der Anlagen fehlt.")
    for one in items:
        _item(one, lacks)
    return found


def _item(one: Block, lacks: Any) -> None:
    facts, texts, name = one["facts"], one["texts"], blocks.title_of(one)
    motions = [vote for vote in facts["votes"] if vote["purpose"] == "motion"]
    if motions and not facts["motions"]:
        lacks("motions", one["id"], f"{name}: Es fehlt, worüber abgestimmt wurde.")
    if any(vote["result"] == "accepted" and not (vote["decision"] or {}).get("text", "").strip() for vote in motions):
        lacks("decisions", one["id"], f"{name}: Der Wortlaut des Beschlusses fehlt.")
    decides = facts["kind"] == "Beschluss" and facts["state"] == "done"
    if decides and not facts["votes"] and not texts.get("results", "").strip():
        lacks("votes", one["id"], f"{name}: Es fehlt, wie abgestimmt wurde oder warum nicht.")


def _facts(content: Content, block_id: str) -> dict[str, Any]:
    found = blocks.find(content, block_id)
    return dict(found["facts"]) if found else {}


def _stated(one: Block | None, name: str) -> bool:
    return one is not None and bool(one["facts"].get(name) or one["texts"].get(name, "").strip())
