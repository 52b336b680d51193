"""Very large contracts: what took a time that grows with the square of their size would not end here."""

from __future__ import annotations

import pytest

from tests.unit.contracts.test_contracts_parsing import BIRDS
from vendoreval.contracts.parsing import parse_contract
from vendoreval.errors import InputError, InvalidDocument

CLASSES = [f'"c{n}"' for n in range(100_000)]


def with_classes(names: list[str], more: str = "") -> str:
    return BIRDS.replace('["indigo bunting", "blue grosbeak"]', f"[{', '.join(names)}]{more}")


def test_many_classes() -> None:
    assert len(parse_contract(with_classes(CLASSES)).task.classes) == len(CLASSES)


def test_many_doubled_and_unknown_classes_are_counted_and_the_first_named() -> None:
    with pytest.raises(InvalidDocument) as caught:
        parse_contract(with_classes(CLASSES * 2))
    assert len(caught.value.problems) == len(CLASSES)
    lines = str(caught.value).splitlines()
    assert (len(lines), lines[-1].strip()) == (202, "… and 99,800 further problems.")
    unsure = ", ".join(f'"d{n}"' for n in range(100_000))
    with pytest.raises(InvalidDocument) as caught:
        parse_contract(with_classes(CLASSES, f"\nunsure = [{unsure}]"))
    assert len(caught.value.problems) == 100
    assert len(str(caught.value)) < 50_000


def test_many_unknown_fields() -> None:
    with pytest.raises(InvalidDocument, match="has 99,900 further fields that are not known"):
        parse_contract(BIRDS.replace("[task]", "\n".join(f"k{n} = 1" for n in range(100_000)) + "\n[task]"))


@pytest.mark.parametrize(
    "text",
    [
        "a." * 1_000_000 + "a = 1",
        '"a" . ' * 300_000 + "a = 1",
        "[" + "a." * 1_000_000 + "a]",
        "x = {" + "a." * 1_000_000 + "a = 1}",
        "x = " + "[" * 200_000,
        "x = " + "[" * 101 + "]" * 101,
    ],
    ids=["dotted key", "quoted key", "header", "inline", "unclosed lists", "lists"],
)
def test_nesting_has_a_limit(text: str) -> None:
    with pytest.raises(InputError, match=r"nested more deeply than 100, the limit 'depth'"):
        parse_contract(text)


def test_dots_in_texts_and_comments_nest_nothing() -> None:
    text = BIRDS.replace("Bird species labels", "Birds " + "." * 500) + "# " + "." * 500
    assert parse_contract(text).title.endswith("...")
    with pytest.raises(InvalidDocument, match="beyond 64 bits"):
        parse_contract(BIRDS.replace("rounds = 2", "rounds = 0x" + "f" * 5000))
    with pytest.raises(InvalidDocument, match="not valid TOML"):
        parse_contract(BIRDS.replace("rounds = 2", "rounds = " + "9" * 5000))
