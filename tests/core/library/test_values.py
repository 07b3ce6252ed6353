"""Sizes, lengths, dates and types, as feeds write them."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from tests.sources.reading import read
from tui_pod.core.library.catalog import DURATION_FAULT
from tui_pod.core.library.values import recording_rank, to_duration, to_number, to_seconds, to_size, to_time


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


@pytest.mark.parametrize(
    "text",
    [
        "", "yesterday", "32 Jan 2024", "9999999999", "2024-13-01", "31 Foo 2024", "0000-00-00",
        "1970-01-01T00:00:00Z", "Thu, 01 Jan 1970 00:00:00 -0500", "Wed, 31 Dec 1969 16:00:00 -0800",
    ],
)  # fmt: skip
def test_date_nonsense_is_unknown(text: str) -> None:
    assert to_time(text) is None
    assert to_time("1970-01-01T00:00:01Z") == 1.0
    years = [datetime.fromtimestamp(to_time(f"1 Jan {year}") or 0, UTC).year for year in ("69", "71", "00", "2101")]
    assert years == [2069, 1971, 2000, 2101]


@pytest.mark.parametrize(
    ("text", "seconds"),
    [("0", 0.0), ("1:30", 90.0), ("01:02:03.5", 3723.5), ("90.25", 90.25), ("x", None), ("", None), ("-1", None)],
)
def test_to_seconds_spellings(text: str, seconds: float | None) -> None:
    assert to_seconds(text) == seconds


@pytest.mark.parametrize(
    ("kind", "address", "rank"),
    [
        ("audio/mpeg", "/a.jpg", 0), ("video/mp4", "/a", 1), ("application/octet-stream", "/a.MP3?x=1", 0),
        ("text/html", "/a.mp3#t", 0), ("", "/a.mov", 1), ("", "/a", 2), ("", "/a.jpg", None), ("image/png", "/a", None),
        ("audio/x-mpegurl", "/a", 3), ("audio/x-scpls", "/a.mp3", 0), ("", "/a.M3U8?x", 3),
        ("audio/mpeg; charset=x", "/a", 0),
    ],
)  # fmt: skip
def test_rank_of_a_recording_is_by_its_type_and_then_by_its_ending(kind: str, address: str, rank: int | None) -> None:
    assert recording_rank(kind, f"https://c.org{address}") == rank


def test_attached_files_of_any_type_but_pictures_are_what_plays() -> None:
    published = read((Path(__file__).parents[2] / "sources" / "fixtures" / "types.xml").read_bytes())
    attached = [entry.title for entry in published.items if entry.audio]
    assert attached == ["mp3", "x-audio", "audio", "html", "mpeg", "file", "octets", "none", "page", "book", "list"]


@pytest.mark.parametrize(
    ("text", "hour"),
    [
        ("05 Jan 2024 12:00 AM", 0), ("05 Jan 2024 12:00 PM", 12), ("05 Jan 2024 1:00 pm", 13),
        ("05 Jan 2024 10:00 +0130", 8.5), ("05 Jan 2024 10:00 -01:30", 11.5), ("05 Jan 2024 10:00 +2400", 10),
        ("05 Jan 2024 10:00 CEST", 8), ("05 Jan 2024 10:00 PDT", 17), ("05 Jan 2024 10:00 XYZ", 10),
        ("Fri, 05 Jan 2024", 0), ("2024-01-05", 0), ("January 5, 2024", 0), ("05 Jan 2024", 0),
        ("2024-01-05T10:30Z", 10.5), ("2024-01-05T10:00:36Z", 10.01),
    ],
)  # fmt: skip
def test_hour_and_zone_of_a_date_are_read(text: str, hour: float) -> None:
    assert to_time(text) == datetime(2024, 1, 5, tzinfo=UTC).timestamp() + 3600 * hour


@pytest.mark.parametrize(("text", "number"), [
    ("3", 3), ("3.0", 3), ("S3", 3), ("Episode 12", 12), ("#7", 7), ("0", 0), ("3.5", None), ("", None), ("x", None),
    ("1234567", None),
])  # fmt: skip
def test_number_of_a_season_or_episode_is_read(text: str, number: int | None) -> None:
    assert to_number(text) == number


def test_longest_length_and_size_are_believed_and_no_longer_ones() -> None:
    assert to_duration(f"{DURATION_FAULT:.0f}") == DURATION_FAULT
    assert to_duration(f"{DURATION_FAULT + 1:.0f}") is None
    assert (to_size("9" * 15), to_size("9" * 16)) == (10**15 - 1, None)
    assert to_duration("1h 1m 1s") == 3661.0


@pytest.mark.parametrize("number", range(1, 13))
def test_month_is_told_by_its_first_letters_or_its_number(number: int) -> None:
    when = datetime(2024, number, 5, tzinfo=UTC)
    for text in (f"5 {when:%b} 2024", f"Fri, 5 {when:%B} 2024", f"2024-{number:02}-05", f"2024/{number}/5"):
        assert to_time(text) == when.timestamp()


@pytest.mark.parametrize(
    ("zone", "hours"),
    [("EDT", -4), ("EST", -5), ("CDT", -5), ("CST", -6), ("MDT", -6), ("MST", -7), ("PDT", -7), ("PST", -8),
     ("CET", 1), ("CEST", 2), ("BST", 1), ("EET", 2), ("EEST", 3), ("JST", 9), ("GMT", 0)],
)  # fmt: skip
def test_zone_is_told_by_its_name(zone: str, hours: int) -> None:
    assert to_time(f"5 Jan 2024 10:00 {zone}") == datetime(2024, 1, 5, 10 - hours, tzinfo=UTC).timestamp()
