"""Play one episode: load it, handle the reports of the player, and decide what its end means.

Events of other loads are ignored, an episode is saved before the next one is loaded, a stream that drops is
reopened at the same position, and nothing here blocks. It does not know which episode comes next: it tells its
owner that one has ended.
"""

from __future__ import annotations

from collections.abc import Callable, Container
from datetime import datetime, timedelta
from math import inf
from typing import NamedTuple

from tui_pod.core.actions import key_of
from tui_pod.core.library.catalog import DURATION_FAULT
from tui_pod.core.library.episode import Episode
from tui_pod.core.library.parts import Part
from tui_pod.core.player.changes import ProgressChanged
from tui_pod.core.player.events import (
    BufferingChanged,
    ChaptersKnown,
    DeviceChanged,
    DurationKnown,
    FileEnded,
    FileLoaded,
    FiltersMissing,
    LoadEvent,
    LoadFailed,
    PauseChanged,
    PositionChanged,
    SeekFinished,
    SourceReady,
    VersionKnown,
)
from tui_pod.core.player.load import TAKES, Accuracy, Load, Phase
from tui_pod.core.player.load_watch import MAX_WAIT, LoadWatch, Retry
from tui_pod.core.player.mixer import Mixer
from tui_pod.core.player.progress_tracker import AT_ONCE, ProgressTracker
from tui_pod.core.player.skipper import Skipper
from tui_pod.core.player.snapshot import (
    Chapter,
    ChapterOrigin,
    Playback,
    PlayerStatus,
    RepeatKind,
    Repetition,
    Source,
    part_chapters,
    with_chapters,
)
from tui_pod.core.player.state import PlaybackState
from tui_pod.core.player.version import SAME, Version, parse_place, said_of
from tui_pod.core.progress.passages import Passage, target_of
from tui_pod.core.progress.progress import is_whole, resume_position, rewind
from tui_pod.core.progress.records import HeardRecord, ProgressRecord
from tui_pod.core.text.clean import clock as clock_text

SEEK_TOLERANCE = 1.0
"""How many seconds a file may miss the requested start by before the player seeks again."""

LAST_STEP = 0.1
"""Seconds that the end of a part counts for at least, so that its owner sees the chapter change."""

OVERRUN = 300.0
"""Seconds added to what was played of a part that is longer than stated; its end gives the real length."""

LONG_WAIT = timedelta(seconds=2)
"""How long an episode waits for its narration until the listener is told how much of it is made."""

LONGEST_SAID = timedelta(minutes=1)
"""Longest stretch that is followed by a pause to say it aloud."""

BROKEN_OFF = "the connection broke off"
"""What failed when a stream ended early."""

WORTH_MOVING = 2.0
"""Fewest seconds between two versions for which playing goes to another position."""

MAX_ENDS_AT_ONCE = 3
"""How many files in a row may end at once before playback stops."""


class PlayerOwner(NamedTuple):
    """Callbacks to the object that decides what plays."""

    loaded: Callable[[], None]
    """The episode has loaded."""
    advanced: Callable[[float, bool], None]
    """Called with the seconds that were played, and True if the episode has ended."""
    ended: Callable[[bool], None]
    """The episode was played to its end; called with True if what follows comes after a narration."""
    failed: Callable[[str], None]
    """The episode cannot be played, for this reason; another may play."""
    sought: Callable[[float, float], None]
    """A jump to a chapter or sentence that waited for these was made, from one position to another."""
    reached: Callable[[Passage], None]
    """A passage that is to be skipped was reached."""


class EpisodePlayer:
    """Loads one episode at a time and saves its progress."""

    def __init__(self, state: PlaybackState, mixer: Mixer, owner: PlayerOwner) -> None:
        self._state = state
        self._mixer = mixer
        self._owner = owner
        ports = state.ports
        self._player = ports.player
        self._sources = ports.sources
        self._writer = ports.writer
        self._listener = ports.listener
        self._clock = ports.clock
        self.tracker = ProgressTracker(state)
        self._skipper = Skipper(state)
        self._load: Load | None = None
        self._saved_ticket = 0
        self._ends_at_once = 0

    # -- what its owner asks ---------------------------------------------------------------------------

    def start(
        self,
        episode: Episode,
        position: float | None = None,
        is_paused: bool = False,
        retry: Retry = Retry(),  # noqa: B008 - a value
        is_second_try: bool = False,
        sentence: str | None = None,
        follows_narration: bool = False,
    ) -> None:
        """Play an episode from `position`, or from where it was left; from a sentence if it is narrated with it."""
        ticket, now = self.tracker.leave(), self._clock()
        self._player.stop()
        self._player.set_end(None)
        progress = self._state.progress_index.get(episode.id)
        length = (progress.duration if progress else None) or episode.duration
        first, options = self._skipper.begin(episode.id, length), self._state.options
        is_continued = position is None
        if position is None:
            left = progress.position if progress is not None else 0.0
            resumed = resume_position(progress, length, now, options.is_rewinding, options.played)
            position = max(resumed, min(left, first)) if left > 0 else first  # no rewind into what is skipped
        self.tracker.begin(episode.id, position)
        if is_continued:
            self.tracker.continue_from_known()
        self._state.version = None
        self._load = Load(episode, position, is_paused, now, ticket, retry, is_second_try, awaited_sentence=sentence)
        self._load.made_in = progress.version if is_continued and progress is not None else ""
        self._load.follows_narration = follows_narration
        speed, number = self._mixer.apply_settings_of(episode), self._state.playback.load + 1
        former = self._state.playback
        shown = self._silence()._replace(speed=speed, position=position, duration=length, load=number)
        shown = shown._replace(repeat=former.repeat if former.episode == episode.id else None)
        shown = shown._replace(episode=episode.id, title=episode.title, marks=part_chapters(episode.parts))
        self._state.show(shown._replace(status=PlayerStatus.LOADING))
        self._sources.request(self._load.recording, number, position)

    def hold(self, episode: Episode, position: float, problem: str | None = None) -> Playback:
        """Hold an episode at `position` without opening it: seeks are saved, and playing starts there.

        The former episode must have been left, and the player stopped. Returns the playback to show. A small rewind may
        precede the position, unless the listener seeks before playing.
        """
        speed = self._mixer.apply_settings_of(episode)  # and its volume, which is shown
        playback, progress = self._state.playback, self._state.progress_index.get(episode.id)
        self.tracker.begin(episode.id, position)
        self._skipper.begin(episode.id, episode.duration)
        self._load = Load(episode, position, True, self._clock(), 0, Retry(), False, phase=Phase.HELD)
        held = self._silence()._replace(episode=episode.id, title=episode.title, position=position, problem=problem)
        held = held._replace(marks=part_chapters(episode.parts))
        if episode.id == playback.episode:
            held = held._replace(
                duration=playback.duration,
                is_narrated=playback.is_narrated,
                marks=playback.marks or held.marks,
                has_chapters=playback.has_chapters,
                passages=playback.passages,
            )
        duration = held.duration or (progress.duration if progress else None) or episode.duration
        return held._replace(duration=duration, speed=speed)

    def adopt(self) -> None:
        """Bring the loaded episode up to date with the library; a book stays at the same place."""
        load = self._load
        episode = self._state.library.find(load.episode.id) if load is not None else None
        if load is None or episode is None:
            return
        if episode.id != load.episode.id:
            self._become(load, episode)
            return
        former, parts = load.part, load.episode.parts
        if load.adopt(episode):
            if former is not None and episode.parts != parts:
                self._show_parts(load, former)
            if episode.title != self._state.playback.title:
                self._state.show(self._state.playback._replace(title=episode.title))

    def _become(self, load: Load, book: Episode) -> None:
        """Go on in the book that the loaded file has become a part of, as its further files arrived."""
        part = next((part for part in book.parts if part.audio == load.episode.audio), None)
        if part is None or load.episode.parts:
            return
        self._skipper.begin(book.id, book.duration)
        self.tracker.become(book.id)
        load.episode, load.part, load.position = book, part, load.position + part.start
        playback = self._state.playback._replace(episode=book.id, title=book.title)
        marks = playback.marks or (Chapter(0.0, part.title),)
        self._state.show(playback._replace(marks=marks, speed=self._mixer.apply_settings_of(book)))
        self._show_parts(load, part._replace(start=0.0))

    def _correct_part(self, load: Load, duration: float) -> None:
        """Correct the length of the loaded part, in seconds, for good."""
        former = load.part
        if former is not None and load.correct(duration):
            self._show_parts(load, former)
            self._sources.correct_length(load.episode, former.audio, duration)

    def _show_parts(self, load: Load, former: Part) -> None:
        """Show the new parts of a book, of which the loaded one was the former one."""
        assert load.part is not None
        playback, moved, duration = self._state.playback, load.offset - former.start, load.episode.duration
        self.tracker.shift(moved)
        self.tracker.duration = duration if self.tracker.duration is not None else None
        inside = [mark._replace(start=mark.start - former.start) for mark in playback.marks
                  if former.start <= mark.start < former.end]  # fmt: skip
        marks = part_chapters(load.episode.parts)
        if inside != [Chapter(0.0, former.title)]:  # else the part is one chapter, which may have a new title
            marks = with_chapters(marks, load.part, inside)
        self._state.show(playback._replace(position=playback.position + moved, duration=duration, marks=marks))

    def follow_progress(self, episodes: Container[str]) -> None:
        """Move a held episode to its progress if it is one of `episodes`: it was marked, or changed elsewhere."""
        load, playback = self._load, self._state.playback
        if load is None or load.phase is not Phase.HELD or load.episode.id not in episodes:
            return
        progress = self._state.progress_index.get(load.episode.id)
        load.position, load.is_sought = progress.position if progress is not None else 0.0, False
        self.tracker.wish(load.position)
        self._state.show(playback._replace(position=load.position))

    @property
    def sought(self) -> float | None:
        """Where the listener has sought to in a held episode, in seconds; None if nowhere."""
        return self._load.position if self._load is not None and self._load.is_sought else None

    def stop(self, problem: str | None = None) -> None:
        """End playing, because of a problem if any; the position is saved, and an unfinished episode is held."""
        load, playback = self._load, self._state.playback
        self.tracker.leave()
        self._load = None
        self._player.stop()
        progress = self._state.progress_index.get(playback.episode or "")
        if load is not None and (problem or progress is None or not progress.played):
            position = 0.0 if playback.is_teaser else playback.position
            self._state.show(self.hold(load.episode, position, problem))
            if load.is_sought:
                self.seek(load.position)
        else:
            self._state.show(self._silence())

    def fail(self, reason: str) -> None:
        """End playing and report why."""
        self._ends_at_once = 0
        self.stop(reason)
        self._listener.tell(reason, is_error=True)

    def save(self) -> None:
        """Save the exact position."""
        position = self._exact_position()
        if position is not None:
            self._on_position(position)
        self.tracker.save()

    def end(self) -> None:
        """Stop the sound, then save the exact position: a slow disk must not play on."""
        position = self._exact_position()
        self._player.stop()
        try:
            if position is not None:
                self._on_position(position)
        finally:  # a screen that is gone must not keep the position from being saved
            self.tracker.save()

    def unsaved(self) -> ProgressRecord | None:
        """Return the progress of the playing episode at the exact position; None if nothing is loaded.

        Changes nothing: another thread may call it while the thread of the state stands still.
        """
        return self.tracker.unsaved(self._exact_position(), self._state.playback.speed)

    def _exact_position(self) -> float | None:
        """Return the position that the player has reached; None unless it plays."""
        load, position = self._load, None
        if load is not None and self._state.playback.status is PlayerStatus.PLAYING:
            position = self._player.position()
        return None if load is None or position is None else load.offset + position

    def tick(self) -> None:
        """Check a load or stream that waits; to be called four times a second while one does."""
        load = self._load
        if load is not None and load.is_retry_due(self._clock()):
            self.start(load.episode, load.position, load.is_paused, load.retry)
        if load is not None and load.again_at is not None and self._clock() >= load.again_at:
            self._play_again(load)
        self._load_when_saved()
        if load is not None:
            is_long = load.phase is Phase.REQUESTED and self._clock() - load.asked_at >= LONG_WAIT
            share = self._sources.narrated_share() if is_long else None
            self._state.show(self._state.playback._replace(narrated_share=share))
        if self._load is not None:
            self._look_at_load(self._load)
        if self._load is not None:
            self._show_attempt(self._load)

    def _show_attempt(self, load: Load) -> None:
        """Show when a stream that failed is requested again, by us or by its own fetcher."""
        playback = self._state.playback._replace(attempt=load.next_attempt(self._clock()))
        announcement = playback.announcement if load.phase is Phase.LEAD else None
        self._state.show(playback._replace(announcement=announcement))

    def _look_at_load(self, load: Load) -> None:
        """Show how much is fetched of what the position needs, and give up if nothing arrives."""
        source, playback = load.source, self._state.playback
        if source is None or load.watch is None or load.phase is not Phase.OPENING:
            return
        problem = load.watch.problem(self._clock(), source)
        if problem:
            self._on_failed(load, LoadFailed(playback.load, problem))
        else:
            self._state.show(playback._replace(fetching=load.fetching(playback.duration)))

    @property
    def is_paused(self) -> bool:
        """Whether what is loaded is paused, or will be once it has loaded."""
        return self._load is not None and self._load.is_paused

    def set_paused(self, is_paused: bool) -> None:
        """Pause or go on; do nothing if it already has, or if nothing is loaded."""
        if self._load is not None and self.is_paused != is_paused:
            self.toggle_pause()

    def toggle_pause(self) -> None:
        """Pause, or go on after a small rewind when the pause was long."""
        load, playback = self._load, self._state.playback
        if load is None or load.phase is Phase.HELD:
            return
        load.awaited_mark = 0
        if load.phase is not Phase.OPEN:
            load.is_paused = not load.is_paused
            if load.is_with_player or load.phase is Phase.LEAD:
                self._player.set_paused(load.is_paused)
            self._show_attempt(load)
        elif playback.status is PlayerStatus.PLAYING:
            load.is_paused = True  # a seek may open another part before the player reports the pause
            self._player.set_paused(True)
        else:
            load.is_paused = False
            self.tracker.continue_from_known()
            if self._state.options.is_rewinding and load.paused_at is not None and not self.tracker.is_done:
                back = rewind(self._clock() - load.paused_at, playback.duration)
                if back:
                    self.seek(max(0.0, playback.position - back))
            self._player.set_paused(False)

    def set_repeat(self, repeat: Repetition | None) -> None:
        """Repeat a stretch of what is loaded from now on; None to play on."""
        load = self._load
        if load is not None and load.again_at is not None:
            self._play_again(load)
        self._state.show(self._state.playback._replace(repeat=repeat))
        self._limit(inf if repeat is None else repeat.end)

    def release(self) -> None:
        """Let the player go on where what is repeated ends, before a seek behind that."""
        self._limit(inf)

    def _limit(self, end: float) -> None:
        """Let the player stop at a position in seconds, if that is in what it has open."""
        load = self._load
        if load is not None and load.phase is Phase.OPEN:
            is_inside = load.offset < end < inf
            load.ends += [end] if is_inside else []
            self._player.set_end(end - load.offset if is_inside else None)

    def _repeat(self, load: Load, repeat: Repetition, position: float) -> None:
        """Play what is repeated again, at once or after a pause of its own length."""
        playback, played = self._state.playback, self.tracker.heard
        self.tracker.move(position, playback.speed)
        self.tracker.save()
        self._owner.advanced(self.tracker.heard - played, False)
        length = timedelta(seconds=(repeat.end - repeat.start) / playback.speed if repeat.end < inf else 0.0)
        is_said = repeat.kind in (RepeatKind.SENTENCE, RepeatKind.STRETCH) and length <= LONGEST_SAID
        if self._state.options.repeats_with_pause and is_said:
            load.again_at = self._clock() + length
            self._state.show(self._state.playback._replace(position=position, repeat=repeat._replace(is_waiting=True)))
        else:
            self._play_again(load)

    def _play_again(self, load: Load) -> None:
        """Go back to the start of what is repeated; that is no seek of the listener."""
        load.again_at, repeat = None, self._state.playback.repeat
        if repeat is not None:
            again = repeat._replace(number=repeat.number + 1, is_waiting=False)
            self._state.show(self._state.playback._replace(repeat=again))
            self._move(load, repeat.start)

    def is_out_of_reach(self, position: float) -> bool:
        """Return whether the player cannot go to a position yet."""
        return self._load is not None and bool(self._load.why_out_of_reach(position, self._state.playback.duration))

    def seek_to(self, position: float) -> None:
        """Go to `position` seconds; forward no further than where the episode counts as played."""
        here, length = self._state.playback.position, self._state.playback.duration
        self.set_made_in("")
        if length and position > here:
            position = min(position, max(here, self._state.played_from(self._state.playback.episode, length)))
            if position == here:
                return
        self.seek(max(0.0, position))

    def seek(self, position: float) -> None:
        """Go to `position` seconds without a limit; do nothing if nothing is loaded."""
        load, playback = self._load, self._state.playback
        if load is None:
            return
        if position > playback.position and (reason := load.why_out_of_reach(position, playback.duration)):
            self._listener.tell(reason)
            return
        load.is_sought, load.awaited_mark, load.awaited_sentence = load.phase is not Phase.OPEN, 0, None
        load.again_at = None
        if load.phase in (Phase.OPEN, Phase.HELD):
            self.tracker.seek(position)
        else:
            self.tracker.wish(position)
        self._move(load, position)

    def here(self, position: float, made_in: str) -> float:
        """Return where a position that was made in a version, a `Place`, is in the one that is open."""
        version, found = self._state.version, self._load.found if self._load is not None else {}
        return version.moved(position, parse_place(made_in), found) if version is not None else position

    def set_made_in(self, made_in: str) -> None:
        """Note that the position to which the listener went was made in a version, a `Place`."""
        if self._load is not None:
            self._load.left, self._load.made_in = self._load.position, made_in

    @property
    def made_in(self) -> str:
        """The `Place` of the position, which must be found in the version that is open; empty if there is none."""
        return self._load.made_in if self._load is not None and self._load.phase is Phase.OPEN else ""

    def know(self, event: VersionKnown) -> None:
        """Note which version is open, and go to where the position is in it if it was made in another."""
        load, playback = self._load, self._state.playback
        is_whole_file = load is not None and load.phase is Phase.OPEN and load.part is None
        if load is None or not is_whole_file or event.load != playback.load or not load.measured:
            return
        version = self._state.version = Version(event.size, load.measured, event.words)
        load.found |= event.found
        self._show_marks(load, load.marks or playback.marks)
        made_in, load.made_in = parse_place(load.made_in), ""
        if made_in is None or made_in.size == version.size:
            self.tracker.note_version()
            return
        place, before = version.moved(load.left, made_in, load.found), playback.position
        if abs(place - load.left) < WORTH_MOVING:
            return
        self._listener.tell(f"{said_of(version.length - made_in.length)}, so it goes on at {clock_text(place)}.")
        self.seek(place)
        self._owner.sought(before, place)

    def _show_marks(self, load: Load, marks: tuple[Chapter, ...]) -> None:
        """Show chapters; those that were published for a version of another length are moved by its sounds."""
        load.marks, version, stated = marks, self._state.version, load.episode.duration or 0.0
        if (
            version is not None
            and load.chapter_origin is not ChapterOrigin.FILE
            and abs(version.length - stated) >= SAME
        ):
            found = {text: start for text, start in load.found.items()
                     if (place := parse_place(text)) is not None and abs(place.length - stated) < SAME}  # fmt: skip
            marks = tuple(mark._replace(start=version.shifted(mark.start, found)) for mark in marks)
        self._state.show(self._state.playback._replace(marks=marks))

    def pass_over(self, passage: Passage) -> HeardRecord | None:
        """Go to the end of a passage. What is left of it counts as heard, by this record if any."""
        target = target_of(passage)
        is_here = not self.is_out_of_reach(target)
        record = self.tracker.pass_over(self._state.playback.position, target) if is_here else None
        self.seek(target)
        return record

    def await_sentence(self, sentence: str | None) -> None:
        """Start at this sentence once its narration is made; if None, at the position."""
        if self._load is not None and self._load.phase is not Phase.OPEN:
            self._load.awaited_sentence = sentence

    def follow(self, position: float, listened: datetime) -> None:
        """Move a paused episode to a position that another machine has saved, where it last played at `listened`."""
        load = self._load
        if load is None:
            return
        if self.is_out_of_reach(position):
            self.start(load.episode, position, is_paused=True)
            return
        self.tracker.follow(position)
        progress = self._state.progress_index.get(load.episode.id)
        load.left, load.made_in = position, progress.version if progress is not None else ""
        load.is_sought = load.is_sought and load.phase is not Phase.HELD
        load.paused_at = min(listened, self._clock()) if load.paused_at is not None else None
        self._move(load, position)

    def _move(self, load: Load, position: float) -> None:
        """Send the player to a position, and show it."""
        playback = self._state.playback
        load.position = position
        self._skipper.seek(position)
        if load.phase is not Phase.HELD and load.part_at(position) != load.part:
            self._enter(load, position)
        elif load.is_with_player and load.choose_way(playback) and load.source is not None:
            self._state.show(playback._replace(status=PlayerStatus.LOADING))
            self._give(load, load.source)
        elif load.is_with_player:
            self._player.seek(position - load.offset)
        self._state.show(self._state.playback._replace(position=position))
        self._listener.show(ProgressChanged(frozenset((load.episode.id,))))

    def _enter(self, load: Load, position: float) -> None:
        """Load the part of the episode at a position instead of the current one."""
        load.enter(position)
        load.asked_at = self._clock()
        self._player.stop()
        self._player.set_end(None)
        self.tracker.wish(position)
        playback = self._state.playback._replace(status=PlayerStatus.LOADING, position=position, attempt=None)
        self._state.show(playback._replace(load=playback.load + 1, is_buffering=False, fetching=None))
        self._sources.request(load.recording, self._state.playback.load, position)

    def seek_mark(self, direction: int) -> None:
        """Go to the next (1) or previous (-1) chapter or sentence; open a held episode, paused, to know them."""
        load, playback = self._load, self._state.playback
        if load is None:
            return
        if load.phase is not Phase.OPEN and not playback.marks:
            if load.phase is Phase.HELD:
                self.start(load.episode, playback.position, is_paused=True)
            load = self._load or load
            load.awaited_mark = direction
            if load.phase is Phase.OPEN and self._state.playback.marks:
                load.awaited_mark = 0
                self.seek_mark(direction)
            return
        position = playback.next_mark() if direction > 0 else playback.previous_mark()
        if position is not None:
            self.seek_to(position)
        else:
            what = "last sentence" if playback.is_narrated else "last chapter"
            self._listener.tell(f"This is the {what}." if playback.marks else "This episode has no chapters.")

    def _go_to_awaited_mark(self, load: Load) -> None:
        if load.awaited_mark and load.phase is Phase.OPEN and self._state.playback.marks:
            direction, load.awaited_mark = load.awaited_mark, 0
            before = self._state.playback.position
            self.seek_mark(direction)
            self._owner.sought(before, self._state.playback.position)

    # -- what is reported ------------------------------------------------------------------------------

    def saved(self, ticket: int) -> None:
        """Note that all records up to `ticket` are saved."""
        self._saved_ticket = max(self._saved_ticket, ticket)
        self._load_when_saved()

    def handle(self, event: LoadEvent) -> None:
        """Handle an event of the player or the sources."""
        load = self._load
        if load is None:
            return
        if load.phase is Phase.LEAD and event.load == -self._state.playback.load and load.source is not None:
            if isinstance(event, FileEnded | LoadFailed):
                self._lead_or_give(load, load.source)
            elif isinstance(event, FileLoaded | PauseChanged):
                announcement = PlayerStatus.PAUSED if load.is_paused else PlayerStatus.PLAYING
                self._state.show(self._state.playback._replace(announcement=announcement))
            return
        if event.load != self._state.playback.load:
            return
        if type(event) not in TAKES[load.phase]:
            if not isinstance(event, PositionChanged):  # one is always on its way
                self._state.ports.log(f"{type(event).__name__} came in phase {load.phase.name}, and was ignored")
            return
        playback = self._state.playback
        event = load.in_whole(event, playback.marks)
        match event:
            case SourceReady(source=source) if not load.take(source):
                self._enter(load, load.position)
            case SourceReady(source=source):
                load.phase = load.phase if load.is_with_player else Phase.READY
                load.chapter_origin = ChapterOrigin.FEED if source.marks else load.chapter_origin
                self._load_when_saved()
            case FileLoaded():
                self._on_loaded(load, event)
            case PositionChanged(position=position):
                self._on_position(position)
                if playback.repeat is None:
                    self._skip()
            case SeekFinished(position=position):
                if abs(position - load.position) < SEEK_TOLERANCE:
                    position = load.position  # a paused player is off by the buffer of its sound device
                self.tracker.arrive(position)
                self._state.show(playback._replace(position=position))
            case DurationKnown(duration=duration):
                self._set_duration(load, duration)
            case ChaptersKnown(marks=marks, origin=origin) if origin >= load.chapter_origin:
                load.chapter_origin = origin
                self._show_marks(load, marks)
                self._go_to_awaited_mark(load)
            case PauseChanged(is_paused=is_paused, position=position):
                self._on_pause(load, is_paused, position)
            case DeviceChanged(name=name, is_back=is_back):
                there = f"is back. Press {key_of('playback.toggle')} to go on there."
                self._listener.tell(f"{name} {there if is_back else 'is gone, so playback paused at its position.'}")
            case FiltersMissing():
                self._listener.tell("This libmpv lacks a filter: recordings keep their loudness and silence.")
            case BufferingChanged(is_buffering=is_buffering):
                self._state.show(playback._replace(is_buffering=is_buffering, attempt=None))
            case FileEnded(position=position) if playback.repeat is not None and load.reaches(position, playback):
                self._repeat(load, playback.repeat, position)
            case FileEnded(position=position) if load.has_stopped_at(position, playback.duration):
                self._move(load, position)  # it was told to stop there, and meanwhile to play on
            case FileEnded(position=position):
                self._on_end(load, position)
            case LoadFailed():
                self._on_failed(load, event)

    def _load_when_saved(self) -> None:
        load = self._load
        if load is None or load.source is None or load.phase is not Phase.READY:
            return
        if load.may_begin(self._saved_ticket, self._clock()):
            load.scale(self._state.progress_index.get(load.episode.id))
            self.tracker.wish(load.position)
            load.choose_way(self._state.playback)
            chime, name = load.source.chime, load.source.name
            if load.leads is None:
                load.leads = [chime] if chime and load.follows_narration else []
                load.leads += [name] if name and not load.position else []
            self._lead_or_give(load, load.source)

    def _lead_or_give(self, load: Load, source: Source) -> None:
        """Let the player open what sounds before the file, or the file if that is all or the listener sought."""
        if load.leads and not load.position:
            load.phase = Phase.LEAD
            self._player.load(Source(load.leads.pop(0)), 0.0, -self._state.playback.load, load.is_paused)
        elif load.phase is Phase.LEAD:  # its narration may have been encoded into another file meanwhile
            load.phase, load.leads = Phase.REQUESTED, []
            self._sources.request(load.recording, self._state.playback.load, load.position)
        else:
            self._give(load, source)

    def _give(self, load: Load, source: Source) -> None:
        """Let the player open the file at the position."""
        load.phase, load.watch = Phase.OPENING, LoadWatch(self._clock())
        fetched = source.remote.progress() if source.remote is not None else None
        is_growing = fetched is not None and (fetched.total is None or not fetched.has_end)
        load.accuracy = Accuracy.GROWING if is_growing else Accuracy.EXACT
        self._player.load(source, load.position - load.offset, self._state.playback.load, load.is_paused)

    def _on_loaded(self, load: Load, event: FileLoaded) -> None:
        source = load.source
        assert source is not None
        load.phase = Phase.OPEN
        if load.accuracy is not Accuracy.GROWING:
            is_estimate = not event.is_exact and not source.duration
            load.accuracy = Accuracy.ESTIMATE if is_estimate else Accuracy.EXACT
        status = PlayerStatus.PAUSED if load.is_paused else PlayerStatus.PLAYING
        load.paused_at = self._clock() if load.is_paused else None
        self._set_duration(load, source.duration or event.duration)  # first: it is shown with the status
        playback = self._state.playback
        marks = source.marks or playback.marks
        is_teaser = self.tracker.is_teaser = source.is_teaser
        shown = playback._replace(status=status, is_narrated=source.is_narrated, is_teaser=is_teaser, marks=marks)
        shown = shown._replace(has_chapters=source.has_chapters)
        self._state.show(
            shown._replace(
                is_estimated=source.is_estimated, fetching=None, narrated_share=None, attempt=None, announcement=None
            )
        )
        if load.is_sought:
            load.is_sought = False
            self.tracker.seek(load.position)
        is_at_end = event.duration is not None and event.position - load.offset >= event.duration - SEEK_TOLERANCE
        if abs(event.position - load.position) > SEEK_TOLERANCE and not is_at_end:  # else it would end once more
            self._player.seek(load.position - load.offset)
        else:
            self.tracker.arrive(event.position)
        if playback.repeat is not None:
            self._limit(playback.repeat.end)
        if source.notice:
            self._listener.tell(source.notice)
        self._go_to_awaited_mark(load)
        self._owner.loaded()

    def _set_duration(self, load: Load, measured: float | None) -> None:
        load.measured = measured
        if measured is not None and load.accuracy is Accuracy.EXACT and load.source and not load.source.is_stream:
            self._correct_part(load, measured)
        shown, self.tracker.duration = load.durations()
        self._state.show(self._state.playback._replace(duration=shown))

    def _on_position(self, position: float) -> None:
        playback = self._state.playback
        if playback.status is not PlayerStatus.PLAYING or playback.episode is None or position > DURATION_FAULT:
            return
        if playback.duration is not None and position > playback.duration:
            if self.tracker.duration is not None:
                self.tracker.duration = position
            self._state.show(playback._replace(duration=position))
        load = self._load
        if load is not None and load.is_longer_than_stated(position):
            self._correct_part(load, position - load.offset + OVERRUN)
        is_new_second = int(position) != int(playback.position)
        played = self.tracker.heard
        is_played = self.tracker.move(position, playback.speed)
        self._state.show(self._state.playback._replace(position=position))
        self._owner.advanced(self.tracker.heard - played, False)
        if is_played or is_new_second:
            self._listener.show(ProgressChanged(frozenset((playback.episode,))))

    def _skip(self) -> None:
        """Skip what the settings of the podcast skip at this position: chapters first, which are exact."""
        target = self._skipper.target(self.tracker.duration if self.tracker.is_done else None)
        if target == inf:
            self.tracker.save()
            self._owner.ended(False)
        elif target is not None:
            self._listener.tell(f"“{self._state.playback.chapter}” is skipped.")
            self.seek_to(target)
        elif (passage := self._skipper.passage()) is not None:
            self._owner.reached(passage)

    def _on_pause(self, load: Load, is_paused: bool, position: float | None) -> None:
        load.is_paused = is_paused
        if load.phase is not Phase.OPEN:
            return
        if is_paused:
            if position is not None:
                self._on_position(position)
            load.paused_at = self._clock()
            self.tracker.save()
            self._writer.compact()
        status = PlayerStatus.PAUSED if is_paused else PlayerStatus.PLAYING
        self._state.show(self._state.playback._replace(status=status))

    def _on_end(self, load: Load, position: float) -> None:
        source = load.source
        if source is None:
            return
        progress = self._state.progress_index.get(load.episode.id)
        if (place := load.place_in_shorter(position, self.tracker.heard, progress)) is not None:
            former = max((progress.duration if progress is not None else None) or 0.0, load.position)
            self._listener.tell(f"{said_of(position - former)}, so it goes on at {clock_text(place)}.")
            self.tracker.duration = position
            self._state.show(self._state.playback._replace(duration=position))
            self.tracker.seek(place)
            self._move(load, place)
            return
        if load.accuracy is Accuracy.ESTIMATE and not source.is_stream and not load.is_cut(position):
            self._correct_part(load, position - load.offset)
        playback = self._state.playback
        if load.part is not None and load.is_part_whole(position):
            played = self.tracker.heard
            self.tracker.move(position, playback.speed)
            position = load.part.end
            self.tracker.skip_to(position)
            if not load.is_last_part:
                self._enter(load, position)
                self._owner.advanced(max(LAST_STEP, self.tracker.heard - played), False)
                self._listener.show(ProgressChanged(frozenset((load.episode.id,))))
                return
        if not source.is_stream and load.part is not None and not load.is_part_whole(position):
            length = clock_text(load.part.duration)
            if self._skip_faulty(load, position, f"breaks off at {clock_text(position - load.offset)} of {length}"):
                return
        reached = self.tracker.furthest(position)
        is_growing, is_estimate = load.accuracy is Accuracy.GROWING, load.accuracy is Accuracy.ESTIMATE
        fetched = source.remote.progress() if source.remote is not None else None
        is_complete = is_growing and fetched is not None and fetched.total is not None and fetched.is_intact
        is_complete = is_complete or (load.part is None and load.is_at_own_end(position))
        if is_complete or (is_estimate and not source.is_stream and not load.is_cut(position)):
            self.tracker.duration = position  # the end of the file is its length
        played = self.tracker.heard
        is_at_end = self.tracker.finish(position, playback.speed)
        self._owner.advanced(self.tracker.heard - played, True)
        self._ends_at_once = self._ends_at_once + 1 if self.tracker.heard < AT_ONCE else 0
        self.tracker.save()
        self._writer.compact()
        self._listener.show(ProgressChanged(frozenset((load.episode.id,))))
        # mpv reports no error if a stream breaks off
        is_dropped = source.is_stream and not is_complete and not is_whole(position, playback.duration)
        if is_at_end and self._ends_at_once < MAX_ENDS_AT_ONCE:
            self._owner.ended(source.is_narrated)
        elif is_at_end:
            self.fail("Three episodes in a row ended at once, so playback stopped.")
        elif is_dropped and self._retry(load, position, reached, BROKEN_OFF):
            load.position = reached
            self._player.stop()
        else:
            length = clock_text(playback.duration or 0)
            self.fail(f"“{playback.title}” broke off at {clock_text(position)} of {length}. Your position is saved.")

    def _skip_faulty(self, load: Load, position: float, fault: str) -> bool:
        """Go on after a faulty part of a book, and say so; return False to stop where the first fault was."""
        playback, part = self._state.playback, load.part
        if part is None or playback.repeat is not None:
            return False
        played = self.tracker.heard
        may_skip, is_over = load.may_skip_faulty(position, played), load.is_last_part
        is_only_one = load.faulty == 1 and played > 0 and load.phase is not Phase.OPEN
        if not may_skip and not (is_over and (self.tracker.is_done or is_only_one)):
            self._state.show(playback._replace(position=load.before_faulty))
            return False
        if load.phase is Phase.OPEN:
            self.tracker.move(position, playback.speed)
        self._listener.tell(f"“{part.title}” {fault}{'' if is_over else ', and is skipped'}.")
        self.tracker.skip_to(part.end)
        if is_over:
            self._owner.ended(False)
        else:
            self._enter(load, part.end)
            self._owner.advanced(max(LAST_STEP, self.tracker.heard - played), False)
        return True

    def _retry(self, load: Load, failed_at: float, shown_at: float, failed: str, wait: float | None = None) -> bool:
        """Show that a stream which failed is requested again, at `shown_at` seconds; return False to give up."""
        if not load.schedule_retry(failed_at, failed, self._clock(), wait):
            return False
        playback = self._state.playback._replace(status=PlayerStatus.LOADING, position=shown_at, is_buffering=True)
        self._state.show(playback)
        self._show_attempt(load)
        return True

    def _on_failed(self, load: Load, event: LoadFailed) -> None:
        playback, is_retrying = self._state.playback, load.retry.attempts > 0
        may_retry = (is_retrying or event.passing is not None) and not event.is_fatal
        if may_retry and (event.retry_after or 0.0) <= MAX_WAIT:
            failed = event.passing or load.failed or BROKEN_OFF
            if self._retry(load, load.retry.position, playback.position, failed, event.retry_after):
                return
        is_opening = load.phase is not Phase.OPEN and not event.is_fatal
        if is_opening and not load.is_second_try and load.source is not None and self._sources.discard(load.source):
            self.start(load.episode, playback.position, load.is_paused, is_second_try=True)
            return
        is_file_at_fault = not (is_retrying or event.is_fatal or event.is_offline or event.passing is not None)
        if is_file_at_fault and self._skip_faulty(load, playback.position, "cannot be played"):
            return
        self._ends_at_once += 1
        has_dropped = is_retrying and load.retry.position > 0
        is_last = event.is_fatal or event.is_offline or has_dropped or self._ends_at_once >= MAX_ENDS_AT_ONCE
        (self.fail if is_last else self._owner.failed)(event.reason)

    def _silence(self) -> Playback:
        """Return a playback of nothing, with the current speed and volume."""
        now = self._state.playback
        return Playback(speed=now.speed, volume=now.volume, is_muted=now.is_muted, load=now.load)
