"""Tells the player which version of a podcast's recording it has open, and finds positions of other versions in it.

Called on the event loop; a process of its own compares sounds, threads do other work that waits.
"""

from __future__ import annotations

import asyncio
import tempfile
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from tui_pod.core.errors import UserError
from tui_pod.core.player.events import VersionKnown
from tui_pod.core.player.snapshot import Playback, PlayerStatus
from tui_pod.core.player.version import STEP, WORD, parse_place
from tui_pod.core.progress.passages import can_recur
from tui_pod.passages.finder import find_places
from tui_pod.recordings.remote_recording import RemoteRecording
from tui_pod.recordings.sparse_file import SparseFile
from tui_pod.runtime.log import log
from tui_pod.runtime.threads import CancelToken, in_thread
from tui_pod.speech.worker_process import RightOfWay

if TYPE_CHECKING:
    from tui_pod.core.library.episode import Episode
    from tui_pod.services.context import Context
    from tui_pod.services.podcasts.shared import SharedPodcasts
    from tui_pod.sources.opened import Podcasts

SOON, AGAIN = 0.2, 300.0
"""Seconds from a change of what plays until its version is looked at, and between two looks at a stream that grows."""

OVERLAP = 8
"""Words at the end of what is known that are made again: the recording may have broken off within them."""

MOST = 2 * 1000**3
"""Bytes of a recording that is fetched to find a position in it, at the most."""


BLOCK = 1 << 20
"""Bytes that are copied at once."""


class _Recording(NamedTuple):
    """What is on this machine of the recording that plays."""

    file: Path | SparseFile
    size: int
    """Bytes of all of it."""
    here: int
    """Bytes from its start that are here."""


class VersionFinder:
    """The part of `PassageService` that tells versions apart."""

    def __init__(self, context: Context, right_of_way: RightOfWay, may_find: Callable[[], bool]) -> None:
        """Know nothing yet; `may_find` returns whether the listener lets recordings be compared now."""
        self._context, self._right_of_way, self._may_find = context, right_of_way, may_find
        self._seen: tuple[object, ...] = ()
        self._known: tuple[int, int, frozenset[str]] = (0, 0, frozenset())  # a load, its bytes, and what was looked for
        self._sound = 0, b""  # a load, and what is known of the sound of its recording

    def playback_changed(self, playback: Playback) -> None:
        """Look at what plays once it is open, pauses, or has a position of another version."""
        is_open = playback.status in (PlayerStatus.PLAYING, PlayerStatus.PAUSED) and not playback.is_narrated
        seen = playback.load, playback.status, self._context.controller.made_in
        if seen != self._seen:
            self._seen = seen
            if is_open:
                self._look_in(SOON)

    def _look_in(self, seconds: float) -> None:
        tasks = self._context.tasks
        tasks.later("version of what plays", seconds, lambda: tasks.run(self._look()))

    async def _look(self) -> None:
        """Find out which version plays, and tell the player."""
        controller, playback = self._context.controller, self._context.controller.playback
        episode, places = controller.library.find(playback.episode), controller.places()
        if episode is None or not can_recur(episode) or episode.audio is None or "://" not in episode.audio:
            return
        podcasts = await self._context.podcasts.get()
        with suppress(UserError, OSError):
            found = await in_thread(lambda cancel: _recording(podcasts, episode, cancel))
            wanted = frozenset(text for text in places if (one := parse_place(text)) and one.size != found.size)
            if (playback.load, found.here, wanted) == self._known or not found.size:
                return
            event = VersionKnown(playback.load, found.size)
            if self._may_find():
                if any(one.words for text in wanted if (one := parse_place(text))) and found.here < found.size:
                    found = await in_thread(lambda cancel: _recording(podcasts, episode, cancel, is_whole=True))
                event = await self._find(event, found, wanted)
            self._known = playback.load, found.here, wanted
            self._context.frontend.emit(event)
            if found.here < found.size:
                self._look_in(AGAIN)

    async def _find(self, event: VersionKnown, found: _Recording, wanted: frozenset[str]) -> VersionKnown:
        """Return the event with the sound of what is here of the recording, and the places that are in it.

        Of a stream that has grown, only what is new is decoded, unless places are looked for.
        """
        load, former = self._sound
        known = former[: max(0, len(former) - OVERLAP * WORD)] if load == event.load and not wanted else b""
        try:
            with _only(found) as path:
                start = len(known) // WORD * STEP
                words, places = await find_places(path, sorted(wanted), self._right_of_way, start)
            self._sound = event.load, known + words
            return event._replace(words=known + words, found=places)
        except (UserError, OSError) as error:  # then the share of the length tells the position
            log(f"The version of the recording: {error}")
            return event


async def find_moves(shared: SharedPodcasts, episode: Episode, made_in: Iterable[str]) -> dict[str, float]:
    """Return by how many seconds what was noted of versions of a recording has moved in the one that is here.

    The keys are those `Place` texts whose sound is found; where none is noted, nothing has moved.

    Raises:
        UserError, OSError: the recording cannot be read or compared.
    """
    wanted = {text: one for text in made_in if (one := parse_place(text)) is not None}
    moves = {"": 0.0}
    if not wanted:
        return moves
    podcasts = await shared.get()
    found = await in_thread(lambda cancel: _recording(podcasts, episode, cancel))
    moves |= {text: 0.0 for text, one in wanted.items() if found.size in (0, one.size)}
    if found.here and (others := sorted(wanted.keys() - moves.keys())):
        with _only(found) as path:
            _, places = await find_places(path, others, RightOfWay(asyncio.get_running_loop().call_later))
        moves |= {text: start - wanted[text].start for text, start in places.items()}
    return moves


def _recording(podcasts: Podcasts, episode: Episode, cancel: CancelToken, is_whole: bool = False) -> _Recording:
    """Return the recording of an episode, all of it if wanted. Blocks on disk and network.

    Raises:
        FetchError, OSError: it cannot be reached.
        Cancelled: the work was stopped.
    """
    if (path := podcasts.audio.local_file(episode)) is not None:
        size = path.stat().st_size
        return _Recording(path, size, size)
    stream = podcasts.audio.source(episode, cancel).remote
    if not isinstance(stream, RemoteRecording):
        raise OSError("the recording is not on this machine")
    if is_whole:
        stream.fetch_all(MOST, lambda _done, _size: None, cancel, is_kept=False)
    progress = stream.progress()
    return _Recording(stream.file, progress.total or 0, progress.fetched)


@contextmanager
def _only(found: _Recording) -> Iterator[Path]:
    """Yield a file with only the bytes that are here from the start: behind a gap, the times would be wrong."""
    if isinstance(found.file, Path):
        yield found.file
        return
    with tempfile.NamedTemporaryFile() as copy:
        for start in range(0, found.here, BLOCK):
            copy.write(found.file.read(start, min(BLOCK, found.here - start)))
        copy.flush()
        yield Path(copy.name)
