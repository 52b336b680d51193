"""`python -m vendoreval.evidence bundle.zip [FILE …]`: verify with numpy, scipy and rfc8785 only.

In place of the bundle may stand revealed gold items: `python -m vendoreval.evidence reveal.json receipt.json`.

Each FILE is something of the reader's own: a receipt, the contract (.toml), the claim as it was sent (JSON),
the answers to it, a signed head of the log or an earlier bundle, public keys of those who must have signed, and
certificates of time-stamping authorities (PEM). Signatures are checked where the library cryptography is there,
timestamps where rfc3161-client is.
"""

from __future__ import annotations

import sys
from pathlib import Path

from vendoreval.errors import Exit, VendorevalError
from vendoreval.evidence.bundle import from_zip
from vendoreval.evidence.own_files import held_files
from vendoreval.evidence.reveals import RevealVerification, check_reveal, is_reveal
from vendoreval.evidence.verify import Held, Verification, verify_bundle
from vendoreval.jsonfile import parse_json
from vendoreval.received import read_bytes
from vendoreval.safe_text import visible


def main(words: list[str]) -> int:
    """Print what fits; the exit code is 5 where something does not, with its name."""
    if not words:
        print(__doc__, file=sys.stderr)
        return Exit.UNUSABLE
    try:
        held = held_files((word, read_bytes(Path(word), "memory")) for word in words[1:])
        found = _verify(Path(words[0]), held)
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


def _verify(path: Path, held: Held) -> Verification | RevealVerification:
    data = read_bytes(path, "memory")
    plain = parse_json(data, path.name) if path.suffix.lower() == ".json" else None
    return check_reveal(plain, held.receipts) if is_reveal(plain) else verify_bundle(from_zip(data), held)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
