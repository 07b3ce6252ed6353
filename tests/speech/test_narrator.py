"""The owner of the narrator's process, over a stub of that process which does what each test says."""

import asyncio
import contextlib
import json
import os
import shutil
import sys
import tomllib
from collections.abc import AsyncIterator, Awaitable
from pathlib import Path
from typing import Any

import pytest
from packaging.requirements import Requirement

import tui_pod.speech.narrator as module
from tests.patience import PATIENCE, until
from tui_pod.core.library.transcript import Cue, plain_cues
from tui_pod.runtime.installer import install_command
from tui_pod.speech.narrator import MAX_CHARS, Narration, NarrationError, Narrator, Script, make_script

ONE = Script(("Hello there.", "And good bye."))
TWO = Script(("Something else.",))
THREE = Script(("A third thing.",))

STUB = '''#!{python}
"""Stands for the narrator's process: does what the next line of a file says, and `good` when there is none."""
import json, os, select, signal, sys
from pathlib import Path

home = Path(__file__).parent
plan = home / "plan"
log = (home / "log").open("a")
voice = [os.environ.get(name) for name in ("HIBARI_HOME", "ORT_DISABLE_TELEMETRY")]
print("start", os.getpid(), *voice, *sys.argv[1:], file=log, flush=True)
for line in sys.stdin:
    request = json.loads(line)
    steps = plan.read_text().split("\\n") if plan.exists() else []
    step = steps.pop(0) if steps else ""
    plan.write_text("\\n".join(steps))
    print("whole", json.dumps(request), file=log, flush=True)
    print("request", request["sentences"][0], file=log, flush=True)  # last: a test may have the process killed from now
    answer = {{"id": request["id"], "duration": 4.0, "times": [[n, n + 0.5] for n in range(len(request["sentences"]))]}}
    if step == "die":
        sys.exit(3)
    elif step == "hang":
        while True:
            signal.pause()
    elif step == "hold":
        gate = os.open(home / "gate", os.O_RDWR)
        print(json.dumps({{"id": request["id"]}}), flush=True)
        if not select.select([gate], [], [], 20)[0]:
            print("in vain", file=log, flush=True)
    elif step == "end late":
        signal.signal(signal.SIGTERM, lambda *_: print("ending", file=log, flush=True))
    elif step == "garbage":
        print("%%% no JSON %%%", flush=True)
        continue
    elif step in ("[1, 2]", '"text"', "null", "{{}}", '{{"id": 1, "times": []}}'):
        print(step.replace("1", str(request["id"])), flush=True)
        continue
    elif step == "error":
        print(json.dumps({{"id": request["id"], "error": "it reads English"}}), flush=True)
        continue
    elif step == "slow":
        for _ in range(5):
            print(json.dumps({{"id": request["id"]}}), flush=True)
    elif step == "old answer":
        print(json.dumps({{"id": -5, "duration": 1.0, "times": []}}), flush=True)
    elif step == "wrong times":
        answer["times"] = answer["times"][1:]
    if step == "no opus":
        Path(request["wav"]).write_bytes(b"x" * 1000)
    elif step != "no file":
        Path(request["opus" if request["encode"] else "wav"]).write_bytes(b"x" * 1000)
    print(json.dumps(answer), flush=True)
'''


class Rig:
    """A narrator over a stub process, and what became of it."""

    def __init__(self, home: Path) -> None:
        self.home = home
        self.folder = home / "narrations"
        stub = home / "stub"
        stub.write_text(STUB.format(python=sys.executable), "utf-8")
        stub.chmod(0o755)
        self.narrator = self.make()

    def make(self, cache_bytes: int = 1_000_000, **options: Any) -> Narrator:
        """Return a narrator on the stub."""
        return Narrator(self.folder, cache_bytes, python=str(self.home / "stub"), **options)

    def requests(self) -> list[dict[str, Any]]:
        """Return what the processes were asked."""
        return [json.loads(line) for line in self.log("whole")]

    def plan(self, *steps: str) -> None:
        """Set what the process does with the next requests."""
        (self.home / "plan").write_text("\n".join(steps), "utf-8")

    def log(self, kind: str) -> list[str]:
        """Return what the processes noted of a kind: starts or requests."""
        file = self.home / "log"
        lines = file.read_text("utf-8").splitlines() if file.exists() else []
        return [line.partition(" ")[2] for line in lines if line.startswith(kind)]

    async def ask(self, script: Script, is_urgent: bool = True) -> Narration | NarrationError:
        """Return the answer to a request."""
        return await asyncio.wait_for(self.promise(script, is_urgent), PATIENCE)

    def promise(self, script: Script, is_urgent: bool = True) -> asyncio.Future[Narration | NarrationError]:
        """Request a narration and return what will hold its answer."""
        future: asyncio.Future[Narration | NarrationError] = asyncio.get_running_loop().create_future()
        self.narrator.request(script, future.set_result, is_urgent)
        return future

    async def at_work(self) -> None:
        """Wait until the process has a request."""
        await until(lambda: self.log("request"), "the process is at work")

    @contextlib.asynccontextmanager
    async def holding(self) -> AsyncIterator[asyncio.Future[Narration | NarrationError]]:
        """Have the process hold its answer for the length of the block, and give what will be that answer."""
        os.mkfifo(self.home / "gate")
        gate = os.open(self.home / "gate", os.O_RDWR)
        try:
            self.plan("hold")
            promise = self.promise(ONE)
            await self.at_work()
            yield promise
            assert not self.log("in vain")
            os.write(gate, b"go")
            await asyncio.wait_for(promise, PATIENCE)
        finally:
            os.close(gate)


@pytest.fixture
async def rig(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Rig]:
    """A narrator over a stub process."""
    monkeypatch.setattr(module, "has_voice", lambda: True)
    rig = Rig(tmp_path)
    yield rig
    await rig.narrator.close()


def good(result: Narration | NarrationError) -> Narration:
    """Return a result that is a narration."""
    assert isinstance(result, Narration), result
    return result


def is_running(pid: int) -> bool:
    """Return whether there is such a process, and it is no zombie."""
    try:
        return Path(f"/proc/{pid}/stat").read_text("ascii").rsplit(")", 1)[1].split()[0] != "Z"
    except OSError:
        return False


# -- what comes back -----------------------------------------------------------------------------------


async def test_narration_is_made_by_the_worker_and_has_its_audio_length_and_times(rig: Rig) -> None:
    narration = good(await rig.ask(ONE))
    assert narration.audio.stat().st_size == 1000
    assert narration.duration == 4.0
    assert [(cue.text, cue.start, cue.end) for cue in narration.cues] == [
        ("Hello there.", 0.0, 0.5),
        ("And good bye.", 1.0, 1.5),
    ]
    assert not narration.is_shortened
    text = narration.audio.with_suffix(".vtt").read_text("utf-8")
    assert text.startswith("WEBVTT\n")
    assert "00:00:00.000 --> 00:00:00.500\nHello there." in text
    assert json.dumps(narration.duration) in text
    assert rig.log("start")[0].split(" ", 1)[1] == f"{os.devnull} 1 -P -m tui_pod.speech.narrator_worker"


async def test_words_are_made_speakable_before_they_are_spoken(rig: Rig) -> None:
    narration = good(await rig.ask(Script(("RoPE costs O(n²).",))))
    assert narration.cues[0].text == "RoPE costs O(n²)."
    assert rig.log("request") != ["RoPE costs O(n²)."]


async def test_nothing_to_say_is_an_error_in_words(rig: Rig) -> None:
    assert str(await rig.ask(Script(()))) == "There is no text to narrate."


async def test_no_voice_is_an_error_that_names_the_command(rig: Rig, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "has_voice", lambda: False)
    error = await rig.ask(ONE)
    assert isinstance(error, NarrationError)
    assert install_command(module.VOICE) in str(error)
    assert rig.log("start") == []


def test_command_that_adds_the_voice_names_the_version_of_the_package_data() -> None:
    project = tomllib.loads((Path(__file__).parents[2] / "pyproject.toml").read_text("utf-8"))["project"]
    name, _, version = module.VOICE.partition("==")
    (wanted,) = (found for found in map(Requirement, project["dependencies"]) if found.name == name)
    assert version in wanted.specifier


async def test_narrating_set_off_is_an_error_that_says_so(rig: Rig) -> None:
    rig.narrator = Narrator(rig.folder, 1000, is_enabled=False)
    assert "off in the settings" in str(await rig.ask(ONE))


def test_a_longer_gap_follows_each_paragraph_but_the_last() -> None:
    cues = [Cue("One."), Cue("Two.", ends_paragraph=True), Cue("Three.", ends_paragraph=True)]
    assert make_script(cues, None).breaths == (1,)
    assert make_script([], None).breaths == ()


async def test_long_text_is_cut_between_sentences_and_says_so(rig: Rig) -> None:
    script = make_script([Cue(f"Sentence number {number} of very many.") for number in range(30_000)], 90.0)
    assert sum(map(len, script.sentences)) <= MAX_CHARS
    assert script.target is None
    narration = good(await rig.ask(script))
    assert narration.is_shortened
    assert len(narration.cues) == len(script.sentences)


# -- a process that fails ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "step", ["die", "garbage", "[1, 2]", '"text"', "null", "{}", '{"id": 1, "times": []}', "no file", "wrong times"]
)
async def test_process_that_fails_once_is_started_again(rig: Rig, step: str) -> None:
    rig.plan(step)
    good(await rig.ask(ONE))
    assert len(rig.log("start")) == 2


@pytest.mark.parametrize("step", ["die", "garbage", "[1, 2]", '{"id": 1, "times": []}', "no file"])
async def test_process_that_fails_twice_is_told_and_tried_anew_at_the_next_wish(rig: Rig, step: str) -> None:
    rig.plan(step, step)
    error = await rig.ask(ONE)
    assert isinstance(error, NarrationError)
    assert "tui-pod doctor" in str(error)
    good(await rig.ask(ONE))


async def test_process_that_hangs_is_ended_and_told(rig: Rig, monkeypatch: pytest.MonkeyPatch) -> None:
    rig.plan("hang", "hang")
    with monkeypatch.context() as patched:
        patched.setattr(module, "ANSWER_LIMIT", 0.5)
        error = await rig.ask(ONE)
    assert isinstance(error, NarrationError)
    assert "does not answer" in str(error)
    pids = [int(line.split()[0]) for line in rig.log("start")]
    await until(lambda: not any(map(is_running, pids)), "the hung processes are gone")
    rig.plan()  # one that was slow to start may not have read its own
    good(await rig.ask(ONE))


async def test_share_of_the_sentences_that_are_spoken_is_known_while_somebody_waits(rig: Rig) -> None:
    async with rig.holding():
        await until(lambda: rig.narrator.share == 1 / len(ONE.sentences), "a sentence is spoken")
    assert rig.narrator.share is None


async def test_process_that_gives_signs_of_life_is_waited_for(rig: Rig) -> None:
    rig.plan("slow")
    assert good(await rig.ask(ONE)).duration == 4.0
    assert len(rig.log("start")) == 1


async def test_process_that_cannot_be_started_is_told(rig: Rig) -> None:
    (rig.home / "stub").unlink()
    assert isinstance(await rig.ask(ONE), NarrationError)


async def test_folder_that_cannot_be_made_is_named(rig: Rig) -> None:
    rig.folder.write_text("in the way")
    assert str(await rig.ask(ONE)) == f"Narrations cannot be saved in {rig.folder}: File exists."
    assert rig.log("start") == []


async def test_text_that_cannot_be_spoken_is_told_without_a_second_try(rig: Rig) -> None:
    rig.plan("error")
    assert str(await rig.ask(ONE)) == "This cannot be narrated: it reads English."
    assert len(rig.log("request")) == 1


async def test_late_answer_of_a_former_request_is_passed_over(rig: Rig) -> None:
    rig.plan("old answer")
    assert good(await rig.ask(ONE)).duration == 4.0


# -- the order of wishes -------------------------------------------------------------------------------


async def test_wish_asked_twice_is_made_once(rig: Rig) -> None:
    first, second = rig.promise(ONE), rig.promise(ONE)
    assert good(await first).audio == good(await second).audio
    assert len(rig.log("request")) == 1


@pytest.mark.parametrize(
    ("wishes", "made"),
    [
        pytest.param([(TWO, False), (THREE, True)], [THREE, TWO], id="urgent before prepared"),
        pytest.param([(TWO, False), (THREE, False)], [THREE], id="newest idea of what comes next"),
        pytest.param([(TWO, False), (TWO, True)], [TWO], id="prepared and then urgent"),
        pytest.param([(TWO, True), (THREE, True)], [THREE], id="newest urgent one"),
    ],
)
async def test_wishes_that_wait_are_made_in_their_order_or_answered_that_they_are_not(
    rig: Rig, wishes: list[tuple[Script, bool]], made: list[Script]
) -> None:
    async with rig.holding():
        answers = [rig.promise(script, is_urgent) for script, is_urgent in wishes]
    found = await asyncio.wait_for(asyncio.gather(*answers), PATIENCE)
    assert rig.log("request") == ["Hello there.", *(script.sentences[0] for script in made)]
    assert [isinstance(each, Narration) for each in found] == [script in made for script, _ in wishes]


@pytest.mark.parametrize("script", [ONE, TWO], ids=["the same", "another"])
async def test_urgent_wish_interrupts_what_is_made_ahead_and_is_made_at_normal_priority(
    rig: Rig, script: Script
) -> None:
    rig.plan("hang")
    ahead = rig.promise(ONE, is_urgent=False)
    await rig.at_work()
    good(await rig.ask(script))
    good(await asyncio.wait_for(ahead, PATIENCE))
    others = [["ahead"]] if script is TWO else []  # what was interrupted is made after it
    assert [start.split()[6:] for start in rig.log("start")] == [["ahead"], [], *others]
    assert [request["encode"] for request in rig.requests()] == [True, False, *[True for _ in others]]


async def test_two_newest_pieces_of_texts_wait_beside_what_is_prepared(rig: Rig) -> None:
    pieces = [Script((f"Piece {number}.",), 1.0, times=((0.1, 0.9),)) for number in range(3)]
    async with rig.holding():
        answers = [rig.promise(piece, is_urgent=False) for piece in pieces]
        rig.promise(TWO, is_urgent=False)
    assert isinstance(await answers[0], NarrationError)
    assert isinstance(await asyncio.wait_for(answers[2], PATIENCE), Narration)
    await until(lambda: len(rig.log("request")) == 4, "what is prepared is made")
    assert rig.log("request") == ["Hello there.", "Piece 1.", "Piece 2.", "Something else."]


# -- the cache -----------------------------------------------------------------------------------------


async def test_narration_made_before_is_found_by_another_start(rig: Rig) -> None:
    made = good(await rig.ask(ONE))
    found = rig.make().find(ONE)
    assert found == made
    answers: list[object] = []
    rig.make().request(ONE, answers.append)
    assert answers == [made]  # at once


@pytest.mark.parametrize(
    "other",
    [
        Script(("Hello there.", "And good by.")),
        Script(("Hello there. And good bye.",)),
        Script(ONE.sentences, 90.0),
    ],
    ids=["a letter", "a sentence less", "a length"],
)
async def test_other_words_or_length_make_another_narration(rig: Rig, other: Script) -> None:
    made = good(await rig.ask(ONE))
    assert rig.narrator.find(other) is None
    assert good(await rig.ask(other)).audio != made.audio


@pytest.mark.parametrize("changed", ["_voice_version", "_table_stamp"])
async def test_other_voice_or_pronunciation_makes_another_narration(
    rig: Rig, changed: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    await rig.ask(ONE)
    monkeypatch.setattr(module, changed, lambda: "another")
    assert rig.narrator.find(ONE) is None


@pytest.mark.parametrize(
    ("suffix", "content"),
    [(".wav", b""), (".wav", None), (".vtt", b""), (".vtt", None), (".vtt", b"\xff\x00 nonsense")],
)  # whether audio plays is for the player to tell; see `discard`
async def test_damaged_narration_is_made_anew(rig: Rig, suffix: str, content: bytes | None) -> None:
    made = good(await rig.ask(ONE))
    file = made.audio.with_suffix(suffix)
    if content is None:
        file.unlink()
    else:
        file.write_bytes(content)
    assert rig.narrator.find(ONE) is None
    assert good(await rig.ask(ONE)) == made


async def test_discarded_narration_is_made_anew(rig: Rig) -> None:
    made = good(await rig.ask(ONE))
    made.audio.with_suffix(module.NAME).touch()
    rig.narrator.discard(made.audio)
    assert not list(rig.folder.iterdir())
    assert rig.narrator.find(ONE) is None
    good(await rig.ask(ONE))
    assert (len(rig.log("request")), len(rig.log("start"))) == (2, 1)


async def test_cache_removed_at_any_time_is_made_anew(rig: Rig) -> None:
    made = good(await rig.ask(ONE))
    with made.audio.open("rb") as playing:
        shutil.rmtree(rig.folder)
        good(await rig.ask(TWO))
        assert len(playing.read()) == 1000
    good(await rig.ask(ONE))


async def test_cache_is_kept_within_its_bound(rig: Rig) -> None:
    rig.narrator = rig.make(cache_bytes=5_000)
    for number in range(12):
        good(await rig.ask(Script((f"Number {number}.",))))
        os.utime(rig.folder)
    assert sum(file.stat().st_size for file in rig.folder.iterdir()) <= 5_000
    assert rig.narrator.find(Script(("Number 11.",))) is not None
    assert rig.narrator.find(Script(("Number 0.",))) is None
    stems = [file.stem for file in rig.folder.iterdir()]
    assert all(stems.count(stem) == 2 for stem in stems)


async def test_name_without_its_narration_is_removed_by_a_later_one(rig: Rig) -> None:
    rig.folder.mkdir()
    old, new = (rig.folder / f"{letter * 32}{module.NAME}" for letter in "ab")
    for name in (old, new):  # left by an app that was killed; in the making by another program
        name.touch()
    os.utime(old, (1_000_000, 1_000_000))
    good(await rig.ask(ONE))
    assert (old.exists(), new.exists()) == (False, True)


async def test_narration_used_lately_outlives_those_made_after_it(rig: Rig) -> None:
    rig.narrator = rig.make(cache_bytes=5_000)
    scripts = [Script((f"Number {number}.",)) for number in range(8)]
    for age, script in enumerate(scripts[:3]):
        made = good(await rig.ask(script))
        for file in (made.audio, made.audio.with_suffix(".vtt")):
            os.utime(file, (1_000_000 + age, 1_000_000 + age))
    assert rig.narrator.find(scripts[0]) is not None  # used: now the newest
    for script in scripts[3:5]:
        good(await rig.ask(script))
    assert rig.narrator.find(scripts[0]) is not None
    assert rig.narrator.find(scripts[1]) is None


async def test_render_waits_for_the_encoded_file(rig: Rig) -> None:
    narration = await rig.narrator.render(ONE)
    assert narration.audio.suffix == ".opus"


async def test_render_of_what_is_cached_as_wav_encodes_it(rig: Rig) -> None:
    good(await rig.ask(ONE))
    assert (await rig.narrator.render(ONE)).audio.suffix == ".opus"
    assert not list(rig.folder.glob("*.wav"))


async def test_render_that_cannot_be_encoded_is_the_wav(rig: Rig) -> None:
    rig.plan("no opus")
    assert (await rig.narrator.render(ONE)).audio.suffix == ".wav"


# -- the end -------------------------------------------------------------------------------------------


async def test_idle_process_is_ended(rig: Rig, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "IDLE_LIMIT", 0.1)
    good(await rig.ask(ONE))
    pid = int(rig.log("start")[0].split()[0])
    await until(lambda: not is_running(pid), "the idle process is gone")
    good(await rig.ask(TWO))
    assert len(rig.log("start")) == 2


async def test_wish_while_the_idle_process_is_being_ended_is_made_by_another(
    rig: Rig, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "IDLE_LIMIT", 0.1)
    rig.plan("end late")
    good(await rig.ask(ONE))
    await until(lambda: rig.log("ending"), "the idle process is told to end")
    good(await rig.ask(TWO))
    assert len(rig.log("start")) == 2


async def test_close_whose_cancellation_is_lost_ends_at_once_too(rig: Rig, monkeypatch: pytest.MonkeyPatch) -> None:
    """`asyncio.wait_for` of Python 3.11 loses one that comes with the answer."""
    asked, wait_for = asyncio.Event(), asyncio.wait_for

    async def lose(answer: Awaitable[Any], seconds: float) -> Any:
        monkeypatch.setattr(asyncio, "wait_for", wait_for)
        asked.set()
        with contextlib.suppress(asyncio.CancelledError):
            await asyncio.Event().wait()
        return await wait_for(answer, seconds)

    monkeypatch.setattr(asyncio, "wait_for", lose)
    rig.promise(ONE)
    await asked.wait()
    async with asyncio.timeout(PATIENCE) as limit:
        await rig.narrator.close()
    assert not limit.expired()


@pytest.mark.parametrize("step", ["", "hang"])
async def test_close_at_work_ends_the_process_at_once(rig: Rig, step: str) -> None:
    rig.plan(step)
    rig.promise(ONE)
    await rig.at_work()
    async with asyncio.timeout(PATIENCE) as limit:
        await rig.narrator.close()
    assert not limit.expired()
    pid = int(rig.log("start")[0].split()[0])
    await until(lambda: not is_running(pid), "the process is gone")


# -- pauses, speakers and names -----------------------------------------------------------------------


def script_of(text: str, name: str = "") -> Script:
    """Return the script of plain text."""
    return make_script(plain_cues(text), None, name)


RECAP = """That was the act.

What is one?
It is this.

What is two?
It is that.

What is three?
It is the rest.
"""


@pytest.mark.parametrize(
    ("text", "pauses"),
    [
        ("One. Two.\n\nThree.", [0.55, 1.1]),
        ("The keeper lit the…\nLamp, you say. So it is.", [2.5, 0.55]),
        ("“The keeper lit the…”\n\nLamp.", [2.5]),
        ("It goes on… and on. And ends.", [0.55]),
        (RECAP, [1.1, 2.5, 1.1, 2.5, 1.1, 2.5]),
        ("Why?\nBecause.\n\nHow?\nSo.", [0.55, 1.1, 0.55]),
    ],
    ids=["paragraphs", "open end", "quoted open end", "open middle", "recap", "two questions are no recap"],
)
def test_pauses_are_those_of_the_text(text: str, pauses: list[float]) -> None:
    assert script_of(text).pauses == pauses


DIALOGUE = "A: Is it on? I think so.\nB: It is.\nA: Good."


async def test_dialogue_without_a_second_voice_says_who_speaks(rig: Rig) -> None:
    made = good(await rig.ask(script_of(DIALOGUE)))
    (request,) = rig.requests()
    assert (request["second"], request["others"]) == (None, [2])
    assert [(cue.speaker, cue.text) for cue in made.cues] == [
        ("A", "Is it on?"),
        ("A", "I think so."),
        ("B", "It is."),
        ("A", "Good."),
    ]


async def test_dialogue_has_the_second_voice_once_it_is_there(rig: Rig) -> None:
    voice = rig.home / "voice.onnx"
    rig.narrator = rig.make(second_voice=voice)
    alone = good(await rig.ask(script_of(DIALOGUE)))
    voice.write_bytes(b"voice")
    both = good(await rig.ask(script_of(DIALOGUE)))
    request = rig.requests()[-1]
    assert (request["second"], request["others"]) == (str(voice), [2])
    assert both.audio != alone.audio


async def test_text_of_one_speaker_needs_no_second_voice(rig: Rig) -> None:
    made = good(await rig.ask(ONE))
    voice = rig.home / "voice.onnx"
    voice.write_bytes(b"voice")
    assert rig.make(second_voice=voice).find(ONE) == made


async def test_name_is_asked_for_as_it_is_spoken_and_kept_with_the_narration(rig: Rig) -> None:
    plain, named = good(await rig.ask(script_of("It is so."))), good(await rig.ask(script_of("It is so.", "3: RoPE.")))
    assert [request["name"] for request in rig.requests()] == ["", "3: rope."]
    assert plain.name is None
    assert named.name == named.audio.with_name(f"{named.audio.stem}.name.wav")


@pytest.mark.parametrize(("words", "keeps"), [(100, False), (101, True), (229, True), (230, False)])
def test_length_is_kept_only_if_the_pace_is_that_of_speech(words: int, keeps: bool) -> None:
    assert make_script([Cue("word " * words)], 60.0).target == (60.0 if keeps else None)


@pytest.mark.parametrize(("size", "is_shortened"), [(MAX_CHARS, False), (MAX_CHARS + 1, True)])
def test_text_is_cut_only_if_it_is_longer_than_the_limit(size: int, is_shortened: bool) -> None:
    script = make_script([Cue("x" * (size - 1)), Cue("y")], None)
    assert (script.is_shortened, len(script.sentences)) == (is_shortened, 1 if is_shortened else 2)
