"""Judges the part `similar` of a definition: fields and states that exist, and no personal text among what is compared."""

from collections.abc import Iterator

from kimforms.engine.findings import Finding, Subject
from kimforms.engine.similar import Similar
from kimforms.engine.strict import Path

_WORDS = frozenset({"short_text", "long_text"})


def check_similar(subject: Subject) -> Iterator[Finding]:
    """What in `similar` names something that is not there, or that must not be compared."""
    similar = subject.definition.similar
    if similar is None:
        return
    for number, field_id in enumerate(similar.texts):
        yield from _text(subject, field_id, ("similar", "texts", number))
    if similar.offices is not None and subject.field(similar.offices) is None:
        yield Finding(("similar", "offices"), "error", f"Das Feld „{similar.offices}“ gibt es nicht.")
    yield from _states(subject, similar)


def _text(subject: Subject, field_id: str, path: Path) -> Iterator[Finding]:
    field = subject.field(field_id)
    if field is None:
        yield Finding(path, "error", f"Das Feld „{field_id}“ gibt es nicht.")
    elif field.type not in _WORDS:
        yield Finding(path, "error", f"„{field_id}“ ist kein Text und lässt sich nicht vergleichen.")
    elif field.personal_data is not None or field.sensitive or field_id in _contact(subject):
        yield Finding(path, "error", f"„{field_id}“ enthält persönliche Daten und wird nie verglichen.")


def _contact(subject: Subject) -> tuple[str, ...]:
    reporter = subject.definition.reporter
    return reporter.contact_fields if reporter is not None else ()


def _states(subject: Subject, similar: Similar) -> Iterator[Finding]:
    known = subject.definition.workflow.states
    for name, states in (("hidden_in", similar.hidden_in), ("ungrouped_in", similar.ungrouped_in)):
        for number, state in enumerate(states):
            if state not in known:
                yield Finding(("similar", name, number), "error", f"Den Stand „{state}“ gibt es nicht.")
