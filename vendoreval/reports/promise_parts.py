"""Promises side by side as rows of a table, worded already."""

from __future__ import annotations

from collections.abc import Sequence

from vendoreval.questionnaires.promises import Measured, Promise
from vendoreval.reports.parts import Plain
from vendoreval.reports.wording import NBSP, count

COMMITMENTS = {
    "yes": "in the contract", "changes": "in the contract with changes", "no": "not in the contract",
    None: "silent on the contract",
}  # fmt: skip
_STANDING = {
    "kept": ("kept", "✓", "Kept"),
    "missed": ("breached", "✕", "Missed"),
    "undecided": ("inconclusive", "?", "Undecided"),
    "measured": ("not_run", "–", "No figure to compare"),
    "not measured": ("not_run", "–", "Not measured"),
}


def missed(promises: Sequence[Promise]) -> list[Promise]:
    """Those that were measured and not kept."""
    return [promise for promise in promises if promise.standing == "missed"]


def tempered(verdict: Plain, promises: Sequence[Promise], still_open: Sequence[str] = ()) -> Plain:
    """A verdict with what else is open and how many promises were missed; with any of it, none is green."""
    late = len(missed(promises))
    said = [*still_open, *([f"{count(late, 'promise')} missed"] if late else [])]
    if not said:
        return verdict
    key, symbol = ("inconclusive", "?") if verdict["key"] == "kept" else (verdict["key"], verdict["symbol"])
    return {"key": key, "symbol": symbol, "word": ", ".join([verdict["word"], *said])}


def promise_rows(promises: Sequence[Promise]) -> list[Plain]:
    """One row a promise that has a figure, a measurement or a word of the contract."""
    silent = "silent" if any(promise.contract for promise in promises) else "–"  # a contract that says nothing
    return [
        {
            "name": f"{promise.title[:1].upper()}{promise.title[1:]}",
            "question": promise.question_id,
            "claimed": _claimed(promise),
            "shown": f"level {promise.evidenced_level} of 4, {_evidence(promise)}",
            "contract": promise.contract or silent,
            "measured": value_words(promise) if promise.measured else "–",
            "basis": _basis(promise.measured, _unit(promise)) if promise.measured else "",
            "gap": gap_words(promise),
            "standing": dict(zip(("key", "symbol", "word"), _STANDING[promise.standing], strict=True)),
        }
        for promise in promises
        if promise.said or promise.measured or promise.contract
    ]


def _claimed(promise: Promise) -> str:
    said = f"level {promise.level}"
    if promise.said:
        spoken = promise.unit and not promise.unit.startswith("%") and "," not in promise.unit
        said = f"“{promise.said}” {promise.unit}" if spoken else f"“{promise.said}”"
        if promise.unit.startswith("%") and "%" not in promise.said and promise.claimed is not None:
            said = f"“{promise.said}”, {promise.claimed:g}{NBSP}%"
    return f"{said}, {COMMITMENTS[promise.commitment]}" if promise.commitment else said


def _evidence(promise: Promise) -> str:
    """The kind of the best piece of evidence, and the names of all that count."""
    if promise.evidence == "none":
        return "no evidence"
    return f"{promise.evidence}: {', '.join(promise.pieces)}" if promise.pieces else promise.evidence


def _number(value: float, unit: str) -> str:
    """A value in the unit of its question: per cent with one decimal, agreement with two, else a count."""
    if unit.startswith("%"):
        return f"{value:.1f}{NBSP}%"
    return f"{value:.2f}" if abs(value) <= 1 else f"{value:,.0f}"


def _unit(promise: Promise) -> str:
    return promise.unit or (promise.measured.unit if promise.measured else "")


def value_words(promise: Promise) -> str:
    """What was measured, with its unit; the promise was measured."""
    assert promise.measured is not None
    return _number(promise.measured.value, _unit(promise))


def _basis(measured: Measured, unit: str) -> str:
    of = measured.of
    if measured.n == 1:
        of = of.replace("deliveries", "delivery").replace("items", "item")
    words = f"{measured.n:,} {of}, {measured.source}"
    if measured.low is None or measured.high is None or measured.low == measured.high:
        return words  # nothing was sampled
    return f"{_number(measured.low, unit)} to {_number(measured.high, unit)}; {words}"


def gap_words(promise: Promise) -> str:
    """The gap between measurement and claim, with its sign; a dash where there is none."""
    if promise.gap is None:
        return "–"
    sign = "+" if promise.gap > 0 else "−" if promise.gap < 0 else "±"
    size = abs(promise.gap)
    if promise.unit.startswith("%"):
        return f"{sign}{size:.1f} points"
    return f"{sign}{size:.2f}" if size <= 1 else f"{sign}{size:,.0f}"


def standings(promises: Sequence[Promise]) -> str:
    """How many promises were kept, missed and left open, in one sentence."""
    tally = {name: sum(p.standing == name for p in promises) for name in ("kept", "missed", "undecided")}
    held = sum(tally.values())
    if not held:
        return "No promise with a figure has been measured yet."
    return (
        f"Of {count(held, 'promise')} that could be held against measurements {tally['kept']} were kept, "
        f"{tally['missed']} missed, {tally['undecided']} could not be decided."
    )
