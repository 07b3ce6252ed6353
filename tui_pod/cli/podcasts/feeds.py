"""What the commands about podcasts and servers print: feeds, their settings, servers, OPML.

A password is never printed.
"""

from __future__ import annotations

import sys
from argparse import Namespace
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime

from tui_pod.cli.shared import Column, print_json, print_table, tell, warn
from tui_pod.config.paths import find_paths
from tui_pod.core.library.podcast_settings import to_texts
from tui_pod.core.text.clean import clean, counted, enumerated
from tui_pod.shelf.feed_store import FeedStore
from tui_pod.shelf.opml import write_opml
from tui_pod.shelf.subscription import Subscription
from tui_pod.sources.table import servers, shown_address, source_of


@contextmanager
def open_store(options: Namespace) -> Iterator[FeedStore]:
    """Open the database that the options name; its notices go to standard error.

    Raises:
        UserError: the subscriptions cannot be read or saved.
    """
    store = FeedStore(find_paths(options.state, options.config).data)
    try:
        yield store
    finally:
        warn(*store.db.notices)
        store.db.close()


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


def run_list(options: Namespace) -> None:
    """Print the podcasts."""
    with open_store(options) as store:
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
        "refreshed": _fetched(feed),
        "error": feed.error,
        "has_ended": feed.has_ended,
    }


def _fetched(feed: Subscription) -> str | None:
    return datetime.fromtimestamp(feed.fetched, UTC).isoformat(timespec="seconds") if feed.fetched else None


def run_set(options: Namespace) -> int:
    """Change settings of a podcast or book, all or none; print them if no change is given."""
    from tui_pod.cli.wishes import grant, place  # not for a shell that completes names
    from tui_pod.wishes.logins import find_choice

    status = 0
    if options.changes:
        status = grant(options, "podcasts.set", {"feed": place(options.feed), "changes": options.changes})
    if options.changes and not options.json:
        return status
    with open_store(options) as store:
        found = find_choice(store, options.feed)
    rows, texts = found.rows, found.texts
    if options.json:
        print_json({name: getattr(found.settings, name, texts[name]) for name in rows})
        return status
    columns = Column("setting"), Column("value", 12), Column("does", 24), Column("may be", 16)
    print_table(
        columns,
        [(name, texts[name] or f"({row.usual})", row.text, row.kind.allowed) for name, row in rows.items()],
    )
    return status


def run_servers(options: Namespace) -> None:
    """Print the servers."""
    with open_store(options) as store:
        rows = [_server_json(store, feed) for feed in servers(store)]
    if options.json:
        print_json(rows)
        return
    for row in rows:
        print(*("" if value is None else value for value in row.values()), sep="\t")


def _server_json(store: FeedStore, feed: Subscription) -> dict[str, object]:
    user = store.logins.user_of(feed.feed_id)
    return {
        "address": source_of(feed.address).shown(feed.address),
        "user": user and clean(user, 80),
        "episodes": feed.episodes,
        "refreshed": _fetched(feed),
        "error": feed.trouble,
    }
