"""What the page of a theme reads beside its answers: its reports a page at a time, and figures."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session, joinedload

from ...engine.definition import option_labels
from ...engine.fields import Choosing
from ...engine.text import pick
from ...models import ProcessVersion, Record, RecordFacet, RecordLink, ThemeMerge
from ..catalogues import catalogues
from ..processes import definition_of
from ..records.facts import local_day
from ..themes.counting import proposal
from ..themes.reports import KIND, is_withdrawn, themes_of, withdrawn_states

A_PAGE = 20
MOST_MONTHS = 24
MOST_TO_CHOOSE = 100


@dataclass(frozen=True)
class ReportRow:
    """A report of a theme. ``elsewhere``: references of other themes that it belongs to."""

    link_id: int
    reference: str
    title: str
    state: str
    tone: str
    place: str
    received_on: date
    cases: int
    proposed: int
    stated: bool
    note: str
    withdrawn: bool
    elsewhere: tuple[str, ...]


@dataclass(frozen=True)
class ReportPage:
    """A page of them. ``count`` and ``cases`` are those of the whole theme; withdrawn reports are counted apart."""

    rows: tuple[ReportRow, ...]
    count: int
    withdrawn: int
    cases: int
    next_key: int | None
    previous_key: int | None


@dataclass(frozen=True)
class Share:
    """One line of a figure: how many cases and reports it has."""

    label: str
    cases: int
    reports: int


@dataclass(frozen=True)
class Figures:
    """How the cases of a theme are spread; withdrawn reports are not among them."""

    municipalities: tuple[Share, ...] = ()
    fields: tuple[Share, ...] = ()
    legal_areas: tuple[Share, ...] = ()
    months: tuple[Share, ...] = ()


def reports_of(
    session: Session, theme: Record, *, language: str = "de", after: int | None = None, before: int | None = None
) -> ReportPage:
    """The reports of a theme in the order in which they came; six statements whatever their number."""
    wanted = _links(theme.id).options(
        joinedload(RecordLink.from_record).joinedload(Record.version).defer(ProcessVersion.document)
    )
    if before is not None and after is None:
        found = session.scalars(wanted.where(RecordLink.id < before).order_by(RecordLink.id.desc()).limit(A_PAGE + 1))
        links = list(found)
        earlier, later, links = len(links) > A_PAGE, True, links[:A_PAGE][::-1]
    else:
        found = session.scalars(wanted.where(RecordLink.id > (after or 0)).order_by(RecordLink.id).limit(A_PAGE + 1))
        links = list(found)
        earlier, later, links = after is not None, len(links) > A_PAGE, links[:A_PAGE]
    reports = [one.from_record for one in links]
    elsewhere = themes_of(session, [one.id for one in reports])
    places = _places(session, [one.id for one in reports])
    count, withdrawn = _counts(session, theme)
    rows = tuple(_row(one, theme, elsewhere, places, language) for one in links)
    return ReportPage(
        rows,
        count,
        withdrawn,
        theme.case_count or 0,
        links[-1].id if links and later else None,
        links[0].id if links and earlier else None,
    )


def _links(theme_id: int) -> Select[tuple[RecordLink]]:
    return select(RecordLink).where(
        RecordLink.to_id == theme_id, RecordLink.kind == KIND, RecordLink.cases.is_not(None)
    )


def _row(
    link: RecordLink,
    theme: Record,
    elsewhere: Mapping[int, Sequence[Record]],
    places: Mapping[int, str],
    language: str,
) -> ReportRow:
    report = link.from_record
    definition = definition_of(report.version)
    state = definition.workflow.states[report.state]
    others = tuple(one.reference for one in elsewhere.get(report.id, ()) if one.id != theme.id)
    return ReportRow(
        link_id=link.id,
        reference=report.reference,
        title=report.title,
        state=pick(state.label, language),
        tone=state.tone,
        place=places.get(report.id, ""),
        received_on=local_day(report.created_at),
        cases=link.cases or 0,
        proposed=proposal(report),
        stated=link.stated,
        note=link.note or "",
        withdrawn=is_withdrawn(definition, report.state),
        elsewhere=others,
    )


def _counts(session: Session, theme: Record) -> tuple[int, int]:
    gone = withdrawn_states(session, theme.id)
    rows = session.execute(
        select(Record.state, func.count())
        .join(RecordLink, RecordLink.from_id == Record.id)
        .where(RecordLink.to_id == theme.id, RecordLink.kind == KIND, RecordLink.cases.is_not(None))
        .group_by(Record.state)
    ).all()
    return sum(number for _state, number in rows), sum(number for state, number in rows if state in gone)


def _places(session: Session, ids: Sequence[int]) -> dict[int, str]:
    """Two names at most, then how many more."""
    lists = catalogues(session)
    found: dict[int, list[str]] = {}
    rows = session.execute(
        select(RecordFacet.record_id, RecordFacet.value)
        .where(RecordFacet.record_id.in_(ids), RecordFacet.name == "municipality")
        .order_by(RecordFacet.record_id, RecordFacet.value)
    )
    for record_id, value in rows:
        found.setdefault(record_id, []).append(lists.label("municipalities", value) or value)
    return {
        key: ", ".join(names[:2]) + (f" +{len(names) - 2}" if len(names) > 2 else "") for key, names in found.items()
    }


def figures_of(session: Session, theme: Record, *, language: str = "de") -> Figures:
    """How the cases are spread over municipalities, fields of action, legal areas and months; summed up in SQL."""
    gone = withdrawn_states(session, theme.id)
    joined = (
        (RecordLink.to_id == theme.id)
        & (RecordLink.kind == KIND)
        & RecordLink.cases.is_not(None)
        & Record.state.not_in(gone or {""})
    )
    numbers = (func.sum(RecordLink.cases), func.count(RecordLink.id))

    def facet(name: str) -> list[tuple[str, int, int]]:
        rows = session.execute(
            select(RecordFacet.value, *numbers)
            .select_from(RecordLink)
            .join(Record, Record.id == RecordLink.from_id)
            .join(RecordFacet, RecordFacet.record_id == Record.id)
            .where(joined, RecordFacet.name == name)
            .group_by(RecordFacet.value)
        )
        return [(row[0], int(row[1]), int(row[2])) for row in rows]

    by_field = session.execute(
        select(Record.field_of_action, *numbers)
        .select_from(RecordLink)
        .join(Record, Record.id == RecordLink.from_id)
        .where(joined)
        .group_by(Record.field_of_action)
    )
    labels = _labels(session, theme, language)
    return Figures(
        _shares(facet("municipality"), labels["municipalities"]),
        _shares([(row[0] or "", int(row[1]), int(row[2])) for row in by_field], labels["field_of_action"]),
        _shares(facet("legal_area"), labels["legal_areas"]),
        _months(session, joined, numbers),
    )


def _shares(rows: Sequence[tuple[str, int, int]], labels: Mapping[str, str]) -> tuple[Share, ...]:
    found = [Share(labels.get(value, value) or "–", cases, reports) for value, cases, reports in rows]
    return tuple(sorted(found, key=lambda one: (-one.cases, -one.reports, one.label)))


def _labels(session: Session, theme: Record, language: str) -> dict[str, dict[str, str]]:
    """What the values of the projected questions are called, taken from the newest report of the theme."""
    lists = catalogues(session)
    found: dict[str, dict[str, str]] = {
        "municipalities": {one.value: one.label for one in lists.options("municipalities")},
        "field_of_action": {one.value: one.label for one in lists.options("fields_of_action")},
        "legal_areas": {},
    }
    newest = session.scalars(
        _links(theme.id)
        .options(joinedload(RecordLink.from_record).joinedload(Record.version).defer(ProcessVersion.document))
        .order_by(RecordLink.id.desc())
        .limit(1)
    ).first()
    if newest is not None:
        definition = definition_of(newest.from_record.version)
        for column, labels in found.items():
            field = definition.fields().get(getattr(definition.projection, column) or "")
            if isinstance(field, Choosing):
                labels.update(option_labels(field, language))
    return found


def _months(session: Session, joined: object, numbers: tuple[object, ...]) -> tuple[Share, ...]:
    """From the first report to the last, months without any among them; the newest 24 at most."""
    day = func.date(Record.created_at)
    rows = session.execute(
        select(day, *numbers)  # type: ignore[call-overload]
        .select_from(RecordLink)
        .join(Record, Record.id == RecordLink.from_id)
        .where(joined)
        .group_by(day)
    )
    counted: dict[tuple[int, int], list[int]] = {}
    for when, cases, reports in rows:
        moment = date.fromisoformat(str(when)[:10])
        known = counted.setdefault((moment.year, moment.month), [0, 0])
        known[0] += int(cases)
        known[1] += int(reports)
    if not counted:
        return ()
    year, month = min(counted)
    found = []
    while (year, month) <= max(counted):
        cases, reports = counted.get((year, month), (0, 0))
        found.append(Share(f"{month:02d}.{year}", cases, reports))
        year, month = (year + 1, 1) if month == 12 else (year, month + 1)
    return tuple(found[-MOST_MONTHS:])


def all_reports(session: Session, theme: Record, *, language: str = "de") -> tuple[list[ReportRow], bool]:
    """The first hundred reports of a theme on one page, to choose from; True: there are more."""
    rows: list[ReportRow] = []
    after: int | None = None
    while len(rows) < MOST_TO_CHOOSE:
        shown = reports_of(session, theme, language=language, after=after)
        rows += shown.rows
        after = shown.next_key
        if after is None:
            break
    return rows, after is not None


@dataclass(frozen=True)
class MergePreview:
    """What a merge would move: reports, those among them that are in both themes, other records, and cases together."""

    reports: int
    double: int
    others: int
    cases: int


def merge_preview(session: Session, source: Record, target: Record) -> MergePreview:
    """What would happen if ``source`` went into ``target``; nothing is written."""
    here, there = _cases(session, source), _cases(session, target)
    counted = {key: number for key, (number, counts) in (here | there).items() if counts}
    for key in here.keys() & there.keys():
        counted[key] = max(here[key][0], there[key][0]) if here[key][1] else 0
    others = session.scalar(
        select(func.count())
        .select_from(RecordLink)
        .where(RecordLink.to_id == source.id, RecordLink.kind == KIND, RecordLink.cases.is_(None))
    )
    return MergePreview(len(here), len(here.keys() & there.keys()), others or 0, sum(counted.values()))


def undo_preview(session: Session, done: ThemeMerge) -> int:
    """How many of the reports that went along would come back."""
    there = _cases(session, done.target).keys()
    return sum(entry["report"] in there and entry["cases"] is not None for entry in done.moved)


def _cases(session: Session, theme: Record) -> dict[int, tuple[int, bool]]:
    """The cases of each report, and whether it counts."""
    gone = withdrawn_states(session, theme.id)
    rows = session.execute(
        select(RecordLink.from_id, RecordLink.cases, Record.state)
        .join(Record, Record.id == RecordLink.from_id)
        .where(RecordLink.to_id == theme.id, RecordLink.kind == KIND, RecordLink.cases.is_not(None))
    )
    return {row.from_id: (row.cases or 0, row.state not in gone) for row in rows}
