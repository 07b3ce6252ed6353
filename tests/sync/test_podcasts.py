"""How two lists of podcasts are merged, and which episode another program means."""

from pathlib import Path

import pytest

from tui_pod.shelf.feed_store import EpisodeIdentity, FeedStore
from tui_pod.shelf.opml import Entry
from tui_pod.shelf.subscription import Subscription
from tui_pod.sync import podcasts
from tui_pod.sync.podcasts import EpisodeFinder, PodcastPlan, address_key, plan_podcasts
from tui_pod.sync.protocols import Changes

ONE, TWO = "https://one.example.org/feed", "https://two.example.org/feed"


@pytest.fixture
def feeds(tmp_path: Path) -> list[Subscription]:
    """Two podcasts."""
    store = FeedStore(tmp_path)
    store.subscribe([Entry(ONE), Entry(TWO)])
    return store.feeds()


def plan(feeds: list[Subscription], add: list[str], remove: list[str], **base: str) -> PodcastPlan:
    """Return the plan; `base` has what both had, under `one`, `two` and `gone`."""
    ids = {"one": ONE, "two": TWO, "gone": "https://gone.example.org/feed"}
    return plan_podcasts(Changes(add, remove, 0), feeds, {ids[name]: address for name, address in base.items()})


def test_first_sync_removes_nothing_and_merges_both(feeds: list[Subscription]) -> None:
    made = plan(feeds, [ONE.upper().replace("HTTPS", "https"), "https://three.example.org/f"], [TWO])
    assert made.subscribe == ["https://three.example.org/f"]
    assert (made.unsubscribe, made.remove, made.gone) == ([], {}, set())
    assert made.add == {TWO: TWO}
    assert list(made.known) == [ONE]


def test_podcast_that_both_have_is_left_alone(feeds: list[Subscription]) -> None:
    made = plan(feeds, [ONE], [], one=ONE, two=TWO)
    assert made == PodcastPlan([], [], {}, {}, {}, set())


def test_podcast_removed_elsewhere_is_removed_here(feeds: list[Subscription]) -> None:
    made = plan(feeds, [], [f"{ONE}/"], one=ONE, two=TWO)
    assert [feed.feed_id for feed in made.unsubscribe] == [ONE]
    assert made.remove == {}


def test_podcast_removed_and_added_again_stays(feeds: list[Subscription]) -> None:
    assert plan(feeds, [ONE], [ONE], one=ONE, two=TWO).unsubscribe == []


def test_podcast_removed_here_is_removed_on_the_server(feeds: list[Subscription]) -> None:
    gone = "https://gone.example.org/feed"
    made = plan(feeds, [], [], one=ONE, two=TWO, gone="https://server.example.org/gone")
    assert (made.remove, made.gone) == ({gone: "https://server.example.org/gone"}, {gone})
    for base, removed in (("", []), (gone, [gone])):  # never accepted, or removed there too
        made = plan(feeds, [], removed, one=ONE, two=TWO, gone=base)
        assert (made.remove, made.gone) == ({}, {gone})


def test_podcast_that_the_server_renamed_is_known_by_both_addresses(feeds: list[Subscription]) -> None:
    renamed = "https://new.example.org/feed"
    assert plan(feeds, [renamed, ONE], [], one=renamed, two=TWO).subscribe == []


def test_addresses_that_are_none_are_passed_over(feeds: list[Subscription]) -> None:
    values = ["", "ftp://x.example.org/", "no address"]
    assert plan(feeds, values, values, one=ONE, two=TWO) == PodcastPlan([], [], {}, {}, {}, set())


EPISODES = [
    EpisodeIdentity("a", ONE, "g1", "https://cdn.example.org/1.mp3?x=1", 1.0),
    EpisodeIdentity("b", ONE, "g2", "https://cdn.example.org/2.mp3", 1.0),
    EpisodeIdentity("c", TWO, "g1", "https://cdn.example.org/2.mp3", 1.0),
]


def test_episode_is_found_by_guid_then_address_within_its_podcast() -> None:
    finder = EpisodeFinder(EPISODES, {ONE: "https://server.example.org/one", TWO: ""})
    assert finder.find(ONE, "g1", "") == "a"
    assert finder.find("https://server.example.org/one/", "g2", "") == "b"
    assert finder.find(TWO, "g1", "") == "c"
    assert finder.find(ONE, "other", "https://cdn.example.org/2.mp3") == "b"
    assert finder.find(ONE, "", "http://cdn.example.org/1.mp3?x=2") == "a"
    assert finder.find(ONE, "other", "https://cdn.example.org/9.mp3") is None
    assert finder.find("https://other.example.org/", "g1", "") is None


def test_recording_of_two_episodes_means_neither() -> None:
    finder = EpisodeFinder(EPISODES, {})
    assert finder.find_recording("https://cdn.example.org/1.mp3") == "a"
    assert finder.find_recording("https://cdn.example.org/2.mp3") is None
    assert finder.find_recording("") is None


def test_address_has_one_key_however_it_is_written() -> None:
    keys = {address_key(text) for text in (ONE, ONE.replace("https", "http"), f"{ONE}/", ONE.replace("feed", "F%65ed"))}
    assert len(keys) == 1


def test_episode_is_found_by_what_is_known_of_it() -> None:
    finder = EpisodeFinder([*EPISODES, EpisodeIdentity("d", ONE, "", "", 1.0)], {ONE: ONE})
    assert finder.find(ONE, None, "https://cdn.example.org/2.mp3") == "b"
    assert finder.find(ONE, "g2", None) == "b"
    assert finder.find(ONE, "other", None) is None
    assert finder.find(ONE, None, None) is None


def test_address_beats_a_similar_one() -> None:
    twins = [EpisodeIdentity(name, ONE, name, f"https://cdn.example.org/1.mp3?x={name}", 1.0) for name in "ab"]
    finder = EpisodeFinder(twins, {ONE: ONE})
    assert finder.find(ONE, None, "https://cdn.example.org/1.mp3?x=b") == "b"
    assert finder.find(ONE, None, "https://cdn.example.org/1.mp3?x=c") is None  # it may be either


def test_list_of_a_server_is_read_up_to_a_limit(feeds: list[Subscription], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(podcasts, "MAX_PODCASTS", 2)
    addresses = [f"https://{name}.example.org/f" for name in "abc"]
    assert plan(feeds, [addresses[0], *addresses], []).subscribe == addresses[:2]


def test_podcast_of_the_listeners_own_files_is_not_sent(tmp_path: Path) -> None:
    store = FeedStore(tmp_path)
    store.subscribe([Entry(ONE), Entry("folder:///shelf")])
    assert plan(store.feeds(), [], []).add == {ONE: ONE}


def test_podcast_that_was_removed_there_and_never_shared_stays(feeds: list[Subscription]) -> None:
    assert plan(feeds, [], [ONE], two=TWO).unsubscribe == []
