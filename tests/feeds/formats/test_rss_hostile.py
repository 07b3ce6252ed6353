"""Feeds that are malformed, or built to harm who reads them."""

from __future__ import annotations

import contextlib
import tracemalloc
from pathlib import Path
from typing import Any

import pytest

from tests.feeds import server
from tests.feeds.reading import only, read
from tests.feeds.server import Site, feed, item
from tui_pod.core.text.clean import is_safe
from tui_pod.feeds.formats import xml
from tui_pod.feeds.formats.html_text import to_notes
from tui_pod.feeds.formats.model import FeedError

GOOD = feed(item(1, "/1.wav") + item(2, "/2.wav"))


@pytest.mark.parametrize(
    "document",
    [
        GOOD.replace("Episode 1", "Fish & chips").encode(),
        GOOD.replace("Episode 1", "Caf&eacute; &nbsp; &unknown; &#xD800; &#0; &#155;").encode(),
        GOOD.replace("Episode 1", "Caf\xe9").encode("latin-1"),
        b"  \n" + GOOD.encode(),
        b"\xef\xbb\xbf" + GOOD.encode(),
        GOOD.encode("utf-16").replace(b"UTF-8", b"UTF-16"),
        GOOD.replace("Episode 1", "Nul\x00Esc\x1b[2JBel\x07").encode(),
        GOOD.replace("UTF-8", "x-no-such").encode(),
        GOOD.replace("UTF-8", "base64").encode(),
        GOOD.replace(' xmlns:itunes="http://www.itunes.com/dtds/podcast-1.0.dtd"', "").encode(),
    ],
)
def test_malformed_document_is_mended(document: bytes) -> None:
    found = read(document)
    assert len(found.items) == 2
    assert not found.is_partial
    assert all(is_safe(entry.title.replace(" ", "")) for entry in found.items)


def test_cut_document_keeps_its_whole_items() -> None:
    found = read(GOOD[:-120])
    assert [entry.guid for entry in found.items] == ["guid-1"]
    assert found.is_partial
    assert found.title == "Test Cast"


def test_broken_item_costs_only_itself() -> None:
    document = feed(item(1) + "<item><title>bad</b></item>" + item(2, extra="<itunes:duration>60</itunes:duration>"))
    found = read(document)
    assert [entry.guid for entry in found.items] == ["guid-1", "guid-2"]
    assert found.is_partial
    assert found.items[1].duration == 60.0


@pytest.mark.parametrize("document", ["", "hello", "<html><body>Not here</body></html>", "<!DOCTYPE html><p>x", "<a/>"])
def test_page_instead_of_feed_is_an_error(document: str) -> None:
    with pytest.raises(FeedError, match="not a feed"):
        read(document)


LAUGHS = "".join(f"<!ENTITY l{n} '{f'&l{n - 1};' * 10}'>" for n in range(1, 10))


@pytest.mark.parametrize(
    "doctype",
    [
        f"<!DOCTYPE rss [<!ENTITY l0 'ha'>{LAUGHS}]>",
        "<!DOCTYPE rss [<!ENTITY l9 SYSTEM 'file:///etc/passwd'>]>",
        "<!DOCTYPE rss [<!ENTITY l9 SYSTEM 'http://127.0.0.1:9/x'>]>",
        "<!DOCTYPE rss SYSTEM 'http://127.0.0.1:9/x.dtd' [<!ENTITY l9 SYSTEM 'file:///etc/passwd'>]>",
        "<!DOCTYPE rss [<!ENTITY l9 'ha'>]>",
        "<!DOCTYPE rss [<!ENTITY l9 '&#38;lt;'>]>",
        "<!DOCTYPE rss [<!ENTITY % p '&#60;!ENTITY l9 SYSTEM &#34;file:///etc/passwd&#34;>'> %p;]>",
        f"<!DOCTYPE rss [{''.join(f'<!ENTITY l{n} {chr(39)}x{chr(39)}>' for n in range(301))}]>",
        "<!DOCTYPE rss [<!NOTATION n SYSTEM 'x'><!ENTITY l9 SYSTEM 'http://127.0.0.1:9/x' NDATA n>]>",
    ],
)
@pytest.mark.parametrize("is_broken", [False, True])
def test_entities_are_refused(doctype: str, is_broken: bool) -> None:
    body = GOOD.partition("?>")[2].replace("Episode 1", "&l9; & more" if is_broken else "&l9;")
    with pytest.raises(FeedError, match="refused"):
        read(f"<?xml version='1.0'?>{doctype}{body}")


@pytest.mark.parametrize(
    "doctype",
    [
        "<!DOCTYPE rss [<!ENTITY % p SYSTEM '{}'> %p; <!ENTITY l9 'ha'>]>",
        "<!DOCTYPE rss [<!ENTITY % p SYSTEM '{}'> %p; <!ENTITY l9 SYSTEM '{}'>]>",
        "<!DOCTYPE rss SYSTEM '{}'>",
        "<!DOCTYPE rss PUBLIC '-//x' '{}'>",
    ],
)
@pytest.mark.parametrize("is_broken", [False, True])
@pytest.mark.parametrize("is_file", [False, True])
def test_external_documents_are_not_read(
    doctype: str, is_broken: bool, is_file: bool, tmp_path: Path, site: Site
) -> None:
    secret = tmp_path / "secret.dtd"
    secret.write_text("<!ENTITY l9 'secret'>")
    site.replies["/secret"] = server.body(secret.read_bytes())
    address = secret.as_uri() if is_file else site.url("/secret")
    body = GOOD.partition("?>")[2].replace("Episode 1", "One &l9; & more" if is_broken else "One &l9;")
    found = read(f"<?xml version='1.0'?>{doctype.replace('{}', address)}{body}")
    assert found.items[0].title.startswith("One")
    assert "secret" not in repr(found)
    assert "ha" not in found.items[0].title
    assert (len(found.items), site.asked) == (2, [])


@pytest.mark.parametrize(
    "document",
    [
        "<rss><channel>" + "<a>" * 200_000,
        "<rss><channel>" + "".join(f"<a{n}/>" for n in range(100_000)),
        "<rss><channel>" + "&" * 4_000_000,
        "<rss><channel><item " + " ".join(f"a{n}='x'" for n in range(20_000)) + "/></channel></rss>",
    ],
)
def test_overload_is_refused(document: str) -> None:
    with pytest.raises(FeedError, match="overload"):
        read(document)


@pytest.mark.parametrize(
    "text",
    [
        "<" * 60_000, "<!--" * 16_000, "<a href='" * 7_000, "<p>" * 20_000, "&lt;p&gt;" * 7_000, "<script>" * 8_000,
        "e\u0301" * 30_000, "a" + "\u0301" * 60_000, "<a>" * 20_000, "(" * 60_000, "1:" * 30_000,
    ],
)  # fmt: skip
def test_text_that_is_built_to_be_slow_costs_only_itself(text: str) -> None:
    found = only(f"<title>x</title><description><![CDATA[{text}]]></description>")
    assert (found.title, len(found.summary) <= 4_000, is_safe(found.summary)) == ("x", True, True)


@pytest.mark.parametrize(
    "part", ["<item></item>", "<item><title>x</title></item>", "<item>", "<a/>", "<item><b></item>"]
)
def test_megabyte_of_little_is_read_or_refused(part: str) -> None:
    with contextlib.suppress(FeedError):
        read("<rss><channel>" + part * (1024 * 1024 // len(part)))


@pytest.mark.parametrize("document", ["<a" + " " * 60_000 + "<", "<rss" + " a" * 30_000, "<" + "a" * 60_000])
def test_root_that_never_ends_is_no_feed(document: str) -> None:
    with pytest.raises(FeedError, match="not a feed"):
        read(document)


@pytest.fixture
def sizes(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Bytes of each document that was given to expat."""
    given: list[int] = []
    parse = xml.parse_strictly

    def counting(content: bytes, *rest: Any) -> None:
        given.append(len(content))
        parse(content, *rest)

    monkeypatch.setattr(xml, "parse_strictly", counting)
    return given


def test_root_of_a_broken_feed_is_read_once(sizes: list[int]) -> None:
    dialect = "xmlns:i='http://www.itunes.com/dtds/podcast-1.0.dtd'"
    items = "<item><title>a</title><i:duration>60</i:duration></item>" * 200
    document = f"<rss {dialect} a='{'x' * 100_000}'><channel><title>S</title>{items}<b>"
    found = read(document)
    assert (found.title, len(found.items), found.items[199].duration) == ("S", 200, 60.0)
    assert sum(sizes) < 5 * len(document)


def test_name_of_a_root_is_not_read_for_each_item(sizes: list[int]) -> None:
    document = f"<rss{'x' * 100_000}>{'<item><title>a</title></item>' * 200}<b>"
    assert len(read(document).items) <= 200
    assert sum(sizes) < 5 * len(document)


def test_item_with_a_million_of_something_takes_some() -> None:
    found = only("<title>x</title>" + "<category>a b c d</category>" * 20_000 + "<enclosure url='a b'/>" * 20_000)
    assert found.keywords == ("a b c d",)


@pytest.mark.parametrize("element", ["title", "description"])
def test_reference_of_thousands_of_digits_costs_only_itself(element: str) -> None:
    found = only(f"<title>x</title><{element}>a &amp;#{'9' * 5_000}; b</{element}>")
    assert found.title or found.summary
    assert to_notes(f"a &#{'9' * 5_000}; b") == "a \ufffd b"


@pytest.mark.parametrize(
    ("text", "notes"),
    [
        ("<a>" * 20_000, ""),
        ("<a href='x'>" * 5_000, ""),
        ("<a href=" * 8_000, "<a href=" * 8_000),
        ("\n " * 30_000, ""),
    ],
)
def test_notes_that_are_built_to_be_slow_are_read(text: str, notes: str) -> None:
    assert to_notes(text) == notes


def test_megabytes_of_one_text_are_cut() -> None:
    document = feed("<item><title>x</title><description>" + "word " * 4_000_000 + "</description></item>").encode()
    tracemalloc.start()
    try:
        (found,) = read(document).items
        assert tracemalloc.get_traced_memory()[1] < 8_000_000
    finally:
        tracemalloc.stop()
    assert len(found.summary) <= 4_000
    assert len(found.notes) <= 64 * 1024


HOSTILE = [
    "\u202etitle", "&#27;]52;c;eA==&#7;x", "&#155;2Jx", "a\u200bb", "x" * 200_000, "\U000e0041tag", "e" + "\u0301" * 50,
]  # fmt: skip


@pytest.mark.parametrize("title", HOSTILE)
def test_hostile_titles_are_cleaned(title: str) -> None:
    found = read(feed(f"<item><title>{title}</title><description>{title}</description></item>", title))
    for text in (found.title, found.items[0].title):
        assert len(text) <= 300
        assert is_safe(text.replace(" ", ""))
        assert text.count("\u0301") <= 2


def test_guid_is_kept_verbatim() -> None:
    assert only("<title>x</title><guid>  https://x.org/?a=1&amp;b=[/]  </guid>").guid == "https://x.org/?a=1&b=[/]"
