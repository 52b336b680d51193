"""vendoreval audit scores: freeze scores before a draw, and the work lists that are drawn by them."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from vendoreval.cli.output import Json, emit, note, percent, say, table

if TYPE_CHECKING:
    from vendoreval.store.workspace import Workspace
    from vendoreval.workflow.audits.draw_seeds import Seeds
    from vendoreval.workflow.deliveries.task_files import Going


def add_to(app: typer.Typer) -> None:
    """Put the command into the group of audits."""
    app.command("scores")(scores)


def scores(
    delivery: Annotated[str, typer.Argument(help="The delivery's id.")],
    scores: Annotated[
        str,
        typer.Option(help="A row file with item_id and score (0 to 1), or: delivery, posterior, rare, none."),
    ] = "",
    id: Annotated[str, typer.Option("--id", help="An id for the audit. Default: from the delivery.")] = "",
    score_column: Annotated[str, typer.Option(help="The column of the scores.")] = "score",
    cuts: Annotated[str, typer.Option(help="Where to cut scores into strata, e.g. 0,0.15,0.3,0.5.")] = "",
    judge: Annotated[
        str, typer.Option(help="Who made the file, e.g. a model's id and its prompt's hash.")
    ] = "",
    clause: Annotated[str, typer.Option(help="The clause. Default: the first with the rule active.")] = "",
    out: Annotated[Path, typer.Option(help="Where to write the receipt for the vendor.")] = Path(
        "scores-receipt.json"
    ),
    json: Json = False,
) -> None:
    """Freeze scores of a delivery's items before the seed of the draw is known; the vendor gets a receipt."""
    from vendoreval.workflow import workspaces
    from vendoreval.workflow.audits import frozen_scores
    from vendoreval.workflow.audits.score_sources import origin_of

    workspace = workspaces.open_workspace()
    made = frozen_scores.freeze_scores(
        workspace, delivery, id or f"{delivery}-scored", out,
        lambda agreed: origin_of(scores or agreed, score_column, cuts, judge), clause,
    )  # fmt: skip
    if json:
        return emit(made)
    say(f"Froze {made['items']:,} items in {len(made['strata']):,} strata for clause {made['clause']}.", "")
    table(
        ["stratum", "score", "items", "share"],
        [
            (str(number), one["scores"], f"{one['items']:,}", percent(one["items"] / made["items"]))
            for number, one in enumerate(made["strata"])
        ],
        right=("items", "share"),
    )
    if made["missing"]:
        say(f"{made['missing']:,} items have no score.")
    say("", f"Receipt {made['number']}: send {out} to the vendor, before anybody knows the seed.")
    subject = f"--contract {made['contract']} --scores {made['audit']}"
    note(f"next: vendoreval audit announce {subject} --source SOURCE --on DAY")
    note(f"or, with nonces of both sides: vendoreval audit nonce --after {out}")
    return None


def write_list(
    workspace: Workspace, audit: str, out: Path | None, seeds: Seeds, repeats: int, auditors: int,
    payload: Path | None, going: Going, *, json: bool,
) -> None:  # fmt: skip
    """Write the next work list of an audit that draws by scores, and say so."""
    from vendoreval.workflow.audits.active_lists import active_list

    target = out or Path(f"tasks-{audit}.xlsx")
    record = active_list(
        workspace, audit, target, seeds=seeds, repeats=repeats, auditors=auditors, payload=payload,
        going=going,
    )  # fmt: skip
    if json:
        return emit(record)
    say(f"Wrote work list {record['list']:,} with {record['tasks']:,} tasks to {target}.")
    say(f"Seed ({record['seed_source']}): {record['seed']}")
    if record["seed_from"] == "unproven":
        note("warning: the vendor cannot check this seed, so the clause will not be judged.")
    elif record["lapsed"]:
        note(f"warning: the clause will not be judged. {record['lapsed']}")
    answers = f"vendoreval audit answers {audit}"
    following = f"{answers} {target} --auditor NAME --next list-{record['list'] + 1}.csv"
    if record["unit"] == "label":
        return note(f"next: fill {target} in, then: {following}")
    return note(f"next: have these items answered, then: {answers} FILE --items {target}")
