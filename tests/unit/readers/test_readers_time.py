"""Subtitles, RTTM, CTM, TextGrid and ELAN: what the corpus holds, and what cannot be read."""

from __future__ import annotations

import json
import random
from collections import defaultdict
from collections.abc import Iterator, Mapping
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest

from tests.unit.readers.span_corpus import CORPUS, Found, read, together
from tests.unit.readers.test_readers_texts_damaged import mutated
from vendoreval.errors import InputError
from vendoreval.formats.readers.ctm import READER as CTM
from vendoreval.formats.readers.elan import READER as ELAN
from vendoreval.formats.readers.interface import Reader
from vendoreval.formats.readers.known import recognise
from vendoreval.formats.readers.members import Member
from vendoreval.formats.readers.nemo import READER as NEMO
from vendoreval.formats.readers.rttm import READER as RTTM
from vendoreval.formats.readers.sources import Source, open_source
from vendoreval.formats.readers.srt import READER as SRT
from vendoreval.formats.readers.textgrid import READER as TEXTGRID
from vendoreval.formats.readers.webvtt import READER as WEBVTT
from vendoreval.labels.shapes import SHAPES

FILES = CORPUS / "files"
AUDIO = json.loads((CORPUS / "truth/audio.json").read_text("utf-8"))["recordings"]
FOLDERS: dict[str, tuple[Reader, str]] = {
    "webvtt": (WEBVTT, "webvtt/webvtt_py"), "rttm": (RTTM, "rttm/pyannote"), "elan": (ELAN, "elan/pympi"),
    "textgrid": (TEXTGRID, "textgrid/tgt"),
}  # fmt: skip
Segment = tuple[float, float, str]


def expected(name: str) -> Any:
    return json.loads((CORPUS / f"expected/{name}.json").read_text("utf-8"))


def segments(found: Found) -> dict[str, list[Segment]]:
    """By answered item."""
    by_item: dict[str, list[Segment]] = {one["item_id"]: [] for one in found.sheets}
    for row in found.rows:
        by_item[row["item_id"]].append((row["start_s"], row["end_s"], row["label"]))
    return {item: sorted(rows) for item, rows in by_item.items()}


def texts(found: Found) -> dict[tuple[str, float], str]:
    """What the attributes tell of the text, by item and start."""
    told = {(row["item_id"], row["start_s"]): json.loads(row["attributes"] or "{}") for row in found.rows}
    return {place: said["text"] for place, said in told.items() if "text" in said}


def truth(*, blanks: bool = True) -> dict[str, list[Segment]]:
    return {
        one["id"]: sorted(
            (s["start"], s["end"], s["speaker"] if blanks else s["speaker"].replace(" ", "_"))
            for s in one["segments"]
        )
        for one in AUDIO
    }


@pytest.mark.parametrize("name", FOLDERS)
def test_speakers_of_the_corpus_are_those_of_its_truth(name: str) -> None:
    reader, folder = FOLDERS[name]
    found = read(reader, FILES / folder, shape="segments")
    assert segments(found) == truth(blanks=name != "rttm")
    assert not found.refusals


@pytest.mark.parametrize("name", FOLDERS)
def test_files_are_recognised(name: str) -> None:
    reader, folder = FOLDERS[name]
    assert recognise(open_source([FILES / folder]), "segments")[0].name == reader.name
    assert recognise(open_source([FILES / "ctm/all_words.ctm"]), "transcription")[0].name == "ctm"


@pytest.mark.parametrize("name", ["webvtt", "elan", "textgrid"])
def test_texts_of_the_corpus_are_joined_in_time_order(name: str) -> None:
    reader, folder = FOLDERS[name]
    found = read(reader, FILES / folder, shape="transcription")
    assert {row["item_id"]: row["label"] for row in found.rows} == {
        one["id"]: " ".join(s["text"] for s in one["segments"]) for one in AUDIO if one["segments"]
    }
    assert {one["item_id"] for one in found.sheets} == {"utt-a", "utt-b", "utt-c"}


def test_webvtt_is_what_the_corpus_expects() -> None:
    found = read(WEBVTT, FILES / "webvtt/webvtt_py", shape="segments")
    rows = [(row["item_id"], row["object_id"], row["label"]) for row in found.rows]
    assert rows == [(one["rec"], one["id"], one["voice"]) for one in expected("webvtt/webvtt_py")]
    said = [json.loads(row["attributes"])["text"] for row in found.rows]
    assert said == [one["text"] for one in expected("webvtt/webvtt_py")]


def test_rttm_is_what_the_corpus_expects() -> None:
    found = read(RTTM, FILES / "rttm/pyannote", shape="segments")
    rows = [(row["item_id"], row["start_s"], row["end_s"], row["label"]) for row in found.rows]
    lines = expected("rttm/pyannote")
    assert rows == [(f[1], float(f[3]), round(float(f[3]) + float(f[4]), 3), f[7]) for f in lines]
    assert len(found.sheets) == 3  # an empty file: nobody speaks


@pytest.mark.parametrize("tool", ["praatio", "tgt"])
def test_textgrids_are_what_the_corpus_expects(tool: str) -> None:
    found = read(TEXTGRID, FILES / "textgrid" / tool, shape="segments")
    wanted: dict[str, list[Segment]] = defaultdict(list)
    said = {}
    for one in expected(f"textgrid/{tool}"):
        if "end" in one:
            item = one["file"].removesuffix(".TextGrid")
            wanted[item].append((one["start"], one["end"], one["tier"]))
            said[item, one["start"], one["tier"]] = one["text"].replace('""', '"')
    assert {item: rows for item, rows in segments(found).items() if rows} == {
        item: sorted(rows) for item, rows in wanted.items()
    }
    told = {
        (row["item_id"], row["start_s"], row["label"]): json.loads(row["attributes"])["text"]
        for row in found.rows
    }
    assert told == said
    assert ("point of a point tier" in found.aside) == (tool == "praatio")


def test_elan_is_what_the_corpus_expects() -> None:
    found = read(ELAN, FILES / "elan/pympi", shape="segments")
    for item, tiers in zip(("utt-a", "utt-b", "utt-c"), expected("elan/pympi"), strict=True):
        rows = sorted((a / 1000, b / 1000, tier) for tier, marks in tiers.items() for a, b, _ in marks)
        assert segments(found)[item] == rows
    assert texts(found)["utt-b", 2.0] == 'no "wait" & stop'


def test_ctm_has_the_words_of_the_truth() -> None:
    found = read(CTM, FILES / "ctm/all_words.ctm", shape="segments")
    words = {
        one["id"]: sorted((w["start"], w["end"], w["w"]) for s in one["segments"] for w in s["words"])
        for one in AUDIO
    }
    assert segments(found) == {item: rows for item, rows in words.items() if rows}
    assert json.loads(found.rows[0]["attributes"]) == {"confidence": "0.90"}
    joined = read(CTM, FILES / "ctm/all_words.ctm", shape="transcription")
    assert joined.rows[1]["label"] == 'one two three no "wait" & stop bye 👋'


def test_a_reviewer_s_note_is_no_speech(tmp_path: Path) -> None:
    path = tmp_path / "a.vtt"
    path.write_text(
        "WEBVTT\n\nNOTE this is wrong\nand long\n\nSTYLE\n::cue {}\n\n"
        "00:01.000 --> 00:02.000\nhello <i>you</i>\n"
        "\n1\n00:03.000 --> 00:04.000 align:start\n\n00:05.000 --> 00:06.000\n"
        "<v A>AT&T &amp; co</v><v.x B>&lt;yes\n"
    )
    found = read(WEBVTT, path, shape="transcription")
    assert [row["label"] for row in found.rows] == ["hello you AT&T & co <yes"]
    assert found.aside == {"comment": 1, "style": 1, "cue without text": 1}
    voices = [
        (row["label"], json.loads(row["attributes"])["text"])
        for row in read(WEBVTT, path, shape="segments").rows
    ]
    assert voices == [("speech", "hello you"), ("A", "AT&T & co"), ("B", "<yes")]


def test_an_empty_cue_is_no_answer_in_srt_either_and_numbers_play_no_part(tmp_path: Path) -> None:
    path = tmp_path / "a.srt"
    path.write_text(
        "7\r\n00:00:01,000 --> 00:00:02,500\r\nAda: one\r\n\r\ntwo\r\n\r\n"
        "7\r\n00:00:03,000 --> 00:00:04,000\r\n\r\n"
        "1\r\n00:00:02,000 --> 00:00:03.5\r\n<i>{\\an8}three</i>\r\n42\r\n"
    )
    found = read(SRT, path, shape="segments", speakers="colon", label="text")
    assert segments(found)["a"] == [(1.0, 2.5, "one two"), (2.0, 3.5, "three 42")]
    assert json.loads(found.rows[0]["attributes"]) == {"speaker": "Ada"}
    assert found.aside == {"cue without text": 1}
    assert read(SRT, path, shape="transcription").rows[0]["label"] == "Ada: one two three 42"


def test_praat_s_utf_16_and_its_doubled_quotes(tmp_path: Path) -> None:
    long = (FILES / "textgrid/praatio/utt-b.TextGrid").read_text("utf-8")
    for code in ("utf-16-be", "utf-16-le"):
        mark = "\ufeff".encode(code)
        (tmp_path / "b.TextGrid").write_bytes(mark + long.encode(code))
        found = read(TEXTGRID, tmp_path / "b.TextGrid", shape="segments", tiers="bo li")
        assert texts(found) == {("b", 2.0): 'no "wait" & stop'}
        assert found.aside["interval of another tier (ada words)"] == 5
    (tmp_path / "b.TextGrid").write_bytes(long.encode("latin-1", "replace") + b"\xe5")
    with pytest.raises(InputError, match="neither UTF-8 nor UTF-16"):
        read(TEXTGRID, tmp_path / "b.TextGrid", shape="segments")


EAF = """<ANNOTATION_DOCUMENT><TIME_ORDER>
<TIME_SLOT TIME_SLOT_ID="t1" TIME_VALUE="1000"/><TIME_SLOT TIME_SLOT_ID="t2"/>
<TIME_SLOT TIME_SLOT_ID="t3" TIME_VALUE="3000"/></TIME_ORDER>
<TIER TIER_ID="gloss">
<ANNOTATION><REF_ANNOTATION ANNOTATION_ID="r2" ANNOTATION_REF="a1" PREVIOUS_ANNOTATION="r1">
<ANNOTATION_VALUE>two</ANNOTATION_VALUE></REF_ANNOTATION></ANNOTATION>
<ANNOTATION><REF_ANNOTATION ANNOTATION_ID="r1" ANNOTATION_REF="a1"><ANNOTATION_VALUE>one</ANNOTATION_VALUE>
</REF_ANNOTATION></ANNOTATION><ANNOTATION><REF_ANNOTATION ANNOTATION_ID="r3" ANNOTATION_REF="nowhere">
<ANNOTATION_VALUE>lost</ANNOTATION_VALUE></REF_ANNOTATION></ANNOTATION></TIER>
<TIER TIER_ID="words" ANNOTATOR="ann" PARTICIPANT="ada">
<ANNOTATION><ALIGNABLE_ANNOTATION ANNOTATION_ID="a1" TIME_SLOT_REF1="t1" TIME_SLOT_REF2="t2">
<ANNOTATION_VALUE>left</ANNOTATION_VALUE></ALIGNABLE_ANNOTATION></ANNOTATION>
<ANNOTATION><ALIGNABLE_ANNOTATION ANNOTATION_ID="a2" TIME_SLOT_REF1="t2" TIME_SLOT_REF2="t3">
<ANNOTATION_VALUE></ANNOTATION_VALUE></ALIGNABLE_ANNOTATION></ANNOTATION></TIER></ANNOTATION_DOCUMENT>"""


def test_elan_s_references_and_slots_without_a_time(tmp_path: Path) -> None:
    (tmp_path / "a.eaf").write_text(EAF)
    found = read(ELAN, tmp_path / "a.eaf", shape="segments", label="participant", annotators="tier")
    rows = [(row["annotator_id"], row["start_s"], row["end_s"], row["label"]) for row in found.rows]
    glosses = [(None, 1.5, 2.0, "gloss"), (None, 1.0, 1.5, "gloss")]
    assert rows == [*glosses, ("ann", 1.0, 2.0, "ada"), ("ann", 2.0, 3.0, "ada")]
    assert [one.reason for one in found.refusals] == [
        "Its times cannot be told: a slot or an annotation is missing."
    ]
    assert not found.aside
    for shape, label in (("segments", "text"), ("transcription", "tier")):
        found = read(ELAN, tmp_path / "a.eaf", shape=shape, label=label)
        assert found.aside == {"annotation without text": 1}
    assert any("spread evenly" in note for note in found.notes)


def test_folders_can_be_people(tmp_path: Path) -> None:
    for person in ("p1", "p2"):
        (tmp_path / person).mkdir()
        (tmp_path / person / "call.srt").write_text("1\n00:00:01,000 --> 00:00:02,000\nhi\n")
    (tmp_path / "p1" / "call.wav").write_bytes(b"")
    found = read(SRT, tmp_path, shape="segments", annotators="folder")
    assert [(one["item_id"], one["annotator_id"]) for one in found.sheets] == [("call", "p1"), ("call", "p2")]
    assert found.aside == {"other file": 1}


def test_lines_of_rttm_that_are_no_turns(tmp_path: Path) -> None:
    (tmp_path / "x.rttm").write_text(
        ";; comment\nNOSCORE a 1 0 1 <NA> <NA> <NA> <NA>\nSPEAKER a 1 x 1 <NA> <NA> ada <NA> <NA>\n"
        "SPEAKER a 2 0.1 0.2 <NA> <NA> <NA> <NA> <NA>\nSPEAKER a 1 0 1\n"
    )
    found = read(RTTM, tmp_path / "x.rttm", shape="segments", channels="apart")
    assert segments(found) == {"a.2": [(0.1, 0.3, "speech")]}
    assert len(found.refusals) == 2
    assert found.aside == {"line of type NOSCORE": 1}


def source(name: str, data: bytes) -> Source:
    return Source(name, (Member(name, len(data), lambda: BytesIO(data)),))


DAMAGED: Mapping[str, tuple[Reader, str]] = {
    "b.vtt": (WEBVTT, "webvtt/webvtt_py/utt-b.vtt"), "a.ctm": (CTM, "ctm/all_words.ctm"),
    "b.rttm": (RTTM, "rttm/pyannote/utt-b.rttm"), "b.textgrid": (TEXTGRID, "textgrid/praatio/utt-b.TextGrid"),
    "s.textgrid": (TEXTGRID, "textgrid/praatio/utt-b_short.TextGrid"), "b.eaf": (ELAN, "elan/pympi/utt-b.eaf"),
    "m.json": (NEMO, "nemo/manifest_docs.json"),
}  # fmt: skip


def results(times: int) -> Iterator[str]:
    dice = random.Random(13)
    for name, (reader, path) in DAMAGED.items():
        whole = (FILES / path).read_bytes()
        options = {option.name: option.default for option in reader.options}
        for _ in range(times):
            data = mutated(whole, dice)
            for shape in ("segments", "transcription"):
                if shape in reader.yields:
                    try:
                        together(reader.read(source(name, data), SHAPES[shape], options))
                        yield "read"
                    except InputError:
                        yield "refused"


def test_damaged_files_give_our_own_errors() -> None:
    assert set(results(40)) == {"read", "refused"}


@pytest.mark.slow
def test_many_damaged_files_give_our_own_errors() -> None:
    assert set(results(700)) == {"read", "refused"}
