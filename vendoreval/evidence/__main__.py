"""`python -m vendoreval.evidence bundle.zip [FILE …]`: verify with numpy, scipy and rfc8785 only.

Each FILE is something of the reader's own: a receipt, the claim as it was sent (JSON), or the answers to it.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from vendoreval.errors import Exit, VendorevalError
from vendoreval.evidence.bundle import from_zip
from vendoreval.evidence.canonical import sha256_hex
from vendoreval.evidence.own_dispute import is_claim
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
        held = _held(words[1:])
        found = verify_bundle(from_zip(read_bytes(Path(words[0]), "memory")), held)
    except VendorevalError as error:
        first, *further = error.lines()
        for line in (f"error: {first}", *further):
            print(visible(line), file=sys.stderr)
        return error.exit_code
    for check in found.checks:
        print(visible(f"✔ {check}"))
    for what in found.not_shown.values():
        print(visible(f"○ not shown: {what}"))
    for sentence in found.conclusion:
        print(visible(sentence))
    return Exit.FINE


def _held(words: Sequence[str]) -> Held:
    """The reader's own files, told apart by what they are."""
    receipts: list[Any] = []
    claims: list[Any] = []
    answers: list[str] = []
    for word in words:
        data = read_bytes(Path(word))
        if not word.endswith(".json"):
            answers.append(sha256_hex(data))
            continue
        record = parse_json(data, word)
        (claims if is_claim(record) else receipts).append(record)
    return Held(receipts, claims=claims, answers=answers)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
