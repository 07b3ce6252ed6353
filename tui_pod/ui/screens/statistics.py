"""View 3: statistics of listening time, by day, hour and topic."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import ClassVar

from rich.style import Style
from textual import events
from textual.content import Content
from textual.geometry import Size
from textual.strip import Strip

from tui_pod.core.library.topics import TopicTable
from tui_pod.core.progress.history import Day
from tui_pod.core.progress.statistics import Statistics
from tui_pod.core.wall_time import local_date
from tui_pod.services.services import Services
from tui_pod.ui.keys import bindings
from tui_pod.ui.look.parts import PLAIN
from tui_pod.ui.screens.statistics_lines import BESIDE, EARLIER, GAP, PARENTS, TINTS, Shown, StatLine, make_lines
from tui_pod.ui.widgets.lines_view import LinesView

MINUTE = 60.0
"""Seconds."""

MARGIN = 2
"""Blank cells on each side."""


class StatisticsView(LinesView):
    """Lines of statistics; the cursor moves between topics and episodes, and enter opens or plays one."""

    BINDINGS = bindings("statistics", "move")
    COMPONENT_CLASSES: ClassVar[set[str]] = {f"statistics--{name}" for name in TINTS}
    DEFAULT_CSS = """
    StatisticsView {
        .statistics--tint0 { color: $frame; }
        .statistics--tint1 { color: $text-success 40%; }
        .statistics--tint2 { color: $text-success 55%; }
        .statistics--tint3 { color: $text-success 70%; }
        .statistics--tint4 { color: $text-success 85%; }
        .statistics--tint5 { color: $text-success; }
    }
    """

    def __init__(
        self,
        services: Services,
        statistics: Statistics,
        history: Sequence[Day],
        choose: Callable[[TopicTable, int], None],
        ask_words: Callable[[str, Callable[[str], object]], object],
    ) -> None:
        """Show statistics and history; `choose` opens a topic of their table, `ask_words` asks what to search for."""
        super().__init__(id="statistics")
        self._choose, self._ask_words = choose, ask_words
        self._services = services
        controller, stats = services.controller, services.first.settings.stats
        self._shown = Shown(
            statistics,
            controller.library,
            controller.progress_index,
            local_date(controller.now()),
            stats.free_days if stats.streak else None,
            services.first.is_ascii,
            history=history,
        )
        self._lines: list[StatLine] = []
        self._rows: list[int] = []  # lines that open or play something
        self._cursor = 0
        self._is_to_history = False
        self.border_title = "Statistics"

    def on_mount(self) -> None:
        """Look from time to time whether the day has changed."""
        self.set_interval(MINUTE, self.turn)

    async def turn(self) -> None:
        """Show the statistics of the new day once the day has changed."""
        controller = self._services.controller
        if local_date(controller.now()) != self._shown.today:
            statistics, history = await self._services.compute_statistics()
            self._shown = self._shown._replace(
                statistics=statistics, library=controller.library, progress_index=controller.progress_index,
                today=local_date(controller.now()), history=history,
            )  # fmt: skip
            self.on_resize()

    def style_of(self, name: str, is_lit: bool = False) -> Style:
        """Return the style of a part; the days of the year have their own tints."""
        if name not in TINTS:
            return super().style_of(name, is_lit)
        return super().style_of(PLAIN, is_lit) + Style(color=self.get_component_rich_style(f"statistics--{name}").color)

    def render_line(self, y: int) -> Strip:
        """Return one screen line."""
        number = y + self.scroll_offset.y
        line = self._lines[number] if number < len(self._lines) else StatLine()
        strip = self.draw(line.parts, self.has_focus and number in self._rows[self._cursor : self._cursor + 1])
        if not (self._lines and self._lines[0].beside):
            return strip  # one column
        room, gap = MARGIN + BESIDE[0], Strip.blank(GAP, self.rich_style)
        beside = self.draw(line.beside).crop(MARGIN, MARGIN + strip.cell_length - room)
        return Strip.join((strip.crop(0, room - GAP), gap, beside))

    def on_resize(self) -> None:
        """Fit the lines to the size."""
        region = self.scrollable_content_region
        self._lines = make_lines(self._shown, region.width - 2 * MARGIN, region.height)
        self._rows = [number for number, line in enumerate(self._lines) if line.topic is not None or line.episode]
        self.hint_words = {} if self._rows else {"statistics.open": ""}
        self.virtual_size = Size(0, len(self._lines))
        self.refresh()
        if self._is_to_history:
            self.go_to_history()

    @property
    def line(self) -> int:
        """The line of the row at the cursor, from the top of the pane."""
        return (*self._rows[self._cursor : self._cursor + 1], 0)[0] - self.scroll_offset.y

    def on_click(self, event: events.Click) -> None:
        """Open the topic that was clicked on."""
        if (number := self.clicked(event, self._lines)) in self._rows:
            self._cursor = self._rows.index(number)
            self.action_choose()

    def action_move(self, by: int) -> None:
        """Move to another topic; scroll beyond the first and last."""
        cursor = self._cursor + by
        if not 0 <= cursor < len(self._rows):
            self.scroll_relative(y=by, animate=False)
            return
        self._cursor = cursor
        row, top, height = self._rows[cursor], self.scroll_offset.y, self.scrollable_content_region.height
        if not top <= row < top + height:
            self.scroll_to(y=row - height // 2, animate=False)
        self.refresh()

    def action_move_to(self, place: int) -> None:
        """Go to the top (0) or the end (-1)."""
        self._cursor = 0 if place == 0 else max(0, len(self._rows) - 1)
        self.scroll_to(y=0 if place == 0 else len(self._lines), animate=False)
        self.refresh()

    def go_to_history(self) -> None:
        """Go to the newest day, once there are lines."""
        found = [row for row, number in enumerate(self._rows) if self._lines[number].episode]
        self._is_to_history = not self._lines
        if found:
            self._cursor = found[0]
            self.scroll_to(y=self._rows[found[0]] - 3, animate=False)  # below its headings
            self.refresh()

    def action_search(self) -> None:
        """Ask for words, and show only what has them in its title or topic, of all days; all if there are none."""

        def search(words: str) -> None:
            self._shown = self._shown._replace(words=words)
            self.border_subtitle = Content(f"History with “{words}”" if words.strip() else "")
            self.on_resize()
            self.go_to_history()

        self._ask_words("Search the history", search)

    def action_move_page(self, pages: float) -> None:
        """Scroll by pages or fractions of one."""
        self.scroll_relative(y=int(pages * self.size.height), animate=False)

    def action_choose(self) -> None:
        """Open the topic at the cursor, play the episode, or show the topics above others or earlier days."""
        if not self._rows:
            return
        line = self._lines[self._rows[self._cursor]]
        if line.episode:
            self._services.controller.play(line.episode)
        if (topic := line.topic) is None:
            return
        if topic == EARLIER:
            self._shown = self._shown._replace(has_earlier=True)
            self.on_resize()
        elif topic == PARENTS:
            below = self._lines[self._rows[self._cursor] + 1]
            self._shown = self._shown._replace(has_parents=below.topic is None)
            self.on_resize()
        else:
            self._choose(self._shown.library.topics, topic)
