"""What can be asked of listening from outside the screen: by a command, a media key, a desktop widget.

Each wish is named by what should be so afterwards, since who asks does not see the screen. It knows neither
sockets nor D-Bus.
"""

from __future__ import annotations

from tui_pod.core.playback.controller import Listening
from tui_pod.core.playback.snapshot import Playback, PlayerStatus
from tui_pod.core.playback.up_next import Succession
from tui_pod.core.progress.progress import Status


class ControlError(Exception):
    """A wish that cannot be done; the message is for who asked."""


class Controls:
    """Does what is asked, on the thread that owns listening."""

    def __init__(self, listening: Listening) -> None:
        self._listening = listening

    @property
    def playback(self) -> Playback:
        """What is playing."""
        return self._listening.playback

    @property
    def is_paused(self) -> bool:
        """Whether what is loaded is paused, or will be once it has loaded."""
        return self._listening.is_paused

    def toggle(self) -> None:
        """Pause or go on; with nothing loaded, play what comes first."""
        if self.playback.is_loaded:
            self._listening.toggle_pause()
        else:
            self.play()

    def play(self, episode: str | None = None) -> None:
        """Play an episode from where it was left, or go on; with nothing loaded, play what comes first.

        Raises:
            ControlError: there is no such episode, or nothing to play.
        """
        if episode is None and not self.playback.is_loaded:
            episode = self._first()
        if episode is None or episode == self.playback.episode:
            self._listening.set_paused(False)
            return
        library = self._listening.library
        index = library.index(episode)
        if index is None:
            raise ControlError(f"There is no episode {episode}. See: tui-pod list")
        self._listening.play(episode, Succession(range(len(library)), index))

    def pause(self) -> None:
        """Pause what is playing or about to."""
        self._listening.set_paused(True)

    def stop(self) -> None:
        """End playing; the place is kept."""
        if self.playback.is_loaded:
            self._listening.stop()

    def next(self) -> None:
        """Play what comes next.

        Raises:
            ControlError: nothing does.
        """
        before = self.playback.load
        self._listening.next()
        if self.playback.load == before:
            raise ControlError("Nothing comes next.")

    def previous(self) -> None:
        """Play what came before, else begin the present episode anew.

        Raises:
            ControlError: there is neither.
        """
        self._listening.previous()
        self._require_loaded()

    def seek_by(self, seconds: float) -> None:
        """Go `seconds` forward, or back when negative.

        Raises:
            ControlError: nothing is playing.
        """
        self._require_loaded()
        self._listening.seek_by(seconds)

    def seek_to(self, position: float) -> None:
        """Go to `position` seconds.

        Raises:
            ControlError: nothing is playing.
        """
        self._require_loaded()
        self._listening.seek_to(position)

    def set_speed(self, speed: float) -> None:
        """Play at `speed` times the normal rate, as far as the rules let it."""
        self._listening.set_speed(speed)

    def set_volume(self, percent: float) -> None:
        """Set the volume, 0 to 100."""
        self._listening.set_volume(round(percent))

    def now(self) -> dict[str, object]:
        """Return what is playing, as `tui-pod now --json` prints it (contract)."""
        playback = self.playback
        return {
            "id": playback.episode,
            "title": playback.title if playback.is_loaded else None,
            "position": round(playback.position, 2),
            "duration": playback.duration,
            "paused": not playback.is_loaded or self.is_paused,
            "speed": playback.speed,
            "volume": playback.volume,
        }

    def _first(self) -> str:
        """Return what to play when nothing is loaded: what was heard last, the queue's next, the first unplayed one."""
        listening = self._listening
        unfinished = listening.book.unfinished()
        if unfinished:
            return listening.library.ids[unfinished[0]]
        following = listening.outlook().next
        if following is not None:
            return following
        for ident in listening.library.ids:
            if listening.book.status(ident) is Status.UNPLAYED:
                return ident
        raise ControlError("Nothing is left to play.")

    def _require_loaded(self) -> None:
        if self.playback.status is PlayerStatus.STOPPED:
            raise ControlError("Nothing is playing.")
