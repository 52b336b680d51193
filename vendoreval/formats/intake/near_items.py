"""Finding nearly matching ids among millions: columns are sifted, and what could match is compared."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from vendoreval.formats.readers.row_batches import texts
from vendoreval.labels.near_ids import (
    ENDING,
    QUERY,
    ZEROS,
    NearPair,
    form,
    near_pairs,
    nearest,
    shown,
    tails,
    without_query,
)

ROWS = 1 << 20  # at a time
_LENGTHS = 64  # of tails that are looked for
_PART = 1 << 16  # rows after which forms that have enough are looked for no more
_ENOUGH = 2  # near ids; then none is the partner
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
    column and the candidates, at most two for what they are near to.
    """
    wanted = tuple(missing)
    extra, candidates = sifted(wanted, ours, columns)
    return NearItems(wanted, tuple(extra), tuple(near_pairs(wanted, candidates)))


def sifted(
    wanted: Collection[str], known: Collection[str], columns: Iterable[Any]
) -> tuple[list[str], list[str]]:
    """The first ids that are not `known`, and those that could be near to one of the `wanted`.

    Of ids that are near to the same ones, two are enough to say that none is the partner.
    """
    import pyarrow.compute as pc

    mine, sieve = texts(list(known)), _Sieve(wanted)
    first: dict[str, None] = {}
    for column in columns:
        strange = column.filter(pc.invert(pc.is_in(column, value_set=mine))).drop_null()
        if len(first) < _SHOWN:
            first.update(dict.fromkeys(strange[:_SHOWN].to_pylist()))
        for start in range(0, len(strange) if wanted else 0, _PART):
            sieve.take(strange[start : start + _PART])
    return list(first)[:_SHOWN], sieve.kept()


class _Sieve:
    """Keeps what could be near to one of our ids: by equal forms, or one a tail of the other.

    Ids of one form are near to the same ids of ours; so are those that are no more than near by the same tail.
    """

    def __init__(self, ours: Collection[str]) -> None:
        self._forms = {form(text) for text in ours} - {""}
        lengths = Counter(len(one) for one in self._forms)
        self._whole = texts(sorted(self._forms | {tail for one in self._forms for tail in tails(one)}))
        self._by_length = {
            length: texts(sorted(one for one in self._forms if len(one) == length))
            for length, _ in lengths.most_common(_LENGTHS)
        }
        self._by_form: dict[str, tuple[str, ...]] = {}
        self._by_tail: dict[str, tuple[str, ...]] = {}

    def kept(self) -> list[str]:
        """What was kept."""
        return [text for found in (self._by_form, self._by_tail) for kept in found.values() for text in kept]

    def take(self, column: Any) -> None:
        """Keep of a text column what is to be looked at; then look no more for forms that have enough."""
        import pyarrow.compute as pc

        forms = _forms(column)
        whole = pc.is_in(forms, value_set=self._whole)
        behind = pc.invert(pc.is_valid(forms))
        for length, ours in self._by_length.items():
            tail = pc.utf8_slice_codeunits(forms, start=-length)
            behind = pc.or_(behind, pc.is_in(tail, value_set=ours))
        equal = [(form(text), text) for text in column.filter(whole).to_pylist()]
        self._whole = _without(self._whole, _keep(self._by_form, equal))
        others = [(self._tail(text), text) for text in column.filter(pc.and_not(behind, whole)).to_pylist()]
        enough = _keep(self._by_tail, ((tail, text) for tail, text in others if tail))
        left = {length: _without(ours, enough) for length, ours in self._by_length.items()}
        self._by_length = {length: ours for length, ours in left.items() if len(ours)}

    def _tail(self, text: str) -> str | None:
        """The form of ours that is the longest tail."""
        return next((tail for tail in tails(form(text)) if tail in self._forms), None)


def _forms(column: Any) -> Any:
    """`form` of each text of an Arrow column."""
    import pyarrow.compute as pc

    forms = column
    if pc.any(pc.match_substring(forms, "?")).as_py():
        forms = pc.replace_substring_regex(forms, f"(?s){QUERY}", "")
    if pc.any(pc.match_substring(forms, ".")).as_py():
        forms = pc.replace_substring_regex(forms, ENDING, "")
    return pc.replace_substring_regex(pc.utf8_lower(forms), ZEROS, r"\1\2")


def _keep(kept: dict[str, tuple[str, ...]], found: Iterable[tuple[str, str]]) -> list[str]:
    """Keep texts by what they are near to, unless a query string alone sets them apart; what has enough now."""
    enough = []
    for near, text in found:
        mine = kept.get(near, ())
        if len(mine) < _ENOUGH and without_query(text) not in map(without_query, mine):
            kept[near] = (*mine, text)
            if len(kept[near]) == _ENOUGH:
                enough.append(near)
    return enough


def _without(values: Any, gone: Collection[str]) -> Any:
    import pyarrow.compute as pc

    return values.filter(pc.invert(pc.is_in(values, value_set=texts(list(gone))))) if gone else values
