"""Errors that quote hostile text, from every file and server, seen as the bytes that leave for a real terminal."""

import json
import re
import sqlite3
import struct
import subprocess
import sys
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from tests.app.test_pty import dismiss, running, surroundings
from tests.sources.podcasts.asking import FYYD, ITUNES
from tests.sources.server import Exchange, Site, feed, item
from tests.torture.terminal import Terminal
from tui_pod.config.paths import find_paths
from tui_pod.core.text.escapes import CLEAR_LINE
from tui_pod.library.cache import cache_file
from tui_pod.terminal.client import SWITCH

NASTY = "x\x1b]52;c;cm0=\x07\x1b]0;mine\x07\x9b31m\u202efdp\x00"
"""Writes the clipboard and the title, colours with one byte, turns the direction, and ends a C string."""

COMMANDS = (b"\x1b]52", b"\x1b]0;", b"\xc2\x9b", "\u202e".encode(), b"\x00")
"""What must never leave."""


def check(raw: bytes) -> None:
    """Fail if a terminal would obey anything from outside."""
    assert not [command for command in COMMANDS if command in raw], raw


def check_plain(raw: bytes) -> None:
    """Fail if there is any sequence but those that commands write."""
    check(raw)
    assert b"\x1b" not in raw.replace(CLEAR_LINE.encode(), b""), raw


def name_hostile_table(path: Path) -> None:
    """Give a database a schema whose error quotes hostile text."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with closing(sqlite3.connect(path)) as db:
        db.execute("CREATE TABLE t (x)")
        db.execute("PRAGMA writable_schema = ON")
        name = NASTY.replace("\0", "")
        db.execute("UPDATE sqlite_master SET name = ?, tbl_name = ?, sql = ?", (name, name, f"CREATE TABLE '{name}' ("))
        db.commit()


def hostile_index(room: Path) -> None:
    """Leave a search index with a hostile schema."""
    name_hostile_table(cache_file(find_paths().cache, "search", [room / "two.toml"]))


def hostile_feeds(_: Path) -> None:
    """Leave a database of podcasts with a hostile schema."""
    name_hostile_table(find_paths().data / "feeds.sqlite")


def hostile_import(room: Path) -> None:
    """Leave an export with a hostile schema."""
    name_hostile_table(room / "export.db")


def hostile_state(room: Path) -> None:
    """Leave a state that cannot be parsed."""
    text = f'version = 1\n[episodes."{NASTY}"]\nposition = {NASTY}\n'
    (room / "state.toml").write_text(text, "utf-8")
    (room / "state.journal.toml").write_text(text, "utf-8")


def hostile_config(room: Path) -> None:
    """Leave settings that do not exist, and values that are wrong."""
    quoted = json.dumps(NASTY)
    (room / "config.toml").write_text(f"[ui]\ntheme = {quoted}\n{quoted} = 1\n[keys]\nundo = {quoted}\n", "utf-8")


def hostile_catalogue(room: Path) -> None:
    """Leave a catalogue with faults."""
    quoted = json.dumps(NASTY)
    (room / "two.toml").write_text(
        f"version = 1\n[[episodes]]\nid = {quoted}\n{quoted} = 1\ntags = [{quoted}]\n", "utf-8"
    )


def nothing(_: Path) -> None:
    """Leave all as it is."""


FILES: dict[str, tuple[Callable[[Path], None], tuple[str, ...]]] = {
    "index": (hostile_index, ("search", "first")),
    "feeds": (hostile_feeds, ("feeds", "list")),
    "feeds in the library": (hostile_feeds, ("list",)),
    "import": (hostile_import, ("import", "export.db")),
    "state": (hostile_state, ("stats",)),
    "config": (hostile_config, ("list",)),
    "catalogue": (hostile_catalogue, ("check",)),
    "argument": (nothing, ("list", "--topic", NASTY.replace("\0", ""))),
    "wrong argument": (nothing, ("list", NASTY.replace("\0", ""))),
    "wrong command": (nothing, (NASTY.replace("\0", ""),)),
}
"""What is made, and the command that comes across it."""


def options(room: Path) -> tuple[str, ...]:
    return (
        "--catalog",
        str(room / "two.toml"),
        "--state",
        str(room / "state.toml"),
        "--config",
        str(room / "config.toml"),
    )


@pytest.fixture
def room(room: Path) -> Path:
    """The room with settings, which a test may change."""
    (room / "config.toml").write_text("", "utf-8")
    return room


@pytest.mark.parametrize(("make", "words"), FILES.values(), ids=FILES)
def test_command_that_comes_across_a_hostile_file_prints_no_command(
    make: Callable[[Path], None], words: tuple[str, ...], room: Path
) -> None:
    make(room)
    with Terminal([sys.executable, "-m", "tui_pod", *words, *options(room)], surroundings(), room) as terminal:
        terminal.wait()
        terminal.look(0.05)
        check_plain(terminal.raw)
        assert terminal.raw
        assert terminal.status in ((1, 2) if make is nothing else (0, 1))
        assert b"Traceback" not in terminal.raw


@pytest.mark.parametrize("words", [("list", "--json"), ("feeds", "list", "--json"), ("search", "first", "--json")])
def test_json_among_hostile_files_holds_no_command(words: tuple[str, ...], room: Path) -> None:
    for make in (hostile_index, hostile_feeds, hostile_state, hostile_config):
        make(room)
    command = [sys.executable, "-m", "tui_pod", *words, *options(room)]
    done = subprocess.run(command, env=surroundings(), cwd=room, capture_output=True, check=False, timeout=60)
    check_plain(done.stdout + done.stderr)


def say_hostile(exchange: Exchange) -> None:
    """Answer with hostile text wherever there can be text."""
    line = NASTY.replace("\0", "").encode()
    exchange.wfile.write(
        b"HTTP/1.1 500 " + line + b"\r\nContent-Type: " + line + b"\r\nWWW-Authenticate: Basic realm=" + line
        + b"\r\nLocation: " + line + b"\r\nConnection: close\r\n\r\n" + json.dumps({"error": NASTY}).encode() + line
    )  # fmt: skip


def say_hostile_feed(exchange: Exchange) -> None:
    """Answer with a feed that breaks off in a hostile element."""
    exchange.say(200, f"<rss><channel><title>{NASTY}</title><{NASTY}".encode(), "application/rss+xml")


@pytest.mark.parametrize("reply", [say_hostile, say_hostile_feed])
def test_command_that_gets_a_hostile_answer_prints_no_command(
    reply: Callable[[Exchange], None], site: Site, room: Path
) -> None:
    site.replies = dict.fromkeys(("/f", "/", "/index.php/apps/gpoddersync/subscriptions"), reply)
    (room / "config.toml").write_text(f'[sync]\nserver = "{site.url("/")}"\nuser = "ann"\n', "utf-8")
    for words in (("feeds", "add", site.url("/f")), ("sync",)):
        with Terminal([sys.executable, "-m", "tui_pod", *words, *options(room)], surroundings(), room) as terminal:
            terminal.wait()
            terminal.look(0.05)
            check_plain(terminal.raw)
            assert b"Traceback" not in terminal.raw


def test_app_among_hostile_files_sends_no_command(room: Path) -> None:
    for make in (hostile_index, hostile_feeds, hostile_state, hostile_config, hostile_import):
        make(room)
    with running(room, *options(room), "--ao", "null") as terminal:
        terminal.until(lambda: terminal.shows("The first of two"), "the list")
        terminal.press("\x06")
        terminal.until(lambda: terminal.shows("Search everywhere"), "the search")
        terminal.press("minute")
        terminal.until(lambda: terminal.text.count("It is a minute long") > 1, "the results of a rebuilt index")
        dismiss(terminal, "Search everywhere")
        terminal.press("a")  # with the path it would be a paste
        terminal.until(lambda: terminal.shows("enter Add"), "the field")
        terminal.press(str(room / "export.db") + "\r")
        terminal.until(lambda: terminal.shows("damaged."), "the export is refused")  # one word: lines end anywhere
        dismiss(terminal, "enter Add")
        terminal.press("q")
        terminal.wait()
        check(terminal.raw)
        assert b"Traceback" not in terminal.raw
    log = find_paths().log.read_bytes()
    check_plain(log)
    assert re.search(rb"DatabaseError|OperationalError", log)  # the cause


def test_plain_lines_among_hostile_files_send_no_command(room: Path) -> None:
    for make in (hostile_index, hostile_feeds, hostile_state, hostile_config, hostile_import):
        make(room)
    with running(room, "--plain", *options(room), "--ao", "null") as terminal:
        terminal.until(lambda: terminal.shows("The first of two"), "the list")
        terminal.press("q")
        terminal.wait()
        check(terminal.raw)


QUOTED = NASTY.replace("\0", "")
"""What HTTP and XML can carry of it."""

ELSEWHERE = """
import sys
from functools import partial
from tui_pod.cli.main import main
from tui_pod.sources import directories
directories.itunes = partial(directories.itunes, base="{0}")
directories.fyyd = partial(directories.fyyd, base="{0}")
sys.exit(main())
"""
"""The program, whose directories are another server."""


def hostile(value: object) -> object:
    """Return an answer with hostile text after each of its texts that is no address."""
    if isinstance(value, dict):
        return {name: hostile(each) for name, each in value.items()}
    if isinstance(value, list):
        return [hostile(each) for each in value]
    return value + NASTY if isinstance(value, str) and "://" not in value else value


def say_hostile_podcasts(exchange: Exchange) -> None:
    """Answer as a directory does, with hostile text."""
    answer = FYYD if "/0.2/" in exchange.path else ITUNES
    exchange.say(200, json.dumps(hostile(answer), ensure_ascii=False).encode(), "application/json")


def ask_login(exchange: Exchange) -> None:
    """Ask for a login, with hostile text wherever there can be text."""
    exchange.wfile.write(
        b"HTTP/1.1 401 " + QUOTED.encode() + b'\r\nWWW-Authenticate: Basic realm="' + QUOTED.encode()
        + b'"\r\nContent-Length: 0\r\nConnection: close\r\n\r\n'
    )  # fmt: skip


def hostile_recording() -> bytes:
    """Return a second of silence whose tags are hostile."""
    text = QUOTED.encode() + b" " * (len(QUOTED.encode()) % 2)
    tag = b"LIST" + struct.pack("<I", 12 + len(text)) + b"INFOINAM" + struct.pack("<I", len(text)) + text
    samples = bytes([128]) * 8000
    form = b"WAVEfmt " + struct.pack("<IHHIIHH", 16, 1, 1, 8000, 8000, 1, 8) + tag
    form += b"data" + struct.pack("<I", len(samples)) + samples
    return b"RIFF" + struct.pack("<I", len(form)) + form


def say_hostile_recording(exchange: Exchange) -> None:
    """Answer with a recording whose tags are hostile, and with hostile stream titles."""
    content = hostile_recording()
    name = QUOTED.encode()
    exchange.wfile.write(
        b"HTTP/1.1 200 OK\r\nContent-Type: audio/wav\r\nicy-name: " + name + b"\r\nicy-description: " + name
        + b"\r\nContent-Length: %d\r\nConnection: close\r\n\r\n" % len(content) + content
    )  # fmt: skip


EXPORTS = {
    "broken.opml": f"<opml><body><outline text='{QUOTED}' xmlUrl='https://x.example/{QUOTED}'/><{QUOTED}",
    "list.opml": f"<opml><body><outline text='a&#27;]52;c;cm0=&#7;' xmlUrl='https://x.example/f'/>{QUOTED}</body></opml>",
    "export.json": json.dumps({NASTY: NASTY, "podcasts": [{"title": NASTY, "url": NASTY}]}, ensure_ascii=False),
    "broken.json": f'{{"{NASTY}": {NASTY}',
    "urls": f'https://x.example/f {QUOTED}\n{QUOTED}\n"~{QUOTED}"\n',
    "notes.txt": NASTY * 100,
    f"{QUOTED.replace('/', '')}.opml": "<opml>",
}
"""Exports that are no databases."""


def leave_exports(room: Path) -> list[Path]:
    """Leave all of them."""
    for name, text in EXPORTS.items():
        (room / name).write_text(text, "utf-8")
    return [room / name for name in EXPORTS]


@pytest.fixture
def server(site: Site, room: Path) -> Site:
    """A server of the own network that the settings allow."""
    private = f'[network]\nprivate_hosts = ["127.0.0.1:{site.server_port}"]\n'
    (room / "config.toml").write_text(private, "utf-8")
    return site


def use(terminal: Terminal, *keys: str) -> None:
    """Press keys, and let what follows be drawn; then fail if a terminal would obey any of it."""
    for each in keys:
        terminal.press(each)
        terminal.look(0.7)
    while terminal.is_running():  # until it is over: what opens meanwhile takes the first q
        terminal.press("\x1b")
        terminal.look(0.3)
        terminal.press("q")
        terminal.look(0.5)
    check(terminal.raw)
    assert b"Traceback" not in terminal.raw


@pytest.mark.parametrize("reply", [say_hostile_podcasts, say_hostile])
@pytest.mark.parametrize("words", [("find", "ships"), ("find", "ships", "--json"), (), ("--plain",)], ids=" ".join)
def test_directories_that_answer_hostile_text_send_no_command(
    words: tuple[str, ...], reply: Callable[[Exchange], None], server: Site, room: Path
) -> None:
    server.replies = dict.fromkeys(("/search", "/0.2/search/podcast"), reply)
    program = ("-c", ELSEWHERE.format(server.url("")))
    found = "Tall Ships" if reply is say_hostile_podcasts else "iTunes"
    with running(room, *words, *options(room), program=program, **{SWITCH: "1"}) as terminal:
        if "find" in words:
            terminal.wait()
            check_plain(terminal.raw)
            assert found.encode() in terminal.raw
            return
        terminal.until(lambda: terminal.shows("The first of two"), "the list")
        terminal.press("a")
        terminal.look(0.5)
        terminal.press("tall ships\r")
        terminal.until(lambda: terminal.shows(found), "the answer")
        use(terminal)


@pytest.mark.parametrize("words", [("feeds", "add"), (), ("--plain",)], ids=" ".join)
def test_server_that_asks_for_a_login_with_hostile_text_sends_no_command(
    words: tuple[str, ...], server: Site, room: Path
) -> None:
    server.replies["/f"] = ask_login
    address = server.url("/f")
    with running(room, *words, *([address] if "add" in words else ()), *options(room), "--ao", "null") as terminal:
        if not words or "--plain" in words:
            terminal.until(lambda: terminal.shows("The first of two"), "the list")
            terminal.press("a")
            terminal.look(0.5)
            terminal.press(f"{address}\r")
        terminal.until(lambda: re.search("[Uu]ser|Go on", terminal.text), "the question")
        use(terminal, *("y\r",) * bool("add" in words), "ann\r", "secret\r", "\r")
    assert "/f" in server.paths()


@pytest.mark.parametrize("reply", [say_hostile, say_hostile_recording])
@pytest.mark.parametrize("words", [(), ("--plain",)], ids=" ".join)
def test_hostile_recording_sends_no_command(
    words: tuple[str, ...], reply: Callable[[Exchange], None], server: Site, room: Path
) -> None:
    server.replies["/a.wav"] = reply
    server.replies["/f"] = lambda exchange: exchange.say(200, feed(item(1, server.url("/a.wav"))).encode(), "text/xml")
    add = [sys.executable, "-m", "tui_pod", "feeds", "add", server.url("/f"), *options(room)]
    subprocess.run(add, env=surroundings(), cwd=room, check=True, capture_output=True, timeout=60)
    with running(room, *words, *options(room), "--ao", "null") as terminal:
        terminal.until(lambda: terminal.shows("Episode 1"), "the list")
        terminal.look(1.0)
        remote = [sys.executable, "-m", "tui_pod", "play", _only_episode(room), *options(room)]
        done = subprocess.run(remote, env=surroundings(), cwd=room, check=False, capture_output=True, timeout=60)
        assert "/a.wav" in server.paths()
        now = [sys.executable, "-m", "tui_pod", "now", "--json", *options(room)]
        told = subprocess.run(now, env=surroundings(), cwd=room, check=True, capture_output=True, timeout=60)
        check_plain(done.stdout + done.stderr + told.stdout + told.stderr)
        use(terminal, "i", "t")


def _only_episode(room: Path) -> str:
    """Return the id of the podcast's episode."""
    command = [sys.executable, "-m", "tui_pod", "list", "--json", *options(room)]
    done = subprocess.run(command, env=surroundings(), cwd=room, check=True, capture_output=True, timeout=60)
    check_plain(done.stdout)
    return next(str(entry["id"]) for entry in json.loads(done.stdout) if "Episode 1" in entry["title"])


def test_hostile_exports_send_no_command(room: Path) -> None:
    for path in leave_exports(room):
        with running(room, "import", str(path), *options(room)) as terminal:
            terminal.until(lambda: terminal.wait(0.5) is not None or "[y/N]" in terminal.text, "the end")
            terminal.press("n\r")
            terminal.wait()
            check_plain(terminal.raw)
            assert b"Traceback" not in terminal.raw


@pytest.mark.parametrize("words", [(), ("--plain",)], ids=" ".join)
def test_hostile_exports_in_the_app_send_no_command(words: tuple[str, ...], room: Path) -> None:
    paths = [path for path in leave_exports(room) if path.name in EXPORTS and "\x1b" not in path.name]
    with running(room, *words, *options(room), "--ao", "null") as terminal:
        terminal.until(lambda: terminal.shows("The first of two"), "the list")
        for path in paths:
            terminal.press("a")
            terminal.look(0.5)
            terminal.press(f"{path}\r")
            terminal.look(1.0)
            terminal.press("\x1b" if not words else "\r")
            terminal.look(0.5)
        use(terminal)
