"""An audit's figures by the conventions of other tools, beside its own."""

from __future__ import annotations

from collections.abc import Sequence

from vendoreval.errors import InputError
from vendoreval.tasks.conventions import Figures, convention
from vendoreval.workflow.audits.stored_audit import StoredAudit


def by_conventions(stored: StoredAudit, names: Sequence[str]) -> dict[str, Figures]:
    """What each tool of `names` would show; raises InputError for one that is not known for the task type."""
    gold, delivered = stored.seen.gold, stored.seen.delivered
    if names and (gold is None or delivered is None):
        raise InputError(
            "An earlier version audited this, without what is needed.", remedy="Run the audit again."
        )
    if names and stored.seen.active is not None and not stored.seen.active.uniform:
        raise InputError("The items were drawn where scores expect errors: no tool's figure on them is fair.")
    if gold is None or delivered is None:
        return {}
    return {name: convention(name, gold, delivered, stored.contract.task) for name in names}
