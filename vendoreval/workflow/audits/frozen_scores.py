"""Freezing scores before the seed of a draw is known: strata and design are sealed, with a receipt."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from unicodedata import normalize

from vendoreval.audits.active import JUDGED, RULE, laid_out
from vendoreval.audits.looking import at_risk_left
from vendoreval.contracts.metrics import SHEETS
from vendoreval.contracts.terms import Clause, Contract
from vendoreval.designs.active import ActiveDesign
from vendoreval.engines.items import item_ids
from vendoreval.errors import Conflict, InputError, NotFound, UsageError
from vendoreval.evidence.canonical import canonical
from vendoreval.evidence.frozen_scores import KIND, SCHEMA, SEALED, STRATA, read_strata, strata_bytes
from vendoreval.labels.shapes import SHAPES
from vendoreval.store.tables import DeliveryRow, ReceiptRow
from vendoreval.store.workspace import Workspace
from vendoreval.workflow.audits.audits import most_units, refuse_taken
from vendoreval.workflow.audits.fresh import burnt_for
from vendoreval.workflow.audits.sample_draws import sent_as
from vendoreval.workflow.audits.score_sources import Origin, scored
from vendoreval.workflow.audits.track_record import looked_before
from vendoreval.workflow.context import actor, now, slug
from vendoreval.workflow.contracts.contracts import load_contract
from vendoreval.workflow.deliveries.listing import production
from vendoreval.workflow.deliveries.partitioning import label_source
from vendoreval.workflow.deliveries.settling import settle_before_sampling
from vendoreval.workflow.gold.receipts import add_receipt, told


@dataclass(frozen=True, eq=False)
class Frozen:
    """What was sealed for an audit: the receipt, the record that it names, and the stratum of every item."""

    receipt: Mapping[str, Any]
    sealed: Mapping[str, Any]
    strata: Mapping[str, int]  # by the ids under which the vendor knows the items

    @property
    def design(self) -> ActiveDesign:
        return ActiveDesign.from_json(dict(self.sealed["design"]))


def freeze_scores(
    workspace: Workspace, delivery_id: str, audit_id: str, out: Path, origin: Callable[[str], Origin],
    clause_id: str = "",
) -> dict[str, Any]:  # fmt: skip
    """Seal the strata of a delivery for an audit that is still to be drawn; writes the receipt to `out`.

    `origin` says where the scores come from, given what the contract agrees on. Raises NotFound, Conflict,
    InputError where no score can be had, UsageError where no clause asks for it.
    """
    name = slug(audit_id, "audit")
    refuse_taken(workspace, name)
    delivery = production(workspace, delivery_id)
    settle_before_sampling(workspace, delivery)
    contract = load_contract(workspace, delivery.contract_id, delivery.contract_version)
    if frozen_row(workspace, name) is not None:
        raise Conflict(f"Scores are frozen for {name!r} already.", remedy="Give another id with --id.")
    before = looked_before(workspace, delivery, (), sample=name).before
    clause = at_risk_left(_clause(contract, clause_id), before)
    items = drawable(workspace, contract, delivery)
    made = scored(workspace, delivery, contract, clause, items, origin(clause.decision.scores))
    units = _units_each(workspace, contract, clause, delivery)
    design = laid_out(clause, made.made.sizes, made.made.predicted, units)
    names = sealed_ids(items, sent_as(workspace, delivery))
    named = dict(zip(names, made.made.stratum.tolist(), strict=True))
    strata = workspace.objects.put_bytes(strata_bytes(named))
    sealed = {
        "schema": SCHEMA, "audit": name, "delivery": delivery.id, "clause": clause.id, "strata": strata,
        "units": units, "design": design.to_json(), **made.told(),
    }  # fmt: skip
    return _receipt(workspace, contract, delivery, name, sealed, out)


def _receipt(
    workspace: Workspace,
    contract: Contract,
    delivery: DeliveryRow,
    name: str,
    sealed: Mapping[str, Any],
    out: Path,
) -> dict[str, Any]:
    sha, at = workspace.objects.put_bytes(canonical(sealed)), now()
    with workspace.write(actor(), at) as tx:
        made = add_receipt(
            workspace, tx, KIND, name, out, contract=contract.id, at=at, audit=name, delivery=delivery.id,
            clause=sealed["clause"], source=sealed["source"], strata=sealed["strata"], sealed=sha,
        )  # fmt: skip
        data_told = {"delivery": delivery.id, "strata": sealed["strata"], "sealed": sha, **told(made)}
        tx.event("audit.scored", name, data_told, delivery.id)
    design = sealed["design"]
    return {
        "schema": "vendoreval/audit-scores/1", "audit": name, "delivery": delivery.id, "contract": contract.id,
        "clause": sealed["clause"], "source": sealed["source"], "items": sum(design["sizes"]),
        "strata": [
            {"items": size, "scores": scores}
            for size, scores in zip(design["sizes"], sealed["ranges"], strict=True)
        ],
        "missing": sealed["missing"], "max_items": design["cap"], "block": design["block"],
        "strata_sha256": sealed["strata"], "sealed_sha256": sha, "scores_sha256": sealed["scores_sha256"],
        "number": made["number"], "receipt": dict(made),
    }  # fmt: skip


def frozen_row(workspace: Workspace, audit_id: str) -> ReceiptRow | None:
    """The receipt of the scores that were frozen for an audit; None where none were."""
    with workspace.read() as reader:
        return next((row for row in reader.all(ReceiptRow, kind=KIND, subject=audit_id)), None)


def frozen(workspace: Workspace, audit_id: str) -> Frozen:
    """What was sealed for an audit; raises NotFound."""
    row = frozen_row(workspace, audit_id)
    if row is None:
        raise NotFound("audit with frozen scores", audit_id, ())
    receipt = json.loads(workspace.objects.read(row.receipt_sha))
    sealed = json.loads(workspace.objects.read(receipt["sealed"]))
    return Frozen(receipt, sealed, read_strata(workspace.objects.read(receipt["strata"])))


def frozen_files(workspace: Workspace, audit_id: str) -> dict[str, bytes]:
    """What was sealed for an audit, as the files of its bundle."""
    receipt = frozen(workspace, audit_id).receipt
    return {
        SEALED: workspace.objects.read(receipt["sealed"]),
        STRATA: workspace.objects.read(receipt["strata"]),
    }


def drawable(workspace: Workspace, contract: Contract, delivery: DeliveryRow) -> list[str]:
    """The items that may be drawn: those sent where a list of them exists, else those delivered; of a rework
    only what was never named or audited. Raises Conflict where none is left."""
    listed = json.loads(workspace.objects.read(delivery.intake_sha)).get("sent_items_sha256")
    if listed:
        items = set(json.loads(workspace.objects.read(listed)))
    else:
        items = set(item_ids(label_source(workspace, delivery)))
    rest = sorted(items - burnt_for(workspace, contract, delivery))
    if not rest:
        raise Conflict(f"No item of {delivery.id!r} may be drawn: all were named or audited before.")
    return rest


def sealed_ids(items: Sequence[str], known: Mapping[str, str]) -> dict[str, str]:
    """Each item by the id under which it is sealed and drawn: the vendor's, in Unicode form NFC.

    Raises InputError where two items have the same.
    """
    found = {normalize("NFC", known.get(item, item)): item for item in items}
    if len(found) < len(items):
        raise InputError(
            "Two items have the same id, but for their Unicode form.", remedy="Rename one of them."
        )
    return found


def active_clauses(contract: Contract) -> Sequence[Clause]:
    """The clauses whose rule draws by scores."""
    return [clause for clause in contract.clauses if clause.decision.rule == RULE]


def _clause(contract: Contract, clause_id: str) -> Clause:
    ready = {clause.id: clause for clause in active_clauses(contract)}
    if not ready or (clause_id and clause_id not in ready):
        what = f"The clause {clause_id!r} is" if ready else f"No clause of {contract.id!r} is"
        raise UsageError(
            f"{what} not decided by the rule {RULE}." if ready else f"{what} decided by the rule {RULE}.",
            remedy=f"Its clauses that are: {', '.join(ready)}."
            if ready
            else 'Agree on decision = { rule = "active" … }.',
        )
    clause = ready[clause_id] if clause_id else next(iter(ready.values()))
    if clause.scope != "delivery" or clause.metric not in JUDGED:
        raise UsageError(f"The clause {clause.id!r} is on no share of right units in the whole delivery.")
    return clause


def _units_each(workspace: Workspace, contract: Contract, clause: Clause, delivery: DeliveryRow) -> int:
    """How many answers every item holds; raises InputError where they differ, for the rule counts items."""
    intake = json.loads(workspace.objects.read(delivery.intake_sha))
    most, answers = most_units(workspace, contract, delivery, intake), delivery.rows
    if SHAPES[contract.task.type].many:
        if clause.unit not in SHEETS:
            raise InputError(
                f"The clause {clause.id!r} counts by {clause.unit}, and an item holds several or none: the "
                f"rule {RULE} counts whole answers.",
                remedy='Count by item, or take the rule "sequential" with most_units.',
            )
        most, answers = int(intake["sheets"]["most_of_an_item"]), int(intake["sheets"]["answered"])
    if most <= 1 or clause.metric == "completeness":
        return 1
    if answers != most * delivery.items:
        raise InputError(
            f"Items hold up to {most:,} answers each, and not all as many: the rule {RULE} counts items that "
            "weigh alike.",
            remedy='Count the consensus (answers = "consensus"), or take the rule "sequential".',
        )
    return most
