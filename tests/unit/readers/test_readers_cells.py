from __future__ import annotations

import re

import pytest

from vendoreval.formats.readers.answer_cells import rings_of

ONE, TWO = [0.0, 0.0, 4.0, 0.0, 4.0, 4.0], [9.0, 9.0, 10.0, 9.0, 10.0, 10.0]


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("[0, 0, 4, 0, 4, 4]", [[ONE]]),
        ("[[0, 0], [4, 0], [4, 4]]", [[ONE]]),  # points, as many tools write them
        ("[[0, 0, 4, 0, 4, 4], [9, 9, 10, 9, 10, 10]]", [[ONE], [TWO]]),
        ("[[[0, 0], [4, 0], [4, 4]], [[9, 9], [10, 9], [10, 10]]]", [[ONE], [TWO]]),
        ("POLYGON ((0 0, 4 0, 4 4, 0 0), (9 9, 10 9, 10 10, 9 9))", [[ONE, TWO]]),
        ("MULTIPOLYGON (((0 0, 4 0, 4 4, 0 0)), ((9 9, 10 9, 10 10, 9 9)))", [[ONE], [TWO]]),
    ],
)
def test_an_outline_is_read_in_every_way_it_is_written(text: str, parts: list[list[list[float]]]) -> None:
    assert rings_of(text) == parts


@pytest.mark.parametrize("text", ["[1, 2, 3]", "[[1, 2, 3]]", "[[0, 0], [1]]", "[]", "POINT (1 2)", "no"])
def test_what_is_no_outline_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=re.escape(text) + "|no list of x and y"):
        rings_of(text)
