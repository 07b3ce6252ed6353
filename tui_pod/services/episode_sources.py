"""Finds the audio of an episode for the player: a file, a stream, or a narration.

Runs on the event loop; blocking work runs in threads.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tui_pod.core.library.episode import Episode
from tui_pod.core.player.events import ChaptersKnown, Event, LoadFailed, SourceReady
from tui_pod.core.player.snapshot import Chapter, Source
from tui_pod.core.text.clean import clean
from tui_pod.runtime.log import log_error
from tui_pod.runtime.threads import in_thread
from tui_pod.services.narration import EpisodeVoice
from tui_pod.services.transcripts import is_of_feed
from tui_pod.speech.narrator import NarrationError

if TYPE_CHECKING:
    from tui_pod.net.fetch import LoginWanted
    from tui_pod.services.podcasts.shared import SharedPodcasts


@dataclass(eq=False, repr=False)
class EpisodeSources:
    """The port `Sources`, over files, downloads, streams and narrations."""

    _podcasts: SharedPodcasts
    _voice: EpisodeVoice
    _emit: Callable[[Event], None]
    network_works: Callable[[], None] = lambda: None
    """Called when a server has answered."""
    ask_login: Callable[[Episode, LoginWanted], None] = lambda _episode, _wanted: None
    """Called with an episode whose server wants a login."""
    relist: Callable[[], Coroutine[Any, Any, None]] | None = None
    """Shows the library again after the length of a part was corrected."""
    _tasks: set[asyncio.Task[None]] = field(default_factory=set, init=False)

    def request(self, episode: Episode, load: int, position: float = 0.0) -> None:
        """Fetch, narrate or find the audio of an episode, from `position` seconds on if it is narrated."""
        if episode.audio is None:
            self._run(self._narrate(episode, load, position), episode, load)
        elif "://" in episode.audio:
            self._run(self._stream(episode, load), episode, load)
        else:
            self._run(self._open_file(episode, episode.audio, load), episode, load)

    def discard(self, source: Source) -> bool:
        """Discard the audio: a narration is made again, and a stream that has changed is read again."""
        if source.is_narrated:
            self._voice.narrator.discard(Path(source.location))
        return source.is_narrated or (source.remote is not None and source.remote.has_changed())

    def correct_length(self, episode: Episode, audio: str, duration: float) -> None:
        """Store the true length of a book's file, whose tags are wrong."""
        self._run(self._correct_length(episode, audio, duration), episode)

    async def _correct_length(self, episode: Episode, audio: str, duration: float) -> None:
        from tui_pod.shelf.layouts import correct_length  # only for books with wrong tags

        await self._podcasts.ask(lambda podcasts, _: correct_length(podcasts.store.db, episode.id, audio, duration))
        if self.relist is not None:
            await self.relist()

    def prepare(self, episode: Episode) -> None:
        """Fetch or narrate the start of an episode that may play soon."""
        if episode.audio is None:
            self._run(self._voice.prepare(episode), episode)
        elif "://" in episode.audio:
            self._run(self._podcasts.ask(lambda podcasts, cancel: podcasts.audio.prepare(episode, cancel)), episode)

    def narrated_share(self) -> float | None:
        """Return how much of the narration in progress is spoken, from 0 to 1; None if there is none."""
        return self._voice.narrator.share

    async def close(self) -> None:
        """Cancel all work, and end the narrator."""
        for task in self._tasks:
            task.cancel()
        await self._voice.close()

    async def find(self, episode: Episode, start: float = 0.0, end: float = 0.0) -> Source | None:
        """Return the audio of an episode without waiting for a narration; None if there is none yet.

        Of a planned text the stretch between two positions, in seconds, is narrated if need be.

        Raises:
            NarrationError: it cannot be.
            FetchError: the server refuses it, or the network is down.
        """
        if episode.audio is None:
            return await self._voice.find(episode, start, end)
        if "://" not in episode.audio:
            is_there = await asyncio.to_thread(Path(episode.audio).is_file)
            return Source(episode.audio) if is_there else None
        return await self._podcasts.ask(lambda podcasts, cancel: podcasts.audio.source(episode, cancel))

    async def _open_file(self, episode: Episode, audio: str, load: int) -> None:
        path = audio
        fault = await in_thread(lambda _: _fault_of(path))
        if fault and is_of_feed(episode):
            path = await self._podcasts.ask(lambda podcasts, _: podcasts.audio.place_of(episode, audio))
            fault = await in_thread(lambda _: _fault_of(path))
        self._emit(LoadFailed(load, fault) if fault else SourceReady(load, Source(path)))
        if not fault and is_of_feed(episode):  # a file of a folder may have a cue sheet
            self._run(self._find_chapters(episode, load, ()), episode)

    async def _stream(self, episode: Episode, load: int) -> None:
        podcasts = await self._podcasts.get()
        from tui_pod.net.fetch import FetchError, LoginWanted  # brings TLS, 2 MiB

        try:
            source = await in_thread(lambda cancel: podcasts.audio.source(episode, cancel))
        except FetchError as error:
            if isinstance(error, LoginWanted):
                self.ask_login(episode, error)
            said, may_pass = f"{error} Your position is saved.", not (error.is_final or error.is_offline)
            passing = error.brief if may_pass else None
            self._emit(LoadFailed(load, said, False, error.is_offline, passing, error.retry_after))
            return
        if source.is_stream:
            self.network_works()
        self._emit(SourceReady(load, source))
        self._run(
            self._find_chapters(episode, load, source.marks), episode
        )  # apart from the audio, which plays without them

    def tell_chapters(self, episode: Episode, load: int) -> None:
        """Report the stored chapters of an episode that is held, without opening it."""
        self._run(self._find_chapters(episode, load, ()), episode)

    async def _find_chapters(self, episode: Episode, load: int, known: tuple[Chapter, ...]) -> None:
        found = await self._podcasts.ask(lambda podcasts, cancel: podcasts.documents.chapters(episode, cancel))
        if found.marks and found.marks != known:
            self._emit(ChaptersKnown(load, found.marks, found.origin))

    async def _narrate(self, episode: Episode, load: int, position: float) -> None:
        def answer(result: Source | NarrationError) -> None:
            self._emit(
                LoadFailed(load, str(result)) if isinstance(result, NarrationError) else SourceReady(load, result)
            )

        await self._voice.narrate(episode, answer, position)

    def _run(self, work: Coroutine[Any, Any, None], episode: Episode, load: int | None = None) -> None:
        """Start work for an episode; if it fails, report that `load` failed, if given."""
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(partial(self._ended, episode, load))

    def _ended(self, episode: Episode, load: int | None, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        if task.cancelled() or (error := task.exception()) is None:
            return
        log_error(error, episode.id)
        if load is not None:
            said = f"“{episode.title}” cannot be played: {_explained(error)}. Your position is saved."
            self._emit(LoadFailed(load, f"{said} Try again, or run: tui-pod doctor"))


def _fault_of(path: str) -> str | None:
    """Return why a file cannot be played; None if it can. Raises OSError if it cannot be read."""
    if not Path(path).is_file():
        return f"The file is gone. Your position is saved. {path} is not there."
    from tui_pod.recordings.heads import fault_of  # only when a file is played

    fault = fault_of(Path(path))
    return f"{fault} Your position is saved. The file is {path}." if fault else None


def _explained(error: BaseException) -> str:
    if isinstance(error, OSError) and error.strerror:
        return clean(f"{error.strerror}{f' ({error.filename})' if error.filename else ''}")
    return clean(f"{type(error).__name__}: {error}").rstrip(":. ")
