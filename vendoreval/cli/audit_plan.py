"""vendoreval audit plan: what an audit will take, before anybody works."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from vendoreval.cli.output import Json, emit, note, percent, say, table
from vendoreval.cli.progress import waiting

if TYPE_CHECKING:
    from vendoreval.audits.active_planning import ActivePlan
    from vendoreval.designs.planning import AuditPlan
    from vendoreval.pilots.pilot import PilotPlan


def add_to(app: typer.Typer) -> None:
    """Put the command into the group of audits."""
    app.command("plan")(plan)


def plan(
    contract: Annotated[str, typer.Option(help="The contract: its id in the workspace, or a TOML file.")],
    items: Annotated[int, typer.Option(help="How many items the delivery has.", min=1)],
    clause: Annotated[str, typer.Option(help="The clause to plan. Default: the first with a design.")] = "",
    cost_per_item: Annotated[str, typer.Option(help="What one audited item costs, e.g. 0.45.")] = "",
    sample: Annotated[
        int, typer.Option(help="The sample of a rule that names none (claim, acceptance, point).", min=0)
    ] = 0,
    boundaries: Annotated[
        Path | None, typer.Option(help="Write the table of stopping limits here (CSV), as an annex.")
    ] = None,
    pilot: Annotated[
        bool, typer.Option("--pilot", help="Design a paid pilot instead; --items is how many you can spare.")
    ] = False,
    lift: Annotated[
        float,
        typer.Option(help="With scores: how many times as often flagged items are wrong, e.g. 20.", min=0),
    ] = 0.0,
    flagged: Annotated[
        float, typer.Option(help="With scores: the share of items they flag, e.g. 0.08.", min=0, max=0.99)
    ] = 0.0,
    runs: Annotated[int, typer.Option(help="With scores: simulated audits a row. Default: 50.", min=0)] = 0,
    json: Json = False,
) -> None:
    """Explain the design that a clause asks for: sample sizes, chances of every verdict, and cost."""
    from vendoreval.workflow.contracts import plans

    if pilot:
        designed = plans.plan_pilot(contract, items, clause=clause, cost=cost_per_item)
        return emit(designed.to_json()) if json else _print_pilot(designed)
    with waiting("Simulating audits", quiet=json):
        by_scores = plans.plan_with_scores(
            contract, items, clause=clause, cost=cost_per_item, lift=lift, flagged=flagged, runs=runs,
            limits=boundaries is not None,
        )  # fmt: skip
    if by_scores is not None:
        return emit(by_scores.to_json()) if json else _print_by_scores(by_scores)
    made = plans.plan(contract, items, clause=clause, cost=cost_per_item, sample=sample or None)
    if boundaries:
        plans.write_boundaries(made.design.limits, boundaries)
        note(f"Wrote the limits for {made.design.max_items:,} items to {boundaries}.")
    if json:
        return emit(made.to_json())
    return _print(made)


def _print(made: AuditPlan) -> None:
    from vendoreval.designs.planning import sentences

    for sentence in sentences(made):
        say(sentence)
    say("")
    table(
        ["right", "items", "95 % need at most", "breached", "kept", "undecided"],
        [
            (
                f"{100 * row.accuracy:g} %", f"{row.expected_items:,.0f}", f"{row.p95_items:,}",
                percent(row.p_breached), percent(row.p_kept), percent(row.p_inconclusive),
            )
            for row in made.rows
        ],
        right=("right", "items", "95 % need at most", "breached", "kept", "undecided"),
    )  # fmt: skip
    steps = made.design.limits.changes()
    shown = [step for k, step in enumerate(steps) if k % max(1, len(steps) // 8) == 0]
    say("", "Where it stops (in short; --boundaries writes every number)")
    table(
        ["after items", "kept with at most", "breached from"],
        [(f"{step.n:,}", step.accept, step.reject) for step in shown],
        right=("after items", "kept with at most", "breached from"),
    )


def _print_by_scores(made: ActivePlan) -> None:
    from vendoreval.audits.active_planning import sentences

    for sentence in sentences(made):
        say(sentence)
    say("", "Items on average (one audit in twenty takes so many or more)")
    table(
        ["right", "uniform", f"scores, lift {made.lift:g}", "useless scores"],
        [
            (
                f"{100 * row.accuracy:.4g} %",
                *(f"{one.expected:,.0f} ({one.p95:,})" for one in (row.uniform, row.scores, row.useless)),
            )
            for row in made.rows
        ],
        right=("right", "uniform", f"scores, lift {made.lift:g}", "useless scores"),
    )


def _print_pilot(made: PilotPlan) -> None:
    from vendoreval.pilots.pilot import sentences

    table(
        ["block", "tasks", "when", "at least", "misses allowed", "power"],
        [
            (
                block.name, f"{block.tasks:,}", block.when, f"{100 * float(block.limit):g} %",
                f"{block.critical:,}", percent(block.power, 0),
            )
            for block in made.blocks
        ],
        right=("tasks", "at least", "misses allowed", "power"),
    )  # fmt: skip
    say("What counts as right, and the chance (power) to find out a vendor that is worse:")
    for block in made.blocks:
        say(f"• {block.name}: {block.counts}; {block.factor:g} times the misses that the limit allows.")
    if made.cost:
        say(f"Auditing all {made.tasks:,} tasks costs {made.cost}.")
    for sentence in sentences(made):
        say(f"• {sentence}")
