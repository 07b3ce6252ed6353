"""The recording, transcript and texts of an item are chosen and cleaned."""

import re

import pytest

from tests.present import present
from tests.sources.reading import only, read
from tests.sources.server import feed
from tui_pod.core.text.clean import SUMMARY_LIMIT
from tui_pod.core.text.html_text import MAX_HTML
from tui_pod.net.address import REFUSED, AddressError, origin
from tui_pod.net.login import Login
from tui_pod.shelf.published import PublishedItem
from tui_pod.sources.items import (
    Enclosure,
    best_audio,
    best_transcript,
    make_item,
    to_keywords,
)


def test_enclosures_first_sound_is_chosen() -> None:
    found = only(
        "<title>x</title><enclosure url='/i.jpg' type='image/jpeg'/><enclosure url='/v.mp4' type='video/mp4'/>"
        "<enclosure url='/list.m3u' type='audio/x-mpegurl'/><enclosure url='/a.ogg' type=''/>"
        "<enclosure url='/b.mp3' type='audio/mpeg'/>"
    )
    assert found.audio == "https://cast.example.org/a.ogg"


@pytest.mark.parametrize(
    "address",
    ["file:///etc/passwd", "edl://x", "memory://x", "lavf://x", "smb://h/x.mp3", "javascript:alert(1)", "unix:/x", ""],
)
def test_enclosure_not_http_is_refused_and_not_left_out(address: str) -> None:
    found = only(f"<title>x</title><description>words</description><enclosure url='{address}' type='audio/mpeg'/>")
    assert found.audio == f"{REFUSED}{address}"
    with pytest.raises(AddressError, match=f"“”|{re.escape(address)}"):
        origin(found.audio)


def test_item_that_says_nothing_is_left_out() -> None:
    assert read(feed("<item><guid>x</guid></item>")).items == ()
    found = only(f"<guid> {'g' * 2_001} </guid><description>Some words about it</description>")
    assert (found.title, found.audio, found.summary) == ("Some words about it", None, "Some words about it")
    assert found.guid == "g" * 2_000


def test_summary_has_no_script_and_notes_stay_raw() -> None:
    found = only(
        "<title>x</title><description>&lt;script&gt;alert(1)&lt;/script&gt;&lt;p&gt;Seen&lt;/p&gt;</description>"
    )
    assert found.summary == "Seen"
    assert "<script>" in found.notes


def made(*texts: str, audio: Enclosure | None = None, **changes: str) -> PublishedItem:
    found = present(make_item(PublishedItem("g", changes.pop("title", "x")), texts, audio, **changes))
    return found


@pytest.mark.parametrize(
    ("texts", "summary", "notes"),
    [
        (["Short", "Longer text"], "Short", ""),
        (["", "One", "Two<b>"], "One", "Two<b>"),
        (["One\nline"], "One line", "One\nline"),
        (["<p></p>", "Two"], "Two", "<p></p>"),
        (["<p></p>", "<b></b>", "Three"], "", "<p></p>"),
        ([], "", ""),
    ],
)
def test_summary_is_the_first_text_and_notes_the_longest_if_they_say_more(
    texts: list[str], summary: str, notes: str
) -> None:
    assert (made(*texts).summary, made(*texts).notes) == (summary, notes)


def test_notes_of_more_than_a_summary_are_kept_up_to_the_limit() -> None:
    assert made("x" * SUMMARY_LIMIT).notes == ""
    assert made("x" * (SUMMARY_LIMIT + 1)).notes == "x" * (SUMMARY_LIMIT + 1)
    assert len(made("x" * (MAX_HTML + 1)).notes) == MAX_HTML


def test_lines_of_tags_follow_the_notes_or_the_subtitle() -> None:
    assert made("Text", lines="A\nB\n").notes == "Text<p>A<br>B</p>"
    assert made(subtitle="a < b", lines="A").notes == "a &lt; b<p>A</p>"
    assert made("x" * MAX_HTML, lines="A\n").notes == "x" * (MAX_HTML - 8) + "<p>A</p>"
    assert made(subtitle="Only this").summary == "Only this"


def test_title_is_made_of_the_first_80_characters() -> None:
    assert made("word " * 40, title=" ").title == ("word " * 16).strip()[:79].rstrip() + "…"


def test_length_is_the_items_own_or_that_of_its_recording() -> None:
    audio = Enclosure("https://a.org/1.mp3", duration=7.0, size=9)
    assert (made(audio=audio).duration, made(audio=audio).size) == (7.0, 9)
    own = present(make_item(PublishedItem("g", "x", duration=5.0), [], audio))
    assert own.duration == 5.0


@pytest.mark.parametrize(
    ("text", "keywords"),
    [
        ("a, b,,a ", ("a", "b")),
        (" ,, ", ()),
        (",".join(str(n) for n in range(21)), tuple(str(n) for n in range(20))),
        ("x" * 61, ("x" * 59 + "…",)),
        ("," * 3_999 + "ab", ("a",)),
    ],
    ids=["twice", "none", "many", "long", "far on"],
)
def test_keywords_are_few_and_short(text: str, keywords: tuple[str, ...]) -> None:
    assert to_keywords(text) == keywords


def test_login_in_the_address_of_a_recording_is_kept_apart() -> None:
    best = present(best_audio([Enclosure(" HTTPS://ann:s3@a.org/1.mp3 ")], "https://a.org/"))
    assert (best.address, best.login) == ("https://a.org/1.mp3", Login(("https", "a.org", 443), "ann", "s3"))
    plain = present(best_audio([Enclosure("/@ann/1.mp3")], "https://a.org/"))
    assert (plain.address, plain.login) == ("https://a.org/@ann/1.mp3", None)


@pytest.mark.parametrize(
    ("offered", "best"),
    [
        ([("/a", "application/json", ""), ("/b.vtt", "", "")], "/a"),
        (
            [("/a", "text/plain", ""), ("/b", "text/html", ""), ("/c", "application/srt", ""), ("/d", "text/vtt", "")],
            "/d",
        ),
        ([("/a.txt", "", ""), ("/b.srt?x=.json", "", "")], "/b.srt?x=.json"),
        ([("/a", "", ""), ("/b", "text/plain", "")], "/b"),
        ([("/a", "text/vtt", "EN-us"), ("/b", "text/plain", "de")], "/b"),
        ([("/a", "text/vtt", ""), ("/b", "text/plain", "de")], "/a"),
        ([("file:///a.vtt", "text/vtt", "")], None),
        ([], None),
    ],
)
def test_transcript_is_chosen_by_language_and_format(offered: list[tuple[str, str, str]], best: str | None) -> None:
    assert best_transcript(offered, "https://a.org/", "de-AT") == (f"https://a.org{best}" if best else None)


@pytest.mark.parametrize("kind", ["audio/mpeg", "text/html", "application/pdf", "audio/x-mpegurl", "", "?/x"])
@pytest.mark.parametrize(
    "address",
    ["/a", "/a.mp3", "/a.m3u", "/a.m3u8?x=1", "/a.pls", "/a.html", "/a.pdf", "ftp://a.org/1", "magnet:?xt=1",
     "file:///etc/passwd", "https://[1", "https://a.org:99999/"],
)  # fmt: skip
def test_item_with_an_enclosure_never_is_one_without(kind: str, address: str) -> None:
    """Its address may be refused, but never looks like a path: the item is not narrated instead."""
    best = present(best_audio([Enclosure(address, kind)], "https://a.org/"))
    assert best.address.startswith("https://a.org/") or best.address == f"{REFUSED}{address}"
    assert best_audio([Enclosure(address, kind), Enclosure("/own.mp3", "audio/mpeg")], "https://a.org/") in (
        Enclosure("https://a.org/own.mp3", "audio/mpeg"), best,
    )  # fmt: skip


@pytest.mark.parametrize(
    "enclosure",
    [Enclosure("/a.png"), Enclosure("/a", "image/jpeg"), Enclosure("/a", "text/", is_attached=False), Enclosure("")],
)
def test_picture_is_no_recording(enclosure: Enclosure) -> None:
    assert best_audio([enclosure], "https://a.org/") is None
