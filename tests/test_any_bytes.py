"""Files with a few bytes changed, lost, doubled or put in: whatever comes of it, nothing raises and nothing hangs."""

import contextlib
import random
from pathlib import Path

from tests.fakes import START
from tests.sources.server import feed, item
from tests.state.test_store import at, positions, record
from tui_pod.core.library.catalog import CatalogError, parse_catalog
from tui_pod.core.library.transcript import parse_transcript
from tui_pod.core.progress.records import HeardRecord
from tui_pod.core.text.clean import is_safe
from tui_pod.shelf.opml import parse_opml
from tui_pod.shelf.published import FeedError
from tui_pod.sources.podcasts.rss import parse_feed
from tui_pod.state.fields import PROGRESS
from tui_pod.state.format import record_text, snapshot_text
from tui_pod.state.store import StateFile

to_table = PROGRESS.to_table

PIECES = (
    b"[", b"]", b"[[", b"]]", b"{", b"}", b"=", b'"', b"'", b'"""', b"\n", b"\r", b".", b",", b"#", b"\\u0000",
    b"\\ud800", b"\0", b"\xff", b"9" * 50, b"-", b"e", b"inf", b"nan", b"true", b"1979-05-27",
    b"0001-01-01T00:00:00+23:59", b"9999-12-31T23:59:59Z", b"version = 1\n", b"[episodes]\n", b"[end]\n", b"crc = 1\n",
    b"position", "\u202e".encode(), b"\x1b[", b" --> ", b"<script>", b"&#27;", b'{"startTime":',
)  # fmt: skip

SNAPSHOT = snapshot_text(
    {
        "ui": {"sort": "course", "topic": "é"},
        "note": [1, {"a": 2}],
        "episodes": {"a": to_table(at(1)), "b.c": {}},
    },
    START,
).encode()

JOURNAL = "".join(
    [record_text("progress", {"id": name, **to_table(at(2, 1))}) for name in "abc"]
    + [record_text("setting", {"table": "ui", "key": "sort", "value": "title"})]
    + [record_text("heard", HeardRecord("k", "a", START, 0, 1.0, 1.0)._asdict())]
).encode()

CATALOG = b"""\
version = 1
title = "T"
[[topics]]
name = "A"
parent = "B"
[[topics]]
name = "B"
[[episodes]]
id = "one"
title = "One"
summary = '''x
y'''
duration = 105
published = 2026-02-21
tags = ["A", "B"]
audio = "https://example.org/a"
[[episodes]]
id = "two"
title = "Two"
"""

TRANSCRIPT = b"WEBVTT\n\n00:00.000 --> 00:02.500\n<v A>Hello &amp; all.\n\n2\n00:02.500 --> 01:00:04.000\nSecond\n"

FEED = feed("".join(item(number, "/a.mp3") for number in range(4))).encode()

OPML = b"<opml><body><outline text='A'><outline text='B' xmlUrl='feed:https://b.org/f'/></outline></body></opml>"


def changed(content: bytes, chance: random.Random) -> bytes:
    """Return `content` with one to four changes."""
    changing = bytearray(content)
    for _ in range(chance.randint(1, 4)):
        start = chance.randrange(len(changing) + 1)
        end = min(len(changing), start + chance.randint(1, 60))
        match chance.randrange(5):
            case 0:
                changing[start:start] = chance.choice(PIECES)
            case 1:
                del changing[start:end]
            case 2:
                changing[start:start] = changing[start:end]
            case 3:
                changing[start : start + 1] = bytes([chance.randrange(256)])
            case _:
                del changing[start:]
    return bytes(changing)


def test_state_of_any_bytes_loads_and_saves_from_then_on(tmp_path: Path) -> None:
    chance = random.Random(0)
    for number in range(60):
        file = StateFile(tmp_path / str(number) / "state.toml")
        file.path.parent.mkdir()
        for path, content in ((file.path, SNAPSHOT), (file.journal, JOURNAL), (file.backup, SNAPSHOT)):
            path.write_bytes(changed(content, chance) if chance.random() < 0.7 else content)
        state = file.load()
        if state.is_writable:
            file.append([record("z", 7, minutes=1)])
            file.compact()
            assert positions(file.load())["z"] == 7
            assert all(isinstance(one, HeardRecord) for one in file.heard_records())


def test_catalogue_of_any_bytes_is_read_or_has_faults_in_its_lines() -> None:
    chance = random.Random(0)
    for _ in range(200):
        text = changed(CATALOG, chance).decode("utf-8", "replace")
        try:
            parse_catalog(text)
        except CatalogError as error:
            for fault in error.faults:
                assert 1 <= fault.line <= text.count("\n") + 1, text
                assert is_safe(fault.message), text


def test_transcript_of_any_bytes_is_read() -> None:
    chance = random.Random(0)
    for _ in range(300):
        transcript = parse_transcript(changed(TRANSCRIPT, chance).decode("utf-8", "replace"))
        assert all(is_safe(cue.text) for cue in transcript.cues)


def test_feed_and_list_of_any_bytes_are_read_or_refused() -> None:
    chance = random.Random(0)
    for _ in range(200):
        with contextlib.suppress(FeedError):
            assert all(is_safe(one.title) for one in parse_feed(changed(FEED, chance), "https://a.org/f").items)
        with contextlib.suppress(FeedError):
            assert all(is_safe(entry.title) for entry in parse_opml(changed(OPML, chance)).entries)
