"""Podcasts with sound that recurs, of which is known where: made from packages of Debian, the voice and espeak-ng.

Human speech and music come from packages (see `PEOPLE` and `MUSIC`); what is made of them stays on the machine.
"""

from __future__ import annotations

import hashlib
import json
import subprocess
import tempfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from tui_pod.config.paths import embedded_transcripts

Sound = np.ndarray[Any, np.dtype[np.float32]]

RATE = 24_000
EPISODES = 8
SEED = 20261201

PROMPTS, GAME = "usr/share/asterisk/sounds", "usr/share/games/fillets-ng"
"""Folders of the Debian packages asterisk-core-sounds-*-g722, asterisk-prompt-* and fillets-ng-data-*."""


class Person(NamedTuple):
    """A person who speaks, or a few."""

    name: str
    package: str
    licence: str
    pattern: str
    options: tuple[str, ...] = ()
    """What ffmpeg must know of the files."""


PEOPLE = (
    Person("english", "asterisk-core-sounds-en-g722", "CC-BY-SA-3.0", f"{PROMPTS}/en_US_f_Allison/**/*.g722"),
    Person("spanish", "asterisk-core-sounds-es-g722", "CC-BY-SA-3.0", f"{PROMPTS}/es_MX_f_Allison/**/*.g722"),
    Person("french", "asterisk-core-sounds-fr-g722", "CC-BY-SA-3.0", f"{PROMPTS}/fr_CA_f_June/**/*.g722"),
    Person("italian", "asterisk-core-sounds-it-g722", "CC-BY-SA-3.0", f"{PROMPTS}/it_IT_m_Carlo/**/*.g722"),
    Person("russian", "asterisk-core-sounds-ru-g722", "CC-BY-3.0", f"{PROMPTS}/ru_RU_f_IvrvoiceRU/**/*.g722"),
    Person("italian2", "asterisk-prompt-it-menardi-wav", "CC-BY-SA-3.0", f"{PROMPTS}/it_IT_f_Menardi/**/*.wav"),
    Person("czech", "fillets-ng-data-cs", "GPL-2+", f"{GAME}/sound/**/cs/*.ogg"),
    Person("dutch", "fillets-ng-data-nl", "GPL-2+", f"{GAME}/sound/**/nl/*.ogg"),
)
"""Recordings of people, nearly six hours in seven languages."""

MUSIC = f"{GAME}/music/*.ogg"
"""Of the package fillets-ng-data, GPL-2+."""

NO_SPEECH = ("silence", "tone", "beep", "ring", "monkeys", "weasels")
"""Names of prompts that are none."""

COPY = (
    "This programme is brought to you by Larkspur Mattresses. Eight hours of sleep, or your money back within a hundred"
    " nights. Go to larkspur dot example, and type the word podcast for a tenth off your first order.",
    "Do you still write invoices by hand? Ledgerly writes them for you, chases the late ones, and tells you on Friday"
    " what came in. Thirty days free, no card needed. Ledgerly: get paid, then get on with it.",
    "Support comes from the Harbour Museum, where a new show about lighthouses opens in May. Bring the children, bring"
    " a sandwich, and stay until the lamp is lit at nine. Tickets at the door.",
    "Grown on the north side of the valley, roasted on Tuesday, in your letter box on Thursday. Stone Bridge Coffee has"
    " one beans for every morning, and a kettle for people who think that is too much fuss.",
    "Every week thousands of listeners learn a language with Tandemly, ten minutes a day, with people instead of owls."
    " Start tonight with the first five lessons, and say good morning to someone new tomorrow.",
    "You can hear this show without interruptions. Members get every episode a day early, a letter each month, and our"
    " thanks. It costs about as much as a cup of tea, and keeps the lights on. The link is in the notes.",
)
"""Texts of advertisements, all of them invented."""

READERS = ("en-gb", "en-us+f3", "en-gb-scotland+m2", "en-029+f2", "en-gb-x-rp+m5", "en-us+m3", "en-gb-x-gbclan+f4",
           "en-gb-x-gbcwmd+m7")  # fmt: skip
"""Voices of espeak-ng, one an episode."""

CLOSING = (
    "That was all for today. If you liked what you heard, tell a friend about it, and leave us a few kind words where"
    " you listen. We will be back next week with another story, and until then, take good care of yourselves."
)
"""Said anew at the end of each episode: never to be skipped."""


@dataclass
class Episode:
    """What was put together so far, and what it is."""

    parts: list[Sound] = field(default_factory=list)
    truth: list[tuple[str, str, float, float]] = field(default_factory=list)
    """Kind, key, start and end in seconds: `talk`, which occurs once; `repeat`, which has the key elsewhere too; and
    `music`, which may be skipped or not."""

    def add(self, kind: str, key: str, sound: Sound) -> None:
        """Append a part."""
        start = sum(map(len, self.parts)) / RATE
        self.parts.append(sound)
        self.truth.append((kind, key, start, start + len(sound) / RATE))


class Reader:
    """The speech of somebody, of which each second is used once."""

    def __init__(self, sound: Sound) -> None:
        self._sound, self._at = sound, 0

    @property
    def left(self) -> float:
        """Seconds."""
        return (len(self._sound) - self._at) / RATE

    def take(self, seconds: float) -> Sound:
        """Return what follows."""
        self._at += int(seconds * RATE)
        return self._sound[self._at - int(seconds * RATE) : self._at].copy()


def make_corpus(folder: Path, root: Path = Path("/")) -> list[Path]:
    """Make the podcasts in a folder, unless they are there; return their folders. `root` has the packages' files.

    Raises:
        OSError: a package is missing.
    """
    done = folder / f"done-{SEED}"
    if not done.exists():
        folder.mkdir(parents=True, exist_ok=True)
        for name, episodes in _podcasts(folder, root):
            (folder / name).mkdir(exist_ok=True)
            for number, (episode, options, ending) in enumerate(episodes):
                path = folder / name / f"{number}{ending}"
                encode(np.concatenate(episode.parts), path, options)
                path.with_suffix(".json").write_text(json.dumps(episode.truth))
        done.touch()
    return sorted(path for path in folder.iterdir() if path.is_dir() and path.name != "made")


def _podcasts(folder: Path, root: Path) -> Iterator[tuple[str, Iterator[tuple[Episode, list[str], str]]]]:
    made = folder / "made"
    made.mkdir(exist_ok=True)
    people = {
        one.name: _cached(made / f"{one.name}.f32", lambda one=one: _spoken(root, one))  # type: ignore[misc]
        for one in PEOPLE
    }
    music = [sound for path in sorted(root.glob(MUSIC)) if len(sound := decode(path)) > 90 * RATE]
    if not music:
        raise OSError("the Debian package fillets-ng-data is missing")
    texts = [path.read_text("utf-8") for path in sorted(embedded_transcripts().glob("*.txt"))]
    people["voice"] = _cached(made / "voice.f32", lambda: np.concatenate([_voice(text) for text in texts[:24]]))
    for number, name in enumerate(("en-gb", "en-us+f3")):
        some = " ".join(texts[24 + 24 * number : 48 + 24 * number])
        people[f"espeak{number}"] = _cached(made / f"espeak{number}.f32", lambda s=some, n=name: _espeak(s, n, 165, 50))  # type: ignore[misc]
    ads = _advertisements(people["italian2"], music)
    for number, name in enumerate(people):
        yield name, _episodes(name, number, Reader(_level(people[name])), ads, music, made)


def _episodes(
    name: str, number: int, reader: Reader, ads: Sequence[Sound], music: Sequence[Sound], made: Path
) -> Iterator[tuple[Episode, list[str], str]]:
    """Yield the episodes of a podcast with what they are encoded as."""
    rng = np.random.default_rng(SEED + number)
    theme, bed = music[number % len(music)], music[(number + 5) % len(music)]
    at = int(rng.uniform(5, 15) * RATE)
    intro = _faded(0.3 * _level(theme[at : at + int(rng.uniform(8, 14) * RATE)]) * 3)
    sting = _faded(_level(theme[at + 15 * RATE : at + 22 * RATE]))
    under = _faded(_level(theme[at + 23 * RATE : at + 31 * RATE]))
    loop = _level(bed[at : at + 10 * RATE])
    house = _mix(reader.take(rng.uniform(18, 30)), loop, 0.15)  # the host's own recording
    outro = np.concatenate([_mix(reader.take(12), loop, 0.2), _faded(_level(theme[: 6 * RATE]))])
    least = {"voice": 40.0, "espeak0": 40.0, "espeak1": 40.0}.get(name, 0.0)
    talk = max(least, min(90.0, (reader.left - 120) / (6 * EPISODES)))
    bed_level = {3: 0.1, 4: 0.2, 7: 0.3}.get(number % 8, 0.0)
    bodies: list[list[Sound]] = []
    for k in range(EPISODES):
        episode = Episode()
        spoken = [reader.take(talk * rng.uniform(0.8, 1.1)) for _ in range(4)]
        if bed_level:
            spoken = [_mix(part, loop, bed_level) for part in spoken]
        bodies.append(spoken)
        is_rerun = k == EPISODES - 2 and number % 3 == 0
        if number % 2:
            episode.add("talk", "", reader.take(talk * 0.3))
        if k == 3 and number % 2 == 0:  # previously on
            episode.add("again", f"{k - 1}", bodies[k - 1][1][: 25 * RATE])
        episode.add("repeat", "intro", _vary(intro, rng, made))
        if number % 4 == 1:  # the host begins to speak over the end of another piece of music
            episode.add("talk", "over music", _mix(reader.take(8), under, 0.7))
        if is_rerun:
            for part in bodies[1]:
                episode.add("again", "1", part)
        else:
            episode.add("talk", "", spoken[0])
            episode.add("repeat", "sting", _vary(sting, rng, made))
            episode.add("talk", "", spoken[1])
            chosen = [(number + k) % len(ads), (2 * number + 3 * (k // 2)) % len(ads)]
            for ad in dict.fromkeys(chosen):
                episode.add("repeat", f"ad{ad}", _vary(ads[ad], rng, made))
            episode.add("talk", "", spoken[2])
            if k % 3 != 2:
                episode.add("repeat", "house", _vary(house, rng, made))
            episode.add("talk", "", spoken[3])
        if name in ("voice", "espeak0", "espeak1"):
            episode.add("talk", "said anew", _level(_anew(name, k)))
        episode.add("repeat", "outro", _vary(outro, rng, made))
        rate = ["32k", "48k", "64k", "96k", "128k"][int(rng.integers(5))]
        if k == 5:
            yield episode, ["-c:a", "libopus", "-b:a", "24k"], ".opus"
        else:
            wide = ["-ar", "44100"] if rate in ("96k", "128k") else []
            yield episode, ["-c:a", "libmp3lame", "-b:a", rate, *wide], ".mp3"


def _anew(name: str, k: int) -> Sound:
    """Return the closing sentences by another reader each time: a synthetic one says them in the same way again."""
    sound = _espeak(CLOSING, READERS[k], 150 + 7 * (len(name) + 3 * k) % 40, 44 + 3 * k)
    return sound[: np.flatnonzero(np.abs(sound) > 0.01)[-1]]  # silence is no talk


def _advertisements(person: Sound, music: Sequence[Sound]) -> list[Sound]:
    """Return advertisements that several podcasts have: by the voice, by a synthesiser, and by a person."""
    spoken = [_voice(text) for text in COPY[:3]] + [_espeak(text, "en-us", 175, 60) for text in COPY[3:5]]
    spoken += [person[-40 * RATE : -16 * RATE], person[-14 * RATE :], _voice(COPY[5])]
    beds = [music[-1 - number][20 * RATE : 60 * RATE] for number in range(len(spoken))]
    levels = (0.0, 0.3, 0.15, 0.4, 0.0, 0.25, 0.0, 0.5)
    return [_faded(_mix(_level(one), _level(bed), level)) for one, bed, level in zip(spoken, beds, levels, strict=True)]


def _vary(sound: Sound, rng: np.random.Generator, made: Path) -> Sound:
    """Return a sound as another episode has it: louder or softer, encoded before, compressed, or 2 % faster."""
    way = int(rng.integers(8))
    faster = ("atempo=1.02", "asetrate=24480,aresample=24000")[int(rng.integers(2))]  # with or without its pitch
    filters = {1: faster, 2: "acompressor=ratio=4:threshold=0.05"}.get(way)
    code = {4: "libmp3lame:48k", 5: "libopus:24k", 6: "libmp3lame:24k"}.get(way)
    digest = hashlib.blake2b(sound.tobytes(), digest_size=8).hexdigest()
    if filters:
        sound = _cached(made / f"{digest}-{filters[:6]}.f32", lambda: _filtered(sound, filters))
    elif code:
        codec, rate = code.split(":")
        path = made / f"{digest}-{way}.mkv"
        if not path.exists():
            encode(sound, path, ["-c:a", codec, "-b:a", rate])
        sound = decode(path)[: len(sound)]
    return (sound * 10 ** (rng.uniform(-9, 4) / 20)).astype(np.float32)


# -- sound ----------------------------------------------------------------------------------------------------


def _level(sound: Sound) -> Sound:
    """Return a sound of the usual loudness."""
    loud = np.sqrt(np.mean(np.square(sound)) + 1e-12)
    return np.asarray(sound * 0.09 / loud, np.float32)


def _mix(speech: Sound, music: Sound, level: float) -> Sound:
    """Return speech over music that is repeated until its end."""
    return np.asarray(speech + level * np.resize(music, len(speech)), np.float32)


def _faded(sound: Sound) -> Sound:
    ramp = np.linspace(0, 1, RATE // 20, dtype=np.float32)
    sound = sound.copy()
    sound[: len(ramp)] *= ramp
    sound[-len(ramp) :] *= ramp[::-1]
    return sound


def _cached(path: Path, make: Callable[[], Sound]) -> Sound:
    if not path.exists():
        temp = path.with_suffix(".new")
        make().astype(np.float32).tofile(temp)
        temp.rename(path)
    return np.fromfile(path, np.float32)


def _spoken(root: Path, person: Person) -> Sound:
    """Return all that a person says, each recording once."""
    paths = [path for path in sorted(root.glob(person.pattern)) if not any(word in str(path) for word in NO_SPEECH)]
    if not paths:
        raise OSError(f"the Debian package {person.package} is missing")
    unequal = {hashlib.blake2b(path.read_bytes()).digest(): path for path in reversed(paths)}
    with tempfile.NamedTemporaryFile("w", suffix=".txt") as names:
        names.writelines(f"file '{path}'\n" for path in reversed(unequal.values()))
        names.flush()
        return decode(Path(names.name), (*person.options, "-f", "concat", "-safe", "0"))


def decode(path: Path, options: Sequence[str] = ()) -> Sound:
    """Return the sound of a file, in `RATE` samples a second."""
    return _run([*options, "-i", str(path)], b"")


def _filtered(sound: Sound, filters: str) -> Sound:
    return _run(["-f", "f32le", "-ar", str(RATE), "-ac", "1", "-i", "-", "-af", filters], sound.tobytes())


def _run(options: Sequence[str], sent: bytes) -> Sound:
    wanted = ["-f", "f32le", "-ar", str(RATE), "-ac", "1", "-"]
    done = subprocess.run(["ffmpeg", "-v", "fatal", *options, *wanted], input=sent, stdout=subprocess.PIPE, check=True)
    return np.frombuffer(done.stdout, np.float32)


def encode(sound: Sound, path: Path, options: Sequence[str]) -> None:
    """Write a sound to a file, as ffmpeg's options say."""
    raw = ["-f", "f32le", "-ar", str(RATE), "-ac", "1", "-i", "-"]
    command = ["ffmpeg", "-v", "error", "-y", *raw, *options, str(path)]
    subprocess.run(command, input=np.clip(sound, -1, 1).astype(np.float32).tobytes(), check=True)


def _espeak(text: str, voice: str, speed: int, pitch: int) -> Sound:
    command = ["espeak-ng", "-v", voice, "-s", str(speed), "-p", str(pitch), "--stdin", "--stdout"]
    done = subprocess.run(command, input=text.encode(), stdout=subprocess.PIPE, check=True)
    return _run(["-i", "-"], done.stdout)


def _voice(text: str, speed: float = 1.0) -> Sound:
    """Return a text spoken by the program's own voice."""
    global _hibari
    if _hibari is None:
        from hibari import Hibari  # starts slowly

        _hibari = Hibari(voice="heart")
    paragraphs = [part for part in text.split("\n") if part.strip()]
    return np.concatenate([_hibari(part, speed=speed) for part in paragraphs]).astype(np.float32)


_hibari: Any = None
