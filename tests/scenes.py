"""What the golden screens and the pictures of the README show: the embedded catalogue, in use.

A scene is a start and the keys that lead to it; the same one is drawn at every size.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

from tests.fakes import START
from tests.stage import FakeStart, Stage, embedded_library
from tui_pod.core.browsing import View
from tui_pod.core.library import Library
from tui_pod.core.playback import Mark, Source
from tui_pod.core.progress import Progress
from tui_pod.core.queue import Queue
from tui_pod.core.records import HeardRecord
from tui_pod.core.transcript import Cue, Transcript, parse_transcript
from tui_pod.settings import embedded_transcripts

HEARD = "llm-layers"
"""The newest episode, which most scenes play."""

FINISHED = (
    "rope", "alibi", "self-attention", "multi-head-attention", "positional-encoding", "residual-connections",
    "transformer", "what-is-generative-ai", "foundation-models", "parameters", "next-token-prediction", "lora",
)  # fmt: skip
"""Episodes that were played."""


def some_progress() -> dict[str, Progress]:
    """Return the progress of a listener who is some way in."""
    progress = {
        ident: Progress(START - timedelta(days=number + 1), played=True, plays=1)
        for number, ident in enumerate(FINISHED)
    }
    progress["qlora"] = Progress(START, position=37.0, duration=90.0, listened=START - timedelta(days=2))
    progress["dpo"] = Progress(START, position=61.0, duration=100.0, listened=START - timedelta(days=3))
    return progress


def spoken(ident: str) -> Transcript:
    """Return the embedded words of an episode, with times as a voice would give them."""
    library = embedded_library()
    index = library.index(ident)
    assert index is not None
    cues = parse_transcript((embedded_transcripts() / f"{ident}.txt").read_text("utf-8")).cues
    letters = sum(len(cue.text) for cue in cues)
    timed: list[Cue] = []
    place = 0.0
    for cue in cues:
        end = place + library.durations[index] * len(cue.text) / letters
        timed.append(Cue(cue.text, round(place, 1), round(end, 1)))
        place = end
    return Transcript(tuple(timed))


def speak(start: FakeStart) -> None:
    """Give the episode that is played its words, and their times to the player."""
    words = spoken(HEARD)
    start.transcripts[HEARD] = words
    marks = tuple(Mark(cue.start or 0.0, cue.text) for cue in words.cues)
    start.sources.found[HEARD] = Source(f"/{HEARD}.opus", is_narrated=True, duration=105.0, marks=marks)


def remember(start: FakeStart) -> None:
    """Give the listener a year of listening."""
    speak(start)
    chance = random.Random(7)
    for days in range(370, 0, -1):
        if chance.random() < 0.3 + 0.4 * (days % 90 < 45):
            day = START - timedelta(days=days, hours=chance.randrange(6))
            minutes = chance.choice((3, 6, 9, 14, 18, 24, 33))
            ident = FINISHED[days % len(FINISHED)]
            start.recorder.records.append(HeardRecord(f"past-{days}", ident, day, 0, minutes * 60.0, minutes * 52.0))


LATER = Queue(("grouped-query-attention", "multi-query-attention", "swiglu", "context-window", "scaling-laws"))

EMPTY, GENERATIVE_AI = Queue(), View(place=1)


@dataclass(frozen=True, slots=True)
class Scene:
    """What is shown, and how one comes there."""

    keys: tuple[str, ...] = ()
    seconds: float = 0.0
    """Seconds that are listened before the keys, when an episode plays."""
    progress: Callable[[], dict[str, Progress]] = some_progress
    queue: Queue = EMPTY
    view: View = GENERATIVE_AI
    prepare: Callable[[FakeStart], None] = speak
    library: Callable[[], Library] = embedded_library


SCENES = {
    "library": Scene(progress=dict),
    "playing": Scene(seconds=42, queue=LATER),
    "details": Scene(("i",), seconds=42),
    "search": Scene(("slash", *"attention")),
    "help": Scene(("question_mark",)),
    "session": Scene(("S",)),
    "transcript": Scene(("t",), seconds=42),
    "statistics": Scene(("3",), prepare=remember),
    "queue": Scene(("2",), seconds=42, queue=LATER),
}


async def play_scene(stage: Stage, scene: Scene) -> None:
    """Bring a stage to a scene."""
    if scene.seconds:
        stage.episodes.go(stage.shown.index(HEARD))
        await stage.press("circumflex_accent")
        await stage.play(scene.seconds)
    await stage.press(*scene.keys)
    if "3" in scene.keys:
        await stage.until(lambda: len(stage.app.screen_stack) > 1, "the statistics are shown")
        await stage.settle()
    stage.app.clear_notifications()
    await stage.settle()
