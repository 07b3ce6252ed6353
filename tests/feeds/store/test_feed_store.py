import contextlib
import json
import stat
import subprocess
import sys
import threading
import time
from dataclasses import replace
from pathlib import Path

import pytest

from tui_pod.core.library.podcast_settings import PodcastSettings
from tui_pod.core.player.snapshot import Chapter
from tui_pod.feeds.formats.model import Feed, Item
from tui_pod.feeds.formats.opml import Entry, parse_opml
from tui_pod.feeds.store import episodes
from tui_pod.feeds.store.database import FeedStoreError
from tui_pod.feeds.store.episodes import picture_of
from tui_pod.feeds.store.feed_store import FeedStore
from tui_pod.feeds.store.generation import generation
from tui_pod.feeds.store.library import read_feeds
from tui_pod.feeds.store.match import episode_id
from tui_pod.feeds.store.schema import SCHEMA

FIRST = "https://cast.example.org/feed.xml"
NOW = 1_767_225_600.0  # 1 January 2026
DAY = 86_400.0


def make_item(n: int, **changes: object) -> Item:
    item = Item(guid=f"g{n}", title=f"Title {n}", audio=f"https://c.org/{n}.mp3", published=NOW - n)
    return replace(item, **changes)  # type: ignore[arg-type]


def make_feed(*items: Item, **changes: object) -> Feed:
    return replace(Feed("Cast", items), **changes)  # type: ignore[arg-type]


@pytest.fixture
def store(tmp_path: Path) -> FeedStore:
    store = FeedStore(tmp_path / "data")
    store.subscribe([Entry(FIRST, "Cast", (("Science", "Physics"),))])
    return store


def titles(store: FeedStore) -> list[str]:
    with store.db.read() as db:
        return [row[0] for row in db.execute("SELECT title FROM episodes ORDER BY sort DESC, place DESC")]


def test_empty_store_opens_nothing(tmp_path: Path) -> None:
    store = FeedStore(tmp_path / "data")
    assert store.is_empty
    assert (store.feeds(), store.entries(), store.details("x"), store.find("x")) == ([], [], None, None)
    assert not (tmp_path / "data").exists()


def test_subscribing_twice_is_one_feed_under_all_its_folders(store: FeedStore) -> None:
    assert store.subscribe([Entry(FIRST, "", (("News",),)), Entry("https://b.org/f")]) == (1, 1)
    assert [(feed.feed_id, feed.folders) for feed in store.feeds()] == [
        (FIRST, (("Science", "Physics"), ("News",))),
        ("https://b.org/f", ()),
    ]


def test_files_are_private(store: FeedStore) -> None:
    store.subscribe([Entry("https://b.org/f")])
    assert [stat.S_IMODE(file.stat().st_mode) for file in (store.db.file, store.db.backup)] == [0o600, 0o600]


def test_episodes_keep_their_ids_and_nothing_is_forgotten(store: FeedStore) -> None:
    store.store(FIRST, make_feed(make_item(1), make_item(2)), now=NOW)
    stored = store.store(FIRST, make_feed(make_item(0), make_item(1, title="Better")), now=NOW)
    assert (stored.new, stored.has_changed) == (1, True)
    assert titles(store) == ["Title 0", "Better", "Title 2"]
    assert store.episode_ids(FIRST) == [episode_id(FIRST, guid) for guid in ("g0", "g1", "g2")]


def test_same_feed_again_changes_nothing(store: FeedStore) -> None:
    feed = make_feed(make_item(1, marks=(Chapter(1.0, "a"),), keywords=("x",), notes="<p>n"), categories=(("A", "B"),))
    store.store(FIRST, feed, now=NOW)
    before = generation(store.db.file)
    assert store.store(FIRST, feed, etag='"2"', now=NOW + 9).has_changed is False
    store.touch(FIRST)
    store.fail(FIRST, "offline")
    assert generation(store.db.file) == before
    assert store.feeds()[0].error == "offline"


INTRUDER = "import sqlite3, sys; sqlite3.connect(sys.argv[1], timeout=0).execute('BEGIN IMMEDIATE')"


def test_generation_is_told_amid_a_change_that_others_stay_out_of(store: FeedStore) -> None:
    with store.db.write() as db:
        db.execute("UPDATE feeds SET title = 'Ours'")
        assert generation(store.db.file) is not None
        command = [sys.executable, "-c", INTRUDER, str(store.db.file)]
        assert "database is locked" in subprocess.run(command, capture_output=True, text=True).stderr


def test_generation_is_told_by_the_file_alone(store: FeedStore) -> None:
    before = generation(store.db.file)
    store.store(FIRST, make_feed(make_item(1)), now=NOW)
    after = generation(store.db.file)
    with store.db.read() as db:
        assert after == (db.execute("PRAGMA user_version").fetchone()[0], SCHEMA)
    assert before != after
    assert generation(store.db.file.with_name("none")) is None


def test_order_without_dates_is_the_feeds_own(store: FeedStore) -> None:
    store.store(FIRST, make_feed(*(make_item(n, published=None) for n in (3, 2, 1))), now=NOW)
    store.store(FIRST, make_feed(*(make_item(n, published=None) for n in (5, 4, 3, 2))), now=NOW + 9)
    assert titles(store) == [f"Title {number}" for number in (5, 4, 3, 2, 1)]


def test_order_undated_item_stays_with_its_neighbours(store: FeedStore) -> None:
    items = [make_item(n, published=None if n == 2 else NOW - n * DAY) for n in (1, 2, 3)]
    store.store(FIRST, make_feed(*items), now=NOW)
    assert titles(store) == ["Title 1", "Title 2", "Title 3"]


def test_order_dates_in_the_far_future_are_not_believed(store: FeedStore) -> None:
    store.store(FIRST, make_feed(make_item(1, published=NOW + 900 * DAY)), now=NOW)
    store.store(FIRST, make_feed(make_item(2, published=NOW + DAY)), now=NOW + DAY)
    assert titles(store) == ["Title 2", "Title 1"]


def test_removed_feed_comes_back_with_everything(store: FeedStore) -> None:
    store.store(FIRST, make_feed(make_item(1)), now=NOW)
    store.remove(FIRST)
    assert (store.feeds(), len(store.feeds(with_removed=True)), store.entries()) == ([], 1, [])
    assert parse_opml(store.db.backup.read_bytes()).entries == ()
    store.restore(FIRST)
    assert store.feeds()[0].episodes == 1
    store.remove(FIRST)
    store.subscribe([Entry(FIRST)])
    assert store.feeds()[0].episodes == 1


def test_picture_is_the_episodes_own_else_that_of_its_feed(store: FeedStore) -> None:
    own = replace(make_item(1), picture="https://c.org/1.jpg")
    store.store(FIRST, make_feed(own, make_item(2), picture="https://c.org/all.jpg"), now=NOW)
    first, second = episode_id(FIRST, "g1"), episode_id(FIRST, "g2")
    assert [picture_of(store.db, ident) for ident in (first, second, "other")] == [
        "https://c.org/1.jpg", "https://c.org/all.jpg", None,
    ]  # fmt: skip
    store.store(FIRST, make_feed(make_item(1), make_item(2)), now=NOW + 1)
    assert picture_of(store.db, first) is None


def test_purge_deletes_only_what_was_removed_before(store: FeedStore) -> None:
    store.subscribe([Entry("https://b.org/f")])
    store.store(FIRST, make_feed(make_item(1, notes="<p>n")), now=NOW)
    store.remove(FIRST)
    store.purge(NOW)
    assert len(store.feeds(with_removed=True)) == 2
    store.purge(NOW * 2)
    assert [feed.feed_id for feed in store.feeds(with_removed=True)] == ["https://b.org/f"]
    with store.db.read() as db:
        assert db.execute("SELECT (SELECT count(*) FROM episodes) + (SELECT count(*) FROM notes)").fetchone()[0] == 0


def test_move_keeps_ids_and_forgets_the_tags(store: FeedStore) -> None:
    store.store(FIRST, make_feed(make_item(1)), etag='"x"', now=NOW)
    store.move(FIRST, "https://new.org/feed")
    (feed,) = store.feeds()
    assert (feed.address, feed.feed_id, feed.etag) == ("https://new.org/feed", FIRST, "")
    store.store(FIRST, make_feed(make_item(1), make_item(2)), now=NOW)
    assert store.episode_ids(FIRST) == [episode_id(FIRST, "g1"), episode_id(FIRST, "g2")]
    assert store.find("https://new.org/feed") == store.find(FIRST) == store.find("cast") == store.feeds()[0]


def test_details_are_kept(store: FeedStore) -> None:
    store.set_private_origin(FIRST, ("http", "127.0.0.1", 80))
    item = make_item(1, notes="<p>n", link="https://x.org/", chapters="https://x.org/c", marks=(Chapter(2.0, "b"),))
    store.store(FIRST, make_feed(item), now=NOW)
    details = store.details(episode_id(FIRST, "g1"))
    assert details is not None
    assert (details.notes, details.marks, details.chapters) == ("<p>n", (Chapter(2.0, "b"),), "https://x.org/c")
    assert details.allowed == frozenset((("http", "127.0.0.1", 80),))
    assert store.details("nobody") is None


def test_size_that_the_feed_states_follows_it(store: FeedStore) -> None:
    ident = episode_id(FIRST, "g1")
    for stated in (1_000, 2_000, None):
        store.store(FIRST, make_feed(make_item(1, size=stated)), now=NOW)
        details = store.details(ident)
        assert details is not None
        assert details.size == stated


def test_numbers_kind_and_language_follow_the_feed(store: FeedStore) -> None:
    ident = episode_id(FIRST, "g1")
    for changes in ({"season": 1, "number": 2, "type": "bonus", "is_explicit": True}, {"number": 3}, {}):
        stored = store.store(FIRST, make_feed(make_item(1, **changes), language="de-at"), now=NOW)
        details = store.details(ident)
        assert details is not None
        found = {"season": details.season, "number": details.number, "type": details.type}
        assert {key: value for key, value in found.items() if value} == {
            k: v for k, v in changes.items() if v is not True
        }
        assert (bool(details.is_explicit), details.language, stored.has_changed) == ("type" in changes, "de-at", True)
    assert not store.store(FIRST, make_feed(make_item(1), language="de-at"), now=NOW).has_changed


def test_serial_is_in_the_order_of_seasons_and_numbers(store: FeedStore) -> None:
    numbers = {"a": (2, 1), "b": (1, 2), "c": (None, None), "d": (1, 1), "e": (None, 3)}  # newest first by date
    items = [
        make_item(n, guid=guid, title=guid, season=season, number=number)
        for n, (guid, (season, number)) in enumerate(numbers.items())
    ]
    for is_serial, wanted in ((False, "abcde"), (True, "aecbd")):
        store.store(FIRST, make_feed(*items, is_serial=is_serial), now=NOW)
        assert store.episode_ids(FIRST) == [episode_id(FIRST, guid) for guid in wanted]
        found = read_feeds(store.db.file.parent)
        course = [topic.episodes for topic in found.topics if topic.name.endswith("Cast")]
        assert course == [tuple(reversed(store.episode_ids(FIRST))) if is_serial else ()]
        assert "".join(episode.title for episode in found.episodes) == "abcde"


@pytest.mark.parametrize("way", ["list", "rename"])
def test_name_that_the_listener_gave_stays(tmp_path: Path, way: str) -> None:
    store = FeedStore(tmp_path / "data")
    store.subscribe([Entry(FIRST, "Mine" if way == "list" else "")])
    store.store(FIRST, make_feed(make_item(1)), now=NOW)
    if way == "rename":
        store.configure(FIRST, {"name": "Mine"})
    store.store(FIRST, make_feed(make_item(1), title="Cast renamed"), now=NOW)
    assert (store.feeds()[0].title, store.entries()[0].title) == ("Mine", "Mine")
    store.configure(FIRST, {"name": ""})
    store.store(FIRST, make_feed(make_item(1), title="Cast again"), now=NOW)
    assert store.feeds()[0].title == "Cast again"


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


def test_many_changes_are_backed_up_once_at_their_end(store: FeedStore) -> None:
    before = store.db.backup.read_bytes()
    with store.db.backing_up_once():
        store.configure(FIRST, {"name": "Mine"})
        store.subscribe([Entry("https://b.org/f")])
        assert store.db.backup.read_bytes() == before
    titles = {entry.title for entry in parse_opml(store.db.backup.read_bytes()).entries}
    assert titles == {"Mine", "https://b.org/f"}


def test_growth_of_a_feed_is_bounded(store: FeedStore, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(episodes, "MAX_EPISODES", 10)
    heard = episode_id(FIRST, "g1")
    store.has_progress = lambda ident: ident == heard
    for start in (0, 8, 16):
        items = [make_item(n, published=NOW + n, notes="<p>n", season=1, size=5) for n in range(start, start + 8)]
        stored = store.store(FIRST, make_feed(*reversed(items)), now=NOW + 100)
        assert stored.new == 8
    kept = store.episode_ids(FIRST)
    assert kept == [episode_id(FIRST, f"g{n}") for n in [*range(23, 14, -1), 1]]
    assert store.feeds()[0].episodes == 10
    assert [notice.partition(":")[0] for notice in store.take_notices()] == ["Cast", "Cast"]
    with store.db.read() as db:
        counts = [
            db.execute(f"SELECT count(*) FROM {table}").fetchone()[0] for table in ("notes", "sizes", "numbering")
        ]
    assert counts == [10, 10, 10]


def test_unknown_feed_is_an_error(store: FeedStore) -> None:
    with pytest.raises(FeedStoreError, match="no feed"):
        store.remove("https://nobody.org/")
    with pytest.raises(FeedStoreError, match="no feed"):
        store.store("https://nobody.org/", make_feed())


# -- what must not be lost -----------------------------------------------------------------------------


@pytest.mark.parametrize("damage", ["noise", "cut", "middle", "empty", "gone"])
def test_damaged_database_is_put_aside_and_made_anew_from_the_backup(store: FeedStore, damage: str) -> None:
    store.store(FIRST, make_feed(*(make_item(n, summary="x" * 500) for n in range(200))), now=NOW)
    store.move(FIRST, "https://new.org/feed")
    store.db.close()
    content = store.db.file.read_bytes()
    if damage == "gone":
        store.db.file.unlink()
    else:
        half = len(content) // 2
        middle = content[:half] + b"\xa5" * 16_384 + content[half + 16_384 :]
        cut = content[: half - 100]
        damaged = {"noise": b"noise" * 1000, "cut": cut, "middle": middle, "empty": b""}[damage]
        store.db.file.write_bytes(damaged)
    again = FeedStore(store.db.file.parent)
    found = []
    for _ in range(3):
        with contextlib.suppress(FeedStoreError):
            with again.db.read() as db:
                db.execute("SELECT sum(length(summary)), sum(length(title)) FROM episodes").fetchone()
            found = again.feeds()
            break
    assert [(feed.feed_id, feed.address, feed.folders) for feed in found] == [
        (FIRST, "https://new.org/feed", (("Science", "Physics"),))
    ]
    assert again.db.notices
    if damage in ("noise", "cut", "middle"):
        (aside,) = again.db.file.parent.glob("feeds.sqlite.corrupt-*")
        assert aside.read_bytes() == damaged
    again.store(FIRST, make_feed(make_item(1)), now=NOW)
    assert again.episode_ids(FIRST) == [episode_id(FIRST, "g1")]


def test_failed_store_leaves_everything_as_it_was(store: FeedStore) -> None:
    store.store(FIRST, make_feed(make_item(1)), now=NOW)
    before = generation(store.db.file)
    with pytest.raises(FeedStoreError):
        store.store(FIRST, make_feed(make_item(2), make_item(3, summary=object())), now=NOW)  # cannot be kept
    assert titles(store) == ["Title 1"]
    assert generation(store.db.file) == before


def test_unwritable_folder_says_so(tmp_path: Path) -> None:
    (tmp_path / "data").write_text("a file in the way")
    with pytest.raises(FeedStoreError, match="cannot be kept"):
        FeedStore(tmp_path / "data").subscribe([Entry(FIRST)])


def test_threads_and_programs_share_a_store(store: FeedStore) -> None:
    other = FeedStore(store.db.file.parent)
    faults: list[Exception] = []

    def work(store: FeedStore, start: int) -> None:
        try:
            for number in range(start, start + 10):
                store.subscribe([Entry(f"https://b.org/{number}")])
                store.store(f"https://b.org/{number}", make_feed(make_item(1), title=str(number)), now=NOW)
        except Exception as error:
            faults.append(error)

    threads = [threading.Thread(target=work, args=(each, n * 10)) for n, each in enumerate((store, other, store))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert faults == []
    assert len(store.feeds()) == 31
    assert len(parse_opml(store.db.backup.read_bytes()).entries) == 31


def test_large_change_leaves_what_is_there_to_others(store: FeedStore) -> None:
    other = FeedStore(store.db.file.parent)
    with store.db.write() as db:
        db.executemany("INSERT INTO notes VALUES (?, ?)", ((str(n), "x" * 1_000) for n in range(8_000)))
        assert [feed.title for feed in other.feeds()] == ["Cast"]


def test_database_deleted_while_it_is_open_is_made_anew_from_its_backup(store: FeedStore) -> None:
    store.subscribe([Entry("https://b.org/f")])
    store.db.file.unlink()
    store.subscribe([Entry("https://c.org/f")])
    assert {feed.address for feed in store.feeds()} >= {"https://b.org/f", "https://c.org/f"}
    assert "were restored from its backup" in store.take_notices()[-1]
