"""Files of recognised words: they grow, are gone on with, and are taken away and brought back."""

from pathlib import Path

import pytest

from tui_pod.core.library.transcript import Cue, parse_transcript
from tui_pod.core.progress.bookmarks import BY_MACHINE
from tui_pod.speech.transcript_files import RecognisedTranscript, TranscriptBusy, TranscriptFiles

ONE, TWO = Cue("The first.", 0.5, 2.0), Cue("The second & <last>.", 2.5, 4.0)


@pytest.fixture
def files(tmp_path: Path) -> TranscriptFiles:
    """A folder that is not there yet."""
    return TranscriptFiles(tmp_path / "words")


def write(
    files: TranscriptFiles, *cues: Cue, episode: str = "one", until: float = 0.0, end: float | None = None
) -> None:
    """Add to the words of an episode."""
    with files.writing(episode, "a model") as writer:
        for cue in cues:
            writer.add((cue,), cue.end or 0.0)
        if until:
            writer.add((), until)
        if end is not None:
            writer.complete(end)


def test_words_are_kept_as_they_grow(files: TranscriptFiles) -> None:
    write(files, ONE)
    assert files.read("one") == RecognisedTranscript((ONE,), 2.0, is_complete=False)
    write(files, TWO)
    assert files.read("one") == RecognisedTranscript((ONE, TWO), 4.0, is_complete=False)
    write(files, until=150.0)  # silence
    assert files.read("one") == RecognisedTranscript((ONE, TWO), 150.0, is_complete=False)
    write(files, end=160.0)
    assert files.read("one") == RecognisedTranscript((ONE, TWO), 160.0, is_complete=True)


def test_file_is_webvtt_that_says_who_wrote_it(files: TranscriptFiles) -> None:
    write(files, ONE, TWO, until=9.0, end=10.0)
    text = files.path("one").read_text("utf-8")
    assert text.startswith(f"WEBVTT\n\nNOTE {BY_MACHINE}: a model.")
    assert parse_transcript(text).cues == (ONE, TWO)


def test_block_that_a_power_cut_tore_is_cut_off(files: TranscriptFiles) -> None:
    write(files, ONE)
    with files.path("one").open("a", encoding="utf-8") as file:
        file.write("00:00:02.500 --> 00:00:04.000\nThe sec")
    write(files, TWO)
    assert files.read("one") == RecognisedTranscript((ONE, TWO), 4.0, is_complete=False)


def test_nothing_recognised_leaves_no_file(files: TranscriptFiles) -> None:
    write(files)
    assert files.read("one") is None
    assert list(files.folder.iterdir()) == []


def test_one_program_at_a_time_writes(files: TranscriptFiles) -> None:
    with files.writing("one", "m"), pytest.raises(TranscriptBusy), files.writing("one", "m"):
        pass


@pytest.mark.parametrize("ident", ["../above", "/etc/passwd", ".", "..", "a/b", "x" * 300, "é", "a\nb"])
def test_id_that_is_no_file_name_stays_in_the_folder(files: TranscriptFiles, ident: str) -> None:
    write(files, ONE, episode=ident)
    assert files.read(ident) == RecognisedTranscript((ONE,), 2.0, is_complete=False)
    assert [path.parent for path in files.folder.iterdir()] == [files.folder]


def test_removed_words_are_gone_until_they_are_restored(files: TranscriptFiles) -> None:
    write(files, ONE)
    assert files.remove("one")
    assert files.read("one") is None
    assert not files.remove("one")
    for _ in range(2):  # the second time there is nothing more to bring back
        files.restore("one")
        assert files.read("one") == RecognisedTranscript((ONE,), 2.0, is_complete=False)


def test_folder_that_cannot_be_made_is_an_error(files: TranscriptFiles) -> None:
    files.folder.write_text("", "utf-8")  # in the way of root too, to whom no folder is forbidden
    with pytest.raises(FileExistsError):
        write(files, ONE)


def test_end_is_told_without_reading_the_whole_file(files: TranscriptFiles) -> None:
    assert not files.is_complete("one")
    write(files, *[ONE] * 5)
    assert not files.is_complete("one")
    write(files, end=1234567.125)
    assert files.is_complete("one")


def test_note_of_what_is_done_stands_behind_sentences_that_end_before_it_alone(files: TranscriptFiles) -> None:
    with files.writing("one", "m") as writer:
        writer.add((ONE,), 2.0)
        writer.add((TWO,), 4.001)
        writer.add((), 0.0)
    assert files.path("one").read_text("utf-8").count("NOTE until") == 1
    assert files.read("one") == RecognisedTranscript((ONE, TWO), 4.001, is_complete=False)


def test_file_without_a_whole_block_is_begun_again(files: TranscriptFiles) -> None:
    files.folder.mkdir()
    files.path("one").write_text("WEBVT", "utf-8")
    write(files, ONE)
    assert files.path("one").read_text("utf-8").startswith("WEBVTT\n\nNOTE")
    assert files.read("one") == RecognisedTranscript((ONE,), 2.0, is_complete=False)


def test_file_of_nothing_is_a_transcript_of_nothing(files: TranscriptFiles) -> None:
    files.folder.mkdir()
    files.path("one").write_text("WEBVTT\n\n", "utf-8")
    assert files.read("one") == RecognisedTranscript((), 0.0, is_complete=False)


@pytest.mark.parametrize("ident", ["x" * 100, "a-b_C.9"])
def test_id_that_is_a_file_name_is_the_name(files: TranscriptFiles, ident: str) -> None:
    assert files.path(ident).name == f"{ident}.vtt"


def test_times_of_words_are_kept_with_the_sentence(files: TranscriptFiles) -> None:
    timed = Cue("It’s the-first, you know.", 12.5, 14.0, words=(12.5, 12.8, 13.4, 13.61))
    write(files, timed, ONE, timed._replace(start=20.0, end=21.0, words=(20.0,)))  # as many as there are words, or none
    words = files.read("one")
    assert words is not None
    assert [cue.words for cue in words.cues] == [timed.words, (), ()]
    assert parse_transcript(files.path("one").read_text("utf-8")).cues[1].text == timed.text  # ONE is earlier
