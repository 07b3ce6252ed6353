"""The library: the tree, the list and the bar, and what of the library is looked at."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from textual import events, on
from textual.app import ComposeResult
from textual.containers import Horizontal
from textual.content import Content
from textual.css.query import NoMatches
from textual.reactive import reactive
from textual.screen import Screen
from textual.widgets import Input

from tui_pod.core.browsing import SORT_NAMES, Filter, Sort, Special, View, first_place, list_episodes, narrow
from tui_pod.core.keys import key_hints
from tui_pod.core.lineup import Succession
from tui_pod.core.listening import Listening
from tui_pod.core.playback import Playback
from tui_pod.core.text import span
from tui_pod.ui.actions import bindings
from tui_pod.ui.widgets.episode_list import EpisodeList
from tui_pod.ui.widgets.lines import HeaderLine, KeyLine, PlaybackBar
from tui_pod.ui.widgets.topic_tree import TopicTree

NARROW = 64
"""Cells below which one pane is shown at a time."""

SMALLEST = (40, 12)
"""Columns and rows below which only the bar is shown."""

ROOMY = (100, 30)
"""Columns and rows from which on a row of the list has three lines."""

HINT = "Enter plays the episode at the cursor · ? shows all keys"


class MainScreen(Screen[None]):
    """The one screen that is always there; dialogs lie over it."""

    BINDINGS = bindings("screen")
    AUTO_FOCUS = "#list"

    playback: reactive[Playback] = reactive(Playback(), repaint=False)

    def __init__(self, listening: Listening, view: View, is_ascii: bool) -> None:
        super().__init__()
        self._listening = listening
        self._library = listening.library
        self._book = listening.book
        self._is_ascii = is_ascii
        self.view = view
        self._unsearched: Sequence[int] = ()

    def compose(self) -> ComposeResult:
        """Make the parts, each showing the playback that the screen has."""
        yield HeaderLine(id="header")
        with Horizontal(id="panes"):
            yield TopicTree(self._library, self._book, self._is_ascii, id="tree")
            yield EpisodeList(self._library, self._book, self._is_ascii, id="list").data_bind(MainScreen.playback)
        yield PlaybackBar(HINT, self._is_ascii, id="bar").data_bind(MainScreen.playback)
        yield KeyLine(id="keys")

    def on_mount(self) -> None:
        """Show the topic that was open last."""
        self.topic_tree.border_title = "Topics"
        self.list_view()
        self.topic_tree.go(self.view.place)
        self.show_progress(frozenset())

    def on_descendant_focus(self) -> None:
        """Show the keys of the pane that has the focus."""
        where = "tree" if self.focused is self.topic_tree else "list"
        self.query_one("#keys", KeyLine).hints = key_hints(where)

    @property
    def topic_tree(self) -> TopicTree:
        """The tree of topics."""
        return self.query_one("#tree", TopicTree)

    @property
    def episodes(self) -> EpisodeList:
        """The list of episodes."""
        return self.query_one("#list", EpisodeList)

    # -- what is shown ---------------------------------------------------------------------------------

    def list_view(self, keeps_cursor: bool = False) -> None:
        """Show what the view asks for; the cursor stays on its episode, or starts where listening goes on."""
        everything = list_episodes(self._library, self._book, self._listening.queue, replace(self.view, query=""))
        self._unsearched = everything
        found = narrow(self._library, everything, self.view.query) if self.view.query.strip() else everything
        self.episodes.empty_text = self._empty_text()
        if keeps_cursor:
            self.episodes.update(found)
        else:
            self.episodes.show(found, first_place(self._book, found))
        self._title_list()

    def show_progress(self, episodes: frozenset[str]) -> None:
        """Show changed progress: rows, counts and what is left."""
        self.episodes.refresh_episodes(episodes)
        if self.view.place == Special.CONTINUE or self.view.filter is not Filter.ALL:
            self.list_view(keeps_cursor=True)
        self.show_counts()

    def show_counts(self) -> None:
        """Show the counts of the tree and of the header."""
        tally = self._book.tallies[0]
        speed = self._listening.playback.speed
        left = f"{span(tally.left)} left"
        if speed != 1.0:
            left += f" ({span(tally.left / speed)} at {speed:g}{'x' if self._is_ascii else '×'})"
        header = self.query_one("#header", HeaderLine)
        header.right = f"{tally.played}/{len(self._library)} played · {left}"
        header.left = f"tui-pod   {self._path()}"
        self.topic_tree.show_counts(len(self._book.unfinished()), len(self._listening.queue.upcoming))

    def show_queue(self) -> None:
        """Show a changed queue."""
        if self.view.place == Special.QUEUE:
            self.list_view(keeps_cursor=True)
        self.show_counts()

    def _path(self) -> str:
        if self.view.place < 0:
            return "Continue" if self.view.place == Special.CONTINUE else "Queue"
        topics = self._library.topics
        return (" > " if self._is_ascii else " › ").join(topics.names[topic] for topic in topics.path(self.view.place))

    def _title_list(self) -> None:
        indexes, view = self.episodes.indexes, self.view
        name = self._path().rsplit("›", 1)[-1].strip()
        if view.place >= 0:
            name = self._library.topics.names[view.place]
        durations = self._library.durations
        is_whole_topic = view.place >= 0 and len(indexes) == len(self._library.topics.members[view.place])
        total = self._library.topics.seconds[view.place] if is_whole_topic else sum(durations[i] for i in indexes)
        count = f"{len(indexes)} episode{'s' * (len(indexes) != 1)}"
        parts = [name, count, span(total)]
        if view.place >= 0:
            parts.append(SORT_NAMES[view.sort])
        if view.filter is not Filter.ALL and view.place >= 0:
            parts.append(f"{view.filter} only")
        if view.query.strip():
            parts.append(f"“{view.query.strip()}”")
        self.episodes.border_title = Content(" · ".join(parts))

    def _empty_text(self) -> str:
        if self.view.query.strip():
            return "Nothing matches. Press esc to see all episodes again."
        if self.view.place == Special.CONTINUE:
            return "Nothing is unfinished. What you begin and do not finish appears here."
        if self.view.place == Special.QUEUE:
            return "The queue is empty. Press e on an episode to add it, E to hear it next."
        if self.view.filter is not Filter.ALL:
            return f"No {self.view.filter} episodes here. Press f for the next filter."
        return "No episodes here."

    def _change(self, view: View, keeps_cursor: bool = False) -> None:
        former, self.view = self.view, view
        if former != view:
            self.list_view(keeps_cursor)
            self.show_counts()
            self._listening.remember_view(view)

    # -- layout ----------------------------------------------------------------------------------------

    def on_resize(self, event: events.Resize) -> None:
        """Fit the layout to the terminal."""
        width, height = event.size
        self.set_class(width < NARROW, "-narrow")
        self.set_class(width < SMALLEST[0] or height < SMALLEST[1], "-tiny")
        self.episodes.row_height = 3 if width >= ROOMY[0] and height >= ROOMY[1] else 2

    def action_focus_pane(self) -> None:
        """Go to the other pane; where only one fits, it takes the place."""
        self._show_pane(is_tree=self.focused is not self.topic_tree)

    def _show_pane(self, is_tree: bool) -> None:
        self.set_class(is_tree, "-on-tree")
        (self.topic_tree if is_tree else self.episodes).focus()

    # -- messages of the parts -------------------------------------------------------------------------

    @on(TopicTree.Highlighted)
    def _on_topic(self, event: TopicTree.Highlighted) -> None:
        if self.focused is self.topic_tree:
            self._change(replace(self.view, place=event.place, query=""))

    @on(TopicTree.Opened)
    def _on_topic_opened(self, event: TopicTree.Opened) -> None:
        self._change(replace(self.view, place=event.place, query=""))
        self._show_pane(is_tree=False)

    @on(TopicTree.LeaveWished)
    def _on_tree_left(self) -> None:
        self._show_pane(is_tree=False)

    @on(EpisodeList.LeaveWished)
    def _on_list_left(self, event: EpisodeList.LeaveWished) -> None:
        if event.direction < 0:
            self._show_pane(is_tree=True)

    @on(EpisodeList.Chosen)
    def _on_chosen(self, event: EpisodeList.Chosen) -> None:
        self.play(event.episode, event.is_restart)

    def play(self, episode: str, is_restart: bool = False) -> None:
        """Play an episode of the list, and after it what follows in the list."""
        succession = None
        if self.view.place != Special.QUEUE:
            succession = Succession(self.episodes.indexes, self.episodes.cursor)
        (self._listening.restart if is_restart else self._listening.play)(episode, succession)

    @on(EpisodeList.Wished)
    def _on_episodes_wish(self, event: EpisodeList.Wished) -> None:
        listening, episodes = self._listening, event.episodes
        match event.wish:
            case "toggle_played":
                listening.toggle_played(episodes)
            case "queue_last":
                listening.queue_last(episodes)
            case "queue_next":
                listening.queue_next(episodes)
            case "queue_move":
                listening.move_in_queue(episodes[0], event.by)
            case "remove" if self.view.place == Special.QUEUE:
                listening.unqueue(episodes)
            case "remove" if self.view.place == Special.CONTINUE:
                listening.dismiss(episodes)
            case _:
                self.app.notify("Nothing to remove here: x takes entries out of Queue and Continue.")

    @on(TopicTree.Wished)
    def _on_topic_wish(self, event: TopicTree.Wished) -> None:
        view = View(place=event.place, sort=self.view.sort)
        indexes = list_episodes(self._library, self._book, self._listening.queue, view)
        episodes = [self._library.ids[index] for index in indexes]
        self._on_episodes_wish(EpisodeList.Wished(event.wish, episodes))

    @on(PlaybackBar.SeekWished)
    def _on_seek(self, event: PlaybackBar.SeekWished) -> None:
        self._listening.seek_to(event.position)

    # -- search, filter, sort --------------------------------------------------------------------------

    async def action_search(self) -> None:
        """Open the search field; the list narrows while one types."""
        try:
            field = self.query_one("#search", Input)
        except NoMatches:
            field = Input(placeholder="words in title, summary or topic", id="search", select_on_focus=True)
            await self.mount(field, after="#panes")
        field.value = self.view.query
        field.add_class("-shown")
        field.focus()

    @on(Input.Changed, "#search")
    def _on_search(self, event: Input.Changed) -> None:
        former, self.view = self.view.query, replace(self.view, query=event.value)
        is_longer = event.value.startswith(former) and bool(former.strip())
        base = self.episodes.indexes if is_longer else self._unsearched
        self.episodes.empty_text = self._empty_text()
        self.episodes.show(narrow(self._library, base, event.value))
        self._title_list()

    @on(Input.Submitted, "#search")
    def _on_search_done(self) -> None:
        self.query_one("#search", Input).remove_class("-shown")
        self._show_pane(is_tree=False)

    def action_search_next(self, by: int) -> None:
        """Go to the next or previous match of the search, round and round."""
        count = len(self.episodes.indexes)
        if self.view.query.strip() and count:
            self.episodes.go((self.episodes.cursor + by) % count)
        else:
            self.app.notify("No search yet: press / and type a word.")

    def action_clear(self) -> None:
        """Close the search field, then forget the search, then the selection."""
        self.app.clear_notifications()
        for field in self.query("#search"):
            field.remove_class("-shown")
        if self.focused is None or self.focused.id == "search":
            self._show_pane(is_tree=False)
        if self.view.query:
            self._change(replace(self.view, query=""), keeps_cursor=True)
        else:
            self.episodes.clear_selection()

    def action_filter(self) -> None:
        """Show the next kind of episodes."""
        kinds = list(Filter)
        self._change(
            replace(self.view, filter=kinds[(kinds.index(self.view.filter) + 1) % len(kinds)]), keeps_cursor=True
        )

    def action_sort(self) -> None:
        """Show them in the next order."""
        kinds = list(Sort)
        self._change(replace(self.view, sort=kinds[(kinds.index(self.view.sort) + 1) % len(kinds)]), keeps_cursor=True)

    def action_go_to_playing(self) -> None:
        """Put the cursor on the playing episode, in its topic when this list does not show it."""
        playing = self._listening.playback.episode
        index = self._library.index(playing) if playing else None
        if index is None:
            self.app.notify("Nothing is playing.")
            return
        if index not in self.episodes.indexes:
            self._change(View(sort=self.view.sort))
            self.topic_tree.go(0)
        self.episodes.go(list(self.episodes.indexes).index(index), is_centred=True)
        self._show_pane(is_tree=False)

    def action_details(self) -> None:
        """Show all about the episode at the cursor."""
        from tui_pod.ui.screens.details import DetailsScreen  # not for start-up

        if self.episodes.index is not None:
            self.app.push_screen(DetailsScreen(self._listening, self.episodes.index))
