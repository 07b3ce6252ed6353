"""What the parts of the controller share: the library, its progress, and what is playing."""

from __future__ import annotations

from dataclasses import dataclass

from tui_pod.core.library.library import Library
from tui_pod.core.player.options import PlaybackOptions
from tui_pod.core.player.ports import Ports
from tui_pod.core.player.snapshot import Playback
from tui_pod.core.progress.progress_index import ProgressIndex


@dataclass(slots=True)
class PlaybackState:
    """The present values; `PlaybackController` makes one for all its parts."""

    library: Library
    progress_index: ProgressIndex
    playback: Playback
    options: PlaybackOptions
    ports: Ports

    def show(self, playback: Playback) -> None:
        """Replace what is playing, and tell the listener when that changes anything."""
        if playback != self.playback:
            self.playback = playback
            self.ports.listener.playback_changed(playback)
