"""What is audio and what only calls itself so, and which bytes are fetched next.

How a list of addresses is opened is in `test_remote_recording`.
"""

import pytest

from tui_pod.net.fetch import FetchError, Response
from tui_pod.recordings.range_answer import (
    RangeAnswer,
    check_kind,
    check_start,
    first_recording,
    is_list,
    read_range_answer,
)
from tui_pod.recordings.recording_fetcher import AHEAD, METER, STALE, FetchPlan
from tui_pod.recordings.sparse_file import Intervals


@pytest.mark.parametrize(
    "kind",
    ["text/html", "application/dash+xml", "application/sdp",
     "application/zip", "image/png", "application/xml", "application/json", "video/x-ms-asf"],
)  # fmt: skip
def test_kind_of_another_type_is_refused_unless_audio_comes(kind: str) -> None:
    with pytest.raises(FetchError, match="no audio"):
        check_kind(kind, b"<html>")
    for start in (b"ID3\x04", b"\xff\xfb\x90", b"\0\0\0 ftypM4A ", b"RIFF\0\n\0\0WAVE"):
        check_kind(kind, start)


@pytest.mark.parametrize(
    "kind", ["audio/mpeg", "application/octet-stream", "binary/octet-stream", "text/plain", "video/mp4", ""]
)
def test_kind_of_a_careless_server_is_played(kind: str) -> None:
    check_kind(kind, b"anything")


@pytest.mark.parametrize("start", [b"#EXTM3U\n", b"\xef\xbb\xbf<!doctype html>", b"PK\x03\x04", b" <?xml?>"])
def test_start_of_a_page_or_list_is_refused(start: bytes) -> None:
    with pytest.raises(FetchError, match="not audio"):
        check_start(start)


def ranged(status: int = 206, start: int | None = 100, **headers: str) -> RangeAnswer:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return read_range_answer(Response(status, "https://c.org/a", None, named, iter(())), start)


def test_part_that_was_requested_shows_that_the_server_has_parts() -> None:
    answer = ranged(content_range="bytes 100-199/200", etag='"one"', content_type="audio/mpeg")
    assert (answer.start, answer.size, answer.mark, answer.kind) == (100, 200, '"one"', "audio/mpeg")
    assert (answer.has_ranges, answer.has_end, answer.is_wrong_part) == (True, True, False)
    assert ranged(content_range="bytes 100-199/*").size is None


@pytest.mark.parametrize("stated", ["bytes 0-199/200", "bytes 101-199/200", "100-199/200", ""])
def test_part_that_was_not_requested_is_told(stated: str) -> None:
    assert ranged(content_range=stated).is_wrong_part
    assert ranged(content_range="bytes 100-199/200", content_encoding="gzip").is_wrong_part


def test_end_of_a_file_that_is_here_already_states_its_size() -> None:
    answer = ranged(416, content_range="bytes */100")
    assert (answer.start, answer.size, answer.has_ranges) == (100, 100, True)
    for start, stated in ((100, "bytes */x"), (100, "bytes */101"), (0, "bytes */100"), (0, "bytes */0")):
        refused = ranged(416, start, content_range=stated)
        assert (refused.is_wrong_part, refused.size) == (True, None)
    with pytest.raises(FetchError):
        ranged(416, None, content_range="bytes */100")


@pytest.mark.parametrize("status", [400, 404, 500])
def test_refusal_is_an_error(status: int) -> None:
    with pytest.raises(FetchError, match=str(status)):
        ranged(status)


def test_whole_file_tells_whether_parts_can_be_had() -> None:
    whole = ranged(200, 0, content_length="200", accept_ranges="bytes")
    assert (whole.start, whole.size, whole.has_ranges, whole.has_end) == (0, 200, True, True)
    assert not ranged(200, 0, content_length="200", accept_ranges="none").has_ranges
    assert not ranged(200, 100, content_length="200", accept_ranges="bytes").has_ranges  # it was asked for one


def test_size_is_uncertain_if_only_the_end_of_the_connection_tells_it() -> None:
    assert (ranged(200).size, ranged(200).has_end) == (None, False)
    chunked = ranged(200, content_length="200", transfer_encoding="chunked")
    assert (chunked.size, chunked.has_end) == (None, True)
    packed = ranged(200, content_length="200", content_encoding="gzip")
    assert (packed.size, packed.has_end) == (None, True)
    assert ranged(200, content_length="x").size is None


@pytest.mark.parametrize(
    ("headers", "mark"),
    [({"etag": '"a"', "last_modified": "Mon"}, '"a"'), ({"etag": 'W/"a"', "last_modified": "Mon"}, "Mon"), ({}, None)],
)
def test_weak_tag_does_not_name_a_version(headers: dict[str, str], mark: str | None) -> None:
    assert ranged(200, 0, **headers).mark == mark


def test_version_differs_by_size_or_mark_if_both_are_known() -> None:
    answer = RangeAnswer(0, 200, '"one"', None, has_ranges=True)
    assert answer.difference('"one"', 200) is None
    assert answer.difference(None, None) is None
    assert "not 100" in str(answer.difference('"one"', 100))
    assert '"two"' in str(answer.difference('"two"', 200))
    unknown = RangeAnswer(0, None, None, None, has_ranges=True)
    assert unknown.difference('"one"', 100) is None


@pytest.mark.parametrize(("digits", "is_believed"), [(15, True), (16, False)])
def test_size_is_believed_up_to_15_digits(digits: int, is_believed: bool) -> None:
    number = "9" * digits
    assert ranged(200, content_length=number).size == (int(number) if is_believed else None)
    assert ranged(content_range=f"bytes 100-199/{number}").is_wrong_part is not is_believed
    assert ranged(416, int("9" * 15), content_range=f"bytes */{number}").is_wrong_part is not is_believed


def test_part_that_nobody_requested_is_the_whole_file() -> None:
    answer = ranged(206, None, content_range="bytes 100-199/200", content_length="100")
    assert (answer.start, answer.size, answer.is_wrong_part) == (0, 100, False)


def test_start_is_judged_by_its_first_512_bytes() -> None:
    check_start(b" " * 512 + b"<html")
    with pytest.raises(FetchError) as caught:
        check_start(b" " * 500 + b"<HTML>")
    assert caught.value.is_final
    with pytest.raises(FetchError) as caught:
        check_kind("image/png", b"\x89PNG")
    assert caught.value.is_final


SIZE = 10_000_000


def make_plan(is_ranged: bool | None = True, readers: int = 1, wanted: int = 0, position: int = 0) -> FetchPlan:
    return FetchPlan(wanted=wanted, position=position, readers=readers, is_ranged=is_ranged)


def test_rate_is_that_of_this_connection_and_tells_nothing_once_it_brings_nothing_more() -> None:
    plan = make_plan()
    plan.begin(0, 5000.0)
    plan.take(1000, 5000.0 + METER / 2)
    assert plan.rate == 0.0
    plan.take(1000, 5000.0 + METER)
    assert plan.rate_at(5000.0 + METER + STALE / 2) == plan.rate == pytest.approx(2000 / METER)
    assert plan.rate_at(5000.0 + METER + STALE) == 0.0
    plan.begin(0, 6000.0)
    plan.take(500, 6000.0 + METER)
    assert plan.rate == pytest.approx(500 / METER)


def test_first_missing_byte_from_the_reader_on_is_next() -> None:
    have = Intervals([(0, 100), (500, 600)])
    assert make_plan(wanted=50).gap(have, SIZE) == 100
    assert make_plan(wanted=520).gap(have, SIZE) == 600
    assert make_plan(wanted=550).gap(Intervals([(500, SIZE)]), SIZE) is None


@pytest.mark.parametrize(("readers", "ahead"), [(1, 1024 * 1024), (0, 128 * 1024)])
def test_no_more_is_fetched_than_is_soon_needed(readers: int, ahead: int) -> None:
    assert make_plan(readers=readers).gap(Intervals([(0, ahead - 1)]), SIZE) == ahead - 1
    assert make_plan(readers=readers).gap(Intervals([(0, ahead)]), SIZE) is None


def test_all_is_fetched_where_nothing_can_be_jumped_to() -> None:
    assert make_plan(is_ranged=False).gap(Intervals([(0, 5 * AHEAD)]), SIZE) == 5 * AHEAD
    assert make_plan(is_ranged=False, readers=0).gap(Intervals([(0, 5 * AHEAD)]), SIZE) is None


def test_connection_is_kept_for_what_is_near_and_given_up_for_what_is_not() -> None:
    plan = make_plan(position=1000)
    assert plan.will_bring(1000 + 16 * 1024)
    assert not plan.will_bring(1000 + 16 * 1024 + 1)
    assert not plan.will_bring(999)
    plan.rate = 100_000.0
    assert plan.will_bring(1000 + 40_000)
    plan.rate = 1e9
    assert plan.will_bring(1000 + 256 * 1024)
    assert not plan.will_bring(1000 + 256 * 1024 + 1)


def test_connection_that_brings_what_is_here_is_given_up() -> None:
    assert make_plan(wanted=0, position=100).brings_next(Intervals([(0, 200)]), SIZE) is False
    assert make_plan(wanted=0, position=100).brings_next(Intervals([(0, 100)]), SIZE) is True
    assert make_plan(wanted=0, position=AHEAD).brings_next(Intervals([(0, AHEAD)]), SIZE) is None


def test_download_wants_everything_after_what_the_reader_needs() -> None:
    plan = FetchPlan(wanted=5_000_000, readers=2, is_ranged=True, wants_all=True)
    assert plan.gap(Intervals([(0, 100)]), 20_000_000) == 5_000_000
    near = (5_000_000, 5_000_000 + AHEAD)
    assert plan.gap(Intervals([(0, 100), near]), 20_000_000) == 100
    assert plan.gap(Intervals([(0, 20_000_000)]), 20_000_000) is None


def test_connection_of_a_download_goes_on_until_a_reader_waits_elsewhere() -> None:
    plan = FetchPlan(wanted=0, position=5_000_000, readers=2, is_ranged=True, wants_all=True)
    have = Intervals([(0, 100), (4_000_000, 5_000_000)])
    assert plan.brings_next(have, 20_000_000) is True
    plan.waiting = 1
    assert plan.brings_next(have, 20_000_000) is False


def test_byte_that_a_read_waits_for_is_fetched_however_much_is_ahead() -> None:
    have = Intervals([(0, 5 * AHEAD)])
    plan = make_plan()
    assert plan.gap(have, SIZE) is None
    plan.waiting = 1
    assert plan.gap(have, SIZE) == 5 * AHEAD


def test_connection_without_ranges_brings_what_a_broadcast_still_needs() -> None:
    endless = make_plan(is_ranged=False, position=16 * 1024 * 1024 - 1)
    assert endless.brings_next(Intervals(), None) is True
    endless.position = 16 * 1024 * 1024
    assert endless.brings_next(Intervals(), None) is None
    assert endless.brings_next(Intervals(), SIZE) is True  # of a known size all is wanted


def test_connection_goes_on_until_enough_is_ahead_of_the_reader() -> None:
    have = Intervals([(1_000_000, 1_000_100)])
    for ahead, goes_on in ((AHEAD - 1, True), (AHEAD, None)):
        plan = make_plan(wanted=1_000_000, position=1_000_000 + ahead)
        have.add(1_000_000, 1_000_000 + ahead)
        assert plan.brings_next(have, SIZE) is goes_on


def test_download_without_a_size_goes_on_from_its_start() -> None:
    plan = FetchPlan(readers=1, is_ranged=True, wants_all=True)
    assert plan.gap(Intervals([(0, 2 * AHEAD)]), None) == 2 * AHEAD
    assert plan.gap(Intervals([(0, SIZE)]), SIZE) is None


def test_bytes_that_came_are_counted_over_all_connections() -> None:
    plan = make_plan()
    for start in (0, 500):
        plan.begin(start, 0.0)
        plan.take(100, 0.1)
    assert (plan.come, plan.position, plan.rate) == (200, 600, 0.0)


@pytest.mark.parametrize(
    ("start", "kind", "address", "is_one"),
    [
        (b"\xef\xbb\xbf \r\n#extm3u", "audio/mpeg", "/a.mp3", True), (b"[Playlist]", "", "", True),
        (b"HTTPS://a.org/1.mp3", "", "", True), (b"1.mp3\n", "", "https://a.org/x.M3U?y", True),
        (b"1.mp3\n", "audio/mpegurl", "", True), (b"1.mp3\n", "", "https://a.org/x", False),
        (b"ID3\x04\x00", "audio/mpegurl", "/a.m3u", False), (b"", "audio/mpegurl", "/a.m3u", False),
    ],
)  # fmt: skip
def test_list_is_told_by_its_first_bytes(start: bytes, kind: str, address: str, is_one: bool) -> None:
    assert is_list(start, kind, address) is is_one


def test_address_in_a_list_is_that_beside_the_list() -> None:
    assert first_recording(["a b.mp3"], "https://a.org/x/y.m3u") == "https://a.org/x/a%20b.mp3"
