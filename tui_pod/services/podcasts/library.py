"""The library on the screen, brought up to date when podcasts have changed it. Called on the event loop."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tui_pod.services.context import Context
    from tui_pod.services.podcasts.news import News

Reload = Callable[[int], Awaitable[None]]
"""Reloads and shows the library, given the number of new episodes."""


class ShownLibrary:
    """Knows which generation of the podcasts is on the screen."""

    def __init__(self, context: Context, news: News, generation: tuple[int, int] | None, reload: Reload) -> None:
        """Reload nothing yet; `generation` is that of the podcasts on the screen, None if there are none."""
        self._context = context
        self._news = news
        self._generation = generation
        self._reload = reload
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
                with self._context.tasks.showing("library", "reading the library"):
                    await self._reload(new)
                self._generation = generation
                await self._news.show()
        for notice in podcasts.store.take_notices():
            self._context.frontend.tell(notice, is_error=True)
