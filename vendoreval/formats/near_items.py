"""Finding nearly matching ids among millions: columns are sifted, and what could match is compared."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from vendoreval.formats.row_batches import texts
from vendoreval.labels.near_ids import ENDING, QUERY, ZEROS, NearPair, form, near_pairs, nearest, shown, tails

ROWS = 1 << 20  # at a time
_LENGTHS = 64  # of tails that are looked for
_SHOWN = 200


@dataclass(frozen=True)
class NearItems:
    """Ids of ours without a delivered one, paired with what is near; and some of either side for messages."""

    missing: tuple[str, ...]
    extra: tuple[str, ...]  # the first that are none of ours
    pairs: tuple[NearPair, ...]

    def __str__(self) -> str:
        """Two ids of each side, and the nearest pair."""
        said = f"Ours are like {_two(self.missing)}, delivered ones like {_two(self.extra)}."
        if self.pairs:
            return f"{said} Nearest: {self.pairs[0]}."
        pair = nearest(self.missing, self.extra)
        return f"{said} Nearest: {shown(pair[0])!r} and {shown(pair[1])!r}." if pair else said


def _two(ids: Collection[str]) -> str:
    return " and ".join(repr(shown(text)) for text in list(ids)[:2]) or "none"


def delivered_ids(table: Path) -> Iterator[Any]:
    """The item column of a canonical delivery, in parts."""
    import pyarrow.parquet as pq

    with pq.ParquetFile(table) as file:
        for batch in file.iter_batches(batch_size=ROWS, columns=["item_id"]):
            yield batch.column(0)


def delivered_of(ours: Collection[str], columns: Iterable[Any]) -> set[str]:
    """Which of our ids stand in the columns."""
    import pyarrow.compute as pc

    mine = texts(list(ours))
    found: set[str] = set()
    for column in columns:
        found.update(pc.unique(column.filter(pc.is_in(column, value_set=mine))).drop_null().to_pylist())
    return found


def near_items(ours: Collection[str], missing: Iterable[str], columns: Iterable[Any]) -> NearItems:
    """Which of our `missing` ids are delivered under another spelling.

    `columns` are Arrow text columns of delivered ids; those among `ours` are no candidates. Memory holds one
    column and the candidates.
    """
    wanted = tuple(missing)
    extra, candidates = sifted(wanted, ours, columns)
    return NearItems(wanted, tuple(extra), tuple(near_pairs(wanted, candidates)))


def sifted(
    wanted: Collection[str], known: Collection[str], columns: Iterable[Any]
) -> tuple[list[str], list[str]]:
    """The first ids that are not `known`, and all of those that could be near to one of the `wanted`."""
    import pyarrow.compute as pc

    mine, sieve = texts(list(known)), _Sieve(wanted)
    first: dict[str, None] = {}
    candidates: dict[str, None] = {}
    for column in columns:
        strange = column.filter(pc.invert(pc.is_in(column, value_set=mine))).drop_null()
        if len(first) < _SHOWN:
            first.update(dict.fromkeys(strange[:_SHOWN].to_pylist()))
        if wanted:
            candidates.update(dict.fromkeys(strange.filter(sieve.keeps(strange)).to_pylist()))
    return list(first)[:_SHOWN], list(candidates)


class _Sieve:
    """Lets through what could be near to one of our ids: by equal forms, or one a tail of the other."""

    def __init__(self, ours: Collection[str]) -> None:
        forms = {form(text) for text in ours} - {""}
        lengths = Counter(len(one) for one in forms)
        self._whole = texts(sorted(forms | {tail for one in forms for tail in tails(one)}))
        self._by_length = {
            length: texts(sorted(one for one in forms if len(one) == length))
            for length, _ in lengths.most_common(_LENGTHS)
        }

    def keeps(self, column: Any) -> Any:
        """Which rows of a text column to look at, as an Arrow mask."""
        import pyarrow.compute as pc

        forms = column
        if pc.any(pc.match_substring(forms, "?")).as_py():
            forms = pc.replace_substring_regex(forms, f"(?s){QUERY}", "")
        if pc.any(pc.match_substring(forms, ".")).as_py():
            forms = pc.replace_substring_regex(forms, ENDING, "")
        forms = pc.utf8_lower(forms)
        forms = pc.replace_substring_regex(forms, ZEROS, r"\1\2")
        keep = pc.is_in(forms, value_set=self._whole)
        for length, ours in self._by_length.items():
            tail = pc.utf8_slice_codeunits(forms, start=-length)
            keep = pc.or_(keep, pc.is_in(tail, value_set=ours))
        return keep
