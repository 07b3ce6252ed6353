"""What the commands of the list do with episodes."""

from __future__ import annotations

import pytest

from tests.app_driver import FakeServices
from tests.fakes import START
from tui_pod.core.library.library import Library
from tui_pod.core.progress.progress import Progress, Status
from tui_pod.core.selection.list_query import ListQuery, SmartList
from tui_pod.core.selection.queue import Queue
from tui_pod.services.episode_list import EpisodeListModel
from tui_pod.ui.list_commands import ListCommand, run_command


class Front:
    def __getattr__(self, name: str) -> object:
        return lambda *_, **__: None


def services_of(library: Library, entry: int, queue: tuple[str, ...] = ()) -> FakeServices:
    """Return services that list an entry of the tree, with these episodes queued."""
    progress = {"one": Progress(START, position=50.0, listened=START)}
    services = FakeServices(library, progress, Queue(queue), query=ListQuery(entry=entry))
    services.frontend = Front()  # type: ignore[assignment]
    return services


@pytest.mark.parametrize(("command", "position"), [(ListCommand.CHOOSE, 50.0), (ListCommand.RESTART, 0.0)])
def test_restart_plays_from_the_beginning(command: ListCommand, position: float, library: Library) -> None:
    services = services_of(library, 1)
    run_command(command, ["one"], services, EpisodeListModel(services))
    assert services.controller.playback.episode == "one"
    assert services.controller.playback.position == pytest.approx(position, abs=15)


@pytest.mark.parametrize(
    ("command", "queue"),
    [(ListCommand.QUEUE_LAST, ("two", "three", "four")), (ListCommand.QUEUE_NEXT, ("three", "four", "two"))],
)
def test_episodes_are_queued_in_their_order(command: ListCommand, queue: tuple[str, ...], library: Library) -> None:
    services = services_of(library, 1, ("two",))
    run_command(command, ["three", "four"], services, EpisodeListModel(services))
    assert services.controller.queue.entries == queue


def test_played_is_toggled(library: Library) -> None:
    services = services_of(library, 1)
    run_command(ListCommand.TOGGLE_PLAYED, ["two"], services, EpisodeListModel(services))
    assert services.controller.progress_index.status("two") is Status.PLAYED


@pytest.mark.parametrize(
    ("command", "queue"),
    [(ListCommand.QUEUE_MOVE, ("three", "two", "four")), (ListCommand.REMOVE, ("three", "four"))],
)
def test_entry_of_the_queue_is_moved_or_removed(command: ListCommand, queue: tuple[str, ...], library: Library) -> None:
    services = services_of(library, SmartList.QUEUE, ("two", "three", "four"))
    run_command(command, ["two"], services, EpisodeListModel(services), 1)
    assert services.controller.queue.entries == queue
