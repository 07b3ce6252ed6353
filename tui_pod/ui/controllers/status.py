"""Keeps the header, the title of the list, the bar and the key line up to date."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from textual.content import Content

from tui_pod.core.actions import BY_ID, key_of
from tui_pod.core.player.snapshot import PlayerStatus
from tui_pod.services.frontend import Job
from tui_pod.ui import status_texts
from tui_pod.ui.look.cells import MARKS
from tui_pod.ui.widgets.lines import HeaderLine, KeyLine
from tui_pod.ui.widgets.playback_bar import PlaybackBar

if TYPE_CHECKING:
    from tui_pod.ui.screens.main import MainScreen

MIN_WIDTH_OF_BAR = 60
"""Cells of a terminal in which work in progress has a bar."""

FRAME = 6
"""Width of the border beside a title, in cells."""

VIEWS = {"statistics": 2, "bookmarks": 3}
"""Tab numbers of the views that replace the panes, by the id of their widgets."""


class StatusController:
    """Keeps the lines around the panes of the library screen up to date."""

    def __init__(self, screen: MainScreen) -> None:
        self._screen = screen
        self._services = screen.services
        self._model = screen.model
        self._has_work = False  # that the listener can stop
        self._kept = sum(not bookmark.is_removed for bookmark in screen.services.first.notebook.bookmarks)

    @property
    def bar(self) -> PlaybackBar:
        """The playback bar."""
        return self._screen.query_one("#bar", PlaybackBar)

    def begin(self) -> None:
        """Show the episode played last, before anything plays."""
        held = self._screen.playback.episode
        self.bar.facts = status_texts.start_facts(self._model, held, self._services.first, datetime.now(UTC))
        kept = (each for each in self._services.first.notebook.bookmarks if each.episode == held)
        self.bar.bookmarks = tuple(each.start for each in kept if not each.is_removed)

    def show_keys(self) -> None:
        """Show the keys of the focused pane, and which view is open."""
        screen = self._screen
        focus = (screen.focused.id if screen.focused else None) or ""
        hints: tuple[tuple[str, str, str], ...] = ()  # a dialog has a line of its own
        if screen.is_active:
            pane = next(iter(screen.query("#found")), None) if focus == "everywhere" else screen.focused
            own_words = getattr(pane, "hint_words", {})  # of panes whose keys change
            hints = status_texts.pane_hints(focus, self._services, self._model, screen.playback, own_words)
            hints = tuple(hint for hint in hints if self._has_work or hint[2] != BY_ID["work.stop"].action)
            if focus != "search" and (offered := screen.question.hints(screen.size.width)):
                hints = (*offered, *(hint for hint in hints if hint[0] not in (offered[0][0], offered[1][0])))
        screen.query_one("#keys", KeyLine).hints = hints
        header, is_queue = screen.query_one("#header", HeaderLine), self._model.is_queue
        header.current = VIEWS.get(focus, int(is_queue))
        header.left = "" if is_queue or screen.views.is_open else status_texts.path_text(self._model)

    def show_title(self) -> None:
        """Show the title of the list, and below it what narrows it."""
        parts: list[str] = []
        episodes = self._screen.episodes
        if self._model.is_queue:
            parts, episodes.ends = status_texts.queue_times(self._model, self._services.controller)
        episodes.border_title = Content(status_texts.title_text(self._model, parts, episodes.outer_size.width - FRAME))
        narrowing = Content.styled(status_texts.filter_text(self._model), "bold $text-primary")
        trouble = self._model.trouble
        if trouble is not None and not narrowing.plain and self._model.indexes:
            key = self._services.first.with_keys(key_of("feed.troubles"))
            narrowing = Content.styled(f"{MARKS['fault']} {key} why · {trouble.since.rstrip('.')}", "bold $text-error")
        if self._model.has_selection:
            narrowing = narrowing.stylize("bold reverse", narrowing.plain.rfind("· ") + 1)
        episodes.border_subtitle = narrowing

    def show_work(self, jobs: Mapping[str, Job]) -> None:
        """Show the work in progress."""
        has_bar = self._screen.size.width > MIN_WIDTH_OF_BAR
        texts = (status_texts.job_text(job, has_bar) for job in jobs.values())
        self._screen.query_one("#header", HeaderLine).work = ", ".join(texts)
        had_work, self._has_work = self._has_work, any(job.stop is not None for job in jobs.values())
        if had_work != self._has_work:
            self.show_keys()

    def show_bookmarks(self) -> None:
        """Show the number of bookmarks, and in the bar those of its episode."""
        controller = self._services.controller
        self._kept = len(controller.bookmarks)
        self.bar.bookmarks = tuple(kept.start for kept in controller.bookmarks.of(controller.playback.episode))
        self.show_counts()

    def show_counts(self) -> None:
        """Show the counts of the tree and of the header."""
        header, model = self._screen.query_one("#header", HeaderLine), self._model
        header.right = status_texts.counts_text(model)
        self.bar.hint = self._services.first.with_keys(status_texts.bar_hint(model.library))
        header.tabs = status_texts.make_tabs(model, self._kept, self._services)
        self._screen.topic_tree.show_counts(model.progress_index.continue_count, len(model.queue.upcoming))
        self.show_keys()
        if model.is_queue:
            self.show_title()  # the length of the queue depends on progress and speed

    def show_session(self) -> None:
        """Show the session, the next episode and the sleep timer, and in the tree what plays."""
        facts = status_texts.bar_facts(self._services)
        if self._services.first.settings.ui.cursor:
            facts = facts._replace(heard=())  # it grows while it plays, and would be read each time
        self.bar.facts = facts
        playback = self._screen.playback
        playing = self._model.library.index(playback.episode or "") if playback.is_active else None
        mark = "paused" if playback.shown_status is PlayerStatus.PAUSED else "playing"
        self._screen.topic_tree.show_playing(playing, facts.topic, mark)
        if self._model.is_queue:
            self.show_title()
