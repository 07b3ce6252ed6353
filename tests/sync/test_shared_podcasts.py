"""Podcasts that travel with a shared folder."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest

from tui_pod.core.wall_time import UNKNOWN
from tui_pod.shelf.feed_store import FeedStore
from tui_pod.shelf.opml import Entry
from tui_pod.state.store import StateFile
from tui_pod.sync.run import FolderOptions, SyncResult, sync_with_folder
from tui_pod.sync.shared_podcasts import (
    PodcastState,
    changed_here,
    found_there,
    newest_of_each,
    podcast_tables,
    read_podcasts,
)

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
ONE, TWO = "https://one.example.org/feed", "https://two.example.org/feed"


class Machine:
    """One of the listener's machines."""

    def __init__(self, folder: Path, name: str) -> None:
        self._shared = folder / "shared"
        self._shared.mkdir(exist_ok=True)
        self._file = StateFile(folder / name / "state.toml")
        self.store = FeedStore(folder / name)
        self.asked: list[list[str]] = []
        self.agrees: bool | None = True

    def sync(self, minutes: int = 0, is_dry: bool = False, shares: bool | None = None) -> SyncResult:
        """Sync so many minutes later."""

        def accept(titles: list[str]) -> bool | None:
            self.asked.append(titles)
            return self.agrees

        now = NOW + timedelta(minutes=minutes)
        how = FolderOptions(is_dry, accept=accept, shares_podcasts=shares)
        return sync_with_folder(self._file, self._file.load(), self.store, self._shared, now, how)

    def add(self, *addresses: str) -> None:
        self.store.subscribe([Entry(address, address[8:11].title()) for address in addresses])

    @property
    def podcasts(self) -> set[str]:
        return {feed.address for feed in self.store.feeds()}


@pytest.fixture
def machines(tmp_path: Path) -> tuple[Machine, Machine]:
    return Machine(tmp_path, "first"), Machine(tmp_path, "second")


def test_podcasts_come_once_the_listener_agrees_and_then_by_themselves(machines: tuple[Machine, Machine]) -> None:
    first, second = machines
    first.add(ONE)
    first.sync(0)
    assert second.sync(1, is_dry=True).subscribed == [ONE]
    assert (second.podcasts, second.asked) == (set(), [])
    second.agrees = None
    result = second.sync(1)
    assert (result.subscribed, result.waiting, second.podcasts, second.asked) == ([], ["One"], set(), [["One"]])
    second.agrees = True
    assert second.sync(2).subscribed == [ONE]
    first.add(TWO)
    first.sync(3)
    assert second.sync(4).subscribed == [TWO]
    assert second.podcasts == {ONE, TWO}
    assert len(second.asked) == 2


def test_podcasts_stay_apart_until_the_answer_is_another_one(machines: tuple[Machine, Machine]) -> None:
    first, second = machines
    first.add(ONE)
    second.add(TWO)
    first.sync(0)
    second.agrees = False
    for minute in (1, 2):
        result = second.sync(minute)
        assert (result.subscribed, result.waiting, second.podcasts) == ([], [], {TWO})
    assert second.asked == [["One"]]
    assert second.sync(3, is_dry=True).subscribed == []
    assert second.sync(4, shares=True).subscribed == [ONE]
    first.add("https://six.example.org/feed")
    first.sync(5)
    assert second.sync(6).subscribed == ["https://six.example.org/feed"]
    second.sync(7, shares=False)
    first.store.remove(ONE)
    first.sync(8)
    assert second.sync(9).unsubscribed == []


def test_removed_podcast_is_removed_elsewhere_and_may_come_back(machines: tuple[Machine, Machine]) -> None:
    first, second = machines
    first.add(ONE, TWO)
    for minute, machine in enumerate((first, second, first)):
        machine.sync(minute)
    second.store.remove(ONE)
    second.sync(4)
    assert first.sync(5).unsubscribed == ["One"]
    assert first.podcasts == second.podcasts == {TWO}
    first.add(ONE)
    first.sync(6)
    second.sync(7)
    assert first.podcasts == second.podcasts == {ONE, TWO}
    assert not second.sync(8).has_changed
    assert not first.sync(9).has_changed


def test_first_sync_removes_nothing(machines: tuple[Machine, Machine]) -> None:
    first, second = machines
    first.add(ONE)
    first.sync(0)
    first.store.remove(ONE)
    first.sync(1)
    second.add(ONE)
    assert second.sync(2).unsubscribed == []
    assert second.podcasts == {ONE}


def test_name_and_folders_come_with_the_podcast(machines: tuple[Machine, Machine]) -> None:
    first, second = machines
    first.add(ONE)
    first.store.configure(ONE, {"name": "Mine", "folder": "News"}, updated=10.0)
    first.sync(0)
    second.sync(1)
    (feed,) = second.store.feeds()
    assert (feed.name, feed.settings.folder) == ("Mine", (("News",),))


def test_podcast_of_another_machine_may_not_lead_into_the_own_network(machines: tuple[Machine, Machine]) -> None:
    first, second = machines
    first.add("http://127.0.0.1:8080/feed")
    first.sync(0)
    second.sync(1)
    (feed,) = second.store.feeds()
    assert not feed.is_origin_known or feed.origin == ""


def test_newest_state_of_each_wins_in_any_order_and_survives_toml() -> None:
    early, late = PodcastState(NOW, True, ONE, "One"), PodcastState(NOW + timedelta(1), False, ONE, "One")
    assert newest_of_each({ONE: early}, {ONE: late}) == newest_of_each({ONE: late}, {ONE: early}) == {ONE: late}
    assert read_podcasts(podcast_tables({ONE: early}), NOW) == {ONE: early}
    ahead = early._replace(updated=NOW + timedelta(days=400))
    assert read_podcasts(podcast_tables({ONE: ahead}), NOW) == {ONE: ahead._replace(updated=UNKNOWN)}


@pytest.mark.parametrize(
    "tables",
    [
        None, [], {ONE: 7}, {ONE: {}}, {"file:///etc": {"updated": NOW, "subscribed": True, "address": ONE}},
        {ONE: {"updated": NOW, "subscribed": True, "address": "ftp://x"}},
        {ONE: {"updated": NOW, "subscribed": 1, "address": ONE}},
        {ONE: {"updated": NOW.replace(tzinfo=None), "subscribed": True, "address": ONE}},
    ],
)  # fmt: skip
def test_tables_that_make_no_sense_are_left_out(tables: object) -> None:
    assert read_podcasts(tables, NOW) == {}


@pytest.mark.parametrize(
    ("count", "said"),
    [(1, "1 podcast: a."), (6, "6 podcasts: a, b, c, d, e and f."), (7, "7 podcasts: a, b, c, d, e and 2 more.")],
)
def test_podcasts_of_other_machines_are_named_up_to_six(count: int, said: str) -> None:
    assert found_there([*"abcdefgh"][:count]) == f"Your other machines have {said}"


@pytest.mark.parametrize(
    ("feed_id", "address", "is_shared"),
    [(ONE, ONE, True), (ONE, "folder:///shelf", False), ("folder:///shelf", ONE, False)],
)
def test_podcast_that_is_not_on_the_network_is_not_shared(feed_id: str, address: str, is_shared: bool) -> None:
    feed = cast(Any, SimpleNamespace(feed_id=feed_id, address=address, title="One"))
    found = changed_here([feed], {}, NOW, {})
    assert found == ({feed_id: PodcastState(NOW, True, address, "One")} if is_shared else {})


def test_podcasts_of_this_machine_change_with_what_it_did_since() -> None:
    feed = cast(Any, SimpleNamespace(feed_id=ONE, address=ONE, title="One"))
    before = NOW - timedelta(days=1)
    former = PodcastState(before, True, ONE, "One")
    assert changed_here([feed], {ONE: former}, NOW, {}) == {ONE: former}
    moved = former._replace(address="https://old.example.org/f")
    assert changed_here([feed], {ONE: moved}, NOW, {}) == {ONE: former._replace(updated=NOW)}
    again = former._replace(is_subscribed=False)
    assert changed_here([feed], {ONE: again}, NOW, {}) == {ONE: former._replace(updated=NOW)}
    assert changed_here([], {ONE: former}, NOW, {}) == {ONE: former._replace(updated=NOW, is_subscribed=False)}
    assert changed_here([], {ONE: again}, NOW, {}) == {ONE: again}
