"""What is typed around themes: numbers of cases."""

import pytest

from kimforms.forms.themes import whole_number


@pytest.mark.parametrize(
    ("typed", "number"),
    [("3", 3), (" 12 ", 12), ("10.000", 10_000), ("", None), (None, None), ("3.5", -1), ("3,5", -1), ("1.0000", -1),
     ("-1", -1), ("٣", -1), ("1e3", -1), ("9" * 30, -1), (".", -1)],
)  # fmt: skip
def test_a_number_of_cases_is_whole_or_nothing(typed: str | None, number: int | None) -> None:
    assert whole_number(typed) == number
