"""The parts that open audio and narrate, connected as in the app."""

from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

from tui_pod.core.player.events import Event
from tui_pod.services.episode_sources import EpisodeSources
from tui_pod.services.narration import EpisodeVoice
from tui_pod.services.podcasts.shared import SharedPodcasts
from tui_pod.services.transcripts import EpisodeTranscripts
from tui_pod.sources.opened import Podcasts
from tui_pod.speech.narrator import Narrator
from tui_pod.speech.transcript_files import TranscriptFiles


class Media(NamedTuple):
    """What `make_media` has connected."""

    podcasts: SharedPodcasts
    voice: EpisodeVoice
    sources: EpisodeSources


def make_media(
    narrator: Narrator,
    emit: Callable[[Event], None],
    open_podcasts: Callable[[], Podcasts],
    words: TranscriptFiles | None = None,
    chime_folder: Path | None = None,
    **told: Any,
) -> Media:
    """Return the parts; `told` goes to `EpisodeSources`."""
    podcasts = SharedPodcasts(open_podcasts)
    transcripts = EpisodeTranscripts(podcasts, recognised=words)
    voice = EpisodeVoice(narrator, transcripts, podcasts, lambda _: "", chime_folder)
    return Media(podcasts, voice, EpisodeSources(podcasts, voice, emit, **told))
