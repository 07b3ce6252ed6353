"""Logins of podcasts, in a file beside the feeds that only its owner can read.

It can be edited. A feed may have several, one per server: its own, and those of its recordings.
"""

from __future__ import annotations

import subprocess
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import replace
from pathlib import Path
from types import MappingProxyType
from typing import Any, NamedTuple

from tui_pod.core.text.plain_toml import loads
from tui_pod.net.address import AddressError, Origin, origin
from tui_pod.net.fetch import FetchError
from tui_pod.net.login import Login
from tui_pod.runtime.files import locked, reason
from tui_pod.runtime.passwords import PasswordError, password_from, read_private, write_private

FILE = "logins.toml"
TOKENS = "server-tokens.json"
MAX_LEARNT = 20
"""Servers of one feed whose logins are learnt from its addresses."""

MAX_BYTES = 4 * 1024 * 1024

_HEAD = "# Logins of podcasts, written by tui-pod. Instead of `password`, `password_command` can print it.\n"


class KeptLogin(NamedTuple):
    """A login as stored."""

    feed: str
    """The first address of the feed."""
    origin: Origin
    user: str
    password: str = ""
    password_command: str | None = None
    """Prints the password on its first line; None to use `password`."""
    over_http: bool = False
    """True if the listener agreed to send it over http, where others can read it."""
    headers: Mapping[str, str] = MappingProxyType({})
    parameters: Mapping[str, str] = MappingProxyType({})
    """Of the source: see `Login`."""


def kept_login(feed_id: str, login: Login) -> KeptLogin:
    """Return a login of a feed to be stored with its password."""
    return KeptLogin(feed_id, login.origin, login.user, login.password, over_http=login.over_http)


class Logins:
    """The logins in one folder; several threads and programs may use it."""

    def __init__(self, folder: Path) -> None:
        self.file = folder / FILE
        self.tokens = folder / TOKENS
        """Where servers' tokens are kept."""
        self._printed: dict[str, str] = {}  # by command, which may ask for a passphrase

    def of(self, feed_id: str) -> tuple[Login, ...]:
        """Return the logins of a feed; waits for the disk and password commands. Raises FetchError if one fails."""
        try:
            return tuple(self._login(kept) for kept in self.kept(feed_id))
        except PasswordError as error:
            raise FetchError(str(error), is_final=True) from None

    def kept(self, feed_id: str) -> tuple[KeptLogin, ...]:
        """Return the logins of a feed as stored. Raises PasswordError if they cannot be read."""
        return tuple(kept for kept in self._read() if kept.feed == feed_id)

    def user_of(self, feed_id: str) -> str | None:
        """Return whose account a server was added with; None if its login is gone."""
        return next((kept.user or "API key" for kept in self.kept(feed_id)), None)

    def keep(self, login: KeptLogin) -> None:
        """Store a login, replacing the feed's former one for the same server. Raises PasswordError if it cannot."""
        self._change(lambda kept: (kept.feed, kept.origin) != (login.feed, login.origin), (login,))

    def add(self, feed_id: str, login: Login) -> None:
        """Store a login with its password. Raises as `keep` does."""
        self.keep(kept_login(feed_id, login))

    def add_missing(self, logins: Mapping[str, Login]) -> None:
        """Store a login of each feed that has none for that server yet, in one step. Raises as `keep` does."""
        known = {(kept.feed, kept.origin) for kept in self._read()} if logins else set()
        kept = (kept_login(feed_id, login) for feed_id, login in logins.items())
        if missing := tuple(login for login in kept if (login.feed, login.origin) not in known):
            self._change(lambda _: True, missing)

    def learn(self, feed_id: str, found: Iterable[Login]) -> None:
        """Store the logins in a feed's own addresses. Raises as `keep` does.

        They never replace a user that the listener gave. Each is sent only to the server in whose address it was, and
        over http only after the listener agrees.
        """
        kept = {each.origin: each for each in self.kept(feed_id)}
        for login in {each.origin: each for each in found}.values():
            former = kept.get(login.origin)
            if former is None and len(kept) < MAX_LEARNT:
                self.add(feed_id, login)
                kept[login.origin] = kept_login(feed_id, login)
            elif former is not None and former.user == login.user and former.password not in ("", login.password):
                self.add(feed_id, replace(login, over_http=former.over_http))

    def attach(
        self, feed_id: str, there: Origin, headers: Mapping[str, str], parameters: Mapping[str, str], is_own: bool
    ) -> None:
        """Store what a source sends to a server, beside the login, if any; `is_own`: it may go over http.

        Raises as `keep` does.
        """
        kept = next((each for each in self.kept(feed_id) if each.origin == there), None)
        login = kept or KeptLogin(feed_id, there, "", over_http=is_own)
        if (login := login._replace(headers=headers, parameters=parameters)) != kept:
            self.keep(login)

    def forget(self, feed_id: str) -> None:
        """Delete the logins of a feed. Raises as `keep` does."""
        self._change(lambda kept: kept.feed != feed_id)

    def forget_others(self, feed_ids: Collection[str]) -> None:
        """Delete the logins of all other feeds. Raises as `keep` does."""
        self._change(lambda kept: kept.feed in feed_ids)

    def ask_again(self) -> None:
        """Run password commands again at the next use, since a password was refused."""
        self._printed.clear()

    def _login(self, kept: KeptLogin) -> Login:
        password = kept.password
        if kept.password_command:
            password = self._printed.get(kept.password_command, "")
            if not password:
                password = password_from(kept.password_command, stdin=subprocess.DEVNULL)
                self._printed[kept.password_command] = password
        sent = {"headers": kept.headers, "parameters": kept.parameters}
        return Login(kept.origin, kept.user, password, kept.over_http, **sent)

    def _read(self) -> list[KeptLogin]:
        try:
            content = loads(read_private(self.file, MAX_BYTES))
        except FileNotFoundError:
            return []
        except (ValueError, OSError) as error:  # the message quotes nothing from the file
            raise PasswordError(f"The logins in {self.file} cannot be read: {error}. Fix that line.") from None
        tables = content.get("login", [])
        entries = map(_entry, tables) if isinstance(tables, list) else ()
        return [entry for entry in entries if entry is not None]

    def _change(self, stays: Callable[[KeptLogin], bool], added: tuple[KeptLogin, ...] = ()) -> None:
        if not added and all(map(stays, self._read())):
            return  # without logins, no file is created
        import tomli_w  # costs the start of every program that reads feeds

        try:
            with locked(self.file.with_name(f".{FILE}.lock")):  # the file itself gets replaced
                kept = (*filter(stays, self._read()), *added)
                write_private(self.file, _HEAD + tomli_w.dumps({"login": [_table(entry) for entry in kept]}))
                self._printed.clear()
        except OSError as error:
            raise PasswordError(f"Logins cannot be stored in {self.file.parent}: {reason(error)}.") from error


def _entry(table: Any) -> KeptLogin | None:
    """Return a login; None for an invalid table, such as one edited by hand and incomplete."""
    if not isinstance(table, dict):
        return None
    feed, server, user, password, command = (
        str(table.get(name, "")) for name in ("feed", "server", "user", "password", "password_command")
    )
    try:
        is_open = table.get("over_http") is True
        sent = (
            {key: str(text) for key, text in value.items()} if isinstance(value := table.get(name), dict) else {}
            for name in ("headers", "parameters")
        )
        return KeptLogin(feed, origin(server), user, password, command or None, is_open, *sent)
    except AddressError:
        return None


def _table(kept: KeptLogin) -> dict[str, object]:
    scheme, host, port = kept.origin
    named = f"[{host}]" if ":" in host else host
    values: dict[str, object] = {"feed": kept.feed, "server": f"{scheme}://{named}:{port}/", "user": kept.user}
    values["password_command" if kept.password_command else "password"] = kept.password_command or kept.password
    values |= {name: dict(sent) for name in ("headers", "parameters") if (sent := getattr(kept, name))}
    return values | ({"over_http": True} if kept.over_http else {})
