"""A search over a real index of what a library's episodes are said to contain."""

from collections.abc import Mapping
from pathlib import Path
from tempfile import TemporaryDirectory

from tui_pod.core.library.library import Library, build_library
from tui_pod.core.library.transcript import Transcript, to_webvtt
from tui_pod.search.fill import fill
from tui_pod.search.sources import WordSources
from tui_pod.search.store import IndexFile
from tui_pod.services.bookmarks import BookmarkService
from tui_pod.services.context import Context
from tui_pod.services.episode_reader import EpisodeReader
from tui_pod.services.search import SearchService


def indexed_search(
    context: Context,
    reader: EpisodeReader,
    bookmarks: BookmarkService,
    library: Library,
    transcripts: Mapping[str, Transcript],
) -> SearchService:
    """Return a search whose index is filled in this process, in a folder that goes with it."""
    holder = TemporaryDirectory()
    index = IndexFile(Path(holder.name) / "search.sqlite")

    async def update() -> None:
        folder = Path(holder.name)  # which keeps it until the search is gone
        episodes = [library.episode(number) for number in range(len(library))]
        for place, episode in enumerate(episodes):
            if episode.id in transcripts:
                cues = transcripts[episode.id].cues
                is_timed = transcripts[episode.id].is_timed
                file = folder / f"{place}.{'vtt' if is_timed else 'txt'}"
                file.write_text(to_webvtt(cues) if is_timed else "\n\n".join(cue.text for cue in cues), "utf-8")
                episodes[place] = episode._replace(transcript=str(file))
        fill(index, build_library([], episodes), WordSources(folder, folder), "")

    return SearchService(context, reader, bookmarks, index, update)
