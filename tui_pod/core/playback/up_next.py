"""Decide what plays next, from the queue or the list that an episode was started from, and what played before.

That list is remembered over a restart.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import takewhile

from tui_pod.core.library.editions import other_editions, series_of
from tui_pod.core.library.episode import is_book
from tui_pod.core.library.library import Library
from tui_pod.core.player.changes import QueueChanged
from tui_pod.core.player.episode_player import EpisodePlayer
from tui_pod.core.player.state import PlaybackState
from tui_pod.core.progress.progress import Status
from tui_pod.core.progress.progress_index import ProgressIndex
from tui_pod.core.progress.records import setting_records
from tui_pod.core.selection.list_query import Filter, ListQuery, Orders, Sort, list_episodes, sort_indexes
from tui_pod.core.selection.play_order import home_view
from tui_pod.core.selection.queue import Queue, QueueNotes
from tui_pod.core.selection.shared_queue import noted

TABLE = "list"
"""Name of the table of the settings."""

ALL = ListQuery()


@dataclass(frozen=True, slots=True)
class PlayContext:
    """The list that an episode was started from, as sorted and filtered then."""

    indexes: Sequence[int] = ()
    row: int = -1
    """Row of the episode last played from the list."""
    view: ListQuery = ALL
    """The topic, order and filter of the list."""

    def moved(self, former: Library, library: Library) -> PlayContext:
        """Return the same list in the library that replaced `former`, without episodes that it lacks."""
        found: list[int] = []
        row = -1
        for number, before in enumerate(self.indexes):
            index = library.index(former.ids[before]) if before >= 0 else None
            if index is not None:
                found.append(index)
            if number == self.row:  # if it is gone, the list goes on after the one before it
                row = len(found) - 1
        entry = former.topics.found_in(library.topics, self.view.entry)
        return PlayContext(found, row, self.view._replace(entry=entry))

    def to_values(self, library: Library) -> dict[str, object]:
        """Return what to save of the list."""
        played = library.ids[self.indexes[self.row]] if 0 <= self.row < len(self.indexes) else ""
        view = self.view
        return {
            "topic": library.topics.keys[view.entry], "order": str(view.sort), "filter": str(view.filter),
            "episode": played, "seed": view.seed,
        }  # fmt: skip


def from_values(values: Mapping[str, object], library: Library, progress_index: ProgressIndex) -> PlayContext | None:
    """Return the saved list; None if none is saved, or the library lacks its topic or the episode played from it."""
    texts = {key: value for key, value in values.items() if isinstance(value, str)}
    index, entry = library.index(texts.get("episode")), library.topics.with_key(texts.get("topic", ""))
    order, kind = texts.get("order"), texts.get("filter")
    if index is None or entry is None or order not in list(Sort) or kind not in list(Filter):
        return None
    seed = values.get("seed")
    view = ListQuery(entry, Filter(kind), Sort(order), seed=seed if isinstance(seed, int) else 0)
    all_inside = library.candidates.get(entry, library.topics.members[entry])
    whole = sort_indexes(library, all_inside, view.sort, entry, view.seed, progress_index)
    if index not in whole:
        return None
    inside = {index, *list_episodes(library, progress_index, Queue(), view)}  # playing has changed what it is
    indexes = [one for one in whole if one in inside]
    return PlayContext(indexes, indexes.index(index), view)


MAX_HISTORY = 100
"""How many episodes `previous` can go back through."""


class UpNext:
    """Plays one episode after the other."""

    def __init__(self, state: PlaybackState, player: EpisodePlayer, queue: Queue, orders: Orders) -> None:
        self._state = state
        self._orders = orders
        self._player = player
        self.queue = self._saved_queue = queue
        self.notes = QueueNotes()
        self.context = PlayContext()
        self.is_automatic = False
        """Whether the current episode began because another had ended."""
        self.is_replaying = False
        """Whether the listener went back to a played episode, so that what follows also plays again."""
        self._saved: dict[str, object] = {}
        self._history: tuple[str, ...] = ()  # the last one at the end

    def adopt(self, former: Library) -> None:
        """Move the list and the queue to the library that replaced `former`."""
        self.context = self.context.moved(former, self._state.library)
        queue = self.queue.renamed(self._state.library.aliases)
        if queue != self.queue:
            self.set_queue(queue)

    def home_context(self, episode: str) -> PlayContext:
        """Return the list that an episode belongs to: its own course, podcast or folder, or none."""
        state = self._state
        index = state.library.index(episode)
        if index is None:
            return PlayContext()
        view = home_view(state.library, self._orders, index)
        around = list_episodes(state.library, state.progress_index, self.queue, view)
        row = list(around).index(index) if index in around else -1  # one of no topic has nothing after it
        return PlayContext(around, row, view) if row >= 0 else PlayContext([index], 0, view)

    def restore(self, saved: Mapping[str, object]) -> None:
        """Continue the saved list if the held episode is on it or interrupts it from the queue, else its home list."""
        state, held = self._state, self._state.playback.episode or ""
        is_of_list = held == saved.get("episode") or held in self.queue.upcoming
        context = from_values(saved, state.library, state.progress_index) if is_of_list else None
        self.is_replaying = context is not None and saved.get("replaying") is True
        self.context = context or self.home_context(held)
        self._saved = dict(saved)

    def choose_list(self, episode: str, context: PlayContext | None) -> None:
        """Continue in `context`. If None, the current episode stays in its list, and another plays in its home list."""
        if context is None and episode != self._state.playback.episode:
            context = self.home_context(episode)
        if context is not None:
            self.follow(context)

    def follow(self, context: PlayContext) -> None:
        """Continue in this list, and save it."""
        self.context = context
        values = {**context.to_values(self._state.library), "replaying": self.is_replaying}
        if values != self._saved:
            self._saved = values
            self._state.ports.writer.save(*setting_records(TABLE, values))

    def play(self, episode: str, position: float | None = None, sentence: str | None = None) -> None:
        """Play an episode that the listener chose from `position`, or from its saved position.

        See `PlaybackController.play_from` for the sentence.
        """
        is_same = episode == self._state.playback.episode
        is_played = self._state.progress_index.status(episode) is Status.PLAYED
        self.is_replaying = is_played or (is_same and self.is_replaying)
        self._play(episode, position, sentence=sentence)

    def _play(
        self,
        episode: str,
        position: float | None = None,
        is_automatic: bool = False,
        sentence: str | None = None,
        follows_narration: bool = False,
    ) -> None:
        found, former = self._state.library.find(episode), self._state.playback.episode
        if found is None:
            self._state.ports.listener.tell("That episode is no longer in the library.", is_error=True)
            return
        queue = self.queue.started(episode)
        self.is_automatic = is_automatic
        self._state.is_chosen = not is_automatic or episode in self.queue.entries
        settings = self._state.settings_of(episode)
        is_at_home = settings is not None and settings.after == "podcast"
        self.follow(self.home_context(episode) if is_at_home else self.context)
        if former is not None and former != episode:
            self._history = (*self._history[1 - MAX_HISTORY :], former)
        self._player.start(found, position, sentence=sentence, follows_narration=follows_narration)
        if queue != self.queue:
            self.set_queue(queue)

    def previous(self) -> bool:
        """Play what came before in the queue or the list, or what played before; return False if nothing did."""
        current, history = self._state.playback.episode, self._history
        entries, row = self.queue.entries, self.context.row
        is_queued = current in entries
        done = entries[: self.queue.cursor]
        before = list(filter(self._is_known, takewhile(lambda ident: ident != current, done)))
        if is_queued and before:
            self.play(before[-1])
        elif not is_queued and row > 0:
            self.context = replace(self.context, row=row - 1)
            self.play(self._state.library.ids[self.context.indexes[row - 1]])
        elif history:
            self.play(history[-1])
            self._history = history[:-1]
        else:
            return False
        return True

    def advance(
        self, is_automatic: bool = False, follows_narration: bool = False, following: str | None = None
    ) -> None:
        """Play what comes next, or stop if nothing does; `following` is what that is, if not of the list."""
        of_list = self.next()
        following = following or of_list
        if following is None:
            self._player.stop()
            return
        if following != of_list:
            self.follow(self.home_context(following))
        elif following not in self.queue.upcoming:
            self.context = replace(self.context, row=self._next_row() or 0)
        self._play(following, is_automatic=is_automatic, follows_narration=follows_narration)

    def next(self) -> str | None:
        """Return what plays next: the queue, then the next unplayed episode of the list."""
        queued = next(self.upcoming(), None)
        row = self._next_row() if queued is None else None
        return queued if row is None else self._state.library.ids[self.context.indexes[row]]

    def following(self, in_session: bool = False) -> str | None:
        """Return what starts automatically when the current episode ends; None if nothing does.

        Outside a session the podcast decides, with its setting `after`. After a book nothing else begins unasked.
        """
        settings = self._state.settings_of(self._state.playback.episode)
        after = settings.after if settings is not None and not in_session else ""
        if after == "stop":
            return None
        if after == "series":
            return next(self.upcoming(), None) or self.volume()
        if not (after or in_session) and self._is_book_playing:
            after = "queue"
        goes_on = after in ("list", "podcast") if after else self._state.options.is_autoplaying
        return self.next() if goes_on else next(self.upcoming(), None)

    @property
    def _is_book_playing(self) -> bool:
        playing = self._state.library.find(self._state.playback.episode)
        return playing is not None and is_book(playing)

    def volume(self) -> str | None:
        """Return the next book of the series that plays, not played yet; None if there is none."""
        state, ident = self._state, self._state.playback.episode
        book = state.library.find(ident)
        if ident is None or book is None or not (series := series_of(book)):
            return None
        home = self.home_context(ident)
        for index in home.indexes[home.row + 1 :]:
            other = state.library.episode(index)
            is_unplayed = state.progress_index.status(other.id) is not Status.PLAYED
            if series_of(other) == series and is_unplayed and not self._is_other_edition(index):
                return other.id
        return None

    def upcoming(self) -> Iterator[str]:
        """Yield the entries of the queue that follow what plays and are in the library."""
        current = self._state.playback.episode
        return (ident for ident in self.queue.upcoming if ident != current and self._is_known(ident))

    def finish(self, episode: str | None) -> None:
        """Take an episode that was finished or skipped out of what is upcoming."""
        queue = self.queue.finished(episode or "")
        if queue != self.queue:
            self.set_queue(queue)

    def prepare(self) -> None:
        """Prepare the source of what comes next."""
        following = self._state.library.find(self.next())
        if following is not None:
            self._state.ports.sources.prepare(following)

    def set_queue(self, queue: Queue, now: datetime | None = None) -> None:
        """Replace the queue, and save it; if `now` is given, as if that were the time."""
        self.queue = queue
        self.save_queue(now)
        self._state.ports.listener.show(QueueChanged())
        if self._state.playback.is_active:
            self.prepare()

    def receive(self, queue: Queue, generation: str) -> None:
        """Replace the queue because of other machines; it is not noted as a change made here."""
        self.notes, self._saved_queue = self.notes._replace(seen=generation), queue
        self.set_queue(queue.renamed(self._state.library.aliases))

    def save_queue(self, now: datetime | None = None) -> None:
        """Save the queue, with what was changed noted as at `now`, by default the time."""
        values = {"entries": list(self.queue.entries), "cursor": self.queue.cursor, "seen": self.notes.seen,
                  "arrived": list(self.notes.arrived), "until": self.notes.until}  # fmt: skip
        if self.queue != self._saved_queue:
            values["updated"] = clock = self._state.ports.clock()
            values["times"] = times = noted(self.notes.times, self._saved_queue, self.queue, now or clock)
            self.notes, self._saved_queue = self.notes._replace(times=times), self.queue
        self._state.ports.writer.save(*setting_records("queue", values))

    def renew(self, episodes: Collection[str]) -> None:
        """Note the time for these entries, queued or taken out: another machine may have changed them."""
        if episodes:
            times = noted(self.notes.times, Queue(), Queue(episodes), self._state.ports.clock())
            self.notes = self.notes._replace(times=times)
            self._state.ports.writer.save(*setting_records("queue", {"times": self.notes.times}))

    def _is_known(self, episode: str) -> bool:
        return self._state.library.index(episode) is not None

    def _next_row(self) -> int | None:
        state, indexes = self._state, self.context.indexes
        for row in range(self.context.row + 1, len(indexes)):
            ident = state.library.ids[indexes[row]]
            is_wanted = self.is_replaying or state.progress_index.status(ident) is not Status.PLAYED
            if ident != state.playback.episode and is_wanted and not self._is_other_edition(indexes[row]):
                return row
        return None

    def _is_other_edition(self, index: int) -> bool:
        """Return whether a book is another edition of what plays or was played, and in no list made by hand."""
        state = self._state
        own_list = state.library.lists.get(self.context.view.entry)
        if index not in state.library.works or (own_list is not None and not own_list.is_rule):
            return False
        playing = state.library.index(state.playback.episode)
        played = () if self.is_replaying else state.progress_index.indexes[Status.PLAYED]
        return any(other == playing or other in played for other in other_editions(state.library, index))
