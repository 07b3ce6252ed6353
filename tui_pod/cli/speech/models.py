"""The command `models`: print the models that recognise speech and the voices that speak, and download one."""

from __future__ import annotations

from argparse import Namespace
from pathlib import Path
from urllib.parse import urlsplit

from tui_pod.cli.shared import Column, ask_yes, load_config, print_json, print_table, show_progress, tell
from tui_pod.config.paths import find_paths
from tui_pod.config.settings import MEGABYTE
from tui_pod.core.errors import UserError
from tui_pod.services.podcasts.opening import network_policy
from tui_pod.speech.narrator import MODELS
from tui_pod.speech.offered_models import OFFERED, OfferedModel, get_model


def run_list(options: Namespace) -> None:
    """Print the models."""
    folder = _folder(options)
    places = [(model, str(place) if (place := folder / model.name).is_dir() else "") for model in OFFERED.values()]
    if options.json:
        print_json([_json(model, place) for model, place in places])
        return
    names = Column("name"), Column("for"), Column("size", is_right=True), Column("languages"), Column("licence")
    print_table(
        (*names, Column("here", 12)),
        [(one.name, _purpose(one), _size(one), one.languages, one.licence, place) for one, place in places],
    )


def run_get(options: Namespace) -> None:
    """Download a model after asking, and print its folder.

    Raises:
        UserError: the model is unknown, the listener says no or cannot be asked, or the download fails.
    """
    folder = _folder(options)
    model = OFFERED.get(options.name)
    if model is None:
        raise UserError(f"no model {options.name}. See: tui-pod models list")
    if not ((folder / model.name).is_dir() or options.yes):
        host = urlsplit(model.address).hostname
        tell(f"{model.name}: {model.maker}. {_size(model)}, licence {model.licence}, from {host}.")
        if not ask_yes("Download it?"):
            raise UserError("nothing was downloaded; --yes downloads without asking")
    settings = load_config(options).settings

    def show(done: int) -> None:
        show_progress(model.name, done / model.size, f"{done // MEGABYTE} of {_size(model)}")

    try:
        path = get_model(model, folder, network_policy(settings), show)
    except KeyboardInterrupt:
        raise UserError("stopped; run the same command to resume the download") from None
    finally:
        show_progress("")
    print(path)
    if model.is_voice:
        if model.name != settings.narration.second_voice:
            tell(f'To use it, set under [narration] in the settings: second_voice = "{model.name}"')
    elif str(path) != settings.transcribe.model:
        tell(f'To use it, set under [transcribe] in the settings: model = "{path}"')


def _folder(options: Namespace) -> Path:
    return find_paths(options.state, options.config).data / MODELS


def _json(model: OfferedModel, place: str) -> dict[str, object]:
    return {
        "name": model.name,
        "for": _purpose(model),
        "languages": model.languages,
        "size": model.size,
        "licence": model.licence,
        "address": model.address,
        "folder": place or None,
    }


def _purpose(model: OfferedModel) -> str:
    return "narration" if model.is_voice else "recognition"


def _size(model: OfferedModel) -> str:
    return f"{round(model.size / MEGABYTE)} MB"
