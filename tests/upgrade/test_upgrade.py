"""Homes that former versions of tui-pod wrote are read with nothing lost, and those say so when they cannot go back."""

import json
import subprocess
import tarfile
import tomllib
from pathlib import Path
from typing import Any

import pytest

from tests.tools import needs_voice
from tests.torture.shelf import ROOT
from tests.upgrade.write_home import Upgrader

FORMER = {"1.0": "3aacc50", "2.0": "177ca7df", "2.1": "d4dffbda"}
"""The commits of former versions."""


@pytest.fixture(params=FORMER)
def listener(request: pytest.FixtureRequest, tmp_path: Path) -> Upgrader:
    """Someone whose home a former version wrote; no server answers."""
    listener = Upgrader(tmp_path / "listener")
    with tarfile.open(Path(__file__).with_name(f"home-{request.param}.tar.xz")) as archive:
        archive.extractall(listener.folder, filter="data")
    listener.run("feeds", "move", "Talks", str(listener.folder / "Talks"))  # where it was, for the program
    return listener


def known(listener: Upgrader, command: str) -> Any:
    """Return what a command of the former version printed last."""
    return json.loads((listener.folder / "known.json").read_text("utf-8"))[command]


def printed(listener: Upgrader, command: str) -> Any:
    """Return what a command prints now."""
    return json.loads(listener.run(command, "--json"))


def test_upgrade_keeps_every_episode_and_its_progress(listener: Upgrader) -> None:
    kept = ("id", "title", "summary", "duration", "position", "status", "topics")
    before, after = known(listener, "list"), printed(listener, "list")
    assert [[each[key] for key in kept] for each in after] == [[each[key] for key in kept] for each in before]
    assert {each["status"] for each in after} == {"unplayed", "started", "played"}
    assert printed(listener, "status")["resume"]["id"] == known(listener, "status")["resume"]["id"] == "part-1"


def test_upgrade_keeps_bookmarks_cards_queue_and_choices(listener: Upgrader) -> None:
    queued = tomllib.loads((listener.folder / "state" / "tui-pod" / "state.toml").read_text("utf-8"))["queue"][
        "entries"
    ]
    assert printed(listener, "bookmarks") == known(listener, "bookmarks")
    state = listener.state
    assert state.notices == ()
    assert [card.episode for card in state.notebook.cards] == ["spoken"]
    assert len(queued) == 2
    assert state.strings("queue", "entries") == queued
    assert (state.setting("player", "volume", 0), state.setting("player", "speed", 0.0)) == (90, 1.1)


def test_upgrade_keeps_statistics(listener: Upgrader) -> None:
    before, after = known(listener, "stats"), printed(listener, "stats")
    assert before["heard"] > 0
    assert {key: after[key] for key in ("heard", "wall", "saved")} == {
        key: before[key] for key in ("heard", "wall", "saved")
    }


def test_upgrade_keeps_podcasts_and_their_settings(listener: Upgrader) -> None:
    lines = [line.split("\t") for line in listener.run("feeds", "list").splitlines()]
    assert [(title, count, topics) for _, title, count, topics, *_ in lines] == [
        ("Renamed", "3", "News/Daily"),
        ("Talks", "2", ""),
    ]
    settings = dict(line.split("\t")[:2] for line in listener.run("feeds", "set", "Renamed").splitlines())
    assert [settings[name] for name in ("name", "keep", "speed", "skip_start")] == ["Renamed", "1", "1.5", "2"]


@pytest.mark.parametrize("listener", ["2.1"], indirect=True)
def test_own_files_of_2_1_get_their_dates_at_the_next_scan(listener: Upgrader) -> None:
    def of_folder() -> list[Any]:
        listed = [each for each in printed(listener, "list") if each["title"] in ("01", "02")]
        return [each | {"audio": Path(each["audio"]).name} for each in listed]

    before = {each["title"]: each | {"published": None, "year": None} for each in of_folder()}
    assert before["01"]["position"] > 0
    listener.run("feeds", "refresh", "Talks")
    assert of_folder() == [
        before["02"] | {"year": "2019"},
        before["01"] | {"published": "2005-06-07", "year": "2005"},
    ]
    assert "Talks" in listener.run("feeds", "list")


def test_upgrade_keeps_settings_and_keys(listener: Upgrader) -> None:
    checked = subprocess.run(
        listener.command("config"),
        cwd=listener.folder,
        env=listener.surroundings,
        capture_output=True,
        text=True,
        check=True,
    )
    assert checked.stderr == ""
    assert "space B\tplayback.toggle" in listener.run("keys")
    assert "Forward 15 seconds" in listener.run("keys")


@needs_voice
def test_upgrade_plays_what_is_downloaded_cached_and_narrated(listener: Upgrader) -> None:
    before = listener.state.progress
    ids = {each["title"]: each["id"] for each in known(listener, "list")}
    with listener.sits_down() as app:
        app.see("‖ Part 1", "♪ 90", "2 Queue 2")
        listener.plays(app, ids["Episode 3"], "Episode 3", 1)  # the download
        listener.plays(app, ids["Episode 2"], "Episode 2", 21)  # the stream, fetched whole
        listener.plays(app, ids["01"], "01", 21)
        listener.plays(app, "spoken", "Spoken", 2)
        app.do(" ", "‖ Spoken")
        app.quit()
    after = listener.state.progress
    assert {ident: after[ident] for ident in ("part-1", "part-2", "part-3")} == {
        ident: before[ident] for ident in ("part-1", "part-2", "part-3")
    }
    assert all(after[ident].position >= before[ident].position for ident in before.keys() - {"spoken"})
    if "spoken" in before:  # since 2.1, hearing a teaser is no progress
        shares = [each.position / (each.duration or 1) for each in (before["spoken"], after["spoken"])]
        assert shares[1] == pytest.approx(shares[0], abs=0.05)  # it is narrated anew, and shorter than before


@pytest.mark.parametrize(("listener", "commit"), FORMER.items(), indirect=["listener"])
def test_going_back_keeps_progress_and_names_what_is_not_read(listener: Upgrader, commit: str, tmp_path: Path) -> None:
    archive = subprocess.run(
        ["git", "archive", commit, "tui_pod", "catalog.toml"], cwd=ROOT, capture_output=True, check=False
    )
    if archive.returncode:
        pytest.skip(f"needs git, and its commit {commit}")
    tree = tmp_path / "former"
    tree.mkdir()
    subprocess.run(["tar", "-x"], input=archive.stdout, cwd=tree, check=True)
    listener.run("mark", "played", "part-3")
    listener.run("feeds", "rename", "Renamed", "Again")  # the database is of the newer version now
    listener.tree = tree
    listed = subprocess.run(
        listener.command("list", "--json"), cwd=listener.folder, env=listener.surroundings,
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert "was written by a newer tui-pod: update it" in listed.stderr
    statuses = {each["id"]: each["status"] for each in json.loads(listed.stdout)}
    before = {each["id"]: each["status"] for each in known(listener, "list") if each["id"] in statuses}
    assert statuses == before | {"part-3": "played"}
    assert len(statuses) == 4
    listener.run("mark", "unplayed", "part-3")
    database = listener.folder / "data" / "tui-pod" / "feeds.sqlite"
    database.rename(listener.folder / "feeds.sqlite")  # as the changelog says
    assert "Again" in listener.run("feeds", "list")
    (listener.folder / "feeds.sqlite").replace(database)
    listener.tree = ROOT
    ids = {each["title"]: each["id"] for each in printed(listener, "list")}
    assert listener.progress(ids["Episode 2"]).position == pytest.approx(21, abs=2)
    assert not listener.progress("part-3").played
    assert "Again" in listener.run("feeds", "list")
