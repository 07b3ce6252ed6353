"""The command `sync`."""

from __future__ import annotations

import io
import json
from datetime import UTC, datetime
from pathlib import Path

import pytest

from tests.feeds.server import Site, body
from tui_pod.cli.main import main
from tui_pod.core.progress.bookmarks import Bookmark
from tui_pod.core.progress.cards import OF_EPISODE, Card
from tui_pod.core.progress.progress import Progress
from tui_pod.core.progress.records import ProgressRecord, Record, SettingRecord
from tui_pod.services.hints import NOT_SYNCED
from tui_pod.state.store import StateFile

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)


@pytest.fixture
def words(tmp_path: Path) -> list[str]:
    """Options of this machine, on a folder that another one has written to."""
    (tmp_path / "catalog.toml").write_text('version = 1\n[[episodes]]\nid = "one"\ntitle = "One"\n')
    (tmp_path / "shared").mkdir()
    (tmp_path / "config.toml").write_text('[sync]\nfolder = "shared"\ndevice = "desk"\n')
    for name, ident in (("here", "two"), ("there", "one")):
        StateFile(tmp_path / f"{name}.toml").append([ProgressRecord(ident, Progress(NOW, 42.0, 60.0))])
    assert main([*_options(tmp_path, "there"), "sync"]) == 0
    return _options(tmp_path, "here")


def _options(folder: Path, name: str) -> list[str]:
    state = str(folder / f"{name}.toml")
    return ["--state", state, "--config", str(folder / "config.toml"), "--catalog", str(folder / "catalog.toml")]


def test_sync_prints_what_came_in(words: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    capsys.readouterr()
    assert main([*words, "sync"]) == 0
    out, err = capsys.readouterr()
    assert (out, err) == ("one\tOne\t0:42\tdesk\n", "1 episode received, 1 sent\n")
    assert main([*words, "sync"]) == 0
    assert capsys.readouterr() == ("", "0 episodes received, 0 sent\n")


def test_sync_dry_run_prints_json_and_changes_nothing(words: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    for _ in range(2):
        capsys.readouterr()
        assert main([*words, "sync", "--dry-run", "--json"]) == 0
        received = [{"id": "one", "position": 42.0, "status": "started", "updated": NOW.isoformat(),
                     "from": "desk", "former_position": None, "former_status": None}]  # fmt: skip
        said = json.loads(capsys.readouterr().out)
        assert (said["received"], said["sent"], said["dry_run"]) == (received, 1, True)


def test_sync_prints_bookmarks_that_came_in(
    words: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    bookmark = Bookmark("one", 5.0, 9.0, NOW, NOW, "Said.", "Mine.")
    records: list[Record] = [bookmark, Card("one", OF_EPISODE, NOW, NOW)]
    StateFile(tmp_path / "there.toml").append(records)
    assert main([*_options(tmp_path, "there"), "sync"]) == 0
    capsys.readouterr()
    assert main([*words, "sync", "--dry-run", "--json"]) == 0
    said = json.loads(capsys.readouterr().out)
    assert [(entry["episode"], entry["note"], entry["updated"]) for entry in said["bookmarks"]] == [
        ("one", "Mine.", "2026-03-01 12:00:00+00:00")
    ]
    time = "2026-03-01 12:00:00+00:00"
    assert said["cards"] == [{"episode": "one", "due": time, "updated": time}]
    assert main([*words, "sync"]) == 0
    out, err = capsys.readouterr()
    assert "one\tOne\t0:05\tSaid.\n" in out
    assert err == "1 episode received, 1 sent, 1 bookmark received\n"


def test_sync_with_a_folder_that_is_not_there_fails(words: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    config = Path(words[3])
    config.write_text('[sync]\nfolder = "/nowhere/tui-pod"\n')
    assert main([*words, "sync"]) == 1
    assert "There is no folder /nowhere/tui-pod" in capsys.readouterr().err


def test_login_tries_the_password_and_keeps_it_where_only_its_user_can_read_it(
    words: list[str], site: Site, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    Path(words[3]).write_text(f'[sync]\nserver = "{site.url("")}"\nuser = "ann"\n')
    site.replies["/api/2/devices/ann.json"] = body("[]")
    monkeypatch.setattr("sys.stdin", io.StringIO("s3cret\n"))
    assert main([*words, "sync", "--login"]) == 0
    out, err = capsys.readouterr()
    kept = Path(words[1]).with_name("here.sync-password")
    assert (kept.read_text(), kept.stat().st_mode & 0o777) == ("s3cret\n", 0o600)
    assert f"logged in (gpodder); the password is in {kept}" in err
    assert "s3cret" not in out + err


def test_sync_with_nothing_set_says_where_to_set_it(words: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    Path(words[3]).write_text("")
    capsys.readouterr()
    assert main([*words, "sync"]) == 1
    assert capsys.readouterr().err == (
        "tui-pod: nothing to sync with. Choose “Set up sync” in the palette of the app, or set folder, or server and"
        f" user, under [sync] in {words[3]}; tui-pod config --default shows how.\n"
    )


def test_sync_that_was_set_up_in_the_app_is_turned_off(
    words: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main([*words, "sync", "--off"]) == 1
    assert "sets what to sync with" in capsys.readouterr().err
    Path(words[3]).write_text("")
    file = StateFile(Path(words[1]))
    file.append([SettingRecord("sync_with", "folder", str(tmp_path / "shared"))])
    assert main([*words, "sync", "--off"]) == 0
    assert capsys.readouterr().err.endswith(f"{NOT_SYNCED}\n")
    assert file.load().setting("sync_with", "folder", "?") == ""
    assert main([*words, "sync"]) == 1


def test_login_that_is_refused_keeps_nothing(
    words: list[str], site: Site, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    Path(words[3]).write_text(f'[sync]\nserver = "{site.url("")}"\nuser = "ann"\n')
    site.replies["/api/2/devices/ann.json"] = body("", status=401)
    monkeypatch.setattr("sys.stdin", io.StringIO("s3cret\n"))
    assert main([*words, "sync", "--login"]) == 1
    assert "rejects user or password" in capsys.readouterr().err
    assert not Path(words[1]).with_name("here.sync-password").exists()


def test_server_that_fails_does_not_keep_the_folder_from_being_told(
    words: list[str], site: Site, capsys: pytest.CaptureFixture[str]
) -> None:
    settings = f'[sync]\nfolder = "shared"\nserver = "{site.url("")}"\nuser = "ann"\npassword_command = "echo x"\n'
    Path(words[3]).write_text(settings)
    capsys.readouterr()
    assert main([*words, "sync", "--json"]) == 1
    report = json.loads(capsys.readouterr().out)
    assert [entry["id"] for entry in report["received"]] == ["one"]
    assert report["error"] == "The server speaks neither the gpodder API nor Nextcloud's gPodder Sync (status 404)."
