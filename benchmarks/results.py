"""The results that the repository keeps: each section is one suite's, and a run puts its own in place."""

from __future__ import annotations

import os
import platform
import re
from pathlib import Path

RESULTS = Path(__file__).parent / "RESULTS.md"


def machine() -> str:
    """Return what the figures were made on, without naming it."""
    cores = os.cpu_count() or 1
    versions = f"Python {platform.python_version()}, {platform.system()} {platform.release().split('-')[0]}"
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    return f"{cores} {'core' if cores == 1 else 'cores'} ({platform.machine()}), {memory:.0f} GiB, {versions}"


def put_section(text: str, path: Path = RESULTS) -> None:
    """Put a section into the results, in the place of the former one with its heading, else at the end.

    Args:
        text: the section; its first line is a heading of the second level.
        path: the results.
    """
    heading, _, _ = text.partition("\n")
    former = path.read_text("utf-8") if path.exists() else "# Results\n"
    found = re.search(rf"^{re.escape(heading)}\n(?:(?!## ).*\n?)*", former, re.MULTILINE)
    start, end = found.span() if found else (len(former), len(former))
    parts = (former[:start].rstrip("\n"), text.rstrip("\n"), former[end:].rstrip("\n"))
    path.write_text("\n\n".join(part for part in parts if part) + "\n", "utf-8")
