"""Planning a sequential audit: ours, the same programme unit by unit in plain Python, and simulation.

python benchmarks/plan_sequential.py [items]     100,000 by default

All three give mean sample and chances of both verdicts for 0.85 … 0.99 in hundredths, with the limits
ready. Simulation draws 4,000 audits for each accuracy; its figures still carry an error of about 1 %.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from fractions import Fraction

import numpy as np

from vendoreval.designs.dynamic import Boundaries, operating_rows, wrong_units
from vendoreval.designs.sequential import boundaries, sequential_design

ACCURACIES = [Fraction(hundredths, 100) for hundredths in range(85, 100)]
AUDITS = 4_000


def timed(work: Callable[[], object]) -> float:
    """Median seconds of three runs."""
    seconds = []
    for _ in range(3):
        start = time.perf_counter()
        work()
        seconds.append(time.perf_counter() - start)
    return float(np.median(seconds))


def plain(limits: Boundaries, population: int, wrong: int) -> tuple[float, float, float]:
    """The dynamic programme with a dictionary of states."""
    accept, reject = limits.accept_at.tolist(), limits.reject_at.tolist()
    state, mean, breached, kept = {0: 1.0}, 1.0, 0.0, 0.0
    for n in range(1, limits.cap + 1):
        following: dict[int, float] = {}
        for errors, chance in state.items():
            found = chance * (wrong - errors) / (population - n + 1)
            for after, part in ((errors + 1, found), (errors, chance - found)):
                if after >= reject[n]:
                    breached += part
                elif after <= accept[n]:
                    kept += part
                else:
                    following[after] = following.get(after, 0.0) + part
        state = following
        mean += sum(state.values()) if n < limits.cap else 0.0
    return mean, breached, kept


def simulated(limits: Boundaries, population: int, wrong: int, seed: int) -> tuple[float, float, float]:
    """AUDITS draws, all walked at once."""
    rng = np.random.Generator(np.random.PCG64(seed))
    errors = np.zeros(AUDITS)
    stop, verdict = np.full(AUDITS, limits.cap), np.zeros(AUDITS, dtype=np.int64)
    for n in range(1, limits.cap + 1):
        errors += rng.random(AUDITS) < (wrong - errors) / (population - n + 1)
        ended = ((errors >= limits.reject_at[n]) | (errors <= limits.accept_at[n])) & (verdict == 0)
        verdict[ended] = np.where(errors[ended] >= limits.reject_at[n], 1, 2)
        stop[ended] = n
    return float(stop.mean()), float((verdict == 1).mean()), float((verdict == 2).mean())


def main(population: int) -> None:
    for name, tolerated, cap, calibrated in [
        ("zone 0.97/0.95, calibrated", Fraction("0.95"), None, True),
        ("zone 0.97/0.95", Fraction("0.95"), None, False),
        ("no zone, at most 20,000", None, min(20_000, population), False),
    ]:
        design = sequential_design(population, Fraction("0.97"), tolerated, cap=cap, calibrated=calibrated)
        limits = boundaries(design)
        wrong = [wrong_units(population, accuracy) for accuracy in ACCURACIES]
        tables = timed(lambda design=design: boundaries(design))  # type: ignore[misc]
        ours = timed(lambda limits=limits: operating_rows(limits, population, ACCURACIES))  # type: ignore[misc]
        print(f"\n{name}: {population:,} items, at most {limits.cap:,} looked at")
        print(f"  integer tables                    {tables:8.3f} s")
        print(f"  exact characteristic, ours        {ours:8.3f} s")
        rows = operating_rows(limits, population, ACCURACIES)
        others = {
            "same programme in plain Python": lambda k, _limits=limits: plain(_limits, population, k),
            f"simulation of {AUDITS:,} audits": lambda k, _limits=limits: simulated(_limits, population, k, k),
        }
        for other, work in others.items():
            start = time.perf_counter()
            found = [work(k) for k in wrong]
            seconds = time.perf_counter() - start
            off = max(abs(f[0] / row.expected_items - 1) for f, row in zip(found, rows, strict=True))
            print(
                f"  {other:<33} {seconds:8.3f} s = {seconds / ours:6.1f} x ours; mean sample off by {off:.1e}"
            )


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 100_000)
