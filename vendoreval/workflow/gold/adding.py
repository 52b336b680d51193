"""Adding gold: reading its files, and keeping them and what they say."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from vendoreval.errors import Conflict
from vendoreval.evidence.canonical import canonical
from vendoreval.store.tables import GoldRow
from vendoreval.store.workspace import Workspace
from vendoreval.workflow.context import actor, now, slug
from vendoreval.workflow.contracts.contracts import list_contracts, load_contract
from vendoreval.workflow.deliveries.named_files import NamedFile, named_files
from vendoreval.workflow.files import read_bytes
from vendoreval.workflow.gold.golds import keep_gold, show_gold
from vendoreval.workflow.gold.reading import GoldReading, read_gold_files


def add_gold(
    workspace: Workspace,
    files: Path | str | Sequence[Path | str],
    *,
    gold_id: str = "",
    contract_id: str = "",
    mapping: Sequence[str] = (),
    where: Sequence[str] = (),
    separator: str = "",
    id_cut: str = "",
    fmt: str = "",
    options: Sequence[str] = (),
    images: Path | None = None,
    items: Path | None = None,
) -> dict[str, Any]:
    """Add a gold set from files, a folder or an archive; returns its record.

    `items` names the items that gold says hold nothing, besides those with answers; `options` are the
    format's, NAME=VALUE, and `images` a folder of pictures.
    `where` takes rows as for a delivery, `separator` stands between accepted answers, `id_cut` "query" cuts
    item ids at the "?".
    Without `contract_id`, the workspace must hold exactly one contract. Raises InputError with file
    and line for anything wrong in the file, Conflict when the id is taken.
    """
    named = named_files([files] if isinstance(files, Path | str) else files)
    name = slug(gold_id or named[0].name.split(".")[0].lower(), "gold set")
    contract = load_contract(workspace, contract_id or _only_contract(workspace))
    reading = GoldReading(mapping, where, separator, id_cut, fmt, options, images, items)
    taken = read_gold_files(contract, named, name, reading)
    at = now()
    received = [read_bytes(one.path, "memory") for one in named]
    with workspace.write(actor(), at) as tx:
        if tx.get(GoldRow, name):
            raise Conflict(f"There is a gold set {name!r} already.", remedy="Give another id with --id.")
        source = _keep(workspace, named, received)  # only now: a refusal leaves nothing behind
        table = workspace.objects.put_bytes(taken.table)
        row = GoldRow(
            id=name, contract_id=contract.id, task_type=contract.task.type, table_sha=table,
            source_sha=source, items=taken.items, added_at=at,
        )  # fmt: skip
        keep_gold(tx, row)
    return {**show_gold(workspace, name), "notes": list(taken.notes)}


def _keep(workspace: Workspace, named: Sequence[NamedFile], received: Sequence[bytes]) -> str:
    """Store the files as they came; of several, their list is the source."""
    put = workspace.objects.put_bytes
    hashes = [put(data) for data in received]
    if len(named) == 1:
        return hashes[0]
    return put(canonical([{"name": one.name, "sha256": sha} for one, sha in zip(named, hashes, strict=True)]))


def _only_contract(workspace: Workspace) -> str:
    found = list_contracts(workspace)
    if len(found) != 1:
        ids = ", ".join(contract.id for contract in found) or "none yet"
        raise Conflict(
            f"Which contract does the gold belong to? The workspace has: {ids}.",
            remedy="Say it with --contract.",
        )
    return found[0].id
