"""Servers with libraries of books and podcasts, as a source; and how one is added, which needs a login.

The list of a library comes in pages, each with a mark of its contents. If no mark has changed, nothing has. Otherwise
the list shows which books and podcasts are new, changed or gone, and only these are requested in full. What the server
says about them becomes items of a feed, cleaned and checked.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from hashlib import blake2b
from itertools import chain
from json import dumps
from time import monotonic
from typing import Any, NamedTuple
from urllib.parse import unquote, urlsplit

from tui_pod.core.errors import UserError
from tui_pod.core.library.parts import Part, arrange
from tui_pod.core.library.values import to_number
from tui_pod.core.player.snapshot import MAX_CHAPTERS, Chapter
from tui_pod.core.text.clean import SUMMARY_LIMIT, clean, clean_title, enumerated, without_surrogates
from tui_pod.net.access import NetworkPolicy
from tui_pod.net.address import is_private, origin
from tui_pod.net.fetch import FetchError
from tui_pod.net.json_client import Reply, ask
from tui_pod.net.login import Login
from tui_pod.runtime.threads import CancelToken
from tui_pod.shelf.feed_store import FeedStore, Stored
from tui_pod.shelf.logins import KeptLogin
from tui_pod.shelf.opml import Entry
from tui_pod.shelf.published import FeedError, PublishedItem, Recording
from tui_pod.shelf.shelves import FullEntry, ItemTopic, KnownServer, ServerLibrary, finish, read_known, store_found
from tui_pod.shelf.subscription import Subscription
from tui_pod.sources.items import Enclosure, make_item, tables
from tui_pod.sources.servers.client import SCHEME, ServerLogin, checked, to_address, to_base, typed_bases
from tui_pod.sources.source import Check, EpisodeSource, RefreshResult

MAX_SECONDS = 10_000_000.0
"""Longest book that is believed, in seconds."""

MAX_TRACKS, MAX_EPISODES, MAX_SHELVES = 5_000, 50_000, 50
"""Maximum number of files of a book, episodes of a podcast, and series of a book that are read."""

_IDENT = re.compile(r"[A-Za-z0-9_-]{1,64}")


class ListEntry(NamedTuple):
    """An entry of a server's list."""

    ident: str
    mark: str
    """Changes with what the server says about it."""


class Page(NamedTuple):
    """What is kept of a page of a server's list."""

    entries: list[ListEntry]
    size: int
    """How many it has, with those that cannot be played."""
    total: int
    """How many the whole list has, as this page says."""
    etag: str


def table(value: object) -> dict[str, Any]:
    """Return an object of JSON; an empty one for anything else."""
    return value if isinstance(value, dict) else {}


def text(value: object) -> str:
    """Return a text of JSON; empty for anything else."""
    return without_surrogates(value) if isinstance(value, str) else ""


def number(value: object, most: float = MAX_SECONDS) -> float | None:
    """Return a number of JSON from 0 to `most`; None for anything else."""
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    return float(value) if is_number and 0 <= value <= most else None  # type: ignore[arg-type, operator]


def ident_of(value: object) -> str:
    """Return an id that can be part of a path; empty for anything else."""
    return value if isinstance(value, str) and _IDENT.fullmatch(value) else ""


def time_of(value: object) -> float | None:
    """Return seconds since 1970 from a server's milliseconds; None for anything else."""
    milliseconds = number(value, 1e15)
    return milliseconds / 1000 if milliseconds else None


def to_listed(entry: dict[str, Any]) -> ListEntry | None:
    """Return an entry of a list; None if it cannot be played."""
    ident = ident_of(entry.get("id"))
    if not ident or entry.get("isMissing") is True or entry.get("isInvalid") is True:
        return None
    said = dumps(entry, sort_keys=True, ensure_ascii=True).encode()
    return ListEntry(ident, blake2b(said, digest_size=8).hexdigest())


def to_page(reply: Reply, library: ServerLibrary) -> Page | None:
    """Return a page of a library's list; None if it has not changed. Raises FeedError: it is no list."""
    if reply.status == 304:
        return None
    total = number(reply.data.get("total"), PAGE * MAX_PAGES)
    if total is None:
        raise FeedError(f"The server's list of {library.name} cannot be read.")
    found = reply.data["results"][:PAGE]
    return Page([*filter(None, map(to_listed, tables(found)))], len(found), int(total), reply.etag)


def to_found(entry: dict[str, Any], base: str) -> FullEntry | None:
    """Return a book or podcast as a server describes it in full; None if its id is invalid."""
    ident, media = ident_of(entry.get("id")), table(entry.get("media"))
    if not ident:
        return None
    about, added = table(media.get("metadata")), time_of(entry.get("addedAt")) or 0.0
    cover = f"{base}/api/items/{ident}/cover?width=400&format=jpeg" if text(media.get("coverPath")) else None
    page = f"{base}/item/{ident}"
    if entry.get("mediaType") == "podcast":
        episodes = (_episode(each, ident, base, page, cover) for each in tables(media.get("episodes"), MAX_EPISODES))
        shelves: tuple[ItemTopic, ...] = (ItemTopic(clean_title(text(about.get("title")))),)
        return FullEntry(ident, tuple(item for item in episodes if item is not None), shelves, added)
    shelves = tuple(_series(about))
    parts = tuple(_parts(media.get("tracks"), ident, base))
    book = _book(media, about, ident, page, cover, parts)
    return FullEntry(ident, (book,) if book is not None else (), shelves, added)


def _book(
    media: dict[str, Any], about: dict[str, Any], ident: str, page: str, cover: str | None, parts: tuple[Part, ...]
) -> PublishedItem | None:
    if not parts:
        return None  # a book to read
    size = sum(int(number(table(file.get("metadata")).get("size"), 1e15) or 0) for file in tables(media.get("tracks")))
    audio = Enclosure(parts[0].audio, size=size or None)
    author, narrator = (", ".join(_names(about.get(name))) for name in ("authors", "narrators"))
    series = ", ".join(filter(None, map(_said, tables(about.get("series"), MAX_SHELVES))))
    line = " · ".join(filter(None, dict.fromkeys((clean(text(about.get("subtitle"))), author, narrator, series))))
    year = clean(text(about.get("publishedYear")), 20)
    raw = PublishedItem(
        ident,
        text(about.get("title")),
        link=page,
        duration=parts[-1].end,
        marks=_chapters(media.get("chapters")),
        is_explicit=about.get("explicit") is True,
        picture=cover,
        recording=Recording(ident, author, narrator, series, year, parts[1:] and parts),
    )
    return _described(raw, text(about.get("description")), audio, line)


def _episode(entry: dict[str, Any], ident: str, base: str, page: str, cover: str | None) -> PublishedItem | None:
    own = ident_of(entry.get("id"))
    audio = _audio(table(entry.get("audioTrack")) or table(entry.get("audioFile")), ident, base)
    if not own or audio is None:
        return None
    kind = text(entry.get("episodeType"))
    raw = PublishedItem(
        f"{ident}/{own}",
        text(entry.get("title")),
        link=page,
        published=time_of(entry.get("publishedAt")),
        duration=number(entry.get("duration")) or None,
        marks=_chapters(entry.get("chapters")),
        season=to_number(text(entry.get("season"))),
        number=to_number(text(entry.get("episode"))),
        type=kind if kind in ("trailer", "bonus") else None,
        picture=cover,
        recording=Recording(ident),
    )
    return _described(raw, text(entry.get("description")), audio, text(entry.get("subtitle")))


def _described(raw: PublishedItem, description: str, audio: Enclosure, line: str) -> PublishedItem | None:
    item = make_item(raw, [description], audio, subtitle=line)
    if item is None or not line or not description:
        return item
    return item._replace(summary=clean(f"{line} — {item.summary}", SUMMARY_LIMIT))


def _parts(tracks: object, ident: str, base: str) -> tuple[Part, ...]:
    """Return the files of a book; those without an id or a length cannot be part of it."""
    named = ((file, _audio(file, ident, base)) for file in tables(tracks, MAX_TRACKS))
    return arrange(
        Part(audio.address, audio.duration, clean(text(table(file.get("metadata")).get("filename")).rpartition(".")[0]))
        for file, audio in named
        if audio is not None and audio.duration is not None
    )


def _audio(file: dict[str, Any], ident: str, base: str) -> Enclosure | None:
    """Return a file that is part of an item; None if it has no valid id."""
    size, ino = number(table(file.get("metadata")).get("size"), 1e15), ident_of(file.get("ino"))
    if not ino:
        return None
    duration = number(file.get("duration")) or None
    return Enclosure(f"{base}/api/items/{ident}/file/{ino}", duration=duration, size=int(size or 0) or None)


def _series(about: dict[str, Any]) -> Iterator[ItemTopic]:
    for each in tables(about.get("series"), MAX_SHELVES):
        name = clean(text(each.get("name")))
        found = re.match(r"\s*(\d{1,6}(?:\.\d{1,6})?)", text(each.get("sequence")))
        if name:
            yield ItemTopic(name, float(found[1]) if found else 1e9)


def _said(series: dict[str, Any]) -> str:
    name, sequence = clean(text(series.get("name"))), clean(text(series.get("sequence")), 20)
    return f"{name} #{sequence}" if name and sequence else name


def _names(value: object) -> list[str]:
    """Return the names in a list of texts, or of objects with a name."""
    found = value[:MAX_SHELVES] if isinstance(value, list) else []
    names = (clean(text(each) or text(table(each).get("name"))) for each in found)
    return [name for name in names if name]


def _chapters(value: object) -> tuple[Chapter, ...]:
    found = ((number(each.get("start")), text(each.get("title"))) for each in tables(value, MAX_CHAPTERS))
    marks = {start: Chapter(start, clean(title)) for start, title in found if start is not None}
    return tuple(marks[start] for start in sorted(marks))


PAGE = 1_000
"""Books or podcasts in a page of a list, about 1.3 kB each."""

IN_FULL = 100
"""How many are requested in full at once; a book of 30 files is 60 kB."""

MAX_PAGES = 500
"""Maximum number of pages of a library that are read."""

ALL_TOGETHER = 900.0
"""Seconds after which no further request is made for a refresh; what is missing comes with the next."""

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
    data = checked(ask(base, "GET", "/api/libraries", login, cancel=cancel))
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
        self._until = monotonic() + ALL_TOGETHER

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

    def _ask(self, method: str, path: str, data: object = None, headers: Mapping[str, str] | None = None) -> Reply:
        if monotonic() > self._until:
            raise FetchError("The server takes too long; the rest comes with the next refresh.")
        reply = ask(self._base, method, path, self._login, data, headers, cancel=self._cancel)
        checked(reply)
        return reply

    def _get(self, path: str, etag: str = "") -> Reply:
        reply = self._ask("GET", path, headers={"If-None-Match": etag} if etag else {})
        if reply.status != 304 and not (isinstance(reply.data, dict) and isinstance(reply.data.get("results"), list)):
            raise FeedError(f"The server's answer to {clean(path.partition('?')[0], 80)} cannot be read.")
        return reply

    def _read_library(self, library: ServerLibrary) -> None:
        pages = self._read_pages(library)
        if pages is None:
            return
        listed = dict(chain.from_iterable(page.entries for page in pages))
        known = {item: mark for item, (owner, mark) in self._known.marks.items() if owner == library.ident}
        changed = [item for item, mark in listed.items() if known.get(item) != mark]
        missing = 0
        for first in range(0, len(changed), IN_FULL):
            ids = changed[first : first + IN_FULL]
            missing += len(ids) - self._read_in_full(library, ids, listed)
        is_whole = {page.total for page in pages} == {sum(page.size for page in pages)}
        if is_whole:  # otherwise it changed between two pages
            self._gone |= known.keys() - listed.keys()
        library.etags = [page.etag for page in pages] if is_whole and not missing else []

    def _read_pages(self, library: ServerLibrary) -> list[Page] | None:
        """Return all pages of a library's list; None if it has not changed."""
        path = f"/api/libraries/{library.ident}/items?limit={PAGE}&minified=1&sort=addedAt&page="
        pages = list[Page | None]()  # None: it has not changed
        count = len(library.etags) or 1
        while len(pages) < count:
            etag = library.etags[len(pages)] if len(pages) < len(library.etags) else ""
            page = to_page(self._get(f"{path}{len(pages)}", etag), library)
            pages.append(page)
            if page is not None:
                count = max(1, -(-page.total // PAGE))
        if not any(pages):
            return None
        read = (page or to_page(self._get(f"{path}{place}"), library) for place, page in enumerate(pages[:count]))
        return list(filter(None, read))

    def _read_in_full(self, library: ServerLibrary, ids: list[str], marks: dict[str, str]) -> int:
        """Store these books or podcasts; return how many the server gave."""
        reply = self._ask("POST", "/api/items/batch/get", data={"libraryItemIds": ids})
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

    def servers_at(self, typed: str) -> list[str]:
        """Return the addresses on the web that are typed."""
        return typed_bases(typed)

    def log_in(self, store: FeedStore, typed: str, user: str, password: str, command: str = "") -> tuple[str, str]:
        """Log in to a server and subscribe to it; its libraries are still to be read.

        A server that is here under another address, with the same account, is used under this one from now on.
        """
        base, libraries, account = _reach(store, typed_bases(typed), user, password)
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


def _here(store: FeedStore, libraries: set[str], account: str) -> Subscription | None:
    """Return the same server, recognised by its libraries, if this account was ever added under any address."""
    for feed in store.feeds(with_removed=True):
        if not feed.address.startswith(SCHEME):
            continue
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
    data = checked(ask(base, "GET", "/api/me", login))
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
