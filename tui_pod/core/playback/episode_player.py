"""The deck: load an episode, follow what the player reports, and know what its end means.

Events of another load than the present one are dropped, the outgoing episode is saved before the next is
loaded, a stream that drops is opened again from the same place, and nothing here waits.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

from tui_pod.core.library.episode import Episode
from tui_pod.core.library.library import Library
from tui_pod.core.library.speed import SpeedRule, make_speed_rule
from tui_pod.core.playback.events import (
    BufferingChanged,
    ChaptersKnown,
    DurationKnown,
    Event,
    FileEnded,
    FileLoaded,
    LoadFailed,
    PauseChanged,
    PositionChanged,
    RecordsSaved,
    SeekFinished,
    SourceReady,
    StateMended,
)
from tui_pod.core.playback.options import PlaybackOptions, resolve_duration
from tui_pod.core.playback.ports import Ports
from tui_pod.core.playback.progress_tracker import AT_ONCE, ProgressTracker
from tui_pod.core.playback.retry import PAUSES, Retry, is_drop
from tui_pod.core.playback.snapshot import ChapterOrigin, Playback, PlayerStatus, Source
from tui_pod.core.progress.progress import is_whole, resume_position
from tui_pod.core.progress.progress_index import ProgressIndex
from tui_pod.core.progress.records import ProgressRecord
from tui_pod.core.text.clean import clock as clock_text

SAVE_GRACE = timedelta(milliseconds=250)
"""How long a load waits for the outgoing episode's save: a full disk must not stop the listening."""

SEEK_TOLERANCE = 1.0
"""Seconds that a file may start off the wished place before it is sought again."""

SAME_LENGTH = 0.005
"""Share by which two narrations of one episode may differ and still be the same."""

SAME_STATED = 0.1
"""Share by which a stated length may be off and still be that of this recording."""

MAX_ENDS_AT_ONCE = 3
"""Files in a row that end at once, after which nothing is played on by itself."""


class EpisodePlayer:
    """Has one episode loaded at a time and keeps its progress; a subclass says what comes after it."""

    def __init__(
        self,
        library: Library,
        progress_index: ProgressIndex,
        ports: Ports,
        options: PlaybackOptions,
        playback: Playback,
    ) -> None:
        self.library = library
        self.progress_index = progress_index
        self.options = options
        self.playback = playback
        self._player = ports.player
        self._sources = ports.sources
        self._writer = ports.writer
        self._listener = ports.listener
        self._clock = ports.clock
        self._tracker = ProgressTracker(progress_index, ports.writer, ports.clock, ports.run, options.played)
        self._episode: Episode | None = None  # what is loaded, which another library may no longer have
        self._source: Source | None = None
        self._marks_from = ChapterOrigin.NOTES
        self._is_with_player = False
        self._wish = 0.0
        self._wants_pause = False
        self._paused_at: datetime | None = None
        self._await_ticket = 0
        self._saved_ticket = 0
        self._asked_at = ports.clock()
        self._ends_at_once = 0
        self._is_estimate = False
        self._measured: float | None = None
        self._is_second_try = False
        self._usual_speed = playback.speed
        self._retry = Retry()
        self._retry_at: datetime | None = None

    def stop(self) -> None:
        """End playing; the place is kept."""
        self._await_ticket = self._tracker.leave()
        self._source = None
        self._is_with_player = False
        self._retry_at = None
        self._player.stop()
        self._show(self._silence())

    def adopt(self, library: Library, progress_index: ProgressIndex) -> None:
        """Go on with another library, such as after feeds were refreshed; what plays goes on."""
        self.library = library
        self.progress_index = progress_index
        self._tracker.adopt(progress_index)

    def save(self) -> None:
        """Save where the listener is, to the moment: before quitting or being ended."""
        position = self._player.position() if self.playback.status is PlayerStatus.PLAYING else None
        if position is not None:
            self._on_position(position)
        self._tracker.save()

    def tick(self) -> None:
        """Look at a load that waits; to be called four times a second while one does."""
        if self._retry_at is not None:
            left = (self._retry_at - self._clock()).total_seconds()
            if not 0 < left <= PAUSES[-1]:  # more: the clock was set back
                self._load_again()
        if self.playback.status is PlayerStatus.LOADING:
            self._load_when_saved()

    def handle(self, event: Event) -> None:
        """Take in what the player, the sources or the recorder report."""
        if isinstance(event, RecordsSaved):
            self._saved_ticket = max(self._saved_ticket, event.ticket)
            self._load_when_saved()
        elif isinstance(event, StateMended):
            self._save_all()
            for notice in event.notices:
                self._listener.tell(notice, is_error=True)
        elif event.load != self.playback.load or not self.playback.is_loaded:
            return
        else:
            self._handle_current(event)

    def _save_all(self) -> None:
        """Save everything that is known, not only what changes."""
        self._writer.save(*(ProgressRecord(ident, progress) for ident, progress in self.progress_index))

    def _handle_current(self, event: Event) -> None:
        match event:
            case SourceReady(source=source):
                self._source = source
                self._marks_from = ChapterOrigin.FEED if source.marks else self._marks_from
                self._load_when_saved()
            case FileLoaded():
                self._on_loaded(event)
            case PositionChanged(position=position):
                self._on_position(position)
            case SeekFinished(position=position):
                if abs(position - self._wish) < SEEK_TOLERANCE:
                    position = self._wish  # a paused player is off by what its sound device has buffered
                self._tracker.arrive(position)
                self._show(replace(self.playback, position=position))
            case DurationKnown(duration=duration):
                self._set_duration(duration)
            case ChaptersKnown(marks=marks, origin=origin) if origin >= self._marks_from:
                self._marks_from = origin
                self._show(replace(self.playback, marks=marks))
            case PauseChanged(is_paused=is_paused, position=position):
                self._on_pause(is_paused, position)
            case BufferingChanged(is_buffering=is_buffering):
                self._show(replace(self.playback, is_buffering=is_buffering))
            case FileEnded(position=position):
                self._on_end(position)
            case LoadFailed():
                self._on_failed(event)

    def _start(self, episode: Episode, position: float | None = None, is_paused: bool = False) -> None:
        """Play an episode from `position`, or from where it was left."""
        self._await_ticket = self._tracker.leave()
        self._player.stop()
        progress = self.progress_index.get(episode.id)
        length = (progress.duration if progress else None) or episode.duration
        if position is None:
            options = self.options
            position = resume_position(progress, length, self._clock(), options.is_rewinding, options.played)
        self._tracker.begin(episode.id)
        self._episode, self._source, self._marks_from = episode, None, ChapterOrigin.NOTES
        self._is_with_player = self._is_second_try = False
        self._retry, self._retry_at = Retry(), None
        self._wish, self._wants_pause = position, is_paused
        self._asked_at = self._clock()
        speed = self._speed_of(episode)
        if speed != self.playback.speed:
            self._player.set_speed(speed)
        self._show(
            replace(
                self._silence(),
                speed=speed,
                status=PlayerStatus.LOADING,
                episode=episode.id,
                title=episode.title,
                position=position,
                duration=length,
                load=self.playback.load + 1,
            )
        )
        self._sources.request(episode, self.playback.load)

    def _load_when_saved(self) -> None:
        if self._source is None or self._is_with_player:
            return
        is_saved = self._saved_ticket >= self._await_ticket
        if is_saved or not timedelta() <= self._clock() - self._asked_at <= SAVE_GRACE:
            self._is_with_player = True
            self._wish = self._scaled(self._wish, self._source)
            self._player.load(self._source, self._wish, self.playback.load, self._wants_pause)

    def _scaled(self, position: float, source: Source) -> float:
        """Return a place in a narration that was made anew as the same share of its length."""
        progress = self.progress_index.get(self.playback.episode or "")
        if not source.is_narrated or not source.duration or progress is None or not progress.duration:
            return position
        factor = source.duration / progress.duration
        return position if abs(factor - 1) < SAME_LENGTH else position * factor

    def _on_loaded(self, event: FileLoaded) -> None:
        assert self._source is not None
        self._is_estimate = not event.is_exact and not self._source.duration
        status = PlayerStatus.PAUSED if self._wants_pause else PlayerStatus.PLAYING
        self._paused_at = self._clock() if self._wants_pause else None
        is_narrated, marks = self._source.is_narrated, self._source.marks or self.playback.marks
        self._set_duration(self._source.duration or event.duration)  # first: whoever hears of it wants to know
        self._show(replace(self.playback, status=status, is_narrated=is_narrated, marks=marks))
        if abs(event.position - self._wish) > SEEK_TOLERANCE:
            self._player.seek(self._wish)
        else:
            self._tracker.arrive(event.position)
        if self._source.notice:
            self._listener.tell(self._source.notice)
        self._prepare_next()

    def _set_duration(self, measured: float | None) -> None:
        assert self._source is not None
        self._measured = measured
        stated = self._episode.duration if self._episode is not None else None
        shown, self._tracker.duration = resolve_duration(measured, stated, self._source.is_stream, self._is_estimate)
        self._show(replace(self.playback, duration=shown))

    def _on_position(self, position: float) -> None:
        if self.playback.status is not PlayerStatus.PLAYING:
            return
        if self.playback.duration is not None and position > self.playback.duration:
            if self._tracker.duration is not None:
                self._tracker.duration = position
            self._show(replace(self.playback, duration=position))
        is_new_second = int(position) != int(self.playback.position)
        heard = self._tracker.heard
        is_played = self._tracker.move(position, self.playback.speed)
        self._show(replace(self.playback, position=position))
        self._heard(self._tracker.heard - heard)
        if (is_played or is_new_second) and self.playback.episode is not None:
            self._listener.progress_changed(frozenset((self.playback.episode,)))

    def _on_pause(self, is_paused: bool, position: float | None) -> None:
        self._wants_pause = is_paused
        if self.playback.status is PlayerStatus.LOADING:
            return
        if is_paused:
            if position is not None:
                self._on_position(position)
            self._paused_at = self._clock()
            self._tracker.save()
            self._writer.compact()
        self._show(replace(self.playback, status=PlayerStatus.PAUSED if is_paused else PlayerStatus.PLAYING))

    def _on_end(self, position: float) -> None:
        assert self._source is not None
        if self._is_estimate and not self._source.is_stream and not self._is_cut(position):
            self._tracker.duration = position  # played to its end, the file has told its length
        heard = self._tracker.heard
        is_whole = self._tracker.finish(position, self.playback.speed)
        self._heard(self._tracker.heard - heard, is_at_end=True)
        at_once = self._tracker.heard < AT_ONCE
        self._ends_at_once = self._ends_at_once + 1 if at_once else 0
        self._tracker.save()
        self._writer.compact()
        self._listener.progress_changed(frozenset((self.playback.episode or "",)))
        if not is_whole and self._tries_again(position):
            return
        if not is_whole:
            length = clock_text(self.playback.duration or 0)
            self._fail(f"“{self.playback.title}” broke off at {clock_text(position)} of {length}. Your place is kept.")
        elif self._ends_at_once >= MAX_ENDS_AT_ONCE:
            self._fail("Three episodes in a row ended at once; nothing more is played by itself.")
        else:
            self._after_end()

    def _is_cut(self, position: float) -> bool:
        """Return whether a file ended far before the length that its own start and the catalogue agree on."""
        stated = self._episode.duration if self._episode is not None else None
        if not stated or not self._measured or abs(self._measured - stated) > SAME_STATED * stated:
            return False
        return not is_whole(position, min(self._measured, stated) * (1 - SAME_STATED))

    def _tries_again(self, position: float) -> bool:
        """Have a stream that dropped at `position` opened again after a pause; return whether it is worth it."""
        is_stream = self._source is not None and self._source.is_stream
        again = self._retry.after_drop(position) if is_drop(position, self.playback.duration, is_stream) else None
        if again is None:
            return False
        pause, self._retry = again
        self._retry_at = self._clock() + timedelta(seconds=pause)
        self._wish, self._source, self._is_with_player = position, None, False
        self._player.stop()
        self._show(replace(self.playback, status=PlayerStatus.LOADING, position=position, is_buffering=True))
        return True

    def _fails_again(self) -> bool:
        """Wait longer for a stream that could not be opened again; return whether it is still worth it."""
        again = self._retry.after_drop(self._retry.position)
        if again is None:
            return False
        pause, self._retry = again
        self._retry_at = self._clock() + timedelta(seconds=pause)
        self._source, self._is_with_player = None, False
        self._show(replace(self.playback, status=PlayerStatus.LOADING, is_buffering=True))
        return True

    def _load_again(self) -> None:
        self._retry_at = None
        if self._episode is not None:
            retry = self._retry
            self._start(self._episode, self._wish, self._wants_pause)
            self._retry = retry

    def _on_failed(self, event: LoadFailed) -> None:
        if self._retry.attempts and not event.is_fatal and self._fails_again():
            return
        episode = self._episode
        is_opening = self.playback.status is PlayerStatus.LOADING and not event.is_fatal and not self._is_second_try
        if is_opening and episode is not None and self._source is not None and self._sources.discard(self._source):
            self._start(episode, self.playback.position, self._wants_pause)
            self._is_second_try = True
            return
        self._ends_at_once += 1
        is_of_all = event.is_fatal or event.is_offline or self._retry.attempts > 0
        if is_of_all or self._ends_at_once >= MAX_ENDS_AT_ONCE:
            self._fail(event.reason)
        else:
            self._after_failure(event.reason)

    def _fail(self, reason: str) -> None:
        self._ends_at_once = 0
        self.stop()
        self._listener.tell(reason, is_error=True)

    def _go_to(self, position: float) -> None:
        if not self.playback.is_loaded:
            return
        self._wish = position
        if self.playback.status is not PlayerStatus.LOADING:
            self._tracker.seek(position)
        if self._is_with_player:
            self._player.seek(position)
        self._show(replace(self.playback, position=position))
        if self.playback.episode is not None:
            self._listener.progress_changed(frozenset((self.playback.episode,)))

    @property
    def speed_rule(self) -> SpeedRule:
        """What tells how fast each episode would play."""
        return make_speed_rule(self._usual_speed, self.library.topics, self.options.speeds)

    def _speed_of(self, episode: Episode) -> float:
        index = self.library.index(episode.id)
        return self.speed_rule(index) if index is not None else self._usual_speed

    def _silence(self) -> Playback:
        """Return a playback of nothing, with the listener's speed and volume kept."""
        now = self.playback
        return Playback(speed=now.speed, volume=now.volume, is_muted=now.is_muted, load=now.load)

    def _show(self, playback: Playback) -> None:
        if playback != self.playback:
            self.playback = playback
            self._listener.playback_changed(playback)

    def _heard(self, seconds: float, is_at_end: bool = False) -> None:
        """Take in that so many seconds of the episode were heard, which has ended with them or goes on."""
        raise NotImplementedError

    def _after_end(self) -> None:
        """Go on after the end of an episode."""
        raise NotImplementedError

    def _after_failure(self, reason: str) -> None:
        """Go on after an episode that cannot be played, and say why."""
        raise NotImplementedError

    def _prepare_next(self) -> None:
        """Have what comes next made ready."""
        raise NotImplementedError
