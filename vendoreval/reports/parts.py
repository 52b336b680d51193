"""Parts that several reports share: figures, tables and lists as plain values, worded already."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from vendoreval.audits.figures import EXTRA, MISSED
from vendoreval.audits.records import AnnotatorFigures, AuditResult, ClassFigures, Finding
from vendoreval.contracts.metrics import METRICS, amount
from vendoreval.contracts.terms import Contract
from vendoreval.inference.proportions import CENSUS
from vendoreval.reports.charts.confusion import MOST_CLASSES, ConfusionMap
from vendoreval.reports.charts.dots import DotRow, Dots
from vendoreval.reports.charts.forest import Forest, ForestRow
from vendoreval.reports.facts import Facts
from vendoreval.reports.letterhead import Letterhead
from vendoreval.reports.pictures.defect_pictures import DefectPictures
from vendoreval.reports.pictures.line_pictures import LinesShown
from vendoreval.reports.report import Attached
from vendoreval.reports.sentences import clause_name, finding_sentences, interval_words
from vendoreval.reports.wording import (
    VERDICT_SYMBOLS,
    VERDICT_WORDS,
    count,
    is_share,
    metric_limit,
    metric_value,
    moment,
    percent,
)

MOST_ROWS = 24  # classes, clauses or confusions in one table; the rest is in the attached record
WORST_PEOPLE = 15

Plain = dict[str, Any]


def head(title: str, kicker: str, number: str, facts: Facts, stamp: str = "") -> Plain:
    """Title block and running header; `stamp` stands at the head of every page."""
    return {
        "title": title,
        "kicker": kicker,
        "number": number,
        "printed": moment(facts.printed),
        "created": facts.printed.isoformat(),
        "program": facts.program,
        "vendor": facts.vendor,
        "buyer": facts.buyer,
        "remarks": list(facts.remarks),
        "stamp": stamp,
        "letterhead": letterhead(facts.letterhead),
    }


def letterhead(head: Letterhead | None) -> Plain | None:
    """The letterhead as a template shows it; None where the workspace has none."""
    if head is None:
        return None
    return {
        "logo": head.logo,
        "buyer": head.buyer.to_json(),
        "vendor": head.vendor.to_json() if head.vendor else None,
    }


def verdict(name: str) -> Plain:
    """A verdict as word, symbol and style name."""
    return {"key": name, "word": VERDICT_WORDS.get(name, name), "symbol": VERDICT_SYMBOLS.get(name, "–")}


def rule_of(finding: Finding, contract: Contract | None) -> str:
    """The decision rule of the finding's clause, empty when the contract is another one."""
    clauses = {} if contract is None else {clause.id: clause for clause in contract.clauses}
    return clauses[finding.clause].decision.rule if finding.clause in clauses else ""


def among_annotators(finding: Finding) -> bool:
    """Whether labels were compared with each other, so that none of them is known to be wrong."""
    return finding.metric in METRICS and METRICS[finding.metric].kind == "agreement"


def findings_table(findings: Sequence[Finding], contract: Contract | None) -> list[Plain]:
    """One row a finding: clause, limit, measured value, interval, verdict, and the plain sentences."""
    refs = {} if contract is None else {clause.id: clause.ref for clause in contract.clauses}
    return [
        {
            "clause": finding.clause,
            "ref": refs.get(finding.clause, ""),
            "name": clause_name(finding),
            "limit": metric_limit(finding.metric, finding.threshold),
            "value": metric_value(finding.metric, finding.estimate, finding.threshold),
            "interval": interval_words(finding),
            "n": amount(finding.n, finding.unit),
            "errors": "–" if among_annotators(finding) else amount(finding.errors, finding.unit),
            "verdict": verdict(finding.verdict),
            "sentences": finding_sentences(finding, rule_of(finding, contract)),
        }
        for finding in findings
    ]


def forest(findings: Sequence[Finding], title: str) -> Forest | None:
    """The findings whose values are shares, as one forest plot; None when there is none."""
    rows = tuple(
        ForestRow(
            label=clause_name(f),
            estimate=f.estimate,
            low=f.low,
            high=f.high,
            threshold=float(f.threshold),
            text=_value_and_interval(f),
            verdict=f.verdict,
        )
        for f in findings
        if f.estimate is not None and f.low is not None and f.high is not None and is_share(f.metric)
    )
    return Forest(title, rows[:MOST_ROWS]) if rows else None


def _value_and_interval(f: Finding) -> str:
    value = metric_value(f.metric, f.estimate, f.threshold)
    return f"{value}  ({interval_words(f)})"


def main_finding(findings: Sequence[Finding]) -> Finding | None:
    """The finding that stands for the whole delivery: the first one on it that has a number."""
    measured = [f for f in findings if f.estimate is not None]
    whole = [f for f in measured if f.scope == "delivery" and f.group is None]
    return next(iter(whole or measured), None)


def key_figures(finding: Finding | None) -> list[Plain]:
    """The three numbers of the summary box."""
    if finding is None:
        return []
    sure = percent(finding.confidence or 0.95, digits=0)
    return [
        {
            "label": clause_name(finding),
            "value": metric_value(finding.metric, finding.estimate, finding.threshold),
            "note": f"contract: {metric_limit(finding.metric, finding.threshold)}",
        },
        {
            "label": "Interval" if finding.method == CENSUS else f"{sure} interval",
            "value": interval_words(finding),
            "note": "every unit was audited"
            if finding.method == CENSUS
            else f"holds the true value in {sure} of such samples",
        },
        {
            "label": "Compared" if among_annotators(finding) else "Audited",
            "value": amount(finding.n, finding.unit),
            "note": f"items; the labels differ on {finding.errors:,}"
            if among_annotators(finding)
            else f"{amount(finding.errors, finding.unit)} wrong, "
            f"on {count(finding.clusters or finding.n, 'item')}",
        },
    ]


def classes(rows: Sequence[ClassFigures], table: Mapping[str, Mapping[str, int]] | None = None) -> Plain:
    """Figures by class, the most frequent first.

    `table`: the confusion of a type with several units an item, for what was missed and what is extra.
    """
    extra = (table or {}).get(EXTRA, {})
    ordered = sorted(rows, key=lambda row: (-row.n, row.name))

    def share(value: float | None) -> str:
        return "–" if value is None else percent(value)

    return {
        "rows": [
            {
                "name": row.name,
                "n": f"{row.n:,}",
                "correct": f"{row.correct:,}",
                "delivered": f"{row.delivered:,}",
                "recall": share(row.recall),
                "precision": share(row.precision),
                "f1": share(row.f1),
                "missing": f"{(table or {}).get(row.name, {}).get(MISSED, 0):,}",
                "extra": f"{extra.get(row.name, 0):,}",
            }
            for row in ordered[:MOST_ROWS]
        ],
        "absent": table is not None,
        "left_out": _left_out(len(ordered), "class", "classes"),
    }


def annotators(rows: Sequence[AnnotatorFigures], unit: str = "label") -> Plain:
    """The people who are surely weakest (lowest upper bound), and a sentence about the others.

    `unit`: what was counted.
    """
    ordered = sorted(rows, key=lambda row: (row.high, row.estimate, row.name))
    shown, rest = ordered[:WORST_PEOPLE], ordered[WORST_PEOPLE:]
    if not rows:
        return {"chart": None, "rest": "", "exact": True}
    labels, wrong = sum(row.n for row in rows), sum(row.errors for row in rows)
    chart = Dots(
        "Accuracy by annotator, those surely weakest first",
        tuple(
            DotRow(
                row.name,
                row.estimate,
                row.low,
                row.high,
                f"{percent(row.estimate, digits=0)}  ({row.n - row.errors:,} of {row.n:,} right)",
            )
            for row in shown
        ),
        1 - wrong / labels,
        f"all: {percent(1 - wrong / labels)}",
    )
    return {"chart": chart, "rest": _others(rest, unit), "exact": unit == "label"}


def confusion(result: AuditResult, order: Sequence[str]) -> Plain:
    """The confusion as a map, or, with many classes, as a table of the most frequent mistakes."""
    table = result.confusion
    used = {*table, *(name for cells in table.values() for name in cells)}
    absent = {EXTRA, MISSED} & used  # no classes: sides that are not there
    names = [name for name in order if name in used] + sorted(used.difference(order, absent))
    if not used:
        return {"chart": None, "top": []}
    if len(names) <= MOST_CLASSES:
        rows, columns = ([*names, side] if absent else names for side in (EXTRA, MISSED))
        cells = tuple(tuple(table.get(row, {}).get(column, 0) for column in columns) for row in rows)
        title = "Confusion: gold in rows, delivered in columns"
        return {"chart": ConfusionMap(title, tuple(rows), cells, tuple(columns) if absent else ()), "top": []}
    wrong = sorted(
        ((n, gold, given) for gold, row in table.items() for given, n in row.items() if gold != given),
        key=lambda cell: (-cell[0], cell[1], cell[2]),
    )
    total = sum(n for n, _, _ in wrong)
    top = [
        {"gold": gold, "delivered": given, "n": f"{n:,}", "share": percent(n / total)}
        for n, gold, given in wrong[:MOST_ROWS]
    ]
    return {"chart": None, "top": top}


def integrity(
    facts: Facts, files: Sequence[Attached], pictures: DefectPictures | LinesShown | None = None
) -> Plain:
    """Hashes of what was judged, of the images under pictures, and of the files inside this document."""
    hashes = facts.hashes.named()
    for name, sha in pictures.images if pictures else ():
        hashes.append({"what": f"Image {name}", "sha256": sha})
    return {"hashes": hashes, "files": [file.listed() for file in files]}


def _left_out(total: int, one: str, many: str) -> str:
    hidden = total - MOST_ROWS
    if hidden <= 0:
        return ""
    return f"The {MOST_ROWS} most frequent of {total:,} {many} are shown; the attached record holds all."


def _others(rest: Sequence[AnnotatorFigures], unit: str) -> str:
    if not rest:
        return ""
    labels, wrong = sum(row.n for row in rest), sum(row.errors for row in rest)
    gave = "gave" if unit == "label" else "answered for"  # what was missed was not given
    return (
        f"The other {count(len(rest), 'annotator')} {gave} {count(labels, f'audited {unit}')}; "
        f"{percent(1 - wrong / labels)} of them were right. The attached record names each."
    )
