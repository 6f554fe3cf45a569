"""What a new edition changes, in plain German, and what it does to a checklist that was begun with the old one.

Pure: the services that publish editions and lift checklists call it, pages show its sentences.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

from kimforms.naturalisation.applies import Situation, applicable, kept, questions, why
from kimforms.naturalisation.document import ChecklistDocument, Item, SituationQuestion, TermName
from kimforms.naturalisation.words import KINDS, VERIFIED, euro, on_day

MATTERS = (
    "title", "kind", "legal_basis", "evidence", "exceptions", "excluded_titles_aufenthg", "note", "replaces",
    "alternative_to", "after_decision",
)  # fmt: skip
"""Parts of a point whose change asks an adviser to look again; who verified it when does not."""

SHORT = 160


@dataclass(frozen=True)
class Change:
    """One difference; `item_id` is None where it is about no single point.

    `kind`: `new`, `gone`, `changed` (what people read or when it applies), `checked` (only who verified it), `general`.
    """

    item_id: str | None
    kind: str
    sentence: str


@dataclass(frozen=True)
class Lift:
    """What lifting a checklist to another edition does: ids of points, ids of questions about the situation.

    `new_items` apply only in the new one; `changed_items` apply in both and read differently; `gone_items` no longer apply,
    or nothing may be stored of them any more; `kept` keep what was noted. `questions_gone` were answered and are no longer
    asked; `questions_new` are asked for the first time.
    """

    new_items: tuple[str, ...]
    changed_items: tuple[str, ...]
    gone_items: tuple[str, ...]
    kept: tuple[str, ...]
    questions_gone: tuple[str, ...]
    questions_new: tuple[str, ...]

    @property
    def empty(self) -> bool:
        """Whether nothing changes for this checklist."""
        return not (
            self.new_items or self.changed_items or self.gone_items or self.questions_gone or self.questions_new
        )


def differences(old: ChecklistDocument, new: ChecklistDocument, day: date | None = None) -> list[Change]:
    """Everything that a new edition says differently, points first, in the order of the new edition; none if equal.

    With a day the sentences use the terms of that day, otherwise they hold the placeholders.
    """
    found = [*_points(old, new), *_questions(old, new), *_general(old, new)]
    if day is None:
        return found
    return [replace(one, sentence=on_day(on_day(one.sentence, new, day), old, day)) for one in found]


def announcement(changes: Sequence[Change], valid_from: date) -> str:
    """One sentence for those who work with the checklist; empty where nothing changed that concerns them."""
    touched = list(
        dict.fromkeys(one.item_id for one in changes if one.item_id and one.kind in ("new", "changed", "gone"))
    )
    day = f"{valid_from.day}.{valid_from.month}.{valid_from.year}"
    if touched:
        points = f"Punkt {touched[0]} hat" if len(touched) == 1 else f"Die Punkte {_joined(touched)} haben"
        return f"{points} sich zum {day} geändert."
    if any(one.kind == "general" for one in changes):
        return f"Die Checkliste hat sich zum {day} geändert."
    return ""


def lift(old: ChecklistDocument, new: ChecklistDocument, situation: Situation, states: Mapping[str, str]) -> Lift:
    """What changes for a checklist with this situation and these states (by id of the point) in the new edition."""
    before = {one.id: one for one in applicable(old, situation)}
    after = {one.id: one for one in applicable(new, kept(new, situation))}
    asked_before, asked = ({one.id for one in questions(document)} for document in (old, new))
    both = [one for one in after if one in before]
    changed = tuple(one for one in both if _reads_differently(before[one], after[one]))
    noted = [one for one in old.items if one in before or one in states]
    return Lift(
        new_items=tuple(one for one in after if one not in before),
        changed_items=changed,
        gone_items=tuple(one for one in noted if one not in after),
        kept=tuple(one for one in after if one in states),
        questions_gone=tuple(one for one in situation if one not in asked),
        questions_new=tuple(one.id for one in questions(new) if one.id not in asked_before),
    )


def _reads_differently(old: Item, new: Item) -> bool:
    return any(getattr(old, name) != getattr(new, name) for name in MATTERS)


def _points(old: ChecklistDocument, new: ChecklistDocument) -> Iterator[Change]:
    for item in new.items.values():
        before = old.items.get(item.id)
        if before is None:
            yield Change(item.id, "new", f"Punkt {item.id} ist neu: {_quoted(item.title)} ({item.legal_basis}).")
        else:
            yield from _one_point(before, item, old, new)
    for gone in old.items.values():
        if gone.id not in new.items:
            yield Change(gone.id, "gone", f"Punkt {gone.id} {_quoted(gone.title)} entfällt.")


def _one_point(old: Item, new: Item, before: ChecklistDocument, after: ChecklistDocument) -> Iterator[Change]:
    here = f"Punkt {new.id}"
    for sentence in (*_texts(old, new), *_lists(old, new), *_working(old, new, before, after)):
        yield Change(new.id, "changed", f"{here}: {sentence}")
    for sentence in _checking(old, new):
        yield Change(new.id, "checked", f"{here}: {sentence}")


def _texts(old: Item, new: Item) -> Iterator[str]:
    if old.title != new.title:
        yield f"Der Text lautet jetzt {_quoted(new.title)} (bisher {_quoted(old.title)})."
    if old.kind != new.kind:
        yield f"Der Punkt ist jetzt „{KINDS[new.kind]}“ (bisher „{KINDS[old.kind]}“)."
    if old.legal_basis != new.legal_basis:
        yield f"Die Rechtsgrundlage ist jetzt {_quoted(new.legal_basis)} (bisher {_quoted(old.legal_basis)})."
    if old.note != new.note:
        yield _optional("Die Anmerkung", old.note, new.note)


def _lists(old: Item, new: Item) -> Iterator[str]:
    yield from _list("Der Nachweis", old.evidence, new.evidence, "Die Nachweise stehen in anderer Reihenfolge.")
    yield from _list("Die Ausnahme", old.exceptions, new.exceptions, "Die Ausnahmen stehen in anderer Reihenfolge.")
    yield from _list(
        "Der ausgeschlossene Titel",
        old.excluded_titles_aufenthg,
        new.excluded_titles_aufenthg,
        "Die ausgeschlossenen Titel stehen in anderer Reihenfolge.",
    )


def _working(old: Item, new: Item, before: ChecklistDocument, after: ChecklistDocument) -> Iterator[str]:
    if old.applies_when != new.applies_when:
        yield f"Für wen der Punkt gilt, ist neu bestimmt: {why(new, after)} Bisher: {why(old, before)}"
    was, now = old.id in before.never_stored_items, new.id in after.never_stored_items
    if was != now:
        yield (
            "Dazu wird nichts mehr gespeichert, der Punkt wird nur noch persönlich besprochen."
            if now
            else "Der Punkt wird jetzt in der Checkliste geführt, nicht mehr nur persönlich besprochen."
        )
    elif (old.sensitive, old.never_store) != (new.sensitive, new.never_store):
        yield f"Warum dazu nichts gespeichert wird, ist neu angegeben: {new.never_store or 'keine Angabe'}."
    if old.replaces != new.replaces:
        yield (
            f"Wo er gilt, tritt er an die Stelle von {_joined(new.replaces)}."
            if new.replaces
            else "Er tritt nicht mehr an die Stelle anderer Punkte."
        )
    if old.alternative_to != new.alternative_to:
        other = new.alternative_to
        yield f"Er genügt jetzt statt {other}." if other else f"Er genügt nicht mehr statt {old.alternative_to}."
    if old.after_decision != new.after_decision:
        yield (
            "Er wird jetzt erst nach der Entscheidung verlangt."
            if new.after_decision
            else "Er wird jetzt schon vor der Entscheidung verlangt."
        )


def _checking(old: Item, new: Item) -> Iterator[str]:
    if old.verified != new.verified:
        yield f"Der Stand der Prüfung ist jetzt „{VERIFIED[new.verified]}“ (bisher „{VERIFIED[old.verified]}“)."
    if (old.verified_by, old.verified_on) != (new.verified_by, new.verified_on):
        by = f" von {new.verified_by}" if new.verified_by else ""
        on = f" am {new.verified_on:%d.%m.%Y}" if new.verified_on else ""
        yield f"Geprüft{by}{on}." if by or on else "Die Angabe, wer geprüft hat, wurde entfernt."


def _questions(old: ChecklistDocument, new: ChecklistDocument) -> Iterator[Change]:
    before = {one.id: one for one in old.conditions}
    for one in new.conditions:
        was = before.pop(one.id, None)
        if was is None:
            yield _general_change(f"Zur Situation wird neu gefragt: „{one.label}“.")
        else:
            yield from map(_general_change, _one_question(was, one))
    for gone in before.values():
        yield _general_change(f"Nach „{gone.label}“ wird nicht mehr gefragt.")


def _one_question(old: SituationQuestion, new: SituationQuestion) -> Iterator[str]:
    if old.label != new.label:
        yield f"Die Frage zur Situation „{old.label}“ lautet jetzt „{new.label}“."
    if old.help != new.help:
        yield _optional(f"Der Hilfetext zu „{new.label}“", old.help, new.help)
    was, now = bool(old.sensitive or old.never_store), bool(new.sensitive or new.never_store)
    if was != now:
        yield f"Die Antwort auf „{new.label}“ {'ist jetzt' if now else 'ist nicht mehr'} besonders geschützt."
    elif (old.sensitive, old.never_store) != (new.sensitive, new.never_store):
        yield f"Warum „{new.label}“ geschützt ist, ist neu angegeben: {new.never_store or 'keine Angabe'}."


def _general(old: ChecklistDocument, new: ChecklistDocument) -> Iterator[Change]:
    if old.law_status != new.law_status:
        yield _general_change(
            f"Der Rechtsstand ist jetzt der {new.law_status:%d.%m.%Y} (bisher {old.law_status:%d.%m.%Y})."
        )
    for name, was, now in (
        ("Die Gebühr", old.fees.adult, new.fees.adult),
        ("Die Gebühr für ein mit eingebürgertes Kind", old.fees.child, new.fees.child),
    ):
        if was != now:
            yield _general_change(f"{name} beträgt jetzt {euro(now)} Euro (bisher {euro(was)} Euro).")
    if old.fees.legal_basis != new.fees.legal_basis:
        yield _general_change(f"Die Gebühr steht jetzt in {new.fees.legal_basis} (bisher {old.fees.legal_basis}).")
    yield from map(_general_change, _sections(old, new))
    yield from map(_general_change, _terms(old, new))
    yield from map(_general_change, _around(old, new))


def _sections(old: ChecklistDocument, new: ChecklistDocument) -> Iterator[str]:
    before = {one.id: one for one in old.sections}
    for one in new.sections:
        was = before.pop(one.id, None)
        if was is None:
            yield f"Abschnitt {one.id} „{one.title}“ ist neu."
            continue
        if was.title != one.title:
            yield f"Abschnitt {one.id} heißt jetzt „{one.title}“ (bisher „{was.title}“)."
        if was.help != one.help:
            yield _optional(f"Der Hilfetext zu Abschnitt {one.id}", was.help, one.help)
        common = [item.id for item in one.items if item.id in {entry.id for entry in was.items}]
        if common != [item.id for item in was.items if item.id in set(common)]:
            yield f"In Abschnitt {one.id} stehen die Punkte in anderer Reihenfolge."
    for gone in before.values():
        yield f"Abschnitt {gone.id} „{gone.title}“ entfällt."


def _terms(old: ChecklistDocument, new: ChecklistDocument) -> Iterator[str]:
    before = {one.id: one for one in old.terms}
    for term in new.terms:
        was = before.pop(term.id, None)
        names = ", ".join(_named(one) for one in term.names)
        if was is None:
            yield f"Ein Begriff folgt jetzt dem Datum: {names}."
        elif was.names != term.names:
            yield f"Ein Begriff heißt jetzt: {names} (bisher: {', '.join(_named(one) for one in was.names)})."
        elif was.source != term.source:
            yield f"Die Quelle zum Begriff {names} wurde geändert."
    for gone in before.values():
        yield f"Der Begriff „{gone.names[-1].name}“ folgt nicht mehr dem Datum."


def _named(name: TermName) -> str:
    return f"„{name.name}“ ab {name.since:%d.%m.%Y}" if name.since else f"„{name.name}“"


def _around(old: ChecklistDocument, new: ChecklistDocument) -> Iterator[str]:
    for name, sentence in (
        ("routes", "Die Wege zur Einbürgerung wurden geändert."),
        ("exclusive", "Welche Antworten sich ausschließen, wurde neu bestimmt."),
        ("implies", "Welche Antworten zueinander gehören, wurde neu bestimmt."),
        ("answers", "Die Antworten für die Prüfung ohne Konto wurden geändert."),
        ("rules", "Die Regeln der Checkliste wurden geändert."),
        ("open_points", "Die offenen Fragen für Mitarbeitende wurden geändert."),
        ("verified_values", "Was die Stufen der Prüfung bedeuten, wurde geändert."),
    ):
        if getattr(old, name) != getattr(new, name):
            yield sentence
    order = [[one.id for one in document.conditions] for document in (old, new)]
    common = set(order[0]) & set(order[1])
    if [one for one in order[0] if one in common] != [one for one in order[1] if one in common]:
        yield "Die Fragen zur Situation stehen in anderer Reihenfolge."


def _general_change(sentence: str) -> Change:
    return Change(None, "general", sentence)


def _list(what: str, old: Sequence[str], new: Sequence[str], order: str) -> Iterator[str]:
    added = [one for one in new if one not in old]
    gone = [one for one in old if one not in new]
    for one in added:
        yield f"{what} {_quoted(one)} kam hinzu."
    for one in gone:
        yield f"{what} {_quoted(one)} entfiel."
    if not added and not gone and tuple(old) != tuple(new):
        yield order


def _optional(what: str, old: str | None, new: str | None) -> str:
    if new is None:
        return f"{what} entfiel."
    return f"{what} kam hinzu: {_quoted(new)}." if old is None else f"{what} lautet jetzt {_quoted(new)}."


def _quoted(text: str) -> str:
    return f"„{text if len(text) <= SHORT else text[: SHORT - 1].rstrip() + '…'}“"


def _joined(names: Sequence[str]) -> str:
    return " und ".join([", ".join(names[:-1]), names[-1]] if len(names) > 1 else names)
