"""The standard library, and listening to it with a fake of everything outside."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from tests.fakes import FakeClock, FakeListener, FakePlayer, FakeSources, FakeWriter
from tests.hostile import HOSTILE_TITLES
from tests.present import present
from tui_pod.core.library.episode import Episode, Topic
from tui_pod.core.library.library import Library, build_library
from tui_pod.core.library.topics import topic_key
from tui_pod.core.playback.controller import PlaybackController
from tui_pod.core.playback.up_next import PlayContext
from tui_pod.core.player.options import PlaybackOptions
from tui_pod.core.player.ports import Ports
from tui_pod.core.player.snapshot import Playback, PlayerStatus
from tui_pod.core.progress.progress import Progress
from tui_pod.core.progress.progress_index import ProgressIndex
from tui_pod.core.selection.queue import Queue
from tui_pod.core.selection.session_planner import Session
from tui_pod.core.text.clean import clean_title
from tui_pod.integrations.broadcast import Broadcast

TOPICS = (
    Topic("Basics"),
    Topic("Numbers", "Basics"),
    Topic("Hostile"),
)

EPISODES = (
    Episode("one", "One", "The first of five.", 100.0, date(2026, 2, 5), ("Numbers",)),
    Episode("two", "Two", "The second of five.", 200.0, date(2026, 2, 4), ("Numbers", "Basics")),
    Episode("three", "Three", "The third of five.", 300.0, date(2026, 2, 3), ("Basics",)),
    Episode("four", "Four", "Nobody knows how long.", None, date(2026, 2, 2), ("Basics",)),
    Episode("five", "Five", "Very short.", 10.0, date(2026, 2, 1), ("Basics", "Series")),
    *(Episode(f"hostile-{name}", clean_title(title), duration=60.0, tags=("Hostile",))
      for name, title in HOSTILE_TITLES.items()),
)  # fmt: skip
"""Newest first; `four` has no known length, `Series` no entry of its own."""

CAST = "https://cast.example.org/feed"
"""The feed that episodes are of, where a podcast is asked for."""

BASICS = (0, 1, 2, 3, 4)
"""Library indexes of one, two, three, four and five."""


@dataclass(slots=True)
class Room:
    """Listening and everything around it."""

    controller: PlaybackController
    library: Library
    progress_index: ProgressIndex
    clock: FakeClock
    player: FakePlayer
    sources: FakeSources
    writer: FakeWriter
    listener: FakeListener
    broadcast: Broadcast
    """Tells `listener`, and whom else a test adds."""

    def play(self, episode: str, seconds: float = 0.0, following: Sequence[int] = BASICS) -> None:
        """Start an episode from a list that holds it, and listen for so many seconds."""
        index = present(self.library.index(episode))
        place = list(following).index(index) if index in following else -1
        self.controller.play(episode, PlayContext(following, place))
        self.player.play(seconds)

    def progress(self, episode: str) -> Progress:
        """Return the progress of an episode that was touched."""
        return present(self.progress_index.get(episode))

    @property
    def playing(self) -> str | None:
        """The episode that the player has, or is about to have."""
        playback = self.controller.playback
        return playback.episode if playback.is_active else None

    @property
    def upcoming(self) -> tuple[str, ...]:
        """The entries of the queue after what plays."""
        return tuple(ident for ident in self.controller.queue.upcoming if ident != self.playing)

    @property
    def position(self) -> float:
        """Where in it the listener is."""
        return self.controller.playback.position

    @property
    def status(self) -> PlayerStatus:
        """What the player does."""
        return self.controller.playback.status

    def starts(self) -> list[object]:
        """Return where the player was to start what it was given, in seconds."""
        return [call[2] for call in self.player.calls if call[0] == "load"]

    def loads(self) -> list[str]:
        """Return what the player was given, in order, named as the episodes are."""
        return [str(call[1]).rpartition("/")[2].partition(".")[0] for call in self.player.calls if call[0] == "load"]


def make_podcast(settings: Mapping[str, str], episodes: Sequence[Episode] = EPISODES) -> Library:
    """Return a library of one podcast with these settings."""
    key = topic_key("", "Cast", feed=CAST)
    return build_library([Topic(key)], episodes, [(key,)] * len(episodes), {CAST: settings})


def make_room(
    episodes: Sequence[Episode] = EPISODES,
    progress: Mapping[str, Progress] | None = None,
    queue: Queue | None = None,
    playback: Playback | None = None,
    options: PlaybackOptions | None = None,
    settings: Mapping[str, str] | None = None,
    usual_speed: float | None = None,
    session: Session | None = None,
    saved_list: Mapping[str, object] | None = None,
    library: Library | None = None,
    listener: FakeListener | None = None,
    log: Callable[[str], None] = lambda _: None,
) -> Room:
    """Return listening to these episodes, with everything outside it faked and joined up.

    With settings of a podcast all episodes are of that podcast. A `library` replaces that of the episodes.
    """
    if library is None:
        library = build_library(TOPICS, episodes) if settings is None else make_podcast(settings, episodes)
    progress_index = ProgressIndex(library, progress or {})
    clock = FakeClock()
    player, sources, writer, listener = FakePlayer(clock), FakeSources(), FakeWriter(), listener or FakeListener()
    broadcast = Broadcast(listener)
    ports = Ports(player, sources, writer, broadcast, clock, "run", log)
    controller = PlaybackController(
        library,
        progress_index,
        ports,
        options,
        queue,
        playback,
        usual_speed=usual_speed,
        session=session,
        saved_list=saved_list or {},
    )
    for fake in (player, sources, writer):
        fake.emit = controller.handle
    return Room(controller, library, progress_index, clock, player, sources, writer, listener, broadcast)
