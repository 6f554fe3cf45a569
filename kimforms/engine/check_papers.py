"""Judges what leaves a process: mails, documents, their placeholders, recipients, and the other effects.

A room of `check.py`.
"""

from collections.abc import Iterator, Mapping

from kimforms.engine.check_chain import check_link, check_publish, check_step
from kimforms.engine.check_conditions import can_hold
from kimforms.engine.effects import (
    TODAY,
    AssignEffect,
    DocumentEffect,
    Effect,
    LinkEffect,
    Notify,
    NotifyEffect,
    PublishEffect,
    SetEffect,
    SetValue,
    StepEffect,
    TaskEffect,
)
from kimforms.engine.findings import Finding, Place, Subject, is_list
from kimforms.engine.papers import (
    BUILT_IN_DOCUMENTS,
    BUILT_IN_MAILS,
    DOCUMENT_PLACEHOLDERS,
    PLACEHOLDERS,
    AnswersBlock,
    Document,
    placeholders_in,
)
from kimforms.engine.people import FieldRef, Recipient, RoleRef
from kimforms.engine.strict import Path
from kimforms.engine.text import Text

_REACHABLE = ("person", "email", "organisation")


def check_papers(subject: Subject) -> Iterator[Finding]:
    """Findings about mails and documents: unknown placeholders, what is missing, what nobody uses."""
    definition = subject.definition
    used_mails, used_documents = _used(subject)
    for name, mail in definition.mails.items():
        path: Path = ("mails", name)
        yield from _placeholders(mail.subject, (*path, "subject"), PLACEHOLDERS)
        yield from _placeholders(mail.text, (*path, "text"), PLACEHOLDERS)
        for number, document in enumerate(mail.attach):
            if document not in definition.documents:
                yield Finding((*path, "attach", number), "error", f"Das Dokument „{document}“ gibt es nicht.")
        if name not in used_mails:
            yield Finding(path, "warning", f"Die Mail „{name}“ verschickt niemand.")
    for name, paper in definition.documents.items():
        yield from _document(subject, name, paper)
        if name not in used_documents:
            yield Finding(("documents", name), "hint", f"Das Dokument „{name}“ entsteht in keinem Schritt.")


def _used(subject: Subject) -> tuple[set[str], set[str]]:
    definition = subject.definition
    mails: set[str | None] = set()
    documents = {name for mail in definition.mails.values() for name in mail.attach}
    effects = [effect for one in definition.workflow.transitions for effect in one.effects]
    effects.extend(definition.workflow.on_submit)
    for state in definition.workflow.states.values():
        for rule in state.deadlines:
            mails.add(rule.mail)
            if rule.escalate is not None:
                mails.add(rule.escalate.mail)
                effects.extend(rule.escalate.effects)
    mails |= {effect.notify.mail for effect in effects if isinstance(effect, NotifyEffect)}
    documents |= {effect.document.id for effect in effects if isinstance(effect, DocumentEffect)}
    return {name for name in mails if name is not None} | set(BUILT_IN_MAILS), documents | set(BUILT_IN_DOCUMENTS)


def _placeholders(text: Text, path: Path, known: tuple[str, ...]) -> Iterator[Finding]:
    for name in sorted(placeholders_in(text) - set(known)):
        if name == "code":
            yield Finding(path, "error", "Der Abrufcode {code} darf in keiner Mail stehen: andere können sie lesen.")
        else:
            yield Finding(path, "error", f"Den Platzhalter {{{name}}} gibt es nicht.")


def _document(subject: Subject, name: str, paper: Document) -> Iterator[Finding]:
    for path, text in paper.texts():
        yield from _placeholders(text, ("documents", name, *path), DOCUMENT_PLACEHOLDERS)
    steps = {step.id for step in subject.definition.form.steps}
    reporter = subject.definition.reporter
    contact = reporter.contact_fields if reporter is not None else ()
    for number, block in enumerate(paper.sections):
        if not isinstance(block, AnswersBlock):
            continue
        at: Path = ("documents", name, "sections", number, "answers")
        for step in block.answers.steps:
            if step not in steps:
                yield Finding((*at, "steps"), "error", f"Den Abschnitt „{step}“ gibt es nicht.")
        for field in block.answers.cases:
            place = subject.places.get(field)
            if place is None or place.field.type != "record":
                text = f"„{field}“ nennt keine Vorgänge; ihre Fälle lassen sich nicht zählen."
                yield Finding((*at, "cases"), "error", text)
        for field in block.answers.fields:
            if field not in subject.places:
                yield Finding((*at, "fields"), "error", f"Das Feld „{field}“ gibt es nicht.")
            elif field in contact:
                yield Finding((*at, "fields"), "error", f"„{field}“ gehört zum Kontakt und erscheint in keinem Papier.")


def check_notification(
    subject: Subject,
    mail: str | None,
    to: tuple[Recipient, ...],
    path: Path,
    own: Mapping[str, Place],
    *,
    key: str = "notify",
) -> Iterator[Finding]:
    """Findings about one message: the mail has to exist (None: the built-in one), each recipient to be reachable.

    `key` names the setting at `path` that lists the recipients.
    """
    if mail is not None and mail not in subject.definition.mails:
        yield Finding((*path, "mail"), "error", f"Die Mail „{mail}“ gibt es nicht.")
    if mail is not None and not to:
        yield Finding(path, "error", f"Die Mail „{mail}“ hat keine Empfänger.")
    for number, recipient in enumerate(to):
        yield from _recipient(subject, recipient, (*path, key, number), own)


def _recipient(subject: Subject, recipient: Recipient, path: Path, own: Mapping[str, Place]) -> Iterator[Finding]:
    if isinstance(recipient, RoleRef):
        yield from subject.unknown_role(recipient.role, path)
    elif isinstance(recipient, FieldRef):
        place = own.get(recipient.field) or subject.places.get(recipient.field)
        if place is None:
            yield Finding(path, "error", f"Das Feld „{recipient.field}“ gibt es nicht.")
        elif place.field.type not in _REACHABLE:
            text = f"„{recipient.field}“ (Typ {place.field.type}) nennt niemanden, dem man schreiben kann."
            yield Finding(path, "error", text)
    elif recipient == "reporter" and subject.definition.reporter is None:
        text = "Unter „reporter“ ist kein Kontaktfeld genannt; die Nachricht erreicht nur, wer mit Konto gemeldet hat."
        yield Finding(path, "warning", text)


def check_effects(
    subject: Subject, effects: tuple[Effect, ...], path: Path, own: Mapping[str, Place]
) -> Iterator[Finding]:
    """Findings about effects; `own` are the fields of the transition's form, none for escalations."""
    for number, effect in enumerate(effects):
        at = (*path, number)
        if isinstance(effect, NotifyEffect):
            yield from _notify(subject, effect.notify, (*at, "notify"), own)
        elif isinstance(effect, TaskEffect):
            if not effect.task.to:
                yield Finding((*at, "task", "to"), "error", "Die Aufgabe bekommt niemand.")
            for position, recipient in enumerate(effect.task.to):
                yield from _recipient(subject, recipient, (*at, "task", "to", position), own)
        elif isinstance(effect, SetEffect):
            yield from _set(subject, effect.set_, (*at, "set"), own)
        elif isinstance(effect, AssignEffect):
            yield from _assign(subject, effect, (*at, "assign", "to"), own)
        elif isinstance(effect, LinkEffect):
            yield from check_link(subject, effect.link, (*at, "link"), own)
        elif isinstance(effect, StepEffect):
            yield from check_step(subject, effect.step, (*at, "step"), own)
        elif isinstance(effect, DocumentEffect) and effect.document.id not in subject.definition.documents:
            yield Finding((*at, "document", "id"), "error", f"Das Dokument „{effect.document.id}“ gibt es nicht.")
        elif isinstance(effect, PublishEffect):
            yield from check_publish(subject, effect.publish, (*at, "publish"), own)


def _notify(subject: Subject, notify: Notify, path: Path, own: Mapping[str, Place]) -> Iterator[Finding]:
    yield from check_notification(subject, notify.mail, notify.to, path, own, key="to")


def _set(subject: Subject, change: SetValue, path: Path, own: Mapping[str, Place]) -> Iterator[Finding]:
    field = subject.field(change.field)
    if field is None:
        yield Finding((*path, "field"), "error", f"Das Feld „{change.field}“ gibt es nicht.")
        return
    if change.from_ is not None:
        if change.from_ not in own:
            text = f"Im Formular dieses Schritts gibt es kein Feld „{change.from_}“."
            yield Finding((*path, "from"), "error", text)
        elif own[change.from_].field.type != field.type:
            text = f"„{change.from_}“ ({own[change.from_].field.type}) passt nicht in „{field.id}“ ({field.type})."
            yield Finding((*path, "from"), "error", text)
    elif change.value == TODAY and field.type == "date":
        return
    elif change.value is not None:
        values = change.value if isinstance(change.value, list) else [change.value]
        fits = isinstance(change.value, list) == is_list(field) or field.type == "check_item"
        if not fits or not all(can_hold(subject, field, value) for value in values):
            yield Finding((*path, "value"), "error", f"„{field.id}“ kann diesen Wert nicht haben.")


def _assign(subject: Subject, effect: AssignEffect, path: Path, own: Mapping[str, Place]) -> Iterator[Finding]:
    to = effect.assign.to
    if not isinstance(to, FieldRef):
        return
    place = own.get(to.field) or subject.places.get(to.field)
    if place is None:
        yield Finding(path, "error", f"Das Feld „{to.field}“ gibt es nicht.")
    elif place.field.type != "person":
        yield Finding(path, "error", f"„{to.field}“ nennt keine Person (Typ {place.field.type}).")
