"""Every number on the screen is right after every action: random keys, and a recount from scratch after each."""

import random

import pytest

from tests.app_driver import AppDriver, run_app
from tests.rooms import EPISODES, TOPICS
from tui_pod.core.library.library import Library
from tui_pod.core.player.snapshot import Playback
from tui_pod.core.progress.progress import Progress
from tui_pod.core.selection.list_query import Filter, SmartList
from tui_pod.core.text.clean import clock, length, span
from tui_pod.ui.screens.dialog import CycleDialog

KEYS = (
    "j", "j", "j", "k", "g", "G", "pagedown", "tab", "h", "l", "left", "right", "enter", "enter", "space", "^", ",",
    ".", "{", "}", "<", ">", "[", "]", "backspace", "m", "m", "m", "v", "V", "e", "e", "E", "J", "K", "x", "u", "u",
    "ctrl+r", "f", "s", "c", "1", "2", "2", "slash", "w", "escape", "n",
)  # fmt: skip
"""What is pressed; often pressed keys stand here often."""

SECONDS = (3, 7, 30, 100)
"""Seconds that are listened between keys: enough for another whole second, since what is under one is not shown."""

PARENTS = {topic.name: topic.parent for topic in TOPICS}


def topics_of(tags: tuple[str, ...]) -> set[str]:
    """Return the topics that an episode with these tags belongs to, all above them included."""
    found = {"All Topics"}
    for tag in tags:
        name: str | None = tag
        while name is not None:
            found.add(name)
            name = PARENTS.get(name)
    return found


def left_of(progress: Progress | None, duration: float | None) -> float:
    """Return the seconds of an episode that are still to be heard."""
    if progress is not None and progress.played:
        return 0.0
    known = (progress.duration if progress else None) or duration or 0.0
    return max(0.0, known - (progress.position if progress else 0.0))


def about(seconds: float) -> set[str]:
    """Return how a length may be written: sums of floats differ in their last digits."""
    return {span(seconds - 0.001), span(seconds + 0.001)}


def check_header(driver: AppDriver, progress: dict[str, Progress]) -> None:
    """Compare the header with a recount."""
    played = sum(progress[episode.id].played for episode in EPISODES if episode.id in progress)
    left = sum(left_of(progress.get(episode.id), episode.duration) for episode in EPISODES)
    wanted = {f"{played}/{len(EPISODES)} played · {time} left" for time in about(left)}
    assert any(driver.text.split("\n")[0].endswith(text) for text in wanted), (driver.text.split("\n")[0], wanted)


def is_unfinished(progress: Progress) -> bool:
    """Return True if an episode is in Continue."""
    return progress.position > 0 and not progress.is_dismissed and not progress.is_brief


def check_tree(driver: AppDriver, progress: dict[str, Progress]) -> None:
    """Compare the counts of the tree with a recount."""
    unfinished = list(filter(is_unfinished, progress.values()))
    for name, count in driver.tree_rows():
        if name == "Continue":
            assert count == len(unfinished)
        elif name == "Queue":
            queue = driver.controller.queue
            assert count == len(queue.entries[queue.cursor :])
        else:
            assert count == sum(name in topics_of(episode.tags) for episode in EPISODES), name


def expected_ids(driver: AppDriver, progress: dict[str, Progress]) -> list[str]:
    """Return the ids that the list must show, in any order."""
    view = driver.main.model.query
    if view.entry == SmartList.QUEUE:
        found = list(driver.controller.queue.entries)
    elif view.entry == SmartList.CONTINUE:
        found = [ident for ident, value in progress.items() if is_unfinished(value)]
    else:
        topic = driver.library.topics.names[view.entry]
        found = [episode.id for episode in EPISODES if topic in topics_of(episode.tags)]
        if view.filter is not Filter.ALL:
            statuses = {ident: str(progress[ident].status) if ident in progress else "unplayed" for ident in found}
            found = [ident for ident in found if statuses[ident] == view.filter]
    texts = {e.id: f"{e.title} {e.summary} {' '.join(e.tags)}".lower() for e in EPISODES}
    return [ident for ident in found if all(word in texts[ident] for word in view.query.lower().split())]


def check_list(driver: AppDriver, progress: dict[str, Progress]) -> None:
    """Compare the list and its title with a recount."""
    wanted = expected_ids(driver, progress)
    assert sorted(driver.shown) == sorted(wanted)
    name, count, *rest = driver.title.split(" · ")
    queue, place = driver.controller.queue, driver.main.model.query.entry
    if place == SmartList.QUEUE and len(queue.upcoming) < len(wanted):
        coming = [ident for ident in queue.upcoming if ident in driver.library.ids and ident != driver.playback.episode]
        assert count == f"{len(coming)} of {len(wanted)} to come"
    else:
        assert count == f"{len(wanted)} episode{'s' * (len(wanted) != 1)}"
    durations = {episode.id: episode.duration for episode in EPISODES}
    if place == SmartList.CONTINUE:
        left = sum(left_of(progress.get(ident), durations[ident]) for ident in wanted)
        assert not wanted or rest[0].removesuffix(" left") in about(left)
    elif place >= 0:
        assert name == driver.library.topics.names[place]
        assert not wanted or rest[0] in about(sum(durations[ident] or 0.0 for ident in wanted))
    if place >= 0 and driver.main.model.query.filter is not Filter.ALL:
        assert driver.main.model.query.filter in driver.narrowing


def time_left(position: float, duration: float | None) -> str:
    """Return what a row says of an episode that is begun."""
    return f"−{clock(round(duration) - int(position))}" if duration else f"{clock(position)} / ?"


def row_start_and_end(driver: AppDriver, ident: str, progress: dict[str, Progress]) -> tuple[str, str]:
    """Return how the row of an episode must begin and end, without the selection."""
    durations = {episode.id: episode.duration for episode in EPISODES}
    playback: Playback = driver.playback
    value = progress.get(ident)
    known = (value.duration if value else None) or durations[ident]
    if playback.episode == ident and playback.is_loaded:
        mark = {"playing": "▶", "paused": "‖", "loading": "◌"}[playback.status]
        return mark, time_left(playback.position, playback.duration or durations[ident])
    if value is not None and value.position > 0:
        return "◐", time_left(value.position, known)
    return ("✓" if value is not None and value.played else "○"), length(known) if known else "teaser"


def check_rows(driver: AppDriver, progress: dict[str, Progress]) -> None:
    """Compare the marks and times of the visible rows with a recount."""
    pane = driver.episodes
    lines = driver.rows_of(pane)
    for number, ident in enumerate(driver.shown):
        line = pane.top_of(number) - pane.scroll_offset.y
        if not 0 <= line < len(lines):
            continue
        start, end = row_start_and_end(driver, ident, progress)
        assert lines[line][1] == start, (ident, lines[line])
        assert end in lines[line].rstrip(" ▁▂▃▄▅▆▇█▊▉"), (ident, lines[line], end)


@pytest.mark.parametrize("seed", range(4))
async def test_numbers_after_each_of_many_random_actions_are_those_of_a_recount(seed: int, library: Library) -> None:
    chance = random.Random(seed)
    async with run_app(library) as driver:
        done: list[str] = []
        for _ in range(60):
            if chance.random() < 0.25:
                seconds = chance.choice(SECONDS)
                done.append(f"play {seconds}")
                await driver.play(seconds)
            else:
                done.append(chance.choice(KEYS))
                await driver.press(done[-1])
                if driver.shows(CycleDialog):  # in which the same key takes the next choice
                    await driver.press(done[-1], "escape")
            driver.app.clear_notifications()  # they lie over the numbers
            await driver.settle()
            progress = dict(driver.progress_index)
            try:
                for check in (check_header, check_tree, check_list, check_rows):
                    check(driver, progress)
            except AssertionError as error:
                error.add_note(f"after {' '.join(done)}\n{driver.text}")
                raise
