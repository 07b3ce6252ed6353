"""Remap keys: presets and the listener's own, checked against the table of keys.

A fault in a keymap is shown, never an error: the former keys stay in use.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from itertools import combinations

from tui_pod.config.key_names import EDITING_KEYS, parse_keys
from tui_pod.core.actions import ACTIONS, BY_ID, Action, show_key

PRESETS: Mapping[str, Mapping[str, str]] = {
    "default": {},
    "mpv": {
        "playback.mute": "m",
        "episode.toggle_played": "M",
        "playback.quieter": "9,minus",
        "playback.louder": "0,plus,equals_sign",
        "playback.previous_mark": "exclamation_mark,ctrl+left,left_curly_bracket",
        "playback.next_mark": "at,ctrl+right,right_curly_bracket",
    },
}
"""Keymaps by name: the keys that differ from the table's own."""

CHAINS: tuple[frozenset[str], ...] = (
    frozenset(("list", "episodes", "move", "screen", "app")),
    frozenset(("tree", "episodes", "move", "screen", "app")),
    frozenset(("transcript", "move", "screen", "app")),
    frozenset(("statistics", "move", "screen", "app")),
    frozenset(("bookmarks", "move", "screen", "app")),
    frozenset(("found", "move", "screen", "app")),
    frozenset(("details", "episodes", "move", "screen", "app")),
)
"""Panes (`Action.where`) that hear a key while one of list, tree, transcript and the views has the focus."""


@dataclass(frozen=True, slots=True)
class KeyFault:
    """What is wrong with one entry of a keymap."""

    id: str
    message: str
    used: str = ""
    """The keys that are used instead, in Textual's names; empty when there is no such action."""


def check_keymap(wanted: Mapping[str, str], preset: str = "default") -> tuple[dict[str, str], list[KeyFault]]:
    """Apply a listener's keys, by the id of their action, to a preset.

    Returns:
        The keys that differ from the table's own, by id and in Textual's names, and what is wrong. An entry
        with a fault has no effect.
    """
    base = {action.id: PRESETS[preset].get(action.id, action.keys) for action in ACTIONS}
    chosen: dict[str, str] = {}
    faults: list[KeyFault] = []
    for ident, text in wanted.items():
        if ident not in BY_ID:
            faults.append(KeyFault(ident, f"there is no such action{_suggestion(ident)}"))
            continue
        try:
            chosen[ident] = _parse(BY_ID[ident], text)
        except ValueError as error:
            faults.append(KeyFault(ident, str(error), base[ident]))
    while clash := next(_clashes(base | chosen, chosen), None):
        key, loser, other = clash
        del chosen[loser]
        message = f"{show_key(key)} is taken by {other} ({BY_ID[other].label})"
        faults.append(KeyFault(loser, message, base[loser]))
    keys = base | chosen
    return {action.id: keys[action.id] for action in ACTIONS if keys[action.id] != action.keys}, faults


def live_actions(keymap: Mapping[str, str], labels: Mapping[str, str] | None = None) -> tuple[Action, ...]:
    """Return the table of keys with a checked keymap's keys, and with other labels where some are given."""
    labels = labels or {}
    return tuple(
        action._replace(keys=keymap.get(action.id, action.keys), label=labels.get(action.id, action.label))
        if action.id in keymap or action.id in labels
        else action
        for action in ACTIONS
    )


def seek_labels(back: float, forward: float, small: float) -> dict[str, str]:
    """Return what the seeking keys do when they go that many seconds."""
    return {
        "playback.back": f"Back {back:g} seconds",
        "playback.forward": f"Forward {forward:g} seconds",
        "playback.back_small": f"Back {small:g} seconds",
        "playback.forward_small": f"Forward {small:g} seconds",
    }


def _parse(action: Action, text: str) -> str:
    keys = parse_keys(text)
    needed = [key for key in keys.split(",") if action.is_everywhere and key in EDITING_KEYS]
    if needed:
        raise ValueError(f"dialogs and text fields need {show_key(needed[0])}, and this works in them too")
    return keys


def _suggestion(ident: str) -> str:
    close = get_close_matches(ident, BY_ID, 1)
    return f"; did you mean {close[0]}?" if close else "; see: tui-pod keys"


def _clashes(keys: Mapping[str, str], chosen: Mapping[str, str]) -> Iterator[tuple[str, str, str]]:
    """Yield a key that two actions have in one place: the key, the id that must yield, and the other id."""
    owners: dict[str, list[str]] = {}
    for ident, text in keys.items():
        for key in text.split(","):
            owners.setdefault(key, []).append(ident)
    order = list(chosen)
    for key, ids in owners.items():
        for pair in combinations(ids, 2):
            yielding = sorted((ident for ident in pair if ident in chosen), key=order.index)
            if yielding and _meet(pair) and not _may_share(pair):
                loser = yielding[-1]
                yield key, loser, pair[0] if loser == pair[1] else pair[1]


def _meet(ids: Sequence[str]) -> bool:
    """Return whether both actions hear keys at the same focus."""
    return any({BY_ID[ident].where for ident in ids} <= chain for chain in CHAINS)


def _may_share(ids: Sequence[str]) -> bool:
    """Return whether both may have one key, the inner pane's action being meant where it has the focus.

    That is so where the table itself gives both a key, as ← that folds in the tree and seeks elsewhere,
    for what concerns the list while the transcript has the focus, and for all but moves among the bookmarks.
    """
    first, second = (set(BY_ID[ident].keys.split(",")) for ident in ids)
    panes = {BY_ID[ident].where for ident in ids}
    if "bookmarks" in panes and len(panes) > 1 and "move" not in panes:
        return True
    return bool(first & second) or ("transcript" in panes and any(ident.startswith("list.") for ident in ids))
