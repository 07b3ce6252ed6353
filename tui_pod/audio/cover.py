"""Make a small picture from an image, or from the cover inside an audio file, with libmpv.

Call it through `LimitedProcesses`, so that a malicious image can crash only its process.
"""

from __future__ import annotations

from pathlib import Path

from tui_pod.audio.mpv_options import FORMATS, PROTOCOLS
from tui_pod.core.errors import UserError
from tui_pod.runtime.files import read_start
from tui_pod.runtime.limited_processes import PATIENCE, CallLimits

SIDE = 160
"""Pixels of each side of a picture."""

PICTURE_BYTES = SIDE * SIDE * 3
"""Bytes of a picture: rows from the top, with red, green and blue for each pixel."""

IMAGES = {b"\xff\xd8\xff": "jpeg_pipe", b"\x89PNG": "png_pipe", b"GIF8": "gif", b"RIFF": "webp_pipe"}
"""First bytes of images, and their demuxers, which are never used for playing. libavformat itself goes by file name.

SVG is missing because it can refer to other files. A WAV begins like WebP, but has no cover."""

LIMITS = CallLimits(seconds=15.0, memory=900 * 1024 * 1024)
"""A JPEG of 3,000² pixels takes 96 MB, and below 700 MB libmpv hangs."""

_WHOLE = f"scale={SIDE}:{SIDE}:force_original_aspect_ratio=increase:flags=area,crop={SIDE}:{SIDE},format=rgb24"


def make_picture(source: str, target: str) -> bool:
    """Write the middle square of an image or of a file's cover to `target`; return False if there is no picture.

    Raises OSError if `source` cannot be read, it takes too long, or there is no libmpv.
    """
    from tui_pod.audio.libmpv import open_mpv  # imports ctypes; the screen needs only the constants above

    start = read_start(Path(source), 4)
    image = next((demuxer for magic, demuxer in IMAGES.items() if start.startswith(magic)), "")
    try:
        decoder = open_mpv(None, None, **{
            "demuxer-lavf-o": f"format_whitelist=[{image or FORMATS}],protocol_whitelist=[{PROTOCOLS}]",
            "demuxer-lavf-format": image, "vid": "auto", "aid": "no", "audio-display": "embedded-first", "frames": "1",
            "image-display-duration": "0.01", "keep-open": "no", "vd-lavc-threads": "1", "vf": f"lavfi=[{_WHOLE}]",
            "o": target, "of": "rawvideo", "ovc": "rawvideo",
        })  # fmt: skip
    except UserError as error:
        raise OSError from error
    try:
        with decoder.prepare_and_wait_for_event("end_file", timeout=PATIENCE):
            decoder.play(str(Path(source).resolve()))
    finally:
        decoder.terminate()
    made = Path(target)
    is_good = made.is_file() and made.stat().st_size == PICTURE_BYTES
    if not is_good:
        made.unlink(missing_ok=True)
    return is_good
