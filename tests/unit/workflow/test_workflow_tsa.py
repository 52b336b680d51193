"""Asking an authority: one that is silent is waited for, and no longer."""

from __future__ import annotations

import socket

import pytest

from vendoreval.errors import InputError
from vendoreval.workflow.evidence.tsa import post


def test_a_silent_authority_is_not_waited_for_without_end() -> None:
    with socket.socket() as silent:
        silent.bind(("127.0.0.1", 0))
        silent.listen()
        with pytest.raises(InputError, match="does not answer: timed out"):
            post(f"http://127.0.0.1:{silent.getsockname()[1]}/", b"x", seconds=0.1)
