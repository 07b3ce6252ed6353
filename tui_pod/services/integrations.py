"""Starts what connects the app to the machine: its terminal's host, the title, remote control and the desktop.

Imported after the first paint.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from tui_pod.config.settings import bound_actions
from tui_pod.core.actions import render_keys
from tui_pod.integrations.broadcast import Broadcast
from tui_pod.integrations.hooks import Hooks
from tui_pod.integrations.player_api import PlayerApi
from tui_pod.integrations.remote_server import RemoteControl
from tui_pod.integrations.remote_socket import RemoteError
from tui_pod.integrations.terminal_title import TerminalTitle, has_title
from tui_pod.runtime.log import log

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime
    from pathlib import Path

    from tui_pod.services.context import Context
    from tui_pod.terminal.host import TerminalHost


async def start_integrations(
    context: Context,
    broadcast: Broadcast,
    host: TerminalHost | None,
    state: Path,
    synced_at: Callable[[], datetime | None],
) -> None:
    """Start each integration on its own; one that fails stays off, with a line in the log."""
    from tui_pod.integrations.session_bus import DesktopError, follow_desktop  # an extra: may be missing

    desktop = context.settings.desktop
    if host is not None:
        try:
            host.listen()
        except RemoteError as error:
            log(f"detaching is off: {error}")
        broadcast.add(host)
    if desktop.title and has_title():
        title = TerminalTitle(context.frontend.write_control)
        broadcast.add(title)
        if host is not None:
            host.on_new_terminal = title.show_again
    controller, api = context.controller, PlayerApi(context.controller, synced_at)
    hooks = {name.removeprefix("on_"): command for name, command in context.settings.hooks.values().items()}
    if any(hooks.values()):
        broadcast.add(Hooks(hooks, api.status, lambda: controller.bookmarks))
    with_keys = partial(render_keys, actions=bound_actions(context.settings))
    frontend = context.frontend
    remote = RemoteControl(api, state, frontend.run_action, with_keys, frontend.grant)
    try:
        await remote.start()
        broadcast.add(remote)
    except RemoteError as error:
        log(f"remote control is off: {error}")
    try:
        for follower in await follow_desktop(context.controller, desktop.notify):
            broadcast.add(follower)
    except DesktopError as error:
        log(f"media keys are off: {error}")
