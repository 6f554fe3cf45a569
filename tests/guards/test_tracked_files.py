"""What is checked in: locked with hashes and without addresses, nothing of one machine, nothing loaded from elsewhere."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from .sources import ROOT, templates, tracked

TEXT = {
    "", ".cfg", ".css", ".html", ".ini", ".js", ".json", ".jsonl", ".lock", ".mako", ".md", ".py", ".sh", ".svg",
    ".toml", ".txt", ".yaml", ".yml",
}  # fmt: skip
# put together, so that this file does not find itself
REGISTRIES = [
    "py" + "pi.org", "python" + "hosted.org", "npm" + "js.org", "npm" + "js.com", "proxy." + "golang.org",
    "--index" + "-url", "extra-index" + "-url", "find" + "-links", "reg" + "istry=", "art" + "ifactory", "/sim" + "ple/",
]  # fmt: skip
MACHINE = re.compile(
    r"(?<![\w.:/}-])/(?:" + "|".join(["wo" + "rk", "ro" + "ot", "ho" + r"me/(?!kimforms\b)\w+"]) + r")/"
)
EXTERNAL = re.compile(
    r"""(?:url\(\s*["']?|@import\s+["']|fetch\(\s*["'`]|import\(?\s*["'`]|src=["'])(?:https?:)?//""", re.I
)
LOADED = re.compile(
    r"""<(?:script|link|img|iframe|source|video|audio|object|embed|use)\b[^>]*?(?:src|href|data)\s*=\s*["'](?:https?:)?//""",
    re.I,
)
LONG_LINES = 20_000


def texts() -> list[tuple[Path, str]]:
    return [(path, path.read_text("utf-8")) for path in tracked() if path.suffix in TEXT and path.name != "LICENSE"]


def test_nothing_checked_in_names_a_registry_or_this_machine() -> None:
    wrong = []
    for path, text in texts():
        for number, line in enumerate(text.splitlines(), 1):
            found = [word for word in REGISTRIES if word in line] or MACHINE.findall(line[:LONG_LINES])
            if found:
                wrong.append(f"{path.relative_to(ROOT)}:{number}: {found}")
    assert not wrong


@pytest.mark.parametrize("line", ["see /wo" + "rk/main", "'/ho" + "me/anna/x'", "cd /ro" + "ot/x"])
def test_the_search_finds_a_path_of_a_machine(line: str) -> None:
    assert MACHINE.search(line)


@pytest.mark.parametrize(
    "line", ["https://example.org/wo" + "rk/", "tests/wo" + "rk/x", "/workers/", "{{ root }}/ro" + "ot/"]
)
def test_the_search_finds_no_address_or_relative_path(line: str) -> None:
    assert not MACHINE.search(line)


def test_the_lock_file_holds_hashes_and_no_addresses() -> None:
    text = (ROOT / "requirements.lock").read_text("utf-8")
    assert "://" not in text
    entries = re.split(r"\n(?=[a-z0-9])", "\n".join(line for line in text.splitlines() if not line.startswith("#")))
    assert len(entries) > 50
    assert [entry.split("==")[0] for entry in entries if "==" not in entry or "--hash=sha256:" not in entry] == []


def test_the_lock_file_of_the_assets_holds_integrity_and_no_addresses() -> None:
    packages = json.loads((ROOT / "package-lock.json").read_text("utf-8"))["packages"]
    locked = {name: entry for name, entry in packages.items() if name}
    assert locked
    assert [name for name, entry in locked.items() if "resolved" in entry or not entry.get("integrity")] == []


def test_own_static_files_reference_nothing_external() -> None:
    own = [path for path in (ROOT / "static").glob("*") if path.suffix in (".css", ".js", ".svg")]
    assert own
    wrong = [
        f"{path.name}: {line.strip()[:80]}"
        for path in own
        for line in path.read_text("utf-8").splitlines()
        if EXTERNAL.search(line) or ("://" in line and "http://www.w3.org/" not in line)
    ]
    assert not wrong


def test_the_built_style_references_nothing_external() -> None:
    built = sorted((ROOT / "static" / "vendor").glob("*.css"))
    assert built, "make setup builds it"
    assert [path.name for path in built if EXTERNAL.search(path.read_text("utf-8"))] == []


def test_templates_load_nothing_external() -> None:
    assert [path.name for path in templates() if LOADED.search(path.read_text("utf-8"))] == []
