"""What a contract may name besides task types and metrics: decision rules, kinds of remedy, calendars.

`docs/contract.md` prints these tables, and a test keeps the two in step. An entry that is not
`available` is known and may stand in a contract; its clause is `not_run` in this version.
"""

from __future__ import annotations

from dataclasses import dataclass

CALENDARS = {
    "mon-fri": "Monday to Friday",
    "sun-thu": "Sunday to Thursday",
}


@dataclass(frozen=True)
class Rule:
    """A decision rule; `options` are the keys it takes besides alpha and beta."""

    name: str
    meaning: str
    options: tuple[str, ...] = ()
    available: bool = False


RULES = {
    entry.name: entry
    for entry in (
        Rule("claim", "breached only if chance at most alpha explains the sample, kept only with beta",
             ("most_units", "worst"), available=True),
        Rule("acceptance", "kept only if chance at most alpha explains the sample, breached only with beta",
             ("most_units", "worst"), available=True),
        Rule("point", "the estimate against the threshold, with no protection against chance",
             ("worst",), available=True),
        Rule("sequential", "stops as soon as the sample decides; may be looked at any time",
             ("tolerated", "calibrated", "max_items", "most_units"), available=True),
        Rule("active", "draws most where frozen scores expect errors, and weighs that; stops as soon as it may",
             ("tolerated", "scores", "floor", "block", "max_items"), available=True),
        Rule("fixed", "a sample of a fixed size, read once at its end", ("tolerated", "items"), available=True),
        Rule("curtailed", "a fixed sample that stops when the result is certain", ("tolerated", "items"),
             available=True),
        Rule("zero_defect", "one error in the sample breaks the clause", ("items",), available=True),
        Rule("double", "a second sample where the first does not decide", ("tolerated",), available=True),
        Rule("group_sequential", "a fixed number of planned looks", ("tolerated", "looks"), available=True),
        Rule("iso2859-1", "an acceptance plan by AQL, with switching over deliveries",
             ("aql", "level", "inspection"), available=True),
        Rule("iso2859-2", "a limiting-quality plan for a single delivery", ("lq",), available=True),
        Rule("iso2859-4", "checks a declared quality level; made for claims", ("dql", "items"), available=True),
    )
}  # fmt: skip


WITHOUT_DRAW = ("claim", "acceptance", "point")  # rules that walk along no draw of items

# What single rules cannot do without: one of the keys.
RULE_NEEDS = {
    "active": ("tolerated",),
    "fixed": ("tolerated", "items"),
    "curtailed": ("tolerated", "items"),
    "double": ("tolerated",),
    "group_sequential": ("tolerated",),
    "iso2859-1": ("aql",),
    "iso2859-2": ("lq",),
    "iso2859-4": ("items",),
}
# Whole numbers, least and most. `most_units`: no item holds more units, those that were missed included.
RULE_WHOLE = {"items": (1, 10**9), "max_items": (1, 10**9), "looks": (2, 50), "most_units": (1, 10**9),
              "block": (10, 1000)}  # fmt: skip
DEFAULT_FLOOR, DEFAULT_BLOCK = "0.5", 50
RULE_PERCENT = ("lq", "dql")  # per cent of wrong units, as the standards write them
RULE_SHARE = {"floor": ("0.1", "1")}  # of a stratum's own share, which its chance to be drawn never falls below
AQLS = ("0.010", "0.015", "0.025", "0.040", "0.065", "0.10", "0.15", "0.25", "0.40", "0.65",
        "1.0", "1.5", "2.5", "4.0", "6.5", "10")  # fmt: skip
LEVELS = ("S-1", "S-2", "S-3", "S-4", "I", "II", "III")
INSPECTIONS = ("switching", "normal", "tightened", "reduced")
# Where the rule `active` takes its scores from; `none` draws uniformly.
SCORES = {
    "delivery": "the share of the other annotators of an item who differ",
    "posterior": "the chance that an item's answer is wrong, by the model of Dawid and Skene",
    "rare": "whether an item's answer is one that less than 5 % of the delivery's labels give",
    "file": "a file with a score for every item, such as a model's doubt",
    "none": "no scores: every item is as likely as any other",
}
RULE_WORDS = {"aql": AQLS, "level": LEVELS, "inspection": INSPECTIONS, "scores": tuple(SCORES)}


@dataclass(frozen=True)
class RemedyKind:
    """A kind of remedy; `keys` are those it takes besides id, kind, ref, sole and justification."""

    name: str
    meaning: str
    keys: tuple[str, ...] = ()


_COUNT_KEYS = ("per_unit", "basis", "excess_only")

REMEDIES = {
    entry.name: entry
    for entry in (
        RemedyKind("rework", "the vendor labels again, free of charge", ("scope", "rounds", "deadline_days")),
        RemedyKind("audit_cost", "the vendor pays for the audit: `amount`, or `per_unit` for each audited item",
                   ("amount", "per_unit", "cap_percent", "deadline_days", "after_rework")),
        RemedyKind("credit", "a sum for each wrong unit, a `percent` of the delivery's price, or an `amount`",
                   (*_COUNT_KEYS, "percent", "amount", "cap_percent", "deadline_days", "after_rework")),
        RemedyKind("withhold", "the buyer keeps back a `percent` of the delivery's price (default 100)",
                   ("percent", "amount", "cap_percent", "after_rework")),
        RemedyKind("refund", "the vendor pays back a `percent` of the delivery's price (default 100)",
                   ("percent", "amount", "cap_percent", "deadline_days", "after_rework")),
        RemedyKind("termination", "the buyer may end the contract", ("deadline_days", "after_rework")),
    )
}  # fmt: skip
REWORK_SCOPES = ("defects", "class", "delivery")
BASES = ("lower_bound", "estimate", "found")
