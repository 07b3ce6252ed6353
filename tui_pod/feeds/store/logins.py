"""The logins of podcasts, in a file beside the feeds that only its owner can read.

It can be edited. A feed may have several, each for another server: its own, and that of its recordings.
"""

from __future__ import annotations

import subprocess
import tomllib
from collections.abc import Callable, Collection, Iterable
from dataclasses import replace
from pathlib import Path
from typing import Any, NamedTuple

from tui_pod.feeds.net.address import AddressError, Origin, origin
from tui_pod.feeds.net.fetch import FetchError
from tui_pod.feeds.net.login import Login
from tui_pod.runtime.files import locked
from tui_pod.runtime.passwords import PasswordError, password_from, read_private, write_private

FILE = "logins.toml"
MAX_LEARNT = 20
"""Servers of one feed whose logins are kept from its own addresses."""

MAX_BYTES = 4 * 1024 * 1024

_HEAD = "# Logins of podcasts, written by tui-pod. Instead of `password`, `password_command` can print it.\n"


class KeptLogin(NamedTuple):
    """A login as it is kept."""

    feed: str
    """The address that the feed was first known by."""
    origin: Origin
    user: str
    password: str = ""
    password_command: str = ""
    """Prints the password on its first line; empty: it is in `password`."""
    over_http: bool = False
    """See `Login.over_http`."""


class Logins:
    """The logins in one folder; safe to use from several threads, and by several programs."""

    def __init__(self, folder: Path) -> None:
        self.file = folder / FILE
        self._printed: dict[str, str] = {}  # by command: it may ask for a passphrase each time

    def of(self, feed_id: str) -> tuple[Login, ...]:
        """Return the logins of a feed. Waits for the disk, or for a password command.

        Raises:
            FetchError: they cannot be read, or the command fails.
        """
        try:
            return tuple(self._login(kept) for kept in self.kept(feed_id))
        except PasswordError as error:
            raise FetchError(str(error), is_final=True) from None

    def kept(self, feed_id: str) -> tuple[KeptLogin, ...]:
        """Return the logins of a feed as they are kept.

        Raises:
            PasswordError: they cannot be read.
        """
        return tuple(kept for kept in self._read() if kept.feed == feed_id)

    def keep(self, login: KeptLogin) -> None:
        """Keep a login, in place of the former one of the feed for the same server.

        Raises:
            PasswordError: it could not be kept.
        """
        self._change(lambda kept: (kept.feed, kept.origin) != (login.feed, login.origin), (login,))

    def add(self, feed_id: str, login: Login) -> None:
        """Keep a login with its password. Raises as `keep` does."""
        self.keep(KeptLogin(feed_id, login.origin, login.user, login.password, over_http=login.over_http))

    def learn(self, feed_id: str, found: Iterable[Login]) -> None:
        """Keep the logins that stand in a feed's own addresses. Raises as `keep` does.

        The user that a listener gave stays. Each goes to the server in whose address it stood, over http after a yes.
        """
        kept = {each.origin: each for each in self.kept(feed_id)}
        for login in {each.origin: each for each in found}.values():
            former = kept.get(login.origin)
            if former is None and len(kept) < MAX_LEARNT:
                self.add(feed_id, login)
                kept[login.origin] = KeptLogin(feed_id, login.origin, login.user, login.password)
            elif former is not None and former.user == login.user and former.password not in ("", login.password):
                self.add(feed_id, replace(login, over_http=former.over_http))

    def forget(self, feed_id: str) -> None:
        """Forget the logins of a feed. Raises as `keep` does."""
        self._change(lambda kept: kept.feed != feed_id)

    def forget_others(self, feed_ids: Collection[str]) -> None:
        """Forget the logins of feeds that are no longer there. Raises as `keep` does."""
        self._change(lambda kept: kept.feed in feed_ids)

    def ask_again(self) -> None:
        """Have password commands run again: a password was refused."""
        self._printed.clear()

    def _login(self, kept: KeptLogin) -> Login:
        password = kept.password
        if kept.password_command:
            password = self._printed.get(kept.password_command, "")
            if not password:
                password = password_from(kept.password_command, stdin=subprocess.DEVNULL)
                self._printed[kept.password_command] = password
        return Login(kept.origin, kept.user, password, kept.over_http)

    def _read(self) -> list[KeptLogin]:
        try:
            content = tomllib.loads(read_private(self.file, MAX_BYTES))
        except FileNotFoundError:
            return []
        except (tomllib.TOMLDecodeError, OSError) as error:  # its message quotes nothing of the text
            raise PasswordError(f"The logins in {self.file} cannot be read: {error}. Mend that line.") from None
        tables = content.get("login", [])
        entries = map(_entry, tables) if isinstance(tables, list) else ()
        return [entry for entry in entries if entry is not None]

    def _change(self, stays: Callable[[KeptLogin], bool], added: tuple[KeptLogin, ...] = ()) -> None:
        if not added and all(map(stays, self._read())):
            return  # where there are no logins, no file is made
        import tomli_w  # costs the start of every program that reads feeds

        try:
            with locked(self.file.with_name(f".{FILE}.lock")):  # the file itself is replaced
                kept = (*filter(stays, self._read()), *added)
                write_private(self.file, _HEAD + tomli_w.dumps({"login": [_table(entry) for entry in kept]}))
                self._printed.clear()
        except OSError as error:
            raise PasswordError(f"Logins cannot be kept in {self.file.parent}: {error.strerror}.") from error


def _entry(table: Any) -> KeptLogin | None:
    """Return a login; None for a table that is none, such as one half written by hand."""
    if not isinstance(table, dict):
        return None
    feed, server, user, password, command = (
        str(table.get(name, "")) for name in ("feed", "server", "user", "password", "password_command")
    )
    try:
        return KeptLogin(feed, origin(server), user, password, command, table.get("over_http") is True)
    except AddressError:
        return None


def _table(kept: KeptLogin) -> dict[str, object]:
    scheme, host, port = kept.origin
    named = f"[{host}]" if ":" in host else host
    values: dict[str, object] = {"feed": kept.feed, "server": f"{scheme}://{named}:{port}/", "user": kept.user}
    values["password_command" if kept.password_command else "password"] = kept.password_command or kept.password
    return values | ({"over_http": True} if kept.over_http else {})
