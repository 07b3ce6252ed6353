"""Sync with a server: what is received, what is sent, and in which order; and a cheap look whether others have synced.

Talks through `protocols` and saves through the state's own records. A server without data never causes an
unsubscription, and never moves a position back.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass, field
from datetime import datetime
from pathlib import Path

from tui_pod.core.progress.progress import PlayedRule, Progress, Status
from tui_pod.core.progress.records import ProgressRecord
from tui_pod.core.wall_time import is_believed_seconds
from tui_pod.net.fetch import Limits
from tui_pod.net.json_client import MAX_PROGRESS
from tui_pod.shelf.feed_store import EpisodeIdentity, FeedStore
from tui_pod.shelf.opml import Entry
from tui_pod.state.store import State, StateFile
from tui_pod.sync.folder import SyncError
from tui_pod.sync.memory import Memory, memory_file, read_memory, write_json
from tui_pod.sync.podcasts import EpisodeFinder, address_key, plan_podcasts, valid_addresses
from tui_pod.sync.protocols import (
    DEVICE,
    Element,
    EpisodeAction,
    HttpTransport,
    Server,
    Transport,
    action_mark,
    action_time,
    detect,
    device_id,
    device_name,
    is_from_other,
    lacks_length,
    newest_of_each,
    parse_action,
    paths_of,
    to_element,
    to_progress,
)
from tui_pod.sync.run import SyncResult, take_podcasts

OVERLAP = 7 * 86_400
"""Seconds of actions that are read again: servers list an action by its own time, however late it was sent."""

SAME_TIME = 60
"""Seconds of podcast changes that are read again: servers round to whole seconds."""

MAX_PAGES = 500
MAX_ACTIONS = 250_000
"""Limits of one sync: a server may send pages without end."""

MAX_WAITING = 20_000
"""Maximum number of actions for unknown episodes that are saved for later."""

WAITING = ("podcast", "episode", "guid", "timestamp", "started", "position", "total", "device")
"""The fields of an action that are saved."""


@dataclass(eq=False, repr=False)
class ServerSync:
    """One sync of one state with one server."""

    _transport: Transport
    _path: Path
    """The file with what was exchanged before."""
    _names: tuple[str, str]
    """Server and user."""
    _store: FeedStore
    _rule: PlayedRule
    _name: str | None = None
    """Name of this machine; None if it has none."""
    _memory: Memory = field(init=False)
    _device: str = field(init=False)
    _has_others: bool = field(default=False, init=False)
    """Whether another program has sent anything lately."""

    def __post_init__(self) -> None:
        self._memory = read_memory(self._path, *self._names)
        self._device = device_id(self._name)

    def run(self, file: StateFile, state: State, now: datetime, is_dry: bool = False) -> SyncResult:
        """Receive what is new, then send what the server lacks; `is_dry` changes nothing on either side.

        Raises:
            SyncError: the server could not be used.
            StateError: received progress could not be saved.
            FeedStoreError: the podcasts could not be read or changed.
        """
        result, memory = SyncResult(), self._memory
        if not memory.sent.keys() <= state.progress.keys():  # not the state that was synced
            memory = self._memory = Memory(memory.server, memory.user)
        is_first = not memory.protocol  # nothing was exchanged with this server yet
        server = self._server(now)
        is_registered = memory.device == self._device
        if not (is_registered or is_dry):
            for device, name in {DEVICE: DEVICE, self._device: self._name or DEVICE}.items():
                server.register(device, name)
            memory.device = self._device
        added = self._sync_podcasts(server, result, now, is_dry)
        actions = self._read_actions(server, result, now)
        episodes: list[EpisodeIdentity] = []
        unsent = self._unsent(state.progress)
        if actions or unsent or added:
            episodes = self._store.identities()
            resolved = self._resolve(actions, episodes, state.progress)
            result.received = {ident: value.dated(now) for ident, value in resolved.items()}
        memory.sent |= {ident: value.updated.isoformat() for ident, value in result.received.items()}
        if added:
            theirs = {episode.id for episode in episodes if episode.feed in added}
            memory.sent = {i: t for i, t in memory.sent.items() if not (t.startswith("-") and i in theirs)}
        progress = {**state.progress, **result.received}
        elements = self._elements(progress, episodes, now, result)
        result.sent = len(elements)
        if is_dry:
            return result
        file.save(ProgressRecord(ident, value) for ident, value in result.received.items())
        before = dict(memory.sent)
        try:
            self._send(server, elements, progress, result)
        except SyncError as error:
            result.error, result.is_offline = str(error), error.is_offline
        finally:
            if is_first or not is_registered or actions or added or before != memory.sent or result.has_changed:
                write_json(self._path, asdict(memory))
        return result

    def _server(self, now: datetime) -> Server:
        memory = self._memory
        known = paths_of(memory.protocol, memory.user)
        paths = known or detect(self._transport, memory.user, int(now.timestamp()))
        memory.protocol = paths.name
        return Server(self._transport, paths)

    # -- podcasts --------------------------------------------------------------------------------------

    def _sync_podcasts(self, server: Server, result: SyncResult, now: datetime, is_dry: bool) -> set[str]:
        """Merge both lists of podcasts; return the ids of feeds that are new on either side."""
        memory = self._memory
        changes = server.subscriptions(max(0, memory.subscriptions_since - SAME_TIME))
        feeds, asked = self._store.feeds(), self._store.asked()
        again = {feed.feed_id for feed in feeds if asked.get(feed.feed_id, 0.0) > memory.subscriptions_since}
        known = {ident: address for ident, address in memory.podcasts.items() if ident not in again}
        plan = plan_podcasts(changes, feeds, known)  # what the listener wants again stays, even if removed elsewhere
        result.subscribed = plan.subscribe
        result.unsubscribed = [feed.name for feed in plan.unsubscribe]
        result.podcasts_sent = list(plan.add.values())
        result.podcasts_removed = list(plan.remove.values())
        memory.podcasts |= plan.known
        new = set(plan.add)
        if is_dry:
            memory.podcasts |= plan.add
            return new
        if plan.subscribe or plan.unsubscribe:
            wanted = {address_key(address): address for address in plan.subscribe}
            for feed in take_podcasts(self._store, [*map(Entry, plan.subscribe)], plan.unsubscribe):
                address = wanted.get(address_key(feed.address)) or wanted.get(address_key(feed.feed_id))
                memory.podcasts[feed.feed_id] = address or feed.address
                new.add(feed.feed_id)
        if plan.add or plan.remove:
            accepted = dict(server.change_subscriptions(result.podcasts_sent, result.podcasts_removed))
            memory.podcasts |= {feed_id: accepted.get(address, "") for feed_id, address in plan.add.items()}
        for feed_id in {feed.feed_id for feed in plan.unsubscribe} | plan.gone:
            memory.podcasts.pop(feed_id, None)
        memory.subscriptions_since = _believed(changes.timestamp, now, memory.subscriptions_since)
        return new

    # -- episodes --------------------------------------------------------------------------------------

    def _read_actions(self, server: Server, result: SyncResult, now: datetime) -> list[EpisodeAction]:
        """Return the actions that the last sync did not read, and those that wait for their episodes."""
        memory = self._memory
        seen = memory.seen
        read: dict[str, int] = {}
        found: list[EpisodeAction] = []
        until, since = memory.actions_since, max(0, memory.actions_since - OVERLAP)
        is_whole = False
        for _ in range(MAX_PAGES):
            page = server.actions(since)
            before, last = len(read), 0
            self._has_others |= any(map(is_from_other, page.actions))
            for value in page.actions:
                mark = action_mark(value)
                if mark in read:
                    continue
                read[mark] = time = seen[mark] if mark in seen else action_time(value)
                last = max(last, time)
                if mark not in seen and (action := parse_action(value, now)) is not None:
                    found.append(action)
            is_end = page.timestamp in (until, 0) or page.timestamp <= since or page.timestamp > last
            since = page.timestamp
            if is_end or len(read) == before:
                is_whole = True
                break
            if len(read) > MAX_ACTIONS:
                break
        if not is_whole:
            result.notices.append("The server lists episodes without end; the rest was left out.")
        memory.actions_since = _believed(since, now, memory.actions_since)
        oldest = memory.actions_since - OVERLAP
        memory.seen = {mark: time for mark, time in read.items() if time >= oldest}
        return newest_of_each([*self._waiting(now), *found])

    def _waiting(self, now: datetime) -> Iterator[EpisodeAction]:
        for value in self._memory.waiting:
            element = dict(zip(WAITING, value, strict=False)) if isinstance(value, list) else {}
            action = parse_action({**element, "action": "play" if element.get("position") else "new"}, now)
            if action is not None:
                yield action

    def _resolve(
        self,
        actions: Iterable[EpisodeAction],
        episodes: Iterable[EpisodeIdentity],
        mine: Mapping[str, Progress],
    ) -> dict[str, Progress]:
        """Return the progress that actions result in; actions for unknown episodes keep waiting."""
        known = EpisodeFinder(episodes, self._memory.podcasts)
        received: dict[str, Progress] = {}
        waiting = []
        for action in sorted(actions, key=lambda action: action.time):
            ident = known.find(action.podcast, action.guid, action.episode)
            if ident is None:
                waiting.append([*action[:3], action.time.isoformat(), *action[4:]])  # in the order of `WAITING`
                continue
            value = to_progress(action, received.get(ident) or mine.get(ident), self._rule)
            if value is not None:
                received[ident] = value._replace(origin=device_name(action.device) if action.device else "")
        self._memory.waiting = waiting[-MAX_WAITING:]
        return received

    def _unsent(self, progress: Mapping[str, Progress]) -> list[str]:
        sent = self._memory.sent
        return [i for i, value in progress.items() if sent.get(i, "").lstrip("-") != value.updated.isoformat()]

    def _elements(
        self,
        progress: Mapping[str, Progress],
        episodes: Iterable[EpisodeIdentity],
        now: datetime,
        result: SyncResult,
    ) -> dict[str, Element]:
        """Return what to send, by episode; remember what cannot be sent: episodes of no podcast, or not started."""
        memory, known = self._memory, {episode.id: episode for episode in episodes}
        then = now if self._has_others else None
        elements: dict[str, Element] = {}
        for ident in self._unsent(progress):
            value, episode = progress[ident], known.get(ident)
            podcast = memory.podcasts.get(episode.feed) if episode else None
            is_unknown_there = memory.sent.get(ident, "-")[0] in "-?"
            if value.status is Status.UNPLAYED and is_unknown_there:  # nothing is taken back
                memory.sent[ident] = f"-{value.updated.isoformat()}"
            elif episode and podcast and (element := to_element(value, podcast, episode, then, self._device)):
                elements[ident] = element
            elif episode and podcast and lacks_length(value, episode):
                if not memory.sent.get(ident, "").endswith(value.updated.isoformat()):
                    result.lacking_length.append(ident)
                memory.sent[ident] = f"?{value.updated.isoformat()}"  # sent once the length is known
            else:
                memory.sent[ident] = f"-{value.updated.isoformat()}"
        return elements

    def _send(
        self, server: Server, elements: Mapping[str, Element], progress: Mapping[str, Progress], result: SyncResult
    ) -> None:
        owners = {id(element): ident for ident, element in elements.items()}
        refused = dict(elements)
        result.sent = 0
        for element in server.send_actions(list(elements.values())):
            ident = owners[id(element)]
            self._memory.sent[ident] = progress[ident].updated.isoformat()
            self._memory.seen[action_mark(element)] = action_time(element)  # else the next sync reads it as new
            del refused[ident]
            result.sent += 1
        if refused:
            result.notices.append(f"The server refused the progress of {len(refused)} of {len(elements)} episodes.")
        self._memory.sent |= {ident: f"-{progress[ident].updated.isoformat()}" for ident in refused}


def _believed(timestamp: int, now: datetime, former: int) -> int:
    """Return a timestamp to continue from; `former` if it is so far ahead that nothing would ever be listed."""
    is_believed = is_believed_seconds(timestamp, now.timestamp())
    return timestamp if timestamp > 0 and is_believed else max(former, 0)


LIMITS = Limits(MAX_PROGRESS, seconds=10.0, idle=5.0)
"""Limits of the request."""

FileTimes = dict[str, tuple[int, int]]
"""Modification time in nanoseconds, and size, of each file."""


class Peek:
    """Compares folder and server with what the last sync saw."""

    def __init__(self, folder: str, names: tuple[str, str], state: Path, read_password: Callable[[], str]) -> None:
        """Prepare to look. The folder, or server and user, are empty if nothing is synced there."""
        self._folder = folder
        self._names = names
        self._memory = memory_file(state)
        self._read_password = read_password
        self._password: str | None = None
        self._seen: FileTimes = {}
        self._machine = ""

    def files(self) -> FileTimes:
        """Return the times of all machines' files; empty if there is no folder."""
        try:
            with os.scandir(self._folder or os.devnull) as entries:
                found = {e.name: e.stat() for e in entries if e.name.endswith(".toml") and e.name[0] != "."}
        except OSError:  # not mounted: the next sync says so
            return {}
        return {name: (stat.st_mtime_ns, stat.st_size) for name, stat in found.items()}

    def synced(self, before: FileTimes, machine: str) -> None:
        """Note a sync: what `files` returned before it, and this machine's file, which nobody else writes."""
        self._seen, self._machine = before, machine

    def has_news(self, with_server: bool) -> bool:
        """Return whether the folder has changed, or the server has unread actions. Raises UserError."""
        own, files = f"{self._machine}.toml", self.files()
        if files and (files | {own: None}) != (self._seen | {own: None}):
            return True
        return with_server and all(self._names) and self._has_server_news()

    def _has_server_news(self) -> bool:
        memory = read_memory(self._memory, *self._names)
        if self._password is None:
            self._password = self._read_password()
        return has_unread(memory, HttpTransport(*self._names, self._password, LIMITS))


def has_unread(memory: Memory, transport: Transport) -> bool:
    """Return whether a server has changes that the last sync did not read; False before the first sync."""
    paths = paths_of(memory.protocol, memory.user)
    if paths is None:
        return False
    server = Server(transport, paths)
    changes = server.subscriptions(max(0, memory.subscriptions_since - SAME_TIME))
    known = set(map(address_key, memory.podcasts.values()))
    added, removed = (set(map(address_key, valid_addresses(each))) for each in (changes.add, changes.remove))
    if added - known or removed & known:
        return True
    page = server.actions(max(0, memory.actions_since - SAME_TIME))
    oldest = memory.actions_since - OVERLAP
    return any(action_mark(value) not in memory.seen and action_time(value) >= oldest for value in page.actions)
