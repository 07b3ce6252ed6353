"""View 3 of the library screen: when it is made, shown and left."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from textual.screen import Screen

    from tui_pod.core.library.topics import TopicTable
    from tui_pod.services.episode_list import EpisodeListModel
    from tui_pod.services.services import Services

OF_THE_LIST = frozenset({"search", "search_next", "filter", "sort", "details", "transcript", "refresh_feed"})
"""Actions that are without meaning while the statistics are shown."""


class StatisticsController:
    """Owns the view, which is made anew each time: what it tells is what was heard until then."""

    is_open = False

    def __init__(
        self,
        screen: Screen[None],
        services: Services,
        model: EpisodeListModel,
        open_entry: Callable[[int], None],
    ) -> None:
        """Show nothing yet; `open_entry` lists a topic of the model's library."""
        self._screen = screen
        self._services = services
        self._model = model
        self._open_entry = open_entry

    def open(self) -> None:
        """Show the view once everything is counted."""
        self._screen.run_worker(self._open(), group="statistics", exclusive=True)

    async def _open(self) -> None:
        from tui_pod.ui.screens.statistics import StatisticsView  # after the first paint

        view = StatisticsView(self._services, await self._services.compute_statistics(), self._choose)
        await self._screen.query("#statistics").remove()
        await self._screen.mount(view, after="#panes")
        self._set_open(True)
        self._screen.set_focus(view)

    def leave(self) -> None:
        """Show the library again."""
        self._screen.workers.cancel_group(self._screen, "statistics")
        if self.is_open:
            self._set_open(False)
            self._screen.query("#statistics").remove()

    def _set_open(self, is_open: bool) -> None:
        self.is_open = is_open
        self._screen.set_class(is_open, "-statistics")

    def _choose(self, topics: TopicTable, topic: int) -> None:
        """Open a topic, which is of the library that was counted."""
        self._open_entry(topics.found_in(self._model.library.topics, topic))
