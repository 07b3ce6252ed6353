"""Reads and changes the settings of podcasts and books in the running app; a change can be undone."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field, replace
from types import MappingProxyType
from typing import TYPE_CHECKING, NamedTuple

from tui_pod.config.paths import embedded_transcripts
from tui_pod.core.library.podcast_settings import BOOK_ROWS, COURSE, ROWS, PodcastSettings, Setting, to_texts
from tui_pod.runtime.threads import in_thread

if TYPE_CHECKING:
    import asyncio

    from tui_pod.core.library.episode import Episode
    from tui_pod.core.library.library import Library
    from tui_pod.services.context import Context
    from tui_pod.services.podcasts.retention import RetentionPolicy
    from tui_pod.services.podcasts.shown_library import ShownLibrary
    from tui_pod.shelf.feed_store import FeedStore
    from tui_pod.shelf.subscription import Subscription
    from tui_pod.sources.opened import Podcasts

COURSE_NAME = "The course"

NOT_OF_FOLDERS = "keep", "article", "code", "delete_played"
NOT_OF_TEXTS = (
    *NOT_OF_FOLDERS[:2], "delete_played", "kind", "order", "refresh", "notify", "include", "exclude", "min_length",
    "max_length", "new_for", "archive_after", "transcribe", "skip_recurring",
)  # fmt: skip
"""Settings that mean nothing where nothing is downloaded, and where there is a single episode."""

SPEEDS_AFTER = 2.0
"""Seconds after which the speed that was set while a book or podcast played becomes a setting of it."""


class PodcastChoice(NamedTuple):
    """A podcast, a book, or the embedded course, with its settings."""

    id: str
    name: str
    settings: PodcastSettings
    podcast: str | None = None
    """Id of the podcast that a book belongs to; None if it is not a book."""
    without: tuple[str, ...] = ()
    """Settings that mean nothing to it."""
    options: Mapping[str, Setting] = MappingProxyType({})
    """Settings that only its source has."""
    chosen: Mapping[str, str] = MappingProxyType({})
    """The texts of those that are set."""

    @property
    def rows(self) -> Mapping[str, Setting]:
        """The settings that it may have."""
        if self.id == COURSE:
            return {"hidden": ROWS["hidden"]}
        rows = ROWS if self.podcast is None else BOOK_ROWS
        return {name: row for name, row in (*self.options.items(), *rows.items()) if name not in self.without}

    @property
    def texts(self) -> dict[str, str]:
        """The text of every setting; empty for a default."""
        return {name: self.chosen.get(name, "") for name in self.options} | to_texts(self.settings)


@dataclass(eq=False, repr=False)
class PodcastSettingsService:
    """The only part of the running app that changes settings of podcasts and books."""

    _context: Context
    _library: ShownLibrary
    _retention: RetentionPolicy
    _refresh_folder: Callable[[str], Awaitable[object]]
    has_course: bool
    """Whether the catalogue that comes with the program is used, if only hidden."""
    _noted: Mapping[str, float] = field(default_factory=dict, init=False)

    def is_course_shown(self, library: Library) -> bool:
        """Return whether a library has the catalogue that comes with the program; its episodes are the first ones."""
        return bool(library.first_of_podcasts) and self.is_of_course(library.episode(0))

    def is_of_course(self, episode: Episode) -> bool:
        """Return whether an episode is one of the course that comes with the program."""
        return self.has_course and (episode.transcript or "").startswith(str(embedded_transcripts()))

    def is_course_topic(self, library: Library, entry: int) -> bool:
        """Return whether an entry of the tree is the course that comes with the program, a part of it, or above it."""
        return entry > 0 and entry in library.base_topics.paths and self.is_course_shown(library)

    def is_course_at(self, library: Library, index: int | None, entry: int) -> bool:
        """Return whether the cursor is on an episode of the course or, if `index` is None, on one of its topics."""
        return self.is_course_topic(library, entry) if index is None else self.is_of_course(library.episode(index))

    def hide_course(self, is_hidden: bool = True) -> None:
        """Hide the course, or show it again; can be undone, and progress stays."""
        text = ROWS["hidden"].show(is_hidden)
        self.configure(COURSE, {"hidden": text}, f"{COURSE_NAME} {'hidden' if is_hidden else 'shown again'}")

    async def all(self) -> list[PodcastChoice]:
        """Return all podcasts, hidden ones too, and the course last."""
        return await self._context.podcasts.ask(lambda podcasts, _: _all(podcasts.store))

    async def find(self, ident: str) -> PodcastChoice | None:
        """Return a podcast or book; None if it no longer exists."""
        found = next((podcast for podcast in await self.all() if podcast.id == ident), None)
        return found or await self.find_book(ident)

    async def find_book(self, episode: str) -> PodcastChoice | None:
        """Return the book that an episode is, or was a part of before the listener called it talks; None otherwise."""
        podcasts = await self._context.podcasts.get()
        from tui_pod.sources.table import find_book  # reads tags: only with podcasts

        book = await in_thread(lambda _: find_book(podcasts.store, episode))
        if book is None:
            return None
        speed = self._context.controller.mixer.own_speeds.get(book.id, book.settings.speed)
        return PodcastChoice(book.id, book.title, replace(book.settings, speed=speed), book.feed)

    async def find_at(self, library: Library, index: int | None, entry: int) -> PodcastChoice | None:
        """Return the book at the cursor, or the podcast that is listed, or that of the episode, or its course.

        Args:
            index: of the episode at the cursor; None if that is on the topic, and talks in a folder may be a book.
            entry: the topic; below 0 for a list of no podcast.
        """
        topics = library.topics
        listed = topics.podcast(entry) if entry > 0 else None
        feed = library.feed_of(index) if index is not None else listed
        if feed is None:
            return await self.find(COURSE) if self.is_course_at(library, index, entry) else None
        within = [topics.names[above] for above in topics.path(entry) if topics.podcast(above) == feed][1:]
        book = library.ids[index] if index is not None else "/".join((feed, *within)) if within else None
        return (book is not None and await self.find_book(book)) or await self.find(listed or feed)

    def configure(
        self, ident: str, changes: Mapping[str, str], label: str | None = None, is_told: bool = True
    ) -> asyncio.Task[object]:
        """Change settings, given as in the settings file; can be undone. `label`, if given, says what was done.

        Returns the task that does it; a notice says so if `is_told`.
        """
        former: list[PodcastChoice] = []

        async def change() -> str | None:
            former[:] = filter(None, [await self.find(ident)])
            for podcast in former:
                await self._put(podcast, changes)
                changed = ", ".join(f"{name} {text or podcast.rows[name].usual}" for name, text in changes.items())
                return label or f"{podcast.name}: {changed.replace('_', ' ')}"
            return None

        async def bring_back() -> None:
            for podcast in former:
                texts = podcast.texts
                await self._put(podcast, {name: texts[name] for name in changes})

        return self._context.tasks.perform(label or "a change of settings", change, bring_back, is_told)

    async def _put(self, podcast: PodcastChoice, changes: Mapping[str, str]) -> None:
        mixer = self._context.controller.mixer
        if "speed" in changes and podcast.id in mixer.own_speeds:
            mixer.forget_own_speeds({podcast.id: mixer.own_speeds[podcast.id]})
        await self._context.podcasts.ask(lambda podcasts, _: podcasts.store.configure(podcast.id, changes))
        feed = await self._context.podcasts.ask(lambda podcasts, _: podcasts.store.find(podcast.id))
        feeds = [feed] if feed is not None else []
        await self._retention.archive(feeds)
        await self._library.update()
        if self._context.is_app:
            await self._retention.keep(feeds)
        if not {"kind", "article", "code", *podcast.options}.isdisjoint(changes):  # its episodes are made anew
            await self._refresh_folder(podcast.podcast or podcast.id)

    def note_speeds(self) -> None:
        """Make the speeds set while books or podcasts played settings of these, once no other was set for a while.

        Until then the state has them, so that a key press costs no reload of the library.
        """
        speeds = self._context.controller.mixer.own_speeds
        if speeds and speeds != self._noted:
            self._noted = speeds
            tasks = self._context.tasks
            tasks.later("speeds of books", SPEEDS_AFTER, lambda: tasks.run(self._save_speeds()))

    async def _save_speeds(self) -> None:
        mixer = self._context.controller.mixer
        speeds = mixer.own_speeds

        def save(podcasts: Podcasts, _: object) -> list[str]:
            known = podcasts.store.recordings_among(speeds)
            known += [ident for ident in speeds if podcasts.store.find(ident) is not None]
            for ident in known:
                podcasts.store.configure(ident, {"speed": ROWS["speed"].show(speeds[ident])})
            return known

        saved = await self._context.podcasts.ask(save)
        await self._library.update()
        mixer.forget_own_speeds({ident: speeds[ident] for ident in saved})
        self._noted = mixer.own_speeds  # what is saved may be set again


def choice_of(store: FeedStore, feed: Subscription) -> PodcastChoice:
    """Return a subscription with the settings that it may have."""
    from tui_pod.sources.table import source_of  # after the first paint

    source = source_of(feed.address)
    without = ("kind",) if source.is_online else NOT_OF_TEXTS if source.is_single else NOT_OF_FOLDERS
    options = source.options()
    chosen = store.source_texts(feed.feed_id) if options else {}
    return PodcastChoice(feed.feed_id, feed.name, feed.settings, None, without, options, chosen)


def _all(store: FeedStore) -> list[PodcastChoice]:
    podcasts = [choice_of(store, feed) for feed in store.feeds()]
    return [*podcasts, PodcastChoice(COURSE, COURSE_NAME, store.course_settings())]
