"""The commands of the list and the tree, and what they do with episodes."""

from __future__ import annotations

from enum import StrEnum, auto
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tui_pod.services.episode_list import EpisodeListModel
    from tui_pod.services.services import Services


class ListCommand(StrEnum):
    """What to do with the entry at the cursor or with the selection."""

    CHOOSE = auto()
    """Play the episode, or open the topic."""
    RESTART = auto()
    TOGGLE_PLAYED = auto()
    QUEUE_LAST = auto()
    QUEUE_NEXT = auto()
    QUEUE_MOVE = auto()
    COLLECT = auto()
    """Put the episodes on a list of the listener's, which the screen asks for."""
    DOWNLOAD = auto()
    REMOVE = auto()


def run_command(
    command: ListCommand, episodes: list[str], services: Services, model: EpisodeListModel, by: int = 0
) -> str:
    """Run a command on episodes; return what was done if the screen may not show it, else an empty string."""
    controller = services.controller
    match command:
        case ListCommand.CHOOSE | ListCommand.RESTART:
            model.play(episodes[0], is_restart=command is ListCommand.RESTART)
        case ListCommand.TOGGLE_PLAYED:
            return controller.editor.toggle_played(episodes)
        case ListCommand.QUEUE_LAST:
            controller.queue_last(episodes)
        case ListCommand.QUEUE_NEXT:
            controller.queue_next(episodes)
        case ListCommand.QUEUE_MOVE:
            return model.move(episodes[0], by)
        case ListCommand.DOWNLOAD:
            services.feeds.downloads.toggle(episodes)
        case ListCommand.REMOVE:
            return model.remove(episodes)
    return ""
