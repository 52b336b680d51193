"""Holding a bundle against the vendor's own files: the same files, and all of their labels on gold."""

from __future__ import annotations

import io
import json
import tempfile
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from vendoreval.contracts.parsing import parse_contract
from vendoreval.contracts.terms import Contract
from vendoreval.engines.local import labels_on_items
from vendoreval.errors import EvidenceError
from vendoreval.evidence.bundle import read_seen
from vendoreval.formats.columns_map import parse_pairs
from vendoreval.formats.delivery_rows import read_delivery
from vendoreval.formats.row_filter import parse_where
from vendoreval.labels.columns import Coded
from vendoreval.labels.statements import statements_of
from vendoreval.workflow.files import sha256_of

Label = tuple[str | None, str | None, str | None]  # item, annotator, label


def check_own_delivery(files: Mapping[str, bytes], delivered: Sequence[Path]) -> str:
    """Check a bundle's labels against the `delivered` files; returns what was found to fit.

    The files must be those of the manifest, and their labels on the audited items exactly those that
    were judged: none changed, added or left out. Raises EvidenceError naming the first that is not.
    """
    _check_manifest(json.loads(files["manifest.json"]), delivered)
    contract = parse_contract(files["contract.toml"].decode(), "contract.toml")
    seen, _ = read_seen(files, contract.task.classes)
    judged = Counter(
        (row["item_id"], row["annotator_id"], row["delivered"])
        for row in seen.by_label.rows()
        if row["delivered"] is not None
    )
    intake = json.loads(files["intake.json"])
    sent_as = {task: item for item, task in seen.task_ids.items()} or None
    sent = _labels(delivered, intake, contract, seen.by_label.item.values, sent_as)
    for label in sorted((judged - sent) + (sent - judged), key=str):
        item, annotator, answer = label
        where = (
            "the bundle but not in the files"
            if judged[label] > sent[label]
            else "the files but not in the bundle"
        )
        raise EvidenceError(f"The label {answer!r} of annotator {annotator!r} on item {item!r} is in {where}.")
    return f"the {judged.total():,} labels judged are exactly those in the delivered files"


def _check_manifest(manifest: Mapping[str, list[dict[str, str]]], delivered: Sequence[Path]) -> None:
    mine = {sha256_of(path): path.name for path in delivered}
    listed = {file["sha256"]: file["name"] for file in manifest["files"]}
    for sha, name in mine.items():
        if sha not in listed:
            raise EvidenceError(f"{name} is not a file of the audited delivery: its SHA-256 is {sha}.")
    for sha, name in listed.items():
        if sha not in mine:
            raise EvidenceError(
                f"The audited delivery has a further file {name}.", remedy="Give it with --delivered."
            )


def _labels(
    paths: Sequence[Path],
    intake: Mapping[str, Any],
    contract: Contract,
    items: Sequence[str],
    sent_as: Mapping[str, str] | None,
) -> Counter[Label]:
    """The files' labels on `items`, read as the buyer read them."""
    with tempfile.TemporaryDirectory() as folder:
        table = Path(folder) / "labels.parquet"
        sink = io.BytesIO()
        read_delivery(
            sorted(paths, key=lambda path: path.name), sink, classes=contract.task.classes,
            mapping=parse_pairs(intake["map"], "--map"), where=parse_where(intake["where"]),
            task_ids=sent_as, stated=statements_of(intake), repeats=contract.task.repeats,
        )  # fmt: skip
        table.write_bytes(sink.getvalue())
        found = labels_on_items(table, items)
    answer = found.answers["label"]
    assert isinstance(answer, Coded)
    return Counter(zip(found.item.text(), found.annotator.text(), answer.text(), strict=True))
