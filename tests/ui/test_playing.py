"""Playing as it is seen: the bar, the marks in the list, what follows, and what goes wrong."""

from __future__ import annotations

import re
from datetime import timedelta
from functools import partial

import pytest
from textual.geometry import Region
from textual.widget import Widget

from tests.app_driver import AppDriver, embedded_library, run_app
from tests.fakes import START, FakeAudio
from tests.rooms import make_podcast
from tui_pod.core.library.library import Library
from tui_pod.core.player.events import BufferingChanged, FileEnded, LoadFailed, PositionChanged
from tui_pod.core.player.snapshot import Playback, PlayerStatus, Source
from tui_pod.core.progress.progress import Progress, Status
from tui_pod.core.selection.list_query import Filter, ListQuery, Sort
from tui_pod.services.tasks import SaveNotices

BASICS = ListQuery(entry=1)

pytestmark = pytest.mark.app(query=BASICS)


def bar(driver: AppDriver) -> tuple[str, str]:
    """Return the two lines of the playback bar."""
    title, times = driver.rows_of(driver.bar)[:2]
    return title.strip(), times.strip()


# -- what is shown -------------------------------------------------------------------------------------


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


async def test_bar_is_as_full_as_the_episode_is_played(driver: AppDriver) -> None:
    await driver.press("enter")
    shares = []
    for _ in range(4):
        await driver.play(20)
        done = bar(driver)[1].count("━")
        shares.append(done / (done + bar(driver)[1].count("╌")))
    assert shares == pytest.approx([0.2, 0.4, 0.6, 0.8], abs=0.02)


async def test_notices_leave_the_bar_to_be_seen_and_clicked(driver: AppDriver) -> None:
    await driver.press("enter")
    before = bar(driver)
    driver.app.frontend.tell("Something happened that takes many words to tell. " * 3, is_error=True)
    await driver.settle()
    assert "Something happened" in driver.text
    assert [line.strip() for line in driver.text.splitlines()[-5:-3]] == [*before]


async def test_time_left_at_the_listeners_speed_is_there_from_the_start(library: Library) -> None:
    async with run_app(library, query=BASICS, playback=Playback(speed=2.0)) as driver:
        assert "at 2×)" in driver.header.right


async def test_speed_changed_of_a_restored_episode_shows_in_the_header(library: Library) -> None:
    progress = {"one": Progress(START, position=70.0, listened=START)}
    async with run_app(library, query=BASICS, progress=progress) as driver:
        await driver.press("right_square_bracket")
        assert driver.header.right.endswith("at 1.1×)")


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


async def test_what_comes_next_is_right_at_once_when_it_is_marked_while_paused(driver: AppDriver) -> None:
    await driver.press("enter", "space")
    assert driver.bar.facts.following == "Two"
    await driver.press("j", "m")
    assert driver.bar.facts.following == "Three"


def record_whole(widget: Widget, drawn: list[Widget], *regions: Region, **options: bool) -> Widget:
    """Take note of a refresh of a whole widget."""
    if not regions:
        drawn.append(widget)
    return type(widget).refresh(widget, *regions, **options)


async def test_pause_shows_what_the_player_did_not_what_was_asked(driver: AppDriver) -> None:
    await driver.press("enter")
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


async def test_load_that_takes_a_while_is_shown_and_can_be_paused_before_it_sounds(driver: AppDriver) -> None:
    driver.player.is_holding = True
    await driver.press("enter")
    assert bar(driver)[0].startswith("◌ One (loading)")
    assert driver.row().startswith("◌ One")
    await driver.press("space")
    assert driver.player.calls[-1] == ("pause", True)


async def test_buffering_is_shown_while_it_lasts(driver: AppDriver) -> None:
    await driver.press("enter")
    for is_buffering in (True, False):
        driver.app.frontend.emit(BufferingChanged(driver.playback.load, is_buffering))
        await driver.settle()
        assert ("(buffering)" in bar(driver)[0]) == is_buffering


async def test_place_that_is_being_fetched_is_shown_and_enter_plays_the_start(library: Library) -> None:
    audio = FakeAudio()
    async with run_app(library, query=BASICS) as driver:
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


async def test_place_that_is_estimated_is_shown_as_about(library: Library) -> None:
    audio = FakeAudio(is_seekable=True)
    async with run_app(library, query=BASICS) as driver:
        driver.sources.found["one"] = audio.source(is_constant_rate=False)._replace(has_length=True)
        driver.controller.play_from("one", 50.0)
        await driver.settle()
        assert bar(driver)[1].startswith("≈0:50 ")


async def test_speed_changed_shows_in_bar_and_header(driver: AppDriver) -> None:
    await driver.press(*["right_square_bracket"] * 5)
    assert "1.5×" in bar(driver)[1]
    assert driver.header.right == "0/29 played · 34 m left (23 m at 1.5×)"


@pytest.mark.parametrize(("key", "volume", "speed"), [("minus", 0, 1.0), ("plus", 100, 1.0)])
async def test_volume_pressed_often_stays_within_its_bounds(
    key: str, volume: int, speed: float, driver: AppDriver
) -> None:
    await driver.press(*[key] * 25)
    assert (driver.playback.volume, driver.playback.speed) == (volume, speed)
    assert f"♪ {volume}" in bar(driver)[1]
    assert driver.writer.setting("volume") == volume


@pytest.mark.parametrize(("key", "speed"), [("left_square_bracket", 0.5), ("right_square_bracket", 3.0)])
async def test_speed_pressed_often_stays_within_its_bounds(key: str, speed: float, driver: AppDriver) -> None:
    await driver.press(*[key] * 25)
    assert driver.playback.speed == driver.player.speed == speed
    assert driver.writer.setting("speed") == speed


async def test_mute_shows_and_is_remembered(driver: AppDriver) -> None:
    await driver.press("M")
    assert "muted" in bar(driver)[1]
    assert driver.writer.setting("muted") is True
    await driver.press("M")
    assert "♪ 80" in bar(driver)[1]


async def test_start_uses_speed_volume_and_mute_as_they_were_left(library: Library) -> None:
    async with run_app(library, playback=Playback(speed=1.3, volume=40, is_muted=True)) as driver:
        assert driver.player.speed == 1.3
        assert ("volume", 40) in driver.player.calls
        assert ("mute", True) in driver.player.calls
        assert re.search("1.3× .* muted", bar(driver)[1])


# -- seeking -------------------------------------------------------------------------------------------


async def test_click_on_the_bar_seeks_there(driver: AppDriver) -> None:
    await driver.press("enter")
    line = driver.rows_of(driver.bar)[1]
    first = line.index("╌")
    width = line.count("╌")
    await driver.click(driver.bar, first + width // 2, 1)
    assert driver.playback.position == pytest.approx(50.0, abs=1.5)


async def test_click_beside_the_bar_does_not_seek(driver: AppDriver) -> None:
    await driver.press("enter")
    for x, y in ((0, 0), (30, 0), (1, 1), (115, 1)):
        await driver.click(driver.bar, x, y)
    assert driver.playback.position == 0.0


async def test_click_on_the_bar_with_nothing_loaded_does_nothing(driver: AppDriver) -> None:
    await driver.click(driver.bar, 40, 1)
    assert driver.playback == Playback()


async def test_seeks_without_anything_loaded_do_nothing(driver: AppDriver) -> None:
    await driver.press("comma", "full_stop", "shift+left", "shift+right", "{", "}", "<", "u")
    assert not driver.playback.is_loaded


async def test_seek_forward_stops_where_it_would_be_played(driver: AppDriver) -> None:
    await driver.press("enter", *["full_stop"] * 6)
    assert driver.playback.position == 95.0
    assert driver.progress_index.status("one") is Status.STARTED


async def test_seeks_pressed_fast_add_up(driver: AppDriver) -> None:
    await driver.press("j", "j", "enter", "full_stop", "full_stop", "full_stop", "comma")
    assert driver.playback.position == 80.0


async def test_seek_is_undone_by_one_key(driver: AppDriver) -> None:
    await driver.press("enter")
    await driver.play(12)
    await driver.press("full_stop", "u")
    assert driver.playback.position == 12.0
    assert driver.notices[-1] == "Undid: seek from 0:12 to 0:42"


# -- resuming ------------------------------------------------------------------------------------------


async def test_started_episode_is_resumed_a_little_before_its_place(library: Library) -> None:
    progress = {"three": Progress(START, position=150.0, listened=START - timedelta(hours=2))}
    async with run_app(library, query=BASICS, progress=progress) as driver:
        assert driver.row(2).startswith("◐ Three")
        assert driver.row(2).endswith("−2:30")
        await driver.press("enter")
        assert driver.playback.position == 140.0


async def test_played_episode_is_played_from_the_start_and_is_started_again(library: Library) -> None:
    async with run_app(library, query=BASICS, progress={"one": Progress(START, played=True, plays=1)}) as driver:
        await driver.press("g")
        assert driver.row().startswith("✓ One")
        await driver.press("enter")
        await driver.play(10)
        assert driver.progress_index.status("one") is Status.STARTED
        assert driver.header.right.startswith("0/29 played")


async def test_enter_on_the_playing_episode_changes_nothing(driver: AppDriver) -> None:
    await driver.press("enter")
    await driver.play(10)
    await driver.press("enter")
    assert driver.playback.position == 10.0
    assert driver.status() is PlayerStatus.PLAYING


async def test_enter_on_the_paused_episode_goes_on(driver: AppDriver) -> None:
    await driver.press("enter", "space", "enter")
    assert driver.status() is PlayerStatus.PLAYING


async def test_other_episode_played_saves_the_former_before_it_is_loaded(driver: AppDriver) -> None:
    driver.writer.is_holding = True
    await driver.press("enter")
    await driver.play(3)
    await driver.press("j", "enter")
    assert driver.writer.progress("one")[-1] == 3.0
    loads = [call[1] for call in driver.player.calls if call[0] == "load"]
    assert loads == ["/one.opus"]  # the disk has not answered


# -- what follows --------------------------------------------------------------------------------------


async def test_end_of_an_episode_marks_it_and_plays_the_next_of_the_list(driver: AppDriver) -> None:
    await driver.press("enter")
    assert driver.bar.facts.following == "Two"
    await driver.play(100)
    assert driver.playback.episode == "two"
    assert driver.row(0).startswith("✓ One")
    assert driver.row(1).startswith("▶ Two")
    assert driver.header.right.startswith("1/29 played")


async def test_end_of_an_episode_plays_what_follows_in_the_order_it_was_started_from(library: Library) -> None:
    async with run_app(library, query=ListQuery(entry=1, sort=Sort.COURSE)) as driver:
        await driver.press("enter")
        assert driver.playback.episode == "five"
        await driver.press("s", "f")  # looking elsewhere does not change what follows
        await driver.play(10)
        assert driver.playback.episode == "four"


async def test_end_of_an_episode_skips_played_ones(library: Library) -> None:
    async with run_app(library, query=BASICS, progress={"two": Progress(START, played=True)}) as driver:
        await driver.press("g", "enter")
        await driver.play(100)
        assert driver.playback.episode == "three"


async def test_end_of_the_last_episode_stops(driver: AppDriver) -> None:
    await driver.press("G", "enter")
    await driver.play(10)
    assert not driver.playback.is_loaded
    assert "Press enter to play, ? for all keys" in bar(driver)[0]


async def test_filtered_list_played_to_its_end_stops_there(library: Library) -> None:
    started = {ident: Progress(START, position=5.0, listened=START) for ident in ("one", "three")}
    async with run_app(library, query=ListQuery(entry=1, filter=Filter.STARTED), progress=started) as driver:
        await driver.press("g", "enter")
        await driver.play(95)
        assert driver.playback.episode == "three"
        await driver.play(300)
        assert not driver.playback.is_loaded


# -- what goes wrong -----------------------------------------------------------------------------------


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


async def test_broken_off_file_keeps_its_place_and_is_not_played(driver: AppDriver) -> None:
    await driver.press("enter")
    await driver.play(30)
    driver.app.frontend.emit(FileEnded(driver.playback.load, 30.0))
    await driver.settle()
    assert driver.progress_index.status("one") is Status.STARTED
    assert driver.notices == ["“One” broke off at 0:30 of 1:40. Your position is saved."]


async def test_late_event_of_the_former_episode_changes_nothing(driver: AppDriver) -> None:
    await driver.press("enter")
    former = driver.playback.load
    await driver.press("j", "enter")
    for event in (PositionChanged(former, 77.0), FileEnded(former, 100.0), LoadFailed(former, "gone")):
        driver.app.frontend.emit(event)
    await driver.settle()
    assert (driver.playback.episode, driver.playback.position) == ("two", 0.0)
    assert driver.notices == []


async def test_files_that_end_at_once_stop_after_three(driver: AppDriver) -> None:
    for ident in ("one", "two", "three", "four", "five"):
        driver.sources.found[ident] = Source(f"/{ident}.opus", duration=0.5)
    await driver.press("enter")
    for _ in range(5):
        await driver.play(0.5)
    assert not driver.playback.is_active
    assert driver.notices == ["Three episodes in a row ended at once, so playback stopped."]


async def test_failing_saves_are_said_once_and_their_end_too(driver: AppDriver) -> None:
    notices = SaveNotices(driver.app.frontend)
    notices.changed("the disk is full")
    await driver.settle()
    assert driver.notices == ["Progress cannot be saved now: the disk is full. Saving will be retried."]
    notices.changed(None)
    await driver.settle()
    assert driver.notices[-1] == "Progress is saved again."


async def test_unknown_length_is_shown_as_unknown_and_never_played_by_a_share(driver: AppDriver) -> None:
    driver.sources.found["four"] = Source("/four.opus")
    driver.player.durations["/four.opus"] = None
    await driver.press("j", "j", "j", "enter")
    assert driver.row(3).endswith("0:00 / ?")
    await driver.play(500)
    assert driver.progress_index.status("four") is Status.STARTED
    assert bar(driver)[1].startswith("8:20 ")


async def test_quit_in_the_middle_saves_the_very_place(library: Library) -> None:
    async with run_app(library, query=BASICS) as driver:
        await driver.press("enter")
        await driver.play(17.25)
        await driver.press("q")
        assert not driver.app.is_running
        assert driver.writer.progress("one")[-1] == 17.25
    assert driver.services.is_closed


async def test_place_in_the_course_is_shown_in_the_bar_and_in_the_details() -> None:
    library = embedded_library()
    entry = library.topics.find("2. Inside the Transformer")
    assert entry is not None
    for size in ((120, 40), (80, 24)):
        async with run_app(library, query=ListQuery(entry=entry, sort=Sort.COURSE), size=size) as driver:
            await driver.press("j", "j", "enter")
            assert "Act 2 · 3 of 18" in driver.text
            await driver.press("i")
            assert "Course     Act 2 · 3 of 18" in driver.text
