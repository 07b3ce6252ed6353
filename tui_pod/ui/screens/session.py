"""The dialogs that plan a session, sum it up, and set the sleep timer."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from functools import partial
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.widgets import Input, Static

from tui_pod.core.actions import BY_ID, key_of
from tui_pod.core.playback.controller import PlaybackController
from tui_pod.core.playback.sleep_timer import SleepTimer, SleepUnit
from tui_pod.core.selection.list_query import ListQuery, Sort
from tui_pod.core.selection.session_planner import (
    ORDERS,
    Plan,
    Summary,
    make_request,
    order_name,
    parse_budget,
    why_these,
)
from tui_pod.core.text.clean import counted, length, span
from tui_pod.core.wall_time import local_time
from tui_pod.services.episode_list import EpisodeListModel
from tui_pod.services.services import Services
from tui_pod.ui.screens.dialog import ChoiceDialog, Dialog, DialogBody, InputDialog

BUDGETS = ("5m", "15m", "30m", "45m", "60m")
"""Session lengths that the arrow keys offer."""

SHOWN = 12
"""How many planned episodes are listed; the rest are counted."""


ORIGIN = 24
"""Cells of the column that says where episodes are from, at most."""


class PlanScreen(InputDialog):
    """Plans a session: shows which episodes fit, and when it would end."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("up", "step(-1)"),
        Binding("down", "step(1)"),
        Binding("ctrl+t", "topic"),
        Binding("ctrl+o", "order"),
        Binding("ctrl+s", "started"),
        Binding("ctrl+r", "recall"),
        Binding("ctrl+x", "end_session", priority=True, id="session.end"),  # the field would cut text
    ]

    def __init__(self, services: Services, model: EpisodeListModel) -> None:
        """Plan a session of what is shown, or of the topic that was shown last."""
        super().__init__()
        self._orders = services.first.orders
        self._controller = controller = services.controller
        self._recall = services.recall
        self._asking = services.recall.before_sessions
        self._end_key = services.first.with_keys(key_of("session.end"))
        self._model = model
        self._topic = topic = model.planned_from
        self._library = controller.library
        self._request = model.request(0.0, topic)  # the field has the time
        self._plan: Plan | None = None

    def compose(self) -> ComposeResult:
        """Show the time, the choices and the plan."""
        with DialogBody("How long have you got?", "enter Start"):
            yield Input("15m", placeholder="15m, 1h30m or an end time such as 18:42", id="budget")
            yield Static(id="choices")
            yield Static(id="plan")

    def on_mount(self) -> None:
        """Show the first plan."""
        self._show()

    @on(Input.Submitted)
    def _on_start(self) -> None:
        if self._library is not self._controller.library:
            self._show()  # the plan is of an older library
        if self._plan is not None and self._plan.indexes:
            self.dismiss()
            self._recall.start_session(self._request, self._asking)

    def action_step(self, by: int) -> None:
        """Offer the next (1) or previous (-1) usual length."""
        field = self.query_one("#budget", Input)
        index = BUDGETS.index(field.value) + by if field.value in BUDGETS else 1
        field.value = BUDGETS[index % len(BUDGETS)]
        field.cursor_position = len(field.value)

    def action_topic(self) -> None:
        """Choose between the open topic and all topics."""
        topic = 0 if self._request.topic else self._topic
        self._request = make_request(self._library, self._orders, self._request.budget, topic)
        self._show()

    def action_order(self) -> None:
        """Switch to the next order; a smart list has its own."""
        if self._request.topic < 0:
            return
        orders = list(ORDERS)
        order = orders[(orders.index(self._request.order) + 1) % len(orders)]
        seed = self._orders.seed(self._library, self._request.topic) if order is Sort.SHUFFLE else 0
        self._request = replace(self._request, order=order, seed=seed)
        self._orders.choose_for_sessions(self._library, ListQuery(self._request.topic, sort=order, seed=seed))
        self._controller.remember("ui", "sorts", self._orders.texts)
        self._show()

    def action_started(self) -> None:
        """Include or exclude started episodes."""
        self._request = replace(self._request, has_started=not self._request.has_started)
        self._show()

    def action_recall(self) -> None:
        """Choose how what is due is asked before the session."""
        self._asking = self._asking.following
        self._show()

    async def action_end_session(self) -> None:
        """End the current session."""
        if self._controller.session is not None:
            self.dismiss()
            await self.run_action(BY_ID["session.end"].action)

    @on(Input.Changed)
    def _show(self) -> None:
        controller = self._controller
        former, self._library = self._library, controller.library
        if former is not self._library:  # it was replaced in the meantime
            found = partial(former.topics.found_in, self._library.topics)
            self._topic = found(self._topic)
            self._request = replace(self._request, topic=found(self._request.topic))
        fault = ""
        try:
            budget = parse_budget(self.query_one("#budget", Input).value, controller.now())
            self._request = replace(self._request, budget=budget)
        except ValueError as error:
            fault = str(error)
        choices = (
            ("ctrl+t", "from", self._model.name(self._request.topic)),
            ("ctrl+o", "order", order_name(self._library, self._request)),
            ("ctrl+s", "started episodes", "first" if self._request.has_started else "left out"),
            *([("ctrl+r", "recall first", str(self._asking))] if self._recall.due_before(self._request) else []),
            *([(self._end_key, "end", "the current session")] if controller.session is not None else []),
        )
        lines = [Content.assemble((f"{key:<8}", "bold"), f"{name}: ", (value, "bold")) for key, name, value in choices]
        if not self.has_class("-small"):
            lines.append(Content.styled(why_these(self._library, self._request), "$text-muted"))
        self.query_one("#choices", Static).update(Content("\n").join([*lines, Content("")]))
        plan = self.query_one("#plan", Static)
        height = (self.app.size.height - 1) * (100 if self.has_class("-small") else 92) // 100  # of the dialog, at most
        room = height - self.query_one(DialogBody).gutter.height - len(lines) - 5  # the keys of a field do not scroll
        self._plan = None if fault else controller.sessions.plan(self._request)
        plan.update(Content(fault) if self._plan is None else self._planned(self._plan, max(1, min(SHOWN, room))))
        has_rows = self._plan is not None and self._plan.indexes
        self.query_one(DialogBody).keys = "enter Start" if has_rows else ""
        plan.styles.text_wrap = "nowrap" if has_rows else "wrap"  # titles may be cut, errors may not

    def _planned(self, plan: Plan, rows: int) -> Content:
        controller, budget, speed_rule = self._controller, self._request.budget, self._controller.mixer.speed_rule
        if not plan.indexes:
            return Content(f"Nothing left in {self._model.name(self._request.topic)} fits into {span(budget)}.")
        end = local_time(controller.now() + timedelta(seconds=plan.total))
        head = f"{counted(len(plan.indexes))}, {span(plan.total)}, until {end:%H:%M}"
        if (speed := controller.playback.speed) != 1.0:
            head += f", at {speed:g}×"
        lines = [Content(head).stylize("bold")]
        origins = [Content(f"{origin}  " * bool(origin)).stylize("$text-muted") for origin in plan.origins]
        width = min(ORIGIN, max(origin.cell_length for origin in origins))
        for index, origin in list(zip(plan.indexes, origins, strict=True))[:rows]:
            time = length(controller.progress_index.remaining(index) / speed_rule(index))
            origin = origin.truncate(width, ellipsis=True, pad=True)
            lines.append(Content.assemble(f"{time:>7}  ", origin, controller.library.titles[index]))
        if len(plan.indexes) > rows:
            lines.append(Content(f"         and {len(plan.indexes) - rows} more"))
        return Content("\n").join(lines)


class SummaryScreen(Dialog):
    """Sums up a session, and offers to continue."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("enter", "go_on")]

    def __init__(self, controller: PlaybackController, summary: Summary) -> None:
        super().__init__()
        self._controller = controller
        self._summary = summary

    def compose(self) -> ComposeResult:
        """Show the numbers."""
        with DialogBody("Session over", "enter Go on" if self._summary.next else ""):
            yield Static(self._content())

    def _content(self) -> Content:
        summary, library = self._summary, self._controller.library
        heard = f"{span(summary.heard)} heard"
        if abs(summary.heard - summary.used) >= 30:
            heard += f" in {span(summary.used)}"
        count = f"{counted(summary.finished)} finished"
        lines = [Content(f"{count}, {heard}").stylize("bold"), Content("")]
        lines += [Content(f"{played:>4} of {count:<4} {name}") for name, played, count in summary.topics]
        index = library.index(summary.next) if summary.next else None
        if index is not None:
            lines += [Content(""), Content(f"Next: {library.titles[index]}")]
        return Content("\n").join(lines)

    def action_go_on(self) -> None:
        """Continue playing."""
        self.dismiss()
        self._controller.go_on()


_OFF: tuple[str, SleepTimer | None] = ("Off", None)

_TYPED: tuple[str, SleepTimer | None] = ("Other minutes, or a time of day …", None)

_CHAPTER = ("End of this chapter", SleepTimer(1, SleepUnit.CHAPTER))
_PART = ("End of this part of the book", SleepTimer(1, SleepUnit.PART))

_TIMERS: tuple[tuple[str, SleepTimer | None], ...] = (
    ("5 minutes", SleepTimer(300.0)),
    ("15 minutes", SleepTimer(900.0)),
    ("30 minutes", SleepTimer(1800.0)),
    ("45 minutes", SleepTimer(2700.0)),
    ("60 minutes", SleepTimer(3600.0)),
    _TYPED,
    ("End of this episode", SleepTimer(1, SleepUnit.EPISODE)),
    ("End of the next episode", SleepTimer(2, SleepUnit.EPISODE)),
    ("After 3 episodes", SleepTimer(3, SleepUnit.EPISODE)),
    ("After 5 episodes", SleepTimer(5, SleepUnit.EPISODE)),
    _OFF,
)


class SleepScreen(ChoiceDialog):
    """Sets the sleep timer."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("z", BY_ID["sleep.timer"].action, id="sleep.timer")]

    def __init__(self, controller: PlaybackController, key: str) -> None:
        self._controller = controller
        title, keys, self._choices = "Sleep timer", "enter Set", _TIMERS
        chapters, episode = controller.playback.chapters, controller.library.find(controller.playback.episode)
        ends = [_CHAPTER] if chapters else []
        if episode is not None and 1 < len(episode.parts) < len(chapters):
            ends.append(_PART)
        self._choices = (*_TIMERS[:6], *ends, *_TIMERS[6:])
        if (timer := controller.sleep) is not None:
            title, keys = f"Sleep timer: {timer}", f"enter Set · {key} again: {timer.more}"
            self._choices = ((timer.more, timer.extended()), _OFF, *self._choices[:-1])
        super().__init__(title, [name for name, _ in self._choices], self._set, keys=keys)

    def _set(self, number: int) -> None:
        (name, chosen), running = self._choices[number], self._controller.sleep
        if running is not None and number == 0:
            chosen = running.extended()  # from the time left now
        if name == _TYPED[0]:
            self._tui.main_screen.ask("sleep.timer")
        else:
            self._controller.set_sleep(chosen)

    def extend(self) -> None:
        """Extend a running timer."""
        if self._controller.sleep is not None:
            self.dismiss()
            self._controller.set_sleep(self._controller.sleep.extended())
