"""Reads and changes the settings of podcasts in the running app; a change can be undone."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, NamedTuple

from tui_pod.core.library.podcast_settings import COURSE, ROWS, PodcastSettings, to_texts
from tui_pod.runtime.threads import in_thread

if TYPE_CHECKING:
    from tui_pod.feeds.store.feed_store import FeedStore
    from tui_pod.services.context import Context
    from tui_pod.services.podcasts.keeping import Keeper
    from tui_pod.services.podcasts.library import ShownLibrary

COURSE_NAME = "The course"


class PodcastChoice(NamedTuple):
    """A podcast, or the embedded course, with its settings."""

    feed_id: str
    name: str
    settings: PodcastSettings


class PodcastSettingsService:
    """The only part of the running app that changes settings of podcasts."""

    def __init__(self, context: Context, library: ShownLibrary, keeper: Keeper) -> None:
        self._context = context
        self._tasks = context.tasks
        self._library = library
        self._keeper = keeper

    async def all(self) -> list[PodcastChoice]:
        """Return all podcasts, hidden ones too, and the course last."""
        store = (await self._context.open_podcasts()).store
        return await in_thread(lambda _: _all(store))

    async def find(self, feed_id: str) -> PodcastChoice | None:
        """Return a podcast; None if it no longer exists."""
        return next((podcast for podcast in await self.all() if podcast.feed_id == feed_id), None)

    def configure(self, feed_id: str, changes: Mapping[str, str]) -> None:
        """Change settings, given as in the settings file; can be undone."""
        self._tasks.run(self._configure(feed_id, changes))

    async def _configure(self, feed_id: str, changes: Mapping[str, str]) -> None:
        podcast = await self.find(feed_id)
        if podcast is None:
            return
        former = to_texts(podcast.settings)
        before = {name: former[name] for name in changes}
        await self._put(feed_id, changes)
        changed = ", ".join(f"{name} {text or ROWS[name].usual}" for name, text in changes.items())
        label = f"{podcast.name}: {changed.replace('_', ' ')}"
        self._tasks.note(label, lambda: self._put(feed_id, before), lambda: self._put(feed_id, changes))

    async def _put(self, feed_id: str, changes: Mapping[str, str]) -> None:
        podcasts = await self._context.open_podcasts()
        await in_thread(lambda _: podcasts.store.configure(feed_id, changes))
        feed = await in_thread(lambda _: podcasts.store.find(feed_id))
        feeds = [feed] if feed is not None else []
        await self._keeper.archive(podcasts, feeds)
        await self._library.update(podcasts)
        await self._keeper.keep(feeds)


def _all(store: FeedStore) -> list[PodcastChoice]:
    podcasts = [PodcastChoice(feed.feed_id, feed.name, feed.settings) for feed in store.feeds()]
    return [*podcasts, PodcastChoice(COURSE, COURSE_NAME, store.course_settings())]
