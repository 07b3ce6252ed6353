"""Bookmarks on the screen: the key that keeps, and everything that shows what was kept."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tui_pod.services.services import Services
    from tui_pod.ui.screens.main import MainScreen


class BookmarksController:
    """Keeps bar, transcript and view 4 up to date."""

    def __init__(self, screen: MainScreen, services: Services) -> None:
        self._screen = screen
        self._services = services

    def keep(self) -> None:
        """Keep what was just said; when that is kept already, ask for a note."""
        self._services.bookmarks.keep(self._screen.dialogs.bookmark)

    def show(self, _: frozenset[str]) -> None:
        """See `PlaybackListener.bookmarks_changed`."""
        if not self._screen.is_mounted:
            return
        self.show_playing()
        self._screen.transcript.show_bookmarks()
        self._screen.views.show_bookmarks()

    def show_playing(self) -> None:
        """Show those of what plays in the bar."""
        if not self._screen.is_mounted:
            return
        controller = self._services.controller
        starts = (bookmark.start for bookmark in controller.bookmarks.of(controller.playback.episode))
        self._screen.status.show_bookmarks(len(controller.bookmarks), tuple(starts))
