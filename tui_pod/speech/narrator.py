"""Make narrations: owns the worker process, its requests and the cache. Knows no player and no screen.

All calls and answers are on the event loop's thread; nothing here blocks. The worker is started on the first job,
restarted after a crash, and stopped after a minute without work.
"""

from __future__ import annotations

import asyncio
import contextlib
import itertools
import json
import os
import sys
import zlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from tui_pod.core.errors import UserError
from tui_pod.core.library.transcript import Cue, timed_cues, to_webvtt
from tui_pod.core.text.speech import speakable, split_direction
from tui_pod.runtime.files import make_folder, read_bytes, reason
from tui_pod.runtime.installer import install_command
from tui_pod.runtime.log import log_error
from tui_pod.runtime.subprocesses import AHEAD, COMMAND, end_process
from tui_pod.speech.worker_process import start_worker

MAX_CHARS = 30_000
"""How many characters of a text are narrated at most: half an hour of speech."""

IDLE_LIMIT = 60.0
"""Seconds after which an idle worker is stopped: it uses 230 MB."""

VOICE = "hibari-tts==0.2.1"
"""The package of the voice, as in pyproject.toml."""

NEWEST_PYTHON = (3, 14)
"""The newest Python that it has packages for, as in pyproject.toml."""

MODELS = "models"
"""Folder in the data folder with downloaded models and voices."""

SECOND_VOICES = {"fenrir": "am_fenrir_v2.int8.onnx", "kore": "af_kore.int8.onnx"}
"""The file of each voice that can be downloaded; they pronounce as the first one does."""

NAME = ".name.wav"
"""Suffix of the file of a spoken name."""

UNFINISHED_FOR = 3600.0
"""How many seconds older than the newest file those of a narration in progress may be; they have no times yet."""

ROUND = 5
"""Version of the rules for making narrations; a new number makes cached ones obsolete."""


SENTENCE_PAUSE, PARAGRAPH_PAUSE, THINKING_PAUSE = 0.55, 1.1, 2.5
"""Seconds after a sentence, after a paragraph, and after a question or an open end that the listener completes."""

THINKING_WORD = 0.2
"""Seconds for each word of a longer question."""

RECAP = 3
"""A text with this many paragraphs that begin with a question and answer it asks its listener."""

ANSWER_LIMIT = 120.0
"""Seconds without a sign of life after which a worker is considered hung; on a busy machine it may need ten."""


class NarrationError(UserError):
    """A text was not narrated; the message says why and what to do."""


@dataclass(frozen=True, slots=True)
class Narration:
    """A finished narration: its audio and when each sentence is spoken."""

    audio: Path
    duration: float
    """Seconds."""
    cues: tuple[Cue, ...]
    name: Path | None = None
    """Its spoken name; None if it has none."""
    is_shortened: bool = False
    """True if the text was cut at `MAX_CHARS`."""


@dataclass(frozen=True, slots=True)
class Script:
    """What to narrate."""

    sentences: tuple[str, ...]
    """As shown on the screen."""
    target: float | None = None
    """Seconds that the narration should last; None for any length."""
    is_shortened: bool = False
    breaths: tuple[int, ...] = ()
    """Indexes of the sentences that end a paragraph; a longer pause follows them."""
    questions: tuple[int, ...] = ()
    """Indexes of the sentences after which the listener thinks; the longest pause follows them."""
    speakers: tuple[str, ...] = ()
    """Who speaks each sentence; empty if it is always the same person."""
    name: str = ""
    """Spoken into a file of its own, to be heard before the narration; empty for nothing."""
    times: tuple[tuple[float, float], ...] = ()
    """Planned start and end of each sentence in seconds; empty unless it is a piece of a planned text."""
    command: tuple[str, ...] = ()
    """Command that speaks instead of the voice; empty for the voice."""

    @property
    def others(self) -> list[int]:
        """The indexes of the sentences that the first speaker does not speak."""
        return [index for index, speaker in enumerate(self.speakers) if speaker != self.speakers[0]]

    @property
    def pauses(self) -> list[float]:
        """The seconds after each sentence but the last."""
        pauses = [PARAGRAPH_PAUSE if index in self.breaths else SENTENCE_PAUSE for index in range(len(self.sentences))]
        for index in self.questions:
            asked = THINKING_WORD * len(self.sentences[index].split()) if self.sentences[index].endswith("?") else 0.0
            pauses[index] = max(THINKING_PAUSE, asked)
        return pauses[:-1]


def make_script(cues: Sequence[Cue], target: float | None = None, name: str = "") -> Script:
    """Return the script of a text, cut at `MAX_CHARS`; drop the target if the text is cut or the pace would be odd."""
    sentences: list[str] = []
    room = MAX_CHARS
    for cue in cues:
        room -= len(cue.text)
        if room < 0:
            break
        sentences.append(cue.text)
    is_shortened = len(sentences) < len(cues)
    inner = cues[: max(0, len(sentences) - 1)]
    breaths = tuple(index for index, cue in enumerate(inner) if cue.ends_paragraph)
    words = sum(len(sentence.split()) for sentence in sentences)
    fits = target is not None and not is_shortened and 100 < words / (target / 60) < 230
    speakers = tuple(cue.speaker for cue in cues[: len(sentences)])
    return Script(
        tuple(sentences),
        target if fits else None,
        is_shortened,
        breaths,
        _questions(sentences, breaths),
        speakers if len(set(speakers)) > 1 else (),
        name,
    )


def _questions(sentences: Sequence[str], breaths: Sequence[int]) -> tuple[int, ...]:
    """Return which sentences the listener completes: open ends, and the questions of a recap."""
    firsts = {0, *(index + 1 for index in breaths)}
    asked = [
        index
        for index, sentence in enumerate(sentences)
        if index in firsts and index not in breaths and sentence.endswith("?")
    ]
    open_ends = [index for index, sentence in enumerate(sentences) if sentence.rstrip('”"’').endswith("…")]
    return tuple(sorted({*open_ends, *(asked if len(asked) >= RECAP else ())}))


Response = Callable[[Narration | NarrationError], None]


@dataclass(slots=True)
class _Job:
    script: Script
    key: str
    answers: list[Response]
    is_urgent: bool
    spoken: int = 0
    """How many of its sentences are spoken."""


@dataclass(eq=False, repr=False)
class Narrator:
    """Makes narrations one after the other, urgent ones first."""

    _folder: Path
    """The cache."""
    _cache_bytes: int
    """Its limit."""
    is_enabled: bool = True
    """False refuses to narrate anything."""
    python: str = sys.executable
    """The interpreter of the worker."""
    second_voice: Path | None = None
    """The file of the voice of a second speaker; if it is missing, the first one is changed."""
    _jobs: list[_Job] = field(default_factory=list, init=False)
    _current: _Job | None = field(default=None, init=False)
    _making: asyncio.Task[Narration] | None = field(default=None, init=False)  # the current job
    _workers: dict[bool, tuple[asyncio.subprocess.Process, bool]] = field(default_factory=dict, init=False)
    """By whether somebody waits for the job; and whether it is one for a command, which has the network."""
    _task: asyncio.Task[None] | None = field(default=None, init=False)
    _has_job: asyncio.Event = field(default_factory=asyncio.Event, init=False)
    _numbers: itertools.count[int] = field(default_factory=lambda: itertools.count(1), init=False)
    _must_encode: bool = field(default=False, init=False)
    _is_closed: bool = field(default=False, init=False)

    def request(self, script: Script, answer: Response, is_urgent: bool = True) -> None:
        """Start a narration; call `answer` with it or with the error, at once or later."""
        found = self.find(script)
        if found is not None:
            answer(found)
        elif not script.sentences:
            answer(NarrationError("There is no text to narrate."))
        elif missing := self.missing(bool(script.command)):
            answer(NarrationError(f"This episode has no recording, and {missing}"))
        else:
            self._enqueue(_Job(script, self._key(script), [answer], is_urgent))

    def missing(self, has_command: bool = False) -> str | None:
        """Return what is missing for narrating, with a command or the voice, as half a sentence; None if nothing is."""
        if not self.is_enabled:
            return "narrating is off in the settings."
        return (
            None
            if has_voice() or (has_command and find_spec("numpy") is not None)
            else f"narrating needs the voice. Run: {install_voice()}"
        )

    @property
    def share(self) -> float | None:
        """How much is spoken of the narration that somebody waits for, 0 to 1; None if nobody does."""
        job = self._current
        return min(1.0, job.spoken / len(job.script.sentences)) if job is not None and job.is_urgent else None

    async def make(self, script: Script) -> Narration:
        """Make a narration and return it. Raises NarrationError if that fails."""
        results: asyncio.Queue[Narration | NarrationError] = asyncio.Queue()
        self.request(script, results.put_nowait)
        made = await results.get()
        if isinstance(made, NarrationError):
            raise made
        return made

    async def render(self, script: Script) -> Narration:
        """Return an encoded narration; for commands, which may wait. Raises NarrationError if it cannot be made."""
        found = self.find(script)
        if found is not None and found.audio.suffix == ".opus":
            return found
        self.discard(self._folder / self._key(script))
        self._must_encode = True
        return await self.make(script)

    def discard(self, narration: Path) -> None:
        """Remove a narration that cannot be played, so that it is made again."""
        for suffix in (".wav", ".opus", ".vtt", NAME):
            with contextlib.suppress(OSError):
                narration.with_suffix(suffix).unlink()

    async def close(self) -> None:
        """End the worker."""
        self._is_closed = True  # the task may miss its cancellation if an answer arrives at the same time
        self._jobs.clear()
        if self._task is not None:
            self._task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._task
        for is_urgent in (True, False):
            await self._end_worker(is_urgent)

    # -- the queue of jobs ---------------------------------------------------------------------------

    def _enqueue(self, job: _Job) -> None:
        """Queue a job in place of a waiting one of the same urgency, since each takes a second.

        Two pieces of planned texts may wait: the next one of the text that plays, and one of what comes after it.

        An urgent one interrupts what is made ahead, at low priority, even if that is the same: on a busy machine it
        would take minutes.
        """
        if job.is_urgent and self._current is not None and not self._current.is_urgent and self._making is not None:
            self._making.cancel()
        same = next((other for other in (*self._jobs, self._current) if other and other.key == job.key), None)
        if same is None:
            self._jobs.append(job)
        else:
            same.answers += job.answers
            same.is_urgent = same.is_urgent or job.is_urgent
        is_piece = not job.is_urgent and bool(job.script.times)
        dropped = [
            other
            for other in self._jobs
            if other.is_urgent is job.is_urgent
            and other.key != job.key
            and (job.is_urgent or bool(other.script.times) is is_piece)
        ][: -1 if is_piece else None]
        self._jobs = sorted(
            (other for other in self._jobs if other not in dropped), key=lambda other: not other.is_urgent
        )
        for answer in (answer for other in dropped for answer in other.answers):
            answer(NarrationError("Another narration was requested."))
        self._has_job.set()
        if self._task is None or self._task.done():
            self._task = asyncio.get_running_loop().create_task(self._work())

    async def _work(self) -> None:
        while self._jobs:
            job = self._current = self._jobs.pop(0)
            is_urgent = job.is_urgent
            self._making = asyncio.ensure_future(self._make(job))
            try:
                result: Narration | NarrationError = await self._making
            except NarrationError as error:
                result = error
            except asyncio.CancelledError:
                if self._is_closed:
                    raise
                await self._end_worker(is_urgent)
                self._jobs.insert(0 if job.is_urgent else len(self._jobs), job)
                continue
            finally:
                self._current = None
            if not is_urgent:
                await self._end_worker(is_urgent)  # two at a time take 460 MB
            for answer in job.answers:
                answer(result)
            if not (self._jobs or self._is_closed):  # the worker encodes in the meantime
                self._has_job.clear()
                with contextlib.suppress(TimeoutError):
                    await asyncio.wait_for(self._has_job.wait(), IDLE_LIMIT)
            if not self._jobs:
                # takes a while; a job that arrives meanwhile is made in the next round
                await self._end_worker(is_urgent=True)

    async def _make(self, job: _Job) -> Narration:
        is_urgent = job.is_urgent
        try:
            make_folder(self._folder)
        except OSError as error:
            raise NarrationError(f"Narrations cannot be saved in {self._folder}: {reason(error)}.") from error
        for is_last_try in (False, True):
            try:
                return await self._ask(job, is_urgent)
            except (OSError, EOFError, ValueError, TypeError, LookupError) as error:  # the answer may be malformed
                log_error(error, "the narrator failed")
                await self._end_worker(is_urgent)
                if is_last_try:
                    raise NarrationError(f"The narrator stopped twice ({error}). Run: tui-pod doctor") from error
        raise AssertionError

    async def _ask(self, job: _Job, is_urgent: bool) -> Narration:
        """Let the worker make a narration. Raises several kinds of errors if the worker breaks."""
        worker = await self._ready_worker(is_urgent, bool(job.script.command))
        assert worker.stdin is not None
        assert worker.stdout is not None
        base = self._folder / job.key
        table = pronunciations()
        second = self._second_for(job.script)
        effects, spoken = zip(*map(split_direction, job.script.sentences), strict=True)
        request = {
            "id": (number := next(self._numbers)),
            "sentences": [sentence if job.script.command else speakable(sentence, table) for sentence in spoken],
            "effects": effects,
            "pauses": job.script.pauses,
            "others": job.script.others,
            "questions": job.script.questions,
            "target": job.script.target,
            "times": job.script.times,
            "command": job.script.command,
            "name": speakable(job.script.name, table),
            "second": second,
            "wav": str(base.with_suffix(".wav")),
            "name_wav": str(base.with_suffix(NAME)),
            "opus": str(base.with_suffix(".opus")),
            "encode": self._must_encode or not is_urgent,
        }
        worker.stdin.write(json.dumps(request).encode() + b"\n")
        await worker.stdin.drain()
        try:
            answer = await _read_answer(worker.stdout, number, job)
        except TimeoutError:
            raise OSError("it does not answer") from None
        if "error" in answer:
            raise NarrationError(f"This cannot be narrated: {answer['error']}.")
        self._keep(job, float(answer["duration"]), answer["times"])
        found = self.find(job.script)
        if found is None:
            raise OSError("its file is gone")
        return found

    async def _ready_worker(self, is_urgent: bool, has_command: bool) -> asyncio.subprocess.Process:
        worker, had_command = self._workers.get(is_urgent, (None, False))
        if worker is None or worker.returncode is not None or had_command is not has_command:
            await self._end_worker(is_urgent)
            flags = [COMMAND] * has_command + [AHEAD] * (not is_urgent)
            worker = await start_worker("tui_pod.speech.narrator_worker", self.python, *flags)
            self._workers[is_urgent] = worker, has_command
        return worker

    async def _end_worker(self, is_urgent: bool) -> None:
        worker, _ = self._workers.pop(is_urgent, (None, False))
        if worker is not None:
            await end_process(worker)

    # -- the cache -------------------------------------------------------------------------------------

    def _key(self, script: Script) -> str:
        import hashlib  # loads 2 MiB of OpenSSL, which only narrations need

        second = self._second_for(script)
        made_of: list[object] = [
            script.sentences,
            script.target,
            script.breaths,
            second,
            script.others,
            script.name,
        ]
        made_of += filter(None, (script.times, script.command))
        content = json.dumps([ROUND, _voice_version(), made_of, _table_stamp()])
        return hashlib.sha256(content.encode("utf-8", "replace")).hexdigest()[:32]

    def _second_for(self, script: Script) -> str | None:
        """Return the file of the second voice if the script has two speakers and the file exists."""
        voice = self.second_voice
        return str(voice) if voice is not None and script.speakers and voice.is_file() else None

    def find(self, script: Script) -> Narration | None:
        """Return the narration if it is in the cache."""
        base = self._folder / self._key(script)
        times = base.with_suffix(".vtt")
        for audio in (base.with_suffix(".opus"), base.with_suffix(".wav")):
            with contextlib.suppress(OSError, ValueError):
                if audio.stat().st_size == 0:
                    continue
                text = read_bytes(times).decode()
                duration = float(text.partition("NOTE duration ")[2].partition("\n")[0])
                cues = tuple(
                    Cue(sentence, cue.start, cue.end, index in script.breaths, cue.speaker)
                    for index, (sentence, cue) in enumerate(zip(script.sentences, timed_cues(text), strict=True))
                )
                os.utime(audio)  # the cache removes the least recently used narration first
                name = base.with_suffix(NAME) if script.name else None
                return Narration(audio, duration, cues, name, script.is_shortened)
        return None

    def _keep(self, job: _Job, duration: float, times: list[tuple[float, float]]) -> None:
        base = self._folder / job.key
        speakers = job.script.speakers or [""] * len(job.script.sentences)
        cues = tuple(
            Cue(text, start, end, speaker=speaker)
            for text, (start, end), speaker in zip(job.script.sentences, times, speakers, strict=True)
        )
        content = to_webvtt(cues).replace("WEBVTT\n", f"WEBVTT\n\nNOTE duration {duration}\n", 1)
        temp = base.with_suffix(".vtt.part")
        temp.write_text(content, "utf-8")
        temp.replace(base.with_suffix(".vtt"))
        self._trim()

    def _trim(self) -> None:
        """Remove the least recently used narrations until the cache is within its limit, and unfinished ones."""
        with contextlib.suppress(OSError):
            narrations: dict[str, list[os.DirEntry[str]]] = {}
            for entry in os.scandir(self._folder):
                narrations.setdefault(entry.name.partition(".")[0], []).append(entry)
            oldest_first = sorted(
                (max(file.stat().st_mtime for file in files), stem) for stem, files in narrations.items()
            )
            total = sum(file.stat().st_size for files in narrations.values() for file in files)
            for used, stem in oldest_first[:-1]:
                is_finished = any(file.name == f"{stem}.vtt" for file in narrations[stem])
                if total > self._cache_bytes or not (is_finished or oldest_first[-1][0] - used < UNFINISHED_FOR):
                    for file in narrations[stem]:
                        total -= file.stat().st_size
                        os.unlink(file.path)


async def _read_answer(lines: asyncio.StreamReader, number: int, job: _Job) -> dict[str, Any]:
    """Return the answer to a job's request; count signs of life, one a sentence, and skip answers to earlier requests.

    Raises:
        TimeoutError: the worker is silent for too long.
    """
    job.spoken = 0
    while True:
        line = await asyncio.wait_for(lines.readline(), ANSWER_LIMIT)
        if not line:
            raise EOFError("it ended without an answer")
        answer: dict[str, Any] = json.loads(line)
        if answer["id"] == number and len(answer) > 1:
            return answer
        job.spoken += answer["id"] == number


def install_voice(is_repair: bool = False) -> str:
    """Return the command, for a shell, that installs the voice."""
    if sys.version_info[:2] <= NEWEST_PYTHON:
        return install_command(VOICE, is_repair=is_repair)
    newest, this = (".".join(map(str, version[:2])) for version in (NEWEST_PYTHON, sys.version_info))
    return f"uv tool install --python {newest} tui-pod (the voice has no packages for Python {this})"


def has_voice() -> bool:
    """Return True if the voice is installed."""
    return find_spec("hibari") is not None


@cache
def pronunciations() -> Mapping[str, str]:
    """Return how words are spoken, by how they are written."""
    lines = (Path(__file__).parent / "pronunciation.tsv").read_text("utf-8").splitlines()
    pairs = (line.split("\t") for line in lines if not line.startswith("#"))
    return {pair[0]: pair[1] for pair in pairs if len(pair) == 2}


@cache
def _voice_version() -> str:
    from importlib.metadata import PackageNotFoundError, version  # 12 ms

    try:
        return version("hibari-tts")
    except PackageNotFoundError:
        return ""


@cache
def _table_stamp() -> int:
    return zlib.crc32(repr(sorted(pronunciations().items())).encode())
