"""pandas frames at the edge, for notebooks."""

from __future__ import annotations

from typing import TYPE_CHECKING

from vendoreval.audits.records import AuditResult
from vendoreval.workflow.audits.stored_audit import StoredAudit

if TYPE_CHECKING:
    import pandas as pd


def findings_frame(result: AuditResult) -> pd.DataFrame:
    """One row a finding, with its numbers."""
    import pandas as pd

    return pd.DataFrame([finding.to_json() for finding in result.findings])


def outcomes_frame(stored: StoredAudit) -> pd.DataFrame:
    """One row a unit that the audit counted: item, annotator, expected, delivered, outcome."""
    import pandas as pd

    return pd.DataFrame(list(stored.seen.units.rows()))
