"""What is audio and what only calls itself so."""

import pytest

from tui_pod.net.fetch import FetchError, Response
from tui_pod.recordings.range_answer import RangeAnswer, check_kind, check_start, read_range_answer


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
