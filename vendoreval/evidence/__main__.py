"""`python -m vendoreval.evidence bundle.zip [receipt.json …]`: verify with numpy, scipy and rfc8785 only."""

from __future__ import annotations

import sys
from pathlib import Path

from vendoreval.errors import Exit, VendorevalError
from vendoreval.evidence.bundle import from_zip
from vendoreval.evidence.verify import Held, verify_bundle
from vendoreval.jsonfile import parse_json
from vendoreval.received import read_bytes
from vendoreval.safe_text import visible


def main(words: list[str]) -> int:
    """Print what fits; the exit code is 5 where something does not, with its name."""
    if not words:
        print(__doc__, file=sys.stderr)
        return Exit.UNUSABLE
    try:
        receipts = [parse_json(read_bytes(Path(word)), word) for word in words[1:]]
        found = verify_bundle(from_zip(read_bytes(Path(words[0]), "memory")), Held(receipts))
    except VendorevalError as error:
        first, *further = error.lines()
        for line in (f"error: {first}", *further):
            print(visible(line), file=sys.stderr)
        return error.exit_code
    for check in found.checks:
        print(visible(f"✔ {check}"))
    for what in found.not_shown.values():
        print(visible(f"○ not shown: {what}"))
    print(visible(f"The evidence of audit {found.audit} fits; its verdict is {found.verdict}."))
    return Exit.FINE


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
