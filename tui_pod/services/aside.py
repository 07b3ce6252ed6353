"""Plays stretches of episodes while the loaded one waits: pause, next and previous are theirs, from headsets too."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, NamedTuple

from tui_pod.services.frontend import Job

if TYPE_CHECKING:
    from tui_pod.audio.excerpt import ExcerptPlayer
    from tui_pod.core.library.episode import Episode
    from tui_pod.services.context import Context


LATE = 0.5
"""Seconds between two looks at work that is waited for."""


class Clip(NamedTuple):
    """A stretch of an episode, in seconds."""

    episode: Episode
    start: float
    end: float


class Aside:
    """The `Interlude` of what plays in a block; the position of no episode changes."""

    is_paused = False
    _has_begun = False

    def __init__(self, context: Context, excerpts: ExcerptPlayer, kind: str) -> None:
        """Play nothing yet; `kind` is that of the work that is shown."""
        self._tasks, self._controller, self._excerpts, self._kind = context.tasks, context.controller, excerpts, kind
        self._ended = asyncio.Event()
        self._fault: str | None = None
        self.answered: Callable[[bool], None] = lambda _: self.enough()
        """Called with True for the key for next, and False for previous."""

    @contextmanager
    def waiting(self) -> Iterator[None]:
        """Let the loaded episode wait while the block runs; it goes on unless the listener plays something else."""
        controller, is_ending = self._controller, False
        was_playing = controller.playback.is_loaded and not controller.is_paused
        controller.set_paused(True)
        controller.interlude, self._has_begun = self, True
        try:
            yield
        except asyncio.CancelledError:
            is_ending = True  # the app: nobody is told, and nothing goes on
            raise
        finally:
            self._excerpts.stop()
            if not is_ending:
                self._tasks.show(self._kind, None)
            if not (is_ending or self.is_over):
                controller.interlude = None
                if was_playing:
                    controller.set_paused(False)

    @property
    def is_over(self) -> bool:
        """Whether the listener plays something else."""
        return self._has_begun and self._controller.interlude is not self

    def show(self, text: str, share: float | None = None, stop: Callable[[], object] | None = None) -> None:
        """Show what plays; the key that stops work calls `stop`, if given, or ends what plays."""
        self._tasks.show(self._kind, Job(text, share, stop or self.enough))

    async def wait_for(self, work: asyncio.Task[object], show: Callable[[], object]) -> bool:
        """Wait for work, or until it is enough, and `show` at times how far it is; return whether it is done."""
        self._ended.clear()
        enough = asyncio.ensure_future(self._ended.wait())
        while not (await asyncio.wait((work, enough), timeout=LATE, return_when=asyncio.FIRST_COMPLETED))[0]:
            show()
        enough.cancel()
        return work.done()

    async def hear(self, clip: Clip | str) -> str | None:
        """Play a clip, or a file, to its end or until it is enough; return what went wrong, if anything."""
        self._ended.clear()
        self._fault = None
        if isinstance(clip, str):
            self._excerpts.play_file(clip, self.is_paused, self._has_ended)
        else:
            index = self._controller.library.index(clip.episode.id)
            speed = 1.0 if index is None else self._controller.mixer.speed_rule(index)
            await self._excerpts.play(*clip, self._has_ended, speed)
        if self.is_paused:
            self._excerpts.set_paused(True)
        await self._ended.wait()
        return self._fault

    def enough(self) -> None:
        """End what plays, and the pause."""
        self.is_paused = False
        self._excerpts.stop()
        self._has_ended(None)

    def set_paused(self, is_paused: bool) -> None:
        """Pause or resume the excerpt."""
        self.is_paused = is_paused
        self._excerpts.set_paused(is_paused)

    def answer(self, is_known: bool) -> None:
        """Take the listener's answer, and whether it was known."""
        self.answered(is_known)

    def _has_ended(self, fault: str | None) -> None:
        self._fault = fault
        self._ended.set()
