"""How long the three reports and a claim of 20,000 lines take; run from the checkout: ./run bench reports.

Prints the median of three renderings in one process (wall clock and CPU seconds), beside a naive
rendering in which all 20,000 lines are one HTML table: that is what the attached list avoids. The naive
one is timed on 2,000 lines; it grows in proportion to the lines, so ten times as much for 20,000.
"""

from __future__ import annotations

import statistics
import sys
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from tests.unit.reports import report_samples as samples
from vendoreval.reports import claim_view as claims
from vendoreval.reports.audit_view import audit_view
from vendoreval.reports.pdf import to_pdf
from vendoreval.reports.render import to_html
from vendoreval.reports.report import Report
from vendoreval.reports.scorecard_view import scorecard_view


def timed(make: Callable[[], bytes], times: int = 3) -> tuple[float, float, int]:
    """Median wall clock and CPU seconds, and the size of what was made."""
    walls, cpus, size = [], [], 0
    for _ in range(times):
        wall, cpu = time.perf_counter(), time.process_time()
        size = len(make())
        walls.append(time.perf_counter() - wall)
        cpus.append(time.process_time() - cpu)
    return statistics.median(walls), statistics.median(cpus), size


def claim(lines: int) -> Report:
    held = samples.music_claim(samples.many_lines(lines))
    return claims.claim_view(samples.music_contract(), held, samples.music_audit(), samples.facts())


def naive(lines: int) -> bytes:
    """Every line printed."""
    shown, claims.LINES_SHOWN = claims.LINES_SHOWN, lines
    try:
        return to_pdf(replace(claim(lines), files=()))
    finally:
        claims.LINES_SHOWN = shown


def main() -> None:
    contract, result, facts = samples.music_contract(), samples.music_audit(), samples.facts()
    history, assessment = samples.history(), samples.assessment()
    to_pdf(audit_view(contract, result, facts))  # imports and caches
    cases: dict[str, tuple[Callable[[], bytes], int]] = {
        "audit, HTML": (lambda: to_html(audit_view(contract, result, facts)).encode(), 3),
        "audit, PDF": (lambda: to_pdf(audit_view(contract, result, facts)), 3),
        "scorecard, PDF": (
            lambda: to_pdf(scorecard_view(contract, assessment, history, [samples.music_claim()], facts)),
            3,
        ),
        "claim of 1,295 lines, PDF": (
            lambda: to_pdf(claims.claim_view(contract, samples.music_claim(), result, facts)),
            3,
        ),
        "claim of 20,000 lines, PDF": (lambda: to_pdf(claim(20_000)), 3),
        "naive claim of 2,000 lines": (lambda: naive(2_000), 1),
    }
    print(f"{'':28} {'wall s':>8} {'CPU s':>8} {'KB':>8}")
    cpu: dict[str, float] = {}
    for name, (make, times) in cases.items():
        wall, cpu[name], size = timed(make, times)
        print(f"{name:28} {wall:8.2f} {cpu[name]:8.2f} {size / 1024:8.0f}")
    ratio = 10 * cpu["naive claim of 2,000 lines"] / cpu["claim of 20,000 lines, PDF"]
    print(f"20,000 lines: the naive table takes {ratio:.0f} times as long.")


if __name__ == "__main__":
    main()
