"""The settings file: what is read, and what is said of what cannot be.

Where the files of this user and of the program are.
"""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tui_pod.config.paths import (
    COMPLETIONS,
    MAN_PAGE,
    catalog_paths,
    embedded_catalog,
    embedded_transcripts,
    find_paths,
    is_dumb_terminal,
    shipped,
)
from tui_pod.config.reader import MAX_BYTES, allowed, parse_config, read_config, setting_rows, toml_value
from tui_pod.config.settings import ResumeSettings, Settings, SyncSettings, bound_actions
from tui_pod.core.actions import ACTIONS, BY_ID

ROOT = Path(__file__).parents[2]
FILE = Path("/home/listener/.config/tui-pod/config.toml")

EVERYTHING = """
[start]
view = "continue"
[playback]
seek_back = 15
seek_forward = 45.5
speed = 1.25
autoplay = false
[resume]
rewind = false
[played]
share = 0.05
[ui]
theme = "nord"
ascii = true
[narration]
cache_mb = 50
[feeds]
keep_next = 3
[audio]
level = true
[stats]
streak = true
[network]
private_hosts = ["nas.home", "nas.home:8080", "[fd00::1]:80"]
[speeds]
"AI Safety" = 1.5
Transformers = 1
[keys]
preset = "mpv"
"undo" = "U"
list.sort = "ctrl+s"
"""


def test_parse_config_of_every_section_is_read_without_a_notice() -> None:
    settings, notices = parse_config(EVERYTHING, FILE)
    assert notices == ()
    assert settings.start.view == "continue"
    assert tuple(settings.playback.values().values()) == (15.0, 45.5, 5.0, 1.25, 0.1, False, "off", False, False)
    assert not settings.resume.rewind
    assert settings.played.share == 0.05
    assert (settings.ui.theme, settings.ui.ascii, settings.ui.mouse) == ("nord", True, True)
    assert settings.narration.cache_mb == 50
    assert settings.feeds.keep_next == 3
    assert tuple(settings.audio.values().values()) == (True, "", False, False)
    assert settings.stats.streak
    assert settings.network.private_hosts == ("nas.home", "nas.home:8080", "[fd00::1]:80")
    assert settings.speeds == {"AI Safety": 1.5, "Transformers": 1.0}
    assert (settings.keymap["undo"], settings.keymap["list.sort"], settings.keymap["playback.mute"]) == (
        "U", "ctrl+s", "m",
    )  # fmt: skip


def test_parse_config_of_catalogues_finds_them_beside_the_file(tmp_path: Path) -> None:
    (tmp_path / "talks.toml").touch()
    (tmp_path / "more.toml").touch()
    text = f'catalogs = [\n"talks.toml",\n"{tmp_path}/more.toml",\n"gone.toml"]'
    settings, notices = parse_config(text, tmp_path / "config.toml")
    assert settings.catalogs == (f"{tmp_path}/talks.toml", f"{tmp_path}/more.toml")
    assert notices == (f"{tmp_path}/config.toml:1: catalogs: there is no file {tmp_path}/gone.toml; it is left out",)


@pytest.mark.parametrize(
    ("text", "notice"),
    [
        ("[playback]\n\nsek_back = 1", "3: playback.sek_back: there is no such setting; did you mean playback.seek"),
        ("speed = 1.5", "1: speed: there is no such setting; did you mean playback.speed? It is ignored"),
        ("[nonsense]\na = 1", "1: nonsense: there is no such setting; it is ignored"),
        ("playback = 3", "1: playback: must be a section, [playback]; its defaults are used"),
        ('[playback]\nspeed = "fast"', "2: playback.speed: must be a number from 0.5 to 3; 1 is used"),
        ("[playback]\nspeed = 9", "2: playback.speed: must be a number from 0.5 to 3; 1 is used"),
        ("[playback]\nspeed = nan", "2: playback.speed: must be a number from 0.5 to 3; 1 is used"),
        ("[playback]\nspeed = true", "2: playback.speed: must be a number from 0.5 to 3; 1 is used"),
        ("[playback]\nautoplay = 1", "2: playback.autoplay: must be true or false; true is used"),
        ("playback.autoplay = 1", "1: playback.autoplay: must be true or false; true is used"),
        ("playback = { autoplay = 1 }", "1: playback.autoplay: must be true or false; true is used"),
        ("[narration]\ncache_mb = 1.5", "2: narration.cache_mb: must be a whole number from 10 to 100000; 200 is used"),
        (f"[narration]\ncache_mb = {10**400}", "2: narration.cache_mb: must be a whole number"),
        (f"[feeds]\ntimeout = {10**400}", "2: feeds.timeout: must be a number from 1 to 300; 20 is used"),
        ('[start]\nview = "nowhere"', '2: start.view: must be "last", "top", "continue", "queue" or "statistics"; '),
        ('catalogs = "a.toml"', "1: catalogs: must be a list of texts; [] is used"),
        ("catalogs = [\n1\n]", "1: catalogs: must be a list of texts; [] is used"),
        ('catalogs = ["a\\u0000b"]', "1: catalogs: must be a list of texts; [] is used"),
        ('[network]\nprivate_hosts = ["nas.home", ""]', "2: network.private_hosts: "),
        ('[network]\nprivate_hosts = ["nas.home", " "]', "2: network.private_hosts: "),
        ('[network]\nprivate_hosts = ["nas.home", "\\u0000"]', "2: network.private_hosts: "),
        ('[network]\nprivate_hosts = ["http://x"]', "2: network.private_hosts: “http://x” is not of the form in:"),
        ('[speeds]\nA = 1.2\n"B c" = 4', "3: speeds.B c: must be a number from 0.5 to 3; the usual speed is used"),
        ("speeds = 2", "1: speeds: must be a section, [speeds]; it is ignored"),
        ("[played]\nmin_left = 60", "2: played.min_left: min_left must not be above max_left; the defaults of both"),
        ("keys = 1", "1: keys: must be a section, [keys]; the default keys are used"),
        ('[keys]\npreset = "emacs"', "2: keys.preset: must be default, mpv or vim; default is used"),
        ("[keys]\nundo = 3", '2: keys.undo: must be text such as "space,p"; it is ignored'),
        ('[keys]\nundoo = "x"', "2: keys.undoo: there is no such action; did you mean undo? It is ignored"),
        ('[keys]\n"playback.toggle" = ""', "2: keys.playback.toggle: an action must keep a key; space, p is used"),
        ('[keys]\nlist.filter = "s"', "2: keys.list.filter: s is taken by list.sort"),
        ("[keys]\n" + ".".join("a" * 90) + ' = "x"', f"2: keys.{'.'.join('a' * 8)}: must be text such as"),
        ("[speeds]\n" + ".".join("a" * 90) + " = 1", "2: speeds.a: must be a number from 0.5 to 3; the usual"),
        (".".join("a" * 90) + " = 1", "1: a: there is no such setting; it is ignored"),
        ("[ui]\n" + "a." * 3_000 + "a = 1",
         "2: invalid TOML: It is made to overload programs that read it: a key has more than 100 parts"),
        ("[ui", "1: invalid TOML: "),
        ("a = 1\nb =", "2: invalid TOML: "),
        ("a = 1\na = 2", "2: invalid TOML: "),
        ("a = " + "[" * 5000, "1: invalid TOML: nested too deeply; the default settings are used"),
    ],
)  # fmt: skip
def test_parse_config_with_a_fault_names_line_and_key_and_uses_the_default(text: str, notice: str) -> None:
    settings, notices = parse_config(text, FILE)
    assert len(notices) == 1
    assert notices[0].startswith(f"{FILE}:{notice}")
    assert settings._replace(speeds={}) == Settings()._replace(speeds={})


def test_parse_config_with_several_faults_names_them_in_the_files_order() -> None:
    _, notices = parse_config('[keys]\nundo = ""\n[ui]\nascii = 1\n[what]\n', FILE)
    assert [int(notice.removeprefix(f"{FILE}:").partition(":")[0]) for notice in notices] == [2, 4, 5]


def test_parse_config_of_many_unknown_settings_tells_a_hundred() -> None:
    _, notices = parse_config("".join(f"k{number} = 1\n" for number in range(1_000)), FILE)
    assert len(notices) == 100


def test_parse_config_with_hostile_text_is_told_cleaned() -> None:
    _, (notice,) = parse_config('"a\\u001b[31m\\u202e" = 1', FILE)
    assert notice.startswith(f"{FILE}:1: a[31m: there is no such setting")


def test_read_config_without_a_file_is_silent_unless_it_was_named(tmp_path: Path) -> None:
    path = tmp_path / "config.toml"
    assert read_config(path) == read_config(Path(os.devnull), is_named=True) == (Settings(), ())
    assert read_config(path, is_named=True).notices == (
        f"{path}: there is no such file; the default settings are used",
    )
    assert read_config(tmp_path).notices == (f"{tmp_path}: Is a directory; the default settings are used",)
    os.mkfifo(path)
    assert read_config(path).notices == (f"{path}: not a regular file; the default settings are used",)
    path.unlink()
    path.write_bytes(b"#" * MAX_BYTES)
    assert read_config(path).notices == ()


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"# ok\n\n\xff = 1", "{path}:3: not UTF-8; the default settings are used"),
        (b"#" * (MAX_BYTES + 1), "{path}: larger than 1 MB; the default settings are used"),
        (b"\x00", "{path}:1: invalid TOML: "),
    ],
)
def test_read_config_of_no_text_says_so(content: bytes, said: str, tmp_path: Path) -> None:
    path = tmp_path / "config.toml"
    path.write_bytes(content)
    settings, (notice,) = read_config(path)
    assert settings == Settings()
    assert notice.startswith(said.format(path=path))


@pytest.mark.parametrize("ending", ["\n", "\r\n"])
def test_read_config_with_a_mark_and_any_line_ends_is_read(ending: str, tmp_path: Path) -> None:
    path = tmp_path / "config.toml"
    path.write_bytes(b"\xef\xbb\xbf" + f"[ui]{ending}ascii = true{ending}".encode())
    settings, notices = read_config(path)
    assert settings.ui.ascii
    assert notices == ()


def test_read_config_without_a_file_imports_nothing_that_faults_or_keys_need(tmp_path: Path) -> None:
    script = """
import sys, pathlib
from tui_pod.config.reader import read_config
read_config(pathlib.Path(sys.argv[1]))
sys.exit(any(name in sys.modules for name in ("json", "difflib", "tui_pod.config.keymap")))
"""
    command = [sys.executable, "-c", script, str(tmp_path / "config.toml")]
    assert subprocess.run(command, cwd=ROOT, check=False).returncode == 0


def test_bound_actions_of_other_keys_and_steps_say_so() -> None:
    assert bound_actions(Settings()) is ACTIONS
    assert bound_actions(parse_config('[keys]\nundo = "U"', FILE).settings) is not ACTIONS
    settings, _ = parse_config('[playback]\nseek_back = 7.5\n[keys]\nundo = "U"', FILE)
    live = {action.id: action for action in bound_actions(settings)}
    assert live["undo"].keys == "U"
    assert live["playback.back"].label == "Back 7.5 seconds"
    assert live["playback.forward"] == BY_ID["playback.forward"]
    assert live["app.quit"] == BY_ID["app.quit"]


def test_every_setting_says_what_it_does_and_what_it_may_be() -> None:
    rows = list(setting_rows())
    assert len(rows) > 20
    for row in rows:
        assert row.key.text[0].isupper()
        assert not row.key.text.endswith(".")
        assert len(row.key.text) <= 100
        assert allowed(row)
        assert (row.key.least is None) == (row.key.most is None)
        assert row.type is not float or row.key.least is not None


@pytest.mark.parametrize(("speed", "is_allowed"), [(0.5, True), (3, True), (0.49, False), (3.01, False)])
def test_ends_of_a_range_are_allowed(speed: float, is_allowed: bool) -> None:
    settings, notices = parse_config(f"[playback]\nspeed = {speed}\nseek_back = 20", FILE)
    assert (settings.playback.speed, len(notices)) == ((speed, 0) if is_allowed else (1.0, 1))
    assert settings.playback.seek_back == 20.0


def test_folder_and_model_are_found_beside_the_file_and_no_folder_stays_none() -> None:
    settings, _ = parse_config('[sync]\nfolder = "shared"\n[transcribe]\nmodel = "m"', FILE)
    assert (settings.sync.folder, settings.transcribe.model) == (f"{FILE.parent}/shared", f"{FILE.parent}/m")
    settings, _ = parse_config('[sync]\nfolder = ""\ndevice = "desk"', FILE)
    assert (settings.sync.folder, settings.sync.device) == ("", "desk")


def test_values_by_name_are_read_one_by_one() -> None:
    settings, (notice,) = parse_config("[levels]\nA = true\nB = 1\n[silences]\nC = false", FILE)
    assert (settings.levels, settings.silences) == ({"A": True}, {"C": False})
    assert notice == f"{FILE}:3: levels.B: must be true or false; it is ignored"


@pytest.mark.parametrize(
    ("text", "key"), [("max_left = 1", "max_left"), ("min_left = 9\nmax_left = 8", "min_left"), ("max_left = 5", None)]
)
def test_least_and_most_seconds_left_must_not_cross(text: str, key: str | None) -> None:
    settings, notices = parse_config(f"[played]\nshare = 0.05\n{text}", FILE)
    assert [notice.split(": ")[1] for notice in notices] == ([f"played.{key}"] if key else [])
    assert settings.played.share == 0.05
    assert settings.played.max_left == (30.0 if key else 5.0)


def test_text_of_a_fault_is_cut() -> None:
    _, (notice,) = parse_config(f"{'a' * 100} = 1\n", FILE)
    assert notice.split(": ")[1] == f"{'a' * 79}…"
    _, (notice,) = parse_config(f'[network]\nprivate_hosts = ["{"/" * 400}"]', FILE)
    assert len(notice.partition("private_hosts: ")[2]) == 300


@pytest.mark.parametrize(
    ("value", "text"),
    [(True, "true"), (7, "7"), (1.50, "1.5"), (10.0, "10"), ('a "b"\n', '"a \\"b\\"\\n"'), (("a", "ü"), '["a", "ü"]')],
)
def test_value_is_shown_as_toml(value: object, text: str) -> None:
    assert toml_value(value) == text


@pytest.mark.parametrize(
    ("path", "said"),
    [
        ("ui.ascii", "true or false"), ("narration.cache_mb", "a whole number from 10 to 100000"),
        ("feeds.downloads_mb", "a whole number from 10 to 10000000"), ("ui.theme", "text"),
        ("catalogs", "a list of texts"), ("playback.speed_step", "a number from 0.01 to 0.5"),
        ("ui.verbosity", '"brief", "usual" or "full"'), ("levels", "by name"),
    ],
)  # fmt: skip
def test_allowed_values_are_named(path: str, said: str) -> None:
    assert [allowed(row) for row in setting_rows() if row.path == path] == [said]


def test_tables_by_name_are_the_last_settings() -> None:
    rows = list(setting_rows())
    assert [row.path for row in rows if row.type is dict] == ["speeds", "levels", "silences", "narration.voices"]
    assert [row.path for row in rows[-4:]] == [row.path for row in rows if row.type is dict]
    assert (rows[0].path, rows[1].path) == ("catalogs", "start.view")


@pytest.mark.parametrize(
    ("given", "is_set"),
    [
        ({}, False), ({"folder": "/d"}, True), ({"server": "https://a"}, False), ({"user": "ann"}, False),
        ({"server": "https://a", "user": "ann"}, True),
    ],
)  # fmt: skip
def test_sync_is_set_with_a_folder_or_with_a_server_and_a_user(given: dict[str, str], is_set: bool) -> None:
    assert SyncSettings(**given).is_set is is_set


@pytest.mark.parametrize("given", [{"folder": "/d"}, {"server": "https://a"}])
def test_what_was_set_up_in_the_app_counts_unless_the_file_names_a_folder_or_a_server(given: dict[str, str]) -> None:
    def chosen(table: str, name: str, value: str) -> str:
        assert table == "sync_with"
        return {"folder": "/chosen"}.get(name, value)

    assert SyncSettings(**given).or_chosen(chosen) == SyncSettings(**given)
    assert SyncSettings(device="desk").or_chosen(chosen) == SyncSettings(folder="/chosen", device="desk")


@pytest.mark.parametrize(("days", "age"), [(0, None), (30, 30)])
def test_fragments_are_kept_for_ever_or_for_some_days(days: int, age: int | None) -> None:
    found = ResumeSettings(fragment_days=days).fragment_age
    assert (found and found.days) == age


@pytest.mark.parametrize(
    ("text", "ident", "label"),
    [
        ("seek_forward = 7.5", "playback.forward", "Forward 7.5 seconds"),
        ("seek_small = 7", "playback.back_small", "Back 7 seconds"),
        ("seek_small = 7", "playback.forward_small", "Forward 7 seconds"),
        ("speed_step = 0.25", "playback.slower", "Slower by 0.25"),
        ("speed_step = 0.25", "playback.faster", "Faster by 0.25"),
    ],
)
def test_each_step_is_in_the_labels_of_its_actions(text: str, ident: str, label: str) -> None:
    settings, _ = parse_config(f"[playback]\n{text}", FILE)
    assert {action.id: action.label for action in bound_actions(settings)}[ident] == label


def test_catalogues_given_on_the_command_line_replace_all_others() -> None:
    assert catalog_paths([Path("/a.toml")], ["/b.toml"]) == [Path("/a.toml")]
    assert catalog_paths([], ["/b.toml"]) == [embedded_catalog(), Path("/b.toml")]


def test_files_given_on_the_command_line_are_absolute(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    usual, given = find_paths(), find_paths(Path("s.toml"), Path("c.toml"))
    assert (given.state, given.config) == (tmp_path / "s.toml", tmp_path / "c.toml")
    assert (given.data, given.cache, given.log) == (usual.data, usual.cache, usual.log)
    assert usual.state.name == "state.toml"


@pytest.mark.parametrize(("term", "is_dumb"), [("dumb", True), ("unknown", True), ("", True), ("xterm", False)])
def test_terminal_is_dumb_by_its_name(term: str, is_dumb: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TERM", term)
    assert is_dumb_terminal() is is_dumb


def test_terminal_without_a_name_is_dumb(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("TERM", raising=False)
    assert is_dumb_terminal()


def test_files_that_come_with_the_program_are_there() -> None:
    assert embedded_catalog().is_file()
    assert all(shipped(name).is_file() for name in (MAN_PAGE, *COMPLETIONS.values()))
    assert next(embedded_transcripts().glob("*.txt")).is_file()
