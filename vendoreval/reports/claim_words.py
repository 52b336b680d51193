"""What a claim asks for, in words: now, on a condition, kept back meanwhile; and by when."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from vendoreval.claims.records import Claim, Demand, Extrapolation
from vendoreval.claims.sums import KEPT_BACK, total
from vendoreval.contracts.metrics import TIME, amount
from vendoreval.contracts.terms import DisputeTerms
from vendoreval.reports.wording import count, day, joined

_OF_MONEY = ("credit", "refund", KEPT_BACK)


def kind_words(demand: Demand) -> str:
    """`audit cost`."""
    return demand.kind.replace("_", " ")


def with_sums(demands: Sequence[Demand]) -> str:
    """`rework, audit cost (USD 500.00) and credit (USD 64.80)`."""
    return joined(kind_words(one) + (f" ({one.amount})" if one.amount else "") for one in demands)


def asked_in_words(claim: Claim) -> str:
    """The steps that no condition holds back."""
    if not claim.demands:
        return "Nothing named by the contract; all rights stay reserved."
    if not claim.asked_now:
        return "Nothing now; steps wait for a rework that fails."
    return f"In the contract’s order: {with_sums(claim.asked_now)}."


def total_in_words(claim: Claim) -> str:
    """The sum that is asked for now and what it is made of; which sums only the invoice tells."""
    whole = total(claim.asked_now)
    paid = [one for one in claim.asked_now if one.amount is not None and one.kind != KEPT_BACK]
    said = "No sum of money is asked for now." if whole is None else f"{whole}"
    if len(paid) > 1:
        said += f": the sums of {joined(kind_words(one) for one in paid)} add up."
    elif paid:
        said += f", the {kind_words(paid[0])}."
    later = [one.kind for one in claim.asked_now if one.amount is None and one.kind in _OF_MONEY]
    return said + (f" The sum of {joined(later)} follows from the invoice." if later else "")


def conditional_in_words(claim: Claim) -> str:
    """The steps that wait for a failed rework; empty where there are none."""
    by_rounds: dict[int, list[Demand]] = {}
    for one in claim.conditional:
        by_rounds.setdefault(one.after_rework, []).append(one)
    said = [
        f"If {'a rework fails' if rounds == 1 else f'{rounds} rounds of rework fail'}: {with_sums(demands)}."
        for rounds, demands in sorted(by_rounds.items())
    ]
    return " ".join([*said, "Not asked for now, and in no sum above."]) if said else ""


def kept_back_in_words(claim: Claim) -> str:
    """What the buyer keeps back; empty where it is nothing."""
    held = [one for one in claim.asked_now if one.kind == KEPT_BACK]
    if not held:
        return ""
    sums = joined(str(one.amount) for one in held if one.amount) or "A sum that follows from the invoice"
    return f"{sums} of the price, until the claim is settled; it is not owed a second time."


def dates_in_words(claim: Claim, today: date) -> str:
    """When the answer and each step are due."""
    if not claim.answer_by:
        return "No date runs yet: this is a draft."
    due: dict[date, list[str]] = {}
    for one in claim.asked_now:
        if one.due:
            due.setdefault(one.due, []).append(kind_words(one))
    steps = "".join(f"; {joined(kinds)} by {day(on)}" for on, kinds in sorted(due.items()))
    over = claim.answer_by < today
    said = "The time to answer line by line ended on" if over else "Answer line by line by"
    return f"{said} {day(claim.answer_by)}{steps}."


def silence_in_words(rule: str) -> str:
    """What the contract makes of a line that nobody answers in time; `rule`: accepted or not_accepted."""
    said = {
        "accepted": "counts as accepted",
        "not_accepted": "is not accepted by that; it stays open as it is claimed",
    }
    return f"By the contract, a line that is not answered in time {said[rule]}."


def answer_rules(terms: DisputeTerms) -> list[str]:
    """What follows an answer, and what follows none."""
    return [
        silence_in_words(terms.silence),
        f"The buyer rules on each rebuttal within {terms.ruling_days} business days of it: the defect stands, "
        "weighs less, or the line is struck out for good; or the line goes to an arbiter, who has "
        f"{terms.arbiter_days} business days.",
        "After each ruling the sums are reckoned again, and no ruling raises them. Where that changes what is "
        "asked, a new version of this claim takes the place of the one before; every version stays on file.",
    ]


def lines_in_words(numbers: Sequence[int], most: int = 12) -> str:
    """`line 3`, `lines 2, 5 and 9`, `lines 1, 2, … and 40 more`."""
    shown = [str(number) for number in numbers[:most]]
    rest = [f"{len(numbers) - most:,} more"] if len(numbers) > most else []
    return f"{'line' if len(numbers) == 1 else 'lines'} {joined([*shown, *rest])}"


def defects_in_words(claim: Claim) -> str:
    """`217 defects`."""
    return count(len(claim.lines), "defect")


def most_wrong(claim: Claim) -> tuple[Extrapolation, str]:
    """What the claim's clauses show most of, and how much in words: `12 wrong units`, `9.5 s wrong`.

    Units come before time, which is no number of them.
    """
    worst = max(claim.extrapolations, key=lambda row: (row.unit != TIME, row.at_least))
    if worst.unit == TIME:
        return worst, f"{amount(worst.at_least, TIME)} wrong"
    return worst, count(worst.at_least, "wrong unit")
