"""Refresh feeds: several at once, few from one host, each with a deadline; a bad feed does not affect the others.

Folders of this machine are watched, so that they are refreshed when they change.

`refresh` runs on the event loop and does its work in threads.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from urllib.parse import urlsplit

from tui_pod.core.errors import UserError
from tui_pod.net.access import PUBLIC, NetworkPolicy
from tui_pod.net.fetch import FetchError, LoginWanted
from tui_pod.runtime.log import log_error
from tui_pod.runtime.threads import Cancelled, CancelToken, Result, in_thread
from tui_pod.shelf.database import FeedStoreError
from tui_pod.shelf.feed_store import FeedStore
from tui_pod.shelf.subscription import MAX_REST, Subscription, is_left_alone, note_ended, note_refusal
from tui_pod.sources.folders.scan import MAX_DEPTH
from tui_pod.sources.own_network import OwnNetworkError
from tui_pod.sources.source import RefreshResult, Storing
from tui_pod.sources.table import source_of

AT_ONCE = 8
"""Feeds that are refreshed at the same time."""

NAMED = 5
"""Podcasts with new episodes that are named; the others are only counted."""

GONE, MISSING = 410, 404
"""HTTP status of what is gone for good, and of what is not there."""

MOST_WAITING = 24
"""Maximum number of feeds that are being fetched or wait to be stored.

Several are stored in one transaction, since syncing the disk takes longer than storing a feed.
"""

PAUSE = 0.05
"""Seconds that the first of them waits for others."""

PER_HOST = 2
"""How many of these may be from one host."""

MISSING_FOR = 7 * 86_400.0
"""Seconds after which a podcast that its server does not have rests."""


@dataclass(frozen=True, slots=True)
class Refreshed:
    """The result of a refresh."""

    outcomes: tuple[RefreshResult, ...] = ()
    is_telling: bool = True
    """False if only one of several hosts was asked: one that cannot be found says nothing about the network."""

    @property
    def new(self) -> int:
        """Episodes that were not known before."""
        return sum(outcome.new for outcome in self.outcomes)

    @property
    def named_new(self) -> str:
        """The podcasts with new episodes and how many, most first: `Quarks 3, Bugs 1`; a single one by name only."""
        found = sorted((outcome for outcome in self.outcomes if outcome.new), key=lambda outcome: -outcome.new)
        names = [f"{outcome.name} {outcome.new}" if found[1:] else outcome.name for outcome in found[:NAMED]]
        return ", ".join([*names, f"{len(found) - NAMED} more podcasts"] if len(found) > NAMED else names)

    @property
    def failed(self) -> tuple[RefreshResult, ...]:
        """The feeds that could not be refreshed."""
        return tuple(outcome for outcome in self.outcomes if outcome.error)

    @property
    def is_offline(self) -> bool:
        """True if there seems to be no network: no server answered, and at least one failed for that reason."""
        asked = [outcome for outcome in self.outcomes if source_of(outcome.feed_id).is_online]
        asked = [outcome for outcome in asked if not outcome.is_forbidden]
        is_silent = all(outcome.error and not outcome.is_reached for outcome in asked)
        return self.is_telling and is_silent and any(outcome.is_offline for outcome in asked)

    @property
    def asked_network(self) -> bool:
        """True if any feed was fetched over the network."""
        return any(source_of(outcome.feed_id).is_online for outcome in self.outcomes)


async def refresh(
    store: FeedStore,
    feeds: Sequence[Subscription] | None = None,
    progress: Callable[[int, int, RefreshResult], None] = lambda _done, _total, _last: None,
    policy: NetworkPolicy = PUBLIC,
) -> Refreshed:
    """Refresh feeds, by default those that are not hidden and may be fetched now; cancelling stops it at once.

    `progress` is called on the event loop after each feed, with the number done, the total, and its result. Raises
    FeedStoreError if the subscriptions cannot be read.
    """
    wanted = await in_thread(lambda _: _all(store)) if feeds is None else list(feeds)
    wanted.sort(key=lambda feed: (feed.error is not None, feed.fetched is None))  # what is slow or new may be hostile
    slots = asyncio.Semaphore(AT_ONCE)
    hosts: dict[str, asyncio.Semaphore] = {}
    outcomes: list[RefreshResult] = []
    room, turn = asyncio.Semaphore(MOST_WAITING), asyncio.Lock()
    waiting: dict[Storing, Subscription] = {}
    stored: dict[Storing, RefreshResult] = {}

    async def work(feed: Subscription) -> None:
        host = hosts.setdefault(urlsplit(feed.address).hostname or "", asyncio.Semaphore(PER_HOST))
        async with host, slots:
            await room.acquire()
            outcome = await in_thread(lambda cancel: _ask(store, feed, cancel, policy))
        if callable(outcome):
            waiting[outcome] = feed
            async with turn:
                if outcome in waiting:
                    if len(outcomes) + len(waiting) < len(wanted):
                        await asyncio.sleep(PAUSE)
                    batch = dict(waiting)
                    waiting.clear()
                    stored.update(await in_thread(lambda _: _store(store, batch)))
            outcome = stored.pop(outcome)
        room.release()
        outcomes.append(outcome)
        progress(len(outcomes), len(wanted), outcome)

    backup = contextlib.ExitStack()
    backup.enter_context(store.db.backing_up_once())
    try:
        async with asyncio.TaskGroup() as group:
            for feed in wanted:
                group.create_task(work(feed))
    finally:
        await in_thread(lambda _: backup.close())  # waits for the disk
    result = Refreshed(tuple(outcomes))
    if any(outcome.is_offline for outcome in outcomes):
        asked, every = (_hosts(feeds) for feeds in (wanted, await in_thread(lambda _: store.feeds())))
        result = replace(result, is_telling=len(asked) > 1 or asked == every)
        if not result.is_offline:
            await in_thread(lambda _: _blame(store, result.failed))
    return result


def _store(store: FeedStore, batch: Mapping[Storing, Subscription]) -> dict[Storing, RefreshResult]:
    """Store what was found in several feeds; each in a transaction of its own if one of them fails."""
    try:
        with store.db.together():
            return {found: found() for found in batch}
    except Exception as error:
        log_error(error, "feeds are stored one by one")
        return {found: _settled(store, feed, found) for found, feed in batch.items()}


def _hosts(feeds: Sequence[Subscription]) -> set[str | None]:
    return {urlsplit(feed.address).hostname for feed in feeds if source_of(feed.address).is_online}


def _blame(store: FeedStore, failed: Sequence[RefreshResult]) -> None:
    """Note which podcasts failed since their host cannot be found: the network works."""
    with contextlib.suppress(FeedStoreError):  # the next refresh reports it again
        for outcome in failed:
            if outcome.is_offline:
                store.fail(outcome.feed_id, outcome.error)


def _all(store: FeedStore) -> list[Subscription]:
    now = time.time()
    return [feed for feed in store.feeds() if not is_left_alone(feed, now, is_asked=True)]


def refresh_feed(store: FeedStore, feed: Subscription, cancel: CancelToken, policy: NetworkPolicy) -> RefreshResult:
    """Refresh one feed in this thread; a failure is in the result. Raises only `Cancelled`."""
    found = _ask(store, feed, cancel, policy)
    return _settled(store, feed, found) if callable(found) else found


def _ask(store: FeedStore, feed: Subscription, cancel: CancelToken, policy: NetworkPolicy) -> RefreshResult | Storing:
    return _settled(store, feed, lambda: source_of(feed.address).refresh(store, feed, cancel, policy))


def _settled(store: FeedStore, feed: Subscription, act: Callable[[], Result]) -> Result | RefreshResult:
    """Return what a step of a refresh returns, or why it failed."""
    refused_for = None
    try:
        return act()
    except FetchError as error:
        if error.status == GONE:
            with contextlib.suppress(FeedStoreError):  # the next refresh finds it again
                store.fail(feed.feed_id, None)
                note_ended(store.db, feed)
            return RefreshResult(feed.feed_id, feed.name, has_ended=True)
        wanted = error if isinstance(error, LoginWanted) else None
        if wanted:
            store.logins.ask_again()
        refused_for = error.retry_after
        is_missing = error.status == MISSING
        said = f"{feed.name}: the server does not have it any more ({MISSING})." if is_missing else str(error)
        if is_missing and feed.fetched is not None and feed.fetched < time.time() - MISSING_FOR:
            said, refused_for = f"{said[:-1]}, for a week or longer, so it is asked once a day.", MAX_REST
        outcome = RefreshResult(
            feed.feed_id, feed.name, error=said, is_offline=error.is_offline, is_reached=error.status is not None,
            wanted=wanted, is_forbidden=isinstance(error, OwnNetworkError), is_known=is_missing and said == feed.error,
        )  # fmt: skip
    except UserError as error:
        outcome = RefreshResult(feed.feed_id, feed.name, error=f"{feed.name}: {error}", is_reached=True)
    except Cancelled:
        raise
    except Exception as error:  # whatever it is, one bad feed must not stop the others
        log_error(error, "a feed cannot be read")
        outcome = RefreshResult(feed.feed_id, feed.name, error=f"{feed.name}: cannot be read ({type(error).__name__}).")
    if not outcome.is_offline:
        with contextlib.suppress(FeedStoreError):  # the next refresh reports it again
            store.fail(feed.feed_id, outcome.error)
            if refused_for:
                note_refusal(store.db, feed, refused_for)
    return outcome


def folders_in(root: str, cancel: CancelToken) -> dict[str, int]:
    """Return when a folder and each subfolder last changed (nanoseconds), by path; -1 for a missing one."""
    found: dict[str, int] = {}
    waiting = [(root, 0)]
    while waiting:
        path, depth = waiting.pop()
        cancel.check()
        try:
            found[path] = os.stat(path).st_mtime_ns
            with os.scandir(path) as entries:
                waiting += [
                    (entry.path, depth + 1)
                    for entry in entries
                    if not entry.name.startswith(".") and entry.is_dir(follow_symlinks=False) and depth < MAX_DEPTH
                ]
        except OSError:  # missing, or not a folder
            found.setdefault(path, -1)
    return found


class FolderChanges:
    """The state of a store's folders at the last look."""

    def __init__(self, store: FeedStore) -> None:
        self._store = store
        self._generation: tuple[int, int] | None = None
        self._roots: dict[str, str] = {}
        self._seen: dict[str, dict[str, int]] = {}
        self.cost = 0.0
        """Seconds of processor time that the last look took at folders already known."""

    def look(self, cancel: CancelToken) -> list[str]:
        """Return the ids of the folders that changed since the last look, at first of all. Raises FeedStoreError."""
        if self._store.generation != self._generation:
            self._generation = self._store.generation
            found = ((feed, source_of(feed.address)) for feed in self._store.feeds())
            self._roots = {feed.feed_id: source.shown(feed.address) for feed, source in found if source.is_watched}
        begun = time.thread_time()
        unseen = [feed_id for feed_id, root in self._roots.items() if not self._is_as_seen(feed_id, root)]
        self.cost = time.thread_time() - begun
        for feed_id in unseen:
            self._seen[feed_id] = folders_in(self._roots[feed_id], cancel)
        return unseen

    def look_again(self, feed_id: str) -> None:
        """Report a folder as changed at the next look, because a file may still be growing."""
        self._seen.pop(feed_id, None)

    def _is_as_seen(self, feed_id: str, root: str) -> bool:
        seen = self._seen.get(feed_id)
        return seen is not None and root in seen and all(_changed_at(path) == changed for path, changed in seen.items())


def _changed_at(path: str) -> int:
    try:
        return os.stat(path).st_mtime_ns
    except OSError:
        return -1
