"""The command palette: finds actions (except cursor moves), episodes and topics by name."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import partial
from typing import TYPE_CHECKING

from textual.app import ComposeResult, SystemCommand
from textual.command import DiscoveryHit, Hit, Hits, Provider
from textual.content import Content
from textual.widgets import Static

from tui_pod.config.settings import bound_actions
from tui_pod.core.actions import shown_keys
from tui_pod.core.selection.list_query import narrow
from tui_pod.ui.screens.dialog import Dialog, DialogBody
from tui_pod.ui.widgets.lines import KeyLine

if TYPE_CHECKING:
    from textual.widget import Widget

    from tui_pod.core.actions import Action
    from tui_pod.services.services import Services
    from tui_pod.ui.app import TuiPodApp
    from tui_pod.ui.screens.main import MainScreen

MOST = 30
"""How many episodes a search in the palette lists."""

MIN_LETTERS = 2
"""How many letters must be typed before episodes are searched."""


def system_commands(app: TuiPodApp, services: Services) -> Iterator[SystemCommand]:
    """Yield a command for each action except the palette itself and cursor moves, and for syncing if it is set up.

    The actions of the transcript are offered while it is open, those of the tree while it has the focus.
    """
    for action in bound_actions(services.first.settings):
        if action.id == "app.palette":
            continue
        pane = None
        if action.where not in ("app", "screen"):
            pane = _find_pane(action, app.main_screen)
            if pane is None:
                continue
        keys = " ".join(shown_keys(action)).translate(app.main_screen.query_one("#keys", KeyLine).key_names)
        yield SystemCommand(action.label, f"key: {keys}", partial(app.run_action_soon, action.action, pane))
    transcript = app.main_screen.transcript
    if transcript.is_open:
        about = "makes a transcript on this machine; also fixes times shifted by inserted adverts"
        yield SystemCommand("Recognise this episode", about, transcript.recognise_shown)
    settings = services.feeds.settings
    if settings.has_course:
        is_shown = settings.is_course_shown(services.controller.library)
        hide, about = partial(settings.hide_course, is_shown), "the course on generative AI, and its topics"
        yield SystemCommand("Hide the course" if is_shown else "Show the course", about, hide)
    dialogs = app.main_screen.dialogs
    about = "this topic, search, filter and order under a name"
    yield SystemCommand("Save as a list by a rule", about, dialogs.save_list)
    if (own := app.main_screen.model.own_list) is not None:
        edit = partial(dialogs.edit_list, own, own.name)
        yield SystemCommand(f"Edit the list “{own.name}”", "its name, rule and order", edit)
    questions = "Stop offering questions" if services.recall.offers_questions else "Offer questions again"
    yield SystemCommand(questions, "when an episode with a question ends", services.recall.toggle_offers)
    if not services.first.settings.ui.theme:
        about = "dark or light as the terminal is; forgets the theme that was chosen"
        yield SystemCommand("Theme of the terminal", about, app.choose_no_theme)
    if app.told:
        show = partial(app.show_dialog, NoticesScreen(list(app.told)))
        yield SystemCommand("Notices", "recent notices, newest first", show)
    if (sync := services.sync) is not None:
        yield SystemCommand("Sync now", "progress and podcasts, with the server or folder of [sync]", sync.sync_now)


class NoticesScreen(Dialog):
    """The newest notices in full: on the screen each is one line."""

    def __init__(self, told: Sequence[str]) -> None:
        super().__init__()
        self._told = told

    def compose(self) -> ComposeResult:
        """Show the notices, the newest first."""
        with DialogBody("Notices", "esc Close"):
            yield Static(Content("\n\n").join(map(Content, reversed(self._told))))


def _find_pane(action: Action, main: MainScreen) -> Widget | None:
    """Return the pane that runs an action; None if it is not available now."""
    is_tree = main.focused is main.topic_tree
    where = ("tree" if is_tree else "list") if action.where == "episodes" else action.where
    if where in ("list", "tree"):
        return main.query_one(f"#{where}") if is_tree or where == "list" else None
    return next((pane for pane in main.query(f"#{where}") if pane.display and pane.focusable), None)


class TopicHit(DiscoveryHit):
    """A topic offered before anything is typed; it is listed below the keys."""

    @property
    def score(self) -> float:
        """The sort key; all other hits have 0, and Textual asks its providers in random order."""
        return -1.0


class LibraryProvider(Provider):
    """Finds episodes, which enter plays, and topics, which it opens."""

    @property
    def _main(self) -> MainScreen:
        app: TuiPodApp = self.app  # type: ignore[assignment]  # the only app there is
        return app.main_screen

    async def discover(self) -> Hits:
        """Offer the topics before anything is typed."""
        for topic, name in enumerate(self._main.controller.library.topics.names[:MOST]):
            yield TopicHit(Content(name), partial(self._main.open_entry, topic), text=name, help="open the topic")

    async def search(self, query: str) -> Hits:
        """Offer the topics and episodes that match all the words."""
        controller = self._main.controller
        library = controller.library
        matcher = self.matcher(query)
        for topic, name in enumerate(library.topics.names):
            score = matcher.match(name)
            if score > 0:
                yield Hit(score, Content(name), partial(self._main.open_entry, topic), text=name, help="open the topic")
        if len(query.strip()) < MIN_LETTERS:
            return
        for rank, index in enumerate(narrow(library, range(len(library)), query)[:MOST]):
            title = library.titles[index]
            play = partial(controller.play, library.ids[index])
            yield Hit(1.5 - rank / 1000, Content(title), play, text=title, help="play the episode")
