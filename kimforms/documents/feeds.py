"""A list of entries as Atom (RFC 4287) or RSS 2.0. Data in, bytes out; times are aware, addresses absolute."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from email.utils import format_datetime
from xml.etree import ElementTree as ET

ATOM = "http://www.w3.org/2005/Atom"
_NOT_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""What XML 1.0 cannot hold (section 2.2), not even escaped."""


@dataclass(frozen=True)
class FeedEntry:
    """One entry. ``id`` never changes, also when the address of the server does; ``updated`` is the last correction."""

    id: str
    url: str
    title: str
    published: datetime
    updated: datetime
    paragraphs: tuple[str, ...] = ()
    categories: tuple[str, ...] = ()


@dataclass(frozen=True)
class Feed:
    """A feed: ``id`` never changes, ``url`` is the page it belongs to, ``self_url`` its own address."""

    id: str
    url: str
    self_url: str
    title: str
    subtitle: str
    author: str
    updated: datetime
    language: str
    entries: Sequence[FeedEntry] = ()


def atom(feed: Feed) -> bytes:
    """The feed as Atom."""
    root = ET.Element("feed", {"xmlns": ATOM, "xml:lang": feed.language})
    _text(root, "id", feed.id)
    _text(root, "title", feed.title)
    _text(root, "subtitle", feed.subtitle)
    _text(root, "updated", feed.updated.isoformat(timespec="seconds"))
    ET.SubElement(root, "link", {"rel": "self", "type": "application/atom+xml", "href": feed.self_url})
    ET.SubElement(root, "link", {"rel": "alternate", "type": "text/html", "href": feed.url})
    _text(ET.SubElement(root, "author"), "name", feed.author)
    _text(root, "generator", "kimforms")
    for one in feed.entries:
        entry = ET.SubElement(root, "entry")
        _text(entry, "id", one.id)
        _text(entry, "title", one.title)
        ET.SubElement(entry, "link", {"rel": "alternate", "type": "text/html", "href": one.url})
        _text(entry, "published", one.published.isoformat(timespec="seconds"))
        _text(entry, "updated", one.updated.isoformat(timespec="seconds"))
        for name in one.categories:
            ET.SubElement(entry, "category", {"term": _clean(name)})
        _text(entry, "summary", "\n\n".join(one.paragraphs) or one.title)
    return _bytes(root)


def rss(feed: Feed) -> bytes:
    """The feed as RSS 2.0. ``pubDate`` is the last correction, since RSS knows no other date."""
    root = ET.Element("rss", {"version": "2.0", "xmlns:atom": ATOM})
    channel = ET.SubElement(root, "channel")
    _text(channel, "title", feed.title)
    _text(channel, "link", feed.url)
    _text(channel, "description", feed.subtitle)
    _text(channel, "language", feed.language)
    _text(channel, "lastBuildDate", format_datetime(feed.updated))
    _text(channel, "generator", "kimforms")
    ET.SubElement(channel, "atom:link", {"rel": "self", "type": "application/rss+xml", "href": feed.self_url})
    for one in feed.entries:
        item = ET.SubElement(channel, "item")
        _text(item, "title", one.title)
        _text(item, "link", one.url)
        _text(ET.SubElement(item, "guid", {"isPermaLink": "false"}), None, one.id)
        _text(item, "pubDate", format_datetime(one.updated))
        for name in one.categories:
            _text(item, "category", name)
        _text(item, "description", "\n\n".join(one.paragraphs) or one.title)
    return _bytes(root)


def _text(parent: ET.Element, name: str | None, text: str) -> None:
    element = parent if name is None else ET.SubElement(parent, name)
    element.text = _clean(text)


def _clean(text: str) -> str:
    return _NOT_XML.sub("", text)


def _bytes(root: ET.Element) -> bytes:
    ET.indent(root)
    return bytes(ET.tostring(root, encoding="utf-8", xml_declaration=True))
