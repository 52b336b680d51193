"""Several accepted answers in one cell."""

from __future__ import annotations

import pytest

from vendoreval.errors import UsageError
from vendoreval.formats.intake.accepted_answers import accepted_answers, fitting_separator, separator_of

CLASSES = ("cat", "dog", "bird", "a|b")


@pytest.mark.parametrize(
    ("label", "accepted", "separator", "found"),
    [
        ("dog", None, "", ("dog",)),
        ("dog", "cat|dog", "", ("dog", "cat")),
        ("dog", '["bird", "dog"]', "", ("dog", "bird")),
        ("dog", "dog, bird", ",", ("dog", "bird")),
        ("cat\ndog", None, "\n", ("cat", "dog")),
        ('["cat", "dog"]', None, "", ("cat", "dog")),
        ("cat|dog", None, "", ("cat|dog",)),  # nobody said that a label is a list
        ("a|b", "cat", "|", ("a|b", "cat")),  # a class is never taken apart
        ("dog", " ; ", ";", ("dog",)),
    ],
)
def test_answers(label: str, accepted: str | None, separator: str, found: tuple[str, ...]) -> None:
    assert accepted_answers(label, accepted, CLASSES, separator) == found


def test_without_classes_a_label_stays_what_it_is() -> None:
    assert accepted_answers("cat;dog", None, (), ";") == ("cat;dog",)


def test_separators() -> None:
    assert [separator_of(text) for text in ("", ";", r"\n", r"\t", "\n")] == ["", ";", "\n", "\t", "\n"]
    for text in ("and", "x", ", "):
        with pytest.raises(UsageError, match="no sign that separates"):
            separator_of(text)


def test_the_separator_that_would_fit_is_named_as_it_is_typed() -> None:
    found = [fitting_separator(text, CLASSES) for text in ("dog, bird", "cat\ndog", "cat;dog", "cat;cow")]
    assert found == [",", r"\n", ";", ""]
