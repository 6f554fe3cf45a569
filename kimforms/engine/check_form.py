"""Judges the form of a process and what points into it: ids, conditions, patterns, projection, reporter.

A room of `check.py`.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from kimforms.engine.check_conditions import Scope, can_hold, can_never_hold, check_condition
from kimforms.engine.conditions import Condition, fields_in
from kimforms.engine.definition import Step, nested_fields, option_labels
from kimforms.engine.fields import AnyField
from kimforms.engine.findings import Finding, Place, Subject, is_list
from kimforms.engine.strict import Path
from kimforms.engine.text import pick

_PROJECTED_TYPES = {
    "title": ("short_text", "long_text", "one_of", "organisation", "municipality", "record", "computed"),
    "municipalities": ("municipality",),
    "organisation": ("organisation",),
    "field_of_action": ("one_of", "several_of", "record"),  # of several the first
    "topic": ("one_of", "record"),
    "legal_areas": ("one_of", "several_of"),
    "urgency": ("one_of",),
    "case_count": ("one_of", "number", "computed"),
}
_REPORTER_TYPES = {"name": ("short_text",), "email": ("email",), "phone": ("phone", "short_text")}


def check_form(subject: Subject) -> Iterator[Finding]:
    """Findings about steps and fields of the record's form."""
    form = subject.definition.form
    yield from _doubles([step.id for step in form.steps], ("form", "steps"), "Abschnitt")
    yield from _double_fields(subject)
    yield from _steps(subject)
    for place in subject.places.values():
        yield from _field(subject, place)
    yield from _number(subject)
    yield from _cycles(subject)
    yield from _never_shown(subject)


def _doubles(ids: Sequence[str], path: Path, what: str) -> Iterator[Finding]:
    for number, one in enumerate(ids):
        if one in ids[:number]:
            yield Finding((*path, number, "id"), "error", f"{what} „{one}“ gibt es zweimal.")


def _double_fields(subject: Subject) -> Iterator[Finding]:
    repeated = {step.id for step in subject.definition.form.steps if step.repeat is not None}
    seen: set[str] = set()
    for number, step in enumerate(subject.definition.form.steps):
        for position, outer in enumerate(step.fields):
            for field in nested_fields((outer,)):
                path: Path = ("form", "steps", number, "fields", position)
                if field.id in seen:
                    yield Finding(path, "error", f"Das Feld „{field.id}“ gibt es zweimal.")
                if field.id in repeated:
                    yield Finding(
                        path,
                        "error",
                        f"„{field.id}“ heißt schon ein mehrfacher Abschnitt; ihre Antworten fielen zusammen.",
                    )
                seen.add(field.id)


def _number(subject: Subject) -> Iterator[Finding]:
    name = subject.definition.numbering.field
    if name is None:
        return
    path: Path = ("numbering", "field")
    yield from _points_to(subject, name, ("short_text",), path)
    place = subject.places.get(name)
    if place is None:
        return
    if not place.field.read_only:
        yield Finding(path, "error", f"„{name}“ zeigt die vergebene Nummer und braucht „read_only: true“.")
    if place.within or place.repeats:
        yield Finding(path, "error", f"„{name}“ steht in einer Gruppe oder wird mehrfach ausgefüllt.")


def _fewer_rounds(subject: Subject, number: int, step: Step) -> Iterator[Finding]:
    if step.repeat is None or step.repeat.minimum_by_exception is None:
        return
    path: Path = ("form", "steps", number, "repeat", "minimum_by_exception", "when")
    when = step.repeat.minimum_by_exception.when
    scope = Scope(subject.places)
    yield from check_condition(subject, when, path, scope)
    for name in fields_in(when):
        place = scope.find(name)
        if place is not None and place.step >= number:
            text = f"Wie oft der Abschnitt nötig ist, hängt von „{name}“ ab; das wird erst hier oder danach gefragt."
            yield Finding(path, "error", text)


def _steps(subject: Subject) -> Iterator[Finding]:
    steps = subject.definition.form.steps
    for number, step in enumerate(steps):
        path: Path = ("form", "steps", number)
        yield from _fewer_rounds(subject, number, step)
        if step.repeat is not None:
            for field in step.fields:
                if field.read_only:
                    text = f"„{field.id}“ steht in einem mehrfachen Abschnitt; „read_only“ gilt hier nicht."
                    yield Finding(path, "error", text)
        if not step.fields:
            yield Finding(path, "warning", f"Der Abschnitt „{pick(step.title)}“ hat keine Felder.")
        scope = Scope(subject.places)
        yield from check_condition(subject, step.show_when, (*path, "show_when"), scope)
        for name in fields_in(step.show_when):
            place = scope.find(name)
            if place is not None and place.step >= number:
                yield Finding(
                    (*path, "show_when"),
                    "error",
                    f"Ob dieser Abschnitt erscheint, hängt von „{name}“ ab; das wird erst hier oder danach gefragt.",
                )


def _field(subject: Subject, place: Place) -> Iterator[Finding]:
    field, path = place.field, place.path
    repeated = subject.definition.form.steps[place.step].repeat is not None
    scope = Scope(subject.places, place.within, place.step if repeated else None)
    yield from check_field(subject, field, path, scope)
    for name in fields_in(field.show_when):
        other = scope.find(name)
        if other is None or other.field.id == field.id:
            continue
        if other.step > place.step:
            text = (
                f"Ob „{field.id}“ erscheint, hängt von „{name}“ ab; das wird erst in einem späteren Abschnitt gefragt."
            )
            yield Finding((*path, "show_when"), "error", text)
        elif other.order > place.order:
            text = f"„{name}“ wird erst nach „{field.id}“ gefragt; die Seite springt dann beim Ausfüllen."
            yield Finding((*path, "show_when"), "warning", text)


def check_field(subject: Subject, field: AnyField, path: Path, scope: Scope) -> Iterator[Finding]:
    """Findings about one field by itself; used for the forms of transitions too."""
    for key in ("show_when", "required_when"):
        condition: Condition | None = getattr(field, key)
        yield from check_condition(subject, condition, (*path, key), scope)
        if field.id in (name.rpartition(".")[2] for name in fields_in(condition)):
            yield Finding((*path, key), "error", f"„{field.id}“ hängt von seiner eigenen Antwort ab.")
    if field.required and field.required_when is not None:
        text = "Das Feld ist immer Pflicht; „required_when“ ändert daran nichts."
        yield Finding((*path, "required_when"), "warning", text)
    pattern = getattr(field, "pattern", None)
    if pattern is not None and (problem := _broken_pattern(pattern)):
        yield Finding((*path, "pattern"), "error", f"Das Muster ist kein gültiger Ausdruck: {problem}.")
    yield from _read_only(field, path)
    for number, case in enumerate(field.compute.cases if field.type == "computed" else ()):
        yield from check_condition(subject, case.when, (*path, "compute", "cases", number, "when"), scope)
    yield from _options(subject, field, path, scope.places)


def _read_only(field: AnyField, path: Path) -> Iterator[Finding]:
    inside = [one for one in nested_fields((field,)) if one.read_only and one is not field]
    if inside:
        text = f"„{inside[0].id}“ steht in einer Gruppe; „read_only“ gilt nur für die ganze Gruppe."
        yield Finding(path, "error", text)
    if not field.read_only:
        return
    at = (*path, "read_only")
    if not field.holds_answer:
        yield Finding(at, "error", f"„{field.id}“ hat keine Antwort; „read_only“ passt hier nicht.")
    elif field.type == "computed":
        yield Finding(at, "warning", f"„{field.id}“ wird berechnet und ohnehin nicht gefragt.")
    elif getattr(field, "must_be_true", False):
        yield Finding(at, "error", f"„{field.id}“ muss bestätigt werden und wird nie gefragt.")


def _broken_pattern(pattern: str) -> str | None:
    try:
        re.compile(pattern)
    except (re.error, OverflowError, RecursionError) as broken:
        return str(broken)
    return None


def _options(subject: Subject, field: AnyField, path: Path, known: Mapping[str, Place]) -> Iterator[Finding]:
    source = getattr(field, "source", None)
    if field.type in ("one_of", "several_of") and source is None and not option_labels(field):
        yield Finding(path, "error", f"„{pick(field.label)}“ hat keine Antworten zur Auswahl.")
    if source is not None and subject.catalogues is not None and not subject.catalogues.options(source):
        yield Finding(path, "warning", f"Die Liste „{source}“ ist leer oder unbekannt.")
    for name in field.depends() if field.type not in ("group", "repeating_group") else ():
        if name.rpartition(".")[2] not in known:
            yield Finding(path, "error", f"„{field.id}“ braucht das Feld „{name}“, das es nicht gibt.")


def _cycles(subject: Subject) -> Iterator[Finding]:
    needs = {
        name: {other.rpartition(".")[2] for other in fields_in(place.field.show_when)} - {name}
        for name, place in subject.places.items()
    }
    for name, place in subject.places.items():
        if name in _reached(name, needs):
            path = (*place.path, "show_when")
            yield Finding(path, "error", f"Ob „{name}“ erscheint, hängt im Kreis wieder von „{name}“ ab.")


def _reached(start: str, needs: Mapping[str, set[str]]) -> set[str]:
    found: set[str] = set()
    ahead = list(needs.get(start, ()))
    while ahead:
        name = ahead.pop()
        if name not in found:
            found.add(name)
            ahead.extend(needs.get(name, ()))
    return found


def _never_shown(subject: Subject) -> Iterator[Finding]:
    hidden: set[str] = set()
    steps: Sequence[Step] = subject.definition.form.steps
    scope = Scope(subject.places)
    dark_steps = set()
    for number, step in enumerate(steps):
        if can_never_hold(subject, step.show_when, hidden, scope):
            dark_steps.add(number)
            yield Finding(
                ("form", "steps", number, "show_when"),
                "error" if any(field.required for field in nested_fields(step.fields)) else "warning",
                f"Der Abschnitt „{pick(step.title)}“ erscheint nie.",
            )
        for place in (one for one in subject.places.values() if one.step == number):
            inside = place.step in dark_steps or any(group in hidden for group in place.within)
            if inside:
                hidden.add(place.field.id)
            elif can_never_hold(subject, place.field.show_when, hidden, scope):
                hidden.add(place.field.id)
                yield _hidden(place)


def _hidden(place: Place) -> Finding:
    label = pick(place.field.label)
    if place.field.required or place.field.required_when is not None:
        return Finding((*place.path, "show_when"), "error", f"„{label}“ ist Pflicht, erscheint aber nie.")
    return Finding((*place.path, "show_when"), "warning", f"„{label}“ erscheint nie.")


def check_projection(subject: Subject) -> Iterator[Finding]:
    """Findings about what lists show and filter by."""
    projection = subject.definition.projection
    for column, types in _PROJECTED_TYPES.items():
        field_id: str | None = getattr(projection, column)
        if field_id is None:
            continue
        path: Path = ("projection", column)
        yield from _points_to(subject, field_id, types, path)
        place = subject.places.get(field_id)
        if place is not None and (place.within or place.repeats):
            yield Finding(path, "error", f"„{field_id}“ steht in einer Gruppe oder wird mehrfach ausgefüllt.")
    yield from _title(subject)


def _title(subject: Subject) -> Iterator[Finding]:
    title = subject.definition.projection.title
    if title is None:
        text = "Es ist nicht festgelegt, welches Feld der Titel eines Vorgangs ist."
        yield Finding(("projection", "title"), "error", text)
        return
    field = subject.field(title)
    if field is None:
        return
    if field.personal_data is not None:
        text = f"„{title}“ enthält Personendaten und stünde als Titel in allen Listen."
        yield Finding(("projection", "title"), "error", text)
    if is_list(field):
        yield Finding(("projection", "title"), "error", f"„{title}“ hat mehrere Antworten und taugt nicht als Titel.")
    if field.type != "computed" and (not field.required or field.show_when is not None):
        text = f"„{title}“ kann leer bleiben; dann hat der Vorgang keinen Titel."
        yield Finding(("projection", "title"), "warning", text)


def _points_to(subject: Subject, field_id: str, types: tuple[str, ...], path: Path) -> Iterator[Finding]:
    field = subject.field(field_id)
    if field is None:
        yield Finding(path, "error", f"Das Feld „{field_id}“ gibt es nicht.")
    elif field.type not in types:
        yield Finding(path, "error", f"„{field_id}“ ist vom Typ {field.type}; hier passt nur {' oder '.join(types)}.")


def check_reporter(subject: Subject) -> Iterator[Finding]:
    """Findings about the contact of those who report and what they want to hear."""
    reporter = subject.definition.reporter
    if reporter is None:
        return
    for key, types in _REPORTER_TYPES.items():
        field_id: str | None = getattr(reporter, key)
        if field_id is None:
            continue
        yield from _points_to(subject, field_id, types, ("reporter", key))
        field = subject.field(field_id)
        if field is not None and field.personal_data is None:
            text = f"„{field_id}“ ist als Kontakt nicht mit „personal_data“ bezeichnet und stünde in Listen und Suche."
            yield Finding(("reporter", key), "warning", text)
    yield from check_condition(subject, reporter.may_ask, ("reporter", "may_ask"), Scope(subject.places))
    if reporter.feedback is not None:
        yield from _feedback(subject, reporter.feedback, (reporter.feedback_every, reporter.feedback_result))


def _feedback(subject: Subject, field_id: str, values: tuple[Any, ...]) -> Iterator[Finding]:
    path: Path = ("reporter", "feedback")
    field = subject.field(field_id)
    if field is None:
        yield Finding(path, "error", f"Das Feld „{field_id}“ gibt es nicht.")
        return
    for value in values:
        if not can_hold(subject, field, value):
            yield Finding(path, "error", f"„{field_id}“ hat keine Antwort „{value}“.")
