"""The recording, transcript and texts of an item are chosen and cleaned."""

from __future__ import annotations

import pytest

from tests.feeds.reading import only, read
from tests.feeds.server import feed


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


@pytest.mark.parametrize(
    ("own", "other", "chosen"),
    [
        ("video/mp4", "audio/mpeg", "/other"),
        ("video/mp4", "video/mp4", "/own"),
        ("audio/mpeg", "audio/mpeg", "/own"),
        ("image/png", "video/mp4", "/other"),
    ],
)
def test_alternate_enclosure_is_chosen_instead_of_none_or_as_sound_instead_of_a_film(
    own: str, other: str, chosen: str
) -> None:
    found = only(
        f"<title>x</title><enclosure url='/own' type='{own}'/>"
        f"<podcast:alternateEnclosure type='{other}'><podcast:source uri='/other'/></podcast:alternateEnclosure>"
    )
    assert (found.audio or "").endswith(chosen)
