"""Logins of servers; each is sent only to its own origin. Pure."""

from __future__ import annotations

import re
from base64 import b64encode
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import NamedTuple
from urllib.parse import unquote

from tui_pod.core.errors import UserError
from tui_pod.feeds.net.address import MAX_ADDRESS, Origin

_TYPED = re.compile(r"(\s*(?:[A-Za-z][A-Za-z0-9+.-]{0,20}:/{0,2}){0,5}?)([^/?#]*)@(?=[^@/?#]*(?:[/?#]|$))")
"""The part before the host: a few schemes such as `feed:https://`, then a login."""


@dataclass(frozen=True, slots=True)
class Login:
    """A user and a password for one server, for the scheme `Basic` (RFC 7617)."""

    origin: Origin
    user: str
    password: str = field(repr=False)
    over_http: bool = False
    """True if the listener agreed to send it over http, where others can read it."""

    def goes_to(self, other: Origin) -> bool:
        """Return True if it may be sent there: to its own origin, or to the same host after a move to https."""
        scheme, host, port = self.origin
        if other == self.origin:
            return scheme == "https" or self.over_http
        return port == 80 and other == ("https", host, 443)

    def header(self) -> str:
        """Return the value of the `Authorization` header."""
        return f"Basic {b64encode(f'{self.user}:{self.password}'.encode()).decode()}"


class Typed(NamedTuple):
    """A typed or listed address, separated from its login."""

    text: str
    user: str = ""
    password: str = ""


def login_for(there: Origin, logins: Iterable[Login]) -> Login | None:
    """Return the first login that may be sent to a server, or one that must not go over http if there is no other."""
    found = [login for login in logins if login.origin == there or login.goes_to(there)]
    return next((login for login in found if login.goes_to(there)), found[0] if found else None)


def split_login(text: str) -> Typed:
    """Return an address, which may be incomplete, without the `user:password@` in it."""
    found = _TYPED.match(text) if len(text) <= MAX_ADDRESS else None
    if found is None:
        return Typed(text)
    user, _, password = found[2].partition(":")
    return Typed(found[1] + text[found.end() :], unquote(user), unquote(password))


def check_user(user: str) -> str:
    """Return a valid user name.

    Raises:
        UserError: it is empty or contains a colon.
    """
    if not user or ":" in user:
        raise UserError("A user name is needed, without a colon.")
    return user
