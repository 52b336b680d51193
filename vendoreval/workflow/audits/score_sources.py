"""Scores of items, from the delivery itself or from a file, and the strata that they make."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from vendoreval.audits.delivered_scores import delivered_scores
from vendoreval.contracts.rules import SCORES
from vendoreval.contracts.terms import Clause, Contract
from vendoreval.designs.active_strata import VOTE_CUTS, Strata, strata_of_scores
from vendoreval.engines.wanted import labels_on_items
from vendoreval.errors import InputError, UsageError
from vendoreval.formats.readers.rows import open_rows, require
from vendoreval.labels.shapes import SHAPES
from vendoreval.store.tables import DeliveryRow
from vendoreval.store.workspace import Workspace
from vendoreval.workflow.deliveries.partitioning import label_source
from vendoreval.workflow.files import read_bytes


@dataclass(frozen=True)
class Origin:
    """Where scores come from: the name of a source (contracts.rules.SCORES), or a file with a column of scores.

    `cuts`: where the scores are cut into strata, ascending; by default the source's own. `judge` says for the
    record who made a file, such as a model's id and the hash of its prompt.
    """

    source: str = "delivery"
    file: Path | None = None
    column: str = "score"
    cuts: Sequence[float] = ()
    judge: str = ""


def origin_of(scores: str, column: str, cuts: str, judge: str) -> Origin:
    """Where scores come from, as it was written: a source's name or a file; raises UsageError."""
    named = scores if scores in SCORES and scores != "file" else ""
    if scores == "file":
        raise UsageError("The contract agrees on a file of scores.", remedy="Name it: --scores FILE.")
    try:
        edges = tuple(float(part) for part in cuts.split(",")) if cuts else ()
    except ValueError as error:
        raise UsageError(f"{cuts!r} are no cuts.", remedy="Write them like 0,0.15,0.3,0.5.") from error
    return Origin(named or "file", None if named else Path(scores), column, edges, judge)


@dataclass(frozen=True, eq=False)
class Scored:
    """The strata of the items, in their order, and what is sealed of the scores."""

    made: Strata
    missing: int  # items without a score
    origin: Origin
    file_sha: str

    def told(self) -> dict[str, Any]:
        """What the sealed record says of them."""
        origin = self.origin
        return {
            "source": origin.source, "column": origin.column if self.file_sha else "", "judge": origin.judge,
            "scores_sha256": self.file_sha, "asked_cuts": list(origin.cuts), "cuts": list(self.made.cuts),
            "ranges": list(ranges(self.made)), "missing": self.missing,
        }  # fmt: skip


def ranges(made: Strata) -> tuple[str, ...]:
    """Which scores each stratum holds, in words."""
    if len(made.sizes) == 1:
        return ("all items",)
    scored = len(made.sizes) - made.missing
    lowest = [f"above {cut:.4g}" for cut in made.cuts]
    highest = [f"up to {cut:.4g}" for cut in made.cuts]
    words = [" ".join(pair) for pair in zip(["", *lowest], [*highest, ""], strict=True)]
    return (*(word.strip() for word in words[:scored]), *(("no score",) if made.missing else ()))


def scored(
    workspace: Workspace, delivery: DeliveryRow, contract: Contract, clause: Clause, items: Sequence[str],
    origin: Origin,
) -> Scored:  # fmt: skip
    """The strata of `items`; raises InputError where no score can be had, UsageError for another source than
    the contract agrees on."""
    agreed = clause.decision.scores
    if origin.source not in (agreed, "none"):
        raise UsageError(
            f"By the contract the scores are {SCORES[agreed]} ({agreed}), not {origin.source}.",
            remedy=(
                f"Freeze those, or none: --scores {agreed if agreed != 'file' else 'FILE'}, or --scores none."
            ),
        )
    sha = ""
    if origin.file is not None:
        scores = _from_file(origin.file, origin.column, items)
        sha = workspace.objects.put_bytes(read_bytes(origin.file, "memory"))
    elif origin.source == "none":
        scores = [math.nan] * len(items)
    else:
        _check_shows(contract, delivery, origin.source)
        labels = labels_on_items(label_source(workspace, delivery), items)
        scores = delivered_scores(origin.source, labels, contract.task).tolist()
    made = strata_of(scores, origin.source, origin.cuts)
    return Scored(made, sum(map(math.isnan, scores)), origin, sha)


def strata_of(scores: Sequence[float], source: str, cuts: Sequence[float]) -> Strata:
    """The strata of items with these scores, cut at `cuts`, by default where the source's are."""
    usual = VOTE_CUTS if source == "delivery" else None
    return strata_of_scores(scores, cuts or usual)


def _check_shows(contract: Contract, delivery: DeliveryRow, source: str) -> None:
    """Raise InputError where a delivery shows no such scores."""
    if SHAPES[contract.task.type].many:
        raise InputError(
            f"Answers of the type {contract.task.type} show no scores by themselves.",
            remedy="Give a score for each item with --scores FILE, or draw uniformly: --scores none.",
        )
    if source != "rare" and delivery.rows <= delivery.items:
        raise InputError(
            "This delivery has one answer an item, so nobody can be seen to differ from it.",
            remedy="Give scores with --scores FILE, or draw uniformly: --scores none.",
        )


def _from_file(file: Path, column: str, items: Sequence[str]) -> list[float]:
    """The score of every item, NaN where the file has none; raises InputError with file and line."""
    rows = open_rows(file)
    require(rows, {"item_id": "item_id", "score": column}, option="--score-column")
    found: dict[str, float] = {}
    for batch in rows.batches(("item_id", column)):
        for refusal in batch.refusals:
            raise InputError(refusal.reason, file=str(file), line=refusal.line)
        columns = (batch.columns[name].to_pylist() for name in ("item_id", column))
        for item, text, line in zip(*columns, batch.lines, strict=True):
            if not item or text in (None, ""):
                continue
            value = _score(text, file, int(line))
            if found.setdefault(item, value) != value:
                raise InputError(f"The item {item!r} has two scores.", file=str(file), line=int(line))
    if not any(item in found for item in items):
        raise InputError(
            "The file has no score for any item of the delivery.", file=str(file),
            remedy="Name items as the delivery does.",
        )  # fmt: skip
    return [found.get(item, math.nan) for item in items]


def _score(text: str, file: Path, line: int) -> float:
    try:
        value = float(text)
    except ValueError:
        value = math.nan
    if not math.isfinite(value):
        raise InputError(
            f"{text!r} is no score.",
            file=str(file),
            line=line,
            remedy="Leave the cell empty where there is none.",
        )
    return value
