"""The address of a server, stored like the address of a feed. Reads nothing."""

from __future__ import annotations

from urllib.parse import quote

from tui_pod.net.address import absolute

SCHEME = "audiobookshelf+"
"""Comes before the http(s) address, so that nothing takes it for the address of a feed."""


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
