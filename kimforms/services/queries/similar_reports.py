"""What pages read about similar reports: for one record, and as a hint for each row of a list.

Only people who read a process in full see anything of it; the same number of queries however many reports there are.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import and_, case, or_, select
from sqlalchemy.orm import Session

from ...engine.text import pick
from ...models import ProcessVersion, Record, RecordLink, SimilarityEntry, SimilarityVerdict
from ...permissions import Actor, readable_processes
from ...similarity import Analysis, Judgements, Names, Neighbour, in_words
from .. import similar_index, similar_texts
from ..processes import definition_by_hash
from ..records.linking import THEME
from ..refusals import NotVisible
from ..similar_index import Shelf
from .record_page import Seen

FEW, MANY = 5, 10
LISTED = 0.1
"""A likeness below this is chance; the list on a record's page ends there."""
SURE = 0.5
"""From here on the inbox says so without being asked."""
IN_ONE_THEME = 2
"""So many similar reports in one theme, and a report perhaps belongs there too."""
HINTED = 20
PATIENCE = 0.05  # seconds that a list waits for its hints

Themes = Sequence[tuple[str, str]]


@dataclass(frozen=True)
class Similar:
    """Another report about perhaps the same hurdle, with the reason in words. ``judged``: the coordination said so."""

    reference: str
    title: str
    state: str
    tone: str
    open: bool
    reason: str
    judged: bool
    themes: Themes


@dataclass(frozen=True)
class SimilarPart:
    """What stands on a record's page. ``apart``: reports that the coordination judged different, to undo it.

    ``own_themes``: where the record itself belongs; ``themes``: where the listed ones do and it does not yet.
    ``waiting``: so many reports are being analysed anew and are not found before.
    """

    rows: Sequence[Similar]
    more: bool
    apart: Sequence[tuple[str, str]]
    own_themes: Themes
    themes: Themes
    waiting: int


@dataclass(frozen=True)
class Hint:
    """What the list says of a record: how many similar ones there are, and the theme it perhaps belongs to."""

    count: int
    theme: str | None


def similar_to(session: Session, actor: Actor, seen: Seen, *, count: int = FEW, language: str = "de") -> SimilarPart:
    """The records most like the one in front of the person. Raises :class:`NotVisible` for who does not read it in full,
    and for records that are not compared.
    """
    record = seen.record
    similar = similar_texts.similar_of(session, record, seen.definition)
    readable = readable_processes(session, actor)
    if not seen.full or similar is None or record.process_id not in readable:
        raise NotVisible()
    shelf = similar_index.up_to_date(session)
    verdicts = _verdicts(session, [record.id])
    asked = analyses_of(session, [record.id]).get(record.id) or similar_texts.analyser().analyse(
        similar_texts.report_of(record.id, seen.definition, similar, record.answers)
    )
    found = shelf.neighbours(
        record.process_id,
        {record.id: asked},
        k=count + 1,
        at_least=LISTED,
        judgements=_judgements(verdicts),
    )[record.id]
    apart = [other for (one, other), alike in _both_ways(verdicts) if one == record.id and not alike]
    known = _records(session, [*(one.id for one in found), *apart], readable)
    themes = _themes(session, [record.id, *known], readable)
    names = similar_texts.names_of(seen.definition, similar, language)
    rows = [_shown(session, known, themes, one, names, language) for one in found[:count] if one.id in known]
    own = themes.get(record.id, [])
    return SimilarPart(
        rows=rows,
        more=len(found) > count,
        apart=[(known[one].reference, known[one].title) for one in apart if one in known],
        own_themes=own,
        themes=sorted({one for row in rows for one in row.themes} - set(own)),
        waiting=len(shelf.of(record.process_id).waiting),
    )


def hints(
    session: Session, actor: Actor, record_ids: Sequence[int], readable: Sequence[int] | None = None
) -> dict[int, Hint]:
    """For the records of one page of a list what is worth saying; four queries, whatever stands there.

    ``readable``: ids of the processes that the actor reads in full, where the caller has asked for them already.
    """
    readable = readable_processes(session, actor) if readable is None else readable
    if not record_ids or not readable:
        return {}
    rows = _entries(session, record_ids, readable)
    shelf = similar_index.shelf_of(session)
    if not shelf.catch_up(session, whole=False):
        shelf.catch_up_aside(session.get_bind().engine)
        return {}  # the next look finds all of them; half of them would say too little
    verdicts = _verdicts(session, record_ids)
    near = _sure(shelf, rows, _judgements(verdicts))
    ids = {one for some in near.values() for one in some}
    themes = _themes(session, [*near, *ids], readable)
    return {
        record_id: Hint(len(some), _theme_of_many(themes, record_id, some)) for record_id, some in near.items() if some
    }


def _sure(shelf: Shelf, rows: Iterable[Any], judgements: Judgements) -> dict[int, list[int]]:
    """For each record that has them, those that are surely like it."""
    asked: dict[int, dict[int, Analysis]] = {}
    for row in rows:
        analysis = _read(row)
        if analysis is not None:
            asked.setdefault(row.process_id, {})[row.record_id] = analysis
    found: dict[int, list[int]] = {}
    for process_id, some in asked.items():
        index = shelf.of(process_id).index
        known = shelf.surely_near(process_id, some, k=HINTED, at_least=SURE, seconds=PATIENCE)
        for record_id, near in known.items():
            told = {int(one) for one in judgements.similar_to(record_id) if one in index}
            apart = judgements.different_from(record_id)
            found[record_id] = sorted(one for one in {*near} | told if one not in apart)
    return found


def _theme_of_many(themes: Mapping[int, Themes], record_id: int, others: Collection[int]) -> str | None:
    """The theme that most of the others are in, if the record is in none and there are enough of them."""
    if themes.get(record_id):
        return None
    counted: dict[str, int] = {}
    for other in others:
        for reference, _title in themes.get(other, ()):
            counted[reference] = counted.get(reference, 0) + 1
    best = max(counted.items(), key=lambda one: (one[1], one[0]), default=None)
    return best[0] if best is not None and best[1] >= IN_ONE_THEME and 2 * best[1] >= len(others) else None


# --- what is read ----------------------------------------------------------------------------------------------------


def judgements_among(session: Session, record_ids: Collection[int]) -> Judgements:
    """All verdicts that concern these records."""
    return _judgements(_verdicts(session, record_ids))


def themes_of(session: Session, record_ids: Sequence[int], readable: Sequence[int]) -> Mapping[int, Themes]:
    """The themes (reference, title) that each of these records is in, as far as the person reads them."""
    return _themes(session, record_ids, readable)


def _entries(session: Session, record_ids: Sequence[int], readable: Sequence[int]) -> Sequence[Any]:
    wanted = (
        select(SimilarityEntry.record_id, SimilarityEntry.version, SimilarityEntry.features, Record.process_id)
        .join(Record, Record.id == SimilarityEntry.record_id)
        .where(SimilarityEntry.record_id.in_(record_ids), Record.process_id.in_(readable))
    )
    return session.execute(wanted).all()


def analyses_of(session: Session, record_ids: Sequence[int]) -> dict[int, Analysis]:
    """The stored analyses that can be used."""
    wanted = select(SimilarityEntry.record_id, SimilarityEntry.version, SimilarityEntry.features)
    rows = session.execute(wanted.where(SimilarityEntry.record_id.in_(record_ids)))
    return {row.record_id: found for row in rows if (found := _read(row)) is not None}


def _read(row: Any) -> Analysis | None:
    """A stored analysis; None for one that is empty, damaged, or of another analyser."""
    if not row.features or row.version != similar_texts.analyser().version:
        return None
    try:
        return Analysis.from_bytes(row.features)
    except ValueError:
        return None


Verdicts = dict[tuple[int, int], bool]


def _verdicts(session: Session, record_ids: Collection[int]) -> Verdicts:
    wanted = select(SimilarityVerdict.first_id, SimilarityVerdict.second_id, SimilarityVerdict.similar)
    concerned = or_(SimilarityVerdict.first_id.in_(record_ids), SimilarityVerdict.second_id.in_(record_ids))
    return {(row.first_id, row.second_id): row.similar for row in session.execute(wanted.where(concerned))}


def _judgements(verdicts: Verdicts) -> Judgements:
    return Judgements(
        similar=[pair for pair, alike in verdicts.items() if alike],
        different=[pair for pair, alike in verdicts.items() if not alike],
    )


def _both_ways(verdicts: Verdicts) -> list[tuple[tuple[int, int], bool]]:
    return [one for (a, b), alike in sorted(verdicts.items()) for one in (((a, b), alike), ((b, a), alike))]


def _records(session: Session, ids: Sequence[Any], readable: Sequence[int]) -> dict[int, Any]:
    wanted = (
        select(
            Record.id, Record.reference, Record.title, Record.state, Record.open, Record.version_id,
            ProcessVersion.content_hash,
        )
        .join(ProcessVersion, ProcessVersion.id == Record.version_id)
        .where(Record.id.in_(ids), Record.process_id.in_(readable))
    )  # fmt: skip
    return {row.id: row for row in session.execute(wanted)}


def _themes(session: Session, record_ids: Collection[int], readable: Sequence[int]) -> dict[int, list[tuple[str, str]]]:
    """By record, in whichever direction the link was made."""
    here = case((RecordLink.from_id.in_(record_ids), RecordLink.from_id), else_=RecordLink.to_id)
    there = case((RecordLink.from_id.in_(record_ids), RecordLink.to_id), else_=RecordLink.from_id)
    wanted = (
        select(here.label("report_id"), Record.reference, Record.title)
        .join(Record, Record.id == there)
        .where(
            and_(RecordLink.kind == THEME, Record.process_id.in_(readable)),
            or_(RecordLink.from_id.in_(record_ids), RecordLink.to_id.in_(record_ids)),
        )
        .order_by(Record.reference)
    )
    found: dict[int, list[tuple[str, str]]] = {}
    for row in session.execute(wanted):
        found.setdefault(row.report_id, []).append((row.reference, row.title))
    return found


def _shown(
    session: Session,
    known: Mapping[int, Any],
    themes: Mapping[int, Themes],
    neighbour: Neighbour,
    names: Names,
    language: str,
) -> Similar:
    row = known[int(neighbour.id)]
    state = definition_by_hash(session, row.version_id, row.content_hash).workflow.states.get(row.state)
    return Similar(
        reference=row.reference,
        title=row.title,
        state=pick(state.label, language) if state is not None else row.state,
        tone=state.tone if state is not None else "neutral",
        open=row.open,
        reason=in_words(neighbour.reasons, names, language),
        judged=neighbour.reasons.judged,
        themes=themes.get(row.id, []),
    )
