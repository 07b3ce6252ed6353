"""What wishes about podcasts share: the subscriptions that a listener names, and their logins.

A password is never shown.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from tui_pod.config.paths import embedded_catalog
from tui_pod.core.errors import UserError
from tui_pod.core.library.library import told_apart
from tui_pod.core.library.podcast_settings import COURSE
from tui_pod.core.text.clean import clean, fold
from tui_pod.library.catalog_files import read_catalog
from tui_pod.net.fetch import FetchError, LoginWanted
from tui_pod.net.file_address import typed_path
from tui_pod.net.login import Login, check_user, split_login
from tui_pod.services.caller import Kind
from tui_pod.services.podcasts.podcast_settings import PodcastChoice, choice_of
from tui_pod.shelf.library import read_feeds
from tui_pod.shelf.logins import KeptLogin
from tui_pod.shelf.subscription import Subscription
from tui_pod.sources.table import find_book, find_subscription, source_of

if TYPE_CHECKING:
    from tui_pod.services.caller import ThreadCaller
    from tui_pod.shelf.feed_store import FeedStore

LOGIN_KEYS = {
    "user": "User name of the login; asks for the password. An empty value removes the login",
    "password_command": "Command that prints the password",
    "http_login": "Whether to send the login over http, where others can read it: yes or no",
}
"""Keys of `feeds set` for the login; they are neither listed nor synced."""

OPENLY = "over http, where others can read it"


def named_feeds(store: FeedStore, texts: Sequence[str]) -> list[Subscription]:
    """Return the feeds with these addresses or titles, all or none. Raises UserError if one of them is unknown."""
    found = [find_subscription(store, text) for text in texts]
    unknown = [
        f"“{clean(split_login(text).text, 100)}”" for text, feed in zip(texts, found, strict=True) if feed is None
    ]
    if unknown:
        raise UserError(f"no feed {', '.join(unknown)}; nothing was changed. See: tui-pod feeds list")
    return [feed for feed in dict.fromkeys(found) if feed is not None]


def find_choice(store: FeedStore, text: str) -> PodcastChoice:
    """Return the podcast, book or course that a text names. Raises UserError if there is none."""
    feed = store.find(text)
    if feed is None and fold(text.strip()) in (COURSE, fold(_course_title())):
        return PodcastChoice(COURSE, _course_title(), store.course_settings())
    book = None if feed else find_book(store, text) or find_book(store, typed_path(text) or f"/{text}")
    if feed is None and book is None:
        shown = told_apart(read_feeds(store.db.file.parent).episodes)
        book = find_book(store, next((one.id for one in shown if fold(one.title) == fold(text.strip())), text))
    if book is not None:
        return PodcastChoice(book.id, book.title, book.settings, book.feed)
    (feed,) = named_feeds(store, [text]) if feed is None else [feed]
    return choice_of(store, feed)._replace(without=())


def _course_title() -> str:
    return read_catalog(embedded_catalog())[0].title


def ask_login(caller: ThreadCaller, wanted: LoginWanted, over_http: bool) -> Login:
    """Ask for the login that a server requires, and return it.

    `over_http` is True if the listener has already agreed to send it over http.

    Raises:
        FetchError: nobody can be asked, or the listener says no.
    """
    scheme, host, _ = wanted.origin
    needs_yes = scheme == "http" and not over_http
    if wanted.login and wanted.is_kept_back:
        if needs_yes and not caller.is_there:
            raise FetchError(f"{wanted} Add --http-login to send it anyway.")
        if needs_yes and caller.ask(f"{host} wants the login {OPENLY}. Send it?", Kind.YES) != "yes":
            raise FetchError("Nothing was sent.")
        return replace(wanted.login, origin=wanted.origin, over_http=True)
    if not caller.is_there:
        raise FetchError(f"{wanted} Give it as https://user:password@…")
    caller.warn(str(wanted))
    if needs_yes and caller.ask(f"The login would go {OPENLY}. Go on?", Kind.YES) != "yes":
        raise FetchError("Nothing was sent.")
    user = caller.ask(f"User name for {clean(host, 80)}:") or ""
    try:
        password = caller.ask("Password:", Kind.SECRET) or ""
        return Login(wanted.origin, check_user(user), password, over_http=scheme == "http")
    except UserError as error:
        raise FetchError(str(error)) from None


def set_login(caller: ThreadCaller, store: FeedStore, feed: Subscription, values: Mapping[str, str]) -> str:
    """Set the login of a podcast as the keys of `feeds set` say; return what was done.

    Raises:
        UserError: the values contradict each other, or the login cannot be saved.
    """
    if values.get("user") == "":
        store.logins.forget(feed.feed_id)
        return "its login is removed"
    if (server := source_of(feed.address).server(feed.address)) is None:
        raise UserError(f"{feed.name} has no server to log in to")
    kept = next((kept for kept in store.logins.kept(feed.feed_id) if kept.origin == server), None)
    user = values.get("user", kept.user if kept else "")
    if not user:
        raise UserError("there is no login yet: give user=NAME")
    login = (kept or KeptLogin(feed.feed_id, server, ""))._replace(user=check_user(user))
    if "password_command" in values:
        login = login._replace(password="", password_command=values["password_command"])
    elif "user" in values:
        asked = caller.ask(f"Password of {clean(user, 80)} at {clean(server[1], 80)}:", Kind.SECRET)
        login = login._replace(password=asked or "", password_command=None)
    if "http_login" in values:
        if values["http_login"] not in ("yes", "no"):
            raise UserError("http_login must be yes or no")
        login = login._replace(over_http=values["http_login"] == "yes")
    store.logins.keep(login)
    if server[0] == "http" and not login.over_http:
        return f"its login is saved, but not sent: it would go {OPENLY}. To send it: http_login=yes"
    return "its login is saved"
