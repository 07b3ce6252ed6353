"""The command `passages`, on a folder of talks, with comparing that takes no time."""

import json
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from tests.sources.server import sound
from tui_pod.cli.main import main
from tui_pod.cli.speech import passages
from tui_pod.config.paths import find_paths
from tui_pod.core.progress.passages import Repeat
from tui_pod.core.progress.progress import Progress
from tui_pod.core.progress.records import ProgressRecord
from tui_pod.passages.finder import FindRequest
from tui_pod.passages.store import ComparedRecording, PassageError, PassageStore, stamp_of
from tui_pod.state.store import StateFile

REQUESTS: list[FindRequest] = []


async def fake_find(request: FindRequest) -> AsyncIterator[float]:
    """Find that all recordings but the first have a passage in common with it."""
    REQUESTS.append(request)
    if "bad" in request.recording:
        raise PassageError("The recording cannot be decoded.")
    yield 1.0
    yield 60.0
    first = REQUESTS[0].episode
    repeats = [] if request.episode == first else [(request.episode, Repeat(5.0, 25.0, first, 30.0, 50.0))]
    recording = ComparedRecording(request.episode, request.podcast, stamp_of(Path(request.recording)), b"word")
    PassageStore(Path(request.cache)).save(recording, [], repeats)


@pytest.fixture
def ids(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> dict[str, str]:
    """Make three talks; return their ids by title."""
    REQUESTS.clear()
    monkeypatch.setattr(passages, "find_passages", fake_find)
    talks = tmp_path / "Talks"
    talks.mkdir()
    for number, name in enumerate(("One", "Two", "Three bad")):
        (talks / f"{name}.wav").write_bytes(sound(0.1, pitch=400.0 + number))
    assert main(["feeds", "add", str(talks)]) == 0
    assert main(["feeds", "set", "Talks", "kind=talks"]) == 0
    assert main(["feeds", "refresh"]) == 0
    capsys.readouterr()
    assert main(["list", "--topic", "Talks", "--json"]) == 0
    return {one["title"]: one["id"] for one in json.loads(capsys.readouterr().out)}


def printed(capsys: pytest.CaptureFixture[str], *words: str, status: int = 0) -> Any:
    assert main(["passages", *words]) == status
    return capsys.readouterr()


def test_recordings_are_compared_once_and_what_was_played_is_printed(
    ids: dict[str, str], capsys: pytest.CaptureFixture[str]
) -> None:
    found = printed(capsys, "--find", status=1)  # one cannot be decoded
    assert f"{ids['Three bad']}: The recording cannot be decoded." in found.err
    assert sorted(found.out.splitlines()) == sorted(
        f"{request.episode}\t1:00\t{number} others have parts of it"
        for number, request in enumerate(one for one in REQUESTS if "bad" not in one.recording)
    )
    first, second = (one.episode for one in REQUESTS if "bad" not in one.recording)
    assert {Path(one.podcast).name for one in REQUESTS} == {"Talks"}
    REQUESTS.clear()
    printed(capsys, "--find", status=1)
    assert [one.episode for one in REQUESTS] == [ids["Three bad"]]
    assert json.loads(printed(capsys, second, "--json").out) == []
    heard = Progress(datetime(2026, 1, 1, tzinfo=UTC), played_ranges=((0.0, 45.0),))
    StateFile(find_paths().state).save([ProgressRecord(first, heard)])
    assert json.loads(printed(capsys, second, "--json").out) == [
        {"start": 5.0, "end": 20.0, "heard": 1, "skipped": False}
    ]
    assert printed(capsys, second).out == "0:05\t0:20\t1\t\n"


def test_recording_that_was_not_compared_says_how(ids: dict[str, str], capsys: pytest.CaptureFixture[str]) -> None:
    assert f"Run: tui-pod passages --find {ids['One']}" in printed(capsys, ids["One"], status=1).err


@pytest.mark.parametrize("words", [[], ["a", "b"]])
def test_not_one_episode_is_wrong_usage(words: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert "name an episode by its id" in printed(capsys, *words, status=2).err


def test_narration_has_no_passages(capsys: pytest.CaptureFixture[str]) -> None:
    assert "not books and narrations" in printed(capsys, "--find", "llm-layers", status=1).err
    assert "is not on this machine" in printed(capsys, "llm-layers", status=1).err
    assert "every recording" in printed(capsys, "--find").err
