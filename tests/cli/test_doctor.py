"""What the doctor finds, and which fix it prints; sound, voice and apps are fakes.

The report of a fault: what it says, and what it must not.
"""

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace

import pytest

from tests.cli.test_main import Run
from tests.cli.test_main import run as run
from tests.cli.test_main import small as small
from tui_pod.audio.libmpv import NoPlayer
from tui_pod.cli import doctor
from tui_pod.config.paths import find_paths
from tui_pod.integrations.remote_socket import RemoteError
from tui_pod.runtime.log import logs
from tui_pod.shelf.feed_store import FeedStore
from tui_pod.shelf.opml import Entry
from tui_pod.sources.servers.client import to_address
from tui_pod.speech.model import RecognitionError

DEVICES = ({"name": "auto", "description": "Auto"}, {"name": "pulse/headset", "description": "Headset"})


@pytest.fixture
def machine(monkeypatch: pytest.MonkeyPatch) -> SimpleNamespace:
    """A machine on which all is well; its values are changed by a test."""
    here = SimpleNamespace(
        devices=DEVICES, model=Path("/models/base"), fault=None, reason=None, apps=[1, 2], complaint="", broken=""
    )
    mpv = SimpleNamespace(mpv_version="mpv 0.40", ffmpeg_version="7", terminate=lambda: None)

    def open_mpv(_: str | None) -> SimpleNamespace:
        os.write(2, here.complaint.encode())
        if isinstance(here.devices, Exception):
            raise here.devices
        return SimpleNamespace(**vars(mpv), audio_device_list=here.devices)

    def find_model(_: str) -> object:
        if here.model is None:
            raise RecognitionError("not there")
        return here.model

    def reach_apps(*_: object) -> object:
        if isinstance(here.apps, Exception):
            raise here.apps
        return here.apps

    for name, fake in {
        "open_mpv": open_mpv, "has_voice": lambda: True, "find_model": find_model, "reach_apps": reach_apps,
        "import_fault": lambda *modules: "cannot be loaded" if here.broken in modules else "",
        "check_model": lambda _: here.fault, "why_not": lambda: here.reason,
    }.items():  # fmt: skip
        monkeypatch.setattr(doctor, name, fake)
    monkeypatch.setenv("TERM", "xterm")
    return here


@pytest.fixture
def findings(run: Run, small: list[str], machine: SimpleNamespace) -> Callable[..., tuple[int, dict[str, str]]]:
    """Run the doctor; return its status, and what it says of each check, with `FAIL` and the fix."""

    def call(*options: str) -> tuple[int, dict[str, str]]:
        result, said, name = run(*small, *options, "doctor"), dict[str, str](), ""
        for line in result.out.splitlines():
            if line.startswith("      "):
                said[name] += line.strip().replace("→", " →")
            else:
                name = line[6:16].strip()
                said[name] = f"{said.get(name, '')}{'FAIL ' * line.startswith('FAIL')}{line[17:]}\n".lstrip()
        return result.status, said

    return call


Findings = Callable[..., tuple[int, dict[str, str]]]


def test_all_is_well(findings: Findings, machine: SimpleNamespace) -> None:
    status, said = findings()
    assert status == 0
    assert "FAIL" not in "".join(said.values())
    assert said["libmpv"] == "mpv 0.40, 7\nsound devices: pulse/headset\n"
    machine.devices = tuple({"name": f"pulse/{number}"} for number in range(7))
    assert findings()[1]["libmpv"].endswith("sound devices: " + ", ".join(f"pulse/{n}" for n in range(6)) + "\n")
    assert said["recogniser"] == "faster-whisper, base\n"
    assert said["attach"] == "ctrl+\\ leaves the app running; running now: 2\n"
    assert said["settings"].startswith("the defaults; no ")
    assert said["catalogue"] == "3 episodes, 3 topics\n"
    assert said["state"].startswith("0 episodes with progress, ")


def test_drivers_are_no_devices(findings: Findings, machine: SimpleNamespace) -> None:
    machine.devices = ({"name": "auto"}, {"name": "alsa"}, {"name": "null"})
    status, said = findings()
    assert status == 1
    assert said["libmpv"].endswith(
        "FAIL sound devices: none\n → connect or enable a sound device; without one: tui-pod --ao null"
    )


def test_extras_that_are_missing_are_no_fault_but_the_voice_is(
    findings: Findings, machine: SimpleNamespace, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.platform", "linux")
    monkeypatch.setattr(doctor, "find_spec", lambda _: object())
    assert findings()[1]["media keys"] == "dbus-fast\n"
    machine.model = None
    monkeypatch.setattr(doctor, "find_spec", lambda _: None)
    status, said = findings()
    assert (status, said["media keys"].startswith("not installed; for the media keys")) == (0, True)
    assert said["recogniser"].startswith("not installed; to transcribe podcasts")
    monkeypatch.setattr("sys.platform", "darwin")
    assert "media keys" not in findings()[1]
    monkeypatch.setattr(doctor, "has_voice", lambda: False)
    status, said = findings()
    assert (status, said["voice"].startswith("FAIL not installed")) == (1, True)
    monkeypatch.setattr("sys.version_info", (3, 15, 0))
    fix = "uv tool install --python 3.14 tui-pod (the voice has no packages for Python 3.15)"
    assert fix in findings()[1]["voice"]


@pytest.mark.parametrize(
    ("broken", "name"), [("numpy", "voice"), ("faster_whisper", "recogniser"), ("dbus_fast", "media keys")]
)
def test_what_is_installed_but_cannot_be_loaded_fails(
    broken: str, name: str, findings: Findings, machine: SimpleNamespace, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.platform", "linux")
    monkeypatch.setattr(doctor, "find_spec", lambda _: object())
    machine.broken = broken
    status, said = findings()
    assert (status, said[name].startswith("FAIL"), "cannot be loaded\n →" in said[name]) == (1, True, True)


def test_module_is_tried_for_real() -> None:
    assert doctor.import_fault("json", "os") == ""
    assert doctor.import_fault("json", "no_such_module") == (
        "cannot be loaded: ModuleNotFoundError: No module named 'no_such_module'"
    )


def test_doctor_runs_with_the_standard_library_alone(tmp_path: Path) -> None:
    command = [sys.executable, "-S", "-m", "tui_pod", "doctor"]
    environ = {"HOME": str(tmp_path), "PYTHONPATH": str(Path(doctor.__file__).parents[2]), "PATH": os.defpath}
    done = subprocess.run(command, capture_output=True, check=False, encoding="utf-8", env=environ, cwd=tmp_path)
    assert (done.returncode, done.stderr) == (1, "")
    assert done.stdout.startswith("FAIL  packages   missing: fsrs, markdown-it-py, python-mpv, platformdirs")
    assert "tomli-w\n" in done.stdout


def test_damaged_model_fails_and_the_fix_depends_on_whose_it_is(
    findings: Findings, machine: SimpleNamespace, tmp_path: Path
) -> None:
    machine.fault = "it is damaged"
    status, said = findings()
    assert (status, said["recogniser"].startswith("FAIL it is damaged\n →")) == (1, True)
    assert "faster-whisper" in said["recogniser"]
    (tmp_path / "c.toml").write_text('[transcribe]\nmodel = "/models/mine"\n')
    assert findings("--config", str(tmp_path / "c.toml"))[1]["recogniser"].endswith(
        "correct model under [transcribe] in the settings"
    )


@pytest.mark.parametrize("kind", ["no terminal", "no folder"])
def test_app_that_cannot_be_left_is_no_fault(findings: Findings, machine: SimpleNamespace, kind: str) -> None:
    if kind == "no folder":
        machine.apps = RemoteError("No folder.")
    else:
        machine.reason = "No terminal."
    reason = "No folder." if kind == "no folder" else "No terminal."
    assert (findings()[0], findings()[1]["attach"]) == (0, f"off, the app ends with its terminal: {reason}\n")


def test_folder_that_cannot_be_written_fails(findings: Findings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("os.access", lambda *_: False)
    status, said = findings()
    assert (status, said["folders"].count("make it writable: chmod u+rwx ")) == (1, 3)


def test_settings_that_were_named_must_be_there_and_without_faults(findings: Findings, tmp_path: Path) -> None:
    path = tmp_path / "c.toml"
    status, said = findings("--config", str(path))
    assert (status, said["settings"].startswith("FAIL ")) == (1, True)
    path.write_text("[ui]\nmouse = 3\n")
    assert "→ correct that line" in findings("--config", str(path))[1]["settings"]
    path.write_text("")
    assert findings("--config", str(path))[1]["settings"] == f"{path}\n"


def test_faulty_catalogue_and_damaged_state_fail(run: Run, small: list[str], machine: SimpleNamespace) -> None:
    Path(small[1]).write_text("version = 1\ntitle = 3\n")
    Path(small[3]).parent.mkdir()
    Path(small[3]).write_text("version = x")
    result = run(*small, "doctor")
    assert result.status == 1
    assert "→ tui-pod check prints every fault" in result.out
    assert "FAIL  state      " in result.out


def test_devices_are_printed_with_their_names(run: Run, machine: SimpleNamespace) -> None:
    machine.complaint = "no config"
    assert run("devices") == (0, "auto\tAuto\npulse/headset\tHeadset\n", "")
    assert run("devices", "--json").json[1] == {"name": "pulse/headset", "description": "Headset"}
    machine.devices = NoPlayer(OSError("Cannot find libmpv"))
    assert run("devices").status == 1
    result = run("doctor")
    assert (result.status, result.err) == (1, "")
    assert "Sound needs libmpv, which is not installed." in result.out
    assert machine.devices.fix in result.out


@pytest.mark.parametrize(
    ("version", "encoding", "fails"),
    [((3, 10, 9), "utf-8", ["Python"]), ((3, 11, 0), "UTF-8", []), ((3, 11, 0), "ascii", ["terminal"]),
     ((3, 11, 0), None, ["terminal"])],
)  # fmt: skip
def test_old_python_and_a_terminal_without_utf8_fail(
    version: tuple[int, ...], encoding: str | None, fails: list[str], findings: Findings,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    stdout = SimpleNamespace(encoding=encoding)
    here = SimpleNamespace(version_info=version, version="3.x (main)", platform="linux", stdout=stdout)
    monkeypatch.setattr(doctor, "sys", here)
    monkeypatch.delenv("TERM")
    monkeypatch.setattr(doctor, "is_dumb_terminal", lambda: False)
    status, said = findings()
    assert [name for name, found in said.items() if "FAIL" in found] == fails
    assert (status, said["Python"].partition("\n")[0].endswith("3.x")) == (1 if fails else 0, True)
    assert "TERM=not set, " in said["terminal"]


def test_file_in_the_place_of_a_folder_fails(findings: Findings) -> None:
    cache = find_paths().cache
    cache.parent.mkdir(parents=True)
    cache.write_text("")
    cache.chmod(0o700)
    status, said = findings()
    assert (status, said["folders"].count("FAIL")) == (1, 1)
    assert said["folders"].endswith(f"→ make it writable: chmod u+rwx {cache}")


@pytest.mark.parametrize("answers", [True, False])
def test_server_of_libraries_is_asked(
    answers: bool, findings: Findings, small: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    base = "https://books.example"
    store = FeedStore(find_paths(Path(small[3]), None).data)
    store.subscribe([Entry(to_address(base), "Books")])
    store.db.close()
    if answers:
        monkeypatch.setattr("tui_pod.sources.servers.source.server_login", lambda *_: None)
        monkeypatch.setattr("tui_pod.sources.servers.source.list_libraries", lambda *_: [{}, {}])
    status, said = findings()
    if answers:
        assert (status, said["sources"]) == (0, f"{base}: libraries: 2\n")
    else:
        assert (status, said["sources"].startswith(f"FAIL There is no login for {base}.")) == (1, True)
        assert said["sources"].endswith(f"→ try again, or log in anew: tui-pod server add {base}")


LOG = """\
tui-pod: saving failed: KeyError: 'missing'
  File "{package}/state/writer.py", line 12, in _write
tui_pod.FetchError: https://ann:secret1@feeds.secret2.org/x?token=secret3 failed
tui-pod: cdn.secret4.org: “secret5” is gone; see /srv/secret6 songs/secret7.mp3 (ann@secret8.org, 192.168.17.9)
tui-pod: OSError: No such file: '/srv/My secret9/1.mp3'
[mpv] Playing: Of the middle
tui-pod: {home}/feeds.sqlite is locked
"""

SECRETS = [*(f"secret{number}" for number in range(1, 10)), "192.168", "Of the middle", "hunter2", "/srv"]


def test_report_says_what_happened_and_nothing_of_the_listener(
    run: Run, small: list[str], machine: object, tmp_path: Path, home: Path
) -> None:
    catalog = Path(small[1])
    catalog.write_text(catalog.read_text("utf-8").replace('title = "Two', 'title = "Of the middle', 1), "utf-8")
    assert "Of the middle" in catalog.read_text("utf-8")
    paths = find_paths(None, None)
    paths.config.parent.mkdir(parents=True)
    paths.config.write_text('[ui]\nascii = true\n[sync]\nserver = "https://secret1.org"\nuser = "hunter2"\n', "utf-8")
    paths.log.parent.mkdir(parents=True)
    package = Path(__file__).parents[2] / "tui_pod"
    for log in logs(paths.log)[:2]:
        log.write_text(LOG.format(package=package, home=paths.data), "utf-8")
    report, theirs = tmp_path / "report.txt", tmp_path / ".report.txt.tmp"
    theirs.write_text("another program's")
    assert run(*small, "doctor", "--report", str(report)).status == 0
    assert (theirs.read_text(), report.stat().st_mode & 0o777) == ("another program's", 0o600)
    said = report.read_text("utf-8")
    for expected in (
        "tui-pod 2", "textual 8", "ok    libmpv", "ui.ascii = True", "sync.server = (set)", "tui-pod.log.1,",
        "KeyError: 'missing'", "state/writer.py", ", line 12, in _write", "feeds.sqlite is locked",
    ):  # fmt: skip
        assert expected in said, expected
    assert [secret for secret in SECRETS if secret in said] == []
    assert str(home) not in said


def test_report_that_cannot_be_written_says_why(run: Run, small: list[str], machine: object, tmp_path: Path) -> None:
    result = run(*small, "doctor", "--report", str(tmp_path / "none" / "report.txt"))
    assert (result.status, "report cannot be written: No such file" in result.err) == (1, True)
