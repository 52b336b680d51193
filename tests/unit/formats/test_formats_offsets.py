from collections.abc import Callable

from hypothesis import given
from hypothesis import strategies as st

from vendoreval.formats.readers.offsets import BYTES, CODE_POINTS, UTF16, Offsets


@given(text=st.text(max_size=30), unit=st.sampled_from([CODE_POINTS, UTF16, BYTES]))
def test_offsets_agree_with_encoding_what_stands_before(text: str, unit: str) -> None:
    sizes: dict[str, Callable[[str], int]] = {
        CODE_POINTS: len,
        UTF16: lambda part: len(part.encode("utf-16-le")) // 2,
        BYTES: lambda part: len(part.encode()),
    }
    count, offsets = sizes[unit], Offsets(text, unit)
    ends = {count(text[:point]): point for point in range(len(text) + 1)}
    assert [offsets.point(offset) for offset in range(count(text) + 1)] == [
        ends.get(offset) for offset in range(count(text) + 1)
    ]
    assert all(offsets.unit(point) == offset for offset, point in ends.items())


@given(text=st.text(max_size=10), unit=st.sampled_from([CODE_POINTS, UTF16, BYTES]), past=st.integers(1, 9))
def test_offsets_outside_stay_as_far_outside(text: str, unit: str, past: int) -> None:
    offsets = Offsets(text, unit)
    assert offsets.point(offsets.unit(len(text)) + past) == len(text) + past
    assert offsets.point(-past) == -past


def test_an_astral_character_counts_two_units_of_utf16() -> None:
    text = "𝒜 crew 🚀 flew from North Sea Bay Harbor to Tromsø."
    offsets = Offsets(text, UTF16)  # the offsets that cassis wrote, and the code points
    assert [(offsets.point(21), offsets.point(34)), (offsets.point(27), offsets.point(41))] == [
        (19, 32),
        (25, 39),
    ]
    assert offsets.point(1) is None
