"""Video tracks through the commands: gold from MOT, a delivery from CVAT, claim, agreement, evidence."""

from __future__ import annotations

import json
import random
from pathlib import Path
from typing import Any

from tests.conftest import Cli
from tests.contracts import REWORK, clause, contract_toml

CLASSES = ["car", "person"]
POINT = {"rule": "point"}
CONTRACT = contract_toml(
    task={"type": "tracks", "classes": CLASSES, "gold": "chosen", "matching": {"iou": "0.5"}},
    price=("0.10", "object"), remedies=[REWORK],
    clauses=[
        clause(unit="object", threshold="0.99", decision=POINT, remedy=["rework"]),
        clause("identity", metric="idf1", unit="object", threshold="0.95", decision=POINT, remedy=["rework"]),
        clause("whole", unit="track", threshold="0.5", decision=POINT),
        clause("switches", metric="id_switches", unit="object", threshold="0.001", decision=POINT),
        clause("hota", metric="hota", unit="object", threshold="0.5", decision=POINT),
        clause("mota", metric="mota_loss", unit="object", threshold="0.5", decision=POINT),
        clause("alpha", metric="alpha", threshold="0.5", decision=POINT),
    ],
)  # fmt: skip
Track = tuple[str, str, list[tuple[int, int]]]  # name, class, frame and left edge


def drawn(clip: int) -> list[Track]:
    dice = random.Random(clip)
    return [
        (str(number + 1), dice.choice(CLASSES), [(frame, 100 * number + 2 * frame) for frame in range(12)])
        for number in range(2)
    ]


def mot(folder: Path, clips: int) -> Path:
    """Gold: a folder a clip, frames from 1, and a region on which nothing is judged."""
    for clip in range(clips):
        here = folder / f"clip{clip:02d}/gt"
        here.mkdir(parents=True)
        lines = [
            f"{frame + 1},{name},{left},10,20,40,1,{CLASSES.index(label) + 1},1"
            for name, label, boxes in drawn(clip) for frame, left in boxes
        ]  # fmt: skip
        lines += [f"{frame},90,400,10,80,80,0,1,1" for frame in range(1, 13)]
        (here / "gt.txt").write_text("\n".join(lines), "utf-8")
    (folder / "labels.txt").write_text("\n".join(CLASSES), "utf-8")
    return folder


def cvat(folder: Path, clips: int, *, spoil: bool, who: str = "ann") -> Path:
    """A delivery: a file a clip; spoilt ones change names half way, lose boxes, and mark in the region."""
    folder.mkdir(parents=True)
    dice = random.Random(5)
    for clip in range(clips):
        tracks = []
        for name, label, boxes in drawn(clip):
            parts = {name: boxes}
            if spoil and clip % 3 == 0:
                parts = {name: boxes[:6], f"{name}0": boxes[6:]}
            for part, places in parts.items():
                kept = [place for place in places if not spoil or dice.random() > 0.1]
                shapes = [shape(frame, left) for frame, left in kept]
                tracks.append(f'<track id="{part}" label="{label}">{"".join(shapes)}{shape(13, 0, 1)}</track>')
        if spoil and clip == 1:
            tracks.append(f'<track id="77" label="car">{shape(3, 420)}</track>')
        meta = (
            f"<meta><job><source>clip{clip:02d}</source><assignee>{who}</assignee></job></meta>"
        )  # fmt: skip
        (folder / f"{clip:02d}.xml").write_text(f"<annotations>{meta}{''.join(tracks)}</annotations>", "utf-8")
    return folder


def shape(frame: int, left: float, outside: int = 0) -> str:
    return (
        f'<box frame="{frame}" keyframe="1" outside="{outside}" occluded="0" xtl="{left}" ytl="10" '
        f'xbr="{left + 20}" ybr="50" z_order="0"/>'
    )


def begun(cli: Cli, folder: Path) -> None:
    (folder / "c.toml").write_text(CONTRACT, "utf-8")
    cli("init")
    cli("vendor", "add", "acme")
    cli("contract", "add", "c.toml")


def test_tracks_from_files_to_evidence(cli: Cli, tmp_path: Path) -> None:
    gold, given = mot(tmp_path / "gold", 12), cvat(tmp_path / "given", 12, spoil=True)
    begun(cli, tmp_path)
    cli("gold", "add", gold, "--id", "g", "--contract", "c")
    cli("gold", "commit", "g", "--out", "receipt.json")
    intake = cli("delivery", "add", given, "--id", "d", "--contract", "c", "--json").json["intake"]
    assert intake["set_aside"]["box that is outside"] > 20
    result = cli("audit", "run", "d", "--gold", "g", "--id", "a", "--json", code=3).json
    assert result["counts"]["missing"] > 10
    assert result["counts"]["unscorable"] == 1
    verdicts = {one["clause"]: one["verdict"] for one in result["findings"]}
    assert verdicts == {
        "accuracy": "breached", "identity": "breached", "whole": "kept", "switches": "breached", "hota": "kept",
        "mota": "kept", "alpha": "not_run",
    }  # fmt: skip
    figures = {one["clause"]: one["estimate"] for one in result["findings"]}
    assert 0 < figures["switches"] <= 8 / 288
    assert 0.5 < figures["hota"] < 0.95
    claim = cli("claim", "draft", "a", "--id", "k", "--json").json
    assert {one["level"] for one in claim["lines"]} == {"object", "track", "link"}
    cli("report", "claim", "k", "--out", "k.html", "--format", "html")
    told = (tmp_path / "k.html").read_text("utf-8")
    assert "identity switch" in told
    assert "followed by track 1 until frame" in told
    cli("report", "audit", "a", "--out", "a.html", "--format", "html")
    assert "the delivered track of that name follows it" in (tmp_path / "a.html").read_text("utf-8")
    cli("evidence", "export", "a", "--out", "b.zip")
    told = cli("evidence", "verify", "b.zip", "--receipt", "receipt.json", "--delivered", given).out
    assert "judged again, give the same result" in told


def test_a_delivery_like_gold_is_right_and_people_agree(cli: Cli, tmp_path: Path) -> None:
    gold = mot(tmp_path / "gold", 6)
    begun(cli, tmp_path)
    cli("gold", "add", gold, "--id", "g", "--contract", "c")
    rows = [
        f"clip{clip:02d},{who},{who}{name},{frame},{label},{left},10,{left + 20},50"
        for clip in range(6) for who in ("ann", "bob") for name, label, boxes in drawn(clip)
        for frame, left in boxes
    ]  # fmt: skip
    head = "item_id,annotator_id,track_id,frame,label,x_min,y_min,x_max,y_max"
    (tmp_path / "rows.csv").write_text("\n".join([head, *rows]), "utf-8")
    cli("delivery", "add", "rows.csv", "--id", "d", "--contract", "c")
    result: dict[str, Any] = cli("audit", "run", "d", "--gold", "g", "--id", "a", "--json").json
    wrong = {name: count for name, count in result["counts"].items() if count and name != "correct"}
    assert not wrong.keys() & {"missing", "extra", "wrong_label", "imprecise", "wrong_attribute"}
    shown = json.dumps(cli("agreement", "show", "d", "--json").json)
    assert "IDF1" in shown
    cli("annotators", "show", "d", "--json")


def test_a_track_twice_in_a_frame_is_refused_and_copies_are_not(cli: Cli, tmp_path: Path) -> None:
    """In any order; of gold nothing is taken."""
    begun(cli, tmp_path)
    head = "item_id,track_id,frame,label,x_min,y_min,x_max,y_max"
    lines = [
        "a,1,0,car,0,0,9,9",
        "a,1,1,car,0,0,9,9",
        "a,2,0,car,0,0,9,9",
        "a,1,0,car,5,5,9,9",
        "a,2,0,car,0,0,9,9",
    ]
    for number, order in enumerate((lines, list(reversed(lines)))):
        (tmp_path / f"{number}.csv").write_text("\n".join([head, *order]), "utf-8")
        name = f"{number}.csv"
        intake = cli("delivery", "add", name, "--id", f"d{number}", "--contract", "c", "--json").json["intake"]
        assert (intake["labels"], intake["refused"], intake["rows_read"]) == (2, 2, 5)
        assert {one["line"] for one in intake["refusals"]} == ({2, 5} if number == 0 else {3, 6})
        assert "track_id 1 and frame 0" in intake["refusals"][0]["reason"]
    found = cli("gold", "add", "0.csv", "--id", "g", "--contract", "c", code=2)
    assert "track_id 1 and frame 0" in found.err
