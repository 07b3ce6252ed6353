"""What recognising an episode needs, from the library and its podcast."""

from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest

from tests.fakes import START
from tests.rooms import EPISODES
from tui_pod.core.library.library import build_library
from tui_pod.core.library.parts import Part
from tui_pod.core.progress.progress import Progress
from tui_pod.core.progress.progress_index import ProgressIndex
from tui_pod.services.recordings import find_language, find_recording, make_request, wanted_by_settings

ONE = EPISODES[0]
STREAM = ONE._replace(audio="https://a.example/1.mp3")


def podcasts(**known: Any) -> Any:
    """Return podcasts that know a download, a language, or episodes of feeds."""
    details = SimpleNamespace(language=known["language"]) if "language" in known else None
    return SimpleNamespace(
        audio=SimpleNamespace(local_file=lambda _: known.get("file"), place_of=lambda _, path: path),
        documents=SimpleNamespace(notes=lambda _: SimpleNamespace(text="With Ada Lovelace.")),
        access=SimpleNamespace(details=lambda _: details),
        store=known.get("store"),
    )


def test_recording_is_the_file_of_the_catalogue_else_the_download() -> None:
    here = Path("/downloads/1.mp3")
    assert find_recording(ONE._replace(audio="/shelf/1.mp3"), None) == Path("/shelf/1.mp3")
    assert find_recording(STREAM, podcasts(file=here)) == here
    assert find_recording(STREAM, None) is None
    assert find_recording(ONE._replace(audio="/1.mp3", parts=(Part("/1.mp3", 1.0), Part("/2.mp3", 1.0))), None) is None


@pytest.mark.parametrize(
    ("stated", "code"),
    [("de-AT", "de"), (" EN-gb", "en"), ("english", "en"), ("nb_NO", "no"), ("fil", "tl"), ("", None)],
)
def test_language_of_a_podcast_is_the_code_that_models_use(stated: str, code: str | None) -> None:
    assert find_language(ONE, podcasts(language=stated)) == code


def test_language_without_a_podcast_is_not_stated() -> None:
    assert (find_language(ONE, None), find_language(ONE, podcasts())) == (None, None)


def test_request_names_the_recording_the_language_and_who_is_spoken_of() -> None:
    request = make_request(ONE, Path("/1.mp3"), Path("/models/base"), podcasts(language="de"))
    assert (request.recording, request.model, request.language) == ("/1.mp3", "/models/base", "de")
    assert "Ada Lovelace" in request.names


@pytest.mark.parametrize(("setting", "wanted"), [("off", []), ("downloads", ["two"]), ("all", ["two", "one"])])
def test_settings_want_what_lacks_a_transcript_and_was_not_played_first(setting: str, wanted: list[str]) -> None:
    one, two, three, four, five, *_ = EPISODES
    library = build_library((), (
        one._replace(audio="https://a.example/1.mp3"), two._replace(audio="/2.mp3"),
        three._replace(audio="/3.mp3", transcript="/3.vtt"), four, five._replace(audio="/5.mp3"),
    ))  # fmt: skip
    feed = SimpleNamespace(feed_id="f", settings=SimpleNamespace(transcribe=setting))
    ids = [*library.ids, "gone"]
    store = SimpleNamespace(feeds=lambda: [feed], episode_ids=lambda _: ids)
    files = cast(Any, SimpleNamespace(is_complete=lambda ident: ident == "five"))
    progress = ProgressIndex(library, {"one": Progress(START, 0.0, played=True)})
    assert wanted_by_settings(podcasts(store=store), files, library, progress) == wanted
