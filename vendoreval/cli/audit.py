"""vendoreval audit: run, show, list. Planning and sampling stand in modules of their own."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from vendoreval.audits.records import BREACHED, INCONCLUSIVE
from vendoreval.cli.output import Json, counted, emit, facts, note, percent, say, table, verdict
from vendoreval.cli.progress import waiting
from vendoreval.contracts.metrics import OBJECTS
from vendoreval.errors import Exit
from vendoreval.numerals import plain_figure

if TYPE_CHECKING:
    from vendoreval.audits.records import AuditResult, Finding

app = typer.Typer(no_args_is_help=True)
Convention = Annotated[
    list[str] | None,
    typer.Option(help="Beside ours, the figures that another tool would show: cvat, coco, seqeval …"),
]

EXITS = {"kept": Exit.FINE, "breached": Exit.BREACHED}


@app.command()
def run(
    delivery: Annotated[str, typer.Argument(help="The delivery's id.")],
    gold: Annotated[str, typer.Option(help="The gold set's id.")],
    id: Annotated[str, typer.Option("--id", help="An id for the audit. Default: from both.")] = "",
    gold_checked: Annotated[
        str, typer.Option(help="Gold answers overturned, of those adjudicated, e.g. 3/200.")
    ] = "",
    json: Json = False,
) -> None:
    """Audit a delivery against gold under its contract. Exit code 3 breached, 4 undecided."""
    from vendoreval.workflow import workspaces
    from vendoreval.workflow.audits import audits
    from vendoreval.workflow.deliveries import listing
    from vendoreval.workflow.gold import gold_lint

    workspace = workspaces.open_workspace()
    received = listing.delivery_row(workspace, delivery).received_at
    warnings = gold_lint.warnings_before_audit(workspace, gold, received)
    with waiting(f"judging {delivery}", quiet=json):
        result = audits.run_audit(workspace, delivery, gold, id or None, gold_checked=gold_checked)
    for text in warnings:
        note(f"warning: {text}")
    if json:
        emit(result.to_json())
    else:
        print_result(result)
    raise typer.Exit(EXITS.get(result.verdict, Exit.UNDECIDED))


@app.command()
def show(
    audit: Annotated[str, typer.Argument(help="The audit's id.")],
    vendor_says: Annotated[
        str,
        typer.Option(help="The accuracy that the vendor reports, such as 0.98 or 98%, to hold against ours."),
    ] = "",
    convention: Convention = None,
    revision: Annotated[
        int | None,
        typer.Option(
            help="0: as it ran first; 1 and on: as judged again after gold was amended. Default: last."
        ),
    ] = None,
    json: Json = False,
) -> None:
    """Show an audit's findings and figures."""
    from vendoreval.audits.own_number import against_vendor
    from vendoreval.workflow import workspaces
    from vendoreval.workflow.audits.other_figures import by_conventions
    from vendoreval.workflow.audits.revisions import judged_again
    from vendoreval.workflow.audits.stored_audit import load_audit

    workspace = workspaces.open_workspace()
    stored = load_audit(workspace, audit, revision)
    again = judged_again(workspace).get(audit, ())
    others = by_conventions(stored, convention or ())
    own = against_vendor(stored.seen, stored.contract.task, vendor_says) if vendor_says else None
    if json:
        beside: dict[str, Any] = {"conventions": others} if others else {}
        beside |= {"judged_again": [one.to_json() for one in again]} if again else {}
        return emit(stored.result.to_json() | ({"vendor_says": own.to_json()} if own else {}) | beside)
    for one in again:
        say(f"{str(one).capitalize()}.")
    if again and revision is not None and revision < len(again):
        say(f"This is judgement {revision} of {len(again)}; the last one counts.")
    print_result(stored.result)
    for name, figures in others.items():
        listed = ", ".join(f"{what} {plain_figure(value)}" for what, value in figures.items())
        say(f"By the convention of {name}: {listed}.")
    return say(f"Vendor's figure: {own.sentence}") if own else None


@app.command("list")
def list_(json: Json = False) -> None:
    """List all audits."""
    from vendoreval.workflow import workspaces
    from vendoreval.workflow.audits import audits
    from vendoreval.workflow.audits.revisions import judged_again

    workspace = workspaces.open_workspace()
    rows, again = audits.list_audits(workspace), judged_again(workspace)
    if json:
        return emit(
            [
                {"audit": r.id, "delivery": r.delivery_id, "gold": r.gold_id, "contract": r.contract_id,
                 "verdict": r.verdict, "ran_at": r.ran_at.isoformat(),
                 "judged_again": [one.to_json() for one in again.get(r.id, ())]}
                for r in rows
            ]
        )  # fmt: skip
    table(
        ["audit", "delivery", "gold", "contract", "verdict", "run"],
        [
            (r.id, r.delivery_id, r.gold_id, r.contract_id, verdict(r.verdict), r.ran_at.date().isoformat())
            for r in rows
        ],
    )
    for row in rows:
        for one in again.get(row.id, ()):
            say(f"Audit {row.id} was {one}.")
    return None


def print_result(result: AuditResult) -> None:
    """An audit for people: verdict, clauses, reasons, notes."""
    counts = result.counts
    lost = counts.get("not_answered", counts["missing"])
    unit = next((f.unit for f in result.findings if f.unit in OBJECTS), "object")
    rows = counted(counts["objects"], unit) if "objects" in counts else counted(counts["labels"], "label")
    facts(
        [
            ("audit", result.audit),
            ("verdict", verdict(result.verdict)),
            ("delivery", f"{result.delivery}: {rows} on {counted(counts['items'], 'item')}"),
            ("gold", f"{result.gold}: {counted(counts['gold_items'], 'item')}, {lost:,} not answered"),
            *_units(result, unit),
        ]
    )
    table(
        ["clause", "metric", "group", "asked", "found", "interval", "verdict"],
        [
            (f.clause, f.metric, f.group, *_asked_and_found(f), _interval(f), verdict(f.verdict))
            for f in result.findings
        ],
        right=("asked", "found"),
    )
    for finding in result.findings:
        name = finding.clause if finding.group is None else f"{finding.clause} ({finding.group})"
        say(f"{name}: {finding.reason}")
        _print_draw(finding)
        if finding.with_allowance:
            say(f"{name}: with an allowance for wrong gold it is {finding.with_allowance.replace('_', ' ')}.")
    for text in result.notes:
        say(f"Note: {text}")
    for pattern in result.patterns:
        if pattern.flag:
            say(f"Pattern {pattern.name}: {pattern.evidence.get('sentence', 'raised')}")
    following = _next(result)
    if following.startswith("vendoreval audit tasks") and not result.basis.get("speaks_for_all"):
        note(
            "A claim on the next sample reaches beyond the defects found only if the vendor can check its "
            "seed: see vendoreval audit nonce and audit announce before you draw."
        )
    note(f"next: {following}")


def _print_draw(finding: Finding) -> None:
    """How the items were drawn, where it was by scores."""
    if finding.walk is None or finding.walk.drawn is None:
        return
    from vendoreval.reports.active_parts import sentences

    for sentence in sentences(finding):
        say(sentence)


def _units(result: AuditResult, unit: str) -> list[tuple[str, str]]:
    """What was counted; of types of several units an item, by each of the three rules."""
    counts = result.counts
    if not result.unit_rules:
        return [("units", f"{counts['opportunities']:,}, {counts['correct']:,} correct")]
    told = []
    for rule in result.unit_rules:
        name, text = {
            "item": ("by answer", f"{rule.right:,} of {rule.n:,} answers right in everything"),
            "object": (f"by {unit}", f"{rule.right:,} of {rule.n:,} {unit}s right"),
        }.get(
            rule.unit,
            ("by error", f"{counted(rule.right, f'perfect {unit}')} to {counted(rule.errors, 'error')}"),
        )
        told.append((name, f"{percent(rule.estimate)}: {text}"))
    return [*told, ("empty", f"{counted(counts['empty_agreed'], 'answer')}, rightly")]


def _next(result: AuditResult) -> str:
    """The command that goes on from here: a claim, a fresh sample that can decide, a list, the certificate."""
    if result.verdict == BREACHED:
        return f"vendoreval claim draft {result.audit}"
    undecided = [finding for finding in result.findings if finding.verdict == INCONCLUSIVE]
    audited, all_items = result.counts["gold_items"], result.counts["items"]
    further = max((finding.more_items or 0 for finding in undecided), default=0)
    if further and audited < all_items:
        items = min(audited + further, all_items)
        return f"vendoreval audit tasks {result.delivery} --id {result.audit[:58]}-fresh --items {items}"
    if any(_lacks_list(finding) for finding in undecided):
        from vendoreval.workflow import workspaces
        from vendoreval.workflow.deliveries.settling import listing_step

        return listing_step(workspaces.open_workspace(), result.delivery)
    return f"vendoreval report audit {result.audit}"


def _lacks_list(finding: Finding) -> bool:
    """Completeness among items of which nobody knows how many were sent: no further gold decides it."""
    return finding.metric == "completeness" and finding.more_items is None and finding.population is None


def _asked_and_found(finding: Finding) -> tuple[str, str]:
    """Both in the same unit."""
    from vendoreval.reports.wording import is_share, limit_percent, metric_value

    asked = limit_percent(finding.threshold) if is_share(finding.metric) else finding.threshold
    return asked, metric_value(finding.metric, finding.estimate, finding.threshold)


def _interval(finding: Finding) -> str | None:
    from vendoreval.reports.wording import is_share

    if finding.low is None or finding.high is None:
        return None
    if finding.low == finding.high == finding.estimate:
        return "exact"
    if not is_share(finding.metric):
        return f"{finding.low:.3f} to {finding.high:.3f}"
    return f"{100 * finding.low:.1f}–{100 * finding.high:.1f} %"
