"""Wishes about what is saved of the listener: marks, the queue, and lists of their own."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from tui_pod.core.outcome import Outcome, refused
from tui_pod.wishes.wish import Wish

if TYPE_CHECKING:
    from tui_pod.wishes.actions import Subject


def _mark(on: Subject) -> Outcome:
    return on.controller.editor.mark(on.episodes, played=on.values["mark"] == "played")


def _queue(on: Subject) -> Outcome:
    """Change the queue; show it afterwards if a document is wanted."""
    controller = on.controller
    match on.values["change"]:
        case "take":
            found = [ident for ident in on.episodes if ident in controller.queue.upcoming]
            outcome = controller.unqueue(found) if found else refused("None of them is in the queue; nothing was done.")
        case "next":
            outcome = controller.queue_next(on.episodes)
        case _:
            outcome = controller.queue_last(on.episodes)
    return outcome


RECORD_WISHES: Mapping[str, Wish] = {
    "episode.mark": Wish(_mark, needs_episodes=True),
    "queue.change": Wish(_queue, needs_episodes=True, takes_any_id=True),
}
