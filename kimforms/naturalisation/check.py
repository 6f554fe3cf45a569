"""Whether an edition fits together: what must be mended before it is published, and what its editors should look at.

Called by the reader of profiles and by the services that publish; pages show the sentences at the parts they are about.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

from kimforms.engine.conditions import Condition, fields_in
from kimforms.engine.findings import Finding
from kimforms.engine.strict import Path
from kimforms.naturalisation.document import ChecklistDocument, Item, SituationQuestion
from kimforms.naturalisation.truth import MOST_QUESTIONS, answers_over, holds_for, over_yes_and_no
from kimforms.naturalisation.words import PLACEHOLDER, euro

Placed = tuple[Path, Item]


def check(document: ChecklistDocument) -> list[Finding]:
    """Everything found, in German, errors (which block publishing) before warnings before hints."""
    placed: list[Placed] = [
        (("sections", number, "items", place), item)
        for number, section in enumerate(document.sections)
        for place, item in enumerate(section.items)
    ]
    found = [one for part in _PARTS for one in part(document, placed)]
    order = {"error": 0, "warning": 1, "hint": 2}
    return sorted(found, key=lambda one: order[one.severity])


def _ids(document: ChecklistDocument, placed: list[Placed]) -> Iterator[Finding]:
    def once(entries: Iterator[tuple[Path, str]], what: str) -> Iterator[Finding]:
        seen: set[str] = set()
        for path, name in entries:
            if name in seen:
                yield Finding((*path, "id"), "error", f"{what} „{name}“ kommt doppelt vor.")
            seen.add(name)

    for part, what in (("conditions", "Die Frage"), ("terms", "Der Begriff"), ("routes", "Der Weg")):
        yield from once((((part, at), one.id) for at, one in enumerate(getattr(document, part))), what)
    yield from once(((("sections", at), one.id) for at, one in enumerate(document.sections)), "Der Abschnitt")
    yield from once(((path, one.id) for path, one in placed), "Der Punkt")
    for path, item in placed:
        section = document.sections[int(path[1])].id
        if item.id.rstrip("0123456789") != section:
            text = f"Der Punkt {item.id} steht in Abschnitt {section}; seine Kennung beginnt mit {section}."
            yield Finding((*path, "id"), "error", text)
    for at, one in enumerate(document.sections):
        if not one.items:
            yield Finding(("sections", at), "warning", f"Abschnitt {one.id} hat keinen Punkt.")


def _protection(document: ChecklistDocument, placed: list[Placed]) -> Iterator[Finding]:
    parts: list[tuple[Path, str, Item | SituationQuestion]] = [
        (("conditions", at), f"Die Frage „{one.id}“", one) for at, one in enumerate(document.conditions)
    ]
    parts += [(path, f"Der Punkt {one.id}", one) for path, one in placed]
    for path, name, part in parts:
        if part.never_store and not part.sensitive:
            text = f"{name} wird nie gespeichert (never_store), ist aber nicht als sensitive gekennzeichnet."
            yield Finding((*path, "never_store"), "error", text)
        if part.sensitive and not part.never_store:
            text = f"{name} ist als sensitive gekennzeichnet; never_store muss den Artikel der DSGVO nennen."
            yield Finding((*path, "sensitive"), "error", text)


def _conditions(document: ChecklistDocument, placed: list[Placed]) -> Iterator[Finding]:
    used: set[str] = set()
    for path, item in placed:
        if item.applies_when is not None:
            used.update(fields_in(item.applies_when))
            yield from _condition(document, (*path, "applies_when"), item.id, item.applies_when)
    for at, one in enumerate(document.conditions):
        if one.id not in used:
            yield Finding(("conditions", at), "warning", f"Von der Frage „{one.label}“ hängt kein Punkt ab.")


def _condition(document: ChecklistDocument, path: Path, item_id: str, condition: Condition) -> Iterator[Finding]:
    named = fields_in(condition)
    unknown = [one for one in named if one not in document.question_ids]
    for one in unknown:
        yield Finding(path, "error", f"Punkt {item_id} nennt die Frage „{one}“, die es nicht gibt.")
    if unknown:
        return
    if not over_yes_and_no(condition):
        text = f"Punkt {item_id}: Eine Bedingung verbindet höchstens {MOST_QUESTIONS} Fragen, die mit ja oder nein"
        yield Finding(path, "error", f"{text} beantwortet sind (is: true oder is: false).")
        return
    answers = list(answers_over(named))
    fulfilled = [yes for yes in answers if holds_for(condition, yes)]
    if not fulfilled:
        yield Finding(path, "error", f"Punkt {item_id} kann nie gelten: Keine Antworten erfüllen seine Bedingung.")
    elif not any(_possible(document, yes) for yes in fulfilled):
        yield Finding(path, "error", f"Punkt {item_id} gilt nur bei Antworten, die einander ausschließen.")
    elif len(fulfilled) == len(answers):
        yield Finding(path, "warning", f"Punkt {item_id} gilt immer; seine Bedingung kann entfallen.")


def _possible(document: ChecklistDocument, yes: frozenset[str]) -> bool:
    return not any(len(yes & set(group.conditions)) > 1 for group in document.exclusive)


def _situations(document: ChecklistDocument, _placed: list[Placed]) -> Iterator[Finding]:
    for at, group in enumerate(document.exclusive):
        yield from _known(document, ("exclusive", at, "conditions"), group.conditions)
        if len(set(group.conditions)) < len(group.conditions):
            text = "Eine Frage, die sich selbst ausschließt, kann niemand mit ja beantworten."
            yield Finding(("exclusive", at, "conditions"), "error", text)
    for at, rule in enumerate(document.implies):
        path: Path = ("implies", at)
        yield from _known(document, (*path, "condition"), (rule.condition,))
        yield from _known(document, (*path, "any_of"), rule.any_of)
        if rule.condition in rule.any_of:
            yield Finding((*path, "any_of"), "error", f"„{rule.condition}“ kann sich nicht selbst voraussetzen.")
        elif not any(_possible(document, frozenset({rule.condition, one})) for one in rule.any_of):
            text = f"„{rule.condition}“ setzt etwas voraus, das es zugleich ausschließt."
            yield Finding((*path, "any_of"), "error", text)


def _known(document: ChecklistDocument, path: Path, names: tuple[str, ...]) -> Iterator[Finding]:
    for one in names:
        if one not in document.question_ids:
            yield Finding(path, "error", f"Die Frage „{one}“ gibt es nicht.")


def _replacing(document: ChecklistDocument, placed: list[Placed]) -> Iterator[Finding]:
    items = document.items
    for path, item in placed:
        for at, target in enumerate(item.replaces):
            here: Path = (*path, "replaces", at)
            if target not in items:
                yield Finding(here, "error", f"Punkt {item.id} ersetzt den Punkt {target}, den es nicht gibt.")
            elif items[target].kind == "hinweis":
                text = f"Punkt {item.id} ersetzt den Hinweis {target}, der ohnehin nichts verlangt."
                yield Finding(here, "warning", text)
        if item.replaces and item.applies_when is None:
            text = f"Punkt {item.id} gilt immer; was er ersetzt, würde nie verlangt."
            yield Finding((*path, "replaces"), "error", text)
        if item.replaces and item.kind == "hinweis":
            text = f"Punkt {item.id} ist ein Hinweis und kann nichts ersetzen."
            yield Finding((*path, "replaces"), "error", text)
        if item.id in _reached(items, item):
            text = f"Punkt {item.id} ersetzt sich über andere Punkte selbst."
            yield Finding((*path, "replaces"), "error", text)
        yield from _alternative(items, path, item)


def _alternative(items: Mapping[str, Item], path: Path, item: Item) -> Iterator[Finding]:
    here: Path = (*path, "alternative_to")
    if item.alternative_to is None:
        return
    target = items.get(item.alternative_to)
    if target is None:
        yield Finding(here, "error", f"Punkt {item.id} genügt statt {item.alternative_to}, den es nicht gibt.")
    elif target.id == item.id or target.alternative_to is not None:
        yield Finding(here, "error", f"Punkt {item.id}: {target.id} genügt selbst nur statt eines anderen Punkts.")
    elif target.kind in ("hinweis", "ausnahme"):
        yield Finding(here, "error", f"Punkt {item.id}: {target.id} verlangt keinen Nachweis, den er ersetzen könnte.")


def _reached(items: Mapping[str, Item], item: Item) -> set[str]:
    found: set[str] = set()
    ahead = list(item.replaces)
    while ahead:
        name = ahead.pop()
        if name not in found and name in items:
            found.add(name)
            ahead += items[name].replaces
    return found


def _texts(document: ChecklistDocument, placed: list[Placed]) -> Iterator[Finding]:
    known = {one.id for one in document.terms}
    texts: list[tuple[Path, str | None]] = []
    for path, item in placed:
        texts += [((*path, name), getattr(item, name)) for name in ("title", "legal_basis", "note")]
        texts += [((*path, "evidence", at), one) for at, one in enumerate(item.evidence)]
        texts += [((*path, "exceptions", at), one) for at, one in enumerate(item.exceptions)]
    for at, question in enumerate(document.conditions):
        texts += [(("conditions", at, "label"), question.label), (("conditions", at, "help"), question.help)]
    for path, text in texts:
        for name in PLACEHOLDER.findall(text or ""):
            if name not in known:
                yield Finding(path, "error", f"Den Begriff {{{name}}} gibt es nicht.")
    for at, term in enumerate(document.terms):
        days = [one.since for one in term.names]
        dated = [day for day in days[1:] if day is not None]
        if days[0] is not None or len(dated) + 1 < len(days) or dated != sorted(set(dated)):
            text = f"Beim Begriff „{term.id}“ gilt der erste Name ohne Tag, jeder weitere ab einem späteren Tag."
            yield Finding(("terms", at, "names"), "error", text)


def _verification(_document: ChecklistDocument, placed: list[Placed]) -> Iterator[Finding]:
    for path, item in placed:
        if item.verified == "offen":
            yield Finding((*path, "verified"), "hint", f"Punkt {item.id} ist noch nicht geprüft.")
        elif item.verified_by is None or item.verified_on is None:
            yield Finding((*path, "verified"), "warning", f"Punkt {item.id}: Wer hat ihn wann geprüft?")


def _fees(document: ChecklistDocument, placed: list[Placed]) -> Iterator[Finding]:
    fees = document.fees
    if fees.child > fees.adult:
        yield Finding(("fees", "child"), "warning", "Die Gebühr für ein Kind ist höher als die für Erwachsene.")
    for path, item in placed:
        if item.legal_basis == fees.legal_basis and " Euro" in item.title and euro(fees.adult) not in item.title:
            text = f"Punkt {item.id} nennt eine andere Gebühr als die Fassung ({euro(fees.adult)} Euro)."
            yield Finding((*path, "title"), "warning", text)


_PARTS: tuple[Callable[[ChecklistDocument, list[Placed]], Iterator[Finding]], ...] = (
    _ids,
    _protection,
    _conditions,
    _situations,
    _replacing,
    _texts,
    _verification,
    _fees,
)
