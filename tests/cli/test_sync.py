"""The command `sync`."""

import io
import json
import re
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, cast
from unittest.mock import Mock

import pytest

from tests.sources.folders.sounds import make_mp3
from tests.sources.server import Site, body
from tui_pod.cli import sync
from tui_pod.cli.main import main
from tui_pod.config.reader import read_config
from tui_pod.core.library.own_lists import OwnList
from tui_pod.core.progress.bookmarks import Bookmark
from tui_pod.core.progress.cards import OF_EPISODE, Card, Notebook
from tui_pod.core.progress.progress import Progress
from tui_pod.core.progress.records import USUAL, ProgressRecord, Record, SettingRecord
from tui_pod.services.hints import NO_MACHINES, NOT_SYNCED
from tui_pod.state.store import StateFile
from tui_pod.sync.run import SyncResult
from tui_pod.sync.sending import record_file

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)


@pytest.fixture
def words(tmp_path: Path) -> list[str]:
    """Options of this machine, on a folder that another one has written to."""
    (tmp_path / "catalog.toml").write_text('version = 1\n[[episodes]]\nid = "one"\ntitle = "One"\n')
    (tmp_path / "shared").mkdir()
    (tmp_path / "config.toml").write_text('[sync]\nfolder = "shared"\ndevice = "desk"\n')
    known = SettingRecord("sync", "folder", str((tmp_path / "shared").resolve()))
    for name, ident in (("here", "two"), ("there", "one")):
        StateFile(tmp_path / f"{name}.toml").append([known, ProgressRecord(ident, Progress(NOW, 42.0, 60.0))])
    assert main([*_options(tmp_path, "there"), "sync"]) == 0
    return _options(tmp_path, "here")


def _options(folder: Path, name: str) -> list[str]:
    state = str(folder / f"{name}.toml")
    return ["--state", state, "--config", str(folder / "config.toml"), "--catalog", str(folder / "catalog.toml")]


def test_sync_prints_what_came_in(words: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    capsys.readouterr()
    assert main([*words, "sync"]) == 0
    out, err = capsys.readouterr()
    assert re.fullmatch(r"one\tOne\t0:42\tdesk\t\d+ days ago\n", out)
    assert err == "1 episode received, 1 sent\n"
    assert main([*words, "sync"]) == 0
    assert capsys.readouterr() == ("", "0 episodes received, 0 sent\n")


def test_book_that_is_called_talks_elsewhere_is_talks_after_a_sync(
    words: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for number in (1, 2, 3):
        make_mp3(tmp_path / "Shelf" / "Emma" / f"{number}.mp3", f"Chapter {number}", str(number), TALB="Emma")

    def run(machine: str, *command: str) -> str:
        monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / machine))
        capsys.readouterr()
        assert main([*_options(tmp_path, machine), *command]) == 0
        return capsys.readouterr().out

    for machine in ("here", "there"):
        run(machine, "feeds", "add", str(tmp_path / "Shelf"))
    run("here", "feeds", "set", "Emma", "kind=talks")
    run("here", "sync")
    run("there", "sync")
    assert run("there", "list", "--topic", "Emma").count("Chapter") == 3


def test_what_was_chosen_for_all_podcasts_elsewhere_holds_here(words: list[str], tmp_path: Path) -> None:
    for value in (3, "many"):  # which is not valid
        StateFile(tmp_path / "there.toml").append([SettingRecord(USUAL, "feeds.keep_next", value)])
        assert [main([*options, "sync", "--yes"]) for options in (_options(tmp_path, "there"), words)] == [0, 0]
        config = read_config(tmp_path / "config.toml", chosen=tmp_path / "here.settings.toml")
        assert config.settings.feeds.keep_next == 3


def test_settings_that_cannot_be_saved_are_told_beside_what_came_in(
    words: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    StateFile(tmp_path / "there.toml").append([SettingRecord(USUAL, "feeds.keep_next", 3)])
    assert main([*_options(tmp_path, "there"), "sync", "--yes"]) == 0
    (tmp_path / "here.settings.toml").mkdir()
    capsys.readouterr()
    assert main([*words, "sync", "--yes"]) == 1
    out, err = capsys.readouterr()
    assert out.startswith("one\tOne\t")
    assert "settings from elsewhere cannot be saved" in err


def test_machines_are_listed_and_forgotten(words: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    def machines() -> list[dict[str, Any]]:
        capsys.readouterr()
        assert main([*words, "sync", "--machines", "--json"]) == 0
        return cast("list[dict[str, Any]]", json.loads(capsys.readouterr().out))

    assert main([*words, "sync", "--machines"]) == 0
    assert capsys.readouterr().err == f"{NO_MACHINES}\n"
    assert main([*words, "sync", "--yes"]) == 0
    here, there = machines()
    assert [(each["name"], each["is_this"], each["episodes"]) for each in (here, there)] == [
        ("desk", True, 2), ("desk", False, 1)]  # fmt: skip
    assert main([*words, "sync", "--forget", there["file"], "--yes"]) == 0
    assert [each["file"] for each in machines()] == [here["file"]]


def test_machine_that_the_settings_name_is_not_renamed(words: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert main([*words, "sync", "--rename", "attic"]) == 1
    assert "sets what to sync with" in capsys.readouterr().err


def test_sync_dry_run_prints_json_and_changes_nothing(words: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    for _ in range(2):
        capsys.readouterr()
        assert main([*words, "sync", "--dry-run", "--json"]) == 0
        received = [{"id": "one", "position": 42.0, "status": "started", "updated": NOW.isoformat(),
                     "duration": 60.0, "played": False, "plays": 0,
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
    assert err == "1 episode received, 1 sent, 1 bookmark received, 1 card received\n"


@pytest.mark.parametrize("status", [200, 401])
def test_login_tries_the_password_and_keeps_it_where_only_its_user_can_read_it(
    words: list[str], site: Site, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, status: int
) -> None:
    assert main([*words, "sync", "--login"]) == 1
    assert capsys.readouterr().err.endswith("tui-pod: set server and user under [sync] first\n")
    Path(words[3]).write_text(f'[sync]\nserver = "{site.url("")}"\nuser = "ann"\n')
    site.replies["/api/2/devices/ann.json"] = body("[]", status=status)
    monkeypatch.setattr("sys.stdin", io.StringIO("s3cret\n"))
    assert main([*words, "sync", "--login"]) == (0 if status == 200 else 1)
    out, err = capsys.readouterr()
    kept = Path(words[1]).with_name("here.sync-password")
    if status == 200:
        assert (kept.read_text(), kept.stat().st_mode & 0o777) == ("s3cret\n", 0o600)
        assert f"logged in (gpodder); the password is in {kept}" in err
    else:
        assert "rejects user or password" in err
        assert not kept.exists()
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


def test_server_that_fails_does_not_keep_the_folder_from_being_told(
    words: list[str], site: Site, capsys: pytest.CaptureFixture[str]
) -> None:
    settings = f'[sync]\nfolder = "shared"\nserver = "{site.url("")}"\nuser = "ann"\npassword_command = "echo x"\n'
    Path(words[3]).write_text(settings)
    capsys.readouterr()
    assert main([*words, "sync", "--json", "--yes"]) == 1
    report = json.loads(capsys.readouterr().out)
    assert [entry["id"] for entry in report["received"]] == ["one"]
    assert report["error"] == "The server speaks neither the gpodder API nor Nextcloud's gPodder Sync (status 404)."


class Exchanged:
    """What the syncs with folder and server say they did, and with what they were called."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.folder = Mock(return_value=SyncResult())
        self.server = Mock(is_first=False)
        self.server.run.return_value = SyncResult()
        self.made = Mock(return_value=self.server)
        monkeypatch.setattr(sync, "sync_with_folder", self.folder)
        monkeypatch.setattr(sync, "ServerSync", self.made)
        monkeypatch.setattr(sync, "HttpTransport", Mock())
        monkeypatch.setattr(sync, "is_first_exchange", lambda *_: self.server.is_first)


@pytest.fixture
def exchanged(monkeypatch: pytest.MonkeyPatch) -> Exchanged:
    """Syncs that exchange nothing."""
    return Exchanged(monkeypatch)


PREVIEW = "First sync with {place}: 0 episodes will be received, 0 will be sent. Nothing will be unsubscribed.\n"
MARK = Bookmark("one", 65.0, 70.0, NOW, NOW, "Said.")
HERE, PLAYED = Progress(NOW, 42.0, 60.0), Progress(NOW, played=True)


@pytest.mark.parametrize(
    ("options", "result", "out", "err", "status"),
    [
        (
            [], SyncResult(received={"two": PLAYED._replace(origin="desk")}),
            "two\t\t0:42 → played\tdesk\n", "1 episode received, 0 sent\n", 0,
        ),
        (
            [], SyncResult(lacking_length=["one", "gone"]), "",
            "Not sent, since the server needs a length: 2 marks as played (One)\n0 episodes received, 0 sent\n", 0,
        ),
        ([], SyncResult(notices=["Look."], error="It broke."), "", "tui-pod: Look.\ntui-pod: It broke.\n", 1),
        ([], SyncResult(error="It broke.", sent=1), "", "tui-pod: It broke.\n0 episodes received, 1 sent\n", 1),
        (
            [], SyncResult(waiting=["Ships"]), "",
            "0 episodes received, 0 sent\n1 podcast of your other machines not subscribed to; tui-pod sync in a"
            " terminal asks about them.\n", 0,
        ),
        (
            [], SyncResult(subscribed=["https://ships.example"]), "",
            "0 episodes received, 0 sent, 1 podcast subscribed\nTo fetch the new podcasts: tui-pod feeds refresh\n", 0,
        ),
        (
            ["--dry-run"], SyncResult(subscribed=["https://ships.example"], sent=2), "",
            "0 episodes would be received, 2 would be sent, 1 podcast would be subscribed\n", 0,
        ),
        (
            [], SyncResult(received_notebook=Notebook((MARK, MARK.removed(NOW)._replace(start=5.0)))),
            "one\tOne\t1:05\tSaid.\none\tOne\tremoved\t\n", "0 episodes received, 0 sent, 2 bookmarks received\n", 0,
        ),
        (
            [],
            SyncResult(
                sent_notebook=Notebook((MARK,), (), (OwnList("Later", NOW),)), configured=["1"],
                unsubscribed=["a", "b"], received_notebook=Notebook((), (), (OwnList("Now", NOW),)),
                podcasts_sent=["c"], podcasts_removed=["d"], configured_there=["c"], queue_received="1 added",
                queue_sent="moved",
            ),
            "",
            "0 episodes received, 0 sent, 1 bookmark sent, 1 list received, 1 list sent, 1 podcast set as elsewhere,"
            " 2 podcasts unsubscribed, 1 podcast sent, 1 podcast removed elsewhere, settings of 1 podcast sent,"
            " queue received (1 added), queue sent (moved)\n",
            0,
        ),
    ],
)  # fmt: skip
def test_what_was_exchanged_is_said(
    options: list[str], result: SyncResult, out: str, err: str, status: int, words: list[str], exchanged: Exchanged,
    capsys: pytest.CaptureFixture[str],
) -> None:  # fmt: skip
    capsys.readouterr()
    exchanged.folder.return_value = result
    assert main([*words, "sync", *options]) == status
    said, told = capsys.readouterr()
    assert (re.sub(r"\t\d+ days ago\n", "\n", said), told) == (out, err)


def test_folder_and_server_are_one_report_in_json(
    words: list[str], exchanged: Exchanged, capsys: pytest.CaptureFixture[str]
) -> None:
    settings = '[sync]\nfolder = "shared"\nserver = "https://sync.example"\nuser = "ann"\npassword_command = "echo x"\n'
    Path(words[3]).write_text(settings)
    exchanged.folder.return_value = SyncResult(
        received={"one": HERE}, machine="desk.toml", sent=1, received_notebook=Notebook((MARK,))
    )
    exchanged.server.run.return_value = SyncResult(
        received={"one": PLAYED}, sent=2, lacking_length=["two"], error="It broke.",
        is_offline=True, waiting=["Ships"], subscribed=["s"], unsubscribed=["u"],
    )  # fmt: skip
    capsys.readouterr()
    assert main([*words, "sync", "--json"]) == 1
    out, err = capsys.readouterr()
    assert err == "tui-pod: It broke.\n"
    said = json.loads(out)
    assert [entry["episode"] for entry in said.pop("bookmarks")] == ["one"]
    assert said == {
        "received": [{"id": "one", "position": 0.0, "played": True, "plays": 0, "updated": NOW.isoformat(),
                      "status": "played", "from": None, "former_position": None, "former_status": None}],
        "machine": "desk.toml", "lacking_length": ["two"], "waiting": ["Ships"], "sent": 3, "subscribed": ["s"],
            "configured": [], "missing": [], "missing_of": 0,
        "summary": "1 episode received, 1 sent, 1 bookmark received; 1 episode received, 2 sent, 1 podcast subscribed,"
        " 1 podcast unsubscribed",
        "unsubscribed": ["u"], "error": "It broke.", "first": [], "offline": True, "dry_run": False,
    }  # fmt: skip


@pytest.mark.parametrize(
    ("options", "given"),
    [
        ([], (False, "desk", False, None)),
        (["--dry-run"], (True, "desk", False, None)),
        (["--alone", "--podcasts", "no"], (False, "desk", True, False)),
        (["--podcasts", "yes"], (False, "desk", False, True)),
    ],
)
def test_folder_is_synced_as_the_options_say(
    options: list[str], given: tuple[object, ...], words: list[str], exchanged: Exchanged
) -> None:
    assert main([*words, "sync", *options]) == 0
    *how, accept = exchanged.folder.call_args.args[5]
    assert tuple(how) == given
    assert accept(["Ships"]) is None  # nobody is there


SERVER = '[sync]\nserver = "https://sync.example"\nuser = "ann"\npassword_command = "echo x"\n'


@pytest.mark.parametrize(("setting", "device"), [("", "host"), ('device = "desk"\n', "desk")])
def test_server_knows_this_machine_by_the_name_that_was_set_or_its_own(
    setting: str, device: str, words: list[str], exchanged: Exchanged, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("platform.node", lambda: "host.example.org")
    Path(words[3]).write_text(SERVER + setting)
    assert main([*words, "sync"]) == 0
    assert exchanged.made.call_args.args[-1] == device
    assert [call.args[3] for call in exchanged.server.run.call_args_list] == [False]


@pytest.mark.parametrize(
    ("options", "is_there", "answer", "runs", "err"),
    [
        ([], False, "", [], "tui-pod: The first sync with {place} was not done, since nobody could be asked."),
        ([], True, "y\n", [True, False], PREVIEW),
        ([], True, "\n", [True, False], PREVIEW),
        ([], True, "n\n", [True], f"{PREVIEW}Go on? [Y/n] tui-pod: nothing was synced.\n"),
        (["--yes"], False, "", [False], "0 episodes received"),
        (["--dry-run"], True, "", [True], "0 episodes would be received"),
    ],
)
@pytest.mark.parametrize("is_server", [True, False])
def test_first_sync_with_a_server_or_folder_never_runs_unasked(
    options: list[str], is_there: bool, answer: str, runs: list[bool], err: str, is_server: bool, words: list[str],
    exchanged: Exchanged, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path,
) -> None:  # fmt: skip
    other = tmp_path / "other"
    other.mkdir()
    Path(words[3]).write_text(SERVER if is_server else '[sync]\nfolder = "other"\n')
    exchanged.server.is_first = True
    ran = list[object]()

    def run(*arguments: Any) -> SyncResult:
        ran.append(arguments[3] if is_server else arguments[5].is_dry)
        return SyncResult()

    exchanged.server.run.side_effect = exchanged.folder.side_effect = run
    monkeypatch.setattr("sys.stdin", io.StringIO(answer))
    monkeypatch.setattr(sync, "is_someone_there", lambda: is_there)
    monkeypatch.setattr("tui_pod.cli.shared.is_someone_there", lambda: is_there)
    capsys.readouterr()
    assert main([*words, "sync", *options]) == (1 if runs in ([], [True]) and not options else 0)
    place = "https://sync.example" if is_server else str(other)
    assert capsys.readouterr().err.startswith(err.format(place=place))
    assert ran == runs
    assert record_file(Path(words[1])).exists() is (False in runs)  # else the app takes it for synced


def test_state_that_cannot_be_written_is_not_synced(
    words: list[str], exchanged: Exchanged, capsys: pytest.CaptureFixture[str]
) -> None:
    Path(words[1]).write_text("version = 99\n")
    assert main([*words, "sync"]) == 1
    assert capsys.readouterr().err.endswith("tui-pod: nothing was synced.\n")
    exchanged.folder.assert_not_called()
