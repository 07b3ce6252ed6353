"""Decode a recording to raw samples on standard output, with the libmpv that playing needs anyway.

Runs in its own process: libmpv's memory is freed when it ends, and a file that crashes libmpv crashes nothing else.
The samples are 16-bit, mono, 16,000 per second unless another rate is given, and from the recording's start unless
seconds are given: libmpv counts to them, which is exact.
"""

from __future__ import annotations

import os
import queue
import sys
from pathlib import Path
from typing import Any

from tui_pod.audio.libmpv import NoPlayer, address_for, open_mpv
from tui_pod.runtime.cell import GB, allow_seconds, enter_cell

SAMPLE_RATE = 16_000
"""Samples per second that speech models take."""

FILL_GAPS = "lavfi=[aresample=async=1:first_pts=0]"
"""Puts silence where a part is damaged; without it, all times after that would be too early."""

BEYOND = 60.0
"""Seconds of sound beyond what the recording claims to have."""

LEAST_RATE = 2_000
"""Bytes for a second of sound. A recording may have as much as that, whatever it claims: some formats only guess."""

LONGEST = 7200.0
"""Seconds of CPU time that it may take: enough for hundreds of hours."""

UNREADABLE, NO_PLAYER = 3, 4
"""Exit statuses: the recording cannot be decoded, or not to its end; there is no libmpv."""


def main(recording: Path, rate: int = SAMPLE_RATE, start: float = 0.0) -> int:
    """Write the samples of a recording from `start` seconds on, until nobody reads them; return the exit status."""
    samples = os.dup(1)
    os.dup2(2, 1)  # a library's output must not be mixed with the samples
    try:
        mpv = open_mpv(
            None, o=f"/dev/fd/{samples}", of="s16le", oac="pcm_s16le",
            audio_channels="mono", audio_samplerate=str(rate), af=FILL_GAPS,
            start=str(start), keep_open="no", demuxer_max_bytes="4MiB", demuxer_max_back_bytes="0",
        )  # fmt: skip
    except NoPlayer as error:
        sys.stderr.write(f"{error}\n")
        return NO_PLAYER
    from mpv import MpvEventEndFile, MpvEventID  # loads libmpv, which may be missing

    reasons: queue.Queue[int] = queue.Queue()

    def note(event: Any) -> None:
        if event.event_id.value == MpvEventID.FILE_LOADED:  # a jump of time would be filled with hours of silence
            claimed = max(mpv.duration or 0.0, recording.stat().st_size / LEAST_RATE)
            mpv["end"] = f"{claimed + BEYOND:.3f}"
        if event.event_id.value == MpvEventID.END_FILE:
            reasons.put(event.data.reason)

    mpv.register_event_callback(note)
    mpv.play(address_for(mpv, str(recording.absolute())))
    reason = reasons.get()
    mpv.terminate()
    return 0 if reason == MpvEventEndFile.EOF else UNREADABLE


if __name__ == "__main__":
    enter_cell(GB)
    allow_seconds(LONGEST)
    sys.exit(main(Path(sys.argv[1]), *map(int, sys.argv[2:3]), *map(float, sys.argv[3:])))
