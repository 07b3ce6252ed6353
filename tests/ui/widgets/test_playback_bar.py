"""The playback bar: fixed places, what was heard, what to go on with, and the mouse."""

from itertools import groupby
from typing import Any

import pytest
from textual.events import MouseScrollDown, MouseScrollUp

from tests.app_driver import AppDriver, run_app
from tests.fakes import START
from tui_pod.config.settings import Settings
from tui_pod.core.actions import key_of
from tui_pod.core.library.episode import Episode, Topic
from tui_pod.core.library.library import Library, build_library
from tui_pod.core.player.events import ChaptersKnown, LoadFailed
from tui_pod.core.player.snapshot import MAX_CHAPTERS, Chapter, ChapterOrigin, Playback, PlayerStatus, Source
from tui_pod.core.progress.passages import Passage
from tui_pod.core.progress.progress import Progress
from tui_pod.core.selection.list_query import ListQuery
from tui_pod.ui.look.cells import MARKS
from tui_pod.ui.widgets.playback_bar import BarFacts

BASICS = ListQuery(entry=1)
BEGUN = {"three": Progress(START, position=150.0, played_ranges=((0.0, 150.0), (240.0, 270.0)))}

pytestmark = pytest.mark.app(size=(120, 30), query=BASICS)


def lines(driver: AppDriver) -> list[str]:
    """Return the lines of the bar."""
    return driver.rows_of(driver.bar)


async def show(
    driver: AppDriver, facts: BarFacts | None = None, size: tuple[int, int] = (120, 30), **playing: Any
) -> list[str]:
    """Show an episode that plays, and these facts, in a terminal of a size; return the lines of the bar."""
    await driver.resize(*size)
    usual = Playback(PlayerStatus.PLAYING, "one", "One", duration=100.0)
    driver.bar.playback, driver.bar.facts = usual._replace(**playing), facts or BarFacts()
    await driver.settle()
    return lines(driver)


def place_of(driver: AppDriver, name: str) -> tuple[int, int]:
    """Return a cell of the bar that shows something."""
    width, height = driver.bar.size
    found = ((x, y) for y in range(height) for x in range(width) if driver.bar.place_at(x, y) == name)
    return next(found)


async def test_bar_has_more_lines_where_there_is_room(driver: AppDriver) -> None:
    for size, count in (((120, 40), 4), ((80, 39), 3), ((80, 30), 3), ((80, 29), 2), ((40, 12), 2)):
        await driver.resize(*size)
        assert driver.bar.size.height == count


async def test_start_shows_what_was_heard_last_and_space_goes_on_with_it(library: Library) -> None:
    async with run_app(library, query=ListQuery(entry=2), progress=BEGUN) as driver:
        title, line, *_ = lines(driver)
        assert title.startswith(" ‖ Three")
        assert title.endswith("space resumes")
        assert line.startswith(" 2:30 ▐━")
        assert "−2:30" in line
        assert driver.current == "one"
        await driver.press("space")
        assert driver.playback.episode == "three"


async def test_band_shows_what_was_heard_before_and_the_knob_is_over_it(driver: AppDriver) -> None:
    line = (await show(driver, passages=(Passage(0.0, 50.0, 2), Passage(99.0, 99.2, 1))))[1]
    cells = line[line.index("▐") + 1 : line.index("▍")]
    assert cells[: len(cells) // 2] == "●" + "▒" * (len(cells) // 2 - 1)
    assert cells[len(cells) // 2 :].count("▒") == 1  # however short


async def test_episode_that_failed_stays_in_the_bar_with_its_place_and_the_reason(library: Library) -> None:
    async with run_app(library, query=BASICS, progress=BEGUN) as driver:
        driver.sources.is_holding = True
        await driver.press("enter")
        driver.app.frontend.emit(
            LoadFailed(driver.playback.load, f"It is gone. Press {key_of('queue.next')}.", is_fatal=True)
        )
        await driver.settle()
        assert lines(driver)[0].startswith(" ! Three  It is gone. Press >.")
        assert lines(driver)[1].startswith(" 2:")
        assert driver.row(2).startswith("! Three")
        driver.sources.is_holding = False
        await driver.press("space")
        assert lines(driver)[0].startswith(" ▶ Three")


async def test_episode_that_was_stopped_stays_in_the_bar_and_without_one_it_has_no_places(driver: AppDriver) -> None:
    await driver.press("enter")
    assert driver.bar.place_at(0, 0) == "mark"
    driver.controller.stop()
    await driver.settle()
    assert lines(driver)[0].startswith(" ‖ One")
    driver.bar.playback = Playback()
    await driver.settle()
    assert {driver.bar.place_at(x, 0) for x in range(driver.bar.size.width)} == {""}


async def test_stretches_heard_before_are_drawn_in_what_is_to_come(library: Library) -> None:
    async with run_app(library, query=BASICS, progress=BEGUN) as driver:
        await driver.press("enter")
        line = lines(driver)[1]
        behind, _, ahead = line.partition("●")
        assert set(behind.partition("▐")[2]) == {"━"}
        assert ahead.startswith("╌")
        assert "╌━━" in ahead
        assert "━╌" in ahead


async def test_places_stay_when_numbers_change(driver: AppDriver) -> None:
    await driver.press("j", "j", "enter")
    before = lines(driver)[1]
    await driver.press("]", "]", "M", "z", "enter", *["full_stop"] * 3)
    after = lines(driver)[1]
    assert [before.index(sign) for sign in "▐▍−×"] == [after.index(sign) for sign in "▐▍−"] + [after.index("×") - 2]
    assert before.index("1×") == after.index("1.2×")
    assert before.index("♪") == after.index("muted")


async def test_chapter_that_plays_is_named_and_counted(driver: AppDriver) -> None:
    driver.sources.found["three"] = Source("/three.mp3")
    await driver.press("j", "j", "enter")
    marks = (Chapter(0.0, "Welcome"), Chapter(50.0, "The long middle, which takes more than a half of the bar"))
    driver.app.frontend.emit(ChaptersKnown(driver.playback.load, marks, ChapterOrigin.FEED))
    await driver.press("full_stop", "full_stop")
    assert lines(driver)[0].endswith(f"Basics · ch 2/2 −0:40 {marks[1].title}")
    assert "┆" in lines(driver)[1]
    await driver.resize(80, 24)
    assert lines(driver)[0].startswith(" ▶ Three  ch 2/2 −0:40 The long middle")


async def test_topic_of_wide_letters_takes_half_of_the_bar_at_most() -> None:
    topic, title = "音楽" * 10, "A title that takes forty cells or so here"
    library = build_library([Topic(topic)], [Episode("one", title, tags=(topic,))])
    async with run_app(library, (80, 30)) as driver:
        await driver.press("enter")
        assert title[:30] in lines(driver)[0]


async def test_thousands_of_chapters_do_not_cover_the_line(driver: AppDriver) -> None:
    driver.sources.found["three"] = Source("/three.mp3")
    await driver.press("j", "j", "enter")
    marks = tuple(Chapter(number * 0.06, f"Part {number}") for number in range(5 * MAX_CHAPTERS))
    driver.app.frontend.emit(ChaptersKnown(driver.playback.load, marks, ChapterOrigin.FEED))
    await driver.play(1)
    assert "┆" not in lines(driver)[1]
    assert "/5000 −0:00 Part 1" in lines(driver)[0]


@pytest.mark.parametrize("size", [(120, 40), (80, 24)])
async def test_click_does_what_its_place_is_for(size: tuple[int, int], library: Library) -> None:
    async with run_app(library, size, query=BASICS) as driver:
        await driver.press("enter", "]", "G")
        await driver.click(driver.bar, *place_of(driver, "speed"))
        assert driver.playback.speed == 1.0
        await driver.click(driver.bar, *place_of(driver, "volume"))
        assert driver.playback.is_muted
        await driver.click(driver.bar, *place_of(driver, "title"))
        assert driver.current == "one"
        await driver.click(driver.bar, *place_of(driver, "next"))
        assert driver.playback.episode == "two"
        await driver.click(driver.bar, *place_of(driver, "sleep"))
        assert driver.app.screen is not driver.main


async def test_wheel_over_the_bar_changes_what_it_points_at(driver: AppDriver) -> None:
    await driver.press("j", "j", "enter")

    async def wheel(kind: type[MouseScrollDown] | type[MouseScrollUp], name: str) -> None:
        x, y = place_of(driver, name)
        driver.bar.post_message(kind(driver.bar, x, y, 0, 0, 0, False, False, False))
        await driver.settle()

    await wheel(MouseScrollUp, "speed")
    assert driver.playback.speed == pytest.approx(1.1)
    await wheel(MouseScrollDown, "volume")
    assert driver.playback.volume == 75
    await wheel(MouseScrollUp, "line")
    assert driver.playback.position == 5.0


async def test_speed_volume_and_timer_have_fixed_places(driver: AppDriver) -> None:
    """A sleep timer takes the place of the volume, then of the speed."""
    for width, sleep, cells in (
        (72, "", {"speed": 7, "volume": 7, "sleep": 12}),
        (71, "", {"speed": 7, "volume": 7}),
        (50, "", {"speed": 7, "volume": 7}),
        (49, "", {"speed": 7}),
        (71, "5:00", {"speed": 7, "sleep": 12}),
        (50, "5:00", {"speed": 7, "sleep": 12}),
        (49, "5:00", {"sleep": 12}),
    ):
        await show(driver, BarFacts(sleep=sleep), (width, 30))
        places = [driver.bar.place_at(x, 1) for x in range(width)]
        assert [name for name, _ in groupby(places)][-len(cells) :] == list(cells)
        assert {name: places.count(name) for name in cells} == cells
        assert {name: places.index(name) for name in cells} == {
            name: width - sum(list(cells.values())[number:]) for number, name in enumerate(cells)
        }


async def test_keys_for_speed_volume_and_sleep_timer_are_named_where_there_is_room(driver: AppDriver) -> None:
    for width, end in ((80, "[ ] 1×     - + ♪ 80     z ☾ off"), (79, "1×     ♪ 80       ☾ off")):
        await driver.resize(width, 24)
        assert lines(driver)[1].rstrip().endswith(end)


def marks_of(line: str, sign: str) -> list[int]:
    """Return the cells of the line of time that show a sign, counted from its first cell."""
    inside = line[line.index("▐") + 1 : line.index("▍")]
    return [cell for cell, shown in enumerate(inside) if shown == sign]


async def test_place_in_a_course_is_said_once_and_a_topic_stands_in_for_it(driver: AppDriver) -> None:
    for height in (30, 29):
        line, *_ = await show(driver, BarFacts(topic="Basics", place="Act 1 · 1 of 3"), (120, height))
        assert line.count("Act 1 · 1 of 3") == 1
        assert line.startswith(" ▶ One  Act 1") is (height == 29)  # beside the title in two lines only
        assert "Basics" not in line
    assert (await show(driver, BarFacts(topic="Basics")))[0].endswith(" Basics")


async def test_long_chapter_keeps_its_distance_from_the_title(driver: AppDriver) -> None:
    for title in ("One", "One" * 18):
        line, *_ = await show(driver, title=title, marks=(Chapter(0.0, "x" * 120),))
        assert line.startswith(f" ▶ {title}  ch 1/1 ")
        assert line.endswith("x…")


async def test_times_before_and_after_the_position_add_up(driver: AppDriver) -> None:
    for position, said in ((0.0, " 0:00 ▐ −1:40"), (0.9, " 0:00 ▐ −1:40"), (59.5, " 0:59 ▐ −0:41")):
        _, line, *_ = await show(driver, position=position, duration=99.6)
        before, _, after = line.partition("▐")
        assert f"{before}▐{after.partition('▍')[2][:6]}" == said


async def test_knob_stays_within_the_line(driver: AppDriver) -> None:
    for position, at in ((0.0, 0), (100.0, -1)):
        _, line, *_ = await show(driver, size=(80, 24), position=position)
        inside = line.partition("▐")[2].partition("▍")[0]
        assert inside.index("●") == at % len(inside)


async def test_bookmarks_and_chapters_stand_where_they_start(driver: AppDriver) -> None:
    chapters = (Chapter(0.0, "A"), Chapter(50.0, "B"), Chapter(100.0, "the end"), Chapter(200.0, "beyond"))
    driver.bar.bookmarks = (75.0, 100.0)
    _, line, *_ = await show(driver, position=10.0, marks=chapters)
    width = len(line[line.index("▐") + 1 : line.index("▍")])
    assert marks_of(line, "┆") == [width // 2]
    assert marks_of(line, MARKS["bookmark"]) == [int(width * 0.75), width - 1]


async def test_chapters_are_drawn_while_they_take_a_third_of_the_line_at_most(driver: AppDriver) -> None:
    _, line, *_ = await show(driver, duration=1000.0)
    width = len(line[line.index("▐") + 1 : line.index("▍")])
    for count in (width // 3, width // 3 + 1):
        starts = [(2 * number + 2.5) * 1000 / width for number in range(count)]
        _, line, *_ = await show(driver, duration=1000.0, marks=tuple(Chapter(start, "x") for start in starts))
        assert len(marks_of(line, "┆")) == (count if count == width // 3 else 0)


async def test_session_fills_its_steps(driver: AppDriver) -> None:
    for session, said in (((1, 30, "9:00"), "▰▱▱▱▱▱ 1 of 30"), ((3, 6, "9:00"), "▰▰▰▱▱▱ 3 of 6"),
                          ((6, 6, "9:00"), "▰▰▰▰▰▰ 6 of 6"), ((0, 0, "9:00"), "▱▱▱▱▱▱ 0 of 0")):  # fmt: skip
        assert f" session {said}, ends 9:00" in (await show(driver, BarFacts(session=session)))[2]


@pytest.mark.parametrize(("key", "shown"), [("f9", " f9 ☾ 10:00"), ("f12", "    ☾ 10:00")])
async def test_key_of_the_sleep_timer_yields_to_a_long_time(key: str, shown: str, library: Library) -> None:
    async with run_app(library, (80, 24), settings=Settings(keymap={"sleep.timer": key})) as driver:
        driver.bar.facts = driver.bar.facts._replace(sleep="10:00")
        await driver.settle()
        assert lines(driver)[1].endswith(shown)


async def test_click_on_the_line_seeks_to_the_share_of_it_that_was_clicked(driver: AppDriver) -> None:
    await driver.press("j", "j", "enter")
    x, y = place_of(driver, "line")
    room = [driver.bar.place_at(cell, 1) for cell in range(120)].count("line")
    for cell in (0, room // 4, room // 2):
        await driver.click(driver.bar, x + cell, y)
        assert driver.playback.position == pytest.approx(cell / room * 300.0, abs=0.01)


async def test_line_of_unknown_length_has_the_knob_at_its_start_while_it_plays(driver: AppDriver) -> None:
    for status, begin in ((PlayerStatus.PLAYING, "●╌"), (PlayerStatus.PAUSED, "●╌"), (PlayerStatus.STOPPED, "╌╌")):
        _, line, *_ = await show(driver, position=3.0, duration=None, is_estimated=True, status=status)
        assert line.startswith(f"≈0:03 ▐{begin}")
        assert line.partition("▍")[2].startswith(" ?")
        places = [driver.bar.place_at(x, 1) for x in range(120)]
        assert line.index("▍") - line.index("▐") - 1 == places.count("line")


async def test_place_of_the_next_episode_ends_with_the_line(driver: AppDriver) -> None:
    line, *_ = await show(driver, BarFacts(following="Another title"), (120, 29))
    places = [driver.bar.place_at(x, 0) for x in range(120)]
    first = line.index("next ▹")
    assert set(places[first:]) == {"next"}
    assert places[first - 2] != "next"
    assert places[:4] == ["mark", "mark", "mark", "title"]


async def test_waiting_session_is_said_beside_the_next_episode_only_in_two_lines(driver: AppDriver) -> None:
    for height, number, said in ((29, 0, "session waits  next"), (30, 2, "next")):
        shown = await show(driver, BarFacts(waiting="waits", following="Another title"), (120, height))
        assert shown[number].endswith(f"{said} ▹ Another title")
        assert shown[number].count("waits") == 1
