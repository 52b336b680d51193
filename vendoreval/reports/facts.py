"""What a report says beyond the records it is built from. Whoever calls the views fills it in."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime

from vendoreval.reports.letterhead import Letterhead
from vendoreval.reports.provenance_parts import RestsOn


@dataclass(frozen=True)
class Hashes:
    """SHA-256 digests in hexadecimal of what was judged; empty where the workspace holds none."""

    contract: str = ""
    manifest: str = ""
    gold_root: str = ""
    result: str = ""
    log_head: str = ""

    def named(self) -> list[dict[str, str]]:
        """The digests that exist, each with the words that say what it covers."""
        words = {
            "contract": "Contract, as it was added",
            "manifest": "Manifest of the delivery, as received",
            "gold_root": "Gold commitment (Merkle root)",
            "result": "Audit result, canonical JSON",
            "log_head": "Head of the workspace’s event log",
        }
        return [{"what": words[key], "sha256": value} for key, value in vars(self).items() if value]


@dataclass(frozen=True)
class Facts:
    """Names, times and hashes. `printed` is the report's own time, UTC and passed in.

    `remarks` are printed in a frame on the first page, such as that answers are invented.
    """

    printed: datetime
    program: str
    vendor: str
    buyer: str = ""
    delivered: date | None = None
    notice_by: date | None = None  # end of the acceptance window
    hashes: Hashes = field(default_factory=Hashes)
    remarks: tuple[str, ...] = ()
    rests: RestsOn | None = None  # what the audit rests on; None where the report is about none
    decided: str = ""  # what the buyer is recorded to have said of the delivery
    letterhead: Letterhead | None = None  # None: the workspace has none
