"""What is wrong with podcasts, and what helps: the same words in the list, in the details and in the view of all."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from tui_pod.core.actions import key_of

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable

    from tui_pod.shelf.subscription import Subscription

SEE_ALL = f"Press {key_of('feed.troubles')} for the reason and what helps."
NONE = "No podcast has trouble."
HELPS = (
    f"Press {key_of('feed.refresh')} to try again; it asks for a login, or whether it may be fetched, if need be. "
    f"Press {key_of('feed.troubles')} to change its address or to unsubscribe."
)


class Trouble(NamedTuple):
    """Why a podcast has no new episodes."""

    feed: str
    """The id of its subscription."""
    name: str
    said: str
    """What happened, in full."""
    since: str
    """When it was last fetched, in a sentence."""
    address: str

    @property
    def page(self) -> str:
        """What an empty list says: a line of what it is about, and below it what happened and which keys help."""
        return "\n".join((self.name, "", self.said, self.since, "", HELPS))


def find_troubles(feeds: Iterable[Subscription], awaited: Collection[str] = ()) -> dict[str, Trouble]:
    """Return the troubles of subscriptions by their ids; hidden and `awaited` ones need not have been fetched yet."""
    from datetime import UTC, datetime  # after the first paint

    from tui_pod.core.wall_time import local_time
    from tui_pod.sources.table import source_of

    found = dict[str, Trouble]()
    for feed in feeds:
        is_unfetched = feed.fetched is None and feed.feed_id not in awaited and source_of(feed.address).is_online
        said = feed.trouble or ("It has not been fetched yet." if is_unfetched else "")
        if said.startswith(f"{feed.name}: "):  # as a command says it
            said = said.removeprefix(f"{feed.name}: ")
            said = f"{said[:1].upper()}{said[1:]}"
        if said and not feed.settings.hidden:
            fetched = feed.fetched and local_time(datetime.fromtimestamp(feed.fetched, UTC))
            since = f"Last fetched on {fetched:%-d %b %Y at %H:%M}." if fetched else "Never fetched."
            address = source_of(feed.address).shown(feed.address)
            found[feed.feed_id] = Trouble(feed.feed_id, feed.name, said, since, address)
    return found
