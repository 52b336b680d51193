"""What the vendor was sent, and what it answered, held against the dispute in a bundle."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from vendoreval.claims.moves import Move
from vendoreval.errors import EvidenceError
from vendoreval.evidence.bundle import CLAIM, version_file
from vendoreval.evidence.opened_bundle import Findings, OpenedBundle
from vendoreval.evidence.same_record import differing
from vendoreval.evidence.verify_dispute import Disputed

SCHEMA = "vendoreval/claim/1"
_READ = {  # moves that are read from a file: what of them, and whose word it is
    "answered": ("the answer", "you sent it"),
    "arbitrated": ("the decision", "the arbiter sent it"),
}


def check_own_dispute(
    bundle: OpenedBundle,
    disputed: Disputed | None,
    claims: Sequence[Any],
    answers: Sequence[str],
    found: Findings,
) -> None:
    """Compare the versions that the vendor was sent, and the SHA-256 of the files that it answered with.

    Raises EvidenceError for a version that is not the sealed one, and for an answer that no move tells of.
    """
    if disputed is None:
        if claims or answers:
            raise EvidenceError("You gave a claim, or an answer to one; the bundle holds no claim.")
        return
    _check_claims(bundle, disputed, claims, found)
    _check_answers(disputed, answers, found)


def _check_claims(bundle: OpenedBundle, disputed: Disputed, claims: Sequence[Any], found: Findings) -> None:
    left = {one.version for one in disputed.versions}
    for one in claims:
        given = _claim(one)
        version = given["version"]
        if given["claim"] != disputed.dispute.claim.id:
            raise EvidenceError(f"You gave claim {given['claim']!r}; that of the bundle is another.")
        sealed = bundle.record(CLAIM if version == 1 else version_file(version))
        if sealed is None:
            raise EvidenceError(f"Version {version} of the claim, which you gave, is not in the bundle.")
        mine = {name: given.get(name) for name in sealed}
        differ = differing(mine, sealed, exact=True, but=("state",))
        if differ:
            raise EvidenceError(
                f"Version {version} of the claim is not as you were sent it: {differ[0]} differs."
            )
        left.discard(version)
        found.fit(f"version {version} of the claim is the one that you gave")
    if left:
        named = ", ".join(str(one) for one in sorted(left))
        what = f"version {named} of the claim is" if len(left) == 1 else f"versions {named} of the claim are"
        found.open("sent", f"that {what} what you were sent: give --claim")


def is_claim(plain: Any) -> bool:
    """Whether a record is a version of a claim, or a report that holds one."""
    return _claim_in(plain).get("schema") == SCHEMA


def _claim(plain: Any) -> Mapping[str, Any]:
    if not is_claim(plain):
        raise EvidenceError("This is no claim of vendoreval.", remedy="Give the file as it was sent to you.")
    return _claim_in(plain)


def _claim_in(plain: Any) -> Mapping[str, Any]:
    found = plain.get("record", plain) if isinstance(plain, Mapping) else plain
    return found if isinstance(found, Mapping) else {}


def _check_answers(disputed: Disputed, answers: Sequence[str], found: Findings) -> None:
    """The files that positions and decisions were read from: the vendor's own, and the arbiter's.

    They are not read again here, so a move could still say something else than its file.
    """
    read = [move for move in disputed.dispute.moves if move.kind in _READ]
    sources = {move.source for move in read}
    for sha in answers:
        if sha not in sources:
            raise EvidenceError(
                f"The answers that you gave (SHA-256 {sha}) are in no move of the dispute.",
                remedy="Give the file as you sent it: opening and saving it changes its bytes.",
            )
    for move in read:
        _name_answer(move, move.source in answers, found)


def _name_answer(move: Move, given: bool, found: Findings) -> None:
    whose, sent = _READ[move.kind]
    what = f"{whose} of {move.at.date()} (move {move.number})"
    if given:
        found.fit(f"{what} names the file that you gave")
        said = f"that {what} says what stands in that file: only its SHA-256 was compared"
        found.open(f"positions_{move.number}", said)
    elif move.source:
        found.open(f"answer_{move.number}", f"that {what} is as {sent}: give --answers")
    else:
        found.open(f"answer_{move.number}", f"that {what} is as {sent}: the buyer wrote it down, from no file")
