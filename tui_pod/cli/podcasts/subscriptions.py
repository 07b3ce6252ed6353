"""What commands about podcasts share: the database of subscriptions, those that options name, and their logins.

A password is never printed.
"""

from __future__ import annotations

from argparse import Namespace
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import wraps

from tui_pod.cli.shared import warn
from tui_pod.config.paths import find_paths
from tui_pod.shelf.feed_store import FeedStore


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
