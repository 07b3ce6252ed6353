"""Draw the first screen of the next start, without a terminal."""

from __future__ import annotations

from textual import events

from tui_pod.services.lifetime import Lifetime
from tui_pod.ui.app import TuiPodApp
from tui_pod.ui.changed_cells import ChangedCells


class _Still(TuiPodApp):
    """An app that ends with its first paint."""

    drawn = ""

    def on_ready(self, event: events.Ready) -> None:  # type: ignore[override]  # Textual passes it if asked for
        """Draw it once the layout fits the size, and start nothing that normally follows the first paint."""
        event.prevent_default()
        self.screen.call_after_refresh(self._take)

    def _take(self) -> None:
        self.drawn = ChangedCells().render(self.screen._compositor.render_full_update(), self.console)
        self.exit()

    def end(self) -> None:
        """End at a signal; there is nothing to save."""
        self.exit()


def draw_first_screen(lifetime: Lifetime, size: tuple[int, int]) -> str:
    """Return the control sequences that paint the first screen at `size` (columns, rows)."""
    app = _Still(lifetime)
    app.main_screen.episode.follows_paint = False  # it would open the player
    app.run(headless=True, size=size)
    return app.drawn
