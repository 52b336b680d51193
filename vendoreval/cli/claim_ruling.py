"""vendoreval claim: rule, arbitrate, settle, withdraw."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from vendoreval.cli.output import Json, counted, emit, exactly, note, say, table
from vendoreval.errors import UsageError

if TYPE_CHECKING:
    from vendoreval.store.workspace import Workspace
    from vendoreval.workflow.claims.disputes import StoredDispute
    from vendoreval.workflow.claims.steps import Step

SHOWN = 6  # commands that go on from here
ClaimId = Annotated[str, typer.Argument(help="The claim's id.")]
By = Annotated[str, typer.Option(help="Who does it. Default: the actor of the log.")]
Reason = Annotated[str, typer.Option(help="Why.")]
Lines = Annotated[str, typer.Option(help="The lines meant, like 3-9,12.")]


class Severity(StrEnum):
    """What a line weighs after a downgrade."""

    minor = "minor"
    major = "major"


class How(StrEnum):
    """How a claim is settled."""

    credit = "credit"
    payment = "payment"
    rework = "rework"
    waived = "waived"


def add_to(app: typer.Typer) -> None:
    """Add the commands to the noun's own."""
    app.command()(rule)
    app.command()(arbitrate)
    app.command()(settle)
    app.command()(withdraw)


def rule(
    claim: ClaimId,
    line: Annotated[list[int] | None, typer.Option(help="A line; may be repeated.")] = None,
    lines: Lines = "",
    upheld: Annotated[bool, typer.Option("--upheld", help="The defect stands; the rebuttal fails.")] = False,
    downgraded: Annotated[bool, typer.Option("--downgraded", help="It is a defect, but weighs less.")] = False,
    withdrawn: Annotated[
        bool, typer.Option("--withdrawn", help="The rebuttal succeeds; the line is struck out for good.")
    ] = False,
    escalated: Annotated[bool, typer.Option("--escalated", help="An arbiter shall decide, blindly.")] = False,
    severity: Annotated[Severity | None, typer.Option(help="After a downgrade. Default: minor.")] = None,
    reason: Reason = "",
    from_: Annotated[
        Path | None,
        typer.Option("--from", help="A CSV, XLSX or JSON file: line, ruling, reason, by, severity."),
    ] = None,
    sheet: Annotated[
        Path | None, typer.Option(help="Write such a sheet (.xlsx or .csv), with the vendor's positions.")
    ] = None,
    by: By = "",
    json: Json = False,
) -> None:  # fmt: skip
    """Rule on lines; what is left of the claim becomes its next version."""
    from vendoreval.claims.moves import Ruling
    from vendoreval.workflow import workspaces
    from vendoreval.workflow.claims import rulings
    from vendoreval.workflow.claims.disputes import load_dispute

    workspace = workspaces.open_workspace()
    flags = {"upheld": upheld, "downgraded": downgraded, "withdrawn": withdrawn, "escalated": escalated}
    words = [word for word, said in flags.items() if said]
    if sum((bool(from_), bool(sheet), bool(words or line or lines))) > 1:
        raise UsageError("Lines, --from and --sheet do not go together.", remedy="Use one of them.")
    if sheet:
        return _sheet_written(workspace, claim, sheet, json)
    if from_:
        return _told(rulings.rule_from(workspace, claim, from_, by=by), json)
    if len(words) != 1:
        raise UsageError(
            "A ruling is one of --upheld, --downgraded, --withdrawn and --escalated.",
            remedy="Give one, or a file of rulings with --from.",
        )
    if severity and not downgraded:
        raise UsageError(
            "Only a line that is downgraded gets another severity.", remedy="Leave --severity out."
        )
    chosen = _lines(load_dispute(workspace, claim), line, lines)
    made = [Ruling(n, words[0], reason, "", severity=severity.value if severity else "") for n in chosen]
    return _told(rulings.rule(workspace, claim, made, by=by), json)


def _lines(dispute: StoredDispute, line: list[int] | None, lines: str) -> tuple[int, ...]:
    from vendoreval.workflow.claims.rulings import numbers

    return tuple(dict.fromkeys((*(line or ()), *(numbers(dispute, lines) if lines else ()))))


def _sheet_written(workspace: Workspace, claim: str, sheet: Path, json: bool) -> None:
    from vendoreval.workflow.claims.rulings import write_ruling_sheet

    count = write_ruling_sheet(workspace, claim, sheet)
    if json:
        return emit({"schema": "vendoreval/ruling_sheet/1", "claim": claim, "file": str(sheet), "lines": count})
    say(f"Wrote {sheet} with {counted(count, 'line')}. Fill ruling and reason.")
    return note(f"next: vendoreval claim rule {claim} --from {sheet}")


def arbitrate(
    claim: ClaimId,
    out: Annotated[Path | None, typer.Option(help="Write the arbiter's sheet (.xlsx or .csv).")] = None,
    answers: Annotated[Path | None, typer.Option(help="Take the filled sheet back.")] = None,
    lines: Lines = "",
    images: Annotated[
        Path | None, typer.Option(help="A folder with the items' images, named as the items: they go into it.")
    ] = None,
    payload: Annotated[
        Path | None, typer.Option(help="Rows with item_id and what the arbiter shall see.")
    ] = None,
    by: Annotated[str, typer.Option(help="The arbiter's name, with --answers.")] = "",
    json: Json = False,
) -> None:
    """Have escalated lines decided by somebody who does not learn which side gave which answer."""
    from vendoreval.workflow import workspaces
    from vendoreval.workflow.claims import arbiter

    workspace = workspaces.open_workspace()
    if (out is None) == (answers is None):
        raise UsageError("Say --out to write a sheet, or --answers to take one back.", remedy="One of the two.")
    if answers is not None:
        made = arbiter.take_decisions(workspace, claim, answers, by=by)
        return _told(made, json)
    assert out is not None
    sent = arbiter.send_to_arbiter(workspace, claim, out, lines=lines, images=images, payload=payload)
    for text in sent.notes:
        note(f"note: {text}")
    if json:
        return emit(sent.to_json())
    say(f"Wrote {out}: {counted(sent.cases, 'case')}, sheet {sent.sheet}. It names neither side.")
    return note(f"next: vendoreval claim arbitrate {claim} --answers {out} --by NAME")


def settle(
    claim: ClaimId,
    amount: Annotated[
        str, typer.Option(help="The sum agreed on, like 1234.50. Default: what is asked now.")
    ] = "",
    how: Annotated[How | None, typer.Option(help="Default: credit, or waived where it is nothing.")] = None,
    reference: Annotated[str, typer.Option(help="The number of the credit note or payment.")] = "",
    note: Annotated[str, typer.Option(help="What was agreed; needed while lines are open.")] = "",
    by: By = "",
    json: Json = False,
) -> None:
    """End the dispute with the sum that both sides agreed on."""
    from vendoreval.workflow import workspaces
    from vendoreval.workflow.claims import rulings

    made = rulings.settle(
        workspaces.open_workspace(), claim, amount=amount, how=how.value if how else "", reference=reference,
        note=note, by=by,
    )  # fmt: skip
    _told(made, json)


def withdraw(claim: ClaimId, reason: Reason = "", by: By = "", json: Json = False) -> None:
    """Take the whole claim back."""
    from vendoreval.workflow import workspaces
    from vendoreval.workflow.claims import rulings

    _told(rulings.withdraw(workspaces.open_workspace(), claim, reason, by=by), json)


def _told(step: Step, json: bool) -> None:
    from vendoreval.workflow.claims.steps import Standing

    if json:
        return emit(step.to_json())
    before, after = Standing.of(step.before), Standing.of(step.after)
    say(_headline(step))
    rows = [
        ("version", before.version, after.version), ("state", before.state, after.state),
        ("verdict", before.verdict, after.verdict), ("lines", before.lines, after.lines),
        ("asked now", before.asked, after.asked),
        ("if a rework fails", before.conditional, after.conditional),
        ("may still be struck", before.spare, after.spare),
    ]  # fmt: skip
    table(["", "before", "after"], rows, right=("before", "after"))
    if step.doubtful:
        say(f"The arbiter finds neither answer right; gold is doubtful on {', '.join(step.doubtful)}.")
    say(f"The claim is {step.after.dispute.stage}." if after.state == "issued" else f"It is {after.state}.")
    for command in step.next[:SHOWN]:
        exactly(f"next: {command}")
    if len(step.next) > SHOWN:
        say(f"… and {len(step.next) - SHOWN:,} more commands; --json prints all of them.")
    return None


def _headline(step: Step) -> str:
    move = step.after.dispute.moves[-1]
    if move.kind == "settled":
        from vendoreval.money import Money

        sum_ = Money(move.told["minor"], move.told["currency"])
        reference = f", reference {move.told['reference']}" if move.told["reference"] else ""
        return f"Settled claim {step.claim} with {sum_} ({move.told['how']}{reference})."
    if move.kind == "withdrawn":
        return f"Withdrew claim {step.claim}: {move.told['reason']}"
    said = ", ".join(f"{count:,} {word}" for word, count in step.counts.items())
    return f"Ruled on {counted(len(move.rulings), 'line')} of claim {step.claim}: {said}."
