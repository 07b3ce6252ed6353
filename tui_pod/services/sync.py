"""Sync in the running app: when it happens, and what the listener sees of it.

`tui-pod sync` does the work in a process of its own, so that it never blocks the screen, and saves what it receives.
Here that is shown, and can be undone. Called on the event loop.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable, Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Any, NamedTuple

from tui_pod.core.player.snapshot import Playback, PlayerStatus
from tui_pod.core.progress.cards import Notebook
from tui_pod.core.progress.progress import Progress
from tui_pod.core.text.clean import counted
from tui_pod.integrations.broadcast import Follower
from tui_pod.services.tasks import CommandFailed, run_command
from tui_pod.state.notebook import SECTIONS, read_notebook

if TYPE_CHECKING:
    from tui_pod.services.context import Context

EVERY = 15 * 60.0
"""Seconds between two syncs."""

MINUTE = 60.0
"""Seconds after which the time since the last sync is updated on the screen."""

GAP = 20.0
"""Seconds from a pause or the end of an episode to a sync; several of them in that time cause one sync."""

LIMIT = 330.0
"""Longest time in seconds for a sync; the limit of the command itself is shorter."""

FIRST = "Sync is set up but has never run. “Sync now” in the palette runs it; tui-pod sync --dry-run only shows it."


class Work(NamedTuple):
    """What the app does for a sync."""

    run: Callable[[], Awaitable[dict[str, Any]]]
    """Saves, syncs, and returns what `tui-pod sync --json` prints."""
    reload: Callable[[], Awaitable[None]]
    """Reloads the podcasts, and fetches new ones."""
    is_first: Callable[[], bool]
    """True before the first sync with the server, which runs only when the listener asks for it."""


class SyncService(Follower):
    """Syncs at start, after a pause and an end, every 15 minutes, and when asked."""

    def __init__(self, context: Context, work: Work) -> None:
        self._context, self._frontend = context, context.frontend
        self._work = work
        self._tasks = context.tasks
        self._running: asyncio.Task[object] | None = None
        self._was_playing = False
        self._timer: asyncio.TimerHandle | None = None
        self._since = context.controller.now()  # changes after this are still to be sent
        self._synced: datetime | None = None
        self._problem = ""
        self._clock: asyncio.TimerHandle | None = None

    def start(self) -> None:
        """Sync now and at intervals, unless it would be the first sync."""
        if self._work.is_first():
            self._frontend.tell(FIRST)
        else:
            self._begin()

    def sync_now(self) -> None:
        """Sync because the listener asked, and report errors."""
        self._begin(is_asked=True)

    def sync_soon(self) -> None:
        """Sync after `GAP`, once for everything that happens until then."""
        if not self._work.is_first():
            self._show()
            self._schedule(GAP)

    def playback_changed(self, playback: Playback) -> None:
        """Sync soon after a pause or the end of an episode."""
        was_playing, self._was_playing = self._was_playing, playback.status is PlayerStatus.PLAYING
        if was_playing and not self._was_playing:
            self.sync_soon()

    async def close(self) -> None:
        """Cancel a sync in progress; another one runs after the app has ended."""
        for timer in (self._timer, self._clock):
            if timer is not None:
                timer.cancel()
        await self._tasks.close()

    def _schedule(self, seconds: float) -> None:
        if self._timer is not None:
            self._timer.cancel()
        self._timer = asyncio.get_running_loop().call_later(seconds, self._begin)

    def _begin(self, is_asked: bool = False) -> None:
        self._schedule(EVERY)
        if self._running is None or self._running.done():
            self._running = self._tasks.run(self._sync(is_asked))

    async def _sync(self, is_asked: bool) -> None:
        self._tasks.show("sync", "syncing …")
        since = self._context.controller.now()
        try:
            report = await self._work.run()
        except CommandFailed as failure:
            report = {"received": [], "error": str(failure)}
        error = report.get("error")
        self._problem = ("offline" if report.get("offline") else "not synced") if error else ""
        if not error:
            self._since = self._synced = since
        self._show()
        received = _received(report)
        shown = self._context.controller.editor.receive(received, f"{counted(len(received))} synced")
        shown |= self._context.controller.bookmarks.receive_all(_received_notebook(report), "synced")
        if report.get("subscribed") or report.get("unsubscribed"):
            await self._work.reload()
        if error and is_asked:
            raise CommandFailed(str(error))
        if is_asked and not shown:
            self._frontend.tell("Synced; there was nothing new.")

    def _show(self) -> None:
        """Show when the last sync was, and how many changes are to be sent."""
        now = self._context.controller.now()
        unsent = sum(progress.updated > self._since for _, progress in self._context.controller.progress_index)
        last = "" if self._synced is None else f"synced {_age((now - self._synced).total_seconds())}"
        problem = "" if self._problem == self._tasks.shown("network") else self._problem  # not “offline” twice
        self._tasks.show("sync", ", ".join(filter(None, (last, f"{unsent} to send" if unsent else "", problem))))
        if self._clock is not None:
            self._clock.cancel()
        self._clock = asyncio.get_running_loop().call_later(MINUTE, self._show)


def _age(seconds: float) -> str:
    minutes = max(0, int(seconds // MINUTE))
    if minutes >= 60:
        return f"{minutes // 60} h ago"
    return f"{minutes} m ago" if minutes else "just now"


async def run_sync(*arguments: str) -> dict[str, Any]:
    """Run `tui-pod sync --json` and return what it prints. Raises CommandFailed with its message."""
    return json.loads(await run_command("sync", "--json", *arguments, limit=LIMIT))  # type: ignore[no-any-return]


def _received_notebook(report: Mapping[str, Any]) -> Notebook:
    """Return the bookmarks and cards that a sync received, as the state file has them."""
    times = ("created", "updated", "due", "reviewed")
    tables = {
        section: [
            {key: datetime.fromisoformat(value) if key in times else value for key, value in entry.items()}
            for entry in report.get(section, ())
        ]
        for section in SECTIONS.values()
    }
    return read_notebook(tables)


def _received(report: Mapping[str, Any]) -> dict[str, Progress]:
    return {
        entry["id"]: Progress(
            datetime.fromisoformat(entry["updated"]),
            entry["position"],
            played=entry["status"] == "played",
        )
        for entry in report["received"]
    }
