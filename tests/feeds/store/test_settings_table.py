"""The settings of a podcast are stored beside its feed."""

from __future__ import annotations

import json
import time

from tests.feeds.store.making import DAY, FIRST
from tui_pod.core.library.podcast_settings import PodcastSettings
from tui_pod.feeds.formats.opml import Entry
from tui_pod.feeds.store.feed_store import FeedStore


def test_settings_are_kept_with_the_feed_and_its_backup(store: FeedStore) -> None:
    before = store.generation
    store.configure(FIRST, {"speed": "1.2", "keep": "0", "folder": "News", "name": "Mine"})
    store.configure(FIRST, {"keep": "3"})
    wanted = PodcastSettings(name="Mine", folder=(("News",),), speed=1.2, keep=3)
    assert store.feeds()[0].settings == wanted
    assert store.generation != before
    store.db.close()
    store.db.file.unlink()
    assert store.feeds()[0].settings == wanted


def test_settings_go_with_the_feed(store: FeedStore) -> None:
    store.configure(FIRST, {"speed": "1.2"})
    store.remove(FIRST)
    store.purge(time.time() + DAY)
    store.subscribe([Entry(FIRST)])
    assert store.feeds()[0].settings == PodcastSettings()


def test_settings_of_a_newer_program_stay(store: FeedStore) -> None:
    texts = '{"speed": "1.2", "mood": "calm"}'
    with store.db.write() as db:
        db.execute("INSERT INTO settings VALUES (?, ?, 0)", (FIRST, texts))
    store.configure(FIRST, {"speed": "1.5"})
    with store.db.read() as db:
        assert json.loads(db.execute("SELECT texts FROM settings").fetchone()[0]) == {"speed": "1.5", "mood": "calm"}
