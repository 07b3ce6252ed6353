"""What playing and saving need: the player, the sources of audio, the state's writer, and the controller.

Imported and built after the first paint, so that everything heavy can be imported at the top.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
from collections.abc import Callable, Coroutine
from datetime import UTC, datetime
from functools import partial
from typing import TYPE_CHECKING, Any

from tui_pod.audio.chime import chime_file
from tui_pod.audio.excerpt import ExcerptPlayer
from tui_pod.audio.levels import LevelMeter
from tui_pod.audio.mpv_player import MpvPlayer
from tui_pod.config.settings import bound_actions
from tui_pod.core.playback.controller import PlaybackController
from tui_pod.core.player.options import PlaybackOptions, Sound
from tui_pod.core.player.ports import Ports
from tui_pod.core.player.snapshot import Playback, PlayerStatus
from tui_pod.core.progress.progress import PlayedRule
from tui_pod.integrations.broadcast import Broadcast, Follower
from tui_pod.runtime.log import log, logged
from tui_pod.services.episode_sources import EpisodeSources
from tui_pod.services.first_screen import AppFiles
from tui_pod.services.narration import EpisodeVoice, make_narrator, spoken_name
from tui_pod.services.podcasts.opening import open_podcasts
from tui_pod.services.podcasts.shared import SharedPodcasts
from tui_pod.services.tasks import SaveNotices
from tui_pod.services.transcripts import EpisodeTranscripts
from tui_pod.sources.foreign_texts import ForeignTexts
from tui_pod.speech.transcript_files import RECOGNISED, TranscriptFiles
from tui_pod.state.writer import NullWriter, Report, SaveFailed, StateWriter

if TYPE_CHECKING:
    from tui_pod.config.settings import Settings
    from tui_pod.core.library.episode import Episode
    from tui_pod.core.progress.history import Day
    from tui_pod.core.progress.statistics import Statistics
    from tui_pod.net.fetch import LoginWanted
    from tui_pod.services.first_screen import FirstScreen
    from tui_pod.services.frontend import Frontend


SAVE_LIMIT = 0.8
"""Longest time in seconds that quitting waits for the last save."""


class Engine:
    """Builds the parts, connects them, and closes them."""

    def __init__(
        self,
        first: FirstScreen,
        files: AppFiles,
        frontend: Frontend,
        ao: str | None,
        network_works: Callable[[], None],
        ask_login: Callable[[Episode, LoginWanted], None],
        relist: Callable[[], Coroutine[Any, Any, None]],
    ) -> None:
        """Build everything and start to open the player.

        Args:
            ao: the audio output that mpv uses; None for the usual one.
            network_works: called when a server has answered.
            ask_login: called with an episode whose server wants a login.
            relist: shows the library again if another program has changed it.
        """
        self._files, self._frontend = files, frontend
        self._loop = asyncio.get_running_loop()
        self._notices = SaveNotices(frontend)
        settings, paths = first.settings, files.paths
        narration = settings.narration
        self._writer = StateWriter(files.state, self._report) if files.is_writable else NullWriter()
        sound = ao, LevelMeter(paths.cache / "levels.jsonl")
        self._player = MpvPlayer(frontend.emit, *sound, settings.audio.device)
        self.transcript_files = TranscriptFiles(paths.data / RECOGNISED)
        texts = ForeignTexts(paths.cache)
        self.podcasts = SharedPodcasts(partial(open_podcasts, paths, settings, texts))
        self.voice = EpisodeVoice(
            make_narrator(paths, narration),
            EpisodeTranscripts(self.podcasts, texts, self.transcript_files),
            self.podcasts,
            lambda episode: spoken_name(narration, self.controller.library, episode),
            paths.cache if narration.chime else None,
            narration.voices,
        )
        self.sources = EpisodeSources(self.podcasts, self.voice, frontend.emit, network_works, ask_login, relist)
        self.broadcast = Broadcast(frontend, actions=bound_actions(settings))
        ports = Ports(
            self._player,
            self.sources,
            self._writer,
            self.broadcast,
            lambda: datetime.now(UTC),
            os.urandom(4).hex(),
            log,
        )
        self.excerpts = ExcerptPlayer(
            self.sources.find,
            *sound,
            lambda: self.controller.playback,
            lambda: self._player.device,
            self._lost,
            lambda: self.controller.mixer.output,
        )
        self.controller = PlaybackController(
            first.library,
            first.progress_index,
            ports,
            playback_options(settings),
            first.queue,
            first.playback,
            first.notebook,
            first.orders,
            first.usual_speed,
            first.session,
            first.saved_list,
        )
        self.controller.resume_queue(first.queue_notes)
        if first.is_session_over:
            self.controller.sessions.forget()
        self.broadcast.add(LoadTicker(self.controller))
        if settings.sleep.chime:
            self.controller.chime = self._chime
        self.is_open = asyncio.Event()
        """Set once the player is open, or has failed to open."""
        self._player.open(self._opened)
        self._writer.compact()

    def _chime(self) -> None:
        """Play the chime beside what plays; it is written to a file first, in a thread."""

        async def play() -> None:
            with logged("no chime", OSError):
                path = await asyncio.to_thread(chime_file, self._files.paths.cache)
                self.excerpts.play_file(str(path), False, lambda _: None)

        self._chiming = self._loop.create_task(play())

    async def save(self) -> None:
        """Save all progress, and wait until it is on the disk or the limit is over."""
        self.controller.save()
        await asyncio.to_thread(self._writer.flush, SAVE_LIMIT)

    async def compute_statistics(self) -> tuple[Statistics, list[Day]]:
        """Save, and return the statistics of everything played so far, and what was played on each day."""
        from tui_pod.core.progress.history import heard_days  # seldom needed, as the others
        from tui_pod.core.progress.statistics import compute_statistics
        from tui_pod.shelf.library import read_removed_names

        progress = list(self.controller.progress_index)

        def read() -> tuple[Statistics, list[Day]]:
            self._writer.flush(SAVE_LIMIT)
            removed, records = read_removed_names(self._files.paths.data), self._files.state.heard_records()
            return compute_statistics(records, self.controller.library, removed), heard_days(records, progress)

        self.controller.save()
        return await asyncio.to_thread(read)

    def finish(self) -> bool:
        """Stop the sound, save, and close all, after the app has ended; return True if all progress was saved."""
        with logged("ending failed", Exception):  # quitting has saved; after a fault, save what can be saved
            self.controller.end()
        is_saved = self._writer.close(SAVE_LIMIT)  # first: a fault in the sound driver must not lose it
        self._player.close()
        self.excerpts.close()
        return is_saved

    def rescue(self) -> None:
        """Save the position of the playing episode from another thread, while the event loop stands still."""
        if (record := self.controller.unsaved()) is not None:
            self._writer.save(record)

    def end_now(self) -> bool:
        """Save, and close the writer, from another thread; return True if the position was saved."""
        self.rescue()
        return self._writer.close(SAVE_LIMIT)

    def _opened(self) -> None:
        with contextlib.suppress(RuntimeError):  # the loop has ended
            self._loop.call_soon_threadsafe(self.is_open.set)

    def _lost(self, device: str) -> None:
        """Pause the excerpt player, whose device is gone."""
        self.controller.set_paused(True)
        self.broadcast.tell(f"{device} is gone, so playing is paused.")

    def _report(self, report: Report) -> None:
        """Pass on what the writer reports from its thread."""
        match report:
            case SaveFailed(reason):
                with contextlib.suppress(RuntimeError):  # the loop has ended
                    self._loop.call_soon_threadsafe(self._notices.changed, reason)
            case _:
                self._frontend.emit(report)


def playback_options(settings: Settings) -> PlaybackOptions:
    """Return the settings that the controller needs."""
    playback = settings.playback
    return PlaybackOptions(
        is_rewinding=settings.resume.rewind,
        is_autoplaying=playback.autoplay,
        played=PlayedRule(**settings.played.values()),
        seek_back=playback.seek_back,
        seek_forward=playback.seek_forward,
        seek_small=playback.seek_small,
        speed_step=playback.speed_step,
        repeats_with_pause=playback.repeat_pause,
        every_night=settings.sleep.every_night,
        speeds=settings.speeds,
        device=settings.audio.device,
        sound=Sound(settings.audio.level, settings.audio.skip_silence, settings.audio.clear_speech),
        levels=settings.levels,
        silences=settings.silences,
    )


TICK = 0.25
"""Seconds between two ticks."""


class LoadTicker(Follower):
    """Ticks the controller while an episode loads or waits for its stream; at other times an idle app sleeps."""

    def __init__(self, controller: PlaybackController) -> None:
        self._controller = controller
        self._timer: asyncio.TimerHandle | None = None

    def playback_changed(self, playback: Playback) -> None:
        """Start ticking when the wait begins."""
        if self._timer is None and _is_waiting(playback):
            self._timer = asyncio.get_running_loop().call_later(TICK, self._tick)

    def _tick(self) -> None:
        self._timer = None
        if _is_waiting(self._controller.playback):
            self._controller.tick()
            self.playback_changed(self._controller.playback)

    async def close(self) -> None:
        """Stop ticking."""
        if self._timer is not None:
            self._timer.cancel()


def _is_waiting(playback: Playback) -> bool:
    is_repeat_due = playback.repeat is not None and playback.repeat.is_waiting
    return playback.status is PlayerStatus.LOADING or playback.is_buffering or is_repeat_due


class QuestionOffer(Follower):
    """Offers the question of an episode that has ended, which the count of its plays shows."""

    def __init__(self, controller: PlaybackController, offer: Callable[[str], None]) -> None:
        self._controller = controller
        self._offer = offer
        self._playing: tuple[str, int, int] | None = None  # episode, load, and how often it had been played

    def playback_changed(self, playback: Playback) -> None:
        """Remember the episode that starts, and offer the question of one that has ended."""
        former, episode = self._playing, playback.episode
        if former is not None and former[1:2] == (playback.load,) and playback.is_loaded:
            return
        if former is not None and self._plays(former[0]) > former[2]:
            asyncio.get_running_loop().call_soon(self._offer, former[0])
        self._playing = (episode, playback.load, self._plays(episode)) if playback.is_loaded and episode else None

    def _plays(self, episode: str) -> int:
        progress = self._controller.progress_index.get(episode)
        return progress.plays if progress is not None else 0
