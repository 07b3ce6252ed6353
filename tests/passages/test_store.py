"""Only what belongs to the bytes of a recording is returned, and the file stays small."""

import contextlib
import os
import sqlite3
from collections.abc import Iterable
from pathlib import Path

import pytest

from tui_pod.core.progress.passages import Repeat
from tui_pod.passages.store import (
    FILE,
    KEPT,
    LIBRARY,
    LIBRARY_KEPT,
    PASSAGE,
    STRIDE,
    ComparedRecording,
    PassageError,
    PassageStore,
    stamp_of,
)

CAST = "https://cast.example.org/feed"


@pytest.fixture
def store(tmp_path: Path) -> PassageStore:
    return PassageStore(tmp_path / "cache")


@pytest.fixture
def audio(tmp_path: Path) -> Path:
    path = tmp_path / "a.mp3"
    path.write_bytes(bytes(range(256)) * 4096)
    return path


def save(
    store: PassageStore,
    ident: str,
    audio: Path | None = None,
    repeats: Iterable[Repeat] = (),
    words: bytes = b"word",
    podcast: str = CAST,
    passages: Iterable[str] = (),
    sightings: Iterable[tuple[str, Repeat]] = (),
) -> None:
    """Save a recording that has these stretches in common with others."""
    stamp = stamp_of(audio) if audio is not None else "another"
    library = [ComparedRecording(PASSAGE + name, LIBRARY, "", b"jingle") for name in passages]
    store.save(
        ComparedRecording(ident, podcast, stamp, words), library, [*((ident, one) for one in repeats), *sightings]
    )


def test_repeats_are_known_from_both_sides(store: PassageStore, audio: Path) -> None:
    save(store, "old", audio)
    save(store, "new", audio, [Repeat(10.0, 40.0, "old", 70.0, 100.0)])
    assert store.repeats("new", audio) == [Repeat(10.0, 40.0, "old", 70.0, 100.0)]
    assert store.repeats("old", audio) == [Repeat(70.0, 100.0, "new", 10.0, 40.0)]


def test_what_a_third_recording_has_in_common_with_both_is_common(store: PassageStore, audio: Path) -> None:
    save(store, "a", audio)
    save(store, "b", audio, [Repeat(10.0, 40.0, "a", 70.0, 100.0)])
    save(store, "c", audio, [Repeat(5.0, 20.0, "b", 25.0, 40.0), Repeat(90.0, 99.0, "b", 50.0, 59.0)])
    found = store.repeats("c", audio)
    assert found is not None
    assert [one for one in found if one.other == "a"] == [Repeat(5.0, 20.0, "a", 85.0, 100.0)]


def test_recording_that_was_not_compared_has_none(store: PassageStore, audio: Path) -> None:
    assert store.repeats("new", audio) is None
    assert not store.file.exists()
    save(store, "new", audio)
    assert store.repeats("new", audio) == []
    assert store.repeats("other", audio) is None


@pytest.mark.parametrize("change", ["gone", "longer", "shorter", "one part", "the end"])
def test_other_bytes_have_nothing(store: PassageStore, audio: Path, change: str) -> None:
    save(store, "new", audio, [Repeat(10.0, 40.0, "old", 70.0, 100.0)])
    content = bytearray(audio.read_bytes())
    if change == "one part":  # as long, with another advertisement in it
        content[3 * STRIDE : 4 * STRIDE] = bytes(STRIDE)
    elif change == "the end":
        content[-STRIDE:] = bytes(STRIDE)
    audio.write_bytes(content + b"more" if change == "longer" else content[:-1] if change == "shorter" else content)
    if change == "gone":
        audio.unlink()
    assert store.repeats("new", audio) is None


def test_same_bytes_written_again_keep_theirs(store: PassageStore, audio: Path) -> None:
    save(store, "new", audio)
    audio.write_bytes(audio.read_bytes())
    os.utime(audio, (1, 1))
    assert store.repeats("new", audio) == []


def test_recording_saved_again_has_what_was_found_last(store: PassageStore, audio: Path) -> None:
    save(store, "old", audio)
    for start in (10.0, 20.0):
        save(store, "new", audio, [Repeat(start, 40.0, "old", 70.0, 100.0)])
    assert [one.start for one in store.repeats("new", audio) or ()] == [20.0]
    assert len(store.repeats("old", audio) or ()) == 1


def test_replaced_recording_is_no_proof_of_a_hearing(store: PassageStore, audio: Path) -> None:
    save(store, "old", audio)
    save(store, "old", audio, words=b"other words")  # downloaded again: what was played of it was something else
    save(store, "new", audio, [Repeat(10.0, 40.0, "old", 70.0, 100.0)])
    assert store.repeats("new", audio) == []
    assert store.repeats("old", audio) == [Repeat(70.0, 100.0, "new", 10.0, 40.0)]


def test_recordings_are_compared_with_those_of_their_podcast_and_the_library(store: PassageStore) -> None:
    save(store, "one", passages=["jingle"])
    save(store, "two")
    save(store, "elsewhere", podcast="https://other.example.org")
    found = store.others(ComparedRecording("two", CAST, "", b""))
    assert sorted(found) == [(f"{PASSAGE}jingle", b"jingle"), ("one", b"word")]


def test_only_the_latest_recordings_of_a_podcast_are_stored(store: PassageStore, audio: Path) -> None:
    save(store, "elsewhere", audio, podcast="https://other.example.org")
    for number in range(KEPT + 3):
        save(store, f"{number}", audio, [Repeat(0.0, 9.0, f"{number - 1}", 0.0, 9.0)] if number else [])
    assert [(store.repeats(f"{number}", audio) is not None) for number in (0, 2, 3, KEPT + 2)] == [
        False,
        False,
        True,
        True,
    ]
    assert store.repeats("elsewhere", audio) is not None
    assert {one.other for one in store.repeats("3", audio) or ()} == {"4", "5"}


def test_passage_of_the_library_is_known_after_its_episodes_have_gone(store: PassageStore, audio: Path) -> None:
    jingle = f"{PASSAGE}jingle"
    save(store, "old", audio, passages=["jingle"], sightings=[("old", Repeat(50.0, 80.0, jingle, 0.0, 30.0))])
    for number in range(KEPT):
        save(store, f"{number}", audio)
    assert store.repeats("old", audio) is None
    save(store, "new", audio, [Repeat(10.0, 35.0, jingle, 5.0, 30.0)], podcast="https://other.example.org")
    assert store.repeats("new", audio) == [Repeat(10.0, 35.0, "old", 55.0, 80.0)]


def test_library_has_the_passages_that_were_found_last(store: PassageStore) -> None:
    for number in range(LIBRARY_KEPT):
        save(store, f"{number}", passages=[f"{number}"])
    save(store, "again", repeats=[Repeat(0.0, 9.0, f"{PASSAGE}0", 0.0, 9.0)])
    save(store, "new", passages=["new", "newer"])
    names = {ident for ident, _ in store.others(ComparedRecording("", "", "", b"")) if ident.startswith(PASSAGE)}
    assert len(names) == LIBRARY_KEPT
    assert names.isdisjoint({f"{PASSAGE}1", f"{PASSAGE}2"})
    assert {f"{PASSAGE}0", f"{PASSAGE}newer"} <= names


def test_forgotten_episodes_leave_nothing(store: PassageStore, audio: Path) -> None:
    jingle = f"{PASSAGE}jingle"
    save(store, "old", audio, passages=["jingle"], sightings=[("old", Repeat(50.0, 80.0, jingle, 0.0, 30.0))])
    save(store, "new", audio, [Repeat(10.0, 40.0, "old", 50.0, 80.0), Repeat(10.0, 40.0, jingle, 0.0, 30.0)])
    store.forget(lambda ident: ident == "new")
    assert store.repeats("old", audio) is None
    assert store.repeats("new", audio) == []


@pytest.mark.parametrize(
    "damage",
    [
        pytest.param(b"no database at all" * 500, id="rubbish"),
        pytest.param(b"", id="empty"),
        pytest.param(None, id="half of it"),
    ],
)
def test_damaged_file_is_made_anew(store: PassageStore, audio: Path, damage: bytes | None) -> None:
    for number in range(40):
        save(store, f"{number}", audio, words=b"word" * 5_000, podcast=f"{number}")
    content = store.file.read_bytes()
    store.file.write_bytes(content[: len(content) // 2] if damage is None else damage)
    for number in range(40):
        assert store.repeats(f"{number}", audio) in (None, [])
    with contextlib.suppress(PassageError):  # the first one may find the damage, and deletes the file
        save(store, "new", audio)
    save(store, "new", audio)
    assert store.repeats("new", audio) == []


def test_file_of_another_version_is_not_read(store: PassageStore, audio: Path) -> None:
    save(store, "new", audio)
    with sqlite3.connect(store.file) as db:
        db.execute("PRAGMA user_version = 99")
    assert store.repeats("new", audio) is None
    save(store, "new", audio)
    assert store.repeats("new", audio) == []


def test_full_disk_changes_nothing_and_is_said(
    store: PassageStore, audio: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    save(store, "old", audio)
    connect = sqlite3.connect

    def small(*arguments: object, **options: object) -> sqlite3.Connection:
        db: sqlite3.Connection = connect(*arguments, **options)  # type: ignore[call-overload]
        db.execute("PRAGMA max_page_count = 20")
        return db

    monkeypatch.setattr("sqlite3.connect", small)
    with pytest.raises(PassageError, match="the disk is full"):
        save(store, "new", audio, [Repeat(0.0, 9.0, "old", 0.0, 9.0)], words=b"word" * 50_000)
    assert store.repeats("old", audio) == []
    assert store.repeats("new", audio) is None


@pytest.mark.parametrize("make", [Path.mkdir, os.mkfifo], ids=["folder", "pipe"])
def test_what_is_no_file_is_said(store: PassageStore, audio: Path, make: object) -> None:
    store.file.parent.mkdir()
    assert callable(make)
    make(store.file)
    assert store.repeats("new", audio) is None
    with pytest.raises(PassageError):
        save(store, "new", audio)


def test_file_is_in_the_cache(store: PassageStore, tmp_path: Path) -> None:
    assert store.file == tmp_path / "cache" / FILE
