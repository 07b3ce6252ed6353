"""What is typed into the palette with its value."""

import pytest

from tests.wishes.test_actions import Stage
from tui_pod.core.library.library import Library
from tui_pod.core.outcome import Outcome
from tui_pod.core.playback.controller import NOTHING_PLAYS
from tui_pod.wishes.typed import read_typed, run_typed
from tui_pod.wishes.wish import Subject


@pytest.fixture
def subject(library: Library) -> Subject:
    """A list, and an episode that plays."""
    stage = Stage(library)
    stage.run("episode.restart", "two")
    return Subject(stage.services, stage.model)


def say(typed: str, on: Subject) -> str | None:
    """Do what was typed; return what was said, None if it is a name."""
    value = read_typed(typed, on)
    return None if value is None else run_typed(value).text


@pytest.mark.parametrize(
    ("typed", "said", "speed"),
    [
        ("1.5", "Speed 1.5×", 1.5),
        ("1,25", "Speed 1.25×", 1.25),
        ("2x", "Speed 2×", 2.0),
        (" Speed 0.8", "Speed 0.8×", 0.8),
        ("2", None, 1.0),
        ("1.5 litres", None, 1.0),
    ],
)
def test_speed_is_typed(subject: Subject, typed: str, said: str | None, speed: float) -> None:
    assert say(typed, subject) == said
    assert subject.controller.playback.speed == speed


@pytest.mark.parametrize(
    ("typed", "said", "left"),
    [
        ("sleep 20", "Sleep timer 20:00", 1200),
        ("timer 20 min", "Sleep timer 20:00", 1200),
        ("sleep in 1h30m", "Sleep timer 1:30:00", 5400),
        ("sleep episode", "Sleep timer after 1 episode", 1),
        ("sleep off", "Sleep timer off", None),
        ("sleep timer", None, None),
        ("sleep 900h", None, None),
    ],
)
def test_sleep_timer_is_typed(subject: Subject, typed: str, said: str | None, left: int | None) -> None:
    assert say(typed, subject) == said
    timer = subject.controller.sleep
    assert (timer and timer.left) == left


def test_volume_is_typed(subject: Subject) -> None:
    assert say("volume 60", subject) == "Volume 60"
    assert say("vol 55%", subject) == "Volume 55"
    assert subject.controller.playback.volume == 55


@pytest.mark.parametrize(("typed", "position"), [("1:10", 70.0), ("+30", 30.0), ("go to 0:50", 50.0), ("25 %", 50.0)])
def test_position_is_typed(subject: Subject, typed: str, position: float) -> None:
    assert say(typed, subject) is not None
    assert subject.controller.playback.position == position


def test_position_cannot_be_typed_while_nothing_plays(library: Library) -> None:
    stage = Stage(library, is_new=True)
    value = read_typed("12:30", Subject(stage.services, stage.model))
    assert value is not None
    assert run_typed(value) == Outcome(NOTHING_PLAYS, is_done=False)


def test_session_is_typed(subject: Subject) -> None:
    said = say("session 15", subject)
    assert said is not None
    assert said.startswith("Session of ")
    assert subject.controller.session is not None
    assert say("plan to go", subject) is None
