"""What an audit looked at, as bundles of schema 1 hold it: outcomes instead of gold and labels.

They tell which answer each label was held against, and not that this answer was committed to.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence

from vendoreval.audits.audit_input import AuditInput
from vendoreval.evidence.json_lines import read_lines
from vendoreval.inference.tally import Tally
from vendoreval.tasks.outcomes import Outcomes

FRAME = "vendoreval/frame/1"


def read_older(files: Mapping[str, bytes], classes: Sequence[str]) -> tuple[AuditInput, str]:
    """The audit's input as sealed, and the day of receipt."""
    frame = json.loads(files["frame.json"])
    if frame.get("schema") != FRAME:
        raise ValueError(f"frame.json has the schema {frame.get('schema')!r}")
    units = Outcomes.from_rows(read_lines(files["outcomes.jsonl"]), classes)
    labels = files.get("labels.jsonl")
    by_label = Outcomes.from_rows(read_lines(labels), classes) if labels is not None else units
    agreement = files.get("agreement.jsonl")
    seen = AuditInput(
        units, by_label, frame["gold_items"], frame["items"], frame["labels"],
        frame["sent_known"], frozenset(frame["edge_items"]), frame["ties"], frame.get("seed", ""),
        frame.get("most_units", 0), frame.get("inspections", {}),
        agreement=None if agreement is None else Tally.from_rows(read_lines(agreement), classes),
        task_ids=json.loads(files.get("tasks.json", b"{}")),
        planned_items=frame.get("planned_items", 0),
        gold_checked=tuple(frame.get("gold_checked", (0, 0))),
        adjudicated=frozenset(frame.get("adjudicated", ())), earlier_items=frame.get("earlier_items", 0),
        strata=frame.get("strata", {}), stratum_sizes=frame.get("stratum_sizes", {}),
        answered_twice=tuple(frame.get("answered_twice", (0, 0))),
        known_items=frozenset(frame.get("known_items", ())), gold_committed=frame.get("gold_committed", ""),
        looks_before=frame.get("looks_before", {}), earlier_audits=tuple(frame.get("earlier_audits", ())),
    )  # fmt: skip
    return seen, frame["received"]
