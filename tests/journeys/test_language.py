"""Learning a language with a podcast: sentences repeated at half speed, said aloud, and kept as cards with sound."""

import re
from pathlib import Path

from tests.journeys.listener import Listener
from tests.torture.shelf import make_silence

SENTENCES = "Der Hafen ist still. Ein Schiff kommt an. Der Lotse winkt. Alle warten am Ufer. Ein Hund bellt".split(". ")


def test_sentence_is_repeated_slowly_said_aloud_and_becomes_a_card_with_sound(tmp_path: Path) -> None:
    lessons, listener = tmp_path / "Deutsch", Listener(tmp_path / "ann")
    lessons.mkdir()
    make_silence(lessons / "Lektion 1.wav", 60.0)
    cues = (f"00:{n * 2:02}.000 --> 00:{n * 2 + 1:02}.500\n{text}.\n" for n, text in enumerate(SENTENCES))
    (lessons / "Lektion 1.vtt").write_text("WEBVTT\n\n" + "\n".join(cues))
    listener.run("feeds", "add", str(lessons))
    config = tmp_path / "ann" / "config" / "tui-pod" / "config.toml"
    config.parent.mkdir(parents=True, exist_ok=True)
    config.write_text("[playback]\nrepeat_pause = true\n")
    ident = listener.run("list", "--topic", "Deutsch").split()[0]
    with listener.sits_down() as app:
        app.until(listener.is_heard, "a command reaches it")
        listener.run("play", ident)
        app.hear("Lektion 1")
        app.press("[" * 5)
        app.see("0.5×")
        app.do("t", "Der Hafen ist still")
        app.do("jjL", "↺ sentence 1")
        app.see("↺ say it")
        app.until(lambda: re.search(r"↺ sentence +[2-9]", app.text), "it plays again")
        app.do("}", "↺ sentence 1")
        listener.run("do", "bookmark.add")
        app.see("Bookmarked “Alle warten am Ufer”")
        app.escape("y Copy")
        app.do("4", "1 bookmark · by episode")
        app.do("m", "↻")
        app.quit()
    (bookmark,) = listener.state.notebook.bookmarks
    assert (bookmark.start, bookmark.text, len(listener.state.notebook.cards)) == (6.0, "Alle warten am Ufer.", 1)
    assert not listener.progress(ident).played
    listener.run("bookmarks", "--clips", str(tmp_path / "clips"))
    assert len(list((tmp_path / "clips").glob("*.opus"))) == 1
