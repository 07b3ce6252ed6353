"""Shapes of published feeds that other readers take, in fixtures of our own."""

from pathlib import Path

import pytest

from tests.sources.reading import only, read
from tests.sources.server import feed, item
from tui_pod.shelf.published import Published

FIXTURES = Path(__file__).parents[1] / "fixtures"


def fixture(name: str) -> Published:
    return read((FIXTURES / name).read_bytes())


def test_namespaces_declared_on_children_lose_no_item() -> None:
    found = fixture("blog.atom")
    assert [entry.title for entry in found.items] == ["One", "Two", "Three"]
    assert [entry.audio for entry in found.items] == [None] * 3
    assert found.items[1].duration == 60.0


def test_prefixed_rss_is_read() -> None:
    found = fixture("prefixed.xml")
    assert (found.title, found.link) == ("Prefixed", "https://old.example.org/")
    assert [(entry.title, entry.summary) for entry in found.items] == [("One", "First words"), ("Two", "Second words")]


def test_namespace_that_each_element_declares_for_itself_is_known() -> None:
    found = fixture("each.xml")
    assert (found.title, found.link, found.language) == ("Each", "https://each.example.org/", "da")
    (entry,) = found.items
    assert (entry.title, entry.duration, entry.season, entry.is_explicit) == ("One", 90.0, 2, True)
    assert entry.picture == "https://each.example.org/one.jpg"
    assert [(mark.start, mark.title) for mark in entry.marks] == [(0.0, "Begin"), (30.0, "Middle")]


def test_old_names_of_title_date_and_words_are_read() -> None:
    found = fixture("old.atom")
    assert (found.summary, found.language) == ("A tagline", "fr")
    assert [entry.published for entry in found.items] == [60.0, 120.0]
    dublin = only("<dc:title>Core</dc:title><dc:description>Of Dublin</dc:description>")
    assert (dublin.title, dublin.summary) == ("Core", "Of Dublin")


def test_cover_in_the_old_link_of_itunes_is_read() -> None:
    link = "<itunes:link rel='image' type='image/jpeg' href='https://example.org/cover.jpg'>Cast</itunes:link>"
    assert read(feed(item(1), extra=link)).picture == "https://example.org/cover.jpg"


def test_seasons_numbers_kinds_and_language_are_read() -> None:
    found = fixture("serial.xml")
    assert (found.is_serial, found.language) == (True, "de-at")
    assert [(entry.title, entry.season, entry.number, entry.type, entry.is_explicit) for entry in found.items] == [
        ("Trailer", None, None, "trailer", False),
        ("Again", 2, 1, None, True),
        ("Extra", 1, None, "bonus", False),
        ("Middle", 1, 2, None, False),
        ("Begin", 1, 1, None, False),
    ]


def test_media_title_and_description_are_used() -> None:
    (found,) = fixture("video.atom").items
    assert (found.title, found.summary) == ("Tides and moons", "Why the sea goes out twice a day.")
    assert found.audio is None


def test_title_that_a_media_element_repeats_is_kept() -> None:
    found = only("<media:title xmlns:media='http://search.yahoo.com/mrss/'>other</media:title><title>x</title>")
    assert found.title == "x"


@pytest.mark.parametrize(
    "inner",
    [
        "<itunes:image href='/a.jpg'/>", "<image><url>/a.jpg</url><title>T</title><link>/</link></image>",
        "<image><url>/b.jpg</url></image><itunes:image href='/a.jpg'/>", "<media:thumbnail url='/a.jpg'/>",
    ],
)  # fmt: skip
def test_cover_of_a_feed_and_of_an_item_are_read(inner: str) -> None:
    found = read(feed("<item><title>T</title><itunes:image href='i.jpg'/></item>", extra=inner))
    assert found.picture == "https://cast.example.org/a.jpg"
    assert found.items[0].picture == "https://cast.example.org/shows/i.jpg"


def test_cover_of_an_atom_feed_is_its_logo() -> None:
    inner = "<title>T</title><icon>/i.png</icon><logo>/l.png</logo>"
    found = read(f"<feed xmlns='http://www.w3.org/2005/Atom'>{inner}</feed>")
    assert found.picture == "https://cast.example.org/l.png"


@pytest.mark.parametrize("around", ["{}", "<rss>{}</rss>", "<rss><channel>{}<title>Old</title></channel></rss>"])
def test_document_that_says_where_the_feed_has_moved_is_followed(around: str) -> None:
    moved = "<redirect><newLocation>https://new.example.org/f</newLocation></redirect>"
    found = read(around.format(moved))
    assert (found.moved_to, found.title) == ("https://new.example.org/f", "Old" if "Old" in around else "")


def test_comment_before_the_declaration_is_passed_over() -> None:
    document = '<?xml version="1.0" encoding="iso-8859-2"?>' + feed(item(1), "Żółw").partition("?>")[2]
    found = read(b"\n<!-- made by hand\n--> <!--twice-->\n" + document.encode("iso-8859-2"))
    assert (found.title, len(found.items), found.is_partial) == ("Żółw", 1, False)


def test_item_without_title_and_text_is_called_by_its_file() -> None:
    assert only('<enclosure url="https://a.org/x/My_talk%20%C3%A4.mp3?a/b" type="audio/mpeg"/>').title == "My talk ä"
    assert only('<enclosure url="https://a.org/" type="audio/mpeg"/>').title == "(untitled)"
