"""The themes of the demonstration: lives through the steps of ``demo/themes.yaml``, all themes in the order of their days.

Only ``demo`` calls it. How far each theme has come stands in a setting that is written with each step, so that a
demonstration that was killed goes on where it was.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from ..config import Settings, secret_key_of
from ..engine.demo_documents import DATES, PERSON, DemoDecision, DemoStep, DemoTheme, DemoThemes, DemoVerdict
from ..engine.profile import Profile
from ..models import Controller, Decision, Record, Setting, Task, User
from ..permissions import Actor, actor_of
from . import news, similar_reports, tasks
from .catalogues import catalogues
from .decision_checks import AGREED, Verdict, Votes
from .decisions import change_decision, standing_decisions, take_decision
from .demo_days import next_working_day, working_day
from .demo_meetings import MeetingDeed, Meetings
from .processes import definition_of
from .records import chain, editing
from .records.facts import local_day
from .records.transitions import perform_transition
from .themes import closing, grouping, merging, opening
from .themes.reports import KIND, PROCESS, Chosen
from .unit_of_work import unit_of_work

PROGRESS = "demonstration"
Progress = Callable[[], object]
SOON, AT_ONCE = timedelta(days=30), timedelta(days=10)
NEXT = timedelta(minutes=25)
MONTH = re.compile(r"\{month:(\d+)\}")
MONTHS = (
    "Januar", "Februar", "März", "April", "Mai", "Juni",
    "Juli", "August", "September", "Oktober", "November", "Dezember",
)  # fmt: skip


@dataclass(frozen=True)
class Deed:
    """One step of one theme at its time; the first one (``step`` is None) opens the theme."""

    at: datetime
    number: int
    theme: DemoTheme
    step: DemoStep | None


class Stage:
    """The themes of a profile, with what is needed to play them: the day of the demonstration and the known reports."""

    def __init__(self, profile: Profile, settings: Settings, now: datetime, key: Callable[[int], str]) -> None:
        assert profile.themes is not None and profile.mapping is not None
        self.document: DemoThemes = profile.themes
        self.now = now
        self._secret = secret_key_of(settings)
        self._controller = profile.processes[PROCESS].controller
        self._reports = profile.mapping.process
        self.meetings = Meetings(profile, settings, now, self._theme_of) if profile.meetings is not None else None
        self._hashes = {
            str(report.get("id")): hashlib.sha256(key(number).encode()).hexdigest()
            for number, report in enumerate(profile.reports)
        }

    def play(self, progress: Progress = lambda: None) -> int:
        """Takes every step that was not taken yet, each in its own unit of work; returns how many themes are told.

        A theme whose reports are not all there (a demonstration with fewer reports) is left out.
        """
        with unit_of_work() as session:
            there = self._references(session)
            done = {name: int(one["done"]) for name, one in self._progress(session).items()}
        complete = [one for one in self.document.themes if all(report in there for report, _ in one.joined())]
        for deed in self._in_order(complete):
            if isinstance(deed, MeetingDeed):
                assert self.meetings is not None
                self.meetings.take(deed)
                progress()
                continue
            if deed.number < done.get(deed.theme.key, 0):
                continue
            with unit_of_work() as session:
                self._take(session, deed, there)
            news.run(unit_of_work, deed.at + NEXT, secret=self._secret)
            if deed.step is not None and deed.step.take == "abschliessen":
                closing.run(unit_of_work, deed.at + NEXT)
            progress()
        with unit_of_work() as session:
            self._judge(session, there)
            self._carry_out(session, complete)
        return len(complete)

    def _in_order(self, themes: list[DemoTheme]) -> Iterator[Deed | MeetingDeed]:
        """The steps of themes and meetings, oldest first; at the same moment the theme's comes first."""
        told: list[Deed | MeetingDeed] = list(deeds(self.document, themes, self.now))
        held: list[Deed | MeetingDeed] = list(self.meetings.deeds()) if self.meetings is not None else []
        return iter(sorted((*told, *held), key=lambda one: one.at))

    def count(self) -> int:
        """How many steps there are in all."""
        held = sum(1 for _ in self.meetings.deeds()) if self.meetings is not None else 0
        return sum(len(one.steps) + 1 for one in self.document.themes) + held

    def forget(self) -> None:
        """Takes the note about the progress away: the demonstration is complete."""
        with unit_of_work() as session:
            setting = self._setting(session)
            if setting is not None:
                session.delete(setting)
        if self.meetings is not None:
            self.meetings.forget()

    # --- one step ----------------------------------------------------------------------------------------------------

    def _take(self, session: Session, deed: Deed, there: Mapping[str, str]) -> None:
        if deed.step is None:
            theme = self._open(session, deed, there)
        else:
            theme = session.get_one(Record, self._progress(session)[deed.theme.key]["theme"])
            self._step(session, deed, theme, deed.step, there)
        self._note(session, deed, theme)

    def _open(self, session: Session, deed: Deed, there: Mapping[str, str]) -> Record:
        actor, told = self._actor(session, deed.theme.by), deed.theme
        stated = {one.report: one for one in told.cases}
        theme = opening.open_theme(
            session,
            actor,
            deed.at,
            title=told.title,
            reports=[
                Chosen(there[one], stated[one].cases, self._named(stated[one].note, there))
                if one in stated
                else Chosen(there[one])
                for one in told.reports
            ],
            summary=told.summary,
            fields_of_action=told.fields_of_action,
            submission_key=f"demo-{told.key}",
        ).theme
        if told.public_title:
            self._answer(session, actor, deed.at, theme, {"public_title": told.public_title})
        return theme

    def _step(self, session: Session, deed: Deed, theme: Record, step: DemoStep, there: Mapping[str, str]) -> None:
        actor, before = self._actor(session, step.by or deed.theme.by), theme.state
        waiting = _open_tasks(session, theme)
        if step.add:
            chosen = [Chosen(there[one]) for one in step.add]
            grouping.add_reports(session, actor, deed.at, theme=theme, reports=chosen)
        for record in self._meant(session, theme, step):
            if step.answers:
                self._answer(session, actor, deed.at, record, self._resolved(session, step.answers))
            if step.take is not None:
                perform_transition(
                    session,
                    actor,
                    deed.at,
                    record=record,
                    transition_id=step.take,
                    data=self._resolved(session, step.data),
                    row_version=None,
                    catalogues=catalogues(session),
                )
        decided = self._decided(session, deed, theme)
        if decided is not None:
            waiting = [one for one in waiting if one.created_at < decided.taken_at]
        elif step.decide is not None:
            self._decide(session, actor, deed, theme, step.decide)
        if step.merge_into is not None:
            target = session.get_one(Record, self._progress(session)[step.merge_into]["theme"])
            merging.merge(session, actor, deed.at, source=theme, target=target)
        if theme.state != before or decided is not None:
            self._finish(session, deed, waiting, None if not theme.open else local_day(deed.at + SOON))
        elif step.take is not None:
            self._finish(session, deed, waiting, local_day(deed.at + AT_ONCE))

    def _meant(self, session: Session, theme: Record, step: DemoStep) -> list[Record]:
        """The theme, the newest of its records of another process, or each of its reports."""
        if step.on == PROCESS:
            return [theme]
        found = chain.linked(session, theme, KIND, step.on)
        return found if step.on == self._reports else found[-1:]

    def _finish(self, session: Session, deed: Deed, waiting: Iterable[Task], until: date | None) -> None:
        """A step settles the tasks that waited for it; what lies further ahead than ``until`` stays."""
        actor = self._actor(session, deed.theme.by)
        for task in waiting:
            if until is None or task.due_on is None or task.due_on <= until:
                tasks.complete_task(session, actor, deed.at, task=task)

    def _answer(self, session: Session, actor: Actor, at: datetime, record: Record, answers: Mapping[str, Any]) -> None:
        """Fills in as the form does: what stands there stays, and the rest is added."""
        raw = editing.raw_of(definition_of(record.version), record.answers) | dict(answers)
        editing.change_answers(
            session, actor, at, record=record, raw=raw, row_version=None, catalogues=catalogues(session)
        )

    def _decided(self, session: Session, deed: Deed, theme: Record) -> Decision | None:
        """The decision that a meeting of the demonstration took already: the step is only what follows from it."""
        step = deed.step
        if step is None or step.decide is None or step.decide.how is not None or self.meetings is None:
            return None
        if step.meeting not in self.meetings.held_for_themes():
            return None
        paper = chain.linked(session, theme, KIND, "decision_paper")[-1]
        return next(iter(standing_decisions(session, paper)), None)

    def _decide(self, session: Session, actor: Actor, deed: Deed, theme: Record, told: DemoDecision) -> None:
        assert deed.step is not None and deed.step.meeting is not None
        day = local_day(working_day(self.now, self.document.meetings[deed.step.meeting - 1]))
        verdict = Verdict(
            decided_on=day,
            body=self.document.body,
            result=told.result,
            wording=self._text(told.wording),
            conditions=self._text(told.conditions),
            votes=Votes(*told.votes) if told.votes else None,
            review_on=day + timedelta(days=told.review_after) if told.review_after else None,
        )
        if told.how is None:
            paper = chain.linked(session, theme, KIND, "decision_paper")[-1]
            take_decision(session, actor, deed.at, paper=paper, verdict=verdict)
            return
        wanted = select(Decision).where(Decision.theme_id == theme.id, Decision.result.in_(AGREED))
        last = session.scalars(wanted.order_by(Decision.id.desc()).limit(1)).one()
        change_decision(session, actor, deed.at, decision=last, verdict=verdict, how=told.how)

    # --- what goes on beside the steps -------------------------------------------------------------------------------

    def _judge(self, session: Session, there: Mapping[str, str]) -> None:
        for one in self.document.verdicts:
            if all(report in there for report in one.reports):
                self._say(session, one, there)

    def _say(self, session: Session, told: DemoVerdict, there: Mapping[str, str]) -> None:
        first, second = (
            session.scalars(select(Record).where(Record.reference == there[one])).one() for one in told.reports
        )
        at = working_day(self.now, told.days_ago)
        similar_reports.verdict(
            session, self._actor(session, told.by), at, first=first, second=second, similar=told.similar
        )

    def _carry_out(self, session: Session, told: list[DemoTheme]) -> None:
        """What decisions and closed themes asked for was done by its day, but for the last days."""
        until = local_day(self.now - timedelta(days=7))
        progress = self._progress(session)
        for one in told:
            theme = session.get_one(Record, progress[one.key]["theme"])
            decided = session.scalar(select(Decision.id).where(Decision.theme_id == theme.id).limit(1))
            for task in _open_tasks(session, theme) if decided is not None or not theme.open else ():
                if task.due_on is not None and task.due_on <= until:
                    at = working_day(self.now, (local_day(self.now) - task.due_on).days)
                    tasks.complete_task(session, self._actor(session, one.by), max(at, task.created_at), task=task)

    def _theme_of(self, session: Session, key: str) -> Record | None:
        known = self._progress(session).get(key)
        return session.get(Record, known["theme"]) if known is not None else None

    def _references(self, session: Session) -> dict[str, str]:
        """The references of the reports that stand in the database, by their id in the profile."""
        rows = {
            row.submission_hash: row.reference
            for row in session.execute(select(Record.submission_hash, Record.reference))
        }
        return {name: rows[digest] for name, digest in self._hashes.items() if digest in rows}

    def _setting(self, session: Session) -> Setting | None:
        return session.scalar(
            select(Setting)
            .join(Controller, Controller.id == Setting.controller_id)
            .where(Controller.key == self._controller, Setting.key == PROGRESS)
        )

    def _progress(self, session: Session) -> dict[str, dict[str, int]]:
        setting = self._setting(session)
        return dict(setting.value) if setting is not None else {}

    def _note(self, session: Session, deed: Deed, theme: Record) -> None:
        setting = self._setting(session)
        if setting is None:
            setting = Setting(controller_id=theme.controller_id, key=PROGRESS, value={})
            session.add(setting)
        setting.value = {**setting.value, deed.theme.key: {"theme": theme.id, "done": deed.number + 1}}
        setting.changed_at = deed.at

    def _actor(self, session: Session, name: str) -> Actor:
        return actor_of(self._user(session, name), local_day(self.now))

    def _user(self, session: Session, name: str) -> User:
        return session.scalars(select(User).where(User.email == self.document.people[name])).one()

    # --- texts and dates ---------------------------------------------------------------------------------------------

    def _resolved(self, session: Session, value: Any) -> Any:
        """What a form would send for what stands in the file."""
        if isinstance(value, dict):
            if value.keys() <= {*DATES} and value:
                return self._day(**value)
            if value.keys() == {PERSON}:
                return str(self._user(session, value[PERSON]).id)
            return {key: self._resolved(session, one) for key, one in value.items()}
        if isinstance(value, list):
            return [self._resolved(session, one) for one in value]
        if isinstance(value, bool):
            return "ja" if value else "nein"
        return self._text(str(value))

    def _day(self, days_ago: int | None = None, in_days: int | None = None) -> str:
        if days_ago is not None:
            return local_day(working_day(self.now, days_ago)).isoformat()
        return (local_day(self.now) + timedelta(days=in_days or 0)).isoformat()

    def _text(self, text: str) -> str:
        def month(found: re.Match[str]) -> str:
            day = self.now - timedelta(days=int(found[1]))
            return f"{MONTHS[day.month - 1]} {day.year}"

        return MONTH.sub(month, text)

    @staticmethod
    def _named(text: str, there: Mapping[str, str]) -> str:
        """A note in which reports of the file are named by their reference."""
        return re.sub(r"H\d{4}", lambda found: there.get(found[0], found[0]), text)


def deeds(document: DemoThemes, themes: list[DemoTheme], now: datetime) -> Iterator[Deed]:
    """Every step of the themes with its time, oldest first; the steps of one theme stay in their order."""
    found: list[tuple[datetime, int, int, Deed]] = []
    for at, theme in enumerate(themes):
        moment = working_day(now, theme.opened)
        found.append((moment, at, 0, Deed(moment, 0, theme, None)))
        for number, step in enumerate(theme.steps, start=1):
            wanted = (
                working_day(now, step.days_ago)
                if step.days_ago is not None
                else next_working_day(working_day(now, document.days_of(step) + 1))
            )
            moment = max(wanted, moment + NEXT)
            found.append((moment, at, number, Deed(moment, number, theme, step)))
    found.sort(key=lambda one: one[:3])
    yield from (one[3] for one in found)


def _open_tasks(session: Session, theme: Record) -> list[Task]:
    return list(session.scalars(select(Task).where(Task.record_id == theme.id, Task.done_at.is_(None))))
