"""The database survives damage, other programs and full disks."""

from __future__ import annotations

import contextlib
import stat
import threading
from pathlib import Path

import pytest

from tests.feeds.store.making import FIRST, NOW, make_feed, make_item, titles
from tui_pod.feeds.formats.opml import Entry, parse_opml
from tui_pod.feeds.store.database import FeedStoreError
from tui_pod.feeds.store.feed_store import FeedStore
from tui_pod.feeds.store.generation import generation
from tui_pod.feeds.store.match import episode_id


def test_files_are_private(store: FeedStore) -> None:
    store.subscribe([Entry("https://b.org/f")])
    assert [stat.S_IMODE(file.stat().st_mode) for file in (store.db.file, store.db.backup)] == [0o600, 0o600]


def test_many_changes_are_backed_up_once_at_their_end(store: FeedStore) -> None:
    before = store.db.backup.read_bytes()
    with store.db.backing_up_once():
        store.configure(FIRST, {"name": "Mine"})
        store.subscribe([Entry("https://b.org/f")])
        assert store.db.backup.read_bytes() == before
    titles = {entry.title for entry in parse_opml(store.db.backup.read_bytes()).entries}
    assert titles == {"Mine", "https://b.org/f"}


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
        store.store(FIRST, make_feed(make_item(2), make_item(3, summary=object())), now=NOW)  # no text
    assert titles(store) == ["Title 1"]
    assert generation(store.db.file) == before


def test_unwritable_folder_says_so(tmp_path: Path) -> None:
    (tmp_path / "data").write_text("a file in the way")
    with pytest.raises(FeedStoreError, match="cannot be stored"):
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
