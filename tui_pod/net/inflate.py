"""Decompress response bodies piece by piece."""

from __future__ import annotations

import zlib
from collections.abc import Iterator

MAX_MEMBERS = 10_000
"""Maximum number of gzip members in one body; each may be as small as 20 bytes."""

_GZIP = b"\x1f\x8b"


def inflated(chunks: Iterator[bytes], most: int) -> Iterator[bytes]:
    """Decompress gzip, with one or several members (RFC 1952).

    Yields small pieces, so that a bomb is stopped at the limit, and empty pieces for input without output, so that the
    reader can check its deadline.

    Args:
        chunks: the body as received.
        most: largest piece (bytes).

    Raises:
        EOFError: the body is cut off.
        zlib.error: it is damaged.
    """
    inflater: zlib._Decompress | None = None
    data, members = b"", 0
    for chunk in chunks:
        data += chunk
        while True:
            if inflater is None:
                if len(data) < 2:
                    yield b""
                    break
                if members and not data.startswith(_GZIP):
                    return  # padding after the last member, which `gzip` ignores too
                if members == MAX_MEMBERS:
                    raise zlib.error("too many files in a row")
                members += 1
                inflater = zlib.decompressobj(wbits=31)
            piece = inflater.decompress(data, most)
            yield piece
            data = inflater.unconsumed_tail
            if inflater.eof:
                data, inflater = inflater.unused_data, None
            elif not data and len(piece) < most:
                break
    if inflater is not None or (data and not members):
        raise EOFError
