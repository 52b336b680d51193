"""Delivered ids on their way to ours: cut at the query string, then looked up in the buyer's crosswalk."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from vendoreval.errors import InputError, UsageError
from vendoreval.formats.intake.delivered_ids import DeliveredIds
from vendoreval.formats.intake.near_items import NearItems, near_items, sifted
from vendoreval.formats.readers.row_batches import texts
from vendoreval.formats.readers.rows import open_rows
from vendoreval.labels.crosswalk import Crosswalk, crosswalk_of, record_of
from vendoreval.labels.near_ids import QUERY, SIGNED, accompanied, shown, without_query
from vendoreval.labels.unsettled import SHOWN, Unsettled
from vendoreval.safe_text import is_risky, restore

CUTS = ("", "query")
CROSSWALK = "ids.csv"  # the name under which messages speak of a crosswalk that is still to be written


def read_crosswalk(path: Path) -> Crosswalk:
    """The crosswalk in a file of two columns, the delivered id and ours; a column item_id is always ours.

    An empty second cell says that the delivered id is no item of ours. Raises InputError.
    """
    file = open_rows(path)
    if len(file.names) != 2:
        raise InputError(
            f"A crosswalk has two columns, not {len(file.names)}.", file=str(path),
            remedy="Write the columns delivered_id and item_id.",
        )  # fmt: skip
    theirs, mine = file.names
    if theirs == "item_id":
        theirs, mine = mine, theirs
    return crosswalk_of(_rows(file, theirs, mine), path.name)


def _rows(file: Any, theirs: str, mine: str) -> Iterator[tuple[int, str, str]]:
    for batch in file.batches({theirs, mine}):
        for refusal in batch.refusals:
            raise InputError(refusal.reason, file=file.path.name, line=refusal.line)
        columns = (batch.columns[name].to_pylist() for name in (theirs, mine))
        for line, delivered, ours in zip(batch.lines, *columns, strict=True):
            yield line, _typed(delivered or ""), _typed(ours or "")


def _typed(text: str) -> str:
    """An id as it was before our own crosswalk made it harmless to spreadsheets."""
    return restore(text) if text.startswith("''") or is_risky(text[1:]) else text


@dataclass
class ItemIds:
    """How delivered ids are read, and what that did.

    `cut`: "query" takes what follows "?" away; then the crosswalk names our id.
    """

    cut: str = ""
    crosswalk: Crosswalk = field(default_factory=lambda: Crosswalk({}))
    _used: set[str] = field(default_factory=set)  # delivered ids of the crosswalk
    _apart: set[str] = field(default_factory=set)  # delivered ids that it calls no item of ours
    _met: set[str] = field(default_factory=set)  # ids of its other side, delivered as they are
    _cut_ids: set[str] = field(default_factory=set)
    _signed: bool = False

    def __post_init__(self) -> None:
        if self.cut not in CUTS:
            raise UsageError(f"--id-cut {self.cut!r} is not known.", remedy="Write --id-cut query.")
        self._targets = frozenset(self.crosswalk.ours.values())

    def to_json(self) -> dict[str, Any]:
        """What was said of the ids, as part of a delivery's identity."""
        walk = self.crosswalk
        return {"cut": self.cut, "ours": dict(walk.ours), "others": sorted(walk.others)}

    def read(self, column: Any) -> Any:
        """An Arrow column of delivered ids as ours."""
        import pyarrow.compute as pc

        asking = pc.any(pc.match_substring(column, "?")).as_py()
        walk = self.crosswalk
        if not asking and not walk.ours and not walk.others:
            return column
        coded = column.dictionary_encode()
        distinct = coded.dictionary
        if asking:
            asks = pc.match_substring(distinct, "?")
            self._signed = self._signed or pc.any(pc.match_substring_regex(distinct, SIGNED)).as_py()
            if self.cut == "query":
                self._cut_ids.update(distinct.filter(asks).to_pylist())
                distinct = pc.replace_substring_regex(distinct, f"(?s){QUERY}", "")
        self._apart.update(walk.others.intersection(distinct.to_pylist()) if walk.others else ())
        if walk.ours:
            distinct = texts([self._ours(text) for text in distinct.to_pylist()])
        return distinct.take(coded.indices)

    def _ours(self, text: str) -> str:
        found = self.crosswalk.ours.get(text)
        if found is not None:
            self._used.add(text)
        elif text in self._targets:
            self._met.add(text)
        return text if found is None else found

    def finish(self) -> None:
        """Raise InputError where the crosswalk does not fit the delivery."""
        ours = self.crosswalk.ours
        named = ours or sorted(self.crosswalk.others)
        if named and not (self._used if ours else self._apart):
            swapped = " Its columns seem to be swapped." if self._met else ""
            raise InputError(
                f"None of the delivered ids of the crosswalk is in the delivery, such as {next(iter(named))!r}."
                f"{swapped}",
                remedy="Write the columns delivered_id and item_id.",
            )
        twice = next((one for one in sorted(self._used) if ours[one] in self._met), None)
        if twice is not None:
            raise InputError(
                f"--ids would give {twice!r} to {ours[twice]!r}, which was delivered under its own id, too.",
                remedy="Keep only rows of ids that are written otherwise.",
            )

    def report(self, items: DeliveredIds) -> dict[str, Any]:
        """What was done to the ids, as it stands in the intake report under `ids`; empty where nothing was."""
        found: dict[str, Any] = {}
        if self.cut:
            cut = {without_query(text) for text in self._cut_ids}
            found |= {"cut": self.cut, "ids_cut": len(self._cut_ids), "ids_after": len(cut)}
        if self._used or self._apart:
            mine = {self.crosswalk.ours[one] for one in self._used}
            _, candidates = sifted(mine, mine, items.columns())
            found["crosswalk"] = record_of(
                self.crosswalk, self._used, self._apart, accompanied(mine, candidates)
            )
        return found

    def unsettled(self, items: DeliveredIds, sent: Collection[str]) -> tuple[Unsettled, ...]:
        """What is open about the ids: signatures that set ids apart, ids `sent` that came back otherwise."""
        found = []
        files = _without_queries(items) if self._signed and not self.cut else set()
        if 0 < len(files) < items.count:
            found.append(
                Unsettled(
                    "ids",
                    f"Item ids are signed web addresses: {items.count:,} ids are {len(files):,} without what "
                    'follows the "?".',
                    items.count,
                    tuple(dict.fromkeys(shown(text) for text in sorted(files)[:2])),
                    ("--id-cut", "query"),
                )
            )
        came = items.among(sent)
        missing = [text for text in sent if text not in came]
        if missing:
            found += nearly(near_items({*sent, *self.crosswalk.others}, missing, items.columns()), "items sent")
        return tuple(found)

    def notes(self) -> list[str]:
        """What a person should know of ids that hold signatures."""
        if self.cut or not self._signed:
            return []
        return [
            "Item ids are signed web addresses, and their signatures would stand in claims. To cut them at the "
            '"?": --id-cut query (for delivery add and gold add).'
        ]


def ids_of(intake: Mapping[str, Any]) -> ItemIds:
    """How the ids of a delivery were read, from its intake report.

    Raises InputError where the crosswalk has more pairs than the report lists.
    """
    done = intake.get("ids") or {}
    walk = done.get("crosswalk") or {"listed": (), "set_apart": ()}
    if walk["listed"] is None:
        raise InputError(
            f"The intake report does not list the crosswalk's {walk['pairs']:,} pairs.",
            remedy=f"Ask the buyer for the file with the SHA-256 {walk['sha256']}.",
        )
    return ItemIds(done.get("cut", ""), Crosswalk(dict(walk["listed"]), frozenset(walk.get("set_apart", ()))))


def nearly(found: NearItems, what: str) -> list[Unsettled]:
    """The open question about ids of ours (`what`) that were delivered under another spelling."""
    if not found.pairs:
        return []
    return [
        Unsettled(
            "ids",
            f"{len(found.missing):,} {what} were not delivered, but {len(found.pairs):,} of them nearly.",
            len(found.pairs),
            tuple(str(pair) for pair in found.pairs[:SHOWN]),
            ("--ids", CROSSWALK),
        )
    ]


def _without_queries(ids: DeliveredIds) -> set[str]:
    """The different ids without what follows the "?"."""
    return {without_query(text) for column in ids.columns() for text in column.to_pylist()}
