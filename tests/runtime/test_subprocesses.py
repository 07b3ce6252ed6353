"""Processes of the program: they run its own code, and none from where it was started.

Work in threads: it stops when asked to, even while it waits for a socket.
"""

import asyncio
import gc
import os
import select
import signal
import socket
import subprocess
import sys
import threading
from pathlib import Path
from typing import Any
from unittest.mock import Mock

import pytest

import tui_pod
from tests.patience import PATIENCE
from tests.present import present
from tui_pod.runtime.subprocesses import end_process, group_lives, run_apart, start_of, start_process
from tui_pod.runtime.threads import Cancelled, CancelToken, in_thread

ROOT = Path(tui_pod.__file__).parents[1]

DECOYS = ("sqlite3.py", "json.py", "tui_pod/__init__.py", "tui_pod/state/store.py")


@pytest.fixture
def ran(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """What exists once code of the current folder was run; that has modules named as those of the program."""
    here, ran = tmp_path / "here", tmp_path / "ran"
    for name in DECOYS:
        decoy = here / name
        decoy.parent.mkdir(parents=True, exist_ok=True)
        decoy.write_text(f"open({str(ran)!r}, 'w')\n", "utf-8")
    monkeypatch.chdir(here)
    monkeypatch.setenv("PYTHONPATH", str(here))
    return ran


def test_module_started_runs_no_code_from_here(ran: Path) -> None:
    command, environment = start_of("tui_pod", "--version")
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False, timeout=60)
    assert (done.returncode, done.stdout) == (0, f"tui-pod {tui_pod.__version__}\n")
    assert not ran.exists()


def test_module_run_apart_runs_no_code_from_here(ran: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    started: list[Any] = []
    popen: Any = subprocess.Popen
    monkeypatch.setattr(subprocess, "Popen", lambda *a, **k: started.append(popen(*a, **k)))
    run_apart("tui_pod.state.store", tmp_path / "state.toml")
    assert [process.wait(PATIENCE) for process in started] == [0]
    assert not ran.exists()


def test_module_started_keeps_the_surroundings_and_takes_another_python(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SOMETHING", "of the listener's")
    command, environment = start_of("tui_pod.state.store", Path("a b"), python="other")
    assert command == ["other", "-P", "-m", "tui_pod.state.store", "a b"]
    assert start_of("tui_pod.state.store")[0][0] == sys.executable
    assert (environment["SOMETHING"], environment["PYTHONPATH"]) == ("of the listener's", str(ROOT))


def test_module_that_cannot_be_started_is_left_undone(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(sys, "executable", str(tmp_path / "no python"))
    run_apart("tui_pod.state.store", tmp_path / "state.toml")


@pytest.mark.skipif(sys.platform != "linux", reason="only there a process can ask for it")
def test_stopped_process_ends_with_its_parent(tmp_path: Path) -> None:
    stopped = (
        "import os, signal; from tui_pod.runtime.subprocesses import end_with_parent\n"
        "end_with_parent(); print(os.getpid(), flush=True); os.kill(os.getpid(), signal.SIGSTOP)"
    )
    parent = f"import subprocess, sys; subprocess.run([sys.executable, '-c', {stopped!r}], check=False)"
    with subprocess.Popen(
        [sys.executable, "-c", parent], env={**os.environ, "PYTHONPATH": str(ROOT)}, stdout=subprocess.PIPE
    ) as process:
        child = os.pidfd_open(int(present(process.stdout).readline()))
        process.kill()
        ended, _, _ = select.select([child], [], [], 20)
        assert ended == [child]
        os.close(child)


CHILD = "import signal; signal.pause()"
LEAVES_A_CHILD = f"""
import signal, subprocess, sys
signal.signal(signal.SIGTERM, signal.{{}})
print(subprocess.Popen([sys.executable, "-c", {CHILD!r}], stdout=subprocess.DEVNULL).pid, flush=True)
{{}}
"""


@pytest.mark.parametrize(
    ("answer", "then"),
    [("SIG_DFL", "signal.pause()"), ("SIG_IGN", "signal.pause()"), ("SIG_DFL", "")],
    ids=["ends", "does not", "has ended"],
)
async def test_process_ends_with_what_it_has_started(answer: str, then: str) -> None:
    code = LEAVES_A_CHILD.format(answer, then)
    process = await start_process([sys.executable, "-c", code], stdout=subprocess.PIPE, process_group=0)
    child = os.pidfd_open(int(await present(process.stdout).readline()))
    if not then:
        await process.wait()
        assert group_lives(process)
    await end_process(process)
    await process.wait()
    assert select.select([child], [], [], PATIENCE)[0]
    os.close(child)
    await end_process(process)  # again


HOLDS_PIPES = f"""
import subprocess, sys
print(subprocess.Popen([sys.executable, "-c", {CHILD!r}], start_new_session=True).pid, flush=True)
"""


def test_process_whose_pipes_are_held_by_another_leaves_nothing_for_a_closed_loop(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    said = list[str]()
    monkeypatch.setattr(sys, "unraisablehook", lambda report: said.append(repr(report.exc_value)))

    async def run() -> int:
        pipe = subprocess.PIPE
        process = await start_process([sys.executable, "-c", HOLDS_PIPES], stdin=pipe, stdout=pipe, process_group=0)
        holder = int(await present(process.stdout).readline())
        await end_process(process)
        return holder

    os.kill(asyncio.run(run()), signal.SIGKILL)
    gc.collect()
    assert said == []


def test_module_run_apart_outlives_the_terminal_and_says_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    popen = Mock()
    monkeypatch.setattr(subprocess, "Popen", popen)
    run_apart("tui_pod.state.store")
    options = popen.call_args.kwargs
    assert options["start_new_session"] is True
    assert {options[name] for name in ("stdin", "stdout", "stderr")} == {subprocess.DEVNULL}


async def test_result_and_error_of_the_work_come_back() -> None:
    assert await in_thread(lambda _: threading.current_thread() is not threading.main_thread())
    with pytest.raises(ZeroDivisionError):
        await in_thread(lambda _: 1 // 0)


def test_token_that_is_set_stops_the_work() -> None:
    stop = CancelToken()
    stop.check()
    stop.set()
    assert stop.is_set
    with pytest.raises(Cancelled):
        stop.check()


async def test_cancelled_wait_wakes_the_work_from_its_socket() -> None:
    ours, theirs = socket.socketpair()
    waits, ended = asyncio.Event(), asyncio.Event()
    loop = asyncio.get_running_loop()

    def work(stop: CancelToken) -> None:
        with stop.waking(theirs):
            loop.call_soon_threadsafe(waits.set)
            theirs.recv(1)
        loop.call_soon_threadsafe(ended.set)

    with ours, theirs:
        task = asyncio.create_task(in_thread(work))
        await waits.wait()
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        await asyncio.wait_for(ended.wait(), PATIENCE)


def test_socket_is_left_alone_after_the_block() -> None:
    ours, theirs = socket.socketpair()
    stop = CancelToken()
    with ours, theirs:
        with stop.waking(theirs):
            pass
        stop.set()
        ours.send(b"x")
        assert theirs.recv(1) == b"x"
        with pytest.raises(Cancelled), stop.waking(theirs):
            pass
