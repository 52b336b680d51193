"""Verifying a bundle file, with the reader's own files and without a workspace.

What reads deliveries and task lists is imported only where such are given: a bundle alone is verified at once.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from vendoreval import __version__
from vendoreval.errors import EvidenceError, InputError
from vendoreval.evidence.bundle import SEAL, from_zip
from vendoreval.evidence.verify import Held, Verification, verify_bundle
from vendoreval.jsonfile import parse_json
from vendoreval.workflow.evidence.own_claim import own_claim
from vendoreval.workflow.evidence.verify_signed import read_signers
from vendoreval.workflow.files import read_bytes, sha256_of

_PROGRAM = f"vendoreval {__version__}"


@dataclass(frozen=True)
class Own:
    """The reader's own files, all optional: receipts, delivered files, task list, contract, seal, pictures, and
    of a dispute the versions of the claim that it was sent and the answers that it sent; the public keys of
    those who must have signed, certificates that vouch for time-stamping authorities, and heads of the log."""

    receipts: Sequence[Path] = ()
    delivered: Sequence[Path] = ()
    tasks: Path | None = None
    contract: Path | None = None
    seal: Path | None = None
    acknowledgement: Path | None = None
    images: Path | None = None
    claims: Sequence[Path] = ()
    answers: Sequence[Path] = ()
    signers: Sequence[Path] = ()
    tsa: Path | None = None
    heads: Sequence[Path] = ()


def verify_file(path: Path, own: Own | None = None) -> Verification:
    """Verify a bundle file against the reader's `own` files; needs no workspace.

    Raises EvidenceError naming the first misfit.
    """
    mine = own or Own()
    files = from_zip(read_bytes(path, "memory"))
    held = Held(
        tuple(parse_json(read_bytes(one), one.name) for one in mine.receipts),
        read_bytes(mine.contract) if mine.contract else None,
        _tasks(mine.tasks),
        _record(mine.seal),
        _record(mine.acknowledgement),
        tuple(own_claim(one) for one in mine.claims),
        tuple(sha256_of(one) for one in mine.answers),
        tuple(read_bytes(one, "memory") for one in mine.heads),
        read_signers(mine.signers),
        read_bytes(mine.tsa) if mine.tsa else b"",
    )
    try:
        found = verify_bundle(files, held)
    except EvidenceError as error:
        made_with = _made_with(files)
        if made_with == _PROGRAM:
            raise
        remedy = f"The bundle was made with {made_with}, this is {_PROGRAM}: verify it with the former."
        raise EvidenceError(error.what, remedy=remedy) from error
    if not mine.delivered:
        return found
    from vendoreval.workflow.evidence.own_delivery import check_own_delivery

    fits = check_own_delivery(files, mine.delivered, held.tasks, mine.images)
    scores = ("scores",) if any("strata follow" in one for one in fits.fits) else ()
    shown = ("delivered", "drawn", *scores)
    left = {kind: what for kind, what in found.not_shown.items() if kind not in shown}
    return replace(found, checks=(*found.checks, *fits.fits), not_shown={**left, **fits.not_shown})


def _tasks(path: Path | None) -> Mapping[str, str] | None:
    if path is None:
        return None
    from vendoreval.workflow.gold.seedings import own_tasks

    return own_tasks(path)


def _record(path: Path | None) -> Any:
    return parse_json(read_bytes(path), path.name) if path else None


def _made_with(files: Mapping[str, bytes]) -> str:
    """The program that a bundle names; this one where its seal says nothing that can be read."""
    try:
        return str(parse_json(files[SEAL], SEAL)["made_with"])
    except (InputError, KeyError, TypeError):
        return _PROGRAM
