"""A service with 5,000 clients' checklists: how long its list, the page of one checklist and the change of one point take.

``python -m benchmarks.naturalisation`` measures this part of ``make bench`` alone.
"""

from __future__ import annotations

import random
import tempfile
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from statistics import median
from time import perf_counter

from bs4 import BeautifulSoup
from sqlalchemy import select

from kimforms import create_app
from kimforms.config import read_settings
from kimforms.extensions import db
from kimforms.models import ChecklistEntry, User
from kimforms.permissions import actor_of
from kimforms.services.checklists.beginning import begin
from kimforms.services.checklists.pseudonyms import NEUTRAL
from kimforms.services.checklists.refreshing import refreshed
from kimforms.services.set_up import set_up
from kimforms.services.unit_of_work import unit_of_work
from tests.support.client import form_values

from .servers import kimforms_server
from .wire import Wire, median_ms

MANY, AT_ONCE, TIMES = 5000, 250, 100
ADVISER, PASSWORD = "beratung@caritas.example", "kimforms-demo"
TOWNS = ("troisdorf", "siegburg", "hennef", "lohmar", "bornheim")
STATES = ("working", "present", "met", "met", "clarify")
Figure = tuple[str, float, str, str]


def measure() -> Iterator[Figure]:
    """What, how much, in which unit, and the aim."""
    with tempfile.TemporaryDirectory(prefix="kimforms-bench-") as folder:
        data = Path(folder) / "data"
        began = perf_counter()
        reference = _fill(data)
        yield f"beginning {MANY:,} checklists with five points each", perf_counter() - began, "s", ""
        with kimforms_server(data) as (port, _pid, _started):
            yield from _pages(port, reference)


def _fill(data: Path) -> str:
    """An installation whose adviser keeps many checklists; the reference of one in the middle."""
    settings = read_settings({"KIMFORMS_DATA_DIR": str(data), "KIMFORMS_DEMO": "1"})
    now, chance, middle = datetime.now(UTC), random.Random(5), ""  # noqa: S311 - repeatable, no secret
    app = create_app(settings)
    with app.app_context():
        set_up(settings, now, demo_accounts=True)
        for start in range(0, MANY, AT_ONCE):
            with unit_of_work() as session:
                adviser = session.scalars(select(User).where(User.email == ADVISER)).one()
                actor = actor_of(adviser, now.date())
                for number in range(start, start + AT_ONCE):
                    at = now - timedelta(minutes=number)
                    made = begin(
                        session, actor, at, organisation="caritas", municipality=chance.choice(TOWNS), route=None,
                        pseudonym=f"{NEUTRAL[number % len(NEUTRAL)]} {number}", insist=True,
                        situation={"verheiratet": number % 2 == 0, "beschaeftigt": number % 3 > 0},
                    )  # fmt: skip
                    for item in chance.sample(made.missing, 5):
                        due = at.date() + timedelta(days=chance.randint(-20, 60)) if number % 4 == 0 else None
                        made.entries.append(
                            ChecklistEntry(
                                item_id=item, state=chance.choice(STATES), follow_up_on=due, changed_at=at,
                                changed_by_id=adviser.id,
                            )
                        )  # fmt: skip
                    refreshed(made)
                    middle = made.record.reference if number == MANY // 2 else middle
        db.session.remove()
        db.engine.dispose()
    return middle


def _pages(port: int, reference: str) -> Iterator[Figure]:
    wire = Wire(port)
    form = BeautifulSoup(wire.get("/login").text, "html5lib").select_one("main form")
    assert form is not None
    values = form_values(form) | {"email": ADVISER, "password": PASSWORD}
    answer = wire.post("/login", [(key, str(value)) for key, value in values.items()])
    assert answer.status == 303, answer.text[:500]
    label = f"{MANY:,}".replace(",", ".")
    for what, path in (
        ("list", "/checklists"),
        ("list, due ones", "/checklists?view=due"),
        ("list, one municipality", "/checklists?municipality=siegburg"),
        ("list, part of a pseudonym", "/checklists?q=ahorn"),
        ("page of one", f"/checklists/{reference}"),
        ("one point opened", f"/checklists/{reference}/items/B4"),
    ):
        took = median_ms(wire, [wire.request("GET", path)] * TIMES, 200)
        yield f"checklists of a service ({label}): {what}", took, "ms", ""
    yield f"checklists of a service ({label}): change of one point", _change(wire, reference), "ms", ""


def _change(wire: Wire, reference: str) -> float:
    """Saving one point by htmx, each time with another note and the version that the page before showed."""
    path, took = f"/checklists/{reference}/items/B4", []
    for number in range(TIMES):
        form = BeautifulSoup(wire.get(path).text, "html5lib").select_one("#item-B4 form")
        assert form is not None
        values = form_values(form) | {"B4-state": "working", "B4-note": f"Stand {number}"}
        pairs = [
            (key, str(one)) for key, value in values.items() for one in (value if isinstance(value, list) else [value])
        ]
        message = wire.request("POST", path, pairs, {"HX-Request": "true"})
        began = perf_counter()
        answer = wire.send(message)
        took.append((perf_counter() - began) * 1000)
        assert answer.status == 200, answer.text[:500]
    return median(took)


if __name__ == "__main__":
    for what, value, unit, _ in measure():
        print(f"{what:66} {value:9.2f} {unit}", flush=True)
