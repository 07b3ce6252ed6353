"""The owner of the recogniser's process, over a stub of that process; and what is kept when it fails."""

import asyncio
import errno
import os
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

import tui_pod.speech.recogniser as module
from tests.present import present
from tui_pod.core.library.transcript import Cue
from tui_pod.speech.model import RecognitionError
from tui_pod.speech.recogniser import Recognised, RecognitionRequest, recognise, transcribe
from tui_pod.speech.transcript_files import TranscriptFiles
from tui_pod.speech.worker_process import RightOfWay

REQUEST = RecognitionRequest("/recording.mp3", "/model", "Ada", start=1.5)

STUB = """#!{python}
import json, os, signal, sys
request = json.loads(sys.stdin.readline())
print(json.dumps({{"argv": sys.argv[1:], "offline": os.environ["HF_HUB_OFFLINE"], "request": request}}),
      file=open({log!r}, "w"), flush=True)
def say(**answer):
    print(json.dumps(answer), flush=True)
{body}
"""

Stub = Callable[[str], str]

HANG = "while True:\n    signal.pause()"

CUE = "say(cues=[[2.0, 3.0, 'Said.']], until=3.0)\n"


@pytest.fixture
def stub(tmp_path: Path) -> Stub:
    """Makes a program that stands for Python, and does what its text says."""

    def make(body: str) -> str:
        path = tmp_path / "stub"
        path.write_text(STUB.format(python=sys.executable, log=str(tmp_path / "log"), body=body), "utf-8")
        path.chmod(0o755)
        return str(path)

    return make


async def all_of(python: str) -> list[Recognised]:
    """Return all that is recognised."""
    return [part async for part in recognise(REQUEST, python=python)]


async def test_answers_come_one_by_one_from_a_process_that_looks_nothing_up(stub: Stub, tmp_path: Path) -> None:
    assert await all_of(stub(f"{CUE}say(end=10.0)")) == [
        Recognised((Cue("Said.", 2.0, 3.0),), 3.0),
        Recognised((), 10.0, is_end=True),
    ]
    noted = (tmp_path / "log").read_text("utf-8")
    assert '["-P", "-m", "tui_pod.speech.recogniser_worker"], "offline": "1"' in noted
    assert '"recording": "/recording.mp3"' in noted
    assert '"start": 1.5' in noted


async def test_words_are_cleaned_where_they_come_in(stub: Stub) -> None:
    said = await all_of(
        stub("say(cues=[[0, 1, 'a\\x1b[31mb'], [1, 2, '\\u200b'], [5, 4, 'odd']], until=2)\nsay(end=2)")
    )
    assert [cue.text for cue in said[0].cues] == ["a[31mb"]


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        ("say(error='it is broken')", "It is broken."),
        ("sys.exit(7)", "status 7"),
        ("os.kill(os.getpid(), signal.SIGKILL)", "signal 9; memory may have run out"),
        ("print('%%%', flush=True)", "gave an unexpected answer"),
        ("print('[1]', flush=True)", "gave an unexpected answer"),
        ("say(cues=[[1]], until=2)", "gave an unexpected answer"),
        ("say(cues=[], until=None)", "gave an unexpected answer"),
    ],
)
async def test_process_that_fails_is_an_error_in_words(stub: Stub, body: str, reason: str) -> None:
    with pytest.raises(RecognitionError, match=reason):
        await all_of(stub(body))


async def test_process_that_cannot_be_started_is_an_error_in_words(tmp_path: Path) -> None:
    with pytest.raises(RecognitionError, match="cannot be started"):
        await all_of(str(tmp_path / "nothing"))


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere nothing would end a stopped process")
async def test_process_that_makes_way_goes_on_when_it_may(stub: Stub) -> None:
    later: list[Callable[[], None]] = []

    def call_later(seconds: float, call: Callable[[], None]) -> asyncio.TimerHandle:
        later.append(call)
        return asyncio.get_running_loop().call_later(3600, call)

    urgent = RightOfWay(call_later)
    parts = recognise(REQUEST, urgent, stub("say(cues=[[0, 1, str(os.getpid())]], until=1)\nsay(end=2)"))
    await anext(parts)
    urgent.take()
    later[0]()
    assert (await anext(parts)).is_end
    await parts.aclose()


@pytest.mark.parametrize("makes_way", [False, True])
async def test_process_ends_with_the_iterator(stub: Stub, makes_way: bool) -> None:
    urgent = RightOfWay(asyncio.get_running_loop().call_later)
    parts = recognise(REQUEST, urgent, stub(f"say(cues=[[0, 1, str(os.getpid())]], until=1)\n{HANG}"))
    pid = int((await anext(parts)).cues[0].text)
    if makes_way:
        urgent.take()
    await parts.aclose()
    with pytest.raises(ProcessLookupError):
        os.kill(pid, 0)


async def into(files: TranscriptFiles, monkeypatch: pytest.MonkeyPatch, python: str) -> list[float]:
    """Recognise into an episode's file, and return what was reported."""
    monkeypatch.setattr(module, "recognise", lambda request, urgent: recognise(request, urgent, python))
    return [done async for done in transcribe(files, "one", [REQUEST], "m")]


async def test_what_was_done_before_a_fault_is_kept_and_gone_on_with(
    stub: Stub, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    files = TranscriptFiles(tmp_path / "words")
    with pytest.raises(RecognitionError):
        await into(files, monkeypatch, stub(f"{CUE}os.kill(os.getpid(), signal.SIGKILL)"))
    done = await into(
        files, monkeypatch, stub("s = request['start']\nsay(cues=[[s, s + 1, 'More.']], until=s + 1)\nsay(end=9)")
    )
    assert done == [3.0, 4.0, 9.0]
    words = present(files.read("one"))
    assert [cue.text for cue in words.cues] == ["Said.", "More."]
    assert words.is_complete


async def test_what_is_complete_is_not_recognised_again(
    stub: Stub, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    files = TranscriptFiles(tmp_path / "words")
    await into(files, monkeypatch, stub(f"{CUE}say(end=9)"))
    assert await into(files, monkeypatch, stub("sys.exit(1)")) == [9.0]


async def test_full_disk_is_a_clear_line_and_keeps_what_is_there(
    stub: Stub, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    files, writes = TranscriptFiles(tmp_path / "words"), 0
    write = os.write

    def fill(descriptor: int, content: bytes) -> int:
        nonlocal writes
        if b"-->" in content:
            writes += 1
            if writes > 1:
                raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        return write(descriptor, content)

    monkeypatch.setattr(os, "write", fill)
    with pytest.raises(RecognitionError, match="No space left on device"):
        await into(files, monkeypatch, stub(CUE + CUE))
    words = present(files.read("one"))
    assert len(words.cues) == 1


async def test_files_of_an_episode_are_recognised_in_order_and_gone_on_with(
    stub: Stub, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    files = TranscriptFiles(tmp_path / "words")
    body = "s = request['start']\nsay(cues=[[s, s + 1, request['recording'], [s]]], until=s + 1)\n"
    requests = [RecognitionRequest("/1", "/model"), RecognitionRequest("/2", "/model", offset=60.0)]

    async def run(end: str) -> list[float]:
        python = stub(f"{body}if request['recording'] == '/2':\n    {end}\nsay(end=59.9)")
        monkeypatch.setattr(module, "recognise", lambda request, urgent: recognise(request, urgent, python))
        return [done async for done in transcribe(files, "one", requests, "m")]

    with pytest.raises(RecognitionError):
        await run("sys.exit(1)")
    assert await run("pass") == [61.0, 62.0, 119.9]
    words = present(files.read("one"))
    heard = [("/1", 0.0, (0.0,)), ("/2", 60.0, (60.0,)), ("/2", 61.0, (61.0,))]
    assert [(cue.text, cue.start, cue.words) for cue in words.cues] == heard
    assert words.is_complete
