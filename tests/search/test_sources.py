"""Where the words of episodes are found on this machine."""

from pathlib import Path

import pytest

from tests.present import present
from tui_pod.core.library.episode import Episode
from tui_pod.core.library.parts import Part, arrange
from tui_pod.core.library.transcript import Cue
from tui_pod.recordings.documents import copy_name
from tui_pod.search.sources import RECOGNISED_STAMP, REMOTE, ReadWords, WordSources, folders_stamp
from tui_pod.sources.foreign_texts import ForeignTexts
from tui_pod.speech.transcript_files import RECOGNISED, TranscriptFiles

ADDRESS = "https://example.org/1.vtt"


@pytest.fixture
def recognised(tmp_path: Path) -> TranscriptFiles:
    """Return recognised words that one episode has."""
    files = TranscriptFiles(tmp_path / "data" / RECOGNISED)
    with files.writing("one", "m") as writer:
        writer.add((Cue("Recognised.", 1.0, 3.0),), 3.0)
        writer.complete(3.0)
    return files


def sources(folder: Path) -> WordSources:
    return WordSources(folder / "data", folder / "cache")


def texts(folder: Path, episode: Episode) -> list[str] | None:
    words = sources(folder).words(episode)
    return None if words is None else [cue.text for cue in words.read(ForeignTexts()).cues]


def test_transcript_comes_before_recognised_words(tmp_path: Path, recognised: TranscriptFiles) -> None:
    (tmp_path / "one.txt").write_text("Written.")
    episode = Episode("one", "One", audio="/one.mp3", transcript=str(tmp_path / "one.txt"))
    assert texts(tmp_path, episode) == ["Written."]
    (tmp_path / "one.txt").unlink()
    words = present(sources(tmp_path).words(episode))
    assert words.stamp.startswith(RECOGNISED_STAMP)


def test_episode_without_words_here_has_none(tmp_path: Path, recognised: TranscriptFiles) -> None:
    assert sources(tmp_path).words(Episode("two", "Two", audio="/two.mp3")) is None
    assert sources(tmp_path).words(Episode("one", "One")) is None  # words are recognised in a recording
    assert sources(tmp_path).words(Episode("one", "One", transcript=ADDRESS)) is None


def test_words_of_a_book_are_those_of_the_parts_that_have_some(tmp_path: Path) -> None:
    (tmp_path / "2.txt").write_text("Second.")
    parts = arrange([Part(f"/{n}.mp3", 60.0, transcript=str(tmp_path / f"{n}.txt")) for n in (1, 2)])
    assert texts(tmp_path, Episode("one", "One", parts=parts)) == ["Second."]
    assert sources(tmp_path).words(Episode("one", "One", parts=parts[:1])) is None


def test_transcript_of_a_feed_is_read_from_its_copy(tmp_path: Path) -> None:
    copy = tmp_path / "cache" / REMOTE / copy_name(ADDRESS)
    copy.parent.mkdir(parents=True)
    copy.write_text("Copied.")
    assert texts(tmp_path, Episode("one", "One", transcript=ADDRESS)) == ["Copied."]


def test_stamp_changes_with_the_file(tmp_path: Path) -> None:
    file = tmp_path / "one.txt"
    stamps = set()
    for text in ("Short.", "Longer."):
        file.write_text(text)
        words = present(sources(tmp_path).words(Episode("one", "One", transcript=str(file))))
        stamps.add(words.stamp)
    assert len(stamps) == 2


def test_words_whose_file_is_gone_are_none(tmp_path: Path) -> None:
    file = tmp_path / "one.txt"
    file.write_text("Written.")
    words = sources(tmp_path).words(Episode("one", "One", transcript=str(file)))
    file.unlink()
    assert words is not None
    assert words.read(ForeignTexts()) == ReadWords([])


def test_timed_words_are_read_in_order_of_time(tmp_path: Path) -> None:
    file = tmp_path / "one.vtt"
    file.write_text("WEBVTT\n\n00:09.000 --> 00:10.000\nLater.\n\n00:01.000 --> 00:02.000\nEarlier.\n")
    assert texts(tmp_path, Episode("one", "One", transcript=str(file))) == ["Earlier.", "Later."]


def test_folders_with_words_are_those_of_transcripts_and_copies(tmp_path: Path) -> None:
    found = sources(tmp_path)
    found.words(Episode("one", "One", transcript=str(tmp_path / "texts" / "one.txt")))
    assert list(found.folders) == [tmp_path / "cache" / REMOTE, tmp_path / "data" / RECOGNISED, tmp_path / "texts"]


def test_stamp_of_folders_changes_when_one_appears(tmp_path: Path) -> None:
    folders = [str(tmp_path / "texts")]
    before = folders_stamp(folders)
    (tmp_path / "texts").mkdir()
    assert folders_stamp(folders) != before == folders_stamp([str(tmp_path / "none")])
