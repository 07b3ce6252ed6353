"""What is typed into the palette with its value, and done at once: `1.5`, `sleep 20`, `volume 60`, `12:30`."""

from __future__ import annotations

import re
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from typing import TYPE_CHECKING, NamedTuple

from tui_pod.core.outcome import DONE, Outcome, refused
from tui_pod.core.playback.controller import NOTHING_PLAYS
from tui_pod.core.playback.go_to import parse_position
from tui_pod.core.playback.sleep_timer import parse_sleep
from tui_pod.core.player.mixer import clamp_speed
from tui_pod.core.selection.session_planner import parse_budget
from tui_pod.core.text.clean import span
from tui_pod.wishes.actions import start_session

if TYPE_CHECKING:
    from tui_pod.wishes.wish import Subject


class TypedValue(NamedTuple):
    """What a text stands for."""

    name: str
    """What it does, in words."""
    do: Callable[[], object] = lambda: None
    why: str = ""
    """Why it cannot be done now; empty if it can."""


def read_typed(text: str, on: Subject) -> TypedValue | None:
    """Return what a text stands for; None if it is a name to look for."""
    text = text.strip().lower()
    for pattern, read in _FORMS:
        if (found := pattern.fullmatch(text)) is not None:
            with suppress(ValueError):  # no such time
                return read(on, found[1])
    return None


def run_typed(typed: TypedValue) -> Outcome:
    """Do what was typed; return what was done, or why nothing was."""
    if typed.why:
        return refused(typed.why)
    done = typed.do()
    return done if isinstance(done, Outcome) and done != DONE else Outcome(typed.name)


def _speed(on: Subject, text: str) -> TypedValue:
    speed = clamp_speed(float(text.replace(",", ".")))
    return TypedValue(f"Speed {speed:g}×", partial(on.controller.mixer.set_speed, speed))


def _volume(on: Subject, text: str) -> TypedValue:
    return TypedValue(f"Volume {int(text)}", partial(on.controller.mixer.set_volume, int(text)))


def _sleep(on: Subject, text: str) -> TypedValue:
    timer = parse_sleep(text, on.controller.now())
    return TypedValue(f"Sleep timer {timer or 'off'}", partial(on.controller.set_sleep, timer))


def _position(on: Subject, text: str) -> TypedValue:
    playback = on.controller.playback
    name = f"Go to {text}"
    if not playback.is_loaded:
        return TypedValue(name, why=NOTHING_PLAYS)
    parse_position(text, playback.position, playback.duration)
    return TypedValue(name, partial(on.controller.go_to, text))


def _session(on: Subject, text: str) -> TypedValue:
    budget = parse_budget(text, on.controller.now())
    return TypedValue(f"Start a session of {span(budget)}", partial(start_session, on, budget, on.model.planned_from))


_FORMS: tuple[tuple[re.Pattern[str], Callable[[Subject, str], TypedValue]], ...] = (
    (re.compile(r"speed (\d(?:[.,]\d{1,2})?) ?[x×]?"), _speed),
    (re.compile(r"(\d(?:[.,]\d{1,2})?) ?[x×]"), _speed),
    (re.compile(r"(\d[.,]\d{1,2})"), _speed),
    (re.compile(r"vol(?:ume)? (\d{1,3}) ?%?"), _volume),
    (re.compile(r"(?:sleep|timer|sleep timer|stop)(?: in| at| after)? (\S+)(?: ?min(?:utes)?)?"), _sleep),
    (re.compile(r"(?:session|plan)(?: of| until)? (\S+)(?: ?min(?:utes)?)?"), _session),
    (re.compile(r"(?:go to |jump to |seek )?([+-]?\d{1,3}:\d\d(?::\d\d)?|[+-]\d{1,5}|\d{1,3} ?%)"), _position),
)
"""The forms that are read, each with its value in the first group."""
