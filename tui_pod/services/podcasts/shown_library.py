"""Shows the library again when podcasts have changed it, and which of its episodes are new.

New is an inbox: an episode is new until it is begun, marked or queued, or dismissed, or for some weeks. Only the weeks
take it out of the database; the rest follows from progress and queue, which other machines have too.

Called on the event loop; blocking work runs in threads.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from tui_pod.core.actions import key_of
from tui_pod.core.player.changes import ProgressChanged
from tui_pod.core.text.clean import counted
from tui_pod.core.wall_time import believed_seconds
from tui_pod.integrations.broadcast import Follower
from tui_pod.runtime.threads import in_thread

if TYPE_CHECKING:
    from tui_pod.library.cache import Loaded
    from tui_pod.services.context import Context


class NewEpisodes(Follower):
    """The list of new episodes in the running app."""

    def __init__(self, context: Context) -> None:
        self._context = context
        self._ids: set[str] = set()  # what came lately, as stored

    async def show_new(self) -> None:
        """Show what is new now."""
        podcasts = await self._context.podcasts.get()
        if podcasts.store.is_empty:
            return
        from tui_pod.shelf.marks import drop_old_news, read_arrivals, read_news  # brings TLS

        controller = self._context.controller
        now, db = controller.now().timestamp(), podcasts.store.db
        since = believed_seconds(controller.queue_notes.until, time.time())
        self._ids, dropped, (arrivals, until) = await in_thread(
            lambda _: (read_news(db, now), drop_old_news(db, now), read_arrivals(db, since))
        )
        if left := sum(map(controller.progress_index.is_new, dropped - self._queued)):
            self._context.frontend.tell(f"{counted(left)} left New: nobody looked at them for weeks.")
        self.queue_changed()
        if arrivals and all(controller.library.index(one.episode) is not None for one in arrivals):
            said = controller.queue_arrivals(arrivals, until, self._context.settings.feeds.queue_limit).text
            if said:
                self._context.frontend.tell(f"{said}. Press {key_of('undo')} to undo.")

    def queue_changed(self) -> None:
        """Leave out what is queued."""
        index = self._context.controller.progress_index
        before = index.new
        index.set_new(self._ids - self._queued)
        if changed := before ^ index.new:
            self._context.frontend.show(ProgressChanged(frozenset(changed)))

    @property
    def _queued(self) -> set[str]:
        """What the listener has queued, not what a session or its podcast has."""
        controller = self._context.controller
        session = controller.session
        planned = set(session.episodes) - session.queued if session is not None else set()
        return set(controller.queue.upcoming).difference(planned, controller.queue_notes.arrived)


ReadLibrary = Callable[[int], Awaitable["Loaded"]]
"""Reads the library again, given about how many episodes it has."""


@dataclass(eq=False, repr=False)
class ShownLibrary:
    """Knows which generation of the podcasts is on the screen."""

    _context: Context
    news: NewEpisodes
    _generation: tuple[int, int] | None
    _read: ReadLibrary
    _changed: Callable[[int], None]
    """Called once another library is shown, with the number of new episodes, whoever fetched them."""
    _turn: asyncio.Lock = field(default_factory=asyncio.Lock, init=False)

    async def update(self, new: int = 0) -> None:
        """Reload the library if it is outdated, also by another program; `new` is the number of new episodes."""
        podcasts = await self._context.podcasts.get()
        async with self._turn:  # else the older of two reloads could come last
            generation = podcasts.store.generation
            if generation != self._generation:
                await self._show_again(new)
                self._generation = generation
        for notice in podcasts.store.take_notices():
            self._context.frontend.tell(notice, is_error=True)

    async def _show_again(self, new: int) -> None:
        controller = self._context.controller
        with self._context.tasks.showing("library", "reading the library"):
            loaded = await self._read(len(controller.library) + new)
        new = max(new, len(loaded.library) - len(controller.library))  # of which this may be the first look
        controller.show_library(loaded.library)
        for notice in loaded.notices:
            self._context.frontend.tell(notice, is_error=True)
        self._changed(new)
        await self.news.show_new()
