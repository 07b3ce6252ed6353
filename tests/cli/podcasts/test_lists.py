"""The command `lists`: made, changed, printed and exchanged as M3U."""

import json
from pathlib import Path

import pytest

from tests.rooms import EPISODES, TOPICS
from tui_pod.cli.main import main
from tui_pod.core.library.episode import Episode
from tui_pod.core.library.library import build_library
from tui_pod.core.selection.playlist import read_m3u, to_m3u

CATALOG = """
version = 1
title = "Some"
[[episodes]]
id = "a"
title = "Alpha"
duration = 600
tags = ["Greek"]
audio = "https://a.example.org/a.mp3"
[[episodes]]
id = "b"
title = "Beta"
duration = 1200
tags = ["Greek"]
[[episodes]]
id = "c"
title = "Other"
tags = ["Rest"]
"""


@pytest.fixture
def lists(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> object:
    """Return what runs a command on a catalogue of three, and gives exit status, output and messages."""
    monkeypatch.setenv("HOME", str(tmp_path))
    for name in ("CONFIG", "DATA", "CACHE", "STATE"):
        monkeypatch.setenv(f"XDG_{name}_HOME", str(tmp_path / name))
    (tmp_path / "catalog.toml").write_text(CATALOG, "utf-8")

    def run(*words: str) -> tuple[int, str, str]:
        files = "--catalog", str(tmp_path / "catalog.toml"), "--state", str(tmp_path / "state.toml")
        status = main([*words, *files])
        return status, *capsys.readouterr()

    return run


def test_list_by_hand_is_made_printed_changed_and_removed(lists, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    assert lists("lists", "Mine", "--add", "c", "a")[0] == 0
    assert lists("lists")[1] == "Mine\t2\t0\t10 m\t\n"
    assert [line.split("\t")[0] for line in lists("list", "--topic", "Mine")[1].splitlines()] == ["c", "a"]
    assert json.loads(lists("plan", "10m", "--topic", "Mine", "--json")[1])["episodes"][0]["id"] == "a"
    assert lists("lists", "Mine", "--take", "c", "--set", "name=Ours")[0] == 0
    assert lists("lists")[1] == "Ours\t1\t0\t10 m\t\n"
    assert '[[lists]]\nname = "Ours"\nepisodes = [\n    "a",\n]\n' in (tmp_path / "state.toml").read_text("utf-8")
    assert lists("lists", "Ours", "--remove")[0] == 0
    assert lists("lists")[1] == ""


def test_list_by_a_rule_is_made_and_follows_the_marks(lists) -> None:  # type: ignore[no-untyped-def]
    assert lists("lists", "Long", "--set", "topics=Greek", "min_length=15m", "status=unplayed")[0] == 0
    assert json.loads(lists("lists", "--json")[1])[0]["episodes"] == 1
    lists("lists", "Mine", "--add", "c")
    mine, rule = sorted((each["rule"] for each in json.loads(lists("lists", "--json")[1])), key=bool)
    assert (mine, rule["min_length"]) == (None, "15m")
    lists("lists", "Mine", "--remove")
    assert lists("lists")[1].split("\t")[4] == "topics=Greek, status=unplayed, min_length=15m\n"
    lists("mark", "played", "b")
    assert json.loads(lists("lists", "--json")[1])[0]["episodes"] == 0


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("lists", "Greek", "--add", "a"), "there is a topic “Greek” already"),
        (("lists", "Mine", "--add", "nope"), "no episode “nope”"),
        (("lists", "Mine", "--set", "length=3"), "there is no setting"),
        (("lists", "Mine", "--remove"), "no list “Mine”"),
        (("lists", "Mine"), "no list “Mine”"),
        (("lists", "Mine", "--import-file", "/nowhere.m3u"), "does not exist"),
        (("lists", "Mine", "--import-file", "/"), "cannot be read"),
        (("lists", " ", "--add", "a"), "a list needs a name"),
        (("lists", "Mine", "--set", "topics=Greek", "--add", "a"), "is a smart list"),
        (("lists", "Mine", "--set", "topics=Greek", "--take", "a"), "is a smart list"),
    ],
)
def test_what_is_wrong_changes_nothing(lists, words: tuple[str, ...], said: str) -> None:  # type: ignore[no-untyped-def]
    status, _, messages = lists(*words)
    assert (status, said in messages, lists("lists")[1]) == (1, True, "")


def test_lists_on_a_terminal_are_a_table_whose_numbers_end_alike(lists, monkeypatch: pytest.MonkeyPatch) -> None:  # type: ignore[no-untyped-def]
    lists("mark", "played", "a")
    lists("lists", "Mine", "--add", "a", "b")
    lists("lists", "Long", "--set", "min_length=15m")
    monkeypatch.setattr("sys.stdout.isatty", lambda: True)
    monkeypatch.setenv("COLUMNS", "80")
    assert lists("lists")[1].splitlines() == [
        "name  episodes  played  left  rule",
        "Long         1       0  20 m  min_length=15m",
        "Mine         2       1  20 m",
    ]


def test_name_of_another_list_is_not_taken_and_that_of_a_removed_one_can_be_made_again(lists) -> None:  # type: ignore[no-untyped-def]
    for name in ("Mine", "Yours"):
        lists("lists", name, "--add", "a")
    for name in ("Yours", "Greek"):
        assert lists("lists", "Mine", "--set", f"name={name}")[0] == 1
    assert lists("lists", "Mine", "--remove")[2] == "List “Mine” removed.\n"
    assert lists("lists", "Mine", "--remove")[0] == 1
    assert lists("lists", "Mine", "--add", "b")[2] == "list “Mine”: 1 episode.\n"
    assert [line.split("\t")[:2] for line in lists("lists")[1].splitlines()] == [["Mine", "1"], ["Yours", "1"]]
    lists("lists", "Yours", "--remove")
    assert lists("lists", "Mine", "--add", "a", "--set", "name=Yours")[0] == 0
    assert lists("lists")[1].startswith("Yours\t2\t0\t")


def test_change_says_what_is_on_the_list_now(lists, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    (tmp_path / "mine.m3u").write_text("/x.mp3\n/y.mp3\n", "utf-8")
    status, _, messages = lists("lists", "Mine", "--add", "a", "--import-file", str(tmp_path / "mine.m3u"))
    assert (status, messages) == (0, "tui-pod: 2 entries not in the library left out\nlist “Mine”: 1 episode.\n")
    assert lists("lists", "Long", "--set", "min_length=15m")[2] == "list “Long”: min_length=15m.\n"
    text = lists("lists", "Mine", "--export")[1]
    assert text.startswith("#EXTM3U")
    (tmp_path / "mine.m3u").write_text(text, "utf-8")
    assert lists("lists", "Copy", "--import-file", str(tmp_path / "mine.m3u"))[0] == 0
    assert lists("lists", "Copy")[1] == lists("lists", "Mine")[1].replace("Mine", "Copy")
    assert lists("lists", "--remove")[0] == 2  # without a name
    printed = json.loads(lists("lists", "Mine", "--json")[1])
    assert [episode["id"] for episode in printed] == [
        row["id"] for row in json.loads(lists("list", "--topic", "Mine", "--json")[1])
    ]


def test_entry_of_another_player_is_known_by_its_recording() -> None:
    library = build_library(TOPICS, [*EPISODES[:2], Episode("x", "X", audio="/music/a b.mp3")])
    text = "#EXTM3U\r\n../music/a b.mp3\r\nfile:///music/a%20b.mp3\r\n\r\n/other.mp3\r\n"
    assert read_m3u(text, "/lists", library) == (["x"], 1)
    assert read_m3u(to_m3u("Mine", EPISODES[:2]), "/", library) == (["one", "two"], 0)
