"""Read a feed's document as if it came from one address."""

from tests.sources.server import feed
from tui_pod.shelf.published import Published, PublishedItem
from tui_pod.sources.podcasts.rss import parse_feed

BASE = "https://cast.example.org/shows/feed.xml"


def read(document: str | bytes, charset: str | None = None) -> Published:
    """Return the feed in a document."""
    return parse_feed(document.encode() if isinstance(document, str) else document, BASE, charset)


def only(inner: str) -> PublishedItem:
    """Return the one item that a feed with these fields has."""
    (found,) = read(feed(f"<item>{inner}</item>")).items
    return found
