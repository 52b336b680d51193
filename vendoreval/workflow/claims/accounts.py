"""The account of a vendor, from its issued claims and their disputes."""

from __future__ import annotations

from dataclasses import replace

from vendoreval.claims.accounts import Account, Entry, account, entry_of
from vendoreval.claims.records import Claim
from vendoreval.claims.versions import conceded
from vendoreval.store.workspace import Workspace
from vendoreval.workflow.claims.claims import list_claims
from vendoreval.workflow.claims.disputes import StoredDispute, load_dispute
from vendoreval.workflow.context import now
from vendoreval.workflow.vendors.vendors import show_vendor


def vendor_account(workspace: Workspace, vendor_id: str) -> Account:
    """What became of every claim on a vendor that was issued; raises NotFound."""
    entries = [entry_on(stored) for stored in vendor_disputes(workspace, vendor_id)]
    return account(vendor_id, now().date(), entries)


def vendor_disputes(workspace: Workspace, vendor_id: str) -> list[StoredDispute]:
    """Every claim on a vendor that was issued, with its dispute; raises NotFound."""
    names = {audit for audit, _ in show_vendor(workspace, vendor_id).audits}
    issued = [row.id for row in list_claims(workspace) if row.issued_at and row.audit_id in names]
    return [load_dispute(workspace, claim) for claim in issued]


def entry_on(stored: StoredDispute) -> Entry:
    """A claim on the account."""
    return entry_of(stored.newest, stored.dispute, _beyond_dispute(stored))


def _beyond_dispute(stored: StoredDispute) -> Claim:
    """What would stand without the lines that are still argued; the audit is judged again only if need be."""
    dispute, newest = stored.dispute, stored.newest
    standing = [line for line in dispute.lines.values() if line.stands]
    if dispute.state != "issued" or not any(line.open for line in standing):
        return newest
    if all(line.open for line in standing):
        return replace(newest, demands=())
    audit = stored.audit
    return conceded(audit.contract, audit.seen, audit.result, newest, dispute)
