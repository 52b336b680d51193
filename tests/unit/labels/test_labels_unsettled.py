"""An open question about a delivery: its words, and the way through an intake report."""

from __future__ import annotations

import shlex

from vendoreval.labels.unsettled import SHOWN, Unsettled, unsettled_of

ONE = Unsettled("notation", "Some labels are no class.", 60, ("'True'",), ("--labels", "It's so=true"))


def test_it_comes_back_from_an_intake_report_with_its_first_examples() -> None:
    many = Unsettled("repeats", "Answers differ.", 9, tuple("abcdefghi"), term='repeats = "last"')
    found = unsettled_of({"unsettled": [ONE.to_json(), many.to_json()]})
    assert found[0] == ONE
    assert found[1].examples == many.examples[:SHOWN]
    assert found[1].count == 9


def test_a_report_of_an_earlier_version_has_no_open_question() -> None:
    assert unsettled_of({"schema": "vendoreval/intake/1"}) == ()


def test_the_remedy_is_typed_as_it_is_printed() -> None:
    words = shlex.split(ONE.remedy.split(": ", 1)[1])
    assert words == ["--labels", "It's so=true"]
    both = Unsettled("repeats", "No times.", 1, options=("--in-order",), term='repeats = "last"')
    assert both.remedy == (
        'Write under [task] of the contract: repeats = "last", and add to vendoreval delivery add: --in-order'
    )
