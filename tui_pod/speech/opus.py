"""Replace a narration's WAV with Opus, in its own process, so that libmpv's memory is freed when it ends."""

from __future__ import annotations

import sys
from pathlib import Path

from tui_pod.audio.opus import SPEECH, EncodeError, encode_opus


def main(wav: Path, opus: Path) -> int:
    """Replace the WAV with an Opus file; if that fails, leave it unchanged. Return the exit status."""
    try:
        encode_opus(wav, opus, SPEECH)
        wav.unlink()
    except (OSError, EncodeError) as error:
        sys.stderr.write(f"{wav.name} stays as it is: {error}\n")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(*map(Path, sys.argv[1:])))
