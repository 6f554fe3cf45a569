"""``kimforms similar``: works on a file alone; each mistake in the file is one German line and exit code 1."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from .test_commands import PROFILE, run

REPORTS = PROFILE / "demo" / "reports.jsonl"


def rows(said: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in said.splitlines()]


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "reports.jsonl"


def test_neighbours_come_from_earlier_reports_only(tmp_path: Path) -> None:
    found = rows(run(tmp_path, "similar", "neighbours", str(REPORTS), "--k", "4"))
    ids = [json.loads(line)["id"] for line in REPORTS.read_text(encoding="utf-8").splitlines()]
    assert [row["id"] for row in found] == ids
    for place, row in enumerate(found):
        near = [one["id"] for one in row["neighbours"]]
        assert len(near) == min(4, place)
        assert set(near) <= set(ids[:place])
        scores = [one["score"] for one in row["neighbours"]]
        assert scores == sorted(scores, reverse=True)
    assert not (tmp_path / "kimforms.db").exists()


def test_label_and_municipality_make_no_difference(tmp_path: Path, file: Path) -> None:
    lines = [json.loads(line) for line in REPORTS.read_text(encoding="utf-8").splitlines()[:60]]
    file.write_text("\n".join(json.dumps(line) for line in lines))
    said = run(tmp_path, "similar", "neighbours", str(file))
    for line in lines:
        line["cluster"], line["municipality"] = "x", "Overath"
    file.write_text("\n".join(json.dumps(line) for line in lines))
    assert run(tmp_path, "similar", "neighbours", str(file)) == said


def test_groups_are_disjoint_and_named(tmp_path: Path) -> None:
    found = rows(run(tmp_path, "similar", "groups", str(REPORTS), "--limit", "8"))
    assert 1 <= len(found) <= 8
    members = [id for row in found for id in row["reports"]]
    assert len(members) == len(set(members))
    assert {"reports", "score", "terms"} <= found[0].keys()


def test_reasons_on_request_and_a_list_of_ones_own(tmp_path: Path, file: Path) -> None:
    file.write_text('{"id": 1, "title": "Quux"}\n\n{"id": 2, "title": "Frobnitz"}\n')
    own = tmp_path / "own.yaml"
    own.write_text("version: 1\ngroups:\n  - id: neu\n    terms: [quux, frobnitz]\n")
    without = rows(run(tmp_path, "similar", "neighbours", str(file), "--reasons"))[1]["neighbours"][0]
    found = rows(run(tmp_path, "similar", "neighbours", str(file), "--reasons", "--synonyms", str(own)))[1][
        "neighbours"
    ][0]
    assert found["score"] > without["score"]
    assert found["reasons"] == "verwandte Begriffe: Frobnitz – Quux"


def test_a_mark_at_the_start_and_line_ends_of_windows(tmp_path: Path, file: Path) -> None:
    file.write_bytes('\ufeff{"id": "a", "title": "Größe"}\r\n{"id": "b", "title": "Größe"}\r\n'.encode())
    assert [row["id"] for row in rows(run(tmp_path, "similar", "neighbours", str(file)))] == ["a", "b"]


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "enthält keine Meldung"),
        (b"\n \n", "enthält keine Meldung"),
        (b'{"id": 1}\n{"id": 2', "Zeile 2: kein gültiges JSON"),
        (b'{"title": "x"}', "Zeile 1: die Kennung (id) fehlt"),
        (b'{"id": null}', "Zeile 1: die Kennung (id) fehlt"),
        (b'{"id": true}', "Text oder eine ganze Zahl"),
        (b'{"id": [1]}', "Text oder eine ganze Zahl"),
        (b'{"id": 1}\n\n{"id": 1}', "Zeile 3: die Kennung „1“ steht schon in Zeile 1"),
        (b'{"id": 1, "title": "\xff"}', "Zeile 1: kein UTF-8"),
        ('{"id": 1, "title": "ä"}'.encode("utf-16"), "kein"),
        (b'{"id": 1, "title": "\\ud800"}', "halbes Zeichen"),
        (b'{"id": 1, "title": 5}', "title muss ein Text sein"),
        (b'{"id": 1, "legal_areas": "SGB II"}', "legal_areas muss eine Liste von Texten sein"),
        (b'{"id": 1, "legal_areas": [1]}', "legal_areas muss eine Liste von Texten sein"),
        (b"[1]", "geschweiften Klammern"),
        (b"[" * 100_000, "kein"),
        (b'{"id": ' + b"9" * 5000 + b"}", "kein JSON"),
    ],
)
@pytest.mark.parametrize("command", ["neighbours"])
def test_a_mistake_in_the_file_is_one_clear_line(
    tmp_path: Path, file: Path, command: str, content: bytes, said: str
) -> None:
    file.write_bytes(content)
    answer = run(tmp_path, "similar", command, str(file), status=1)
    assert said in answer
    assert len(answer.strip().splitlines()) == 1


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["missing.jsonl"], "gibt es nicht"),
        (["/"], "ist ein Ordner"),
        ([str(REPORTS), "--encoder", "nichts"], "Unbekannter Encoder"),
        ([str(REPORTS), "--synonyms", "missing.yaml"], "gibt es nicht"),
        ([str(REPORTS), "--synonyms", str(REPORTS)], "Synonymliste wurde abgelehnt"),
    ],
)
def test_a_mistake_in_the_arguments_too(tmp_path: Path, arguments: list[str], said: str) -> None:
    answer = run(tmp_path, "similar", "groups", *arguments, status=1)
    assert said in answer
    assert len(answer.strip().splitlines()) == 1
