"""The commands `server add`, `list` and `remove`: servers with libraries of books and podcasts."""

from __future__ import annotations

from argparse import Namespace
from datetime import UTC, datetime

from tui_pod.cli.podcasts.subscriptions import named_feeds, on_store
from tui_pod.cli.shared import ask, ask_password, load_config, print_json, tell, waiting
from tui_pod.core.errors import UserError
from tui_pod.core.text.clean import clean, counted
from tui_pod.net.access import PUBLIC
from tui_pod.net.connect import trust_certificates
from tui_pod.net.login import check_user
from tui_pod.runtime.passwords import password_from
from tui_pod.runtime.threads import CancelToken
from tui_pod.shelf.feed_store import FeedStore
from tui_pod.shelf.subscription import Subscription
from tui_pod.sources.refresh import refresh_feed
from tui_pod.sources.servers.client import to_base, typed_bases
from tui_pod.sources.servers.source import add_server, added_servers, server_bases


@on_store
def run_add(store: FeedStore, options: Namespace) -> int:
    """Log in to a server, add it, and read its libraries; return 1 if they could not be read completely.

    Raises:
        UserError: it is no server of this kind, does not answer, or rejects the login. Nothing was added.
    """
    trust_certificates(load_config(options).settings.network.trusted_certificates)
    server_bases(options.url)
    user = "" if options.api_key else check_user(options.user or ask("User name: ") or "")
    command = options.password_command or ""
    secret = "API key: " if options.api_key else f"Password of {clean(user, 80)}: "
    password = password_from(command) if command else ask_password(secret)
    if not password:
        raise UserError("no login was given")
    with waiting("logging in"):
        feed_id, said = add_server(store, options.url, user, password, command)
    tell(said)
    (feed,) = named_feeds(store, [feed_id])
    with waiting("reading the libraries"):
        result = refresh_feed(store, feed, CancelToken(), PUBLIC)
    if result.error:
        raise UserError(result.error)
    tell(f"{counted(result.new)} added. Progress and bookmarks: tui-pod sync, which asks first")
    return 0


@on_store
def run_list(store: FeedStore, options: Namespace) -> None:
    """Print the servers."""
    rows = [_row(store, feed) for feed in added_servers(store)]
    if options.json:
        print_json(rows)
        return
    for row in rows:
        print(*("" if value is None else value for value in row.values()), sep="\t")


def _user(store: FeedStore, feed: Subscription) -> str | None:
    return next((kept.user or "API key" for kept in store.logins.kept(feed.feed_id)), None)


def _row(store: FeedStore, feed: Subscription) -> dict[str, object]:
    user = _user(store, feed)
    fetched = None if feed.fetched is None else datetime.fromtimestamp(feed.fetched, UTC).isoformat(timespec="seconds")
    return {
        "address": to_base(feed.address),
        "user": user and clean(user, 80),
        "episodes": feed.episodes,
        "refreshed": fetched,
        "error": feed.trouble,
    }


@on_store
def run_remove(store: FeedStore, options: Namespace) -> None:
    """Remove a server and its login. Raises UserError: there is no such server, or there are several accounts."""
    bases, here = typed_bases(options.server), added_servers(store)
    found = [feed for feed in here if to_base(feed.address) in bases or options.server in (feed.title, feed.feed_id)]
    if options.user:
        found = [feed for feed in found if _user(store, feed) == options.user]
    if not found:
        raise UserError(f"no server {clean(options.server, 100)}. See: tui-pod server list")
    if len(found) > 1:
        raise UserError(f"{clean(options.server, 100)} has several accounts; name one with --user")
    (feed,) = found
    kept = store.logins.kept(feed.feed_id)
    store.logins.forget(feed.feed_id)
    for login in kept:  # whose it was: nobody else may come to this progress
        store.logins.keep(login._replace(password="", password_command=None))
    store.remove(feed.feed_id)
    tell(f"{feed.name}: removed")
