"""Textual's bindings, made from the table of keys; and keys one at a time, each handled completely before the next."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Awaitable, Callable, Iterator
from typing import Any, Self

from textual import events
from textual.app import App
from textual.binding import Binding, BindingType
from textual.dom import DOMNode
from textual.keys import KEY_NAME_REPLACEMENTS, _character_to_key
from textual.widgets import Input

from tui_pod.core.actions import ACTIONS, Action
from tui_pod.core.layouts import at_its_place, is_foreign

IN_DIALOGS = ("playback.back", "playback.forward", "work.stop", "app.suspend")
"""Actions that work in dialogs too, unless the focused field needs their keys."""

ENDING = frozenset(("app.quit", "app.detach", "app.suspend", "session.end"))
"""Actions that `u` does not bring back: no text that may be pasted runs them."""

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


class TypedKey(events.Key):
    """A key with what Textual does not keep of it."""

    def __init__(self, key: str, character: str | None, base: str = "", is_shifted: bool = False) -> None:
        """Make a key; `base` is the character at its place on a US keyboard, without shift, if the terminal says so."""
        super().__init__(key, character)
        self.base, self.is_shifted = base, is_shifted
        self.is_in_burst = False
        self.ends_paste = False
        """Whether it is the enter key at the end of a long burst of text; only a field takes it."""

    @classmethod
    def of(cls, key: events.Key) -> Self:
        """Return the same key as one of this class."""
        return key if isinstance(key, cls) else cls(key.key, key.character)

    @property
    def is_foreign(self) -> bool:
        """Whether it types a character of another script than Latin."""
        return is_foreign(self.character or self.key.rpartition("+")[2])

    def at_its_place(self) -> Self | None:
        """Return the key at the same place of a US keyboard; None if that is not known."""
        *held, name = self.key.split("+")
        if not (latin := at_its_place(self.character or name, self.base, self.is_shifted)):
            return None
        name = latin if latin.isalnum() else _character_to_key(latin)
        found = type(self)("+".join((*held, KEY_NAME_REPLACEMENTS.get(name, name))), None if held else latin)
        found.is_in_burst = self.is_in_burst
        return found


TypedKey.handler_name = events.Key.handler_name  # Textual names the handlers of a message after its class


async def handle_key(
    app: App[Any],
    key: events.Key,
    hand_on: Callable[[events.Key], Awaitable[None]],
    placed: Callable[[events.Key], events.Key] = lambda key: key,
) -> None:
    """Handle a key and everything it triggers; `hand_on` is Textual's own handler.

    `placed` returns the key that one without a meaning stands for.

    Textual sends a key to the focused pane first, and it bubbles back behind the keys typed after it. If a slow
    connection delivers several keys at once, `q` would overtake a mark, and a field would miss what is typed.
    """
    if app.focused is None or not app.screen.is_mounted:  # right after the start, before its cursors are placed
        await _settle(app.screen, START_PATIENCE)
    pane = app.focused
    is_text = pane is not None and pane.check_consume_key(key.key, key.character)
    if not is_text and key.key not in app.screen.active_bindings:
        key = placed(TypedKey.of(key))
    bound = None if is_text else app.screen.active_bindings.get(key.key)
    if isinstance(key, TypedKey):
        if key.ends_paste and isinstance(pane, Input):
            await _settle(pane, PATIENCE)  # the text before it has been handed on, and is still to be taken
        elif key.ends_paste or (key.is_in_burst and bound is not None and bound.binding.id in ENDING):
            app.bell()
            return
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
