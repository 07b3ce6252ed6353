"""Runs of bytes, beside a set that holds each byte."""

import contextlib
import os
import random
from pathlib import Path

import pytest

from tui_pod.feeds.media.sparse_file import Content, Intervals, SparseFile, read_content, read_note, text_of


def test_runs_agree_with_a_set_of_their_bytes() -> None:
    for seed in range(200):
        chance, runs, bytes_there = random.Random(seed), Intervals(), set[int]()
        for _ in range(chance.randrange(1, 12)):
            start = chance.randrange(40)
            end = start + chance.randrange(10)
            runs.add(start, end)
            bytes_there |= set(range(start, end))
        assert runs.total() == len(bytes_there)
        for offset in range(52):
            assert runs.end_from(offset) == next(n for n in range(offset, 60) if n not in bytes_there)


def test_runs_that_touch_are_one() -> None:
    assert Intervals([(10, 20), (30, 40), (20, 30)]).runs() == [(10, 40)]


def test_note_has_what_is_certain_of_a_stream(tmp_path: Path) -> None:
    path = tmp_path / "file"
    content = Content("https://a.example.org/1.mp3", size=9)
    file = SparseFile(os.open(path, os.O_RDWR | os.O_CREAT), path, content, Intervals([(0, 3)]))
    with contextlib.closing(file):
        note = file.note()
        assert (note["size"], note["have"], note["download"]) == (9, [(0, 3)], False)
        content.has_end = False
        assert file.note()["size"] is None


ADDRESS = "https://a.example.org/1.mp3"

NOTE = {"address": f"{ADDRESS}?token=1", "mark": '"one"', "size": 9, "kind": "audio/mpeg", "have": [[0, 3], [5, 9]]}


def test_note_is_read_as_it_was_written() -> None:
    content, have = read_content(NOTE, f"{ADDRESS}?token=2", 9)
    assert content == Content(f"{ADDRESS}?token=2", '"one"', 9, "audio/mpeg")
    assert (have.runs(), content.has_end) == ([(0, 3), (5, 9)], True)


@pytest.mark.parametrize(
    "changes",
    [{"address": "https://a.example.org/2.mp3"}, {"address": 5}, {"size": None}, {"size": "9"}, {"have": [[0]]},
     {"have": [["a", "b"]]}, {"have": 5}, {"have": None}],
    ids=str,
)  # fmt: skip
def test_note_that_is_damaged_or_of_another_recording_has_no_bytes(changes: dict[str, object]) -> None:
    assert read_content({**NOTE, **changes}, ADDRESS, 9)[1].total() == 0


def test_runs_beyond_the_file_are_left_out() -> None:
    _, have = read_content({**NOTE, "have": [[0, 3], [5, 9], [-1, 2], [4, 4], [8, 7]]}, ADDRESS, 8)
    assert have.runs() == [(0, 3)]


@pytest.mark.parametrize("text", ["", "[]", "{", "\0", "[" * 50_000])
def test_damaged_note_is_empty(tmp_path: Path, text: str) -> None:
    path = tmp_path / "note.json"
    path.write_text(text)
    assert read_note(path) == {}
    assert read_note(tmp_path / "missing.json") == {}


def test_text_of_a_note_is_text_that_is_not_empty() -> None:
    assert [text_of({"a": value}, "a") for value in ("x", "", 5, None)] == ["x", None, None, None]
    assert text_of({}, "a") is None
