"""Calls in processes with limits: what they return, and what becomes of those that take too much.

What is told to the other machines soon, by whatever saves it, and what is not.
"""

import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import timedelta
from functools import partial
from pathlib import Path
from threading import Thread

import pytest

from tests.fakes import START
from tests.patience import PATIENCE, wait_until
from tests.rooms import EPISODES, make_room
from tui_pod.core.library.own_lists import OwnList
from tui_pod.core.progress.bookmarks import Bookmark
from tui_pod.core.progress.cards import Card, Notebook
from tui_pod.core.progress.progress import Progress
from tui_pod.core.progress.records import HeardRecord, ProgressRecord, Record, SettingRecord, is_to_send
from tui_pod.runtime import changes, limited_processes
from tui_pod.runtime.limited_processes import OVERSPENT, CallLimits, ContentFault, LimitedProcesses, spending
from tui_pod.runtime.threads import Cancelled, CancelToken
from tui_pod.shelf.feed_store import FeedStore
from tui_pod.shelf.opml import Entry
from tui_pod.state.store import StateFile

LIMITS = CallLimits(seconds=0.5, memory=256 * 1024 * 1024)

ENDLESS = "re:match", "(a+)+b", "a" * 60


@pytest.fixture
def processes() -> Iterator[LimitedProcesses]:
    made = LimitedProcesses(LIMITS)
    yield made
    made.close()


def is_running(pid: int) -> bool:
    with suppress(ChildProcessError):
        os.waitpid(pid, os.WNOHANG)
    with suppress(ProcessLookupError):
        os.kill(pid, 0)
        return True
    return False


def test_one_process_serves_many_calls(processes: LimitedProcesses) -> None:
    first, text = processes.call("os:getpid"), "\ud800 é\n" * 100_000
    assert processes.call("textwrap:dedent", text) == text
    assert processes.call("os:getpid") == first != os.getpid()


@pytest.mark.parametrize(
    ("call", "fault"),
    [
        (ENDLESS, "it takes too long"),
        (("json:loads", "{"), "it is damaged in an unexpected way"),
    ],
)
def test_call_that_fails_is_a_lasting_fault_and_others_go_on(
    processes: LimitedProcesses, call: tuple[str, ...], fault: str
) -> None:
    processes.call("os:getpid")
    with pytest.raises(ContentFault, match=f"^{fault}$") as raised:
        processes.call(*call)
    assert raised.value.is_lasting
    assert processes.call("operator:add", 1, 2) == 3


def test_calls_of_one_budget_take_no_more_together() -> None:
    processes = LimitedProcesses(LIMITS._replace(seconds=PATIENCE))
    with spending(0.5):
        assert processes.call("operator:add", 1, 2) == 3
        for _ in range(2):  # the second starts no process
            with pytest.raises(ContentFault, match=f"^{OVERSPENT}$") as raised:
                processes.call(*ENDLESS)
            assert not raised.value.is_lasting
    assert processes.call("operator:add", 1, 2) == 3
    processes.close()


def test_reader_that_dies_is_told_by_its_signal_or_for_its_memory(processes: LimitedProcesses) -> None:
    for call, said in ((("os:abort",), "SIGABRT"), (("os:_exit", 3), "it takes too much memory")):
        with pytest.raises(ContentFault, match=said) as raised:
            processes.call(*call)
        assert raised.value.is_lasting
    with pytest.raises(ContentFault, match="it takes too much memory"):
        processes.call("operator:mul", "x", 1 << 30)


def test_call_whose_process_is_killed_by_others_is_no_lasting_fault(processes: LimitedProcesses) -> None:
    with pytest.raises(ContentFault) as raised:
        processes.call("signal:raise_signal", signal.SIGTERM)
    assert not raised.value.is_lasting


def test_idle_process_that_was_killed_is_replaced(processes: LimitedProcesses) -> None:
    os.kill(processes.call("os:getpid"), signal.SIGKILL)
    assert processes.call("operator:add", 1, 2) == 3


def test_process_that_gives_no_answer_is_given_up(processes: LimitedProcesses, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limited_processes, "PATIENCE", 0.2)
    with pytest.raises(ContentFault) as raised:
        processes.call("time:sleep", PATIENCE)
    assert not raised.value.is_lasting


def test_cancelling_a_call_ends_its_process() -> None:
    processes, cancel, raised = LimitedProcesses(LIMITS._replace(seconds=PATIENCE)), CancelToken(), list[Exception]()
    pid = processes.call("os:getpid")

    def call() -> None:
        try:
            processes.call(*ENDLESS, cancel=cancel)
        except Cancelled as error:
            raised.append(error)

    thread = Thread(target=call)
    thread.start()
    cancel.set()
    thread.join()
    assert raised
    wait_until(lambda: not is_running(pid), "the end of the process")


def test_process_without_a_caller_ends_at_once() -> None:
    """An app that is killed leaves none behind, even while it matches a pattern."""
    program = f"""\
from tui_pod.runtime.limited_processes import LimitedProcesses, CallLimits
processes = LimitedProcesses(CallLimits({PATIENCE}, 1 << 28))
print(processes.call("os:getpid"), flush=True)
processes.call{ENDLESS}
"""
    with subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.PIPE, text=True) as caller:
        assert caller.stdout is not None
        pid = int(caller.stdout.readline())
        caller.kill()
    wait_until(lambda: not is_running(pid), "the end of the process")


ADDRESS = "https://pod.example.org/"
LATER = START + timedelta(minutes=5)
PLAYED_ON = Progress(START).with_played(0.0, 5.0, START).at(5.0, 60.0, START)


@pytest.fixture
def noted() -> Iterator[list[None]]:
    """A list that grows with each change."""
    found: list[None] = []
    changes.listeners.append(note := lambda: found.append(None))
    yield found
    changes.listeners.remove(note)


@pytest.mark.parametrize(
    ("record", "is_noted"),
    [
        (ProgressRecord("one", PLAYED_ON), False),
        (ProgressRecord("one", PLAYED_ON.at(30.0, 60.0, LATER)), True),
        (ProgressRecord("one", PLAYED_ON.marked(True, LATER)), True),
        (ProgressRecord("one", Progress(START).marked(True, START)), True),
        (Bookmark("one", 1.0, 2.0, START, START), True),
        (Card("one", 1.0, START, START), True),
        (OwnList("Road", START), True),
        (SettingRecord("player", "volume", 80), False),
        (HeardRecord("k", "one", START, 60, 1.5, 2.5), False),
    ],
)
def test_state_notes_what_the_listener_chose(record: Record, is_noted: bool, tmp_path: Path, noted: list[None]) -> None:
    file = StateFile(tmp_path / "state.toml")
    file.append([record])
    assert bool(noted) is is_noted
    noted.clear()
    file.save([record])
    assert bool(noted) is is_noted


def test_podcasts_note_what_the_listener_chose_and_no_refresh(tmp_path: Path, noted: list[None]) -> None:
    store = FeedStore(tmp_path)
    store.subscribe([Entry(ADDRESS, "Pod")])
    made: tuple[Callable[[], None], ...] = (
        partial(store.configure, ADDRESS, {"hidden": "yes"}),
        partial(store.move, ADDRESS, ADDRESS + "new"),
        partial(store.remove, ADDRESS),
        partial(store.restore, ADDRESS),
    )
    for change in made:
        assert noted
        noted.clear()
        change()
    assert noted
    noted.clear()
    store.touch(ADDRESS)
    store.fail(ADDRESS, "gone")
    assert not noted
    store.db.close()


@pytest.mark.parametrize("is_held", [False, True])
def test_app_sends_nothing_that_sync_brought_until_it_is_undone(is_held: bool) -> None:
    room = make_room(EPISODES)
    if is_held:
        room.play("three", seconds=60)
        room.controller.toggle_pause()
    room.writer.records.clear()
    newer = {"three": Progress(LATER, 90.0, 300.0), "one": Progress(LATER, played=True)}
    room.controller.editor.receive(newer, "2 episodes synced")
    room.controller.bookmarks.receive_all(Notebook((Bookmark("one", 1.0, 2.0, LATER, LATER),)), "synced")
    room.controller.save()
    assert not any(map(is_to_send, room.writer.records))
    room.controller.undo()
    assert any(map(is_to_send, room.writer.records))
