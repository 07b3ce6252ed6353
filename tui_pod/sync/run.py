"""Sync a state with a folder, and describe what a sync did. Knows the state's files, but no screen."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from tui_pod.core.library.podcast_settings import COURSE
from tui_pod.core.progress.cards import Notebook
from tui_pod.core.progress.progress import Progress
from tui_pod.core.progress.records import ProgressRecord, SettingRecord, setting_records
from tui_pod.core.text.clean import enumerated
from tui_pod.runtime.files import locked
from tui_pod.shelf.feed_store import FeedStore
from tui_pod.shelf.opml import Entry
from tui_pod.shelf.subscription import Subscription
from tui_pod.state.store import State, StateFile
from tui_pod.sync.folder import Contents, SyncError, SyncFolder, incoming, label_of, machine_name
from tui_pod.sync.sending import lock_file
from tui_pod.sync.shared_podcasts import SharedPodcasts, changed_here, newest_by_feed, read_chosen, take_settings

WAIT = 10.0
"""Seconds to wait for a sync that is running."""

_ANSWERS = ("podcasts", "podcasts_apart")
"""Settings that hold the folder whose podcasts the listener wants, or does not want, to share."""


@dataclass(slots=True)
class SyncResult:
    """What a sync did, or would do."""

    received: dict[str, Progress] = field(default_factory=dict)
    """New progress by episode."""
    origins: dict[str, str] = field(default_factory=dict)
    """Names of the machines that it comes from, by episode, where known."""
    former: dict[str, Progress | None] = field(default_factory=dict)
    """What was here before, by episode."""
    machine: str | None = None
    """Name of this machine's file in the folder; None if there is none."""
    sent: int = 0
    """How many episodes had progress that the others lacked."""
    received_notebook: Notebook = field(default_factory=Notebook)
    sent_notebook: Notebook = field(default_factory=Notebook)
    """Bookmarks, cards and lists, likewise."""
    configured: list[str] = field(default_factory=list)
    """Ids of podcasts whose settings were changed elsewhere."""
    lacking_length: list[str] = field(default_factory=list)
    """Episodes whose mark as played the server can only be sent once their length is known; each is listed once."""
    notices: list[str] = field(default_factory=list)
    error: str | None = None
    """Why the sync is incomplete; None if it is complete."""
    is_offline: bool = False
    """True if that was because the network is down."""
    waiting: list[str] = field(default_factory=list)
    """Titles or addresses of podcasts that other machines have, and that the listener was not asked about."""
    subscribed: list[str] = field(default_factory=list)
    """Addresses of podcasts that only the server had."""
    first: str = ""
    """The folder or server, if this would be the first sync with it, to which the listener has not agreed yet."""
    unsubscribed: list[str] = field(default_factory=list)
    """Names of podcasts that were removed elsewhere; they can be restored."""
    podcasts_sent: list[str] = field(default_factory=list)
    podcasts_removed: list[str] = field(default_factory=list)
    """Addresses added to and removed from the server's list."""

    @property
    def has_changed(self) -> bool:
        """True if anything was exchanged."""
        lists = self.configured, self.subscribed, self.unsubscribed, self.podcasts_sent, self.podcasts_removed
        notebook = *self.received_notebook, *self.sent_notebook
        return bool(self.received or self.sent or any(lists) or any(notebook))


def is_first_sync(state: State, folder: Path) -> bool:
    """Return whether a state was never synced with a folder."""
    is_known = state.setting("sync", "folder", "") == str(folder.resolve())
    return not (is_known or (folder / f"{machine_name(state)[0]}.toml").exists())


def sync_with_folder(
    file: StateFile,
    state: State,
    store: FeedStore,
    folder: Path,
    now: datetime,
    is_dry: bool = False,
    device: str | None = None,
    is_alone: bool = False,
    accept: Callable[[list[str]], bool | None] = lambda _: None,
    shares_podcasts: bool | None = None,
) -> SyncResult:
    """Merge the progress of all machines into the state, and write this machine's file.

    Args:
        file: the state file.
        state: its contents.
        store: the podcasts.
        folder: the shared folder, which must exist.
        now: the current time.
        is_dry: change nothing.
        device: name of this machine; None: its host name.
        is_alone: go on although the files of the other machines are gone.
        accept: asked before the first podcasts of other machines are subscribed to, with their titles or addresses;
            returns None if nobody can be asked.
        shares_podcasts: the answer to that; None: the former one, if any.

    Raises:
        SyncError: the folder cannot be used, or no longer holds the other machines.
        FeedStoreError: received settings could not be saved.
        StateError: received progress could not be saved.
    """
    machine, naming = machine_name(state)
    shared = SyncFolder(folder, machine, device)
    gathered = shared.gather(now)
    place = str(folder.resolve())
    files, names = list(gathered.others), list(gathered.others.values())
    seen = {key: state.strings("sync", key) for key in ("others", "names")}
    if state.setting("sync", "folder", "") != place:
        seen = {"others": [], "names": []}
        naming += setting_records("sync", {"folder": place})
    if seen["others"] and not files and not is_alone:
        there = enumerated(seen["names"] or [label_of(file) for file in seen["others"]])
        raise SyncError(
            f"The folder {folder} no longer holds the files of the other machines ({there}); nothing was"
            " synced. Is its disk mounted? To go on without them: tui-pod sync --alone"
        )
    if seen != {"others": files, "names": names}:
        naming += setting_records("sync", {"others": files, "names": names})
    own = gathered.own or Contents({})
    received = {ident: value.dated(now) for ident, value in incoming(state.progress, gathered.all.progress).items()}
    progress = {**state.progress, **received}
    changed = {ident for ident, value in progress.items() if own.progress.get(ident) != value}
    sent = sum(gathered.all.progress.get(ident) != progress[ident] for ident in changed)
    notebook = state.notebook.merged(gathered.all.notebook)
    received_notebook, sent_notebook = notebook.without(state.notebook), notebook.without(gathered.all.notebook)
    chosen = read_chosen(store, now)
    podcasts = newest_by_feed((chosen, gathered.all.podcasts))
    feeds = store.feeds()
    listed = changed_here(feeds, own.subscriptions, now)
    subscriptions = newest_by_feed((listed, gathered.all.subscriptions))
    known = {feed.feed_id for feed in feeds}
    wanted = {i: each for i, each in subscriptions.items() if each.is_subscribed and i not in known}
    removed = {i for i, each in subscriptions.items() if not each.is_subscribed}
    unwanted = [feed for feed in feeds if feed.feed_id in removed]
    names = [each.title or each.address for each in wanted.values()]
    former = next((name == "podcasts" for name in _ANSWERS if state.setting("sync", name, "") == place), None)
    agreed = former if shares_podcasts is None else shares_podcasts
    if agreed is None and wanted and not is_dry:
        agreed = accept(names)
    elif agreed is None and gathered.all.subscriptions and not unwanted:  # the lists are alike: nothing to ask about
        agreed = True
    if agreed is not former:
        naming += [SettingRecord("sync", name, place if agreed is (name == "podcasts") else "") for name in _ANSWERS]
    waiting = names if agreed is None and not is_dry else []
    if agreed is False or (agreed is None and not is_dry):
        wanted, unwanted, subscriptions = {}, [], listed
    if not is_dry and (wanted or unwanted):
        _take_podcasts(store, wanted, unwanted)
    here = [*(feed.feed_id for feed in store.feeds()), COURSE]
    received_settings = {name: podcasts[name] for name in here if podcasts.get(name) != chosen.get(name)}
    if not is_dry:
        take_settings(store, received_settings)
        records = [ProgressRecord(ident, value) for ident, value in received.items()]
        file.save([*naming, *records, *received_notebook.all])
        is_same = podcasts == own.podcasts and subscriptions == own.subscriptions
        if changed or any(notebook.without(own.notebook)) or not is_same:
            origins = gathered.origins_of(progress, now)
            shared.write(Contents(progress, notebook, podcasts, subscriptions, origins=origins), now)
    notices, configured = list(gathered.notices), list(received_settings)
    return SyncResult(
        received,
        {ident: gathered.origins[ident] for ident in received if ident in gathered.origins},
        {ident: state.progress.get(ident) for ident in received},
        machine,
        sent,
        received_notebook,
        sent_notebook,
        configured,
        notices=notices,
        subscribed=[each.address for each in wanted.values()],
        unsubscribed=[feed.name for feed in unwanted],
        waiting=waiting,
    )


def _take_podcasts(store: FeedStore, wanted: SharedPodcasts, unwanted: list[Subscription]) -> None:
    """Subscribe to what other machines added, and remove what they removed."""
    with store.db.together():
        store.subscribe([Entry(each.address, each.title, feed_id=feed_id) for feed_id, each in wanted.items()])
        for feed in store.feeds():
            if feed.feed_id in wanted and not feed.is_origin_known:  # it must not lead into the listener's own network
                store.set_private_origin(feed.feed_id, None)
        for feed in unwanted:
            store.remove(feed.feed_id)


@contextlib.contextmanager
def only_sync(state: Path, wait: float = WAIT) -> Iterator[None]:
    """Keep other syncs of the same state out during the block; wait up to `wait` seconds for one to end.

    Raises:
        SyncError: another sync is still running, or the lock file cannot be written.
    """
    lock = lock_file(state)
    with contextlib.ExitStack() as held:
        try:
            held.enter_context(locked(lock, SyncError("Another tui-pod is syncing; try again in a moment."), wait))
        except OSError as error:
            raise SyncError(f"Cannot write {lock}: {error.strerror}.") from error
        yield
