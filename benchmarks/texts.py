"""A text as long as a novel: adding it, its first sound, a jump in it, and the memory that it takes."""

from __future__ import annotations

import statistics
import subprocess
import time
from pathlib import Path

from benchmarks.bench import Bench
from benchmarks.rows import Row, Table, median_row
from benchmarks.sound import run_inside
from tui_pod.config.paths import embedded_transcripts

WORDS = 100_000

OF_A_CHAPTER = 4_000
"""Words under one heading."""

ADD_LIMIT = 3.0
"""Time to add the text, ÷ that of a text of 90 s, of which almost all is the start of the program."""

SOUND_LIMIT = 1.3
"""Time to the first sound, at the start and after a jump, ÷ that of a narration of 90 s with a cold voice."""

GAP_LIMIT = 0.2
"""Silence between two pieces besides the pause that is part of them, ÷ the same."""

MEMORY_LIMIT = 1.3
"""Memory of the app with the text, ÷ that with a narration of 90 s: some 30 MB more."""


def measure(bench: Bench) -> Table:
    """Measure the text."""
    home, runs = bench.fresh_home(), 1 if bench.is_quick else 3
    bench.embedded  # noqa: B018 - a first start, which has the modules compiled
    novel, short = bench.folder / "novel.md", bench.folder / "short.md"
    novel.write_text(_novel(WORDS), "utf-8")
    short.write_text(_novel(240), "utf-8")
    catalog = bench.folder / "narrated.toml"
    catalog.write_text('version = 1\n[[episodes]]\nid = "short"\ntitle = "Short"\ntranscript = "short.md"\n', "utf-8")
    homes = [home, *(bench.fresh_home() for _ in range(runs - 1))]
    shorts = [_add(bench, short, each) for each in homes]
    novels = [_add(bench, novel, each) for each in homes]
    narrations = [_played(bench, "short", home, "--catalog", str(catalog)) for _ in range(runs)]
    texts = [_played(bench, novels[0][1], home) for _ in range(runs)]

    def row(what: str, name: str, unit: str, limit: float, floor: str) -> Row:
        values = [statistics.median(each[name]) for each in texts]
        lowest = statistics.median(number for each in narrations for number in each[floor])
        return median_row(what, values, unit, limit, lowest)

    floor = statistics.median(seconds for seconds, _ in shorts)
    return Table(
        "A long text",
        f"A Markdown file of {WORDS:,} words, made of the embedded transcripts. The floor of adding it is a text of"
        " 90 s, that of the rest an episode of 90 s that is not planned, by a cold voice. A jump is one of five,"
        " all over the text. The memory is the app's own, without the process of the voice.",
        [
            median_row(f"{WORDS:,} words: added", [seconds for seconds, _ in novels], "s", ADD_LIMIT, floor),
            row(f"{WORDS:,} words: cold first sound", "cold", "s", SOUND_LIMIT, "cold"),
            row(f"{WORDS:,} words: jump to any place", "jumps", "s", SOUND_LIMIT, "cold"),
            row(f"{WORDS:,} words: one piece to the next", "gap", "s", GAP_LIMIT, "cold"),
            row(f"{WORDS:,} words: memory of the app", "memory", "MiB", MEMORY_LIMIT, "memory"),
        ],
    )  # fmt: skip


def _novel(words: int) -> str:
    """Return so many words with headings: the embedded transcripts, each paragraph with a number of its own."""
    texts = [file.read_text("utf-8") for file in sorted(embedded_transcripts().glob("*.txt"))]
    paragraphs = [block for text in texts for block in text.split("\n\n")]
    lines, count = ["# A novel"], 0
    while count < words:
        if count // OF_A_CHAPTER >= len([line for line in lines if line.startswith("## ")]):
            lines.append(f"## Chapter {1 + count // OF_A_CHAPTER}")
        lines.append(f"{paragraphs[len(lines) % len(paragraphs)]} That was number {len(lines)}.")
        count += len(lines[-1].split())
    return "\n\n".join(lines)


def _add(bench: Bench, file: Path, home: dict[str, str]) -> tuple[float, str]:
    """Add a text; return the seconds that it took, and its id."""
    began = time.perf_counter()
    done = subprocess.run(bench.program("read", str(file)), env=home, check=True, capture_output=True, text=True)
    return time.perf_counter() - began, done.stdout.strip()


def _played(bench: Bench, ident: str, home: dict[str, str], *arguments: str) -> dict[str, list[float]]:
    for made in (Path(home["XDG_CACHE_HOME"]) / "tui-pod" / "narrations").glob("*"):
        made.unlink()
    found = run_inside(bench, "text", arguments, {**home, "BENCH_TEXT": ident})
    return {name: value if isinstance(value, list) else [value] for name, value in found.items()}
