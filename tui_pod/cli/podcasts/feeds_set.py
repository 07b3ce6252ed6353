"""The command `feeds set`: print and change the settings of one podcast or book."""

from __future__ import annotations

from argparse import Namespace

from tui_pod.cli.podcasts.subscriptions import LOGIN_KEYS, named_feeds, on_store, set_login
from tui_pod.cli.shared import Column, print_json, print_table, tell
from tui_pod.config.paths import embedded_catalog
from tui_pod.core.errors import UserError
from tui_pod.core.library.library import told_apart
from tui_pod.core.library.podcast_settings import COURSE, SettingError, checked, split_pairs, to_texts
from tui_pod.core.text.clean import fold
from tui_pod.library.catalog_files import read_catalog
from tui_pod.net.access import PUBLIC
from tui_pod.net.file_address import typed_path
from tui_pod.runtime.threads import CancelToken
from tui_pod.services.podcasts.podcast_settings import PodcastChoice
from tui_pod.shelf.feed_store import FeedStore
from tui_pod.shelf.library import read_feeds
from tui_pod.sources.folders.source import find_book
from tui_pod.sources.table import source_of


def set_settings(store: FeedStore, options: Namespace) -> None:
    """Change settings of a podcast or book, all or none; print them if no change is given."""
    found = _find(store, options.feed)
    rows = found.rows
    if not options.changes:
        _print(found, options.json)
        return
    try:
        pairs = split_pairs(options.changes)
        login = {key: pairs.pop(key) for key in LOGIN_KEYS if key in pairs}
        changes = checked(pairs, rows)
    except SettingError as error:
        raise UserError(f"{error}. Nothing was changed") from None
    if login:
        (feed,) = named_feeds(store, [found.id])
        tell(f"{found.name}: {set_login(store, feed, login)}")
    if changes:
        store.configure(found.id, changes)
        said = (f"{key} {text or f'default ({rows[key].usual})'}" for key, text in changes.items())
        tell(f"{found.name}: {', '.join(said)}")
    if "kind" in changes and (folder := store.find(found.podcast or found.id)) is not None:
        source_of(folder.address).refresh(store, folder, CancelToken(), PUBLIC)
    if options.json:
        _print(_find(store, found.id), is_json=True)


run = on_store(set_settings)


def _find(store: FeedStore, text: str) -> PodcastChoice:
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
    return PodcastChoice(feed.feed_id, feed.name, feed.settings)


def _course_title() -> str:
    return read_catalog(embedded_catalog())[0].title


def _print(found: PodcastChoice, is_json: bool) -> None:
    rows = found.rows
    if is_json:
        print_json({name: getattr(found.settings, name) for name in rows})
        return
    texts = to_texts(found.settings)
    columns = Column("setting"), Column("value", 12), Column("does", 24), Column("may be", 16)
    print_table(
        columns,
        [(name, texts[name] or f"({row.usual})", row.text, row.kind.allowed) for name, row in rows.items()],
    )
