"""Comparing vendors: what the workspace knows of each of them, and whether an earlier comparison is stale."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from vendoreval import __version__
from vendoreval.comparing.comparing import compare_vendors
from vendoreval.comparing.records import Candidate, Comparison
from vendoreval.costs.choosing import tornado
from vendoreval.costs.inputs import CostFile
from vendoreval.errors import NotFound, UsageError
from vendoreval.questionnaires.bank import Bank
from vendoreval.reports.comparison_view import comparison_view
from vendoreval.reports.facts import Facts, Hashes
from vendoreval.reports.report import Report
from vendoreval.store.tables import EventRow, VendorRow
from vendoreval.store.workspace import Workspace
from vendoreval.workflow.context import actor, now
from vendoreval.workflow.questionnaires.questionnaires import bank_of
from vendoreval.workflow.vendors.candidates import candidate
from vendoreval.workflow.vendors.costs import read_costs
from vendoreval.workflow.vendors.measurements import Measurement, measurement

MOST_VENDORS = 6
_PARTS = {
    "answers": "the answers or their scoring",
    "audit": "the latest audit",
    "pilot": "the latest pilot",
    "promises": "what its promises are held against",
    "contract": "the contract",
    "costs": "the cost inputs",
}


@dataclass(frozen=True)
class Earlier:
    """A comparison of the same vendors that was reported before, and what has changed under it."""

    made_at: datetime
    order: tuple[str, ...]
    changed: tuple[str, ...]

    @property
    def stale(self) -> bool:
        return bool(self.changed)

    def to_json(self) -> dict[str, Any]:
        """The record as plain JSON values."""
        return {
            "made_at": self.made_at.isoformat(),
            "order": list(self.order),
            "stale": self.stale,
            "changed": list(self.changed),
        }


@dataclass(frozen=True, eq=False)
class Compared:
    """A comparison with the costs behind it, and the earlier one of the same vendors."""

    comparison: Comparison
    candidates: tuple[Candidate, ...]
    earlier: Earlier | None
    bank: Bank

    def to_json(self) -> dict[str, Any]:
        """The comparison's record, and whether an earlier one is stale."""
        return {
            **self.comparison.to_json(),
            "costs": {one.vendor: one.cost.to_json() for one in self.candidates if one.cost},
            "earlier": self.earlier.to_json() if self.earlier else None,
        }


def compare(
    workspace: Workspace,
    vendors: Sequence[str],
    *,
    bank_name: str = "",
    audits: Sequence[str] = (),
    costs: Path | None = None,
    weights: str = "",
) -> Compared:
    """Compare two to six vendors by what the workspace knows of them.

    `audits` names audits or pilots to use; else each vendor's latest one. `costs` is an
    input file of `vendoreval cost`, which may hold values of single vendors. Raises UsageError, NotFound.
    """
    if len(set(vendors)) != len(vendors) or not 2 <= len(vendors) <= MOST_VENDORS:
        raise UsageError(
            f"{len(set(vendors))} different vendors cannot be compared.",
            remedy=f"Name two to {MOST_VENDORS}.",
        )
    bank = bank_of(workspace, bank_name)
    chosen = [_chosen(workspace, name, vendors) for name in audits]
    _refuse_two_of_one(chosen)
    file = read_costs(costs) if costs else None
    _refuse_unknown(workspace, file)
    candidates = tuple(candidate(workspace, vendor, bank, chosen, file) for vendor in sorted(vendors))
    made = compare_vendors(candidates, section_weights(weights, bank))
    return Compared(made, candidates, _earlier(workspace, made), bank)


def _refuse_unknown(workspace: Workspace, file: CostFile | None) -> None:
    """Raise NotFound for values of a vendor that the workspace does not know: a slip in its id, most likely."""
    with workspace.read() as reader:
        for vendor in file.vendors if file else ():
            reader.require(VendorRow, vendor, "vendor")


def _chosen(workspace: Workspace, name: str, vendors: Sequence[str]) -> Measurement:
    found = measurement(workspace, name)
    if found.contract.vendor not in vendors:
        raise UsageError(
            f"{name!r} is about {found.contract.vendor}, which is not compared.",
            remedy="Leave it out, or name that vendor too.",
        )
    if not found.fair:
        raise UsageError(
            f"The items of {name!r} were drawn where scores expect errors: no other vendor's stand beside "
            f"them.",
            remedy="Name an audit against gold, or of a uniform sample.",
        )
    return found


def _refuse_two_of_one(chosen: Sequence[Measurement]) -> None:
    for vendor, count in Counter(one.contract.vendor for one in chosen).items():
        if count > 1:
            raise UsageError(f"{count} audits or pilots of {vendor} were named.", remedy="Name one a vendor.")


def comparison_report(workspace: Workspace, made: Compared, remarks: tuple[str, ...] = ()) -> Report:
    """The report of a comparison."""
    costs = {one.vendor: one.cost for one in made.candidates if one.cost}
    swings = {vendor: tornado(found.inputs) for vendor, found in costs.items()}
    sections = [(section.id, section.title, section.weight) for section in made.bank.sections]
    facts = Facts(
        printed=now(), program=f"vendoreval {__version__}", vendor=", ".join(made.comparison.order),
        hashes=Hashes(log_head=workspace.verify_log()), remarks=remarks,
    )  # fmt: skip
    return comparison_view(made.comparison, costs, swings, sections, facts)


def record_comparison(workspace: Workspace, made: Comparison, out: str) -> None:
    """Log what a reported comparison rests on, so that a later change is noticed."""
    data = {"order": list(made.order), "basis": {k: dict(v) for k, v in made.basis.items()}, "name": out}
    with workspace.write(actor(), now()) as tx:
        tx.event("comparison.made", _subject(made), data)


def section_weights(text: str, bank: Bank) -> dict[str, int]:
    """`G=30,A=20` as weights by section; raises UsageError, NotFound for an unknown section."""
    weights: dict[str, int] = {}
    known = tuple(section.id for section in bank.sections)
    for part in filter(None, (piece.strip() for piece in text.split(","))):
        name, _, number = part.partition("=")
        if name.strip() not in known:
            raise NotFound("section", name.strip(), known)
        if not number.strip().isdigit():
            raise UsageError(f"{part!r} is no weight.", remedy="Write --weights G=30,A=20,C=50.")
        weights[name.strip()] = int(number)
    if text and not sum(weights.values()):
        raise UsageError("All weights are 0.", remedy="Write --weights G=30,A=20,C=50.")
    return weights


def _subject(made: Comparison) -> str:
    return "+".join(sorted(made.order))


def _earlier(workspace: Workspace, made: Comparison) -> Earlier | None:
    with workspace.read() as reader:
        rows = reader.all(EventRow, kind="comparison.made", subject=_subject(made))
    if not rows:
        return None
    last = max(rows, key=lambda row: row.seq)
    data = json.loads(last.data)
    return Earlier(last.at, tuple(data["order"]), tuple(_changed(data["basis"], made.basis)))


def _changed(before: Mapping[str, Mapping[str, str]], after: Mapping[str, Mapping[str, str]]) -> list[str]:
    """`the latest audit of acme`, for every part that is not what it was.

    Costs decide no order: where one of both had no input file, nothing says that they changed.
    """
    found = []
    for vendor in sorted({*before, *after}):
        for part, words in _PARTS.items():
            held = (before.get(vendor, {}).get(part), after.get(vendor, {}).get(part))
            if held[0] != held[1] and not (part == "costs" and None in held):
                found.append(f"{words} of {vendor}")
    return found
