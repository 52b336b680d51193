"""Real outlines over real images: `report claim --images`, with what fits and what does not."""

from __future__ import annotations

import csv
import re
from pathlib import Path

import pytest

from tests.conftest import SHARED, Cli
from tests.contracts import clause, contract_toml
from vendoreval.evidence.canonical import sha256_hex

CARS = SHARED / "data" / "labelme_vehicle_polygons"
COLUMNS = ("item_id", "annotator_id", "label", "polygon")


def write(file: Path, people: set[str]) -> None:
    """The outlines of some people as rows; dirty names as they stand, all for one class."""
    with (CARS / "delivered.csv").open(encoding="utf-8", newline="") as source:
        rows = [row for row in csv.DictReader(source) if row["annotator_id"] in people]
    with file.open("w", encoding="utf-8", newline="") as out:
        writer = csv.writer(out)
        writer.writerow(COLUMNS)
        writer.writerows([row["item_id"], row["annotator_id"], "car", row["polygon"]] for row in rows)


@pytest.fixture
def claimed(cli: Cli) -> Cli:
    """A claim on what a2 and a3 outlined, held against a1."""
    write(cli.folder / "gold.csv", {"a1"})
    write(cli.folder / "delivered.csv", {"a2", "a3"})
    terms = contract_toml(
        "cars", task={"type": "polygons", "classes": ["car"], "gold": "chosen", "matching": {"iou": "0.80"}},
        clauses=[clause(unit="object", threshold="0.99", remedy=["rework"])],
        remedies=[{"id": "rework", "kind": "rework"}],
    )  # fmt: skip
    (cli.folder / "contract.toml").write_text(terms, "utf-8")
    cli("init")
    cli("vendor", "add", "acme")
    cli("contract", "add", "contract.toml")
    cli("gold", "add", "gold.csv", "--id", "g", "--contract", "cars")
    cli("delivery", "add", "delivered.csv", "--id", "d", "--contract", "cars")
    cli("audit", "run", "d", "--gold", "g", "--id", "a", code=3)
    cli("claim", "draft", "a", "--id", "c")
    return cli


def test_images_lie_under_the_shapes_and_are_named_by_their_hash(claimed: Cli) -> None:
    claimed("report", "claim", "c", "--images", CARS / "images", "--out", "claim.html")
    page = (claimed.folder / "claim.html").read_text("utf-8")
    names = re.findall(r"Image (\d+\.jpg)</th><td><code>([0-9a-f]{64})", page)
    assert names
    drawn = page.count("</svg></td>")  # each line of the list has its own picture
    assert page.count("<image ") == drawn > 0
    for name, sha in names:
        assert sha == sha256_hex((CARS / "images" / name).read_bytes())
    claimed("report", "claim", "c", "--images", CARS / "images", "--out", "claim.pdf")
    assert (claimed.folder / "claim.pdf").read_bytes().startswith(b"%PDF")


def test_without_images_the_shapes_stand_alone_and_wrong_folders_are_named(claimed: Cli) -> None:
    claimed("report", "claim", "c", "--out", "claim.html")
    page = (claimed.folder / "claim.html").read_text("utf-8")
    assert "<image " not in page
    assert "</svg></td>" in page
    (claimed.folder / "empty").mkdir()
    claimed("report", "audit", "a", "--images", "empty", "--out", "audit.html")
    assert "no picture of this name" in (claimed.folder / "audit.html").read_text("utf-8")
    assert "no such folder" in claimed("report", "audit", "a", "--images", "none", code=2).err
