"""Real recordings are compared in the process itself; whatever ends it early, nothing is saved.

The owner of the process that compares recordings, over a stub of that process.
"""

import asyncio
import json
import signal
import sys
import wave
from collections.abc import Callable
from importlib.metadata import PackageNotFoundError
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tests.patience import PATIENCE
from tests.present import present
from tui_pod.passages.finder import FindRequest, find_passages
from tui_pod.passages.store import PASSAGE, ComparedRecording, PassageError, PassageStore
from tui_pod.runtime.files import locked
from tui_pod.speech.worker_process import start_worker

RATE = 16_000

CAST = "https://cast.example.org/feed"


def sound(seconds: float, seed: int) -> Any:
    """Return samples whose spectrum changes all the time."""
    chance = np.random.default_rng(seed)
    pieces = [np.convolve(chance.normal(size=4000), chance.normal(size=40), "same") for _ in range(int(seconds * 4))]
    return np.clip(np.concatenate(pieces) * 1500, -32_768, 32_767).astype("<i2")


JINGLE = sound(12, seed=99)


@pytest.fixture
def record(tmp_path: Path) -> Callable[[str, float], Path]:
    """Makes a recording with the jingle after so many seconds, and talk of its own before and after it."""

    def make(name: str, start: float) -> Path:
        path = tmp_path / f"{name}.wav"
        seed = sum(map(ord, name)) * 2
        with wave.open(str(path), "wb") as file:
            file.setparams((1, 2, RATE, 0, "NONE", ""))
            file.writeframes(np.concatenate([sound(start, seed), JINGLE, sound(8, seed + 1)]).tobytes())
        return path

    return make


async def find(tmp_path: Path, recording: Path, podcast: str = CAST) -> list[float]:
    """Compare a recording; return what was said to be done."""
    request = FindRequest(str(tmp_path / "cache"), podcast, recording.stem, str(recording))
    return [done async for done in find_passages(request)]


async def test_jingle_is_found_in_all_episodes_and_known_in_other_podcasts(
    tmp_path: Path, record: Callable[[str, float], Path]
) -> None:
    starts = {"a": 4.0, "b": 9.0, "c": 6.5}
    paths = {name: record(name, start) for name, start in starts.items()}
    store = PassageStore(tmp_path / "cache")
    early, before = record("e", 3.0), {"e": 3.0}
    await find(tmp_path, early, "https://first.example.org")
    for name, path in paths.items():
        *_, done = await find(tmp_path, path)
        assert done == pytest.approx(starts[name] + 20, abs=2.0)  # silence fills the last block
    for name, path in paths.items():
        found = present(store.repeats(name, path))
        assert {one.other for one in found} == (starts | before).keys() - {name}
        for one in found:
            assert (one.start, one.end) == pytest.approx((starts[name], starts[name] + 12), abs=0.6)
            assert one.other_start == pytest.approx((starts | before)[one.other], abs=0.6)
    elsewhere = record("d", 2.0)
    await find(tmp_path, elsewhere, "https://other.example.org")
    for name, path, start in (("d", elsewhere, 2.0), ("e", early, 3.0)):  # and what was compared before it was known
        heard = present(store.repeats(name, path))
        assert {one.other for one in heard} >= {"a", "b", "c"}  # by the library, though of another podcast
        assert all((one.start, one.end) == pytest.approx((start, start + 12), abs=0.8) for one in heard)
    (passage,) = [ident for ident, _ in store.others(ComparedRecording("", "", "", b"")) if ident.startswith(PASSAGE)]
    await find(tmp_path, paths["c"])  # again: it is in the library once
    assert [ident for ident, _ in store.others(ComparedRecording("", "", "", b""))] == [passage]
    assert {one.other for one in present(store.repeats("e", early))} >= {"a", "b", "c"}


async def test_recording_that_changes_meanwhile_is_not_saved(
    tmp_path: Path, record: Callable[[str, float], Path]
) -> None:
    path = record("a", 4.0)
    found = find_passages(FindRequest(str(tmp_path / "cache"), CAST, "a", str(path)))
    await anext(found)
    path.write_bytes(path.read_bytes()[:-100])
    with pytest.raises(PassageError, match="changed meanwhile"):
        [_ async for _ in found]
    assert PassageStore(tmp_path / "cache").repeats("a", path) is None


@pytest.mark.parametrize("content", [b"no sound" * 1000, b""])
async def test_what_cannot_be_decoded_is_said_and_not_saved(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "a.mp3"
    path.write_bytes(content)
    with pytest.raises(PassageError, match="cannot be decoded"):
        await find(tmp_path, path)
    assert PassageStore(tmp_path / "cache").repeats("a", path) is None


async def test_one_program_at_a_time_compares(tmp_path: Path, record: Callable[[str, float], Path]) -> None:
    path = record("a", 4.0)
    lock = PassageStore(tmp_path / "cache").file.with_suffix(".lock")
    with locked(lock), pytest.raises(PassageError, match="Another tui-pod"):
        await find(tmp_path, path)
    assert await find(tmp_path, path)


async def test_kill_between_answers_saves_nothing_and_is_said(
    tmp_path: Path, record: Callable[[str, float], Path]
) -> None:
    first, path = record("a", 4.0), record("b", 9.0)
    await find(tmp_path, first)
    store = PassageStore(tmp_path / "cache")
    request = {"cache": str(tmp_path / "cache"), "podcast": CAST, "episode": "b", "recording": str(path)}
    worker = await start_worker("tui_pod.passages.worker", sys.executable)
    assert worker.stdin is not None
    assert worker.stdout is not None
    worker.stdin.write(json.dumps(request).encode() + b"\n")
    assert b"until" in await worker.stdout.readline()
    worker.kill()
    assert await worker.wait() == -signal.SIGKILL
    assert store.repeats("a", first) == []
    assert await find(tmp_path, path)  # nothing is locked
    assert [one.other for one in store.repeats("b", path) or ()] == ["a"]


async def test_closing_the_iterator_ends_the_process(tmp_path: Path, record: Callable[[str, float], Path]) -> None:
    request = FindRequest(str(tmp_path / "cache"), CAST, "a", str(record("a", 4.0)))
    found = find_passages(request)
    await anext(found)
    await found.aclose()
    with locked(PassageStore(tmp_path / "cache").file.with_suffix(".lock"), AssertionError(), PATIENCE):
        assert asyncio.current_task() is not None


REQUEST = FindRequest("/cache", "https://cast.example.org/feed", "a", "/a.mp3")

STUB = """#!{python}
import sys
sys.stdin.readline()
print({answer!r}, flush=True)
"""


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        ('{"error": "No\\u001b[31m sound."}', r"No\[31m sound\."),
        ("", "unexpected answer"),
        ("nonsense", "unexpected answer"),
        ('{"until": "soon"}', "unexpected answer"),
        ("[1]", "unexpected answer"),
        ('{"until": 1.0}', "was ended"),
    ],
)
async def test_odd_answers_are_told(tmp_path: Path, answer: str, said: str) -> None:
    stub = tmp_path / "stub"
    stub.write_text(STUB.format(python=sys.executable, answer=answer), "utf-8")
    stub.chmod(0o755)
    with pytest.raises(PassageError, match=said):
        async for _ in find_passages(REQUEST, python=str(stub)):
            pass


@pytest.mark.parametrize("version", [None, "1.26.4", "odd"])
async def test_without_numpy_it_says_what_is_missing(version: str | None, monkeypatch: pytest.MonkeyPatch) -> None:
    def find(_: str) -> str:
        if version is None:
            raise PackageNotFoundError
        return version

    monkeypatch.setattr("tui_pod.passages.finder.version", find)
    with pytest.raises(PassageError, match="install numpy 2: "):
        await anext(find_passages(REQUEST))
