"""Strata that were frozen before the seed of a draw was known, and what shows it.

Whoever knows the tickets and may still choose the strata can steer a draw. So the strata and all that follows
from them are sealed, and the vendor gets a receipt (kind `scores`), before the seed comes into being:

- an announcement names the receipt by its hash, and the day of its value is still to come. Of several freezes
  of a delivery before that day the last counts, and of several announcements for one freeze the first;
- nonces end with a point and the receipt's hash: they were made after it.

Whoever freezes anew once an announced value is known may have asked experts in secret, and dropped the draw
that did not please. So such a draw counts as a look at the delivery, although nobody saw its answers.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any
from unicodedata import normalize

from vendoreval.errors import EvidenceError
from vendoreval.evidence.canonical import hash_of
from vendoreval.evidence.receipts import Receipt

KIND = "scores"
SEALED, STRATA = "scores.json", "strata.csv"  # the files of a bundle
SCHEMA = "vendoreval/frozen-scores/1"
_HEADER = ("item_id", "stratum")


def strata_bytes(strata: Mapping[str, int]) -> bytes:
    """The stratum of every item as it is sealed: CSV, sorted by id in Unicode form NFC."""
    rows = sorted((normalize("NFC", item), stratum) for item, stratum in strata.items())
    lines = [",".join(_HEADER), *(f"{_cell(item)},{stratum}" for item, stratum in rows)]
    return "".join(f"{line}\n" for line in lines).encode()


def _cell(text: str) -> str:
    """A cell of CSV, in quotes only where it holds a comma, a quote or the end of a line."""
    quoted = text.replace('"', '""')
    return f'"{quoted}"' if any(sign in text for sign in ',"\r\n') else text


def read_strata(data: bytes) -> dict[str, int]:
    """The inverse of `strata_bytes`; raises EvidenceError for anything else."""
    header, *rows = list(csv.reader(io.StringIO(data.decode(), newline=""))) or [[]]
    if tuple(header) != _HEADER:
        raise EvidenceError("The file of strata has not the columns item_id and stratum.")
    found = {item: int(stratum) for item, stratum in rows}
    if strata_bytes(found) != data:
        raise EvidenceError("The file of strata is not sorted by item, or names an item twice.")
    return found


def nonce_after(secret: str, receipt: Receipt) -> str:
    """A nonce that shows that it was made after the strata of `receipt` were frozen."""
    return f"{secret}.{hash_of(dict(receipt))}"


def others(receipt: Receipt, receipts: Sequence[Receipt]) -> list[Receipt]:
    """The receipts of scores that were frozen for other audits of the same delivery."""
    frozen = [one for one in receipts if one.get("kind") == KIND and one["number"] != receipt["number"]]
    return [one for one in frozen if one["delivery"] == receipt["delivery"]]


def given_up(receipt: Receipt, receipts: Sequence[Receipt], ended: Collection[str]) -> list[str]:
    """The audits of the delivery that were given up when the strata of `receipt` were frozen.

    Theirs were frozen before, the announced value of their seed was known by then, and they are not among those
    that are told of (`ended`).
    """
    day = datetime.fromisoformat(receipt["committed_at"]).date().isoformat()
    known = {
        one["scores"] for one in receipts if one.get("kind") == "seed" and "scores" in one and one["on"] <= day
    }
    return [
        one["audit"] for one in others(receipt, receipts)
        if one["number"] < receipt["number"] and hash_of(dict(one)) in known and one["audit"] not in ended
    ]  # fmt: skip


def lapsed(receipt: Receipt, draw: Mapping[str, Any], receipts: Sequence[Receipt]) -> str:
    """Why strata do not count as frozen before the seed of `draw` was known; empty where they do.

    `draw` tells of the seed (nonces, or the number of its announcement); `receipts` are all under the contract.
    """
    name = hash_of(dict(receipt))
    if draw.get("nonces"):
        if all(nonce.endswith(f".{name}") for nonce in draw["nonces"]):
            return ""
        return "Nothing shows that the strata were frozen before the nonces of the seed were made."
    if not draw.get("announced"):
        return ""  # nobody can check that seed in any case
    seeds = [one for one in receipts if one.get("kind") == "seed" and one.get("scores") == name]
    if not seeds or seeds[0]["number"] != draw["announced"] or seeds[0]["number"] < receipt["number"]:
        return "The seed was not announced for these strata, or another announcement for them came first."
    day = seeds[0]["on"]
    later = [
        one for one in others(receipt, receipts)
        if one["number"] > receipt["number"]
        and datetime.fromisoformat(one["committed_at"]).date().isoformat() < day
    ]  # fmt: skip
    if later:
        return "Other strata were frozen for this delivery later, and before the day of the seed: those count."
    if datetime.fromisoformat(receipt["committed_at"]).date().isoformat() >= day:
        return "The strata were frozen when the value of the seed may have been known."
    return ""
