"""What a listener asks for counts from then, even where it looks done already: the newest wish wins on all machines."""

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.sources import server
from tests.sources.server import Site, feed, item
from tui_pod.cli.main import main

CATALOG = 'version = 1\ntitle = "T"\n[[episodes]]\nid = "one"\ntitle = "One"\n[[episodes]]\nid = "two"\ntitle = "Two"\n'

Run = Callable[..., str]


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    """Return the function that runs a command on one of the machines and returns what it prints and says."""
    (tmp_path / "catalog.toml").write_text(CATALOG)
    (tmp_path / "shared").mkdir()
    (tmp_path / "config.toml").write_text('[sync]\nfolder = "shared"\n')

    def call(machine: str, *words: str) -> str:
        for name in ("DATA", "CACHE", "STATE"):
            monkeypatch.setenv(f"XDG_{name}_HOME", str(tmp_path / machine / name.lower()))
        capsys.readouterr()
        places = {"state": tmp_path / machine / "state.toml", **{
            name: tmp_path / f"{name}.toml" for name in ("config", "catalog")}}  # fmt: skip
        assert main([*words, *(text for name, path in places.items() for text in (f"--{name}", str(path)))]) == 0
        return "".join(capsys.readouterr())

    return call


WISHES = [
    (("queue", "add", "one"), ("queue", "take", "one"), ("queue",), "already queued", "not in the queue"),
    (("queue", "next", "one"), ("queue", "take", "one"), ("queue",), "queued next", "not in the queue"),
    (("mark", "played", "one"), ("mark", "unplayed", "one"), ("list", "--status", "played"), "", ""),
    (("lists", "Road", "--add", "one"), ("lists", "Road", "--take", "one"), ("lists", "Road"), "", ""),
    (("feeds", "add", "{feed}"), ("feeds", "remove", "{feed}"), ("feeds", "list"), "already subscribed", None),
]


@pytest.mark.parametrize("count", [2, 3])
@pytest.mark.parametrize(("wish", "opposite", "shown", "again", "gone"), WISHES)
def test_wish_that_looks_done_undoes_an_earlier_opposite_elsewhere(
    wish: tuple[str, ...],
    opposite: tuple[str, ...],
    shown: tuple[str, ...],
    again: str,
    gone: str | None,
    count: int,
    run: Run,
    site: Site,
) -> None:
    site.replies["/f"] = server.body(feed(item(1), "One Cast"))
    machines = [f"m{number}" for number in range(count)]

    def act(machine: str, of: tuple[str, ...]) -> str:
        return run(machine, *(word.format(feed=site.url("/f")) for word in of))

    def settled() -> set[bool]:
        for machine in (*machines, *machines):
            run(machine, "sync", "--yes", "--podcasts", "yes")
        return {"One" in run(machine, *shown) for machine in machines}

    act("m0", wish)
    assert settled() == {True}
    act("m0", opposite)
    assert again in act(machines[-1], wish)  # which has not heard of that
    assert settled() == {True}
    act(machines[-1], wish)
    act("m0", opposite)
    assert settled() == {False}
    if gone is not None:  # what is not subscribed to cannot be removed
        act(machines[-1], wish)
        assert gone in act("m0", opposite)
        assert settled() == {False}
