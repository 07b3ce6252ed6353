"""The command `narrate`: render narrations ahead of time, and copy them."""

from __future__ import annotations

import asyncio
import shutil
from argparse import Namespace
from collections.abc import Sequence
from pathlib import Path

from tui_pod.cli.parser import UsageError
from tui_pod.cli.shared import find_episodes, make_folder, open_library, show_progress, warn
from tui_pod.core.errors import UserError
from tui_pod.core.library.episode import Episode
from tui_pod.core.text.clean import fit_to
from tui_pod.services.media import make_episode_script, read_transcript
from tui_pod.speech.narrator import INSTALL_HINT, Narration, NarrationError, Narrator, has_voice

TOLERANCE = 0.01
"""Share of the target length that a narration may be off."""

NOTHING_NAMED = (
    "name episodes by their ids, as in: tui-pod narrate one-id other-id; or narrate everything: tui-pod narrate --all"
)

NOT_ENCODED = (
    "it is narrated, but libmpv could not encode it as Opus, so it was not copied. "
    "For what is missing run: tui-pod doctor"
)

UNBOUNDED = 1 << 50
"""Bytes: nothing that was asked for is evicted from the cache."""


def run(options: Namespace) -> int:
    """Render what the options name; return the exit status.

    Raises:
        UsageError: nothing is named.
        UserError: an unknown id, an episode with a recording, no voice, or no folder to write to.
    """
    if not options.ids and not options.all:
        raise UsageError(NOTHING_NAMED)
    opened = open_library(options)
    library, paths = opened.library, opened.paths
    named = find_episodes(library, options.ids)
    episodes = list(map(library.episode, range(len(library)) if options.all else named))
    recorded = [episode.id for episode in episodes if episode.audio is not None]
    if recorded and not options.all:
        raise UserError(f"{', '.join(recorded)} has a recording, so it is not narrated")
    if not has_voice():
        raise UserError(f"narrating needs the voice. Run: {INSTALL_HINT}")
    if options.out is not None:
        make_folder(options.out)
    wanted = [episode for episode in episodes if episode.audio is None]
    return asyncio.run(_render(wanted, Narrator(paths.cache / "narrations", UNBOUNDED), options.out))


async def _render(episodes: Sequence[Episode], narrator: Narrator, out: Path | None) -> int:
    failures = 0
    print(f"{'id':<30} {'target':>8} {'real':>9} {'off':>7}")
    for number, episode in enumerate(episodes, 1):
        show_progress(f"{number}/{len(episodes)} {episode.id}", (number - 1) / len(episodes))
        try:
            script = make_episode_script(episode, await asyncio.to_thread(read_transcript, episode))
            narration = await narrator.render(script)
            if out is not None:
                _copy(narration, out, episode.id)
        except (NarrationError, OSError) as error:
            failures += 1
            warn(f"{episode.id}: {error}")
            continue
        show_progress("")
        off = narration.duration / episode.duration - 1 if episode.duration else 0.0
        target = f"{episode.duration:.2f}" if episode.duration else "-"
        mark = "" if abs(off) <= TOLERANCE else "  over 1 %"
        print(f"{fit_to(episode.id, 30)} {target:>8} {narration.duration:>9.2f} {off:>6.2%}{mark}", flush=True)
    await narrator.close()
    return 1 if failures else 0


def _copy(narration: Narration, folder: Path, ident: str) -> None:
    """Copy audio and times to `ident`.opus and `ident`.vtt in a folder.

    Raises:
        NarrationError: the audio is no Opus file.
        OSError: the id would leave the folder, or a file cannot be written.
    """
    if Path(ident).name != ident:
        raise OSError("its id is no file name; another id in the catalogue helps")
    if narration.audio.suffix != ".opus":  # the app plays the WAV as well, but a copy was promised as Opus
        raise NarrationError(NOT_ENCODED)
    shutil.copyfile(narration.audio, folder / f"{ident}.opus")
    shutil.copyfile(narration.audio.with_suffix(".vtt"), folder / f"{ident}.vtt")
