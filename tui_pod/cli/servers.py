"""The commands `server add`, `list` and `remove`: servers with libraries of books and podcasts."""

from __future__ import annotations

from argparse import Namespace
from datetime import UTC, datetime
from urllib.parse import urlsplit

from tui_pod.cli.podcasts.subscriptions import named_feeds, on_store
from tui_pod.cli.shared import ask, ask_password, load_config, print_json, tell, waiting
from tui_pod.core.errors import UserError
from tui_pod.core.text.clean import clean, counted, enumerated
from tui_pod.feeds.formats.opml import Entry
from tui_pod.feeds.net.access import PUBLIC
from tui_pod.feeds.net.address import is_private, origin
from tui_pod.feeds.net.connect import trust_certificates
from tui_pod.feeds.net.fetch import FetchError
from tui_pod.feeds.net.login import check_user
from tui_pod.feeds.refresh import refresh_feed
from tui_pod.feeds.servers.address import is_server, to_address, to_base, typed_bases
from tui_pod.feeds.servers.client import ServerLogin
from tui_pod.feeds.servers.items import text
from tui_pod.feeds.servers.library import list_libraries
from tui_pod.feeds.store.feed_store import FeedStore
from tui_pod.feeds.store.logins import KeptLogin
from tui_pod.feeds.store.subscription import Subscription
from tui_pod.runtime.passwords import password_from
from tui_pod.runtime.threads import CancelToken


@on_store
def run_add(store: FeedStore, options: Namespace) -> int:
    """Log in to a server, add it, and read its libraries; return 1 if they could not be read completely.

    Raises:
        UserError: it is no server of this kind, does not answer, or rejects the login. Nothing was added.
    """
    trust_certificates(load_config(options).settings.network.trusted_certificates)
    bases = typed_bases(options.url)
    if not bases:
        raise UserError(f"“{clean(options.url, 80)}” is not an http or https address.")
    user = "" if options.api_key else check_user(options.user or ask("User name: ") or "")
    command = options.password_command or ""
    secret = "API key: " if options.api_key else f"Password of {clean(user, 80)}: "
    password = password_from(command) if command else ask_password(secret)
    if not password:
        raise UserError("nothing was given to log in with")
    with waiting("logging in"):
        base, names = _reach(store, bases, user, password)
    feed_id, is_own = to_address(base), is_private(f"{base}/")
    store.logins.keep(KeptLogin(feed_id, origin(f"{base}/"), user, "" if command else password, command, is_own))
    store.subscribe([Entry(feed_id, urlsplit(base).netloc)])
    store.set_private_origin(feed_id, origin(f"{base}/") if is_own else None)
    tell(f"{base}: logged in; libraries: {enumerated(names) or 'none'}")
    (feed,) = named_feeds(store, [feed_id])
    with waiting("reading the libraries"):
        result = refresh_feed(store, feed, CancelToken(), PUBLIC)
    if result.error:
        raise UserError(result.error)
    tell(f"{counted(result.new)} added. Progress and bookmarks: tui-pod sync, and by themselves while the app runs")
    return 0


def _reach(store: FeedStore, bases: list[str], user: str, password: str) -> tuple[str, list[str]]:
    """Return the first server that answers, and the names of its libraries."""
    problem: FetchError | None = None
    for base in bases:
        is_own = is_private(f"{base}/")
        if base.startswith("http:") and not is_own:
            raise problem or UserError(f"{base} needs https; others could read the password on the way.")
        login = ServerLogin(origin(f"{base}/"), user, password, is_own, base, store.logins.tokens)
        try:
            login.forget()
            return base, [clean(text(each.get("name"))) for each in list_libraries(base, login)]
        except FetchError as error:
            if error.status is not None:  # it answers
                raise
            problem = problem or error
    assert problem is not None
    raise problem


@on_store
def run_list(store: FeedStore, options: Namespace) -> None:
    """Print the servers."""
    rows = [_row(store, feed) for feed in store.feeds() if is_server(feed.address)]
    if options.json:
        print_json(rows)
        return
    for row in rows:
        print(*("" if value is None else value for value in row.values()), sep="\t")


def _row(store: FeedStore, feed: Subscription) -> dict[str, object]:
    user = next((kept.user or "API key" for kept in store.logins.kept(feed.feed_id)), None)
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
    """Remove a server and its login. Raises UserError: there is no such server."""
    named = [*(to_address(base) for base in typed_bases(options.server)), options.server]
    feed = next((found for each in named if (found := store.find(each)) is not None and is_server(found.address)), None)
    if feed is None:
        raise UserError(f"no server {clean(options.server, 100)}. See: tui-pod server list")
    store.logins.forget(feed.feed_id)
    store.remove(feed.feed_id)
    tell(f"{feed.name}: removed")
