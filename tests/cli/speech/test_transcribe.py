"""The command `transcribe`, with a recogniser that answers at once."""

from collections.abc import AsyncIterator, Sequence
from pathlib import Path
from unittest.mock import Mock

import pytest

import tui_pod.speech.recogniser as speech
from tui_pod.cli.main import main
from tui_pod.cli.speech import transcribe
from tui_pod.config.paths import find_paths
from tui_pod.core.library.transcript import Cue
from tui_pod.recordings.downloads import Downloads
from tui_pod.recordings.recording_store import DownloadRequest
from tui_pod.recordings.remote_recording import Report
from tui_pod.speech.model import RecognitionError
from tui_pod.speech.recogniser import Recognised, RecognitionRequest
from tui_pod.speech.transcript_files import RECOGNISED, TranscriptFiles
from tui_pod.speech.worker_process import RightOfWay

CATALOG = """version = 1
[[episodes]]
id = "talk"
title = "A talk with Ada Lovelace"
audio = "talk.mp3"
[[episodes]]
id = "bad"
title = "Bad"
audio = "bad.mp3"
[[episodes]]
id = "gone"
title = "Gone"
audio = "gone.mp3"
[[episodes]]
id = "worded"
title = "Has words"
audio = "worded.mp3"
transcript = "worded.vtt"
[[episodes]]
id = "narrated"
title = "Narrated"
"""

REQUESTS: list[RecognitionRequest] = []


async def fake_recognise(request: RecognitionRequest, _: RightOfWay | None) -> AsyncIterator[Recognised]:
    """Stand for the recogniser."""
    REQUESTS.append(request)
    if "bad" in request.recording:
        raise RecognitionError("The recording cannot be decoded.")
    yield Recognised((Cue("Said.", 1.0, 2.0),), 2.0)
    yield Recognised((), 90.0, is_end=True)


@pytest.fixture(autouse=True)
def _home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    REQUESTS.clear()
    monkeypatch.setattr(speech, "recognise", fake_recognise)
    monkeypatch.setattr(transcribe, "find_model", lambda setting: Path(setting or "/model"))
    (tmp_path / "c.toml").write_text(CATALOG, "utf-8")
    for name in ("talk", "bad", "worded"):
        (tmp_path / f"{name}.mp3").write_bytes(b"sound")
    (tmp_path / "worded.vtt").write_text("WEBVTT", "utf-8")


def run(folder: Path, *arguments: str) -> int:
    """Run the command on the catalogue in a folder."""
    return main(["--catalog", str(folder / "c.toml"), "--state", str(folder / "s.toml"), "transcribe", *arguments])


def test_named_recording_is_recognised_and_copied(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = tmp_path / "deep" / "out"
    assert run(tmp_path, "talk", "--out", str(out)) == 0
    assert "Said." in (out / "talk.vtt").read_text("utf-8")
    assert capsys.readouterr().out.split("\t")[:3] == ["talk", "1:30", "1 sentence"]
    assert REQUESTS[0].names == "Ada Lovelace"


def test_recording_is_given_a_text(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "book.txt").write_text("“Said!”", "utf-8")
    assert run(tmp_path, "--text", str(tmp_path / "book.txt")) == 1
    assert run(tmp_path, "talk", "--text", str(tmp_path / "none.txt")) == 1
    assert REQUESTS == []
    capsys.readouterr()
    assert run(tmp_path, "talk", "--text", str(tmp_path / "book.txt"), "--out", str(tmp_path / "out")) == 0
    assert capsys.readouterr().out.split("\t")[2::2] == ["1 sentence", "times found by machine\n"]
    assert "00:00:01.000 --> 00:00:02.000\n“Said!”" in (tmp_path / "out" / "talk.vtt").read_text("utf-8")


def test_without_a_name_what_has_no_words_is_recognised_once(tmp_path: Path) -> None:
    assert run(tmp_path) == 1  # bad.mp3
    assert [Path(request.recording).name for request in REQUESTS] == ["talk.mp3", "bad.mp3"]
    assert run(tmp_path, "talk") == 0
    assert len(REQUESTS) == 2


def test_fault_of_one_is_a_line_and_the_others_are_done(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(tmp_path, "bad", "gone", "narrated", "talk") == 1
    said = capsys.readouterr()
    assert said.err.splitlines() == [
        "tui-pod: bad: The recording cannot be decoded.",
        f"tui-pod: gone: The recording is not there: {tmp_path / 'gone.mp3'}.",
        "tui-pod: narrated: It has no recording; its text is narrated.",
    ]
    assert said.out.startswith("talk\t")


def test_unknown_id_changes_nothing(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(tmp_path, "--again") == 1
    assert "--again needs the ids" in capsys.readouterr().err
    assert run(tmp_path, "talk", "nothing") == 1
    assert "no episode “nothing”" in capsys.readouterr().err
    assert REQUESTS == []


def test_again_recognises_anew_and_keeps_the_former_where_that_fails(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert run(tmp_path, "talk", "--out", str(tmp_path / "out")) == 0
    assert run(tmp_path, "talk", "--again") == 0
    assert [request.start for request in REQUESTS] == [0.0, 0.0]

    async def fail(request: RecognitionRequest, _: RightOfWay | None) -> AsyncIterator[Recognised]:
        raise RecognitionError("It is broken.")
        yield

    monkeypatch.setattr(speech, "recognise", fail)
    assert run(tmp_path, "talk", "--again") == 1
    monkeypatch.setattr(speech, "recognise", fake_recognise)
    assert run(tmp_path, "talk") == 0
    assert len(REQUESTS) == 2


def test_speed_is_that_of_what_was_recognised_now(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    clock = iter((0.0, 8.0, 8.0, 16.0, 16.0, 24.0))
    monkeypatch.setattr(transcribe, "time", Mock(monotonic=lambda: next(clock)))
    with TranscriptFiles(find_paths(tmp_path / "s.toml", None).data / RECOGNISED).writing("bad", "m") as writer:
        writer.add((Cue("Before.", 0.0, 10.0),), 10.0)
    (tmp_path / "c.toml").write_text(CATALOG.replace("bad.mp3", "talk.mp3"), "utf-8")
    assert run(tmp_path, "talk", "bad") == run(tmp_path, "talk") == 0
    assert [line.split("\t")[3] for line in capsys.readouterr().out.splitlines()] == ["11.2×", "10.0×", "was done"]


def test_nothing_to_transcribe_is_said(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "c.toml").write_text('version = 1\n[[episodes]]\nid = "talk"\ntitle = "A talk"\naudio = "talk.mp3"\n')
    assert run(tmp_path) == 0
    assert capsys.readouterr().err == ""
    assert run(tmp_path) == 0
    assert capsys.readouterr().err == "tui-pod: no recording on this machine lacks a transcript\n"


@pytest.mark.parametrize(("length", "shares"), [(None, (None, None, None)), (60.0, (0.0, 2.0 / 60.0, 1.0))])
def test_progress_of_download_and_recognition_is_shown(
    length: float | None, shares: Sequence[float | None], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    audio = f'audio = "https://pod.example/far.mp3"\n{f"duration = {length}" if length else ""}'
    (tmp_path / "c.toml").write_text(f'version = 1\n[[episodes]]\nid = "far"\ntitle = "Far"\n{audio}\n')
    shown, asked = list[tuple[object, ...]](), list[DownloadRequest]()

    def fetch(_: Downloads, request: DownloadRequest, report: Report) -> Path:
        asked.append(request)
        report(5_999_999, 24_000_000)
        report(6_000_000, None)
        return tmp_path / "talk.mp3"

    monkeypatch.setattr(Downloads, "fetch", fetch)
    monkeypatch.setattr(transcribe, "show_progress", lambda *given: shown.append(given))
    assert run(tmp_path, "far") == 0
    assert [request.is_automatic for request in asked] == [True]
    said, (none, part, whole) = "1/1 far", shares
    assert shown == [
        (said, 5_999_999 / 24_000_000, "5 MB downloaded"), (said, None, "6 MB downloaded"),
        (said, none, "0:00 recognised"), (said, part, "0:02 recognised"), (said, whole, "1:30 recognised"), ("",),
    ]  # fmt: skip


def test_copy_that_cannot_be_written_is_a_fault(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "out" / "talk.vtt").mkdir(parents=True)
    assert run(tmp_path, "talk", "--out", str(tmp_path / "out")) == 1
    assert capsys.readouterr().err.startswith("tui-pod: talk: ")
