"""Keep the addresses of covers, of feeds and of episodes that have one of their own."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence

from tui_pod.feeds.store.database import FeedDatabase


def store_pictures(db: sqlite3.Connection, pictures: Sequence[tuple[str, str | None]]) -> None:
    """Keep the addresses of covers, by the id of an episode or a feed; None: it has none."""
    db.executemany(
        "INSERT INTO pictures VALUES (?, ?) ON CONFLICT DO UPDATE SET address = excluded.address"
        " WHERE address IS NOT excluded.address",
        (row for row in pictures if row[1]),
    )
    db.executemany("DELETE FROM pictures WHERE id = ?", ((ident,) for ident, address in pictures if not address))


def picture_of(database: FeedDatabase, ident: str) -> str | None:
    """Return the address of the cover of an episode, else of its feed; None: neither has one."""
    with database.read() as db:
        row = db.execute(
            "SELECT coalesce(own.address, its.address) FROM episodes JOIN feeds ON feed = number"
            " LEFT JOIN pictures AS own ON own.id = episodes.id LEFT JOIN pictures AS its ON its.id = first"
            " WHERE episodes.id = ?",
            (ident,),
        ).fetchone()
    return row[0] if row else None
