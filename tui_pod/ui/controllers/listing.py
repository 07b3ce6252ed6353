"""What the list of the library screen shows: which topic, search, filter and order, and how changes reach it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from tui_pod.core.library.library import Library
from tui_pod.core.progress.progress import Status
from tui_pod.core.progress.progress_index import ProgressIndex
from tui_pod.core.selection.list_query import ListQuery, SmartList
from tui_pod.services.hints import NOT_LISTED

if TYPE_CHECKING:
    from tui_pod.services.podcasts.troubles import Trouble
    from tui_pod.ui.screens.main import MainScreen


class ListingController:
    """Changes what the list shows, and keeps the tree and the status lines in step with it."""

    def __init__(self, screen: MainScreen) -> None:
        self._screen = screen
        self._services = screen.services
        self._model = screen.model
        self._statuses: dict[str, Status] = {}  # as last reported, of the episodes that changed

    def show(self, keeps_cursor: bool = False) -> None:
        """Show what the model lists now."""
        self._show_why_empty()
        self._screen.episodes.show(is_centred=not keeps_cursor)
        self._screen.episode.cursor_moved()
        self._screen.status.show_title()

    def _show_why_empty(self) -> None:
        self._screen.episodes.empty_text = self._services.first.with_keys(self._model.why_empty)

    def troubles_changed(self, troubles: Mapping[str, Trouble]) -> None:
        """Show which podcasts have trouble: in the tree, in the header, and in the list of one of them."""
        self._model.troubles = troubles
        self._screen.topic_tree.show_failed(frozenset(troubles), self._services.feeds.refresher.moved)
        self._show_why_empty()
        self._screen.episodes.refresh()
        self._screen.status.show_title()
        self._screen.status.show_counts()

    def change_query(self, query: ListQuery, keeps_cursor: bool = False) -> None:
        """List something else, and remember it."""
        if query != self._model.query:
            self._model.change(query, keeps_cursor)
            self.show(keeps_cursor)
            self._screen.status.show_counts()

    def open_entry(self, entry: int) -> None:
        """List the episodes of a topic or smart list, and give the list the focus."""
        self.change_query(self._model.query._replace(entry=entry, query=""))
        self._screen.topic_tree.go_to(entry)
        self._screen.show_pane()

    def clear(self) -> None:
        """Clear the search, or the selection if nothing is searched for."""
        if self._model.query.query:
            self.change_query(self._model.query._replace(query=""), keeps_cursor=True)
        else:
            self._model.clear_selection()
            self._screen.episodes.refresh()
            self._screen.selection_changed()

    def go_to_playing(self) -> None:
        """Move the cursor to the playing episode, in another list if this one does not show it."""
        self._screen.playback = self._screen.controller.playback  # its time may stand still
        playing = self._screen.playback.episode
        index = self._model.library.index(playing) if playing else None
        if index is None:
            said = "The playing episode is no longer in the library." if playing else "Nothing is playing."
            self._screen.app.notify(said)
            return
        former = self._model.query
        if not self._model.go_to(index):
            self._screen.app.notify(NOT_LISTED)
        if self._model.query != former:
            self._screen.status.show_counts()
            self._screen.topic_tree.go_to(self._model.query.entry)
        self.show()
        self._screen.transcript.show_playing()
        self._screen.show_pane()

    def go_to_sampled(self, episode: str) -> None:
        """Move the cursor to the episode that is sampled, if it is listed."""
        rows, index = list(self._model.indexes), self._model.library.index(episode)
        if index in rows:
            self._screen.episodes.go(rows.index(index))

    # -- changes ---------------------------------------------------------------------------------------

    def library_changed(self, library: Library, progress_index: ProgressIndex) -> None:
        """Show another library: the same topic, search, filter and episode, if they still exist."""
        screen = self._screen
        line = screen.episodes.line
        self._model.adopt(library, progress_index)
        screen.topic_tree.adopt(library, progress_index)
        self._show_why_empty()
        screen.episodes.adopt(line)
        screen.status.show_title()
        screen.status.show_counts()
        if screen.playback.load:
            screen.status.show_session()

    def progress_changed(self, episodes: frozenset[str]) -> None:
        """Show changed progress: rows, counts and the time left."""
        screen, model = self._screen, self._model
        screen.episodes.refresh_episodes(episodes)
        statuses = {ident: model.progress_index.status(ident) for ident in episodes}
        has_new_status = not statuses.items() <= self._statuses.items()  # playing changes the position, each second
        self._statuses.update(statuses)
        if has_new_status:
            screen.episode.show_progress()
        query = model.query
        if query.entry in (SmartList.CONTINUE, SmartList.OLDER, SmartList.NEW) or (
            has_new_status and model.shows_a_status
        ):
            if model.update():
                screen.episodes.show()
            screen.status.show_title()
        screen.status.show_counts()
        if screen.playback.load:
            screen.status.show_session()

    def queue_changed(self) -> None:
        """Show a changed queue."""
        if self._model.take_queue(self._services.controller.queue):
            self._screen.episodes.show()
        else:
            self._screen.episodes.refresh()  # the marks of queued episodes
        self._screen.status.show_counts()
        self._screen.status.show_session()
