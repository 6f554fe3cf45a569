"""The pages of the documentation as the tests see them: text, fenced blocks by their mark, links."""

from __future__ import annotations

import re
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PAGES = [*sorted(ROOT.glob("*.md")), *sorted((ROOT / "docs").rglob("*.md"))]


def blocks(page: str, mark: str) -> list[str]:
    """The contents of all blocks that begin with three backticks and ``yaml <mark>``."""
    text = (ROOT / "docs" / page).read_text("utf-8")
    return re.findall(rf"^```yaml {mark}\n(.*?)^```$", text, re.M | re.S)


def links(path: Path) -> list[str]:
    """The targets of links and pictures of a page that lead into the repository, without what stands in code."""
    text = re.sub(r"^```.*?^```$|`[^`\n]*`", "", path.read_text("utf-8"), flags=re.M | re.S)
    found = re.findall(r"\]\(([^)\s]+)\)", text) + re.findall(r'(?:src|href)="([^"]+)"', text)
    return [target for target in found if "://" not in target and not target.startswith(("mailto:", "#"))]


def anchors(path: Path) -> set[str]:
    """The anchors of a page's headings, as the usual viewers of Markdown make them."""
    heads = re.findall(r"^#+ (.+)$", path.read_text("utf-8"), re.M)
    return {re.sub(r"[^\w\- ]", "", head.lower()).replace(" ", "-") for head in heads}
