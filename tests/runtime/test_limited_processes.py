"""Calls in processes with limits: what they return, and what becomes of those that take too much."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import suppress
from threading import Thread

import pytest

from tests.patience import PATIENCE, wait_until
from tui_pod.runtime import limited_processes
from tui_pod.runtime.limited_processes import OVERSPENT, CallLimits, ContentFault, LimitedProcesses, spending
from tui_pod.runtime.threads import Cancelled, CancelToken

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
