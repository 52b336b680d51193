"""Seal and acknowledgement: each lie of either side is named, and what nobody can prove is called so."""

from __future__ import annotations

import copy
import hashlib
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
import rfc8785

from vendoreval.errors import EvidenceError
from vendoreval.evidence.chain import Entry, Event, link
from vendoreval.evidence.sealing import check_form, check_seal, differing, make_acknowledgement, make_seal

SEALED, RECEIVED = datetime(2026, 3, 1, 8, tzinfo=UTC), datetime(2026, 3, 2, 9, tzinfo=UTC)
RECEIPT = {"schema": "vendoreval/commitment/1", "gold": "g", "contract": "c", "root": "ab" * 32, "items": 3}
FILES: list[dict[str, Any]] = [
    {"name": "b.csv", "bytes": 20, "sha256": "b" * 64},
    {"name": "a.csv", "bytes": 10, "sha256": "a" * 64},
]


def sha(value: Any) -> str:
    return hashlib.sha256(rfc8785.dumps(value)).hexdigest()


def manifest(files: list[dict[str, Any]] | None = None) -> dict[str, Any]:
    listed = sorted(files or FILES, key=lambda file: str(file["name"]))
    return {"schema": "vendoreval/manifest/1", "delivery": "d", "files": listed}


def added(told: dict[str, Any], seal: Any, **more: Any) -> Event:
    data = {"contract": "c", "version": 1, "manifest": sha(told), "received": RECEIVED.isoformat()}
    data |= {"seal": sha(seal)} if seal else {}
    return link(
        None, at=RECEIVED, actor="ana", kind="delivery.added", subject="d", data={**data, **more}, salt="0" * 64
    )


@pytest.fixture
def seal() -> dict[str, Any]:
    return make_seal(FILES, SEALED, RECEIPT)


@pytest.fixture
def event(seal: dict[str, Any]) -> Event:
    return added(manifest(), seal)


@pytest.fixture
def acknowledgement(seal: dict[str, Any], event: Event) -> dict[str, Any]:
    return make_acknowledgement(event, seal)


def test_a_seal_lists_files_and_the_receipt_that_was_held(seal: dict[str, Any]) -> None:
    assert seal == {
        "schema": "vendoreval/delivery-seal/1",
        "files": [FILES[1], FILES[0]],
        "sealed_at": "2026-03-01T08:00:00.000000Z",
        "last_receipt": {
            "contract": "c",
            "number": None,
            "root": "ab" * 32,
            "log_head": None,
            "sha256": sha(RECEIPT),
        },
    }
    assert make_seal(FILES, SEALED, None)["last_receipt"] is None
    assert check_form(seal) == seal


def test_an_acknowledgement_carries_what_the_log_told(
    seal: dict[str, Any], event: Event, acknowledgement: dict[str, Any]
) -> None:
    assert acknowledgement == {
        "schema": "vendoreval/acknowledgement/1", "delivery": "d", "contract": "c", "version": 1,
        "seal": sha(seal), "manifest": sha(manifest()), "received": "2026-03-02T09:00:00+00:00",
        "log_head": event.hash,
    }  # fmt: skip


def test_what_fits_is_said_and_times_are_called_unproven(
    seal: dict[str, Any], event: Event, acknowledgement: dict[str, Any]
) -> None:
    said = check_seal(manifest(), seal, acknowledgement, log=[event], commitment=RECEIPT)
    assert said == [
        "the 2 audited files are those that the vendor sealed, byte for byte",
        "the acknowledgement is of this seal, these files and an event of this log",
        "the vendor held the receipt for this gold when it sealed its files: gold was fixed before",
        "unproven: sealed at 2026-03-01T08:00:00.000000Z, which the vendor alone states",
        "unproven: received at 2026-03-02T09:00:00+00:00, which the buyer stated to the vendor at the time",
    ]
    alone = check_seal(manifest(), seal, log=[event], commitment={**RECEIPT, "root": "cd" * 32})
    assert alone[1:3] == [
        "the log tells of this seal; no acknowledgement was shown",
        "the receipt that the vendor held when it sealed its files does not show that gold was fixed before",
    ]
    assert alone[-1] == "unproven: received at 2026-03-02T09:00:00+00:00, which the buyer alone states"


def test_a_later_receipt_shows_that_gold_was_fixed_before() -> None:
    """The receipt of a seeding comes after that of gold; its head places it in the log."""
    committed = link(
        None,
        at=SEALED,
        actor="ana",
        kind="gold.committed",
        subject="g",
        data={"root": "ab" * 32},
        salt="1" * 64,
    )
    later = {**RECEIPT, "root": "cd" * 32, "number": 2, "log_head": committed.hash}
    for held, said in (
        (later, "gold was fixed before"),
        ({**later, "log_head": "0" * 64}, "does not show"),
        ({**later, "root": None}, "gold was fixed before"),
    ):
        seal = make_seal(FILES, SEALED, held)
        data = added(manifest(), seal).data
        arrived = link(
            committed, at=RECEIVED, actor="ana", kind="delivery.added", subject="d", data=data, salt="2" * 64
        )
        texts = check_seal(manifest(), seal, log=[committed.closed(), arrived], commitment=RECEIPT)
        assert any("does not show" in text for text in texts)  # the commitment's event is not opened
        texts = check_seal(manifest(), seal, log=[committed, arrived], commitment=RECEIPT)
        assert any(said in text for text in texts), (held, texts)
    seal = make_seal(FILES, SEALED, {**later, "log_head": "ab" * 32})
    with pytest.raises(EvidenceError, match="head of another log"):
        check_seal(manifest(), seal, log=[added(manifest(), seal)], commitment=RECEIPT)
    nothing = check_seal(manifest(), seal, log=[added(manifest(), seal)])
    assert any("was not committed to" in text for text in nothing)


def test_times_that_contradict_each_other_are_said() -> None:
    late = make_seal(FILES, datetime(2026, 3, 5, tzinfo=UTC), None)
    said = check_seal(manifest(), late, log=[added(manifest(), late)])
    assert said[-1] == "the two times contradict each other: received before it was sealed"
    assert any("names no receipt" in text for text in said)


Change = Callable[[dict[str, Any]], None]


def _swap(name: str, value: Any) -> Change:
    return lambda record: record.update({name: value})


def _file(name: str, value: Any) -> Change:
    return lambda record: record["files"][0].update({name: value})


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (_file("sha256", "c" * 64), "acknowledged another seal"),
        (_swap("sealed_at", "2020-01-01T00:00:00Z"), "acknowledged another seal"),
        (_swap("last_receipt", None), "acknowledged another seal"),
        (_swap("files", []), "lists no file"),
        (_swap("files", None), "files of the seal is None"),
        (_swap("files", [None]), "name of a file of the seal"),
        (_swap("sealed_at", "soon"), "time of the seal cannot be read"),
        (_swap("sealed_at", "2026-03-01T08:00:00"), "has no time zone"),
        (_swap("schema", "x"), "This is no seal"),
        (_swap("last_receipt", {}), "contract of the seal's last_receipt"),
        (lambda seal: seal.pop("last_receipt"), "has no last_receipt"),
        (lambda seal: seal["last_receipt"].update(number="1"), "number of the seal's last_receipt"),
        (_file("bytes", True), "bytes of a file of the seal is True"),
    ],
)
def test_a_vendor_that_changes_its_seal_is_found(
    seal: dict[str, Any], event: Event, acknowledgement: dict[str, Any], change: Change, said: str
) -> None:
    changed = copy.deepcopy(seal)
    change(changed)
    with pytest.raises(EvidenceError, match=said):
        check_seal(manifest(), changed, acknowledgement, log=[event])
    with pytest.raises(EvidenceError):
        check_seal(manifest(), changed, log=[event])


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (_swap("seal", "0" * 64), "acknowledged another seal"),
        (_swap("delivery", "e"), "of the delivery 'e'"),
        (_swap("log_head", "0" * 64), "no event with the hash"),
        (_swap("manifest", "0" * 64), "other files or another contract"),
        (_swap("version", 2), "other files or another contract"),
        (_swap("received", "2026-03-03T09:00:00+00:00"), "another time of receipt"),
        (_swap("received", None), "received of the acknowledgement is None"),
        (_swap("schema", "x"), "This is no acknowledgement"),
        (lambda record: record.clear(), "This is no acknowledgement"),
    ],
)
def test_a_changed_acknowledgement_is_found(
    seal: dict[str, Any], event: Event, acknowledgement: dict[str, Any], change: Change, said: str
) -> None:
    change(acknowledgement)
    with pytest.raises(EvidenceError, match=said):
        check_seal(manifest(), seal, acknowledgement, log=[event])


def test_a_buyer_that_audits_other_files_is_found(seal: dict[str, Any]) -> None:
    other = manifest([{**FILES[0], "sha256": "c" * 64}, FILES[1]])
    honest = make_acknowledgement(added(manifest(), seal), seal)
    rewritten = added(other, seal)  # a log made anew around the other files
    with pytest.raises(EvidenceError, match="no event with the hash that the acknowledgement carries"):
        check_seal(other, seal, honest, log=[rewritten])
    with pytest.raises(
        EvidenceError, match=r"other files than those that were sealed: b\.csv has the SHA-256 c"
    ):
        check_seal(other, seal, log=[rewritten])
    with pytest.raises(EvidenceError, match="tells of another manifest"):
        check_seal(other, seal, log=[added(manifest(), seal)])


def test_a_seal_that_the_log_does_not_tell_of_proves_nothing(seal: dict[str, Any]) -> None:
    said = check_seal(manifest(), seal, log=[added(manifest(), None)])  # the files are the same, and no more
    assert any(text.startswith("unproven: the buyer took the delivery in without this seal") for text in said)
    with pytest.raises(EvidenceError, match="tells of another seal"):
        check_seal(manifest(), seal, log=[added(manifest(), {"other": 1})])
    nothing: list[Entry] = [added(manifest(), seal).closed()]
    with pytest.raises(EvidenceError, match="tells of no such delivery"):
        check_seal(manifest(), seal, log=nothing)


@pytest.mark.parametrize("odd", [None, [], "x", 3])
def test_what_is_no_record_is_said(odd: Any, seal: dict[str, Any], event: Event) -> None:
    with pytest.raises(EvidenceError, match="This is no seal"):
        check_seal(manifest(), odd, log=[event])
    if odd is not None:
        with pytest.raises(EvidenceError, match="This is no acknowledgement"):
            check_seal(manifest(), seal, odd, log=[event])
        with pytest.raises(EvidenceError, match="This is no receipt"):
            make_seal(FILES, SEALED, odd)


def test_every_differing_file_is_named(seal: dict[str, Any]) -> None:
    came = [{**FILES[1], "bytes": 11}, {"name": "c.csv", "bytes": 1, "sha256": "c" * 64}]
    assert [str(one) for one in differing(came, seal)] == [
        "a.csv has 11 bytes, and the seal says 10",
        "b.csv is in the seal and not among the files",
        "c.csv is not in the seal",
    ]
