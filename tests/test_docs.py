"""README and docs say what is so: commands run, links lead somewhere, keys exist, and claims are checked."""

import json
import os
import re
import shlex
import subprocess
import sys
import wave
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from pathlib import Path

import pytest

from tests.patience import PATIENCE, wait_until
from tests.tools import needs, needs_voice
from tui_pod.cli.parser import make_parser
from tui_pod.core.actions import ACTIONS, shown_keys
from tui_pod.ui.look.cells import MARKS

ROOT = Path(__file__).parents[1]
README = ROOT / "README.md"
MANUAL = ROOT / "docs" / "manual"
CHECKED = ROOT / "docs" / "checked.md"
FOR_LISTENERS = [README, *sorted((ROOT / "docs").rglob("*.md"))]
PAGES = [*FOR_LISTENERS, ROOT / "CONTRIBUTING.md", ROOT / "SECURITY.md", ROOT / "CHANGELOG.md"]
LINES = 150
"""Lines of the README: it is read before anything else."""

PLACEHOLDERS = {"SHELL": "bash", "POSITION": "1:05", "[": "", "]": ""}
"""What stands in the docs for a value that the parser checks."""


def name(page: Path) -> str:
    return str(page.relative_to(ROOT))


def blocks(page: Path, kind: str) -> Iterator[str]:
    """Yield the code blocks of a kind."""
    yield from re.findall(rf"^```{kind}\n(.*?)^```", page.read_text("utf-8"), re.S | re.M)


def shell_lines(page: Path) -> list[str]:
    """Return the lines of a page's shell blocks, without their comments."""
    lines = "".join(blocks(page, "sh")).replace("\\\n", " ").splitlines()
    return [re.sub(r"\s+#.*", "", line) for line in lines if line.strip()]


def inline_commands(page: Path) -> Iterator[str]:
    """Yield the commands of the program in a page besides those of its shell blocks and sessions."""
    text = re.sub(
        r"<!-- made.*?<!-- end -->|^```(?:sh|console)\n.*?^```", "", page.read_text("utf-8"), flags=re.S | re.M
    )
    for other in re.findall(r"^```.*?^```", text, re.S | re.M):
        yield from re.findall(r"tui-pod [^|)\"\n]+", other)
    for command in re.findall(r"`(tui-pod\s[^`]*)`", re.sub(r"^```.*?^```", "", text, flags=re.S | re.M)):
        yield " ".join(command.split())


INLINE = sorted(
    {(name(page), command) for page in FOR_LISTENERS if page != CHECKED for command in inline_commands(page)}
)


def test_commands_in_the_text_are_those_that_the_program_takes() -> None:
    parser = make_parser()
    for page, command in INLINE:
        words = [PLACEHOLDERS.get(word, word) for word in shlex.split(re.split(r" [|>&;]", command)[0])]
        try:
            parser.parse_args(words[1:])
        except SystemExit:
            raise AssertionError(f"{page}: {command}") from None


def by_hand() -> list[str]:
    """Return the beginnings of the commands that docs/checked.md lists as checked by hand or by other tests."""
    rows = CHECKED.read_text("utf-8").partition("| command | checked |\n")[2].partition("\n\n")[0]
    return re.findall(r"^\| `([^`]+)`", rows, re.M)


RUN = {
    page: lines
    for page in FOR_LISTENERS
    if (lines := [line for line in shell_lines(page) if not line.startswith(tuple(by_hand()))])
}
"""The lines of each page that are run, in their order."""


class Sandbox:
    """A home with a small library, without network or sound."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        files = " ".join(f"--{name} {folder / name}.toml" for name in ("catalog", "config", "state"))
        self._write("bin/tui-pod", f'#!/bin/sh\nexec {sys.executable} -m tui_pod {files} --ao null "$@"\n').chmod(0o755)
        self._write("bin/sleep", "#!/bin/sh\n").chmod(0o755)
        for menu in ("rofi", "fuzzel", "wofi"):  # the listener chooses what $CHOICE finds, or types it
            text = '#!/bin/sh\ntee rows | grep -m1 "${CHOICE:-Attention}" || echo "$CHOICE"\n'
            self._write(f"bin/{menu}", text).chmod(0o755)
        recording = self._record("recordings/layers.wav")
        self._record("Audiobooks/Sea/Part 1.wav")
        self._record("Audiobooks/Sea/Part 2.wav")
        self._record("book.m4b")
        self._write("talks.m3u8", f"{recording}\n")
        self._write("evening.m3u", f"{recording}\n")
        self._write(
            "subscriptions.opml", '<opml><body><outline text="F" xmlUrl="https://example.org/feed.xml"/></body></opml>'
        )
        self._write("config.toml", "[feeds]\nrefresh_at_start = false\n")
        self._write(".config/fish/completions/README", "")
        self._write(".local/share/man/man1/README", "")
        self._write(
            "catalog.toml",
            'version = 1\ntitle = "Small"\n'
            f'[[episodes]]\nid = "llm-layers"\ntitle = "LLM layers"\naudio = "{recording}"\ntags = ["Transformers"]\n'
            '[[episodes]]\nid = "self-attention"\ntitle = "Attention"\nsummary = "All heads of attention. A layer."\n'
            '[[topics]]\nname = "The course"\nepisodes = ["self-attention"]\n',
        )
        (saved,) = (text for text in blocks(MANUAL / "files.md", "toml") if "[episodes." in text)
        (bookmark,) = (text for text in blocks(MANUAL / "files.md", "toml") if "[[bookmarks]]" in text)
        self._write("state.toml", f"{saved}\n{bookmark}")
        self.run("tui-pod import subscriptions.opml")

    def _write(self, path: str, text: str) -> Path:
        file = self.folder / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, "utf-8")
        return file

    def _record(self, path: str) -> Path:
        """Write a minute and a half of silence."""
        file = self._write(path, "")
        with wave.open(str(file), "wb") as out:
            out.setparams((1, 2, 8000, 0, "NONE", ""))
            out.writeframes(bytes(90 * 8000 * 2))
        return file

    @property
    def surroundings(self) -> dict[str, str]:
        """The environment of the commands."""
        search = f"{self.folder / 'bin'}:{os.environ['PATH']}"
        nowhere = {"http_proxy": "http://127.0.0.1:1", "https_proxy": "http://127.0.0.1:1"}
        theirs = {"HOME": str(self.folder), "LANG": "C.UTF-8", "SHELL": "/bin/sh"}  # an account may have no shell
        return {**theirs, "PATH": search, "PYTHONPATH": str(ROOT), **nowhere}

    def run(self, line: str) -> subprocess.CompletedProcess[str]:
        """Run a line as bash does."""
        return subprocess.run(
            ["bash", "-c", line],
            cwd=self.folder,
            env=self.surroundings,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
            timeout=60,
        )

    @contextmanager
    def playing(self) -> Iterator[None]:
        """Let the app run meanwhile, as plain lines."""
        command = [str(self.folder / "bin" / "tui-pod"), "--plain"]
        with subprocess.Popen(
            command, cwd=self.folder, env=self.surroundings, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        ) as app:
            wait_until(lambda: self.run("tui-pod now").returncode == 0, "the app answers")
            yield
            app.communicate("q\n", timeout=PATIENCE)


@needs_voice
@pytest.mark.parametrize("page", RUN, ids=name)
def test_commands_of_a_page_run(page: Path, tmp_path: Path) -> None:
    sandbox = Sandbox(tmp_path)
    with sandbox.playing() if "tui-pod toggle" in RUN[page] else nullcontext():
        for line in RUN[page]:
            done = sandbox.run(line)
            assert done.returncode == 0, (line, done.stdout, done.stderr)
            for path in re.findall(r"(?:>|--out|--clips) (?:~/)?([\w./-]+)", line):
                written = tmp_path / path
                assert any(written.iterdir()) if written.is_dir() else written.stat().st_size, line


@pytest.fixture
def remote_sandbox(tmp_path: Path) -> Iterator[Sandbox]:
    sandbox = Sandbox(tmp_path)
    with sandbox.playing():
        yield sandbox


@pytest.mark.parametrize("menu", ["rofi -dmenu -i -p Podcast -display-columns 2,3", "fuzzel --dmenu", "wofi --dmenu"])
def test_menu_plays_what_is_chosen_or_found(menu: str, remote_sandbox: Sandbox) -> None:
    page = MANUAL / "remote.md"
    (line,) = (line for line in shell_lines(page) if "rofi" in line)
    assert menu in page.read_text("utf-8")
    line = re.sub(r"rofi -[^|]+(?= \|)", menu, line)
    remote_sandbox.run("tui-pod do queue.add_last self-attention")
    for choice, played in (("LLM layers", "llm-layers"), ("Attention", "self-attention"), ("layers LLM", "llm-layers")):
        done = remote_sandbox.run(f"export CHOICE='{choice}'; {line}")
        assert (done.returncode, done.stderr) == (0, "")
        assert remote_sandbox.run("tui-pod now --format '{id}'").stdout.strip() == played, choice
    rows = (remote_sandbox.folder / "rows").read_text("utf-8")
    assert [row.split("\t")[0] for row in rows.splitlines()] == ["llm-layers", "self-attention"]
    assert remote_sandbox.run(line.replace(menu, "true")).returncode == 0  # nothing is chosen


@needs("tmux")
def test_status_bars_show_what_plays(remote_sandbox: Sandbox) -> None:
    page = MANUAL / "remote.md"
    (tmux,) = re.findall(r"^```\n(set -g.*?)^```", page.read_text("utf-8"), re.S | re.M)
    (waybar,) = (json.loads(f"{{{text}}}") for text in blocks(page, "json") if "on-click" in text)
    remote_sandbox.run("tui-pod play llm-layers")
    (remote_sandbox.folder / "tmux.conf").write_text(f"{tmux}set -g status-right-length 200\n", "utf-8")
    inner = "env -u TMUX tmux -S inner -f tmux.conf new-session '/bin/sleep 600'"  # tmux runs it only for a terminal
    assert remote_sandbox.run(f'tmux -S outer -f /dev/null new-session -d -x 150 -y 9 "{inner}"').returncode == 0
    try:
        shown = "tmux -S outer capture-pane -p"
        wait_until(lambda: "LLM layers −" in remote_sandbox.run(shown).stdout, "tmux shows what plays")
    finally:
        remote_sandbox.run("tmux -S inner kill-server; tmux -S outer kill-server")
    line = remote_sandbox.run(f"{waybar['custom/podcast']['exec']} | head -n1").stdout
    assert re.fullmatch(r"[▶‖] LLM layers −\d+:\d\d\n", line)
    remote_sandbox.run(waybar["custom/podcast"]["on-click"])
    assert 'paused": true' in remote_sandbox.run("tui-pod now --json").stdout


def test_commands_checked_by_hand_are_in_the_docs() -> None:
    lines = [line for page in FOR_LISTENERS for line in shell_lines(page)]
    stale = [command for command in by_hand() if not any(line.startswith(command) for line in lines)]
    assert by_hand()
    assert stale == []


def test_programs_in_the_docs_are_python() -> None:
    programs = [text for page in FOR_LISTENERS for text in blocks(page, "python")]
    assert programs
    for text in programs:
        compile(text, "docs", "exec")


def headings(page: Path) -> list[str]:
    """Return the anchors of a page's headings, as they are made for Markdown."""
    text = re.sub(r"^```.*?^```", "", page.read_text("utf-8"), flags=re.S | re.M)
    found = re.findall(r"^#+ (.+)$", text, re.M)
    return [re.sub(r"[^\w -]", "", heading.lower()).replace(" ", "-") for heading in found]


def links(page: Path) -> Iterator[tuple[Path, str]]:
    """Yield the file and the anchor of each link and picture that leads into the tree."""
    for target in re.findall(r"\]\(([^)]+)\)", page.read_text("utf-8")):
        if "://" not in target:
            path, _, anchor = target.partition("#")
            yield ((page.parent / path).resolve() if path else page), anchor


def test_links_and_pictures_lead_somewhere() -> None:
    for page in PAGES:
        for file, anchor in links(page):
            assert file.exists(), (page, file)
            assert not anchor or anchor in headings(file), (page, file, anchor)


def test_index_leads_to_every_subject_of_the_manual() -> None:
    index = MANUAL / "README.md"
    for page in {*MANUAL.glob("*.md")} - {index}:
        title, *subjects = headings(page)
        assert {(page, ""), *((page, subject) for subject in subjects)} <= set(links(index)), title


def key_claims() -> Iterator[tuple[str, str]]:
    """Yield each key of a table in the docs with what it is said to do."""
    for page in (README, MANUAL / "playing.md"):
        (table,) = re.findall(r"^\| key \| does \|\n\| --- \| --- \|\n(.*?)\n\n", page.read_text("utf-8"), re.M | re.S)
        for row in table.splitlines():
            keys, claims = row.strip("| ").split(" | ")
            yield from zip(re.findall(r"`([^`]+)`", keys), claims.split(" · "), strict=True)


def test_keys_do_what_the_docs_say() -> None:
    """Each word of a claim is in the label of one of the key's actions; `tests/ui/test_keys.py` presses it."""
    for key, claim in key_claims():
        words = set(re.findall(r"\w+", claim.lower()))
        labels = [set(re.findall(r"\w+", action.label.lower())) for action in ACTIONS if key in shown_keys(action)]
        assert any(words <= label for label in labels), (key, claim, labels)


def test_commands_of_the_palette_in_the_docs_are_its_own() -> None:
    texts = " ".join(" ".join(page.read_text("utf-8").split()) for page in MANUAL.glob("*.md"))
    named = {
        name for some in re.findall(r"((?:“[^”]+”(?: and )?)+),? in the palette", texts) for name in some.split("”")
    }
    names = {name.rpartition("“")[2] for name in named} - {""}
    assert len(names) > 5
    assert [name for name in names if not any(action.label.startswith(name) for action in ACTIONS)] == []


def test_marks_of_the_screen_are_explained() -> None:
    explained = set(re.findall(r"`(\S)[^`]*`", (MANUAL / "start.md").read_text("utf-8")))
    assert set(MARKS.values()) <= explained


def test_readme_begins_with_a_picture_and_is_short() -> None:
    lines = README.read_text("utf-8").splitlines()
    assert len(lines) <= LINES
    assert any(line.startswith("![") for line in lines[:6])


def test_checks_that_are_named_exist() -> None:
    named = re.findall(r"`(tests/[\w/.]+)`", CHECKED.read_text("utf-8"))
    assert named
    assert not [path for path in named if not (ROOT / path).exists()]
