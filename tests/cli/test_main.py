import json
import os
import re
import subprocess
import sys
import unicodedata
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any, NamedTuple

import pytest
import tomli_w

from tests.fakes import START
from tests.hostile import HOSTILE_TITLES
from tests.state.test_store import run_without_rights
from tui_pod import __version__
from tui_pod.cli.main import main
from tui_pod.cli.parser import parse
from tui_pod.core.progress.progress import Progress
from tui_pod.core.progress.records import ProgressRecord
from tui_pod.core.text.clean import without_surrogates
from tui_pod.state.store import StateFile

ROOT = Path(__file__).parents[2]

CATALOG = """\
version = 1
title = "Small"
[[topics]]
name = "Above"
[[topics]]
name = "Below"
parent = "Above"
[[episodes]]
id = "one"
title = "One — first"
summary = "About it."
duration = 105
published = 2026-02-21
tags = ["Below"]
[[episodes]]
id = "two"
title = "Two"
duration = 205.5
tags = ["Above", "Other"]
audio = "https://example.org/two.mp3"
[[episodes]]
id = "three"
title = "Three"
"""


class Result(NamedTuple):
    """How a command ended and what it printed."""

    status: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        """The JSON document that standard output is."""
        return json.loads(self.out)


Run = Callable[..., Result]


@pytest.fixture
def run(capfd: pytest.CaptureFixture[str]) -> Run:
    """Run a command in this process."""

    def call(*arguments: object) -> Result:
        try:
            status = main([str(argument) for argument in arguments])
        except SystemExit as ended:
            status = int(ended.code or 0)
        out, err = capfd.readouterr()
        return Result(status, out, err)

    return call


@pytest.fixture
def alone(monkeypatch: pytest.MonkeyPatch) -> None:
    """An app in this process starts no guard of it."""
    monkeypatch.setattr("tui_pod.runtime.guard.fork_guard", lambda **_: None)


@pytest.fixture
def small(tmp_path: Path) -> list[str]:
    """The options for a catalogue of three episodes and a state of one's own."""
    path = tmp_path / "small.toml"
    path.write_text(CATALOG, "utf-8")
    return ["--catalog", str(path), "--state", str(tmp_path / "state" / "state.toml")]


@pytest.fixture
def state(small: list[str]) -> StateFile:
    return StateFile(Path(small[-1]))


def program(
    *arguments: str, env: dict[str, str] | None = None, stdout: int | Any = subprocess.PIPE
) -> subprocess.CompletedProcess[bytes]:
    """Run the program in a process of its own."""
    command = [sys.executable, "-m", "tui_pod", *arguments]
    environment = {**os.environ, **(env or {})}
    return subprocess.run(
        command, cwd=ROOT, env=environment, stdout=stdout, stderr=subprocess.PIPE, check=False, timeout=60
    )


def put(state: StateFile, **progress: Progress) -> None:
    state.append([ProgressRecord(ident, value) for ident, value in progress.items()])


def started(position: float, minutes: float = 0, duration: float | None = None) -> Progress:
    when = START + timedelta(minutes=minutes)
    return Progress(when, position, duration, listened=when)


def test_help_names_every_command(run: Run) -> None:
    assert run("--version") == (0, f"tui-pod {__version__}\n", "")
    result = run("--help")
    assert result.status == 0
    for word in ("list", "mark", "status", "check", "narrate", "doctor", "--catalog", "--state", "--config", "--ao"):
        assert word in result.out


@pytest.mark.parametrize(
    "arguments",
    [
        ["nothing"],
        ["mark"],
        ["mark", "played"],
        ["mark", "maybe", "one"],
        ["list", "--status", "heard"],
        ["list", "--topic"],
        ["list", "more"],
        ["list", "--stat", "played"],
        ["check", "a", "b"],
        ["list", "--ao"],
        ["--state"],
        ["--unknown"],
        ["now", "--format", "{title"],
        ["find", " "],
        ["lists", "Mine", "--remove", "--add", "one"],
    ],
    ids=" ".join,
)
def test_wrong_usage_is_2_with_a_message_and_no_data(run: Run, arguments: list[str]) -> None:
    status, out, err = run(*arguments)
    assert (status, out) == (2, "")
    assert err.startswith(("usage: tui-pod", f"tui-pod {arguments[0]}: "))


def test_shared_options_work_before_and_after_the_word(run: Run, small: list[str]) -> None:
    before, after = run(*small, "--ao", "null", "list"), run("list", *small, "--ao", "null")
    assert before == after
    assert before.out.count("\n") == 3


def test_shared_option_given_before_and_after_the_word_is_taken_from_both(small: list[str]) -> None:
    options = parse(["--catalog", "a.toml", "list", "--catalog=b.toml", "--state", "s"])
    assert (options.catalog, options.state, options.config) == (["a.toml", "b.toml"], "s", None)


def test_start_without_a_command_does_not_name_them_all(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tui_pod.cli.parser.make_parser", pytest.fail)
    assert parse(["--ao", "null", "--catalog=a.toml"]).command is None


def test_list_is_a_line_an_episode_with_tabs_between(run: Run, small: list[str], state: StateFile) -> None:
    put(state, two=started(65.9, duration=210.0), three=Progress(START, played=True))
    assert run(*small, "list").out.splitlines() == [
        "one\tOne — first\t1:45\t0:00\tunplayed\tBelow",
        "two\tTwo\t3:30\t1:05\tstarted\tAbove, Other",
        "three\tThree\t?\t0:00\tplayed\t",
    ]


def test_list_json_has_every_key_in_the_order_of_the_catalogue(run: Run, small: list[str], state: StateFile) -> None:
    put(state, two=started(65.9))
    first, second, third = run(*small, "list", "--json").json
    assert first == {
        "id": "one", "title": "One — first", "summary": "About it.", "duration": 105.0, "position": 0.0,
        "status": "unplayed", "topics": ["Below"], "published": "2026-02-21", "year": "2026", "audio": None,
        "from": None, "updated": None,
    }  # fmt: skip
    assert second == first | {
        "updated": second["updated"] or "a time",
        "id": "two", "title": "Two", "summary": "", "duration": 205.5, "position": 65.9, "status": "started",
        "topics": ["Above", "Other"], "published": None, "year": None,
        "audio": "https://example.org/two.mp3",
    }  # fmt: skip
    assert (third["duration"], third["topics"]) == (None, [])


@pytest.mark.parametrize(
    ("options", "ids"),
    [
        (["--topic", "Above"], ["one", "two"]),
        (["--topic", "below"], ["one"]),
        (["--topic", "All Topics"], ["one", "two", "three"]),
        (["--status", "played"], ["three"]),
        (["--status", "started"], ["two"]),
        (["--status", "unplayed"], ["one"]),
        (["--topic", "Above", "--status", "started"], ["two"]),
        (["--topic", "Below", "--status", "played"], []),
    ],
)
def test_list_topic_and_status_narrow_it(
    run: Run, small: list[str], state: StateFile, options: list[str], ids: list[str]
) -> None:
    put(state, two=started(65.9), three=Progress(START, played=True))
    assert [episode["id"] for episode in run(*small, "list", "--json", *options).json] == ids


@pytest.mark.parametrize("name", ["Nothing", "", "\x1b[31m"])
def test_list_unknown_topic_is_1_with_a_message(run: Run, small: list[str], name: str) -> None:
    status, out, err = run(*small, "list", "--json", "--topic", name)
    assert (status, out) == (1, "")
    assert "no topic" in err
    assert "\x1b" not in err


def test_list_hostile_titles_print_no_control_character(run: Run, tmp_path: Path) -> None:
    path = tmp_path / "hostile.toml"
    titles = [title for title in HOSTILE_TITLES.values() if without_surrogates(title) == title]
    episodes = [
        {"id": f"e{number}", "title": title, "summary": title, "tags": [title]} for number, title in enumerate(titles)
    ]
    path.write_text(tomli_w.dumps({"version": 1, "episodes": episodes}), "utf-8")
    for options in ([], ["--json"]):
        status, out, _ = run("--catalog", path, "list", *options)
        assert status == 0
        odd = {c for c in out if unicodedata.category(c) in ("Cc", "Cf", "Cs", "Zl", "Zp")} - {"\n", "\t"}
        assert odd == set()
    assert run("--catalog", path, "list").out.count("\n") == len(titles)


@pytest.mark.usefixtures("alone")
def test_list_with_a_faulty_catalogue_prints_its_faults_and_no_data(run: Run, tmp_path: Path) -> None:
    path = tmp_path / "bad.toml"
    path.write_text(CATALOG.replace("105", "-1").replace('"three"', '"one"'), "utf-8")
    for words in (["list", "--json"], []):  # the app says so before it takes the screen
        status, out, err = run("--catalog", path, *words)
        assert (status, out) == (1, "")
        assert err.splitlines() == [
            f"{path}:12: duration must not be negative",
            f"{path}:22: id “one” is already used in line 9",
        ]


def test_mark_played_and_unplayed_is_saved_where_a_person_can_read_it(
    run: Run, small: list[str], state: StateFile
) -> None:
    put(state, two=started(65.9, duration=210.0))
    assert run(*small, "mark", "played", "two", "one", "one") == (0, "", "2 episodes marked played.\n")
    text = state.path.read_text("utf-8")
    assert "played = true" in text
    progress = state.load().progress["two"]
    assert (progress.played, progress.position, progress.plays, progress.duration) == (True, 0, 0, 210)
    assert run(*small, "mark", "unplayed", "two").status == 0
    assert [episode["status"] for episode in run(*small, "list", "--json").json] == ["played", "unplayed", "unplayed"]


def test_mark_what_is_so_already_touches_nothing(run: Run, small: list[str], state: StateFile) -> None:
    assert run(*small, "mark", "unplayed", "one", "two") == (0, "", "2 episodes already unplayed.\n")
    assert state.load().progress == {}


def test_mark_an_unknown_id_among_others_is_1_and_changes_nothing(run: Run, small: list[str], state: StateFile) -> None:
    put(state, two=started(65.9))
    before = state.journal.read_bytes()
    status, out, err = run(*small, "mark", "played", "one", "none\x1b[31m")
    assert (status, out) == (1, "")
    assert "none" in err
    assert "\x1b" not in err
    assert (state.journal.read_bytes(), state.path.exists()) == (before, False)


def test_mark_an_id_that_looks_like_an_option_after_two_dashes(run: Run, tmp_path: Path) -> None:
    path = tmp_path / "dash.toml"
    path.write_text('version = 1\n[[episodes]]\nid = "--json"\ntitle = "X"\n')
    assert run("--catalog", path, "mark", "played", "--", "--json").status == 0


def test_mark_in_a_large_state_does_not_rewrite_it(
    run: Run, small: list[str], state: StateFile, monkeypatch: pytest.MonkeyPatch
) -> None:
    put(state, two=started(65.9))
    state.compact()
    before = state.path.read_bytes()
    monkeypatch.setattr("tui_pod.state.store.SMALL_STATE", 10)
    run(*small, "mark", "played", "one")
    assert state.path.read_bytes() == before
    assert state.load().progress["one"].played


def test_mark_recovers_from_damage_and_says_so(run: Run, small: list[str], state: StateFile) -> None:
    state.path.parent.mkdir()
    state.path.write_bytes(b"\0\0\0")
    status, _, err = run(*small, "mark", "played", "one")
    assert status == 0
    assert "damaged" in err
    assert state.load().progress["one"].played
    assert [path.read_bytes() for path in state.path.parent.glob("*.corrupt-*")] == [b"\0\0\0"]


def test_status_on_a_new_machine_has_everything_left(run: Run) -> None:
    assert run("status") == (0, "played\t0 of 119\nstarted\t0\nleft\t3 h 06 m\n", "")
    assert "119 episodes, no faults" in run("check").err
    assert run("list").out.count("\n") == 119
    assert run("status", "--json").json == {"resume": None, "episodes": 119, "played": 0, "started": 0, "left": 11185.0}


def test_status_names_what_would_be_resumed_and_where(run: Run, small: list[str], state: StateFile) -> None:
    put(state, vanished=started(50.0))
    assert run(*small, "status", "--json").json["resume"] is None
    put(state, one=started(100.0, minutes=-5), two=started(65.9), three=Progress(START, played=True))
    result = run(*small, "status", "--json").json
    assert (result["resume"]["id"], result["resume"]["position"]) == ("two", 65.9)
    assert {key: result[key] for key in ("episodes", "played", "started")} == {
        "episodes": 3, "played": 1, "started": 2,
    }  # fmt: skip
    assert result["left"] == pytest.approx(5 + 139.6)
    lines = run(*small, "status").out.splitlines()
    assert lines[0] == "resume\ttwo\tTwo\t0:55"  # long ago: a twentieth of the length back
    assert lines[1:] == ["played\t1 of 3", "started\t2", "left\t2 m"]


def test_check_goes_by_the_catalogues_given_when_it_names_none(run: Run, small: list[str]) -> None:
    assert "3 episodes" in run(*small, "check").err


def test_check_several_catalogues_finds_an_id_that_two_of_them_have(run: Run, small: list[str], tmp_path: Path) -> None:
    other = tmp_path / "other.toml"
    other.write_text('version = 1\n[[episodes]]\nid = "two"\ntitle = "X"\n')
    status, out, _ = run(*small, "--catalog", other, "check")
    assert (status, out) == (1, f"{other}:3: id “two” is already used in {small[1]}\n")


def test_check_prints_every_fault_as_file_line_message(run: Run, tmp_path: Path) -> None:
    path = tmp_path / "bad.toml"
    path.write_text('version = 1\n[[episodes]]\nid = "x"\ntitle = "X"\nduration = -1\ntags = 3\n' * 1
                    + "".join(f'[[episodes]]\nid = "x{n}"\nduration = nan\n' for n in range(100)))  # fmt: skip
    status, out, err = run("check", path)
    lines = out.splitlines()
    assert (status, err, len(lines)) == (1, "", 202)
    assert lines[:2] == [f"{path}:5: duration must not be negative", f"{path}:6: tags must be a list of texts"]
    assert all(re.fullmatch(rf"{re.escape(str(path))}:\d+: .+", line) for line in lines)


@pytest.mark.parametrize("content", [b"\0", b"\xff\xfe", b"[[[", b"version = 1\nx = " + b"[" * 50_000, b"x" * 100_000])
def test_check_any_bytes_give_a_fault_and_no_traceback(run: Run, tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "bad.toml"
    path.write_bytes(content)
    status, out, err = run("check", path)
    assert (status, err, out.startswith(f"{path}:1: ")) == (1, "", True)


@pytest.mark.skipif(sys.platform == "darwin", reason="file names are UTF-8 there")
def test_check_file_whose_name_is_not_utf8_or_hostile(tmp_path: Path) -> None:
    for name in (b"caf\xe9.toml", b"\x1b]0;owned\x07.toml"):
        path = os.path.join(os.fsencode(tmp_path), name)
        with open(path, "wb") as file:
            file.write(b"version = 2")
        done = program("check", os.fsdecode(path))
        assert (done.returncode, done.stderr) == (1, b"")
        assert done.stdout.endswith(b".toml:1: version is newer than this tui-pod reads (1): update it\n")
        assert b"\x1b" not in done.stdout


@pytest.mark.parametrize("encoding", ["ascii", "latin-1", "utf-8"])
def test_output_in_any_encoding_is_whole_and_json_stays_json(small: list[str], encoding: str) -> None:
    env = {"PYTHONIOENCODING": encoding, "PYTHONUTF8": "0"}
    plain, data = program(*small, "list", env=env), program(*small, "list", "--json", env=env)
    assert (plain.returncode, data.returncode, plain.stderr, data.stderr) == (0, 0, b"", b"")
    assert plain.stdout.count(b"\n") == 3
    assert json.loads(data.stdout.decode(encoding))[0]["title"] == "One — first"


def test_output_to_a_pipe_that_nobody_reads_ends_quietly(small: list[str]) -> None:
    reading, writing = os.pipe()
    os.close(reading)
    done = program("list", "--json", stdout=writing)
    os.close(writing)
    assert (done.returncode, done.stderr) == (1, b"")


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no full device here")
def test_output_to_a_full_disk_is_1_with_a_message(small: list[str]) -> None:
    with Path("/dev/full").open("wb") as full:
        done = program(*small, "list", stdout=full)
    assert (done.returncode, done.stderr) == (1, b"tui-pod: No space left on device\n")


def test_app_without_a_terminal_says_so(small: list[str]) -> None:
    done = program(*small)
    assert (done.returncode, done.stdout) == (1, b"")
    assert b"needs a terminal" in done.stderr


AS_HOME = """
import os, sys
for name in [name for name in os.environ if name.startswith("XDG_")]:
    del os.environ[name]
os.environ["HOME"] = sys.argv[1]
from tui_pod.cli.main import main
sys.exit(main(sys.argv[2:]))
"""


@pytest.mark.parametrize("words", ["list", "doctor", "feeds list", "--plain --ao null"])
def test_home_that_this_user_may_not_read_is_told_with_what_to_do(words: str, tmp_path: Path) -> None:
    closed = tmp_path / ".local"
    closed.mkdir(mode=0)
    run = run_without_rights(AS_HOME, str(tmp_path), *words.split())
    closed.chmod(0o700)
    assert "Traceback" not in run.stdout + run.stderr
    assert f"make it writable: chmod u+rwx {closed}" in run.stdout + run.stderr
