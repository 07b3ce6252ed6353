"""What playback needs from outside, as protocols. Adapters do not inherit from them; contract tests check them.

All calls come from one thread and return at once. Results come back as events (see `events`), which the adapter
posts and `PlaybackController.handle` receives.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Protocol

from tui_pod.core.library.episode import Episode
from tui_pod.core.player.options import Sound
from tui_pod.core.player.snapshot import Source
from tui_pod.core.progress.records import Record

if TYPE_CHECKING:
    from tui_pod.core.player.changes import Change


class Player(Protocol):
    """Plays one file at a time."""

    def load(self, source: Source, start: float, load: int, is_paused: bool) -> None:
        """Open a source at `start` seconds. `FileLoaded` or `LoadFailed` follows, then events with this `load`.

        What played before ends without an event.
        """

    def stop(self) -> None:
        """End playing and forget the file."""

    def set_paused(self, is_paused: bool) -> None:
        """Pause or go on; `PauseChanged` follows when that changes anything."""

    def seek(self, position: float) -> None:
        """Go to `position` exactly; `SeekFinished` follows. Before `FileLoaded`, the file starts there."""

    def set_end(self, position: float | None) -> None:
        """Stop at a position as at the end of the file, which `FileEnded` reports; None for its own end.

        A later seek plays on from there. It stays for the next file.
        """

    def position(self) -> float | None:
        """Return the current position in seconds; None while loading, seeking or stopped.

        For the last moment before quitting: unlike everything else here it may block, for a tenth of a second at most.
        """

    def set_speed(self, speed: float) -> None:
        """Play at `speed` times the normal rate, at the same pitch."""

    def set_volume(self, percent: int) -> None:
        """Set the volume, 0 to 100."""

    def set_sound(self, sound: Sound) -> None:
        """Change the sound of what plays, within a second, and of what is loaded from now on.

        A recording that was never measured is played unchanged for the first seconds.
        """

    def devices(self) -> Sequence[tuple[str, str]]:
        """Return the name and the description of each sound device, as last known."""

    def set_device(self, name: str) -> None:
        """Play on this device from now on; if empty, on the one that the system chooses.

        Without it nothing plays: `DeviceChanged` says so.
        """

    def set_muted(self, is_muted: bool) -> None:
        """Mute or unmute."""


class Sources(Protocol):
    """Finds, checks or makes the audio of an episode."""

    def request(self, episode: Episode, load: int, position: float = 0.0) -> None:
        """Find the audio; `SourceReady` or `LoadFailed` with this `load` follows.

        Of a planned text that is the part at a position, in seconds; of anything else, the whole.
        """

    def discard(self, source: Source) -> bool:
        """Forget audio that the player could not open; return whether another request may help."""

    def correct_length(self, episode: Episode, audio: str, duration: float) -> None:
        """Store how long a part of a book is, in seconds, since its tags are wrong; the library changes after that."""

    def prepare(self, episode: Episode) -> None:
        """Prepare in spare time what a request for this episode would wait for."""

    def narrated_share(self) -> float | None:
        """Return how much is spoken of the narration that a request waits for, 0 to 1; None if it waits for none."""


class RecordWriter(Protocol):
    """Saves records in the background."""

    def save(self, *records: Record) -> int:
        """Queue records; `RecordsSaved` with at least the returned ticket follows once they are on the disk."""

    def compact(self) -> None:
        """Bring the file that people open up to date."""


class PlaybackListener(Protocol):
    """Receives changes; it must not call the controller."""

    def show(self, change: Change) -> None:
        """Show a change."""

    def tell(self, text: str, is_error: bool = False) -> None:
        """Show a notice."""


Clock = Callable[[], datetime]
"""Returns the current time, as an aware datetime."""


@dataclass(frozen=True, slots=True)
class Ports:
    """Everything that playing needs from outside the core."""

    player: Player
    sources: Sources
    writer: RecordWriter
    listener: PlaybackListener
    clock: Clock
    run: str
    """Name of this run of the program, unique: prefix of the keys of `HeardRecord`."""
    log: Callable[[str], None] = lambda _: None
    """Writes a line to the log."""
