"""Encode a recording, or a part of one, as Opus with libmpv. Blocks, so use a process or a thread."""

from __future__ import annotations

import contextlib
import os
import sys
from pathlib import Path

from tui_pod.audio.libmpv import address_for, open_mpv
from tui_pod.audio.mpv_options import FAST_SEEK
from tui_pod.audio.stream import StreamProtocol
from tui_pod.core.errors import UserError
from tui_pod.core.player.snapshot import Source
from tui_pod.runtime.cell import GB, allow_seconds, enter_cell

CLIP = "b=48k"
"""48 kbit/s: the quality of a podcast, including music and stereo."""

SPEECH = "b=24k,application=voip"
"""24 kbit/s: speech stays clear, and 119 narrations take 34 MB."""

TIME_LIMIT = 120.0
"""Seconds after which encoding is aborted; a half-minute clip from an hour takes 0.5 s, 90 s of speech take 1 s."""

LEAST = 200
"""An Opus file with fewer bytes contains no sound."""


class EncodeError(UserError):
    """A recording cannot be encoded; the message says why."""


def encode_opus(source: Path | Source, target: Path, coding: str, **stretch: str) -> None:
    """Write a recording, or a `stretch` of it (libmpv's `start` and `end`), to `target`, completely or not at all.

    From a stream with a constant bit rate only the stretch is fetched; otherwise everything up to its end, since a clip
    must be exact.

    Raises:
        UserError: there is no libmpv, it cannot read the recording, or the stretch has no sound.
        OSError: the file cannot be written.
    """
    temp = target.with_name(f"{target.name}.{os.getpid()}.part")
    temp.touch(exist_ok=False)  # raises what the encoder would only log
    try:
        _encode(
            source, **{"keep-open": "no", "of": "ogg", "oac": "libopus", "oacopts": coding, "o": str(temp)}, **stretch
        )
        if temp.stat().st_size < LEAST:
            raise EncodeError("libmpv finds no sound there")
        temp.replace(target)
    finally:
        with contextlib.suppress(OSError):
            temp.unlink()


def _encode(source: Path | Source, **options: str) -> None:
    stream = source if isinstance(source, Source) else None
    if stream is not None and stream.is_constant_rate:
        options["demuxer-lavf-o"] = FAST_SEEK
    protocol, location = StreamProtocol(), stream.location if stream is not None else str(source)
    encoder = open_mpv(None, None, **options)
    try:
        if stream is not None and stream.remote is not None:
            protocol.register(encoder)
            location = protocol.offer("clip", stream.remote)
        with encoder.prepare_and_wait_for_event("end_file", timeout=TIME_LIMIT):
            encoder.play(address_for(encoder, location))
    except (TimeoutError, SystemError) as error:
        raise EncodeError(
            f"libmpv cannot read {'the stream' if stream and stream.remote else Path(location).name}"
        ) from error
    finally:
        encoder.terminate()


def main(wav: Path, opus: Path) -> int:
    """Replace a WAV file of speech with an Opus file; if that fails, leave it unchanged. Return the exit status."""
    try:
        encode_opus(wav, opus, SPEECH)
        wav.unlink()
    except (OSError, UserError) as error:
        sys.stderr.write(f"{wav.name} stays as it is: {error}\n")
        return 1
    return 0


if __name__ == "__main__":
    enter_cell(GB)
    allow_seconds(TIME_LIMIT)
    sys.exit(main(*map(Path, sys.argv[1:])))
