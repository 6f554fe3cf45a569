"""What minutes consist of: blocks with stable ids, as JSON. Facts come from the records, texts from people.

``{"kind": "results", "blocks": [{"id", "kind", "facts", "texts", "drawn", "version", "confidential"}]}``. ``drawn`` keeps the
texts as they came out of the session, so that it shows whether people changed them. Nothing here touches a database.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from copy import deepcopy
from typing import Any

Content = dict[str, Any]
Block = dict[str, Any]

HEAD, ATTENDANCE, STATEMENTS, CIRCULAR, ANNEXES = "head", "attendance", "statements", "circular", "annexes"
ITEM = "item"
TEXTS: Mapping[str, tuple[str, ...]] = {
    HEAD: ("note",),
    ATTENDANCE: ("note",),
    STATEMENTS: ("invitation", "quorum", "agenda", "earlier"),
    ITEM: ("course", "results", "conflicts"),
    CIRCULAR: ("note",),
    ANNEXES: ("note",),
}
"""The texts that people write, by kind of block."""
LABELS: Mapping[str, Mapping[str, str]] = {
    HEAD: {"note": "Anmerkung zu Ort und Zeit"},
    ATTENDANCE: {"note": "Anmerkung zur Anwesenheit"},
    STATEMENTS: {
        "invitation": "Zur Ladung",
        "quorum": "Zur Beschlussfähigkeit",
        "agenda": "Zur Tagesordnung",
        "earlier": "Zur vorigen Niederschrift",
    },
    ITEM: {"course": "Verlauf", "results": "Ergebnis", "conflicts": "Zur Befangenheit"},
    CIRCULAR: {"note": "Anmerkung zu den Umlaufbeschlüssen"},
    ANNEXES: {"note": "Weitere Anlagen, eine je Zeile"},
}
TITLES: Mapping[str, str] = {
    HEAD: "Ort und Zeit",
    ATTENDANCE: "Anwesenheit",
    STATEMENTS: "Feststellungen",
    CIRCULAR: "Beschlüsse im Umlauf",
    ANNEXES: "Anlagen",
}
HIDDEN = "Vertraulich"
"""What stands in place of a confidential item in the version for guests."""


def block(kind: str, facts: Mapping[str, Any], texts: Mapping[str, str] | None = None, **more: Any) -> Block:
    """A new block; ``texts`` are those that the records suggest."""
    drawn = {name: (texts or {}).get(name, "").strip() for name in TEXTS[kind]}
    made: Block = {"id": kind, "kind": kind, "facts": dict(facts), "texts": dict(drawn), "drawn": drawn, "version": 1}
    return {**made, "confidential": False, **more}


def find(content: Content, block_id: str) -> Block | None:
    """The block with this id."""
    return next((one for one in content.get("blocks", ()) if one["id"] == block_id), None)


def title_of(one: Block) -> str:
    """What a block is called: ``TOP 3.1 Haushalt``."""
    if one["kind"] == ITEM:
        return f"TOP {one['facts']['label']} {one['facts']['title']}".strip()
    return TITLES[one["kind"]]


def with_texts(content: Content, block_id: str, texts: Mapping[str, str]) -> Content:
    """The content with these texts in one block, whose version rises."""
    changed = deepcopy(content)
    target = find(changed, block_id)
    assert target is not None
    target["texts"] = {**target["texts"], **texts}
    target["version"] += 1
    return changed


def refreshed(old: Content, fresh: Content) -> Content:
    """The facts as the records hold them now, the texts as people left them.

    A text that nobody touched follows the session; one that somebody wrote stays, and ``drawn`` holds what the session
    says now. Blocks of items that are gone fall away unless somebody wrote in them.
    """
    blocks = []
    for new in fresh["blocks"]:
        before = find(old, new["id"])
        blocks.append(new if before is None else _joined(before, new))
    known = {one["id"] for one in blocks}
    kept = [deepcopy(one) for one in old["blocks"] if one["id"] not in known and _written(one)]
    return {**old, "kind": fresh["kind"], "blocks": [*blocks, *kept]}


def _joined(before: Block, new: Block) -> Block:
    texts = {
        name: text if before["texts"].get(name, "") == before["drawn"].get(name, "") else before["texts"][name]
        for name, text in new["texts"].items()
    }
    joined = {**new, "texts": texts, "version": before["version"]}
    same = all(joined[part] == before[part] for part in ("facts", "texts", "drawn", "confidential"))
    return joined if same else {**joined, "version": before["version"] + 1}


def _written(one: Block) -> bool:
    return any(text.strip() and text != one["drawn"].get(name, "") for name, text in one["texts"].items())


def own_texts(one: Block) -> list[str]:
    """The names of the texts that people wrote otherwise than the session suggests."""
    return [name for name in TEXTS[one["kind"]] if one["texts"].get(name, "") != one["drawn"].get(name, "")]


def published(content: Content) -> Content:
    """The content as readers get it: minutes of results (``kind``) do not tell the course, which stays a note of the office."""
    if content.get("kind") != "results":
        return content
    return {**content, "blocks": [{**one, "texts": {**one["texts"], "course": ""}} if one["kind"] == ITEM else one
                                  for one in content["blocks"]]}  # fmt: skip


def redacted(content: Content) -> Content:
    """The content for guests: of confidential items only the number stays, and nothing elsewhere tells of them."""
    hidden = {one["id"] for one in content["blocks"] if one["confidential"]}
    blocks = []
    for one in content["blocks"]:
        if one["id"] in hidden:
            facts = {**empty_item(), "label": one["facts"]["label"], "title": HIDDEN}
            blocks.append({**block(ITEM, facts), "id": one["id"], "confidential": True})
        else:
            blocks.append({**one, "facts": _open(one["facts"])})
    return {**content, "blocks": blocks, "returned": None}


def _open(facts: Mapping[str, Any]) -> dict[str, Any]:
    """The facts without lists' entries that are marked as confidential."""
    return {
        name: [one for one in value if not (isinstance(one, dict) and one.get("confidential"))]
        if isinstance(value, list)
        else value
        for name, value in facts.items()
    }


def empty_item() -> dict[str, Any]:
    """The facts of an item of which nothing is told."""
    names = ("motions", "conflicts", "presence", "votes", "tasks", "papers")
    return {"label": "", "title": "", "kind": "", "presenter": "", "state": "", **{name: [] for name in names}}


def lines(content: Content, kinds: Iterable[str] | None = None) -> list[str]:
    """The content as paragraphs, in reading order: what the comparison of two versions compares."""
    found: list[str] = []
    for one in content["blocks"]:
        if kinds is None or one["kind"] in kinds:
            found += [title_of(one), *_fact_lines(one), *_text_lines(one)]
    return found


def _text_lines(one: Block) -> list[str]:
    return [
        f"{LABELS[one['kind']][name]}: {part.strip()}"
        for name in TEXTS[one["kind"]]
        for part in one["texts"].get(name, "").replace("\r\n", "\n").split("\n\n")
        if part.strip()
    ]


def _fact_lines(one: Block) -> list[str]:
    facts = one["facts"]
    if one["kind"] == HEAD:
        names = ("held_on", "begins", "ends", "place", "video", "chair", "minute_taker")
        return [" · ".join(facts[name] for name in names if facts.get(name)), *facts["interruptions"]]
    if one["kind"] == ATTENDANCE:
        return [attendance_line(row) for row in facts["rows"]]
    if one["kind"] == STATEMENTS:
        return [said["text"] for name in TEXTS[STATEMENTS] for said in facts[name]]
    if one["kind"] == CIRCULAR:
        return [
            f"{row['reference']} {row['title']}: {row['sentence']} {row['wording']}".strip() for row in facts["rows"]
        ]
    if one["kind"] == ANNEXES:
        return [row["title"] for row in facts["rows"]]
    votes = [f"{vote['sentence']} {decision_line(vote['decision'])}".strip() for vote in facts["votes"]]
    tasks = [task_line(task) for task in facts["tasks"]]
    return [*facts["presence"], *facts["conflicts"], *facts["motions"], *votes, *tasks]


def attendance_line(row: Mapping[str, Any]) -> str:
    """``Kim Caritas (Caritas, stimmberechtigt), anwesend 14:00-15:10``."""
    about = ", ".join(part for part in (row["seat"], row["right"], row["function"]) if part)
    stands_in = f", in Vertretung von {row['deputy_for']}" if row["deputy_for"] else ""
    times = f" {', '.join(row['times'])}" if row["times"] else ""
    return f"{row['name']}{f' ({about})' if about else ''}{stands_in}: {PRESENCE[row['presence']]}{times}"


PRESENCE = {"present": "anwesend", "excused": "entschuldigt", "absent": "nicht anwesend", "guest": "Gast"}


def decision_line(decision: Mapping[str, Any] | None) -> str:
    """``Beschluss LG-B-2026-07: Wortlaut``; empty without a decision."""
    if not decision:
        return ""
    return (
        f"Beschluss {decision['number']}: {decision['text']}"
        if decision["number"]
        else f"Beschluss: {decision['text']}"
    )


def task_line(task: Mapping[str, Any]) -> str:
    """``Aufgabe: Haus anfragen (Kim Caritas, bis 01.02.2027)``."""
    due = f", bis {german(task['due'])}" if task["due"] else ""
    return f"Aufgabe: {task['what']} ({task['who'] or 'offen'}{due})"


def german(iso: str) -> str:
    """``2027-02-01`` as ``01.02.2027``."""
    year, month, day = iso.split("-")
    return f"{day}.{month}.{year}"
