"""The app: wires listening, player and screens together, and is the door by which threads come in."""

from __future__ import annotations

import asyncio
import contextlib
import gc
import signal
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from textual import events, on
from textual.app import App
from textual.reactive import reactive

from tui_pod.config.settings import bound_actions
from tui_pod.core.actions import key_of
from tui_pod.core.playback.snapshot import Playback, PlayerStatus
from tui_pod.core.text.clean import span
from tui_pod.ui.actions import bindings
from tui_pod.ui.messages import ListeningEvent, SavingChanged
from tui_pod.ui.screens.main import MainScreen
from tui_pod.ui.suspend_handler import SuspendHandler
from tui_pod.ui.themes import HIGH_CONTRAST, unknown_theme, usable

if TYPE_CHECKING:
    from textual.app import SystemCommand
    from textual.command import Provider
    from textual.dom import DOMNode
    from textual.driver import Driver
    from textual.filter import LineFilter
    from textual.notifications import SeverityLevel
    from textual.screen import Screen
    from textual.timer import Timer
    from textual.widget import Widget

    from tui_pod.core.actions import Action
    from tui_pod.core.library.download_state import DownloadState
    from tui_pod.core.library.library import Library
    from tui_pod.core.playback.controller import PlaybackController
    from tui_pod.core.playback.events import Event
    from tui_pod.core.progress.progress_index import ProgressIndex
    from tui_pod.core.selection.session_planner import Summary
    from tui_pod.services.services import Services


def load_library_provider() -> type[Provider]:
    """Return the provider of episodes and topics, which needs not be there at the start."""
    from tui_pod.ui.palette import LibraryProvider

    return LibraryProvider


TICK = 0.25
"""Seconds between two looks at a load that waits."""

PATIENCE = 0.5
"""Seconds that the next key waits at most for what the last one has set going."""


class TuiPodApp(App[None]):
    """Listening sessions in the terminal."""

    TITLE = "tui-pod"
    CSS_PATH = "tui_pod.tcss"
    BINDINGS = bindings("app")
    COMMANDS = App.COMMANDS | {load_library_provider}

    playback: reactive[Playback] = reactive(Playback(), repaint=False)  # as it looks; what shows it draws itself

    def __init__(self, start: Services) -> None:
        super().__init__()
        self._start = start
        start.app = self
        self.set_reactive(TuiPodApp.playback, start.playback)
        self._main = MainScreen(start)
        self._failed_save: str | None = None
        self._ticking: Timer | None = None

    def get_default_screen(self) -> MainScreen:
        """Show the library from the start."""
        return self._main.data_bind(TuiPodApp.playback)

    def on_mount(self) -> None:
        """Let the signals that end a program save first."""
        self.register_theme(HIGH_CONTRAST)
        self.theme = usable(self._start.theme, list(self.available_themes))
        if self._start.settings.keymap:
            self.set_keymap(self._start.settings.keymap)
        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGHUP, signal.SIGINT):
            with contextlib.suppress(NotImplementedError, RuntimeError, ValueError):
                loop.add_signal_handler(number, self._end)
        if self._driver is not None and self._driver.can_suspend:
            SuspendHandler(self, self._driver)

    def on_ready(self) -> None:
        """Have done, bit by bit, what was put off until the first screen was there."""
        gc.freeze()  # what is there stays; to look through it again would hold up a key for 20 ms
        gc.enable()
        wanted = self._start.settings.ui.theme
        unknown = (unknown_theme(wanted),) if wanted and wanted not in self.available_themes else ()
        for notice in (*self._start.notices, *unknown):
            self.notify(notice, severity="warning", timeout=20)
        self.theme_changed_signal.subscribe(self, lambda theme: self.controller.remember("ui", "theme", theme.name))
        self.run_worker(self._start.after_paint())

    async def on_unmount(self) -> None:
        """End the tasks that run on the loop."""
        await self._start.close()

    def get_driver_class(self) -> type[Driver]:
        """Drive the terminal of a Unix system with more patience."""
        found = super().get_driver_class()
        if found.__module__ != "textual.drivers.linux_driver":
            return found
        from tui_pod.ui.driver import PatientDriver  # can only be imported on such a system

        return PatientDriver

    @property
    def actions(self) -> tuple[Action, ...]:
        """The table of keys as the listener has it."""
        return bound_actions(self._start.settings)

    @property
    def main_screen(self) -> MainScreen:
        """The library, over which dialogs lie."""
        return self._main

    def get_line_filters(self) -> Sequence[LineFilter]:
        """Have lines drawn in ASCII too, where the listener wants that."""
        filters = super().get_line_filters()
        if not self._start.is_ascii:
            return filters
        from tui_pod.ui.ascii_lines import AsciiLines  # only for those who want it

        return (*filters, AsciiLines())

    def get_system_commands(self, screen: Screen[Any]) -> Iterable[SystemCommand]:
        """Offer Textual's own commands and an entry for each key."""
        from tui_pod.ui.palette import system_commands  # not for start-up

        yield from system_commands(self)
        yield from (entry for entry in super().get_system_commands(screen) if entry.title == "Theme")

    def run_action_soon(self, action: str, pane: Widget | None = None) -> None:
        """Run an action once the palette has closed; for one of the library, so do the dialogs over it.

        Args:
            action: Textual's action string, which says whether it is the app's or the screen's.
            pane: the part of the library that does it, which is brought into sight; None: no part.
        """

        async def run() -> None:
            while self.screen is not self._main and not action.startswith("app."):
                self.pop_screen()
            if pane is not None and pane is not self._main.focused:
                self._main.show_list()
            await self.run_action(action, pane)

        self.call_later(run)

    def show_statistics(self) -> None:
        """See `Frontend.show_statistics`."""
        self.run_action_soon("screen.view(3)")

    def library_changed(self, library: Library, progress_index: ProgressIndex) -> None:
        """See `Frontend.library_changed`."""
        self._main.adopt(library, progress_index)

    def downloads_changed(self, downloads: Mapping[str, DownloadState | None]) -> None:
        """See `Frontend.downloads_changed`."""
        self._main.episodes.show_downloads(downloads)

    def work_changed(self, text: str) -> None:
        """See `Frontend.work_changed`."""
        self._main.show_work(text)

    def start_session(self, budget: float) -> None:
        """See `Frontend.start_session`."""
        from tui_pod.core.selection.session_planner import SessionRequest, plan_session  # not for start-up

        controller = self.controller
        request = SessionRequest(budget)
        plan = plan_session(controller.library, controller.progress_index, request, controller.speed_rule)
        if plan.indexes:
            controller.start_session(request, plan)
        else:
            self.tell(f"Nothing left fits into {span(budget)}. Press {key_of('session.plan')} to plan another session.")

    def _tick_while_loading(self) -> None:
        """Look at a load that waits, and at nothing while none does: an idle app sleeps."""
        is_loading = self.playback.status is PlayerStatus.LOADING
        if is_loading and self._ticking is None:
            self._ticking = self.set_interval(TICK, self.controller.tick)
        elif not is_loading and self._ticking is not None:
            self._ticking.stop()
            self._ticking = None

    def _end(self) -> None:
        self.controller.save()
        self.exit()

    @property
    def controller(self) -> PlaybackController:
        """What is listened to."""
        return self._start.controller

    # -- the audience of listening ---------------------------------------------------------------------

    def playback_changed(self, playback: Playback) -> None:
        """See `PlaybackListener.playback_changed`.

        Most positions change nothing that is seen: those only the words follow.
        """
        former = self.playback
        if playback.looks_like(former):
            self._main.follow(playback)
            return
        self.playback = playback
        self._tick_while_loading()
        if former.speed != playback.speed and self._main.is_mounted:
            self._main.show_counts()

    def progress_changed(self, episodes: frozenset[str]) -> None:
        """See `PlaybackListener.progress_changed`."""
        if self._main.is_mounted:
            self._main.show_progress(episodes)

    def queue_changed(self) -> None:
        """See `PlaybackListener.queue_changed`."""
        if self._main.is_mounted:
            self._main.show_queue()

    def session_ended(self, summary: Summary) -> None:
        """See `PlaybackListener.session_ended`."""
        from tui_pod.ui.screens.session import SummaryScreen  # not for start-up

        self.push_screen(SummaryScreen(self.controller, summary))

    def tell(self, text: str, is_error: bool = False) -> None:
        """See `PlaybackListener.tell`."""
        self.notify(text, severity="error" if is_error else "information", timeout=12 if is_error else 4)

    def notify(
        self,
        message: str,
        *,
        title: str = "",
        severity: SeverityLevel = "information",
        timeout: float | None = None,
        markup: bool = False,
    ) -> None:
        """Show a notice, with the listener's keys in it."""
        text = self._start.with_keys(message)
        super().notify(text, title=title, severity=severity, timeout=timeout, markup=markup)

    # -- what comes in from threads and tasks ----------------------------------------------------------

    def emit(self, event: Event) -> None:
        """Post an event from any thread."""
        self.post_message(ListeningEvent(event))

    def saving_changed(self, reason: str | None) -> None:
        """See `Frontend.saving_changed`."""
        self.post_message(SavingChanged(reason))

    def write_control(self, sequence: str) -> None:
        """See `Frontend.write_control`: in turn with what is drawn."""
        if self._driver is not None:
            self._driver.write(sequence)

    @on(ListeningEvent)
    def _on_listening_event(self, message: ListeningEvent) -> None:
        self.controller.handle(message.event)

    @on(SavingChanged)
    def _on_saving(self, message: SavingChanged) -> None:
        if message.reason is not None:
            self.tell(f"Progress cannot be saved now: {message.reason}. It is kept and tried again.", is_error=True)
        elif self._failed_save is not None:
            self.tell("Progress is saved again.")
        self._failed_save = message.reason

    async def on_event(self, event: events.Event) -> None:
        """Have all done that a key asks for before the next key is looked at.

        Textual lets the pane with the focus hear it first, and it comes back behind the keys typed after it: of keys
        that a slow line sends at once, `q` would overtake a mark, and a field miss what is typed into it.
        """
        if not isinstance(event, events.Key) or event.is_forwarded or not self.app_focus:
            await super().on_event(event)
            return
        pane = self.focused
        is_text = pane is not None and pane.check_consume_key(event.key, event.character)
        bound = None if is_text else self.screen.active_bindings.get(event.key)
        if bound is None or not bound.enabled or not await self.run_action(bound.binding.action, bound.node):
            await super().on_event(event)
        elif bound.node in (self, self.screen):
            return
        if pane is not None:
            with contextlib.suppress(TimeoutError):  # a pane that is being removed
                await asyncio.wait_for(self._arrived(pane), PATIENCE)

    async def _arrived(self, pane: DOMNode) -> None:
        """Wait until a pane has heard all, and its screen what the pane wishes."""
        for part in pane.ancestors_with_self:
            passed = asyncio.Event()
            if part is not self and part.call_later(passed.set):
                await passed.wait()

    # -- actions ---------------------------------------------------------------------------------------

    def action_toggle_pause(self) -> None:
        """Pause or go on; with nothing loaded, play what the cursor is on."""
        if self.playback.is_loaded:
            self.controller.toggle_pause()
        elif self.screen is self._main:
            self._main.episodes.action_choose()

    def action_step_back(self, is_small: bool = False) -> None:
        """Go back by the listener's step."""
        self.controller.step_back(is_small)

    def action_step_forward(self, is_small: bool = False) -> None:
        """Go forward by the listener's step."""
        self.controller.step_forward(is_small)

    def action_seek_mark(self, direction: int) -> None:
        """Go to the next or previous chapter or sentence."""
        self.controller.seek_mark(direction)

    def action_next(self) -> None:
        """Play what comes next."""
        self.controller.next()

    def action_previous(self) -> None:
        """Play what came before."""
        self.controller.previous()

    def action_change_speed(self, by: float) -> None:
        """Play faster or slower."""
        self.controller.set_speed(self.playback.speed + by)

    def action_normal_speed(self) -> None:
        """Play at normal speed."""
        self.controller.set_speed(1.0)

    def action_change_volume(self, by: int) -> None:
        """Play louder or quieter."""
        self.controller.set_volume(self.playback.volume + by)

    def action_toggle_mute(self) -> None:
        """Silence the sound or let it be heard again."""
        self.controller.toggle_mute()

    def action_sleep_timer(self) -> None:
        """Show the sleep timer; asked again, give a running one five minutes more."""
        from tui_pod.ui.screens.session import SleepScreen  # not for start-up

        if isinstance(self.screen, SleepScreen):
            self.screen.extend()
        else:
            self.push_screen(SleepScreen(self.controller, self._start.with_keys(key_of("sleep.timer"))))

    def action_undo(self) -> None:
        """Undo the last change."""
        self.controller.undo()

    def action_redo(self) -> None:
        """Redo what was undone last."""
        self.controller.redo()

    async def action_help(self) -> None:
        """Show the keys."""
        from tui_pod.ui.screens.details import HelpScreen  # not for start-up

        if not isinstance(self.screen, HelpScreen):
            await self.push_screen(HelpScreen(self.actions))

    async def action_quit(self) -> None:
        """Save and quit."""
        self._end()
