"""The podcasts as the services share them."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import TYPE_CHECKING

from tui_pod.runtime.threads import CancelToken, Result, in_thread

if TYPE_CHECKING:
    from tui_pod.sources.opened import Podcasts


class SharedPodcasts:
    """Opens the podcasts in a thread when they are first needed; from then on they are the same."""

    def __init__(self, open_them: Callable[[], Podcasts]) -> None:
        self._open = open_them
        self._opening: asyncio.Task[Podcasts] | None = None

    async def get(self) -> Podcasts:
        """Return the podcasts, always the same. Raises what opening them raised; the next call retries."""
        opening = self._opening
        if opening is None or (opening.done() and (opening.cancelled() or opening.exception() is not None)):
            opening = asyncio.get_running_loop().create_task(asyncio.to_thread(self._open))
            self._opening = opening
        return await asyncio.shield(opening)

    async def ask(self, work: Callable[[Podcasts, CancelToken], Result]) -> Result:
        """Call `work` with the podcasts in a thread, and return its result."""
        podcasts = await self.get()
        return await in_thread(lambda cancel: work(podcasts, cancel))
