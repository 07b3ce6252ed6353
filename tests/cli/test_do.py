"""The command `do` without a running app, and how it finds the episodes that it names."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.cli.conftest import Shell
from tests.cli.test_main import Run
from tests.cli.test_main import run as run
from tests.cli.test_main import small as small
from tests.sources import server
from tests.sources.server import Ranged, Site, feed, item, sound
from tui_pod.cli.do import ALONE
from tui_pod.cli.parser import parse
from tui_pod.core.actions import BY_ID


@pytest.fixture(autouse=True)
def _runtime(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(tmp_path))


def test_what_needs_no_app_is_done_without_one(run: Run, small: list[str]) -> None:
    def do(*words: str) -> tuple[int, str]:
        return run("do", *words, *small)[::2]

    assert do("queue.add_last", "one", "two") == (0, "2 episodes queued.\n")
    assert do("queue.add_next", "Three") == (0, "“Three” queued next.\n")
    assert [each["id"] for each in run("queue", "--json", *small).json] == ["three", "one", "two"]
    assert do("episode.toggle_played", "one", "two") == (0, "2 marked played\n")
    assert do("episode.toggle_played", "one") == (0, "1 marked unplayed\n")
    assert do("queue.add_last", "about", "it") == (0, "“One” queued.\n")
    assert do("queue.add_last", "one", "gone")[1].startswith("tui-pod: no episode “gone”; nothing was done.")
    assert do("queue.add_last", "zebra crossing")[1].endswith("matches “zebra crossing”; nothing was done\n")
    assert do("no.such") == (2, "tui-pod do: there is no such action. See: tui-pod keys\n")
    for words in (["episode.play", "one"], ["undo"], ["queue.add_last"], ["queue.add_last", "one", "--json"]):
        status, said = do(*words)
        assert (status, "No tui-pod is running" in said) == (1, True), words


def test_commands_that_stand_in_for_actions_exist() -> None:
    assert ALONE.keys() <= BY_ID.keys()
    for words in ALONE.values():
        assert parse([*words, *(["played", "one"] if words == ("mark",) else [])]).run


def test_download_without_an_app_says_how_it_went(site: Site, shell: Shell) -> None:
    site.replies["/f"] = server.body(feed(item(1, "/1.wav") + item(2, "/2.wav")))
    site.replies["/1.wav"] = Ranged(sound(0.1))
    shell("feeds", "add", site.url("/f"))
    two, one = (entry["id"] for entry in shell.json("list")[1:])
    shell("do", "download.start", one)
    assert shell.err == "1 episode downloaded\n"
    shell("do", "download.start", one)
    assert shell.err == "already downloaded\n"
    shell("do", "download.start", two, status=1)
    assert "“Episode 2” was not downloaded" in shell.err
