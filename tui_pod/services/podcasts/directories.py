"""Searches public directories of podcasts, and previews a podcast. Runs on the event loop."""

from __future__ import annotations

import os
import re
from typing import TYPE_CHECKING, NamedTuple

from tui_pod.core.text.clean import enumerated
from tui_pod.runtime.threads import in_thread

if TYPE_CHECKING:
    from tui_pod.services.context import Context
    from tui_pod.shelf.published import Published
    from tui_pod.sources.directories import Finding

_NAMES = {"itunes": "iTunes", "fyyd": "fyyd", "podcastindex": "Podcast Index"}


_ADDRESS = re.compile(r"\S*(?:\w\.\w|/|:\w)")
"""The start of an address: a host with dots, a scheme or a path."""


def is_words(typed: str) -> bool:
    """Return True if what was typed is a search, not an address or a path."""
    return not _ADDRESS.match(typed) and typed[:1] not in ("~", "'", '"', ".", "/")


class DirectorySearch(NamedTuple):
    """The result of a search for podcasts."""

    finding: Finding
    subscribed: frozenset[str]
    """The addresses in it that the listener is subscribed to."""


class DirectoryService:
    """Searches the directories of the settings; contacts none before the first search."""

    def __init__(self, context: Context) -> None:
        self._context = context
        self._settings = context.settings.find

    @property
    def names(self) -> list[str]:
        """The names of the directories that are searched."""
        chosen = dict.fromkeys(self._settings.directories)
        return [_NAMES[name] for name in chosen if name != "podcastindex" or self._settings.podcastindex_key]

    async def find(self, words: str) -> DirectorySearch:
        """Return the podcasts that match in the directories, and the errors of directories that failed."""
        podcasts = await self._context.podcasts.get()
        from tui_pod.sources.directories import find, make_directories  # brings TLS, 2 MiB

        chosen = self._settings
        directories = make_directories(
            chosen.directories, chosen.country, chosen.podcastindex_key, chosen.podcastindex_secret_command
        )
        with self._context.tasks.showing("find", f"asking {enumerated(self.names)}"):
            finding = await find(words, directories, podcasts.access.policy)
        return await self.marked(finding)

    @property
    def charts(self) -> tuple[str, ...]:
        """The categories of the charts; empty if no directory has charts."""
        from tui_pod.sources.directories import CATEGORIES  # brings TLS

        return tuple(CATEGORIES) if "itunes" in self._settings.directories else ()

    @property
    def country(self) -> str:
        """The country of the charts (two letters) unless the listener chooses another one."""
        from tui_pod.sources.directories import country_for  # brings TLS

        return country_for(self._settings.country, os.environ)

    async def top(self, typed: str) -> DirectorySearch:
        """Return the most popular podcasts of a category and a country, such as `Comedy AT`; both may be missing.

        Raises UserError if there is no such category.
        """
        podcasts = await self._context.podcasts.get()
        from tui_pod.sources.directories import find_top  # brings TLS

        with self._context.tasks.showing("find", "asking iTunes"):
            return await self.marked(await find_top(typed, self.country, podcasts.fetched, podcasts.access.policy))

    async def named(self, title: str, address: str) -> DirectorySearch:
        """Return the podcast at an address as if it had been found."""
        from tui_pod.sources.directories import Finding, FoundPodcast  # brings TLS

        return await self.marked(Finding((FoundPodcast(address, title),)))

    async def marked(self, finding: Finding) -> DirectorySearch:
        """Return what was found, with the addresses that the listener is subscribed to."""
        podcasts = await self._context.podcasts.get()
        feeds = await in_thread(lambda _: podcasts.store.feeds())
        known = {address for feed in feeds for address in (feed.address, feed.feed_id)}
        return DirectorySearch(finding, frozenset(known & {found.address for found in finding.podcasts}))

    async def preview(self, address: str) -> Published:
        """Return the feed at an address from a directory, without subscribing. Raises UserError if that fails."""
        podcasts = await self._context.podcasts.get()
        from tui_pod.sources.table import source_of  # brings TLS

        with self._context.tasks.showing("find", "fetching the podcast"):
            source = source_of(address)
            return await in_thread(lambda cancel: source.preview(address, podcasts.access.policy, cancel))
