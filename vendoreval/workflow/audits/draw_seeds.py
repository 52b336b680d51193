"""Where the seed of a draw comes from: nonces of both sides, a value announced before, or the buyer alone."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from vendoreval.audits.drawing import ANNOUNCED, NONCES, UNPROVEN, seed_in_words
from vendoreval.errors import UsageError
from vendoreval.evidence.canonical import sha256_hex
from vendoreval.evidence.frozen_scores import nonce_after
from vendoreval.evidence.receipts import readable
from vendoreval.jsonfile import parse_json
from vendoreval.sampling.draw import seed_from
from vendoreval.store.workspace import Workspace
from vendoreval.workflow.context import now, secret
from vendoreval.workflow.files import read_bytes
from vendoreval.workflow.gold.receipts import announcement

_BOTH = 2  # nonces of one party alone are its own choice


@dataclass(frozen=True)
class Seeds:
    """What was given for a seed: a typed text, revealed nonces with their commitments, a receipt's number."""

    typed: str = ""
    nonces: Sequence[str] = ()
    commitments: Sequence[str] = ()
    announced: int = 0


@dataclass(frozen=True)
class ChosenSeed:
    """The seed, where it comes from (audits.drawing), in words, and as a bundle tells it."""

    seed: str
    seed_from: str
    words: str
    record: dict[str, Any] = field(default_factory=dict)


def make_nonce(after: Path | None = None) -> dict[str, Any]:
    """A secret text for a common seed, and the commitment to give away before it is revealed.

    `after`: the receipt of scores that were frozen; the nonce then shows that it was made after it.
    """
    nonce = secret(16).hex()
    if after is not None:
        nonce = nonce_after(nonce, readable(parse_json(read_bytes(after), after.name)))
    return {"schema": "vendoreval/nonce/1", "nonce": nonce, "commitment": sha256_hex(nonce.encode())}


def choose_seed(workspace: Workspace, contract_id: str, given: Seeds) -> ChosenSeed:
    """The seed of a draw; raises UsageError for words that do not fit together.

    A seed that the buyer alone chose is taken too; then rules that walk along the draw are not run, and a
    claim covers the defects found only.
    """
    _check_nonces(given)
    if given.announced:
        return _announced(workspace, contract_id, given)
    if given.nonces:
        return _from_nonces(given)
    words = "typed in" if given.typed else "chosen by this program"
    seed = given.typed or secret().hex()
    return _told(ChosenSeed(seed, UNPROVEN, f"{words}: {seed_in_words(UNPROVEN)}"), given)


def _announced(workspace: Workspace, contract_id: str, given: Seeds) -> ChosenSeed:
    if not given.typed or given.nonces:
        raise UsageError("An announced seed needs the value that was announced.", remedy="Give it with --seed.")
    made = announcement(workspace, contract_id, given.announced, now().date())
    return _told(
        ChosenSeed(given.typed, ANNOUNCED, f"{made['source']} of {made['on']}, announced before"), given
    )


def _from_nonces(given: Seeds) -> ChosenSeed:
    seed = seed_from(*given.nonces, *((given.typed,) if given.typed else ()))
    more = " and a typed value" if given.typed else ""
    if len(given.nonces) >= _BOTH and given.commitments and not given.typed:
        return _told(ChosenSeed(seed, NONCES, "revealed nonces, each as committed"), given)
    missing = "without their commitments"
    if given.typed:
        missing = "with a value that the buyer could choose once it knew them"
    elif len(given.nonces) < _BOTH:
        missing = "without one of the other side"
    return _told(ChosenSeed(seed, UNPROVEN, f"revealed nonces{more}, {missing}"), given)


def _told(chosen: ChosenSeed, given: Seeds) -> ChosenSeed:
    record = {
        "schema": "vendoreval/draw-basis/1", "seed_from": chosen.seed_from, "nonces": list(given.nonces),
        "commitments": [one.lower() for one in given.commitments], "typed": given.typed,
        "announced": given.announced or None,
    }  # fmt: skip
    return ChosenSeed(chosen.seed, chosen.seed_from, chosen.words, record)


def _check_nonces(given: Seeds) -> None:
    if given.commitments and not given.nonces:
        raise UsageError("A commitment without its nonce decides nothing.", remedy="Add --nonce for each.")
    if given.nonces and len(given.commitments) not in (0, len(given.nonces)):
        raise UsageError(f"{len(given.nonces)} nonces were given and {len(given.commitments)} commitments.")
    for nonce, promised in zip(given.nonces, given.commitments, strict=False):
        if sha256_hex(nonce.encode()) != promised.lower():
            raise UsageError(
                f"The nonce {nonce!r} does not have the SHA-256 {promised}.",
                remedy="Ask its party for the text it committed to; nonces and commitments go in one order.",
            )
