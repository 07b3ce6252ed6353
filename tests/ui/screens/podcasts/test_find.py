"""Finding a podcast by words: what is asked and said, the results, the preview, and subscribing.

The login that a server asks for: over http it is sent only after a second enter.
"""

from datetime import UTC, date, datetime

import pytest
from textual.widgets import Input, OptionList, Static

from tests.app_driver import AppDriver, run_app
from tests.fakes import START, FakeFeeds
from tests.hostile import HOSTILE_TITLES
from tests.ui.screens.test_dialog import shown
from tui_pod.audio.cover import PICTURE_BYTES
from tui_pod.core.library.library import Library
from tui_pod.core.library.own_lists import OwnList
from tui_pod.core.progress.progress import Progress
from tui_pod.core.text.clean import clean_title
from tui_pod.imports.players import ImportFault
from tui_pod.net.fetch import LoginWanted
from tui_pod.net.login import Login
from tui_pod.services.frontend import LoginQuestion
from tui_pod.services.podcasts.directories import DirectorySearch, is_words
from tui_pod.services.podcasts.imports import Preview
from tui_pod.shelf.opml import Entry, Imported
from tui_pod.shelf.published import FeedError, Published, PublishedItem
from tui_pod.sources.directories import Finding, FoundPodcast
from tui_pod.sync.podcasts import ImportPlan
from tui_pod.ui.screens.lists import CollectScreen
from tui_pod.ui.screens.main import MainScreen
from tui_pod.ui.screens.podcasts.add import AddFeedScreen, ImportScreen, TopScreen
from tui_pod.ui.screens.podcasts.find import FindScreen
from tui_pod.ui.screens.podcasts.login import OPENLY
from tui_pod.ui.widgets.cover import Cover

SHIPS = FoundPodcast(
    "https://ships.example/f", "Tall Ships", "Ann", 120, date(2026, 11, 20), "en", "https://ships.example/c.jpg",
    directories=("iTunes",),
)  # fmt: skip
LIGHTS = FoundPodcast("https://licht.example/f", "Leuchttürme", directories=("fyyd",))
FEED = Published(
    "Tall Ships!",
    (PublishedItem(title="The mast", published=1_795_500_000.0, duration=90.0), PublishedItem(title="The keel")),
    summary="About ships.",
    language="en-gb",
)


async def search(driver: AppDriver, words: str = "ships") -> None:
    """Look for words."""
    await driver.press("a")
    await driver.write(words)
    await driver.press("enter")


async def look(driver: AppDriver, words: str = "ships") -> None:
    """Look for words, and wait for the podcasts."""
    asked = driver.services.asked_feeds.asked_directories
    asked.search = DirectorySearch(Finding((SHIPS, LIGHTS), ("fyyd is in trouble.",), 1), frozenset((LIGHTS.address,)))
    asked.feed = FEED
    await search(driver, words)
    await driver.until(lambda: "Tall Ships" in driver.text, "the podcasts are shown")


async def test_charts_are_offered_by_category_and_country_and_looked_into(driver: AppDriver) -> None:
    asked = driver.services.asked_feeds.asked_directories
    asked.search, asked.feed = DirectorySearch(Finding((SHIPS, LIGHTS)), frozenset()), FEED
    await driver.press("a")
    assert "↓ Top podcasts" in driver.text
    await driver.press("down")
    assert "Top podcasts in AT" in driver.text
    assert "True Crime" in driver.text
    await driver.write("de")
    await driver.press("enter")
    await driver.until(lambda: "Top podcasts in DE" in driver.text, "it is Germany's")
    await driver.write("com")
    await driver.press("enter")
    await driver.until(lambda: "Top podcasts in DE, Comedy" in driver.text, "the chart is shown")
    await driver.until(lambda: "2 podcasts from iTunes." in driver.text, "the podcasts are shown")
    await driver.press("enter")
    await driver.until(lambda: "The mast" in driver.text, "its episodes are shown")
    assert driver.services.asked_feeds.wishes == [("top", "DE", "Comedy"), ("play_preview", SHIPS.address)]


@pytest.mark.parametrize("kind", ["charts", "lists"])
async def test_down_moves_in_a_list_that_is_longer_than_the_screen(library: Library, kind: str) -> None:
    names = tuple(f"Number {number}" for number in range(40))
    async with run_app(library, size=(80, 16)) as driver:
        driver.services.asked_feeds.asked_directories.charts = names
        lists = [OwnList(name, START) for name in names]
        shown = TopScreen(driver.services, print) if kind == "charts" else CollectScreen("Lists", lists, print, print)
        await driver.app.push_screen(shown)
        await driver.press("down", "down")
        assert driver.app.screen.query_one(OptionList).highlighted == 2
        assert "Number 2" in driver.text
        await driver.press(*["down"] * 20)
        assert "Number 20" in driver.text


async def test_words_find_podcasts_with_all_that_is_known(driver: AppDriver) -> None:
    await look(driver, "tall ships")
    assert driver.services.asked_feeds.wishes == [("find", "tall ships")]
    for said in (
        "Podcasts for “tall ships”", "2 podcasts from iTunes and fyyd · 1 left out (no feed).",
        "fyyd is in trouble.", "Ann · 120 episodes · last 20 Nov 2026 · en", "subscribed",
    ):  # fmt: skip
        assert said in driver.text
    assert driver.text.index("Leuchttürme") < driver.text.index("subscribed")
    assert "enter Episodes  a Subscribe" in driver.text


@pytest.mark.parametrize("episode", ["The keel", "The rudder"])
async def test_enter_plays_an_episode_that_was_found_or_shows_its_podcast(driver: AppDriver, episode: str) -> None:
    asked = driver.services.asked_feeds.asked_directories
    found = FoundPodcast(SHIPS.address, "Tall Ships", newest=date(2026, 10, 2), episode=episode)
    asked.search = DirectorySearch(Finding((LIGHTS,), episodes=(found,)), frozenset())
    asked.feed = FEED
    await search(driver, "keel")
    await driver.until(lambda: "Tall Ships · 2 Oct 2026" in driver.text, "the episode is shown")
    assert "1 podcast from iTunes and fyyd · 1 episode below." in driver.text
    assert "enter Episodes / Play" in driver.text
    await driver.press("j", "enter")
    if episode == "The keel":
        await driver.until(lambda: driver.shows(MainScreen), "it plays")
        assert driver.services.asked_feeds.wishes[-1] == ("play_preview", SHIPS.address, "Tall Ships!", "The keel")
    else:
        await driver.until(lambda: "About ships." in driver.text, "its podcast is shown")


async def test_cover_of_the_podcast_at_the_cursor_is_shown_where_it_can_be(
    library: Library, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tui_pod.ui.screens.podcasts.find.are_covers_drawn", lambda *_: True)
    async with run_app(library) as driver:
        driver.services.covers.pictures[str(SHIPS.cover)] = bytes(PICTURE_BYTES)
        await look(driver)
        cover = driver.app.screen.query_one(Cover)
        await driver.until(lambda: cover.picture is not None, "the cover of the first is drawn")
        await driver.press("j")
        await driver.until(lambda: cover.picture is None, "the second has none")


async def test_cover_that_comes_while_the_dialog_closes_is_left_out(
    library: Library, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tui_pod.ui.screens.podcasts.find.are_covers_drawn", lambda *_: True)
    async with run_app(library) as driver:

        async def close(_: object) -> bytes:
            await driver.app.screen.query_one(Cover).remove()  # as when its dialog is taken apart
            return bytes(PICTURE_BYTES)

        monkeypatch.setattr(driver.services.covers, "picture", close)
        await look(driver)
        await driver.until(lambda: not driver.app.screen.query(Cover), "the cover is gone")
        await driver.settle()
        assert driver.shows(FindScreen)


@pytest.mark.parametrize("key", ["enter", "a"])
async def test_enter_shows_the_episodes_and_plays_one_and_a_subscribes(driver: AppDriver, key: str) -> None:
    await look(driver)
    await driver.press("enter")
    await driver.until(lambda: "The mast" in driver.text, "the episodes are shown")
    for said in ("Tall Ships!", "Ann · 2 episodes · en-gb", "About ships.", "24 Nov 2026", "1:30", "The keel"):
        assert said in driver.text
    await driver.press("j", key)
    done = ("add listed", SHIPS.address) if key == "a" else ("play_preview", SHIPS.address, "Tall Ships!", "The keel")
    assert driver.services.asked_feeds.wishes[1:] == [("play_preview", SHIPS.address), done]
    assert not driver.shows(FindScreen)


@pytest.mark.parametrize(("count", "more"), [(300, ""), (1301, "… and 1,001 more")])
async def test_long_podcast_is_shown_in_part(count: int, more: str, driver: AppDriver) -> None:
    await look(driver)
    summary = "s" * (400 + bool(more))
    feed = FEED._replace(items=tuple(PublishedItem(title=f"Part {n}") for n in range(count)), summary=summary)
    driver.services.asked_feeds.asked_directories.feed = feed
    await driver.press("enter")
    await driver.until(lambda: "Part 0" in driver.text, "the episodes are shown")
    said = str(driver.app.screen.query_one("#outcome", Static).content)
    assert said.endswith(f"\n{'s' * 400}{'…' * bool(more)}")
    rows = driver.app.screen.query_one(OptionList)
    assert rows.option_count == 300 + bool(more)
    await driver.press("end")
    assert str(rows.options[-1].prompt).strip() == (more or "Part 299")
    await driver.press("enter")
    assert driver.shows(MainScreen) is not bool(more)


async def test_podcast_without_episodes_says_so(driver: AppDriver) -> None:
    await look(driver)
    driver.services.asked_feeds.asked_directories.feed = FEED._replace(items=())
    await driver.press("enter")
    await driver.until(lambda: "There are no episodes yet." in driver.text, "it says so")
    await driver.press("enter")
    assert driver.shows(FindScreen)


async def test_escape_goes_back_to_the_podcasts_where_a_subscribes_to_that_at_the_cursor(driver: AppDriver) -> None:
    await look(driver)
    await driver.press("j", "enter")
    await driver.until(lambda: "The mast" in driver.text, "the episodes are shown")
    await driver.press("escape")
    assert "Leuchttürme" in driver.text
    await driver.press("enter")
    assert driver.services.asked_feeds.wishes[-1] == ("play_preview", LIGHTS.address)
    await driver.press("escape", "a")
    assert driver.services.asked_feeds.wishes[-1] == ("add listed", LIGHTS.address)
    assert not driver.shows(FindScreen)


@pytest.mark.parametrize("stage", ["preview", "subscribe", "play"])
async def test_what_fails_is_said_and_the_rest_stays(driver: AppDriver, stage: str) -> None:
    await look(driver)
    if stage == "preview":
        driver.services.asked_feeds.asked_directories.feed = FeedError("It is no feed.")
        await driver.press("enter")
    else:
        driver.services.asked_feeds.refusal = FeedError("It is no feed.")
        await driver.press("enter")
        await driver.until(lambda: "The mast" in driver.text, "the episodes are shown")
        await driver.press("a" if stage == "subscribe" else "enter")
    await driver.until(lambda: "It is no feed." in driver.text, "the refusal is said")
    assert driver.shows(FindScreen)
    assert ("Leuchttürme" if stage == "preview" else "The mast") in driver.text


async def test_directories_that_cannot_be_asked_are_not_said_to_have_nothing(driver: AppDriver) -> None:
    faults = tuple(f"{name} cannot be asked: this machine is offline." for name in ("iTunes", "fyyd"))
    driver.services.asked_feeds.asked_directories.search = DirectorySearch(
        Finding(faults=faults, unanswered=("iTunes", "fyyd")), frozenset()
    )
    await search(driver)
    await driver.until(lambda: "cannot be asked" in driver.text, "it is said")
    assert "found" not in driver.text
    assert driver.app.screen.query_one("#outcome").has_class("-wrong")


async def test_add_says_whom_it_would_ask_and_that_nothing_is_found(driver: AppDriver) -> None:
    await driver.press("a")
    assert "or words to search for in iTunes and fyyd." in driver.text
    await driver.press("enter")
    assert driver.services.asked_feeds.wishes == []
    await driver.press("escape")
    await search(driver)
    await driver.until(lambda: "No podcast found in iTunes and fyyd." in driver.text, "it is said")
    assert "esc Back" in driver.text
    assert "Subscribe" not in driver.text
    await driver.press("enter", "j", "escape")
    assert driver.shows(AddFeedScreen)  # with what was typed
    await driver.write("x")
    assert "shipsx" in driver.text
    await driver.press("escape")
    assert driver.shows(MainScreen)


async def test_hostile_titles_are_shown_as_text(library: Library) -> None:
    titles = map(clean_title, HOSTILE_TITLES.values())
    podcasts = [FoundPodcast(f"https://{n}.example/", title, title) for n, title in enumerate(titles)]
    async with run_app(library, size=(120, 60)) as driver:
        asked = driver.services.asked_feeds.asked_directories
        asked.search = DirectorySearch(Finding(tuple(podcasts)), frozenset())
        await search(driver)
        await driver.until(lambda: f"{len(podcasts)} podcasts" in driver.text, "they are shown")
        assert "[BOS] and [EOS] frame a text" in driver.text
        assert "[@click=app.quit]x[/]" in driver.text


@pytest.mark.parametrize(
    "typed", ["example.org", "https://example.org/f", "feed:x.org/f", "localhost:8080/f", "~/Books", "./x", "'/a b'"]
)
def test_addresses_and_paths_are_no_words(typed: str) -> None:
    assert not is_words(typed)


@pytest.mark.parametrize("typed", ["radiolab", "99% invisible", "St. Elsewhere", "Radio: the story", "ö"])
def test_other_text_is_words(typed: str) -> None:
    assert is_words(typed)


NEW = Entry("https://ships.example/f", "[b]Ships[/b]", (("History", "Sea"),))
KNOWN = Entry("https://known.example/f", "Known")
PROGRESS = {"a": Progress(datetime(2026, 1, 1, tzinfo=UTC), played=True)}
FOUND = Preview(
    Imported("AntennaPod", (NEW, KNOWN), faults=("1 podcast has no address.",)), ImportPlan((NEW,), PROGRESS, 2)
)


@pytest.mark.parametrize("key", ["enter", "escape"])
async def test_export_is_shown_before_it_is_taken(driver: AppDriver, key: str) -> None:
    feeds = driver.services.asked_feeds
    feeds.asked_imports.found["~/export.db"] = FOUND
    await driver.press("a")
    await driver.write("~/export.db")
    await driver.press("enter")
    await driver.until(lambda: driver.shows(ImportScreen), "the export is shown")
    for said in (
        "Import from AntennaPod", "1 podcast new, 1 episode played, 0 started, 2 not found here",
        "1 podcast has no address.", "[b]Ships[/b]  History/Sea",
    ):  # fmt: skip
        assert said in driver.text
    await driver.press(key)
    assert not driver.shows(ImportScreen)
    assert feeds.wishes == ([("take", "AntennaPod")] if key == "enter" else [])


async def test_podcast_of_an_export_is_left_out_once_it_is_unticked() -> None:
    imports = FakeFeeds().asked_imports
    other = Entry("https://other.example/f", "Other")
    found = Preview(Imported("AntennaPod", (NEW, other, KNOWN)), ImportPlan((NEW, other), {}, 0))
    async with shown(ImportScreen(found, imports)) as (app, pilot):
        before = [str(option.prompt) for option in app.screen.query_one(OptionList).options]
        await pilot.press("v")
        assert [str(option.prompt)[:2] for option in app.screen.query_one(OptionList).options] == ["  ", "✓ "]
        await pilot.press("up", "v")
        assert [str(option.prompt) for option in app.screen.query_one(OptionList).options] == before
    assert found.without({0}) == Preview(Imported("AntennaPod", (other, KNOWN)), ImportPlan((other,), {}, 0))


@pytest.mark.parametrize("size", [(80, 24), (120, 40), (40, 12)])
async def test_long_export_leaves_header_and_bar_visible(size: tuple[int, int], library: Library) -> None:
    new = tuple(Entry("https://ships.example/f", f"Podcast {number}") for number in range(40))
    async with run_app(library, size) as driver:
        await driver.press("enter")
        lines = driver.text.split("\n")
        bar, imports = driver.bar.region.y, driver.services.asked_feeds.asked_imports
        await driver.app.show_dialog(ImportScreen(FOUND._replace(taking=ImportPlan(new, {}, 0)), imports))
        await driver.press("end")
        await driver.until(lambda: "Podcast 39" in driver.text, "the last row is in sight")
        assert (lines[0], lines[bar]) == (driver.text.split("\n")[0], driver.text.split("\n")[bar])


@pytest.mark.parametrize(("count", "last"), [(300, "Podcast 299"), (1301, "… and 1,001 more")])
async def test_long_export_is_listed_in_part(count: int, last: str) -> None:
    new = tuple(Entry("https://ships.example/f", f"Podcast {number}") for number in range(count))
    many = FOUND._replace(taking=ImportPlan(new, {}, 0))
    async with shown(ImportScreen(many, FakeFeeds().asked_imports)) as (app, _):
        options = app.screen.query_one(OptionList).options
        assert len(options) == min(count, 301)
        assert str(options[-1].prompt).removeprefix("✓").strip() == last


async def test_export_that_is_damaged_says_why_and_keeps_what_was_typed(driver: AppDriver) -> None:
    driver.services.asked_feeds.asked_imports.found["~/x.db"] = ImportFault("x.db cannot be read.")
    await driver.press("a")
    await driver.write("~/x.db")
    await driver.press("enter")
    await driver.until(lambda: "x.db cannot be read." in driver.text, "it says why")
    assert "~/x.db" in driver.text


ANN = Login(("http", "a.example", 80), "ann", "s3cret")


class Server:
    """Takes every login, and remembers which."""

    def __init__(self) -> None:
        self.logins: list[Login] = []

    def ask(self, driver: AppDriver, scheme: str, known: Login | None = None) -> None:
        """Have the app ask for a login; `known` is one that was given before."""
        driver.app.frontend.ask_login(LoginQuestion(LoginWanted(f"{scheme}://a.example/feed", known), self._use))

    async def _use(self, login: Login) -> None:
        self.logins.append(login)


@pytest.fixture
def server() -> Server:
    return Server()


async def test_login_over_https_is_sent_at_once(driver: AppDriver, server: Server) -> None:
    server.ask(driver, "https")
    await driver.press(*"ann", "enter", *"s3cret", "enter")
    await driver.until(lambda: driver.app.screen is driver.main, "it is closed")
    assert [(login.user, login.password, login.over_http) for login in server.logins] == [("ann", "s3cret", False)]


@pytest.mark.parametrize(("known", "fields"), [(ANN, ["ann", "s3cret"]), (None, ["", ""])])
async def test_login_over_http_is_not_sent_by_the_first_enter(
    known: Login | None, fields: list[str], driver: AppDriver, server: Server
) -> None:
    server.ask(driver, "http", known)
    await driver.settle()
    assert [field.value for field in driver.app.screen.query(Input)] == fields
    await driver.press("enter", "enter")
    assert OPENLY[:40] in driver.text
    assert server.logins == []


async def test_changed_login_over_http_asks_for_a_second_enter_again(driver: AppDriver, server: Server) -> None:
    server.ask(driver, "http")
    await driver.press(*"ann", "enter", *"s3cre", "enter", "t", "enter")
    assert server.logins == []
    await driver.press("enter")
    await driver.until(lambda: server.logins, "it is sent")
    assert (server.logins[0].password, server.logins[0].over_http) == ("s3cret", True)
