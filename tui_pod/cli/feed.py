"""The command `feed`: write or serve a list as a podcast feed, for any podcast player."""

from __future__ import annotations

import asyncio
import os
import re
import shutil
import sys
from argparse import Namespace
from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from tempfile import mkdtemp
from threading import Thread
from time import sleep
from urllib.parse import quote, urlsplit

from tui_pod.audio.ogg import length_of
from tui_pod.cli.library import listed
from tui_pod.cli.shared import Opened, make_folder, open_library, tell, warn
from tui_pod.cli.speech.narrate import UNBOUNDED, render
from tui_pod.cli.wishes import grant
from tui_pod.core.errors import UsageError, UserError
from tui_pod.core.library.episode import Episode
from tui_pod.core.text.clean import clean, counted
from tui_pod.core.wall_time import UNKNOWN
from tui_pod.export.acts import cover, file_stem
from tui_pod.export.feed import FeedServer, chapters_text, ending_of, feed_item, feed_text
from tui_pod.recordings.recording_store import file_hash
from tui_pod.runtime.files import locked, read_bytes
from tui_pod.runtime.own_files import OwnFiles
from tui_pod.services.narration import make_narrator
from tui_pod.services.podcasts.opening import open_podcasts
from tui_pod.services.recordings import find_recording
from tui_pod.shelf.episodes import picture_of
from tui_pod.sources.table import source_of

ONE_WAY = "Positions do not come back to tui-pod."

PREFIX = "tui-pod-"
"""Prefix of the names of covers, and of all files of earlier versions."""

NEW = f".{PREFIX}new-"
"""Prefix of the folder in which files are made."""

FEED, COVER, MADE_BY = "feed.xml", f"{PREFIX}cover.png", "Made by tui-pod."

ADDRESS = "127.0.0.1:8380"

LOOK_EVERY = 60.0
"""Seconds after which the list is read again while its feed is served."""

UNDATED = date(2000, 1, 1)
"""The day of the first item if not even its year is known."""


def run(options: Namespace) -> int:
    """Write a feed and its files, and serve them if that is wanted; return 1 if an episode was left out.

    Raises UserError if no folder or no such list is named, or the folder or the address cannot be used.
    """
    if options.out is None and not options.serve:
        raise UsageError("name a folder with --out DIR, or serve the feed with --serve")
    server, base = _bind(options.address or ADDRESS) if options.serve else (None, "")
    base = f"{(options.url or base).rstrip('/')}/" if options.url or base else ""
    if "//0.0.0.0:" in base or "//[::]:" in base:
        raise UsageError("say with --url how players reach this machine")
    opened, episodes = _read(options)
    feed = _write(options, opened, episodes, base)
    if server is not None:
        server.files = feed.files
        server.names.add((urlsplit(base).hostname or "").lower())
        is_alone = str(server.server_address[0]).startswith(("127.", "::1"))
        whom = "this machine alone" if is_alone else "all who reach this machine"
        tell(f"Open to {whom}, until Ctrl+C: {base}feed.xml")
        Thread(target=server.serve_forever, daemon=True).start()
        while True:
            sleep(LOOK_EVERY)
            try:
                opened, found = _read(options)
                if found != episodes:
                    server.files, episodes = _write(options, opened, found, base).files, found
            except (OSError, UserError) as error:  # such as a list that was removed: what was served stays
                warn(str(error))
    return 1 if feed.failures else 0


def _read(options: Namespace) -> tuple[Opened, list[Episode]]:
    """Open the library; return it with the episodes of the list. Raises UserError if there is no such list."""
    opened = open_library(options)
    indexes = listed(opened, opened.count_progress(), options.name)
    return opened, [opened.library.episode(index) for index in indexes]


def _write(options: Namespace, opened: Opened, episodes: Sequence[Episode], base: str) -> FeedFolder:
    """Write the feed and its files; return what was written. Raises UserError or OSError if that is not possible."""
    if options.copy:
        grant(options, "download.start", {"ids": [episode.id for episode in episodes]})
    folder = options.out or opened.paths.cache / "feeds" / file_hash(options.name)
    feed = FeedFolder(opened, folder, base)
    make_folder(folder)
    with locked(folder / f".{PREFIX}lock", UserError(f"another tui-pod is writing {folder}; try again after it")):
        feed.fill(episodes, options.name)
    tell(f"{folder / FEED}: {counted(len(feed.items))}, {counted(feed.written, 'new file')}. {ONE_WAY}")
    return feed


def _bind(address: str) -> tuple[FeedServer, str]:
    """Return the server at an address, and how it is called."""
    host, _, port = address.rpartition(":")
    if not host or not port.isdecimal() or int(port) > 65_535:
        raise UsageError(f"--address is such as {ADDRESS}")
    try:
        server = FeedServer(host.strip("[]"), int(port))
    except OSError as error:
        raise UserError(f"{clean(address)} cannot be opened: {error.strerror or error}") from None
    return server, f"http://{host}:{server.server_port}"


class FeedFolder:
    """The folder of a feed. What is new is made in a folder inside, and moved when it is whole."""

    def __init__(self, opened: Opened, folder: Path, base: str) -> None:
        """Write nothing yet; `base` is the address of the folder, empty if that is not known."""
        self._opened, self._folder, self._base, self._own = opened, folder, base, OwnFiles(folder)
        self._new = folder
        self._podcasts = open_podcasts(opened.paths, opened.settings)
        self.items: list[str] = []
        self.names: set[str] = set()
        self._dated = UNKNOWN  # of the last item
        self.written = self.failures = 0

    @property
    def files(self) -> dict[str, Path]:
        """The paths of what was written, by name."""
        return {name: self._folder / name for name in self.names}

    def fill(self, episodes: Sequence[Episode], title: str) -> None:
        """Write the feed and its files, and remove those of episodes that left it, unless one failed.

        Raises UserError if the folder cannot be made, OSError if there is no room in it, for example.
        """
        self._adopt()
        for name in (FEED, COVER):  # before any work
            self._own.claim(name)
        for name in self._own.names:
            if name.startswith(NEW):  # of a killed run
                shutil.rmtree(self._folder / name, ignore_errors=True)
        self._new = Path(mkdtemp(prefix=NEW, dir=self._folder))
        self._own.adopt(self._new.name)
        try:
            if narrated := [episode for episode in episodes if episode.audio is None]:
                tell(f"narrating {counted(len(narrated))}")
                narrator = make_narrator(self._opened.paths, self._opened.settings.narration, UNBOUNDED)
                self.failures = asyncio.run(render(self._opened, narrated, narrator, self._new, None, sys.stderr))
            for episode in episodes:
                try:
                    self._add(episode)
                except (UserError, FileNotFoundError) as error:
                    self.failures += 1
                    warn(f"{episode.title}: {getattr(error, 'strerror', None) or error}")
            picture = self._put(COVER, cover())
            text = feed_text(title, f"{MADE_BY} {ONE_WAY}", self._base, picture, self.items)
            self._put(FEED, text.encode())
            if not self.failures:
                self._own.remove_others(self.names)
        finally:
            shutil.rmtree(self._new, ignore_errors=True)

    def _adopt(self) -> None:
        """Take what a version wrote that kept no list: a feed that says so, and the files that it names."""
        feed = self._folder / FEED
        if not self._own.names and feed.is_file():
            text = read_bytes(feed).decode("utf-8", "replace")
            if MADE_BY in text:
                self._own.adopt(FEED, *re.findall(rf"{PREFIX}[\w.]+", text))

    def _add(self, episode: Episode) -> None:
        """Add an episode, or each part of a book. Raises UserError or FileNotFoundError if its audio is missing."""
        access, documents = self._podcasts.access, self._podcasts.documents
        details, marks = access.details(episode.id), documents.chapters(episode).marks
        is_open = details is None or (source_of(details.feed).is_portable and not access.policy_for(details).logins)
        picture = picture_of(self._podcasts.store.db, episode.id) or ""
        if "://" not in picture:
            named = f"{PREFIX}{file_hash(picture)}{ending_of(picture)}"
            picture = self._put(named, Path(picture)) if os.path.isfile(picture) else ""
        elif not is_open:
            picture = ""
        for ident, one, start in _recordings(episode):
            audio, size = one.audio or "", (details.item.size if details else None) or 0
            if one.audio is None:
                if not (path := self._new / f"{episode.id}.opus").exists():
                    return  # why was told
                sound = read_bytes(path)
                audio, size = self._put(self._name(ident, one, ".opus"), sound, ident), len(sound)
                one = one._replace(duration=length_of(sound))
            elif (recording := find_recording(one, self._podcasts)) is not None:
                audio = self._put(self._name(ident, one, ending_of(recording.name, audio)), recording, ident)
                size = recording.stat().st_size
            elif not is_open:
                raise UserError("only its download can be in a feed, since it needs a login: --copy downloads it")
            own = [mark for mark in marks if start <= mark.start < start + (one.duration or mark.start + 1)]
            chapters = ""
            if own:
                chapters = self._put(self._name(ident, one, ".json"), chapters_text(own, start).encode(), ident)
            when = self._date(one, details.item.published if details and one.published else None)
            self.items.append(feed_item(len(self.items) + 1, ident, one, when, audio, size, picture, chapters))

    def _date(self, episode: Episode, published: float | None) -> datetime:
        """Return when an item appeared: a minute after the one before it if that is later, so that order is kept."""
        year = int(episode.year) if re.fullmatch("[12][0-9]{3}", episode.year) else UNDATED.year
        day = episode.published or UNDATED.replace(year=year)
        own = datetime.combine(day, time(), UTC) if published is None else datetime.fromtimestamp(published, UTC)
        self._dated = max(own.replace(microsecond=0), self._dated + timedelta(minutes=1))
        return self._dated

    def _name(self, ident: str, episode: Episode, ending: str) -> str:
        """Return the name of a file: that of a download, or as a version gave it that had names of digits."""
        if (former := f"{PREFIX}{file_hash(ident)}{ending}") in self._own.names:
            return former
        stem = file_stem(self._opened.library, episode, self._opened.settings.feeds.download_names)
        return self._own.name_for(ident, stem, ending)

    def _put(self, name: str, content: bytes | Path, ident: str = "") -> str:
        """Write or copy a file unless it is there; return its address."""
        target, new, address = self._folder / name, self._new / "file", f"{self._base}{quote(name)}"
        self.names.add(name)
        if isinstance(content, bytes):
            if target.is_file() and read_bytes(target) == content:
                return address
            new.write_bytes(content)
        else:
            there = content.stat()
            if target.exists() and _is_same(target.stat(), there):
                return address
            shutil.copyfile(content, new)
            os.utime(new, (there.st_mtime, there.st_mtime))
        os.replace(new, self._own.claim(name, ident))
        self.written += 1
        return address


def _is_same(one: os.stat_result, other: os.stat_result) -> bool:
    return one.st_size == other.st_size and abs(one.st_mtime - other.st_mtime) < 2  # a stick has even seconds


def _recordings(episode: Episode) -> Iterator[tuple[str, Episode, float]]:
    """Yield an episode, or each part of a book, with an id and where it starts (seconds)."""
    if len(episode.parts) < 2:
        yield episode.id, episode._replace(parts=()), 0.0
    for number, part in enumerate(episode.parts if len(episode.parts) > 1 else (), 1):
        title = f"{episode.title}: {part.title or f'Part {number}'}"
        one = episode._replace(title=title, audio=part.audio, duration=part.duration, parts=())
        yield f"{episode.id}/{number}", one, part.start
