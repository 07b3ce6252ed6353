"""Starts the services of the running app once the first screen is painted, and ends them with the app."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
from collections.abc import Callable, Sequence
from importlib import import_module
from typing import TYPE_CHECKING

from tui_pod.core.actions import key_of
from tui_pod.core.library.episode import is_book
from tui_pod.core.library.library import CatalogsError
from tui_pod.core.text.clean import counted, spoken_time
from tui_pod.runtime.log import log, log_uncaught

if TYPE_CHECKING:
    from tui_pod.runtime.watchdog import Watchdog
    from tui_pod.services.services import Services
    from tui_pod.state.store import State

PRELOADED = (
    "tui_pod.core.selection.session_planner",
    "tui_pod.core.playback.controller",
    "tui_pod.core.library.transcript",
    "json",
    "tui_pod.speech.narrator",
    "tui_pod.audio.mpv_player",
    "tui_pod.state.writer",
    "tui_pod.services.episode_sources",
    "tui_pod.integrations.broadcast",
    "tui_pod.integrations.remote_server",
    "tui_pod.services.integrations",
    "tui_pod.services.engine",
)
"""What playback needs, in steps of a few milliseconds: keys are answered between them."""

BESIDE = (
    "tui_pod.services.podcasts.feeds",
    "tui_pod.services.passages",
    "tui_pod.services.recognition",
    "tui_pod.services.search",
    "tui_pod.services.sync",
)
"""What is imported once the player is open: two threads that import at once slow each other down tenfold."""

OPENING = 2.0
"""Longest time in seconds to wait for the player."""


class Lifetime:
    """The running app from its first paint to its end."""

    def __init__(self, services: Services, state: State, budget: float | None, is_kept: bool = True) -> None:
        """Start nothing yet.

        `budget` is the length in seconds of a session to start at once; `is_kept` says that its cache has the library.
        """
        self.services = services
        self._budget, self._is_kept = budget, is_kept
        self._asked = tuple(state.setting("transcribe", "asked", "").split())  # to be recognised still
        self._watchdog: Watchdog | None = None
        self.restore_terminal: Callable[[], None] = lambda: None
        """Restores the terminal of a process that cannot do so on its event loop; set by `launch`."""

    @property
    def is_running(self) -> bool:
        """Whether anything was built after the first screen."""
        return self.services.is_built("engine")

    def key_pressed(self) -> None:
        """Let background work yield to a key press."""
        if self.services.is_built("recognition"):
            self.services.recognition.right_of_way.take()
        if self.services.is_built("passages"):
            self.services.passages.right_of_way.take()

    async def after_paint(self) -> None:
        """Build and start everything else, once the first screen is painted."""
        services = self.services
        await _preload(PRELOADED)
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(services.engine.is_open.wait(), OPENING)
        await _preload(BESIDE)
        await self._start()
        if services.first.settings.start.view == "statistics":
            services.frontend.show_statistics()
        if self._budget is not None:
            self.start_session(self._budget)
        if not self._is_kept:
            services.tasks.run(self._keep_library())

    async def _keep_library(self) -> None:
        from tui_pod.library.reload import reload_library  # few starts have no cache

        files, size = self.services.files, len(self.services.first.library)
        with contextlib.suppress(CatalogsError):  # they have changed since the start
            await reload_library(files.catalogs, files.paths.cache, files.paths.data, size)

    def start_session(self, budget: float) -> None:
        """Start a session of `budget` seconds, as `--session` asks; say what is in it, or that nothing fits."""
        from tui_pod.core.selection.session_planner import SessionRequest  # only with --session

        plan = self.services.recall.start_session(SessionRequest(budget))
        said = f"A session of {counted(len(plan.indexes))}, {spoken_time(plan.total)}."
        if not plan.indexes:
            again = key_of("session.plan")
            said = f"Nothing left fits into {spoken_time(budget)}. Press {again} to plan another session."
        self.services.frontend.tell(said)

    async def _start(self) -> None:
        """Start what runs beside the screen: integrations, and services that work unasked."""
        from tui_pod.runtime.watchdog import start_watchdog  # after the first paint, as the next
        from tui_pod.services.integrations import start_integrations

        services, terminal = self.services, self.services.terminal
        if services.first.settings.playback.recap != "off":
            _ = services.recap  # follows what plays
        engine, files = services.engine, services.files
        stays = terminal is not None and terminal.stays
        self._watchdog = start_watchdog(engine.rescue, self._end_now, stays)
        loop = asyncio.get_running_loop()
        log_uncaught(loop)
        starting = start_integrations(
            services.context, engine.broadcast, terminal, files.state.path, lambda: services.sync.synced
        )
        services.integrations = loop.create_task(starting)
        if self._asked:
            services.recognition.request(self._asked)
        if files.has_podcasts:
            self._start_podcasts()
        services.sync.start()
        services.other_programs.start()
        services.search.start()

    def _start_podcasts(self) -> None:
        services, controller = self.services, self.services.controller
        services.feeds.start()
        services.recognition.look()
        services.passages.start()
        held = controller.library.find(controller.playback.episode)
        if held is not None and is_book(held):
            services.engine.sources.tell_chapters(held, controller.playback.load)

    async def close(self) -> None:
        """End what runs on the event loop."""
        services = self.services
        if not self.is_running:
            return
        await services.tasks.close()
        if services.is_built("bookmarks"):
            services.bookmarks.close()
        if services.integrations is not None:
            services.integrations.cancel()
            await asyncio.gather(services.integrations, return_exceptions=True)
        await services.other_programs.close()
        await services.engine.broadcast.close()
        if services.is_built("recognition"):
            await services.recognition.close()
        await services.engine.sources.close()

    def finish(self) -> bool:
        """Save and end the rest after the app; return True if all progress was saved."""
        if not self.is_running:
            return True
        if self._watchdog is not None:
            self._watchdog.stop()
        is_saved = self.services.engine.finish()
        self.services.sync_setup.run_apart()
        return is_saved

    def _end_now(self, number: int) -> None:
        """End the process for a signal while the event loop stands still, unless it is to be left running."""
        terminal = self.services.terminal
        if terminal is not None and number == signal.SIGHUP and terminal.stays:
            return
        is_saved = self.services.engine.end_now()
        log(f"ended by signal {number} while the app stood still; {'saved' if is_saved else 'not saved'}")
        if terminal is not None:
            terminal.end(1)
        else:
            self.restore_terminal()
        os._exit(1)


async def _preload(modules: Sequence[str]) -> None:
    for module in modules:
        await asyncio.sleep(0)
        import_module(module)
    await asyncio.sleep(0)
