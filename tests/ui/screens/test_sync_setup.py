"""The dialogs that set up sync, over real files and a server on loopback."""

from pathlib import Path
from typing import Any

import pytest
from textual.events import Key
from textual.widgets import Input

from tests.app_driver import AppDriver
from tests.servers.double import Double, User, serving
from tests.servers.library import Book
from tests.sources.server import Site, body, guarded
from tests.ui.test_feeds_for_real import RealDriver, running
from tui_pod.config.settings import SyncSettings
from tui_pod.services import sync_setup
from tui_pod.state.store import StateFile
from tui_pod.sync.memory import memory_file
from tui_pod.ui.screens.main import MainScreen
from tui_pod.ui.screens.sync_setup import ServerScreen, SyncScreen

SIZES = [(120, 40), (80, 24), (40, 12)]


@pytest.fixture(autouse=True)
def runs(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The options with which syncs ran, none of which does anything."""
    found = list[str]()

    async def run_sync(*options: str) -> dict[str, Any]:
        found.append(options[-1] if options[-1].startswith("-") else "")
        first = [] if options[-1] == "--yes" else ["laptop"]
        return {"received": [], "summary": "3 podcasts would be added", "first": first}

    monkeypatch.setattr(sync_setup, "run_sync", run_sync)
    return found


async def open_form(driver: RealDriver, is_server: bool) -> None:
    await driver.press("ctrl+p")
    await driver.write("set up sync")
    await driver.press("enter", *("j",) * is_server, "enter")
    assert driver.shows(SyncScreen)


def chosen(home: Path) -> SyncSettings:
    """Return what the next start would sync with."""
    return SyncSettings().or_chosen(StateFile(home / "state.toml").load().setting)


async def test_folder_that_is_there_is_saved_and_synced_once_it_was_asked(home: Path, runs: list[str]) -> None:
    (home / "shared").mkdir()
    async with running(home) as driver:
        assert not driver.services.sync.setup.is_set
        await open_form(driver, is_server=False)
        await driver.press(*str(home / "shared"), "down", *"desk", "enter")
        await driver.see("3 podcasts would be added. Nothing is unsubscribed.")
        await driver.press("enter")
        await driver.until(lambda: driver.shows(MainScreen), "it is closed")
        await driver.until(lambda: runs == ["", "--dry-run", "--yes"], "it is synced")
    assert (chosen(home).folder, chosen(home).device) == (str(home / "shared"), "desk")
    assert not (home / "config.toml").read_text()
    async with running(home) as driver:
        assert driver.services.sync.setup.is_set
        await open_form(driver, is_server=False)
        await driver.press("ctrl+u", "enter")
        await driver.told("Nothing is synced any more.")
    assert not chosen(home).is_set


async def test_folder_that_is_not_there_is_created_on_wish(home: Path, runs: list[str]) -> None:
    async with running(home) as driver:
        await open_form(driver, is_server=False)
        await driver.write("shared")
        assert "A folder is a path, such as ~/Sync/tui-pod." in driver.text
        await driver.press("ctrl+u", *str(home / "new/shared"), "tab", *"desk", "enter")
        await driver.see("There is no folder")
        assert (chosen(home), runs) == (SyncSettings(), [])
        await driver.press("enter")
        await driver.see("Nothing is unsubscribed.")
    assert (chosen(home).folder, chosen(home).device) == (str(home / "new/shared"), "desk")


async def test_server_is_tried_and_its_first_sync_asks(site: Site, home: Path, runs: list[str]) -> None:
    site.replies["/api/2/devices/ann.json"] = guarded(body("[]"))
    (home / "config.toml").touch()
    async with running(home) as driver:
        memory_file(home / "state.toml").write_text("{}")  # of a server of before
        await open_form(driver, is_server=True)
        await driver.press(*"gopher://x", "down", *"ann", "down", "p", "enter")
        await driver.see("“gopher://x” is not an http or https address.")
        await driver.press("ctrl+u", "up", "ctrl+u", "up", "ctrl+u", *site.url(""), "enter")
        await driver.see("A server needs a user name.")
        await driver.press("down", *"ann", "down", *"wrong", "enter")
        await driver.see("The server rejects user or password")
        assert not memory_file(home / "state.toml").with_name("state.sync-password").exists()
        await driver.press("ctrl+u", *"s3cret", "enter")
        await driver.see("3 podcasts would be added. Nothing is unsubscribed.")
        assert runs == ["", "--dry-run"]
        assert "s3cret" not in driver.text
    assert (chosen(home).server, chosen(home).user) == (site.url(""), "ann")
    assert (home / "state.sync-password").read_text() == "s3cret\n"


async def test_file_of_the_listener_is_what_holds(home: Path) -> None:
    (home / "shared").mkdir()
    async with running(home, '[sync]\nfolder = "shared"\n') as driver:
        await driver.press("ctrl+p")
        await driver.write("set up sync")
        await driver.press("enter", "enter")
        await driver.told("config.toml sets what to sync with, under [sync].")


@pytest.mark.parametrize("size", SIZES)
async def test_every_field_is_explained_at_any_size(home: Path, size: tuple[int, int]) -> None:
    async with running(home, size=size) as driver:
        await open_form(driver, is_server=True)
        for about in ("Its address; empty", "Your name there", "For Nextcloud, an app", "Its name on the others"):
            assert about in driver.text
            await driver.press("down")


async def test_audiobookshelf_server_is_added_with_its_login(home: Path, runs: list[str]) -> None:
    double = Double()
    double.users["ann"] = User("ann", "s3cret")
    double.add_book(double.add_library("Books"), Book("Whale"))
    with serving(double) as base:
        async with running(home) as driver:
            await driver.press("ctrl+p")
            await driver.write("set up sync")
            await driver.press("enter", "j", "j", "enter")
            assert driver.shows(ServerScreen)
            await driver.press("enter")
            await driver.see("Type an address, such as https://")
            await driver.press(*base, "down", *"ann", "down", *"wrong", "enter")
            await driver.see("401")
            await driver.press("ctrl+u", *"s3cret", "enter")
            await driver.see("Books")
            await driver.until(lambda: runs, "it is synced")


async def test_keys_that_come_at_once_go_to_the_field_that_is_theirs(driver: AppDriver) -> None:
    await driver.app.push_screen(SyncScreen(driver.services.sync, is_server=True))
    for key in ("a", "down", "b", "down", "c"):
        driver.app.post_message(Key(key, key if len(key) == 1 else None))
    await driver.until(lambda: not any(field.value == "" for field in fields(driver)), "all are typed")
    assert [field.value for field in fields(driver)] == ["a", "b", "c"]


def fields(driver: AppDriver) -> list[Input]:
    """Return the first three fields."""
    return list(driver.app.screen.query(Input))[:3]
