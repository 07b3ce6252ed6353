"""The filters of a recording, from what was measured of it."""

import pytest

from tui_pod.audio.levels import LIMITER, Levels, filters, silence_threshold
from tui_pod.core.player.options import Sound

BOTH, LEVEL, SHORT = Sound(True, True), Sound(is_level=True), Sound(skips_silence=True)


@pytest.mark.parametrize(
    ("floor", "speech", "threshold"),
    [(-50.0, -20.0, -46.5), (-80.0, -20.0, -54.0), (-40.0, -20.0, -38.0), (-38.5, -20.0, -38.0), (-38.0, -20.0, None)],
    ids=["above the noise", "not too soft", "below speech", "just above the noise", "as loud as the noise"],
)
def test_threshold_is_above_the_noise_and_well_below_speech(
    floor: float, speech: float, threshold: float | None
) -> None:
    assert silence_threshold(Levels(-18.0, floor, speech)) == threshold


@pytest.mark.parametrize(
    ("loudness", "gain"), [(-30.0, "12.0"), (-18.0, "0.0"), (-10.0, "-8.0"), (-60.0, "24.0"), (20.0, "-24.0")]
)
def test_gain_brings_a_recording_to_the_loudness_of_narrations_within_limits(loudness: float, gain: str) -> None:
    limiter = f",{LIMITER}" if float(gain) > 0 else ""
    assert filters(LEVEL, Levels(loudness, -60.0, -20.0), 48_000) == f"@level:lavfi=[volume={gain}dB{limiter}]"


def test_silence_is_cut_before_the_gain_in_frames_of_five_milliseconds() -> None:
    levels = Levels(-30.0, -60.0, -20.0)
    silence, level = filters(BOTH, levels, 48_000).split(",@")
    assert silence.startswith("@silence:lavfi=[asetnsamples=240,silenceremove=")
    assert "stop_threshold=-54.0dB" in silence
    assert f"@{level}" == filters(LEVEL, levels, 48_000)
    assert "asetnsamples=1," in filters(SHORT, levels, 100)


@pytest.mark.parametrize(
    ("sound", "levels", "rate"),
    [
        (BOTH, None, 48_000),
        (Sound(), Levels(-30.0, -60.0, -20.0), 48_000),
        (SHORT, Levels(-30.0, -60.0, -20.0), None),
        (SHORT, Levels(-30.0, -38.0, -20.0), 48_000),
    ],
    ids=["not measured", "not wanted", "rate unknown", "too noisy"],
)
def test_recording_is_left_as_it_is(sound: Sound, levels: Levels | None, rate: int | None) -> None:
    assert filters(sound, levels, rate) == ""
