"""The log of a bundle: that it is a chain, that nothing about this delivery is hidden, and that the sealed
records are those that it tells of."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import date, datetime
from typing import Any

from vendoreval.errors import EvidenceError
from vendoreval.evidence.canonical import sha256_hex
from vendoreval.evidence.chain import GENESIS, Closed, Event, strays, unopened, unshown, verify_chain
from vendoreval.evidence.opened_bundle import Findings, OpenedBundle

SHARED = "Shared with the delivery"  # begins a note of the intake report (workflow.deliveries)
CONTRACT_KINDS = ("contract.added", "contract.amended")


def check_log(bundle: OpenedBundle, found: Findings) -> None:
    """Check the chain and hold contract, delivery, audit and claim against it; raises EvidenceError."""
    verify_chain(bundle.log)
    closed = sum(not isinstance(one, Event) for one in bundle.log)
    loose = unshown(bundle.log)
    found.fit(f"the log's chain of {len(bundle.log):,} events holds; {closed:,} are closed")
    if loose:
        found.open(
            "older_log",
            f"that each of {len(loose):,} closed events of an older form, up to number {loose[-1]}, follows "
            "the one before it",
        )
    added = _check_delivery(bundle)
    _check_contract(bundle)
    ran = _check_audit(bundle, added, found)
    hidden = unopened(bundle.log, ran.tag) if ran.tag else ()
    if hidden:
        raise EvidenceError(f"Event {hidden[0]} of the log is about this delivery and is not opened.")
    stray = strays(bundle.log)
    if stray:
        raise EvidenceError(f"Event {stray[0]} of the log is about a delivery that the log does not tell of.")
    _check_shared(bundle)
    _check_claim(bundle, ran)
    found.fit("the log tells of the same contract, delivery, result and claim")
    _name_others(bundle, ran, found)


def heads(bundle: OpenedBundle) -> frozenset[str]:
    """Every hash that was the head of the log at some time."""
    return frozenset((GENESIS, *(one.hash for one in bundle.log)))


def received_at(bundle: OpenedBundle) -> datetime:
    """When the delivery was received, as the log tells."""
    (added,) = (one for one in bundle.events("delivery.added") if one.subject == bundle.result["delivery"])
    return datetime.fromisoformat(added.data["received"])


def _check_contract(bundle: OpenedBundle) -> None:
    version, source = bundle.result["contract_version"], sha256_hex(bundle.files["contract.toml"])
    told = [
        one for kind in CONTRACT_KINDS for one in bundle.events(kind)
        if one.subject == bundle.contract.id and one.data.get("version") == version
    ]  # fmt: skip
    _same("the contract", [one.data.get("sha256") for one in told], source)


def _check_delivery(bundle: OpenedBundle) -> Event:
    delivery = bundle.result["delivery"]
    told = [one for one in bundle.events("delivery.added") if one.subject == delivery]
    if len(told) != 1:
        raise EvidenceError(f"The log tells {len(told)} times of the arrival of delivery {delivery!r}.")
    (added,) = told
    _same("the manifest", [added.data.get("manifest")], sha256_hex(bundle.files["manifest.json"]))
    if "intake" in added.data:
        _same("the intake report", [added.data["intake"]], sha256_hex(bundle.files["intake.json"]))
    if bundle.manifest.get("delivery") != delivery:
        raise EvidenceError(f"The manifest is of delivery {bundle.manifest.get('delivery')!r}.")
    said = (added.data.get("contract"), added.data.get("version"))
    if said != (bundle.contract.id, bundle.contract.version):
        raise EvidenceError(f"The delivery came under contract {said[0]!r} version {said[1]}, says the log.")
    _day("received", added.data["received"], bundle.input[1])
    return added


def _check_audit(bundle: OpenedBundle, added: Event, found: Findings) -> Event:
    told = [one for one in bundle.events("audit.run") if one.subject == bundle.result["audit"]]
    sealed = sha256_hex(bundle.files["result.json"])
    again = [one for one in bundle.events("audit.revised") if one.subject == bundle.result["audit"]]
    this = [one for one in again if one.data.get("result") == sealed]
    _same("the result", [one.data.get("result") for one in this[:1] or told], sealed)
    _once("the audit", told)
    (ran,) = told
    if this:
        found.fit(f"note: the audit was judged again after gold was amended; before: {_verdict(ran)}")
    elif again:
        found.fit(f"note: judged again later, after gold was amended: {_verdict(again[-1])}")
    if ran.seq < added.seq or (added.tag and ran.tag != added.tag):  # events of an older form have no tag
        raise EvidenceError("The log tells of the audit before the delivery, or under another name.")
    if not bundle.old:
        _check_earlier(bundle, _audits(bundle, below=ran.seq))
    return ran


def _check_earlier(bundle: OpenedBundle, told: list[Event]) -> None:
    """The result names every earlier audit of the delivery and its files, but for the same one run again."""
    named = {one["audit"]: one for one in bundle.seen.earlier_audits if one["verdict"] != "open"}
    for one in told:
        stated = named.pop(one.subject, None)
        other = "" if _of_delivery(bundle, one) else one.data.get("delivery")
        same = one.data.get("gold") == bundle.result["gold"] and not other
        if stated is None and not same:
            raise EvidenceError(f"The earlier audit {one.subject!r} of this delivery is not named.")
        if stated is not None and (stated["gold"], stated["verdict"], stated.get("delivery", "")) != (
            one.data.get("gold"), one.data.get("verdict"), other,
        ):  # fmt: skip
            raise EvidenceError(f"The earlier audit {one.subject!r} is not named as the log tells of it.")
    if named:
        raise EvidenceError(f"The log does not tell of the earlier audit {sorted(named)[0]!r}.")


def _audits(bundle: OpenedBundle, below: int = 0, above: int = 0) -> list[Event]:
    """Other audits of the delivery or its files, before or after a place in the log."""
    return [one for one in bundle.events("audit.run") if one.seq < below or one.seq > above > 0]


def _of_delivery(bundle: OpenedBundle, event: Event) -> bool:
    return bool(event.data.get("delivery") == bundle.result["delivery"])


def _check_shared(bundle: OpenedBundle) -> None:
    """Of a delivery that is shown for its files, no audit is hidden."""
    shown = {one.tag for one in (*bundle.events("audit.run"), *bundle.events("delivery.added")) if one.tag}
    for one in bundle.log:
        if isinstance(one, Closed) and one.kind == "audit.run" and one.tag in shown:
            raise EvidenceError(
                f"Event {one.seq} of the log is about a delivery of the same files, and closed."
            )


def _check_claim(bundle: OpenedBundle, ran: Event) -> None:
    claim = bundle.record("claim.json")
    replaced = _replaced(bundle)
    issued = [one for one in _issued(bundle, ran.subject) if one.subject not in replaced]
    if claim is None:
        if issued:
            raise EvidenceError(f"The claim {issued[-1].subject!r} was issued and is not in the bundle.")
        return
    _same("the claim", [one.data.get("sha256") for one in issued[-1:]], sha256_hex(bundle.files["claim.json"]))
    if list(issued[-1].data.get("supersedes", ())) != list(claim.get("supersedes", ())):
        raise EvidenceError("The log tells of other claims that this one takes the place of.")
    if issued[-1].subject != claim["claim"]:
        raise EvidenceError(f"The log tells of claim {issued[-1].subject!r}, not {claim['claim']!r}.")
    _day("issued", issued[-1].at, claim["issued"])
    drafted = [one for one in bundle.events("claim.drafted") if one.subject == claim["claim"]]
    _day("drafted", drafted[-1].at if drafted else "", claim["drafted"])


def _issued(bundle: OpenedBundle, audit: str) -> list[Event]:
    """Claims that were issued on an audit; events of an older form name it where the claim was drafted only."""
    drafted = {one.subject: one.data.get("audit") for one in bundle.events("claim.drafted")}
    return [
        one for one in bundle.events("claim.issued")
        if one.data.get("audit", drafted.get(one.subject, audit)) == audit
    ]  # fmt: skip


def _replaced(bundle: OpenedBundle) -> set[str]:
    """Claims whose place a later one on the same defects took."""
    return {name for one in bundle.events("claim.issued") for name in one.data.get("supersedes", ())}


def _name_beside(bundle: OpenedBundle, mine: list[Event], others: list[Event], found: Findings) -> None:
    """Claims that stood on the same labels before, and of which this one does not tell what they ask for."""
    claim = bundle.record("claim.json") or {}
    named = {*claim.get("supersedes", ()), *(one["claim"] for one in claim.get("follows", ()))}
    ended = {one.subject: one.seq for one in bundle.events("claim.withdrawn")} if claim else {}
    for one in others if claim else ():
        if one.seq < mine[-1].seq < ended.get(one.subject, len(bundle.log) + 1) and one.subject not in named:
            found.open(
                f"beside_{one.subject}",
                f"that no wrong label is paid for twice: claim {one.subject} on another audit of them was "
                "issued before this one, which does not name it",
            )


def name_tail(bundle: OpenedBundle, known: Collection[str], found: Findings) -> None:
    """How far the reader's own heads reach: what the log tells behind them, its owner could write anew."""
    last = max((one.seq for one in bundle.log if one.hash in known), default=0)
    if last < len(bundle.log):
        what = f"events {last + 1:,} to {len(bundle.log):,} of the log" if last else "the events of the log"
        found.open(
            "log_tail",
            f"that {what} are all and unchanged: you hold no head behind them, so audits of this "
            "delivery that came to nothing, or moves of a dispute, could have been left out",
        )


def _name_others(bundle: OpenedBundle, ran: Event, found: Findings) -> None:
    again = [
        one for one in _audits(bundle, below=ran.seq)
        if one.data.get("gold") == bundle.result["gold"] and _of_delivery(bundle, one)
        and one.subject not in {earlier["audit"] for earlier in bundle.seen.earlier_audits}
    ]  # fmt: skip
    if again:
        found.fit(f"note: the same audit was run before: {', '.join(_named(again))}")
    if bundle.seen.earlier_audits:
        found.open("looks", "how many items earlier audits of this delivery or its files shared with this one")
    for number, text in enumerate(bundle.intake.get("notes", ())):
        if text.startswith(SHARED):
            found.open(f"shared_{number}", f"what was found in the same files under another name. {text}")
    later = _audits(bundle, above=ran.seq)
    if later:
        found.fit(f"note: audited again later: {', '.join(_named(later))}")
    mine = _issued(bundle, ran.subject)
    others = [one for one in bundle.events("claim.issued") if one not in mine]
    if others:
        found.fit(f"note: claims on other audits of this delivery: {', '.join(one.subject for one in others)}")
        _name_beside(bundle, mine, others, found)
    for one in (*bundle.events("delivery.accepted"), *bundle.events("delivery.rejected")):
        if one.subject == bundle.result["delivery"]:
            word, day = one.kind.removeprefix("delivery."), one.data.get("decided", one.at[:10])
            found.fit(f"note: the delivery was {word} on {day}: {one.data.get('reason', 'no reason is told')}")
    unread = sum(isinstance(one, Closed) and one.kind == "gold.committed" for one in bundle.log)
    if unread:
        found.fit(f"note: the log tells of {unread:,} closed commitments to gold, of other contracts")


def _named(events: Iterable[Event]) -> list[str]:
    return [f"{one.subject} ({_verdict(one)})" for one in events]


def _verdict(event: Event) -> str:
    return str(event.data.get("verdict", "verdict not told"))


def _once(what: str, told: list[Any]) -> None:
    if len(told) != 1:
        raise EvidenceError(f"The log tells {len(told)} times of {what}; it should once.")


def _same(what: str, told: list[Any], sealed: str) -> None:
    """Exactly one event tells of the record, and its hash is the sealed one."""
    _once(what, told)
    if told[0] != sealed:
        raise EvidenceError(f"The log tells of another state of {what}: SHA-256 {told[0]}, not {sealed}.")


def _day(what: str, moment: str, sealed: str) -> None:
    if not moment or datetime.fromisoformat(moment).date() != date.fromisoformat(sealed):
        raise EvidenceError(
            f"The day {what} is {sealed} in the bundle, and {moment[:10] or 'not told'} in the log."
        )
