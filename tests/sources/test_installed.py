"""Sources of other packages: the example in `tests/example_source`, and ones that do harm."""

from __future__ import annotations

import asyncio
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from importlib import metadata
from pathlib import Path
from typing import Any

import pytest

from tests.cli.conftest import Shell
from tests.cli.conftest import shell as shell
from tests.sources.folders.sounds import make_mp3
from tests.ui.test_feeds_for_real import running
from tui_pod.core.player.snapshot import PlayerStatus
from tui_pod.library.cache import load_library
from tui_pod.net.access import PUBLIC
from tui_pod.runtime.threads import CancelToken
from tui_pod.shelf.feed_store import FeedStore
from tui_pod.shelf.published import FeedError, Published, PublishedItem
from tui_pod.sources import installed
from tui_pod.sources.installed import GROUP, installed_sources
from tui_pod.sources.refresh import refresh_feed
from tui_pod.sources.table import source_of, subscribe

EXAMPLE = Path(__file__).parents[1] / "example_source"


STUCK = threading.Event()


@pytest.fixture(autouse=True)
def forget() -> Iterator[None]:
    installed_sources.cache_clear()
    STUCK.clear()
    yield
    STUCK.set()
    installed_sources.cache_clear()
    sys.modules.pop("address_list", None)


@pytest.fixture(scope="module")
def example(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the example installed, without the network: the builder is installed with the tests."""
    folder = tmp_path_factory.mktemp("example")
    offline = ("--no-deps", "--no-index", "--no-build-isolation")
    command = (sys.executable, "-m", "pip", "install", "--quiet", *offline, "--target", folder, EXAMPLE)
    subprocess.run(command, check=True, timeout=60)
    return folder


def test_example_is_added_refreshed_played_searched_and_removed(
    example: Path, shell: Shell, home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.syspath_prepend(example)
    sound = make_mp3(tmp_path / "one.mp3")
    talks = tmp_path / "Talks.addresses"
    talks.write_text(f"{sound} Of kestrels\n\n")
    shell("feeds", "add", str(talks))
    assert "Talks: subscribed, 1 new episode" in shell.err
    (feed,) = shell.json("feeds", "list")
    assert (feed["address"], feed["title"]) == (f"tui-pod+address-list://{talks}", "Talks")
    talks.write_text(f"https://talks.example/two.mp3 Of herons\n{sound} Of kestrels\n")
    shell("feeds", "refresh", str(talks))
    found = {episode["title"]: episode for episode in shell.json("list") if episode["title"].startswith("Of")}
    assert found["Of herons"]["audio"] == "https://talks.example/two.mp3"
    assert [each["title"] for each in shell.json("search", "kestrels")] == ["Of kestrels"]
    shell("export")
    assert "1 address-list left out" in shell.err
    assert "ok    sources    source address-list: loaded" in shell("doctor", status=1)

    async def play() -> None:
        async with running(home) as driver:
            driver.controller.play(found["Of kestrels"]["id"])
            await driver.until(lambda: driver.status() is PlayerStatus.PLAYING, "it plays")

    asyncio.run(play())
    talks.unlink()
    shell("feeds", "refresh", status=1)
    assert f"Talks: {talks} cannot be read: No such file or directory." in shell.err
    shell("feeds", "remove", "Talks")
    assert shell.json("feeds", "list") == []


class Fake:
    """An entry point, and the source that it names."""

    def __init__(self, read: Callable[[], Any], takes: Callable[[str], Any] = lambda typed: typed) -> None:
        self.name, self.asked = "fake", 0
        self._read, self.takes = read, takes

    def load(self) -> Fake:
        return self

    def read(self, _: str, __: object) -> Any:
        self.asked += 1
        return self._read()


def hang() -> None:
    STUCK.wait()


def fail() -> None:
    raise SystemExit


BAD: dict[str, Callable[[], Any]] = {
    "fails": fail,
    "hangs": hang,
    "nothing": lambda: None,
    "no items": lambda: Published("A", (None,)),  # type: ignore[arg-type]
    "no text": lambda: Published("A", (PublishedItem(title=3),)),  # type: ignore[arg-type]
    "no place": lambda: Published("A", (PublishedItem(title="A", audio="\x1b]0;x"),)),
    "no time": lambda: Published("A", (PublishedItem(title="A", duration=float("nan")),)),
}


@pytest.fixture
def install(monkeypatch: pytest.MonkeyPatch) -> Callable[[Fake], None]:
    def install(fake: Fake) -> None:
        monkeypatch.setattr(metadata, "entry_points", lambda group: [fake] if group == GROUP else [])

    return install


@pytest.mark.parametrize("bad", BAD)
def test_bad_source_is_named_and_asked_no_more_and_harms_nothing(
    bad: str, install: Callable[[Fake], None], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(installed, "READS_WITHIN", 0.1)
    good = Published("Good", (PublishedItem(guid="1", title="One", audio="/one.mp3"),))
    answers = iter((lambda: good, BAD[bad]))
    fake = Fake(lambda: next(answers)(), lambda typed: typed if typed == "fake" else None)
    install(fake)
    store = FeedStore(tmp_path / "data")
    feed = subscribe(store, "fake").feed
    for _ in range(2):
        outcome = refresh_feed(store, feed, CancelToken(), PUBLIC)
        assert (outcome.error or "").startswith("Good: The source fake failed and is switched off")
    assert fake.asked == 2
    make_mp3(tmp_path / "Shelf" / "one.mp3", "Mine")
    assert subscribe(store, str(tmp_path / "Shelf")).new == 1
    assert sorted(load_library([], tmp_path / "cache", store.db.file.parent).library.titles) == ["Mine", "One"]


def test_source_that_gives_too_much_is_refused(
    install: Callable[[Fake], None], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(installed, "MAX_TEXTS", 100)
    install(Fake(lambda: Published("A", (PublishedItem(title="A", notes="x" * 101),)), lambda typed: typed))
    with pytest.raises(FeedError, match="It gave more than 100 characters"):
        subscribe(FeedStore(tmp_path / "data"), "fake")


@pytest.mark.parametrize("takes", [fail, hang, lambda: 3, lambda: b"x"])
def test_source_that_fails_on_what_is_typed_lets_the_others_take_it(
    takes: Callable[[], Any], install: Callable[[Fake], None], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(installed, "TAKES_WITHIN", 0.1)
    install(Fake(fail, lambda _: takes()))
    make_mp3(tmp_path / "Shelf" / "one.mp3")
    store = FeedStore(tmp_path / "data")
    assert subscribe(store, str(tmp_path / "Shelf")).new == 1
    assert ["switched off" in notice for notice in store.take_notices()] == [True]


def test_subscription_whose_package_is_gone_keeps_its_episodes_and_says_so(
    install: Callable[[Fake], None], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    install(Fake(lambda: Published("Good", (PublishedItem(guid="1", title="One"),))))
    store = FeedStore(tmp_path / "data")
    feed = subscribe(store, "fake").feed
    installed_sources.cache_clear()  # another run
    monkeypatch.undo()
    outcome = refresh_feed(store, feed, CancelToken(), PUBLIC)
    assert outcome.error == "Good: The source fake is not installed."
    assert source_of(feed.address).shown(feed.address) == "fake"
    assert store.episode_ids(feed.feed_id) != []


def test_damaged_packages_leave_the_usual_sources(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def damaged(**_: str) -> metadata.EntryPoints:
        raise ValueError

    monkeypatch.setattr(metadata, "entry_points", damaged)
    with pytest.raises(FeedError, match="not an http or https address"):
        subscribe(FeedStore(tmp_path / "data"), "gopher://a.example")
