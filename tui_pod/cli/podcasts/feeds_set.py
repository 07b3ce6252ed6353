"""The command `feeds set`: print and change the settings of one podcast."""

from __future__ import annotations

from argparse import Namespace

from tui_pod.cli.podcasts.logins import LOGIN_KEYS, set_login
from tui_pod.cli.podcasts.subscriptions import named_feeds, on_store
from tui_pod.cli.shared import print_json, print_table, tell
from tui_pod.cli.tables import Column
from tui_pod.config.paths import embedded_catalog
from tui_pod.core.errors import UserError
from tui_pod.core.library.podcast_settings import (
    COURSE,
    ROWS,
    PodcastSettings,
    SettingError,
    checked,
    split_pairs,
    to_texts,
)
from tui_pod.core.text.clean import fold
from tui_pod.feeds.store.feed_store import FeedStore
from tui_pod.library.catalog_files import read_catalog


def set_settings(store: FeedStore, options: Namespace) -> None:
    """Change settings of a podcast, all or none; print them if no change is given."""
    feed_id, name, settings = _find(store, options.feed)
    if not options.changes:
        _print(settings, feed_id == COURSE, options.json)
        return
    try:
        pairs = split_pairs(options.changes)
        login = {key: pairs.pop(key) for key in LOGIN_KEYS if key in pairs}
        changes = checked(pairs)
    except SettingError as error:
        raise UserError(f"{error}. Nothing was changed") from None
    if login:
        (feed,) = named_feeds(store, [feed_id])
        tell(f"{name}: {set_login(store, feed, login)}")
    if changes:
        if feed_id == COURSE and list(changes) != ["hidden"]:
            raise UserError("only hidden can be set for the course. Nothing was changed")
        store.configure(feed_id, changes)
        said = (f"{key} {text or f'default ({ROWS[key].usual})'}" for key, text in changes.items())
        tell(f"{name}: {', '.join(said)}")
    if options.json:
        _, _, settings = _find(store, feed_id)
        _print(settings, feed_id == COURSE, is_json=True)


run = on_store(set_settings)


def _find(store: FeedStore, text: str) -> tuple[str, str, PodcastSettings]:
    """Return id, name and settings of a podcast, or of the course."""
    feed = store.find(text)
    if feed is None and (fold(text.strip()) == COURSE or fold(text.strip()) == fold(_course_title())):
        return COURSE, _course_title(), store.course_settings()
    (feed,) = named_feeds(store, [text]) if feed is None else [feed]
    return feed.feed_id, feed.name, feed.settings


def _course_title() -> str:
    return read_catalog(embedded_catalog())[0].title


def _print(settings: PodcastSettings, is_course: bool, is_json: bool) -> None:
    names = ["hidden"] if is_course else list(ROWS)
    if is_json:
        print_json({name: getattr(settings, name) for name in names})
        return
    texts = to_texts(settings)
    columns = Column("setting"), Column("value", 12), Column("does", 24), Column("may be", 16)
    print_table(
        columns,
        [(name, texts[name] or f"({ROWS[name].usual})", ROWS[name].text, ROWS[name].kind.allowed) for name in names],
    )
