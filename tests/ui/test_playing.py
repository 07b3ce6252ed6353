"""Playing as it is seen: the bar, the marks in the list, what follows, and what goes wrong."""

import re
from functools import partial

import pytest
from textual.geometry import Region
from textual.widget import Widget

from tests.app_driver import AppDriver, embedded_library, run_app
from tests.fakes import START, FakeAudio
from tests.rooms import make_podcast
from tui_pod.core.library.library import Library
from tui_pod.core.player.events import BufferingChanged, LoadFailed
from tui_pod.core.progress.progress import Progress
from tui_pod.core.selection.list_query import ListQuery, Sort

BASICS = ListQuery(entry=1)

pytestmark = pytest.mark.app(query=BASICS)


def bar(driver: AppDriver) -> tuple[str, str]:
    """Return the two lines of the playback bar."""
    title, times = driver.rows_of(driver.bar)[:2]
    return title.strip(), times.strip()


async def test_episode_played_shows_in_bar_list_and_tree(driver: AppDriver) -> None:
    await driver.press("enter")
    await driver.play(20)
    title, times = bar(driver)
    assert title.startswith("▶ One")
    assert times.startswith("0:20 ▐━")
    assert re.search(r"╌▍ −1:20 +\[ \] 1× +- \+ ♪ 80 +z ☾ off$", times)
    assert title.endswith("Numbers · narrated")
    assert driver.row().startswith("▶ One")
    assert driver.row().endswith("−1:20")
    assert ("Continue", 0) in driver.tree_rows()
    await driver.play(45)
    assert ("Continue", 1) in driver.tree_rows()  # after a minute


async def test_notices_leave_the_bar_to_be_seen_and_clicked(driver: AppDriver) -> None:
    await driver.press("enter")
    before = bar(driver)
    driver.app.frontend.tell("Something happened that takes many words to tell. " * 3, is_error=True)
    await driver.settle()
    assert "Something happened" in driver.text
    assert bar(driver) == before


async def test_time_left_of_everything_is_not_that_at_the_speed_of_one_podcast() -> None:
    async with run_app(make_podcast({"speed": "2"})) as driver:
        await driver.press("enter")
        await driver.play(1)
        assert driver.playback.speed == 2.0
        assert "×" not in driver.header.right


async def test_playing_on_draws_the_bar_and_the_row_alone(driver: AppDriver, monkeypatch: pytest.MonkeyPatch) -> None:
    """What is drawn each second goes over the wire: a few hundred bytes, not the screen."""
    await driver.press("enter")
    await driver.play(20)
    laid_out: list[object] = []
    drawn: list[Widget] = []
    driver.app.screen.screen_layout_refresh_signal.subscribe(driver.app, laid_out.append)
    for widget in (driver.main, driver.bar, driver.episodes, driver.tree):
        monkeypatch.setattr(widget, "refresh", partial(record_whole, widget, drawn))
    await driver.play(20)
    assert bar(driver)[1].startswith("0:40")
    assert driver.row().endswith("−1:00")
    assert not laid_out
    assert not drawn


async def test_playing_on_within_a_second_draws_nothing(driver: AppDriver, monkeypatch: pytest.MonkeyPatch) -> None:
    await driver.press("enter")
    await driver.play(20)
    drawn: list[Widget] = []
    for widget in (driver.main, driver.bar, driver.episodes, driver.tree, driver.main.query_one("#header")):
        monkeypatch.setattr(widget, "refresh", lambda *_, widget=widget, **__: drawn.append(widget))
    for _ in range(3):
        await driver.play(0.25)
    assert driver.controller.playback.position == 20.75
    assert not drawn
    await driver.play(0.25)
    assert driver.bar in drawn


def record_whole(widget: Widget, drawn: list[Widget], *regions: Region, **options: bool) -> Widget:
    """Take note of a refresh of a whole widget."""
    if not regions:
        drawn.append(widget)
    return type(widget).refresh(widget, *regions, **options)


async def test_buffering_and_pause_show_what_the_player_did_not_what_was_asked(driver: AppDriver) -> None:
    await driver.press("enter")
    for is_buffering in (True, False):
        driver.app.frontend.emit(BufferingChanged(driver.playback.load, is_buffering))
        await driver.settle()
        assert ("(buffering)" in bar(driver)[0]) == is_buffering
    told = driver.player.emit
    driver.player.emit = lambda event: None  # the player does not answer yet
    await driver.press("space")
    assert bar(driver)[0].startswith("▶ One")
    driver.player.emit = told
    driver.player.set_paused(False)
    driver.player.set_paused(True)
    await driver.settle()
    assert bar(driver)[0].startswith("‖ One")
    assert driver.row().startswith("‖ One")


async def test_narration_that_takes_long_is_shown_with_a_bar(driver: AppDriver) -> None:
    driver.sources.is_holding, driver.sources.share = True, 0.5
    await driver.press("enter")
    driver.clock.go(2.0)
    driver.app.controller.tick()
    await driver.settle()
    assert bar(driver)[0].startswith("◌ One (narrating ▰▰▰▱▱▱ 50 %)")


async def test_load_that_takes_a_while_is_shown_and_can_be_paused_before_it_sounds(driver: AppDriver) -> None:
    driver.player.is_holding = True
    await driver.press("enter")
    assert bar(driver)[0].startswith("◌ One (loading)")
    assert driver.row().startswith("◌ One")
    await driver.press("space")
    assert driver.player.calls[-1] == ("pause", True)


async def test_place_that_is_being_fetched_is_shown_and_enter_plays_the_start(driver: AppDriver) -> None:
    audio = FakeAudio()
    driver.player.is_holding = True
    driver.sources.found["one"] = audio.source()
    driver.controller.play_from("one", 50.0)
    await driver.settle()
    audio.fetch(630_000, rate=24_800.0)
    driver.controller.tick()
    await driver.settle()
    assert bar(driver)[0].startswith("◌ One (fetching up to your position 42 %, about 0:35)")
    await driver.press("enter")
    assert driver.player.calls[-1] == ("load", "https://example.org/a.mp3", 0.0, driver.playback.load)


async def test_end_of_an_episode_marks_it_and_plays_the_next_of_the_list(driver: AppDriver) -> None:
    await driver.press("enter", "space")
    assert driver.bar.facts.following == "Two"
    await driver.press("j", "m")
    assert driver.bar.facts.following == "Three"
    await driver.press("u", "space")
    assert driver.bar.facts.following == "Two"
    await driver.play(100)
    assert driver.playback.episode == "two"
    assert driver.row(0).startswith("✓ One")
    assert driver.row(1).startswith("▶ Two")
    assert driver.header.right.startswith("1/29 played")


async def test_failed_load_says_why_keeps_the_place_and_the_app(library: Library) -> None:
    progress = {"one": Progress(START, position=50.0, listened=START)}
    async with run_app(library, query=BASICS, progress=progress) as driver:
        driver.sources.is_holding = True
        await driver.press("enter")
        driver.app.frontend.emit(
            LoadFailed(driver.playback.load, "The file [b]is[/b] gone [/]. Your position is saved.")
        )
        await driver.settle()
        assert driver.notices == ["The file [b]is[/b] gone [/]. Your position is saved."]
        assert "[b]is[/b] gone [/]" in driver.text
        assert not driver.playback.is_active
        assert driver.progress_index.get("one") == progress["one"]
        driver.sources.is_holding = False
        await driver.press("escape", "j", "enter")
        assert driver.notices == []
        assert driver.playback.episode == "two"


async def test_quit_in_the_middle_saves_the_very_place(library: Library) -> None:
    async with run_app(library, query=BASICS) as driver:
        await driver.press("enter")
        await driver.play(17.25)
        await driver.press("q")
        assert not driver.app.is_running
        assert driver.writer.progress("one")[-1] == 17.25
    assert driver.services.lifetime.is_closed


async def test_place_in_the_course_is_shown_in_the_bar_and_in_the_details() -> None:
    library = embedded_library()
    entry = library.topics.find("2. Inside the Transformer")
    assert entry is not None
    for size, pages in (((120, 40), 0), ((80, 24), 2)):
        async with run_app(library, query=ListQuery(entry=entry, sort=Sort.COURSE), size=size) as driver:
            await driver.press("j", "j", "enter")
            assert "Act 2 · 3 of 18" in driver.text
            await driver.press("i", *["pagedown"] * pages)
            assert "Course     Act 2 · 3 of 18" in driver.text
