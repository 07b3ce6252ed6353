"""Textual's bindings, made from the table of keys."""

from __future__ import annotations

from textual.binding import Binding, BindingType

from tui_pod.core.actions import ACTIONS, Action

IN_DIALOGS = ("playback.back", "playback.forward", "work.stop", "app.suspend")
"""Actions that work in dialogs too, unless the focused field needs their keys."""


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
