"""What the golden screens and the pictures of the README show: the embedded catalogue, in use.

A scene is a set of services and the keys that lead to it; the same one is drawn at every size.
"""

import random
from collections.abc import Callable, Mapping
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from tests.app_driver import AppDriver, FakeServices, embedded_library, run_app
from tests.fakes import START
from tui_pod.config.paths import embedded_catalog, embedded_transcripts
from tui_pod.core.library.episode import Episode, Topic
from tui_pod.core.library.library import Library, build_library
from tui_pod.core.library.row_states import WHOLE, DownloadState
from tui_pod.core.library.topics import topic_key
from tui_pod.core.library.transcript import Cue, Transcript, parse_transcript
from tui_pod.core.player.snapshot import Chapter, Source
from tui_pod.core.progress.bookmarks import Bookmark
from tui_pod.core.progress.cards import Card, Notebook
from tui_pod.core.progress.progress import Progress
from tui_pod.core.progress.records import HeardRecord
from tui_pod.core.selection.list_query import ListQuery
from tui_pod.core.selection.queue import Queue
from tui_pod.library.catalog_files import read_catalogs

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
        timed.append(Cue(cue.text, round(place, 1), round(end, 1), cue.ends_paragraph))
        place = end
    return Transcript(tuple(timed))


def speak(services: FakeServices, ident: str = HEARD) -> None:
    """Give an episode its words, and their times to the player."""
    words = spoken(ident)
    services.transcripts[ident] = words
    marks = tuple(Chapter(cue.start or 0.0, cue.text) for cue in words.cues)
    duration = words.cues[-1].end
    services.sources.found[ident] = Source(f"/{ident}.opus", is_narrated=True, duration=duration, marks=marks)


def remember(services: FakeServices) -> None:
    """Give the listener a year of listening."""
    speak(services)
    chance = random.Random(7)
    for days in range(370, 0, -1):
        if chance.random() < 0.3 + 0.4 * (days % 90 < 45):
            day = START - timedelta(days=days, hours=chance.choice((-9, -8, -6, -5, -5, -4, 1, 2, 4, 5, 5, 5, 6)))
            minutes = chance.choice((3, 6, 9, 14, 18, 24, 33))
            ident = FINISHED[days % len(FINISHED)]
            services.writer.records.append(HeardRecord(f"past-{days}", ident, day, 0, minutes * 60.0, minutes * 52.0))


KEPT = (
    (HEARD, 0.0, 5.9, "Picture the winding stair of a lighthouse, with ninety-six steps, all cut to the same plan.",
     "The image to keep"),
    (HEARD, 31.2, 38.0, "The steps share a plan, but training gave each one its own weights, and so its own job.", ""),
    (HEARD, 72.0, 102.0, "", "Three questions: ask them again"),
    ("rope", 12.0, 18.0, "Rotation keeps the length, and tells the distance.", ""),
)  # fmt: skip
"""Episodes, seconds, words and notes of what is kept."""


def keep(services: FakeServices) -> None:
    """Give the listener bookmarks, and make one a card."""
    speak(services)
    library, when = services.library, START - timedelta(days=1)
    marks = [
        Bookmark(ident, start, end, when, when, text, note, library.titles[library.index(ident) or 0])
        for ident, start, end, text, note in KEPT
    ]
    kept = Notebook(tuple(marks), (Card(HEARD, 0.0, START - timedelta(hours=1), when),))
    services.first = services.first._replace(notebook=kept)


FEEDS = (("Astronomy", "The Quiet Sky"), ("History", "Ships and Harbours"))
"""Folder and name of each podcast that is followed; both are made up."""

FEED_EPISODES = (
    ("harbour-3", 1, "The lamp that never went out", 2415, date(2026, 11, 23),
     "Three families kept the light on the rock for ninety years. Their logbooks name every ship that passed."),
    ("harbour-2", 1, "A crane in every port", 2702, date(2026, 11, 16),
     "How the container came, what it did to the docks, and who remembers the hooks and the sacks."),
    ("harbour-1", 1, "Tide tables and other prophecies", 2533, date(2026, 11, 9),
     "A brass machine with forty wheels told the sea's height a year ahead, and was right to a hand's breadth."),
    ("sky-1", 0, "What a dark sky costs", 1980, date(2026, 11, 20),
     "A valley turned its street lamps down and counted the stars before and after."),
)  # fmt: skip
"""Id, number of the feed, title, seconds, day and summary."""


def library_with_feeds() -> Library:
    """Return the embedded catalogue and the podcasts, as the feeds' own library would put them into the tree."""
    (catalog,) = read_catalogs([embedded_catalog()])
    keys, topics = [], list(catalog.topics)
    for folder, name in FEEDS:
        keys.append(topic_key(folder, name, feed=f"https://{folder.lower()}.example/feed"))
        topics += [Topic(folder), Topic(keys[-1], folder)]
    episodes = [
        Episode(ident, title, summary, seconds, day, FEEDS[feed][::-1], f"https://media.example/{ident}.mp3")
        for ident, feed, title, seconds, day, summary in FEED_EPISODES
    ]
    tags = [episode.tags for episode in catalog.episodes] + [(keys[feed],) for _, feed, *_ in FEED_EPISODES]
    return build_library(topics, [*catalog.episodes, *episodes], tags)


TOLD = (
    "In the spring the keeper Anders Holm took his daughter Ingrid out to the rock, where the lamp had stood unlit "
    "since the storm.",
    "Captain Brandt of the supply boat said that nobody could winter there, and Ingrid laughed at the captain.",
    "Her father wrote each ship into the logbook, and it was Ingrid who read the names aloud in the evening.",
    "Then Mrs. Lund came over from Skagen with a letter, which Anders read twice and put away.",
    "In the night Captain Brandt turned back, and when Anders saw his light on the reef he woke Ingrid at once.",
    "She held the lamp while her father rowed, and Mrs. Lund rang the bell until the boat was home.",
    "It was Ingrid who wrote it down the next morning, and under the ship she put the name of Captain Brandt.",
)
"""Sentences of an episode about people."""


def tell(services: FakeServices) -> None:
    """Give an episode words about people."""
    cues = (Cue(text, 80.0 + 25 * number, 105.0 + 25 * number) for number, text in enumerate(TOLD))
    services.transcripts["harbour-3"] = Transcript(tuple(cues))


def days_later() -> dict[str, Progress]:
    """Return the progress of a listener who left that episode for some days."""
    when = START - timedelta(days=4)
    return some_progress() | {"harbour-3": Progress(when, position=260.0, duration=2415.0, listened=when)}


LATER = Queue(("grouped-query-attention", "multi-query-attention", "swiglu", "context-window", "scaling-laws"))

EMPTY, GENERATIVE_AI = Queue(), ListQuery(entry=1)


@dataclass(frozen=True, slots=True)
class Scene:
    """What is shown, and how one comes there."""

    keys: tuple[str, ...] = ()
    seconds: float = 0.0
    """Seconds that are listened before the keys, when an episode plays."""
    progress: Callable[[], dict[str, Progress]] = some_progress
    queue: Queue = EMPTY
    query: ListQuery = GENERATIVE_AI
    prepare: Callable[[FakeServices], None] = speak
    library: Callable[[], Library] = embedded_library
    downloads: Mapping[str, DownloadState] = field(default_factory=dict)


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
    "bookmarks": Scene(("4",), seconds=42, prepare=keep),
}

"""What is kept as text too, at several sizes."""

PICTURED = SCENES | {
    "sleep": Scene(("z",), seconds=42, queue=LATER),
    "feeds": Scene(
        ("tab", "up", "enter"),  # podcasts stand above the course
        query=ListQuery(entry=5),
        seconds=42,
        library=library_with_feeds,
        downloads={"harbour-3": DownloadState(text="64 %", share=0.64), "harbour-2": WHOLE},
    ),
    "recap": Scene(
        ("tab", "up", "enter", "i"),
        query=ListQuery(entry=5),
        progress=days_later,
        prepare=tell,
        library=library_with_feeds,
    ),
    "samples": Scene(
        ("tab", "up", "enter", "ctrl+g", "greater_than_sign", "e"),
        query=ListQuery(entry=5),
        library=library_with_feeds,
    ),
    "add-feed": Scene(("a", *"https://harbour.example/feed")),
}
"""What the pictures show."""


def run_scene(scene: Scene, size: tuple[int, int], **first: Any) -> AbstractAsyncContextManager[AppDriver]:
    """Run the app as a scene begins, at a size and with what else its first screen has."""
    return run_app(
        scene.library(), size, scene.progress(), scene.queue, query=scene.query, prepare=scene.prepare, **first
    )


async def press(driver: AppDriver, key: str) -> None:
    """Press a key, and wait for what it opens."""
    await driver.press(key)
    view = {"3": "statistics", "4": "bookmarks"}.get(key)
    if view is not None and driver.app.screen is driver.main:
        await driver.until(lambda: driver.focus == view, "the view is shown")
        await driver.settle()


async def play_scene(driver: AppDriver, scene: Scene) -> None:
    """Bring a running app to a scene."""
    if scene.seconds:
        driver.episodes.go(driver.shown.index(HEARD))
        await driver.press("circumflex_accent")
        await driver.play(scene.seconds)
    for key in scene.keys:
        await press(driver, key)
    driver.app.frontend.downloads_changed(scene.downloads)
    driver.app.clear_notifications()
    await driver.settle()
