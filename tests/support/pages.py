"""What is checked on every page that a test gets."""

from __future__ import annotations

import re
from collections import Counter

import html5lib
from bs4 import BeautifulSoup, Tag

INLINE = re.compile(r"<[a-z][^<>]*\s(?:style|on[a-z]+)\s*=", re.I)
UNDESCRIBED = ("hidden", "submit", "button", "image", "reset")


def problems_of(text: str, soup: BeautifulSoup, *, whole: bool) -> list[str]:
    """Sentences about what is wrong; ``whole`` is False for a fragment, which has no title and no h1."""
    found = [*_parse_errors(text, whole), *_inline(text, soup), *_ids(soup), *_labels(soup), *_forms(soup)]
    if whole:
        found += _frame(soup)
    return found


def _parse_errors(text: str, whole: bool) -> list[str]:
    parser = html5lib.HTMLParser()
    if whole:
        parser.parse(text)
    else:
        parser.parseFragment(text)
    return [f"HTML: {code} {position} {data}" for position, code, data in parser.errors]


def _inline(text: str, soup: BeautifulSoup) -> list[str]:
    scripts = [str(tag)[:80] for tag in soup.select("script:not([src])") if tag.get("type") != "application/json"]
    styles = [str(tag)[:80] for tag in soup.select("style")]
    return [f"inline: {one}" for one in [*scripts, *styles, *INLINE.findall(text)]]


def _ids(soup: BeautifulSoup) -> list[str]:
    counted = Counter(str(tag["id"]) for tag in soup.select("[id]"))
    found = [f"id {name} stands {times} times" for name, times in counted.items() if times > 1]
    for attribute in ("for", "aria-describedby", "aria-labelledby", "aria-controls"):
        for tag in soup.select(f"[{attribute}]"):
            found += [
                f"{attribute} names {one}, which is not there"
                for one in str(tag[attribute]).split()
                if one not in counted
            ]
    return found


def _labels(soup: BeautifulSoup) -> list[str]:
    return [
        f"without label: {str(control)[:120]}"
        for control in soup.select("input, select, textarea")
        if control.get("type") not in UNDESCRIBED and not _is_labelled(soup, control)
    ]


def _is_labelled(soup: BeautifulSoup, control: Tag) -> bool:
    if control.get("aria-label") or control.get("aria-labelledby") or control.find_parent("label"):
        return True
    return bool(control.get("id")) and soup.select_one(f'label[for="{control["id"]}"]') is not None


def _forms(soup: BeautifulSoup) -> list[str]:
    found = []
    for form in soup.select("form"):
        if str(form.get("method", "get")).lower() == "post" and not _is_harmless(form):
            found.append(f"form without CSRF token: {form.get('action')}")
    return found


def _is_harmless(form: Tag) -> bool:
    """With a token, or marked as one that changes nothing; tests/pages/test_self_check.py says which those are."""
    return form.has_attr("data-changes-nothing") or form.select_one("input[name=csrf_token]") is not None


def _frame(soup: BeautifulSoup) -> list[str]:
    found = []
    if len(headings := soup.select("h1")) != 1:
        found.append(f"{len(headings)} h1")
    if not soup.title or not soup.title.text.strip():
        found.append("no title")
    if not soup.html or not soup.html.get("lang"):
        found.append("no language")
    return found
