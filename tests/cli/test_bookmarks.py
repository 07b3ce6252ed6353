import signal
import sys
from datetime import timedelta
from pathlib import Path

import pytest

from tests.audio.test_zoo import tones
from tests.cli.test_main import Run
from tests.cli.test_main import run as run
from tests.cli.test_main import small as small
from tests.cli.test_main import state as state
from tests.fakes import START
from tests.sources.server import Ranged, serving
from tui_pod.core.player.snapshot import Source
from tui_pod.core.player.version import Place
from tui_pod.core.progress.bookmarks import Bookmark
from tui_pod.state.store import StateFile

MARKS = (
    Bookmark("one", 61.5, 64.0, START, START, "Said “so”.", "Mine.", "Old title"),
    Bookmark("gone", 3.0, 33.0, START - timedelta(days=1), START, title="Gone title"),
    Bookmark("two", 5.0, 6.0, START, START, is_removed=True),
)


@pytest.fixture(autouse=True)
def _kept(state: StateFile) -> None:
    state.append(MARKS)


def test_bookmarks_are_printed_oldest_first_and_those_removed_are_not(run: Run, small: list[str]) -> None:
    assert run(*small, "bookmarks").out == (
        "gone\t0:03\t\t\tGone title\n"
        "one\t1:01\tSaid “so”.\tMine.\tOne — first\n"
    )  # fmt: skip


def test_bookmarks_as_json_have_the_keys_of_the_contract(run: Run, small: list[str]) -> None:
    result = run(*small, "bookmarks", "--json")
    assert [list(each) for each in result.json] == [["id", "title", "start", "text", "note", "created"]] * 2
    assert result.json[1] == {
        "id": "one", "title": "One — first", "start": 61.5, "text": "Said “so”.", "note": "Mine.",
        "created": "2026-11-24T13:00:00+00:00",
    }  # fmt: skip


def test_bookmarks_are_written_as_markdown_once(run: Run, small: list[str], tmp_path: Path) -> None:
    result = run(*small, "bookmarks", "--out", tmp_path / "notes")
    assert (result.status, result.out) == (0, "")
    assert result.err.endswith(f"2 bookmarks of 2 episodes in {tmp_path / 'notes'}\n")
    texts = [path.read_text("utf-8") for path in (tmp_path / "notes").iterdir()]
    assert sum("> Said “so”." in text for text in texts) == 1
    assert run(*small, "bookmarks", "--out", tmp_path / "notes").err.count("\n") == 1
    lines = run(*small, "bookmarks", "--csv").out.splitlines()
    assert lines[0] == '"Highlight","Title","Author","URL","Note","Location","Date"'
    assert '"Said “so”.","One — first","","","Mine.","61","2026-11-24 13:00:00"' in lines
    assert run(*small, "bookmarks", "--json", "--csv").status == 2


@pytest.mark.parametrize(("has_bookmarks", "what"), [(False, "--out"), (True, "--out"), (True, "--clips")])
def test_folder_that_cannot_be_made_is_one_line(
    has_bookmarks: bool, what: str, run: Run, small: list[str], tmp_path: Path
) -> None:
    (tmp_path / "file").write_text("mine")
    if not has_bookmarks:
        small[3] = str(tmp_path / "other.toml")
    result = run(*small, "bookmarks", what, tmp_path / "file" / "notes")
    assert (result.status, result.err.count("\n")) == (1, 1)
    assert "cannot be created: Not a directory" in result.err


def test_clips_are_cut_where_there_is_audio_and_the_rest_is_said(
    run: Run, small: list[str], tmp_path: Path, state: StateFile
) -> None:
    catalog = Path(small[1])
    tones(tmp_path / "three.wav", 300, 600)
    catalog.write_text(catalog.read_text("utf-8") + 'audio = "three.wav"\n', "utf-8")
    state.append([Bookmark("three", 0.5, 1.5, START, START, "Said.")])
    result = run(*small, "bookmarks", "--clips", tmp_path / "clips")
    assert result.status == 1
    assert sorted(result.err.splitlines()) == [
        f"1 clip cut in {tmp_path / 'clips'}",
        "tui-pod: no clip of “Gone title”: it is no longer in the library",
        "tui-pod: no clip of “One — first”: it is not narrated yet; run: tui-pod narrate one",
    ]
    (clip,) = (tmp_path / "clips").iterdir()
    assert clip.name.startswith("three-")
    assert clip.name.endswith("-0-00-50.opus")
    assert f"0 clips cut in {tmp_path / 'clips'}" in run(*small, "bookmarks", "--clips", tmp_path / "clips").err


def test_clip_of_another_version_is_cut_where_its_sound_is_or_said_to_be_missing(
    run: Run, small: list[str], tmp_path: Path, state: StateFile, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def find(_shared: object, _episode: object, versions: list[str]) -> dict[str, float]:
        return dict.fromkeys(versions[:1], 30.0)

    made = list[object]()
    monkeypatch.setattr("tui_pod.services.versions.find_moves", find)
    monkeypatch.setattr("tui_pod.export.clips.encode_opus", lambda *_, **times: made.append(times))
    catalog = Path(small[1])
    (tmp_path / "three.wav").touch()
    catalog.write_text(catalog.read_text("utf-8") + 'audio = "three.wav"\n', "utf-8")
    noted = [str(Place(size, 90.0, 0.0, b"")) for size in (1, 2)]
    state.append([Bookmark("three", 5.0 + at, 6.0 + at, START, START, version=each) for at, each in enumerate(noted)])
    result = run(*small, "bookmarks", "--clips", tmp_path / "clips")
    assert made == [{"start": "35.000", "end": "36.000"}]
    assert "no clip of “Three” at 0:06: it is of another version of the recording" in result.err


@pytest.mark.parametrize(("is_allowed", "status"), [(True, 0), (False, 1)])
def test_clip_of_a_stream_is_cut_or_says_why_not(run: Run, tmp_path: Path, is_allowed: bool, status: int) -> None:
    catalog, config = tmp_path / "c.toml", tmp_path / "config.toml"
    options = ["--catalog", catalog, "--state", tmp_path / "streamed.toml", "--config", config]
    StateFile(tmp_path / "streamed.toml").append([Bookmark("s", 0.5, 1.5, START, START, "Said.")])
    with serving() as site:
        site.replies["/s.wav"] = Ranged(tones(tmp_path / "s.wav", 300, 600).read_bytes(), "audio/wav")
        catalog.write_text(f'version = 1\n[[episodes]]\nid = "s"\ntitle = "S"\naudio = "{site.url("/s.wav")}"\n')
        config.write_text(f'[network]\nprivate_hosts = ["127.0.0.1:{site.server_port}"]\n' if is_allowed else "")
        result = run(*options, "bookmarks", "--clips", tmp_path / "clips")
    assert (result.status, len(list((tmp_path / "clips").iterdir()))) == (status, 1 - status)
    assert ("no clip of “S”: it is not on this machine: 127.0.0.1" in result.err) is not is_allowed


def test_clips_end_at_ctrl_c(
    run: Run, small: list[str], state: StateFile, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    catalog = Path(small[1])
    (tmp_path / "three.wav").touch()
    catalog.write_text(catalog.read_text("utf-8") + 'audio = "three.wav"\n', "utf-8")
    state.append([Bookmark("three", start, start + 1.0, START, START, "Said.") for start in (0.5, 2.5)])
    cut: list[Path] = []

    def interrupt(_audio: Source, clip: Path, *_: str, **__: str) -> None:
        cut.append(clip)
        signal.raise_signal(signal.SIGINT)

    monkeypatch.setattr("tui_pod.export.clips.encode_opus", interrupt)
    assert run(*small, "bookmarks", "--clips", tmp_path / "clips").status == 130
    assert len(cut) == 1


def test_bookmarks_on_a_terminal_are_a_table_whose_times_end_alike_and_whose_texts_are_cut(
    run: Run, small: list[str], state: StateFile, monkeypatch: pytest.MonkeyPatch
) -> None:
    said = "Some forty characters of what was spoken."
    state.append([Bookmark("one", 6000.0, 6001.0, START + timedelta(1), START, said, "A note of some length.", "T")])
    monkeypatch.setattr(sys.stdout, "isatty", lambda: True)
    monkeypatch.setenv("COLUMNS", "59")
    assert run(*small, "bookmarks").out.splitlines() == [
        "id         at  words                     note      title",
        "gone     0:03                                      Gone ti…",
        "one      1:01  Said “so”.                Mine.     One — f…",
        "one   1:40:00  Some forty characters o…  A note…   One — f…",
    ]
