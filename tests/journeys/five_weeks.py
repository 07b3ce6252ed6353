"""Five weeks lived in seconds: the program without its screen, over a player and a clock as fast as the machine.

Files, state, shelf, sources, services and the core are the real ones. What was listened to, where the listener is and
what is due are noted in a ledger, from what the player did alone, and compared after each day. All chance comes from a
seed, and a day that fails names both.
"""

from __future__ import annotations

import random
from collections import Counter, defaultdict
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from tests.fakes import (
    FakeClock,
    FakeExcerpts,
    FakePlayer,
    FakeReader,
    FakeSources,
    FakeVoice,
    FakeWriter,
    make_context,
)
from tests.journeys.publishers import BEFORE, RHYTHMS, Publishers
from tests.present import present
from tests.services.podcasts.rig import ServiceRig
from tests.sources.folders.sounds import make_long_mp3
from tests.sources.server import Site
from tests.world import ZONES
from tui_pod.config.paths import embedded_catalog
from tui_pod.config.settings import Config, RecallSettings, Settings
from tui_pod.core.library.episode import Episode
from tui_pod.core.library.library import build_library
from tui_pod.core.playback.controller import PlaybackController
from tui_pod.core.player.events import SourceReady
from tui_pod.core.player.ports import Ports
from tui_pod.core.player.snapshot import PlayerStatus, Source
from tui_pod.core.progress.bookmarks import BookmarkKey
from tui_pod.core.progress.cards import OF_EPISODE, Card
from tui_pod.core.progress.progress import REWINDS, PlayedRule
from tui_pod.core.progress.records import Record
from tui_pod.core.progress.statistics import compute_statistics
from tui_pod.core.selection.session_planner import OVER, SessionRequest
from tui_pod.integrations.broadcast import Broadcast
from tui_pod.library.cache import Loaded, load_library
from tui_pod.net.file_address import to_address
from tui_pod.recall.questions import Rating
from tui_pod.services import first_screen
from tui_pod.services.recall import RecallService
from tui_pod.shelf.match import episode_id
from tui_pod.state.store import StateFile

BERLIN, NEW_YORK, TOKYO = ZONES["Europe/Berlin"], ZONES["America/New_York"], "JST-9"

WEEKS = (
    (BERLIN, date(2040, 10, 22)), (NEW_YORK, date(2040, 10, 29)), (TOKYO, date(2040, 12, 27)),
    (NEW_YORK, date(2041, 3, 6)), (BERLIN, date(2041, 3, 26)),
)  # fmt: skip
"""Where each week is lived, and its first day: summer time ends and begins in both zones, and a year ends."""

LENGTH, PART, STEP = 300.0, 60, 2.0
"""Seconds of a recording, of a part of a book, and of a step of the clock while something plays."""

MOST_BACK = max(seconds for _, seconds in REWINDS)
"""Most seconds that a resume goes back."""

PARTS, GROWING = 8, "Growing"

KILLED = 0.25
"""Share of the sittings that are killed."""

LOST = 6.0
"""Seconds of the listener's time that a kill may lose: 5 s, and one that passes at once here."""

PUSHED_OUT = 3
"""How many recordings may be fetched again: newer ones push out an unplayed one, which is kept again once they are
played."""


def _offset(day: date) -> timedelta | None:
    """Return how far local time is ahead of UTC at noon."""
    return datetime(day.year, day.month, day.day, 12).astimezone().utcoffset()


class Killed(Exception):
    """The program was killed."""


@dataclass
class Ledger:
    """What the listener did, as they would tell it."""

    left: dict[str, float] = field(default_factory=dict)
    """Where each episode was left, in seconds."""
    ended: set[str] = field(default_factory=set)
    """Episodes that were heard to their end."""
    heard: dict[date, float] = field(default_factory=lambda: defaultdict(float))
    """Seconds of episodes, by the day on the listener's wall."""
    slack: dict[date, float] = field(default_factory=lambda: defaultdict(float))
    """By how much these may differ: kills lose something, and an end comes within a second."""
    due: dict[BookmarkKey, datetime] = field(default_factory=dict)
    """When each question is asked again."""
    answers: Counter[date] = field(default_factory=Counter)
    queued: list[str] = field(default_factory=list)
    """What was queued and has not begun."""
    reopened: set[str] = field(default_factory=set)
    """Books that had ended when a chapter arrived, and have not been listened to since."""
    lengths: dict[str, float] = field(default_factory=dict)
    seen: set[str] = field(default_factory=set)
    """New episodes whose rows were drawn."""
    speeds: dict[str, float] = field(default_factory=dict)
    books: dict[str, str] = field(default_factory=dict)
    """The id of each book, by its title."""


class Journal(FakeWriter):
    """Saves records at once, as the writer's thread does a moment later."""

    def __init__(self, file: StateFile) -> None:
        super().__init__()
        self._file = file

    def save(self, *records: Record) -> int:
        self._file.append(records)
        return super().save(*records)

    def compact(self) -> None:
        self._file.compact()


class Sounds(FakeSources):
    """A recording for every episode; knows of which episode each is, and where in it."""

    def __init__(self, player: FakePlayer, find: Callable[[str], Episode | None], lengths: dict[str, float]) -> None:
        super().__init__()
        self._player, self._find, self._lengths = player, find, lengths
        self.of: dict[str, tuple[str, float]] = {}

    def request(self, episode: Episode, load: int, position: float = 0.0) -> None:
        location, whole = episode.audio or f"/{episode.id}.opus", self._find(episode.id) or episode
        part = next((part for part in whole.parts if part.audio == location), None)
        self.of[location] = episode.id, part.start if part is not None else 0.0
        self._lengths[episode.id] = whole.parts[-1].end if whole.parts else episode.duration or LENGTH
        length = part.duration if part is not None else episode.duration or LENGTH
        self._player.durations[location] = length
        self.emit(SourceReady(load, Source(location, duration=length)))


class Sitting(ServiceRig):
    """The program from its start to its end; `lives` is after how many seconds of listening it is killed."""

    catalogs = (embedded_catalog(),)

    def __init__(self, life: Life, lives: float) -> None:
        self._life, self._lives, self.ledger = life, lives, life.ledger
        super().__init__(life.folder, policy=life.site.policy)
        settings = Settings(recall=RecallSettings(enabled=True))
        context = make_context(self.controller, self.driver, settings, self.podcasts)
        self.recall = RecallService(context, FakeReader(), FakeExcerpts(), FakeVoice())
        self.service.start(is_refreshing=False)

    def _make_controller(self, loaded: Loaded, broadcast: Broadcast) -> PlaybackController:
        life, state = self._life, self._life.file.load()
        assert not state.notices, state.notices
        first = first_screen.make_first_screen(Config(), loaded, state)
        self.player, writer = FakePlayer(life.clock), Journal(life.file)
        self._sounds = Sounds(self.player, lambda ident: self.controller.library.find(ident), life.ledger.lengths)
        ports = Ports(self.player, self._sounds, writer, broadcast, life.clock, f"{life.starts}")
        controller = PlaybackController(
            first.library, first.progress_index, ports, None, first.queue, first.playback, first.notebook,
            first.orders, first.usual_speed, first.session, first.saved_list,
        )  # fmt: skip
        for part in (self.player, self._sounds, writer):
            part.emit = controller.handle
        return controller

    async def _read(self, size: int) -> Loaded:
        return load_library(self.catalogs, self.cache, self.data)

    async def end(self, is_killed: bool) -> None:
        """Quit, or go away without a word."""
        if not is_killed:
            self.controller.end()
            self._life.file.compact()
        await self.service.close()
        self.podcasts.store.db.close()

    def id_of(self, title: str) -> str:
        """Return the id of the only episode of a title."""
        library = self.controller.library
        (index,) = (index for index, found in enumerate(library.titles) if found == title)
        return library.ids[index]

    @property
    def is_playing(self) -> bool:
        """Whether there is a sound."""
        return self.controller.playback.status is PlayerStatus.PLAYING

    def begin(self, episode: str) -> None:
        """Play an episode, which goes on where it was left, at its speed."""
        self.controller.play(episode)
        at, left = self._place(), self.ledger.left.get(episode, 0.0)
        assert at is not None, f"{episode} does not play: {self.driver.said}"
        assert at[0] == episode, f"{at[0]} plays, not {episode}"
        assert max(0.0, left - MOST_BACK) - 1 <= at[1] <= left + 1, f"{episode} goes on at {at[1]}, not {left}"
        assert self.player.speed == self.ledger.speeds.get(episode, 1.0), f"{episode} plays at {self.player.speed}"

    def listen(self, seconds: float) -> list[str]:
        """Listen for so long, while anything plays; return what ended."""
        ended: list[str] = []
        for _ in range(int(seconds / STEP)):
            if self.controller.is_paused or (at := self._place()) is None:
                break
            if self._lives <= 0:
                raise Killed
            self._lives -= STEP
            ended += self._step(*at)
        return ended

    def _step(self, episode: str, position: float) -> list[str]:
        ledger, day, speed = self.ledger, self._life.today, self.player.speed
        rest = (self.player.duration or 0.0) - self.player.now
        ledger.queued = [ident for ident in ledger.queued if ident != episode]
        self.player.play(STEP, STEP)
        ledger.heard[day] += min(STEP * speed, rest)
        after = self._place()
        if after is not None and after[0] == episode:
            ledger.left[episode] = after[1]
            ledger.reopened.discard(episode)
            ledger.ended.discard(episode)
            return []
        length = ledger.lengths[episode]
        assert position + STEP * speed >= length - 1, f"{episode} ended at {position} of {length}"
        ledger.left.pop(episode, None)
        ledger.ended.add(episode)
        ledger.slack[day] += 1
        return [episode]

    def ask(self, cards: list[Card]) -> None:
        """Answer questions, more or less well."""
        for card in cards:
            is_review = card.due <= self._life.clock.now
            self.recall.answer(card, self._life.chance.choice(list(Rating)))
            answered = present(self.controller.bookmarks.cards.get(card.key))
            assert answered.due - self._life.clock.now >= timedelta(days=1 if is_review else 0)
            self.ledger.due[card.key] = answered.due
            self.ledger.answers[self._life.today] += is_review

    def due(self) -> list[Card]:
        """Return the questions that are due: those of the ledger, as many as a day has."""
        ledger, found = self.ledger, self.recall.due()
        waiting = sorted((due, key) for key, due in ledger.due.items() if due <= self._life.clock.now)
        most = max(0, RecallSettings().per_day - ledger.answers[self._life.today])
        asked = [(card.due, card.key) for card in found]
        assert asked == waiting[:most], f"{asked} are asked, not {waiting[:most]}"
        return found

    def _place(self) -> tuple[str, float] | None:
        """Return what the player plays and where in it; None if it plays nothing."""
        source = self.player.source
        if source is None:
            return None
        episode, start = self._sounds.of[source.location]
        return episode, start + self.player.now


class Life:
    """A listener, their folders and podcasts, and a day after the other."""

    def __init__(self, folder: Path, site: Site, seed: int, set_zone: Callable[[str], None]) -> None:
        self.site, self.folder, self._shelf = site, folder, folder / "Shelf"
        self.clock, self.ledger, self._seed, self._set_zone = FakeClock(), Ledger(), seed, set_zone
        self.chance = random.Random(seed)
        self.file = StateFile(folder / "state.toml", self.clock)
        self.starts = self._day = 0
        first = WEEKS[0][1]
        self.clock.now = datetime(first.year, first.month, first.day, tzinfo=UTC)
        self._publishers = Publishers(site, self.clock.now)
        self._lived: list[int] = []  # numbers of the days

    @property
    def today(self) -> date:
        """The day on the listener's wall."""
        return datetime.fromtimestamp(self.clock.now.timestamp()).date()  # noqa: DTZ006 - by the C library alone

    async def live(self) -> None:
        """Live the five weeks. Raises AssertionError with seed and day if something is not as it was left."""
        for zone, first in WEEKS:
            self._set_zone(zone)
            for day in (first + timedelta(days=number) for number in range(7)):
                try:
                    await self._live(day)
                except Exception as error:
                    raise AssertionError(f"SEED={self._seed}: {day} in {zone}: {error!r}") from error

    async def _live(self, day: date) -> None:
        self._day = (day - WEEKS[0][1]).days
        self._lived.append(self._day)
        self._publishers.publish(self._day)
        self._grow()
        self._go_to(day, 7, 30)
        await self._sit(self._morning)
        self._go_to(day, 19, 0)
        await self._sit(self._evening)
        night = day + timedelta(days=1)
        changes = _offset(day) != _offset(night)
        self._go_to(*((night, 1, 58) if changes else (day, 23, 58)))
        await self._sit(self._night)
        self._compare_days()

    def _go_to(self, day: date, hour: int, minute: int) -> None:
        then = datetime(day.year, day.month, day.day, hour, minute).astimezone(UTC)
        assert then >= self.clock.now
        self.clock.now = then

    def _grow(self) -> None:
        """Put a chapter, now and then a talk or a book into the folder, and let a tagger rename a book."""
        number = self._day // 6
        chapter, books, ledger = len(self._lived), self._shelf / GROWING, self.ledger
        make_long_mp3(books / f"{chapter:02}.mp3", PART, f"{chapter}", f"Chapter {chapter}", f"{chapter}", TALB=GROWING)
        book = ledger.books.get(GROWING, "")
        ledger.seen.discard(book)  # its new part is new
        if book in ledger.ended:  # it goes on where it ended
            ledger.ended.remove(book)
            ledger.left[book] = ledger.lengths[book]
            ledger.reopened.add(book)
        if self._day % 3 == 0:
            make_long_mp3(self._shelf / "Talks" / f"Talk {self._day // 3:03}.mp3", 30)
        if self._day % 6 == 0:
            for part in range(1, PARTS + 1):
                name, title = self._shelf / f"Book {number}" / f"{part}.mp3", f"Chapter {part}"
                make_long_mp3(name, PART, f"{number} {part}", title, f"{part}", TALB=f"Book {number}")
        if self._day % 6 == 3 and (former := self._shelf / f"Book {number}").exists():
            former.rename(self._shelf / f"Author - Book {number} (1815)")

    async def _sit(self, does: Callable[[Sitting], Awaitable[None]]) -> None:
        self.starts += 1
        is_killed = self.chance.random() < KILLED
        sitting = Sitting(self, self.chance.randrange(600) if is_killed else float("inf"))
        try:
            await does(sitting)
            is_killed = False
        except Killed:
            self.ledger.slack[self.today] += LOST * 2
        await sitting.end(is_killed)
        self._compare_state(LOST if is_killed else 0.0)

    async def _morning(self, sitting: Sitting) -> None:
        """Hear the news, and queue something; the first morning subscribes."""
        controller, feeds = sitting.controller, sitting.service
        if not controller.library.has_podcasts:
            for source in (*(self.site.url(f"/{name}") for name in RHYTHMS), str(self._shelf)):
                await feeds.subscribe(source)
            feeds.settings.configure(to_address(str(self._shelf)), {"sleep": "3m"})
            for name, keep in (("daily", "3"), ("tokens", "2"), ("careless", "2")):
                feeds.settings.configure(self.site.url(f"/{name}"), {"keep": keep, "delete_played": "now"})
        feeds.refresher.refresh()
        await sitting.done()
        fetched = Counter(path.partition("?")[0] for path in self.site.paths() if path.endswith(".wav"))
        again = fetched.total() - len(fetched)
        assert again <= PUSHED_OUT, f"fetched more than once: {fetched.most_common(PUSHED_OUT + 1)}"
        self._compare_library(controller)
        new = sorted(controller.progress_index.new)
        self.ledger.seen |= (dismissed := {new[0], new[-1]} if new else set())
        controller.editor.dismiss(sorted(dismissed), is_new=True)
        sitting.begin(self.episode("daily", self._day))
        sitting.listen(self.chance.randrange(30, 400))
        chosen = self.chance.choice(controller.library.ids[-100:])
        if chosen not in {*self.ledger.left, *self.ledger.ended, *controller.queue.upcoming}:
            controller.queue_last([chosen])
            self.ledger.queued.append(chosen)
        sitting.listen(60)

    async def _evening(self, sitting: Sitting) -> None:
        """Hear some of the course with its questions, and a session, before which others are asked."""
        controller, ledger, recall = sitting.controller, self.ledger, sitting.recall
        library = controller.library
        course = library.ids[: library.first_of_podcasts]
        sitting.begin(next(ident for ident in course if ident not in ledger.ended))
        heard = sitting.listen(self.chance.randrange(200, 300))
        for ident in heard:
            recall.offer(ident)
        sitting.ask([card for card, _ in sitting.driver.offered])
        playing = library.index(controller.playback.episode)
        if playing is not None and library.feed_of(playing) is not None:
            assert not sitting.driver.offered, "a question interrupts a podcast"
            for ident in heard:  # they wait until questions are asked
                if (card := controller.bookmarks.cards.get(BookmarkKey(ident, OF_EPISODE))) is not None:
                    ledger.due.setdefault(card.key, card.due)
        due, request = sitting.due(), SessionRequest(300.0)
        recall.start_session(request)
        if sitting.driver.asked is not None:
            cards, go_on = sitting.driver.asked
            assert cards == due[: len(cards)]
            assert not sitting.is_playing, "the sound runs on under the questions"
            for card in cards:
                self.clock.go(self.chance.randrange(60))
                sitting.ask([card])
            go_on()
        session = present(controller.session)
        assert ledger.ended.isdisjoint(session.episodes), "a session has what was heard to its end"
        assert controller.sessions.times.total(session.episodes) <= request.budget * OVER
        sitting.listen(request.budget + 60)
        assert controller.session is None, "the session does not end"
        sitting.ask(sitting.due())

    async def _night(self, sitting: Sitting) -> None:
        """Hear a book until the sleep timer pauses it, which the settings of the shelf set."""
        titles = [f"Book {day // 6}" for day in self._lived if day % 6 == 0]
        titles += [GROWING] * (len(self._lived) > 2)  # before, it may be talks
        books = {title: sitting.id_of(title) for title in titles}
        assert all(self.ledger.books.setdefault(title, ident) == ident for title, ident in books.items()), books
        unheard = [ident for ident in books.values() if ident not in self.ledger.ended]
        book = self.chance.choice(unheard or [*books.values()])
        sitting.begin(book)
        if book not in self.ledger.speeds and self.chance.random() < 0.5:
            sitting.controller.mixer.set_speed(1.2)
            self.ledger.speeds[book] = 1.2
        sitting.listen(300)
        assert not sitting.is_playing, "the sleep timer did not pause"

    def episode(self, name: str, day: int) -> str:
        """Return the id of an episode of a podcast."""
        return episode_id(self.site.url(f"/{name}"), f"{name}-{day}")

    def _compare_library(self, controller: PlaybackController) -> None:
        library, ledger, day = controller.library, self.ledger, self._day
        new, known = controller.progress_index.new, {*ledger.left, *ledger.ended, *controller.queue.upcoming}
        assert new.isdisjoint(ledger.seen), f"{new & ledger.seen} were seen and are new"
        counts = {"Talks": sum(n % 3 == 0 for n in self._lived)}
        for name, (is_published, fresh) in RHYTHMS.items():
            came = {self.episode(name, n) for n in range(max(1, day - fresh + 1), day + 1) if is_published(n)}
            if name != "nameless":
                assert came <= {*library.ids}, f"{name} lacks episodes"
                assert came <= new | known | ledger.seen, f"{came - new - known - ledger.seen} of {name} are not new"
            if name != "careless":  # which lists some twice
                counts[name.title()] = sum(map(is_published, range(-BEFORE, day + 1)))
        found = {name: len(library.topics.members[library.topics.find(name) or 0]) for name in counts}
        assert found == counts, f"{found} episodes, not {counts}"

    def _compare_state(self, lost: float) -> None:
        """Compare what is saved; a kill loses some seconds of the listener's time."""
        ledger, state, rule = self.ledger, self.file.load(), PlayedRule()
        assert not state.notices, state.notices
        for ident, left in [*ledger.left.items()]:
            progress, speed = state.progress.get(ident), ledger.speeds.get(ident, 1.0)
            if ident in ledger.reopened:
                continue
            if progress is not None and progress.played:
                assert left >= rule.starts_at(ledger.lengths[ident]) - 1, f"{ident} is played, left at {left}"
                del ledger.left[ident]
                ledger.ended.add(ident)
                continue
            position = progress.position if progress is not None else 0.0
            least = -MOST_BACK if lost else -1.5  # killed right after a resume, which went back
            assert least <= left - position <= 1.5 + lost * speed, f"{ident} was left at {left}, not {position}"
            ledger.left[ident] = position
        unplayed = [ident for ident in ledger.ended if not state.progress[ident].played]
        assert not unplayed, f"{unplayed} were heard to the end"
        begun = {ident for ident, progress in state.progress.items() if progress.position or progress.played}
        assert begun <= ledger.left.keys() | ledger.ended, "something was played that nobody heard"
        due = {card.key: card.due for card in state.notebook.cards if not card.is_removed}
        assert due == ledger.due, f"{due} are due, not {ledger.due}"
        queued = [ident for ident in state.strings("queue", "entries") if ident in ledger.queued]
        assert queued == ledger.queued, f"{queued} are queued, not {ledger.queued}"

    def _compare_days(self) -> None:
        """Compare the statistics of each day."""
        days = compute_statistics(self.file.heard_records(), build_library([], [])).days
        for day in days.keys() | self.ledger.heard.keys():
            saved, heard = days.get(day, 0.0), self.ledger.heard[day]
            assert abs(saved - heard) <= 3 + self.ledger.slack[day], f"{saved} s were heard on {day}, not {heard}"
