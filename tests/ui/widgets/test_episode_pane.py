"""The episode's pane: beside the list in a wide terminal, over it by key in others."""

import re
import threading

import pytest

from tests.app_driver import AppDriver, run_app
from tests.core.library.test_recap import VOYAGE, spoken
from tests.fakes import START
from tests.rooms import EPISODES, TOPICS
from tui_pod.core.library.episode import Episode
from tui_pod.core.library.library import Library, build_library
from tui_pod.core.library.show_notes import EpisodeNotes
from tui_pod.core.player.snapshot import Chapter, Source
from tui_pod.core.progress.passages import Passage
from tui_pod.core.progress.progress import Progress
from tui_pod.core.progress.progress_index import ProgressIndex
from tui_pod.core.selection.list_query import ListQuery, SmartList
from tui_pod.core.selection.queue import Queue
from tui_pod.ui.look.drawn_cover import draw_cover
from tui_pod.ui.widgets.cover import Cover
from tui_pod.ui.widgets.episode_pane import AboutText, EpisodePane

WIDE = (170, 45)

pytestmark = pytest.mark.app(size=WIDE)


def pane_text(driver: AppDriver) -> str:
    """Return what the pane shows; empty while it is out of sight."""
    panes = [pane for pane in driver.main.query(EpisodePane) if pane.display]
    return "\n".join(
        f"{pane.border_title}{pane.border_subtitle}{line}" for pane in panes for line in driver.rows_of(pane)
    )


async def shows(driver: AppDriver, words: str) -> None:
    await driver.until(lambda: words in pane_text(driver), f"{words!r} is in the pane")


async def test_pane_of_a_wide_terminal_follows_the_cursor(driver: AppDriver) -> None:
    for key in ("", "j", "j"):
        await driver.press(*([key] if key else []))
        await shows(driver, driver.main.model.library.titles[driver.main.model.index or 0])
    assert "At the cursor" in pane_text(driver)
    assert "3 Feb 2026 · 5 min" in pane_text(driver)


@pytest.mark.app(size=WIDE, query=ListQuery(entry=SmartList.QUEUE), queue=Queue(("one", "two")))
async def test_pane_follows_what_comes_into_the_row_of_the_cursor(driver: AppDriver) -> None:
    for key, title in (("", "One"), ("x", "Two")):
        await driver.press(*filter(None, [key]))
        await shows(driver, title)


async def test_pane_stays_with_what_plays_and_once_nothing_does_with_the_list(driver: AppDriver) -> None:
    await driver.press("enter")
    await shows(driver, "Now playing")
    title = driver.playback.title
    await driver.press("j", "j")
    await shows(driver, title)
    await driver.press("space")
    await shows(driver, driver.main.model.library.titles[driver.main.model.index or 0])
    await driver.press("slash", *"zzz", "enter")
    await shows(driver, "No episode is selected.")
    assert not any(each in pane_text(driver) for each in driver.main.model.library.titles[:5])
    assert "Now playing" not in pane_text(driver)
    await driver.press("escape")
    await shows(driver, driver.main.model.library.titles[driver.main.model.index or 0])


@pytest.mark.parametrize("size", [WIDE, (120, 40), (80, 24), (40, 12)])
async def test_details_are_beside_the_list_or_in_its_place(size: tuple[int, int], library: Library) -> None:
    async with run_app(library, size=size) as driver:
        await driver.press("i")
        await shows(driver, "Details")
        assert driver.episodes.display is (size == WIDE)
        await driver.press("escape")
        assert "Details" not in pane_text(driver)
        assert driver.focus == "list"


async def test_pane_lists_the_chapters_around_the_one_that_plays(driver: AppDriver) -> None:
    marks = tuple(Chapter(float(n), f"Part {n}") for n in range(100))
    driver.services.sources.found[driver.current or ""] = Source("/a.mp3", marks=marks)
    await driver.press("enter")
    await shows(driver, "Part 0")
    assert "Part 9" not in pane_text(driver)
    for position, parts in ((2, range(9)), (6, range(2, 11)), (95, range(91, 100))):
        driver.controller.seek_to(float(position))
        await driver.settle()
        shown = re.findall(r"Part (\d+)", pane_text(driver))
        assert shown == [str(part) for part in parts]
        pane = driver.main.query_one(AboutText)
        assert [choice.text for choice in pane.about.choices if choice.is_now] == [f"Part {position}"]


@pytest.mark.app(size=(80, 24))
async def test_details_open_at_the_chapter_that_plays_and_show_it(driver: AppDriver) -> None:
    marks = tuple(Chapter(float(n), f"Part {n}") for n in range(60))
    driver.services.sources.found[driver.current or ""] = Source("/a.mp3", marks=marks)
    await driver.press("enter")
    await driver.play(40)
    await driver.press("i")
    await shows(driver, "Part 40")
    await driver.press("k", "enter")
    assert driver.playback.position == 39.0


async def test_cover_takes_no_room_without_true_colour(driver: AppDriver) -> None:
    await shows(driver, "At the cursor")
    assert [cover.display for cover in driver.main.query(Cover)] == [False]


async def test_cover_is_drawn_beside_the_event_loop(library: Library, monkeypatch: pytest.MonkeyPatch) -> None:
    drew: list[threading.Thread] = []

    def draw(*_: object) -> bytes:
        drew.append(threading.current_thread())
        return draw_cover([0], 0)

    monkeypatch.setattr("tui_pod.ui.widgets.cover.are_covers_drawn", lambda *_: True)
    monkeypatch.setattr("tui_pod.ui.widgets.episode_pane.draw_cover", draw)
    async with run_app(library, size=WIDE) as driver:
        await driver.until(lambda: any(cover.picture for cover in driver.main.query(Cover)), "a cover")
    assert threading.main_thread() not in drew


async def test_details_below_the_cover_use_its_width(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tui_pod.ui.widgets.cover.are_covers_drawn", lambda *_: True)
    library = build_library(
        [], [Episode("one", "One", "word " * 80, tags=tuple(f"Topic{number}" for number in range(9)))]
    )
    async with run_app(library, size=(120, 40)) as driver:
        await driver.press("i")
        cover = driver.main.query_one(Cover)
        await driver.until(lambda: cover.display and "▀" in driver.text, "the cover is beside the text")
        rows = driver.text.splitlines()
        assert rows[cover.region.y][: cover.region.x].rstrip().endswith("One")
        assert "Topic" in next(row for row in rows if "Topics     Topic0" in row)[cover.region.x :]
        cover.picture = None
        await driver.settle()
        assert "Length" in "".join(driver.text.splitlines()[:5])


async def test_details_of_a_wide_terminal_follow_the_cursor_whatever_plays(driver: AppDriver) -> None:
    await driver.press("enter", "i", "tab", "j", "j")
    assert driver.focus == "list"
    await shows(driver, "Details")
    await shows(driver, driver.main.model.library.titles[driver.main.model.index or 0])
    await driver.press("i")
    await shows(driver, "Now playing")


async def test_details_list_what_was_heard_before(driver: AppDriver) -> None:
    driver.services.passages.marks["one"] = (Passage(5.0, 37.2, 4), Passage(90.0, 100.0, 1))
    await driver.press("i")
    await shows(driver, "0:32 heard 4 times at 0:05; 0:10")
    await shows(driver, "heard once at 1:30")


async def test_time_in_show_notes_is_played_from(driver: AppDriver) -> None:
    driver.services.notes["one"] = EpisodeNotes("The storm begins at 0:20, says she.")
    await driver.press("i")
    await shows(driver, "Times")
    await driver.press("j", "enter")
    assert (driver.playback.episode, driver.playback.position) == ("one", 20)


@pytest.fixture
def _no_desktop(monkeypatch: pytest.MonkeyPatch) -> None:
    """Links are copied where no program could open them."""
    monkeypatch.delenv("DISPLAY", raising=False)
    monkeypatch.delenv("WAYLAND_DISPLAY", raising=False)


@pytest.mark.app(size=(80, 24))
@pytest.mark.usefixtures("_no_desktop")
async def test_details_scroll_to_what_can_be_chosen_below_a_long_text(driver: AppDriver) -> None:
    driver.services.notes["one"] = EpisodeNotes("A line.\n" * 40 + "https://x.example/last")
    await driver.press("i")
    await shows(driver, "j k Links")
    assert "https" not in pane_text(driver)
    await driver.press("pagedown", *["j"] * 40)
    await driver.press("enter")
    await driver.until(lambda: driver.notices, "the link is copied")
    assert driver.notices == ["Copied: https://x.example/last"]


@pytest.mark.app
async def test_key_line_names_what_enter_does_at_the_cursor(driver: AppDriver) -> None:
    driver.services.notes["one"] = EpisodeNotes("https://x.example/a")
    driver.services.chapters["one"] = (Chapter(0.0, "First"), Chapter(1.0, "Second"))
    await driver.press("i")
    await shows(driver, "j k Chapters")
    assert "enter Play" in driver.text
    await driver.press("G")
    assert "enter Open" in driver.text
    await driver.press("k")
    assert "enter Play" in driver.text


@pytest.mark.app(size=(80, 24))
async def test_up_scrolls_and_highlights_nothing_until_something_is(driver: AppDriver) -> None:
    driver.services.notes["one"] = EpisodeNotes("\n".join(f"https://x.example/{number}" for number in range(30)))
    await driver.press("i")
    await shows(driver, "j k Links")
    pane, text = driver.main.query_one(EpisodePane), driver.main.query_one(AboutText)
    await driver.press("k")
    assert (text.cursor, pane.line) == (None, 0)
    await driver.press("G")
    assert text.cursor == 29
    assert pane.line == text.region_of(29).y - pane.max_scroll_y
    assert pane.scroll_offset.y == pane.max_scroll_y > 0
    await driver.press("k")
    assert text.cursor == 28
    await driver.press("g")
    assert text.region_of(29).y > pane.scroll_offset.y == 0
    await driver.press("pagedown")
    assert pane.scroll_offset.y == min(pane.size.height, pane.max_scroll_y)
    assert (text.choice_at(-1), text.choice_at(999)) == (None, None)


async def test_answer_is_shown_and_hidden_by_a_key() -> None:
    asking = Episode("one", "One", duration=9.0, question="Why?", answer="Because.")
    async with run_app(build_library([], [asking])) as driver:
        await driver.press("i")
        await shows(driver, "a Answer")
        for said in ("Because.", "think first"):
            await driver.press("a")
            assert said in pane_text(driver)


@pytest.mark.usefixtures("_no_desktop")
async def test_click_on_a_link_in_the_details_opens_it(driver: AppDriver) -> None:
    driver.services.notes["one"] = EpisodeNotes("See https://x.example/a")
    await driver.press("i")
    await shows(driver, "j k Links")
    text = driver.main.query_one(AboutText)
    await driver.click(text, 3, 0)
    assert text.cursor is None
    await driver.click(text, 3, next(row for row in range(text.size.height) if text.choice_at(row) == 0))
    assert text.cursor == 0
    await driver.until(lambda: driver.notices, "the link is copied")


async def test_details_of_a_topic_take_the_place_of_the_list_the_first_time_too(library: Library) -> None:
    async with run_app(library, (80, 24)) as driver:
        await driver.press("tab", "i")
        assert driver.shows_details
        assert not driver.episodes.display


async def test_details_after_a_refresh_say_what_is_left_of_their_own_episode(library: Library) -> None:
    begun = {"three": Progress(START, position=150.0)}
    async with run_app(library, progress=begun, query=ListQuery(entry=1)) as driver:
        driver.episodes.go(driver.shown.index("three"))
        await driver.press("i")
        left = "position 2:30, 2 m"  # and what is left goes on in the next line
        await shows(driver, left)
        new = [Episode(f"new-{number}", "New", "", 3000.0) for number in range(3)]
        later = build_library(TOPICS, [*new, *EPISODES])
        driver.controller.adopt(later, ProgressIndex(later, begun))
        await driver.press("a")  # shows all anew
        assert left in pane_text(driver)


@pytest.mark.app(size=(120, 40), progress={"one": Progress(START, position=95.0, listened=START)})
async def test_story_so_far_is_told_up_to_the_position_and_its_sentence_is_played(driver: AppDriver) -> None:
    driver.services.transcripts["one"] = spoken(VOYAGE)
    await driver.press("i")
    await shows(driver, "The story so far")
    assert re.search(f"0:00 +Peter: {VOYAGE[0][:30]}", pane_text(driver))
    assert "Jonas" not in pane_text(driver)
    await driver.press("j", "enter")
    await driver.until(lambda: driver.services.excerpts != [], "its sentence is played")
    assert driver.services.excerpts == [("one", 0.0, 10.0)]
    assert driver.playback.position == 95.0
