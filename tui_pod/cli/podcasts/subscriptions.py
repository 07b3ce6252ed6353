"""What commands about podcasts share: the database of subscriptions, those that options name, and their logins.

A password is never printed.
"""

from __future__ import annotations

from argparse import Namespace
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from functools import wraps

from tui_pod.cli.shared import ask, ask_password, ask_yes, is_someone_there, quoted, warn
from tui_pod.config.paths import find_paths
from tui_pod.core.errors import UserError
from tui_pod.core.text.clean import clean
from tui_pod.net.address import origin
from tui_pod.net.fetch import FetchError, LoginWanted
from tui_pod.net.login import Login, check_user, split_login
from tui_pod.shelf.feed_store import FeedStore
from tui_pod.shelf.logins import KeptLogin
from tui_pod.shelf.subscription import Subscription
from tui_pod.sources.table import find_subscription

LOGIN_KEYS = {
    "user": "User name of the login; asks for the password. An empty value removes the login",
    "password_command": "Command that prints the password",
    "http_login": "Whether to send the login over http, where others can read it: yes or no",
}
"""Keys of `feeds set` for the login; they are neither listed nor synced."""

OPENLY = "over http, where others can read it"


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
    """Return the feeds with these addresses or titles, all or none. Raises UserError if one of them is unknown."""
    found = [find_subscription(store, text) for text in texts]
    unknown = [clean(split_login(text).text, 100) for text, feed in zip(texts, found, strict=True) if feed is None]
    if unknown:
        raise UserError(f"no feed {quoted(unknown)}; nothing was changed. See: tui-pod feeds list")
    return [feed for feed in dict.fromkeys(found) if feed is not None]


def ask_login(wanted: LoginWanted, over_http: bool) -> Login:
    """Ask for the login that a server requires, and return it.

    `over_http` is True if the listener has already agreed to send it over http.

    Raises:
        FetchError: nobody can be asked, or the listener says no.
    """
    scheme, host, _ = wanted.origin
    needs_yes = scheme == "http" and not over_http
    if wanted.login and wanted.is_kept_back:
        if needs_yes and not is_someone_there():
            raise FetchError(f"{wanted} Add --http-login to send it anyway.")
        if needs_yes and not ask_yes(f"{host} wants the login {OPENLY}. Send it?"):
            raise FetchError("Nothing was sent.")
        return replace(wanted.login, origin=wanted.origin, over_http=True)
    if not is_someone_there():
        raise FetchError(f"{wanted} Give it as https://user:password@…")
    warn(str(wanted))
    if needs_yes and not ask_yes(f"The login would go {OPENLY}. Go on?"):
        raise FetchError("Nothing was sent.")
    user = ask(f"User name for {clean(host, 80)}: ") or ""
    try:
        return Login(wanted.origin, check_user(user), ask_password("Password: "), over_http=scheme == "http")
    except UserError as error:
        raise FetchError(str(error)) from None


def set_login(store: FeedStore, feed: Subscription, values: Mapping[str, str]) -> str:
    """Set the login of a podcast as `feeds set` says; return what was done.

    Raises:
        UserError: the values contradict each other, or the login cannot be saved.
    """
    if values.get("user") == "":
        store.logins.forget(feed.feed_id)
        return "its login is removed"
    server = origin(feed.address)
    kept = next((kept for kept in store.logins.kept(feed.feed_id) if kept.origin == server), None)
    user = values.get("user", kept.user if kept else "")
    if not user:
        raise UserError("there is no login yet: give user=NAME")
    login = (kept or KeptLogin(feed.feed_id, server, ""))._replace(user=check_user(user))
    if "password_command" in values:
        login = login._replace(password="", password_command=values["password_command"])
    elif "user" in values:
        login = login._replace(
            password=ask_password(f"Password of {clean(user, 80)} at {clean(server[1], 80)}: "), password_command=None
        )
    if "http_login" in values:
        if values["http_login"] not in ("yes", "no"):
            raise UserError("http_login must be yes or no")
        login = login._replace(over_http=values["http_login"] == "yes")
    store.logins.keep(login)
    if server[0] == "http" and not login.over_http:
        return f"its login is saved, but not sent: it would go {OPENLY}. To send it: http_login=yes"
    return "its login is saved"
