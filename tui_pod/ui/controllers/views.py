"""Views over the panes of the library screen: when they are made and shown, and how escape closes them."""

from __future__ import annotations

from collections.abc import Awaitable
from functools import partial
from typing import TYPE_CHECKING, Protocol

from textual.widget import Widget
from textual.worker import Worker

from tui_pod.core.library.topics import TopicTable

if TYPE_CHECKING:
    from tui_pod.core.selection.bookmark_groups import Grouping
    from tui_pod.ui.screens.bookmarks import BookmarksView
    from tui_pod.ui.screens.everywhere import EverywhereView
    from tui_pod.ui.screens.main import MainScreen

    class OpenView(Protocol):
        """Something that escape closes."""

        def escape(self) -> bool:
            """Close it; return False to leave the key to what is below."""


SEARCH = 5
"""Number of the view that has no tab: the search everywhere."""


class OpenViews:
    """A stack of open views, the newest on top."""

    def __init__(self) -> None:
        self._views: list[OpenView] = []

    def set_open(self, view: OpenView, is_open: bool) -> None:
        """Put a view on top of the stack, or take it off."""
        if view in self._views:
            self._views.remove(view)
        if is_open:
            self._views.append(view)

    def escape(self) -> bool:
        """Close the topmost view that takes the key; return False if none did."""
        return any(view.escape() for view in reversed(self._views.copy()))


class ViewController:
    """Owns the view, which is created anew each time it is opened, with current data."""

    is_open = False

    def __init__(self, screen: MainScreen) -> None:
        self._screen = screen
        self._services = screen.services
        self._grouping: Grouping | None = None
        self._bookmarks: BookmarksView | None = None
        self._everywhere: EverywhereView | None = None

    def open(self, number: int) -> Worker[None] | None:
        """Show view 3 once its statistics are computed, view 4, or the search everywhere (5); return what opens it."""
        if number == SEARCH and self._everywhere is not None:
            self._everywhere.action_search()
            return None
        make = {3: self._make_statistics, 4: self._make_bookmarks}.get(number, self._make_everywhere)
        return self._screen.run_worker(partial(self._open, make()), group="view", exclusive=True)

    def leave(self) -> None:
        """Show the library again."""
        self._screen.workers.cancel_group(self._screen, "view")
        if self.is_open:
            self._forget()
            self._set_open(False)
            self._screen.query(".view").remove()

    def escape(self) -> bool:
        """Show the library again."""
        self._screen.show_pane()  # which leaves the view
        return True

    def show_bookmarks(self) -> None:
        """Show changed bookmarks."""
        if self._bookmarks is not None:
            self._bookmarks.show()
        if self._everywhere is not None:
            self._everywhere.search_again()

    async def _open(self, making: Awaitable[Widget]) -> None:
        view = await making
        view.add_class("view")
        await self._screen.query(".view").remove()
        self._set_open(True)  # first, so that a key that leaves it while it is mounted removes it
        await self._screen.mount(view, after="#panes")
        self._screen.set_focus(view)
        self._screen.search.close()  # only now: until then the field takes the keys

    async def _make_statistics(self) -> Widget:
        from tui_pod.ui.screens.statistics import StatisticsView  # after the first paint

        with self._services.tasks.showing("statistics", "computing the statistics"):
            statistics, history = await self._services.compute_statistics()
        self._forget()
        return StatisticsView(self._services, statistics, history, self._choose, self._screen.dialogs.ask_words)

    def go_to_history(self) -> None:
        """Go to the history in the statistics, which are shown."""
        from tui_pod.ui.screens.statistics import StatisticsView  # after the first paint

        for view in self._screen.query(StatisticsView):
            view.go_to_history()

    async def _make_bookmarks(self) -> Widget:
        from tui_pod.ui.screens.bookmarks import BookmarksView  # after the first paint

        self._forget()
        screen = self._screen
        self._bookmarks = BookmarksView(
            self._services, self._grouping, screen.dialogs.bookmark, screen.dialogs.subscribe_again
        )
        return self._bookmarks

    async def _make_everywhere(self) -> Widget:
        from tui_pod.ui.screens.everywhere import EverywhereView  # after the first paint

        self._forget()
        query, dialogs = self._screen.model.query.query, self._screen.dialogs
        self._everywhere = EverywhereView(self._services, query, dialogs.bookmark, dialogs.open_feed)
        return self._everywhere

    def _forget(self) -> None:
        """Forget the view, except how bookmarks are grouped."""
        self._everywhere = None
        if self._bookmarks is not None:
            self._grouping, self._bookmarks = self._bookmarks.grouping, None

    def _set_open(self, is_open: bool) -> None:
        self.is_open = is_open
        self._screen.open_views.set_open(self, is_open)
        self._screen.set_class(is_open, "-view")

    def _choose(self, topics: TopicTable, topic: int) -> None:
        """Open a topic, given by its index in the topics that the statistics were computed with."""
        self._screen.listing.open_entry(topics.found_in(self._screen.model.library.topics, topic))
