"""The order, growth and pictures of episodes.

The settings of a podcast are stored beside its feed.
Logins are kept in a private file, per podcast and server.
"""

import json
import time
import tomllib
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from tests.present import present
from tests.shelf.making import DAY, FIRST, NOW, make_feed, make_item, titles
from tui_pod.core.library.podcast_settings import COURSE, PodcastSettings
from tui_pod.core.player.snapshot import Chapter
from tui_pod.net.address import origin
from tui_pod.net.fetch import FetchError
from tui_pod.net.login import Login
from tui_pod.runtime.passwords import PasswordError
from tui_pod.shelf import episodes, settings_table
from tui_pod.shelf.database import FeedStoreError
from tui_pod.shelf.episodes import picture_of, store_recordings
from tui_pod.shelf.feed_store import FeedStore
from tui_pod.shelf.generation import generation
from tui_pod.shelf.library import read_feeds, read_removed_names
from tui_pod.shelf.logins import KeptLogin, Logins
from tui_pod.shelf.marks import read_news
from tui_pod.shelf.match import episode_id, recording_id
from tui_pod.shelf.opml import Entry, parse_opml
from tui_pod.shelf.published import PublishedItem, Recording


def test_empty_store_opens_nothing(tmp_path: Path) -> None:
    store = FeedStore(tmp_path / "data")
    assert store.is_empty
    assert (store.feeds(), store.entries(), store.details("x"), store.find("x")) == ([], [], None, None)
    assert not (tmp_path / "data").exists()


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
    store.db.backup.unlink()
    for private in (("http", "nas.home", 80), None):
        store.set_private_origin(FIRST, private)
        assert store.feeds()[0].allowed == frozenset([private] if private else [])
        assert store.feeds()[0].is_origin_known
    store.db.backup.unlink()
    store.fail(FIRST, "offline")
    assert generation(store.db.file) == before
    assert (store.feeds()[0].error, store.db.backup.exists()) == ("offline", False)
    store.configure(FIRST, {"speed": "1.5"})
    assert generation(store.db.file) != before
    assert dict(parse_opml(store.db.backup.read_bytes()).entries[0].settings) == {"speed": "1.5"}


def test_finding_a_podcast_reads_no_episode_of_others(store: FeedStore) -> None:
    def steps(asked: str) -> int:
        """Return how many steps the database takes."""
        found = list[None]()
        with store.db.read() as db:
            db.set_progress_handler(lambda: found.append(None), 1)
        feed = store.find(asked)
        with store.db.read() as db:
            db.set_progress_handler(None, 1)
        assert feed is not None
        assert (feed.feed_id, feed.episodes) == (FIRST, 2)
        return len(found)

    store.store(FIRST, make_feed(make_item(1), make_item(2)), now=NOW)
    store.subscribe([Entry("https://b.example/feed", "B")])
    before, title = steps(FIRST), store.feeds()[0].title
    store.store("https://b.example/feed", make_feed(*map(make_item, range(3, 300)), title="B"), now=NOW)
    assert max(steps(FIRST), steps(title)) < before + 10  # not three for each episode


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


def test_purge_deletes_only_what_was_removed_before(store: FeedStore) -> None:
    store.subscribe([Entry("https://b.org/f")])
    store.store(FIRST, make_feed(make_item(1, notes="<p>n")), now=NOW)
    store.remove(FIRST)
    store.purge(NOW)
    assert len(store.feeds(with_removed=True)) == 2
    assert store.purge(NOW * 2, {episode_id(FIRST, "g1")}) == []  # it has a bookmark
    store.purge(NOW * 2)
    assert [feed.feed_id for feed in store.feeds(with_removed=True)] == ["https://b.org/f"]
    with store.db.read() as db:
        assert db.execute("SELECT (SELECT count(*) FROM episodes) + (SELECT count(*) FROM notes)").fetchone()[0] == 0


def test_what_was_heard_of_a_removed_podcast_keeps_its_name_and_comes_back_with_all(store: FeedStore) -> None:
    feed, ids = make_feed(make_item(1), make_item(2)), [episode_id(FIRST, "g1"), episode_id(FIRST, "g2")]
    store.store(FIRST, feed, etag='"x"', now=NOW)
    assert read_removed_names(store.db.file.parent) == {}
    store.remove(FIRST)
    for names in (dict.fromkeys(ids, "Cast"), {ids[0]: "Cast"}):
        assert read_removed_names(store.db.file.parent) == names
        assert ids[0] in store.purge(NOW * 2, heard={ids[0]})
    store.subscribe([Entry(FIRST)])
    (again,) = store.feeds()
    assert again.etag is None
    store.store(FIRST, feed, now=NOW)
    assert (store.episode_ids(FIRST), read_removed_names(store.db.file.parent)) == (ids, {})


def test_previewed_episode_stays_while_it_has_progress_and_becomes_a_usual_one(store: FeedStore) -> None:
    feed, address = make_feed(make_item(1), make_item(2)), "https://b.org/f"
    ident = store.store_preview(address, feed, feed.items[1])
    assert store.store_preview(address, feed, feed.items[1]) == ident == episode_id(address, "g2")
    assert [each.feed_id for each in store.feeds()] == [FIRST]
    assert ([entry.address for entry in store.entries()], store.identities()) == ([FIRST], [])
    assert store.details(ident) is not None
    store.has_progress = lambda found: found == ident
    assert store.purge(NOW * 2) == []
    store.subscribe([Entry(address)])
    store.store(address, feed, now=NOW)
    assert store.episode_ids(address) == [episode_id(address, "g1"), ident]
    assert read_news(store.db) == set()
    store.remove(address)
    assert set(store.purge(NOW * 2)) == {episode_id(address, "g1"), ident}  # no longer previewed


def test_move_keeps_ids_and_forgets_the_tags(store: FeedStore) -> None:
    store.store(FIRST, make_feed(make_item(1)), etag='"x"', now=NOW)
    store.move(FIRST, "https://new.org/feed")
    (feed,) = store.feeds()
    assert (feed.address, feed.feed_id, feed.etag) == ("https://new.org/feed", FIRST, None)
    store.store(FIRST, make_feed(make_item(1), make_item(2)), now=NOW)
    assert store.episode_ids(FIRST) == [episode_id(FIRST, "g1"), episode_id(FIRST, "g2")]
    assert store.find("https://new.org/feed") == store.find(FIRST) == store.find("cast") == store.feeds()[0]


FULL = PublishedItem(
    "g1", "One", "Short.", "<p>n", link="https://x.org/", published=NOW, duration=9.5, audio="https://c.org/1.mp3",
    size=7, transcript="https://x.org/t", chapters="https://x.org/c",
    marks=(Chapter(0.0), Chapter(2.0, "b", "", "https://x.org/p")),
    keywords=("x", "y"), season=1, number=2, type="bonus", is_explicit=True, picture="https://x.org/q",
)  # fmt: skip
"""Has a value in each field that is stored."""


def test_every_field_of_an_item_is_stored_and_follows_the_feed(store: FeedStore) -> None:
    store.set_private_origin(FIRST, ("http", "127.0.0.1", 80))
    assert {name for name, value in FULL._asdict().items() if value} == set(episodes.STORED)
    bare = make_item(1, title="One", audio=None, published=None)
    changes = [{name: getattr(FULL, name)} for name in episodes.STORED if name not in ("guid", "title", "notes")]
    former = None
    for item in (FULL, bare, *(bare._replace(**one) for one in changes), bare):
        stored = store.store(FIRST, make_feed(item, language="de-at"), now=NOW)
        details = present(store.details(episode_id(FIRST, "g1")))
        assert details.item == item._replace(notes=FULL.notes)  # are kept, once there were any
        assert (details.language, details.allowed) == ("de-at", frozenset((("http", "127.0.0.1", 80),)))
        assert not store.store(FIRST, make_feed(item, language="de-at"), now=NOW).has_changed
        shown = item._replace(size=None, picture=None)
        assert stored.has_changed == (shown != former)
        former = shown
    assert store.details("nobody") is None


def test_replaced_recording_is_dated_and_forgotten_with_its_episode(store: FeedStore) -> None:
    items = [make_item(number) for number in (1, 2)]
    store.store(FIRST, make_feed(*items), now=NOW)
    one, two = (episode_id(FIRST, f"g{number}") for number in (1, 2))
    assert present(store.details(one)).replaced is None
    for later in (NOW + DAY, NOW + 2 * DAY):
        store.store(FIRST, make_feed(items[0]._replace(audio="https://c.org/new.mp3"), items[1]), now=later)
    assert [present(store.details(ident)).replaced for ident in (one, two)] == [NOW + DAY, None]
    with store.db.write() as db:
        episodes.delete_episodes(db, [one])
        assert db.execute("SELECT count(*) FROM replaced").fetchone() == (0,)


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


@pytest.mark.parametrize(
    ("entry", "counts"), [("known", (0, 1)), ("removed", (1, 0)), ("moved", (0, 1)), ("new", (1, 0))]
)
def test_subscribing_tells_what_was_new(store: FeedStore, entry: str, counts: tuple[int, int]) -> None:
    new = Entry("https://b.org/f", "B")
    if entry == "removed":
        store.remove(FIRST)
    elif entry == "moved":
        store.move(FIRST, new.address)
    assert store.subscribe([new if entry in ("moved", "new") else Entry(FIRST)]) == counts
    assert len(store.feeds()) == (2 if entry == "new" else 1)


def test_entries_of_one_list_that_are_the_same_podcast_are_one(store: FeedStore) -> None:
    first = Entry("https://b.org/f", "B", (("A",),))
    assert store.subscribe([first, Entry("https://b.org/f", "C", (("A",), ("B",)))]) == (1, 1)
    assert store.subscribe([Entry("https://c.org/new", feed_id="https://c.org/f"), Entry("https://c.org/new")]) == (
        1,
        1,
    )
    assert [(feed.feed_id, feed.title, feed.folders) for feed in store.feeds()[1:]] == [
        ("https://b.org/f", "B", (("A",), ("B",))), ("https://c.org/f", "", ()),
    ]  # fmt: skip


def test_podcast_is_found_by_first_address_then_address_then_title(store: FeedStore) -> None:
    store.subscribe([Entry("https://b.org/f", "cast"), Entry("https://c.org/f", "See")])
    store.move("https://b.org/f", "https://c.org/f")

    def found(text: str) -> str | None:
        feed = store.find(text)
        return feed.feed_id if feed else None

    assert [found(text) for text in ("c.org/f", "https://ann:pw@b.org/f", " see ", "Cast", "other")] == [
        "https://c.org/f", "https://b.org/f", "https://c.org/f", None, None,
    ]  # fmt: skip
    store.remove("https://b.org/f")
    assert found("CAST") == FIRST
    assert store.find("https://b.org/f") is None
    assert store.find("https://b.org/f", with_removed=True) is not None


def test_old_episodes_are_archived_unless_they_are_used_and_come_back(store: FeedStore) -> None:
    store.store(FIRST, make_feed(*(make_item(n, published=NOW - n) for n in range(4))), now=NOW)

    def archive(before: float | None, *used: int) -> list[str]:
        ids = {episode_id(FIRST, f"g{n}") for n in used}
        store.archive(store.feeds()[0], before, lambda ident: ident in ids)
        return store.episode_ids(FIRST)

    listed = [episode_id(FIRST, f"g{n}") for n in range(4)]
    assert archive(None) == listed
    assert archive(NOW - 1, 3) == [listed[0], listed[1], listed[3]]
    before = store.generation
    assert archive(NOW - 1, 3) == [listed[0], listed[1], listed[3]]
    assert store.generation == before
    assert archive(NOW - 1, 2) == listed[:3]
    assert archive(None) == listed
    assert store.generation != before


def test_what_other_programs_ask_for_is_of_subscribed_podcasts(store: FeedStore) -> None:
    items = make_item(1, duration=60.0), make_item(2, audio=None), make_item(3, audio="/a.mp3")
    store.store(FIRST, make_feed(*items, summary="About it"), now=NOW)
    assert store.identities() == [
        (episode_id(FIRST, "g1"), FIRST, "g1", "https://c.org/1.mp3", 60.0),
    ]  # fmt: skip
    assert (store.guids(FIRST), store.guids("x")) == ({"g1", "g2", "g3"}, set())
    assert (store.description(FIRST), store.description("x")) == ("About it", "")
    store.remove(FIRST)
    assert store.identities() == []


def test_settings_that_were_changed_are_told_with_their_time(store: FeedStore) -> None:
    store.subscribe([Entry("https://b.org/f")])
    assert store.changed_settings() == {}
    store.configure(FIRST, {"speed": "1.5"}, 7.0)
    store.configure(COURSE, {"hidden": "yes", "speed": "2"}, 8.0)
    store.configure(FIRST, {"speed": "", "keep": "3"}, {"speed": 9.0, "keep": 6.0})
    assert store.changed_settings() == {
        FIRST: {"name": (6.0, "Cast"), "folder": (6.0, "Science/Physics"), "speed": (9.0, ""), "keep": (6.0, "3")},
        COURSE: {"hidden": (8.0, "yes")},
    }  # fmt: skip
    assert store.course_settings().hidden
    store.remove(FIRST)
    assert [*store.changed_settings()] == [COURSE]
    with pytest.raises(FeedStoreError, match="no feed"):
        store.configure("https://nobody.org/", {"speed": "2"})
    with store.db.write() as db:
        store_recordings(db, [("a book", PublishedItem("g", "Emma", recording=Recording("/shelf")))])
    store.configure("a book", {"speed": "2"})


def test_visit_of_an_unknown_podcast_keeps_its_picture_and_language(store: FeedStore) -> None:
    feed = make_feed(make_item(1), picture="https://c.org/all.jpg", language="de-at", link="https://b.org/")
    ident = store.store_preview("https://b.org/f", feed, feed.items[0])
    details = present(store.details(ident))
    assert (details.feed, details.feed_title, details.language) == ("https://b.org/f", "Cast", "de-at")
    assert picture_of(store.db, ident) == "https://c.org/all.jpg"
    assert store.purge(NOW * 2) == [ident]
    with store.db.read() as db:
        tables = [row[0] for row in db.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
        counts = {table: db.execute(f"SELECT count(*) FROM {table}").fetchone()[0] for table in tables}
    assert {table for table, count in counts.items() if count} == {"feeds"}  # the subscribed one


def test_podcast_is_named_in_the_notice_about_its_old_episodes(
    store: FeedStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tui_pod.shelf.episodes.MAX_EPISODES", 1)
    for n in (1, 2):
        store.store(FIRST, make_feed(make_item(n)), now=NOW + n)
    (notice,) = store.take_notices()
    said = "Cast: 1 old episodes that it no longer lists were deleted; 1 are kept per podcast."
    assert (notice, store.take_notices()) == (said, [])


def test_episodes_that_the_settings_leave_out_are_not_counted_as_new(store: FeedStore) -> None:
    store.store(FIRST, make_feed(make_item(1)), now=NOW)
    store.configure(FIRST, {"exclude": "rerun"})
    stored = store.store(FIRST, make_feed(make_item(1), make_item(2), make_item(3, title="Rerun")), now=NOW + 1)
    assert (stored.new, stored.has_changed) == (1, True)


def test_order_without_dates_is_the_feeds_own(store: FeedStore) -> None:
    store.store(FIRST, make_feed(*(make_item(n, published=None) for n in (3, 2, 1))), now=NOW)
    store.store(FIRST, make_feed(*(make_item(n, published=None) for n in (5, 4, 3, 2))), now=NOW + 9)
    assert titles(store) == [f"Title {number}" for number in (5, 4, 3, 2, 1)]


def test_order_date_in_the_future_is_that_of_its_neighbour_and_is_not_shown(store: FeedStore) -> None:
    dates = {2: NOW - 2 * DAY, 1: NOW + 4000 * DAY, 0: NOW - 9 * DAY}
    store.store(FIRST, make_feed(*(make_item(n, published=date) for n, date in dates.items())), now=NOW)
    assert titles(store) == ["Title 2", "Title 1", "Title 0"]
    found = read_feeds(store.db.file.parent)
    assert [episode.published and episode.published.isoformat() for episode in found.episodes] == [
        "2025-12-30", None, "2025-12-23",
    ]  # fmt: skip
    assert [date.fromordinal(day).isoformat() for day in found.days] == ["2025-12-30", "2025-12-30", "2025-12-23"]
    before = store.generation
    store.store(FIRST, make_feed(*(make_item(n, published=date) for n, date in dates.items())), now=NOW + DAY)
    assert store.generation == before


def test_same_recording_and_title_twice_is_one_episode(store: FeedStore) -> None:
    one, two = make_item(1), make_item(1, guid="copy", audio="https://c.org/1.mp3?token=2", published=NOW)
    other = make_item(2, audio="https://c.org/1.mp3")
    kept, copy = episode_id(FIRST, "g1"), episode_id(FIRST, "copy")
    store.store(FIRST, make_feed(one, other), now=NOW)
    assert store.store(FIRST, make_feed(two, one, other), now=NOW + 1).new == 0
    found = read_feeds(store.db.file.parent)
    assert [episode.id for episode in found.episodes] == [kept, episode_id(FIRST, "g2")]
    assert found.aliases == {copy: kept}
    assert read_news(store.db) == set()
    before = store.generation
    store.store(FIRST, make_feed(two, one, other), now=NOW + 2)
    assert store.generation == before
    store.store(FIRST, make_feed(two._replace(title="Another"), one, other), now=NOW + 3)
    found = read_feeds(store.db.file.parent)
    assert (len(found.episodes), found.aliases) == (3, {})


def test_seasons_and_numbers_are_read(store: FeedStore) -> None:
    items = [
        make_item(1, title="Chapter 1", season=3, number=1), make_item(2, title="12: Moss", number=12),
        make_item(3, title="Moss", number=12), make_item(4, title="Part 112", number=12), make_item(5, season=2),
    ]  # fmt: skip
    store.store(FIRST, make_feed(*items), now=NOW)
    found = [episode.numbering for episode in read_feeds(store.db.file.parent).episodes]
    assert found == ["S3 E1", "", "E12", "E12", "S2"]


def test_picture_is_the_episodes_own_else_that_of_its_feed(store: FeedStore) -> None:
    own = make_item(1)._replace(picture="https://c.org/1.jpg")
    store.store(FIRST, make_feed(own, make_item(2), picture="https://c.org/all.jpg"), now=NOW)
    first, second = episode_id(FIRST, "g1"), episode_id(FIRST, "g2")
    assert [picture_of(store.db, ident) for ident in (first, second, "other")] == [
        "https://c.org/1.jpg", "https://c.org/all.jpg", None,
    ]  # fmt: skip
    store.store(FIRST, make_feed(make_item(1), make_item(2)), now=NOW + 1)
    assert picture_of(store.db, first) is None


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


def test_growth_spares_what_the_feed_lists_under_a_shared_guid(
    store: FeedStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(episodes, "MAX_EPISODES", 2)
    shared = [make_item(n, guid="same", published=NOW + n) for n in (1, 2)]
    store.store(FIRST, make_feed(*shared), now=NOW)
    store.store(FIRST, make_feed(make_item(9, published=NOW + 9), *shared), now=NOW + 1)
    assert store.feeds()[0].episodes == 3


def test_imported_recording_is_the_episode_that_alone_has_it(store: FeedStore) -> None:
    store.await_recordings({recording_id(FIRST, f"https://c.org/{n}.mp3"): FIRST for n in (1, 2)})
    same = [make_item(n, audio="https://c.org/2.mp3") for n in (2, 3)]
    assert store.store(FIRST, make_feed(make_item(1), *same), now=NOW).has_changed
    with store.db.read() as db:
        awaited = dict(db.execute("SELECT id, episode FROM aliases").fetchall())
    assert awaited == {
        recording_id(FIRST, "https://c.org/1.mp3"): episode_id(FIRST, "g1"),
        recording_id(FIRST, "https://c.org/2.mp3"): FIRST,
    }


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
        stored = json.loads(db.execute("SELECT texts FROM settings").fetchone()[0])
    assert stored.pop("times")["speed"] > 0
    assert stored == {"speed": "1.5", "mood": "calm"}


def test_settings_of_the_course_are_read_with_those_of_feeds_by_their_time(store: FeedStore) -> None:
    with store.db.write() as db:
        assert settings_table.read_course(db) == PodcastSettings()
        settings_table.write(db, COURSE, {"hidden": "yes"}, 7.0)
        settings_table.write(db, FIRST, {"speed": "1.2", "keep": ""}, 0.0)
        assert settings_table.read_course(db).hidden
        assert settings_table.change_times(db) == {COURSE: (7.0, {"hidden": 7.0})}
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


def test_logins_that_others_can_read_or_that_are_damaged_are_not_used_nor_written_over(tmp_path: Path) -> None:
    logins = Logins(tmp_path)
    logins.add("a", Login(("https", "x.org", 443), "ann", "s3cret"))
    logins.file.chmod(0o644)
    with pytest.raises(FetchError, match="chmod 600"):
        logins.of("a")
    logins.file.chmod(0o600)
    logins.file.write_text(content := 'login = [{feed = "s3cret}]')
    with pytest.raises(PasswordError, match="cannot be read") as caught:
        logins.add("b", Login(("https", "x.org", 443), "bob", "x"))
    assert "s3cret" not in str(caught.value)
    assert logins.file.read_text() == content


def test_logins_are_per_podcast_and_server_and_forgotten_with_the_podcast(tmp_path: Path) -> None:
    logins, here, there = Logins(tmp_path), ("https", "x.org", 443), ("https", "y.org", 443)
    for feed_id, server_, user in (("a", here, "1"), ("a", there, "2"), ("b", here, "3"), ("a", here, "4")):
        logins.add(feed_id, Login(server_, user, "x"))
    assert [each.user for each in Logins(tmp_path).of("a")] == ["2", "4"]
    logins.forget_others({"a"})
    assert (len(logins.of("a")), logins.of("b")) == (2, ())
    logins.forget("a")
    assert logins.of("a") == ()


def test_login_in_an_address_never_replaces_the_listeners_but_follows_its_password(tmp_path: Path) -> None:
    logins, here, there = Logins(tmp_path), ("https", "a.org", 443), ("https", "b.org", 443)
    logins.add("f", Login(here, "bea", "own"))
    logins.learn("f", [Login(here, "ann", "one"), Login(there, "ann", "one")])
    logins.learn("f", [Login(there, "ann", "two")])
    assert {(kept.origin, kept.user, kept.password) for kept in logins.kept("f")} == {
        (here, "bea", "own"),
        (there, "ann", "two"),
    }


def test_missing_logins_are_added_and_known_ones_stay(tmp_path: Path) -> None:
    logins = Logins(tmp_path)
    first, second = (Login(origin(f"https://{name}.org/"), "ann", "new") for name in "ab")
    logins.add("one", replace(first, password="old"))
    logins.add_missing({"one": first, "two": second})
    assert [(kept.feed, kept.password) for kept in (*logins.kept("one"), *logins.kept("two"))] == [
        ("one", "old"), ("two", "new"),
    ]  # fmt: skip


HERE = ("https", "x.org", 443)


def test_logins_are_written_as_they_can_be_edited(tmp_path: Path) -> None:
    logins = Logins(tmp_path)
    logins.add("a", Login(HERE, "ann", "s3cret"))
    logins.keep(KeptLogin("b", ("http", "::1", 8080), "bob", password_command="pass x", over_http=True))
    assert tomllib.loads(logins.file.read_text())["login"] == [
        {"feed": "a", "server": "https://x.org:443/", "user": "ann", "password": "s3cret"},
        {"feed": "b", "server": "http://[::1]:8080/", "user": "bob", "password_command": "pass x", "over_http": True},
    ]
    assert [kept.over_http for kept in (*logins.kept("a"), *logins.kept("b"))] == [False, True]
    assert logins.kept("b")[0].origin == ("http", "::1", 8080)


@pytest.mark.parametrize(
    "content",
    ["login = 5", "login = [5]", '[[login]]\nfeed = "a"', '[[login]]\nfeed = "a"\nserver = "ftp://x.org"', ""],
)
def test_table_that_was_edited_wrongly_is_left_out(tmp_path: Path, content: str) -> None:
    logins = Logins(tmp_path)
    logins.file.write_text(content)
    logins.file.chmod(0o600)
    assert logins.of("a") == ()


def test_password_command_runs_once_until_its_password_is_refused(tmp_path: Path) -> None:
    logins, count = Logins(tmp_path), tmp_path / "count"
    logins.keep(KeptLogin("a", HERE, "ann", password_command=f"sh -c 'echo >> {count}; echo s3cret'"))
    for _ in range(2):
        assert (logins.of("a")[0].password, len(count.read_text())) == ("s3cret", 1)
    logins.ask_again()
    assert (logins.of("a")[0].password, len(count.read_text())) == ("s3cret", 2)
    logins.keep(KeptLogin("a", HERE, "ann", password_command="false"))
    with pytest.raises(FetchError) as caught:
        logins.of("a")
    assert caught.value.is_final


def test_feed_teaches_logins_of_twenty_servers_and_new_passwords(tmp_path: Path) -> None:
    logins = Logins(tmp_path)
    logins.learn("a", [Login(("https", f"{n}.org", 443), "ann", "x") for n in range(21)])
    assert len(logins.kept("a")) == 20
    logins.add("b", Login(HERE, "bea", "own", over_http=True))
    logins.learn("b", [Login(HERE, "bea", "new")])
    assert [(kept.password, kept.over_http) for kept in logins.kept("b")] == [("new", True)]
    logins.keep(KeptLogin("c", HERE, "ann", password_command="pass x"))
    logins.learn("c", [Login(HERE, "ann", "other")])
    assert logins.kept("c")[0].password_command == "pass x"


def test_forgetting_what_is_not_there_writes_no_file(tmp_path: Path) -> None:
    logins = Logins(tmp_path)
    logins.forget("a")
    logins.forget_others([])
    logins.add_missing({})
    assert list(tmp_path.glob("*.toml")) == []
