"""Commands of the plain program about podcasts: find, add, import, refresh, and their settings.

The services say what was added or refreshed; questions and search results are said here.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from functools import partial
from typing import TYPE_CHECKING

from tui_pod.core.actions import key_of
from tui_pod.core.errors import UserError
from tui_pod.core.library.own_lists import OwnList
from tui_pod.core.library.podcast_settings import SettingError, checked, split_pairs
from tui_pod.core.library.topics import ROOT, list_key
from tui_pod.core.selection import list_settings
from tui_pod.core.text.clean import counted, enumerated, spoken_time
from tui_pod.net.file_address import is_path
from tui_pod.plain.browser import Browser
from tui_pod.plain.dialogue import Dialogue
from tui_pod.plain.spoken import sentence
from tui_pod.services.podcasts.directories import is_words
from tui_pod.services.podcasts.troubles import NONE
from tui_pod.services.services import Services

if TYPE_CHECKING:
    from tui_pod.services.podcasts.directories import DirectorySearch
    from tui_pod.services.podcasts.feeds import FeedService
    from tui_pod.services.podcasts.podcast_settings import PodcastChoice
    from tui_pod.sources.directories import FoundPodcast

IN_PLAIN = f"{key_of('feed.refresh')} on a podcast tries again, and asks for a login if it wants one."
NOT_ADDED = "No podcast added."

SAID = 10
"""How many podcasts, or episodes of one, are read out."""

SETTING = "Type a setting and its value, such as speed=1.2, or press enter to list the settings:"


class PodcastCommands:
    """Runs the commands about podcasts."""

    def __init__(self, dialogue: Dialogue, services: Services, browser: Browser) -> None:
        self._dialogue = dialogue
        self._services, self._run = services, services.tasks.run
        self._browser, self._list = browser, browser.model

    @property
    def _feeds(self) -> FeedService:
        return self._services.feeds

    def by_id(self) -> dict[str, Callable[[], object]]:
        """Return what to call, by the ids in the table of keys."""
        return {
            "feed.add": self._ask_podcast,
            "feed.settings": self._ask_setting,
            "feed.troubles": self._say_troubles,
        }

    def _say_troubles(self) -> None:
        found = self._list.troubles.values()
        self._dialogue.say_all(" ".join((f"{sentence(each.name)} {each.said} {each.since}").split()) for each in found)
        self._dialogue.say(IN_PLAIN if found else NONE)

    # -- adding ----------------------------------------------------------------------------------------

    def _ask_podcast(self) -> None:
        if not self._browser.is_on_topics and (previewed := self._list.previewed) is not None:
            self._feeds.add_previewed(previewed)
            return
        charts = ", or top for the charts" * bool(self._feeds.directories.charts)
        self._dialogue.ask(
            "The address of a podcast, the path of a folder or another player's export, or words to search for"
            f"{charts}:",
            self._add,
        )

    def _add(self, answer: str) -> None:
        typed = answer.strip()
        if not typed:
            self._dialogue.say(NOT_ADDED)
        elif typed.lower() == "top" and self._feeds.directories.charts:
            self._ask_top()
        elif is_words(typed) and (names := self._feeds.directories.names):
            self._run(self._find(names, self._feeds.directories.find(typed)))
        elif is_path(typed):
            self._run(self._add_path(typed))
        else:
            self._feeds.add(typed)

    async def _add_path(self, typed: str) -> None:
        preview = await self._feeds.imports.read(typed)
        if preview is None:
            self._feeds.add(typed)
            return
        self._dialogue.say(f"From {preview.origin}:")
        self._dialogue.say_all(preview.lines)
        take = partial(self._feeds.imports.take, preview)
        self._dialogue.ask_yes("Type y to import this, or press enter to cancel:", take, "Nothing imported.")

    def _ask_top(self) -> None:
        directories = self._feeds.directories
        self._dialogue.ask(
            "Which category? Type its name, a country or both, such as Comedy AT, or press enter for all of"
            f" {directories.country}; the tab key completes:",
            lambda answer: self._run(self._find(["iTunes"], directories.top(answer))),
            choices=directories.charts,
        )

    async def _find(self, asked: Sequence[str], search: Awaitable[DirectorySearch]) -> None:
        self._dialogue.say(f"Asking {enumerated(asked)}.")
        finding, known = await search
        self._dialogue.say_all(finding.faults)
        podcasts, names = (*finding.podcasts[:SAID], *finding.episodes[:SAID]), enumerated(finding.answered(asked))
        if not podcasts:
            if names:
                self._dialogue.say(f"No podcast found in {names}.")
            return
        count, first = len(finding.podcasts), min(len(finding.podcasts), SAID)
        self._dialogue.say(f"{counted(count, 'podcast')} from {names}, the first {first}:")
        for number, podcast in enumerate(podcasts, 1):
            mark = ("subscribed",) if podcast.address in known else ()
            kind = "Episode: " if podcast.episode else ""
            self._dialogue.say(f"{number}: {kind}" + sentence(", ".join((podcast.name, *podcast.details, *mark))))
        self._dialogue.ask_number(
            f"Type a number for more about a podcast,{' or to play an episode,' if finding.episodes else ''}"
            " or press enter to cancel:",
            len(podcasts),
            lambda row: self._run(self._preview(podcasts[row])),
            NOT_ADDED,
        )

    async def _preview(self, podcast: FoundPodcast) -> None:
        if (feed := await self._feeds.look_into(podcast.address, podcast.episode)) is None:
            return
        self._dialogue.say(sentence(f"{feed.title or podcast.title}, {counted(len(feed.items))}"))
        if summary := feed.summary or podcast.summary:
            self._dialogue.say(sentence(summary))
        for item in feed.items[:SAID]:
            self._dialogue.say(
                sentence(", ".join((item.title, *([spoken_time(item.duration)] if item.duration else ()))))
            )
        add = partial(self._feeds.add, podcast.address, is_listed=True)
        self._dialogue.ask_yes("Type y to subscribe, or press enter to cancel:", add, NOT_ADDED)

    # -- existing podcasts -------------------------------------------------------------------------------

    def _ask_setting(self) -> None:
        entry = self._browser.entry if self._browser.is_on_topics else self._list.query.entry
        if (own := self._list.library.lists.get(entry)) is not None:
            question = "Type a setting of the list and its value, such as name=Morning, or press enter to list them:"
            self._dialogue.ask(question, partial(self._change_list, own))
            return
        self._ask_setting_at(None if self._browser.is_on_topics else self._list.index, entry)

    def ask_setting_of(self, episode: str) -> None:
        """Ask for a setting of the podcast that an episode belongs to; of which podcast, if it belongs to none."""
        self._ask_setting_at(self._list.library.index(episode), ROOT)

    def _ask_setting_at(self, index: int | None, entry: int) -> None:
        library, settings = self._list.library, self._feeds.settings
        feed = self._list.podcast(entry) or (None if index is None else library.feed_of(index))
        if feed is not None or settings.is_course_at(library, index, entry):
            self._ask_setting_of(lambda: settings.find_at(library, index, entry))
        else:
            self._run(self._choose_podcast())

    async def _choose_podcast(self) -> None:
        """Ask for one of all podcasts; hidden ones are listed nowhere else."""
        podcasts = await self._feeds.settings.all()
        names = ["As usual, for all of them", *(podcast.name for podcast in podcasts)]
        self._dialogue.say_all(f"{number}: {sentence(name)}" for number, name in enumerate(names, 1))
        self._dialogue.ask_number(
            "Settings of which podcast? Type its number, or press enter to cancel:",
            len(names),
            lambda row: (
                self._ask_setting_of(lambda: self._feeds.settings.find(podcasts[row - 1].id))
                if row
                else self._dialogue.ask(SETTING, self._change_usual)
            ),
        )

    def _change_usual(self, answer: str) -> None:
        usual = self._services.usual
        if not answer.strip():
            texts, rows = usual.texts, usual.rows
            self._dialogue.say_all(f"{name}: {texts[name] or rows[name].usual}. {rows[name].text}." for name in rows)
            return
        try:
            self._dialogue.say(usual.change(checked(split_pairs([answer]), usual.rows)).sentence)
        except UserError as error:
            self._dialogue.say(f"{error}.")

    def _ask_setting_of(self, find: Callable[[], Awaitable[PodcastChoice | None]]) -> None:
        self._dialogue.ask(SETTING, lambda answer: self._run(self._change_setting(find, answer)))

    async def _change_setting(self, find: Callable[[], Awaitable[PodcastChoice | None]], answer: str) -> None:
        podcast = await find()
        if podcast is None:
            return
        if not answer.strip():
            rows, texts = podcast.rows, podcast.texts
            self._dialogue.say(f"Settings of {sentence(podcast.name)}")
            self._dialogue.say_all(f"{name}: {texts[name] or rows[name].usual}. {rows[name].text}." for name in rows)
            offers = await self._services.passages.offers(podcast)
            self._dialogue.say_all(f"{why}: try {name}={value}." for name, (value, why) in offers.items())
            return
        try:
            changes = checked(split_pairs([answer]), podcast.rows)
        except SettingError as error:
            self._dialogue.say(f"{error}.")
        else:
            self._feeds.settings.configure(podcast.id, changes)

    def _change_list(self, own: OwnList, answer: str) -> None:
        if not answer.strip():
            rows, texts = list_settings.ROWS, list_settings.to_texts(own)
            said = (f"{name}: {text or rows[name].usual}. {rows[name].text}." for name, text in texts.items())
            self._dialogue.say_all(said)
            return
        try:
            wanted = list_settings.changed(own, split_pairs([answer]))
            self._dialogue.say(f"{self._services.controller.lists.set(wanted, former=own.name)}.")
            renamed = self._list.library.topics.with_key(list_key(wanted.name))
            if wanted.name != own.name and renamed is not None:
                self._browser.entry = renamed
                self._list.change(self._list.query._replace(entry=renamed))
        except UserError as error:
            self._dialogue.say(f"{error}.")
