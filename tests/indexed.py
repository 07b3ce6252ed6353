"""A search over a real index of what a library's episodes are said to contain."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from tempfile import TemporaryDirectory

from tui_pod.core.library.library import Library, build_library
from tui_pod.core.library.transcript import Transcript, to_webvtt
from tui_pod.search.fill import fill
from tui_pod.search.sources import WordSources
from tui_pod.search.store import IndexFile
from tui_pod.services.search import SearchService
from tui_pod.services.services import Services


def indexed_search(services: Services, library: Library, transcripts: Mapping[str, Transcript]) -> SearchService:
    """Return a search whose index is filled in this process, in a folder that goes with it."""
    holder = TemporaryDirectory()
    index = IndexFile(Path(holder.name) / "search.sqlite")

    async def update() -> None:
        folder = Path(holder.name)  # which keeps it until the search is gone
        episodes = [library.episode(number) for number in range(len(library))]
        for place, episode in enumerate(episodes):
            if episode.id in transcripts:
                file = folder / f"{place}.vtt"
                file.write_text(to_webvtt(transcripts[episode.id].cues), "utf-8")
                episodes[place] = episode._replace(transcript=str(file))
        fill(index, build_library([], episodes), WordSources(folder, folder), "")

    return SearchService(services, index, update)
