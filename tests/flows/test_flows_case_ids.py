"""Ids that nearly match: shown before any verdict, settled by a crosswalk that cannot forge."""

from __future__ import annotations

import csv
import html
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import SHARED, Cli

CASES = SHARED / "cases"
STUDIO = ("--map", "item_id=image", "--map", "annotator_id=annotator", "--map", "label=species")
SIGNED = ("--map", "item_id=image", "--map", "annotator_id=worker")


@pytest.fixture
def there(tmp_path: Path) -> Cli:
    cli = Cli(tmp_path)
    cli("init")
    cli("vendor", "add", "acme")
    for name in ("words", "comp", "cons"):
        cli("contract", "add", CASES / f"contract-{name}.toml")
    return cli


def gold(cli: Cli, file: str, contract: str = "c-words", *words: str) -> None:
    cli("gold", "add", CASES / file, "--id", "g", "--contract", contract, *words)


def taken(
    cli: Cli, file: str, *words: str | Path, name: str = "d", contract: str = "c-words"
) -> dict[str, Any]:
    record = cli("delivery", "add", CASES / file, "--id", name, "--contract", contract, *words, "--json").json
    intake: dict[str, Any] = record["intake"]
    return intake


def settled(
    cli: Cli, file: str, *words: str, contract: str = "c-words", reads: str = "", code: int = 0
) -> dict[str, Any]:
    """The finding of an audit once the crosswalk that the refusal names was written and used."""
    said = cli("audit", "run", "d", "--gold", "g", code=2).err
    assert "vendoreval delivery ids d --gold g --out ids.csv" in said
    assert "--ids ids.csv" in said
    written = cli("delivery", "ids", "d", "--gold", "g", "--out", "ids.csv", "--json").json
    assert written["pairs"] == written["missing"]
    intake = taken(cli, file, *words, "--ids", cli.folder / "ids.csv", name="e", contract=contract)
    assert (intake["unsettled"], intake["ids"]["crosswalk"]["buyers_word"]) == ([], 0)
    assert len(intake["ids"]["crosswalk"]["sha256"]) == 64
    if reads:
        assert set(intake["ids"]["crosswalk"]["rules"]) == set(reads.split(", "))
    found: dict[str, Any] = cli("audit", "run", "e", "--gold", "g", "--json", code=code).json["findings"][0]
    return found


def test_lost_zeros_do_not_make_a_delivery_incomplete(there: Cli) -> None:
    gold(there, "17b-gold.csv", "c-comp")
    taken(there, "17b-some-zeros-lost.csv", contract="c-comp")
    said = there("audit", "run", "d", "--gold", "g", code=2).err
    assert "10 gold items were not delivered, but 10 of them nearly" in said
    assert "(leading zeros)" in said
    found = settled(there, "17b-some-zeros-lost.csv", contract="c-comp", reads="leading zeros", code=4)
    # Nothing is missing; how much more was sent than these 40 items nobody has said.
    assert (found["metric"], found["estimate"], found["verdict"]) == ("completeness", 1.0, "inconclusive")


def test_all_zeros_lost(there: Cli) -> None:
    gold(there, "17-gold.csv")
    taken(there, "17-zeros-lost.csv")
    said = there("audit", "run", "d", "--gold", "g", code=2).err
    assert "'00037' and '37' (leading zeros)" in said
    assert settled(there, "17-zeros-lost.csv")["estimate"] > 0.9


def test_items_sent_that_came_back_otherwise(there: Cli) -> None:
    gold(there, "17b-gold.csv", "c-comp")
    intake = taken(there, "17b-some-zeros-lost.csv", "--items", CASES / "17b-gold.csv", contract="c-comp")
    (open_,) = intake["unsettled"]
    assert (open_["kind"], open_["count"], intake["missing_items"]) == ("ids", 10, 10)
    there("delivery", "ids", "d", "--out", "sent.csv")
    words = ("--items", CASES / "17b-gold.csv", "--ids", there.folder / "sent.csv")
    intake = taken(there, "17b-some-zeros-lost.csv", *words, name="e", contract="c-comp")
    assert (intake["missing_items"], intake["extra_items"], intake["unsettled"]) == (0, 0, [])
    assert there("audit", "run", "e", "--gold", "g", "--json").json["verdict"] == "kept"


def test_an_upload_prefix_is_shown_with_ids_of_both_sides(there: Cli) -> None:
    gold(there, "gold-words.csv")
    taken(there, "11-ls.csv", *STUDIO)
    said = there("audit", "run", "d", "--gold", "g", code=2).err
    assert "'photo-001' and '/data/upload/3/24ede6a4-photo-001.jpg' (ending, folder, prefix)" in said
    assert settled(there, "11-ls.csv", *STUDIO, reads="ending, folder, prefix")["estimate"] == 0.95


def test_strangers_are_shown(there: Cli) -> None:
    (there.folder / "g.csv").write_text("item_id,label\nheron,bird\nhound,dog\nhare,cat\n", "utf-8")
    there("gold", "add", "g.csv", "--contract", "c-words")
    taken(there, "18-curation.csv")
    said = there("audit", "run", "d", "--gold", "g", code=2).err
    assert "Ours are like 'heron' and 'hound', delivered ones like 'photo-001' and 'photo-002'." in said
    assert "Nearest: 'heron' and 'photo-0" in said


def test_signed_addresses_are_one_item_each_once_they_are_cut(there: Cli) -> None:
    gold(there, "gold-words.csv")
    intake = taken(there, "28-signed.csv", *SIGNED)
    assert intake["items"] == 120
    assert "120 ids are 40 without" in intake["unsettled"][0]["text"]
    said = there("audit", "run", "d", "--gold", "g", code=2).err
    assert "--id-cut query --ids ids.csv" in said
    found = settled(there, "28-signed.csv", *SIGNED, "--id-cut", "query", reads="ending, folder")
    assert (found["clusters"], found["estimate"]) == (40, 0.95)


def test_signed_addresses_that_are_ours_too(there: Cli) -> None:
    gold(there, "33-gold-urls.csv", "c-words", "--id-cut", "query")
    intake = taken(there, "33-urls.csv", "--id-cut", "query")
    assert intake["ids"] == {"cut": "query", "ids_cut": 40, "ids_after": 40}
    assert there("audit", "run", "d", "--gold", "g", "--json", code=3).json["counts"]["gold_items"] == 40
    assert any(
        "signatures would stand in claims" in note for note in taken(there, "33-urls.csv", name="e")["notes"]
    )


def test_a_crosswalk_cannot_forge(there: Cli) -> None:
    gold(there, "gold-words.csv")
    for rows, said in (
        ("photo-001,photo-002\nphoto-002,photo-001\n", "is itself an id of the crosswalk's other side"),
        ("photo-001,photo-099\n", "'photo-001' is itself an id of the gold set 'g'"),
        ("a,photo-001\nb,photo-001\n", "not one to one"),
    ):
        (there.folder / "ids.csv").write_text(f"delivered_id,item_id\n{rows}", "utf-8")
        words = ("--contract", "c-words", "--ids", "ids.csv")
        assert said in there("delivery", "add", CASES / "18-curation.csv", *words, code=2).err


def test_gold_that_is_younger_than_the_crosswalk_is_not_forged_either(there: Cli) -> None:
    rows = (CASES / "18b-curation-nostage.csv").read_text("utf-8").replace("photo-040", "photo-999")
    (there.folder / "d.csv").write_text(rows, "utf-8")
    (there.folder / "ids.csv").write_text("delivered_id,item_id\nphoto-001,photo-040\n", "utf-8")
    there("delivery", "add", "d.csv", "--contract", "c-words", "--ids", "ids.csv")
    gold(there, "gold-words.csv")
    said = there("audit", "run", "d", "--gold", "g", code=2).err
    assert (
        "--ids would give 'photo-001' to 'photo-040', but 'photo-001' is itself an id of the gold set 'g'"
        in said
    )


def test_what_notation_does_not_explain_is_the_buyers_word(there: Cli) -> None:
    gold(there, "gold-words.csv")
    rows = (CASES / "18b-curation-nostage.csv").read_text("utf-8").replace("photo-001", "zebra")
    (there.folder / "d.csv").write_text(rows, "utf-8")
    (there.folder / "ids.csv").write_text("delivered_id,item_id\nzebra,photo-001\n", "utf-8")
    record = there("delivery", "add", "d.csv", "--contract", "c-words", "--ids", "ids.csv", "--json").json
    walk = record["intake"]["ids"]["crosswalk"]
    assert (walk["buyers_word"], walk["buyers_word_examples"]) == (1, [["zebra", "photo-001"]])
    result = there("audit", "run", "d", "--gold", "g", "--json").json
    assert result["basis"]["settled"]["ids"]["crosswalk"]["buyers_word"] == 1
    there("report", "audit", "d-g", "--out", "a.html")
    page = (there.folder / "a.html").read_text("utf-8").replace("\u00a0", " ")
    assert "By the buyer’s word alone: 1 id, such as zebra as photo-001." in page


def apart(cli: Cli, rows: int, *words: str | Path) -> None:
    """The delivery e, taken in with a crosswalk that leaves our ids empty in the first `rows` rows."""
    gold(cli, "17b-gold.csv", "c-comp")
    taken(cli, "17b-some-zeros-lost.csv", contract="c-comp")
    cli("delivery", "ids", "d", "--gold", "g", "--out", "ids.csv")
    with (cli.folder / "ids.csv").open(newline="", encoding="utf-8") as lines:
        pairs = list(csv.reader(lines))[1:]
    text = "".join(f"{one},{'' if n < rows else mine}\n" for n, (one, mine) in enumerate(pairs))
    (cli.folder / "ids.csv").write_text(f"delivered_id,item_id\n{text}", "utf-8")
    words = ("--ids", cli.folder / "ids.csv", *words)
    intake = taken(cli, "17b-some-zeros-lost.csv", *words, name="e", contract="c-comp")
    assert intake["ids"]["crosswalk"]["set_apart"] == sorted(one for one, _ in pairs[:rows])


@pytest.mark.parametrize("rows", [1, 9, 10])
def test_a_bundle_holds_where_the_crosswalk_leaves_ids_empty(there: Cli, rows: int) -> None:
    apart(there, rows)
    there("audit", "run", "e", "--gold", "g", "--id", "a", code=4 if rows == 1 else 3)
    there("evidence", "export", "a", "--out", "b.zip")
    there("evidence", "verify", "b.zip", "--delivered", CASES / "17b-some-zeros-lost.csv", code=0)


def test_a_breach_on_ids_that_only_the_buyer_sets_apart_says_so_everywhere(there: Cli) -> None:
    apart(there, 10, "--items", CASES / "17b-gold.csv")
    result = there("audit", "run", "e", "--gold", "g", "--id", "a", "--json", code=3).json
    (finding,) = result["findings"]
    assert (finding["verdict"], finding["errors"]) == ("breached", 10)
    word = "This rests on the buyer's word that 10 missing items are not what was delivered under a near id."
    assert finding["reason"].endswith(word)
    pairs = result["basis"]["missing_by_word"]
    assert len(pairs) == 10
    assert pairs[0] == {"item_id": "00148", "delivered_id": "148", "rules": ["leading zeros"]}
    said = (
        "By the buyer's word alone, 10 missing items are not what was delivered under a near id: "
        "'00148' and '148' (leading zeros)"
    )
    assert any(note.startswith(said) for note in result["notes"])
    there("report", "audit", "a", "--out", "a.html")
    page = " ".join(html.unescape((there.folder / "a.html").read_text("utf-8")).split())
    assert said in page
    assert "By the buyer’s word alone, 10 items counted as missing came under no near id (see Settled)." in page
    there("evidence", "export", "a", "--out", "b.zip")
    checked = there("evidence", "verify", "b.zip", "--delivered", CASES / "17b-some-zeros-lost.csv", "--json")
    assert any(one["what"].startswith(said) for one in checked.json["not_shown"])
