"""The commands `server add`, `list` and `remove`: servers with libraries of books and podcasts."""

from __future__ import annotations

from argparse import Namespace
from datetime import UTC, datetime

from tui_pod.cli.podcasts.subscriptions import on_store
from tui_pod.cli.shared import print_json
from tui_pod.core.text.clean import clean
from tui_pod.shelf.feed_store import FeedStore
from tui_pod.shelf.subscription import Subscription
from tui_pod.sources.table import servers, source_of


@on_store
def run_list(store: FeedStore, options: Namespace) -> None:
    """Print the servers."""
    rows = [_row(store, feed) for feed in servers(store)]
    if options.json:
        print_json(rows)
        return
    for row in rows:
        print(*("" if value is None else value for value in row.values()), sep="\t")


def _row(store: FeedStore, feed: Subscription) -> dict[str, object]:
    user = store.logins.user_of(feed.feed_id)
    fetched = None if feed.fetched is None else datetime.fromtimestamp(feed.fetched, UTC).isoformat(timespec="seconds")
    return {
        "address": source_of(feed.address).shown(feed.address),
        "user": user and clean(user, 80),
        "episodes": feed.episodes,
        "refreshed": fetched,
        "error": feed.trouble,
    }
