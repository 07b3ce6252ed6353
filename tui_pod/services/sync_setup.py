"""What the listener syncs with: a folder, a server, and servers with libraries of their own.

Here it is chosen and looked at. `tui-pod sync` syncs, in a process of its own, and saves what it receives.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
from collections.abc import Awaitable, Callable
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tui_pod.core.errors import UserError
from tui_pod.runtime.subprocesses import run_apart
from tui_pod.runtime.threads import in_thread
from tui_pod.services.tasks import run_command
from tui_pod.state.store import StateFile
from tui_pod.sync.sending import LIMIT, record_file

if TYPE_CHECKING:
    from datetime import datetime

    from tui_pod.config.settings import SyncSettings
    from tui_pod.services.first_screen import AppFiles
    from tui_pod.services.other_programs import OtherPrograms
    from tui_pod.shelf.feed_store import FeedStore
    from tui_pod.sync.folder import Machine
    from tui_pod.sync.server import Peek


@dataclass(eq=False, repr=False)
class SyncSetup:
    """Knows what to sync with, and runs the command that does."""

    _files: AppFiles
    settings: SyncSettings
    set_by: Path | None
    """The file that names a folder or server; if it is None, `choose` can change them."""
    _save: Callable[[], Awaitable[None]]
    """Saves all progress before a sync."""
    other_programs: OtherPrograms
    """Ignores what a sync saves."""
    _peek: Peek | None = field(default=None, init=False)
    _has_servers: bool | None = field(default=None, init=False)  # None: not looked up yet
    _turn: asyncio.Lock = field(default_factory=asyncio.Lock, init=False)

    @property
    def is_set(self) -> bool:
        """Whether there is something to sync with."""
        return self._files.is_writable and (self.settings.is_set or self.has_servers)

    @property
    def has_servers(self) -> bool:
        """Whether the listener has added servers with libraries."""
        if self._has_servers is None:
            self._has_servers = self._files.has_podcasts and self._find_servers()
        return self._has_servers

    def is_first(self) -> bool:
        """Return True before the very first sync, which runs only once the listener agrees, and if sync is off."""
        return not (self.is_set and record_file(self._files.state.path).exists())

    def last_sync(self) -> datetime | None:
        """Return when the last sync was; None if there was none."""
        from tui_pod.sync.memory import last_sync  # only with [sync]

        return last_sync(self._files.state.path)

    def machines(self) -> list[Machine]:
        """Return the machines that share the folder, as the last sync found them, this one first."""
        from tui_pod.sync.memory import known_machines  # only with [sync]

        return known_machines(self._files.state.path)

    async def forget(self, machine: str, now: datetime) -> int:
        """Forget a machine as `forget_machine` does, which takes its name or that of its file. Raises UserError."""
        from tui_pod.sync.run import forget_machine  # seldom needed

        if not self.settings.folder:
            raise UserError("only the machines of a folder can be forgotten")
        await self._save()
        file = StateFile(self._files.state.path)  # saves as another program does, so that the app shows it
        count = await in_thread(lambda _: forget_machine(file, Path(self.settings.folder), machine, now))
        await self.other_programs.take_progress()
        return count

    def look_for_servers(self) -> None:
        """Find out again whether there are servers with libraries: one was added."""
        self._has_servers = None

    async def choose(self, chosen: SyncSettings, password: str, makes_folder: bool = False) -> None:
        """Try what the listener wants to sync with, and sync with it, or with nothing, from now on.

        Without a password the saved one is used. Raises UserError if there is no such folder and it is not to be made,
        or the server does not take the login; then nothing was changed.
        """
        from tui_pod.sync.login import check_folder, log_in, password_file, read_password  # brings TLS
        from tui_pod.sync.memory import memory_file

        state = self._files.state.path
        file = password_file(state)

        def check() -> None:
            if chosen.folder:
                check_folder(chosen.folder, makes_folder)
            if chosen.server:
                log_in(chosen.server, chosen.user, password or read_password("", file), file)

        await in_thread(lambda _: check())
        if (chosen.server, chosen.user) != (self.settings.server, self.settings.user):
            memory_file(state).unlink(missing_ok=True)  # so that the first sync with another server asks
        if chosen != self.settings:
            record_file(state).unlink(missing_ok=True)
        self.settings, self._peek = chosen, None

    async def run(self, *options: str) -> dict[str, Any]:
        """Save, sync, and return what `tui-pod sync --json` with these `options` prints. Raises CommandFailed."""
        await self._save()
        peek = self._looking()
        before = await in_thread(lambda _: peek.files())  # in a folder that may be far away
        report = dict[str, Any]()
        try:
            with self.other_programs.leaving_progress():
                report = await run_sync(*self._files.options, *options)
        finally:
            peek.synced(before, report.get("machine") or "")
        return report

    def run_apart(self) -> None:
        """Sync in a process that goes on when the app has ended, unless it would be the first sync."""
        if not self.is_first():
            run_apart("tui_pod", "sync", *self._files.options)

    async def show_playing(self, episode: str | None) -> None:
        """Show on its server what plays, after what was shown before has ended; None: nothing does."""
        if self.is_first() or not self.has_servers:
            return
        from tui_pod.sync.libraries import end_session, open_file, open_session  # only with servers

        state = self._files.state.path
        if episode is None and not open_file(state).exists():
            return

        def show() -> None:
            with closing((store := self._store()).db):
                with contextlib.suppress(UserError):  # a sync says what is wrong
                    end_session(store, state)
                with contextlib.suppress(UserError):
                    if episode is not None:
                        open_session(store, state, episode)

        async with self._turn:
            await in_thread(lambda _: show())

    async def has_news(self, with_server: bool) -> bool:
        """Look cheaply whether other machines have synced, on the servers too if True.

        Raises UserError if a server cannot be asked.
        """
        peek = self._looking()

        def look(_: object) -> bool:
            return peek.has_news(with_server) or (with_server and self.has_servers and self._has_library_news())

        return await in_thread(look)

    def _looking(self) -> Peek:
        if self._peek is None:
            from tui_pod.sync.server import Peek  # brings TLS

            settings = self.settings
            names = settings.server, settings.user
            self._peek = Peek(settings.folder, names, self._files.state.path, self._password)
        return self._peek

    def _password(self) -> str:
        from tui_pod.sync.login import password_file, read_password  # brings TLS

        return read_password(self.settings.password_command, password_file(self._files.state.path))

    def _find_servers(self) -> bool:
        from tui_pod.sources.table import source_of  # only with podcasts

        with closing((store := self._store()).db), contextlib.suppress(UserError):
            return any(source_of(feed.address).keeps_progress for feed in store.feeds())
        return False

    def _has_library_news(self) -> bool:
        from tui_pod.sync.libraries import has_news  # only with servers

        with closing((store := self._store()).db):
            return has_news(store, self._files.state.path)

    def _store(self) -> FeedStore:
        from tui_pod.shelf.feed_store import FeedStore  # only with podcasts

        return FeedStore(self._files.paths.data)


async def run_sync(*arguments: str) -> dict[str, Any]:
    """Run `tui-pod sync --json` and return what it prints. Raises CommandFailed with its message."""
    return json.loads(await run_command("sync", "--json", *arguments, limit=LIMIT))  # type: ignore[no-any-return]
