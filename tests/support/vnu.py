"""The Nu HTML checker of the W3C: one run of the JVM for all pages together."""

from __future__ import annotations

import json
import re
import subprocess
from collections.abc import Mapping
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
JAR = ROOT / "node_modules" / "vnu-jar" / "build" / "dist" / "vnu.jar"
HTMX = re.compile(r"Attribute “hx-[a-z:-]+” not allowed on element")  # htmx reads hx-*; HTML knows only data-*


def errors_of(pages: Mapping[str, str], folder: Path) -> list[str]:
    """Errors and warnings in pages (name -> HTML), one line each, those about ``hx-*`` attributes left out."""
    names = {}
    for number, (name, text) in enumerate(sorted(pages.items())):
        path = folder / f"{number}.html"
        path.write_text(text, "utf-8")
        names[path.as_uri()] = name
    done = subprocess.run(
        ["java", "-jar", str(JAR), "--format", "json", "--stdout", "--exit-zero-always", *map(str, sorted(folder.glob("*.html")))],
        capture_output=True, text=True, check=True, timeout=120,
    )  # fmt: skip
    messages = json.loads(done.stdout)["messages"]
    return [
        f"{names.get(one['url'].replace('file:/', 'file:///', 1) if '///' not in one['url'] else one['url'], one['url'])} "
        f"line {one.get('lastLine')}: {one['message']} … {one.get('extract', '')[:160]!r}"
        for one in messages
        if (one["type"] == "error" or one.get("subType") == "warning") and not HTMX.search(one["message"])
    ]
