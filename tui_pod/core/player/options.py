"""The listener's choices about playing, and what follows from them."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from tui_pod.core.library.catalog import DURATION_FAULT
from tui_pod.core.library.speed import MAX_SPEED, MIN_SPEED
from tui_pod.core.named_tuple import NamedTuple
from tui_pod.core.player.snapshot import Playback
from tui_pod.core.progress.progress import PlayedRule


class PlaybackOptions(NamedTuple):
    """The listener's choices about playing."""

    is_rewinding: bool = True
    """Whether resuming goes back a little, the more the longer the pause."""
    is_autoplaying: bool = True
    """Whether the list plays on automatically; the queue always does."""
    played: PlayedRule = PlayedRule()
    seek_back: float = 10.0
    """Seconds, as the other two."""
    seek_forward: float = 30.0
    seek_small: float = 5.0
    speeds: Mapping[str, float] = MappingProxyType({})
    """A speed of its own for a topic or feed, by name."""


def clamp(playback: Playback) -> Playback:
    """Return a playback with speed and volume in range: a state file may say anything."""
    speed = playback.speed if MIN_SPEED <= playback.speed <= MAX_SPEED else 1.0
    return playback._replace(speed=speed, volume=min(max(playback.volume, 0), 100))


def resolve_duration(
    measured: float | None, stated: float | None, is_stream: bool, is_estimate: bool
) -> tuple[float | None, float | None]:
    """Return the length to show and the length that may decide about "played", in seconds; None: not known.

    A file's own length is right. An estimate from its first bytes, and a stream's, can only be too short, so the
    longer of it and the stated one is taken; an estimate alone decides nothing.
    """
    if measured is not None and not 0 < measured <= DURATION_FAULT:
        measured = None  # a file may claim anything
    longest = max(measured or 0.0, stated or 0.0) or None
    shown = longest if is_stream or is_estimate else measured or stated
    is_known = measured is not None and not (is_estimate and stated is None)
    return shown, shown if is_known or is_stream else None
