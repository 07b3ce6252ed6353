from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from tests.sources.exports import FEED, antennapod, castero, pocket_casts
from tui_pod.core.progress.progress import PlayedRule, Progress, Status
from tui_pod.core.selection.queue import Queue
from tui_pod.imports.players import read_export
from tui_pod.shelf.feed_store import FeedStore
from tui_pod.shelf.library import read_feeds
from tui_pod.shelf.match import episode_id
from tui_pod.shelf.opml import Entry, HeardEpisode, Imported
from tui_pod.shelf.published import Published, PublishedItem
from tui_pod.sync.podcasts import ImportPlan, plan

RULE = PlayedRule()
ONE, TWO, THREE = (episode_id(FEED, f"guid-{number}") for number in (1, 2, 3))
WHEN = datetime(2026, 9, 21, 14, 15, tzinfo=UTC)


def fetch(store: FeedStore) -> None:
    """Subscribe to the feed, and fetch its episodes."""
    store.subscribe([Entry(FEED)])
    items = [
        PublishedItem(f"guid-{n}", f"Ship {n}", audio=f"https://ships.example/{n}.mp3?token={n}") for n in (1, 2, 3)
    ]
    store.store(FEED, Published("Ships", tuple(items)))


def take(imported: Imported, store: FeedStore, progress: dict[str, Progress] | None = None) -> ImportPlan:
    known = {episode.id for episode in store.identities()}
    return plan(imported, store.feeds(), store.identities(), progress or {}, RULE, known.__contains__)


def test_marks_and_places_go_to_the_episodes_by_guid(store: FeedStore, tmp_path: Path) -> None:
    fetch(store)
    taking = take(read_export(antennapod(tmp_path / "export.db")), store)
    assert taking.new == ()
    assert {ident: (value.status, value.position) for ident, value in taking.progress.items()} == {
        ONE: (Status.PLAYED, 0.0), TWO: (Status.STARTED, 90.5),
    }  # fmt: skip
    assert taking.progress[TWO].listened == datetime.fromtimestamp(1_790_000_100, UTC)
    assert taking.summary() == "0 podcasts new, 1 episode played, 1 started"


def test_episodes_without_guids_are_found_by_their_recording(store: FeedStore, tmp_path: Path) -> None:
    fetch(store)
    taking = take(read_export(castero(tmp_path / "castero.db")), store)
    assert {ident: value.status for ident, value in taking.progress.items()} == {
        ONE: Status.PLAYED, TWO: Status.STARTED,
    }  # fmt: skip


@pytest.mark.parametrize("is_ios", [False, True])
def test_episodes_without_podcasts_are_found_by_their_recording(store: FeedStore, tmp_path: Path, is_ios: bool) -> None:
    exported = read_export(pocket_casts(tmp_path / "pocketcasts", is_ios))
    said = "0 podcasts new, 4 not found here (import the OPML list of the podcasts first)"
    assert take(exported, store).summary() == said
    fetch(store)
    taking = take(exported, store)
    assert {ident: (value.status, value.position) for ident, value in taking.progress.items()} == {
        ONE: (Status.PLAYED, 0.0), TWO: (Status.STARTED, 90.5),
    }  # fmt: skip
    store.subscribe([Entry("https://copy.example/f")])
    again = Published("Copy", (PublishedItem("x", "Ship 1", audio="https://ships.example/1.mp3?token=8"),))
    store.store("https://copy.example/f", again)
    assert set(take(exported, store).progress) == {TWO}  # it may be of either


def test_podcast_that_is_new_takes_its_marks_before_it_is_fetched(store: FeedStore, tmp_path: Path) -> None:
    taking = take(read_export(antennapod(tmp_path / "export.db")), store)
    assert [entry.address for entry in taking.new] == [FEED]
    assert set(taking.progress) == {ONE, TWO}


def test_recording_without_a_guid_waits_for_its_feed(store: FeedStore, tmp_path: Path) -> None:
    exported = read_export(castero(tmp_path / "castero.db"))
    taking = take(exported, store)
    assert taking.summary() == "1 podcast new, 1 episode played, 1 started"
    store.subscribe(exported.entries)
    store.await_recordings(taking.awaited)
    assert read_feeds(tmp_path / "data").aliases == {}
    fetch(store)
    aliases = read_feeds(tmp_path / "data").aliases
    assert {aliases[ident]: value.status for ident, value in taking.progress.items()} == {
        ONE: Status.PLAYED, TWO: Status.STARTED,
    }  # fmt: skip
    assert take(exported, store).summary() == "0 podcasts new, 1 episode played, 1 started"


def test_queue_without_guids_waits_for_its_feed(store: FeedStore, tmp_path: Path) -> None:
    queue = tuple(HeardEpisode(FEED, "", f"https://ships.example/{number}.mp3") for number in (3, 1))
    exported = Imported("castero", (Entry(FEED),), queue=queue)
    taking = take(exported, store)
    assert taking.summary() == "1 podcast new, 2 queued"
    store.subscribe(exported.entries)
    store.await_recordings(taking.awaited)
    fetch(store)
    waiting = Queue(taking.queue)
    assert waiting.renamed(read_feeds(tmp_path / "data").aliases).entries == (THREE, ONE)
    assert take(exported, store).queue == (THREE, ONE)


def test_recording_that_several_episodes_share_is_of_none(store: FeedStore, tmp_path: Path) -> None:
    exported = read_export(castero(tmp_path / "castero.db"))
    store.subscribe(exported.entries)
    store.await_recordings(take(exported, store).awaited)
    items = [PublishedItem(f"guid-{n}", f"Ship {n}", audio="https://ships.example/1.mp3") for n in (1, 2)]
    store.store(FEED, Published("Ships", tuple(items)))
    assert read_feeds(tmp_path / "data").aliases == {}


@pytest.mark.parametrize("podcast", [FEED, None])
def test_recordings_that_differ_only_after_the_question_mark_are_told_apart(
    store: FeedStore, tmp_path: Path, podcast: str | None
) -> None:
    """castero and Overcast name the podcast, Pocket Casts does not; only the first two can wait for the feed."""
    base = "https://ships.example/play.php?id="
    heard = [HeardEpisode(podcast, "", f"{base}{n}", is_played=n == 1, position=n * 10.0) for n in (1, 3, 9)]
    exported = Imported("x", (Entry(FEED),), tuple(heard), queue=(HeardEpisode(podcast, "", f"{base}2"),))
    waiting = take(exported, store)
    assert len(waiting.progress) == (3 if podcast else 0)
    store.subscribe([Entry(FEED)])
    store.await_recordings(waiting.awaited)
    items = (PublishedItem(f"guid-{n}", f"Ship {n}", audio=f"{base}{n}") for n in (1, 2, 3, 4))
    store.store(FEED, Published("Ships", tuple(items)), now=1.0)
    if podcast:
        aliases = read_feeds(tmp_path / "data").aliases
        assert {aliases.get(ident): value.status for ident, value in waiting.progress.items()} == {
            ONE: Status.PLAYED, THREE: Status.STARTED, None: Status.STARTED,
        }  # fmt: skip
        assert Queue(waiting.queue).renamed(aliases).entries == (TWO,)
    taking = take(exported, store)
    assert (set(taking.progress), taking.queue, taking.unknown) == ({ONE, THREE}, (TWO,), 1)


def test_queue_keeps_its_order_and_leaves_out_what_is_not_known(store: FeedStore) -> None:
    fetch(store)
    heard = [HeardEpisode(FEED, f"guid-{n}", "") for n in (3, 9, 1)]
    taking = take(Imported("AntennaPod", (), queue=tuple(heard)), store)
    assert taking.queue == (THREE, ONE)
    assert taking.summary() == "0 podcasts new, 2 queued, 1 not found here"


def test_what_was_done_here_later_stays(store: FeedStore) -> None:
    fetch(store)
    heard = HeardEpisode(FEED, "guid-1", "", is_played=True, when=WHEN)
    here = Progress(WHEN + timedelta(hours=1), position=42.0)
    assert take(Imported("x", (), (heard,)), store, {ONE: here}).progress == {}
    assert take(Imported("x", (), (heard._replace(when=None),)), store, {ONE: here}).progress == {}
    earlier = here._replace(updated=WHEN - timedelta(hours=1))
    assert take(Imported("x", (), (heard,)), store, {ONE: earlier}).progress[ONE].played


def test_taking_twice_takes_nothing_the_second_time(store: FeedStore, tmp_path: Path) -> None:
    fetch(store)
    imported = read_export(antennapod(tmp_path / "export.db"))
    first = take(imported, store)
    assert take(imported, store, first.progress).progress == {}


def test_place_decides_and_what_is_as_it_was_is_not_taken(store: FeedStore) -> None:
    fetch(store)
    heard = HeardEpisode(FEED, "guid-1", "", position=90.0, duration=600.0, when=WHEN)
    former = Progress(WHEN - timedelta(hours=1), 90.0, 600.0)
    assert take(Imported("x", (), (heard,)), store, {ONE: former}).progress == {}
    assert (
        take(Imported("x", (), (heard,)), store, {ONE: former._replace(position=91.0)}).progress[ONE].position == 90.0
    )
    assert take(Imported("x", (), (heard._replace(is_played=True),)), store, {ONE: former}).played == 1


@pytest.mark.parametrize(("position", "is_played", "left"), [(581.9, False, 581.9), (582.0, True, 0.0)])
def test_place_from_where_an_episode_counts_as_played_on_is_its_end(
    store: FeedStore, position: float, is_played: bool, left: float
) -> None:
    fetch(store)
    heard = HeardEpisode(FEED, "guid-1", "", position=position, duration=600.0, when=WHEN)
    value = take(Imported("x", (), (heard,)), store).progress[ONE]
    assert (value.played, value.position) == (is_played, left)


def test_list_of_podcasts_is_named_only_if_something_without_a_podcast_is_not_found(store: FeedStore) -> None:
    fetch(store)
    bare = HeardEpisode(None, None, "https://ships.example/9.mp3", is_played=True)
    known = bare._replace(audio="https://ships.example/1.mp3")
    nothing = bare._replace(audio=None)
    for episodes, unknown, needs_list in (
        ([known], 0, False),
        ([bare], 1, True),
        ([nothing], 1, True),
        ([HeardEpisode(FEED, "guid-9", "", is_played=True)], 1, False),
    ):
        taking = take(Imported("x", (), tuple(episodes)), store)
        assert (taking.unknown, taking.needs_list) == (unknown, needs_list)
    queued = take(Imported("x", (), queue=(bare, known)), store)
    assert (queued.unknown, queued.needs_list, len(queued.queue)) == (1, True, 1)


def test_episode_without_a_guid_of_a_podcast_that_was_fetched_is_not_awaited(store: FeedStore) -> None:
    fetch(store)
    with store.db.write() as db:
        db.execute("UPDATE feeds SET fetched = 1")
    heard = HeardEpisode(FEED, "", "https://ships.example/9.mp3", is_played=True)
    taking = take(Imported("x", (), (heard,)), store)
    assert (taking.awaited, taking.unknown) == ({}, 1)
