"""What each action of the table of keys does in five homes: what it says, and what it saves.

All front ends run the same function, so this is one table for keys, plain lines, the shell and the socket. It is
`table.txt`; `UPDATE_TABLE=1` writes it anew, and the message of the commit says why a row has changed.
"""

import asyncio
import os
import shutil
import tarfile
from collections.abc import Callable, Iterator, Mapping
from difflib import unified_diff
from pathlib import Path

import pytest

from tests.fakes import FakeFrontend
from tests.shelf.making import make_feed, make_item
from tests.torture.shelf import make_silence
from tests.wishes.test_beside import home
from tui_pod.cli.alone import open_services
from tui_pod.cli.main import main
from tui_pod.cli.parser import parse
from tui_pod.config.paths import find_paths
from tui_pod.core.selection.list_query import ListQuery
from tui_pod.services.caller import SILENT
from tui_pod.shelf.feed_store import FeedStore
from tui_pod.shelf.opml import Entry
from tui_pod.state.store import StateFile
from tui_pod.wishes.actions import COMMANDS, run_command
from tui_pod.wishes.wish import Subject

TABLE = Path(__file__).with_name("table.txt")

ANSWERS: Mapping[str, Mapping[str, str]] = {
    "playback.go_to": {"time": "1:05"}, "sleep.timer": {"time": "20"}, "list.collect": {"list": "Morning"},
    "list.save": {"name": "Rule"}, "search.start": {"words": "part"}, "session.plan": {"time": "15m"},
    "transcript.look_up": {"word": "part"}, "list.remove": {"hide": "yes"},
}  # fmt: skip
"""What is answered to questions that have no default."""

ELSEWHERE = "audio.device", "bookmark.export", "download.", "feed.refresh", "recall.", "sync.", "transcri", "triage."
"""How the ids of actions begin that go on in the background, with the network, the sound or a process of their own."""


def _course(_: Path) -> None:
    """Leave the home as a newcomer has it."""


def _empty(_: Path) -> None:
    assert main(["feeds", "set", "course", "hidden=yes"]) == 0


def _podcasts(_: Path) -> None:
    store = FeedStore(find_paths().data)
    for n in range(30):
        address = f"https://p{n}.example.org/feed"
        store.subscribe([Entry(address)])
        store.store(address, make_feed(*(make_item(10 * n + m, duration=600.0) for m in range(3)), title=f"Cast {n}"))
    store.db.close()
    _empty(_)


def _books(folder: Path) -> None:
    _empty(folder)
    for book in ("One", "Two"):
        (folder / "Books" / book).mkdir(parents=True)
        for part in (1, 2):
            make_silence(folder / "Books" / book / f"{part:02} Part.wav", 2.0)
    (folder / "A note.md").write_text("# A note\n\nSome words about a part.\n")
    assert main(["feeds", "add", str(folder / "Books")]) == 0
    assert main(["read", str(folder / "A note.md")]) == 0


def _former(folder: Path) -> None:
    """A home that version 2.0 wrote."""
    with tarfile.open(Path(__file__).parents[1] / "upgrade" / "home-2.0.tar.xz") as archive:
        archive.extractall(folder, filter="data")


HOMES: Mapping[str, Callable[[Path], None]] = {
    "empty": _empty, "course": _course, "podcasts": _podcasts, "books": _books, "2.0": _former,
}  # fmt: skip


def rows(name: str) -> Iterator[str]:
    """Yield what each action does in a home."""
    paths = find_paths()
    folders = [folder for folder in (paths.state.parent, paths.data) if folder.exists()]
    for folder in folders:
        shutil.copytree(folder, f"{folder}.kept")
    for ident in sorted(ident for ident in COMMANDS if not ident.startswith(ELSEWHERE)):
        done = []
        for entry in (None, 0):
            done.append(asyncio.run(_run(ident, entry)))
            for folder in (paths.state.parent, paths.data):
                shutil.rmtree(folder, ignore_errors=True)
            for folder in folders:
                shutil.copytree(f"{folder}.kept", folder)
        for place, what in zip(("list", "tree"), done, strict=True) if done[0] != done[1] else [("", done[0])]:
            yield f"{name:9}{ident:24}{place:5}{what}"


async def _run(ident: str, entry: int | None) -> str:
    """Run an action on the first episode listed, or on an entry of the tree; return what is said and what is saved."""
    services = open_services(parse([]), SILENT)
    services.frontend = frontend = FakeFrontend()
    model, before = services.model, _saved()
    model.change(ListQuery(0))
    first = [model.ident(model.indexes[0])] if model.indexes else []
    done = run_command(ident, Subject(services, model, first, entry, model.change, values=ANSWERS.get(ident, {})))
    if services.is_built("tasks"):
        await services.tasks.settle()
    services.engine.finish()
    after = _saved()
    saved = sorted(key for key in before.keys() | after.keys() if before.get(key) != after.get(key))
    said = " / ".join(filter(None, [done.sentence, *frontend.said])).replace("\0", "")
    return f"{'' if done.is_done else '✗ '}{said or '-'}  {saved}"


def _saved() -> dict[str, object]:
    """Return the parts of the state that an action may change; each save notes an end and what is shown."""
    state = StateFile(find_paths().state).load()
    tables = {name: table for name, table in state.tables.items() if name not in ("end", "ui")}
    return {"progress": state.progress, "notebook": state.notebook, **tables}


@pytest.mark.parametrize("name", HOMES)
def test_each_action_says_and_saves_what_the_table_has(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    home(tmp_path, monkeypatch)
    HOMES[name](tmp_path)
    found = [*rows(name)]
    table = TABLE.read_text("utf-8").splitlines() if TABLE.exists() else []
    wanted = [row for row in table if row.startswith(f"{name:9}")]
    if os.environ.get("UPDATE_TABLE"):
        TABLE.write_text("\n".join([*(row for row in table if row not in wanted), *found]) + "\n", "utf-8")
    else:
        assert not [*unified_diff(wanted, found, "table.txt", "now", lineterm="", n=0)]
