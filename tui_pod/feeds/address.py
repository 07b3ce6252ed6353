"""Decide which addresses may be asked: http and https to public hosts, and nothing else.

Text from a catalogue or feed can name any address; this is the check before each one is used. It looks names
up and so may wait.
"""

from __future__ import annotations

import ipaddress
import socket
from urllib.parse import urlsplit

from tui_pod.core.text import clean, is_safe

Origin = tuple[str, str, int]
"""Scheme, host and port."""

_PORTS = {"http": 80, "https": 443}


class AddressError(Exception):
    """An address that may not be used or does not exist; the message says which and why."""


def origin(address: str) -> Origin:
    """Return the scheme, host and port of an address.

    Raises:
        AddressError: it is not exactly an http or https address of a host.
    """
    shown = clean(address, 80)
    if not is_safe(address) or not address.isascii() or any(mark in address for mark in ' "<>\\^`{|}'):
        raise AddressError(f"The address {shown} has characters that no address has.")
    try:
        parts = urlsplit(address)
        port = parts.port
    except ValueError:
        raise AddressError(f"{shown} is not an address.") from None
    if address.split(":", 1)[0] not in _PORTS:
        raise AddressError(f"{shown} is not an http or https address.")
    if not parts.hostname or parts.username is not None or parts.password is not None:
        raise AddressError(f"{shown} names no host, or a login, which is not used.")
    return parts.scheme, parts.hostname, port or _PORTS[parts.scheme]


def check_address(address: str, allowed: frozenset[Origin] = frozenset()) -> list[str]:
    """Return the numeric hosts of an address that may be asked.

    Args:
        address: as a catalogue, a feed or a redirect gives it.
        allowed: origins that the user typed and that may therefore be private.

    Raises:
        AddressError: it is no public http(s) address, or its host is not known.
    """
    scheme, host, port = origin(address)
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError):
        raise AddressError(f"The host {clean(host, 80)} cannot be found. Check the address and the network.") from None
    numbers = [str(entry[4][0]) for entry in found]
    if (scheme, host, port) not in allowed and not all(map(_is_public, numbers)):
        raise AddressError(f"{clean(host, 80)} is a host of your own network, which a catalogue or feed may not name.")
    return numbers


def _is_public(number: str) -> bool:
    address = ipaddress.ip_address(number.partition("%")[0])
    mapped = getattr(address, "ipv4_mapped", None)
    return (mapped or address).is_global and not address.is_multicast
