"""Sync with servers that keep a library: progress both ways with its true time, listening, and bookmarks.

Such a server reports all of a listener's progress at once, so nothing needs to be remembered: for each episode the
newer time wins, and what a server lacks, for whatever reason, is sent again. Bookmarks have no time there; what both
had after the last sync tells which side has changed or removed one.

What was played is reported as sessions, which bring their position; a change of progress follows only where the server
still has something else, such as a mark without playing.
"""

from __future__ import annotations

import contextlib
import json
import platform
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime, timedelta
from functools import partial
from hashlib import blake2b
from pathlib import Path
from typing import Any, NamedTuple
from uuid import NAMESPACE_URL, uuid5

from tui_pod import __version__
from tui_pod.core.progress.bookmarks import Bookmark
from tui_pod.core.progress.cards import Notebook
from tui_pod.core.progress.progress import PlayedRule, Progress, Status, told
from tui_pod.core.progress.records import ProgressRecord
from tui_pod.core.progress.statistics import SESSION_GAP
from tui_pod.core.text.clean import clean, clock
from tui_pod.core.wall_time import UNKNOWN, believed_or_unknown
from tui_pod.net.fetch import FetchError, Limits
from tui_pod.net.json_client import MAX_PROGRESS, Reply, ask
from tui_pod.shelf.feed_store import FeedStore
from tui_pod.shelf.published import FeedError
from tui_pod.shelf.subscription import Subscription
from tui_pod.sources.items import tables
from tui_pod.sources.servers.client import checked, to_base
from tui_pod.sources.servers.source import ident_of, number, server_login, table, text, time_of
from tui_pod.sources.table import servers
from tui_pod.state.store import State, StateFile
from tui_pod.sync.folder import SyncError
from tui_pod.sync.memory import read_json, write_json
from tui_pod.sync.run import SyncResult
from tui_pod.sync.sessions import ListeningSession, make_sessions, to_milliseconds

AT_ONCE = 100
"""Changes of progress, or sessions, in a request."""

MAX_CHANGES = 5_000
"""Maximum number of changes of progress sent in one sync, newest first, at 40 ms each. The next sync sends the rest."""

MAX_SESSIONS = 1_000
"""Maximum number of sessions sent in one sync, newest first. The next sync sends the rest."""

MAX_BOOKMARKS = 500
"""Maximum number of changes of bookmarks in a sync, each of which is a request; the next sync goes on."""

MAX_TITLE = 300
"""Longest title of a bookmark that is sent, in characters."""

STRETCH = 30.0
"""Seconds of a bookmark that a server has: it knows the start alone."""

LIMITS = Limits(MAX_PROGRESS, seconds=120.0, idle=30.0)
PEEK_LIMITS = Limits(MAX_PROGRESS, seconds=10.0, idle=5.0)

MOMENT = timedelta(milliseconds=1)

SAME = 0.01
"""Seconds by which two positions may differ and be the same."""

_Ask = Callable[..., Reply]
"""Asks a server: `ask` without its address, login and limits."""

Place = tuple[str, float]
"""The book and the start of a bookmark, in seconds rounded to hundredths."""


class _Episode(NamedTuple):
    ident: str
    item: str
    """Id of its book or podcast."""
    own: str | None
    """Its id within the podcast; None for a book."""
    duration: float | None
    title: str


class _ServerProgress(NamedTuple):
    """Progress that a server has."""

    time: datetime
    is_finished: bool
    position: float
    duration: float | None

    @property
    def milliseconds(self) -> int:
        return to_milliseconds(self.time)


class _Mark(NamedTuple):
    """A bookmark that a server has."""

    time: int | float
    """As the server has it, which identifies it there."""
    title: str
    created: datetime


class _Account(NamedTuple):
    """What a server has of the listener."""

    ident: str
    """Empty if the server does not say."""
    progress: Mapping[str, _ServerProgress]
    """By the id of the book or the episode."""
    bookmarks: Mapping[Place, _Mark]
    digest: str
    """Changes whenever any of it does."""


def is_first_sync(state: Path, feed: Subscription) -> bool:
    """Return whether a state was never synced with a server."""
    return feed.feed_id not in _read_memory(state)


def has_news(store: FeedStore, state: Path) -> bool:
    """Return whether a server has changed since the last sync; False for one that was never synced, or is not there."""
    memory = _read_memory(state)
    for feed in servers(store):
        if feed.feed_id not in memory:
            continue
        with contextlib.suppress(FetchError, FeedError):
            seen = memory[feed.feed_id].get("seen")
            if _account(_server(store, feed, PEEK_LIMITS)("GET", "/api/me"), datetime.now(UTC)).digest != seen:
                return True
    return False


def open_session(store: FeedStore, state: Path, ident: str) -> None:
    """Show an episode as what plays now, if a server keeps its progress, until `end_session`.

    An open session counts no time and moves no position: sessions that are sent later do. Its id is saved, so that the
    next app ends it if this one is killed. Raises FetchError, FeedError or SyncError.
    """
    for feed in servers(store):
        episode = next((each for each in _episodes(store, feed).values() if each.ident == ident), None)
        if episode is None or is_first_sync(state, feed):
            continue
        ask, data = _server(store, feed, PEEK_LIMITS), {"deviceInfo": device_info(state), "mediaPlayer": "tui-pod"}
        path = f"/api/items/{episode.item}/play{f'/{episode.own}' if episode.own else ''}"
        reply = checked(ask("POST", path, data={**data, "forceDirectPlay": True}))
        write_json(open_file(state), {"server": feed.feed_id, "session": ident_of(table(reply).get("id"))})


def end_session(store: FeedStore, state: Path) -> None:
    """End what `open_session` shows, if anything. Raises FetchError or FeedError."""
    left = read_json(open_file(state))
    open_file(state).unlink(missing_ok=True)
    for feed in servers(store):
        if feed.feed_id == left.get("server"):
            path = f"/api/session/{ident_of(left.get('session'))}/close"
            _server(store, feed, PEEK_LIMITS)("POST", path, data={})


def open_file(state: Path) -> Path:
    """Return the file that names the open session, beside the state."""
    return state.with_name(f"{state.stem}.open-session.json")


def _server(store: FeedStore, feed: Subscription, limits: Limits) -> _Ask:
    return partial(ask, to_base(feed.address), login=server_login(store, feed), limits=limits)


class LibrarySync:
    """One sync of one state with one server."""

    def __init__(self, store: FeedStore, feed: Subscription, rule: PlayedRule) -> None:
        self._store, self._feed, self._rule = store, feed, rule
        self._own = _episodes(store, feed)
        self._by_id = {episode.ident: episode for episode in self._own.values()}

    def run(self, file: StateFile, state: State, now: datetime, is_dry: bool = False) -> SyncResult:
        """Receive what is newer there, save it, then send what is newer here; `is_dry` changes nothing on either side.

        Raises:
            SyncError: the server could not be used.
            StateError: what was received could not be saved.
        """
        try:
            return self._run(_server(self._store, self._feed, LIMITS), file, state, now, is_dry)
        except FetchError as error:
            raise SyncError(str(error), error.is_offline) from error
        except FeedError as error:
            raise SyncError(f"{to_base(self._feed.address)}: {error}") from error

    def _run(self, ask: _Ask, file: StateFile, state: State, now: datetime, is_dry: bool) -> SyncResult:
        everything = _read_memory(file.path)
        account = _account(ask("GET", "/api/me"), now)
        former = everything.get(self._feed.feed_id, {}).get("account")
        if former and account.ident and former != account.ident:
            raise SyncError(f"{self._feed.name}: it is a different account than before, so nothing was synced with it.")
        received = self._received(account, state.progress, now)
        progress = {**state.progress, **received}
        unsent = [i for i in self._by_id if i in progress and self._is_newer(i, progress[i], account)]
        unsent = sorted(unsent, key=lambda ident: progress[ident].updated, reverse=True)[:MAX_CHANGES]
        memory = everything.get(self._feed.feed_id, {})
        counted = table(memory.get("sessions"))
        sessions = self._sessions(file, account, counted, now)
        base = _base(memory)
        plan = self._plan_bookmarks(account, state.notebook.bookmarks, base, now)
        marks = Notebook(tuple(plan.received))
        result = SyncResult(
            received,
            sent=len(unsent),
            sessions=len(sessions),
            received_notebook=marks,
            sent_notebook=Notebook(tuple(plan.sent)),
        )
        if is_dry:
            return result
        changed = (*received, *unsent)  # sent ones too: a time that was not believed is read as another one each time
        if changed or plan.received:
            file.save([*(ProgressRecord(ident, progress[ident]) for ident in changed), *plan.received])
        if sessions:
            taken = self._send_sessions(ask, file.path, sessions, {ident: progress[ident] for ident in unsent}, account)
            counted = counted | {one.ident: round(one.wall, 2) for one in sessions if one.ident in taken}
            result.sessions = len(taken)
            account = _account(ask("GET", "/api/me"), now)
        left = [(self._by_id[ident], progress[ident]) for ident in unsent]
        self._send(ask, [each for each in left if not self._is_there(*each, account)], account)
        refused = self._send_bookmarks(ask, plan)
        after = _account(ask("GET", "/api/me"), now) if unsent or plan.requests else account
        behind = sum(self._is_newer(ident, progress[ident], after) for ident in unsent)
        result.sent -= behind
        refused += behind + len(sessions) - result.sessions
        if refused:
            count = len(unsent) + len(plan.requests) + len(sessions)
            result.notices.append(f"The server refused {refused} of {count} changes; they are sent again.")
        here = {*self._places((*state.notebook.bookmarks, *plan.received))}
        common = [[*place, mark.title] for place, mark in after.bookmarks.items() if place in here]
        entry = {"account": account.ident, "seen": after.digest, "bookmarks": common, "sessions": counted}
        if everything.get(self._feed.feed_id) != entry:
            write_json(memory_of_servers(file.path), {**everything, self._feed.feed_id: entry})
        return result

    # -- progress ------------------------------------------------------------------------------------------

    def _received(self, account: _Account, mine: Mapping[str, Progress], now: datetime) -> dict[str, Progress]:
        found = {}
        for key, there in account.progress.items():
            episode = self._own.get(key)
            value = None if episode is None else _taken(there, mine.get(episode.ident), self._rule)
            if episode is not None and value is not None:
                found[episode.ident] = value.dated(now)._replace(origin=clean(self._feed.name, 60))
        return found

    def _is_newer(self, ident: str, progress: Progress, account: _Account) -> bool:
        """Return whether progress here is newer than what the server has, and worth sending."""
        there = self._there(self._by_id[ident], account)
        if there is None:
            return progress.status is not Status.UNPLAYED  # nothing is taken back
        return to_milliseconds(progress.updated) > there.milliseconds

    def _there(self, episode: _Episode, account: _Account) -> _ServerProgress | None:
        return account.progress.get(episode.own or episode.item)

    def _send(self, ask: _Ask, changes: list[tuple[_Episode, Progress]], account: _Account) -> None:
        """Send progress with its times.

        A server that lacks an episode ignores the time of the first change, and one that takes back the mark as
        finished ignores the position, so these are sent twice.
        """
        payloads: list[dict[str, Any]] = []
        for episode, progress in changes:
            there = self._there(episode, account)
            is_settled = there is not None and there.is_finished == progress.played
            payloads += [_payload(episode, progress)] * (1 if is_settled else 2)
        for first in range(0, len(payloads), AT_ONCE):
            part = payloads[first : first + AT_ONCE]
            reply = ask("PATCH", "/api/me/progress/batch/update", data=part)
            if reply.refused is not None and reply.status not in (400, 413, 422):
                raise reply.refused

    def _is_there(self, episode: _Episode, progress: Progress, account: _Account) -> bool:
        """Return whether the server has just this progress already."""
        there = self._there(episode, account)
        if there is None or there.milliseconds != to_milliseconds(progress.updated):
            return False
        is_same = progress.played or abs(there.position - progress.position) < SAME
        return there.is_finished == progress.played and is_same

    # -- listening -----------------------------------------------------------------------------------------

    def _sessions(
        self, file: StateFile, account: _Account, counted: Mapping[str, object], now: datetime
    ) -> list[ListeningSession]:
        """Return the sessions that the server lacks, newest first."""
        records = [record for record in file.heard_records(everywhere=False) if record.episode in self._by_id]
        found = make_sessions(records, account.ident, now)
        return [one for one in found if counted.get(one.ident) != round(one.wall, 2)][:MAX_SESSIONS]

    def _send_sessions(
        self,
        ask: _Ask,
        state: Path,
        sessions: list[ListeningSession],
        unsent: Mapping[str, Progress],
        account: _Account,
    ) -> set[str]:
        """Send sessions, newest first, and return the ids of those that were taken.

        The newest of an episode brings its position, with the time of its progress, if that is to be sent. The others
        are older than what the server has, so that their positions, which are estimates, change nothing.
        """
        payloads, ends = [], dict[str, float]()
        for one in sessions:
            episode, progress = self._by_id[one.episode], unsent.get(one.episode)
            there, updated = self._there(episode, account), one.ended
            end = ends.get(one.episode, there.position if there is not None else 0.0)
            if progress is None and there is not None:
                updated = min(updated, there.time - MOMENT)
            elif progress is not None and one.episode not in ends:
                end = (progress.duration or episode.duration or 0.0) if progress.played else progress.position
                updated = progress.updated if progress.updated < updated + SESSION_GAP else updated
            payloads.append(one.to_json(episode.item, episode.own, end, updated))
            ends[one.episode] = max(0.0, end - one.heard)
        taken = set[str]()
        for first in range(0, len(payloads), AT_ONCE):
            data = {"sessions": payloads[first : first + AT_ONCE], "deviceInfo": device_info(state)}
            reply = ask("POST", "/api/session/local-all", data=data)
            if reply.refused is not None and reply.status not in (400, 404, 413, 422):
                raise reply.refused
            results = tables(table(reply.data).get("results"))
            taken |= {text(each.get("id")) for each in results if each.get("success") is True}
        return taken & {one.ident for one in sessions}

    # -- bookmarks -----------------------------------------------------------------------------------------

    def _places(self, bookmarks: tuple[Bookmark, ...]) -> Iterator[Place]:
        for bookmark in bookmarks:
            episode = self._by_id.get(bookmark.episode)
            if episode is not None and not episode.own:  # a server has none for episodes of podcasts
                yield episode.item, bookmark.start

    def _plan_bookmarks(
        self, account: _Account, mine: tuple[Bookmark, ...], base: Mapping[Place, str], now: datetime
    ) -> _BookmarkPlan:
        here = {place: each for each in mine for place in self._places((each,))}
        if not (account.bookmarks or account.progress):  # a new account, or one that lost everything
            base = {}
        plan = _BookmarkPlan([], [], [])
        for place in dict.fromkeys((*here, *account.bookmarks)):
            book = self._own.get(place[0])
            if book is not None and not book.own:
                plan.settle(place, book, here.get(place), account.bookmarks.get(place), base.get(place), now)
        return plan

    def _send_bookmarks(self, ask: _Ask, plan: _BookmarkPlan) -> int:
        """Send the changes of bookmarks; return how many were refused."""
        refused = 0
        for method, path, data in plan.requests[:MAX_BOOKMARKS]:
            reply = ask(method, path, data=data)
            if reply.status in (400, 403, 404, 422):
                refused += reply.status != 404
            elif reply.refused is not None:
                raise reply.refused
        return refused


class _BookmarkPlan(NamedTuple):
    """What a sync does with bookmarks."""

    received: list[Bookmark]
    sent: list[Bookmark]
    requests: list[tuple[str, str, object]]
    """Methods, paths and data."""

    def settle(
        self, place: Place, book: _Episode, mine: Bookmark | None, there: _Mark | None, both: str | None, now: datetime
    ) -> None:
        """Decide about one bookmark, by what both sides had after the last sync."""
        if mine is None or mine.is_removed:
            if there is not None:
                is_new = both is None and (mine is None or there.created > mine.updated)
                if mine is None or is_new:
                    self._take(place, book, there, now)
                else:
                    self._send("DELETE", f"{book.item}/bookmark/{there.time!r}", None, mine)
            return
        title = _title(mine)
        data = {"time": mine.start if there is None else there.time, "title": title}
        if there is None:
            if both == title:
                self.received.append(mine.removed(now))
            else:
                self._send("POST", f"{book.item}/bookmark", data, mine)
        elif there.title != title:
            if (both is not None and there.title != both) or (both is None and there.created > mine.updated):
                self.received.append(mine._replace(note=there.title, updated=now))
            else:
                self._send("PATCH", f"{book.item}/bookmark", data, mine)

    def _take(self, place: Place, book: _Episode, there: _Mark, now: datetime) -> None:
        start = place[1]
        end = round(start + STRETCH, 2)
        self.received.append(Bookmark(book.ident, start, end, there.created, now, note=there.title, title=book.title))

    def _send(self, method: str, path: str, data: object, mine: Bookmark) -> None:
        self.requests.append((method, f"/api/me/item/{path}", data))
        self.sent.append(mine)


def device_info(state: Path) -> dict[str, str]:
    """Return what the server shows as the device of a session; always the same for one state on one machine."""
    host = platform.node().partition(".")[0]
    ident = str(uuid5(NAMESPACE_URL, f"{host}\n{state}"))
    system = {"manufacturer": platform.system(), "model": host}
    return {"deviceId": ident, "clientName": "tui-pod", "clientVersion": __version__, **system}


def _title(bookmark: Bookmark) -> str:
    """Return the title under which a bookmark is sent; servers refuse an empty one."""
    return clean(bookmark.note or bookmark.text, MAX_TITLE) or clock(bookmark.start)


def _episodes(store: FeedStore, feed: Subscription) -> dict[str, _Episode]:
    """Return a server's episodes, by the id of the book or of the episode within its podcast."""
    asked = "SELECT id, guid, duration, title FROM episodes WHERE feed = ? AND place >= 0"
    with store.db.read() as db:
        rows = db.execute(asked, (feed.number,)).fetchall()
    found = {}
    for ident, guid, duration, title in rows:
        item, _, own = guid.partition("/")
        found[own or item] = _Episode(ident, item, own or None, duration, title)
    return found


def _account(reply: Reply, now: datetime) -> _Account:
    """Return what a server knows of the listener. Raises FetchError, or FeedError if it cannot be read."""
    data = checked(reply)
    if not isinstance(data, dict) or not isinstance(data.get("mediaProgress"), list):
        raise FeedError("The server's answer about your progress cannot be read.")
    progress: dict[str, _ServerProgress] = {}
    for entry in tables(data["mediaProgress"]):
        key = ident_of(entry.get("episodeId")) or ident_of(entry.get("libraryItemId"))
        position, time = number(entry.get("currentTime")), _time(entry.get("lastUpdate"), now)
        if not key or position is None or time is None or (key in progress and progress[key].time >= time):
            continue
        is_finished = entry.get("isFinished") is True
        progress[key] = _ServerProgress(time, is_finished, position, number(entry.get("duration")) or None)
    bookmarks = {}
    for entry in tables(data.get("bookmarks")):
        item, time_there = ident_of(entry.get("libraryItemId")), entry.get("time")
        start = number(time_there)
        if item and start is not None and isinstance(time_there, int | float):
            created = _time(entry.get("createdAt"), now) or UNKNOWN
            mark = _Mark(time_there, clean(text(entry.get("title")), MAX_TITLE), created)
            bookmarks[item, round(start, 2)] = mark
    said = json.dumps([data["mediaProgress"], data.get("bookmarks")], sort_keys=True)
    return _Account(ident_of(data.get("id")), progress, bookmarks, blake2b(said.encode(), digest_size=16).hexdigest())


def _time(value: object, now: datetime) -> datetime | None:
    """Return a time in milliseconds since 1970; a time that is not believed counts as unknown."""
    seconds = time_of(value)
    if seconds is None:
        return None
    try:
        time = datetime.fromtimestamp(seconds, UTC)
    except (ValueError, OverflowError, OSError):
        return UNKNOWN
    return believed_or_unknown(time, now)


def _taken(there: _ServerProgress, mine: Progress | None, rule: PlayedRule) -> Progress | None:
    """Return the progress that a server has, with what was played here; None if it changes nothing."""
    if mine is not None and there.milliseconds <= to_milliseconds(mine.updated):
        return None
    position = there.position if there.position >= 1 else 0.0
    return told(mine, there.time, position, there.duration, rule, there.is_finished, grain=SAME)


def _payload(episode: _Episode, progress: Progress) -> dict[str, Any]:
    """Return a change of progress as a server takes it."""
    milliseconds = to_milliseconds(progress.updated)
    length = progress.duration or episode.duration
    payload: dict[str, Any] = {"libraryItemId": episode.item, "lastUpdate": milliseconds, "isFinished": progress.played}
    if episode.own:
        payload["episodeId"] = episode.own
    if length:
        payload["duration"] = length
    if progress.played:
        payload |= {"finishedAt": milliseconds, "progress": 1}
        return payload | ({"currentTime": length} if length else {})
    position = min(progress.position, length) if length else progress.position
    payload |= {"currentTime": position, "progress": position / length if length else 0}
    return payload | {"markAsFinishedTimeRemaining": 0}  # what is finished is decided here


# -- what was exchanged ------------------------------------------------------------------------------------


def memory_of_servers(state: Path) -> Path:
    """Return the file of what was exchanged with servers, beside the state."""
    return state.with_name(f"{state.stem}.servers.json")


def _read_memory(state: Path) -> dict[str, dict[str, Any]]:
    """Return what was exchanged, by server; what is missing or damaged is lost without harm."""
    entries = read_json(memory_of_servers(state)).items()
    return {feed_id: entry for feed_id, entry in entries if isinstance(entry, dict)}


def _base(entry: Mapping[str, Any]) -> dict[Place, str]:
    """Return the titles of the bookmarks that both had after the last sync."""
    rows = entry.get("bookmarks")
    found: dict[Place, str] = {}
    for row in rows if isinstance(rows, list) else ():
        match row:
            case [str(item), int() | float() as start, str(title)]:
                found[item, float(start)] = title
    return found
