"""``make bench``: prints what kimforms takes beside its floors, both measured in this run on this machine."""

from __future__ import annotations

import argparse
import csv
import gzip
import io
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from timeit import repeat
from urllib.parse import urljoin

from bs4 import BeautifulSoup

from kimforms.engine.cleaning import clean_answers
from kimforms.engine.profile import profile_folder, read_profile
from kimforms.engine.workflow import Person, RecordFacts, allowed
from tests.support.client import form_values

from . import findable, meetings, naturalisation
from .servers import ROOT, floor_server, kimforms_server, pss_mib, settings_for
from .similarity import measure_similarity
from .wire import Wire, median_ms

PASSWORD = "bench-password-2026"
COORDINATOR = "bench@county.example"
COUNT = 200


@dataclass(frozen=True)
class Line:
    """One figure: what, how much, against which floor, and what is aimed at."""

    what: str
    value: float
    unit: str
    floor: float | None = None
    aim: str = ""

    def text(self) -> str:
        ratio = f"{self.value / self.floor:6.2f}x" if self.floor else "       "
        return f"{self.what:52} {self.value:9.2f} {self.unit:5} {ratio}  {self.aim}"


def main() -> None:
    parser = argparse.ArgumentParser(prog="make bench", description=__doc__)
    parser.add_argument("--sizes", default="1000,10000,100000", help="records in the inbox, separated by commas")
    parser.add_argument("--json", type=Path, help="write the figures to a file as well")
    chosen = parser.parse_args()
    sizes = [int(one) for one in chosen.sizes.split(",")]
    folder = Path(tempfile.mkdtemp(prefix="kimforms-bench-"))
    try:
        lines = list(_all(folder, sizes))
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    if chosen.json:
        chosen.json.write_text(json.dumps([vars(line) for line in lines], indent=1))


def _all(folder: Path, sizes: list[int]) -> Iterator[Line]:
    print(f"{'':52} {'':9} {'':5} {'floor':>7}  aim")
    yield from measure_engine()
    for what, value, unit, aim in measure_similarity(sizes):
        yield _say(Line(what, value, unit, None, aim))
    for what, value, unit, aim in meetings.measure():
        yield _say(Line(what, value, unit, None, aim))
    for what, value, unit, aim in naturalisation.measure():
        yield _say(Line(what, value, unit, None, aim))
    floors = measure_floors(folder / "floor")
    for name, value in floors.items():
        yield _say(Line(f"floor: {name}", value, "ms"))
    for size in sizes:
        data = folder / f"data-{size}"
        prepare(data, size)
        with kimforms_server(data) as (port, pid, started):
            if size == sizes[0]:
                time.sleep(3)  # idle, so that what a start needs is given back
                yield _say(Line("start until /healthz answers", started * 1000, "ms", None, "2000 ms"))
                yield _say(Line("memory of all processes, idle (PSS)", pss_mib(pid), "MiB", None, "150 MiB"))
                yield from measure_first_view(port)
                yield from measure_form(port, floors)
            yield from measure_inbox(port, size, floors)
            if size == sizes[-1]:
                yield _say(Line("memory of all processes, after the run (PSS)", pss_mib(pid), "MiB"))
        shutil.rmtree(data)
        if size <= findable.MOST:
            for what, value, unit, aim in findable.measure(folder / f"findable-{size}", size):
                yield _say(Line(what, value, unit, None, aim))


def _say(line: Line) -> Line:
    print(line.text(), flush=True)
    return line


def measure_floors(folder: Path) -> dict[str, float]:
    """Bare page, bare list of 25 rows, bare insert: medians in milliseconds."""
    with floor_server(folder) as port:
        wire = Wire(port)
        return {
            "GET page": median_ms(wire, [wire.request("GET", "/page")] * COUNT * 2, 200),
            "GET 25 rows": median_ms(wire, [wire.request("GET", "/rows")] * COUNT * 2, 200),
            "POST insert": median_ms(wire, [wire.request("POST", "/insert", [("a", "x")])] * COUNT, 200),
        }


def measure_engine() -> Iterator[Line]:
    """What the engine alone takes for one report, without web and database."""
    profile = read_profile(profile_folder("rhein_sieg"))
    definition, day = profile.processes["hurdle_report"], date(2026, 11, 23)
    facts = RecordFacts("erfasst", answers={"rueckfragen": "nein"}, creator_id=3, state_since=day)
    person = Person(1, frozenset({"coordinator"}))
    lists, raw = profile.catalogues(), profile.demo_answers(1)
    took = min(repeat(lambda: clean_answers(definition, raw, catalogues=lists, today=day), number=50, repeat=5)) / 50
    yield _say(Line("engine: cleaning a whole report", took * 1000, "ms"))
    took = min(repeat(lambda: allowed(definition, facts, person, day), number=200, repeat=5)) / 200
    yield _say(Line("engine: what a person may do with a record", took * 1000, "ms"))


def prepare(data: Path, size: int) -> None:
    """An installation with a coordinator and ``size`` records."""
    environ = os.environ | settings_for(data)
    _run(["init"], environ)
    grant = ["--role", "coordinator", "--controller", "rsk", "--organisation", "rsk-kim-koordination"]
    _run(["user", "create", COORDINATOR, "--name", "Bench", *grant, "--password-stdin"], environ, f"{PASSWORD}\n")
    subprocess.run([sys.executable, "-m", "benchmarks.fill", str(size)], cwd=ROOT, env=environ, check=True)


def _run(arguments: list[str], environ: dict[str, str], given: str = "") -> None:
    command = [sys.executable, "-m", "kimforms.cli", *arguments]
    subprocess.run(command, cwd=ROOT, env=environ, check=True, input=given, text=True, stdout=subprocess.DEVNULL)


def measure_first_view(port: int) -> Iterator[Line]:
    """Bytes and requests that the first page of the form takes, as a browser behind a compressing proxy gets them."""
    wire = Wire(port)
    page = wire.get("/report")
    soup = BeautifulSoup(page.text, "html5lib")
    parts = [tag.get("href") or tag.get("src") for tag in soup.select("link[rel=stylesheet], script[src]")]
    total = len(gzip.compress(page.text.encode(), 6))
    for path in parts:
        answer = wire.send(wire.request("GET", urljoin("/report", str(path)), headers={"Accept-Encoding": "br, gzip"}))
        total += len(answer.body)
    yield _say(Line("first view: HTML, CSS, JS compressed", total / 1000, "kB", None, "80 kB"))
    yield _say(Line("first view: requests without fonts", 1 + len(parts), ""))
    fonts = soup.select("link[as=font]")
    size = sum(len(wire.get(str(tag["href"])).body) for tag in fonts)
    yield _say(Line("first view: fonts preloaded", size / 1000, "kB"))


def measure_form(port: int, floors: dict[str, float]) -> Iterator[Line]:
    """The form: each step's page and a whole submission, each from another address and with another key."""
    wire = Wire(port)
    get = wire.request("GET", "/report/form")
    yield _say(Line("GET form page (first step)", median_ms(wire, [get] * COUNT, 200), "ms", floors["GET page"], "3x"))
    action, final = _filled_form(wire)
    answer = _posts(wire, action, final)
    took = median_ms(wire, answer, 303)
    yield _say(Line("POST submission (stored, audited, mails queued)", took, "ms", floors["POST insert"], "4x"))


def _filled_form(wire: Wire) -> tuple[str, list[tuple[str, str]]]:
    """Walks through the form as a person without account and returns what the last page would send."""
    from .answers import ANSWERS  # noqa: PLC0415

    page = wire.get("/report/form")
    for _ in range(20):
        soup = BeautifulSoup(page.text, "html5lib")
        form = soup.select_one("main form[method=post]")
        assert form is not None, page.text[:2000]
        values = form_values(form)
        buttons = [(str(b.get("name")), str(b.get("value"))) for b in form.select("button[name]")]
        names = {str(tag.get("name")) for tag in form.select("input[name], select[name], textarea[name]")}
        values |= {key: value for key, value in ANSWERS.items() if key in names}
        pairs = [(k, one) for k, v in values.items() for one in (v if isinstance(v, list) else [v])]
        submit = next((b for b in buttons if b[1] == "submit"), None)
        if submit:
            return str(form["action"]), [*pairs, submit]
        forward = next((b for b in buttons if b[1] == "next"), None) or buttons[0]
        page = wire.post(str(form["action"]), [*pairs, forward])
    raise RuntimeError("the form never ended")


def _posts(wire: Wire, action: str, final: list[tuple[str, str]]) -> Iterator[bytes]:
    import secrets  # noqa: PLC0415

    keys = [key for key, value in final if re.fullmatch(r"[A-Za-z0-9_-]{43}", value)]
    for number in range(COUNT):
        values = [(k, secrets.token_urlsafe(32) if k in keys else v) for k, v in final]
        address = f"10.{number // 250}.{number % 250}.7"
        yield wire.request("POST", action, values, {"X-Forwarded-For": address})


def measure_inbox(port: int, size: int, floors: dict[str, float]) -> Iterator[Line]:
    """The inbox, its filters, the search and, at 10,000, the export."""
    wire = Wire(port)
    soup = BeautifulSoup(wire.get("/login").text, "html5lib")
    form = soup.select_one("main form")
    assert form is not None
    values = form_values(form) | {"email": COORDINATOR, "password": PASSWORD}
    answer = wire.post("/login", [(k, str(v)) for k, v in values.items()])
    assert answer.status == 303, answer.text[:500]
    label = f"{size:,}".replace(",", ".")
    for what, path in (
        ("inbox", "/inbox"),
        ("inbox, one municipality", "/inbox?municipality=siegburg"),
        ("search for a frequent word", "/inbox?q=Wohnung"),
        ("search for two words", "/inbox?q=Kitaplatz+fehlt"),
    ):
        took = median_ms(wire, [wire.request("GET", path)] * (COUNT // 2), 200)
        yield _say(Line(f"{what}, {label} records", took, "ms", floors["GET 25 rows"], "5x" if what == "inbox" else ""))
    if size == 10_000:
        yield from _export(wire)


def _export(wire: Wire) -> Iterator[Line]:
    soup = BeautifulSoup(wire.get("/inbox").text, "html5lib")
    token = soup.select_one("input[name=csrf_token]")
    assert token is not None
    values = [("csrf_token", str(token["value"])), ("format", "csv"), ("query", "status=all")]
    begin = time.perf_counter()
    answer = wire.post("/inbox/export", values)
    took = (time.perf_counter() - begin) * 1000
    assert answer.status == 200, answer.text[:300]
    rows = list(csv.reader(io.StringIO(answer.text.lstrip("\ufeff")), delimiter=";"))
    begin = time.perf_counter()
    writer = csv.writer(io.StringIO(), delimiter=";")
    for row in rows:
        writer.writerow(row)
    bare = (time.perf_counter() - begin) * 1000
    yield _say(Line(f"export of {len(rows) - 1} records as CSV", took, "ms", bare, "2x the bare writer"))


if __name__ == "__main__":
    main()
