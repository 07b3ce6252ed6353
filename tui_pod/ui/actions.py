"""Textual's bindings, made from the table of keys."""

from __future__ import annotations

from textual.binding import Binding, BindingType

from tui_pod.core.actions import ACTIONS, Action, shown_keys


def bindings(*where: str) -> list[BindingType]:
    """Return the bindings of the actions that belong to one of these panes."""
    return [_binding(action) for action in ACTIONS if action.where in where]


def _binding(action: Action) -> Binding:
    return Binding(
        action.keys,
        action.action,
        action.hint or action.label,
        show=bool(action.hint),
        key_display=next(shown_keys(action)),
        priority=action.is_everywhere,
        tooltip=action.label,
        id=action.id,
    )
