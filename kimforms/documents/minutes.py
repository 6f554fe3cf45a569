"""Minutes of a meeting: plain data in, accessible HTML out, in full or redacted for guests.

`services/minutes` fills the data classes. Statements are whole German sentences, made by `kimforms/rules`.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Literal

from kimforms.documents.invitation import HIDDEN, is_hidden
from kimforms.documents.meeting_words import WORDS
from kimforms.documents.paper import Letterhead, render

MinutesKind = Literal["results", "course"]
"""`results`: decisions and results only; `course`: the course of the discussion as well."""
Presence = Literal["present", "excused", "absent", "guest"]


@dataclass(frozen=True)
class Attendance:
    """One line of the attendance list. `times` are `14:00-15:10` and so on; empty: the whole session.

    `right` is the word for it (`stimmberechtigt`), `deputy_for` names the principal, `function` such as `Vorsitz`.
    """

    name: str
    seat: str = ""
    presence: Presence = "present"
    right: str = ""
    function: str = ""
    deputy_for: str = ""
    times: tuple[str, ...] = ()
    remark: str = ""


@dataclass(frozen=True)
class VoteResult:
    """A vote: the sentence (`Einstimmig bei 2 Enthaltungen beschlossen.`) and the counts; `mode` is such as `offen`.

    `by_name` are (name, vote) of a vote by name. `rule` explains the majority. None as a count: it was not counted.
    """

    sentence: str
    yes: int | None = None
    no: int | None = None
    abstentions: int | None = None
    invalid: int | None = None
    mode: str = ""
    rule: str = ""
    by_name: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True)
class DecisionText:
    """A decision as it was taken; `number` is such as `LG-B-2026-07`, empty while it has none.

    `accepted` says whether the motion was carried; `remarks` are on conditions, dissent or a correction.
    """

    text: str
    number: str = ""
    title: str = ""
    accepted: bool = True
    vote: VoteResult | None = None
    remarks: tuple[str, ...] = ()


@dataclass(frozen=True)
class MinutesItem:
    """One item of the agenda. `course` is the discussion, `results` what came of it, `motions` what was moved.

    `conflicts` are sentences on people excluded for a conflict of interest, `presence` on who came or left.
    """

    label: str
    title: str
    kind: str = ""
    presenter: str = ""
    confidential: bool = False
    course: tuple[str, ...] = ()
    results: tuple[str, ...] = ()
    motions: tuple[str, ...] = ()
    conflicts: tuple[str, ...] = ()
    presence: tuple[str, ...] = ()
    decisions: tuple[DecisionText, ...] = ()
    papers: tuple[str, ...] = ()

    @property
    def level(self) -> int:
        """1 for an item, 2 for an item below it."""
        return self.label.strip(".").count(".") + 1


@dataclass(frozen=True)
class MinutesTask:
    """Who does what by when; `item` is the label of the item that it came from."""

    what: str
    who: str
    due: date | None = None
    item: str = ""
    confidential: bool = False


@dataclass(frozen=True)
class Addendum:
    """A correction or statement added later; it never changes what was signed."""

    number: int
    added_on: date
    text: tuple[str, ...]
    by: str = ""
    item: str = ""
    confidential: bool = False


@dataclass(frozen=True)
class Signature:
    """Who signs: `function` such as `Vorsitz`; `signed_on` None while it is open."""

    function: str
    name: str
    signed_on: date | None = None


@dataclass(frozen=True)
class MinutesData:
    """The minutes of one meeting.

    `number` is such as `3. Sitzung`, `place` with the room, `begins` and `ends` are clock times, `interruptions` such as
    `15:10-15:20`. `status` is the line on what these minutes are (`Entwurf, Stand 3`, `unterzeichnet am …`); `draft`
    marks every page. `statements` say that the invitation was in time, `quorum` that the body could decide, then each
    change of that. `annexes` are names; `recipients` who gets the minutes. `redacted`: see `without_confidential`.
    """

    letterhead: Letterhead
    title: str
    reference: str
    body: str
    held_on: date
    begins: str
    ends: str
    place: str
    chair: str
    minute_taker: str
    number: str = ""
    kind: MinutesKind = "results"
    video: str = ""
    interruptions: tuple[str, ...] = ()
    statements: tuple[str, ...] = ()
    quorum: tuple[str, ...] = ()
    attendance: tuple[Attendance, ...] = ()
    items: tuple[MinutesItem, ...] = ()
    tasks: tuple[MinutesTask, ...] = ()
    addenda: tuple[Addendum, ...] = ()
    annexes: tuple[str, ...] = ()
    recipients: tuple[str, ...] = ()
    signatures: tuple[Signature, ...] = ()
    status: str = ""
    draft: bool = False
    redacted: bool = False
    language: str = "de"


def minutes_html(data: MinutesData, templates: Path) -> str:
    """The minutes as a whole HTML document; `templates` is the folder with `minutes.html`."""
    return render("minutes.html", without_confidential(data) if data.redacted else data, templates, WORDS)


def without_confidential(data: MinutesData) -> MinutesData:
    """The minutes for guests: of confidential items only the number stays, nothing else of them is in the result.

    What stands below a confidential item is as confidential as that. Its tasks, addenda and annexes go as well.
    """
    hidden = [item.label for item in data.items if item.confidential]
    title = HIDDEN.get(data.language, HIDDEN["en"])
    gone = {paper for item in data.items if is_hidden(item.label, hidden) for paper in item.papers}
    return replace(
        data,
        items=tuple(
            MinutesItem(item.label, title, confidential=True) if is_hidden(item.label, hidden) else item
            for item in data.items
        ),
        tasks=tuple(task for task in data.tasks if not (task.confidential or is_hidden(task.item, hidden))),
        addenda=tuple(one for one in data.addenda if not (one.confidential or is_hidden(one.item, hidden))),
        annexes=tuple(name for name in data.annexes if name not in gone),
        redacted=True,
    )
