"""Sync in the running app: when it happens, and what the listener sees of it.

`tui-pod sync` does the work in its own process, so that it never blocks the screen, and saves what it receives.
Here that is shown, and can be undone. Called on the event loop.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Any

from tui_pod.core.errors import UserError
from tui_pod.core.player.snapshot import Playback, PlayerStatus
from tui_pod.core.progress.progress import Progress
from tui_pod.core.text.clean import clean, clock, counted, enumerated
from tui_pod.core.wall_time import ago
from tui_pod.integrations.broadcast import Follower
from tui_pod.runtime import changes
from tui_pod.runtime.changes import AFTER, BY
from tui_pod.services.frontend import Job
from tui_pod.services.hints import FORGOTTEN, SET_BY_FILE
from tui_pod.services.tasks import CommandFailed

if TYPE_CHECKING:
    from tui_pod.config.settings import SyncSettings
    from tui_pod.services.context import Context
    from tui_pod.services.podcasts.feeds import FeedService
    from tui_pod.services.sync_setup import SyncSetup

EVERY = 900.0
"""Seconds between two syncs."""

MINUTE = 60.0
"""Seconds after which the time since the last sync is updated on the screen."""

LOOK_EVERY = 4.0
"""Seconds between two looks at the folder while nothing plays: a few system calls."""

LOOK_PLAYING_EVERY = 32.0
"""Seconds between them while something plays: a sync sends its position too, which others would take as news."""

ASK_EVERY = 60.0
"""Seconds between two requests to the server while nothing plays: 2 kB each, or all progress of a library's account."""

MAX_NAME = 60
"""Longest name of a podcast in a question, in characters."""

ANSWER_WAIT = 1.0
"""Longest time in seconds that playing waits for the other machines, and the end for a server."""

SETTLED = 2.0
"""Seconds that an episode plays, or does not, before a server shows that."""

ON_REQUEST = "“Sync now” in the palette, or tui-pod sync in a terminal, asks first."
"""Said instead of a question that nobody asked for: a dialog would take the keys that are meant for the list."""

WAITING = "sync waits for your yes"
"""What the header says while there is a folder or server to which the listener has not agreed."""

FIRST_WITH = f"Not synced yet with {{}}. {ON_REQUEST}"


class SyncService(Follower):
    """Syncs at start, after a pause and an end, every 15 minutes, when asked, and when another machine has synced."""

    def __init__(
        self, context: Context, setup: SyncSetup, feeds: FeedService, ended: Callable[[], None] = lambda: None
    ) -> None:
        """Do nothing until it is started; `feeds` fetches the podcasts that a sync adds."""
        self._context, self._frontend = context, context.frontend
        self.setup = setup
        self._feeds = feeds
        self._ended = ended
        self._tasks = context.tasks
        self._is_started = False
        self._running: asyncio.Task[object] | None = None
        self._was_playing = False
        self._playing: str | None = None  # what plays, as servers are to show it
        self._since = context.controller.now()  # changes after this are still to be sent
        self.synced: datetime | None = None
        """When the last sync was."""
        self._problem = ""
        self.rounds = 0
        """How often it was time to look."""
        self._send_by = 0.0  # when to send what has changed, by the loop's clock; 0: nothing has
        self._is_awaited = False  # playback waits for the result
        self._unasked: list[str] = []  # folder and servers that the listener was told are not synced yet
        self._named: list[str] = []  # podcasts of other machines that were named to the listener
        self._missing = ""  # what was said of recordings of other machines that are not here, and how many they are
        self._missing_count = ""

    def start(self) -> None:
        """Sync now and at intervals, if there is something to sync with; a sync says what it must not do unasked."""
        if not self.setup.is_set:
            return
        self.synced = self.setup.last_sync()
        self._follow_changes()
        self._show_playing()
        self._show()
        self._begin()

    async def set_up(self, chosen: SyncSettings, password: str, makes_folder: bool = False) -> None:
        """Try what the listener wants to sync with, save the choice, and sync. Raises what `SyncSetup.choose` does."""
        with self._tasks.showing("sync set-up", "trying the sync server"):
            await self.setup.choose(chosen, password, makes_folder)
        for name, value in chosen.values().items():
            self._context.controller.remember("sync_with", name, value)
        self._show()
        if chosen.is_set:
            self._follow_changes()
            self.sync_now()

    async def add_server(self, address: str, user: str, password: str) -> None:
        """Add a server with libraries, and sync with it. Raises what `FeedService.add_server` does."""
        await self._feeds.add_server(address, user, password)
        self.setup.look_for_servers()
        self._follow_changes()
        self.sync_now()

    def rename(self, name: str) -> str:
        """Name this machine, as the others will show it, and say so. Raises UserError if a file says what to sync."""
        from tui_pod.config.settings import SyncSettings  # seldom needed

        if self.setup.set_by is not None:
            raise UserError(SET_BY_FILE.format(self.setup.set_by).removesuffix("."))
        self.setup.settings = SyncSettings(**self.setup.settings.values() | {"device": name})
        self._context.controller.remember("sync_with", "device", name)
        if self._is_started:
            self.sync_soon()
        return f"This machine is “{name}” on the others after the next sync" if name else "Its host name is shown again"

    async def forget(self, machine: str) -> str:
        """Remove a machine's file from the folder, and the progress that came from it; say so. Raises UserError."""
        with self._tasks.showing("sync", "forgetting a machine"):
            count = await self.setup.forget(machine, self._context.controller.now())
        return FORGOTTEN.format(counted(count, "episode"))

    def _follow_changes(self) -> None:
        """Begin to look for changes, here and on other machines."""
        if not self._is_started:
            self._is_started = True
            self._context.controller.handover.attach(self)
            self._loop = asyncio.get_running_loop()
            changes.listeners.append(self._saved)
            self._tasks.later("sync look", LOOK_EVERY, self._look_now)

    def sync_now(self) -> None:
        """Sync because the listener asked, and report errors; ask first about what was never synced with."""
        self._begin(is_asked=True)

    @property
    def is_asking(self) -> bool:
        """Whether a sync or a look is running."""
        return self._running is not None and not self._running.done()

    def ask(self) -> None:
        """Look for newer positions before something plays, which waits for `ANSWER_WAIT` at most."""
        handover = self._context.controller.handover
        if self.setup.is_first():
            handover.go()
            return
        self._is_awaited = True
        self._tasks.later("sync answer", ANSWER_WAIT, handover.go)
        if not self.is_asking:
            self._running = self._tasks.run(self._look(with_server=True))

    def _saved(self) -> None:
        """Sync soon, as the listener changed something; called from any thread."""
        with contextlib.suppress(RuntimeError):  # the loop has ended
            self._loop.call_soon_threadsafe(self.sync_soon)

    def sync_soon(self) -> None:
        """Sync `AFTER` the last change, once for several."""
        if self.setup.is_first():
            return
        now = asyncio.get_running_loop().time()
        if not self._send_by:
            self._show()
            self._send_by = now + BY
        self._tasks.later("sync", min(AFTER, max(0.0, self._send_by - now)), self._send)

    def _send(self) -> None:
        self._send_by = 0.0
        self._tasks.run(self._sync_next(is_asked=False))

    def playback_changed(self, playback: Playback) -> None:
        """Sync soon after a pause or the end of an episode."""
        was_playing, self._was_playing = self._was_playing, playback.status is PlayerStatus.PLAYING
        if was_playing and not self._was_playing:
            self.sync_soon()
        playing = playback.episode if self._was_playing else None
        if playing != self._playing:
            self._playing = playing
            self._show_playing()

    def _show_playing(self) -> None:
        """Let the servers show what plays, soon; at the start, what an app that was killed has left there ends."""
        self._tasks.later("playing", SETTLED, lambda: self._tasks.run(self.setup.show_playing(self._playing)))

    async def close(self) -> None:
        """Cancel a sync in progress; another one runs after the app has ended."""
        if self._saved in changes.listeners:
            changes.listeners.remove(self._saved)
        await self._tasks.close()
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self.setup.show_playing(None), ANSWER_WAIT)

    def _look_now(self) -> None:
        """Look at the folder, less often while something plays, and now and then at the server while nothing does."""
        self._tasks.later("sync look", LOOK_EVERY, self._look_now)
        self.rounds += 1
        is_due = self.rounds % round(LOOK_PLAYING_EVERY / LOOK_EVERY) == 0 or not self._was_playing
        if is_due and not (self.is_asking or self.setup.is_first()):
            with_server = not self._was_playing and self.rounds % round(ASK_EVERY / LOOK_EVERY) == 0
            self._running = self._tasks.run(self._look(with_server))

    async def _look(self, with_server: bool) -> None:
        """Sync if another machine has synced, and answer what waits for it."""
        try:
            has_news = await self.setup.has_news(with_server)
            if self._is_awaited and not (has_news or with_server):
                with_server, has_news = True, await self.setup.has_news(True)
        except UserError:  # a sync says what is wrong
            has_news = False
            with_server = False
        if has_news:
            await self._sync(is_asked=False)
        elif with_server or self._is_awaited:
            await self.setup.other_programs.take_progress()  # the newest position may have come with another sync
            self._answered(with_server)

    def _answered(self, is_complete: bool) -> None:
        self._is_awaited = False
        self._context.controller.handover.answered(is_complete)

    def _begin(self, is_asked: bool = False, *options: str) -> None:
        self._tasks.later("sync", EVERY, self._begin)
        if not self.is_asking:
            self._running = self._tasks.run(self._sync(is_asked, *options))

    async def _ask_first(self) -> None:
        """Show what the first sync would do, podcasts included, and ask."""
        from tui_pod.sync.shared_podcasts import found_there  # only with [sync]

        with self._tasks.showing("first sync", "asking the server"):
            report = await self.setup.run("--dry-run")
        if report.get("error"):
            raise CommandFailed(str(report["error"]))
        summary = report.get("summary") or "nothing would change"
        there = enumerated(report.get("first") or ["your other machines"])
        named = [clean(name, MAX_NAME) for name in report.get("waiting", ())]
        podcasts = f" {found_there(named)}" if named else ""
        question = f"The first sync with {there}: {summary}.{podcasts} Nothing is unsubscribed. Go on?"

        def answer(is_yes: bool) -> None:
            if is_yes:
                self._tasks.run(self._sync_next(True, "--yes", *(("--podcasts", "yes") if named else ())))

        if not self._frontend.ask_yes(clean(question), answer):
            self._frontend.tell(FIRST_WITH.format(there))

    def _ask_podcasts(self, names: list[str], is_asked: bool) -> None:
        """Ask whether to subscribe to podcasts of other machines; in a sync that nobody asked for, name them once."""
        from tui_pod.sync.shared_podcasts import found_there  # only with [sync]

        if not names or (names == self._named and not is_asked):
            return
        self._named, found = names, found_there([clean(name, MAX_NAME) for name in names])

        def answer(is_yes: bool) -> None:
            self._tasks.run(self._sync_next(False, "--podcasts", "yes" if is_yes else "no"))

        if not (is_asked and self._frontend.ask_yes(f"{found} Subscribe?", answer)):
            self._frontend.tell(f"{found} {ON_REQUEST}")

    def _name_missing(self, report: Mapping[str, Any], is_asked: bool) -> None:
        """Name the recordings of other machines that are not here; once, unless the listener asked for the sync."""
        from tui_pod.sync.shared_recordings import MissingRecordings  # only with [sync]

        titles, out_of = tuple(map(clean, report.get("missing", ()))), report.get("missing_of", 0)
        said = str(MissingRecordings(titles, out_of))
        if said and (is_asked or said != self._missing):
            self._frontend.tell(said)
        self._missing, self._missing_count = said, f"{len(titles)} of {out_of} not here" if titles else ""
        self._show()

    async def _sync_next(self, is_asked: bool, *options: str) -> None:
        """Sync once the sync in progress has ended."""
        while self._running is not None and not self._running.done():
            await asyncio.wait([self._running])
        self._begin(is_asked, *options)

    async def _sync(self, is_asked: bool, *options: str, is_second: bool = False) -> None:
        since = self._context.controller.now()
        try:
            with self._tasks.showing("sync", "syncing"):
                report = await self.setup.run(*options)
        except CommandFailed as failure:
            report = {"error": str(failure)}
        except asyncio.CancelledError:
            self._show()
            self._answered(is_complete=False)
            raise
        error = report.get("error")
        first = report.get("first", [])
        self._problem = ("offline" if report.get("offline") else "not synced") if error else WAITING if first else ""
        if not (error or first):
            self._since = self.synced = since
            self._ended()
        self._show()
        shown = await self.setup.other_programs.take_progress(self._label)
        self._answered(not error)
        if first and is_asked:
            self._tasks.run(self._ask_first())
        elif first and first != self._unasked:
            self._unasked = first
            self._frontend.tell(FIRST_WITH.format(enumerated([clean(name) for name in first])))
        self._ask_podcasts([] if first else report.get("waiting", []), is_asked)
        self._name_missing(report, is_asked)
        if lacking := report.get("lacking_length"):
            said = f"{counted(len(lacking))} marked as played cannot be sent to the server until the length is known."
            self._frontend.tell(said)
        if report.get("subscribed") or report.get("unsubscribed") or report.get("configured"):
            await self._feeds.take_synced()
            if report.get("subscribed") and not is_second:  # takes what came for podcasts fetched since
                await self._sync(is_asked=False, is_second=True)
        if error and is_asked:
            raise CommandFailed(str(error))
        if is_asked and not (shown or first):
            summary = str(report.get("summary") or "")
            self._frontend.tell(f"Synced: {summary}." if summary else "Synced; there was nothing new.")

    def _label(self, values: Mapping[str, Progress]) -> str:
        """Return what was received: `“One”: 0:10 → 5:00, from laptop, 2 h ago`, or `2 episodes synced from laptop`."""
        controller = self._context.controller
        if len(values) != 1:
            origins = enumerated(sorted({value.origin for value in values.values() if value.origin}))
            return f"{counted(len(values))} synced{f' from {origins}' if origins else ''}"
        ((ident, value),) = values.items()
        episode, former = controller.library.find(ident), controller.progress_index.get(ident)
        there = "played" if value.played else clock(value.position)
        here = "" if former is None else f"{'played' if former.played else clock(former.position)} → "
        title, source = episode.title if episode is not None else ident, value.source(controller.now())
        return f"“{title}”: {here}{there}{f', {source}' if source else ''}"

    def _show(self) -> None:
        """Show when the last sync was, and how many changes are to be sent."""
        now = self._context.controller.now()
        unsent = sum(progress.updated > self._since for _, progress in self._context.controller.progress_index)
        never = "never synced" if self.setup.is_first() else ""
        last = never if self.synced is None else f"synced {ago(self.synced, now)}"
        problem = "" if self._problem == self._tasks.shown("network") else self._problem  # not “offline” twice
        parts = (last, f"{unsent} to send" if unsent else "", self._missing_count, problem)
        text = ", ".join(filter(None, parts)) if self.setup.is_set else ""
        self._tasks.show("sync", Job(text) if text else None)
        self._tasks.later("sync clock", MINUTE, self._show)
