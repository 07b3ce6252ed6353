"""The command palette, which finds actions, episodes and topics by name and takes values; and the choice of a theme."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from functools import partial
from itertools import chain, groupby, islice
from typing import TYPE_CHECKING, NamedTuple

from rich.cells import cell_len
from textual import on
from textual.app import ComposeResult
from textual.content import Content
from textual.widget import Widget
from textual.widgets import Input, OptionList, Static
from textual.widgets.option_list import Option

from tui_pod.config.settings import bound_actions
from tui_pod.core.action_words import IN_A_SHELL, WANTED, words_of
from tui_pod.core.actions import BY_ID, PARTS, Action, needs_cursor, part_of, shown_keys
from tui_pod.core.playback.controller import PlaybackController
from tui_pod.core.selection.list_query import SmartList, find_episodes, smart_lists
from tui_pod.core.text.names import is_called, is_filler, rank
from tui_pod.services.services import Services
from tui_pod.ui.look.cells import fit
from tui_pod.ui.screens.dialog import NORMAL_WIDTH, ChoiceDialog, Dialog, DialogBody, SearchDialog
from tui_pod.ui.widgets.lines import KeyLine
from tui_pod.wishes.typed import read_typed, run_typed
from tui_pod.wishes.wish import Subject

if TYPE_CHECKING:
    from tui_pod.ui.app import TuiPodApp
    from tui_pod.ui.screens.main import MainScreen

MOST = 30
"""How many topics, and how many episodes, the palette lists."""

OFTEN, LAST = "Often wanted", "Used last"
"""The first groups, while nothing is typed."""

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
    synonyms: str = ""
    """More words that find it."""
    about: str = ""
    """What it does, in a line."""
    group: str = ""
    """The group in which it stands while nothing is typed."""
    why: str = ""
    """Why it cannot be done here, so that it is dim; then `run` goes where it can, or says so."""


_PLACES = {
    "tree": "focus.next", "transcript": "view.transcript", "details": "view.details", "statistics": "view.statistics",
    "bookmarks": "view.bookmarks", "found": "search.everywhere",
}  # fmt: skip
"""The panes that may not be there, and the actions that show them."""


def make_commands(app: TuiPodApp, services: Services) -> Iterator[PaletteCommand]:
    """Yield a command for each action except the palette itself and cursor moves, in groups; the most wanted first.

    Those of a pane that is not in use are dim, and go there; those about an episode need none.
    """
    main = app.main_screen
    names = main.query_one("#keys", KeyLine).key_names
    order = [*WANTED, *chain.from_iterable(PARTS.values())]

    def place(action: Action) -> int:
        return order.index(action.id if action.id in WANTED else action.id.partition(".")[0])

    for action in sorted(bound_actions(services.first.settings), key=place):
        if action.id == "app.palette" or action.where == "move":
            continue
        pane, why, does = _find_pane(action, main), "", action.action
        if action.where == "question":
            why = "" if main.question.is_offered else "none waits"
        elif pane is None and needs_cursor(action):
            why, does = f"in the {action.where}", BY_ID[_PLACES[action.where]].action
        elif pane is None and action.where not in ("app", "screen"):
            does = f"screen.run('{action.id}')"
        keys = " ".join(shown_keys(action)).translate(names)
        run = partial(app.run_action_soon, does, pane)
        group = OFTEN if action.id in WANTED else part_of(action).capitalize()
        yield PaletteCommand(action.label, run, keys, *words_of(action.id), group, why)
    for name, command in IN_A_SHELL.items():
        said = f"In a shell: {command}"
        yield PaletteCommand(name, partial(app.frontend.tell, said), "shell", about=said, group="In a shell")


class PaletteScreen(SearchDialog):
    """Lists commands, topics and episodes; typing narrows them, and enter runs the one at the cursor."""

    offered = ()

    def __init__(self, controller: PlaybackController, commands: Sequence[PaletteCommand], recent: list[str]) -> None:
        """List commands, those named in `recent` first; that list is changed in place when a command is run."""
        super().__init__()
        self._controller, self._recent = controller, recent
        ranks = {name: rank for rank, name in enumerate(recent)}
        commands = [each._replace(group=LAST) if each.name in ranks else each for each in commands]
        self._commands = sorted(commands, key=lambda each: ranks.get(each.name, RECENT))
        self._shown: list[PaletteCommand | None] = []  # None for the heading of a group

    def compose(self) -> ComposeResult:
        """Show a field over the commands, and a line about the one at the cursor."""
        field = Input(placeholder="command, topic or episode", id="palette-search")
        return self.compose_in(DialogBody("Palette", "enter Run", "palette"), field, Static(id="about"))

    def on_resize(self) -> None:
        """Cut the names to the width of the screen."""
        self.show_rows(self.query_one(Input).value)

    def choose(self, number: int) -> None:
        """Run a command."""
        command = self._shown[number]
        if command is None:
            return
        self.dismiss()
        if command in self._commands and not command.why:
            others = [name for name in self._recent if name != command.name]
            self._recent[:] = [command.name, *others][:RECENT]
            self._controller.remember("ui", "commands", [*self._recent])
        command.run()

    def show_rows(self, typed: str) -> None:
        """Show the commands, topics and episodes that fit, the best first; without words, in groups."""
        if typed.strip():
            found = [
                (fit, each) for each in self._commands if (fit := rank(typed, each.name, each.synonyms)) is not None
            ]
            named = [each for _, each in sorted(found, key=lambda one: (bool(one[1].why), one[0]))]
            self._shown = [*named, *self._topics(typed), *self._episodes(typed)] or [*self._nearest(typed)]
            self._shown.sort(key=lambda each: each is not None and not is_called(each.name, typed))
            self._shown[:0] = self._typed_values(typed)
        else:
            here = (each for each in self._commands if not each.why)
            groups = groupby((*here, *self._topics(typed)), key=lambda each: each.group)
            self._shown = [row for _, rows in groups for row in (None, *rows)]
        width = self.app.size.width
        room = min(WIDTH, width) - FRAME - PADDING * (width >= NORMAL_WIDTH)
        choices = self.query_one(OptionList)
        choices.set_options(self._option(number, room) for number in range(len(self._shown)))
        choices.highlighted = next((number for number, each in enumerate(self._shown) if each is not None), None)
        self._explain()

    def _option(self, number: int, room: int) -> Option:
        command = self._shown[number]
        if command is None:
            group = next(each.group for each in self._shown[number:] if each is not None)
            return Option(Content.styled(fit(group, room + 2), "bold $text-primary"), disabled=True)
        right = command.why or command.key
        text = fit(command.name, room - cell_len(right))
        return Option(Content.assemble((text, "$text-muted" if command.why else ""), "  ", (right, "$text-muted")))

    @on(OptionList.OptionHighlighted)
    def _explain(self) -> None:
        """Say what the row at the cursor does."""
        number = self.query_one(OptionList).highlighted
        command = None if number is None or number >= len(self._shown) else self._shown[number]
        self.query_one("#about", Static).update(Content("" if command is None else command.about))

    def _typed_values(self, typed: str) -> list[PaletteCommand]:
        """Return what was typed with its value, such as a speed."""
        main = self._tui.main_screen
        value = read_typed(typed, Subject(main.services, main.model))
        if value is None:
            return []
        why = self._tui.first.with_keys(value.why)

        def run() -> None:
            main.show_outcome(run_typed(value))

        return [PaletteCommand(value.name, run, "now", about=why, why=why and "not now")]

    def _nearest(self, typed: str) -> Iterator[PaletteCommand]:
        """Yield the commands that have most of the words, those that a name has count twice."""
        words = [word for word in typed.split() if not is_filler(word)]
        ranks = [[rank(word, each.name, each.synonyms) for word in words] for each in self._commands]
        fits = [sum(1 if one > 0 else 2 for one in found if one is not None) for found in ranks]
        best = max(fits, default=0)
        return (each for each, fit in zip(self._commands, fits, strict=True) if fit and fit == best)

    def _topics(self, typed: str) -> list[PaletteCommand]:
        topics = self._controller.library.topics
        shown = {SmartList.NEW, *smart_lists(self._controller.library, self._controller.progress_index)}
        smart = ((entry.name.title(), entry, "") for entry in SmartList if entry in shown)
        named = ((name, topic, topics.summaries.get(topic, "")) for topic, name in enumerate(topics.names))
        found = (each for each in chain(smart, named) if rank(typed, each[0]) is not None)
        show = self._tui.main_screen.listing.open_entry
        return [
            PaletteCommand(name, partial(show, entry), "topic", about=about or "Shows its episodes.", group="Topics")
            for name, entry, about in islice(found, MOST)
        ]

    def _episodes(self, typed: str) -> list[PaletteCommand]:
        if len(typed.strip()) < MIN_LETTERS:
            return []
        controller, library = self._controller, self._controller.library
        return [
            PaletteCommand(
                library.titles[index],
                partial(controller.play, library.ids[index]),
                "play",
                about=library.episode(index).summary,
            )
            for index in find_episodes(library, typed)[:MOST]
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
