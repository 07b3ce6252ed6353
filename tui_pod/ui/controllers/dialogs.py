"""The dialogs of the library screen, about the row at its cursor."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import TYPE_CHECKING, cast

from textual.screen import Screen
from textual.widget import AwaitMount

from tui_pod.core.actions import key_of
from tui_pod.core.errors import UserError
from tui_pod.core.library.own_lists import OwnList
from tui_pod.core.library.podcast_settings import Setting, choice_kind
from tui_pod.core.library.topics import ROOT, list_key
from tui_pod.core.outcome import changed
from tui_pod.core.progress.bookmarks import Bookmark
from tui_pod.core.progress.cards import Card
from tui_pod.core.selection import list_settings
from tui_pod.core.selection.bookmark_groups import titled
from tui_pod.core.selection.list_query import Filter, ListQuery
from tui_pod.core.text.clean import counted
from tui_pod.services.caller import Kind
from tui_pod.services.podcasts.troubles import NONE
from tui_pod.ui.screens.asking import AskScreen
from tui_pod.ui.screens.bookmarks import BookmarkScreen
from tui_pod.ui.screens.dialog import ChoiceDialog, CycleDialog
from tui_pod.ui.screens.lists import CollectScreen
from tui_pod.ui.screens.podcasts.podcast_settings import PodcastsScreen, SettingsScreen
from tui_pod.ui.screens.recall import RecallScreen
from tui_pod.ui.screens.session import PlanScreen
from tui_pod.ui.screens.sync_setup import choose_way
from tui_pod.wishes.asks import open_asks
from tui_pod.wishes.wish import Ask

if TYPE_CHECKING:
    from tui_pod.ui.app import TuiPodApp
    from tui_pod.ui.screens.main import MainScreen
    from tui_pod.wishes.wish import Subject


class DialogController:
    """Opens dialogs, one at a time."""

    def __init__(self, screen: MainScreen, show: Callable[[Screen[None]], AwaitMount]) -> None:
        """Open nothing yet; `show` shows a dialog over the library."""
        self._screen = screen
        self._services = screen.services
        self._show = show

    def bookmark(self, bookmark: Bookmark) -> None:
        """Edit a bookmark."""
        controller = self._services.controller
        (shown,) = titled(controller.library, [bookmark])
        self._show(BookmarkScreen(shown, controller.bookmarks))

    def recall(self, cards: Sequence[Card], then: Callable[[], None]) -> None:
        """Ask these cards in a dialog, and call `then` once it is closed."""
        self._show(RecallScreen(self._services.recall, cards, then))

    async def plan(self) -> None:
        """Plan a session."""
        await self._show(PlanScreen(self._services, self._screen.model))

    def ask(self, ident: str, on: Subject) -> AwaitMount | None:
        """Ask what an action needs to know, one question after the other, then run it; return what shows a question."""
        ask = next(iter(open_asks(ident, on)), None)
        if ask is None:
            self._screen.do(ident, on)
            return None

        def go_on(answer: str) -> None:
            self.ask(ident, on.answered(ask.name, answer))

        if ask.kind is Kind.CHOICE and ask.choices is not None:
            choices = ask.choices(on)
            rows = [choice.shown for choice in choices]
            return self._show(ChoiceDialog(ask.title, rows, lambda row: go_on(choices[row].value)))
        if ask.kind is Kind.YES:
            about = self._services.first.with_keys(ask.about(on, "") if ask.about is not None else "")
            return self._show(ChoiceDialog(ask.title, (ask.verb,), lambda _: go_on("yes"), about))
        return self._show(AskScreen(ask, on, go_on))

    def ask_words(self, title: str, take: Callable[[str], object]) -> None:
        """Ask for words to search for, or none."""
        words = Ask("words", title, title=title, verb="Search", takes_empty=lambda _: True)
        self._show(AskScreen(words, self._screen.subject(()), take))

    async def add_feed(self) -> None:
        """Subscribe to the podcast of the previewed episode at the cursor, or ask for an address and open it."""
        from tui_pod.ui.screens.podcasts.add import AddFeedScreen  # brings TLS

        if (previewed := self._screen.model.previewed) is not None:
            self._services.feeds.add_previewed(previewed)
        else:
            await self._show(AddFeedScreen(self._services, self.open_feed))

    def choose_filter(self) -> None:
        """Show the filters with how many episodes each leaves."""
        model = self._screen.model
        if (entry := model.query.entry) < 0:
            self._screen.do("list.filter", self._screen.subject(()))  # which says why not
            return
        stats, count = model.progress_index.topic_stats[entry], len(model.library.topics.members[entry])
        counts = {Filter.ALL: count, Filter.UNPLAYED: count - stats.played - stats.started,
                  Filter.STARTED: stats.started, Filter.PLAYED: stats.played}  # fmt: skip
        rows = [(f"{each:<10}{counts[each]:>8,}", model.query._replace(filter=each)) for each in Filter]
        self._offer("Filter", "list.filter", rows)

    def choose_sort(self) -> None:
        """Show the orders."""
        model = self._screen.model
        if model.query.entry < 0:
            self._screen.do("list.sort", self._screen.subject(()))  # which says why not
        else:
            self._offer("Sort", "list.sort", [(model.name_of(each), model.sorted_by(each)) for each in model.sorts])

    def _offer(self, title: str, ident: str, rows: Sequence[tuple[str, ListQuery]]) -> None:
        """Show a few ways to list what is listed; `ident` is the action whose key goes on to the next one."""
        listing, queries = self._screen.listing, [query for _, query in rows]
        present, key = queries.index(self._screen.model.query), self._services.first.with_keys(key_of(ident))

        def choose(number: int) -> None:
            listing.change_query(queries[number], keeps_cursor=True)

        self._show(CycleDialog(title, [text for text, _ in rows], present, choose, ident, key))

    def troubles(self) -> None:
        """Show all podcasts in trouble, or what helps the only one."""
        from tui_pod.ui.screens.podcasts.troubles import TroublesScreen, remedies  # seldom needed

        found, model = list(self._screen.model.troubles.values()), self._screen.model
        if not found:
            self._screen.app.notify(NONE)
            return
        number = found.index(model.trouble) if model.trouble is not None else 0
        self._show(TroublesScreen(self._services, found, number) if found[1:] else remedies(self._services, found[0]))

    def look_into(self, title: str, address: str) -> None:
        """Show the episodes of a podcast, without subscribing."""
        from tui_pod.ui.screens.podcasts.add import AddFeedScreen  # brings TLS
        from tui_pod.ui.screens.podcasts.find import FindScreen

        find = partial(self._services.feeds.directories.named, title, address)
        again = partial(AddFeedScreen, self._services, self.open_feed)
        self._show(FindScreen(title, [], find, self._services, self.open_feed, again))

    def subscribe_again(self, name: str, address: str) -> None:
        """Offer to subscribe again to a podcast that was removed."""
        feeds, about = self._services.feeds, f"{name} was removed. Its episodes and your progress come back with it."
        self._show(ChoiceDialog(name, ("Subscribe again",), lambda _: feeds.add(address), about))

    def set_up_sync(self) -> None:
        """Ask what to sync with."""
        machines = partial(self.ask, "sync.machines", self._screen.subject(()))
        self._show(choose_way(self._services.sync, machines))

    def collect(self, episodes: Sequence[str]) -> AwaitMount:
        """Ask for a list of the listener's own, and put episodes on it; offer to make one."""
        lists, title = self._services.controller.lists, f"Put {counted(len(episodes))} on which list?"

        def put_on(name: str) -> None:
            self._change_lists(lambda: lists.put_on(name, episodes))

        return self._show(CollectScreen(title, lists.by_hand, put_on, self.save_list))

    def save_list(self) -> None:
        """Save what is listed as a rule: the topic, the words, the filter and the order."""
        self.edit_list(self._screen.model.as_rule())

    def edit_list(self, own_list: OwnList, former: str = "") -> None:
        """Edit a list; `former` is the name under which it is saved, empty if it is not."""

        def save(texts: dict[str, str]) -> None:
            wanted = list_settings.changed(own_list, texts)
            self._change_lists(lambda: self._services.controller.lists.set(wanted, "", former))
            topic = screen.model.library.topics.with_key(list_key(wanted.name))
            if wanted.name != former and topic is not None:  # a new rule has the search and the filter now
                screen.listing.change_query(screen.model.query._replace(query="", filter=Filter.ALL))
                screen.listing.open_entry(topic)

        screen, name = self._screen, own_list.name if former else "A smart list"
        rows, texts = list_settings.rows_of(own_list), list_settings.to_texts(own_list)
        self._show(SettingsScreen(name, rows, texts, save, self._services.first.settings))

    def _change_lists(self, change: Callable[[], str]) -> None:
        """Change the lists, and say what was done or why not."""
        try:
            done = change()
        except UserError as error:
            self._screen.app.notify(f"{str(error)[:1].upper()}{str(error)[1:]}.", severity="error")
        else:
            self._screen.show_outcome(changed(done))

    async def settings(self, is_of_topic: bool, episode: str | None = None) -> None:
        """Show the settings of the book at the cursor, or of the podcast; ask which if there is none.

        `episode` is the one at the cursor of a view over the list.
        """
        model, service, usual = self._screen.model, self._services.feeds.settings, self._services.first.settings
        if model.own_list is not None and episode is None:
            self.edit_list(model.own_list, model.own_list.name)
            return
        index = None if is_of_topic else model.index if episode is None else model.library.index(episode)
        podcast = await service.find_at(model.library, index, model.query.entry if episode is None else ROOT)
        edit = partial(SettingsScreen.of_podcast, service, usual)
        if podcast is not None:
            offers = await self._services.passages.offers(podcast)
            shown = {name: (value, self._services.first.with_keys(why)) for name, (value, why) in offers.items()}
            await self._show(edit(podcast, shown))
            return
        others = PodcastsScreen(await service.all(), lambda chosen: self._show(edit(chosen)))
        await self._show(self._usual(others) if is_of_topic and model.query.entry == ROOT else others)

    def _usual(self, podcasts: PodcastsScreen) -> SettingsScreen:
        """Return the settings for all podcasts, which lead to those of each."""
        usual, app = self._services.usual, cast("TuiPodApp", self._screen.app)
        kind = choice_kind(*sorted(app.available_themes))
        theme = Setting("Colours of the screen", kind, "as the terminal is", "theme", "")

        def save(texts: dict[str, str]) -> None:
            if "theme" in texts:
                app.choose_theme(texts.pop("theme"))
            if texts:
                self._change_lists(lambda: usual.change(texts).text)

        texts, rows = {**usual.texts, "theme": app.chosen_theme}, (*usual.rows.values(), theme)
        fixed = ", ".join(sorted(self._services.first.settings.fixed))
        head = f"config.toml sets {fixed}." if fixed else ""
        screen = SettingsScreen("As usual: for all podcasts", rows, texts, save, self._services.first.settings)
        screen.lead_to("Settings of one podcast …", lambda: self._show(podcasts), head)
        return screen

    def open_feed(self, feed_id: str) -> None:
        """Show the episodes of a podcast."""
        topics = self._screen.model.library.topics
        topic = next((topic for topic in range(1, len(topics.names)) if topics.feed(topic) == feed_id), None)
        if topic is not None:
            self._screen.listing.open_entry(topic)
