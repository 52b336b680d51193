"""Edge cases: answered worse than the rest, and answered without a word of doubt."""

from __future__ import annotations

import numpy as np

from vendoreval.audits.patterns.signs import Labels, Looked, Sign, compared, material
from vendoreval.contracts.terms import Task
from vendoreval.inference.edge_cases import EdgeCases, edge_cases
from vendoreval.numerals import of, percent
from vendoreval.tasks.asking import by_class, by_flag

DO = (
    "Write a rule with an example into the guideline for each kind of edge case, give annotators an answer "
    "for “cannot tell” and a way to ask, and have all edge cases of the delivery redone by senior people."
)


def edges(labels: Labels, edge_items: frozenset[str], task: Task) -> Looked:
    """The stratum that gold marks as edge cases against all other labels."""
    if not edge_items:
        return Looked("edge_cases", DO, (), ("Gold marks no item as an edge case.",))
    marked = np.asarray([item in edge_items for item in labels.item.values], dtype=np.bool_)
    edge = marked[labels.item.codes]
    doubts = by_class(labels.delivered, task) | by_flag(labels.context, len(labels))
    found = edge_cases(labels.wrong, edge, doubts, labels.item.codes)
    if found is None:
        return Looked("edge_cases", DO, (), ("The answered gold items are not of both kinds.",))
    return Looked("edge_cases", DO, (_sign(found, labels.word),), (), _further(found))


def _sign(found: EdgeCases, word: str) -> Sign:
    e = found.errors
    sentence = (
        f"{of(e.errors, e.n)} of the {word} on edge cases are wrong, against {of(e.rest_errors, e.rest_n)} "
        f"of the others."
    )
    if found.unsure.unsure:
        sentence += f" {percent(found.unsure.share)} of the answers on edge cases said that they were unsure."
    else:
        sentence += " No answer admitted doubt."
    return Sign("errors on edge cases", e.p, material(e), sentence, compared(e), e.method)


def _further(found: EdgeCases) -> dict[str, object]:
    return {
        "edge_items": found.edge_items,
        "escalated_items": found.escalated,
        "unsure": vars(found.unsure),
        "unsure_rest": vars(found.unsure_rest),
    }
