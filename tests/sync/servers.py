"""A sync server in memory that behaves as well or badly as a test asks, and the machines that use it."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

from tui_pod.core.progress.progress import PlayedRule, Progress
from tui_pod.core.progress.records import ProgressRecord
from tui_pod.net.json_client import Reply
from tui_pod.shelf.feed_store import FeedStore
from tui_pod.shelf.match import episode_id
from tui_pod.shelf.opml import Entry
from tui_pod.shelf.published import Published, PublishedItem
from tui_pod.state.store import StateFile
from tui_pod.sync.run import SyncResult
from tui_pod.sync.server import ServerSync

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
FEED = "https://pod.example.org/feed"
OTHER = "https://other.example.org/feed"
NAMES = ("https://sync.example.org", "ann")


def audio(number: int, feed: str = FEED) -> str:
    """Return the address of an episode's recording."""
    return f"{feed}/{number}.mp3"


def ident(number: int, feed: str = FEED) -> str:
    """Return an episode's id."""
    return episode_id(feed, f"guid-{number}")


def play(number: int, position: int, time: datetime = NOW, feed: str = FEED, **more: object) -> dict[str, Any]:
    """Return an action as servers give it."""
    return {
        "podcast": feed, "episode": audio(number, feed), "action": "play", "timestamp": f"{time:%Y-%m-%dT%H:%M:%S}",
        "started": 0, "position": position, "total": 1000, **more,
    }  # fmt: skip


@dataclass
class MemoryServer:
    """A server that keeps what it is sent. It speaks one protocol, or both."""

    speaks: str = "gpodder"
    now: datetime = NOW
    podcasts: dict[str, tuple[int, bool]] = field(default_factory=dict)
    """When each was changed, and whether it is subscribed to."""
    actions: list[Any] = field(default_factory=list)
    refuses: Callable[[Any], bool] = lambda element: False
    """Says of which elements a whole batch is refused."""
    refusal: int = 500
    """The status that refuses a batch of progress."""
    update_urls: dict[str, str] = field(default_factory=dict)
    page: int = 0
    """Actions on a page; 0: all. Then the time told is that of the last one, as mygpo has it."""
    asked: list[str] = field(default_factory=list)
    status: int = 200
    login: int = 200

    def ask(self, method: str, path: str, data: Any = None) -> Reply:
        self.asked.append(f"{method} {path}")
        if self.login != 200:
            return Reply(self.login, None)
        is_gpodder = path.startswith("/api/2/")
        if is_gpodder is not (self.speaks == "gpodder") or self.status != 200:
            return Reply(404 if self.status == 200 else self.status, None)
        parts = urlsplit(path)
        since = int(parse_qs(parts.query).get("since", ["0"])[0])
        if "/devices/" in path:
            return Reply(200, [] if method == "GET" else {})
        if "subscription" in path:
            return self._change(data) if method == "POST" else self._podcasts(since)
        return self._take(data) if method == "POST" else self._give(since)

    def _podcasts(self, since: int) -> Reply:
        add = [address for address, (time, is_in) in self.podcasts.items() if is_in and time >= since]
        remove = [address for address, (time, is_in) in self.podcasts.items() if not is_in and time >= since]
        return Reply(200, {"add": add, "remove": remove, "timestamp": self._time()})

    def _change(self, data: Any) -> Reply:
        if any(map(self.refuses, [*data["add"], *data["remove"]])):
            return Reply(400, {"message": "one is wrong"})
        for kind, is_in in (("add", True), ("remove", False)):
            for address in data[kind]:
                self.podcasts[self.update_urls.get(address, address)] = (self._time(), is_in)
        updates = [[old, new] for old, new in self.update_urls.items() if old in data["add"]]
        return Reply(200, {"timestamp": self._time(), "update_urls": updates})

    def _take(self, data: Any) -> Reply:
        if any(map(self.refuses, data)):
            return Reply(self.refusal, None)
        self.actions += [dict(element) for element in data]
        return Reply(200, {"timestamp": self._time(), "update_urls": []})

    def _give(self, since: int) -> Reply:
        after = datetime.fromtimestamp(since, UTC).strftime("%Y-%m-%dT%H:%M:%S")
        found = [action for action in self.actions if not isinstance(action, dict) or action["timestamp"] >= after]
        if self.page and found:
            found = sorted(found, key=lambda action: action["timestamp"])[: self.page]
            last = datetime.fromisoformat(found[-1]["timestamp"]).replace(tzinfo=UTC)
            return Reply(200, {"actions": found, "timestamp": int(last.timestamp())})
        return Reply(200, {"actions": found, "timestamp": self._time()})

    def _time(self) -> int:
        return int(self.now.timestamp())


@dataclass
class Device:
    """A machine: a state, podcasts, and what it remembers of the server."""

    home: Path
    server: MemoryServer
    feeds: tuple[str, ...] = (FEED,)

    def __post_init__(self) -> None:
        self.home.mkdir(parents=True, exist_ok=True)
        self.file = StateFile(self.home / "state.toml")
        self.store = FeedStore(self.home / "data")
        for feed in self.feeds:
            self.subscribe(feed)

    def subscribe(self, feed: str, count: int = 5) -> None:
        self.store.subscribe([Entry(feed, "Cast")])
        self.fetch(feed, count)

    def fetch(self, feed: str, count: int = 5) -> None:
        """Read the feed, which has some episodes."""
        items = (
            PublishedItem(guid=f"guid-{n}", title=f"Episode {n}", duration=1000.0, audio=audio(n, feed))
            for n in range(count)
        )
        self.store.store(feed, Published("Cast", tuple(items)))

    def put(self, episode: str, progress: Progress) -> None:
        self.file.append([ProgressRecord(episode, progress)])

    def progress(self) -> dict[str, Progress]:
        return self.file.load().progress

    def sync(self, is_dry: bool = False, after: timedelta = timedelta()) -> SyncResult:
        """Sync now, or some time later."""
        self.server.now += after
        sync = ServerSync(self.server, self.home / "sync.json", NAMES, self.store, PlayedRule())
        return sync.run(self.file, self.file.load(), self.server.now, is_dry)

    def addresses(self) -> set[str]:
        return {feed.address for feed in self.store.feeds()}
