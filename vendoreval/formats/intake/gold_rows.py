"""Reading gold from a row file: an error in gold stops the import, for gold must be beyond doubt."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from vendoreval.errors import InputError
from vendoreval.formats.intake.accepted_answers import accepted_answers, fitting_separator
from vendoreval.formats.intake.delivery_rows import label_of_numbers
from vendoreval.formats.intake.intake_counts import look_alikes
from vendoreval.formats.intake.item_ids import ItemIds
from vendoreval.formats.intake.row_filter import Filtering, RowFilter, refuse_on_labels
from vendoreval.formats.readers.known_columns import suggestions
from vendoreval.formats.readers.label_values import with_points
from vendoreval.formats.readers.row_batches import Batch
from vendoreval.formats.readers.rows import RowFile, open_rows, require
from vendoreval.formats.writers.gold_answers import ROLES, Columns, from_columns
from vendoreval.gold.goldset import GoldSet
from vendoreval.labels.notation import Classes
from vendoreval.labels.yes_no import edge_code
from vendoreval.limits import allowed, beyond

_CELL = 60  # bytes that a cell takes beside its text, about


@dataclass(frozen=True)
class Reading:
    """How a file of gold is read: which rows, what separates accepted answers, how ids are cut (item_ids)."""

    where: Sequence[RowFilter] = ()
    separator: str = ""
    cut: str = ""


PLAIN = Reading()


def read_gold(
    path: Path | RowFile,
    gold_id: str,
    *,
    mapping: Mapping[str, str],
    classes: Sequence[str],
    fmt: str | None = None,
    reading: Reading = PLAIN,
    numbers: bool = False,
) -> tuple[GoldSet, tuple[str, ...]]:
    """The gold set in a file, and notes.

    Columns: item_id, label; if there, accepted (`|` separated or a JSON list), difficulty, edge_case;
    all others are kept as provenance. Raises InputError with file and line for an empty field, an
    unknown class, or an item that stands there twice with different answers; UsageError for a filter that
    chooses by the answers. `numbers`: as in `read_delivery`.
    """
    unknown = [role for role in mapping if role not in ROLES]
    if unknown:
        raise InputError(f"--map knows no role {unknown[0]!r}.", remedy=f"Roles: {', '.join(ROLES)}.")
    file = path if isinstance(path, RowFile) else open_rows(path, fmt)
    path, most, known = file.path, allowed().memory, Classes(classes, numbers=numbers)
    mapping = label_of_numbers([file], mapping) if numbers else mapping
    roles = {role: mapping.get(role, role) for role in ROLES if role in mapping or role in file.names}
    require(file, {"item_id": "item_id", "label": "label", **roles})
    require(file, {one.column: one.column for one in reading.where}, "--where")
    for role in ("label", "accepted"):
        refuse_on_labels(reading.where, roles.get(role, role), but_empty=True)
    filtering, ids = Filtering(reading.where), ItemIds(reading.cut)
    source = {**roles, **_provenance(file, roles)}
    columns: Columns = {name: [] for name in source}
    seen: dict[str, _Answer] = {}
    repeated = held = 0
    for batch in file.batches({*source.values(), *(one.column for one in reading.where)}):
        if batch.refusals:
            raise InputError(batch.refusals[0].reason, file=path.name, line=batch.refusals[0].line)
        texts = _texts(batch, source, ids, comma=file.comma and known.only_numbers)
        for row in np.flatnonzero(filtering.choose(batch.columns, len(batch.lines))).tolist():
            line = batch.lines[row]
            values = {name: column[row] for name, column in texts.items()}
            held += sum(_CELL + len(value or "") for value in values.values())
            if held > most:
                raise beyond("memory", "The gold takes more than", file=path.name, line=line)
            item, answer = _checked(path.name, line, values, known, reading.separator)
            if item in seen:
                _refuse_other_answer(path.name, item, answer, seen[item])
                repeated += 1
                continue
            seen[item] = answer
            values["label"] = answer.accepted[0]
            for name, column in columns.items():
                column.append(values[name] or None)
    if not seen:
        raise InputError("--where takes no row.", file=str(path), remedy=" ".join(filtering.unmet()))
    columns["accepted"] = [json.dumps(answer.accepted, ensure_ascii=False) for answer in seen.values()]
    hints = suggestions(ROLES, roles, source.keys() - roles.keys())
    notes = (*file.notes, *filtering.notes(), *ids.notes(), *_notes(repeated, seen), *hints)
    return from_columns(gold_id, columns), notes


def _texts(
    batch: Batch, source: Mapping[str, str], ids: ItemIds, *, comma: bool
) -> dict[str, list[str | None]]:
    """The batch's columns by role; `comma`: labels are numbers with a decimal comma."""
    texts = {name: batch.columns[column] for name, column in source.items()}
    texts["item_id"] = ids.read(texts["item_id"])
    if comma:
        texts["label"] = with_points(texts["label"])
    return {name: column.to_pylist() for name, column in texts.items()}


@dataclass(frozen=True)
class _Answer:
    """The accepted answers of an item, the primary one first, and the line they stand in."""

    line: int
    accepted: tuple[str, ...]


def _provenance(file: RowFile, roles: Mapping[str, str]) -> dict[str, str]:
    """All further columns by name; one that has a role's name but another use is renamed."""
    others = [name for name in file.names if name and name not in roles.values()]
    return {f"original_{name}" if name in ROLES else name: name for name in others}


def _notes(repeated: int, items: Collection[str]) -> tuple[str, ...]:
    notes = [f"{repeated:,} rows repeat an item with the same answer."] if repeated else []
    alike = look_alikes(items)
    if alike:
        notes.append(
            f"{len(alike):,} items are counted apart although only white space or Unicode form differs, "
            f"for example {alike[0][0]!r} and {alike[0][1]!r}."
        )
    return tuple(notes)


def _checked(
    file: str, line: int, values: Mapping[str, str | None], classes: Classes, separator: str
) -> tuple[str, _Answer]:
    """The item of one row and its accepted answers, each as the contract writes its class."""
    item, label, edge = values["item_id"], values["label"], values.get("edge_case")
    if not item or not item.strip() or not label or not label.strip():
        raise InputError(
            f"The {'label' if item and item.strip() else 'item id'} is empty.", file=file, line=line,
            remedy="Gold needs both in every row.",
        )  # fmt: skip
    written = accepted_answers(label, values.get("accepted"), classes.names, separator)
    read = [classes.read(answer) for answer in written]
    refused = next((one.refused for one in read if one.refused), "") if classes.only_numbers else ""
    if refused:
        raise InputError(refused, file=file, line=line, remedy="Write it with digits and a decimal point.")
    accepted = tuple(dict.fromkeys(one.label for one in read))
    wrong = [answer for answer in accepted if classes.names and answer not in classes.names]
    if wrong or not accepted:
        raise _unknown(file, line, wrong[0] if wrong else label, classes.order)
    if edge and edge.strip() and edge_code(edge) < 0:
        raise InputError(
            f"edge_case is {edge!r}.", file=file, line=line, remedy="Write true or false, or leave it empty."
        )
    return item, _Answer(line, accepted)


def _unknown(file: str, line: int, answer: str, classes: Sequence[str]) -> InputError:
    fitting = fitting_separator(answer, classes)
    listed = f"Its classes: {', '.join(classes[:12])}{', …' if len(classes) > 12 else ''}."
    return InputError(
        f"The contract knows no class {answer!r}.", file=file, line=line,
        remedy=f"Several answers? Say --separator '{fitting}'." if fitting else listed,
    )  # fmt: skip


def _refuse_other_answer(file: str, item: str, answer: _Answer, before: _Answer) -> None:
    if set(answer.accepted) != set(before.accepted):
        raise InputError(
            f"Item {item!r} has the answer {answer.accepted[0]!r} here and {before.accepted[0]!r} "
            f"in line {before.line}.",
            file=file,
            line=answer.line,
            remedy="Decide on one, or list both in the column 'accepted'.",
        )
