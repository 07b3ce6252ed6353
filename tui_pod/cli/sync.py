"""The command `sync`: exchange progress and podcasts with the folder or the server in the settings."""

from __future__ import annotations

import platform
from argparse import Namespace
from collections.abc import Callable, Iterator
from contextlib import closing, suppress
from datetime import UTC, datetime
from functools import partial, reduce
from pathlib import Path
from typing import NamedTuple

from tui_pod.cli.shared import (
    Opened,
    ask_password,
    ask_yes,
    is_someone_there,
    open_library,
    print_json,
    tell,
    waiting,
    warn,
)
from tui_pod.cli.wishes import grant
from tui_pod.config.reader import put_chosen, toml_value
from tui_pod.core.errors import UserError
from tui_pod.core.progress.cards import Notebook
from tui_pod.core.progress.progress import PlayedRule, Progress
from tui_pod.core.progress.received import received_rows
from tui_pod.core.progress.records import USUAL
from tui_pod.core.selection.bookmark_groups import title_of
from tui_pod.core.text.clean import clean, clock, counted, enumerated, visible
from tui_pod.net.access import PUBLIC
from tui_pod.net.connect import trust_certificates
from tui_pod.runtime.files import reason
from tui_pod.runtime.threads import CancelToken
from tui_pod.services.hints import NO_MACHINES
from tui_pod.shelf.feed_store import FeedStore
from tui_pod.shelf.files import book_named
from tui_pod.shelf.subscription import Subscription
from tui_pod.sources.table import servers, source_of
from tui_pod.state.fields import PROGRESS
from tui_pod.state.format import notebook_tables
from tui_pod.sync.folder import SyncError
from tui_pod.sync.libraries import LibrarySync
from tui_pod.sync.libraries import is_first_sync as is_first_library
from tui_pod.sync.login import PATIENCE, begin, finish, log_in, password_file, read_password
from tui_pod.sync.memory import is_first_exchange, known_machines, memory_file, note_sync
from tui_pod.sync.protocols import HttpTransport
from tui_pod.sync.run import FolderOptions, SyncResult, is_first_sync, only_sync, sync_with_folder
from tui_pod.sync.server import ServerSync
from tui_pod.sync.shared_podcasts import found_there, is_book_id

NOT_SET = (
    "nothing to sync with. Choose “Set up sync” in the palette of the app, or set folder, or server and user, under"
    " [sync] in {path}; tui-pod config --default shows how."
)


def run(options: Namespace) -> int:
    """Sync, print what was received, and return the exit status.

    Raises:
        UserError: there is nothing to sync with, or the state is read-only.
    """
    if options.off:
        return grant(options, "sync.set_up", {"with": "nothing"})
    if options.forget is not None:
        return grant(options, "sync.forget", {"machine": options.forget, "yes": options.yes})
    if options.rename is not None:
        grant(options, "sync.rename", {"name": options.rename})
    opened = open_library(options)
    settings = opened.settings.sync
    store = FeedStore(opened.paths.data)
    with closing(store.db):
        libraries = servers(store)
    if not (settings.is_set or libraries):
        raise UserError(NOT_SET.format(path=opened.paths.config))
    if not opened.state.is_writable:
        raise UserError("nothing was synced.")
    if options.machines:
        _print_machines(opened, options)
        return 0
    if options.login:
        _log_in(opened)
        return 0
    with only_sync(opened.file.path):
        outcomes = list(_sync(opened, options))
        if not (options.dry_run or all(outcome.error for outcome in outcomes)):
            machines = [machine for outcome in outcomes for machine in outcome.machines]
            note_sync(opened.file.path, datetime.now(UTC), machines)
            if any(name.startswith(f"{USUAL}.") for outcome in outcomes for name in outcome.chosen):
                try:
                    put_chosen(opened.paths.chosen, opened.file.load().tables.get(USUAL, {}))
                except OSError as error:
                    said = f"{opened.paths.chosen}: {reason(error)}"
                    outcomes.append(SyncResult(error=f"settings from elsewhere cannot be saved: {said}"))
    _print(outcomes, opened, options)
    return 1 if any(outcome.error for outcome in outcomes) else 0


class _Place(NamedTuple):
    """A folder or server to sync with."""

    name: str
    is_first: Callable[[], bool]
    """Returns whether it was never synced with."""
    sync: Callable[[bool], SyncResult]
    """Syncs; True: changes nothing."""


def _sync(opened: Opened, options: Namespace) -> Iterator[SyncResult]:
    """Sync with the folder, the server and the libraries, if set; one that fails does not stop the others."""
    store = FeedStore(opened.paths.data)
    with closing(store.db):
        for place in _places(opened, store, options):
            try:
                yield _attempt(place, options)
            except UserError as error:
                yield SyncResult(error=str(error), is_offline=isinstance(error, SyncError) and error.is_offline)


def _places(opened: Opened, store: FeedStore, options: Namespace) -> Iterator[_Place]:
    settings, state = opened.settings.sync, opened.file.path
    trust_certificates(opened.settings.network.trusted_certificates)
    if settings.folder:
        is_first = partial(is_first_sync, opened.state, Path(settings.folder))
        yield _Place(settings.folder, is_first, partial(_with_folder, opened, store, options))
    if settings.server and settings.user:
        is_first = partial(is_first_exchange, memory_file(state), settings.server, settings.user)
        yield _Place(settings.server, is_first, partial(_with_server, opened, store))
    for feed in servers(store):
        yield _Place(feed.name, partial(is_first_library, state, feed), partial(_with_library, opened, store, feed))


def _attempt(place: _Place, options: Namespace) -> SyncResult:
    """Sync with a place; a first sync is shown before, and asked about."""
    must_ask = not options.yes and place.is_first()
    if must_ask and not (options.dry_run or is_someone_there()):
        said = f"The first sync with {place.name} was not done, since nobody could be asked."
        how = "What it would do: tui-pod sync --dry-run. To agree: tui-pod sync --yes"
        return SyncResult(error=f"{said} {how}", first=place.name)
    with waiting(f"syncing with {place.name}"):
        outcome = place.sync(options.dry_run or must_ask)
    if options.dry_run:
        outcome.first = place.name if must_ask else ""
    elif must_ask and not outcome.error:
        podcasts = f" {found_there(outcome.waiting)}" if outcome.waiting else ""
        tell(f"First sync with {place.name}: {_summary(outcome, 'will be ')}.{podcasts} Nothing will be unsubscribed.")
        if not ask_yes("Go on?", usual=True):
            return SyncResult(error="nothing was synced.", first=place.name)
        options.podcasts = "yes" if outcome.waiting else options.podcasts
        with waiting(f"syncing with {place.name}"):
            outcome = place.sync(False)
    return outcome


def _with_library(opened: Opened, store: FeedStore, feed: Subscription, is_dry: bool) -> SyncResult:
    sync = LibrarySync(store, feed, PlayedRule(**opened.settings.played.values()))
    return sync.run(opened.file, opened.file.load(), datetime.now(UTC), is_dry)


def _with_folder(opened: Opened, store: FeedStore, options: Namespace, is_dry: bool) -> SyncResult:
    settings = opened.settings.sync
    shares = None if options.podcasts is None else options.podcasts == "yes"

    def accepts(titles: list[str]) -> bool | None:
        """Ask whether to subscribe to the podcasts of other machines; None if nobody can be asked."""
        return ask_yes(f"{found_there(titles)} Subscribe?") if is_someone_there() else None

    how = FolderOptions(is_dry, settings.device or None, options.alone, shares, accepts)
    outcome = sync_with_folder(opened.file, opened.state, store, Path(settings.folder), datetime.now(UTC), how)
    books = [] if is_dry else filter(None, (book_named(store, ident) for ident in outcome.configured))
    for folder in filter(None, map(store.find, {book.feed for book in books})):  # one may be talks now, or a book again
        with suppress(UserError):  # a folder that is away is read once it is back
            source_of(folder.address).refresh(store, folder, CancelToken(), PUBLIC)
    return outcome


def _with_server(opened: Opened, store: FeedStore, is_dry: bool) -> SyncResult:
    settings, file = opened.settings.sync, opened.file
    state = file.load() if settings.folder else opened.state  # with what was just received
    password = read_password(settings.password_command, password_file(file.path))
    transport = HttpTransport(settings.server, settings.user, password)
    names, rule = (settings.server, settings.user), PlayedRule(**opened.settings.played.values())
    device = settings.device or platform.node().partition(".")[0]
    sync = ServerSync(transport, memory_file(file.path), names, store, rule, device)
    return sync.run(file, state, datetime.now(UTC), is_dry)


def _print_machines(opened: Opened, options: Namespace) -> None:
    """Print the machines that share the folder, as the last sync found them."""
    machines, now = known_machines(opened.file.path), datetime.now(UTC)
    if options.json:
        print_json([each.to_row() for each in machines])
        return
    for each in machines:
        print(each.name, each.file, "this machine" if each.is_this else "", each.said(now), sep="\t")
    if not machines:
        tell(NO_MACHINES)


def _log_in(opened: Opened) -> None:
    """Log in with the browser if the server offers that, or ask for the password; save the password."""
    settings, file = opened.settings.sync, password_file(opened.file.path)
    if not (settings.server and settings.user):
        raise UserError("set server and user under [sync] first")
    trust_certificates(opened.settings.network.trusted_certificates)
    nameless = HttpTransport(settings.server, settings.user, "", patience=PATIENCE)
    flow = begin(nameless) if is_someone_there() else None
    user = settings.user
    if flow is not None:
        tell(f"Log in with your browser: {flow.page}")
        user, password = finish(nameless, flow)
    else:
        password = ask_password(f"Password of {visible(user)} at {visible(settings.server)}: ")
    protocol = log_in(settings.server, user, password, file)
    tell(f"logged in ({protocol}); the password is in {file}")
    if user != settings.user:
        tell(f"Your user name there differs: set user = {toml_value(clean(user, 200))} under [sync].")


def _print(outcomes: list[SyncResult], opened: Opened, options: Namespace) -> None:
    would = "would be " if options.dry_run else ""
    received = {ident: progress for outcome in outcomes for ident, progress in outcome.received.items()}
    former = opened.state.progress
    kept = reduce(Notebook.merged, (outcome.received_notebook for outcome in outcomes), Notebook())
    lacking = [ident for outcome in outcomes for ident in outcome.lacking_length]
    if lacking and not options.json:
        named = enumerated([episode.title for episode in map(opened.library.find, lacking) if episode is not None])
        tell(f"Not sent, since the server needs a length: {counted(len(lacking), 'mark')} as played ({named})")
    for outcome in outcomes:
        warn(*filter(None, (*outcome.notices, outcome.error)))
    if options.json:
        print_json(
            {
                "received": [_json(ident, value, former.get(ident)) for ident, value in received.items()],
                "machine": next((outcome.machine for outcome in outcomes if outcome.machine), None),
                "lacking_length": lacking,
                "waiting": [name for outcome in outcomes for name in outcome.waiting],
                "summary": "; ".join(_summary(outcome, would) for outcome in outcomes if outcome.has_changed),
                "sent": sum(outcome.sent for outcome in outcomes),
                "missing": [title for outcome in outcomes for title in outcome.missing.titles],
                "missing_of": sum(outcome.missing.out_of for outcome in outcomes),
                **notebook_tables(kept),
                "configured": [ident for outcome in outcomes for ident in outcome.configured],
                "subscribed": [address for outcome in outcomes for address in outcome.subscribed],
                "unsubscribed": [name for outcome in outcomes for name in outcome.unsubscribed],
                "error": next((outcome.error for outcome in outcomes if outcome.error and not outcome.first), None),
                "first": [outcome.first for outcome in outcomes if outcome.first],
                "offline": any(outcome.is_offline for outcome in outcomes),
                "dry_run": options.dry_run,
            }
        )
        return
    for row in received_rows(opened.library, received, former, datetime.now(UTC)):
        print(*row, sep="\t")
    for bookmark in kept.bookmarks:
        title = title_of(opened.library, bookmark)
        said = "removed" if bookmark.is_removed else clock(bookmark.start)
        print(bookmark.episode, title, said, bookmark.label, sep="\t")
    for outcome in outcomes:
        if outcome.error and not outcome.has_changed:
            continue
        tell(_summary(outcome, would))
        if outcome.missing.titles:
            tell(str(outcome.missing))
        if outcome.waiting and not options.dry_run:
            waiting = counted(len(outcome.waiting), "podcast")
            tell(f"{waiting} of your other machines not subscribed to; tui-pod sync in a terminal asks about them.")
        if outcome.subscribed and not options.dry_run:
            tell("To fetch the new podcasts: tui-pod feeds refresh")


def _summary(outcome: SyncResult, would: str) -> str:
    books = [ident for ident in outcome.configured if is_book_id(ident)]
    others = (
        (outcome.received_notebook.bookmarks, "bookmark", "received"),
        (outcome.sent_notebook.bookmarks, "bookmark", "sent"),
        (outcome.received_notebook.lists, "list", "received"),
        (outcome.sent_notebook.lists, "list", "sent"),
        (outcome.received_notebook.cards, "card", "received"),
        (outcome.sent_notebook.cards, "card", "sent"),
        ([ident for ident in outcome.configured if ident not in books], "podcast", "set as elsewhere"),
        (books, "book", "set as elsewhere"),
        (outcome.chosen, "choice", "received"),
        (outcome.chosen_there, "choice", "sent"),
        (outcome.subscribed, "podcast", "subscribed"),
        (outcome.unsubscribed, "podcast", "unsubscribed"),
        (outcome.podcasts_sent, "podcast", "sent"),
        (outcome.podcasts_removed, "podcast", "removed elsewhere"),
    )
    parts = [f"{counted(len(outcome.received), 'episode')} {would}received, {outcome.sent} {would}sent"]
    parts += [f"{counted(outcome.sessions, 'session')} of listening {would}sent"] if outcome.sessions else []
    parts += [f"{counted(len(found), thing)} {would}{said}" for found, thing, said in others if found]
    if settings := len(outcome.configured_there):
        parts.append(f"settings of {counted(settings, 'podcast')} {would}sent")
    queue = (outcome.queue_received, "received"), (outcome.queue_sent, "sent")
    parts += [f"queue {would}{said} ({change})" for change, said in queue if change]
    return ", ".join(parts)


def _json(ident: str, progress: Progress, former: Progress | None) -> dict[str, object]:
    return {
        "id": ident,
        **PROGRESS.to_table(progress),
        "updated": progress.updated.isoformat(),
        "status": str(progress.status),
        "from": progress.origin or None,
        "former_position": former.position if former is not None else None,
        "former_status": str(former.status) if former is not None else None,
    }
