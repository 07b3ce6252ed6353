"""A machine without sound and without network: everything says what is missing, and nothing pretends to play."""

from pathlib import Path

from tests.journeys.listener import Listener
from tests.torture.shelf import make_home

UNKNOWN = "cast.invalid"
"""A host that no machine finds, as none does without a network (RFC 6761)."""


def test_machine_without_sound_and_network(tmp_path: Path) -> None:
    listener = Listener(tmp_path / "cleo", sound="nowhere")
    catalog = str(make_home(listener.folder, [600.0], parts=2).catalog)
    with listener.sits_down("--catalog", catalog) as app:
        app.see("2 episodes")
        app.do("\r", "! Part 1")
        app.see("sound")
        app.do("m", "1/2 played")
        app.do("a", "Add a podcast")
        app.do(f"http://{UNKNOWN}/feed.xml\r", f"The host {UNKNOWN} cannot be found", "offline")
        app.escape("Add a podcast")
        app.quit()
    assert listener.progress("part-1").played
    assert listener.progress("part-1").plays == 0

    with listener.sits_down("--catalog", catalog) as app:
        app.see("1/2 played", "✓ Part 1")
        app.do("3", "Nothing played yet")
        app.quit()
    assert "\tPart 1" not in listener.run("list", "--catalog", catalog, "--status", "unplayed")
