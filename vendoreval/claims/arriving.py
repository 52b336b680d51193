"""What is said of a rework when it arrives: the claim it answers, what was done, and what its audit takes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from vendoreval.labels.alike import Alike

Plain = Mapping[str, Any]


def arrival(of: str, round_: int, rounds: int, claims: Sequence[Plain], compared: Alike) -> dict[str, Any]:
    """The record of a rework in the intake report. `rounds`: that the contract allows, 0 where it is silent."""
    return {
        "of": of, "round": round_, "rounds_allowed": rounds or None, "claims": [dict(one) for one in claims],
        "compared": compared.to_json(),
    }  # fmt: skip


def sentences(record: Plain, gold: Sequence[Plain], needed: Sequence[Plain], fresh: int) -> list[str]:
    """A rework in plain words; `fresh` of its items were never named or audited, `gold` counts by set."""
    return [*_claims(record), *_compared(record["compared"]), *_fresh(gold, needed, fresh)]


def _claims(record: Plain) -> Iterator[str]:
    allowed = record["rounds_allowed"]
    of = f"of the {allowed} that the contract allows" if allowed else "(the contract does not limit them)"
    over = " That is more than it allows." if allowed and record["round"] > allowed else ""
    yield f"It replaces {record['of']}: round {record['round']} of rework {of}.{over}"
    if not record["claims"]:
        yield f"No open claim on {record['of']} asked for it."
    for one in record["claims"]:
        if one["due"] is None:
            yield f"It answers claim {one['claim']}, which names no day."
        else:
            when = "in time" if one["in_time"] else "late"
            yield f"It answers claim {one['claim']}, {when}: rework was due on {one['due']}."


def _compared(compared: Plain) -> Iterator[str]:
    same, changed, new, gone = (compared[name] for name in ("same", "changed", "new", "gone"))
    if not changed and not new and not gone:
        yield f"Nothing was done: all {same:,} items hold exactly the same answers as before."
        return
    yield f"{_items(changed)} with other answers than before, {same:,} with the same."
    if new:
        yield f"{_items(new)} not in the first delivery."
    if gone:
        yield f"{_items(gone)} of the first delivery not delivered again."


def _fresh(gold: Sequence[Plain], needed: Sequence[Plain], fresh: int) -> Iterator[str]:
    yield (
        f"It is judged on fresh items only: {fresh:,} that no audit of the work before looked at and of which "
        "the vendor was shown no answer."
    )
    for one in gold:
        yield f"Gold {one['gold']}: {one['burnt']:,} of its items here are burnt, {one['fresh']:,} are fresh."
    for one in needed:
        few, many = (_share(one[name], one) for name in ("kept", "twice"))
        units = f"{one['kept']:,} fresh {one['unit']}s"
        yield (
            f"Clause {one['clause']}: to show it kept takes at least {units} with gold{few}; "
            f"{one['twice']:,}{many} catch a vendor with twice the allowed errors 9 times in 10."
        )


def _share(count: int, one: Plain) -> str:
    """The part of the fresh units that this is."""
    if count > one["fresh"]:
        return f" (more than the {one['fresh']:,} there are)"
    return f" ({100 * count / one['fresh']:.3g} % of them)"


def _items(count: int) -> str:
    return "1 item" if count == 1 else f"{count:,} items"
