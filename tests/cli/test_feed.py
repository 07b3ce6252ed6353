"""The command `feed`: what it writes is read by our own parser and by feedparser, and stays whole."""

import json
import re
import socket
from collections.abc import Iterator
from contextlib import ExitStack, closing
from datetime import UTC, datetime
from http.client import HTTPConnection
from pathlib import Path
from tempfile import mkdtemp
from threading import Thread
from urllib.parse import quote, unquote, urlsplit

import feedparser
import pytest

from tests.cli.conftest import Shell
from tests.patience import PATIENCE
from tests.sources import server
from tests.sources.folders.sounds import make_mp3
from tests.sources.server import Ranged, Site, feed, item, sound
from tests.tools import needs_voice
from tui_pod.cli import feed as command
from tui_pod.core.library.library import Library
from tui_pod.core.wall_time import UNKNOWN
from tui_pod.export import feed as exported
from tui_pod.export.feed import FeedServer, feed_item, feed_text
from tui_pod.runtime.files import locked
from tui_pod.runtime.own_files import LIST, OwnFiles
from tui_pod.sources.podcasts.rss import parse_feed

TITLES = ["One", "A note", "Episode 2", "Episode 1", "Emma: Volume 1", "Emma: Volume 2"]

BASE = "https://example.org/feed/"


@needs_voice
def test_queue_is_taken_along_with_recordings_narrations_and_texts(
    shell: Shell, site: Site, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(tmp_path))
    out = tmp_path / "out"
    cover = '<itunes:image href="https://example.org/c.jpg"/><itunes:duration>1:00</itunes:duration>'
    chaptered = item(1, "/1.wav", f'{cover}<psc:chapters xmlns:psc="http://podlove.org/simple-chapters">'
                     '<psc:chapter start="0:05" title="Then"/></psc:chapters>')  # fmt: skip
    site.replies["/f"] = server.body(feed(chaptered + item(2, "/2.wav"), "My Cast"))
    site.replies["/1.wav"] = Ranged(sound(0.1))
    shell("feeds", "add", site.url("/f"))
    for number in (1, 2):
        make_mp3(
            tmp_path / "Shelf" / "Emma" / f"{number}.mp3", f"Volume {number}", str(number), TALB="Emma", TYER="2005"
        )
    shell("feeds", "add", str(tmp_path / "Shelf"))
    (tmp_path / "note.md").write_text("# A note\n\nIt says little.\n")
    shell("read", str(tmp_path / "note.md"))
    listed = {entry["title"]: entry for entry in shell.json("list")}
    assert [listed[title]["year"] for title in ("Emma", "A note", "One")] == ["2005", None, None]
    idents = {title: entry["id"] for title, entry in listed.items()}
    shell("do", "download.start", idents["Episode 1"])
    shell("do", "download.rename")
    assert "have these names already" in shell.err
    shell("queue", "add", *idents.values())
    assert shell("feed", "--out", str(out), "--url", BASE.rstrip("/")) == ""
    assert command.ONE_WAY in shell.err
    text = (out / "feed.xml").read_bytes()
    ours, theirs = parse_feed(text, BASE), feedparser.parse(text)
    assert not theirs.bozo
    assert text.count(b"<dc:date>2005</dc:date>") == 2
    dates = [each.published or 0.0 for each in ours.items]
    assert dates == sorted(set(dates))  # in the order of the list, which players sort by
    assert datetime(2026, 1, 3, 10, tzinfo=UTC).timestamp() in dates  # to the second
    assert [entry.title for entry in theirs.entries] == [each.title for each in ours.items] == TITLES
    assert command.ONE_WAY in theirs.feed.subtitle
    found = {
        one.title: (one, entry, entry.enclosures[0]) for one, entry in zip(ours.items, theirs.entries, strict=True)
    }
    for title, (one, _, link) in found.items():
        assert (one.audio, one.size) == (link.href, int(link.length))
        if title != "Episode 2":
            assert (out / unquote(link.href.removeprefix(BASE))).stat().st_size == one.size
    assert (found["Episode 2"][2].href, found["One"][2].type) == (site.url("/2.wav"), "audio/ogg")
    one, entry, _ = found["Episode 1"]
    assert (one.picture, entry.image.href) == ("https://example.org/c.jpg",) * 2
    chapters = json.loads((out / unquote((one.chapters or "").removeprefix(BASE))).read_text())
    assert chapters == {"version": "1.2.0", "chapters": [{"startTime": 5.0, "title": "Then"}]}
    assert (found["One"][0].duration or 0) >= 1
    assert {"My Cast/2026-01-02 Episode 1.wav", "Shelf/Emma - Volume 2.mp3", "A note.opus"} <= times(out).keys()

    former = times(out)
    shell("feed", "--out", str(out), "--url", BASE)
    assert ", 0 new files." in shell.err
    assert times(out) == former

    for name in ("mine.opus", f"{command.PREFIX}2.1.0.tar.gz"):
        (out / name).touch()
    left = Path(mkdtemp(prefix=command.NEW, dir=out))  # by a run that was killed
    OwnFiles(out).adopt(left.name)
    (left / "file").write_bytes(b"half")
    shell("queue", "take", idents["Episode 1"])
    site.replies["/2.wav"] = Ranged(sound(0.2))
    with locked(out / f".{command.PREFIX}lock"):
        shell("feed", "--out", str(out), status=1)
    assert "try again" in shell.err
    with monkeypatch.context() as patch:
        patch.setattr("tui_pod.cli.feed.shutil.copyfile", interrupted_copy)
        shell("feed", "--out", str(out), "--url", BASE, "--copy", status=130)
    theirs = "mine.opus", f"{command.PREFIX}2.1.0.tar.gz"
    assert {name: time for name, time in times(out).items() if name not in theirs} == former
    shell("feed", "--out", str(out), "--url", BASE)
    links = [entry.enclosures[0].href for entry in feedparser.parse((out / "feed.xml").read_bytes()).entries]
    assert len({*links} - {link.href for _, _, link in found.values()}) == 1  # the recording that was downloaded
    there = {f"{BASE}{quote(name)}" for name in times(out) if not name.endswith((".json", ".png", ".xml"))}
    assert there == {*links, *(f"{BASE}{name}" for name in theirs)}
    assert not left.exists()


def times(folder: Path) -> dict[str, int]:
    """When each file in a folder was written, without those of the program alone."""
    found = (path for path in folder.rglob("[!.]*") if path.is_file())
    return {path.relative_to(folder).as_posix(): path.stat().st_mtime_ns for path in found}


@pytest.mark.parametrize("name", ["feed.xml", f"{command.PREFIX}cover.png"])
@pytest.mark.parametrize("is_folder", [False, True])
def test_what_another_program_wrote_is_named_and_stays(
    name: str, is_folder: bool, shell: Shell, site: Site, tmp_path: Path
) -> None:
    site.replies["/f"] = server.body(feed(item(1, "/1.wav"), "My Cast"))
    shell("feeds", "add", site.url("/f"))
    there = tmp_path / "out" / name
    there.parent.mkdir()
    there.mkdir() if is_folder else there.write_text("theirs")
    shell("feed", "My Cast", "--out", str(there.parent), status=1)
    assert f"{there} was not written by this command" in shell.err
    assert there.is_dir() if is_folder else there.read_text() == "theirs"


def test_folder_of_a_version_that_kept_no_list_goes_on(shell: Shell, site: Site, tmp_path: Path) -> None:
    site.replies["/f"] = server.body(feed(item(1, "/1.wav"), "My Cast"))
    shell("feeds", "add", site.url("/f"))
    out = tmp_path / "out"
    shell("feed", "My Cast", "--out", str(out))
    (out / LIST).unlink()
    (out / f"{command.PREFIX}notes.md").write_text("theirs")
    (out / f"{command.PREFIX}0123456789abcdef.mp3").write_text("of an episode that left")
    text = (out / "feed.xml").read_text()
    (out / "feed.xml").write_text(text.replace("</channel>", f"{command.PREFIX}0123456789abcdef.mp3</channel>"))
    shell("feed", "My Cast", "--out", str(out))
    assert (out / f"{command.PREFIX}notes.md").exists()
    assert not (out / f"{command.PREFIX}0123456789abcdef.mp3").exists()


def interrupted_copy(_: Path, target: Path) -> None:
    target.write_bytes(b"half")
    raise KeyboardInterrupt


def test_recording_behind_a_login_is_not_linked(shell: Shell, site: Site, tmp_path: Path) -> None:
    site.replies["/f"] = server.guarded(server.body(feed(item(1, "/1.wav"), "My Cast")))
    shell("feeds", "add", "--http-login", site.url("/f").replace("//", "//ann:s3cret@"))
    shell("feed", "My Cast", "--out", str(tmp_path / "out"), status=1)
    assert "tui-pod: Episode 1: only its download can be in a feed" in shell.err
    assert feedparser.parse((tmp_path / "out" / "feed.xml").read_bytes()).entries == []


def test_hostile_titles_are_read_back(library: Library) -> None:
    episodes = [library.episode(index)._replace(audio="a.mp3") for index in range(len(library))]
    items = [feed_item(1, each.id, each, UNKNOWN, BASE + "a.mp3", 0, BASE + "a&b.png", "") for each in episodes]
    text = feed_text("A <b> & c", "", BASE, BASE, items).encode()
    ours, theirs = parse_feed(text, BASE), feedparser.parse(text, sanitize_html=False)
    assert not theirs.bozo
    assert [each.title for each in ours.items] == [each.title for each in episodes]
    assert [each.guid for each in ours.items] == [each.id for each in theirs.entries] == [each.id for each in episodes]


def test_served_feed_is_heard_in_another_tui_pod(shell: Shell, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    talks, said = tmp_path / "Talks", list[str]()
    recording = make_mp3(talks / "1.mp3", "A talk")
    shell("feeds", "add", str(talks))

    def change(_: float) -> None:
        """Change the list while its feed is served, and end that once it has looked again."""
        if said:
            raise KeyboardInterrupt
        make_mp3(talks / "2.mp3", "Another talk")
        shell("feeds", "refresh")
        said.append(shell.err)

    monkeypatch.setattr(command, "sleep", change)
    shell("feed", "Talks", "--serve", "--address", "127.0.0.1:0", status=130)
    assert "feed.xml: 2 episodes, 2 new files" in shell.err
    (address,) = re.findall(r"Open to this machine alone, until Ctrl\+C: (http://127\.0\.0\.1:\d+/feed\.xml)", said[0])
    shell("feeds", "add", address)
    listed = {entry["title"]: entry for entry in shell.json("list") if "://" in (entry["audio"] or "")}
    assert listed.keys() == {"A talk", "Another talk"}
    taken = listed["A talk"]
    shell("do", "download.start", taken["id"])
    assert shell.err == "1 episode downloaded.\n"

    def ask(path: str, asked: str = "", method: str = "GET") -> tuple[int, str | None, bytes]:
        with closing(HTTPConnection(urlsplit(address).netloc, timeout=PATIENCE)) as connection:
            connection.request(method, path, headers={"Range": asked} if asked else {})
            answer = connection.getresponse()
            return answer.status, answer.getheader("Content-Range"), answer.read()

    content, path = recording.read_bytes(), urlsplit(taken["audio"]).path
    size = len(content)
    assert ask(path) == (200, None, content)
    assert ask(path, method="HEAD") == (200, None, b"")
    for asked, first, last in (
        ("0-", 0, size - 1),
        ("9-19", 9, 19),
        (f"9-{size}", 9, size - 1),
        ("-5", size - 5, size - 1),
    ):
        assert ask(path, f"bytes={asked}") == (206, f"bytes {first}-{last}/{size}", content[first : last + 1])
    assert ask(path, f"bytes={size}-") == (416, f"bytes */{size}", b"")
    for odd in ("bytes=-", "bytes=1-2,4-5", "lines=1-2", "bytes=x-"):
        assert ask(path, odd)[0] == 200
    for wrong in ("/", "/..%2f" * 9 + "etc/passwd", "/../" * 9 + "etc/passwd", f"/{command.PREFIX}new"):
        assert ask(wrong)[0] == 404
    assert ask(path, method="POST")[0] == 501


@pytest.fixture
def serving(tmp_path: Path) -> Iterator[FeedServer]:
    """Serve a feed, known as phone.example.org too."""
    (tmp_path / "feed.xml").write_text("<rss/>")
    with FeedServer("127.0.0.1", 0) as server:
        server.files = {"feed.xml": tmp_path / "feed.xml"}
        server.names.add("phone.example.org")
        Thread(target=server.serve_forever, daemon=True).start()
        yield server
        server.shutdown()


def test_other_names_get_no_answer(serving: FeedServer) -> None:
    port = serving.server_port

    def status(host: str) -> int:
        with closing(HTTPConnection("127.0.0.1", port, timeout=PATIENCE)) as connection:
            connection.putrequest("GET", "/feed.xml", skip_host=True)
            connection.putheader("Host", host)
            connection.endheaders()
            return connection.getresponse().status

    for host in ("127.0.0.1", f"127.0.0.1:{port}", "LOCALHOST", "[::1]:80", "192.168.1.5", "phone.example.org:8380"):
        assert status(host) == 200, host
    for host in ("evil.example.org", f"evil.example.org:{port}", "127.0.0.1.evil.example.org", ""):
        assert status(host) == 421, host


def test_too_many_connections_are_hung_up_on(serving: FeedServer) -> None:
    def connect() -> socket.socket:
        return open_ones.enter_context(socket.create_connection(("127.0.0.1", serving.server_port), PATIENCE))

    with ExitStack() as open_ones:
        held = [connect() for _ in range(exported.MOST)]
        assert connect().recv(1) == b""
        held[0].sendall(b"GET /feed.xml HTTP/1.0\r\nHost: localhost\r\n\r\n")
        assert held[0].recv(12) == b"HTTP/1.1 200"


@pytest.mark.parametrize("address", ["here", "127.0.0.1:99999", "0.0.0.0:0", "192.0.2.1:8380"])
def test_address_that_cannot_be_served_says_so(shell: Shell, address: str) -> None:
    shell("feed", "--serve", "--address", address, status=1 if address.startswith("192") else 2)
    assert shell.err.count("\n") == 1
