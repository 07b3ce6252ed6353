"""What the shelf knows of an episode, and how its servers may be asked. Blocks on the disk: run it in a thread."""

from __future__ import annotations

from collections.abc import Sequence

from tui_pod.net.access import NetworkPolicy
from tui_pod.shelf.copies import read_places
from tui_pod.shelf.database import FeedStoreError
from tui_pod.shelf.feed_store import Details, FeedStore
from tui_pod.sources.table import source_of


class EpisodeAccess:
    """Looks up the stored details of episodes, and the network access that their podcasts have."""

    def __init__(self, store: FeedStore, policy: NetworkPolicy) -> None:
        """Open nothing; `policy` is the network access that the settings allow."""
        self.store = store
        self.policy = policy

    def details(self, ident: str) -> Details | None:
        """Return the stored details of an episode; None if there are none or they cannot be read."""
        try:
            return self.store.details(ident)
        except FeedStoreError:
            return None

    def places(self, ident: str) -> list[Sequence[str]]:
        """Return where an episode with copies lies, as `read_places` does; empty if that cannot be read."""
        try:
            with self.store.db.read() as db:
                return read_places(db, ident)
        except FeedStoreError:
            return []

    def policy_for(self, details: Details | None) -> NetworkPolicy:
        """Return the network access of an episode. Raises FetchError if its logins cannot be read."""
        if details is None:
            return self.policy
        return self.policy.widened(details.allowed, source_of(details.feed).logins(self.store, details.feed))
