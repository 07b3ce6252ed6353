"""Fill a search index, or ask it, and tell CPU time, size and memory.

    inside_search.py fill FOLDER EPISODES TRANSCRIPTS WORDS
    inside_search.py ask FOLDER

Runs in the measured process and prints JSON. The transcripts are WebVTT, their sentences those of the embedded
course with a rare word in every second, eight words a cue.
"""

from __future__ import annotations

import json
import os
import random
import resource
import sys
import time
from collections.abc import Sequence
from itertools import islice
from pathlib import Path
from typing import Any

QUESTIONS = (
    "the", "at", "att", "atte", "attention", "attention head", '"attention heads"', "con", "the of and", '"of the"',
    '"the of"', "in the", "model -attention", "qzx", "transformer layer", "weights of the model",
)  # fmt: skip

BARE_QUESTIONS = (
    "the", "at*", "att*", "atte*", "attention", "attention head", '"attention heads"', "con*", "the of and", '"of the"',
    '"the of"', "in the", "model NOT attention", "qzx", "transformer layer", "weights of the model",
)  # fmt: skip
"""The same in the syntax of FTS5."""


NEAREST_QUESTIONS = (
    "why does a chatbot invent facts zebra", "how are whales trained with many graphics cards",
    "which words come next xylophone", "how much does a model remember qqq",
)  # fmt: skip
"""No text has all of these words: the nearest results are found."""

BARE_NEAREST = (
    "chatbot* OR invent* OR fact*", "whal* OR train* OR graphic* OR card*", "word* OR next* OR xylophon*",
    "model* OR remember* OR qqq*",
)  # fmt: skip


def fill_index(folder: str, episodes: int, transcripts: int, words: int) -> dict[str, Any]:
    """Measure filling."""
    from tui_pod.config.paths import embedded_transcripts
    from tui_pod.core.library.episode import Episode
    from tui_pod.core.library.library import build_library
    from tui_pod.core.library.transcript import Cue, to_webvtt
    from tui_pod.core.text.speech import split_sentences
    from tui_pod.search.fill import fill
    from tui_pod.search.sources import WordSources
    from tui_pod.search.store import IndexFile

    chance, root = random.Random(1), Path(folder)
    sentences = split_sentences(" ".join(file.read_text("utf-8") for file in embedded_transcripts().glob("*.txt")))
    rare = ["".join(chance.choices("aeioubdfgklmnprstvz", k=chance.randint(5, 9))) for _ in range(60_000)]

    def spoken(count: int) -> list[str]:
        found: list[str] = []
        while len(found) < count:
            found += (*chance.choice(sentences).split(), *([chance.choice(rare)] if chance.random() < 0.5 else ()))
        return found[:count]

    made, texts = [], [json.dumps((*BARE_QUESTIONS, *BARE_NEAREST))]
    for number in range(episodes):
        file = root / f"{number}.vtt"
        if number < transcripts:
            said = iter(spoken(words))
            cues = [Cue(" ".join(part), 3.0 * at, 3.0 * at + 3) for at, part in enumerate(_eights(said))]
            file.write_text(to_webvtt(cues), "utf-8")
            texts.append(" ".join(cue.text for cue in cues))
        text = " ".join(spoken(35))
        texts.append(text)
        made.append(Episode(f"e{number}", text[:60], text, transcript=str(file) if number < transcripts else None))
    (root / "texts").write_text("\n".join(texts), "utf-8")
    index, sources = IndexFile(root / "search.sqlite"), WordSources(root / "data", root / "cache")
    began = time.process_time()
    fill(index, build_library([], made), sources, "")
    filled, size = time.process_time() - began, os.path.getsize(root / "search.sqlite")
    return {"fill": filled, "size": size}


def ask_index(folder: str) -> dict[str, Any]:
    """Measure asking."""
    from tui_pod.search.lookup import look_up
    from tui_pod.search.query import parse_query
    from tui_pod.search.store import IndexFile

    index = IndexFile(Path(folder) / "search.sqlite")
    before, asked = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss, []
    for question in (*QUESTIONS, *NEAREST_QUESTIONS):
        began = time.process_time()
        with index.reading() as db:
            look_up(db, parse_query(question))
        asked.append(time.process_time() - began)
    grown = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before
    return {"asked": asked[: len(QUESTIONS)], "nearest": asked[len(QUESTIONS) :], "grown": grown}


def _eights(words: object) -> Sequence[list[str]]:
    return list(iter(lambda: list(islice(words, 8)), []))  # type: ignore[call-overload]


if __name__ == "__main__":
    folder, *numbers = sys.argv[2:]
    print(json.dumps(fill_index(folder, *map(int, numbers)) if numbers else ask_index(folder)))
