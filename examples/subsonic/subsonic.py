"""A source for tui-pod: podcasts and albums of Navidrome and other servers with the Subsonic API.

`subsonic:http://nas.home:4533` is what the server's podcasts have, newest first, and `subsonic:http://nas.home:4533/album/NAME`
an album as a list. `docs/sources.md` explains how a source is made.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from datetime import datetime
from typing import Any
from urllib.parse import quote, unquote, urlencode

from tui_pod.plugin import FeedError, NeedsLogin, Published, PublishedItem, SourcePlugin, SourceRequest

PREFIX, ALBUM = "subsonic:", "/album/"
LOGIN_ERRORS = (10, 40, 41, 42, 43, 44, 50)
"""Errors of the API that another login may mend."""


class Subsonic(SourcePlugin):
    """Reads one server."""

    contract = 2

    def takes(self, typed: str) -> str | None:
        """Return the address of a server, with its prefix."""
        return typed.strip().rstrip("/") if typed.strip().startswith(f"{PREFIX}http") else None

    def read(self, request: SourceRequest) -> Published:
        """Return the album that the place names, or all podcasts."""
        address, _, album = request.place.removeprefix(PREFIX).partition(ALBUM)
        server = Server(request, address)
        return server.album(unquote(album)) if album else server.podcasts()


class Server:
    """A server, with the login of the subscription."""

    def __init__(self, request: SourceRequest, address: str) -> None:
        if request.login is None:
            raise NeedsLogin
        self._request, self._base = request, f"{address}/rest/"
        # the salt is always the same, so that what is kept with the logins is, too
        salt = hashlib.sha256(request.place.encode()).hexdigest()[:12]
        token = hashlib.md5(f"{request.login.password}{salt}".encode(), usedforsecurity=False).hexdigest()
        self._parameters = {"u": request.login.user, "t": token, "s": salt, "v": "1.13.0", "c": "tui-pod"}

    def album(self, name: str) -> Published:
        """Return the album of a name as a list, in order."""
        found = self._ask("search3", query=name, albumCount="20", artistCount="0", songCount="0")
        albums = found.get("searchResult3", {}).get("album", [])
        if not albums:
            raise FeedError(f"There is no album “{name}”.")
        best = next((each for each in albums if each["name"].casefold() == name.casefold()), albums[0])
        whole = self._ask("getAlbum", id=best["id"])["album"]
        songs = whole.get("song", [])
        items = tuple(self._item(song, song.get("artist", ""), song.get("track")) for song in songs)
        return Published(
            whole["name"], items, summary=whole.get("artist", ""), picture=self._cover(whole), is_serial=True
        )

    def podcasts(self) -> Published:
        """Return the episodes of all podcasts that the server has fetched."""
        channels = self._ask("getPodcasts", includeEpisodes="true").get("podcasts", {}).get("channel", [])
        items = [
            self._item({**episode, "id": episode["streamId"]}, channel.get("title", ""))
            for channel in channels
            for episode in channel.get("episode", [])
            if episode.get("streamId")
        ]
        items.sort(key=lambda item: item.published or 0.0, reverse=True)
        return Published(f"Podcasts of {self._base.split('/')[2]}", tuple(items))

    def _ask(self, method: str, **parameters: str) -> Mapping[str, Any]:
        query = urlencode({**self._parameters, "f": "json", **parameters})
        answer = self._request.fetch(f"{self._base}{method}.view?{query}").json()["subsonic-response"]
        if answer["status"] != "ok":
            if answer["error"]["code"] in LOGIN_ERRORS:
                raise NeedsLogin
            raise FeedError(answer["error"]["message"])
        return answer

    def _item(self, entry: Mapping[str, Any], by: str, number: int | None = None) -> PublishedItem:
        date = entry.get("publishDate")
        return PublishedItem(
            guid=entry["id"],
            title=entry["title"],
            summary=entry.get("description") or by,
            audio=f"{self._base}stream.view?id={quote(entry['id'])}&format=raw",
            size=entry.get("size"),
            duration=entry.get("duration"),
            published=datetime.fromisoformat(date.replace("Z", "+00:00")).timestamp() if date else None,
            season=entry.get("discNumber"),
            number=number,
            picture=self._cover(entry),
            parameters=self._parameters,
        )

    def _cover(self, entry: Mapping[str, Any]) -> str | None:
        cover = entry.get("coverArt")
        return f"{self._base}getCoverArt.view?id={quote(cover)}" if cover else None
