"""Numbers and verdicts in words. Nothing here decides; it only says what was decided.

A share is never rounded onto or across a limit that it is held against: 0.96996 beside a limit of
97 % is printed as 96.996 %, not as 97.0 %.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime
from decimal import ROUND_HALF_EVEN, Decimal

from vendoreval.contracts.metrics import METRICS

NBSP = "\u00a0"
_NOISE = Decimal("1e-12")  # below this, a float and a decimal mean the same number
_MOST_DIGITS = 12
_NO_SHARE = frozenset({"mae", "alpha", "kappa", "ac1", "fleiss_kappa", "weighted_kappa", "ac2", "pq",
                       "centre_error", "heading_error"})  # fmt: skip

VERDICT_WORDS = {
    "kept": "Kept",
    "breached": "Breached",
    "inconclusive": "Inconclusive",
    "not_run": "Not run",
}
VERDICT_SYMBOLS = {"kept": "✓", "breached": "✕", "inconclusive": "?", "not_run": "–"}

METRIC_WORDS = {
    "f1": "F1",
    "macro_f1": "mean F1 over the classes",
    "macro_recall": "mean recall over the classes",
    "macro_precision": "mean precision over the classes",
    "mean_iou": "mean IoU",
    "mean_dice": "mean Dice",
    "wer": "word error rate",
    "cer": "character error rate",
    "der": "diarisation error rate",
    "mae": "mean absolute error",
    "alpha": "Krippendorff’s alpha",
    "kappa": "kappa",
    "ac1": "AC1",
    "weighted_kappa": "weighted kappa",
    "ac2": "AC2",
    "within_tolerance": "share within the tolerance",
    "exact_match": "share of exact matches",
    "jaccard": "mean Jaccard similarity",
    "hamming": "Hamming loss",
    "idf1": "IDF1",
    "mean_bev_iou": "mean IoU seen from above",
    "centre_error": "centre error in metres",
    "size_error": "size error",
    "heading_error": "heading error in degrees",
    "pq": "panoptic quality",
    "sq": "segmentation quality",
    "rq": "recognition quality",
    "oks": "object keypoint similarity",
    "nearness": "nearness of lines",
}
# The threshold is the most that is allowed.
UPPER_LIMITS = frozenset(name for name, metric in METRICS.items() if metric.lower_is_better)


def exact(value: float | str | Decimal) -> Decimal:
    """The shortest decimal that means `value`."""
    return value if isinstance(value, Decimal) else Decimal(str(value))


def rounded(
    value: float | str | Decimal, digits: int, against: Iterable[float | str | Decimal] = ()
) -> Decimal:
    """`value` with `digits` decimals, or as many more as keep it on its side of every limit in `against`."""
    number, limits = exact(value), [exact(limit) for limit in against]
    for places in range(digits, _MOST_DIGITS + 1):
        shown = number.quantize(Decimal(1).scaleb(-places), rounding=ROUND_HALF_EVEN)
        if all(_same_side(number, shown, limit) for limit in limits):
            return shown
    return number


def percent(
    share: float | str | Decimal, against: Iterable[float | str | Decimal] = (), *, digits: int = 1
) -> str:
    """`share` of 1 as a percentage; 0 % and 100 % are printed only when they are exact."""
    limits = [exact(limit) for limit in (*against, 0, 1)]
    number = next((limit for limit in limits if abs(exact(share) - limit) < _NOISE), exact(share))
    shown = rounded(number * 100, digits, [limit * 100 for limit in limits])
    return f"{_plain(shown)}{NBSP}%" if shown in (0, 100) else f"{shown:f}{NBSP}%"


def limit_percent(threshold: str | Decimal) -> str:
    """A contract's threshold as a percentage, with exactly the digits that it has."""
    return f"{_plain(exact(threshold) * 100)}{NBSP}%"


def is_share(metric: str) -> bool:
    """Whether the metric is a share of 1 that reads best as a percentage."""
    return metric not in _NO_SHARE


def metric_value(metric: str, value: float | None, threshold: str) -> str:
    """A measured value on its metric's scale, beside its threshold; a dash when there is none."""
    if value is None:
        return "–"
    return percent(value, [threshold]) if is_share(metric) else f"{rounded(value, 3, [threshold]):f}"


def metric_limit(metric: str, threshold: str) -> str:
    """`at least 97 %` or `at most 3 %`."""
    shown = limit_percent(threshold) if is_share(metric) else threshold
    return f"{'at most' if metric in UPPER_LIMITS else 'at least'}{NBSP}{shown}"


def interval(metric: str, low: float | None, high: float | None, threshold: str) -> str:
    """`75.1 % to 81.2 %`, a dash when there is none."""
    if low is None or high is None:
        return "–"
    return f"{metric_value(metric, low, threshold)} to {metric_value(metric, high, threshold)}"


def metric_words(metric: str, unit: str = "label") -> str:
    """The metric's name in a sentence; `unit`: what it counts."""
    if metric == "error_rate":
        return f"share of wrong {plural(unit)}"
    return METRIC_WORDS.get(metric, metric.replace("_", " "))


def chance(p: float | None) -> str:
    """A probability in words that a reader can picture."""
    if p is None:
        return "–"
    if p < 1e-6:
        return "less than one in a million"
    if p < 0.001:
        return f"less than one in {_round_down(1 / p):,}"
    return percent(p)


def count(n: int, one: str, many: str = "") -> str:
    """`1 item`, `2,945 items`."""
    return f"{n:,}{NBSP}{one if n == 1 else many or plural(one)}"


def plural(word: str) -> str:
    """The plural of a unit's name."""
    if word.endswith("y") and word[-2:-1] not in "aeou":
        return f"{word[:-1]}ies"
    return word if word.endswith("s") else f"{word}s"


def day(when: date | datetime | None) -> str:
    """`24 November 2026`, a dash when unknown."""
    return "–" if when is None else f"{when.day}{NBSP}{when:%B} {when.year}"


def moment(when: datetime) -> str:
    """`24 November 2026, 09:30 UTC`."""
    return f"{day(when)}, {when:%H:%M} {when.tzname() or ''}".rstrip()


def joined(parts: Iterable[str]) -> str:
    """`a, b and c`."""
    words = list(parts)
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} and {words[-1]}" if words else ""


def _same_side(number: Decimal, shown: Decimal, limit: Decimal) -> bool:
    difference = number - limit
    if abs(difference) < _NOISE:
        return shown == limit
    return (shown > limit) == (difference > 0) and shown != limit


def _plain(number: Decimal) -> str:
    """Without trailing zeros and without an exponent."""
    text = f"{number:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def _round_down(number: float) -> int:
    """To one leading digit: 48,211 becomes 40,000."""
    size: int = 10 ** (len(str(int(number))) - 1)
    return int(number) // size * size
