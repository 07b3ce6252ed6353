"""Textual's bindings, made from the table of keys; and keys one at a time, each handled completely before the next."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Awaitable, Callable, Iterator
from typing import Any

from textual import events
from textual.app import App
from textual.binding import Binding, BindingType
from textual.dom import DOMNode

from tui_pod.core.actions import ACTIONS, Action

IN_DIALOGS = ("playback.back", "playback.forward", "work.stop", "app.suspend")
"""Actions that work in dialogs too, unless the focused field needs their keys."""

PATIENCE = 0.5
"""How long a key waits for the previous one to be handled (seconds)."""

START_PATIENCE = 10.0
"""The same for the first key, which waits for the first screen: on a busy machine that takes longer."""


def bindings(*where: str) -> list[BindingType]:
    """Return the bindings of the actions that belong to one of these panes.

    An action without a key is bound to one that no terminal sends, so that a keymap can replace it.
    """
    return [_binding(action) for action in ACTIONS if action.where in where]


def dialog_bindings() -> list[BindingType]:
    """Return the bindings that every dialog has: it swallows all other keys, which act on what is behind it."""
    return [
        _binding(action)
        for action in ACTIONS
        if action.where == "app" and (action.is_everywhere or action.id in IN_DIALOGS)
    ]


def _binding(action: Action) -> Binding:
    return Binding(action.keys or f"{action.id}-unbound", action.action, priority=action.is_everywhere, id=action.id)


async def handle_key(app: App[Any], key: events.Key, hand_on: Callable[[events.Key], Awaitable[None]]) -> None:
    """Handle a key and everything it triggers; `hand_on` is Textual's own handler.

    Textual sends a key to the focused pane first, and it bubbles back behind the keys typed after it. If a slow
    connection delivers several keys at once, `q` would overtake a mark, and a field would miss what is typed.
    """
    if app.focused is None or not app.screen.is_mounted:  # right after the start, before its cursors are placed
        await _settle(app.screen, START_PATIENCE)
    pane = app.focused
    is_text = pane is not None and pane.check_consume_key(key.key, key.character)
    bound = None if is_text else app.screen.active_bindings.get(key.key)
    is_move = bound is not None and (bound.binding.id or "").startswith("move.")
    with _drawn_at_once(app) if is_move and not app.message_queue_size else contextlib.nullcontext():
        if bound is None or not bound.enabled or not await app.run_action(bound.binding.action, bound.node):
            await hand_on(key)
        elif bound.node in (app, app.screen):
            return
        if pane is not None:
            await _settle(pane, PATIENCE)


@contextlib.contextmanager
def _drawn_at_once(app: App[Any]) -> Iterator[None]:
    """Draw nothing before the end of the block: a list that the tree changes would wait for the next frame."""
    try:
        with app.batch_update():
            yield
    finally:
        app.screen.check_idle()


async def _settle(pane: DOMNode, patience: float) -> None:
    """Wait as `_handled` does, but not for long: a pane may be about to be removed."""
    with contextlib.suppress(TimeoutError):
        await asyncio.wait_for(_handled(pane), patience)


async def _handled(pane: DOMNode) -> None:
    """Wait until a pane has handled its messages, and its screen those that the pane posted."""
    for part in pane.ancestors_with_self:
        passed = asyncio.Event()
        if not isinstance(part, App) and part.call_later(passed.set):
            await passed.wait()
