"""What the episode's pane says of an episode.

Lines of parts: fitted, spread, merged and highlighted. No text is cut without an ellipsis, in any view at any size.
"""

import sys
from datetime import date
from typing import cast

import pytest
from rich.style import Style
from textual.app import App
from textual.strip import Strip

from tests.app_driver import AppDriver
from tests.fakes import START
from tests.rooms import make_room
from tests.scenes import PICTURED, Scene, play_scene, run_scene
from tui_pod.core.library.episode import Episode
from tui_pod.core.library.library import build_library
from tui_pod.core.library.parts import Part
from tui_pod.core.library.show_notes import EpisodeNotes, PodcastFacts
from tui_pod.core.player.snapshot import Chapter
from tui_pod.core.progress.bookmarks import Bookmark
from tui_pod.core.progress.progress import Progress, Status
from tui_pod.core.progress.progress_index import TopicStats
from tui_pod.ui.look.about import About, AboutChoice, about_episode, about_topic, lay_out, with_choices
from tui_pod.ui.look.parts import (
    ACCENT,
    CURSOR,
    FAULT,
    HEAD,
    IDLE,
    LINE,
    MATCH,
    NOW,
    PLAIN,
    PLAYED,
    QUIET,
    RAIL,
    STARTED,
    TAB,
    fit_parts,
    joined,
    lit_parts,
    look,
    spread_parts,
    width_of,
)

NOTES = EpisodeNotes("0:20 The storm\n1:02:03 - The harbour\nMore: https://a.example/x.")


def test_source_with_a_link_can_be_opened_and_is_said_once() -> None:
    episode = Episode("one", "One", sources="A paper, 2017, https://example.org/paper\nA book, 1951")
    notes = EpisodeNotes("See https://example.org/notes.")
    about = about_episode(episode, notes, None, Status.UNPLAYED, 0.0, shows_answer=False)
    shown = with_choices(about, notes, (), None)
    assert [value for name, value in shown.facts if name == "Source"] == ["A book, 1951"]
    assert shown.choices == [
        AboutChoice("[1] example.org/notes", "https://example.org/notes"),
        AboutChoice("[2] A paper, 2017 · example.org", "https://example.org/paper"),
    ]


def test_times_and_links_of_the_notes_can_be_chosen() -> None:
    notes = NOTES._replace(
        text=f"{NOTES.text}\nFirst, the paper (https://www.b.example/paper).", page="https://c.example/"
    )
    mark = Bookmark("one", 5.0, 9.0, START, START, "Words.")
    about = with_choices(About("One", text=notes.text), notes, (), None, [mark])
    assert about.head == "Times"
    assert about.choices == [
        AboutChoice("The storm", 20.0),
        AboutChoice("The harbour", 3723.0),
        AboutChoice("Words.", 5.0, group="Bookmarks"),
        AboutChoice("[1] The episode's page · c.example", "https://c.example/"),
        AboutChoice("[2] a.example/x", "https://a.example/x"),
        AboutChoice("[3] the paper · b.example", "https://www.b.example/paper"),
    ]
    assert list(map(about.heading, about.choices)) == ["Times"] * 2 + ["Bookmarks"] + ["Links"] * 3
    assert about.text.endswith("More: a.example [2].\nFirst, the paper [3].")


def test_chapters_replace_times_and_the_playing_one_is_marked() -> None:
    about = with_choices(About("One"), EpisodeNotes("0:20 The storm"), (Chapter(0.0, "Begin"), Chapter(9.0, "")), 1)
    assert about.choices == [AboutChoice("Begin", 0.0), AboutChoice("Chapter", 9.0, True)]
    assert about.head == "Chapters"


def test_links_and_pictures_of_chapters_follow_them() -> None:
    chapters = (Chapter(0.0, "Begin", "https://a.example/x", "https://a.example/1.png"), Chapter(9.0, "Then"))
    assert with_choices(About("One"), EpisodeNotes(), chapters, 1).choices == [
        AboutChoice("Begin", 0.0),
        AboutChoice("Link · a.example", "https://a.example/x", group="Chapters"),
        AboutChoice("Picture · a.example", "https://a.example/1.png", group="Chapters"),
        AboutChoice("Then", 9.0, True),
    ]


def test_lines_follow_one_another_with_their_looks_and_wrapped_beside_what_names_them() -> None:
    facts = (("Id", "one two three"), ("Empty", ""), ("Last error", "It broke"), ("Length", "1 m"))
    choices = (AboutChoice("Begin here now", 61.0, True), AboutChoice("Then", 3600.0), AboutChoice("Link", "https://x"))
    about = About("A title", ("Below", ""), "“Said.”", "Text\nmore", facts, "Times", choices, is_read=False)
    assert [(list(line.parts), line.choice) for line in lay_out(about, 20)] == [
        ([("A title", HEAD)], None),
        ([("Below", QUIET)], None),
        ([], None),
        ([("“Said.”", ACCENT)], None),
        ([], None),
        ([("Last error ", QUIET), ("It broke", FAULT)], None),
        ([], None),
        ([("Times", HEAD)], None),
        ([("    1:01  ", QUIET), ("Begin here", NOW)], 0),
        ([("          ", QUIET), ("now", NOW)], 0),
        ([(" 1:00:00  ", QUIET), ("Then", PLAIN)], 1),
        ([], None),
        ([("Text", PLAIN)], None),
        ([("more", PLAIN)], None),
        ([], None),
        ([("reading …", QUIET)], None),
        ([], None),
        ([("Links", HEAD)], None),
        ([("", QUIET), ("Link", ACCENT)], 2),
        ([], None),
        ([("Length     ", QUIET), ("1 m", PLAIN)], None),
        ([], None),
        ([("Id         ", QUIET), ("one two", PLAIN)], None),
        ([("           ", QUIET), ("three", PLAIN)], None),
    ]


def test_facts_are_beside_the_text_below_the_cover_if_there_is_room() -> None:
    about = About("One", text="a " * 199, facts=[("Length", "1 m"), ("Id", "x")])
    lines = lay_out(about, 70, cover=(24, 4))
    assert [number for number, line in enumerate(lines) if line.aside] == [5]
    assert "".join(text for text, _ in lines[5].aside) == "  Length     1 m"
    widths = [sum(len(text) for text, _ in line.parts) for line in lines]
    assert max(widths[:7]) <= 70 - 32
    assert max(widths[7:]) == 69, "nothing is beside these"
    assert "Id" in lines[-1].parts[0][0]


def test_items_of_a_list_stand_out_where_they_wrap() -> None:
    lines = lay_out(About("One", text="• one two\n• three"), 9)
    assert ["".join(text for text, _ in line.parts) for line in lines[2:]] == ["• one two", "• three"]
    lines = lay_out(About("One", text="• one two\n• three"), 8)
    assert ["".join(text for text, _ in line.parts) for line in lines[2:]] == ["• one", "  two", "• three"]


def test_forty_links_or_times_are_listed_at_most() -> None:
    links = EpisodeNotes(" ".join(f"https://x.example/{number}" for number in range(50)))
    assert len(with_choices(About("One", text=links.text), links, (), None).choices) == 40
    times = EpisodeNotes("\n".join(f"{number}:00 Part" for number in range(50)))
    assert len(with_choices(About("One"), times, (), None).choices) == 40
    podcast = PodcastFacts("https://x.example/f", links.text)
    assert len(about_topic(make_room().library.topics, 1, TopicStats(0.0), podcast).choices) == 40


def test_heading_says_what_can_be_chosen() -> None:
    assert with_choices(About("One"), EpisodeNotes("0:20 The storm"), (), None).head == "Times"
    assert with_choices(About("One"), EpisodeNotes(page="mailto:x@x.example"), (), None).choices == []


def test_lines_beside_the_cover_are_narrow_and_those_below_it_wide() -> None:
    about = About("One", text="a " * 20, facts=[("Id", "b " * 20)])
    lines = lay_out(about, 30, cover=(12, 4))
    widths = [sum(len(text) for text, _ in line.parts) for line in lines]
    assert max(widths[:4]) <= 30 - 12
    assert 30 - 12 < max(widths[4:]) <= 30
    lines = lay_out(About("One", facts=[("Question", "Why?")]), 40, cover=(12, 4))
    assert [bool(line.parts) for line in lines] == [True, *[False] * 4, True], "a question is below the cover"


@pytest.mark.parametrize(
    ("shows_answer", "answer", "said"),
    [(True, "Salt.", "Salt."), (False, "Salt.", "think first, then press a"), (False, None, "")],
)
def test_answer_is_hidden_until_it_is_asked_for(shows_answer: bool, answer: str, said: str) -> None:
    episode = Episode("one", "One", question="Why?", answer=answer or "")
    about = about_episode(episode, EpisodeNotes(), None, Status.UNPLAYED, 0.0, shows_answer=shows_answer)
    assert dict(about.facts).get("Answer", "") == said


def facts_of(
    episode: Episode,
    progress: Progress | None = None,
    status: Status = Status.UNPLAYED,
    notes: EpisodeNotes | None = None,
) -> dict[str, str]:
    """Return the facts of an episode of which 150 seconds are left."""
    return dict(about_episode(episode, notes or EpisodeNotes(), progress, status, 150.0, shows_answer=False).facts)


@pytest.mark.parametrize(
    ("progress", "status", "said"),
    [
        (None, Status.UNPLAYED, "unplayed"),
        (Progress(START, position=50.0), Status.STARTED, "position 0:50, 2 m left"),
        (Progress(START, position=50.0, plays=2), Status.STARTED, "position 0:50, 2 m left, played 2 times"),
        (Progress(START, played=True, plays=1), Status.PLAYED, "played 1 time"),
        (Progress(START, played=True), Status.PLAYED, "played"),
        (Progress(START, plays=1), Status.UNPLAYED, "unplayed, played 1 time"),
    ],
)
def test_progress_says_where_one_is_and_how_often_it_was_played(
    progress: Progress | None, status: Status, said: str
) -> None:
    assert facts_of(Episode("one", "One", duration=200.0), progress, status)["Progress"] == said


def test_length_is_the_measured_one_before_that_of_the_catalogue() -> None:
    episode = Episode("one", "One", duration=200.0)
    assert facts_of(episode)["Length"] == "3 min 20 s"
    assert facts_of(episode, Progress(START, duration=100.0))["Length"] == "1 min 40 s"
    assert facts_of(episode, Progress(START))["Length"] == "3 min 20 s"
    assert facts_of(Episode("one", "One"))["Length"] == "unknown"
    book = Episode("one", "One", parts=(Part("/1.mp3", 60.0), Part("/2.mp3", 60.0)))
    assert facts_of(book)["Length"] == "unknown, 2 files"


def test_episode_says_where_its_audio_comes_from() -> None:
    assert facts_of(Episode("one", "One"))["Audio"] == (
        "none; title and teaser are spoken, which does not make it played"
    )
    assert facts_of(Episode("one", "One", transcript="/one.txt"))["Audio"] == "narrated from its transcript"
    address = "https://x.example/1.mp3"
    assert facts_of(Episode("one", "One", audio=address))["Audio"] == address
    downloaded = facts_of(Episode("one", "One", audio=address), notes=EpisodeNotes(is_downloaded=True))
    assert downloaded["Audio"] == f"{address} (downloaded)"


def test_episode_says_that_its_recording_was_replaced_or_is_not_as_long_as_stated() -> None:
    episode = Episode("one", "One", duration=200.0, audio="https://x.example/1.mp3")
    replaced = facts_of(episode, notes=EpisodeNotes(replaced=date(2026, 12, 3)))["Replaced"]
    assert replaced == "its podcast gave it another recording on 3 December 2026"
    assert facts_of(episode)["Replaced"] == ""
    for heard in (Progress(START, duration=172.0), Progress(START, duration=200.0, version="4300 172.00 9.000 ")):
        assert facts_of(episode, heard)["Length"].endswith(
            "states 3 min 20 s, but it had 2 min 52 s: chapters, transcript and times in its notes may be off"
        )
    assert facts_of(episode, Progress(START, duration=197.0))["Length"] == "3 min 17 s"


def test_unknown_date_is_said_only_of_an_episode_on_a_server() -> None:
    assert facts_of(Episode("one", "One", audio="https://x.example/1.mp3"))["Published"] == "unknown"
    assert facts_of(Episode("one", "One", audio="/1.mp3"))["Published"] == ""
    assert facts_of(Episode("one", "One", published=date(2026, 2, 5)))["Published"] == "5 February 2026"


def test_topics_are_listed_or_said_to_be_none() -> None:
    assert facts_of(Episode("one", "One", tags=("A", "B")))["Topics"] == "A, B"
    assert facts_of(Episode("one", "One"))["Topics"] == "none"


def test_topic_says_what_was_played_and_a_podcast_its_address_and_links() -> None:
    library = make_room().library
    stats = TopicStats(30.0)
    plain = about_topic(library.topics, 1, stats, None)
    assert dict(plain.facts) == {"Episodes": "5", "Length": "10 m, 30 s left"}
    assert (plain.text, plain.choices) == ("", [])
    stats.played, stats.left = 2, 600.0
    assert dict(about_topic(library.topics, 1, stats, None).facts) == {"Episodes": "5, 2 played", "Length": "10 m"}
    podcast = PodcastFacts("https://x.example/f", "See https://x.example/a.", page="https://x.example/a")
    about = about_topic(library.topics, 1, stats, podcast)
    assert dict(about.facts)["Address"] == podcast.address
    assert dict(about.facts)["Refreshed"] == "never"
    assert about.text == "See x.example [1]."
    assert about.choices == [AboutChoice("[1] Its page · x.example", "https://x.example/a")]
    empty = about_topic(build_library([], []).topics, 0, stats, None)
    assert dict(empty.facts)["Length"] == "unknown"


def test_parts_are_padded_or_cut_with_an_ellipsis() -> None:
    assert fit_parts([("ab", HEAD)], 4) == [("ab", HEAD), ("  ", PLAIN)]
    assert fit_parts([("ab", HEAD), ("cdef", QUIET)], 4) == [("ab", HEAD), ("c…", QUIET)]
    assert fit_parts([("abcd", HEAD), ("e", QUIET)], 4) == [("abc…", HEAD)]


def test_left_part_is_cut_before_the_right_one() -> None:
    parts = spread_parts([("a long title", HEAD)], [("1:45", QUIET)], 10)
    assert parts == [("a lo…", HEAD), (" ", PLAIN), ("1:45", QUIET)]
    assert width_of(parts) == 10


def test_right_part_without_room_is_left_out() -> None:
    assert spread_parts([("abc", HEAD)], [("1:45", QUIET)], 4) == [("abc", HEAD), (" ", PLAIN)]


def test_neighbours_of_one_look_are_merged() -> None:
    assert joined([("a", HEAD), ("b", HEAD), ("c", QUIET)]) == [("ab", HEAD), ("c", QUIET)]


def test_spans_are_highlighted_and_nothing_empty_is_kept() -> None:
    assert lit_parts("one two", [(0, 3)], PLAIN) == [("one", MATCH), (" two", PLAIN)]
    assert lit_parts("one", [(0, 3)], PLAIN) == [("one", MATCH)]


def test_right_part_needs_a_space_beside_it() -> None:
    assert spread_parts([("abc", HEAD)], [("1:45", QUIET)], 5) == [(" ", PLAIN), ("1:45", QUIET)]
    assert spread_parts([("abc", HEAD)], [], 4) == [("abc", HEAD), (" ", PLAIN)]


def test_part_that_fills_the_room_is_cut_only_if_more_follows() -> None:
    assert fit_parts([("abcd", HEAD), ("", QUIET)], 4) == [("abcd", HEAD), ("", QUIET)]
    assert fit_parts([("abcd", HEAD)], 0) == []


def style_of(driver: AppDriver, name: str, behind: str = "") -> Style:
    return look(cast("App[object]", driver.app), name, behind)


async def test_looks_of_headings_and_faults_are_bold_and_matches_reversed(driver: AppDriver) -> None:
    bold = {name for name in (PLAIN, HEAD, QUIET, ACCENT, STARTED, PLAYED, FAULT, NOW, RAIL, MATCH, LINE, TAB)
            if style_of(driver, name).bold}  # fmt: skip
    assert bold == {HEAD, FAULT, NOW, TAB}
    assert [bool(style_of(driver, name).reverse) for name in (MATCH, TAB, HEAD)] == [True, True, False]
    assert style_of(driver, PLAIN).bgcolor is None
    assert style_of(driver, PLAIN, CURSOR).bgcolor != style_of(driver, PLAIN, IDLE).bgcolor


async def test_cursor_of_the_terminals_own_colours_is_reversed_and_quiet_text_dim(driver: AppDriver) -> None:
    driver.app.theme = "ansi-dark"
    await driver.settle()
    lit = style_of(driver, PLAIN, CURSOR)
    assert lit.reverse
    assert style_of(driver, PLAIN).reverse is None
    assert [bool(style_of(driver, name).dim) for name in (QUIET, PLAIN, ACCENT)] == [True, False, False]


VIEWS = PICTURED | {
    "palette": Scene(("ctrl+p",)),
    "settings": Scene(("P",)),
    "go-to": Scene(("colon",), seconds=42),
    "device": Scene(("D",)),
    "everywhere": Scene(("ctrl+f", *"light")),
}


@pytest.mark.parametrize("size", [(40, 12), (80, 24), (120, 40), (200, 50)])
@pytest.mark.parametrize("name", VIEWS)
async def test_line_that_is_too_long_for_its_place_ends_with_an_ellipsis(
    name: str, size: tuple[int, int], monkeypatch: pytest.MonkeyPatch
) -> None:
    cut = list[str]()
    adjust, crop = Strip.adjust_cell_length, Strip.crop

    def check(strip: Strip, kept: Strip) -> Strip:
        lost = strip.text.rstrip()[len(kept.text.rstrip()) :]
        if strip.cell_length > kept.cell_length and lost and not kept.text.rstrip().endswith("…"):
            cut.append(f"{kept.text!r} without {lost!r}")
        return kept

    def adjusted(strip: Strip, cell_length: int, style: Style | None = None) -> Strip:
        return check(strip, adjust(strip, cell_length, style))

    def cropped(strip: Strip, start: int, end: int | None = None) -> Strip:
        kept = crop(strip, start, end)
        is_end = (
            start == 0 and sys._getframe(1).f_code.co_name == "render_line"
        )  # not where one widget lies over another
        return check(strip, kept) if is_end else kept

    monkeypatch.setattr(Strip, "adjust_cell_length", adjusted)
    monkeypatch.setattr(Strip, "crop", cropped)
    scene = VIEWS[name]
    async with run_scene(scene, size) as driver:
        await play_scene(driver, scene)
    assert not cut
