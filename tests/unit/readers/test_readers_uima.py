"""WebAnno TSV and UIMA XMI: the corpus, stacked and linked annotations, layers and what cannot be read."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.unit.readers.span_corpus import CORPUS, TRUTH, Found, read, truth
from tests.unit.readers.test_readers_relations import relations
from tests.unit.readers.test_readers_relations import truth as links_of
from vendoreval.errors import InputError
from vendoreval.formats.readers.known import recognise
from vendoreval.formats.readers.offsets import Offsets
from vendoreval.formats.readers.sources import open_source
from vendoreval.formats.readers.webanno import READER as WEBANNO
from vendoreval.formats.readers.xmi import READER as XMI

TSV, CAS = CORPUS / "files/webanno/dev", CORPUS / "files/xmi/cassis"


def expected(name: str) -> dict[str, Any]:
    return {one["doc"]: one for one in json.loads((CORPUS / "expected" / name).read_text("utf-8"))}


def in_utf16(found: Found, item: str) -> list[list[Any]]:
    offsets = Offsets(found.texts[item], "utf16")
    return [[offsets.unit(start), offsets.unit(end), label] for start, end, label in found.spans()[item]]


def test_webanno_holds_what_the_corpus_expects() -> None:
    found = read(WEBANNO, TSV)
    wanted = expected("webanno/dev.json")
    assert set(found.spans()) == set(wanted)
    for item, one in wanted.items():
        assert in_utf16(found, item) == one["spans_utf16"]
        assert found.spans()[item] == truth(item)
        assert found.texts[item] == TRUTH[item]["text"]
    assert not found.refusals


def test_xmi_holds_what_the_corpus_expects() -> None:
    found = read(XMI, CAS)
    wanted = expected("xmi/cassis.json")
    assert set(found.spans()) == set(wanted) == set(TRUTH)
    for item, one in wanted.items():
        raw = [[str(start), str(end)] for start, end, _ in in_utf16(found, item)]
        assert raw == one["raw_offsets"]
        assert found.spans()[item] == truth(item)
        assert found.texts[item] == TRUTH[item]["text"]
    (ada,) = (row for row in found.rows if row.get("attributes"))
    assert json.loads(ada["attributes"]) == {"certainty": "high"}
    assert found.aside == {"relation": 3, "other file": 1}
    assert not found.refusals


def test_xmi_holds_the_relations_of_the_truth() -> None:
    found = read(XMI, CAS, shape="relations")
    for item in TRUTH:
        assert relations(found, item) == links_of(item)
    assert found.aside == {"span": 13, "other file": 1}


@pytest.mark.parametrize(("path", "name"), [(TSV, "webanno"), (CAS, "xmi")])
def test_they_are_recognised(path: Path, name: str) -> None:
    for shape in ("spans", "relations"):
        assert recognise(open_source([path]), shape)[0].name == name


ROWS = """#FORMAT=WebAnno TSV 3.3
#T_SP=custom.Span|value|note
#T_RL=custom.Link|kind|BT_custom.Span
#T_CH=custom.Chain|referenceType|referenceRelation


#Text=🚀 Ada Moe of A|B.
1-1\t0-2\t🚀\tX\t*\t_\t_\t_\t_\t
1-2\t3-6\tAda\tPER[1]|Q\\_R[2]\ta\\|b[1]|*[2]\t_\t_\tc->1-1\tc\t
1-3\t7-10\tMoe\tPER[1]\ta\\|b[1]\t_\t_\t_\t_\t
1-4\t11-13\tof\t_\t_\t_\t_\t_\t_\t
1-5\t14-17\tA|B\tORG\t*\tworks\\;at|for\t1-2[1_0]|1-1\t_\t_\t
1-5.1\t16-17\tB\tPART\t*\t_\t_\t_\t_\t
1-6\t17-18\t.\t_\t_\t_\t_\t_\t_\t

#Text=Oslo
2-1\t20-24\tOslo\t*\t*\t*\t1-5.1\t_\t_\t
"""


def tsv(folder: Path, text: str = ROWS, name: str = "d.tsv") -> Path:
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, "utf-8")
    return path


def test_stacked_annotations_parts_of_words_and_escapes(tmp_path: Path) -> None:
    found = read(WEBANNO, tsv(tmp_path), layer="Span")
    assert found.texts == {"d": "🚀 Ada Moe of A|B.  Oslo"}
    assert found.spans()["d"] == [
        (0, 1, "X"), (2, 9, "PER"), (2, 5, "Q_R"), (13, 16, "ORG"), (15, 16, "PART"),
    ]  # fmt: skip
    assert [row.get("attributes") for row in found.rows] == [None, '{"note":"a|b"}', None, None, None]
    assert found.aside == {"relation": 3, "link of a chain": 1}
    assert [one.reason for one in found.refusals] == ["The span's label None is no text."]


def test_relations_come_from_the_row_they_name(tmp_path: Path) -> None:
    found = read(WEBANNO, tsv(tmp_path), shape="relations")
    assert relations(found, "d") == [
        ("works;at", 2, 9, "PER", 13, 16, "ORG"),
        ("for", 0, 1, "X", 13, 16, "ORG"),
    ]
    assert [one.reason for one in found.refusals] == ["The relation's label None is no text."]


def test_what_stands_between_sentences_is_an_option(tmp_path: Path) -> None:
    path = tsv(tmp_path)
    assert read(WEBANNO, path, between="line").texts["d"].endswith("A|B.\n\nOslo")
    unknown = read(WEBANNO, path, between="unknown")
    assert unknown.sheets == [{"item_id": "d"}]
    assert unknown.spans()["d"][1] == (2, 9, "PER")


def test_layers_and_features_are_chosen_or_asked_for(tmp_path: Path) -> None:
    two = ROWS.replace("#T_CH=custom.Chain", "#T_SP=other.Mark")
    with pytest.raises(InputError, match="Several layers") as error:
        read(WEBANNO, tsv(tmp_path, two))
    assert "--read layer=custom.Span or --read layer=other.Mark" in error.value.remedy
    with pytest.raises(InputError, match="several features"):
        read(WEBANNO, tsv(tmp_path, two), layer="Mark")
    found = read(WEBANNO, tsv(tmp_path, two), layer="Mark", feature="referenceRelation")
    assert found.spans()["d"] == [(2, 5, "c")]
    assert found.aside == {"annotation of another layer": 6, "relation": 3}
    with pytest.raises(InputError, match="has no feature colour"):
        read(WEBANNO, tsv(tmp_path), feature="colour")
    with pytest.raises(InputError, match="is called Nothing"):
        read(WEBANNO, tsv(tmp_path), layer="Nothing")


def test_files_without_the_layer_are_no_empty_answers(tmp_path: Path) -> None:
    for reader, path in ((WEBANNO, TSV), (XMI, CAS / "d2-astral.xmi")):
        with pytest.raises(InputError, match="No layer of people's relations"):
            read(reader, path, shape="relations")
    with pytest.raises(InputError, match="No layer of people's spans"):
        read(XMI, CAS / "d5-empty.xmi")


def test_folders_of_a_project_tell_people_apart(tmp_path: Path) -> None:
    for name in ("ann", "bob", "INITIAL_CAS"):
        tsv(tmp_path, name=f"d1.txt/{name}.tsv")
    found = read(WEBANNO, tmp_path, annotators="file")
    assert {(one["item_id"], one["annotator_id"]) for one in found.sheets} == {
        ("d1.txt", "ann"),
        ("d1.txt", "bob"),
    }
    assert found.aside["curated or initial file"] == 1


def test_damaged_rows_are_refused_by_their_line(tmp_path: Path) -> None:
    text = ROWS.replace("1-4\t11-13\tof\t_\t_\t_", "1-4\t11-13\tof") + "nonsense\n"
    found = read(WEBANNO, tsv(tmp_path, text.replace("1-2[1_0]|", "x|")), shape="relations")
    assert sorted((one.line, one.reason) for one in found.refusals) == [
        (11, "The row has fewer columns than its layers."),
        (12, "The relation comes from 'x', which is no row."),
        (17, "The relation's label None is no text."),
        (18, "The line is no row of tokens and annotations."),
    ]
    overlapping = read(WEBANNO, tsv(tmp_path, ROWS.replace("20-24\tOslo", "2-6\tOslo")))
    assert any("do not fit the sentences" in note for note in overlapping.notes)


XML = """<?xml version="1.0" encoding="UTF-8"?>
<xmi:XMI xmlns:xmi="http://www.omg.org/XMI" xmlns:cas="http:///uima/cas.ecore"
  xmlns:t="http:///de/tudarmstadt/ukp/dkpro/core/api/segmentation/type.ecore"
  xmlns:ner="http:///de/tudarmstadt/ukp/dkpro/core/api/ner/type.ecore" xmi:version="2.0">
  <t:Token xmi:id="8" sofa="1" begin="0" end="3" order="0"/>
  <ner:NamedEntity xmi:id="9" sofa="1" begin="0" end="3" value="PER" identifier="Q1"/>
  <ner:NamedEntity xmi:id="10" sofa="1" begin="4" end="8"/>
  <ner:NamedEntity xmi:id="11" sofa="2" begin="4" end="8" value="PER"/>
  <ner:NamedEntity xmi:id="12" sofa="1" begin="x" end="8" value="PER"/>
  {more}
  <cas:Sofa xmi:id="1" sofaNum="1" sofaID="_InitialView" mimeType="text" sofaString="Ada Moe."/>
  <cas:Sofa xmi:id="2" sofaNum="2" sofaID="other" mimeType="text" sofaString="Ada Moe."/>
  <cas:View sofa="1" members="8 9 10"/>
</xmi:XMI>
"""


def test_layers_of_xmi_that_tools_made_are_left_aside(tmp_path: Path) -> None:
    path = tsv(tmp_path, XML.format(more=""), "a.xmi")
    found = read(XMI, path)
    assert found.spans()["a"] == [(0, 3, "PER")]
    assert found.aside == {"annotation of another layer": 1, "annotation of another view": 1}
    assert [one.reason for one in found.refusals] == [
        "The annotation has no begin and end.",
        "The span's label None is no text.",
    ]
    tokens = read(XMI, path, layer="Token", feature="order")
    assert tokens.spans()["a"] == [(0, 3, "0")]


def test_a_relation_of_xmi_whose_end_is_lost_is_refused(tmp_path: Path) -> None:
    link = '<ner:Rel xmi:id="20" sofa="1" begin="0" end="3" Governor="9" Dependent="99" label="x"/>'
    found = read(XMI, tsv(tmp_path, XML.format(more=link), "a.xmi"), shape="relations")
    assert "The relation's tail is no span." in [one.reason for one in found.refusals]
    doctype = XML.replace("?>\n", '?>\n<!DOCTYPE x [<!ENTITY a "b">]>\n', 1).format(more="")
    path = tsv(tmp_path, doctype, "bad.xmi")
    with pytest.raises(InputError):
        read(XMI, path)
