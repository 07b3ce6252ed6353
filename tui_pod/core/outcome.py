"""What a command of the listener did: a notice on the screen, a line in plain lines, the answer to `tui-pod do`."""

from __future__ import annotations

from typing import NamedTuple

from tui_pod.core.actions import key_of


class Outcome(NamedTuple):
    """What was done, or why nothing was."""

    text: str = ""
    """Says so, such as `3 episodes marked played`; empty if what plays, or the screen, says it anyway."""
    is_done: bool = True
    """False if nothing was done."""
    can_undo: bool = False
    """Whether undo takes it back."""
    is_told: bool = False
    """Whether whoever did it tells the listener itself, so that the text is only for `tui-pod do`."""
    status: int = 0
    """Exit status of a command: 1 if only a part was done."""

    @property
    def notice(self) -> str:
        """The text as a sentence, and the key that takes it back if there is one; empty if it is told."""
        if self.is_told:
            return ""
        return f"{self.text}. Press {key_of('undo')} to undo." if self.can_undo else self.sentence

    @property
    def sentence(self) -> str:
        """The text with a full stop, for a voice and for a line of its own; empty if there is none."""
        return self.text if self.text.endswith((".", "!", "?", "…")) or not self.text else f"{self.text}."


DONE = Outcome()
"""What was done needs no words."""


def refused(why: str) -> Outcome:
    """Return that nothing was done, and why."""
    return Outcome(why, is_done=False)


def changed(label: str) -> Outcome:
    """Return that something was changed that undo takes back."""
    return Outcome(label, can_undo=True)
