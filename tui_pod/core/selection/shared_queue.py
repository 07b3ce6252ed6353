"""The queue that machines share, merged by entry (`list_entries`). What only a session has planned stays out of it."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from contextlib import suppress
from datetime import UTC, datetime
from typing import NamedTuple

from tui_pod.core.selection.queue import Queue
from tui_pod.core.wall_time import stamp_later

TABLE = "queue_shared"
"""Name of the table of the settings."""

MAX_TIMES = 500
"""How many changes are remembered with their time; the others count as made at the last change."""


class QueueNews(NamedTuple):
    """A change of the queue that a sync has brought."""

    generation: str
    """Identifies it; empty if there was none."""
    former: str
    """The one before it."""
    before: tuple[str, ...]
    after: tuple[str, ...]

    def put_into(self, queue: Queue, planned: Collection[str], seen: str) -> Queue:
        """Return a queue with this change; nothing is taken out if the change before it was not `seen`."""
        before = self.before if seen == self.former else ()
        own = own_entries(queue, planned, self.after)
        wanted = Queue(own).changed_as(Queue(before), Queue(self.after)).entries if own != before else self.after
        rows, here = iter(wanted), set(own)
        upcoming = [next(rows, "") if ident in here else ident for ident in queue.upcoming]
        upcoming = [ident for ident in (*upcoming, *rows) if ident]
        played = [ident for ident in queue.entries[: queue.cursor] if ident not in upcoming]
        return Queue((*played, *upcoming), len(played))


def own_entries(queue: Queue, planned: Collection[str], shared: Iterable[str]) -> tuple[str, ...]:
    """Return the upcoming entries without those that only a session has planned and no machine has queued."""
    left_out = set(planned).difference(shared)
    return tuple(ident for ident in queue.upcoming if ident not in left_out)


def changed_entries(before: Sequence[str], after: Sequence[str]) -> str:
    """Return what has changed in a queue: `2 added, 1 removed`, or `moved`; empty if nothing has."""
    counts = {"added": len({*after} - {*before}), "removed": len({*before} - {*after})}
    said = ", ".join(f"{count} {word}" for word, count in counts.items() if count)
    return said or ("moved" if tuple(before) != tuple(after) else "")


def noted(times: Iterable[str], before: Queue, after: Queue, now: datetime) -> list[str]:
    """Return the times of changes, as they are saved, with those of what was queued or taken out now.

    Each is later than the former change of the same entry, though the clock was set back.
    """
    changed, times = set(before.upcoming) ^ set(after.upcoming), list(times)
    kept, former = [text for text in times if text.partition(" ")[2] not in changed], read_times(times)
    new = ((stamp_later(former[ident], now) if ident in former else now, ident) for ident in sorted(changed))
    return [*kept, *(f"{time.isoformat()} {ident}" for time, ident in new)][-MAX_TIMES:]


def read_times(texts: Iterable[str]) -> dict[str, datetime]:
    """Return when episodes were queued or taken out last, as far as that was noted."""
    found = {}
    for text in texts:
        time, _, ident = text.partition(" ")
        with suppress(ValueError, OverflowError):
            found[ident] = datetime.fromisoformat(time).astimezone(UTC)
    return found
