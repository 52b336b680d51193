"""An audit of boxes that a vendor delivered out of its tool, with all that it can hold of it."""

from __future__ import annotations

import json
import random
from pathlib import Path
from typing import Any

from tests.conftest import Cli
from tests.contracts import REWORK, clause, contract_toml
from tests.flows.evidence_story import CAME, SENT, at

CLASSES = ("car", "van")
SIZE = (200, 100)  # of every image, in pixels
Box = tuple[str, float, float, float, float]  # class, left, top, width, height
CONTRACT = contract_toml(
    task={"type": "boxes", "classes": list(CLASSES), "gold": "chosen", "repeats": "last",
          "matching": {"iou": "0.5", "imprecise_below": "0.9", "outside": "cut"}},
    price=("0.10", "object"), remedies=[REWORK],
    clauses=[clause(unit="object", threshold="0.95", remedy=["rework"])],
)  # fmt: skip
OWN = ("--receipt", "receipt.json", "--contract", "c.toml")


def drawn(item: int) -> list[Box]:
    """The boxes that are there: on every fifth image none; the last box of an image reaches its border."""
    rng = random.Random(item)
    boxes: list[Box] = [
        (rng.choice(CLASSES), 10 + 45 * place, rng.randint(0, 40), rng.randint(20, 40), rng.randint(20, 50))
        for place in range(rng.randint(1, 3) if item % 5 else 0)
    ]
    return [*boxes, ("car", 160, 20, 40, 40)] if boxes else []


def spoilt(boxes: list[Box], rng: random.Random) -> list[Box]:
    """As somebody draws who errs on every fourth box, and draws beyond the border."""
    kept = [box for box in boxes if rng.random() > 0.15]
    swapped = [(CLASSES[0] if box[0] == CLASSES[1] else CLASSES[1], *box[1:]) for box in kept]
    told = [new if rng.random() < 0.1 else old for old, new in zip(kept, swapped, strict=True)]
    return [(label, x, y, w + 60 if x == 160 else w, h) for label, x, y, w, h in told]


def task(item: int, answers: dict[int, list[Box]]) -> dict[str, Any]:
    """A task of Label Studio with the answers of persons."""
    return {
        "id": item, "data": {"image": f"/data/i{item:03d}.png"},
        "annotations": [
            {"id": 1000 * item + person, "completed_by": person, "was_cancelled": False,
             "created_at": f"2026-03-0{1 + person}T08:{item % 60:02d}:00Z",
             "updated_at": f"2026-03-0{1 + person}T08:{item % 60:02d}:00Z",
             "result": [region(f"r{place}", box) for place, box in enumerate(boxes)]}
            for person, boxes in answers.items()
        ],
    }  # fmt: skip


def region(name: str, box: Box) -> dict[str, Any]:
    label, x, y, w, h = box
    value = {"x": x / SIZE[0] * 100, "y": y / SIZE[1] * 100, "width": w / SIZE[0] * 100,
             "height": h / SIZE[1] * 100, "rotation": 0, "rectanglelabels": [label]}  # fmt: skip
    return {"id": name, "type": "rectanglelabels", "from_name": "box", "to_name": "img",
            "original_width": SIZE[0], "original_height": SIZE[1], "image_rotation": 0,
            "value": value}  # fmt: skip


def gold_set(cli: Cli, items: int = 50) -> None:
    """A workspace whose gold is committed to."""
    (cli.folder / "c.toml").write_text(CONTRACT, "utf-8")
    tasks = [task(item, {9: drawn(item)}) for item in range(items)]
    (cli.folder / "gold.json").write_text(json.dumps(tasks), "utf-8")
    cli("init", env=at(SENT))
    cli("vendor", "add", "acme", env=at(SENT))
    cli("contract", "add", "c.toml", env=at(SENT))
    cli("gold", "add", "gold.json", "--id", "g", "--contract", "c", env=at(SENT))
    cli("gold", "commit", "g", "--out", "receipt.json", env=at(SENT))


def delivered(path: Path, items: int = 70, people: int = 2) -> None:
    """The vendor's file: two persons answer each image, gold or not."""
    rng = random.Random(5)
    tasks = [
        task(item, {person: spoilt(drawn(item), rng) for person in range(1, people + 1)})
        for item in range(items)
    ]
    path.write_text(json.dumps(tasks), "utf-8")


def claimed(cli: Cli) -> Cli:
    """The whole story up to the exported bundle of a breached audit, `b.zip`."""
    gold_set(cli)
    delivered(cli.folder / "d.json")
    cli("delivery", "seal", "d.json", "--out", "seal.json", "--receipt", "receipt.json", env=at(CAME))
    words = ("delivery", "add", "d.json", "--id", "d", "--contract", "c")
    cli(*words, "--seal", "seal.json", "--acknowledge", "ack.json", env=at(CAME))
    cli("audit", "run", "d", "--gold", "g", "--id", "a", code=3, env=at(CAME))
    cli("claim", "draft", "a", "--id", "claim", env=at(CAME))
    cli("claim", "issue", "claim", env=at(CAME))
    cli("evidence", "export", "a", "--out", "b.zip", env=at(CAME))
    return cli
