"""What the public pages of solutions read: the tables of publications and nothing else (``tests/guards/test_public_pages.py``)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, exists, func, literal, not_, or_, select
from sqlalchemy.orm import Session, aliased, selectinload

from ...forms.solutions import Choices, Filters
from ...models import Publication, PublicationFile, PublicationTag, RecordLink
from ..records.facts import BERLIN, local_day
from ..search import MOST_WORDS, SHORTEST_BEGINNING, stems_of
from ..solution_words import BADGE_OF, BADGES, DECIDED, IN_WORK, SOLVED, say, station_sentence

A_PAGE = 20
IN_A_FEED = 50
ONE_LINE = 200
THEME = "theme"
LARGEST_ID = 2**63 - 1
TAGS = {"field": "field_of_action", "municipality": "municipality", "area": "legal_area"}
KINDS = (SOLVED, DECIDED, IN_WORK)


@dataclass(frozen=True)
class Teaser:
    """One entry of a list. ``badge`` is label and tone; ``line`` is the hurdle, or where a theme stands, in one line."""

    id: int
    slug: str
    kind: str
    title: str
    line: str
    badge: tuple[str, str]
    since: date | None
    first_published_at: datetime
    published_at: datetime
    corrected: bool
    places: tuple[str, ...]
    fields: tuple[str, ...]
    content: Mapping[str, Any]


@dataclass(frozen=True)
class Page:
    """One page of the list, how many there are in all, and the keys of the pages behind and before it."""

    rows: tuple[Teaser, ...]
    count: int
    next_key: str | None
    previous_key: str | None


def choices(session: Session, language: str = "de") -> dict[str, Choices]:
    """What can be filtered by: only what some entry has, so that no choice leads to an empty list. Two queries."""
    rows = session.execute(
        select(PublicationTag.name, PublicationTag.value, func.max(PublicationTag.label).label("label"))
        .join(Publication, Publication.id == PublicationTag.publication_id)
        .where(*_visible())
        .group_by(PublicationTag.name, PublicationTag.value)
    ).all()
    found: dict[str, Choices] = {
        name: sorted(((row.value, row.label) for row in rows if row.name == tag), key=lambda pair: pair[1].casefold())
        for name, tag in TAGS.items()
    }
    first, last = session.execute(
        select(func.min(Publication.first_published_at), func.max(Publication.first_published_at)).where(*_visible())
    ).one()
    years = range(local_day(last).year, local_day(first).year - 1, -1) if first is not None else ()
    found["kind"] = [(kind, say(BADGES[kind], language)) for kind in KINDS]
    found["year"] = [(str(year), str(year)) for year in years]
    return found


def read_page(
    session: Session, filters: Filters, *, after: str | None = None, before: str | None = None, language: str = "de"
) -> Page:
    """The page behind or before a key of an earlier page; a key that nobody gave out leads to the first one."""
    wanted = _filtered(filters)
    backwards = after is None and before is not None
    key = _read_key(before if backwards else after)
    rows = _rows(session, wanted, key, backwards=backwards and key is not None)
    if backwards and key and len(rows) <= A_PAGE:  # the beginning is near: the whole first page instead of a short one
        backwards, key = False, None
        rows = _rows(session, wanted, None, backwards=False)
    full = len(rows) > A_PAGE
    rows = rows[:A_PAGE]
    if backwards and key:
        rows.reverse()
    turned = backwards and key is not None
    return Page(
        rows=tuple(_teasers(rows, language)),
        count=session.scalar(select(func.count()).select_from(wanted.subquery())) or 0,
        next_key=_write_key(rows[-1]) if rows and (turned or full) else None,
        previous_key=_write_key(rows[0]) if rows and (full if turned else key is not None) else None,
    )


def latest(session: Session, count: int, language: str = "de") -> list[Teaser]:
    """The newest results, for the front page; themes in work are left out."""
    wanted = _entries().where(Publication.kind != THEME).order_by(*_NEWEST).limit(count)
    return _teasers(session.scalars(wanted).all(), language)


def for_feed(session: Session, filters: Filters) -> tuple[list[Teaser], datetime | None]:
    """What was published, corrected or moved on last, and when anything in the list changed last, withdrawals included."""
    wanted = _filtered(filters).order_by(Publication.published_at.desc(), Publication.id.desc()).limit(IN_A_FEED)
    rows = _teasers(session.scalars(wanted).all(), "de")
    moments = session.execute(select(func.max(Publication.published_at), func.max(Publication.withdrawn_at))).one()
    return rows, max((one for one in moments if one is not None), default=None)


def find(session: Session, slug: str) -> Publication | None:
    """An entry with everything that its page shows, withdrawn ones as well; four queries, whatever it holds."""
    return session.scalars(
        select(Publication)
        .where(Publication.slug == slug)
        .options(
            selectinload(Publication.tags),
            selectinload(Publication.issues),
            selectinload(Publication.files).joinedload(PublicationFile.blob),
        )
    ).first()


def related(session: Session, publication: Publication, language: str = "de") -> list[Teaser]:
    """The other results that are public of the same theme; the entry of the theme itself says less than they do."""
    if publication.theme_id is None:
        return []
    wanted = _entries().where(Publication.theme_id == publication.theme_id, Publication.id != publication.id)
    return _teasers(session.scalars(wanted.order_by(*_NEWEST).limit(A_PAGE)).all(), language)


def find_file(session: Session, slug: str, file_id: int) -> PublicationFile | None:
    """A document of an entry that is public now."""
    return session.scalars(
        select(PublicationFile)
        .join(Publication, Publication.id == PublicationFile.publication_id)
        .where(PublicationFile.id == file_id, Publication.slug == slug, Publication.withdrawn_at.is_(None))
        .options(selectinload(PublicationFile.blob))
    ).first()


def for_records(session: Session, record_ids: Sequence[int]) -> dict[int, list[tuple[str, str, str]]]:
    """What is public of the themes to which these records belong: (title, slug, kind), results first, the newest first.

    Records without any are left out. One query.
    """
    rows = session.execute(
        select(RecordLink.from_id, Publication.theme_id, Publication.title, Publication.slug, Publication.kind)
        .join(Publication, Publication.theme_id == RecordLink.to_id)
        .where(RecordLink.kind == THEME, RecordLink.from_id.in_(record_ids), Publication.withdrawn_at.is_(None))
        .order_by(RecordLink.from_id, Publication.kind, *_NEWEST)
    )
    found: dict[int, list[tuple[str, str, str]]] = {}
    solved: set[tuple[int, int | None]] = set()
    for record_id, theme_id, title, slug, kind in rows:
        if kind == THEME and (record_id, theme_id) in solved:
            continue  # the result says more than that the theme is being worked on
        solved.add((record_id, theme_id))
        found.setdefault(record_id, []).append((title, slug, kind))
    return found


def titles_of_themes(session: Session, theme_ids: Sequence[int]) -> dict[int, tuple[str, str]]:
    """What is public of themes: title and slug, of the result if there is one; themes of which nothing is are left out."""
    rows = session.execute(
        select(Publication.theme_id, Publication.title, Publication.slug)
        .where(Publication.theme_id.in_(theme_ids), Publication.withdrawn_at.is_(None))
        .order_by(Publication.theme_id, Publication.kind.desc(), Publication.id)
    )
    return {theme_id: (title, slug) for theme_id, title, slug in rows if theme_id is not None}


_NEWEST = (Publication.first_published_at.desc(), Publication.id.desc())


def _visible() -> tuple[ColumnElement[bool], ...]:
    """Not withdrawn; and no theme whose result is public, since the result says more."""
    shown = Publication.withdrawn_at.is_(None)
    other = aliased(Publication)
    result = exists().where(other.theme_id == Publication.theme_id, other.kind != THEME, other.withdrawn_at.is_(None))
    return shown, not_(and_(Publication.kind == THEME, result))


def _entries() -> Select[tuple[Publication]]:
    return select(Publication).where(*_visible()).options(selectinload(Publication.tags))


def _filtered(filters: Filters) -> Select[tuple[Publication]]:
    wanted = _entries()
    for name, tag in TAGS.items():
        if value := getattr(filters, name):
            tagged = select(PublicationTag.publication_id).where(
                PublicationTag.name == tag, PublicationTag.value == value
            )
            wanted = wanted.where(Publication.id.in_(tagged))
    if filters.kind:
        wanted = wanted.where(_of_kind(filters.kind))
    if filters.year:
        year = int(filters.year)
        start, end = datetime(year, 1, 1, tzinfo=BERLIN), datetime(year + 1, 1, 1, tzinfo=BERLIN)
        wanted = wanted.where(Publication.first_published_at >= start, Publication.first_published_at < end)
    for condition in _matching(filters.q):
        wanted = wanted.where(condition)
    return wanted


def _of_kind(kind: str) -> ColumnElement[bool]:
    sorts = [sort for sort, badge in BADGE_OF.items() if badge == kind]
    if kind == IN_WORK:
        return or_(Publication.kind == THEME, Publication.sort.in_(sorts))
    if kind == DECIDED:
        return and_(Publication.kind != THEME, Publication.sort.in_(sorts))
    others = [sort for sort, badge in BADGE_OF.items() if badge != SOLVED]
    return and_(Publication.kind != THEME, Publication.sort.not_in(others))


def _matching(words: str) -> list[ColumnElement[bool]]:
    """All words have to occur, by their stems; the last one may be a beginning. A few hundred entries need no index."""
    stems = stems_of(words).split()[:MOST_WORDS]
    text = literal(" ").concat(Publication.stems).concat(" ")
    found = []
    for number, stem in enumerate(stems, start=1):
        open_end = number == len(stems) and len(stem) >= SHORTEST_BEGINNING
        found.append(text.contains(f" {stem}" if open_end else f" {stem} ", autoescape=True))
    return found


Key = tuple[datetime, int]


def _rows(
    session: Session, wanted: Select[tuple[Publication]], key: Key | None, *, backwards: bool
) -> list[Publication]:
    moment, number = Publication.first_published_at, Publication.id
    if key is not None:
        beyond = or_(moment > key[0], and_(moment == key[0], number > key[1])) if backwards else or_(
            moment < key[0], and_(moment == key[0], number < key[1])
        )  # fmt: skip
        wanted = wanted.where(beyond)
    order = (moment.asc(), number.asc()) if backwards else _NEWEST
    return list(session.scalars(wanted.order_by(*order).limit(A_PAGE + 1)))


def _read_key(text: str | None) -> Key | None:
    value, _, number = (text or "").rpartition("_")
    if not number.isascii() or not number.isdigit() or len(number) > 19 or int(number) > LARGEST_ID:
        return None
    try:
        return datetime.fromisoformat(value).replace(tzinfo=UTC), int(number)
    except ValueError:
        return None


def _write_key(row: Publication) -> str:
    return f"{row.first_published_at.astimezone(UTC).replace(tzinfo=None).isoformat()}_{row.id}"


def _teasers(rows: Sequence[Publication], language: str) -> list[Teaser]:
    return [teaser_of(row, language) for row in rows]


def teaser_of(row: Publication, language: str) -> Teaser:
    """An entry as a list shows it; ``tags`` have to be loaded."""
    line = station_sentence(row.station, language) if row.kind == THEME else str(row.content.get("hurdle") or "")
    badge = BADGES[badge_for(row)]
    return Teaser(
        id=row.id,
        slug=row.slug,
        kind=row.kind,
        title=row.title,
        line=one_line(line),
        badge=(say(badge, language), badge[2]),
        since=row.since,
        first_published_at=row.first_published_at,
        published_at=row.published_at,
        corrected=row.kind != THEME and row.number > 1,
        places=labels_of(row, "municipality"),
        fields=labels_of(row, "field_of_action"),
        content=row.content,
    )


def badge_for(row: Publication) -> str:
    """Which badge an entry wears."""
    if row.kind == THEME:
        return "ended" if row.station == "ended" else IN_WORK
    return BADGE_OF.get(row.sort, SOLVED)


def labels_of(row: Publication, name: str) -> tuple[str, ...]:
    """The names of an entry's tags of one kind."""
    return tuple(sorted((tag.label for tag in row.tags if tag.name == name), key=str.casefold))


def one_line(text: str) -> str:
    """The beginning of a text in one line, cut at a word."""
    flat = " ".join(text.split())
    if len(flat) <= ONE_LINE:
        return flat
    return f"{flat[:ONE_LINE].rsplit(' ', 1)[0].rstrip(',;:–-')} …"
