"""No breach rests on a delivery whose notation, repeats, status or ids are open: audits ask first."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any, NoReturn

from vendoreval.audits.records import BREACHED, NOT_RUN, AuditResult, Finding
from vendoreval.errors import InputError, NotSettled
from vendoreval.formats.intake.item_ids import CROSSWALK, nearly
from vendoreval.formats.readers.chosen import ROWS
from vendoreval.formats.readers.known import reader
from vendoreval.formats.readers.table_options import NAMED
from vendoreval.gold.goldset import GoldSet
from vendoreval.labels.statements import statements_of
from vendoreval.labels.unsettled import Unsettled, spoken, unsettled_of
from vendoreval.store.tables import DeliveryRow
from vendoreval.store.workspace import Workspace
from vendoreval.workflow.deliveries.crosswalks import near_gold
from vendoreval.workflow.deliveries.listing import delivery_row

if TYPE_CHECKING:
    from vendoreval.audits.audit_input import AuditInput


def refuse_unsettled(
    workspace: Workspace, delivery: DeliveryRow, gold: GoldSet, seen: AuditInput, result: AuditResult
) -> None:
    """Raise NotSettled where `result` says breached and something about the delivery is still open.

    So it is, whatever the result, where gold items were delivered under another spelling, and where
    completeness was judged with ids open. The error names every open point with its examples and counts, and
    the command that settles it.
    """
    from vendoreval.audits.audit_input import missing_items  # brings what audits compute with

    near = nearly(near_gold(workspace, delivery, gold, missing_items(seen)), "gold items")
    if near:
        _refuse(workspace, delivery, "not all of its gold was found", near, gold.id)
    if any(finding.verdict == BREACHED for finding in result.findings):
        _refuse(workspace, delivery, "a clause would be breached")
    intake = json.loads(workspace.objects.read(delivery.intake_sha))
    if any(one.kind == "ids" for one in unsettled_of(intake)) and any(map(_counts_items, result.findings)):
        _refuse(workspace, delivery, "completeness would be judged")


def _counts_items(finding: Finding) -> bool:
    return finding.metric == "completeness" and finding.verdict != NOT_RUN


def refuse_strangers(workspace: Workspace, delivery: DeliveryRow, gold: GoldSet) -> NoReturn:
    """Raise NotSettled where gold was delivered under another spelling, InputError where none of it was."""
    found = near_gold(workspace, delivery, gold, gold.item_ids)
    if found.pairs:
        _refuse(workspace, delivery, "none of its gold was found", nearly(found, "gold items"), gold.id)
    raise InputError(
        f"Delivery {delivery.id!r} holds no label on any of the {len(gold):,} gold items of {gold.id!r}. "
        f"{found}",
        remedy="Write the ids the same way in both files, or say with delivery add --ids FILE which is which.",
    )


def settle_before_sampling(workspace: Workspace, delivery: DeliveryRow) -> None:
    """Raise NotSettled before experts work on a delivery about which something is open."""
    _refuse(workspace, delivery, "experts would audit it")


def refuse_open_answers(pilot_id: str, files: Sequence[str], intake: Mapping[str, Any]) -> None:
    """Raise NotSettled where labels of a pilot's answers are open, in what `pilot answers` can settle."""
    open_ = tuple(
        one
        for one in unsettled_of(intake)
        if one.kind in ("notation", "repeats") and one.options and not one.term
    )
    if not open_:
        return
    words = ["vendoreval", "pilot", "answers", pilot_id, *files]
    words += [word for text in intake.get("map", ()) for word in ("--map", text)]
    words += statements_of(intake).words() + [word for one in open_ for word in one.options]
    raise NotSettled(
        f"The pilot {pilot_id!r} must be settled first: a block would be breached, and {_points(open_)} open.",
        tuple(_said(one) for one in open_), (f"Take the answers in again: {spoken(words)}",),
    )  # fmt: skip


def steps_for(record: Mapping[str, Any]) -> list[str]:
    """What to type about a delivery just taken in (its record), in order; nothing where nothing is open."""
    still_open = unsettled_of(record["intake"])
    if not still_open:
        return []
    return _steps(record["delivery"], record["contract"], record["intake"], still_open)


def listing_step(workspace: Workspace, delivery: str) -> str:
    """The command that takes a delivery in again as it was, with a list of the items that were sent."""
    row = delivery_row(workspace, delivery)
    intake = json.loads(workspace.objects.read(row.intake_sha))
    words = _again(delivery, f"{delivery[:57]}-listed", row.contract_id, intake)
    for option in ("map", "where"):
        words += [word for text in intake.get(option, ()) for word in (f"--{option}", text)]
    words += statements_of(intake).words() + _files_and_ids(intake)
    return f"{spoken(words)} --items LIST"


def _again(delivery: str, name: str, contract: str, intake: Mapping[str, Any]) -> list[str]:
    known = ["vendoreval", "delivery", "add", "--again", delivery, "--id", name, "--contract", contract]
    return known + _format(intake)


def _refuse(
    workspace: Workspace, delivery: DeliveryRow, why: str, near: Sequence[Unsettled] = (), gold: str = ""
) -> None:
    intake = json.loads(workspace.objects.read(delivery.intake_sha))
    still_open = (*unsettled_of(intake), *near)
    if not still_open:
        return
    raise NotSettled(
        f"The delivery {delivery.id!r} must be settled first: {why}, and {_points(still_open)} open.",
        tuple(_said(one) for one in still_open),
        tuple(_steps(delivery.id, delivery.contract_id, intake, still_open, gold)),
    )


def _points(still_open: tuple[Unsettled, ...]) -> str:
    kinds = list(dict.fromkeys(one.kind for one in still_open))
    one = len(still_open) == 1
    return (
        f"a question on {kinds[0]} is" if one else f"{len(still_open)} questions on {' and '.join(kinds)} are"
    )


def _said(one: Unsettled) -> str:
    shown = f" For example: {'; '.join(one.examples)}." if one.examples else ""
    return f"{one.kind}: {one.text}{shown}"


def _steps(
    delivery: str, contract: str, intake: Mapping[str, Any], still_open: tuple[Unsettled, ...], gold: str = ""
) -> list[str]:
    """The commands to type, in order."""
    steps = []
    terms = list(dict.fromkeys(one.term for one in still_open if one.term))
    if terms:
        steps.append(
            f"Agree on a rule and write it under [task] of the contract: {', '.join(terms)}; then: "
            "vendoreval contract amend CONTRACT.toml"
        )
    if any("--ids" in one.options for one in still_open):
        against = ["--gold", gold] if gold else []
        words = ["vendoreval", "delivery", "ids", delivery, *against, "--out", CROSSWALK]
        steps.append(f"Write down which ids nearly match, and read them through: {spoken(words)}")
    return [*steps, f"Take the files in again: {_command(delivery, contract, intake, still_open)}"]


def _command(delivery: str, contract: str, intake: Mapping[str, Any], still_open: tuple[Unsettled, ...]) -> str:
    words = _again(delivery, f"{delivery}-2", contract, intake)
    mapped = {
        word.partition("=")[0] for one in still_open if one.options[:1] == ("--map",) for word in one.options
    }
    for option in ("map", "where"):
        kept = [
            text for text in intake.get(option, ()) if option == "where" or text.partition("=")[0] not in mapped
        ]
        words += [word for text in kept for word in (f"--{option}", text)]
    timed = any(option.startswith("labelled_at=") for one in still_open for option in one.options)
    said = statements_of(intake)
    words += (replace(said, in_order=False) if timed else said).words() + _files_and_ids(intake)
    for one in still_open:
        words += one.options if one.options[:1] != ("--ids",) or CROSSWALK not in words else ()
    return spoken(words)


def _format(intake: Mapping[str, Any]) -> list[str]:
    """The options that say how the files are read, as far as they are not what would be done anyway."""
    read = intake.get("read") or {}
    if not read:
        return []
    known = {option.name: option for option in reader(read["format"]).options if not option.file}
    told = [
        word
        for name, value in read["options"].items()
        if name in known and value != known[name].default
        for word in ((f"--{name}", value) if name in NAMED else ("--read", f"{name}={value}"))
    ]
    return told if read["format"] == ROWS else ["--format", read["format"], *told]


def _files_and_ids(intake: Mapping[str, Any]) -> list[str]:
    """The further options under which a delivery was taken in."""
    ids = intake.get("ids") or {}
    said = {
        "--items": intake.get("items_file"), "--seeding": intake.get("seeding"), "--id-cut": ids.get("cut"),
        "--ids": (ids.get("crosswalk") or {}).get("file"),
    }  # fmt: skip
    return [word for option, value in said.items() if value for word in (option, value)]
