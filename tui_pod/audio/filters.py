"""Filters that make recordings equally loud and shorten their silence, computed from their measured levels."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from tui_pod.core.player.options import Sound

LOUDNESS = -18.0
"""Target loudness in LUFS: that of narrations."""

MAX_GAIN = 24.0
"""Largest change of loudness, in dB either way."""

LIMITER = "alimiter=limit=0.89:level=disabled:attack=2:release=80"
"""Keeps an amplified recording below -1 dB; its attack (ms) delays the sound by as much."""

SILENCE = (
    "silenceremove=stop_periods=-1:stop_duration=0.4:stop_threshold={:.1f}dB:detection=rms:window=0.02:timestamp=copy"
)
"""Shortens silences over 0.4 s; without `timestamp=copy` the position would drift from the recording's."""

FRAMES = 200
"""Frames per second passed to `SILENCE`. It cuts within a frame but keeps the frame's time: exact to 5 ms."""

ABOVE_NOISE, BELOW_SPEECH, SOFTEST = 3.5, 18.0, 34.0
"""How far the threshold is above the noise, if possible, and at least and at most below speech (dB, measured)."""


class Levels(NamedTuple):
    """The measured levels of a recording."""

    loudness: float
    """Integrated loudness in LUFS (EBU R 128)."""
    floor: float
    """Level of the noise between words, in dB of full scale (RMS)."""
    speech: float
    """Level of running speech, in the same unit."""


def silence_threshold(levels: Levels) -> float | None:
    """Return the level in dB below which a recording is silent; None if its noise is too close to its speech."""
    threshold = max(levels.floor + ABOVE_NOISE, levels.speech - SOFTEST)
    threshold = min(threshold, levels.speech - BELOW_SPEECH)
    return threshold if threshold > levels.floor else None


def filters(sound: Sound, levels: Levels | None, rate: int | None) -> str:
    """Return mpv's `af` for a recording; empty for no filters.

    Args:
        sound: what the listener wants.
        levels: of the recording; None if it is not measured yet.
        rate: its sample rate in Hz; None if unknown, in which case silence is not shortened.
    """
    if levels is None:
        return ""
    chain, threshold = [], silence_threshold(levels)
    if sound.skips_silence and rate and threshold is not None:
        chain.append(f"@silence:lavfi=[asetnsamples={max(1, rate // FRAMES)},{SILENCE.format(threshold)}]")
    if sound.is_level:
        gain = min(max(LOUDNESS - levels.loudness, -MAX_GAIN), MAX_GAIN)
        limiter = f",{LIMITER}" if gain > 0 else ""
        chain.append(f"@level:lavfi=[volume={gain:.1f}dB{limiter}]")
    return ",".join(chain)
