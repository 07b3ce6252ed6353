"""Make a small picture from an image, or from the cover inside an audio file, with libmpv.

Images are decoded in a separate process with limits, so that a malicious one can crash only that process.
"""

from __future__ import annotations

import resource
import sys
from pathlib import Path

from tui_pod.audio.mpv_options import FORMATS, PROTOCOLS
from tui_pod.core.errors import UserError
from tui_pod.runtime.files import read_start

SIDE = 160
"""Pixels of each side of a picture."""

PICTURE_BYTES = SIDE * SIDE * 3
"""Bytes of a picture: rows from the top, with red, green and blue for each pixel."""

IMAGES = {b"\xff\xd8\xff": "jpeg_pipe", b"\x89PNG": "png_pipe", b"GIF8": "gif", b"RIFF": "webp_pipe"}
"""First bytes of images, and their demuxers, which are never used for playing. libavformat itself goes by file name.

SVG is missing because it can refer to other files. A WAV begins like WebP, but has no cover."""

MEMORY = 900 * 1024 * 1024
"""Bytes of address space: a JPEG of 3,000² pixels takes 96 MB, and below 700 MB libmpv hangs."""

SECONDS = 15
"""Limit of CPU time."""

PATIENCE = 60.0
"""Limit of waiting (seconds): on a busy machine, the process gets little time."""

NOT_POSSIBLE = 2
"""Exit status if there is no libmpv, the file cannot be read or it takes too long; 1: the file has no picture."""

_WHOLE = f"scale={SIDE}:{SIDE}:force_original_aspect_ratio=increase:flags=area,crop={SIDE}:{SIDE},format=rgb24"


def make_picture(source: Path, target: Path) -> None:
    """Write the middle square of an image or of a file's cover to `target`; write nothing if there is no picture.

    Raises:
        UserError: there is no libmpv.
        OSError: `source` cannot be read.
        TimeoutError: it takes too long.
    """
    from tui_pod.audio.libmpv import open_mpv  # imports ctypes; the screen needs only the constants above

    start = read_start(source, 4)
    image = next((demuxer for magic, demuxer in IMAGES.items() if start.startswith(magic)), "")
    decoder = open_mpv(None, None, **{
        "demuxer-lavf-o": f"format_whitelist=[{image or FORMATS}],protocol_whitelist=[{PROTOCOLS}]",
        "demuxer-lavf-format": image, "vid": "auto", "aid": "no", "audio-display": "embedded-first", "frames": "1",
        "image-display-duration": "0.01", "keep-open": "no", "vd-lavc-threads": "1", "vf": f"lavfi=[{_WHOLE}]",
        "o": str(target), "of": "rawvideo", "ovc": "rawvideo",
    })  # fmt: skip
    try:
        with decoder.prepare_and_wait_for_event("end_file", timeout=PATIENCE):
            decoder.play(str(source.resolve()))
    finally:
        decoder.terminate()


def main(source: Path, target: Path) -> int:
    """Make a picture within limits; return the exit status."""
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))
    resource.setrlimit(resource.RLIMIT_FSIZE, (1024 * 1024, 1024 * 1024))
    try:
        make_picture(source, target)
    except (UserError, OSError):
        return NOT_POSSIBLE
    is_good = target.is_file() and target.stat().st_size == PICTURE_BYTES
    if not is_good:
        target.unlink(missing_ok=True)
    return 0 if is_good else 1


if __name__ == "__main__":
    sys.exit(main(*map(Path, sys.argv[1:])))
