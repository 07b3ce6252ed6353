import json
from typing import Any

import pytest

from tui_pod.core.library.transcript import parse_transcript

ASSEMBLYAI_WORDS = [
    {"text": "Smoke", "start": 250, "end": 650, "confidence": 0.97, "speaker": "A"},
    {"text": "rises.", "start": 730, "end": 1022, "confidence": 0.99, "speaker": "A"},
    {"text": "Yes.", "start": 25801, "end": 26950, "confidence": 0.99, "speaker": "B"},
]
DEEPGRAM_WORDS = [
    {"word": "smoke", "punctuated_word": "Smoke", "start": 0.25, "end": 0.65, "speaker": 0},
    {"word": "rises", "punctuated_word": "rises.", "start": 0.73, "end": 1.022, "speaker": 0},
    {"word": "yes", "punctuated_word": "Yes.", "start": 25.801, "end": 26.95, "speaker": 1},
]
SHAPES: dict[str, tuple[Any, str, str]] = {
    "AssemblyAI": ({"text": "Smoke rises. Yes.", "words": ASSEMBLYAI_WORDS, "audio_duration": 281,
                    "utterances": [{"speaker": "A", "text": "Smoke rises.", "start": 250, "end": 1022}]}, "A", "B"),
    "AssemblyAI sentences": ({"sentences": [
        {"text": "Smoke rises.", "start": 250, "end": 1022, "speaker": "A", "words": ASSEMBLYAI_WORDS[:2]},
        {"text": "Yes.", "start": 25801, "end": 26950, "speaker": "B", "words": ASSEMBLYAI_WORDS[2:]}]}, "A", "B"),
    "Deepgram": ({"metadata": {"duration": 27}, "results": {"channels": [{"alternatives": [
        {"transcript": "Smoke rises. Yes.", "words": DEEPGRAM_WORDS, "paragraphs": {"transcript": "", "paragraphs": [
            {"sentences": [{"text": "Smoke rises.", "start": 0.25, "end": 1.022}], "speaker": 0}]}},
        {"transcript": "Smoke rise.", "words": [{"word": "other", "start": 0.25}]}]}]}}, "Speaker 0", "Speaker 1"),
    "Deepgram utterances": ({"results": {"utterances": [
        {"start": 0.25, "end": 1.022, "transcript": "Smoke rises.", "speaker": 0, "words": DEEPGRAM_WORDS[:2]},
        {"start": 25.801, "end": 26.95, "transcript": "Yes.", "speaker": 1, "words": DEEPGRAM_WORDS[2:]}]}},
        "Speaker 0", "Speaker 1"),
    "AWS": ({"results": {"transcripts": [{"transcript": "Smoke rises. Yes."}], "items": [
        {"start_time": "0.25", "end_time": "0.65", "alternatives": [{"content": "Smoke"}], "speaker_label": "s0"},
        {"start_time": "0.73", "end_time": "1.022", "alternatives": [{"content": "rises"}], "speaker_label": "s0"},
        {"alternatives": [{"content": "."}], "type": "punctuation"},
        {"start_time": "25.801", "end_time": "26.95", "alternatives": [{"content": "Yes"}], "speaker_label": "s1"},
        {"alternatives": [{"content": "."}], "type": "punctuation"}]}}, "s0", "s1"),
    "Google": ({"results": [{"alternatives": [{"transcript": "Smoke rises. Yes.", "words": [
        {"startTime": "0.250s", "endTime": "0.650s", "word": "Smoke", "speakerTag": 1},
        {"startTime": "0.730s", "endTime": "1.022s", "word": "rises.", "speakerTag": 1},
        {"startTime": "25.801s", "endTime": "26.950s", "word": "Yes.", "speakerTag": 2}]}]}]},
        "Speaker 1", "Speaker 2"),
    "Rev": ({"monologues": [
        {"speaker": 0, "elements": [{"type": "text", "value": "Smoke", "ts": 0.25, "end_ts": 0.65},
                                    {"type": "punct", "value": " "},
                                    {"type": "text", "value": "rises", "ts": 0.73, "end_ts": 1.022},
                                    {"type": "punct", "value": "."}]},
        {"speaker": 1, "elements": [{"type": "text", "value": "Yes", "ts": 25.801, "end_ts": 26.95},
                                    {"type": "punct", "value": "."}]}]}, "Speaker 0", "Speaker 1"),
    "Whisper with words": ({"text": "Smoke rises. Yes.", "segments": [
        {"start": 0.25, "end": 1.022, "text": " Smoke rises.", "speaker": "A", "words": DEEPGRAM_WORDS[:2]},
        {"start": 25.801, "end": 26.95, "text": " Yes.", "speaker": "B"}], "word_segments": DEEPGRAM_WORDS}, "A", "B"),
    "Podcasting 2.0 in text": ({"version": "1.0.0", "segments": [
        {"startTime": "0.25", "endTime": "1.022", "body": "Smoke rises.", "speaker": "A"},
        {"startTime": "25.801", "endTime": "26.95", "body": "Yes.", "speaker": "B"}]}, "A", "B"),
}  # fmt: skip


@pytest.mark.parametrize("duration", [None, 281.0])
@pytest.mark.parametrize("shape", SHAPES)
def test_json_of_any_program_gives_sentences_times_and_speakers(shape: str, duration: float | None) -> None:
    data, first, second = SHAPES[shape]
    found = parse_transcript(json.dumps(data), duration).cues
    assert [(cue.text, cue.start, cue.end, cue.speaker) for cue in found] == [
        ("Smoke rises.", 0.25, 1.022, first),
        ("Yes.", 25.801, 26.95, second),
    ]


@pytest.mark.parametrize(
    ("end", "duration", "expected"),
    [(1_800_000, 1_800.0, 1_800.0), (1_800, 1_800.0, 1_800.0), (1_800, None, 1_800.0), (90_000, 1_800.0, 90.0)],
)
def test_milliseconds_are_recognised_by_the_length_of_the_episode(
    end: int, duration: float | None, expected: float
) -> None:
    segments = [{"start": end // 10 * n, "end": end // 10 * (n + 1), "text": f"{'word ' * 80}{n}."} for n in range(10)]
    cues = parse_transcript(json.dumps(segments), duration).cues
    assert cues[-1].end == pytest.approx(expected)


def test_music_of_a_whole_episode_is_no_milliseconds() -> None:
    segments = [{"start": 0, "end": 1_800, "text": "[Music]"}]
    assert parse_transcript(json.dumps(segments), 1_800.0).cues[0].end == 1_800.0


@pytest.mark.parametrize(
    ("data", "text"),
    [
        ({"text": "Yes."}, "Yes."),
        ({"results": {"transcripts": [{"transcript": f"{'Word ' * 8}end."}]}}, f"{'Word ' * 8}end."),
        ({"entities": [{"start": 2, "end": 22, "text": "Smoke Signals"}]}, ""),
        ({"general": {"text": "Text", "open": "Open"}}, ""),
    ],
    ids=["Whisper", "AWS", "named entities", "translations"],
)
def test_text_without_times_is_told_from_names_and_labels(data: object, text: str) -> None:
    assert " ".join(cue.text for cue in parse_transcript(json.dumps(data)).cues) == text


@pytest.mark.parametrize("depth", [3, 100, 100_000])
def test_json_nested_deeply_ends(depth: int) -> None:
    text = '{"a": [' * depth + '{"words": [{"start": 1, "text": "One."}]}' + "]}" * depth
    assert bool(parse_transcript(text).cues) is (depth == 3)
