"""The command `do` without a running app, and how it finds the episodes that it names."""

from tests.cli.conftest import Shell
from tests.cli.test_main import Run
from tests.cli.test_main import run as run
from tests.cli.test_main import small as small
from tests.cli.test_queue import _runtime as _runtime
from tests.sources import server
from tests.sources.server import Ranged, Site, feed, item, sound


def test_what_needs_no_app_is_done_without_one(run: Run, small: list[str]) -> None:
    def do(*words: str) -> tuple[int, str]:
        return run("do", *words, *small)[::2]

    assert do("queue.add_last", "one", "two") == (0, "2 episodes queued.\n")
    assert do("queue.add_next", "Three") == (0, "“Three” queued next.\n")
    assert [each["id"] for each in run("queue", "--json", *small).json] == ["three", "one", "two"]
    assert do("episode.toggle_played", "one", "two") == (0, "2 episodes marked played.\n")
    assert do("episode.toggle_played", "one") == (0, "“One” marked unplayed.\n")
    assert do("queue.add_last", "about", "it") == (0, "“One” already queued.\n")
    assert do("queue.add_last", "one", "gone")[1].startswith("tui-pod: no episode “gone”; nothing was done.")
    assert do("queue.add_last", "zebra crossing")[1].endswith("matches “zebra crossing”; nothing was done\n")
    assert do("no.such") == (2, "tui-pod do: there is no such action. See: tui-pod keys\n")
    assert do("feed.refresh_all")[0] == 0
    for words in (["episode.play", "one"], ["undo"], ["queue.add_last"], ["queue.add_last", "one", "--json"]):
        status, said = do(*words)
        assert (status, "No tui-pod is running" in said) == (1, True), words


def test_download_without_an_app_says_how_it_went(site: Site, shell: Shell) -> None:
    site.replies["/f"] = server.body(feed(item(1, "/1.wav") + item(2, "/2.wav")))
    site.replies["/1.wav"] = Ranged(sound(0.1))
    shell("feeds", "add", site.url("/f"))
    two, one = (entry["id"] for entry in shell.json("list")[1:])
    shell("do", "download.start", one)
    assert shell.err == "1 episode downloaded.\n"
    shell("do", "download.start", one)
    assert shell.err == "already downloaded.\n"
    shell("do", "download.start", two, status=1)
    assert "“Episode 2” was not downloaded" in shell.err
