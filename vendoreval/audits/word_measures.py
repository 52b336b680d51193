"""Totals of transcriptions: word and character error rates."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction

import numpy as np

from vendoreval.audits.totals import Measure, Measurer, loss, per_item
from vendoreval.audits.units import Counting, counted, drawn
from vendoreval.tasks.outcomes import Outcomes


def wer(outcomes: Outcomes, how: Counting, group: str | None, classes: tuple[str, ...]) -> Measure:
    """Substituted, missing and extra words ÷ gold's words, of the whole and not the mean of texts.

    Words on a recording without speech count as errors, too.
    """
    kept = counted(outcomes, how)
    wrong = kept & outcomes.wrong
    losses = per_item(outcomes, how, wrong)
    units = per_item(outcomes, how, kept & (outcomes.expected.codes >= 0))
    return loss(losses, units, how.cap or Fraction(1), int(units.sum()), int(losses.sum()))


def cer(outcomes: Outcomes, how: Counting, group: str | None, classes: tuple[str, ...]) -> Measure:
    """The same of characters, from the rows that tell of them."""
    kept = outcomes.at("character") & drawn(outcomes, how)
    size = np.ones(len(outcomes), dtype=np.int64) if outcomes.size is None else outcomes.size
    missing = outcomes.unanswered  # all characters of what was not answered are units, and errors
    losses = per_item(outcomes, how, kept & outcomes.wrong, size)
    units = per_item(outcomes, how, kept & (outcomes.right | missing), size)
    return loss(losses, units, how.cap or Fraction(1), int(units.sum()), int(losses.sum()))


WORD_MEASURES: Mapping[str, Measurer] = {"wer": wer, "cer": cer}
