"""Columns that other programs call otherwise are recognised, and suggested, never taken by themselves."""

from __future__ import annotations

import pytest

from vendoreval.formats.readers.known_columns import KNOWN_AS, as_option, column_for, suggestions


@pytest.mark.parametrize(
    ("role", "names", "found"),
    [
        ("annotator_id", ("HITId", "WorkerId", "Answer.label"), "WorkerId"),
        ("seconds", ("duration_s", "duration_ms"), "duration_s"),
        ("seconds", ("duration_ms", "milliseconds"), None),  # another unit
        ("seconds", ("WorkTimeInSeconds",), "WorkTimeInSeconds"),
        ("item_id", ("question", "worker", "answer"), "question"),
        ("label", ("given label", "Answer"), "Answer"),
        ("labelled_at", ("submit time",), "submit time"),
        ("label", (), None),
        ("text", ("text",), None),
    ],
)
def test_a_column_is_known_by_its_usual_names(role: str, names: tuple[str, ...], found: str | None) -> None:
    assert column_for(role, names) == found


def test_each_column_is_suggested_once_and_only_for_what_is_not_read() -> None:
    said = suggestions(
        ("annotator_id", "seconds", "labelled_at"), {"annotator_id": "who"}, ("worker", "duration_s")
    )
    assert said == ["The column duration_s looks like seconds: --map seconds=duration_s would use it."]
    assert as_option("labelled_at", "submit time") == "--map 'labelled_at=submit time'"


def test_no_name_stands_for_two_roles() -> None:
    names = [name for known in KNOWN_AS.values() for name in known]
    assert len(set(names)) == len(names)
    assert not set(names) & set(KNOWN_AS)
