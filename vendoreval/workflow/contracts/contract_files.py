"""Contracts as files: new, drafted from answers, exported to and imported from ODCS, printed as an annex."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

from vendoreval import __version__
from vendoreval.audits.contract_draft import Draft, Wanted, draft_contract
from vendoreval.contracts.odcs import from_odcs, left_open, to_odcs
from vendoreval.contracts.parsing import parse_contract
from vendoreval.contracts.starting import main_unit, starting
from vendoreval.contracts.task_types import TASK_TYPES
from vendoreval.contracts.terms import Contract
from vendoreval.contracts.writing import TO_SETTLE, filled, plain, to_settle, to_toml
from vendoreval.designs.designs import DESIGNED, design
from vendoreval.designs.planning import plannable
from vendoreval.designs.power_tables import FACTORS, power_tables
from vendoreval.errors import Conflict, InputError, NotFound, UsageError
from vendoreval.numerals import amount
from vendoreval.reports.annex_view import AnnexClause, annex_view
from vendoreval.reports.facts import Facts, Hashes
from vendoreval.reports.report import Report
from vendoreval.resources import resource
from vendoreval.store.workspace import Workspace
from vendoreval.workflow.context import now, slug
from vendoreval.workflow.contracts.contracts import contract_row, load_contract
from vendoreval.workflow.files import read_bytes, write_whole
from vendoreval.workflow.pilots.pilots import judged_record, latest_judged
from vendoreval.workflow.questionnaires.questionnaires import bank_of, current_answers
from vendoreval.workflow.reports.measured import measured, track
from vendoreval.workflow.vendors.vendors import show_vendor

RULES = ("fixed", "claim")


@dataclass(frozen=True)
class DraftWords:
    """What the user says beside the answers; empty means: propose something."""

    task: str = "classification"
    classes: str = ""
    unsure: str = ""
    price: str = ""
    currency: str = "USD"
    buyer: str = ""
    rule: str = "fixed"
    bank: str = ""


def new_contract(vendor: str, classes: str, out: Path, task: str = "classification") -> Contract:
    """Write a commented contract file to adapt, for one year from today; needs no workspace.

    Raises NotFound for a type that is not audited, Conflict when `out` is there, InvalidDocument when a
    vendor's id or the classes cannot stand in it.
    """
    judged = tuple(name for name, kind in TASK_TYPES.items() if kind.available)
    if task not in judged:
        raise NotFound("task type", task, judged)
    today = now().date()
    values: dict[str, Any] = {"effective": today, "ends": today + timedelta(days=364)}
    if vendor:
        values |= {"id": f"{vendor}-{today.year}", "vendor": vendor}
    if classes:
        values["classes"] = list(_listed(classes))
    text = filled(starting((resource("templates") / "contract.toml").read_text("utf-8"), task), values)
    made = parse_contract(text, out.name)
    _write_new(out, text)
    return made


def draft(workspace: Workspace, vendor: str, words: DraftWords, out: Path) -> Draft:
    """Write a contract drafted from a vendor's answers; raises NotFound, Conflict when `out` is there."""
    found = show_vendor(workspace, vendor)
    bank = bank_of(workspace, words.bank)
    answers = current_answers(workspace, vendor, bank)
    if not answers:
        raise UsageError(
            f"{vendor} has answered no questionnaire yet.",
            remedy="Import its form first: vendoreval questionnaire import.",
        )
    if words.task not in TASK_TYPES:
        raise NotFound("task type", words.task, tuple(TASK_TYPES))
    if words.rule not in RULES:
        raise NotFound("rule for a draft", words.rule, RULES)
    wanted = Wanted(
        slug(f"{vendor}-{now().year}"[:64], "contract"), vendor, f"Labels by {found.name}", words.currency,
        words.task,
        _listed(words.classes),
        main_unit(words.task),
        amount(words.price, "--price"),
        words.buyer,
        words.rule,
        _listed(words.unsure),
    )  # fmt: skip
    tried = latest_judged(workspace, vendor)
    surge = judged_record(workspace, tried).get("surge") if tried else None
    made = draft_contract(bank, answers, wanted, measured(workspace, track(workspace, vendor)), surge)
    text = to_toml(plain(made.contract), made.comments)
    parse_contract(text, out.name)  # what a draft says, `contract check` reads
    _write_new(out, text)
    return made


def export_odcs(workspace: Workspace, contract: str, version: int | None, out: Path) -> Contract:
    """Write a contract as ODCS v3.1: JSON where the file's name ends with .json, else YAML."""
    from vendoreval.formats.forms.odcs_yaml import write_yaml

    found = load_contract(workspace, contract, version)
    source = workspace.objects.read(contract_row(workspace, contract, found.version).source_sha).decode(
        "utf-8-sig"
    )
    document = to_odcs(found, to_settle(source))
    as_json = out.suffix.lower() == ".json"
    text = json.dumps(document, indent=2, ensure_ascii=False) + "\n" if as_json else write_yaml(document)
    write_whole(out, text.encode())
    return found


def import_odcs(path: Path, out: Path) -> Contract:
    """Write the contract file that an ODCS document stands for; `contract add` takes it from there.

    Raises InvalidDocument with everything that is missing or wrong, Conflict when `out` is there.
    """
    from vendoreval.formats.forms.odcs_yaml import read_yaml

    document = read_yaml(read_bytes(path), path.name)
    try:
        terms = from_odcs(document, path.name)
    except (AttributeError, TypeError, KeyError, ValueError, RecursionError) as error:
        raise InputError(
            "has parts of another shape than ODCS gives them.", file=path.name,
            remedy="Export a contract to see the form.",
        ) from error  # fmt: skip
    left = [f"{TO_SETTLE}{point}" for point in left_open(document)]
    text = to_toml(terms, {"": [f"From {path.name} (ODCS).", *left]})
    contract = parse_contract(text, out.name)
    _write_new(out, text)
    return contract


def annex(workspace: Workspace, contract_id: str, version: int | None = None, items: int = 0) -> Report:
    """The Quality Annex; with `items` of a delivery, the stopping limits of every clause with a design.

    Raises NotFound, InputError where a rule cannot be laid out for so many items.
    """
    row = contract_row(workspace, contract_id, version)
    contract = load_contract(workspace, contract_id, row.version)
    tables = {table.clause: table for table in power_tables(contract)}
    clauses = []
    for clause in contract.clauses:
        table = tables.get(clause.id)
        laid = (
            design(clause, items) if items and plannable(clause) and clause.decision.rule in DESIGNED else None
        )
        clauses.append(AnnexClause(clause.id, table.needed if table else 0, table.rows if table else (), laid))
    facts = Facts(
        printed=now(), program=f"vendoreval {__version__}", vendor=show_vendor(workspace, contract.vendor).name,
        buyer=contract.buyer, hashes=Hashes(log_head=workspace.verify_log()),
    )  # fmt: skip
    return annex_view(contract, workspace.objects.read(row.source_sha), clauses, FACTORS, facts)


def _listed(text: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(name for part in text.split(",") if (name := part.strip())))


def _write_new(out: Path, text: str) -> None:
    if out.exists():
        raise Conflict(f"{out} is there already.", remedy="Name another file with --out.")
    write_whole(out, text.encode())
