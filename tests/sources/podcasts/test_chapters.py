import json

import pytest

from tui_pod.core.player.snapshot import Chapter
from tui_pod.sources.podcasts.chapters import notes_chapters, parse_chapters


def test_chapters_file_is_read_in_order_without_silent_ones() -> None:
    chapters = [
        {"startTime": 60.5, "title": "Two"},
        {"startTime": 0, "title": "One\x1b[2J"},
        {"startTime": 30, "title": "Advert", "toc": False},
        {"startTime": "00:02:00", "title": "Three"},
        {"startTime": 90},
    ]
    assert parse_chapters("\ufeff" + json.dumps({"version": "1.2.0", "chapters": chapters})) == (
        Chapter(0.0, "One[2J"),
        Chapter(60.5, "Two"),
        Chapter(90.0, ""),
        Chapter(120.0, "Three"),
    )


@pytest.mark.parametrize(
    "text",
    [
        "", "[]", "{}", '{"chapters": 3}',
        '{"chapters": [3, {}, {"startTime": null}, {"startTime": -1}]}', "[" * 100_000,
        '{"chapters": [{"startTime": NaN}, {"startTime": Infinity}, {"startTime": true}, {"startTime": 1e300}]}',
    ],
)  # fmt: skip
def test_chapters_nonsense_is_none(text: str) -> None:
    assert parse_chapters(text) == ()


def test_time_codes_in_notes_are_chapters() -> None:
    notes = "In this one:\n00:00 Intro\n• [05:30] – The middle\n(1:02:03) The end\nThanks!"
    assert notes_chapters(notes) == (Chapter(0.0, "Intro"), Chapter(330.0, "The middle"), Chapter(3723.0, "The end"))


def test_time_codes_after_their_titles_are_chapters() -> None:
    assert notes_chapters("Intro - 00:00\nEnd (12:00)") == (Chapter(0.0, "Intro"), Chapter(720.0, "End"))


@pytest.mark.parametrize(
    "notes",
    [
        "One remark at 12:30 only", "12:30 Alone", "10:00 Later\n05:00 Earlier", "Ratio 4:33\nScore 3:21", "",
        "We meet at 10:30 in the hall and at 11:00 we leave for the mountains, as every year since long ago",
    ],
)  # fmt: skip
def test_time_codes_that_are_no_chapters(notes: str) -> None:
    assert notes_chapters(notes) == ()


def test_time_codes_beyond_the_end_are_no_chapters() -> None:
    assert notes_chapters("00:00 A\n05:00 B\n59:00 C", 600.0) == (Chapter(0.0, "A"), Chapter(300.0, "B"))


@pytest.mark.parametrize(
    "text", ["1:" * 30_000, "( " * 30_000, ("-" * 290 + "\n") * 200, "a(" * 30_000, ("1:11 " * 60 + "\n") * 200]
)
def test_notes_built_to_be_slow_have_no_chapters(text: str) -> None:
    assert notes_chapters(text) == ()


def test_chapters_are_taken_up_to_the_most(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tui_pod.sources.podcasts.chapters.MAX_CHAPTERS", 2)
    entries = [{"startTime": n, "title": "x"} for n in (5, 3, 1)]
    assert [mark.start for mark in parse_chapters(json.dumps({"chapters": entries}))] == [3.0, 5.0]
    assert [mark.start for mark in notes_chapters("0:01 a\n0:02 b\n0:03 c")] == [1.0, 2.0]


def test_chapters_at_one_time_are_one() -> None:
    entries = [{"startTime": 1, "title": "a"}, {"startTime": 1, "title": "b"}, {"startTime": 2, "toc": True}]
    assert parse_chapters(json.dumps({"chapters": entries})) == (Chapter(1.0, "b"), Chapter(2.0, ""))


@pytest.mark.parametrize(
    ("notes", "duration", "starts"),
    [
        ("0:01 a\n0:02 b\n0:03 c", 3.0, [1.0, 2.0]),
        ("0:01 a\n0:02 b", 2.0, []),
        ("0:01 a\n0:02 b", 0.0, [1.0, 2.0]),
        ("0:01 a\n0:01 b", None, []),
        ("0:01 " + "a" * 295 + "\n0:02 b", None, [1.0, 2.0]),
    ],
)
def test_time_codes_count_if_they_rise_within_the_episode(
    notes: str, duration: float | None, starts: list[float]
) -> None:
    assert [mark.start for mark in notes_chapters(notes, duration)] == starts


def test_links_and_pictures_of_chapters_are_read_if_they_are_web_addresses() -> None:
    first = {"startTime": 0, "title": "A", "url": "https://a.example/ä", "img": "https://a.example/1.png"}
    second = {"startTime": 9, "url": "javascript:x", "img": 3}
    assert parse_chapters(json.dumps({"chapters": [first, second]})) == (
        Chapter(0.0, "A", "https://a.example/%C3%A4", "https://a.example/1.png"),
        Chapter(9.0),
    )
