"""Shortens KERN's stylesheet by the families of layout helpers that our pages do not use.

Column grid, spacing and flex helpers, each in every breakpoint, are most of its rules. Pure; called by build.py."""

from __future__ import annotations

import re
from collections.abc import Iterator

# A selector made of nothing but these is left out. Components, typography, tokens and icons always stay.
_UNUSED = re.compile(
    r"^(\.kern-(row|container|container-fluid)\s+)?\.kern-("
    r"(m|mt|mr|mb|ml|mx|my|p|pt|pr|pb|pl|px|py)-(auto|none|xxs|xs|sm|md|lg|xl)"
    r"|col|row|order|flex|grid|gap|justify|align|place)(-[a-z0-9-]+)?(>\*)?$"
)


def keep_rules(css: str) -> str:
    """The stylesheet without the unused families; every other byte, also of rules it does not understand, as it was."""
    return "".join(_kept(css))


def _kept(css: str) -> Iterator[str]:
    for rule in split_rules(css):
        head, brace, body = rule.partition("{")
        if head.startswith("@media"):
            inner = "".join(_kept(body[:-1]))
            if inner:
                yield f"{head}{{{inner}}}"
        elif brace and not head.startswith("@"):
            selectors = [each for each in _split_selectors(head) if not _UNUSED.match(each.strip())]
            if selectors:
                yield f"{','.join(selectors)}{{{body}"
        else:
            yield rule


def _split_selectors(head: str) -> list[str]:
    """Split at commas that are not inside parentheses or brackets."""
    parts, depth, start = [], 0, 0
    for position, sign in enumerate(head):
        if sign in "([":
            depth += 1
        elif sign in ")]":
            depth -= 1
        elif sign == "," and depth == 0:
            parts.append(head[start:position])
            start = position + 1
    return [*parts, head[start:]]


def split_rules(css: str) -> list[str]:
    """The rules of one level: up to the closing brace, or the semicolon of a statement such as @charset."""
    rules, depth, start, quote, position = [], 0, 0, "", 0
    while position < len(css):
        sign = css[position]
        if quote:
            if sign == "\\":
                position += 1
            elif sign == quote:
                quote = ""
        elif sign in "\"'":
            quote = sign
        elif sign == "{":
            depth += 1
        elif sign == "}" or (sign == ";" and depth == 0):
            depth = max(0, depth - (sign == "}"))
            if depth == 0:
                rules.append(css[start : position + 1])
                start = position + 1
        position += 1
    if css[start:].strip():
        rules.append(css[start:])
    return rules
