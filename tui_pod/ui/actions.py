"""Textual's bindings, made from the table of keys."""

from __future__ import annotations

from textual.binding import Binding, BindingType

from tui_pod.core.actions import ACTIONS


def bindings(*where: str) -> list[BindingType]:
    """Return the bindings of the actions that belong to one of these panes.

    An action without a key is bound to one that no terminal sends, so that a keymap can replace it.
    """
    return [
        Binding(action.keys or f"{action.id}-unbound", action.action, priority=action.is_everywhere, id=action.id)
        for action in ACTIONS
        if action.where in where
    ]
