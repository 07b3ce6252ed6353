"""Sync a state with a folder, and describe what a sync did. Knows the state's files, but no screen."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path
from typing import NamedTuple

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
from tui_pod.sync.folder import Contents, Gathered, SyncError, SyncFolder, incoming, label_of, machine_name
from tui_pod.sync.sending import lock_file
from tui_pod.sync.shared_podcasts import (
    ChosenSettings,
    SharedPodcasts,
    SharedSettings,
    changed_here,
    newest_by_feed,
    read_chosen,
    take_settings,
)

WAIT = 10.0
"""Seconds to wait for a sync that is running."""

_ANSWERS = ("podcasts", "podcasts_apart")
"""Settings that hold the folder whose podcasts the listener wants, or does not want, to share."""


@dataclass(slots=True)
class SyncResult:
    """What a sync did, or would do."""

    received: Mapping[str, Progress] = field(default_factory=dict)
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


class FolderOptions(NamedTuple):
    """How to sync with a folder."""

    is_dry: bool = False
    """Whether to change nothing."""
    device: str | None = None
    """Name of this machine; None: its host name."""
    is_alone: bool = False
    """Whether to go on although the files of the other machines are gone."""
    shares_podcasts: bool | None = None
    """Whether podcasts are shared; None: as the listener answered before, if so."""
    accept: Callable[[list[str]], bool | None] = lambda _: None
    """Asked before the first podcasts of other machines are subscribed to, with their titles or addresses; returns
    None if nobody can be asked."""


def sync_with_folder(
    file: StateFile, state: State, store: FeedStore, folder: Path, now: datetime, options: FolderOptions | None = None
) -> SyncResult:
    """Merge the progress of all machines into the state, and write this machine's file.

    Args:
        file: the state file.
        state: its contents.
        store: the podcasts.
        folder: the shared folder, which must exist.
        now: the current time.
        options: how to do it.

    Raises:
        SyncError: the folder cannot be used, or no longer holds the other machines.
        FeedStoreError: received settings could not be saved.
        StateError: received progress could not be saved.
    """
    options = options or FolderOptions()
    machine, naming = machine_name(state)
    shared = SyncFolder(folder, machine, options.device)
    known = _gather(shared, state, store, str(folder.resolve()), now)
    if known.former_others and not known.found.others and not options.is_alone:
        there = enumerated(known.former_names or [label_of(name) for name in known.former_others])
        raise SyncError(
            f"The folder {folder} no longer holds the files of the other machines ({there}); nothing was"
            " synced. Is its disk mounted? To go on without them: tui-pod sync --alone"
        )
    plan = _decide(known, now)
    names = [each.title or each.address for each in plan.wanted.values()]
    agreed = _agree_to_podcasts(known, plan, names, options)
    if not (agreed or (agreed is None and options.is_dry)):
        plan = plan.without_podcasts()
    if options.is_dry:
        configured = plan.settings_to_take(store)
    else:
        records = [*naming, *_notes_of(known, agreed)]
        configured = _save(file, store, shared, known, plan, records, now)
    return SyncResult(
        plan.received,
        {ident: known.found.origins[ident] for ident in plan.received if ident in known.found.origins},
        {ident: state.progress.get(ident) for ident in plan.received},
        machine,
        sum(known.found.all.progress.get(ident) != plan.progress[ident] for ident in plan.changed),
        plan.notebook.without(state.notebook),
        plan.notebook.without(known.found.all.notebook),
        list(configured),
        notices=list(known.found.notices),
        subscribed=[each.address for each in plan.wanted.values()],
        unsubscribed=[feed.name for feed in plan.unwanted],
        waiting=names if agreed is None and not options.is_dry else [],
    )


@dataclass(frozen=True, slots=True)
class _Known:
    """What is here and in the folder, before anything is decided."""

    state: State
    place: str
    """The folder, for the state."""
    found: Gathered
    own: Contents
    """What this machine's file holds; nothing if it must be written again."""
    settings: SharedSettings
    """Those of podcasts that were ever changed here."""
    feeds: Sequence[Subscription]
    former_others: list[str]
    """The files of other machines at the last sync with this folder, without suffix."""
    former_names: list[str]


@dataclass(frozen=True, slots=True)
class _Plan:
    """What to save here and to write into this machine's file."""

    progress: Mapping[str, Progress]
    """All of it; `received` is what is new here, and `changed` what this machine's file lacks."""
    received: Mapping[str, Progress]
    changed: Set[str]
    notebook: Notebook
    former_settings: SharedSettings
    settings: SharedSettings
    listed: SharedPodcasts
    """The podcasts of this machine alone, as its file names them."""
    subscriptions: SharedPodcasts
    """The podcasts of all machines."""
    wanted: SharedPodcasts
    """Those to subscribe to, and `unwanted` those to remove."""
    unwanted: Sequence[Subscription]

    def without_podcasts(self) -> _Plan:
        """Return the plan if podcasts are not shared."""
        return replace(self, subscriptions=self.listed, wanted={}, unwanted=())

    def settings_to_take(self, store: FeedStore) -> dict[str, ChosenSettings]:
        """Return the settings that differ from those of the podcasts that are here now."""
        here = [*(feed.feed_id for feed in store.feeds()), COURSE]
        former = self.former_settings
        return {name: self.settings[name] for name in here if self.settings.get(name) != former.get(name)}


def _gather(shared: SyncFolder, state: State, store: FeedStore, place: str, now: datetime) -> _Known:
    found, is_same = shared.gather(now), state.setting("sync", "folder", "") == place
    others, names = (state.strings("sync", key) if is_same else [] for key in ("others", "names"))
    own = found.own or Contents({})
    return _Known(state, place, found, own, read_chosen(store, now), store.feeds(), others, names)


def _decide(known: _Known, now: datetime) -> _Plan:
    state, theirs, own = known.state, known.found.all, known.own
    received = {ident: value.dated(now) for ident, value in incoming(state.progress, theirs.progress).items()}
    progress = {**state.progress, **received}
    listed = changed_here(known.feeds, own.subscriptions, now)
    subscriptions = newest_by_feed((listed, theirs.subscriptions))
    here = {feed.feed_id for feed in known.feeds}
    removed = {ident for ident, each in subscriptions.items() if not each.is_subscribed}
    return _Plan(
        progress,
        received,
        {ident for ident, value in progress.items() if own.progress.get(ident) != value},
        state.notebook.merged(theirs.notebook),
        known.settings,
        newest_by_feed((known.settings, theirs.podcasts)),
        listed,
        subscriptions,
        {ident: each for ident, each in subscriptions.items() if each.is_subscribed and ident not in here},
        [feed for feed in known.feeds if feed.feed_id in removed],
    )


def _agree_to_podcasts(known: _Known, plan: _Plan, names: list[str], options: FolderOptions) -> bool | None:
    """Return whether the listener wants to share podcasts; None if that is not known yet."""
    agreed = _former_answer(known) if options.shares_podcasts is None else options.shares_podcasts
    if agreed is not None or options.is_dry:
        return agreed
    if plan.wanted:
        return options.accept(names)
    are_alike = known.found.all.subscriptions and not plan.unwanted
    return True if are_alike else None  # there is nothing to ask about


def _former_answer(known: _Known) -> bool | None:
    setting = known.state.setting
    return next((name == "podcasts" for name in _ANSWERS if setting("sync", name, "") == known.place), None)


def _notes_of(known: _Known, agreed: bool | None) -> list[SettingRecord]:
    """Return what to remember of the folder: where it is, who shares it, and whether podcasts are shared."""
    notes, others = list[SettingRecord](), known.found.others
    if known.state.setting("sync", "folder", "") != known.place:
        notes += setting_records("sync", {"folder": known.place})
    if (known.former_others, known.former_names) != (list(others), list(others.values())):
        notes += setting_records("sync", {"others": list(others), "names": list(others.values())})
    if agreed is not _former_answer(known):
        is_named = {"podcasts": agreed is True, "podcasts_apart": agreed is False}
        notes += setting_records("sync", {name: known.place if is_named[name] else "" for name in _ANSWERS})
    return notes


def _save(
    file: StateFile,
    store: FeedStore,
    shared: SyncFolder,
    known: _Known,
    plan: _Plan,
    records: list[SettingRecord],
    now: datetime,
) -> dict[str, ChosenSettings]:
    """Save what was decided, and return the settings that were taken."""
    if plan.wanted or plan.unwanted:
        _take_podcasts(store, plan.wanted, plan.unwanted)
    configured = plan.settings_to_take(store)
    take_settings(store, configured)
    received = [ProgressRecord(ident, value) for ident, value in plan.received.items()]
    file.save([*records, *received, *plan.notebook.without(known.state.notebook).all])
    own = known.own
    is_same = plan.settings == own.podcasts and plan.subscriptions == own.subscriptions
    if plan.changed or any(plan.notebook.without(own.notebook)) or not is_same:
        origins = known.found.origins_of(plan.progress, now)
        shared.write(Contents(plan.progress, plan.notebook, plan.settings, plan.subscriptions, origins=origins), now)
    return configured


def _take_podcasts(store: FeedStore, wanted: SharedPodcasts, unwanted: Sequence[Subscription]) -> None:
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
