"""Findings, methods and rules as plain English sentences."""

from __future__ import annotations

from collections.abc import Sequence

from vendoreval.audits.active import METHOD as BY_SCORES
from vendoreval.audits.records import BREACHED, INCONCLUSIVE, KEPT, NOT_RUN, Finding, worst
from vendoreval.contracts.metrics import METRICS, TIME, amount
from vendoreval.contracts.task_types import TASK_TYPES, assumed, consensus_of
from vendoreval.contracts.terms import Clause, Contract
from vendoreval.inference.proportions import CENSUS
from vendoreval.reports.unit_words import unit_word
from vendoreval.reports.wording import (
    chance,
    count,
    interval,
    is_share,
    joined,
    metric_limit,
    metric_value,
    metric_words,
    percent,
    plural,
)
from vendoreval.tasks.rules import matching_value, matching_word

COUNTED = frozenset({"accuracy", "error_rate", "recall", "precision", "completeness", "exact_match"})

RULES = {
    "claim": (
        "A clause is called breached only when a delivery that just keeps it would give so bad a sample with "
        "a chance of at most {alpha}. It is called kept when a delivery that just breaks it would give so "
        "good a sample with a chance of at most {beta}. In between the sample cannot decide."
    ),
    "acceptance": (
        "A clause is called kept only when a delivery that just breaks it would give so good a sample with a "
        "chance of at most {alpha}, and breached when a delivery that just keeps it would give so bad a sample "
        "with a chance of at most {beta}. In between the sample cannot decide."
    ),
    "point": "The measured value itself is held against the limit; chance is not taken into account.",
    "sequential": (
        "Items were audited in the order of a draw until the evidence sufficed. A wrong word breached has a "
        "chance of at most {alpha}, a wrong word kept of at most {beta}, however often one looks."
    ),
    "active": (
        "Items were drawn by tickets, more often where scores that were frozen before the draw expected "
        "errors, "
        "and audited in that order until the evidence sufficed. The test weighs every item by its chance to be "
        "drawn: a wrong word breached has a chance of at most {alpha}, a wrong word kept of at most {beta}, "
        "whatever the scores are worth and however often one looks."
    ),
    "fixed": (
        "A sample of a size agreed beforehand was read once, at its end. A wrong word breached has a chance of "
        "at most {alpha}, a wrong word kept of at most {beta}."
    ),
    "curtailed": (
        "A sample of a size agreed beforehand was read until its result was certain. A wrong word breached has "
        "a chance of at most {alpha}, a wrong word kept of at most {beta}."
    ),
    "group_sequential": (
        "The sample was read at a few looks planned beforehand. A wrong word breached has a chance of at most "
        "{alpha}, a wrong word kept of at most {beta}."
    ),
    "double": "A second sample was taken only where the first one left doubt, by numbers agreed beforehand.",
    "zero_defect": "A single error in the sample breaks the clause; good deliveries are refused quite often.",
    "iso2859-1": (
        "An acceptance plan by AQL decided. It accepts deliveries worse than the AQL quite often and is no "
        "proof of a share of right units."
    ),
    "iso2859-2": "A limiting-quality plan for one delivery decided, computed exactly.",
    "iso2859-4": (
        "The sample was held against the declared quality level: a true declaration is contradicted with a "
        "chance of at most {alpha}."
    ),
}

METHODS = (
    ("exact binomial", "The interval is the exact binomial one (Clopper–Pearson)."),
    ("exact hypergeometric", "The interval is exact for a draw without replacement from this delivery."),
    ("census", "Every unit of the delivery was audited, so that nothing is left to chance."),
    (
        "ratio over items",
        "{Units} of one item resemble each other, so items, not {units}, count as independent: the interval "
        "is the exact one for the number of independent {units} that the sample is worth (Korn and Graubard "
        "1998).",
    ),
    (
        "sequential likelihood ratio",
        "Evidence is the likelihood ratio of draws without replacement, mixed over error rates; the interval "
        "holds at any time of the audit (Waudby-Smith and Ramdas 2020).",
    ),
    (
        "betting on whole items",
        "Items were judged whole, by betting on their shares of right units, so that errors that cluster on "
        "items do no harm; the interval holds at any time of the audit (Waudby-Smith and Ramdas 2024).",
    ),
    (
        "betting on strata",
        "Evidence is money bet against each word, by item and weighed by the item's chance to be drawn; it "
        "grows under neither limit, however the errors lie among the strata (Ville 1939). The interval holds "
        "what such bets do not disprove, at any time of the audit.",
    ),
    (
        "agreement over items",
        "Agreement was measured among all labels of the delivery, without gold. A coefficient below its limit "
        "means fewer equal pairs of labels than the limit asks for; this share gets the exact interval for the "
        "number of independent pairs that the items are worth.",
    ),
    ("mean of class ratios", "A mean over classes gets the interval of the number of items that it rests on."),
)


def finding_sentences(finding: Finding, rule: str) -> str:
    """What was counted, how sure it is, and what follows, in two or three sentences."""
    if finding.verdict == NOT_RUN or finding.estimate is None:
        return f"{clause_name(finding)} was not judged. {finding.reason}"
    parts = [_counted(finding), _between(finding), _verdict(finding, rule), _allowance(finding)]
    return " ".join(part for part in parts if part)


def clause_name(finding: Finding) -> str:
    """Metric and group, such as `Recall of class “pop”`."""
    words = metric_words(finding.metric, finding.unit)
    return words[:1].upper() + words[1:] + (f" of {_whole(finding)}" if finding.group else "")


def interval_words(finding: Finding) -> str:
    """`75.1 % to 81.2 %`, or that nothing is left to chance."""
    if finding.method == CENSUS:
        return "exact"
    return interval(finding.metric, finding.low, finding.high, finding.threshold)


def headline(findings: Sequence[Finding]) -> str:
    """One or two sentences about all clauses together; a clause counts once, by its worst finding."""
    verdicts = {f.clause: worst(tuple(g.verdict for g in findings if g.clause == f.clause)) for f in findings}
    named = {
        verdict: [clause for clause, own in verdicts.items() if own == verdict]
        for verdict in (BREACHED, INCONCLUSIVE, NOT_RUN, KEPT)
    }
    total = len(verdicts)
    if total == 0:
        return "The contract has no clause to judge."
    if len(named[KEPT]) == total:
        return "The delivery keeps the clause." if total == 1 else f"The delivery keeps all {total} clauses."
    first = "No clause is shown to be breached."
    if named[BREACHED]:
        first = f"The delivery breaches {_of(len(named[BREACHED]), total)}: {joined(named[BREACHED])}."
    rest = [
        f"{_number(len(named[verdict]))} {words}"
        for verdict, words in (
            (INCONCLUSIVE, "cannot be decided with this sample"),
            (NOT_RUN, "was not judged" if len(named[NOT_RUN]) == 1 else "were not judged"),
            (KEPT, "is kept" if len(named[KEPT]) == 1 else "are kept"),
        )
        if named[verdict]
    ]
    second = joined(rest)
    return f"{first} {second[:1].upper()}{second[1:]}." if second else first


def rule_sentences(clauses: Sequence[Clause]) -> list[str]:
    """How the clauses are decided, with the risks; those with the same rule together."""
    by_rule: dict[str, list[str]] = {}
    for clause in clauses:
        text = RULES.get(clause.decision.rule, "It is decided by the rule {rule}.").format(
            alpha=percent(clause.decision.alpha, digits=0),
            beta=percent(clause.decision.beta, digits=0),
            rule=clause.decision.rule,
        )
        by_rule.setdefault(text, []).append(clause.id)
    if len(by_rule) == 1:
        return list(by_rule)
    return [f"Clause {joined(ids)}: {text}" for text, ids in by_rule.items()]


def method_sentences(findings: Sequence[Finding], unit: str = "label") -> list[str]:
    """One sentence for each method that the findings name; `unit`: what the contract counts."""
    said = []
    units = plural(unit)
    for method in dict.fromkeys(finding.method for finding in findings if finding.method):
        known = [
            words.format(units=units, Units=units.capitalize())
            for key, words in METHODS
            if key in method.lower()
        ]
        said += known or [f"The interval’s method: {method}."]
    return list(dict.fromkeys(said))


def answers_sentence(contract: Contract) -> str:
    """What was held against gold: single labels, one answer an item, or objects paired with objects."""
    unit = unit_word(contract.task)
    if unit != "label":
        return _paired(contract, plural(unit))
    if contract.task.answers == "each":
        return "Each single label was held against the gold answer of its item; any accepted answer is right."
    if consensus_of(contract.task.type, contract.task.matching) == "median":
        return (
            "The vendor’s answer on an item is the lower median of its labels. It was held against the gold "
            "answer; any accepted answer is right."
        )
    lowest = "the lowest class of the scale wins a tie"
    ties = {
        "smallest_label": lowest
        if contract.task.type == "ordinal"
        else "the smallest label in alphabetical order wins a tie",
        "first_answer": "the earliest label wins a tie",
        "wrong": "a tie counts as wrong",
    }[contract.task.ties]
    return (
        "The vendor’s answer on an item is the majority of its labels, as the contract says "
        f"({ties}). It was held against the gold answer; any accepted answer is right."
    )


def _paired(contract: Contract, units: str) -> str:
    matching = contract.task.matching
    rule = ", ".join(
        f"{key.name} = {matching.get(key.name, assumed(key, matching))}"
        for key in TASK_TYPES[contract.task.type].matching
        if matching.get(key.name, assumed(key, matching)) not in ("none", "0")
    )
    if "tag" in TASK_TYPES[contract.task.type].units:
        tree = " Both sides were completed by the classes that theirs imply." if matching.get("parents") else ""
        return (
            "Each class of a person’s answer on an item is right where gold has it, too, else extra; what gold "
            f"has beyond that is missing.{tree}"
        )
    return (
        f"The {units} of each person’s answer on an item were paired one to one with those of gold, whatever "
        f"their labels, as well as they fit ({rule}). A pair with different labels is "
        "wrong; what gold has and nobody paired is missing, what was delivered beyond that is extra."
        f"{_of_time(contract)}"
    )


def _of_time(contract: Contract) -> str:
    """What der looks at, with its collar; empty where no clause is about it."""
    if not any(clause.metric == "der" for clause in contract.clauses):
        return ""
    collar = matching_value(contract.task, "collar")
    left_out = [f"{float(collar):g} s before and as much after each end of a gold segment"] if collar else []
    if matching_word(contract.task, "overlaps") == "skipped":
        left_out.append("time in which gold has several labels")
    but = f", but for {' and '.join(left_out)}" if left_out else ", without a collar"
    return f" The diarisation error rate looks at all time{but}."


def _counted(finding: Finding) -> str:
    several = finding.unit == "item" and finding.n > finding.clusters > 0  # each of several answers counts
    units = plural("answer" if several else finding.unit)
    right = finding.n - finding.errors
    value = metric_value(finding.metric, finding.estimate, finding.threshold)
    on = f" on {count(finding.clusters, 'item')}" if finding.clusters not in (0, finding.n) else ""
    if finding.method == BY_SCORES:
        return (
            f"Of {finding.n:,} audited {units}{on}, drawn where scores expect errors, {_were(right, 'right')}; "
            f"weighed by their chances to be drawn, {metric_words(finding.metric, finding.unit)} is {value}."
        )
    if finding.metric not in COUNTED:
        units = f"{amount(finding.n, TIME)} of gold" if finding.unit == TIME else count(finding.n, finding.unit)
        return f"{clause_name(finding)} is {value}, measured on {units}{on}."
    if finding.metric == "completeness":
        return f"Of {count(finding.n, 'gold item')}, {_were(right, 'answered')} ({value})."
    if finding.metric == "error_rate":
        return f"Of {finding.n:,} audited {units}{on}, {_were(finding.errors, 'wrong')} ({value})."
    return f"Of {finding.n:,} audited {units}{_picked(finding)}{on}, {_were(right, 'right')} ({value})."


def _were(n: int, what: str) -> str:
    return f"{n:,} {'was' if n == 1 else 'were'} {what}"


def _picked(finding: Finding) -> str:
    if finding.scope == "annotator" and finding.group:
        return f" by annotator “{finding.group}”"
    if finding.scope == "edge_case":
        return " marked as edge cases"
    if not finding.group:
        return ""
    return f" {'delivered as' if finding.metric == 'precision' else 'that gold calls'} “{finding.group}”"


def _whole(finding: Finding) -> str:
    if finding.group:
        return f"{'annotator' if finding.scope == 'annotator' else 'class'} “{finding.group}”"
    return "the edge cases" if finding.scope == "edge_case" else "the delivery"


def _between(finding: Finding) -> str:
    limit = metric_limit(finding.metric, finding.threshold)
    if finding.low is None or finding.high is None:
        return f"The contract asks for {limit}."
    if finding.method == CENSUS:
        return f"Every unit was audited, so this value is exact; the contract asks for {limit}."
    sure = percent(finding.confidence or 0.95, digits=0)
    bounds = interval(finding.metric, finding.low, finding.high, finding.threshold).replace(" to ", " and ")
    what = f"the {metric_words(finding.metric, finding.unit)} of {_whole(finding)}"
    return f"With {sure} confidence {what} is between {bounds}; the contract asks for {limit}."


def _verdict(finding: Finding, rule: str) -> str:
    if finding.walk is not None:
        return finding.reason + _struck_out(finding)
    if finding.verdict == INCONCLUSIVE and METRICS[finding.metric].kind == "mean":
        return finding.reason[:1].upper() + finding.reason[1:]  # names the classes that gold does not show
    if rule == "point":
        return f"The contract decides by the measured value alone: the clause is {finding.verdict}."
    if finding.verdict == BREACHED:
        odds = _odds(finding, finding.p_breach, "keeps", "bad")
        return f"The clause is breached.{odds}{_struck_out(finding)}"
    if finding.verdict == KEPT:
        return f"The clause is kept.{_odds(finding, finding.p_kept, 'breaks', 'good')}"
    further = "further audited item" if is_share(finding.metric) else "further item"
    more = "How many further items would decide it is not known."
    if finding.more_items:
        more = f"About {count(finding.more_items, further)} would decide it, if the value stays as it is."
    elif not is_share(finding.metric):
        more = "No number of further items of this delivery would decide it, if the value stays as it is."
    return f"The sample cannot decide whether the clause is kept. {more}"


def _odds(finding: Finding, p: float | None, just: str, quality: str) -> str:
    if p is None or finding.method == CENSUS:
        return ""
    return f" A delivery that just {just} it gives so {quality} a sample with a chance of {chance(p)}."


def _allowance(finding: Finding) -> str:
    if finding.with_allowance is None:
        return ""
    stays = "stays" if finding.with_allowance == finding.verdict else "would be"
    return f"With an allowance for wrong gold answers it {stays} {finding.with_allowance.replace('_', ' ')}."


def _struck_out(finding: Finding) -> str:
    if finding.strikeouts is None or finding.method == BY_SCORES:
        return ""
    if finding.strikeouts == 0:
        return " The breach falls if a single error is struck out."
    part = f"{finding.strikeouts:,} of the {finding.errors:,} errors found"
    return f" The breach stands even if {part} were struck out."


def _of(part: int, total: int) -> str:
    if total == 1:
        return "its only clause"
    return f"all {total} clauses" if part == total else f"{part} of {total} clauses"


def _number(n: int) -> str:
    words = ("none", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten")
    return words[n] if n < len(words) else f"{n:,}"
