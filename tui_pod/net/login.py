"""Logins of servers; each is sent only to its own origin. Pure."""

from __future__ import annotations

import hashlib
import os
import re
from base64 import b64encode
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import NamedTuple
from urllib.parse import unquote

from tui_pod.core.errors import UserError
from tui_pod.net.address import MAX_ADDRESS, Origin

_TYPED = re.compile(r"(\s*+(?:[A-Za-z][A-Za-z0-9+.-]{0,20}:/{0,2}){0,5}?)([^/?#]*)@(?=[^@/?#]*(?:[/?#]|$))")
"""The part before the host: a few schemes such as `feed:https://`, then a login."""


_HASHES = {"md5": "md5", "sha-256": "sha256"}
"""The algorithms of `Digest`, and what `hashlib` calls them."""

_DIGEST = re.compile(r"(?:^|,)\s*digest\s+", re.IGNORECASE)
_VALUE = re.compile(r'(?<![A-Za-z-])([A-Za-z-]++)\s*=\s*+(?:"([^"]*)"|([^\s,"]+))')
_SPECIAL, _ESCAPED = r'(["\\])', r"\\\1"


@dataclass(frozen=True, slots=True)
class Login:
    """A user and a password for one server, for the schemes `Basic` (RFC 7617) and `Digest` (RFC 7616)."""

    origin: Origin
    user: str
    password: str = field(repr=False)
    over_http: bool = False
    """True if the listener agreed to send it over http, where others can read it."""
    headers: Mapping[str, str] = field(default_factory=dict, repr=False, kw_only=True)
    parameters: Mapping[str, str] = field(default_factory=dict, repr=False, kw_only=True)
    """What a source says that its server needs besides, or instead of user and password."""

    def goes_to(self, other: Origin) -> bool:
        """Return True if it may be sent there: to its own origin, or to the same host after a move to https."""
        scheme, host, port = self.origin
        if other == self.origin:
            return scheme == "https" or self.over_http
        return port == 80 and other == ("https", host, 443)

    def header(self, digest: Mapping[str, str] | None = None, method: str = "GET", target: str = "/") -> str:
        """Return the value of the `Authorization` header.

        `digest` is what the server asks for in a challenge of `Digest`; None if it wants `Basic`.
        """
        if digest is not None:
            return self._digest_header(digest, method, target)
        return f"Basic {b64encode(f'{self.user}:{self.password}'.encode()).decode()}"

    def renew(self, sent: str) -> bool:  # noqa: ARG002 - some logins look at it
        """Return True if it has another header than `sent`, which the server has rejected. May ask the server."""
        return False

    def _digest_header(self, digest: Mapping[str, str], method: str, target: str) -> str:
        algorithm = digest.get("algorithm", "MD5")
        kind = _HASHES[algorithm.lower().removesuffix("-sess")]

        def hashed(*parts: str) -> str:
            return hashlib.new(kind, ":".join(parts).encode(), usedforsecurity=False).hexdigest()

        realm, nonce, own, count = digest.get("realm", ""), digest.get("nonce", ""), os.urandom(8).hex(), "00000001"
        secret, asked = hashed(self.user, realm, self.password), hashed(method, target)
        if algorithm.lower().endswith("-sess"):
            secret = hashed(secret, nonce, own)
        has_quality = "qop" in digest
        answer = hashed(secret, nonce, count, own, "auth", asked) if has_quality else hashed(secret, nonce, asked)
        values = {"username": self.user, "realm": realm, "nonce": nonce, "uri": target, "response": answer}
        values |= {"opaque": digest["opaque"]} if "opaque" in digest else {}
        values |= {"cnonce": own} if has_quality or algorithm.lower().endswith("-sess") else {}
        quoted = [f'{name}="{re.sub(_SPECIAL, _ESCAPED, value)}"' for name, value in values.items()]
        plain = [f"algorithm={algorithm}"] if "algorithm" in digest else []
        plain += [f"qop=auth, nc={count}"] if has_quality else []
        return f"Digest {', '.join(quoted + plain)}"


def find_digest(challenges: str) -> dict[str, str] | None:
    """Return what the first usable challenge of `Digest` in `WWW-Authenticate` asks for; None if there is none."""
    for challenge in _DIGEST.split(challenges)[1:]:
        values = {name.lower(): text or bare for name, text, bare in _VALUE.findall(challenge)}
        algorithm = values.get("algorithm", "MD5").lower().removesuffix("-sess")
        if (
            "nonce" in values
            and algorithm in _HASHES
            and "auth" in values.get("qop", "auth").replace(" ", "").split(",")
        ):
            return values
    return None


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
    """Return a valid user name. Raises UserError if it is empty or contains a colon."""
    if not user or ":" in user:
        raise UserError("A user name is needed, without a colon.")
    return user
