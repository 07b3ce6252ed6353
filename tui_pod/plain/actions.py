"""What each key of the plain program does, by the id that the table of keys gives it."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from tui_pod.core.actions import Action, key_of
from tui_pod.core.playback.controller import PlaybackController
from tui_pod.plain.browser import PAGE, Browser
from tui_pod.plain.navigation_commands import Host
from tui_pod.plain.playback_commands import PlaybackCommands
from tui_pod.plain.spoken import say_keys


class Actions(PlaybackCommands):
    """Does what keys ask."""

    def __init__(self, host: Host, controller: PlaybackController, browser: Browser, table: tuple[Action, ...]) -> None:
        super().__init__(host, controller, browser)
        self._table = table
        self._by_id = self._make_table()

    def press(self, key: str) -> None:
        """Do what a key, in Textual's name, does where the listener is."""
        pane = "tree" if self._browser.is_on_topics else "list"
        found = [
            action
            for where in (pane, "episodes", "move", "screen", "app")
            for action in self._table
            if action.where == where and key in action.keys.split(",")
        ]
        if not found:
            self._say(f"That key does nothing. Press {key_of('app.help')} for help.")
            return
        if found[0].id != "view.transcript":
            self._reading = None
        do = self._by_id.get(found[0].id)
        if do is None:
            self._say(f"{found[0].label}: not in the plain program.")
        else:
            do()

    def _help(self) -> None:
        self._say("Keys, by name:")
        self._say_all(say_keys(self._table, tuple(self._by_id)))

    def _make_table(self) -> dict[str, Callable[[], object]]:
        return {
            **self._looking(),
            **self._playing(),
            **self._changing(),
            "app.help": self._help,
            "app.quit": self._host.quit,
        }

    def _looking(self) -> dict[str, Callable[[], object]]:
        browser = self._browser
        moves: dict[str, Callable[[], str]] = {
            "move.down": partial(browser.move, 1),
            "move.up": partial(browser.move, -1),
            "move.top": partial(browser.go, 0),
            "move.bottom": browser.go_last,
            "move.page_down": partial(browser.move, PAGE),
            "move.page_up": partial(browser.move, -PAGE),
            "move.half_down": partial(browser.move, PAGE // 2),
            "move.half_up": partial(browser.move, -PAGE // 2),
        }
        return {
            **{ident: partial(self._move, move) for ident, move in moves.items()},
            "topic.open": self._open_topic,
            "topic.fold": self._left,
            "topic.unfold": self._open_topic,
            "focus.next": self._change_pane,
            "focus.previous": self._change_pane,
            "focus.left": self._left,
            "focus.right": self._right,
            "search.start": self._ask_search,
            "search.next": partial(self._search_next, 1),
            "search.previous": partial(self._search_next, -1),
            "search.clear": self._clear,
            "list.filter": self._filter,
            "list.sort": self._sort,
            "list.go_to_playing": self._go_to_playing,
            "view.details": self._details,
            "view.transcript": self._read,
            "view.library": self._look_at_library,
            "view.session": self._look_at_queue,
            "view.statistics": self._host.show_statistics,
        }

    def _playing(self) -> dict[str, Callable[[], object]]:
        controller = self._controller
        return {
            "playback.toggle": self._toggle,
            "episode.play": self._play,
            "episode.restart": partial(self._play, is_restart=True),
            "playback.back": controller.step_back,
            "playback.forward": controller.step_forward,
            "playback.back_small": partial(controller.step_back, True),
            "playback.forward_small": partial(controller.step_forward, True),
            "playback.previous_mark": partial(self._seek_mark, -1),
            "playback.next_mark": partial(self._seek_mark, 1),
            "queue.previous": controller.previous,
            "queue.next": controller.next,
            "playback.slower": partial(self._change_speed, -0.1),
            "playback.faster": partial(self._change_speed, 0.1),
            "playback.normal_speed": partial(controller.set_speed, 1.0),
            "playback.quieter": partial(self._change_volume, -5),
            "playback.louder": partial(self._change_volume, 5),
            "playback.mute": controller.toggle_mute,
            "session.plan": self._plan,
            "sleep.timer": self._sleep,
        }

    def _changing(self) -> dict[str, Callable[[], object]]:
        return {
            "episode.toggle_played": self._toggle_played,
            "queue.add_last": partial(self._queue, is_next=False),
            "queue.add_next": partial(self._queue, is_next=True),
            "queue.move_down": partial(self._move_in_queue, 1),
            "queue.move_up": partial(self._move_in_queue, -1),
            "list.remove": self._remove,
            "feed.add": self._add_feed,
            "feed.refresh": self._refresh_feed,
            "feed.refresh_all": self._refresh_feeds,
            "download.start": self._download,
            "undo": self._undo,
            "redo": self._redo,
        }
