"""Everyday questions find the episodes that answer them."""

from __future__ import annotations

from pathlib import Path

from tests.app_driver import embedded_library
from tui_pod.search.fill import fill
from tui_pod.search.lookup import look_up
from tui_pod.search.query import parse_query
from tui_pod.search.sources import WordSources
from tui_pod.search.store import IndexFile

COURSE = {
    "why do chatbots sometimes invent facts that are wrong": {"hallucination", "why-hallucinations-happen",
                                                              "hallucination-types", "hallucination-mitigation"},
    "can i train a big model on my gaming graphics card": {"qlora", "lora", "peft-methods"},
    "how much text can it remember at once": {"context-window"},
    "how are pictures made from noise": {"diffusion-process", "noise-schedules", "latent-diffusion"},
    "how do you stop a model from saying harmful things": {"what-is-alignment", "overrefusal", "constitutional-ai",
                                                           "rlhf"},
    "why does it refuse harmless questions": {"overrefusal"},
    "how do i get valid json back": {"structured-decoding", "structured-output-prompting"},
    "does a model forget what it knew when it learns something new": {"catastrophic-forgetting"},
    "how does it know the order of words": {"positional-encoding"},
    "does thinking step by step give better answers": {"chain-of-thought"},
    "what happens when two networks compete against each other": {"gans"},
    "how can several graphics cards train one model together": {"data-parallelism", "why-distributed-training",
                                                                "tensor-parallelism", "pipeline-parallelism"},
    "how are models tested on programming": {"coding-benchmarks"},
    "what is the difference between chatgpt and claude": {"claude", "gpt-family"},
}  # fmt: skip
"""Questions on the course, and the episodes that answer them."""


def test_everyday_questions_on_the_course_are_answered(tmp_path: Path) -> None:
    index, library = IndexFile(tmp_path / "search.sqlite"), embedded_library()
    fill(index, library, WordSources(tmp_path / "data", tmp_path / "cache"), "")
    with index.reading() as db:
        first = {asked: {one.id for one in look_up(db, parse_query(asked)).found[:5]} for asked in COURSE}
    missed = [asked for asked, right in COURSE.items() if not right & first[asked]]
    assert len(COURSE) - len(missed) >= 12, missed
