"""The listener's settings: every key with its type, default, range and meaning, in one table.

The table is the annotations below: the reader of the file, `tui-pod config --default` and the manual are made
from it. They are not postponed, since the reader would have to compile each of them from its text.
"""

from collections.abc import Callable, Mapping
from datetime import timedelta
from types import MappingProxyType
from typing import Annotated, Any, NamedTuple, dataclass_transform

from tui_pod.core.actions import ACTIONS, Action
from tui_pod.core.text.file_names import PATTERN

MEGABYTE = 1_000_000
"""Bytes of a setting in megabytes."""


class Key(NamedTuple):
    """Describes a setting besides its type and default."""

    text: str
    """What it does, in one line."""
    least: float | None = None
    most: float | None = None
    """Both ends of the range are allowed."""
    choices: tuple[str, ...] = ()
    """The only values it takes; if empty, any of its type."""
    pattern: str = ""
    """Regular expression that a text, or each text of a list, must match."""
    example: str = ""
    """A line of TOML for the default file, if the default shows no example."""


@dataclass_transform(kw_only_default=True, frozen_default=True)
class Section:
    """A section of the file: class attributes are its keys with their defaults, attributes what the file says instead.

    A plain class: a start makes all 19, and a NamedTuple costs it nine times as many instructions, a dataclass fifty.
    """

    def __init__(self, **given: Any) -> None:
        vars(self).update(given)

    def values(self) -> dict[str, Any]:
        """Return the value of each key."""
        return {name: getattr(self, name) for name in self.__annotations__}

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Section) and type(self) is type(other) and self.values() == other.values()


class StartSettings(Section):
    """[start]."""

    view: Annotated[
        str,
        Key(
            "What to show first: last is the topic that was open last, top the top of the tree",
            choices=("last", "top", "continue", "queue", "statistics"),
        ),
    ] = "last"


class PlaybackSettings(Section):
    """[playback]."""

    seek_back: Annotated[float, Key("Seconds that ← and , go back", 1, 3600)] = 10.0
    seek_forward: Annotated[float, Key("Seconds that → and . go forward", 1, 3600)] = 30.0
    seek_small: Annotated[float, Key("Seconds that shift with ← and → goes", 0.5, 3600)] = 5.0
    speed: Annotated[float, Key("Speed, until you choose another one in the app", 0.5, 3.0)] = 1.0
    speed_step: Annotated[float, Key("How much [ and ] change the speed", 0.01, 0.5)] = 0.1
    repeat_pause: Annotated[
        bool, Key("Whether a repeated sentence is followed by a pause of its own length, to say it aloud")
    ] = False
    recap: Annotated[
        str,
        Key(
            "How far back an episode that was left for a day begins: at most three sentences of its transcript",
            choices=("off", "10 s", "30 s"),
        ),
    ] = "off"
    sample_titles: Annotated[bool, Key("Whether the voice says podcast and title before each sample")] = False
    autoplay: Annotated[bool, Key("Whether a list plays its next episode by itself; the queue always does")] = True


class ResumeSettings(Section):
    """[resume]."""

    rewind: Annotated[bool, Key("Whether to rewind a few seconds when resuming, more after a longer pause")] = True
    fragment_days: Annotated[
        int, Key("Days after which Continue drops an episode of which you heard less than a quarter; 0: never", 0, 3650)
    ] = 30

    rest_days: Annotated[
        int, Key("Days after which an untouched episode goes from Continue to Older; 0: never", 0, 3650)
    ] = 30

    @property
    def rest_age(self) -> timedelta | None:
        """How long Continue keeps an untouched episode; None for ever."""
        return timedelta(days=self.rest_days) if self.rest_days else None

    @property
    def fragment_age(self) -> timedelta | None:
        """How long Continue keeps an episode of which you heard less than a quarter; None for ever."""
        return timedelta(days=self.fragment_days) if self.fragment_days else None


class SleepSettings(Section):
    """[sleep]."""

    every_night: Annotated[
        str,
        Key(
            "Time at which the sleep timer ends every night, if something plays; empty for none",
            pattern=r"(?:(?:[01]?\d|2[0-3]):[0-5]\d)?",
            example='every_night = "23:30"',
        ),
    ] = ""
    chime: Annotated[bool, Key("Whether a soft chime says that the sleep timer begins to fade")] = False


class PlayedSettings(Section):
    """[played]: an episode counts as played if at most this much is left, and never more than a tenth of it."""

    share: Annotated[float, Key("Share of the length that may be left when an episode counts as played", 0, 0.1)] = 0.03
    min_left: Annotated[float, Key("Minimum of that share, in seconds", 0, 600)] = 5.0
    max_left: Annotated[float, Key("Maximum of that share, in seconds", 0, 600)] = 30.0


class InterfaceSettings(Section):
    """[ui]."""

    theme: Annotated[
        str, Key("Name of a theme; if empty, the last one chosen in the palette, or one that matches the terminal")
    ] = ""
    covers: Annotated[bool, Key("Whether to draw cover pictures, where the terminal has true colour")] = True
    ascii: Annotated[
        bool, Key("Whether to draw symbols, bars and borders in ASCII, as always on the Linux console")
    ] = False
    mouse: Annotated[bool, Key("Whether the app takes the mouse; without it the terminal selects text")] = True
    keys_by_place: Annotated[
        bool,
        Key("Whether a key of another script, such as Cyrillic, does what the US key at its place does"),
    ] = True
    cursor: Annotated[
        bool,
        Key("Whether the cursor follows the row in use, for a screen reader; times then change only at a key"),
    ] = False
    podcasts: Annotated[
        str,
        Key(
            "How the tree lists more than 20 podcasts: those without a topic by letter, all by letter, or singly",
            choices=("topics", "letters", "all"),
        ),
    ] = "topics"
    verbosity: Annotated[str, Key("How much the program in plain lines says", choices=("brief", "usual", "full"))] = (
        "usual"
    )
    transparent: Annotated[
        bool, Key("Whether the terminal's own colours and background show through, as the theme ansi-dark does")
    ] = False


class NarrationSettings(Section):
    """[narration]."""

    enabled: Annotated[bool, Key("Whether to narrate episodes without a recording")] = True
    chime: Annotated[bool, Key("Whether a soft chime separates narrations that follow each other")] = True
    titles: Annotated[bool, Key("Whether a narration of a course begins with its short name")] = True
    second_voice: Annotated[
        str, Key("Voice of the second speaker of a dialogue (see tui-pod models)", choices=("fenrir", "kore"))
    ] = "fenrir"
    cache_mb: Annotated[int, Key("Megabytes of narrations to keep; the oldest are deleted first", 10, 100_000)] = 200
    voices: Annotated[
        Mapping[str, str],
        Key(
            "Command that speaks a language, by its code: text on its standard input, WAV on its standard output",
            example='de = "piper --model ~/voices/de_DE-thorsten-medium.onnx --output_file -"',
        ),
    ] = MappingProxyType({})


class TranscribeSettings(Section):
    """[transcribe]."""

    model: Annotated[
        str,
        Key(
            "Folder of a Whisper model for CTranslate2 (see tui-pod models); if empty, the extra's English model",
            example='model = "~/models/whisper-base"',
        ),
    ] = ""
    """Absolute path."""


class PassageSettings(Section):
    """[passages]."""

    find: Annotated[
        str,
        Key(
            "When to look for passages in downloads and finished streams: on mains power, always or never",
            choices=("mains", "always", "never"),
        ),
    ] = "mains"


class FeedSettings(Section):
    """[feeds]."""

    refresh_at_start: Annotated[bool, Key("Whether feeds are refreshed when the app starts")] = True
    refresh_minutes: Annotated[
        int, Key("Minutes between two refreshes of a feed while the app runs; 0: only at the start", 0, 43_200)
    ] = 60
    timeout: Annotated[float, Key("Seconds that a server may take to answer", 1, 300)] = 20.0
    downloads_mb: Annotated[
        int, Key("Megabytes of downloads to keep; those played longest ago are deleted first", 10, 10_000_000)
    ] = 2000
    download_names: Annotated[
        str,
        Key(
            "Names of downloads and of the files of feed --out: {podcast}, {date}, {title}; / divides folders",
            pattern=r"[^{}]*(\{(podcast|date|title)\}[^{}]*)+",
            example=f'download_names = "{PATTERN}"',
        ),
    ] = PATTERN
    stream_cache_mb: Annotated[
        int, Key("Megabytes of streamed audio to keep; the oldest is deleted first", 10, 1_000_000)
    ] = 500
    delete_played: Annotated[
        int,
        Key("Days after which a played download is deleted; 0: at once, -1: only to make room", -1, 3650),
    ] = -1
    keep_next: Annotated[int, Key("How many of a feed's next episodes are downloaded ahead", 0, 100)] = 0
    download_queued: Annotated[bool, Key("Whether what is queued is downloaded, and deleted again if taken out")] = (
        False
    )
    queue_limit: Annotated[
        int, Key("Length of the queue at which new episodes of podcasts with queue_new stay in New", 1, 1000)
    ] = 100


class AudioSettings(Section):
    """[audio]."""

    level: Annotated[bool, Key("Whether to bring recordings to the same loudness, until you choose in the app")] = False
    device: Annotated[
        str,
        Key(
            "Sound device, as tui-pod devices lists it, until you choose one in the app; if empty, the system's",
            example='device = "pulse/headset"',
        ),
    ] = ""
    skip_silence: Annotated[bool, Key("Whether to shorten silence, until you choose in the app")] = False
    clear_speech: Annotated[
        bool, Key("Whether to raise soft speech and make it crisper, until you choose in the app")
    ] = False


class StatsSettings(Section):
    """[stats]."""

    streak: Annotated[bool, Key("Whether the statistics count a streak of days")] = False
    free_days: Annotated[int, Key("Days a week that you may skip without ending the streak", 0, 6)] = 2


class RecallSettings(Section):
    """[recall]."""

    enabled: Annotated[
        bool, Key("Whether a session begins with the cards that are due, questions of episodes included")
    ] = False
    aloud: Annotated[bool, Key("Whether the voice asks, and you answer with the keys for next and previous")] = False
    per_day: Annotated[int, Key("Maximum number of questions a day", 1, 100)] = 10
    questions: Annotated[bool, Key("Whether an episode's question is offered when it ends")] = True


class DesktopSettings(Section):
    """[desktop]."""

    title: Annotated[bool, Key("Whether the terminal's title shows what plays")] = True
    notify: Annotated[bool, Key("Whether the desktop notifies you of new episodes, and of each that begins")] = False


class AppSettings(Section):
    """[app]."""

    on_hangup: Annotated[
        str,
        Key(
            "What to do when the terminal is closed or its client killed: save and end, or play on without one",
            choices=("end", "detach"),
        ),
    ] = "end"
    idle_minutes: Annotated[
        int,
        Key("Minutes without a terminal and without playing after which the app saves and ends; 0: never", 0, 10_000),
    ] = 30


class HookSettings(Section):
    """[hooks]."""

    on_play: Annotated[
        str, Key("Command to run when playing starts or goes on", example='on_play = "notify-send Play"')
    ] = ""
    on_pause: Annotated[str, Key("Command to run when playing pauses")] = ""
    on_end: Annotated[str, Key("Command to run when an episode ends, or another one replaces it")] = ""
    on_new: Annotated[str, Key("Command to run when a refresh has found new episodes")] = ""
    on_bookmark: Annotated[str, Key("Command to run when a bookmark was added")] = ""
    on_word: Annotated[
        str, Key("Command that looks a word up, its last argument, and prints the answer", example='on_word = "dict"')
    ] = ""


class NetworkSettings(Section):
    """[network]."""

    private_hosts: Annotated[
        tuple[str, ...],
        Key(
            "Hosts on your own network that feeds may link to, with the port unless it is the usual one",
            pattern=r"(?:[\w.-]+|\[[0-9A-Fa-f:.]+\])(?::\d{1,5})?",
            example='private_hosts = ["nas.home", "10.0.0.5:8080"]',
        ),
    ] = ()
    trusted_certificates: Annotated[
        tuple[str, ...],
        Key(
            "Certificates trusted for one host each, as HOST=FINGERPRINT or HOST:PORT=FINGERPRINT (SHA-256)",
            pattern=r"(?:[\w.-]+|\[[0-9A-Fa-f:.]+\])(?::\d{1,5})?=(?:[0-9A-Fa-f]{2}:?){31}[0-9A-Fa-f]{2}",
            example='trusted_certificates = ["nas.home=4F:1C:…"]',
        ),
    ] = ()


class FindSettings(Section):
    """[find]."""

    directories: Annotated[
        tuple[str, ...],
        Key(
            "Directories that are asked for podcasts by name",
            pattern="itunes|fyyd|podcastindex",
            example='directories = ["fyyd", "podcastindex"]',
        ),
    ] = ("itunes", "fyyd", "podcastindex")
    country: Annotated[str, Key("Country that iTunes searches, such as AT; if empty, that of your language")] = ""
    podcastindex_key: Annotated[str, Key("Your key for Podcast Index; without one, it is not used")] = ""
    podcastindex_secret_command: Annotated[
        str,
        Key(
            "Command that prints the secret of that key on its first line",
            example='podcastindex_secret_command = "pass show podcastindex"',
        ),
    ] = ""


class SyncSettings(Section):
    """[sync]."""

    folder: Annotated[
        str,
        Key(
            "Folder that Syncthing, Dropbox, git or a USB stick carries between machines; empty for none",
            example='folder = "~/Sync/tui-pod"',
        ),
    ] = ""
    """Absolute path."""
    server: Annotated[
        str,
        Key(
            "Address of a gpodder or Nextcloud server; empty for none",
            example='server = "https://cloud.example.org"',
        ),
    ] = ""
    user: Annotated[str, Key("User there")] = ""
    device: Annotated[
        str,
        Key("Name of this machine on the others; empty for its host name", example='device = "laptop"'),
    ] = ""
    password_command: Annotated[
        str,
        Key(
            "Command that prints the password on its first line; without one, tui-pod sync --login saves it",
            example='password_command = "pass show podcasts"',
        ),
    ] = ""

    @property
    def is_set(self) -> bool:
        """Whether there is something to sync with."""
        return bool(self.folder or (self.server and self.user))

    def or_chosen(self, chosen: Callable[[str, str, Any], Any]) -> "SyncSettings":
        """Return these settings if they name a folder or a server, otherwise what was set up in the app.

        `chosen` returns what the app has saved under table and key, or the third argument; see `State.setting`.
        """
        if self.folder or self.server:
            return self
        return SyncSettings(**{name: chosen("sync_with", name, value) for name, value in self.values().items()})


class Settings(NamedTuple):
    """All settings, by section."""

    catalogs: Annotated[
        tuple[str, ...],
        Key(
            "Catalogues beside the embedded one; a path is relative to this file",
            example='catalogs = ["talks.toml", "~/podcasts/catalog.toml"]',
        ),
    ] = ()
    """Absolute paths."""
    start: StartSettings = StartSettings()
    playback: PlaybackSettings = PlaybackSettings()
    resume: ResumeSettings = ResumeSettings()
    sleep: SleepSettings = SleepSettings()
    played: PlayedSettings = PlayedSettings()
    ui: InterfaceSettings = InterfaceSettings()
    narration: NarrationSettings = NarrationSettings()
    transcribe: TranscribeSettings = TranscribeSettings()
    passages: PassageSettings = PassageSettings()
    feeds: FeedSettings = FeedSettings()
    audio: AudioSettings = AudioSettings()
    stats: StatsSettings = StatsSettings()
    recall: RecallSettings = RecallSettings()
    desktop: DesktopSettings = DesktopSettings()
    app: AppSettings = AppSettings()
    hooks: HookSettings = HookSettings()
    network: NetworkSettings = NetworkSettings()
    sync: SyncSettings = SyncSettings()
    find: FindSettings = FindSettings()
    speeds: Annotated[
        Mapping[str, float],
        Key("Speed of a topic or feed, by its name", 0.5, 3.0, example='"Transformers" = 1.2'),
    ] = MappingProxyType({})
    levels: Annotated[
        Mapping[str, bool],
        Key(
            "Whether a topic or feed, by its name, plays at the same loudness as the others",
            example='"Transformers" = true',
        ),
    ] = MappingProxyType({})
    silences: Annotated[
        Mapping[str, bool],
        Key("Whether silence of a topic or feed, by its name, is shortened", example='"Transformers" = false'),
    ] = MappingProxyType({})
    keymap: Mapping[str, str] = MappingProxyType({})
    """Keys that differ from the table's own, by the action's id: [keys], checked, over its preset."""
    fixed: frozenset[str] = frozenset()
    """Which of `CHOSEN` the file sets, so that the app cannot."""


CHOSEN = (
    "playback.seek_back", "playback.seek_forward", "playback.seek_small", "feeds.refresh_minutes", "feeds.keep_next",
    "feeds.delete_played", "sleep.every_night",
)  # fmt: skip
"""Settings that can be chosen in the app too, besides those that it has keys for."""


def bound_actions(settings: Settings) -> tuple[Action, ...]:
    """Return the actions with the listener's keys, and with the listener's seek steps in the labels."""
    steps, usual = settings.playback, PlaybackSettings
    are_usual = (steps.seek_back, steps.seek_forward, steps.seek_small, steps.speed_step) == (
        usual.seek_back, usual.seek_forward, usual.seek_small, usual.speed_step,
    )  # fmt: skip
    if not settings.keymap and are_usual:
        return ACTIONS
    labels = {
        "playback.back": f"Back {steps.seek_back:g} seconds",
        "playback.forward": f"Forward {steps.seek_forward:g} seconds",
        "playback.back_small": f"Back {steps.seek_small:g} seconds",
        "playback.slower": f"Slower by {steps.speed_step:g}",
        "playback.faster": f"Faster by {steps.speed_step:g}",
        "playback.forward_small": f"Forward {steps.seek_small:g} seconds",
    }
    return tuple(
        action._replace(keys=settings.keymap.get(action.id, action.keys), label=labels.get(action.id, action.label))
        for action in ACTIONS
    )


class Config(NamedTuple):
    """The settings as read, and what was wrong with them."""

    settings: Settings = Settings()
    notices: tuple[str, ...] = ()
    """What is wrong with the file, as FILE:LINE: key: fault, and what is used instead."""
