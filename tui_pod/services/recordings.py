"""Find what recognising an episode needs: its recording on this machine, its names and its language.

Blocks on the disk: run it in a thread.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from tui_pod.core.library.episode import Episode
from tui_pod.core.library.library import Library
from tui_pod.core.player.snapshot import recording_at
from tui_pod.core.progress.progress import Status
from tui_pod.core.progress.progress_index import ProgressIndex
from tui_pod.sources.foreign_texts import is_book
from tui_pod.speech.recogniser import RecognitionRequest
from tui_pod.speech.sentences import find_names
from tui_pod.speech.transcript_files import TranscriptFiles

if TYPE_CHECKING:
    from tui_pod.sources.opened import Podcasts


OTHER_CODES = {"nb": "no", "iw": "he", "in": "id", "ji": "yi", "jv": "jw", "fil": "tl", "cmn": "zh"}
"""Language codes in feeds that differ from Whisper's."""


def find_recording(episode: Episode, podcasts: Podcasts | None) -> Path | None:
    """Return the recording of an episode; None if there is none on this machine, or several."""
    if len(episode.parts) > 1:
        return None
    if episode.audio is not None and "://" not in episode.audio:
        path = episode.audio if podcasts is None else podcasts.audio.place_of(episode, episode.audio)
        return Path(path)
    return podcasts.audio.local_file(episode) if podcasts is not None else None


def wanted_by_settings(
    podcasts: Podcasts, files: TranscriptFiles, library: Library, progress_index: ProgressIndex
) -> list[str]:
    """Return the episodes to recognise according to their podcasts' settings, the played ones last."""
    found = []
    for feed in podcasts.store.feeds():
        if feed.settings.transcribe not in ("downloads", "all"):
            continue
        for ident in podcasts.store.episode_ids(feed.feed_id):
            episode = library.find(ident)
            if (
                episode is None
                or episode.audio is None
                or any(part.transcript for part in episode.parts)
                or (episode.transcript is not None and not is_book(episode.transcript))
                or files.is_complete(ident)
            ):
                continue
            here = (find_recording(part, podcasts) is not None for part, _ in recordings_of(episode))
            if feed.settings.transcribe == "all" or all(here):
                found.append(ident)
    return sorted(found, key=lambda ident: progress_index.status(ident) is Status.PLAYED)


def find_language(episode: Episode, podcasts: Podcasts | None) -> str | None:
    """Return the language of an episode's podcast (such as `de-AT`) as a model's code; None if not stated."""
    details = podcasts.access.details(episode.id) if podcasts is not None else None
    language = details.language if details is not None else None
    code = re.split(r"[-_ ]", (language or "").strip().lower())[0]
    return "en" if code.startswith("en") else OTHER_CODES.get(code, code) or None


NOT_ALL_HERE = "Not all of its files are on this machine: download it first."


def recordings_of(episode: Episode) -> Sequence[tuple[Episode, float]]:
    """Return an episode, or one for each of its parts with only that; and where it begins in the whole, in seconds."""
    return [recording_at(episode, part.start) for part in episode.parts] or [(episode, 0.0)]


def make_request(
    episode: Episode, recording: Path, model: Path, podcasts: Podcasts | None, offset: float = 0.0
) -> RecognitionRequest:
    """Return the request to recognise a recording, with the names and the language from its podcast."""
    notes = podcasts.documents.notes(episode).text if podcasts is not None else ""
    names = find_names(episode.title, episode.summary, notes)
    return RecognitionRequest(str(recording), str(model), names, find_language(episode, podcasts), offset=offset)
