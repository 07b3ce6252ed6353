"""The listener's settings for playback."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import NamedTuple

from tui_pod.core.library.speed import MAX_SPEED, MIN_SPEED
from tui_pod.core.player.snapshot import Playback
from tui_pod.core.progress.progress import PlayedRule


class Sound(NamedTuple):
    """How the sound of a recording is changed."""

    is_level: bool = False
    """Whether it plays at the same loudness as all others."""
    skips_silence: bool = False
    """Whether silence is shortened."""
    is_clear: bool = False
    """Whether soft speech is raised, and its consonants stand out."""
    boost: int = 0
    """Percent by which it is louder than a volume of 100, on the same scale; a limiter keeps it from clipping."""
    is_mono: bool = False
    """Whether both ears hear both channels."""
    balance: int = 0
    """-100 for the left ear alone, 100 for the right one."""


class PlaybackOptions(NamedTuple):
    """The listener's settings for playback."""

    is_rewinding: bool = True
    """Whether resuming rewinds a little, more after a longer pause."""
    is_autoplaying: bool = True
    """Whether the list plays on automatically; the queue always does."""
    played: PlayedRule = PlayedRule()
    seek_back: float = 10.0
    """Seconds, as the other two."""
    seek_forward: float = 30.0
    seek_small: float = 5.0
    speed_step: float = 0.1
    repeats_with_pause: bool = False
    """Whether a repeated sentence is followed by a pause of its own length."""
    every_night: str = ""
    """Local time such as `23:30` at which the sleep timer ends every night; empty for none."""
    speeds: Mapping[str, float] = MappingProxyType({})
    """Speeds of topics and feeds, by name."""
    device: str = ""
    """The chosen sound device; empty if the system chooses."""
    sound: Sound = Sound()
    """How everything sounds, except what the next two list."""
    levels: Mapping[str, bool] = MappingProxyType({})
    """Topics and feeds that play at the same loudness (True) or as they are."""
    silences: Mapping[str, bool] = MappingProxyType({})
    """Topics and feeds whose silence is shortened (True) or left."""


def clamp(playback: Playback) -> Playback:
    """Return a playback with speed and volume in range: a state file may say anything."""
    speed = playback.speed if MIN_SPEED <= playback.speed <= MAX_SPEED else 1.0
    return playback._replace(speed=speed, volume=min(max(playback.volume, 0), 100))
