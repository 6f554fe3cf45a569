"""Judges the effects that reach beyond the record: links, steps of other records, publication. A room of `check.py`."""

from collections.abc import Iterator, Mapping

from kimforms.engine.check_conditions import Scope, check_condition
from kimforms.engine.effects import Link, Publish, Step
from kimforms.engine.findings import Finding, Place, Subject
from kimforms.engine.strict import Path


def check_link(subject: Subject, link: Link, path: Path, own: Mapping[str, Place]) -> Iterator[Finding]:
    """Findings about `link`: the field has to name a record, what is copied has to exist."""
    yield from check_condition(subject, link.when, (*path, "when"), Scope(subject.places))
    if link.field is not None:
        place = own.get(link.field)
        if place is None:
            text = f"Im Formular dieses Schritts gibt es kein Feld „{link.field}“."
            yield Finding((*path, "field"), "error", text)
        elif place.field.type != "record":
            text = f"„{link.field}“ nennt keinen Vorgang (Typ {place.field.type})."
            yield Finding((*path, "field"), "error", text)
    yield from _sources(subject, link.copy_, (*path, "copy"), own)
    if link.create == subject.definition.key:
        for field_id in (*link.copy_, *link.fill):
            if field_id not in subject.places:
                yield Finding((*path, "copy"), "error", f"Das Feld „{field_id}“ gibt es nicht.")


def check_step(subject: Subject, step: Step, path: Path, own: Mapping[str, Place]) -> Iterator[Finding]:
    """Findings about `step`; whether the other process has the transition is judged with the whole profile."""
    yield from check_condition(subject, step.when, (*path, "when"), Scope(subject.places))
    yield from _sources(subject, step.with_, (*path, "with"), own)
    if step.process == subject.definition.key and step.transition not in subject.definition.workflow.transition_by_id:
        yield Finding((*path, "transition"), "error", f"Den Schritt „{step.transition}“ gibt es nicht.")


def check_publish(subject: Subject, publish: Publish, path: Path, own: Mapping[str, Place]) -> Iterator[Finding]:
    """Findings about `publish`: only fields that exist and hold nothing personal become public."""
    for number, field_id in enumerate(publish.fields):
        field = subject.field(field_id)
        if field is None:
            yield Finding((*path, "fields", number), "error", f"Das Feld „{field_id}“ gibt es nicht.")
        elif field.personal_data is not None or field.sensitive:
            text = f"„{field_id}“ enthält Personendaten und darf nicht veröffentlicht werden."
            yield Finding((*path, "fields", number), "error", text)
    if publish.note is not None:
        yield from _sources(subject, {"note": publish.note}, path, own)


def _sources(subject: Subject, copied: Mapping[str, str], path: Path, own: Mapping[str, Place]) -> Iterator[Finding]:
    for target, source in copied.items():
        if not source.startswith(":") and source not in own and source not in subject.places:
            yield Finding((*path, target), "error", f"Das Feld „{source}“ gibt es nicht.")
