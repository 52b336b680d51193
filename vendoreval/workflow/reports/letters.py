"""Covering letters: what a claim's letter says, and the files that go with it by name and hash."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from vendoreval.errors import Conflict, UsageError
from vendoreval.reports.claim_standing import nothing_asked
from vendoreval.reports.letter_view import Enclosed, letter_view
from vendoreval.reports.report import Report
from vendoreval.store.workspace import Workspace
from vendoreval.workflow.claims.claims import load_claim
from vendoreval.workflow.files import sha256_of
from vendoreval.workflow.reports.reports import audit_facts, claim_standing

MOST_ENCLOSED = 6  # more would take the letter beyond its page


def letter_report(
    workspace: Workspace, claim_id: str, enclose: Sequence[Path] = (), version: int = 0
) -> Report:
    """The letter to a version of a claim (0: the newest), with the files of `enclose` named in it.

    Raises NotFound, Conflict for a version that asks for nothing any more, InputError for a file that cannot
    be read, UsageError for too many files.
    """
    claim, stored = load_claim(workspace, claim_id, version)
    standing, state = claim_standing(workspace, claim)
    claim = replace(claim, state=state)
    over = nothing_asked(claim, standing)
    if over:
        raise Conflict(
            f"Version {claim.version} of claim {claim.id} asks for nothing. {over}",
            remedy=f"See where it stands: vendoreval claim show {claim.id}",
        )
    if len(enclose) > MOST_ENCLOSED:
        raise UsageError(
            f"A letter of one page names up to {MOST_ENCLOSED} files, not {len(enclose)}.",
            remedy="Put them into an archive and enclose that.",
        )
    enclosed = [Enclosed(path.name, sha256_of(path), path.stat().st_size) for path in enclose]
    return letter_view(stored.contract, claim, audit_facts(workspace, stored), standing, enclosed)
