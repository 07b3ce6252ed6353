"""Adds, refreshes and removes podcasts in the running app.

Called on the event loop; blocking work runs in threads. Afterwards an outdated library is reloaded and shown.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Sequence
from typing import TYPE_CHECKING

from tui_pod.core.errors import UserError
from tui_pod.core.library.show_notes import PodcastFacts
from tui_pod.core.text.clean import counted, fold
from tui_pod.integrations.broadcast import Follower
from tui_pod.runtime.log import log
from tui_pod.runtime.threads import CancelToken, in_thread
from tui_pod.services.frontend import LoginNeeded, LoginQuestion
from tui_pod.services.podcasts.directories import DirectoryService
from tui_pod.services.podcasts.downloads import DownloadService
from tui_pod.services.podcasts.folders import FolderWatch
from tui_pod.services.podcasts.imports import ImportService
from tui_pod.services.podcasts.podcast_settings import PodcastSettingsService
from tui_pod.services.podcasts.refreshing import Announce, Refresher
from tui_pod.services.podcasts.retention import RetentionPolicy
from tui_pod.services.podcasts.shown_library import NewEpisodes, ReadLibrary, ShownLibrary

if TYPE_CHECKING:
    from tui_pod.core.library.episode import Episode
    from tui_pod.core.player.snapshot import Playback
    from tui_pod.net.fetch import LoginWanted
    from tui_pod.net.login import Login
    from tui_pod.services.context import Context
    from tui_pod.shelf.published import Published, PublishedItem
    from tui_pod.sources.opened import Podcasts
    from tui_pod.sources.source import Subscribed


NO_ADDRESS = "An address begins with https:// or http://."


class FeedService(Follower):
    """The only part of the running app that changes podcasts, with parts of its own for what belongs to them."""

    def __init__(
        self,
        context: Context,
        shown: tuple[int, int] | None,
        read: ReadLibrary,
        changed: Callable[[int], None],
        announce: Announce,
        is_sparing: Callable[[bool], Awaitable[bool]],
        has_course: bool,
    ) -> None:
        """Open nothing yet.

        Args:
            shown: the generation of the podcasts in the library on the screen; None if it has none.
            changed: called once another library is shown, with the number of new episodes.
            is_sparing: returns whether using the network may cost too much, given whether the app is starting.
            has_course: whether the catalogue that comes with the program is used, if only hidden.
        """
        self._context, self._frontend = context, context.frontend
        self._tasks = context.tasks
        self.news = NewEpisodes(context)
        self.downloads = DownloadService(context)
        self.directories = DirectoryService(context)
        self._library = ShownLibrary(context, self.news, shown, read, changed)
        self.retention = RetentionPolicy(context, self.downloads)
        self.settings = PodcastSettingsService(context, self._library, self.retention, self._refresh_folder, has_course)
        self._folders = FolderWatch(context, self._refresh_folder)
        self.refresher = Refresher(context, self._library, self.retention, announce, is_sparing)
        self.imports = ImportService(context, self._library, self.refresher)
        self._started: asyncio.Task[object] | None = None
        self._since = time.time()

    def start(self, is_refreshing: bool = True) -> None:
        """Show the downloads, and refresh the podcasts if the settings say so."""
        self._started = self._tasks.run(self._start(is_refreshing))

    def playback_changed(self, playback: Playback) -> None:
        """Keep the speed that was set while a book plays."""
        if playback.episode is not None:
            self.settings.note_speeds()

    def add(self, typed: str, is_listed: bool = False) -> None:
        """Subscribe as `subscribe` does, asking for a login if need be and telling the listener of errors."""
        self._tasks.run(self._add(typed, is_listed))

    async def subscribe(self, typed: str, is_listed: bool = False) -> str:
        """Subscribe to the feed at a typed address or path, show its episodes, and return its id.

        Raises:
            LoginNeeded: the server wants a login; answering the question resumes and returns the id.
            UserError: the feed cannot be fetched or read.
        """
        from tui_pod.net.fetch import LoginWanted  # brings TLS, 2 MiB

        try:
            return await self._subscribe(typed, is_listed)
        except LoginWanted as wanted:
            question = LoginQuestion(wanted, lambda login: self._subscribe(typed, is_listed, login))
            raise LoginNeeded(question) from None

    async def _subscribe(self, typed: str, is_listed: bool, login: Login | None = None) -> str:
        podcasts = await self._context.podcasts.get()
        from tui_pod.sources.table import subscribe  # brings TLS

        with self._tasks.showing("add", "adding a podcast"):
            done = await in_thread(
                lambda cancel: subscribe(
                    podcasts.store, typed, (), cancel, podcasts.access.policy, login, is_listed=is_listed
                )
            )
        self.network_works()
        await self._library.update(done.new)
        self._folders.start()
        self._frontend.tell(_summary(done))
        if done.episode is not None and done.start is not None:
            self._context.controller.play_from(done.episode, done.start)
        elif done.episode is not None:
            self._context.controller.play(done.episode)
        self._tasks.run(self.retention.keep([done.feed]))
        return done.feed.feed_id

    async def add_server(self, typed: str, user: str, password: str) -> None:
        """Add a server with libraries, and show what they have. Raises UserError as the source does."""
        podcasts = await self._context.podcasts.get()
        from tui_pod.sources.table import login_source  # brings TLS

        with self._tasks.showing("add", "adding a server"):
            source = login_source(typed)
            feed_id, said = await in_thread(lambda _: source.log_in(podcasts.store, typed, user, password))
            self._frontend.tell(said)
            await self._refresh_folder(feed_id)

    async def look_into(self, address: str, episode: str | None) -> Published | None:
        """Play the episode of this title that a directory found, without subscribing.

        Return the feed at the address if there is none.
        """
        feed, wanted = await self.directories.preview(address), fold(episode or "")
        item = next((item for item in feed.items if fold(item.title) == wanted), None) if episode else None
        if item is None:
            return feed
        await self.play_preview(address, feed, item)
        return None

    async def play_preview(self, address: str, feed: Published, item: PublishedItem) -> None:
        """Play an episode of a feed from a directory without subscribing to it."""
        ident = await self._context.podcasts.ask(lambda podcasts, _: podcasts.store.store_preview(address, feed, item))
        await self._library.update()
        self._context.controller.play(ident)

    def add_previewed(self, episode: str) -> None:
        """Subscribe to the podcast of a previewed episode."""

        async def add() -> None:
            if (podcast := await self.removed_podcast(episode)) is not None:
                await self._add(podcast[1], is_listed=True)

        self._tasks.run(add())

    async def describe(self, feed_id: str) -> PodcastFacts | None:
        """Return the details of a podcast; None if it no longer exists."""
        podcasts = await self._context.podcasts.get()
        from tui_pod.sources.opened import describe  # brings TLS

        return await in_thread(lambda _: describe(podcasts.store, feed_id))

    async def removed_podcast(self, episode: str) -> tuple[str, str] | None:
        """Return name and address of the podcast of an episode if it was removed or only previewed; or None."""

        def find(podcasts: Podcasts, _: CancelToken) -> tuple[str, str] | None:
            details = podcasts.access.details(episode)
            feed = podcasts.store.find(details.feed, with_removed=True) if details is not None else None
            return (feed.name, feed.address) if feed is not None and feed.removed is not None else None

        return await self._context.podcasts.ask(find)

    async def move(self, feed_id: str, typed: str) -> None:
        """Change the address of a podcast, and fetch it. Raises UserError if it is no address."""
        if not await self.take_address(feed_id, [typed.strip()]):
            raise UserError(NO_ADDRESS)
        self.refresher.refresh(feed_id)

    async def take_address(self, feed_id: str, typed: Sequence[str]) -> bool:
        """Change the address of a podcast if what is typed is one; return whether it is.

        Raises UserError if the podcast cannot be there.
        """

        def change(podcasts: Podcasts, _: CancelToken) -> bool:
            from tui_pod.sources.table import source_of  # brings TLS

            feed = podcasts.store.find(feed_id)
            return feed is not None and source_of(feed.address).move(podcasts.store, feed, typed)

        return await self._context.podcasts.ask(change)

    def remove_feed(self, feed_id: str, is_told: bool = True) -> asyncio.Task[object]:
        """Unsubscribe from a feed; can be undone. Returns the task that does it; notices say so if `is_told`."""
        topics, taken = self._context.controller.library.topics, list[str]()

        async def remove() -> str | None:
            feed = await self._context.podcasts.ask(lambda podcasts, _: podcasts.store.find(feed_id))
            if feed is None:
                self._frontend.tell("This podcast no longer exists.")
                return None
            ids = await self._context.podcasts.ask(lambda podcasts, _: podcasts.store.episode_ids(feed_id))
            await self._context.podcasts.ask(lambda podcasts, _: podcasts.store.remove(feed_id))
            await self._library.update()
            taken[:] = await self.downloads.take(ids)  # last, since no new download of it can start now
            return f"{feed.name} removed"

        async def bring_back() -> None:
            await self._context.podcasts.ask(lambda podcasts, _: podcasts.store.restore(feed_id))
            await self.downloads.bring_back(taken)
            await self._library.update()

        name = next((topics.names[topic] for topic in topics.of_feed(feed_id)), "the podcast")
        if is_told:
            self._frontend.tell(f"Removing {name} …")  # a large library takes a second
        return self._tasks.perform(f"{name} removed", remove, bring_back, is_told)

    def remove(self, episodes: Sequence[str]) -> None:
        """Remove episodes that are all of their podcast, such as texts, and the downloads of others."""
        from tui_pod.sources.table import source_of  # brings TLS

        library, downloads = self._context.controller.library, list[str]()
        for ident in episodes:
            index = library.index(ident)
            feed = library.feed_of(index) if index is not None else None
            if feed is not None and source_of(feed).is_single:
                self.remove_feed(feed)
            else:
                downloads.append(ident)
        if downloads:
            self.downloads.remove(downloads)

    def network_works(self) -> None:
        """Show that the network works; that it does not is shown by a refresh, if no server answers."""
        self._tasks.show("network", None)

    async def look_elsewhere(self) -> None:
        """Show changes that other programs have made to podcasts and downloads."""
        if self._started is None:  # another program has added the first podcast
            self.start(is_refreshing=False)
        elif self._started.done():
            await self._library.update()
            await self.downloads.look_again()

    async def take_synced(self) -> None:
        """Show which podcasts a sync has added or removed, and fetch the new ones."""
        await self._library.update()
        await self.refresher.refresh_rest()

    async def close(self) -> None:
        """Cancel all work; downloads under way resume at the next start, those that were stopped only if asked for."""
        await self._tasks.close()
        await self.downloads.close()

    async def _start(self, is_refreshing: bool) -> None:
        podcasts = await self._context.podcasts.get()
        podcasts.store.has_progress = lambda ident: self._context.controller.progress_index.get(ident) is not None
        used = {bookmark.episode for bookmark in self._context.controller.bookmarks}
        used.update(self._context.controller.queue.entries)
        heard = {ident for ident, progress in self._context.controller.progress_index if progress.listened is not None}
        await in_thread(lambda _: _clean_up(podcasts, used, heard, self._since))
        self.settings.note_speeds()
        await self.downloads.show_all()
        await self.news.show_new()
        await self.refresher.show_failed()
        self._folders.start()
        is_wanted = self._context.settings.feeds.refresh_at_start and not podcasts.store.is_empty
        self.refresher.start(is_refreshing and is_wanted)

    def ask_to_play(self, episode: Episode, wanted: LoginWanted) -> None:
        """Ask for the login that the server of a recording wants, and then play it."""

        async def go_on(podcasts: Podcasts) -> None:
            await in_thread(lambda cancel: podcasts.audio.source(episode, cancel))
            self._context.controller.play(episode.id)

        self._tasks.run(self._context.ask_login_of_episode(episode.id, wanted, go_on))

    async def _add(self, typed: str, is_listed: bool) -> None:
        try:
            await self.subscribe(typed, is_listed)
        except LoginNeeded as needed:
            self._frontend.ask_login(needed.question)

    async def _refresh_folder(self, feed_id: str) -> bool:
        """Refresh a folder; return True if it had changed."""
        podcasts = await self._context.podcasts.get()
        from tui_pod.sources.refresh import Refreshed, refresh_feed  # brings TLS

        feed = await in_thread(lambda _: podcasts.store.find(feed_id))
        if feed is None:
            return False
        outcome = await in_thread(lambda cancel: refresh_feed(podcasts.store, feed, cancel, podcasts.access.policy))
        await self._library.update(outcome.new)
        if outcome.error != feed.error:
            await self.refresher.show_failed()
        if outcome.new or outcome.error != feed.error:
            self.refresher.tell(Refreshed((outcome,)), is_asked=False)
        return outcome.has_changed


def _clean_up(podcasts: Podcasts, used: set[str], heard: set[str], before: float) -> None:
    """Delete removed feeds and downloads for good once undo has expired; failures are retried at the next start.

    Downloads that the listener has removed since `before` (seconds since the epoch) stay: undo brings them back.
    Feeds with bookmarked or queued episodes, those in `used`, stay: their bookmarks offer to subscribe again. Of
    others, the episodes in `heard` stay.
    """
    from tui_pod.shelf.feed_store import PURGE_AFTER  # brings TLS
    from tui_pod.sources.table import clean_up

    try:
        podcasts.downloads.purge(before)
        if not podcasts.store.is_empty:
            for ident in podcasts.store.purge(time.time() - PURGE_AFTER, used, heard):
                podcasts.downloads.delete(ident)  # of podcasts that a command or a sync removed
            clean_up(podcasts.store)
            podcasts.store.logins.forget_others({feed.feed_id for feed in podcasts.store.feeds(with_removed=True)})
    except (UserError, OSError) as error:
        log(f"removed feeds and downloads are not deleted yet: {error}")


def _summary(done: Subscribed) -> str:
    """Return the notice for a subscription."""
    from tui_pod.sources.source import READ_IN_PART  # brings TLS

    name = done.feed.name
    if done.has_moved:
        said = f"{name} is now fetched from its new address; {counted(done.new)} new"
    elif done.is_new:
        said = f"{name}: {counted(done.feed.episodes)}"
    else:
        said = f"{name} is already subscribed; {counted(done.new)} new"
    if done.is_of_episode and done.episode is None:
        said += "; its feed does not list the episode of the link"
    return f"{said}; {READ_IN_PART}." if done.is_partial else f"{said}."
