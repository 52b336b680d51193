"""Shared by the flows of disputes: the day on which both sides act."""

from __future__ import annotations

import pytest

from tests.flows.dispute_story import LATER


@pytest.fixture
def later(monkeypatch: pytest.MonkeyPatch) -> None:
    """The clock and the actor of a dispute, two days after its claim was issued."""
    for name, value in LATER.items():
        monkeypatch.setenv(name, value)
