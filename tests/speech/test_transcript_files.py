"""Files of recognised words: they grow, are gone on with, and are taken away and brought back.

Words that a podcast brings get the times at which a recogniser heard them.
"""

from pathlib import Path

import pytest

from tests.app_driver import embedded_library
from tui_pod.core.library.transcript import Cue, Transcript, parse_transcript
from tui_pod.core.progress.bookmarks import BY_MACHINE
from tui_pod.services.transcripts import read_transcript
from tui_pod.sources.foreign_texts import ForeignTexts
from tui_pod.speech.alignment import FOUND, LEAST_SHIFT, MOVED, follow
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


IDS = ("llm-layers", "gans", "rlhf", "dpo")


def spoken(gap_after: int = -1, gap: float = 0.0) -> list[Cue]:
    """Return the sentences of some talks, spoken at 15 letters a second, with a gap after one of them."""
    library = embedded_library()
    cues: list[Cue] = []
    at = 1.0
    for ident in IDS:
        index = library.index(ident)
        assert index is not None
        for cue in read_transcript(library.episode(index), ForeignTexts()).cues:
            end = at + len(cue.text) / 15
            cues.append(Cue(cue.text, round(at, 2), round(end, 2)))
            at = end + 0.3 + gap * (len(cues) - 1 == gap_after)
    return cues


def misheard(cues: list[Cue]) -> list[Cue]:
    """Return sentences as a recogniser writes them: some words wrong, some sentences missing, others joined."""
    found: list[Cue] = []
    for number, cue in enumerate(cues):
        words = ["blah" if place % 11 == 5 else word.lower() for place, word in enumerate(cue.text.split())]
        if number % 13 == 7:
            continue
        if number % 5 == 4 and found:
            found[-1] = Cue(f"{found[-1].text} {' '.join(words)}", found[-1].start, cue.end)
        else:
            found.append(cue._replace(text=" ".join(words)))
    return found


def test_words_without_times_get_those_of_the_recogniser() -> None:
    real = spoken()
    timed = follow(Transcript(tuple(Cue(cue.text) for cue in real)), misheard(real))
    assert (timed.is_timed, timed.note) == (True, FOUND)
    assert [cue.text for cue in timed.cues] == [cue.text for cue in real]
    off = sorted(abs((cue.start or 0.0) - (truth.start or 0.0)) for cue, truth in zip(timed.cues, real, strict=True))
    assert off[len(off) // 2] < 0.2
    assert off[-1] < max((cue.end or 0.0) - (cue.start or 0.0) for cue in real)  # one that was not heard
    starts = [cue.start or 0.0 for cue in timed.cues]
    assert starts == sorted(starts)


def test_timed_words_follow_what_was_inserted() -> None:
    brought, real = spoken(), spoken(gap_after=20, gap=31.0)
    moved = follow(Transcript(tuple(brought)), misheard(real))
    assert moved.note == f"{MOVED}, by up to +31 s"
    off = [abs((cue.start or 0.0) - (truth.start or 0.0)) for cue, truth in zip(moved.cues, real, strict=True)]
    assert sum(one < 1.0 for one in off) > 0.9 * len(off)


def test_timed_words_that_are_right_stay_as_they_are() -> None:
    transcript = Transcript(tuple(spoken()))
    assert follow(transcript, misheard(spoken())) is transcript


@pytest.mark.parametrize("heard", [[], [Cue("Something else altogether is said here.", 0.0, 3.0)]])
def test_words_of_another_recording_stay_as_they_are(heard: list[Cue]) -> None:
    transcript = Transcript(tuple(Cue(cue.text) for cue in spoken()))
    assert follow(transcript, heard) is transcript


def test_no_words_stay_none() -> None:
    assert follow(Transcript(), spoken()) == Transcript()


@pytest.mark.parametrize(("shift", "is_moved"), [(LEAST_SHIFT - 0.01, False), (LEAST_SHIFT, True)])
def test_timed_words_are_moved_from_two_seconds_on(shift: float, is_moved: bool) -> None:
    heard = [Cue("one two three four", 10.0, 12.0), Cue("five six seven eight", 12.0, 14.0)]
    told = Transcript(
        tuple(cue._replace(start=(cue.start or 0.0) - shift, end=(cue.end or 0.0) - shift) for cue in heard)
    )
    moved = follow(told, heard)
    assert (moved is not told) is is_moved
    if is_moved:
        assert [(cue.start, cue.end) for cue in moved.cues] == [(10.0, 12.0), (12.0, 14.0)]


def test_sentence_that_was_not_heard_begins_between_its_neighbours_by_their_lengths() -> None:
    told = Transcript(tuple(map(Cue, ("one two three four", "nine ten", "eleven eleven", "five six seven eight"))))
    heard = [Cue("one two three four", 10.0, 12.0), Cue("five six seven eight", 22.0, 24.0)]
    starts = [cue.start for cue in follow(told, heard).cues]
    assert starts == [10.0, 15.538, 18.0, 22.0]


@pytest.mark.parametrize(("words", "is_found"), [("one two three x y", True), ("one x y z four", False)])
def test_transcript_is_followed_if_two_words_of_five_match(words: str, is_found: bool) -> None:
    told = Transcript((Cue("one two v w q" if is_found else "one v w q r"),))
    assert (follow(told, [Cue(words, 3.0, 8.0)]) is not told) is is_found


def test_sentence_whose_beginning_was_misheard_begins_earlier() -> None:
    told = Transcript((Cue("so very bad weather today"), Cue("we stay in")))
    heard = [Cue("hm hm bad weather today", 10.0, 15.0), Cue("we stay in", 15.0, 18.0)]
    first, second = follow(told, heard).cues
    assert first.start == pytest.approx(10.0 + 5 * 4 / 19 - 2 * 0.35, abs=0.001)
    assert (first.end, second.start, second.end) == (15.0, 15.0, 18.0)


def test_last_sentence_lasts_a_second_if_the_recogniser_says_no_end() -> None:
    (cue,) = follow(Transcript((Cue("we stay in"),)), [Cue("we stay in", 15.0)]).cues
    assert (cue.start, cue.end) == (15.0, 16.0)


def test_sentences_are_never_timed_before_the_one_before() -> None:
    told = Transcript((Cue("one two three"), Cue("x four five six")))
    heard = [Cue("one two three", 10.0, 10.1), Cue("four five six", 10.1, 12.0)]
    starts = [cue.start for cue in follow(told, heard).cues]
    assert starts == [10.0, 10.0]


def test_accents_and_apostrophes_match_however_they_are_written() -> None:
    told = Transcript((Cue("It’s Zoë, isn’t it?"),))
    assert follow(told, [Cue("it's zoe isn't it", 1.0, 3.0)]).is_timed
