"""Look around in the plain program: go through lists, search, sort, and have things read out.

Nothing here plays or changes anything.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import partial
from typing import TYPE_CHECKING, Protocol

from tui_pod.core.actions import key_of
from tui_pod.core.playback.controller import PlaybackController
from tui_pod.core.selection.list_query import SORT_NAMES, ListQuery, SmartList
from tui_pod.core.text.clean import clean, counted
from tui_pod.plain.browser import Browser
from tui_pod.plain.spoken import say_details, say_notes, say_outlook, say_playback
from tui_pod.services.hints import NO_SEARCH

if TYPE_CHECKING:
    from tui_pod.core.library.show_notes import EpisodeNotes
    from tui_pod.core.library.transcript import Transcript
    from tui_pod.core.playback.snapshot import Chapter
    from tui_pod.services.services import Feeds

SENTENCES = 20
"""Sentences that are read at a time."""

QUERY_LIMIT = 200
"""Characters of a search."""


class Host(Protocol):
    """The program, as far as a key needs it."""

    def say(self, text: str) -> None:
        """Say a line."""
        ...

    def ask(self, question: str, asker: Callable[[str], None]) -> None:
        """Say a question, and hand the line that answers it to `asker`."""
        ...

    def read_transcript(self, index: int, asker: Callable[[Transcript], None]) -> None:
        """Find the words of an episode and hand them over."""
        ...

    def read_notes(self, index: int, asker: Callable[[EpisodeNotes, tuple[Chapter, ...]], None]) -> None:
        """Find what else is kept of an episode, and its chapters, and hand them over."""
        ...

    def show_statistics(self) -> None:
        """Say what was heard."""
        ...

    @property
    def feeds(self) -> Feeds:
        """What can be done with podcasts."""
        ...

    def quit(self) -> None:
        """Save and end."""
        ...


class NavigationCommands:
    """Does what keys ask that only look."""

    def __init__(self, host: Host, controller: PlaybackController, browser: Browser) -> None:
        self._host = host
        self._say = host.say
        self._controller = controller
        self._browser = browser
        self._reading: tuple[int, Transcript, int] | None = None  # episode, its words, the sentence that is next

    def _say_all(self, lines: Iterable[str]) -> None:
        for line in lines:
            self._say(line)

    # -- going ------------------------------------------------------------------------------------------

    def _move(self, move: Callable[[], str]) -> None:
        self._say(move())

    def _change_pane(self) -> None:
        self._right() if self._browser.is_on_topics else self._left()

    def _left(self) -> None:
        self._say(self._browser.go_to_parent() if self._browser.is_on_topics else self._browser.show_topics())

    def _right(self) -> None:
        self._look(self._browser.view)

    def _open_topic(self) -> None:
        self._look(self._browser.open_topic())

    def _look(self, view: ListQuery, keeps_cursor: bool = False) -> None:
        """List something, remember it for the next start, and say it and where the listener is in it."""
        keeps_cursor = keeps_cursor or view == self._browser.view
        self._browser.look(view, keeps_cursor)
        self._controller.remember_view(view)
        self._say(self._browser.say_list())
        self._say(self._browser.say_here())

    def _look_at_library(self) -> None:
        self._look(ListQuery(place=self._browser.topic, sort=self._browser.view.sort))

    def _look_at_queue(self) -> None:
        self._look(ListQuery(place=SmartList.QUEUE, sort=self._browser.view.sort))

    def _ask_search(self) -> None:
        self._host.ask("Search for words in title, summary or topic:", self._search)

    def _search(self, words: str) -> None:
        self._look(self._browser.view._replace(query=clean(words, QUERY_LIMIT)))

    def _search_next(self, by: int) -> None:
        total = len(self._browser.indexes)
        if self._browser.view.query.strip() and total:
            self._say(self._browser.go((self._browser.place + by) % total))
        else:
            self._say(NO_SEARCH)

    def _clear(self) -> None:
        if self._browser.view.query:
            self._look(self._browser.view._replace(query=""), keeps_cursor=True)
        else:
            self._say(self._browser.say_here())

    def _filter(self) -> None:
        view = self._browser.next_filter()
        self._say(f"Filter: {view.filter}.")
        self._look(view, keeps_cursor=True)

    def _sort(self) -> None:
        view = self._browser.next_sort()
        self._say(f"Order: {SORT_NAMES[view.sort]}.")
        self._look(view, keeps_cursor=True)

    def _go_to_playing(self) -> None:
        controller = self._controller
        self._say(say_playback(controller.playback))
        index = controller.library.index(controller.playback.episode or "")
        if index is not None:
            self._say_all(say_outlook(controller.library, controller.session_status()))
            self._browser.go_to_episode(index)

    # -- reading ---------------------------------------------------------------------------------------

    def _details(self) -> None:
        if self._browser.index is None:
            self._say(self._browser.say_here())
        else:
            library, index = self._controller.library, self._browser.index
            self._say_all(say_details(library, self._controller.progress_index, index))
            self._host.read_notes(index, partial(self._say_notes, library.ids[index]))

    def _say_notes(self, episode: str, notes: EpisodeNotes, chapters: tuple[Chapter, ...]) -> None:
        playback = self._controller.playback
        own = playback.chapters if playback.episode == episode else ()
        self._say_all(say_notes(notes, own or chapters))

    def _read(self) -> None:
        index = self._browser.index
        if index is None:
            self._say(self._browser.say_here())
        elif self._reading is not None and self._reading[0] == index:
            self._read_on()
        else:
            self._host.read_transcript(index, partial(self._begin_reading, index))

    def _begin_reading(self, index: int, transcript: Transcript) -> None:
        """Read from the start, or from what is being said when it is this episode that plays."""
        if not transcript.cues:
            self._say("This episode has no transcript.")
            return
        playback = self._controller.playback
        is_playing = playback.episode == self._controller.library.ids[index]
        place = transcript.active(playback.position) if is_playing else None
        self._reading = (index, transcript, place or 0)
        self._read_on()

    def _read_on(self) -> None:
        if self._reading is None:
            return
        index, transcript, place = self._reading
        following = place + SENTENCES
        self._say_all(cue.text for cue in transcript.cues[place:following])
        if following < len(transcript.cues):
            self._reading = (index, transcript, following)
            left = counted(len(transcript.cues) - following, "sentence")
            self._say(f"{left} more. Press {key_of('view.transcript')} to read on.")
        else:
            self._reading = None
            self._say("End of the transcript.")
