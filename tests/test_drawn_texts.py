"""Drawn texts through every door that reads what others wrote, each within the limits of a process.

A text is drawn from repetitions of what its syntax has, from real texts with changes, and from sizes. It is a finding
if a reader raises what it should not, takes longer than linear time allows, or too much memory.
"""

from __future__ import annotations

import random
import tempfile
from pathlib import Path

import pytest

from tests.sources.texts.books import FILES, FILES3, make_book
from tests.test_any_bytes import CATALOG, FEED, JOURNAL, OPML, SNAPSHOT, TRANSCRIPT, changed
from tests.text_readers import BY_NAME, ENDS, Reader
from tui_pod.runtime.limited_processes import CallLimits, ContentFault, LimitedProcesses

ROOT = Path(__file__).parents[1]

LIMITS = CallLimits(10.0, 512 * 1024 * 1024)

MOST = 200_000
"""Characters of the longest text: the slowest reader takes five seconds for so many."""


def seeds() -> dict[str, list[bytes]]:
    """Return real texts, by their readers."""
    markdown = [(ROOT / name).read_bytes()[:20_000] for name in ("README.md", "CHANGELOG.md", "docs/manual/keys.md")]
    with tempfile.TemporaryDirectory() as folder:
        books = [make_book(Path(folder, "a"), files).read_bytes() for files in (FILES, FILES3)]
    html = [b"<p>" + text.replace(b"\n", b"<br>") for text in markdown]
    return {
        "book": books, "journal": [JOURNAL], "opml": [OPML], "export": [OPML], "transcript": [TRANSCRIPT],
        "markdown": markdown, "text": markdown, "plain": markdown, "feed": [FEED],
        **{name: [CATALOG, SNAPSHOT] for name in ("toml", "catalogue", "state", "machine", "folder")},
        **dict.fromkeys(("blocks", "links", "notes", "article", "page"), html),
    }  # fmt: skip


def drawn(reader: Reader, real: list[bytes], chance: random.Random) -> str:
    """Return a text for a reader."""
    text = chance.choice(reader.starts)
    size = int(10 ** chance.uniform(2, 5.3))
    if real and chance.random() < 0.6:
        content = chance.choice(real)
        for _ in range(chance.randrange(1, 4)):
            content = changed(content, chance)
        text = content.decode("latin-1" if reader.name == "book" else "utf-8", "replace")
    while len(text) < size:
        token = "".join(chance.choices(reader.tokens, k=chance.choice((1, 1, 2, 3, 5))))
        at = chance.randrange(len(text) + 1) if chance.random() < 0.3 else len(text)
        text = text[:at] + token * chance.choice((1, 10, size // len(token) + 1)) + text[at:]
    return text[:MOST] + chance.choice(ENDS)


def findings(first: int, count: int) -> list[str]:
    """Read so many drawn texts, and return what was found, with the seed of each."""
    processes, found, real = LimitedProcesses(LIMITS), list[str](), seeds()
    for seed in range(first, first + count):
        chance = random.Random(seed)
        reader = chance.choice([*BY_NAME.values()])
        text = drawn(reader, real.get(reader.name, []), chance)
        try:
            processes.call("tests.text_readers:try_reading", reader.name, text)
        except ContentFault as fault:
            found.append(f"{reader.name}, seed {seed}: {fault}")
    processes.close()
    return found


@pytest.mark.timeout(14_400)
@pytest.mark.parametrize("count", [60, pytest.param(10_000, marks=pytest.mark.nightly)])
def test_drawn_text_is_read_or_refused_within_its_time_and_memory(count: int) -> None:
    assert findings(0 if count < 100 else random.randrange(1 << 30), count) == []
