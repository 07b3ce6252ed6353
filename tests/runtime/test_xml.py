"""Documents are decoded and repaired; dangerous ones are refused."""

import contextlib
from pathlib import Path
from typing import Any

import pytest

from tests.sources import server
from tests.sources.reading import only, read
from tests.sources.server import Site, feed, item
from tui_pod.core.text.clean import is_safe
from tui_pod.core.text.html_text import to_notes
from tui_pod.runtime import xml
from tui_pod.shelf.published import FeedError, Published
from tui_pod.sources.podcasts.rss import parse_feed

FIXTURES = Path(__file__).parents[1] / "sources" / "fixtures"


def fixture(name: str) -> Published:
    return read((FIXTURES / name).read_bytes())


UTF8 = "Brøndby – “Ærø”"


def test_prefixed_rss_that_is_broken_is_read_item_by_item() -> None:
    document = (FIXTURES / "prefixed.xml").read_text().replace("Second words", "<b>Second")
    assert [(entry.title, entry.summary) for entry in read(document).items] == [
        ("One", "First words"), ("Two", "Second"),
    ]  # fmt: skip


def test_html_that_is_not_closed_costs_no_item() -> None:
    found = fixture("unclosed.xml")
    assert (found.title, found.is_partial) == ("Notes < & tags", False)
    assert [(entry.title, entry.summary) for entry in found.items] == [
        ("Breaks", "First line second line"), ("Closed too much", "Words of two"), ("Attributes", "Words"),
    ]  # fmt: skip
    assert [entry.audio for entry in found.items] == [f"https://cast.example.org/{n}.mp3" for n in (1, 2, 3)]


def test_document_with_an_external_dtd_is_read() -> None:
    found = fixture("netscape.xml")
    assert found.title == "Café – news"
    assert [(entry.title, entry.summary) for entry in found.items] == [("Fish & chips", "Words ’n’ more")]
    found = fixture("entities.xml")
    assert (found.title, found.items[0].title) == ("Café", "One more")


@pytest.mark.parametrize("declared", ["ISO-8859-1", "latin1", "us-ascii", "windows-1252", "UTF-16", "x-none"])
def test_valid_utf8_wins_over_the_declaration(declared: str) -> None:
    document = feed(item(1)).replace("UTF-8", declared).replace("Episode 1", UTF8)
    assert read(document.encode()).items[0].title == UTF8
    assert read(document.encode(), "iso-8859-1").items[0].title == UTF8


def test_charset_of_the_server_counts_where_the_document_declares_latin_1() -> None:
    document = feed(item(1)).replace("UTF-8", "ISO-8859-1").replace("Episode 1", "Подкаст").encode("windows-1251")
    assert read(document, "windows-1251").items[0].title == "Подкаст"


@pytest.mark.parametrize("charset", [None, "iso-8859-1", "x-none", "base64"])
def test_latin_1_is_windows_1252(charset: str | None) -> None:
    document = feed(item(1)).replace("UTF-8", "ISO-8859-1").replace("Episode 1", "It’s “Ærø”").encode("cp1252")
    assert read(document, charset).items[0].title == "It’s “Ærø”"


GOOD = feed(item(1, "/1.wav") + item(2, "/2.wav"))


LAUGHS = "".join(f"<!ENTITY l{n} '{f'&l{n - 1};' * 10}'>" for n in range(1, 10))


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


def test_root_of_a_broken_feed_is_read_once(sizes: list[int]) -> None:
    dialect = "xmlns:i='http://www.itunes.com/dtds/podcast-1.0.dtd'"
    items = "<item><title>a</title><i:duration>60</i:duration></item>" * 200
    document = f"<rss {dialect} a='{'x' * 100_000}'><channel><title>S</title>{items}<b>"
    found = read(document)
    assert (found.title, len(found.items), found.items[199].duration) == ("S", 200, 60.0)
    assert sum(sizes) < 5 * len(document)
    sizes.clear()
    document = f"<rss{'x' * 100_000}>{'<item><title>a</title></item>' * 200}<b>"
    assert len(read(document).items) <= 200
    assert sum(sizes) < 5 * len(document)


@pytest.mark.parametrize("element", ["title", "description"])
def test_reference_of_thousands_of_digits_costs_only_itself(element: str) -> None:
    found = only(f"<title>x</title><{element}>a &amp;#{'9' * 5_000}; b</{element}>")
    assert found.title or found.summary
    assert to_notes(f"a &#{'9' * 5_000}; b") == "a \ufffd b"


@pytest.mark.parametrize(
    ("title", "declared", "expected"),
    [
        ("Brøndby og Sønderjyske".encode() + b" bes\xf8ges", "ISO-8859-1", "Brøndby og Sønderjyske besøges"),
        ("Новости о подкастах".encode(), "windows-1251", "Новости о подкастах"),
        ("Новости о подкастах".encode("cp1251"), "windows-1251", "Новости о подкастах"),
        ("Новости о подкастах".encode("koi8-r"), "koi8-r", "Новости о подкастах"),
        ("Новости о подкастах".encode("iso-8859-5"), "iso-8859-5", "Новости о подкастах"),
        ("Brøndby".encode("latin-1"), "ISO-8859-1", "Brøndby"),
        ("联通".encode("gbk"), "gb2312", "联通"),
        ("播客新闻每日更新节目".encode(), "gb2312", "播客新闻每日更新节目"),
    ],
)
def test_text_in_utf8_is_read_as_such_whatever_is_declared(title: bytes, declared: str, expected: str) -> None:
    document = f'<?xml version="1.0" encoding="{declared}"?><rss><channel><title>'.encode()
    found = parse_feed(document + title + b"</title></channel></rss>", "https://pod.example/feed")
    assert found.title == expected
