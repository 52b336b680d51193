"""Gold that names who answered, and gold in which there is nothing to be found."""

from __future__ import annotations

import json

import pytest

from tests.conftest import Cli
from tests.flows.shapes_story import CONTRACT

HEAD = "item_id,annotator_id,label,x_min,y_min,x_max,y_max"
CAR, VAN = "car,0,0,10,10", "van,50,50,90,90"


@pytest.fixture
def ready(cli: Cli) -> Cli:
    (cli.folder / "c.toml").write_text(CONTRACT, "utf-8")
    cli("init")
    cli("vendor", "add", "acme")
    cli("contract", "add", "c.toml")
    return cli


def write(cli: Cli, name: str, head: str, *rows: str) -> str:
    (cli.folder / name).write_text("\n".join([head, *rows]) + "\n", "utf-8")
    return name


def test_two_peoples_answers_are_not_one_gold_answer(ready: Cli) -> None:
    """Joined, the boxes that only one of them drew would be missing in each delivered answer."""
    file = write(ready, "g.csv", HEAD, f"a,ann,{CAR}", f"a,ann,{VAN}", f"a,ben,{CAR}", f"b,ben,{VAN}")
    said = ready("gold", "add", file, "--id", "g", "--contract", "c", code=2).err
    assert "'a' is answered more than once" in said
    words = ("gold", "add", file, "--id", "g", "--contract", "c", "--where", "annotator_id=ann")
    assert ": 1 item." in ready(*words).out


def test_people_may_give_alternatives_and_share_the_items(ready: Cli) -> None:
    rows = (f"a,ann,{CAR},0", f"a,ann,{VAN},0", f"a,ben,{CAR},1", f"b,ben,{VAN},0")
    file = write(ready, "g.csv", f"{HEAD},alternative", *rows)
    ready("gold", "add", file, "--id", "g", "--contract", "c")
    delivered = write(ready, "d.csv", HEAD, f"a,eva,{CAR}", f"b,eva,{VAN}")
    ready("delivery", "add", delivered, "--id", "d", "--contract", "c")
    counts = ready("audit", "run", "d", "--gold", "g", "--json").json["counts"]
    assert (counts["correct"], counts["missing"], counts["extra"]) == (2, 0, 0)


def test_nothing_to_be_found_and_nothing_found(ready: Cli) -> None:
    """Gold and delivery are answers without a box."""
    images = [{"id": k, "file_name": f"{k}.png", "width": 90, "height": 90} for k in range(3)]
    frame = {"images": images, "annotations": [], "categories": [{"id": 1, "name": "car"}]}
    nothing = write(ready, "n.json", json.dumps(frame))
    ready("gold", "add", nothing, "--id", "g", "--contract", "c")
    ready("delivery", "add", nothing, "--id", "d", "--contract", "c")
    audit = ready("audit", "run", "d", "--gold", "g", "--id", "a", "--json", code=4).json
    assert audit["counts"]["empty_agreed"] == 3
    assert audit["findings"][0]["verdict"] == "not_run"
    ready("evidence", "export", "a", "--out", "b.zip")
    assert "totals follow" in ready("evidence", "verify", "b.zip", "--delivered", nothing).out
    ready("report", "audit", "a", "--format", "html", "--out", "a.html")
    ready("delivery", "export", "d", "--out", "again.csv", "--items", "of.csv")
