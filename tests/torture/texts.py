"""Texts and recordings made to do harm: keys are answered, and what is good is read, shown and found."""

import json
import random
import subprocess

from tests.harm import HARMS
from tests.sources import server
from tests.sources.folders.sounds import make_mp3
from tests.sources.server import serving
from tests.torture.shelf import Home, add_episode, app_command, make_home, program
from tests.torture.terminal import Terminal
from tests.torture.trials import Check, Result, Trial

GOOD = "WEBVTT\n\n00:01.000 --> 00:05.000\nA lighthouse on the xylophone shore.\n"

ANSWER_WITHIN = 20.0
"""Seconds for an answer to a key, on the busiest machine."""

SEARCH_WITHIN = 200.0
"""Seconds for the first search, which reads everything."""

SAID = '{"start":1,"end":2,"text":"One.","speaker":"A","words":[{"word":"One","start":1}]}'

SEEDS = (
    "WEBVTT\n\n1\n00:01.000 --> 00:02.000\n<v Ada>One &amp; all.</v>\n\n00:02.000 --> 00:03.000\nTwo.\n",
    "1\n00:00:01,000 --> 00:00:02,000\nOne.\n\n2\n00:00:02,000 --> 00:00:03,000\nTwo.\n",
    "<?xml version='1.0'?><!-- a --><tt><body><div><p begin='1s' end='2s' agent='a'>One.<br/></p></div></body></tt>",
    "[ar:A]\n[00:01.00]One.\n[00:02.00]A: <00:02.10>Two.\n[00:03.00]Three.\n",
    "<!doctype html><html><head><style>a</style></head><body><cite>A:</cite><time>0:01</time><p>One.</p></body></html>",
    f'{{"version":"1.0.0","segments":[{SAID},{SAID}],"alternatives":[{SAID}],"text":"One."}}',
    f'{{"results":{{"channels":[{{"alternatives":[{{"transcript":"One.","words":[{SAID}]}}]}}]}}}}',
    "A: One, two.\nB: Three. Four!\n\nA: Dr. Five 3.5 …\n",
)  # fmt: skip
"""A text of each format."""

HANG = "<!---->" * 60 + "x"
"""What the weak reader never comes to an end with (see `driven`)."""

ATTACKS = (HANG, '{"segments":[{"start":1,"text":"One."}],"alternatives":{"a":1}}', "[" + "{}," * 2_000_000 + "{}]",
           "[" * 500_000, '{"a":' * 100_000)  # fmt: skip
"""What has harmed the app, or was to."""

FIRST = 20
"""Number of the first episode with one of them: no number is the beginning of another."""

TEXTS = 8
"""Texts of a trial besides the attacks and the good one."""


def changed(chances: random.Random) -> str:
    """Return a text of some format with bytes changed, or with a piece of it repeated very often."""
    text = chances.choice(SEEDS)
    for _ in range(chances.randint(1, 4)):
        start = chances.randrange(len(text))
        piece = text[start : start + chances.randint(1, 30)]
        match chances.randrange(4):
            case 0:
                text = text[:start] + piece * (10 ** chances.randint(1, 5) // len(piece)) + text[start:]
            case 1:
                text = text[:start] + text[start + len(piece) :]
            case 2:
                text = text[:start] + chances.choice("\0\n<>{}[]\"':-\x1b\u202e9é") + text[start:]
            case _:
                text = text[:start] + chances.choice(("null", "{}", "[]", "1e999", '"a"', "-->", "<!--")) + text[start:]
    return text[:4_000_000]


def read_them(trial: Trial) -> Result:
    """Show each of them in the app while its index is made, then search."""
    chances = trial.chances()
    texts = [*ATTACKS, *(changed(chances) for _ in range(TEXTS))]
    chances.shuffle(texts)
    home = make_home(trial.folder / "home", (300.0,), parts=1)
    for number, text in enumerate([*texts, GOOD], FIRST):
        file = home.folder / f"{number}.txt"
        file.write_text(text, "utf-8", "replace")
        add_episode(home, number, f"transcript = {json.dumps(file.name)}", 'audio = "silence-300.wav"')
    last = FIRST + len(texts)
    losses = []
    with Terminal(app_command(home, trial.mutant, ["--weak-reader"]), home.variables, home.folder) as app:
        app.patience = ANSWER_WITHIN
        app.begin()
        for number in range(FIRST, last):
            _open(app, number)
            app.look(chances.choice((0.1, 0.5, 2.0)))
            app.press("2")
            app.until(lambda: app.shows("The queue is empty"), "the queue, while it reads")
            app.press("1")
            app.until(lambda: app.shows("Topics"), "the library")
            app.press("\x1b")
            app.look(0.2)
        _open(app, last)
        app.until(lambda: app.shows("A lighthouse on the xylophone shore."), "the transcript that is good")
        if "Traceback" in app.text or not app.is_running():
            losses.append("the app ended")
        app.press("q")
        if app.wait(ANSWER_WITHIN) is None or app.status:
            losses.append(f"q did not end the app, or with {app.status}")
    losses += _searched(home, trial.mutant, f"part-{last}")
    return Result(tuple(losses), len(texts))


def _open(app: Terminal, number: int) -> None:
    """Open the transcript of an episode."""
    app.press("/")
    app.look(0.2)
    app.press(f"\x15Part {number}\r")
    app.until(lambda: app.shows(f"Part {number}") and not app.shows("Part 1 "), "the episode")
    app.press("t")
    app.until(lambda: app.shows(f"╭─ Part {number} ─"), "the pane of its transcript")


def _searched(home: Home, mutant: str, good: str) -> list[str]:
    """Return what the search does not do: find what is good, and make its index once."""
    command = [*program(mutant, ["--weak-reader"]), "search", "xylophone", "--json", "--catalog", str(home.catalog)]
    for _ in range(2):
        try:
            done = subprocess.run(
                [*command, "--state", str(home.state)], env=home.variables, cwd=home.folder, capture_output=True,
                text=True, check=False, timeout=SEARCH_WITHIN,
            )  # fmt: skip
        except subprocess.TimeoutExpired:
            return [f"the search took more than {SEARCH_WITHIN:.0f} s"]
        if [found["id"] for found in json.loads(done.stdout or "[]")] != [good]:
            return [f"the search found {done.stdout:.200} {done.stderr[-500:]}"]
    return ["a text was read again"] if "takes too long" in done.stderr else []


SHEET = 'FILE "{}.mp3" MP3\nTRACK 01 AUDIO\nTITLE "{}"\nINDEX 01 00:00:00\n'

CHAPTERS = '{{"chapters":[{{"startTime":0,"title":"{}"}}]}}'


def take_them(trial: Trial) -> Result:
    """Add recordings, cue sheets, feeds and chapters: what harms its reader is named and left out."""
    home, names = make_home(trial.folder / "home", (300.0,), parts=1), [*HARMS, "Good"]
    talks, out = home.folder / "Talks", home.folder / "out"
    with serving() as site:
        items = ""
        for number, name in enumerate(names):
            make_mp3(talks / f"{name}.mp3", f"Talk {name}")
            (talks / f"{name}.cue").write_text(SHEET.format("Good", name))
            site.replies[f"/{number}"] = server.body(CHAPTERS.format(name), "application/json")
            chapters = f'<podcast:chapters url="/{number}" type="application/json+chapters"/>'
            items += server.item(number, f"/{number}.wav", chapters)
        for name in names:
            site.replies[f"/{name}"] = server.body(server.feed(items))
        steps = [
            (("feeds", "add", str(talks)), 0, "6 files or folders cannot be read"),
            *((("feeds", "add", site.url(f"/{name}")), 1, fault) for name, fault in HARMS.items()),
            (("feeds", "add", site.url("/Good")), 0, "Test Cast"),
            (("feed", "Test Cast", "--out", str(out)), 0, "4 episodes"),
            (("list", "--topic", "Talks", "--json"), 0, "Talk Good"),
            (("feeds", "refresh"), 0, ""),
        ]
        for words, status, said in steps:
            command = [*program(trial.mutant, ["--weak-reader"]), *words]
            try:
                with (home.folder / "said").open("w+", encoding="utf-8") as heard:  # the log needs a file
                    done = subprocess.run(command, env=home.variables, cwd=home.folder, stdout=heard, stderr=heard,
                                          check=False, stdin=subprocess.DEVNULL, timeout=SEARCH_WITHIN)  # fmt: skip
                    heard.seek(0)
                    answer = heard.read()
            except subprocess.TimeoutExpired:
                return Result((f"{words[:2]} took more than {SEARCH_WITHIN:.0f} s",))
            if done.returncode != status or said not in answer:
                return Result((f"{words[:2]}: {done.returncode} {answer[-500:]}",))
    if "the process ended" in answer:
        return Result(("what did harm was read again",))
    written = [file.read_text("utf-8") for file in out.glob("*.json")]
    return Result(() if len(written) == 1 and "Good" in written[0] else (f"chapters: {written}",), 4 * len(HARMS))


CHECKS = (
    Check(
        "f", "transcripts made to do harm", read_them, 6,
        {"reads texts itself": 1, "lets faults of texts through": 1},
    ),
    Check("f", "feeds and recordings made to do harm", take_them, 2,
          {"reads texts itself": 1, "reads faulty texts again": 1}),
)  # fmt: skip
