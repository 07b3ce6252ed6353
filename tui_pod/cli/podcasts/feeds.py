"""The commands about podcasts: feeds, import, export. They reach the network only for `add` and `refresh`."""

from __future__ import annotations

import sys
from argparse import Namespace
from collections import Counter
from datetime import UTC, datetime

from tui_pod.cli.podcasts.subscriptions import on_store, open_store
from tui_pod.cli.shared import (
    Column,
    print_json,
    print_table,
    tell,
    warn,
)
from tui_pod.core.library.podcast_settings import to_texts
from tui_pod.core.text.clean import counted, enumerated
from tui_pod.shelf.feed_store import FeedStore
from tui_pod.shelf.opml import write_opml
from tui_pod.shelf.subscription import Subscription
from tui_pod.sources.table import shown_address, source_of


def run_export(options: Namespace) -> None:
    """Print the subscriptions as OPML."""
    with open_store(options) as store:
        entries = store.entries()
        sys.stdout.write(write_opml(entry for entry in entries if source_of(entry.address).is_portable))
        left = Counter(source.noun for entry in entries if not (source := source_of(entry.address)).is_portable)
        if left:
            warn(f"{enumerated([counted(count, noun) for noun, count in left.items()])} left out")


def feed_names(options: Namespace) -> list[tuple[str, str]]:
    """Return each podcast's name and address, for a shell to complete."""
    with open_store(options) as store:
        return [(feed.name, shown_address(feed)) for feed in store.feeds()]


@on_store
def run_list(store: FeedStore, options: Namespace) -> None:
    """Print the podcasts."""
    feeds = store.feeds()
    if options.json:
        print_json([_feed_json(feed) for feed in feeds])
        return
    columns = (Column("address", 24), Column("title", 16), Column("episodes", is_right=True), Column("folders", 8),
               Column("error", 8))  # fmt: skip
    rows = (
        (shown_address(feed), feed.name, str(feed.episodes), ", ".join(map("/".join, feed.folders)), feed.trouble or "")
        for feed in feeds
    )
    print_table(columns, rows)
    if not feeds:
        tell("no podcasts yet; to add one: tui-pod feeds add ADDRESS, or tui-pod find WORD")


def _feed_json(feed: Subscription) -> dict[str, object]:
    fetched = datetime.fromtimestamp(feed.fetched, UTC).isoformat(timespec="seconds") if feed.fetched else None
    return {
        "address": shown_address(feed),
        "first": shown_address(feed, feed.feed_id),
        "title": feed.title,
        "folders": ["/".join(folder) for folder in feed.folders],
        "categories": ["/".join(category) for category in feed.categories],
        "shows_topics": feed.shows_categories,
        "keep": feed.settings.keep,
        "settings": {name: text for name, text in to_texts(feed.settings).items() if text},
        "episodes": feed.episodes,
        "refreshed": fetched,
        "error": feed.error,
        "has_ended": feed.has_ended,
    }
