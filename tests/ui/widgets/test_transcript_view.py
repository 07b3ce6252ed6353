"""Reading along: the sentence that is spoken, moving among the words, searching and copying them."""

import gc

import pytest
from textual import events

from tests.app_driver import AppDriver, embedded_library, run_app
from tests.fakes import START
from tests.hostile import HOSTILE_TITLES
from tests.rooms import EPISODES, TOPICS
from tui_pod.core.library.episode import Episode
from tui_pod.core.library.library import Library, build_library
from tui_pod.core.library.transcript import Cue, Transcript
from tui_pod.core.player.events import PassagesKnown
from tui_pod.core.player.snapshot import Chapter, PlayerStatus
from tui_pod.core.progress.passages import Passage
from tui_pod.core.progress.progress import Progress
from tui_pod.core.selection.list_query import ListQuery, SmartList
from tui_pod.core.text.clean import clean
from tui_pod.ui.look.parts import MATCH, NOW, PLAIN, QUIET

BASICS = ListQuery(entry=1)

LONG = Transcript(
    tuple(
        Cue(f"Sentence number {number} says something that takes more than one line where the pane is narrow.",
            number * 2.0, number * 2.0 + 1.5)
        for number in range(100)
    )
)  # fmt: skip
UNTIMED = Transcript((Cue("No time one."), Cue("No time two.")))

pytestmark = pytest.mark.app(query=BASICS)


def lit(driver: AppDriver) -> list[str]:
    """Return the parts of the sentence that is lit as spoken, one a line of the screen."""
    pane = driver.transcript
    now = pane.style_of(NOW)
    strips = [pane.render_line(y) for y in range(pane.scrollable_content_region.height)]
    rows = [
        "".join(s.text for s in strip if s.style and s.style.bold and s.style.color == now.color) for strip in strips
    ]
    return [row.strip() for row in rows if row]


def by_look(driver: AppDriver) -> dict[str, str]:
    """Return the words shown as heard, spoken and to come."""
    pane = driver.transcript
    looks = {pane.style_of(QUIET): "coming", pane.style_of(PLAIN): "heard", pane.style_of(NOW, is_lit=True): "active"}
    found: dict[str, str] = {}
    for y in range(pane.scrollable_content_region.height):
        for segment in pane.render_line(y):
            if segment.text[:1].isalpha() and segment.style in looks:
                name = looks[segment.style]
                found[name] = found.get(name, "") + segment.text
    return found


def words(driver: AppDriver) -> str:
    """Return what the transcript shows, on one line."""
    return " ".join(" ".join(driver.rows_of(driver.transcript)).split())


async def test_transcript_opened_shows_the_words_at_the_cursor_in_place_of_the_list(driver: AppDriver) -> None:
    await driver.press("j", "enter", "t")
    assert words(driver) == "▎ 0:00 One. Two. Three."
    assert str(driver.transcript.border_title) == "Two"
    assert not driver.episodes.display
    assert driver.tree.display


async def test_answer_about_a_word_is_below_the_sentences_until_the_cursor_moves(driver: AppDriver) -> None:
    await driver.press("j", "enter", "t")
    for key in ("escape", "j"):
        driver.app.frontend.show_answer("rain\n  water")
        await driver.settle()
        assert words(driver).endswith("One. Two. Three. rain water")
        await driver.press(key)
        assert driver.transcript.display
        assert words(driver).endswith("One. Two. Three.")
    await driver.press("escape")
    driver.app.frontend.show_answer("rain\n  water")
    await driver.settle()
    assert driver.notices[-1] == "rain water"


async def test_transcript_of_an_empty_list_with_nothing_playing_is_not_opened(library: Library) -> None:
    async with run_app(library, query=ListQuery(entry=SmartList.CONTINUE)) as driver:
        await driver.press("t")
        assert driver.notices == ["No episode is selected, and nothing is playing."]
        assert driver.focus == "list"


async def test_transcript_on_a_wide_terminal_stands_beside_the_list(library: Library) -> None:
    async with run_app(library, size=(160, 40), query=BASICS) as driver:
        await driver.press("enter", "t")
        assert driver.episodes.display
        assert driver.transcript.display
        await driver.press("l")
        assert driver.focus == "list"
        await driver.press("j", "t")  # the words of another row
        assert driver.transcript.episode == "two"
        await driver.press("l", "t")
        assert not driver.main.transcript.is_open


@pytest.mark.parametrize("size", [(150, 40), (200, 50), (300, 80)])
async def test_list_beside_the_transcript_has_room_for_its_titles(size: tuple[int, int]) -> None:
    async with run_app(embedded_library(), size=size, query=ListQuery(entry=1)) as driver:
        await driver.press("t")
        await driver.until(lambda: driver.episodes.display and driver.transcript.size, "both are shown")
        assert driver.episodes.size.width > 30
        assert f" {driver.title} " in driver.text, "the title is whole"
        assert driver.transcript.size.width >= 60


async def test_transcript_on_a_narrow_terminal_is_alone(library: Library) -> None:
    async with run_app(library, size=(40, 12), query=BASICS) as driver:
        await driver.press("enter", "t")
        assert driver.transcript.size.width > 30
        assert not driver.episodes.display
        assert not driver.tree.display
        await driver.press("tab")
        assert driver.tree.display
        assert not driver.transcript.display
        await driver.press("tab")
        assert driver.focus == "transcript"
        await driver.press("2")
        assert (driver.focus, driver.episodes.display, driver.transcript.display) == ("list", True, False)


async def test_key_line_of_an_episode_whose_words_can_be_recognised_offers_it() -> None:
    catalog = build_library((), (Episode("one", "One", audio="https://example.org/one.mp3"),))
    async with run_app(catalog) as driver:
        driver.services.transcripts["one"] = Transcript()
        await driver.press("t")
        assert driver.key_words[:3] == ["Recognise", "Close", "Details"]


async def test_keys_in_a_transcript_without_words_do_nothing(driver: AppDriver) -> None:
    driver.services.transcripts["one"] = Transcript()
    await driver.press("t", "enter")
    assert driver.notices == []  # nothing is said of times
    await driver.press(
        "t", "enter", "t", "j", "k", "g", "G", "pagedown", "pageup", "ctrl+d", "y", "f", "n", "N", "enter"
    )
    await driver.press("enter", "slash", "a", "b", "enter", "n")
    assert driver.app.is_running
    assert driver.playback.position == 0.0


async def test_hostile_words_are_shown_letter_for_letter(driver: AppDriver) -> None:
    for title in HOSTILE_TITLES.values():
        said = clean(title, 60) or "nothing"
        driver.services.transcripts["one"] = Transcript((Cue(said, 0.0, 9.0),))
        await driver.press("t")
        shown = words(driver).replace("▎", "")
        assert "".join(said.split()) in "".join(shown.split())
        await driver.press("t")


async def test_sentence_spoken_is_the_one_lit_after_seeks_and_on_pause_too(driver: AppDriver) -> None:
    await driver.press("enter", "t", "full_stop")
    assert lit(driver) == ["Two."]
    await driver.press("comma", "comma")
    assert lit(driver) == ["One."]
    for _ in range(25):
        await driver.play(1)
        expected = ["One.", "Two.", "Three."][min(2, int(driver.playback.position // 20))]
        assert lit(driver) == [expected]
    await driver.press("space", "full_stop")
    assert driver.status() is PlayerStatus.PAUSED
    assert lit(driver) == ["Three."]


async def test_sentence_that_begins_within_a_second_is_lit_at_once(driver: AppDriver) -> None:
    quick = Transcript((Cue("One.", 0.0, 10.2), Cue("Two.", 10.2, 10.5), Cue("Three.", 10.5, 20.0)))
    driver.services.transcripts["one"] = quick
    await driver.press("enter", "t")
    await driver.play(10)
    for expected in ("Two.", "Three."):
        await driver.play(0.25)
        assert lit(driver) == [expected]


@pytest.mark.parametrize("size", [(120, 40), (80, 24), (40, 12), (160, 50)])
async def test_sentence_spoken_is_always_in_sight(size: tuple[int, int], library: Library) -> None:
    async with run_app(library, size=size, query=BASICS) as driver:
        driver.services.transcripts["three"] = LONG
        await driver.press("j", "j", "enter", "t")
        for number in (0, 1, 2, 7, 20, 21, 60, 99, 50, 3):
            driver.controller.seek_to(number * 2.0 + 0.5)
            await driver.settle()
            assert " ".join(lit(driver)).startswith(f"Sentence number {number} ")


async def test_next_episode_brings_its_own_words(driver: AppDriver) -> None:
    driver.services.transcripts["two"] = LONG
    await driver.press("enter", "t")
    await driver.play(100)
    assert driver.playback.episode == "two"
    await driver.until(lambda: driver.transcript.episode == "two", "the words are those of the next episode")
    assert lit(driver)[0].startswith("Sentence number 0")


async def test_times_that_become_known_later_are_used(driver: AppDriver) -> None:
    driver.services.transcripts["one"] = UNTIMED
    driver.sources.is_holding = True
    await driver.press("enter", "t", "j", "j", "j")
    assert lit(driver) == []
    driver.services.transcripts["one"] = Transcript((Cue("Only one.", 0.0, 50.0),))
    driver.sources.is_holding = False
    index = driver.library.index("one")
    assert index is not None
    driver.sources.request(driver.library.episode(index), driver.playback.load)
    await driver.until(lambda: lit(driver) == ["Only one."], "the words have times")
    await driver.press("y", "pagedown", "enter")
    assert driver.app.clipboard == "Only one."


async def test_text_stands_in_one_column_whatever_the_times(driver: AppDriver) -> None:
    texts = [f"Number {number} and more." for number in range(2)]
    cues = (Cue(text, number * 3600.0, number + 1.0, ends_paragraph=True) for number, text in enumerate(texts))
    driver.services.transcripts["three"] = Transcript(tuple(cues))
    await driver.press("j", "j", "t")
    rows = [row for row in driver.rows_of(driver.transcript) if "Number" in row]
    assert len(rows) == 2
    assert len({row.index("Number") for row in rows}) == 1


async def test_reader_who_moves_by_key_or_wheel_is_not_pulled_away_until_f(driver: AppDriver) -> None:
    driver.services.transcripts["three"] = LONG
    await driver.press("j", "j", "enter", "t", "G")
    assert "narrow. Sentence" in words(driver)
    assert "number 99 says" in words(driver)
    top = driver.transcript.scroll_offset.y
    for _ in range(5):
        await driver.play(10)
        assert driver.transcript.scroll_offset.y == top
    assert "f follows again" in str(driver.transcript.border_subtitle)
    await driver.press("f")
    assert " ".join(lit(driver)).startswith("Sentence number 25 ")
    assert "following" in str(driver.transcript.border_subtitle)
    top = driver.transcript.scroll_offset.y
    driver.transcript.post_message(events.MouseScrollDown(driver.transcript, 5, 5, 0, 0, 0, False, False, False))
    await driver.settle()
    assert driver.transcript.scroll_offset.y > top
    top = driver.transcript.scroll_offset.y
    await driver.play(60)
    assert driver.transcript.scroll_offset.y == top


async def test_sentence_chosen_is_heard_followed_and_copied(driver: AppDriver) -> None:
    await driver.press("enter", "t")
    assert "Follow" not in driver.key_words
    await driver.press("j", "j")
    assert "Follow" in driver.key_words
    await driver.press("enter")
    assert driver.playback.position == 40.0
    assert lit(driver) == ["Three."]
    assert driver.transcript.is_following
    assert "Follow" not in driver.key_words
    await driver.press("y")
    assert driver.app.clipboard == "Three."
    assert driver.notices == ["Copied."]


async def test_sentence_of_an_episode_that_does_not_play_starts_it_there(driver: AppDriver) -> None:
    await driver.press("j", "t", "j", "enter")
    assert (driver.playback.episode, driver.playback.position) == ("two", 20.0)


async def test_sentence_without_a_time_says_that_it_cannot_be_sought(driver: AppDriver) -> None:
    driver.services.transcripts["one"] = UNTIMED
    await driver.press("t", "j", "enter")
    assert driver.notices == ["This transcript has no times, so it cannot be played from a sentence."]
    assert "no times" in str(driver.transcript.border_subtitle)


async def test_search_in_the_words_goes_from_match_to_match_and_lights_them(driver: AppDriver) -> None:
    driver.services.transcripts["three"] = LONG
    await driver.press("j", "j", "enter", "t", "slash", *"number 7 says", "enter")
    assert driver.focus == "transcript"
    assert "1/19 “number 7 says”" in driver.text
    style = driver.transcript.style_of(MATCH)
    strips = [driver.transcript.render_line(y) for y in range(20)]
    marked = {
        segment.text
        for strip in strips
        for segment in strip
        if segment.style and segment.style.color == style.color and segment.style.reverse
    }
    assert marked == {"number", "7", "says"}
    seen = []
    for _ in range(12):
        await driver.press("y", "n")
        seen.append(int(driver.app.clipboard.split()[2]))
    assert seen == [7, 17, 27, 37, 47, 57, 67, *range(70, 75)]
    assert str(driver.transcript.border_subtitle) == "13/19 “number 7 says”"
    await driver.press("N", "N", "y")  # the twelfth `n` went on to 75
    assert driver.app.clipboard.startswith("Sentence number 73 ")
    await driver.press("slash", *["backspace"] * 20, *"qqq", "enter", "n")
    assert driver.notices[-1] == str(driver.transcript.border_subtitle) == "“qqq” is not in this transcript"


async def test_words_of_another_episode_are_read_while_one_plays(driver: AppDriver) -> None:
    driver.services.transcripts["three"] = LONG
    await driver.press("enter", "j", "j", "t")
    await driver.play(30)
    assert driver.transcript.episode == "three"
    assert driver.playback.episode == "one"
    assert "following" not in str(driver.transcript.border_subtitle)
    await driver.press("f")
    await driver.until(lambda: driver.transcript.episode == "one", "the words are those of what plays")
    assert lit(driver) == ["Two."]
    assert "following" in str(driver.transcript.border_subtitle)


async def test_transcript_is_that_of_the_row_chosen_on_purpose_until_one_goes_to_what_plays(driver: AppDriver) -> None:
    await driver.press("enter", "j", "t")
    assert driver.transcript.episode == "two"
    assert str(driver.transcript.border_title) == "Not playing: Two"
    assert "f follows again" in str(driver.transcript.border_subtitle)
    await driver.press("c")
    await driver.until(lambda: driver.transcript.episode == "one", "it is that of what plays")
    assert str(driver.transcript.border_title) == "One"
    assert driver.current == "one"


async def test_title_tells_as_soon_as_the_episode_plays(driver: AppDriver) -> None:
    await driver.press("enter", "j", "t", ">")
    assert driver.playback.episode == "two"
    assert str(driver.transcript.border_title) == "Two"


async def test_text_opens_where_it_was_left(library: Library) -> None:
    async with run_app(library, size=(80, 24), query=BASICS) as driver:
        driver.services.transcripts |= {"one": LONG, "two": LONG}
        await driver.press("t", "G", "t", "j", "t")
        assert "number 0 " in words(driver)
        assert driver.transcript.is_following
        await driver.press("t", "k", "t")
        assert driver.transcript.episode == "one"
        assert "number 99 " in words(driver)


@pytest.mark.app(size=(160, 40), query=BASICS)
async def test_text_that_was_read_ahead_follows_once_it_plays(driver: AppDriver) -> None:
    driver.services.transcripts["one"] = LONG
    await driver.press("t", "G", "l", "enter")
    await driver.play(1)
    assert "following" in str(driver.transcript.border_subtitle)
    assert lit(driver)


async def test_words_that_were_heard_before_are_dim_and_found(driver: AppDriver) -> None:
    await driver.press("enter", "t")
    await driver.play(25)
    assert by_look(driver) == {"heard": "One.", "active": "Two.", "coming": "Three."}
    await driver.play(20)
    assert by_look(driver) == {"heard": "One.Two.", "active": "Three."}
    driver.app.frontend.emit(PassagesKnown(driver.playback.load, "one", (Passage(18.0, 39.0, 2),)))
    await driver.until(lambda: by_look(driver).get("coming") == "Two.", "the passage is dim")
    await driver.press("slash", *"two", "enter")
    assert "1/1 “two”" in str(driver.transcript.border_subtitle)
    await driver.press("space", "escape", "t", "j", "t")
    assert driver.transcript.passages == ()  # another episode has none
    await driver.press("f")
    await driver.until(lambda: by_look(driver).get("coming") == "Two.", "they are dim while it is paused, too")


async def test_words_of_a_started_episode_tell_how_far_it_was_heard(library: Library) -> None:
    progress = {"two": Progress(START, position=45.0)}
    async with run_app(library, query=BASICS, progress=progress) as driver:
        driver.episodes.go(driver.shown.index("two"))
        await driver.press("t")
        assert by_look(driver) == {"heard": "One.Two.", "active": "Three."}  # restored: that is where it goes on
        driver.services.transcripts["two"] = LONG
        await driver.press("t", "t")
        assert "number 23" in by_look(driver)["coming"]


async def test_chapters_stand_among_the_words(library: Library) -> None:
    recorded = [episode._replace(audio="https://x.example/a.mp3") for episode in EPISODES]
    async with run_app(build_library(TOPICS, recorded), query=BASICS) as driver:
        driver.services.chapters["three"] = (Chapter(0.0, "Welcome"), Chapter(20.4, "The [b]long[/] middle"))
        await driver.press("j", "j", "t")
        await driver.until(lambda: "middle" in driver.text, "the words are laid out")
        assert words(driver) == "0:00 Welcome One. 0:20 The [b]long[/] middle Two. Three."


async def test_words_moved_later_are_lit_and_heard_later(driver: AppDriver) -> None:
    await driver.press("enter", "t")
    for _ in range(10):
        driver.main.transcript.nudge(0.5)
    await driver.settle()
    await driver.play(22)  # `Two.` begins at 20
    assert by_look(driver)["active"] == "One."
    await driver.press("j", "enter")
    assert driver.playback.position == 25.0


async def test_words_read_again_at_once_are_read_once(library: Library, recwarn: pytest.WarningsRecorder) -> None:
    async with run_app(library, query=BASICS) as driver:
        await driver.press("enter", "t")
        for _ in range(2):
            driver.main.transcript.nudge(0.5)
        await driver.settle()
    gc.collect()  # warns of a coroutine that was never awaited
    assert not recwarn.list


async def test_click_is_for_the_sentence_under_it_alone(driver: AppDriver) -> None:
    await driver.press("enter", "t")
    row = driver.rows_of(driver.transcript)[0]
    first = row.index("Two.")
    await driver.play(1)
    for place in ((5, 30), (5, 0), (first, 1)):  # below the words, on the border, between two sentences
        await driver.click(driver.transcript, *place)
        assert driver.playback.position == 1.0
    await driver.click(driver.transcript, first + 1, 1)
    assert driver.playback.position == 20.0


@pytest.mark.app(size=(40, 12), query=BASICS)
async def test_page_down_moves_by_at_least_one_sentence(driver: AppDriver) -> None:
    tall = Transcript(tuple(Cue(f"{number} {'word ' * 200}", number * 9.0, number * 9.0 + 8) for number in range(3)))
    driver.services.transcripts["three"] = tall
    await driver.press("j", "j", "t", "pagedown")
    assert driver.transcript.cursor == 1
    await driver.press("pagedown", "pagedown", "pagedown")
    assert driver.transcript.cursor == 2
    await driver.press("pageup")
    assert driver.transcript.cursor == 2  # the page above begins within it


@pytest.mark.app(size=(120, 40), query=BASICS)
async def test_page_moves_by_the_height_of_the_pane_and_a_fraction_by_less(driver: AppDriver) -> None:
    driver.services.transcripts["one"] = LONG
    await driver.press("t")
    pane = driver.transcript
    await driver.until(lambda: "narrow. Sentence number 1 says" in driver.text, "the words are laid out")
    assert pane.size.height == 32
    for pages, cursor in ((1, 20), (0.5, 30), (-99, 0), (99, 99)):  # five sentences and a space take eight lines
        pane.action_move_page(pages)
        assert pane.cursor == cursor
