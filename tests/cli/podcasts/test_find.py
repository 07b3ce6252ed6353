"""The command `lists`: made, changed, printed and exchanged as M3U."""

import json
import sys
from pathlib import Path
from unittest.mock import Mock

import pytest

from tests.cli.conftest import Shell
from tests.rooms import EPISODES, TOPICS
from tests.sources import server
from tests.sources.podcasts.asking import CHART, FYYD, ITUNES, LOOKUP
from tests.sources.server import Site
from tui_pod.cli.main import main
from tui_pod.cli.podcasts import find
from tui_pod.config.paths import find_paths
from tui_pod.core.library.episode import Episode
from tui_pod.core.library.library import build_library
from tui_pod.core.selection.playlist import read_m3u, to_m3u
from tui_pod.sources import directories


@pytest.fixture
def shell(shell: Shell, tmp_path: Path, site: Site, monkeypatch: pytest.MonkeyPatch) -> Shell:
    """A shell whose directories are the loopback server."""
    monkeypatch.setattr(directories, "itunes", lambda country: real_itunes(country, site.url("")))
    monkeypatch.setattr(directories, "itunes_episodes", lambda country: real_episodes(country, site.url("")))
    monkeypatch.setattr(directories, "fyyd", lambda: real_fyyd(site.url("")))
    site.replies["/search"] = server.body(json.dumps(ITUNES), "text/javascript")
    site.replies["/0.2/search/podcast"] = server.body(json.dumps(FYYD), "application/json")
    config = tmp_path / "home" / "config" / "tui-pod"
    config.mkdir(parents=True)
    (config / "config.toml").write_text(f'[network]\nprivate_hosts = ["127.0.0.1:{site.server_port}"]\n')
    return shell


real_itunes, real_fyyd = directories.itunes, directories.fyyd
real_episodes = directories.itunes_episodes


def test_find_prints_podcasts_and_says_whom_it_asks(shell: Shell, site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    out = shell("find", "tall", "ships")
    assert out.splitlines()[0] == "https://ships.example/feed.xml\tTall Ships\tAnn & Bob\t120\t2026-11-25\ten"
    assert shell.err == "tui-pod: asking iTunes and fyyd\n"
    with monkeypatch.context() as patch:
        patch.setattr(sys.stderr, "isatty", lambda: True)
        shell("find", "ships")
    assert shell.err.endswith("To subscribe: tui-pod feeds add ADDRESS\n")
    site.asked.clear()
    shell("find", "x" * 150, "y" * 150)
    (path,) = (path for path in site.paths() if path.startswith("/search"))
    assert path.count("y") < 60 <= path.count("x")
    entry = shell.json("find", "ships")[1]
    assert entry == {
        "address": "https://licht.example/m4a", "title": "Leuchttürme", "publisher": "Carla", "episodes": 44,
        "newest": "2026-11-13", "language": "de-at", "cover": "https://licht.example/c.jpg",
        "summary": "Über Leuchttürme & Licht.", "directories": ["fyyd"],
    }  # fmt: skip


def test_top_prints_the_chart_of_a_country_and_category(shell: Shell, site: Site) -> None:
    chart = "/de/rss/toppodcasts/limit=50/genre=1303/explicit=true/json"
    site.replies[chart] = server.body(json.dumps(CHART), "text/javascript")
    site.replies["/lookup"] = server.body(json.dumps(LOOKUP), "text/javascript")
    out = shell("find", "--top", "--country", "de", "--category", "comedy")
    assert out.splitlines()[0] == "http://harbours.example/rss\tHarbours\t\t\t\t"
    assert (site.paths()[0], shell.err) == (chart, "tui-pod: asking iTunes\n")
    assert shell.json("find", "--top", "--country", "DE", "--category", "com")[1]["summary"] == "About Tall Ships."
    assert shell("find", "--top", "--country", "us", status=1) == ""
    assert "tui-pod: iTunes: there are no charts for US (answer " in shell.err
    site.replies["/at/rss/toppodcasts/limit=50/explicit=true/json"] = server.body('{"feed": {}}', "text/javascript")
    assert shell("find", "--top", "--country", "at", status=1) == ""
    assert "tui-pod: iTunes has no chart for “AT”" in shell.err
    for arguments in (("ships", "--top"), ("--top", "--country", "x"), ("ships", "--category", "Arts"), ()):
        assert shell("find", *arguments, status=2) == ""
    config = find_paths().config
    config.write_text(f'{config.read_text()}[find]\ndirectories = ["fyyd"]\n')
    assert shell("find", "--top", "--country", "us", status=1) == ""
    assert "tui-pod: the charts are those of iTunes, which is not" in shell.err


def test_find_fails_only_when_no_directory_answers(shell: Shell, site: Site) -> None:
    site.replies["/search"] = server.body("<html>", "text/html")
    assert "Leuchttürme" in shell("find", "ships")
    assert "tui-pod: iTunes did not answer with a list" in shell.err
    del site.replies["/0.2/search/podcast"]
    assert shell("find", "ships", status=1) == ""


def test_find_prints_episodes_with_the_addresses_of_their_podcasts(shell: Shell, site: Site) -> None:
    entry = {"feedUrl": "https://ships.example/f", "collectionName": "Tall Ships", "trackName": "The mast",
             "releaseDate": "2026-11-20T08:00:00Z", "description": "How it stands."}  # fmt: skip
    site.replies["/search"] = server.body(json.dumps({"results": [entry]}), "text/javascript")
    assert shell("find", "mast", "--episodes") == "https://ships.example/f\tTall Ships\tThe mast\t2026-11-20\n"
    assert "entity=podcastEpisode" in site.paths()[-1]
    assert shell.err == "tui-pod: asking iTunes\n"
    (found,) = shell.json("find", "mast", "--episodes")
    assert (found["episode"], found["title"], found["summary"]) == ("The mast", "Tall Ships", "How it stands.")


def test_find_plays_only_a_numbered_episode_in_a_running_app(shell: Shell, site: Site) -> None:
    assert shell("find", "mast", "--episodes", "--play", "1", status=1) == ""
    assert "No tui-pod is running" in shell.err
    for arguments in (("--play", "1"), ("--episodes", "--play", "0"), ("--episodes", "--play", "x")):
        assert shell("find", "mast", *arguments, status=2) == ""
        assert "--play takes a number from 1, and needs --episodes" in shell.err
    assert site.paths() == []


@pytest.fixture
def feed_of_ships(shell: Shell, site: Site) -> None:
    """A feed, and a directory that finds its only episode."""
    entry = {"feedUrl": site.url("/f"), "collectionName": "Tall Ships", "trackName": "The mast"}
    site.replies["/search"] = server.body(json.dumps({"results": [entry]}), "text/javascript")
    mast = server.item(1, site.url("/1.wav"), title="The mast")
    site.replies["/f"] = server.body(server.feed(mast, title="Tall Ships"))


NOW: dict[str, object] = {"id": "x", "title": "The mast", "position": 0.0, "speed": 1.0, "volume": 80}


@pytest.mark.usefixtures("feed_of_ships")
def test_app_is_asked_to_play_an_episode_that_was_found(
    shell: Shell, site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(find, "ask", Mock(return_value=(NOW, "")))
    monkeypatch.setattr(find, "grant", granted := Mock(return_value=0))
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True)
    assert "Playing: The mast" in shell("find", "mast", "--episodes", "--play", "1")
    assert shell.json("find", "mast", "--episodes", "--play", "1") == NOW
    assert "To subscribe" not in shell.err
    values = {"address": site.url("/f"), "episode": "The mast"}
    assert [call.args[1:] for call in granted.call_args_list] == [("directory.play", values)] * 2
    assert shell("find", "mast", "--episodes", "--play", "2", status=1) == ""
    assert "only 1 episode found" in shell.err


def test_find_says_nothing_of_results_if_no_directory_answers(shell: Shell, site: Site) -> None:
    site.replies.clear()
    assert shell("find", "ships", status=1) == ""
    assert "no podcast for" not in shell.err
    site.replies["/search"] = server.body('{"results": []}')
    assert shell("find", "ships") == ""
    assert shell.err.endswith("tui-pod: no podcast for “ships”\n")
    assert shell("find", "ships", "--episodes") == ""
    assert shell.err.endswith("tui-pod: no episode for “ships”\n")


@pytest.mark.parametrize(
    ("directories", "words", "said"),
    [
        ("", [], "no directory is set: see [find]"),
        ('"fyyd"', ["--episodes"], "no directory that finds episodes, such as itunes, is set: see [find]"),
    ],
)
def test_find_without_a_directory_says_where_to_set_one(
    directories: str, words: list[str], said: str, shell: Shell, site: Site
) -> None:
    config = find_paths().config
    config.write_text(f"{config.read_text()}[find]\ndirectories = [{directories}]\n")
    assert shell("find", "ships", *words, status=1) == ""
    assert shell.err == f"tui-pod: {said} in tui-pod config --default\n"
    assert site.paths() == []


def test_find_leaves_out_what_is_not_known(shell: Shell, site: Site) -> None:
    del site.replies["/0.2/search/podcast"]
    entry = {"feedUrl": "https://ships.example/f", "collectionName": "Tall Ships"}
    site.replies["/search"] = server.body(json.dumps({"results": [entry]}), "text/javascript")
    assert shell("find", "ships") == "https://ships.example/f\tTall Ships\t\t\t\t\n"
    (found,) = shell.json("find", "ships")
    assert (found["publisher"], found["newest"], found["episodes"]) == ("", None, None)
    assert "episode" not in found
    entry["trackName"] = "The mast"
    site.replies["/search"] = server.body(json.dumps({"results": [entry]}), "text/javascript")
    assert shell("find", "ships", "--episodes") == "https://ships.example/f\tTall Ships\tThe mast\t\n"


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
