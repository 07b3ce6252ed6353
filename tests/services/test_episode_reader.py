"""Transcripts, notes and chapters of episodes, and transcripts that the listener moves."""

from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import pytest

from tests.rooms import EPISODES, Room
from tui_pod.core.library.episode import Episode
from tui_pod.core.library.show_notes import EpisodeNotes
from tui_pod.core.library.transcript import Cue, Transcript
from tui_pod.core.player.snapshot import Chapter
from tui_pod.services.episode_reader import MAX_NUDGE, EpisodeReader
from tui_pod.sources.opened import EpisodeChapters

ONE = EPISODES[0]
NOTES, CHAPTERS = EpisodeNotes("Notes."), (Chapter(0.0, "One."),)


class Sources:
    """Sources with a transcript, notes and chapters."""

    async def transcript(self, episode: Episode) -> Transcript:
        return Transcript((Cue(episode.title, 10.0, 12.0),))

    async def ask(self, work: Callable[[Any, Any], Any]) -> Any:
        chapters = EpisodeChapters(CHAPTERS, fault="it is broken")
        documents = SimpleNamespace(notes=lambda _: NOTES, chapters=lambda *_: chapters)
        downloads = SimpleNamespace(find=lambda _: "/one.mp3")
        return work(SimpleNamespace(documents=documents, downloads=downloads), None)


def make(
    room: Room, has_podcasts: bool = True, tell: Callable[[str], None] = lambda _: None, **nudges: float
) -> EpisodeReader:
    return EpisodeReader(room.controller, Sources(), Sources(), lambda: has_podcasts, nudges, tell)  # type: ignore[arg-type]


async def test_transcript_is_moved_by_what_the_listener_chose(room: Room) -> None:
    assert (await make(room).transcript(ONE)).cues[0].start == 10.0
    assert (await make(room, one=2.5).transcript(ONE)).cues[0].start == 12.5


async def test_notes_and_chapters_are_asked_for_only_if_there_are_podcasts(room: Room) -> None:
    told: list[str] = []
    reader, without = make(room, tell=told.append), make(room, has_podcasts=False)
    assert await reader.notes(ONE) == NOTES._replace(is_downloaded=True)
    assert await reader.chapters(ONE) == CHAPTERS
    assert told == [f"The chapters of “{ONE.title}” cannot be read: it is broken."]
    assert (await without.notes(ONE), await without.chapters(ONE)) == (EpisodeNotes(), ())


@pytest.mark.parametrize(
    ("former", "by", "moved", "said"),
    [
        (0.0, 0.5, 0.5, "Transcript: 0.5 s later."),
        (0.5, -1.5, -1.0, "Transcript: 1 s earlier."),
        (0.5, -0.5, 0.0, "Transcript: back in step."),
        (MAX_NUDGE, 0.5, MAX_NUDGE, "Transcript: 3600 s later."),
        (-MAX_NUDGE, -0.5, -MAX_NUDGE, "Transcript: 3600 s earlier."),
        (0.1, 0.24, 0.3, "Transcript: 0.3 s later."),
    ],
)
def test_transcript_is_moved_within_an_hour_and_for_good(
    room: Room, former: float, by: float, moved: float, said: str
) -> None:
    reader = make(room, one=former)
    assert reader.nudge("one", by) == said
    assert (reader.nudges["one"], room.writer.table("nudges")) == (moved, {"one": moved})
