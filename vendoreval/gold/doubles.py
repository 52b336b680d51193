"""Gold that a vendor meets twice: the same item, look-alike ids, the same content under several ids."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Hashable, Iterator, Mapping, Sequence
from unicodedata import normalize

from vendoreval.gold.clues import SHOWN, Clue, Row


def doubles(rows: Sequence[Row], gold: frozenset[str], payload: Sequence[str] = ()) -> Iterator[Clue]:
    """Doubles among `rows` with a gold item among them; `payload` are the columns to be labelled."""
    counts = Counter(str(row["item_id"]) for row in rows)
    again = [(item,) * count for item, count in counts.items() if count > 1]
    yield from _clue("item_twice", "item_id", "The same item stands more than once", again, gold)
    alike = _grouped({item: normalize("NFKC", item).strip().casefold() for item in counts})
    yield from _clue(
        "ids_alike", "item_id", "Ids differ only in case, white space or Unicode form", alike, gold
    )
    contents = {str(row["item_id"]): tuple(row.get(name) for name in payload) for row in rows}
    same = _grouped({item: content for item, content in contents.items() if any(content)})
    yield from _clue("payload_twice", "", "The same content stands under several ids", same, gold)


def _grouped(keys: Mapping[str, Hashable]) -> list[tuple[str, ...]]:
    found: dict[Hashable, list[str]] = defaultdict(list)
    for item, key in keys.items():
        found[key].append(item)
    return [tuple(group) for group in found.values() if len(group) > 1]


def _clue(
    kind: str, column: str, what: str, groups: Sequence[tuple[str, ...]], gold: frozenset[str]
) -> Iterator[Clue]:
    found = [group for group in groups if not gold.isdisjoint(group)]
    if found:
        yield Clue(
            kind, column, f"{what}: {len(found):,} times with gold among them.",
            tuple(" = ".join(group[:2]) for group in found[:SHOWN]),
            "Keep one of each: who meets a task again knows that it is watched.",
        )  # fmt: skip
