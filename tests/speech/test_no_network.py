"""The voice asks nobody: a process of which any library opens a network socket is killed by the system."""

import asyncio
import signal
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from tests.patience import PATIENCE
from tui_pod.speech.narrator import Narration, NarrationError, Narrator, Script, has_voice

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="the filter is one of Linux")

WITHOUT_NETWORK = f"""#!{sys.executable}
import ctypes, os, platform, struct, sys
LOAD, IS_EQUAL, RETURN, ALLOW, KILL = 0x20, 0x15, 0x06, 0x7FFF0000, 0x80000000
SOCKET = {{"x86_64": 41, "aarch64": 198}}[platform.machine()]
AF_INET, AF_INET6, NUMBER, FIRST_ARGUMENT = 2, 10, 0, 16
steps = (
    (LOAD, 0, 0, NUMBER), (IS_EQUAL, 0, 4, SOCKET), (LOAD, 0, 0, FIRST_ARGUMENT),
    (IS_EQUAL, 1, 0, AF_INET), (IS_EQUAL, 0, 1, AF_INET6), (RETURN, 0, 0, KILL), (RETURN, 0, 0, ALLOW),
)
code = ctypes.create_string_buffer(b"".join(struct.pack("HBBI", *step) for step in steps))
program = ctypes.create_string_buffer(struct.pack("HL", len(steps), ctypes.addressof(code)))
libc = ctypes.CDLL(None, use_errno=True)
PR_SET_NO_NEW_PRIVS, PR_SET_SECCOMP, FILTER = 38, 22, 2
assert libc.prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0
assert libc.prctl(PR_SET_SECCOMP, FILTER, program, 0, 0) == 0, ctypes.get_errno()
os.execv(sys.executable, [sys.executable, *sys.argv[1:]])
"""
"""A Python that is killed when it, or what it runs, makes a socket of the network."""


@pytest.fixture(name="python")
def python_without_network(tmp_path: Path) -> str:
    path = tmp_path / "python"
    path.write_text(WITHOUT_NETWORK, "utf-8")
    path.chmod(0o700)
    return str(path)


@pytest.mark.parametrize(
    ("code", "status"),
    [
        ("import socket; socket.socket(socket.AF_INET)", -signal.SIGSYS),
        ("import socket; socket.getaddrinfo('example.org', 80)", -signal.SIGSYS),
        ("import socket; socket.socketpair()", 0),
    ],
)
def test_filter_kills_who_uses_the_network_and_nobody_else(python: str, code: str, status: int) -> None:
    assert subprocess.run([python, "-c", code], timeout=PATIENCE, check=False).returncode == status


@pytest.mark.skipif(not has_voice(), reason="the voice is not installed: pip install hibari-tts")
async def test_voice_narrates_without_a_network_and_notes_nothing_to_be_sent_later(
    python: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    home = tmp_path / "listener"
    home.mkdir()
    monkeypatch.setenv("HOME", str(home))
    monkeypatch.setenv("XDG_CACHE_HOME", str(home / "cache"))
    narrator = Narrator(tmp_path / "narrations", 1 << 30, python=python)
    answer: asyncio.Future[Narration | NarrationError] = asyncio.get_running_loop().create_future()
    narrator.request(Script(("Nobody is asked for this sentence.",)), answer.set_result)
    assert isinstance(await asyncio.wait_for(answer, 120), Narration)
    await narrator.close()
    assert list(home.rglob("*")) == []


@pytest.mark.skipif(not has_voice(), reason="the voice is not installed: pip install hibari-tts")
async def test_command_of_the_listener_has_the_network_also_after_the_voice(tmp_path: Path) -> None:
    narrator = Narrator(tmp_path, 1 << 30)
    await narrator.make(Script(("One.",)))
    with socket.create_server(("127.0.0.1", 0)) as server:
        speak = (
            "import socket, sys, wave\n"
            f"socket.create_connection({server.getsockname()!r})\n"
            "with wave.open(sys.stdout.buffer, 'wb') as file:\n"
            "    file.setparams((1, 2, 24_000, 24_000, 'NONE', ''))\n"
            "    file.writeframes(b'\\1\\2' * 24_000)\n"
        )
        assert (await narrator.make(Script(("Two.",), command=(sys.executable, "-c", speak)))).duration > 0
    await narrator.close()
