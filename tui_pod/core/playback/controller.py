"""The one owner of what plays, of the queue and of the progress.

Front ends call its methods; reports of the player arrive through `handle`. All calls come from one thread. It knows
the outside only through the ports, the clock included.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from functools import partial
from math import inf
from types import MappingProxyType
from typing import TYPE_CHECKING, Protocol

from tui_pod.core.actions import key_of
from tui_pod.core.library.library import Library
from tui_pod.core.outcome import DONE, Outcome, changed, refused
from tui_pod.core.playback.bookmark_editor import BookmarkEditor
from tui_pod.core.playback.go_to import parse_times
from tui_pod.core.playback.handover import Handover
from tui_pod.core.playback.list_editor import ListEditor
from tui_pod.core.playback.passage_skips import PassageSkips
from tui_pod.core.playback.progress_editor import ProgressEditor
from tui_pod.core.playback.repeat import Repeater
from tui_pod.core.playback.session_runner import SessionRunner
from tui_pod.core.playback.sleep_timer import AWAKE, FADE, Bedtime, SleepPlace, SleepTimer, SleepUnit, parse_sleep
from tui_pod.core.playback.undo import Change, UndoHistory, seek_label
from tui_pod.core.playback.up_next import PlayContext, UpNext
from tui_pod.core.player.changes import LibraryChanged, ProgressChanged, QueueChanged
from tui_pod.core.player.episode_player import EpisodePlayer, PlayerOwner
from tui_pod.core.player.events import Event, PassagesKnown, PauseChanged, RecordsSaved, StateMended, VersionKnown
from tui_pod.core.player.mixer import Mixer
from tui_pod.core.player.options import PlaybackOptions, clamp
from tui_pod.core.player.ports import Ports
from tui_pod.core.player.snapshot import Playback, PlayerStatus, RepeatKind, Repetition, chapter_at, part_chapters
from tui_pod.core.player.state import PlaybackState
from tui_pod.core.progress.bookmarks import BookmarkKey
from tui_pod.core.progress.cards import Notebook
from tui_pod.core.progress.progress import Status
from tui_pod.core.progress.progress_index import ProgressIndex
from tui_pod.core.progress.records import ProgressRecord, SettingRecord
from tui_pod.core.selection.list_query import ListQuery, Orders
from tui_pod.core.selection.offers import KEY, Offers
from tui_pod.core.selection.queue import Queue, QueueNotes, spread
from tui_pod.core.selection.session_planner import Session
from tui_pod.core.selection.shared_queue import MAX_TIMES, QueueNews, changed_entries
from tui_pod.core.wall_time import UNKNOWN, local_date

if TYPE_CHECKING:
    from tui_pod.core.selection.arrivals import Arrival


class Interlude(Protocol):
    """Questions that are asked aloud while the loaded episode waits."""

    @property
    def is_paused(self) -> bool:
        """Whether it is paused."""

    def set_paused(self, is_paused: bool) -> None:
        """Pause or go on."""

    def answer(self, is_known: bool) -> None:
        """Take the listener's answer: the key for the next episode means known, that for the previous not known."""


WORTH_UNDOING = 1.0
"""Shortest seek that can be undone, in seconds."""

NOTHING_PLAYS = f"Nothing is playing. Press {key_of('episode.play')} on an episode to play it."


class PlaybackController:
    """Plays episodes one after another, marks and queues them, and undoes that."""

    def __init__(
        self,
        library: Library,
        progress_index: ProgressIndex,
        ports: Ports,
        options: PlaybackOptions | None = None,
        queue: Queue | None = None,
        playback: Playback | None = None,
        notebook: Notebook | None = None,
        orders: Orders | None = None,
        usual_speed: float | None = None,
        session: Session | None = None,
        saved_list: Mapping[str, object] = MappingProxyType({}),
    ) -> None:
        options = options or PlaybackOptions()
        state = self._state = PlaybackState(library, progress_index, clamp(playback or Playback()), options, ports)
        self._listener = ports.listener
        owner = PlayerOwner(
            lambda: self._up_next.prepare(), self._on_advanced, self._on_ended, self._on_failed, self._note_seek,
            lambda passage: self.passages.reached(passage),
        )  # fmt: skip
        mixer = self.mixer = Mixer(state, usual_speed, saved_list)
        player = self._player = EpisodePlayer(state, mixer, owner)
        self.repeat = Repeater(state, player)
        self._up_next = UpNext(state, player, queue or Queue(), orders or Orders())
        self.undo_history = UndoHistory()
        self.handover = Handover(state, player, self.undo_history, self._put_seek)
        self.passages = PassageSkips(state, player, self.undo_history, self._put_seek)
        offers = Offers(saved_list.get(KEY))
        self.sessions = SessionRunner(state, mixer, player, self._up_next, self.undo_history, session, offers)
        self.editor = ProgressEditor(state, player, self.undo_history, self.handover, self.sessions.progress_changed)
        notebook = notebook or Notebook()
        self.lists = ListEditor(state, self.undo_history, notebook.lists, lambda: self.show_library(self.library))
        self.bookmarks = BookmarkEditor(state, self.undo_history, notebook, self.lists)
        self.sleep: SleepTimer | None = None
        self._bedtime = Bedtime(options.every_night)
        self._was_started = False  # by the listener, and has not advanced since
        self.chime: Callable[[], None] = lambda: None
        """Sounds when the sleep timer begins to fade."""
        self._interlude: Interlude | None = None
        self.sleep_place = SleepPlace(state, self.play_from, saved_list)
        if (episode := library.find(self.playback.episode)) is not None:
            state.playback = player.hold(episode, self.playback.position)
            self._up_next.restore(saved_list)

    @property
    def library(self) -> Library:
        """All episodes and topics."""
        return self._state.library

    @property
    def progress_index(self) -> ProgressIndex:
        """The progress of all episodes."""
        return self._state.progress_index

    @property
    def playback(self) -> Playback:
        """What is playing."""
        return self._state.playback

    @property
    def queue(self) -> Queue:
        """The queue, with the entries already played."""
        return self._up_next.queue

    @property
    def session(self) -> Session | None:
        """The current session, if any."""
        return self.sessions.session

    @property
    def has_next(self) -> bool:
        """Whether `next` has something to do."""
        return self._interlude is not None or self._up_next.next() is not None

    @property
    def interlude(self) -> Interlude | None:
        """What plays while the episode is paused; pause, next and previous act on it."""
        return self._interlude

    @interlude.setter
    def interlude(self, interlude: Interlude | None) -> None:
        self._interlude = interlude
        self._listener.show(QueueChanged())

    @property
    def can_pause(self) -> bool:
        """Whether there is something to pause or resume."""
        return self._interlude is not None or self.playback.is_loaded

    @property
    def is_paused(self) -> bool:
        """Whether the loaded episode is paused, or will be once it has loaded."""
        return self._player.is_paused

    def now(self) -> datetime:
        """Return the time (UTC); `local_time` converts it for the screen."""
        return self._state.ports.clock()

    def show_library(self, library: Library) -> None:
        """Replace the library, such as after a refresh, with the listener's lists as topics, and show it."""
        from tui_pod.core.selection.list_topics import with_lists  # most listeners have no list

        library = with_lists(library, self.lists, local_date(self.now()))
        progress_index = self.progress_index.moved_to(library)
        self.adopt(library, progress_index)
        self._listener.show(LibraryChanged(library, progress_index))

    def adopt(self, library: Library, progress_index: ProgressIndex) -> None:
        """Replace the library without showing it; playback continues."""
        former = self.library
        self._state.library, self._state.progress_index = library, progress_index
        self.bookmarks.adopt()
        self._player.adopt()
        self.mixer.adopt(former)
        self._up_next.adopt(former)
        self.sessions.adopt(former)
        if self.playback.is_active:
            self._up_next.prepare()

    def handle(self, event: Event) -> None:
        """Handle an event of the player, the sources or the writer."""
        if isinstance(event, RecordsSaved):
            self._player.saved(event.ticket)
        elif isinstance(event, StateMended):
            self._state.ports.writer.save(*(ProgressRecord(*entry) for entry in self.progress_index))
            self._up_next.save_queue()
            self.bookmarks.save()
            for notice in event.notices:
                self._listener.tell(notice, is_error=True)
        elif isinstance(event, PassagesKnown):
            self.passages.show(event)
        elif isinstance(event, VersionKnown):
            self._player.know(event)
        else:
            self._player.handle(event)
            if isinstance(event, PauseChanged):
                self.handover.paused()
                if event.is_paused and self.session is not None:
                    self.sessions.save()

    @property
    def made_in(self) -> str:
        """The `Place` of the position, which must be found in the version that is open; empty if there is none."""
        return self._player.made_in

    def places(self) -> list[str]:
        """Return the places of the position and the bookmarks of what plays in the versions they were made in."""
        marks = self.bookmarks.of(self.playback.episode)
        return [*filter(None, (self.made_in, *(mark.version for mark in marks)))]

    def turn_day(self) -> None:
        """Remove what has become too old from Continue."""
        if old := self.progress_index.age(self.now()):
            self._listener.show(ProgressChanged(frozenset(old)))
        self.lists.turn_day()

    def remember(self, table: str, key: str, value: str | float | list[str]) -> None:
        """Remember a choice of the listener."""
        self._state.ports.writer.save(SettingRecord(table, key, value))

    def remember_view(self, view: ListQuery) -> None:
        """Remember the list that is shown, for the next start."""
        records = [SettingRecord("ui", "filter", str(view.filter))]
        if view.entry >= 0:
            records.append(SettingRecord("ui", "topic", self.library.topics.keys[view.entry]))
        self._state.ports.writer.save(*records)

    # -- playing ---------------------------------------------------------------------------------------

    @property
    def context(self) -> PlayContext:
        """The list that playing continues in."""
        return self._up_next.context

    def home_context(self, episode: str) -> PlayContext:
        """Return the list of an episode's own course, podcast or folder."""
        return self._up_next.home_context(episode)

    def play(self, episode: str, context: PlayContext | None = None) -> None:
        """Play an episode from its saved position, and then what follows in `context` (see `UpNext.choose_list`)."""
        self._interlude = None
        self._up_next.choose_list(episode, context)
        if episode == self.playback.episode and self.playback.fetching is not None:
            self.restart(episode)
        elif episode == self.playback.episode:
            self.set_paused(False)
        else:
            self.handover.ask_first(partial(self._play, episode))

    def _play(self, episode: str, position: float | None = None, sentence: str | None = None) -> None:
        former = self.progress_index.get(episode)
        self.handover.cancel()
        self._was_started = True
        self._up_next.play(episode, position, sentence)
        if former is not None and former.played:
            self.editor.note_replay(episode, former)

    def play_from(
        self, episode: str, position: float, context: PlayContext | None = None, sentence: str | None = None
    ) -> None:
        """Play an episode, or the current one, from a position. Undo returns to the former position.

        A sentence says what is spoken there, if the position is estimated because the text has not been narrated.
        """
        self._interlude = None
        bookmark = self.bookmarks.get(BookmarkKey(episode, position))
        made_in = bookmark.version if bookmark is not None else ""
        if episode == self.playback.episode:
            self.seek_to(self._player.here(position, made_in))
            self._player.await_sentence(sentence)
            self.set_paused(False)
            return
        self._up_next.choose_list(episode, context)
        left = self.progress_index.get(episode)
        self._play(episode, position, sentence)
        if self.playback.episode == episode:
            self._player.set_made_in(made_in)
        self.passages.went_to(position, is_back=False)
        if left is not None and left.position > 0 and self.playback.episode == episode:
            self._note_seek(left.position, position)

    def restart(self, episode: str, context: PlayContext | None = None) -> None:
        """Play an episode from its start, and then as `play` does. Undo returns to the former position."""
        if episode == self.playback.episode:
            self._up_next.choose_list(episode, context)
        if episode == self.playback.episode and self.playback.status is PlayerStatus.LOADING:
            before = self.playback.position
            self._play(episode, position=0.0)
            self._note_seek(before, 0.0)
        else:
            self.play_from(episode, 0.0, context)

    def toggle_pause(self, play: Callable[[], Outcome] | None = None) -> Outcome:
        """Pause, or go on after a small rewind when the pause was long; play a held episode.

        With nothing loaded, call `play`, if given.
        """
        if play is not None and not self.can_pause:
            return play()
        if self._interlude is not None:
            self._interlude.set_paused(not self._interlude.is_paused)
        elif not self.is_paused:
            return self.pause()
        elif not self.handover.cancel():
            self.set_paused(False)
        return DONE

    def pause(self) -> Outcome:
        """Pause for the listener; while the sleep timer fades, give it ten minutes more instead."""
        if self._interlude is None and self._stay_awake():
            return Outcome("The sleep timer has 10 minutes more")
        self.set_paused(True)
        return DONE

    def _stay_awake(self) -> bool:
        """Give a sleep timer that fades more time, and bring the volume back; return whether one did."""
        if self.sleep is None or self.sleep.loudness == 1.0 or self.is_paused:
            return False
        self.set_sleep(self.sleep.extended(AWAKE))
        return True

    def set_paused(self, is_paused: bool) -> None:
        """Pause or resume, whatever the state was before; with nothing loaded, do nothing."""
        if self._interlude is not None:
            self._interlude.set_paused(is_paused)
        elif is_paused:
            self.handover.cancel()
            self._player.set_paused(True)
        elif self.playback.is_held:
            self.sleep_place.wake()
            self.handover.ask_first(lambda: self._play(self.playback.episode or "", self._player.sought))
        elif self.is_paused:
            self._was_started = True
            self.sleep_place.wake()
            self.handover.ask_first(partial(self._player.set_paused, False))
        else:
            self._stay_awake()

    def stop(self) -> None:
        """End playing; the position is saved."""
        self.handover.cancel()
        self._player.stop()

    def lead_in(self, position: float) -> None:
        """Begin what is resumed earlier, to hear its last sentences again; the listener has not chosen this place."""
        self._player.seek(position)

    def save(self) -> None:
        """Save the exact position."""
        self._player.save()

    def end(self) -> None:
        """Stop the sound, then save, before the app quits or is killed."""
        self._player.end()
        if self.session is not None:
            self.sessions.save()

    def unsaved(self) -> ProgressRecord | None:
        """Return the progress of the playing episode without changing anything; see `EpisodePlayer.unsaved`."""
        return self._player.unsaved()

    def tick(self) -> None:
        """Check a load that waits; to be called four times a second while one does."""
        self._player.tick()

    def seek_to(self, position: float) -> Outcome:
        """Go to `position` seconds, forward no further than where the episode counts as played; can be undone."""
        return self._seek(partial(self._player.seek_to, position))

    def _seek(self, seek: Callable[[], None], is_step: bool = False) -> Outcome:
        if not self.playback.is_loaded:
            return refused(NOTHING_PLAYS)
        before = self.playback.position
        self._player.tracker.decide()
        self._player.release()
        seek()
        after = self.playback.position
        self.repeat.follow(after)
        self._note_seek(before, after)
        if after < before or (after > before and not is_step):  # a step forward chooses no place
            self.passages.went_to(after, is_back=after < before)
        return DONE

    def _note_seek(self, before: float, after: float) -> None:
        episode = self.playback.episode
        if episode is not None and abs(after - before) >= WORTH_UNDOING:
            jump = before, after
            undo, redo = partial(self._put_seek, episode, before), partial(self._put_seek, episode, after)
            self.undo_history.add(Change(seek_label(jump), undo, redo, episode, self._state.ports.clock(), jump))

    def go_to(self, text: str) -> Outcome:
        """Go to the time that the listener typed, or repeat what is between two times.

        Raises ValueError, with a message for the listener, if the text is neither.
        """
        playback = self.playback
        start, end = parse_times(text, playback.position, playback.duration)
        if end is None:
            return self.seek_to(start)
        self.repeat.end()
        self.seek_to(start)
        return self.repeat.start(Repetition(RepeatKind.STRETCH, start, end))

    def seek_by(self, seconds: float) -> Outcome:
        """Go `seconds` forward, or back when negative."""
        return self._seek(partial(self._player.seek_to, self.playback.position + seconds), is_step=True)

    def step_back(self, is_small: bool = False) -> Outcome:
        """Go back by the listener's step."""
        options = self._state.options
        return self.seek_by(-(options.seek_small if is_small else options.seek_back))

    def step_forward(self, is_small: bool = False) -> Outcome:
        """Go forward by the listener's step."""
        options = self._state.options
        return self.seek_by(options.seek_small if is_small else options.seek_forward)

    def seek_mark(self, direction: int) -> Outcome:
        """Go to the next (1) or previous (-1) chapter or sentence."""
        if (sentence := self.repeat.neighbour(direction)) is not None:
            return self._seek(partial(self._player.seek, sentence))
        return self._seek(partial(self._player.seek_mark, direction))

    def next(self) -> Outcome:
        """Play what comes next; the current episode keeps its position, and a session is planned again without it."""
        if self._interlude is not None:
            self._interlude.answer(is_known=True)
        elif not self.sessions.skip():
            return refused(f"Nothing comes next. Press {key_of('queue.add_last')} on an episode to queue it.")
        return DONE

    def previous(self) -> Outcome:
        """Play what came before in the queue or the list, or what played before, or restart the episode."""
        if self._interlude is not None:
            self._interlude.answer(is_known=False)
        elif not self._up_next.previous():
            return self.seek_to(0.0)
        return DONE

    def set_sleep(self, timer: SleepTimer | None) -> None:
        """Set the sleep timer; None turns it off."""
        if timer is not None:
            self.sleep_place.note()
        self.sleep = timer
        self.mixer.fade(1.0)
        self._listener.show(QueueChanged())

    def use_options(self, options: PlaybackOptions) -> None:
        """Play with other settings from now on."""
        self._state.options, self._bedtime = options, Bedtime(options.every_night)

    # -- reports of the player ---------------------------------------------------------------------

    def _on_advanced(self, seconds: float, is_at_end: bool) -> None:
        self.sessions.spend(seconds)
        self.handover.advanced()
        if self._player.tracker.is_done:
            self._up_next.finish(self.playback.episode)
        now = self.now()
        if self.sleep is None and (timer := self._bedtime.timer(now) or self._own_timer(now)) is not None:
            self.set_sleep(timer)
        self._was_started = False
        if self.sleep is None or is_at_end:  # nothing is left to fade
            return
        playback, former = self.playback, self.sleep
        timer = former.at(now) if former.until else former.passed(SleepUnit.SECOND, seconds / playback.speed)
        if timer.until is not None and timer.left < -FADE:  # it passed during a pause
            self.set_sleep(None)
            return
        resumed, marks = max(0.0, playback.position - FADE * playback.speed), playback.chapters
        if former.unit is SleepUnit.PART and (episode := self.library.find(playback.episode)) is not None:
            marks = part_chapters(episode.parts)
        number = chapter_at(marks, playback.position)
        is_next = number != chapter_at(marks, playback.position - seconds)
        if is_next and former.unit in (SleepUnit.CHAPTER, SleepUnit.PART):
            timer, resumed = timer.passed(former.unit), marks[number - 1].start
        if timer.loudness < 1.0 == former.loudness:
            self.chime()
        self.sleep = timer
        self.mixer.fade(timer.loudness)
        if timer.is_over:
            self._fall_asleep(resumed)

    def _own_timer(self, now: datetime) -> SleepTimer | None:
        """Return the timer that the book or podcast has in its settings, if the listener has just started it."""
        settings = self._state.settings_of(self.playback.episode) if self._was_started else None
        return parse_sleep(settings.sleep, now) if settings is not None else None

    def _fall_asleep(self, resumed: float) -> None:
        """Pause at the position to go on from, in seconds, and remove the timer."""
        self.sleep = None
        self._player.set_paused(True)
        self._player.seek(resumed)
        self.mixer.fade(1.0)
        self._listener.show(QueueChanged())
        said = "The sleep timer has paused.", self.sleep_place.sleep(), f"Press {key_of('playback.toggle')} to go on."
        self._listener.tell(" ".join(filter(None, said)))

    def _on_ended(self, is_narration: bool) -> None:
        self.sessions.finish()
        self._up_next.finish(self.playback.episode)
        if self.sleep is not None:
            self.sleep = self.sleep.ended()
            if self.sleep.is_over:
                self.set_sleep(None)
                self.stop()
                said = "The sleep timer has stopped playback here. Good night."
                self._listener.tell(f"{said} {self.sleep_place.sleep()}".rstrip())
                return
        if self.sessions.end_if_over():
            return
        if (following := self.sessions.following()) is None:
            volume = self.library.find(self._up_next.volume())
            self.stop()
            if volume is not None:
                self._listener.tell(f"Next in the series: “{volume.title}”. after=series in its settings plays it.")
        else:
            self._up_next.advance(is_automatic=True, follows_narration=is_narration, following=following)

    def _on_failed(self, reason: str) -> None:
        if not self._up_next.is_automatic:
            self._player.fail(reason)
            return
        message = f"“{self.playback.title}”: {reason}"
        if not self.has_next:
            self._player.fail(message)
        else:
            self._listener.tell(message, is_error=True)
            self.sessions.skip(is_automatic=True)

    # -- sessions --------------------------------------------------------------------------------------

    def go_on(self) -> None:
        """Play on after a session has ended."""
        if not self.has_next:
            self._listener.tell(f"Nothing comes next. Press {key_of('session.plan')} to plan another session.")
        else:
            self._up_next.advance()

    # -- the queue -------------------------------------------------------------------------------------

    def queue_last(self, episodes: Sequence[str]) -> Outcome:
        """Put episodes at the end of the queue."""
        outcome = self._add_chosen(f"{self.library.named(episodes)} queued", episodes, self.queue.add_last(episodes))
        return outcome if outcome.can_undo else Outcome(f"{self.library.named(episodes)} already queued")

    def queue_next(self, episodes: Sequence[str]) -> Outcome:
        """Make episodes the next to play."""
        return self._add_chosen(f"{self.library.named(episodes)} queued next", episodes, self.queue.add_next(episodes))

    def _add_chosen(self, label: str, episodes: Sequence[str], queue: Queue) -> Outcome:
        arrived = [ident for ident in self.queue_notes.arrived if ident not in episodes]
        self._up_next.notes = self.queue_notes._replace(arrived=arrived)
        before = self.queue
        outcome = self._change_queue(label, queue)
        self._up_next.renew(set(episodes).intersection(before.upcoming))
        return outcome if queue != before else Outcome(label)

    def unqueue(self, episodes: Sequence[str]) -> Outcome:
        """Take episodes out of the queue."""
        found = [ident for ident in dict.fromkeys(episodes) if ident in self.queue.upcoming]
        label = f"{self.library.named(found)} taken out of the queue" if found else ""
        outcome = self._change_queue(label, self.queue.remove(found))
        self._up_next.renew([ident for ident in episodes if ident not in found])
        return outcome if found else Outcome(f"{self.library.named(episodes)} not in the queue")

    def move_in_queue(self, episode: str, by: int) -> None:
        """Move an episode within what is upcoming, down when `by` is positive."""
        self._change_queue("a move in the queue", self.queue.move(episode, by))

    def spread_queue(self) -> Outcome:
        """Spread the podcasts, or first topics of other episodes, evenly over the queue."""
        library, groups = self.library, dict[str, object]()
        for ident in self.queue.upcoming:
            index = library.index(ident)
            tags = library.episode(index).tags[:1] if index is not None else ()
            groups[ident] = (library.feed_of(index) if index is not None else None) or tags
        return self._order_queue("Queue spread evenly", spread(groups))

    def sort_queue_by_left(self) -> Outcome:
        """Put what has least left first; what is of unknown length last."""
        left = dict[str, float]()
        for ident in self.queue.upcoming:
            index, progress = self.library.index(ident), self.progress_index.get(ident)
            length = self.progress_index.length(index) if index is not None else None
            left[ident] = inf if length is None else max(0.0, length - (progress.position if progress else 0.0))
        return self._order_queue("Queue sorted, least left first", left)

    def _order_queue(self, label: str, places: Mapping[str, float]) -> Outcome:
        """Sort the queue; what plays stays in front."""
        if len(places) < 2:
            return refused("There is nothing to sort in the queue.")
        playing = self.playback.episode
        return self._change_queue(label, self.queue.ordered(lambda ident: -1.0 if ident == playing else places[ident]))

    def _change_queue(self, label: str, queue: Queue) -> Outcome:
        before = self.queue
        if queue != before:
            self.undo_history.add(self._queue_change(label, before, queue))
            self._put_queue(before, queue)
        return changed(label)

    def _queue_change(self, label: str, before: Queue, after: Queue) -> Change:
        put = self._put_queue
        return Change(label, partial(put, after, before), partial(put, before, after))

    def _put_queue(self, before: Queue, after: Queue) -> None:
        self.sessions.follow(before, after)
        self._up_next.set_queue(self.queue.changed_as(before, after))

    @property
    def queue_notes(self) -> QueueNotes:
        """What is saved of the queue besides its entries."""
        return self._up_next.notes

    def resume_queue(self, notes: QueueNotes) -> None:
        """Go on with what was saved of the queue besides its entries."""
        self._up_next.notes = notes

    def queue_arrivals(self, arrivals: Sequence[Arrival], until: float, limit: int) -> Outcome:
        """Put new episodes into the queue until it has `limit` entries, except those that the listener knows."""
        from tui_pod.core.selection.arrivals import joined  # few podcasts have new episodes now

        status, before, known = self.progress_index.status, self.queue, self.queue_notes.arrived
        unknown = [one for one in arrivals if one.episode not in before.entries]
        fresh = [one for one in unknown if self.progress_index.is_new(one.episode)]

        def replaced(arrival: Arrival) -> list[str]:
            rows = ((ident, self.library.index(ident)) for ident in known if status(ident) is Status.UNPLAYED)
            return [ident for ident, row in rows if row is not None and self.library.feed_of(row) == arrival.podcast]

        queue = joined(before, fresh, replaced, limit)
        came = [one.episode for one in fresh if one.episode in queue.upcoming]
        self._up_next.notes = self.queue_notes._replace(arrived=[*known, *came][-MAX_TIMES:], until=until)
        if queue == before:
            self._up_next.save_queue()
            return DONE
        label = f"{self.library.named(came)} joined the queue"
        self.undo_history.add(self._queue_change(label, before, queue))
        self.sessions.follow(before, queue)
        self._up_next.set_queue(queue, UNKNOWN)  # else it could come back where it was taken out or played
        return Outcome(label)

    def receive_queue(self, news: QueueNews) -> None:
        """Take over what other machines have queued, taken and moved; what plays, plays on."""
        seen = self.queue_notes.seen
        if news.generation in ("", seen):
            return
        session = self.session
        planned = set(session.episodes) - session.queued if session is not None else set[str]()
        before = self.queue
        self._up_next.receive(news.put_into(before, planned, seen), news.generation)
        if change := changed_entries(before.upcoming, self.queue.upcoming):
            said = f"The queue was changed on another machine: {change}"
            self.undo_history.add(self._queue_change(said, before, self.queue))
            self._listener.tell(changed(said).notice)

    # -- undo ------------------------------------------------------------------------------------------

    def undo(self) -> Outcome:
        """Undo the last change."""
        return self._step(is_undo=True)

    def redo(self) -> Outcome:
        """Redo the last undone change."""
        return self._step(is_undo=False)

    def _step(self, is_undo: bool) -> Outcome:
        find = self.undo_history.undo if is_undo else self.undo_history.redo
        status, playing = self.progress_index.status, self.playback.episode
        while (change := find()) is not None and change.sought not in (None, playing):
            if status(change.sought or "") is not Status.PLAYED:  # else the seek no longer matters
                break
        if change is None:
            return refused(f"Nothing to {'undo' if is_undo else 'redo'}.")
        (change.undo if is_undo else change.redo)()
        return Outcome(f"{'Undid' if is_undo else 'Redid'}: {change.label}")

    def _put_seek(self, episode: str, position: float) -> None:
        self._player.tracker.decide()
        if episode == self.playback.episode and self._player.is_out_of_reach(position):
            self._up_next.play(episode, position)
        elif episode == self.playback.episode:
            self._player.seek(position)
        elif self.library.index(episode) is not None:
            self.editor.put(self.editor.moved(episode, position))
