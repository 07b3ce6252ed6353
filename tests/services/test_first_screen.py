"""What the first screen shows if nothing else is said, and the episode that it holds."""

from datetime import timedelta

from tests.fakes import START
from tests.rooms import EPISODES, TOPICS
from tui_pod.config.settings import Settings
from tui_pod.core.actions import key_of
from tui_pod.core.library.episode import Episode
from tui_pod.core.library.library import build_library
from tui_pod.core.library.parts import Part, arrange
from tui_pod.core.player.snapshot import Playback
from tui_pod.core.progress.progress import Progress
from tui_pod.core.progress.progress_index import ProgressIndex
from tui_pod.core.selection.list_query import Orders
from tui_pod.services.first_screen import FirstScreen, with_last_played

LIBRARY = build_library(TOPICS, EPISODES)


def test_screen_without_choices_is_usual() -> None:
    first = FirstScreen(LIBRARY, ProgressIndex(LIBRARY, {}), Orders())
    assert (first.is_light, first.is_ascii, first.has_preview, first.is_session_over) == (False, False, True, False)
    assert (first.usual_speed, first.session, first.theme, first.notices) == (1.0, None, "", ())


def test_keys_in_a_text_are_the_listeners() -> None:
    first = FirstScreen(LIBRARY, ProgressIndex(LIBRARY, {}), Orders(), settings=Settings(keymap={"undo": "U"}))
    assert first.with_keys(f"Press {key_of('undo')} or {key_of('app.help')}.") == "Press U or ?."


def test_episode_played_last_is_held_at_its_position_length_and_speed() -> None:
    index = ProgressIndex(LIBRARY, {
        "one": Progress(START, 40.0, 90.0, listened=START),
        "two": Progress(START, 40.0, listened=START - timedelta(hours=1)),
    })  # fmt: skip
    held = with_last_played(Playback(volume=35), LIBRARY, index, {"Numbers": 1.5})
    assert (held.episode, held.title, held.position, held.duration) == ("one", "One", 40.0, 90.0)
    assert (held.speed, held.volume, held.marks) == (1.5, 35, ())
    assert with_last_played(Playback(speed=1.25), LIBRARY, index).speed == 1.25


def test_nothing_is_held_if_nothing_is_unfinished_or_something_is_held_already() -> None:
    usual = Playback(speed=1.25)
    assert with_last_played(usual, LIBRARY, ProgressIndex(LIBRARY, {})) is usual
    started = ProgressIndex(LIBRARY, {"one": Progress(START, 40.0, listened=START)})
    held = Playback(episode="two")
    assert with_last_played(held, LIBRARY, started) is held


def test_book_is_held_with_its_parts_as_chapters() -> None:
    parts = arrange([Part("/1.mp3", 60.0, "One"), Part("/2.mp3", 60.0, "Two")])
    library = build_library([], [Episode("book", "Book", duration=120.0, audio="/1.mp3", parts=parts)])
    index = ProgressIndex(library, {"book": Progress(START, 70.0, listened=START)})
    assert [mark.start for mark in with_last_played(Playback(), library, index).marks] == [0.0, 60.0]
