"""Rows of the questionnaire keep their days, moments, truth values and order, on both databases."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

import pytest

from vendoreval.errors import Conflict
from vendoreval.store.questionnaire_tables import (
    ContactRow,
    FactRow,
    FormRow,
    FreezeRow,
    ModerationRow,
    ReviewRow,
    RoundRow,
    WaiverRow,
)
from vendoreval.store.rows import Row
from vendoreval.store.tables import VendorRow
from vendoreval.store.workspace import Workspace

AT = datetime(2026, 3, 2, 9, 30, tzinfo=UTC)
BANK: dict[str, Any] = {"questionnaire_id": "core", "questionnaire_version": "1.0.0"}


def fill(workspace: Workspace) -> None:
    with workspace.write("tester", AT) as tx:
        tx.add(VendorRow(id="acme", name="Acme", added_at=AT))
        form: dict[str, Any] = {
            "mode": "full",
            "kind": "html",
            "sha": "ab" * 32,
            "sent_at": AT,
            "due": date(2026, 3, 16),
        }
        tx.add(FormRow(vendor_id="acme", **BANK, **form))
        tx.add(FreezeRow(**BANK, weights_sha="cd" * 32, reason="", actor="tester", frozen_at=AT))
        for holds in (True, False):
            tx.add(FactRow(questionnaire_id="core", name="secret", holds=holds, actor="tester", stated_at=AT))
        waived: dict[str, Any] = {
            "question_id": "A1",
            "person": "Eve",
            "reason": "new",
            "expires": date(2027, 1, 1),
        }
        tx.add(WaiverRow(vendor_id="acme", questionnaire_id="core", **waived, waived_at=AT))
        said: dict[str, Any] = {
            "kind": "clarification",
            "question_id": "A1",
            "quote": "“ünï” =1+1\n",
            "actor": "tester",
        }
        tx.add(ContactRow(vendor_id="acme", questionnaire_id="core", **said, at=AT))
        opened = tx.add(RoundRow(vendor_id="acme", **BANK, weights_sha="cd" * 32, opened_at=AT))
        for name, level in (("bob", 1), ("ann", 3)):
            review: dict[str, Any] = {
                "question_id": "A1",
                "reviewer": name,
                "level": level,
                "clarity": None,
                "rationale": "",
            }
            tx.add(ReviewRow(round_seq=opened.seq or 0, **review, reviewed_at=AT))
        settled: dict[str, Any] = {"question_id": "A1", "level": 2, "rationale": "as shown", "person": "Eve"}
        tx.add(ModerationRow(round_seq=opened.seq or 0, **settled, moderated_at=AT))
        tx.event("filled", "acme", {})


def test_rows_come_back_as_they_were(workspace: Workspace) -> None:
    fill(workspace)
    with workspace.read() as reader:
        form = reader.all(FormRow, vendor_id="acme")[0]
        assert (form.due, form.sent_at) == (date(2026, 3, 16), AT)
        assert [row.holds for row in reader.all(FactRow)] == [True, False]  # in the order they were stated
        assert reader.all(WaiverRow)[0].expires == date(2027, 1, 1)
        assert reader.all(ContactRow)[0].quote == "“ünï” =1+1\n"
        assert [row.reviewer for row in reader.all(ReviewRow)] == ["bob", "ann"]
        assert reader.all(ReviewRow)[0].clarity is None
        assert reader.all(ModerationRow)[0].level == 2
        assert reader.all(RoundRow)[0].closed_at is None


def test_a_round_is_closed_and_nothing_else_changes(workspace: Workspace) -> None:
    fill(workspace)
    with workspace.write("tester", AT) as tx:
        tx.update(tx.all(RoundRow)[0], closed_at=AT)
        tx.event("closed", "acme", {})
    with workspace.read() as reader:
        assert reader.all(RoundRow)[0].closed_at == AT
    frozen: tuple[type[Row], ...] = (
        FormRow,
        FreezeRow,
        FactRow,
        WaiverRow,
        ContactRow,
        ReviewRow,
        ModerationRow,
    )
    for table in frozen:
        with pytest.raises(ValueError, match="never change"), workspace.write("tester", AT) as tx:
            tx.update(tx.all(table)[0], seq=9)


def test_a_review_needs_its_round(workspace: Workspace) -> None:
    review = ReviewRow(round_seq=7, question_id="A1", reviewer="ann", level=3, rationale="", reviewed_at=AT)
    with pytest.raises(Conflict), workspace.write("tester", AT) as tx:
        tx.add(review)
