"""Feeds and items to store."""

from tui_pod.shelf.feed_store import FeedStore
from tui_pod.shelf.published import Published, PublishedItem

FIRST = "https://cast.example.org/feed.xml"


NOW = 1_767_225_600.0  # 1 January 2026


DAY = 86_400.0


def make_item(n: int, **changes: object) -> PublishedItem:
    item = PublishedItem(guid=f"g{n}", title=f"Title {n}", audio=f"https://c.org/{n}.mp3", published=NOW - n)
    return item._replace(**changes)  # type: ignore[arg-type]


def make_feed(*items: PublishedItem, **changes: object) -> Published:
    return Published("Cast", items)._replace(**changes)  # type: ignore[arg-type]


def titles(store: FeedStore) -> list[str]:
    with store.db.read() as db:
        return [row[0] for row in db.execute("SELECT title FROM episodes ORDER BY sort DESC, place DESC")]
