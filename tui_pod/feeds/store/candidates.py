"""The episodes of a podcast that can be downloaded by themselves, and those of which the listener wants no download."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from tui_pod.feeds.store.database import FeedDatabase
from tui_pod.feeds.store.episodes import serial_numbers, serial_order


class Candidate(NamedTuple):
    """An episode that can be downloaded."""

    id: str
    title: str
    summary: str
    audio: str


def candidates(database: FeedDatabase, feed_id: str) -> list[Candidate]:
    """Return the episodes of a feed, newest first; of a serial the numbered ones by number."""
    with database.read() as db:
        rows = db.execute(
            "SELECT id, episodes.title, summary, audio FROM episodes JOIN feeds ON feed = number"
            " WHERE first = ? AND place >= 0 AND audio LIKE 'http%' AND id NOT IN (SELECT id FROM unwanted)"
            " ORDER BY sort DESC, place DESC",
            (feed_id,),
        )
        found = {row[0]: Candidate(*row) for row in rows}
        return [found[ident] for ident in serial_order(list(found), serial_numbers(db))]


def set_unwanted(database: FeedDatabase, episodes: Iterable[str], is_unwanted: bool) -> None:
    """Note that the listener has removed the downloads of episodes, or wants them."""
    change = "INSERT OR IGNORE INTO unwanted VALUES (?)" if is_unwanted else "DELETE FROM unwanted WHERE id = ?"
    with database.write() as db:
        db.executemany(change, ((ident,) for ident in episodes))
