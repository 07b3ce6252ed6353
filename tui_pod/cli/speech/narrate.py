"""The command `narrate`: render narrations ahead of time, and copy them."""

from __future__ import annotations

import asyncio
import shutil
from argparse import Namespace
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TextIO

from tui_pod.audio.ogg import join_opus, length_of
from tui_pod.cli.shared import Opened, find_episodes, make_folder, open_library, show_progress, tell, warn
from tui_pod.core.errors import UsageError, UserError
from tui_pod.core.library.episode import Episode
from tui_pod.core.library.transcript import Cue, to_webvtt
from tui_pod.core.text.clean import clock
from tui_pod.export.acts import ActWriter, file_stem, tags_of
from tui_pod.runtime.files import read_bytes
from tui_pod.runtime.own_files import OwnFiles
from tui_pod.services.narration import command_for, make_episode_script, make_narrator, spoken_name
from tui_pod.services.transcripts import open_transcripts
from tui_pod.speech.narrator import NarrationError, Narrator
from tui_pod.speech.pieces import PlannedText

NOTHING_NAMED = (
    "name episodes by their ids, as in: tui-pod narrate one-id other-id; or narrate everything: tui-pod narrate --all"
)

NOT_ENCODED = (
    "it is narrated, but libmpv could not encode it as Opus, so it was not copied. "
    "To see what is missing, run: tui-pod doctor"
)

UNBOUNDED = 1 << 50
"""Cache limit in bytes, large enough that nothing asked for is evicted."""


def run(options: Namespace) -> int:
    """Render what the options name; return the exit status.

    Raises:
        UsageError: no episode is named.
        UserError: an id is unknown, an episode has a recording, the voice is missing, or the folder cannot be written.
    """
    if not options.ids and not options.all:
        raise UsageError(NOTHING_NAMED)
    if options.acts and options.out is None:
        raise UsageError("--acts writes files, so it needs --out DIR")
    opened = open_library(options)
    library = opened.library
    named = find_episodes(library, options.ids)
    episodes = list(map(library.episode, range(len(library)) if options.all else named))
    recorded = [episode.id for episode in episodes if episode.audio is not None]
    if recorded and not options.all:
        raise UserError(f"{', '.join(recorded)} has a recording, so it is not narrated")
    narrator = make_narrator(opened.paths, opened.settings.narration, UNBOUNDED)
    if missing := narrator.missing():
        raise UserError(missing)
    wanted = [episode for episode in episodes if episode.audio is None]
    acts = ActWriter(library, options.out, opened.paths.cache) if options.acts else None
    if not wanted:
        tell("nothing to narrate: no episode is without a recording")
    elif acts is not None and not any(map(acts.place, wanted)):
        raise UserError("nothing to write: none of these is in a course. Without --acts, each becomes a file")
    if options.out is not None:
        make_folder(options.out)
    return asyncio.run(render(opened, wanted, narrator, options.out, acts, is_named=options.named))


async def render(
    opened: Opened,
    episodes: Sequence[Episode],
    narrator: Narrator,
    out: Path | None,
    acts: ActWriter | None,
    rows: TextIO | None = None,
    is_named: bool = False,
) -> int:
    """Render episodes, and print a row for each to standard output or `rows`; return 1 if one of them failed."""
    library, transcripts = opened.library, open_transcripts(opened.paths, opened.settings)
    failures = 0

    def claim(episode: Episode, ending: str) -> Path:
        own, name = OwnFiles(out or Path()), f"{episode.id}{ending}"
        if is_named:
            stem = file_stem(library, episode, opened.settings.feeds.download_names)
            name = own.name_for(episode.id, stem, ending)
        return own.claim(name, episode.id if is_named else "")

    try:
        for number, episode in enumerate(episodes, 1):
            show_progress(f"{number}/{len(episodes)} {episode.id}", (number - 1) / len(episodes))
            try:
                transcript = await transcripts.published(episode)
                if transcript.is_planned:
                    writes = claim if out is not None else None
                    length = await _render_text(opened, episode, PlannedText(transcript), narrator, writes)
                    show_progress("")
                    print(episode.id, clock(length), "+0.00%", sep="\t", flush=True, file=rows)
                    continue
                name = spoken_name(opened.settings.narration, library, episode)
                narration = await narrator.render(make_episode_script(episode, transcript, name))
                if out is not None:
                    if narration.audio.suffix != ".opus":  # the app plays the WAV too, but the command promises Opus
                        raise NarrationError(NOT_ENCODED)
                    sound = read_bytes(narration.audio)
                    if acts is not None:
                        await asyncio.to_thread(acts.add, episode, sound, narration.name)
                    else:
                        file = claim(episode, ".opus")
                        file.write_bytes(await asyncio.to_thread(join_opus, [sound], *tags_of(library, episode)))
                        shutil.copyfile(narration.audio.with_suffix(".vtt"), claim(episode, ".vtt"))
            except (UserError, OSError, ValueError) as error:
                failures += 1
                warn(f"{episode.id}: {error}")
                continue
            show_progress("")
            off = narration.duration / episode.duration - 1 if episode.duration else 0.0
            print(episode.id, clock(narration.duration), f"{off:+.2%}", sep="\t", flush=True, file=rows)
        if acts is not None:
            for file in await asyncio.to_thread(acts.write):
                print(file)
    finally:
        transcripts.close()
        await narrator.close()  # after Ctrl+C too
    return 1 if failures else 0


async def _render_text(
    opened: Opened,
    episode: Episode,
    text: PlannedText,
    narrator: Narrator,
    claim: Callable[[Episode, str], Path] | None,
) -> float:
    """Render the pieces of a planned text, and write them to a file if one is claimed; return its planned seconds.

    Raises:
        UserError: it cannot be rendered.
        OSError: a file cannot be written.
    """
    command = command_for(opened.settings.narration.voices, text.transcript.language, episode.title)
    sounds, cues, end = list[bytes](), list[Cue](), 0.0
    for piece in text.whole():
        show_progress(f"{clock(piece.start)} {episode.id}", piece.start / text.duration)
        made = await narrator.render(text.script(piece, command))
        if claim is not None:
            if made.audio.suffix != ".opus":
                raise NarrationError(NOT_ENCODED)
            moved = replace(text.transcript, cues=text.transcript.cues[piece.first : piece.last])
            cues += moved.moved(end - piece.start).cues  # encoded, a piece is up to 20 ms longer
            sounds.append(read_bytes(made.audio))
            end += length_of(sounds[-1])
    if claim is not None:
        whole = await asyncio.to_thread(join_opus, sounds, *tags_of(opened.library, episode))
        for suffix, content in ((".opus", whole), (".vtt", to_webvtt(cues).encode())):
            await asyncio.to_thread(claim(episode, suffix).write_bytes, content)
    return text.duration
