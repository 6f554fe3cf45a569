"""Analyses: the same each time and in each process, storable, outdated when what made them changes."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kimforms.similarity import Analyser, Analysis, Synonyms

from .support import Letters, analyser, analysis, report, synonyms

TEXT = "Seit drei Wochen keine Antwort der ABH; Fiktionsbescheinigung abgelaufen, § 81 AufenthG."


def test_bytes_and_back() -> None:
    found = Analyser(synonyms(), Letters()).analyse(
        report(1, "Keine Antwort", TEXT, "leistung", ["AufenthG", "SGB II"])
    )
    assert found.vector
    assert Analysis.from_bytes(found.to_bytes()) == found


@given(title=st.text(max_size=80), text=st.text(max_size=400))
def test_any_report_can_be_read_and_stored(title: str, text: str) -> None:
    found = Analyser(synonyms(), Letters()).analyse(report("x", title, text))
    assert Analysis.from_bytes(found.to_bytes()) == found


@given(st.data())
def test_damaged_bytes_are_refused_or_read_as_they_were(data: st.DataObject) -> None:
    whole = analysis("Keine Antwort", TEXT).to_bytes()
    at = data.draw(st.integers(0, len(whole) - 1))
    changed = whole[:at] + bytes([data.draw(st.integers(0, 255))]) + whole[at + 1 :]
    for broken in (changed, whole[:at]):
        try:
            assert Analysis.from_bytes(broken) == Analysis.from_bytes(whole)
        except ValueError:
            continue


@pytest.mark.parametrize("data", [b"", b"KSA2", b"nonsense", b"KSA2nonsense", b"\x00" * 100])
def test_what_is_no_analysis_is_refused(data: bytes) -> None:
    with pytest.raises(ValueError, match="analysis"):
        Analysis.from_bytes(data)


def test_many_are_read_like_one() -> None:
    reports = [report(number, f"Termin {number}", TEXT) for number in range(150)] + [report("leer", "")]
    by_letters = Analyser(synonyms(), Letters())
    assert by_letters.analyse_many(reports) == [by_letters.analyse(one) for one in reports]


def test_the_version_changes_with_list_and_encoder_only() -> None:
    versions = [
        Analyser(synonyms()).version,
        Analyser(Synonyms.none()).version,
        Analyser(synonyms(), Letters()).version,
    ]
    assert len(set(versions)) == 3
    assert Analyser(synonyms()).version == analysis(TEXT).version == versions[0]


def test_another_process_reads_the_same() -> None:
    script = (
        "from tests.similarity.support import analysis; import sys; "
        f"sys.stdout.write(analysis('Keine Antwort', {TEXT!r}).to_bytes().hex())"
    )
    for seed in ("1", "2"):
        done = subprocess.run(
            [sys.executable, "-c", script],
            capture_output=True,
            text=True,
            check=True,
            env={**os.environ, "PYTHONHASHSEED": seed},
        )
        assert bytes.fromhex(done.stdout) == analysis("Keine Antwort", TEXT).to_bytes()


@pytest.mark.parametrize(
    "text",
    [
        "",
        " ",
        "12345 678",
        "…!?",
        "Wort",
        "\u200b\u200d",
        "مرحبا بالعالم",
        "Привет мир",
        "🙂" * 50,
        "\ud800",
        "a" * 1_000_000,
    ],
)
def test_odd_texts(text: str) -> None:
    found = analyser().analyse(report(1, text, text))
    assert len(found.terms) <= 4


def test_a_megabyte_is_read_up_to_the_limit() -> None:
    found = analyser().analyse(report(1, "Viel", "".join(f"Wort{number}x " for number in range(120_000))))
    assert len(found.terms) == 400


def test_the_municipality_is_no_part_of_a_report() -> None:
    assert "municipality" not in type(report(1, "x")).__slots__
