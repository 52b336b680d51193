"""Columns of a long table: text as integer codes into its distinct values."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Codes = NDArray[np.int32]
Index = NDArray[np.int32] | NDArray[np.int64] | NDArray[np.bool_]


@dataclass(frozen=True, eq=False)
class Coded:
    """A text column: `codes[row]` indexes `values`; -1 means that the row has no value.

    Values are distinct; they need not all occur.
    """

    codes: Codes
    values: tuple[str, ...]

    @classmethod
    def from_text(cls, texts: Iterable[str | None]) -> Coded:
        """Code texts in order of first appearance; None becomes -1."""
        listed = list(texts)
        known: dict[str | None, int] = dict.fromkeys(listed, -1)
        values = tuple(text for text in known if text is not None)
        known.update(zip(values, range(len(values)), strict=True))
        codes = np.fromiter(map(known.__getitem__, listed), dtype=np.int32, count=len(listed))
        return cls(codes, values)

    def __len__(self) -> int:
        return len(self.codes)

    def __getitem__(self, row: int) -> str | None:
        code = int(self.codes[row])
        return None if code < 0 else self.values[code]

    def text(self) -> list[str | None]:
        """The column as Python texts, None where there is no value."""
        lookup = [*self.values, None]
        return [lookup[code] for code in self.codes.tolist()]

    def take(self, rows: Index) -> Coded:
        """The chosen rows, with the same values."""
        return Coded(self.codes[rows], self.values)

    def read_as(self, form: Callable[[str], str]) -> Coded:
        """The column with the `form` of each text; texts of one form have one code."""
        forms = Coded.from_text(map(form, self.values))
        return Coded(np.append(forms.codes, np.int32(-1))[self.codes], forms.values)

    def places(self) -> NDArray[np.int64]:
        """Each row's text as its place in the order of texts; -1 where there is none."""
        return self.recode(sorted(self.values)).codes.astype(np.int64)

    def recode(self, values: Sequence[str]) -> Coded:
        """The same texts coded into `values`; texts that are not in `values` become -1."""
        if values is self.values or (len(values) == len(self.values) and tuple(values) == self.values):
            return self
        position = {value: code for code, value in enumerate(values)}
        mapping = np.asarray([position.get(value, -1) for value in self.values] + [-1], dtype=np.int32)
        return Coded(mapping[self.codes], tuple(values))
