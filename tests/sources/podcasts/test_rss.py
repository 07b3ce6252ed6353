"""The lines of the details from the tags of Podcasting 2.0, and the recordings that those tags offer.

Feeds that are malformed, or built to harm who reads them.
JSON Feed is read like any other feed.
"""

import json
import tracemalloc
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from tests.sources.fuzz import fuzz
from tests.sources.reading import only, read
from tests.sources.server import feed, item
from tui_pod.core.library.show_notes import PodcastFacts
from tui_pod.core.player.snapshot import Chapter
from tui_pod.core.text.clean import is_safe
from tui_pod.core.text.html_text import to_notes
from tui_pod.shelf.published import FeedError, NotAFeed, Published
from tui_pod.sources.podcasts.rss import LINE_LIMIT, parse_feed, tag_line


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
    assert found.ttl == 0.0
    assert read(feed(item(1), "Cast", "<ttl>90</ttl>")).ttl == 90 * 60.0


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


def test_podlove_chapters_are_marks() -> None:
    found = only(
        "<title>x</title><psc:chapters xmlns:psc='http://podlove.org/simple-chapters'>"
        "<psc:chapter start='00:01:00.500' title='B'/>"
        "<psc:chapter start='0' title='A' href='/a' image='ftp://x'/>"
        "<psc:chapter start='?' title='C'/></psc:chapters>"
    )
    assert found.marks == (Chapter(0.0, "A", "https://cast.example.org/a"), Chapter(60.5, "B"))


def test_media_group_gives_sound_and_length() -> None:
    (found,) = read(
        "<rss xmlns:m='http://search.yahoo.com/mrss/'><channel><title>T</title><item><title>x</title><m:group>"
        "<m:content url='/a.mp3' type='audio/mpeg' duration='61'/></m:group><m:title>not this</m:title>"
        "</item></channel></rss>"
    ).items
    assert (found.title, found.audio, found.duration) == ("x", "https://cast.example.org/a.mp3", 61.0)


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


def test_base_of_the_document_holds_until_the_first_item_and_not_for_what_an_item_holds() -> None:
    first, second = read(
        "<rss xml:base='https://a.org/x/'><channel xml:base='file:///etc/'><title>T</title><item><title>1</title>"
        "<enclosure url='1.mp3' type='audio/mpeg'/></item><item><title>2</title>"
        "<description xml:base='https://b.org/'>y</description><enclosure url='2.mp3' type='audio/mpeg'/></item>"
        "</channel></rss>"
    ).items
    assert (first.audio, second.audio) == ("https://a.org/x/1.mp3", "https://a.org/x/2.mp3")


def test_document_that_is_neither_feed_nor_redirect_is_refused() -> None:
    with pytest.raises(NotAFeed):
        read("<html><body><p>Hello</p></body></html>")
    moved = read("<redirect><newLocation>https://new.example.org/feed</newLocation></redirect>")
    assert (moved.is_redirect, moved.moved_to) == (True, "https://new.example.org/feed")


@pytest.mark.parametrize(
    ("stated", "language"),
    [("EN_gb", "en-gb"), ("x" * 30, f"{'x' * 19}…"), (" ", None)],
    ids=["spelling", "long", "none"],
)
def test_language_is_short_and_in_lower_case(stated: str, language: str | None) -> None:
    assert read(feed(item(1), extra=f"<language>{stated}</language>")).language == language


def test_live_item_is_told_only_where_it_belongs() -> None:
    live = "<podcast:liveItem status='live'><title>On air</title></podcast:liveItem>"
    assert "Live now: On air" in read(feed(item(1), extra=live)).summary
    for document in (feed(f"<item><title>x</title>{live}</item>"), feed(item(1), extra=f"<image>{live}</image>")):
        found = read(document)
        assert "On air" not in found.summary + found.items[0].notes


def test_title_and_picture_of_a_channel_are_told_though_its_image_comes_first() -> None:
    image = "<image><title>Not this</title><url> /cover.png </url></image>"
    found = read(f"<rss><channel>{image}<title>Cast</title>{item(1)}</channel></rss>")
    assert (found.title, found.picture) == ("Cast", "https://cast.example.org/cover.png")


@pytest.mark.parametrize(
    ("elements", "picture"),
    [
        ("<itunes:image href='a.png'/>", "https://cast.example.org/shows/a.png"),
        ("<media:thumbnail url='/b.png'/><itunes:image href='/a.png'/>", "https://cast.example.org/b.png"),
        ("<itunes:image href='file:///a.png'/><itunes:image href='/c.png'/>", "https://cast.example.org/c.png"),
        ("<itunes:image/>", None),
        ("", None),
    ],
)
def test_picture_of_an_item_is_the_first_that_can_be_fetched(elements: str, picture: str | None) -> None:
    assert only(f"<title>x</title>{elements}").picture == picture


@pytest.mark.parametrize(
    ("elements", "link"),
    [
        ("<guid>https://a.org/g</guid>", "https://a.org/g"),
        ("<link>javascript:void(0)</link><guid>https://a.org/g</guid>", "https://a.org/g"),
        ("<guid isPermaLink='TRUE'>/g</guid>", "https://cast.example.org/g"),
        ("<guid>/g</guid>", None),
        ("<guid isPermaLink='false'>https://a.org/g</guid>", None),
        ("<link>/l</link><guid>https://a.org/g</guid>", "https://cast.example.org/l"),
        ("<link>/l</link><atom:link rel='alternate' href='/b'/>", "https://cast.example.org/b"),
        ("<atom:link rel='self' href='/s'/><id>https://a.org/i</id>", "https://cast.example.org/s"),
        ("<atom:link rel='related' href='/r'/><id>https://a.org/i</id>", "https://a.org/i"),
        ("<atom:link href='file:///x'/><atom:link href='/b'/>", "https://cast.example.org/b"),
    ],
)
def test_page_of_an_item_is_told_by_the_best_of_its_links(elements: str, link: str | None) -> None:
    assert only(f"<title>x</title>{elements}").link == link


@pytest.mark.parametrize(
    ("elements", "told"),
    [
        ("<itunes:season>2</itunes:season><itunes:episode>E03</itunes:episode>", (2, 3, None, False)),
        ("<podcast:season>4</podcast:season><podcast:episode>5</podcast:episode>", (4, 5, None, False)),
        ("<itunes:season>1</itunes:season><podcast:season>4</podcast:season>", (1, None, None, False)),
        ("<itunes:episodeType> Bonus </itunes:episodeType>", (None, None, "bonus", False)),
        ("<itunes:episodeType>full</itunes:episodeType>", (None, None, None, False)),
        ("<itunes:explicit> Yes</itunes:explicit>", (None, None, None, True)),
        ("<itunes:explicit>clean</itunes:explicit>", (None, None, None, False)),
    ],
)
def test_numbers_and_kind_of_an_item_are_read(elements: str, told: tuple[int, int, str, bool]) -> None:
    found = only(f"<title>x</title>{elements}")
    assert (found.season, found.number, found.type, found.is_explicit) == told


@pytest.mark.parametrize(
    ("attributes", "audio", "size"),
    [
        ("url='/a' medium='audio' fileSize='12'", "/a", 12),
        ("url='/a' type='audio/mpeg' medium='image'", "/a", None),
        ("url='/a' medium='image'", None, None),
        ("url='/a'", None, None),
        ("url='/a.mp3'", "/a.mp3", None),
    ],
)
def test_media_content_is_a_recording_if_it_says_so(attributes: str, audio: str | None, size: int | None) -> None:
    found = only(f"<title>x</title><media:content {attributes}/>")
    assert (found.audio, found.size) == (f"https://cast.example.org{audio}" if audio else None, size)


def test_categories_are_four_deep_and_those_above_others_are_left_out() -> None:
    inner = "".join(f"<itunes:category text='{name}'>" for name in "abcde") + "</itunes:category>" * 5
    again = "<itunes:category text='x'/><itunes:category text='x'/><itunes:category/>"
    found = read(feed(item(1), extra=inner + again))
    assert found.categories == (("a", "b", "c", "d"), ("b", "c", "d", "e"), ("x",))


def test_text_of_unescaped_markup_has_its_breaks() -> None:
    found = only("<title>x</title><description>One<br/>two<b>three</b><li>four</li></description>")
    assert found.notes == "One\ntwothree\nfour"
    assert only("<title>x</title><description><p>One</p><p>two</p></description>").summary == "One two"
    assert only("<title type='html'>&lt;b&gt;A&lt;/b&gt;</title>").title == "A"
    assert only("<title>&lt;b&gt;A&lt;/b&gt;</title>").title == "<b>A</b>"
    found = only("<title>x</title><pubDate>soon</pubDate><dc:date>2024-01-05</dc:date><updated>2024-01-06</updated>"
                 "<category label='A' term='B'/><itunes:keywords>D</itunes:keywords>"
                 "<duration xmlns='http://www.itunes.com/dtds/podcast-1.0.dtd'>60</duration>")  # fmt: skip
    assert found.published == datetime(2024, 1, 5, tzinfo=UTC).timestamp()
    assert (found.keywords, found.duration) == (("D", "A"), 60.0)
    terms = "<a:issued xmlns:a='http://purl.org/dc/terms/'>2024-01-05</a:issued>"
    assert only(f"<title>x</title><updated>2024-01-06</updated>{terms}").published == found.published


def test_items_chapters_and_links_are_taken_up_to_the_most(monkeypatch: pytest.MonkeyPatch) -> None:
    rss = "tui_pod.sources.podcasts.rss"
    monkeypatch.setattr(f"{rss}.MAX_CHAPTERS", 2)
    marks = "".join(f"<psc:chapter start='{n}' title='{n}'/>" for n in range(3))
    links = "<podcast:transcript url='/a.vtt'/><enclosure url='/a.mp3'/>"
    assert [mark.title for mark in only(f"<title>x</title>{marks}").marks] == ["0", "1"]
    monkeypatch.setattr(f"{rss}.MAX_LINKS", 1)
    found = only(f"<title>x</title>{links}")
    assert (found.transcript, found.audio) == ("https://cast.example.org/a.vtt", None)
    monkeypatch.setattr(f"{rss}.MAX_ITEMS", 2)
    assert len(read(feed(item(1) + item(2) + item(3))).items) == 2


def test_what_follows_the_items_is_of_the_channel() -> None:
    found = read(
        f"<rss><channel>{item(1)}<title>Cast</title><ttl>60</ttl>{item(2)}<language>de</language></channel></rss>"
    )
    assert (found.title, found.ttl, found.language, len(found.items)) == ("Cast", 3600.0, "de", 2)


@pytest.mark.parametrize(
    ("outer", "source", "size"),
    [
        ("type='audio/mpeg' length='7'", "uri='/a'", 7),
        ("type='image/png'", "uri='/a' contentType='audio/mpeg'", None),
        ("", "uri='/a' contentType='audio/mpeg'", None),
    ],
)
def test_source_of_an_alternate_enclosure_says_its_type_or_has_the_outer_one(
    outer: str, source: str, size: int | None
) -> None:
    alternate = f"<podcast:alternateEnclosure {outer}><podcast:source {source}/></podcast:alternateEnclosure>"
    found = only(f"<title>x</title>{alternate}")
    assert (found.audio, found.size) == ("https://cast.example.org/a", size)


ADDRESS = "https://pod.example/feed"


def parsed(item: str = "", channel: str = "") -> Published:
    text = (
        f'<rss xmlns:podcast="https://podcastindex.org/namespace/1.0"><channel><title>T</title>{channel}'
        f"<item><title>One</title><guid>1</guid>{item}</item></channel></rss>"
    )
    return parse_feed(text.encode(), ADDRESS)


def details(item: str) -> list[str]:
    return to_notes(parsed(item).items[0].notes).splitlines()


def test_persons_and_soundbites_are_lines_of_the_details() -> None:
    lines = details(
        "<description>Short.</description>"
        '<podcast:person role="guest" href="https://ann.example/">Ann &amp; Lee</podcast:person>'
        "<podcast:person>Bo</podcast:person><podcast:person></podcast:person>"
        '<podcast:soundbite startTime="65.5" duration="30">The point</podcast:soundbite>'
        '<podcast:soundbite startTime="3700" duration="30"/><podcast:soundbite startTime="x" duration="3"/>'
    )
    assert [line for line in lines if line] == [
        "Short.",
        "Guest: Ann & Lee (https://ann.example/)",
        "Host: Bo",
        "Soundbite: The point (at 1:05, 30 s)",
        "Soundbite: (at 1:01:40, 30 s)",
    ]


def test_funding_trailers_and_live_items_are_lines_of_the_podcast() -> None:
    feed = parsed(
        channel="<description>About it.</description>"
        '<podcast:funding url="https://give.example/">Join us</podcast:funding>'
        '<podcast:trailer pubdate="x" url="https://pod.example/t.mp3">Season 2</podcast:trailer>'
        '<podcast:liveItem status="live" start="2026-11-28T18:00Z"><title>On air</title><guid>live</guid>'
        '<enclosure url="https://live.example/a" type="audio/mpeg"/>'
        '<podcast:contentLink href="https://live.example/page">Watch</podcast:contentLink></podcast:liveItem>'
        '<podcast:liveItem status="ended"><title>Over</title></podcast:liveItem>'
    )
    assert feed.summary.splitlines() == [
        "About it.",
        "Support: Join us (https://give.example/)",
        "Trailer: Season 2 (https://pod.example/t.mp3)",
        "Live now: On air · 2026-11-28T18:00Z (https://live.example/page)",
    ]
    assert (feed.title, [item.title for item in feed.items]) == ("T", ["One"])


def test_recommended_podcasts_and_comments_are_lines() -> None:
    feed = parsed(
        '<podcast:socialInteract protocol="activitypub" uri="https://social.example/@ann/1" accountId="@ann"/>'
        '<podcast:socialInteract protocol="disabled"/><podcast:socialInteract protocol="nostr" uri="nostr:note1"/>',
        '<podcast:podroll><podcast:remoteItem feedGuid="1" feedUrl="https://a.example/f" title="A (UK)"/>'
        '<podcast:remoteItem feedGuid="2" feedUrl="https://b.example/f"/><podcast:remoteItem feedGuid="3"/>'
        '<podcast:remoteItem feedGuid="4" feedUrl="javascript:x" title="No"/></podcast:podroll>'
        '<podcast:remoteItem feedGuid="5" feedUrl="https://c.example/f" title="No podroll"/>',
    )
    assert feed.summary.splitlines() == [
        "Recommends: A (UK) (https://a.example/f)",
        "Recommends: https://b.example/f",
    ]
    facts = PodcastFacts("https://pod.example/", f"Ours (https://x.example).\n{feed.summary}\nRecommends: nothing")
    assert facts.recommended == {"https://a.example/f": "A (UK)", "https://b.example/f": "https://b.example/f"}
    assert to_notes(feed.items[0].notes) == "Comments: @ann (https://social.example/@ann/1)"


def test_hostile_lines_are_cleaned() -> None:
    said = "".join(f'<podcast:person href="javascript:x">A{n} &lt;script&gt;</podcast:person>' for n in range(500))
    assert details(said) == [f"Host: A{n}" for n in range(50)]


ALTERNATE = (
    '<podcast:alternateEnclosure type="audio/opus" length="9"><podcast:source uri="ipfs://x"/>'
    '<podcast:source uri="https://pod.example/a.opus"/></podcast:alternateEnclosure>'
)
FILM = '<podcast:alternateEnclosure type="video/mp4"><podcast:source uri="https://pod.example/a.mp4"/>' \
       "</podcast:alternateEnclosure>"  # fmt: skip


@pytest.mark.parametrize(
    ("item", "audio"),
    [
        (ALTERNATE, "https://pod.example/a.opus"),
        (FILM, "https://pod.example/a.mp4"),
        ('<enclosure url="https://pod.example/i.png" type="image/png"/>' + FILM, "https://pod.example/a.mp4"),
        (FILM + ALTERNATE, "https://pod.example/a.opus"),
        ('<enclosure url="https://pod.example/v.mp4" type="video/mp4"/>' + ALTERNATE, "https://pod.example/a.opus"),
        ('<enclosure url="https://pod.example/v.mp4" type="video/mp4"/>' + FILM, "https://pod.example/v.mp4"),
        (ALTERNATE + '<enclosure url="https://pod.example/a.mp3" type="audio/mpeg"/>', "https://pod.example/a.mp3"),
        (ALTERNATE + '<enclosure url="https://pod.example/play/1"/>', "https://pod.example/play/1"),
    ],
)
def test_alternate_enclosure_is_used_where_there_is_no_other_audio(item: str, audio: str) -> None:
    assert parsed(item).items[0].audio == audio


@pytest.mark.parametrize(
    ("key", "text", "attributes", "line"),
    [
        ("podcast:person", "Ann", {"role": "guest host"}, "Guest host: Ann"),
        ("podcast:person", "Ann", {"role": "x" * 50}, f"X{'x' * 38}…: Ann"),
        ("podcast:funding", "", {"url": "https://a"}, '<a href="https://a">Support: the podcast</a>'),
        ("podcast:funding", "Join", {}, ""),
        ("podcast:funding", "Join", {"url": "javascript:x"}, "Support: Join"),
        ("podcast:trailer", "", {"url": "http://a"}, '<a href="http://a">Trailer: without a title</a>'),
        ("podcast:trailer", "Season 2", {}, ""),
        ("podcast:soundbite", "The point", {"startTime": "0"}, "Soundbite: The point (at 0:00, 0 s)"),
        ("podcast:soundbite", "A", {"startTime": "3599", "duration": "5.6"}, "Soundbite: A (at 59:59, 6 s)"),
        ("podcast:soundbite", "A", {"startTime": "3600", "duration": "5"}, "Soundbite: A (at 1:00:00, 5 s)"),
        ("podcast:liveitem", "On air", {}, "Live soon: On air"),
        ("podcast:liveitem", "On air", {"status": "LIVE"}, "Live now: On air"),
        ("podcast:liveitem", "", {"start": "today"}, "Live soon: today"),
        ("podcast:liveitem", "", {"status": "live"}, ""),
        ("podcast:liveitem", "Over", {"status": "ended", "start": "today"}, ""),
        ("podcast:chat", "Hello", {"href": "https://a"}, ""),
        ("podcast:person", "A < B", {"href": " https://a?b&c "}, '<a href="https://a?b&amp;c">Host: A &lt; B</a>'),
        ("podcast:person", "A", {"href": "https://a", "url": "https://b"}, '<a href="https://a">Host: A</a>'),
    ],
)
def test_element_is_a_line_with_its_link_or_nothing(key: str, text: str, attributes: dict[str, str], line: str) -> None:
    assert tag_line(key, text, attributes) == line


def test_line_is_cut_before_its_link() -> None:
    assert len(tag_line("podcast:person", "x" * 400, {})) == LINE_LIMIT + len("Host: ")


@pytest.mark.parametrize("document", ["", "hello", "<html><body>Not here</body></html>", "<!DOCTYPE html><p>x", "<a/>"])
def test_page_instead_of_feed_is_an_error(document: str) -> None:
    with pytest.raises(FeedError, match="not a feed"):
        read(document)


def test_item_with_a_million_of_something_takes_some() -> None:
    found = only("<title>x</title>" + "<category>a b c d</category>" * 20_000 + "<enclosure url='a b'/>" * 20_000)
    assert found.keywords == ("a b c d",)


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


def test_mutated_documents_neither_crash_nor_expand_entities(tmp_path: Path) -> None:
    fuzz(800, 0, tmp_path)


@pytest.mark.parametrize(("ident", "guid"), [(10**15 - 1, "999999999999999"), (10**15, ""), (True, "")])
def test_number_is_an_id_while_it_is_exact(ident: object, guid: str) -> None:
    items = [{"id": ident, "title": "x", "content_text": "y"}]
    (found,) = read(json.dumps({"version": "https://jsonfeed.org/version/1.1", "title": "J", "items": items})).items
    assert found.guid == guid


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


def test_entities_in_titles_of_a_json_feed_are_read() -> None:
    document = {"title": "A &amp; B", "language": "de", "items": [{"id": "1", "title": "One &#8211; two"}]}
    found = read(json.dumps(document))
    assert (found.title, found.language, found.items[0].title) == ("A & B", "de", "One – two")


def test_cover_of_a_json_feed_is_its_icon() -> None:
    item = {"id": "1", "title": "T", "image": "/i.png", "attachments": [{"url": "/a.mp3", "mime_type": "audio/mpeg"}]}
    found = read(json.dumps({"title": "F", "icon": "/f.png", "items": [item]}))
    assert (found.picture, found.items[0].picture) == (
        "https://cast.example.org/f.png",
        "https://cast.example.org/i.png",
    )
