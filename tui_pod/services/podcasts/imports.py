"""Imports the export of another player into the running app: previews it, then takes it, which can be undone.

Runs on the event loop; blocking work runs in threads.
"""

from __future__ import annotations

import asyncio
from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from tui_pod.core.progress.progress import PlayedRule
from tui_pod.core.text.clean import counted, enumerated
from tui_pod.net.file_address import typed_path
from tui_pod.runtime.threads import CancelToken, in_thread

if TYPE_CHECKING:
    from tui_pod.services.context import Context
    from tui_pod.services.podcasts.refreshing import Refresher
    from tui_pod.services.podcasts.shown_library import ShownLibrary
    from tui_pod.shelf.opml import Imported
    from tui_pod.sources.opened import Podcasts
    from tui_pod.sources.own_network import ForbiddenFeeds
    from tui_pod.sync.podcasts import ImportPlan


FAULTS = 5
"""Most faults of an export that are shown in its preview."""


class Preview(NamedTuple):
    """An export, and what would be imported from it."""

    imported: Imported
    taking: ImportPlan

    @property
    def origin(self) -> str:
        """Where it comes from, such as `AntennaPod`."""
        return self.imported.program or "the list"

    def without(self, rows: Collection[int]) -> Preview:
        """Return the preview without the new podcasts in these rows."""
        left = {entry for number, entry in enumerate(self.taking.new) if number in rows}
        new = tuple(entry for entry in self.taking.new if entry not in left)
        entries = tuple(entry for entry in self.imported.entries if entry not in left)
        return Preview(self.imported._replace(entries=entries), self.taking._replace(new=new))

    @property
    def lines(self) -> list[str]:
        """A summary, what is not imported, and the first entries that cannot be."""
        known = len(self.imported.entries) - len(self.taking.new)
        left = [f"Not imported: {enumerated(self.imported.left)}."] if self.imported.left else []
        return [f"{self.taking.summary()}; {known} already here.", *left, *self.imported.faults[:FAULTS]]


@dataclass(eq=False, repr=False)
class ImportService:
    """Reads exports, and imports them."""

    _context: Context
    _library: ShownLibrary
    _refresher: Refresher

    async def read(self, typed: str, is_asked: bool = False) -> Preview | None:
        """Return a preview of the export at a path; None if there is none.

        Raises ImportFault if it cannot be read, or if it `is_asked` for and is no export.
        """
        from tui_pod.imports.players import is_export, read_export  # brings TLS and XML, 6 MiB
        from tui_pod.sync.podcasts import plan

        podcasts = await self._context.podcasts.get()
        controller = self._context.controller
        library, progress = controller.library, dict(controller.progress_index)
        path, rule = typed_path(typed), PlayedRule(**self._context.settings.played.values())

        def look(_: CancelToken) -> Preview | None:
            if path is None or not (is_asked or is_export(path)):
                return None
            imported, store = read_export(Path(path)), podcasts.store
            taking = plan(imported, store.feeds(), store.identities(), progress, rule,
                          lambda ident: library.index(ident) is not None)  # fmt: skip
            return Preview(imported, taking)

        with self._context.tasks.showing("import", "reading the export"):
            return await in_thread(look)

    def take(self, preview: Preview, is_fetched: bool = True, is_told: bool = True) -> asyncio.Task[object]:
        """Subscribe to the new podcasts, take over the progress, and fetch the episodes if `is_fetched`.

        Returns the task that subscribes; a notice says so if `is_told`.
        """
        taking = preview.taking
        ids = [entry.feed_id or entry.address for entry in taking.new]
        added = f"{counted(len(ids), 'podcast')} added from {preview.origin}"

        async def subscribe() -> str | None:
            await self._context.podcasts.ask(lambda podcasts, _: podcasts.store.subscribe(preview.imported.entries))
            await self._context.podcasts.ask(lambda podcasts, _: podcasts.store.await_recordings(taking.awaited))
            await self._library.update()
            return added if ids else None

        subscribed = self._context.tasks.perform(added, subscribe, lambda: self._remove(ids), is_told)
        if taking.progress:
            label = f"{taking.played} played and {len(taking.progress) - taking.played} started from {preview.origin}"
            self._context.controller.editor.receive(taking.progress, label, is_saved=False)
        if taking.queue:
            self._context.controller.queue_last(taking.queue)
        if preview.imported.left:
            left = f"Not imported from {preview.origin}: {enumerated(preview.imported.left)}."
            self._context.frontend.tell(left)
        if is_fetched:
            self._context.tasks.run(self._fetch(subscribed, ids))
        return subscribed

    async def forbidden(self) -> ForbiddenFeeds:
        """Return the podcasts in the listener's own network that a list has named and that were never fetched."""
        podcasts = await self._context.podcasts.get()
        from tui_pod.sources.own_network import find_forbidden  # brings TLS

        feeds = await in_thread(lambda _: [feed for feed in podcasts.store.feeds() if not feed.error])
        return await find_forbidden(feeds, podcasts.access.policy)

    async def allow(self, forbidden: ForbiddenFeeds) -> None:
        """Allow fetching podcasts in the listener's own network from now on."""
        await self._context.podcasts.ask(lambda podcasts, _: forbidden.allow(podcasts.store))

    async def _remove(self, ids: list[str]) -> None:
        def remove(podcasts: Podcasts, _: CancelToken) -> None:
            for feed_id in ids:
                podcasts.store.remove(feed_id)

        await self._context.podcasts.ask(remove)
        await self._library.update()

    async def _fetch(self, subscribed: asyncio.Task[object], ids: list[str]) -> None:
        await asyncio.wait((subscribed,))
        podcasts = await self._context.podcasts.get()
        from tui_pod.sources.own_network import find_forbidden  # brings TLS

        wanted = set(ids)
        feeds = [feed for feed in await in_thread(lambda _: podcasts.store.feeds()) if feed.feed_id in wanted]
        with self._context.tasks.showing("import", f"looking at {counted(len(feeds), 'podcast')}"):
            forbidden = await find_forbidden(feeds, podcasts.access.policy)
        if forbidden.feeds:
            self._refresher.ask_to_allow(forbidden.feeds)
            feeds = [feed for feed in feeds if feed not in forbidden.feeds]
        if feeds:
            await self._refresher.refresh_these(feeds)
