"""Exports of one tool held against those of another, from files to verdicts."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import SHARED, Cli
from tests.contracts import clause, contract_toml

FILES = SHARED / "formats/files"
CVAT = FILES / "cvat/cvat_images.xml"
STUDIO = FILES / "labelstudio/images_two_annotators.json"
TEXTS = FILES / "labelstudio"
CLASSES = {"boxes": ("car", "person", "traffic light"), "spans": ("PER", "LOC", "ORG", "FAC")}
CLASSES |= dict.fromkeys(("polygons", "masks"), CLASSES["boxes"])


def workspace(cli: Cli, kind: str, gold: Path, *read: str) -> None:
    """A workspace with a contract on f1 of objects, and gold from a file of a tool."""
    unit = "span" if kind == "spans" else "object"
    text = contract_toml(
        "c", task={"type": kind, "classes": CLASSES[kind]},
        clauses=[clause("f1", metric="f1", unit=unit, threshold="0.8")],
    )  # fmt: skip
    (cli.folder / "c.toml").write_text(text, "utf-8")
    cli("init", ".")
    cli("vendor", "add", "acme")
    cli("contract", "add", "c.toml")
    cli("gold", "add", gold, "--contract", "c", "--id", "g", *read)
    cli("gold", "commit", "g")


def audited(cli: Cli, name: str, delivery: Path, *read: str, code: int = 0) -> dict[str, Any]:
    """The delivery's intake and the outcomes of its audit."""
    taken = cli("delivery", "add", delivery, "--contract", "c", "--id", name, "--json", *read).json
    ran = cli("audit", "run", name, "--gold", "g", "--json", code=code)
    return {"intake": taken["intake"], **ran.json}


@pytest.mark.parametrize("kind", ["boxes", "polygons", "masks"])
def test_a_file_against_itself_is_right(cli: Cli, kind: str) -> None:
    """Out of a folder, and out of an archive as well."""
    workspace(cli, kind, CVAT)
    inside = cli.folder / "in/job"
    inside.mkdir(parents=True)
    shutil.copy(CVAT, inside / "annotations.xml")
    packed = Path(shutil.make_archive(str(cli.folder / "job"), "zip", cli.folder / "in"))
    for name, path in (("one", cli.folder / "in"), ("two", packed)):
        found = audited(cli, name, path)
        (finding,) = found["findings"]
        assert finding["estimate"] == 1, name
        assert finding["verdict"] == "kept"


def test_boxes_of_one_tool_are_held_against_those_of_another(cli: Cli) -> None:
    """The same six images drawn in both; person 2 moved one box and gave another a wrong class.

    Label Studio has changed one image's name, which leaves that item without an answer.
    """
    workspace(cli, "boxes", CVAT)
    found = audited(cli, "d", STUDIO, code=4)
    counts = found["counts"]
    assert (counts["labels"], counts["sheets"], counts["not_answered"]) == (16, 8, 1)
    assert (counts["wrong_label"], counts["missing"], counts["extra"], counts["empty_agreed"]) == (1, 1, 0, 2)
    assert counts["correct"] == 15
    notes = " ".join(found["intake"]["notes"])
    assert "brush 2, cancelled annotation 2, keypoint 2, polygon 4" in notes
    assert "Read as label-studio" in notes


def test_masks_of_one_tool_are_those_of_another(cli: Cli) -> None:
    """Run lengths of a crop along its rows, and packed values of all pixels: the same pixels."""
    workspace(cli, "masks", CVAT)
    counts = audited(cli, "d", STUDIO, code=4)["counts"]
    assert (counts["correct"], counts["wrong_label"], counts["extra"]) == (1, 0, 0)


def test_spans_of_one_tool_are_held_against_those_of_another(cli: Cli) -> None:
    """Three texts. Label Studio has no spans of several pieces; its second person marked one text otherwise."""
    workspace(cli, "spans", FILES / "brat/brat_dev")
    whole, flat = (
        audited(cli, name, TEXTS / f"text_two_annotators.{name}", "--read", "item=docid", code=4)["counts"]
        for name in ("json", "tsv")
    )
    assert whole == flat
    assert (whole["sheets"], whole["not_answered"]) == (7, 0)
    assert [whole[name] for name in ("correct", "missing", "extra", "empty_agreed")] == [7, 1 + 5, 1, 2]
