"""Decide which addresses may be fetched: http and https to public hosts only.

Every address from a catalogue or feed is checked here before use. Resolves names, so it may block.
"""

from __future__ import annotations

import ipaddress
import re
import socket
from functools import lru_cache
from urllib.parse import quote, urljoin, urlsplit, urlunsplit

from tui_pod.core.errors import UserError
from tui_pod.core.text.clean import clean, is_safe

Origin = tuple[str, str, int]
"""Scheme, host and port."""

MAX_ADDRESS = 16_384
"""Longest address (characters): hosts of recordings redirect to signed ones of 7,000."""

MAX_SHARED = 2_000
"""Longest one that other programs and machines accept, in characters."""

MAX_WRAPPERS = 4
"""Maximum number of schemes such as `feed:` that are removed from an address; one is usual."""

REFUSED = "refused://"
"""Stands before what a feed gives as an address and is none: nothing takes it for a path, and nothing opens it."""

_PORTS = {"http": 80, "https": 443}
_NAT64 = ipaddress.ip_network("64:ff9b::/96")
_NOT_PUBLIC = tuple(
    map(
        ipaddress.ip_network,
        (
            # IANA's registries of special-purpose addresses (RFC 6890), as Pythons differ in what they call global
            "0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12",
            "192.0.0.0/24", "192.0.2.0/24", "192.88.99.0/24", "192.168.0.0/16", "198.18.0.0/15", "198.51.100.0/24",
            "203.0.113.0/24", "224.0.0.0/4", "240.0.0.0/4",
            "::/96", "64:ff9b:1::/48", "100::/63", "2001::/23", "2001:db8::/32", "3fff::/20", "5f00::/16", "fc00::/7",
            "fe80::/10", "ff00::/8",
            # translators and site-local addresses (RFC 2765, 3879), and the metadata host of a cloud
            "::ffff:0:0:0/96", "fec0::/10", "168.63.129.16/32",
        ),
    )
)  # fmt: skip
"""Networks that are not public, or may lead inside."""

_PLAIN = re.compile(r"https?://[a-z0-9.-]+(?::\d{1,4})?/[!$-;=?-\[\]_a-z~]*")
_SCHEME = re.compile(r"(javascript|data|mailto|tel|[a-z][a-z0-9+.-]*(?=:(?!\d+(?:/|$)))):", re.IGNORECASE)
"""A scheme, not a host with its port."""

_DOUBLED = re.compile(r"^(?:https?:/{0,2})+(?=https?://)", re.IGNORECASE)
"""A scheme written before a complete address."""

_FEED_SCHEMES = frozenset(("feed", "itpc", "pcast", "podcast", "podcasts", "itms", "itms-podcasts", "rss"))
_INSIDE = r"(?:(?<=[\s<(\"“„»«])|(?<=\]\())(https?://[^\s<>\"“”]+)"
"""An address within a text, after a blank or a bracket."""
_BLANKS = re.compile(r"[\x00-\x20\x7f-\xa0]+")


class AddressError(UserError):
    """An address that must not be used or does not exist; the message says which and why."""

    def __init__(self, message: str, is_private: bool = False, is_unknown: bool = False) -> None:
        super().__init__(message)
        self.is_private = is_private
        """True if it was refused because it is in the listener's own network."""
        self.is_unknown = is_unknown
        """True if its host could not be found, for example because the machine is offline."""


@lru_cache(maxsize=256)
def origin(address: str) -> Origin:
    """Return scheme, host and port of an address. Raises AddressError if it is not exactly an http(s) address."""
    shown = clean(address.removeprefix(REFUSED), 80) or "“”"
    if not is_safe(address) or not address.isascii() or any(mark in address for mark in ' "<>\\^`{|}'):
        raise AddressError(f"The address {shown} has characters that are not allowed in addresses.")
    try:
        parts = urlsplit(address)
        port = parts.port
    except ValueError:
        raise AddressError(f"{shown} is not an address.") from None
    if address.partition(":")[0] not in _PORTS:
        raise AddressError(f"{shown} is not an http or https address.")
    if not parts.hostname or parts.username is not None or parts.password is not None:
        raise AddressError(f"{shown} has no host, or contains a login, which is not used.")
    return parts.scheme, parts.hostname, port or _PORTS[parts.scheme]


def no_address(typed: str) -> str:
    """Return the message for a typed text that is no http or https address."""
    text = clean(typed, 80)
    if "@" in text:  # may show a password
        return "User and password do not belong in an address. Give them separately."
    return f"“{text}” is not an http or https address." if text else "Type an address, such as https://example.org."


def absolute(text: str, base: str = "") -> str | None:
    """Return the http(s) address in `text`, relative to `base`, in the form sent to servers; None for any other.

    Removes surrounding whitespace and the fragment, and encodes characters outside ASCII. Does not resolve the host.
    """
    text = text.strip(" \t\r\n\x00")
    if len(text) > MAX_ADDRESS or not (base or ":" in text):
        return None
    if _PLAIN.fullmatch(text):
        return text
    text = _BLANKS.sub(lambda run: "%20" * len(run[0]), _DOUBLED.sub("", text)).replace("\\", "%5C")
    try:
        parts = urlsplit(urljoin(base, text) if base else text)
        host = parts.hostname or ""
        if not host.isascii():
            host = host.encode("idna").decode("ascii")
        port = parts.port
    except (ValueError, UnicodeError):
        return None
    if parts.scheme not in _PORTS or not host or "@" in parts.netloc:
        return None
    netloc = f"[{host}]" if ":" in host else host
    if port is not None and port != _PORTS[parts.scheme]:
        netloc = f"{netloc}:{port}"
    path = quote(parts.path or "/", "/%:@!$&'()*+,;=~[]", errors="replace")
    query = quote(parts.query, "/%:@!$&'()*+,;=~?[]", errors="replace")
    address = urlunsplit((parts.scheme, netloc, path, query, ""))
    try:
        origin(address)
    except AddressError:
        return None
    return address if len(address) <= MAX_ADDRESS else None


def is_exact(text: object) -> bool:
    """Return whether a value is an http(s) address in the exact form that other programs accept."""
    return isinstance(text, str) and len(text) <= MAX_SHARED and absolute(text) == text


def typed_addresses(text: str) -> list[str]:
    """Return the addresses that a typed or listed text may mean, likeliest first; empty if it is not an address.

    `feed:`, `itpc:` and similar mean http, or wrap a complete address; without a scheme, https is tried first. In a
    text, such as a message with a link, the first address counts.
    """
    text, schemes = text.strip(), ["https", "http"]
    if (inside := re.search(_INSIDE, text[:MAX_ADDRESS])) is not None:
        text = inside[1].rstrip(".,;:!?'»”" if "(" in inside[1] else ".,;:!?'»”)")
    for _ in range(MAX_WRAPPERS):
        scheme = _SCHEME.match(text)
        if scheme is None or scheme[1].lower() not in _FEED_SCHEMES:
            break
        text, schemes = text[scheme.end() :].lstrip("/"), ["http"]
    scheme = _SCHEME.match(text)
    if scheme is not None:
        return _named([scheme[1].lower() + text[len(scheme[1]) :]])
    return _named([f"{each}://{text}" for each in schemes])


def typed_address(text: str) -> str | None:
    """Return the likeliest of the addresses that a text may mean; None if it is not an address."""
    return next(iter(typed_addresses(text)), None)


def _named(texts: list[str]) -> list[str]:
    return [address for text in texts if (address := absolute(text)) is not None]


def is_private(address: str) -> bool:
    """Return True if an address is in the listener's own network; False if unknown."""
    try:
        check_address(address)
    except AddressError as error:
        return error.is_private
    return False


def check_address(address: str, allowed: frozenset[Origin] = frozenset()) -> list[str]:
    """Return the IP addresses of a permitted address: a public http(s) one, or one whose origin is `allowed`.

    Those are private origins that the listener typed. Raises AddressError for others, and if the host is unknown.
    """
    scheme, host, port = origin(address)
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError):
        message = f"The host {clean(host, 80)} cannot be found; this machine may be offline."
        raise AddressError(message, is_unknown=True) from None
    numbers = [str(entry[4][0]) for entry in found]
    if (scheme, host, port) not in allowed and not are_public(numbers):
        named = f"{clean(host, 80)} is in your own network"
        message = f"{named}, which a catalogue or feed may not reach unless network.private_hosts names it."
        raise AddressError(message, is_private=True)
    return numbers


def are_public(numbers: list[str]) -> bool:
    """Return whether all IP addresses are public."""
    return all(map(_is_public, numbers))


def _is_public(number: str) -> bool:
    address = ipaddress.ip_address(number.partition("%")[0])
    carried: list[ipaddress.IPv4Address | ipaddress.IPv6Address | None] = [address]
    if isinstance(address, ipaddress.IPv6Address):  # IPv6 addresses that embed an IPv4 address
        carried = [address.ipv4_mapped] if address.ipv4_mapped else [address, address.sixtofour]
        if address in _NAT64:
            carried.append(ipaddress.IPv4Address(int(address) & 0xFFFFFFFF))
        carried += address.teredo or ()
    return all(_is_global(found) for found in carried if found is not None)


def _is_global(address: ipaddress.IPv4Address | ipaddress.IPv6Address) -> bool:
    return address.is_global and not any(address in network for network in _NOT_PUBLIC)
