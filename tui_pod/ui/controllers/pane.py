"""The episode's pane of the library screen: when it is made and shown, and whom it follows."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tui_pod.core.player.snapshot import Playback

if TYPE_CHECKING:
    from textual.screen import Screen

    from tui_pod.services.episode_list import EpisodeListModel
    from tui_pod.services.services import Services
    from tui_pod.ui.widgets.episode_pane import EpisodePane


class PaneController:
    """Owns the pane, which is made after the first paint, and only where it is shown."""

    pane: EpisodePane | None = None

    def __init__(self, screen: Screen[None], services: Services, model: EpisodeListModel) -> None:
        self._screen = screen
        self._services = services
        self._model = model

    def fit(self) -> None:
        """Show it in a terminal that is wide enough."""
        if self._screen.has_class("-wide") and self.pane is None:
            self._screen.call_after_refresh(self._make)
        self.cursor_moved()

    async def toggle(self) -> None:
        """Show or hide it: beside the list where there is room, else over it."""
        self._screen.toggle_class("-without-episode" if self._screen.has_class("-wide") else "-with-episode")
        await self._make()

    def close(self) -> bool:
        """Hide it where it lies over the list; return whether it did."""
        is_over = self._screen.has_class("-with-episode") and not self._screen.has_class("-wide")
        self._screen.remove_class("-with-episode")
        return is_over

    def follow(self, playback: Playback) -> None:
        """Follow what plays."""
        if self.pane is not None:
            self.pane.follow(playback)

    def cursor_moved(self) -> None:
        """Follow the cursor."""
        if self.pane is not None:
            self.pane.cursor_moved()

    async def _make(self) -> None:
        if self.pane is None:
            from tui_pod.ui.widgets.cover import are_covers_drawn  # after the first paint
            from tui_pod.ui.widgets.episode_pane import EpisodePane

            has_colours = are_covers_drawn(self._screen.app, self._services)
            self.pane = EpisodePane(self._services, lambda: self._model.index, has_colours)
            await self._screen.query_one("#panes").mount(self.pane)
        self.pane.follow(self._services.controller.playback)
