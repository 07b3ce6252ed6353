"""Read a server's libraries into the database of podcasts: only what has changed since the last time.

The list of a library comes in pages, each with a mark of its contents. If no mark has changed, nothing has. Otherwise
the list shows which books and podcasts are new, changed or gone, and only these are requested in full.
"""

from __future__ import annotations

from typing import Any

from tui_pod.core.text.clean import clean, clean_title
from tui_pod.net.fetch import FetchError
from tui_pod.net.login import Login
from tui_pod.runtime.threads import CancelToken
from tui_pod.shelf.feed_store import FeedStore, Stored
from tui_pod.shelf.published import FeedError
from tui_pod.shelf.shelves import KnownServer, ServerLibrary, finish, read_known, store_found
from tui_pod.shelf.subscription import Subscription
from tui_pod.sources.podcasts.json_feed import tables
from tui_pod.sources.servers.client import Reply, ServerLogin, ask, to_base
from tui_pod.sources.servers.items import ident_of, number, text, to_found, to_listed

PAGE = 1_000
"""Books or podcasts in a page of a list, about 1.3 kB each."""

IN_FULL = 100
"""How many are requested in full at once; a book of 30 files is 60 kB."""

MAX_PAGES = 500
"""Maximum number of pages of a library that are read."""

MAX_LIBRARIES = 100
MAX_COLLECTIONS = 1_000


def server_logins(store: FeedStore, feed_id: str) -> tuple[Login, ...]:
    """Return the logins of a server, which get tokens from it. Raises FetchError: they cannot be read."""
    feed, tokens = store.find(feed_id), store.logins.tokens
    base = to_base(feed.address if feed is not None else feed_id)
    found = store.logins.of(feed_id)
    return tuple(ServerLogin(one.origin, one.user, one.password, one.over_http, base, tokens) for one in found)


def server_login(store: FeedStore, feed: Subscription) -> Login:
    """Return the login of a server. Raises FetchError if there is none, or it cannot be read."""
    found = server_logins(store, feed.feed_id)
    if not found:
        said = f"There is no login for {to_base(feed.address)}. To give it: tui-pod server add {to_base(feed.address)}"
        raise FetchError(said, is_final=True)
    return found[0]


def list_libraries(base: str, login: Login, cancel: CancelToken | None = None) -> list[dict[str, Any]]:
    """Return the libraries that the listener may use. Raises FetchError, or FeedError if it is no such server."""
    data = ask(base, "GET", "/api/libraries", login, cancel=cancel).checked().data
    if not isinstance(data, dict) or not isinstance(data.get("libraries"), list):
        raise FeedError("The server's answer about its libraries cannot be read; is this Audiobookshelf?")
    return [each for each in tables(data["libraries"], MAX_LIBRARIES) if ident_of(each.get("id"))]


class ServerReader:
    """Reads one server once."""

    def __init__(self, store: FeedStore, feed: Subscription, cancel: CancelToken) -> None:
        self._store, self._feed, self._cancel = store, feed, cancel
        self._base, self._login = to_base(feed.address), server_login(store, feed)
        self._known: KnownServer = read_known(store, feed.feed_id)
        self._is_changed = False
        self._gone = set[str]()

    def refresh(self) -> Stored:
        """Store what has changed on a server; what it no longer has is hidden.

        Raises:
            FetchError: it does not answer, or rejects the login; what was stored until then stays.
            FeedError: its answer cannot be read.
        """
        before = sum(map(len, self._known.episodes.values()))
        libraries = []
        for entry in list_libraries(self._base, self._login, self._cancel):
            ident = ident_of(entry.get("id"))
            library = self._known.libraries.get(ident) or ServerLibrary(ident, "")
            library.name = clean_title(text(entry.get("name")))
            self._read_library(library)
            if entry.get("mediaType") == "book":
                self._read_collections(library)
            libraries.append(library)
        there = {library.ident for library in libraries}
        self._gone |= {item for item, (library, _) in self._known.marks.items() if library not in there}
        return finish(self._store, self._known, libraries, self._gone, before, self._is_changed)

    def _get(self, path: str, etag: str = "") -> Reply:
        headers = {"If-None-Match": etag} if etag else {}
        reply = ask(self._base, "GET", path, self._login, headers=headers, cancel=self._cancel).checked()
        if reply.status != 304 and not (isinstance(reply.data, dict) and isinstance(reply.data.get("results"), list)):
            raise FeedError(f"The server's answer to {clean(path.partition('?')[0], 80)} cannot be read.")
        return reply

    def _read_library(self, library: ServerLibrary) -> None:
        pages = self._read_pages(library)
        if pages is None:
            return
        listed = {
            found.ident: found.mark
            for page in pages
            for entry in tables(page.data["results"])
            if (found := to_listed(entry)) is not None
        }
        known = {item: mark for item, (owner, mark) in self._known.marks.items() if owner == library.ident}
        changed = [item for item, mark in listed.items() if known.get(item) != mark]
        missing = 0
        for first in range(0, len(changed), IN_FULL):
            ids = changed[first : first + IN_FULL]
            missing += len(ids) - self._read_in_full(library, ids, listed)
        totals = {number(page.data.get("total")) for page in pages}
        is_whole = totals == {sum(len(page.data["results"]) for page in pages)}
        if is_whole:  # otherwise it changed between two pages
            self._gone |= known.keys() - listed.keys()
        library.etags = [page.etag for page in pages] if is_whole and not missing else []

    def _read_pages(self, library: ServerLibrary) -> list[Reply] | None:
        """Return all pages of a library's list; None if it has not changed."""
        path = f"/api/libraries/{library.ident}/items?limit={PAGE}&minified=1&sort=addedAt&page="
        pages = list[Reply]()
        count = len(library.etags) or 1
        while len(pages) < count:
            etag = library.etags[len(pages)] if len(pages) < len(library.etags) else ""
            page = self._get(f"{path}{len(pages)}", etag)
            pages.append(page)
            if page.status != 304:
                total = number(page.data.get("total"), PAGE * MAX_PAGES)
                if total is None:
                    raise FeedError(f"The server's list of {library.name} cannot be read.")
                count = max(1, -(-int(total) // PAGE))
        if all(page.status == 304 for page in pages):
            return None
        return [self._get(f"{path}{place}") if page.status == 304 else page for place, page in enumerate(pages[:count])]

    def _read_in_full(self, library: ServerLibrary, ids: list[str], marks: dict[str, str]) -> int:
        """Store these books or podcasts; return how many the server gave."""
        data = {"libraryItemIds": ids}
        reply = ask(self._base, "POST", "/api/items/batch/get", self._login, data, cancel=self._cancel).checked()
        if not isinstance(reply.data, dict):
            raise FeedError(f"The server's answer about {library.name} cannot be read.")
        found = [to_found(entry, self._base) for entry in tables(reply.data.get("libraryItems"))]
        asked = [(each, marks[each.ident]) for each in found if each is not None and each.ident in ids]
        store_found(self._store, self._feed.feed_id, self._known, library, asked)
        self._is_changed = self._is_changed or bool(asked)
        return len(asked)

    def _read_collections(self, library: ServerLibrary) -> None:
        path = f"/api/libraries/{library.ident}/collections?minified=1"
        reply = self._get(path, library.collections_etag)
        if reply.status == 304:
            return
        library.collections_etag = reply.etag
        library.collections = [
            (name, [ident for book in tables(each.get("books")) if (ident := ident_of(book.get("id")))])
            for each in tables(reply.data["results"], MAX_COLLECTIONS)
            if (name := clean(text(each.get("name"))))
        ]
