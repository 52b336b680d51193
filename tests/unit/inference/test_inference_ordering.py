"""Orders by counting equal numpy's stable sorts; codes without gaps equal numpy's distinct values."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from vendoreval.inference.ordering import by_code, by_codes, dense, rising, starts_of

codes = st.lists(st.integers(-1, 9), max_size=60)
wide = st.lists(st.integers(-(2**40), 2**40), max_size=60)


@given(codes | wide)
def test_rows_by_code_and_codes_without_gaps(listed: list[int]) -> None:
    column = np.asarray(listed, dtype=np.int64)
    assert by_code(column).tolist() == np.argsort(column, kind="stable").tolist()
    used, place = dense(column)
    assert used.tolist() == sorted(set(listed))
    assert used[place].tolist() == listed


@given(st.lists(st.tuples(st.integers(-1, 3), st.integers(0, 3), st.integers(0, 2)), max_size=60))
def test_rows_by_several_codes_and_their_runs(listed: list[tuple[int, int, int]]) -> None:
    rows = np.asarray(listed, dtype=np.int32).reshape(-1, 3)
    order = by_codes(*rows.T)
    assert order.tolist() == np.lexsort(rows.T[::-1]).tolist()
    ordered = [listed[row] for row in order.tolist()]
    starts = starts_of(*rows[order].T).tolist()
    assert [ordered[start] for start in starts] == sorted(set(listed))
    pairs = [row[:2] for row in ordered]
    assert rising(*rows[order, :2].T) == (len(set(pairs)) == len(pairs))
    assert rising(*rows[:, :2].T) == ([row[:2] for row in listed] == sorted({row[:2] for row in listed}))
