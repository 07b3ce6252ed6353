"""Images that tests make themselves."""

import struct
import zlib
from pathlib import Path


def make_png(path: Path, width: int, height: int, is_whole: bool = True) -> Path:
    """Write a picture whose left half is red and whose right half is blue."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    row = b"\0" + b"\xff\0\0" * (width // 2) + b"\0\0\xff" * (width - width // 2)
    packer = zlib.compressobj(1)
    rows = b"".join(packer.compress(row) for _ in range(height if is_whole else 2)) + packer.flush()
    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    path.write_bytes(b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", rows) + chunk(b"IEND", b""))
    return path
