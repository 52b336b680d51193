"""Inconsistency: people who answer the same items differently, or err more than their colleagues."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

from vendoreval.audits.agreeing import AGREEMENT
from vendoreval.audits.patterns.signs import LEAST_GAP, LEAST_RATIO, Labels, Looked, Sign, plain_p
from vendoreval.audits.records import Finding
from vendoreval.contracts.terms import Contract
from vendoreval.inference.multiplicity import holm
from vendoreval.inference.proportions import Proportion
from vendoreval.inference.stability import Person, between_people, people, with_oneself
from vendoreval.numerals import of, percent

DO = (
    "Ask for a joint calibration on the disputed items and for a clearer guideline where people read it "
    "differently. Have the labels of the annotators named here checked by others, and let them pass a new "
    "qualification before they go on."
)

_BOUND = "share of pairs that agree, held against 1 - 2 (1 - A) of the accuracy clause; {}"
MOST_NAMED = 10


def inconsistency(labels: Labels, contract: Contract, findings: Sequence[Finding] = ()) -> Looked:
    """Clauses on agreement, weak annotators, and agreement with others and with oneself.

    The last two are held against what the accuracy clause implies. Where answers are any number of units,
    `labels` are whole answers (patterns.whole_answers).
    """
    if not labels.named:
        return Looked("inconsistency", DO, (), ("The labels name no annotators.",))
    signs, untested = _clauses(findings), []
    accuracy = promised(contract)
    if labels.by_unit:
        untested.append(
            "An accuracy clause implies no least agreement of whole answers: a clause on alpha asks for one."
        )
    elif accuracy is None:
        untested.append(
            "The contract asks no accuracy of single labels, so that it implies no least agreement."
        )
    else:
        limit = 1 - 2 * (1 - accuracy)
        columns = (labels.delivered.codes, ~labels.wrong, labels.annotator.codes, labels.item.codes)
        others, own = between_people(*columns, limit), with_oneself(*columns, limit)
        if others is None:
            untested.append("No gold item was labelled by two people.")
        else:
            signs.append(
                _agreement("agreement between people", "two people gave different answers", others, limit)
            )
        if own is None:
            untested.append("Nobody labelled a gold item twice.")
        else:
            signs.append(
                _agreement("agreement with oneself", "the same person answered differently", own, limit)
            )
    weak = _weak(labels)
    if weak is None:
        untested.append("Fewer than two annotators have labels on gold items.")
    else:
        signs.append(weak)
    return Looked("inconsistency", DO, tuple(signs), tuple(untested))


def _clauses(findings: Sequence[Finding]) -> list[Sign]:
    """Findings on agreement as one sign: the surest breach, Bonferroni over all of them."""
    judged = [(one.p_breach, one) for one in findings if one.metric in AGREEMENT and one.p_breach is not None]
    if not judged:
        return []
    p, worst = min(judged, key=lambda pair: (pair[0], pair[1].clause, pair[1].group or ""))
    about = f" on class {worst.group}" if worst.group else ""
    sentence = (
        f"{worst.metric} between annotators{about} is {worst.estimate or 0:.3f} over the whole delivery; the "
        f"contract asks for at least {worst.threshold}."
    )
    numbers = {
        "clause": worst.clause, "n": worst.n, "errors": worst.errors, "estimate": worst.estimate,
        "low": worst.low, "high": worst.high, "limit": worst.threshold,
    }  # fmt: skip
    return [
        Sign("agreement below its clause", min(1.0, len(judged) * p), True, sentence, numbers, worst.method)
    ]


def promised(contract: Contract) -> Fraction | None:
    """The accuracy of single labels that the contract asks of the whole delivery; None without one."""
    if contract.task.answers != "each":
        return None
    limits = [
        1 - clause.limit if clause.metric == "error_rate" else clause.limit
        for clause in contract.clauses
        if clause.metric in ("accuracy", "error_rate") and clause.scope == "delivery"
    ]
    found = max(limits, default=None)
    return found if found is not None and found > Fraction(1, 2) else None


def _agreement(what: str, said: str, found: Proportion, limit: Fraction) -> Sign:
    sentence = (
        f"On the same item, {said} in {of(found.errors, found.n)} of all pairs of labels; "
        f"labels that keep the accuracy clause differ in at most {percent(float(1 - limit))}."
    )
    numbers = {
        "n": found.n,
        "errors": found.errors,
        "clusters": found.clusters,
        "estimate": 1 - found.estimate,
        "low": 1 - found.high,
        "high": 1 - found.low,
        "limit": float(1 - limit),
    }
    return Sign(what, found.p_breach, True, sentence, numbers, _BOUND.format(found.method))


def _weak(labels: Labels) -> Sign | None:
    """People who err more than others do on the same items (Holm over people)."""
    tested = people(labels.wrong, labels.annotator.codes, labels.item.codes)
    if len(tested) < 2:
        return None
    adjusted = [plain_p(p) for p in holm([one.p for one in tested]).tolist()]
    order = sorted(range(len(tested)), key=lambda k: (adjusted[k], k))
    weak = [k for k in order if adjusted[k] <= 0.05 and _much(tested[k])]
    names = [labels.annotator.values[tested[k].annotator] for k in weak]
    first = tested[order[0]]
    worst = labels.annotator.values[first.annotator]
    what = "wrong" if not labels.by_unit else "of the answers with an error"
    about = f"{worst} has {of(first.errors, first.n)} {what}, {first.expected:,.1f} would be its even share"
    if names:
        verb = "errs" if len(names) == 1 else "err"
        more = f" and {len(names) - 3} more" if len(names) > 3 else ""
        sentence = (
            f"{len(names):,} of {len(tested):,} annotators {verb} more than others on the same items: "
            f"{', '.join(names[:3])}{more}; {about}."
        )
    else:
        sentence = (
            f"No one of {len(tested):,} annotators surely errs more than the others; the least likely: {about}."
        )
    numbers = {
        "n": sum(one.n for one in tested),
        "errors": sum(one.errors for one in tested),
        "annotators": len(tested),
        "weak": len(names),
        "weakest": [
            {
                "annotator": labels.annotator.values[tested[k].annotator],
                "n": tested[k].n,
                "errors": tested[k].errors,
                "expected": tested[k].expected,
                "p": adjusted[k],
            }
            for k in (weak or order[:1])[:MOST_NAMED]
        ],
    }
    material = [adjusted[k] for k in order if _much(tested[k])]
    method = f"{first.method}; Holm over annotators"
    return Sign(
        "annotators against each other", min(material, default=1.0), bool(material), sentence, numbers, method
    )


def _much(person: Person) -> bool:
    extra = person.errors - person.expected
    return extra >= LEAST_GAP * person.n and person.errors >= LEAST_RATIO * person.expected
