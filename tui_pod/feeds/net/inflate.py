"""Decompress response bodies piece by piece."""

from __future__ import annotations

import zlib
from collections.abc import Iterator

MAX_MEMBERS = 10_000
"""Gzip files in a row that one body may be made of; they may be 20 bytes each."""

_GZIP = b"\x1f\x8b"


def inflated(chunks: Iterator[bytes], most: int) -> Iterator[bytes]:
    """Decompress gzip, one file or several in a row (RFC 1952).

    Yields small pieces, so that a bomb is stopped at the limit and not after it, and an empty piece for what unpacks
    to nothing, so that the reader can lose patience.

    Args:
        chunks: as they came.
        most: bytes of a piece.

    Raises:
        EOFError: the body ends before its end.
        zlib.error: it cannot be unpacked.
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
                    return  # what follows the last file is filling, as `gzip` takes it too
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
