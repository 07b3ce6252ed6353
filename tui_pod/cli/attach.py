"""The command `attach`: bring the running app to this terminal, from none or from another one."""

from __future__ import annotations

from argparse import Namespace

from tui_pod.config.paths import find_paths
from tui_pod.core.errors import UserError
from tui_pod.integrations.remote_socket import NOBODY
from tui_pod.terminal.client import why_not
from tui_pod.terminal.protocol import IF_LEFT, TAKE
from tui_pod.terminal.start import hand_over


def run(options: Namespace) -> None:
    """Hand this terminal to the app; the client, this process's parent, holds it from then on."""
    if options.line is None:
        raise UserError(why_not() or "There is no terminal, or tui-pod is not in its foreground.")
    state = find_paths(options.state, options.config).state
    if not (hand_over(state, IF_LEFT, options.line) or hand_over(state, TAKE, options.line)):
        raise UserError(NOBODY)
