"""Links and pictures of the documentation lead to something, pictures are small and each of them is shown somewhere."""

from __future__ import annotations

from pathlib import Path

import pytest

from .pages import PAGES, ROOT, anchors, links

PICTURES = sorted((ROOT / "docs" / "images").glob("*.png"))
MOST_BYTES = 150_000


@pytest.mark.parametrize("path", PAGES, ids=lambda path: str(path.relative_to(ROOT)))
def test_links_lead_to_a_file_and_its_heading(path: Path) -> None:
    wrong = []
    for target in links(path):
        name, _, anchor = target.partition("#")
        there = (path.parent / name).resolve()
        if not there.exists() or (anchor and anchor not in anchors(there)):
            wrong.append(target)
    assert wrong == []


def test_every_picture_is_shown() -> None:
    shown = {(path.parent / target).resolve() for path in PAGES for target in links(path)}
    assert [path.name for path in PICTURES if path not in shown] == []


def test_pictures_are_small() -> None:
    assert {path.name: path.stat().st_size for path in PICTURES if path.stat().st_size > MOST_BYTES} == {}


def test_every_page_is_reached_from_the_index() -> None:
    index = ROOT / "docs" / "index.md"
    reached = {(index.parent / target.partition("#")[0]).resolve() for target in links(index)}
    missing = [path.name for path in PAGES if path.parent == index.parent and path != index and path not in reached]
    assert missing == []
