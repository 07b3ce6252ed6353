"""Replace a narration's WAV by Opus, in a process of its own: libmpv's memory is freed when it ends."""

from __future__ import annotations

import sys
from pathlib import Path

from tui_pod.audio.opus import SPEECH, EncodeError, encode_opus


def main(wav: Path, opus: Path) -> int:
    """Replace the WAV by an Opus file, or leave it as it is; return the exit status."""
    try:
        encode_opus(wav, opus, SPEECH)
        wav.unlink()
    except (OSError, EncodeError) as error:
        sys.stderr.write(f"{wav.name} stays as it is: {error}\n")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(*map(Path, sys.argv[1:])))
