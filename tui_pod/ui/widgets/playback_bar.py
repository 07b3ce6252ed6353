"""The playback bar: episode, position and sound. Everything has a fixed place: no number moves another."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import NamedTuple

from rich.segment import Segment
from textual import events
from textual.geometry import Region
from textual.message import Message
from textual.reactive import reactive
from textual.strip import Strip
from textual.widget import Widget

from tui_pod.core.actions import BY_ID
from tui_pod.core.player.snapshot import Playback, PlayerStatus
from tui_pod.core.progress.ranges import Ranges
from tui_pod.core.text.clean import clock
from tui_pod.ui.look.cells import MARKS, fit, keep_remedy, split_title
from tui_pod.ui.look.parts import (
    ACCENT,
    FAULT,
    HEAD,
    LINE,
    NOW,
    PLAIN,
    QUIET,
    STARTED,
    Part,
    fit_parts,
    joined,
    look,
    spread_parts,
    width_of,
)  # fmt: skip

STEPS = 6
"""Width of the progress of a session, in cells."""

ROOM_FOR_ALL, ROOM_FOR_VOLUME = 72, 50
"""From these widths on, speed, volume and sleep timer are shown, and the first two (columns)."""

ROOM_FOR_KEYS = 80
"""From this width on, the keys that change them are shown, too (columns)."""

SPEED_WIDTH, VOLUME_WIDTH, SLEEP_WIDTH = 5, 5, 10

Zone = tuple[int, int, str]
"""First cell, end cell (exclusive), and the name of a place."""

CLICKS = {
    "title": "list.go_to_playing", "mark": "playback.toggle", "next": "queue.next", "speed": "playback.normal_speed",
    "volume": "playback.mute", "sleep": "sleep.timer", "session": "session.plan",
}  # fmt: skip
"""The id of the action that a click on a place runs."""

WHEELS = {
    "speed": ("playback.faster", "playback.slower"),
    "volume": ("playback.louder", "playback.quieter"),
    "line": ("playback.forward_small", "playback.back_small"),
    "next": ("queue.next", "queue.previous"),
}
"""The ids of the actions that the wheel runs on a place, up and down."""


class BarFacts(NamedTuple):
    """What the bar shows besides the playback."""

    topic: str = ""
    place: str = ""
    """Place in a course, such as `Act 2 · 3 of 18`; empty if it is in none."""
    session: tuple[int, int, str] | None = None
    """Number of the playing episode, number of episodes, and end time; None without a session."""
    waiting: str = ""
    """What to say of a session that waits while something else plays; empty if none waits."""
    following: str = ""
    """Title of the next episode."""
    sleep: str = ""
    """The time left on the sleep timer."""
    heard: Ranges = ()
    """Ranges played before, in seconds."""


class PlaybackBar(Widget):
    """Three lines: episode; position and sound; session and next episode; a high terminal has a blank one below.

    A low terminal has two.
    """

    ALLOW_SELECT = False
    DEFAULT_CSS = "PlaybackBar { height: 3; background: $panel; }"

    playback: reactive[Playback] = reactive(Playback(), repaint=False)
    facts: reactive[BarFacts] = reactive(BarFacts(), repaint=False)
    hint: reactive[str] = reactive("")
    """What it says if nothing was played yet."""
    bookmarks: reactive[tuple[float, ...]] = reactive(())
    """Positions of bookmarks, in seconds."""

    class SeekRequested(Message):
        """The line of the bar was clicked at a position."""

        def __init__(self, position: float) -> None:
            super().__init__()
            self.position = position

    def __init__(
        self, resume_hint: str, sound_keys: Sequence[str], with_keys: Callable[[str], str] = str, is_ascii: bool = False
    ) -> None:
        """Show nothing yet.

        The hint names the key that resumes, and the keys change speed, volume and sleep timer; `with_keys` fills the
        listener's keys into what went wrong.
        """
        super().__init__(id="bar")
        self._resume_hint = resume_hint
        self._sound_keys = sound_keys
        self._with_keys = with_keys
        self._volume_mark = "vol" if is_ascii else "♪"
        self._zones: dict[int, list[Zone]] = {}  # by line, as last drawn
        self._drawn: list[list[Part]] = []  # the parts of each line, as last drawn

    def watch_playback(self) -> None:
        """Redraw the lines that changed."""
        former, self._drawn = self._drawn, [self._line(y) for y in range(self.size.height)]
        if len(former) != len(self._drawn):
            self.refresh()
            return
        changed = [y for y, line in enumerate(self._drawn) if line != former[y]]
        if changed:
            self.refresh(*(Region(0, y, self.size.width, 1) for y in changed))

    watch_facts = watch_playback

    def render_line(self, y: int) -> Strip:
        """Return one of the lines."""
        base = self.rich_style
        segments = [Segment(text, base + look(self.app, name)) for text, name in self._line(y)]
        return Strip(segments, self.size.width)

    def _line(self, y: int) -> list[Part]:
        width = self.size.width
        self._zones[y] = []
        if y == 0:
            return self._title_line(width)
        if y == 1:
            return self._place_line(width)
        return self._session_line(width) if y == 2 else [(" " * width, PLAIN)]

    # -- title and chapter -----------------------------------------------------------------------------

    def _title_line(self, width: int) -> list[Part]:
        playback, problem = self.playback, self.playback.problem
        if not playback.is_loaded:
            return fit_parts([(f"   {self.hint}", QUIET)], width)
        is_on = playback.is_active
        mark = MARKS[playback.shown_status if is_on else "fault" if problem else "paused"]
        head, tail = split_title(playback.title)
        left: list[Part] = [(f" {mark} ", NOW if is_on else FAULT if problem else QUIET), (head, HEAD)]
        if (repeat := playback.repeat) is not None:
            said = "say it" if repeat.is_waiting else repeat.kind.name.lower()
            left.insert(1, (f"{MARKS['repeat']} {said:<8} {repeat.number:<2} ", ACCENT))
        if problem:  # which needs the room of what else is said there
            room = width - width_of(left) - 2
            left.append((f"  {keep_remedy(self._with_keys(problem), room)}", FAULT))
        elif busy := self._busy():
            left.append((f" ({busy})", STARTED))
        else:
            is_low = self.size.height < 3  # else place and chapter are at the right
            where = (self.facts.place, self._chapter) if is_low else ()
            left += [(f"  {text}", QUIET) for text in (*where, tail) if text]
        right: list[Part] = []
        if width >= ROOM_FOR_VOLUME and not problem:  # else the title has the whole line
            room = _room_beside(left, width)
            right = self._next_parts(width // 3) if self.size.height < 3 else self._where_parts(room)
        room = width - width_of(right) - 1
        self._zones[0] = [(0, 3, "mark"), (3, min(room, 3 + width_of(left[1:])), "title")]
        if self.size.height < 3 and right:
            self._zones[0].append((room + 1, width, "next"))
        return spread_parts(left, right, width)

    def _busy(self) -> str:
        playback = self.playback
        if playback.fetching is not None:
            return str(playback.fetching)
        if (share := playback.narrated_share) is not None:
            return f"narrating {'▰' * round(STEPS * share):▱<{STEPS}} {share:.0%}".replace("%", " %")
        if playback.attempt is not None:
            return str(playback.attempt)
        if playback.is_buffering:
            return "buffering"
        return "loading" if playback.shown_status is PlayerStatus.LOADING else ""

    def _where_parts(self, width: int) -> list[Part]:
        """Return the place in a course or the topic, and the chapter or another note on the audio."""
        playback = self.playback
        said = [text for text in (self.facts.place or self.facts.topic,) if text]
        if self._chapter:
            said.append(self._chapter)
        elif playback.is_active and playback.is_narrated:
            said.append("only the teaser is spoken" if playback.is_teaser else "narrated")
        elif playback.is_held and not playback.problem:
            said.append(self._resume_hint)
        text = " · ".join(said)
        return [(f"{fit(text, width).rstrip()} ", QUIET)] if text else []

    @property
    def _chapter(self) -> str:
        """Number and title of the chapter, and how much of it is left; empty if there are none."""
        playback = self.playback
        if not (number := playback.chapter_number):
            return ""
        left = f" −{clock(playback.left_in_chapter)}" if playback.duration else ""
        return f"ch {number}/{len(playback.chapters)}{left} {playback.chapters[number - 1].title}".rstrip()

    # -- the line, and how it sounds -------------------------------------------------------------------

    def _place_line(self, width: int) -> list[Part]:
        playback, is_shown = self.playback, self.playback.is_loaded
        position, duration = playback.position, playback.duration
        digits = len(clock(duration)) if duration else len(clock(position))
        here = clock(position) if is_shown else "-:--"
        left = f"−{clock(round(duration) - int(position))}" if is_shown and duration else "?" if is_shown else "-:--"
        about = "≈" if playback.is_estimated else " "
        before, after = f"{about}{here:>{digits}} ", f" {left:<{digits + 1}}"
        sound = self._sound_parts(width)
        room = width - len(before) - len(after) - width_of(part for part, _ in sound) - 2
        if room < 5:
            return fit_parts([(before, PLAIN), (after.lstrip(), QUIET)], width)
        first = len(before) + 1
        self._zones[1] = [(first, first + room, "line")]
        end = first + room + 1 + len(after)
        for part, name in sound:
            size = width_of([part])
            self._zones[1].append((end, end + size, name))
            end += size
        cells = self._cells(position if is_shown else None, duration, room)
        middle: list[Part] = [("▐", LINE), *cells, ("▍", LINE)]
        return [(before, PLAIN), *middle, (after, PLAIN), *(part for part, _ in sound)]

    def _cells(self, position: float | None, duration: float | None, width: int) -> list[Part]:
        """Return the line: what is behind the position, the knob, what was played before ahead, and passages."""
        if position is None or not duration:
            knob = [("●", NOW)] if position is not None and self.playback.is_active else []
            return [*knob, ("╌" * (width - len(knob)), LINE)]
        scale = width / duration
        here = min(width - 1, int(position * scale))
        bright = ACCENT if self.playback.is_active else QUIET
        cells: list[Part] = [("━", bright)] * here + [("╌", LINE)] * (width - here)
        for start, end in self.facts.heard:
            for cell in range(max(here, int(start * scale)), min(width, int(end * scale))):
                cells[cell] = ("━", LINE)
        for start, end, *_ in self.playback.passages:
            for cell in range(int(start * scale), min(width, max(int(start * scale) + 1, int(end * scale)))):
                cells[cell] = (MARKS["passage"], bright if cell < here else QUIET)
        starts = {int(mark.start * scale) for mark in self.playback.chapters if mark.start < duration} - {0}
        for cell in starts if len(starts) <= width // 3 else ():  # else they would fill most of the line
            cells[cell] = ("┆", bright if cell < here else QUIET)
        if (repeat := self.playback.repeat) is not None:
            for end in (repeat.start, min(repeat.end, duration)):
                cells[max(0, min(width - 1, int(end * scale)))] = (MARKS["repeat"], ACCENT)
        for start in self.bookmarks:
            cells[max(0, min(width - 1, int(start * scale)))] = (MARKS["bookmark"], STARTED)
        cells[here] = ("●", NOW if self.playback.is_active else QUIET)
        return joined(cells)

    def _sound_parts(self, width: int) -> list[tuple[Part, str]]:
        """Return those of speed, volume and sleep timer that fit, with the names of their places.

        The keys that change them precede them where there is room.
        """
        playback, has_timer = self.playback, bool(self.facts.sleep)
        speed_keys, volume_keys, sleep_keys = self._sound_keys if width >= ROOM_FOR_KEYS else ("", "", "")
        timer = f"☾ {self.facts.sleep or 'off'}"
        room = max(1, 1 + SLEEP_WIDTH - len(timer))  # a long time takes that of the key
        sleep_keys = sleep_keys if len(sleep_keys) + 1 < room else ""
        sound = "muted" if playback.is_muted else f"{self._volume_mark} {playback.volume}"
        speed_look, sound_look = PLAIN if playback.speed == 1.0 else ACCENT, STARTED if playback.is_muted else PLAIN
        sound_width = VOLUME_WIDTH - 1 + len(self._volume_mark)
        parts = (
            (
                "speed",
                f"  {speed_keys}{' ' * bool(speed_keys)}",
                f"{f'{playback.speed:g}×':<{SPEED_WIDTH}}",
                speed_look,
            ),
            ("volume", f"  {volume_keys}{' ' * bool(volume_keys)}", f"{sound:<{sound_width}}", sound_look),
            ("sleep", f"{sleep_keys:>{room - 1}} ", f"{timer} ", ACCENT if has_timer else QUIET),
        )
        shown = {"speed", "volume", "sleep"}
        if width < ROOM_FOR_ALL:
            shown -= {"volume"} if has_timer else {"sleep"}
        if width < ROOM_FOR_VOLUME:
            shown -= {"speed"} if has_timer else {"volume"}
        return [
            ((text, look), name)
            for name, keys, said, said_look in parts
            for text, look in ((keys, NOW), (said, said_look))
            if name in shown
        ]

    # -- the session, and what is next -----------------------------------------------------------------

    def _session_line(self, width: int) -> list[Part]:
        left: list[Part] = []
        if self.facts.session is not None:
            number, count, ends = self.facts.session
            full = max(1, round(STEPS * number / count)) if count else 0
            left = [(" session ", QUIET), ("▰" * full, ACCENT), ("▱" * (STEPS - full), LINE),
                    (f" {number} of {count}, ends {ends}", PLAIN)]  # fmt: skip
        elif self.facts.waiting:
            left = [(f" {self.facts.waiting}", STARTED)]
        right = self._next_parts(_room_beside(left, width))
        self._zones[2] = [(0, width_of(left), "session")]
        if right:
            self._zones[2].append((width - width_of(right), width, "next"))
        return spread_parts(left, right, width)

    def _next_parts(self, width: int) -> list[Part]:
        """Return the next episode; in a bar of two lines, also the progress of the session."""
        facts, parts = self.facts, list[Part]()
        if self.size.height < 3 and facts.session is not None:
            parts.append((f"session {facts.session[0]}/{facts.session[1]}  ", QUIET))
        elif self.size.height < 3 and facts.waiting:
            parts.append(("session waits  ", STARTED))
        room = width - width_of(parts) - len(" next ▹  ")
        if facts.following and room >= 8:
            title = split_title(facts.following)[0]
            parts += [("next ▹ ", QUIET), (f"{fit(title, room).rstrip()} ", PLAIN)]
        if self.size.height < 3 and parts:
            parts.insert(0, (" ", PLAIN))  # what is left of it may be cut just before it
        return parts

    # -- the mouse -------------------------------------------------------------------------------------

    def place_at(self, x: int, y: int) -> str:
        """Return the name of the place at a cell; empty if there is none."""
        return next((name for start, end, name in self._zones.get(y, ()) if start <= x < end), "")

    async def on_click(self, event: events.Click) -> None:
        """Seek to the clicked position, or run the action of the clicked place."""
        name = self.place_at(event.x, event.y)
        if name == "line" and self.playback.duration and self.playback.is_loaded:
            first, end = next((start, end) for start, end, name in self._zones[1] if name == "line")
            self.post_message(self.SeekRequested((event.x - first) / (end - first) * self.playback.duration))
        elif name in CLICKS:
            await self.app.run_action(BY_ID[CLICKS[name]].action, self.screen)

    async def on_mouse_scroll_up(self, event: events.MouseScrollUp | events.MouseScrollDown) -> None:
        """Run the action of the wheel for the place at the mouse."""
        event.stop()
        actions = WHEELS.get(self.place_at(event.x, event.y))
        if actions is not None:
            action = actions[isinstance(event, events.MouseScrollDown)]
            await self.app.run_action(BY_ID[action].action, self.screen)

    on_mouse_scroll_down = on_mouse_scroll_up


def _room_beside(left: Iterable[Part], width: int) -> int:
    """Return the cells for what is at the right: half of a line of so many, or more if the left needs less."""
    return max(width // 2, width - width_of(left) - 3)
