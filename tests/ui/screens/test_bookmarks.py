"""Keeping what was said, and what was kept, on the screen."""

import pytest

from tests.app_driver import AppDriver, run_app
from tests.fakes import START
from tests.hostile import HOSTILE_TITLES
from tests.rooms import make_room
from tui_pod.core.library.transcript import Cue, Transcript
from tui_pod.core.progress.bookmarks import Bookmark, Stretch
from tui_pod.core.progress.cards import Notebook
from tui_pod.core.text.clean import clean
from tui_pod.ui.screens.bookmarks import BookmarkScreen

LIBRARY = make_room().library


def texts(driver: AppDriver) -> list[tuple[str, str]]:
    return [(each.text, each.note) for each in driver.controller.bookmarks]


async def play(driver: AppDriver, seconds: float = 30.0) -> None:
    await driver.press("enter")
    await driver.play(seconds)


async def keep(driver: AppDriver) -> None:
    count = len(driver.controller.bookmarks)
    await driver.press("b")
    await driver.until(lambda: len(driver.controller.bookmarks) > count, "it is kept")


async def test_b_again_asks_for_a_note_and_takes_other_words_unless_it_is_left(driver: AppDriver) -> None:
    await play(driver)
    await keep(driver)
    changed = ("tab", "end", *" And more.", "enter")
    for keys, kept in ((["escape"], ("Two.", "")), (changed, ("Two. And more.", "mine q"))):
        await driver.press("b")
        await driver.until(lambda: driver.shows(BookmarkScreen), "it asks")
        await driver.until(lambda: driver.text.count("What you want to remember") == 1, "the dialog is shown")
        assert driver.text.count("Press b again for a note.") == 1, "its notice is shown once"
        await driver.write("mine q")
        await driver.press(*keys)
        assert not driver.shows(BookmarkScreen)
        assert texts(driver) == [kept]


async def test_b_in_the_empty_view_bookmarks_what_was_just_said(driver: AppDriver) -> None:
    await play(driver)
    await driver.press("4")
    await driver.until(lambda: driver.focus == "bookmarks", "the bookmarks are shown")
    assert "b Bookmark" in driver.text
    await keep(driver)
    await driver.until(lambda: "“Two.”" in driver.text, "it is listed")
    assert "b Note" in driver.text


async def test_bar_and_transcript_mark_what_is_kept(driver: AppDriver) -> None:
    await play(driver)
    assert "◆" not in driver.text
    await keep(driver)
    assert driver.rows_of(driver.bar)[1].count("◆") == 1
    await driver.press("t")
    (marked,) = [row for row in driver.rows_of(driver.transcript) if "◆" in row]
    assert "Two." in marked
    await driver.press("u")
    assert "◆" not in driver.text


async def test_b_among_the_words_keeps_the_sentence_at_the_cursor_and_again_asks_for_a_note(driver: AppDriver) -> None:
    await driver.press("t", "j", "j", "b")
    assert texts(driver) == [("Three.", "")]
    await driver.press("b")
    assert driver.shows(BookmarkScreen)


SOME = (("two", 30.0), ("one", 50.0), ("one", 10.0))


async def show(driver: AppDriver, *places: tuple[str, float]) -> None:
    """Keep what is at these places, an hour apart, and show it."""
    for episode, start in places:
        driver.clock.go(3600)
        driver.controller.bookmarks.add(episode, episode.title(), Stretch(start, start + 5.0, f"Words at {start:g}."))
    await driver.press("4")
    await driver.until(lambda: driver.focus == "bookmarks", "the bookmarks are shown")
    await driver.settle()


def rows(driver: AppDriver) -> list[str]:
    return [row.strip("▎ ") for row in driver.rows_of(driver.main.query_one("#bookmarks")) if row.strip()]


async def test_view_lists_the_last_kept_first_and_its_cursor_stays_on_its_bookmark() -> None:
    async with run_app(LIBRARY, (80, 24)) as driver:
        await show(driver, *SOME)
        assert [" ".join(row.split()) for row in rows(driver)] == [
            "One 2", "0:10 “Words at 10.”", "0:50 “Words at 50.”", "Two 1", "0:30 “Words at 30.”",
        ]  # fmt: skip
        await driver.press("G", "k", "k", "x", "enter")
        assert (driver.playback.episode, driver.playback.position) == ("one", 50.0)


async def test_bookmarks_stand_in_one_column_whatever_their_times() -> None:
    async with run_app(LIBRARY, (80, 24)) as driver:
        await show(driver, ("one", 5.0), ("one", 3661.0), ("two", 36061.0))
        assert len({row.index("“") for row in driver.rows_of(driver.main.query_one("#bookmarks")) if "“" in row}) == 1


async def test_bookmark_of_an_episode_that_is_gone_says_so_and_keeps_its_words(driver: AppDriver) -> None:
    await show(driver, ("gone", 30.0))
    assert any("Gone" in row for row in rows(driver))
    await driver.press("enter")
    assert driver.notices == ["That episode is no longer in the library."]
    await driver.press("y")
    await driver.until(lambda: driver.app.clipboard == "“Words at 30.”\n— Gone, 0:30", "it is copied")


async def test_no_bookmarks_say_how_to_keep_one(driver: AppDriver) -> None:
    await show(driver)
    assert rows(driver) == ["No bookmarks yet.", "b bookmarks what was just said, with a note if you like."]
    await driver.press("enter", "x", "b", "y", "j", "G", "pagedown")
    assert driver.focus == "bookmarks"
    assert not {"Play", "Note", "Copy", "Group", "Remove"}.intersection(driver.key_words)


@pytest.mark.parametrize("size", [(80, 24), (120, 40)])
async def test_notice_of_a_bookmark_is_whole(size: tuple[int, int]) -> None:
    long = Transcript((Cue("A sentence that is too long for a notice on so narrow a screen.", 0.0, 60.0),))
    async with run_app(LIBRARY, size=size) as driver:
        driver.services.transcripts["one"] = long
        await play(driver)
        await keep(driver)
        await driver.until(lambda: "again for a note." in driver.text, "the whole notice is shown")


async def test_hostile_words_and_notes_are_literal_at_every_size(driver: AppDriver) -> None:
    for number, text in enumerate(HOSTILE_TITLES.values()):
        stretch = Stretch(number * 10.0, number * 10.0 + 5, clean(text))
        driver.controller.bookmarks.add("one", clean(text), stretch, note=clean(text))
    await show(driver)
    for size in ((120, 40), (80, 24), (40, 12), (80, 24)):
        await driver.resize(*size)
        await driver.press("j", "G", "pageup", "g")
    assert driver.focus == "bookmarks"


@pytest.mark.app(notebook=Notebook((Bookmark("gone", 5.0, 9.0, START, START, "Said.", title="Gone"),)))
async def test_bookmark_of_a_removed_podcast_offers_to_subscribe_again(driver: AppDriver) -> None:
    feeds = driver.services.asked_feeds
    feeds.removed = {"gone": ("Ships", "https://ships.example.org/feed")}
    await driver.press("4")
    await driver.until(lambda: driver.focus == "bookmarks", "the bookmarks are shown")
    await driver.press("enter")
    await driver.until(lambda: "Subscribe again" in driver.text, "it offers to")
    await driver.press("enter")
    assert ("add", "https://ships.example.org/feed") in feeds.wishes


async def test_second_b_in_the_transcript_edits_the_bookmark_whatever_is_said_meanwhile(driver: AppDriver) -> None:
    await driver.press("enter", "t")
    await driver.play(18)
    await driver.press("b")
    await driver.play(4)
    assert driver.transcript.cursor == 1
    await driver.press("b")
    assert driver.shows(BookmarkScreen)
    await driver.write("my note")
    await driver.press("enter")
    assert [(each.text, each.note) for each in driver.controller.bookmarks] == [("One.", "my note")]
    await driver.press("j", "b")
    assert [each.text for each in driver.controller.bookmarks] == ["One.", "Three."]


async def test_b_in_a_transcript_without_times_bookmarks_the_place(driver: AppDriver) -> None:
    driver.services.transcripts["one"] = Transcript((Cue("Words."), Cue("More.")))
    await driver.press("enter", "t")
    await driver.play(40)
    await driver.press("b")
    await driver.until(lambda: len(driver.controller.bookmarks) == 1, "the place is bookmarked")
    assert [each.start for each in driver.controller.bookmarks] == [10.0]
    await driver.press("b")
    assert driver.shows(BookmarkScreen)
