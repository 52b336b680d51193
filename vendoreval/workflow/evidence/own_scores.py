"""Holding the strata of a draw by scores against the vendor's own files: the same items, the same strata."""

from __future__ import annotations

from collections.abc import Mapping
from math import isclose
from pathlib import Path
from unicodedata import normalize

from vendoreval.audits.delivered_scores import delivered_scores
from vendoreval.engines.items import item_ids
from vendoreval.engines.wanted import labels_on_items
from vendoreval.errors import EvidenceError, InputError
from vendoreval.evidence.frozen_scores import SEALED, STRATA, read_strata
from vendoreval.evidence.opened_bundle import Findings, OpenedBundle
from vendoreval.workflow.audits.score_sources import strata_of


def check_own_scores(
    bundle: OpenedBundle, table: Path, tasks: Mapping[str, str] | None, found: Findings
) -> None:
    """The strata hold every item that could be drawn, and follow from the files where the delivery shows them.

    `table`: the vendor's files as canonical labels. Raises EvidenceError.
    """
    seen, sealed = bundle.seen, bundle.record(SEALED)
    strata = read_strata(bundle.files[STRATA])
    mine = {item: seen.task_ids.get(item, item) for item in item_ids(table)}
    everything = set(tasks or ()) if seen.sent_known else set(mine.values())
    burnt = set((bundle.draw or {}).get("burnt", ()))
    if {normalize("NFC", item) for item in everything - burnt} != strata.keys():
        raise EvidenceError("The items of the sealed strata are not those of your files.")
    found.fit(f"the strata hold all {len(strata):,} items of yours that could be drawn")
    if sealed["source"] in ("file", "none"):
        return
    ours = {normalize("NFC", name): item for item, name in mine.items()}
    named = {ours.get(name, name): name for name in strata}  # what was not answered has no other id of ours
    items = sorted(named)
    try:
        scores = delivered_scores(sealed["source"], labels_on_items(table, items), bundle.contract.task)
        made = strata_of(scores.tolist(), sealed["source"], sealed["asked_cuts"])
    except InputError as error:
        raise EvidenceError(f"Your files give no such scores: {error}") from error
    again = dict(zip(items, made.stratum.tolist(), strict=True))
    differing = [item for item in items if strata[named[item]] != again[item]]
    if differing:
        raise EvidenceError(
            f"The strata do not follow from your files: item {differing[0]!r} lies in another one."
        )
    told, predicted = sealed["design"]["predicted"], made.predicted
    if (told is None) != (predicted is None) or not all(map(isclose, told or (), predicted or ())):
        raise EvidenceError("The rates that the sealed design expects do not follow from your files.")
    found.fit(f"the strata follow from your files ({sealed['source']})")
