"""Keys that are pressed as soon as the saved screen is shown do their work."""

from pathlib import Path

from tests.journeys.listener import Listener


def test_keys_right_after_the_saved_screen_move_in_the_tree(tmp_path: Path) -> None:
    listener = Listener(tmp_path / "ann")
    with listener.sits_down() as app:  # makes the caches from which the next start is drawn at once
        app.do("\t", "enter Open")
        app.quit()
    for above in ("Generative AI", "All Topics"):
        with listener.sits_down() as app:
            app.press("\tk")
            app.see("enter Open", f"╭─ {above} · 119 episodes")
            app.quit()
