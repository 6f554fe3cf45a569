"""Says in plain German what a new version of a process changes. No difference goes unmentioned.

Called by the designer before publishing, by the page of a process and by the lifting of open records to a new version.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, cast

from pydantic import BaseModel

from kimforms.engine.conditions import explain
from kimforms.engine.definition import ProcessDefinition, Step, Transition
from kimforms.engine.diff_words import (
    CONDITIONS,
    RETAINED,
    TEXTS,
    TYPES,
    ids_in_words,
    list_change,
    said,
    setting_name,
    text_change,
)
from kimforms.engine.fields import AnyField
from kimforms.engine.strict import Path
from kimforms.engine.text import pick

_KEYED = {"deadlines": "id", "retention": "what"}
"""Lists whose entries are told apart by one of their settings."""


@dataclass(frozen=True)
class Change:
    """One difference: the path in the new version (in the old one for what was removed) and a German sentence."""

    path: Path
    text: str


def diff(old: ProcessDefinition, new: ProcessDefinition) -> list[Change]:
    """All changes from `old` to `new`, in the order of the document; empty exactly if the two are equal."""
    return list(_Comparison(old, new).changes())


@dataclass(frozen=True)
class _Spot:
    """A field with the part that holds it, to see whether it moved."""

    field: AnyField
    holder: str
    holder_words: str
    path: Path


class _Comparison:
    def __init__(self, old: ProcessDefinition, new: ProcessDefinition) -> None:
        self.old, self.new = old, new

    def changes(self) -> Iterator[Change]:
        own = {"form", "workflow", "mails", "documents"}
        yield from self._settings(self.old, self.new, (), "Der Prozess", own)
        yield from self._settings(self.old.form, self.new.form, ("form",), "Das Formular", {"steps"})
        yield from self._steps()
        yield from self._fields(_spots(self.old.form.steps), _spots(self.new.form.steps), "")
        yield from self._workflow()
        yield from self._named("mails", self.old.mails, self.new.mails, "Die Mail")
        yield from self._named("documents", self.old.documents, self.new.documents, "Das Dokument")

    def _settings(
        self, old: BaseModel, new: BaseModel, path: Path, subject: str, skip: Iterable[str] = ()
    ) -> Iterator[Change]:
        """Every setting that differs between two parts of the same kind, but for those that are compared elsewhere."""
        names = [name for name in type(new).model_fields if name in type(old).model_fields]
        for name in names:
            before, after = getattr(old, name), getattr(new, name)
            if name in skip or before == after:
                continue
            key = type(new).model_fields[name].alias or name
            if name in CONDITIONS:
                yield Change((*path, key), self._condition(subject, CONDITIONS[name], before, after))
            elif name in TEXTS:
                yield Change((*path, key), text_change(subject, name, before, after))
            elif isinstance(before, BaseModel) and type(before) is type(after):
                yield from self._settings(before, after, (*path, key), f"{subject}, {setting_name(name)}")
            elif name in _KEYED:
                yield from self._keyed(before, after, (*path, key), f"{subject}, {setting_name(name)}", _KEYED[name])
            elif isinstance(before, tuple) and isinstance(after, tuple) and before and after:
                text = f"{subject}, {setting_name(name)}: {list_change(before, after)}."
                yield Change((*path, key), text)
            else:
                text = f"{subject}, {setting_name(name)}: jetzt {said(after)}, vorher {said(before)}."
                yield Change((*path, key), text)

    def _keyed(self, old: Sequence[Any], new: Sequence[Any], path: Path, subject: str, key: str) -> Iterator[Change]:
        was = {getattr(one, key): one for one in old}
        now = {getattr(one, key): one for one in new}
        for name, part in was.items():
            if name not in now:
                yield Change(path, f"{subject}: „{_called(name, part)}“ entfällt.")
        for number, (name, part) in enumerate(now.items()):
            if name in was:
                about = f"{subject} „{_called(name, was[name])}“"
                yield from self._settings(was[name], part, (*path, number), about)
            else:
                yield Change((*path, number), f"{subject}: „{_called(name, part)}“ ist neu: {said(part)}.")
        yield from self._order(list(was), list(now), path, f"{subject}: die Reihenfolge ist geändert.")

    def _condition(self, subject: str, what: str, before: Any, after: Any) -> str:
        now = explain(after, self.new.labels()) if after is not None else None
        was = explain(before, self.old.labels()) if before is not None else None
        if was == now:
            return f"{subject}: {what} ist anders aufgeschrieben, bedeutet aber dasselbe."
        return f"{subject}: {what} ist jetzt „{now or 'immer'}“, vorher „{was or 'immer'}“."

    def _order(self, old: Sequence[str], new: Sequence[str], path: Path, text: str) -> Iterator[Change]:
        both = set(old) & set(new)
        if [one for one in old if one in both] != [one for one in new if one in both]:
            yield Change(path, text)

    def _steps(self) -> Iterator[Change]:
        old = {step.id: step for step in self.old.form.steps}
        new = {step.id: step for step in self.new.form.steps}
        for name, step in old.items():
            if name not in new:
                yield Change(("form", "steps", list(old).index(name)), f"Der Abschnitt „{pick(step.title)}“ entfällt.")
        for number, (name, step) in enumerate(new.items()):
            path: Path = ("form", "steps", number)
            if name not in old:
                yield Change(path, f"Der Abschnitt „{pick(step.title)}“ ist neu.")
            else:
                subject = f"Der Abschnitt „{pick(old[name].title)}“"
                yield from self._settings(old[name], step, path, subject, {"fields"})
        text = "Die Reihenfolge der Abschnitte ist geändert."
        yield from self._order(list(old), list(new), ("form", "steps"), text)

    def _fields(self, old: Mapping[str, _Spot], new: Mapping[str, _Spot], place: str) -> Iterator[Change]:
        for name, spot in old.items():
            if name not in new:
                yield Change(spot.path, f"{place}Das Feld „{pick(spot.field.label)}“ ({name}) entfällt.")
        for name, spot in new.items():
            if name not in old:
                kind = TYPES.get(spot.field.type, spot.field.type)
                yield Change(spot.path, f"{place}Das Feld „{pick(spot.field.label)}“ ({name}, {kind}) ist neu.")
                continue
            yield from self._field(old[name], spot, place)
        for holder in dict.fromkeys(spot.holder for spot in new.values()):
            inside = [spot for spot in new.values() if spot.holder == holder]
            yield from self._order(
                [name for name, spot in old.items() if spot.holder == holder],
                [spot.field.id for spot in inside],
                inside[0].path[:-1],
                f"{place}Die Reihenfolge der Felder in {inside[0].holder_words} ist geändert.",
            )

    def _field(self, old: _Spot, new: _Spot, place: str) -> Iterator[Change]:
        before, after = old.field, new.field
        subject = f"{place}Das Feld „{pick(before.label)}“"
        if old.holder != new.holder:
            yield Change(new.path, f"{subject} steht jetzt in {new.holder_words} (vorher in {old.holder_words}).")
        if before == after:
            return
        if before.type != after.type:
            was, now = TYPES.get(before.type, before.type), TYPES.get(after.type, after.type)
            yield Change((*new.path, "type"), f"{subject} hat jetzt den Typ {now} (vorher {was}).")
        if before.required != after.required:
            text = "ist jetzt Pflicht" if after.required else "ist nicht mehr Pflicht"
            yield Change((*new.path, "required"), f"{subject} {text}.")
        for name in ("options", "extra_options", "evidence"):
            if hasattr(before, name) and hasattr(after, name):
                yield from self._options(getattr(before, name), getattr(after, name), (*new.path, name), subject)
        skip = {"type", "required", "options", "extra_options", "evidence", "fields"} | _untouched(before, after)
        yield from self._settings(before, after, new.path, subject, skip)

    def _options(self, old: Sequence[Any], new: Sequence[Any], path: Path, subject: str) -> Iterator[Change]:
        was = {option.value: option for option in old}
        now = {option.value: option for option in new}
        for value, option in was.items():
            if value not in now:
                yield Change(path, f"{subject}: die Antwort „{pick(option.label)}“ entfällt.")
        for number, (value, option) in enumerate(now.items()):
            if value not in was:
                yield Change((*path, number), f"{subject}: die Antwort „{pick(option.label)}“ ist neu.")
            else:
                about = f"{subject}, Antwort „{pick(was[value].label)}“"
                yield from self._settings(was[value], option, (*path, number), about)
        yield from self._order(list(was), list(now), path, f"{subject}: die Reihenfolge der Antworten ist geändert.")

    def _workflow(self) -> Iterator[Change]:
        old, new = self.old.workflow, self.new.workflow
        own = {"states", "transitions"}
        yield from self._settings(old, new, ("workflow",), "Der Ablauf", own)
        yield from self._named("states", old.states, new.states, "Der Stand", ("workflow", "states"))
        was = {one.id: (number, one) for number, one in enumerate(old.transitions)}
        now = {one.id: (number, one) for number, one in enumerate(new.transitions)}
        for name, (number, one) in was.items():
            if name not in now:
                text = f"Der Schritt „{pick(one.label)}“ entfällt."
                yield Change(("workflow", "transitions", number), text)
        for name, (number, one) in now.items():
            path: Path = ("workflow", "transitions", number)
            if name in was:
                yield from self._transition(was[name][1], one, path)
            else:
                origins = ids_in_words(one.from_, self.new.labels().states)
                states = self.new.labels().states
                target = f"nach {ids_in_words((one.to,), states)}" if one.to is not None else "und bleibt dort"
                yield Change(path, f"Der Schritt „{pick(one.label)}“ ist neu: von {origins} {target}.")
        text = "Die Reihenfolge der Schritte ist geändert."
        yield from self._order(list(was), list(now), ("workflow", "transitions"), text)

    def _transition(self, old: Transition, new: Transition, path: Path) -> Iterator[Change]:
        subject = f"Der Schritt „{pick(old.label)}“"
        for name, word in (("from_", "beginnt"), ("to", "führt")):
            before, after = getattr(old, name), getattr(new, name)
            if before != after:
                was, now = ids_in_words(before, self.old.labels().states), ids_in_words(after, self.new.labels().states)
                way = "in" if name == "from_" else "nach" if after is not None else "zu"
                yield Change((*path, name.rstrip("_")), f"{subject} {word} jetzt {way} {now} (vorher {was}).")
        yield from self._fields(_form_spots(old, path), _form_spots(new, path), f"{subject}: ")
        yield from self._settings(old, new, path, subject, {"from_", "to", "form"})

    def _named(
        self, key: str, old: Mapping[str, Any], new: Mapping[str, Any], what: str, path: Path | None = None
    ) -> Iterator[Change]:
        at = path if path is not None else (key,)
        for name, part in old.items():
            if name not in new:
                yield Change((*at, name), f"{what} „{_called(name, part)}“ entfällt.")
        for name, part in new.items():
            if name not in old:
                yield Change((*at, name), f"{what} „{_called(name, part)}“ ist neu.")
            else:
                yield from self._settings(old[name], part, (*at, name), f"{what} „{_called(name, old[name])}“")


def _called(name: str, part: Any) -> str:
    label = getattr(part, "label", None) or getattr(part, "title", None)
    return pick(label) or RETAINED.get(name, name)


def _untouched(before: AnyField, after: AnyField) -> set[str]:
    """Settings that nobody wrote: a change of type alone changes their defaults."""
    if before.type == after.type:
        return set()
    return {name for name in type(after).model_fields if _is_default(before, name) and _is_default(after, name)}


def _is_default(part: BaseModel, name: str) -> bool:
    info = type(part).model_fields.get(name)
    return info is not None and not info.is_required() and bool(getattr(part, name) == info.get_default())


def _spots(steps: Sequence[Step]) -> dict[str, _Spot]:
    found: dict[str, _Spot] = {}
    for number, step in enumerate(steps):
        words = f"„{pick(step.title)}“"
        _collect(found, step.fields, step.id, words, ("form", "steps", number, "fields"))
    return found


def _form_spots(transition: Transition, path: Path) -> dict[str, _Spot]:
    found: dict[str, _Spot] = {}
    _collect(found, transition.form, "", "diesem Formular", (*path, "form"))
    return found


def _collect(found: dict[str, _Spot], fields: Sequence[Any], holder: str, words: str, path: Path) -> None:
    for number, field in enumerate(fields):
        at = (*path, number)
        found.setdefault(field.id, _Spot(cast(AnyField, field), holder, words, at))
        inner = getattr(field, "fields", ())
        _collect(found, inner, f"{holder}.{field.id}", f"der Gruppe „{pick(field.label)}“", (*at, "fields"))
