"""Cuboids of KITTI files through the commands: DontCare, headings, claim, report, agreement, evidence."""

from __future__ import annotations

import json
import random
from pathlib import Path
from typing import Any

from tests.conftest import Cli
from tests.contracts import REWORK, clause, contract_toml

CLASSES = ["Car", "Pedestrian"]
SIZES = {"Car": (1.5, 1.8, 4.2), "Pedestrian": (1.75, 0.6, 0.6)}
POINT = {"rule": "point"}
CONTRACT = contract_toml(
    task={"type": "cuboids", "classes": CLASSES, "gold": "chosen",
          "matching": {"match": "iou", "iou": "0.5", "heading_within": "10"}},
    price=("0.10", "object"), remedies=[REWORK],
    clauses=[
        clause(unit="object", threshold="0.95", decision=POINT, remedy=["rework"]),
        clause("bev", metric="mean_bev_iou", unit="object", threshold="0.5", decision=POINT),
        clause("heading", metric="heading_error", unit="heading", threshold="5", decision=POINT),
        clause("turned", unit="heading", threshold="0.99", decision=POINT),
        clause("alpha", metric="alpha", threshold="0.5", decision=POINT),
    ],
)  # fmt: skip
AREA = "DontCare -1 -1 -10 600 20 700 60 -1 -1 -1 -1000 -1000 -1000 -10"


def line(label: str, x: float, z: float, yaw: float, y: float = 1.6) -> str:
    height, width, length = SIZES[label]
    return f"{label} 0 0 -10 100 100 200 200 {height} {width} {length} {x:.2f} {y} {z:.2f} {yaw:.3f}"


def scenes(folder: Path, seed: int = 0, *, spoil: bool = False) -> Path:
    """Forty scenes; spoilt ones miss a cuboid, turn one round, and lift one by fifty metres."""
    dice, other = random.Random(3), random.Random(seed)
    folder.mkdir(parents=True)
    for scene in range(40):
        lines = []
        for place in range(dice.randint(1, 4)):
            label = dice.choice(CLASSES)
            numbers = (6 * place + dice.random(), dice.uniform(5, 60), dice.uniform(-3, 3))
            fate = other.random() if spoil else 1.0
            if fate < 0.05:
                continue
            turned = numbers[2] + (3.14159 if fate < 0.15 else 0.02 * other.gauss(0, 1) if spoil else 0)
            lines.append(line(label, *numbers[:2], turned, -48.4 if 0.15 <= fate < 0.2 else 1.6))
        lines += [AREA] if scene % 10 == 0 else []
        (folder / f"{scene:06d}.txt").write_text("\n".join(lines), "utf-8")
    return folder


def levels(found: dict[str, Any]) -> set[str]:
    return {one["level"] for one in found["lines"]}


def test_cuboids_of_kitti_from_files_to_evidence(cli: Cli, tmp_path: Path) -> None:
    (tmp_path / "c.toml").write_text(CONTRACT, "utf-8")
    gold = scenes(tmp_path / "gold/label_2")
    given = scenes(tmp_path / "given/label_2", 1, spoil=True)
    cli("init")
    cli("vendor", "add", "acme")
    cli("contract", "add", "c.toml")
    cli("gold", "add", gold, "--id", "g", "--contract", "c")
    cli("gold", "commit", "g", "--out", "receipt.json")
    cli("delivery", "add", given, "--id", "d", "--contract", "c")
    result = cli("audit", "run", "d", "--gold", "g", "--id", "a", "--json", code=3).json
    assert result["counts"]["missing"] > result["counts"]["extra"] > 0
    verdicts = {one["clause"]: one["verdict"] for one in result["findings"]}
    assert verdicts == {
        "accuracy": "breached", "bev": "kept", "heading": "breached", "turned": "breached", "alpha": "not_run",
    }  # fmt: skip
    claim = cli("claim", "draft", "a", "--id", "k", "--json").json
    assert levels(claim) == {"object", "heading"}
    said = next(one["where"] for one in claim["lines"] if one["level"] == "heading")
    assert "the heading is 180° off" in said
    cli("report", "claim", "k", "--out", "k.html", "--format", "html")
    assert "seen from above" in (tmp_path / "k.html").read_text("utf-8")
    cli("report", "audit", "a", "--out", "a.html", "--format", "html")
    assert "seen from above: x " in (tmp_path / "a.html").read_text("utf-8")
    cli("evidence", "export", "a", "--out", "b.zip")
    told = cli("evidence", "verify", "b.zip", "--receipt", "receipt.json", "--delivered", given)
    assert "judged again, give the same result" in told.out


def test_two_people_agree_by_what_their_cuboids_share(cli: Cli, tmp_path: Path) -> None:
    (tmp_path / "c.toml").write_text(CONTRACT, "utf-8")
    head = "item_id,annotator_id,label,x,y,z,long,wide,high,yaw"
    rows = [
        f"i{item},{who},Car,{10 * item + (0.5 if who == 'bob' else 0)},0,1,4,2,2,0"
        for item in range(20) for who in ("ann", "bob")
    ]  # fmt: skip
    (tmp_path / "rows.csv").write_text("\n".join([head, *rows]), "utf-8")
    cli("init")
    cli("vendor", "add", "acme")
    cli("contract", "add", "c.toml")
    cli("delivery", "add", "rows.csv", "--id", "d", "--contract", "c")
    shown = cli("agreement", "show", "d", "--json").json
    text = json.dumps(shown)
    assert "IoU" in text or "cuboids" in text
    cli("annotators", "show", "d", "--json")


def test_dont_care_of_gold_leaves_out_and_that_of_a_vendor_is_no_answer(cli: Cli, tmp_path: Path) -> None:
    car, area = "Car 0 0 -10 {} 1.5 1.8 4 1 1.7 20 0", "DontCare -1 -1 -10 {} -1 -1 -1 -1000 -1000 -1000 -10"
    files = {
        "gold": [car.format("10 20 50 40"), area.format("60 20 99 40")],
        "given": [car.format("10 20 50 40"), car.format("62 22 90 38"), area.format("0 0 5 5")],
    }
    for name, lines in files.items():
        (tmp_path / name / "label_2").mkdir(parents=True)
        (tmp_path / name / "label_2/000001.txt").write_text("\n".join(lines), "utf-8")
    text = contract_toml(
        task={"type": "boxes", "classes": CLASSES}, clauses=[clause(unit="object", decision=POINT)]
    )
    (tmp_path / "c.toml").write_text(text, "utf-8")
    cli("init")
    cli("vendor", "add", "acme")
    cli("contract", "add", "c.toml")
    cli("gold", "add", tmp_path / "gold", "--id", "g", "--contract", "c")
    cli("gold", "commit", "g", "--out", "receipt.json")
    intake = cli("delivery", "add", tmp_path / "given", "--id", "d", "--contract", "c", "--json").json["intake"]
    assert intake["set_aside"] == {"area that is marked as left out, of no class": 1}
    assert (intake["labels"], intake["unknown_class"]) == (2, 0)
    counts = cli("audit", "run", "d", "--gold", "g", "--id", "a", "--json").json["counts"]
    assert (counts["correct"], counts["unscorable"], counts["extra"]) == (1, 1, 0)
    cli("evidence", "export", "a", "--out", "b.zip")
    cli("evidence", "verify", "b.zip", "--receipt", "receipt.json", "--delivered", tmp_path / "given")
