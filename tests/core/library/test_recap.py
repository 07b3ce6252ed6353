"""The story so far: who is named, in which order, and nothing from beyond the position."""

import re

import pytest

from tui_pod.core.library.recap import NO_CAPITALS, Story, tell_story
from tui_pod.core.library.transcript import Cue, Transcript

VOYAGE = """
The harbour was grey when Captain Anna Holm came down the steps with her brother Peter.
“You will miss the tide,” said Peter.
Mrs. Lund, who kept the inn, had packed bread for the crew and said that Mr. Lund would follow.
But Captain Holm only laughed, and Peter carried the bread.
Presently the wind turned, and the boat left Skagen behind.
The men sang while Anna looked at the map that old Mr. Lund had drawn.
It was evening when they saw the light of Skagen again, and nobody spoke.
“Bring the lamp, Peter,” said Anna, and the lamp was brought.
Peter held it high, and in its light they saw a stranger on the rocks.
“My name is Jonas,” said the stranger, “and I knew your father, Captain Holm.”
""".strip().split("\n")


def spoken(lines: list[str], seconds: float = 10.0) -> Transcript:
    """Return lines that are said one after another."""
    return Transcript(tuple(Cue(line, number * seconds, (number + 1) * seconds) for number, line in enumerate(lines)))


def names(story: Story) -> list[str]:
    return [met.name for met in story.met]


def test_names_are_told_with_the_sentence_that_introduced_them_and_their_place() -> None:
    story = tell_story(spoken(VOYAGE), 1000.0)
    assert names(story) == ["Anna", "Peter", "Jonas", "Skagen", "Mr. Lund", "Mrs. Lund"]
    peter = story.met[1]
    assert (peter.sentence, peter.start, peter.end, peter.times) == (VOYAGE[0], 0.0, 10.0, 5)
    assert [cue.text for cue in story.lead] == VOYAGE[-3:]


@pytest.mark.parametrize("position", [float(second) for second in range(0, 105, 5)])
def test_nothing_beyond_the_position_changes_the_story(position: float) -> None:
    whole = spoken(VOYAGE)
    heard = tuple(cue for cue in whole.cues if (cue.end or 0.0) <= position)
    beyond = tuple(
        Cue("The Anna Zed of Mr. Peter Zed said Zed.", cue.start, cue.end) for cue in whole.cues[len(heard) :]
    )
    story = tell_story(whole, position)
    assert story == tell_story(Transcript((*heard, *beyond)), position)
    assert all(met.end <= position for met in story.met)
    assert all((cue.end or 0.0) <= position for cue in story.lead)


def test_name_that_is_short_for_another_counts_for_it() -> None:
    lines = [
        "There was a man in the town whom everyone called Mr. Arthur Grey, and he kept to himself.",
        "The dog of Mr. Grey barked when Arthur came home, and the neighbours looked up to see Arthur Grey.",
        "It was late, and old Grey said that Mrs. Grey was asleep, so that nobody made a sound in the house.",
        "The clock on the stairs struck one, and then two, and then it stood still for the rest of that night.",
    ]
    story = tell_story(spoken(lines), 100.0)
    assert [(met.name, met.times) for met in story.met] == [("Mr. Arthur Grey", 5), ("Mrs. Grey", 1)]


@pytest.mark.parametrize(
    ("text", "why"),
    [
        (
            "Der alte Fischer kam mit seinem Boot in den Hafen der Stadt, und die Kinder liefen über den Deich. Dann "
            "nahm die Mutter das Brot aus dem Ofen, und der Wind trieb die Wolken über das Meer und das weite Land. "
            "Danach sah der Mann unter der Brücke die Lichter in den Häusern, und in der Stadt läuteten die Glocken. "
            "Er hatte einen Brief in der Tasche und dachte an die Frau, die ihm an einem Abend im Sommer schrieb.",
            NO_CAPITALS,
        ),
        (" ".join(VOYAGE).lower(), NO_CAPITALS),
        (" ".join(VOYAGE).upper(), NO_CAPITALS),
        (" ".join(VOYAGE[:2]), "too little of it was heard"),
        (re.sub(r"(?<=[\w,] )[A-Z]\w+", "someone", " ".join(VOYAGE)), "nobody and nothing was named"),
    ],
    ids=["German", "no capitals", "capitals only", "little", "no names"],
)
def test_story_that_cannot_be_told_says_why(text: str, why: str) -> None:
    story = tell_story(spoken(re.split(r"(?<=[.!?”]) ", text)), 1000.0)
    assert (names(story), story.fault) == ([], why)


def test_transcript_without_times_or_words_cannot_be_told() -> None:
    assert "no times" in tell_story(Transcript((Cue("Anna came."),)), 10.0).fault
    assert tell_story(Transcript(), 10.0).fault == "it has no transcript"
    assert tell_story(Transcript(fault="it is no text"), 10.0).fault == "it is no text"


def test_heading_introduces_nobody() -> None:
    story = tell_story(spoken(["The Return Of Peter Holm", "Peter", *VOYAGE]), 1000.0)
    peter = next(met for met in story.met if met.name == "Peter")
    assert (peter.sentence, peter.times) == (VOYAGE[0], 6)
