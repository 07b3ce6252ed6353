"""Processes that read what others wrote can reach nobody, gain no privileges, and take no more than they may."""

import json
import socket
import subprocess
import sys

import pytest

from tests.patience import PATIENCE
from tui_pod.runtime.limited_processes import CallLimits, ContentFault, LimitedProcesses

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="other systems have limits only")

CONNECT = """
import json, socket, sys
answers = []
for family, address in ((socket.AF_INET, ("127.0.0.1", int(sys.argv[1]))), (socket.AF_INET6, ("::1", 9))):
    for kind in (socket.SOCK_STREAM, socket.SOCK_DGRAM):
        try:
            socket.socket(family, kind).connect(address)
            answers.append("open")
        except OSError as error:
            answers.append(error.strerror)
socket.socketpair()
print(json.dumps(answers))
"""


def test_process_in_a_cell_and_what_it_starts_can_connect_to_nobody() -> None:
    enter = "from tui_pod.runtime.cell import enter_cell; enter_cell(1 << 30)\n"
    start = "import subprocess, sys; sys.exit(subprocess.run([sys.executable, '-c', *sys.argv[1:]]).returncode)"
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = str(server.getsockname()[1])

        def run(*command: str) -> list[str]:
            done = subprocess.run([sys.executable, "-c", *command], capture_output=True, check=True, timeout=PATIENCE)
            found: list[str] = json.loads(done.stdout)
            return found

        assert run(CONNECT, port)[0] == "open"
        assert run(enter + CONNECT, port) == ["Permission denied"] * 4
        assert run(enter + start, CONNECT, port) == ["Permission denied"] * 4


def test_reader_of_foreign_texts_can_connect_to_nobody_and_gains_no_privileges() -> None:
    processes = LimitedProcesses(CallLimits(PATIENCE, 256 * 1024 * 1024))
    with socket.create_server(("127.0.0.1", 0)) as server, pytest.raises(ContentFault, match="Permission denied"):
        processes.call("socket:create_connection", server.getsockname())
    status = "".join(processes.call("linecache:getlines", "/proc/self/status"))
    assert "NoNewPrivs:\t1" in status
    processes.close()


@pytest.mark.parametrize(
    "module",
    ["tui_pod.speech.decoder", "tui_pod.audio.opus", "tui_pod.speech.narrator_worker", "tui_pod.passages.worker",
     "tui_pod.speech.recogniser_worker"],
)  # fmt: skip
def test_each_process_for_foreign_sound_or_text_is_in_a_cell(module: str) -> None:
    """It is run up to its `main`, which is replaced by an attempt to connect."""
    program = f"""
import resource, runpy, socket, sys
from tui_pod.runtime import cell
enter = cell.enter_cell
def then_try(*limits, **more):
    enter(*limits, **more)
    try:
        socket.socket()
    except OSError as error:
        sys.exit(str(error.strerror) + str(resource.getrlimit(resource.RLIMIT_DATA)[0] < 1 << 34))
cell.enter_cell = then_try
sys.argv = ["x", "/dev/null", "/dev/null"]
runpy.run_module({module!r}, run_name="__main__")
"""
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, stdin=subprocess.DEVNULL, timeout=PATIENCE
    )
    assert done.stderr.strip().endswith("Permission deniedTrue")
