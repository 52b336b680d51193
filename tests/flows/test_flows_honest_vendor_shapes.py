"""The honest vendor of boxes, whose files say the same as gold in other words: nobody is accused by them."""

from __future__ import annotations

import pytest

from tests.conftest import Cli
from tests.contracts import clause, contract_toml

HEAD = "item_id,label,x_min,y_min,x_max,y_max,angle,attributes"
CONTRACT = contract_toml(
    task={"type": "boxes", "classes": ["car", "van"],
          "attributes": {"hidden": "equal", "age": {"tolerance": "1"}, "note": "equal"}},
    clauses=[clause(unit="item", threshold="0.95")],
)  # fmt: skip


def rows(first: str, second: str, *more: str) -> str:
    """A file of two boxes with their attributes, as JSON in a cell."""
    quoted = [text.replace('"', '""') for text in (first, second)]
    lines = [f'a,car,0,0,10,10,,"{quoted[0]}"', f'a,van,20,20,40,30,30,"{quoted[1]}"', *more]
    return "\n".join([HEAD, *lines]) + "\n"


GOLD = rows('{"hidden":true,"age":2,"note":"yes"}', '{"hidden":false,"age":"3","note":"True"}')
SAID = {
    "as text": rows('{"hidden":"true","age":"2.0","note":"yes"}', '{"hidden":"false","age":4,"note":"true"}'),
    "in capitals": rows('{"hidden":"True","age":1,"note":"yes"}', '{"hidden":"FALSE","age":3,"note":true}'),
    "as numbers": rows('{"hidden":1,"age":2,"note":"yes"}', '{"hidden":"0","age":3.0,"note":"TRUE"}'),
    "as yes and no": rows('{"hidden":"yes","age":2,"note":"yes"}', '{"hidden":"no","age":3,"note":"True"}'),
}


@pytest.fixture
def ready(cli: Cli) -> Cli:
    (cli.folder / "c.toml").write_text(CONTRACT, "utf-8")
    (cli.folder / "g.csv").write_text(GOLD, "utf-8")
    cli("init")
    cli("vendor", "add", "acme")
    cli("contract", "add", "c.toml")
    cli("gold", "add", "g.csv", "--id", "g", "--contract", "c")
    return cli


@pytest.mark.parametrize("name", SAID)
def test_attributes_in_other_words(ready: Cli, name: str) -> None:
    (ready.folder / "d.csv").write_text(SAID[name], "utf-8")
    ready("delivery", "add", "d.csv", "--id", "d", "--contract", "c")
    counts = ready("audit", "run", "d", "--gold", "g", "--json").json["counts"]
    assert (counts["correct"], counts["wrong_attribute"]) == (2, 0)


def test_attributes_that_differ_are_wrong(ready: Cli) -> None:
    other = rows('{"hidden":"no","age":4,"note":"Yes"}', '{"hidden":"true","age":"old","note":"maybe"}')
    (ready.folder / "d.csv").write_text(other, "utf-8")
    ready("delivery", "add", "d.csv", "--id", "d", "--contract", "c")
    counts = ready("audit", "run", "d", "--gold", "g", "--json", code=3).json["counts"]
    assert counts["wrong_attribute"] == 6


def test_a_file_that_came_twice_is_read_once(ready: Cli) -> None:
    for name in ("d.csv", "d (1).csv"):
        (ready.folder / name).write_text(GOLD, "utf-8")
    words = ("delivery", "add", "d.csv", "d (1).csv", "--id", "d", "--contract", "c")
    intake = ready(*words, "--json").json["intake"]
    assert (intake["labels"], intake["set_aside"]) == (2, {"copied file": 1})
    assert any("is a copy of" in note for note in intake["notes"])
    counts = ready("audit", "run", "d", "--gold", "g", "--json").json["counts"]
    assert (counts["correct"], counts["extra"]) == (2, 0)
