"""What gives gold away is found; what does not is left alone, on real sets and on shuffled answers."""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from itertools import pairwise

import pytest

from tests.conftest import SHARED
from vendoreval.formats.intake.gold_rows import read_gold
from vendoreval.formats.writers.gold_answers import from_columns
from vendoreval.gold.clues import Clue, Exposure
from vendoreval.gold.goldset import GoldSet
from vendoreval.gold.lint import lint
from vendoreval.gold.patterns import names_answer, tells_answer, tells_gold

ID_PATTERNS = {"answer_in_text", "answer_by_pattern"}


def real(name: str) -> GoldSet:
    return read_gold(SHARED / "data" / name / "gold.csv", name, mapping={}, classes=())[0]


def made(answers: Mapping[str, str], **columns: Sequence[str | None]) -> GoldSet:
    accepted: list[str | None] = [f'["{answer}"]' for answer in answers.values()]
    labels: list[str | None] = list(answers.values())
    further = {name: list(values) for name, values in columns.items()}
    return from_columns("g", {"item_id": list(answers), "label": labels, "accepted": accepted, **further})


def kinds(clues: Sequence[Clue]) -> set[str]:
    return {clue.kind for clue in clues}


def mixed(count: int) -> dict[str, str]:
    """Items with ids and answers that have nothing to do with each other."""
    rng = random.Random(7)
    return {f"{rng.getrandbits(64):016x}": rng.choice("ab") for _ in range(count)}


def test_music_genre_ids_tell_the_answer() -> None:
    clues = lint(real("music_genre"))
    told = next(clue for clue in clues if clue.kind == "answer_by_pattern")
    assert told.column == "item_id"
    assert "word 1 of the item id the answer can be guessed in 100 %" in told.what
    assert len({example.split(".")[0] for example in told.examples}) == 1
    assert told.p is not None
    assert told.p < 1e-50


@pytest.mark.parametrize(
    "name", ["bluebirds", "zencrowd_two_vendors", "weather_sentiment_two_vendors", "adultcontent2"]
)
def test_real_ids_without_a_pattern_raise_no_alarm(name: str) -> None:
    assert not kinds(lint(real(name))) & ID_PATTERNS


@pytest.mark.parametrize("name", ["zencrowd_two_vendors", "weather_sentiment_two_vendors", "adultcontent2"])
def test_real_sets_in_no_order_raise_no_alarm_about_order(name: str) -> None:
    assert not kinds(lint(real(name))) & {"order", "order_by_id"}


def test_bluebirds_sorted_by_id_stand_in_two_blocks() -> None:
    """True of the real file: the photographs were numbered species by species."""
    gold = real("bluebirds")
    by_id = sorted(zip(map(int, gold.item_ids), gold.accepted, strict=True))
    assert sum(before[1] != after[1] for before, after in pairwise(by_id)) == 1
    clue = next(clue for clue in lint(gold) if clue.kind == "order_by_id")
    assert "in 2 blocks; a random order would have about 54" in clue.what


def test_dermxdb_file_names_hold_the_diagnosis() -> None:
    clue = next(clue for clue in lint(real("dermxdb")) if clue.kind == "answer_in_text")
    assert "acne" in clue.examples[0].lower()


def test_hitspam_gold_stands_in_the_order_of_its_answers() -> None:
    assert kinds(lint(real("hitspam_copied_consensus"))) == {"order"}


@pytest.mark.parametrize("name", ["music_genre", "adultcontent2", "dermxdb", "zencrowd_two_vendors"])
def test_shuffled_answers_raise_an_alarm_in_one_of_a_hundred_cases_at_most(name: str) -> None:
    """The ids stay as they are; whatever they look like, chance must not look like a pattern."""
    gold = real(name)
    rng = random.Random(1)
    rows = rng.sample(range(len(gold)), 120)
    ids = [gold.item_ids[row] for row in rows]
    answers = [gold.accepted[row][0] for row in rows]
    alarms = 0
    for _ in range(200):
        rng.shuffle(answers)
        alarms += tells_answer(ids, answers) is not None or names_answer(ids, answers) is not None
    assert alarms <= 6  # P(more than 6 of 200 at 1 %) = 0.4 %


def test_gold_drawn_from_the_tasks_raises_an_alarm_in_one_of_a_hundred_cases_at_most() -> None:
    ids = list(real("adultcontent2").item_ids)
    rng = random.Random(2)
    alarms = 0
    for _ in range(100):
        rng.shuffle(ids)
        alarms += tells_gold(ids[:60], ids[60:600]) is not None
    assert alarms <= 4  # P(more than 4 of 100 at 1 %) = 0.3 %


def test_no_clue_in_a_clean_set() -> None:
    answers = mixed(200)
    assert lint(made(answers)) == ()
    tasks = [{"item_id": item, "url": item[::-1]} for item in mixed(900)]
    gold = dict(list(mixed(1000).items())[900:])
    assert lint(made(gold, url=[item[::-1] for item in gold]), tasks) == ()


def test_row_order_of_tasks_does_not_change_what_ids_tell() -> None:
    gold = made({f"gold-{n}": "ab"[n % 2] for n in range(30)})
    tasks: list[dict[str, str | None]] = [{"item_id": f"img{n:05}"} for n in range(300)]
    assert kinds(lint(gold, tasks)) == kinds(lint(gold, tasks[::-1])) == {"gold_by_pattern", "gold_by_id"}


def test_small_sets_that_name_their_answers() -> None:
    clues = lint(made({"dog_1": "dog", "Cat-2": "cat", "x3-bird": "bird"}))
    assert kinds(clues) == {"answer_in_text"}
    assert clues[0].examples == ("dog_1: dog", "Cat-2: cat", "x3-bird: bird")


def test_constant_and_extra_columns() -> None:
    answers = mixed(60)
    assert kinds(lint(made(answers, source=["gold"] * 60))) == {"constant_column"}
    tasks = [{"item_id": item, "url": item} for item in list(mixed(160))[60:]]
    clues = lint(made(answers, expert=["e"] * 60), tasks)
    assert [(clue.kind, clue.column) for clue in clues] == [("extra_column", "url"), ("extra_column", "expert")]


def test_column_that_only_gold_fills() -> None:
    tasks = [{"item_id": item, "check": "1" if row < 60 else ""} for row, item in enumerate(mixed(400))]
    gold = made(dict(list(mixed(400).items())[:60]))
    random.Random(3).shuffle(tasks)
    clue = next(clue for clue in lint(gold, tasks) if clue.kind == "gold_by_pattern")
    assert clue.column == "check"
    assert clue.p is not None
    assert clue.p < 1e-10


def test_places_of_gold_in_the_tasks() -> None:
    ids = list(mixed(400))
    tasks: list[dict[str, str | None]] = [{"item_id": item} for item in ids]
    block = lint(made({item: "ab"[n % 3 % 2] for n, item in enumerate(ids[100:140])}), tasks)
    assert {clue.kind for clue in block} == {"gold_in_order"}
    spaced = lint(made({item: "ab"[n % 3 % 2] for n, item in enumerate(ids[::20])}), tasks)
    assert [clue.what for clue in spaced] == ["In the order of the tasks, gold always stands 20 places apart."]


def test_doubles() -> None:
    gold = made({"a1": "x", "b2": "y"}, url=["u", "v"])
    tasks: list[dict[str, str | None]] = [
        {"item_id": "A1 ", "url": "w"}, {"item_id": "c3", "url": "v"}, {"item_id": "b2", "url": "v"},
        {"item_id": "b2", "url": "v"}, {"item_id": "c4", "url": "z"}, {"item_id": "c5", "url": "z"},
    ]  # fmt: skip
    found = {clue.kind: clue.examples for clue in lint(gold, tasks)}
    assert found["item_twice"] == ("b2 = b2",)
    assert found["ids_alike"] == ("A1  = a1",)
    assert found["payload_twice"] == ("c3 = b2",)


def test_earlier_exposures_the_worst_first() -> None:
    answers = mixed(10)
    items = sorted(answers)
    met = [
        Exposure("g0", "seeded", "2026-01-05T00:00:00+00:00", frozenset(items[:4])),
        Exposure("g0", "revealed", "2026-02-01T00:00:00+00:00", frozenset(items[:2])),
        Exposure("g1", "seeded", "2026-03-01T00:00:00+00:00", frozenset([*items[2:6], "other"])),
        Exposure("g2", "audited", "2026-03-01T00:00:00+00:00", frozenset(["other"])),
    ]
    clues = lint(made(answers), exposures=met)
    assert [clue.kind for clue in clues] == ["seen_revealed", "seen_seeded"]
    assert clues[0].what == "2 of 10 gold items were revealed before, last on 2026-02-01 with gold set 'g0'."
    assert clues[1].what == "6 of 10 gold items were seeded before, last on 2026-03-01 with gold set 'g1'."
