"""Rows in every script, in a real terminal: those that Rich measures otherwise keep their length at the right."""

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.app.test_pty import surroundings
from tests.patience import wait_until
from tests.tools import needs

TITLES = (
    "Ships and harbours", "Größe Übung naïve", "Корабли и гавани", "Πλοία και λιμάνια",
    "ספינות ונמלים", "السفن والموانئ", "کشتی‌ها و بندرها", "बंदरगाह की कहानियाँ",
    "জাহাজ ও বন্দরের গল্প", "ਬੰਦਰਗਾਹ ਦੀਆਂ ਕਹਾਣੀਆਂ", "બંદરની વાર્તાઓ", "ଜାହାଜ ଓ ବନ୍ଦର",
    "கப்பல்களும் துறைமுகங்களும்", "ఓడలు మరియు నౌకాశ్రయాలు", "ಹಡಗುಗಳು ಮತ್ತು ಬಂದರುಗಳು", "കപ്പലുകളും തുറമുഖങ്ങളും",
    "නැව් සහ වරායන්", "เรือและท่าเรือ", "ເຮືອ ແລະ ທ່າເຮືອ", "သင်္ဘောများနှင့် ဆိပ်ကမ်းများ",
    "នាវា និងកំពង់ផែ", "གྲུ་གཟིངས་དང་མཚོ་ཁ།", "გემები და ნავსადგურები", "Նավեր եւ նավահանգիստներ",
    "መርከቦችና ወደቦች", "船只与港口的故事", "船と港の物語", "배와 항구 이야기",
    "Tàu thuyền và bến cảng", "A family 👨‍👩‍👧 and a ☎️ and flags 🇮🇹🇩🇪", "مزيج mixed עם both",
)  # fmt: skip
"""In 29 scripts or ways to write one; signs of several code points; and both directions in one."""


@contextmanager
def in_tmux(folder: Path, command: list[str], variables: dict[str, str]) -> Iterator[list[str]]:
    """Run a program in a terminal of tmux; yield the beginning of commands to it."""
    tmux = ["tmux", "-S", str(folder / "tmux"), "-f", "/dev/null"]
    start = [*tmux, "-u", "new-session", "-d", "-x", "120", "-y", "90", *command]
    subprocess.run(start, env=variables, check=True, cwd=folder)
    try:
        yield tmux
    finally:
        subprocess.run([*tmux, "kill-server"], check=False, capture_output=True)


@needs("tmux")
def test_no_row_loses_its_length_in_any_script(tmp_path: Path) -> None:
    episodes = "".join(
        f'[[episodes]]\nid = "e{number}"\ntitle = "{title}"\nduration = {600 + number}\ntags = ["All"]\n'
        for number, title in enumerate(TITLES)
    )
    (tmp_path / "catalog.toml").write_text(f'version = 1\ntitle = "All"\n{episodes}', "utf-8")
    lengths = {f"10:{number:02}" for number in range(len(TITLES))}
    command = [sys.executable, "-m", "tui_pod", "--state", str(tmp_path / "state.toml"), "--ao", "null"]
    variables = {**os.environ, **surroundings(TERM="xterm-256color", LC_ALL="C.UTF-8")}
    with in_tmux(tmp_path, [*command, "--catalog", str(tmp_path / "catalog.toml")], variables) as tmux:

        def missing() -> set[str]:
            shown = subprocess.run([*tmux, "capture-pane", "-p"], capture_output=True, check=False).stdout.decode()
            return lengths - {row.rstrip("│ ").rpartition(" ")[2] for row in shown.splitlines()}

        for width in ("120", "100", "80"):
            subprocess.run([*tmux, "resize-window", "-x", width, "-y", "90"], check=True)
            wait_until(lambda: not missing(), f"each length at {width} columns")
