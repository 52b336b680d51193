"""Samples as they are stored: their tasks in the order of the draw, and all answers so far."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from vendoreval.audits.drawing import UNPROVEN
from vendoreval.gold.panel import Judgement, Panel, SampleTask, settle
from vendoreval.store.tables import SampleAnswersRow, SampleRow
from vendoreval.store.workspace import Workspace


@dataclass(frozen=True, eq=False)
class Sample:
    """A stored sample with its tasks in the order of the draw, and all answers so far."""

    row: SampleRow
    tasks: tuple[SampleTask, ...]
    shown: Mapping[str, Mapping[str, str]]  # what the auditors see of each item
    population: int
    strata: Mapping[str, str]  # of each drawn item, where the sample was drawn from strata
    sizes: Mapping[str, int]
    judgements: tuple[Judgement, ...]
    draw: Mapping[str, Any]  # where the seed comes from, as a bundle tells it
    burnt: frozenset[str] = frozenset()  # items of a rework that were not to be drawn
    active: Mapping[str, Any] | None = None  # the lists drawn so far, of a sample drawn by scores

    @property
    def seed_from(self) -> str:
        """Where the seed comes from (audits.drawing)."""
        return str(self.draw.get("seed_from", UNPROVEN))

    @property
    def panel(self) -> Panel:
        return settle(self.tasks, self.judgements, self.row.auditors)


def load_sample(workspace: Workspace, audit_id: str) -> Sample:
    """A sample with all answers so far; raises NotFound."""
    with workspace.read() as reader:
        row = reader.require(SampleRow, audit_id, "sample")
        rounds = sorted(reader.all(SampleAnswersRow, sample_id=audit_id), key=lambda one: one.seq or 0)
    kept = json.loads(workspace.objects.read(row.tasks_sha))
    given = [
        Judgement(*entry) for one in rounds for entry in json.loads(workspace.objects.read(one.answers_sha))
    ]
    tasks = tuple(SampleTask(*entry) for entry in kept["tasks"])
    return Sample(
        row, tasks, kept["shown"], kept["population"], kept["strata"], kept["sizes"], tuple(given),
        kept.get("draw", {}), frozenset(kept.get("burnt", ())), kept.get("active"),
    )  # fmt: skip
