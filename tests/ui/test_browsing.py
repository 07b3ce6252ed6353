"""Looking around: topics, search, filter, sort, details, and where the cursor is."""

from __future__ import annotations

import asyncio
import os
import sys
from datetime import timedelta
from pathlib import Path

import pytest

from tests.app_driver import FakeServices, embedded_library, run_app
from tests.fakes import START
from tui_pod.core.library.episode import Episode
from tui_pod.core.library.library import Library, build_library
from tui_pod.core.library.podcast_settings import PodcastSettings
from tui_pod.core.library.show_notes import EpisodeNotes
from tui_pod.core.progress.progress import Progress
from tui_pod.core.selection.list_query import Filter, ListQuery, SmartList, Sort
from tui_pod.core.selection.queue import Queue
from tui_pod.services.podcasts.podcast_settings import PodcastChoice
from tui_pod.ui.widgets.episode_pane import EpisodePane
from tui_pod.ui.widgets.lines import KeyLine

BASICS = ListQuery(entry=1)
"""The topic of the five plain episodes."""


# -- the start -----------------------------------------------------------------------------------------


async def test_start_of_a_fresh_library_has_the_cursor_on_the_first_episode(library: Library) -> None:
    async with run_app(library, query=BASICS) as driver:
        assert driver.focus == "list"
        assert driver.current == "one"
        assert "Press enter to play, ? for all keys" in driver.text


async def test_start_with_played_episodes_has_the_cursor_on_the_first_unplayed_one(library: Library) -> None:
    played = {ident: Progress(START, played=True) for ident in ("one", "two")}
    async with run_app(library, query=BASICS, progress=played) as driver:
        assert driver.current == "three"


async def test_start_with_unfinished_episodes_has_the_cursor_on_the_last_one_heard(library: Library) -> None:
    progress = {
        "two": Progress(START, position=20.0, listened=START - timedelta(hours=1)),
        "four": Progress(START, position=20.0, listened=START),
        "five": Progress(START, position=5.0, listened=START - timedelta(hours=2)),
    }
    async with run_app(library, query=BASICS, progress=progress) as driver:
        assert driver.current == "four"


async def test_start_of_the_embedded_catalogue_shows_its_119_episodes() -> None:
    async with run_app(embedded_library(), query=ListQuery(entry=1)) as driver:
        assert driver.title == "Generative AI · 119 episodes · 3 h 06 m · newest first"
        assert driver.header.left.endswith("All Topics › Generative AI")
        assert driver.current == "llm-layers"


async def test_start_on_a_small_terminal_shows_the_tree_from_its_top() -> None:
    async with run_app(embedded_library(), size=(80, 24), query=ListQuery(entry=1)) as driver:
        assert driver.tree_rows()[:4] == [("Continue", 0), ("Queue", 0), ("All Topics", 119), ("Generative AI", 119)]


# -- topics --------------------------------------------------------------------------------------------


async def test_topic_at_the_cursor_of_the_tree_is_listed_at_once(library: Library) -> None:
    async with run_app(library) as driver:
        await driver.press("tab", "j", "j")
        assert driver.title == "Numbers · 2 episodes · 5 m · newest first"
        assert driver.shown == ["one", "two"]
        assert driver.header.left.endswith("All Topics › Basics › Numbers")
        assert driver.focus == "tree"


async def test_topic_without_an_entry_of_its_own_is_under_all_topics(library: Library) -> None:
    async with run_app(library, query=ListQuery(entry=library.topics.names.index("Series"))) as driver:
        assert driver.header.left.endswith("All Topics › Series")
        assert driver.shown == ["five"]


async def test_tree_rows_are_the_topics_with_distinct_episodes_counted(library: Library) -> None:
    async with run_app(library) as driver:
        hostile = len(library) - 5
        assert driver.tree_rows() == [
            ("Continue", 0), ("Queue", 0), ("All Topics", len(library)), ("Basics", 5), ("Numbers", 2),
            ("Hostile", hostile), ("Series", 1),
        ]  # fmt: skip


async def test_topic_left_and_opened_again_has_its_own_cursor(library: Library) -> None:
    async with run_app(library) as driver:
        await driver.press("G", "tab", "j")
        assert driver.current == "one"


async def test_library_key_returns_to_the_topic_that_was_open(library: Library) -> None:
    async with run_app(library, query=BASICS) as driver:
        await driver.press("2", "1")
        assert driver.listed == BASICS.entry
        assert driver.tree.entry == BASICS.entry


async def test_continue_chosen_in_the_tree_lists_unfinished_ones_newest_first(library: Library) -> None:
    progress = {
        "two": Progress(START, position=20.0, listened=START - timedelta(hours=1)),
        "three": Progress(START, position=100.0, listened=START),
    }
    async with run_app(library, progress=progress) as driver:
        await driver.press("tab", "home")
        assert driver.listed == SmartList.CONTINUE
        assert driver.shown == ["three", "two"]
        assert driver.title == "Continue · 2 episodes · 6 m left"


async def test_fold_with_the_cursor_inside_goes_to_the_topic_above(library: Library) -> None:
    async with run_app(library) as driver:
        await driver.press("tab", "j", "j", "left")
        assert driver.library.topics.names[driver.tree.entry] == "Basics"
        await driver.press("left")
        assert "Numbers" not in dict(driver.tree_rows())


async def test_right_in_the_tree_on_an_open_topic_goes_to_its_episodes(library: Library) -> None:
    async with run_app(library) as driver:
        await driver.press("tab", "j", "l")
        assert driver.focus == "list"
        assert driver.listed == 1


# -- search --------------------------------------------------------------------------------------------


async def test_search_typed_narrows_and_counts_at_each_letter(library: Library) -> None:
    async with run_app(library, query=BASICS) as driver:
        await driver.press("slash")
        for text, found in (("f", 5), ("fi", 4), ("fiv", 4), ("five", 4)):
            await driver.press(text[-1])
            assert len(driver.shown) == found
            assert driver.title.startswith(f"Basics · {found} episode")
            assert driver.narrowing == f"/ {text}  {found} of 5"


async def test_search_letter_undone_widens_again(library: Library) -> None:
    async with run_app(library, query=BASICS) as driver:
        await driver.press("slash", *"first")
        assert driver.shown == ["one"]
        await driver.press(*["backspace"] * 4)
        assert driver.shown == ["one", "two", "three", "four", "five"]


async def test_search_for_several_words_finds_those_with_all_in_any_order(library: Library) -> None:
    async with run_app(library) as driver:
        await driver.press("slash")
        await driver.write("five second")
        assert driver.shown == ["two"]


async def test_search_without_regard_to_case_and_accents_finds() -> None:
    async with run_app(embedded_library()) as driver:
        await driver.press("slash")
        await driver.write("ROPE rotàry")
        assert driver.shown == ["rope"]


async def test_search_without_a_match_says_how_to_go_on(library: Library) -> None:
    async with run_app(library) as driver:
        await driver.press("slash", *"qqq")
        assert driver.shown == []
        assert "0 episodes" in driver.title
        assert "Nothing matches." in driver.text
        assert "ctrl+f searches everywhere, esc clears." in driver.text
        await driver.press("enter", "enter", "m", "i", "v", "j", "G", "n")
        assert driver.playback.episode is None


async def test_search_confirmed_keeps_what_it_found_and_plays_from_it(library: Library) -> None:
    async with run_app(library, query=BASICS) as driver:
        await driver.press("slash", *"of five", "enter")
        assert driver.focus == "list"
        assert driver.shown == ["one", "two", "three"]
        await driver.press("j", "enter")
        assert driver.playback.episode == "two"


async def test_search_left_by_escape_shows_all_with_the_cursor_where_it_was(library: Library) -> None:
    async with run_app(library, query=BASICS) as driver:
        await driver.press("slash", *"short", "escape")
        assert driver.focus == "list"
        assert len(driver.shown) == 5
        assert driver.current == "five"
        assert not driver.narrowing


async def test_search_opened_again_offers_the_former_words(library: Library) -> None:
    async with run_app(library, query=BASICS) as driver:
        await driver.press("slash", *"first", "enter", "slash")
        assert driver.shown == ["one"]
        await driver.press(*"second")  # typed over the selected former words
        assert driver.shown == ["two"]


async def test_search_in_another_topic_starts_afresh(library: Library) -> None:
    async with run_app(library, query=BASICS) as driver:
        await driver.press("slash", *"first", "enter", "tab", "j")
        assert driver.shown == ["one", "two"]


async def test_matches_gone_through_go_round(library: Library) -> None:
    async with run_app(library, query=BASICS) as driver:
        await driver.press("slash", *"of", "enter", "N")
        assert driver.current == "three"
        await driver.press("n")
        assert driver.current == "one"


async def test_next_match_without_a_search_says_what_to_do(library: Library) -> None:
    async with run_app(library) as driver:
        await driver.press("n")
        assert driver.notices == ["No search yet: press / and type what to look for."]
        await driver.press("slash", *"zebra", "enter", "n")
        assert driver.notices[-1] == "Nothing matches. ctrl+f searches everywhere, esc clears."


async def test_search_with_markup_in_it_is_shown_letter_for_letter(library: Library) -> None:
    async with run_app(library) as driver:
        await driver.press("slash")
        await driver.write("[/]")
        assert driver.narrowing.startswith("/ [/]  ")
        assert "hostile-closing-tag" in driver.shown


# -- filter and sort -----------------------------------------------------------------------------------

MIXED = {
    "two": Progress(START, position=20.0),
    "three": Progress(START, played=True),
}


@pytest.mark.parametrize(
    ("kind", "shown"),
    [
        (Filter.ALL, ["one", "two", "three", "four", "five"]),
        (Filter.UNPLAYED, ["one", "four", "five"]),
        (Filter.STARTED, ["two"]),
        (Filter.PLAYED, ["three"]),
    ],
)
async def test_filter_chosen_lists_just_those(kind: Filter, shown: list[str], library: Library) -> None:
    async with run_app(library, query=BASICS, progress=MIXED) as driver:
        await driver.press(*["f"] * list(Filter).index(kind))
        assert driver.shown == shown
        assert driver.narrowing == ("" if kind is Filter.ALL else str(kind))


@pytest.mark.parametrize(
    ("sort", "shown"),
    [
        (Sort.NEWEST, ["one", "two", "three", "four", "five"]),
        (Sort.COURSE, ["five", "four", "three", "two", "one"]),
        (Sort.SHORTEST, ["five", "one", "two", "three", "four"]),
        (Sort.LONGEST, ["three", "two", "one", "five", "four"]),
        (Sort.TITLE, ["five", "four", "one", "three", "two"]),
    ],
)
async def test_sort_chosen_puts_them_in_that_order(sort: Sort, shown: list[str], library: Library) -> None:
    async with run_app(library, query=BASICS) as driver:
        await driver.press(*["s"] * list(Sort).index(sort))
        assert driver.shown == shown


async def test_course_order_of_the_embedded_catalogue_begins_with_what_generative_ai_is() -> None:
    async with run_app(embedded_library(), query=ListQuery(entry=1, sort=Sort.COURSE)) as driver:
        assert driver.main.model.indexes[0] == 118
        assert driver.library.titles[118].startswith("What is generative AI")


async def test_cursor_in_another_order_stays_on_its_episode(library: Library) -> None:
    async with run_app(library, query=BASICS) as driver:
        await driver.press("j", "s")
        assert driver.current == "two"
        await driver.press("s")
        assert driver.current == "two"


async def test_filter_without_episodes_says_so(library: Library) -> None:
    async with run_app(library, query=BASICS) as driver:
        await driver.press("f", "f")
        assert driver.shown == []
        assert "No started episodes here." in driver.text
        assert "Press f for the next filter." in driver.text


async def test_marked_episode_leaves_a_filter_it_no_longer_fits(library: Library) -> None:
    async with run_app(library, query=BASICS) as driver:
        await driver.press("f", "j", "m")
        assert driver.shown == ["one", "three", "four", "five"]
        assert driver.current == "three"
        assert driver.title.startswith("Basics · 4 episodes")


async def test_filter_and_search_together_show_what_fits_both(library: Library) -> None:
    async with run_app(library, query=BASICS, progress=MIXED) as driver:
        await driver.press("slash", *"of", "enter", "f")
        assert driver.shown == ["one"]
        await driver.press("escape")
        assert driver.shown == ["one", "four", "five"]


async def test_view_changed_is_remembered(library: Library) -> None:
    async with run_app(library) as driver:
        await driver.press("s", "f", "tab", "j", "enter")
        assert driver.writer.setting("sorts") == ["course All Topics"]
        assert driver.writer.setting("filter") == "unplayed"
        assert driver.writer.setting("topic") == "Basics"


# -- details and the mouse -----------------------------------------------------------------------------


async def test_details_show_the_whole_summary_and_what_is_known() -> None:
    library = embedded_library()
    async with run_app(library, query=ListQuery(entry=1)) as driver:
        await driver.press("i")
        assert driver.shows_details
        text = " ".join(" ".join(driver.rows_of(driver.main.query_one(EpisodePane))).replace("│", " ").split())
        assert library.episode(0).summary in text
        for fact in ("1 min 45 s", "unplayed", "21 February 2026", "llm-layers", "narrated from its transcript"):
            assert fact in text


async def test_details_fold_the_answer_until_it_is_asked_for() -> None:
    library = embedded_library()
    episode = library.episode(0)
    assert episode.answer
    async with run_app(library, query=ListQuery(entry=1)) as driver:
        await driver.press("i")
        assert episode.question.split()[0] in driver.text
        assert episode.answer[:20] not in driver.text
        await driver.press("a")
        assert episode.answer[:20] in driver.text
        await driver.press("a")
        assert episode.answer[:20] not in driver.text


async def test_details_in_the_tree_tell_of_the_topic() -> None:
    library = embedded_library()
    topic = next(iter(library.topics.summaries))
    async with run_app(library, query=ListQuery(entry=topic)) as driver:
        await driver.press("tab", "i")
        assert driver.shows_details
        assert library.topics.summaries[topic][:30] in driver.text
        await driver.press("i")
        assert not driver.shows_details
        assert driver.focus == "tree"


def with_link(services: FakeServices) -> None:
    services.notes["one"] = EpisodeNotes(
        "See https://x.example/a?b=1). Or http://y.example/.", "", "https://x.example/1"
    )


async def test_links_are_copied_where_there_is_no_desktop(library: Library, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("DISPLAY", raising=False)
    monkeypatch.delenv("WAYLAND_DISPLAY", raising=False)
    async with run_app(library, query=BASICS, prepare=with_link) as driver:
        await driver.press("i")
        await driver.until(lambda: "Links" in driver.text, "the links are shown")
        await driver.press("j", "j", "enter")
        await driver.until(lambda: driver.notices, "it is copied")
        assert driver.app.clipboard == "https://x.example/a?b=1"
        assert driver.notices == ["Copied: https://x.example/a?b=1"]


@pytest.mark.skipif(sys.platform != "linux", reason="the desktop's program is another one")
async def test_links_are_opened_by_the_desktop(
    library: Library, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    program, opened = tmp_path / "xdg-open", tmp_path / "opened"
    os.mkfifo(opened)
    program.write_text(f'#!/bin/sh\nprintf "%s" "$#:$1" > {opened}\n')
    program.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path), prepend=":")
    monkeypatch.setenv("DISPLAY", ":9")
    async with run_app(library, query=BASICS, prepare=with_link) as driver:
        await driver.press("i")
        await driver.until(lambda: "Links" in driver.text, "the links are shown")
        await driver.press("j", "enter")
        assert await asyncio.to_thread(opened.read_text) == "1:https://x.example/1"
        await driver.until(lambda: driver.notices, "it is told")
        assert driver.notices == ["Opened: https://x.example/1"]


async def test_details_without_an_episode_at_the_cursor_do_nothing(library: Library) -> None:
    async with run_app(library) as driver:
        await driver.press("2", "i")
        assert not driver.shows_details


async def test_go_to_playing_from_another_topic_shows_the_episode(library: Library) -> None:
    async with run_app(library, query=BASICS) as driver:
        await driver.press("j", "enter", "tab", "G", "enter")
        assert "two" not in driver.shown
        await driver.press("c")
        assert driver.current == "two"
        assert driver.focus == "list"


async def test_go_to_playing_with_nothing_loaded_says_so(library: Library) -> None:
    async with run_app(library) as driver:
        await driver.press("c")
        assert driver.notices == ["Nothing is playing."]


@pytest.mark.parametrize("line", [0, 1])
async def test_click_on_any_line_of_a_row_puts_the_cursor_there(line: int, library: Library) -> None:
    async with run_app(library, query=BASICS) as driver:
        await driver.click(
            driver.episodes, 5, 5 + line
        )  # under the border, after the four lines of the row at the cursor
        assert driver.current == "two"


async def test_double_click_on_a_row_plays_it(library: Library) -> None:
    async with run_app(library, query=BASICS) as driver:
        await driver.click(driver.episodes, 5, 7, times=2)
        assert driver.playback.episode == "three"


async def test_click_under_the_last_row_changes_nothing(library: Library) -> None:
    async with run_app(library, query=BASICS) as driver:
        await driver.click(driver.episodes, 5, 30, times=2)
        assert driver.current == "one"
        assert driver.playback.episode is None


async def test_click_on_a_topic_lists_it(library: Library) -> None:
    async with run_app(library) as driver:
        row = next(number for number, text in enumerate(driver.rows_of(driver.tree)) if "Numbers" in text)
        await driver.click(driver.tree, 5, row + 1)
        assert driver.shown == ["one", "two"]


async def test_tree_fold_and_click_count_from_the_border(library: Library) -> None:
    async with run_app(library) as driver:
        await driver.click(driver.tree, 5, 1)
        assert driver.listed == SmartList.CONTINUE


async def test_cursor_at_the_end_is_in_sight_and_stops_there() -> None:
    async with run_app(embedded_library(), size=(80, 24)) as driver:
        await driver.press("G", "j", "pagedown")
        assert driver.episodes.cursor == 118
        assert driver.library.titles[118].partition(" — ")[0] in driver.text
        await driver.press("g", "k", "pageup")
        assert driver.episodes.cursor == 0
        assert driver.library.titles[0].partition(" — ")[0] in driver.text


async def test_queue_in_a_new_start_is_shown(library: Library) -> None:
    async with run_app(library, queue=Queue(("three", "one"))) as driver:
        assert ("Queue", 2) in driver.tree_rows()
        await driver.press("2")
        assert driver.shown == ["three", "one"]


# -- the lines around the panes ------------------------------------------------------------------------


@pytest.mark.parametrize("size", [(120, 40), (80, 24), (40, 12)])
async def test_tabs_name_the_views_and_a_click_shows_one(size: tuple[int, int], library: Library) -> None:
    async with run_app(library, size, queue=Queue(("two",))) as driver:
        line = driver.text.split("\n")[0]
        assert line.startswith(" 1 Library")
        await driver.click(driver.header, line.index("2"), 0)
        assert driver.listed == SmartList.QUEUE
        assert " 2 Queue 1" in driver.text.split("\n")[0]


async def test_key_line_names_what_can_be_done_at_the_moment(library: Library) -> None:
    async with run_app(library, query=BASICS, queue=Queue(("two", "one"))) as driver:

        def words() -> set[str]:
            return {word for _, word, _ in driver.main.query_one("#keys", KeyLine).hints}

        assert words().isdisjoint({"Pause", "Resume", "Seek", "Remove", "Move"})
        await driver.press("enter")
        assert {"Pause", "Seek"} <= words()
        await driver.press("space")
        assert "Resume" in words()
        await driver.press("v")
        assert {"Played", "Queue", "Clear"} <= words()
        assert driver.narrowing == "1 selected"
        await driver.press("escape", "2")
        assert {"Move", "Remove"} <= words()
        assert not driver.narrowing
        await driver.press("t")
        assert "Transcript" not in words()
        assert "Close" in words()


async def test_key_line_of_an_empty_list_offers_nothing_for_rows(library: Library) -> None:
    async with run_app(library, query=BASICS) as driver:
        await driver.press("2")
        words = {word for _, word, _ in driver.main.query_one("#keys", KeyLine).hints}
        assert words.isdisjoint({"Play", "Move", "Remove", "Played", "Queue", "Transcript"})


async def test_title_of_the_list_leaves_out_what_does_not_fit() -> None:
    titles = {80: "Generative AI · 119 episodes · newest", 64: "Generative AI · 119 episodes"}
    async with run_app(embedded_library(), query=ListQuery(entry=1)) as driver:
        for width in titles:
            await driver.resize(width, 24)
            await driver.until(lambda: driver.title == titles[driver.app.size.width], "the title fits")


async def test_empty_list_says_all_of_what_to_do(library: Library) -> None:
    async with run_app(library, (80, 24), query=BASICS) as driver:
        await driver.press("slash", *"zzz", "enter")
        assert "searches everywhere" in " ".join(" ".join(driver.rows_of(driver.episodes)).split())


async def test_keys_below_a_dialog_are_not_those_of_the_list(library: Library) -> None:
    async with run_app(library) as driver:
        await driver.press("z")
        assert driver.text.rstrip().endswith("enter Set  esc Close  space Play/pause  ? Help  ctrl+p Palette")
        await driver.press("escape")
        assert "enter Play" in driver.text.rstrip().split("\n")[-1]


async def test_help_is_offered_however_narrow_the_terminal(library: Library) -> None:
    async with run_app(library, (40, 12), query=BASICS) as driver:
        await driver.press("enter")
        assert "? Help" in driver.text.rstrip().split("\n")[-1]


async def test_title_of_the_list_clicked_sorts_and_what_narrows_it_filters(library: Library) -> None:
    async with run_app(library) as driver:
        list_ = driver.episodes
        await driver.click(list_, 5, 0)
        assert driver.main.model.query.sort is Sort.COURSE
        await driver.click(list_, 5, list_.outer_size.height - 1)
        assert driver.narrowing == ""  # nothing stands there
        await driver.press("f")
        await driver.click(list_, 5, list_.outer_size.height - 1)
        assert driver.narrowing == "started"


async def test_library_without_episodes_says_how_to_get_some() -> None:
    async with run_app(build_library([], []), query=ListQuery()) as driver:
        assert "Press a to add a podcast" in driver.text


async def test_list_in_which_nothing_has_a_second_line_has_rows_of_one() -> None:
    files = [Episode(f"f{number}", f"Chapter {number}", audio=f"/books/{number}.mp3") for number in range(3)]
    async with run_app(build_library([], files)) as driver:
        assert (driver.episodes.row_height, driver.episodes.cursor_height) == (1, 1)
        lines = [line.find("Chapter") >= 0 for line in driver.text.splitlines()]
        first = lines.index(True)
        assert lines[first : first + 3] == [True, True, True]
        await driver.resize(100, 50)
        assert driver.episodes.cursor_height == 1


DIALOGS = ("question_mark", "ctrl+p", "S", "z", "a", "D", "A", "colon", "P")


@pytest.mark.parametrize("key", DIALOGS)
async def test_key_line_of_every_dialog_says_how_to_close_it_and_what_enter_does(key: str, library: Library) -> None:
    async with run_app(library, query=BASICS) as driver:
        driver.services.asked_feeds.asked_settings.podcasts = [PodcastChoice("cast", "Cast", PodcastSettings())]
        await driver.press("enter", key)
        assert driver.app.screen is not driver.main
        words = [hint[:2] for hint in driver.app.screen.query_one(KeyLine).hints]
        assert ("esc", "Close") in words
        assert (words[0][0] == "enter") is (key != "question_mark")


async def test_key_line_ends_with_a_margin(library: Library) -> None:
    async with run_app(library, query=BASICS) as driver:
        for width in range(40, 130):
            await driver.resize(width, 24)
            (line,) = driver.rows_of(driver.main.query_one("#keys", KeyLine))
            assert len(line) < width
