"""The school holidays of the profile: they load, say where they come from, and what cannot be is refused with its line."""

from __future__ import annotations

import shutil
from datetime import date
from pathlib import Path

import pytest

from kimforms.engine.profile import ProfileError, read_profile
from kimforms.engine.profile_school_holidays import SchoolHolidaysDocument

FOLDER = Path(__file__).parents[2] / "kimforms" / "profiles" / "rhein_sieg"


def document(*days: tuple[str, str, str]) -> SchoolHolidaysDocument:
    entries = [{"id": key, "name": key, "first": first, "last": last} for key, first, last in days]
    return SchoolHolidaysDocument.model_validate({"source": "Probe", "as_of": date(2026, 1, 1), "holidays": entries})


def test_the_years_to_plan_are_there() -> None:
    found = read_profile(FOLDER).school_holidays
    assert found is not None
    assert {one.first.year for one in found.holidays} == {2026, 2027, 2028, 2029}
    assert all(one.verified for one in found.holidays if one.first.year < 2028)
    assert "Ministerium" in found.source


@pytest.mark.parametrize(
    ("days", "words"),
    [
        ([("a", "2027-02-01", "2027-01-01")], "endet vor dem Beginn"),
        ([("a", "2027-01-01", "2027-06-01")], "länger als 60 Tage"),
        ([("a", "2027-01-01", "2027-01-10"), ("b", "2027-01-10", "2027-01-12")], "bevor"),
        ([("a", "2027-01-01", "2027-01-02"), ("a", "2027-02-01", "2027-02-02")], "gibt es schon"),
    ],
)
def test_what_cannot_be(days: list[tuple[str, str, str]], words: str) -> None:
    assert [words in reason for _path, reason in document(*days).problems()] == [True]


def test_a_wrong_file_is_named_with_its_line(tmp_path: Path) -> None:
    copy = tmp_path / "profile"
    shutil.copytree(FOLDER, copy)
    file = copy / "school_holidays.yaml"
    file.write_text(file.read_text().replace("last: 2026-04-11", "last: 2026-03-11"))
    with pytest.raises(ProfileError) as refused:
        read_profile(copy)
    assert (refused.value.file, refused.value.line > 5) == ("school_holidays.yaml", True)


def test_a_profile_may_have_none(tmp_path: Path) -> None:
    copy = tmp_path / "profile"
    shutil.copytree(FOLDER, copy)
    (copy / "school_holidays.yaml").unlink()
    assert read_profile(copy).school_holidays is None
