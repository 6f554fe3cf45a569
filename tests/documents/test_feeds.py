"""Feeds, read back by the parser of the standard library and by feedparser, which nobody here wrote."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from xml.etree import ElementTree as ET

import feedparser
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kimforms.documents.feeds import Feed, FeedEntry, atom, rss

AT = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
ENTRY = FeedEntry(
    id="urn:uuid:1", url="https://kim.example/solutions/a", title="Ein Nachweis & <mehr>", published=AT,
    updated=AT + timedelta(days=2), paragraphs=("Die Hürde: lang", "Was sich geändert hat: kurz"), categories=("Bildung", "Wohnen"),
)  # fmt: skip
FEED = Feed(
    id="urn:uuid:0", url="https://kim.example/solutions", self_url="https://kim.example/solutions/feed.atom",
    title="Lösungen", subtitle="Was sich ändert", author="Rhein-Sieg-Kreis", updated=AT + timedelta(days=2), language="de",
    entries=(ENTRY,),
)  # fmt: skip
WRITERS = pytest.mark.parametrize("write", [atom, rss])


@WRITERS
def test_an_independent_parser_reads_everything_back(write) -> None:
    found = feedparser.parse(write(FEED))
    assert not found.bozo, found.get("bozo_exception")
    assert found.version == ("atom10" if write is atom else "rss20")
    assert found.feed.title == "Lösungen"
    assert found.feed.language == "de"
    assert found.feed.link == "https://kim.example/solutions"
    [entry] = found.entries
    assert (entry.id, entry.link) == ("urn:uuid:1", "https://kim.example/solutions/a")
    assert entry.title in ("Ein Nachweis & <mehr>", "Ein Nachweis &amp; &lt;mehr&gt;")
    assert [tag.term for tag in entry.tags] == ["Bildung", "Wohnen"]
    assert "Was sich geändert hat: kurz" in entry.summary
    changed = entry.updated_parsed if write is atom else entry.published_parsed
    assert changed[:3] == (2026, 11, 25)


def test_what_atom_wants_is_there() -> None:
    """RFC 4287, 4.1.1 and 4.1.2: id, title, updated of the feed and of each entry, and an author."""
    root = ET.fromstring(atom(FEED))
    space = {"a": "http://www.w3.org/2005/Atom"}
    for path in (
        "a:id",
        "a:title",
        "a:updated",
        "a:author/a:name",
        "a:entry/a:id",
        "a:entry/a:title",
        "a:entry/a:updated",
    ):
        [element] = root.findall(path, space)
        assert element.text
    assert [link.get("rel") for link in root.findall("a:link", space)] == ["self", "alternate"]


def test_what_rss_wants_is_there() -> None:
    channel = ET.fromstring(rss(FEED)).find("channel")
    assert channel is not None
    assert all(channel.findtext(name) for name in ("title", "link", "description", "lastBuildDate"))
    guid = channel.find("item/guid")
    assert guid is not None
    assert (guid.text, guid.get("isPermaLink")) == ("urn:uuid:1", "false")


@WRITERS
def test_a_feed_without_entries_is_one(write) -> None:
    found = feedparser.parse(write(replace(FEED, entries=())))
    assert not found.bozo
    assert found.entries == []


@WRITERS
@given(text=st.text(alphabet=st.characters(exclude_categories=())))
def test_whatever_was_written_the_feed_is_xml(write, text: str) -> None:
    entry = replace(ENTRY, title=text, paragraphs=(text,), categories=(text,))
    ET.fromstring(write(replace(FEED, subtitle=text, entries=(entry,))))
