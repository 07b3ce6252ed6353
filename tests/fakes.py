"""Stand-ins for everything outside the core: they record what they are told and report when the test says so."""

import asyncio
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from math import inf
from typing import Any

from tests.patience import Bell
from tui_pod.audio.excerpt import ExcerptPlayer
from tui_pod.config.settings import Settings, SyncSettings
from tui_pod.core.actions import render_keys
from tui_pod.core.errors import UserError
from tui_pod.core.library.episode import Episode
from tui_pod.core.library.library import Library
from tui_pod.core.library.parts import Part, part_at
from tui_pod.core.library.row_states import DownloadState, RecognitionState
from tui_pod.core.library.show_notes import EpisodeNotes, PodcastFacts
from tui_pod.core.library.transcript import Transcript
from tui_pod.core.outcome import Outcome
from tui_pod.core.playback.controller import PlaybackController
from tui_pod.core.player.changes import ChangeReader
from tui_pod.core.player.events import (
    Event,
    FileEnded,
    FileLoaded,
    PauseChanged,
    PositionChanged,
    RecordsSaved,
    SeekFinished,
    SourceReady,
)
from tui_pod.core.player.options import Sound
from tui_pod.core.player.remote_audio import ByteReader, FetchProgress
from tui_pod.core.player.snapshot import Chapter, Playback, Source
from tui_pod.core.progress.cards import Card
from tui_pod.core.progress.progress_index import ProgressIndex
from tui_pod.core.progress.records import ProgressRecord, Record, SettingRecord
from tui_pod.core.selection.session_planner import Summary
from tui_pod.recall.questions import Question
from tui_pod.services.context import Context
from tui_pod.services.episode_reader import EpisodeReader
from tui_pod.services.episode_sources import EpisodeSources
from tui_pod.services.frontend import Frontend, Job, LoginQuestion
from tui_pod.services.narration import EpisodeVoice
from tui_pod.services.podcasts.covers import Covers
from tui_pod.services.podcasts.directories import DirectorySearch, DirectoryService
from tui_pod.services.podcasts.downloads import DownloadService
from tui_pod.services.podcasts.feeds import FeedService
from tui_pod.services.podcasts.imports import ImportService, Preview
from tui_pod.services.podcasts.podcast_settings import PodcastChoice, PodcastSettingsService
from tui_pod.services.podcasts.refreshing import Refresher
from tui_pod.services.podcasts.shared import SharedPodcasts
from tui_pod.services.podcasts.troubles import Trouble
from tui_pod.services.recognition import RecognitionService
from tui_pod.services.sync import SyncService
from tui_pod.services.sync_setup import SyncSetup
from tui_pod.services.tasks import BackgroundTasks
from tui_pod.shelf.published import Published, PublishedItem
from tui_pod.sources import directories
from tui_pod.sources.directories import Finding
from tui_pod.sources.opened import Podcasts
from tui_pod.sync.folder import Machine

START = datetime(2026, 11, 24, 13, 0, tzinfo=UTC)


class FakeClock:
    """A clock that moves only when told."""

    def __init__(self) -> None:
        self.now = START

    def __call__(self) -> datetime:
        return self.now

    def go(self, seconds: float) -> None:
        """Let time pass, or go back."""
        self.now += timedelta(seconds=seconds)


class FakePlayer:
    """A `Player` that loads at once and plays when `play` is called."""

    def __init__(self, clock: FakeClock | None = None) -> None:
        self.emit: Callable[[Event], None] = lambda event: None
        self.clock = clock or FakeClock()
        self.calls: list[tuple[object, ...]] = []
        self.source: Source | None = None
        self.durations: dict[str, float | None] = {}
        self.duration: float | None = None
        self.is_exact = True
        self.is_holding = False
        self.speed = 1.0
        self._load = 0
        self.end: float | None = None
        self.now = 0.0
        """Where the player really is, in seconds."""
        self._is_paused = False

    def load(self, source: Source, start: float, load: int, is_paused: bool) -> None:
        self.calls.append(("load", source.location, start, load))
        self.source, self._load, self.now, self._is_paused = source, load, start, is_paused
        self.duration = source.duration or self.durations.get(source.location, 100.0)
        if not self.is_holding:
            self.emit(FileLoaded(load, start, self.duration, self.is_exact))

    def stop(self) -> None:
        self.calls.append(("stop",))
        self.source = None

    def set_paused(self, is_paused: bool) -> None:
        self.calls.append(("pause", is_paused))
        if self.source is not None and is_paused != self._is_paused:
            self._is_paused = is_paused
            self.emit(PauseChanged(self._load, is_paused, self.now))

    def seek(self, position: float) -> None:
        self.calls.append(("seek", position))
        self.now = position
        self.emit(SeekFinished(self._load, position))

    def set_end(self, position: float | None) -> None:
        self.end = position

    def position(self) -> float | None:
        return self.now if self.source is not None else None

    def set_speed(self, speed: float) -> None:
        self.speed = speed

    def set_volume(self, percent: int) -> None:
        self.calls.append(("volume", percent))

    def set_sound(self, sound: Sound) -> None:
        self.calls.append(("sound", sound))

    def devices(self) -> tuple[tuple[str, str], ...]:
        return (("auto", "Autoselect device"), ("pulse/headset", "Headset"))

    def set_device(self, name: str) -> None:
        self.calls.append(("device", name))

    def set_muted(self, is_muted: bool) -> None:
        self.calls.append(("mute", is_muted))

    def play(self, seconds: float, step: float = 0.25) -> None:
        """Play on for so many seconds of the listener's time, to the end of the file at most."""
        if self.source is None or self._is_paused:
            self.clock.go(seconds)
            return
        load, passed = self._load, 0.0
        while passed < seconds - 1e-9 and self._load == load and not self._is_paused:
            passed += step
            self.clock.go(step)
            self.now += step * self.speed
            end = min(self.end or inf, self.duration or inf)
            if self.now >= end:
                self.now = end
                self.emit(FileEnded(load, self.now))
                if self.now == end:
                    return
                continue
            self.emit(PositionChanged(load, self.now))


class FakeAudio:
    """A recording of which as much is here as a test says."""

    def __init__(self, fetched: int = 0, total: int | None = 3_000_000, is_seekable: bool = False) -> None:
        self.state = FetchProgress(fetched, total, is_seekable, is_intact=True)

    def open(self) -> ByteReader:
        raise NotImplementedError

    def problem(self) -> str | None:
        return None

    def has_changed(self) -> bool:
        return False

    def progress(self) -> FetchProgress:
        return self.state

    def fetch(self, fetched: int, rate: float = 0.0) -> None:
        self.state = self.state._replace(fetched=fetched, rate=rate, come=fetched)

    def source(self, is_constant_rate: bool | None = True) -> Source:
        """Return it as a stream."""
        return Source("https://example.org/a.mp3", is_stream=True, remote=self, is_constant_rate=is_constant_rate)


class FakeSources:
    """A `Sources` for which every episode has a file of its length, or what `found` says."""

    def __init__(self) -> None:
        self.emit: Callable[[Event], None] = lambda event: None
        self.requests: list[str] = []
        self.prepared: list[str] = []
        self.discarded: list[str] = []
        self.corrected: list[tuple[str, str, float]] = []
        self.found: dict[str, Source] = {}
        self.planned: dict[str, Sequence[Part]] = {}
        """The parts of planned texts, by episode."""
        self.is_holding = False
        self.share: float | None = None

    def request(self, episode: Episode, load: int, position: float = 0.0) -> None:
        self.requests.append(episode.id)
        if self.is_holding:
            return
        if episode.id in self.planned:
            self.emit(SourceReady(load, self.part(episode.id, position)))
            return
        marks = (Chapter(0.0, "One."), Chapter(20.0, "Two."), Chapter(40.0, "Three."))
        default = Source(f"/{episode.id}.opus", is_narrated=True, duration=episode.duration, marks=marks)
        found = self.found.get(episode.id, default)
        self.emit(SourceReady(load, self.found.get(episode.audio or "", found)))

    def part(self, ident: str, position: float) -> Source:
        """Return the part of a planned text at a position."""
        parts = self.planned[ident]
        part = part_at(parts, position)
        return Source(part.audio, True, duration=part.duration, chime="/bell", part=part, planned=parts[-1].end)

    def discard(self, source: Source) -> bool:
        self.discarded.append(source.location)
        return source.is_narrated

    def correct_length(self, episode: Episode, audio: str, duration: float) -> None:
        self.corrected.append((episode.id, audio, duration))

    def prepare(self, episode: Episode) -> None:
        self.prepared.append(episode.id)

    def narrated_share(self) -> float | None:
        return self.share


class FakeWriter:
    """A `RecordWriter` that has saved everything at once."""

    def __init__(self) -> None:
        self.emit: Callable[[Event], None] = lambda event: None
        self.records: list[Record] = []
        self.compactions = 0
        self.is_holding = False

    def save(self, *records: Record) -> int:
        self.records += records
        if not self.is_holding:
            self.emit(RecordsSaved(len(self.records)))
        return len(self.records)

    def compact(self) -> None:
        self.compactions += 1

    def progress(self, ident: str) -> list[float]:
        """Return the positions saved for an episode, in order."""
        return [r.progress.position for r in self.records if isinstance(r, ProgressRecord) and r.episode == ident]

    def setting(self, key: str) -> object:
        """Return the value last saved under a key."""
        return next((r.value for r in reversed(self.records) if isinstance(r, SettingRecord) and r.key == key), None)

    def table(self, name: str) -> dict[str, object]:
        """Return the values last saved in a table of settings."""
        return {r.key: r.value for r in self.records if isinstance(r, SettingRecord) and r.table == name}


class FakeListener(ChangeReader):
    """A `PlaybackListener` that keeps what it is told."""

    def __init__(self) -> None:
        self.playbacks: list[Playback] = []
        self.changed: list[frozenset[str]] = []
        self.said: list[str] = []
        self.errors: list[str] = []
        self.queue_changes = 0
        self.bookmarked: list[frozenset[str]] = []
        self.summaries: list[Summary] = []
        self.libraries: list[Library] = []

    def playback_changed(self, playback: Playback) -> None:
        self.playbacks.append(playback)

    def progress_changed(self, episodes: frozenset[str]) -> None:
        self.changed.append(episodes)

    def queue_changed(self) -> None:
        self.queue_changes += 1

    def bookmarks_changed(self, episodes: frozenset[str]) -> None:
        self.bookmarked.append(episodes)

    def library_changed(self, library: Library, progress_index: ProgressIndex) -> None:
        self.libraries.append(library)

    def tell(self, text: str, is_error: bool = False) -> None:
        self.said.append(render_keys(text))
        self.errors += self.said[-1:] if is_error else []

    def session_ended(self, summary: Summary) -> None:
        self.summaries.append(summary)


class FakeRecognition(RecognitionService):
    """Recognises nothing, and keeps what it is asked."""

    def __init__(self) -> None:
        self.asked: list[tuple[str, ...]] = []
        self.labels: dict[str, str] = {}

    is_ready = True

    def offer(self, episode: Episode, how: str = "Press enter") -> str:
        return f"{how} to have them recognised." if episode.audio is not None else ""

    def label(self, episode: str) -> str:
        return self.labels.get(episode, "")

    def request(self, episodes: Iterable[str], is_asked: bool = True) -> None:
        self.asked.append(("request", *episodes))

    def toggle_pause(self) -> Outcome:
        self.asked.append(("toggle_pause",))
        return Outcome()

    def remove(self, episode: str) -> None:
        self.asked.append(("remove", episode))


class FakeFrontend(FakeListener):
    """A `Frontend` that keeps what it is told to show."""

    asked: tuple[Sequence[Card], Callable[[], None]] | None = None
    """What is to be recalled, and what is to follow."""

    def __init__(self) -> None:
        super().__init__()
        self.bell = Bell()
        """Rung whenever something else is to be shown."""
        self.errors: list[str] = []
        self.works: list[str] = []
        self.jobs: Mapping[str, Job] = {}
        self.failed = frozenset[str]()
        self.troubles: Mapping[str, Trouble] = {}
        """Feeds that could not be refreshed."""
        self.downloads: dict[str, DownloadState] = {}
        self.recognised: dict[str, RecognitionState | None] = {}
        """How far recognition of each episode is, as told last."""
        self.download_texts: dict[str, list[str]] = {}
        """What was shown of each download, one after the other; empty: gone."""
        self.questions: list[LoginQuestion] = []
        self.asked_yes: list[tuple[str, Callable[[bool], None]]] = []
        """Questions to answer with yes or no."""
        self.is_busy = False
        """Whether the listener cannot be asked."""
        self.offered: list[tuple[Card, Question]] = []
        """Questions of episodes that have ended."""

    @property
    def work(self) -> str:
        """What is shown of the work in the background."""
        return self.works[-1] if self.works else ""

    def tell(self, text: str, is_error: bool = False) -> None:
        super().tell(text)
        if is_error:
            self.errors.append(text)
        self.bell.ring()

    def progress_changed(self, episodes: frozenset[str]) -> None:
        super().progress_changed(episodes)
        self.bell.ring()

    def emit(self, event: Event) -> None:
        raise AssertionError(f"nobody is to emit {event}")

    def write_control(self, sequence: str) -> None:
        raise AssertionError("nobody writes")

    def run_action(self, ident: str, episodes: Sequence[str], values: Mapping[str, str]) -> Outcome:
        raise AssertionError(f"nobody runs {ident}")

    async def grant(self, wish: str, values: Mapping[str, object], caller: object) -> Outcome:
        raise AssertionError(f"nobody wishes {wish}")

    def ask_login(self, question: LoginQuestion) -> None:
        self.questions.append(question)
        self.bell.ring()

    def ask_yes(self, question: str, answer: Callable[[bool], None], title: str = "") -> bool:
        if not self.is_busy:
            self.asked_yes.append((question, answer))
        return not self.is_busy

    def offer_question(self, card: Card, question: Question) -> None:
        self.offered.append((card, question))

    def ask_recall(self, cards: Sequence[Card], then: Callable[[], None]) -> None:
        self.asked = cards, then

    def show_statistics(self) -> None:
        raise AssertionError("nobody wants statistics")

    def show_answer(self, answer: str) -> None:
        self.tell(answer)

    def library_changed(self, library: Library, progress_index: ProgressIndex) -> None:
        self.libraries.append(library)
        self.bell.ring()

    def downloads_changed(self, downloads: Mapping[str, DownloadState | None]) -> None:
        for ident, download in downloads.items():
            text = "" if download is None else "whole" if download.is_whole else download.text
            self.download_texts.setdefault(ident, []).append(text)
            self.downloads.pop(ident, None)
            if download is not None:
                self.downloads[ident] = download
        self.bell.ring()

    def transcript_changed(self, episode: str, state: RecognitionState | None) -> None:
        self.recognised[episode] = state
        self.bell.ring()

    def troubles_changed(self, troubles: Mapping[str, Trouble]) -> None:
        self.failed, self.troubles = frozenset(troubles), troubles
        self.bell.ring()

    def work_changed(self, jobs: Mapping[str, Job]) -> None:
        self.jobs = jobs
        self.works.append(", ".join(job.text for job in jobs.values()))
        self.bell.ring()


def make_context(
    controller: PlaybackController,
    frontend: Frontend,
    settings: Settings | None = None,
    podcasts: Podcasts | None = None,
) -> Context:
    """Return a context around a controller that a test made."""

    tasks = BackgroundTasks(controller, frontend)
    return Context(controller, frontend, tasks, settings or Settings(), OpenedPodcasts(podcasts))


class OpenedPodcasts(SharedPodcasts):
    """Podcasts that a test has opened."""

    def __init__(self, podcasts: Podcasts | None) -> None:
        self._podcasts = podcasts

    async def get(self) -> Podcasts:
        assert self._podcasts is not None
        return self._podcasts


class FakeReader(EpisodeReader):
    """Reads what a test says of each episode."""

    def __init__(self, default: Transcript | None = None) -> None:
        self.nudges = {}
        self.default = default or Transcript()
        """The transcript of every episode that has none in `transcripts`; likewise the notes and chapters."""
        self.default_notes = EpisodeNotes()
        self.default_chapters: tuple[Chapter, ...] = ()
        self.transcripts: dict[str, Transcript] = {}
        self.all_notes: dict[str, EpisodeNotes] = {}
        self.all_chapters: dict[str, tuple[Chapter, ...]] = {}

    def follow(self, controller: PlaybackController) -> None:
        """Let this controller remember what is moved."""
        self._controller = controller

    async def transcript(self, episode: Episode) -> Transcript:
        return self.transcripts.get(episode.id, self.default).moved(self.nudges.get(episode.id, 0.0))

    async def notes(self, episode: Episode) -> EpisodeNotes:
        return self.all_notes.get(episode.id, self.default_notes)

    async def chapters(self, episode: Episode) -> tuple[Chapter, ...]:
        return self.all_chapters.get(episode.id, self.default_chapters)


class FakeExcerpts(ExcerptPlayer):
    """Plays no excerpts and no files, and records them."""

    def __init__(self) -> None:
        self.played: list[object] = []
        self.speed = 0.0
        """Of the last excerpt."""
        self.ended: Callable[[str | None], None] = lambda _: None
        """Tells that the file has ended, and what went wrong."""

    async def play(
        self,
        episode: Episode,
        start: float,
        end: float,
        ended: Callable[[str | None], None] = lambda _: None,
        speed: float = 1.0,
    ) -> None:
        self.played.append((episode.id, start, end))
        self.ended, self.speed = ended, speed

    def play_file(self, path: str, is_paused: bool, ended: Callable[[str | None], None]) -> None:
        self.played.append(f"{path}, paused" if is_paused else path)
        self.ended = ended

    def set_paused(self, is_paused: bool) -> None:
        self.played.append("pause" if is_paused else "go on")

    def stop(self) -> None:
        self.played.append("silence")


class FakeEpisodeSources(EpisodeSources):
    """Has the sound of each episode without an address, as if the voice spoke it."""

    def __init__(self) -> None:
        self.faults: dict[str, str] = {}
        """Why that of an episode is not there, by its id."""

    async def find(self, episode: Episode, start: float = 0.0, end: float = 0.0) -> Source | None:
        if fault := self.faults.get(episode.id):
            raise UserError(fault)
        return Source(f"/{episode.id}", is_narrated=True)


class FakeVoice(EpisodeVoice):
    """Speaks by returning the text."""

    missing_voice: str | None = None

    def __init__(self) -> None:
        self.fault = ""
        """Why it cannot speak."""

    async def speak(self, text: str, episode: Episode | None) -> str:
        if self.fault:
            raise UserError(self.fault)
        assert episode is not None
        return text

    async def prepare(self, episode: Episode) -> None:
        pass

    async def chime(self) -> str:
        return "chime"


class FakeSettings(PodcastSettingsService):
    """Settings of podcasts that were given, and what was asked of them."""

    def __init__(self, wishes: list[tuple[object, ...]]) -> None:
        self.podcasts: list[PodcastChoice] = []
        self.has_course = True
        self._wishes = wishes

    async def all(self) -> list[PodcastChoice]:
        return self.podcasts

    async def find_book(self, episode: str) -> PodcastChoice | None:
        return next((each for each in self.podcasts if each.id == episode and each.podcast), None)

    def configure(self, ident: str, changes: Mapping[str, str], label: str | None = None, is_told: bool = True) -> Any:
        self._wishes.append(("configure", ident, dict(changes)))


class FakeImports(ImportService):
    """Imports of what a test says lies at a path."""

    def __init__(self, wishes: list[tuple[object, ...]]) -> None:
        self._wishes = wishes
        self.found: dict[str, Preview | Exception] = {}

    async def read(self, typed: str, is_asked: bool = False) -> Preview | None:
        found = self.found.get(typed)
        if isinstance(found, Exception):
            raise found
        return found

    def take(self, preview: Preview, is_fetched: bool = True, is_told: bool = True) -> Any:
        self._wishes.append(("take", preview.origin))


class FakeDirectories(DirectoryService):
    """Directories that find what a test says."""

    def __init__(self, wishes: list[tuple[object, ...]]) -> None:
        self._wishes = wishes
        self.search = DirectorySearch(Finding(), frozenset())
        self.feed: Published | Exception = Published("Cast")

    @property
    def names(self) -> list[str]:
        return ["iTunes", "fyyd"]

    charts: tuple[str, ...] = ("Arts", "Comedy", "True Crime")
    country = "AT"

    async def find(self, words: str) -> DirectorySearch:
        self._wishes.append(("find", words))
        return self.search

    async def marked(self, finding: Finding) -> DirectorySearch:
        return DirectorySearch(finding, frozenset())

    async def top(self, typed: str) -> DirectorySearch:
        self._wishes.append(("top", *directories.parse_top(typed, self.country)))
        return self.search

    async def preview(self, address: str) -> Published:
        self._wishes.append(("play_preview", address))
        if isinstance(self.feed, Exception):
            raise self.feed
        return self.feed


class FakeRefresher(Refresher):
    """Remembers what is to be refreshed."""

    def __init__(self, wishes: list[tuple[object, ...]]) -> None:
        self._wishes = wishes

    def refresh(self, feed_id: str | None = None) -> None:
        self._wishes.append(("refresh", feed_id))


class FakeDownloads(DownloadService):
    """What was asked of downloads."""

    def __init__(self, wishes: list[tuple[object, ...]]) -> None:
        self._wishes = wishes
        self.errors = {}

    def toggle(self, episodes: Iterable[str]) -> None:
        self._wishes.append(("download", *episodes))

    def remove(self, episodes: Iterable[str]) -> None:
        self._wishes.append(("remove_downloads", *episodes))

    def rename(self) -> None:
        self._wishes.append(("rename_downloads",))


class FakeFeeds(FeedService):
    """A feed service that keeps what it was asked for, and has no parts."""

    def __init__(self) -> None:
        self.wishes: list[tuple[object, ...]] = []
        self.asked_settings = FakeSettings(self.wishes)
        self.refresher = FakeRefresher(self.wishes)
        self.settings = self.asked_settings
        self.downloads = self.asked_downloads = FakeDownloads(self.wishes)
        self.imports = self.asked_imports = FakeImports(self.wishes)
        self.directories = self.asked_directories = FakeDirectories(self.wishes)
        self.refusal: Exception | None = None
        self.facts: dict[str, PodcastFacts] = {}
        self.removed: dict[str, tuple[str, str]] = {}
        self.answers = asyncio.Event()
        self.answers.set()

    async def subscribe(self, typed: str, is_listed: bool = False) -> str:
        self.wishes.append(("add listed" if is_listed else "add", typed))
        await self.answers.wait()
        if self.refusal is not None:
            raise self.refusal
        return typed

    async def move(self, feed_id: str, typed: str) -> None:
        self.wishes.append(("move", feed_id, typed))

    async def play_preview(self, address: str, feed: Published, item: PublishedItem) -> None:
        self.wishes.append(("play_preview", address, feed.title, item.title))
        if self.refusal is not None:
            raise self.refusal

    async def describe(self, feed_id: str) -> PodcastFacts | None:
        return self.facts.get(feed_id)

    async def removed_podcast(self, episode: str) -> tuple[str, str] | None:
        return self.removed.get(episode)

    def add(self, typed: str, is_listed: bool = False) -> None:
        self.wishes.append(("add listed" if is_listed else "add", typed))

    def remove(self, episodes: Sequence[str]) -> None:
        self.downloads.remove(episodes)

    def add_previewed(self, episode: str) -> None:
        self.wishes.append(("add_previewed", episode))

    def remove_feed(self, feed_id: str, is_told: bool = True) -> Any:
        self.wishes.append(("remove_feed", feed_id))


class FakeCovers(Covers):
    """The pictures that a test names, by the id of their episode or their address."""

    def __init__(self) -> None:
        self.pictures: dict[str, bytes] = {}

    async def picture(self, subject: Episode | str) -> bytes | None:
        return self.pictures.get(subject if isinstance(subject, str) else subject.id)


class FakeSyncSetup(SyncSetup):
    """What a test says to sync with."""

    def __init__(self, settings: SyncSettings) -> None:
        self.settings = settings
        self.set_by = None

    @property
    def is_set(self) -> bool:
        return self.settings.is_set

    def machines(self) -> list[Machine]:
        return []


class FakeSync(SyncService):
    """Remembers what was asked."""

    def __init__(self, settings: SyncSettings) -> None:
        self.setup = FakeSyncSetup(settings)
        self.chosen: list[tuple[SyncSettings, str]] = []
        self.added: list[tuple[str, str, str]] = []

    async def set_up(self, chosen: SyncSettings, password: str, makes_folder: bool = False) -> None:
        self.chosen.append((chosen, password))

    async def add_server(self, address: str, user: str, password: str) -> None:
        self.added.append((address, user, password))
