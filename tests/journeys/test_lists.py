"""The listener's own lists and smart lists, found again after a restart, a kill, and on another machine."""

import os
import signal
from pathlib import Path

from tests.journeys.listener import Listener

FIRST, SECOND = "What is generative AI", "How GenAI differs"


def test_lists_outlive_restarts_and_a_kill_and_reach_another_machine(tmp_path: Path) -> None:
    shared = tmp_path / "shared"
    shared.mkdir()
    listener, other = Listener(tmp_path / "anna"), Listener(tmp_path / "laptop")
    for each in (listener, other):
        settings = each.folder / "config.toml"
        settings.write_text(f'[sync]\nfolder = "{shared}"\n', "utf-8")
    config = "--config", str(listener.folder / "config.toml")
    with listener.sits_down(*config) as app:
        app.press("Vj")
        app.do("A", "Put 2 episodes on which list?", "A new list …")
        app.do("\r", "such as Morning")
        app.do("Morning\r", "▤ Morning", "2 episodes put on “Morning”")
        app.do("/attention\r", "10 of 119")
        app.do("A", "Put 1 episode on which list?", "A smart list")
        app.press("\x0e\x0e")
        app.do("\r", "A smart list", "Generative AI/The course")
        app.do("Focus\r", "▤ Focus", "Focus · 10 episodes", "1 Library")
        app.quit()
    assert [each.name for each in listener.state.notebook.lists] == ["Morning", "Focus"]

    listener.run("sync", "--yes", *config)  # the first sync with a folder is never done unasked
    with listener.sits_down(*config) as app:
        app.see("▤ Focus", "▤ Morning", "Focus · 10 episodes", "synced")
        app.do("\t", "enter Open")
        app.do("j", "Morning · 2 episodes", "your order")
        app.do("\t", "J K Move")
        app.press("J")
        app.until(lambda: listener.state.notebook.lists[0].episodes[0] == "genai-vs-traditional-ai", "the move saved")
        os.kill(app.pid, signal.SIGKILL)
        app.wait()

    with listener.sits_down(*config) as app:
        app.see("Morning · 2 episodes", "your order")
        app.until(lambda: app.text.find(FIRST) > app.text.find(SECOND) > 0, "the order of one's own")
        app.quit()
    listener.run("sync", *config)
    other_config = "--config", str(other.folder / "config.toml")
    other.run("sync", "--yes", *other_config)
    assert other.run("list", "--topic", "Morning", *other_config).startswith("genai-vs-traditional-ai\t")
    assert other.run("lists", *other_config).splitlines()[0].startswith("Focus\t10\t0\t")
