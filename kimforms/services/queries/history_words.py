"""The words of the history: each kind of event as a sentence with labels, old and new values. Called by ``history``."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING, Any

from ...engine.cleaning import fields_of
from ...engine.definition import ProcessDefinition, nested_fields
from ...engine.fields import CleanContext
from ...engine.fields.base import Field
from ...engine.text import pick
from ..audit import Tag
from . import session_words
from .body_words import BODY_TELLERS
from .invitation_words import INVITATION_TELLERS

if TYPE_CHECKING:
    from .record_page import Seen

LONGEST_VALUE = 600
MOST_NAMED = 5
"""So many references are named where a deed concerned many."""


@dataclass(frozen=True)
class Change:
    """One changed value; ``old`` is None where there was none to show (the form of a step)."""

    label: str
    new: str
    old: str | None = None


@dataclass
class Reading:
    """What turning events into words needs to know, looked up once for all of them."""

    seen: Seen
    language: str
    context: CleanContext
    names: Mapping[int, str] = field(default_factory=dict)
    references: frozenset[str] = frozenset()
    reporters_moments: frozenset[str] = frozenset()
    creator_works: bool = False

    def say(self, german: str, english: str) -> str:
        return english if self.language == "en" else german

    @property
    def definition(self) -> ProcessDefinition:
        return self.seen.definition

    def quote(self, text: str) -> str:
        return f"“{text}”" if self.language == "en" else f"„{text}“"

    def name(self, user_id: object) -> str:
        return self.names.get(user_id, "") if isinstance(user_id, int) else ""

    def someone(self, user_id: object) -> str:
        return self.name(user_id) or self.say("niemand", "nobody")

    def state(self, key: object) -> str:
        found = self.definition.workflow.states.get(str(key))
        return pick(found.label, self.language) if found is not None else str(key)


Told = tuple[str, str, Sequence[Change], str]
Teller = Callable[[Reading, Mapping[str, Any], frozenset[str]], Told]


def _submitted(reading: Reading, _payload: Mapping[str, Any], _erased: frozenset[str]) -> Told:
    return reading.say("Vorgang angelegt", "Record begun"), "info", (), ""


def _moved(reading: Reading, payload: Mapping[str, Any], erased: frozenset[str]) -> Told:
    taken = reading.definition.workflow.transition_by_id.get(str(payload["transition"]))
    label = pick(taken.label, reading.language) if taken is not None else str(payload["transition"])
    fields = {one.id: one for one in nested_fields(taken.form)} if taken is not None else {}
    changes = tuple(
        Change(_label(reading, fields, key), _shown(reading, fields, key, value, f"form\x1f{key}" in erased))
        for key, value in (payload.get("form") or {}).items()
        if value is not None or f"form\x1f{key}" in erased
    )
    if not payload.get("complete", True):
        return reading.say(f"„{label}“ zugestimmt", f"Approved “{label}”"), "info", changes, ""
    if payload["old"] == payload["new"]:
        return reading.say(f"„{label}“", f"“{label}”"), "info", changes, ""
    old, new = reading.state(payload["old"]), reading.state(payload["new"])
    state = reading.definition.workflow.states.get(str(payload["new"]))
    title = reading.say(f"{label}: „{old}“ → „{new}“", f"{label}: “{old}” → “{new}”")
    return title, state.tone if state is not None else "info", changes, ""


def _changed(reading: Reading, payload: Mapping[str, Any], erased: frozenset[str]) -> Told:
    fields = answer_fields(reading.definition)
    changes = tuple(
        Change(
            _label(reading, fields, key),
            _shown(reading, fields, key, values.get("new"), f"changes\x1f{key}\x1fnew" in erased),
            _shown(reading, fields, key, values.get("old"), f"changes\x1f{key}\x1fold" in erased),
        )
        for key, values in payload["changes"].items()
    )
    return reading.say("Angaben geändert", "Answers changed"), "neutral", changes, ""


def _assigned(reading: Reading, payload: Mapping[str, Any], _erased: frozenset[str]) -> Told:
    old, new = reading.someone(payload["old"]), reading.someone(payload["new"])
    return reading.say(f"Zuständig: {old} → {new}", f"Responsible: {old} → {new}"), "neutral", (), ""


def _plain(german: str, english: str, tone: str = "neutral") -> Teller:
    def tell(reading: Reading, _payload: Mapping[str, Any], _erased: frozenset[str]) -> Told:
        return reading.say(german, english), tone, (), ""

    return tell


def _commented(reading: Reading, payload: Mapping[str, Any], _erased: frozenset[str]) -> Told:
    names = ", ".join(filter(None, (reading.name(one) for one in payload["mentions"])))
    text = reading.say(f"Benachrichtigt: {names}", f"Told: {names}") if names else ""
    return reading.say("Kommentar geschrieben", "Comment written"), "neutral", (), text


def _linked(german: str, english: str) -> Teller:
    def tell(reading: Reading, payload: Mapping[str, Any], _erased: frozenset[str]) -> Told:
        known = str(payload["other"]) in reading.references
        other = str(payload["other"]) if known else reading.say("einem anderen Vorgang", "another record")
        return reading.say(german, english).format(other), "neutral", (), ""

    return tell


def _judged(reading: Reading, payload: Mapping[str, Any], erased: frozenset[str]) -> Told:
    if payload.get("similar"):
        return _linked("Als ähnlich beurteilt: {}", "Judged similar: {}")(reading, payload, erased)
    return _linked("Als nicht ähnlich beurteilt: {}", "Judged not similar: {}")(reading, payload, erased)


def _gathered(german: str, english: str, german_via: str, english_via: str) -> Teller:
    """Reports that came into a theme or left it: how many, the first few by reference, from or to which other theme."""

    def tell(reading: Reading, payload: Mapping[str, Any], _erased: frozenset[str]) -> Told:
        reports = payload["reports"]
        count = len(reports)
        named = [str(one) for one in reports[:MOST_NAMED] if str(one) in reading.references]
        text = ", ".join(named) + (" …" if named and count > MOST_NAMED else "")
        what = (
            reading.say("1 Meldung", "1 report")
            if count == 1
            else reading.say(f"{count} Meldungen", f"{count} reports")
        )
        title = f"{what} {reading.say(german, english)}"
        if payload.get("other"):
            title += f" ({reading.say(german_via, english_via)} {_other(reading, payload)})"
        return title, "info", (), text

    return tell


def _cases_stated(reading: Reading, payload: Mapping[str, Any], erased: frozenset[str]) -> Told:
    other = _other(reading, payload)
    title = reading.say(f"Zahl der Fälle von {other} festgelegt", f"Number of cases of {other} stated")
    change = Change(reading.say("Fälle", "Cases"), str(payload["new"]), str(payload["old"]))
    return title, "neutral", (change,), _erasable(reading, payload.get("note"), "note" in erased)


def _merged(german: str, english: str, german_target: str, english_target: str) -> Teller:
    def tell(reading: Reading, payload: Mapping[str, Any], _erased: frozenset[str]) -> Told:
        source = payload["role"] == "source"
        words = (german, english) if source else (german_target, english_target)
        return reading.say(*words).format(_other(reading, payload)), "info", (), ""

    return tell


def _other(reading: Reading, payload: Mapping[str, Any]) -> str:
    known = str(payload["other"]) in reading.references
    return str(payload["other"]) if known else reading.say("einem anderen Vorgang", "another record")


def _shared(reading: Reading, payload: Mapping[str, Any], erased: frozenset[str]) -> Told:
    name = _erasable(reading, payload.get("with"), "with" in erased)
    until = _day(payload.get("until"))
    title = reading.say(f"Freigegeben für {name}", f"Shared with {name}")
    return title + (reading.say(f" bis {until}", f" until {until}") if until else ""), "info", (), ""


def _unshared(reading: Reading, payload: Mapping[str, Any], erased: frozenset[str]) -> Told:
    name = _erasable(reading, payload.get("with"), "with" in erased)
    return reading.say(f"Freigabe für {name} beendet", f"Sharing with {name} ended"), "neutral", (), ""


def _task_made(reading: Reading, payload: Mapping[str, Any], erased: frozenset[str]) -> Told:
    title = _erasable(reading, payload["title"], "title" in erased)
    due, name = _day(payload.get("due_on")), reading.name(payload.get("assignee"))
    follow_up = payload.get("kind") == "follow_up"
    what = reading.say("Wiedervorlage" if follow_up else "Aufgabe", "Follow-up" if follow_up else "Task")
    more = [reading.say(f"für {name}", f"for {name}")] if name else []
    more += [reading.say(f"bis {due}", f"by {due}")] if due else []
    return f"{what} {reading.quote(title)}" + (f" ({', '.join(more)})" if more else ""), "neutral", (), ""


def _task_progress(reading: Reading, payload: Mapping[str, Any], erased: frozenset[str]) -> Told:
    note = _erasable(reading, payload["note"], "note" in erased) if payload["note"] or "note" in erased else ""
    return (
        reading.say(f"Aufgabe zu {payload['percent']} % erledigt", f"Task {payload['percent']} % done"),
        "neutral",
        (),
        note,
    )


def _task_changed(reading: Reading, payload: Mapping[str, Any], erased: frozenset[str]) -> Told:
    labels = {
        "title": reading.say("Aufgabe", "Task"),
        "assignee": reading.say("Wer", "Who"),
        "due_on": reading.say("Bis wann", "By when"),
    }
    changes = []
    for key, values in payload["changes"].items():
        shown = []
        for side in ("new", "old"):
            value = values.get(side)
            if f"changes\x1f{key}\x1f{side}" in erased:
                shown.append(_gone(reading))
            elif key == "assignee":
                shown.append(reading.someone(value))
            else:
                shown.append((_day(value) if key == "due_on" else str(value or "")) or _nothing(reading))
        changes.append(Change(labels.get(key, key), shown[0], shown[1]))
    return reading.say("Aufgabe geändert", "Task changed"), "neutral", tuple(changes), ""


def _deadline(german: str, english: str, tone: str = "neutral") -> Teller:
    def tell(reading: Reading, payload: Mapping[str, Any], _erased: frozenset[str]) -> Told:
        rules = [rule for state in reading.definition.workflow.states.values() for rule in state.deadlines]
        name = next((pick(rule.label, reading.language) for rule in rules if rule.id == payload["rule"]), "")
        quoted = f" {reading.quote(name)}" if name else ""
        title = reading.say(german, english).format(rule=quoted, due=_day(payload.get("due_on")))
        return " ".join(title.split()), tone, (), ""

    return tell


def _file_added(reading: Reading, payload: Mapping[str, Any], erased: frozenset[str]) -> Told:
    name = _erasable(reading, payload["name"], "name" in erased)
    return reading.say(f"Datei „{name}“ hinzugefügt", f"File “{name}” added"), "neutral", (), ""


def _published(reading: Reading, payload: Mapping[str, Any], _erased: frozenset[str]) -> Told:
    said = reading.say("Öffentlich unter /solutions/{}", "Public at /solutions/{}").format(payload["slug"])
    if payload["number"] > 1:
        said += reading.say(" (Fassung {})", " (issue {})").format(payload["number"])
    return said, "success", (), ""


def _news(reading: Reading, payload: Mapping[str, Any], _erased: frozenset[str]) -> Told:
    told = payload["told"]
    many = reading.say(f"{told} Personen benachrichtigt", f"{told} people notified")
    one = reading.say("1 Person benachrichtigt", "1 person notified")
    return one if told == 1 else many, "neutral", (), ""


def _exported(reading: Reading, payload: Mapping[str, Any], _erased: frozenset[str]) -> Told:
    return reading.say("In einer Liste ausgegeben", "Exported in a list"), "neutral", (), str(payload.get("format", ""))


TELLERS: dict[str, Teller] = {
    Tag.RECORD_SUBMIT.text: _submitted,
    Tag.RECORD_TRANSITION.text: _moved,
    Tag.RECORD_CHANGE.text: _changed,
    Tag.RECORD_ASSIGN.text: _assigned,
    Tag.RECORD_ASK.text: _plain("Nachricht an die meldende Person gesendet", "Message sent to the reporting person"),
    Tag.RECORD_ANSWER.text: _plain(
        "Antwort auf die Rückfrage festgehalten", "Answer to the question recorded", "success"
    ),
    Tag.RECORD_COMMENT.text: _commented,
    Tag.RECORD_LINK.text: _linked("Verknüpft mit {}", "Linked with {}"),
    Tag.RECORD_UNLINK.text: _linked("Verknüpfung mit {} gelöst", "Link with {} removed"),
    Tag.SIMILAR_JUDGE.text: _judged,
    Tag.SIMILAR_FORGET.text: _linked(
        "Urteil über die Ähnlichkeit zurückgenommen: {}", "Verdict on similarity taken back: {}"
    ),
    Tag.THEME_GATHER.text: _gathered("aufgenommen", "taken in", "aus", "from"),
    Tag.THEME_RELEASE.text: _gathered("herausgenommen", "taken out", "jetzt in", "now in"),
    Tag.THEME_CASES.text: _cases_stated,
    Tag.THEME_MERGE.text: _merged(
        "In {} aufgegangen", "Merged into {}", "{} ist hier aufgegangen", "{} was merged into this"
    ),
    Tag.THEME_UNMERGE.text: _merged(
        "Wieder ein eigenes Thema, getrennt von {}",
        "A theme of its own again, apart from {}",
        "{} ist wieder ein eigenes Thema",
        "{} is a theme of its own again",
    ),
    Tag.RECORD_SHARE.text: _shared,
    Tag.RECORD_UNSHARE.text: _unshared,
    Tag.RECORD_EXPORT.text: _exported,
    Tag.RECORD_DOCUMENT.text: _plain("Ausdruck erstellt", "Print made"),
    Tag.TASK_CREATE.text: _task_made,
    Tag.TASK_CHANGE.text: _task_changed,
    Tag.TASK_DONE.text: _plain("Aufgabe erledigt", "Task done", "success"),
    Tag.TASK_PROGRESS.text: _task_progress,
    Tag.ATTACHMENT_ADD.text: _file_added,
    Tag.ATTACHMENT_REMOVE.text: _plain("Datei entfernt", "File removed"),
    Tag.DEADLINE_START.text: _deadline("Frist{rule} bis {due}", "Deadline{rule} by {due}"),
    Tag.DEADLINE_REMIND.text: _deadline("An die Frist{rule} erinnert", "Reminded of the deadline{rule}"),
    Tag.DEADLINE_ESCALATE.text: _deadline(
        "Frist{rule} verstrichen, weitergemeldet", "Deadline{rule} passed, passed on", "warning"
    ),
    Tag.DEADLINE_DONE.text: _deadline("Frist{rule} erledigt", "Deadline{rule} done"),
    Tag.CONTACT_ERASE.text: _plain("Kontaktdaten nach Frist gelöscht", "Contact details erased on schedule"),
    Tag.PUBLICATION_PUBLISH.text: _published,
    Tag.PUBLICATION_WITHDRAW.text: _plain("Öffentliche Seite zurückgezogen", "Public page withdrawn", "warning"),
    Tag.PUBLICATION_NEWS.text: _news,
    Tag.MAIL_RETRY.text: _plain("E-Mail noch einmal gesendet", "Mail sent again"),
    Tag.MAIL_GIVE_UP.text: _plain("E-Mail nicht zugestellt", "Mail not delivered", "warning"),
    **BODY_TELLERS,
    **INVITATION_TELLERS,
    **session_words.TELLERS,
}


def answer_fields(definition: ProcessDefinition) -> dict[str, Field]:
    """The questions as their answers are stored, a step that repeats by its id."""
    return {one.id: one for step in definition.form.steps for one in fields_of(step)}


def _label(reading: Reading, fields: Mapping[str, Any], key: str) -> str:
    return pick(fields[key].label, reading.language) if key in fields else key


def _shown(reading: Reading, fields: Mapping[str, Any], key: str, value: Any, erased: bool) -> str:
    if erased:
        return _gone(reading)
    if value is None or value in ("", [], {}):
        return _nothing(reading)
    text = str(fields[key].display(value, reading.context) if key in fields else value)
    return text if len(text) <= LONGEST_VALUE else f"{text[:LONGEST_VALUE]} …"


def _erasable(reading: Reading, value: Any, erased: bool) -> str:
    return _gone(reading) if erased else str(value or "")


def _gone(reading: Reading) -> str:
    return reading.say("[gelöscht nach Frist]", "[erased on schedule]")


def _nothing(reading: Reading) -> str:
    return reading.say("keine Angabe", "not given")


def _day(iso: object) -> str:
    try:
        return f"{date.fromisoformat(str(iso)):%d.%m.%Y}" if iso else ""
    except ValueError:
        return str(iso)
