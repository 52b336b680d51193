"""The silent failure patterns of an audit: six questions, one risk of a false alarm for all of them.

Every pattern is a set of signs, each one test. Within a pattern p-values are multiplied by the number of
its signs (Bonferroni), between patterns Holm's procedure is used: if a delivery shows none of the
patterns, the chance that any flag is raised is at most LEVEL. An effect that is certain and small raises
no flag (pattern_signs.material). What could not be tested says why.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from vendoreval.audits.audit_input import AuditInput
from vendoreval.audits.patterns.bias import DO, bias
from vendoreval.audits.patterns.drift import drift
from vendoreval.audits.patterns.edges import edges
from vendoreval.audits.patterns.people import inconsistency
from vendoreval.audits.patterns.signs import Looked, labels_of, plain_p, rounded
from vendoreval.audits.patterns.tricks import copying, leakage
from vendoreval.audits.patterns.whole_answers import whole_answers
from vendoreval.audits.records import Finding, Pattern
from vendoreval.contracts.task_types import TASK_TYPES
from vendoreval.contracts.terms import Contract
from vendoreval.inference.multiplicity import holm
from vendoreval.tasks.known import task_type

LEVEL = 0.05  # chance of any false flag in one audit
MOST_SENTENCES = 3
_BY_SCORES = "The items were drawn on purpose where scores expect errors, which looks like such patterns."
_NO_CLASSES = "Answers of this type belong to no classes that could be missed or taken for each other."
_LEAD = ("n", "errors", "estimate", "low", "high")


def patterns(contract: Contract, seen: AuditInput, findings: Sequence[Finding] = ()) -> tuple[Pattern, ...]:
    """All six patterns of DESIGN §6, flagged or not, each with its numbers or why it has none.

    `findings` of clauses on agreement are signs of inconsistency.
    """
    labels = whole = labels_of(seen.by_label)
    if seen.by_label.level is not None:
        labels = labels_of(seen.by_label, f"{task_type(contract.task.type).unit}s")
        whole = whole_answers(seen.by_label)
    if not len(labels):
        return ()
    looked: tuple[Looked, ...] = (
        inconsistency(whole, contract, findings),
        edges(labels, seen.edge_items, contract.task),
        drift(labels),
        bias(labels) if TASK_TYPES[contract.task.type].classed else Looked("bias", DO, (), (_NO_CLASSES,)),
        leakage(labels, seen.known_items),
        copying(whole),
    )
    if seen.active is not None and not seen.active.uniform:
        looked = tuple(replace(one, signs=(), untested=(_BY_SCORES,)) for one in looked)
    p = [_p(one) for one in looked]
    tested = {k: value for k, value in enumerate(p) if value is not None}
    adjusted: dict[int, float] = dict(zip(tested, holm(list(tested.values())).tolist(), strict=True))
    flagged = [adjusted.get(k, 1.0) <= LEVEL for k in range(len(looked))]
    limit = LEVEL / max(len(tested) - sum(flagged) + 1, 1)  # Holm's limit for the last flag raised
    return tuple(
        Pattern(one.name, flagged[k], _evidence(one, p[k], adjusted.get(k), limit, flagged[k]))
        for k, one in enumerate(looked)
    )


def _p(looked: Looked) -> float | None:
    """The pattern's p-value: the least of its signs that are worth a flag, for all its signs together."""
    if not looked.signs:
        return None
    least = min((sign.p for sign in looked.signs if sign.material), default=1.0)
    return min(1.0, len(looked.signs) * least)


def _evidence(
    looked: Looked, p: float | None, adjusted: float | None, limit: float, flagged: bool
) -> dict[str, Any]:
    if p is None or adjusted is None:
        return {
            "tested": False,
            "sentence": f"Not tested. {' '.join(looked.untested)}".strip(),
            "not_tested": list(looked.untested),
            **rounded(dict(looked.further)),
        }
    count = len(looked.signs)
    ordered = sorted(looked.signs, key=lambda sign: (not sign.material, plain_p(sign.p), sign.what))
    raised = [sign.what for sign in ordered if flagged and sign.material and count * sign.p <= limit]
    lead = ordered[0]
    return {
        "tested": True,
        **rounded({key: lead.numbers[key] for key in _LEAD if lead.numbers.get(key) is not None}),
        "p": plain_p(p),
        "p_adjusted": plain_p(adjusted),
        "level": LEVEL,
        "method": lead.method,
        "sentence": _sentence(ordered, raised),
        "do": looked.do if flagged else "Nothing on this account.",
        "signs": [sign.to_json(sign.what in raised) for sign in ordered],
        "not_tested": list(looked.untested),
        **rounded(dict(looked.further)),
    }


def _sentence(ordered: list[Any], raised: list[str]) -> str:
    if raised:
        return " ".join(sign.sentence for sign in ordered if sign.what in raised[:MOST_SENTENCES])
    return f"No sure sign. {ordered[0].sentence}"
