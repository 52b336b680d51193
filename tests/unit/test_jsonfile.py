"""Lists of JSON element by element give what they give as a whole."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vendoreval.errors import InputError
from vendoreval.jsonfile import each

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3),
    max_leaves=6,
)


@given(st.lists(JSON, max_size=4), st.sampled_from([None, 1]))
def test_a_list_gives_its_elements(values: list[object], indent: int | None) -> None:
    assert list(each(f" {json.dumps(values, indent=indent)}\n", "a.json")) == values


@given(st.lists(st.dictionaries(st.text(max_size=3), JSON, max_size=2), max_size=4))
def test_values_may_stand_one_after_the_other(values: list[dict[str, object]]) -> None:
    assert list(each("\n".join(map(json.dumps, values)), "a.json")) == values


@pytest.mark.parametrize(
    "text", ["[1", "[1 2]", "[1,]", "[1] 2", "[", '[{"a":1,"a":2}]', "[" * 300, "[NaN]", "[1]]"]
)
def test_what_is_no_json_is_refused(text: str) -> None:
    with pytest.raises(InputError, match=r"not JSON|cannot be read|nested"):
        list(each(text, "a.json"))
