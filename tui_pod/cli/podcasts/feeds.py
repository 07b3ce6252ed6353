"""The commands about podcasts: feeds, import, export. They reach the network only for `add` and `refresh`."""

from __future__ import annotations

import asyncio
import sys
from argparse import Namespace
from collections import Counter
from collections.abc import Sequence
from datetime import UTC, datetime

from tui_pod.cli.podcasts.downloading import download_queue
from tui_pod.cli.podcasts.feeds_set import set_settings
from tui_pod.cli.podcasts.subscriptions import ask_login, named_feeds, on_store, open_store
from tui_pod.cli.shared import (
    Column,
    load_config,
    print_json,
    print_table,
    report,
    show_progress,
    tell,
    waiting,
    warn,
)
from tui_pod.config.paths import find_paths
from tui_pod.config.settings import Settings
from tui_pod.core.errors import UserError
from tui_pod.core.library.podcast_settings import ROWS, to_texts
from tui_pod.core.progress.progress import PlayedRule
from tui_pod.core.text.clean import clean, clock, counted, enumerated
from tui_pod.net.access import NetworkPolicy
from tui_pod.net.fetch import LoginWanted
from tui_pod.net.login import split_login
from tui_pod.recordings.download_queue import DownloadStatus
from tui_pod.recordings.keeping import Usual, has_rule
from tui_pod.services.podcasts.opening import network_policy, open_podcasts
from tui_pod.shelf.feed_store import FeedStore
from tui_pod.shelf.opml import Folder, write_opml
from tui_pod.shelf.subscription import Subscription
from tui_pod.sources.refresh import refresh
from tui_pod.sources.source import READ_IN_PART, RefreshResult, Subscribed
from tui_pod.sources.table import source_of, subscribe
from tui_pod.state.store import StateFile


def run_export(options: Namespace) -> None:
    """Print the subscriptions as OPML."""
    with open_store(options) as store:
        entries = store.entries()
        sys.stdout.write(write_opml(entry for entry in entries if source_of(entry.address).is_portable))
        left = Counter(source.noun for entry in entries if not (source := source_of(entry.address)).is_portable)
        if left:
            warn(f"{enumerated([counted(count, noun) for noun, count in left.items()])} left out")


def feed_names(options: Namespace) -> list[tuple[str, str]]:
    """Return each podcast's name and address, for a shell to complete."""
    with open_store(options) as store:
        return [(feed.name, feed.address) for feed in store.feeds()]


@on_store
def run_add(store: FeedStore, options: Namespace) -> int:
    """Subscribe; return 1 if an address failed."""
    return _add_each(store, options, is_text=False)


@on_store
def run_read(store: FeedStore, options: Namespace) -> int:
    """Add texts, and print their ids; return 1 if one failed."""
    return _add_each(store, options, is_text=True)


def _add_each(store: FeedStore, options: Namespace, is_text: bool) -> int:
    folders = [folder for text in options.folder if (folder := _folder(text))]
    policy = network_policy(load_config(options).settings)
    failures = 0
    for url in options.urls:
        try:
            done = _subscribed(store, url, folders, policy, options.http_login, is_text)
        except UserError as error:
            warn(str(error))
            failures += 1
            continue
        if is_text:
            print(*store.episode_ids(done.feed.feed_id))
            tell(f"{done.feed.name}: {'added' if done.is_new else 'was already there'}")
            continue
        said = "subscribed" if done.is_new else "moved to its new address" if done.has_moved else "was already there"
        print(done.feed.address, done.feed.name, done.feed.episodes, sep="\t")
        said = f"{done.feed.name}: {said}, {counted(done.new, 'new episode')}"
        if done.episode is not None:
            start = f", and tui-pod seek {clock(done.start)}" if done.start is not None else ""
            said += f"; to play the episode of the link: tui-pod play {done.episode}{start}"
        elif done.is_of_episode:
            said += "; its feed does not list the episode of the link"
        tell(f"{said}; {READ_IN_PART}" if done.is_partial else said)
    return 1 if failures else 0


def _subscribed(
    store: FeedStore, url: str, folders: Sequence[Folder], policy: NetworkPolicy, over_http: bool, is_text: bool
) -> Subscribed:
    """Subscribe, and ask for a login if the server requires one."""
    login = None
    while True:
        try:
            with waiting(f"adding {clean(url, 50)}"):
                return subscribe(store, url, folders, policy=policy, login=login, is_shell=True, is_text=is_text)
        except LoginWanted as wanted:
            login = ask_login(wanted, over_http)


@on_store
def run_list(store: FeedStore, options: Namespace) -> None:
    """Print the podcasts."""
    feeds = store.feeds()
    if options.json:
        print_json([_feed_json(feed) for feed in feeds])
        return
    columns = (Column("address", 24), Column("title", 16), Column("episodes", is_right=True), Column("folders", 8),
               Column("error", 8))  # fmt: skip
    rows = (
        (feed.address, feed.name, str(feed.episodes), ", ".join(map("/".join, feed.folders)), feed.trouble or "")
        for feed in feeds
    )
    print_table(columns, rows)
    if not feeds:
        tell("no podcasts yet; to add one: tui-pod feeds add ADDRESS, or tui-pod find WORD")


def _feed_json(feed: Subscription) -> dict[str, object]:
    fetched = datetime.fromtimestamp(feed.fetched, UTC).isoformat(timespec="seconds") if feed.fetched else None
    return {
        "address": feed.address,
        "first": feed.feed_id,
        "title": feed.title,
        "folders": ["/".join(folder) for folder in feed.folders],
        "categories": ["/".join(category) for category in feed.categories],
        "shows_topics": feed.shows_categories,
        "keep": feed.settings.keep,
        "settings": {name: text for name, text in to_texts(feed.settings).items() if text},
        "episodes": feed.episodes,
        "refreshed": fetched,
        "error": feed.error,
        "has_ended": feed.has_ended,
    }


@on_store
def run_refresh(store: FeedStore, options: Namespace) -> int:
    """Refresh podcasts, then download and delete episodes as their settings say; return 1 if something failed."""
    feeds = named_feeds(store, options.feeds) if options.feeds else None

    def show(done: int, total: int, last: RefreshResult) -> None:
        if last.error:
            warn(last.error + f" To allow it: tui-pod feeds add {last.feed_id}" * last.is_forbidden)
        if last.has_ended:
            tell(f"{last.name} has ended; to remove it: tui-pod feeds remove {last.feed_id}")
        show_progress(clean(last.name, 50), done / total)

    settings = load_config(options).settings
    result = asyncio.run(refresh(store, feeds, show, network_policy(settings)))
    show_progress("")
    asked = len(result.outcomes)
    if result.failed and len(result.failed) == asked:
        return 1
    named = f": {result.named_new}" if result.new else ""
    report(f"{counted(asked, 'feed')} refreshed, {counted(result.new, 'new episode')}{named}")
    _take_waiting(store, options, settings)
    feeds = store.feeds() if feeds is None else named_feeds(store, [feed.feed_id for feed in feeds])
    is_done = asyncio.run(_keep_downloads(options, store, feeds, settings))
    return 0 if is_done and not result.failed else 1


def _take_waiting(store: FeedStore, options: Namespace, settings: Settings) -> None:
    """Save progress that a sync received before its podcasts were fetched."""
    file = StateFile(find_paths(options.state, options.config).state)
    state = file.load()
    sync = settings.sync.or_chosen(state.setting)
    if not (sync.server and sync.user):
        return
    from tui_pod.sync.memory import memory_file  # only with a server
    from tui_pod.sync.server import ServerSync

    rule, names = PlayedRule(**settings.played.values()), (sync.server, sync.user)
    server = ServerSync(None, memory_file(file.path), names, store, rule)
    if taken := server.take_waiting(file, state, datetime.now(UTC)):
        report(f"{counted(len(taken))} taken over from the last sync")


async def _keep_downloads(
    options: Namespace, store: FeedStore, feeds: Sequence[Subscription], settings: Settings
) -> bool:
    """Delete and download what the settings of these podcasts ask for; return True if all of it worked."""
    usual = Usual(settings.feeds.keep_next, settings.feeds.delete_played)
    ruled = [feed for feed in feeds if has_rule(feed.settings, usual)]
    archived = [feed for feed in feeds if feed.settings.archive_after]
    if not ruled and not archived:
        return True
    paths = find_paths(options.state, options.config)
    state = StateFile(paths.state).load()
    warn(*state.notices)
    podcasts = open_podcasts(paths, settings, store=store)
    in_use = state.strings("queue", "entries")[state.setting("queue", "cursor", 0) :]
    podcasts.upkeep.archive(archived, state.progress.get, in_use, datetime.now(UTC))
    queue, counts = download_queue(podcasts.downloads, state.progress.get)
    deleted = 0
    for feed in ruled:
        requests, gone = podcasts.upkeep.plan_downloads(feed, usual, state.progress.get, in_use, datetime.now(UTC))
        deleted += sum(podcasts.downloads.delete(ident) for ident in gone)
        queue.start(requests)
    await queue.done()
    show_progress("")
    done = counts[DownloadStatus.DONE]
    if done or deleted:
        said = [f"{counted(done, 'episode')} downloaded"] * bool(done)
        said += [f"{counted(deleted, 'download')} deleted"] * bool(deleted)
        report(", ".join(said))
    return not counts[DownloadStatus.FAILED]


@on_store
def run_remove(store: FeedStore, options: Namespace) -> None:
    """Unsubscribe."""
    removed = named_feeds(store, options.feeds)
    with store.db.together():
        for feed in removed:
            store.remove(feed.feed_id)
    for feed in removed:
        tell(f"{feed.name}: removed")


@on_store
def run_move(store: FeedStore, options: Namespace) -> None:
    """Change the address of a podcast, or its topics. Raises UserError: the target is neither."""
    (feed,) = named_feeds(store, [options.feed])
    if not source_of(feed.address).move(store, feed, options.targets):
        folders = tuple(folder for text in options.targets if (folder := _folder(text)))
        store.configure(feed.feed_id, {"folder": ROWS["folder"].show(folders)})
    targets = (clean(split_login(target).text, 100) or "/" for target in options.targets)
    tell(f"{feed.name}: moved to {', '.join(targets)}")


@on_store
def run_rename(store: FeedStore, options: Namespace) -> None:
    """Rename a podcast."""
    set_settings(store, Namespace(feed=options.feed, changes=[f"name={options.name}"], json=False))


@on_store
def run_topics(store: FeedStore, options: Namespace) -> None:
    """Print a podcast's categories, and turn the topics made from them on or off."""
    (feed,) = named_feeds(store, [options.feed])
    is_on = options.switch == "on"
    store.set_shows_categories(feed.feed_id, is_on)
    for category in feed.categories:
        print("/".join(category))
    tell(f"{feed.name}: its categories and keywords {'are now topics' if is_on else 'are no longer topics'}")


def _folder(text: str) -> Folder:
    return tuple(name for part in text.split("/") if (name := clean(part)))
