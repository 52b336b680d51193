"""The people behind a delivery: how good each one is, who did not answer alone, and what the items are."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from vendoreval.engines.items import item_ids
from vendoreval.engines.local import labels_on_items
from vendoreval.errors import InputError, UsageError
from vendoreval.gold.goldset import GoldSet
from vendoreval.inference.alike import alike
from vendoreval.inference.annotators import Quality, from_consensus, from_gold
from vendoreval.inference.consensus import Consensus, dawid_skene, one_coin
from vendoreval.inference.copying import copied_pairs, same_errors
from vendoreval.inference.copying_in_turn import copiers
from vendoreval.inference.leakage import KnownGold, known_gold, model_copies, same_values
from vendoreval.inference.straightlining import straight_lines, too_fast
from vendoreval.labels.columns import Coded
from vendoreval.labels.table import LabelTable
from vendoreval.limits import allowed, beyond
from vendoreval.reports.annotator_sentences import annotator_sentences
from vendoreval.safe_text import csv_bytes
from vendoreval.store.tables import DeliveryRow
from vendoreval.store.workspace import Workspace
from vendoreval.tasks.consensus import majority
from vendoreval.workflow.contracts.contracts import load_contract
from vendoreval.workflow.deliveries.listing import delivery_row
from vendoreval.workflow.files import write_whole
from vendoreval.workflow.gold.gold_lint import exposures
from vendoreval.workflow.gold.golds import load_gold

METHODS = ("dawid-skene", "one-coin", "majority")
Codes = NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class _People:
    """A delivery's rows as codes, in working order; `gold` is each row's right answer, -1 without gold."""

    table: LabelTable
    item: Codes
    annotator: Codes
    label: Codes
    gold: Codes
    item_gold: Codes
    by_model: NDArray[np.bool_]
    classes: tuple[str, ...]

    @property
    def names(self) -> tuple[str, ...]:
        return self.table.annotator.values

    @property
    def columns(self) -> tuple[Codes, Codes, Codes, Codes]:
        return self.item, self.annotator, self.label, self.gold


def annotators(
    workspace: Workspace,
    delivery_id: str,
    *,
    gold_id: str = "",
    method: str = "dawid-skene",
    consensus: Path | None = None,
) -> dict[str, Any]:
    """The record `vendoreval/annotators/1` of one delivery.

    With a gold set: right labels by annotator, copied answers, recognised gold. Without: what Dawid &
    Skene's model makes of the labels alone, unless people answer so much alike that they may be copies of
    one another: then its figures are None, and `withheld` says why. `consensus` is a CSV file to write:
    item_id, label, confidence and number of labels, by `method` (dawid-skene, one-coin or majority). Raises
    NotFound, UsageError for an unknown method, InputError where there are no named annotators.
    """
    if method not in METHODS:
        raise UsageError(f"There is no consensus {method!r}.", remedy=f"Take one of: {', '.join(METHODS)}.")
    row = delivery_row(workspace, delivery_id)
    contract = load_contract(workspace, row.contract_id, row.contract_version)
    gold = load_gold(workspace, gold_id) if gold_id else None
    people = _read(workspace, row, contract.task.classes, gold)
    _refuse_too_large(people, row.id)
    blind = dawid_skene(people.item, people.annotator, people.label, len(people.classes))
    held = _anchored(people, method, blind) if gold else blind
    tricks = _tricks(people, held)
    if gold:
        tricks["known_gold"] = _known_gold(workspace, row, contract.vendor, people, gold)
    withheld = alike(people.item, people.annotator, people.label).reason
    listed = _listed(people, blind, tricks, withheld=bool(withheld))
    if consensus is not None:
        write_whole(Path(consensus), _csv(people, method, held, contract.task.ties))
    record = {
        "schema": "vendoreval/annotators/1",
        "delivery": row.id,
        "contract": row.contract_id,
        "vendor": contract.vendor,
        "gold": gold_id or None,
        "items": row.items,
        "labels": row.rows,
        "gold_labels": int((people.gold >= 0).sum()),
        "model": {"method": blind.method, "steps": blind.steps, "converged": blind.converged},
        "withheld": withheld,
        "annotators": listed,
        "tricks": tricks,
    }
    return {**record, "sentences": annotator_sentences(record)}


def _refuse_too_large(people: _People, delivery: str) -> None:
    """The models hold a number for each item and class, and one for each person and two classes."""
    classes, persons = len(people.classes), int(people.annotator.max()) + 1
    size = 8 * classes * (int(people.item.max()) + 1 + persons * classes)
    if size > allowed().memory:
        raise beyond("memory", f"The models of {classes:,} classes take more than", file=delivery, found=size)


def _read(workspace: Workspace, row: DeliveryRow, classes: Sequence[str], gold: GoldSet | None) -> _People:
    path = workspace.objects.path(row.table_sha)
    table = labels_on_items(path, item_ids(path))
    if table.labelled_at is not None:
        table = table.take(np.argsort(table.labelled_at, kind="stable"))
    label = table.answers["label"]
    if not isinstance(label, Coded) or not label.values:
        raise InputError(f"Delivery {row.id!r} has no column of labels that could be compared.")
    accepted = gold.accepted if gold else ()
    known = tuple(sorted({*label.values, *classes, *(answer for answers in accepted for answer in answers)}))
    codes = label.recode(known).codes.astype(np.int64)
    item = table.item.codes.astype(np.int64)
    by_model = np.zeros(len(table), dtype=np.bool_)
    if table.source is not None:
        by_model = table.source.recode(("auto",)).codes == 0
    annotator = np.where(by_model, -1, table.annotator.codes).astype(np.int64)
    if not (annotator >= 0).any():
        raise InputError(
            f"Delivery {row.id!r} does not say who gave which label.", remedy="Map it: --map annotator_id=…."
        )
    by_item, by_row = _gold_codes(table.item.values, item, codes, known, gold)
    return _People(table, item, annotator, codes, by_row, by_item, by_model, known)


def _gold_codes(
    names: Sequence[str], item: Codes, label: Codes, classes: Sequence[str], gold: GoldSet | None
) -> tuple[Codes, Codes]:
    """Gold by item and by row; a row with an accepted answer has that answer as gold."""
    by_item = np.full(len(names), -1, dtype=np.int64)
    if gold is None:
        return by_item, np.full(len(item), -1, dtype=np.int64)
    place = {name: code for code, name in enumerate(names)}
    code = {name: k for k, name in enumerate(classes)}
    also: list[int] = []
    for name, answers in zip(gold.item_ids, gold.accepted, strict=True):
        if name in place:
            by_item[place[name]] = code[answers[0]]
            also += [place[name] * len(classes) + code[answer] for answer in answers[1:]]
    by_row = by_item[item]
    accepted = (label >= 0) & np.isin(item * len(classes) + label, np.asarray(also, dtype=np.int64))
    return by_item, np.where(accepted, label, by_row)


def _anchored(people: _People, method: str, blind: Consensus) -> Consensus:
    model = one_coin if method == "one-coin" else dawid_skene
    columns = people.item, people.annotator, people.label
    return model(*columns, len(people.classes), people.item_gold) if (people.item_gold >= 0).any() else blind


def _tricks(people: _People, held: Consensus) -> dict[str, Any]:
    names, table = people.names, people.table
    everybody, pairs = same_errors(*people.columns), copied_pairs(*people.columns)
    lines = straight_lines(people.annotator, people.label, held.label[people.item])
    seconds = table.seconds if table.seconds is not None else np.full(len(table), np.nan)
    stamps = np.full(len(table), np.nan)
    if table.labelled_at is not None:
        stamps = table.labelled_at.astype("datetime64[us]").astype(np.int64).astype(np.float64)
        stamps[np.isnat(table.labelled_at)] = np.nan
    model = model_copies(*people.columns, people.by_model) if people.by_model.any() else None
    return {
        "same_errors": {**vars(everybody), "flag": everybody.flag(), "sentence": everybody.sentence},
        "copies": [_pair(names[pair.first], names[pair.second], pair) for pair in pairs.pairs],
        "copy_groups": [[names[code] for code in group] for group in pairs.groups],
        "pairs_tested": pairs.tested,
        "in_turn": [_named(names, one) for one in copiers(*people.columns).found],
        "straight_lines": [
            {**_named(names, line), "label": people.classes[line.label], "start": line.start + 1}
            for line in lines
        ],
        "too_fast": [_named(names, one) for one in too_fast(people.item, people.annotator, seconds)],
        "same_seconds": [_named(names, one) for one in same_values(people.annotator, seconds)],
        "same_stamps": [
            {
                **_named(names, one),
                "value": str(np.datetime64(int(one.value), "us")),
            }
            for one in same_values(people.annotator, stamps)
        ],
        "model_copies": [_pair(names[pair.first], "auto", pair) for pair in model.pairs] if model else [],
        "known_gold": None,
    }


def _pair(first: str, second: str, pair: Any) -> dict[str, Any]:
    return {**vars(pair), "first": first, "second": second, "share": pair.share}


def _named(names: Sequence[str], found: Any) -> dict[str, Any]:
    values = dict(vars(found))
    return {"annotator": names[values.pop("code")], **values}


def _known_gold(
    workspace: Workspace, row: DeliveryRow, vendor: str, people: _People, gold: GoldSet
) -> dict[str, Any] | None:
    """Labels on gold items that the vendor met before this delivery, against the rest of the gold."""
    earlier = exposures(workspace, vendor, row.received_at)
    met = {item for one in earlier if one.kind != "seeded" for item in one.items}  # seeds are hidden
    exposed = np.asarray([name in met for name in people.table.item.values], dtype=np.bool_)
    rows = np.flatnonzero((people.gold >= 0) & (people.label >= 0))
    if not len(rows):
        return None
    wrong = people.label[rows] != people.gold[rows]
    found: KnownGold | None = known_gold(wrong, exposed[people.item[rows]], people.item[rows])
    return {**vars(found), "flag": found.flag(), "sentence": found.sentence} if found else None


def _listed(
    people: _People, blind: Consensus, tricks: Mapping[str, Any], *, withheld: bool
) -> list[dict[str, Any]]:
    """Every annotator, best first; ranked by gold where there is any, else by the model if it is shown."""
    estimated = from_consensus(blind, people.item, people.annotator, people.label)
    known = (people.gold >= 0) & (people.label >= 0)
    proven: Sequence[Quality | None] = [None] * len(people.names)
    if known.any():
        proven = from_gold(
            people.annotator[known], people.label[known] == people.gold[known], len(people.names)
        )
    flags = _flags(tricks)
    result = []
    for name, model, gold in zip(people.names, estimated, proven, strict=False):
        if not model.n:
            continue
        best = gold or (None if withheld else model)
        result.append(
            {
                "annotator": name,
                "labels": model.n,
                "rank": best.rank if best else None,
                "gold_labels": gold.n if gold else 0,
                "gold_right": int(gold.right) if gold else 0,
                **_figures("gold", gold),
                **_figures("estimated", None if withheld else model),
                "shrunk": best.shrunk if best else None,
                "shrunk_low": best.shrunk_low if best else None,
                "shrunk_high": best.shrunk_high if best else None,
                "flags": flags.get(name, []),
            }
        )
    return sorted(result, key=lambda one: (one["rank"] or 0, one["annotator"]))


def _figures(name: str, found: Quality | None) -> dict[str, float | None]:
    return {
        f"{name}_accuracy": found.rate if found else None,
        f"{name}_low": found.low if found else None,
        f"{name}_high": found.high if found else None,
    }


def _flags(tricks: Mapping[str, Any]) -> dict[str, list[str]]:
    """By annotator, in a few words."""
    found: dict[str, list[str]] = {}
    for group in tricks["copy_groups"]:
        for name in group:
            others = [other for other in group if other != name]
            more = f" and {len(others) - 2} more" if len(others) > 2 else ""
            found.setdefault(name, []).append(f"same errors as {', '.join(others[:2])}{more}")
    for one in tricks["in_turn"]:
        found.setdefault(one["annotator"], []).append("errors of others in turn")
    for one in tricks["model_copies"]:
        found.setdefault(one["first"], []).append("same errors as the model")
    for line in tricks["straight_lines"]:
        what = f"{line['length']} × {line['label']!r}"
        found.setdefault(line["annotator"], []).append(
            f"{what} in a row" if line["kind"] == "run" else f"{what} of {line['n']}"
        )
    for fast in tricks["too_fast"]:
        found.setdefault(fast["annotator"], []).append(f"{100 * fast['ratio']:.0f} % of others' time")
    for key, word in (("same_seconds", "same seconds"), ("same_stamps", "same time of day")):
        for same in tricks[key]:
            found.setdefault(same["annotator"], []).append(f"{word} {same['same']} of {same['n']}")
    return found


def _csv(people: _People, method: str, held: Consensus, ties: Any) -> bytes:
    """One row an item with a label, in text order."""
    counted = (people.label >= 0) & ((people.annotator >= 0) | (method == "majority"))
    votes = np.bincount(people.item[counted], minlength=len(people.item_gold))
    label, confidence = held.label, held.confidence
    names = people.table.item.values
    if method == "one-coin" and not (people.item_gold >= 0).any():
        found = one_coin(people.item, people.annotator, people.label, len(people.classes))
        label, confidence = found.label, found.confidence
    if method == "majority":
        label, confidence = _majority(people, ties)
    rows = []
    for code in np.flatnonzero(votes).tolist():
        answer = people.classes[label[code]] if label[code] >= 0 else ""
        rows.append((names[code], answer, f"{confidence[code]:.6f}", int(votes[code])))
    return csv_bytes(("item_id", "label", "confidence", "labels"), rows)


def _majority(people: _People, ties: Any) -> tuple[Codes, NDArray[np.float64]]:
    """The majority by the contract's tie rule (empty where that makes a tie wrong), and its share of votes."""
    table = majority(people.table, ties)
    answer = table.answers["label"]
    assert isinstance(answer, Coded)
    label = np.full(len(people.item_gold), -1, dtype=np.int64)
    label[table.item.codes] = answer.recode(people.classes).codes
    cast = people.label >= 0
    votes = np.bincount(people.item[cast], minlength=len(label))
    same = np.bincount(people.item[cast & (people.label == label[people.item])], minlength=len(label))
    return label, same / np.maximum(votes, 1)
