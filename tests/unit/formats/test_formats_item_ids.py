"""Delivered ids as ours: cut, looked up, and asked about."""

from __future__ import annotations

from pathlib import Path

import pyarrow as pa
import pytest

from vendoreval.errors import InputError, UsageError
from vendoreval.formats.intake.delivered_ids import DeliveredIds
from vendoreval.formats.intake.item_ids import ItemIds, ids_of, read_crosswalk
from vendoreval.labels.crosswalk import crosswalk_of

SIGNED = [f"https://x.org/{item}.jpg?X-Amz-Signature={key}" for item in ("a", "b") for key in (1, 2)]


def read(ids: ItemIds, *given: str | None) -> list[str | None]:
    found: list[str | None] = ids.read(pa.array(given, pa.string())).to_pylist()
    return found


def test_ids_are_cut_and_looked_up() -> None:
    ids = ItemIds("query", crosswalk_of([(2, "https://x.org/a.jpg", "a"), (3, "z", "")]))
    assert read(ids, SIGNED[0], None, SIGNED[1], "c", "z") == ["a", None, "a", "c", "z"]
    ids.finish()
    record = ids.report(DeliveredIds.of(["a", "c", "z"]))
    assert (record["cut"], record["ids_cut"], record["ids_after"]) == ("query", 2, 1)
    assert record["crosswalk"]["rules"] == {"ending": 1, "folder": 1}
    assert ids.unsettled(DeliveredIds.of(["a", "c", "z"]), ()) == ()


def test_without_anything_said_nothing_changes() -> None:
    ids = ItemIds()
    assert read(ids, "a", None, "b?x=1") == ["a", None, "b?x=1"]
    items = DeliveredIds.of(["a"])
    assert (ids.report(items), ids.unsettled(items, ["a"]), ids.notes()) == ({}, (), [])


def test_signatures_that_set_one_file_apart_are_asked_about() -> None:
    ids = ItemIds()
    read(ids, *SIGNED)
    (open_,) = ids.unsettled(DeliveredIds.of(SIGNED), ())
    assert (open_.kind, open_.count, open_.options) == ("ids", 4, ("--id-cut", "query"))
    assert "4 ids are 2 without" in open_.text
    once = ItemIds()
    read(once, SIGNED[0], SIGNED[2])
    assert once.unsettled(DeliveredIds.of([SIGNED[0], SIGNED[2]]), ()) == ()
    assert "signatures would stand in claims" in once.notes()[0]


def test_items_sent_that_came_back_otherwise_are_asked_about() -> None:
    (open_,) = ItemIds().unsettled(DeliveredIds.of(["37", "x"]), ["00037", "00074"])
    assert open_.text == "2 items sent were not delivered, but 1 of them nearly."
    assert open_.examples == ("'00037' and '37' (leading zeros)",)
    apart = ItemIds(crosswalk=crosswalk_of([(2, "37", "")]))
    assert apart.unsettled(DeliveredIds.of(["37", "x"]), ["00037", "00074"]) == ()


def test_a_pair_that_could_be_another_rests_on_the_buyers_word() -> None:
    ids = ItemIds(crosswalk=crosswalk_of([(2, "a/7", "7")]))
    read(ids, "a/7", "b/7")
    assert ids.report(DeliveredIds.of(["7", "b/7"]))["crosswalk"]["buyers_word_examples"] == [["a/7", "7"]]


def test_an_id_that_is_set_apart_leaves_the_other_to_the_buyers_word() -> None:
    ids = ItemIds(crosswalk=crosswalk_of([(2, "a/7", "7"), (3, "b/7", "")]))
    read(ids, "a/7", "b/7")
    walk = ids.report(DeliveredIds.of(["7", "b/7"]))["crosswalk"]
    assert (walk["buyers_word_examples"], walk["set_apart"]) == ([["a/7", "7"]], ["b/7"])


@pytest.mark.parametrize(
    "rows",
    [
        [(2, "a/7", "7"), (3, "b/7", ""), (4, "never delivered", ""), (5, "nor/this", "x")],
        [(2, "c", "c"), (3, "a/7", "")],
        [(2, "b/7", "")],
        [(2, "c", "c")],
    ],
)
def test_reading_again_by_the_report_gives_the_same_report(rows: list[tuple[int, str, str]]) -> None:
    reports = []
    ids = ItemIds(crosswalk=crosswalk_of(rows))
    for _ in range(2):
        items = read(ids, "a/7", "b/7", "c")
        ids.finish()
        reports.append({"ids": ids.report(DeliveredIds.of([one for one in items if one]))})
        ids = ids_of(reports[0])
    assert reports[0] == reports[1]
    assert reports[0]["ids"]["crosswalk"]["no_item_of_ours"] == len(reports[0]["ids"]["crosswalk"]["set_apart"])


def test_a_crosswalk_of_words_on_nothing_delivered_is_refused() -> None:
    ids = ItemIds(crosswalk=crosswalk_of([(2, "x", "")]))
    read(ids, "a", "b")
    with pytest.raises(InputError, match="is in the delivery, such as 'x'"):
        ids.finish()


@pytest.mark.parametrize(
    ("given", "said"),
    [
        (["00037"], "columns seem to be swapped"),
        (["x"], "None of the delivered"),
        (["37", "00037"], "own id, too"),
    ],
)
def test_crosswalks_that_do_not_fit(given: list[str], said: str) -> None:
    ids = ItemIds(crosswalk=crosswalk_of([(2, "37", "00037")]))
    read(ids, *given)
    with pytest.raises(InputError, match=said):
        ids.finish()


def test_the_file(tmp_path: Path) -> None:
    path = tmp_path / "ids.csv"
    path.write_text("theirs,mine\n37,00037\n38,\n")
    assert (read_crosswalk(path).ours, read_crosswalk(path).others) == ({"37": "00037"}, frozenset({"38"}))
    path.write_text("item_id,delivered_id\n00037,37\n")
    assert read_crosswalk(path).ours == {"37": "00037"}
    path.write_text("a,b,c\n1,2,3\n")
    with pytest.raises(InputError, match="two columns, not 3"):
        read_crosswalk(path)
    with pytest.raises(UsageError):
        ItemIds("path")
