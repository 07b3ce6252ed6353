"""Runs of bytes, beside a set that holds each byte."""

import contextlib
import os
import random
from pathlib import Path

from tui_pod.feeds.media.sparse_file import Content, Intervals, SparseFile


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
