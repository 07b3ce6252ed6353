"""The command `narrate`: render narrations ahead of time, and copy them."""

from __future__ import annotations

import asyncio
import shutil
import sys
from argparse import Namespace
from collections.abc import Sequence
from pathlib import Path

from tui_pod.cli.shared import CommandError, open_library
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

    Nothing named is wrong usage (2).

    Raises:
        CommandError: an unknown id, an episode with a recording, no voice, or no folder to write to.
    """
    if not options.ids and not options.all:
        print(f"tui-pod narrate: {NOTHING_NAMED}", file=sys.stderr)
        return 2
    opened = open_library(options)
    library, paths = opened.library, opened.paths
    named = {ident: library.index(ident) for ident in options.ids}
    unknown = [ident for ident, index in named.items() if index is None]
    if unknown:
        raise CommandError(f"tui-pod: no episode {', '.join(unknown)}. See: tui-pod list")
    indexes = range(len(library)) if options.all else named.values()
    episodes = [library.episode(index) for index in indexes if index is not None]
    recorded = [episode.id for episode in episodes if episode.audio is not None]
    if recorded and not options.all:
        raise CommandError(f"tui-pod: {', '.join(recorded)} has a recording, so it is not narrated")
    if not has_voice():
        raise CommandError(f"tui-pod: narrating needs the voice. Run: {INSTALL_HINT}")
    if options.out is not None:
        try:
            options.out.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise CommandError(f"tui-pod: {options.out} cannot be made: {error.strerror}") from None
    wanted = [episode for episode in episodes if episode.audio is None]
    return asyncio.run(_render(wanted, Narrator(paths.cache / "narrations", UNBOUNDED), options.out))


async def _render(episodes: Sequence[Episode], narrator: Narrator, out: Path | None) -> int:
    failures = 0
    print(f"{'id':<30} {'target':>8} {'real':>9} {'off':>7}")
    for number, episode in enumerate(episodes, 1):
        _show_progress(number, len(episodes), episode.id)
        try:
            script = make_episode_script(episode, await asyncio.to_thread(read_transcript, episode))
            narration = await narrator.render(script)
            if out is not None:
                _copy(narration, out, episode.id)
        except (NarrationError, OSError) as error:
            failures += 1
            _show_progress(0, 0, "")
            print(f"tui-pod: {episode.id}: {error}", file=sys.stderr)
            continue
        _show_progress(0, 0, "")
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


def _show_progress(number: int, count: int, ident: str) -> None:
    """Draw a bar on the terminal, or remove it when `count` is 0."""
    if not sys.stderr.isatty():
        return
    done = round(20 * (number - 1) / count) if count else 0
    text = f"[{'#' * done}{'.' * (20 - done)}] {number}/{count} {ident}" if count else ""
    sys.stderr.write(f"\r\x1b[K{text}")
    sys.stderr.flush()
