"""A recording follows its book: one that lies beside it, or that the listener gave it."""

import errno
import os
import shutil
from collections.abc import Sequence
from pathlib import Path
from typing import cast

import pytest

from tests.sources.texts.books import FILES, PAGE, make_book
from tui_pod.core.errors import UserError
from tui_pod.core.library.episode import Episode
from tui_pod.core.library.transcript import Cue, Transcript
from tui_pod.search.sources import WordSources
from tui_pod.services import transcripts as module
from tui_pod.services.podcasts.shared import SharedPodcasts
from tui_pod.services.transcripts import STEP, EpisodeTranscripts
from tui_pod.sources.foreign_texts import ForeignTexts
from tui_pod.speech.transcript_files import RECOGNISED, TranscriptFiles

PROSE = [f"The {word} whale swims past the ship at dawn, and {word} men row after it." for word in
         ("white", "grey", "old", "young", "tired", "angry", "blind", "gentle", "lonely", "hungry")]  # fmt: skip
MADE = dict(FILES, **{"OEBPS/Text/two.xhtml": PAGE.format("".join(f"<p>{text}</p>" for text in PROSE))})


class Desk:
    """The transcripts of one recording, `tale`, with a book beside it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.files = TranscriptFiles(folder / RECOGNISED)
        self.book = make_book(folder / "tale.epub", MADE)
        self.episode = Episode("tale", "A Tale", audio=str(folder / "tale.mp3"), transcript=str(self.book))
        texts = ForeignTexts(folder / "cache")
        self.transcripts = EpisodeTranscripts(cast("SharedPodcasts", None), texts, self.files)

    def hear(self, first: int, last: int, is_all: bool = False, text: str = "{}") -> None:
        """Recognise some sentences of the book, ten seconds each, in lower case and with a word that is wrong."""
        with self.files.writing("tale", "a model") as writer:
            for place in range(first, last):
                heard = text.format(PROSE[place].lower().replace("dawn", "don"))
                start = 10.0 * place
                words = tuple(start + 0.3 * count for count in range(len(heard.split())))
                writer.add((Cue(heard, start, start + 9.0, words=words),), start + 9.0)
            if is_all:
                writer.complete(10.0 * last)

    async def read(self, is_given: bool = False) -> Transcript:
        """Return the transcript of the recording; with `is_given`, nothing lies beside it."""
        episode = Episode("tale", "A Tale", audio=self.episode.audio) if is_given else self.episode
        return await self.transcripts.read(episode)


def prose(cues: Sequence[Cue]) -> list[tuple[str, float | None]]:
    """Return the sentences but for headings, and when they begin."""
    return [(cue.text, cue.start) for cue in cues if "dawn" in cue.text]


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    """A recording with its book."""
    return Desk(tmp_path)


async def test_book_beside_a_recording_is_its_text_before_anything_is_recognised(desk: Desk) -> None:
    transcript = await desk.read()
    assert prose(transcript.cues) == [(text, None) for text in PROSE]
    assert not transcript.is_planned


async def test_book_gets_the_times_of_what_is_heard_as_far_as_that_goes(desk: Desk) -> None:
    desk.hear(0, 4)
    transcript = await desk.read()
    assert prose(transcript.cues) == [(PROSE[place], 10.0 * place) for place in range(4)]
    assert transcript.is_partial
    assert all(cue.ends_paragraph for cue in transcript.cues)


async def test_book_is_aligned_again_only_after_ten_minutes_and_at_the_end(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk.hear(0, 4)
    first = await desk.read()
    monkeypatch.setattr(module, "read_transcript", lambda *_: pytest.fail("the book was read again"))
    desk.hear(4, 8)
    assert await desk.read() == first
    monkeypatch.setattr(module, "STEP", STEP / 100)
    assert len(prose((await desk.read()).cues)) == 8
    desk.hear(8, 10, is_all=True)
    whole = await desk.read()
    assert (len(prose(whole.cues)), whole.is_partial) == (10, False)
    kept = desk.files.aligned("tale").stat().st_mtime_ns
    assert await desk.read() == whole
    assert desk.files.aligned("tale").stat().st_mtime_ns == kept


async def test_other_book_with_the_same_name_is_aligned_anew(desk: Desk) -> None:
    desk.hear(0, 10, is_all=True)
    await desk.read()
    changed = PROSE[3].replace("whale", "whales")
    make_book(desk.book, {**MADE, "OEBPS/Text/two.xhtml": MADE["OEBPS/Text/two.xhtml"].replace(PROSE[3], changed)})
    os.utime(desk.book, (1, 1))
    assert prose((await desk.read()).cues)[3] == (changed, 30.0)


async def test_text_of_another_recording_is_told_and_compared_once(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    desk.hear(0, 10, is_all=True, text="nobody said or wrote such things about anything at all here")
    transcript = await desk.read()
    assert transcript.is_recognised
    assert transcript.note == "recognised by machine; the text that it was given is not what is heard"
    with monkeypatch.context() as patch:
        patch.setattr(module, "door", lambda _: pytest.fail("it was compared again"))
        assert await desk.read() == transcript
    desk.files.remove("tale")
    desk.hear(0, 10, is_all=True)
    assert prose((await desk.read()).cues)[9] == (PROSE[9], 90.0)


async def test_opening_that_is_not_in_the_book_does_not_hide_it(desk: Desk) -> None:
    desk.hear(0, 2, text="nobody said or wrote such things about anything at all here")
    untimed = await desk.read()
    assert prose(untimed.cues) == [(text, None) for text in PROSE]
    kept = desk.files.aligned("tale").stat().st_mtime_ns
    assert await desk.read() == untimed
    assert desk.files.aligned("tale").stat().st_mtime_ns == kept, "it was compared again"
    desk.hear(2, 10, is_all=True)
    assert prose((await desk.read()).cues)[-1] == (PROSE[9], 90.0)


async def test_given_text_is_kept_and_taken_away(desk: Desk) -> None:
    (desk.folder / "mine.txt").write_text("\n\n".join(PROSE[:5]), "utf-8")
    assert await desk.transcripts.give_text(desk.episode, desk.folder / "mine.txt") == "5 sentences"
    (desk.folder / "mine.txt").unlink()
    desk.hear(0, 5, is_all=True)
    assert prose((await desk.read(is_given=True)).cues)[4] == (PROSE[4], 40.0)
    await desk.transcripts.give_text(desk.episode, desk.book)
    assert [path.suffix for path in (desk.files.folder / "texts").iterdir()] == [".epub"]
    await desk.transcripts.give_text(desk.episode, None)
    assert (await desk.read(is_given=True)).is_recognised


async def test_text_that_cannot_be_kept_leaves_nothing_behind(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    def fill(_: Path, target: Path) -> None:
        target.write_text("half")
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(shutil, "copyfile", fill)
    with pytest.raises(UserError, match="copied: No space left on device"):
        await desk.transcripts.give_text(desk.episode, desk.book)
    assert not [*(desk.files.folder / "texts").iterdir()]


@pytest.mark.parametrize("name", ["there is none.epub", "sound.mp3", "empty.txt"])
async def test_file_without_words_is_refused(desk: Desk, name: str) -> None:
    (desk.folder / "empty.txt").write_text("")
    with pytest.raises(UserError, match=name):
        await desk.transcripts.give_text(desk.episode, desk.folder / name)
    assert desk.files.text_of("tale") is None


@pytest.mark.parametrize(("is_given", "said"), [(True, "cannot be copied"), (False, "^The text cannot be taken away")])
async def test_text_that_cannot_be_kept_or_taken_away_is_told(
    desk: Desk, monkeypatch: pytest.MonkeyPatch, is_given: bool, said: str
) -> None:
    def give(*_: object) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(TranscriptFiles, "give", give)
    with pytest.raises(UserError, match=f"{said}: Permission denied"):
        await desk.transcripts.give_text(desk.episode, desk.book if is_given else None)


async def test_search_finds_the_words_of_the_book_with_their_times(desk: Desk) -> None:
    desk.hear(0, 10, is_all=True)
    await desk.read()
    words = WordSources(desk.folder, desk.folder / "cache").words(desk.episode)
    assert words is not None
    assert prose(words.read(ForeignTexts()).cues)[2] == (PROSE[2], 20.0)


async def test_search_finds_all_words_of_a_book_without_times_until_all_is_recognised(desk: Desk) -> None:
    desk.hear(0, 4)
    assert (await desk.read()).is_timed
    words = WordSources(desk.folder, desk.folder / "cache").words(desk.episode)
    assert words is not None
    assert prose(words.read(ForeignTexts()).cues) == [(text, None) for text in PROSE]


async def test_removed_recognition_removes_the_times(desk: Desk) -> None:
    desk.hear(0, 10, is_all=True)
    assert (await desk.read()).is_timed
    desk.files.remove("tale")
    assert not (await desk.read()).is_timed
