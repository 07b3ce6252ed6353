"""An address is opened in the browser of a desktop, else copied."""

import asyncio
from types import SimpleNamespace
from typing import Any, cast

import pytest

from tui_pod.ui.widgets.episode_pane import open_link

ADDRESS = "https://x.example/a"


class FakeApp:
    def __init__(self) -> None:
        self.said: list[str] = []
        self.copied: list[str] = []

    def notify(self, text: str, markup: bool) -> None:
        assert not markup
        self.said.append(text)

    def copy_to_clipboard(self, text: str) -> None:
        self.copied.append(text)


@pytest.mark.parametrize(
    ("platform", "display", "wayland", "address", "has_program", "started"),
    [
        ("linux", ":0", "", ADDRESS, True, "xdg-open"),
        ("linux", "", "wayland-0", ADDRESS, True, "xdg-open"),
        ("linux", "", "", ADDRESS, True, None),
        ("linux", ":0", "", ADDRESS, False, None),
        ("linux", ":0", "", "http://x.example/", True, "xdg-open"),
        ("linux", ":0", "", "file:///etc/passwd", True, None),
        ("darwin", "", "", ADDRESS, True, "open"),
    ],
)
async def test_address_is_opened_on_a_desktop_and_else_copied(
    platform: str,
    display: str,
    wayland: str,
    address: str,
    has_program: bool,
    started: str | None,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    ran: list[tuple[Any, ...]] = []

    async def run(*words: Any, **_: object) -> None:
        ran.append(words)

    monkeypatch.setattr("tui_pod.ui.widgets.episode_pane.sys", SimpleNamespace(platform=platform))
    monkeypatch.setenv("DISPLAY", display)
    monkeypatch.setenv("WAYLAND_DISPLAY", wayland)
    which = SimpleNamespace(which=lambda name: name if has_program else None)
    monkeypatch.setattr("tui_pod.ui.widgets.episode_pane.shutil", which)
    monkeypatch.setattr(asyncio, "create_subprocess_exec", run)
    app = FakeApp()
    await open_link(cast("Any", app), address)
    if started is None:
        assert (ran, app.copied, app.said) == ([], [address], [f"Copied: {address}"])
    else:
        assert (ran, app.copied, app.said) == ([(started, address)], [], [f"Opened: {address}"])
