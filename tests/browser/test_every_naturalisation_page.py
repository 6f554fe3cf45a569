"""Every page around naturalisation, for both sides: no axe findings in light and dark, nothing too wide, valid HTML."""

from __future__ import annotations

from pathlib import Path

import pytest

from ..support.naturalisation import CARITAS, EBH_RSK, EBH_TROISDORF
from ..support.naturalisation_pages import house_of, pages_of
from ..support.records import COORDINATOR
from ..support.server import Server, Visitor
from ..support.vnu import errors_of
from .conftest import MakePerson
from .test_every_meeting_page import looked_at

PARTS = {CARITAS: 2, EBH_RSK: 3, EBH_TROISDORF: 1, COORDINATOR: 1, "nobody": 1}
"""Who looks, and in how many parts, so that several processes can share them."""


@pytest.fixture(scope="module")
def addresses(house: Server) -> dict[str, list[str]]:
    return pages_of(house_of(house))


@pytest.mark.parametrize(("who", "part"), [(who, part) for who, parts in PARTS.items() for part in range(parts)])
def test_every_page_is_free_of_findings(
    person: MakePerson, addresses: dict[str, list[str]], who: str, part: int
) -> None:
    visitor, found = person(), []
    if who != "nobody":
        visitor.sign_in(who)
    paths = addresses[who][part :: PARTS[who]]
    for path in paths:
        answer = visitor.page.goto(path)
        assert answer is not None
        found += [f"{path}: {answer.status}"] if answer.status >= 400 else []
        found += [f"{path}: {one}" for one in looked_at(visitor)]
    assert paths
    assert not found, "\n".join(found)


def test_every_page_is_valid_html(house: Server, addresses: dict[str, list[str]], tmp_path: Path) -> None:
    pages, wrong = {}, []
    for who, paths in addresses.items():
        visitor = Visitor(house.port)
        if who != "nobody":
            assert visitor.sign_in(who, "kimforms-demo").status == 303
        for path in paths:
            answer = visitor.get(path)
            if answer.status != 200:
                wrong.append(f"{path} for {who}: {answer.status} {answer.location}")
            pages[f"{path} for {who}"] = answer.text
    wrong += errors_of(pages, tmp_path)
    assert not wrong, "\n".join(wrong)
