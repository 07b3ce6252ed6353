"""The command palette offers what the keys do, and does it where the key would have done it."""

from functools import partial

import pytest
from rich.cells import cell_len
from textual.widgets import Input, OptionList, Static

from tests.app_driver import AppDriver, run_app
from tui_pod.core.action_words import WANTED, words_of
from tui_pod.core.actions import ACTIONS, BY_ID, PARTS, needs_cursor
from tui_pod.core.library.episode import Episode, Topic
from tui_pod.core.library.library import Library, build_library
from tui_pod.core.player.snapshot import PlayerStatus
from tui_pod.core.progress.progress import Status
from tui_pod.core.selection.list_query import SmartList
from tui_pod.ui.palette import PaletteCommand, PaletteScreen, ThemeScreen, make_commands
from tui_pod.ui.screens.main import MainScreen

MOVES = {action.id for action in ACTIONS if action.where == "move"}
"""What is no use by name: steps of the cursor, and from pane to pane."""

OF_VIEWS = {
    action.id
    for action in ACTIONS
    if action.where in ("statistics", "bookmarks", "found", "details", "question") and needs_cursor(action)
}
"""What is of a view or pane beside the list while that is shown."""


def offered(driver: AppDriver) -> set[str]:
    """Return the ids of the actions that the palette can do here now."""
    by_label = {action.label: action.id for action in ACTIONS}
    names = [command.name for command in make_commands(driver.app, driver.services) if not command.why]
    return {by_label[name] for name in names if name in by_label}


def rows(driver: AppDriver) -> list[str]:
    """Return what the palette lists."""
    return [" ".join(str(option.prompt).split()) for option in driver.app.screen.query_one(OptionList).options]


async def choose(driver: AppDriver, ident: str) -> None:
    """Find an action in the palette by its name, and have it done."""
    title = BY_ID[ident].label
    await driver.press("ctrl+p")
    await driver.write(title)
    assert rows(driver)[0].startswith(title)
    await driver.press("enter")
    assert not driver.shows(PaletteScreen)


@pytest.mark.parametrize(("name", "entry"), [("new", SmartList.NEW), ("Queue", SmartList.QUEUE)])
async def test_palette_lists_what_is_called_just_that_first(name: str, entry: SmartList, driver: AppDriver) -> None:
    await driver.press("ctrl+p")
    await driver.write(name)
    assert rows(driver)[0] == f"{name.title()} topic"
    await driver.press("enter")
    assert driver.listed == entry


async def test_palette_opens_with_the_commands_above_the_topics_and_explains_the_row_at_the_cursor(
    driver: AppDriver,
) -> None:
    await driver.press("ctrl+p")
    listed = rows(driver)
    topics = [number for number, row in enumerate(listed) if row.endswith(" topic")]
    assert "Quit; everything is saved q ctrl+q" in listed[: topics[0]]
    assert topics == [*range(topics[0], len(listed))]
    groups = ["Often wanted", *(part.capitalize() for part in PARTS), "In a shell", "Topics"]
    assert [row for row in listed if row in groups] == groups
    assert listed[1] == "Queue next E"
    about = driver.app.screen.query_one("#about", Static)
    for keys, place in (((), 0), (("down",), 1), (("up",), 0)):
        await driver.press(*keys)
        assert str(about.content) == words_of(WANTED[place]).about
    await driver.write("zzz")
    assert (rows(driver), str(about.content)) == ([], "")
    await driver.press(*["backspace"] * 3)
    await driver.write("export opml")
    assert rows(driver) == ["Export podcasts as OPML shell"]
    await driver.press("enter")
    assert "In a shell: tui-pod export > podcasts.opml" in driver.text


@pytest.mark.parametrize("typed", ["parameters", "PARAMETERS — the learned numbers"])
async def test_episode_that_is_called_just_that_comes_first(typed: str) -> None:
    titles = ["Parameters at work", "The parameters", "Parameters — the learned numbers", "On"]
    episodes = [Episode(f"{number}", title, "Of parameters.") for number, title in enumerate(titles)]
    async with run_app(build_library([Topic("Parameters of all kinds")], episodes)) as driver:
        await driver.press("ctrl+p")
        await driver.write(typed)
        assert rows(driver)[0] == "Parameters — the learned numbers play"


async def test_palette_lists_first_what_was_used_last(driver: AppDriver) -> None:
    await choose(driver, "playback.louder")
    await choose(driver, "playback.mute")
    await driver.press("ctrl+p")
    assert rows(driver)[:3] == ["Used last", "Mute M", "Volume: louder by 5 + ="]
    assert driver.writer.setting("commands") == ["Mute", "Volume: louder by 5"]


async def test_palette_plays_an_episode_and_opens_a_topic_by_name(driver: AppDriver, library: Library) -> None:
    await driver.press("ctrl+p")
    await driver.write(library.titles[1])
    await driver.press("enter")
    assert driver.playback.episode == library.ids[1]
    await driver.press("ctrl+p")
    await driver.write("numbers")
    assert rows(driver)[0].endswith("topic")
    await driver.press("enter")
    assert library.topics.names[driver.listed] == "Numbers"


async def test_theme_at_the_cursor_is_drawn_escape_goes_back_and_enter_chooses_it(driver: AppDriver) -> None:
    former = driver.app.theme
    driver.app.show_dialog(ThemeScreen(driver.app))
    await driver.settle()
    assert [row for row in rows(driver) if row.startswith("✓")] == ["✓ as the terminal is"]
    await driver.press("j", "j")
    assert driver.app.theme not in ("", former)
    await driver.press("escape")
    assert (driver.app.theme, driver.writer.setting("theme")) == (former, None)
    driver.app.show_dialog(ThemeScreen(driver.app))
    await driver.settle()
    await driver.press("j", "j", "enter")
    chosen = driver.app.theme
    assert driver.writer.setting("theme") == chosen
    driver.app.show_dialog(ThemeScreen(driver.app))
    await driver.settle()
    assert [row for row in rows(driver) if row.startswith("✓")] == [f"✓ {chosen}"]


async def test_palette_offers_what_the_panes_in_use_have(driver: AppDriver) -> None:
    elsewhere = {action.id for action in ACTIONS if action.where in ("tree", "transcript") and needs_cursor(action)}
    assert offered(driver) == {action.id for action in ACTIONS} - MOVES - elsewhere - OF_VIEWS - {"app.palette"}
    await driver.press("t")
    assert offered(driver) >= {"transcript.seek", "transcript.follow", "transcript.copy"}
    await driver.press("t")
    assert not offered(driver) & {"transcript.seek", "transcript.follow", "transcript.copy"}
    await driver.press("t", "h")  # all panes are in use
    assert driver.focus == "tree"
    assert offered(driver) == {action.id for action in ACTIONS} - MOVES - OF_VIEWS - {"app.palette"}


@pytest.mark.parametrize(
    ("typed", "row"),
    [
        ("1.5", "Speed 1.5× now"),
        ("sleep 20", "Sleep timer 20:00 now"),
        ("12:30", "Go to 12:30 not now"),
        ("recall", "Recall what is due r"),
        ("cards", "Recall what is due r"),
        ("export bookmarks", "Export bookmarks as Markdown"),
        ("read aloud", "Add a podcast, or import some from another player a"),
        ("article", "Add a podcast, or import some from another player a"),
        ("catch up", "Catch up: take all of this podcast off New; elsewhere, all of New palette"),
        ("mark all", "Mark all that is listed played palette"),
        ("hide course", "Show or hide the course palette"),
        ("another machine", "Go to the newer position of another machine w"),
    ],
)
async def test_palette_has_what_is_typed_from_the_list(typed: str, row: str, driver: AppDriver) -> None:
    await driver.press("ctrl+p")
    await driver.write(typed)
    assert rows(driver)[0].removesuffix(" palette") == row.removesuffix(" palette")


async def test_palette_lists_what_has_most_of_the_words_if_nothing_has_all(driver: AppDriver) -> None:
    await driver.press("ctrl+p")
    await driver.write("much faster somehow")
    assert rows(driver)[0].startswith(BY_ID["playback.faster"].label)
    await driver.press("ctrl+u")
    await driver.write("xyzzy of the")
    assert BY_ID["playback.faster"].label not in " ".join(rows(driver))


async def test_palette_does_what_is_typed_with_its_value(driver: AppDriver) -> None:
    await driver.press("ctrl+p")
    await driver.write("volume 60")
    await driver.press("enter")
    assert driver.playback.volume == 60
    assert "Volume 60." in driver.text


async def test_palette_goes_where_a_pane_does_it_and_says_which(driver: AppDriver) -> None:
    await driver.press("ctrl+p")
    await driver.write("group by")
    assert rows(driver)[0] == "Group by episode, date or topic in the bookmarks"
    await driver.press("enter")
    await driver.until(lambda: driver.focus == "bookmarks", "the bookmarks are shown")
    await driver.press("ctrl+p")
    await driver.write("group by")
    assert rows(driver)[0] == "Group by episode, date or topic s"


async def test_palette_offers_what_the_bookmarks_have_while_they_are_shown(driver: AppDriver) -> None:
    await driver.press("4")
    await driver.until(lambda: driver.focus == "bookmarks", "the bookmarks are shown")
    await choose(driver, "bookmark.group")
    assert "by date" in driver.text


async def test_palette_plays_the_episode_at_the_cursor_and_takes_the_place_of_a_dialog(driver: AppDriver) -> None:
    await driver.press("j")
    await choose(driver, "episode.play")
    assert (driver.playback.episode, driver.status()) == ("two", PlayerStatus.PLAYING)
    await driver.play(20)
    await choose(driver, "episode.restart")
    assert (driver.playback.episode, driver.playback.position) == ("two", 0.0)
    await driver.press("z")
    await choose(driver, "playback.toggle")
    assert driver.shows(MainScreen)
    assert driver.status() is PlayerStatus.PAUSED


async def test_palette_marks_and_queues_what_is_selected_in_the_list(driver: AppDriver) -> None:
    await choose(driver, "select.one")
    await choose(driver, "select.one")
    assert driver.main.model.chosen == ["one", "two"]
    await choose(driver, "episode.toggle_played")
    assert driver.progress_index.status("one") is Status.PLAYED
    assert driver.progress_index.status("two") is Status.PLAYED
    await choose(driver, "queue.add_last")
    assert driver.controller.queue.upcoming == ("three",)


async def test_palette_in_the_tree_acts_on_the_topic_as_the_key_does(driver: AppDriver, library: Library) -> None:
    await driver.press("tab")
    members = library.topics.members[driver.tree.entry]
    await choose(driver, "episode.toggle_played")
    assert all(driver.progress_index.status(library.ids[index]) is Status.PLAYED for index in members)
    assert driver.focus == "tree"
    rows = len(driver.tree_rows())
    await choose(driver, "topic.fold")
    assert len(driver.tree_rows()) < rows
    await choose(driver, "topic.open")
    assert driver.focus == "list"


async def test_palette_in_the_tree_brings_the_list_into_sight_for_what_is_done_there(library: Library) -> None:
    async with run_app(library, (40, 12)) as driver:
        await driver.press("tab")
        await choose(driver, "select.range")
        assert driver.focus == "list"
        await driver.press("j")
        assert len(driver.main.model.chosen) == 2


async def test_palette_with_the_transcript_open_seeks_in_it(driver: AppDriver) -> None:
    await driver.press("enter", "t", "j")
    assert not driver.transcript.is_following
    await choose(driver, "transcript.follow")
    assert driver.transcript.is_following
    await driver.press("G")
    await choose(driver, "transcript.seek")
    assert driver.playback.position > 0


@pytest.mark.parametrize(("ident", "what"), [("list.go_to_playing", "list"), ("search.start", "search")])
async def test_palette_over_a_dialog_closes_it_for_what_is_done_in_the_library(
    ident: str, what: str, driver: AppDriver
) -> None:
    await driver.press("enter", "i")
    await choose(driver, ident)
    assert driver.shows(MainScreen)
    assert driver.focus == what


@pytest.mark.parametrize(("size", "width"), [((40, 12), 34), ((93, 24), 84), ((94, 24), 82), ((120, 40), 82)])
async def test_each_command_has_one_line(size: tuple[int, int], width: int, library: Library) -> None:
    async with run_app(library, size) as driver:
        await driver.press("ctrl+p")
        commands = driver.app.screen.query_one(OptionList)
        assert commands.virtual_size.height == commands.option_count
        assert {cell_len(str(option.prompt)) for option in commands.options} == {width}


async def test_thirty_topics_and_episodes_are_listed_at_most_episodes_from_two_letters_on() -> None:
    topics = [Topic(f"Topic {number}") for number in range(40)]
    episodes = [Episode(f"{number}", f"To {number}", tags=(topic.name,)) for number, topic in enumerate(topics)]
    async with run_app(build_library(topics, episodes)) as driver:
        driver.app.push_screen(PaletteScreen(driver.controller, (), []))
        await driver.settle()
        for typed, count in (("t", 0), ("to", 30)):
            driver.app.screen.query_one(Input).value = typed
            await driver.settle()
            kinds = [row.rsplit(" ", 1)[1] for row in rows(driver)]
            assert kinds == ["topic"] * 30 + ["play"] * count
        await driver.press(*"xyz", "enter")
        assert driver.shows(PaletteScreen)  # nothing is found


async def test_commands_are_found_by_name_before_their_text_and_the_five_used_last_are_kept(library: Library) -> None:
    ran: list[str] = []
    about = {"Other": "turns the volume", "Revolume": "", "Turn volume": "", "Volume, up": "", "Volume": "", "Away": ""}
    commands = [PaletteCommand(name, partial(ran.append, name), synonyms=text) for name, text in about.items()]
    recent = ["Away", "a", "b", "c", "d"]
    async with run_app(library) as driver:
        driver.app.push_screen(PaletteScreen(driver.controller, commands, recent))
        await driver.settle()
        assert rows(driver)[:4] == ["Used last", "Away", "", "Other"]
        for typed, found in (
            ("volume", ["Volume", "Volume, up", "Turn volume", "Other", "Revolume"]),
            ("up vol", ["Volume, up"]),
            ("turn vol", ["Turn volume", "Other"]),
        ):
            driver.app.screen.query_one(Input).value = typed
            await driver.settle()
            assert rows(driver) == found
        await driver.press("enter")
        assert ran == ["Turn volume"]
        assert recent == ["Turn volume", "Away", "a", "b", "c"]
