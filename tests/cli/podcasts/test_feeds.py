import io
import json
import os
import subprocess
import sys
import threading
from collections import Counter
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from unittest.mock import Mock

import pytest

from tests.cli.conftest import Shell
from tests.sources import server
from tests.sources.exports import antennapod, castero, write_database
from tests.sources.folders.sounds import make_mp3
from tests.sources.server import Ranged, Site, feed, item, sound
from tui_pod.cli import shared, wishes
from tui_pod.config.paths import find_paths
from tui_pod.core.library.podcast_settings import ROWS
from tui_pod.core.progress.progress import Progress
from tui_pod.core.progress.records import ProgressRecord, SettingRecord
from tui_pod.shelf.match import episode_id
from tui_pod.shelf.opml import parse_opml
from tui_pod.sources import directories
from tui_pod.state.store import StateFile


def test_feeds_add_shows_its_episodes_after_the_catalogue(site: Site, shell: Shell) -> None:
    site.replies["/f"] = server.body(feed(item(1) + item(3, "/3.wav") + item(2), "My Cast"))
    out = shell("feeds", "add", site.url("/f"), "--folder", "Science/Physics", "--folder", "News")
    assert out == f"{site.url('/f')}\tMy Cast\t3\n"
    entries = shell.json("list")
    wanted = ["one", *(episode_id(site.url("/f"), f"guid-{number}") for number in (3, 2, 1))]
    assert [entry["id"] for entry in entries] == wanted
    assert entries[1] == {
        "id": wanted[1], "title": "Episode 3", "summary": "About 3", "duration": None, "position": 0.0,
        "status": "unplayed", "topics": ["My Cast", "Physics", "Science", "News"], "published": "2026-01-04",
        "year": "2026", "audio": site.url("/3.wav"), "from": None, "updated": None,
    }  # fmt: skip
    for topic in ("News", "Physics", "Science", "My Cast", "Science/Physics/My Cast"):
        assert [entry["id"] for entry in shell.json("list", "--topic", topic)] == wanted[1:]


def test_session_is_planned_from_a_topic_by_its_name_or_path(site: Site, shell: Shell) -> None:
    length = "<itunes:duration>900</itunes:duration>"
    site.replies["/f"] = server.body(feed(item(1, "/1.wav", length), "My Cast"))
    site.replies["/g"] = server.body(feed(item(2, "/2.wav", length), "My Cast"))
    shell("feeds", "add", site.url("/f"), "--folder", "Science/Physics", "--folder", "News")
    assert shell("plan", "15m", "--topic", "My Cast").count("Episode 1") == 1
    assert shell("plan", "15m", "--topic", "Science/Physics").count("Episode 1") == 1
    shell("feeds", "add", site.url("/g"))
    assert shell("plan", "15m", "--topic", "My Cast", status=1) == ""
    assert "Name one by its path: " in shell.err
    assert shell("plan", "15m", "--topic", "Nowhere", status=1) == ""


def test_feed_episodes_are_marked_by_their_ids(site: Site, shell: Shell) -> None:
    site.replies["/f"] = server.body(feed(item(1)))
    shell("feeds", "add", site.url("/f"))
    ident = episode_id(site.url("/f"), "guid-1")
    shell("mark", "played", ident)
    assert [entry["id"] for entry in shell.json("list", "--status", "played")] == [ident]
    site.replies["/f"] = server.redirect("/new", 301)
    site.replies["/new"] = server.body(feed(item(2) + item(1)))
    shell("feeds", "refresh")
    assert [entry["id"] for entry in shell.json("list", "--status", "played")] == [ident]
    (listed,) = shell.json("feeds", "list")
    assert (listed["address"], listed["first"], listed["episodes"]) == (site.url("/new"), site.url("/f"), 2)


def test_feeds_add_fault_is_one_line_and_changes_nothing(site: Site, shell: Shell, home: Path) -> None:
    for url in (site.url("/none"), "file:///etc/passwd", "nonsense", "http://127.0.0.1:1/x"):
        assert shell("feeds", "add", url, status=1) == ""
        assert shell.err.count("\n") == 1
    assert shell("feeds", "list") == ""
    assert list(home.glob("**/feeds.*")) == []
    shell("feeds", "add", "talks.m3u8", status=1)
    assert shell.err.endswith("If it is online, check the address; there is no file of this name here.\n")


def test_feeds_refresh_bad_feed_is_one_line_and_the_others_go_on(site: Site, shell: Shell) -> None:
    site.replies["/a"] = server.body(feed(item(1), "A"))
    site.replies["/b"] = server.body(feed(item(1), "B"))
    shell("feeds", "add", site.url("/a"), site.url("/b"))
    site.replies["/a"] = server.body("oops", status=500)
    site.replies["/b"] = server.body(feed(item(1) + item(2), "B"))
    shell("feeds", "refresh", status=1)
    assert [line.startswith("tui-pod: http") for line in shell.err.splitlines()] == [True]
    assert [(entry["title"], entry["episodes"], bool(entry["error"])) for entry in shell.json("feeds", "list")] == [
        ("A", 1, True),
        ("B", 2, False),
    ]
    shell("feeds", "refresh", "B")
    assert shell("feeds", "refresh", "Nobody", status=1) == ""


def test_feeds_move_to_topics_and_to_an_address(site: Site, shell: Shell) -> None:
    site.replies["/f"] = server.body(feed(item(1)))
    shell("feeds", "add", site.url("/f"))
    shell("feeds", "move", "Test Cast", "A/B", "C")
    assert shell.json("feeds", "list")[0]["folders"] == ["A/B", "C"]
    shell("feeds", "move", "Test Cast", "/")
    assert shell.json("feeds", "list")[0]["folders"] == []
    shell("feeds", "move", "Test Cast", site.url("/new"))
    assert shell.json("feeds", "list")[0]["address"] == site.url("/new")
    shell("feeds", "move", "Test Cast", "file:///etc/passwd", status=1)
    shell("feeds", "move", "Nobody", "A", status=1)


def test_feeds_set_changes_all_that_is_named_or_nothing(site: Site, shell: Shell) -> None:
    site.replies["/f"] = server.body(feed(item(1)))
    shell("feeds", "add", site.url("/f"))
    shell("feeds", "set", "Test Cast", "speed=1.20", "name=My Cast", "folder=Science/Physics")
    assert shell.err == "Test Cast: speed 1.2, name My Cast, folder Science/Physics.\n"
    assert shell.json("feeds", "list")[0]["settings"] == {
        "name": "My Cast", "folder": "Science/Physics", "speed": "1.2",
    }  # fmt: skip
    for wrong, said in (
        ("sped=2", "the closest is speed. Nothing"),
        ("speed=9", "from 0.5 to 3"),
        ("speed", "key=value"),
    ):
        assert shell("feeds", "set", "My Cast", "keep=5", wrong, status=1) == ""
        assert said in shell.err
    rows = [line.split("\t") for line in shell("feeds", "set", "My Cast").splitlines()]
    assert [row[0] for row in rows] == list(ROWS)
    assert [row[1] for row in rows if row[0] in ("speed", "keep")] == ["1.2", "(feeds.keep_next)"]
    shell("feeds", "set", "My Cast", "speed=")
    shell("feeds", "rename", "My Cast", "default")
    assert shell.err.startswith("My Cast: name default")
    assert shell.json("feeds", "set", "Test Cast") == {
        **dict.fromkeys(("speed", "level", "skip_silence", "refresh", "keep", "min_length", "max_length")),
        **dict.fromkeys(("new_for", "delete_played", "notify")), "kind": "", "article": "", "code": False,
        "name": "", "folder": [["Science", "Physics"]], "skip_start": 0.0, "skip_end": 0.0, "skip_chapters": [],
        "order": "", "skip_recurring": 0, "archive_after": 0, "after": "", "include": [], "exclude": [],
        "hidden": False, "transcribe": "", "sleep": "", "queue_new": "",
    }  # fmt: skip


@pytest.fixture
def on_terminal(shell: Shell, monkeypatch: pytest.MonkeyPatch) -> Callable[..., str]:
    """Return the shell with a terminal at standard error."""

    def run(*words: str, status: int = 0) -> str:
        with monkeypatch.context() as patch:
            patch.setattr(sys.stderr, "isatty", lambda: True)
            return shell(*words, status=status)

    return run


def test_feeds_add_of_a_slow_server_says_so_on_a_terminal_alone(
    site: Site, shell: Shell, on_terminal: Callable[..., str], monkeypatch: pytest.MonkeyPatch
) -> None:
    said, show = threading.Event(), shared.show_progress

    def note(text: str, share: float | None = None) -> None:
        show(text, share)
        if text:
            said.set()

    def slow(exchange: server.Exchange) -> None:
        said.wait()
        exchange.say(200, feed(item(1)).encode())

    site.replies["/f"] = slow
    monkeypatch.setattr(wishes, "show_progress", note)
    on_terminal("feeds", "add", site.url("/f"))
    assert f"adding {site.url('/f')} …" in shell.err
    assert "subscribed, 1 new episode\n" in shell.err
    shell("feeds", "add", site.url("/f"))
    assert "adding" not in shell.err


def test_feeds_refresh_keeps_the_next_ones_downloaded_and_deletes_the_played(
    site: Site, shell: Shell, on_terminal: Callable[..., str]
) -> None:
    site.replies["/f"] = server.body(feed("".join(item(number, f"/{number}.wav") for number in range(3))))
    for number in range(3):
        site.replies[f"/{number}.wav"] = Ranged(sound(0.1))
    shell("feeds", "add", site.url("/f"))
    shell("feeds", "set", "Test Cast", "keep=1", "delete_played=now")
    shell("feeds", "refresh")
    first, *_ = (entry["id"] for entry in shell.json("list")[1:])
    shell("mark", "played", first)
    on_terminal("feeds", "refresh")
    assert "1 episode downloaded, 1 download deleted" in shell.err
    site.replies["/f"] = server.body(feed("".join(item(number, f"/{number}.wav") for number in range(4))))
    site.replies["/3.wav"] = Ranged(sound(0.1))
    on_terminal("feeds", "refresh")
    assert "1 feed refreshed, 1 new episode: Test Cast" in shell.err
    assert "1 episode downloaded" in shell.err
    shell("feeds", "refresh")
    assert shell.err == ""
    assert max(Counter(path for path in site.paths() if path != "/f").values()) == 1


def test_archive_hides_old_episodes_that_are_not_in_use_and_shows_them_again(
    site: Site, shell: Shell, home: Path
) -> None:
    site.replies["/f"] = server.body(feed("".join(item(number) for number in range(4))))
    shell("feeds", "add", site.url("/f"))
    idents = {entry["title"]: entry["id"] for entry in shell.json("list")}
    begun, played = idents["Episode 1"], idents["Episode 2"]
    record = Progress(datetime(2026, 1, 9, tzinfo=UTC), position=9.0)
    StateFile(find_paths().state).save([ProgressRecord(begun, record)])
    shell("mark", "played", played)
    shell("feeds", "set", "Test Cast", "archive_after=1")
    for _ in range(2):
        shell("feeds", "refresh")
        assert [entry["id"] for entry in shell.json("list")] == ["one", begun]
    shell("feeds", "set", "Test Cast", "archive_after=3650")
    shell("feeds", "refresh")
    assert {entry["id"]: entry["status"] for entry in shell.json("list")}[played] == "played"
    assert len(shell.json("list")) == 5


def test_feeds_refresh_of_all_says_once_that_a_podcast_is_missing(site: Site, shell: Shell) -> None:
    site.replies["/f"] = server.body(feed(item(1)))
    shell("feeds", "add", site.url("/f"))
    site.replies["/f"] = server.body("no", status=404)
    shell("feeds", "refresh", status=1)
    assert "does not have it any more (404)" in shell.err
    shell("feeds", "refresh")
    assert "404" not in shell.err
    shell("feeds", "refresh", "Test Cast", status=1)
    assert "404" in shell.err


def test_feeds_refresh_says_once_that_a_podcast_has_ended(site: Site, shell: Shell) -> None:
    site.replies["/f"] = server.body(feed(item(1)))
    shell("feeds", "add", site.url("/f"))
    site.replies["/f"] = server.body("gone", status=410)
    shell("feeds", "refresh")
    assert shell.err == f"Test Cast has ended; to remove it: tui-pod feeds remove {site.url('/f')}\n"
    asked = len(site.paths())
    shell("feeds", "refresh")
    assert (shell.err, len(site.paths())) == ("", asked)
    assert "It has ended." in shell("feeds", "list")
    site.replies["/f"] = server.body(feed(item(1) + item(2)))
    shell("feeds", "refresh", "Test Cast")
    assert [entry["has_ended"] for entry in shell.json("feeds", "list")] == [False]


def test_feeds_refresh_whose_downloads_fail_says_so(site: Site, shell: Shell) -> None:
    site.replies["/f"] = server.body(feed(item(1, "/1.wav")))
    site.replies["/1.wav"] = server.body("no", status=404)
    shell("feeds", "add", site.url("/f"))
    shell("feeds", "set", "Test Cast", "keep=1")
    shell("feeds", "refresh", status=1)
    assert "“Episode 1” was not downloaded" in shell.err


def test_feeds_set_of_a_book_changes_it_at_once_and_back(shell: Shell, tmp_path: Path) -> None:
    for number in (1, 2, 3):
        make_mp3(tmp_path / "Shelf" / "Emma" / f"{number}.mp3", f"Chapter {number}", str(number), TALB="Emma")
    for name in ("Frog", "Goose"):
        make_mp3(tmp_path / "Shelf" / "Grimm" / f"{name}.mp3")
    shell("feeds", "add", str(tmp_path / "Shelf"))
    shell("feeds", "set", "Emma", "skip_end=9", "kind=talks")
    assert shell.err == "Emma: skip_end 9, kind talks.\n"
    talks = [entry["id"] for entry in shell.json("list", "--topic", "Emma")]
    assert len(talks) == 3
    assert shell.json("feeds", "set", talks[1])["kind"] == "talks"
    shell("feeds", "set", talks[1], "kind=")
    assert [entry["title"] for entry in shell.json("list", "--topic", "Shelf")] == ["Emma", "Frog", "Goose"]
    for place, kind, count in (("Grimm", "book", 2), (str(tmp_path / "Shelf" / "Grimm"), "", 3)):
        shell("feeds", "set", place, f"kind={kind}")
        assert len(shell.json("list", "--topic", "Shelf")) == count
    shell("feeds", "set", "Emma", "speed=1.2", "sleep=20m")
    (tmp_path / "Shelf" / "Emma").rename(tmp_path / "Shelf" / "Austen (1815)")
    (tmp_path / "Shelf" / "Austen (1815)" / "1.mp3").rename(tmp_path / "Shelf" / "Austen (1815)" / "01.mp3")
    shell("feeds", "refresh")
    found = shell.json("feeds", "set", "Emma")
    assert [found[name] for name in ("speed", "skip_end", "sleep")] == [1.2, 9.0, "20m"]
    make_mp3(tmp_path / "Shelf" / "Other" / "whole.mp3", TALB="Emma", TCON="Audiobook", TCOM="Ann")
    shell("feeds", "refresh")
    assert shell.json("feeds", "set", "Emma (Ann)")["speed"] is None
    shell("feeds", "set", "Emma (Ann)", "refresh=5", status=1)
    assert "allowed: kind, speed, level" in shell.err


@pytest.mark.parametrize("name", ["course", "Generative AI"])
def test_course_can_be_hidden_and_nothing_else(name: str, shell: Shell) -> None:
    shell("feeds", "set", name, "hidden=yes")
    assert shell.json("feeds", "set", name) == {"hidden": True}
    shell("feeds", "set", name, "hidden=no", "speed=2", status=1)
    assert "allowed: hidden" in shell.err
    assert shell.json("feeds", "set", name) == {"hidden": True}


def test_feeds_topics_makes_categories_and_keywords_topics(site: Site, shell: Shell) -> None:
    category = '<itunes:category text="Science"><itunes:category text="Physics"/></itunes:category>'
    site.replies["/f"] = server.body(feed(item(1, extra="<category>Quarks</category>"), extra=category))
    shell("feeds", "add", site.url("/f"))
    assert shell.json("list")[1]["topics"] == ["Test Cast"]
    assert shell("feeds", "topics", "Test Cast", "on") == "Science/Physics\n"
    assert shell.err == "Test Cast: its categories and keywords are now topics.\n"
    assert shell.json("list")[1]["topics"] == ["Test Cast", "Physics", "Science", "Quarks"]
    assert len(shell.json("list", "--topic", "Quarks")) == 1
    assert shell.json("feeds", "list")[0]["shows_topics"]
    shell("feeds", "topics", "Test Cast", "off")
    assert shell.err == "Test Cast: its categories and keywords are no longer topics.\n"
    assert shell.json("list")[1]["topics"] == ["Test Cast"]


def test_feeds_add_goes_where_the_settings_let_it(site: Site, inside: Site, shell: Shell, home: Path) -> None:
    site.replies["/f"] = server.redirect(inside.url("/g"))
    inside.replies["/g"] = server.body(feed(item(1), "Inside"))
    assert shell("feeds", "add", site.url("/f"), status=1) == ""
    config = home / "c.toml"
    config.write_text(f'[network]\nprivate_hosts = ["127.0.0.1:{inside.server_port}"]\n')
    assert "Inside" in shell("feeds", "add", site.url("/f"), "--config", str(config))
    shell("feeds", "refresh", status=1)
    shell("feeds", "refresh", "--config", str(config))


def test_import_and_export_round_trip(site: Site, shell: Shell, tmp_path: Path) -> None:
    site.replies["/f"] = server.body(feed(item(1), "Fetched"))
    file = tmp_path / "list.opml"
    file.write_text(
        '<opml version="2.0"><body><outline text="Science"><outline text="Physics">'
        f'<outline type="rss" text="Mine" xmlUrl="{site.url("/f")}"/></outline></outline>'
        f'<outline text="News"><outline text="Mine" XMLURL="{site.url("/f")}"/></outline></body></opml>'
    )
    shell("import", str(file))
    assert shell.json("feeds", "list")[0]["folders"] == ["Science/Physics", "News"]
    shell("feeds", "add", site.url("/f"))  # a list alone opens no way into the own network
    assert [len(shell.json("list", "--topic", topic)) for topic in ("Physics", "News", "Mine")] == [1, 1, 1]
    exported = shell("export")
    entries = parse_opml(exported.encode()).entries
    assert [(entry.address, entry.title, entry.folders) for entry in entries] == [
        (site.url("/f"), "Mine", (("Science", "Physics"), ("News",)))
    ]
    file.write_text(exported)
    shell("import", str(file))
    assert shell("export") == exported


def test_import_bad_entry_is_reported_and_the_rest_goes_on(shell: Shell, tmp_path: Path) -> None:
    file = tmp_path / "list.opml"
    file.write_text(
        "<opml><body><outline text='Bad' xmlUrl='file:///etc/passwd'/>"
        "<outline text='Good' xmlUrl='https://good.example.org/f'/></body></opml>"
    )
    shell("import", str(file), status=1)
    assert "“Bad”" in shell.err
    assert [entry["title"] for entry in shell.json("feeds", "list")] == ["Good"]


@pytest.mark.parametrize("content", [None, "pipe", "hello", "<html/>", "database"])
def test_import_of_no_list_is_one_line(shell: Shell, tmp_path: Path, content: str | None) -> None:
    file = tmp_path / "list.opml"
    if content == "pipe":
        os.mkfifo(file)
    elif content == "database":
        write_database(file, "CREATE TABLE a (b)")
    elif content is not None:
        file.write_text(content)
    shell("import", str(file), status=1)
    assert shell.err.count("\n") == 1
    assert ("not a regular file" in shell.err) is (content == "pipe")
    assert ("is not a database of a known player" in shell.err) is (content == "database")


def test_import_from_standard_input(shell: Shell, monkeypatch: pytest.MonkeyPatch) -> None:
    text = '<opml><body><outline type="rss" text="A" xmlUrl="https://example.org/f"/></body></opml>'
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(text.encode())))
    shell("import", "-")
    assert shell("feeds", "list").startswith("https://example.org/f\tA")


def test_list_of_nothing_says_how_to_begin(shell: Shell) -> None:
    assert parse_opml(shell("export").encode()).entries == ()
    assert shell("feeds", "list") == ""
    assert shell.err.startswith("no podcasts yet; to add one: tui-pod feeds add ADDRESS")


def test_hostile_feed_prints_no_control_characters(site: Site, shell: Shell) -> None:
    bad = "&#x202e;&#155;2J&#8203;[/][@click=app.quit]x"
    site.replies["/f"] = server.body(feed(item(1, title=bad), bad))
    out = shell("feeds", "add", site.url("/f")) + shell("list") + shell("feeds", "list") + shell.err
    assert all(character >= " " or character in "\t\n" for character in out)
    assert not {"\x9b", "\u202e", "\u200b"} & set(out)


def test_wrong_usage_is_exit_2(shell: Shell) -> None:
    for words in (["feeds"], ["feeds", "add"], ["feeds", "fly"], ["import"]):
        with pytest.raises(SystemExit) as caught:
            shell(*words)
        assert caught.value.code == 2


def test_list_without_feeds_imports_nothing_of_them(shell: Shell, tmp_path: Path) -> None:
    code = (
        "import sys; from tui_pod.cli.main import main; main(sys.argv[1:]);"
        "print([n for n in sys.modules if n.startswith(('tui_pod.sources', 'http', 'ssl', 'mpv', 'textual'))],"
        " file=sys.stderr)"
    )
    run = subprocess.run(
        [sys.executable, "-c", code, "list", "--catalog", str(tmp_path / "catalog.toml")],
        capture_output=True, text=True, env=os.environ, check=True,
    )  # fmt: skip
    assert run.stderr.strip() == "[]"


def test_folder_is_added_listed_moved_and_left_out_of_the_export(
    shell: Shell, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    make_mp3(tmp_path / "Books" / "Ships" / "one.mp3", "One")
    address = f"file://{tmp_path}/Books"
    assert shell("feeds", "add", "Books", "--folder", "Mine") == f"{address}\tBooks\t1\n"
    assert shell.json("list", "--topic", "Mine/Books/Ships")[0]["topics"] == ["Ships", "Books", "Mine"]
    (tmp_path / "Books").rename(tmp_path / "Shelf")
    shell("feeds", "move", "Books", "./Shelf")
    shell("feeds", "refresh", "./Shelf")
    assert shell.json("feeds", "list")[0]["address"] == f"file://{tmp_path}/Shelf"
    assert parse_opml(shell("export").encode()).entries == ()
    assert "1 folder left out" in shell.err
    assert shell("feeds", "add", str(tmp_path / "nowhere"), status=1) == ""


@pytest.mark.parametrize(
    ("target", "said"),
    [("https://8.8.8.8/f", "a folder can only move"), ("/nowhere/at/all", "no file or folder /nowhere")],
)
def test_folder_is_not_moved_to_what_is_no_folder(target: str, said: str, shell: Shell, tmp_path: Path) -> None:
    make_mp3(tmp_path / "Books" / "one.mp3")
    shell("feeds", "add", str(tmp_path / "Books"))
    before = shell.json("feeds", "list")
    shell("feeds", "move", "Books", target, status=1)
    assert said in shell.err
    assert shell.json("feeds", "list") == before


def test_import_takes_no_folder_from_a_list(shell: Shell, tmp_path: Path) -> None:
    make_mp3(tmp_path / "Books" / "one.mp3")
    outline = f'<opml><body><outline type="rss" text="Evil" xmlUrl="file://{tmp_path}/Books"/></body></opml>'
    (tmp_path / "list.opml").write_text(outline)
    shell("import", str(tmp_path / "list.opml"), status=1)
    assert shell.json("feeds", "list") == []


def test_database_of_another_player_is_shown_then_taken(site: Site, shell: Shell, tmp_path: Path) -> None:
    file = antennapod(tmp_path / "export.db", site.url("/f"))
    site.replies["/f"] = server.body(feed(item(1) + item(2) + item(3)))
    out = shell("import", str(file), "--dry-run")
    one, two = (episode_id(site.url("/f"), f"guid-{number}") for number in (1, 2))
    assert out.splitlines() == [f"{site.url('/f')}\tMy ships\tnew", f"{one}\t\tplayed", f"{two}\t\t1:30"]
    assert "AntennaPod: 1 podcast new, 1 episode played, 1 started would be imported." in shell.err
    assert "Not imported: 1 local folder." in shell.err
    assert shell.json("feeds", "list") == []
    shell("import", str(file))
    shell("feeds", "add", site.url("/f"))
    entries = {entry["id"]: (entry["status"], entry["position"]) for entry in shell.json("list")}
    assert (entries[one], entries[two]) == (("played", 0.0), ("started", 90.5))
    shell("import", str(file))
    assert "AntennaPod: 0 podcasts new will be imported." in shell.err


@pytest.fixture
def answers(monkeypatch: pytest.MonkeyPatch) -> list[bool]:
    """Answers of a listener who is asked; those that are left were not needed."""
    left = list[bool]()
    monkeypatch.setattr(wishes, "is_someone_there", lambda: True)
    monkeypatch.setattr(wishes, "ask_yes", lambda _: left.pop(0))
    return left


@pytest.mark.parametrize("is_yes", [True, False])
def test_import_of_a_database_asks_first_unless_there_is_nothing_to_take(
    is_yes: bool, answers: list[bool], shell: Shell, tmp_path: Path
) -> None:
    file = castero(tmp_path / "castero.db", "https://8.8.8.8/f")
    answers.append(is_yes)
    shell("import", str(file), status=0 if is_yes else 1)
    assert ("tui-pod: nothing was imported." in shell.err) is not is_yes
    assert len(shell.json("feeds", "list")) == (1 if is_yes else 0)
    assert answers == []


@pytest.mark.parametrize("is_yes", [True, False])
def test_import_asks_whether_hosts_of_the_own_network_may_be_fetched(
    is_yes: bool, answers: list[bool], site: Site, shell: Shell, tmp_path: Path
) -> None:
    site.replies["/f"] = server.body(feed(item(1)))
    (tmp_path / "list.opml").write_text(
        f"<opml><body><outline type='rss' text='A' xmlUrl='{site.url('/f')}'/></body></opml>"
    )
    answers.append(is_yes)
    shell("import", str(tmp_path / "list.opml"))
    said = f"The list names 1 feed in your own network: 127.0.0.1:{site.server_port}."
    assert said in shell.err
    assert ("They are not fetched. To allow one, add it yourself" in shell.err) is not is_yes
    shell("feeds", "refresh", status=0 if is_yes else 1)
    assert site.paths() == ["/f"] * is_yes


def test_list_is_shown_with_what_is_new_in_it_and_not_taken(shell: Shell, tmp_path: Path) -> None:
    outlines = [f"<outline type='rss' text='{name}' xmlUrl='https://8.8.8.8/{name}'/>" for name in "ab"]
    file = tmp_path / "list.opml"
    file.write_text(f"<opml><body>{outlines[0]}</body></opml>")
    shell("import", str(file))
    assert shell.err == "1 feed added, 0 already there. To fetch them: tui-pod feeds refresh.\n"
    file.write_text(f"<opml><body>{''.join(outlines)}</body></opml>")
    assert shell("import", str(file), "--dry-run") == "https://8.8.8.8/a\ta\tknown\nhttps://8.8.8.8/b\tb\tnew\n"
    assert len(shell.json("feeds", "list")) == 1
    shell("import", str(file))
    assert shell.err.startswith("1 feed added, 1 already there.")
    file.write_text("<opml><body><outline text='Empty'/></body></opml>")
    shell("import", str(file), status=1)
    assert shell.err == f"tui-pod: {file} names no podcast.\n"


def test_queue_of_another_player_follows_the_own_one(site: Site, shell: Shell, tmp_path: Path) -> None:
    site.replies["/f"] = server.body(feed(item(1) + item(2) + item(3)))
    shell("feeds", "add", site.url("/f"))
    state = StateFile(find_paths().state)
    state.save([SettingRecord("queue", "entries", ["one", "two"]), SettingRecord("queue", "cursor", 1)])
    queued = [{"id": 0, "feeditem": 3, "feed": 1}]
    shell("import", str(antennapod(tmp_path / "export.db", site.url("/f"), Queue=queued)))
    found = state.load()
    assert found.strings("queue", "entries") == ["two", episode_id(site.url("/f"), "guid-3")]
    assert len(found.strings("queue", "times")) == 1, "a sync sends when it was queued"


def test_import_into_a_state_that_cannot_be_written_takes_nothing(shell: Shell, tmp_path: Path) -> None:
    state = find_paths().state
    state.parent.mkdir(parents=True)
    state.write_text("version = 99\n")
    file = castero(tmp_path / "castero.db", "https://8.8.8.8/f")
    shell("import", str(file), status=1)
    assert shell.err.endswith("tui-pod: nothing was changed.\n")
    assert shell.json("feeds", "list") == []


def test_feeds_add_goes_on_after_a_fault_and_says_what_each_was(
    site: Site, shell: Shell, on_terminal: Callable[..., str]
) -> None:
    site.replies["/a"] = server.body(feed(item(1), "A"))
    site.replies["/b"] = server.body(feed(item(1) + item(2), "B")[:-60])
    shell("feeds", "add", site.url("/none"), site.url("/a"), site.url("/b"), status=1)
    _, first, second = shell.err.splitlines()
    assert first == "A: subscribed, 1 new episode"
    assert second.startswith("B: subscribed, 1 new episode; a part of it could not be read")
    site.replies["/a"] = server.body(feed(item(1) + item(2), "A"))
    shell("feeds", "add", site.url("/a"))
    assert shell.err == "A: already subscribed, 1 new episode\n"
    site.replies["/a"] = server.body("oops", status=500)
    on_terminal("feeds", "refresh", status=1)
    assert "2 feeds refreshed, 0 new episodes\n" in shell.err
    site.replies["/b"] = server.body("oops", status=500)
    on_terminal("feeds", "refresh", status=1)
    assert "refreshed" not in shell.err
    assert all(datetime.fromisoformat(entry["refreshed"]).tzinfo for entry in shell.json("feeds", "list"))
    shell("feeds", "remove", "A", "b")
    assert shell.err == "A and B removed.\n"
    assert (shell("feeds", "list"), shell.json("feeds", "list"), len(shell.json("list"))) == ("", [], 1)


def test_feeds_add_of_a_link_to_an_episode_says_how_to_play_it(
    site: Site, shell: Shell, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = directories.itunes
    monkeypatch.setattr(directories, "itunes", lambda country: real(country, site.url("")))
    entries = [{"feedUrl": site.url("/f")}, {"trackId": 99, "episodeGuid": "guid-2"}]
    site.replies["/lookup"] = server.body(json.dumps({"results": entries}))
    site.replies["/f"] = server.body(feed(item(1) + item(2)))
    find_paths().config.parent.mkdir(parents=True, exist_ok=True)
    find_paths().config.write_text(f'[network]\nprivate_hosts = ["127.0.0.1:{site.server_port}"]\n')
    shell("feeds", "add", "https://podcasts.apple.com/podcast/id12?i=99&t=61")
    ident = next(entry["id"] for entry in shell.json("list") if entry["title"] == "Episode 2")
    shell("feeds", "add", "https://podcasts.apple.com/podcast/id12?i=99&t=61")
    assert shell.err.endswith(f"to play the episode of the link: tui-pod play {ident}, and tui-pod seek 1:01\n")
    shell("feeds", "add", "https://podcasts.apple.com/podcast/id12?i=98")
    assert shell.err.endswith("; its feed does not list the episode of the link\n")


def test_feeds_move_to_another_server_takes_the_login_and_fetches_from_it(
    site: Site, inside: Site, shell: Shell
) -> None:
    site.replies["/f"] = server.body(feed(item(1)))
    inside.replies["/g"] = server.guarded(server.body(feed(item(1) + item(2))))
    shell("feeds", "add", site.url("/f"))
    shell("feeds", "move", "Test Cast", inside.url("/g").replace("://", "://ann:s3cret@"))
    assert shell.err == f"Test Cast: moved to {inside.url('/g')}.\n"
    assert shell.json("feeds", "list")[0]["address"] == inside.url("/g")
    for targets in ((inside.url("/g"), inside.url("/h")), (inside.url("/g"), "Science"), ("ftp://8.8.8.8/x",)):
        shell("feeds", "move", "Test Cast", *targets, status=1)
        assert shell.err == "tui-pod: a podcast can only move to one http or https address, or to topics\n"
    shell("feeds", "move", "Test Cast", "A/B", "/", "C")
    assert shell.err == "Test Cast: moved to A/B, /, C.\n"
    assert shell.json("feeds", "list")[0]["folders"] == ["A/B", "C"]


def test_refresh_that_brings_episodes_is_followed_by_a_sync_which_takes_what_waits_for_them(
    site: Site, shell: Shell, monkeypatch: pytest.MonkeyPatch
) -> None:
    site.replies["/f"] = server.body(feed(item(1)))
    shell("feeds", "add", site.url("/f"))
    sent = Mock()
    monkeypatch.setattr("tui_pod.sync.sending.send_soon", sent)
    shell("feeds", "refresh")
    assert not sent.called
    site.replies["/f"] = server.body(feed(item(2) + item(1)))
    shell("feeds", "refresh")
    assert sent.called
