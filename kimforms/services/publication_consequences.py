"""What publishing or withdrawing brings, in sentences: shown with the preview and before the step is taken."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Session

from ..models import Publication, Record
from ..permissions import Actor, may
from . import news
from .publication_content import SOLUTION, Snapshot
from .publishing import publication_of, theme_of
from .records.facts import local_day


def consequences(
    session: Session, actor: Actor, now: datetime, record: Record, shown: Snapshot, language: str = "de"
) -> list[str]:
    """What publishing ``shown`` brings now, in sentences; numbers of people only for those who read the reports."""
    english, public = language == "en", publication_of(session, record)
    if shown.kind != SOLUTION:
        return [
            "Everybody can read this title and where the theme stands. Nobody is notified."
            if english
            else "Alle können diesen Titel lesen und wo das Thema steht. Benachrichtigt wird niemand."
        ]
    told = news.audience(
        session,
        theme_id=theme_of(session, record),
        fields=[value for name, value in shown.tags if name == "field_of_action"],
        controller_id=record.controller_id,
        today=local_day(now),
        correction=public is not None and public.news_number > 0,
    )
    correction = public is not None and public.news_number > 0
    return [*_public_words(public, english), _told_words(told, correction, _may_count(actor, record), english)]


def _may_count(actor: Actor, record: Record) -> bool:
    """How many people reported something is told only to those who read the reports themselves."""
    return may(actor, "inbox:read", record.controller_id)


def _public_words(public: Publication | None, english: bool) -> list[str]:
    if public is None:
        return [
            "The page becomes public at once: in the list, the search and the feeds."
            if english
            else "Die Seite wird sofort öffentlich: in der Liste, der Suche und den Feeds."
        ]
    if public.withdrawn_at is not None:
        return [
            "The withdrawn page becomes public again under its address."
            if english
            else "Die zurückgezogene Seite wird unter ihrer Adresse wieder öffentlich."
        ]
    return [
        "The public text is replaced. What changed stays public, with the earlier wording."
        if english
        else "Der öffentliche Text wird ersetzt. Was sich geändert hat, bleibt mit dem früheren Wortlaut nachzulesen."
    ]


def _told_words(told: news.Audience, correction: bool, may_count: bool, english: bool) -> str:
    if correction:
        number = _many(told.followers, "Abonnement", "Abonnements", "subscription", "subscriptions", english)
        return (
            f"Only those who want to hear of corrections are notified: {number}."
            if english
            else f"Benachrichtigt werden nur die, die von Korrekturen hören möchten: {number}."
        )
    if not may_count:
        return (
            "Those who reported the hurdle, the case managers and those who follow the field are notified."
            if english
            else "Benachrichtigt werden alle, die die Hürde gemeldet haben, das Case Management und die Abonnements."
        )
    parts = [
        _many(told.reporters, "meldende Person", "meldende Personen", "reporter", "reporters", english),
        _many(told.case_managers, "Person im Case Management", "Personen im Case Management", "case manager",
              "case managers", english),
        _many(told.followers, "Abonnement", "Abonnements", "subscription", "subscriptions", english),
    ]  # fmt: skip
    if english:
        return f"Notified are {parts[0]}, {parts[1]} and {parts[2]}."
    return f"Benachrichtigt werden {parts[0]}, {parts[1]} und {parts[2]}."


def _many(number: int, one: str, many: str, english_one: str, english_many: str, english: bool) -> str:
    words = (english_one, english_many) if english else (one, many)
    return f"{number} {words[number != 1]}"


def withdrawal(language: str = "de") -> list[str]:
    """What withdrawing brings."""
    if language == "en":
        return ["The public page then says only that it was withdrawn, and why. Nobody else is notified of it."]
    return ["Auf der öffentlichen Seite steht dann nur noch, dass und warum. Sonst wird niemand benachrichtigt."]
