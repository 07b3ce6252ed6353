"""The dialogs for settings of podcasts and lists: a field for each setting, and a list of podcasts."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from types import MappingProxyType

from textual.content import Content

from tui_pod.config.settings import Settings
from tui_pod.core.library.podcast_settings import TEXT, Setting
from tui_pod.services.podcasts.podcast_settings import PodcastChoice, PodcastSettingsService
from tui_pod.ui.screens.dialog import ChoiceDialog
from tui_pod.ui.screens.form import USUAL, FormDialog, FormField

FIRST = ("speed", "skip_start", "refresh", "keep", "notify", "name", "folder")
"""The settings of a podcast that are shown at once; the others follow after “more”."""

GROUPS = {
    "Playing": (
        "speed", "skip_start", "skip_end", "skip_chapters", "skip_recurring", "skip_silence", "level", "sleep", "after",
    ),
    "What is new, and downloads": (
        "refresh", "keep", "notify", "queue_new", "include", "exclude", "min_length", "max_length", "new_for",
        "archive_after", "delete_played", "transcribe",
    ),
}  # fmt: skip
"""The settings of a podcast under their headings, in order; the others are about the podcast itself."""

LABELS = {
    "seek_back": "Seek back", "seek_forward": "Seek forward", "seek_small": "Seek a little",
    "refresh_minutes": "Refresh every", "keep_next": "Download ahead", "every_night": "Sleep every night",
    "article": "Articles are read from", "code": "Read code aloud", "queue_new": "Queue new ones",
    "new_for": "New for", "archive_after": "Hide after", "transcribe": "Write transcripts",
    "order": "Order of its list",
    "folder": "Topics", "level": "Same loudness", "skip_silence": "Shorten silence", "skip_start": "Skip at start",
    "skip_end": "Skip at end", "sleep": "Sleep timer", "skip_recurring": "Skip jingles heard",
    "kind": "Kind of folder", "keep": "Download ahead", "include": "Must contain",
    "exclude": "Must not contain", "min_length": "Shortest", "max_length": "Longest", "after": "Then play",
    "delete_played": "Delete played", "notify": "Announce new", "max_age": "Not older than",
}  # fmt: skip
"""Labels of settings, unless the name says it."""

UNITS = {
    "speed": "×", "skip_start": "seconds", "skip_end": "seconds", "skip_recurring": "times",
    "refresh": "minutes", "keep": "episodes", "seek_back": "seconds", "seek_forward": "seconds",
    "seek_small": "seconds", "refresh_minutes": "minutes", "keep_next": "episodes",
    "new_for": "days", "archive_after": "days", "delete_played": "days", "max_age": "days",
}  # fmt: skip


STEPS = {"speed": 0.1, "refresh": 15.0, "refresh_minutes": 15.0, "seek_back": 5.0, "seek_forward": 5.0}
"""By how much `+` and `-` change a number; one with a unit that is not named by 1."""


def make_field(
    row: Setting, text: str, settings: Settings, is_rare: bool = False, offer: tuple[str, str] = ("", "")
) -> FormField:
    """Return the field of a setting whose present text is given; `settings` are those for all podcasts."""
    label = LABELS.get(row.name) or row.name.replace("_", " ").capitalize()
    usual, unit = _usual(row, settings), UNITS.get(row.name, "")
    text = "" if text == usual else text
    allowed = "" if row.kind.choices or row.kind is TEXT else row.kind.allowed
    choices = row.kind.choices if row.kind.allowed.endswith(row.kind.choices[-1:]) else ()  # else numbers too
    if {*choices} != {"yes", "no"}:  # which are a switch
        choices = tuple(choice for choice in choices if choice != usual)  # which an empty field means
    check = row.parse
    return FormField(
        row.name,
        label,
        row.text,
        text,
        allowed,
        usual,
        unit,
        choices,
        check,
        is_rare=is_rare,
        offer=offer,
        step=0.0 if choices else STEPS.get(row.name, 1.0 if unit else 0.0),
    )


def _usual(row: Setting, settings: Settings) -> str:
    """Return what holds while a setting is empty: `as usual: every 60 minutes`."""
    unit = UNITS.get(row.name, "")
    section, dot, key = row.usual.partition(".")
    if not dot or not hasattr(settings, section):  # of a source of another package
        return f"{row.usual} {unit}" if row.usual.isdigit() else row.usual
    shown = row.kind.show(getattr(getattr(settings, section), key))
    with_unit = f"{shown} {unit}" if shown.isdigit() else shown
    return f"{USUAL}: every {with_unit}" if row.name == "refresh" and shown.isdigit() else f"{USUAL}: {with_unit}"


class SettingsScreen(FormDialog):
    """Shows the settings of a podcast or a list with their descriptions, and saves the edited ones."""

    def __init__(
        self,
        name: str,
        rows: Sequence[Setting],
        texts: Mapping[str, str],
        save: Callable[[dict[str, str]], object],
        settings: Settings,
        first: Sequence[str] = (),
        offers: Mapping[str, tuple[str, str]] = MappingProxyType({}),
    ) -> None:
        """Edit `texts`, one for each row; `save` is called with those that were changed, if any.

        If `first` names rows, only these, those with a value in `offers`, and those that were changed before are
        shown at once.
        """
        order = [row for row in rows if row.name in first or row.name in offers or texts[row.name]]
        order.sort(key=lambda row: first.index(row.name) if row.name in first else len(first))
        order = order if first else []
        rare = [row for row in rows if row not in order]
        fields = [make_field(row, texts[row.name], settings, False, offers.get(row.name, ("", ""))) for row in order]
        fields += [make_field(row, texts[row.name], settings, is_rare=bool(first)) for row in rare]
        if first:
            places = {each: group for group, names in GROUPS.items() for each in names}
            names = [*places, *texts]
            fields = [each._replace(group=places.get(each.name, "The podcast itself")) for each in fields]
            fields.sort(key=lambda field: names.index(field.name))
        super().__init__(name, fields)
        self._rows = {row.name: row for row in rows}
        self._texts, self._save = texts, save

    @classmethod
    def of_podcast(
        cls,
        service: PodcastSettingsService,
        settings: Settings,
        podcast: PodcastChoice,
        offers: Mapping[str, tuple[str, str]] = MappingProxyType({}),
    ) -> SettingsScreen:
        """Return the dialog for the settings of a podcast, a book or the course."""
        rows, first = podcast.rows, (*FIRST, *podcast.options) if "name" in podcast.rows else ()
        save = partial(service.configure, podcast.id)
        return cls(podcast.name, list(rows.values()), podcast.texts, save, settings, first, offers)

    def save(self, values: Mapping[str, str]) -> None:
        """Close, and save what was changed."""
        texts = {name: row.show(row.parse(values[name])) for name, row in self._rows.items()}
        changes = {name: text for name, text in texts.items() if text != self._texts[name]}
        self.dismiss()
        if changes:
            self._save(changes)


class PodcastsScreen(ChoiceDialog):
    """Asks for one of all podcasts; hidden ones are listed nowhere else."""

    def __init__(self, podcasts: Sequence[PodcastChoice], choose: Callable[[PodcastChoice], object]) -> None:
        names = [
            Content(f"{podcast.name} · hidden" if podcast.settings.hidden else podcast.name) for podcast in podcasts
        ]
        super().__init__("Settings of which podcast, book or text?", names, lambda number: choose(podcasts[number]))
