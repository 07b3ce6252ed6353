"""Documents in JSON and TOML with values of other types in them: a reader leaves them out, or raises its own error."""

import asyncio
import json
import random
from collections.abc import Callable, Iterator
from contextlib import suppress
from copy import deepcopy
from html import escape
from pathlib import Path
from typing import Any, NamedTuple

import pytest
import tomli_w

from tests.fakes import START
from tests.rooms import Room
from tui_pod.audio.levels import LevelMeter
from tui_pod.cli.remote import describe
from tui_pod.config.reader import read_config
from tui_pod.core.errors import UserError
from tui_pod.core.library.catalog import CatalogError, parse_catalog
from tui_pod.core.library.transcript import parse_transcript
from tui_pod.core.player.snapshot import Source
from tui_pod.integrations.player_api import PlayerApi
from tui_pod.integrations.remote_server import parse_request, perform
from tui_pod.net.json_client import Reply
from tui_pod.recordings.sparse_file import read_content, read_note
from tui_pod.shelf.opml import parse_opml
from tui_pod.sources import directories
from tui_pod.sources.directories import fyyd, itunes_episodes
from tui_pod.sources.podcasts.chapters import parse_chapters
from tui_pod.sources.podcasts.json_feed import parse_json_feed
from tui_pod.sources.servers.source import to_found, to_listed
from tui_pod.state.store import StateFile
from tui_pod.sync.memory import read_memory
from tui_pod.sync.protocols import Server, action_mark, action_time, parse_action, paths_of

OTHERS: tuple[Any, ...] = (
    None, True, False, 0, -1, 7, 1.5, 1e300, float("inf"), float("nan"), 10**400,
    "", "a", "12:34", "\ud800", "x" * 9_000, [], [None], [[]], [1, 2], ["a"], [{}], {}, {"a": 1},
    {"text": {}}, {"start": []}, [["a", "b"], {"a": [{}]}],
)  # fmt: skip
"""Values of every type."""

DOCUMENTS = 400
"""How many are made of each shape."""


def nodes(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Yield the path of each value inside a document."""
    yield path
    inside = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, inner in inside:
        yield from nodes(inner, (*path, key))


def changed(document: Any, others: tuple[Any, ...], chance: random.Random) -> Any:
    """Return a document with one to three values replaced by others, or with others added."""
    document = deepcopy(document)
    for _ in range(chance.randint(1, 3)):
        *way, last = chance.choice([path for path in nodes(document) if path] or [(None,)])
        if last is None:
            return deepcopy(chance.choice(others))
        around = document
        for key in way:
            around = around[key]
        around[last] = deepcopy(chance.choice(others))
        if isinstance(around, dict) and chance.random() < 0.2:
            around[chance.choice(NAMES)] = deepcopy(chance.choice(others))
    return deepcopy(chance.choice(others)) if chance.random() < 0.02 else document


SPOKEN = {"text": "Hello there.", "start": 1, "end": 2, "speaker": "A"}

TRANSCRIPTS = [
    {"version": "1.0.0", "segments": [{"speaker": "A", "startTime": 0.5, "endTime": 1.5, "body": "One."}]},
    {"text": "One.", "segments": [{"id": 0, "start": 0.0, "end": 1.0, "words": [SPOKEN]}], "alternatives": [SPOKEN]},
    {"results": {"channels": [{"alternatives": [{"transcript": "One.", "words": [SPOKEN], "paragraphs": [SPOKEN]}]}]}},
    {"results": {"items": [{"alternatives": [{"content": "One"}], "start_time": "0.1", "type": "pronunciation"}]}},
    {"monologues": [{"speaker": 0, "elements": [{"type": "text", "value": "One", "ts": 0.1, "end_ts": 0.2}]}]},
    {"transcription": [{"timestamps": {"from": "00:00:01,000", "to": "00:00:02,000"}, "text": "One."}]},
    {"chunks": [{"timestamp": [0.0, 1.0], "text": "One."}]},
    [SPOKEN, {**SPOKEN, "text": "."}],
]

CHAPTERS = {"version": "1.2.0", "chapters": [{"startTime": 0, "title": "A", "toc": True}, {"startTime": "1:00"}]}

FEED = {
    "version": "https://jsonfeed.org/version/1.1", "title": "A", "feed_url": "https://a.org/f", "icon": "/i.png",
    "items": [{
        "id": 1, "title": "One", "content_html": "<p>A", "summary": "A", "date_published": "2026-01-01T00:00:00Z",
        "tags": ["a"], "url": "/1", "image": "/1.png",
        "attachments": [{"url": "/1.mp3", "mime_type": "audio/mpeg", "duration_in_seconds": 9, "size_in_bytes": 9}],
    }],
}  # fmt: skip

FOUND = {"results": [{
    "feedUrl": "https://a.org/f", "collectionName": "A", "artistName": "B", "trackName": "C", "trackCount": 3,
    "releaseDate": "2026-01-01T00:00:00Z", "artworkUrl600": "https://a.org/i.png", "description": "<p>A",
    "xmlURL": "https://a.org/f", "title": "A", "lastpub": 1_700_000_000, "episode_count": 3, "dead": 0,
}]}  # fmt: skip

BOOK = {
    "id": "b1", "mediaType": "book", "addedAt": 1_700_000_000_000, "isMissing": False,
    "media": {
        "coverPath": "/c", "metadata": {
            "title": "A", "authors": [{"name": "B"}], "narrators": ["C"], "publishedYear": "1999", "description": "D",
            "series": [{"id": "s", "name": "S", "sequence": "1"}], "explicit": True, "subtitle": "E",
        },
        "tracks": [{"index": 1, "ino": "1", "duration": 9.0, "contentUrl": "/t", "metadata": {"size": 9}}],
        "chapters": [{"start": 0, "end": 9, "title": "One"}],
        "episodes": [{"id": "e1", "title": "One", "publishedAt": 1_700_000_000_000, "audioFile": {"ino": "1"},
                      "audioTrack": {"duration": 9, "contentUrl": "/t", "metadata": {"size": 9}}, "chapters": []}],
    },
}  # fmt: skip

ACTION = {
    "podcast": "https://a.org/f", "episode": "https://a.org/1.mp3", "guid": "1", "action": "play", "device": "d",
    "timestamp": "2026-01-01T00:00:00", "started": 1, "position": 5, "total": 9,
}  # fmt: skip

STATE = {
    "version": 1, "ui": {"sort": "course", "topic": "A"}, "player": {"speed": 1.5, "volume": 80},
    "episodes": {"a": {"position": 1.0, "duration": 9.0, "played": False, "updated": "2026-01-01T00:00:00Z"}},
    "bookmarks": [{"episode": "a", "start": 1.0, "end": 2.0, "text": "A", "note": "", "created": 1, "updated": 1}],
    "queue": ["a"], "lists": [{"name": "L", "episodes": ["a"]}], "cards": [{"episode": "a", "start": 1.0}],
}  # fmt: skip

CATALOG = {
    "version": 1, "title": "T", "topics": [{"name": "A", "parent": "B", "episodes": ["one"]}],
    "episodes": [{"id": "one", "title": "One", "summary": "S", "duration": 9, "tags": ["A"]}],
}  # fmt: skip

CONFIG = {"playback": {"speed_step": 0.1, "seek_back": 10}, "feeds": {"timeout": 20}, "keys": {"playback.toggle": "x"}}

NOW = {
    "id": "a", "title": "A", "position": 1.0, "duration": 9.0, "paused": False, "speed": 1.0, "volume": 80,
    "podcast": "P", "waiting": "", "muted": False,
}  # fmt: skip

NAMES = ("alternatives", "words", "segments", "start", "text", "speaker", "id", "items", "version", "timestamp")
"""Names that mean something to some reader."""


class Answering:
    """A server with one answer."""

    def __init__(self, data: Any) -> None:
        self.data = data

    def ask(self, method: str, path: str, data: object = None) -> Reply:
        return Reply(200, self.data)


class Reader(NamedTuple):
    """What reads a document of a shape."""

    read: Callable[[Any, Path, Room], object]
    shapes: tuple[Any, ...]
    is_toml: bool = False


def read_transcript(data: Any, folder: Path, room: Room) -> None:
    parse_transcript(json.dumps(data), 60.0)


def read_settings(data: Any, folder: Path, room: Room) -> None:
    text = escape(json.dumps(data))
    parse_opml(f"<opml><body><outline xmlUrl='https://a.org/f' settings='{text}'/></body></opml>".encode())


def read_answers(data: Any, folder: Path, room: Room) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(directories, "fetch", lambda *_: (None, json.dumps(data).encode()))
        asyncio.run(directories.find("a", [itunes_episodes("US"), fyyd()]))


def read_entry(data: Any, folder: Path, room: Room) -> None:
    if isinstance(data, dict):  # as `tables` yields
        to_listed(data)
        to_found(data, "https://a.org")
        to_found({**data, "mediaType": "podcast"}, "https://a.org")


def read_action(data: Any, folder: Path, room: Room) -> None:
    parse_action(data, START)
    action_mark(data)
    action_time(data)
    paths = paths_of("gpodder", "ann") or paths_of("nextcloud", "ann")
    assert paths is not None
    server = Server(Answering({"actions": [data], "timestamp": data, "add": data}), paths)
    for element in server.actions(0).actions:
        parse_action(element, START)
    with suppress(UserError):
        server.subscriptions(0)


def read_kept(data: Any, folder: Path, room: Room) -> None:
    """Read files that the program has written itself."""
    file = folder / "kept.json"
    file.write_text(json.dumps(data), "utf-8")
    read_memory(file, "https://a.org", "ann")
    read_content(read_note(file), "https://a.org/1.mp3", 100)
    LevelMeter(file).known(Source("/a.mp3"))


def read_request(data: Any, folder: Path, room: Room) -> None:
    perform(PlayerApi(room.controller), parse_request(json.dumps(data).encode()))


def read_state(text: str, folder: Path, room: Room) -> None:
    file = StateFile(folder / "state" / "state.toml")
    file.path.parent.mkdir(exist_ok=True)
    file.path.write_text(text, "utf-8")
    file.load()


def read_catalog(text: str, folder: Path, room: Room) -> None:
    with suppress(CatalogError):
        parse_catalog(text)


def read_configuration(text: str, folder: Path, room: Room) -> None:
    (folder / "config.toml").write_text(text, "utf-8")
    read_config(folder / "config.toml")


READERS = {
    "transcript": Reader(read_transcript, tuple(TRANSCRIPTS)),
    "chapters": Reader(lambda data, *_: parse_chapters(json.dumps(data)), (CHAPTERS,)),
    "feed": Reader(lambda data, *_: parse_json_feed(json.dumps(data).encode(), "https://a.org/f"), (FEED,)),
    "settings in a list": Reader(read_settings, ({"speed": "1.5", "keep": "3"},)),
    "directory": Reader(read_answers, (FOUND, {"data": FOUND["results"]})),
    "server with libraries": Reader(read_entry, (BOOK,)),
    "server for sync": Reader(read_action, (ACTION,)),
    "own files": Reader(read_kept, (
        {"server": "https://a.org", "user": "ann", "since": 1, "podcasts": ["a"], "sent": {"a": "b"}},
        {"address": "https://a.org/1.mp3", "mark": "m", "size": 100, "kind": "k", "have": [[0, 10]], "download": True},
        ["name", -18.0, -50.0],
    )),
    "request": Reader(read_request, (
        {"command": "seek", "by": 5}, {"command": "speed", "to": 1.5}, {"command": "play", "episode": "one"},
        {"command": "do", "action": "playback.toggle"}, {"command": "volume", "by": -5},
    )),
    "answer": Reader(lambda data, *_: describe(data) if isinstance(data, dict) else None, (NOW,)),
    "state": Reader(read_state, (STATE,), is_toml=True),
    "catalogue": Reader(read_catalog, (CATALOG,), is_toml=True),
    "settings": Reader(read_configuration, (CONFIG,), is_toml=True),
}  # fmt: skip


@pytest.mark.parametrize("name", READERS)
def test_values_of_other_types_are_left_out_or_refused(name: str, tmp_path: Path, room: Room) -> None:
    reader, chance = READERS[name], random.Random(name)
    others = tuple(filter(is_toml, OTHERS)) if reader.is_toml else OTHERS
    for number in range(DOCUMENTS):
        document = changed(reader.shapes[number % len(reader.shapes)], others, chance)
        if reader.is_toml and not isinstance(document, dict):
            continue
        try:
            with suppress(UserError):
                reader.read(tomli_w.dumps(document) if reader.is_toml else document, tmp_path, room)
        except Exception as error:
            raise AssertionError(f"{document!r:.1000}") from error


def is_toml(value: Any) -> bool:
    """Return whether a value can stand in TOML."""
    try:
        tomli_w.dumps({"a": value}).encode()
    except (TypeError, ValueError):
        return False
    return True
