"""The Textual app: its theme, its dialogs, its notices, and the actions that work everywhere."""

from __future__ import annotations

import gc
import os
from collections import deque
from collections.abc import Callable, Sequence
from functools import cached_property, partial
from inspect import isawaitable
from typing import TYPE_CHECKING

from rich.segment import Segments
from textual import events, on
from textual.app import App
from textual.filter import ANSIToTruecolor, LineFilter, Monochrome, NoColor
from textual.notifications import Notification, Notify, SeverityLevel
from textual.screen import Screen
from textual.theme import Theme
from textual.widget import AwaitMount, Widget

from tui_pod.config.settings import bound_actions
from tui_pod.core.actions import key_of, show_key
from tui_pod.core.text.clean import visible
from tui_pod.runtime.log import log_error
from tui_pod.services.first_screen import FirstScreen
from tui_pod.services.frontend import NOT_TYPED
from tui_pod.services.lifetime import Lifetime
from tui_pod.ui.frontend import PlaybackEvent, ScreenFrontend
from tui_pod.ui.keys import TypedKey, bindings, handle_key
from tui_pod.ui.look.cells import keep_remedy
from tui_pod.ui.look.themes import OWN, drawn, unknown_theme, usable, with_readable_text
from tui_pod.ui.output_gate import guard_output, printable
from tui_pod.ui.process_handler import handle_signals
from tui_pod.ui.screens.main import MainScreen
from tui_pod.ui.terminal_app import TerminalApp, adapt_to_reader

if TYPE_CHECKING:
    from tui_pod.core.playback.controller import PlaybackController
    from tui_pod.ui.driver import SchemeReported


NOTICE_SHARE, NOTICE_FRAME = 96, 3
"""How much of the width a notice may take, in percent, and the cells beside its text."""


class TuiPodApp(TerminalApp):
    """The app: the library screen, and dialogs over it."""

    TITLE = "tui-pod"
    CSS_PATH = "tui_pod.tcss"
    BINDINGS = bindings("app")

    color_depth: LineFilter | None = None
    """Reduces colours to those of a terminal that took over; None on the first terminal."""
    _is_themed = False
    _drawn: tuple[str, str | None, Theme] | None = None
    """The chosen theme, the terminal's colours, and the theme that is drawn for both."""

    def __init__(self, lifetime: Lifetime) -> None:
        guard_output()
        super().__init__()
        self.lifetime = lifetime
        self._services = services = lifetime.services
        self.follows_cursor = services.first.settings.ui.cursor
        for theme in OWN:
            self.register_theme(theme)
        self._theme_faults = self._add_own_themes()
        first = services.first
        self.set_reactive(App.theme, usable(first.theme, self.available_themes, first.is_light))  # styled with it once
        self._is_themed = True
        self._is_light = first.is_light
        self.chosen_theme = self.theme if first.theme else ""
        """The theme that the listener chose; if empty, dark or light as the terminal is."""
        if self.native_ansi_color or self.no_color:
            self.fit_filters()
        if self.console.color_system in ("256", "standard"):
            self.fit_color_depth()
        self.stylesheet.set_variables(self.get_css_variables())
        self.main_screen = MainScreen(services, self.show_dialog)
        """The library screen, below all dialogs."""
        self._recent_commands = [*first.recent_commands]
        self.past_notices = deque[str](maxlen=30)
        """The newest notices; the palette shows them in full."""
        self._notices: dict[str, Notification] = {}
        """Those that are shown, by what they are about."""
        self.frontend = ScreenFrontend(self)
        """What playback and services report to."""

    def _add_own_themes(self) -> tuple[str, ...]:
        """Add the themes of the listener's own; return what is wrong with them."""
        folder = self._services.theme_folder
        if folder is None or not os.path.isdir(folder):
            return ()
        from tui_pod.ui.look.theme_files import read_themes  # few have any

        themes, faults = read_themes(folder, self.available_themes)
        for theme in themes:
            self.register_theme(theme)
        return faults

    def get_default_screen(self) -> MainScreen:
        """Show the library from the start."""
        return self.main_screen

    def on_mount(self) -> None:
        """Set the keys, and save before a signal ends the program."""
        if self._services.first.settings.keymap:
            self.set_keymap(self._services.first.settings.keymap)
        handle_signals(self, self._services.terminal)

    def on_ready(self) -> None:
        """Start what was deferred until after the first paint."""
        gc.freeze()  # these objects live on; scanning them again would delay a key by 20 ms
        gc.enable()
        wanted = self._services.first.settings.ui.theme
        unknown = (unknown_theme(wanted),) if wanted and wanted not in self.available_themes else ()
        for notice in (*self._services.first.notices, *unknown, *self._theme_faults):
            self.notify(notice, severity="warning", timeout=20)
        self.run_worker(self.lifetime.after_paint())
        if hasattr(self._driver, "ask_terminal"):  # a driver of our own
            self.run_worker(adapt_to_reader(self))

    def _handle_exception(self, error: Exception) -> None:
        """Log what ends the app, which Textual only prints."""
        log_error(error, "the app failed")
        super()._handle_exception(error)

    async def on_unmount(self) -> None:
        """End the tasks that run on the loop."""
        await self.lifetime.close()

    @property
    def current_theme(self) -> Theme:
        """The chosen theme, or the one drawn instead; see `drawn`."""
        if not self._is_themed:
            return super().current_theme
        name, system = self.theme, self.console.color_system
        if self._drawn is None or self._drawn[:2] != (name, system):  # asked a hundred times before the first paint
            is_transparent = self._services.first.settings.ui.transparent
            self._drawn = name, system, drawn(super().current_theme, system, is_transparent, self.available_themes)
        return self._drawn[2]

    def get_css_variables(self) -> dict[str, str]:
        """Return the theme's colours, with readable text and the cursor's tints."""
        if not self._is_themed:  # Textual asks before the theme is set: skip 2 ms
            return {}
        self.theme_variables = with_readable_text(super().get_css_variables(), self.current_theme, self.no_color)
        return self.theme_variables

    def fit_filters(self) -> None:
        """Replace the filters that Textual chose for its default theme with those for the theme that is drawn."""
        is_native = self.native_ansi_color
        chosen: list[LineFilter] = [ANSIToTruecolor(self.ansi_theme, enabled=not is_native)]
        if self.no_color:
            chosen.append(NoColor() if is_native else Monochrome())
        others = (kept for kept in self._filters if not isinstance(kept, ANSIToTruecolor | Monochrome | NoColor))
        self._filters[:] = [*chosen, *others]

    def fit_color_depth(self) -> None:
        """Draw with the colours that the terminal has."""
        from tui_pod.ui.look.palettes import ColorDepth  # only with fewer colours, or after another terminal

        system = self.console._color_system
        self.color_depth = ColorDepth(system) if system is not None else None

    def _watch_theme(self, theme_name: str) -> None:
        super()._watch_theme(theme_name)
        self.fit_filters()
        for screen in self.screen_stack:  # Textual draws only what has another background
            for node in screen.walk_children(with_self=True):
                node.notify_style_update()
                node.refresh()

    def on_scheme_reported(self, message: SchemeReported) -> None:
        """Draw in dark or light as the terminal does, unless a theme was chosen; the next start begins so."""
        if message.is_light != self._is_light:
            self._is_light = message.is_light
            self.controller.remember("ui", "light", message.is_light)
        if not self.chosen_theme:
            self.draw_theme("")

    def draw_theme(self, name: str) -> None:
        """Draw in a theme; if empty, in dark or light as the terminal is."""
        self.theme = name or usable("", (), self._is_light)

    def choose_theme(self, name: str) -> None:
        """Draw in a theme from now on, also after the next start; if empty, as the terminal is."""
        self.chosen_theme = name
        self.controller.remember("ui", "theme", name)
        self.draw_theme(name)

    def get_line_filters(self) -> Sequence[LineFilter]:
        """Draw in ASCII if the settings say so, and with the colours of another terminal once one took over."""
        filters = [*super().get_line_filters()]
        if self._services.first.is_ascii:
            from tui_pod.ui.look.ascii_lines import AsciiLines  # only for those who want it

            filters.append(AsciiLines())
        if self.color_depth is not None:
            filters.append(self.color_depth)
        return filters

    def run_action_soon(self, action: str, pane: Widget | None = None) -> None:
        """Run Textual's action string once the palette has closed; actions of the library close dialogs first.

        An action that needs a pane is run by it, once it is shown.
        """

        async def run() -> None:
            if not action.startswith("app."):
                self.close_dialogs()
            if pane is not None and pane is not self.main_screen.focused:
                self.main_screen.show_pane()
            await self.run_action(action, pane)

        self.call_later(run)

    def show_dialog(self, dialog: Screen[None]) -> AwaitMount:
        """Show a dialog over the library, replacing an open one."""
        self.close_dialogs()
        return self.push_screen(dialog)

    def close_dialogs(self) -> None:
        """Close all dialogs."""
        while self.screen is not self.main_screen:
            self.pop_screen()

    def action_command_palette(self) -> None:
        """Show the palette, replacing an open dialog."""
        from tui_pod.ui.palette import PaletteScreen, make_commands  # after the first paint

        if not isinstance(self.screen, PaletteScreen):
            self.close_dialogs()
            self.push_screen(
                PaletteScreen(self.controller, list(make_commands(self, self._services)), self._recent_commands)
            )

    @property
    def first(self) -> FirstScreen:
        """The values of the first screen."""
        return self._services.first

    @property
    def controller(self) -> PlaybackController:
        """Controls playback; created on first use."""
        return self._services.controller

    def notify(
        self,
        message: str,
        *,
        title: str = "",
        severity: SeverityLevel = "information",
        timeout: float | None = None,
        markup: bool = False,
    ) -> None:
        """Show a notice, with the user's keys in it. One such as `Repeat: off` replaces another one about `Repeat`."""
        text = visible(self._services.first.with_keys(message))
        self.past_notices.append(text)
        self.has_news = True
        text = keep_remedy(text, self.size.width * NOTICE_SHARE // 100 - NOTICE_FRAME)
        seconds = self.NOTIFICATION_TIMEOUT if timeout is None else timeout
        about = text.partition(": ")[0] if severity == "information" else text
        self._notices = {name: each for name, each in self._notices.items() if each in self._notifications}
        if (former := self._notices.get(about)) is not None:
            del self._notifications[former]
            self.screen.query(f"#--textual-toast-{former.identity}").remove()
        self._notices[about] = notice = Notification(text, title, severity, seconds, markup)
        self._on_notify(Notify(notice))

    def _print_error_renderables(self) -> None:
        """Print the tracebacks of a crash, whose messages and variables may hold text from outside."""
        for index, shown in enumerate(self._exit_renderables):
            if isinstance(shown, Segments):
                self._exit_renderables[index] = Segments(printable(shown.segments, keeps_lines=True))
        super()._print_error_renderables()

    # -- events --------------------------------------------------------------------------------------

    @on(PlaybackEvent)
    def _on_playback_event(self, message: PlaybackEvent) -> None:
        self.controller.handle(message.event)

    async def on_event(self, event: events.Event) -> None:
        """Handle a key completely before the next one."""
        if isinstance(event, events.Key) and not event.is_forwarded and self.app_focus:
            self.lifetime.key_pressed()
            self.has_news = False
            await handle_key(self, event, super().on_event, self._by_place)
        else:
            await super().on_event(event)

    def _by_place(self, key: events.Key) -> events.Key:
        """Return the key that one without a meaning stands for, and say so the first time."""
        if not isinstance(key, TypedKey) or not key.is_foreign:
            return key
        found = key.at_its_place() if self.first.settings.ui.keys_by_place else None
        if not (self._knows_places or self.first.knows_places):
            self._knows_places = True
            name = visible(key.character or key.key)
            if found is None:
                self.frontend.tell(f"{name} is no key here; keys are those of a US keyboard, or in [keys].")
            else:
                self.frontend.tell(
                    f"{name} counts as {show_key(found.key)}, its place on a US keyboard; "
                    "“keys_by_place = false” in [ui] switches that off."
                )
                self.controller.remember("ui", "knows_places", True)
        return found or key

    _knows_places = False

    # -- actions ---------------------------------------------------------------------------------------

    def on_paste(self) -> None:
        """Say that a paste does nothing where no field takes it."""
        self.frontend.tell(NOT_TYPED)

    @cached_property
    def _actions(self) -> dict[str, Callable[[], object]]:
        """What only the app does, by the ids in the table of keys; an awaitable result is awaited."""
        return {
            "sleep.timer": self._show_sleep_timer,
            "view.notices": self._show_notices,
            "view.theme": self._show_themes,
            "app.palette": self.action_command_palette,
            "app.help": self._show_help,
            "app.quit": self.end,
            "app.detach": partial(self._leave, for_good=True),
            "app.suspend": partial(self._leave, for_good=False),
        }

    async def action_run(self, ident: str) -> None:
        """Run an action by its id."""
        own = self._actions.get(ident)
        if own is None:
            await self.main_screen.action_run(ident)
        elif isawaitable(result := own()):
            await result

    def _show_notices(self) -> None:
        from tui_pod.ui.palette import NoticesScreen  # after the first paint

        self.show_dialog(NoticesScreen(list(self.past_notices)))

    def _show_themes(self) -> None:
        from tui_pod.ui.palette import ThemeScreen  # after the first paint

        self.show_dialog(ThemeScreen(self))

    def _show_sleep_timer(self) -> None:
        """Show the sleep timer; if it is open, extend a running one."""
        from tui_pod.ui.screens.session import SleepScreen  # after the first paint

        if isinstance(self.screen, SleepScreen):
            self.screen.extend()
        else:
            self.show_dialog(SleepScreen(self.controller, self._services.first.with_keys(key_of("sleep.timer"))))

    async def _show_help(self) -> None:
        """Show the keys."""
        from tui_pod.ui.screens.help import HelpScreen  # after the first paint

        if not isinstance(self.screen, HelpScreen):
            pane = self.main_screen.focused
            shown = pane.id if pane is not None and pane.id else "list"
            await self.show_dialog(HelpScreen(bound_actions(self._services.first.settings), shown))

    def _leave(self, for_good: bool) -> None:
        """Detach from the terminal for good and play on, or suspend the client until it is in the foreground again."""
        host = self._services.terminal
        if for_good:
            if host is None or not host.leave():
                self.notify("Cannot leave this terminal; run tui-pod doctor to see why.")
        elif host is not None:
            host.suspend()
        else:
            self.action_suspend_process()

    async def action_quit(self) -> None:
        """Save and quit."""
        self.end()

    def end(self) -> None:
        """Stop the sound, save, and end the app."""
        self.controller.end()
        self.exit()
