"""The design of an audit: a clause's decision rule, laid out for one delivery as tables of integers.

Every rule but the plain ones ends in the same thing: after n units, so many errors prove the breach and
so few show the clause kept. The tables can stand in an annex before the first unit is looked at, and
whoever walks along the draw with them finds the same verdict.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache
from typing import cast

from vendoreval.contracts.metrics import METRICS
from vendoreval.contracts.terms import Clause
from vendoreval.designs.acceptance import curtailed_limits, find_plan, single_limits, zero_defect_size
from vendoreval.designs.declared import declared_level
from vendoreval.designs.double_plans import find_double_plan
from vendoreval.designs.dynamic import Boundaries
from vendoreval.designs.group_sequential import group_sequential_limits
from vendoreval.designs.sequential import SequentialDesign, boundaries, sequential_design
from vendoreval.errors import InputError
from vendoreval.inference.hypergeometric import allowed_errors, p_breach, p_kept, smallest
from vendoreval.sampling.aql import Inspection, plan_for

DESIGNED = (
    "sequential", "fixed", "curtailed", "zero_defect", "double", "group_sequential",
    "iso2859-1", "iso2859-2", "iso2859-4",
)  # fmt: skip
READ_ONCE = ("claim", "acceptance", "point", "fixed", "iso2859-1", "iso2859-2", "iso2859-4")
_DEFAULT_LOOKS = 5
_POWER, _FACTOR = 0.9, 2.0  # the sample that a plain rule is planned with catches twice the allowed errors


@dataclass(frozen=True, eq=False)
class Design:
    """A rule laid out for a delivery of `population` units.

    At most `allowed` wrong units keep the clause; from `intolerable` on it must not be called kept.
    `alpha` and `beta` are the agreed risks of a wrong *breached* and a wrong *kept*. `sequential` is
    the e-process behind the tables, where there is one.
    """

    rule: str
    population: int
    allowed: int
    intolerable: int
    alpha: float
    beta: float
    limits: Boundaries
    method: str
    sequential: SequentialDesign | None = None

    @property
    def max_items(self) -> int:
        """The most units that the audit looks at."""
        return self.limits.cap


def lowest_share(clause: Clause) -> Fraction:
    """The clause's limit as the least share of right units."""
    return 1 - clause.limit if METRICS[clause.metric].lower_is_better else clause.limit


def tolerated_share(clause: Clause) -> Fraction | None:
    """The tolerated share of right units, where the rule has one."""
    if clause.decision.tolerated is None:
        return None
    tolerated = Fraction(clause.decision.tolerated)
    return 1 - tolerated if METRICS[clause.metric].lower_is_better else tolerated


def design(clause: Clause, population: int, *, sample: int | None = None, inspection: str = "normal") -> Design:
    """The design of `clause` for a delivery of `population` units.

    `sample`: the size to plan a rule with that names none (claim, acceptance, point); by default it
    catches twice the allowed errors 9 times in 10. `inspection`: where a vendor stands under AQL plans
    with switching. Raises InputError, with the reason, where the rule cannot be laid out.
    """
    if population < 1:
        raise InputError("A delivery without a unit needs no audit.")
    if clause.decision.rule == "active":
        raise InputError("The rule active draws by scores and has no table of limits.")
    build = _BUILDERS.get(clause.decision.rule)
    if build is None:
        return _plain(clause, population, sample)
    return build(clause, population, inspection)


def _edges(clause: Clause, population: int) -> tuple[int, int]:
    """The most wrong units that keep the clause, and the fewest that must not be called kept."""
    allowed = allowed_errors(population, lowest_share(clause))
    tolerated = tolerated_share(clause)
    if tolerated is None:
        return allowed, allowed + 1
    return allowed, max(math.ceil(population * (1 - tolerated)), allowed + 1)


def _made(
    clause: Clause, population: int, limits: Boundaries, method: str, edges: tuple[int, int] | None = None
) -> Design:
    allowed, intolerable = edges or _edges(clause, population)
    alpha, beta = clause.risks
    rule = clause.decision.rule
    return Design(rule, population, allowed, intolerable, alpha, beta, limits, method)


def _sequential(clause: Clause, population: int, inspection: str) -> Design:
    decision = clause.decision
    cap = decision.options.get("max_items")
    made, limits = _mixture(
        population, lowest_share(clause), tolerated_share(clause), float(decision.alpha), float(decision.beta),
        min(int(cap), population) if cap else None, decision.calibrated,
    )  # fmt: skip
    method = "sequential likelihood ratio without replacement"
    if decision.calibrated:
        method += ", calibrated for its largest sample"
    return Design(
        decision.rule, population, made.allowed, made.intolerable, made.alpha, made.beta, limits, method, made
    )


@lru_cache(maxsize=64)
def _mixture(
    population: int, limit: Fraction, tolerated: Fraction | None, alpha: float, beta: float, cap: int | None,
    calibrated: bool,
) -> tuple[SequentialDesign, Boundaries]:  # fmt: skip
    made = sequential_design(population, limit, tolerated, alpha, beta, cap, calibrated)
    return made, boundaries(made)


def _fixed(clause: Clause, population: int, inspection: str) -> Design:
    n, accept, reject = _fixed_numbers(clause, population)
    limits = two_sided_limits(n, accept, reject)
    return _made(clause, population, limits, "fixed sample, exact hypergeometric")


def _curtailed(clause: Clause, population: int, inspection: str) -> Design:
    n, accept, reject = _fixed_numbers(clause, population)
    limits = two_sided_limits(n, accept, reject, curtailed=True)
    return _made(clause, population, limits, "curtailed fixed sample, exact hypergeometric")


def _fixed_numbers(clause: Clause, population: int) -> tuple[int, int, int]:
    """Sample, acceptance and rejection number: as agreed, or the smallest sample with both risks."""
    allowed, intolerable = _edges(clause, population)
    alpha, beta = clause.risks
    items = clause.decision.options.get("items")
    if items is None:
        plan = find_plan(population, allowed, intolerable, alpha, beta)
        return plan.n, plan.c, plan.c + 1
    return _tested(population, allowed, intolerable, min(int(items), population), (alpha, beta))


def _tested(
    population: int, allowed: int, intolerable: int, n: int, agreed: tuple[float, float]
) -> tuple[int, int, int]:
    """The exact test of both sides with a sample of `n`: undecided between the two numbers."""
    alpha, beta = agreed
    reject = smallest(lambda s: p_breach(population, allowed, n, s) <= alpha, 0, n + 1)
    accept = smallest(lambda s: p_kept(population, intolerable - 1, n, s) > beta, 0, n) - 1
    if intolerable > population:
        accept = n
    return n, min(accept, reject - 1), reject


def two_sided_limits(n: int, accept: int, reject: int, *, curtailed: bool = False) -> Boundaries:
    """Tables of one sample of `n`: `accept` errors or fewer keep, `reject` or more breach.

    `curtailed`: decided as soon as the rest of the sample cannot change it.
    """
    if not curtailed:
        whole = single_limits(n, accept)
        reject_at = whole.reject_at.copy()
        reject_at[n] = reject
        return Boundaries(reject_at, whole.accept_at)
    return Boundaries(
        curtailed_limits(n, reject - 1).reject_at.copy(), curtailed_limits(n, accept).accept_at.copy()
    )


def _zero_defect(clause: Clause, population: int, inspection: str) -> Design:
    _, intolerable = _edges(clause, population)
    items = clause.decision.options.get("items")
    n = int(items) if items else zero_defect_size(population, min(intolerable, population), clause.risks[1])
    return _made(clause, population, two_sided_limits(min(n, population), 0, 1, curtailed=True), "zero defects")


def _double(clause: Clause, population: int, inspection: str) -> Design:
    allowed, intolerable = _edges(clause, population)
    alpha, beta = clause.risks
    if not 0 < allowed < intolerable < population:
        raise InputError(
            f"A double plan cannot tell {allowed:,} from {intolerable:,} wrong units of {population:,}.",
            remedy='Take the rule "curtailed" or "sequential".',
        )
    good, bad = Fraction(allowed, population), Fraction(intolerable, population)
    plan = _two_samples(good, bad, alpha, beta)
    if 2 * plan.n > population:
        raise InputError(
            f"The double plan needs two samples of {plan.n:,}, and the delivery has {population:,} units.",
            remedy='Take the rule "curtailed" or "sequential".',
        )
    return _made(clause, population, plan.curtailed_limits(), "double sampling")


_two_samples = lru_cache(maxsize=64)(find_double_plan)  # many audits share one design


def _group_sequential(clause: Clause, population: int, inspection: str) -> Design:
    allowed, intolerable = _edges(clause, population)
    alpha, beta = clause.risks
    looks = int(clause.decision.options.get("looks", _DEFAULT_LOOKS))
    limits = _grouped(population, allowed, intolerable, alpha, beta, looks)
    return _made(clause, population, limits, f"group-sequential with {looks} looks, exact")


@lru_cache(maxsize=64)
def _grouped(
    population: int, allowed: int, intolerable: int, alpha: float, beta: float, looks: int
) -> Boundaries:
    return group_sequential_limits(population, allowed, intolerable, alpha, beta, looks)


def _aql(clause: Clause, population: int, inspection: str) -> Design:
    options = clause.decision.options
    fixed = options.get("inspection", "switching")
    state = inspection if fixed == "switching" else fixed
    level = options.get("level", "II")
    if state == "stopped":
        raise InputError(
            "inspection by samples was stopped after repeated refusals.",
            remedy='Name inspection = "tightened" once the vendor has mended the cause.',
        )
    (stage,) = plan_for(population, options["aql"], level, cast(Inspection, state)).stages
    limits = two_sided_limits(stage.n, stage.reject - 1, stage.reject)
    method = f"AQL {options['aql']} % plan by MIL-STD-105E, level {level}, {state} inspection"
    return _made(clause, population, limits, method)


def _limiting_quality(clause: Clause, population: int, inspection: str) -> Design:
    allowed, _ = _edges(clause, population)
    quality = Fraction(str(clause.decision.options["lq"])) / 100
    intolerable = math.ceil(population * quality)
    if intolerable <= allowed:
        raise InputError(
            f"The limiting quality of {float(100 * quality):g} % wrong units is allowed by the threshold.",
            remedy="Name a worse quality than the threshold allows.",
        )
    plan = find_plan(population, allowed, intolerable, *clause.risks)
    method = "limiting-quality plan, computed exactly (not a table of ISO 2859-2)"
    return _made(clause, population, single_limits(plan.n, plan.c), method, (allowed, intolerable))


def _declared(clause: Clause, population: int, inspection: str) -> Design:
    options = clause.decision.options
    share = 1 - lowest_share(clause)
    quality = Fraction(str(options["dql"])) / 100 if "dql" in options else share
    declared = math.floor(population * quality)
    alpha, beta = clause.risks
    n = min(int(options["items"]), population)
    critical = declared_level(population, declared, n, alpha).critical
    _, accept, _ = _tested(population, declared, declared + 1, n, (alpha, beta))
    limits = two_sided_limits(n, min(accept, critical), critical + 1)
    method = "declared quality level, computed exactly (not a table of ISO 2859-4)"
    return _made(clause, population, limits, method, (declared, declared + 1))


def _plain(clause: Clause, population: int, sample: int | None) -> Design:
    """A rule without a plan of its own, laid out for one sample."""
    limit = lowest_share(clause)
    allowed, intolerable = _edges(clause, population)
    alpha, beta = clause.risks
    n = min(sample or _usual_sample(population, limit, alpha), population)
    if clause.decision.rule == "point":
        most = allowed_errors(n, limit)
        return _made(clause, population, two_sided_limits(n, most, most + 1), "the figure alone")
    limits = two_sided_limits(*_tested(population, allowed, intolerable, n, (alpha, beta)))
    return _made(clause, population, limits, "exact hypergeometric")


def _usual_sample(population: int, limit: Fraction, alpha: float) -> int:
    """The smallest sample of this delivery that catches _FACTOR times the allowed errors with _POWER."""
    if not 0 < limit < 1:
        raise InputError(
            f"No sample size follows from a threshold of {float(limit):g}.", remedy="Give one with --sample."
        )
    factor = min(_FACTOR, 0.95 / float(1 - limit))
    if factor <= 1:
        raise InputError(
            f"No sample size follows from a threshold of {float(limit):g}.", remedy="Give one with --sample."
        )
    allowed = allowed_errors(population, limit)
    caught = max(math.floor(population * (1 - limit) * Fraction(factor)), allowed + 1)
    if caught > population:
        return population
    return find_plan(population, allowed, caught, alpha, 1 - _POWER).n


_BUILDERS: dict[str, Callable[[Clause, int, str], Design]] = {
    "sequential": _sequential,
    "fixed": _fixed,
    "curtailed": _curtailed,
    "zero_defect": _zero_defect,
    "double": _double,
    "group_sequential": _group_sequential,
    "iso2859-1": _aql,
    "iso2859-2": _limiting_quality,
    "iso2859-4": _declared,
}
