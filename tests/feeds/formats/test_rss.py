import json
from datetime import UTC, datetime
from typing import Any

import pytest

from tests.feeds.reading import only, read
from tests.feeds.server import feed, item
from tui_pod.core.player.snapshot import Chapter
from tui_pod.feeds.formats.model import FeedError
from tui_pod.feeds.formats.values import to_duration, to_size, to_time

# -- RSS -----------------------------------------------------------------------------------------------


def test_rss_item_is_read_with_all_its_tags() -> None:
    found = only(
        "<title>One &amp;amp; two</title><guid> g 1 </guid><link>/e/1</link>"
        "<pubDate>Fri, 05 Jan 2024 10:00:00 +0100</pubDate><itunes:duration>1:02:03</itunes:duration>"
        "<description><![CDATA[<p>About <a href='https://x.org'>it</a></p>]]></description>"
        "<enclosure url='/a b.mp3' type='audio/mpeg' length='abc'/><itunes:keywords>a, b,a</itunes:keywords>"
        "<podcast:chapters url='c.json' type='application/json+chapters'/><category>Tech</category>"
    )
    assert (found.title, found.guid, found.summary, found.duration) == ("One & two", "g 1", "About it", 3723.0)
    assert found.link == "https://cast.example.org/e/1"
    assert found.audio == "https://cast.example.org/a%20b.mp3"
    assert found.chapters == "https://cast.example.org/shows/c.json"
    assert found.keywords == ("Tech", "a", "b")
    assert found.published == datetime(2024, 1, 5, 9, tzinfo=UTC).timestamp()


def test_rss_channel_is_read() -> None:
    found = read(
        feed(
            item(1),
            "Cast",
            "<image><title>Not this</title><link>http://not.this/</link></image>"
            "<itunes:category text='Science'><itunes:category text='Physics'/></itunes:category>"
            "<itunes:category text='News'/><itunes:type>serial</itunes:type><podcast:guid>ABC-1</podcast:guid>"
            "<itunes:new-feed-url>https://new.example.org/feed</itunes:new-feed-url>"
            "<itunes:title>Nor this</itunes:title>",
        )
    )
    assert (found.title, found.link, found.is_serial, found.guid) == ("Cast", "https://example.org/", True, "abc-1")
    assert found.categories == (("Science", "Physics"), ("News",))
    assert found.moved_to == "https://new.example.org/feed"
    assert len(found.items) == 1


@pytest.mark.parametrize(
    "declared",
    [
        'xmlns:podcast="https://podcastindex.org/namespace/1.0"',
        'xmlns:p2="https://podcastindex.org/namespace/1.0"',
        'xmlns:p2="https://github.com/Podcastindex-org/podcast-namespace/blob/main/docs/1.0.md"',
        "",
    ],
)
def test_podcast_namespace_is_known_by_all_its_names(declared: str) -> None:
    prefix = "p2" if "p2" in declared else "podcast"
    (found,) = read(
        f"<rss {declared}><channel><title>T</title><item><title>x</title>"
        f"<{prefix}:transcript url='https://x.org/t.vtt' type='text/vtt'/></item></channel></rss>"
    ).items
    assert found.transcript == "https://x.org/t.vtt"


def test_transcript_the_most_useful_is_chosen() -> None:
    kinds = [("t.txt", "text/plain"), ("t.html", "text/html"), ("t.srt", "application/srt"), ("t.vtt", "text/vtt")]
    offers = "".join(f"<podcast:transcript url='{name}' type='{kind}'/>" for name, kind in kinds)
    assert (only(f"<title>x</title>{offers}").transcript or "").endswith("/t.vtt")
    better = offers + "<podcast:transcript url='t.json' type='application/json'/>"
    assert (only(f"<title>x</title>{better}").transcript or "").endswith("/t.json")


def test_transcript_in_another_language_comes_last() -> None:
    document = feed(
        "<item><title>x</title><podcast:transcript url='/en.vtt' type='text/vtt' language='en'/>"
        "<podcast:transcript url='/de.txt' type='text/plain' language='de-DE'/></item>",
        extra="<language>de</language>",
    )
    assert read(document).items[0].transcript == "https://cast.example.org/de.txt"


def test_enclosures_first_sound_is_chosen() -> None:
    found = only(
        "<title>x</title><enclosure url='/i.jpg' type='image/jpeg'/><enclosure url='/v.mp4' type='video/mp4'/>"
        "<enclosure url='/list.m3u' type='audio/x-mpegurl'/><enclosure url='/a.ogg' type=''/>"
        "<enclosure url='/b.mp3' type='audio/mpeg'/>"
    )
    assert found.audio == "https://cast.example.org/a.ogg"


def test_enclosure_film_only_is_taken() -> None:
    assert only("<title>x</title><enclosure url='/v.mp4' type='video/mp4'/>").audio == "https://cast.example.org/v.mp4"


@pytest.mark.parametrize(
    "address",
    ["file:///etc/passwd", "edl://x", "memory://x", "lavf://x", "smb://h/x.mp3", "javascript:alert(1)", "unix:/x", ""],
)
def test_enclosure_not_http_is_left_out(address: str) -> None:
    found = only(f"<title>x</title><description>words</description><enclosure url='{address}' type='audio/mpeg'/>")
    assert found.audio is None


def test_base_of_another_scheme_is_ignored() -> None:
    (found,) = read(
        "<rss><channel xml:base='file:///etc/'><title>T</title><item xml:base='file:///x/'><title>x</title>"
        "<enclosure url='a.mp3' type='audio/mpeg'/></item></channel></rss>"
    ).items
    assert found.audio == "https://cast.example.org/shows/a.mp3"


def test_item_without_sound_is_kept_for_narration() -> None:
    found = only("<title>x</title><description>words</description>")
    assert (found.audio, found.summary) == (None, "words")


def test_item_without_title_is_called_by_its_words() -> None:
    assert only("<description>Some words about it</description>").title == "Some words about it"


def test_item_that_says_nothing_is_left_out() -> None:
    assert read(feed("<item><guid>x</guid></item>")).items == ()


def test_summary_has_no_script_and_notes_stay_raw() -> None:
    found = only(
        "<title>x</title><description>&lt;script&gt;alert(1)&lt;/script&gt;&lt;p&gt;Seen&lt;/p&gt;</description>"
    )
    assert found.summary == "Seen"
    assert "<script>" in found.notes


def test_markup_that_was_not_escaped_counts_as_words() -> None:
    assert only("<title>x</title><description><p>One</p><p>two</p></description>").summary == "One two"


def test_podlove_chapters_are_marks() -> None:
    found = only(
        "<title>x</title><psc:chapters xmlns:psc='http://podlove.org/simple-chapters'>"
        "<psc:chapter start='00:01:00.500' title='B'/><psc:chapter start='0' title='A'/>"
        "<psc:chapter start='?' title='C'/></psc:chapters>"
    )
    assert found.marks == (Chapter(0.0, "A"), Chapter(60.5, "B"))


def test_media_group_gives_sound_and_length() -> None:
    (found,) = read(
        "<rss xmlns:m='http://search.yahoo.com/mrss/'><channel><title>T</title><item><title>x</title><m:group>"
        "<m:content url='/a.mp3' type='audio/mpeg' duration='61'/></m:group><m:title>not this</m:title>"
        "</item></channel></rss>"
    ).items
    assert (found.title, found.audio, found.duration) == ("x", "https://cast.example.org/a.mp3", 61.0)


def test_rdf_items_beside_the_channel_are_read() -> None:
    found = read(
        "<rdf:RDF xmlns:rdf='http://www.w3.org/1999/02/22-rdf-syntax-ns#' xmlns='http://purl.org/rss/1.0/'>"
        "<channel><title>T</title></channel><item><title>x</title><description>d</description></item></rdf:RDF>"
    )
    assert (found.title, [entry.title for entry in found.items]) == ("T", ["x"])


# -- Atom and JSON -------------------------------------------------------------------------------------


@pytest.mark.parametrize("prefix", ["", "atom:"])
def test_atom_is_read(prefix: str) -> None:
    p = prefix
    xmlns = f"xmlns{':atom' if prefix else ''}='http://www.w3.org/2005/Atom'"
    found = read(
        f"<{p}feed {xmlns}><{p}title>Atoms</{p}title><{p}link href='https://a.org/'/><{p}entry><{p}id>urn:1</{p}id>"
        f"<{p}title type='html'>&lt;b&gt;Bold&lt;/b&gt; one</{p}title><{p}published>2024-01-05T10:00:00Z</{p}published>"
        f"<{p}link rel='enclosure' type='audio/mpeg' href='/a.mp3'/><{p}link href='/e/1'/><{p}category term='Tech'/>"
        f"<{p}author><{p}name>n</{p}name></{p}author><{p}source><{p}title>not this</{p}title></{p}source>"
        f"<{p}content type='xhtml'><div xmlns='http://www.w3.org/1999/xhtml'><p>Two</p><p>lines</p></div></{p}content>"
        f"</{p}entry></{p}feed>"
    )
    (entry,) = found.items
    assert (found.title, found.link) == ("Atoms", "https://a.org/")
    assert (entry.guid, entry.title, entry.summary, entry.keywords) == ("urn:1", "Bold one", "Two lines", ("Tech",))
    assert (entry.audio, entry.link) == ("https://cast.example.org/a.mp3", "https://cast.example.org/e/1")
    assert entry.published == datetime(2024, 1, 5, 10, tzinfo=UTC).timestamp()


def test_json_feed_is_read() -> None:
    document: dict[str, Any] = {
        "version": "https://jsonfeed.org/version/1.1", "title": "J", "home_page_url": "https://j.org/",
        "items": [
            {"id": 7, "title": "x", "content_html": "<p>Hi</p>", "date_published": "2024-01-05T10:00:00+01:00",
             "tags": ["t", 3], "url": "/e",
             "attachments": [{"url": "a.mp3", "mime_type": "audio/mpeg", "duration_in_seconds": 61}]},
            {"id": "\ud800", "content_text": "a < c"}, "nonsense", {"id": "empty"},
        ],
    }  # fmt: skip
    found = read(json.dumps(document))
    first, second = found.items
    assert (found.title, found.link) == ("J", "https://j.org/")
    assert (first.guid, first.summary, first.duration, first.keywords) == ("7", "Hi", 61.0, ("t",))
    assert first.audio == "https://cast.example.org/shows/a.mp3"
    assert (second.guid, second.summary) == ("\ufffd", "a < c")


@pytest.mark.parametrize("document", ["{}", "[]", '{"items": 3}', "{", "[" * 100_000, '{"a":' * 50_000])
def test_json_that_is_no_feed_is_an_error(document: str) -> None:
    with pytest.raises(FeedError):
        read(document)


# -- values --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "size"), [(" 480000 ", 480_000), ("0", None), ("", None), ("abc", None), ("-1", None), ("9" * 99, None)]
)
def test_size_that_a_feed_states(text: str, size: int | None) -> None:
    assert to_size(text) == size


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("754", 754.0), ("12:34", 754.0), ("1:02:03", 3723.0), ("01:02:03.500", 3723.5), ("61:08", 3668.0),
        ("12 min", 720.0), ("1:00 minutes", 60.0),
        ("PT1H2M3S", 3723.0), ("1 h 2 min", 3720.0), ("90s", 90.0), ("PT", None),
        ("0", None), ("00:00", None), ("-5", None), ("", None), ("9" * 5000, None), ("1e9", None),
        ("359999999996400", None), ("nan", None), ("١٢", 12.0), ("754.6", 754.6),
    ],
)  # fmt: skip
def test_duration_spellings(text: str, seconds: float | None) -> None:
    assert to_duration(text) == seconds


@pytest.mark.parametrize(
    "text",
    [
        "Fri, 05 Jan 2024 10:00:00 +0000", "Fri, 05 Jan 2024 10:00:00 GMT", "5 Jan 24 10:00 UT", "2024-01-05T10:00:00Z",
        "2024-01-05T12:00:00+02:00", "20240105T100000Z", "Fri, 5 January 2024 05:00:00 EST", "2024-01-05 10:00:00",
        "Friday, 05-Jan-24 10:00:00 GMT", "Fr, 05 Jan 2024 10:00:00.123 +0000",
        "Fri,05 Jan 2024 10:00:00 GMT", "05 Jan 2024 10:00 AM", "Fri Jan  5 10:00:00 2024", "2024/01/05 10:00:00",
        "05 Jan 2024 12:00:00 PM +0200", "Fri Jan 05 11:00:00 +0100 2024", "Fri Jan 5 2024 02:00:00 PST",
        "Fri, Jan 05 2024 10:00:00 AM", "Fri, 5 Jan 2024 04:0:0 CST", "2024/1/5 10:00:00", "2024-01-05T12:00:0+02:00",
        "Thu, 04 Jan 2024 34:00:00 GMT",
    ],
)  # fmt: skip
def test_date_spellings(text: str) -> None:
    assert to_time(text) == datetime(2024, 1, 5, 10, tzinfo=UTC).timestamp()


@pytest.mark.parametrize("text", ["Fri, 05 Jan 2024", "2024-01-05", "January 5, 2024", "05 Jan 2024"])
def test_date_without_time_is_the_day(text: str) -> None:
    assert to_time(text) == datetime(2024, 1, 5, tzinfo=UTC).timestamp()


@pytest.mark.parametrize(
    "text",
    [
        "", "yesterday", "32 Jan 2024", "9999999999", "2024-13-01", "31 Foo 2024", "0000-00-00",
        "1970-01-01T00:00:00Z", "Thu, 01 Jan 1970 00:00:00 -0500", "Wed, 31 Dec 1969 16:00:00 -0800",
    ],
)  # fmt: skip
def test_date_nonsense_is_unknown(text: str) -> None:
    assert to_time(text) is None
