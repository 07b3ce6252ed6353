"""A machine of a listener with podcasts, a state, and a server."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

from tests.present import present
from tui_pod.core.library.episode import Episode
from tui_pod.core.progress.bookmarks import Bookmark
from tui_pod.core.progress.progress import PlayedRule, Progress
from tui_pod.core.progress.records import HeardRecord, ProgressRecord
from tui_pod.net.access import PUBLIC
from tui_pod.net.address import origin
from tui_pod.runtime.threads import CancelToken
from tui_pod.shelf.feed_store import FeedStore
from tui_pod.shelf.library import FeedLibrary, read_feeds
from tui_pod.shelf.logins import KeptLogin
from tui_pod.shelf.opml import Entry
from tui_pod.sources.refresh import refresh_feed
from tui_pod.sources.servers.client import to_address
from tui_pod.sources.source import RefreshResult
from tui_pod.state.store import StateFile
from tui_pod.sync.libraries import LibrarySync, has_news, memory_of_servers
from tui_pod.sync.run import SyncResult


class Machine:
    """Uses one account of one server."""

    def __init__(self, home: Path, base: str, user: str, password: str) -> None:
        self.home, self.feed_id = home, to_address(base)
        home.mkdir()
        self.file = StateFile(home / "state.toml")
        self.store = FeedStore(home / "data")
        self.store.subscribe([Entry(self.feed_id, "Server")])
        self.store.logins.keep(KeptLogin(self.feed_id, origin(f"{base}/"), user, password, over_http=True))

    def refresh(self) -> RefreshResult:
        """Read the libraries."""
        feed = present(self.store.find(self.feed_id))
        return refresh_feed(self.store, feed, CancelToken(), PUBLIC)

    def sync(self, after: timedelta = timedelta()) -> SyncResult:
        """Sync now, or as if it were later."""
        feed = present(self.store.find(self.feed_id))
        return LibrarySync(self.store, feed, PlayedRule()).run(self.file, self.file.load(), datetime.now(UTC) + after)

    def has_news(self) -> bool:
        return has_news(self.store, self.file.path)

    def library(self) -> FeedLibrary:
        found = read_feeds(self.home / "data")
        assert not found.notices
        return found

    def episodes(self) -> dict[str, Episode]:
        """Return the episodes by their titles."""
        return {episode.title: episode for episode in self.library().episodes}

    def put(self, title: str, progress: Progress) -> None:
        self.file.append([ProgressRecord(self.episodes()[title].id, progress)])

    def listen(self, title: str, progress: Progress, seconds: float, key: str = "run-1") -> None:
        """Play until `progress`, for `seconds` of the listener's time at double speed."""
        ident, started = self.episodes()[title].id, progress.updated - timedelta(seconds=seconds)
        heard = HeardRecord(key, ident, started, 0, 2 * seconds, seconds)
        self.file.append([heard, ProgressRecord(ident, progress._replace(listened=progress.updated))])

    def forget_what_was_sent(self) -> None:
        memory_of_servers(self.file.path).unlink()

    def progress(self, title: str) -> Progress | None:
        return self.file.load().progress.get(self.episodes()[title].id)

    def put_bookmark(self, bookmark: Bookmark) -> None:
        self.file.append([bookmark])

    def bookmarks(self) -> dict[float, Bookmark]:
        return {each.start: each for each in self.file.load().notebook.bookmarks}
