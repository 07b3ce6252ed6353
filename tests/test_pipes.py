"""A pipe in place of any file of ours, which would make a plain `open` wait for ever, stops nothing."""

import ast
import os
import threading
from argparse import Namespace
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import pytest

from tests.test_hygiene import ROOT
from tui_pod.audio.cover import make_picture
from tui_pod.config.paths import Paths
from tui_pod.core.errors import UserError
from tui_pod.core.library.episode import Episode
from tui_pod.library.cache import cache_file, load_cached, load_library
from tui_pod.recordings.documents import copy_name, read_document
from tui_pod.recordings.heads import fault_of
from tui_pod.recordings.recording_store import RecordingStore
from tui_pod.recordings.sparse_file import read_note
from tui_pod.runtime import files
from tui_pod.search.sources import UnreadWords
from tui_pod.services.transcripts import read_transcript
from tui_pod.shelf.database import FeedStoreError
from tui_pod.shelf.feed_store import FeedStore
from tui_pod.sources.foreign_texts import ForeignTexts
from tui_pod.speech.transcript_files import TranscriptFiles
from tui_pod.state.store import StateFile
from tui_pod.terminal.saved_screen import read_screen, screen_file, write_screen

LIMIT = 20.0
"""Seconds after which a call counts as waiting for ever."""

CATALOG = 'version = 1\n[[episodes]]\nid = "one"\ntitle = "One"\n'


def ends(call: Callable[[], object]) -> bool:
    """Return True if a call ends, with or without an error."""

    def run() -> None:
        with suppress(OSError, UserError):
            call()

    thread = threading.Thread(target=run, daemon=True)
    thread.start()
    thread.join(LIMIT)
    return not thread.is_alive()


@pytest.fixture
def pipe(tmp_path: Path) -> Path:
    path = tmp_path / "pipe"
    os.mkfifo(path)
    return path


@pytest.mark.parametrize(
    "call",
    [
        lambda path: files.append(path, "line\n"),
        files.empty,
        lambda path: files.link_or_copy(path, path.with_name("link")),
        files.read_bytes,
        read_note,
        fault_of,
        lambda path: make_picture(str(path), str(path.with_name("picture"))),
        lambda path: UnreadWords(path, "").read(ForeignTexts()),
        lambda path: read_transcript(Episode("one", "One", transcript=str(path)), ForeignTexts()),
        lambda path: StateFile(path).load(),
    ],
    ids=["append", "empty", "link", "read", "note", "claims", "cover", "words", "transcript", "state"],
)
def test_reading_and_writing_end(call: Callable[[Path], object], pipe: Path) -> None:
    assert ends(lambda: call(pipe))


def test_saved_screen_is_replaced(tmp_path: Path) -> None:
    paths = Paths(*(tmp_path / name for name in ("config", "state", "data", "cache", "log")))
    options = Namespace(catalog=[], config=None)
    screen_file(paths).parent.mkdir()
    os.mkfifo(screen_file(paths))
    assert ends(lambda: read_screen(paths, options, (80, 24)))
    assert ends(lambda: write_screen(paths, options, (80, 24), (), "drawn"))
    assert read_screen(paths, options, (80, 24)) == b"drawn"


def test_library_cache_is_replaced(tmp_path: Path) -> None:
    catalog = tmp_path / "catalog.toml"
    catalog.write_text(CATALOG)
    file = cache_file(tmp_path / "cache", "library", [catalog])
    file.parent.mkdir()
    os.mkfifo(file)
    assert ends(lambda: load_library([catalog], tmp_path / "cache"))
    assert load_cached([catalog], tmp_path / "cache") is not None


def test_database_of_feeds_is_refused(tmp_path: Path) -> None:
    store = FeedStore(tmp_path)
    os.mkfifo(store.db.file)
    os.mkfifo(store.db.backup)
    assert ends(store.feeds)
    with pytest.raises(FeedStoreError, match="not a regular file"):
        store.feeds()
    store.db.file.unlink()
    assert ends(store.feeds)  # without the backup


def test_part_of_a_recording_is_fetched_elsewhere(tmp_path: Path) -> None:
    store = RecordingStore(tmp_path, quota=None)
    recording = store.open("one", "https://a.example/one.mp3")
    (part,) = tmp_path.glob("*.bytes")
    recording.close()
    recording.join(LIMIT)
    part.unlink(missing_ok=True)
    os.mkfifo(part)
    os.mkfifo(part.with_suffix(".json"))
    assert ends(lambda: store.open("one", "https://a.example/one.mp3").close())


def test_document_and_recognised_transcript_are_missing(tmp_path: Path) -> None:
    address = "http://127.0.0.1:9/notes.txt"
    transcripts = TranscriptFiles(tmp_path)
    for path in (tmp_path / copy_name(address), transcripts.path("one")):
        os.mkfifo(path)
    for call in (lambda: read_document(tmp_path, address), lambda: transcripts.read("one")):
        assert ends(call)
    assert ends(lambda: transcripts.is_complete("one"))


PLACES = {
    "runtime/files.py": "the helper",
    "runtime/guard.py": "the null device",
    "runtime/limited_worker.py": "its socket",
    "audio/chime.py": "a new file",
    "app/launch.py": "the null device, and the terminal's descriptor",
    "cli/doctor.py": "the null device",
    "cli/main.py": "the null device",
    "plain/dialogue.py": "the null device",
    "ui/driver.py": "the null device",
    "terminal/client.py": "the terminal",
    "cli/shell.py": "a file of the package",
    "speech/narrator_worker.py": "a new file",
    "speech/narrator.py": "a file of the package",
    "sources/texts/source.py": "a new file",
    "audio/libmpv.py": "a descriptor",
    "sources/folders/tags.py": "a descriptor",
    "recordings/sparse_file.py": "a descriptor, and a new file",
    "shelf/generation.py": "stays open, and does not wait",
    "integrations/remote_socket.py": "a folder",
    "runtime/installer.py": "of the installer",
    "integrations/power_and_network.py": "of the system",
    "sync/folder.py": "of the system",
    "ui/terminal_app.py": "of the system",
}
"""Modules that may open something by another way, and what."""


def test_every_file_is_opened_by_the_helper() -> None:
    package = ROOT / "tui_pod"
    found = {
        str(path.relative_to(package))
        for path in package.rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.Call) and opens(node)
    }
    assert found == set(PLACES)


def opens(call: ast.Call) -> bool:
    """Return True if a call opens a file by its path."""
    match call.func:
        case ast.Name(id="open"):
            return True
        case ast.Attribute(value=ast.Name(id="files"), attr="read_bytes" | "read_text"):
            return False
        case ast.Attribute(attr="read_bytes" | "read_text"):
            return True
        case ast.Attribute(value=ast.Name(id="os"), attr="open"):
            return True
        case ast.Attribute(attr="open"):
            return any(isinstance(word, ast.Constant) and word.value in MODES for word in call.args)
    return False


MODES = {"r", "rb", "w", "wb", "x", "xb", "a", "ab"}
