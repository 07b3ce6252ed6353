"""How often sessions have offered a begun episode first, without the listener taking it."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import NamedTuple

from tui_pod.core.progress.progress_index import ProgressIndex

MOST = 3
"""How often in a row an episode is offered first; then it waits its turn like the others, until it is played again."""

MAX_KEPT = 200
"""How many episodes are remembered."""

KEY = "offers"
"""Key of the texts in the saved list's table."""


class _Offer(NamedTuple):
    times: int
    last: int
    """When it was offered or refused last, in seconds since 1970."""


class Offers:
    """The begun episodes that sessions have offered first."""

    def __init__(self, saved: object = ()) -> None:
        """Take what `texts` returned; faulty ones are ignored."""
        self._offers: dict[str, _Offer] = {}
        for text in saved if isinstance(saved, list) else ():
            count, last, ident = (*str(text).split(" ", 2), "", "")[:3]
            if ident and count.isdecimal() and last.isdecimal():
                self._offers[ident] = _Offer(int(count[:3]), int(last[:12]))

    @property
    def texts(self) -> list[str]:
        """What to save, a text an episode."""
        return [f"{count} {last} {ident}" for ident, (count, last) in self._offers.items()]

    def offer(self, episodes: Iterable[str], progress_index: ProgressIndex, now: datetime) -> None:
        """Count that a session offers these episodes first."""
        for ident in episodes:
            former = self._offers.pop(ident, None)
            count = 0 if former is None or _is_taken(ident, former, progress_index) else former.times
            self._offers[ident] = _Offer(count + 1, int(now.timestamp()))
        for oldest in list(self._offers)[:-MAX_KEPT]:
            del self._offers[oldest]

    def refuse(self, episodes: Iterable[str], now: datetime) -> None:
        """Count what was played of these episodes until now as not taken: the listener skipped or removed them."""
        for ident in episodes:
            if ident in self._offers:
                self._offers[ident] = self._offers[ident]._replace(last=int(now.timestamp()) + 1)

    def refused(self, progress_index: ProgressIndex) -> frozenset[str]:
        """Return the episodes that are not offered first any more."""
        often = ((ident, offer) for ident, offer in self._offers.items() if offer.times >= MOST)
        return frozenset(ident for ident, offer in often if not _is_taken(ident, offer, progress_index))


def _is_taken(ident: str, offer: _Offer, progress_index: ProgressIndex) -> bool:
    progress = progress_index.get(ident)
    return progress is not None and progress.listened is not None and progress.listened.timestamp() > offer.last
