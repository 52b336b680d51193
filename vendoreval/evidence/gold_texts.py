"""Gold records as JSON texts: what a commitment hashes, and what a bundle shows of them."""

from __future__ import annotations

import json
from collections.abc import Mapping
from json.encoder import encode_basestring
from typing import Any, NamedTuple

from vendoreval.evidence.canonical import canonical
from vendoreval.gold.goldset import GoldSet

_shown = json.JSONEncoder(ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode


class GoldText(NamedTuple):
    """A gold record: its item, the JSON that is shown, and the canonical one, which is hashed.

    They differ where a record holds floats or names beyond ASCII. There may be hundreds of thousands.
    """

    item: str
    shown: str
    hashed: bytes

    @classmethod
    def of(cls, record: Mapping[str, Any]) -> GoldText:
        """The text of one record; raises InputError where it cannot be written as JSON."""
        return cls(str(record.get("item_id")), _shown(record), canonical(record))


def gold_texts(gold: GoldSet) -> list[GoldText]:
    """The texts of `gold.records()`, in its order; raises InputError where one cannot be written as JSON.

    Where items have one answer, each distinct one is written once.
    """
    if gold.shape.many:
        return list(map(GoldText.of, gold.records()))
    answers = {one: _shown([[{"label": label}] for label in one]) for one in dict.fromkeys(gold.accepted)}
    edges = gold.edge_case.tolist() if gold.edge_case is not None else [-1] * len(gold)
    items = gold.item_ids
    columns = zip(map(answers.__getitem__, gold.accepted), edges, map(encode_basestring, items), strict=True)
    shown = list(map('{"answers":%s,"edge_case":%d,"item_id":%s}'.__mod__, columns))
    try:
        hashed = list(map(str.encode, shown))  # texts and whole numbers stand in canonical JSON as here
    except UnicodeEncodeError:  # half of a surrogate pair: `canonical` says so
        return list(map(GoldText.of, gold.records()))
    return list(map(GoldText, items, shown, hashed))
