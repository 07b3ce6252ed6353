"""The lines of the details from the tags of Podcasting 2.0, and the recordings that those tags offer."""

import pytest

from tui_pod.core.library.show_notes import PodcastFacts
from tui_pod.core.text.html_text import to_notes
from tui_pod.shelf.published import Published
from tui_pod.sources.podcasts.rss import LINE_LIMIT, parse_feed, tag_line

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
