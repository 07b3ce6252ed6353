"""The command palette: finds actions (except cursor moves), episodes and topics by name; and the choice of a theme."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from functools import partial
from itertools import chain, islice
from typing import TYPE_CHECKING, NamedTuple

from rich.cells import cell_len
from textual import on
from textual.app import ComposeResult
from textual.content import Content
from textual.widget import Widget
from textual.widgets import Input, OptionList, Static
from textual.widgets.option_list import Option

from tui_pod.config.settings import bound_actions
from tui_pod.core.actions import Action, shown_keys
from tui_pod.core.playback.controller import PlaybackController
from tui_pod.core.selection.list_query import SmartList, narrow
from tui_pod.core.text.clean import fold
from tui_pod.services.services import Services
from tui_pod.ui.look.cells import fit
from tui_pod.ui.screens.dialog import NORMAL_WIDTH, ChoiceDialog, Dialog, DialogBody, SearchDialog
from tui_pod.ui.widgets.lines import KeyLine

if TYPE_CHECKING:
    from tui_pod.ui.app import TuiPodApp
    from tui_pod.ui.screens.main import MainScreen

MOST = 30
"""How many topics, and how many episodes, the palette lists."""

MIN_LETTERS = 2
"""How many letters must be typed before episodes are searched."""

RECENT = 5
"""How many commands are listed first because they were used last."""

WIDTH, FRAME, PADDING = 90, 8, 2
"""Width of the palette, the cells beside its rows and between their columns, and how many more a wide screen has."""


class PaletteCommand(NamedTuple):
    """A row of the palette."""

    name: str
    run: Callable[[], object]
    key: str = ""
    """Shown at the right: its key, or what it does with a topic or an episode."""
    about: str = ""
    """More words that find it."""


def make_commands(app: TuiPodApp, services: Services) -> Iterator[PaletteCommand]:
    """Yield a command for each action except the palette itself and cursor moves.

    The actions of the transcript are offered while it is open, those of the tree while it has the focus.
    """
    main = app.main_screen
    names = main.query_one("#keys", KeyLine).key_names
    for action in bound_actions(services.first.settings):
        needs_pane = action.where not in ("app", "screen")
        pane = _find_pane(action, main) if needs_pane else None
        if action.id == "app.palette" or (needs_pane and pane is None):
            continue
        keys = " ".join(shown_keys(action)).translate(names)
        yield PaletteCommand(action.label, partial(app.run_action_soon, action.action, pane), keys)


class PaletteScreen(SearchDialog):
    """Lists commands, topics and episodes; typing narrows them, and enter runs the one at the cursor."""

    offered = ()

    def __init__(self, controller: PlaybackController, commands: Sequence[PaletteCommand], recent: list[str]) -> None:
        """List commands, those named in `recent` first; that list is changed in place when a command is run."""
        super().__init__()
        self._controller, self._recent = controller, recent
        ranks = {name: rank for rank, name in enumerate(recent)}
        self._commands = sorted(commands, key=lambda each: ranks.get(each.name, RECENT))
        self._shown: list[PaletteCommand] = []

    def compose(self) -> ComposeResult:
        """Show a field over the commands, the recently used ones first."""
        field = Input(placeholder="command, topic or episode", id="palette-search")
        return self.compose_in(DialogBody("Palette", "enter Run", "palette"), field)

    def on_resize(self) -> None:
        """Cut the names to the width of the screen."""
        self.show_rows(self.query_one(Input).value)

    def choose(self, number: int) -> None:
        """Run a command."""
        self.dismiss()
        command = self._shown[number]
        if command in self._commands:
            others = [name for name in self._recent if name != command.name]
            self._recent[:] = [command.name, *others][:RECENT]
            self._controller.remember("ui", "commands", [*self._recent])
        command.run()

    def show_rows(self, typed: str) -> None:
        """Show the commands, the recently used ones first, topics and episodes."""
        words = fold(typed).split()
        self._shown = [*self._find(words), *self._topics(words), *(self._episodes(typed) if words else ())]
        self._shown.sort(key=lambda each: fold(each.name) != " ".join(words))  # what is called just that comes first
        width = self.app.size.width
        room = min(WIDTH, width) - FRAME - PADDING * (width >= NORMAL_WIDTH)
        choices = self.query_one(OptionList)
        choices.set_options(
            Option(Content.assemble(fit(name, room - cell_len(key)), "  ", (key, "$text-muted")))
            for name, _, key, _ in self._shown
        )
        choices.highlighted = 0

    def _find(self, words: Sequence[str]) -> list[PaletteCommand]:
        """Return the commands that have all words: those whose name begins with them first, then by name, by text."""
        found = list[tuple[int, PaletteCommand]]()
        for command in self._commands:
            name = fold(command.name)
            if all(word in f"{name} {fold(command.about)}" for word in words):
                starts = sum(f" {name}".count(f" {word}") > 0 for word in words)
                is_start = name.startswith(" ".join(words))
                found.append((-is_start - 2 * starts - sum(word in name for word in words), command))
        return [command for _, command in sorted(found, key=lambda each: each[0])]

    def _topics(self, words: Sequence[str]) -> list[PaletteCommand]:
        smart = ((entry.name.title(), entry) for entry in SmartList)
        topics = ((name, topic) for topic, name in enumerate(self._controller.library.topics.names))
        found = ((name, entry) for name, entry in chain(smart, topics) if all(word in fold(name) for word in words))
        show = self._tui.main_screen.listing.open_entry
        return [PaletteCommand(name, partial(show, entry), "topic") for name, entry in islice(found, MOST)]

    def _episodes(self, typed: str) -> list[PaletteCommand]:
        if len(typed.strip()) < MIN_LETTERS:
            return []
        controller, library = self._controller, self._controller.library
        found = narrow(library, range(len(library)), typed)[:MOST]
        return [
            PaletteCommand(library.titles[index], partial(controller.play, library.ids[index]), "play")
            for index in found
        ]


class ThemeScreen(ChoiceDialog):
    """Lists the themes; the app is drawn in the one at the cursor, and escape restores the former one."""

    def __init__(self, app: TuiPodApp) -> None:
        self._names = ["", *sorted(app.available_themes)]
        self._former = app.chosen_theme
        rows = [f"{'✓' if name == self._former else ' '} {name or 'as the terminal is'}" for name in self._names]
        super().__init__("Theme", [*map(Content, rows)], self._take, ident="themes")

    def on_mount(self) -> None:
        """Put the cursor on the current theme."""
        self.query_one(OptionList).highlighted = self._names.index(self._former)

    @on(OptionList.OptionHighlighted)
    def _on_highlighted(self, event: OptionList.OptionHighlighted) -> None:
        self._tui.draw_theme(self._names[event.option_index])

    def on_unmount(self) -> None:
        """Draw in the chosen theme again, if another one was only previewed."""
        self._tui.draw_theme(self._tui.chosen_theme)

    def _take(self, number: int) -> None:
        self._tui.choose_theme(self._names[number])


class NoticesScreen(Dialog):
    """The newest notices in full: on the screen each is one line."""

    def __init__(self, notices: Sequence[str]) -> None:
        super().__init__()
        self._notices = notices

    def compose(self) -> ComposeResult:
        """Show the notices, the newest first."""
        with DialogBody("Notices"):
            yield Static(Content("\n\n").join(map(Content, reversed(self._notices))))


def _find_pane(action: Action, main: MainScreen) -> Widget | None:
    """Return the pane that runs an action; None if it is not available now."""
    is_tree = main.focused is main.topic_tree
    where = ("tree" if is_tree else "list") if action.where == "episodes" else action.where
    if where in ("list", "tree"):
        return main.query_one(f"#{where}") if is_tree or where == "list" else None
    return next((pane for pane in main.query(f"#{where}") if pane.display and pane.focusable), None)
