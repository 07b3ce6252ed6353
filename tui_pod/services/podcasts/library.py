"""The library on the screen, brought up to date when podcasts have changed it. Called on the event loop."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING

from tui_pod.runtime.threads import in_thread

if TYPE_CHECKING:
    from tui_pod.library.cache import Loaded
    from tui_pod.services.context import Context
    from tui_pod.services.podcasts.news import News

ReadLibrary = Callable[[int], Awaitable["Loaded"]]
"""Reads the library again, given about how many episodes it has."""


class ShownLibrary:
    """Knows which generation of the podcasts is on the screen."""

    def __init__(
        self,
        context: Context,
        news: News,
        generation: tuple[int, int] | None,
        read: ReadLibrary,
        changed: Callable[[int], None],
    ) -> None:
        """Read nothing yet.

        Args:
            context: what the services have in common.
            news: shows what is new.
            generation: that of the podcasts on the screen; None if there are none.
            read: reads the library again.
            changed: called once another library is shown, with the number of new episodes.
        """
        self._context = context
        self._news = news
        self._generation = generation
        self._read = read
        self._changed = changed
        self._turn = asyncio.Lock()

    async def show_news(self) -> None:
        """Show what is new now: some of it may have been new for too long."""
        await self._news.show()

    async def update(self, new: int = 0) -> None:
        """Reload the library if it is outdated, also by another program; `new` is the number of new episodes."""
        podcasts = await self._context.open_podcasts()
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
        controller.show_library(loaded.library)
        for notice in loaded.notices:
            self._context.frontend.tell(notice, is_error=True)
        self._changed(new)
        await self._news.show()
        if (save := loaded.save) is not None:
            await in_thread(lambda _: save())
