"""What commands about podcasts share: the database of subscriptions, and the podcasts in it that options name."""

from __future__ import annotations

from argparse import Namespace
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import wraps

from tui_pod.cli.shared import quoted, warn
from tui_pod.config.paths import find_paths
from tui_pod.core.errors import UserError
from tui_pod.core.text.clean import clean
from tui_pod.net.login import split_login
from tui_pod.shelf.feed_store import FeedStore
from tui_pod.shelf.subscription import Subscription
from tui_pod.sources.table import find_subscription


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


def on_store(command: Callable[[FeedStore, Namespace], int | None]) -> Callable[[Namespace], int | None]:
    """Make a command that takes its options alone from one that also takes the database."""

    @wraps(command)
    def run(options: Namespace) -> int | None:
        with open_store(options) as store:
            return command(store, options)

    return run


def named_feeds(store: FeedStore, texts: Sequence[str]) -> list[Subscription]:
    """Return the feeds with these addresses or titles, all or none.

    Raises:
        UserError: one of them is unknown.
    """
    found = [find_subscription(store, text) for text in texts]
    unknown = [clean(split_login(text).text, 100) for text, feed in zip(texts, found, strict=True) if feed is None]
    if unknown:
        raise UserError(f"no feed {quoted(unknown)}; nothing was changed. See: tui-pod feeds list")
    return [feed for feed in dict.fromkeys(found) if feed is not None]
