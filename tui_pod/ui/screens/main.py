"""The library screen: the tree, the list, the transcript and the bar, and the actions of their keys."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from functools import cached_property, partial
from inspect import isawaitable
from typing import TYPE_CHECKING

from textual import events, on
from textual.app import ComposeResult
from textual.containers import Horizontal
from textual.geometry import Size
from textual.reactive import reactive
from textual.screen import Screen
from textual.widget import AwaitMount, Widget
from textual.widgets import Input
from textual.worker import WorkerError

from tui_pod.core.actions import MOVING_ON, OF_THE_LIST
from tui_pod.core.player.snapshot import Playback
from tui_pod.core.selection.list_query import SmartList
from tui_pod.services.episode_list import EpisodeListModel
from tui_pod.services.hints import GONE
from tui_pod.services.services import Services
from tui_pod.ui import status_texts
from tui_pod.ui.controllers.listing import ListingController
from tui_pod.ui.controllers.pane import PaneController
from tui_pod.ui.controllers.question import QuestionController
from tui_pod.ui.controllers.search import SearchController
from tui_pod.ui.controllers.status import StatusController
from tui_pod.ui.controllers.transcript import TranscriptController
from tui_pod.ui.controllers.views import SEARCH, OpenViews, ViewController
from tui_pod.ui.keys import bindings
from tui_pod.ui.look.layout import cursor_height, layout_classes
from tui_pod.ui.widgets.episode_list import EpisodeList
from tui_pod.ui.widgets.lines import HeaderLine, KeyLine
from tui_pod.ui.widgets.playback_bar import PlaybackBar
from tui_pod.ui.widgets.topic_tree import FIRST_GROUP, TopicTree

if TYPE_CHECKING:  # function-level imports below: not needed for the first paint
    from tui_pod.core.library.row_states import DownloadState
    from tui_pod.core.outcome import Outcome
    from tui_pod.core.playback.controller import PlaybackController
    from tui_pod.ui.controllers.dialogs import DialogController
    from tui_pod.wishes.wish import Subject


class MainScreen(Screen[None]):
    """The screen that is always there; dialogs are shown over it."""

    BINDINGS = bindings("screen", "question")
    AUTO_FOCUS = "#list"

    playback: reactive[Playback] = reactive(Playback(), repaint=False)

    def __init__(self, services: Services, show_dialog: Callable[[Screen[None]], AwaitMount]) -> None:
        """Show the library; `show_dialog` shows a dialog over it."""
        super().__init__()
        self.services = services
        """What the screen shows, and acts on."""
        self.model = EpisodeListModel(services.first, lambda: services.controller)
        self._show_dialog = show_dialog
        self.listing = ListingController(self)
        self.open_views = OpenViews()
        self.transcript = TranscriptController(self)
        self.views = ViewController(self)
        self.episode = PaneController(self)
        self.question = QuestionController(self)
        self.search = SearchController(self)
        self.status = StatusController(self)
        self.set_reactive(MainScreen.playback, services.first.playback)
        self._fitted: Size | None = None  # the terminal size of the current layout
        self._left: Widget | None = None  # what had the focus before the terminal became too small

    def compose(self) -> ComposeResult:
        """Make the parts, bound to the playback of the screen."""
        yield HeaderLine()
        with Horizontal(id="panes"):
            first, model = self.services.first, self.model
            yield TopicTree(model.library, model.progress_index, first.settings.ui.podcasts, first.folds)
            yield EpisodeList(self.model).data_bind(MainScreen.playback)
        bar = PlaybackBar(
            first.with_keys(status_texts.RESUMES),
            first.with_keys(status_texts.SOUND_KEYS).split("\n"),
            first.with_keys,
            first.is_ascii,
        )
        yield bar.data_bind(MainScreen.playback)
        yield KeyLine(self.services.first.is_ascii)

    @cached_property
    def dialogs(self) -> DialogController:
        """Opens dialogs."""
        from tui_pod.ui.controllers.dialogs import DialogController  # with its screens it takes 9 % of the start

        return DialogController(self, self._show_dialog)

    def on_mount(self) -> None:
        """Show the topic that was open last."""
        self.status.begin()
        self.topic_tree.border_title = "Topics"
        self.episodes.gone_text = self.services.first.with_keys(GONE)
        self.listing.show()
        self.topic_tree.go_to(self.model.query.entry)
        self.listing.progress_changed(frozenset())

    def on_descendant_focus(self) -> None:
        """Show the keys of the focused pane."""
        self.status.show_keys()

    on_screen_resume = on_screen_suspend = on_lines_view_hints_changed = on_descendant_focus

    @property
    def controller(self) -> PlaybackController:
        """Controls playback; created on first use."""
        return self.services.controller

    @property
    def topic_tree(self) -> TopicTree:
        """The tree of topics."""
        return self.query_one("#tree", TopicTree)

    @property
    def episodes(self) -> EpisodeList:
        """The list of episodes."""
        return self.query_one("#list", EpisodeList)

    # -- layout ----------------------------------------------------------------------------------------

    def on_resize(self, event: events.Resize) -> None:
        """Fit the layout to the terminal."""
        if event.size == self._fitted:
            event.prevent_default()  # Textual sends the size twice, which would lay everything out twice
            return
        self._fitted = event.size
        width, height = event.size
        was_tiny = self.has_class("-tiny")
        self._left = self.focused or self._left
        # all at once: each change restyles every widget
        self.update_classes(layout_classes(width, height, self.episode.is_wanted))
        self.episodes.set_cursor_height(cursor_height(width, height))
        self.episode.fit()
        if was_tiny and not self.has_class("-tiny") and self.focused is None:  # hidden widgets lose the focus
            self.call_after_refresh(self._focus_again)

    def _focus_again(self) -> None:
        """Give the focus back to the widget that had it, or to the current pane if it is gone."""
        if self._left in self.focus_chain:
            self.set_focus(self._left)
        else:
            self.show_former_pane()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool:
        """Disable keys of the list while a view hides it, and that of a question unless one is offered."""
        ident = parameters[0] if action == "run" else ""
        if ident == "question.show":
            return self.question.is_offered and (self.focused is None or self.focused.id != "search")
        return not (self.views.is_open and ident in OF_THE_LIST)

    def change_pane(self) -> None:
        """Go to the next pane."""
        self.show_pane(is_tree=self.focused is not self.topic_tree and self.focused is not self.episode.pane)

    def show_pane(self, is_tree: bool = False) -> None:
        """Close the view, and give the focus to the tree, or to the open transcript or the list."""
        self.views.leave()
        if not self.has_class("-wide"):  # the details are over the list
            self.episode.hide_details()
        self.set_class(is_tree, "-on-tree")
        content = self.transcript.pane if self.transcript.is_open else self.episodes
        self.set_focus(self.topic_tree if is_tree else content)  # at once: it takes the next key

    def show_former_pane(self) -> None:
        """Give the focus back to the tree or the list, whichever had it last."""
        self.show_pane(self.has_class("-on-tree"))

    def action_focus_list(self) -> None:
        """Go from the transcript to the list if they are side by side."""
        if self.has_class("-beside"):
            self.set_focus(self.episodes)

    # -- what is listed --------------------------------------------------------------------------------

    def downloads_changed(self, downloads: Mapping[str, DownloadState | None]) -> None:
        """Show the progress of downloads by episode id; None if there is no download."""
        self.episodes.show_downloads(downloads)
        self.status.show_keys()
        self.episode.show_progress()

    def bookmarks_changed(self) -> None:
        """Show changed bookmarks."""
        self.status.show_bookmarks()
        self.transcript.show_bookmarks()
        self.views.show_bookmarks()

    def watch_playback(self, former: Playback, playback: Playback) -> None:
        """Show the next episode, and how much of the session is left."""
        self.transcript.follow(playback)
        self.question.follow(playback)
        self.episode.follow(playback)
        if playback.load and former._replace(position=playback.position) != playback:  # else shown with its progress
            self.status.show_session()
            self.status.show_keys()
        if former.is_loaded and not playback.is_loaded:
            self.model.move_on(former.episode or "", self.controller.sessions.status().next)
            self.episodes.show()
        if former.episode != playback.episode:
            self.status.show_bookmarks()
        if former.speed != playback.speed and self.model.is_queue:
            self.status.show_title()

    # -- search, filter, sort --------------------------------------------------------------------------

    def on_input_changed(self, event: Input.Changed) -> None:
        """Search for what is typed."""
        self.search.type(event.value)

    def action_show_results(self) -> None:
        """Close the search field and go to the results."""
        self.search.close()
        if self.search.is_of_tree:
            self.show_pane(is_tree=True)
            self.topic_tree.on_cursor_moved()
        else:
            self.model.pointed_at = self.model.episode
            self.show_pane()

    on_input_submitted = action_show_results

    def clear_notices(self) -> None:
        """Remove the notices, on any screen."""
        self.app.clear_notifications()
        self.app.screen.query("ToastHolder").remove()  # Textual leaves empty holders, and the fifth hides later notices

    def _clear(self) -> None:
        """Take the notices away; close what was opened last, or clear the list's search or selection."""
        self.clear_notices()
        if self.focused is None:
            self.show_pane()
        if self.open_views.escape():
            return
        if self.services.controller.playback.repeat is not None:
            self.app.notify(self.services.controller.repeat.end().text)
        else:
            self.listing.clear()

    # -- commands of the panes -------------------------------------------------------------------------

    @on(TopicTree.Highlighted)
    def _on_topic(self, event: TopicTree.Highlighted) -> None:
        entry = event.entry_in(self.model.library.topics)
        if entry <= FIRST_GROUP or entry == self.model.query.entry:  # a group has no episodes of its own
            self.status.show_keys()
        elif self.focused is self.topic_tree:
            self.listing.change_query(self.model.query._replace(entry=entry, query=""))
            self.episode.cursor_moved(entry if entry >= 0 else None)

    @on(TopicTree.FoldsChanged)
    def _on_folds(self, event: TopicTree.FoldsChanged) -> None:
        self.controller.remember("ui", "folds", event.folds)
        self.status.show_keys()

    @on(EpisodeList.CursorMoved)
    def _on_cursor_moved(self) -> None:
        if self.model.pointed_at == self.model.episode:
            self.question.lapse()
        self.status.show_keys()
        self.episode.cursor_moved()

    @on(EpisodeList.CommandChosen)
    def _on_list_command(self, event: EpisodeList.CommandChosen) -> None:
        self._run_command(event.ident, event.episodes)
        self.selection_changed()

    def subject(self, episodes: Sequence[str], entry: int | None = None) -> Subject:
        """Return what a command acts on: episodes, or an entry of the tree."""
        from tui_pod.wishes.wish import Subject  # after the first paint

        look = partial(self.listing.change_query, keeps_cursor=True)
        return Subject(self.services, self.model, episodes, entry, look, lambda each: self.dialogs.bookmark(each))

    def _run_command(self, ident: str, episodes: Sequence[str], entry: int | None = None) -> AwaitMount | None:
        """Run the command of an action on episodes, or on an entry of the tree; return the dialog if it asks first."""
        from tui_pod.wishes.asks import open_asks  # after the first paint

        on = self.subject(episodes, entry)
        if ident == "list.collect":
            return self.dialogs.collect(episodes) if episodes else None
        if open_asks(ident, on):
            return self.dialogs.ask(ident, on)
        self.do(ident, on)
        return None

    def ask(self, ident: str) -> None:
        """Ask what an action needs to know that has a form of its own, and run it."""
        self.dialogs.ask(ident, self.subject(()))

    def do(self, ident: str, on: Subject) -> None:
        """Run the command of an action; say what it did unless the row does."""
        from tui_pod.wishes.actions import run_command  # after the first paint

        if ident in ("undo", "redo"):
            self.clear_notices()  # one of them may offer this undo
        outcome = run_command(ident, on)
        is_seen = on.entry is None and len(on.episodes) == 1 and ident in MOVING_ON
        if not (outcome.is_done and is_seen):
            self.show_outcome(outcome)

    def show_outcome(self, outcome: Outcome) -> None:
        """Show what was done, and how to undo it, or why nothing was."""
        if outcome.text:
            self.app.notify(outcome.notice)

    @on(EpisodeList.SelectionChanged)
    def selection_changed(self) -> None:
        """Show the title for the room it has, the size of the selection, and its keys."""
        self.status.show_title()
        self.status.show_keys()

    @on(TopicTree.TopicCommandChosen)
    def _on_tree_command(self, event: TopicTree.TopicCommandChosen) -> None:
        entry = event.entry_in(self.model.library.topics)
        if event.ident == "topic.open":
            self.listing.open_entry(entry)
        else:
            self._run_command(event.ident, self.model.episodes_of(entry), entry)

    @on(PlaybackBar.SeekRequested)
    def _on_seek(self, event: PlaybackBar.SeekRequested) -> None:
        self.show_outcome(self.controller.seek_to(event.position))

    # -- actions ---------------------------------------------------------------------------------------

    @cached_property
    def _actions(self) -> dict[str, Callable[[], object]]:
        """What only a screen does, by the ids in the table of keys; an awaitable result is awaited."""
        model, listing, dialogs = self.model, self.listing, self.dialogs
        return {
            "question.show": self.question.show,
            "focus.next": self.change_pane,
            "focus.previous": self.change_pane,
            "search.start": self.search.open,
            "topic.find": partial(self.search.open, of_tree=True),
            "search.everywhere": partial(self._show_view, SEARCH),
            "search.next": partial(self.search.go_on, 1),
            "search.previous": partial(self.search.go_on, -1),
            "search.clear": self._clear,
            "list.filter": dialogs.choose_filter,
            "list.sort": dialogs.choose_sort,
            "list.go_to_playing": listing.go_to_playing,
            "list.save": dialogs.save_list,
            "feed.troubles": dialogs.troubles,
            "sync.set_up": dialogs.set_up_sync,
            "feed.add": dialogs.add_feed,
            "feed.settings": lambda: dialogs.settings(
                self.focused is self.topic_tree, getattr(self.focused, "episode", None)
            ),
            "view.details": self._show_details,
            "view.episode": self._show_details,
            "view.recap": partial(self._show_details, has_story_first=True),
            "view.preview": self.episode.toggle,
            "view.transcript": self._show_transcript,
            "transcript.nudge_back": partial(self.transcript.nudge, -0.5),
            "transcript.nudge_forward": partial(self.transcript.nudge, 0.5),
            "session.plan": dialogs.plan,
            "view.library": lambda: self._show_list(model.topic),
            "view.session": lambda: self._show_list(SmartList.QUEUE),
            "view.statistics": partial(self._show_view, 3),
            "view.history": self._show_history,
            "view.bookmarks": partial(self._show_view, 4),
        }

    async def action_run(self, ident: str) -> None:
        """Run an action by its id."""
        if self.focused is self.topic_tree and self.topic_tree.hint_words.get(ident) == "":
            self.topic_tree.action_run(ident)  # which says why it does nothing for a group
            return
        own = self._actions.get(ident)
        if own is None:
            here = self.model.episode if self.app.screen is self else None  # a dialog has no cursor in the list
            if (opening := self._run_command(ident, [here] if here is not None else [])) is not None:
                await opening  # what is typed next is for its field
        elif isawaitable(result := own()):
            await result

    async def _show_transcript(self) -> None:
        """Show or hide the transcript of what plays, or of the row to which the listener moved the cursor."""
        self.episode.hide_details()
        wanted = self.model.to_read()
        is_shown = self.focused is not self.episodes or self.transcript.shows(wanted)
        if self.transcript.is_open and is_shown:
            self.transcript.close()
            self.show_pane()
        elif self.model.library.index(wanted) is None:
            self.app.notify("No episode is selected, and nothing is playing.")
        else:
            await self.transcript.open(wanted)

    async def _show_details(self, has_story_first: bool = False) -> None:
        """Show or hide the details of the episode at the cursor; in the tree: of the topic or podcast."""
        entry, is_of_topic = self.model.query.entry, self.focused is self.topic_tree
        if self.episode.is_detailed:
            self.episode.escape()
        elif entry >= 0 if is_of_topic else self.model.index is not None:
            self.transcript.close()
            await self.episode.show_details(entry if is_of_topic else None, has_story_first)
        elif not is_of_topic and not self.model.indexes:
            self.episodes.action_run("view.details")  # which says why there are none

    def _show_list(self, entry: int) -> None:
        self.transcript.close()
        self.listing.open_entry(entry)

    async def _show_history(self) -> None:
        await self._show_view(3)
        self.views.go_to_history()

    async def _show_view(self, number: int) -> None:
        self.transcript.close()
        if (opening := self.views.open(number)) is not None:
            with suppress(WorkerError):  # cancelled
                await opening.wait()  # the next key is for the view
