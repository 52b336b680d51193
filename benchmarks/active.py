"""The active rule simulated: labels until the verdict, beside the figures it was designed by.

python benchmarks/active.py [runs]             judges; 2,000 runs by default
python benchmarks/active.py [runs] --plain     the same without the hedge: the note's rule
python benchmarks/active.py [runs] --large     with 100,000 items
python benchmarks/active.py [runs] --real      real deliveries, with scores they show by themselves
python benchmarks/active.py [runs] --splits    wrong verdicts for every way the null's errors may be split

Threshold 0.97, tolerated 0.95, both risks 5 %, work lists of 50. The last columns are the figures of the
note the rule was designed by; its allocation was set anew after every label. `uniform` is the same test
without strata; `calibrated` is today's integer table (exact).
"""

from __future__ import annotations

import sys
import time
from fractions import Fraction
from pathlib import Path

import numpy as np
import pandas as pd

from vendoreval.designs.active import active_design
from vendoreval.designs.active_simulating import Simulated, simulate
from vendoreval.designs.active_strata import VOTE_CUTS, Strata, strata_of_scores
from vendoreval.designs.sequential import operating_characteristic, sequential_design
from vendoreval.inference.consensus import dawid_skene
from vendoreval.inference.side_information import doubts, vote_shares

DATA = Path(__file__).parents[2] / "shared" / "data"
SEED = 12
TRUTHS = (90, 93, 95, 96, 97, 98, 99)
JUDGES = {  # sensitivity and specificity of the flags, and the note's labels for each truth
    "uniform": (None, (None, None, 507, None, None, None, None)),
    ".9/.98": ((0.9, 0.98), (16, 30, 75, 226, 314, 174, 118)),
    ".8/.95": ((0.8, 0.95), (26, 55, 165, 431, 397, 201, 124)),
    ".6/.95": ((0.6, 0.95), (36, 87, 304, 643, 466, 227, 130)),
    ".5/.9": ((0.5, 0.9), (56, 141, 404, 767, 514, 256, 140)),
    "useless .3": ((0.3, 0.7), (84, 192, 541, 891, 608, 292, 157)),
    "adversarial": ((0.0, 0.0), (89, 207, 553, 969, 626, 288, 154)),
}
# delivery, vendor, covariate: the note's ratios to the calibrated rule at +5, +2, +1, -1, -2, -5 points
REAL = {
    ("weather_sentiment_two_vendors", "crowdflower", "votes"): (0.66, 0.72, 0.75, 0.75, 0.91, 0.76),
    ("weather_sentiment_two_vendors", "crowdflower", "model"): (0.67, 0.88, 0.95, 0.95, 0.95, 0.80),
    ("dermxdb", "", "votes"): (0.72, 0.82, 0.89, 0.92, 0.96, 0.70),
    ("dermxdb", "", "model"): (0.77, 0.94, 0.99, 1.00, 0.94, 0.74),
    ("zencrowd_two_vendors", "mturk_us", "votes"): (0.74, 0.78, 0.92, 0.92, 0.88, 0.67),
    ("zencrowd_two_vendors", "mturk_us", "model"): (0.77, 0.91, 1.03, 1.05, 0.99, 0.70),
    ("zencrowd_two_vendors", "mturk_india", "votes"): (0.96, 0.99, 1.07, 1.07, 1.03, 0.76),
    ("adultcontent2", "", "votes"): (0.85, 0.92, 0.98, 0.97, 1.00, 0.86),
    ("music_genre", "", "votes"): (0.97, 1.00, 1.04, 1.04, 1.02, 0.80),
    ("music_genre", "", "model"): (0.68, 0.92, 0.97, 0.97, 0.88, 0.54),
    ("bluebirds", "", "votes"): (1.03, 1.02, 1.03, 1.03, 1.03, 0.96),
    ("bluebirds", "", "model"): (0.84, 1.02, 1.03, 1.03, 0.98, 0.84),
}


def judged(judge: str, items: int, wrong: int) -> tuple[list[int], list[int]]:
    """Sizes of the strata, and the wrong items in each."""
    if judge == "uniform":
        return [items], [wrong]
    if judge == "adversarial":  # flags a tenth, all of it right
        return [items - items // 10, items // 10], [wrong, 0]
    sensitivity, specificity = JUDGES[judge][0]
    hits = round(wrong * sensitivity)
    flagged = hits + round((items - wrong) * (1 - specificity))
    return [items - flagged, flagged], [wrong - hits, hits]


def audits(items: int, sizes: list[int], wrong: list[int], runs: int, hedge: bool = True) -> Simulated:
    predicted = [1.0] if len(sizes) == 1 else None
    allowed, intolerable = items * 3 // 100, items * 5 // 100
    return simulate(active_design(sizes, allowed, intolerable, predicted, hedge=hedge), wrong, runs, SEED)


def calibrated(items: int, threshold: Fraction, tolerated: Fraction, truth: Fraction) -> float:
    """Labels of the calibrated uniform rule, exactly."""
    design = sequential_design(items, threshold, tolerated, calibrated=True)
    return operating_characteristic(design, [truth])[0].expected_items


def judges(items: int, runs: int, hedge: bool) -> None:
    print(f"{items:,} items, {runs:,} runs: mean (95th percentile) of the labels; the note's mean")
    print(f"{'judge':12}", *(f"{truth:>17} %" for truth in TRUTHS))
    exact = [calibrated(items, Fraction(97, 100), Fraction(95, 100), Fraction(t, 100)) for t in TRUTHS]
    print(f"{'calibrated':12}", *(f"{labels:>19.0f}" for labels in exact))
    for judge, (_, told) in JUDGES.items():
        cells, wrong_words, start = [], [], time.process_time()
        for truth, note in zip(TRUTHS, told, strict=True):
            sizes, wrong = judged(judge, items, items * (100 - truth) // 100)
            found = audits(items, sizes, wrong, runs, hedge)
            cells.append(f"{found.mean:6.0f} ({found.p95:5}) {'' if note is None else note:>4}")
            if truth in (95, 97):
                wrong_words.append(found.share("kept" if truth == 95 else "breached"))
        spent = time.process_time() - start
        risks = f"wrongly kept {wrong_words[0]:.3f}, breached {wrong_words[1]:.3f}; {spent:.0f} s"
        print(f"{judge:12}", *cells, risks, flush=True)


def splits(runs: int) -> None:
    """Wrong verdicts with the null's errors split in every way between flagged and other items."""
    items = 10_000
    for flagged in (100, 500, 3_000):
        for wrong in (300, 500):
            for part in (0.0, 0.1, 0.25, 0.5, 0.75, 1.0):
                inside = min(round(part * wrong), flagged)
                found = audits(items, [items - flagged, flagged], [wrong - inside, inside], runs)
                word = "breached" if wrong == 300 else "kept"
                share = f"wrongly {word} {found.share(word):.4f}"
                print(f"{flagged:5} flagged, {inside:3} of {wrong} errors in them: {share}", flush=True)


def delivery(name: str, vendor: str, covariate: str) -> tuple[Strata, list[int]]:
    """Strata of the items with gold, and the wrong answers in each; one label an item is the delivered one."""
    rows = pd.read_csv(DATA / name / "delivered.csv", dtype=str, keep_default_na=False)
    rows = rows[rows["vendor"] == vendor] if vendor else rows
    gold = pd.read_csv(DATA / name / "gold.csv", dtype=str, keep_default_na=False)
    truth = dict(zip(gold["item_id"], gold["label"], strict=True))
    item, ids = pd.factorize(rows["item_id"])
    who = pd.factorize(rows["annotator_id"])[0]
    label, names = pd.factorize(rows["label"])
    order = np.random.default_rng(SEED).permutation(len(rows))
    chosen = np.full(len(ids), -1)
    chosen[item[order]] = order  # one row of each item, by chance
    if covariate == "votes":
        score = vote_shares(item, who, label, len(ids), label[chosen], who[chosen])
    else:
        model = dawid_skene(item, who, label, len(names))
        score = doubts(model, np.arange(len(ids)), label[chosen], len(ids))
    known = np.array([i for i, name_ in enumerate(ids) if name_ in truth])
    wrong = np.array([names[label[chosen[i]]] != truth[ids[i]] for i in known])
    strata = strata_of_scores(score[known], VOTE_CUTS)
    return strata, np.bincount(strata.stratum, wrong, len(strata.sizes)).astype(int).tolist()


def real(runs: int) -> None:
    print("\nReal deliveries, zone of 2 points: ratio of the labels to the calibrated rule; the note's ratio")
    for (name, vendor, covariate), told in REAL.items():
        strata, wrong = delivery(name, vendor, covariate)
        items = sum(strata.sizes)
        right = Fraction(items - sum(wrong), items)
        cells = []
        for points, note in zip((5, 2, 1, -1, -2, -5), told, strict=True):
            # + : the threshold lies so much above the truth; - : the tolerated share so much below it
            threshold = right + Fraction(points, 100) + (Fraction(2, 100) if points < 0 else 0)
            threshold = min(threshold, Fraction(999, 1000))
            tolerated = threshold - Fraction(2, 100)
            allowed = int(items * (1 - threshold))
            intolerable = max(int(np.ceil(items * (1 - tolerated))), allowed + 1)
            design = active_design(strata.sizes, allowed, intolerable, strata.predicted)
            found = simulate(design, wrong, runs, SEED)
            cells.append(f"{found.mean / calibrated(items, threshold, tolerated, right):5.2f} {note:4.2f}")
        print(
            f"{name[:16]:16} {vendor:12} {covariate:6} {float(right):.3f}",
            *cells,
            list(strata.sizes),
            flush=True,
        )


def main() -> None:
    runs = next((int(word) for word in sys.argv[1:] if word.isdigit()), 2_000)
    if "--splits" in sys.argv:
        splits(runs)
    elif "--real" in sys.argv:
        real(runs)
    else:
        judges(100_000 if "--large" in sys.argv else 10_000, runs, hedge="--plain" not in sys.argv)


if __name__ == "__main__":
    main()
