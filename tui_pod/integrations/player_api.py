"""The requests that commands, media keys and desktop widgets may make.

A request names the wanted state, since the caller does not see the screen. Knows neither sockets nor D-Bus.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from tui_pod.core.outcome import DONE, Outcome, refused
from tui_pod.core.playback.controller import PlaybackController
from tui_pod.core.player.snapshot import Playback
from tui_pod.core.progress.progress import Status


class PlayerApi:
    """Runs requests on the thread that owns playback."""

    def __init__(self, controller: PlaybackController, synced_at: Callable[[], datetime | None] = lambda: None) -> None:
        """Control playback; `synced_at` returns when the last sync was, None if there was none."""
        self.controller = controller
        """Runs the requests that need nothing more."""
        self._synced_at = synced_at

    @property
    def playback(self) -> Playback:
        """The current playback."""
        return self.controller.playback

    @property
    def is_paused(self) -> bool:
        """True if the loaded episode, or what plays in its place, is paused or will be once it has loaded."""
        interlude = self.controller.interlude
        return self.controller.is_paused if interlude is None else interlude.is_paused

    def toggle(self) -> Outcome:
        """Pause or resume; with nothing loaded, play the first suitable episode."""
        return self.controller.toggle_pause(self.play)

    def play(self, episode: str | None = None) -> Outcome:
        """Play an episode from its position; without one, resume, or play the first suitable episode."""
        if episode is None and not self.controller.can_pause:
            episode = self._first()
            if episode is None:
                return refused("Nothing is left to play.")
        if episode is None or episode == self.playback.episode:
            self.controller.set_paused(False)
        elif self.controller.library.index(episode) is None:
            return refused(f"There is no episode “{episode}”. See: tui-pod list")
        else:
            self.controller.play(episode)
        return DONE

    def stop(self) -> None:
        """Stop and keep the position; pause what plays in place of the episode."""
        if self.controller.interlude is not None:
            self.controller.set_paused(True)
        elif self.playback.is_active:
            self.controller.stop()

    def now(self) -> dict[str, object]:
        """Return the current playback as `tui-pod now --json` prints it; others rely on this format.

        `muted` is there only while the sound is off, `waiting` only while a request is about to be repeated.
        """
        playback = self.playback
        waiting = {"waiting": str(playback.attempt)} if playback.attempt is not None else {}
        return {
            "id": playback.episode,
            "title": playback.title if playback.is_loaded else None,
            "position": round(playback.position, 2),
            "duration": playback.duration,
            "paused": not playback.is_loaded or self.controller.is_paused,
            "speed": playback.speed,
            "volume": playback.volume,
            **({"muted": True} if playback.is_muted else {}),
            **waiting,
        }

    def status(self) -> dict[str, object]:
        """Return everything that status lines show, as `tui-pod now --follow --json` prints it.

        Times are seconds, `synced` is ISO 8601, and what there is not is None.
        """
        controller, playback = self.controller, self.playback
        library, index = controller.library, controller.library.index(playback.episode)
        topic = podcast = None
        if index is not None:
            feed, topics = library.feed_of(index), library.topics
            topic = next(iter(library.episode(index).tags), None)
            podcast = next((topics.names[n] for n in topics.of_feed(feed)), None) if feed is not None else None
        session, sleep, synced = controller.sessions.status(), controller.sleep, self._synced_at()
        return (
            {"muted": False, "waiting": None}
            | self.now()
            | {
                "position": int(playback.position),
                "podcast": podcast,
                "topic": topic,
                "chapter": playback.chapter or None,
                "left": max(0, round(playback.duration - playback.position)) if playback.duration else None,
                "sleep": int(sleep.seconds) if sleep is not None and sleep.seconds is not None else None,
                "session": round(session.left) if controller.session is not None else None,
                "queue": len(controller.queue.upcoming),
                "synced": synced.isoformat(timespec="seconds") if synced is not None else None,
            }
        )

    def _first(self) -> str | None:
        """Return the episode to play if none is loaded: the last unfinished, the next in the queue, the first unplayed.

        That is the first of the course, if there is one. None if all are played.
        """
        controller = self.controller
        unfinished = controller.progress_index.resumable()
        if unfinished:
            return controller.library.ids[unfinished[0]]
        following = controller.sessions.status().next
        if following is not None:
            return following
        library = controller.library
        course = min(library.topics.courses, default=None)
        path = library.topics.paths[course] if course is not None else ()
        for index in (*path, *range(len(library))):
            ident: str = library.ids[index]
            if controller.progress_index.status(ident) is Status.UNPLAYED:
                return ident
        return None
