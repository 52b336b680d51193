"""Readers of text tools: what they do with what is odd, ambiguous or broken."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.unit.readers.span_corpus import Found, read
from vendoreval.errors import InputError, UsageError
from vendoreval.formats.readers.brat import READER as BRAT
from vendoreval.formats.readers.conll import READER as CONLL
from vendoreval.formats.readers.doccano import READER as DOCCANO
from vendoreval.formats.readers.prodigy import READER as PRODIGY
from vendoreval.formats.readers.spacy import READER as SPACY
from vendoreval.formats.readers.tag_schemes import BILOU, BIOES, IOB1, IOB2, Seen, Tag, chunks, split


def file(folder: Path, name: str, text: str) -> Path:
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(text.encode())
    return path


def lines(*documents: object) -> str:
    return "".join(json.dumps(one, ensure_ascii=False) + "\n" for one in documents)


# Tag schemes


TAGS = st.lists(st.tuples(st.sampled_from("OBIESLU"), st.sampled_from(["PER", "LOC"])), max_size=8)


def tidy(tags: list[tuple[str, str]], prefixes: str) -> list[Tag]:
    return [(p, label) if p in prefixes and p != "O" else ("O", "") for p, label in tags]


def written(tags: list[Tag]) -> list[str]:
    return [p if p == "O" else f"{p}-{label}" for p, label in tags]


@given(TAGS)
def test_iob_tags_are_repaired_as_seqeval_does_by_default(drawn: list[tuple[str, str]]) -> None:
    from seqeval.metrics.sequence_labeling import get_entities

    tags = tidy(drawn, "BI")
    found, _ = chunks(tags, IOB2)
    assert [(c.label, c.first, c.last - 1) for c in found] == get_entities(written(tags))


@given(TAGS, st.sampled_from([IOB1, IOB2, BIOES, BILOU]))
def test_tags_that_keep_their_scheme_give_seqevals_strict_entities(
    drawn: list[tuple[str, str]], scheme: str
) -> None:
    from seqeval import scheme as seqeval

    tags = tidy(drawn, {BIOES: "BIES", BILOU: "BILU"}.get(scheme, "BI"))
    found, broken = chunks(tags, scheme)
    theirs = {IOB1: seqeval.IOB1, IOB2: seqeval.IOB2, BIOES: seqeval.IOBES, BILOU: seqeval.BILOU}[scheme]
    entities = seqeval.Entities([written(tags)], theirs).entities[0]
    strict = [(one.start, one.end, one.tag) for one in entities]
    if not broken:
        assert all(chunk.sound for chunk in found)
    if not broken or scheme != IOB1:  # after a B- that should be I-, seqeval takes the rest of the span
        assert [(c.first, c.last, c.label) for c in found if c.sound] == strict


def test_the_repair_is_named_and_can_be_refused(tmp_path: Path) -> None:
    path = file(tmp_path, "a.conll", "Ann I-PER\nLee I-PER\n\nOle B-PER\nin O\n")
    found = read(CONLL, path, scheme="iob2")
    assert found.spans() == {"1": [(0, 7, "PER")], "2": [(0, 3, "PER")]}
    assert "1 tags break the scheme IOB2 (first: line 1)" in found.notes[1]
    dropped = read(CONLL, path, scheme="iob2", broken="drop")
    assert dropped.spans() == {"1": [], "2": [(0, 3, "PER")]}
    assert dropped.aside == {"span of tags that break the scheme": 1}
    strict = read(CONLL, path, scheme="iob2", broken="refuse")
    assert strict.spans() == {"2": [(0, 3, "PER")]}
    assert strict.refusals[0].reason == "The tag in line 1 breaks the scheme IOB2."


def test_adjacent_single_tokens_of_bilou_stay_apart(tmp_path: Path) -> None:
    found = read(CONLL, file(tmp_path, "a.conll", "Ann U-PER\nOle U-PER\n"))
    assert found.spans() == {"1": [(0, 3, "PER"), (4, 7, "PER")]}


def test_a_mixture_of_schemes_is_told(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"no scheme has all of the tags L-, S-") as refused:
        read(CONLL, file(tmp_path, "a.conll", "Ann S-PER\nOle L-PER\n"))
    assert "--read scheme=bioes" in refused.value.remedy
    seen = Seen()
    seen.add([("I", "A"), ("B", "B")])
    assert seen.scheme()[0] == IOB2
    assert split("B-") is None
    assert split("B-a-b") == ("B", "a-b")


# CoNLL


def test_sentences_that_cannot_be_read_keep_their_numbers(tmp_path: Path) -> None:
    found = read(CONLL, file(tmp_path, "a.conll", "Ann B-PER\n\nOle\n\nx Q-PER\n\nKim B-PER\n"))
    assert found.spans() == {"1": [(0, 3, "PER")], "4": [(0, 3, "PER")]}
    assert [(one.line, one.item_id, one.reason) for one in found.refusals] == [
        (3, "2", "Line 3 holds a token without a tag."),
        (5, "3", "The tag 'Q-PER' in line 5 is neither O nor like B-PER."),
    ]


def test_ids_in_comments_and_columns_of_ones_choice(tmp_path: Path) -> None:
    text = "# sent_id = d7\n1\tAnn\tB-PER\t_\n2\tNew York\tO\t_\n\n# O O\n"
    found = read(CONLL, file(tmp_path, "a.conll", text), token_column="2", tag_column="3")
    assert found.texts == {"d7": "Ann New York", "2": "O"}
    assert found.aside == {"comment": 1}
    with pytest.raises(UsageError):
        read(CONLL, tmp_path / "a.conll", tag_column="first")


def test_files_of_a_folder_are_items_or_people(tmp_path: Path) -> None:
    for name in ("ann", "ole"):
        file(tmp_path, f"in/{name}.conll", "Kim B-PER\n")
    assert set(read(CONLL, tmp_path / "in").spans()) == {"ann/1", "ole/1"}
    people = read(CONLL, tmp_path / "in", annotators="file")
    assert people.spans("ann") == people.spans("ole") == {"1": [(0, 3, "PER")]}


# JSON lines


def test_prodigys_tokens_end_inclusively_and_strange_times_stay_text(tmp_path: Path) -> None:
    tokens = [{"start": 0, "end": 3}, {"start": 4, "end": 7}]
    span = {"token_start": 0, "token_end": 1, "label": "PER"}
    row = {"text": "Ann Lee", "tokens": tokens, "answer": "accept", "_task_hash": 1, "_input_hash": 7}
    path = file(
        tmp_path, "a.jsonl",
        lines(row | {"spans": [span], "_timestamp": 10**30}, row | {"spans": [span | {"token_end": 5}]},
              row | {"answer": "maybe"}, row | {"_view_id": "choice", "accept": ["x"]}, [1]),
    )  # fmt: skip
    found = read(PRODIGY, path)
    assert found.spans() == {"7": [(0, 7, "PER")]}
    assert found.sheets[0]["labelled_at"] == str(10**30)
    assert [one.line for one in found.refusals] == [2, 3, 5]
    assert found.aside == {"choice task": 1}


def test_doccanos_numbers_of_labels_are_refused_with_what_to_do(tmp_path: Path) -> None:
    old = {"id": 1, "text": "Ann", "annotations": [{"label": 3, "start_offset": 0, "end_offset": 3, "user": 1}]}
    new = {"id": 2, "text": "Ann", "entities": [{"id": 9, "label": "PER", "start_offset": 0, "end_offset": 3}],
           "relations": [{"id": 1}], "Comments": ["?"]}  # fmt: skip
    found = read(DOCCANO, file(tmp_path, "all.jsonl", lines(old, new)))
    assert "export it again" in found.refusals[0].reason
    assert found.spans(None) == {"2": [(0, 3, "PER")]}
    assert found.aside == {"relation": 1, "comment": 1}


def test_where_the_unit_of_offsets_matters_is_said(tmp_path: Path) -> None:
    """Nothing in the file shows what was counted."""
    rows = [{"id": k, "text": text, "label": [[2, 5, "PER"]]} for k, text in enumerate(("🚀 Ann", "é Ann"))]
    path = file(tmp_path, "a.jsonl", lines(*rows))
    said = [note for note in read(DOCCANO, path).notes if "UTF-16" in note]
    assert len(said) == 1
    assert said[0].startswith("1 spans stand at or behind")
    assert not any("UTF-16" in note for note in read(DOCCANO, path, offsets="bytes").notes)


@pytest.mark.parametrize(("unit", "start", "end"), [("utf16", 3, 6), ("bytes", 5, 8), ("code_points", 2, 5)])
def test_offsets_in_the_units_of_tools(tmp_path: Path, unit: str, start: int, end: int) -> None:
    row = {"id": 1, "text": "🚀 Ann", "label": [[start, end, "PER"], [1, 3, "LOC"]]}
    found = read(DOCCANO, file(tmp_path, "a.jsonl", lines(row)), offsets=unit)
    assert found.spans("a")["1"][0] == (2, 5, "PER")
    within = [one.reason for one in found.refusals]
    expected = (
        [] if unit == "code_points" else [f"The offset 1 lies within a character when counted in {unit}."]
    )
    assert within == expected


def test_spans_that_look_wrong_are_taken_and_named(tmp_path: Path) -> None:
    ends = [(0, 9), (2, 2), (3, 1), (-1, 2), (0, 2**60), (0, 1.5)]
    labels = [*([start, end, "A"] for start, end in ends), [0, 1, ""]]
    found = read(DOCCANO, file(tmp_path, "a.jsonl", lines({"id": 1, "text": "Ann", "label": labels})))
    assert len(found.rows) == 4
    assert len(found.refusals) == 3
    assert found.notes[1:] == [
        "1 spans end past their text (first: 1 0–9).",
        "2 spans are empty or end before they begin (first: 1 2–2).",
        "1 spans begin before their text (first: 1 -1–2).",
    ]


def test_spans_that_cut_tokens_are_named(tmp_path: Path) -> None:
    tokens = [{"start": 0, "end": 3}, {"start": 4, "end": 7}]
    doc = {"text": "Ann Lee", "tokens": tokens, "ents": [{"start": 0, "end": 7, "label": "PER"}],
           "spans": {"sc": [{"start": 0, "end": 5, "label": "PER"}]}}  # fmt: skip
    path = file(tmp_path, "a.json", json.dumps([doc]))
    assert read(SPACY, path).notes == []
    found = read(SPACY, path, layer="sc")
    assert found.spans() == {"1": [(0, 5, "PER")]}
    assert found.notes == ["1 spans begin or end within a token (first: 1 0–5)."]


def test_spacy_texts_without_the_layer_are_no_answers(tmp_path: Path) -> None:
    doc = {"text": "Ann", "tokens": [], "ents": []}
    found = read(SPACY, file(tmp_path, "a.json", json.dumps([doc, {"text": "Ole", "tokens": []}, 5])))
    assert found.spans() == {"1": []}
    assert found.aside == {"text without the layer ents": 1}
    assert len(found.refusals) == 1


# brat


def test_brat_names_what_does_not_fit(tmp_path: Path) -> None:
    file(tmp_path, "p1/d.txt", "Ann 🚀\r\nOle")
    written = (
        "T1\tPER 0 3\tAnn", "T2\tPER 7 10\tOle", "T1\tPER 0 3\tAnn", "T3\tPER 4 7\tOle", "T4\tPER x\tOle",
        "A1\tNegation T1", "A2\tSure E1", "E1\tGo:T1", "Q9", "",
    )  # fmt: skip
    file(tmp_path, "p1/d.ann", "\r\n".join(written))
    file(tmp_path, "p1/e.txt", "never opened")
    found = read(BRAT, tmp_path, annotators="folder")
    assert found.spans("p1") == {"d": [(0, 3, "PER"), (7, 10, "PER"), (4, 7, "PER")]}
    assert found.rows[0]["attributes"] == '{"Negation":true}'
    assert [one.line for one in found.refusals] == [3, 9, 5]
    assert found.aside == {"event": 1, "attribute or note of something else": 1, "text without an .ann": 1}
    assert found.notes == ["1 spans mark other words than their line says (first: d T3)."]


def test_brat_without_its_text_counts_characters_only(tmp_path: Path) -> None:
    path = file(tmp_path, "d.ann", "T1\tPER 0 3\tAnn\n")
    assert read(BRAT, path).spans() == {"d": [(0, 3, "PER")]}
    with pytest.raises(InputError, match=r"d\.txt is missing"):
        read(BRAT, path, offsets="utf16")


def test_a_reading_gives_the_same_whatever_the_batches(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    text = "".join(f"w{n} B-PER\n\n" for n in range(50))
    path = file(tmp_path, "a.conll", text)
    whole = read(CONLL, path)
    monkeypatch.setattr("vendoreval.formats.readers.span_answers.BATCH", 7)
    parts: Found = read(CONLL, path)
    assert (parts.rows, parts.sheets, parts.notes) == (whole.rows, whole.sheets, whole.notes)
