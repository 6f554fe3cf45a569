"""The German words of invitations: salutation, opening, what the rules want said, who signs. Letters and mails share them."""

from __future__ import annotations

from sqlalchemy.orm import Session

from ...models import Meeting, Person
from ...rules.rulebook import Rulebook
from ..bodies.rulebooks import rulebook_at
from .notices import announced


def salutation(person: Person | None) -> str:
    """``Sehr geehrte Frau Dr. Hansen,``; without a known form of address the whole name; without a person all."""
    if person is None:
        return "Sehr geehrte Damen und Herren,"
    if person.salutation in ("frau", "herr"):
        begin = "Sehr geehrte Frau" if person.salutation == "frau" else "Sehr geehrter Herr"
        return " ".join(part for part in (begin, person.title, person.last_name) if part) + ","
    return f"Guten Tag {person.name},"


def opening(meeting: Meeting) -> str:
    """The sentence that invites."""
    title, body = meeting.record.title, meeting.body.name
    return f"hiermit lade ich Sie ein: {title}{'' if body in title else f' ({body})'}."


def announcements(session: Session, meeting: Meeting) -> tuple[str, ...]:
    """What has to stand in the invitation: shortened notice with its reason, what a second invitation means."""
    return said_by_rules(rulebook_at(session, meeting), meeting)


def said_by_rules(rulebook: Rulebook, meeting: Meeting) -> tuple[str, ...]:
    """The same with rules at hand."""
    said = []
    if meeting.shortened_reason:
        said.append(f"Die Ladungsfrist ist verkürzt. Begründung: {meeting.shortened_reason}")
    if notice := announced(rulebook, meeting):
        said.append(f"Erneute Ladung: {notice}")
    return tuple(said)


def sender(chair: Person | None, managing_director: Person | None) -> tuple[str, ...]:
    """Who signs: the chair, else the managing director."""
    if chair is not None:
        return (chair.name, "Vorsitz")
    return (managing_director.name, "Geschäftsführung") if managing_director is not None else ()
