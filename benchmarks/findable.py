"""How long after its submission a report is found, and what the hints cost the inbox, with many reports in the index."""

from __future__ import annotations

import time
from collections.abc import Iterator
from datetime import UTC, datetime
from itertools import count
from pathlib import Path
from statistics import median

from sqlalchemy import insert, select

from kimforms import create_app
from kimforms.config import read_settings
from kimforms.engine.profile import profile_folder, read_profile
from kimforms.extensions import db
from kimforms.models import Record, SimilarityEntry
from kimforms.permissions import ANYONE
from kimforms.services import similar_texts
from kimforms.services.catalogues import catalogues
from kimforms.services.processes import current_version, definition_of
from kimforms.services.records.submission import submit_record
from kimforms.services.set_up import set_up
from kimforms.services.similar_index import Shelf
from kimforms.services.unit_of_work import unit_of_work

from .seed import seed

ROUNDS = 20
MOST = 10_000  # analysing more texts than this takes minutes before anything is measured
PAGE = 25


def measure(folder: Path, size: int) -> Iterator[tuple[str, float, str, str]]:
    """Name, value, unit and aim of each figure; needs an empty folder of its own."""
    settings = read_settings({"KIMFORMS_DATA_DIR": str(folder), "KIMFORMS_SECRET_KEY": "bench", "KIMFORMS_DEMO": "1"})
    now = datetime.now(UTC)
    with create_app(settings).app_context():
        set_up(settings, now, demo_accounts=True)
        _fill(size)
        here, there = Shelf(), Shelf()
        begun = time.perf_counter()
        here.catch_up(db.session())
        yield f"similar: index read at first use, {size} reports", 1000 * (time.perf_counter() - begun), "ms", ""
        there.catch_up(db.session())
        yield f"similar: memory of the index, {size} reports", here.memory_bytes() / 2**20, "MiB", ""
        yield f"similar: sent to found in another process, {size}", _findable(there, now), "ms", ""
        first, again = _hints(here)
        yield f"similar: hints of {PAGE} rows, first time, {size}", first, "ms", "cut at 50 in the inbox"
        yield f"similar: hints of {PAGE} rows, again, {size}", again, "ms", ""


def _fill(size: int) -> None:
    """Seeded records with the texts of the demonstration in turn, each worded anew by a number of its own."""
    with unit_of_work() as session:
        seed(session, size)
    reports = read_profile(profile_folder("rhein_sieg")).reports
    texts = [(one["title"], one["description"]) for one in reports]
    numbers = count()
    with unit_of_work() as session:
        version = current_version(session, "hurdle_report")
        definition, analyser = definition_of(version), similar_texts.analyser()
        assert definition.similar is not None
        ids = session.scalars(select(Record.id).where(Record.process_id == version.process_id)).all()
        rows = []
        for seq, record_id in enumerate(ids, start=1):
            one, other = texts[next(numbers) % len(texts)], texts[(next(numbers) * 7) % len(texts)]
            answers = {"titel": one[0], "situation": f"{one[1]} {other[1][:120]}"}
            report = similar_texts.report_of(record_id, definition, definition.similar, answers)
            features = analyser.analyse(report).to_bytes()
            rows.append({"record_id": record_id, "seq": seq, "version": analyser.version, "features": features})
        session.execute(insert(SimilarityEntry), rows)


def _findable(shelf: Shelf, now: datetime) -> float:
    """From the begin of the submission until another process has the report in its index."""
    profile = read_profile(profile_folder("rhein_sieg"))
    found = []
    for number in range(ROUNDS):
        begun = time.perf_counter()
        with unit_of_work() as session:
            record = submit_record(
                session,
                ANYONE,
                now,
                version=current_version(session, "hurdle_report"),
                raw=profile.demo_answers(number),
                submission_key=f"bench-{number}",
                secret_key="bench",
                catalogues=catalogues(session),
            ).record
            record_id, process_id = record.id, record.process_id
        shelf.catch_up(db.session())
        assert record_id in shelf.of(process_id).index
        found.append(1000 * (time.perf_counter() - begun))
    return median(found)


def _hints(shelf: Shelf) -> tuple[float, float]:
    """What the index takes for one page of the inbox, asked for the first time and again."""
    from kimforms.services.queries.similar_reports import HINTED, SURE, analyses_of  # noqa: PLC0415

    shelf.catch_up(db.session())
    newest = select(SimilarityEntry.record_id).order_by(SimilarityEntry.record_id.desc()).limit(PAGE)
    ids = db.session().scalars(newest).all()
    process_id = db.session().get_one(Record, ids[0]).process_id
    asked = analyses_of(db.session(), ids)
    begun = time.perf_counter()
    shelf.surely_near(process_id, asked, k=HINTED, at_least=SURE, seconds=60)
    first = 1000 * (time.perf_counter() - begun)
    begun = time.perf_counter()
    shelf.surely_near(process_id, asked, k=HINTED, at_least=SURE, seconds=60)
    return first, 1000 * (time.perf_counter() - begun)
