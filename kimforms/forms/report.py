"""A form under way: what its pages carry, which step comes next, and the review of all answers before they are sent.

Pure: the blueprints give it what was posted and what a draft holds, and draw what comes back.
"""

from __future__ import annotations

import hashlib
import json
import re
import secrets
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from ..engine.cleaning import clean_answers, fields_of, flatten
from ..engine.definition import ProcessDefinition, Step
from ..engine.fields import RepeatingGroup
from .builder import BuiltForm, Circumstances, readable, step_form, submitted, walk
from .built_fields import BuiltField, rows_of, text_of

CHECK = "check"
MOST_CHARACTERS = 1_500_000
"""Of all answers of a form together; a report of the size of a shelf is no report."""
_KEY = re.compile(r"[A-Za-z0-9_-]{43}")
_TREE = re.compile(r"[a-z][a-z0-9_]*(?:-[a-z0-9_]+){0,5}")


@dataclass
class FormState:
    """One form under way. ``raw`` is the input of all steps; the other parts are about the page that was posted.

    ``key`` is the secret of this form: posting it twice gives one record. ``shown`` are the questions that the page
    had, None when it does not say; ``warned`` is what it had warned of; ``returning`` leads back to the review.
    """

    raw: dict[str, Any] = field(default_factory=dict)
    visited: list[str] = field(default_factory=list)
    key: str = ""
    step: str = ""
    action: str = ""
    shown: frozenset[str] | None = None
    warned: str = ""
    returning: bool = False
    base: str = ""
    version: str = ""
    token: str = ""
    trap: str = ""
    window: str = ""


@dataclass
class Page:
    """What is shown next: a step with its form, or the review when ``step`` is None."""

    step: Step | None
    form: BuiltForm | None = None
    news: Sequence[str] = ()
    hits: int = 0
    refused: bool = False


def new_key() -> str:
    """A secret for a form that begins: 256 bits."""
    return secrets.token_urlsafe(32)


def read_state(definition: ProcessDefinition, items: Iterable[tuple[str, str]], kept: FormState | None) -> FormState:
    """The state after a POST. ``kept`` is what the draft holds; without one all input stands in the posted form itself.

    Names that no question has are left behind. Nothing is judged here.
    """
    listed = [(name, readable(value)) for name, value in items]
    own = {name: value for name, value in listed if name.startswith("_")}
    data = submitted((name, value) for name, value in listed if not name.startswith("_"))
    step = next((one for one in definition.form.steps if one.id == own.get("_step")), None)
    state = FormState(step=step.id if step else "", action=own.get("_action", ""), warned=own.get("_warned", ""))
    shown = own.get("_shown")
    state.shown = None if shown is None else frozenset(filter(None, shown.split("|")))
    state.returning, state.base = own.get("_returning") == "1", own.get("_base", "")
    state.version, state.token, state.trap = own.get("_version", ""), own.get("_draft", ""), own.get("_website", "")
    state.window = own.get("_window", "")[:40]
    if kept is None:
        ids = [each.id for one in definition.form.steps for each in fields_of(one)]
        state.raw = {name: data[name] for name in ids if name in data}
        state.visited = [one.id for one in definition.form.steps if one.id in own.get("_visited", "").split("|")]
        state.key = own["_key"] if _KEY.fullmatch(own.get("_key", "")) else new_key()
    else:
        state.raw, state.visited, state.key = dict(kept.raw), list(kept.visited), kept.key
        if step is not None:
            _take_over(state, step, data)
    if change_rows(definition, state.raw, own):
        state.action = "rows"
    if step is not None and step.id not in state.visited:
        state.visited.append(step.id)
    return state


def _take_over(state: FormState, step: Step, data: Mapping[str, Any]) -> None:
    """The page's input replaces what was kept for the questions it had: a box no longer ticked sends nothing."""
    was_there = None if state.shown is None else {name.partition("=")[0] for name in state.shown}
    for each in fields_of(step):
        if each.id in data:
            state.raw[each.id] = data[each.id]
        elif was_there is None or each.id in was_there:
            state.raw.pop(each.id, None)


def change_rows(definition: ProcessDefinition, raw: dict[str, Any], own: Mapping[str, str]) -> bool:
    """Carries out in ``raw`` what a button of a repeating group asks for: ``_add:name``, or ``_remove:name`` with the row's
    number. False when no such button was pressed.
    """
    pressed = next((name for name in own if name.startswith(("_add:", "_remove:"))), None)
    if pressed is None:
        return False
    kind, _, path = pressed.partition(":")
    *before, last = path.split("-")
    if not _TREE.fullmatch(path) or not _repeats(definition, last):
        return False
    branch = _branch(raw, before)
    if branch is None:
        return True
    rows: list[Any] = [dict(row) for row in rows_of(branch.get(last))]
    if kind == "_add":
        rows = [*(rows or [{}]), {}]
    elif own[pressed].isdecimal() and int(own[pressed][:6]) < len(rows):
        rows.pop(int(own[pressed][:6]))
    branch[last] = rows
    return True


def _repeats(definition: ProcessDefinition, name: str) -> bool:
    sections = {step.id for step in definition.form.steps if step.repeat is not None}
    return name in sections or isinstance(definition.fields().get(name), RepeatingGroup)


def _branch(raw: dict[str, Any], path: Sequence[str]) -> dict[str, Any] | None:
    """The part of the input that a path such as ``rows``, ``0`` leads to."""
    branch: Any = raw
    for part in path:
        if isinstance(branch, list):
            branch = branch[int(part[:6])] if part.isdecimal() and int(part[:6]) < len(branch) else None
        else:
            branch = branch.get(part) if isinstance(branch, dict) else None
    return branch if isinstance(branch, dict) else None


def too_long(state: FormState) -> bool:
    """Whether there is more than is kept."""
    return sum(len(name) + len(value) for name, value in flatten(state.raw)) > MOST_CHARACTERS


def steps_shown(definition: ProcessDefinition, raw: Mapping[str, Any], about: Circumstances) -> list[Step]:
    """The steps that have anything to show for these answers, in their order."""
    visible = about.look(definition, raw).visible
    return [step for step in definition.form.steps if any(each.id in visible for each in fields_of(step))]


def steps_wrong(definition: ProcessDefinition, raw: Mapping[str, Any], about: Circumstances) -> set[str]:
    """Ids of the steps in which something is missing or wrong."""
    cleaned = clean_answers(definition, raw, catalogues=about.catalogues, today=about.today, language=about.language,
                            facts=about.facts)  # fmt: skip
    names = {path.partition(".")[0] for path in cleaned.errors}
    return {step.id for step in definition.form.steps if any(each.id in names for each in fields_of(step))}


def advance(definition: ProcessDefinition, state: FormState, about: Circumstances) -> Page:
    """The page that follows what was pressed.

    ``next`` judges the step and stays where something is wrong, where the answers brought questions that the page did
    not have, and once where a text seems to hold personal data: people look again and decide, nothing is forbidden.
    """
    steps = steps_shown(definition, state.raw, about)
    here = next((number for number, step in enumerate(steps) if step.id == state.step), None)
    if state.action == CHECK or not steps:
        return Page(None)
    if state.action.startswith("go:"):
        wanted = state.action[3:]
        return open_step(definition, next((one for one in steps if one.id == wanted), steps[0]), state, about)
    if here is None:
        return open_step(definition, steps[0], state, about)
    if state.action == "back":
        return open_step(definition, steps[max(0, here - 1)], state, about)
    page = open_step(definition, steps[here], state, about)
    if state.action != "next":
        return page
    assert page.form is not None
    fresh = news(page.form, state.shown)
    page.refused = not page.form.validate(ignore=fresh)
    page.news = [page.form[name].label.text for name in fresh]
    if page.refused or page.news or (page.hits and warning(page.form) != state.warned):
        return page
    if state.returning or here + 1 == len(steps):
        return Page(None)
    return open_step(definition, steps[here + 1], state, about)


def open_step(definition: ProcessDefinition, step: Step, state: FormState, about: Circumstances) -> Page:
    """A step as it stands, unjudged; texts are looked through for personal data."""
    form = step_form(definition, step, state.raw, about)
    return Page(step, form, hits=form.look_for_personal_data())


def signature(form: BuiltForm) -> list[str]:
    """What a page shows: the questions, and for those that depend on another the answer their options were made for."""
    return [_sign(one, form) for one in form if one.question.holds_answer]


def news(form: BuiltForm, shown: Collection[str] | None) -> list[str]:
    """Questions that the posted page did not have, or had with other options and without an answer."""
    if shown is None:
        return []
    bare = {name.partition("=")[0] for name in shown}
    return [
        one.short_name
        for one in form
        if one.question.holds_answer
        and _sign(one, form) not in shown
        and (one.short_name not in bare or not text_of(one.raw))
    ]


def _sign(one: BuiltField, form: BuiltForm) -> str:
    parent = getattr(one.question, "depends_on", None)
    if parent is None:
        return str(one.short_name)
    answer = form.frame.context.answers.get(parent)
    return f"{one.short_name}={digest(answer) if answer else ''}"


def warning(form: BuiltForm) -> str:
    """What a page warned of, as a mark that it sends back; empty when there was nothing."""
    found = [hit["text"] for one in walk(form) for hit in (one.kimforms.get("hits") or ())]
    return digest(found) if found else ""


def digest(value: Any) -> str:
    """A short mark for a value, to see whether it is still the same."""
    return hashlib.sha256(json.dumps(value, sort_keys=True, ensure_ascii=True).encode()).hexdigest()[:16]


def base_of(step: Step, raw: Mapping[str, Any]) -> str:
    """The mark of what a step holds; a page sends it back, so that a second window cannot overwrite unseen text."""
    return digest({each.id: raw[each.id] for each in fields_of(step) if each.id in raw})


def carried(state: FormState, besides: BuiltForm | None) -> list[tuple[str, str]]:
    """Input that the page does not show and that travels with it: other steps, and hidden questions of this one."""
    shown = {one.short_name for one in besides} if besides is not None else set()
    return [pair for name, value in state.raw.items() if name not in shown for pair in flatten({name: value})]
