"""Bring the state up to date with the others', and the others with it. Knows the state's files, and no screen."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from tui_pod.core.library.podcast_settings import COURSE
from tui_pod.core.progress.cards import Kept
from tui_pod.core.progress.progress import Progress
from tui_pod.core.progress.records import ProgressRecord
from tui_pod.feeds.store.feed_store import FeedStore
from tui_pod.runtime.files import locked
from tui_pod.state.store import State, StateFile
from tui_pod.sync import shared_settings
from tui_pod.sync.folder import Contents, SyncError, SyncFolder, incoming, machine_name


@dataclass(slots=True)
class SyncResult:
    """What a sync did, or would do."""

    received: dict[str, Progress] = field(default_factory=dict)
    """New progress by episode."""
    sent: int = 0
    """Episodes whose progress the others did not have."""
    received_kept: Kept = field(default_factory=Kept)
    sent_kept: Kept = field(default_factory=Kept)
    """Bookmarks and cards, as the two above."""
    configured: list[str] = field(default_factory=list)
    """Podcasts whose settings were changed elsewhere, by their first addresses."""
    notices: list[str] = field(default_factory=list)
    error: str = ""
    """Why the rest could not be done; empty: it was."""
    is_offline: bool = False
    """Whether that was for want of a network."""
    machines: int = 0
    """Other machines' files that were read."""
    subscribed: list[str] = field(default_factory=list)
    """Addresses of podcasts that the server had and this machine had not."""
    unsubscribed: list[str] = field(default_factory=list)
    """Podcasts that were removed elsewhere; they can be brought back."""
    podcasts_sent: list[str] = field(default_factory=list)
    podcasts_removed: list[str] = field(default_factory=list)
    """Addresses that the server was told to add, and to remove."""

    @property
    def has_changed(self) -> bool:
        """Whether anything was exchanged."""
        lists = self.configured, self.subscribed, self.unsubscribed, self.podcasts_sent, self.podcasts_removed
        kept = *self.received_kept, *self.sent_kept
        return bool(self.received or self.sent or any(lists) or any(kept))


def sync_with_folder(
    file: StateFile, state: State, store: FeedStore, folder: Path, now: datetime, is_dry: bool = False
) -> SyncResult:
    """Take the newest progress of all machines that share a folder, and leave this machine's there, unless it `is_dry`.

    Raises:
        SyncError: the folder cannot be used.
        FeedStoreError: settings that came in could not be saved.
        StateError: what came in could not be saved.
    """
    machine, naming = machine_name(state)
    shared = SyncFolder(folder, machine)
    gathered = shared.gather()
    own = gathered.own or Contents({})
    received = incoming(state.progress, gathered.all.progress)
    progress = {**state.progress, **received}
    changed = {ident for ident, value in progress.items() if own.progress.get(ident) != value}
    sent = sum(gathered.all.progress.get(ident) != progress[ident] for ident in changed)
    kept = state.kept.merged(gathered.all.kept)
    received_kept, sent_kept = kept.without(state.kept), kept.without(gathered.all.kept)
    chosen = shared_settings.read_chosen(store)
    podcasts = shared_settings.merged((chosen, gathered.all.podcasts))
    here = [*(feed.feed_id for feed in store.feeds()), COURSE]
    received_settings = {name: podcasts[name] for name in here if podcasts.get(name) != chosen.get(name)}
    if not is_dry:
        shared_settings.take(store, received_settings)
        records = [ProgressRecord(ident, value) for ident, value in received.items()]
        file.save([*naming, *records, *received_kept.bookmarks, *received_kept.cards])
        if changed or any(kept.without(own.kept)) or podcasts != own.podcasts:
            shared.write(Contents(progress, kept, podcasts), now)
    notices, configured = list(gathered.notices), list(received_settings)
    return SyncResult(received, sent, received_kept, sent_kept, configured, notices=notices, machines=gathered.machines)


@contextlib.contextmanager
def only_sync(state: Path) -> Iterator[None]:
    """Keep other syncs of the same state out for the length of the block.

    Raises:
        SyncError: one is running, or the folder cannot be written.
    """
    lock = state.with_name(f"{state.name}.sync-lock")
    with contextlib.ExitStack() as held:
        try:
            held.enter_context(locked(lock, SyncError("Another tui-pod is syncing; try again in a moment.")))
        except OSError as error:
            raise SyncError(f"Cannot write {lock}: {error.strerror}.") from error
        yield
