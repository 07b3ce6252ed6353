"""Sync a state with a folder, and describe what a sync did. Knows the state's files, but no screen."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path
from typing import NamedTuple

from tui_pod.core.library.list_entries import by_episode, listed
from tui_pod.core.library.podcast_settings import COURSE
from tui_pod.core.progress.cards import Notebook
from tui_pod.core.progress.progress import Progress
from tui_pod.core.progress.records import ProgressRecord, Record, SettingRecord, setting_records
from tui_pod.core.selection.shared_queue import changed_entries
from tui_pod.core.text.clean import enumerated
from tui_pod.runtime.files import locked, reason
from tui_pod.shelf.feed_store import FeedStore
from tui_pod.shelf.opml import Entry
from tui_pod.shelf.subscription import Subscription
from tui_pod.state.store import State, StateFile
from tui_pod.sync.folder import (
    HEARTBEAT,
    Contents,
    Gathered,
    Machine,
    SyncError,
    SyncFolder,
    incoming,
    label_of,
    machine_name,
    machine_of,
)
from tui_pod.sync.memory import known_machines, last_sync, note_sync
from tui_pod.sync.sending import lock_file
from tui_pod.sync.shared_podcasts import (
    ChosenSettings,
    SharedPodcasts,
    changed_here,
    choice_records,
    differing,
    is_book_id,
    read_chosen,
    read_chosen_here,
    take_settings,
)
from tui_pod.sync.shared_queue import QueuePlan, merge_queue
from tui_pod.sync.shared_recordings import MissingRecordings, Recognition, to_describe
from tui_pod.sync.shared_statistics import forget_heard, share_heard

WAIT = 10.0
"""Seconds to wait for a sync that is running."""

_ANSWERS = ("podcasts", "podcasts_apart")
"""Settings that hold the folder whose podcasts the listener wants, or does not want, to share."""


@dataclass(slots=True)
class SyncResult:
    """What a sync did, or would do."""

    received: Mapping[str, Progress] = field(default_factory=dict)
    """New progress by episode."""
    machine: str | None = None
    """Name of this machine's file in the folder; None if there is none."""
    sent: int = 0
    """How many episodes had progress that the others lacked."""
    received_notebook: Notebook = field(default_factory=Notebook)
    sent_notebook: Notebook = field(default_factory=Notebook)
    """Bookmarks, cards and lists, likewise."""
    configured: list[str] = field(default_factory=list)
    """Ids of podcasts and books whose settings were changed on another machine."""
    configured_there: list[str] = field(default_factory=list)
    """Ids of those whose settings the others lacked."""
    chosen: list[str] = field(default_factory=list)
    """Names of the choices for all podcasts, such as `player.speed`, that were made on another machine."""
    chosen_there: list[str] = field(default_factory=list)
    """Names of those that the others lacked."""
    queue_received: str = ""
    queue_sent: str = ""
    """What has changed in the queue here, and what the others lacked of it: `2 added, 1 removed`."""
    lacking_length: list[str] = field(default_factory=list)
    """Episodes whose mark as played the server can only be sent once their length is known; each is listed once."""
    notices: list[str] = field(default_factory=list)
    error: str | None = None
    """Why the sync is incomplete; None if it is complete."""
    is_offline: bool = False
    """True if that was because the network is down."""
    waiting: list[str] = field(default_factory=list)
    """Titles or addresses of podcasts that other machines have, and that the listener was not asked about yet."""
    subscribed: list[str] = field(default_factory=list)
    """Addresses of podcasts that only the server had."""
    first: str = ""
    """The folder or server, if this would be the first sync with it, to which the listener has not agreed yet."""
    unsubscribed: list[str] = field(default_factory=list)
    """Names of podcasts that were removed on another machine; they can be restored."""
    podcasts_sent: list[str] = field(default_factory=list)
    podcasts_removed: list[str] = field(default_factory=list)
    """Addresses added to and removed from the list of the others, or of the server."""
    sessions: int = 0
    """Number of listening sessions that a server lacked."""
    missing: MissingRecordings = field(default_factory=MissingRecordings)
    machines: Sequence[Machine] = ()
    """The machines that share the folder."""

    @property
    def has_changed(self) -> bool:
        """True if anything was exchanged."""
        podcasts = *self.subscribed, *self.unsubscribed, *self.podcasts_sent, *self.podcasts_removed
        settings = *self.configured, *self.configured_there, *self.chosen, *self.chosen_there
        queue = self.queue_received or self.queue_sent
        notebook = any((*self.received_notebook, *self.sent_notebook))
        return bool(self.received or self.sent or self.sessions or podcasts or settings or queue or notebook)


def is_first_sync(state: State, folder: Path) -> bool:
    """Return whether a state was never synced with a folder."""
    is_known = state.setting("sync", "folder", "") == str(folder.resolve())
    return not (is_known or (folder / f"{machine_name(state)[0]}.toml").exists())


class FolderOptions(NamedTuple):
    """How to sync with a folder."""

    is_dry: bool = False
    """Whether to change nothing."""
    device: str | None = None
    """Name of this machine; None for its host name."""
    is_alone: bool = False
    """Whether to go on although the files of the other machines are gone."""
    shares_podcasts: bool | None = None
    """Whether podcasts are shared; None to do as the listener has answered before."""
    accept: Callable[[list[str]], bool | None] = lambda _: None
    """Asked before the first podcasts of other machines are subscribed to, with their titles or addresses; returns
    None if nobody can be asked."""


def sync_with_folder(
    file: StateFile, state: State, store: FeedStore, folder: Path, now: datetime, options: FolderOptions | None = None
) -> SyncResult:
    """Merge the progress of all machines into the state, and write this machine's file to the folder, which must exist.

    Raises:
        SyncError: the folder cannot be used, or no longer holds the other machines.
        FeedStoreError: received settings could not be saved.
        StateError: received progress could not be saved.
    """
    options = options or FolderOptions()
    machine, naming = machine_name(state)
    place, known = str(folder.resolve()), state.strings("sync", "names")
    shared = SyncFolder(folder, machine, options.device, known)
    here = store.contents()
    used = {*state.strings("queue", "entries"), *(bookmark.episode for bookmark in state.notebook.bookmarks)}
    used.update(ident for own in state.notebook.lists for ident in own.episodes)
    known_here = Recognition(here, state.progress, used, store.copies())
    found = shared.gather(now, known_here)
    records: list[Record] = [*naming, *_notes_of_others(state, folder, machine, found, options.is_alone)]
    plan = _decide(state, found, store, now)
    noted = plan.all.progress, plan.all.notebook, plan.all.queue, plan.all.podcasts
    recordings = to_describe(*noted, here, found.all.recordings)
    names = [each.title or each.address for each in plan.wanted.values()]
    former = next((name == "podcasts" for name in _ANSWERS if state.setting("sync", name, "") == place), None)
    agreed = former if options.shares_podcasts is None else options.shares_podcasts
    if agreed is None and not options.is_dry:
        if plan.wanted:
            agreed = options.accept(names)
        elif found.all.subscriptions and not plan.unwanted:  # the lists are alike: nothing to ask about
            agreed = True
    if agreed is not former:
        records += [SettingRecord("sync", name, place if agreed is (name == "podcasts") else "") for name in _ANSWERS]
    if not (agreed or (agreed is None and options.is_dry)):
        plan = replace(plan, all=plan.all._replace(subscriptions=plan.here.subscriptions), wanted={}, unwanted=[])
    everything, there = plan.all._replace(recordings=recordings, device=options.device, written=now), found.all
    received_notebook = everything.notebook.without(state.notebook)
    if options.is_dry:
        configured = plan.settings_to_take(store)
    else:
        records += [ProgressRecord(ident, value) for ident, value in plan.received.items()]
        records += [*received_notebook.all, *plan.queue.records]
        records += choice_records(everything.choices, plan.here.choices)
        configured = _save(file, store, records, plan)
        _write(shared, found.own, everything, now)
        share_heard(file, folder, machine, lambda ident: known_here.whole(ident, there.recordings), now)
    this = Machine(machine, label_of(machine), is_this=True).holding(everything)
    own, known_there = found.own or Contents({}), there.subscriptions
    changed = [
        each
        for ident, each in everything.subscriptions.items()
        if each.is_subscribed is not (ident in known_there and known_there[ident].is_subscribed)
    ]
    return SyncResult(
        plan.received,
        machine,
        sum(value not in (own.progress.get(i), there.progress.get(i)) for i, value in everything.progress.items()),
        received_notebook,
        everything.notebook.without(there.notebook).without(own.notebook),
        list(configured),
        [ident for ident, chosen in everything.podcasts.items() if chosen != there.podcasts.get(ident)],
        queue_received=plan.queue.change,
        queue_sent=changed_entries(listed(by_episode(there.queue)), listed(by_episode(everything.queue))),
        chosen=differing(everything.choices, plan.here.choices),
        chosen_there=differing(everything.choices, there.choices),
        podcasts_sent=[each.address for each in changed if each.is_subscribed],
        podcasts_removed=[each.address for each in changed if not each.is_subscribed],
        notices=list(found.notices),
        subscribed=[each.address for each in plan.wanted.values()],
        unsubscribed=[feed.name for feed in plan.unwanted],
        waiting=names if agreed is None else [],
        missing=found.missing,
        machines=[this, *(each for each in found.machines.values() if not each.is_this)],
    )


def forget_machine(file: StateFile, folder: Path, name: str, now: datetime) -> int:
    """Remove a machine's files from a folder, and here the progress that came from it; return of how many episodes.

    `name` is that of the machine, or of its file if several have the same.
    The other machines take that over. Who made a list or bookmark is not known. Raises SyncError, StateError.
    """
    with only_sync(file.path):
        state = file.load()
        called = [each.file for each in known_machines(file.path) if each.name == name and not each.is_this]
        gone = SyncFolder(folder, machine_name(state)[0]).remove(called[0] if len(called) == 1 else name)
        forget_heard(file, folder, gone)
        known = dict(zip(state.strings("sync", "others"), state.strings("sync", "names"), strict=False))
        names = {known.get(stem) or label_of(stem) for stem in gone}
        found = [ident for ident, value in state.progress.items() if value.origin in names]
        left = {stem: said for stem, said in known.items() if machine_of(stem) not in gone}
        notes = setting_records("sync", {"others": [*left], "names": [*left.values()]})
        file.save([*notes, *(ProgressRecord(ident, Progress(now)) for ident in found)])
        if (synced := last_sync(file.path)) is not None:
            note_sync(file.path, synced, [each for each in known_machines(file.path) if each.file not in gone])
    return len(found)


@dataclass(frozen=True, slots=True)
class _Plan:
    """What to save here and to write into this machine's file."""

    received: Mapping[str, Progress]
    """What is new here."""
    here: Contents
    """What this machine alone says; `all` is what wins of that and of what the others say."""
    all: Contents
    wanted: SharedPodcasts
    """The podcasts to subscribe to; `unwanted` are those to remove."""
    unwanted: list[Subscription]
    queue: QueuePlan

    def settings_to_take(self, store: FeedStore) -> dict[str, ChosenSettings]:
        """Return the choices that differ from those of the podcasts and books that are here now."""
        here, former, now = [*(feed.feed_id for feed in store.feeds()), COURSE], self.here.podcasts, self.all.podcasts
        here += store.recordings_among(ident for ident in now if is_book_id(ident))
        found = {}
        for ident in here:
            mine = former[ident].choices if ident in former else {}
            theirs = now[ident].choices if ident in now else {}
            if new := {name: choice for name, choice in theirs.items() if mine.get(name) != choice}:
                found[ident] = ChosenSettings(new)
        return found


def _decide(state: State, found: Gathered, store: FeedStore, now: datetime) -> _Plan:
    feeds, own = store.feeds(), found.own or Contents({})
    here = Contents(
        state.progress, state.notebook, read_chosen(store, now), choices=read_chosen_here(state, own.choices, now)
    )
    here = here._replace(subscriptions=changed_here(feeds, own.subscriptions, now, store.asked()))
    queue = merge_queue(state, by_episode(found.all.queue), now)
    received = {ident: value.dated(now) for ident, value in incoming(state.progress, found.all.progress).items()}
    everything = here.merged(found.all)._replace(progress={**state.progress, **received}, queue=queue.marks)
    known, subscribed = {feed.feed_id for feed in feeds}, everything.subscriptions
    wanted = {ident: each for ident, each in subscribed.items() if each.is_subscribed and ident not in known}
    unwanted = [feed for feed in feeds if feed.feed_id in subscribed and not subscribed[feed.feed_id].is_subscribed]
    return _Plan(received, here, everything, wanted, unwanted, queue)


def _notes_of_others(state: State, folder: Path, own: str, found: Gathered, is_alone: bool) -> list[SettingRecord]:
    """Return what to remember of the folder and its other machines. Raises SyncError if they are gone."""
    is_same = state.setting("sync", "folder", "") == (place := str(folder.resolve()))
    former = {key: state.strings("sync", key) if is_same else [] for key in ("others", "names")}
    others = {"others": list(found.others), "names": list(found.others.values())}
    is_lost = any(machine_of(file) != own for file in former["others"]) and not found.others
    if is_lost and not is_alone:
        there = enumerated(former["names"] or [label_of(file) for file in former["others"]])
        raise SyncError(
            f"The folder {folder} no longer holds the files of the other machines ({there}); nothing was"
            " synced. Is its disk mounted? To go on without them: tui-pod sync --alone"
        )
    notes = {} if is_same else {"folder": place}
    return setting_records("sync", notes | (others if others != former else {}))


def _save(file: StateFile, store: FeedStore, records: list[Record], plan: _Plan) -> dict[str, ChosenSettings]:
    """Save what was decided, and return the settings that were taken."""
    if plan.wanted or plan.unwanted:
        wanted = [Entry(each.address, each.title, feed_id=feed_id) for feed_id, each in plan.wanted.items()]
        take_podcasts(store, wanted, plan.unwanted)
    configured = plan.settings_to_take(store)
    take_settings(store, configured)
    file.save(records)
    return configured


def _write(shared: SyncFolder, own: Contents | None, everything: Contents, now: datetime) -> None:
    """Write this machine's file, unless it holds all of that already, and is not old, or there is nothing to share."""
    if own is None:
        if everything != Contents({}, device=everything.device, written=everything.written):
            shared.write(everything, now)
        return
    lacks = any(own.progress.get(ident) != value for ident, value in everything.progress.items())
    lacks |= any(everything.notebook.without(own.notebook)) or everything.to_share != own.to_share
    if lacks or (own.written and (own.device != everything.device or now - own.written >= HEARTBEAT)):
        shared.write(everything, now)


def take_podcasts(store: FeedStore, wanted: list[Entry], unwanted: Sequence[Subscription]) -> list[Subscription]:
    """Subscribe to what others added, and remove what they removed; return the new ones."""
    with store.db.together():
        former = {feed.feed_id for feed in store.feeds()}
        store.subscribe(wanted, is_asked=False)
        added = [feed for feed in store.feeds() if feed.feed_id not in former]
        for feed in added:
            if not feed.is_origin_known:  # it must not lead into the listener's own network
                store.set_private_origin(feed.feed_id, None)
        for feed in unwanted:
            store.remove(feed.feed_id)
    return added


@contextlib.contextmanager
def only_sync(state: Path, wait: float = WAIT) -> Iterator[None]:
    """Keep other syncs of the same state out during the block; wait up to `wait` seconds for one to end.

    Raises SyncError if another sync is still running, or the lock file cannot be written.
    """
    lock = lock_file(state)
    with contextlib.ExitStack() as held:
        try:
            held.enter_context(locked(lock, SyncError("Another tui-pod is syncing; try again in a moment."), wait))
        except OSError as error:
            raise SyncError(f"Cannot write {lock}: {reason(error)}.") from error
        yield
