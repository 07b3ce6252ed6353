"""Sound that recurs, found where it is known to be: how much of it, what else, how exactly, and at which cost."""

from __future__ import annotations

import io
import json
import os
import subprocess
import time
from collections import Counter
from collections.abc import Iterable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import NamedTuple

import numpy as np

from benchmarks.bench import Bench
from benchmarks.passage_corpus import RATE, encode, make_corpus
from benchmarks.passage_corpus import decode as decode_once
from benchmarks.processes import ask_worker, ended_cpu, peak_memory
from benchmarks.rows import Row, Table, percentile
from tui_pod.core.progress.passages import Repeat, count_pieces, mark_passages, target_of
from tui_pod.core.progress.ranges import Ranges
from tui_pod.passages.fingerprint import SAMPLE_RATE, STEP, fingerprint, whole
from tui_pod.passages.matching import Matcher
from tui_pod.passages.store import PASSAGE, ComparedRecording, PassageStore
from tui_pod.runtime.subprocesses import start_of

MISSED = 5.0
"""Percent of the passages that may be missed at the third hearing, and of the edges that may be off by `OFF`."""

OFF, TALK = 0.6, 1.0
"""Seconds: an edge that is off, and talk in a skip that counts."""

CPU_LIMIT, MEMORY_LIMIT = 2.5, 120.0
"""CPU ÷ that of decoding alone; MiB of the process that compares."""

BEFORE = {1: "second", 2: "third", 4: "fifth"}
"""How often a passage was heard before, and which hearing is the next."""

CORPUS, PACKAGES = "TUI_POD_PASSAGES", "TUI_POD_PACKAGES"
"""Variables: a folder in which the corpus stays from run to run, and one that has the files of Debian's packages."""

SAME = 0.6
"""Correlation from which two sounds are one recording: some packages have a prompt under two names."""

EVER: Ranges = ((0.0, 1e6),)
UNLIMITED = 1e9
"""A length of which a quarter is more than there is: here all that is found counts."""


decode = lru_cache(maxsize=8)(decode_once)
"""As many recordings as a podcast has are kept."""


class Part(NamedTuple):
    """A part of an episode: see `passage_corpus`."""

    kind: str
    key: str
    start: float
    end: float


@dataclass
class Score:
    """What was found of what was heard so often before."""

    passages: int = 0
    found: int = 0
    lost: list[str] = field(default_factory=list)
    """Where talk is lost, and how many seconds."""
    twice: int = 0
    """Skips with talk that was heard before: of a rerun, a clip, or a recording that its package has twice."""
    off: list[float] = field(default_factory=list)
    """Seconds that each edge is off."""

    def add(
        self, path: Path, parts: Sequence[Part], repeats: Sequence[Repeat], before: int, known: Sequence[bool]
    ) -> None:
        """Count an episode; `known` tells which parts were heard so often before."""
        found = mark_passages(repeats, lambda _: EVER, before, UNLIMITED)
        marks = [mark for mark in found if mark.heard >= before]
        for number, part in enumerate(parts):
            inside = [mark for mark in marks if mark.start < part.end - 1 and mark.end > part.start + 1]
            if known[number]:
                covered = sum(min(part.end, mark.end) - max(part.start, mark.start) for mark in inside)
                self.passages += 1
                self.found += covered >= 0.8 * (part.end - part.start)
                beside = [False, *known, False][number : number + 3 : 2]
                if inside and not beside[0]:
                    self.off.append(abs(inside[0].start - part.start))
                if inside and not beside[1]:
                    self.off.append(abs(inside[-1].end - part.end))
            elif part.kind in ("talk", "again"):
                for mark in marks:
                    start, end = max(part.start, mark.start), min(part.end, target_of(mark))
                    if end - start <= TALK:
                        continue
                    if unequal(path, start, end, repeats, before) <= TALK:
                        self.twice += 1
                    else:
                        self.lost.append(f"{path.parent.name} {path.stem} {part.key or 'talk'} {end - start:.1f} s")


def measure(bench: Bench) -> Table:
    """Make the corpus, compare its recordings as the app does, and hold what is found against what is known."""
    about = (
        "Eleven podcasts of eight episodes. Eight are spoken by people, in recordings of Debian's packages"
        " (`benchmarks/passage_corpus.py` names them), three by the voice and espeak-ng. Jingles, advertisements and"
        " outros recur: encoded anew, louder, softer, compressed, 2 % faster. There are reruns, “previously on”, music"
        " under talk, and sentences said anew. All episodes before one were heard. A passage is found if 80 % of it is."
        " Talk is lost where a skip has more than a second of it; only from the third hearing on anything is skipped by"
        " itself."
    )
    try:
        kept = os.environ.get(CORPUS)
        folders = make_corpus(Path(kept) if kept else bench.folder / "passages", Path(os.environ.get(PACKAGES, "/")))
    except OSError as error:
        return Table("Passages", about, [Row("passages not found", None, "%", MISSED, note=str(error))])
    scores, hours, memory, cache = {before: Score() for before in BEFORE}, 0.0, 0.0, bench.folder / "cache"
    store = PassageStore(cache)
    scorer = ThreadPoolExecutor(1)  # scores while the next recording is compared: no time is measured yet
    scored: list[Future[None]] = []
    for folder in folders:
        heard = Counter[str]()
        for path in sorted(path for path in folder.iterdir() if path.suffix in (".mp3", ".opus")):
            parts = [Part(*part) for part in json.loads(path.with_suffix(".json").read_text("utf-8"))]
            ident = f"{folder.name} {path.stem}"
            memory = max(memory, find(path, cache, folder.name, ident))
            repeats = store.repeats(ident, path) or []
            for before, score in scores.items():
                known = [part.kind == "repeat" and heard[part.key] >= before for part in parts]
                scored.append(scorer.submit(score.add, path, parts, repeats, before, known))
            heard.update({part.key for part in parts if part.kind == "repeat"})
            hours += parts[-1].end / 3600
    for each in scored:
        each.result()
    rows = [row for before, score in scores.items() for row in _rows(BEFORE[before], score, is_target=before == 2)]
    disk = store.file.stat().st_size / 1000 / hours
    long = bench.folder / "long.mp3"
    sound = np.concatenate([decode(path) for path in sorted(folders[0].glob("*.mp3"))])
    encode(sound, long, ["-ac", "2", "-ar", "44100", "-b:a", "128k", "-compression_level", "9"])
    an_hour = 3600 * RATE / len(sound)
    began = ended_cpu()
    memory = max(memory, find(long, cache, "long", "long"))
    after = ended_cpu()
    command, environment = start_of("tui_pod.speech.decoder", long, str(SAMPLE_RATE))
    samples = subprocess.run(command, env=environment, stdout=subprocess.PIPE, check=True).stdout
    decoding = ended_cpu() - after
    return Table("Passages", about, [
        *rows,
        Row("CPU an hour of MP3", (after - began) * an_hour, "s", CPU_LIMIT, floor=decoding * an_hour,
            note="the floor is decoding alone; target 15 s"),
        Row("comparing an hour with 20 hours, CPU", _comparing(samples, store, folders[1:]) * an_hour, "s",
            note="target 3 s"),
        Row("memory, besides the decoder's", memory, "MiB", MEMORY_LIMIT),
        Row("disk an hour", disk, "kB", 300.0, note="with the library"),
    ])  # fmt: skip


def _rows(ordinal: str, score: Score, is_target: bool) -> Iterable[Row]:
    missed = 100 * (1 - score.found / max(1, score.passages))
    off = 100 * sum(off > OFF for off in score.off) / max(1, len(score.off))
    limits = (MISSED, 0.0, MISSED) if is_target else (None, None, None)
    half, most = percentile(score.off, 50), percentile(score.off, 95)
    lost = "; ".join(
        [*score.lost[:12], f"{score.twice} more were heard before: reruns, clips, and what a package has twice"]
    )
    yield Row(f"not found at the {ordinal} hearing", missed, "%", limits[0], note=f"of {score.passages}")
    yield Row(f"talk lost at the {ordinal} hearing", float(len(score.lost)), "skips", limits[1], note=lost)
    yield Row(f"edges off by more than {OFF} s at the {ordinal} hearing", off, "%", limits[2],
              note=f"median {half:.2f} s, p95 {most:.2f} s")  # fmt: skip


def unequal(path: Path, start: float, end: float, repeats: Sequence[Repeat], before: int) -> float:
    """Return how many seconds of a part are not the very recording that so many others of its podcast have, too."""
    ours, same = decode(path), dict[str, Ranges]()
    for repeat in repeats:
        podcast, _, number = repeat.other.partition(" ")
        low, high = max(start, repeat.start), min(end, repeat.end)
        if podcast == path.parent.name and high - low > TALK:
            here = ours[int(low * RATE) : int(high * RATE)]
            place = int((repeat.other_start + low - repeat.start - 0.5) * RATE)
            there = decode(next(path.parent.glob(f"{number}.[mo]p*")))[max(0, place) : place + len(here) + RATE]
            size = len(here) + len(there)
            products = np.fft.irfft(np.fft.rfft(there, size) * np.conj(np.fft.rfft(here, size)), size)
            if np.max(products) > SAME * np.linalg.norm(here) * np.linalg.norm(there):
                same[number] = (*same.get(number, ()), (low, high))
    pieces = [piece for piece in count_pieces(same.values()) if piece.heard >= before]
    return end - start - sum(piece.end - piece.start for piece in pieces)


def find(recording: Path, cache: Path, podcast: str, episode: str) -> float:
    """Compare a recording in the process that does so; return the most MiB that it had."""
    request = {"cache": str(cache), "podcast": podcast, "episode": episode, "recording": str(recording)}
    peak = 0.0
    for worker, answer in ask_worker("tui_pod.passages.worker", request, {}):
        if "error" in answer:
            raise OSError(answer["error"])
        peak = max(peak, peak_memory(worker))
    return peak


def _comparing(samples: bytes, store: PassageStore, folders: Sequence[Path]) -> float:
    """Return the seconds of CPU to compare a recording with 20 hours of other podcasts."""
    ours = whole(fingerprint(io.BytesIO(samples)))
    known = [one for folder in folders for one in store.others(ComparedRecording("", folder.name, "", b""))]
    theirs = [np.frombuffer(words, "<u4") for ident, words in known if ident[0] != PASSAGE]
    began, hours, matcher = time.process_time(), 0.0, Matcher(ours)
    for words in theirs:
        matcher.find(words)
        hours += len(words) * STEP / 3600
    return (time.process_time() - began) * 20 / hours
