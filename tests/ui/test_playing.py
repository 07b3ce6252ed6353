"""Playing as it is seen: the bar, the marks in the list, what follows, and what goes wrong."""

from __future__ import annotations

from datetime import timedelta
from functools import partial

import pytest
from textual.geometry import Region
from textual.widget import Widget

from tests.fakes import START
from tests.stage import Stage, on_stage
from tui_pod.core.library.library import Library
from tui_pod.core.playback.events import BufferingChanged, FileEnded, LoadFailed, PositionChanged
from tui_pod.core.playback.snapshot import Playback, PlayerStatus, Source
from tui_pod.core.progress.progress import Progress, Status
from tui_pod.core.selection.list_query import Filter, Sort, View
from tui_pod.ui.messages import SavingChanged

BASICS = View(place=1)


def bar(stage: Stage) -> tuple[str, str]:
    """Return the two lines of the playback bar."""
    title, times = stage.rows_of(stage.bar)
    return title.strip(), times.strip()


def row(stage: Stage, place: int = 0) -> str:
    """Return the first line of an episode's row in the list."""
    return stage.rows_of(stage.episodes)[place * stage.episodes.row_height].strip()


# -- what is shown -------------------------------------------------------------------------------------


async def test_episode_played_shows_in_bar_list_and_tree(library: Library) -> None:
    async with on_stage(library, view=BASICS) as stage:
        await stage.press("enter")
        await stage.play(20)
        title, times = bar(stage)
        assert title.startswith("▶ One")
        assert times.startswith("0:20 ━")
        assert "─ 1:40  1×  vol 80  narrated" in times
        assert row(stage).startswith("▶ One")
        assert row(stage).endswith("0:20 / 1:40")
        assert ("Continue", 1) in stage.tree_rows()


async def test_bar_is_as_full_as_the_episode_is_played(library: Library) -> None:
    async with on_stage(library, view=BASICS) as stage:
        await stage.press("enter")
        shares = []
        for _ in range(4):
            await stage.play(20)
            done = bar(stage)[1].count("━")
            shares.append(done / (done + bar(stage)[1].count("─")))
        assert shares == pytest.approx([0.2, 0.4, 0.6, 0.8], abs=0.02)


async def test_notices_leave_the_bar_to_be_seen_and_clicked(library: Library) -> None:
    async with on_stage(library, view=BASICS) as stage:
        await stage.press("enter")
        before = bar(stage)
        stage.app.tell("Something happened that takes many words to tell. " * 3, is_error=True)
        await stage.settle()
        assert "Something happened" in stage.text
        assert stage.text.splitlines()[-3].strip() == before[0]
        assert stage.text.splitlines()[-2].strip() == before[1]


async def test_time_left_at_the_listeners_speed_is_there_from_the_start(library: Library) -> None:
    async with on_stage(library, view=BASICS, playback=Playback(speed=2.0)) as stage:
        assert "at 2×)" in stage.header.right


async def test_playing_on_draws_the_bar_and_the_row_alone(library: Library, monkeypatch: pytest.MonkeyPatch) -> None:
    """What is drawn each second goes over the wire: a few hundred bytes, not the screen."""
    async with on_stage(library, view=BASICS) as stage:
        await stage.press("enter")
        await stage.play(20)
        laid_out: list[object] = []
        drawn: list[Widget] = []
        stage.app.screen.screen_layout_refresh_signal.subscribe(stage.app, laid_out.append)
        for widget in (stage.main, stage.bar, stage.episodes, stage.tree):
            monkeypatch.setattr(widget, "refresh", partial(record_whole, widget, drawn))
        await stage.play(20)
        assert bar(stage)[1].startswith("0:40")
        assert row(stage).endswith("0:40 / 1:40")
        assert not laid_out
        assert not drawn


async def test_playing_on_within_a_second_draws_nothing(library: Library, monkeypatch: pytest.MonkeyPatch) -> None:
    async with on_stage(library, view=BASICS) as stage:
        await stage.press("enter")
        await stage.play(20)
        drawn: list[Widget] = []
        for widget in (stage.main, stage.bar, stage.episodes, stage.tree, stage.main.query_one("#header")):
            monkeypatch.setattr(widget, "refresh", lambda *_, widget=widget, **__: drawn.append(widget))
        for _ in range(3):
            await stage.play(0.25)
        assert stage.listening.playback.position == 20.75
        assert not drawn
        await stage.play(0.25)
        assert stage.bar in drawn


async def test_what_comes_next_is_right_at_once_when_it_is_marked_while_paused(library: Library) -> None:
    async with on_stage(library, view=BASICS) as stage:
        await stage.press("enter", "space")
        assert stage.bar.note == "next: Two"
        await stage.press("j", "m")
        assert stage.bar.note == "next: Three"


def record_whole(widget: Widget, drawn: list[Widget], *regions: Region, **options: bool) -> Widget:
    """Take note of a refresh of a whole widget."""
    if not regions:
        drawn.append(widget)
    return type(widget).refresh(widget, *regions, **options)


async def test_pause_shows_what_the_player_did_not_what_was_asked(library: Library) -> None:
    async with on_stage(library, view=BASICS) as stage:
        await stage.press("enter")
        told = stage.player.emit
        stage.player.emit = lambda event: None  # the player does not answer yet
        await stage.press("space")
        assert bar(stage)[0].startswith("▶ One")
        stage.player.emit = told
        stage.player.set_paused(False)
        stage.player.set_paused(True)
        await stage.settle()
        assert bar(stage)[0].startswith("‖ One")
        assert row(stage).startswith("‖ One")


async def test_load_that_takes_a_while_is_shown_and_can_be_paused_before_it_sounds(library: Library) -> None:
    async with on_stage(library, view=BASICS) as stage:
        stage.player.is_holding = True
        await stage.press("enter")
        assert bar(stage)[0].startswith("◌ One (loading)")
        assert row(stage).startswith("◌ One")
        await stage.press("space")
        assert stage.player.calls[-1] == ("pause", True)


async def test_buffering_is_shown_while_it_lasts(library: Library) -> None:
    async with on_stage(library) as stage:
        await stage.press("enter")
        for is_buffering in (True, False):
            stage.app.emit(BufferingChanged(stage.playback.load, is_buffering))
            await stage.settle()
            assert ("(buffering)" in bar(stage)[0]) == is_buffering


async def test_speed_changed_shows_in_bar_and_header(library: Library) -> None:
    async with on_stage(library, view=BASICS) as stage:
        await stage.press(*["right_square_bracket"] * 5)
        assert "1.5×" in bar(stage)[1]
        assert stage.header.right == "0/29 played · 34 m left (23 m at 1.5×)"


@pytest.mark.parametrize(("key", "volume", "speed"), [("minus", 0, 1.0), ("plus", 100, 1.0)])
async def test_volume_pressed_often_stays_within_its_bounds(
    key: str, volume: int, speed: float, library: Library
) -> None:
    async with on_stage(library) as stage:
        await stage.press(*[key] * 25)
        assert (stage.playback.volume, stage.playback.speed) == (volume, speed)
        assert f"vol {volume}" in bar(stage)[1]
        assert stage.recorder.setting("volume") == volume


@pytest.mark.parametrize(("key", "speed"), [("left_square_bracket", 0.5), ("right_square_bracket", 3.0)])
async def test_speed_pressed_often_stays_within_its_bounds(key: str, speed: float, library: Library) -> None:
    async with on_stage(library) as stage:
        await stage.press(*[key] * 25)
        assert stage.playback.speed == stage.player.speed == speed
        assert stage.recorder.setting("speed") == speed


async def test_mute_shows_and_is_remembered(library: Library) -> None:
    async with on_stage(library) as stage:
        await stage.press("M")
        assert "muted" in bar(stage)[1]
        assert stage.recorder.setting("muted") is True
        await stage.press("M")
        assert "vol 80" in bar(stage)[1]


async def test_start_uses_speed_volume_and_mute_as_they_were_left(library: Library) -> None:
    async with on_stage(library, playback=Playback(speed=1.3, volume=40, is_muted=True)) as stage:
        assert stage.player.speed == 1.3
        assert ("volume", 40) in stage.player.calls
        assert ("mute", True) in stage.player.calls
        assert "1.3×  muted" in bar(stage)[1]


# -- seeking -------------------------------------------------------------------------------------------


async def test_click_on_the_bar_seeks_there(library: Library) -> None:
    async with on_stage(library) as stage:
        await stage.press("enter")
        line = stage.rows_of(stage.bar)[1]
        first = line.index("─")
        width = line.count("─")
        await stage.click(stage.bar, first + width // 2, 1)
        assert stage.playback.position == pytest.approx(50.0, abs=1.5)


async def test_click_beside_the_bar_does_not_seek(library: Library) -> None:
    async with on_stage(library) as stage:
        await stage.press("enter")
        for x, y in ((0, 0), (30, 0), (1, 1), (115, 1)):
            await stage.click(stage.bar, x, y)
        assert stage.playback.position == 0.0


async def test_click_on_the_bar_with_nothing_loaded_does_nothing(library: Library) -> None:
    async with on_stage(library) as stage:
        await stage.click(stage.bar, 40, 1)
        assert stage.playback == Playback()


async def test_seeks_without_anything_loaded_do_nothing(library: Library) -> None:
    async with on_stage(library) as stage:
        await stage.press("comma", "full_stop", "shift+left", "shift+right", "{", "}", "<", "u")
        assert not stage.playback.is_loaded


async def test_seek_forward_stops_where_it_would_be_played(library: Library) -> None:
    async with on_stage(library, view=BASICS) as stage:
        await stage.press("enter", *["full_stop"] * 6)
        assert stage.playback.position == 95.0
        assert stage.book.status("one") is Status.STARTED


async def test_seeks_pressed_fast_add_up(library: Library) -> None:
    async with on_stage(library, view=BASICS) as stage:
        await stage.press("j", "j", "enter", "full_stop", "full_stop", "full_stop", "comma")
        assert stage.playback.position == 80.0


async def test_seek_is_taken_back_by_one_key(library: Library) -> None:
    async with on_stage(library, view=BASICS) as stage:
        await stage.press("enter")
        await stage.play(12)
        await stage.press("full_stop", "u")
        assert stage.playback.position == 12.0
        assert stage.notices[-1] == "Taken back: seek from 0:12 to 0:42"


# -- resuming ------------------------------------------------------------------------------------------


async def test_started_episode_is_resumed_a_little_before_its_place(library: Library) -> None:
    progress = {"three": Progress(START, position=150.0, listened=START - timedelta(hours=2))}
    async with on_stage(library, view=BASICS, progress=progress) as stage:
        assert row(stage, 2).startswith("◐ Three")
        assert row(stage, 2).endswith("2:30 / 5:00")
        await stage.press("enter")
        assert stage.playback.position == 140.0


async def test_played_episode_is_played_from_the_start_and_is_started_again(library: Library) -> None:
    async with on_stage(library, view=BASICS, progress={"one": Progress(START, played=True, plays=1)}) as stage:
        await stage.press("g")
        assert row(stage).startswith("✓ One")
        await stage.press("enter")
        await stage.play(10)
        assert stage.book.status("one") is Status.STARTED
        assert stage.header.right.startswith("0/29 played")


async def test_enter_on_the_playing_episode_changes_nothing(library: Library) -> None:
    async with on_stage(library, view=BASICS) as stage:
        await stage.press("enter")
        await stage.play(10)
        await stage.press("enter")
        assert stage.playback.position == 10.0
        assert stage.status() is PlayerStatus.PLAYING


async def test_enter_on_the_paused_episode_goes_on(library: Library) -> None:
    async with on_stage(library, view=BASICS) as stage:
        await stage.press("enter", "space", "enter")
        assert stage.status() is PlayerStatus.PLAYING


async def test_other_episode_played_saves_the_former_before_it_is_loaded(library: Library) -> None:
    async with on_stage(library, view=BASICS) as stage:
        stage.recorder.is_holding = True
        await stage.press("enter")
        await stage.play(3)
        await stage.press("j", "enter")
        assert stage.recorder.progress("one")[-1] == 3.0
        loads = [call[1] for call in stage.player.calls if call[0] == "load"]
        assert loads == ["/one.opus"]  # the disk has not answered


# -- what follows --------------------------------------------------------------------------------------


async def test_end_of_an_episode_marks_it_and_plays_the_next_of_the_list(library: Library) -> None:
    async with on_stage(library, view=BASICS) as stage:
        await stage.press("enter")
        assert "next: Two" in bar(stage)[0]
        await stage.play(100)
        assert stage.playback.episode == "two"
        assert row(stage, 0).startswith("✓ One")
        assert row(stage, 1).startswith("▶ Two")
        assert stage.header.right.startswith("1/29 played")


async def test_end_of_an_episode_plays_what_follows_in_the_order_it_was_started_from(library: Library) -> None:
    async with on_stage(library, view=View(place=1, sort=Sort.COURSE)) as stage:
        await stage.press("enter")
        assert stage.playback.episode == "five"
        await stage.press("s", "f")  # looking elsewhere does not change what follows
        await stage.play(10)
        assert stage.playback.episode == "four"


async def test_end_of_an_episode_skips_played_ones(library: Library) -> None:
    async with on_stage(library, view=BASICS, progress={"two": Progress(START, played=True)}) as stage:
        await stage.press("g", "enter")
        await stage.play(100)
        assert stage.playback.episode == "three"


async def test_end_of_the_last_episode_stops(library: Library) -> None:
    async with on_stage(library, view=BASICS) as stage:
        await stage.press("G", "enter")
        await stage.play(10)
        assert not stage.playback.is_loaded
        assert "Press enter to play, ? for all keys" in bar(stage)[0]


async def test_filtered_list_played_to_its_end_stops_there(library: Library) -> None:
    started = {ident: Progress(START, position=5.0, listened=START) for ident in ("one", "three")}
    async with on_stage(library, view=View(place=1, filter=Filter.STARTED), progress=started) as stage:
        await stage.press("g", "enter")
        await stage.play(95)
        assert stage.playback.episode == "three"
        await stage.play(300)
        assert not stage.playback.is_loaded


# -- what goes wrong -----------------------------------------------------------------------------------


async def test_failed_load_says_why_keeps_the_place_and_the_app(library: Library) -> None:
    progress = {"one": Progress(START, position=50.0, listened=START)}
    async with on_stage(library, view=BASICS, progress=progress) as stage:
        stage.sources.is_holding = True
        await stage.press("enter")
        stage.app.emit(LoadFailed(stage.playback.load, "The file [b]is[/b] gone [/]. Your place is kept."))
        await stage.settle()
        assert stage.notices == ["The file [b]is[/b] gone [/]. Your place is kept."]
        assert "[b]is[/b] gone [/]" in stage.text
        assert not stage.playback.is_loaded
        assert stage.book.get("one") == progress["one"]
        stage.sources.is_holding = False
        await stage.press("escape", "j", "enter")
        assert stage.notices == []
        assert stage.playback.episode == "two"


async def test_broken_off_file_keeps_its_place_and_is_not_played(library: Library) -> None:
    async with on_stage(library, view=BASICS) as stage:
        await stage.press("enter")
        await stage.play(30)
        stage.app.emit(FileEnded(stage.playback.load, 30.0))
        await stage.settle()
        assert stage.book.status("one") is Status.STARTED
        assert stage.notices == ["“One” broke off at 0:30 of 1:40. Your place is kept."]


async def test_late_event_of_the_former_episode_changes_nothing(library: Library) -> None:
    async with on_stage(library, view=BASICS) as stage:
        await stage.press("enter")
        former = stage.playback.load
        await stage.press("j", "enter")
        for event in (PositionChanged(former, 77.0), FileEnded(former, 100.0), LoadFailed(former, "gone")):
            stage.app.emit(event)
        await stage.settle()
        assert (stage.playback.episode, stage.playback.position) == ("two", 0.0)
        assert stage.notices == []


async def test_files_that_end_at_once_stop_after_three(library: Library) -> None:
    async with on_stage(library, view=BASICS) as stage:
        for ident in ("one", "two", "three", "four", "five"):
            stage.sources.found[ident] = Source(f"/{ident}.opus", duration=0.5)
        await stage.press("enter")
        for _ in range(5):
            await stage.play(0.5)
        assert not stage.playback.is_loaded
        assert stage.notices == ["Three episodes in a row ended at once; nothing more is played by itself."]


async def test_failing_saves_are_said_once_and_their_end_too(library: Library) -> None:
    async with on_stage(library) as stage:
        stage.app.post_message(SavingChanged("the disk is full"))
        await stage.settle()
        assert stage.notices == ["Progress cannot be saved now: the disk is full. It is kept and tried again."]
        stage.app.post_message(SavingChanged(None))
        await stage.settle()
        assert stage.notices[-1] == "Progress is saved again."


async def test_unknown_length_is_shown_as_unknown_and_never_played_by_a_share(library: Library) -> None:
    async with on_stage(library, view=BASICS) as stage:
        stage.sources.found["four"] = Source("/four.opus")
        stage.player.durations["/four.opus"] = None
        await stage.press("j", "j", "j", "enter")
        assert row(stage, 3).endswith("0:00 / ?")
        await stage.play(500)
        assert stage.book.status("four") is Status.STARTED
        assert bar(stage)[1].startswith("8:20 ")


async def test_quit_in_the_middle_saves_the_very_place(library: Library) -> None:
    async with on_stage(library, view=BASICS) as stage:
        await stage.press("enter")
        await stage.play(17.25)
        await stage.press("q")
        assert not stage.app.is_running
        assert stage.recorder.progress("one")[-1] == 17.25
    assert stage.start.is_closed
