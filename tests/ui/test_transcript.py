"""Reading along: the sentence that is spoken, moving among the words, searching and copying them."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from textual import events

from tests.hostile import HOSTILE_TITLES
from tests.stage import FakeStart, Stage, embedded_library, on_stage
from tui_pod.core.library.library import Library
from tui_pod.core.library.transcript import Cue, Transcript
from tui_pod.core.playback.snapshot import PlayerStatus
from tui_pod.core.selection.list_query import View
from tui_pod.core.text.clean import clean

BASICS = View(place=1)

LONG = Transcript(
    tuple(
        Cue(f"Sentence number {number} says something that takes more than one line where the pane is narrow.",
            number * 2.0, number * 2.0 + 1.5)
        for number in range(100)
    )
)  # fmt: skip
UNTIMED = Transcript((Cue("No time one."), Cue("No time two.")))


def lit(stage: Stage) -> list[str]:
    """Return the lines of the sentence that is lit as spoken."""
    return [row[1:].strip() for row in stage.rows_of(stage.transcript) if row.startswith("▌")]


def words(stage: Stage) -> str:
    """Return what the transcript shows, on one line."""
    return " ".join(" ".join(stage.rows_of(stage.transcript)).split())


def with_words(episode: str, transcript: Transcript) -> Callable[[FakeStart], None]:
    """Return what gives an episode other words."""

    def prepare(start: FakeStart) -> None:
        start.transcripts[episode] = transcript

    return prepare


# -- showing -------------------------------------------------------------------------------------------


async def test_transcript_opened_shows_the_words_of_what_plays_in_place_of_the_list(library: Library) -> None:
    async with on_stage(library, view=BASICS) as stage:
        await stage.press("j", "enter", "k", "t")
        assert words(stage) == "▌ One. Two. Three."
        assert str(stage.transcript.border_title) == "Two"
        assert not stage.episodes.display
        assert stage.tree.display


async def test_transcript_with_nothing_playing_shows_the_episode_at_the_cursor(library: Library) -> None:
    async with on_stage(library, view=BASICS) as stage:
        await stage.press("j", "j", "t")
        assert stage.transcript.episode == "three"


async def test_transcript_on_a_wide_terminal_stands_beside_the_list(library: Library) -> None:
    async with on_stage(library, size=(160, 40), view=BASICS) as stage:
        await stage.press("enter", "t")
        assert stage.episodes.display
        assert stage.transcript.display
        await stage.press("l")
        assert stage.focus == "list"


async def test_transcript_on_a_narrow_terminal_is_alone(library: Library) -> None:
    async with on_stage(library, size=(40, 12), view=BASICS) as stage:
        await stage.press("enter", "t")
        assert stage.transcript.size.width > 30
        assert not stage.episodes.display
        assert not stage.tree.display
        await stage.press("tab")
        assert stage.tree.display
        assert not stage.transcript.display
        await stage.press("tab")
        assert stage.focus == "transcript"


@pytest.mark.parametrize("size", [(160, 40), (120, 40), (40, 12)])
async def test_transcript_gives_way_to_another_view(size: tuple[int, int], library: Library) -> None:
    async with on_stage(library, size=size, view=BASICS) as stage:
        await stage.press("enter", "t", "2")
        assert stage.focus == "list"
        assert stage.episodes.display
        assert not stage.transcript.display


async def test_escape_leaves_the_transcript_once_there_is_no_search_to_clear(library: Library) -> None:
    async with on_stage(library, view=BASICS) as stage:
        await stage.press("enter", "t", "slash", *"two", "enter", "escape")
        assert stage.main.is_reading
        await stage.press("escape")
        assert not stage.main.is_reading
        assert stage.focus == "list"


async def test_episode_without_words_says_so(library: Library) -> None:
    async with on_stage(library, view=BASICS, prepare=with_words("one", Transcript())) as stage:
        await stage.press("t")
        assert "This episode has no transcript. Press t to close." in words(stage)


async def test_keys_in_a_transcript_without_words_do_nothing(library: Library) -> None:
    async with on_stage(library, view=BASICS, prepare=with_words("one", Transcript())) as stage:
        await stage.press("enter", "t", "j", "k", "g", "G", "pagedown", "pageup", "ctrl+d", "y", "f", "n", "N", "enter")
        await stage.press("slash", "a", "b", "enter", "n")
        assert stage.app.is_running
        assert stage.playback.position == 0.0


async def test_words_of_the_embedded_catalogue_are_whole_on_a_small_terminal() -> None:
    text = "Attention compares every token with every other one, " * 20 + "and that is all."

    def prepare(start: FakeStart) -> None:
        start.transcripts["llm-layers"] = Transcript((Cue(text.strip(), 0.0, 60.0),))

    async with on_stage(embedded_library(), size=(40, 12), view=BASICS, prepare=prepare) as stage:
        await stage.press("t")
        seen: set[str] = set()
        for _ in range(40):
            seen.update(row.strip("▌> ") for row in stage.rows_of(stage.transcript))
            stage.transcript.scroll_relative(y=3, animate=False, immediate=True)
            await stage.settle()
        assert set(text.split()) <= set(" ".join(seen).split())


@pytest.mark.parametrize("name", HOSTILE_TITLES)
async def test_hostile_words_are_shown_letter_for_letter(name: str, library: Library) -> None:
    said = clean(HOSTILE_TITLES[name], 60) or "nothing"
    async with on_stage(library, view=BASICS, prepare=with_words("one", Transcript((Cue(said, 0.0, 9.0),)))) as stage:
        await stage.press("enter", "t")
        shown = words(stage).replace("▌", "")
        assert "".join(said.split()) in "".join(shown.split())


# -- following -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("speed_keys", [[], ["]"] * 10, ["["] * 5], ids=["normal", "twice", "half"])
async def test_sentence_spoken_is_the_one_lit_at_every_speed(speed_keys: list[str], library: Library) -> None:
    async with on_stage(library, view=BASICS) as stage:
        await stage.press("enter", "t", *speed_keys)
        for _ in range(25):
            await stage.play(1)
            expected = ["One.", "Two.", "Three."][min(2, int(stage.playback.position // 20))]
            assert lit(stage) == [expected]


async def test_sentence_that_begins_within_a_second_is_lit_at_once(library: Library) -> None:
    quick = Transcript((Cue("One.", 0.0, 10.2), Cue("Two.", 10.2, 10.5), Cue("Three.", 10.5, 20.0)))
    async with on_stage(library, view=BASICS, prepare=with_words("one", quick)) as stage:
        await stage.press("enter", "t")
        await stage.play(10)
        for expected in ("Two.", "Three."):
            await stage.play(0.25)
            assert lit(stage) == [expected]


async def test_sentence_lit_is_right_after_seeks_and_on_pause(library: Library) -> None:
    async with on_stage(library, view=BASICS) as stage:
        await stage.press("enter", "t", "full_stop")
        assert lit(stage) == ["Two."]
        await stage.press("comma", "comma")
        assert lit(stage) == ["One."]
        await stage.press("space", "full_stop")
        assert stage.status() is PlayerStatus.PAUSED
        assert lit(stage) == ["Three."]


@pytest.mark.parametrize("size", [(120, 40), (80, 24), (40, 12), (160, 50)])
async def test_sentence_spoken_is_always_in_sight(size: tuple[int, int], library: Library) -> None:
    async with on_stage(library, size=size, view=BASICS, prepare=with_words("three", LONG)) as stage:
        await stage.press("j", "j", "enter", "t")
        for number in (0, 1, 2, 7, 20, 21, 60, 99, 50, 3):
            stage.listening.seek_to(number * 2.0 + 0.5)
            await stage.settle()
            assert " ".join(lit(stage)).startswith(f"Sentence number {number} ")


async def test_next_episode_brings_its_own_words(library: Library) -> None:
    async with on_stage(library, view=BASICS, prepare=with_words("two", LONG)) as stage:
        await stage.press("enter", "t")
        await stage.play(100)
        assert stage.playback.episode == "two"
        await stage.until(lambda: stage.transcript.episode == "two", "the words are those of the next episode")
        assert lit(stage)[0].startswith("Sentence number 0")


async def test_times_that_become_known_later_are_used(library: Library) -> None:
    async with on_stage(library, view=BASICS, prepare=with_words("one", UNTIMED)) as stage:
        stage.sources.is_holding = True
        await stage.press("enter", "t", "j", "j", "j")
        assert lit(stage) == []
        stage.start.transcripts["one"] = Transcript((Cue("Only one.", 0.0, 50.0),))
        stage.sources.is_holding = False
        index = stage.library.index("one")
        assert index is not None
        stage.sources.request(stage.library.episode(index), stage.playback.load)
        await stage.until(lambda: lit(stage) == ["Only one."], "the words have times")
        await stage.press("y", "pagedown", "enter")
        assert stage.app.clipboard == "Only one."


# -- moving --------------------------------------------------------------------------------------------


async def test_reader_who_moves_is_not_pulled_away_until_f(library: Library) -> None:
    async with on_stage(library, view=BASICS, prepare=with_words("three", LONG)) as stage:
        await stage.press("j", "j", "enter", "t", "G")
        assert "Sentence number 99" in words(stage)
        top = stage.transcript.scroll_offset.y
        for _ in range(5):
            await stage.play(10)
            assert stage.transcript.scroll_offset.y == top
        assert "f follows again" in str(stage.transcript.border_subtitle)
        await stage.press("f")
        assert " ".join(lit(stage)).startswith("Sentence number 25 ")
        assert "following" in str(stage.transcript.border_subtitle)


async def test_wheel_stops_following(library: Library) -> None:
    async with on_stage(library, view=BASICS, prepare=with_words("three", LONG)) as stage:
        await stage.press("j", "j", "enter", "t")
        event = events.MouseScrollDown(stage.transcript, 5, 5, 0, 0, 0, False, False, False)
        stage.transcript.post_message(event)
        await stage.settle()
        top = stage.transcript.scroll_offset.y
        assert top > 0
        await stage.play(60)
        assert stage.transcript.scroll_offset.y == top


async def test_sentence_chosen_is_heard_and_followed_from_there(library: Library) -> None:
    async with on_stage(library, view=BASICS) as stage:
        await stage.press("enter", "t", "j", "j", "enter")
        assert stage.playback.position == 40.0
        assert lit(stage) == ["Three."]
        assert stage.transcript.is_following


async def test_sentence_clicked_is_heard(library: Library) -> None:
    async with on_stage(library, view=BASICS) as stage:
        await stage.press("enter", "t")
        await stage.click(stage.transcript, 5, 2)
        assert stage.playback.position == 20.0


async def test_click_beside_the_words_does_nothing(library: Library) -> None:
    async with on_stage(library, view=BASICS) as stage:
        await stage.press("enter", "t")
        await stage.click(stage.transcript, 5, 30)
        await stage.click(stage.transcript, 5, 0)
        assert stage.playback.position == 0.0


async def test_sentence_of_an_episode_that_does_not_play_starts_it_there(library: Library) -> None:
    async with on_stage(library, view=BASICS) as stage:
        await stage.press("j", "t", "j", "enter")
        assert (stage.playback.episode, stage.playback.position) == ("two", 20.0)


async def test_sentence_without_a_time_says_that_it_cannot_be_sought(library: Library) -> None:
    async with on_stage(library, view=BASICS, prepare=with_words("one", UNTIMED)) as stage:
        await stage.press("t", "j", "enter")
        assert stage.notices == ["These words have no times, so they cannot be sought."]
        assert "no times" in str(stage.transcript.border_subtitle)


async def test_braces_go_by_sentence(library: Library) -> None:
    async with on_stage(library, view=BASICS) as stage:
        await stage.press("enter", "t", "}", "}")
        assert lit(stage) == ["Three."]
        await stage.press("{")
        assert lit(stage) == ["Two."]


# -- searching and copying -----------------------------------------------------------------------------


async def test_search_in_the_words_goes_from_match_to_match(library: Library) -> None:
    async with on_stage(library, view=BASICS, prepare=with_words("three", LONG)) as stage:
        await stage.press("j", "j", "enter", "t", "slash", *"number 7 says", "enter")
        assert stage.focus == "transcript"
        seen = []
        for _ in range(12):
            await stage.press("y", "n")
            seen.append(int(stage.app.clipboard.split()[2]))
        assert seen == [7, 17, 27, 37, 47, 57, 67, *range(70, 75)]
        await stage.press("N", "N", "y")  # the twelfth `n` went on to 75
        assert stage.app.clipboard.startswith("Sentence number 73 ")


async def test_search_in_the_words_leaves_the_list_as_it_was(library: Library) -> None:
    async with on_stage(library, view=BASICS) as stage:
        await stage.press("enter", "t", "slash", *"two", "enter", "escape", "t")
        assert len(stage.shown) == 5
        assert "“" not in stage.title
        await stage.press("slash", *"first")
        assert stage.shown == ["one"]


async def test_search_without_a_match_in_the_words_says_so(library: Library) -> None:
    async with on_stage(library, view=BASICS) as stage:
        await stage.press("enter", "t", "slash", *"qqq", "enter", "n")
        assert stage.notices == ["Nothing found: press / and type a word."]


async def test_copied_sentence_is_said_to_be(library: Library) -> None:
    async with on_stage(library, view=BASICS) as stage:
        await stage.press("enter", "t", "y")
        assert stage.app.clipboard == "One."
        assert stage.notices == ["Copied."]
