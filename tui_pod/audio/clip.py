"""Cut a stretch out of a recording with libmpv, as Opus. Waits, so it belongs in a command or a thread."""

from __future__ import annotations

import contextlib
from pathlib import Path

from tui_pod.audio.libmpv import explain_missing, open_mpv

BITRATE = "48k"
"""Bits a second: as good as podcasts are, music and stereo included."""

TIME_LIMIT = 60.0
"""Seconds after which cutting is given up; half a minute out of an hour takes half a second."""

_ENCODING = {"keep-open": "no", "of": "ogg", "oac": "libopus", "oacopts": f"b={BITRATE}"}

LEAST = 200
"""Bytes of an Opus file without a sound."""


class ClipError(Exception):
    """A clip that cannot be cut; the message says why."""


def cut_clip(source: Path, start: float, end: float, clip: Path) -> None:
    """Write what is between two seconds of a recording to `clip`, whole or not at all.

    Raises:
        ClipError: there is no libmpv, it cannot read the recording, or nothing is there.
        OSError: the file cannot be written.
    """
    temp = clip.with_name(f"{clip.name}.part")
    temp.touch()  # what the encoder cannot write it only logs
    try:
        _encode(source, start, end, temp)
        if temp.stat().st_size < LEAST:
            raise ClipError("libmpv finds nothing to hear there")
        temp.replace(clip)
    finally:
        with contextlib.suppress(OSError):
            temp.unlink()


def _encode(source: Path, start: float, end: float, target: Path) -> None:
    try:
        encoder = open_mpv(None, None, **_ENCODING, start=f"{start:.3f}", end=f"{end:.3f}", o=str(target))
    except (OSError, AttributeError, ValueError, TypeError) as error:
        raise ClipError(explain_missing(error)) from error
    try:
        encoder.play(str(source))
        encoder.wait_for_playback(timeout=TIME_LIMIT)
    except (TimeoutError, SystemError) as error:
        raise ClipError(f"libmpv cannot read {source.name}") from error
    finally:
        encoder.terminate()
