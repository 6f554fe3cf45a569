"""Pages about solutions are for everybody, so what they run through knows no table but those of publications."""

from __future__ import annotations

import ast

import pytest

from .sources import imports_of, modules

PUBLIC_ROOMS = (
    "kimforms.blueprints.solutions",
    "kimforms.blueprints.solution_words",
    "kimforms.services.queries.solutions",
    "kimforms.services.queries.solution_entry",
    "kimforms.services.solution_feed",
    "kimforms.services.solution_papers",
    "kimforms.services.solution_words",
    "kimforms.documents.feeds",
    "kimforms.forms.solutions",
)
TABLES = {
    "Publication", "PublicationFile", "PublicationIssue", "PublicationTag", "Controller",
    "RecordLink",  # numbers only: which theme a report belongs to, for the reporter's own page
}  # fmt: skip
CLOSED = ("kimforms.services.records", "kimforms.services.queries.record_page", "kimforms.services.publishing",
          "kimforms.services.publication_content", "kimforms.services.themes", "kimforms.services.processes")  # fmt: skip
OPEN = {"kimforms.services.records.facts"}  # the day in Germany


@pytest.mark.parametrize("name", PUBLIC_ROOMS)
def test_public_pages_import_no_table_of_records(name: str) -> None:
    used = {
        alias.name
        for node in ast.walk(modules()[name].tree)
        if isinstance(node, ast.ImportFrom) and node.module and node.module.split(".")[-1] == "models"
        for alias in node.names
    }
    assert used <= TABLES


@pytest.mark.parametrize("name", PUBLIC_ROOMS)
def test_public_pages_run_through_no_room_that_reads_records(name: str) -> None:
    reached = {one.target for one in imports_of(name)} - OPEN
    assert sorted(one for one in reached if one.startswith(CLOSED)) == []


def test_the_day_is_all_that_is_taken_from_records() -> None:
    taken = {
        alias.name
        for name in PUBLIC_ROOMS
        for node in ast.walk(modules()[name].tree)
        if isinstance(node, ast.ImportFrom) and (node.module or "").endswith("records.facts")
        for alias in node.names
    }
    assert taken <= {"BERLIN", "local_day"}
