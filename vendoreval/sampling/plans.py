"""Acceptance plans as records: the samples of each stage, with acceptance and rejection numbers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from vendoreval.errors import InputError

Outcome = Literal["accepted", "accepted_with_doubt", "refused", "undecided"]


@dataclass(frozen=True)
class Stage:
    """One sample of `n` units: `accept` errors so far or fewer accept, `reject` or more refuse."""

    n: int
    accept: int
    reject: int


@dataclass(frozen=True)
class Plan:
    """A single plan has one stage, a double plan two.

    Errors between the last stage's two numbers (only in reduced inspection of MIL-STD-105E) accept the
    delivery, yet end reduced inspection.
    """

    stages: tuple[Stage, ...]

    @property
    def most_items(self) -> int:
        """The most units that the plan looks at."""
        return sum(stage.n for stage in self.stages)

    def judge(self, errors: Sequence[int]) -> Outcome:
        """The outcome with `errors` found in each sample so far, one number a stage."""
        if len(errors) > len(self.stages):
            raise InputError(f"The plan has {len(self.stages)} samples, yet {len(errors)} were counted.")
        so_far = 0
        for stage, found in zip(self.stages, errors, strict=False):
            if not 0 <= found <= stage.n:
                raise InputError(f"There cannot be {found} errors among {stage.n} units.")
            so_far += found
            if so_far <= stage.accept:
                return "accepted"
            if so_far >= stage.reject:
                return "refused"
        return "accepted_with_doubt" if len(errors) == len(self.stages) else "undecided"
