"""The facts in the bar of a restored session, at the first paint and later."""

from __future__ import annotations

import pytest

from tests.app_driver import ServicesOver
from tests.fakes import START
from tests.rooms import make_room
from tui_pod.core.playback.controller import PlaybackController
from tui_pod.core.player.snapshot import Playback
from tui_pod.core.progress.progress import Progress
from tui_pod.core.selection.list_query import Orders
from tui_pod.core.selection.queue import Queue
from tui_pod.core.selection.session_planner import Session, SessionRequest
from tui_pod.services.episode_list import EpisodeListModel
from tui_pod.services.first_screen import FirstScreen
from tui_pod.ui.status_texts import bar_facts, make_tabs, pane_hints, start_facts


class Restored(ServicesOver):
    """Services after a restart with a session of `two` and `one`, of which `two` was begun, and `held` held."""

    def __init__(self, held: str | None) -> None:
        session = Session(SessionRequest(300.0, topic=2), ("two", "one"), START)
        queue, playback = Queue(("two", "one")), Playback(episode=held, title="Held", position=20.0, duration=200.0)
        progress = {"two": Progress(START, 20.0, 200.0, listened=START)}
        self.room = make_room(progress=progress, queue=queue, playback=playback, session=session)
        library, index = self.room.library, self.room.progress_index
        super().__init__(FirstScreen(library, index, Orders(), queue, playback, session=session))

    def make_controller(self) -> PlaybackController:
        return self.room.controller


@pytest.mark.parametrize(
    ("held", "session", "waiting"),
    [("two", (1, 2, "13:04"), ""), ("five", None, "session waits, 2 left"), (None, None, "session waits, 2 left")],
)
def test_restored_session_is_shown_at_the_first_paint_as_later(
    held: str | None, session: tuple[int, int, str] | None, waiting: str
) -> None:
    services = Restored(held)
    now = services.controller.now()
    at_first = start_facts(EpisodeListModel(services), held, services.first, now)
    assert at_first.waiting.startswith(waiting)
    assert bool(at_first.waiting) == bool(waiting)
    assert at_first.session == session
    assert at_first == bar_facts(services)


def test_tabs_name_their_keys_and_count_what_waits() -> None:
    services = Restored("two")
    tabs = make_tabs(EpisodeListModel(services), 3, services)
    assert [(tab.name, tab.size) for tab in tabs] == [("Library", 0), ("Queue", 2), ("Statistics", 0), ("Bookmarks", 3)]
    assert [tab.key for tab in tabs] == ["1", "2", "3", "4"]


@pytest.mark.parametrize(("held", "is_there"), [("two", True), (None, False)])
def test_keys_of_the_player_are_listed_once_an_episode_is_loaded(held: str | None, is_there: bool) -> None:
    services = Restored(held)
    playback = services.room.controller.playback
    hints = pane_hints("list", services, EpisodeListModel(services), playback, {})
    assert ("Seek" in [word for _, word, _ in hints]) is is_there
