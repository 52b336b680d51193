"""Relations as brat, doccano and Label Studio write them: the truth of the corpus, and what cannot be read."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.unit.readers.span_corpus import CORPUS, TRUTH, Found, read
from vendoreval.errors import InputError
from vendoreval.formats.readers.brat import READER as BRAT
from vendoreval.formats.readers.doccano import READER as DOCCANO
from vendoreval.formats.readers.label_studio import READER as LABEL_STUDIO

BRAT_FILES = CORPUS / "files/brat/brat_dev"
STUDIO = CORPUS / "files/labelstudio/text_two_annotators.json"
PARTS = ("label", "head_start", "head_end", "head_label", "tail_start", "tail_end", "tail_label")
ADA = (7, 14, "PER")


def relations(found: Found, item: str, **known: str) -> list[tuple[Any, ...]]:
    rows = [row for row in found.rows if row["item_id"] == item and known.items() <= row.items()]
    return [tuple(row[name] for name in PARTS) for row in rows]


def truth(item: str) -> list[tuple[Any, ...]]:
    spans = {one["id"]: (one["start"], one["end"], one["label"]) for one in TRUTH[item]["spans"]}
    return [(one["type"], *spans[one["from_"]], *spans[one["to"]]) for one in TRUTH[item]["relations"]]


def test_brat_gives_the_relations_of_the_corpus() -> None:
    found = read(BRAT, BRAT_FILES, shape="relations")
    assert relations(found, "d1-nested") == truth("d1-nested")
    assert {sheet["item_id"] for sheet in found.sheets} == {"d1-nested", "d4-adjacent", "d5-empty"}
    assert found.aside["span"] == 8
    assert not found.refusals


def test_label_studio_gives_the_relations_of_the_corpus() -> None:
    found = read(LABEL_STUDIO, STUDIO, shape="relations", item="docid")
    for item in TRUTH:
        assert relations(found, item, annotator_id="1") == truth(item)
    assert not found.refusals
    assert "relation" not in found.aside


@pytest.mark.parametrize("name", ["text_two_annotators.tsv", "images_two_annotators_min.json"])
def test_exports_that_have_lost_the_relations_are_no_empty_answers(name: str) -> None:
    with pytest.raises(InputError, match="has lost the relations"):
        read(LABEL_STUDIO, CORPUS / "files/labelstudio" / name, shape="relations")


def standoff(folder: Path, lines: str, **options: str) -> Found:
    (folder / "a.ann").write_text(lines, "utf-8")
    (folder / "a.txt").write_text("Ada Moe moved to Oslo in May.", "utf-8")
    return read(BRAT, folder, shape="relations", **options)


EVENT = "T1\tMove 8 13\tmoved\nT2\tPER 0 7\tAda Moe\nT3\tLOC 17 21\tOslo\nE1\tMove:T1 Who:T2 To:T3\n"


def test_events_are_counted_or_read_as_their_roles(tmp_path: Path) -> None:
    assert standoff(tmp_path, EVENT).aside == {"event": 1, "span": 3}
    bare = standoff(tmp_path, "T1\tMove 8 13\tmoved\nE1\tMove:T1\n", events="roles")
    assert bare.aside == {"event without a role": 1, "span": 1}
    assert any("No file of it holds a relation" in note for note in bare.notes)
    found = standoff(tmp_path, EVENT + "T4\tPlan 25 28\tMay\nE2\tPlan:T4 What:E1\n", events="roles")
    assert relations(found, "a") == [
        ("Who", 8, 13, "Move", 0, 7, "PER"),
        ("To", 8, 13, "Move", 17, 21, "LOC"),
        ("What", 25, 28, "Plan", 8, 13, "Move"),
    ]


def test_what_brat_cannot_mean_is_refused_or_counted(tmp_path: Path) -> None:
    lines = (
        "T1\tPER 0 3;4 7\tAda Moe\nT2\tLOC 17 21\tOslo\nR1\tin Arg1:T1 Arg2:T2\nA1\tSure R1\n"
        "R2\tin Arg1:T1 Arg2:T9\nR3\tin Arg1:T1\n*\tEquiv T1 T2\n"
    )
    found = standoff(tmp_path, lines)
    assert relations(found, "a") == [("in", 0, 7, "PER", 17, 21, "LOC")]
    assert found.rows[0]["attributes"] == '{"Sure":true}'
    assert sorted((one.line, one.reason) for one in found.refusals) == [
        (5, "The relation's tail is no span."),
        (6, "The line has no type with two arguments."),
    ]
    assert found.aside == {"relation of equals": 1, "span": 2}
    assert any("several pieces" in note for note in found.notes)


def lines(path: Path, *documents: dict[str, Any]) -> Path:
    path.write_text("".join(json.dumps(one) + "\n" for one in documents), "utf-8")
    return path


def test_doccano_joins_relations_to_their_entities(tmp_path: Path) -> None:
    entities = [
        {"id": 7, "label": "PER", "start_offset": 0, "end_offset": 7},
        {"id": 8, "label": "LOC", "start_offset": 17, "end_offset": 21},
    ]
    text = "Ada Moe moved to Oslo in May."
    path = lines(
        tmp_path / "ann.jsonl",
        {"id": 1, "text": text, "entities": entities,
         "relations": [{"id": 3, "from_id": 7, "to_id": 8, "type": "to"},
                       {"id": 4, "from_id": 7, "to_id": 9, "type": "to"},
                       {"id": 5, "from_id": 7, "to_id": 8, "type": None}]},
        {"id": 2, "text": text, "entities": entities, "relations": []},
        {"id": 3, "text": text, "entities": [], "relations": []},
        {"id": 4, "text": text, "label": [[0, 7, "PER"]]},
    )  # fmt: skip
    found = read(DOCCANO, path, shape="relations")
    assert relations(found, "1", annotator_id="ann") == [("to", 0, 7, "PER", 17, 21, "LOC")]
    assert [sheet["item_id"] for sheet in found.sheets] == ["1", "2"]  # the second has no relation: an answer
    assert found.aside == {"span": 4, "text without a label": 1}
    assert [one.reason for one in found.refusals] == [
        "The relation's tail is no span.",
        "The relation's label None is no text.",
        "The line has no list of relations: its project had none.",
    ]


def studio(folder: Path, *links: dict[str, Any], **options: str) -> Found:
    spans = [
        {"id": name, "type": "labels", "from_name": "ner", "to_name": "text",
         "value": {"start": a, "end": b, "text": "Ada Moe moved to Oslo"[a:b], "labels": [label]}}
        for name, a, b, label in (("p", 0, 7, "PER"), ("l", 17, 21, "LOC"))
    ]  # fmt: skip
    result = [*spans, *({"type": "relation", **link} for link in links)]
    answer = {"id": 5, "completed_by": 2, "was_cancelled": False, "result": result}
    task = {"id": 1, "data": {"text": "Ada Moe moved to Oslo"}, "annotations": [answer]}
    (folder / "e.json").write_text(json.dumps([task]), "utf-8")
    return read(LABEL_STUDIO, folder / "e.json", shape="relations", **options)


def test_directions_and_missing_labels_of_label_studio(tmp_path: Path) -> None:
    ends = {"from_id": "p", "to_id": "l"}
    there, back = ("to", 0, 7, "PER", 17, 21, "LOC"), ("to", 17, 21, "LOC", 0, 7, "PER")
    assert relations(studio(tmp_path, {**ends, "direction": "left", "labels": ["to"]}), "1") == [back]
    both = studio(tmp_path, {**ends, "direction": "bi", "labels": ["to"]})
    assert relations(both, "1") == [there]
    assert any("in both directions" in note for note in both.notes)
    bare = studio(tmp_path, ends)
    assert "carries no label" in bare.refusals[0].reason
    assert relations(studio(tmp_path, ends, relation="to"), "1") == [there]
    lost = studio(tmp_path, {**ends, "to_id": "gone", "labels": ["to"]})
    assert "no span of a text" in lost.refusals[0].reason
    assert lost.aside == {"span": 2}
