"""Minutes as plain data for the paper: content, signatures and addenda in, ``documents.minutes`` out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any

from ...documents import minutes as documents
from ...documents.paper import Letterhead, paragraphs
from ...models import Meeting, MinutesAddendum, MinutesSignature
from ..bodies.access import BERLIN
from . import content as blocks
from .content import Block, Content

FUNCTIONS = {"chair": "Sitzungsleitung", "minute_taker": "Protokollführung"}
ACCEPTED = ("accepted", "amended", "noted")
BY_THEMSELVES = {
    "agenda": "Abstimmung zur Tagesordnung: ",
    "waiver": "Abstimmung über den Verzicht auf Form und Frist: ",
    "minutes": "Abstimmung über die vorige Niederschrift: ",
}


def minutes_data(
    content: Content,
    *,
    meeting: Meeting,
    letterhead: Letterhead,
    status: str,
    draft: bool,
    signers: Mapping[str, str] | None = None,
    signatures: Sequence[MinutesSignature] = (),
    addenda: Sequence[MinutesAddendum] = (),
    recipients: Sequence[str] = (),
    redacted: bool = False,
) -> documents.MinutesData:
    """The whole minutes. ``signers`` are the functions that have to sign, with names. ``redacted``: the version for guests."""
    shown = blocks.redacted(content) if redacted else content
    head = _facts(shown, blocks.HEAD)
    items = [one for one in shown["blocks"] if one["kind"] == blocks.ITEM]
    return documents.MinutesData(
        letterhead=letterhead,
        title=f"Niederschrift: {head.get('title') or meeting.record.title}",
        reference=str(head.get("reference") or meeting.record.reference),
        body=str(head.get("body", "")),
        held_on=date.fromisoformat(head["held_on"]),
        begins=str(head.get("begins", "")),
        ends=str(head.get("ends", "")),
        place=str(head.get("place", "")),
        chair=str(head.get("chair", "")),
        minute_taker=str(head.get("minute_taker", "")),
        kind=shown["kind"],
        video=str(head.get("video", "")),
        interruptions=tuple(head.get("interruptions", ())),
        statements=_statements(shown),
        quorum=_said(shown, "quorum"),
        attendance=tuple(_attendance(row) for row in _facts(shown, blocks.ATTENDANCE).get("rows", ())),
        items=tuple(_item(one) for one in items),
        tasks=tuple(_task(one, task) for one in items for task in one["facts"]["tasks"]),
        addenda=tuple(_addendum(content, one) for one in addenda if not (redacted and hidden(content, one))),
        annexes=_annexes(shown),
        recipients=tuple(recipients),
        signatures=_signatures(signers or {}, signatures),
        status=status,
        draft=draft,
        redacted=redacted,
    )


def hidden(content: Content, addendum: MinutesAddendum) -> bool:
    """Whether guests do not read an addendum: it is confidential, or about something that is."""
    target = blocks.find(content, addendum.block) if addendum.block else None
    return addendum.confidential or bool(target and target["confidential"])


def _facts(content: Content, block_id: str) -> dict[str, Any]:
    found = blocks.find(content, block_id)
    return dict(found["facts"]) if found else {}


def _text(content: Content, block_id: str, name: str) -> tuple[str, ...]:
    found = blocks.find(content, block_id)
    return paragraphs(found["texts"].get(name, "")) if found else ()


def _said(content: Content, name: str) -> tuple[str, ...]:
    facts = tuple(one["text"] for one in _facts(content, blocks.STATEMENTS).get(name, ()))
    return facts + _text(content, blocks.STATEMENTS, name)


def _statements(content: Content) -> tuple[str, ...]:
    circulars = tuple(_circular(row) for row in _facts(content, blocks.CIRCULAR).get("rows", ()))
    return (
        *_text(content, blocks.HEAD, "note"),
        *_said(content, "invitation"),
        *_said(content, "agenda"),
        *_said(content, "earlier"),
        *circulars,
        *_text(content, blocks.CIRCULAR, "note"),
        *_text(content, blocks.ATTENDANCE, "note"),
    )


def _circular(row: Mapping[str, Any]) -> str:
    number = f" ({row['number']})" if row["number"] else ""
    closed = f" am {blocks.german(row['closed_on'])}" if row["closed_on"] else ""
    wording = f"\nWortlaut: {row['wording']}" if row["wording"] else ""
    return f"Umlaufverfahren {row['reference']} „{row['title']}“{number}, beendet{closed}: {row['sentence']}{wording}"


def _attendance(row: Mapping[str, Any]) -> documents.Attendance:
    return documents.Attendance(
        name=row["name"], seat=row["seat"], presence=row["presence"], right=row["right"], function=row["function"],
        deputy_for=row["deputy_for"], times=tuple(row["times"]), remark=row["remark"],
    )  # fmt: skip


def _item(one: Block) -> documents.MinutesItem:
    facts, texts = one["facts"], one["texts"]
    own = [f"{BY_THEMSELVES[vote['purpose']]}{vote['sentence']}" for vote in facts["votes"] if _by_itself(vote)]
    decided = [_decision(vote) for vote in facts["votes"] if vote["decision"] and not _by_itself(vote)]
    wordings = {decision.text for decision in decided}
    return documents.MinutesItem(
        label=facts["label"],
        title=facts["title"],
        kind=facts["kind"],
        presenter=facts["presenter"],
        confidential=one["confidential"],
        course=paragraphs(texts.get("course", "")),
        results=(*paragraphs(texts.get("results", "")), *own),
        motions=tuple(motion for motion in facts["motions"] if motion not in wordings),
        conflicts=(*facts["conflicts"], *paragraphs(texts.get("conflicts", ""))),
        presence=tuple(facts["presence"]),
        decisions=tuple(decided),
        papers=tuple(facts["papers"]),
    )


def _by_itself(vote: Mapping[str, Any]) -> bool:
    """A vote about procedure, which makes no decision."""
    return vote["purpose"] in BY_THEMSELVES


def _decision(vote: Mapping[str, Any]) -> documents.DecisionText:
    decision = vote["decision"]
    remarks = (f"Das Ergebnis wurde berichtigt: {vote['correction']}",) if vote["correction"] else ()
    return documents.DecisionText(
        text=decision["text"],
        number=decision["number"],
        title=decision["title"],
        accepted=decision["result"] in ACCEPTED,
        vote=documents.VoteResult(
            sentence=vote["sentence"], yes=vote["yes"], no=vote["no"], abstentions=vote["abstained"],
            invalid=vote["invalid"] or None, mode=vote["form"], by_name=tuple((name, said) for name, said in vote["names"]),
        ),
        remarks=remarks,
    )  # fmt: skip


def _task(one: Block, task: Mapping[str, Any]) -> documents.MinutesTask:
    due = date.fromisoformat(task["due"]) if task["due"] else None
    return documents.MinutesTask(task["what"], task["who"], due, one["facts"]["label"], one["confidential"])


def _addendum(content: Content, one: MinutesAddendum) -> documents.Addendum:
    target = blocks.find(content, one.block) if one.block else None
    label = target["facts"]["label"] if target and target["kind"] == blocks.ITEM else ""
    added: datetime = one.created_at.astimezone(BERLIN)
    return documents.Addendum(
        one.number, added.date(), paragraphs(one.text), by=one.reason, item=label, confidential=hidden(content, one)
    )


def _annexes(content: Content) -> tuple[str, ...]:
    """Without the attendance list, which is the first annex of every paper."""
    facts = [row["title"] for row in _facts(content, blocks.ANNEXES).get("rows", ())][1:]
    found = blocks.find(content, blocks.ANNEXES)
    own = found["texts"].get("note", "").splitlines() if found else []
    return tuple(facts) + tuple(line.strip() for line in own if line.strip())


def _signatures(signers: Mapping[str, str], signed: Sequence[MinutesSignature]) -> tuple[documents.Signature, ...]:
    done = {one.function: one for one in signed if one.revoked_at is None}
    return tuple(
        documents.Signature(
            FUNCTIONS.get(function, function)
            + (" (auf Papier)" if function in done and done[function].on_paper else ""),
            done[function].person.name if function in done else name,
            done[function].signed_at.astimezone(BERLIN).date() if function in done else None,
        )
        for function, name in signers.items()
    )
