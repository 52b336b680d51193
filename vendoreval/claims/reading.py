"""A claim's stored record back into a Claim: versions stay as they were frozen, whatever is computed since."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields
from datetime import date
from typing import Any

from vendoreval.claims.records import Claim, ClaimLine, Demand, Extrapolation, Followed, Struck
from vendoreval.money import Money

Plain = Mapping[str, Any]


def claim_from_json(record: Plain) -> Claim:
    """The inverse of `Claim.to_json`; raises KeyError, TypeError or ValueError for another record."""
    return Claim(
        id=record["claim"],
        version=record["version"],
        state=record["state"],
        audit=record["audit"],
        delivery=record["delivery"],
        contract=record["contract"],
        contract_version=record["contract_version"],
        vendor=record["vendor"],
        buyer=record["buyer"],
        currency=record["currency"],
        drafted=date.fromisoformat(record["drafted"]),
        issued=_day(record["issued"]),
        answer_by=_day(record["answer_by"]),
        extrapolations=tuple(Extrapolation(**_known(one, Extrapolation)) for one in record["extrapolations"]),
        demands=tuple(_demand(one) for one in record["demands"]),
        lines=tuple(ClaimLine(**{**one, "also": tuple(one["also"])}) for one in record["lines"]),
        notes=tuple(record["notes"]),
        supersedes=tuple(record.get("supersedes", ())),
        verdict=record.get("verdict", "breached"),
        struck=tuple(Struck(**one) for one in record.get("struck", ())),
        failed_reworks=record.get("failed_reworks", 0),
        follows=followed_from_json(record),
    )


def followed_from_json(record: Plain) -> tuple[Followed, ...]:
    """The earlier claims that a stored claim follows."""
    return tuple(
        Followed(one["claim"], one["delivery"], tuple(one["asks"])) for one in record.get("follows", ())
    )


def _known(record: Plain, form: Any) -> dict[str, Any]:
    names = {field.name for field in fields(form)}
    return {key: value for key, value in record.items() if key in names}


def _demand(record: Plain) -> Demand:
    return Demand(
        **{
            **record,
            "amount": _money(record["amount"]),
            "amount_on_estimate": _money(record["amount_on_estimate"]),
            "due": _day(record["due"]),
        }
    )


def _money(record: Plain | None) -> Money | None:
    return None if record is None else Money(record["minor"], record["currency"])


def _day(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None
