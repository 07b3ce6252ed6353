"""The settings of a podcast are stored beside its feed."""

import json
import time

from tests.shelf.making import DAY, FIRST
from tui_pod.core.library.podcast_settings import COURSE, PodcastSettings
from tui_pod.shelf import settings_table
from tui_pod.shelf.feed_store import FeedStore
from tui_pod.shelf.opml import Entry


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


def test_settings_of_the_course_are_read_with_those_of_feeds_by_their_time(store: FeedStore) -> None:
    with store.db.write() as db:
        assert settings_table.read_course(db) == PodcastSettings()
        settings_table.write(db, COURSE, {"hidden": "yes"}, 7.0)
        settings_table.write(db, FIRST, {"speed": "1.2", "keep": ""}, 0.0)
        assert settings_table.read_course(db).hidden
        assert settings_table.change_times(db) == {COURSE: 7.0}
        assert settings_table.stored_texts(db) == {FIRST: {"speed": "1.2"}}
        settings_table.write(db, FIRST, {"speed": ""}, 8.0)
        assert settings_table.stored_texts(db) == {}


def test_settings_of_a_list_are_those_that_are_set_and_valid() -> None:
    texts = json.dumps({"speed": "1.2", "keep": "", "level": 5, "mood": "calm", "skip_start": "soon"})
    assert settings_table.shared_texts(texts) == (("speed", "1.2"),)
    assert settings_table.shared_texts(None) == ()


def test_name_of_a_feed_is_the_listeners_if_it_differs_from_its_own() -> None:
    assert settings_table.read(None, "Mine", "Cast", '[["A", "B"]]') == PodcastSettings("Mine", (("A", "B"),))
    assert settings_table.read("{}", "Cast", "Cast", "[]") == PodcastSettings()


def test_settings_of_a_removed_feed_are_not_listed(store: FeedStore) -> None:
    store.configure(FIRST, {"speed": "1.2"})
    store.remove(FIRST)
    with store.db.read() as db:
        assert settings_table.stored_texts(db) == {}
