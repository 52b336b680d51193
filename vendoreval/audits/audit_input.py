"""What an audit looks at: outcomes of units, and what is known of the delivery around them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from fractions import Fraction
from typing import Any

import numpy as np

from vendoreval.audits.active_draw import ActiveDraw
from vendoreval.audits.drawing import STATED
from vendoreval.audits.units import Counting, counting, main_unit, unanswered_items
from vendoreval.contracts.metrics import most_lost
from vendoreval.contracts.terms import Clause, Task
from vendoreval.gold.goldset import GoldSet
from vendoreval.inference.spread import Spread
from vendoreval.inference.tally import Tally
from vendoreval.labels.crosswalk import set_apart
from vendoreval.labels.near_ids import NearPair
from vendoreval.labels.table import LabelTable
from vendoreval.tasks.outcomes import Outcomes


@dataclass(frozen=True, eq=False)
class AuditInput:
    """What an audit looks at.

    `units` are the outcomes that clauses count (single labels, or the consensus of each item);
    `by_label` are always the single labels. `items` and `labels` are the delivery's totals.
    `sent_known`: a list of the items sent to the vendor exists, so that a gold item without an
    answer is the vendor's omission and counts as wrong. `edge_items` are gold's edge cases. `seed`
    gives the order of the draw, in which rules with a design walk; `most_units`: no item of the
    delivery has more units. `inspections`: where the vendor stands, by clause, under AQL
    plans with switching. `task_ids`: under which id the vendor got an item, where gold was seeded.
    `planned_items` were to be audited (0: no plan); a sample that stopped earlier has no figure for
    rules that are read once. `gold_checked`: gold answers overturned, of those that were
    adjudicated; `adjudicated` are the items whose answer an adjudicator gave.
    `earlier_items`: so many of these items are in another audited sample (0: none, or drawn afresh);
    `looks_before`: by clause, the other samples of the delivery that were judged earlier, and
    `earlier_audits`: every earlier audit of the delivery, with its gold, verdict and items (audits.looking).
    `strata`: the stratum of each audited item, and `stratum_sizes` their items in the delivery, where the
    sample was drawn from strata; then it is no fair draw of the whole, and plain rules are not run.
    `answered_twice`: on how many items several auditors differed, and how many they all answered.
    `agreement` is the tally of all labels of the delivery, or the sums of their distances where answers are
    any number of rows, if a clause is about agreement.
    `known_items`: gold that an audit used, or that was revealed to the vendor, before this delivery.
    `gold_committed`: before or after the delivery was received, or never; empty for a sample drawn after it.
    `drawn`: how the items came into the audit, and `seed_from`: where the seed comes from (audits.drawing).
    `gold`: the gold that the labels were held against, where the input came from `judge`.
    `settled`: what was settled about the delivery before it was judged, by kind, as the intake report says.
    `sent_items`: how many items were sent to the vendor (0: not known).
    Types with several units an item: `labels` and `most_units` count the delivery's rows; `sheets` are its
    answered pairs of item and annotator, of which no item has more than `most_sheets`; `objects` counts its
    objects where they are not its rows (0: they are); `most_time`: in thousandths of a second, the rows of no
    item last longer together, where they are pieces of time. Of texts, `most_units` and `objects` count words,
    and no item has more than `most_characters` (0: not known).
    `delivered`: the labels on gold items that were judged, where the input came from `judge`.
    `rework_of`: the delivery that this one replaces. What the vendor could mend because it was told, or because
    an audit of that delivery looked there, is left out: `left_out` counts its `items` in the delivery with
    their `labels` (`sheets`, `objects`), and how many of the `gold` items those were.
    `active`: the draw, where the items were drawn by frozen scores; `strata` are then theirs.
    """

    units: Outcomes
    by_label: Outcomes
    gold_items: int
    items: int
    labels: int
    sent_known: bool = False
    edge_items: frozenset[str] = frozenset()
    ties: int = 0
    seed: str = ""
    most_units: int = 0
    inspections: Mapping[str, str] = field(default_factory=dict)
    task_ids: Mapping[str, str] = field(default_factory=dict)
    agreement: Tally | Spread | None = None
    planned_items: int = 0
    gold_checked: tuple[int, int] = (0, 0)
    adjudicated: frozenset[str] = frozenset()
    earlier_items: int = 0
    strata: Mapping[str, str] = field(default_factory=dict)
    stratum_sizes: Mapping[str, int] = field(default_factory=dict)
    answered_twice: tuple[int, int] = (0, 0)
    known_items: frozenset[str] = frozenset()
    gold_committed: str = ""
    looks_before: Mapping[str, int] = field(default_factory=dict)
    earlier_audits: tuple[Mapping[str, Any], ...] = ()
    drawn: str = STATED
    seed_from: str = STATED
    gold: GoldSet | None = None
    settled: Mapping[str, Any] = field(default_factory=dict)
    sent_items: int = 0
    sheets: int = 0
    most_sheets: int = 1
    most_characters: int = 0
    objects: int = 0
    most_time: int = 0
    delivered: LabelTable | None = None
    rework_of: str = ""
    left_out: Mapping[str, int] = field(default_factory=dict)
    active: ActiveDraw | None = None


def missing_items(seen: AuditInput) -> list[str]:
    """The gold items without an answer, in the order of their codes."""
    codes = np.flatnonzero(unanswered_items(seen.units))
    return [seen.units.item.values[code] for code in codes.tolist()]


def missing_by_word(seen: AuditInput) -> list[NearPair]:
    """The gold items that miss by the buyer's word alone, each with the near ids that were delivered."""
    return set_apart(seen.settled, missing_items(seen))


def counting_of(clause: Clause, task: Task, seen: AuditInput) -> Counting:
    """How the clause counts: without omissions where nothing proves that they were sent."""
    how = counting(clause.unit, task, omissions=seen.sent_known or clause.metric == "completeness")
    cap = clause.decision.worst or most_lost(clause.metric, task) or Fraction(1)  # 1: no loss is counted
    return replace(how, cap=cap, scale=task.classes)


def usual_counting(seen: AuditInput) -> Counting:
    """How figures count that no clause asks for."""
    return Counting(main_unit(seen.units), omissions=seen.sent_known)
