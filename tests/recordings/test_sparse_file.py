"""Runs of bytes, beside a set that holds each byte."""

import contextlib
import os
import random
from pathlib import Path

import pytest

from tui_pod.recordings.sparse_file import (
    Content,
    Intervals,
    MovedToMemory,
    SparseFile,
    read_content,
    read_note,
    text_of,
)


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


def opened(path: Path, is_named: bool = True) -> SparseFile:
    return SparseFile(os.open(path, os.O_RDWR | os.O_CREAT), path if is_named else None, Content(ADDRESS), Intervals())


@pytest.mark.parametrize("fault", ["no name", "another disk", "deleted"])
def test_file_that_cannot_be_renamed_is_copied_whole(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, fault: str
) -> None:
    path, target = tmp_path / "file.bytes", tmp_path / "target.mp3"
    rename = os.rename

    def refuse(source: Path, to: Path) -> None:
        if source == path:
            raise OSError(18, "Invalid cross-device link")
        rename(source, to)

    with contextlib.closing(opened(path, fault != "no name")) as file:
        file.write(0, b"abcdef")
        if fault == "another disk":
            monkeypatch.setattr(os, "rename", refuse)
        elif fault == "deleted":
            path.unlink()
        file.move_to(target)
        assert (target.read_bytes(), file.read(2, 3)) == (b"abcdef", b"cde")
    assert {found.name for found in tmp_path.iterdir() if found.is_file()} - {"file.bytes"} == {"target.mp3"}


def test_bytes_are_written_whole_though_the_system_takes_a_few_at_a_time(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pwrite, calls = os.pwrite, list[int]()

    def write_few(descriptor: int, data: bytes, offset: int) -> int:
        calls.append(len(data))
        return pwrite(descriptor, data[:4], offset)

    monkeypatch.setattr(os, "pwrite", write_few)
    with contextlib.closing(opened(tmp_path / "file")) as file:
        file.write(3, b"abcdefgh")
        assert file.read(0, 20) == b"\0\0\0abcdefgh"
    assert calls == [8, 4]


def test_full_disk_moves_a_recording_into_memory_where_it_begins_anew(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with contextlib.closing(opened(tmp_path / "file")) as file:
        file.have.add(0, 5)
        with monkeypatch.context() as patch:
            patch.setattr(os, "pwrite", lambda *_: (_ for _ in ()).throw(OSError(28, "No space left on device")))
            with pytest.raises(MovedToMemory):
                file.write(5, b"abc")
            assert (file.is_in_memory, file.have.total()) == (True, 0)
            with pytest.raises(OSError, match="No space left"):
                file.write(0, b"abc")
        file.write(0, b"abc")
        assert file.read(0, 3) == b"abc"
