"""Each file of text tools in the corpus gives what its manifest says."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.unit.readers.span_corpus import CORPUS, TRUTH, Spans, manifest, read, truth
from vendoreval.errors import InputError
from vendoreval.formats.readers.brat import READER as BRAT
from vendoreval.formats.readers.conll import READER as CONLL
from vendoreval.formats.readers.doccano import READER as DOCCANO
from vendoreval.formats.readers.interface import NO, SURE
from vendoreval.formats.readers.known import recognise
from vendoreval.formats.readers.prodigy import READER as PRODIGY
from vendoreval.formats.readers.sources import open_source
from vendoreval.formats.readers.spacy import READER as SPACY

READERS = {one.name: one for one in (CONLL, SPACY, PRODIGY, DOCCANO, BRAT)}
ROWS = [row for name in READERS for row in manifest(name)]
NOT_READ = ("csv-classification", "fasttext-classification")  # of doccano: rows of classes, no spans


def expected(row: dict[str, str]) -> Any:
    return json.loads((CORPUS / row["expected"]).read_text("utf-8"))


def by_tokens(document: dict[str, Any]) -> tuple[str, Spans]:
    """Text and spans of a document of tokens and tags, by looking for the words of each run of tags."""
    text, spans, place = " ".join(document["tokens"]), Spans(), 0
    before = "O"
    for token, tag in zip(document["tokens"], document["tags"], strict=True):
        start = text.index(token, place)
        place = start + len(token)
        kind, _, label = tag.partition("-")
        if kind in ("I", "L") and before.partition("-")[2] == label and before[0] not in "LU":
            spans[-1] = (spans[-1][0], place, label)
        elif kind != "O":
            spans.append((start, place, label))
        before = tag
    return text, spans


@pytest.mark.parametrize("row", manifest("conll"), ids=lambda row: row["variant"])
def test_conll(row: dict[str, str]) -> None:
    for options in ({}, dict(part.split("=") for part in row["options_needed"].split() if part)):
        found = read(CONLL, CORPUS / row["file"], **options)
        assert not found.refusals
        assert not found.aside
        for number, document in enumerate(expected_documents(row), start=1):
            assert (found.texts[str(number)], found.spans()[str(number)]) == by_tokens(document)
        assert len(found.sheets) == 5
        scheme = row["variant"].removeprefix("conll2003-")
        assert f"The tags are read as {scheme.upper()}" in found.notes[0]


def expected_documents(row: dict[str, str]) -> list[dict[str, Any]]:
    plain = expected(row)
    if isinstance(plain, list):
        return plain
    parts = [part for part in plain.split("\n\n") if part.strip()]
    tokens = [
        [line.split(" ") for line in part.split("\n") if line and not line.startswith("-DOCSTART-")]
        for part in parts
    ]
    return [{"tokens": [line[0] for line in part], "tags": [line[-1] for line in part]} for part in tokens]


def test_conll_documents_are_marked_by_docstart() -> None:
    found = read(CONLL, CORPUS / "files/conll/iob2.conll", items="documents")
    assert len(found.sheets) == 5
    whole = read(CONLL, CORPUS / "files/conll/labelstudio_conll2003.conll", items="documents")
    assert [one["text"].count("\n") for one in whole.sheets] == [4]
    text = whole.sheets[0]["text"]
    sentences = read(CONLL, CORPUS / "files/conll/labelstudio_conll2003.conll")
    marked = [
        (sentences.texts[row["item_id"]][row["start"] : row["end"]], row["label"]) for row in sentences.rows
    ]
    assert [(text[row["start"] : row["end"]], row["label"]) for row in whole.rows] == marked


def test_spacy_tuples_and_docs_to_json() -> None:
    tuples = read(SPACY, CORPUS / "files/spacy/entities_tuples.jsonl")
    docs = read(SPACY, CORPUS / "files/spacy/docs_to_json.json")
    for number, item in enumerate(TRUTH):
        assert tuples.spans()[str(number + 1)] == docs.spans()[str(number)] == truth(item, flat=True)
        assert tuples.texts[str(number + 1)] == docs.texts[str(number)] == TRUTH[item]["text"]
    assert not tuples.refusals
    assert not docs.refusals


def test_spacy_doc_to_json_has_two_layers() -> None:
    path = CORPUS / "files/spacy/doc_to_json.json"
    flat, nested = read(SPACY, path), read(SPACY, path, layer="sc")
    for number, item in enumerate(TRUTH, start=1):
        assert flat.spans()[str(number)] == truth(item, flat=True)
        assert nested.spans()[str(number)] == truth(item)
    assert flat.aside == {"span of sc": 13, "text category": 4}
    assert nested.aside == {"span of ents": 11, "text category": 4}


def test_spacys_binary_file_is_refused_with_what_to_do() -> None:
    path = CORPUS / "files/spacy/train.spacy"
    assert recognise_one(SPACY, path) == SURE
    with pytest.raises(InputError, match="binary format") as refused:
        read(SPACY, path)
    assert "to_json() for doc in docs], open('train.json'" in refused.value.remedy


def test_prodigy_counts_accepted_answers_only() -> None:
    found = read(PRODIGY, CORPUS / "files/prodigy/ner.jsonl")
    lines = expected(manifest("prodigy")[0])
    answers = [one["answer"] for one in lines]
    assert found.aside == {"rejected task": answers.count("reject"), "ignored task": answers.count("ignore")}
    kept = {one["meta"]["docid"]: one for one in lines if one["answer"] == "accept"}
    assert found.spans("ner-u1") == {item: truth(item, flat=True) for item in kept}
    assert found.spans("ner-u1")["d5-empty"] == []
    assert {one["labelled_at"] for one in found.sheets} == {"2023-11-14T22:13:20+00:00"}
    assert found.notes == ["Items are called by meta.docid."]
    assert not found.refusals


def test_doccanos_files_are_people() -> None:
    path = CORPUS / "files/doccano/spans_per_user"
    found = read(DOCCANO, path)
    assert found.spans("user_a") == {item: truth(item) for item in TRUTH if item != "d5-empty"}
    assert found.spans("user_b") == {"d1-nested": [(0, 14, "PER")]}
    assert found.aside == {"text without a label": 5}
    opened = read(DOCCANO, path, empty="answered")
    assert opened.spans("user_a") == {item: truth(item) for item in TRUTH}
    assert {item: len(spans) for item, spans in opened.spans("user_b").items()} == dict.fromkeys(TRUTH, 0) | {
        "d1-nested": 1
    }
    assert not opened.aside
    by_id = read(DOCCANO, path, item="id", empty="answered")
    assert set(by_id.spans("user_b")) == {"43", "44", "45", "46", "47"}


@pytest.mark.parametrize("kind", ["json", "jsonl"])
def test_doccanos_classes_of_texts(kind: str) -> None:
    found = read(DOCCANO, CORPUS / f"files/doccano/classification_{kind}", shape="classification")
    given = [(row["item_id"], row["annotator_id"], row["label"]) for row in found.rows]
    assert given == [
        ("d1-nested", "user_a", "science"),
        ("d2-astral", "user_a", "science"),
        ("d2-astral", "user_a", "space"),
        ("d4-adjacent", "user_a", "science"),
        ("d5-empty", "user_a", "other"),
        ("d2-astral", "user_b", "other"),
    ]
    assert found.aside == {"text without a label": 5}
    spans = read(DOCCANO, CORPUS / f"files/doccano/classification_{kind}")
    assert not spans.rows
    assert spans.aside["class of a text"] == 6


def test_brat() -> None:
    found = read(BRAT, CORPUS / "files/brat/brat_dev")
    assert found.spans() == {
        "d1-nested": [*truth("d1-nested"), (0, 14, "PER")],
        "d4-adjacent": truth("d4-adjacent"),
        "d5-empty": [],
    }
    by_id = {(row["item_id"], row["span_id"]): row for row in found.rows}
    assert by_id["d1-nested", "T5"]["pieces"] == "0 6;11 14"
    assert by_id["d1-nested", "T1"]["attributes"] == '{"Certainty":"high"}'
    assert by_id["d4-adjacent", "T1"]["attributes"] == '{"AnnotatorNotes":"first name only"}'
    assert found.aside == {"relation": 2, "other file": 1}
    assert found.texts == {item: TRUTH[item]["text"] for item in found.texts}
    assert not found.refusals
    assert not found.notes
    assert "d5-empty" not in read(BRAT, CORPUS / "files/brat/brat_dev", empty="not_done").spans()


def recognise_one(reader: Any, path: Any) -> int:
    level: int = reader.recognises(open_source([path])).level
    return level


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row["file"])
def test_each_file_is_recognised_and_by_its_own_reader_alone(row: dict[str, str]) -> None:
    path = CORPUS / row["file"]
    levels = {name: recognise_one(reader, path) for name, reader in READERS.items()}
    if row["variant"] in NOT_READ:
        assert set(levels.values()) == {NO}
        return
    assert levels == dict.fromkeys(READERS, NO) | {row["format"]: SURE}
    assert recognise(open_source([path]), "spans")[0].name == row["format"]
