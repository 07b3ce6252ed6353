"""Records a listening session for the README: an SVG that plays by itself, with the keys under the screen.

The time that passes in the app is that of the recording, but where it is said to fly. The styles do the playing:
each screen has its share of the whole, and what cannot play them shows the first.
"""

from __future__ import annotations

from itertools import accumulate, pairwise
from typing import NamedTuple

from screenshots.drawing import CELL, DARK, Row, Sheet, read_rows
from tests.app_driver import AppDriver, FakeServices, embedded_library, run_app
from tests.scenes import EMPTY, GENERATIVE_AI, press, remember, some_progress, speak

SIZE = (150, 38)
"""Columns and rows."""

BELOW = 52
"""Pixels under the screen, for the keys."""

NOTICE = 0.75
"""Seconds for which a key is seen before what it does: the eye has to come there."""

LETTER = 0.2
"""Seconds between two letters that are typed."""


class Frame(NamedTuple):
    """A screen, for how many seconds it is seen, and the key that is told of then."""

    rows: tuple[Row, ...]
    seconds: float
    key: str
    says: str


class Recording:
    """The frames of what is done on a stage."""

    def __init__(self, driver: AppDriver) -> None:
        self.frames: list[Frame] = []
        self.count = len(driver.library)
        """Episodes that there are."""
        self._driver = driver
        self._told = ("", "")

    async def begin(self) -> None:
        """Play, so that the first screen is one that one would like to have."""
        await press(self._driver, "enter")
        await self._driver.play(30)

    def tell(self, key: str, says: str) -> None:
        """Tell of a key from now on."""
        self._told = (key, says)

    async def show(self, seconds: float, speed_rule: float = 1.0) -> None:
        """Show the screen for so long; the listener's time passes at this pace."""
        self.frames.append(Frame(await read_rows(self._driver), seconds, *self._told))
        await self._driver.play(seconds * speed_rule)

    async def listen(self, times: int, seconds: float, speed_rule: float) -> None:
        """Show so many screens, one after the other."""
        for _ in range(times):
            await self.show(seconds, speed_rule)

    async def press(self, *keys: str, seconds: float) -> None:
        """Press keys, and show for so long what each one did."""
        for key in keys:
            await press(self._driver, key)
            await self.show(seconds)

    async def write(self, letters: str, seconds: float) -> None:
        """Type letters, and show for so long what they did."""
        for key in letters:
            await press(self._driver, key)
        await self.show(seconds)

    async def tell_and_press(self, key: str, shown: str, says: str, seconds: float) -> None:
        """Tell of a key, then press it, and show for so long what it did."""
        self.tell(shown, says)
        await self.show(NOTICE)
        await self.press(key, seconds=seconds)


async def play_story(recording: Recording) -> None:
    """Do what the recording tells: find an episode, hear and read it, look for others, plan, and look back."""
    await recording.begin()
    recording.tell(
        "", f"{recording.count} short talks on generative AI, spoken on your machine: ✓ heard, ◐ begun, ○ new"
    )
    await recording.listen(3, seconds=1, speed_rule=3)
    await recording.tell_and_press("down", "↓", "move", seconds=0.4)
    await recording.press("down", "down", seconds=0.4)
    await recording.tell_and_press("enter", "Enter", "play another", seconds=0.5)
    await recording.listen(6, seconds=0.5, speed_rule=2)
    await recording.tell_and_press("t", "t", "read along", seconds=1)
    await recording.listen(5, seconds=1, speed_rule=5)
    await recording.tell_and_press("t", "t", "back to the list", seconds=0.75)
    await recording.tell_and_press("slash", "/", "search in titles, summaries and topics", seconds=0.5)
    for letters in ("dif", "fus", "ion"):  # each screen that is shown takes its room
        await recording.write(letters, LETTER * len(letters))
    await recording.show(1.5)
    await recording.tell_and_press("escape", "Esc", "back to all", seconds=0.75)
    await recording.tell_and_press("e", "e", "put it into the queue", seconds=0.75)
    await recording.press("e", seconds=1)
    await recording.tell_and_press("S", "S", "plan a session: what fits into 15 minutes?", seconds=2.5)
    await recording.tell_and_press("enter", "Enter", "start the session", seconds=0.75)
    await recording.listen(3, seconds=0.75, speed_rule=4)
    await recording.tell_and_press("z", "z", "sleep timer", seconds=1.25)
    await recording.tell_and_press("enter", "Enter", "fall silent in 5 minutes", seconds=1.25)
    await recording.tell_and_press("3", "3", "what you have heard", seconds=3)
    recording.tell("?", "all keys; q quits, and your position is saved")
    await recording.press("escape", seconds=3)


def speak_all(services: FakeServices) -> None:
    """Give the listener a year of listening, and each episode its words."""
    remember(services)
    for ident in services.library.ids:
        speak(services, ident)


async def record() -> list[Frame]:
    """Return the frames of the story, in order."""
    async with run_app(
        embedded_library(), SIZE, some_progress(), EMPTY, query=GENERATIVE_AI, prepare=speak_all
    ) as driver:
        recording = Recording(driver)
        await play_story(recording)
        return recording.frames


def draw_recording(frames: list[Frame]) -> str:
    """Return the recording as an SVG that starts anew at its end."""
    sheet = Sheet(frames[0].rows)
    times = [0.0, *accumulate(frame.seconds for frame in frames)]
    total = times[-1]
    screens, rules = [], []
    for number, (frame, (start, end)) in enumerate(zip(frames, pairwise(times), strict=True)):
        drawing = sheet.screen(frame.rows) + _caption(sheet, frame) + _elapsed(sheet, end / total)
        screens.append(f'<g class="f" id="f{number}">{drawing}</g>')
        rules.append(_rule(number, start, end, total))
    css = f"""
.f{{visibility:hidden}}#f0{{visibility:visible}}
@media(prefers-reduced-motion:no-preference){{.f{{animation:{total:g}s step-end infinite}}}}
{"".join(rules)}"""
    return sheet.window("\n".join(screens), DARK, css, BELOW)


def _rule(number: int, start: float, end: float, total: float) -> str:
    """Return the styles by which a frame is seen from `start` to `end` seconds, and no longer."""
    hidden, visible = "{visibility:hidden}", "{visibility:visible}"
    steps = f"0%{hidden}" * (start > 0) + f"{start / total:.3%}{visible}" + f"{end / total:.3%}{hidden}" * (end < total)
    return f"#f{number}{{animation-name:k{number}}}@keyframes k{number}{{{steps}}}\n"


def _caption(sheet: Sheet, frame: Frame) -> str:
    """Return the key of a frame, as a cap, and what is told of it."""
    text = f"{frame.key}  {frame.says}" if frame.key else frame.says
    cap, x = "", CELL
    if frame.key:
        width = CELL * (len(frame.key) + 1)
        cap = f'<rect class="{sheet.paint("fill:#ffc473")}" x="{CELL}" y="-20" width="{width}" height="28" rx="5"/>'
        cap += sheet.text(frame.key, CELL * 1.5, "fill:#1e1e1e;font-weight:bold")
        x += width + CELL
    return sheet.use(cap + sheet.text(frame.says, x, f"fill:{DARK.text}"), text, sheet.height + 34)


def _elapsed(sheet: Sheet, share: float) -> str:
    """Return the line under a frame that says how much of the recording is over."""
    return f'<path class="{sheet.paint("fill:#0178d4")}" d="M0 {sheet.height}h{share * sheet.width:.0f}v3H0z"/>'
