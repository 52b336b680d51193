"""vendoreval questionnaire: fact, waive, freeze: by what the answers are judged."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Annotated

import typer

from vendoreval.cli.answering import DEFAULT, Bank, QuestionId, Vendor
from vendoreval.cli.output import Json, emit, say, table
from vendoreval.errors import UsageError


class YesNo(StrEnum):
    """Whether a fact holds."""

    yes = "yes"
    no = "no"


def add_to(app: typer.Typer) -> None:
    """Put the commands on the noun's door."""
    for command in (fact, waive, freeze):
        app.command()(command)


def fact(
    name: Annotated[
        str, typer.Argument(help="The fact, such as personal_data; without it all are listed.")
    ] = "",
    holds: Annotated[YesNo | None, typer.Argument(help="Does it hold for your project?")] = None,
    bank: Bank = DEFAULT,
    json: Json = False,
) -> None:
    """State a fact on your project, on which some questions hang; a fact nobody stated counts as yes."""
    from vendoreval.workflow import workspaces
    from vendoreval.workflow.questionnaires import judging, questionnaires

    workspace = workspaces.open_workspace()
    chosen = questionnaires.bank_of(workspace, bank)
    if name:
        if holds is None:
            raise UsageError(f"Does {name} hold?", remedy=f"Write: fact {name} yes, or: fact {name} no.")
        judging.state_fact(workspace, chosen, name, holds is YesNo.yes)
    stated = judging.stated_facts(workspace, chosen)
    rows = [
        (one, stated.get(one), [q.id for q in chosen.questions if q.applies_if == one])
        for one in judging.fact_names(chosen)
    ]
    if json:
        return emit({"schema": "vendoreval/facts/1", "bank": chosen.id,
                     "facts": [{"fact": n, "holds": h, "questions": qs} for n, h, qs in rows]})  # fmt: skip
    words = {None: "not stated", True: "yes", False: "no"}
    return table(["fact", "holds", "questions"], [(n, words[h], ", ".join(qs)) for n, h, qs in rows])


def waive(
    vendor: Vendor,
    question: QuestionId,
    reason: Annotated[str, typer.Option(help="Why it may pass; printed on the scorecard.")],
    expires: Annotated[datetime, typer.Option(formats=["%Y-%m-%d"], help="The last day it holds.")],
    person: Annotated[str, typer.Option(help="Who decides. Default: you.")] = "",
    bank: Bank = DEFAULT,
    json: Json = False,
) -> None:
    """Let a failed knock-out pass until a day, with a person and a reason."""
    from vendoreval.workflow import workspaces
    from vendoreval.workflow.questionnaires import judging, questionnaires

    workspace = workspaces.open_workspace()
    chosen = questionnaires.bank_of(workspace, bank)
    made = judging.waive(
        workspace, vendor, chosen, question, reason=reason, expires=expires.date(),
        person=person,
    )  # fmt: skip
    if json:
        shown = {**vars(made), "expires": made.expires.isoformat(), "question": made.question_id}
        del shown["question_id"]
        return emit({"schema": "vendoreval/waiver/1", "vendor": vendor, **shown})
    return say(f"{made.person} waives {question} for {vendor} until {made.expires}: {made.reason}")


def freeze(
    reason: Annotated[str, typer.Option(help="Why the weights change, when others were frozen before.")] = "",
    bank: Bank = DEFAULT,
    json: Json = False,
) -> None:
    """Freeze the weights by their hash; the first form or answer does it too."""
    from vendoreval.workflow import workspaces
    from vendoreval.workflow.questionnaires import judging, questionnaires

    row = judging.freeze(workspaces.open_workspace(), questionnaires.load_bank(bank), reason)
    if json:
        return emit({"schema": "vendoreval/freeze/1", "bank": row.questionnaire_id,
                     "version": row.questionnaire_version, "weights_sha256": row.weights_sha,
                     "frozen_at": row.frozen_at.isoformat(), "reason": row.reason})  # fmt: skip
    return say(f"Froze the weights of {row.questionnaire_id} {row.questionnaire_version}: {row.weights_sha}")
