"""The commands about this machine: `doctor` checks it and prints fixes, `devices` prints the sound devices."""

from __future__ import annotations

import contextlib
import os
import shutil
import subprocess
import sys
from argparse import Namespace
from collections.abc import Iterator
from importlib.util import find_spec

from tui_pod.audio.devices import read_devices
from tui_pod.audio.libmpv import NoPlayer, open_mpv
from tui_pod.cli.missing import missing_packages
from tui_pod.cli.shared import Column, print_json, print_table, tell
from tui_pod.config.paths import Paths, catalog_paths, find_paths, is_dumb_terminal
from tui_pod.config.reader import read_config
from tui_pod.config.settings import Config
from tui_pod.core.errors import UserError
from tui_pod.core.library.library import CatalogsError
from tui_pod.core.text.clean import clean
from tui_pod.integrations.remote_socket import RemoteError, open_folder
from tui_pod.integrations.session_bus import DBUS
from tui_pod.library.cache import load_library
from tui_pod.runtime.files import reason, remedy
from tui_pod.runtime.installer import install_command
from tui_pod.speech.model import RECOGNISER, RecognitionError, check_model, find_model, model_name
from tui_pod.speech.narrator import has_voice, install_voice
from tui_pod.state.store import StateFile
from tui_pod.terminal.client import why_not
from tui_pod.terminal.start import reach_apps

Finding = tuple[bool, str, str]
"""Whether the check passed, what was found, and the fix."""


def run_devices(options: Namespace) -> None:
    """Print each sound device with its name. Raises NoPlayer: there is no libmpv."""
    with _without_complaints():
        mpv = open_mpv(options.ao)
        devices = read_devices(mpv.audio_device_list)
        mpv.terminate()
    if options.json:
        print_json([device._asdict() for device in devices])
    else:
        print_table((Column("name"), Column("description", 16)), devices)


def run(options: Namespace) -> int:
    """Print a line for each requirement; return 1 if one is not met. `--report` writes them into a file, too."""
    printed = []

    def say(line: str) -> None:
        printed.append(line)
        print(line)

    paths = find_paths(options.state, options.config)
    config = read_config(paths.config, options.config is not None, paths.chosen)
    is_good = True
    checks: tuple[tuple[str, Iterator[Finding]], ...] = (
        ("Python", _python()),
        ("packages", missing_packages()),
        ("libmpv", _libmpv(options.ao)),
        ("voice", _voice()),
        ("recogniser", _recogniser(config)),
        ("media keys", _media_keys()),
        ("terminal", _terminal()),
        ("attach", _attach(paths)),
        ("folders", _folders(paths)),
        ("readers", _readers()),
        ("settings", _settings(config, paths)),
        ("catalogue", _catalog(options, config, paths)),
        ("state", _state(paths)),
        ("sources", _sources(paths, config)),
    )
    for name, check in checks:
        for works, found, fix in _tried(check):
            is_good = is_good and works
            say(f"{'ok  ' if works else 'FAIL'}  {name:<10} {found}")
            if not works and fix:
                say(f"      {'':<10} → {fix}")
    if options.report is not None:
        from tui_pod.cli.report import write_report  # only if asked for

        write_report(options, printed)
        tell(f"report written to {options.report}; read it before you pass it on")
        return 0
    return 0 if is_good else 1


def _tried(check: Iterator[Finding]) -> Iterator[Finding]:
    try:
        yield from check
    except OSError as error:
        yield False, reason(error), ""


def _python() -> Iterator[Finding]:
    yield sys.version_info >= (3, 11), f"{sys.version.split()[0]}", "install Python 3.11 or newer"


def _libmpv(ao: str | None) -> Iterator[Finding]:
    try:
        with _without_complaints():
            mpv = open_mpv(ao)
            found = f"{mpv.mpv_version}, {mpv.ffmpeg_version}"
            names = [device.name for device in read_devices(mpv.audio_device_list)]
            mpv.terminate()
    except NoPlayer as error:
        yield False, error.reason, error.fix
        return
    yield True, clean(found), ""
    real = [name for name in names if "/" in name]  # a name without a slash is a driver, not a device
    fix = "connect or enable a sound device; without one: tui-pod --ao null"
    yield bool(real), f"sound devices: {clean(', '.join(real[:6])) or 'none'}", fix


@contextlib.contextmanager
def _without_complaints() -> Iterator[None]:
    """Silence standard error, on which sound libraries print long complaints."""
    errors, null = os.dup(2), os.open(os.devnull, os.O_WRONLY)
    os.dup2(null, 2)
    try:
        yield
    finally:
        os.dup2(errors, 2)
        os.close(errors)
        os.close(null)


def import_fault(*modules: str) -> str:
    """Return why modules cannot be imported; empty if they can. Another process tries it: they are large."""
    command = [sys.executable, "-P", "-c", f"import {', '.join(modules)}"]
    done = subprocess.run(command, capture_output=True, check=False, encoding="utf-8", errors="replace")
    said = done.stderr.strip().splitlines() or [f"the process ended with {done.returncode}"]
    return f"cannot be loaded: {clean(said[-1], 200)}" if done.returncode else ""


def _voice() -> Iterator[Finding]:
    if not has_voice():
        yield False, "not installed: episodes without a recording stay silent", install_voice()
        return
    fault = import_fault("hibari", "numpy", "onnxruntime")
    yield not fault, f"hibari-tts {fault}".strip(), install_voice(is_repair=True)


def _recogniser(config: Config) -> Iterator[Finding]:
    """Check the recogniser. The extra is optional, so a missing one is no fault."""
    try:
        model = find_model(config.settings.transcribe.model)
    except RecognitionError:
        yield True, f"not installed; to transcribe podcasts that have no transcript: {install_command(*RECOGNISER)}", ""
        return
    fault = check_model(model) or import_fault("faster_whisper")
    fix = "correct model under [transcribe] in the settings"
    if not config.settings.transcribe.model:
        fix = install_command(*RECOGNISER, is_repair=True)
    yield not fault, fault or (f"faster-whisper, {model_name(model)}"), fix


def _media_keys() -> Iterator[Finding]:
    """Check what connects to the desktop. Without it only media keys are missing, which is no fault."""
    if sys.platform == "linux":
        missing = f"not installed; for the media keys of the desktop: {install_command(DBUS)}"
        fault = import_fault("dbus_fast") if find_spec("dbus_fast") else ""
        yield not fault, f"dbus-fast {fault}".strip() if find_spec("dbus_fast") else missing, install_command(DBUS)


def _terminal() -> Iterator[Finding]:
    term = os.environ.get("TERM", "")
    size = shutil.get_terminal_size()
    found = f"TERM={clean(term) or 'not set'}, {size.columns}×{size.lines}"
    yield not is_dumb_terminal(), found, "use a terminal that can move its cursor"
    encoding = (sys.stdout.encoding or "").lower()
    yield encoding.startswith("utf"), f"encoding {encoding}", "set a UTF-8 locale, such as: export LANG=C.UTF-8"


def _attach(paths: Paths) -> Iterator[Finding]:
    reason = why_not()
    try:
        with contextlib.closing(open_folder(may_make=True)) as folder:
            running = sum(1 for _ in reach_apps(folder, paths.state))
    except RemoteError as error:
        reason, running = clean(str(error), 300), 0
    found = f"ctrl+\\ leaves the app running; running now: {running}"
    yield True, f"off, the app ends with its terminal: {reason}" if reason else found, ""


def _folders(paths: Paths) -> Iterator[Finding]:
    for name, folder in (("state", paths.state.parent), ("data", paths.data), ("cache", paths.cache)):
        nearest = next(path for path in (folder, *folder.parents) if os.path.exists(path))
        works = os.access(nearest, os.W_OK | os.X_OK) and nearest.is_dir()
        yield works, f"{name}: {folder}", remedy(folder)


def _settings(config: Config, paths: Paths) -> Iterator[Finding]:
    for notice in config.notices:
        yield False, notice, "correct that line; tui-pod config --default shows what is allowed"
    if not config.notices:
        yield True, str(paths.config) if os.path.exists(paths.config) else f"the defaults; no {paths.config}", ""


def _catalog(options: Namespace, config: Config, paths: Paths) -> Iterator[Finding]:
    try:
        catalogs = catalog_paths(options.catalog, config.settings.catalogs)
        library = load_library(catalogs, paths.cache, paths.data).library
    except CatalogsError as error:
        yield False, error.lines[0], "tui-pod check prints every fault"
    else:
        yield True, f"{len(library)} episodes, {len(library.topics.names) - 1} topics", ""


def _state(paths: Paths) -> Iterator[Finding]:
    state = StateFile(paths.state).load()
    for notice in state.notices:
        yield False, notice, ""
    if not state.notices:
        yield True, f"{len(state.progress)} episodes with progress, {paths.state}", ""


def _readers() -> Iterator[Finding]:
    """Check the processes that read foreign files. Some systems cannot take the network from them: no fault."""
    from tui_pod.runtime.limited_processes import ContentFault, LimitedProcesses  # only for this: they bring sockets
    from tui_pod.sources.foreign_texts import LIMITS

    processes = LimitedProcesses(LIMITS)
    try:
        is_closed = processes.call("tui_pod.runtime.cell:is_closed")
        processes.close()
    except ContentFault as fault:
        yield False, str(fault), "end other programs, or raise the limit of processes"
        return
    how = "without network" if is_closed else "with network, which this system does not let them close"
    yield True, f"what others wrote is read {how}", ""


def _sources(paths: Paths, config: Config) -> Iterator[Finding]:
    """Check what the sources of the subscriptions need, such as a server that answers and takes its login."""
    from tui_pod.net.connect import trust_certificates  # only for this: they bring TLS
    from tui_pod.shelf.feed_store import FeedStore
    from tui_pod.sources.table import check_sources

    store = FeedStore(paths.data)
    with contextlib.closing(store.db):
        try:
            trust_certificates(config.settings.network.trusted_certificates)
            for works, said, hint in check_sources(store):
                yield works, clean(said, 300), hint
        except UserError as error:
            yield False, clean(str(error), 300), ""
