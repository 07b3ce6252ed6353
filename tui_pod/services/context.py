"""What the services have in common. It is built once, after the first paint."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tui_pod.config.settings import Settings
    from tui_pod.core.playback.controller import PlaybackController
    from tui_pod.feeds.podcasts import Podcasts
    from tui_pod.services.frontend import Frontend
    from tui_pod.services.tasks import BackgroundTasks


@dataclass(frozen=True, slots=True)
class Context:
    """What a service may use of the running app; another service that it needs is an argument of its own."""

    controller: PlaybackController
    frontend: Frontend
    tasks: BackgroundTasks
    settings: Settings
    open_podcasts: Callable[[], Awaitable[Podcasts]]
    """Opens the podcasts in a thread and returns them, always the same. Raises what opening them raised."""
