"""Sources of other packages: the example in `tests/example_source`, and ones that do harm."""

from __future__ import annotations

import asyncio
import subprocess
import sys
from collections.abc import Callable, Iterator
from importlib import metadata
from pathlib import Path

import pytest

from tests.cli.conftest import Shell
from tests.cli.conftest import shell as shell
from tests.patience import PATIENCE
from tests.present import present
from tests.services.podcasts.rig import ServiceRig
from tests.sources import server
from tests.sources.folders.sounds import make_mp3
from tests.sources.server import Ranged, Site, guarded
from tests.ui.test_feeds_for_real import running
from tui_pod.core.errors import UserError
from tui_pod.core.player.snapshot import PlayerStatus
from tui_pod.library.cache import load_library
from tui_pod.net.access import PUBLIC
from tui_pod.net.fetch import FetchError, LoginWanted
from tui_pod.net.login import Login
from tui_pod.runtime.threads import CancelToken
from tui_pod.shelf.feed_store import FeedStore
from tui_pod.shelf.library import read_feeds
from tui_pod.shelf.published import FeedError
from tui_pod.sources import installed
from tui_pod.sources.installed import GROUP, installed_sources
from tui_pod.sources.opened import Podcasts
from tui_pod.sources.refresh import refresh_feed
from tui_pod.sources.table import check_sources, find_subscription, source_of, subscribe

EXAMPLE = Path(__file__).parents[1] / "example_source"


@pytest.fixture(autouse=True)
def forget() -> Iterator[None]:
    installed_sources.cache_clear()
    yield
    installed_sources.cache_clear()


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
    assert (feed["address"], feed["title"]) == (str(talks), "Talks")
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


Install = Callable[[str], None]


@pytest.fixture
def install(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Install:
    """Install a source `fake` with this code; a later one replaces it for what runs then."""
    folder = tmp_path / "packages"
    folder.mkdir()
    entry = metadata.EntryPoint("fake", "fake_source", GROUP)

    def install(code: str) -> None:
        (folder / "fake_source.py").write_text(f"{HEAD}{code}")

    monkeypatch.syspath_prepend(folder)
    monkeypatch.setattr(installed, "TAKES_WITHIN", PATIENCE)
    monkeypatch.setenv("PYTHONDONTWRITEBYTECODE", "1")  # a new text of the same size and second would not be read
    monkeypatch.setattr(metadata, "entry_points", lambda group: [entry] if group == GROUP else [])
    return install


HEAD = """
import os, signal, sys, time
from tui_pod.plugin import *

def takes(typed):
    return typed if typed.startswith("fake") else None

"""
"""Before the code of each fake; those without a class follow the contract of 2.1."""

GOOD = """
def read(place, fetch):
    return Published("Good", (PublishedItem(guid="1", title="One", audio="/one.mp3"),))
"""

BAD = {
    "fails": ("raise KeyError('song')", "KeyError: 'song' (fake_source.py, line 9)"),
    "exits": ("sys.exit()", "SystemExit:"),
    "ends": ("os._exit(3)", "its process ended with status 3"),
    "crashes": ("os.kill(os.getpid(), signal.SIGSEGV)", "its process ended with signal 11"),
    "hangs": ("signal.pause()", "no answer within 2 s"),
    "nothing": ("return None", "TypeError: NoneType instead of Published"),
    "no text": ("return Published(3, ())", "title is no text"),
    "only bad items": ("return Published('A', (None,))", "none of its items can be used, as item 1"),
}


@pytest.mark.parametrize("bad", BAD)
def test_bad_source_is_named_and_tried_three_times_and_harms_nothing(
    bad: str, install: Install, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    install(GOOD)
    store = FeedStore(tmp_path / "data")
    feed = subscribe(store, "fake").feed
    code, why = BAD[bad]
    install(f"def read(place, fetch):\n    {code}")
    monkeypatch.setattr(installed, "READS_WITHIN", 2.0 if bad == "hangs" else PATIENCE)
    failed = [refresh_feed(store, feed, CancelToken(), PUBLIC).error or "" for _ in range(3)]
    assert [error.startswith(f"Good: The source fake failed: {why}") for error in failed] == [True] * 3
    assert ["when you refresh it" in error for error in failed] == [False, False, True]
    install(GOOD)
    assert refresh_feed(store, feed, CancelToken(), PUBLIC).error == failed[2]
    make_mp3(tmp_path / "Shelf" / "one.mp3", "Mine")
    assert subscribe(store, str(tmp_path / "Shelf")).new == 1
    assert sorted(load_library([], tmp_path / "cache", store.db.file.parent).library.titles) == ["Mine", "One"]
    source_of(feed.address).try_again(feed.address)
    monkeypatch.setattr(installed, "READS_WITHIN", PATIENCE)
    assert refresh_feed(store, feed, CancelToken(), PUBLIC).error is None


def test_source_that_gives_too_much_is_refused(
    install: Install, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(installed, "MAX_TEXTS", 100)
    install("def read(place, fetch):\n    return Published('A', (PublishedItem(title='A', notes='x' * 101),))")
    with pytest.raises(FeedError, match="It gave more than 100 characters"):
        subscribe(FeedStore(tmp_path / "data"), "fake")


ITEMS = {
    "guid is no text": "guid=5",
    "title is no text": "title=b'x'",
    "audio is neither an address nor an absolute path": "audio='one.mp3'",
    "duration is no number": "duration=float('nan')",
    "marks is of another form": "marks=3",
    "headers is of another form": "headers='X'",
    "headers and parameters need": "headers={'X': 'y'}, audio='/one.mp3'",
    "headers is no table of texts in ASCII": "headers={'X\\r\\nHost: a.example': 'b'}",
}


def test_bad_items_are_left_out_and_the_first_is_named_with_its_field(install: Install, tmp_path: Path) -> None:
    items = ", ".join(f"PublishedItem(**(good | dict({bad})))" for bad in ITEMS.values())
    install(
        "def read(place, fetch):\n    good = dict(guid='g', title='Bad', audio='https://a.example/b.mp3')\n"
        f"    return Published('A', (PublishedItem(guid='1', title='One'), {items}))"
    )
    store = FeedStore(tmp_path / "data")
    assert subscribe(store, "fake").new == 1
    assert store.take_notices() == [f"fake: item 2, Bad: guid is no text; it is left out, and {len(ITEMS) - 1} more."]


@pytest.mark.parametrize("code", ["sys.exit()", "signal.pause()", "return 3", "os._exit(1)"])
def test_source_that_fails_on_what_is_typed_lets_the_others_take_it(
    code: str, install: Install, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(installed, "TAKES_WITHIN", 2.0 if "pause" in code else PATIENCE)
    install(f"def takes(typed):\n    {code}")
    make_mp3(tmp_path / "Shelf" / "one.mp3")
    store = FeedStore(tmp_path / "data")
    assert subscribe(store, str(tmp_path / "Shelf")).new == 1
    assert ["The source fake failed" in notice for notice in store.take_notices()] == [True]


def test_subscription_whose_package_is_gone_keeps_its_episodes_and_says_so(
    install: Install, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    install(GOOD)
    store = FeedStore(tmp_path / "data")
    feed = subscribe(store, "fake").feed
    installed_sources.cache_clear()  # another run
    monkeypatch.undo()
    outcome = refresh_feed(store, feed, CancelToken(), PUBLIC)
    assert outcome.error == "Good: The source fake is not installed."
    assert find_subscription(store, "fake") == store.find(feed.feed_id)
    assert store.episode_ids(feed.feed_id) != []
    assert [said for is_good, said, _ in check_sources(store) if not is_good] == [
        "Good: the source fake is not installed"
    ]


def test_damaged_packages_leave_the_usual_sources(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def damaged(**_: str) -> metadata.EntryPoints:
        raise ValueError

    monkeypatch.setattr(metadata, "entry_points", damaged)
    with pytest.raises(FeedError, match="not an http or https address"):
        subscribe(FeedStore(tmp_path / "data"), "gopher://a.example")


GUIDES = """
class Guides(SourcePlugin):
    contract = 2
    options = (Option("tongue", "Language", "en", ("en", "de")),)

    def takes(self, typed):
        return typed if typed.startswith("fake:http") else None

    def read(self, request):
        server = request.place[5:]
        found = request.fetch(f"{server}/{request.options['tongue']}.json", headers={"X-Ask": "1"}).json()
        if found.get("refused"):
            raise NeedsLogin()
        posted = request.fetch(f"{server}/post", data=b"x" * 3).body.decode()
        return Published(found["title"], tuple(
            PublishedItem(
                guid=str(number), title=f"{posted} {number}", audio=f"{server}/{number}.wav", season=1, number=number,
                marks=(Chapter(1.0, "Two"), Chapter(0.0, "One")), size=5, picture=f"{server}/1.png",
                headers={"X-Key": "hidden-key"}, parameters={"token": "hidden-token"},
            )
            for number in (1, 2)
        ))

"""
SECRETS = "s3cret", "hidden-key", "hidden-token"


@pytest.fixture
def guides(site: Site, install: Install, monkeypatch: pytest.MonkeyPatch) -> str:
    """A server of guides behind a login; return what the listener types."""
    install(GUIDES)
    entry = metadata.EntryPoint("fake", "fake_source:Guides", GROUP)
    monkeypatch.setattr(metadata, "entry_points", lambda group: [entry] if group == GROUP else [])
    for tongue in ("en", "de"):
        site.replies[f"/{tongue}.json"] = guarded(server.body(f'{{"title": "Guides {tongue}"}}', "application/json"))
    site.replies["/post"] = guarded(server.body("Stop"))
    for number in (1, 2):
        site.replies[f"/{number}.wav"] = guarded(Ranged(server.sound(2.0)))
    return f"fake:{site.url('')}"


def login(site: Site, password: str = "s3cret") -> Login:
    return Login(site.origin(), "ann", password, over_http=True)


def test_source_reaches_the_server_that_was_typed_with_a_login_that_is_asked_for(
    guides: str, site: Site, tmp_path: Path
) -> None:
    podcasts = Podcasts(tmp_path / "data", tmp_path / "cache", 10**8)
    with pytest.raises(LoginWanted, match=r"wants a login \(401\)"):
        subscribe(podcasts.store, guides)
    with pytest.raises(LoginWanted, match="does not take this login"):
        subscribe(podcasts.store, guides, login=login(site, "wrong"))
    assert podcasts.store.is_empty
    done = subscribe(podcasts.store, guides, login=login(site))
    assert (done.new, done.feed.allowed, done.feed.title) == (2, site.allowed, "Guides en")
    assert site.bodies == [b"xxx"]
    one, *_ = read_feeds(podcasts.store.db.file.parent).episodes
    details = present(podcasts.store.details(one.id))
    assert [mark.title for mark in details.item.marks] == ["One", "Two"]
    assert (details.item.season, details.item.size) == (1, 5)
    podcasts.audio.source(one).remote.wait_for_answer(CancelToken())  # type: ignore[union-attr]
    asked = dict(site.asked)[f"/{one.title[-1]}.wav?token=hidden-token"]
    assert (asked["X-Key"], asked["Authorization"]) == ("hidden-key", login(site).header())


def test_address_that_a_source_has_from_elsewhere_is_not_reached_in_the_own_network(
    install: Install, site: Site, tmp_path: Path
) -> None:
    site.replies["/"] = server.body("secret")
    install(f"def read(place, fetch):\n    return Published(fetch({site.url('/')!r}).decode())")
    with pytest.raises(FetchError, match=r"in your own network.*unless network\.private_hosts names it"):
        subscribe(FeedStore(tmp_path / "data"), "fake")
    assert site.asked == []
    assert subscribe(FeedStore(tmp_path / "data"), "fake", policy=site.policy).feed.title == "secret"


def test_password_in_what_is_typed_is_kept_with_the_logins_and_shown_nowhere(
    guides: str, site: Site, shell: Shell, home: Path, tmp_path: Path
) -> None:
    typed = guides.replace("//", "//ann:s3cret@")
    shell("feeds", "add", typed, "--http-login")
    assert "The password is kept with the logins, and not in the address." in shell.err
    said = [shell.err, shell("feeds", "list"), shell("feeds", "list", "--json"), shell("list", "--json")]
    said += [shell("export"), shell.err, shell("feeds", "set", guides)]
    assert guides in said[1]
    site.replies["/en.json"] = guarded(server.body("<html>Sign in</html>"))
    shell("feeds", "refresh", guides, status=1)
    assert f"Guides en: {site.url('/en.json')} answered with something other than JSON." in shell.err
    said += [shell.err, shell("doctor", status=1)]
    said += [
        path.read_bytes().decode("latin-1") for path in home.rglob("*") if path.is_file() and path.name != "logins.toml"
    ]
    assert [(secret, text) for text in said for secret in SECRETS if secret in text] == []


def test_source_that_refuses_a_login_in_its_own_words_asks_for_another(guides: str, site: Site, tmp_path: Path) -> None:
    store = FeedStore(tmp_path / "data")
    feed = subscribe(store, guides, login=login(site)).feed
    site.replies["/en.json"] = server.body('{"refused": true}')
    assert present(refresh_feed(store, feed, CancelToken(), PUBLIC).wanted).origin == site.origin()


def test_option_of_a_source_is_listed_set_and_obeyed(guides: str, site: Site, shell: Shell, home: Path) -> None:
    shell("feeds", "add", guides.replace("//", "//ann:s3cret@"), "--http-login")
    assert "tongue" in shell("feeds", "set", guides)
    shell("feeds", "set", guides, "tongue=fr", status=1)
    assert "tongue: “fr” must be en or de" in shell.err
    shell("feeds", "set", guides, "tongue=de")
    assert shell.json("feeds", "set", guides)["tongue"] == "de"
    shell("feeds", "refresh", guides)
    assert [feed["title"] for feed in shell.json("feeds", "list")] == ["Guides de"]


def test_secret_in_the_words_of_a_source_that_fails_is_left_out(
    guides: str, site: Site, install: Install, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    store = FeedStore(tmp_path / "data")
    feed = subscribe(store, guides, login=login(site)).feed
    install(GUIDES.replace("        server =", "        raise KeyError(request.login.password)\n        server ="))
    error = refresh_feed(store, feed, CancelToken(), PUBLIC).error or ""
    assert error.startswith("Guides en: The source fake failed: KeyError: '…'")
    assert "s3cret" not in capfd.readouterr().err


def test_item_brings_a_transcript_a_book_of_parts_and_an_article(install: Install, tmp_path: Path) -> None:
    long = "<p>" + "Herons stand still. " * 100 + "</p>"
    install(
        f"""
def read(place, fetch):
    parts = (Part("https://a.example/1.mp3", 60.0, "One"), Part("https://a.example/2.mp3", 30.0, "Two"))
    return Published("A", (
        PublishedItem(guid="1", title="Talk", audio="/1.mp3", transcript="WEBVTT\\n\\n00:01.0 --> 00:02.0\\nHello\\n"),
        PublishedItem(guid="2", title="Book", recording=Recording(author="Ann", parts=parts)),
        PublishedItem(guid="3", title="Herons", article={long!r}),
    ))
"""
    )
    podcasts = Podcasts(tmp_path / "data", tmp_path / "cache", 10**8)
    subscribe(podcasts.store, "fake")
    found = {one.title: one for one in read_feeds(podcasts.store.db.file.parent).episodes}
    assert Path(found["Talk"].transcript or "").read_text().endswith("\nHello\n")
    book = found["Book"]
    assert [(part.title, part.start) for part in book.parts] == [("One", 0.0), ("Two", 60.0)]
    assert (book.duration, book.audio) == (90.0, "https://a.example/1.mp3")
    assert "Herons stand still." in Path(found["Herons"].transcript or "").read_text()


def test_doctor_names_the_package_that_brings_a_source_back(
    example: Path, shell: Shell, home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "Talks.addresses").write_text("https://talks.example/two.mp3 Of herons\n")
    with monkeypatch.context() as patch:
        patch.syspath_prepend(example)
        shell("feeds", "add", str(tmp_path / "Talks.addresses"))
    installed_sources.cache_clear()
    said = shell("doctor", status=1)
    assert "Talks: the source address-list is not installed" in said
    assert "install tui-pod-address-list" in said


def test_source_for_a_newer_tui_pod_says_so(install: Install, tmp_path: Path) -> None:
    install("contract = 9\ndef read(request):\n    return Published('A')")
    store = FeedStore(tmp_path / "data")
    with pytest.raises(UserError):
        subscribe(store, "fake")
    assert store.take_notices() == ["It needs a newer tui-pod, with the contract 9 for sources."]


def test_option_of_another_form_is_the_fault_of_the_source(install: Install, tmp_path: Path) -> None:
    install("options = [Option('x', 'What', 'a', (3,)), ('y',)]\n" + GOOD)
    store = FeedStore(tmp_path / "data")
    with pytest.raises(UserError):
        subscribe(store, "fake")
    assert "The source fake failed: sequence item 0" in store.take_notices()[0]


async def test_source_that_was_switched_off_is_asked_again_by_r(install: Install, tmp_path: Path) -> None:
    install(GOOD)
    rig = ServiceRig(tmp_path / "rig")
    await rig.add("fake")
    install("def read(place, fetch):\n    os._exit(1)")
    (feed,) = rig.podcasts.store.feeds()
    failed = [refresh_feed(rig.podcasts.store, feed, CancelToken(), PUBLIC).error or "" for _ in range(3)]
    install(GOOD)
    assert refresh_feed(rig.podcasts.store, feed, CancelToken(), PUBLIC).error == failed[2]
    rig.service.refresher.refresh(feed.feed_id)
    await rig.until(lambda: present(rig.podcasts.store.find(feed.feed_id)).error is None, "it is refreshed")
    await rig.service.close()
