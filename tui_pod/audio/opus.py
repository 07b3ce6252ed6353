"""Encode a recording, or a stretch of one, as Opus with libmpv. Waits, so it belongs in a process or a thread."""

from __future__ import annotations

import contextlib
from pathlib import Path

from tui_pod.audio.libmpv import explain_missing, open_mpv
from tui_pod.audio.mpv_options import FAST_SEEK
from tui_pod.audio.stream import StreamProtocol
from tui_pod.core.player.snapshot import Source

CLIP = "b=48k"
"""Bits a second: as good as podcasts are, music and stereo included."""

SPEECH = "b=24k,application=voip"
"""Speech stays clear, and 119 narrations take 34 MB."""

TIME_LIMIT = 120.0
"""Seconds after which encoding is given up; half a minute out of an hour takes half a second, 90 s of speech one."""

LEAST = 200
"""Bytes of an Opus file without a sound."""


class EncodeError(Exception):
    """A recording that cannot be encoded; the message says why."""


def encode_opus(source: Path | Source, target: Path, coding: str, **stretch: str) -> None:
    """Write a recording, or a `stretch` (libmpv's `start` and `end`) of it, to `target`: whole or not at all.

    Of a stream only what is needed is fetched, where its rate is constant; else all before it, since a clip is exact.

    Raises:
        EncodeError: there is no libmpv, it cannot read the recording, or nothing is to be heard there.
        OSError: the file cannot be written.
    """
    temp = target.with_name(f"{target.name}.part")
    temp.touch()  # what the encoder cannot write it only logs
    try:
        _encode(
            source, **{"keep-open": "no", "of": "ogg", "oac": "libopus", "oacopts": coding, "o": str(temp)}, **stretch
        )
        if temp.stat().st_size < LEAST:
            raise EncodeError("libmpv finds nothing to hear there")
        temp.replace(target)
    finally:
        with contextlib.suppress(OSError):
            temp.unlink()


def _encode(source: Path | Source, **options: str) -> None:
    stream = source if isinstance(source, Source) else None
    if stream is not None and stream.is_constant_rate:
        options["demuxer-lavf-o"] = FAST_SEEK
    protocol, location = StreamProtocol(), stream.location if stream is not None else str(source)
    try:
        encoder = open_mpv(None, None, **options)
    except (OSError, AttributeError, ValueError, TypeError) as error:
        raise EncodeError(explain_missing(error)) from error
    try:
        if stream is not None and stream.remote is not None:
            protocol.register(encoder)
            location = protocol.offer("clip", stream.remote)
        with encoder.prepare_and_wait_for_event("end_file", timeout=TIME_LIMIT):
            encoder.play(location)
    except (TimeoutError, SystemError) as error:
        raise EncodeError(
            f"libmpv cannot read {'the stream' if stream and stream.remote else Path(location).name}"
        ) from error
    finally:
        encoder.terminate()
