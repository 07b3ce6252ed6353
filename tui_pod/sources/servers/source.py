"""Servers with libraries of books and podcasts, as a source; and how one is added, which needs a login."""

from __future__ import annotations

from typing import Any
from urllib.parse import unquote, urlsplit

from tui_pod.core.errors import UserError
from tui_pod.core.text.clean import clean, enumerated
from tui_pod.net.access import NetworkPolicy
from tui_pod.net.address import is_private, no_address, origin
from tui_pod.net.fetch import FetchError
from tui_pod.net.login import Login
from tui_pod.runtime.threads import CancelToken
from tui_pod.shelf.feed_store import FeedStore
from tui_pod.shelf.logins import KeptLogin
from tui_pod.shelf.opml import Entry
from tui_pod.shelf.published import FeedError
from tui_pod.shelf.shelves import read_known
from tui_pod.shelf.subscription import Subscription
from tui_pod.sources.servers.client import SCHEME, ServerLogin, ask, to_address, to_base, typed_bases
from tui_pod.sources.servers.library import ServerReader, ident_of, list_libraries, server_login, server_logins, text
from tui_pod.sources.source import Check, EpisodeSource, RefreshResult


class ServerSource(EpisodeSource):
    """Servers with libraries."""

    noun = "server"
    schemes = (f"{SCHEME}http", f"{SCHEME}https")
    is_portable = False
    hides_missing = keeps_progress = has_parts = True
    cannot_move = "add a server under its new address; it stays the same"

    def refresh(
        self, store: FeedStore, feed: Subscription, cancel: CancelToken, policy: NetworkPolicy
    ) -> RefreshResult:
        """Read the lists of its libraries, and in full only what has changed."""
        stored = ServerReader(store, feed, cancel).refresh()
        return RefreshResult(feed.feed_id, feed.name, stored.new, stored.has_changed)

    def shown(self, address: str) -> str:
        """Return its address on the web."""
        return to_base(address)

    def logins(self, store: FeedStore, feed_id: str) -> tuple[Login, ...]:
        """Return a login that gets tokens from the server."""
        return server_logins(store, feed_id)

    def check(self, store: FeedStore, feed: Subscription) -> Check:
        """Return whether it answers and takes the login, and how many libraries it has."""
        base = clean(to_base(feed.address), 100)
        try:
            libraries = list_libraries(to_base(feed.address), server_login(store, feed))
        except UserError as error:
            return False, str(error), f"try again, or log in anew: tui-pod server add {base}"
        return True, f"{base}: libraries: {len(libraries)}", ""


def added_servers(store: FeedStore, with_removed: bool = False) -> list[Subscription]:
    """Return the servers that the listener has added."""
    return [feed for feed in store.feeds(with_removed) if feed.address.startswith(SCHEME)]


def server_bases(typed: str) -> list[str]:
    """Return the addresses that a typed text may mean. Raises UserError if it means none."""
    bases = typed_bases(typed)
    if not bases:
        raise UserError(no_address(typed))
    return bases


def add_server(store: FeedStore, typed: str, user: str, password: str, command: str = "") -> tuple[str, str]:
    """Log in to a server and subscribe to it; its libraries are still to be read.

    A server that is here under another address, with the same account, is used under this one from now on.

    Args:
        user: empty if the password is an API key.
        password: tried now, and saved unless there is a command.
        command: prints the password from now on.

    Returns:
        The id of its feed, and a sentence that says what was found.

    Raises:
        UserError: it is no server of this kind, does not answer, or rejects the login. Nothing was added.
    """
    base, libraries, account = _reach(store, server_bases(typed), user, password)
    is_own, title = is_private(f"{base}/"), urlsplit(base).netloc
    here = _here(store, {ident_of(each.get("id")) for each in libraries}, account)
    known = here or store.find(to_address(base), with_removed=True)
    feed_id = known.feed_id if known is not None else to_address(base)
    if here is not None and to_base(here.address) != base:
        store.logins.forget(feed_id)
        store.move(feed_id, to_address(base, unquote(here.address.partition("#")[2])))
    elif _owner(store, feed_id, base) not in ("", account):
        feed_id, title = to_address(base, account), f"{title} ({account})"
    store.logins.keep(KeptLogin(feed_id, origin(f"{base}/"), user, "" if command else password, command, is_own))
    store.subscribe([Entry(feed_id, title)])
    store.set_private_origin(feed_id, origin(f"{base}/") if is_own else None)
    names = enumerated([clean(text(each.get("name"))) for each in libraries])
    said = f"{base}: logged in; libraries: {names or 'none'}"
    if here is not None and to_base(here.address) != base:
        said += f". It is the server that you added as {to_base(here.address)}, from now on under this address"
    return feed_id, said


def _here(store: FeedStore, libraries: set[str], account: str) -> Subscription | None:
    """Return the same server, recognised by its libraries, if this account was ever added under any address."""
    for feed in added_servers(store, with_removed=True):
        known = read_known(store, feed.feed_id).libraries.keys()
        if libraries & known and _owner(store, feed.feed_id, to_base(feed.address)) == account:
            return feed
    return None


def _owner(store: FeedStore, feed_id: str, base: str) -> str:
    """Return whose account a server was added with, before it was removed too; empty if that is not known."""
    kept = next(iter(store.logins.kept(feed_id)), None)
    if kept is None or kept.user:
        return kept.user.lower() if kept is not None else ""
    try:
        return next((_account(base, login) for login in server_logins(store, feed_id)), "")
    except (FetchError, FeedError):
        return ""


def _account(base: str, login: Login) -> str:
    """Return the user name of an account, which servers compare without regard to case; an API key has one too."""
    data = ask(base, "GET", "/api/me", login).checked().data
    return clean(text(data.get("username") if isinstance(data, dict) else "")).lower()


def _reach(store: FeedStore, bases: list[str], user: str, password: str) -> tuple[str, list[dict[str, Any]], str]:
    """Return the first server that answers, its libraries, and the name of the account."""
    problem: FetchError | None = None
    for base in bases:
        is_own = is_private(f"{base}/")
        if base.startswith("http:") and not is_own:
            raise problem or UserError(f"{base} needs https, since others could read the password on the way.")
        login = ServerLogin(origin(f"{base}/"), user, password, is_own, base, store.logins.tokens)
        try:
            login.forget()
            return base, list_libraries(base, login), _account(base, login) or user.lower()
        except FetchError as error:
            if error.status is not None:  # it answers
                raise
            problem = problem or error
    assert problem is not None
    raise problem


def user_of(store: FeedStore, feed: Subscription) -> str | None:
    """Return whose account a server was added with; None if its login is gone."""
    return next((kept.user or "API key" for kept in store.logins.kept(feed.feed_id)), None)
