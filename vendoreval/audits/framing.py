"""What a clause is judged on: the delivery that the audited items stand for, and its groups one by one."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from vendoreval.audits.audit_input import AuditInput
from vendoreval.audits.deciding import Frame
from vendoreval.audits.reach import hidden
from vendoreval.audits.units import Counting, Mask, drawn
from vendoreval.contracts.terms import Clause, Task
from vendoreval.tasks.outcomes import Outcomes


def size(seen: AuditInput, how: Counting) -> int:
    """The items that the audited ones stand for: those sent, where it is known, else those delivered.

    Of a rework, without those that could not be audited any more.
    """
    stood_for = (seen.sent_items or seen.items) - seen.left_out.get("items", 0)
    return max(stood_for, _items(seen.units, drawn(seen.units, how)))


def _items(outcomes: Outcomes, rows: Mask) -> int:
    found = np.zeros(len(outcomes.item.values), dtype=np.bool_)
    found[outcomes.item.codes[rows]] = True
    return int(found.sum())


def frame_of(clause: Clause, task: Task, seen: AuditInput, how: Counting) -> Frame:
    """The delivery that the clause is about, and how much of it was audited.

    Without a list of the items sent nobody knows how many there are to be complete about.
    """
    unknown = clause.metric == "completeness" and not seen.sent_known
    audited = _items(seen.units, drawn(seen.units, how))
    return Frame(
        None if unknown else size(seen, how), audited, hidden(clause, task, seen, how),
        fresh="items" in seen.left_out,
    )  # fmt: skip


def groups(clause: Clause, classes: tuple[str, ...], seen: AuditInput) -> Iterable[tuple[str | None, Outcomes]]:
    """The groups that the clause judges one by one, with the outcomes of each."""
    units = seen.units
    if clause.scope == "class":
        for name in (clause.group,) if clause.group else classes:
            yield name, units
    elif clause.scope == "annotator":
        for person in (clause.group,) if clause.group else sorted(seen.by_label.annotator.values):
            code = _code(seen.by_label.annotator.values, person)
            rows = seen.by_label.take(np.flatnonzero(seen.by_label.annotator.codes == code))
            if len(rows) or clause.group:
                yield person, rows
    elif clause.scope == "edge_case":
        marked = np.asarray([item in seen.edge_items for item in units.item.values] + [False])
        yield None, units.take(np.flatnonzero(marked[units.item.codes]))
    else:
        yield None, units


def judged_classes(task: Task, units: Outcomes) -> tuple[str, ...]:
    """The classes that clauses on classes judge: not those by which annotators ask instead of deciding.

    Where the contract names none, an answer of a usual name that gold uses is a class like others.
    """
    used = {units.expected.values[code] for code in np.unique(units.expected.codes).tolist() if code >= 0}
    asking = set(task.unsure) or set(task.ways_to_ask) - used
    return tuple(name for name in task.classes or units.expected.values if name not in asking)


def _code(values: tuple[str, ...], wanted: str) -> int:
    return values.index(wanted) if wanted in values else -2  # -2: nobody, -1 is taken by "no person"
