"""Log in to an Audiobookshelf server, which takes a token instead of the password.

A server gives two tokens for a password: one that is valid for an hour, and one for the next pair. Both are kept in a
file that only the listener can read, so that all programs of a listener are one session on the server.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import quote

from tui_pod.net.address import absolute
from tui_pod.net.fetch import FetchError, Limits, LoginWanted
from tui_pod.net.json_client import MAX_PROGRESS, Reply, ask
from tui_pod.net.login import Login
from tui_pod.runtime.files import locked
from tui_pod.runtime.passwords import PasswordError, read_private, write_private
from tui_pod.shelf.published import FeedError

SCHEME = "audiobookshelf+"
"""Comes before the http(s) address, so that nothing takes it for the address of a feed."""

LOGIN_LIMITS = Limits(MAX_PROGRESS, seconds=20.0, idle=15.0)
"""Limits of a login, whose answer contains all progress."""

MAX_FILE = 1_000_000
"""Largest file of tokens, in bytes."""

LOCK_WAIT = 30.0
"""Seconds to wait for another program that logs in."""


def to_address(base: str, user: str = "") -> str:
    """Return the stored address of a server; with a user, that of a further account there."""
    return f"{SCHEME}{base}{f'#{quote(user, safe=str())}' if user else ''}"


def to_base(address: str) -> str:
    """Return a server's http(s) address, without a slash at its end."""
    return address.removeprefix(SCHEME).partition("#")[0]


def typed_bases(text: str) -> list[str]:
    """Return the servers that a typed text may mean, likeliest first; empty if it is not an address."""
    text = text.strip().removeprefix(SCHEME)
    named = [text] if "://" in text else [f"https://{text}", f"http://{text}"]
    found = (absolute(each.partition("?")[0].rstrip("/") + "/") for each in named)
    return [address.rstrip("/") for address in found if address is not None]


@dataclass(frozen=True, slots=True)
class ServerLogin(Login):
    """A login whose header is a token, which is renewed when the server no longer takes it."""

    base: str = ""
    """The server's http(s) address."""
    file: Path = field(default=Path(), repr=False)
    """Where tokens are kept."""

    def header(self, *_: object) -> str:
        """Return the value of the `Authorization` header.

        Without a user, the password is an API key, which is a token. With one, this logs in if there is no token yet.
        Raises FetchError if the server does not answer, or rejects the password.
        """
        token = self.password if not self.user else self._kept()[0] or self._renewed("")
        return f"Bearer {token}"

    def renew(self, sent: str) -> bool:
        """Get a new token after the server has rejected the header `sent`; return True if there is another one."""
        return bool(self.user) and self._renewed(sent.removeprefix("Bearer ")) != sent.removeprefix("Bearer ")

    def forget(self) -> None:
        """Forget the tokens, so that the password is sent again."""
        if self._key in (everyone := self._read()):
            write_private(self.file, json.dumps({key: tokens for key, tokens in everyone.items() if key != self._key}))

    def _renewed(self, rejected: str) -> str:
        """Return a token other than the rejected one."""
        try:
            with locked(self.file.with_name(f".{self.file.name}.lock"), FetchError("Busy."), LOCK_WAIT):
                access, refresh = self._kept()
                if access and access != rejected:  # another program was faster
                    return access
                tokens = self._ask("/auth/refresh", {"x-refresh-token": refresh}) if refresh else None
                tokens = tokens or self._ask(
                    "/login", {"x-return-tokens": "true"}, {"username": self.user, "password": self.password}
                )
                if tokens is None:
                    raise LoginWanted(self.base, self)
                everyone = self._read() | {self._key: list(tokens)}
                write_private(self.file, json.dumps(everyone))
                return tokens[0]
        except (OSError, PasswordError) as error:
            raise FetchError(f"The login cannot be kept in {self.file}: {error}.", is_final=True) from error

    def _ask(self, path: str, headers: Mapping[str, str], data: object = None) -> tuple[str, str] | None:
        """Return new tokens; None if the server rejects what it was given."""
        reply = ask(self.base, "POST", path, data=data or {}, headers=headers, limits=LOGIN_LIMITS)
        if reply.status in (400, 401, 403):
            return None
        match checked(reply):
            case {"user": {"accessToken": str(access), "refreshToken": str(refresh)}}:
                return access, refresh
            case {"user": {"token": str(access)}}:  # before version 2.26
                return access, ""
        raise FeedError("The server's answer to the login cannot be read; is this Audiobookshelf?")

    @property
    def _key(self) -> str:
        return f"{self.user}@{self.base}"

    def _kept(self) -> tuple[str, str]:
        match self._read().get(self._key):
            case [str(access), str(refresh)]:
                return access, refresh
        return "", ""

    def _read(self) -> dict[str, Any]:
        try:
            found = json.loads(read_private(self.file, MAX_FILE))
        except (FileNotFoundError, ValueError):
            return {}
        return found if isinstance(found, dict) else {}


def checked(reply: Reply) -> Any:
    """Return the data of an answer. Raises FetchError if it is a refusal, FeedError if it has no data."""
    if reply.refused is not None:
        raise reply.refused
    if reply.data is None and reply.status != 304:
        hint = "Is the address right, and this network without a login page?"
        raise FeedError(f"The server answers with something other than data. {hint}")
    return reply.data
