"""The demonstration: the profile's reports, spread over two years and all states, through the services that people use."""

from __future__ import annotations

import hashlib
import random
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from ..config import Settings, secret_key_of
from ..engine.demo_naturalisation import read_demo_naturalisation
from ..engine.profile import profile_folder, read_profile
from ..models import Record, RoleGrant, User
from ..permissions import ANYONE, Actor, actor_of
from . import demo_naturalisation, demo_services, naturalisation_figures, statistics
from .catalogues import catalogues
from .demo_themes import Stage
from .processes import current_version
from .records import commenting
from .records.facts import local_day, utc_now
from .records.submission import Submission, submit_record
from .records.transitions import perform_transition
from .unit_of_work import unit_of_work

SEED = 20_261_123
YEARS = 2
THEME_SIZE = 3
RECORDED = 12
"""Days from a report to the theme that takes it in, at least: enough for reading and recording it."""
GAP = 14
ON_FILE, RECENT = 170, 0.8
"""Days for which reports wait on file without anybody looking at them; share of similar reports that are no older."""
QUESTIONS = (
    "Welche Stelle hat das so mitgeteilt, und gab es dazu etwas Schriftliches?",
    "Tritt das auch in anderen Kommunen auf, die Sie beraten?",
    "Seit wann läuft es so, und hat sich zuletzt etwas verändert?",
)
ANSWERS = (
    "Die Auskunft kam mündlich am Schalter. Schriftlich gab es dazu nichts.",
    "Ja, Kolleginnen aus zwei Nachbarkommunen berichten dasselbe.",
    "Seit dem Frühjahr. Vorher ging es innerhalb weniger Wochen.",
)
COMMENTS = (
    "Passt zu dem, was in der Runde der Beratungsstellen erzählt wurde.",
    "Bitte mit der zuständigen Fachstelle klären, bevor wir bündeln.",
    "Ähnliche Fälle aus dem linksrheinischen Teil liegen schon vor.",
)
RESULTS = (
    ("geloest", "Die beteiligten Stellen haben den Ablauf geändert. Die neue Regelung gilt seit Monatsbeginn."),
    ("teilweise", "Ein Teil ist gelöst: Es gibt jetzt feste Ansprechzeiten. Am Rest arbeiten wir weiter."),
    ("andere_ebene", "Das lässt sich im Kreis nicht ändern. Wir haben es an das Land weitergegeben."),
)


COMMENTED = 0.3
WITH_ACCOUNT = 0.4
MARK = "demonstration-begun"
REPORTERS_STEPS = frozenset({"antworten", "zurueckziehen"})

Data = Callable[["Story"], Mapping[str, Any]]


def _nothing(_story: Story) -> Mapping[str, Any]:
    return {}


def _question(story: Story) -> Mapping[str, Any]:
    return {"question": story.chance.choice(QUESTIONS)}


def _answer(story: Story) -> Mapping[str, Any]:
    return {"answer": story.chance.choice(ANSWERS)}


def _result(story: Story) -> Mapping[str, Any]:
    result, message = story.chance.choice(RESULTS)
    return {"result": result, "message": message}


def _referred(_story: Story) -> Mapping[str, Any]:
    return {"reason": "Hier geht es um einen einzelnen Fall. Das Case Management der Kommune hilft weiter."}


STEPS: dict[str, tuple[tuple[str, Data], ...]] = {
    "new": (),
    "recorded": (("erfassen", _nothing),),
    "asked": (("erfassen", _nothing), ("rueckfragen", _question)),
    "answered": (("erfassen", _nothing), ("rueckfragen", _question), ("antworten", _answer), ("abschliessen", _result)),
    "filed": (("erfassen", _nothing), ("speichern", _nothing)),
    "referred": (("erfassen", _nothing), ("verweisen", _referred)),
    "withdrawn": (("zurueckziehen", _nothing),),
    "closed": (("erfassen", _nothing), ("abschliessen", _result)),
}


@dataclass(frozen=True)
class Story:
    """One report: what was entered, when, by whom (None: without account), and how far it went."""

    process: str
    number: int
    raw: Mapping[str, Any]
    at: datetime
    reporter: str | None
    ending: str
    chance: random.Random = field(compare=False)


def stories(settings: Settings, now: datetime) -> list[Story] | None:
    """The reports of the profile as stories, oldest first, but for those told before; None where people have worked."""
    profile = read_profile(profile_folder(settings.profile))
    told = _told(settings, len(profile.reports)) if profile.mapping is not None else None
    if profile.mapping is None or told is None:
        return None
    sizes = Counter(report.get("cluster") for report in profile.reports)
    total = len(profile.reports)
    begin = now - timedelta(days=365 * YEARS)
    reporters = [one.email for one in profile.head.demo_accounts if one.roles[0].role in ("adviser", "case_manager")]
    joined = joining(settings)
    found = []
    for number, report in enumerate(profile.reports):
        if number in told:
            continue
        chance = random.Random(SEED + number)  # noqa: S311 - the same demonstration each time
        before = joined.get(number)
        at = begin + (now - begin) * ((number + chance.random()) / total)
        cluster, raw = report.get("cluster"), profile.demo_answers(number)
        similar = bool(cluster) and sizes[cluster] >= THEME_SIZE
        if before is not None:
            at = now - timedelta(days=before.reported, minutes=chance.randint(0, 500))
        elif similar and chance.random() < RECENT:
            at = max(at, now - timedelta(days=chance.uniform(1, ON_FILE)))
        at = _office_hours(at, now)
        story = Story(
            process=profile.mapping.process,
            number=number,
            raw=raw,
            at=at,
            reporter=chance.choice(reporters) if chance.random() < WITH_ACCOUNT else None,
            ending=before.ending if before is not None else _ending(chance, (now - at).days, similar, raw),
            chance=chance,
        )
        found.append(story)
    return sorted(found, key=lambda story: story.at)


@dataclass(frozen=True)
class Before:
    """When a report that a theme takes in was sent, in days before today, and how far it comes by itself."""

    reported: int
    ending: str


def joining(settings: Settings) -> dict[int, Before]:
    """The reports that come into a theme, by number: sent one after the other in the weeks before it takes them in."""
    profile = read_profile(profile_folder(settings.profile))
    numbers = {str(report.get("id")): number for number, report in enumerate(profile.reports)}
    found: dict[int, Before] = {}
    for theme in profile.themes.themes if profile.themes is not None else ():
        joined = list(theme.joined())
        for day in {day for _, day in joined}:
            group = [report for report, each in joined if each == day]
            gap = min(GAP, (365 * YEARS - day - RECORDED) // len(group))
            for place, report in enumerate(reversed(group)):
                early = RECORDED + place * gap
                found[numbers[report]] = Before(day + early, "filed" if early > 2 * RECORDED else "recorded")
    return found


def _told(settings: Settings, stories_at_most: int) -> set[int] | None:
    """Numbers of the stories that stand in the database already; None when the demonstration has to keep away.

    A mark in the data folder says that a demonstration was begun and not finished: a killed first start goes on later.
    """
    mark = settings.data_dir / MARK
    with unit_of_work() as session:
        if not mark.exists() and session.scalar(select(Record.id).limit(1)) is not None:
            return None
        known = set(session.scalars(select(Record.submission_hash)))
    mark.touch()
    return {number for number in range(stories_at_most) if _digest(_key(number)) in known}


def stage(settings: Settings, now: datetime) -> Stage | None:
    """The themes of the demonstration; None where the profile tells none."""
    profile = read_profile(profile_folder(settings.profile))
    return Stage(profile, settings, now, _key) if profile.themes is not None else None


def tell_naturalisation(settings: Settings, now: datetime) -> int:
    """The directory, dates of courses, and how services and offices work with checklists; returns how many steps."""
    document = read_demo_naturalisation(profile_folder(settings.profile))
    if document is None:
        return 0
    told = demo_services.tell(unit_of_work, settings, now, settings.profile)
    told += demo_naturalisation.tell(unit_of_work, document, now)
    naturalisation_figures.run(unit_of_work, now)
    return told


def finish(settings: Settings, now: datetime, scene: Stage | None) -> None:
    """Releases the figures of past half-years, and notes that the demonstration is complete."""
    statistics.run(unit_of_work, now)
    if scene is not None:
        scene.forget()
    (settings.data_dir / MARK).unlink(missing_ok=True)


def _key(number: int) -> str:
    return f"demo-{SEED}-{number}"


def _digest(key: str) -> str:
    return hashlib.sha256(key.encode()).hexdigest()


def _office_hours(moment: datetime, now: datetime) -> datetime:
    """The same day between 8 and 17 o'clock, never on a weekend and never later than ``now``."""
    hour = 7 + (moment.minute + moment.second) % 9
    moved = moment.replace(hour=hour)
    while moved.weekday() > 4 or moved >= now:
        moved -= timedelta(days=1)
    return moved


def _later(moment: datetime, chance: random.Random) -> datetime:
    """One to four days on, at a time when people are at work."""
    moved = (moment + timedelta(days=chance.randint(1, 4))).replace(
        hour=chance.randint(7, 15), minute=chance.randint(0, 59)
    )
    while moved.weekday() > 4:
        moved += timedelta(days=1)
    return moved


def _ending(chance: random.Random, age: int, similar: bool, raw: Mapping[str, Any]) -> str:
    """How far a report went: young ones stand at the beginning, similar ones wait on file, old ones are closed."""
    may_ask = raw.get("rueckfragen") == "ja"
    if age < 8:
        return "new"
    if age < 40:
        return "asked" if may_ask and chance.random() < 0.6 else chance.choice(("recorded", "new", "recorded"))
    if similar and age <= ON_FILE + 3:
        return "filed"
    weights = {
        "recorded": 0.1,
        "filed": 3 if age < ON_FILE else 0.1,
        "closed": 6,
        "referred": 1,
        "withdrawn": 1,
        "answered": 3 if may_ask else 0,
    }
    return chance.choices(list(weights), list(weights.values()))[0]


def tell(story: Story, settings: Settings) -> None:
    """Lives through one story, each step in its own unit of work and at its own time."""
    with unit_of_work() as session:
        submission = _submit(session, story, settings)
        record_id = submission.record.id
    moment = story.at
    for step, data in STEPS[story.ending]:
        moment = _later(moment, story.chance)
        with unit_of_work() as session:
            _take(session, story, record_id, step, data(story), moment)
    if story.ending != "new" and story.chance.random() < COMMENTED:
        with unit_of_work() as session:
            record = session.get_one(Record, record_id)
            text = story.chance.choice(COMMENTS)
            commenting.add_comment(session, _coordinator(session, record), moment, record=record, text=text)


def _submit(session: Session, story: Story, settings: Settings) -> Submission:
    return submit_record(
        session,
        _actor(session, story.reporter) if story.reporter else ANYONE,
        story.at,
        version=current_version(session, story.process),
        raw=story.raw,
        submission_key=_key(story.number),
        secret_key=secret_key_of(settings),
        catalogues=catalogues(session),
    )


def _take(session: Session, story: Story, record_id: int, step: str, data: Mapping[str, Any], moment: datetime) -> None:
    record = session.get_one(Record, record_id)
    mine = step in REPORTERS_STEPS
    actor = _reporter(session, story, record) if mine else _coordinator(session, record)
    perform_transition(
        session,
        actor,
        moment,
        record=record,
        transition_id=step,
        data=data,
        row_version=None,
        catalogues=catalogues(session),
    )


def _reporter(session: Session, story: Story, record: Record) -> Actor:
    return _actor(session, story.reporter) if story.reporter else Actor("reporter", reporter_of=record.id)


def _coordinator(session: Session, record: Record) -> Actor:
    if record.assignee is not None:
        return _actor(session, record.assignee.email)
    first = session.scalars(
        select(User.email)
        .join(RoleGrant, RoleGrant.user_id == User.id)
        .where(RoleGrant.role == "coordinator", RoleGrant.controller_id == record.controller_id)
        .order_by(User.id)
    ).first()
    assert first is not None
    return _actor(session, first)


def _actor(session: Session, email: str) -> Actor:
    user = session.scalars(select(User).where(User.email == email)).one()
    return actor_of(user, local_day(utc_now()))
