"""What stands in `demo/themes.yaml`: the themes of the demonstration, each as a story of dated steps.

`profile.py` reads it, `services/demo_themes.py` lives through it. Days are counted back from the day of the
demonstration, so that it always ends before today.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Annotated, Any, Literal

from pydantic import Field, StringConstraints

from kimforms.engine.definition import ProcessDefinition
from kimforms.engine.profile_documents import Address, Slug, Words
from kimforms.engine.strict import Id, Path, Strict

Days = Annotated[int, Field(ge=1, le=730)]
ReportId = Annotated[str, StringConstraints(pattern=r"^[A-Z]+\d+$", max_length=20)]
Votes = tuple[Annotated[int, Field(ge=0)], Annotated[int, Field(ge=0)], Annotated[int, Field(ge=0)]]
DATES = ("days_ago", "in_days")
PERSON = "person"


class StatedCases(Strict):
    """How many cases the coordination counts in a report; 0 tells the same case as another one, which `note` names."""

    report: ReportId
    cases: int = Field(ge=0)
    note: str = ""


class DemoDecision(Strict):
    """What the body decided on the theme's newest paper; with `how` a later meeting changes the theme's last decision.

    `review_after`: so many days after the meeting the body looks at it again.
    """

    result: Literal["accepted", "amended", "rejected", "postponed", "noted"]
    wording: str = ""
    conditions: str = ""
    votes: Votes | None = None
    review_after: int | None = Field(default=None, ge=1)
    how: Literal["revoked", "amended"] | None = None


class DemoStep(Strict):
    """What somebody did on one day: `answers` are filled in before `take` is taken, on the newest record of process `on`,
    or on each of the theme's reports.

    Either `days_ago`, or `meeting`: the working day after that meeting. Among the answers `{days_ago: 5}` and
    `{in_days: 5}` stand for a date, `{person: …}` for an account, and `{month:5}` in a text for month and year.
    """

    days_ago: Days | None = None
    meeting: int | None = Field(default=None, ge=1)
    by: Id | None = None
    on: Id = "theme"
    add: tuple[ReportId, ...] = ()
    answers: dict[str, Any] = {}
    take: Id | None = None
    data: dict[str, Any] = {}
    decide: DemoDecision | None = None
    merge_into: Id | None = None


class DemoTheme(Strict):
    """A theme: who opens it when with which reports of the demonstration, and what happens with it."""

    key: Id
    by: Id
    opened: Days
    title: Words
    public_title: Words | None = None
    summary: str
    fields_of_action: tuple[Slug, ...] = Field(min_length=1)
    reports: tuple[ReportId, ...] = Field(min_length=1)
    cases: tuple[StatedCases, ...] = ()
    steps: tuple[DemoStep, ...] = ()

    def joined(self) -> Iterator[tuple[ReportId, Days]]:
        """Its reports, with the day on which they came into the theme."""
        yield from ((one, self.opened) for one in self.reports)
        for step in self.steps:
            yield from ((one, step.days_ago or self.opened) for one in step.add)


class DemoVerdict(Strict):
    """What the coordination says of two reports."""

    reports: tuple[ReportId, ReportId]
    similar: bool
    by: Id
    days_ago: Days


class DemoThemes(Strict):
    """`demo/themes.yaml`; `people` are demo accounts by a short name, `meetings` those of the body that decides."""

    people: dict[Id, Address]
    body: Slug
    meetings: tuple[Days, ...]
    themes: tuple[DemoTheme, ...]
    verdicts: tuple[DemoVerdict, ...] = ()

    def days_of(self, step: DemoStep) -> int:
        """How long ago a step was taken, in days; the day after its meeting."""
        return step.days_ago if step.days_ago is not None else self.meetings[(step.meeting or 1) - 1] - 1


def problems(
    document: DemoThemes,
    *,
    reports: set[str],
    accounts: set[str],
    bodies: set[str],
    fields_of_action: set[str],
    processes: Mapping[str, ProcessDefinition],
) -> Iterator[tuple[Path, str]]:
    """What the file names and the profile does not have, by path."""
    for name, address in document.people.items():
        if address not in accounts:
            yield ("people", name), f"das Demo-Konto „{address}“ gibt es nicht"
    if document.body not in bodies:
        yield ("body",), f"das Gremium „{document.body}“ gibt es nicht"
    yield from _report_problems(document, reports)
    keys = {one.key for one in document.themes}
    if len(keys) != len(document.themes):
        yield ("themes",), "eine Kennung kommt doppelt vor"
    for at, theme in enumerate(document.themes):
        here: Path = ("themes", at)
        for slug in {*theme.fields_of_action} - fields_of_action:
            yield (*here, "fields_of_action"), f"das Handlungsfeld „{slug}“ gibt es nicht"
        for name in {theme.by, *(one.by for one in theme.steps if one.by)} - document.people.keys():
            yield here, f"„{name}“ steht nicht unter „people“"
        for number, step in enumerate(theme.steps):
            for reason in _step_problems(document, step, keys, processes):
                yield (*here, "steps", number), reason
        yield from ((here, reason) for reason in _order_problems(document, theme))


def _report_problems(document: DemoThemes, reports: set[str]) -> Iterator[tuple[Path, str]]:
    taken: set[str] = set()
    for at, theme in enumerate(document.themes):
        for report, _day in theme.joined():
            if report not in reports:
                yield ("themes", at), f"die Meldung „{report}“ gibt es nicht"
            if report in taken:
                yield ("themes", at), f"die Meldung „{report}“ gehört schon zu einem Thema"
            taken.add(report)
    for at, verdict in enumerate(document.verdicts):
        if not {*verdict.reports} <= reports or verdict.by not in document.people:
            yield ("verdicts", at), "die Meldung oder die Person gibt es nicht"


def _step_problems(
    document: DemoThemes, step: DemoStep, keys: set[str], processes: Mapping[str, ProcessDefinition]
) -> Iterator[str]:
    process = processes.get(step.on)
    if process is None:
        yield f"den Prozess „{step.on}“ gibt es nicht"
        return
    known = {*process.fields(), *(one.id for one in process.form.steps if one.repeat is not None)}
    yield from (f"die Frage „{name}“ gibt es nicht" for name in sorted(step.answers.keys() - known))
    if step.take is not None and step.take not in process.workflow.transition_by_id:
        yield f"den Schritt „{step.take}“ gibt es nicht"
    if (step.days_ago is None) == (step.meeting is None):
        yield "erwartet wird entweder „days_ago“ oder „meeting“"
    if step.meeting is not None and step.meeting > len(document.meetings):
        yield f"eine {step.meeting}. Sitzung gibt es nicht"
    if step.merge_into is not None and step.merge_into not in keys:
        yield f"das Thema „{step.merge_into}“ gibt es nicht"


def _order_problems(document: DemoThemes, theme: DemoTheme) -> Iterator[str]:
    last = theme.opened
    for step in theme.steps:
        if step.meeting is not None and step.meeting > len(document.meetings):
            continue
        days = document.days_of(step)
        if days > last:
            yield f"der Schritt vor {days} Tagen steht nach einem vor {last} Tagen"
        last = days
