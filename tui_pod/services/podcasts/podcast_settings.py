"""Reads and changes the settings of podcasts in the running app; a change can be undone."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, NamedTuple

from tui_pod.config.paths import embedded_transcripts
from tui_pod.core.library.podcast_settings import COURSE, ROWS, PodcastSettings, to_texts
from tui_pod.runtime.threads import in_thread

if TYPE_CHECKING:
    from tui_pod.core.library.library import Library
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

    def __init__(self, context: Context, library: ShownLibrary, keeper: Keeper, has_course: bool) -> None:
        self._context = context
        self._tasks = context.tasks
        self._library = library
        self._keeper = keeper
        self.has_course = has_course
        """Whether the catalogue that comes with the program is used, if only hidden."""

    def is_course_shown(self, library: Library) -> bool:
        """Return whether a library has the catalogue that comes with the program; its episodes are the first ones."""
        if not self.has_course or not library.first_of_podcasts:
            return False
        return (library.episode(0).transcript or "").startswith(str(embedded_transcripts()))

    def is_course_topic(self, library: Library, entry: int) -> bool:
        """Return whether an entry of the tree is the course that comes with the program, a part of it, or above it."""
        return entry > 0 and entry in library.base_topics.paths and self.is_course_shown(library)

    def hide_course(self, is_hidden: bool = True) -> None:
        """Hide the course, or show it again; can be undone, and progress stays."""
        text = ROWS["hidden"].show(is_hidden)
        self.configure(COURSE, {"hidden": text}, f"{COURSE_NAME} {'hidden' if is_hidden else 'shown again'}")

    async def all(self) -> list[PodcastChoice]:
        """Return all podcasts, hidden ones too, and the course last."""
        store = (await self._context.open_podcasts()).store
        return await in_thread(lambda _: _all(store))

    async def find(self, feed_id: str) -> PodcastChoice | None:
        """Return a podcast; None if it no longer exists."""
        return next((podcast for podcast in await self.all() if podcast.feed_id == feed_id), None)

    def configure(self, feed_id: str, changes: Mapping[str, str], label: str = "") -> None:
        """Change settings, given as in the settings file; can be undone. `label` says what was done, if not empty."""
        self._tasks.run(self._configure(feed_id, changes, label))

    async def _configure(self, feed_id: str, changes: Mapping[str, str], label: str) -> None:
        podcast = await self.find(feed_id)
        if podcast is None:
            return
        former = to_texts(podcast.settings)
        before = {name: former[name] for name in changes}
        await self._put(feed_id, changes)
        changed = ", ".join(f"{name} {text or ROWS[name].usual}" for name, text in changes.items())
        label = label or f"{podcast.name}: {changed.replace('_', ' ')}"
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
