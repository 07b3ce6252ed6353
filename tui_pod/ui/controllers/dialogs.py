"""The dialogs of the library screen, about the row at its cursor."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from textual.screen import Screen
    from textual.widget import AwaitMount

    from tui_pod.core.progress.bookmarks import Bookmark
    from tui_pod.core.progress.cards import Card
    from tui_pod.services.services import Services
    from tui_pod.ui.screens.main import MainScreen


class DialogController:
    """Opens dialogs, one at a time."""

    def __init__(self, screen: MainScreen, services: Services, show: Callable[[Screen[None]], AwaitMount]) -> None:
        """Open nothing yet; `show` shows a dialog over the library."""
        self._screen = screen
        self._services = services
        self._show = show

    def bookmark(self, bookmark: Bookmark) -> None:
        """Edit a bookmark."""
        from tui_pod.core.selection.bookmark_groups import titled  # after the first paint
        from tui_pod.ui.screens.bookmark import BookmarkScreen

        controller = self._services.controller
        (shown,) = titled(controller.library, [bookmark])
        self._show(BookmarkScreen(shown, controller.bookmarks))

    def recall(self, cards: Sequence[Card], then: Callable[[], None]) -> None:
        """See `Frontend.ask_recall`."""
        from tui_pod.ui.screens.recall import RecallScreen  # after the first paint

        self._show(RecallScreen(self._services.recall, cards, then))

    async def plan(self) -> None:
        """Plan a session."""
        from tui_pod.ui.screens.session import PlanScreen  # after the first paint

        await self._show(PlanScreen(self._services, self._screen.model))

    async def add_feed(self) -> None:
        """Ask for a podcast's address, and open the podcast."""
        from tui_pod.ui.screens.podcasts.add import AddFeedScreen  # after the first paint

        await self._show(AddFeedScreen(self._services, self._open_feed))

    def subscribe_again(self, name: str, address: str) -> None:
        """Offer to subscribe again to a podcast that was removed."""
        from tui_pod.ui.screens.dialog import ChoiceDialog  # after the first paint

        feeds, about = self._services.feeds, f"{name} was removed. Its episodes and your progress come back with it."
        self._show(ChoiceDialog(name, "esc closes", ("Subscribe again",), lambda _: feeds.add(address), about))

    def hide_course(self) -> None:
        """Offer to hide the course."""
        from tui_pod.services.hints import HIDING  # after the first paint
        from tui_pod.ui.screens.dialog import ChoiceDialog

        about, settings = self._services.first.with_keys(HIDING), self._services.feeds.settings
        self._show(
            ChoiceDialog("The course", "esc closes", ("Hide the course",), lambda _: settings.hide_course(), about)
        )

    async def settings(self, is_of_topic: bool) -> None:
        """Show the settings of the listed podcast, else of the podcast of the episode at the cursor, else ask which."""
        from tui_pod.ui.screens.podcasts.podcast_settings import PodcastsScreen, SettingsScreen  # after the first paint

        model, service = self._screen.model, self._services.feeds.settings
        feed = model.podcast(model.query.entry)
        if feed is None and not is_of_topic and model.index is not None:
            feed = model.library.feed_of(model.index)
        podcast = await service.find(feed) if feed is not None else None
        if podcast is not None:
            await self._show(SettingsScreen(service, podcast))
        else:
            podcasts = await service.all()
            await self._show(PodcastsScreen(podcasts, lambda chosen: self._show(SettingsScreen(service, chosen))))

    def _open_feed(self, feed_id: str) -> None:
        topics = self._screen.model.library.topics
        topic = next((topic for topic in range(1, len(topics.names)) if topics.feed(topic) == feed_id), None)
        if topic is not None:
            self._screen.open_entry(topic)
