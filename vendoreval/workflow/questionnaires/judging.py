"""How answers will be judged: frozen weights, the buyer's facts, and waivers of knock-outs."""

from __future__ import annotations

from datetime import date
from itertools import pairwise

from vendoreval.errors import Conflict, NotFound, UsageError
from vendoreval.questionnaires.assessment import Waiver
from vendoreval.questionnaires.bank import Bank, weights_document, weights_hash
from vendoreval.questionnaires.parsing import parse_bank
from vendoreval.questionnaires.reviews import Freeze, check_frozen
from vendoreval.store.questionnaire_tables import FactRow, FreezeRow, WaiverRow
from vendoreval.store.tables import VendorRow
from vendoreval.store.transactions import Reader, Transaction
from vendoreval.store.workspace import Workspace
from vendoreval.workflow.context import actor, now


def frozen(workspace: Workspace, bank: Bank) -> FreezeRow | None:
    """The weights as they were fixed last for this version of the bank, if they were."""
    with workspace.read() as reader:
        return _last_freeze(reader, bank)


def freeze(workspace: Workspace, bank: Bank, reason: str = "") -> FreezeRow:
    """Fix the weights. Raises Conflict when they are fixed as they are, UsageError without a reason
    for other weights than those that are fixed already."""
    before = frozen(workspace, bank) or _other_version(workspace, bank)
    if before and before.weights_sha == weights_hash(bank):
        raise Conflict(f"These weights were frozen on {before.frozen_at:%Y-%m-%d} already.")
    if before and not reason.strip():
        raise UsageError(
            f"Other weights were frozen on {before.frozen_at:%Y-%m-%d}.",
            remedy="Say why they change with --reason; it is printed beside the score.",
        )
    with workspace.write(actor(), now()) as tx:
        return _add_freeze(tx, workspace, bank, reason.strip())


def _other_version(workspace: Workspace, bank: Bank) -> FreezeRow | None:
    """The last freeze of another version of the bank: moving to this one needs a reason, too."""
    with workspace.read() as reader:
        return next(reversed(reader.all(FreezeRow, questionnaire_id=bank.id)), None)


def freeze_at_first(tx: Transaction, workspace: Workspace, bank: Bank) -> None:
    """Fix the weights in an open transaction, unless they were fixed before.

    It is called before a form goes out and before the first answer is recorded, so that nobody can
    choose weights with the answers in sight.
    """
    if _last_freeze(tx, bank) is None:
        _add_freeze(tx, workspace, bank, "")


def require_frozen(workspace: Workspace, bank: Bank) -> None:
    """Raise Conflict when the bank's weights are no longer those that were frozen."""
    row = frozen(workspace, bank)
    if row:
        check_frozen(bank, Freeze(row.weights_sha, row.frozen_at), row.frozen_at)


def changed_weights(workspace: Workspace, bank: Bank) -> tuple[str, ...]:
    """A sentence for each time other weights or another version of the bank were frozen, with the reason."""
    with workspace.read() as reader:
        rows = reader.all(FreezeRow, questionnaire_id=bank.id)
    said = []
    for before, row in pairwise(rows):
        same = before.questionnaire_version == row.questionnaire_version
        what = "The weights were changed" if same else f"Version {row.questionnaire_version} was taken"
        said.append(f"{what} on {row.frozen_at:%Y-%m-%d} by {row.actor}: {row.reason}")
    return tuple(said)


def _freezes(reader: Reader, bank: Bank) -> tuple[FreezeRow, ...]:
    return reader.all(FreezeRow, questionnaire_id=bank.id, questionnaire_version=bank.version)


def _last_freeze(reader: Reader, bank: Bank) -> FreezeRow | None:
    return next(reversed(_freezes(reader, bank)), None)


def _add_freeze(tx: Transaction, workspace: Workspace, bank: Bank, reason: str) -> FreezeRow:
    put = workspace.objects.put_bytes
    sha = put(weights_document(bank))
    row = FreezeRow(
        questionnaire_id=bank.id, questionnaire_version=bank.version, weights_sha=sha,
        bank_sha=put(bank.source.encode()) if bank.source else None, reason=reason, actor=actor(),
        frozen_at=now(),
    )  # fmt: skip
    tx.add(row)
    tx.event("questionnaire.frozen", bank.id, {"version": bank.version, "weights": sha, "reason": reason})
    return row


def frozen_bank(workspace: Workspace, bank_id: str, version: str | None = None) -> Bank | None:
    """The bank whose weights were frozen last (of one version), as it was then; None where none was kept."""
    with workspace.read() as reader:
        rows = reader.all(FreezeRow, questionnaire_id=bank_id)
    kept = [row.bank_sha for row in rows if row.bank_sha and version in (None, row.questionnaire_version)]
    return parse_bank(workspace.objects.read(kept[-1]).decode(), f"{bank_id}.toml") if kept else None


def state_fact(workspace: Workspace, bank: Bank, name: str, holds: bool) -> None:
    """State whether a fact on the project holds; raises NotFound when no question asks for it."""
    known = fact_names(bank)
    if name not in known:
        raise NotFound("fact", name, known)
    at = now()
    with workspace.write(actor(), at) as tx:
        tx.add(FactRow(questionnaire_id=bank.id, name=name, holds=holds, actor=actor(), stated_at=at))
        tx.event("questionnaire.fact", bank.id, {"fact": name, "holds": holds})


def stated_facts(workspace: Workspace, bank: Bank) -> dict[str, bool]:
    """The facts that were stated, as they hold now."""
    with workspace.read() as reader:
        return {row.name: row.holds for row in reader.all(FactRow, questionnaire_id=bank.id)}


def fact_names(bank: Bank) -> tuple[str, ...]:
    """Names of the facts that questions of the bank hang on."""
    return tuple(sorted({question.applies_if for question in bank.questions if question.applies_if}))


def waive(
    workspace: Workspace, vendor: str, bank: Bank, question: str, *, reason: str, expires: date, person: str
) -> Waiver:
    """Let a knock-out pass for a vendor until a day.

    Raises NotFound, UsageError for a question that is no knock-out, without a reason, or for a day that
    has passed.
    """
    knock_outs = tuple(q.id for q in bank.questions if q.min_level is not None)
    if question not in {q.id for q in bank.questions}:
        raise NotFound("question", question, tuple(q.id for q in bank.questions))
    if question not in knock_outs:
        raise UsageError(f"{question} is no knock-out.", remedy=f"Knock-outs are {', '.join(knock_outs)}.")
    at = now()
    if not reason.strip():
        raise UsageError("A waiver needs a reason.", remedy="Give it with --reason.")
    if expires < at.date():
        raise UsageError(f"The waiver would have expired on {expires}.", remedy="Name a day to come.")
    who = person.strip() or actor()
    row = WaiverRow(
        vendor_id=vendor, questionnaire_id=bank.id, question_id=question, person=who, reason=reason.strip(),
        expires=expires, waived_at=at,
    )  # fmt: skip
    with workspace.write(actor(), at) as tx:
        tx.require(VendorRow, vendor, "vendor")
        tx.add(row)
        said = {"question": question, "person": who, "reason": row.reason, "expires": expires.isoformat()}
        tx.event("questionnaire.waived", vendor, said)
    return Waiver(question, who, reason.strip(), expires)


def waivers(workspace: Workspace, vendor: str, bank: Bank) -> tuple[Waiver, ...]:
    """All waivers of a vendor, oldest first; the last one of a question counts."""
    with workspace.read() as reader:
        rows = reader.all(WaiverRow, vendor_id=vendor, questionnaire_id=bank.id)
    return tuple(Waiver(row.question_id, row.person, row.reason, row.expires) for row in rows)
