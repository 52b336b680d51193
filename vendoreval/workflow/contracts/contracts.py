"""Contracts: add, amend, look up."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from vendoreval.contracts.amending import amend
from vendoreval.contracts.parsing import parse_contract
from vendoreval.contracts.terms import Contract
from vendoreval.contracts.writing import to_settle
from vendoreval.errors import Conflict, InputError, NotFound
from vendoreval.store.tables import ContractRow, VendorRow
from vendoreval.store.workspace import Workspace
from vendoreval.workflow.context import actor, now, slug
from vendoreval.workflow.files import read_text


def add_contract(workspace: Workspace, path: Path | str) -> Contract:
    """Add a contract file; raises InvalidDocument, NotFound for its vendor, Conflict if it is there."""
    return _store(workspace, Path(path), amending=False)


def amend_contract(workspace: Workspace, path: Path | str) -> Contract:
    """Add the next version of a contract; raises NotFound when there is none to amend."""
    return _store(workspace, Path(path), amending=True)


def _changes(workspace: Workspace, last: ContractRow, contract: Contract, text: str) -> tuple[str, ...]:
    """What an amendment changes: terms, or points that are no longer to settle; raises Conflict for nothing."""
    before = to_settle(workspace.objects.read(last.source_sha).decode())
    settled = tuple(f"settled: {point}" for point in before if point not in to_settle(text))
    changes = (*(str(change) for change in amend(_parsed(workspace, last), contract)), *settled)
    if not changes:
        raise Conflict(f"The amendment changes nothing in {contract.id!r}.", remedy="Edit the file first.")
    return changes


def _store(workspace: Workspace, path: Path, *, amending: bool) -> Contract:
    text = read_text(path)
    contract = parse_contract(text, path.name)
    slug(contract.id, "contract")
    at = now()
    with workspace.write(actor(), at) as tx:
        tx.require(VendorRow, contract.vendor, "vendor")
        versions = tx.all(ContractRow, id=contract.id)
        if versions and not amending:
            raise Conflict(
                f"There is a contract {contract.id!r} already.",
                remedy="Use `vendoreval contract amend` for a new version.",
            )
        if amending and not versions:
            raise NotFound("contract", contract.id, tuple({row.id for row in tx.all(ContractRow)}))
        contract = replace(contract, version=len(versions) + 1)
        changes = _changes(workspace, versions[-1], contract, text) if amending else ()
        source = workspace.objects.put_bytes(text.encode())  # only now: a refusal leaves nothing behind
        tx.add(
            ContractRow(
                id=contract.id, version=contract.version, vendor_id=contract.vendor, title=contract.title,
                source_sha=source, added_at=at,
            )
        )  # fmt: skip
        data = {"version": contract.version, "sha256": source, "changes": list(changes)}
        tx.event("contract.amended" if amending else "contract.added", contract.id, data)
    return contract


def load_contract(workspace: Workspace, contract_id: str, version: int | None = None) -> Contract:
    """A contract's version, by default the newest; raises NotFound."""
    return _parsed(workspace, contract_row(workspace, contract_id, version))


def contract_row(workspace: Workspace, contract_id: str, version: int | None = None) -> ContractRow:
    """The stored row of a contract's version; raises NotFound."""
    with workspace.read() as reader:
        rows = reader.all(ContractRow, id=contract_id)
        chosen = [row for row in rows if version in (None, row.version)]
        if not chosen:
            raise NotFound("contract", contract_id, tuple({row.id for row in reader.all(ContractRow)}))
        return max(chosen, key=lambda row: row.version)


def list_contracts(workspace: Workspace) -> tuple[Contract, ...]:
    """The newest version of every contract, by id."""
    with workspace.read() as reader:
        ids = sorted({row.id for row in reader.all(ContractRow)})
    return tuple(load_contract(workspace, contract_id) for contract_id in ids)


def _parsed(workspace: Workspace, row: ContractRow) -> Contract:
    text = workspace.objects.read(row.source_sha).decode()
    try:
        return replace(parse_contract(text, f"{row.id} version {row.version}"), version=row.version)
    except InputError as error:
        raise InputError(f"The stored contract no longer reads: {error}") from error
