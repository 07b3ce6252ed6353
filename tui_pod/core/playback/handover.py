"""Go on where another machine stopped: a newer position for the loaded episode, and asking for it before playing.

A paused episode moves at once; a playing one is offered the position. What plays on without a decision of the listener
is saved just after the value that it continues (`ProgressTracker.base`), so that a newer value of another machine wins.
It knows no network: `Others` asks, and calls back.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from functools import partial
from typing import NamedTuple, Protocol

from tui_pod.core.actions import key_of
from tui_pod.core.outcome import DONE, Outcome, refused
from tui_pod.core.playback.undo import Change, UndoHistory
from tui_pod.core.player.changes import ProgressChanged
from tui_pod.core.player.episode_player import EpisodePlayer
from tui_pod.core.player.snapshot import PlayerStatus
from tui_pod.core.player.state import PlaybackState
from tui_pod.core.progress.progress import Progress
from tui_pod.core.text.clean import clock, span

ASK_AFTER = timedelta(minutes=2)
"""Length of a pause after which the other machines are asked before playing continues."""

FRESH = timedelta(seconds=10)
"""The other machines are not asked again within this time."""

DECIDED_AFTER = 60.0
"""Seconds of playback after which this machine's position counts as chosen by the listener."""

WORTH_OFFERING = 10.0
"""Smallest distance in seconds of a position that is offered, or is announced if its machine is unknown."""


class Others(Protocol):
    """Asks the other machines for newer positions."""

    @property
    def is_asking(self) -> bool:
        """Whether an answer is awaited."""

    def ask(self) -> None:
        """Start asking, unless already under way; `Handover.go` follows within a second, `answered` may come later."""


class Offer(NamedTuple):
    """A position of another machine for what plays."""

    load: int
    position: float


class Handover:
    """Moves the loaded episode to newer positions from other machines."""

    def __init__(
        self, state: PlaybackState, player: EpisodePlayer, undo: UndoHistory, seek: Callable[[str, float], None]
    ) -> None:
        """Follow what `player` has loaded; `seek` moves an episode, loaded or not, to a position."""
        self._state = state
        self._player = player
        self._tracker = player.tracker
        self._undo = undo
        self._seek = seek
        self._others: Others | None = None
        self._then: Callable[[], None] | None = None
        self._offer: Offer | None = None
        self._announced: str | None = None  # the episode last announced

    def attach(self, others: Others) -> None:
        """Ask these from now on."""
        self._others, self._state.has_others = others, True

    # -- asking before playing -------------------------------------------------------------------------

    def ask_first(self, then: Callable[[], None]) -> None:
        """Run `then` after the other machines were asked, at once if nothing has paused for long."""
        if self._then is not None or self._others is None or not self._must_ask(self._others):
            self._then = None
            then()
            return
        self._then = then
        self._others.ask()

    @property
    def is_waiting(self) -> bool:
        """Whether something waits for the other machines."""
        return self._then is not None

    def cancel(self) -> bool:
        """Forget what waits for the other machines; return whether something did."""
        was_waiting, self._then = self._then is not None, None
        return was_waiting

    def go(self) -> None:
        """Run what waits: the other machines have answered, or take too long."""
        then, self._then = self._then, None
        if then is not None:
            then()

    def answered(self, is_complete: bool) -> None:
        """Note that the other machines have answered, and that what they know was received if `is_complete`."""
        if is_complete:
            self._state.answered_at = self._state.ports.clock()
            if self._tracker.offered is None:
                self._tracker.decide()
        self.go()

    def _must_ask(self, others: Others) -> bool:
        now, last, answered = self._state.ports.clock(), self._tracker.played_at, self._state.answered_at
        if self._state.playback.status is PlayerStatus.PLAYING or (last is not None and now - last <= ASK_AFTER):
            return False
        return others.is_asking or answered is None or not timedelta() <= now - answered < FRESH

    # -- a newer position ------------------------------------------------------------------------------

    @property
    def is_movable(self) -> bool:
        """Whether nothing is playing, so that a newer position is taken at once."""
        return self._player.is_paused or not self._state.playback.is_loaded

    def offer(self, progress: Progress) -> None:
        """Offer a newer position of the playing episode, once."""
        playback = self._state.playback
        offer = Offer(playback.load, self._reachable(progress))
        if offer != self._offer and abs(offer.position - playback.position) >= WORTH_OFFERING:
            self._offer, self._tracker.offered = offer, progress
            said, key = self._moved(playback.position, offer.position, progress), key_of("playback.take_over")
            self._state.ports.listener.tell(f"{said} · {key} goes there")

    def move(self, progress: Progress) -> None:
        """Move the paused or restored episode to a newer position in the index."""
        before, position, self._offer = self._state.playback.position, self._reachable(progress), None
        self._player.follow(position, progress.listened or progress.updated)
        self._announce(before, position, progress)

    def _reachable(self, progress: Progress) -> float:
        length = self._state.playback.duration
        return min(progress.position, length) if length else progress.position

    def _announce(self, before: float, position: float, progress: Progress) -> None:
        """Say that the episode moved, and make it undoable, unless another machine moves it little by little."""
        episode = self._state.playback.episode
        assert episode is not None
        is_known, self._announced = self._announced == episode, episode
        distance = abs(position - before)
        if distance < 1 or (distance < WORTH_OFFERING and (is_known or not progress.origin)):
            return
        self._undo.add(self._change(episode, before, position))
        said = self._moved(before, position, progress)
        self._state.ports.listener.tell(f"{said} · {key_of('undo')} goes back")

    def elsewhere(self, episode: str) -> str:
        """Return what another machine had last, such as `5:00, from laptop, 2 h ago`; empty if this one was last."""
        offered = self._tracker.offered if episode == self._state.playback.episode else None
        progress = offered or self._state.progress_index.get(episode)
        source = progress.source(self._state.ports.clock()) if progress is not None else ""
        return f"{'played' if progress.played else clock(progress.position)}, {source}" if progress and source else ""

    def take_over(self) -> Outcome:
        """Go to the position that was offered; can be undone."""
        offer, episode, before = self._offer, self._state.playback.episode, self._state.playback.position
        if offer is None or offer.load != self._state.playback.load or episode is None:
            return refused("No other machine has a newer position.")
        self._seek(episode, offer.position)
        self._player.set_made_in(offered.version if (offered := self._tracker.offered) is not None else "")
        self._offer = None
        self._undo.add(self._change(episode, before, offer.position))
        return DONE

    def advanced(self) -> None:
        """Note that the episode kept playing; after a while this confirms its position."""
        if self._tracker.undecided >= DECIDED_AFTER and not (self._others is not None and self._others.is_asking):
            self._tracker.decide()

    def paused(self) -> None:
        """Move an episode that was paused before its listener decided about an offer."""
        offered, offer = self._tracker.offered, self._offer
        if offered is not None and offer is not None and self._state.playback.status is PlayerStatus.PAUSED:
            self._tracker.settle()
            self.move(offered)
            self._state.ports.listener.show(ProgressChanged(frozenset(filter(None, (self._state.playback.episode,)))))

    def _change(self, episode: str, before: float, after: float) -> Change:
        label = _moved(before, after)
        return Change(label, partial(self._seek, episode, before), partial(self._seek, episode, after), sought=episode)

    def _moved(self, before: float, after: float, progress: Progress) -> str:
        source = progress.source(self._state.ports.clock())
        return ", ".join(filter(None, (_moved(before, after), source)))


def _moved(before: float, after: float) -> str:
    """Return a move in words, such as `4 min further`."""
    distance = abs(after - before)
    amount = f"{round(distance / 60)} min" if 60 <= distance < 3600 else span(distance)
    return f"{amount} {'further' if after >= before else 'back'}"
