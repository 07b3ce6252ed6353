"""Recognition of our own narrations: how many words are wrong, how fast it is, and the memory that it takes."""

from __future__ import annotations

import re
import subprocess
import time
import wave
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import NamedTuple

from benchmarks.bench import Bench
from benchmarks.floors import run_floor
from benchmarks.processes import ask_worker, ended_cpu, peak_memory, tree
from benchmarks.rows import Row, Table
from tui_pod.config.paths import embedded_catalog
from tui_pod.core.library.transcript import timed_cues
from tui_pod.library.catalog_files import read_catalogs
from tui_pod.runtime.subprocesses import start_of
from tui_pod.speech.decoder import SAMPLE_RATE
from tui_pod.speech.model import RecognitionError, find_model
from tui_pod.speech.sentences import find_names

TALKS = ("llm-layers", "gans", "rlhf", "hallucination", "beam-search", "u-net", "controlnet", "dpo")
"""Episodes that are narrated: names, numbers and abbreviations are in them."""

LONG = 3
"""How many of them are in the file by which speed and memory are measured."""

WRONG_LIMIT = 6.0
"""Percent of words."""

MINUTE_LIMIT = 1.5
"""Time of a minute of speech, ÷ that of faster-whisper alone."""

MEMORY_LIMIT = 530.0
"""MiB of the recogniser and the decoder together; 20 less than with all eight in one file."""


class Heard(NamedTuple):
    """What was recognised in a recording."""

    sentences: list[tuple[float, float, str]]
    length: float
    seconds: float
    """That it took, the start of the process included."""
    cpu: float
    """Seconds of CPU, with the decoder."""
    peak: float
    """MiB."""


def measure(bench: Bench) -> Table:
    """Measure the recogniser."""
    about = (
        "Eight of our own narrations by the real voice, recognised by Whisper tiny.en in 8 bits with the names of"
        " their titles and summaries; speed and memory with three of them in one file, the floor of the speed by"
        " faster-whisper alone. The model's own paper has 5.6 % on read books."
    )
    what = "words wrong in eight narrations"
    try:
        find_model("")
    except RecognitionError as error:
        return Table("Recognition", about, [Row(what, None, "%", WRONG_LIMIT, note=str(error))])
    folder = bench.folder / "talks"

    def narrate(talks: Sequence[str]) -> None:
        command, environment = start_of("tui_pod", "narrate", *talks, "--out", str(folder))
        home = bench.fresh_home()
        subprocess.run(command, env={**environment, **home}, check=True, stdout=subprocess.DEVNULL, timeout=600)

    (catalog,) = read_catalogs([embedded_catalog()])
    names = {one.id: find_names(one.title, one.summary) for one in catalog.episodes}
    rates, off = [], []
    with ThreadPoolExecutor(2) as pool:  # no time is measured yet
        list(pool.map(narrate, (TALKS[::2], TALKS[1::2])))
        all_heard = list(pool.map(lambda ident: listen(folder / f"{ident}.opus", names[ident]), TALKS))
    for ident, heard in zip(TALKS, all_heard, strict=True):
        said = [(cue.start or 0.0, cue.text) for cue in timed_cues((folder / f"{ident}.vtt").read_text("utf-8"))]
        real, found = (
            words(" ".join(texts)) for texts in ([text for _, text in said], [text for *_, text in heard.sentences])
        )
        rates.append((distance(real, found), len(real)))
        off += [min(abs(start - begin) for begin, *_ in heard.sentences) for start, _ in said]
    wrong = 100 * sum(errors for errors, _ in rates) / sum(count for _, count in rates)
    each = sorted(100 * errors / count for errors, count in rates)
    long = listen(_joined(folder), "")
    off.sort()
    floor = run_floor(bench, "whisper", find_model(""), folder / "long.wav", is_here=True)
    bare = floor["seconds"] / floor["length"] * 60
    nine_of_ten = off[len(off) * 9 // 10]
    return Table(
        "Recognition",
        about,
        [
            Row(what, wrong, "%", WRONG_LIMIT, note=f"from {each[0]:.1f} to {each[-1]:.1f} % a talk"),
            Row("start of a sentence, off by", off[len(off) // 2], "s", note=f"nine of ten: {nine_of_ten:.2f} s"),
            Row("a minute of speech", long.seconds / long.length * 60, "s", MINUTE_LIMIT, floor=bare,
                note=f"{long.length / long.seconds:.1f} times real time, {long.length / 60:.0f} minutes"),
            Row("a minute of speech, CPU", long.cpu / long.length * 60, "s"),
            Row("the most memory, with the decoder", long.peak, "MiB", MEMORY_LIMIT),
        ],
    )  # fmt: skip


def listen(recording: Path, names: str) -> Heard:
    """Recognise a recording in the worker itself.

    Raises:
        OSError: it ended without an end.
    """
    request = {
        "recording": str(recording),
        "start": 0.0,
        "names": names,
        "language": "en",
        "model": str(find_model("")),
    }
    began, before, peaks, sentences = time.monotonic(), ended_cpu(), dict[int, float](), []
    length = 0.0
    for worker, answer in ask_worker("tui_pod.speech.recogniser_worker", request, {"HF_HUB_OFFLINE": "1"}):
        for pid in tree(worker):
            peaks[pid] = max(peaks.get(pid, 0.0), peak_memory(pid))
        sentences += [(start, end, text) for start, end, text in answer.get("cues", ())]
        length = answer.get("end", 0.0)
    if not length:
        raise OSError(f"{recording.name} was not recognised")
    return Heard(sentences, length, time.monotonic() - began, ended_cpu() - before, sum(peaks.values()))


def words(text: str) -> list[str]:
    """Return the words of a text as they are compared: without marks, capitals and hyphens."""
    return re.findall(r"[a-z0-9']+", text.lower().replace("’", "'"))


def distance(real: Sequence[str], found: Sequence[str]) -> int:
    """Return how many words must be changed, added or left out to make one text of the other."""
    former = list(range(len(found) + 1))
    for row, word in enumerate(real, 1):
        present = [row]
        for column, other in enumerate(found, 1):
            present.append(min(former[column] + 1, present[-1] + 1, former[column - 1] + (word != other)))
        former = present
    return former[-1]


def _joined(folder: Path) -> Path:
    """Return a WAV file with some talks one after the other."""
    path = folder / "long.wav"
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(SAMPLE_RATE)
        for ident in TALKS[:LONG]:
            command, environment = start_of("tui_pod.speech.decoder", folder / f"{ident}.opus")
            file.writeframes(subprocess.run(command, env=environment, check=True, stdout=subprocess.PIPE).stdout)
    return path
