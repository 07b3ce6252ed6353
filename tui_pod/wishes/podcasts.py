"""Wishes about podcasts, texts and servers: import, add, change and remove them."""

from __future__ import annotations

from asyncio import get_running_loop
from collections.abc import Awaitable, Callable, Mapping, Sequence
from functools import partial
from typing import TYPE_CHECKING, NamedTuple

from tui_pod.core.errors import UserError
from tui_pod.core.library.podcast_settings import ROWS, SettingError, checked, split_pairs
from tui_pod.core.outcome import Outcome
from tui_pod.core.text.clean import clean, clock, counted, enumerated
from tui_pod.net.access import PUBLIC
from tui_pod.net.fetch import LoginWanted
from tui_pod.net.login import check_user, split_login
from tui_pod.runtime.passwords import password_from
from tui_pod.services.caller import Kind, ThreadCaller
from tui_pod.shelf.opml import Folder
from tui_pod.sources.refresh import refresh_feed
from tui_pod.sources.source import READ_IN_PART, STANDARD_INPUT, Subscribed
from tui_pod.sources.table import is_named, login_source, servers, shown_address, subscribe
from tui_pod.wishes.logins import LOGIN_KEYS, ask_login, find_choice, named_feeds, set_login
from tui_pod.wishes.wish import Wish, find_texts

if TYPE_CHECKING:
    from tui_pod.core.library.library import Library
    from tui_pod.runtime.threads import CancelToken
    from tui_pod.services.podcasts.imports import ImportService, Preview
    from tui_pod.shelf.feed_store import FeedStore
    from tui_pod.shelf.subscription import Subscription
    from tui_pod.sources.opened import Podcasts
    from tui_pod.sources.source import RefreshResult
    from tui_pod.wishes.wish import Subject, Values


async def _import(on: Subject) -> Outcome:
    """Import podcasts, progress and queue of another player, once the listener agrees to what is said of them."""
    imports, caller, file = on.services.feeds.imports, on.caller, str(on.values["file"])
    try:
        preview = await imports.read(file, is_asked=True)
    except UserError as error:
        said = str(error) if file in str(error) else f"{file}: {error}"
        raise UserError(said.replace(file, str(on.values.get("typed_in") or file))) from None
    assert preview is not None
    imported, taking = preview.imported, preview.taking
    for fault in imported.faults:
        caller.warn(fault)
    status = 1 if imported.faults else 0
    if not (imported.entries or imported.program):
        raise UserError(f"{file} names no podcast.")
    if imported.program:
        would = "would be" if on.values.get("dry_run") else "will be"
        caller.say(f"{imported.program}: {taking.summary()} {would} imported.")
    if on.values.get("dry_run"):
        if imported.left:
            caller.say(f"Not imported: {enumerated(imported.left)}.")
        _show(on, preview)
        return Outcome(status=status)
    has_news = imported.program and (taking.new or taking.progress or taking.queue)
    if has_news and caller.is_there and await caller.ask("Go on?", Kind.YES) != "yes":
        raise UserError("nothing was imported.")
    await imports.take(preview, is_fetched=on.services.is_app, is_told=False)
    if not on.services.is_app:
        await _ask_private(on, imports)
    known = len(imported.entries) - len(taking.new)
    fetch = "They are being fetched" if on.services.is_app else "To fetch them: tui-pod feeds refresh"
    said = f"{counted(len(taking.new), 'feed')} added, {known} already there. {fetch}"
    return Outcome(said, status=status, can_undo=bool(taking.new))


def _show(on: Subject, preview: Preview) -> None:
    """Show what would be imported."""
    from tui_pod.core.progress.received import received_rows  # seldom needed

    new = set(preview.taking.new)
    for entry in preview.imported.entries:
        if not preview.imported.program or entry in new:
            on.caller.show(entry.address, entry.title, "new" if entry in new else "known")
    for row in received_rows(on.controller.library, preview.taking.progress, {}, on.controller.now()):
        on.caller.show(*row)


async def _ask_private(on: Subject, imports: ImportService) -> None:
    """Ask once whether hosts on the listener's own network that the list names may be fetched."""
    forbidden = await imports.forbidden()
    if not forbidden.feeds:
        return
    on.caller.say(forbidden.said)
    if await on.caller.ask("May they be fetched?", Kind.YES) == "yes":
        await imports.allow(forbidden)
    else:
        on.caller.say("They are not fetched. To allow one, add it yourself: tui-pod feeds add ADDRESS")


def _on_store(work: Callable[[Asked], Outcome | None]) -> Wish:
    """Return the wish that `work` grants in a thread, with the open podcasts; afterwards the app shows what changed."""

    async def do(on: Subject) -> Outcome | None:
        caller, library = ThreadCaller(on.caller, get_running_loop()), on.controller.library

        def run(podcasts: Podcasts, cancel: CancelToken) -> Outcome | None:
            try:
                return work(Asked(podcasts, cancel, on.values, caller, library))
            finally:
                for notice in podcasts.store.take_notices():
                    caller.warn(notice)

        done = await on.services.context.podcasts.ask(run)
        if on.services.is_app:
            await on.services.feeds.look_elsewhere()
        return done

    return Wish(do)


class Asked(NamedTuple):
    """What a wish about the stored podcasts has to work with."""

    podcasts: Podcasts
    cancel: CancelToken
    values: Values
    caller: ThreadCaller
    library: Library

    @property
    def store(self) -> FeedStore:
        """The stored podcasts."""
        return self.podcasts.store

    def text(self, name: str) -> str:
        """Return an answer; empty if there is none."""
        return str(self.values.get(name) or "")

    def texts(self, name: str) -> list[str]:
        """Return the texts of an answer; none if there is none."""
        texts = self.values.get(name)
        return [*texts] if isinstance(texts, Sequence) and not isinstance(texts, str) else []


def _add(asked: Asked, is_text: bool = False) -> Outcome:
    """Subscribe to each address, or add each text; a fault of one does not stop the others."""
    folders = [folder for text in asked.texts("folder") if (folder := _folder(text))]
    status = 0
    for url in asked.texts("urls"):
        try:
            done = _subscribed(asked, url, folders, is_text)
        except UserError as error:
            asked.caller.warn(str(error))
            status = 1
            continue
        name = done.feed.name
        if is_text:
            asked.caller.show(*asked.store.episode_ids(done.feed.feed_id))
            asked.caller.say(f"{name}: {'added' if done.is_new else 'was already there'}")
            continue
        said = "subscribed" if done.is_new else "moved to its new address" if done.has_moved else "already subscribed"
        asked.caller.show(shown_address(done.feed), name, str(done.feed.episodes))
        said = f"{name}: {said}, {counted(done.new, 'new episode')}"
        if done.episode is not None:
            start = f", and tui-pod seek {clock(done.start)}" if done.start is not None else ""
            said += f"; to play the episode of the link: tui-pod play {done.episode}{start}"
        elif done.is_of_episode:
            said += "; its feed does not list the episode of the link"
        asked.caller.say(f"{said}; {READ_IN_PART}" if done.is_partial else said)
    return Outcome(status=status)


def _subscribed(asked: Asked, url: str, folders: Sequence[Folder], is_text: bool) -> Subscribed:
    """Subscribe, and ask for a login if the server requires one."""
    login = None
    typed = f"{STANDARD_INPUT}{asked.text('typed_in')}" if url == STANDARD_INPUT else url
    while True:
        asked.caller.progress(f"adding {clean(split_login(url).text, 50)} …")
        try:
            return subscribe(
                asked.store, typed, folders, asked.cancel, asked.podcasts.access.policy, login, True, is_text=is_text
            )
        except LoginWanted as wanted:
            login = ask_login(asked.caller, wanted, bool(asked.values.get("http_login")))
        finally:
            asked.caller.progress("")


async def _named(on: Subject, name: str) -> list[Subscription]:
    """Return the podcasts that an answer names. Raises UserError if one is unknown."""
    given = on.values[name]
    texts = [given] if isinstance(given, str) else list(given if isinstance(given, Sequence) else ())
    return await on.services.context.podcasts.ask(lambda podcasts, _: named_feeds(podcasts.store, texts))


async def _remove(on: Subject) -> Outcome:
    removed = await _named(on, "feeds")
    for feed in removed:
        await on.services.feeds.remove_feed(feed.feed_id, is_told=False)
    return Outcome(f"{enumerated([feed.name for feed in removed])} removed", can_undo=True)


async def _move(on: Subject) -> Outcome:
    """Change the address of a podcast, or its topics. Raises UserError if the target is neither."""
    (feed,), feeds = await _named(on, "feed"), on.services.feeds
    targets = find_texts(on, "targets")
    if not await feeds.take_address(feed.feed_id, targets):
        folders = tuple(folder for text in targets if (folder := _folder(text)))
        await feeds.settings.configure(feed.feed_id, {"folder": ROWS["folder"].show(folders)}, is_told=False)
    elif on.services.is_app:
        await feeds.look_elsewhere()
    shown = (clean(split_login(target).text, 100) or "/" for target in targets)
    return Outcome(f"{feed.name}: moved to {', '.join(shown)}")


async def _rename(on: Subject) -> Outcome:
    return await _set(on._replace(values={"feed": on.values["feed"], "changes": [f"name={on.values['name']}"]}))


async def _set(on: Subject) -> Outcome:
    """Change settings of a podcast or book, all or none; the login is no setting, and cannot be undone."""
    ask, text = on.services.context.podcasts.ask, str(on.values["feed"])
    found = await ask(lambda podcasts, _: find_choice(podcasts.store, text))
    try:
        pairs = split_pairs(find_texts(on, "changes"))
        login = {key: pairs.pop(key) for key in LOGIN_KEYS if key in pairs}
        changes = checked(pairs, found.rows)
    except SettingError as error:
        raise UserError(f"{error}. Nothing was changed") from None
    said = []
    if login:
        (feed,) = await _named(on._replace(values={"feed": found.id}), "feed")
        caller = ThreadCaller(on.caller, get_running_loop())
        said.append(await ask(lambda podcasts, _: set_login(caller, podcasts.store, feed, login)))
    if changes:
        await on.services.feeds.settings.configure(found.id, changes, is_told=False)
        said += [f"{key} {value or f'default ({found.rows[key].usual})'}" for key, value in changes.items()]
    return Outcome(f"{found.name}: {', '.join(said)}", can_undo=bool(changes))


def _topics(asked: Asked) -> Outcome:
    """Show a podcast's categories, and turn the topics made from them on or off."""
    (feed,) = named_feeds(asked.store, [asked.text("feed")])
    is_on = asked.text("switch") == "on"
    asked.store.set_shows_categories(feed.feed_id, is_on)
    for category in feed.categories:
        asked.caller.show("/".join(category))
    return Outcome(f"{feed.name}: its categories and keywords {'are now topics' if is_on else 'are no longer topics'}")


def _folder(text: str) -> Folder:
    return tuple(name for part in text.split("/") if (name := clean(part)))


def _add_server(asked: Asked) -> Outcome:
    """Log in to a server, add it, and read its libraries.

    Raises UserError if it is no server of this kind, does not answer, or rejects the login; nothing was added then.
    """
    source = login_source(asked.text("url"))
    is_key, command = bool(asked.values.get("api_key")), asked.text("password_command")
    user = "" if is_key else check_user(asked.text("user") or asked.caller.ask("User name:") or "")
    secret = "API key:" if is_key else f"Password of {clean(user, 80)}:"
    password = password_from(command) if command else asked.caller.ask(secret, Kind.SECRET)
    if not password:
        raise UserError("no login was given")
    asked.caller.progress("logging in …")
    feed_id, said = source.log_in(asked.store, asked.text("url"), user, password, command)
    asked.caller.progress("reading the libraries …")
    asked.caller.say(said)
    (feed,) = named_feeds(asked.store, [feed_id])
    result = refresh_feed(asked.store, feed, asked.cancel, PUBLIC)
    if result.error:
        raise UserError(result.error)
    return Outcome(f"{counted(result.new)} added. Progress and bookmarks: tui-pod sync, which asks first")


def _remove_server(asked: Asked) -> Outcome:
    """Remove a server and its login. Raises UserError if there is no such server, or there are several accounts."""
    store, typed, name = asked.store, asked.text("server"), clean(asked.text("server"), 100)
    found = [feed for feed in servers(store) if is_named(feed, typed) or typed in (feed.title, feed.feed_id)]
    if asked.text("user"):
        found = [feed for feed in found if store.logins.user_of(feed.feed_id) == asked.text("user")]
    if not found:
        raise UserError(f"no server {name}. See: tui-pod server list")
    if len(found) > 1:
        raise UserError(f"{name} has several accounts; name one with --user")
    (feed,) = found
    kept = store.logins.kept(feed.feed_id)
    store.logins.forget(feed.feed_id)
    for login in kept:  # whose it was: nobody else may come to this progress
        store.logins.keep(login._replace(password="", password_command=None))
    store.remove(feed.feed_id)
    return Outcome(f"{feed.name}: removed")


async def _refresh(on: Subject) -> Outcome:
    """Refresh podcasts, then download and delete episodes as their settings say, which an app does in its own time."""
    from tui_pod.wishes.downloading import keep_downloads  # seldom needed

    named = await _named(on, "feeds") if on.values.get("feeds") else None
    caller = on.caller

    def show(done: int, total: int, last: RefreshResult) -> None:
        if last.error and not (last.is_known and named is None):  # such as from cron
            caller.warn(last.error + f" To allow it: tui-pod feeds add {last.feed_id}" * last.is_forbidden)
        if last.has_ended:
            caller.say(f"{last.name} has ended; to remove it: tui-pod feeds remove {last.feed_id}")
        caller.progress(clean(last.name, 50), done / total)

    result = await on.services.feeds.refresher.refresh_all_of(named, show)
    caller.progress("")
    failed = [one for one in result.failed if named is not None or not one.is_known]
    if failed and len(failed) == len(result.outcomes):
        return Outcome(status=1)
    said = f": {result.named_new}" if result.new else ""
    caller.note(f"{counted(len(result.outcomes), 'feed')} refreshed, {counted(result.new, 'new episode')}{said}")
    is_done = True
    if not on.services.is_app:
        wanted = None if named is None else {feed.feed_id for feed in named}
        feeds = await on.services.context.podcasts.ask(lambda podcasts, _: podcasts.store.feeds())
        is_done = await keep_downloads(on, [feed for feed in feeds if wanted is None or feed.feed_id in wanted])
    return Outcome(status=0 if is_done and not failed else 1)


def _download(on: Subject) -> Awaitable[Outcome]:
    from tui_pod.wishes.downloading import download  # seldom needed

    return download(on)


async def _rename_downloads(on: Subject) -> None:
    on.services.feeds.downloads.rename()


async def _of_sync(on: Subject, ident: str) -> Outcome | None:
    from tui_pod.wishes.actions import change_machine, set_up_sync  # seldom needed
    from tui_pod.wishes.asks import check_answers

    on = on._replace(values={name: value for name, value in on.values.items() if name != "ids"})
    return await {"sync.set_up": set_up_sync, "sync.machines": change_machine}[ident](check_answers(ident, on))


async def _forget(on: Subject) -> Outcome:
    """Forget a machine, after asking. Raises UserError."""
    said = "The file of {} will be removed from the folder, and its progress from all machines. Go on?"
    machine = on.text("machine")
    if not on.values.get("yes") and await on.caller.ask(said.format(clean(machine, 60)), Kind.YES) != "yes":
        raise UserError("nothing was forgotten; to agree: --yes")
    return Outcome(await on.services.sync.forget(machine))


async def _play_found(on: Subject) -> None:
    """Play an episode that a directory found, without subscribing. Raises UserError if its podcast does not list it."""
    address, episode = on.text("address"), on.text("episode")
    if (feed := await on.services.feeds.look_into(address, episode)) is not None:
        raise UserError(f"{feed.title or address} does not list “{episode}”. See: tui-pod feeds add {address}")


PODCAST_WISHES: Mapping[str, Wish] = {
    "podcasts.import": Wish(_import),
    "podcasts.add": _on_store(_add),
    "podcasts.remove": Wish(_remove),
    "podcasts.move": Wish(_move),
    "podcasts.rename": Wish(_rename),
    "podcasts.set": Wish(_set),
    "podcasts.refresh": Wish(_refresh),
    "podcasts.topics": _on_store(_topics),
    "directory.play": Wish(_play_found),
    "download.start": Wish(_download, needs_episodes=True),
    "download.rename": Wish(_rename_downloads),
    "texts.add": _on_store(partial(_add, is_text=True)),
    "server.add": _on_store(_add_server),
    "server.remove": _on_store(_remove_server),
    "sync.set_up": Wish(partial(_of_sync, ident="sync.set_up")),
    "sync.machines": Wish(partial(_of_sync, ident="sync.machines")),
    "sync.forget": Wish(_forget),
    "sync.rename": Wish(lambda on: Outcome(on.services.sync.rename(on.text("name")))),
}
