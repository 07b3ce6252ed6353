"""Podcasts on the screen: their keys, their rows, their details, and what stays when the library is swapped."""

from collections.abc import Sequence
from datetime import date

import pytest
from textual.widget import Widget

from tests.app_driver import AppDriver, run_app
from tests.fakes import START
from tests.hostile import HOSTILE_TITLES
from tests.present import present
from tui_pod.core.library.episode import Episode, Topic
from tui_pod.core.library.library import Library, build_library
from tui_pod.core.library.row_states import WHOLE, DownloadState
from tui_pod.core.library.show_notes import EpisodeNotes, PodcastFacts
from tui_pod.core.library.topics import topic_key
from tui_pod.core.library.transcript import Cue, Transcript
from tui_pod.core.player.snapshot import Chapter, PlayerStatus
from tui_pod.core.selection.list_query import Filter, ListQuery, SmartList, Sort
from tui_pod.core.selection.queue import Queue
from tui_pod.core.text.clean import clean
from tui_pod.services.podcasts.troubles import Trouble
from tui_pod.shelf.published import FeedError, Published, PublishedItem
from tui_pod.ui.screens.session import PlanScreen
from tui_pod.ui.widgets.episode_pane import EpisodePane
from tui_pod.ui.widgets.transcript_view import TranscriptView

CAST, OTHER = "https://cast.example.org/f", "https://other.example.org/f"

CAST_KEY = topic_key("Science", "Cast", feed=CAST)
OTHER_KEY = topic_key("", "Other", feed=OTHER)


def make_library(
    cast: Sequence[int] = range(9, 0, -1), other: Sequence[int] = (2, 1), first: Topic | None = None
) -> Library:
    """Return a catalogue of two talks, a podcast in a folder, and another one."""
    topics = [Topic("Talks"), Topic("Science"), Topic(CAST_KEY, "Science"), Topic(OTHER_KEY)]
    episodes = [Episode(f"talk-{n}", f"Talk {n}", "Said.", 60.0, tags=("Talks",)) for n in (2, 1)]
    keys: list[tuple[str, ...]] = [("Talks",)] * 2
    for name, key, numbers in (("cast", CAST_KEY, cast), ("other", OTHER_KEY, other)):
        for number in numbers:
            audio = f"https://media.example.org/{name}/{number}.mp3"
            episodes.append(
                Episode(f"{name}-{number}", f"{name.title()} {number}", f"The number {number}.", 100.0 * number,
                        date(2026, 1, number), (name.title(),), audio)
            )  # fmt: skip
            keys.append((key,))
    return build_library([*([first] if first else []), *topics], episodes, keys)


def topic(library: Library, name: str) -> int:
    found = present(library.topics.find(name))
    return found


LIBRARY = make_library()
IN_CAST = ListQuery(entry=topic(LIBRARY, "Cast"))

pytestmark = pytest.mark.app(query=IN_CAST)


@pytest.fixture
def library() -> Library:
    """What the app has: two talks and two podcasts."""
    return LIBRARY


async def swap(driver: AppDriver, library: Library) -> None:
    """Give the running app another library, as a refresh does, and wait until it is shown."""
    put(driver, library)
    await driver.settle()


def put(driver: AppDriver, library: Library) -> None:
    progress_index = driver.controller.progress_index.moved_to(library)
    driver.controller.adopt(library, progress_index)
    driver.services.first = driver.services.first._replace(library=library, progress_index=progress_index)
    driver.app.frontend.library_changed(library, progress_index)
    driver.library, driver.progress_index = library, progress_index


@pytest.mark.parametrize("on_tree", [False, True], ids=["t", "i"])
async def test_pane_that_is_made_while_the_library_is_swapped_shows_what_was_asked_for(
    monkeypatch: pytest.MonkeyPatch, on_tree: bool
) -> None:
    query = ListQuery(entry=topic(LIBRARY, "Other"))
    async with run_app(LIBRARY, query=query, size=(80, 24)) as driver:
        later = make_library(cast=[9], first=Topic("Another"))

        def adopt(_: Widget) -> None:
            monkeypatch.undo()
            put(driver, later)

        driver.services.transcripts["other-2"] = Transcript((Cue("Of the other."),))
        monkeypatch.setattr(EpisodePane if on_tree else TranscriptView, "on_mount", adopt, raising=False)
        await driver.press(*(("shift+tab", "i") if on_tree else ("t",)))
        await driver.until(lambda: ("Episodes   2" if on_tree else "Of the other.") in driver.text, "it is shown")
        assert "Other" in driver.text


# -- keys ----------------------------------------------------------------------------------------------


async def test_a_that_fails_says_why_and_keeps_what_was_typed(driver: AppDriver) -> None:
    driver.services.asked_feeds.refusal = FeedError("The host [b]nowhere[/] cannot be found.")
    driver.services.asked_feeds.answers.clear()
    await driver.press("a", *"nowhere.example", "enter", "enter")
    assert "Looking for the podcast" in driver.text
    driver.services.asked_feeds.answers.set()
    await driver.until(lambda: "The host [b]nowhere[/] cannot be found." in driver.text, "it says why")
    assert "enter Add" in driver.text
    await driver.press("x", "enter")
    assert driver.services.asked_feeds.wishes == [("add", "nowhere.example"), ("add", "nowhere.examplex")]
    assert driver.notices == []


@pytest.mark.app
async def test_a_that_succeeds_opens_the_podcast(driver: AppDriver) -> None:
    await driver.press("a", *CAST, "enter")
    await driver.until(lambda: driver.listed == IN_CAST.entry, "the podcast is shown")
    assert driver.focus == "list"


async def test_i_in_the_tree_tells_all_about_a_podcast(driver: AppDriver) -> None:
    driver.services.asked_feeds.facts[CAST] = PodcastFacts(
        "https://x.example/feed", "About [b]ships[/].", "https://x.example/", START, "HTTP 404."
    )
    await driver.press("tab", "i")
    await driver.until(lambda: "HTTP 404." in driver.text, "the last error is shown")
    for fact in ("https://x.example/feed", "About [b]ships[/].", "24 Nov 2026 13:00", "Episodes"):
        assert fact in driver.text
    await driver.press("i")
    assert driver.app.screen is driver.main


async def test_podcast_that_another_one_recommends_is_looked_into_before_subscribing(driver: AppDriver) -> None:
    summary = "Ships.\nRecommends: Lighthouses (https://light.example/f)"
    driver.services.asked_feeds.facts[CAST] = PodcastFacts("https://x.example/feed", summary, "https://x.example/")
    asked = driver.services.asked_feeds.asked_directories
    asked.feed = Published("Lighthouses", (PublishedItem(title="The lamp"),), summary="All of them.")
    await driver.press("tab", "i")
    await driver.until(lambda: "Recommends: Lighthouses" in driver.text, "it is said")
    await driver.press("G", "enter")
    await driver.until(lambda: "The lamp" in driver.text, "its episodes are shown")
    await driver.press("escape", "escape")
    assert driver.app.screen is driver.main
    await driver.press("enter")
    await driver.until(lambda: "The lamp" in driver.text, "its episodes are shown again")
    await driver.press("a")
    wishes = driver.services.asked_feeds.wishes
    assert wishes == [*[("play_preview", "https://light.example/f")] * 2, ("add listed", "https://light.example/f")]


async def test_r_refreshes_the_open_podcast_d_downloads_all_of_it_and_x_removes_downloads_or_itself(
    driver: AppDriver,
) -> None:
    await driver.press("r", "g", "v", "v", "x", "escape", "tab", "d", "x")
    assert driver.services.asked_feeds.wishes == [
        ("refresh", CAST), ("remove_downloads", "cast-9", "cast-8"),
        ("download", *(f"cast-{number}" for number in range(9, 0, -1))), ("remove_feed", CAST),
    ]  # fmt: skip


# -- downloads in rows, work in the header -------------------------------------------------------------


async def show(driver: AppDriver, **downloads: DownloadState | None) -> list[str]:
    """Show downloads, and return the titles' lines of the list."""
    driver.app.frontend.downloads_changed({name.replace("_", "-"): download for name, download in downloads.items()})
    await driver.settle()
    return [row for row in driver.rows_of(driver.episodes) if row[1:].startswith(("○ Cast", ". Cast"))]


async def test_rows_show_how_far_downloads_are(driver: AppDriver) -> None:
    await driver.press("g")
    rows = await show(
        driver,
        cast_9=WHOLE,
        cast_8=DownloadState(text="45 %", share=0.45),
        cast_7=DownloadState(text="3 MB"),
        cast_6=DownloadState(text="…"),
    )
    assert rows[0].endswith("↓  15:00")
    assert rows[1].endswith("↓ ━━╌╌╌╌ 45 %  13:20")
    assert rows[2].endswith("↓ 3 MB  11:40")
    assert rows[3].endswith("↓ …  10:00")
    assert "↓" not in rows[4]
    rows = await show(driver, cast_9=None, cast_8=WHOLE)
    assert ("↓" in rows[0], rows[1].endswith("↓  13:20")) == (False, True)


async def test_details_say_why_a_download_failed(driver: AppDriver) -> None:
    await driver.press("g", "i")
    assert "Last error" not in driver.text
    driver.services.asked_feeds.asked_downloads.errors["cast-9"] = "“Cast 9” was not downloaded: HTTP 404."
    driver.app.frontend.downloads_changed({"cast-9": DownloadState(error="HTTP 404.")})
    await driver.until(lambda: "was not downloaded: HTTP 404." in driver.text, "the reason is shown")


async def test_last_of_ten_thousand_changes_of_downloads_is_shown() -> None:
    library = make_library(cast=range(1, 29), other=())
    async with run_app(library) as driver:
        for number in range(100):
            driver.app.frontend.downloads_changed({f"cast-{number}-{n}": WHOLE for n in range(100)})
        for number in range(200):
            driver.app.frontend.downloads_changed({driver.shown[0]: DownloadState(text=f"{number} %")})
        await driver.settle()
        assert "199 %" in driver.text


# -- another library -----------------------------------------------------------------------------------

MORE = make_library(cast=range(12, 0, -1), first=Topic("New"))
"""What a refresh brings: three episodes at the top, and a topic before the others."""

LESS = make_library(cast=(9, 7, 6, 5))


async def test_swap_keeps_topic_cursor_filter_sort_and_search() -> None:
    view = IN_CAST._replace(filter=Filter.UNPLAYED, sort=Sort.SHORTEST)
    async with run_app(LIBRARY, query=view) as driver:
        await driver.press("/")
        await driver.write("number")
        await driver.press("enter", "j", "j")
        assert driver.current == "cast-3"
        await swap(driver, MORE)
        assert driver.current == "cast-3"
        assert driver.shown == [f"cast-{number}" for number in range(1, 13)]
        assert driver.title == "Cast · 12 episodes · 2 h 10 m · shortest first"
        assert driver.narrowing == "/ number  12 of 12 · unplayed"
        await driver.press("escape")
        assert (len(driver.shown), driver.current) == (12, "cast-3")


async def test_swap_keeps_what_is_in_sight_where_it_is() -> None:
    async with run_app(LIBRARY, size=(80, 16), query=IN_CAST) as driver:
        await driver.press("G", "k", "k")
        before = [row[:20].rstrip() for row in driver.rows_of(driver.episodes)]
        await swap(driver, MORE)
        assert [row[:20].rstrip() for row in driver.rows_of(driver.episodes)] == before


async def test_swap_keeps_what_is_selected(driver: AppDriver) -> None:
    await driver.press("g", "v", "j", "v", "V", "j")
    await swap(driver, MORE)
    await driver.press("d")
    assert driver.services.asked_feeds.wishes == [("download", "cast-9", "cast-7", "cast-6", "cast-5")]


async def test_swap_in_which_the_episode_at_the_cursor_vanished_stays_near(driver: AppDriver) -> None:
    await driver.press("g", "j", "v")
    await driver.press("k")
    assert driver.current == "cast-8"
    await swap(driver, LESS)
    assert driver.current == "cast-7"
    await driver.press("d")
    assert driver.services.asked_feeds.wishes == [("download", "cast-7")]


async def test_swap_keeps_the_topic_it_is_on_in_tree_and_list_or_opens_the_one_above(driver: AppDriver) -> None:
    await driver.press("tab")
    await swap(driver, MORE)
    assert driver.library.topics.names[driver.tree.entry] == "Cast"
    assert (driver.listed, driver.title.partition(" ")[0]) == (driver.tree.entry, "Cast")
    assert ("New", 0) in driver.tree_rows()
    assert ("Cast", 12) in driver.tree_rows()
    await driver.press("x")
    assert driver.services.asked_feeds.wishes == [("remove_feed", CAST)]
    topics = [Topic("Talks"), Topic("Science")]
    await swap(driver, build_library(topics, [Episode("talk-1", "Talk 1", tags=("Talks",))]))
    assert driver.library.topics.names[driver.listed] == "Science"
    assert driver.tree.entry == driver.listed
    assert (driver.shown, "No episodes here." in driver.text) == ([], True)
    await swap(driver, LIBRARY)
    assert driver.library.topics.names[driver.listed] == "Science"
    assert len(driver.shown) == 9


async def test_swap_keeps_the_search_while_the_tree_has_the_focus(driver: AppDriver) -> None:
    await driver.press("/")
    await driver.write("cast 3")
    await driver.press("enter", "tab")
    await swap(driver, MORE)
    assert (driver.focus, driver.main.model.query.query, driver.shown) == ("tree", "cast 3", ["cast-3"])


async def test_swap_keeps_what_is_typed_into_the_search(driver: AppDriver) -> None:
    await driver.press("/")
    await driver.write("number 1")
    await swap(driver, MORE)
    assert (driver.focus, driver.shown) == ("search", ["cast-12", "cast-11", "cast-10", "cast-1"])
    await driver.write("2")
    assert driver.shown == ["cast-12"]
    await driver.press("backspace")
    assert len(driver.shown) == 4


async def test_swap_while_moving_in_the_tree_lists_the_topic_of_the_cursor() -> None:
    async with run_app(LIBRARY, query=ListQuery(entry=0)) as driver:
        await driver.press("tab")
        driver.tree.action_move(1)  # what this tells comes only after the swap
        driver.tree.action_move(1)
        await swap(driver, MORE)
        assert driver.library.topics.names[driver.listed] == "Cast"
        assert driver.tree.entry == driver.listed


async def test_swap_in_the_queue_shows_what_vanished_as_missing() -> None:
    async with run_app(LIBRARY, queue=Queue(("cast-8", "cast-7")), query=ListQuery(entry=SmartList.QUEUE)) as driver:
        await driver.press("G")
        await swap(driver, LESS)
        assert driver.current == "cast-7"
        assert "✗ cast-8" in driver.text
        assert "No longer in the library; it is skipped. Press x to remove it." in driver.text
        await driver.press("g", "x")
        assert driver.controller.queue.entries == ("cast-7",)


async def test_swap_lets_what_plays_go_on_and_tells_what_is_next(driver: AppDriver) -> None:
    await driver.press("g", "enter")
    await driver.play(20)
    assert "next ▹ Cast 8" in driver.text
    await swap(driver, LESS)
    assert "next ▹ Cast 7" in driver.text
    await driver.play(20)
    assert (driver.playback.episode, driver.playback.position) == ("cast-9", 40)
    assert "▶ Cast 9" in driver.text
    await swap(driver, make_library(cast=()))
    await driver.play(20)
    assert (driver.status(), driver.playback.position) == (PlayerStatus.PLAYING, 60)
    await driver.press("c")
    assert driver.notices[-1] == "The playing episode is no longer in the library."


async def test_swap_counts_anew(driver: AppDriver) -> None:
    await driver.press("g", "m", "m")
    assert driver.header.right.startswith("2/13 played")
    await swap(driver, MORE)
    assert driver.header.right.startswith("2/16 played")
    await swap(driver, make_library(cast=(9,)))
    assert driver.header.right.startswith("1/5 played")


async def test_swap_keeps_the_topic_that_is_remembered_and_that_of_the_plan_of_a_session() -> None:
    async with run_app(LIBRARY, query=ListQuery(entry=topic(LIBRARY, "Other"))) as driver:
        await swap(driver, MORE)
        await driver.press("s", "s")
        assert driver.writer.setting("topic") == OTHER_KEY
        await driver.press("S")
        assert driver.shows(PlanScreen)
        await swap(driver, make_library(cast=range(12, 0, -1), other=(3, 2, 1), first=Topic("New")))
        await driver.press("enter")
        assert set(present(driver.controller.session).episodes) == {"other-1", "other-2", "other-3"}


async def test_swap_under_details_leaves_them(driver: AppDriver) -> None:
    await driver.press("g", "i")
    await swap(driver, make_library(cast=()))
    assert driver.shows_details
    assert "Cast 9" in driver.text
    await driver.press("escape")
    assert (driver.shown, driver.listed) == ([], topic(driver.library, "Cast"))


# -- details -------------------------------------------------------------------------------------------


@pytest.fixture
async def noted(driver: AppDriver) -> AppDriver:
    """The app, in which an episode has notes with a link, and chapters."""
    driver.services.notes["cast-9"] = EpisodeNotes(
        "All of it.\n\nLinks: the paper (https://paper.example.org/1)", "Cast", "https://cast.example.org/9", True
    )
    driver.services.chapters["cast-9"] = (Chapter(0.0, "Hello"), Chapter(300.0, "The matter"), Chapter(840.0, ""))
    await driver.press("g")
    return driver


async def test_details_show_notes_with_links_and_chapters_that_can_be_played(noted: AppDriver) -> None:
    await noted.press("i")
    await noted.until(lambda: "Chapters" in noted.text, "the chapters are shown")
    text = noted.text
    for said in (
        "All of it.", "the paper [2]", "[2] the paper · paper.example.org", "Podcast    Cast", "The episode's page",
        "9.mp3", "(downloaded)", "0:00  Hello", "5:00  The matter", "14:00  Chapter",
    ):  # fmt: skip
        assert said in text
    await noted.press("j", "j", "enter")
    assert (noted.playback.episode, noted.playback.position) == ("cast-9", 300)
    await noted.press("k", "enter")  # the cursor is still there
    assert noted.playback.position == 0
    await noted.press("end", "y")
    assert noted.notices[-1] == "Copied: https://paper.example.org/1"


async def test_details_closed_before_the_chapters_come_are_no_trouble(noted: AppDriver) -> None:
    for _ in range(5):
        await noted.press_at_once("i", "i")
    assert not noted.shows_details


async def test_details_of_hostile_chapters_are_text(driver: AppDriver) -> None:
    titles = [clean(title) for title in HOSTILE_TITLES.values()]
    driver.services.notes["cast-9"] = EpisodeNotes(" ".join(titles), titles[0], titles[0])
    driver.services.chapters["cast-9"] = (*(Chapter(0.0, title) for title in titles), Chapter(1.0, "After"))
    await driver.press("g", "i")
    await driver.until(lambda: "j k Chapters" in driver.text, "the chapters are shown")
    await driver.settle()
    await driver.press("end")
    assert "After" in driver.text


# -- what is new ---------------------------------------------------------------------------------------


async def test_new_episodes_are_marked_listed_and_counted(driver: AppDriver) -> None:
    driver.progress_index.set_new(["cast-9", "cast-8", "other-2"])
    driver.app.frontend.progress_changed(frozenset(("cast-9", "cast-8", "other-2")))
    await driver.settle()
    assert "◉ Cast 9" in driver.text
    assert "2 new" in driver.text
    driver.app.main_screen.listing.open_entry(SmartList.NEW)
    await driver.settle()
    model = driver.app.main_screen.model
    assert [model.ident(index) for index in model.indexes] == ["cast-9", "cast-8", "other-2"]
    await driver.press("j", "j", "k", "G", "g")
    driver.app.main_screen.listing.open_entry(0)
    await driver.settle()
    driver.app.main_screen.listing.open_entry(SmartList.NEW)
    await driver.settle()
    assert [model.ident(index) for index in model.indexes] == ["cast-9", "cast-8", "other-2"]
    assert driver.services.asked_feeds.wishes == [], "looking at it changes nothing"
    await driver.press("x")
    await driver.until(lambda: len(model.indexes) == 2, "what is dismissed is no longer new")
    assert present(driver.progress_index.get("cast-9")).is_dismissed
    await driver.press("m")
    await driver.until(lambda: len(model.indexes) == 1, "what is marked is no longer new")


async def test_list_at_its_top_shows_what_is_new_above() -> None:
    async with run_app(LIBRARY, query=IN_CAST, size=(80, 24)) as driver:
        await driver.press("g")
        await swap(driver, make_library(cast=range(11, 0, -1)))
        assert driver.app.main_screen.model.episode == "cast-9"
        assert "Cast 11" in driver.text


async def test_trouble_has_a_mark_a_page_and_a_view_of_all_with_what_helps() -> None:
    library = make_library(cast=())
    dead = Trouble(CAST, "Cast", "The server does not have it any more (404).", "Never fetched.", CAST)
    late = Trouble(OTHER, "Other", "https://other.example.org: no answer for 20 s.", "Last fetched on 3 May.", OTHER)
    async with run_app(library, query=ListQuery(entry=topic(library, "Cast"))) as driver:
        driver.app.frontend.troubles_changed({CAST: dead, OTHER: late})
        await driver.settle()
        page = " ".join(driver.text.split())
        assert "T Trouble 2" in page
        for said in (
            "The server does not have it any more (404).",
            "Never fetched.",
            "Press r to try again",
            "address",
        ):
            assert said in page
        await driver.press("T")
        assert "no answer for 20 s." in driver.text
        await driver.press("enter", "enter")
        assert driver.services.asked_feeds.wishes == [("refresh", CAST)]
        driver.main.listing.open_entry(topic(library, "Other"))
        await driver.settle()
        assert "T why · Last fetched on 3 May" in driver.text
        await driver.press("T", "enter", "j", "enter", "backspace", "enter")
        await driver.settle()
        assert driver.services.asked_feeds.wishes[-1] == ("move", OTHER, OTHER[:-1])
        driver.app.frontend.troubles_changed({})
        await driver.settle()
        assert "Trouble" not in driver.text
