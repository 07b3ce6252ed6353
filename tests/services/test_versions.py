"""A stream that grows is fingerprinted from where it ended; what was noted of another version is found in this one."""

import asyncio
import wave
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import tui_pod.services.versions as module
from tests.fakes import FakeFrontend, OpenedPodcasts, make_context
from tests.passages.test_worker import RATE, sound
from tests.patience import until
from tests.rooms import EPISODES, make_room
from tui_pod.core.library.episode import Episode
from tui_pod.core.player.events import Event, VersionKnown
from tui_pod.core.player.snapshot import Source
from tui_pod.core.player.version import STEP, WORD, Version
from tui_pod.passages.finder import find_places
from tui_pod.sources.opened import Podcasts
from tui_pod.speech.worker_process import RightOfWay

CAST = Episode("one", "One", duration=60.0, audio="https://cast.example.org/1.wav")

TALK = sound(50, seed=4)


@pytest.fixture
def write(tmp_path: Path) -> Callable[[str, Any], Path]:
    def write(name: str, samples: Any) -> Path:
        path = tmp_path / f"{name}.wav"
        with wave.open(str(path), "wb") as file:
            file.setparams((1, 2, RATE, 0, "NONE", ""))
            file.writeframes(samples.tobytes())
        return path

    return write


@pytest.fixture
def here(monkeypatch: pytest.MonkeyPatch) -> Callable[[Path, float], None]:
    """Says what is here of the recording, in a share of its bytes."""

    def say(path: Path, share: float = 1.0) -> None:
        size = path.stat().st_size
        part = path.with_suffix(".part")
        part.write_bytes(path.read_bytes()[: int(share * size)])
        found = module._Recording(part, size, part.stat().st_size)
        monkeypatch.setattr(module, "_recording", lambda *_, **__: found)

    return say


async def words_of(path: Path) -> bytes:
    return (await find_places(path, [], RightOfWay(asyncio.get_running_loop().call_later)))[0]


def differing(one: bytes, other: bytes) -> float:
    """Return the share of bits in which two sounds differ, as far as the shorter one goes."""
    bits = [np.unpackbits(np.frombuffer(each[: min(len(one), len(other))], np.uint8)) for each in (one, other)]
    return float(np.mean(bits[0] != bits[1]))


class Frontend(FakeFrontend):
    """Keeps the versions that it is told."""

    def __init__(self) -> None:
        super().__init__()
        self.versions: list[VersionKnown] = []

    def emit(self, event: Event) -> None:
        assert isinstance(event, VersionKnown)
        self.versions.append(event)


async def test_stream_that_has_grown_is_fingerprinted_from_where_it_ended(
    write: Callable[[str, Any], Path], here: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    starts = list[float]()

    async def note(path: Path, places: Sequence[str], urgent: RightOfWay, start: float = 0.0) -> Any:
        starts.append(start)
        return await find_places(path, places, urgent, start)

    path = write("one", TALK)
    whole = await words_of(path)
    monkeypatch.setattr(module, "find_places", note)
    monkeypatch.setattr(module, "SOON", 0.0)
    room = make_room((CAST, *EPISODES[1:]))
    room.sources.found["one"] = Source("/1.wav", is_stream=True)
    frontend = Frontend()
    context = make_context(room.controller, frontend, podcasts=Podcasts(tmp_path, tmp_path, 1 << 30))
    finder = module.VersionFinder(context, RightOfWay(asyncio.get_running_loop().call_later), lambda: True)
    room.play("one")
    sounds = list[bytes]()
    for share in (0.4, 0.7, 1.0):
        here(path, share)
        finder.playback_changed(room.controller.playback)
        await until(lambda: len(frontend.versions) > len(sounds), f"{share} of it")
        sounds.append(frontend.versions[-1].words)
        room.controller.toggle_pause()
    first, second, third = sounds
    assert 30 < len(first) / WORD < 0.45 * len(whole) / WORD
    assert len(first) < len(second) < len(third)
    assert len(third) / WORD == pytest.approx(len(whole) / WORD, abs=4)  # silence fills the last block
    assert differing(third, whole) < 0.02
    assert starts == [0.0, *((len(each) / WORD - module.OVERLAP) * STEP for each in (first, second))]


async def test_what_was_noted_of_another_version_is_found_by_its_sound(
    write: Callable[[str, Any], Path], here: Any, tmp_path: Path
) -> None:
    former = write("former", np.concatenate([sound(12, seed=1), TALK]))
    now = write("now", np.concatenate([sound(4, seed=2), TALK]))
    noted = Version(former.stat().st_size, 62.0, await words_of(former)).place(40.0)
    gone = Version(9_999, 62.0, await words_of(write("gone", sound(50, seed=8)))).place(25.0)
    same = Version(now.stat().st_size, 54.0).place(20.0)
    shared = OpenedPodcasts(Podcasts(tmp_path, tmp_path, 1 << 30))
    here(now)
    moves = await module.find_moves(shared, CAST, ["", noted, gone, same])
    assert moves == {"": 0.0, same: 0.0, noted: pytest.approx(-8.0, abs=0.1)}
    assert await module.find_moves(OpenedPodcasts(None), CAST, [""]) == {"": 0.0}
