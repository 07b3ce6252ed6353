"""keys, config and completions, and the table that list draws on a terminal.

The command `do` without a running app, and how it finds the episodes that it names. The commands `plan` and `stats`.
"""

import json
import os
import pty
import subprocess
import sys
import termios
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from rich.cells import cell_len

from tests.cli.conftest import Shell
from tests.cli.test_main import Run, put, started
from tests.cli.test_main import run as run
from tests.cli.test_main import small as small
from tests.cli.test_main import state as state
from tests.cli.test_queue import _runtime as _runtime
from tests.fakes import START
from tests.patience import PATIENCE
from tests.sources import server
from tests.sources.server import Ranged, Site, feed, item, sound
from tui_pod.cli.main import main
from tui_pod.cli.shell import default_config
from tui_pod.config.reader import parse_config
from tui_pod.config.settings import Settings
from tui_pod.core.actions import ACTIONS
from tui_pod.core.progress.progress import Progress
from tui_pod.core.progress.records import HeardRecord
from tui_pod.state.store import StateFile

ROOT = Path(__file__).parents[2]


@pytest.fixture
def config(home: Path) -> Path:
    """A settings file with other keys, and one fault."""
    path = home / "my.toml"
    path.write_text('[playback]\nseek_back = 7\n[keys]\nundo = "U"\nredo = "j"\n')
    return path


def test_keys_in_a_pipe_are_a_line_each(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["keys"]) == 0
    rows = [line.split("\t") for line in capsys.readouterr().out.splitlines()]
    assert [row[1] for row in rows] == [action.id for action in ACTIONS]
    assert rows[0] == ["space p", "playback.toggle", "Play or pause"]


def test_keys_are_the_live_ones_and_faults_go_to_stderr(config: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--config", str(config), "keys", "--json"]) == 0
    printed = capsys.readouterr()
    keys = {entry["id"]: entry for entry in json.loads(printed.out)}
    assert keys["undo"]["keys"] == ["U"]
    assert keys["redo"]["keys"] == ["ctrl+r"]
    assert keys["playback.back"]["does"] == "Back 7 seconds"
    assert printed.err == (f"tui-pod: {config}:5: keys.redo: j is taken by move.down (Down); ctrl+r is used\n")


def test_config_default_is_a_file_that_changes_nothing(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["config", "--default"]) == 0
    printed = capsys.readouterr().out
    assert printed == default_config()
    settings, notices = parse_config(printed, home / "config.toml")
    assert (settings._replace(fixed=frozenset()), notices) == (Settings(), ())
    assert all(len(line) <= 160 for line in printed.splitlines())


def test_config_default_with_every_line_taken_in_has_no_fault(tmp_path: Path) -> None:
    lines = default_config().splitlines()
    taken = [line.removeprefix("# ") if line.startswith(('# "', "# catalogs =")) else line for line in lines]
    text = "\n".join(line for line in taken if line not in ("catalogs = []",))
    text = text.replace('["talks.toml", "~/podcasts/catalog.toml"]', "[]")
    settings, notices = parse_config(text, tmp_path / "config.toml")
    assert notices == ()
    assert settings.keymap == {}
    assert settings.speeds == {"Transformers": 1.2}


def test_config_prints_the_file_and_its_faults(config: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["config", "--config", str(config)]) == 1
    printed = capsys.readouterr()
    assert printed.out == f"{config}\n"
    assert f"{config}:5: keys.redo" in printed.err


def test_config_without_a_file_says_how_to_begin_one(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["config"]) == 0
    printed = capsys.readouterr()
    assert "tui-pod config --default >" in printed.err


def test_completions_words_print_ids_and_topics(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["completions", "--words", "ids"]) == 0
    ids = [line.split("\t") for line in capsys.readouterr().out.splitlines()]
    assert len(ids) == 119
    assert all(len(row) == 2 for row in ids)
    assert main(["completions", "--words", "topics"]) == 0
    assert "Transformers\t" in capsys.readouterr().out


def test_catalogues_of_the_settings_are_added(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (home / "talks.toml").write_text('version = 1\n[[episodes]]\nid = "talk"\ntitle = "A talk"\n')
    (home / "my.toml").write_text('catalogs = ["talks.toml"]\n')
    assert main(["--config", str(home / "my.toml"), "list", "--json"]) == 0
    ids = [entry["id"] for entry in json.loads(capsys.readouterr().out)]
    assert len(ids) == 120
    assert ids[-1] == "talk"


def run_on_terminal(columns: int, home: Path, *arguments: str) -> list[str]:
    """Return the lines that a command prints on a terminal so wide."""
    ours, theirs = pty.openpty()
    termios.tcsetwinsize(ours, (50, columns))
    folders = {f"XDG_{name}_HOME": str(home) for name in ("CACHE", "CONFIG", "DATA", "STATE")}
    process = subprocess.Popen(
        [sys.executable, "-m", "tui_pod", *arguments],
        stdin=theirs,
        stdout=theirs,
        stderr=subprocess.DEVNULL,
        env={**os.environ, **folders, "HOME": str(home), "PYTHONPATH": str(ROOT)},
    )
    os.close(theirs)
    printed = b""
    try:
        while piece := os.read(ours, 65536):
            printed += piece
    except OSError:  # the other end is closed
        pass
    os.close(ours)
    assert process.wait(PATIENCE) == 0
    return printed.decode().split("\r\n")


@pytest.mark.parametrize(("columns", "topics"), [(80, []), (100, ["topics"]), (200, ["topics"])])
def test_list_on_a_terminal_is_a_table_that_fits(columns: int, topics: list[str], tmp_path: Path) -> None:
    lines = [line for line in run_on_terminal(columns, tmp_path, "list") if line]
    assert len(lines) == 120
    assert lines[0].split() == ["id", "title", "length", "at", "status", *topics]
    place = lines[0].index("status")
    for line in lines[1:]:
        assert cell_len(line) <= columns
        assert line[place:].startswith("unplayed")


def test_keys_on_a_terminal_are_a_table(tmp_path: Path) -> None:
    lines = run_on_terminal(80, tmp_path, "keys")
    assert lines[0].split() == ["keys", "id", "does"]
    assert all(cell_len(line) <= 80 for line in lines)


def test_man_page_is_printed_where_there_is_no_terminal(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("shutil.which", lambda _: "/bin/false")
    assert main(["man"]) == 0
    assert capsys.readouterr().out.startswith(".")


def test_what_needs_no_app_is_done_without_one(run: Run, small: list[str]) -> None:
    def do(*words: str) -> tuple[int, str]:
        return run("do", *words, *small)[::2]

    assert do("queue.add_last", "one", "two") == (0, "2 episodes queued.\n")
    assert do("queue.add_next", "Three") == (0, "“Three” queued next.\n")
    assert [each["id"] for each in run("queue", "--json", *small).json] == ["three", "one", "two"]
    assert do("episode.toggle_played", "one", "two") == (0, "2 episodes marked played.\n")
    assert do("episode.toggle_played", "one") == (0, "“One” marked unplayed.\n")
    assert do("queue.add_last", "about", "it") == (0, "“One” already queued.\n")
    assert do("queue.add_last", "one", "gone")[1].startswith("tui-pod: no episode “gone”; nothing was done.")
    assert do("queue.add_last", "zebra crossing")[1].endswith("matches “zebra crossing”; nothing was done\n")
    assert do("no.such") == (2, "tui-pod do: there is no such action. See: tui-pod keys\n")
    assert do("feed.refresh_all")[0] == 0
    for words in (["episode.play", "one"], ["undo"], ["queue.add_last"], ["queue.add_last", "one", "--json"]):
        status, said = do(*words)
        assert (status, "No tui-pod is running" in said) == (1, True), words


def test_download_without_an_app_says_how_it_went(site: Site, shell: Shell) -> None:
    site.replies["/f"] = server.body(feed(item(1, "/1.wav") + item(2, "/2.wav")))
    site.replies["/1.wav"] = Ranged(sound(0.1))
    shell("feeds", "add", site.url("/f"))
    two, one = (entry["id"] for entry in shell.json("list")[1:])
    shell("do", "download.start", one)
    assert shell.err == "1 episode downloaded.\n"
    shell("do", "download.start", one)
    assert shell.err == "already downloaded.\n"
    shell("do", "download.start", two, status=1)
    assert "“Episode 2” was not downloaded" in shell.err


@pytest.mark.parametrize(
    ("words", "ids"),
    [
        (("6m",), ["two", "one"]),
        (("6m", "--order", "newest"), ["one", "two"]),
        (("6m", "--topic", "Below"), ["one"]),
        (("6m", "--topic", "other"), ["two"]),
        (("1m",), []),
    ],
)
def test_plan_as_json_has_what_fits(run: Run, small: list[str], words: tuple[str, ...], ids: list[str]) -> None:
    plan = run(*small, "plan", *words, "--json").json
    assert [each["id"] for each in plan["episodes"]] == ids
    assert plan["total"] == pytest.approx({"one": 105.0, "two": 205.5, "onetwo": 310.5, "": 0.0}["".join(sorted(ids))])
    left = datetime.fromisoformat(plan["ends"]) - datetime.now(UTC)
    assert abs(left.total_seconds() - plan["total"]) < 300


def test_plan_for_which_nothing_is_left_says_so(run: Run, small: list[str], state: StateFile) -> None:
    put(state, one=Progress(START, played=True))
    result = run(*small, "plan", "15m", "--topic", "Below")
    assert (result.status, result.out) == (0, "")
    assert result.err.startswith("nothing left in Below fits into 15 m\n")


def test_plan_is_a_line_for_each_episode_by_the_speed_that_was_set(
    run: Run, small: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "config.toml").write_text("[playback]\nspeed = 2.0\n")
    result = run(*small, "--config", tmp_path / "config.toml", "plan", "3m")
    assert result.out == "two\t1:43\tTwo\t\none\t0:52\tOne — first\t\n"
    assert result.err.startswith("2 episodes, 3 m, until ")
    monkeypatch.setattr(sys.stdout, "isatty", lambda: True)
    assert run(*small, "plan", "6m").out.splitlines() == [
        "id   length  title        from",
        "two    3:26  Two",
        "one    1:45  One — first",
    ]


@pytest.mark.parametrize(
    ("words", "status", "said"),
    [(("soon",), 2, "“soon” is no time"), (("15m", "--topic", "Nothing"), 1, "no topic “Nothing”")],
)
def test_plan_without_a_time_or_topic_is_refused(
    run: Run, small: list[str], words: tuple[str, ...], status: int, said: str
) -> None:
    result = run(*small, "plan", *words)
    assert (result.status, result.out, said in result.err) == (status, "", True)


@pytest.fixture
def listened(state: StateFile) -> None:
    """Two sessions, one of them at double speed."""
    put(state, one=started(50.0), two=Progress(START, played=True))
    before = HeardRecord("a", "two", START - timedelta(days=400), 0, 240.0, 240.0)
    state.append([before, HeardRecord("b", "one", START - timedelta(days=300), 0, 120.0, 60.0)])


def test_stats_are_sums_and_the_topics_most_listened_to_first(
    run: Run, small: list[str], state: StateFile, listened: None, zone: str
) -> None:
    rows = [line.split("\t") for line in run(*small, "stats").out.splitlines()]
    assert rows == [
        ["today", "0 s"],
        ["since 2025", "6 m"],
        ["saved", "1 m"],
        ["finished", "0"],  # it was only marked
        ["played", "1 of 3"],
        ["Other", "4 m"],
        ["Below", "2 m"],
    ]
    now = datetime.now(UTC)
    ahead = now.astimezone().utcoffset() or timedelta()
    state.append([HeardRecord("c", "one", now, round(ahead.total_seconds() / 60), 180.0, 180.0)])
    assert run(*small, "stats").out.splitlines()[:2] == ["today\t3 m", "since 2025\t9 m"]
    state.append([HeardRecord("d", "removed", START, 0, 120.0, 120.0)])
    assert run(*small, "stats").out.splitlines()[-1] == "No longer in the library\t2 m"


def test_stats_on_a_terminal_end_alike(
    run: Run, small: list[str], listened: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys.stdout, "isatty", lambda: True)
    assert run(*small, "stats").out.splitlines()[:4] == [
        "what         heard",
        "today          0 s",
        "since 2025     6 m",
        "saved          1 m",
    ]


def test_stats_as_json_are_seconds(run: Run, small: list[str], listened: None) -> None:
    stats = run(*small, "stats", "--json").json
    assert (stats["heard"], stats["wall"], stats["saved"]) == (360.0, 300.0, 60.0)
    assert list(stats["days"].values()) == list(stats["weeks"].values()) == [240.0, 120.0]
    assert list(stats["months"].values()) == [240.0, 120.0]
    below = next(topic for topic in stats["topics"] if topic["name"] == "Below")
    assert below == {"name": "Below", "heard": 120.0, "episodes": 1, "played": 0, "started": 1, "left": 55.0}
    assert [(session["heard"], session["episodes"]) for session in stats["sessions"]] == [
        (120.0, ["one"]),
        (240.0, ["two"]),
    ]
