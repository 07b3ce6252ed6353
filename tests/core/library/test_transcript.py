import json
from typing import Any

import pytest

from tests.hostile import HOSTILE_TITLES
from tui_pod.core.library.transcript import (
    BROKEN,
    CUT,
    DOCUMENT,
    NO_CUES,
    NO_TEXT,
    NO_WORDS,
    UNKNOWN,
    Cue,
    Transcript,
    parse_transcript,
    plain_cues,
    to_webvtt,
)
from tui_pod.core.text.clean import is_safe

VTT = """\
WEBVTT

STYLE
::cue { color: red }

NOTE nothing

intro
00:00.000 --> 00:02.500 align:start
<c.loud>Hello &amp; welcome.

00:00:02.500 --> 01:00:04.000
Second <i>line</i>
goes on.
"""

SRT = """\
1
00:00:00,000 --> 00:00:02,500
Hello & welcome.

2
00:00:02,500 --> 01:00:04,000
Second line
goes on.
"""

TIMED = (Cue("Hello & welcome.", 0.0, 2.5), Cue("Second line goes on.", 2.5, 3604.0))


def texts(transcript: Transcript) -> list[str]:
    return [cue.text for cue in transcript.cues]


@pytest.mark.parametrize(
    "text", [VTT, SRT, "\ufeff" + VTT, VTT.replace("\n", "\r\n"), SRT.replace("\n", "\r"), SRT.replace("\n\n", "\n")]
)
def test_parse_webvtt_and_srt_give_the_same_sentences(text: str) -> None:
    assert parse_transcript(text).cues == TIMED


def test_parse_json_segment_without_an_end_lasts_to_the_next() -> None:
    segments = [{"startTime": 1, "body": "One."}, {"startTime": 3, "endTime": 2, "body": "Two."}]
    assert parse_transcript(json.dumps(segments)).cues == (Cue("One.", 1.0, 3.0), Cue("Two.", 3.0, 8.0))


@pytest.mark.parametrize(
    "segment",
    [3, None, [], {}, {"startTime": -1, "body": "x"}, {"startTime": "x", "body": "x"}, {"startTime": 1e9, "body": "x"},
     {"startTime": True, "body": "x"}, {"startTime": 0, "body": ""}, {"startTime": 0, "body": {"a": [1]}},
     {"startTime": float("nan"), "body": "x"}, {"startTime": 0}],
)  # fmt: skip
def test_parse_json_segment_that_makes_no_sense_is_left_out(segment: object) -> None:
    good = {"startTime": 5, "endTime": 6, "body": "Good."}
    assert texts(parse_transcript(json.dumps({"segments": [segment, good]}))) == ["Good."]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("{}", []),
        ("[]", []),
        ('{"segments": 3}', []),
        ("[{}]", []),
        ('{"text": " One. Two."}', ["One.", "Two."]),
        ("[music] Welcome to it.", ["[music] Welcome to it."]),
        ("{Ann} Welcome to it.", ["{Ann} Welcome to it."]),
        ("[[Ann]] Welcome to it.", ["[[Ann]] Welcome to it."]),
        ("<bos> begins a sequence.", ["<bos> begins a sequence."]),
        ("<p>One.</p><script>alert('x')", ["One."]),
        ("<p>a&#27;[31m&#x9b;b&#xD800;</p>", ["a[31m›b\ufffd"]),
    ],
)
def test_parse_text_without_times_is_its_words(text: str, found: list[str]) -> None:
    assert texts(parse_transcript(text)) == found
    assert not parse_transcript("[" * 100_000).is_timed


def test_parse_plain_text_is_sentences_without_times() -> None:
    text = "One sentence. Another\none that goes on.\nA line of its own.\n\nA heading\n\nThe end."
    expected = ["One sentence.", "Another one that goes on.", "A line of its own.", "A heading", "The end."]
    assert texts(parse_transcript(text)) == expected
    assert not parse_transcript(text).is_timed
    assert [cue.text for cue in parse_transcript(text).cues if cue.ends_paragraph] == expected[2:]


def test_parse_html_is_its_words() -> None:
    text = "<!DOCTYPE html><style>p {}</style><p>One &lt;b&gt; sentence.</p><cite>Ann:</cite><time>0:01</time>" \
           "<p>Two.<br>Three</p><script>alert('<p>no</p>')</script>"  # fmt: skip
    assert texts(parse_transcript(text)) == ["One <b> sentence.", "Two.", "Three"]


@pytest.mark.parametrize("title", HOSTILE_TITLES.values(), ids=HOSTILE_TITLES)
def test_parse_hostile_words_are_cleaned_in_every_format(title: str) -> None:
    formats = [title, f"WEBVTT\n\n00:00.000 --> 00:01.000\n{title}", f"<p>{title}</p>",
               json.dumps([{"startTime": 0, "body": title}])]  # fmt: skip
    for text in formats:
        assert all(is_safe(found) for found in texts(parse_transcript(text)))


def test_parse_cues_out_of_order_and_overlapping_are_arranged() -> None:
    text = "WEBVTT\n\n00:05.000 --> 00:09.000\nThird.\n\n00:00.000 --> 00:04.000\nFirst.\n\n" \
           "00:02.000 --> 00:05.500\nSecond."  # fmt: skip
    cues = parse_transcript(text).cues
    assert cues == (Cue("First.", 0.0, 2.0), Cue("Second.", 2.0, 5.0), Cue("Third.", 5.0, 9.0))


def test_parse_pieces_of_a_sentence_are_joined() -> None:
    text = "WEBVTT\n\n00:00.000 --> 00:01.000\nA sentence in\n\n00:01.000 --> 00:02.000\ntwo pieces.\n\n" \
           "00:02.000 --> 00:03.000\nNext\n\n00:30.000 --> 00:31.000\nafter a silence\n\n" \
           "00:35.000 --> 00:34.000\nNo time."  # fmt: skip
    assert parse_transcript(text).cues == (
        Cue("A sentence in two pieces.", 0.0, 2.0), Cue("Next", 2.0, 3.0), Cue("after a silence", 30.0, 31.0),
    )  # fmt: skip


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("WEBVTT\n\n" + "00:00.000 --> 00:01.000\nw\n\n" * 60_000, id="cues"),
        pytest.param("a\n" * 900_000, id="lines without an end"),
        pytest.param("." * 1_900_000, id="marks"),
        pytest.param("<p>" + "<script>" * 200_000, id="open scripts"),
        pytest.param("<p>" + "<cite>" * 200_000, id="open cites"),
        pytest.param(" " * 19_000 + "x", id="blanks first"),
        pytest.param("00:00.000 --> 00:01.000\n" + "x\n" * 900_000, id="one endless cue"),
        pytest.param("<" * 1_900_000, id="angles"),
    ],
)
def test_parse_two_million_hostile_characters_takes_no_square_of_time(text: str) -> None:
    """A square of it would take minutes to hours."""
    assert parse_transcript(text) is not None


def test_active_is_the_sentence_spoken_or_the_last_before() -> None:
    transcript = Transcript((Cue("a", 1.0, 2.0), Cue("b", 5.0, 6.0)))
    assert [transcript.active(at) for at in (0.0, 1.0, 3.0, 5.0, 99.0)] == [None, 0, 0, 1, 1]
    assert Transcript((Cue("a"),)).active(3.0) is None


def test_to_webvtt_is_read_back_as_it_was() -> None:
    cues = (Cue("1 < 2 & [BOS] --> <b>.", 0.0, 1.5), Cue("Second.", 3599.9996, 3700.25, speaker="Ann & Bo"))
    back = parse_transcript(to_webvtt(cues)).cues
    assert [(cue.speaker, cue.text) for cue in back] == [(cue.speaker, cue.text) for cue in cues]
    assert [(cue.start, cue.end) for cue in back] == [(0.0, 1.5), (3600.0, 3700.25)]


HTML = """\
<!-- made by a machine -->
<h1>Transcript</h1>
<cite>Ann:</cite>
<time>0:00</time>
<p>Hello and welcome. Glad you are here.</p>
<cite>Bo &amp; Cy:</cite><time>(00:10)</time>
<p>Thanks &mdash; hello
everyone.</p>
<time>01:02:03.5</time><p>The end.</p>
"""


def spoken(text: str) -> list[tuple[str, str, float | None]]:
    return [(cue.speaker, cue.text, cue.start) for cue in parse_transcript(text).cues]


@pytest.mark.parametrize("text", [HTML, HTML.partition("\n")[2], "<html><body>" + HTML])
def test_parse_html_keeps_times_and_speakers(text: str) -> None:
    assert [(speaker, said) for speaker, said, _ in spoken(text)] == [
        ("", "Transcript"),
        ("Ann", "Hello and welcome."),
        ("Ann", "Glad you are here."),
        ("Bo & Cy", "Thanks — hello everyone."),
        ("Bo & Cy", "The end."),
    ]
    starts = [start for _, _, start in spoken(text)]
    assert (starts[1], starts[3], starts[4]) == (0.0, 10.0, 3723.5)
    assert 0 < (starts[2] or 0) < 10


def test_parse_html_that_begins_with_a_time() -> None:
    text = "<time datetime='PT5S'>0:05</time><cite>Ann</cite><p>One.</p><cite>Bo</cite><p>Two.</p>"
    assert spoken(text)[0] == ("Ann", "One.", 5.0)
    assert spoken(text)[1][:2] == ("Bo", "Two.")


def test_parse_html_without_times_keeps_speakers() -> None:
    assert spoken("<p><cite>Ann:</cite> One.</p><p><cite>Bo:</cite> Two.</p>") == [
        ("Ann", "One.", None),
        ("Bo", "Two.", None),
    ]


def test_parse_webvtt_keeps_voices_apart() -> None:
    text = (
        "WEBVTT\n\n00:00.000 --> 00:03.000\n<v.loud Ann>Shall we</v> <v Bo>Let us\n\n00:03.000 --> 00:04.000\n<v Bo>go"
    )
    assert spoken(text) == [("Ann", "Shall we", 0.0), ("Bo", "Let us go", pytest.approx(3 * 8 / 14))]


@pytest.mark.parametrize(
    "data",
    [
        {"segments": [{"startTime": 1, "endTime": 2, "speaker": "Ann", "body": "One"},
                      {"startTime": 2, "endTime": 3, "speaker": "Bo", "body": "Two."}]},
        {"text": "One Two.", "segments": [{"id": 0, "start": 1.0, "end": 2.0, "text": " One", "speaker": "Ann"},
                                          {"id": 1, "start": 2.0, "end": 3.0, "text": " Two.", "speaker": "Bo"}]},
        [{"start": 1, "end": 2, "text": "One", "speaker": "Ann"},
         {"start": 2, "end": 3, "text": "Two.", "speaker": "Bo"}],
        [{"start": "00:00:01.000", "end": "00:00:02,000", "text": "One", "speaker": "Ann:"},
         {"start": "0:02", "end": "0:03", "text": "Two.", "speaker": "Bo"}, {"start": [], "text": {}, "speaker": 3}],
    ],
)  # fmt: skip
def test_parse_json_of_any_shape_keeps_times_and_speakers(data: object) -> None:
    for text in (json.dumps(data), "\n" + json.dumps(data, indent=2)):
        assert spoken(text) == [("Ann", "One", 1.0), ("Bo", "Two.", 2.0)]


@pytest.mark.parametrize(
    "data",
    [
        {"text": "One Two.", "chunks": [{"timestamp": [1.0, 2.0], "text": " One"},
                                        {"timestamp": [2.0, None], "text": " Two."}]},
        {"model": {}, "transcription": [
            {"timestamps": {"from": "00:00:01,000", "to": "00:00:02,000"}, "offsets": {"from": 1000}, "text": " One"},
            {"timestamps": {"from": "00:00:02,000", "to": "00:00:03,000"}, "offsets": {"from": 2000}, "text": " Two."},
        ]},
    ],
)  # fmt: skip
def test_parse_json_of_whisper_programs_keeps_times(data: object) -> None:
    assert spoken(json.dumps(data)) == [("", "One Two.", 1.0)]


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ('[{"startTime": 1, "body"', BROKEN),
        ('{"segments": [' + '{"start":', BROKEN),
        ('{"words": []}', UNKNOWN),
        ("{}", UNKNOWN),
        ("", NO_WORDS),
        ("\ufeff \n\n ", NO_WORDS),
        ("<p></p>", NO_WORDS),
        ("WEBVTT", NO_CUES),
        ("<?xml version='1.0'?><tt><body><p/></body></tt>", NO_WORDS),
        ("%PDF-1.7\n1 0 obj", DOCUMENT),
        ("{\\rtf1\\ansi Hello.}", DOCUMENT),
        ("\ufffdPNG\0\0", NO_TEXT),
        ("1\0\n\0", NO_TEXT),
    ],
)
def test_parse_what_cannot_be_read_says_why(text: str, fault: str) -> None:
    assert parse_transcript(text) == Transcript(fault=fault)


def test_parse_million_cues_says_that_the_end_is_missing() -> None:
    cue = "00:00:00.000 --> 00:00:01.000\nWords.\n\n"
    transcript = parse_transcript(f"WEBVTT\n\n{cue * 1_000_000}")
    assert transcript.note == CUT
    assert len(transcript.cues) == 2_000_000 // len(cue)


@pytest.mark.parametrize("arrow", ["-->", "->", "- >", "-- >"])
@pytest.mark.parametrize("end", ["00:00:04", "00:00:04,5", "00:00:04,500"])
def test_parse_srt_with_odd_times(arrow: str, end: str) -> None:
    text = f"1\n00:00:01 {arrow} 00:00:02\nOne.\n\n2\n00:00:02 {arrow} {end}\nTwo.\n"
    assert spoken(text) == [("", "One.", 1.0), ("", "Two.", 2.0)]


@pytest.mark.parametrize("part", ["<cite>", "<time>", "<time>0:01</time>", "<cite>a</cite>x.", "<v a>", "<v ", "<!--"])
def test_parse_of_many_labels_ends(part: str) -> None:
    for head in ("<p>", "WEBVTT\n\n00:00.000 --> 00:01.000\n"):
        cues = parse_transcript(head + part * 50_000).cues
        assert all(len(cue.speaker) <= 80 for cue in cues)


def test_parse_timed_words_that_begin_with_digits_are_kept() -> None:
    text = (
        "1\n00:01.000 --> 00:02.000\n12\nmonkeys.\n \n"
        "2\n00:02.000 --> 00:03.000\n5:30\n10 - 20\n3\n00:03.000 --> 0:04.000\n7"
    )
    assert texts(parse_transcript(text)) == ["12 monkeys.", "5:30 10 - 20 7"]


def test_words_moved_keep_their_order_and_begin_at_the_start_at_the_earliest() -> None:
    words = Transcript((Cue("One.", 1.0, 3.0), Cue("Two.", 5.0, 6.0)))
    assert [(cue.start, cue.end) for cue in words.moved(-2.5).cues] == [(0.0, 0.5), (2.5, 3.5)]
    assert Transcript((Cue("One."),)).moved(2.5) == Transcript((Cue("One."),))


YOUTUBE = """\
WEBVTT
Kind: captions
Language: en

00:00:00.160 --> 00:00:02.310 align:start position:0%
{blank}
hello<00:00:00.400><c> and</c><00:00:00.560><c> welcome</c>

00:00:02.310 --> 00:00:02.320 align:start position:0%
hello and welcome
{blank}

00:00:02.320 --> 00:00:04.550 align:start position:0%
hello and welcome
to<00:00:02.480><c> the</c><c> show</c>

00:00:04.550 --> 00:00:04.560 align:start position:0%
to the show
{blank}

00:00:04.560 --> 00:00:06.000 align:start position:0%
to the show
about words.
""".format(blank=" ")


def test_parse_rolling_captions_are_read_once() -> None:
    assert parse_transcript(YOUTUBE).cues == (Cue("hello and welcome to the show about words.", 0.16, 6.0),)


def test_parse_words_that_are_said_twice_are_kept() -> None:
    text = "00:00.000 --> 00:01.000\nNo.\n\n00:01.000 --> 00:01.010\nNo.\n\n00:02.000 --> 00:03.000\nNo.\n"
    assert texts(parse_transcript(text)) == ["No.", "No.", "No."]


CONVERSATION = [("Ann Lee", "Hello. How are you?", 3.0), ("Speaker 2", "Fine, thanks.", 7.5)]


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("Ann Lee  0:03 \nHello. How are you?\n\nSpeaker 2  0:07.5\nFine, thanks.\n", id="Otter"),
        pytest.param("Ann Lee (00:03):\nHello. How are you?\n\nSpeaker 2 (00:07.5):\nFine, thanks.", id="Rev"),
        pytest.param("Ann Lee: (00:03)\nHello. How are you?\nSpeaker 2: (00:07.5)\nFine, thanks.", id="Rev's site"),
        pytest.param("[00:00:03] Ann Lee: Hello. How are you?\n\n[00:00:07.5] Speaker 2: Fine, thanks.",
                     id="Descript"),
        pytest.param("Ann Lee [0:03]: Hello. How are you?\nSpeaker 2 [0:07.5]: Fine, thanks.", id="inline"),
        pytest.param("A title\n\nAnn Lee 0:03\nHello. How are you?\nSpeaker 2 0:07.5\nFine, thanks.", id="titled"),
    ],
)  # fmt: skip
def test_parse_text_with_times_and_speakers(text: str) -> None:
    transcript = parse_transcript(text)
    found = [(cue.speaker, cue.text, cue.start) for cue in transcript.cues if cue.text != "A title"]
    assert found[0] == (CONVERSATION[0][0], "Hello.", CONVERSATION[0][2])
    assert found[1][:2] == ("Ann Lee", "How are you?")
    assert found[2] == CONVERSATION[1]


def test_parse_lrc_gives_times_and_no_tags() -> None:
    text = "[ar:Ann]\n[ti:Talk]\n[00:01.00]Hello and\n[00:02.50]<00:02.50>welcome. <00:03.00>Well.\n[00:05.00]\n"
    cues = parse_transcript(text).cues
    assert [cue.text for cue in cues] == ["Hello and welcome.", "Well."]
    assert (cues[0].start, cues[1].end) == (1.0, 5.0)


@pytest.mark.parametrize(
    "text",
    ["(00:00) Intro\n(05:00) The talk\n\n" + "A long sentence of the talk. " * 200,
     "We met at 5:30\nand talked.\nWe left at 6:30\nand slept.",
     "Ann 9:00\nLast.\nBo 3:00\nFirst."],
    ids=["chapters", "prose", "disorder"],
)  # fmt: skip
def test_parse_text_with_other_times_stays_without(text: str) -> None:
    assert not parse_transcript(text).is_timed


TTML = """\
<?xml version="1.0" encoding="UTF-8"?>
<tt xmlns="http://www.w3.org/ns/ttml" xmlns:ttm="http://www.w3.org/ns/ttml#metadata" xml:lang="en">
<head><metadata><ttm:agent type="person" xml:id="a1"><ttm:name type="full">Ann Lee</ttm:name></ttm:agent></metadata>
<styling><style xml:id="s" tts:color="white"/></styling></head>
<body><div>
<p begin="00:00:03.000" end="00:00:05.000" ttm:agent="a1">Hello &amp;<br/>welcome.</p>
<p begin="7500ms" dur="1.5s" ttm:agent="SPEAKER_2"><span tts:fontStyle="italic">Thanks.</span></p>
<p xml:id="x">Without a time.</p>
</div></body></tt>
"""


def test_parse_ttml_gives_times_and_speakers() -> None:
    assert parse_transcript(TTML).cues == (
        Cue("Hello & welcome.", 3.0, 5.0, speaker="Ann Lee"),
        Cue("Thanks.", 7.5, 9.0, speaker="SPEAKER_2"),
    )


def test_parse_ttml_without_times_gives_its_words() -> None:
    said = "<!-- No. --><p>Hello &amp;<br/>welcome <span>to all.</span></p><p>Thanks.</p>"
    text = f"<tt><head><style/></head><body><div>{said}</div></body></tt>"
    assert texts(parse_transcript(text)) == ["Hello & welcome to all.", "Thanks."]


def test_parse_ttml_gives_paragraphs_the_times_of_their_division() -> None:
    text = (
        '<tt><body><div begin="1s" end="3s"><p>One.</p><p begin="2s">Two.</p></div>'
        '<div begin="3s" end="4s"><p>Three.</p></div><div><p>Four.</p></div></body></tt>'
    )
    assert parse_transcript(text).cues == (Cue("One.", 1.0, 2.0), Cue("Two.", 2.0, 3.0), Cue("Three.", 3.0, 4.0))


def test_parse_ttml_of_apple_has_blanks_between_words() -> None:
    text = (
        '<tt xmlns:podcasts="http://podcasts.apple.com/transcript-ttml-internal"><body dur="9.0"><div>'
        '<p begin="0.240" end="1:00.0" ttm:agent="SPEAKER_1"><span begin="0.240" end="2.0" podcasts:unit="sentence">'
        '<span begin="0.240" end="0.6" podcasts:unit="word">Hello,</span>'
        '<span begin="0.6" end="2.0" podcasts:unit="word">you.</span></span></p></div></body></tt>'
    )
    assert parse_transcript(text).cues == (Cue("Hello, you.", 0.24, 2.0, speaker="SPEAKER_1"),)


@pytest.mark.parametrize(
    ("said", "cues"),
    [
        (["one.", "one.\ntwo.", "one.\ntwo.\nthree.", "two.\nthree.\nfour."],
         [": one.", ": two.", ": three.", ": four."]),
        (["One.", "I love you.", "I love you.\n-I love you too.", "Two.", "Three.", "Four.", "Four."],
         [": One.", ": I love you.", ": I love you. -I love you too.", ": Two.", ": Three.", ": Four.", ": Four."]),
        (["Ann Lee: Hello.", "And welcome.", "BO: Thanks.", "Ann Lee: Today: words.", "BO: Yes."],
         ["Ann Lee: Hello.", "Ann Lee: And welcome.", "BO: Thanks.", "Ann Lee: Today: words.", "BO: Yes."]),
        (["MAN: Hello.", "MAN: Well.", "MAN 2: Thanks.", "And more."],
         ["MAN: Hello.", "MAN: Well.", ": MAN 2: Thanks.", ": And more."]),
        (["Remember: words.", "Yes."], [": Remember: words.", ": Yes."]),
    ],
    ids=["rolling by two lines", "answered in the same words", "names that repeat", "name that stands once", "no name"],
)  # fmt: skip
def test_parse_captions_read_once_what_rolls_and_know_who_speaks(said: list[str], cues: list[str]) -> None:
    text = "".join(f"00:0{n}.000 --> 00:0{n + 1}.000\n{words}\n\n" for n, words in enumerate(said))
    assert [f"{speaker}: {words}" for speaker, words, _ in spoken(text)] == cues


@pytest.mark.parametrize(
    ("text", "cues"),
    [
        ("A: One. Two\nB: Three.\n\nFour.", [("A", "One."), ("A", "Two"), ("B", "Three."), ("B", "Four.")]),
        ("A: One. A: two.", [("", "A: One."), ("", "A: two.")]),
        ("Q: One?\nA: Two.", [("", "Q: One?"), ("", "A: Two.")]),
    ],
    ids=["dialogue", "one letter", "question and answer"],
)
def test_plain_text_marks_the_turns_of_a_dialogue(text: str, cues: list[tuple[str, str]]) -> None:
    assert [(cue.speaker, cue.text) for cue in plain_cues(text)] == cues


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


SAID = Transcript(
    (Cue("Call me Ishmael."), Cue("Some years ago—never mind how long—I sailed."), Cue("It’s a way I have."))
)


@pytest.mark.parametrize(
    ("words", "index"),
    [("ishmael some YEARS", 0), ("never mind, how long", 1), ("a way", 2), ("me", 0), ("way a", None), ("ever", None)],
)
def test_sentence_is_found_by_words_that_follow_each_other(words: str, index: int | None) -> None:
    assert SAID.find(words) == index


def test_share_of_a_text_is_that_of_its_letters() -> None:
    assert [SAID.share(index) for index in range(3)] == [0.0, 16 / 78, 60 / 78]
