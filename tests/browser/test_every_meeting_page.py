"""Every page around bodies and meetings, in each state: no axe findings in light and dark, nothing too wide, valid HTML."""

from __future__ import annotations

from pathlib import Path

import pytest

from ..guards.test_routes import PEOPLE
from ..support.browser import NARROW, WIDE, Person
from ..support.meeting_pages import pages_of, whole_house
from ..support.server import Server, Visitor
from ..support.vnu import errors_of
from .conftest import MakePerson

PARTS = {"office": 4, "member": 1, "nobody": 1, "coordinator": 1, "adviser": 1}
"""Who looks, and in how many parts, so that several processes can share them."""
REFUSED = ("forged", "kind=update")
"""Pages that say why not: a link that nobody made, a change that there is not."""


@pytest.fixture(scope="module")
def addresses(house: Server) -> dict[str, list[str]]:
    return pages_of(whole_house(house))


@pytest.mark.parametrize(("who", "part"), [(who, part) for who, parts in PARTS.items() for part in range(parts)])
def test_every_page_is_free_of_findings(
    person: MakePerson, addresses: dict[str, list[str]], who: str, part: int
) -> None:
    visitor, found = person(), []
    visitor.expect("Failed to load resource")  # the forged link among them
    if who in PEOPLE:
        visitor.sign_in(PEOPLE[who])
    paths = addresses[who][part :: PARTS[who]]
    for path in paths:
        answer = visitor.page.goto(path)
        assert answer is not None
        found += [f"{path}: {answer.status}"] if answer.status >= 400 and not path.endswith(REFUSED) else []
        found += looked_at(visitor)
    assert paths
    assert not found, "\n".join(found)


def looked_at(visitor: Person) -> list[str]:
    """All rules in light, contrast in dark, and whether it fits in a narrow window."""
    found: list[str] = []
    for width, scheme in ((WIDE, "light"), (NARROW, "light"), (NARROW, "dark")):
        visitor.width = width
        visitor.page.set_viewport_size({"width": width, "height": 900})
        visitor.page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
        findings = visitor.inspect() if scheme == "light" else visitor.axe(only="color-contrast")
        found += [f"{width} px, {scheme}: {one}" for one in findings]
    return found


def test_every_page_is_valid_html(house: Server, addresses: dict[str, list[str]], tmp_path: Path) -> None:
    pages, wrong = {}, []
    for who, paths in addresses.items():
        visitor = Visitor(house.port)
        if who in PEOPLE:
            assert visitor.sign_in(PEOPLE[who], "kimforms-demo").status == 303
        for path in paths:
            answer = visitor.get(path)
            if answer.status != 200 and not path.endswith(REFUSED):
                wrong.append(f"{path} for {who}: {answer.status} {answer.location}")
            pages[f"{path} for {who}"] = answer.text
    wrong += errors_of(pages, tmp_path)
    assert not wrong, "\n".join(wrong)
