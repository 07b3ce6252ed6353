"""Work for a process of its own, which nobody waits for and which goes on when this one ends."""

from __future__ import annotations

import contextlib
import os
import subprocess
import sys
from pathlib import Path


def run_apart(module: str, *arguments: Path) -> None:
    """Run a module of the program. Where that cannot be, nothing is done: only for work that can be left undone."""
    command = [sys.executable, "-P", "-m", module, *map(str, arguments)]  # -P: no code from where we are
    environment = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[1])}
    nothing = subprocess.DEVNULL
    with contextlib.suppress(OSError):
        subprocess.Popen(
            command, env=environment, stdin=nothing, stdout=nothing, stderr=nothing, start_new_session=True
        )
