"""What can be asked of listening from outside the screen: by a command, a media key, a desktop widget.

Each wish is named by what should be so afterwards, since who asks does not see the screen. It knows neither
sockets nor D-Bus.
"""

from __future__ import annotations

from tui_pod.core.errors import UserError
from tui_pod.core.playback.controller import PlaybackController
from tui_pod.core.playback.snapshot import Playback, PlayerStatus
from tui_pod.core.playback.up_next import PlayContext
from tui_pod.core.progress.progress import Status


class PlayerApiError(UserError):
    """A wish that cannot be done; the message is for who asked."""


class PlayerApi:
    """Does what is asked, on the thread that owns listening."""

    def __init__(self, controller: PlaybackController) -> None:
        self._controller = controller

    @property
    def playback(self) -> Playback:
        """What is playing."""
        return self._controller.playback

    @property
    def is_paused(self) -> bool:
        """Whether what is loaded is paused, or will be once it has loaded."""
        return self._controller.is_paused

    def toggle(self) -> None:
        """Pause or go on; with nothing loaded, play what comes first."""
        if self.playback.is_loaded:
            self._controller.toggle_pause()
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
            self._controller.set_paused(False)
            return
        library = self._controller.library
        index = library.index(episode)
        if index is None:
            raise PlayerApiError(f"There is no episode {episode}. See: tui-pod list")
        self._controller.play(episode, PlayContext(range(len(library)), index))

    def pause(self) -> None:
        """Pause what is playing or about to."""
        self._controller.set_paused(True)

    def stop(self) -> None:
        """End playing; the place is kept."""
        if self.playback.is_loaded:
            self._controller.stop()

    def next(self) -> None:
        """Play what comes next.

        Raises:
            ControlError: nothing does.
        """
        before = self.playback.load
        self._controller.next()
        if self.playback.load == before:
            raise PlayerApiError("Nothing comes next.")

    def previous(self) -> None:
        """Play what came before, else begin the present episode anew.

        Raises:
            ControlError: there is neither.
        """
        self._controller.previous()
        self._require_loaded()

    def seek_by(self, seconds: float) -> None:
        """Go `seconds` forward, or back when negative.

        Raises:
            ControlError: nothing is playing.
        """
        self._require_loaded()
        self._controller.seek_by(seconds)

    def seek_to(self, position: float) -> None:
        """Go to `position` seconds.

        Raises:
            ControlError: nothing is playing.
        """
        self._require_loaded()
        self._controller.seek_to(position)

    def set_speed(self, speed: float) -> None:
        """Play at `speed` times the normal rate, as far as the rules let it."""
        self._controller.set_speed(speed)

    def set_volume(self, percent: float) -> None:
        """Set the volume, 0 to 100."""
        self._controller.set_volume(round(percent))

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
        controller = self._controller
        unfinished = controller.progress_index.unfinished()
        if unfinished:
            return controller.library.ids[unfinished[0]]
        following = controller.session_status().next
        if following is not None:
            return following
        for ident in controller.library.ids:
            if controller.progress_index.status(ident) is Status.UNPLAYED:
                return ident
        raise PlayerApiError("Nothing is left to play.")

    def _require_loaded(self) -> None:
        if self.playback.status is PlayerStatus.STOPPED:
            raise PlayerApiError("Nothing is playing.")
