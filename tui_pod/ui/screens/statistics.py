"""Statistics: a heat map of the year, progress by topic, and recent sessions."""

from __future__ import annotations

from datetime import date, timedelta
from typing import ClassVar

from textual import events
from textual.app import App, ComposeResult
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.widgets import Static

from tui_pod.core.progress.statistics import Statistics, streak
from tui_pod.core.text.clean import counted, span
from tui_pod.services.services import Services
from tui_pod.ui.cells import fit
from tui_pod.ui.screens.details import Dialog, DialogBody

WEEKS = 53
"""Columns of the year."""

LEVELS = (0.0, 300.0, 900.0, 1800.0)
"""Seconds a day above which a cell has the next level."""

CELLS, ASCII_CELLS = "·░▒▓█", ".:+x#"
"""Cells of the levels, the first for a day without any."""

NAME_WIDTH, MAP_WIDTH = 28, 30
"""Cells of a topic's name, and of its map, where there is room."""

MIN_MAP_WIDTH, COUNT_WIDTH = 6, 26
"""Least cells of a map, and cells of the text after it."""

DIALOG_WIDTH, DIALOG_EDGES = 96, 8
"""Cells of the dialog, and of its border, padding and scroll bar."""


async def show_statistics(app: App[None], services: Services) -> None:
    """Show the statistics of everything played until now."""
    app.push_screen(StatisticsScreen(services, await services.compute_statistics()))


class StatisticsScreen(Dialog):
    """Statistics of what was really played."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("1", "view(1)", show=False, id="view.library"),
        Binding("2", "view(2)", show=False, id="view.session"),
        Binding("3", "dismiss", show=False, id="view.statistics"),
    ]

    def __init__(self, services: Services, statistics: Statistics) -> None:
        super().__init__()
        self._controller = services.controller
        self._statistics = statistics
        self._today = services.controller.now().date()
        self._is_ascii = services.is_ascii
        self._stats = services.settings.stats

    def action_view(self, number: int) -> None:
        """Show the library or the queue instead."""
        self.dismiss()
        self.app.call_later(self.app.run_action, f"screen.view({number})")

    def compose(self) -> ComposeResult:
        """Show everything in one scrolling dialog."""
        dialog = DialogBody(classes="-wide")
        dialog.border_title = "What you have heard"
        dialog.border_subtitle = "esc closes"
        with dialog:
            yield Static(self._content(self.app.size.width), id="numbers")

    def on_resize(self, event: events.Resize) -> None:
        """Fit the content to the width."""
        content = self._content(event.size.width)
        self.call_after_refresh(self.query_one("#numbers", Static).update, content)  # not amid a layout

    def _content(self, width: int) -> Content:
        room = min(DIALOG_WIDTH, width * 96 // 100) - DIALOG_EDGES
        return Content("\n").join((*self._totals(), *self._year(room), *self._topics(room), *self._sessions()))

    def _totals(self) -> list[Content]:
        statistics, today = self._statistics, self._today
        year, week, _ = today.isocalendar()
        this_week = statistics.weeks.get(f"{year}-W{week:02}", 0.0)
        parts = [
            f"today {span(statistics.days.get(today, 0.0))}",
            f"this week {span(this_week)}",
            f"this month {span(statistics.months.get(f'{today:%Y-%m}', 0.0))}",
            f"in all {span(statistics.total)}",
        ]
        if statistics.saved >= 60:
            parts.append(f"{span(statistics.saved)} saved by speed")
        if self._stats.streak:
            days = streak(statistics.days, today, self._stats.free_days)
            parts.append(f"{counted(days, 'day')} in a row")
        return [Content(" · ".join(parts)), Content("")]

    def _year(self, room: int) -> list[Content]:
        """Return the heat map: a column a week, a row a weekday, the present week last."""
        cells = ASCII_CELLS if self._is_ascii else CELLS
        weeks = max(1, min(WEEKS, room - 4))
        monday = self._today - timedelta(days=self._today.weekday() + 7 * (weeks - 1))
        months = [" "] * weeks
        for column in range(weeks):
            first = monday + timedelta(weeks=column)
            if first.day <= 7 and column < weeks - 2:
                months[column : column + 3] = f"{first:%b}"
        lines = [Content(f"    {''.join(months)}").stylize("dim")]
        for row, name in enumerate(("Mon", "", "Wed", "", "Fri", "", "Sun")):
            days = [monday + timedelta(weeks=column, days=row) for column in range(weeks)]
            text = "".join(" " if day > self._today else cells[self._level(day)] for day in days)
            lines.append(Content.assemble((f"{name:<4}", "dim"), (text, "$success")))
        return [*lines, Content("")]

    def _level(self, day: date) -> int:
        heard = self._statistics.days.get(day, 0.0)
        return sum(heard > level for level in LEVELS)

    def _topics(self, room: int) -> list[Content]:
        """Return the completion map: how much of each topic's time is played, started and untouched."""
        topics, progress_index = self._controller.library.topics, self._controller.progress_index
        lines = [Content("Topics").stylize("bold")]
        names = max(10, min(NAME_WIDTH, room * 2 // 5))
        width = max(0, min(MAP_WIDTH, room - names - COUNT_WIDTH))
        has_map, has_left = width >= MIN_MAP_WIDTH, room >= names + COUNT_WIDTH
        for topic, name in enumerate(topics.names[:200]):
            depth = len(topics.path(topic)) - 1
            total = topics.seconds[topic] or 1.0
            stats = progress_index.topic_stats[topic]
            started = sum(
                self._controller.library.durations[index] for index in progress_index.started_in(topics.members[topic])
            )
            played = max(0.0, total - stats.left - self._heard_of_started(topic))
            full = round(width * min(1.0, played / total))
            half = min(width - full, round(width * started / total))
            marks = "#+." if self._is_ascii else "█▒·"
            bar = marks[0] * full + marks[1] * half + marks[2] * (width - full - half) if has_map else ""
            label = fit(f"{'  ' * depth}{name}", names)
            left = f"  {span(stats.left)} left" if has_left else ""
            count = f"{stats.played}/{len(topics.members[topic])}"
            lines.append(Content.assemble(label, " ", (bar, "$primary"), f" {count:>7}{left}"))
        return [*lines, Content("")]

    def _heard_of_started(self, topic: int) -> float:
        library, progress_index = self._controller.library, self._controller.progress_index
        return sum(
            library.durations[i] - progress_index.remaining(i)
            for i in progress_index.started_in(library.topics.members[topic])
        )

    def _sessions(self) -> list[Content]:
        lines = [Content("Recent sessions").stylize("bold")]
        for session in self._statistics.sessions:
            count = counted(len(session.episodes))
            lines.append(
                Content(f"{session.started:%a %-d %b %H:%M}–{session.ended:%H:%M}  {span(session.heard):>9}  {count}")
            )
        if not self._statistics.sessions:
            lines.append(Content("None yet. What you hear from now on is counted here."))
        return lines
