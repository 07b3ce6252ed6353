"""The library: the tree, the list and the bar, and what of the library is looked at."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual import events, on
from textual.app import ComposeResult
from textual.containers import Horizontal

from tui_pod.config.settings import bound_actions
from tui_pod.core.actions import key_hints, key_of
from tui_pod.core.selection.list_query import ListQuery, SmartList, list_episodes
from tui_pod.services.hints import GONE, NOT_A_PODCAST, NOT_REMOVABLE
from tui_pod.ui.actions import bindings
from tui_pod.ui.messages import Wish
from tui_pod.ui.screens.browsing import BrowsingScreen
from tui_pod.ui.widgets.episode_list import EpisodeList
from tui_pod.ui.widgets.lines import HeaderLine, KeyLine, PlaybackBar
from tui_pod.ui.widgets.topic_tree import TopicTree

if TYPE_CHECKING:
    from tui_pod.ui.widgets.transcript_view import TranscriptView

NARROW = 64
"""Cells below which one pane is shown at a time."""

SMALLEST = (40, 12)
"""Columns and rows below which only the bar is shown."""

BESIDE = 140
"""Columns from which on the transcript stands beside the list instead of over it."""

ROOMY = (100, 30)
"""Columns and rows from which on a row of the list has three lines."""

HINT = f"Press {key_of('episode.play')} to play, {key_of('app.help')} for all keys"


class MainScreen(BrowsingScreen):
    """The one screen that is always there; dialogs lie over it."""

    BINDINGS = bindings("screen")
    AUTO_FOCUS = "#list"

    def compose(self) -> ComposeResult:
        """Make the parts, each showing the playback that the screen has."""
        yield HeaderLine(id="header")
        with Horizontal(id="panes"):
            yield TopicTree(self._library, self._progress_index, self._is_ascii, id="tree")
            yield EpisodeList(self._library, self._progress_index, self._is_ascii, id="list").data_bind(
                MainScreen.playback
            )
        yield PlaybackBar(self._start.with_keys(HINT), self._is_ascii, id="bar").data_bind(MainScreen.playback)
        yield KeyLine(id="keys")

    def on_mount(self) -> None:
        """Show the topic that was open last."""
        self.topic_tree.border_title = "Topics"
        self.episodes.gone_text = self._start.with_keys(GONE)
        self.list_view()
        self.topic_tree.go_to(self.view.place)
        self.show_progress(frozenset())

    def on_descendant_focus(self) -> None:
        """Show the keys of the pane that has the focus."""
        if self.focused is not None and self.focused.id == "search":
            clear = self._start.with_keys(key_of("search.clear"))
            self.query_one("#keys", KeyLine).hints = (
                ("enter", "Keep", "screen.keep_search"),
                (clear, "Clear", "screen.clear"),
            )
            return
        panes = {"tree": "tree", "transcript": "transcript"}
        where = panes.get(self.focused.id or "", "list") if self.focused else "list"
        self.query_one("#keys", KeyLine).hints = key_hints(where, bound_actions(self._start.settings))

    # -- layout ----------------------------------------------------------------------------------------

    def on_resize(self, event: events.Resize) -> None:
        """Fit the layout to the terminal."""
        width, height = event.size
        was_tiny = self.has_class("-tiny")
        self.set_class(width < NARROW, "-narrow")
        self.set_class(width >= BESIDE, "-beside")
        self.set_class(width < SMALLEST[0] or height < SMALLEST[1], "-tiny")
        self.episodes.row_height = 3 if width >= ROOMY[0] and height >= ROOMY[1] else 2
        if was_tiny and not self.has_class("-tiny") and self.focused is None:  # hidden parts lose the focus
            self.call_after_refresh(self._show_pane, self.has_class("-on-tree"))

    def action_focus_pane(self) -> None:
        """Go to the next pane; where only one fits, it takes the place."""
        self._show_pane(is_tree=self.focused is not self.topic_tree)

    def show_list(self) -> None:
        """See `ReadingScreen.show_list`."""
        self._show_pane(is_tree=False)

    def _show_pane(self, is_tree: bool) -> None:
        """Give the focus to the tree, else to the transcript where it is open, else to the list."""
        self.set_class(is_tree, "-on-tree")
        content = self.transcript if self.is_reading and self.transcript is not None else self.episodes
        self.set_focus(self.topic_tree if is_tree else content)  # at once: the next key is its own

    def on_transcript_view_left(self, event: TranscriptView.Left) -> None:
        """Go to the tree or the list."""
        if event.direction < 0:
            self._show_pane(is_tree=True)
        elif self.has_class("-beside"):
            self.set_focus(self.episodes)

    # -- messages of the parts -------------------------------------------------------------------------

    @on(TopicTree.Highlighted)
    def _on_topic(self, event: TopicTree.Highlighted) -> None:
        place = self._place_of(event)
        if self.focused is self.topic_tree and place != self.view.place:
            self.change_view(self.view._replace(place=place, query=""))

    def play(self, episode: str, is_restart: bool = False) -> None:
        """Play an episode of the list, and after it what follows in the list."""
        from tui_pod.core.playback.up_next import PlayContext  # not for start-up

        context = None
        if self.view.place != SmartList.QUEUE:
            context = PlayContext(self.episodes.indexes, self.episodes.cursor)
        (self.controller.restart if is_restart else self.controller.play)(episode, context)

    @on(EpisodeList.Wished)
    def _on_list_wish(self, event: EpisodeList.Wished) -> None:
        match event.wish:
            case Wish.PLAY | Wish.RESTART:
                self.play(event.episodes[0], is_restart=event.wish is Wish.RESTART)
            case Wish.LEFT:
                self._show_pane(is_tree=True)
            case Wish.RIGHT:
                pass  # the list is the rightmost pane
            case Wish.REMOVE if self.view.place == SmartList.QUEUE:
                self.controller.unqueue(event.episodes)
            case Wish.REMOVE if self.view.place == SmartList.CONTINUE:
                self.controller.dismiss(event.episodes)
            case Wish.REMOVE:
                self._start.feeds.remove_downloads(event.episodes)
            case Wish.QUEUE_MOVE:
                self.controller.move_in_queue(event.episodes[0], event.by)
            case _:
                self._do(event.wish, event.episodes)

    @on(TopicTree.Wished)
    def _on_tree_wish(self, event: TopicTree.Wished) -> None:
        place = self._place_of(event)
        match event.wish:
            case Wish.OPEN:
                self.change_view(self.view._replace(place=place, query=""))
                self._show_pane(is_tree=False)
            case Wish.RIGHT:
                self._show_pane(is_tree=False)
            case Wish.REMOVE:
                self._remove_feed(place)
            case _:
                view = ListQuery(place=place, sort=self.view.sort)
                indexes = list_episodes(self._library, self._progress_index, self.queue, view)
                episodes = [self._library.ids[index] for index in indexes if index >= 0]
                if event.wish is not Wish.TOGGLE_PLAYED:
                    self._do(event.wish, episodes)
                elif episodes:
                    done = self.controller.toggle_played(episodes)  # told, since most of it is out of sight
                    self.app.notify(f"{done}. Press {key_of('undo')} to undo.")

    def _place_of(self, event: TopicTree.Highlighted | TopicTree.Wished) -> int:
        """Return the place that the tree told of, in the library of now: it may have been swapped meanwhile."""
        is_other = event.place >= 0 and event.topics is not self._library.topics
        return event.topics.found_in(self._library.topics, event.place) if is_other else event.place

    def _do(self, wish: Wish, episodes: list[str]) -> None:
        """Do with episodes what the listener wishes, wherever they are shown."""
        match wish:
            case Wish.TOGGLE_PLAYED:
                self.controller.toggle_played(episodes)
            case Wish.QUEUE_LAST:
                self.controller.queue_last(episodes)
            case Wish.QUEUE_NEXT:
                self.controller.queue_next(episodes)
            case Wish.DOWNLOAD:
                self._start.feeds.download(episodes)
            case _:
                raise ValueError(f"nobody knows how to {wish}")

    @on(PlaybackBar.SeekWished)
    def _on_seek(self, event: PlaybackBar.SeekWished) -> None:
        self.controller.seek_to(event.position)

    # -- views ------------------------------------------------------------------------------------------

    def open_topic(self, topic: int) -> None:
        """Show a topic's episodes."""
        self.change_view(self.view._replace(place=topic, query=""))
        self.topic_tree.go_to(topic)
        self.show_list()

    async def action_add_feed(self) -> None:
        """Ask for a podcast's address."""
        from tui_pod.ui.screens.feeds import AddFeedScreen  # not for start-up

        await self.app.push_screen(AddFeedScreen(self._start.feeds.add))

    def action_refresh_feed(self) -> None:
        """Refresh the feed that the open topic is."""
        feed = self._library.topics.feed(self.view.place) if self.view.place > 0 else None
        if feed is None:
            self.app.notify(NOT_A_PODCAST)
        else:
            self._start.feeds.refresh(feed)

    def action_refresh_feeds(self) -> None:
        """Refresh all feeds."""
        self._start.feeds.refresh()

    def _remove_feed(self, place: int) -> None:
        feed = self._library.topics.feed(place) if place > 0 else None
        if feed is not None:
            self._start.feeds.remove_feed(feed)
        else:
            self.app.notify(NOT_REMOVABLE)

    def action_go_to_playing(self) -> None:
        """Put the cursor on the playing episode, in All Topics when this list does not show it."""
        playing = self.playback.episode
        index = self._library.index(playing) if playing else None
        if index is None:
            self.app.notify("What plays is no longer in the library." if playing else "Nothing is playing.")
            return
        if index not in self.episodes.indexes:
            self.change_view(ListQuery(sort=self.view.sort))
            self.topic_tree.go_to(0)
        self.episodes.go(list(self.episodes.indexes).index(index), is_centred=True)
        self._show_pane(is_tree=False)

    def action_details(self) -> None:
        """Show all about the episode at the cursor."""
        from tui_pod.ui.screens.details import DetailsScreen  # not for start-up

        index = self.episode_at_cursor()
        if index is not None:
            start = self._start
            self.app.push_screen(DetailsScreen(self.controller, index, start.read_notes, start.read_chapters))

    async def action_plan(self) -> None:
        """Plan a session."""
        from tui_pod.ui.screens.session import PlanScreen  # not for start-up

        await self.app.push_screen(PlanScreen(self.controller, max(0, self.view.place)))

    def action_view(self, number: int) -> None:
        """Show the library, the queue, or the statistics."""
        if number == 3:
            self.app.run_worker(self._show_statistics(), group="statistics", exclusive=True)
            return
        self.show_words(is_open=False)
        place = SmartList.QUEUE if number == 2 else self._topic
        self.change_view(self.view._replace(place=place, query=""))
        self.topic_tree.go_to(place)
        self.show_list()

    async def _show_statistics(self) -> None:
        from tui_pod.ui.screens.statistics import StatisticsScreen  # not for start-up

        history = await self._start.compute_statistics()
        stats = self._start.settings.stats
        free_days = stats.free_days if stats.streak else None
        self.app.push_screen(
            StatisticsScreen(self.controller, history, self.controller.now().date(), self._is_ascii, free_days)
        )
