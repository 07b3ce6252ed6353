"""Asks, in lines, what an action needs to know."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from tui_pod.core.errors import UserError
from tui_pod.plain.dialogue import Dialogue
from tui_pod.plain.spoken import sentence
from tui_pod.services.caller import Kind
from tui_pod.wishes.asks import check_answer, open_asks
from tui_pod.wishes.wish import Subject


def ask_for(dialogue: Dialogue, ident: str, on: Subject, do: Callable[[Subject], object]) -> None:
    """Ask what an action needs to know, one question after the other; then call `do` with the answers."""
    ask = next(iter(open_asks(ident, on)), None)
    if ask is None:
        do(on)
        return
    question, choices = ask.question(on), ask.choices(on) if ask.choices is not None else ()

    def take(answer: str) -> None:
        try:
            check_answer(ask, on, answer)
        except UserError as error:
            dialogue.say(f"Error: {sentence(str(error))}")
        else:
            ask_for(dialogue, ident, on.answered(ask.name, answer), do)

    def take_text(answer: str) -> None:
        if answer.strip() or ask.takes_empty(on):
            take(answer)
        elif ask.leave:
            dialogue.say(ask.leave)

    if ask.kind is Kind.YES:
        dialogue.ask_yes(question, partial(take, "yes"))
    elif ask.kind is Kind.CHOICE:
        dialogue.say_all(f"{number}: {sentence(choice.shown)}" for number, choice in enumerate(choices, 1))
        dialogue.ask_number(question, len(choices), lambda row: take(choices[row].value), ask.leave)
    else:
        names = tuple(choice.value for choice in choices)
        dialogue.ask(question, take_text, is_secret=ask.kind is Kind.SECRET, choices=names)
