"""The episode's pane of the library screen: when it is created and shown, and what it follows."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tui_pod.core.player.snapshot import Playback
from tui_pod.ui.look.layout import WIDE

if TYPE_CHECKING:
    from tui_pod.ui.screens.main import MainScreen
    from tui_pod.ui.widgets.episode_pane import EpisodePane


class PaneController:
    """Owns the pane, which is created after the first paint, and only if it is shown."""

    pane: EpisodePane | None = None

    def __init__(self, screen: MainScreen) -> None:
        self._screen = screen
        self._services = screen.services
        self.is_wanted = screen.services.first.has_preview
        """Whether the listener wants it beside the list."""
        self.follows_paint = True
        """Whether it is made after the first paint; False for a screen that is painted only once."""

    def fit(self) -> None:
        """Show it if the terminal is wide enough."""
        if self._screen.has_class("-wide") and self.pane is None and self.follows_paint:
            self._screen.call_after_refresh(self._make_beside)
        self.cursor_moved()

    def toggle(self) -> None:
        """Show or hide it beside the list, now and in later starts."""
        self.is_wanted = not self.is_wanted
        self._services.controller.remember("ui", "preview", self.is_wanted)
        self.hide_details()
        self._screen.set_class(self._screen.size.width >= WIDE and self.is_wanted, "-wide")
        self.fit()
        if self.is_wanted and self._screen.size.width < WIDE:
            self._screen.app.notify(f"The pane is shown from {WIDE} columns on; this terminal has fewer.")

    async def show_details(self, topic: int | None, has_story_first: bool = False) -> None:
        """Show the details of a topic, or of the row at the cursor if None, and give them the focus."""
        former = self._services.controller.library.topics
        pane = await self._make()
        topics = self._services.controller.library.topics
        self._screen.add_class("-details")  # the pane brought the styles of the class
        self._screen.open_views.set_open(self, True)
        pane.show_details(True, former.found_in(topics, topic) if topic is not None else None, has_story_first)
        self._screen.set_focus(pane)

    @property
    def is_detailed(self) -> bool:
        """Whether details are shown."""
        return self.pane is not None and self.pane.is_detailed

    def hide_details(self) -> None:
        """Go back to the preview if there is room for it; otherwise hide the pane."""
        if self.pane is not None and self.pane.is_detailed:
            self._screen.remove_class("-details")
            self.pane.show_details(False)
            self._screen.open_views.set_open(self, False)

    def escape(self) -> bool:
        """Leave the details; return False if none are shown."""
        was_detailed = self.is_detailed
        self.hide_details()
        if was_detailed:
            self._screen.show_former_pane()
        return was_detailed

    def follow(self, playback: Playback) -> None:
        """Follow what plays."""
        if self.pane is not None:
            self.pane.follow(playback)

    def show_progress(self) -> None:
        """Show changed progress and downloads in the details."""
        if self.pane is not None and self.pane.is_detailed:
            self.pane.update()

    def cursor_moved(self, topic: int | None = None) -> None:
        """Follow the cursor; `topic` is the topic it moved to in the tree."""
        if self.pane is not None:
            self.pane.cursor_moved(topic)

    async def _make_beside(self) -> None:
        if self._screen.query_one("#panes").is_attached:  # the listener may have quit at the first paint
            await self._make()

    async def _make(self) -> EpisodePane:
        if self.pane is None:
            from tui_pod.ui.widgets.cover import are_covers_drawn  # after the first paint
            from tui_pod.ui.widgets.episode_pane import EpisodePane

            has_colours = are_covers_drawn(self._screen.app, self._services.first)
            screen = self._screen
            self.pane = EpisodePane(
                self._services,
                lambda: screen.model.index,
                has_colours,
                lambda *podcast: screen.dialogs.look_into(*podcast),
            )
            await self._screen.query_one("#panes").mount(self.pane)
        self.pane.follow(self._services.controller.playback)
        return self.pane
